//! Scenario folders on the engine in small, against the expected files of real engines.

use std::path::PathBuf;

use anyhow::Result;
use cleanrooms_harness::engine::Extent;
use cleanrooms_harness::scenario::{Scenario, folders};
use cleanrooms_harness::{expected, features, paths};
use libtest_mimic::Trial;

use crate::stage::Stage;
use crate::trial::{failed, paused};

/// What only a real engine shows, and why.
const ONLY_REAL: &[(&str, &str)] = &[
    ("actions/cancel_ended_job", JOINED),
    ("actions/cancel_ended_query", JOINED),
    ("actions/export_failed", JOINED),
    ("actions/export_interrupted", SIGNALS),
    ("actions/export_timed_out", JOINED),
    ("actions/lost_export_not_made", JOINED),
    ("actions/query_failed", JOINED),
    ("actions/query_interrupted", SIGNALS),
    ("actions/vote_refused", JOINED),
    ("change_request_vote/invalid", DECODED),
    ("protected_job/lost_create", QUICK),
    ("protected_query/lost_create", QUICK),
    (
        "protected_query/parameters_wo_unsupported",
        "one shows what is said where there are no write-only arguments",
    ),
    ("tags/ignored_by_lifecycle", "core warns of what is ignored in vain"),
    ("membership/replaced_before_destroyed", "engines plan to destroy a deposed object once more"),
    ("collaboration/remove_member", RACE),
    ("collaboration/interrupted_create", SIGNALS),
    ("collaboration/interrupted_wait", SIGNALS),
    ("collaboration/terminated_create", SIGNALS),
    ("membership/killed_destroy", SIGNALS),
    ("collaboration/generated_configuration", GENERATED),
    ("collaboration/import_block", GENERATED),
    ("membership/import_block", GENERATED),
    ("membership/generated_configuration", GENERATED),
    ("collaboration/invalid", DECODED),
    ("membership/invalid", DECODED),
    ("membership/invalid_values", DECODED),
    ("configured_audience_model_association/generated_configuration", GENERATED),
    ("configured_audience_model_association/invalid", DECODED),
    ("configured_table/generated_configuration", GENERATED),
    ("configured_table/invalid", DECODED),
    ("configured_table_analysis_rule/generated_configuration", GENERATED),
    ("configured_table_analysis_rule/invalid", DECODED),
    ("configured_table_association/generated_configuration", GENERATED),
    ("configured_table_association/invalid", DECODED),
    ("configured_table_association_analysis_rule/generated_configuration", GENERATED),
    ("configured_table_association_analysis_rule/invalid", DECODED),
    ("analysis_template/generated_configuration", GENERATED),
    ("analysis_template/invalid", DECODED),
    ("intermediate_table/generated_configuration", GENERATED),
    ("intermediate_table/invalid", DECODED),
    ("intermediate_table_analysis_rule/generated_configuration", GENERATED),
    ("intermediate_table_analysis_rule/invalid", DECODED),
    (
        "actions/populate",
        "on a clock that stands, no time passes from the creation to the population",
    ),
    ("actions/populate_failed", JOINED),
    ("privacy_budget_template/generated_configuration", GENERATED),
    ("privacy_budget_template/invalid", DECODED),
    ("id_namespace_association/generated_configuration", GENERATED),
    ("id_namespace_association/invalid", DECODED),
    ("id_mapping_table/generated_configuration", GENERATED),
    ("id_mapping_table/invalid", DECODED),
    ("moved/occupied", "core itself tells of a move onto an address that is taken"),
    ("data_sources/change_requests", "it has a resource for each of what a data source gives"),
    ("provider/copied_from_aws", ENVIRONMENT),
    ("provider/environment", ENVIRONMENT),
    ("provider/no_credentials", ENVIRONMENT),
    ("provider/precedence", ENVIRONMENT),
    ("provider/profile_chain", ENVIRONMENT),
];

const RACE: &str = "a membership is left while its member is removed, and here either may be first";
const QUICK: &str = "its steps are seconds apart, for what two clocks may differ by";
const JOINED: &str = "core joins what an action says into a message of its own";
const SIGNALS: &str = "a signal goes to a process";
const GENERATED: &str = "engines write configuration, each in its own way";
const DECODED: &str = "core itself decodes arguments, and says what is missing or of another type";
const ENVIRONMENT: &str = "variables and shared files belong to a process";

/// One trial for each scenario.
pub fn trials() -> Result<Vec<Trial>> {
    let root = paths::repository().join("acceptance-tests/cases");
    let mut trials = Vec::new();
    for folder in folders(&root)? {
        let name = folder.strip_prefix(&root).unwrap_or(&folder).display().to_string();
        if ONLY_REAL.iter().any(|(only_real, _)| *only_real == name) {
            continue;
        }
        trials.push(Trial::test(format!("scenarios::{name}"), move || {
            paused(|| Box::pin(play(folder))).map_err(failed)
        }));
    }
    trials.push(Trial::test("scenarios::only_real", || {
        let is_played = |name: &str| features::is_run(Extent::Newest, name);
        let lost: Vec<_> = ONLY_REAL.iter().filter(|(name, _)| !is_played(name)).collect();
        if lost.is_empty() { Ok(()) } else { Err(format!("nobody plays {lost:?}").into()) }
    }));
    Ok(trials)
}

async fn play(folder: PathBuf) -> Result<()> {
    let scenario = Scenario::read(&folder)?;
    let outcome = Stage::of(&scenario)?.play(&scenario).await?;
    if expected::is_updating() {
        // The files are written by real engines alone.
        return Ok(());
    }
    expected::compare(&scenario.expected(), &outcome, &expected::ONLY_NEWER_ENGINES)
}
