//! What went wrong with an AWS call, in one type for all operations.
//!
//! Errors are told apart by their code rather than by the SDK's variants:
//! GetCollaboration cannot type a 404, and the tag calls type neither 403 nor
//! 429, yet all of them occur.

mod kind;
mod text;

use std::error::Error;
use std::fmt;
use std::ops::Deref;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;

pub(super) use kind::is_refused_for_the_clock;
pub use kind::{ConflictReason, ErrorKind, ValidationReason};

use super::clock::how_wrong;
use super::outcome::{Outcome, chain, classify, find, is_refusal};
use super::reply::{Misread, TooLong, request_id};
use super::secrets::masked;
use super::stop::Stopped;
use super::unreachable::Unreachable;

/// A failed AWS call, or the reason why none could be made.
///
/// Its text is a message for the user: what was tried, what AWS said, what to
/// do next, and the request id. It holds no secret.
#[derive(Clone, Debug)]
pub struct AwsError(Box<ErrorDetails>);

/// The parts of an [`AwsError`].
#[derive(Clone, Debug)]
pub struct ErrorDetails {
    /// What sort of failure it is.
    pub kind: ErrorKind,
    /// Whether the call may have changed something.
    pub outcome: Outcome,
    /// The service and operation as IAM writes them, e.g.
    /// `cleanrooms:GetCollaboration`; none if no call could be made.
    pub action: Option<String>,
    /// The error code, e.g. `ValidationException`.
    pub code: Option<String>,
    /// What AWS or the network said.
    pub message: String,
    /// The reason within the code, e.g. `IAM_SYNCHRONIZATION_DELAY`.
    pub reason: Option<String>,
    /// Input fields that failed validation.
    pub fields: Vec<FieldError>,
    /// Id of the object that is missing or in conflict.
    pub resource_id: Option<String>,
    /// Type of that object, e.g. `MEMBERSHIP`.
    pub resource_type: Option<String>,
    /// Name of the quota that is used up.
    pub quota_name: Option<String>,
    /// Value of that quota.
    pub quota_value: Option<f64>,
    /// Id of the request, for AWS Support.
    pub request_id: Option<String>,
    /// HTTP status of the reply.
    pub status: Option<u16>,
    /// Whether it may be otherwise in a moment. So far known only of failures
    /// to connect: a refused connection may pass, an unknown name does not.
    pub may_pass: bool,
}

/// An input field that AWS did not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field, in the API's spelling.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

impl Deref for AwsError {
    type Target = ErrorDetails;

    fn deref(&self) -> &ErrorDetails {
        &self.0
    }
}

impl Error for AwsError {}

