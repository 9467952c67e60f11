//! Faults that a test asks for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::distortion::Distortion;
use crate::error::ApiError;
use crate::signature::Caller;

/// Something that goes wrong with a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// The call takes longer.
    Latency(Duration),
    /// ThrottlingException.
    Throttle,
    /// InternalServerException, HTTP 500.
    InternalError,
    /// HTTP 502.
    BadGateway,
    /// HTTP 503.
    Unavailable,
    /// The connection is reset, and nothing happens.
    ResetBefore,
    /// The call is carried out, and the connection is closed without a reply.
    ReplyLost,
    /// IAM's denial.
    AccessDenied,
    /// ValidationException with the reason IAM_SYNCHRONIZATION_DELAY.
    IamSynchronizationDelay,
    /// The call is carried out, and another reply comes back.
    Distorted(Distortion),
    /// What the call makes is missed by the first look-ups.
    NotYetVisible { reads: u64 },
    /// What the call deletes is still found by the first look-ups.
    StillVisible { reads: u64 },
}

/// A fault, and the calls that it is for.
#[derive(Debug, Clone)]
struct Rule {
    operation: String,
    account: Option<String>,
    skip: u64,
    /// How often it still happens; for ever, if none.
    count: Option<u64>,
    fault: Fault,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleBody {
    operation: String,
    #[serde(default)]
    account: Option<String>,
    #[serde(default = "once")]
    count: Option<u64>,
    #[serde(default)]
    skip: u64,
    fault: FaultBody,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultBody {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reads: Option<u64>,
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    distortion: Option<String>,
}

fn once() -> Option<u64> {
    Some(1)
}

impl Fault {
    fn read(body: &FaultBody) -> Result<Self, String> {
        let wants = |name: &str| format!("the fault `{}` needs `{name}`", body.kind);
        let fault = match body.kind.as_str() {
            "latency" => {
                let milliseconds = body.milliseconds.ok_or_else(|| wants("milliseconds"))?;
                Self::Latency(Duration::from_millis(milliseconds))
            }
            "throttle" => Self::Throttle,
            "internal_error" => Self::InternalError,
            "bad_gateway" => Self::BadGateway,
            "unavailable" => Self::Unavailable,
            "reset_before" => Self::ResetBefore,
            "reply_lost" => Self::ReplyLost,
            "access_denied" => Self::AccessDenied,
            "iam_synchronization_delay" => Self::IamSynchronizationDelay,
            "distorted" => {
                let name = body.distortion.as_deref().ok_or_else(|| wants("as"))?;
                let distortion = Distortion::named(name);
                Self::Distorted(
                    distortion.ok_or_else(|| format!("no reply is distorted as `{name}`"))?,
                )
            }
            "not_yet_visible" => {
                Self::NotYetVisible { reads: body.reads.ok_or_else(|| wants("reads"))? }
            }
            "still_visible" => {
                Self::StillVisible { reads: body.reads.ok_or_else(|| wants("reads"))? }
            }
            kind => return Err(format!("there is no fault of the kind `{kind}`")),
        };
        let has_stray = (body.milliseconds.is_some() && !matches!(fault, Self::Latency(_)))
            || (body.reads.is_some()
                && !matches!(fault, Self::NotYetVisible { .. } | Self::StillVisible { .. }))
            || (body.distortion.is_some() && !matches!(fault, Self::Distorted(_)));
        if has_stray {
            return Err(format!("the fault `{}` has a setting that it does not take", body.kind));
        }
        Ok(fault)
    }

    fn body(&self) -> FaultBody {
        let (mut milliseconds, mut reads, mut distortion) = (None, None, None);
        match self {
            Self::Latency(latency) => {
                milliseconds = Some(u64::try_from(latency.as_millis()).unwrap_or(u64::MAX));
            }
            Self::NotYetVisible { reads: number } | Self::StillVisible { reads: number } => {
                reads = Some(*number);
            }
            Self::Distorted(kind) => distortion = Some(kind.name().to_owned()),
            _ => {}
        }
        FaultBody { kind: self.kind().to_owned(), milliseconds, reads, distortion }
    }

    /// The name of the kind, as the journal gives it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Latency(_) => "latency",
            Self::Throttle => "throttle",
            Self::InternalError => "internal_error",
            Self::BadGateway => "bad_gateway",
            Self::Unavailable => "unavailable",
            Self::ResetBefore => "reset_before",
            Self::ReplyLost => "reply_lost",
            Self::AccessDenied => "access_denied",
            Self::IamSynchronizationDelay => "iam_synchronization_delay",
            Self::Distorted(_) => "distorted",
            Self::NotYetVisible { .. } => "not_yet_visible",
            Self::StillVisible { .. } => "still_visible",
        }
    }

