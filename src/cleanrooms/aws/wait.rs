//! Waiting: how long, how often, and what ends it.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

/// Name of the environment variable that multiplies every waiting interval.
const WAIT_SCALE: &str = "CLEANROOMS_WAIT_SCALE";

/// From one request of a throttled operation to the next: a little less than the five a second that
/// AWS allows (user guide: quotas).
pub(super) const TURN: Duration = Duration::from_millis(220);

/// Least time that a reply is given, however small the scale: shorter, a busy
/// machine would look like a lost reply.
const LEAST_REPLY_TIMEOUT: Duration = Duration::from_secs(3);

/// Every interval for which the provider waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Intervals {
    /// Spacing of repeated calls after a throttled or failed one.
    pub retry: Backoff,
    /// How long a throttled create without a client token is repeated.
    pub create_window: Duration,
    /// How long attempts are repeated while an address cannot be reached, from the first failure on.
    pub connect_window: Duration,
    /// Spacing of questions about a change request that awaits votes.
    pub approval: Backoff,
    /// Spacing of questions about a query or job that runs, and of attempts to start one while as many
    /// run as may.
    pub analysis: Backoff,
    /// How long a query or job is waited for, and others that run before it.
    pub analysis_window: Duration,
    /// Spacing of searches for a collaboration whose create reply was lost.
    pub orphan_search: Backoff,
    /// How long to search for a collaboration whose create reply was lost.
    pub orphan_search_window: Duration,
    /// Spacing of attempts while a role is not usable yet.
    pub iam_delay: Backoff,
    /// How long to wait for a role to become usable.
    pub iam_delay_window: Duration,
    /// Spacing of attempts while a new object is not visible everywhere yet.
    pub visibility: Backoff,
    /// How long a new object may stay invisible.
    pub visibility_window: Duration,
    /// How long a reply may take, from the sent request to its last byte.
    pub reply_timeout: Duration,
    /// From one request to the next of an operation that AWS has throttled.
    pub turn: Duration,
}

/// Growing pauses: each twice the one before, up to a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The first pause.
    pub initial: Duration,
    /// The longest pause.
    pub max: Duration,
    /// How many pauses there are at most; any number if it is not told.
    pub most: Option<u32>,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            retry: Backoff::seconds(1, 20),
            create_window: Duration::from_secs(600),
            connect_window: Duration::from_secs(4),
            approval: Backoff::seconds(5, 30),
            analysis: Backoff::seconds(2, 20),
            analysis_window: Duration::from_secs(3600),
            orphan_search: Backoff::seconds(1, 5),
            orphan_search_window: Duration::from_secs(30),
            iam_delay: Backoff::seconds(2, 10),
            iam_delay_window: Duration::from_secs(120),
            visibility: Backoff::seconds(1, 5),
            visibility_window: Duration::from_secs(30),
            reply_timeout: Duration::from_secs(60),
            turn: TURN,
        }
    }
}

impl Intervals {
    /// The default intervals, multiplied by the environment variable
    /// `CLEANROOMS_WAIT_SCALE` if it is set, e.g. `0.01` for tests.
    ///
    /// # Errors
    ///
    /// A sentence for the user, if the variable is no number above 0 and at
    /// most 100.
    pub fn from_env() -> Result<Self, String> {
        let Ok(text) = std::env::var(WAIT_SCALE) else {
            return Ok(Self::default());
        };
        match text.parse::<f64>() {
            Ok(scale) if scale > 0.0 && scale <= 100.0 => Ok(Self::default().scaled(scale)),
            _ => Err(format!(
                "{WAIT_SCALE} is `{text}`; it must be a number above 0 and at most 100."
            )),
        }
    }

