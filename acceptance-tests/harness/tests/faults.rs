//! The fault matrix, one test a case:
//! `terraform-1.11.4::faults/collaboration/create::CreateCollaboration::reply_lost`.
//!
//! The whole matrix runs on one engine; the others are taken through the few
//! faults that matter most.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use cleanrooms_harness::engine::{Engine, Engines};
use cleanrooms_harness::faults::{Change, Fault, claims};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
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
    // That there is one is the claim of the acceptance tests' own list, too.
    engines.any()?;
    let mut trials = Vec::new();
    for (position, engine) in engines.found.iter().enumerate() {
        let extent = if position == 0 { Extent::Whole } else { Extent::Smoke };
        trials.extend(trials_of(engine, extent)?);
    }
    Ok(trials)
}

#[derive(Clone, Copy, PartialEq)]
enum Extent {
    Whole,
    Smoke,
}

fn trials_of(engine: &Engine, extent: Extent) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for change in Change::all(engine)? {
        let prefix = format!("{engine}::faults/{}", change.name());
        let clean = Arc::clone(&change);
        trials.push(Trial::test(format!("{prefix}::no_fault"), move || {
            clean.run_without_fault().map_err(failed)
        }));
        for place in change.places() {
            let applies = |fault: &Fault| {
                fault.is_for(&place.operation) && (extent == Extent::Whole || fault.smoke)
            };
            for fault in Fault::all().into_iter().filter(applies) {
                let (change, place) = (Arc::clone(&change), place.clone());
                let name = format!("{prefix}::{place}::{}", fault.name);
                trials.push(Trial::test(name, move || {
                    let verdict = change.run_with(&fault, &place).map_err(failed)?;
                    let case = format!("{}::{place}::{}", change.name(), fault.name);
                    claims::write(&case, &verdict).map_err(failed)
                }));
            }
        }
    }
    Ok(trials)
}

/// The whole chain of causes.
fn failed(err: anyhow::Error) -> Failed {
    format!("{err:#}").into()
}
