//! What the service says about one collaboration, put together from calls made at once.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::types::{
    self as sdk, AutoApprovedChangeType, ChangeRequestStatus, MemberStatus, MemberSummary,
};
use tokio_util::sync::CancellationToken;

use super::changes::{Standing, payer_of};
use super::members::{auto_approved, members};
use super::notes;
use super::requests::{ChangeRequest, Requests, Shown, told_together};
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::{Client, Reading};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::Located;
use crate::cleanrooms::object::Unread;
use crate::cleanrooms::shapes::abilities::{abilities, ml_abilities};
use crate::cleanrooms::shapes::payment::payer;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// One collaboration. Right after a create only the reply is there.
#[derive(Debug)]
pub struct Gathered {
    /// The object itself.
    pub collaboration: sdk::Collaboration,
    /// Members and auto-approval, as if open change requests of ours had been committed.
    pub standing: Option<Standing>,
    /// Change requests of ours that are open.
    pub requests: Vec<Shown>,
}

impl Gathered {
    /// What the reply to a create tells.
    pub fn created(collaboration: sdk::Collaboration) -> Self {
        Self { collaboration, standing: None, requests: Vec::new() }
    }

    /// The creator's own entry.
    pub fn creator(&self) -> Option<&MemberSummary> {
        self.standing.as_ref()?.members.get(&self.collaboration.creator_account_id)
    }

    /// The other members; who left or was removed is none.
    pub fn other_members(&self) -> Option<Vec<MemberSummary>> {
        let creator = &self.collaboration.creator_account_id;
        let members = self.standing.as_ref()?.members.values();
        Some(members.filter(|member| member.account_id != *creator).cloned().collect())
    }

    /// The status of each of the other members.
    pub fn member_statuses(&self) -> Option<std::collections::HashMap<String, String>> {
        let status = |member: MemberSummary| (member.account_id, member.status.to_string());
        Some(self.other_members()?.into_iter().map(status).collect())
    }

    /// The kinds of changes that need no votes.
    pub fn auto_approved(&self) -> Option<Vec<AutoApprovedChangeType>> {
        match &self.standing {
            Some(standing) => Some(standing.auto_approved.iter().cloned().collect()),
            None => self.collaboration.auto_approved_change_types.clone(),
        }
    }
}

/// Reads the collaboration, its members and the change requests that are ours: all at once.
///
/// A change request that cannot be read is a warning: it stays noted, and what it is about stays as
/// state has it. One that is not there is a warning, too: it stays noted as long as it may be too new
/// to be seen.
///
/// # Errors
///
/// The collaboration itself or its member list, of which state is made, was not to be had.
pub async fn gather(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    located: &Located,
    state: &Value,
) -> Result<Gathered, Unread> {
    let id = located.key.id();
    let owner = located.owner.as_deref().unwrap_or_default();
    let watched = notes::open_requests(&cx.private(), state);
    let requests = Requests { sdk: &at.sdk, collaboration_id: id, owner };
    let asked = requests.get_all(watched);
    // All are awaited, and what was said about the object itself counts before all else.
    let (collaboration, members, mut asked) =
        tokio::join!(get(&at.sdk, id), list_members(&at.sdk, id), asked);
    let mut collaboration = collaboration.map_err(Unread::Object)?;
    let mut members = members.map_err(Unread::Part)?;
    requests.find_in_list(&mut asked).await;
    let mut requests = Vec::new();
    let mut missing = Vec::new();
    let mut unread = Vec::new();
    for (id, asked) in asked {
        match asked {
            Ok(Some(request)) => requests.push(request),
            Ok(None) => missing.push(id),
            Err(err) => unread.push((id, err.to_string())),
        }
    }
    tell_of_requests(cx, &missing, &unread);
    if requests.iter().any(|request| request.status == ChangeRequestStatus::Committed) {
        // What was read at the same time may be older than the commit that the request tells of.
        let (again, members_again) = tokio::join!(get(&at.sdk, id), list_members(&at.sdk, id));
        collaboration = again.map_err(Unread::Object)?;
        members = members_again.map_err(Unread::Part)?;
    }
    if !members.iter().any(|member| member.account_id == collaboration.creator_account_id) {
        // The creator is always among them, so this is not the whole list.
        return Err(Unread::Part(AwsError::unreadable("ListMembers")));
    }
    let former = members.iter().filter(|member| is_former(member));
    notes::set_former_members(&mut cx.private(), former);
    notes::set_lost_members(&mut cx.private(), state);
    let mut standing = standing_of(&collaboration, members);
    keep_open_flags(&mut standing, state, &collaboration.creator_account_id);
    let mut shown: Vec<_> = overlay(cx, requests, &mut standing).iter().map(Shown::of).collect();
    for (id, _) in &unread {
        let kept = Shown::of_state(id, state.get("change_requests").get(id));
        if let Some(kept) = kept {
            keep_subjects(&mut standing, &kept, state, &collaboration.creator_account_id);
            shown.push(kept);
        }
    }
    let mut private = cx.private();
    let may_come = notes::may_come(&mut private, missing, cx.client.aws.server_time());
    let open = shown.iter().map(|request| request.id.as_str());
    let open = open.chain(unread.iter().map(|(id, _)| id.as_str()));
    let open: BTreeSet<_> = open.chain(may_come.iter().map(String::as_str)).collect();
    notes::set_open_as_read(&mut private, open.into_iter());
    drop(private);
    Ok(Gathered { collaboration, standing: Some(standing), requests: shown })
}

