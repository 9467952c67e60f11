//! AWS's clock, and what follows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_types::sdk_config::TimeSource;

/// From this on, this machine's clock counts as wrong. A `Date` tells no
/// fractions, and a reply may have been on its way for a while; AWS accepts
/// signatures that are off by five minutes.
const WRONG_FROM: Duration = Duration::from_secs(10);

/// AWS's clock, as last seen in the `Date` header of a reply.
#[derive(Debug, Default)]
pub(super) struct ServerClock {
    ahead_millis: AtomicI64,
    is_known: AtomicBool,
}

impl ServerClock {
    /// The time by AWS's clock, to about a second; by ours before any reply.
    pub(super) fn now(&self) -> SystemTime {
        later(SystemTime::now(), self.ahead_millis.load(Ordering::Relaxed))
    }

    /// By how much a signature is dated otherwise than this machine's clock
    /// says, in milliseconds.
    pub(super) fn correction(&self) -> i64 {
        let ahead = self.ahead_millis.load(Ordering::Relaxed);
        if is_wrong(ahead) { ahead } else { 0 }
    }

    /// Whether a request that was dated with this correction was dated wrong.
    pub(super) fn was_wrong_with(&self, correction: i64) -> bool {
        is_wrong(self.ahead_millis.load(Ordering::Relaxed).saturating_sub(correction))
    }

    /// Takes the time from a reply of AWS; others may be dated as they like.
    pub(super) fn learn(&self, reply: &HttpResponse) {
        if let Some(ahead) = millis_ahead(reply) {
            self.ahead_millis.store(ahead, Ordering::Relaxed);
            self.is_known.store(true, Ordering::Relaxed);
        }
    }

    /// Whether any reply has told the time.
    pub(super) fn is_known(&self) -> bool {
        self.is_known.load(Ordering::Relaxed)
    }
}

/// What signatures are dated with: this machine's clock as long as it is right,
/// and AWS's when it is not.
#[derive(Clone, Debug)]
pub(super) struct SigningTime(pub(super) Arc<ServerClock>);

impl TimeSource for SigningTime {
    fn now(&self) -> SystemTime {
        later(SystemTime::now(), self.0.correction())
    }
}

/// How this machine's clock stands against that of a reply, in words, if it is wrong.
pub(super) fn how_wrong(reply: &HttpResponse) -> Option<String> {
    let ahead = millis_ahead(reply).filter(|ahead| is_wrong(*ahead))?;
    let seconds = ahead.unsigned_abs() / 1000;
    let amount = match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3600),
    };
    let direction = if ahead > 0 { "behind" } else { "ahead of" };
    Some(format!("{amount} {direction} AWS's"))
}

/// How far AWS's clock is ahead of ours by a reply, in milliseconds.
fn millis_ahead(reply: &HttpResponse) -> Option<i64> {
    let date = reply.headers().get("date")?;
    let there = DateTime::from_str(date, Format::HttpDate).ok()?.to_millis().ok()?;
    let here = DateTime::from(SystemTime::now()).to_millis().ok()?;
    Some(there - here)
}

fn is_wrong(ahead_millis: i64) -> bool {
    Duration::from_millis(ahead_millis.unsigned_abs()) >= WRONG_FROM
}

fn later(time: SystemTime, millis: i64) -> SystemTime {
    let distance = Duration::from_millis(millis.unsigned_abs());
    let moved = if millis < 0 { time.checked_sub(distance) } else { time.checked_add(distance) };
    moved.unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    fn reply_dated(date: impl Into<String>) -> HttpResponse {
        let status = StatusCode::try_from(200).expect("200 is a status");
        let mut reply = HttpResponse::new(status, SdkBody::empty());
        reply.headers_mut().insert("date", date.into());
        reply
    }

    /// A clock that has seen a reply dated so many seconds after now.
    fn clock_ahead_by(seconds: i64) -> Arc<ServerClock> {
        let clock = Arc::new(ServerClock::default());
        let there = DateTime::from(later(SystemTime::now(), seconds * 1000));
        clock.learn(&reply_dated(there.fmt(Format::HttpDate).expect("a date of our time")));
        clock
    }

    #[track_caller]
    fn check_signing_time(seconds_ahead: i64, expected_ahead: i64) {
        let clock = clock_ahead_by(seconds_ahead);
        let signed = DateTime::from(SigningTime(clock).now()).secs();
        let expected = DateTime::from(SystemTime::now()).secs() + expected_ahead;
        assert!((signed - expected).abs() <= 3, "{signed} where {expected} is right");
    }

    #[test]
    fn the_clock_follows_the_date_header() {
        let clock = ServerClock::default();
        clock.learn(&reply_dated("Tue, 01 Jan 2080 00:00:00 GMT"));
        let year_2080 = SystemTime::UNIX_EPOCH + Duration::from_secs(3_471_292_800);
        let off = clock.now().duration_since(year_2080).expect("time goes on");
        assert!(off < Duration::from_secs(60), "{off:?}");
    }

    #[test]
    fn a_date_that_does_not_parse_changes_nothing() {
        let clock = ServerClock::default();
        clock.learn(&reply_dated("yesterday"));
        assert_eq!(clock.ahead_millis.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn signatures_follow_a_clock_that_is_far_away_and_no_other() {
        check_signing_time(0, 0);
        check_signing_time(7, 0);
        check_signing_time(-7, 0);
        check_signing_time(1_200, 1_200);
        check_signing_time(-86_400, -86_400);
    }

    #[test]
    fn a_request_is_dated_wrong_only_until_the_clock_is_known() {
        let clock = clock_ahead_by(1_200);
        assert!(clock.was_wrong_with(0));
        assert!(!clock.was_wrong_with(clock.correction()));
    }

    #[test]
    fn a_wrong_clock_is_told_in_words() {
        let told = |ahead| {
            let there = DateTime::from(later(SystemTime::now(), ahead));
            how_wrong(&reply_dated(there.fmt(Format::HttpDate).expect("a date of our time")))
        };
        assert_eq!(told(20 * 60_000 + 5_000).as_deref(), Some("20 minutes behind AWS's"));
        assert_eq!(told(-5 * 3_600_000 - 5_000).as_deref(), Some("5 hours ahead of AWS's"));
        assert_eq!(told(0), None);
    }
}
