//! One case of the matrix, and what it claims.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, bail, ensure};

use super::{CALLS, Change, Clean, Fault, Place};
use crate::expected;
use crate::messages::{Diagnostic, diagnostics_of_stream};
use crate::sandbox::{Client, Sandbox};
use crate::scenario::{Action, Command, Content, Run};
use crate::state::State;
use crate::workspace::{Finished, Workspace};

/// How long a call may go on after the provider has given it up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often the journal is looked at for such a call.
const GLANCE: Duration = Duration::from_millis(20);

impl Change {
    /// Makes the change without a fault, and compares its calls with
    /// `calls.json`, which the cases are made of; rewrites it on request.
    ///
    /// # Errors
    ///
    /// When it fails, its calls are others, or the plan afterwards is not empty.
    pub fn run_without_fault(&self) -> Result<()> {
        let stage = Stage::prepare(self, "no_fault")?;
        stage.client().clear_calls()?;
        let made = stage.change()?;
        ensure!(made.succeeded(), "failed: {}", made.finished);
        let calls = stage.client().calls()?.into_iter().filter_map(|call| call.operation).collect();
        let clean = Clean {
            calls,
            instances: stage.instances()?,
            objects: stage.client().objects()?.len(),
            open_requests: stage.client().open_requests()?,
        };
        if stage.run_of_change()?.command != Command::Destroy {
            ensure!(stage.plan_is_empty()?, "the final plan is not empty");
        }
        if clean.is_like(&self.clean) {
            return Ok(());
        }
        let path = self.scenario.folder.join(CALLS);
        ensure!(
            expected::is_updating(),
            "not as {} lists ({}=1 rewrites it): {clean:#?}",
            path.display(),
            expected::UPDATE_VARIABLE
        );
        let text = serde_json::to_string_pretty(&clean).context("writing the calls")? + "\n";
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
    }

    /// Makes the change with a fault at one of its calls, and then without it.
    ///
    /// # Errors
    ///
    /// When an object is made twice or lost, when a resource is tainted or
    /// destroyed, or when the second apply does not bring about what the
    /// configuration says.
    pub fn run_with(&self, fault: &Fault, place: &Place) -> Result<()> {
        let mut stage = Stage::prepare(self, &format!("{place}/{}", fault.name))?;
        stage.client().clear_calls()?;
        stage.client().admin("POST", "faults", Some(&fault.at(place)))?;
        let hit = stage.change()?;
        stage.wait_until_carried_out(place)?;
        let is_met = match fault.lasts() {
            true => stage.client().calls()?.iter().any(|call| call.fault.is_some()),
            false => stage.client().faults_have_begun()?,
        };
        ensure!(is_met, "the fault met no call: {}", hit.finished);
        stage.client().admin("DELETE", "faults", None)?;
        stage.check(&hit).with_context(|| format!("with the fault: {}", hit.finished))?;
        stage.recover(hit)?;
        stage.nothing_else_was_destroyed()
    }
}

/// A case under way.
struct Stage<'a> {
    change: &'a Change,
    workspace: Workspace,
    sandbox: Sandbox,
    /// Objects that state did not know before the change.
    strangers: BTreeSet<String>,
    objects_before: usize,
    requests_before: usize,
    /// Everything that was said so far.
    said: Vec<Diagnostic>,
}

/// What a command came to.
struct Outcome {
    finished: Finished,
    said: Vec<Diagnostic>,
}

impl Outcome {
    fn succeeded(&self) -> bool {
        self.finished.status.success()
    }
}

impl<'a> Stage<'a> {
    fn prepare(change: &'a Change, case: &str) -> Result<Self> {
        let (workspace, sandbox) = change.prepared()?.copied(change, case)?;
        let mut stage = Self {
            change,
            workspace,
            sandbox,
            strangers: BTreeSet::new(),
            objects_before: 0,
            requests_before: 0,
            said: Vec::new(),
        };
        let known = stage.known_ids()?;
        let objects = stage.client().objects()?;
        stage.objects_before = objects.len();
        stage.requests_before = stage.client().open_requests()?;
        stage.strangers = objects.difference(&known).cloned().collect();
        if let Content::Configuration { text, .. } = &stage.last_step().content {
            stage.workspace.write("main.tf", text)?;
        }
        Ok(stage)
    }

