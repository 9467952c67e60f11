//! The first list: collaborations, memberships, change requests.
//!
//! The calls have the numbers under which they were thought out, from 2 on; what
//! was added in between has a letter. Later ones depend on what earlier ones
//! have shown. No query runs, so nothing costs.

use anyhow::{Context, Result};
use aws_sdk_cleanrooms::types::{
    AnalyticsEngine, AutoApprovedChangeType, ChangeRequestAction, CollaborationQueryLogStatus,
    MemberAbility, MembershipQueryLogStatus,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::hour::{Hour, NOBODY};
use super::inputs::{
    Change, Learning, job_results, member, payers, pays_for_queries, pays_for_queries_from_now_on,
    results,
};
use crate::record::Who::{self, Owner, Partner};

const QUERY: MemberAbility = MemberAbility::CanQuery;
const RECEIVE: MemberAbility = MemberAbility::CanReceiveResults;

/// What the first list has made.
struct Made {
    k1: String,
    /// The owner's membership in the first collaboration.
    ours: String,
    /// The partner's.
    theirs: String,
    k2: String,
}

/// Makes all calls of the list.
///
/// # Errors
///
/// When a call has no reply, or one that all others rest on is refused.
pub async fn run(hour: &mut Hour<'_>) -> Result<()> {
    let mut made = join(hour).await?;
    vote(hour, &made).await?;
    made.k2 = create_with_auto_approval(hour).await?;
    change_the_runner(hour, &made.k2).await?;
    change_while_nobody_has_joined(hour, &made.k2).await?;
    let own = part_with_members(hour, &made.k2).await?;
    look_for_what_is_not_there(hour, &made).await?;
    list_again(hour, &made.k1).await?;
    end(hour, &made, &own).await
}

/// Calls 2 to 15: a collaboration that both join.
async fn join(hour: &mut Hour<'_>) -> Result<Made> {
    let bucket = hour.bucket.clone();
    let (name, partner) = (hour.name("k1"), member(&hour.partner, "b", &[QUERY])?);
    let created = hour.make("2", Owner, |sdk| {
        sdk.create_collaboration()
            .name(name)
            .description("d")
            .creator_display_name("own")
            .creator_member_abilities(RECEIVE)
            .members(partner)
            .query_log_status(CollaborationQueryLogStatus::Disabled)
            .send()
    });
    let created = created.await?;
    let k1 = created.text("/collaboration/id").map(str::to_owned);
    let k1 = k1.with_context(|| format!("the first collaboration: {}", created.in_short()))?;

    let listed = list_members(hour, "3", &k1).await?;
    get(hour, "4", Owner, &k1).await?;
    let own = own_membership(&listed, &hour.owner).unwrap_or(NOBODY.to_owned());
    hour.ask("5", Owner, |sdk| sdk.get_membership().membership_identifier(own).send()).await?;
    get(hour, "6", Partner, &k1).await?;
    hour.ask("6a", Partner, |sdk| sdk.list_schemas().collaboration_identifier(&k1).send()).await?;
    let ours = create_membership(hour, "7", Owner, &k1, Some(&bucket)).await?;
    get(hour, "8", Owner, &k1).await?;
    create_membership(hour, "9", Owner, &k1, None).await?;
    delete_membership(hour, "10", Owner, &ours).await?;
    let pays = pays_for_queries(true)?;
    let joined = hour.make("11", Partner, |sdk| {
        sdk.create_membership()
            .collaboration_identifier(&k1)
            .query_log_status(MembershipQueryLogStatus::Disabled)
            .payment_configuration(pays)
            .send()
    });
    let theirs = joined.await?.text("/membership/id").unwrap_or(NOBODY).to_owned();
    hour.ask("12", Partner, |sdk| sdk.get_membership().membership_identifier(&ours).send()).await?;
    update_results(hour, &ours, &bucket).await?;
    let pays_no_more = pays_for_queries_from_now_on(false)?;
    hour.ask("15", Partner, |sdk| {
        sdk.update_membership()
            .membership_identifier(&theirs)
            .membership_payment_configuration(pays_no_more)
            .send()
    })
    .await?;
    Ok(Made { k1, ours, theirs, k2: String::new() })
}

/// Calls 13 to 14a: where results go.
async fn update_results(hour: &mut Hour<'_>, ours: &str, bucket: &str) -> Result<()> {
    for (number, whole) in [("13", true), ("14", false)] {
        let results = results(bucket, whole)?;
        hour.ask(number, Owner, |sdk| {
            let update = sdk.update_membership().membership_identifier(ours);
            update.default_result_configuration(results).send()
        })
        .await?;
    }
    if let Some(tables) = &hour.tables {
        let results = job_results(bucket, &tables.role)?;
        hour.ask("14a", Owner, |sdk| {
            let update = sdk.update_membership().membership_identifier(ours);
            update.default_job_result_configuration(results).send()
        })
        .await?;
    }
    Ok(())
}

/// Calls 16 to 20: a change on which both vote.
async fn vote(hour: &mut Hour<'_>, made: &Made) -> Result<()> {
    let third = Change::named(&hour.third, "c", &[]);
    let request = file(hour, "16", &made.k1, &third).await?;
    for (number, who, action) in [
        ("17", Owner, ChangeRequestAction::Approve),
        ("18", Partner, ChangeRequestAction::Approve),
        ("19", Owner, ChangeRequestAction::Commit),
    ] {
        act(hour, number, who, &made.k1, &request.id, action).await?;
    }
    list_members(hour, "20", &made.k1).await.map(drop)
}

/// Calls 21 to 22a: a collaboration that approves by itself. Its description is left out, which is
/// a question of its own.
async fn create_with_auto_approval(hour: &mut Hour<'_>) -> Result<String> {
    let name = hour.name("k2");
    let created = hour.make("21", Owner, |sdk| {
        sdk.create_collaboration()
            .name(name)
            .creator_display_name("own")
            .set_members(Some(Vec::new()))
            .creator_member_abilities(QUERY)
            .creator_member_abilities(RECEIVE)
            .auto_approved_change_request_types(AutoApprovedChangeType::AddMember)
            .auto_approved_change_request_types(AutoApprovedChangeType::GrantReceiveResultsAbility)
            .auto_approved_change_request_types(AutoApprovedChangeType::RevokeReceiveResultsAbility)
            .query_log_status(CollaborationQueryLogStatus::Disabled)
            .send()
    });
    let created = created.await?;
    let k2 = created.text("/collaboration/id").map(str::to_owned);
    let k2 = k2.with_context(|| format!("the second collaboration: {}", created.in_short()))?;
    create_membership(hour, "21a", Partner, &k2, None).await?;
    create_with_the_old_engine(hour).await?;
    let partner = Change::named(&hour.partner, "b", &[RECEIVE]);
    let request = file(hour, "22", &k2, &partner).await?;
    commit_if_approved(hour, "22a", &k2, &request).await?;
    Ok(k2)
}

/// Calls 21b and 21c.
async fn create_with_the_old_engine(hour: &mut Hour<'_>) -> Result<()> {
    let name = hour.name("k3");
    let created = hour.make("21b", Owner, |sdk| {
        sdk.create_collaboration()
            .name(name)
            .description("d")
            .creator_display_name("own")
            .set_members(Some(Vec::new()))
            .creator_member_abilities(QUERY)
            .analytics_engine(AnalyticsEngine::CleanRoomsSql)
            .query_log_status(CollaborationQueryLogStatus::Disabled)
            .send()
    });
    if let Some(id) = created.await?.text("/collaboration/id").map(str::to_owned) {
        delete(hour, "21c", &id).await?;
    }
    Ok(())
}

/// Calls 23 to 25: abilities of the one who runs queries, with CAN_QUERY in the list and without.
async fn change_the_runner(hour: &mut Hour<'_>, k2: &str) -> Result<()> {
    let owner = hour.owner.clone();
    let with = file(hour, "23", k2, &Change::of(&owner, &[QUERY])).await?;
    commit_if_approved(hour, "23a", k2, &with).await?;
    // What was not taken away by 23 is taken away now, and the other way round.
    let rest = if with.is_done { vec![RECEIVE] } else { Vec::new() };
    let without = file(hour, "24", k2, &Change::of(&owner, &rest)).await?;
    commit_if_approved(hour, "24a", k2, &without).await?;
    list_members(hour, "25", k2).await.map(drop)
}

/// Calls 26 to 28a: requests in a collaboration that nobody has joined.
async fn change_while_nobody_has_joined(hour: &mut Hour<'_>, k2: &str) -> Result<()> {
    let (owner, partner) = (hour.owner.clone(), hour.partner.clone());
    let held = held_abilities(hour, &owner);
    let paying = |learning| -> Result<Change> {
        Ok(Change { payers: Some(payers(learning)?), ..Change::of(&owner, &held) })
    };
    let request = file(hour, "26", k2, &paying(Learning::Training)?).await?;
    file(hour, "27", k2, &Change::named(&partner, "other", &[RECEIVE])).await?;
    let renamed = file(hour, "27a", k2, &Change::named(&partner, "other", &[])).await?;
    commit_if_approved(hour, "27b", k2, &renamed).await?;
    let second = file(hour, "27c", k2, &paying(Learning::Inference)?).await?;
    if second.is_open() {
        act(hour, "27d", Owner, k2, &second.id, ChangeRequestAction::Cancel).await?;
    }
    if request.status == "PENDING" {
        act(hour, "28", Owner, k2, &request.id, ChangeRequestAction::Approve).await?;
        act(hour, "28a", Owner, k2, &request.id, ChangeRequestAction::Commit).await?;
    } else {
        act(hour, "28", Owner, k2, &request.id, ChangeRequestAction::Commit).await?;
    }
    Ok(())
}

/// What a change of the runner must name to leave its abilities as they are, by calls 23 to 25.
fn held_abilities(hour: &Hour<'_>, account: &str) -> Vec<MemberAbility> {
    let replies = hour.replies();
    let names_runner = replies.get("23").is_some_and(|reply| reply.is_done());
    let listed = replies.get("25").map(|reply| reply.exchange.body.clone()).unwrap_or_default();
    let held = member_of(&listed, account).map(|member| member["abilities"].clone());
    let holds = |ability: &MemberAbility| {
        let list = held.as_ref().and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|one| one == ability.as_str()))
    };
    let named = [(QUERY, names_runner), (RECEIVE, true)];
    named.into_iter().filter(|(one, may)| *may && holds(one)).map(|(one, _)| one).collect()
}

