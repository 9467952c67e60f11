//! A scenario's files with the names, accounts and surroundings of a real account.

use std::sync::LazyLock;

use anyhow::{Context, Result, bail, ensure};
use regex_lite::{Captures, Regex};
use serde_json::Value;

use super::{Place, Surrounding};
use crate::sandbox::ACCOUNTS;

/// The kinds of objects that have a name of their own.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let kinds = "collaboration|configured_table|configured_table_association";
    Regex::new(&format!(r#"^resource "cleanrooms_({kinds})" "[^"]*" \{{$"#))
        .expect("the pattern is a constant that tests use")
});

/// The name among the arguments of such an object.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^  name( +)= (.*)$").expect("the pattern is a constant that tests use")
});

/// An account of the sandbox among the arguments of a provider block.
static ACCESS_KEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^  access_key = "(\d{12})"$"#).expect("the pattern is a constant that tests use")
});

/// A configuration: its objects get names of the run, and its provider blocks real credentials.
///
/// # Errors
///
/// When an object has no name that could be seen.
pub(super) fn configuration(text: &str, place: &Place) -> Result<String> {
    let mut adapted = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if NAMED.is_match(line) {
            adapted.push(line.to_owned());
            adapted.extend(object(&mut lines, place).with_context(|| line.to_owned())?);
        } else if line.starts_with("provider \"cleanrooms\" {") {
            adapted.push(line.to_owned());
            adapted.extend(provider(&mut lines, place)?);
        } else {
            adapted.push(line.to_owned());
        }
    }
    Ok(in_place(&(adapted.join("\n") + "\n"), place))
}

/// The rest of an object's block.
fn object<'a>(lines: &mut impl Iterator<Item = &'a str>, place: &Place) -> Result<Vec<String>> {
    let mut block = Vec::new();
    let mut names = 0;
    for line in lines {
        let named = NAME.replace(line, |found: &Captures<'_>| {
            names += 1;
            format!("  name{}= {}", &found[1], with_prefix(&found[2], &place.prefix))
        });
        block.push(named.into_owned());
        if line == "}" {
            ensure!(names == 1, "it has {names} lines that give a name");
            return Ok(block);
        }
    }
    bail!("the block has no end")
}

/// An expression whose value begins with the prefix.
fn with_prefix(expression: &str, prefix: &str) -> String {
    match expression.strip_prefix('"') {
        Some(rest) => format!("\"{prefix}{rest}"),
        None => format!("\"{prefix}${{{expression}}}\""),
    }
}

/// The rest of a provider block, without what is the sandbox's.
fn provider<'a>(lines: &mut impl Iterator<Item = &'a str>, place: &Place) -> Result<Vec<String>> {
    let mut block = Vec::new();
    let mut is_of_endpoints = false;
    for line in lines {
        is_of_endpoints |= line == "  endpoints {";
        if is_of_endpoints {
            is_of_endpoints = line != "  }";
        } else if let Some(found) = ACCESS_KEY.captures(line) {
            match found[1] == *ACCOUNTS[1] {
                true => block.push(place.partner.clone()),
                false => ensure!(found[1] == *ACCOUNTS[0], "{line}: there are two accounts"),
            }
        } else if line != "  secret_key = \"secret\"" {
            block.push(line.to_owned());
        }
        if line == "}" {
            return Ok(block);
        }
    }
    bail!("the block of a provider has no end")
}

/// A list of actions: what they give names to gets one of the run.
///
/// # Errors
///
/// When it is no JSON.
pub(super) fn actions(text: &str, place: &Place) -> Result<String> {
    let mut actions: Value = serde_json::from_str(text).context("actions are JSON")?;
    let list = match &mut actions {
        Value::Array(list) => list.iter_mut().collect(),
        one => vec![one],
    };
    for action in list {
        if let Some(Value::String(name)) = action.pointer_mut("/api/body/name") {
            name.insert_str(0, &place.prefix);
        }
    }
    Ok(in_place(&format!("{actions:#}\n"), place))
}

/// A text with the surroundings of the real account.
fn in_place(text: &str, place: &Place) -> String {
    let replace = |text: String, one: &Surrounding| match one.is_whole {
        true => text.replace(&format!("\"{}\"", one.said), &format!("\"{}\"", one.is)),
        false => text.replace(one.said, &one.is),
    };
    place.surroundings.iter().fold(text.to_owned(), replace)
}

