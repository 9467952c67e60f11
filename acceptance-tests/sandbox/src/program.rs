//! The sandbox as a program: its arguments, its address, its signals.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::{Options, Sandbox};
use crate::settings::{Quotas, Switches, patched};

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
    /// File with switches to start with, as a JSON object.
    #[arg(long = "switches", value_name = "FILE")]
    switches_file: Option<PathBuf>,
    /// A switch to start with, whatever the file says; may be given several times. The names are below.
    #[arg(long = "switch", value_name = "NAME=VALUE", value_parser = word)]
    switches: Vec<(String, String)>,
    /// Calls that the journal keeps; older ones are forgotten.
    #[arg(long, value_name = "CALLS", default_value_t = Options::default().journal_limit)]
    journal: usize,
    /// Bytes of the largest request body that is accepted.
    #[arg(long, value_name = "BYTES", default_value_t = Options::default().body_limit)]
    body_limit: usize,
}

/// Reads `name=value`.
fn word(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Reads `name=value`, where the value is JSON or else a word.
fn setting(text: &str) -> Result<(String, Value), String> {
    word(text).map(|(name, value)| (name, json_or_word(&value)))
}

fn json_or_word(value: &str) -> Value {
    serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))
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
    fn into_options(self) -> io::Result<Options> {
        Ok(Options {
            port: self.port,
            switches: self.switches()?,
            state: self.state,
            quotas: Quotas::deserialize(Value::Object(self.quotas.into_iter().collect()))?,
            journal_limit: self.journal,
            body_limit: self.body_limit,
        })
    }

    /// What the file says, with the single switches over it.
    fn switches(&self) -> io::Result<Switches> {
        let mut switches = match &self.switches_file {
            Some(path) => switches_in(path)?,
            None => Switches::default(),
        };
        for (name, value) in &self.switches {
            // Some answers are numbers in words: `tag_arn_length=100`.
            switches = patched(&switches, &json!({ name: json_or_word(value) }))
                .or_else(|err| patched(&switches, &json!({ name: value })).map_err(|_| err))
                .map_err(io::Error::other)?;
        }
        Ok(switches)
    }
}

/// Reads a file of switches; those that it does not name are the defaults.
fn switches_in(path: &Path) -> io::Result<Switches> {
    let problem = |why: String| io::Error::other(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|err| problem(err.to_string()))?;
    let switches = serde_json::from_str(&text).map_err(|err| problem(err.to_string()))?;
    patched(&Switches::default(), &switches).map_err(problem)
}

/// Runs the program with these arguments, of which the first is its name, until a signal ends it.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match run(Arguments::parse_from(arguments)) {
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
