//! What goes into the calls, by the side of requests that are written by hand.

use aws_sdk_cleanrooms::types::{
    AutoApprovedChangeType, CustomMlMemberAbility, DataEncryptionMetadata, JobComputePaymentConfig,
    MemberAbility, MemberSpecification, MlMemberAbilities, PaymentConfiguration,
    QueryComputePaymentConfig, SupportedS3Region,
};
use serde_json::{Value as Json, json};

use super::fixtures::{PARTNER, collaboration, config, state, with};
use super::*;
use crate::framework::plan::Plan;

/// The create call for a configuration.
fn create_input(config: &Json) -> Create {
    let schema = Of::<Collaboration>::schema();
    let config = collaboration(config);
    let plan = Plan::new(schema.schema(), &Value::Null, &config);
    schema.create_input(&plan.planned).expect("a value of the type")
}

/// The update call for a change of the configuration.
fn update_input(config: &Json) -> Option<Update> {
    let schema = Of::<Collaboration>::schema();
    let (prior, config) = (collaboration(&state()), collaboration(config));
    let plan = Plan::new(schema.schema(), &prior, &config);
    let change = Change { prior: &prior, planned: &plan.planned };
    schema.update_input(change).expect("a value of the type")
}

#[test]
fn a_minimal_create_leaves_to_the_service_what_it_chooses() {
    let partner = MemberSpecification::builder()
        .account_id(PARTNER)
        .display_name("Partner")
        .member_abilities(MemberAbility::CanReceiveResults)
        .build()
        .expect("all that is required is given");
    let expected = Create::default()
        .name("Research")
        .description("")
        .creator_display_name("Creator")
        .creator_member_abilities(MemberAbility::CanQuery)
        .query_log_status(CollaborationQueryLogStatus::Enabled)
        .members(partner);
    assert_eq!(create_input(&config()), expected);
}

#[test]
fn a_full_create_carries_every_attribute() {
    let models = json!({ "custom_ml_member_abilities": ["CAN_RECEIVE_MODEL_OUTPUT"] });
    let pays = json!({
        "query_compute": { "is_responsible": true },
        "job_compute": { "is_responsible": false },
    });
    let mut full = config();
    for (pointer, value) in [
        ("/description", json!("What it is for")),
        ("/analytics_engine", json!("SPARK")),
        ("/creator_ml_member_abilities", models.clone()),
        ("/creator_payment_configuration", pays.clone()),
        ("/job_log_status", json!("ENABLED")),
        ("/auto_approved_change_request_types", json!(["ADD_MEMBER"])),
        ("/allowed_result_regions", json!(["eu-west-1"])),
        ("/is_metrics_enabled", json!(true)),
        (
            "/data_encryption_metadata",
            json!({
                "allow_cleartext": true, "allow_duplicates": false,
                "allow_joins_on_columns_with_different_names": true, "preserve_nulls": false,
            }),
        ),
        ("/members/444455556666/ml_member_abilities", models),
        ("/members/444455556666/payment_configuration", pays),
    ] {
        full = with(full, pointer, value);
    }
    let query = QueryComputePaymentConfig::builder().is_responsible(true).build();
    let job = JobComputePaymentConfig::builder().is_responsible(false).build();
    let pays = PaymentConfiguration::builder()
        .query_compute(query.expect("the flag is given"))
        .job_compute(job.expect("the flag is given"))
        .build();
    let models = MlMemberAbilities::builder()
        .custom_ml_member_abilities(CustomMlMemberAbility::CanReceiveModelOutput)
        .build()
        .expect("the list is given");
    let partner = MemberSpecification::builder()
        .account_id(PARTNER)
        .display_name("Partner")
        .member_abilities(MemberAbility::CanReceiveResults)
        .ml_member_abilities(models.clone())
        .payment_configuration(pays.clone())
        .build();
    let rules = DataEncryptionMetadata::builder()
        .allow_cleartext(true)
        .allow_duplicates(false)
        .allow_joins_on_columns_with_different_names(true)
        .preserve_nulls(false)
        .build();
    let expected = Create::default()
        .name("Research")
        .description("What it is for")
        .analytics_engine(AnalyticsEngine::Spark)
        .creator_display_name("Creator")
        .creator_member_abilities(MemberAbility::CanQuery)
        .creator_ml_member_abilities(models)
        .creator_payment_configuration(pays)
        .members(partner.expect("all that is required is given"))
        .data_encryption_metadata(rules.expect("all four are given"))
        .query_log_status(CollaborationQueryLogStatus::Enabled)
        .job_log_status(CollaborationJobLogStatus::Enabled)
        .auto_approved_change_request_types(AutoApprovedChangeType::AddMember)
        .allowed_result_regions(SupportedS3Region::EuWest1)
        .is_metrics_enabled(true);
    assert_eq!(create_input(&full), expected);
}

