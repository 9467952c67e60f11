//! Change requests: what the owner of a collaboration asks its members to agree to.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::collaborations::{MlMemberAbilities, check_invited};
use super::paging::Page;
use super::{Call, distinct, parse, text};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::payment::{Cost, Payers};
use crate::settings::{AutoApproved, Permission, Quotas, Switches, Tolerance, WithoutVoters};
use crate::state::{
    CAN_EXPORT_QUERY_ANALYSIS_LOG, CAN_QUERY, CAN_RECEIVE_RESULTS, CAN_RUN_JOB, Change,
    ChangeRequest, ChangeRequestStatus, Collaboration, IdKind, Member, MemberStatus, State,
    Timestamp, Vote,
};

const ADD_MEMBER: &str = "ADD_MEMBER";
const EDIT_AUTO_APPROVED_CHANGE_TYPES: &str = "EDIT_AUTO_APPROVED_CHANGE_TYPES";
const ADD_PAYER_CANDIDATE: &str = "ADD_PAYER_CANDIDATE";
const REMOVE_PAYER_CANDIDATE: &str = "REMOVE_PAYER_CANDIDATE";

/// Abilities that a change request can grant and revoke, with the types of both.
const CHANGEABLE: [(&str, &str, &str); 2] = [
    (CAN_RECEIVE_RESULTS, "GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY"),
    (
        CAN_EXPORT_QUERY_ANALYSIS_LOG,
        "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
        "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
    ),
];

