//! Holds the README to the tests that it names, and to what can be set.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cleanrooms_sandbox::{Quotas, Switches};

const README: &str = include_str!("../../README.md");
const TABLES: &str = "## Rules and the tests that hold them";

/// The part of the README under a heading.
fn section(heading: &str) -> &'static str {
    let (_, rest) = README.split_once(heading).expect("the README has the heading");
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// The rows of all tables of a text, without their headers.
fn rows(text: &str) -> Vec<(&str, &str)> {
    text.lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .filter_map(|line| line.rsplit_once(" | "))
        .filter(|(first, last)| !first.starts_with("---") && *last != "held by")
        .collect()
}

/// What stands between backticks.
fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The file that a name like `test_tags`, `sdk` or `src/model` stands for, and
/// how a test begins there.
fn file(name: &str) -> (PathBuf, &'static str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if name.starts_with("test_") {
        (root.join(format!("tests/conformance/{name}.py")), "def ")
    } else if name.starts_with("src/") {
        (root.join(format!("{name}.rs")), "fn ")
    } else {
        (root.join(format!("tests/suite/{name}.rs")), "fn ")
    }
}

fn exists(test: &str) -> bool {
    let Some((name, function)) = test.split_once("::") else { return false };
    let (path, keyword) = file(name);
    let Ok(text) = std::fs::read_to_string(path) else { return false };
    let mut lines = text.lines().map(str::trim_start);
    let mut before = "";
    lines.any(|line| {
        let is_it = line
            .trim_start_matches("async ")
            .strip_prefix(keyword)
            .and_then(|rest| rest.strip_prefix(function))
            .is_some_and(|rest| rest.starts_with('('));
        let is_test = keyword == "def " || before.starts_with("#[") && before.contains("test]");
        before = line;
        is_it && is_test
    })
}

#[test]
fn every_test_that_the_readme_names_exists() {
    let rows = rows(section(TABLES));
    assert!(rows.len() > 100, "the tables are not where they were: {} rows", rows.len());
    for (rule, tests) in rows {
        let tests = code(tests);
        assert!(!tests.is_empty(), "no test holds the rule: {rule}");
        for test in tests {
            assert!(exists(test), "there is no test `{test}`, which is to hold: {rule}");
        }
    }
}

#[test]
fn a_test_that_does_not_exist_is_noticed() {
    assert!(exists("test_tags::test_tagging_merges_and_overwrites"));
    assert!(exists("rules::a_test_that_does_not_exist_is_noticed"));
    assert!(exists("sdk::latency_runs_into_timeouts"));
    for none in [
        "test_tags::test_tagging",
        "test_nothing::test_tagging_merges_and_overwrites",
        "rules::rows",
        "tagging",
    ] {
        assert!(!exists(none), "{none}");
    }
}

fn names(rows: &[(&'static str, &'static str)]) -> BTreeSet<&'static str> {
    rows.iter().filter_map(|(first, _)| code(first).first().copied()).collect()
}

#[test]
fn the_readme_documents_every_quota_and_switch() {
    for (heading, keys) in [("### Quotas", Quotas::KEYS), ("### Switches", Switches::KEYS)] {
        let section = section(heading);
        let section = section.split_once("\n### ").map_or(section, |(section, _)| section);
        let known: BTreeSet<&str> = keys.iter().map(|(key, _)| *key).collect();
        assert_eq!(names(&rows(section)), known, "{heading}");
        for (key, meaning) in keys {
            assert!(section.contains(meaning.trim()), "{key}: {meaning}");
        }
    }
}

#[test]
fn every_quota_and_switch_has_a_test() {
    let conformance = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    for (file, keys) in [("test_quotas.py", Quotas::KEYS), ("test_switches.py", Switches::KEYS)] {
        let text = std::fs::read_to_string(conformance.join(file)).expect("it is in this crate");
        for (key, _) in keys {
            assert!(text.contains(&format!("{key}=")), "{file} does not set {key}");
        }
    }
}
