//! A saved plan that is applied where the provider's settings come out otherwise.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::provider_block::{APPLY, PLAN, told, with_provider};
use crate::engine::Engine;
use crate::runner::references::percent_encoded;
use crate::sandbox::{ACCOUNTS, Sandbox};
use crate::workspace::{Finished, Workspace};

/// What the provider says, and what core says where it compares the plans itself.
const REFUSALS: [&str; 2] = [
    "The plan was made with other settings of the provider",
    "Provider produced inconsistent final plan",
];

/// Where a plan is made, and where it is applied: another Region, or another default tag.
const SETTINGS: [(&str, &str, &str); 2] = [
    ("AWS_REGION", "us-east-1", "eu-west-1"),
    ("TF_AWS_DEFAULT_TAGS_Owner", "data", "somebody-else"),
];

/// A replacement that was planned with other settings is refused by whichever half acts first: the
/// old object stays.
///
/// # Errors
///
/// When it is carried out, for another reason not, or something has changed.
pub fn replacing_with_other_settings_destroys_nothing(engine: &Engine) -> Result<()> {
    for (variable, then, now) in SETTINGS {
        for first in ["false", "true"] {
            let mut prepared = Prepared::new("saved_replacement", engine, first)?;
            prepared.workspace.succeed(&APPLY)?;
            let before = prepared.objects()?;
            ensure!(before.len() == 1, "there is no collaboration: {before:?}");
            let finished = prepared.planned_and_applied(&["-var=log=ENABLED"], variable, now)?;
            // Only the half that makes the new one is planned again, and an engine that does not
            // hand on the first plan's notes is quicker than the provider.
            let refusals = if first == "true" { &REFUSALS[..] } else { &REFUSALS[..1] };
            refused(&finished, refusals)?;
            ensure!(prepared.objects()? == before, "another object is there: {finished}");
            // With one and the same setting it is carried out.
            prepared.workspace.set_env(variable, then);
            let finished = prepared.planned_and_applied(&["-var=log=ENABLED"], variable, then)?;
            ensure!(finished.status.success(), "it is refused: {finished}");
            ensure!(prepared.objects()? != before, "the object is the same");
        }
    }
    Ok(())
}

/// A create, and an update of tags, that were planned with other settings change nothing. An update
/// in another Region and a destruction take nothing from them, and are carried out.
///
/// # Errors
///
/// When something is changed that should not, or is not that should.
pub fn other_changes_with_other_settings(engine: &Engine) -> Result<()> {
    for (variable, then, now) in SETTINGS {
        let mut prepared = Prepared::new("saved_change", engine, "false")?;
        let finished = prepared.planned_and_applied(&[], variable, now)?;
        refused(&finished, &REFUSALS)?;
        ensure!(prepared.objects()?.is_empty(), "something was made: {finished}");

        prepared.workspace.set_env(variable, then);
        prepared.workspace.succeed(&APPLY)?;
        let before = prepared.objects()?;
        let finished = prepared.planned_and_applied(&["-var=name=Renamed"], variable, now)?;
        if variable == "AWS_REGION" {
            ensure!(finished.status.success(), "the update was refused: {finished}");
        } else {
            refused(&finished, &REFUSALS)?;
        }
        ensure!(prepared.objects()? == before, "the object is another one: {finished}");

        prepared.workspace.set_env(variable, then);
        let finished = prepared.planned_and_applied(&["-destroy"], variable, now)?;
        ensure!(finished.status.success(), "the destruction was refused: {finished}");
        ensure!(prepared.objects()?.is_empty(), "the object is left: {finished}");
    }
    Ok(())
}

/// Keys of tags in other Unicode forms settle: what the environment gives is no change after an
/// apply, and what it ignores is ignored.
///
/// # Errors
///
/// When the plan after an apply has changes.
pub fn tags_in_any_unicode_form_settle(engine: &Engine) -> Result<()> {
    let mut prepared = Prepared::new("unicode_tags", engine, "false")?;
    prepared.workspace.set_env("TF_AWS_DEFAULT_TAGS_cafe\u{301}", "e\u{301}");
    prepared.workspace.set_env("TF_AWS_IGNORE_TAGS_KEYS", "o\u{308}");
    prepared.workspace.succeed(&APPLY)?;
    for key in ["\u{f6}", "o\u{308}", "caf\u{e9}"] {
        // The last one is the one that is there already.
        prepared.tag(key, "e\u{301}")?;
    }
    prepared.workspace.succeed(&[&PLAN[..], &["-detailed-exitcode"]].concat())?;
    Ok(())
}

fn refused(finished: &Finished, reasons: &[&str]) -> Result<()> {
    ensure!(!finished.status.success(), "it was carried out: {finished}");
    let is_told = reasons.iter().any(|reason| told(finished, reason));
    ensure!(is_told, "none of {reasons:?} is told: {finished}");
    Ok(())
}

struct Prepared {
    workspace: Workspace,
    sandbox: Sandbox,
}

impl Prepared {
    /// A workspace whose provider takes its settings from the environment.
    fn new(name: &str, engine: &Engine, creates_first: &str) -> Result<Self> {
        let sandbox = Sandbox::start().context("starting the sandbox")?;
        let mut workspace = with_provider(name, engine, &sandbox)?;
        workspace.write("main.tf", &CONFIGURATION.replace("FIRST", creates_first))?;
        for (variable, then, _) in SETTINGS {
            workspace.set_env(variable, then);
        }
        Ok(Self { workspace, sandbox })
    }

    /// Saves a plan, and applies it with another value of that variable.
    fn planned_and_applied(
        &mut self,
        arguments: &[&str],
        variable: &str,
        now: &str,
    ) -> Result<Finished> {
        self.workspace.succeed(&[&PLAN[..], &["-out=saved"], arguments].concat())?;
        self.workspace.set_env(variable, now);
        self.workspace.run(&["apply", "-input=false", "-no-color", "saved"])
    }

    /// The ARNs of all collaborations, in every Region.
    fn objects(&self) -> Result<Vec<String>> {
        let objects = self.sandbox.client().admin("GET", "objects", None)?.body;
        let objects = objects["objects"].as_array().context("no objects")?.iter();
        let of_kind = objects.filter(|object| object["kind"] == "collaboration");
        of_kind.map(|object| Ok(text(&object["arn"])?.to_owned())).collect()
    }

    /// Tags the collaboration as others do.
    fn tag(&self, key: &str, value: &str) -> Result<()> {
        let arn = self.objects()?.pop().context("there is no collaboration")?;
        let path = format!("/tags/{}", percent_encoded(&arn));
        let body = serde_json::json!({ "tags": { key: value } });
        let reply = self.sandbox.client().api(ACCOUNTS[0], "POST", &path, Some(&body))?;
        ensure!(reply.status == 200, "tagging answered {}: {}", reply.status, reply.body);
        Ok(())
    }
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("{value} is no text"))
}

const CONFIGURATION: &str = r#"
variable "sandbox" {
  type = string
}

variable "name" {
  type    = string
  default = "Research"
}

variable "log" {
  type    = string
  default = "DISABLED"
}

provider "cleanrooms" {
  access_key = "111122223333"
  secret_key = "secret"

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}

resource "cleanrooms_collaboration" "this" {
  name                     = var.name
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = var.log
  members                  = {}

  lifecycle {
    create_before_destroy = FIRST
  }
}
"#;
