//! A host, as Terraform is one: starts the provider's binary, makes the
//! handshake and calls it, with nothing of the provider's own plugin code.
//! Shared by tests and benchmarks.
#![allow(dead_code, unused_imports, reason = "each test binary uses its own part of the host")]
#![allow(clippy::unwrap_used, reason = "a test that cannot start its host has failed")]

mod calls;
mod certificate;
mod process;
mod tls;

pub use calls::{Host, Service, holds};
pub use certificate::Certificate;
pub use process::{Finished, Launch, Line, Process};

use std::time::Duration;

/// Beyond this something hangs: far more than a loaded machine needs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for what must come soon.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what}: never came"))
}