/// The same for ML abilities.
const CHANGEABLE_ML: [(&str, &str, &str); 2] = [
    (
        "CAN_RECEIVE_MODEL_OUTPUT",
        "GRANT_CAN_RECEIVE_MODEL_OUTPUT",
        "REVOKE_CAN_RECEIVE_MODEL_OUTPUT",
    ),
    (
        "CAN_RECEIVE_INFERENCE_OUTPUT",
        "GRANT_CAN_RECEIVE_INFERENCE_OUTPUT",
        "REVOKE_CAN_RECEIVE_INFERENCE_OUTPUT",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput {
    collaboration_identifier: String,
    changes: Vec<ChangeInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeInput {
    specification_type: String,
    specification: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MemberChange {
    account_id: String,
    member_abilities: Vec<String>,
    ml_member_abilities: Option<MlMemberAbilities>,
    payment_configuration: Option<Value>,
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CollaborationChange {
    auto_approved_change_types: Option<Vec<String>>,
}

/// A change whose specification was read.
enum Specification {
    Member(MemberChange),
    Collaboration(CollaborationChange),
}

impl Specification {
    /// Reads a specification, which has the one member that the model demands.
    fn read(specification: &Value) -> Result<Self, ApiError> {
        match specification.get("member").filter(|member| !member.is_null()) {
            Some(member) => parse(member.clone()).map(Self::Member),
            None => parse(specification["collaboration"].clone()).map(Self::Collaboration),
        }
    }

    /// The `specificationType` that goes with it.
    fn type_name(&self) -> &'static str {
        match self {
            Self::Member(_) => "MEMBER",
            Self::Collaboration(_) => "COLLABORATION",
        }
    }

    /// What the change is about: an account, or the collaboration.
    fn subject(&self) -> Option<&str> {
        match self {
            Self::Member(member) => Some(&member.account_id),
            Self::Collaboration(_) => None,
        }
    }
}

pub(super) fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let input: CreateInput = parse(input)?;
    let id = &input.collaboration_identifier;
    call.owned_collaboration(id)?;
    let collaboration = &call.state.collaborations[id];
    let specifications = input
        .changes
        .iter()
        .map(|change| Specification::read(&change.specification))
        .collect::<Result<Vec<_>, _>>()?;
    check_states(collaboration, &specifications, call.switches)?;
    check_subjects(&input.changes, &specifications)?;
    let changes = typed(collaboration, &input.changes, &specifications, call.switches)?;
    let invited = check_outcome(collaboration, &specifications, call.now)?;
    check_quotas(collaboration, invited, call)?;
    let request = file(call, id, changes)?;
    Ok(json!({ "collaborationChangeRequest": request }))
}

/// Each change is of the type that it says, and of a subject of its own.
fn check_subjects(
    changes: &[ChangeInput],
    specifications: &[Specification],
) -> Result<(), ApiError> {
    let refused = |message: String| Err(ApiError::configuration("changes", message));
    for (index, (change, specification)) in changes.iter().zip(specifications).enumerate() {
        let declared = &change.specification_type;
        if declared != specification.type_name() {
            return refused(format!("The specification of a {declared} change is missing."));
        }
        if let Specification::Collaboration(CollaborationChange {
            auto_approved_change_types: None,
        }) = specification
        {
            return refused("A change of the collaboration changes nothing.".to_owned());
        }
        let earlier = &specifications[..index];
        if earlier.iter().any(|other| other.subject() == specification.subject()) {
            return refused("A member, and the collaboration, can be changed once.".to_owned());
        }
    }
    Ok(())
}

/// A null member is the same as none, and does not come back.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        _ => value.clone(),
    }
}

/// Refuses changes of members that are gone, and, where asked to, of subjects
/// that another open request changes.
fn check_states(
    collaboration: &Collaboration,
    specifications: &[Specification],
    switches: &Switches,
) -> Result<(), ApiError> {
    for specification in specifications {
        let subject = specification.subject();
        if switches.overlapping_change_requests == Permission::Refused
            && collaboration.has_open_change_of(subject)
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
        &collaboration.id,
        message,
    )
}

impl Collaboration {
    fn has_open_change_of(&self, subject: Option<&str>) -> bool {
        self.change_requests
            .iter()
            .filter(|request| request.status.is_open())
            .flat_map(|request| &request.changes)
            .any(|change| {
                let account = change.specification.pointer("/member/accountId");
                account.and_then(Value::as_str) == subject
            })
    }

    /// The member that a change is made to; none if it adds the account.
    fn changed_member(&self, account: &str) -> Option<&Member> {
        self.member(account).filter(|member| member.status.takes_part())
    }
}

/// Derives the types of every change.
fn typed(
    collaboration: &Collaboration,
    changes: &[ChangeInput],
    specifications: &[Specification],
    switches: &Switches,
) -> Result<Vec<Change>, ApiError> {
    let mut typed = Vec::new();
    for (change, specification) in changes.iter().zip(specifications) {
        let types = match specification {
            Specification::Collaboration(_) => vec![EDIT_AUTO_APPROVED_CHANGE_TYPES],
            Specification::Member(change) => member_types(collaboration, change, switches)?,
        };
        let types = types.into_iter().map(str::to_owned).collect();
        let specification = without_nulls(&change.specification);
        typed.push(Change { specification, types });
    }
    Ok(typed)
}

fn member_types(
    collaboration: &Collaboration,
    change: &MemberChange,
    switches: &Switches,
) -> Result<Vec<&'static str>, ApiError> {
    let member = collaboration.changed_member(&change.account_id);
    check_runner_abilities(member, change, switches)?;
    check_display_name(member, change, switches)?;
    let mut types = Vec::new();
    if member.is_none() {
        types.push(ADD_MEMBER);
    }
    let held = member.map(|member| member.abilities.as_slice()).unwrap_or_default();
    differing(&CHANGEABLE, held, &change.member_abilities, &mut types);
    if let Some(wanted) = &change.ml_member_abilities {
        let held = member.and_then(|member| member.ml_abilities.as_deref()).unwrap_or_default();
        differing(&CHANGEABLE_ML, held, wanted.as_slice(), &mut types);
    }
    payer_types(collaboration, member, change, &mut types);
    if types.is_empty() {
        return Err(ApiError::configuration(
            "changes",
            format!("Nothing changes for the account {}.", change.account_id),
        ));
    }
    Ok(types)
}

/// The one who runs queries or jobs is chosen when the collaboration is created.
fn check_runner_abilities(
    member: Option<&Member>,
    change: &MemberChange,
    switches: &Switches,
) -> Result<(), ApiError> {
    for ability in [CAN_QUERY, CAN_RUN_JOB] {
        let is_sent = change.member_abilities.iter().any(|sent| sent == ability);
        let is_held = member.is_some_and(|member| member.has(ability));
        let is_tolerated =
            is_held && switches.runner_abilities_in_change_request == Tolerance::Ignored;
        if is_sent && !is_tolerated {
            return Err(ApiError::configuration(
                "memberAbilities",
                format!("A change request cannot change the ability {ability}."),
            ));
        }
    }
    Ok(())
}

