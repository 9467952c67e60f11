//! Stand-ins for other providers, from whose resources objects are moved to ours.
//!
//! An engine wants the schema of every provider that is named in a state. A stand-in has that and nothing
//! else: the types that move, as the other provider's source has them, in `stand-ins/`. It is the running
//! test program once more, under the name of the provider (`tests/acceptance/stand_in.rs`).

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::paths;

/// The providers that have one: the source of each, and its resource types.
const ALL: [(&str, &str); 2] = [
    ("hashicorp/aws", include_str!("../stand-ins/aws.json")),
    ("hashicorp/awscc", include_str!("../stand-ins/awscc.json")),
];

/// How the names of provider programs begin.
const PREFIX: &str = "terraform-provider-";

/// A resource type of another provider.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceType {
    /// The version of its schema.
    pub version: i64,
    /// Its attributes and blocks, with the types that they have in a state.
    pub attributes: BTreeMap<String, Value>,
    /// The attributes of its identity, which are all texts.
    pub identity: Vec<String>,
}

/// The resource types of a provider, by their names.
pub type ResourceTypes = BTreeMap<String, ResourceType>;

/// The name of the provider for which this program stands, if it was started as one.
pub fn started_as() -> Option<&'static str> {
    let program = std::env::args_os().next()?;
    let program = Path::new(&program).file_name()?.to_str()?;
    let names = ALL.iter().map(|(source, _)| name(source));
    names.into_iter().find(|name| program.strip_prefix(PREFIX) == Some(name))
}

/// The resource types of the provider of that name.
///
/// # Errors
///
/// When there is no such stand-in, or its file is not of that form.
pub fn resource_types(provider: &str) -> Result<ResourceTypes> {
    let found = ALL.iter().find(|(source, _)| name(source) == provider);
    let (_, text) = found.with_context(|| format!("nothing stands in for {provider}"))?;
    serde_json::from_str(text).with_context(|| format!("reading what stands in for {provider}"))
}

/// The stand-ins that a text names, such as a state: their sources, each with a folder that holds its program.
///
/// # Errors
///
/// When a folder cannot be filled.
pub fn named_in(text: &str) -> Result<Vec<(&'static str, PathBuf)>> {
    let is_named = |source: &str| {
        text.contains(&format!("/{source}\\\"")) || text.contains(&format!("\"{source}\""))
    };
    let sources = ALL.iter().map(|(source, _)| *source).filter(|source| is_named(source));
    sources.map(|source| Ok((source, folder(name(source))?))).collect()
}

/// The last part of a provider's source.
fn name(source: &'static str) -> &'static str {
    source.rsplit('/').next().unwrap_or(source)
}

fn folder(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe().context("finding the running program")?;
    let folder = paths::target("stand-ins")?.join(name);
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let link = folder.join(format!("{PREFIX}{name}"));
    if fs::read_link(&link).is_ok_and(|present| present == program) {
        return Ok(folder);
    }
    // Renamed into place, for another test may be starting the old one.
    let fresh =
        folder.join(format!(".{name}.{}.{:?}", std::process::id(), std::thread::current().id()));
    symlink(&program, &fresh).with_context(|| format!("linking {}", fresh.display()))?;
    fs::rename(&fresh, &link).with_context(|| format!("renaming to {}", link.display()))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::repository;
    use crate::scenario::{folders, text};
    use crate::state::Stored;

    fn of(source: &str) -> ResourceTypes {
        resource_types(source.rsplit('/').next().expect("a last part")).expect("a file of types")
    }

    #[test]
    fn a_state_names_its_providers() {
        let state = |source: &str| {
            format!(r#"{{"provider": "provider[\"registry.terraform.io/{source}\"]"}}"#)
        };
        let named = |source: &str| -> Vec<_> {
            let found = named_in(&state(source)).expect("links can be made");
            found.into_iter().map(|(source, _)| source).collect()
        };
        assert_eq!(named("hashicorp/aws"), ["hashicorp/aws"]);
        assert_eq!(named("hashicorp/awscc"), ["hashicorp/awscc"]);
        assert_eq!(named("hashicorp/random"), [""; 0]);
    }

    /// The states that are moved have each attribute of the other provider, and no other one.
    #[test]
    fn states_that_are_moved_have_every_attribute() {
        let mut seen = Vec::new();
        for folder in
            folders(&repository().join("acceptance-tests/cases/moved")).expect("scenarios")
        {
            let Ok(state) = text(&folder.join("terraform.tfstate")) else { continue };
            for resource in Stored::parse(&state).expect("a state").resources {
                let provider = resource.r#type.split('_').next().unwrap_or_default().to_owned();
                if provider == "cleanrooms" {
                    // An object of ours is in the way of one that is moved.
                    continue;
                }
                let types = of(&provider);
                let ty = types.get(&resource.r#type).expect("the stand-in has it");
                for instance in &resource.instances {
                    let attributes = instance.attributes.as_ref().expect("attributes");
                    let names: Vec<_> = attributes.keys().collect();
                    assert_eq!(
                        names,
                        ty.attributes.keys().collect::<Vec<_>>(),
                        "{}",
                        resource.r#type
                    );
                    assert_eq!(instance.schema_version, ty.version, "{}", resource.r#type);
                }
                seen.push(resource.r#type);
            }
        }
        let all = ALL.iter().flat_map(|(source, _)| of(source).into_keys());
        for ty in all {
            assert!(seen.contains(&ty), "no state of {ty} is moved");
        }
    }

    /// The guide tells of each attribute of the other providers, under the heading of its type.
    #[test]
    fn the_guide_tells_of_every_attribute() {
        let guide = text(&repository().join("docs/guides/moving-in.md")).expect("the guide");
        for (source, _) in ALL {
            for (name, ty) in of(source) {
                let (_, section) = guide
                    .split_once(&format!("\n### `{name}`\n"))
                    .expect("a heading for each type");
                let section = section.split("\n### ").next().unwrap_or_default();
                let table: String = section.lines().filter(|line| line.starts_with('|')).collect();
                for attribute in ty.attributes.keys() {
                    assert!(table.contains(&format!("`{attribute}`")), "{attribute} of {name}");
                }
            }
        }
    }
}