/// Calls 29 to 32. Gives the id of the owner's membership that may come to be.
async fn part_with_members(hour: &mut Hour<'_>, k2: &str) -> Result<String> {
    let (owner, partner) = (hour.owner.clone(), hour.partner.clone());
    for (number, account) in [("29", &owner), ("30", &partner)] {
        hour.ask(number, Owner, |sdk| {
            sdk.delete_member().collaboration_identifier(k2).account_id(account).send()
        })
        .await?;
    }
    file(hour, "31", k2, &Change::named(&partner, "b", &[RECEIVE])).await?;
    let listed = list_members(hour, "32", k2).await?;
    Ok(own_membership(&listed, &owner).unwrap_or(NOBODY.to_owned()))
}

/// Calls 33 to 33d.
async fn look_for_what_is_not_there(hour: &mut Hour<'_>, made: &Made) -> Result<()> {
    let region = crate::accounts::REGION;
    for (number, kind) in [("33", "collaboration"), ("33a", "configuredtable")] {
        let arn = format!("arn:aws:cleanrooms:{region}:{}:{kind}/{NOBODY}", hour.owner);
        hour.ask(number, Owner, |sdk| sdk.list_tags_for_resource().resource_arn(arn).send())
            .await?;
    }
    list_members(hour, "33b", NOBODY).await?;
    hour.ask("33c", Owner, |sdk| {
        let update = sdk.update_collaboration().collaboration_identifier(&made.k2);
        update.description("d").customize().mutate_request(add_unknown_member).send()
    })
    .await?;
    hour.ask("33d", Owner, |sdk| {
        let get = sdk.get_id_mapping_table().membership_identifier(&made.ours);
        get.id_mapping_table_identifier(NOBODY).send()
    })
    .await?;
    Ok(())
}

