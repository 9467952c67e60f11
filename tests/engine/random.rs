//! Random sequences: changes, faults, and what other companies do meanwhile.
//!
//! A sequence is a function of its seed. `CLEANROOMS_SEED=17` replays one and
//! prints its acts; `CLEANROOMS_SEQUENCES=20000` runs so many. Each act is after one
//! combination of a change, a fault and an act of others (`aims`), and what comes of
//! it is up to what the acts before it have left. Afterwards it is printed how often
//! each was met: each must be, if need be by a sequence of its own, or there is a
//! reason why it cannot (`table`).

mod acts;
mod aims;
mod others;
mod table;
mod wish;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use cleanrooms_harness::faults::claims::{Outcome, says_what_happened};
use cleanrooms_harness::faults::{Fault, Place};
use cleanrooms_harness::messages::Diagnostic;
use cleanrooms_harness::scenario::{Command, Run};
use cleanrooms_harness::state::State;
use libtest_mimic::Trial;

use self::acts::Change;
use self::aims::Aim;
use self::others::Other;
use self::table::print;
use self::wish::{COLLABORATION, MEMBERSHIP, Wish};
use crate::stage::{Stage, messages};
use crate::trial::{failed, paused};

/// Acts of a sequence.
const ACTS: usize = 6;

/// Prime, and larger than what any change by itself is in the list of aims.
const STRIDE: usize = 1009;

/// Every so many acts one begins anew if what it aims at is not possible.
const ACTS_FROM_ANEW: usize = 3;

/// Among how many aims the others have the choice.
const CHOICE: usize = 20;

/// How far apart these are: prime as well.
const STEP: usize = 601;

/// From this seed on a sequence has one aim, and begins anew where it is not possible.
const FOR_ONE_AIM: u64 = 1_000_000;

/// How many such sequences an aim may have.
const TRIES: u64 = 5;

/// Sequences of one trial.
const BATCH: u64 = 50;

/// Sequences in all, if nobody says.
const SEQUENCES: u64 = 2000;

/// How many sequences were played.
static PLAYED: AtomicU64 = AtomicU64::new(0);

/// Longer than the provider waits for a reply.
const LATE: Duration = Duration::from_secs(70);

/// For how long the provider takes what it has made for not visible yet.
const VISIBLE_WITHIN: Duration = Duration::from_secs(5 * 60);

/// How often what a fault left behind is applied again.
const ROUNDS: usize = 3;

/// Plays on for the combinations that were not met, if so many ran as there are by default, and
/// prints what was. Whether all is well.
pub fn judge() -> bool {
    let is_whole = PLAYED.load(Ordering::Relaxed) >= SEQUENCES;
    let mut is_well = true;
    if is_whole && std::env::var("CLEANROOMS_SEED").is_err() {
        for (number, aim) in Aim::all().iter().enumerate() {
            let first = FOR_ONE_AIM + u64::try_from(number).expect("it is small") * TRIES;
            for seed in (first..first + TRIES).take_while(|_| !aim.is_met()) {
                if let Err(err) = sequence(seed, false) {
                    eprintln!("{err:#}");
                    is_well = false;
                }
            }
            if !aim.is_met() {
                eprintln!("no sequence has met: {aim}");
                is_well = false;
            }
        }
    }
    print();
    is_well
}

/// Batches of sequences, or the one that is asked for.
pub fn trials() -> Vec<Trial> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    if let Some(seed) = number("CLEANROOMS_SEED") {
        let one = move || sequence(seed, true).map_err(failed);
        return vec![Trial::test(format!("random::seed_{seed}"), one)];
    }
    let all = number("CLEANROOMS_SEQUENCES").unwrap_or(SEQUENCES);
    let batches = (0..all).step_by(usize::try_from(BATCH).expect("it is small"));
    let batch = |first: u64| {
        let last = (first + BATCH).min(all);
        Trial::test(format!("random::{first:05}_to_{:05}", last - 1), move || {
            (first..last).try_for_each(|seed| sequence(seed, false)).map_err(failed)
        })
    };
    batches.map(batch).collect()
}

