//! Keeping the account's place: a membership that is left cannot be joined again.
//!
//! An account that leaves a collaboration is locked out for good (AWS Clean Rooms
//! user guide, leaving a collaboration). Terraform asks for that in ways that
//! nobody means, and none of them shows in one call alone:
//!
//! - Another address, `count` become `for_each`, a module moved without `moved`:
//!   one address leaves what another joins. Both are planned in one run, so each
//!   plan notes what it leaves and joins, and whichever comes second fails, also
//!   between provider blocks of one account.
//! - `-replace` and `replace_triggered_by` make core plan twice, the second time
//!   without a prior state, but with the private notes of the first plan
//!   (protocol, e.4). So each plan notes which collaboration the object is in,
//!   and the second plan fails when it would join the same one.
//! - For a tainted object core plans once, as if there were none, and tells
//!   nothing about it. So each plan without a prior state notes which
//!   collaboration it joins, and a destruction that carries this note is the
//!   first half of a replacement: it is refused when the collaboration is the
//!   same, and when the account could not join the other one. A plain
//!   destruction carries no such note.
//! - While the other collaboration is not known, nothing is left: the first half
//!   keeps the membership, and the second takes it over or joins the other one.

use aws_sdk_cleanrooms::types::{self as sdk, MemberStatus, MembershipStatus};

use super::{Membership, read};
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::{Changing, Client};
use crate::cleanrooms::collaboration::get_collaboration;
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::{Arn, Located};
use crate::cleanrooms::object::Object;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// The collaboration of the object that is planned for: the second plan of a replacement finds it.
const MEMBER_OF: &str = "member_of";

/// The collaboration that a plan without a prior state joins; JSON null while it is unknown.
const JOINS: &str = "joins";

/// The Region in which that is.
const JOINS_IN: &str = "joins_in";

/// Notes what this plan is about, and refuses to leave what this run joins.
pub fn keep(plan: &mut Plan<'_>, client: Option<&Client>, private: &mut Private) {
    let planned = plan.get("collaboration_id").as_str().map(str::to_owned);
    let replaced = private.plan_note(MEMBER_OF).and_then(|note| note.as_str().map(str::to_owned));
    private.forget_plan();
    if let Some(client) = client {
        see_together(plan, client, planned.as_deref(), replaced.is_some());
    }
    if let Some(collaboration_id) = plan.prior.get("collaboration_id").as_str() {
        private.set_plan_note(MEMBER_OF, collaboration_id);
        return;
    }
    if let Some(collaboration_id) = planned.as_ref().filter(|_| planned == replaced) {
        plan.diagnostics.push(replacement(collaboration_id));
    }
    private.set_plan_note(JOINS, planned);
    private.set_plan_note(JOINS_IN, plan.get("region").as_str().map(str::to_owned));
}

/// Notes what is left and joined, and fails where another address of this run does the reverse, or may.
fn see_together(plan: &mut Plan<'_>, client: &Client, joins: Option<&str>, is_replaced: bool) {
    let present = plan.prior.get("collaboration_id").as_str();
    if plan.get("collaboration_id").is_unknown()
        && !is_replaced
        && let Some(left) = client.places.join_unknown(present)
    {
        plan.diagnostics.push(may_be_moved(&left));
    }
    if present == joins && present.is_some() {
        return;
    }
    if let Some(leaves) = present.filter(|_| ended(plan.prior).is_none()) {
        let is_joined = client.places.leave(leaves, account(plan.prior).as_deref());
        if is_joined {
            plan.diagnostics.push(moved(leaves));
        } else if joins.is_some() && !is_creators(plan.prior) {
            plan.diagnostics.push(for_good(plan.prior, leaves));
        }
    }
    // What was kept for whoever joins is not left any more.
    let is_left = |joins: &&str| client.places.join(joins) && !client.places.is_postponed(joins);
    if let Some(joins) = joins.filter(is_left) {
        plan.diagnostics.push(moved(joins));
    }
}

