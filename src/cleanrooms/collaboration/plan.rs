//! The plan of a collaboration: what changes in place, what only a new one can bring, and what the user should know.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cleanrooms::types::MemberStatus;

use super::changes::{CHANGED_BY_REQUEST, PENDING_APPROVAL};
use super::notes;
use super::requests::told_together;
use crate::framework::plan::{Plan, filled};
use crate::framework::private::Private;
use crate::framework::validators::invalid;
use crate::framework::{Change, Diagnostic, Diagnostics, Severity};
use crate::wire::{AttributePath, Value};

/// Abilities that nobody can be given or lose in an existing collaboration (API reference: change types).
const FIXED: [&str; 2] = ["CAN_QUERY", "CAN_RUN_JOB"];

/// Plans the change of an existing collaboration. A new one has no change requests.
pub fn plan_change(plan: &mut Plan<'_>, private: &Private) {
    if plan.is_create() {
        plan.set("change_requests", Value::map([]));
        return;
    }
    refuse_creator_as_member(plan);
    keep_for_names_of_pending_members(plan);
    let replaced_for = replace_for_fixed_abilities(plan, private);
    if plan.is_replacement() {
        warn_of_replacement(plan, !replaced_for.is_empty());
        return;
    }
    warn_of_unknown_members(plan);
    warn_of_members(plan, private);
    act_on_open_requests(plan);
}

/// The creator is a member by its own attributes.
fn refuse_creator_as_member(plan: &mut Plan<'_>) {
    let Some(creator) = plan.prior.get("creator_account_id").as_str() else {
        return;
    };
    if plan.get("members").as_map().is_some_and(|members| members.contains_key(creator)) {
        let path = AttributePath::of("members").key(creator);
        let detail = "This account is the creator, which is described by the attributes that \
                      start with creator_. Remove it from `members`.";
        plan.diagnostics.push(invalid(&path, detail));
    }
}

/// Whoever has yet to be added can be added under another name: the request is withdrawn, and another filed.
fn keep_for_names_of_pending_members(plan: &mut Plan<'_>) {
    for account in plan.prior.get("members").as_map().into_iter().flat_map(|map| map.keys()) {
        if is_pending(plan.prior, account) {
            let name = AttributePath::of("members").key(account).attribute("display_name");
            plan.requires_replace.remove(&name);
        }
    }
}

fn is_pending(state: &Value, account: &str) -> bool {
    state.get("member_statuses").get(account).as_str() == Some(PENDING_APPROVAL)
}

/// How many of the other members have joined.
fn active_members(state: &Value) -> usize {
    let statuses = state.get("member_statuses").as_map();
    let active = |status: &&Value| status.as_str() == Some(MemberStatus::Active.as_str());
    statuses.into_iter().flat_map(|statuses| statuses.values()).filter(active).count()
}

/// Finds changes of who runs queries and jobs, which is fixed for the life of a collaboration: the
/// places that ask for a replacement.
///
/// A member that has left is not one of them: no other company's act destroys the collaboration.
fn replace_for_fixed_abilities(plan: &mut Plan<'_>, private: &Private) -> BTreeSet<AttributePath> {
    let creator = AttributePath::of("creator_member_abilities");
    let mut sets = vec![(
        creator,
        plan.prior.get("creator_member_abilities"),
        plan.planned.get("creator_member_abilities").clone(),
    )];
    let members = AttributePath::of("members");
    let members_planned = plan.get("members").as_map().into_iter().flatten();
    // Of a member that is unknown as a whole, what it may do is unknown, too.
    let lost: BTreeSet<_> = notes::lost_members(private).collect();
    let here = members_planned.filter(|(account, _)| !lost.contains(account.as_str()));
    for (account, member) in here.filter(|(_, member)| member.is_known()) {
        let element = members.clone().key(account);
        let prior = plan.prior.get("members").get(account);
        let path = if prior.is_null() { element } else { element.attribute("member_abilities") };
        let prior = prior.get("member_abilities");
        sets.push((path, prior, member.get("member_abilities").clone()));
    }
    let differs = |prior: &Value, planned: &Value| {
        fixed(prior) != fixed(planned) && planned.is_wholly_known()
    };
    let changed = sets.into_iter().filter(|(_, prior, planned)| differs(prior, planned));
    let paths: BTreeSet<_> = changed.map(|(path, ..)| path).collect();
    plan.requires_replace.extend(paths.iter().cloned());
    paths
}

