//! Change requests: what the owner of a collaboration asks its members to agree to.

mod effects;
mod types;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::effects::{check_outcome, commit};
use self::types::{ChangeInput, Specification, check_subjects, typed};
use super::collaborations::check_invited;
use super::paging::Page;
use super::plain::check_quota;
use super::{Call, Operation, parse, text};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{AutoApproved, CreatorVote, Permission, Quotas, Switches, WithoutVoters};
use crate::state::{
    Change, ChangeRequest, ChangeRequestStatus, Collaboration, Member, MemberStatus, State,
    Timestamp, Vote,
};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateCollaborationChangeRequest", create),
    ("GetCollaborationChangeRequest", get),
    ("UpdateCollaborationChangeRequest", update),
    ("ListCollaborationChangeRequests", list),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput {
    collaboration_identifier: String,
    changes: Vec<ChangeInput>,
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let input: CreateInput = parse(input)?;
    let id = &input.collaboration_identifier;
    call.owned_parent(id)?;
    let collaboration = &call.state.collaborations[id];
    let specifications = input
        .changes
        .iter()
        .map(|change| Specification::read(&change.specification))
        .collect::<Result<Vec<_>, _>>()?;
    check_states(call.state, collaboration, &specifications, call.switches)?;
    check_subjects(&input.changes, &specifications)?;
    let invited = check_outcome(collaboration, &specifications, call.now)?;
    let changes = typed(collaboration, &input.changes, &specifications, call.switches)?;
    check_quotas(collaboration, invited, call)?;
    let request = file(call, id, changes)?;
    Ok(json!({ "collaborationChangeRequest": request }))
}

/// Refuses changes of members that are gone, and, where asked to, of subjects
/// that another open request changes.
fn check_states(
    state: &State,
    collaboration: &Collaboration,
    specifications: &[Specification],
    switches: &Switches,
) -> Result<(), ApiError> {
    for specification in specifications {
        let subject = specification.subject();
        if switches.overlapping_change_requests == Permission::Refused
            && state.has_open_change_of(collaboration, subject)
        {
            let message = "Another open change request changes the same.";
            return Err(invalid_state(collaboration, message));
        }
        let gone = subject
            .and_then(|account| collaboration.member(account))
            .is_some_and(|member| !member.status.takes_part());
        if gone && switches.returning_members == Permission::Refused {
            let message = "An account that has left or was removed cannot be added again.";
            return Err(invalid_state(collaboration, message));
        }
    }
    Ok(())
}

fn invalid_state(collaboration: &Collaboration, message: &str) -> ApiError {
    ApiError::conflict(
        ConflictReason::InvalidState,
        ResourceKind::Collaboration,
        &collaboration.head.id,
        message,
    )
}

impl State {
    fn open_requests<'a>(
        &'a self,
        collaboration: &'a Collaboration,
    ) -> impl Iterator<Item = &'a ChangeRequest> {
        self.change_requests
            .values()
            .filter(|request| request.collaboration_id == collaboration.head.id)
            .filter(|request| request.status.is_open())
    }

    fn has_open_change_of(&self, collaboration: &Collaboration, subject: Option<&str>) -> bool {
        self.open_requests(collaboration).flat_map(|request| &request.changes).any(|change| {
            let account = change.specification.pointer("/member/accountId");
            account.and_then(Value::as_str) == subject
        })
    }
}

impl Collaboration {
    /// The member that a change is made to; none if it adds the account.
    fn changed_member(&self, account: &str) -> Option<&Member> {
        self.member(account).filter(|member| member.status.takes_part())
    }
}

fn check_quotas(
    collaboration: &Collaboration,
    invited: usize,
    call: &Call<'_>,
) -> Result<(), ApiError> {
    if invited > collaboration.invited() {
        check_invited(invited, call)?;
    }
    let Quotas { open_change_requests_per_collaboration: quota, .. } = *call.quotas;
    let open = call.state.open_requests(collaboration).count();
    match quota {
        Some(quota) => check_quota("Open change requests per collaboration", quota, open),
        None => Ok(()),
    }
}

