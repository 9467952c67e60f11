//! Objects that were imported or moved here: nobody knows by which arguments they were started or filled.
//!
//! Where a change of an argument starts something that is paid for, the first value after an import is noted
//! and starts nothing.

use crate::framework::managed::is_unmanaged;
use crate::framework::private::Private;
use crate::wire::Value;

/// The note of it. Stored with the state.
pub const TAKEN_IN: &str = "taken_in";

/// For a read: notes that the object is imported or moved here, if it is.
pub fn note(private: &mut Private) {
    if is_unmanaged(private) {
        private.set(TAKEN_IN, true);
    }
}

/// Whether a value of the argument is the first one since.
pub fn is_first(private: &Private, prior: &Value, argument: &str) -> bool {
    private.get(TAKEN_IN).is_some() && prior.get(argument).is_null()
}

/// From here on the arguments are known.
pub fn forget(private: &mut Private) {
    private.remove(TAKEN_IN);
}
