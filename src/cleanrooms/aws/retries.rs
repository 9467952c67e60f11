//! How often a failed call is repeated, and how far apart.

use aws_config::retry::{RetryConfig, RetryMode as SdkRetryMode};
use aws_sdk_cleanrooms::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_types::retry::RetrySpec;

use super::config::{ProviderConfig, RetryMode};
use super::profiles::Profiles;
use super::tls::non_empty_variable;
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
    let attempts = || fallback("AWS_MAX_ATTEMPTS", "max_attempts")?.parse::<u32>().ok();
    let retries =
        config.max_retries.or_else(|| attempts()?.checked_sub(1)).unwrap_or(DEFAULT_MAX_RETRIES);
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
