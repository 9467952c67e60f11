//! A state of each resource, as a release has left it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cleanrooms_harness::paths;
use cleanrooms_harness::provider::SOURCE;
use cleanrooms_harness::scenario::{Content, Run, Scenario, file_name, text};
use cleanrooms_provider::framework::testing::State;
use serde_json::{Value as Json, json};

use super::STATE;
use crate::stage::Stage;
use crate::state_file;

/// The registry of the engine in whose words the files are.
const HOST: &str = "registry.terraform.io";

/// The scenario that makes one of a kind with all that it can have.
const SCENARIO: &str = "create_full";

/// Keeps the steps of a kind's scenario up to the one that makes it, and the state that they leave.
pub async fn freeze(type_name: &str, folder: PathBuf) -> Result<()> {
    let cases = paths::repository().join("acceptance-tests/cases");
    let scenario = Scenario::read(&cases.join(super::kind(type_name)).join(SCENARIO))?;
    let mut stage = Stage::of(&scenario)?;
    for companion in scenario.companions.iter().filter(|path| file_name(path).ends_with(".tf")) {
        copy(companion, &folder)?;
    }
    for step in &scenario.steps {
        copy(&scenario.folder.join(&step.name), &folder)?;
        stage.step(step).await.with_context(|| format!("step {}", step.name))?;
        let mut stored = stage.core.state.objects.values();
        if stored.any(|stored| stored.type_name == type_name) {
            let path = folder.join(STATE);
            let text = written(&stage.core.state)?;
            return fs::write(&path, text).with_context(|| format!("writing {}", path.display()));
        }
    }
    anyhow::bail!("{} makes no {type_name}", scenario.folder.display())
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    let copy = folder.join(file_name(file));
    fs::copy(file, &copy).map(drop).with_context(|| format!("copying {}", file.display()))
}

/// Makes the objects as the release did, puts its state in place of the one that this build leaves, and
/// finds nothing to do, whether the objects are read or not.
pub async fn lasts(folder: PathBuf) -> Result<()> {
    let released = text(&folder.join(STATE))?;
    let mut scenario = Scenario::read(&folder)?;
    scenario.companions.retain(|path| file_name(path) != STATE);
    let mut stage = Stage::of(&scenario)?;
    for step in &scenario.steps {
        stage.step(step).await.with_context(|| format!("step {}", step.name))?;
    }
    let is_configuration = |content: &Content| matches!(content, Content::Configuration { .. });
    let ends_with = scenario.steps.last().is_some_and(|step| is_configuration(&step.content));
    ensure!(ends_with, "the last step makes the object");
    let left = std::mem::take(&mut stage.core.state);
    let state = with_ids_of(&left, &state_file::read(&released)?, &released)?;
    ensure!(
        state.objects.keys().eq(left.objects.keys()),
        "the state has {:?}, and this build makes {:?}",
        state.objects.keys(),
        left.objects.keys()
    );
    stage.core.state = state;
    for arguments in [vec!["-refresh=false".to_owned()], Vec::new()] {
        let run = Run { arguments, ..Run::default() };
        let planned = stage.plan(&run).await?;
        let errors: Vec<_> = planned.said.iter().filter(|it| it.diagnostic.is_error()).collect();
        ensure!(!planned.failed && errors.is_empty(), "{:?}: {errors:#?}", run.arguments);
        ensure!(planned.is_empty(), "{:?} has changes: {:#?}", run.arguments, planned.changes);
    }
    Ok(())
}

/// The released state, about the objects that this build has just made: the sandbox counts ids, so
/// that another order of calls gives the same objects other ones.
fn with_ids_of(left: &State, released: &State, released_text: &str) -> Result<State> {
    let mut ids = BTreeMap::new();
    for (place, stored) in &released.objects {
        if let Some(now) = left.objects.get(place) {
            ids.insert(id(&stored.attributes)?, id(&now.attributes)?);
        }
    }
    ids.retain(|was, is| was != is && !was.is_empty());
    let mut text = released_text.to_owned();
    // By way of what no state holds: two may have changed places.
    for (index, was) in ids.keys().enumerate() {
        text = text.replace(was.as_str(), &format!("<{index}>"));
    }
    for (index, is) in ids.values().enumerate() {
        text = text.replace(&format!("<{index}>"), is);
    }
    state_file::read(&text)
}

fn id(attributes: &[u8]) -> Result<String> {
    let attributes: Json = serde_json::from_slice(attributes).context("stored attributes")?;
    Ok(attributes["id"].as_str().unwrap_or_default().to_owned())
}

/// Writes a state in which nothing is tainted or deposed, as engines write one.
fn written(state: &State) -> Result<String> {
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
