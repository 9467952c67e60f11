//! Replies as they came, before anybody has judged them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_cleanrooms::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cleanrooms::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata};
use serde_json::{Value, json};

/// In whose name a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The account that owns the collaborations.
    Owner,
    /// The account that joins them.
    Partner,
}

/// A call and its reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The number of the call in its list.
    pub number: String,
    /// Who has called.
    pub who: Who,
    /// Why the provider's own client does not take the reply, if it does not.
    pub disbelieved: Option<String>,
    /// What went over the wire.
    pub exchange: Exchange,
}

/// A request and what came back.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// The operation.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The body of the request; null without one.
    pub request: Value,
    /// The HTTP status.
    pub status: u16,
    /// The code of an error.
    pub error: Option<String>,
    /// The body of the reply; null without one.
    pub body: Value,
}

/// What a reply comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// ValidationException.
    Validation,
    /// ConflictException.
    Conflict,
    /// AccessDeniedException.
    Denied,
    /// ResourceNotFoundException.
    NotFound,
    /// Any other error.
    Other,
}

impl Reply {
    /// What it comes to.
    pub fn outcome(&self) -> Outcome {
        match self.exchange.error.as_deref() {
            None if (200..300).contains(&self.exchange.status) => Outcome::Done,
            Some("ValidationException") => Outcome::Validation,
            Some("ConflictException") => Outcome::Conflict,
            Some("AccessDeniedException") => Outcome::Denied,
            Some("ResourceNotFoundException") => Outcome::NotFound,
            _ => Outcome::Other,
        }
    }

    /// Whether it was done.
    pub fn is_done(&self) -> bool {
        self.outcome() == Outcome::Done
    }

    /// A member of the reply, by its JSON pointer.
    pub fn member(&self, pointer: &str) -> Option<&Value> {
        self.exchange.body.pointer(pointer)
    }

    /// A text of the reply.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.member(pointer).and_then(Value::as_str)
    }

    /// In a few words: `409 ConflictException`, or the status.
    pub fn in_short(&self) -> String {
        let Exchange { status, error, .. } = &self.exchange;
        error.as_ref().map_or_else(|| status.to_string(), |error| format!("{status} {error}"))
    }
}

/// Keeps what came over the wire last.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Option<Exchange>>>);

impl Recorder {
    /// What came since this was asked for the last time.
    pub fn take(&self) -> Option<Exchange> {
        self.lock().take().filter(|exchange| exchange.status > 0)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Exchange>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "first_hour_recorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = cfg.load::<Metadata>().map(Metadata::name).unwrap_or_default();
        *self.lock() = Some(Exchange::asked(operation, context.request()));
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(exchange) = &mut *self.lock() {
            exchange.answer(context.response());
        }
        Ok(())
    }
}

impl Exchange {
    fn asked(operation: &str, request: &HttpRequest) -> Self {
        Self {
            operation: operation.to_owned(),
            method: request.method().to_owned(),
            path: path(request.uri()),
            request: json_of(request.body().bytes()),
            ..Self::default()
        }
    }

    fn answer(&mut self, reply: &HttpResponse) {
        self.body = json_of(reply.body().bytes());
        self.status = reply.status().as_u16();
        let in_body = || self.body["__type"].as_str().or_else(|| self.body["code"].as_str());
        let error = reply.headers().get("x-amzn-errortype").or_else(in_body);
        self.error = error.filter(|_| self.status >= 400).map(code);
    }
}

/// The code of an error, without the namespace before it and the address behind it.
fn code(error: &str) -> String {
    let code = error.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim().to_owned()
}

/// The part of an address that the service reads.
fn path(uri: &str) -> String {
    let behind_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    behind_scheme.find('/').map(|start| behind_scheme[start..].to_owned()).unwrap_or_default()
}

/// A body as JSON, or as text where it is none.
fn json_of(bytes: Option<&[u8]>) -> Value {
    let bytes = bytes.unwrap_or_default();
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_in_either_form() {
        assert_eq!(code("ConflictException:http://internal/"), "ConflictException");
        assert_eq!(code("com.amazon#ConflictException"), "ConflictException");
    }

    #[test]
    fn a_path_is_without_the_address() {
        assert_eq!(path("http://127.0.0.1:1/collaborations/a?x=1"), "/collaborations/a?x=1");
        assert_eq!(path("/collaborations"), "/collaborations");
    }
}
