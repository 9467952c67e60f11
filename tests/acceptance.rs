//! One test for each engine and scenario: `terraform-1.11.4::collaboration/rename`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use cleanrooms_harness::checks::Check;
use cleanrooms_harness::engine::{Engine, Engines, LibraryError};
use cleanrooms_harness::provider::Provider;
use cleanrooms_harness::scenario::{self, Scenario};
use cleanrooms_harness::{checks, examples, paths, runner};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert_with(Engines::threads);
    Provider::is_built(env!("CARGO_BIN_EXE_terraform-provider-cleanrooms"));
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
        eprintln!("engine: {engine}");
        trials.extend(checks_of(engine));
        trials.extend(examples_of(engine)?);
    }
    for (root, prefix) in [("cases", ""), ("harness/tests/scenarios", "harness/")] {
        let root = paths::repository().join("acceptance-tests").join(root);
        for folder in scenario::folders(&root)? {
            trials.extend(scenarios_of(&folder, &name(prefix, &root, &folder), &engines)?);
        }
    }
    trials.push(Trial::test("engines::at_least_one", move || engines_are_found(&engines)));
    Ok(trials)
}

/// Fails without any engine, and when the in-process one could be installed
/// but was not.
fn engines_are_found(engines: &Engines) -> Result<(), Failed> {
    engines.any().map_err(failed)?;
    match &engines.library {
        Ok(()) => Ok(()),
        Err(err @ LibraryError::NoWheel) => {
            eprintln!("without Terraform in-process: {err}");
            Ok(())
        }
        Err(err) => Err(err.into()),
    }
}

fn checks_of(engine: &Engine) -> Vec<Trial> {
    let trial = |&(name, check): &(&str, Check)| {
        let engine = engine.clone();
        Trial::test(format!("{engine}::{name}"), move || check(&engine).map_err(failed))
    };
    checks::ALL.iter().map(trial).collect()
}

fn examples_of(engine: &Engine) -> Result<Vec<Trial>> {
    let root = paths::repository().join("examples");
    let trial = |folder: std::path::PathBuf| {
        let name = name("examples/", &root, &folder);
        let engine = engine.clone();
        Trial::test(format!("{engine}::{name}"), move || {
            examples::run(&folder, &name, &engine).map_err(failed)
        })
    };
    Ok(examples::folders()?.into_iter().map(trial).collect())
}

fn scenarios_of(folder: &Path, name: &str, engines: &Engines) -> Result<Vec<Trial>> {
    let needs_identity = Scenario::read(folder)?.settings.needs_identity;
    let able = |engine: &&Engine| !needs_identity || engine.has_identity();
    let able: Vec<_> = engines.found.iter().filter(able).collect();
    if able.is_empty() {
        eprintln!("no engine here can run {name}, which needs one that stores identities");
    }
    let trial = |engine: &Engine| {
        let (folder, name, engine) = (folder.to_path_buf(), name.to_owned(), engine.clone());
        Trial::test(format!("{engine}::{name}"), move || {
            runner::run(&folder, &name, &engine).map_err(failed)
        })
    };
    Ok(able.into_iter().map(trial).collect())
}

fn name(prefix: &str, root: &Path, folder: &Path) -> String {
    format!("{prefix}{}", folder.strip_prefix(root).unwrap_or(folder).display())
}

/// The whole chain of causes.
fn failed(err: anyhow::Error) -> Failed {
    format!("{err:#}").into()
}
