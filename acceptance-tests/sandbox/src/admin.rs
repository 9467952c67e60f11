//! The admin path, on which tests steer the sandbox and look into it.

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request;
use serde_json::{Value, json};

use crate::journal::Journal;
use crate::operations;
use crate::rates::Rates;
use crate::server::{ADMIN_PATH, Reply, Server};
use crate::settings::patched;
use crate::state::State;
use crate::sts;

/// Status and body.
type Outcome = (u16, String);

/// Answers a request on the admin path.
///
/// A body that was too large is none.
pub(crate) async fn answer(server: &Server, head: &request::Parts, body: Option<&[u8]>) -> Reply {
    let path = head.uri.path().strip_prefix(ADMIN_PATH).unwrap_or_default();
    let (mut status, mut text) = match body {
        Some(body) => route(server, head.method.as_str(), path, body),
        None => problem(413, "the body is too large"),
    };
    let generation = server.shared().generation;
    if !server.is_durable(generation).await {
        (status, text) = problem(500, "the state file cannot be written");
    }
    let mut reply = Response::new(Full::new(Bytes::from(text)));
    *reply.status_mut() =
        hyper::StatusCode::from_u16(status).expect("every status is written down in this file");
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

fn route(server: &Server, method: &str, path: &str, body: &[u8]) -> Outcome {
    match (method, path) {
        ("GET", "journal") => (200, server.shared().journal.to_json()),
        ("DELETE", "journal") => {
            server.shared().journal.clear();
            done()
        }
        ("GET", "faults") => (200, server.shared().faults.to_json().to_string()),
        ("POST", "faults") => with_body(body, |body| add_fault(server, body)),
        ("DELETE", "faults") => {
            server.shared().faults.clear();
            done()
        }
        ("GET", "switches") => settings(&server.shared().switches),
        ("PATCH", "switches") => with_body(body, |body| {
            let mut shared = server.shared();
            shared.switches = patched(&shared.switches, &body)?;
            Ok(settings(&shared.switches))
        }),
        ("GET", "quotas") => settings(&server.shared().quotas),
        ("PATCH", "quotas") => with_body(body, |body| {
            let mut shared = server.shared();
            shared.quotas = patched(&shared.quotas, &body)?;
            Ok(settings(&shared.quotas))
        }),
        ("GET", "objects") => (200, objects(server).to_string()),
        ("POST", "sub_resources") => with_body(body, |body| set_sub_resources(server, &body)),
        ("POST", "reset") => {
            reset(server);
            done()
        }
        ("GET", "connections") => (200, server.counters.to_json().to_string()),
        (
            _,
            "journal" | "faults" | "switches" | "quotas" | "objects" | "sub_resources" | "reset"
            | "connections",
        ) => problem(405, "the path does not have this method"),
        _ => problem(404, "there is no such path"),
    }
}

fn done() -> Outcome {
    (200, "{}".to_owned())
}

fn problem(status: u16, message: &str) -> Outcome {
    (status, json!({ "message": message }).to_string())
}

fn settings(settings: &impl serde::Serialize) -> Outcome {
    match serde_json::to_string(settings) {
        Ok(text) => (200, text),
        Err(err) => problem(500, &err.to_string()),
    }
}

fn with_body(body: &[u8], act: impl FnOnce(Value) -> Result<Outcome, String>) -> Outcome {
    serde_json::from_slice(body)
        .map_err(|err| format!("the body is not JSON: {err}"))
        .and_then(act)
        .unwrap_or_else(|message| problem(400, &message))
}

fn add_fault(server: &Server, body: Value) -> Result<Outcome, String> {
    let operations: Vec<&str> = operations::names().chain(sts::OPERATIONS).collect();
    let mut shared = server.shared();
    shared.faults.add(body, &operations)?;
    Ok((200, shared.faults.to_json().to_string()))
}

/// Everything that is on a shelf.
fn objects(server: &Server) -> Value {
    let shared = server.shared();
    let objects: Vec<Value> =
        shared.state.shelves().into_iter().flat_map(|shelf| shelf.listing()).collect();
    json!({ "objects": objects })
}

/// Names resources that keep a membership from being deleted.
fn set_sub_resources(server: &Server, body: &Value) -> Result<Outcome, String> {
    let id = body["membershipIdentifier"].as_str().ok_or("membershipIdentifier is missing")?;
    let names: Vec<String> =
        serde_json::from_value(body["resources"].clone()).map_err(|err| err.to_string())?;
    let mut shared = server.shared();
    let membership = shared.state.memberships.get_mut(id).ok_or("there is no such membership")?;
    membership.sub_resources = names;
    shared.generation += 1;
    Ok(done())
}

/// Forgets everything; quotas and switches are again what the options say.
fn reset(server: &Server) {
    let mut shared = server.shared();
    shared.state = State::default();
    shared.quotas = server.options.quotas.clone();
    shared.switches = server.options.switches.clone();
    shared.faults.clear();
    shared.rates = Rates::default();
    shared.journal = Journal::new(server.options.journal_limit);
    shared.generation += 1;
}
