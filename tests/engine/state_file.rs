//! A state file that a scenario begins with, as engines write it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cleanrooms_provider::framework::testing::{Place, State, Stored};
use serde::Deserialize;
use serde_json::Value as Json;

#[derive(Deserialize)]
struct File {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "type")]
    type_name: String,
    name: String,
    provider: String,
    instances: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    schema_version: i64,
    attributes: Json,
    #[serde(default)]
    private: String,
    identity: Option<Json>,
    #[serde(default)]
    dependencies: BTreeSet<String>,
}

/// Reads a state file in which nothing is tainted, deposed or counted.
pub fn read(text: &str) -> Result<State> {
    let file: File = serde_json::from_str(text).context("reading the state file")?;
    let mut state = State::default();
    for resource in file.resources {
        let Resource { type_name, name, provider, instances } = resource;
        // `provider["registry.terraform.io/cleanrooms/cleanrooms"].partner`
        let alias = provider.rsplit_once("].").map_or("", |(_, alias)| alias);
        for instance in instances {
            let stored = Stored {
                type_name: type_name.clone(),
                provider: alias.to_owned(),
                attributes: serde_json::to_vec(&instance.attributes)?,
                version: instance.schema_version,
                private: BASE64.decode(&instance.private).context("reading private state")?,
                identity: instance.identity.map(|it| serde_json::to_vec(&it)).transpose()?,
                tainted: false,
                dependencies: instance.dependencies,
            };
            state.objects.insert(Place::current(format!("{type_name}.{name}")), stored);
        }
    }
    Ok(state)
}
