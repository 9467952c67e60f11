//! What all cases of a change start from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Change, Clean};
use crate::provider::Provider;
use crate::runner::{Runner, copy};
use crate::sandbox::Sandbox;
use crate::scenario::{Action, Content};
use crate::workspace::{Installation, Workspace};

const SANDBOX: &str = "sandbox.state";

/// A configuration, a state, and what the sandbox held, after the steps before
/// the change.
pub(super) struct Prepared {
    root: PathBuf,
    saved: BTreeMap<String, String>,
}

impl Prepared {
    /// Plays the steps before the change.
    pub(super) fn make(change: &Change) -> Result<Self> {
        let root = change.scratch("prepared")?;
        let mut workspace = Workspace::create(&root, change.engine()?, installation()?)?;
        workspace.without_tls();
        let sandbox = Sandbox::with_state(&root.join(SANDBOX)).context("starting the sandbox")?;
        let mut runner = Runner::new(&change.scenario, workspace, sandbox)?;
        let (_, before) = change.scenario.steps.split_last().expect("a scenario has a step");
        for step in before {
            runner.step(step).with_context(|| format!("step {}", step.name))?;
        }
        let saved = runner.saved;
        Ok(Self { root, saved })
    }

    /// A copy in a directory of its own, with a sandbox of its own.
    pub(super) fn copied(&self, change: &Change, case: &str) -> Result<(Workspace, Sandbox)> {
        let root = change.scratch(case)?;
        let mut workspace = Workspace::create(&root, change.engine()?, installation()?)?;
        workspace.without_tls();
        copy(&self.root.join("work"), &workspace.directory())?;
        let state = root.join(SANDBOX);
        fs::copy(self.root.join(SANDBOX), &state).context("copying the sandbox's state")?;
        let sandbox = Sandbox::with_state(&state).context("starting the sandbox")?;
        for (name, value) in &self.saved {
            workspace.set_env(format!("TF_VAR_{name}"), value);
        }
        settings(change, &sandbox)?;
        // The provider's configuration names the sandbox's address.
        let runner = Runner::new(&change.scenario, workspace, sandbox)?;
        Ok((runner.workspace, runner.sandbox))
    }
}

fn installation() -> Result<Installation<'static>> {
    Ok(Installation::DevOverride(Provider::build()?))
}

/// Switches and quotas are no part of the sandbox's state.
fn settings(change: &Change, sandbox: &Sandbox) -> Result<()> {
    let steps = change.scenario.steps.iter();
    let actions = steps.filter_map(|step| match &step.content {
        Content::Actions(actions) => Some(actions),
        Content::Configuration { .. } => None,
    });
    for action in actions.flatten() {
        let (path, body) = match action {
            Action::Switches(switches) => ("switches", switches),
            Action::Quotas(quotas) => ("quotas", quotas),
            _ => continue,
        };
        sandbox.client().admin("PATCH", path, Some(body))?;
    }
    Ok(())
}

/// The recorded outcome of a change; a file that is not there has no calls.
pub(super) fn read_clean(path: &Path) -> Result<Clean> {
    if !path.exists() {
        return Ok(Clean::default());
    }
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))
}
