//! Panics: inside one RPC they cost that RPC, in a task beside it that task.
//! Only where nothing is left that could go on do they end the process.
//!
//! Terraform takes a stderr line that begins with `panic: ` for a crash of the
//! whole provider and prints it with what follows. So only a panic that does
//! end the process may look like that.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, Write as _};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::pin::pin;
use std::thread;

use tokio::task;

/// The exit status of a crash: what a Go plugin's would be.
const CRASH_STATUS: i32 = 2;

thread_local! {
    /// Whether a panic on this thread would be caught by [`catch_panic`].
    static INSIDE_RPC: Cell<bool> = const { Cell::new(false) };
    /// What the hook saw of a panic that is on its way to [`catch_panic`].
    static CAUGHT: RefCell<Option<Report>> = const { RefCell::new(None) };
}

/// What a panic said, and where: enough for a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicMessage {
    /// The text given to `panic!`.
    pub message: String,
    /// File, line and column, if the hook of [`install_hook`] is in place.
    pub location: Option<String>,
}

impl fmt::Display for PanicMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.location {
            Some(location) => write!(f, " (at {location})"),
            None => Ok(()),
        }
    }
}

/// A panic as the hook sees it.
struct Report {
    panic: PanicMessage,
    backtrace: Backtrace,
}

impl Report {
    fn capture(info: &PanicHookInfo<'_>) -> Self {
        let panic = PanicMessage {
            message: text(info.payload()).to_owned(),
            location: info.location().map(ToString::to_string),
        };
        Report { panic, backtrace: Backtrace::force_capture() }
    }
}

/// The text of a panic; payloads other than text have none to show.
fn text(payload: &(dyn Any + Send)) -> &str {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "a value that is not text",
    }
}

/// Replaces Rust's panic message, which Terraform does not recognise.
///
/// Outside of [`catch_panic`] a panic of this thread prints a line `panic: `
/// with its message and then the backtrace, and exits with status 2. A panic of
/// a task of tokio's, or of another thread, is one line of the log: it ends
/// that task (a connection, a name lookup), whose loss is an error for whoever
/// waits for it, and creates that are under way must go on.
pub fn install_hook() {
    let home = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        let report = Report::capture(info);
        if INSIDE_RPC.get() {
            CAUGHT.set(Some(report));
        } else if task::try_id().is_some() || thread::current().id() != home {
            let Report { panic, backtrace } = report;
            tracing::error!(%panic, %backtrace, "a background task panicked");
        } else {
            crash(&report);
        }
    }));
}

fn crash(report: &Report) -> ! {
    let Report { panic, backtrace } = report;
    let location = panic.location.as_deref().unwrap_or("an unknown place");
    // One line, whatever the message holds: the first line is what counts.
    let message = panic.message.replace('\n', " ");
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(io::stderr(), "panic: {message}\nat {location}\n\n{backtrace}");
    std::process::exit(CRASH_STATUS)
}

/// Runs one RPC; a panic within becomes an error instead of a crash.
///
/// Logs the panic with its backtrace as an error. Covers the future itself,
/// not tasks that it spawns. What the future left half done stays half done:
/// state shared between RPCs must not rely on running to the end.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use cleanrooms_provider::plugin::catch_panic;
///
/// let reply = catch_panic("ReadResource", async { [1, 2, 3].get(7).expect("seven") }).await;
/// assert_eq!(reply.unwrap_err().message, "seven");
/// # })
/// ```
///
/// # Errors
///
/// What the panic said.
pub async fn catch_panic<T>(
    rpc: &'static str,
    future: impl Future<Output = T>,
) -> Result<T, PanicMessage> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let poll = || {
            let _inside = InsideRpc::enter();
            future.as_mut().poll(cx)
        };
        // Unwind safe: a future that panicked is not polled again.
        match panic::catch_unwind(AssertUnwindSafe(poll)) {
            Ok(poll) => {
                // The call itself knew what to do with it.
                if let Some(Report { panic, backtrace }) = CAUGHT.take() {
                    tracing::error!(rpc, %panic, %backtrace, "a call panicked and went on");
                }
                poll.map(Ok)
            }
            Err(payload) => Err(caught(rpc, payload.as_ref())).into(),
        }
    })
    .await
}

/// Logs a caught panic. The hook knows more than the payload, if it is ours.
fn caught(rpc: &'static str, payload: &(dyn Any + Send)) -> PanicMessage {
    match CAUGHT.take() {
        Some(Report { panic, backtrace }) => {
            tracing::error!(rpc, %panic, %backtrace, "a call panicked");
            panic
        }
        None => {
            let panic = PanicMessage { message: text(payload).to_owned(), location: None };
            tracing::error!(rpc, %panic, "a call panicked");
            panic
        }
    }
}

