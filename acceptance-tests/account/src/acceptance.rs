//! `TF_ACC=1`: the scenarios in real accounts, as far as they can be true there.
//!
//! Everything has a name of the run, and what a scenario leaves is swept in the
//! end. All processes keep one pace, so that AWS's request rates hold.

mod calls;
mod skipped;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::account::{self, Need, Place, Surrounding};
use cleanrooms_harness::engine::{Engine, Engines};
use cleanrooms_harness::provider::SOURCE;
use cleanrooms_harness::scenario::{self, Scenario};
use cleanrooms_harness::{paths, sandbox};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;

use crate::accounts::{
    Accounts, PARTNER_PROFILE_VARIABLE, PARTNER_ROLE_VARIABLE, REGION, variable,
};
use crate::names::RunId;
use crate::surroundings::Surroundings;
use crate::sweep::{self, Which};
use crate::{PACE_VARIABLE, Pace};
use calls::Calls;
use skipped::Skipped;

/// Says that scenarios are to run in real accounts.
const ASKED_FOR: &str = "TF_ACC";

/// Says that what costs may run.
const QUERIES_VARIABLE: &str = "TF_ACC_QUERIES";

/// How much longer or shorter everything waits, as the provider knows it.
const WAIT_VARIABLE: &str = "CLEANROOMS_WAIT_SCALE";

/// How many scenarios run side by side. They wait for one pace, so more would not be faster.
const THREADS: usize = 4;

/// Whether scenarios are to run in real accounts.
pub fn is_asked_for() -> bool {
    variable(ASKED_FOR).is_some_and(|value| value == "1")
}

