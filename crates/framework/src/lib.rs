//! What every provider needs and no resource should repeat: schemas, plans, checks, state.
//!
//! It knows neither protobuf nor AWS. Read in this order: a [`schema`] says what
//! Terraform sees, a [`row`] adds the mapping onto the SDK through a [`codec`],
//! a [`resource`] adds the calls, and [`managed`] drives them by the rules of the
//! plugin protocol. [`data`] is what is looked at and never changed, [`list`] what a query finds,
//! [`action`] what is done once when it is asked for.

pub mod action;
pub mod caught;
pub mod checks;
pub mod codec;
pub mod data;
pub mod diagnostics;
pub mod identity;
pub mod list;
pub mod managed;
pub mod moving;
pub mod once;
pub mod page;
pub mod plan;
pub mod private;
pub mod provider;
pub mod resource;
pub mod row;
pub mod schema;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod validators;
pub mod write_only;

pub use action::{Action, ActionSchema};
pub use data::{DataSchema, DataSource};
pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use provider::{Configured, Engine, Provider, ProviderServer};
pub use resource::{Change, Context, Found, ImportTarget, Resource, ResourceSchema};
