//! The provider block, and what configuring it gives.

use std::sync::Arc;

use super::aws::{Aws, Endpoints, Intervals, ProviderConfig, Secret};
use super::client::Client;
use super::resources;
use super::shapes::region::region;
use super::shapes::tags::{TagPolicy, tags};
use crate::framework::codec::{Codec, string};
use crate::framework::managed::ManagedResource;
use crate::framework::schema::{Attribute, Block, Mode, Nesting, Schema};
use crate::framework::{Configured, Diagnostic, Diagnostics, Provider};
use crate::wire::Value;

/// The provider.
pub struct CleanRooms;

impl Provider for CleanRooms {
    type Client = Client;

    fn schema() -> Schema {
        Schema {
            version: 0,
            description: "Manages AWS Clean Rooms.".to_owned(),
            attributes: vec![
                argument("region", region(), "The Region of all objects that name none."),
                argument("access_key", string(), "The id of an access key."),
                secret("secret_key", "The secret of the access key."),
                secret("token", "The session token of temporary credentials."),
                argument("profile", string(), "The profile of the shared files."),
            ],
            blocks: vec![endpoints(), default_tags()],
        }
    }

    fn resources() -> Vec<Arc<dyn ManagedResource<Client>>> {
        resources::all()
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        let given = |name: &str| !config.get(name).is_null();
        for (one, other) in [("access_key", "secret_key"), ("secret_key", "access_key")] {
            if given(one) && !given(other) {
                let detail = format!("`{one}` is of no use without `{other}`.");
                let path = crate::wire::AttributePath::of(other);
                diagnostics
                    .push(Diagnostic::error(format!("Missing value for {other}"), detail).at(path));
            }
        }
    }

    fn configure(
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
        let unknown = unknown_argument(config);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let endpoints = single(config.get("endpoints"));
        let aws = ProviderConfig {
            region: text(config.get("region")),
            access_key: text(config.get("access_key")).map(Secret::new),
            secret_key: text(config.get("secret_key")).map(Secret::new),
            token: text(config.get("token")).map(Secret::new),
            profile: text(config.get("profile")),
            endpoints: Endpoints {
                cleanrooms: text(endpoints.get("cleanrooms")),
                sts: text(endpoints.get("sts")),
            },
            terraform_version: Some(engine_version.to_owned()),
            ..ProviderConfig::default()
        };
        let policy = TagPolicy {
            default_tags: single(config.get("default_tags")).get("tags").clone(),
            ..TagPolicy::default()
        };
        let client = Client::new(Aws::new(aws, intervals), policy);
        Some(Configured { client, unknown })
    }
}

fn argument<I, O>(name: &'static str, codec: Codec<I, O>, doc: &str) -> Attribute {
    let mut attribute = Attribute::new(name, codec.kind.clone(), codec.validators.clone());
    attribute.mode = Mode::Optional;
    attribute.description = doc.to_owned();
    attribute
}

fn secret(name: &'static str, doc: &str) -> Attribute {
    Attribute { sensitive: true, ..argument(name, string(), doc) }
}

fn endpoints() -> Block {
    Block {
        name: "endpoints",
        description: "Other addresses of the services, for instance of a local stand-in."
            .to_owned(),
        nesting: Nesting::Set,
        max_items: 0,
        attributes: vec![
            argument("cleanrooms", string(), "The URL of AWS Clean Rooms."),
            argument("sts", string(), "The URL of AWS STS."),
        ],
        blocks: Vec::new(),
    }
}

fn default_tags() -> Block {
    Block {
        name: "default_tags",
        description: "Tags that every resource gets.".to_owned(),
        nesting: Nesting::List,
        max_items: 1,
        attributes: vec![argument("tags", tags(), "The tags.")],
        blocks: Vec::new(),
    }
}

/// The one block of a list or set of blocks; null when there is none.
fn single(blocks: &Value) -> Value {
    if blocks.is_unknown() {
        return Value::Unknown;
    }
    blocks.as_elements().next().cloned().unwrap_or_default()
}

/// The first argument that is unknown and without which nothing can be read. Unknown tags are no obstacle.
fn unknown_argument(config: &Value) -> Option<String> {
    let attributes = config.as_object()?;
    let needed = attributes.iter().filter(|(name, _)| *name != "default_tags");
    needed.filter(|(_, value)| !value.is_wholly_known()).map(|(name, _)| name.clone()).next()
}
