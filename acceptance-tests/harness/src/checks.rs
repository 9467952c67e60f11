//! What is checked once for each engine, beside the scenarios.

mod authority;
mod installation;
mod lost_creates;
mod nightly;
mod places;
mod private_network;
mod provider_block;
mod queries;
mod saved_plans;
mod two_companies;
mod write_only;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::engine::Engine;
use crate::paths;
use crate::provider::{Provider, SOURCE};
use crate::state::State;
use crate::workspace::{EngineSignal, Installation, Trigger, Workspace};

/// A check of one engine.
pub type Check = fn(&Engine) -> Result<()>;

/// The checks by name.
pub const ALL: &[(&str, Check)] = &[
    ("schema_is_described", schema_is_described),
    ("installation/packed_mirror_installs", installation::packed_mirror_installs),
    ("installation/unpacked_mirror_installs", installation::unpacked_mirror_installs),
    ("installation/network_mirror_installs", installation::network_mirror_installs),
    (
        "installation/development_override_needs_no_init",
        installation::development_override_needs_no_init,
    ),
    ("interrupts_reach_the_engine", interrupts_reach_the_engine),
    ("provider_block/logs_hold_no_secret", provider_block::logs_hold_no_secret),
    (
        "provider_block/missing_credentials_are_told_soon",
        provider_block::missing_credentials_are_told_soon,
    ),
    ("provider_block/connections_are_bounded", provider_block::connections_are_bounded),
    ("provider_block/private_network_is_reached", private_network::private_network_is_reached),
    ("queries/what_is_ones_own_is_found", queries::what_is_ones_own_is_found),
    (
        "queries/what_is_written_is_imported_without_a_change",
        queries::what_is_written_is_imported_without_a_change,
    ),
    ("nightly/a_vote_and_a_query_for_each_night", nightly::a_vote_and_a_query_for_each_night),
    (
        "two_companies/everything_is_made_changed_and_destroyed",
        two_companies::everything_is_made_changed_and_destroyed,
    ),
    (
        "saved_plans/replacing_with_other_settings_destroys_nothing",
        saved_plans::replacing_with_other_settings_destroys_nothing,
    ),
    (
        "saved_plans/other_changes_with_other_settings",
        saved_plans::other_changes_with_other_settings,
    ),
    ("saved_plans/tags_in_any_unicode_form_settle", saved_plans::tags_in_any_unicode_form_settle),
    ("write_only/no_file_holds_what_is_write_only", write_only::no_file_holds_what_is_write_only),
    (
        "places/another_provider_block_of_the_account_leaves_no_place",
        places::another_provider_block_of_the_account_leaves_no_place,
    ),
    (
        "places/another_key_or_a_module_leaves_no_place",
        places::another_key_or_a_module_leaves_no_place,
    ),
    (
        "lost_creates/two_provider_blocks_never_adopt_one_object",
        lost_creates::two_provider_blocks_never_adopt_one_object,
    ),
    ("lost_creates/two_runs_never_adopt_one_object", lost_creates::two_runs_never_adopt_one_object),
];

/// Every attribute and block of the schemas has a description, as the engine
/// prints them.
///
/// # Errors
///
/// Names the attributes without one.
pub fn schema_is_described(engine: &Engine) -> Result<()> {
    let installation = Installation::DevOverride(Provider::build()?);
    let workspace = workspace("schema", engine, installation)?;
    let schemas = schemas(&workspace)?;
    let mut undescribed = Vec::new();
    block("provider", &schemas["provider"]["block"], &mut undescribed);
    let resources = schemas["resource_schemas"].as_object().context("there are no resources")?;
    for (resource, schema) in resources {
        block(resource, &schema["block"], &mut undescribed);
    }
    let sources =
        schemas["data_source_schemas"].as_object().context("there are no data sources")?;
    for (source, schema) in sources {
        block(&format!("data.{source}"), &schema["block"], &mut undescribed);
    }
    ensure!(undescribed.is_empty(), "without a description: {}", undescribed.join(", "));
    Ok(())
}