    /// The refusal that stands for the fault, if it is one.
    pub(crate) fn refusal(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
    ) -> Option<ApiError> {
        match self {
            Self::Throttle => Some(ApiError::Throttling),
            Self::InternalError => Some(ApiError::Internal),
            Self::BadGateway => Some(ApiError::Gateway { status: 502 }),
            Self::Unavailable => Some(ApiError::Gateway { status: 503 }),
            Self::AccessDenied => Some(ApiError::IamDenied {
                principal: caller.arn.clone(),
                action: action.to_owned(),
                resource: resource.to_owned(),
            }),
            Self::IamSynchronizationDelay => Some(ApiError::iam_synchronization_delay()),
            Self::Latency(_)
            | Self::ResetBefore
            | Self::ReplyLost
            | Self::Distorted(_)
            | Self::NotYetVisible { .. }
            | Self::StillVisible { .. } => None,
        }
    }
}

/// What happens to one call.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Injected {
    pub(crate) latency: Duration,
    pub(crate) fault: Option<Fault>,
}

/// The faults that are still to come.
#[derive(Default)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
}

impl Faults {
    /// Adds a fault as the admin path describes it.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the description.
    pub(crate) fn add(&mut self, body: Value, operations: &[&str]) -> Result<(), String> {
        let body: RuleBody = serde_json::from_value(body).map_err(|err| err.to_string())?;
        if body.operation != "*" && !operations.contains(&body.operation.as_str()) {
            return Err(format!("there is no operation `{}`", body.operation));
        }
        self.rules.push(Rule {
            fault: Fault::read(&body.fault)?,
            operation: body.operation,
            account: body.account,
            skip: body.skip,
            count: body.count,
        });
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What is left, oldest first.
    pub(crate) fn to_json(&self) -> Value {
        let rules: Vec<RuleBody> = self
            .rules
            .iter()
            .map(|rule| RuleBody {
                operation: rule.operation.clone(),
                account: rule.account.clone(),
                count: rule.count,
                skip: rule.skip,
                fault: rule.fault.body(),
            })
            .collect();
        json!({ "faults": rules })
    }

    /// Takes what happens to a call. Latencies add up; of other faults the
    /// oldest one happens, and the rest wait for the next call.
    pub(crate) fn take(&mut self, operation: &str, account: &str) -> Injected {
        let mut injected = Injected::default();
        for rule in &mut self.rules {
            if !rule.is_for(operation, account) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            match &rule.fault {
                Fault::Latency(latency) => injected.latency += *latency,
                _ if injected.fault.is_some() => continue,
                fault => injected.fault = Some(fault.clone()),
            }
            rule.count = rule.count.map(|count| count.saturating_sub(1));
        }
        self.rules.retain(|rule| rule.count != Some(0));
        injected
    }
}

impl Rule {
    fn is_for(&self, operation: &str, account: &str) -> bool {
        let is_for_operation = self.operation == "*" || self.operation == operation;
        let is_for_account = self.account.as_deref().is_none_or(|wanted| wanted == account);
        is_for_operation && is_for_account && self.count != Some(0)
    }
}
