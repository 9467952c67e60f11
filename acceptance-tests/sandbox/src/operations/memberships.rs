//! Memberships: an account's own side of a collaboration.

mod rules;

use serde::Deserialize;
use serde_json::{Value, json};

use self::rules::{check_logs, check_metrics, check_quota, check_results, checked_update};
use super::collaborations::{ml_abilities, put_flags};
use super::paging::Page;
use super::{Call, Operation, change_requests, parse, put, reordered, tags, text};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::payment::{self, Payers};
use crate::settings::{Absence, BeforeJoining, Omitted, ResultUpdate, Switches, UnsetPayers};
use crate::state::{
    Collaboration, CollaborationCopy, Member, MemberStatus, Membership, MembershipStatus, State,
    Tags, Timestamp,
};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateMembership", create),
    ("GetMembership", get),
    ("UpdateMembership", update),
    ("DeleteMembership", delete),
    ("ListMemberships", list),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput {
    collaboration_identifier: String,
    query_log_status: String,
    job_log_status: Option<String>,
    tags: Option<Tags>,
    default_result_configuration: Option<Value>,
    default_job_result_configuration: Option<Value>,
    payment_configuration: Option<Value>,
    is_metrics_enabled: Option<bool>,
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let input: CreateInput = parse(input)?;
    let (collaboration, member) = joinable(call, &input.collaboration_identifier)?;
    check_logs(collaboration, "queryLogStatus", Some(&input.query_log_status))?;
    check_logs(collaboration, "jobLogStatus", input.job_log_status.as_deref())?;
    check_metrics(collaboration, member, input.is_metrics_enabled)?;
    for (field, configuration) in [
        ("defaultResultConfiguration", &input.default_result_configuration),
        ("defaultJobResultConfiguration", &input.default_job_result_configuration),
    ] {
        check_results(field, configuration.as_ref(), &member.abilities, collaboration)?;
    }
    let sent = Payers::from_request(input.payment_configuration.as_ref());
    let payers = payment::accepted(collaboration, member, &sent)?;
    tags::check_keys(input.tags.iter().flat_map(Tags::keys))?;
    check_quota(call)?;
    let id = join(call, input, payers);
    let reply = reply(&call.state.memberships[&id], call.switches);
    Ok(json!({ "membership": reply }))
}

/// The collaboration that the caller is invited to, with its entry there.
fn joinable<'a>(
    call: &'a mut Call<'_>,
    id: &str,
) -> Result<(&'a Collaboration, &'a Member), ApiError> {
    let (caller, switches) = (call.caller, call.switches);
    let not_found = || ApiError::not_found(ResourceKind::Collaboration, id);
    let collaboration = call.state.collaboration_in(&caller.region, id).ok_or_else(not_found)?;
    let member = collaboration
        .member(&caller.account)
        .filter(|member| member.status.takes_part())
        .ok_or_else(|| match switches.join_without_invitation {
            Absence::AccessDenied => ApiError::collaboration_denied(id),
            Absence::NotFound => not_found(),
        })?;
    if member.has_joined() {
        return Err(ApiError::conflict(
            ConflictReason::AlreadyExists,
            ResourceKind::Membership,
            &member.membership_id,
            format!("The account is a member of the collaboration {id} already."),
        ));
    }
    Ok((collaboration, member))
}

/// Makes the membership, on both sides.
fn join(call: &mut Call<'_>, input: CreateInput, payers: Payers) -> String {
    let (now, account) = (call.now, &call.caller.account);
    let sequence = call.state.next_sequence();
    let collaboration = call
        .state
        .collaborations
        .get_mut(&input.collaboration_identifier)
        .expect("joinable() has found it");
    let copy = CollaborationCopy {
        id: collaboration.head.id.clone(),
        arn: collaboration.head.arn().to_owned(),
        name: collaboration.name.clone(),
        creator: collaboration.creator().to_owned(),
        creator_display_name: collaboration.creator_display_name().to_owned(),
    };
    let member = collaboration.member_mut(account).expect("joinable() has found it");
    member.status = MemberStatus::Active;
    member.update_time = now;
    let id = member.membership_id.clone();
    let (abilities, ml_abilities) = (member.abilities.clone(), member.ml_abilities.clone());
    let tags = Some(input.tags.unwrap_or_default());
    let head = call.numbered_head(&Membership::KIND, tags, sequence, id.clone());
    let membership = Membership {
        head,
        collaboration: copy,
        status: MembershipStatus::Active,
        abilities,
        ml_abilities,
        query_log_status: input.query_log_status,
        job_log_status: input.job_log_status,
        default_result_configuration: input.default_result_configuration,
        default_job_result_configuration: input.default_job_result_configuration,
        payers,
        is_metrics_enabled: input.is_metrics_enabled,
        sub_resources: Vec::new(),
    };
    call.state.memberships.insert(membership);
    id
}

