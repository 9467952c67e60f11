//! `examples/complete`, which has every type of resource: made, changed in place, and destroyed.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::nightly::state;
use super::provider_block::APPLY;
use super::scratch;
use crate::engine::Engine;
use crate::examples;
use crate::paths;
use crate::sandbox::{ACCOUNTS, Sandbox};
use crate::workspace::Workspace;

const COLLABORATION: &str = "cleanrooms_collaboration.campaign";

/// What runs again for another month, and is paid for.
const RUNS: [&str; 4] = [
    "PopulateIdMappingTable",
    "PopulateIntermediateTable",
    "StartProtectedJob",
    "StartProtectedQuery",
];

/// Another name, budget and month, and a third company that the publisher has agreed to: nothing is destroyed
/// for it, and each thing that is paid for runs once more.
///
/// # Errors
///
/// When a command fails, a plan after an apply is not empty, something else happens, a type of resource is
/// missing, or something is left.
pub fn everything_is_made_changed_and_destroyed(engine: &Engine) -> Result<()> {
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let example = paths::repository().join("examples/complete");
    let root = scratch("two_companies", engine)?;
    let mut companies = examples::workspace(&example, &root, engine, &sandbox.url())?;
    let calls = || -> Result<Vec<String>> {
        let calls = sandbox.client().calls()?;
        Ok(calls.into_iter().filter_map(|call| call.operation).collect())
    };

    examples::apply(&companies)?;
    each_has_run(1, &calls()?)?;

    let third =
        json!({ ACCOUNTS[2]: { "display_name": "Example Insights", "member_abilities": [] } });
    companies.set_env("TF_VAR_further_members", third.to_string());
    companies.set_env("TF_VAR_name", "Spring campaign");
    companies.set_env("TF_VAR_queries_per_month", "40");
    companies.set_env("TF_VAR_month", "2026-02");
    examples::apply(&companies)?;
    let asked = open_request(&companies)?;
    companies.set_env("TF_VAR_agreed_change_requests", json!({ asked: [ACCOUNTS[2]] }).to_string());
    companies.succeed(&APPLY)?;
    // The vote was given after the collaboration had been planned: the next run commits the change.
    examples::apply(&companies)?;
    let status = format!("{COLLABORATION}.member_statuses.{}", ACCOUNTS[2]);
    let status = state(&companies)?.lookup(&status);
    ensure!(status.as_deref() == Some("INVITED"), "the third company is not invited: {status:?}");
    let called = calls()?;
    let deleted: Vec<_> = called.iter().filter(|call| call.starts_with("Delete")).collect();
    ensure!(deleted.is_empty(), "a change in place has called {deleted:?}");
    each_has_run(2, &called)?;
    every_type_is_there(&companies)?;

    examples::destroy([&companies], &sandbox)
}

fn each_has_run(times: usize, called: &[String]) -> Result<()> {
    for run in RUNS {
        let count = called.iter().filter(|call| *call == run).count();
        ensure!(count == times, "{run} was called {count} times and not {times}");
    }
    Ok(())
}

/// The change request that the collaboration waits for.
fn open_request(workspace: &Workspace) -> Result<String> {
    let state = state(workspace)?;
    let collaboration = state.instances.get(COLLABORATION).context("it is in the state")?;
    let open = collaboration["change_requests"].as_object();
    open.and_then(|open| open.keys().next().cloned()).context("no vote is asked for")
}

/// Each type of resource that the engine knows of the provider stands in the state.
fn every_type_is_there(workspace: &Workspace) -> Result<()> {
    let printed = workspace.succeed(&["providers", "schema", "-json", "-no-color"])?;
    let schemas: Value = serde_json::from_str(&printed).context("reading the schemas")?;
    let providers = schemas["provider_schemas"].as_object().context("no schemas")?;
    let types = providers.values().filter_map(|provider| provider["resource_schemas"].as_object());
    let types: BTreeSet<_> = types.flat_map(|types| types.keys().map(String::as_str)).collect();
    ensure!(!types.is_empty(), "the provider has no resources");
    let state = state(workspace)?;
    let of = |address: &str| types.iter().copied().find(|it| address.split('.').next() == Some(it));
    let there: BTreeSet<_> = state.instances.keys().filter_map(|address| of(address)).collect();
    let missing: Vec<_> = types.difference(&there).collect();
    ensure!(missing.is_empty(), "the example has no {missing:?}");
    Ok(())
}
