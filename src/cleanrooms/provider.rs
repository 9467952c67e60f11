//! The provider block, and what configuring it gives.

mod arguments;
mod checks;
mod rules;
mod schema;
mod services;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::aws::{Aws, Intervals};
use super::client::Client;
use super::registry;
use crate::framework::action::AnyAction;
use crate::framework::data::AnyDataSource;
use crate::framework::list::AnyListResource;
use crate::framework::managed::ManagedResource;
use crate::framework::schema::Schema;
use crate::framework::{Configured, Diagnostic, Diagnostics, Provider};
use crate::wire::Value;

/// The provider.
pub struct CleanRooms;

impl Provider for CleanRooms {
    type Client = Client;

    fn schema() -> Schema {
        schema::schema()
    }

    fn resources() -> Vec<Arc<dyn ManagedResource<Client>>> {
        registry::all()
    }

    fn data_sources() -> Vec<Arc<dyn AnyDataSource<Client>>> {
        registry::data_sources()
    }

    fn list_resources() -> Vec<Arc<dyn AnyListResource<Client>>> {
        registry::list_resources()
    }

    fn actions() -> Vec<Arc<dyn AnyAction<Client>>> {
        registry::actions()
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        checks::check(config, &variable, diagnostics);
    }

    async fn configure(
        config: &Value,
        engine_version: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Configured<Client>> {
        let intervals = match Intervals::from_env() {
            Ok(intervals) => intervals,
            Err(wrong) => {
                diagnostics.push(Diagnostic::error("Wrong environment variable", wrong));
                return None;
            }
        };
        arguments::check_default_tags(environment(), diagnostics);
        if diagnostics.has_error() {
            return None;
        }
        let aws = Aws::new(arguments::provider_config(config, engine_version), intervals);
        // Whoever needs a Region is told if there is none.
        let _ = aws.resolve_region().await;
        let mut client = Client::new(aws, arguments::tag_policy(config, environment()));
        client.places = client.places.across_processes();
        Some(Configured { client, unknown: arguments::unknown_argument(config) })
    }
}

/// The variables that are text; no name that is asked for here is anything else.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
