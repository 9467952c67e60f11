//! One request to AWS, from its signature to its reply and its place in the journal.

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::http::request;
use serde_json::{Map, Value};

use crate::connection::Handle;
use crate::error::ApiError;
use crate::faults::Fault;
use crate::journal::Entry;
use crate::model::{Operation, Parts, UnknownMembers};
use crate::operations::{Call, handler};
use crate::permissions::Policy;
use crate::router::{self, Matched};
use crate::server::{Reply, Server};
use crate::settings::{Presence, Tolerance};
use crate::signature::{self, Caller};
use crate::sts;

/// The reads that move on what they read of, so that a state file must follow them.
const MOVE_ON: [&str; 4] =
    ["GetAnalysisLogExport", "GetIntermediateTable", "GetProtectedJob", "GetProtectedQuery"];

/// What a successful call says.
pub(crate) enum Answer {
    /// Status and body of an operation.
    Json(u16, Value),
    /// The result of an STS action.
    Xml(String),
}

pub(crate) type Outcome = Result<Answer, ApiError>;

/// One request to AWS, and what becomes known about it on the way.
pub(crate) struct Exchange {
    head: request::Parts,
    body: Bytes,
    pub(crate) connection: Handle,
    query: Vec<(String, String)>,
    caller: Option<Caller>,
    operation: Option<String>,
    /// The body as the journal shows it.
    shown_body: Value,
    pub(crate) fault: Option<Fault>,
    /// Whether errors say their reasons.
    reasons: Presence,
}

impl Exchange {
    pub(crate) fn new(head: request::Parts, body: Bytes, connection: Handle) -> Self {
        let query = head.uri.query().unwrap_or_default();
        Self {
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            head,
            body,
            connection,
            caller: None,
            operation: None,
            shown_body: Value::Null,
            fault: None,
            reasons: Presence::Present,
        }
    }

    fn is_sts(&self) -> bool {
        self.head.uri.path() == "/"
    }

    pub(crate) async fn run(&mut self, server: &Server) -> Outcome {
        if self.is_sts() { self.run_sts(server).await } else { self.run_operation(server).await }
    }

    fn identify(&mut self, server: &Server, service: &str) -> Result<Caller, ApiError> {
        let credential = signature::credential(&self.head.headers, service)?;
        let caller = sts::caller(&server.shared().state, &credential, server.clock.now())?;
        self.caller = Some(caller.clone());
        Ok(caller)
    }

    async fn run_operation(&mut self, server: &Server) -> Outcome {
        let body = self.parse_body();
        let caller = self.identify(server, "cleanrooms")?;
        let (method, path) = (self.head.method.as_str(), self.head.uri.path());
        let matched = router::route(server.model, method, path)?;
        let operation = matched.operation;
        self.operation = Some(operation.name.clone());
        let resource = resource_arn(&matched, &caller);
        self.check_rate(server, &caller, &operation.name)?;
        if let Some(policy) = self.head.extensions.get::<Policy>() {
            policy.check(&caller, &operation.name, &self.shown_body, &resource)?;
        }
        self.inject(server, &caller, &format!("cleanrooms:{}", operation.name), &resource).await?;
        let body = if operation.method == "POST" || operation.method == "PATCH" {
            body?
        } else {
            Map::new()
        };
        let parts = Parts { labels: &matched.labels, query: &self.query, body };
        self.perform(server, &caller, operation, parts)
    }

    fn check_rate(
        &mut self,
        server: &Server,
        caller: &Caller,
        operation: &str,
    ) -> Result<(), ApiError> {
        let shared = &mut *server.shared();
        self.reasons = shared.switches.error_reasons;
        if shared.rates.admit(caller, operation, &shared.quotas, server.clock.now()) {
            return Ok(());
        }
        Err(ApiError::Throttling)
    }

