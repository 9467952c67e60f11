//! Members of a collaboration, as its side of each membership.

use serde_json::{Value, json};

use super::collaborations::{membership_arn, ml_abilities, shown_status};
use super::paging::Page;
use super::{Call, Operation, change_requests, put, reordered, text};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{Presence, RefusalCode, Switches};
use crate::state::{Collaboration, Member, MemberStatus, MembershipStatus};

pub(super) const OPERATIONS: &[(&str, Operation)] =
    &[("ListMembers", list), ("DeleteMember", delete)];

fn list(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    let page = Page::requested(format!("members {id}"), &input, call)?;
    let switches = call.switches;
    let collaboration = call.parent(id)?;
    let items = (0..)
        .zip(&collaboration.members)
        .map(|(key, member)| (key, summary(collaboration, member, switches)))
        .collect();
    Ok(page.reply("memberSummaries", items))
}

fn summary(collaboration: &Collaboration, member: &Member, switches: &Switches) -> Value {
    let mut reply = json!({
        "accountId": member.account,
        "status": shown_status(collaboration, member, switches).as_str(),
        "displayName": member.display_name,
        "abilities": reordered(&member.abilities),
        "createTime": member.create_time.to_reply(),
        "updateTime": member.update_time.to_reply(),
        "paymentConfiguration": collaboration.payment_reply(member, switches),
    });
    put(&mut reply, "mlAbilities", ml_abilities(member.ml_abilities.as_ref(), switches));
    let is_told = match member.status {
        MemberStatus::Invited => switches.invited_membership_id == Presence::Present,
        MemberStatus::Active | MemberStatus::Removed => true,
        MemberStatus::Left => false,
    };
    if is_told {
        reply["membershipId"] = member.membership_id.as_str().into();
        reply["membershipArn"] = membership_arn(collaboration, member).into();
    }
    reply
}

fn delete(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    let account = text(&input, "accountId")?;
    let (now, switches) = (call.now, call.switches);
    let collaboration = call.owned_parent(id)?;
    let is_creator = collaboration.creator() == account;
    let member = collaboration
        .member_mut(account)
        .ok_or_else(|| ApiError::not_found(ResourceKind::Membership, account))?;
    if is_creator {
        return Err(creator_stays(id, switches));
    }
    if !member.status.takes_part() {
        return Ok(json!({}));
    }
    member.status = MemberStatus::Removed;
    member.update_time = now;
    let membership_id = member.membership_id.clone();
    collaboration.head.update_time = now;
    change_requests::withdraw_voter(call.state, id, account, now);
    if let Some(membership) = call.state.memberships.get_mut(&membership_id) {
        membership.status = MembershipStatus::Removed;
        membership.head.update_time = now;
    }
    Ok(json!({}))
}

fn creator_stays(id: &str, switches: &Switches) -> ApiError {
    let message = "The creator cannot be removed from its collaboration.";
    match switches.delete_member_on_creator {
        RefusalCode::Conflict => ApiError::conflict(
            ConflictReason::InvalidState,
            ResourceKind::Collaboration,
            id,
            message,
        ),
        RefusalCode::Validation => ApiError::configuration("accountId", message),
    }
}
