//! Keeping the account's place: a membership that is left cannot be joined again.
//!
//! Terraform replaces an object by leaving and joining anew, which the service
//! refuses for the same collaboration, and then the account is locked out for
//! good (AWS Clean Rooms user guide, leaving a collaboration). Three things ask
//! for that although nothing in the configuration does: `-replace`, a tainted
//! object, and `replace_triggered_by`. None of them shows in one call alone:
//!
//! - `-replace` and `replace_triggered_by` make core plan twice, the second time
//!   without a prior state, but with the private notes of the first plan
//!   (protocol, e.4). So each plan notes which collaboration the object is in,
//!   and the second plan fails when it would join the same one.
//! - For a tainted object core plans once, as if there were none, and tells
//!   nothing about it. So each plan without a prior state notes which
//!   collaboration it joins, and a destruction that carries this note is the
//!   first half of a replacement: it is refused when the collaboration is the
//!   same. A plain destruction carries no such note.
//!
//! An unknown `collaboration_id` passes: it is unknown because the
//! collaboration is being replaced, too.

use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// The collaboration of the object that is planned for: the second plan of a replacement finds it.
const MEMBER_OF: &str = "member_of";

/// The collaboration that a plan without a prior state joins; JSON null while it is unknown.
const JOINS: &str = "joins";

/// Notes what this plan is about, and refuses the second plan of a replacement within one collaboration.
pub fn keep(plan: &mut Plan<'_>, private: &mut Private) {
    let planned = plan.get("collaboration_id").as_str().map(str::to_owned);
    let replaced = private.plan_note(MEMBER_OF).and_then(|note| note.as_str().map(str::to_owned));
    private.forget_plan();
    if let Some(collaboration_id) = plan.prior.get("collaboration_id").as_str() {
        private.set_plan_note(MEMBER_OF, collaboration_id);
        return;
    }
    if let Some(collaboration_id) = planned.as_ref().filter(|_| planned == replaced) {
        plan.diagnostics.push(replacement(collaboration_id));
    }
    private.set_plan_note(JOINS, planned);
}

/// Refuses a destruction that is half of a replacement within one collaboration.
pub fn refuse_leaving(prior: &Value, private: &Private, diagnostics: &mut Diagnostics) {
    let joins = private.plan_note(JOINS).and_then(|note| note.as_str());
    let collaboration_id = prior.get("collaboration_id").as_str();
    if let Some(collaboration_id) = collaboration_id.filter(|_| joins == collaboration_id) {
        diagnostics.push(tainted(prior, collaboration_id));
    }
}

fn replacement(collaboration_id: &str) -> Diagnostic {
    Diagnostic::error(
        "A membership cannot be replaced within its collaboration",
        format!(
            "The plan would leave collaboration `{collaboration_id}` and join it again, but an \
             account that has left a collaboration cannot come back. Leave out `-replace`, or \
             take this resource's `replace_triggered_by` out. To really leave, destroy the \
             membership."
        ),
    )
    .at(AttributePath::of("collaboration_id"))
}

fn tainted(prior: &Value, collaboration_id: &str) -> Diagnostic {
    let id = prior.get("id").as_str().unwrap_or_default();
    Diagnostic::error(
        format!("Membership {id} was not destroyed"),
        format!(
            "It was to be destroyed and created anew in the same collaboration \
             `{collaboration_id}`, most likely because it is marked as tainted; but an account \
             that has left a collaboration cannot come back. The membership is kept, and nothing \
             was changed. Run `terraform untaint` (or `tofu untaint`) for it. To really leave, \
             destroy it."
        ),
    )
}
