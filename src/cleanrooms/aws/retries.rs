//! How often a failed call is repeated, and how far apart.

use std::time::Duration;

use aws_config::retry::{RetryConfig, RetryMode as SdkRetryMode};
use aws_sdk_cleanrooms::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_types::retry::{ErrorKind, RetrySpec};
use tokio_util::sync::CancellationToken;

use super::config::{ProviderConfig, RetryMode};
use super::errors::is_refused_for_the_clock;
use super::outcome::find;
use super::profiles::Profiles;
use super::reply::{Misread, error_code};
use super::variables::non_empty_variable;
use super::wait::Backoff;

/// How often a failed call is repeated if nobody says.
const DEFAULT_MAX_RETRIES: u32 = 9;

/// The retries of the SDK: by the arguments, then `AWS_MAX_ATTEMPTS` and
/// `AWS_RETRY_MODE`, then `max_attempts` and `retry_mode` of the profile.
/// Values that cannot be read are passed over.
pub(super) fn retry_config(
    config: &ProviderConfig,
    profiles: &Profiles,
    backoff: Backoff,
) -> RetryConfig {
    let fallback = |variable: &str, key: &str| {
        let in_profile = || profiles.setting(key).map(str::to_owned);
        non_empty_variable(variable).or_else(in_profile)
    };
    let in_profile = || profiles.setting("max_attempts")?.parse::<u32>().ok()?.checked_sub(1);
    let retries = configured_retries(config).or_else(in_profile).unwrap_or(DEFAULT_MAX_RETRIES);
    let adaptive = match config.retry_mode {
        Some(mode) => mode == RetryMode::Adaptive,
        None => fallback("AWS_RETRY_MODE", "retry_mode")
            .is_some_and(|mode| mode.eq_ignore_ascii_case("adaptive")),
    };
    RetryConfig::standard()
        // The later specification has a second initial back-off, which would
        // escape the scale of the intervals.
        .with_retry_spec(RetrySpec::v2_0())
        .with_retry_mode(if adaptive { SdkRetryMode::Adaptive } else { SdkRetryMode::Standard })
        .with_max_attempts(retries.saturating_add(1))
        .with_initial_backoff(backoff.initial)
        .with_max_backoff(backoff.max)
}

/// How often a failed call is repeated by the argument or by `AWS_MAX_ATTEMPTS`,
/// if they say so.
pub(super) fn configured_retries(config: &ProviderConfig) -> Option<u32> {
    let attempts = || non_empty_variable("AWS_MAX_ATTEMPTS")?.parse::<u32>().ok();
    config.max_retries.or_else(|| attempts()?.checked_sub(1))
}

/// The budget that all calls of a Region share. The SDK's own would be used up
/// by a large apply that is throttled, so there is none unless one is asked for.
pub(super) fn retry_partition(region: &str, tokens: Option<u32>) -> RetryPartition {
    let bucket = match tokens {
        Some(capacity) => {
            TokenBucket::builder().capacity(usize::try_from(capacity).unwrap_or(usize::MAX)).build()
        }
        None => TokenBucket::unlimited(),
    };
    RetryPartition::custom(format!("cleanrooms-{region}")).token_bucket(bucket).build()
}

/// Who repeats a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Retries {
    /// The SDK.
    Sdk,
    /// The caller, who knows whether the call may have been executed.
    Caller,
}

/// The pause before a question is asked again that was answered with something
/// else than a reply of AWS.
const SHORT_PAUSE: Duration = Duration::from_millis(200);

/// Marks the reply to a request whose signature was dated by a wrong clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct DatedWrong;

/// What is repeated otherwise than the SDK would: its last word.
///
/// A call that was refused for the date of its signature was surely not
/// executed, so it is repeated once, whatever it does: with the right date,
/// which is known by then. Otherwise what [`Retries::Caller`] repeats is not
/// repeated here, and nothing is once the user has stopped Terraform.
#[derive(Debug)]
pub(super) struct Repeats {
    pub(super) by: Retries,
    pub(super) stop: Option<CancellationToken>,
}

impl Repeats {
    /// How many attempts there are at most, where the configuration has so many.
    pub(super) fn limit(&self, config: RetryConfig) -> RetryConfig {
        let attempts = config.max_attempts();
        match self.by {
            Retries::Sdk => config,
            Retries::Caller => config.with_max_attempts(attempts.min(2)),
        }
    }
}

impl ClassifyRetry for Repeats {
    fn classify_retry(&self, attempt: &InterceptorContext) -> RetryAction {
        let Some(Err(err)) = attempt.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let after =
            |pause| RetryAction::retryable_error_with_explicit_delay(ErrorKind::ServerError, pause);
        if self.stop.as_ref().is_some_and(CancellationToken::is_cancelled) {
            RetryAction::RetryForbidden
        } else if is_dated_wrong(attempt) {
            after(Duration::ZERO)
        } else if self.by == Retries::Caller {
            RetryAction::RetryForbidden
        } else if find::<Misread>(err).is_some_and(|misread| misread.may_pass) {
            after(SHORT_PAUSE)
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "cleanrooms_repeats"
    }

    fn priority(&self) -> RetryClassifierPriority {
        // After all of the SDK's.
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// Whether a request was refused for its date, and is dated otherwise now.
fn is_dated_wrong(attempt: &InterceptorContext) -> bool {
    attempt.response().is_some_and(|reply| {
        reply.extension::<DatedWrong>().is_some()
            && error_code(reply).is_some_and(|code| is_refused_for_the_clock(&code))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(max_retries: Option<u32>, retry_mode: Option<RetryMode>) -> RetryConfig {
        let config = ProviderConfig { max_retries, retry_mode, ..ProviderConfig::default() };
        retry_config(&config, &Profiles::default(), Backoff::seconds(1, 20))
    }

    #[test]
    fn a_call_is_tried_once_more_than_it_is_repeated() {
        assert_eq!(configured(Some(0), None).max_attempts(), 1);
        assert_eq!(configured(Some(4), None).max_attempts(), 5);
        assert_eq!(configured(Some(u32::MAX), None).max_attempts(), u32::MAX);
    }

    #[test]
    fn the_mode_is_that_of_the_argument() {
        let adaptive = configured(None, Some(RetryMode::Adaptive));
        assert_eq!(adaptive.mode(), SdkRetryMode::Adaptive);
        let standard = configured(None, Some(RetryMode::Standard));
        assert_eq!(standard.mode(), SdkRetryMode::Standard);
    }
}
