//! What rows cannot say about changing a membership in place: payment flags.

use aws_sdk_cleanrooms::operation::update_membership::builders::UpdateMembershipInputBuilder as Update;

use crate::cleanrooms::shapes::payment::{Payer, payer};
use crate::framework::{Change, Diagnostic};
use crate::wire::{AttributePath, Value};

/// The update call with the payment flags that change. The others stay out: the service takes
/// them for a new decision, and may refuse one that it would not ask for today.
///
/// # Errors
///
/// A planned value does not fit the schema, which core has ruled out.
pub fn with_payers(
    input: Option<Update>,
    change: Change<'_>,
) -> Result<Option<Update>, Diagnostic> {
    let changed = payers(change.planned)?.changed_from(payers(change.prior)?);
    if changed.is_empty() {
        return Ok(input);
    }
    Ok(Some(input.unwrap_or_default().membership_payment_configuration(changed.into())))
}

fn payers(object: &Value) -> Result<Payer, Diagnostic> {
    let name = "payment_configuration";
    Ok(payer().decode(object.get(name), &AttributePath::of(name))?.unwrap_or_default())
}
