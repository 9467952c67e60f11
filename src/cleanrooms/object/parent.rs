//! What hangs on another object: a parent that is not known yet, has moved, or has ended.

use aws_sdk_cleanrooms::types::MembershipStatus;

use super::Object;
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::{Client, Reading};
use crate::cleanrooms::key::Located;
use crate::cleanrooms::{ended, region};
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::schema::{Replace, Schema};
use crate::framework::{Change, Context, Diagnostic, Severity};
use crate::wire::Value;

/// The attributes whose other value means another object.
pub(super) fn of_parents(schema: &Schema) -> impl Iterator<Item = &'static str> {
    let relocating = schema.attributes.iter().filter(|a| a.replace == Replace::Relocates);
    relocating.map(|attribute| attribute.name)
}

/// Whether an update has turned out to be about another object.
pub(super) fn relocates(schema: &Schema, change: Change<'_>) -> bool {
    of_parents(schema)
        .any(|name| change.changes(name) && change.planned.get(name).is_wholly_known())
}

/// Whether the ids of an object were not known when its update was planned, though it stays the same one.
pub(super) fn is_undecided(schema: &Schema, change: Change<'_>) -> bool {
    let fixed = schema.attributes.iter().filter(|a| ["id", "arn", "create_time"].contains(&a.name));
    fixed.map(|attribute| change.planned.get(attribute.name)).any(Value::is_unknown)
}

/// Whether a change names another parent, or may.
pub(super) fn moves_with_parent<O: Object>(change: Change<'_>) -> bool {
    O::KIND.parent.is_some_and(|parent| change.changes(parent))
}

/// A note: the status of the membership on which the object hangs, where that has ended.
const PARENT_ENDED: &str = "parent_ended";

/// The status of an object, or of the membership that it hangs on, with which nothing can be done any more.
pub(super) fn ended<O: Object>(prior: &Value, private: &Private) -> Option<String> {
    let of_parent = private.get(PARENT_ENDED).and_then(|note| note.as_str()).map(str::to_owned);
    O::ended(prior).or(of_parent)
}

/// Plans nothing for what has ended, warns of what its parent alone could change, and makes nothing in another
/// Region than its parent's.
pub(super) fn plan_for_parent<O: Object>(
    plan: &mut Plan<'_>,
    client: Option<&Client>,
    private: &Private,
) {
    let Some(parent) = O::KIND.parent else { return };
    if plan.is_create() {
        let region = plan.get("region").as_str();
        let elsewhere = client
            .zip(region)
            .and_then(|(client, region)| elsewhere::<O>(client, &plan.planned, region));
        plan.diagnostics.extend(elsewhere);
        return;
    }
    if !plan.changes(parent)
        && let Some(status) = ended::<O>(plan.prior, private)
    {
        ended::leave_as_it_is(plan, &O::KIND, &status);
        return;
    }
    if plan.relocates {
        plan.diagnostics.push(may_relocate::<O>(plan));
        return;
    }
    if plan.changes(parent) {
        return;
    }
    let change = Change { prior: plan.prior, planned: &plan.planned };
    if let Some(mut error) = region::fixed_by_parent(O::KIND.noun, parent, change) {
        error.severity = Severity::Warning;
        error.detail.push_str(" Apply will refuse this plan.");
        plan.diagnostics.push(error);
    }
}

/// The error for an object that is to be made in that Region, where its parent is known to be in another one.
pub fn elsewhere<O: Object>(client: &Client, planned: &Value, region: &str) -> Option<Diagnostic> {
    let (parent, id) = of_planned::<O>(planned)?;
    let of_parent = client.located(id).filter(|it| it != region)?;
    Some(region::elsewhere(O::KIND.noun, parent, &of_parent, region))
}

/// The attribute that names what a planned object hangs on, and its id.
pub fn of_planned<O: Object>(planned: &Value) -> Option<(&'static str, &str)> {
    let name = O::KIND.parent?;
    Some((name, planned.get(name).as_str()?))
}

pub(super) fn may_relocate<O: Object>(plan: &Plan<'_>) -> Diagnostic {
    let noun = O::KIND.noun;
    let of_parents: Vec<_> = of_parents(plan.schema).filter(|name| plan.changes(name)).collect();
    let names = of_parents.join(", ");
    let detail = match of_parents.iter().all(|name| plan.get(name).is_wholly_known()) {
        true => format!(
            "With another {names} it is another {noun}. It is made anew, and the old one is \
             deleted afterwards, where it still exists."
        ),
        false => format!(
            "{names} will be known only when other resources have been applied. If it turns out \
             the same, the {noun} stays as it is. If it is another one, the {noun} is made anew, \
             and the old one is deleted afterwards, where it still exists."
        ),
    };
    Diagnostic::warning(format!("The {noun} may become another one"), detail)
}

/// Notes whether the membership on which the object hangs has ended: then the service changes nothing about it.
pub(super) async fn note_parent<O: Object>(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    located: &Located,
) {
    if O::KIND.key.first() != Some(&"membership_id") {
        return;
    }
    let membership_id = located.key.parent();
    let asking = async {
        let call = at.sdk.get_membership().membership_identifier(membership_id).send();
        let reply = call.await.map_err(AwsError::of("GetMembership"))?;
        let membership = reply.membership.ok_or_else(|| AwsError::unreadable("GetMembership"))?;
        Ok(membership.status)
    };
    let status = at.client.membership_status(membership_id, asking);
    let status = match at.look(status).await {
        Ok(MembershipStatus::Active) => return cx.private().remove(PARENT_ENDED),
        Ok(status) => status,
        // It says nothing about the object, and whoever manages the membership is told.
        Err(err) => return tracing::debug!(%err, "the membership's status is not known"),
    };
    cx.private().set(PARENT_ENDED, status.as_str());
    let noun = O::KIND.noun;
    cx.report(Diagnostic::warning(
        format!("The membership of {noun} {} has ended", located.key.shown()),
        format!(
            "Membership `{membership_id}` has the status `{status}`. The {noun} stays in state; \
             nothing can be done with it any more but to destroy it."
        ),
    ));
}
