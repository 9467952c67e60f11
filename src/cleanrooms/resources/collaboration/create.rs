//! Creating a collaboration without a client token.
//!
//! The API offers no token that would make a repeated create harmless, so a
//! create is never repeated when the service may have executed it. When its
//! reply is lost, the collaboration is looked for and adopted instead.

use aws_sdk_cleanrooms::operation::create_collaboration::builders::CreateCollaborationInputBuilder as Create;
use aws_sdk_cleanrooms::types::{
    CollaborationSummary, MemberAbility, PaymentConfiguration, QueryComputePaymentConfig,
};
use tokio::time::Instant;

use super::Collaboration;
use super::remote::{self, Remote};
use crate::cleanrooms::aws::{AwsError, Outcome, Waited, poll};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::{failed, failed_fields};
use crate::cleanrooms::resources::send_unrepeatable_within;
use crate::cleanrooms::shapes::tags::to_send;
use crate::cleanrooms::shapes::timeouts::timeout;
use crate::framework::plan::filled;
use crate::framework::schema::Schema;
use crate::framework::{Context, Diagnostic, Diagnostics, Resource};
use crate::wire::Value;

/// Makes a collaboration, or adopts the one that a lost reply left behind.
///
/// # Errors
///
/// Nothing was made; or the reply was lost and nobody can tell what was made.
pub async fn create(
    cx: &Context<'_, Client>,
    input: Create,
    planned: &Value,
) -> Result<Remote, Diagnostics> {
    let what = "create the collaboration";
    let one = |err: AwsError| Diagnostics::from(failed(what, &err));
    let region = cx.client.region_of(planned).map_err(one)?;
    cx.client.aws.check_account_allowed().await.map_err(one)?;
    let sdk = cx.client.aws.cleanrooms_no_retry(&region).await.map_err(one)?;
    let name = planned.get("name").as_str().unwrap_or_default();
    let _only_one = cx.client.creating(&region, name).await;

    let tags = to_send(planned.get("tags_all"));
    let input = with_query_payers(input).set_tags((!tags.is_empty()).then_some(tags));
    let started = Instant::now();
    let call = || async {
        let reply = input.clone().send_with(&sdk).await;
        let reply = reply.map_err(AwsError::of("CreateCollaboration"))?;
        reply.collaboration.ok_or_else(|| AwsError::unreadable("CreateCollaboration"))
    };
    let window = timeout(planned, "create", cx.client.aws.intervals().create_window);
    match send_unrepeatable_within(cx, window, call).await {
        Ok(collaboration) => {
            cx.client.remember(&collaboration.id);
            Ok(Remote::created(region, collaboration))
        }
        Err(err) if err.outcome == Outcome::Ambiguous => {
            let adopted = adopt(cx, &region, planned, started, &err).await?;
            cx.client.remember(&adopted.collaboration.id);
            Ok(adopted)
        }
        Err(err) => Err(failed_fields(what, &err, Collaboration::schema().schema(), planned)),
    }
}

/// Says who pays for queries wherever other costs are given, since the API requires it beside them.
///
/// Where nobody is named for queries, the member that runs them pays (API
/// reference: QueryComputePaymentConfig), so this says what would hold anyway.
fn with_query_payers(input: Create) -> Create {
    let mut members = input.get_members().clone().unwrap_or_default();
    let mut creator = input.get_creator_payment_configuration().clone();
    let of_members = members.iter().map(|member| member.payment_configuration.as_ref());
    let named = of_members.chain([creator.as_ref()]).flatten().any(|payment| {
        payment.query_compute.as_ref().is_some_and(|queries| queries.is_responsible)
    });
    let complete = |payment: &mut Option<PaymentConfiguration>, may: &[MemberAbility]| {
        if let Some(payment) = payment.as_mut().filter(|payment| payment.query_compute.is_none()) {
            let pays = !named && may.contains(&MemberAbility::CanQuery);
            let queries = QueryComputePaymentConfig::builder().is_responsible(pays).build();
            payment.query_compute = queries.ok();
        }
    };
    complete(&mut creator, input.get_creator_member_abilities().as_deref().unwrap_or_default());
    for member in &mut members {
        complete(&mut member.payment_configuration, &member.member_abilities);
    }
    input.set_members(Some(members)).set_creator_payment_configuration(creator)
}

/// Finds the collaboration that a create made before its reply was lost.
async fn adopt(
    cx: &Context<'_, Client>,
    region: &str,
    planned: &Value,
    started: Instant,
    lost: &AwsError,
) -> Result<Remote, Diagnostics> {
    let intervals = cx.client.aws.intervals();
    let deadline = Instant::now() + intervals.orphan_search_window;
    let search = || async {
        let found = matches(cx, region, planned, started).await?;
        Ok((!found.is_empty()).then_some(found))
    };
    match poll(intervals.orphan_search, deadline, &cx.stop, search).await {
        Ok(Waited::Done(mut found)) => match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(only),
            (last, _) => Err(several(found.into_iter().chain(last), lost).into()),
        },
        Ok(Waited::DeadlinePassed | Waited::Stopped) => Err(lost_reply(lost, None).into()),
        Err(err) => Err(lost_reply(lost, Some(&err)).into()),
    }
}

