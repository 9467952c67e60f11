//! Many callers, many objects, and a journal with bounds.

use std::collections::BTreeSet;

use cleanrooms_sandbox::{Options, Quotas, Sandbox};
use serde_json::{Value, json};

use crate::http::{self, Connection};

const OWNER: &str = "111122223333";

fn collaboration(name: &str) -> Value {
    json!({
        "name": name,
        "members": [],
        "creatorMemberAbilities": [],
        "creatorDisplayName": "owner",
        "queryLogStatus": "DISABLED",
    })
}

fn roomy() -> Options {
    let quotas = Quotas { collaborations_created_per_account: 10_000, ..Quotas::default() };
    Options { quotas, ..Options::default() }
}

/// Calls an operation as the owner.
fn call(connection: &mut Connection, method: &str, path: &str, body: &Value) -> (u16, Value) {
    connection.call(OWNER, method, path, body).expect("the sandbox answers")
}

fn open(sandbox: &Sandbox) -> Connection {
    Connection::open(&sandbox.url()).expect("the sandbox listens")
}

#[test]
fn a_thousand_collaborations_are_listed_in_pages() {
    let sandbox = Sandbox::start_blocking(roomy()).expect("a port is free");
    let made: BTreeSet<String> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..4)
            .map(|caller| {
                let sandbox = &sandbox;
                scope.spawn(move || {
                    let mut connection = open(sandbox);
                    let create = |number| {
                        let body = collaboration(&format!("{caller} {number}"));
                        let (status, reply) =
                            call(&mut connection, "POST", "/collaborations", &body);
                        assert_eq!(status, 200, "{reply}");
                        reply["collaboration"]["id"].as_str().map(str::to_owned)
                    };
                    (0..250).map(create).collect::<Option<Vec<_>>>().expect("replies have ids")
                })
            })
            .collect();
        callers.into_iter().flat_map(|caller| caller.join().expect("it asserts")).collect()
    });
    assert_eq!(made.len(), 1000);

    let mut connection = open(&sandbox);
    let (mut found, mut pages, mut token) = (BTreeSet::new(), 0, String::new());
    loop {
        let path = format!("/collaborations?maxResults=100&nextToken={token}");
        let (status, page) = call(&mut connection, "GET", &path, &Value::Null);
        assert_eq!(status, 200, "{page}");
        pages += 1;
        for entry in page["collaborationList"].as_array().expect("the model has it") {
            let id = entry["id"].as_str().expect("the model has it").to_owned();
            assert!(found.insert(id), "a collaboration was listed twice");
        }
        match page["nextToken"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((found, pages), (made, 10));
}

#[test]
fn sixty_four_connections_are_served_at_once() {
    let sandbox = Sandbox::start_blocking(roomy()).expect("a port is free");
    let url = sandbox.url();
    let fault = json!({
        "operation": "ListCollaborations",
        "count": 64,
        "fault": { "kind": "latency", "milliseconds": 200 },
    });
    http::admin(&url, "POST", "faults", &fault);
    let mut connections: Vec<_> = (0..64).map(|_| open(&sandbox)).collect();
    let start = std::time::Instant::now();
    std::thread::scope(|scope| {
        for connection in &mut connections {
            scope.spawn(|| {
                let (status, _) = call(connection, "GET", "/collaborations", &Value::Null);
                assert_eq!(status, 200);
            });
        }
    });
    // One after the other they would have taken 12.8 seconds.
    assert!(start.elapsed().as_secs() < 6, "{:?}", start.elapsed());
    let found = http::admin(&url, "GET", "connections", &Value::Null);
    assert!(found["peak"].as_u64() >= Some(64), "{found}");
    drop(connections);
}

#[test]
fn the_journal_keeps_the_newest_calls() {
    let options = Options { journal_limit: 10, ..roomy() };
    let sandbox = Sandbox::start_blocking(options).expect("a port is free");
    let mut connection = open(&sandbox);
    for _ in 0..25 {
        call(&mut connection, "GET", "/collaborations", &Value::Null);
    }
    let journal = http::admin(&sandbox.url(), "GET", "journal", &Value::Null);
    let calls = journal["calls"].as_array().expect("the journal is a list");
    assert_eq!(calls.len(), 10);
    assert_eq!(calls[0]["sequence"].as_u64(), Some(16));
    assert_eq!(calls[9]["sequence"].as_u64(), Some(25));
}

#[test]
fn large_bodies_are_left_out_of_the_journal() {
    let sandbox = Sandbox::start_blocking(roomy()).expect("a port is free");
    let mut connection = open(&sandbox);
    let body = collaboration(&"x".repeat(100_000));
    let (status, _) = call(&mut connection, "POST", "/collaborations", &body);
    assert_eq!(status, 400);
    let journal = http::admin(&sandbox.url(), "GET", "journal", &Value::Null);
    let shown = journal["calls"][0]["body"].as_str().expect("a text stands for the body");
    assert!(shown.contains("bytes, left out"), "{shown}");
}

#[test]
fn a_stopped_sandbox_frees_its_port() {
    let sandbox = Sandbox::start_blocking(Options::default()).expect("a port is free");
    let url = sandbox.url();
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("it has a port");
    let mut connection = open(&sandbox);
    assert_eq!(call(&mut connection, "GET", "/collaborations", &Value::Null).0, 200);
    sandbox.stop();
    assert!(Connection::open(&url).is_err());
    let again = Options { port, ..Options::default() };
    let again = Sandbox::start_blocking(again).expect("the port is free again");
    assert_eq!(again.url(), url);
}