fn check_display_name(
    member: Option<&Member>,
    change: &MemberChange,
    switches: &Switches,
) -> Result<(), ApiError> {
    match (member, &change.display_name) {
        (None, None) => Err(ApiError::configuration("displayName", "A new member needs a name.")),
        (Some(member), Some(name))
            if *name != member.display_name
                && switches.display_name_of_existing_member == Tolerance::Refused =>
        {
            Err(ApiError::configuration("displayName", "The name of a member cannot change."))
        }
        _ => Ok(()),
    }
}

fn differing(
    changeable: &[(&'static str, &'static str, &'static str)],
    held: &[String],
    wanted: &[String],
    types: &mut Vec<&'static str>,
) {
    for (ability, grant, revoke) in changeable {
        let has = |list: &[String]| list.iter().any(|item| item == ability);
        match (has(held), has(wanted)) {
            (false, true) => types.push(grant),
            (true, false) => types.push(revoke),
            _ => {}
        }
    }
}

fn payer_types(
    collaboration: &Collaboration,
    member: Option<&Member>,
    change: &MemberChange,
    types: &mut Vec<&'static str>,
) {
    let sent = Payers::from_request(change.payment_configuration.as_ref());
    for cost in Cost::ALL {
        let pays = member.is_some_and(|member| collaboration.pays(member, cost));
        let change_type = match (pays, sent.get(cost)) {
            (false, Some(true)) => ADD_PAYER_CANDIDATE,
            (true, Some(false)) => REMOVE_PAYER_CANDIDATE,
            _ => continue,
        };
        if !types.contains(&change_type) {
            types.push(change_type);
        }
    }
}

/// Checks what the collaboration would become, and gives its invited members then.
fn check_outcome(
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
        .filter(|member| member.account != collaboration.creator && member.status.takes_part());
    Ok(invited.count())
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
    let open = collaboration.change_requests.iter().filter(|request| request.status.is_open());
    if open.count() >= quota as usize {
        return Err(ApiError::Quota {
            name: "Open change requests per collaboration",
            value: quota.into(),
        });
    }
    Ok(())
}

/// Adds the request to the collaboration, and commits it if it needs no vote.
fn file(call: &mut Call<'_>, id: &str, changes: Vec<Change>) -> Result<Value, ApiError> {
    let (now, switches) = (call.now, call.switches);
    let (sequence, request_id) = call.state.next_id(IdKind::ChangeRequest);
    let collaboration = call.owned_collaboration(id)?;
    let is_auto_approved = collaboration.approves_by_itself(&changes);
    let approvals =
        if is_auto_approved { BTreeMap::new() } else { voters(collaboration, switches) };
    let status = match (is_auto_approved, approvals.is_empty()) {
        (true, _) => ChangeRequestStatus::Approved,
        (false, true) if switches.request_without_voters == WithoutVoters::Approved => {
            ChangeRequestStatus::Approved
        }
        _ => ChangeRequestStatus::Pending,
    };
    collaboration.change_requests.push(ChangeRequest {
        sequence,
        id: request_id.clone(),
        changes,
        is_auto_approved,
        status,
        approvals,
        create_time: now,
        update_time: now,
    });
    if is_auto_approved && switches.auto_approved_request == AutoApproved::Committed {
        commit(call.state, id, &request_id, now)?;
    }
    let collaboration = &call.state.collaborations[id];
    Ok(collaboration.change_requests.last().map(|request| reply(request, id)).into())
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
        .filter(|member| member.account != collaboration.creator || switches.creator_votes)
        .map(|member| (member.account.clone(), Vote::Pending))
        .collect()
}

/// Asks an account no longer that has left or was removed. What it has said stays.
pub(super) fn withdraw_voter(collaboration: &mut Collaboration, account: &str, now: Timestamp) {
    for request in &mut collaboration.change_requests {
        if request.status != ChangeRequestStatus::Pending
            || request.approvals.get(account) != Some(&Vote::Pending)
        {
            continue;
        }
        request.approvals.remove(account);
        request.update_time = now;
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

pub(super) fn get(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    let request_id = text(&input, "changeRequestIdentifier")?;
    call.collaboration(id)?;
    let request = find(call, id, request_id)?;
    Ok(json!({ "collaborationChangeRequest": reply(request, id) }))
}

fn find<'a>(
    call: &'a mut Call<'_>,
    id: &str,
    request_id: &str,
) -> Result<&'a mut ChangeRequest, ApiError> {
    let appears = call.state.appears(request_id);
    call.state
        .collaborations
        .get_mut(id)
        .and_then(|collaboration| {
            collaboration.change_requests.iter_mut().find(|request| request.id == request_id)
        })
        .filter(|_| appears)
        // The model's resource types have none for change requests.
        .ok_or_else(|| ApiError::not_found(ResourceKind::Collaboration, request_id))
}

pub(super) fn list(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    let page = Page::requested(format!("change requests {id}"), &input, call.switches)?;
    let wanted = input.get("status").and_then(Value::as_str);
    let requests: Vec<String> =
        call.collaboration(id)?.change_requests.iter().map(|request| request.id.clone()).collect();
    let mut items = Vec::new();
    for request_id in requests {
        let Ok(request) = find(call, id, &request_id) else {
            continue;
        };
        if wanted.is_none_or(|wanted| request.status.as_str() == wanted) {
            items.push((request.sequence, reply(request, id)));
        }
    }
    Ok(page.reply("collaborationChangeRequestSummaries", items))
}

fn reply(request: &ChangeRequest, collaboration_id: &str) -> Value {
    let changes: Vec<Value> = request.changes.iter().rev().map(change_reply).collect();
    let mut reply = json!({
        "id": request.id,
        "collaborationId": collaboration_id,
        "createTime": request.create_time.to_reply(),
        "updateTime": request.update_time.to_reply(),
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

pub(super) fn update(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    let request_id = text(&input, "changeRequestIdentifier")?;
    let (now, caller) = (call.now, call.caller);
    let action = text(&input, "action")?;
    if matches!(action, "CANCEL" | "COMMIT") {
        call.owned_collaboration(id)?;
    } else {
        call.collaboration(id)?;
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
            request.update_time = now;
        }
        ("COMMIT", ChangeRequestStatus::Approved) => commit(call.state, id, request_id, now)?,
        (action, status) => {
            return Err(
                request.refused(format!("{action} is not possible: it is {}", status.as_str()))
            );
        }
    }
    let request = &call.state.collaborations[id]
        .change_requests
        .iter()
        .find(|request| request.id == request_id);
    Ok(json!({ "collaborationChangeRequest": request.map(|request| reply(request, id)) }))
}

impl ChangeRequest {
    fn vote(&mut self, account: &str, vote: Vote, now: Timestamp) -> Result<(), ApiError> {
        let Some(own) = self.approvals.get_mut(account) else {
            return Err(self.refused(format!("the account {account} is not asked to vote")));
        };
        // The same vote again is no news.
        if *own != vote {
            *own = vote;
            self.update_time = now;
            self.count_votes();
        }
        Ok(())
    }

    fn refused(&self, why: String) -> ApiError {
        ApiError::conflict(
            ConflictReason::InvalidState,
            ResourceKind::Collaboration,
            &self.id,
            format!("The change request {} cannot be updated; {why}.", self.id),
        )
    }
}

/// Makes the changes of a request happen, all or none.
fn commit(state: &mut State, id: &str, request_id: &str, now: Timestamp) -> Result<(), ApiError> {
    let collaboration =
        state.collaborations.get_mut(id).ok_or_else(|| ApiError::collaboration_denied(id))?;
    let Some(index) = collaboration.change_requests.iter().position(|r| r.id == request_id) else {
        return Err(ApiError::not_found(ResourceKind::Collaboration, request_id));
    };
    let changes = collaboration.change_requests[index].changes.clone();
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
    collaboration.update_time = now;
    let request = &mut collaboration.change_requests[index];
    request.status = ChangeRequestStatus::Committed;
    request.update_time = now;
    Ok(())
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
        membership_id: None,
    }
}

/// Shows the abilities of a member in its membership. What it pays it accepts
/// by itself, but one who is relieved pays no longer.
fn mirror(
    collaboration: &Collaboration,
    memberships: &mut BTreeMap<String, crate::state::Membership>,
    change: &MemberChange,
    relieves: bool,
    now: Timestamp,
) {
    let Some(member) = collaboration.member(&change.account_id) else {
        return;
    };
    let membership = member.membership_id.as_ref().and_then(|id| memberships.get_mut(id));
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
    membership.update_time = now;
}
