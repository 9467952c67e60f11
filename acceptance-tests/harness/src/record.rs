//! What a step came to, in the form of the expected file.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::messages::Diagnostic;
use crate::plan::Plan;
use crate::sandbox::Call;
use crate::state::State;

/// What one run of a step came to.
#[derive(Debug, Default, Serialize)]
pub struct Record {
    /// Each command of the engine, by its name.
    #[serde(flatten)]
    pub phases: BTreeMap<&'static str, Phase>,
    /// What the step did to the state: new instances with all their
    /// attributes, others with those that changed, `null` for those gone.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub state: Map<String, Value>,
    /// The reply to an API call behind Terraform's back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<Value>,
}

/// What one command of the engine came to.
#[derive(Debug, Default, Serialize)]
pub struct Phase {
    /// What it planned.
    #[serde(flatten)]
    pub plan: Plan,
    /// What actions told while they ran, by their addresses.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<String, Vec<String>>,
    /// What it said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// The API calls it cost.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, Count>,
}

/// How often a call was made.
#[derive(Debug, Serialize, PartialEq)]
#[serde(untagged)]
pub enum Count {
    /// Exactly so often.
    Exactly(usize),
    /// Once or more; written as `some`.
    Some(&'static str),
}

/// The calls as a multiset: by account, Region if it is not the usual one,
/// operation and error.
pub fn counted(calls: &[Call], uncounted: &[String]) -> BTreeMap<String, Count> {
    let mut counts = BTreeMap::new();
    for call in calls {
        let count = counts.entry(title(call)).or_insert(Count::Exactly(0));
        if call.operation.as_ref().is_some_and(|operation| uncounted.contains(operation)) {
            *count = Count::Some("some");
        } else if let Count::Exactly(number) = count {
            *number += 1;
        }
    }
    counts
}

fn title(call: &Call) -> String {
    let account = call.account.as_deref().unwrap_or("nobody");
    let region = match call.region.as_deref() {
        None | Some("us-east-1") => String::new(),
        Some(region) => format!("@{region}"),
    };
    let error = call.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
    let operation = call.operation.as_deref().unwrap_or("(no operation)");
    format!("{account}{region} {operation}{error}")
}

/// What differs between two states.
pub fn difference(before: &State, after: &State) -> Map<String, Value> {
    let mut difference = Map::new();
    for (address, attributes) in &after.instances {
        let changed = match before.instances.get(address) {
            None => attributes.clone(),
            Some(earlier) => changed(earlier, attributes),
        };
        if !changed.is_empty() {
            difference.insert(address.clone(), changed.into());
        }
    }
    let gone = before.instances.keys().filter(|address| !after.instances.contains_key(*address));
    difference.extend(gone.map(|address| (address.clone(), Value::Null)));
    difference
}

fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut changed: Map<_, _> = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(*value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    changed.extend(gone.map(|name| (name.clone(), Value::Null)));
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(operation: &str, error: Option<&str>) -> Call {
        Call {
            sequence: 1,
            account: Some("111122223333".to_owned()),
            region: Some("us-east-1".to_owned()),
            operation: Some(operation.to_owned()),
            error: error.map(str::to_owned),
            fault: None,
        }
    }

    fn state(instances: Value) -> State {
        State {
            instances: serde_json::from_value(instances).expect("the test's JSON has that shape"),
        }
    }

    #[test]
    fn calls_are_counted_by_account_operation_and_error() {
        let calls = [call("Get", None), call("Get", None), call("Get", Some("AccessDenied"))];
        let counts = counted(&calls, &[]);
        assert_eq!(counts["111122223333 Get"], Count::Exactly(2));
        assert_eq!(counts["111122223333 Get (AccessDenied)"], Count::Exactly(1));
    }

    #[test]
    fn polls_are_not_counted() {
        let counts = counted(&[call("Poll", None), call("Poll", None)], &["Poll".to_owned()]);
        assert_eq!(counts["111122223333 Poll"], Count::Some("some"));
    }

    #[test]
    fn only_what_changed_is_recorded() {
        let before = state(json!({ "a.same": { "id": "1" }, "a.other": { "id": "2", "name": "x" },
            "a.gone": { "id": "3" } }));
        let after = state(json!({ "a.same": { "id": "1" }, "a.other": { "id": "2", "name": "y" },
            "a.new": { "id": "4" } }));
        let expected =
            json!({ "a.other": { "name": "y" }, "a.gone": null, "a.new": { "id": "4" } });
        assert_eq!(Value::Object(difference(&before, &after)), expected);
    }
}
