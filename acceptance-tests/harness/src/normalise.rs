//! Replaces what differs from run to run by placeholders that do not.

use std::path::Path;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};
use serde_json::Value;

use crate::state::IDENTITY;

static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
        .expect("the pattern is a constant that a test compiles")
});

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
        .expect("the pattern is a constant that a test compiles")
});

/// How long something took: in a message, and as the end of an attribute's name that holds a number.
static MILLISECONDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b\d+ ms\b").expect("the pattern is a constant that a test compiles")
});
const IN_MILLISECONDS: [&str; 2] = ["_in_millis", "InMillis"];

/// Remembers which placeholder stands for what, over the steps of a scenario,
/// so that the same id is recognised wherever it turns up again.
#[derive(Debug, Default)]
pub struct Normaliser {
    uuids: Vec<String>,
    /// What is shown as something else before anything is numbered.
    masks: Vec<(String, String)>,
    literals: Vec<(String, &'static str)>,
}

impl Normaliser {
    /// Placeholders for UUIDs and times, for these texts, and for the registry that an engine puts
    /// before a provider's name.
    pub fn new(sandbox: &str, workspace: &Path) -> Self {
        let host = sandbox.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self {
            uuids: Vec::new(),
            masks: Vec::new(),
            literals: vec![
                (sandbox.trim_end_matches('/').to_owned(), "<sandbox>"),
                (host, "<sandbox>"),
                (workspace.display().to_string(), "<workspace>"),
                ("registry.terraform.io".to_owned(), "<registry>"),
                ("registry.opentofu.org".to_owned(), "<registry>"),
                // Words of the engine that are the other one's but for its name.
                ("OpenTofu tried to".to_owned(), "Terraform tried to"),
                ("OpenTofu has planned".to_owned(), "Terraform has planned"),
                ("If OpenTofu's".to_owned(), "If Terraform's"),
                ("the \"tofu state\"".to_owned(), "the \"terraform state\""),
            ],
        }
    }

    /// Shows texts of a real account as the scenario has them.
    pub fn mask(&mut self, masks: Vec<(String, String)>) {
        self.masks = masks;
    }

    /// Normalises every text in a value, keys of objects included.
    pub fn value(&mut self, value: Value) -> Value {
        let masked = self.masked(value);
        self.numbered(masked)
    }

    /// First of all, since numbers are given in the order of keys.
    fn masked(&self, value: Value) -> Value {
        if self.masks.is_empty() {
            return value;
        }
        let text = |text: &str| {
            let masks = self.masks.iter();
            masks.fold(text.to_owned(), |text, (real, shown)| text.replace(real, shown))
        };
        match value {
            Value::String(it) => Value::String(text(&it)),
            Value::Array(items) => items.into_iter().map(|item| self.masked(item)).collect(),
            Value::Object(members) => {
                let members = members.into_iter();
                members.map(|(name, member)| (text(&name), self.masked(member))).collect()
            }
            other => other,
        }
    }

    fn numbered(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.numbered(item)).collect(),
            Value::Object(mut members) => {
                // Last, for not every engine has it, and placeholders are numbered as they come.
                let identity = members.remove_entry(IDENTITY);
                let members = members.into_iter().chain(identity);
                members
                    .map(|(name, member)| match member {
                        Value::Number(_) if IN_MILLISECONDS.iter().any(|it| name.ends_with(it)) => {
                            (name, "<ms>".into())
                        }
                        // As the service writes it, in seconds.
                        Value::Number(_) if name.ends_with("Time") => (name, "<time>".into()),
                        member => (self.text(&name), self.numbered(member)),
                    })
                    .collect()
            }
            other => other,
        }
    }

    /// Normalises a text.
    pub fn text(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (literal, placeholder) in &self.literals {
            if !literal.is_empty() {
                text = text.replace(literal, placeholder);
            }
        }
        let text = TIME.replace_all(&text, "<time>");
        let text = MILLISECONDS.replace_all(&text, "<ms>");
        UUID.replace_all(&text, |found: &Captures<'_>| self.uuid(&found[0])).into_owned()
    }

    fn uuid(&mut self, uuid: &str) -> String {
        let position = self.uuids.iter().position(|known| known == uuid).unwrap_or_else(|| {
            self.uuids.push(uuid.to_owned());
            self.uuids.len() - 1
        });
        format!("<uuid:{}>", position + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_same_uuid_has_the_same_placeholder() {
        let mut normaliser = Normaliser::default();
        let one = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let two = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
        let value = normaliser.value(json!({ "id": one, "list": [format!("arn:x/{two}"), one] }));
        assert_eq!(value, json!({ "id": "<uuid:1>", "list": ["arn:x/<uuid:2>", "<uuid:1>"] }));
        assert_eq!(normaliser.text(two), "<uuid:2>");
    }

    #[test]
    fn an_identity_does_not_change_the_placeholders() {
        let (one, two) =
            ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7");
        let arn = format!("membership/{one}/configuredtableassociation/{two}");
        let value = json!({ IDENTITY: { "id": two, "membership_id": one }, "arn": arn });
        let normalised = Normaliser::default().value(value);
        assert_eq!(normalised["arn"], "membership/<uuid:1>/configuredtableassociation/<uuid:2>");
        assert_eq!(normalised[IDENTITY]["id"], "<uuid:2>");
    }

    #[test]
    fn times_and_the_sandbox_are_replaced() {
        let mut normaliser = Normaliser::new("http://127.0.0.1:4000", Path::new("/tmp/w"));
        let text =
            "2026-01-02T03:04:05.678Z at http://127.0.0.1:4000/x (127.0.0.1:4000) in /tmp/w/a";
        assert_eq!(normaliser.text(text), "<time> at <sandbox>/x (<sandbox>) in <workspace>/a");
    }

    #[test]
    fn how_long_something_took_is_replaced() {
        let value = json!({ "total_duration_in_millis": 27, "units": 1 });
        let normalised = Normaliser::default().value(value);
        assert_eq!(normalised, json!({ "total_duration_in_millis": "<ms>", "units": 1 }));
        let value = json!({ "totalDurationInMillis": 27, "createTime": 1767225600.5 });
        let normalised = Normaliser::default().value(value);
        assert_eq!(normalised, json!({ "totalDurationInMillis": "<ms>", "createTime": "<time>" }));
        assert_eq!(Normaliser::default().text("after 24 ms, 1"), "after <ms>, 1");
    }

    #[test]
    fn account_ids_stay() {
        assert_eq!(Normaliser::default().text("111122223333"), "111122223333");
    }
}
