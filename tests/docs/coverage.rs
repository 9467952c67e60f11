//! The guide that says of every operation of the API what makes it.
//!
//! That is read off the code: whatever makes a call lists its IAM action, by
//! the name of the operation, and other tests hold these lists to the calls.
//! What nothing makes stands here with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use cleanrooms_provider::cleanrooms::registry;
use serde_json::Value as Json;

use crate::page::{Generated, PROVIDER, front_matter, read};

/// The calls that nothing makes: each reads several of what another one reads one of.
const BATCHES: &[(&str, &str)] = &[
    ("BatchGetCollaborationAnalysisTemplate", "GetCollaborationAnalysisTemplate"),
    ("BatchGetSchema", "GetSchema"),
    ("BatchGetSchemaAnalysisRule", "GetSchemaAnalysisRule"),
];

const TITLE: &str = "Coverage";
const ABOUT: &str =
    "Which resource, data source, list or action makes each call of the AWS Clean Rooms API.";

/// The operations of AWS's model.
fn operations() -> Result<BTreeSet<String>> {
    let text = read(Path::new("acceptance-tests/sandbox/model/cleanrooms-model.json"))?;
    let model: Json = serde_json::from_str(&text)?;
    let operations = model["operations"].as_object().context("the model has operations")?;
    Ok(operations.keys().cloned().collect())
}

/// The links to what makes each call, by its operation.
fn makers() -> BTreeMap<&'static str, Vec<String>> {
    let mut makers: BTreeMap<_, Vec<String>> = BTreeMap::new();
    let mut add = |folder: &str, word: &str, name: &str, actions: BTreeSet<&'static str>| {
        let noun = name.strip_prefix(PROVIDER).unwrap_or(name).trim_start_matches('_');
        for action in actions {
            let Some(operation) = action.strip_prefix("cleanrooms:") else { continue };
            let link = format!("{word} [{name}](../{folder}/{noun}.md)");
            makers.entry(operation).or_default().push(link);
        }
    };
    for one in registry::all() {
        let actions = one.page().permissions.applying().collect();
        add("resources", "resource", one.type_name(), actions);
    }
    for one in registry::data_sources() {
        let needs = one.needs();
        let actions = needs.iter().flat_map(|need| need.actions).copied().collect();
        add("data-sources", "data source", one.type_name(), actions);
    }
    for one in registry::list_resources() {
        let needs = one.needs();
        let actions = needs.iter().flat_map(|need| need.actions).copied().collect();
        add("list-resources", "list resource", one.type_name(), actions);
    }
    for one in registry::actions() {
        let needs = one.needs();
        let actions = needs.iter().flat_map(|need| need.actions).copied().collect();
        add("actions", "action", one.type_name(), actions);
    }
    makers
}

/// What reads one at a time, where nothing makes a call.
fn read_by(operation: &str) -> Option<&'static str> {
    BATCHES.iter().find(|(batch, _)| *batch == operation).map(|(_, of)| *of)
}

/// The guide.
pub fn page() -> Result<Generated> {
    let (operations, makers) = (operations()?, makers());
    let row = |operation: &String| {
        let links = makers.get(operation.as_str()).map(|links| links.join(", "));
        let reason =
            || read_by(operation).map(|of| format!("reads several at once of what `{of}` reads"));
        let told = links.or_else(reason).unwrap_or_default();
        format!("| `{operation}` | {told} |\n")
    };
    let rows: String = operations.iter().map(row).collect();
    let made = operations.iter().filter(|it| makers.contains_key(it.as_str())).count();
    let text = front_matter(TITLE, Some(""), ABOUT)
        + &format!(
            "\n# {TITLE}\n\nThe API has {} operations. {made} are called by what stands beside them, \
             read off the provider's code; the others have a reason. A resource may make calls of another \
             kind than its own, to leave nothing behind. An operation that is new in AWS's model fails \
             a test until it has one or the other.\n\n\
             | operation | called by |\n| --- | --- |\n{rows}",
            operations.len(),
        );
    Ok(Generated { path: "docs/guides/coverage.md".to_owned(), text })
}

#[test]
fn every_operation_is_called_or_has_a_reason() {
    let (operations, makers) = (operations().unwrap(), makers());
    let mut wrong = Vec::new();
    for operation in &operations {
        match (makers.get(operation.as_str()), read_by(operation)) {
            (None, None) => wrong.push(format!("{operation}: nothing calls it, without a reason")),
            (Some(by), Some(_)) => wrong.push(format!("{operation} has a reason, and {by:?}")),
            _ => {}
        }
    }
    for (batch, of) in BATCHES {
        if !operations.contains(*batch) {
            wrong.push(format!("{batch} is no operation"));
        }
        if !makers.contains_key(of) {
            wrong.push(format!("{of} is read by nothing"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
