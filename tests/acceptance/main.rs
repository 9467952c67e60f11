//! One test for each engine and scenario: `terraform-1.11.4::collaboration/rename`.
//!
//! With `TF_ACC=1` the scenarios run in real accounts instead of the sandbox.

mod stand_in;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use cleanrooms_account::acceptance;
use cleanrooms_harness::checks::Check;
use cleanrooms_harness::engine::{self, Engine, Engines, LibraryError};
use cleanrooms_harness::provider::Provider;
use cleanrooms_harness::scenario::{self, Need, Scenario};
use cleanrooms_harness::{checks, examples, features, paths, runner};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    if let Some(code) = stand_in::run() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    Provider::is_built(env!("CARGO_BIN_EXE_terraform-provider-cleanrooms"));
    if acceptance::is_asked_for() {
        return acceptance::main(arguments);
    }
    arguments.test_threads.get_or_insert_with(Engines::threads);
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(err) => {
            eprintln!("error: {err:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> Result<Vec<Trial>> {
    let engines = Engines::discover().context("looking for engines")?;
    let mut trials = Vec::new();
    for engine in &engines.found {
        let before = trials.len();
        if engines.makes_checks(engine) {
            trials.extend(checks_of(engine));
        }
        trials.extend(examples_of(engine)?);
        for (root, prefix) in [("cases", ""), ("harness/tests/scenarios", "harness/")] {
            let root = paths::repository().join("acceptance-tests").join(root);
            for folder in scenario::folders(&root)? {
                trials.extend(scenario_of(engine, &folder, name(prefix, &root, &folder))?);
            }
        }
        eprintln!("engine: {engine} runs {} tests", trials.len() - before);
    }
    let mut needs = Vec::new();
    for root in ["acceptance-tests/cases", "acceptance-tests/faults"] {
        for folder in scenario::folders(&paths::repository().join(root))? {
            needs.extend(Scenario::read(&folder)?.settings.needs);
        }
    }
    trials.push(Trial::test("engines::the_readme_tells_what_runs", move || is_told(&needs)));
    trials.push(Trial::test("engines::all_are_found", move || all_are_found(&engines)));
    Ok(trials)
}

/// Fails without any engine, and when one in-process could be installed but was not: PyPI has them
/// all for Linux on x86-64.
fn all_are_found(engines: &Engines) -> Result<(), Failed> {
    engines.newest().map_err(failed)?;
    let has_wheels = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    for missing in &engines.missing {
        match missing {
            LibraryError::NoWheel(_) if !has_wheels => eprintln!("not run: {missing}"),
            _ => return Err(missing.into()),
        }
    }
    Ok(())
}

/// The README's rows of engines in-process are those that are run, in their order.
fn is_told(needs: &[Need]) -> Result<(), Failed> {
    let readme = scenario::text(&paths::repository().join("README.md")).map_err(failed)?;
    let (_, table) = readme.split_once("### Versions that ran").ok_or("the README has no table")?;
    let (table, _) = table.split_once("\n\nBy hand").ok_or("the table of the tests has no end")?;
    let told: Vec<_> = table.lines().filter(|line| line.starts_with("| Terraform ")).collect();
    let rows = engine::rows(needs).map_err(failed)?;
    if told == rows { Ok(()) } else { Err(format!("should be:\n{}", rows.join("\n")).into()) }
}

fn checks_of(engine: &Engine) -> Vec<Trial> {
    let trial = |&(name, check): &(&str, Check)| {
        let engine = engine.clone();
        Trial::test(format!("{engine}::{name}"), move || check(&engine).map_err(failed))
    };
    checks::ALL.iter().map(trial).collect()
}

fn examples_of(engine: &Engine) -> Result<Vec<Trial>> {
    type Play = fn(&Path, &str, &Engine) -> Result<()>;
    let root = paths::repository().join("examples");
    let applied = examples::folders()?.into_iter().map(|folder| (folder, examples::run as Play));
    let asked = examples::queries()?.into_iter().map(|folder| (folder, examples::query as Play));
    let played = applied.chain(asked);
    let named = played.map(|(folder, play)| (name("examples/", &root, &folder), folder, play));
    let trial = |(name, folder, play): (String, PathBuf, Play)| {
        let engine = engine.clone();
        Trial::test(format!("{engine}::{name}"), move || {
            play(&folder, &name, &engine).map_err(failed)
        })
    };
    let needed = [("actions", "actions"), ("list-resources", "list resources")];
    let lacking: Vec<_> = needed
        .into_iter()
        .filter(|(_, feature)| engine.lacks_feature(feature))
        .map(|(folder, _)| format!("examples/{folder}/"))
        .collect();
    let can_run = |name: &str| !lacking.iter().any(|folder| name.starts_with(folder));
    let named = named.filter(|(name, ..)| is_run_by(engine, name) && can_run(name));
    Ok(named.map(trial).collect())
}

fn scenario_of(engine: &Engine, folder: &Path, name: String) -> Result<Option<Trial>> {
    if !is_run_by(engine, &name) {
        return Ok(None);
    }
    if let Some(why) = engine.lacks(&Scenario::read(folder)?.settings.needs) {
        eprintln!("engine: {engine} does not run {name}: {why}");
        return Ok(None);
    }
    let (folder, engine) = (folder.to_path_buf(), engine.clone());
    Ok(Some(Trial::test(format!("{engine}::{name}"), move || {
        runner::run(&folder, &name, &engine).map_err(failed)
    })))
}

fn is_run_by(engine: &Engine, name: &str) -> bool {
    features::is_run(engine.extent, name)
}

fn name(prefix: &str, root: &Path, folder: &Path) -> String {
    format!("{prefix}{}", folder.strip_prefix(root).unwrap_or(folder).display())
}

/// The whole chain of causes.
fn failed(err: anyhow::Error) -> Failed {
    format!("{err:#}").into()
}
