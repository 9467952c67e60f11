"""Runs tests by name: `file::function` comes in on a line, a JSON object goes out.

Called with the address of a sandbox or of a moto server. One process runs many
tests, since loading boto3 takes longer than most of them.
"""

import importlib
import json
import sys
import traceback

from world import Moto, World


def main():
    backend, url = sys.argv[1:]
    world = {"sandbox": World, "moto": Moto}[backend](url)
    for line in sys.stdin:
        file, name = line.strip().split("::")
        print(json.dumps({"failure": run(world, file, name)}), flush=True)


def run(world, file, name):
    """The traceback of a failed test; None if it passes."""
    try:
        world.reset()
        getattr(importlib.import_module(file), name)(world)
    except Exception:
        return traceback.format_exc()
    return None


main()
