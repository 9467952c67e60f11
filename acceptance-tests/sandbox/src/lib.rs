//! A local AWS Clean Rooms for tests.
//!
//! The sandbox speaks the service's HTTP API as AWS documents it: all 103
//! operations, and the two calls of STS that clients need. It is strict
//! where the service is, and answers as the service does.
//!
//! An access key of 12 digits is an account of that id, with any secret key;
//! the Region is the one that the request is signed for. Under `/_sandbox/`
//! tests read the journal of calls and set faults, quotas and switches; the
//! README describes these paths.
//!
//! ```
//! use cleanrooms_sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start_blocking(Options::default())?;
//! assert!(sandbox.url().starts_with("http://127.0.0.1:"));
//! # std::io::Result::Ok(())
//! ```

mod admin;
mod clock;
mod connection;
mod distortion;
mod error;
mod exchange;
mod faults;
mod in_process;
mod journal;
mod model;
mod operations;
mod patterns;
mod payment;
mod permissions;
mod persistence;
pub mod program;
mod rates;
mod router;
mod sandbox;
mod server;
mod settings;
mod shelf;
mod signature;
mod state;
mod sts;

pub use in_process::InProcess;
pub use permissions::Policy;
pub use sandbox::{Options, Sandbox};
pub use server::NoReply;
pub use settings::*;
