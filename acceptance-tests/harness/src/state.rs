//! What an engine stored, from its state file (format version 4, which
//! Terraform and OpenTofu share).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The key under which a resource's identity stands among its attributes.
pub const IDENTITY: &str = "(identity)";

/// The key that marks an instance that the next apply would replace.
const STATUS: &str = "(status)";

/// The resource type that comes with the engine.
const ENGINES_OWN: &str = "terraform_data";

/// The attributes that it has on every engine.
const OF_ENGINES_OWN: [&str; 5] = ["id", "input", "output", "triggers_replace", STATUS];

/// The resource instances in a state file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The attributes of each instance, by address.
    pub instances: BTreeMap<String, Map<String, Value>>,
}

impl State {
    /// Reads a state file; one that does not exist is an empty state.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is not a state.
    pub fn read(path: &Path) -> Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).with_context(|| format!("in {}", path.display())),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(err) => Err(err).with_context(|| format!("reading {}", path.display())),
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let mut state = Self::default();
        for resource in Stored::parse(text)?.resources {
            let base = resource.address();
            let is_engines_own = resource.r#type == ENGINES_OWN;
            for instance in resource.instances {
                let address = instance.address(&base);
                let mut attributes = instance.recorded();
                attributes
                    .retain(|name, _| !is_engines_own || OF_ENGINES_OWN.contains(&name.as_str()));
                state.instances.insert(address, attributes);
            }
        }
        Ok(state)
    }

    /// The value of an attribute as text, as `address.attribute`, where nested
    /// names are separated by dots as well.
    pub fn lookup(&self, reference: &str) -> Option<String> {
        self.instances.iter().find_map(|(address, attributes)| {
            let names = reference.strip_prefix(address)?.strip_prefix('.')?;
            let pointer = format!("/{}", names.replace('.', "/"));
            match Value::Object(attributes.clone()).pointer(&pointer)? {
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            }
        })
    }
}

/// A state file as it is written.
#[derive(Deserialize)]
pub struct Stored {
    /// The blocks of the configuration that have objects.
    #[serde(default)]
    pub resources: Vec<StoredResource>,
}

/// A block and its objects.
#[derive(Deserialize)]
pub struct StoredResource {
    module: Option<String>,
    mode: String,
    /// Its resource type.
    pub r#type: String,
    name: String,
    /// The address of its provider block.
    #[serde(default)]
    pub provider: String,
    /// Its objects.
    pub instances: Vec<StoredInstance>,
}

/// An object.
#[derive(Deserialize)]
pub struct StoredInstance {
    index_key: Option<Value>,
    status: Option<String>,
    deposed: Option<String>,
    /// The version of the schema that wrote it.
    #[serde(default)]
    pub schema_version: i64,
    /// Its attributes.
    pub attributes: Option<Map<String, Value>>,
    /// The provider's notes, in base64.
    #[serde(default)]
    pub private: String,
    /// Its identity, where the engine stores one.
    pub identity: Option<Value>,
    /// The addresses on which it rests.
    #[serde(default)]
    pub dependencies: BTreeSet<String>,
}

impl Stored {
    /// Reads the text of a state file.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("reading the state")
    }
}

impl StoredResource {
    /// Its address.
    pub fn address(&self) -> String {
        let module = self.module.as_ref().map(|module| format!("{module}.")).unwrap_or_default();
        let mode = if self.mode == "data" { "data." } else { "" };
        format!("{module}{mode}{}.{}", self.r#type, self.name)
    }
}

impl StoredInstance {
    /// Its address, given that of its block.
    pub fn address(&self, base: &str) -> String {
        let index = self.index_key.as_ref().map(|key| format!("[{key}]")).unwrap_or_default();
        let deposed = if self.deposed.is_some() { " (deposed)" } else { "" };
        format!("{base}{index}{deposed}")
    }

    fn recorded(self) -> Map<String, Value> {
        let mut attributes = self.attributes.unwrap_or_default();
        if let Some(status) = self.status {
            attributes.insert(STATUS.to_owned(), status.into());
        }
        if let Some(identity) = self.identity {
            attributes.insert(IDENTITY.to_owned(), identity);
        }
        attributes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = r#"{"version":4,"resources":[
        {"module":"module.m","mode":"managed","type":"a","name":"b","instances":[
            {"index_key":"k","attributes":{"id":"1","nested":{"deep":true}}}]},
        {"mode":"managed","type":"a","name":"c","instances":[
            {"status":"tainted","attributes":{"id":"2"},"identity":{"id":"2"}}]}]}"#;

    #[test]
    fn instances_are_found_by_address() {
        let state = State::parse(STATE).expect("the test's JSON is a state");
        assert!(state.instances.contains_key(r#"module.m.a.b["k"]"#));
        assert_eq!(state.instances["a.c"]["(status)"], "tainted");
        assert_eq!(state.instances["a.c"][IDENTITY]["id"], "2");
    }

    #[test]
    fn attributes_are_looked_up_by_reference() {
        let state = State::parse(STATE).expect("the test's JSON is a state");
        assert_eq!(state.lookup("a.c.id").as_deref(), Some("2"));
        assert_eq!(state.lookup(r#"module.m.a.b["k"].nested.deep"#).as_deref(), Some("true"));
        assert_eq!(state.lookup("a.c.absent"), None);
    }

    #[test]
    fn a_file_that_is_not_there_is_an_empty_state() {
        let state = State::read(Path::new("/nowhere/terraform.tfstate")).expect("absence is fine");
        assert_eq!(state, State::default());
    }
}
