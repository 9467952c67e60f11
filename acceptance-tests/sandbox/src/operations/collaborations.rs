//! Collaborations: made, changed and deleted by their creator, seen by every
//! account that is invited.

use serde::Deserialize;
use serde_json::{Value, json};

use super::paging::Page;
use super::{Call, Operation, distinct, parse, put, reordered, tags, text};
use crate::error::ApiError;
use crate::payment::Payers;
use crate::settings::{CreatorStatus, Omitted, OmittedRegions, Permission, Switches};
use crate::state::{
    CAN_QUERY, CAN_RUN_JOB, Collaboration, Member, MemberStatus, Membership, MembershipStatus,
    Tags, Timestamp,
};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateCollaboration", create),
    ("GetCollaboration", get),
    ("UpdateCollaboration", update),
    ("DeleteCollaboration", delete),
    ("ListCollaborations", list),
];

pub(super) const SPARK: &str = "SPARK";
pub(super) const CLEAN_ROOMS_SQL: &str = "CLEAN_ROOMS_SQL";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInput {
    name: String,
    description: Option<String>,
    members: Vec<MemberSpecification>,
    creator_display_name: String,
    creator_member_abilities: Vec<String>,
    #[serde(rename = "creatorMLMemberAbilities")]
    creator_ml_member_abilities: Option<MlMemberAbilities>,
    creator_payment_configuration: Option<Value>,
    data_encryption_metadata: Option<Value>,
    query_log_status: String,
    job_log_status: Option<String>,
    analytics_engine: Option<String>,
    auto_approved_change_request_types: Option<Vec<String>>,
    allowed_result_regions: Option<Vec<String>>,
    is_metrics_enabled: Option<bool>,
    tags: Option<Tags>,
}

/// A member as a request describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MemberSpecification {
    account_id: String,
    display_name: String,
    member_abilities: Vec<String>,
    ml_member_abilities: Option<MlMemberAbilities>,
    payment_configuration: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MlMemberAbilities {
    #[serde(rename = "customMLMemberAbilities")]
    custom_ml_member_abilities: Vec<String>,
}

impl MlMemberAbilities {
    pub(super) fn into_list(self) -> Vec<String> {
        distinct(self.custom_ml_member_abilities)
    }

    pub(super) fn as_slice(&self) -> &[String] {
        &self.custom_ml_member_abilities
    }
}

impl MemberSpecification {
    fn into_member(self, now: Timestamp) -> Member {
        Member {
            account: self.account_id,
            display_name: self.display_name,
            status: MemberStatus::Invited,
            abilities: distinct(self.member_abilities),
            ml_abilities: self.ml_member_abilities.map(MlMemberAbilities::into_list),
            payers: Payers::from_request(self.payment_configuration.as_ref()),
            create_time: now,
            update_time: now,
            membership_id: String::new(),
        }
    }
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let input: CreateInput = parse(input)?;
    let mut collaboration = described(input, call);
    check_engine(&collaboration, call.switches)?;
    check_members(&collaboration)?;
    tags::check_keys(collaboration.head.tags.iter().flat_map(Tags::keys))?;
    collaboration.fill_query_payers();
    collaboration.check_query_payer()?;
    collaboration.check_job_payer()?;
    check_quotas(&collaboration, call)?;
    collaboration.head = call.head(&Collaboration::KIND, collaboration.head.tags);
    for member in &mut collaboration.members {
        (_, member.membership_id) = call.state.next_id(&Membership::KIND);
    }
    let reply = reply(&collaboration, call);
    call.state.collaborations.insert(collaboration);
    Ok(reply)
}

/// The collaboration that a request describes, which has no id yet.
fn described(input: CreateInput, call: &Call<'_>) -> Collaboration {
    let creator = MemberSpecification {
        account_id: call.caller.account.clone(),
        display_name: input.creator_display_name,
        member_abilities: input.creator_member_abilities,
        ml_member_abilities: input.creator_ml_member_abilities,
        payment_configuration: input.creator_payment_configuration,
    };
    Collaboration {
        // It gets its number when it is sure to be made.
        head: call.numbered_head(
            &Collaboration::KIND,
            Some(input.tags.unwrap_or_default()),
            0,
            String::new(),
        ),
        name: input.name,
        description: input.description,
        members: std::iter::once(creator)
            .chain(input.members)
            .map(|member| member.into_member(call.now))
            .collect(),
        data_encryption_metadata: input.data_encryption_metadata,
        query_log_status: input.query_log_status,
        job_log_status: input.job_log_status,
        analytics_engine: input.analytics_engine.unwrap_or_else(|| SPARK.to_owned()),
        auto_approved_change_types: input.auto_approved_change_request_types.map(distinct),
        allowed_result_regions: input.allowed_result_regions.map(distinct),
        is_metrics_enabled: input.is_metrics_enabled,
    }
}

