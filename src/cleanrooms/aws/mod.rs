//! From the arguments of the provider block to AWS clients that work.
//!
//! [`Aws`] is the one thing that a resource needs: it gives a client for a
//! Region, says whose account the credentials belong to, and carries the
//! [`Intervals`] of everything that waits. It does nothing until it is asked:
//! no file is read, no address resolved, no certificate loaded, so that
//! commands without an AWS call need no credentials and pay nothing.
//!
//! This module knows nothing of Terraform's protocol, of schemas or of plans.

mod client;
mod clock;
mod config;
mod connect;
mod credentials;
mod errors;
mod files;
mod http;
mod names;
mod no_proxy;
mod observe;
mod outcome;
mod pace;
mod paging;
mod profiles;
mod proxy;
mod region;
mod reply;
mod retries;
mod secrets;
mod settings;
mod shared_files;
mod stop;
mod sts;
mod tls;
mod trust;
mod tunnel;
mod unreachable;
mod variables;
mod wait;

pub use client::Aws;
pub use config::{
    AssumeRole, AssumeRoleWithWebIdentity, Endpoints, MetadataEndpointMode, ProviderConfig,
    RetryMode, Secret,
};
pub use errors::{AwsError, ConflictReason, ErrorDetails, ErrorKind, FieldError, ValidationReason};
pub(super) use files::expanded;
pub use outcome::{Outcome, classify};
pub use paging::{PAGE_SIZE, all_pages};
pub use proxy::is_proxy_address;
pub use variables::non_empty_variable;
pub use wait::{Backoff, Intervals, Waited, poll, retry_while};