/// Adds the request to the collaboration, and commits it if it needs no vote.
fn file(call: &mut Call<'_>, id: &str, changes: Vec<Change>) -> Result<Value, ApiError> {
    let (now, switches) = (call.now, call.switches);
    let head = call.head(&ChangeRequest::KIND, None);
    let request_id = head.id.clone();
    let collaboration = call.owned_parent(id)?;
    let is_auto_approved = collaboration.approves_by_itself(&changes);
    let approvals =
        if is_auto_approved { BTreeMap::new() } else { voters(collaboration, switches) };
    let is_decided = approvals.values().all(|vote| *vote == Vote::Approved);
    let status = match (is_auto_approved, approvals.is_empty()) {
        (true, _) => ChangeRequestStatus::Approved,
        (false, false) if is_decided => ChangeRequestStatus::Approved,
        (false, true) if switches.request_without_voters == WithoutVoters::Approved => {
            ChangeRequestStatus::Approved
        }
        _ => ChangeRequestStatus::Pending,
    };
    call.state.change_requests.insert(ChangeRequest {
        head,
        collaboration_id: id.to_owned(),
        changes,
        is_auto_approved,
        status,
        approvals,
    });
    if is_auto_approved && switches.auto_approved_request == AutoApproved::Committed {
        // What it needs was checked a moment ago, so it does not fail halfway.
        commit(call.state, id, &request_id, now)?;
    }
    Ok(reply(&call.state.change_requests[request_id.as_str()], id))
}

impl Collaboration {
    fn approves_by_itself(&self, changes: &[Change]) -> bool {
        let approved = self.auto_approved_change_types.as_deref().unwrap_or_default();
        changes.iter().flat_map(|change| &change.types).all(|kind| approved.contains(kind))
    }
}

/// Everyone who is asked, with the vote that nobody has given yet.
fn voters(collaboration: &Collaboration, switches: &Switches) -> BTreeMap<String, Vote> {
    collaboration
        .members
        .iter()
        .filter(|member| match member.status {
            MemberStatus::Active => true,
            MemberStatus::Invited => switches.invited_accounts_vote,
            MemberStatus::Left | MemberStatus::Removed => false,
        })
        .filter_map(|member| {
            let vote = match switches.creator_votes {
                _ if member.account != collaboration.creator() => Vote::Pending,
                CreatorVote::Asked => Vote::Pending,
                CreatorVote::NotAsked => return None,
                CreatorVote::ByFiling => Vote::Approved,
            };
            Some((member.account.clone(), vote))
        })
        .collect()
}

/// Asks an account no longer that has left or was removed. What it has said stays.
pub(super) fn withdraw_voter(
    state: &mut State,
    collaboration_id: &str,
    account: &str,
    now: Timestamp,
) {
    for request in state.change_requests.values_mut() {
        if request.collaboration_id != collaboration_id
            || request.status != ChangeRequestStatus::Pending
            || request.approvals.get(account) != Some(&Vote::Pending)
        {
            continue;
        }
        request.approvals.remove(account);
        request.head.update_time = now;
        request.count_votes();
    }
}

impl ChangeRequest {
    fn count_votes(&mut self) {
        if self.approvals.values().any(|vote| *vote == Vote::Denied) {
            self.status = ChangeRequestStatus::Denied;
        } else if self.approvals.values().all(|vote| *vote == Vote::Approved) {
            self.status = ChangeRequestStatus::Approved;
        }
    }
}

fn get(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    let request_id = text(&input, "changeRequestIdentifier")?;
    call.parent(id)?;
    let request = find(call, id, request_id)?;
    Ok(json!({ "collaborationChangeRequest": reply(request, id) }))
}

fn find<'a>(
    call: &'a mut Call<'_>,
    id: &str,
    request_id: &str,
) -> Result<&'a mut ChangeRequest, ApiError> {
    call.state
        .change_requests
        .find(request_id)
        .filter(|request| request.collaboration_id == id)
        // The model's resource types have none for change requests.
        .ok_or_else(|| ApiError::not_found(ResourceKind::Collaboration, request_id))
}

