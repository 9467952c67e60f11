//! How many calls an account may make in a second.

use std::collections::HashMap;

use crate::settings::Quotas;
use crate::signature::Caller;
use crate::state::Timestamp;

/// What a bucket holds, and when it was looked at.
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

/// A bucket of tokens for each account, Region and operation. It holds a
/// second's calls and fills evenly.
#[derive(Default)]
pub(crate) struct Rates {
    buckets: HashMap<(String, String, String), Bucket>,
}

impl Rates {
    /// Whether a call may be made now.
    pub(crate) fn admit(
        &mut self,
        caller: &Caller,
        operation: &str,
        quotas: &Quotas,
        now: Timestamp,
    ) -> bool {
        let limit = match operation {
            "GetConfiguredTable" | "GetProtectedQuery" => quotas.calls_per_second_of_frequent_reads,
            _ => quotas.calls_per_second,
        };
        let Some(limit) = limit.map(f64::from) else {
            return true;
        };
        let key = (caller.account.clone(), caller.region.clone(), operation.to_owned());
        let bucket = self.buckets.entry(key).or_insert(Bucket { tokens: limit, at: now });
        let seconds = now.0.saturating_sub(bucket.at.0) as f64 / 1000.0;
        bucket.tokens = (bucket.tokens + seconds * limit).min(limit);
        bucket.at = now;
        let is_admitted = bucket.tokens >= 1.0;
        if is_admitted {
            bucket.tokens -= 1.0;
        }
        is_admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_a_seconds_calls_and_fills_evenly() {
        let mut rates = Rates::default();
        let quotas = Quotas { calls_per_second: Some(5), ..Quotas::default() };
        let caller = Caller::user("111122223333", "us-east-1");
        let mut admitted = |operation: &str, quotas: &Quotas, now: u64| {
            (0..10).filter(|_| rates.admit(&caller, operation, quotas, Timestamp(now))).count()
        };
        assert_eq!(admitted("GetCollaboration", &quotas, 1000), 5);
        assert_eq!(admitted("GetCollaboration", &quotas, 1100), 0);
        assert_eq!(admitted("GetCollaboration", &quotas, 1400), 2);
        assert_eq!(admitted("ListMembers", &quotas, 1400), 5);
        assert_eq!(admitted("GetConfiguredTable", &quotas, 1400), 10);
        assert_eq!(admitted("GetCollaboration", &Quotas::default(), 1400), 10);
    }
}
