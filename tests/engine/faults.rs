//! The fault matrix: every fault of the sandbox, and of a hostile network, at every API call of every change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use cleanrooms_harness::faults::claims::{self, Claims, Outcome, Verdict};
use cleanrooms_harness::faults::{Alike, Change, Clean, Fault, Place};
use cleanrooms_harness::scenario::{Command, Content, Run};
use libtest_mimic::Trial;

use crate::stage::{Snapshot, Stage, messages};
use crate::trial::{failed, paused};

/// Longer than the provider waits for a reply.
const LATE: Duration = Duration::from_secs(70);

/// Whether faults meet every call of every change.
const EVERYWHERE: &str = "CLEANROOMS_FAULTS";

/// One trial for each case, and one for each change without a fault.
///
/// Reads that are alike meet each fault once. `CLEANROOMS_FAULTS=all` sends them everywhere.
pub fn trials() -> Result<Vec<Trial>> {
    let everywhere = std::env::var_os(EVERYWHERE).is_some_and(|value| value == "all");
    let mut alike = Alike::default();
    let mut trials = Vec::new();
    for change in Change::all_described()? {
        let name = change.name().to_owned();
        let clean = Arc::clone(&change);
        trials.push(Trial::test(format!("faults::{name}::no_fault"), move || {
            paused(|| Box::pin(without_fault(clean))).map_err(failed)
        }));
        for (place, is_first) in alike.places(&change) {
            if !everywhere && !is_first {
                continue;
            }
            let faults = Fault::all().into_iter().map(|fault| ("faults", fault));
            let distortions = Fault::distortions().into_iter().map(|fault| ("network", fault));
            let all = faults.chain(distortions);
            for (kind, fault) in all.filter(|(_, fault)| fault.is_for(&place.operation)) {
                let (change, place) = (Arc::clone(&change), place.clone());
                let case = format!("{name}::{place}::{}", fault.name);
                trials.push(Trial::test(format!("{kind}::{case}"), move || {
                    let (operation, fault_name) = (place.operation.clone(), fault.name);
                    let verdict = paused(|| Box::pin(with_fault(change, fault, place)));
                    let verdict = verdict.map_err(failed)?;
                    held(operation, fault_name);
                    claims::write(&case, &verdict).map_err(failed)
                }));
            }
        }
    }
    Ok(trials)
}

/// How often each call has met each fault, and all that must hold has held.
static HELD: Mutex<BTreeMap<(String, &str), usize>> = Mutex::new(BTreeMap::new());

fn held(operation: String, fault: &'static str) {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    *held.entry((operation, fault)).or_default() += 1;
}

/// Prints calls by faults, with how many cases of each held; nothing if there were none.
pub fn print() {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let faults: BTreeSet<_> = held.keys().map(|(_, fault)| *fault).collect();
    let calls: BTreeSet<_> = held.keys().map(|(call, _)| call).collect();
    for (number, fault) in faults.iter().enumerate() {
        eprintln!("fault {number}: {fault}");
    }
    for call in calls {
        let count = |fault: &&str| held.get(&(call.clone(), *fault)).copied().unwrap_or_default();
        let counts: String = faults.iter().map(|fault| format!("{:>4}", count(fault))).collect();
        eprintln!("{call:<34}{counts}");
    }
}

/// What there is before each change, by its name.
static PREPARED: Mutex<BTreeMap<String, Arc<Prepared>>> = Mutex::new(BTreeMap::new());

type Prepared = OnceLock<std::result::Result<Snapshot, String>>;

/// Plays the steps before the change.
async fn play_before(change: Arc<Change>) -> Result<Snapshot> {
    let mut stage = Stage::of(change.scenario())?;
    let (_, before) = change.scenario().steps.split_last().context("a change is a step")?;
    for step in before {
        stage.step(step).await.with_context(|| format!("step {}", step.name))?;
    }
    Ok(stage.snapshot())
}

/// A change under way.
struct Case {
    change: Arc<Change>,
    stage: Stage,
}

/// Makes a change without a fault, and compares its calls with those listed.
pub async fn without_fault(change: Arc<Change>) -> Result<()> {
    let mut case = Case::prepared(change)?;
    case.write_the_change();
    case.stage.world.clear_calls().await?;
    let run = case.change.run_of_change()?.clone();
    let (made, calls) = case.apply(&run).await?;
    ensure!(made.succeeded, "failed: {made:#?}");
    let clean = Clean {
        calls,
        instances: case.instances()?,
        objects: case.stage.world.objects().await?.len(),
        open_requests: case.stage.world.open_requests().await?,
    };
    if run.command != Command::Destroy {
        ensure!(case.plan_is_empty().await?, "the final plan is not empty");
    }
    ensure!(clean.is_like(case.change.clean()), "not as listed: {clean:#?}");
    Ok(())
}

