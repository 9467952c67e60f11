// The demo talks to a person on a terminal.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

//! Shows the whole life of a collaboration between two companies.
//!
//! Everything is local: the provider is built from this tree, the sandbox
//! stands in for AWS, and the engine is whichever this machine has. Each step
//! checks that it did what it should; the exit status tells.

use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use cleanrooms_harness::engine::Engines;
use cleanrooms_harness::plan::Plan;
use cleanrooms_harness::provider::Provider;
use cleanrooms_harness::sandbox::{ACCOUNTS, Sandbox};
use cleanrooms_harness::state::State;
use cleanrooms_harness::workspace::Workspace;
use cleanrooms_harness::{examples, paths};
use serde_json::{Value, json};

const COLLABORATION: &str = "cleanrooms_collaboration.campaign";
const PLAN_FILE: &str = "planned";
const VOTES: &str = "cleanrooms_change_request_vote.agreed";

const OWNER: &str = ACCOUNTS[0];
const PUBLISHER: &str = ACCOUNTS[1];
const THIRD: &str = ACCOUNTS[2];

fn main() -> ExitCode {
    match demo() {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("\nThe demo failed: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result<()> {
    let mut stage = Stage::prepare()?;
    stage.create()?;
    stage.plan_again()?;
    stage.rename()?;
    stage.repair_drift()?;
    stage.add_member()?;
    stage.vote_and_commit()?;
    stage.import()?;
    stage.plan_replacement()?;
    stage.destroy()?;
    println!("\nAll {} steps did what they should.", stage.headings);
    Ok(())
}

/// What the steps act on.
struct Stage {
    workspace: Workspace,
    sandbox: Sandbox,
    headings: usize,
    /// `-var` arguments: how the configuration differs from the example by now.
    variables: Vec<String>,
}

impl Stage {
    fn prepare() -> Result<Self> {
        heading(1, "Build the provider");
        let provider = Provider::build()?;
        println!("{}", provider.folder().display());

        heading(2, "Start the sandbox, which stands in for AWS");
        let sandbox = Sandbox::start().context("starting the sandbox")?;
        println!("{}", sandbox.url());

        heading(3, "Find an engine");
        let engine = Engines::one()?;
        println!("{engine}");

        let folder = paths::repository().join("examples/complete");
        let root = paths::target("scratch")?.join("demo");
        let workspace = examples::workspace(&folder, &root, &engine, &sandbox.url())?;
        println!("examples/complete is copied to {}", workspace.directory().display());
        Ok(Self { workspace, sandbox, headings: 3, variables: Vec::new() })
    }

    fn create(&mut self) -> Result<()> {
        self.heading("Plan two companies' collaboration");
        let plan = self.plan(&[])?;
        ensure!(
            plan.changes.values().all(|change| change.action == "create"),
            "everything is to be created: {plan:#?}"
        );

        self.heading("Apply it in both accounts");
        self.apply_planned()?;
        let collaboration = self.collaboration()?;
        ensure!(collaboration["memberStatus"] == "ACTIVE", "the owner has joined: {collaboration}");
        let partner = self.sandbox.client().api(PUBLISHER, "GET", "/memberships", None)?;
        let memberships = partner.body["membershipSummaries"].as_array().map_or(0, Vec::len);
        ensure!(memberships == 1, "the partner has joined: {}", partner.body);
        Ok(())
    }

    fn plan_again(&mut self) -> Result<()> {
        self.heading("Plan again: nothing to do");
        self.plan_is_empty()
    }

    fn rename(&mut self) -> Result<()> {
        self.heading("Rename the collaboration in place");
        let before = self.id()?;
        self.variables.push("-var=name=Spring campaign".to_owned());
        let plan = self.plan(&[])?;
        self.expect_only(&plan, "update")?;
        self.apply_planned()?;
        let collaboration = self.collaboration()?;
        ensure!(collaboration["name"] == "Spring campaign", "it has the new name: {collaboration}");
        ensure!(self.id()? == before, "it is still the same collaboration");
        Ok(())
    }

    fn repair_drift(&mut self) -> Result<()> {
        self.heading("Somebody edits the description in the console; Terraform repairs it");
        let intended = self.collaboration()?["description"].clone();
        let path = format!("/collaborations/{}", self.id()?);
        let edit = json!({ "description": "Edited by hand" });
        let reply = self.sandbox.client().api(OWNER, "PATCH", &path, Some(&edit))?;
        ensure!(reply.status == 200, "the edit was accepted: {}", reply.body);
        let plan = self.plan(&[])?;
        self.expect_only(&plan, "update")?;
        self.apply_planned()?;
        let repaired = self.collaboration()?["description"].clone();
        ensure!(repaired == intended, "the description is {repaired} and not {intended}");
        Ok(())
    }

    fn add_member(&mut self) -> Result<()> {
        self.heading("Add a third company in place: its admission waits for the publisher's vote");
        let third =
            json!({ THIRD: { "display_name": "Example Insights", "member_abilities": [] } });
        self.variables.push(format!("-var=further_members={third}"));
        let plan = self.plan(&[])?;
        self.expect_only(&plan, "update")?;
        self.apply_planned()?;
        let status = self.status_of_third()?;
        ensure!(status.as_deref() == Some("PENDING_APPROVAL"), "the vote is open: {status:?}");

        self.heading("Plan while the vote is open: nothing to do");
        self.plan_is_empty()
    }

    fn vote_and_commit(&mut self) -> Result<()> {
        self.heading("The publisher agrees to that change, and to nothing else");
        let request = self.open_request()?;
        let agreed = json!({ &request: [THIRD] });
        self.variables.push(format!("-var=agreed_change_requests={agreed}"));
        let plan = self.plan(&[])?;
        let vote = format!("{VOTES}[\"{request}\"]");
        let change = plan.changes.get(&vote).context("the publisher is to vote")?;
        ensure!(
            change.action == "create" && plan.changes.len() == 1,
            "nothing but the vote is planned: {plan:#?}"
        );
        self.apply_planned()?;

        self.heading("The next apply commits the change");
        let plan = self.plan(&[])?;
        self.expect_only(&plan, "update")?;
        self.apply_planned()?;
        let status = self.status_of_third()?;
        ensure!(status.as_deref() == Some("INVITED"), "the third company is invited: {status:?}");

        self.heading("Plan after the commit: nothing to do");
        self.plan_is_empty()
    }

    /// The change request that the collaboration waits for.
    fn open_request(&self) -> Result<String> {
        let state = self.state()?;
        let collaboration = state.instances.get(COLLABORATION).context("it is in the state")?;
        let open = collaboration["change_requests"].as_object();
        open.and_then(|open| open.keys().next().cloned()).context("a change request is open")
    }

    /// The status of the third company in the state.
    fn status_of_third(&self) -> Result<Option<String>> {
        Ok(self.state()?.lookup(&format!("{COLLABORATION}.member_statuses.{THIRD}")))
    }

    fn import(&mut self) -> Result<()> {
        self.heading("Forget the collaboration, and import it again");
        let id = self.id()?;
        self.show(&["state", "rm", COLLABORATION])?;
        let mut arguments = vec!["import", "-input=false"];
        arguments.extend(self.variables.iter().map(String::as_str));
        arguments.extend([COLLABORATION, &id]);
        self.show(&arguments)?;
        ensure!(self.id()? == id, "the same collaboration is in the state");

        self.heading("Plan after the import: nothing to do");
        self.plan_is_empty()
    }

    fn plan_replacement(&mut self) -> Result<()> {
        self.heading("What cannot change in place is announced (plan only)");
        let plan = self.plan(&["-var=creator_display_name=Another name"])?;
        let change = plan.changes.get(COLLABORATION).context("the collaboration changes")?;
        ensure!(change.action == "replace", "it is to be replaced: {change:?}");
        ensure!(
            change.replace_paths == ["creator_display_name"],
            "the plan names the attribute: {change:?}"
        );
        Ok(())
    }

    fn destroy(&mut self) -> Result<()> {
        self.heading("Destroy everything");
        let mut arguments = vec!["destroy", "-auto-approve", "-input=false"];
        arguments.extend(self.variables.iter().map(String::as_str));
        self.show(&arguments)?;
        let leftovers = self.sandbox.client().leftovers()?;
        ensure!(leftovers.is_empty(), "left in the sandbox: {leftovers:#?}");
        Ok(())
    }

    fn heading(&mut self, text: &str) {
        self.headings += 1;
        heading(self.headings, text);
    }

    /// Runs a command with the engine's own output on the terminal.
    fn show(&self, arguments: &[&str]) -> Result<()> {
        let status = self.workspace.command(arguments).status().context("starting the engine")?;
        ensure!(status.success(), "`{}` failed ({status})", arguments.join(" "));
        Ok(())
    }

    /// Shows a plan, and gives it for checking.
    fn plan(&self, further: &[&str]) -> Result<Plan> {
        let out = format!("-out={PLAN_FILE}");
        let mut arguments = vec!["plan", "-input=false", &out];
        arguments.extend(self.variables.iter().map(String::as_str));
        arguments.extend(further);
        self.show(&arguments)?;
        let shown = self.workspace.succeed(&["show", "-json", PLAN_FILE])?;
        Plan::parse(&shown).context("reading the plan")
    }

    fn plan_is_empty(&self) -> Result<()> {
        let plan = self.plan(&[])?;
        ensure!(plan.is_empty(), "the plan is empty: {plan:#?}");
        Ok(())
    }

    fn apply_planned(&self) -> Result<()> {
        self.show(&["apply", "-input=false", PLAN_FILE])
    }

    fn expect_only(&self, plan: &Plan, action: &str) -> Result<()> {
        match plan.changes.get(COLLABORATION) {
            Some(change) if change.action == action && plan.changes.len() == 1 => Ok(()),
            _ => bail!("only the collaboration has an {action}: {plan:#?}"),
        }
    }

    fn id(&self) -> Result<String> {
        self.state()?
            .lookup(&format!("{COLLABORATION}.id"))
            .context("the collaboration is in the state")
    }

    fn state(&self) -> Result<State> {
        State::read(&self.workspace.directory().join("terraform.tfstate"))
    }

    /// The collaboration as its owner sees it through the API.
    fn collaboration(&self) -> Result<Value> {
        let path = format!("/collaborations/{}", self.id()?);
        let mut reply = self.sandbox.client().api(OWNER, "GET", &path, None)?;
        ensure!(reply.status == 200, "GET {path} answered {}: {}", reply.status, reply.body);
        Ok(reply.body["collaboration"].take())
    }
}

fn heading(number: usize, text: &str) {
    println!("\n=== {number}. {text} ===\n");
}