fn list(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    let page = Page::newest_first(format!("change requests {id}"), &input, call.switches)?;
    let wanted = input.get("status").and_then(Value::as_str);
    call.parent(id)?;
    let items = call
        .state
        .change_requests
        .seen(|request| request.collaboration_id == id)
        .into_iter()
        .filter(|request| wanted.is_none_or(|wanted| request.status.as_str() == wanted))
        .map(|request| (request.head.sequence, reply(request, id)))
        .collect();
    Ok(page.reply("collaborationChangeRequestSummaries", items))
}

fn reply(request: &ChangeRequest, collaboration_id: &str) -> Value {
    let changes: Vec<Value> = request.changes.iter().rev().map(change_reply).collect();
    let mut reply = json!({
        "id": request.head.id,
        "collaborationId": collaboration_id,
        "createTime": request.head.create_time.to_reply(),
        "updateTime": request.head.update_time.to_reply(),
        "status": request.status.as_str(),
        "isAutoApproved": request.is_auto_approved,
        "changes": changes,
    });
    if !request.approvals.is_empty() {
        reply["approvals"] = request
            .approvals
            .iter()
            .map(|(account, vote)| (account.clone(), json!({ "status": vote.as_str() })))
            .collect::<Map<_, _>>()
            .into();
    }
    reply
}

fn change_reply(change: &Change) -> Value {
    let is_member = change.specification.get("member").is_some();
    let mut specification = change.specification.clone();
    for list in [
        "/member/memberAbilities",
        "/member/mlMemberAbilities/customMLMemberAbilities",
        "/collaboration/autoApprovedChangeTypes",
    ] {
        if let Some(Value::Array(items)) = specification.pointer_mut(list) {
            items.reverse();
        }
    }
    json!({
        "specificationType": if is_member { "MEMBER" } else { "COLLABORATION" },
        "specification": specification,
        "types": change.types,
    })
}

fn update(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    let request_id = text(&input, "changeRequestIdentifier")?;
    let (now, caller) = (call.now, call.caller);
    let action = text(&input, "action")?;
    if matches!(action, "CANCEL" | "COMMIT") {
        call.owned_parent(id)?;
    } else {
        call.parent(id)?;
    }
    let request = find(call, id, request_id)?;
    match (action, request.status) {
        ("APPROVE", ChangeRequestStatus::Pending) => {
            request.vote(&caller.account, Vote::Approved, now)?;
        }
        ("DENY", ChangeRequestStatus::Pending) => {
            request.vote(&caller.account, Vote::Denied, now)?;
        }
        ("CANCEL", ChangeRequestStatus::Pending | ChangeRequestStatus::Approved) => {
            request.status = ChangeRequestStatus::Cancelled;
            request.head.update_time = now;
        }
        ("COMMIT", ChangeRequestStatus::Approved) => commit(call.state, id, request_id, now)?,
        (action, status) => {
            return Err(
                request.refused(format!("{action} is not possible: it is {}", status.as_str()))
            );
        }
    }
    let request = find(call, id, request_id)?;
    Ok(json!({ "collaborationChangeRequest": reply(request, id) }))
}

impl ChangeRequest {
    fn vote(&mut self, account: &str, vote: Vote, now: Timestamp) -> Result<(), ApiError> {
        let Some(own) = self.approvals.get_mut(account) else {
            return Err(self.refused(format!("the account {account} is not asked to vote")));
        };
        // The same vote again is no news.
        if *own != vote {
            *own = vote;
            self.head.update_time = now;
            self.count_votes();
        }
        Ok(())
    }

    fn refused(&self, why: String) -> ApiError {
        ApiError::conflict(
            ConflictReason::InvalidState,
            ResourceKind::Collaboration,
            &self.head.id,
            format!("The change request {} cannot be updated; {why}.", self.head.id),
        )
    }
}