/// Says that leaving is for good; fails where another address of this run joins the same collaboration.
pub fn plan_destroy(
    prior: &Value,
    client: Option<&Client>,
    private: &mut Private,
    diagnostics: &mut Diagnostics,
) {
    let Some(leaves) = prior.get("collaboration_id").as_str() else { return };
    if ended(prior).is_some() {
        return;
    }
    let account = account(prior);
    if client.is_some_and(|client| client.places.leave(leaves, account.as_deref())) {
        diagnostics.push(moved(leaves));
    } else {
        if client.is_some_and(|client| client.places.is_unknown_joined()) {
            // What another address joins may turn out to be the same: it is left only then.
            private.set_plan_note(JOINS, serde_json::Value::Null);
        }
        if !is_creators(prior) {
            diagnostics.push(for_good(prior, leaves));
        }
    }
}

/// Whether it is the membership of the collaboration's creator, who cannot leave.
fn is_creators(prior: &Value) -> bool {
    let owner = account(prior);
    owner.is_some() && owner.as_deref() == prior.get("collaboration_creator_account_id").as_str()
}

/// The account whose membership it is.
fn account(prior: &Value) -> Option<String> {
    prior.get("arn").as_str().and_then(Arn::parse).map(|arn| arn.account)
}

/// Refuses a destruction that is half of a replacement within one collaboration, or that leaves what
/// this run joins.
pub fn refuse_leaving(
    prior: &Value,
    client: &Client,
    private: &Private,
    diagnostics: &mut Diagnostics,
) {
    let joins = private.plan_note(JOINS).and_then(|note| note.as_str());
    let Some(collaboration_id) = prior.get("collaboration_id").as_str() else { return };
    if joins == Some(collaboration_id) {
        diagnostics.push(tainted(prior, collaboration_id));
    } else if client.places.is_joined(collaboration_id, account(prior).as_deref())
        && ended(prior).is_none()
    {
        diagnostics.push(moved(collaboration_id));
    }
}

/// What becomes of a membership that is the first half of a replacement.
pub enum Leaving {
    /// It is left: nothing is replaced, or the account can join the other collaboration.
    Now,
    /// It is kept until the other collaboration is known.
    Later,
}

/// Decides whether a membership may be left now.
///
/// # Errors
///
/// The account could not join the collaboration for which it would leave this one.
pub async fn decide(cx: &Context<'_, Client>, state: &Value) -> Result<Leaving, Diagnostics> {
    let joins = cx.private().plan_note(JOINS).cloned();
    let Some(joins) = joins.filter(|_| ended(state).is_none()) else {
        return Ok(Leaving::Now);
    };
    let Some(id) = joins.as_str() else {
        return Ok(Leaving::Later);
    };
    let region = cx.private().plan_note(JOINS_IN).and_then(|note| note.as_str()).map(Value::from);
    let there = Value::object([("region", region.unwrap_or_default())]);
    let looked = match cx.client.reading(&there, &cx.stop).await {
        Ok(at) => at.look(get_collaboration(&at.sdk, id)).await,
        Err(err) => Err(err),
    };
    match looked {
        Ok(target) if target.member_status == MemberStatus::Invited => Ok(Leaving::Now),
        // The other half came first: this run has joined it already.
        Ok(target)
            if target.member_status == MemberStatus::Active
                && cx.client.places.is_joined(id, account(state).as_deref()) =>
        {
            Ok(Leaving::Now)
        }
        Ok(target) => Err(not_invited(
            state,
            id,
            &format!("The status of this account there is `{}`.", target.member_status),
        )),
        Err(err) => Err(not_invited(state, id, &err.to_string())),
    }
}

fn not_invited(state: &Value, target: &str, why: &str) -> Diagnostics {
    let present = state.get("collaboration_id").as_str().unwrap_or_default();
    Diagnostic::error(
        "The collaboration was not left, for the other one cannot be joined",
        format!(
            "The plan leaves collaboration `{present}` for good to join `{target}`, but this account \
             could not join that. Nothing was changed. Check the id, the Region, and that the account \
             is invited there. {why}"
        ),
    )
    .at(AttributePath::of("collaboration_id"))
    .into()
}

