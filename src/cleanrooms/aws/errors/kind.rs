//! The sorts of failures, and how a reply is sorted.

use crate::cleanrooms::aws::outcome::is_throttling;

/// What sort of failure an [`AwsError`](super::AwsError) is.
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
    /// The request was dated by a wrong clock.
    Clock,
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

impl ErrorKind {
    /// Judges a reply by its code. A status alone is believed only where no
    /// harm can come of it: a 404 without AWS's code may be that of a proxy,
    /// and must not make an object count as gone.
    pub(super) fn of(code: Option<&str>, message: &str, reason: Option<&str>, status: u16) -> Self {
        match code.unwrap_or_default() {
            code if is_refused_for_the_clock(code) && speaks_of_time(code, message) => Self::Clock,
            "AccessDeniedException" | "AccessDenied" => Self::AccessDenied,
            "ResourceNotFoundException" => Self::NotFound,
            "ConflictException" => Self::Conflict(ConflictReason::of(reason)),
            "ValidationException" => Self::Validation(ValidationReason::of(reason)),
            "ServiceQuotaExceededException" => Self::Quota,
            "AuthFailure"
            | "ExpiredToken"
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

/// Whether a request may have been refused because of the date of its
/// signature, as AWS's SDKs see it. A wrong key is refused with some of these
/// codes as well.
pub(in crate::cleanrooms::aws) fn is_refused_for_the_clock(code: &str) -> bool {
    matches!(
        code,
        "AuthFailure"
            | "InvalidSignatureException"
            | "RequestExpired"
            | "RequestInTheFuture"
            | "RequestTimeTooSkewed"
            | "SignatureDoesNotMatch"
    )
}

/// Whether such a refusal says that it is about the date.
fn speaks_of_time(code: &str, message: &str) -> bool {
    code.starts_with("Request")
        || ["Signature expired", "not yet current"].iter().any(|words| message.contains(words))
}
