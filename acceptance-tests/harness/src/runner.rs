//! Takes a scenario through an engine, step by step.

mod commands;
pub(crate) mod references;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

use crate::engine::Engine;
use crate::normalise::Normaliser;
use crate::provider::{MIRROR, Provider, SOURCE};
use crate::record::{Record, difference};
use crate::sandbox::{ACCOUNTS, REGION, Reply, Sandbox};
use crate::scenario::{Action, ApiCall, Command, Content, Run, Scenario, Step, file_name, files};
use crate::state::{IDENTITY, State};
use crate::workspace::{Installation, Workspace};
use crate::{expected, paths, stand_in};

const GENERATED: &str = "generated.tf";

/// Runs a scenario on an engine and compares the outcome with its expected
/// file.
///
/// # Errors
///
/// When a step fails that should not, the outcome differs, or something is
/// left in the sandbox.
pub fn run(folder: &Path, name: &str, engine: &Engine) -> Result<()> {
    let scenario = Scenario::read(folder)?;
    let companions = companion_texts(&scenario)?;
    // A folder with a provider configuration of its own may use none at all.
    let needs_provider = !scenario.has_provider() || companions.contains(SOURCE);
    let mut others = stand_in::named_in(&companions)?;
    if scenario.uses_mirror() {
        others.push((MIRROR, Provider::build()?.folder().to_path_buf()));
    }
    let installation = match needs_provider {
        true => Installation::Beside(Provider::build()?, &others),
        false => Installation::None,
    };
    let root = paths::target("scratch")?.join(engine.to_string()).join(name);
    let mut workspace = Workspace::create(&root, engine, installation)?;
    workspace.without_tls_but_in_smoke(name);
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let mut runner = Runner::new(&scenario, workspace, sandbox)?;
    runner.play().with_context(|| format!("the files are in {}", root.display()))?;
    let outcome = Value::Object(runner.outcome);
    expected::compare(&scenario.expected(), &outcome, &engine.leaves_out(&scenario.settings))
}

/// The texts of the files that a scenario brings along.
fn companion_texts(scenario: &Scenario) -> Result<String> {
    let files = scenario.companions.iter().filter(|companion| companion.is_file());
    files.map(|file| crate::scenario::text(file)).collect()
}

pub(crate) struct Runner<'a> {
    scenario: &'a Scenario,
    pub(crate) workspace: Workspace,
    pub(crate) sandbox: Sandbox,
    pub(crate) normaliser: Normaliser,
    /// What `${saved.NAME}` stands for.
    pub(crate) saved: BTreeMap<String, String>,
    /// The state as last recorded.
    state: State,
    pub(crate) outcome: Map<String, Value>,
}

impl<'a> Runner<'a> {
    /// Copies what the scenario brings along, and configures the provider.
    pub(crate) fn new(
        scenario: &'a Scenario,
        mut workspace: Workspace,
        sandbox: Sandbox,
    ) -> Result<Self> {
        for companion in &scenario.companions {
            copy(companion, &workspace.directory().join(file_name(companion)))?;
        }
        if !scenario.has_provider() {
            workspace.write("provider.tf", &provider_configuration(&sandbox.url()))?;
        }
        workspace.set_env("TF_VAR_sandbox", sandbox.url());
        for (name, value) in &scenario.settings.environment {
            workspace.set_env(name, value);
        }
        let normaliser = Normaliser::new(&sandbox.url(), &workspace.directory());
        Ok(Self {
            scenario,
            workspace,
            sandbox,
            normaliser,
            saved: BTreeMap::new(),
            state: State::default(),
            outcome: Map::new(),
        })
    }

    /// Plays all steps, and cleans up.
    pub(crate) fn play(&mut self) -> Result<()> {
        let scenario = self.scenario;
        for step in &scenario.steps {
            self.step(step).with_context(|| format!("step {}", step.name))?;
        }
        self.clean_up().context("cleaning up after the last step")
    }

    /// Plays one step.
    pub(crate) fn step(&mut self, step: &Step) -> Result<()> {
        match &step.content {
            Content::Configuration { text, run } => {
                self.workspace.remove(GENERATED)?;
                self.workspace.write("main.tf", text)?;
                let record = self.terraform(run)?;
                self.note(step.name.clone(), record)
            }
            Content::Actions(actions) => {
                for (position, action) in actions.iter().enumerate() {
                    let title = format!("{}: {}", step.name, position + 1);
                    let record = self.action(action).with_context(|| title.clone())?;
                    self.note(title, record)?;
                }
                Ok(())
            }
        }
    }

    /// Adds a record to the outcome, together with what happened to the state.
    fn note(&mut self, title: String, mut record: Record) -> Result<()> {
        let stored = self.stored()?;
        let mut normalised = State::default();
        for (address, attributes) in stored.instances {
            let Value::Object(attributes) = self.normaliser.value(attributes.into()) else {
                bail!("normalising an object gives an object");
            };
            normalised.instances.insert(address, attributes);
        }
        record.state = difference(&self.state, &normalised);
        self.state = normalised;
        let record = serde_json::to_value(record).context("writing the record of the step")?;
        let record = self.normaliser.value(record);
        if record.as_object().is_some_and(|record| !record.is_empty()) {
            self.outcome.insert(title, record);
        }
        Ok(())
    }