/// Keeps a membership whose successor is not known yet.
pub fn postpone(cx: &Context<'_, Client>, located: &Located, state: &Value) {
    let collaboration_id = state.get("collaboration_id").as_str().unwrap_or_default();
    let id = located.key.id();
    cx.client.places.postpone(collaboration_id, id);
    cx.report(Diagnostic::warning(
        format!("Membership {id} is not left yet"),
        format!(
            "Which collaboration is joined in place of `{collaboration_id}` is not known yet, and it \
             may be the same one, which could not be joined again. If this run ends before it is \
             known, the account is still a member: terraform import cleanrooms_membership.<name> {id}"
        ),
    ));
}

/// The membership that was kept for this address, when the collaboration has turned out to be the same.
pub async fn take_over(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    planned: &Value,
) -> Option<sdk::Membership> {
    let id = cx.client.places.take(planned.get("collaboration_id").as_str()?)?;
    read::get(&at.reading.sdk, &id).await.ok()
}

/// Clears up what was kept, now that another collaboration was joined in its place.
pub async fn clear_up(cx: &Context<'_, Client>, at: &Changing<'_>) {
    for (id, is_only) in cx.client.places.postponed() {
        let Ok(kept) = read::get(&at.reading.sdk, &id).await else { continue };
        if !is_only && kept.status == MembershipStatus::Active {
            // Whose successor this is cannot be told.
            continue;
        }
        cx.client.places.take(&kept.collaboration_id);
        let call = at.reading.sdk.delete_membership().membership_identifier(&id).send();
        if let Err(err) = call.await.map_err(AwsError::of("DeleteMembership")) {
            let failed = failed(&format!("leave the former collaboration (membership {id})"), &err);
            cx.report(Diagnostic::warning(failed.summary, failed.detail));
        }
    }
}

fn moved(collaboration_id: &str) -> Diagnostic {
    Diagnostic::error(
        "One resource leaves the collaboration that another one joins",
        format!(
            "This run leaves collaboration `{collaboration_id}` at one address and joins it at \
             another, but an account that has left a collaboration cannot come back. If the address \
             of the resource has changed, write so: moved {{ from = {0}.<old>  to = {0}.<new> }}. To \
             really leave, destroy the membership without joining at another address.",
            Membership::KIND.type_name
        ),
    )
}

fn may_be_moved(collaboration_id: &str) -> Diagnostic {
    Diagnostic::error(
        "One resource leaves a collaboration that another one may join",
        format!(
            "This run leaves collaboration `{collaboration_id}` at another address, and which one is \
             joined here is not known yet. If it is the same, the account could not come back. If the \
             address of the resource has changed, write so: moved {{ from = {0}.<old>  to = {0}.<new> \
             }}. If it is another collaboration, apply first what its id comes from, then the rest.",
            Membership::KIND.type_name
        ),
    )
    .at(AttributePath::of("collaboration_id"))
}

fn for_good(prior: &Value, collaboration_id: &str) -> Diagnostic {
    let id = prior.get("id").as_str().unwrap_or_default();
    Diagnostic::warning(
        format!("Membership {id} is left for good"),
        format!(
            "Applying this plan leaves collaboration `{collaboration_id}`. An account that has left \
             cannot join it again, and what hangs on the membership is lost. After a mere change of \
             the resource's address, write a `moved` block instead."
        ),
    )
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

/// The status of a membership whose account is no longer a member, though it still exists.
pub fn ended(prior: &Value) -> Option<String> {
    let status = prior.get("status").as_str()?;
    let ended = [MembershipStatus::Removed, MembershipStatus::CollaborationDeleted];
    ended.contains(&MembershipStatus::from(status)).then(|| status.to_owned())
}
