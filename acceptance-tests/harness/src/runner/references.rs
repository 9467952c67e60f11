//! References in `.json` steps: `${saved.NAME}` and `${ADDRESS.ATTRIBUTE}`.

use std::sync::LazyLock;

use anyhow::{Result, bail};
use regex_lite::{Captures, Regex};
use serde_json::{Map, Value};

use super::Runner;

static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$\{([^}]+)\}").expect("the pattern is a constant that the scenarios use")
});

impl Runner<'_> {
    /// Fills in `${saved.NAME}` and `${ADDRESS.ATTRIBUTE}`.
    pub(super) fn filled(&self, text: &str) -> Result<String> {
        let state = self.stored()?;
        let mut missing = None;
        let filled = REFERENCE.replace_all(text, |found: &Captures<'_>| {
            let name = &found[1];
            let value = match name.strip_prefix("saved.") {
                Some(name) => self.saved.get(name).cloned(),
                None => state.lookup(name),
            };
            value.unwrap_or_else(|| {
                missing = Some(name.to_owned());
                String::new()
            })
        });
        match missing {
            None => Ok(filled.into_owned()),
            Some(name) => bail!("`${{{name}}}` is neither saved nor in the state"),
        }
    }

    pub(super) fn filled_value(&self, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::String(text) => Value::String(self.filled(text)?),
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.filled_value(item))
                    .collect::<Result<_>>()?,
            ),
            Value::Object(members) => {
                let mut filled = Map::new();
                for (name, member) in members {
                    filled.insert(self.filled(name)?, self.filled_value(member)?);
                }
                Value::Object(filled)
            }
            other => other.clone(),
        })
    }
}
