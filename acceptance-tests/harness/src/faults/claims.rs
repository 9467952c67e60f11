//! What must hold of a change that met a fault, whatever engine made it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Clean;
use crate::messages::Diagnostic;
use crate::normalise::Normaliser;
use crate::sandbox::Call;
use crate::state::{IDENTITY, State};

/// What is stored, and what exists.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// What the engine has stored.
    pub state: State,
    /// The ids of whatever exists.
    pub objects: BTreeSet<String>,
    /// How many change requests may still take effect.
    pub open_requests: usize,
}

/// What a command came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Whether it succeeded.
    pub succeeded: bool,
    /// What it said.
    pub said: Vec<Diagnostic>,
}

/// What one case came to, to be compared between engines.
#[derive(Clone, Debug, Default, Serialize, PartialEq, Eq)]
pub struct Verdict {
    /// The commands in order: whether each succeeded, and the titles of what it said.
    pub commands: Vec<(bool, Vec<String>)>,
    /// How many objects had to be imported as an error said.
    pub imported: usize,
    /// The state at the end, without what only newer engines store.
    pub state: BTreeMap<String, Value>,
    /// How many objects exist at the end.
    pub objects: usize,
}

/// A case under way: what was before, and everything that was said so far.
pub struct Claims<'a> {
    clean: &'a Clean,
    before: Snapshot,
    strangers: BTreeSet<String>,
    said: Vec<Diagnostic>,
    /// What the case has come to so far.
    pub verdict: Verdict,
}

impl<'a> Claims<'a> {
    /// A case that starts from here, and should end as the change does without a fault.
    pub fn new(clean: &'a Clean, before: Snapshot) -> Self {
        // Of a table's populations its state knows the last.
        let mut strangers: BTreeSet<_> = &before.objects - &known(&before.state);
        strangers.extend(populations(&before.state));
        Self { clean, before, strangers, said: Vec::new(), verdict: Verdict::default() }
    }

    /// What must hold at any time; to be asked after each command.
    ///
    /// # Errors
    ///
    /// It does not hold.
    pub fn check(&mut self, outcome: &Outcome, now: &Snapshot) -> Result<()> {
        let title = |said: &Diagnostic| {
            format!("{}: {}", said.severity, Normaliser::default().text(&said.summary))
        };
        let titles = outcome.said.iter().map(title).collect();
        self.verdict.commands.push((outcome.succeeded, titles));
        self.said.extend(outcome.said.iter().cloned());
        says_what_happened(outcome)?;
        nothing_is_tainted(&now.state)?;
        self.nothing_is_doubled(now)?;
        let orphans = self.orphans(now);
        ensure!(
            orphans.is_empty() || self.reply_was_lost(),
            "exist, but are neither in the state nor named in a diagnostic: {orphans:?}"
        );
        Ok(())
    }

    /// What must hold once all is mended.
    ///
    /// # Errors
    ///
    /// It does not hold.
    pub fn check_end(&mut self, now: &Snapshot, calls: &[Call]) -> Result<()> {
        let orphans = self.orphans(now);
        ensure!(orphans.is_empty(), "not in the state: {orphans:?}");
        let left = &now.objects;
        let expected = self.clean.objects;
        ensure!(
            left.len() == expected || left.iter().any(|id| self.is_named(id)),
            "there should be {expected} objects: {left:?}"
        );
        let (requests, expected) = (now.open_requests, self.clean.open_requests);
        ensure!(requests == expected, "{requests} change requests are open, not {expected}");
        self.verdict.state = comparable(&now.state);
        self.verdict.objects = left.len();
        self.nothing_else_was_destroyed(calls)
    }

    /// After an error that says so: the objects to import, each with the
    /// address that lacks one.
    ///
    /// # Errors
    ///
    /// There are more of them than the configuration has room for.
    pub fn to_import(&mut self, now: &Snapshot) -> Result<Vec<(String, String)>> {
        let expected = self.clean.instances.iter();
        let mut missing = expected.filter(|one| !now.state.instances.contains_key(*one));
        let orphans = self.orphans(now).into_iter();
        let found = orphans.map(|orphan| {
            let address = missing
                .next()
                .with_context(|| format!("nothing in the configuration is missing for {orphan}"))?;
            Ok((address.clone(), orphan))
        });
        let found = found.collect::<Result<Vec<_>>>()?;
        self.verdict.imported += found.len();
        Ok(found)
    }

    fn nothing_is_doubled(&self, now: &Snapshot) -> Result<()> {
        let left_behind = now.objects.iter().filter(|id| self.is_left_behind(id)).count();
        let most = self.before.objects.len().max(self.clean.objects) + left_behind;
        ensure!(now.objects.len() <= most, "more than {most} exist: {:?}", now.objects);
        let most = self.before.open_requests.max(self.clean.open_requests);
        let open = now.open_requests;
        ensure!(open <= most, "{open} change requests are open, more than {most}");
        Ok(())
    }