    /// These intervals, each multiplied by `scale`, which must be finite and
    /// above 0. A reply always has at least three seconds.
    pub fn scaled(self, scale: f64) -> Self {
        Self {
            retry: self.retry.scaled(scale),
            create_window: self.create_window.mul_f64(scale),
            connect_window: self.connect_window.mul_f64(scale),
            approval: self.approval.scaled(scale),
            analysis: self.analysis.scaled(scale),
            analysis_window: self.analysis_window.mul_f64(scale),
            orphan_search: self.orphan_search.scaled(scale),
            orphan_search_window: self.orphan_search_window.mul_f64(scale),
            iam_delay: self.iam_delay.scaled(scale),
            iam_delay_window: self.iam_delay_window.mul_f64(scale),
            visibility: self.visibility.scaled(scale),
            visibility_window: self.visibility_window.mul_f64(scale),
            reply_timeout: self.reply_timeout.mul_f64(scale).max(LEAST_REPLY_TIMEOUT),
            turn: self.turn.mul_f64(scale),
        }
    }
}

impl Backoff {
    /// Pauses from `initial` to `max` seconds.
    pub const fn seconds(initial: u64, max: u64) -> Self {
        Self { initial: Duration::from_secs(initial), max: Duration::from_secs(max), most: None }
    }

    /// The same with so many pauses at most, for what is repeated by
    /// [`retry_while`].
    pub const fn at_most(self, pauses: Option<u32>) -> Self {
        Self { most: pauses, ..self }
    }

    fn scaled(self, scale: f64) -> Self {
        Self { initial: self.initial.mul_f64(scale), max: self.max.mul_f64(scale), ..self }
    }

    /// The pauses themselves, without end. Each is shortened by up to half at
    /// random, so that many resources that failed together do not return
    /// together.
    fn pauses(self) -> impl Iterator<Item = Duration> {
        std::iter::successors(Some(self.initial.min(self.max)), move |pause| {
            Some((*pause * 2).min(self.max))
        })
        .map(|pause| pause.mul_f64(0.5 + fastrand::f64() / 2.0))
    }
}

/// How a [`poll`] ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waited<T> {
    /// What was waited for came.
    Done(T),
    /// The deadline passed first.
    DeadlinePassed,
    /// The user stopped Terraform.
    Stopped,
}

/// Asks `question` until it gives a value, at least once, pausing between.
///
/// Each question must be a read: when the token is cancelled or the deadline
/// passes, a question under way is dropped.
///
/// # Errors
///
/// The first error of `question` ends the wait.
pub async fn poll<T, E, F>(
    backoff: Backoff,
    deadline: Instant,
    stop: &CancellationToken,
    mut question: impl FnMut() -> F,
) -> Result<Waited<T>, E>
where
    F: Future<Output = Result<Option<T>, E>>,
{
    let asking = async {
        let mut pauses = backoff.pauses();
        loop {
            if let Some(value) = question().await? {
                return Ok(Waited::Done(value));
            }
            sleep(pauses.next().unwrap_or(backoff.max)).await;
        }
    };
    match stop.run_until_cancelled(timeout_at(deadline, asking)).await {
        Some(Ok(result)) => result,
        Some(Err(_elapsed)) => Ok(Waited::DeadlinePassed),
        None => Ok(Waited::Stopped),
    }
}

