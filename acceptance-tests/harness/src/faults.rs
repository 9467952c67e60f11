//! The fault matrix: every fault of the sandbox at every API call of a change.
//!
//! A change is a scenario folder below `acceptance-tests/faults/`: its last
//! step is the change, and the steps before it prepare for it, once for all
//! cases. Its `calls.json` lists the API calls of the change when nothing goes
//! wrong. A case makes the change with one fault at one of these calls, mends
//! the fault, and applies again.

mod case;
pub mod claims;
mod kinds;
mod prepared;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};

pub use self::kinds::Fault;
use self::prepared::Prepared;
use crate::engine::Engine;
use crate::paths;
use crate::scenario::{self, Action, Command, Content, Run, Scenario, Settings, Step};

/// The file in a change's folder that lists its calls.
pub const CALLS: &str = "calls.json";

/// A change, on an engine.
pub struct Change {
    name: String,
    engine: Option<Engine>,
    scenario: Scenario,
    clean: Clean,
    prepared: OnceLock<std::result::Result<Prepared, String>>,
}

/// What a change comes to when nothing goes wrong.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
pub struct Clean {
    /// The operations in the order of the journal, in one of the orders that
    /// calls at the same time may arrive in.
    pub calls: Vec<String>,
    /// The addresses in the state afterwards.
    pub instances: Vec<String>,
    /// How many objects exist afterwards.
    pub objects: usize,
    /// How many change requests may still take effect afterwards.
    #[serde(default)]
    pub open_requests: usize,
}

/// A call of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The operation.
    pub operation: String,
    /// How many calls of that operation come before it.
    pub earlier: usize,
    /// How many calls of any operation come before it.
    pub position: usize,
}

impl Place {
    /// Whether the call only looks.
    pub fn is_read(&self) -> bool {
        ["Get", "List"].iter().any(|verb| self.operation.starts_with(verb))
    }
}

impl Clean {
    /// Whether both are the same but for the order of calls.
    pub fn is_like(&self, other: &Self) -> bool {
        let sorted = |clean: &Self| {
            let mut clean = clean.clone();
            clean.calls.sort();
            clean
        };
        sorted(self) == sorted(other)
    }
}

/// Which calls of changes are alike, however many changes make them.
///
/// What reads something of one kind of resource is like other such reads: those before the first call that
/// changes something, and those after it. What changes something is like nothing else.
#[derive(Debug, Default)]
pub struct Alike(BTreeSet<(String, String, bool)>);

impl Alike {
    /// The calls of a change, each with whether it is the first of its like.
    pub fn places(&mut self, change: &Change) -> Vec<(Place, bool)> {
        let kind = change.kind().to_owned();
        let mut is_changed = false;
        let judged = |place: Place| {
            is_changed |= !place.is_read();
            let is_new = self.0.insert((kind.clone(), place.operation.clone(), is_changed));
            let is_first = is_new || !place.is_read();
            (place, is_first)
        };
        change.places().into_iter().map(judged).collect()
    }
}

impl Change {
    /// Every change that is described, for one engine.
    ///
    /// # Errors
    ///
    /// When a folder cannot be read.
    pub fn all(engine: &Engine) -> Result<Vec<Arc<Self>>> {
        let mut changes = Self::described(Some(engine))?;
        changes.retain(|change| engine.lacks(&change.scenario.settings.needs).is_none());
        Ok(changes)
    }

    /// Every change that is described, for whoever makes it without an engine.
    ///
    /// # Errors
    ///
    /// When a folder cannot be read.
    pub fn all_described() -> Result<Vec<Arc<Self>>> {
        Self::described(None)
    }

    fn described(engine: Option<&Engine>) -> Result<Vec<Arc<Self>>> {
        let root = paths::repository().join("acceptance-tests/faults");
        let change = |folder: PathBuf| {
            let name = folder.strip_prefix(&root).unwrap_or(&folder).display().to_string();
            let scenario = Scenario::read(&folder)?;
            let clean = prepared::read_clean(&folder.join(CALLS))?;
            Ok(Arc::new(Self {
                name,
                engine: engine.cloned(),
                scenario,
                clean,
                prepared: OnceLock::new(),
            }))
        };
        scenario::folders(&root)?.into_iter().map(change).collect()
    }

    /// Its name: resource and what changes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kind of object that changes.
    pub fn kind(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// What `scenario.json` says.
    pub fn settings(&self) -> &Settings {
        &self.scenario.settings
    }

    /// What it comes to when nothing goes wrong.
    pub fn clean(&self) -> &Clean {
        &self.clean
    }

    /// The whole scenario: the steps that prepare for it, and the change.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The step that is the change.
    pub fn last_step(&self) -> &Step {
        self.scenario.steps.last().expect("a scenario has a step")
    }

    /// How the change is made.
    ///
    /// # Errors
    ///
    /// Its step is neither a configuration nor a run of one.
    pub fn run_of_change(&self) -> Result<&Run> {
        match &self.last_step().content {
            Content::Configuration { run, .. } => Ok(run),
            Content::Actions(actions) => match &actions[..] {
                [Action::Terraform(run)] => Ok(run),
                _ => bail!("the last step of a change is a configuration or a run of it"),
            },
        }
    }

    /// How a user applies again who did not choose a special plan.
    ///
    /// # Errors
    ///
    /// As for [`run_of_change`](Self::run_of_change).
    pub fn mend(&self) -> Result<Run> {
        let run = self.run_of_change()?;
        if run.command != Command::Destroy {
            return Ok(Run::default());
        }
        let targets = run.arguments.iter().filter(|argument| argument.starts_with("-target"));
        let arguments = targets.cloned().collect();
        Ok(Run { command: Command::Destroy, arguments, ..Run::default() })
    }

    /// Its calls when nothing goes wrong, in order.
    pub fn places(&self) -> Vec<Place> {
        let calls = &self.clean.calls;
        let place = |(position, operation): (usize, &String)| Place {
            operation: operation.clone(),
            earlier: calls[..position].iter().filter(|call| *call == operation).count(),
            position,
        };
        calls.iter().enumerate().map(place).collect()
    }

    /// What all cases start from, made on the first call.
    fn prepared(&self) -> Result<&Prepared> {
        self.prepared
            .get_or_init(|| Prepared::make(self).map_err(|err| format!("{err:#}")))
            .as_ref()
            .map_err(|text| anyhow!("{text}"))
            .context("preparing the change")
    }

    fn engine(&self) -> Result<&Engine> {
        self.engine.as_ref().context("this change was described for no engine")
    }

    fn scratch(&self, case: &str) -> Result<PathBuf> {
        let engine = self.engine()?.to_string();
        Ok(paths::target("scratch")?.join(engine).join("faults").join(&self.name).join(case))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.earlier {
            0 => write!(f, "{}", self.operation),
            earlier => write!(f, "{}-{}", self.operation, earlier + 1),
        }
    }
}
