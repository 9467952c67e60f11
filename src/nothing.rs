//! A provider of nothing, until the resources are there.

use std::sync::Arc;

use cleanrooms_provider::framework::managed::ManagedResource;
use cleanrooms_provider::framework::schema::Schema;
use cleanrooms_provider::framework::{Configured, Diagnostics, Provider};
use cleanrooms_provider::wire::Value;

/// Manages nothing and takes no argument.
pub struct Nothing;

impl Provider for Nothing {
    type Client = ();

    fn schema() -> Schema {
        Schema {
            description: "Manages nothing.".to_owned(),
            ..Schema::default()
        }
    }

    fn resources() -> Vec<Arc<dyn ManagedResource<()>>> {
        Vec::new()
    }

    fn validate(_config: &Value, _diagnostics: &mut Diagnostics) {}

    fn configure(
        _config: &Value,
        _engine_version: &str,
        _diagnostics: &mut Diagnostics,
    ) -> Option<Configured<()>> {
        Some(Configured {
            client: (),
            unknown: None,
        })
    }
}
