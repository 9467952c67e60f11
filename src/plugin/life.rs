//! When the process ends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};
use tokio::sync::{Notify, watch};
use tokio::time;

use super::Mode;
use super::connections::Clients;

/// How long a host may take to connect after the handshake line. Hosts do it
/// at once; one that was killed meanwhile never does.
const CONNECT_LIMIT: Duration = Duration::from_secs(120);

/// How long a client may take to replace a connection that it lost.
const RECONNECT_LIMIT: Duration = Duration::from_secs(1);

/// What ended the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The host asked for it.
    Shutdown,
    /// The last connection closed without a word: the host was killed.
    ClientGone,
    /// No client ever connected.
    NobodyCame,
    /// Ctrl-C, in [`Mode::Debug`].
    Interrupted,
    /// SIGTERM.
    Terminated,
}

/// Everything that can end the process, in one place.
pub(super) struct Life {
    mode: Mode,
    shutdown: Arc<Notify>,
    clients: watch::Receiver<Clients>,
    signals: Signals,
}

impl Life {
    pub(super) fn new(
        mode: Mode,
        shutdown: Arc<Notify>,
        clients: watch::Receiver<Clients>,
        signals: Signals,
    ) -> Self {
        Life { mode, shutdown, clients, signals }
    }

    /// Waits for the end.
    pub(super) async fn end(&mut self) -> End {
        let mode = self.mode;
        tokio::select! {
            () = self.shutdown.notified() => End::Shutdown,
            end = abandoned(&mut self.clients), if mode == Mode::Plugin => end,
            end = self.signals.end(mode) => end,
        }
    }
}

/// Waits until the host has come and gone, or has not come in time.
///
/// Hosts stay connected for as long as they live, so a closed connection that
/// is not replaced means that they are gone. A Go plugin would stay as an
/// orphan.
async fn abandoned(clients: &mut watch::Receiver<Clients>) -> End {
    let first = time::timeout(CONNECT_LIMIT, clients.wait_for(|clients| clients.came));
    if first.await.is_err() {
        return End::NobodyCame;
    }
    loop {
        // Errors here mean that nobody is left to count: the server ended.
        let _ = clients.wait_for(|clients| clients.open == 0).await;
        let next = time::timeout(RECONNECT_LIMIT, clients.wait_for(|clients| clients.open > 0));
        if !matches!(next.await, Ok(Ok(_))) {
            return End::ClientGone;
        }
    }
}

/// The signals that the process receives instead of dying of them.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(windows)]
    interrupt: CtrlC,
}

impl Signals {
    /// From here on SIGINT and SIGTERM no longer kill the process.
    pub(super) fn install() -> io::Result<Self> {
        Ok(Signals {
            #[cfg(unix)]
            interrupt: signal(SignalKind::interrupt())?,
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate())?,
            #[cfg(windows)]
            interrupt: ctrl_c()?,
        })
    }

    /// Waits for a signal that ends the process.
    ///
    /// Ctrl-C reaches a host and its plugins alike, and a plugin must survive
    /// it: the host sends StopProvider and waits for the calls under way.
    async fn end(&mut self, mode: Mode) -> End {
        loop {
            #[cfg(unix)]
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => return End::Terminated,
            }
            #[cfg(windows)]
            self.interrupt.recv().await;
            match mode {
                Mode::Debug => return End::Interrupted,
                Mode::Plugin => tracing::debug!("ignored an interrupt: the host decides"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients(open: usize) -> Clients {
        Clients { came: true, open }
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_never_connects_is_given_up() {
        let (_sender, mut receiver) = watch::channel(Clients::default());
        let started = time::Instant::now();
        assert_eq!(abandoned(&mut receiver).await, End::NobodyCame);
        assert_eq!(started.elapsed().as_secs(), CONNECT_LIMIT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_connection_counts() {
        let (sender, mut receiver) = watch::channel(clients(2));
        let waiting = tokio::spawn(async move { abandoned(&mut receiver).await });
        sender.send_replace(clients(1));
        // Far beyond the time for a first connection.
        time::advance(2 * CONNECT_LIMIT).await;
        assert!(!waiting.is_finished());
        sender.send_replace(clients(0));
        assert_eq!(waiting.await.expect("no panic"), End::ClientGone);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_may_be_replaced() {
        let (sender, mut receiver) = watch::channel(clients(1));
        let waiting = tokio::spawn(async move { abandoned(&mut receiver).await });
        sender.send_replace(clients(0));
        time::advance(RECONNECT_LIMIT / 2).await;
        sender.send_replace(clients(1));
        time::advance(2 * RECONNECT_LIMIT).await;
        assert!(!waiting.is_finished());
        sender.send_replace(clients(0));
        assert_eq!(waiting.await.expect("no panic"), End::ClientGone);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_left_at_once_has_come() {
        let (_sender, mut receiver) = watch::channel(clients(0));
        assert_eq!(abandoned(&mut receiver).await, End::ClientGone);
    }
}
