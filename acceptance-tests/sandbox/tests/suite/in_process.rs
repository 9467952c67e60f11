//! A sandbox without sockets, on tokio's clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cleanrooms_sandbox::{InProcess, NoReply, Options, Policy};
use hyper::body::Bytes;
use hyper::{Request, Response};
use serde_json::{Value, json};

const OWNER: &str = "111122223333";

fn request(method: &str, path: &str, body: &Value) -> Request<Bytes> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Request::builder()
        .method(method)
        .uri(format!("https://cleanrooms.us-east-1.amazonaws.com{path}"))
        .header("x-amz-date", "20260101T000000Z")
        .header(
            "authorization",
            format!(
                "AWS4-HMAC-SHA256 \
                 Credential={OWNER}/20260101/us-east-1/cleanrooms/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature={}",
                "0".repeat(64)
            ),
        )
        .body(body.into())
        .expect("it is a request")
}

fn create() -> Request<Bytes> {
    let body = json!({
        "name": "name",
        "members": [],
        "creatorMemberAbilities": [],
        "creatorDisplayName": "owner",
        "queryLogStatus": "DISABLED",
    });
    request("POST", "/collaborations", &body)
}

fn fault(fault: Value) -> Request<Bytes> {
    let body = json!({ "operation": "CreateCollaboration", "fault": fault });
    request("POST", "/_sandbox/faults", &body)
}

fn json(reply: &Response<Bytes>) -> Value {
    serde_json::from_slice(reply.body()).expect("it is JSON")
}

fn sandbox() -> InProcess {
    InProcess::new(Options::default()).expect("it needs nothing")
}

async fn listed(sandbox: &InProcess) -> usize {
    let reply = sandbox.call(request("GET", "/collaborations", &Value::Null)).await;
    json(&reply.expect("it answers"))["collaborationList"].as_array().map_or(0, Vec::len)
}

#[tokio::test(start_paused = true)]
async fn latency_moves_a_paused_clock_and_the_times_in_replies() {
    let sandbox = sandbox();
    let started = std::time::Instant::now();
    let first = sandbox.call(create()).await.expect("it answers");
    let hour = json!({ "kind": "latency", "milliseconds": 3_600_000 });
    sandbox.call(fault(hour)).await.expect("it answers");
    let second = sandbox.call(create()).await.expect("it answers");
    assert!(first.status().is_success() && second.status().is_success());
    let made = |reply: &Response<Bytes>| json(reply)["collaboration"]["createTime"].as_f64();
    let apart = made(&second).zip(made(&first)).map(|(second, first)| second - first);
    assert!(apart.is_some_and(|apart| (3600.0..3601.0).contains(&apart)), "{apart:?}");
    assert_ne!(first.headers()["date"], second.headers()["date"]);
    assert!(started.elapsed() < Duration::from_secs(600), "the clock was not paused");
}

#[tokio::test(start_paused = true)]
async fn a_reply_may_be_taken_away_before_or_after_the_change() {
    let sandbox = sandbox();
    for (kind, wanted, left) in
        [("reset_before", NoReply::Reset, 0), ("reply_lost", NoReply::Closed, 1)]
    {
        sandbox.call(fault(json!({ "kind": kind }))).await.expect("it answers");
        assert_eq!(sandbox.call(create()).await.expect_err(kind), wanted);
        assert_eq!(listed(&sandbox).await, left, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_goes_on_when_nobody_waits_for_it() {
    let sandbox = sandbox();
    let slow = json!({ "kind": "latency", "milliseconds": 1000 });
    sandbox.call(fault(slow)).await.expect("it answers");
    let hasty = tokio::time::timeout(Duration::from_millis(1), sandbox.call(create())).await;
    assert!(hasty.is_err());
    assert_eq!(listed(&sandbox).await, 0);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(listed(&sandbox.clone()).await, 1);
}

#[tokio::test]
async fn bodies_have_a_limit_here_too() {
    let options = Options { body_limit: 10, ..Options::default() };
    let sandbox = InProcess::new(options).expect("it needs nothing");
    assert_eq!(sandbox.call(create()).await.expect("it answers").status(), 413);
}

#[tokio::test(start_paused = true)]
async fn a_fork_begins_with_what_there_is_and_goes_its_own_way() {
    let sandbox = sandbox();
    sandbox.call(create()).await.expect("it answers");
    let switches = json!({ "list_order": "newest_first" });
    sandbox.call(request("PATCH", "/_sandbox/switches", &switches)).await.expect("it answers");
    sandbox.call(fault(json!({ "kind": "throttle" }))).await.expect("it answers");
    let fork = sandbox.fork();
    let made = fork.call(create()).await.expect("no fault came along");
    assert!(made.status().is_success());
    assert_eq!((listed(&fork).await, listed(&sandbox).await), (2, 1));
    let found = fork.call(request("GET", "/_sandbox/switches", &Value::Null)).await;
    assert_eq!(json(&found.expect("it answers"))["list_order"], "newest_first");
}

#[tokio::test]
async fn a_policy_is_asked_about_each_action_and_denies_what_it_does_not_allow() {
    let sandbox = sandbox();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let tagged = || {
        let body = json!({
            "name": "name",
            "members": [],
            "creatorMemberAbilities": [],
            "creatorDisplayName": "owner",
            "queryLogStatus": "DISABLED",
            "tags": { "Team": "measurement" },
        });
        request("POST", "/collaborations", &body)
    };
    let policy = |allowed: &'static [&'static str]| {
        let asked = Arc::clone(&asked);
        Policy::new(move |action| {
            asked.lock().expect("nobody panicked").push(action.to_owned());
            allowed.contains(&action)
        })
    };
    let with = |policy: Policy| {
        let mut request = tagged();
        request.extensions_mut().insert(policy);
        request
    };
    let denied = sandbox.call(with(policy(&["cleanrooms:CreateCollaboration"]))).await;
    let denied = denied.expect("it answers");
    assert_eq!(denied.status(), 403);
    let message = json(&denied).to_string();
    assert!(message.contains("is not authorized to perform: cleanrooms:TagResource"), "{message}");
    assert_eq!(listed(&sandbox).await, 0);
    let both = policy(&["cleanrooms:CreateCollaboration", "cleanrooms:TagResource"]);
    assert!(sandbox.call(with(both)).await.expect("it answers").status().is_success());
    let asked = asked.lock().expect("nobody panicked");
    let expected = ["cleanrooms:CreateCollaboration", "cleanrooms:TagResource"].repeat(2);
    assert_eq!(*asked, expected);
}