/// Runs all scenarios that the accounts allow, and sweeps.
pub fn main(mut arguments: Arguments) -> ExitCode {
    arguments.test_threads.get_or_insert(THREADS);
    match run(&arguments) {
        Ok(code) => code,
        Err(err) => {
            eprintln!("error: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    let pace = Pace::of_environment()?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all().build();
    let runtime = Arc::new(runtime.context("starting the runtime")?);
    let accounts = runtime.block_on(Accounts::from_environment(pace.folder()))?;
    let run = RunId::new();
    eprintln!("run {run} in account {}", accounts.owner.account);
    eprintln!("if it is interrupted: cargo acceptance-sweep --run {run}");
    let stage = Stage::new(&accounts, &run, &runtime, &pace)?;
    let conclusion = libtest_mimic::run(arguments, stage.trials()?);
    if !conclusion.has_failed() {
        // Otherwise it is there to be looked at.
        let _ = std::fs::remove_dir_all(&stage.scratch);
    }
    let swept = runtime.block_on(sweep::sweep(&accounts, &Which::Run(run)))?;
    eprintln!("{swept}");
    ensure!(swept.remains.is_empty(), "something is left in the accounts");
    Ok(conclusion.exit_code())
}

/// What all scenarios of a run have in common.
struct Stage<'a> {
    accounts: &'a Accounts,
    run: &'a RunId,
    runtime: &'a Arc<Runtime>,
    surroundings: Surroundings,
    environment: BTreeMap<String, String>,
    engine: Engine,
    scratch: PathBuf,
}

impl<'a> Stage<'a> {
    fn new(
        accounts: &'a Accounts,
        run: &'a RunId,
        runtime: &'a Arc<Runtime>,
        pace: &Pace,
    ) -> Result<Self> {
        let on_path = Engines::on_path()?.into_iter();
        let engine = on_path.max_by(|a, b| a.version.cmp(&b.version)).map_or_else(Engines::one, Ok);
        Ok(Self {
            accounts,
            run,
            runtime,
            surroundings: Surroundings::from_environment(),
            environment: environment(pace),
            engine: engine?,
            scratch: account::scratch(&run.to_string())?,
        })
    }

    /// One for each scenario that can run, by their names. The others are told.
    fn trials(&self) -> Result<Vec<Trial>> {
        let root = paths::repository().join("acceptance-tests").join("cases");
        let mut trials = Vec::new();
        let mut skipped = Skipped::default();
        for (number, folder) in scenario::folders(&root)?.into_iter().enumerate() {
            let name = folder.strip_prefix(&root).unwrap_or(&folder).display().to_string();
            match self.why_not(&folder)? {
                Some(why) => skipped.add(why, name),
                None => trials.push(self.trial(number, folder, name)),
            }
        }
        eprintln!("{skipped}");
        Ok(trials)
    }

    fn why_not(&self, folder: &Path) -> Result<Option<String>> {
        let settings = Scenario::read(folder)?.settings;
        if let Some(why) = settings.sandbox_only {
            return Ok(Some(why));
        }
        if let Some(why) = self.engine.lacks(&settings.needs) {
            return Ok(Some(format!("{} cannot run it: {why}", self.engine)));
        }
        if account::costs(folder)? && variable(QUERIES_VARIABLE).is_none_or(|value| value != "1") {
            return Ok(Some(format!("It costs money, and {QUERIES_VARIABLE} is not 1.")));
        }
        let missing = account::needs(folder)?.into_iter().find_map(|need| self.missing(need));
        Ok(missing.map(|variable| format!("It needs {variable}.")))
    }

    /// What must be set for a need that is not met.
    fn missing(&self, need: Need) -> Option<&'static str> {
        let (is_met, variable) = match need {
            Need::Partner => (
                self.accounts.partner.is_some(),
                "TF_ACC_PARTNER_PROFILE or TF_ACC_PARTNER_ROLE_ARN",
            ),
            Need::Third => (self.accounts.third.is_some(), "TF_ACC_THIRD_ACCOUNT_ID"),
            Need::Bucket => (self.surroundings.bucket.is_some(), "TF_ACC_BUCKET"),
            Need::Roles => (self.surroundings.role_prefix.is_some(), "TF_ACC_ROLE_PREFIX"),
            Need::Tables => (self.surroundings.database.is_some(), "TF_ACC_GLUE_DATABASE"),
        };
        (!is_met).then_some(variable)
    }

    fn trial(&self, number: usize, folder: PathBuf, name: String) -> Trial {
        let place = self.place(number);
        let engine = self.engine.clone();
        Trial::test(format!("{engine}::{name}"), move || {
            account::run(&folder, &name, &engine, &place)
                .map_err(|err| Failed::from(format!("{err:#}")))
        })
    }

    fn place(&self, number: usize) -> Place {
        // A scenario looks for what is left of it alone.
        let prefix = self.run.name(&format!("{number:03}_"));
        let calls = Calls {
            accounts: self.accounts.clone(),
            runtime: Arc::clone(self.runtime),
            prefix: prefix.clone(),
        };
        let partner = self.partner_credentials();
        Place {
            accounts: Arc::new(calls),
            prefix,
            surroundings: self.surroundings(),
            provider: self.provider(&partner),
            partner,
            environment: self.environment.clone(),
            scratch: self.scratch.clone(),
        }
    }

    /// The words of scenarios, and what the accounts have for them.
    fn surroundings(&self) -> Vec<Surrounding> {
        let [owner, partner, third] = sandbox::ACCOUNTS;
        let mut words = vec![Surrounding::part(owner, self.accounts.owner.account.clone())];
        if let Some(real) = &self.accounts.partner {
            words.push(Surrounding::part(partner, real.account.clone()));
        }
        words.extend(self.accounts.third.clone().map(|real| Surrounding::part(third, real)));
        if let Some(bucket) = &self.surroundings.bucket {
            words.push(Surrounding::whole("partner-results", bucket.clone()));
            words.push(Surrounding::whole("partner-jobs", format!("{bucket}-jobs")));
            words.push(Surrounding::whole("partner-jobs-2", format!("{bucket}-jobs-2")));
        }
        if let Some(prefix) = &self.surroundings.role_prefix {
            words.push(Surrounding::part(":role/", format!(":role/{prefix}")));
        }
        if let Some(database) = &self.surroundings.database {
            words.push(Surrounding::whole("sales", database.clone()));
        }
        words
    }

    fn partner_credentials(&self) -> String {
        let profile = variable(PARTNER_PROFILE_VARIABLE);
        let role = variable(PARTNER_ROLE_VARIABLE);
        profile
            .map(|profile| format!("  profile = {profile:?}"))
            .or_else(|| Some(format!("\n  assume_role {{\n    role_arn = {:?}\n  }}\n", role?)))
            .unwrap_or_default()
    }

    /// The provider blocks of a scenario that does not bring its own. In other accounts they change
    /// nothing, whatever the credentials are.
    fn provider(&self, partner: &str) -> String {
        let mut text = format!(
            "terraform {{\n  required_providers {{\n    cleanrooms = {{\n      source = {SOURCE:?}\n    \
             }}\n  }}\n}}\n"
        );
        let owner = (None, &self.accounts.owner.account, String::new());
        let partner =
            self.accounts.partner.as_ref().map(|party| {
                (Some("  alias = \"partner\"\n"), &party.account, format!("{partner}\n"))
            });
        for (alias, account, credentials) in [owner].into_iter().chain(partner) {
            text.push_str(&format!(
                "\nprovider \"cleanrooms\" {{\n{}  region = {REGION:?}\n{credentials}  \
                 allowed_account_ids = [{account:?}]\n}}\n",
                alias.unwrap_or_default()
            ));
        }
        text
    }
}

/// What an engine must know of the caller's surroundings, its HOME being another one.
fn environment(pace: &Pace) -> BTreeMap<String, String> {
    let mut environment: BTreeMap<String, String> = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("AWS_"))
        .collect();
    let home = env::home_dir().unwrap_or_default().join(".aws");
    let mut default = |name: &str, value: String| {
        environment.entry(name.to_owned()).or_insert(value);
    };
    default("AWS_CONFIG_FILE", home.join("config").display().to_string());
    default("AWS_SHARED_CREDENTIALS_FILE", home.join("credentials").display().to_string());
    default("AWS_EC2_METADATA_DISABLED", "false".to_owned());
    default(WAIT_VARIABLE, variable(WAIT_VARIABLE).unwrap_or("1".to_owned()));
    default(PACE_VARIABLE, pace.folder().display().to_string());
    environment
}
