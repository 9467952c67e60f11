//! One case of the matrix, and what it claims.

use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, bail, ensure};

use super::claims::{Claims, Outcome, Snapshot, Verdict};
use super::{CALLS, Change, Clean, Fault, Place};
use crate::expected;
use crate::messages::diagnostics_of_stream;
use crate::sandbox::{Client, Sandbox};
use crate::scenario::{Command, Content, Run};
use crate::state::State;
use crate::workspace::{Finished, Workspace};

/// Longer than the shortest time that the provider gives a reply.
const LATE: Duration = Duration::from_secs(4);

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
        stage.write_the_change()?;
        stage.client().clear_calls()?;
        let made = stage.change()?;
        ensure!(made.outcome.succeeded, "failed: {}", made.finished);
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
    pub fn run_with(&self, fault: &Fault, place: &Place) -> Result<Verdict> {
        let stage = Stage::prepare(self, &format!("{place}/{}", fault.name))?;
        let mut claims = Claims::new(&self.clean, stage.snapshot()?);
        stage.write_the_change()?;
        stage.client().clear_calls()?;
        stage.client().admin("POST", "faults", Some(&fault.at(place, LATE)))?;
        let hit = stage.change()?;
        stage.wait_until_carried_out(place)?;
        let is_met = match fault.lasts() {
            true => stage.client().calls()?.iter().any(|call| call.fault.is_some()),
            false => stage.client().faults_have_begun()?,
        };
        ensure!(is_met, "the fault met no call: {}", hit.finished);
        stage.client().admin("DELETE", "faults", None)?;
        let checked = claims.check(&hit.outcome, &stage.snapshot()?);
        checked.with_context(|| format!("with the fault: {}", hit.finished))?;
        for (address, id) in claims.to_import(&stage.snapshot()?)? {
            stage.workspace.succeed(&["import", "-input=false", "-no-color", &address, &id])?;
        }
        if !hit.outcome.succeeded || !stage.is_done()? {
            let mended = stage.mend()?;
            let checked = claims.check(&mended.outcome, &stage.snapshot()?);
            checked.with_context(|| format!("mended: {}", mended.finished))?;
            ensure!(mended.outcome.succeeded, "the next apply failed: {}", mended.finished);
        }
        ensure!(stage.is_done()?, "the final plan is not empty");
        claims.check_end(&stage.snapshot()?, &stage.client().calls()?)?;
        Ok(claims.verdict)
    }
}

/// A case under way.
struct Stage<'a> {
    change: &'a Change,
    workspace: Workspace,
    sandbox: Sandbox,
}

/// What a command came to, and its output.
struct Done {
    finished: Finished,
    outcome: Outcome,
}

impl<'a> Stage<'a> {
    fn prepare(change: &'a Change, case: &str) -> Result<Self> {
        let (workspace, sandbox) = change.prepared()?.copied(change, case)?;
        Ok(Self { change, workspace, sandbox })
    }

    fn client(&self) -> &Client {
        self.sandbox.client()
    }

    fn write_the_change(&self) -> Result<()> {
        match &self.change.last_step().content {
            Content::Configuration { text, .. } => self.workspace.write("main.tf", text),
            Content::Actions(_) => Ok(()),
        }
    }

    fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot {
            state: self.state()?,
            objects: self.client().objects()?,
            open_requests: self.client().open_requests()?,
        })
    }

    fn run_of_change(&self) -> Result<&'a Run> {
        self.change.run_of_change()
    }

    /// Makes the change as its step says.
    fn change(&self) -> Result<Done> {
        let run = self.run_of_change()?;
        self.apply(run.command, &run.arguments)
    }

    fn apply(&self, command: Command, further: &[String]) -> Result<Done> {
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
        let outcome = Outcome { succeeded: finished.status.success(), said };
        Ok(Done { finished, outcome })
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

    /// Applies as a user would who did not choose a special plan.
    fn mend(&self) -> Result<Done> {
        let mend = self.change.mend()?;
        self.apply(mend.command, &mend.arguments)
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

    fn state(&self) -> Result<State> {
        State::read(&self.workspace.directory().join("terraform.tfstate"))
    }

    /// The addresses in the state.
    fn instances(&self) -> Result<Vec<String>> {
        Ok(self.state()?.instances.into_keys().collect())
    }
}