/// Makes a change with a fault at one of its calls, and then without it.
pub async fn with_fault(change: Arc<Change>, fault: Fault, place: Place) -> Result<Verdict> {
    let mut case = Case::prepared(change)?;
    let change = Arc::clone(&case.change);
    let mut claims = Claims::new(change.clean(), case.situation().await?);
    case.write_the_change();
    case.stage.world.clear_calls().await?;
    case.stage.world.admin("POST", "faults", Some(&fault.at(&place, LATE))).await?;
    let (hit, _) = case.apply(change.run_of_change()?).await?;
    // A call that was given up is carried out all the same.
    tokio::time::sleep(LATE).await;
    let is_met = match fault.lasts() {
        true => case.stage.world.calls().await?.iter().any(|call| call.fault.is_some()),
        false => case.stage.world.faults_have_begun().await?,
    };
    ensure!(is_met, "the fault met no call: {hit:#?}");
    case.stage.world.admin("DELETE", "faults", None).await?;
    let checked = claims.check(&hit, &case.situation().await?);
    checked.with_context(|| format!("with the fault: {hit:#?}"))?;
    for (address, id) in claims.to_import(&case.situation().await?)? {
        let program = case.stage.program()?;
        let said = case.stage.core.import(&program, &address, &id).await;
        ensure!(
            !said.iter().any(|said| said.diagnostic.is_error()),
            "the import failed: {said:#?}"
        );
    }
    let is_done = case.is_done().await?;
    // What could not be looked at may be left for the next apply, with a warning.
    let is_told = !hit.succeeded || !hit.said.is_empty();
    ensure!(is_done || is_told, "it succeeded without a word, and is not done");
    if !hit.succeeded || !is_done {
        let (mended, _) = case.apply(&change.mend()?).await?;
        let checked = claims.check(&mended, &case.situation().await?);
        checked.with_context(|| format!("mended, after {hit:#?}: {mended:#?}"))?;
        ensure!(mended.succeeded, "the next apply failed: {mended:#?}");
    }
    ensure!(case.is_done().await?, "the final plan is not empty");
    claims.check_end(&case.situation().await?, &case.stage.world.calls().await?)?;
    Ok(claims.verdict)
}

impl Case {
    /// Where the change is about to be made: what comes before it is played once for all its cases.
    fn prepared(change: Arc<Change>) -> Result<Self> {
        let prepared = {
            let mut all = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(change.name().to_owned()).or_default())
        };
        let play = || {
            let change = Arc::clone(&change);
            paused(|| Box::pin(play_before(change))).map_err(|err| format!("{err:#}"))
        };
        let snapshot = prepared.get_or_init(play).as_ref();
        let snapshot = snapshot.map_err(|err| anyhow!("preparing: {err}"))?;
        Ok(Self { stage: Stage::resumed(snapshot), change })
    }

    fn write_the_change(&mut self) {
        if let Content::Configuration { text, .. } = &self.change.last_step().content {
            self.stage.configure(text);
        }
    }

    /// Plans and applies; also gives the calls so far, without our own.
    async fn apply(&mut self, run: &Run) -> Result<(Outcome, Vec<String>)> {
        let said = self.stage.plan_and_apply(run).await?;
        let calls = self.stage.world.calls().await?;
        let calls = calls.into_iter().filter_map(|call| call.operation).collect();
        let succeeded = !said.iter().any(|said| said.diagnostic.is_error());
        Ok((Outcome { succeeded, said: messages(&said) }, calls))
    }

    async fn situation(&self) -> Result<claims::Snapshot> {
        Ok(claims::Snapshot {
            state: self.stage.stored()?,
            objects: self.stage.world.objects().await?,
            open_requests: self.stage.world.open_requests().await?,
        })
    }

    async fn is_done(&mut self) -> Result<bool> {
        if self.instances()? != self.change.clean().instances {
            return Ok(false);
        }
        let destroys = self.change.run_of_change()?.command == Command::Destroy;
        Ok(destroys || self.plan_is_empty().await?)
    }

    async fn plan_is_empty(&mut self) -> Result<bool> {
        let program = self.stage.program()?;
        let planned = self.stage.core.plan(&program, &Default::default()).await;
        ensure!(!planned.failed, "the plan failed: {:#?}", planned.said);
        Ok(planned.is_empty())
    }

    fn instances(&self) -> Result<Vec<String>> {
        Ok(self.stage.stored()?.instances.into_keys().collect())
    }
}
