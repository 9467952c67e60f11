//! How often a source of credentials is asked: once for all that wait, and not at each call.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::Instant;

use crate::cleanrooms::aws::errors::causes;

/// How long before their expiry credentials are renewed.
const RENEWAL_MARGIN: Duration = Duration::from_secs(60);

/// How long an answer that is still valid is used, whatever its expiry: a program whose
/// credentials always end soon must not be started for each call.
const REST_AFTER_ANSWER: Duration = Duration::from_secs(10);

/// How long a failure is remembered: a thousand resources must not each wait for an address that
/// never answers.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(30);

/// How long all sources together may take. A `credential_process` may be slow.
const SOURCE_TIMEOUT: Duration = Duration::from_secs(60);

/// How long credentials must still be good for to be used while others are asked for.
const GOOD_MEANWHILE: Duration = Duration::from_secs(5);

/// The time by which credentials expire: that of AWS, where it is known.
pub(super) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Credentials that are asked for once and renewed before they expire.
pub(in crate::cleanrooms::aws) struct Remembered {
    source: SharedCredentialsProvider,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The last answer, and when it came.
    known: Option<(Credentials, Instant)>,
    /// The last failure, if nothing good came after it.
    failed: Option<(Failure, Instant)>,
    /// The question under way, which all that wait share.
    asking: Option<Shared<BoxFuture<'static, Result<Credentials, Failure>>>>,
}

/// A failure that can be told more than once.
#[derive(Clone)]
struct Failure {
    not_loaded: bool,
    cause: String,
}

impl From<CredentialsError> for Failure {
    fn from(err: CredentialsError) -> Self {
        let not_loaded = matches!(err, CredentialsError::CredentialsNotLoaded(_));
        Self { not_loaded, cause: causes(&err) }
    }
}

impl From<Failure> for CredentialsError {
    fn from(failure: Failure) -> Self {
        match failure.not_loaded {
            true => Self::not_loaded(failure.cause),
            false => Self::provider_error(failure.cause),
        }
    }
}

/// What to do for one who wants credentials.
enum Step {
    Use(Credentials),
    Fail(Failure),
    /// Ask the source; use these if it does not answer while they are good.
    Ask {
        meanwhile: Option<Credentials>,
    },
}

impl State {
    /// Decides, `remaining` being how long credentials are still good for.
    fn step(&self, remaining: impl Fn(&Credentials) -> Duration) -> Step {
        let resting = |since: &Instant, rest| since.elapsed() < rest;
        let failed = self.failed.as_ref().filter(|(_, at)| resting(at, REST_AFTER_FAILURE));
        match &self.known {
            Some((credentials, asked)) if remaining(credentials) > Duration::ZERO => {
                let fresh = remaining(credentials) > RENEWAL_MARGIN
                    || resting(asked, REST_AFTER_ANSWER)
                    || failed.is_some();
                match fresh {
                    true => Step::Use(credentials.clone()),
                    false => Step::Ask { meanwhile: Some(credentials.clone()) },
                }
            }
            _ => match failed {
                Some((failure, _)) => Step::Fail(failure.clone()),
                None => Step::Ask { meanwhile: None },
            },
        }
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered")
    }
}

impl Remembered {
    /// Credentials of this source.
    pub(in crate::cleanrooms::aws) fn new(source: SharedCredentialsProvider, clock: Clock) -> Self {
        Self { source, clock, state: Arc::default() }
    }

    async fn credentials(&self) -> provider::Result {
        let step = self.state().step(|credentials| self.remaining(credentials));
        let meanwhile = match step {
            Step::Use(credentials) => return Ok(credentials),
            Step::Fail(failure) => return Err(failure.into()),
            Step::Ask { meanwhile } => meanwhile,
        };
        let answer = self.answer();
        let Some(old) = meanwhile else {
            return answer.await.map_err(CredentialsError::from);
        };
        let patience = self.remaining(&old).saturating_sub(GOOD_MEANWHILE);
        if !patience.is_zero() {
            // The answer is waited for by whoever needs it first.
            return Ok(answer.now_or_never().and_then(Result::ok).unwrap_or(old));
        }
        let answer = tokio::time::timeout(self.remaining(&old), answer).await;
        Ok(answer.ok().and_then(Result::ok).unwrap_or(old))
    }

