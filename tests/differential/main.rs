//! Real engines against the engine in small: the same change with the same fault must come to the same.
//!
//! Each change of the fault matrix is made without a fault, and with each
//! smoke fault at each of its calls, by real engines and by the engine
//! in small. Whether each command succeeds, what it says, what is stored and
//! what exists in the end must be equal. (Scenarios are compared through their
//! expected files, which both kinds of engines are held to.)

#[path = "../engine/faults.rs"]
#[allow(dead_code, reason = "the whole matrix is the business of the target `engine`")]
mod faults;
#[path = "../engine/hcl.rs"]
mod hcl;
#[path = "../engine/permissions.rs"]
#[allow(dead_code, reason = "which of them are used is the business of the target `engine`")]
mod permissions;
#[path = "../engine/stage.rs"]
#[allow(dead_code, reason = "scenarios are the business of the target `engine`")]
mod stage;
#[path = "../engine/state_file.rs"]
#[allow(
    dead_code,
    reason = "states are written for what lasts, the business of the target `engine`"
)]
mod state_file;
#[path = "../engine/trial.rs"]
mod trial;
#[path = "../engine/world.rs"]
#[allow(dead_code, reason = "lies are the business of the target `engine`")]
mod world;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::engine::{Engine, Engines, Extent, all_are_asked_for};
use cleanrooms_harness::faults::claims::Verdict;
use cleanrooms_harness::faults::{Alike, Change, Fault, Place};
use cleanrooms_harness::features;
use cleanrooms_harness::provider::Provider;
use libtest_mimic::{Arguments, Trial};

use crate::trial::{failed, paused};

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

/// Each change without a fault on the oldest, the newest and the engines on `PATH`, and each call and smoke fault on
/// one of them: what an engine does after a fault does not depend on which call it was. Reads that are alike meet
/// faults once. Of kinds that are rows and calls alone the newest engine makes the changes, and only what changes
/// something meets faults. All of them meet all faults where all engines are asked for.
fn trials() -> Result<Vec<Trial>> {
    let engines = Engines::discover().context("looking for engines")?;
    // That there is one is the claim of the acceptance tests' own list, too.
    let newest = engines.newest()?.to_string();
    let is_compared = |engine: &&Engine| engine.extent != Extent::Smoke;
    // The same change on each engine that can make it.
    let mut alike = BTreeMap::<String, Vec<(String, Arc<Change>)>>::new();
    for engine in engines.found.iter().filter(is_compared) {
        let is_whole = !matches!(engine.extent, Extent::Oldest | Extent::Lives);
        let is_made = |change: &Arc<Change>| is_whole || !features::is_plain(change.kind());
        for change in Change::all(engine)?.into_iter().filter(is_made) {
            let of_all = alike.entry(change.name().to_owned()).or_default();
            of_all.push((engine.to_string(), change));
        }
    }
    let mut trials = Vec::new();
    let (mut turns, mut like) = (0, Alike::default());
    for changes in alike.values() {
        trials.extend(changes.iter().map(|(engine, change)| without_fault(engine, change)));
        let (_, any) = changes.first().context("somebody makes it")?;
        let is_plain = features::is_plain(any.kind());
        for (place, is_first) in like.places(any) {
            let is_met = (is_first && !(is_plain && place.is_read())) || all_are_asked_for();
            let is_smoke = |fault: &Fault| is_met && fault.smoke && fault.is_for(&place.operation);
            for fault in Fault::all().into_iter().filter(is_smoke) {
                turns += 1;
                for (position, (engine, change)) in changes.iter().enumerate() {
                    // An outage is compared by its end alone, so one engine shows it.
                    let is_its_turn = match fault.is_outage() {
                        true => *engine == newest,
                        false => all_are_asked_for() || turns % changes.len() == position,
                    };
                    if is_its_turn {
                        trials.push(with_fault(engine, change, &place, &fault));
                    }
                }
            }
        }
    }
    Ok(trials)
}

fn without_fault(engine: &str, change: &Arc<Change>) -> Trial {
    let (name, change) =
        (format!("{engine}::faults/{}::no_fault", change.name()), Arc::clone(change));
    Trial::test(name, move || {
        change.run_without_fault().map_err(failed)?;
        paused(|| Box::pin(faults::without_fault(change))).map_err(failed)
    })
}

fn with_fault(engine: &str, change: &Arc<Change>, place: &Place, fault: &Fault) -> Trial {
    let name = format!("{engine}::faults/{}::{place}::{}", change.name(), fault.name);
    let (change, place, fault) = (Arc::clone(change), place.clone(), fault.clone());
    Trial::test(name, move || {
        let real = change.run_with(&fault, &place).map_err(failed)?;
        let of_small = (fault.clone(), place);
        let small = paused(|| Box::pin(faults::with_fault(change, of_small.0, of_small.1)));
        compare(&fault, &real, &small.map_err(failed)?).map_err(failed)
    })
}

/// Which of the calls that are under way at once an outage still meets is chance, and with it what
/// is said and which leaves are read; so of that only the end is compared, and each side is held to
/// the claims of the matrix.
fn compare(fault: &Fault, real: &Verdict, small: &Verdict) -> Result<()> {
    let end = |verdict: &Verdict| {
        let succeeded = verdict.commands.last().map(|(succeeded, _)| *succeeded);
        (succeeded, verdict.state.keys().cloned().collect::<Vec<_>>(), verdict.objects)
    };
    let is_equal = if fault.is_outage() { end(real) == end(small) } else { real == small };
    ensure!(
        is_equal,
        "the engine came to {}, the engine in small to {}",
        serde_json::to_string_pretty(real)?,
        serde_json::to_string_pretty(small)?
    );
    Ok(())
}
