//! Tests that need no Python; `boto3.rs` has the others.

mod callers;
mod http;
mod in_process;
#[cfg(unix)]
mod program;
mod rules;
mod sdk;
