//! The engine in small over the real resources and the sandbox, all in this process.
//!
//! - `scenarios::…`: the scenario folders, against the same expected files that
//!   real engines are held to. That is what lets the engine in small be believed.
//! - `faults::…`: each fault of the sandbox at each call of each change.
//! - `random::…`: sequences of changes, faults and acts of others.

mod faults;
mod hcl;
mod random;
mod scenarios;
mod stage;
mod world;

use std::pin::Pin;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

/// Bytes of a test's stack.
const STACK: usize = 32 << 20;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => {
            let conclusion = libtest_mimic::run(&arguments, trials);
            random::print_table();
            conclusion.exit_code()
        }
        Err(err) => {
            eprintln!("error: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> anyhow::Result<Vec<Trial>> {
    let mut trials = scenarios::trials()?;
    trials.extend(faults::trials()?);
    trials.extend(random::trials());
    Ok(trials)
}

/// Runs a test on a clock that does not wait, with the stack of a main thread:
/// unoptimised futures of the SDK are deep.
fn paused<T: Send>(test: impl FnOnce() -> Pin<Box<dyn Future<Output = T>>> + Send) -> T {
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
fn failed(err: anyhow::Error) -> Failed {
    format!("{err:#}").into()
}