/// Repeats `attempt` while it fails in a way that `retryable` accepts, and as
/// often as `backoff` has pauses.
///
/// An attempt under way is always awaited, since it may change something; only
/// the pauses end when the token is cancelled or the deadline passes.
///
/// # Errors
///
/// The error of the last attempt.
pub async fn retry_while<T, E, F>(
    backoff: Backoff,
    deadline: Instant,
    stop: &CancellationToken,
    retryable: impl Fn(&E) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let most = backoff.most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let mut pauses = backoff.pauses().take(most);
    loop {
        let err = match attempt().await {
            Ok(value) => return Ok(value),
            Err(err) => err,
        };
        let Some(pause) = pauses.next() else {
            return Err(err);
        };
        let too_late = Instant::now() + pause > deadline;
        if !retryable(&err) || too_late || stop.run_until_cancelled(sleep(pause)).await.is_none() {
            return Err(err);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn polling_asks_until_there_is_an_answer() {
        let asked = Cell::new(0);
        let deadline = Instant::now() + MINUTE;
        let stop = CancellationToken::new();
        let waited = poll(Backoff::seconds(1, 5), deadline, &stop, async || {
            asked.set(asked.get() + 1);
            Ok::<_, ()>((asked.get() == 3).then_some("here"))
        })
        .await;
        assert_eq!(waited, Ok(Waited::Done("here")));
        assert_eq!(asked.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn polling_ends_at_the_deadline_even_within_a_question() {
        let deadline = Instant::now() + MINUTE;
        let stop = CancellationToken::new();
        let waited = poll(Backoff::seconds(1, 5), deadline, &stop, async || {
            std::future::pending::<()>().await;
            Ok::<Option<()>, ()>(None)
        })
        .await;
        assert_eq!(waited, Ok(Waited::DeadlinePassed));
        assert_eq!(Instant::now(), deadline);
    }

    #[tokio::test(start_paused = true)]
    async fn polling_ends_when_stopped() {
        let stop = CancellationToken::new();
        let waited = poll(Backoff::seconds(1, 5), Instant::now() + MINUTE, &stop, async || {
            stop.cancel();
            Ok::<Option<()>, ()>(None)
        })
        .await;
        assert_eq!(waited, Ok(Waited::Stopped));
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_is_not_retryable_is_final() {
        let attempts = Cell::new(0);
        let stop = CancellationToken::new();
        let result: Result<(), _> = retry_while(
            Backoff::seconds(1, 5),
            Instant::now() + MINUTE,
            &stop,
            |err| *err == "busy",
            async || {
                attempts.set(attempts.get() + 1);
                Err(if attempts.get() < 3 { "busy" } else { "broken" })
            },
        )
        .await;
        assert_eq!(result, Err("broken"));
        assert_eq!(attempts.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_is_repeated_as_often_as_there_are_pauses() {
        for most in [0, 1, 4] {
            let attempts = Cell::new(0);
            let backoff = Backoff::seconds(1, 5).at_most(Some(most));
            let stop = CancellationToken::new();
            let deadline = Instant::now() + MINUTE;
            let result: Result<(), _> = retry_while(
                backoff,
                deadline,
                &stop,
                |_| true,
                async || {
                    attempts.set(attempts.get() + 1);
                    Err("busy")
                },
            )
            .await;
            assert_eq!(result, Err("busy"));
            assert_eq!(attempts.get(), most + 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn retrying_ends_before_the_deadline() {
        let start = Instant::now();
        let stop = CancellationToken::new();
        let result: Result<(), _> = retry_while(
            Backoff::seconds(1, 5),
            start + MINUTE,
            &stop,
            |_| true,
            async || Err("busy"),
        )
        .await;
        assert_eq!(result, Err("busy"));
        assert!(Instant::now() <= start + MINUTE);
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_ends_retries_but_awaits_the_attempt() {
        let stop = CancellationToken::new();
        let finished = Cell::new(0);
        let result: Result<(), _> = retry_while(
            Backoff::seconds(1, 5),
            Instant::now() + MINUTE,
            &stop,
            |_| true,
            async || {
                stop.cancel();
                sleep(Duration::from_secs(2)).await;
                finished.set(finished.get() + 1);
                Err("busy")
            },
        )
        .await;
        assert_eq!(result, Err("busy"));
        assert_eq!(finished.get(), 1);
    }

    #[test]
    fn scaling_shortens_everything_but_leaves_replies_three_seconds() {
        let intervals = Intervals::default().scaled(0.01);
        assert_eq!(intervals.retry.initial, Duration::from_millis(10));
        assert_eq!(intervals.orphan_search_window, Duration::from_millis(300));
        assert_eq!(intervals.reply_timeout, LEAST_REPLY_TIMEOUT);
    }
}
