//! What a change request does when it is committed.

use super::super::distinct;
use super::invalid_state;
use super::types::{ADD_MEMBER, CHANGEABLE, MemberChange, REMOVE_PAYER_CANDIDATE, Specification};
use crate::error::{ApiError, ResourceKind};
use crate::payment::{Cost, Payers};
use crate::shelf::Shelf;
use crate::state::{
    CAN_QUERY, CAN_RUN_JOB, Change, ChangeRequestStatus, Collaboration, Member, MemberStatus,
    Membership, State, Timestamp,
};

/// Checks what the collaboration would become, and gives its invited members then.
pub(super) fn check_outcome(
    collaboration: &Collaboration,
    specifications: &[Specification],
    now: Timestamp,
) -> Result<usize, ApiError> {
    let mut members = collaboration.members.clone();
    for specification in specifications {
        if let Specification::Member(change) = specification {
            change_member(&mut members, change, now);
        }
    }
    let relieved = members.iter().any(|member| {
        member.has(CAN_RUN_JOB) && member.payers.get(Cost::JobCompute) == Some(false)
    });
    if relieved {
        return Err(ApiError::configuration(
            "paymentConfiguration.jobCompute.isResponsible",
            "The member who can run jobs must be responsible for their costs.",
        ));
    }
    let invited = members
        .iter()
        .filter(|member| member.account != collaboration.creator() && member.status.takes_part());
    Ok(invited.count())
}

/// Makes the changes of a request happen, all or none.
pub(super) fn commit(
    state: &mut State,
    id: &str,
    request_id: &str,
    now: Timestamp,
) -> Result<(), ApiError> {
    let collaboration =
        state.collaborations.get_mut(id).ok_or_else(|| ApiError::collaboration_denied(id))?;
    let request = state
        .change_requests
        .get_mut(request_id)
        .ok_or_else(|| ApiError::not_found(ResourceKind::Collaboration, request_id))?;
    let changes = request.changes.clone();
    let specifications = changes
        .iter()
        .map(|change| Specification::read(&change.specification))
        .collect::<Result<Vec<_>, _>>()?;
    check_still_possible(collaboration, &changes, &specifications)?;
    for (specification, change) in specifications.into_iter().zip(changes) {
        match specification {
            Specification::Collaboration(change) => {
                collaboration.auto_approved_change_types =
                    change.auto_approved_change_types.map(distinct);
            }
            Specification::Member(member) => {
                let relieves = change.types.iter().any(|kind| kind == REMOVE_PAYER_CANDIDATE);
                change_member(&mut collaboration.members, &member, now);
                mirror(collaboration, &mut state.memberships, &member, relieves, now);
            }
        }
    }
    collaboration.head.update_time = now;
    request.status = ChangeRequestStatus::Committed;
    request.head.update_time = now;
    promise_memberships(state, id);
    Ok(())
}

/// Gives new members the ids of the memberships that they may make.
fn promise_memberships(state: &mut State, id: &str) {
    let is_new = |member: &Member| member.membership_id.is_empty();
    while state.collaborations.get(id).is_some_and(|one| one.members.iter().any(is_new)) {
        let (_, membership_id) = state.next_id(&Membership::KIND);
        let collaboration = state.collaborations.get_mut(id);
        let member = collaboration.and_then(|one| one.members.iter_mut().find(|one| is_new(one)));
        if let Some(member) = member {
            member.membership_id = membership_id;
        }
    }
}

/// Members may have come or gone since the request was filed.
fn check_still_possible(
    collaboration: &Collaboration,
    changes: &[Change],
    specifications: &[Specification],
) -> Result<(), ApiError> {
    for (change, specification) in changes.iter().zip(specifications) {
        let Some(account) = specification.subject() else {
            continue;
        };
        let adds = change.types.iter().any(|kind| kind == ADD_MEMBER);
        if adds == collaboration.changed_member(account).is_some() {
            let problem = if adds { "is a member already" } else { "is no longer a member" };
            return Err(invalid_state(collaboration, &format!("The account {account} {problem}.")));
        }
    }
    Ok(())
}

/// Changes an entry of the member list, or adds one.
fn change_member(members: &mut Vec<Member>, change: &MemberChange, now: Timestamp) {
    let sent = Payers::from_request(change.payment_configuration.as_ref());
    let index = members.iter().position(|member| member.account == change.account_id);
    let returns = index.is_some_and(|index| !members[index].status.takes_part());
    let index = match index {
        Some(index) => index,
        None => {
            members.push(invited(change, now));
            members.len() - 1
        }
    };
    let member = &mut members[index];
    if returns {
        *member = invited(change, now);
    }
    member.abilities.retain(|held| held == CAN_QUERY || held == CAN_RUN_JOB);
    let changeable = |ability: &&String| CHANGEABLE.iter().any(|(name, ..)| name == ability);
    member.abilities.extend(change.member_abilities.iter().filter(changeable).cloned());
    member.abilities = distinct(std::mem::take(&mut member.abilities));
    if let Some(abilities) = &change.ml_member_abilities {
        member.ml_abilities = Some(distinct(abilities.as_slice().to_vec()));
    }
    for cost in Cost::ALL {
        if let Some(flag) = sent.get(cost) {
            member.payers.set(cost, flag);
        }
    }
    member.update_time = now;
}

/// A new member, without abilities.
fn invited(change: &MemberChange, now: Timestamp) -> Member {
    let mut payers = Payers::default();
    payers.set(Cost::QueryCompute, false);
    Member {
        account: change.account_id.clone(),
        display_name: change.display_name.clone().unwrap_or_default(),
        status: MemberStatus::Invited,
        abilities: Vec::new(),
        ml_abilities: None,
        payers,
        create_time: now,
        update_time: now,
        membership_id: String::new(),
    }
}

/// Shows the abilities of a member in its membership. What it pays it accepts
/// by itself, but one who is relieved pays no longer.
fn mirror(
    collaboration: &Collaboration,
    memberships: &mut Shelf<Membership>,
    change: &MemberChange,
    relieves: bool,
    now: Timestamp,
) {
    let Some(member) = collaboration.member(&change.account_id) else {
        return;
    };
    let membership = memberships.get_mut(&member.membership_id);
    let Some(membership) = membership else { return };
    membership.abilities.clone_from(&member.abilities);
    membership.ml_abilities.clone_from(&member.ml_abilities);
    if relieves {
        let sent = Payers::from_request(change.payment_configuration.as_ref());
        for cost in Cost::ALL {
            if sent.get(cost) == Some(false) && membership.payers.get(cost) == Some(true) {
                membership.payers.set(cost, false);
            }
        }
    }
    membership.head.update_time = now;
}
