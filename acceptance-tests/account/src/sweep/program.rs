//! The sweep as a program.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{Which, sweep};
use crate::accounts::Accounts;
use crate::{Pace, block_on};

const HELP: &str = "\
Takes away what acceptance tests and `cargo first-hour` have left in accounts of yours.

Usage: cargo acceptance-sweep [--run ID | --older-than MINUTES]

Without arguments what is older than two hours goes, whichever run has made it;
with --run everything of this one. Only what has a name that begins with `tf_acc_` and the
id of a run is touched, and what lies in it. The environment is that of `cargo first-hour`.
";

/// By then a run is over.
const TWO_HOURS: Duration = Duration::from_secs(2 * 3600);

/// Runs the program with these arguments, of which its name is none.
pub fn main(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    let arguments: Vec<String> = arguments.into_iter().collect();
    match which(&arguments).and_then(|which| which.map_or(Ok(()), run)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("acceptance-sweep: {err:#}");
            ExitCode::FAILURE
        }
    }
}

/// What to sweep; none if help was all that was asked for.
fn which(arguments: &[String]) -> Result<Option<Which>> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Ok(Some(match words[..] {
        [] => Which::OlderThan(TWO_HOURS),
        ["--run", run] => Which::Run(run.parse().map_err(anyhow::Error::msg)?),
        ["--older-than", minutes] => {
            let minutes: u64 = minutes.parse().context("--older-than takes a number of minutes")?;
            Which::OlderThan(Duration::from_secs(minutes * 60))
        }
        ["--help" | "-h"] => {
            println!("{HELP}");
            return Ok(None);
        }
        _ => bail!("unknown arguments; see --help"),
    }))
}

fn run(which: Which) -> Result<()> {
    let pace = Pace::of_environment()?;
    block_on(async {
        let accounts = Accounts::from_environment(pace.folder()).await?;
        let swept = sweep(&accounts, &which).await?;
        println!("{swept}");
        match swept.remains.is_empty() {
            true => Ok(()),
            false => bail!("something remains"),
        }
    })
}