    fn parse_body(&mut self) -> Result<Map<String, Value>, ApiError> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        let unreadable = |what: &str| ApiError::front_door(400, "SerializationException", what);
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(value) => {
                self.shown_body = value.clone();
                match value {
                    Value::Object(members) => Ok(members),
                    _ => Err(unreadable("The body must be a JSON object.")),
                }
            }
            Err(err) => {
                self.shown_body = Value::from(String::from_utf8_lossy(&self.body));
                Err(unreadable(&format!("The body is not JSON: {err}")))
            }
        }
    }

    /// Lets the faults happen that are due for this call.
    async fn inject(
        &mut self,
        server: &Server,
        caller: &Caller,
        action: &str,
        resource: &str,
    ) -> Result<(), ApiError> {
        let operation = self.operation.as_deref().unwrap_or_default();
        let injected = server.shared().faults.take(operation, &caller.account);
        if !injected.latency.is_zero() {
            tokio::time::sleep(injected.latency).await;
        }
        self.fault = injected.fault;
        match &self.fault {
            // Stops here; nobody gets to see which error it was.
            Some(Fault::ResetBefore) => Err(ApiError::Internal),
            Some(fault) => fault.refusal(caller, action, resource).map_or(Ok(()), Err),
            None => Ok(()),
        }
    }

    fn perform(
        &self,
        server: &Server,
        caller: &Caller,
        operation: &Operation,
        parts: Parts<'_>,
    ) -> Outcome {
        let mut shared = server.shared();
        let shared = &mut *shared;
        let unknown = match shared.switches.unknown_members {
            Tolerance::Refused => UnknownMembers::Refused,
            Tolerance::Ignored => UnknownMembers::Ignored,
        };
        let handler = handler(&operation.name)
            .expect("a test finds every operation of the model in the tables");
        let input = server.model.input(operation, parts, unknown).map_err(ApiError::fields)?;
        shared.state.begin_call();
        let mut call = Call {
            caller,
            state: &mut shared.state,
            quotas: &shared.quotas,
            switches: &shared.switches,
            now: server.clock.now(),
            model: server.model,
            operation,
        };
        let body = handler(&mut call, input)?;
        if let Some(Fault::NotYetVisible { reads }) = self.fault {
            shared.state.hide_made(reads);
        }
        if let Some(Fault::StillVisible { reads }) = self.fault {
            shared.state.keep_removed(reads);
        }
        if !operation.readonly || MOVE_ON.contains(&operation.name.as_str()) {
            shared.generation += 1;
        }
        check_reply(server, operation, &body)?;
        Ok(Answer::Json(operation.success_status, body))
    }

    async fn run_sts(&mut self, server: &Server) -> Outcome {
        let form: sts::Form = match self.head.method.as_str() {
            "POST" => form_urlencoded::parse(&self.body).into_owned().collect(),
            "GET" => self.query.iter().cloned().collect(),
            _ => {
                return Err(ApiError::front_door(
                    405,
                    "MethodNotAllowedException",
                    "Only GET and POST are possible here.",
                ));
            }
        };
        self.shown_body = form.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
        let caller = self.identify(server, "sts")?;
        let action = form.get("Action").cloned().unwrap_or_default();
        if sts::OPERATIONS.contains(&action.as_str()) {
            self.operation = Some(action.clone());
            let resource = form.get("RoleArn").map_or("*", String::as_str).to_owned();
            self.inject(server, &caller, &format!("sts:{action}"), &resource).await?;
        }
        let mut shared = server.shared();
        let result = sts::answer(&mut shared.state, &caller, &form, server.clock.now())?;
        if action == "AssumeRole" {
            shared.generation += 1;
        }
        Ok(Answer::Xml(result))
    }

    pub(crate) fn reply(&self, server: &Server, outcome: &Outcome, request_id: &str) -> Reply {
        let (content_type, body) = self.document(outcome, request_id);
        let mut reply = Response::new(Full::new(Bytes::from(body)));
        *reply.status_mut() = hyper::StatusCode::from_u16(status(outcome))
            .expect("every status is written down in this crate or in the model");
        let headers = reply.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert("x-amzn-requestid", header(request_id));
        if let Err(err) = outcome {
            headers.insert("x-amzn-errortype", header(self.code(err)));
            if err.status() == 405 {
                let allowed = if self.is_sts() {
                    "GET, POST".to_owned()
                } else {
                    router::allowed(server.model, self.head.uri.path())
                };
                headers.insert(ALLOW, header(&allowed));
            }
        }
        reply
    }

    fn document(&self, outcome: &Outcome, request_id: &str) -> (&'static str, String) {
        let action = self.operation.as_deref().unwrap_or_default();
        match outcome {
            Ok(Answer::Json(204, _)) => ("application/json", String::new()),
            Ok(Answer::Json(_, body)) => ("application/json", body.to_string()),
            Ok(Answer::Xml(result)) => {
                ("text/xml", sts::reply_document(action, result, request_id))
            }
            Err(err) if self.is_sts() => ("text/xml", sts::error_document(err, request_id)),
            Err(err) => ("application/json", self.body_of(err).to_string()),
        }
    }

    /// The body of an error; the model asks for no reasons.
    fn body_of(&self, err: &ApiError) -> Value {
        let mut body = err.body();
        if let (Presence::Absent, Some(members)) = (self.reasons, body.as_object_mut()) {
            members.remove("reason");
            members.remove("fieldList");
        }
        body
    }

    fn code(&self, err: &ApiError) -> &'static str {
        if self.is_sts() { sts::error_code(err) } else { err.code() }
    }

    pub(crate) fn record(&self, server: &Server, outcome: &Outcome) {
        let was_reset = self.fault == Some(Fault::ResetBefore);
        let (error, response) = match outcome {
            _ if was_reset => (None, Value::Null),
            Ok(Answer::Json(_, body)) => (None, body.clone()),
            Ok(Answer::Xml(result)) => (None, Value::from(result.as_str())),
            Err(err) => (Some(self.code(err)), self.body_of(err)),
        };
        server.shared().journal.record(Entry {
            sequence: 0,
            account: self.caller.as_ref().map(|caller| caller.account.as_str()),
            region: self.caller.as_ref().map(|caller| caller.region.as_str()),
            operation: self.operation.as_deref(),
            method: self.head.method.as_str(),
            path: self.head.uri.path(),
            query: query_object(&self.query),
            body: self.shown_body.clone(),
            status: (!was_reset).then(|| status(outcome)),
            error,
            response,
            fault: self.fault.as_ref().map(Fault::kind),
            user_agent: self.head.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()),
            connection: self.connection.number,
            time: server.clock.now().to_reply(),
        });
    }
}