#[test]
fn there_is_no_update_call_when_it_would_carry_nothing() {
    assert_eq!(update_input(&config()), None);
    assert_eq!(update_input(&with(config(), "/members", json!({}))), None);
    assert_eq!(update_input(&with(config(), "/wait_for_approval", json!(true))), None);
    assert_eq!(update_input(&with(config(), "/tags", json!({ "a": "b" }))), None);
}

#[test]
fn an_update_carries_only_what_changes() {
    let renamed = with(config(), "/name", json!("Renamed"));
    assert_eq!(update_input(&renamed), Some(Update::default().name("Renamed")));
    let described = with(renamed, "/description", json!("What it is for"));
    let expected = Update::default().name("Renamed").description("What it is for");
    assert_eq!(update_input(&described), Some(expected));
}

mod validation {
    use super::*;
    use crate::framework::validators::validate_config;

    /// The attributes at which a configuration is refused.
    fn refused_at(config: &Json) -> Vec<String> {
        let config = collaboration(config);
        let mut found = validate_config(Of::<Collaboration>::schema().schema(), &config);
        Collaboration::validate(&config, &mut found);
        found.iter().filter_map(|d| d.path.as_ref()).map(ToString::to_string).collect()
    }

    #[track_caller]
    fn check(pointer: &str, value: Json, paths: &[&str]) {
        assert_eq!(refused_at(&with(config(), pointer, value)), paths, "{pointer}");
    }

    #[test]
    fn what_is_right_passes() {
        assert_eq!(refused_at(&config()), Vec::<String>::new());
    }

    #[test]
    fn each_mistake_is_told_at_its_attribute() {
        let member =
            |abilities: &[&str]| json!({ "display_name": "Third", "member_abilities": abilities });
        check("/name", json!(""), &["name"]);
        check("/members/4444", member(&[]), &[r#"members["4444"]"#]);
        check(
            "/members/777788889999",
            json!({ "display_name": "", "member_abilities": [] }),
            &[r#"members["777788889999"].display_name"#],
        );
        check("/query_log_status", json!("ON"), &["query_log_status"]);
        check("/allowed_result_regions", json!(["Mars"]), &["allowed_result_regions"]);
        check("/tags", json!({ "aws:x": "1" }), &[r#"tags["aws:x"]"#]);
        check("/timeouts", json!({ "create": "soon" }), &["timeouts.create"]);
    }

    #[test]
    fn one_member_runs_queries_and_jobs_and_pays_for_jobs() {
        let third =
            |abilities: &[&str]| json!({ "display_name": "Third", "member_abilities": abilities });
        let abilities = r#"members["777788889999"].member_abilities"#;
        check("/members/777788889999", third(&["CAN_QUERY"]), &[abilities]);
        check("/members/777788889999", third(&["CAN_RUN_JOB"]), &[abilities]);
        let runs_both =
            with(config(), "/creator_member_abilities", json!(["CAN_QUERY", "CAN_RUN_JOB"]));
        let does_not_pay = json!({ "job_compute": { "is_responsible": false } });
        let config = with(runs_both, "/creator_payment_configuration", does_not_pay);
        let flag = "creator_payment_configuration.job_compute.is_responsible";
        assert_eq!(refused_at(&config), [flag]);
    }

    #[test]
    fn unknown_values_are_not_judged() {
        for pointer in ["/name", "/members", "/members/777788889999", "/creator_member_abilities"] {
            check(pointer, json!("unknown"), &[]);
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let config = with(with(config(), "/name", json!("")), "/query_log_status", json!("ON"));
        assert_eq!(refused_at(&config), ["name", "query_log_status"]);
    }
}

mod import {
    use super::*;
    use crate::framework::ImportTarget;

    #[test]
    fn an_identity_needs_no_more_than_the_id() {
        let id = "00000000-0000-4000-8000-000000000001";
        let identity = Value::object([
            ("id", id.into()),
            ("region", Value::Null),
            ("account_id", "111122223333".into()),
        ]);
        let state = Of::<Collaboration>::import(ImportTarget::Identity(&identity));
        let expected = [("id", id.into()), ("creator_account_id", "111122223333".into())];
        assert_eq!(state, Ok(expected.to_vec()));
    }

    #[test]
    fn an_arn_names_the_owner() {
        let arn = "arn:aws:cleanrooms:eu-west-1:111122223333:\
                   collaboration/00000000-0000-4000-8000-000000000001";
        let state = Of::<Collaboration>::import(ImportTarget::Id(arn)).expect("importable");
        assert!(state.contains(&("region", "eu-west-1".into())));
        assert!(state.contains(&("arn", arn.into())));
    }

    #[test]
    fn half_an_identity_is_none() {
        assert!(Of::<Collaboration>::identity(&collaboration(&state())).is_some());
        let nowhere = with(state(), "/region", Json::Null);
        assert_eq!(Of::<Collaboration>::identity(&collaboration(&nowhere)), None);
    }
}
