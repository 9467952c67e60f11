//! A pace that processes share, so that many of them stay below AWS's limit of
//! requests a second: acceptance tests in a real account take turns by it.
//!
//! The service counts for each account, Region and operation. Here one pace of an
//! operation holds for all accounts and Regions, since a process does not know
//! whose its credentials are before it has asked.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::time::sleep;

/// From one request of an operation to the next: a little less than AWS's five a second.
const INTERVAL: Duration = Duration::from_millis(220);

/// No queue is longer.
const LONGEST: Duration = Duration::from_secs(600);

/// Names the operation of a request, for the client that sends it.
#[derive(Clone, Debug)]
pub(super) struct Operation(pub(super) String);

/// A client whose requests wait for their turn.
pub(super) fn paced(inner: SharedHttpClient, folder: &Path) -> SharedHttpClient {
    SharedHttpClient::new(Paced { inner, folder: folder.into() })
}

#[derive(Clone, Debug)]
struct Paced<T> {
    inner: T,
    folder: Arc<Path>,
}

impl HttpClient for Paced<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Paced { inner, folder: Arc::clone(&self.folder) })
    }
}

impl HttpConnector for Paced<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(Operation(operation)) = request.extension::<Operation>() else {
            return self.inner.call(request);
        };
        let (file, inner) = (self.folder.join(operation), self.inner.clone());
        HttpConnectorFuture::new(async move {
            sleep(turn(file).await).await;
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
    write!(file, "{}", (taken + INTERVAL).as_millis())?;
    Ok(taken - now)
}

#[cfg(test)]
mod tests {
    use super::*;

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