fn status(outcome: &Outcome) -> u16 {
    match outcome {
        Ok(Answer::Json(status, _)) => *status,
        Ok(Answer::Xml(_)) => 200,
        Err(err) => err.status(),
    }
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Query parameters by name; those that come more than once as a list.
fn query_object(query: &[(String, String)]) -> Value {
    let mut object = Map::new();
    for (name, value) in query {
        let value = Value::from(value.as_str());
        match object.get_mut(name) {
            None => {
                object.insert(name.clone(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    object.into()
}

/// What IAM would name as the resource of a call.
fn resource_arn(matched: &Matched<'_>, caller: &Caller) -> String {
    let Caller { account, region, .. } = caller;
    let path: Vec<String> = matched
        .labels
        .iter()
        .filter_map(|(name, id)| {
            Some(format!("{}/{id}", name.strip_suffix("Identifier")?.to_lowercase()))
        })
        .collect();
    match matched.labels.first() {
        Some((name, arn)) if name == "resourceArn" => arn.clone(),
        Some(_) => format!("arn:aws:cleanrooms:{region}:{account}:{}", path.join("/")),
        None => "*".to_owned(),
    }
}

/// Holds our own reply against the model.
fn check_reply(server: &Server, operation: &Operation, body: &Value) -> Result<(), ApiError> {
    let problems = server.model.output(operation, body);
    if problems.is_empty() {
        return Ok(());
    }
    eprintln!("the reply of {} does not fit the model: {problems:?}", operation.name);
    Err(ApiError::Internal)
}
