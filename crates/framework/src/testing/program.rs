//! What is to be run: resources, providers and imports, with what they refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wire::{AttributePath, Value};

/// The values of instances by address, as far as a walk has come.
#[derive(Clone, Debug, Default)]
pub struct Scope(pub(super) BTreeMap<String, Value>);

impl Scope {
    /// The value of an instance; unknown while the walk has not come to it.
    pub fn get(&self, address: &str) -> &Value {
        self.0.get(address).unwrap_or(&Value::Unknown)
    }
}

/// A configuration that depends on other instances.
pub type Evaluate = Arc<dyn Fn(&Scope) -> Value + Send + Sync>;

/// A whole configuration, its modules and counts expanded.
#[derive(Clone, Default)]
pub struct Program {
    /// The resource instances.
    pub instances: Vec<Declared>,
    /// The data sources.
    pub data: Vec<Declared>,
    /// The actions, after `action.`.
    pub actions: Vec<Declared>,
    /// The provider blocks by alias; the one without is the empty alias.
    pub providers: BTreeMap<String, ProviderBlock>,
    /// The import blocks.
    pub imports: Vec<Import>,
    /// The moved blocks.
    pub moves: Vec<Move>,
}

/// A provider block.
#[derive(Clone)]
pub struct ProviderBlock {
    /// The addresses that it refers to.
    pub refers_to: BTreeSet<String>,
    /// Its arguments.
    pub config: Evaluate,
}

/// A resource instance or a data source as it is declared.
#[derive(Clone)]
pub struct Declared {
    /// Its address, `type.name` or `type.name[0]`, after `data.` for a data source.
    pub address: String,
    /// Its type.
    pub type_name: String,
    /// The alias of its provider.
    pub provider: String,
    /// The addresses that its configuration refers to.
    pub refers_to: BTreeSet<String>,
    /// Its arguments.
    pub config: Evaluate,
    /// What its lifecycle block says.
    pub lifecycle: Lifecycle,
}

/// A lifecycle block.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Whether a replacement is made before the old object is destroyed.
    pub create_before_destroy: bool,
    /// Attributes whose configured value does not count once the object exists.
    pub ignore_changes: Vec<String>,
    /// Instances, or attributes of them, whose change replaces this one.
    pub replace_triggered_by: Vec<(String, AttributePath)>,
    /// What is invoked when something happens to it.
    pub action_triggers: Vec<Trigger>,
}

/// A trigger of actions.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// When: `after_create` and so on.
    pub events: Vec<String>,
    /// What, by address, in order.
    pub actions: Vec<String>,
}

impl Lifecycle {
    /// What is invoked before or after a change, in order.
    pub(super) fn triggered(&self, event: &str) -> Vec<String> {
        let triggers = self.action_triggers.iter();
        let triggers = triggers.filter(|it| it.events.iter().any(|one| one == event));
        triggers.flat_map(|it| it.actions.clone()).collect()
    }
}

/// A moved block.
#[derive(Clone, Debug)]
pub struct Move {
    /// The address that an object had, of whichever type.
    pub from: String,
    /// The address of an instance.
    pub to: String,
}

/// An import block.
#[derive(Clone, Debug)]
pub struct Import {
    /// The address to import to.
    pub to: String,
    /// What to import.
    pub what: Imported,
}

/// How an import block names its object.
#[derive(Clone, Debug)]
pub enum Imported {
    /// By id.
    Id(String),
    /// By identity; absent attributes are null.
    Identity(Value),
}

impl Program {
    /// The instance that is declared at an address.
    pub fn instance(&self, address: &str) -> Option<&Declared> {
        self.instances.iter().find(|declared| declared.address == address)
    }

    /// The data source that is declared at an address.
    pub fn data_source(&self, address: &str) -> Option<&Declared> {
        self.data.iter().find(|declared| declared.address == address)
    }

    /// The action that is declared at an address.
    pub fn action(&self, address: &str) -> Option<&Declared> {
        self.actions.iter().find(|declared| declared.address == address)
    }

    /// What an instance waits for: what it and its provider refer to.
    pub(super) fn dependencies(&self, declared: &Declared) -> BTreeSet<String> {
        let mut all = declared.refers_to.clone();
        if declared.type_name != super::data::TYPE_NAME
            && let Some(block) = self.providers.get(&declared.provider)
        {
            all.extend(block.refers_to.iter().cloned());
        }
        let triggers = declared.lifecycle.replace_triggered_by.iter();
        all.extend(triggers.map(|(address, _)| address.clone()));
        let actions = declared.lifecycle.action_triggers.iter().flat_map(|it| &it.actions);
        all.extend(actions.filter_map(|it| self.action(it)).flat_map(|it| it.refers_to.clone()));
        all.remove(&declared.address);
        all
    }

    /// All that an instance rests on, however far away.
    pub(super) fn foundations(&self, declared: &Declared) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = self.dependencies(declared);
        while let Some(next) = open.pop_first() {
            if found.insert(next.clone())
                && let Some(declared) = self.instance(&next).or_else(|| self.data_source(&next))
            {
                open.extend(self.dependencies(declared));
            }
        }
        found
    }

    /// Whether a replacement of this instance is made first: by its own word,
    /// or since something that rests on it says so of itself.
    pub(super) fn creates_first(&self, address: &str) -> bool {
        self.instances.iter().any(|declared| {
            declared.lifecycle.create_before_destroy
                && (declared.address == address || self.foundations(declared).contains(address))
        })
    }
}