    fn stored(&self) -> Result<State> {
        let mut stored = State::read(&self.workspace.directory().join("terraform.tfstate"))?;
        if self.workspace.engine().loses_identities() {
            stored.instances.values_mut().for_each(|attributes| drop(attributes.remove(IDENTITY)));
        }
        Ok(stored)
    }

    fn action(&mut self, action: &Action) -> Result<Record> {
        match action {
            Action::Terraform(run) => return self.terraform(run),
            Action::Import(import) => return self.import(import),
            Action::Api(call) => return self.api(call),
            Action::StateRm(addresses) => {
                let mut arguments = vec!["state", "rm"];
                arguments.extend(addresses.iter().map(String::as_str));
                self.workspace.succeed(&arguments)?;
            }
            Action::Mirrored(_) => {
                let from = format!("{}/{SOURCE}", self.workspace.engine().registry_host());
                self.workspace.succeed(&[
                    "state",
                    "replace-provider",
                    "-auto-approve",
                    &from,
                    MIRROR,
                ])?;
            }
            Action::Taint(address) => {
                self.workspace.succeed(&["taint", address])?;
            }
            Action::Untaint(address) => {
                self.workspace.succeed(&["untaint", address])?;
            }
            Action::Save(values) => {
                for (name, value) in values {
                    let value = self.filled(value)?;
                    self.save(name, value);
                }
            }
            Action::Fault(fault) => self.admin("POST", "faults", Some(fault))?,
            Action::ClearFaults(_) => self.admin("DELETE", "faults", None)?,
            Action::Switches(switches) => self.admin("PATCH", "switches", Some(switches))?,
            Action::Quotas(quotas) => self.admin("PATCH", "quotas", Some(quotas))?,
        }
        Ok(Record::default())
    }

    fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Result<()> {
        let body = body.map(|body| self.filled_value(body)).transpose()?;
        self.sandbox.client().admin(method, path, body.as_ref()).map(drop)
    }

    fn api(&mut self, call: &ApiCall) -> Result<Record> {
        let path = self.filled_path(&call.path)?;
        let body = call.body.as_ref().map(|body| self.filled_value(body)).transpose()?;
        let reply = self.sandbox.client().api(&call.account, &call.method, &path, body.as_ref())?;
        let as_expected = match call.status {
            Some(status) => reply.status == status,
            None => (200..300).contains(&reply.status),
        };
        let Reply { status, body } = reply;
        ensure!(as_expected, "{} {path} answered {status}: {body}", call.method);
        for (name, pointer) in &call.save {
            let value = body.pointer(pointer).and_then(Value::as_str);
            let value = value.with_context(|| format!("no text at {pointer} in {body}"))?;
            self.save(name, value.to_owned());
        }
        Ok(Record { reply: call.record.then_some(body), ..Record::default() })
    }

    fn save(&mut self, name: &str, value: String) {
        self.workspace.set_env(format!("TF_VAR_{name}"), &value);
        self.saved.insert(name.to_owned(), value);
    }

    /// Destroys what the last step has left, and looks whether anything
    /// remains.
    fn clean_up(&mut self) -> Result<()> {
        self.sandbox.client().admin("DELETE", "faults", None)?;
        if !self.stored()?.instances.is_empty() {
            let record = self.terraform(&Run { command: Command::Destroy, ..Run::default() })?;
            self.note("destroy".to_owned(), record)?;
        }
        ensure!(self.stored()?.instances.is_empty(), "the state is not empty after destroy");
        let leftovers = self.sandbox.client().leftovers()?;
        match &self.scenario.settings.leaves_behind {
            None => ensure!(leftovers.is_empty(), "left in the sandbox: {leftovers:#?}"),
            Some(reason) => ensure!(!leftovers.is_empty(), "nothing is left, although: {reason}"),
        }
        Ok(())
    }
}

/// The provider configuration that a scenario need not write: three accounts,
/// all served by the sandbox.
pub fn provider_configuration(sandbox: &str) -> String {
    let mut text = format!(
        "terraform {{\n  required_providers {{\n    cleanrooms = {{\n      source = {SOURCE:?}\n    \
         }}\n  }}\n}}\n"
    );
    for (account, alias) in ACCOUNTS.into_iter().zip([None, Some("partner"), Some("third")]) {
        text.push_str(&provider_block(alias, account, sandbox));
    }
    text
}

/// A provider block of an account of the sandbox at that address.
pub(crate) fn provider_block(alias: Option<&str>, account: &str, sandbox: &str) -> String {
    let alias = alias.map(|alias| format!("  alias      = {alias:?}\n")).unwrap_or_default();
    format!(
        "\nprovider \"cleanrooms\" {{\n{alias}  region     = {REGION:?}\n  access_key = \
         {account:?}\n  secret_key = \"secret\"\n\n  endpoints {{\n    cleanrooms = \
         {sandbox:?}\n    sts        = {sandbox:?}\n  }}\n}}\n"
    )
}

/// Copies a file, or a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_file() {
        fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
        return Ok(());
    }
    fs::create_dir_all(to).with_context(|| format!("creating {}", to.display()))?;
    for inside in files(from)? {
        copy(&inside, &to.join(file_name(&inside)))?;
    }
    Ok(())
}
