//! Which combinations the sequences have met.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use cleanrooms_harness::faults::Fault;

use super::acts::Change;
use super::others::Other;

type Cell = (Change, &'static str, Other);

static MET: Mutex<BTreeMap<Cell, usize>> = Mutex::new(BTreeMap::new());

/// Counts an act.
pub fn count(change: Change, fault: &'static str, other: Other) {
    *MET.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry((change, fault, other))
        .or_default() += 1;
}

/// Prints changes by faults, and changes by acts of others; nothing if none were counted.
pub fn print() {
    let met = MET.lock().unwrap_or_else(PoisonError::into_inner);
    if met.is_empty() {
        return;
    }
    let changes: BTreeSet<Change> = met.keys().map(|(change, _, _)| *change).collect();
    let faults: BTreeSet<&str> = met.keys().map(|(_, fault, _)| *fault).collect();
    let others: BTreeSet<Other> = met.keys().map(|(_, _, other)| *other).collect();
    print_by(&met, &changes, "fault", &faults, |(_, fault, _), column| fault == column);
    print_by(&met, &changes, "meanwhile", &others, |(_, _, other), column| other == column);
    let all = changes.len() * faults.len() * others.len();
    eprintln!("of {all} combinations of the three, {} were met", met.len());
}

/// The pairs of a change and a fault, and of a change and an act of others, that no sequence has met,
/// though there is no reason why: each must be met by so many sequences as `cargo test` runs.
pub fn unmet() -> Vec<String> {
    let met = MET.lock().unwrap_or_else(PoisonError::into_inner);
    let faults = Fault::all().into_iter().map(|fault| fault.name);
    let faults: Vec<_> = faults.chain(["none"]).collect();
    let mut unmet = Vec::new();
    let mut must = |is_met: bool, reason: Option<&'static str>, pair: String| match reason {
        None if !is_met => unmet.push(pair),
        _ => {}
    };
    for change in Change::ALL {
        for fault in &faults {
            let is_met = met.keys().any(|(c, f, _)| *c == change && f == fault);
            must(is_met, None, format!("{change:?} with {fault}"));
        }
        for other in Other::ALL {
            let is_met = met.keys().any(|(c, _, o)| *c == change && *o == other);
            must(is_met, not_after(change, other), format!("{change:?} after {other:?}"));
        }
    }
    unmet
}

/// Why a change cannot come after an act of others.
fn not_after(change: Change, other: Other) -> Option<&'static str> {
    use Change::{AddPartner, AddThird, DropMembership, MembershipLogs, MembershipTags};
    use Other::{PartnerIsRemoved, PartnerJoins, PartnerLeaves, ThirdJoins, ThirdLeaves};
    match (change, other) {
        (AddThird, ThirdJoins | ThirdLeaves)
        | (AddPartner, PartnerJoins | PartnerLeaves | PartnerIsRemoved) => {
            Some("who is to be added has not been there")
        }
        (DropMembership | MembershipLogs | MembershipTags, PartnerJoins) => {
            Some("where the configuration has the membership, the partner does not join by itself")
        }
        _ => None,
    }
}

fn print_by<C: std::fmt::Debug>(
    met: &BTreeMap<Cell, usize>,
    changes: &BTreeSet<Change>,
    what: &str,
    columns: &BTreeSet<C>,
    is_in: impl Fn(&Cell, &C) -> bool,
) {
    for (number, column) in columns.iter().enumerate() {
        eprintln!("{what} {number}: {column:?}");
    }
    let heads: String = (0..columns.len()).map(|number| format!("{number:>6}")).collect();
    eprintln!("{:<16}{heads}", "change");
    for change in changes {
        let counts = columns.iter().map(|column| {
            let cells = met.iter().filter(|(cell, _)| cell.0 == *change && is_in(cell, column));
            format!("{:>6}", cells.map(|(_, count)| count).sum::<usize>())
        });
        eprintln!("{:<16}{}", format!("{change:?}"), counts.collect::<String>());
    }
}
