//! One object at two addresses: what is destroyed at one would be lost at the other.
//!
//! An import, or a move that was forgotten, brings an object that the state
//! already has to a second address. When the first one leaves the
//! configuration, core plans to destroy there what lives on here. Each address
//! is read in a process of its provider block, so whichever of the two comes
//! second, the read or the plan to destroy, tells.

use super::Object;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::key::{Key, Located};
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::Value;

/// Notes that an object was read.
///
/// # Errors
///
/// A plan of this run destroys it at another address.
pub(super) fn read<O: Object>(
    client: &Client,
    located: &Located,
    is_imported: bool,
) -> Result<(), Diagnostics> {
    match client.is_destroyed_elsewhere(&named::<O>(&located.key), is_imported) {
        true => Err(two_addresses::<O>(&located.key).into()),
        false => Ok(()),
    }
}

/// Says so when an object that a plan destroys stands at another address, too.
pub(super) fn destroyed<O: Object>(client: Option<&Client>, prior: &Value) -> Option<Diagnostic> {
    let key = Key::of_value(&O::KIND, prior)?;
    client?.stands_elsewhere(&named::<O>(&key)).then(|| two_addresses::<O>(&key))
}

fn named<O: Object>(key: &Key) -> String {
    format!("{} {}", O::KIND.type_name, key.text())
}

fn two_addresses<O: Object>(key: &Key) -> Diagnostic {
    let (noun, id, type_name) = (O::KIND.noun, key.shown(), O::KIND.type_name);
    Diagnostic::error(
        format!("The {noun} stands at two addresses, and one of them destroys it"),
        format!(
            "{noun} {id} is to be destroyed at one address of this state, and is managed or imported \
             at another, which would lose it. If the address has changed, write moved {{ from = \
             {type_name}.<old>  to = {type_name}.<new> }} in place of the import; if the state has it \
             at both, take the old one out: terraform state rm {type_name}.<old>."
        ),
    )
}
