//! The expected file of a scenario: compared, or rewritten on request.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use similar::TextDiff;

use crate::state::IDENTITY;

/// Set to `1`, it makes the outcome of each scenario its new expected file.
pub const UPDATE_VARIABLE: &str = "UPDATE_EXPECT";

/// What each command has cost, in the outcome.
const CALLS: &str = "calls";

/// What stands beside the commands of a step.
const NO_COMMANDS: [&str; 2] = ["state", "reply"];

/// What engines before 1.12 leave out: the identity of a resource, and the line that a diagnostic points at.
pub const ONLY_NEWER_ENGINES: [&str; 2] = [IDENTITY, "at"];

/// What has changed outside of the engine, in the outcome.
pub const DRIFT: &str = "drift";

/// The files that this process has rewritten. One file serves all engines, so
/// only the first engine of an updating run writes it; the others compare.
static REWRITTEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Compares an outcome with the expected file, or rewrites the file.
///
/// What the engine leaves out is taken from the file: it is not compared, and
/// survives a rewrite. Engines before 1.12 store no identities and point less
/// precisely into the configuration.
///
/// # Errors
///
/// When they differ, with the difference as text, or the file cannot be read
/// or written.
pub fn compare(path: &Path, outcome: &Value, left_out: &[&str]) -> Result<()> {
    let mut rewritten = REWRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let expected = read(path)?;
    let mut completed = outcome.clone();
    complete(&mut completed, &expected, left_out);
    if is_updating() {
        let mut earlier = expected.clone();
        complete(&mut earlier, &completed, left_out);
        if rewritten.insert(path.to_path_buf()) || earlier == completed {
            return write(path, &completed);
        }
    }
    if expected == completed {
        return Ok(());
    }
    bail!(
        "not as {} expects (- expected, + now; {UPDATE_VARIABLE}=1 rewrites it):\n{}",
        path.display(),
        difference(&text(&expected), &text(&completed))
    )
}

/// Compares an outcome of real accounts, whose calls nobody has seen, with the expected file, which
/// stays as it is.
///
/// # Errors
///
/// When they differ, with the difference as text, or the file cannot be read.
pub fn compare_without_calls(path: &Path, outcome: &Value, left_out: &[&str]) -> Result<()> {
    let expected = without_calls(read(path)?);
    let mut completed = without_calls(outcome.clone());
    complete(&mut completed, &expected, left_out);
    if expected == completed {
        return Ok(());
    }
    let difference = difference(&text(&expected), &text(&completed));
    bail!("not as {} expects (- expected, + now):\n{difference}", path.display())
}

/// Leaves out the calls of each command of each step, and what is nothing without them.
fn without_calls(mut outcome: Value) -> Value {
    let is_nothing = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    let Some(steps) = outcome.as_object_mut() else { return outcome };
    for commands in steps.values_mut().filter_map(Value::as_object_mut) {
        for (name, command) in commands.iter_mut() {
            if let (Some(command), false) =
                (command.as_object_mut(), NO_COMMANDS.contains(&&**name))
            {
                command.remove(CALLS);
            }
        }
        commands.retain(|name, command| NO_COMMANDS.contains(&&**name) || !is_nothing(command));
    }
    steps.retain(|_, commands| !is_nothing(commands));
    outcome
}

/// Whether this run rewrites what is expected.
pub fn is_updating() -> bool {
    env::var(UPDATE_VARIABLE).is_ok_and(|value| value == "1")
}

/// The file's content; a file that is not there yet expects nothing.
fn read(path: &Path) -> Result<Value> {
    if !path.exists() {
        return Ok(Value::Object(Map::new()));
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
    TextDiff::from_lines(expected, now).unified_diff().context_radius(4).to_string()
}

/// Adds what an engine leaves out, from the same places of another outcome.
fn complete(outcome: &mut Value, from: &Value, left_out: &[&str]) {
    match (outcome, from) {
        (Value::Object(into), Value::Object(from)) => {
            for name in left_out {
                if let (false, Some(member)) = (into.contains_key(*name), from.get(*name)) {
                    into.insert((*name).to_owned(), member.clone());
                }
            }
            for (name, member) in into.iter_mut() {
                if let Some(from) = from.get(name) {
                    complete(member, from, left_out);
                }
            }
        }
        (Value::Array(into), Value::Array(from)) => {
            into.iter_mut().zip(from).for_each(|(item, from)| complete(item, from, left_out));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_difference_shows_both_sides() {
        let shown =
            difference(&text(&json!({ "a": 1, "b": 2 })), &text(&json!({ "a": 1, "b": 3 })));
        assert!(shown.contains("-  \"b\": 2\n+  \"b\": 3"), "{shown}");
    }

    #[test]
    fn what_nobody_has_seen_is_not_compared() {
        let expected = json!({ "01": { "plan": { "calls": { "a": 1 } }, "state": { "x": { "t": {} } },
            "apply": { "calls": { "a": 1 }, "outputs": {} } }, "02": { "then": { "calls": {} } } });
        let seen = json!({ "01": { "plan": {}, "state": { "x": { "t": {} } },
            "apply": { "outputs": {} } } });
        assert_eq!(without_calls(expected), without_calls(seen.clone()));
        assert_eq!(without_calls(seen)["01"]["state"], json!({ "x": { "t": {} } }));
    }

    #[test]
    fn what_an_older_engine_leaves_out_comes_from_the_file() {
        let expected = json!({ "d": [{ "at": "name = 1" }], "s": { "id": "1", IDENTITY: 1 } });
        let mut outcome = json!({ "d": [{}], "s": { "id": "2" } });
        complete(&mut outcome, &expected, &ONLY_NEWER_ENGINES);
        assert_eq!(
            outcome,
            json!({ "d": [{ "at": "name = 1" }], "s": { "id": "2", IDENTITY: 1 } })
        );
    }
}
