//! What tables that are populated have in common.

use crate::framework::Change;

/// The argument whose change populates a table.
pub const POPULATE: &str = "populate";

/// Whether a change asks for a population: `populate` appears, or something in it has changed.
pub fn is_asked(change: Change<'_>) -> bool {
    !change.planned.get(POPULATE).is_null() && change.changes(POPULATE)
}