/// An interrupt reaches the engine as Ctrl-C does: it stops gracefully, says so,
/// and keeps what it has stored.
///
/// For the in-process engine this rests on the library: its Go runtime takes
/// SIGINT over from Python when it is loaded.
///
/// # Errors
///
/// When the engine does not report the interrupt or loses its state.
pub fn interrupts_reach_the_engine(engine: &Engine) -> Result<()> {
    let root = scratch("interrupt", engine)?;
    let workspace = Workspace::create(&root, engine, Installation::None)?;
    workspace.write("main.tf", BLOCKED)?;
    let started = workspace.directory().join("started");
    let trigger = Trigger { signal: EngineSignal::Int, due: Box::new(|| Ok(started.exists())) };
    let arguments = ["apply", "-auto-approve", "-input=false", "-no-color"];
    let finished = workspace.run_until(&arguments, Some(trigger))?;
    ensure!(finished.stdout.contains("Interrupt received"), "no graceful stop: {finished}");
    ensure!(!finished.status.success(), "an interrupted apply fails: {finished}");
    let state = State::read(&workspace.directory().join("terraform.tfstate"))?;
    ensure!(state.instances.contains_key("terraform_data.done"), "the state is lost: {finished}");
    Ok(())
}

/// One resource that is done, and one that would take a minute, which is the engine's to end: the interrupt
/// reaches its whole group.
const BLOCKED: &str = r#"
resource "terraform_data" "done" {}

resource "terraform_data" "blocked" {
  depends_on = [terraform_data.done]
  provisioner "local-exec" {
    command = "trap '' INT; touch started; exec sleep 60"
  }
}
"#;

fn scratch(name: &str, engine: &Engine) -> Result<PathBuf> {
    Ok(paths::target("scratch")?.join(engine.to_string()).join("checks").join(name))
}

fn workspace(name: &str, engine: &Engine, installation: Installation<'_>) -> Result<Workspace> {
    let workspace = Workspace::create(&scratch(name, engine)?, engine, installation)?;
    workspace.write("versions.tf", &required_providers())?;
    Ok(workspace)
}

/// The block that tells an engine where the provider comes from.
pub(crate) fn required_providers() -> String {
    format!(
        "terraform {{\n  required_providers {{\n    cleanrooms = {{\n      source = {SOURCE:?}\n    \
         }}\n  }}\n}}\n"
    )
}

/// Our part of what `providers schema -json` prints.
fn schemas(workspace: &Workspace) -> Result<Value> {
    let printed = workspace.succeed(&["providers", "schema", "-json"])?;
    let mut printed: Value = serde_json::from_str(&printed).context("reading the schemas")?;
    let address = format!("{}/{SOURCE}", workspace.engine().registry_host());
    let schemas = printed["provider_schemas"][&address].take();
    ensure!(schemas.is_object(), "the engine prints no schema of {address}");
    Ok(schemas)
}

fn block(path: &str, block_schema: &Value, undescribed: &mut Vec<String>) {
    attributes(path, &block_schema["attributes"], undescribed);
    for (name, nested) in members(&block_schema["block_types"]) {
        block(&format!("{path}.{name}"), &nested["block"], undescribed);
    }
}

fn attributes(path: &str, attributes_schema: &Value, undescribed: &mut Vec<String>) {
    for (name, attribute) in members(attributes_schema) {
        let path = format!("{path}.{name}");
        if attribute["description"].as_str().is_none_or(str::is_empty) {
            undescribed.push(path.clone());
        }
        attributes(&path, &attribute["nested_type"]["attributes"], undescribed);
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn missing_descriptions_are_found_at_every_depth() {
        let schema = json!({
            "attributes": {
                "good": { "description": "Good." },
                "empty": { "description": "" },
                "outer": { "description": "Outer.", "nested_type": { "attributes": { "inner": {} } } }
            },
            "block_types": { "nested": { "block": { "attributes": { "bare": {} } } } }
        });
        let mut undescribed = Vec::new();
        block("r", &schema, &mut undescribed);
        assert_eq!(undescribed, ["r.empty", "r.outer.inner", "r.nested.bare"]);
    }
}