fn fixed(abilities: &Value) -> BTreeSet<&str> {
    abilities.as_elements().filter_map(Value::as_str).filter(|name| FIXED.contains(name)).collect()
}

/// Members that are not known yet: what they turn out to be is changed in place, as far as that goes.
fn warn_of_unknown_members(plan: &mut Plan<'_>) {
    let unknown = ["members", "creator_member_abilities"]
        .into_iter()
        .find(|name| !plan.config.get(name).is_wholly_known());
    if let Some(name) = unknown {
        plan.diagnostics.push(
            Diagnostic::warning(
                format!("{name} will be known only after other resources are applied"),
                "Members are then added, changed and removed in place. If that would change who \
                 runs queries or jobs, or a display name, apply stops before it changes anything: \
                 apply what the values come from first, then plan again.",
            )
            .at(AttributePath::of(name)),
        );
    }
}

/// What a change of the set of members means for those who come and go.
fn warn_of_members(plan: &mut Plan<'_>, private: &Private) {
    let accounts = |value: &Value| -> BTreeSet<String> {
        value.as_map().into_iter().flat_map(|map| map.keys().cloned()).collect()
    };
    if plan.get("members").is_unknown() {
        return;
    }
    let (before, after) = (accounts(plan.prior.get("members")), accounts(plan.get("members")));
    for account in before.difference(&after) {
        // Who has not been added yet is not removed: the request is withdrawn.
        if !is_pending(plan.prior, account) {
            plan.diagnostics.push(removal(account));
        }
    }
    let former: BTreeMap<_, _> = notes::former_members(private).collect();
    let lost: BTreeSet<_> = notes::lost_members(private).collect();
    for account in after.difference(&before) {
        let Some(status) = former.get(account.as_str()) else { continue };
        plan.diagnostics.push(match lost.contains(account.as_str()) {
            true => Diagnostic { severity: Severity::Warning, ..loss_of(account, status) },
            false => return_of(account, status),
        });
    }
    warn_of_denied(plan, private);
}

fn removal(account: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Account {account} is removed from the collaboration for good"),
        format!(
            "Removing a member takes effect at once, without votes. Account {account} loses its \
             access, and the service may not let it come back."
        ),
    )
}

fn departure(status: &str) -> &'static str {
    if status == "LEFT" { "has left" } else { "was removed from" }
}

fn return_of(account: &str, status: &str) -> Diagnostic {
    let how = departure(status);
    Diagnostic::warning(
        format!("The service may refuse account {account}"),
        format!(
            "The account {how} this collaboration before. If the service does not take it back, \
             remove it from `members`, or replace the collaboration."
        ),
    )
    .at(AttributePath::of("members").key(account))
}

/// The error for a member that the configuration still has, though it is one no more.
fn loss_of(account: &str, status: &str) -> Diagnostic {
    let how = departure(status);
    Diagnostic::error(
        format!("Account {account} {how} the collaboration"),
        format!(
            "It {how} the collaboration since the configuration was last applied, and the service \
             may not take it back. Nothing is changed while the configuration still has it: take \
             the account out of `members` to go on without it, or replace the collaboration with \
             `-replace` to invite it to a new one. Who has CAN_QUERY and CAN_RUN_JOB is fixed when \
             a collaboration is created, so a new one is the only way to have a runner again."
        ),
    )
    .at(AttributePath::of("members").key(account))
}