impl AwsError {
    /// Gives the conversion for errors of a Clean Rooms operation:
    /// `.map_err(AwsError::of("GetCollaboration"))`.
    pub fn of<E: ProvideErrorMetadata + Error + 'static>(
        operation: &'static str,
    ) -> impl Fn(SdkError<E, HttpResponse>) -> AwsError {
        move |err| Self::from_sdk(&format!("cleanrooms:{operation}"), &err)
    }

    /// The error of a call of `action`, e.g. `sts:GetCallerIdentity`.
    pub(super) fn from_sdk<E: ProvideErrorMetadata + Error + 'static>(
        action: &str,
        err: &SdkError<E, HttpResponse>,
    ) -> Self {
        let mut details = match err {
            SdkError::ServiceError(reply) if is_refusal(reply.raw(), reply.err().code()) => {
                ErrorDetails::from_reply(reply.raw(), reply.err().code(), reply.err().message())
            }
            SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
                Some(cause) if find::<Stopped>(cause).is_some() => {
                    ErrorDetails::local(ErrorKind::Stopped, "Terraform was stopped".to_owned())
                }
                Some(cause) => match dispatch_kind(cause, failure.is_timeout()) {
                    ErrorKind::LostReply if failure.is_other() => ErrorDetails::not_made_up(cause),
                    kind => ErrorDetails {
                        may_pass: find::<Unreachable>(cause).is_some_and(|err| err.may_pass),
                        ..ErrorDetails::local(kind, causes(cause))
                    },
                },
                None => ErrorDetails::local(ErrorKind::LostReply, String::new()),
            },
            SdkError::TimeoutError(_) => ErrorDetails::local(ErrorKind::Timeout, String::new()),
            SdkError::ConstructionFailure(_) => ErrorDetails::not_made_up(err),
            other => {
                let why = find::<Misread>(other).map(ToString::to_string);
                let why = why.unwrap_or_else(|| "it does not fit the operation".to_owned());
                ErrorDetails {
                    status: other.raw_response().map(|reply| reply.status().as_u16()),
                    request_id: other.raw_response().and_then(request_id),
                    ..ErrorDetails::local(ErrorKind::UnreadableReply, why)
                }
            }
        };
        details.outcome = classify(err);
        details.action = Some(action.to_owned());
        Self(Box::new(details))
    }

    /// An error of the provider's configuration, as a sentence for the user.
    pub(super) fn configuration(message: impl Into<String>) -> Self {
        Self(Box::new(ErrorDetails::local(ErrorKind::Configuration, message.into())))
    }

    /// There are no usable credentials, for this reason.
    pub(super) fn credentials(message: impl Into<String>) -> Self {
        Self(Box::new(ErrorDetails::local(ErrorKind::Credentials, message.into())))
    }

    /// Nothing may be changed with these credentials, for this reason.
    pub(super) fn account_not_allowed(message: impl Into<String>) -> Self {
        Self(Box::new(ErrorDetails::local(ErrorKind::AccountNotAllowed, message.into())))
    }

    /// The service answered `operation` without the object that it must contain.
    pub fn unreadable(operation: &'static str) -> Self {
        Self::misread(operation, "it lacks the object")
    }

    /// A reply to `operation` cannot be believed, for this reason.
    pub fn misread(operation: impl fmt::Display, why: impl Into<String>) -> Self {
        let mut details = ErrorDetails::local(ErrorKind::UnreadableReply, why.into());
        details.action = Some(format!("cleanrooms:{operation}"));
        details.outcome = Outcome::Ambiguous;
        Self(Box::new(details))
    }

    /// The user stopped Terraform before a read ended.
    pub fn stopped() -> Self {
        let message = "The operation was stopped before AWS was asked to the end.".to_owned();
        Self(Box::new(ErrorDetails::local(ErrorKind::Stopped, message)))
    }

    /// Whether a role is too new to be used (API reference: ValidationExceptionReason).
    pub fn is_role_too_new(&self) -> bool {
        self.kind == ErrorKind::Validation(ValidationReason::IamSynchronizationDelay)
    }

    /// Whether the object may be absent: AWS Clean Rooms answers AccessDenied
    /// for absent collaborations, and some stand-ins answer NotFound.
    pub fn may_mean_gone(&self) -> bool {
        matches!(self.kind, ErrorKind::AccessDenied | ErrorKind::NotFound)
    }

    /// Whether IAM itself denied the call, in the words that it uses for a
    /// missing permission.
    pub fn is_missing_permission(&self) -> bool {
        self.kind == ErrorKind::AccessDenied
            && self.message.contains("is not authorized to perform")
    }
}

impl ErrorDetails {
    /// An error that is no reply of AWS.
    fn local(kind: ErrorKind, message: String) -> Self {
        Self {
            kind,
            outcome: Outcome::NotExecuted,
            action: None,
            code: None,
            message,
            reason: None,
            fields: Vec::new(),
            resource_id: None,
            resource_type: None,
            quota_name: None,
            quota_value: None,
            request_id: None,
            status: None,
            may_pass: false,
        }
    }

