//! Whether a failed call may have changed something.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::reply::{TooLong, request_id};
use super::stop::Stopped;
use super::unreachable::Unreachable;

/// What is known about a failed call's effect.
///
/// Creates of AWS Clean Rooms carry no client token, so a create that was
/// executed and is sent again makes a second object. Only [`NotExecuted`]
/// may be repeated.
///
/// [`NotExecuted`]: Outcome::NotExecuted
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing happened: the request was never sent, or AWS throttled it.
    NotExecuted,
    /// The request was sent, and AWS may or may not have acted on it: the
    /// reply was lost, came too late, could not be read, or is a server error.
    Ambiguous,
    /// AWS refused the request, so nothing happened.
    Answered,
}

/// Codes by which AWS services say that a call came too soon, as listed in the
/// "Retry behavior" page of the AWS SDKs and Tools reference.
const THROTTLING_CODES: [&str; 8] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
];

/// Says what is known about the effect of a failed call.
pub fn classify<E: ProvideErrorMetadata>(err: &SdkError<E, HttpResponse>) -> Outcome {
    if let SdkError::DispatchFailure(failure) = err
        && let Some(stopped) = failure.as_connector_error().and_then(|err| find::<Stopped>(err))
    {
        return if stopped.was_sent { Outcome::Ambiguous } else { Outcome::NotExecuted };
    }
    match err {
        SdkError::ConstructionFailure(_) => Outcome::NotExecuted,
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(cause) if was_never_sent(cause) => Outcome::NotExecuted,
            Some(cause) if find::<TooLong>(cause).is_some() => Outcome::Ambiguous,
            // What else our connector reports is never of the other kind: the
            // SDK itself has failed, for instance to make up the address.
            Some(_) if failure.is_user() || failure.is_other() => Outcome::NotExecuted,
            _ => Outcome::Ambiguous,
        },
        SdkError::ServiceError(reply) => {
            let status = reply.raw().status().as_u16();
            if !is_refusal(reply.raw(), reply.err().code()) {
                Outcome::Ambiguous
            } else if is_throttling(reply.err().code(), status) {
                Outcome::NotExecuted
            } else if status >= 500 || status == 408 {
                Outcome::Ambiguous
            } else {
                Outcome::Answered
            }
        }
        // TimeoutError, ResponseError, and whatever the SDK adds: the request
        // may have been received.
        _ => Outcome::Ambiguous,
    }
}

/// Whether AWS itself has refused a request: by an error status, a code and its
/// request id. What else the SDK takes for an error is a reply that it could
/// not read, and nobody knows what came of the request.
pub(super) fn is_refusal(reply: &HttpResponse, code: Option<&str>) -> bool {
    reply.status().as_u16() >= 400 && code.is_some() && request_id(reply).is_some()
}

/// Whether a reply means that the call came too soon.
pub(super) fn is_throttling(code: Option<&str>, status: u16) -> bool {
    status == 429 || code.is_some_and(|code| THROTTLING_CODES.contains(&code))
}

/// Whether an error arose before the request left: there were no credentials
/// to sign it with, or no connection to send it on (address, TCP, proxy, TLS).
fn was_never_sent(err: &(dyn Error + 'static)) -> bool {
    find::<Unreachable>(err).is_some() || find::<CredentialsError>(err).is_some()
}

/// The first error of a type in a chain of causes.
pub(super) fn find<'a, E: Error + 'static>(err: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(err).find_map(|err| err.downcast_ref())
}

/// An error and its causes.
pub(super) fn chain<'a>(
    err: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(err), |&err| err.source())
}
