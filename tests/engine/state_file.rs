//! A state file that a scenario begins with, as engines write it.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cleanrooms_harness::state::Stored as File;
use cleanrooms_provider::framework::testing::{Place, State, Stored};

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
