//! The first hour, with the sandbox in place of AWS: a process of its own, at an
//! address of its own, with request rates, and credentials by role.
//!
//! Each switch is flipped alone, to each of its answers. The report must name it,
//! with the right answer, and nothing else; or the switch must stand in the list
//! of those of which the calls cannot tell.

mod stranger;

use std::collections::BTreeMap;
use std::process::ExitCode;

use cleanrooms_account::first_hour::{self, BEYOND, SETTINGS};
use cleanrooms_sandbox::Switches;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};
use stranger::{Hour, Stranger};

/// Answers under which the service itself keeps what is left of a deleted collaboration.
const KEPT_BY_THE_SERVICE: [&str; 2] =
    ["children_of_inactive_membership", "deleted_memberships_can_be_deleted"];

/// Trials wait for their turns far more than they work.
const THREADS: usize = 40;

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
        Trial::test("another_account_is_refused", another_account_is_refused),
    ];
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

/// The report names what was flipped and nothing else, and nothing is left.
fn alone(flipped: Map<String, Value>) -> Result<(), Failed> {
    let stranger = Stranger::start(&flipped);
    let hour = stranger.first_hour();
    let is_kept = flipped.keys().any(|key| KEPT_BY_THE_SERVICE.contains(&key.as_str()));
    assert_eq!(hour.succeeded, !is_kept, "{}", hour.output);
    assert_eq!(hour.output.contains("REMAINS: membership in tf_acc_"), is_kept);
    let is_beyond = |key: &&String| BEYOND.iter().any(|(switch, _)| switch == key);
    let told: Vec<&String> = flipped.keys().filter(|key| !is_beyond(key)).collect();
    assert_eq!(hour.differing(), told, "{}", hour.output);
    for key in told {
        assert_eq!(hour.settings[key], flipped[key], "{}", hour.output);
    }
    if !is_kept {
        nothing_is_wrong(&stranger, &hour);
    }
    Ok(())
}

/// Nothing is left, no call was too many, and each reply was one that the provider takes.
fn nothing_is_wrong(stranger: &Stranger, hour: &Hour) {
    assert_eq!(stranger.objects(), Vec::<String>::new(), "{}", hour.output);
    assert_eq!(stranger.calls_that_failed_with("ThrottlingException"), 0);
    assert!(!hour.output.contains("does not take"), "{}", hour.output);
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
    let stranger = Stranger::start(flipped);
    let hour = stranger.first_hour();
    let mut differing = hour.differing();
    differing.sort_unstable();
    assert_eq!(differing, flipped.keys().collect::<Vec<_>>(), "{}", hour.output);
    nothing_is_wrong(&stranger, &hour);

    let likewise = Stranger::with_file(&hour.folder.join(SETTINGS));
    let again = likewise.first_hour();
    assert_eq!(first_hour::compare(&hour.folder, &again.folder)?, Vec::<String>::new());
    let other = Stranger::start(&Map::new());
    let other = other.first_hour();
    assert!(!first_hour::compare(&hour.folder, &other.folder)?.is_empty());
    no_account_is_told(&hour);
    Ok(())
}

/// What is kept tells nothing of whose it is.
fn no_account_is_told(hour: &Hour) {
    let calls = std::fs::read_dir(hour.folder.join("calls")).expect("the calls are kept");
    for call in calls {
        let path = call.expect("the folder can be read").path();
        let text = std::fs::read_to_string(&path).expect("a call is text");
        for secret in stranger::SECRETS {
            assert!(!text.contains(secret), "{}: {text}", path.display());
        }
    }
}

/// Without a table in AWS Glue the first list is made, and the rest is not told.
fn without_tables() -> Result<(), Failed> {
    let stranger = Stranger::start(&Map::new());
    let hour = stranger.first_hour_with(|command| {
        for name in ["TF_ACC_ROLE_ARN", "TF_ACC_GLUE_TABLE", "TF_ACC_GLUE_COLUMNS"] {
            command.env_remove(name);
        }
    });
    assert!(hour.succeeded, "{}", hour.output);
    assert!(hour.differing().is_empty(), "{}", hour.output);
    assert!(hour.settings.contains_key("creator_votes"));
    assert!(!hour.settings.contains_key("association_arn"));
    nothing_is_wrong(&stranger, &hour);
    Ok(())
}

/// Nothing is done, not even looked at, where the credentials are those of another account.
fn another_account_is_refused() -> Result<(), Failed> {
    let stranger = Stranger::start(&Map::new());
    for (name, problem) in [
        (Some("123456789012"), "names 123456789012"),
        (None, "TF_ACC_ACCOUNT_ID must name the account"),
    ] {
        let hour = stranger.first_hour_with(|command| {
            command.env_remove("TF_ACC_ACCOUNT_ID");
            command.envs(name.map(|name| ("TF_ACC_ACCOUNT_ID", name)));
        });
        assert!(!hour.succeeded && hour.output.contains(problem), "{}", hour.output);
    }
    assert_eq!(stranger.operations(), ["AssumeRole", "GetCallerIdentity"]);
    Ok(())
}
