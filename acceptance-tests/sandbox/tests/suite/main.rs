//! Tests that need no Python; `boto3.rs` has the others.

mod callers;
mod http;
#[cfg(unix)]
mod program;
mod rules;
mod sdk;