/// Says which change requests are not to be had.
fn tell_of_requests(cx: &Context<'_, Client>, missing: &[String], unread: &[(String, String)]) {
    let fact = "It is neither found by its id nor among the open ones.";
    let missing: Vec<_> = missing.iter().map(|id| (id.clone(), fact.to_owned())).collect();
    let told = [
        told_together(
            ["is not there", "are not there"],
            &missing,
            "It may be too new to be seen, or gone. If the configuration still wants the change, the \
             plan shows it again.",
        ),
        told_together(
            ["could not be read", "could not be read"],
            unread,
            "What is asked for is taken to be as the state has it.",
        ),
    ];
    told.into_iter().flatten().for_each(|warning| cx.report(warning));
}

/// Keeps what state says of those that a change request is about which could not be read.
fn keep_subjects(standing: &mut Standing, request: &Shown, state: &Value, owner: &str) {
    let root = AttributePath::root();
    if request.accounts.is_empty() {
        let in_state = state.get("auto_approved_change_request_types");
        if let Ok(Some(types)) = auto_approved().decode(in_state, &root) {
            standing.auto_approved = types.into_iter().collect();
        }
    }
    for account in &request.accounts {
        let kept = if account == owner {
            creator_of_state(standing.members.get(owner), state)
        } else {
            member_of_state(account, state)
        };
        if let Some(kept) = kept {
            standing.members.insert(account.clone(), kept);
        }
    }
}

fn creator_of_state(now: Option<&MemberSummary>, state: &Value) -> Option<MemberSummary> {
    let root = AttributePath::root();
    let mut kept = now?.clone();
    kept.abilities = abilities().decode(state.get("creator_member_abilities"), &root).ok()??;
    let ml = ml_abilities().decode(state.get("creator_ml_member_abilities"), &root);
    kept.ml_abilities = ml.ok().flatten().or(kept.ml_abilities);
    let payment = payer().decode(state.get("creator_payment_configuration"), &root);
    kept.payment_configuration = payment.ok().flatten().map(Into::into);
    Some(kept)
}

fn member_of_state(account: &str, state: &Value) -> Option<MemberSummary> {
    let in_state = state.get("members").get(account);
    let one = Value::map([(account, in_state.clone())]);
    let member = members().decode(&one, &AttributePath::root()).ok()??.into_iter().next()?;
    let status = state.get("member_statuses").get(account).as_str()?;
    let unknown = aws_sdk_cleanrooms::primitives::DateTime::from_secs(0);
    MemberSummary::builder()
        .account_id(member.account_id)
        .display_name(member.display_name)
        .status(MemberStatus::from(status))
        .set_abilities(Some(member.member_abilities))
        .set_ml_abilities(member.ml_member_abilities)
        .set_payment_configuration(member.payment_configuration)
        .create_time(unknown)
        .update_time(unknown)
        .build()
        .ok()
}

/// Keeps what state says of flags that the service leaves open: that the runner pays is said by true, too.
fn keep_open_flags(standing: &mut Standing, state: &Value, owner: &str) {
    for (account, member) in &mut standing.members {
        let in_state = if account == owner {
            state.get("creator_payment_configuration")
        } else {
            state.get("members").get(account).get("payment_configuration")
        };
        let path = AttributePath::root();
        if let Ok(Some(said)) = payer().decode(in_state, &path) {
            let is = payer_of(member);
            member.payment_configuration = Some(is.or(said.only_true()).into());
        }
    }
}

/// Reads members and auto-approval as they are, open change requests aside.
///
/// # Errors
///
/// A call failed.
pub async fn standing(sdk: &Sdk, id: &str) -> Result<Standing, AwsError> {
    let (collaboration, members) = tokio::try_join!(get(sdk, id), list_members(sdk, id))?;
    Ok(standing_of(&collaboration, members))
}