/// Adds a member that no model has.
fn add_unknown_member(request: &mut aws_smithy_runtime_api::client::orchestrator::HttpRequest) {
    let body = request.body().bytes().unwrap_or_default();
    let mut body: Value = serde_json::from_slice(body).unwrap_or_else(|_| json!({}));
    body["unknownMember"] = json!("x");
    let bytes = body.to_string().into_bytes();
    request.headers_mut().insert("content-length", bytes.len().to_string());
    *request.body_mut() = SdkBody::from(bytes);
}

/// Calls 33e to 33j: lists whose order is asked about.
async fn list_again(hour: &mut Hour<'_>, k1: &str) -> Result<()> {
    for number in ["33e", "33f", "33g"] {
        list_members(hour, number, k1).await?;
    }
    for number in ["33h", "33i", "33j"] {
        hour.ask(number, Owner, |sdk| sdk.list_collaborations().max_results(100).send()).await?;
    }
    Ok(())
}

/// Calls 34 to 40: the end of both collaborations, and what is left of memberships.
async fn end(hour: &mut Hour<'_>, made: &Made, own: &str) -> Result<()> {
    delete(hour, "34", &made.k1).await?;
    get(hour, "35", Owner, &made.k1).await?;
    hour.ask("36", Owner, |sdk| sdk.list_memberships().max_results(100).send()).await?;
    delete_membership(hour, "37", Owner, &made.ours).await?;
    delete_membership(hour, "38", Partner, &made.theirs).await?;
    delete(hour, "39", &made.k2).await?;
    delete_membership(hour, "40", Owner, own).await
}

