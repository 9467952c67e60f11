//! Write-only arguments on the engines that have them: what such an argument is for shows in files alone.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::provider_block::{PLAN, with_provider};
use crate::engine::Engine;
use crate::runner::provider_block;
use crate::sandbox::{ACCOUNTS, Sandbox};
use crate::state::State;
use crate::workspace::Workspace;

/// Neither a saved plan nor a state nor the provider's log holds a value that is write-only, and the
/// service has it: after a create, a refresh and a replacement.
///
/// # Errors
///
/// Names the file that holds one.
pub fn no_file_holds_what_is_write_only(engine: &Engine) -> Result<()> {
    if engine.lacks_feature("write-only attributes") {
        return Ok(());
    }
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let mut workspace = with_provider("write_only", engine, &sandbox)?;
    workspace.write("provider.tf", &provider_block(None, ACCOUNTS[0], &sandbox.url()))?;
    workspace.write("main.tf", CONFIGURATION)?;
    let log = workspace.directory().join("provider.log");
    workspace.set_env("TF_LOG_PROVIDER", "TRACE");
    workspace.set_env("TF_LOG_PATH", log.to_string_lossy());
    for (month, secret) in [("1", "open-sesame-once"), ("2", "open-sesame-again")] {
        workspace.set_env("TF_VAR_month", month);
        workspace.set_env("TF_VAR_secret", secret);
        workspace.succeed(&[&PLAN[..], &["-out=saved"]].concat())?;
        holds_none(&workspace)?;
        workspace.succeed(&["apply", "-input=false", "-no-color", "saved"])?;
        workspace.succeed(&["apply", "-refresh-only", "-auto-approve", "-input=false"])?;
        holds_none(&workspace)?;
        workspace.succeed(&[&PLAN[..], &["-detailed-exitcode"]].concat())?;
        ensure!(given(&workspace, &sandbox)? == secret, "the service has another value");
    }
    Ok(())
}

/// The value that the service has.
fn given(workspace: &Workspace, sandbox: &Sandbox) -> Result<String> {
    let state = State::read(&workspace.directory().join("terraform.tfstate"))?;
    let query = state.instances.get("cleanrooms_protected_query.this").context("no query")?;
    let text = |name: &str| query.get(name).and_then(Value::as_str).context("it has no id");
    let path = format!("/memberships/{}/protectedQueries/{}", text("membership_id")?, text("id")?);
    let reply = sandbox.client().api(ACCOUNTS[0], "GET", &path, None)?.body;
    let value = reply["protectedQuery"]["sqlParameters"]["parameters"]["key"].as_str();
    value.map(str::to_owned).with_context(|| format!("the service has no value: {reply}"))
}

/// Looks into every file of the workspace, into a saved plan as well.
fn holds_none(workspace: &Workspace) -> Result<()> {
    let directory = workspace.directory();
    if directory.join("saved").exists() {
        // An archive, of which engines compress the parts.
        let unpacking = ["-m", "zipfile", "-e", "saved", "unpacked"];
        let unpacked = Command::new("python3").args(unpacking).current_dir(&directory).status();
        ensure!(unpacked.context("starting Python")?.success(), "the plan is no archive");
    }
    look_into(&directory)
}

fn look_into(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            look_into(&path)?;
            continue;
        }
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let is_held = bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes());
        ensure!(!is_held, "{} holds what is write-only", path.display());
    }
    Ok(())
}

/// What each of the values has in it.
const SECRET: &str = "open-sesame";

const CONFIGURATION: &str = r#"
variable "month" {
  type = string
}

variable "secret" {
  type      = string
  ephemeral = true
}

resource "cleanrooms_collaboration" "this" {
  name                     = "Reach"
  creator_display_name     = "Publisher"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}

resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}

resource "cleanrooms_protected_query" "this" {
  membership_id = cleanrooms_membership.this.id
  sql           = "SELECT COUNT(*) FROM orders"
  parameters_wo = { key = var.secret }
  triggers      = { month = var.month }
}
"#;
