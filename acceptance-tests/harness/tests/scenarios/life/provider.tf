# No provider: only what is built into the engine.