fn sequence(seed: u64, aloud: bool) -> Result<()> {
    PLAYED.fetch_add(1, Ordering::Relaxed);
    paused(move || {
        Box::pin(async move {
            // The provider's own chance, of its pauses, follows the seed as well.
            fastrand::seed(seed);
            let mut play = Play::new(seed);
            let played = play.all(seed).await;
            if aloud {
                play.log.iter().for_each(|line| eprintln!("{line}"));
            }
            let acts = play.log.join("\n");
            played.with_context(|| format!("CLEANROOMS_SEED={seed} replays this:\n{acts}"))
        })
    })
}

/// A sequence under way.
struct Play {
    stage: Stage,
    chance: fastrand::Rng,
    wish: Wish,
    /// Objects that others made.
    foreign: BTreeSet<String>,
    /// Everything that the engine said.
    said: Vec<Diagnostic>,
    /// What may be destroyed, until what was asked for is so.
    expendable: BTreeSet<&'static str>,
    /// What was found after the last command.
    now: Now,
    log: Vec<String>,
}

/// What is stored, and what exists.
#[derive(Default)]
struct Now {
    state: State,
    exists: BTreeSet<String>,
}

impl Play {
    fn new(seed: u64) -> Self {
        Self {
            stage: Stage::new(),
            chance: fastrand::Rng::with_seed(seed),
            wish: Wish::default(),
            foreign: BTreeSet::new(),
            said: Vec::new(),
            expendable: BTreeSet::new(),
            now: Now::default(),
            log: Vec::new(),
        }
    }

    async fn all(&mut self, seed: u64) -> Result<()> {
        let aims = Aim::all();
        if let Some(number) = seed.checked_sub(FOR_ONE_AIM) {
            let aim = aims.get(usize::try_from(number / TRIES)?).context("there is no such aim")?;
            for _ in 0..ACTS {
                if !aim.is_met() {
                    self.act_after_all(aim).await?;
                }
            }
            return Ok(());
        }
        // Neighbours in the list are alike, so a sequence takes them from all over it.
        let turn = |number: usize| &aims[number * STRIDE % aims.len()];
        let first = usize::try_from(seed)? * ACTS;
        for number in first..first + ACTS {
            let mut aim = turn(number);
            if number % ACTS_FROM_ANEW == 0 {
                self.act_after_all(aim).await?;
                continue;
            }
            // What can come next, from where the act before has led.
            for other in (0..CHOICE).map(|step| turn(number + step * STEP)) {
                if self.is_possible(other).await? {
                    aim = other;
                    break;
                }
            }
            self.act(aim).await.with_context(|| format!("in act {}", number - first + 1))?;
        }
        Ok(())
    }

    /// Acts where it is possible, if need be in another collaboration.
    async fn act_after_all(&mut self, aim: &Aim) -> Result<()> {
        self.makes_possible(aim).await.with_context(|| format!("on the way to {aim}"))?;
        self.act(aim).await.with_context(|| format!("{aim}"))
    }

    /// Somebody else does something, then we do, and something goes wrong.
    async fn act(&mut self, aim: &Aim) -> Result<()> {
        let others = self.possible_others().await?;
        let other = self.rather(aim.other, others).unwrap_or(Other::Nobody);
        self.log.push(format!("{other:?}"));
        self.happens(other).await.with_context(|| format!("{other:?}"))?;
        let change = self.rather(aim.change, self.possible_changes()).unwrap_or(Change::Nothing);
        let fault = aim.fault.clone().map(|fault| self.at_some_call(fault, change, other));
        let name = aim.fault.as_ref().map_or(table::NONE, |fault| fault.name);
        self.log.push(format!("  {change:?}, fault {name}: {fault:?}"));
        self.expendable.extend(change.expends());
        if other == Other::DeletesCollaboration {
            self.expendable.extend([MEMBERSHIP]);
        }
        let run = self.wishes(change).await?;
        self.stage.configure(&self.wish.text());
        self.stage.world.clear_calls().await?;
        if let Some(rule) = &fault {
            self.stage.world.admin("POST", "faults", Some(rule)).await?;
        }
        let met = self.run(&run, "hit").await?;
        let met = met || fault.is_none();
        table::count(change, if met { name } else { table::NOT_MET }, other);
        self.mend(run.command == Command::Destroy).await
    }

