//! The sandbox as a program: its address, its signals, its help, its state file.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use cleanrooms_sandbox::{Quotas, Switches};
use serde_json::{Value, json};

use crate::http::{self, Connection};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cleanrooms-sandbox");

/// A running program, killed when the test ends.
struct Program {
    process: Child,
    stdout: BufReader<ChildStdout>,
    url: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(PROGRAM)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is built with its tests");
        let stdout = process.stdout.take().expect("it was asked for");
        let mut program = Self { process, stdout: BufReader::new(stdout), url: String::new() };
        program.stdout.read_line(&mut program.url).expect("it prints its address");
        assert_eq!(program.url.pop(), Some('\n'));
        program
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.process.id().to_string()]).status();
        assert!(status.expect("there is a kill command").success());
    }

    /// Exit status, and what came on stdout after the address.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).expect("stdout is text");
        (self.process.wait().expect("it was started").code(), rest)
    }

    /// Resident memory in KiB.
    #[cfg(target_os = "linux")]
    fn resident_kib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).expect("Linux has it");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("Linux has it");
        let number = line.split_whitespace().nth(1).expect("the line has a number");
        number.parse().expect("the line has a number")
    }

    fn create(&self, name: &str) -> std::io::Result<http::Reply> {
        http::call(&self.url, "111122223333", "POST", "/collaborations", &collaboration(name))
    }

    /// Names of all collaborations, through all pages.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut path = "/collaborations?maxResults=100".to_owned();
        loop {
            let (status, page) = http::call(&self.url, "111122223333", "GET", &path, &Value::Null)
                .expect("the program answers");
            assert_eq!(status, 200);
            let list = page["collaborationList"].as_array().expect("the model has it");
            names.extend(list.iter().map(|entry| entry["name"].as_str().map(str::to_owned)));
            let Some(token) = page["nextToken"].as_str() else { break };
            path = format!("/collaborations?maxResults=100&nextToken={token}");
        }
        names.into_iter().map(|name| name.expect("the model has it")).collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn collaboration(name: &str) -> Value {
    json!({
        "name": name,
        "members": [],
        "creatorMemberAbilities": [],
        "creatorDisplayName": "owner",
        "queryLogStatus": "DISABLED",
    })
}

fn fails(arguments: &[&str]) -> Output {
    let output = Command::new(PROGRAM).args(arguments).output().expect("the program is built");
    assert!(!output.status.success());
    assert!(output.stdout.is_empty(), "{output:?}");
    output
}

/// A directory of this test's own, empty.
fn directory(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    if path.exists() {
        std::fs::remove_dir_all(&path).expect("nobody else uses it");
    }
    std::fs::create_dir_all(&path).expect("the target directory can be written");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the target directory has a name in UTF-8")
}

#[test]
fn the_address_is_all_that_it_prints_and_signals_stop_it() {
    for signal in ["-TERM", "-INT"] {
        let program = Program::start(&[]);
        let port = program.url.strip_prefix("http://127.0.0.1:").expect("it says where");
        assert!(port.parse::<u16>().is_ok_and(|port| port > 0), "{}", program.url);
        assert_eq!(program.create("x").expect("it answers").0, 200);
        program.signal(signal);
        assert_eq!(program.end(), (Some(0), String::new()));
    }
}

#[test]
fn it_takes_the_port_that_it_is_told() {
    let first = Program::start(&[]);
    let port = first.url.rsplit(':').next().expect("it has a port").to_owned();
    let output = fails(&["--port", &port]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("in use"), "{output:?}");
    first.signal("-TERM");
    first.end();
    let second = Program::start(&["--port", &port]);
    assert_eq!(second.url, format!("http://127.0.0.1:{port}"));
}

#[test]
fn help_documents_every_option_quota_and_switch() {
    let output = Command::new(PROGRAM).arg("--help").output().expect("the program is built");
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).expect("help is text");
    for option in [
        "--port",
        "--state",
        "--quota",
        "--switch ",
        "--switches",
        "--journal",
        "--body-limit",
        "--version",
    ] {
        assert!(help.contains(option), "{option} is missing in:\n{help}");
    }
    for (key, meaning) in Quotas::KEYS.iter().chain(Switches::KEYS) {
        assert!(help.contains(&format!("  {key}=")), "{key} is missing in:\n{help}");
        assert!(help.contains(meaning.trim()), "the meaning of {key} is missing in:\n{help}");
    }
}

#[test]
fn options_set_quotas_switches_and_limits() {
    let program = Program::start(&[
        "--quota",
        "collaborations_created_per_account=1",
        "--switch",
        "omitted_description=filled",
        "--switch",
        "default_page_size=7",
        "--journal",
        "2",
        "--body-limit",
        "300",
    ]);
    let (status, made) = program.create("x").expect("it answers");
    assert_eq!((status, made["collaboration"]["description"].as_str()), (200, Some("")));
    assert_eq!(program.create("x").expect("it answers").0, 402);
    assert_eq!(program.create(&"x".repeat(300)).expect("it answers").0, 413);
    let journal = http::admin(&program.url, "GET", "journal", &Value::Null);
    let sequences: Vec<_> = journal["calls"]
        .as_array()
        .expect("the journal is a list")
        .iter()
        .map(|call| call["sequence"].as_u64())
        .collect();
    assert_eq!(sequences, [Some(2), Some(3)]);
    let switches = http::admin(&program.url, "GET", "switches", &Value::Null);
    assert_eq!(switches["default_page_size"].as_u64(), Some(7));
}

