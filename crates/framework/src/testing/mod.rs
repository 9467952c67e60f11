//! What tests of a provider need: values, and an engine in small.
//!
//! [`Core`] does with a provider what Terraform's core does, in one process
//! and without sockets, so that a test over several resources costs a
//! millisecond. It knows nothing of AWS; what is behind the provider is the
//! caller's.

mod acting;
mod core;
mod data;
mod moves;
mod program;
mod run;
mod state;
#[cfg(test)]
mod tests;
mod values;
mod walk;

pub use self::core::{Action, Carry, Change, Connect, Core, Mode, Options, Planned, Said};
pub use acting::Acting;
pub use program::{
    Declared, Evaluate, Import, Imported, Lifecycle, Move, Program, ProviderBlock, Scope, Trigger,
};
pub use state::{Place, State, Stored};
pub use values::*;
