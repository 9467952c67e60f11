//! What guides take from elsewhere, so that it cannot differ from what is tested.
//!
//! - A block of code after `<!-- FILE -->` is that file of `examples/`.
//! - A block after `<!-- policy: read TYPE … -->` or `<!-- policy: apply TYPE … -->` is an IAM policy of
//!   the actions that these resources list.
//! - A heading that is code alone, of several words, is what the provider says: the summary of a diagnostic that some
//!   scenario expects, or a text of its sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use cleanrooms_harness::paths;
use cleanrooms_provider::cleanrooms::registry;
use cleanrooms_provider::framework::page::Permissions;
use serde_json::Value as Json;

use crate::page::{PROVIDER, read};

/// The guide with its blocks as they should be.
pub fn refilled(text: &str) -> Result<String> {
    let mut refilled = String::new();
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once("<!-- ") {
        let (mark, after) = marked.split_once(" -->\n").context("a mark has no end")?;
        let Some((fence, block)) = after.split_once('\n') else { bail!("nothing follows {mark}") };
        let (_, after) = block.split_once("```").with_context(|| format!("no block at {mark}"))?;
        let block = block_of(mark).with_context(|| mark.to_owned())?;
        refilled += &format!("{before}<!-- {mark} -->\n{fence}\n{}\n```", block.trim());
        rest = after;
    }
    Ok(refilled + rest)
}

fn block_of(mark: &str) -> Result<String> {
    let Some(wanted) = mark.strip_prefix("policy: ") else { return read(Path::new(mark)) };
    let mut words = wanted.split(' ');
    let is_apply = match words.next() {
        Some("read") => false,
        Some("apply") => true,
        other => bail!("a policy for {other:?}"),
    };
    let listed: BTreeMap<_, _> =
        registry::all().iter().map(|one| (one.type_name(), one.page().permissions)).collect();
    let types: Vec<_> = words.map(|noun| format!("{PROVIDER}_{noun}")).collect();
    let permissions = types.iter().map(|it| listed.get(it.as_str()).with_context(|| it.clone()));
    Ok(policy(&permissions.collect::<Result<Vec<_>>>()?, is_apply))
}

/// A policy of all actions. What is passed to AWS Clean Rooms is a statement of its own, with the
/// condition that AWS's own policies have.
fn policy(permissions: &[&Permissions], is_apply: bool) -> String {
    const PASS_ROLE: &str = "iam:PassRole";
    let mut actions = BTreeSet::new();
    for permissions in permissions {
        match is_apply {
            true => actions.extend(permissions.applying()),
            false => actions.extend(permissions.reading()),
        }
    }
    let passes = actions.remove(PASS_ROLE);
    let mut statements = vec![statement(&actions, "*", "")];
    if passes {
        let service =
            "{ \"StringEquals\": { \"iam:PassedToService\": \"cleanrooms.amazonaws.com\" } }";
        let condition = format!(",\n      \"Condition\": {service}");
        let roles = "arn:aws:iam::111122223333:role/clean-rooms-*";
        statements.push(statement(&[PASS_ROLE].into(), roles, &condition));
    }
    let statements = statements.join(",\n");
    format!("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{statements}\n  ]\n}}")
}

fn statement(actions: &BTreeSet<&str>, resource: &str, condition: &str) -> String {
    let actions: Vec<_> = actions.iter().map(|action| format!("        \"{action}\"")).collect();
    format!(
        "    {{\n      \"Effect\": \"Allow\",\n      \"Action\": [\n{}\n      ],\n      \
         \"Resource\": \"{resource}\"{condition}\n    }}",
        actions.join(",\n")
    )
}

/// The headings that quote what nobody says.
pub fn unsaid(path: &str, text: &str) -> Vec<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix("### `"));
    let quoted = headings.filter_map(|heading| heading.strip_suffix('`'));
    // Without a blank it is a name.
    quoted
        .filter(|it| it.contains(' ') && !is_said(it))
        .map(|it| format!("{path}: nobody says `{it}`"))
        .collect()
}

/// `…` stands for what differs from case to case.
fn is_said(quoted: &str) -> bool {
    let parts: Vec<_> = quoted.split('…').collect();
    SAID.iter().any(|said| {
        let mut rest = said.as_str();
        let mut is_first = true;
        parts.iter().all(|part| {
            let found = rest.find(part).filter(|at| !is_first || *at == 0);
            is_first = false;
            found.map(|at| rest = &rest[at + part.len()..]).is_some()
        })
    })
}

/// The summaries of all diagnostics that a scenario expects.
static SAID: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut said = BTreeSet::new();
    let mut folders: Vec<PathBuf> = vec![paths::repository().join("acceptance-tests/cases")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == "expected.json") {
                let text = fs::read_to_string(&path).unwrap();
                collect(&serde_json::from_str(&text).unwrap(), &mut said);
            }
        }
    }
    said
});

fn collect(value: &Json, said: &mut BTreeSet<String>) {
    match value {
        Json::Object(members) => {
            said.extend(members.get("summary").and_then(Json::as_str).map(str::to_owned));
            members.values().for_each(|member| collect(member, said));
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, said)),
        _ => {}
    }
}

#[test]
fn blocks_are_taken_from_where_the_guide_says() {
    let guide = "a\n<!-- examples/provider/provider.tf -->\n```terraform\nold\n```\nb\n";
    let refilled = refilled(guide).unwrap();
    assert!(refilled.starts_with("a\n<!-- examples/provider/provider.tf -->\n```terraform\n"));
    assert!(refilled.contains("provider \"cleanrooms\"") && !refilled.contains("old"));
    assert!(refilled.ends_with("}\n```\nb\n"), "{refilled}");
}

#[test]
fn a_policy_is_json() {
    let of = |noun: &str| block_of(&format!("policy: apply {noun}")).unwrap();
    let json: Json = serde_json::from_str(&of("membership")).unwrap();
    let [all, passes] = json["Statement"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert!(all["Action"].as_array().unwrap().contains(&"cleanrooms:CreateMembership".into()));
    assert_eq!(passes["Action"], serde_json::json!(["iam:PassRole"]));
    let condition = &passes["Condition"]["StringEquals"]["iam:PassedToService"];
    assert_eq!(condition, "cleanrooms.amazonaws.com");
}