    /// The SDK could not make up a request. It writes the whole of it into the text, with all that
    /// is secret in it; so nothing is shown but what our own sources of credentials say.
    fn not_made_up(err: &(dyn Error + 'static)) -> Self {
        match find::<CredentialsError>(err) {
            Some(cause) => Self::local(ErrorKind::Credentials, causes(cause)),
            None => Self::local(
                ErrorKind::Configuration,
                "the request could not be made up. Check the Region, `endpoints` and AWS_ENDPOINT_URL"
                    .to_owned(),
            ),
        }
    }

    /// An error reply. Its body is read here rather than through the SDK's
    /// variants, so that codes which an operation does not model lose nothing.
    fn from_reply(reply: &HttpResponse, code: Option<&str>, message: Option<&str>) -> Self {
        let status = reply.status().as_u16();
        let body = reply
            .body()
            .bytes()
            .and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok())
            .unwrap_or_default();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let reason = text("reason");
        let message = message
            .map(|message| masked(message).into_owned())
            .unwrap_or_else(|| format!("HTTP status {status} without an explanation"));
        let kind = ErrorKind::of(code, &message, reason.as_deref(), status);
        let wrong_clock = how_wrong(reply).filter(|_| kind == ErrorKind::Clock);
        Self {
            kind,
            code: code.map(str::to_owned),
            message: match wrong_clock {
                Some(amount) => format!("{message}. This machine's clock is {amount}"),
                None => message,
            },
            reason,
            fields: FieldError::list(&body["fieldList"]),
            resource_id: text("resourceId"),
            resource_type: text("resourceType"),
            quota_name: text("quotaName"),
            quota_value: body["quotaValue"].as_f64(),
            request_id: request_id(reply),
            status: Some(status),
            ..Self::local(ErrorKind::Other, String::new())
        }
    }
}

impl FieldError {
    fn list(value: &Value) -> Vec<Self> {
        let fields = value.as_array().map(Vec::as_slice).unwrap_or_default();
        fields
            .iter()
            .map(|field| Self {
                name: field["name"].as_str().unwrap_or_default().to_owned(),
                message: masked(field["message"].as_str().unwrap_or_default()).into_owned(),
            })
            .collect()
    }
}

