//! The first hour, with the sandbox in place of AWS: a process of its own, at an
//! address of its own, with request rates, and credentials by role.
//!
//! Each switch is flipped alone, to each of its answers. The report must name it,
//! with the right answer, and nothing else; or the switch must stand in the list
//! of those of which the calls cannot tell.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;
use cleanrooms_account::first_hour::{self, BEYOND, SETTINGS};
use cleanrooms_harness::stranger::{self, OWNER, PARTNER, Stranger, THIRD};
use cleanrooms_sandbox::Switches;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// Where the replies of AWS belong, once somebody has them.
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/recorded");

/// Answers under which the service itself keeps what is left of a deleted collaboration.
const KEPT_BY_THE_SERVICE: [&str; 2] =
    ["children_of_inactive_membership", "deleted_memberships_can_be_deleted"];

/// What must stand in no file that is kept.
const SECRETS: [&str; 7] =
    [OWNER, PARTNER, THIRD, "secret-bucket", "secret-role", "secret_database", "secret_ids"];

/// What the account names in AWS Entity Resolution.
const NAMES_OF_ENTITY_RESOLUTION: [(&str, &str); 2] = [
    ("TF_ACC_ID_NAMESPACE_ARN", "idnamespace"),
    ("TF_ACC_ID_MAPPING_WORKFLOW_ARN", "idmappingworkflow"),
];

/// Trials wait for their turns far more than they work.
const THREADS: usize = 50;

fn main() -> ExitCode {
    // The sandbox as a stranger is this program once more.
    if let Some(code) = stranger::as_sandbox() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    let mut trials = vec![
        Trial::test("as_it_is", || alone(Map::new())),
        Trial::test("several_at_once_and_recorded", several_at_once_and_recorded),
        Trial::test("without_tables", without_tables),
        Trial::test("without_entity_resolution", without_entity_resolution),
        Trial::test("another_account_is_refused", another_account_is_refused),
        Trial::test("what_is_denied_ends_it_and_leaves_nothing", what_is_denied_ends_it),
    ];
    if Path::new(RECORDED).exists() {
        trials.push(Trial::test("as_recorded", as_recorded));
    }
    for (switch, answers) in answers() {
        for answer in answers {
            let name = format!("{switch}={}", answer.to_string().trim_matches('"'));
            let flipped = Map::from_iter([(switch.clone(), answer)]);
            trials.push(Trial::test(name, move || alone(flipped)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What each switch takes besides its default, by its documentation.
fn answers() -> BTreeMap<String, Vec<Value>> {
    let defaults = serde_json::to_value(Switches::default()).expect("switches are JSON");
    let other = |(key, meaning): &(&str, &str)| {
        let default = &defaults[*key];
        let words = meaning.split('"').skip(1).step_by(2).map(Value::from);
        let candidates: Vec<Value> = match default {
            Value::Bool(flag) => vec![json!(!flag)],
            Value::Number(_) => vec![json!(7)],
            _ => words.collect(),
        };
        let is_taken = |answer: &Value| {
            let mut switches = defaults.clone();
            switches[*key] = answer.clone();
            answer != default && serde_json::from_value::<Switches>(switches).is_ok()
        };
        let answers: Vec<_> = candidates.into_iter().filter(is_taken).collect();
        assert!(!answers.is_empty(), "{key} has no other answer in `{meaning}`");
        ((*key).to_owned(), answers)
    };
    Switches::KEYS.iter().map(other).collect()
}

/// What a first hour came to.
struct Hour {
    succeeded: bool,
    /// What it said, on either stream.
    output: String,
    /// Where it has kept what came.
    folder: TempDir,
    /// The file of settings.
    settings: Map<String, Value>,
}

impl Hour {
    /// Calls the program as its manual says.
    fn of(stranger: &Stranger) -> Result<Self> {
        Self::with(stranger, |_| {})
    }

    /// The same in another environment.
    fn with(stranger: &Stranger, change: impl FnOnce(&mut Command)) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_first-hour"));
        command
            .arg(folder.path())
            .env_clear()
            .envs(stranger.environment(folder.path())?)
            .env("TF_ACC_BUCKET", "secret-bucket")
            .env("TF_ACC_ROLE_PREFIX", "secret-role-")
            .env("TF_ACC_GLUE_DATABASE", "secret_database");
        for (name, kind) in NAMES_OF_ENTITY_RESOLUTION {
            let arn = format!("arn:aws:entityresolution:us-east-1:{OWNER}:{kind}/secret_ids");
            command.env(name, arn);
        }
        change(&mut command);
        let output = command.output()?;
        let settings = std::fs::read_to_string(folder.path().join(SETTINGS)).unwrap_or_default();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Self {
            succeeded: output.status.success(),
            output: text(&output.stdout) + &text(&output.stderr),
            folder,
            settings: serde_json::from_str(&settings).unwrap_or_default(),
        })
    }

    /// The switches that the report names as other than the sandbox's.
    fn differing(&self) -> BTreeSet<&str> {
        const DIFFERS: &str = "The service differs from the sandbox in: ";
        let line = self.output.lines().find_map(|line| line.strip_prefix(DIFFERS));
        line.into_iter().flat_map(|names| names.split(", ")).collect()
    }
}

/// A stranger with these switches.
fn flipped_stranger(flipped: &Map<String, Value>) -> Result<Stranger> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), Value::Object(flipped.clone()).to_string())?;
    Stranger::with_switches(file.path())
}

