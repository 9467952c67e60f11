//! What an engine planned, from `show -json` of a saved plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A plan as a scenario records it.
#[derive(Clone, Debug, Default, Serialize, PartialEq)]
pub struct Plan {
    /// What happens, by resource address; addresses without a change are left
    /// out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<String, Change>,
    /// What changed outside of Terraform since the state was written.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub drift: BTreeMap<String, Change>,
    /// What happens to output values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
}

/// A change of one resource instance.
#[derive(Clone, Debug, Default, Serialize, PartialEq)]
pub struct Change {
    /// `create`, `read`, `update`, `delete`, `replace` (`create, then delete`
    /// when that is the order), `forget` or `no-op`.
    pub action: String,
    /// The attributes, by their first name, with another known value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// The attributes that are known only after apply, in whole or in part;
    /// recorded for updates, where each of them is a claim.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// The paths that force replacement.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replace_paths: Vec<String>,
    /// Whether the instance is being imported.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub importing: bool,
}

impl Plan {
    /// Reads what `show -json` prints for a saved plan.
    ///
    /// # Errors
    ///
    /// When the output is not of that form.
    pub fn parse(json: &str) -> serde_json::Result<Self> {
        let shown: Shown = serde_json::from_str(json)?;
        Ok(Self {
            changes: changes(shown.resource_changes),
            drift: changes(shown.resource_drift),
            outputs: shown
                .output_changes
                .into_iter()
                .map(|(name, change)| (name, action(&change.actions)))
                .filter(|(_, action)| action != "no-op")
                .collect(),
        })
    }

    /// Whether nothing is to be done; drift alone is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.outputs.is_empty()
    }
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    resource_changes: Vec<ShownResource>,
    #[serde(default)]
    resource_drift: Vec<ShownResource>,
    #[serde(default)]
    output_changes: BTreeMap<String, ShownChange>,
}

#[derive(Deserialize)]
struct ShownResource {
    address: String,
    change: ShownChange,
}

#[derive(Deserialize)]
struct ShownChange {
    actions: Vec<String>,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    replace_paths: Vec<Vec<Value>>,
    importing: Option<Value>,
}

fn changes(shown: Vec<ShownResource>) -> BTreeMap<String, Change> {
    shown
        .into_iter()
        .map(|resource| (resource.address, change(resource.change)))
        .filter(|(_, change)| change.action != "no-op" || change.importing)
        .collect()
}

fn change(shown: ShownChange) -> Change {
    let action = action(&shown.actions);
    // For a new object everything changes, and for a deleted one nothing does.
    let in_place = action == "update" || action.contains("replace");
    let mut replace_paths: Vec<_> = shown.replace_paths.iter().map(|path| written(path)).collect();
    replace_paths.sort();
    Change {
        changed: if in_place { changed(&shown) } else { Vec::new() },
        unknown: if action == "update" { unknown(&shown.after_unknown) } else { Vec::new() },
        replace_paths,
        importing: shown.importing.is_some(),
        action,
    }
}

fn action(actions: &[String]) -> String {
    match actions.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["delete", "create"] => "replace".to_owned(),
        ["create", "delete"] => "replace (create, then delete)".to_owned(),
        _ => actions.join(", "),
    }
}

fn changed(shown: &ShownChange) -> Vec<String> {
    let nothing = Map::new();
    let before = shown.before.as_object().unwrap_or(&nothing);
    let after = shown.after.as_object().unwrap_or(&nothing);
    after
        .iter()
        .filter(|(name, value)| before.get(*name).unwrap_or(&Value::Null) != *value)
        .map(|(name, _)| name.clone())
        .collect()
}

fn unknown(after_unknown: &Value) -> Vec<String> {
    let Some(attributes) = after_unknown.as_object() else {
        return Vec::new();
    };
    let unknown = attributes.iter().filter(|(_, mark)| has_true(mark));
    unknown.map(|(name, _)| name.clone()).collect()
}

/// The marks have the shape of the value, with `true` where it is unknown.
fn has_true(mark: &Value) -> bool {
    match mark {
        Value::Bool(mark) => *mark,
        Value::Array(marks) => marks.iter().any(has_true),
        Value::Object(marks) => marks.values().any(has_true),
        _ => false,
    }
}

/// A path as it is written in HCL: `members["111122223333"].display_name`.
///
/// The JSON form does not tell a map's key from an attribute's name; a step
/// that is no identifier can only be a key.
pub fn written(path: &[Value]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Value::String(name) if is_identifier(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            key => text.push_str(&format!("[{key}]")),
        }
    }
    text
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(changes: &str) -> Plan {
        Plan::parse(&format!(r#"{{"resource_changes":{changes}}}"#))
            .expect("the test's JSON is a plan")
    }

    #[test]
    fn a_plan_without_actions_is_empty() {
        let plan = parse(r#"[{"address":"a.b","change":{"actions":["no-op"]}}]"#);
        assert!(plan.is_empty());
    }

    #[test]
    fn an_import_without_changes_is_not_empty() {
        let plan =
            parse(r#"[{"address":"a.b","change":{"actions":["no-op"],"importing":{"id":"x"}}}]"#);
        assert!(plan.changes["a.b"].importing);
    }

    #[test]
    fn an_update_names_what_changes_and_what_is_unknown() {
        let plan = parse(
            r#"[{"address":"a.b","change":{"actions":["update"],
               "before":{"name":"x","same":1,"time":"t"},"after":{"name":"y","same":1},
               "after_unknown":{"time":true,"same":false,"list":[{}]}}}]"#,
        );
        let change = &plan.changes["a.b"];
        assert_eq!(change.action, "update");
        assert_eq!(change.changed, ["name"]);
        assert_eq!(change.unknown, ["time"]);
    }

    #[test]
    fn replace_paths_are_written_as_in_hcl() {
        let plan = parse(
            r#"[{"address":"a.b","change":{"actions":["delete","create"],
               "replace_paths":[["members","111122223333","display_name"],["list",0]]}}]"#,
        );
        let change = &plan.changes["a.b"];
        assert_eq!(change.action, "replace");
        assert_eq!(change.replace_paths, ["list[0]", r#"members["111122223333"].display_name"#]);
    }
}
