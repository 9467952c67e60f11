//! Replies as they are kept: with everything masked that tells whose they are.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result, ensure};
use regex_lite::{Captures, Regex};
use serde_json::{Map, Value, json};

use super::hour::{Hour, Replies};
use crate::accounts::REGION;
use crate::names::{PREFIX, RunId};
use crate::record::{Exchange, Reply, Who};

/// The folder of the replies, below that of a recording.
const CALLS: &str = "calls";

/// The file of the settings, in the folder of a recording.
pub const SETTINGS: &str = "switches.json";

/// The accounts as they are kept.
const OWNER: &str = "111111111111";
const PARTNER: &str = "222222222222";
const THIRD: &str = "333333333333";

/// An id may end in twelve digits as well, but with a hyphen before them.
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<before>^|%3A|[^-\w])(?P<account>\d{12})\b")
        .expect("the pattern is a constant that tests use")
});

static ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
        .expect("the pattern is a constant that tests use")
});

/// What stands for what.
pub struct Masks(Vec<(String, String)>);

impl Masks {
    /// Masks accounts, the run, and what the account has.
    pub fn new(hour: &Hour<'_>, run: &RunId) -> Self {
        let mut masks = vec![
            (hour.owner.clone(), OWNER.to_owned()),
            (hour.partner.clone(), PARTNER.to_owned()),
            (hour.third.clone(), THIRD.to_owned()),
            (run.prefix(), PREFIX.to_owned()),
            (hour.bucket.clone(), "the-bucket".to_owned()),
        ];
        if let Some(tables) = &hour.tables {
            let role = format!("arn:aws:iam::{OWNER}:role/the-role");
            masks.insert(0, (tables.role.clone(), role));
            for (shown, kind) in
                [(&tables.namespace, "idnamespace"), (&tables.workflow, "idmappingworkflow")]
            {
                let kept = format!("arn:aws:entityresolution:{REGION}:{OWNER}:{kind}/the_{kind}");
                masks.splice(0..0, shown.iter().map(|shown| (shown.clone(), kept.clone())));
            }
            masks.push((tables.database.clone(), "the_database".to_owned()));
        }
        Self(masks)
    }

    fn text(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for (shown, kept) in &self.0 {
            // In a path they are written otherwise.
            for shown in [shown.clone(), encoded(shown)] {
                masked = masked.replace(&shown, kept);
            }
        }
        let known = [OWNER, PARTNER, THIRD];
        let other = |found: &Captures<'_>| match known.contains(&&found["account"]) {
            true => found[0].to_owned(),
            false => format!("{}000000000000", &found["before"]),
        };
        ACCOUNT.replace_all(&masked, other).into_owned()
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, member)| (self.text(name), self.value(member)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    /// A call as it is kept.
    fn call(&self, reply: &Reply) -> Value {
        let Exchange { operation, method, path, request, status, error, body } = &reply.exchange;
        json!({
            "number": reply.number,
            "account": if reply.who == Who::Owner { OWNER } else { PARTNER },
            "operation": operation,
            "method": method,
            "path": self.text(path),
            "request": self.value(request),
            "status": status,
            "error": error,
            "body": self.value(body),
        })
    }
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Writes all replies, each into a file of its own, and the settings.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write(
    folder: &Path,
    replies: &Replies,
    masks: &Masks,
    settings: &Map<String, Value>,
) -> Result<()> {
    let calls = folder.join(CALLS);
    if calls.exists() {
        fs::remove_dir_all(&calls).with_context(|| format!("clearing {}", calls.display()))?;
    }
    fs::create_dir_all(&calls).with_context(|| format!("creating {}", calls.display()))?;
    for (place, reply) in replies.0.iter().enumerate() {
        let name = format!("{place:03}-{}-{}.json", reply.number, reply.exchange.operation);
        put(&calls.join(name), &masks.call(reply))?;
    }
    put(&folder.join(SETTINGS), &Value::Object(settings.clone()))
}

fn put(path: &Path, value: &Value) -> Result<()> {
    fs::write(path, format!("{value:#}\n")).with_context(|| format!("writing {}", path.display()))
}

/// Holds one recording against another: the same calls with the same replies, but for ids, times,
/// the order of lists and the words of messages. Gives what differs.
///
/// # Errors
///
/// When a recording cannot be read.
pub fn compare(one: &Path, other: &Path) -> Result<Vec<String>> {
    let (one, other) = (read(one)?, read(other)?);
    let numbers = |calls: &[Value]| -> Vec<Value> {
        calls.iter().map(|call| json!([call["number"], call["operation"]])).collect()
    };
    if numbers(&one) != numbers(&other) {
        return Ok(vec![format!("other calls: {:?}\n{:?}", numbers(&one), numbers(&other))]);
    }
    let differs = one.iter().zip(&other).filter(|(one, other)| one != other);
    Ok(differs.map(|(one, other)| format!("{one}\n{other}")).collect())
}

fn read(folder: &Path) -> Result<Vec<Value>> {
    let calls = folder.join(CALLS);
    let entries = fs::read_dir(&calls).with_context(|| format!("reading {}", calls.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.with_context(|| format!("reading {}", calls.display()))?.path());
    }
    ensure!(!paths.is_empty(), "{} holds no calls", calls.display());
    paths.sort();
    let call = |path: &std::path::PathBuf| -> Result<Value> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let call: Value = serde_json::from_str(&text).context("a call is JSON")?;
        Ok(comparable(call))
    };
    paths.iter().map(call).collect()
}

/// A call without what differs from one run to the next.
fn comparable(value: Value) -> Value {
    match value {
        Value::String(text) => ID.replace_all(&text, "<id>").into_owned().into(),
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(comparable).collect();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        Value::Object(members) => {
            let is_kept = |(name, _): &(String, Value)| {
                !["message", "createTime", "updateTime"].contains(&name.as_str())
            };
            let kept = members.into_iter().filter(is_kept);
            kept.map(|(name, member)| (name, comparable(member))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_masked_wherever_they_stand_and_ids_are_not() {
        let masks = Masks(vec![("123123123123".to_owned(), OWNER.to_owned())]);
        let arn = "arn%3Aaws%3Acleanrooms%3Aus-east-1%3A123123123123%3Amembership%2Fa";
        assert!(!masks.text(arn).contains("123123123123"));
        assert_eq!(
            masks.text("by 456456456456, of 123123123123"),
            format!("by 000000000000, of {OWNER}")
        );
        assert_eq!(masks.text("a%3A456456456456%3Ab"), "a%3A000000000000%3Ab");
        let id = "c011ab00-0000-4000-8000-000000000015";
        assert_eq!(masks.text(id), id);
    }
}
