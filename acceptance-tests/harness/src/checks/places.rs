//! The place of an account in a collaboration, between processes.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::provider_block::{APPLY, told, with_provider};
use super::required_providers;
use crate::engine::Engine;
use crate::runner::provider_block;
use crate::sandbox::{ACCOUNTS, Sandbox};

/// An address of one provider block does not leave what an address of another one joins, where both
/// blocks are of one account: each has a process of its own.
///
/// # Errors
///
/// When the account has left, or nobody says how the address is changed.
pub fn another_provider_block_of_the_account_leaves_no_place(engine: &Engine) -> Result<()> {
    for (from, to) in [("one", "two"), ("two", "one")] {
        let sandbox = Sandbox::start().context("starting the sandbox")?;
        let workspace = with_provider("places", engine, &sandbox)?;
        let block = |alias, account| provider_block(alias, account, &sandbox.url());
        let creator = block(None, ACCOUNTS[0]);
        let partner = ["one", "two"].map(|alias| block(Some(alias), ACCOUNTS[1])).concat();
        workspace.write("provider.tf", &(creator + &partner))?;
        let places = || -> Result<String> {
            let reply =
                sandbox.client().api(ACCOUNTS[1], "GET", "/memberships?status=ACTIVE", None)?;
            Ok(reply.body["membershipSummaries"].to_string())
        };
        workspace.write("main.tf", &(COLLABORATION.to_owned() + &membership(from)))?;
        workspace.succeed(&APPLY)?;
        let before = places()?;
        ensure!(before != "[]", "the partner has not joined");
        workspace.write("main.tf", &(COLLABORATION.to_owned() + &membership(to)))?;
        let finished = workspace.run(&APPLY)?;
        ensure!(!finished.status.success(), "nobody objects: {finished}");
        ensure!(told(&finished, "moved {"), "`moved` is not named: {finished}");
        ensure!(places()? == before, "the place is lost: {finished}");
        // A run of its own does leave.
        workspace.write("main.tf", COLLABORATION)?;
        workspace.succeed(&APPLY)?;
        ensure!(places()? == "[]", "the partner has not left");
    }
    Ok(())
}

/// Nor does another key of `for_each`, or a move into a module, without a `moved` block; with one, nothing
/// is changed.
///
/// # Errors
///
/// When the account has left, or nobody says how the address is changed.
pub fn another_key_or_a_module_leaves_no_place(engine: &Engine) -> Result<()> {
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let workspace = with_provider("places_of_modules", engine, &sandbox)?;
    let block = |alias, account| provider_block(alias, account, &sandbox.url());
    let blocks = block(None, ACCOUNTS[0]) + &block(Some("partner"), ACCOUNTS[1]);
    workspace.write("provider.tf", &blocks)?;
    fs::create_dir(workspace.directory().join("module")).context("making a folder")?;
    workspace.write("module/main.tf", &(required_providers() + IN_MODULE))?;
    let configure = |membership: &str| -> Result<()> {
        workspace.write("main.tf", &(COLLABORATION.to_owned() + membership))?;
        workspace.succeed(&["get", "-no-color"]).map(drop)
    };
    let places = || -> Result<String> {
        let reply = sandbox.client().api(ACCOUNTS[1], "GET", "/memberships?status=ACTIVE", None)?;
        Ok(reply.body["membershipSummaries"].to_string())
    };
    configure(&KEYED.replace("KEY", "a"))?;
    workspace.succeed(&APPLY)?;
    let before = places()?;
    ensure!(before != "[]", "the partner has not joined");
    for moved in [&KEYED.replace("KEY", "b"), MODULE] {
        configure(moved)?;
        let finished = workspace.run(&APPLY)?;
        ensure!(!finished.status.success(), "nobody objects to {moved}: {finished}");
        ensure!(told(&finished, "moved {"), "`moved` is not named: {finished}");
        ensure!(places()? == before, "the place is lost by {moved}: {finished}");
    }
    configure(&(MODULE.to_owned() + MOVED))?;
    workspace.succeed(&APPLY)?;
    ensure!(places()? == before, "the place is lost in spite of a `moved` block");
    workspace.succeed(&["destroy", "-auto-approve", "-input=false", "-no-color"]).map(drop)
}

const KEYED: &str = r#"
resource "cleanrooms_membership" "this" {
  provider         = cleanrooms.partner
  for_each         = toset(["KEY"])
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}
"#;

const MODULE: &str = r#"
module "partner" {
  source           = "./module"
  collaboration_id = cleanrooms_collaboration.this.id

  providers = {
    cleanrooms = cleanrooms.partner
  }
}
"#;

const IN_MODULE: &str = r#"
variable "collaboration_id" {
  type = string
}

resource "cleanrooms_membership" "this" {
  collaboration_id = var.collaboration_id
  query_log_status = "DISABLED"
}
"#;

const MOVED: &str = r#"
moved {
  from = cleanrooms_membership.this["a"]
  to   = module.partner.cleanrooms_membership.this
}
"#;

fn membership(label: &str) -> String {
    format!(
        "resource \"cleanrooms_membership\" \"{label}\" {{\n  provider         = \
         cleanrooms.{label}\n  collaboration_id = cleanrooms_collaboration.this.id\n  \
         query_log_status = \"DISABLED\"\n}}\n"
    )
}

const COLLABORATION: &str = r#"
resource "cleanrooms_collaboration" "this" {
  name                     = "Research"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  members = {
    "444455556666" = { display_name = "Partner", member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"] }
  }
}

"#;