    /// Applies until nothing is left to do; gives up only with a reason.
    async fn mend(&mut self, destroyed: bool) -> Result<()> {
        self.import_what_was_lost().await?;
        let run = Run {
            command: if destroyed { Command::Destroy } else { Command::Apply },
            ..Run::default()
        };
        let mut done = false;
        for round in 1..=ROUNDS {
            if self.is_done(destroyed).await? {
                done = true;
                break;
            }
            self.run(&run, &format!("mend {round}")).await?;
            if self.last_said().iter().any(|said| is_unseen(&said.summary)) {
                tokio::time::sleep(VISIBLE_WITHIN).await;
            }
            if let Some(reason) = self.reason().await? {
                self.log.push(format!("    stays undone: {reason}"));
                return self.gives_in().await;
            }
        }
        if !done && !self.is_done(destroyed).await? {
            bail!("it is not done after {ROUNDS} rounds: {:#?}", self.last_said());
        }
        self.expendable.clear();
        let orphans = self.orphans(&self.now);
        ensure!(orphans.is_empty(), "nobody knows of {orphans:?}");
        Ok(())
    }

    fn last_said(&self) -> Vec<&Diagnostic> {
        self.said.iter().rev().take(4).collect()
    }

    /// Plans and applies, and checks what must always hold. Says whether a fault was met.
    async fn run(&mut self, run: &Run, what: &str) -> Result<bool> {
        let before = self.stage.stored()?;
        self.stage.world.clear_calls().await?;
        let said = self.stage.plan_and_apply(run).await?;
        // A call that was given up is carried out all the same.
        tokio::time::sleep(LATE).await;
        let calls = self.stage.world.calls().await?;
        let met = calls.iter().any(|call| call.fault.is_some())
            || self.stage.world.faults_have_begun().await?;
        self.stage.world.admin("DELETE", "faults", None).await?;
        let succeeded = !said.iter().any(|said| said.diagnostic.is_error());
        let outcome = Outcome { succeeded, said: messages(&said) };
        let titles: Vec<_> = outcome.said.iter().map(|one| one.summary.clone()).collect();
        self.log
            .push(format!("    {what}: {} {titles:?}", if succeeded { "done" } else { "failed" }));
        self.said.extend(outcome.said.iter().cloned());
        says_what_happened(&outcome)?;
        let destroys = [("DeleteCollaboration", COLLABORATION), ("DeleteMembership", MEMBERSHIP)];
        for (operation, address) in destroys {
            let called = calls.iter().any(|call| call.operation.as_deref() == Some(operation));
            ensure!(
                !called || self.expendable.contains(address),
                "{operation} was called without a cause: {:#?}",
                outcome.said
            );
        }
        let now = Now { state: self.stage.stored()?, exists: self.stage.world.objects().await? };
        self.state_is_sound(&now)?;
        self.nothing_is_forgotten(&before, &now)?;
        self.nothing_is_doubled(&outcome, &now)?;
        self.now = now;
        Ok(met)
    }

    fn state_is_sound(&self, now: &Now) -> Result<()> {
        for (address, attributes) in &now.state.instances {
            let id = attributes.get("id").and_then(|id| id.as_str()).unwrap_or_default();
            ensure!(!id.is_empty(), "{address} has no id");
            ensure!(!address.contains("(deposed)"), "{address} remains");
            let tainted = attributes.contains_key("(status)");
            ensure!(!tainted || self.expendable.contains(COLLABORATION), "{address} is tainted");
        }
        Ok(())
    }

