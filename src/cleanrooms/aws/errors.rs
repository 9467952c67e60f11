//! What went wrong with an AWS call, in one type for all operations.
//!
//! Errors are told apart by their code rather than by the SDK's variants:
//! GetCollaboration cannot type a 404, and the tag calls type neither 403 nor
//! 429, yet all of them occur.

use std::error::Error;
use std::fmt;
use std::ops::Deref;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;

use super::http::TooLong;
use super::outcome::{Outcome, chain, classify, find, is_throttling};
use super::secrets::masked;
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

/// What sort of failure an [`AwsError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The caller may not do this, or the object is absent: AWS Clean Rooms
    /// answers alike for both.
    AccessDenied,
    /// The object does not exist.
    NotFound,
    /// The state of the object forbids it.
    Conflict(ConflictReason),
    /// The input is not acceptable.
    Validation(ValidationReason),
    /// A quota is used up.
    Quota,
    /// Too many calls.
    Throttled,
    /// AWS failed.
    Internal,
    /// There are no credentials, or AWS does not accept them.
    Credentials,
    /// The provider's configuration does not allow a call to be made.
    Configuration,
    /// The credentials belong to an account in which nothing may be changed.
    AccountNotAllowed,
    /// No connection could be made.
    Connect,
    /// The reply did not come in time.
    Timeout,
    /// The connection broke after the request was sent.
    LostReply,
    /// The reply was not understood.
    UnreadableReply,
    /// The user stopped Terraform.
    Stopped,
    /// A code that this provider does not know.
    Other,
}

/// Why a call is in conflict with the state of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictReason {
    /// `ALREADY_EXISTS`
    AlreadyExists,
    /// `SUBRESOURCES_EXIST`
    SubresourcesExist,
    /// `INVALID_STATE`
    InvalidState,
    /// None, or one that this provider does not know.
    Other,
}

/// Why an input is not acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidationReason {
    /// `FIELD_VALIDATION_FAILED`
    FieldValidationFailed,
    /// `INVALID_CONFIGURATION`
    InvalidConfiguration,
    /// `INVALID_QUERY`
    InvalidQuery,
    /// `IAM_SYNCHRONIZATION_DELAY`: a role is so new that it cannot be used yet.
    IamSynchronizationDelay,
    /// None, or one that this provider does not know.
    Other,
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
            SdkError::ServiceError(reply) => {
                ErrorDetails::from_reply(reply.raw(), reply.err().code(), reply.err().message())
            }
            SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
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
            other => ErrorDetails {
                status: other.raw_response().map(|reply| reply.status().as_u16()),
                request_id: other.raw_response().and_then(request_id),
                ..ErrorDetails::local(ErrorKind::UnreadableReply, String::new())
            },
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
        Self::misread(operation, "The reply lacks the object")
    }

    /// A reply to `operation` cannot be believed, for this reason.
    pub fn misread(operation: &'static str, why: impl Into<String>) -> Self {
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

    /// What the user can do about it, if anything general can be said.
    fn advice(&self) -> Option<String> {
        let action = self.action.as_deref().unwrap_or("the call");
        let text = match self.kind {
            ErrorKind::AccessDenied => format!(
                "Either the credentials lack the permission `{action}`, or they belong to another \
                 account than the object, or the object no longer exists."
            ),
            ErrorKind::Conflict(ConflictReason::AlreadyExists) => {
                "Import the existing object instead of creating it.".to_owned()
            }
            ErrorKind::Conflict(ConflictReason::SubresourcesExist) => {
                "Delete what still depends on it first.".to_owned()
            }
            ErrorKind::Validation(ValidationReason::IamSynchronizationDelay) => {
                "The role or its policy is new; apply again in a minute.".to_owned()
            }
            ErrorKind::Quota => "Request an increase in the Service Quotas console.".to_owned(),
            ErrorKind::Throttled => {
                "Apply again, with a smaller `-parallelism` or a larger `max_retries`.".to_owned()
            }
            ErrorKind::Internal => "Apply again; if it persists, ask AWS Support.".to_owned(),
            ErrorKind::Credentials if self.action.is_some() => {
                "Check or renew the credentials that the provider uses.".to_owned()
            }
            ErrorKind::Timeout | ErrorKind::LostReply | ErrorKind::UnreadableReply
                if self.outcome == Outcome::Ambiguous =>
            {
                "AWS may have executed the call all the same.".to_owned()
            }
            _ => return None,
        };
        Some(text)
    }

    /// What failed, as the beginning of a sentence.
    fn lead(&self) -> Option<String> {
        let action = self.action.as_deref()?;
        Some(match self.kind {
            ErrorKind::AccessDenied => format!("AWS denied `{action}`"),
            ErrorKind::Connect => format!("No connection could be made for `{action}`"),
            ErrorKind::Timeout => format!("The reply to `{action}` did not come in time"),
            ErrorKind::LostReply => format!("The connection broke during `{action}`"),
            ErrorKind::UnreadableReply => format!("The reply to `{action}` is not understood"),
            ErrorKind::Credentials | ErrorKind::Configuration => {
                format!("`{action}` could not be called")
            }
            _ => match &self.code {
                Some(code) => format!("`{action}` failed with {code}"),
                None => format!("`{action}` failed"),
            },
        })
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&Unmasked(self).to_string()))
    }
}