/// What sort of failure it is when there was no reply.
fn dispatch_kind(err: &(dyn Error + 'static), timed_out: bool) -> ErrorKind {
    if find::<CredentialsError>(err).is_some() {
        ErrorKind::Credentials
    } else if find::<Unreachable>(err).is_some() {
        ErrorKind::Connect
    } else if find::<TooLong>(err).is_some() {
        ErrorKind::UnreadableReply
    } else if timed_out {
        ErrorKind::Timeout
    } else {
        ErrorKind::LostReply
    }
}

/// The causes of an error in one line, from the outermost that says something.
pub(super) fn causes(err: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for cause in chain(err.source().unwrap_or(err)) {
        let text = cause.to_string();
        let says_nothing = text.starts_with("client error (");
        let repeats = texts.last().is_some_and(|last| last.contains(&text));
        if !says_nothing && !repeats {
            texts.push(text);
        }
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    type Failure = SdkError<ErrorMetadata, HttpResponse>;

    fn raw(status: u16, body: &str) -> HttpResponse {
        let status = StatusCode::try_from(status).expect("a status from 100 to 999");
        let mut raw = HttpResponse::new(status, SdkBody::from(body));
        raw.headers_mut().insert("x-amzn-requestid", "req-1");
        raw
    }

    fn failure(code: &str, message: &str, raw: HttpResponse) -> Failure {
        let meta = ErrorMetadata::builder().code(code).message(message).build();
        SdkError::service_error(meta, raw)
    }

    fn reply(status: u16, code: &str, body: &str) -> Failure {
        failure(code, "No", raw(status, body))
    }

    #[track_caller]
    fn check(failure: Failure, kind: ErrorKind, outcome: Outcome) -> AwsError {
        let err = AwsError::of("GetCollaboration")(failure);
        assert_eq!(err.kind, kind);
        assert_eq!(err.outcome, outcome);
        err
    }

    #[test]
    fn access_denied_names_the_permission_and_the_request() {
        let failure = reply(403, "AccessDeniedException", r#"{"message":"No"}"#);
        let err = check(failure, ErrorKind::AccessDenied, Outcome::Answered);
        assert_eq!(
            err.to_string(),
            "AWS denied `cleanrooms:GetCollaboration`: No. Either the credentials lack the \
             permission `cleanrooms:GetCollaboration`, or they belong to another account than the \
             object, or the object no longer exists. (request id req-1)"
        );
    }

    #[test]
    fn a_code_that_the_operation_does_not_model_keeps_its_members() {
        let body = r#"{"message":"No","resourceId":"c1","resourceType":"COLLABORATION"}"#;
        let failure = reply(404, "ResourceNotFoundException", body);
        let err = check(failure, ErrorKind::NotFound, Outcome::Answered);
        assert_eq!(err.resource_id.as_deref(), Some("c1"));
        assert_eq!(err.resource_type.as_deref(), Some("COLLABORATION"));
    }

    #[test]
    fn a_404_that_is_not_from_the_service_is_not_gone() {
        check(reply(404, "NotFound", "<html>"), ErrorKind::Other, Outcome::Answered);
    }

    #[test]
    fn validation_lists_the_fields() {
        let body = r#"{"message":"2 fields","reason":"FIELD_VALIDATION_FAILED",
            "fieldList":[{"name":"name","message":"too long"}]}"#;
        let err = check(
            reply(400, "ValidationException", body),
            ErrorKind::Validation(ValidationReason::FieldValidationFailed),
            Outcome::Answered,
        );
        assert_eq!(
            err.fields,
            [FieldError { name: "name".to_owned(), message: "too long".to_owned() }]
        );
        assert!(err.to_string().contains("`name`: too long"), "{err}");
    }

    #[test]
    fn a_quota_is_named_with_its_value() {
        let body = r#"{"message":"No","quotaName":"Collaborations","quotaValue":10.0}"#;
        let failure = reply(402, "ServiceQuotaExceededException", body);
        let err = check(failure, ErrorKind::Quota, Outcome::Answered);
        assert!(err.to_string().contains("Quota `Collaborations` is 10."), "{err}");
    }

    #[test]
    fn throttling_is_known_by_code_and_by_status() {
        for failure in [reply(400, "ThrottlingException", ""), reply(429, "Whatever", "")] {
            check(failure, ErrorKind::Throttled, Outcome::NotExecuted);
        }
    }

    #[test]
    fn a_server_error_may_have_changed_something() {
        check(reply(500, "InternalServerException", ""), ErrorKind::Internal, Outcome::Ambiguous);
        check(reply(503, "Unknown", "<html>"), ErrorKind::Internal, Outcome::Ambiguous);
    }

    #[test]
    fn a_conflict_tells_its_reason() {
        check(
            reply(409, "ConflictException", r#"{"reason":"SUBRESOURCES_EXIST"}"#),
            ErrorKind::Conflict(ConflictReason::SubresourcesExist),
            Outcome::Answered,
        );
    }

    #[test]
    fn an_operation_timeout_is_ambiguous_and_says_so_of_what_changes_something() {
        let told = "AWS may have executed the call all the same.";
        let err =
            check(SdkError::timeout_error("too slow"), ErrorKind::Timeout, Outcome::Ambiguous);
        assert!(!err.to_string().contains(told), "{err}");
        let err = AwsError::of("DeleteMember")(Failure::timeout_error("too slow"));
        assert!(err.to_string().ends_with(told), "{err}");
    }

    #[test]
    fn what_has_no_request_id_or_is_no_error_is_no_refusal() {
        let anonymous = |status, code| {
            let mut raw = raw(status, "{}");
            raw.headers_mut().remove("x-amzn-requestid");
            failure(code, "No", raw)
        };
        for failure in [
            anonymous(403, "AccessDeniedException"),
            anonymous(429, "ThrottlingException"),
            reply(200, "ValidationException", "<html>"),
        ] {
            check(failure, ErrorKind::UnreadableReply, Outcome::Ambiguous);
        }
    }

    #[test]
    fn a_refusal_for_the_date_names_the_clock() {
        for (code, message) in [
            ("InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier"),
            ("SignatureDoesNotMatch", "Signature not yet current: 20260101T000000Z is still later"),
            ("RequestTimeTooSkewed", "The difference is too large."),
            ("RequestExpired", "Request has expired."),
        ] {
            let mut raw = raw(403, "{}");
            raw.headers_mut().insert("date", "Tue, 01 Jan 2080 00:00:00 GMT");
            let failure = failure(code, message, raw);
            let err = check(failure, ErrorKind::Clock, Outcome::Answered);
            assert!(
                err.to_string().contains("hours behind AWS's. Set this machine's clock"),
                "{err}"
            );
        }
        let wrong_key = reply(403, "SignatureDoesNotMatch", "{}");
        check(wrong_key, ErrorKind::Credentials, Outcome::Answered);
    }
}
