//! The sandbox as a program.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use cleanrooms_sandbox::{Options, Quotas, Sandbox, Switches};
use serde_json::{Map, Value};

/// A local AWS Clean Rooms for tests.
///
/// Prints its address, and serves until SIGINT or SIGTERM.
#[derive(Parser)]
#[command(version, after_long_help = settings_help())]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// File that keeps the state, so that what was acknowledged survives even a kill.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// A quota to start with; may be given several times. The names are below.
    #[arg(long = "quota", value_name = "NAME=NUMBER", value_parser = setting)]
    quotas: Vec<(String, Value)>,
    /// A switch to start with; may be given several times. The names are below.
    #[arg(long = "switch", value_name = "NAME=VALUE", value_parser = setting)]
    switches: Vec<(String, Value)>,
    /// Calls that the journal keeps; older ones are forgotten.
    #[arg(long, value_name = "CALLS", default_value_t = Options::default().journal_limit)]
    journal: usize,
    /// Bytes of the largest request body that is accepted.
    #[arg(long, value_name = "BYTES", default_value_t = Options::default().body_limit)]
    body_limit: usize,
}

/// Reads `name=value`, where the value is JSON or else a word.
fn setting(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name.to_owned(), value))
}

fn settings_help() -> String {
    let mut help = String::new();
    let defaults = [
        ("Quotas", Quotas::KEYS, serde_json::to_value(Quotas::default())),
        ("Switches", Switches::KEYS, serde_json::to_value(Switches::default())),
    ];
    for (title, keys, defaults) in defaults {
        let defaults = defaults.unwrap_or_default();
        help.push_str(&format!("{title}:\n"));
        for (key, meaning) in keys {
            help.push_str(&format!("  {key}={}\n         {}\n", defaults[key], meaning.trim()));
        }
        help.push('\n');
    }
    help
}

impl Arguments {
    fn into_options(self) -> Result<Options, serde_json::Error> {
        Ok(Options {
            port: self.port,
            state: self.state,
            quotas: serde_json::from_value(object(self.quotas))?,
            switches: serde_json::from_value(object(self.switches))?,
            journal_limit: self.journal,
            body_limit: self.body_limit,
        })
    }
}

fn object(settings: Vec<(String, Value)>) -> Value {
    settings.into_iter().collect::<Map<_, _>>().into()
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("cleanrooms-sandbox: {err}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> io::Result<()> {
    let options = arguments.into_options()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Signals are caught before the address tells anyone that we are there.
    let stopped = runtime.block_on(async { stop_signal() })?;
    let sandbox = Sandbox::start_blocking(options)?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", sandbox.url())?;
    stdout.flush()?;
    runtime.block_on(stopped);
    sandbox.stop();
    Ok(())
}

#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without signals the program ends with its console.
        let _ = tokio::signal::ctrl_c().await;
    })
}