    /// What was in the state and still exists is in the state, unless it was to go.
    fn nothing_is_forgotten(&self, before: &State, now: &Now) -> Result<()> {
        for (address, attributes) in &before.instances {
            let id = attributes.get("id").and_then(|id| id.as_str()).unwrap_or_default();
            let is_known =
                now.state.instances.values().any(|one| one.get("id") == attributes.get("id"));
            let is_to_go = self.expendable.contains(address.as_str());
            ensure!(
                is_known || self.is_named(id) || is_to_go || !now.exists.contains(id),
                "{address} was forgotten, and {id} still exists"
            );
        }
        Ok(())
    }

    /// What exists is in the state, or somebody else's, or a message is about it.
    fn nothing_is_doubled(&self, outcome: &Outcome, now: &Now) -> Result<()> {
        let orphans = self.orphans(now);
        let lost = |said: &Diagnostic| {
            said.is_error()
                && said.summary.contains("The reply to")
                && said.summary.contains("lost")
        };
        ensure!(
            orphans.is_empty() || outcome.said.iter().any(lost),
            "nobody knows of {orphans:?}: {:#?}",
            outcome.said
        );
        Ok(())
    }

    fn orphans(&self, now: &Now) -> BTreeSet<String> {
        let ids = now.state.instances.values().filter_map(|one| one.get("id")?.as_str());
        let known: BTreeSet<&str> = ids.collect();
        let unknown = now.exists.iter().filter(|id| !known.contains(id.as_str()));
        unknown.filter(|id| !self.foreign.contains(*id) && !self.is_named(id)).cloned().collect()
    }

    fn is_named(&self, id: &str) -> bool {
        self.said.iter().any(|said| said.detail.contains(id) || said.summary.contains(id))
    }

    /// After an error that says so, does what it says.
    async fn import_what_was_lost(&mut self) -> Result<()> {
        for orphan in self.orphans(&self.now) {
            let program = self.stage.program()?;
            for address in [COLLABORATION, MEMBERSHIP] {
                let is_free = self.stage.core.state.get(address).is_none();
                if is_free && program.instance(address).is_some() {
                    self.log.push(format!("    imports {orphan} to {address}"));
                    self.stage.core.import(&program, address, &orphan).await;
                    self.now.state = self.stage.stored()?;
                }
            }
        }
        Ok(())
    }

    async fn is_done(&mut self, destroyed: bool) -> Result<bool> {
        if destroyed {
            return Ok(self.stage.core.state.objects.is_empty());
        }
        let program = self.stage.program()?;
        let mut planned = self.stage.core.plan(&program, &Default::default()).await;
        if planned.said.iter().any(|said| is_unseen(&said.diagnostic.summary)) {
            tokio::time::sleep(VISIBLE_WITHIN).await;
            planned = self.stage.core.plan(&program, &Default::default()).await;
        }
        Ok(!planned.failed && planned.is_empty())
    }

    /// What is wanted, or else another one that is possible.
    fn rather<T: Copy + PartialEq>(&mut self, wanted: T, possible: Vec<T>) -> Option<T> {
        if possible.contains(&wanted) { Some(wanted) } else { self.chance.choice(possible) }
    }

    /// A fault at some call: one that the change makes, or any.
    fn at_some_call(&mut self, fault: Fault, change: Change, other: Other) -> serde_json::Value {
        let own: Vec<_> =
            other.then(change).into_iter().filter(|call| fault.is_for(call)).collect();
        let is_of_reads = fault.is_for("GetCollaboration");
        let writes = !other.stops(change);
        let operation = match self.chance.choice(own) {
            Some(own) if writes && (!is_of_reads || self.chance.bool()) => own.to_owned(),
            _ => "*".to_owned(),
        };
        // Everything begins with a read or two.
        let most = if writes { 6 } else { 2 };
        let earlier = if operation == "*" { self.chance.usize(0..most) } else { 0 };
        fault.at(&Place { operation, earlier, position: earlier }, LATE)
    }
}

/// Whether it is said that something was not seen so far. It may be gone as well; only time tells.
fn is_unseen(summary: &str) -> bool {
    summary.contains("is not visible yet")
}