    /// Destroying in order to create anew is what taint does.
    fn nothing_else_was_destroyed(&self, calls: &[Call]) -> Result<()> {
        for operation in calls.iter().filter_map(|call| call.operation.as_ref()) {
            ensure!(
                !operation.starts_with("Delete") || self.clean.calls.contains(operation),
                "{operation} was called"
            );
        }
        Ok(())
    }

    /// Objects that neither the state nor any diagnostic knows.
    fn orphans(&self, now: &Snapshot) -> BTreeSet<String> {
        let known = known(&now.state);
        let unknown = now.objects.difference(&known).filter(|id| !self.strangers.contains(*id));
        unknown.filter(|id| !self.is_named(id)).cloned().collect()
    }

    /// Whether a warning says that the object is to be deleted by hand, since another has taken its place.
    fn is_left_behind(&self, id: &str) -> bool {
        let says_so = |said: &Diagnostic| {
            said.summary.ends_with("was left behind") && said.summary.contains(id)
        };
        self.said.iter().any(says_so)
    }

    fn is_named(&self, id: &str) -> bool {
        // Messages call what was run by its own id.
        let id = id.rsplit('/').next().filter(|own| own.len() == 36).unwrap_or(id);
        self.said.iter().any(|said| said.detail.contains(id) || said.summary.contains(id))
    }

    fn reply_was_lost(&self) -> bool {
        let says_so = |said: &Diagnostic| {
            said.is_error()
                && said.summary.contains("The reply to")
                && said.summary.contains("was lost")
        };
        self.said.iter().any(says_so)
    }
}

fn comparable(state: &State) -> BTreeMap<String, Value> {
    let mut normaliser = Normaliser::default();
    let instances = state.instances.iter().map(|(address, attributes)| {
        let mut attributes = attributes.clone();
        attributes.remove(IDENTITY);
        (address.clone(), normaliser.value(attributes.into()))
    });
    instances.collect()
}

/// Adds a verdict to the file that `CLEANROOMS_VERDICTS` names, if it does.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write(case: &str, verdict: &Verdict) -> Result<()> {
    let Some(path) = std::env::var_os("CLEANROOMS_VERDICTS") else { return Ok(()) };
    let line = serde_json::json!({ "case": case, "verdict": verdict });
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    Ok(())
}

fn known(state: &State) -> BTreeSet<String> {
    state.instances.values().filter_map(id).chain(populations(state)).collect()
}

/// The queries that have filled intermediate tables: they have no address of their own.
fn populations(state: &State) -> BTreeSet<String> {
    let query = |attributes: &Map<String, Value>| {
        let analysis =
            attributes.get("intermediate_table_version")?.get("analysis_id")?.as_str()?;
        Some(format!("{}/{analysis}", attributes.get("membership_id")?.as_str()?))
    };
    state.instances.values().filter_map(query).collect()
}

/// The id of an instance; an analysis rule has that of its table or association, and a type, and what
/// was run that of its membership as well.
fn id(attributes: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| attributes.get(name)?.as_str();
    let of_rule = || {
        let of =
            ["configured_table_id", "configured_table_association_id", "intermediate_table_id"];
        let of = of.into_iter().find_map(text)?;
        Some(format!("{of}/{}", text("analysis_rule_type")?))
    };
    if attributes.contains_key("wait_for_completion") {
        return Some(format!("{}/{}", text("membership_id")?, text("id")?));
    }
    text("id").map(str::to_owned).or_else(of_rule)
}

fn nothing_is_tainted(state: &State) -> Result<()> {
    for (address, attributes) in &state.instances {
        ensure!(!attributes.contains_key("(status)"), "{address} is tainted");
        ensure!(!address.contains("(deposed)"), "{address} remains");
    }
    Ok(())
}

/// A failure has an error that explains it, and no diagnostic is our own fault.
///
/// # Errors
///
/// It does not explain itself, or a bug shows.
pub fn says_what_happened(outcome: &Outcome) -> Result<()> {
    let explains = |said: &Diagnostic| said.is_error() && !said.detail.is_empty();
    ensure!(
        outcome.succeeded || outcome.said.iter().any(explains),
        "failed without an explanation"
    );
    for said in &outcome.said {
        let text = format!("{} {}", said.summary, said.detail);
        for bug in ["inconsistent", "bug in the provider", "panic", "did not respond"] {
            ensure!(!text.contains(bug), "a bug shows: {text}");
        }
    }
    Ok(())
}