fn check_engine(collaboration: &Collaboration, switches: &Switches) -> Result<(), ApiError> {
    if collaboration.analytics_engine != CLEAN_ROOMS_SQL {
        return Ok(());
    }
    if switches.clean_rooms_sql == Permission::Refused {
        return Err(ApiError::configuration(
            "analyticsEngine",
            "CLEAN_ROOMS_SQL is no longer available for new collaborations.",
        ));
    }
    if collaboration.holder(CAN_RUN_JOB).is_some() {
        return Err(ApiError::configuration(
            "analyticsEngine",
            "CAN_RUN_JOB needs the SPARK analytics engine.",
        ));
    }
    Ok(())
}

fn check_members(collaboration: &Collaboration) -> Result<(), ApiError> {
    for (index, member) in collaboration.members.iter().enumerate() {
        let earlier = &collaboration.members[..index];
        if earlier.iter().any(|other| other.account == member.account) {
            let problem = if member.account == collaboration.creator() {
                "is the creator, who is a member anyway"
            } else {
                "is listed twice"
            };
            return Err(ApiError::configuration(
                "members",
                format!("The account {} {problem}.", member.account),
            ));
        }
        for ability in [CAN_QUERY, CAN_RUN_JOB] {
            if member.has(ability) && earlier.iter().any(|other| other.has(ability)) {
                return Err(ApiError::configuration(
                    "memberAbilities",
                    format!("Only one member can have the ability {ability}."),
                ));
            }
        }
    }
    check_one_runner(collaboration)
}

fn check_one_runner(collaboration: &Collaboration) -> Result<(), ApiError> {
    match (collaboration.holder(CAN_QUERY), collaboration.holder(CAN_RUN_JOB)) {
        (Some(querier), Some(runner)) if querier.account != runner.account => {
            Err(ApiError::configuration(
                "memberAbilities",
                "CAN_RUN_JOB must be held by the member that has CAN_QUERY.",
            ))
        }
        _ => Ok(()),
    }
}

fn check_quotas(collaboration: &Collaboration, call: &Call<'_>) -> Result<(), ApiError> {
    check_invited(collaboration.invited(), call)?;
    let quota = call.quotas.collaborations_created_per_account;
    let created = call
        .state
        .collaborations
        .values()
        .filter(|other| other.head.is_of(collaboration.creator(), &collaboration.head.region))
        .count();
    if created >= quota as usize {
        return Err(ApiError::Quota {
            name: "Collaborations created per account",
            value: quota.into(),
        });
    }
    Ok(())
}

/// Refuses more invited members than the quota allows.
pub(super) fn check_invited(invited: usize, call: &Call<'_>) -> Result<(), ApiError> {
    let quota = call.quotas.members_invited_per_collaboration;
    if invited > quota as usize {
        return Err(ApiError::Quota {
            name: "Members invited per collaboration",
            value: quota.into(),
        });
    }
    Ok(())
}