/// The text of an error with whatever others have written into it.
struct Unmasked<'a>(&'a AwsError);

impl fmt::Display for Unmasked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(err) = self;
        let message = err.message.trim().trim_end_matches('.');
        match (err.lead(), message.is_empty()) {
            (Some(lead), true) => write!(f, "{lead}.")?,
            (Some(lead), false) => write!(f, "{lead}: {message}.")?,
            (None, _) => write!(f, "{message}.")?,
        }
        if let Some(reason) = &err.reason {
            write!(f, " Reason: {reason}.")?;
        }
        for field in &err.fields {
            write!(f, "\n  - `{}`: {}", field.name, field.message)?;
        }
        if !err.fields.is_empty() {
            writeln!(f)?;
        }
        if let (Some(kind), Some(id)) = (&err.resource_type, &err.resource_id) {
            write!(f, " Object: {kind} `{id}`.")?;
        }
        if let (Some(name), Some(value)) = (&err.quota_name, err.quota_value) {
            write!(f, " Quota `{name}` is {value}.")?;
        }
        if let Some(advice) = err.advice() {
            write!(f, " {advice}")?;
        }
        if let Some(id) = &err.request_id {
            write!(f, " (request id {id})")?;
        }
        Ok(())
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
        Self {
            kind: ErrorKind::of(code, reason.as_deref(), status),
            code: code.map(str::to_owned),
            message: message
                .map(|message| masked(message).into_owned())
                .unwrap_or_else(|| format!("HTTP status {status} without an explanation")),
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

impl ErrorKind {
    /// Judges a reply by its code. A status alone is believed only where no
    /// harm can come of it: a 404 without AWS's code may be that of a proxy,
    /// and must not make an object count as gone.
    fn of(code: Option<&str>, reason: Option<&str>, status: u16) -> Self {
        match code.unwrap_or_default() {
            "AccessDeniedException" | "AccessDenied" => Self::AccessDenied,
            "ResourceNotFoundException" => Self::NotFound,
            "ConflictException" => Self::Conflict(ConflictReason::of(reason)),
            "ValidationException" => Self::Validation(ValidationReason::of(reason)),
            "ServiceQuotaExceededException" => Self::Quota,
            "ExpiredToken"
            | "ExpiredTokenException"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "SignatureDoesNotMatch"
            | "UnrecognizedClientException" => Self::Credentials,
            code if is_throttling(Some(code), status) => Self::Throttled,
            "InternalServerException" | "InternalFailure" => Self::Internal,
            _ if status >= 500 => Self::Internal,
            _ => Self::Other,
        }
    }
}

impl ConflictReason {
    fn of(reason: Option<&str>) -> Self {
        match reason {
            Some("ALREADY_EXISTS") => Self::AlreadyExists,
            Some("SUBRESOURCES_EXIST") => Self::SubresourcesExist,
            Some("INVALID_STATE") => Self::InvalidState,
            _ => Self::Other,
        }
    }
}

impl ValidationReason {
    fn of(reason: Option<&str>) -> Self {
        match reason {
            Some("FIELD_VALIDATION_FAILED") => Self::FieldValidationFailed,
            Some("INVALID_CONFIGURATION") => Self::InvalidConfiguration,
            Some("INVALID_QUERY") => Self::InvalidQuery,
            Some("IAM_SYNCHRONIZATION_DELAY") => Self::IamSynchronizationDelay,
            _ => Self::Other,
        }
    }
}

/// The id by which AWS Support finds a request.
pub(super) fn request_id(reply: &HttpResponse) -> Option<String> {
    let headers = reply.headers();
    let id = headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id"))?;
    Some(id.to_owned())
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

    fn reply(status: u16, code: &str, body: &str) -> Failure {
        let status = StatusCode::try_from(status).expect("a status from 100 to 999");
        let mut raw = HttpResponse::new(status, SdkBody::from(body));
        raw.headers_mut().insert("x-amzn-requestid", "req-1");
        let meta = ErrorMetadata::builder().code(code).message("No").build();
        SdkError::service_error(meta, raw)
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
    fn an_operation_timeout_is_ambiguous() {
        let err =
            check(SdkError::timeout_error("too slow"), ErrorKind::Timeout, Outcome::Ambiguous);
        assert!(err.to_string().ends_with("AWS may have executed the call all the same."));
    }
}
