//! What is stored between commands, in the form in which core stores it.

use std::collections::{BTreeMap, BTreeSet};

/// A state file in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The objects by their places.
    pub objects: BTreeMap<Place, Stored>,
    /// What data sources gave, as the JSON of a state file, by address. It is never read again.
    pub data: BTreeMap<String, Vec<u8>>,
}

/// Where an object stands: at an address, or deposed by its replacement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The address.
    pub address: String,
    /// The key of a deposed object.
    pub deposed: Option<String>,
}

impl Place {
    /// The object at an address itself.
    pub fn current(address: impl Into<String>) -> Self {
        Self { address: address.into(), deposed: None }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.address)?;
        f.write_str(if self.deposed.is_some() { " (deposed)" } else { "" })
    }
}

/// A stored object.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its resource type.
    pub type_name: String,
    /// The alias of the provider that made it.
    pub provider: String,
    /// Its attributes, as the JSON of a state file.
    pub attributes: Vec<u8>,
    /// The version of the schema that wrote them.
    pub version: i64,
    /// The provider's own notes.
    pub private: Vec<u8>,
    /// Its identity as JSON, if it has one.
    pub identity: Option<Vec<u8>>,
    /// Whether the next apply replaces it.
    pub tainted: bool,
    /// The addresses it rested on when it was made.
    pub dependencies: BTreeSet<String>,
}

impl State {
    /// The object at an address.
    pub fn get(&self, address: &str) -> Option<&Stored> {
        self.objects.get(&Place::current(address))
    }

    /// Marks an object, so that the next apply replaces it.
    pub fn taint(&mut self, address: &str, tainted: bool) {
        if let Some(stored) = self.objects.get_mut(&Place::current(address)) {
            stored.tainted = tainted;
        }
    }

    /// Forgets an object without destroying it.
    pub fn remove(&mut self, address: &str) {
        self.objects.remove(&Place::current(address));
    }
}
