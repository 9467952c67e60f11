//! Notes that travel with a resource beside its state, invisible to the user.
//!
//! Core stores them as opaque bytes (protocol, d.4); ours are a JSON object.
//! Most are stored with the state. Those of a plan live no longer than the
//! plan: they tell the second plan of a replacement and the apply what the
//! plan was about (protocol, e.4), and the apply drops them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// How the keys of a plan's own notes start.
const OF_PLAN: &str = "plan/";

/// The private notes of one resource instance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Private(BTreeMap<String, Json>);

impl Private {
    /// Reads stored bytes; none at all are no notes.
    ///
    /// # Errors
    ///
    /// The bytes are not a JSON object, so they were not written by this provider.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(bytes).map(Self)
    }

    /// The bytes to store; empty without notes.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        serde_json::to_vec(&self.0).expect("a map with string keys is always JSON")
    }

    /// The note under that key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key)
    }

    /// Writes a note.
    pub fn set(&mut self, key: &str, note: impl Into<Json>) {
        self.0.insert(key.to_owned(), note.into());
    }

    /// Forgets a note.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// A note that the plan left under that key.
    pub fn plan_note(&self, key: &str) -> Option<&Json> {
        self.0.get(&of_plan(key))
    }

    /// Writes a note that is never stored: it ends with the apply of this plan.
    pub fn set_plan_note(&mut self, key: &str, note: impl Into<Json>) {
        self.0.insert(of_plan(key), note.into());
    }

    /// Forgets what the plan noted for itself, leaving what is stored with the state.
    pub fn forget_plan(&mut self) {
        self.0.retain(|key, _| !key.starts_with(OF_PLAN));
    }
}

fn of_plan(key: &str) -> String {
    format!("{OF_PLAN}{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_survive_a_round_trip() {
        let mut private = Private::default();
        assert!(private.to_bytes().is_empty());
        private.set("left", vec!["111122223333"]);
        let read = Private::from_bytes(&private.to_bytes()).expect("our own bytes");
        assert_eq!(read, private);
    }

    #[test]
    fn notes_of_a_plan_end_with_it() {
        let mut private = Private::default();
        private.set("left", "stored");
        private.set_plan_note("creates", "for the apply alone");
        assert!(private.get("creates").is_none());
        let mut read = Private::from_bytes(&private.to_bytes()).expect("our own bytes");
        assert!(read.plan_note("creates").is_some());
        read.forget_plan();
        assert!(read.plan_note("creates").is_none() && read.get("left").is_some());
    }

    #[test]
    fn foreign_bytes_are_an_error() {
        assert!(Private::from_bytes(b"\x00binary").is_err());
        assert!(Private::from_bytes(b"[1]").is_err());
    }
}
