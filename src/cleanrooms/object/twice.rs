//! One object at two addresses: what is destroyed at one would be lost at the other.
//!
//! An import, or a move from another provider, brings an object that the state already has to a second address.
//! When the first one leaves the configuration in the same run, core plans to
//! destroy there what lives on here. Whichever of the two comes second, this
//! or the plan to destroy, tells. (How often core reads an address
//! differs between versions, so reads tell nothing.)

use super::Object;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::key::{Key, Located};
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::Value;

/// Notes that an object is imported or moved here.
///
/// # Errors
///
/// A plan of this run destroys it at another address.
pub(super) fn imported<O: Object>(client: &Client, located: &Located) -> Result<(), Diagnostics> {
    match client.import(&named::<O>(&located.key)) {
        true => Err(two_addresses::<O>(&located.key).into()),
        false => Ok(()),
    }
}

/// Says so when an object that a plan destroys is imported at another address.
pub(super) fn destroyed<O: Object>(client: Option<&Client>, prior: &Value) -> Option<Diagnostic> {
    let key = Key::of_value(&O::KIND, prior)?;
    client?.destroy(&named::<O>(&key)).then(|| two_addresses::<O>(&key))
}

fn named<O: Object>(key: &Key) -> String {
    format!("{} {}", O::KIND.type_name, key.text())
}

fn two_addresses<O: Object>(key: &Key) -> Diagnostic {
    let (noun, id, type_name) = (O::KIND.noun, key.shown(), O::KIND.type_name);
    Diagnostic::error(
        format!("The {noun} is taken in at one address and destroyed at another"),
        format!(
            "{noun} {id} is in this state already, at an address that the plan destroys: it would be \
             lost at both. If the address has changed, write moved {{ from = {type_name}.<old>  to = \
             {type_name}.<new> }} in place of the import; or take the old one out first, as before a \
             move from another provider: terraform state rm {type_name}.<old>."
        ),
    )
}