/// What stands in an outcome, and what the scenario says for it: the longest first, for one bucket's
/// name may begin with another's.
pub(super) fn masks(place: &Place) -> Vec<(String, String)> {
    let back = place.surroundings.iter().map(|one| (one.is.clone(), one.said.to_owned()));
    let mut masks: Vec<_> =
        [(place.prefix.clone(), String::new())].into_iter().chain(back).collect();
    masks.sort_by_key(|(is, _)| std::cmp::Reverse(is.len()));
    masks
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::sandbox::{Accounts, Reply};

    #[derive(Debug)]
    struct Nobody;

    impl Accounts for Nobody {
        fn call(&self, _: &str, _: &str, path: &str, _: Option<&Value>) -> Result<Reply> {
            bail!("nobody answers at {path}")
        }

        fn leftovers(&self) -> Result<Vec<String>> {
            Ok(Vec::new())
        }
    }

    /// A place that nobody lives in.
    pub(crate) fn place() -> Place {
        Place {
            accounts: Arc::new(Nobody),
            prefix: "tf_acc_abcdefgh_001_".to_owned(),
            surroundings: vec![
                Surrounding::part("111122223333", "123123123123".to_owned()),
                Surrounding::part("444455556666", "456456456456".to_owned()),
            ],
            provider: String::new(),
            partner: "  profile = \"partner\"".to_owned(),
            environment: BTreeMap::new(),
            scratch: "/nowhere".into(),
        }
    }

    #[test]
    fn objects_get_names_of_the_run_and_nothing_else_does() {
        let text = r#"resource "cleanrooms_configured_table" "this" {
  name            = "Orders"
  description = "name = "
  privacy = {
    name = "email"
  }
}

resource "cleanrooms_collaboration" "b" {
  name = var.name
}

resource "cleanrooms_membership" "c" {
  name = "111122223333"
}
"#;
        let adapted = configuration(text, &place()).expect("it can be adapted");
        assert!(adapted.contains("  name            = \"tf_acc_abcdefgh_001_Orders\"\n"));
        assert!(adapted.contains("    name = \"email\"\n"));
        assert!(adapted.contains("  name = \"tf_acc_abcdefgh_001_${var.name}\"\n"));
        assert!(adapted.contains("  name = \"123123123123\"\n"));
    }

    #[test]
    fn an_object_whose_name_is_not_seen_is_refused() {
        let text = "resource \"cleanrooms_collaboration\" \"b\" {\n  members = {}\n}\n";
        configuration(text, &place()).expect_err("it has no name");
    }

    #[test]
    fn provider_blocks_get_real_credentials() {
        let text = r#"provider "cleanrooms" {
  alias      = "partner"
  access_key = "444455556666"
  secret_key = "secret"

  endpoints {
    cleanrooms = var.sandbox
  }

  default_tags {
  }
}
"#;
        let adapted = configuration(text, &place()).expect("it can be adapted");
        let expected = "provider \"cleanrooms\" {\n  alias      = \"partner\"\n  profile = \"partner\"\n\n\n  \
                        default_tags {\n  }\n}\n";
        assert_eq!(adapted, expected);
    }

    #[test]
    fn what_is_made_behind_the_engines_back_has_a_name_of_the_run_too() {
        let text = r#"{ "api": { "account": "111122223333", "method": "PATCH", "path": "/x",
            "body": { "name": "Edited" } } }"#;
        let adapted = actions(text, &place()).expect("it can be adapted");
        let adapted: Value = serde_json::from_str(&adapted).expect("it is JSON");
        assert_eq!(adapted["api"]["body"]["name"], "tf_acc_abcdefgh_001_Edited");
        assert_eq!(adapted["api"]["account"], "123123123123");
    }

    #[test]
    fn outcomes_are_shown_as_the_scenario_has_them() {
        let place = place();
        let mut normaliser = crate::normalise::Normaliser::default();
        normaliser.mask(masks(&place));
        let real = serde_json::json!({ "456456456456": "tf_acc_abcdefgh_001_Orders" });
        let shown = serde_json::json!({ "444455556666": "Orders" });
        assert_eq!(normaliser.value(real), shown);
    }
}
