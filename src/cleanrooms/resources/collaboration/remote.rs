//! What the service says about one collaboration, put together from three calls at once.

use std::collections::BTreeMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::types::{self as sdk, MemberAbility, MemberStatus, MemberSummary};

use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::resources::{RemoteTags, list_tags, unless_stopped};
use crate::cleanrooms::shapes::payment::Payer;
use crate::framework::Context;
use crate::wire::Value;

/// One collaboration. Right after a create only the reply is there.
pub struct Remote {
    /// Its Region.
    pub region: String,
    /// The object itself.
    pub collaboration: sdk::Collaboration,
    /// All who are or were members, the creator included.
    pub members: Option<Vec<MemberSummary>>,
    /// Its tags.
    pub tags: Option<RemoteTags>,
}

impl Remote {
    /// The creator's own entry.
    pub fn creator(&self) -> Option<&MemberSummary> {
        let creator = &self.collaboration.creator_account_id;
        self.members.as_ref()?.iter().find(|member| member.account_id == *creator)
    }

    /// The other members; who left or was removed is none.
    pub fn other_members(&self) -> Option<Vec<MemberSummary>> {
        let creator = &self.collaboration.creator_account_id;
        let is_member = |member: &&MemberSummary| {
            member.account_id != *creator
                && !matches!(member.status, MemberStatus::Left | MemberStatus::Removed)
        };
        Some(self.members.as_ref()?.iter().filter(is_member).cloned().collect())
    }
}

/// What a member pays for, absent flags as the service means them.
pub fn payer_of(member: &MemberSummary) -> Payer {
    let payer = member.payment_configuration.as_ref().map(Payer::from).unwrap_or_default();
    let can = |ability| member.abilities.contains(&ability);
    payer.with_absent_as_false(can(MemberAbility::CanQuery), can(MemberAbility::CanRunJob))
}

/// Reads the collaboration that state describes: three calls at once when its ARN is known, else two rounds.
///
/// # Errors
///
/// The first call that failed, or the stop of the whole operation.
pub async fn fetch(cx: &Context<'_, Client>, state: &Value) -> Result<Remote, AwsError> {
    let region = cx.client.region_of(state)?;
    let sdk = cx.client.aws.cleanrooms(&region).await?;
    let id = state.get("id").as_str().unwrap_or_default();
    let prior_tags = state.get("tags");
    let reading = async {
        let Some(arn) = state.get("arn").as_str() else {
            let (collaboration, members) = tokio::try_join!(get(&sdk, id), list_members(&sdk, id))?;
            let tags = list_tags(cx.client, &sdk, &collaboration.arn, prior_tags).await?;
            return Ok((collaboration, members, tags));
        };
        tokio::try_join!(
            get(&sdk, id),
            list_members(&sdk, id),
            list_tags(cx.client, &sdk, arn, prior_tags)
        )
    };
    let (collaboration, members, tags) = unless_stopped(&cx.stop, reading).await?;
    Ok(Remote { region, collaboration, members: Some(members), tags: Some(tags) })
}

/// The object itself.
pub async fn get(sdk: &Sdk, id: &str) -> Result<sdk::Collaboration, AwsError> {
    let call = sdk.get_collaboration().collaboration_identifier(id).send();
    let reply = call.await.map_err(AwsError::of("GetCollaboration"))?;
    reply.collaboration.ok_or_else(|| AwsError::unreadable("GetCollaboration"))
}

async fn list_members(sdk: &Sdk, id: &str) -> Result<Vec<MemberSummary>, AwsError> {
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
