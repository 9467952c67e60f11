//! What an error says to the user.

use std::fmt;

use super::{AwsError, ConflictReason, ErrorKind, ValidationReason};
use crate::cleanrooms::aws::outcome::Outcome;
use crate::cleanrooms::aws::reply::only_looks;
use crate::cleanrooms::aws::secrets::masked;

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

impl AwsError {
    /// What the user can do about it, if anything general can be said.
    fn advice(&self) -> Option<String> {
        let action = self.action.as_deref().unwrap_or("the call");
        let text = match self.kind {
            ErrorKind::AccessDenied => format!(
                "Either the credentials lack the permission `{action}`, or they belong to another \
                 account than the object, or the object no longer exists."
            ),
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
            ErrorKind::Internal if self.may_have_made() => {
                let executed = self.maybe_executed().trim_start();
                format!("{executed} If it persists, ask AWS Support.")
            }
            ErrorKind::Internal => "Apply again; if it persists, ask AWS Support.".to_owned(),
            ErrorKind::Credentials if self.action.is_some() => {
                "Check or renew the credentials that the provider uses.".to_owned()
            }
            ErrorKind::Clock => "Set this machine's clock, or let it be set from the network: AWS \
                 takes only requests that are dated right to five minutes."
                .to_owned(),
            ErrorKind::UnreadableReply if self.is_foreign() => format!(
                "This is not an answer of AWS: a proxy (`HTTP_PROXY`, `HTTPS_PROXY`, `http_proxy` \
                 and `https_proxy` of the provider block), a login page of the network or the \
                 address in `endpoints` may have given it.{}",
                self.maybe_executed()
            ),
            ErrorKind::UnreadableReply if self.status.is_some() => format!(
                "It came with a request id of AWS, so something on the way, such as a proxy, may \
                 have changed it or cut it off.{}",
                self.maybe_executed()
            ),
            ErrorKind::Timeout | ErrorKind::LostReply | ErrorKind::UnreadableReply => {
                return Some(self.maybe_executed().trim_start().to_owned())
                    .filter(|text| !text.is_empty());
            }
            _ => return None,
        };
        Some(text)
    }

    /// Whether somebody else than AWS has answered.
    fn is_foreign(&self) -> bool {
        self.status.is_some() && self.request_id.is_none()
    }

    fn operation(&self) -> Option<&str> {
        self.action.as_deref().and_then(|action| action.split(':').next_back())
    }

    /// Whether there may be something now that another such call would make once more.
    fn may_have_made(&self) -> bool {
        let makes =
            |operation: &str| operation.starts_with("Create") || operation.starts_with("Start");
        self.outcome == Outcome::Ambiguous && self.operation().is_some_and(makes)
    }

    /// What follows from an unknown outcome, for calls that change something.
    fn maybe_executed(&self) -> &'static str {
        match self.outcome {
            Outcome::Ambiguous if !self.operation().is_some_and(only_looks) => {
                " AWS may have executed the call all the same."
            }
            _ => "",
        }
    }

    /// What failed, as the beginning of a sentence.
    fn lead(&self) -> Option<String> {
        let action = self.action.as_deref()?;
        Some(match self.kind {
            ErrorKind::AccessDenied => format!("AWS denied `{action}`"),
            ErrorKind::Connect => format!("No connection could be made for `{action}`"),
            ErrorKind::Timeout => format!("The reply to `{action}` did not come in time"),
            ErrorKind::LostReply => format!("The connection broke during `{action}`"),
            ErrorKind::UnreadableReply if self.is_foreign() => {
                format!("`{action}` was answered by somebody else than AWS")
            }
            ErrorKind::UnreadableReply => format!("The reply to `{action}` is not understood"),
            ErrorKind::Clock | ErrorKind::Credentials | ErrorKind::Configuration => {
                format!("`{action}` could not be called")
            }
            ErrorKind::Stopped => format!("`{action}` was given up"),
            _ => match &self.code {
                Some(code) => format!("`{action}` failed with {code}"),
                None => format!("`{action}` failed"),
            },
        })
    }
}