/// Marks the thread for the time of one poll, also when that unwinds.
struct InsideRpc {
    before: bool,
}

impl InsideRpc {
    fn enter() -> Self {
        InsideRpc { before: INSIDE_RPC.replace(true) }
    }
}

impl Drop for InsideRpc {
    fn drop(&mut self) {
        INSIDE_RPC.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_an_error() {
        let reply = catch_panic("ReadResource", async {
            tokio::task::yield_now().await;
            panic!("member {} is missing", 7);
        });
        let panic: PanicMessage = Result::<(), _>::expect_err(reply.await, "it panicked");
        assert_eq!(panic.message, "member 7 is missing");
    }

    #[tokio::test]
    async fn a_reply_passes_through() {
        assert_eq!(catch_panic("ReadResource", async { 7 }).await, Ok(7));
    }

    #[tokio::test]
    async fn only_the_poll_itself_counts_as_inside() {
        let mut reply = pin!(catch_panic("ReadResource", async {
            assert!(INSIDE_RPC.get());
            tokio::task::yield_now().await;
        }));
        let first = poll_fn(|cx| std::task::Poll::Ready(reply.as_mut().poll(cx))).await;
        assert!(first.is_pending());
        assert!(!INSIDE_RPC.get());
    }

    /// What this test binary prints to stderr, and its exit status, when it
    /// runs the one test `name` as a process of its own.
    fn as_process(name: &str) -> (String, Option<i32>) {
        let output = std::process::Command::new(std::env::current_exe().expect("it is running"))
            .args(["--exact", "--nocapture", name])
            .env(AS_PROCESS, "1")
            .output()
            .expect("it runs again");
        (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
    }

    /// Set in a process that [`as_process`] started.
    const AS_PROCESS: &str = "CLEANROOMS_TEST_PANICS";

    #[test]
    fn a_panic_elsewhere_is_a_crash_that_hosts_recognise() {
        if std::env::var_os(AS_PROCESS).is_some() {
            install_hook();
            panic!("two\nlines");
        }
        let (stderr, status) =
            as_process("plugin::panics::tests::a_panic_elsewhere_is_a_crash_that_hosts_recognise");
        assert!(stderr.starts_with("panic: two lines\nat src/plugin/panics.rs:"), "{stderr}");
        assert!(stderr.contains("a_panic_elsewhere"), "a backtrace: {stderr}");
        assert_eq!(status, Some(CRASH_STATUS));
    }

    #[tokio::test]
    async fn a_panic_in_a_task_or_a_thread_beside_is_one_line_of_the_log() {
        if std::env::var_os(AS_PROCESS).is_some() {
            install_hook();
            crate::plugin::logs::install(Some("error"));
            assert!(task::spawn(async { panic!("a\ntask") }).await.is_err());
            assert!(task::spawn_blocking(|| panic!("a\nlookup")).await.is_err());
            assert!(thread::spawn(|| panic!("a\nthread")).join().is_err());
            return;
        }
        let (stderr, status) = as_process(
            "plugin::panics::tests::a_panic_in_a_task_or_a_thread_beside_is_one_line_of_the_log",
        );
        let panics: Vec<_> = stderr
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect(line))
            .map(|entry| entry["panic"].as_str().unwrap_or_default().to_owned())
            .collect();
        for (panic, text) in panics.iter().zip(["a\ntask", "a\nlookup", "a\nthread"]) {
            assert!(panic.starts_with(&format!("{text} (at ")), "{stderr}");
        }
        assert_eq!((panics.len(), status), (3, Some(0)));
    }

    #[tokio::test]
    async fn a_caught_panic_is_one_line_of_the_log() {
        if std::env::var_os(AS_PROCESS).is_some() {
            install_hook();
            crate::plugin::logs::install(Some("error"));
            let reply = catch_panic("ReadResource", async { panic!("two\nlines") });
            let panic: PanicMessage = Result::<(), _>::expect_err(reply.await, "it panicked");
            assert!(panic.location.is_some());
            return;
        }
        let (stderr, status) =
            as_process("plugin::panics::tests::a_caught_panic_is_one_line_of_the_log");
        let entry: serde_json::Value = serde_json::from_str(&stderr).expect(&stderr);
        assert_eq!(entry["@level"], "error");
        assert_eq!(entry["rpc"], "ReadResource");
        assert!(entry["panic"].as_str().is_some_and(|text| text.starts_with("two\nlines (at ")));
        assert_eq!(status, Some(0));
    }
}
