//! What every provider needs and no resource should repeat: schemas, plans, checks, state.
//!
//! It knows neither protobuf nor AWS. Read in this order: a [`schema`] says what
//! Terraform sees, a [`row`] adds the mapping onto the SDK through a [`codec`],
//! a [`resource`] adds the calls, and [`managed`] drives them by the rules of the
//! plugin protocol.

pub mod diagnostics;
pub mod schema;
pub mod validators;
pub mod codec;
pub mod row;
pub mod resource;
pub mod plan;
pub mod private;
pub mod identity;
pub mod managed;
pub mod checks;
pub mod provider;

pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use provider::{Configured, Provider, ProviderServer};
pub use resource::{Change, Context, ImportTarget, Resource, ResourceSchema};