#[test]
fn a_file_of_switches_is_taken_and_single_ones_stand_above_it() {
    let file = directory("switches").join("switches.json");
    let switches = json!({ "omitted_description": "filled", "default_page_size": 7 });
    std::fs::write(&file, switches.to_string()).expect("the directory is ours");
    let arguments = ["--switches", text(&file), "--switch", "default_page_size=8"];
    let program = Program::start(&[&arguments[..], &["--switch", "tag_arn_length=100"]].concat());
    let switches = http::admin(&program.url, "GET", "switches", &Value::Null);
    assert_eq!(switches["omitted_description"], "filled");
    assert_eq!(switches["default_page_size"].as_u64(), Some(8));
    assert_eq!(switches["tag_arn_length"], "100");
    assert_eq!(switches["creator_votes"], "asked");
}

#[test]
fn a_file_that_holds_no_switches_is_refused_by_name() {
    let file = directory("no_switches").join("switches.json");
    for (content, problem) in [("[]", "JSON object"), ("{", "EOF"), (r#"{"none":1}"#, "none")] {
        std::fs::write(&file, content).expect("the directory is ours");
        let output = fails(&["--switches", text(&file)]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(text(&file)) && stderr.contains(problem), "{stderr}");
    }
    let output = fails(&["--switches", "/nowhere/switches.json"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/"), "{output:?}");
}

#[test]
fn wrong_options_are_refused() {
    for (arguments, problem) in [
        (["--switch", "no_such_switch=1"], "no_such_switch"),
        (["--switch", "omitted_description=maybe"], "maybe"),
        (["--quota", "memberships_per_account=many"], "many"),
        (["--quota", "memberships_per_account"], "NAME=VALUE"),
        (["--port", "70000"], "70000"),
    ] {
        let output = fails(&arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(problem), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_killed_sandbox_comes_back_with_all_that_it_has_acknowledged() {
    const CREATES: usize = 500;
    let file = directory("kill").join("state");
    let arguments = ["--state", text(&file), "--quota", "collaborations_created_per_account=1000"];
    let program = Program::start(&arguments);
    let (sender, acknowledged) = std::sync::mpsc::channel();
    let mut names = std::thread::scope(|scope| {
        for caller in 0..4 {
            let (program, sender) = (&program, sender.clone());
            scope.spawn(move || {
                for number in (caller..CREATES).step_by(4) {
                    let name = format!("collaboration {number}");
                    match program.create(&name) {
                        Ok((200, reply)) => {
                            assert_eq!(reply["collaboration"]["name"], name.as_str());
                            // The receiver lives as long as this scope.
                            let _ = sender.send(name);
                        }
                        Ok(other) => panic!("{other:?}"),
                        // Killed.
                        Err(_) => return,
                    }
                }
            });
        }
        drop(sender);
        let mut names: Vec<String> = acknowledged.iter().take(CREATES / 2).collect();
        program.signal("-KILL");
        names.extend(acknowledged.iter());
        names
    });
    assert!((CREATES / 2..CREATES).contains(&names.len()), "{} were acknowledged", names.len());
    drop(program);

    let again = Program::start(&arguments);
    let mut found = again.names();
    found.sort();
    names.sort();
    let total = found.len();
    found.dedup();
    assert_eq!(found.len(), total, "a collaboration came back twice");
    for name in &names {
        assert!(found.binary_search(name).is_ok(), "{name} was acknowledged and is lost");
    }
    // One for each caller may have been on its way.
    assert!(total <= names.len() + 4, "{total} came back of {}", names.len());
    // Ids go on where they stopped.
    assert_eq!(again.create("one more").expect("it answers").0, 200);
    assert_eq!(again.names().len(), total + 1);
}

#[test]
fn everything_survives_a_restart() {
    let file = directory("restart").join("state");
    let arguments = ["--state", text(&file)];
    let program = Program::start(&arguments);
    let (owner, partner) = ("111122223333", "444455556666");
    let url = program.url.clone();
    let call = |url: &str, account: &str, method: &str, path: &str, body: &Value| {
        let (status, reply) = http::call(url, account, method, path, body).expect("it answers");
        assert!(status < 300, "{method} {path}: {status} {reply}");
        reply
    };
    let mut body = collaboration("kept");
    body["members"] =
        json!([{ "accountId": partner, "memberAbilities": [], "displayName": "partner" }]);
    body["creatorMemberAbilities"] = json!(["CAN_QUERY", "CAN_RUN_JOB"]);
    body["tags"] = json!({ "a": "b" });
    let made = call(&url, owner, "POST", "/collaborations", &body);
    let id = made["collaboration"]["id"].as_str().expect("the model has it").to_owned();
    let join = json!({ "collaborationIdentifier": id, "queryLogStatus": "DISABLED" });
    let ours = call(&url, owner, "POST", "/memberships", &join);
    call(&url, partner, "POST", "/memberships", &join);
    let ours = ours["membership"]["id"].as_str().expect("the model has it").to_owned();
    let change = json!({ "changes": [{
        "specificationType": "COLLABORATION",
        "specification": { "collaboration": { "autoApprovedChangeTypes": ["ADD_MEMBER"] } },
    }] });
    call(&url, owner, "POST", &format!("/collaborations/{id}/changeRequests"), &change);
    let query = json!({ "type": "SQL", "sqlParameters": { "queryString": "select 1" } });
    call(&url, owner, "POST", &format!("/memberships/{ours}/protectedQueries"), &query);

    let arn = made["collaboration"]["arn"].as_str().expect("the model has it");
    let tags = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
    let reads = [
        format!("/collaborations/{id}"),
        format!("/collaborations/{id}/members"),
        format!("/collaborations/{id}/changeRequests"),
        format!("/memberships/{ours}"),
        format!("/memberships/{ours}/protectedQueries"),
        "/memberships".to_owned(),
        tags,
    ];
    let read_all = |url: &str| -> Vec<Value> {
        reads.iter().map(|path| call(url, owner, "GET", path, &Value::Null)).collect()
    };
    let before = read_all(&url);
    assert_eq!(before[2]["collaborationChangeRequestSummaries"][0]["status"], "PENDING");
    program.signal("-KILL");
    drop(program);
    let again = Program::start(&arguments);
    assert_eq!(read_all(&again.url), before);
}

#[test]
fn a_damaged_state_file_is_refused_and_left_as_it_is() {
    let file = directory("damage").join("state");
    let arguments = ["--state", text(&file)];
    let program = Program::start(&arguments);
    assert_eq!(program.create("kept").expect("it answers").0, 200);
    program.signal("-TERM");
    program.end();
    let good = std::fs::read(&file).expect("the state was written");
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    // Still a state, but not the one that was written.
    let renamed = String::from_utf8_lossy(&good).replace("kept", "lost").into_bytes();
    for (damaged, problem) in [
        (&good[..good.len() / 2], "bytes where"),
        (&good[..good.len() - 1], "bytes where"),
        (&flipped, "checksum"),
        (&renamed, "checksum"),
        (b"", "header"),
        (b"{}\n", "begin with"),
    ] {
        std::fs::write(&file, damaged).expect("the directory is ours");
        let output = fails(&arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(text(&file)) && stderr.contains("left as it is"), "{stderr}");
        assert!(stderr.contains(problem), "{problem}: {stderr}");
        assert_eq!(std::fs::read(&file).expect("it is still there"), damaged);
    }
    std::fs::write(&file, &good).expect("the directory is ours");
    assert_eq!(Program::start(&arguments).names(), ["kept"]);
}

#[test]
fn a_state_file_that_cannot_be_written_is_told_at_the_start() {
    let file = directory("missing").join("no such directory/state");
    let output = fails(&["--state", text(&file)]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written"), "{output:?}");
}

#[test]
fn a_change_that_cannot_be_stored_is_not_acknowledged() {
    let directory = directory("readonly");
    let file = directory.join("state");
    let program = Program::start(&["--state", text(&file)]);
    // Where the new file would go there is a directory now.
    std::fs::create_dir(directory.join("state.tmp")).expect("the directory is ours");
    assert_eq!(program.create("lost").expect("it answers").0, 500);
    std::fs::remove_dir(directory.join("state.tmp")).expect("the directory is ours");
    // What was not acknowledged may have happened all the same; reading it makes it last.
    assert_eq!(program.names(), ["lost"]);
    assert_eq!(program.create("kept").expect("it answers").0, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number_of_requests() {
    let program = Program::start(&["--journal", "500"]);
    let (_, made) = program.create("x").expect("it answers");
    let path = made["collaboration"]["id"].as_str().map(|id| format!("/collaborations/{id}"));
    let path = path.expect("the model has it");
    let mut connection = Connection::open(&program.url).expect("it listens");
    let mut call = |times: usize| {
        for _ in 0..times {
            for (method, body) in [("PATCH", json!({ "name": "y" })), ("GET", Value::Null)] {
                let (status, _) =
                    connection.call("111122223333", method, &path, &body).expect("it answers");
                assert_eq!(status, 200);
            }
        }
    };
    // Fills the journal and whatever else has a size to reach.
    call(1000);
    let before = program.resident_kib();
    call(4000);
    let after = program.resident_kib();
    // 8,000 calls, each of which a journal without bounds would keep, are 8 MiB.
    assert!(after < before + 2048, "{before} KiB became {after} KiB");
}