    /// The answer of the source to a question that is under way, or asked now. It is waited for
    /// by a task of its own, so that it comes although nobody waits.
    fn answer(&self) -> Shared<BoxFuture<'static, Result<Credentials, Failure>>> {
        let mut state = self.state();
        if let Some(asking) = &state.asking {
            return asking.clone();
        }
        let task = tokio::spawn(ask(self.source.clone(), Arc::clone(&self.state)));
        let ended =
            |_err| Failure { not_loaded: false, cause: "the provider is ending".to_owned() };
        let asking = async move { task.await.map_err(ended)? }.boxed().shared();
        state.asking = Some(asking.clone());
        asking
    }

    fn remaining(&self, credentials: &Credentials) -> Duration {
        match credentials.expiry() {
            Some(expiry) => expiry.duration_since((self.clock)()).unwrap_or_default(),
            None => Duration::MAX,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the source and notes what comes of it.
async fn ask(
    source: SharedCredentialsProvider,
    state: Arc<Mutex<State>>,
) -> Result<Credentials, Failure> {
    let answer = tokio::time::timeout(SOURCE_TIMEOUT, source.provide_credentials()).await;
    let answer = answer
        .unwrap_or_else(|_elapsed| Err(CredentialsError::provider_timed_out(SOURCE_TIMEOUT)))
        .map_err(Failure::from);
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.asking = None;
    match &answer {
        Ok(credentials) => {
            state.known = Some((credentials.clone(), Instant::now()));
            state.failed = None;
        }
        Err(failure) => state.failed = Some((failure.clone(), Instant::now())),
    }
    answer
}

impl ProvideCredentials for Remembered {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// What the source does when it is asked.
    enum Answer {
        /// Credentials that are good for so many seconds from now.
        Good(&'static str, u64),
        Fail,
        Silence,
    }

    struct Scene {
        remembered: Arc<Remembered>,
        asked: Arc<AtomicUsize>,
    }

    #[derive(Clone)]
    struct Source {
        clock: Clock,
        answers: Arc<Mutex<VecDeque<Answer>>>,
        asked: Arc<AtomicUsize>,
    }

    impl fmt::Debug for Source {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Source")
        }
    }

    impl Source {
        async fn answer(&self) -> provider::Result {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let answer = self.answers.lock().expect("no test panics with it").pop_front();
            match answer.expect("the source is not asked more often than expected") {
                Answer::Good(key, seconds) => {
                    let expiry = (self.clock)() + Duration::from_secs(seconds);
                    Ok(Credentials::new(key, "s", None, Some(expiry), "test"))
                }
                Answer::Fail => Err(CredentialsError::provider_error("no")),
                Answer::Silence => std::future::pending().await,
            }
        }
    }

    impl ProvideCredentials for Source {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(self.answer())
        }
    }

    /// Time goes on only as tokio's does.
    fn scene<const N: usize>(answers: [Answer; N]) -> Scene {
        let (origin, start) = (SystemTime::now(), Instant::now());
        let clock: Clock = Arc::new(move || origin + start.elapsed());
        let asked = Arc::<AtomicUsize>::default();
        let answers = Arc::new(Mutex::new(answers.into()));
        let source = Source { clock: Arc::clone(&clock), answers, asked: Arc::clone(&asked) };
        let source = SharedCredentialsProvider::new(source);
        Scene { remembered: Arc::new(Remembered::new(source, clock)), asked }
    }

    impl Scene {
        async fn key(&self) -> Result<String, String> {
            let credentials = self.remembered.provide_credentials().await;
            // Lets a renewal in the background go on.
            tokio::task::yield_now().await;
            let key = |credentials: Credentials| credentials.access_key_id().to_owned();
            credentials.map(key).map_err(|err| causes(&err))
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::SeqCst)
        }
    }

    async fn after(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::task::yield_now().await;
    }

    #[tokio::test(start_paused = true)]
    async fn good_credentials_are_not_asked_for_again() {
        let scene = scene([Answer::Good("A", 3600), Answer::Good("B", 3600)]);
        for _ in 0..3 {
            assert_eq!(scene.key().await.as_deref(), Ok("A"));
        }
        after(3500).await;
        assert_eq!((scene.key().await.as_deref(), scene.asked()), (Ok("A"), 1));
        after(50).await;
        // Renewed within the last minute, by a question that nobody waits for.
        assert_eq!(scene.key().await.as_deref(), Ok("A"));
        assert_eq!((scene.key().await.as_deref(), scene.asked()), (Ok("B"), 2));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_ends_soon_is_used_for_some_seconds() {
        let scene = scene([Answer::Good("A", 30), Answer::Good("B", 30)]);
        for _ in 0..20 {
            assert_eq!(scene.key().await.as_deref(), Ok("A"));
        }
        assert_eq!(scene.asked(), 1);
        after(11).await;
        scene.key().await.expect("one of the two is good");
        assert_eq!((scene.key().await.as_deref(), scene.asked()), (Ok("B"), 2));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_good_is_used_while_the_source_hangs() {
        let scene = scene([Answer::Good("A", 40), Answer::Silence]);
        assert_eq!(scene.key().await.as_deref(), Ok("A"));
        after(20).await;
        let before = Instant::now();
        for _ in 0..3 {
            assert_eq!(scene.key().await.as_deref(), Ok("A"));
        }
        assert_eq!((before.elapsed(), scene.asked()), (Duration::ZERO, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_shared_and_remembered_for_a_while() {
        let scene = scene([Answer::Good("A", 5), Answer::Silence, Answer::Good("B", 3600)]);
        assert_eq!(scene.key().await.as_deref(), Ok("A"));
        after(6).await;
        let before = Instant::now();
        let waiting = (0..10).map(|_| scene.key());
        let answers = futures_util::future::join_all(waiting).await;
        assert!(answers.iter().all(Result::is_err));
        assert_eq!((before.elapsed(), scene.asked()), (SOURCE_TIMEOUT, 2));
        scene.key().await.expect_err("the failure is remembered");
        assert_eq!((before.elapsed(), scene.asked()), (SOURCE_TIMEOUT, 2));
        after(31).await;
        assert_eq!((scene.key().await.as_deref(), scene.asked()), (Ok("B"), 3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_renewal_does_not_take_what_is_still_good() {
        let scene = scene([Answer::Good("A", 50), Answer::Fail]);
        assert_eq!(scene.key().await.as_deref(), Ok("A"));
        after(15).await;
        for _ in 0..5 {
            assert_eq!(scene.key().await.as_deref(), Ok("A"));
        }
        assert_eq!(scene.asked(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_gives_up_does_not_end_the_question_of_others() {
        let scene = scene([Answer::Good("A", 3600)]);
        let mut impatient = Box::pin(scene.key());
        assert!((&mut impatient).now_or_never().is_none());
        drop(impatient);
        assert_eq!((scene.key().await.as_deref(), scene.asked()), (Ok("A"), 1));
    }
}
