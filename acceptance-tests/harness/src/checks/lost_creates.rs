//! Creates of equal content by several processes, of which the network loses one.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::json;

use super::provider_block::{APPLY, told};
use super::{required_providers, scratch};
use crate::engine::Engine;
use crate::provider::Provider;
use crate::runner::provider_block;
use crate::sandbox::{ACCOUNTS, Sandbox};
use crate::state::State;
use crate::workspace::{Finished, Installation, Workspace};

const DESTROY: [&str; 4] = ["destroy", "-auto-approve", "-input=false", "-no-color"];

/// What the network does to the first create: it loses the request, or the reply.
const LOSSES: [&str; 2] = ["reset_before", "reply_lost"];

/// Two provider blocks of one account make two equal collaborations, and the first create is lost: each
/// has one of its own in the end.
///
/// # Errors
///
/// When one object stands at two addresses, or one is nobody's.
pub fn two_provider_blocks_never_adopt_one_object(engine: &Engine) -> Result<()> {
    for loss in LOSSES {
        let sandbox = Sandbox::start().context("starting the sandbox")?;
        let root = scratch("lost_create_of_two_blocks", engine)?;
        let workspace = made(&root, engine, &sandbox, &["one", "two"])?;
        lose_the_first(&sandbox, loss)?;
        settled(&workspace).context(loss)?;
        let ids = ids(&[&workspace])?;
        ensure!(ids.len() == 2, "{loss}: one object stands at two addresses: {ids:?}");
        let exist = sandbox.client().objects()?;
        ensure!(exist == ids, "{loss}: {exist:?} exist, and {ids:?} are in the state");
        // What one address gives up is not the other's.
        workspace.write("main.tf", &collaboration("two"))?;
        workspace.succeed(&APPLY)?;
        ensure!(sandbox.client().objects()?.len() == 1, "{loss}: both are destroyed");
    }
    Ok(())
}

/// Two runs of one user make equal collaborations at the same time, and the first create is lost: each
/// has one of its own in the end.
///
/// # Errors
///
/// When both have one object in their states, or one is nobody's.
pub fn two_runs_never_adopt_one_object(engine: &Engine) -> Result<()> {
    for loss in LOSSES {
        let sandbox = Sandbox::start().context("starting the sandbox")?;
        let root = scratch("lost_create_of_two_runs", engine)?;
        let run = |name: &str| made(&root.join(name), engine, &sandbox, &["this"]);
        let mut runs = [run("a")?, run("b")?];
        for run in &mut runs {
            // They are of one user, and share what a user's processes share.
            run.set_env("XDG_CACHE_HOME", root.join("cache").to_string_lossy());
            // The search goes on until the other run is under way.
            run.set_env("CLEANROOMS_WAIT_SCALE", "0.1");
        }
        lose_the_first(&sandbox, loss)?;
        let [a, b] = &runs;
        thread::scope(|scope| {
            let other = scope.spawn(|| settled(b));
            let first = settled(a);
            first.and(other.join().map_err(|_| anyhow!("a run panicked"))?)
        })
        .context(loss)?;
        let ids = ids(&[a, b])?;
        ensure!(ids.len() == 2, "{loss}: both runs have one object: {ids:?}");
        let exist = sandbox.client().objects()?;
        ensure!(exist == ids, "{loss}: {exist:?} exist, and {ids:?} are in the states");
        a.succeed(&DESTROY)?;
        ensure!(sandbox.client().objects()?.len() == 1, "{loss}: both are destroyed");
    }
    Ok(())
}

/// A workspace with a collaboration for each label, each by a provider block of its own.
fn made(root: &Path, engine: &Engine, sandbox: &Sandbox, labels: &[&str]) -> Result<Workspace> {
    let installation = Installation::DevOverride(Provider::build()?);
    let workspace = Workspace::create(root, engine, installation)?;
    workspace.write("versions.tf", &required_providers())?;
    let block = |label: &&str| provider_block(Some(label), ACCOUNTS[0], &sandbox.url());
    workspace.write("provider.tf", &labels.iter().map(block).collect::<String>())?;
    let all: String = labels.iter().map(|label| collaboration(label)).collect();
    workspace.write("main.tf", &all)?;
    Ok(workspace)
}

fn collaboration(label: &str) -> String {
    format!(
        "resource \"cleanrooms_collaboration\" \"{label}\" {{\n  provider = cleanrooms.{label}\n\n  \
         name                     = \"Research\"\n  creator_display_name     = \"Creator\"\n  \
         creator_member_abilities = []\n  query_log_status         = \"DISABLED\"\n  \
         members                  = {{}}\n}}\n"
    )
}

fn lose_the_first(sandbox: &Sandbox, loss: &str) -> Result<()> {
    let fault = json!({ "operation": "CreateCollaboration", "fault": { "kind": loss } });
    sandbox.client().admin("POST", "faults", Some(&fault)).map(drop)
}

/// Applies; a second time where the first says that the reply to a create was lost.
fn settled(workspace: &Workspace) -> Result<()> {
    let finished: Finished = workspace.run(&APPLY)?;
    if finished.status.success() {
        return Ok(());
    }
    ensure!(told(&finished, "The reply to the creation"), "it failed otherwise: {finished}");
    workspace.succeed(&APPLY).map(drop)
}

/// The ids in the states of these workspaces.
fn ids(workspaces: &[&Workspace]) -> Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for workspace in workspaces {
        let state = State::read(&workspace.directory().join("terraform.tfstate"))?;
        let of_state = state.instances.values().filter_map(|one| one.get("id")?.as_str());
        ids.extend(of_state.map(str::to_owned));
    }
    Ok(ids)
}
