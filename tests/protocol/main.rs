//! The protocol's calls as a host makes them: a real client, a provider of
//! things that it keeps in memory, and a connection inside this process.
#![allow(clippy::unwrap_used, reason = "a test that cannot set its scene has failed")]

mod host;
mod things;

mod actions;
mod failures;
mod life;
mod looks;
mod malformed;
mod moves;
mod schemas;
mod stop;
mod unknowns;
mod write_only;
