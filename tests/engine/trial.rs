//! How a trial runs, and how it fails.

use std::pin::Pin;

use libtest_mimic::Failed;

/// Bytes of a test's stack.
const STACK: usize = 32 << 20;

/// Runs a test on a clock that does not wait, with the stack of a main thread:
/// unoptimised futures of the SDK are deep.
pub fn paused<T: Send>(test: impl FnOnce() -> Pin<Box<dyn Future<Output = T>>> + Send) -> T {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build();
        runtime.expect("a runtime without sockets needs nothing").block_on(test())
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, runtime).expect("there is room for a thread");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The whole chain of causes.
pub fn failed(err: anyhow::Error) -> Failed {
    format!("{err:#}").into()
}
