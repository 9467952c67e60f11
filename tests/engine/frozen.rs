//! What lasts: the schema and a state of each resource as they were released, held against today's.
//!
//! `acceptance-tests/frozen/<version>/` has `schema.json`, and a folder for each resource: the
//! configuration that made one of it, with what happened before, and the state that was left. A build
//! names every difference to that schema and refuses those that would break somebody; and it reads each
//! state and has nothing to do.
//!
//! `UPDATE_FROZEN=1 cargo test --test engine -- frozen` writes the folder of the present version, which
//! is right until that version is released, and never after.

mod image;
mod judge;
mod states;

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use cleanrooms_harness::paths;
use cleanrooms_harness::scenario::{file_name, text};
use cleanrooms_provider::cleanrooms::registry;
use libtest_mimic::Trial;
use serde_json::Value as Json;

use crate::trial::{failed, paused};

/// Set to `1`, it freezes what there is now.
const UPDATE_VARIABLE: &str = "UPDATE_FROZEN";

const SCHEMA: &str = "schema.json";

/// The state in a resource's folder.
pub const STATE: &str = "terraform.tfstate";

/// One trial for each released schema, each state that it left, and each rule of the judge.
pub fn trials() -> Result<Vec<Trial>> {
    if is_updating() {
        return Ok(vec![Trial::test("frozen::update", || update().map_err(failed))]);
    }
    let mut trials = judge::tests::trials();
    for folder in versions()? {
        let version = file_name(&folder);
        let states = folders_in(&folder)?;
        let kinds: Vec<_> = states.iter().map(|path| file_name(path)).collect();
        // A version that breaks takes the older schemas away, and never a state.
        if folder.join(SCHEMA).exists() {
            trials.push(Trial::test(format!("frozen::{version}::schema"), move || {
                schema_lasts(&folder, &kinds).map_err(failed)
            }));
        }
        for state in states {
            let name = format!("frozen::{version}::state::{}", file_name(&state));
            trials.push(Trial::test(name, move || {
                paused(|| Box::pin(states::lasts(state))).map_err(failed)
            }));
        }
    }
    Ok(trials)
}

fn root() -> PathBuf {
    paths::repository().join("acceptance-tests/frozen")
}

/// The folders of what was released.
fn versions() -> Result<Vec<PathBuf>> {
    let versions = folders_in(&root())?;
    ensure!(!versions.is_empty(), "nothing is frozen");
    Ok(versions)
}

/// The folders of the resources of the newest one; none before anything is frozen.
pub fn newest() -> Result<Vec<PathBuf>> {
    match is_updating() {
        true => Ok(Vec::new()),
        false => folders_in(&versions()?.pop().context("nothing is frozen")?),
    }
}

fn is_updating() -> bool {
    env::var(UPDATE_VARIABLE).is_ok_and(|value| value == "1")
}

fn folders_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Names every difference to a released schema, and fails for those that break somebody.
fn schema_lasts(folder: &Path, states: &[String]) -> Result<()> {
    let frozen: Json = serde_json::from_str(&text(&folder.join(SCHEMA))?)?;
    let resources = frozen["resources"].as_object().context("there are no resources")?;
    for name in resources.keys() {
        let kind = kind(name);
        ensure!(states.iter().any(|state| state == kind), "no state of {name} is kept");
    }
    let (mut broken, mut others) = (Vec::new(), Vec::new());
    for difference in judge::differences(&frozen, &image::present()?) {
        match difference.breaks {
            true => broken.push(difference.to_string()),
            false => others.push(difference.to_string()),
        }
    }
    let version = file_name(folder);
    for difference in others {
        eprintln!("since {version}: {difference}");
    }
    if !broken.is_empty() {
        bail!(
            "what was released as {version} would break:\n{}\n\nWhile {version} is not released, \
             {UPDATE_VARIABLE}=1 freezes it anew. Afterwards it waits for a version that may \
             break: see CONTRIBUTING.md, \"A release\".",
            broken.join("\n")
        );
    }
    Ok(())
}

/// `membership` of `cleanrooms_membership`, as folders are called.
fn kind(type_name: &str) -> &str {
    type_name.strip_prefix("cleanrooms_").unwrap_or(type_name)
}

/// Freezes the present version.
fn update() -> Result<()> {
    let folder = root().join(env!("CARGO_PKG_VERSION"));
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("clearing {}", folder.display()))?;
    }
    for resource in registry::all() {
        let folder = folder.join(kind(resource.type_name()));
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        paused(|| Box::pin(states::freeze(resource.type_name(), folder)))?;
    }
    let schema = serde_json::to_string_pretty(&image::present()?)?;
    fs::write(folder.join(SCHEMA), schema + "\n").context("writing the schema")
}