fn get(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    call.collaboration(id)?;
    Ok(reply(&call.state.collaborations[id], call))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateInput {
    collaboration_identifier: String,
    name: Option<String>,
    description: Option<String>,
    analytics_engine: Option<String>,
}

fn update(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let input: UpdateInput = parse(input)?;
    let now = call.now;
    let collaboration = call.owned_collaboration(&input.collaboration_identifier)?;
    if input.analytics_engine.as_deref() == Some(CLEAN_ROOMS_SQL)
        && collaboration.analytics_engine != CLEAN_ROOMS_SQL
    {
        return Err(ApiError::configuration(
            "analyticsEngine",
            "A collaboration cannot change from SPARK to CLEAN_ROOMS_SQL.",
        ));
    }
    if let Some(name) = input.name {
        collaboration.name = name;
    }
    if let Some(description) = input.description {
        collaboration.description = Some(description);
    }
    if let Some(analytics_engine) = input.analytics_engine {
        collaboration.analytics_engine = analytics_engine;
    }
    collaboration.head.update_time = now;
    let name = collaboration.name.clone();
    let id = &input.collaboration_identifier;
    for membership in call.state.memberships.values_mut() {
        if membership.collaboration.id == *id {
            membership.collaboration.name.clone_from(&name);
        }
    }
    Ok(reply(&call.state.collaborations[id], call))
}

fn delete(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = text(&input, "collaborationIdentifier")?;
    call.owned_collaboration(id)?;
    call.state.collaborations.remove(id);
    call.state.change_requests.retain(|request| request.collaboration_id != id);
    for membership in call.state.memberships.values_mut() {
        if membership.collaboration.id == id && membership.status == MembershipStatus::Active {
            membership.status = MembershipStatus::CollaborationDeleted;
            membership.head.update_time = call.now;
        }
    }
    Ok(json!({}))
}

fn list(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let caller = call.caller;
    let page = Page::requested(format!("collaborations {}", caller.account), &input, call)?;
    let wanted = input.get("memberStatus").and_then(Value::as_str);
    let sees = |collaboration: &Collaboration| {
        collaboration.head.region == caller.region
            && collaboration.member(&caller.account).is_some_and(|own| own.status.takes_part())
    };
    let switches = call.switches;
    let seen = call.state.collaborations.seen(sees);
    let items = seen
        .into_iter()
        .map(|one| (one.head.sequence, summary(one, &caller.account, switches)))
        .filter(|(_, summary)| wanted.is_none_or(|wanted| summary["memberStatus"] == wanted))
        .collect();
    Ok(page.reply("collaborationList", items))
}

/// The status of a member as replies give it.
pub(super) fn shown_status(
    collaboration: &Collaboration,
    member: &Member,
    switches: &Switches,
) -> MemberStatus {
    let has_not_joined = member.status == MemberStatus::Invited;
    if has_not_joined
        && member.account == collaboration.creator()
        && switches.creator_status_before_joining == CreatorStatus::Active
    {
        return MemberStatus::Active;
    }
    member.status
}

/// ARN of a member's membership, which has the member's account in it.
pub(super) fn membership_arn(collaboration: &Collaboration, member: &Member) -> String {
    let (region, id) = (&collaboration.head.region, &member.membership_id);
    format!("arn:aws:cleanrooms:{region}:{}:membership/{id}", member.account)
}

fn summary(collaboration: &Collaboration, account: &str, switches: &Switches) -> Value {
    let mut reply = json!({
        "id": collaboration.head.id,
        "arn": collaboration.head.arn,
        "name": collaboration.name,
        "creatorAccountId": collaboration.creator(),
        "creatorDisplayName": collaboration.creator_display_name(),
        "createTime": collaboration.head.create_time.to_reply(),
        "updateTime": collaboration.head.update_time.to_reply(),
        "analyticsEngine": collaboration.analytics_engine,
    });
    if let Some(member) = collaboration.member(account) {
        reply["memberStatus"] = shown_status(collaboration, member, switches).as_str().into();
        let given = switches.own_membership_id_before_joining == Omitted::Filled;
        if member.has_joined() || given {
            reply["membershipId"] = member.membership_id.as_str().into();
            reply["membershipArn"] = membership_arn(collaboration, member).into();
        }
    }
    reply
}

fn reply(collaboration: &Collaboration, call: &Call<'_>) -> Value {
    let switches = call.switches;
    let mut reply = summary(collaboration, &call.caller.account, switches);
    put(&mut reply, "description", shown_description(collaboration, switches));
    put(&mut reply, "dataEncryptionMetadata", collaboration.data_encryption_metadata.clone());
    reply["queryLogStatus"] = collaboration.query_log_status.as_str().into();
    put_flags(
        &mut reply,
        collaboration.job_log_status.as_deref(),
        collaboration.is_metrics_enabled,
        switches,
    );
    let types = match &collaboration.auto_approved_change_types {
        None if switches.omitted_auto_approved_change_types == Omitted::Absent => None,
        types => Some(reordered(types.as_deref().unwrap_or_default())),
    };
    put(&mut reply, "autoApprovedChangeTypes", types);
    let regions = match &collaboration.allowed_result_regions {
        Some(regions) => Some(reordered(regions)),
        None => match switches.omitted_allowed_result_regions {
            OmittedRegions::Absent => None,
            OmittedRegions::HomeRegion => Some(json!([collaboration.head.region])),
        },
    };
    put(&mut reply, "allowedResultRegions", regions);
    json!({ "collaboration": reply })
}

fn shown_description(collaboration: &Collaboration, switches: &Switches) -> Option<String> {
    match (&collaboration.description, switches.omitted_description) {
        (None, Omitted::Filled) => Some(String::new()),
        (description, _) => description.clone(),
    }
}

/// Puts jobLogStatus and isMetricsEnabled into a reply, which have defaults.
pub(super) fn put_flags(
    reply: &mut Value,
    job_log_status: Option<&str>,
    is_metrics_enabled: Option<bool>,
    switches: &Switches,
) {
    let filled = |switch| switch == Omitted::Filled;
    let no_logs = filled(switches.omitted_job_log_status).then_some("DISABLED");
    let no_metrics = filled(switches.omitted_metrics).then_some(false);
    put(reply, "jobLogStatus", job_log_status.or(no_logs));
    put(reply, "isMetricsEnabled", is_metrics_enabled.or(no_metrics));
}

/// ML abilities as a reply gives them.
pub(super) fn ml_abilities(abilities: Option<&Vec<String>>, switches: &Switches) -> Option<Value> {
    match abilities {
        None if switches.omitted_ml_abilities == Omitted::Absent => None,
        abilities => {
            let abilities = abilities.map(Vec::as_slice).unwrap_or_default();
            Some(json!({ "customMLMemberAbilities": reordered(abilities) }))
        }
    }
}
