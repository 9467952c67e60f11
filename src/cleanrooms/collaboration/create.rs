//! What a create of a collaboration must say, and which collaborations may be what a lost one has made.

use aws_sdk_cleanrooms::operation::create_collaboration::builders::CreateCollaborationInputBuilder as Create;
use aws_sdk_cleanrooms::types::{MemberAbility, PaymentConfiguration, QueryComputePaymentConfig};

use super::read;
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::object::Candidate;
use crate::wire::Value;

/// Says who pays for queries wherever other costs are given, since the API requires it beside them.
///
/// Where nobody is named for queries, the member that runs them pays (API
/// reference: QueryComputePaymentConfig), so this says what would hold anyway.
pub fn with_query_payers(input: Create) -> Create {
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

/// The caller's own collaborations of the planned name.
///
/// # Errors
///
/// The list could not be read to its end, or the caller cannot be told.
pub async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
    let caller = at.client.caller(&at.stop).await?;
    let listed = read::list(at).await?;
    let name = planned.get("name").as_str().unwrap_or_default();
    let own = listed.into_values().filter(|summary| summary.creator_account_id == caller);
    let named = own.filter(|summary| summary.name == name);
    Ok(named.filter_map(|it| Candidate::of([&it.id], it.create_time)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::cleanrooms::adopt::is_as_planned;
    use crate::cleanrooms::collaboration::Collaboration;
    use crate::cleanrooms::collaboration::fixtures::{collaboration, config, state, with};
    use crate::cleanrooms::object::Of;
    use crate::framework::Resource;
    use crate::framework::plan::Plan;

    /// Whether a collaboration that differs from the planned one at a pointer is taken for it.
    fn is_taken_for_it(config: &Json, pointer: &str, value: Json) -> bool {
        let schema = Of::<Collaboration>::schema();
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
            ("/member_statuses/444455556666", json!("INVITED")),
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
