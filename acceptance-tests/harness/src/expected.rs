//! The expected file of a scenario: compared, or rewritten on request.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use similar::TextDiff;

use crate::state::IDENTITY;

/// Set to `1`, it makes the outcome of each scenario its new expected file.
pub const UPDATE_VARIABLE: &str = "UPDATE_EXPECT";

/// The files that this process has rewritten. One file serves all engines, so
/// only the first engine of an updating run writes it; the others compare.
static REWRITTEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Compares an outcome with the expected file, or rewrites the file.
///
/// Engines before 1.12 store no identities: those in the file are then left out
/// of the comparison, and survive a rewrite.
///
/// # Errors
///
/// When they differ, with the difference as text, or the file cannot be read
/// or written.
pub fn compare(path: &Path, outcome: &Value, has_identity: bool) -> Result<()> {
    let mut rewritten = REWRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let updating = env::var(UPDATE_VARIABLE).is_ok_and(|value| value == "1");
    let expected = read(path)?;
    if updating && rewritten.insert(path.to_path_buf()) {
        return write(path, &with_identities_of(outcome, &expected, has_identity));
    }
    if updating && has_identity && without_identities(outcome) == without_identities(&expected) {
        return write(path, outcome);
    }
    let expected = if has_identity {
        expected
    } else {
        without_identities(&expected)
    };
    if &expected == outcome {
        return Ok(());
    }
    bail!(
        "not as {} expects (- expected, + now; {UPDATE_VARIABLE}=1 rewrites it):\n{}",
        path.display(),
        difference(&text(&expected), &text(outcome))
    )
}

/// The file's content; a file that is not there yet expects nothing.
fn read(path: &Path) -> Result<Value> {
    if !path.exists() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))
}

fn write(path: &Path, value: &Value) -> Result<()> {
    fs::write(path, text(value)).with_context(|| format!("writing {}", path.display()))
}

fn text(value: &Value) -> String {
    format!("{value:#}\n")
}

fn difference(expected: &str, now: &str) -> String {
    TextDiff::from_lines(expected, now)
        .unified_diff()
        .context_radius(4)
        .to_string()
}

/// The outcome of an engine without identities, with those that the file had
/// at the same places.
fn with_identities_of(outcome: &Value, expected: &Value, has_identity: bool) -> Value {
    let mut merged = outcome.clone();
    if !has_identity {
        copy_identities(&mut merged, expected);
    }
    merged
}

fn copy_identities(into: &mut Value, from: &Value) {
    let (Value::Object(into), Value::Object(from)) = (into, from) else {
        return;
    };
    if let Some(identity) = from.get(IDENTITY) {
        into.insert(IDENTITY.to_owned(), identity.clone());
    }
    for (name, member) in into.iter_mut() {
        if let Some(from) = from.get(name) {
            copy_identities(member, from);
        }
    }
}

fn without_identities(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != IDENTITY)
            .map(|(name, member)| (name.clone(), without_identities(member)))
            .collect(),
        Value::Array(items) => items.iter().map(without_identities).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_difference_shows_both_sides() {
        let shown = difference(
            &text(&json!({ "a": 1, "b": 2 })),
            &text(&json!({ "a": 1, "b": 3 })),
        );
        assert!(shown.contains("-  \"b\": 2\n+  \"b\": 3"), "{shown}");
    }

    #[test]
    fn identities_survive_a_rewrite_by_an_engine_without_them() {
        let expected = json!({ "s": { "a.b": { "id": "1", IDENTITY: { "id": "1" } } } });
        let outcome = json!({ "s": { "a.b": { "id": "2" } } });
        let merged = with_identities_of(&outcome, &expected, false);
        assert_eq!(
            merged,
            json!({ "s": { "a.b": { "id": "2", IDENTITY: { "id": "1" } } } })
        );
        assert_eq!(without_identities(&merged), outcome);
    }
}
