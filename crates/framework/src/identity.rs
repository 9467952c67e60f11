//! What identifies an object beyond a state file: stored beside the state, and usable in import blocks.

use std::collections::BTreeMap;
use wire::{Type, Value};

/// The identity of a resource type (protocol, e.1: primitives and lists only).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentitySchema {
    /// Raised when stored identities need an upgrade.
    pub version: i64,
    /// The attributes, in the order of the documentation.
    pub attributes: Vec<IdentityAttribute>,
}

/// One attribute of an identity. It has the name of a state attribute, or a source of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityAttribute {
    /// Its name in an import block.
    pub name: &'static str,
    /// What it is.
    pub description: String,
    /// Whether an import block must give it.
    pub required_for_import: bool,
}

impl IdentitySchema {
    /// The object type of an identity: all our attributes are strings.
    pub fn implied_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (a.name.to_owned(), Type::String));
        Type::Object(attributes.collect::<BTreeMap<_, _>>())
    }

    /// An identity of these values, in the schema's order; `None` while one is not known.
    ///
    /// A stored identity must never change, so half of one is never stored.
    pub fn identity(&self, values: impl IntoIterator<Item = Option<String>>) -> Option<Value> {
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        let names = self.attributes.iter().map(|a| a.name);
        Some(Value::object(names.zip(values.into_iter().map(Value::String))))
    }
}