/// Refuses to change a collaboration whose configuration has a member that is lost.
pub fn refuse(change: Change<'_>, private: &Private, diagnostics: &mut Diagnostics) {
    let Change { prior, planned } = change;
    if prior.is_null() || planned.is_null() {
        return;
    }
    let former: BTreeMap<_, _> = notes::former_members(private).collect();
    for account in notes::lost_members(private) {
        let (is, shall) = (prior.get("members").get(account), planned.get("members").get(account));
        if is.is_null() && !shall.is_null() {
            let status = former.get(account).copied().unwrap_or_default();
            diagnostics.push(loss_of(account, status));
        }
    }
}

/// What a replacement has cost the others of which no plan could warn.
pub fn replacement(prior: &Value) -> Option<Diagnostic> {
    let (active, whom) = thrown_out(active_members(prior))?;
    let id = prior.get("id").as_str().unwrap_or_default();
    Some(Diagnostic::warning(
        format!("Replacing the collaboration has thrown out {whom}"),
        format!(
            "Members of collaboration `{id}` that were active, beside its creator: {active}. Their \
             memberships have ended for good, and everybody has to join the new one anew. (Of a \
             replacement that was asked for by `-replace`, by `replace_triggered_by` or by a taint, \
             engines show no warning in the plan; there `member_statuses` tells who is active.)"
        ),
    ))
}

/// How many members are active beside the creator, and in words; none if there are none.
fn thrown_out(active: usize) -> Option<(usize, &'static str)> {
    match active {
        0 => None,
        1 => Some((1, "its active member")),
        active => Some((active, "all active members")),
    }
}

/// What a destruction costs the others: those that a read has `seen` in this run, or else those of the
/// state. Of what is not in the configuration any more, core shows the state as it was before the refresh.
pub fn destruction(prior: &Value, seen: Option<usize>) -> Option<Diagnostic> {
    let (active, whom) = thrown_out(seen.unwrap_or_else(|| active_members(prior)))?;
    let id = prior.get("id").as_str().unwrap_or_default();
    Some(Diagnostic::warning(
        format!("Destroying the collaboration throws out {whom}"),
        format!(
            "Members of collaboration `{id}` that are active, beside its creator: {active}. Destroying \
             it ends their memberships for good, with all that hangs on them; a new one has another \
             id, and everybody has to join it anew. After a mere change of the resource's address, write a \
             `moved` block instead."
        ),
    ))
}

/// Says so when the plan asks again for what was denied last.
fn warn_of_denied(plan: &mut Plan<'_>, private: &Private) {
    for (account, id, end) in notes::denials(private) {
        let asks_again = if account.is_empty() {
            plan.changes("auto_approved_change_request_types")
        } else if plan.prior.get("creator_account_id").as_str() == Some(account) {
            CHANGED_BY_REQUEST.iter().any(|name| name.starts_with("creator") && plan.changes(name))
        } else {
            let (prior, planned) = (plan.prior.get("members"), plan.get("members"));
            planned.get(account) != prior.get(account) && !planned.get(account).is_null()
        };
        if asks_again {
            let subject =
                if account.is_empty() { "auto-approval".to_owned() } else { account.to_owned() };
            plan.diagnostics.push(Diagnostic::warning(
                format!("A change of {subject} was asked for before, in vain"),
                format!(
                    "Change request {id} asked for a change of it, and {end}. Applying this plan \
                     asks again."
                ),
            ));
        }
    }
}