/// The membership, where it is the caller's own.
pub(super) fn own<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut Membership, ApiError> {
    let absence = call.switches.membership_of_another_account;
    own_or(call, id, absence)
}

/// The membership, where it is the caller's own, with the answer for another
/// account's.
pub(super) fn own_or<'a>(
    call: &'a mut Call<'_>,
    id: &str,
    absence: Absence,
) -> Result<&'a mut Membership, ApiError> {
    let (caller, switches) = (call.caller, call.switches);
    let not_found = || ApiError::not_found(ResourceKind::Membership, id);
    if call.state.is_promised(id, &caller.account) {
        return Err(match switches.membership_before_joining {
            BeforeJoining::NotFound => not_found(),
            BeforeJoining::AccessDenied => {
                ApiError::denied(format!("You do not have access to the membership {id}."))
            }
            BeforeJoining::Conflict => ApiError::conflict(
                ConflictReason::InvalidState,
                ResourceKind::Membership,
                id,
                "The account has not joined yet.",
            ),
        });
    }
    let membership = call
        .state
        .memberships
        .find(id)
        .filter(|membership| membership.head.region == caller.region)
        .ok_or_else(not_found)?;
    if membership.head.account == caller.account {
        return Ok(membership);
    }
    Err(match absence {
        Absence::AccessDenied => {
            ApiError::denied(format!("You do not have access to the membership {id}."))
        }
        Absence::NotFound => not_found(),
    })
}

impl State {
    /// Whether an id is that of a membership which the account may still make.
    fn is_promised(&self, id: &str, account: &str) -> bool {
        let mut own = self.collaborations.values().filter_map(|one| one.member(account));
        self.memberships.get(id).is_none()
            && own.any(|member| member.membership_id == id && !member.has_joined())
    }
}