    fn client(&self) -> &Client {
        self.sandbox.client()
    }

    fn last_step(&self) -> &'a crate::scenario::Step {
        self.change.scenario.steps.last().expect("a scenario has a step")
    }

    fn run_of_change(&self) -> Result<&'a Run> {
        match &self.last_step().content {
            Content::Configuration { run, .. } => Ok(run),
            Content::Actions(actions) => match &actions[..] {
                [Action::Terraform(run)] => Ok(run),
                _ => bail!("the last step of a change is a configuration or a run of it"),
            },
        }
    }

    /// Makes the change as its step says.
    fn change(&self) -> Result<Outcome> {
        let run = self.run_of_change()?;
        self.apply(run.command, &run.arguments)
    }

    fn apply(&self, command: Command, further: &[String]) -> Result<Outcome> {
        let mut arguments = vec!["apply", "-auto-approve", "-json", "-input=false"];
        match command {
            Command::Apply => {}
            Command::Destroy => arguments.push("-destroy"),
            Command::Refresh => arguments.push("-refresh-only"),
            other => bail!("`{other:?}` changes nothing"),
        }
        arguments.extend(further.iter().map(String::as_str));
        let finished = self.workspace.run(&arguments)?;
        let said = diagnostics_of_stream(&finished.stdout);
        Ok(Outcome { finished, said })
    }

    /// Waits for a call that goes on although the provider has given it up.
    fn wait_until_carried_out(&self, place: &Place) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let calls = self.client().calls()?;
            let matching =
                calls.iter().filter(|call| call.operation.as_ref() == Some(&place.operation));
            if matching.count() > place.earlier {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{place} was never called");
            thread::sleep(GLANCE);
        }
    }

    /// What must hold at any time.
    fn check(&mut self, outcome: &Outcome) -> Result<()> {
        self.said.extend(outcome.said.iter().cloned());
        says_what_happened(outcome)?;
        self.nothing_is_tainted()?;
        self.nothing_is_doubled()?;
        let orphans = self.orphans()?;
        ensure!(
            orphans.is_empty() || self.reply_was_lost(),
            "exist, but are neither in the state nor named in a diagnostic: {orphans:?}"
        );
        Ok(())
    }

    fn nothing_is_tainted(&self) -> Result<()> {
        for (address, attributes) in self.state()?.instances {
            ensure!(!attributes.contains_key("(status)"), "{address} is tainted");
            ensure!(!address.contains("(deposed)"), "{address} remains");
        }
        Ok(())
    }

    fn nothing_is_doubled(&self) -> Result<()> {
        let most = self.objects_before.max(self.change.clean.objects);
        let objects = self.client().objects()?;
        ensure!(objects.len() <= most, "more than {most} exist: {objects:?}");
        let most = self.requests_before.max(self.change.clean.open_requests);
        let requests = self.client().open_requests()?;
        ensure!(requests <= most, "{requests} change requests are open, more than {most}");
        Ok(())
    }

    /// Brings about what the configuration says, now that nothing goes wrong.
    fn recover(&mut self, hit: Outcome) -> Result<()> {
        self.import_what_was_lost()?;
        if !hit.succeeded() || !self.is_done()? {
            let mended = self.mend()?;
            self.check(&mended).with_context(|| format!("mended: {}", mended.finished))?;
            ensure!(mended.succeeded(), "the next apply failed: {}", mended.finished);
        }
        ensure!(self.is_done()?, "the final plan is not empty");
        let orphans = self.orphans()?;
        ensure!(orphans.is_empty(), "not in the state: {orphans:?}");
        let remaining: Vec<_> = self.client().objects()?.into_iter().collect();
        ensure!(
            remaining.len() == self.change.clean.objects
                || remaining.iter().any(|id| self.is_named(id)),
            "there should be {} objects: {remaining:?}",
            self.change.clean.objects
        );
        let requests = self.client().open_requests()?;
        ensure!(
            requests == self.change.clean.open_requests,
            "{requests} change requests are open, not {}",
            self.change.clean.open_requests
        );
        Ok(())
    }

    /// Applies as a user would who did not choose a special plan.
    fn mend(&self) -> Result<Outcome> {
        let run = self.run_of_change()?;
        if run.command == Command::Destroy {
            let targets = run.arguments.iter().filter(|argument| argument.starts_with("-target"));
            return self.apply(Command::Destroy, &targets.cloned().collect::<Vec<_>>());
        }
        self.apply(Command::Apply, &[])
    }

    /// After an error that says so, does what it says.
    fn import_what_was_lost(&self) -> Result<()> {
        let orphans = self.orphans()?;
        let state = self.state()?;
        let expected = self.change.clean.instances.iter();
        let mut missing = expected.filter(|address| !state.instances.contains_key(*address));
        for orphan in &orphans {
            let address = missing.next().context("nothing in the configuration is missing")?;
            self.workspace.succeed(&["import", "-input=false", "-no-color", address, orphan])?;
        }
        Ok(())
    }

    /// Whether the state is as after a change without faults, and nothing is left to do.
    fn is_done(&self) -> Result<bool> {
        if self.instances()? != self.change.clean.instances {
            return Ok(false);
        }
        Ok(self.run_of_change()?.command == Command::Destroy || self.plan_is_empty()?)
    }

    fn plan_is_empty(&self) -> Result<bool> {
        let arguments = ["plan", "-detailed-exitcode", "-input=false", "-no-color"];
        let finished = self.workspace.run(&arguments)?;
        match finished.status.code() {
            Some(0) => Ok(true),
            Some(2) => Ok(false),
            _ => bail!("the plan failed: {finished}"),
        }
    }

    /// Destroying in order to create anew is what taint does.
    fn nothing_else_was_destroyed(&self) -> Result<()> {
        for call in self.client().calls()? {
            let Some(operation) = call.operation else { continue };
            ensure!(
                !["DeleteCollaboration", "DeleteMembership"].contains(&operation.as_str())
                    || self.change.clean.calls.contains(&operation),
                "{operation} was called"
            );
        }
        Ok(())
    }

    /// Objects that neither the state nor any diagnostic knows.
    fn orphans(&self) -> Result<BTreeSet<String>> {
        let known = self.known_ids()?;
        let objects = self.client().objects()?;
        let unknown = objects.difference(&known).filter(|id| !self.strangers.contains(*id));
        Ok(unknown.filter(|id| !self.is_named(id)).cloned().collect())
    }

    fn is_named(&self, id: &str) -> bool {
        self.said.iter().any(|said| said.detail.contains(id) || said.summary.contains(id))
    }

    fn reply_was_lost(&self) -> bool {
        let says_so = |said: &Diagnostic| {
            said.is_error()
                && said.summary.contains("The reply to")
                && said.summary.contains("was lost")
        };
        self.said.iter().any(says_so)
    }

    fn state(&self) -> Result<State> {
        State::read(&self.workspace.directory().join("terraform.tfstate"))
    }

    /// The addresses in the state.
    fn instances(&self) -> Result<Vec<String>> {
        Ok(self.state()?.instances.into_keys().collect())
    }

    fn known_ids(&self) -> Result<BTreeSet<String>> {
        let ids = self.state()?.instances.into_values();
        Ok(ids.filter_map(|attributes| Some(attributes.get("id")?.as_str()?.to_owned())).collect())
    }
}

/// A failure has an error that explains it, and no diagnostic is our own fault.
fn says_what_happened(outcome: &Outcome) -> Result<()> {
    let explains = |said: &Diagnostic| said.is_error() && !said.detail.is_empty();
    ensure!(
        outcome.succeeded() || outcome.said.iter().any(explains),
        "failed without an explanation"
    );
    for said in &outcome.said {
        let text = format!("{} {}", said.summary, said.detail);
        for bug in ["inconsistent", "bug in the provider", "panic", "did not respond"] {
            ensure!(!text.contains(bug), "a bug shows: {text}");
        }
    }
    Ok(())
}
