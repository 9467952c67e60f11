//! Reading files that may hang.

use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

/// Longest time that a file may take: it may be a pipe that nobody writes to,
/// or lie in a network that does not answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Most bytes that are read of a file; bundles of a whole system have less than one.
const MOST: u64 = 16 << 20;

/// Reads a file on another thread, since this process has one for everything
/// else. A read that hangs keeps that thread until the process ends.
///
/// # Errors
///
/// The file cannot be read, is too large, or does not come in time.
pub(super) async fn read(path: impl Into<PathBuf>) -> io::Result<Vec<u8>> {
    let path = path.into();
    aside(move || {
        let mut bytes = Vec::new();
        let length = std::fs::File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
        if length as u64 > MOST {
            return Err(io::Error::other(format!("it has more than {} MiB", MOST >> 20)));
        }
        Ok(bytes)
    })
    .await
}

/// Does something that may block on another thread, and waits no longer than
/// the limit.
///
/// # Errors
///
/// Those of `work`, or that it does not end in time.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    within(LIMIT, work).await
}

async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    match tokio::time::timeout(limit, tokio::task::spawn_blocking(work)).await {
        Ok(done) => done.map_err(io::Error::other)?,
        Err(_elapsed) => {
            let text = format!("it could not be read within {limit:?}");
            Err(io::Error::new(io::ErrorKind::TimedOut, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn what_blocks_blocks_neither_the_thread_nor_for_ever() {
        let (release, blocked) = mpsc::channel::<()>();
        let reading = within(Duration::from_millis(20), move || {
            blocked.recv().ok();
            Ok(())
        });
        // The other future is on the same thread.
        let (read, ()) = tokio::join!(reading, tokio::task::yield_now());
        assert_eq!(read.expect_err("nobody writes").kind(), io::ErrorKind::TimedOut);
        drop(release);
    }

    #[tokio::test]
    async fn a_file_without_end_is_not_read_to_its_end() {
        let err = read("/dev/zero").await.expect_err("it has no end");
        assert!(err.to_string().contains("16 MiB"), "{err}");
    }
}
