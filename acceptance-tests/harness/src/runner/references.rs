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
    /// Fills references into a text.
    pub(super) fn filled(&self, text: &str) -> Result<String> {
        self.filled_with(text, |value| value)
    }

    /// Fills references into a URL's path, each as one segment: ARNs have
    /// slashes.
    pub(super) fn filled_path(&self, path: &str) -> Result<String> {
        self.filled_with(path, |value| percent_encoded(&value))
    }

    fn filled_with(&self, text: &str, written: impl Fn(String) -> String) -> Result<String> {
        let state = self.stored()?;
        let mut missing = None;
        let filled = REFERENCE.replace_all(text, |found: &Captures<'_>| {
            let name = &found[1];
            let value = match name.strip_prefix("saved.") {
                Some(name) => self.saved.get(name).cloned(),
                None => state.lookup(name),
            };
            value.map(&written).unwrap_or_else(|| {
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
                items.iter().map(|item| self.filled_value(item)).collect::<Result<_>>()?,
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

/// RFC 3986: everything but the unreserved characters.
pub(crate) fn percent_encoded(value: &str) -> String {
    let mut encoded = String::new();
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_one_segment_of_a_path() {
        let encoded = percent_encoded("arn:aws:cleanrooms:us-east-1:1:membership/a-b");
        assert_eq!(encoded, "arn%3Aaws%3Acleanrooms%3Aus-east-1%3A1%3Amembership%2Fa-b");
    }
}
