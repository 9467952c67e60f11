//! `examples/nightly`, as two companies run it from CI: one night after another, each with its own state.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::provider_block::{APPLY, PLAN};
use super::scratch;
use crate::engine::Engine;
use crate::examples;
use crate::paths;
use crate::sandbox::{ACCOUNTS, Sandbox};
use crate::state::State;
use crate::workspace::Workspace;

const COLLABORATION: &str = "cleanrooms_collaboration.campaign";
const QUERY: &str = "cleanrooms_protected_query.revenue";

/// A night starts one query, and a second run in it none. A vote is given by the night after it was agreed to,
/// and the retailer's next night commits the change.
///
/// # Errors
///
/// When a command fails, or something else happens in a night.
pub fn a_vote_and_a_query_for_each_night(engine: &Engine) -> Result<()> {
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let company = |folder: &str| {
        let example = paths::repository().join("examples/nightly").join(folder);
        let root = scratch("nightly", engine)?.join(folder);
        examples::workspace(&example, &root, engine, &sandbox.url())
    };
    let (mut retailer, mut publisher) = (company("1_retailer")?, company("2_publisher")?);
    let starts = || {
        let calls = sandbox.client().calls()?;
        let is_start = |operation: &str| operation == "StartProtectedQuery";
        Ok::<_, anyhow::Error>(
            calls.iter().filter(|it| it.operation.as_deref().is_some_and(is_start)).count(),
        )
    };

    retailer.succeed(&APPLY)?;
    let collaboration = text(&output(&retailer, "collaboration_id")?)?;
    publisher.set_env("TF_VAR_collaboration_id", collaboration);
    publisher.set_env("TF_VAR_night", "2026-01-31");
    publisher.succeed(&APPLY)?;
    let first = text(&output(&publisher, "results")?)?;
    publisher.succeed(&APPLY)?;
    ensure!(starts()? == 1, "a second run in one night has started another query");

    // The retailer asks for a third company. Whoever decides at the publisher's writes that down.
    let third =
        json!({ ACCOUNTS[2]: { "display_name": "Example Insights", "member_abilities": [] } });
    retailer.set_env("TF_VAR_further_members", third.to_string());
    retailer.succeed(&APPLY)?;
    let agreed = output(&retailer, "waiting_for_votes")?;
    ensure!(agreed.as_object().is_some_and(|it| it.len() == 1), "no vote is asked for: {agreed}");
    publisher.set_env("TF_VAR_agreed_change_requests", agreed.to_string());
    publisher.set_env("TF_VAR_night", "2026-02-01");
    publisher.succeed(&APPLY)?;
    let second = text(&output(&publisher, "results")?)?;
    ensure!(starts()? == 2, "the second night has not started one query");
    ensure!(first != second, "both nights have their results at {first}");
    let status = format!("{QUERY}.status");
    let status = state(&publisher)?.lookup(&status);
    ensure!(status.as_deref() == Some("SUCCESS"), "the query has not succeeded: {status:?}");

    retailer.succeed(&APPLY)?;
    let status = format!("{COLLABORATION}.member_statuses.{}", ACCOUNTS[2]);
    let status = state(&retailer)?.lookup(&status);
    ensure!(status.as_deref() == Some("INVITED"), "the change is not committed: {status:?}");
    for company in [&publisher, &retailer] {
        company.succeed(&[&PLAN[..], &["-detailed-exitcode"]].concat())?;
    }
    ensure!(starts()? == 2, "what was planned again has started a query");

    examples::destroy([&publisher, &retailer], &sandbox)
}

pub(super) fn state(workspace: &Workspace) -> Result<State> {
    State::read(&workspace.directory().join("terraform.tfstate"))
}

fn output(workspace: &Workspace, name: &str) -> Result<Value> {
    let shown = workspace.succeed(&["output", "-json", name])?;
    serde_json::from_str(&shown).with_context(|| format!("reading {name}: {shown}"))
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} is no text"))
}
