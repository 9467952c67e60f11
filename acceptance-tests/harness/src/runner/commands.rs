//! The commands of the engine, and what each of them comes to.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

use super::{GENERATED, Runner};
use crate::messages::{self, Diagnostic};
use crate::plan::Plan;
use crate::record::{Phase, Record, counted};
use crate::scenario::{Command, Import, Interrupt, Run};
use crate::workspace::{Finished, Trigger};

const PLAN_FILE: &str = "planned";

impl Runner<'_> {
    pub(super) fn import(&mut self, import: &Import) -> Result<Record> {
        let id = self.filled(&import.id)?;
        let mut record = Record::default();
        let arguments = ["import", "-no-color", "-input=false", &import.address, &id];
        let finished = self.engine(&arguments, None)?;
        let diagnostics =
            messages::diagnostics_of_text(&(finished.stdout.clone() + &finished.stderr));
        let failed = self.check(&finished, &diagnostics, import.expect_error.as_deref())?;
        record.phases.insert("import", self.phase(Plan::default(), diagnostics, &[])?);
        if !failed {
            let run = Run { leaves_changes: import.leaves_changes, ..Run::default() };
            self.follow_up(&run, &mut record)?;
        }
        Ok(record)
    }

    pub(super) fn terraform(&mut self, run: &Run) -> Result<Record> {
        let mut record = Record::default();
        let failed = match run.command {
            Command::Validate => self.validate(run, &mut record)?,
            Command::Plan | Command::PlanDestroy => self.plan(run, &mut record)?,
            Command::Apply | Command::Destroy | Command::Refresh => {
                self.plan(run, &mut record)? || self.apply(run, &mut record)?
            }
        };
        if let (Some(title), false) = (&run.expect_error, failed) {
            bail!("expected an error `{title}`, but all went well");
        }
        if run.command == Command::Apply && !failed && run.interrupt.is_none() {
            self.follow_up(run, &mut record)?;
        }
        Ok(record)
    }

    fn validate(&mut self, run: &Run, record: &mut Record) -> Result<bool> {
        let finished = self.engine(&["validate", "-json"], None)?;
        let diagnostics = messages::diagnostics_of_validation(&finished.stdout)
            .with_context(|| format!("validate: {finished}"))?;
        let failed = self.check(&finished, &diagnostics, run.expect_error.as_deref())?;
        let phase = self.phase(Plan::default(), diagnostics, &run.uncounted)?;
        record.phases.insert("validate", phase);
        Ok(failed)
    }

    fn plan(&mut self, run: &Run, record: &mut Record) -> Result<bool> {
        let out = format!("-out={PLAN_FILE}");
        let mut arguments =
            vec!["plan".to_owned(), "-json".to_owned(), "-input=false".to_owned(), out];
        match run.command {
            Command::Destroy | Command::PlanDestroy => arguments.push("-destroy".to_owned()),
            Command::Refresh => arguments.push("-refresh-only".to_owned()),
            Command::Apply | Command::Plan | Command::Validate => {}
        }
        if run.generate_config {
            arguments.push(format!("-generate-config-out={GENERATED}"));
        }
        arguments.extend(run.replace.iter().map(|address| format!("-replace={address}")));
        arguments.extend(run.arguments.iter().cloned());
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();

        let applies = !matches!(run.command, Command::Plan | Command::PlanDestroy);
        let interrupt = if applies { None } else { run.interrupt.as_ref() };
        let finished = self.engine(&arguments, interrupt)?;
        let diagnostics = messages::diagnostics_of_stream(&finished.stdout);
        let failed = match interrupt {
            Some(_) => !finished.status.success(),
            None => self.check(&finished, &diagnostics, run.expect_error.as_deref())?,
        };
        let plan = if failed { Plan::default() } else { self.planned()? };
        let phase = self.phase(plan, diagnostics, &run.uncounted)?;
        record.phases.insert("plan", phase);
        Ok(failed)
    }

    fn planned(&self) -> Result<Plan> {
        let shown = self.workspace.succeed(&["show", "-json", PLAN_FILE])?;
        Plan::parse(&shown).context("reading what `show -json` printed")
    }

    fn apply(&mut self, run: &Run, record: &mut Record) -> Result<bool> {
        let arguments = ["apply", "-json", "-input=false", PLAN_FILE];
        let finished = self.engine(&arguments, run.interrupt.as_ref())?;
        let diagnostics = messages::diagnostics_of_stream(&finished.stdout);
        let failed = match run.interrupt {
            Some(_) => !finished.status.success(),
            None => self.check(&finished, &diagnostics, run.expect_error.as_deref())?,
        };
        let mut phase = self.phase(Plan::default(), diagnostics, &run.uncounted)?;
        phase.actions = messages::progress_of_stream(&finished.stdout);
        record.phases.insert("apply", phase);
        Ok(failed)
    }

    /// The plan after an apply or an import, which must be empty.
    fn follow_up(&mut self, run: &Run, record: &mut Record) -> Result<()> {
        let out = format!("-out={PLAN_FILE}");
        let arguments = ["plan", "-json", "-input=false", "-detailed-exitcode", &out];
        let finished = self.engine(&arguments, None)?;
        let diagnostics = messages::diagnostics_of_stream(&finished.stdout);
        let plan = match finished.status.code() {
            Some(0) => Plan::default(),
            Some(2) => self.planned()?,
            _ => bail!("the plan that follows failed: {finished}"),
        };
        ensure!(
            plan.is_empty() || run.leaves_changes,
            "the plan that follows is not empty: {:#?}",
            plan.changes
        );
        ensure!(
            !(plan.is_empty() && run.leaves_changes),
            "the step says `leaves_changes`, but the plan that follows is empty"
        );
        let phase = self.phase(plan, diagnostics, &run.uncounted)?;
        record.phases.insert("then", phase);
        Ok(())
    }

    /// Runs a command with an empty journal, so that [`Runner::phase`] finds
    /// the calls of this command alone.
    fn engine(&self, arguments: &[&str], interrupt: Option<&Interrupt>) -> Result<Finished> {
        self.sandbox.client().clear_calls()?;
        let Some(interrupt) = interrupt else {
            return self.workspace.run(arguments);
        };
        let due = Box::new(|| self.is_due(interrupt));
        self.workspace.run_until(arguments, Some(Trigger { signal: interrupt.signal, due }))
    }

    fn is_due(&self, interrupt: &Interrupt) -> Result<bool> {
        let client = self.sandbox.client();
        let Some(operation) = &interrupt.operation else {
            return client.faults_have_begun();
        };
        let calls = client.calls()?;
        let matching = calls.iter().filter(|call| call.operation.as_ref() == Some(operation));
        Ok(matching.count() >= interrupt.count)
    }

    fn phase(
        &self,
        plan: Plan,
        diagnostics: Vec<Diagnostic>,
        uncounted: &[String],
    ) -> Result<Phase> {
        let calls = counted(&self.sandbox.client().calls()?, uncounted);
        Ok(Phase { plan, actions: BTreeMap::new(), diagnostics, calls })
    }

    /// Whether a command failed; an error if that is not what was expected.
    fn check(
        &self,
        finished: &Finished,
        said: &[Diagnostic],
        expected: Option<&str>,
    ) -> Result<bool> {
        if finished.status.success() {
            return Ok(false);
        }
        let Some(expected) = expected else { bail!("failed: {finished}") };
        ensure!(
            said.iter()
                .any(|diagnostic| diagnostic.is_error() && diagnostic.summary.contains(expected)),
            "failed, but not with `{expected}`: {finished}"
        );
        Ok(true)
    }
}