/// Plans what can be done about open requests: committing approved ones, and waiting for votes if that is new.
///
/// Decided by the prior state alone, so that the plan at apply decides alike.
fn act_on_open_requests(plan: &mut Plan<'_>) {
    let (prior, config) = (plan.prior, plan.config);
    let open = prior.get("change_requests").as_map();
    let approved: Vec<_> = open
        .into_iter()
        .flatten()
        .filter(|(_, request)| request.get("status").as_str() == Some("APPROVED"))
        .collect();
    let waits = |value: &Value| value.get("wait_for_approval").as_bool() == Some(true);
    // While it is unknown it may turn out true, and the plan at apply must not be less certain than this one.
    let may_wait = waits(config) || config.get("wait_for_approval").is_unknown();
    let starts_to_wait = may_wait && !waits(prior);
    let concerned: Vec<_> = if starts_to_wait && open.is_some_and(|open| !open.is_empty()) {
        open.into_iter().flatten().collect()
    } else {
        approved.clone()
    };
    if concerned.is_empty() {
        return;
    }
    plan.set("change_requests", Value::Unknown);
    for (_, request) in &concerned {
        for account in request.get("accounts").as_elements().filter_map(Value::as_str) {
            if !prior.get("members").get(account).is_null() {
                plan.set("member_statuses", Value::Unknown);
            }
            mark_member(plan, account);
        }
    }
    let (wanted, unwanted): (Vec<_>, Vec<_>) =
        approved.into_iter().partition(|(_, request)| is_still_planned(plan, request));
    let told = |verbs, requests: Vec<(&String, &Value)>, fact: &str| {
        let facts: Vec<_> =
            requests.into_iter().map(|(id, _)| (id.clone(), fact.to_owned())).collect();
        told_together(verbs, &facts, "")
    };
    plan.diagnostics.extend(told(
        ["is approved", "are approved"],
        wanted,
        "All votes are in; applying this plan commits it.",
    ));
    plan.diagnostics.extend(told(
        ["is approved, but not wanted any more", "are approved, but not wanted any more"],
        unwanted,
        "All votes are in, but the configuration asks for something else; applying this plan \
         withdraws the request.",
    ));
}

/// Whether the plan leaves alone what a request is about. State shows it as if it had been committed.
fn is_still_planned(plan: &Plan<'_>, request: &Value) -> bool {
    let keeps = |prior: &Value, planned: &Value| filled(planned, prior) == *prior;
    let keeps_attribute = |name: &str| keeps(plan.prior.get(name), plan.get(name));
    let creator = plan.prior.get("creator_account_id").as_str();
    let mut accounts = request.get("accounts").as_elements().filter_map(Value::as_str).peekable();
    if accounts.peek().is_none() {
        return keeps_attribute("auto_approved_change_request_types");
    }
    accounts.all(|account| {
        if Some(account) == creator {
            let mut names = CHANGED_BY_REQUEST.iter().filter(|name| name.starts_with("creator"));
            return names.all(|name| keeps_attribute(name));
        }
        keeps(plan.prior.get("members").get(account), plan.get("members").get(account))
    })
}

/// Marks what committing may change about a member that the configuration leaves open.
fn mark_member(plan: &mut Plan<'_>, account: &str) {
    let config = plan.config.get("members").get(account);
    let open_payment = config.get("payment_configuration").is_null();
    let Value::Object(attributes) = &mut plan.planned else {
        return;
    };
    let member = attributes.get_mut("members").and_then(|members| match members {
        Value::Map(members) => members.get_mut(account),
        _ => None,
    });
    if let Some(Value::Object(member)) = member.filter(|_| open_payment) {
        member.insert("payment_configuration".to_owned(), Value::Unknown);
    }
}

/// Says what a replacement costs the others, and why it must be.
fn warn_of_replacement(plan: &mut Plan<'_>, changes_runners: bool) {
    let active = active_members(plan.prior);
    let summary = match active {
        0 if !changes_runners => return,
        0 => "Changing who runs queries or jobs replaces the collaboration".to_owned(),
        1 => "Replacing the collaboration throws out its active member".to_owned(),
        _ => format!("Replacing the collaboration throws out {active} active members"),
    };
    let paths: Vec<_> = plan.requires_replace.iter().map(ToString::to_string).collect();
    let mut detail =
        format!("The API cannot make this change of a collaboration: {}. ", paths.join(", "));
    if changes_runners {
        detail.push_str(
            "Who has CAN_QUERY and CAN_RUN_JOB is fixed when a collaboration is created. ",
        );
    }
    detail.push_str(
        "The new one has a new id, and every member has to join it anew; what hangs on the old \
         memberships is lost.",
    );
    plan.diagnostics.push(Diagnostic::warning(summary, detail));
}

#[cfg(test)]
mod tests;