fn get(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let switches = call.switches;
    let membership = own(call, text(&input, "membershipIdentifier")?)?;
    Ok(json!({ "membership": reply(membership, switches) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateInput {
    membership_identifier: String,
    query_log_status: Option<String>,
    job_log_status: Option<String>,
    default_result_configuration: Option<Value>,
    default_job_result_configuration: Option<Value>,
    membership_payment_configuration: Option<Value>,
}

fn update(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let input: UpdateInput = parse(input)?;
    let (now, switches) = (call.now, call.switches);
    let membership = own(call, &input.membership_identifier)?;
    if membership.status != MembershipStatus::Active {
        return Err(ApiError::conflict(
            ConflictReason::InvalidState,
            ResourceKind::Membership,
            &membership.head.id,
            format!("The membership is {}.", membership.status.as_str()),
        ));
    }
    let payers = checked_update(call, &input)?;
    let membership = own(call, &input.membership_identifier)?;
    membership.payers = payers;
    if let Some(status) = input.query_log_status {
        membership.query_log_status = status;
    }
    if let Some(status) = input.job_log_status {
        membership.job_log_status = Some(status);
    }
    set_results(
        &mut membership.default_result_configuration,
        input.default_result_configuration,
        switches,
    );
    set_results(
        &mut membership.default_job_result_configuration,
        input.default_job_result_configuration,
        switches,
    );
    membership.head.update_time = now;
    Ok(json!({ "membership": reply(membership, switches) }))
}

fn set_results(current: &mut Option<Value>, new: Option<Value>, switches: &Switches) {
    match (current, new) {
        (_, None) => {}
        (Some(current), Some(new))
            if switches.result_configuration_update == ResultUpdate::Merge =>
        {
            merge(current, new);
        }
        (current, new) => *current = new,
    }
}

/// Puts every leaf of `new` over `current`.
fn merge(current: &mut Value, new: Value) {
    match (current, new) {
        (Value::Object(current), Value::Object(new)) => {
            for (key, value) in new {
                merge(current.entry(key).or_insert(Value::Null), value);
            }
        }
        (current, new) => *current = new,
    }
}

fn delete(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "membershipIdentifier")?;
    let (now, switches) = (call.now, call.switches);
    let membership = own(call, id)?;
    let refused = |reason, message: String| {
        Err(ApiError::conflict(reason, ResourceKind::Membership, id, message))
    };
    let is_creator = membership.head.account == membership.collaboration.creator;
    if is_creator && membership.status == MembershipStatus::Active {
        // The words of the service.
        let message = "Cannot delete membership for the creator of the collaboration while \
                       their membership is still ACTIVE";
        return refused(ConflictReason::InvalidState, message.to_owned());
    }
    let is_deleted = membership.status == MembershipStatus::CollaborationDeleted;
    let mut in_the_way = membership.sub_resources.clone();
    for shelf in call.state.shelves() {
        in_the_way.extend(shelf.in_the_way_of(id));
    }
    if !in_the_way.is_empty() {
        let names = in_the_way.join(", ");
        let message = format!("The membership still has resources: {names}.");
        return refused(ConflictReason::SubresourcesExist, message);
    }
    if is_deleted && !switches.deleted_memberships_can_be_deleted {
        let message = "The collaboration of the membership is deleted.".to_owned();
        return refused(ConflictReason::InvalidState, message);
    }
    leave(call, id, now);
    Ok(json!({}))
}

/// Takes the membership away, on both sides.
fn leave(call: &mut Call<'_>, id: &str, now: Timestamp) {
    let Some(membership) = call.state.memberships.remove(id) else {
        return;
    };
    for shelf in call.state.shelves_mut() {
        shelf.drop_parts_of(id);
    }
    let Some(collaboration) = call.state.collaborations.get_mut(&membership.collaboration.id)
    else {
        return;
    };
    let Some(member) = collaboration.member_mut(&membership.head.account) else {
        return;
    };
    if membership.status == MembershipStatus::Active {
        member.status = MemberStatus::Left;
        member.update_time = now;
        let collaboration = &membership.collaboration.id;
        change_requests::withdraw_voter(call.state, collaboration, &membership.head.account, now);
    }
}

fn list(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let (caller, switches) = (call.caller, call.switches);
    let page = Page::requested(format!("memberships {}", caller.account), &input, call)?;
    let wanted = input.get("status").and_then(Value::as_str);
    let own = |one: &Membership| one.head.is_of(&caller.account, &caller.region);
    let items = call
        .state
        .memberships
        .seen(own)
        .into_iter()
        .filter(|membership| wanted.is_none_or(|wanted| membership.status.as_str() == wanted))
        .map(|membership| (membership.head.sequence, summary(membership, switches)))
        .collect();
    Ok(page.reply("membershipSummaries", items))
}

fn summary(membership: &Membership, switches: &Switches) -> Value {
    let collaboration = &membership.collaboration;
    let unset = match switches.unset_payment_sub_blocks {
        UnsetPayers::Absent => None,
        UnsetPayers::Filled | UnsetPayers::Effective => Some(false),
    };
    let mut reply = json!({
        "id": membership.head.id,
        "arn": membership.head.arn,
        "collaborationArn": collaboration.arn,
        "collaborationId": collaboration.id,
        "collaborationCreatorAccountId": collaboration.creator,
        "collaborationCreatorDisplayName": collaboration.creator_display_name,
        "collaborationName": collaboration.name,
        "createTime": membership.head.create_time.to_reply(),
        "updateTime": membership.head.update_time.to_reply(),
        "status": membership.status.as_str(),
        "memberAbilities": reordered(&membership.abilities),
        "paymentConfiguration": membership.payers.to_reply(|_| unset),
    });
    put(&mut reply, "mlMemberAbilities", ml_abilities(membership.ml_abilities.as_ref(), switches));
    reply
}

fn reply(membership: &Membership, switches: &Switches) -> Value {
    let mut reply = summary(membership, switches);
    reply["queryLogStatus"] = membership.query_log_status.as_str().into();
    put_flags(
        &mut reply,
        membership.job_log_status.as_deref(),
        membership.is_metrics_enabled,
        switches,
    );
    let filled = |configuration: &Option<Value>, defaults: Value| {
        let mut configuration = configuration.clone()?;
        if let Some(s3) = configuration.pointer_mut("/outputConfiguration/s3") {
            let mut with_defaults = defaults;
            merge(&mut with_defaults, s3.take());
            *s3 = with_defaults;
        }
        Some(configuration)
    };
    let (mut query_defaults, mut job_defaults) = (json!({}), json!({}));
    if switches.omitted_key_prefix == Omitted::Filled {
        query_defaults["keyPrefix"] = "".into();
        job_defaults["keyPrefix"] = "".into();
    }
    if switches.omitted_single_file_output == Omitted::Filled {
        query_defaults["singleFileOutput"] = false.into();
    }
    if switches.omitted_job_result_format == Omitted::Filled {
        job_defaults["resultFormat"] = "CSV".into();
    }
    put(
        &mut reply,
        "defaultResultConfiguration",
        filled(&membership.default_result_configuration, query_defaults),
    );
    put(
        &mut reply,
        "defaultJobResultConfiguration",
        filled(&membership.default_job_result_configuration, job_defaults),
    );
    reply
}