/// The report names what was flipped and nothing else, and nothing is left.
fn alone(flipped: Map<String, Value>) -> Result<(), Failed> {
    let stranger = flipped_stranger(&flipped)?;
    let hour = Hour::of(&stranger)?;
    let is_kept = flipped.keys().any(|key| KEPT_BY_THE_SERVICE.contains(&key.as_str()));
    assert_eq!(hour.succeeded, !is_kept, "{}", hour.output);
    assert_eq!(hour.output.contains("REMAINS: membership in tf_acc_"), is_kept);
    let is_beyond = |key: &&String| BEYOND.iter().any(|(switch, _)| switch == key);
    let told: Vec<&String> = flipped.keys().filter(|key| !is_beyond(key)).collect();
    assert_eq!(hour.differing(), told.iter().map(|key| key.as_str()).collect(), "{}", hour.output);
    for key in told {
        assert_eq!(hour.settings[key], flipped[key], "{}", hour.output);
    }
    if !is_kept {
        nothing_is_wrong(&stranger, &hour)?;
    }
    Ok(())
}

/// Nothing is left, no call was too many, and each reply was one that the provider takes.
fn nothing_is_wrong(stranger: &Stranger, hour: &Hour) -> Result<()> {
    assert_eq!(stranger.objects()?, BTreeSet::new(), "{}", hour.output);
    let calls = stranger.calls()?;
    assert!(calls.iter().all(|call| call["error"] != "ThrottlingException"), "{calls:?}");
    assert!(!hour.output.contains("does not take"), "{}", hour.output);
    Ok(())
}

/// Many switches, none of which hides another: all are named, and a sandbox that is started with
/// the file answers as the stranger did.
fn several_at_once_and_recorded() -> Result<(), Failed> {
    let flipped = json!({
        "auto_approved_request": "approved",
        "creator_votes": "by_filing",
        "delete_member_on_creator": "validation",
        "omitted_job_log_status": "filled",
        "omitted_table_type": "absent",
        "own_membership_id_before_joining": "filled",
        "payer_withdrawal": "conflict",
        "tag_arn_length": "100",
        "unset_payment_sub_blocks": "absent",
    });
    let flipped = flipped.as_object().expect("it is an object");
    let stranger = flipped_stranger(flipped)?;
    let hour = Hour::of(&stranger)?;
    let names = flipped.keys().map(String::as_str).collect();
    assert_eq!(hour.differing(), names, "{}", hour.output);
    nothing_is_wrong(&stranger, &hour)?;

    assert_eq!(differences_of_the_sandbox(hour.folder.path())?, Vec::<String>::new());
    let other = Hour::of(&flipped_stranger(&Map::new())?)?;
    assert!(!first_hour::compare(hour.folder.path(), other.folder.path())?.is_empty());
    no_account_is_told(&hour);
    Ok(())
}

/// What a sandbox that is started with the answers of a recording answers otherwise.
fn differences_of_the_sandbox(recorded: &Path) -> Result<Vec<String>> {
    let stranger = Stranger::with_switches(&recorded.join(SETTINGS))?;
    // What the account did not have then, it does not have now.
    let mut lacks = Vec::new();
    for ((name, _), call) in NAMES_OF_ENTITY_RESOLUTION.iter().zip(["-T36-", "-T35-"]) {
        let mut calls = std::fs::read_dir(recorded.join("calls"))?;
        let is_made = calls
            .any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().contains(call)));
        lacks.extend((!is_made).then_some(*name));
    }
    let hour = Hour::with(&stranger, |command| {
        for name in lacks {
            command.env_remove(name);
        }
    })?;
    first_hour::compare(recorded, hour.folder.path())
}

