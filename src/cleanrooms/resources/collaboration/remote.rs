//! What the service says about one collaboration, put together from calls made at once.

use std::collections::BTreeMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::types::{
    self as sdk, AutoApprovedChangeType, ChangeRequestStatus, MemberAbility, MemberStatus,
    MemberSummary,
};
use futures_util::future::try_join_all;

use super::changes::Standing;
use super::notes;
use super::requests::{ChangeRequest, Requests};
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::resources::{RemoteTags, list_tags, unless_stopped};
use crate::cleanrooms::shapes::payment::{Payer, payer};
use crate::framework::{Context, Diagnostic};
use crate::wire::{AttributePath, Value};

/// One collaboration. Right after a create only the reply is there.
pub struct Remote {
    /// Its Region.
    pub region: String,
    /// The object itself.
    pub collaboration: sdk::Collaboration,
    /// Members and auto-approval, as if open change requests of ours had been committed.
    pub standing: Option<Standing>,
    /// Change requests of ours that are open.
    pub requests: Vec<ChangeRequest>,
    /// Its tags.
    pub tags: Option<RemoteTags>,
}

impl Remote {
    /// What the reply to a create tells.
    pub fn created(region: String, collaboration: sdk::Collaboration) -> Self {
        Self { region, collaboration, standing: None, requests: Vec::new(), tags: None }
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

    /// The kinds of changes that need no votes.
    pub fn auto_approved(&self) -> Option<Vec<AutoApprovedChangeType>> {
        match &self.standing {
            Some(standing) => Some(standing.auto_approved.iter().cloned().collect()),
            None => self.collaboration.auto_approved_change_types.clone(),
        }
    }
}

/// What a member pays for, absent flags as the service means them.
pub fn payer_of(member: &MemberSummary) -> Payer {
    let payer = member.payment_configuration.as_ref().map(Payer::from).unwrap_or_default();
    let can = |ability| member.abilities.contains(&ability);
    payer.with_absent_as_false(can(MemberAbility::CanQuery), can(MemberAbility::CanRunJob))
}

/// Reads the collaboration that state describes: three calls at once when its ARN is known, else two rounds, and one
/// more for each open change request.
///
/// # Errors
///
/// The first call that failed, or the stop of the whole operation.
pub async fn fetch(cx: &Context<'_, Client>, state: &Value) -> Result<Remote, AwsError> {
    unless_stopped(&cx.stop, fetch_all(cx, state)).await
}

async fn fetch_all(cx: &Context<'_, Client>, state: &Value) -> Result<Remote, AwsError> {
    let region = cx.client.region_of(state)?;
    let sdk = cx.client.aws.cleanrooms(&region).await?;
    let id = state.get("id").as_str().unwrap_or_default();
    let owner = state.get("creator_account_id").as_str().unwrap_or_default();
    let watched = notes::open_requests(&cx.private(), state);
    let requests = Requests { sdk: &sdk, collaboration_id: id, owner };
    let asked = try_join_all(watched.iter().map(|id| requests.get(id)));
    // All are awaited, and the first in this order is the error that counts: which of them would
    // fail first is chance, and the one about the object itself says most.
    let (mut collaboration, mut members, tags, requests) = match state.get("arn").as_str() {
        Some(arn) => {
            let tags = list_tags(cx.client, &sdk, arn, state);
            let (collaboration, members, tags, requests) =
                tokio::join!(get(&sdk, id), list_members(&sdk, id), tags, asked);
            (collaboration?, members?, tags?, requests?)
        }
        None => {
            let (collaboration, members, requests) =
                tokio::join!(get(&sdk, id), list_members(&sdk, id), asked);
            let (collaboration, members, requests) = (collaboration?, members?, requests?);
            let tags = list_tags(cx.client, &sdk, &collaboration.arn, state).await?;
            (collaboration, members, tags, requests)
        }
    };
    // One that was filed a moment ago may not be there for all to see: it stays noted.
    let unseen = watched.iter().zip(&requests).filter(|(_, request)| request.is_none());
    let unseen: Vec<_> = unseen.map(|(id, _)| id.as_str()).collect();
    let requests: Vec<_> = requests.into_iter().flatten().collect();
    if requests.iter().any(|request| request.status == ChangeRequestStatus::Committed) {
        // What was read at the same time may be older than the commit that the request tells of.
        (collaboration, members) = tokio::try_join!(get(&sdk, id), list_members(&sdk, id))?;
    }
    let former = members.iter().filter(|member| is_former(member));
    notes::set_former_members(&mut cx.private(), former);
    let mut standing = standing_of(&collaboration, members);
    keep_open_flags(&mut standing, state, &collaboration.creator_account_id);
    let requests = overlay(cx, requests, &mut standing);
    let open = requests.iter().map(|request| request.id.as_str()).chain(unseen);
    notes::set_open_as_read(&mut cx.private(), open);
    Ok(Remote { region, collaboration, standing: Some(standing), requests, tags: Some(tags) })
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
    for request in ended.iter().filter(|r| r.status != ChangeRequestStatus::Committed) {
        notes::note_denial(&mut cx.private(), request);
        cx.report(Diagnostic::warning(
            format!("Change request {} has ended without effect", request.id),
            format!(
                "It asked for a change of {}, and {}. If the configuration still wants the \
                 change, the plan shows it again.",
                request.about(),
                request.end()
            ),
        ));
    }
    open
}

/// The object itself.
pub async fn get(sdk: &Sdk, id: &str) -> Result<sdk::Collaboration, AwsError> {
    let call = sdk.get_collaboration().collaboration_identifier(id).send();
    let reply = call.await.map_err(AwsError::of("GetCollaboration"))?;
    reply.collaboration.ok_or_else(|| AwsError::unreadable("GetCollaboration"))
}

/// All who are or were members, the creator included.
pub async fn list_members(sdk: &Sdk, id: &str) -> Result<Vec<MemberSummary>, AwsError> {
    let pages = sdk.list_members().collaboration_identifier(id).into_paginator();
    let members = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    members.map_err(AwsError::of("ListMembers"))
}

/// All collaborations that the caller can see, by id.
pub async fn list(sdk: &Sdk) -> Result<BTreeMap<String, sdk::CollaborationSummary>, AwsError> {
    let pages = sdk.list_collaborations().into_paginator();
    let all = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    let all = all.map_err(AwsError::of("ListCollaborations"))?;
    Ok(all.into_iter().map(|summary| (summary.id.clone(), summary)).collect())
}
