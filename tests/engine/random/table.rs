//! Which combinations the sequences have met.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

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
