//! When the process ends.
//!
//! It ends when nobody can want it any more, and not in the middle of a change:
//! whatever asks for the end first stops everything that only looks or waits,
//! as StopProvider does, and then the calls under way are answered.

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

/// How long a host that still listens may be silent between two calls, once
/// the process was told to end.
const QUIET: Duration = Duration::from_secs(1);

/// How long the end waits for calls that run: more than a change takes that
/// AWS throttles, now that nothing waits or polls any more.
const END_LIMIT: Duration = Duration::from_secs(300);

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
    /// SIGTERM, SIGHUP or SIGQUIT.
    Terminated,
}

/// Everything that can end the process, in one place.
pub(super) struct Life {
    mode: Mode,
    shutdown: Arc<Notify>,
    clients: watch::Receiver<Clients>,
    calls: watch::Receiver<usize>,
    signals: Signals,
}

impl Life {
    pub(super) fn new(
        mode: Mode,
        shutdown: Arc<Notify>,
        clients: watch::Receiver<Clients>,
        calls: watch::Receiver<usize>,
        signals: Signals,
    ) -> Self {
        Life { mode, shutdown, clients, calls, signals }
    }

    /// Waits for the end; `stop` ends what only looks or waits.
    pub(super) async fn end(&mut self, stop: impl AsyncFn()) -> End {
        let end = self.asked_to_end(&stop).await;
        let Life { mode, shutdown, clients, calls, signals } = self;
        tokio::select! {
            () = at_rest(calls, clients, shutdown, patience(*mode, end), &stop) => {}
            // Who sits at the terminal and asks twice does not want to wait.
            _ = signals.next(), if *mode == Mode::Debug => {}
            () = time::sleep(END_LIMIT) => {
                tracing::warn!("ending, although calls are not answered yet");
            }
        }
        end
    }

    /// Ctrl-C reaches a host and its plugins alike, and a plugin must survive
    /// it: the host waits for the calls under way, and may make others.
    async fn asked_to_end(&mut self, stop: &impl AsyncFn()) -> End {
        let mode = self.mode;
        loop {
            let signal = tokio::select! {
                () = self.shutdown.notified() => return End::Shutdown,
                end = abandoned(&mut self.clients), if mode == Mode::Plugin => return end,
                signal = self.signals.next() => signal,
            };
            match (signal, mode) {
                (Told::ToEnd, _) => return End::Terminated,
                (Told::ToStop, Mode::Debug) => return End::Interrupted,
                (Told::ToStop, Mode::Plugin) => stop().await,
            }
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

/// How silent it must be before the end.
///
/// A host that listens asks for one thing after another, of a refresh for
/// instance, and takes it for a crash when nobody answers.
fn patience(mode: Mode, end: End) -> Duration {
    match (mode, end) {
        (Mode::Plugin, End::Terminated) => QUIET,
        _ => Duration::ZERO,
    }
}

/// Waits until no call runs, and none was made for `quiet` by a host that is
/// still there. What is made meanwhile is stopped at once.
async fn at_rest(
    calls: &mut watch::Receiver<usize>,
    clients: &mut watch::Receiver<Clients>,
    shutdown: &Notify,
    quiet: Duration,
    stop: &impl AsyncFn(),
) {
    loop {
        if *calls.borrow() > 0 {
            stop().await;
        }
        // Errors here mean that nobody is left to count: the server ended.
        let _ = calls.wait_for(|running| *running == 0).await;
        tokio::select! {
            biased;
            _ = clients.wait_for(|clients| clients.open == 0) => return,
            () = shutdown.notified() => return,
            () = time::sleep(quiet) => return,
            _ = calls.wait_for(|running| *running > 0) => {}
        }
    }
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// Ctrl-C.
    ToStop,
    /// Whatever else ends a process, short of SIGKILL.
    ToEnd,
}

/// The signals that the process receives instead of dying of them.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    quit: Signal,
    /// `None` when whoever started the process wants it to outlive its
    /// terminal, as `nohup` does.
    #[cfg(unix)]
    hangup: Option<Signal>,
    #[cfg(windows)]
    interrupt: CtrlC,
}

impl Signals {
    /// From here on these signals no longer kill the process.
    #[cfg(unix)]
    pub(super) fn install() -> io::Result<Self> {
        let hangup = (!ignores_hangup()).then(|| signal(SignalKind::hangup()));
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
            hangup: hangup.transpose()?,
        })
    }

    #[cfg(windows)]
    pub(super) fn install() -> io::Result<Self> {
        Ok(Signals { interrupt: ctrl_c()? })
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Told {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Told::ToStop,
            _ = self.terminate.recv() => Told::ToEnd,
            _ = self.quit.recv() => Told::ToEnd,
            _ = hangup => Told::ToEnd,
        }
    }

    #[cfg(windows)]
    async fn next(&mut self) -> Told {
        self.interrupt.recv().await;
        Told::ToStop
    }
}

/// Whether the process was started with SIGHUP ignored, as far as that can be
/// told: Linux has it in `/proc` (proc_pid_status(5), `SigIgn`). Elsewhere it is
/// taken for ignored, since a host that is not will die of it, which we notice.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_none_or(|mask| mask & 1 << (SignalKind::hangup().as_raw_value() - 1) != 0)
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

    /// How long the end takes with these running calls, of a host that is
    /// there or not, and how often everything was stopped.
    async fn rest(mut calls: watch::Receiver<usize>, open: usize) -> (Duration, usize) {
        let (_host, mut clients) = watch::channel(clients(open));
        let (stops, shutdown) = (std::cell::Cell::new(0), Notify::new());
        let stop = async || stops.set(stops.get() + 1);
        let started = time::Instant::now();
        at_rest(&mut calls, &mut clients, &shutdown, QUIET, &stop).await;
        (started.elapsed(), stops.get())
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_awaits_the_calls_that_run() {
        let (running, calls) = watch::channel(2);
        let answers = async {
            time::sleep(Duration::from_secs(20)).await;
            running.send_replace(1);
            time::sleep(Duration::from_secs(20)).await;
            running.send_replace(0);
        };
        let ((gone, _), ()) = tokio::join!(rest(calls, 0), answers);
        assert_eq!(gone, Duration::from_secs(40), "nobody is left to make another call");
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_awaits_what_a_host_asks_next_and_stops_it() {
        let (running, calls) = watch::channel(1);
        let answers = async {
            time::sleep(Duration::from_secs(20)).await;
            running.send_replace(0);
            time::sleep(QUIET / 2).await;
            running.send_replace(1);
            time::sleep(Duration::from_secs(20)).await;
            running.send_replace(0);
        };
        let ((listening, stops), ()) = tokio::join!(rest(calls, 1), answers);
        assert_eq!(listening, Duration::from_secs(40) + QUIET / 2 + QUIET);
        assert_eq!(stops, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_left_at_once_has_come() {
        let (_sender, mut receiver) = watch::channel(clients(0));
        assert_eq!(abandoned(&mut receiver).await, End::ClientGone);
    }
}