/// Collaborations that may be the one: ours, not known to this process, made since, and as planned.
async fn matches(
    cx: &Context<'_, Client>,
    region: &str,
    planned: &Value,
    started: Instant,
) -> Result<Vec<Remote>, AwsError> {
    let sdk = cx.client.aws.cleanrooms(region).await?;
    let caller = cx.client.aws.caller_account().await?;
    let listed = remote::list(&sdk).await?;
    let name = planned.get("name").as_str().unwrap_or_default();
    let candidate = |summary: &&CollaborationSummary| {
        summary.name == name
            && summary.creator_account_id == caller
            && cx.client.may_have_made(&summary.id, summary.create_time, started)
    };
    let schema = Collaboration::schema();
    let mut found = Vec::new();
    for summary in listed.values().filter(candidate) {
        let found_at = [("id", &summary.id), ("arn", &summary.arn)];
        let mut state = planned.as_object().cloned().unwrap_or_default();
        state.extend(found_at.map(|(name, text)| (name.to_owned(), text.as_str().into())));
        state.insert("region".to_owned(), region.into());
        let state = Value::Object(state);
        let remote = remote::fetch(cx, &state).await?;
        if is_as_planned(schema.schema(), planned, &schema.value(&remote)) {
            found.push(remote);
        }
    }
    Ok(found)
}

/// Whether every attribute that the create call carried is as planned, as far as the plan knows it.
///
/// Its tags are compared in `tags_all`, and its Region is where it was found.
fn is_as_planned(schema: &Schema, planned: &Value, actual: &Value) -> bool {
    let names = schema.of_object().map(|attribute| attribute.name);
    let mut compared = names.filter(|name| !["tags", "region"].contains(name));
    compared.all(|name| filled(planned.get(name), actual.get(name)) == *actual.get(name))
}

fn lost_reply(lost: &AwsError, search: Option<&AwsError>) -> Diagnostic {
    let found = match search {
        None => "No collaboration like the planned one has appeared since".to_owned(),
        Some(err) => format!("It could not be looked for, either: {err}"),
    };
    Diagnostic::error(
        "The reply to the creation of the collaboration was lost",
        format!(
            "{lost} {found}. The call was not repeated, for that could make a second one. Look \
             for the collaboration in the console or with `aws cleanrooms list-collaborations`: \
             if it exists, import it; if not, apply again."
        ),
    )
}

fn several(found: impl Iterator<Item = Remote>, lost: &AwsError) -> Diagnostic {
    let ids: Vec<_> = found.map(|remote| remote.collaboration.id).collect();
    Diagnostic::error(
        "The reply to the creation of the collaboration was lost, and several match",
        format!(
            "{lost} These collaborations are all like the planned one and were made since: {}. \
             Import the right one and delete the others.",
            ids.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::cleanrooms::resources::collaboration::fixtures::{
        collaboration, config, state, with,
    };
    use crate::framework::plan::Plan;

    /// Whether a collaboration that differs from the planned one at a pointer is taken for it.
    fn is_taken_for_it(config: &Json, pointer: &str, value: Json) -> bool {
        let schema = Collaboration::schema();
        let config = collaboration(config);
        let plan = Plan::new(schema.schema(), &Value::Null, &config);
        is_as_planned(
            schema.schema(),
            &plan.planned,
            &collaboration(&with(state(), pointer, value)),
        )
    }

    #[test]
    fn what_the_service_chose_is_no_difference() {
        for (pointer, value) in [
            ("/id", json!("c2")),
            ("/analytics_engine", json!("CLEAN_ROOMS_SQL")),
            ("/job_log_status", json!("ENABLED")),
            ("/members/444455556666/status", json!("INVITED")),
        ] {
            assert!(is_taken_for_it(&config(), pointer, value), "{pointer}");
        }
    }

    #[test]
    fn what_was_configured_must_be_there() {
        let third = json!({ "display_name": "Third", "member_abilities": [] });
        for (pointer, value) in [
            ("/name", json!("Other")),
            ("/description", json!("Other")),
            ("/creator_member_abilities", json!([])),
            ("/members", json!({})),
            ("/members/777788889999", third),
            ("/members/444455556666/display_name", json!("Other")),
        ] {
            assert!(!is_taken_for_it(&config(), pointer, value), "{pointer}");
        }
        let with_rules = with(
            config(),
            "/data_encryption_metadata",
            json!({
                "allow_cleartext": true, "allow_duplicates": true,
                "allow_joins_on_columns_with_different_names": true, "preserve_nulls": true,
            }),
        );
        assert!(!is_taken_for_it(&with_rules, "/id", json!("c1")));
    }

    #[test]
    fn what_exists_in_terraform_alone_is_no_difference() {
        let waits = with(config(), "/wait_for_approval", json!(true));
        let waits = with(waits, "/timeouts", json!({ "create": "1m" }));
        assert!(is_taken_for_it(&waits, "/id", json!("c1")));
    }
}
