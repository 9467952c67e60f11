//! `cargo first-hour`: which answers of the sandbox are those of AWS?
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use cleanrooms_account::accounts::Accounts;
use cleanrooms_account::first_hour::{self, Outcome, SETTINGS};
use cleanrooms_account::names::RunId;
use cleanrooms_account::surroundings::Surroundings;
use cleanrooms_account::sweep::{self, Which};
use cleanrooms_account::{Pace, block_on};

const HELP: &str = "\
Asks AWS Clean Rooms what its documentation leaves open, in accounts of yours.

Usage: cargo first-hour [FOLDER]

Every reply is kept in FOLDER (first-hour, if none is named), with accounts, bucket,
role, table and id namespace masked; FOLDER/switches.json holds the answers as the
sandbox takes them: cleanrooms-sandbox --switches FOLDER/switches.json

Some hundred calls are made, at most five a second of each operation. Nothing
that costs runs. What is made has names that begin with `tf_acc_`, and is taken away
at the end; `cargo acceptance-sweep` takes away what an interrupted run has left.

Environment:
  TF_ACC_ACCOUNT_ID         the account in which things may be made
  AWS_PROFILE, ...          its credentials, as everywhere
  TF_ACC_PARTNER_PROFILE    a profile of the second account, or
  TF_ACC_PARTNER_ROLE_ARN   a role of it
  TF_ACC_THIRD_ACCOUNT_ID   an account that is invited and never joins
  TF_ACC_BUCKET             a bucket of the first account, in us-east-1
 for the questions about tables:
  TF_ACC_ROLE_PREFIX        what the name of a role begins with that AWS Clean Rooms may
                            assume: the rest is `tables`
  TF_ACC_GLUE_DATABASE      a database of AWS Glue with the tables of
                            acceptance-tests/account/tables.sql
 for the questions about id namespaces, with those about tables:
  TF_ACC_ID_NAMESPACE_ARN         an id namespace of the first account in AWS Entity
                                  Resolution, in us-east-1
  TF_ACC_ID_MAPPING_WORKFLOW_ARN  an id mapping workflow of it
";

fn main() -> ExitCode {
    match arguments().and_then(|folder| folder.map_or(Ok(()), run)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("first-hour: {err:#}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the recording; none if help was all that was asked for.
fn arguments() -> Result<Option<PathBuf>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [] => Ok(Some("first-hour".into())),
        [help] if help == "--help" || help == "-h" => {
            println!("{HELP}");
            Ok(None)
        }
        [folder] if !folder.to_string_lossy().starts_with('-') => Ok(Some(folder.into())),
        _ => bail!("one folder at most; see --help"),
    }
}

fn run(folder: PathBuf) -> Result<()> {
    let surroundings = Surroundings::from_environment();
    let pace = Pace::of_environment()?;
    block_on(async {
        let accounts = Accounts::from_environment(pace.folder()).await?;
        let run = RunId::new();
        let outcome = first_hour::run(&accounts, &surroundings, &run, &folder).await;
        let swept = sweep::sweep(&accounts, &Which::Run(run)).await?;
        let Outcome { report, failure } = outcome?;
        println!("{report}\n{swept}\n");
        println!("The answers are in {}.", folder.join(SETTINGS).display());
        match failure {
            Some(failure) => Err(failure),
            None if swept.remains.is_empty() => Ok(()),
            None => bail!("something is left in the account"),
        }
    })
    .context("the first hour")
}
