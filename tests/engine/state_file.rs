//! State files, as engines write them.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cleanrooms_harness::provider::SOURCE;
use cleanrooms_harness::state::Stored as File;
use cleanrooms_provider::framework::testing::{Place, State, Stored};
use serde_json::{Value as Json, json};

/// The registry of the engine that the files are in the words of.
const HOST: &str = "registry.terraform.io";

/// Reads a state file in which nothing is tainted or deposed.
pub fn read(text: &str) -> Result<State> {
    let mut state = State::default();
    for resource in File::parse(text)?.resources {
        let base = resource.address();
        // `provider["registry.terraform.io/cleanrooms/cleanrooms"].partner`
        let alias = resource.provider.rsplit_once("].").map_or("", |(_, alias)| alias);
        for instance in resource.instances {
            let place = Place::current(instance.address(&base));
            let stored = Stored {
                type_name: resource.r#type.clone(),
                provider: alias.to_owned(),
                attributes: serde_json::to_vec(&instance.attributes)?,
                version: instance.schema_version,
                private: BASE64.decode(&instance.private).context("reading private state")?,
                identity: instance.identity.map(|it| serde_json::to_vec(&it)).transpose()?,
                tainted: false,
                dependencies: instance.dependencies,
            };
            state.objects.insert(place, stored);
        }
    }
    Ok(state)
}

/// Writes a state in which nothing is tainted or deposed, as engines write one.
pub fn write(state: &State) -> Result<String> {
    let mut resources = Vec::new();
    for (place, stored) in &state.objects {
        let (r#type, name) = place.address.split_once('.').context("an address has a name")?;
        let provider = match stored.provider.as_str() {
            "" => format!("provider[\"{HOST}/{SOURCE}\"]"),
            alias => format!("provider[\"{HOST}/{SOURCE}\"].{alias}"),
        };
        let mut instance = json!({
            "schema_version": stored.version,
            "attributes": serde_json::from_slice::<Json>(&stored.attributes)?,
            "private": BASE64.encode(&stored.private),
            "dependencies": stored.dependencies,
        });
        if let Some(identity) = &stored.identity {
            instance["identity"] = serde_json::from_slice(identity)?;
        }
        resources.push(json!({
            "mode": "managed",
            "type": r#type,
            "name": name,
            "provider": provider,
            "instances": [instance],
        }));
    }
    let file = json!({
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "5062f281-9893-03ff-ae00-7d134acdd69f",
        "outputs": {},
        "resources": resources,
    });
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}
