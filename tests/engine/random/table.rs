//! Which combinations the sequences have met.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use cleanrooms_harness::faults::Fault;

use super::acts::Change;
use super::others::Other;

type Cell = (Change, &'static str, Other);

static MET: Mutex<BTreeMap<Cell, usize>> = Mutex::new(BTreeMap::new());

/// Stands for no fault.
pub const NONE: &str = "none";

/// Stands for a fault that no call has met.
pub const NOT_MET: &str = "(not met)";

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
    let faults: BTreeSet<&str> = met.keys().map(|(_, fault, _)| *fault).collect();
    print_by(&met, "fault", &faults, |(_, fault, _), column| fault == column);
    print_by(&met, "meanwhile", &Other::ALL.into(), |(_, _, other), column| other == column);
    let mut reasons = BTreeMap::<&str, usize>::new();
    let mut all = 0;
    each_cell(|change, fault, other| {
        all += 1;
        if let Some(reason) = cannot_be(change, fault, other) {
            *reasons.entry(reason).or_default() += 1;
        }
    });
    let cells = met.keys().filter(|(_, fault, _)| *fault != NOT_MET).count();
    eprintln!("of {all} combinations of a change, a fault and an act of others, {cells} were met");
    for (reason, count) in reasons {
        eprintln!("{count} need not be: {reason}");
    }
}

/// Whether a combination was met.
pub fn is_met(change: Change, fault: Option<&Fault>, other: Other) -> bool {
    let name = fault.map_or(NONE, |fault| fault.name);
    MET.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&(change, name, other))
}

/// Calls this for every combination.
pub fn each_cell(mut cell: impl FnMut(Change, Option<&Fault>, Other)) {
    let faults = Fault::all();
    for change in Change::ALL {
        for fault in faults.iter().map(Some).chain([None]) {
            for other in Other::ALL {
                cell(change, fault, other);
            }
        }
    }
}

/// Why a change cannot meet a fault after an act of others.
pub fn cannot_be(change: Change, fault: Option<&Fault>, other: Other) -> Option<&'static str> {
    let calls = other.then(change);
    let has_call = fault.is_none_or(|fault| {
        fault.is_for("GetCollaboration") || calls.iter().any(|call| fault.is_for(call))
    });
    let is_of_writes = fault.is_some_and(|fault| !fault.is_for("GetCollaboration"));
    if !has_call {
        return Some("no call of the change can meet the fault");
    }
    if is_of_writes && other.stops(change) {
        return Some("after somebody has gone for good the run writes nothing");
    }
    not_after(change, other).or_else(|| {
        // Where the partner joins by itself we have no membership.
        let is_of_roles = fault.is_some_and(Fault::is_of_roles);
        let joins = matches!(change, Change::AddMembership);
        (other == Other::PartnerJoins && is_of_roles && !joins)
            .then_some("without a membership of ours no call carries a role")
    })
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
    what: &str,
    columns: &BTreeSet<C>,
    is_in: impl Fn(&Cell, &C) -> bool,
) {
    for (number, column) in columns.iter().enumerate() {
        eprintln!("{what} {number}: {column:?}");
    }
    let heads: String = (0..columns.len()).map(|number| format!("{number:>6}")).collect();
    eprintln!("{:<16}{heads}", "change");
    for change in Change::ALL {
        let counts = columns.iter().map(|column| {
            let cells = met.iter().filter(|(cell, _)| cell.0 == change && is_in(cell, column));
            format!("{:>6}", cells.map(|(_, count)| count).sum::<usize>())
        });
        eprintln!("{:<16}{}", format!("{change:?}"), counts.collect::<String>());
    }
}