/// A change request as its reply shows it.
struct Filed {
    id: String,
    status: String,
    is_done: bool,
}

impl Filed {
    fn is_open(&self) -> bool {
        ["PENDING", "APPROVED"].contains(&self.status.as_str())
    }
}

async fn file(hour: &mut Hour<'_>, number: &str, id: &str, change: &Change) -> Result<Filed> {
    let input = change.input()?;
    let filed = hour.make(number, Owner, |sdk| {
        let create = sdk.create_collaboration_change_request().collaboration_identifier(id);
        create.changes(input).send()
    });
    let filed = filed.await?;
    let text = |name: &str| {
        let pointer = format!("/collaborationChangeRequest/{name}");
        filed.text(&pointer).map(str::to_owned)
    };
    Ok(Filed {
        id: text("id").unwrap_or(NOBODY.to_owned()),
        status: text("status").unwrap_or_default(),
        is_done: filed.is_done(),
    })
}

async fn act(
    hour: &mut Hour<'_>,
    number: &str,
    who: Who,
    id: &str,
    request: &str,
    action: ChangeRequestAction,
) -> Result<()> {
    hour.ask(number, who, |sdk| {
        sdk.update_collaboration_change_request()
            .collaboration_identifier(id)
            .change_request_identifier(request)
            .action(action)
            .send()
    })
    .await
    .map(drop)
}

/// What is approved and has not taken effect by itself is committed.
async fn commit_if_approved(
    hour: &mut Hour<'_>,
    number: &str,
    id: &str,
    request: &Filed,
) -> Result<()> {
    if request.status == "APPROVED" {
        act(hour, number, Owner, id, &request.id, ChangeRequestAction::Commit).await?;
    }
    Ok(())
}

async fn list_members(hour: &mut Hour<'_>, number: &str, id: &str) -> Result<Value> {
    let call = |sdk: aws_sdk_cleanrooms::Client| {
        sdk.list_members().collaboration_identifier(id).max_results(100).send()
    };
    Ok(hour.ask(number, Owner, call).await?.exchange.body.clone())
}

async fn get(hour: &mut Hour<'_>, number: &str, who: Who, id: &str) -> Result<()> {
    let call = |sdk: aws_sdk_cleanrooms::Client| {
        sdk.get_collaboration().collaboration_identifier(id).send()
    };
    hour.ask(number, who, call).await.map(drop)
}

async fn delete(hour: &mut Hour<'_>, number: &str, id: &str) -> Result<()> {
    let call = |sdk: aws_sdk_cleanrooms::Client| {
        sdk.delete_collaboration().collaboration_identifier(id).send()
    };
    hour.ask(number, Owner, call).await.map(drop)
}

async fn create_membership(
    hour: &mut Hour<'_>,
    number: &str,
    who: Who,
    id: &str,
    bucket: Option<&str>,
) -> Result<String> {
    let results = bucket.map(|bucket| results(bucket, false)).transpose()?;
    let created = hour.make(number, who, |sdk| {
        sdk.create_membership()
            .collaboration_identifier(id)
            .query_log_status(MembershipQueryLogStatus::Disabled)
            .set_default_result_configuration(results)
            .send()
    });
    Ok(created.await?.text("/membership/id").unwrap_or(NOBODY).to_owned())
}

async fn delete_membership(hour: &mut Hour<'_>, number: &str, who: Who, id: &str) -> Result<()> {
    let call =
        |sdk: aws_sdk_cleanrooms::Client| sdk.delete_membership().membership_identifier(id).send();
    hour.ask(number, who, call).await.map(drop)
}

/// The entry of an account in a list of members.
pub(super) fn member_of<'a>(listed: &'a Value, account: &str) -> Option<&'a Value> {
    let members = listed.get("memberSummaries")?.as_array()?;
    members.iter().find(|member| member["accountId"] == account)
}

fn own_membership(listed: &Value, account: &str) -> Option<String> {
    member_of(listed, account)?["membershipId"].as_str().map(str::to_owned)
}
