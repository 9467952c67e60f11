//! Turns that requests of an operation take, so that they stay below AWS's limit of requests a second.
//!
//! The service counts for each account, Region and operation, and allows five a second. Nobody knows how
//! much of that others use, and a service that does not throttle need not be spared. So an operation has
//! turns from the first reply on that says it was called too often: what is called side by side waits here
//! then, in place of being refused again and again.
//!
//! Processes can share a pace by files: acceptance tests in a real account do. That one holds for all
//! accounts and Regions, since a process does not know whose its credentials are before it has asked.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::stop::Stopped;
use super::wait::TURN;
use crate::framework::resource::lock;

/// Operations of which AWS allows four times as many requests as of others (user guide: quotas).
const FREQUENT: [&str; 2] = ["GetConfiguredTable", "GetProtectedQuery"];

/// No queue is longer.
const LONGEST: Duration = Duration::from_secs(600);

/// What a request is, for the client that sends it.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// What it is called.
    pub(super) name: String,
    /// Who is asked.
    pub(super) host: String,
    /// Whether it was sent before.
    pub(super) was_sent: bool,
    /// Ends the wait for a turn.
    pub(super) stop: Option<CancellationToken>,
}

/// The turns of one provider configuration, which is one account.
#[derive(Debug)]
pub(super) struct Pace {
    /// From one turn to the next, of most operations.
    interval: Duration,
    /// Where processes share a pace of all requests.
    folder: Option<PathBuf>,
    /// The first free turn of each operation that was throttled, at each host.
    free: Mutex<HashMap<(String, String), Instant>>,
}

impl Pace {
    pub(super) fn new(interval: Duration, folder: Option<PathBuf>) -> Self {
        Self { interval, folder, free: Mutex::default() }
    }

    /// Takes note that a request came too soon.
    pub(super) fn throttled(&self, Operation { name, host, .. }: &Operation) {
        let first = Instant::now() + self.interval_of(name);
        lock(&self.free).entry((host.clone(), name.clone())).or_insert_with(|| {
            tracing::debug!(operation = name, "AWS throttles; requests take turns from now on");
            first
        });
    }

    /// Takes the next turn: how long it is until then.
    fn take(&self, Operation { name, host, .. }: &Operation) -> Duration {
        let mut free = lock(&self.free);
        let Some(next) = free.get_mut(&(host.clone(), name.clone())) else {
            return Duration::ZERO;
        };
        let now = Instant::now();
        let taken = now.max(*next);
        *next = taken + self.interval_of(name);
        taken - now
    }

    fn interval_of(&self, operation: &str) -> Duration {
        if FREQUENT.contains(&operation) { self.interval / 4 } else { self.interval }
    }

    /// Waits for a turn.
    async fn wait(&self, operation: &Operation) -> Result<(), ConnectorError> {
        let shared = match &self.folder {
            Some(folder) => turn(folder.join(&operation.name)).await,
            None => Duration::ZERO,
        };
        let stop = operation.stop.clone().unwrap_or_default();
        let waiting = sleep(shared.max(self.take(operation)));
        let stopped = Stopped { was_sent: operation.was_sent };
        let waited = stop.run_until_cancelled(waiting).await;
        waited.ok_or_else(|| ConnectorError::user(stopped.into()))
    }
}

/// A client whose requests wait for their turn.
pub(super) fn paced(inner: SharedHttpClient, pace: &Arc<Pace>) -> SharedHttpClient {
    SharedHttpClient::new(Paced { inner, pace: Arc::clone(pace) })
}

#[derive(Clone, Debug)]
struct Paced<T> {
    inner: T,
    pace: Arc<Pace>,
}

impl HttpClient for Paced<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Paced { inner, pace: Arc::clone(&self.pace) })
    }
}

impl HttpConnector for Paced<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(operation) = request.extension::<Operation>().cloned() else {
            return self.inner.call(request);
        };
        let (pace, inner) = (Arc::clone(&self.pace), self.inner.clone());
        HttpConnectorFuture::new(async move {
            pace.wait(&operation).await?;
            inner.call(request).await
        })
    }
}

/// How long to wait for the turn that this reserves.
async fn turn(file: PathBuf) -> Duration {
    let reserving = tokio::task::spawn_blocking(move || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        reserve(&file, now)
    });
    match reserving.await.unwrap_or_else(|err| Err(io::Error::other(err))) {
        Ok(pause) => pause,
        Err(err) => {
            tracing::warn!(%err, "the pace of other processes is not known");
            Duration::ZERO
        }
    }
}

/// Takes the next free moment of a file, which holds the first one that nobody has taken.
fn reserve(file: &Path, now: Duration) -> io::Result<Duration> {
    let mut file: File =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(file)?;
    file.lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let free = Duration::from_millis(text.trim().parse().unwrap_or_default());
    // Nobody waits so long in a queue; the clock was set back.
    let taken = if free > now + LONGEST { now } else { free.max(now) };
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}", (taken + TURN).as_millis())?;
    Ok(taken - now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(name: &str) -> Operation {
        let (name, host) = (name.to_owned(), "cleanrooms.test".to_owned());
        Operation { name, host, was_sent: false, stop: None }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_throttled_is_called_in_turns_and_nothing_else_is() {
        let pace = Pace::new(TURN, None);
        let pauses = |name| [(); 3].map(|()| pace.take(&operation(name)).as_millis());
        assert_eq!(pauses("GetCollaboration"), [0, 0, 0]);
        pace.throttled(&operation("GetCollaboration"));
        pace.throttled(&operation("GetCollaboration"));
        assert_eq!(pauses("GetCollaboration"), [220, 440, 660]);
        assert_eq!(pauses("ListMembers"), [0, 0, 0]);
        pace.throttled(&operation("GetConfiguredTable"));
        assert_eq!(pauses("GetConfiguredTable"), [55, 110, 165]);
        sleep(Duration::from_secs(10)).await;
        assert_eq!(pauses("GetCollaboration"), [0, 220, 440], "turns are not saved up");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_the_wait_for_a_turn_and_the_request_is_not_sent() {
        let pace = Pace::new(TURN, None);
        let stop = CancellationToken::new();
        let get = Operation { stop: Some(stop.clone()), ..operation("GetCollaboration") };
        pace.throttled(&get);
        stop.cancel();
        let started = Instant::now();
        let ended = pace.wait(&get).await.expect_err("it is not its turn");
        assert!(ended.is_user() && started.elapsed() < TURN, "{ended:?}");
    }

    #[test]
    fn turns_are_taken_one_after_the_other_and_not_saved_up() {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let file = folder.path().join("GetCollaboration");
        let turn = |now| reserve(&file, Duration::from_millis(now)).expect("the file is ours");
        let pauses = [turn(1_000), turn(1_000), turn(1_100), turn(10_000), turn(10_000)];
        assert_eq!(pauses.map(|pause| pause.as_millis()), [0, 220, 340, 0, 220]);
    }

    #[test]
    fn a_file_that_holds_something_else_is_begun_anew() {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let file = folder.path().join("GetCollaboration");
        for content in ["soon", "99999999999999"] {
            std::fs::write(&file, content).expect("the file is ours");
            let pause = reserve(&file, Duration::from_secs(1)).expect("the file is ours");
            assert_eq!(pause, Duration::ZERO, "{content}");
        }
    }
}