/// Who left or was removed stays in the service's list, but is no member.
fn is_former(member: &MemberSummary) -> bool {
    matches!(member.status, MemberStatus::Left | MemberStatus::Removed)
}

fn standing_of(collaboration: &sdk::Collaboration, members: Vec<MemberSummary>) -> Standing {
    let present = members.into_iter().filter(|member| !is_former(member));
    let auto_approved = collaboration.auto_approved_change_types.iter().flatten();
    Standing {
        members: present.map(|member| (member.account_id.clone(), member)).collect(),
        auto_approved: auto_approved.cloned().collect(),
    }
}

/// Lays open requests over what the service says, and tells how others ended.
fn overlay(
    cx: &Context<'_, Client>,
    requests: Vec<ChangeRequest>,
    standing: &mut Standing,
) -> Vec<ChangeRequest> {
    let (open, ended): (Vec<_>, Vec<_>) = requests.into_iter().partition(ChangeRequest::is_open);
    for request in &open {
        for change in &request.changes {
            standing.apply(change, request.create_time);
        }
    }
    let in_vain = ended.iter().filter(|r| r.status != ChangeRequestStatus::Committed);
    let facts: Vec<_> = in_vain
        .map(|request| {
            notes::note_denial(&mut cx.private(), request);
            let fact =
                format!("It asked for a change of {}, and {}.", request.about(), request.end());
            (request.id.clone(), fact)
        })
        .collect();
    let told = told_together(
        ["has ended without effect", "have ended without effect"],
        &facts,
        "If the configuration still wants the change, the plan shows it again.",
    );
    told.into_iter().for_each(|warning| cx.report(warning));
    open
}

/// The object itself.
///
/// # Errors
///
/// The call failed.
pub async fn get(sdk: &Sdk, id: &str) -> Result<sdk::Collaboration, AwsError> {
    let call = sdk.get_collaboration().collaboration_identifier(id).send();
    let reply = call.await.map_err(AwsError::of("GetCollaboration"))?;
    reply.collaboration.ok_or_else(|| AwsError::unreadable("GetCollaboration"))
}

/// All who are or were members, the creator included.
///
/// # Errors
///
/// The list could not be read to its end.
pub async fn list_members(sdk: &Sdk, id: &str) -> Result<Vec<MemberSummary>, AwsError> {
    // Whoever waits for the list ends it at a stop.
    all_pages("ListMembers", &CancellationToken::new(), |token| async {
        let call = sdk.list_members().collaboration_identifier(id).max_results(PAGE_SIZE);
        let reply = call.set_next_token(token).send().await;
        let reply = reply.map_err(AwsError::of("ListMembers"))?;
        Ok((reply.member_summaries, reply.next_token))
    })
    .await
}

/// All collaborations that the caller can see, by id.
///
/// # Errors
///
/// The list could not be read to its end.
pub async fn list(
    at: &Reading<'_>,
) -> Result<BTreeMap<String, sdk::CollaborationSummary>, AwsError> {
    let all = list_all(at, None).await?;
    Ok(all.into_iter().map(|summary| (summary.id.clone(), summary)).collect())
}

/// All collaborations that the caller can see, or those in which it has that status.
///
/// # Errors
///
/// The list could not be read to its end.
pub async fn list_all(
    at: &Reading<'_>,
    status: Option<sdk::FilterableMemberStatus>,
) -> Result<Vec<sdk::CollaborationSummary>, AwsError> {
    all_pages("ListCollaborations", &at.stop, |token| async {
        let call = at.sdk.list_collaborations().set_member_status(status.clone());
        let reply = call.max_results(PAGE_SIZE).set_next_token(token).send().await;
        let reply = reply.map_err(AwsError::of("ListCollaborations"))?;
        Ok((reply.collaboration_list, reply.next_token))
    })
    .await
}

/// Succeeds when the caller may manage the collaboration: only its owner can.
///
/// Asked of STS only for what this provider has not managed so far.
///
/// # Errors
///
/// Another account owns it, or the caller cannot be told.
pub async fn check_ownership(at: &Reading<'_>, found: &Gathered) -> Result<(), Diagnostics> {
    let (id, owner) = (&found.collaboration.id, &found.collaboration.creator_account_id);
    let what = format!("tell whether collaboration {id} is owned by this account");
    let caller = at.client.caller(&at.stop).await.map_err(|err| failed(&what, &err))?;
    if caller == *owner {
        return Ok(());
    }
    Err(Diagnostic::error(
        format!("Collaboration {id} is not owned by this account"),
        format!(
            "It is owned by account `{owner}`, and the provider's credentials belong to account \
             `{caller}`. Only the owner can manage a collaboration; a member manages its own \
             part as a `cleanrooms_membership`."
        ),
    )
    .into())
}