/// The sandbox answers as AWS did when its replies were recorded.
fn as_recorded() -> Result<(), Failed> {
    assert_eq!(differences_of_the_sandbox(Path::new(RECORDED))?, Vec::<String>::new());
    Ok(())
}

/// What is kept tells nothing of whose it is.
fn no_account_is_told(hour: &Hour) {
    let calls = std::fs::read_dir(hour.folder.path().join("calls")).expect("the calls are kept");
    for call in calls {
        let path = call.expect("the folder can be read").path();
        let text = std::fs::read_to_string(&path).expect("a call is text");
        for secret in SECRETS {
            assert!(!text.contains(secret), "{}: {text}", path.display());
        }
    }
}

/// Without a table in AWS Glue the first list is made, and the rest is not told.
fn without_tables() -> Result<(), Failed> {
    let stranger = Stranger::start(&[])?;
    let hour = Hour::with(&stranger, |command| {
        for name in ["TF_ACC_ROLE_PREFIX", "TF_ACC_GLUE_DATABASE"] {
            command.env_remove(name);
        }
    })?;
    assert!(hour.succeeded, "{}", hour.output);
    assert!(hour.differing().is_empty(), "{}", hour.output);
    assert!(hour.settings.contains_key("creator_votes"));
    assert!(!hour.settings.contains_key("association_arn"));
    nothing_is_wrong(&stranger, &hour)?;
    Ok(())
}

/// Without a namespace in AWS Entity Resolution all is told but what is about one.
fn without_entity_resolution() -> Result<(), Failed> {
    let stranger = Stranger::start(&[])?;
    let hour = Hour::with(&stranger, |command| {
        for (name, _) in NAMES_OF_ENTITY_RESOLUTION {
            command.env_remove(name);
        }
    })?;
    assert!(hour.succeeded, "{}", hour.output);
    assert!(hour.differing().is_empty(), "{}", hour.output);
    let untold: Vec<_> = hour.output.lines().filter(|line| line.contains(" not told: ")).collect();
    let switches: BTreeSet<_> =
        untold.iter().filter_map(|line| line.split_whitespace().next()).collect();
    let about_namespaces =
        ["mapping_table_without_namespaces", "omitted_id_mapping_config", "same_namespace_twice"];
    assert_eq!(switches, BTreeSet::from(about_namespaces), "{}", hour.output);
    nothing_is_wrong(&stranger, &hour)?;
    assert_eq!(differences_of_the_sandbox(hour.folder.path())?, Vec::<String>::new());
    Ok(())
}

/// What was told until then is reported all the same.
fn what_is_denied_ends_it() -> Result<(), Failed> {
    let stranger = Stranger::start(&[])?;
    let fault = json!({ "operation": "CreateConfiguredTable", "count": null,
        "fault": { "kind": "access_denied" } });
    stranger.client().admin("POST", "faults", Some(&fault))?;
    let hour = Hour::of(&stranger)?;
    assert!(!hour.succeeded && hour.output.contains("the second list"), "{}", hour.output);
    assert!(hour.differing().is_empty(), "{}", hour.output);
    assert!(hour.settings.contains_key("creator_votes"), "{}", hour.output);
    nothing_is_wrong(&stranger, &hour)?;
    Ok(())
}

/// Nothing is done, not even looked at, where the credentials are those of another account.
fn another_account_is_refused() -> Result<(), Failed> {
    let stranger = Stranger::start(&[])?;
    for (name, problem) in [
        (Some("123456789012"), "names 123456789012"),
        (None, "TF_ACC_ACCOUNT_ID must name the account"),
    ] {
        let hour = Hour::with(&stranger, |command| {
            command.env_remove("TF_ACC_ACCOUNT_ID");
            command.envs(name.map(|name| ("TF_ACC_ACCOUNT_ID", name)));
        })?;
        assert!(!hour.succeeded && hour.output.contains(problem), "{}", hour.output);
    }
    let calls = stranger.calls()?;
    let made: BTreeSet<_> = calls.iter().filter_map(|call| call["operation"].as_str()).collect();
    assert_eq!(made, BTreeSet::from(["AssumeRole", "GetCallerIdentity"]));
    Ok(())
}
