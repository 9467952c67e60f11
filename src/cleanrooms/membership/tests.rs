//! Claims about the membership that need no service.

use aws_sdk_cleanrooms::types as sdk;

use super::Membership;
use super::update::with_payers;
use crate::cleanrooms::aws::{Aws, Intervals, ProviderConfig};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::object::Of;
use crate::cleanrooms::shapes::tags::TagPolicy;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Change, Diagnostics, Resource};
use crate::wire::Value;

const COLLABORATION: &str = "00000000-0000-4000-8000-000000000001";
const OTHER: &str = "00000000-0000-4000-8000-000000000002";

fn object<'a>(attributes: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::object(attributes)
}

fn flag(pays: impl Into<Value>) -> Value {
    object([("is_responsible", pays.into())])
}

/// A configuration that joins, with these attributes over it.
fn config<'a>(attributes: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let schema = Of::<Membership>::schema();
    let names = schema.schema().attributes.iter().map(|attribute| attribute.name);
    let mut config: Vec<_> = names.map(|name| (name, Value::Null)).collect();
    config.extend([
        ("collaboration_id", COLLABORATION.into()),
        ("query_log_status", "DISABLED".into()),
    ]);
    config.extend(attributes);
    object(config)
}

/// The state of an account that has joined and runs queries, with these attributes over it.
fn state<'a>(attributes: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let nothing = || flag(false);
    let machine_learning = object([
        ("model_training", nothing()),
        ("model_inference", nothing()),
        ("synthetic_data_generation", nothing()),
    ]);
    let payers = object([
        ("query_compute", flag(true)),
        ("job_compute", nothing()),
        ("machine_learning", machine_learning),
    ]);
    let known = [
        ("job_log_status", "DISABLED".into()),
        ("payment_configuration", payers),
        ("is_metrics_enabled", false.into()),
        ("tags_all", Value::map([])),
        ("region", "us-east-1".into()),
        ("id", "00000000-0000-4000-8000-0000000000aa".into()),
        ("member_abilities", Value::set(["CAN_QUERY".into(), "CAN_RUN_JOB".into()])),
        ("status", "ACTIVE".into()),
        ("update_time", "2026-01-01T00:00:00Z".into()),
    ];
    config(known.into_iter().chain(attributes))
}

fn results(bucket: &str) -> Value {
    let s3 = object([
        ("bucket", bucket.into()),
        ("key_prefix", "".into()),
        ("result_format", "CSV".into()),
        ("single_file_output", false.into()),
    ]);
    object([("role_arn", Value::Null), ("output_configuration", object([("s3", s3)]))])
}

/// A provider in us-east-1, which plans without any call.
fn client() -> Client {
    let config =
        ProviderConfig { region: Some("us-east-1".to_owned()), ..ProviderConfig::default() };
    Client::new(Aws::new(config, Intervals::default()), TagPolicy::default())
}

/// One planning pass as core asks for it.
fn planned(prior: &Value, config: &Value, private: &mut Private) -> (Value, Vec<String>) {
    let schema = Of::<Membership>::schema();
    let mut plan = Plan::new(schema.schema(), prior, config);
    Of::<Membership>::modify_plan(&mut plan, Some(&client()), private);
    plan.mark_recomputed();
    let told = plan.diagnostics.iter().map(|told| {
        let path = told.path.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
        let severity = if told.is_error() { "error" } else { "warning" };
        format!("{severity}{path}: {}", told.summary)
    });
    let told = told.collect();
    (plan.planned, told)
}

/// The top-level attributes that a plan changes, as `name: before -> after`.
fn changes(prior: &Value, config: &Value) -> Vec<String> {
    let (planned, _) = planned(prior, config, &mut Private::default());
    let names = planned.as_object().into_iter().flat_map(|attributes| attributes.keys());
    // Without a configured provider the default tags are unknown.
    let changed = names.filter(|name| *name != "tags_all" && prior.get(name) != planned.get(name));
    changed.map(|name| format!("{name}: {} -> {}", prior.get(name), planned.get(name))).collect()
}

fn refused(prior: &Value, planned: &Value, private: &Private) -> Vec<String> {
    let mut refused = Diagnostics::new();
    Of::<Membership>::refuse(Change { prior, planned }, &client(), private, &mut refused);
    refused.iter().map(|error| error.summary.clone()).collect()
}

fn warnings(prior: &Value, config: &Value) -> Vec<String> {
    planned(prior, config, &mut Private::default()).1
}

#[test]
fn the_create_call_carries_what_is_configured() {
    let config = config([
        ("query_log_status", "ENABLED".into()),
        ("default_result_configuration", results("ours")),
        ("payment_configuration", object([("query_compute", flag(true))])),
        ("is_metrics_enabled", true.into()),
    ]);
    let (planned, _) = planned(&Value::Null, &config, &mut Private::default());
    let input = Of::<Membership>::schema().create_input(&planned).expect("a planned value");

    let s3 = sdk::ProtectedQueryS3OutputConfiguration::builder()
        .bucket("ours")
        .result_format(sdk::ResultFormat::Csv)
        .single_file_output(false)
        .build()
        .expect("complete");
    let results = sdk::MembershipProtectedQueryResultConfiguration::builder()
        .output_configuration(sdk::MembershipProtectedQueryOutputConfiguration::S3(s3))
        .build();
    let pays = sdk::MembershipQueryComputePaymentConfig::builder().is_responsible(true).build();
    let payers = sdk::MembershipPaymentConfiguration::builder()
        .query_compute(pays.expect("complete"))
        .build();
    let by_hand = super::Create::default()
        .collaboration_identifier(COLLABORATION)
        .query_log_status(sdk::MembershipQueryLogStatus::Enabled)
        .job_log_status(sdk::MembershipJobLogStatus::Disabled)
        .default_result_configuration(results)
        .payment_configuration(payers)
        .is_metrics_enabled(true);
    assert_eq!(format!("{input:?}"), format!("{by_hand:?}"));
}

#[test]
fn what_is_omitted_is_not_sent() {
    let given = config([("payment_configuration", object([("query_compute", Value::Null)]))]);
    let (planned, _) = planned(&Value::Null, &given, &mut Private::default());
    let input = Of::<Membership>::schema().create_input(&planned).expect("a planned value");
    assert_eq!(*input.get_payment_configuration(), None);
    assert_eq!(*input.get_default_result_configuration(), None);
    assert_eq!(*input.get_is_metrics_enabled(), None);
}

#[test]
fn nothing_is_sent_when_nothing_changes() {
    let prior = state([]);
    let change = Change { prior: &prior, planned: &prior };
    let input = Of::<Membership>::schema().update_input(change).expect("a planned value");
    assert!(with_payers(input, change).expect("a planned value").is_none());
}

#[test]
fn one_call_carries_all_changed_attributes_and_no_other() {
    let payers = object([("query_compute", flag(true)), ("job_compute", flag(true))]);
    let prior = state([]);
    let config =
        config([("query_log_status", "ENABLED".into()), ("payment_configuration", payers)]);
    let (planned, _) = planned(&prior, &config, &mut Private::default());
    let change = Change { prior: &prior, planned: &planned };
    let input = Of::<Membership>::schema().update_input(change).expect("a planned value");
    let input = with_payers(input, change).expect("a planned value").expect("two changes");

    let jobs = sdk::MembershipJobComputePaymentConfig::builder().is_responsible(true).build();
    let payers = sdk::UpdateMembershipPaymentConfiguration::builder()
        .job_compute(jobs.expect("complete"))
        .build();
    let by_hand = super::Update::default()
        .query_log_status(sdk::MembershipQueryLogStatus::Enabled)
        .membership_payment_configuration(payers);
    assert_eq!(format!("{input:?}"), format!("{by_hand:?}"));
}

#[test]
fn removed_attributes_are_kept_and_defaults_come_back() {
    let prior = state([
        ("job_log_status", "ENABLED".into()),
        ("default_result_configuration", results("ours")),
        ("is_metrics_enabled", true.into()),
    ]);
    let removed = changes(&prior, &config([]));
    assert_eq!(
        removed,
        [
            "job_log_status: \"ENABLED\" -> \"DISABLED\"",
            "update_time: \"2026-01-01T00:00:00Z\" -> unknown"
        ]
    );
}

#[test]
fn flags_are_compared_one_by_one() {
    let config = |payers| config([("payment_configuration", payers)]);
    let same = object([("query_compute", flag(true)), ("job_compute", flag(Value::Null))]);
    assert_eq!(changes(&state([]), &config(same)), Vec::<String>::new());
    let other = object([("query_compute", flag(false))]);
    assert_eq!(changes(&state([]), &config(other)).len(), 2);
}

#[test]
fn what_stays_although_it_was_removed_is_told_once_it_was_configured() {
    let with = config([("default_result_configuration", results("ours"))]);
    let prior = state([("default_result_configuration", results("ours"))]);
    let mut private = Private::default();
    assert_eq!(warnings(&prior, &config([])), Vec::<String>::new());
    planned(&prior, &with, &mut private);
    private.forget_plan();
    let (_, told) = planned(&prior, &config([]), &mut private);
    let name = "default_result_configuration";
    assert_eq!(told, [format!("warning at {name}: {name} stays as it is")]);
    assert_eq!(planned(&prior, &config([]), &mut private).1, Vec::<String>::new());
}

#[test]
fn impossible_changes_are_warnings_that_apply_refuses() {
    for (name, value) in
        [("is_metrics_enabled", Value::from(true)), ("region", Value::from("eu-west-1"))]
    {
        let prior = state([]);
        let (planned, told) = planned(&prior, &config([(name, value)]), &mut Private::default());
        let summary = format!("{name} of a membership cannot be changed");
        assert_eq!(told, [format!("warning at {name}: {summary}")]);
        assert_eq!(refused(&prior, &planned, &Private::default()), [summary]);
    }
}

#[test]
fn another_collaboration_makes_them_possible() {
    let other = config([
        ("collaboration_id", OTHER.into()),
        ("is_metrics_enabled", true.into()),
        ("region", "eu-west-1".into()),
    ]);
    let told = warnings(&state([]), &other);
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with("is left for good"), "{told:?}");
}

#[test]
fn relieving_the_one_who_runs_jobs_is_told() {
    let prior = state([]);
    let paying = state([(
        "payment_configuration",
        object([("job_compute", flag(Value::Null)), ("query_compute", flag(true))]),
    )]);
    let relieved = config([("payment_configuration", object([("job_compute", flag(false))]))]);
    assert_eq!(warnings(&prior, &relieved), Vec::<String>::new());
    let path = "payment_configuration.job_compute.is_responsible";
    let told = warnings(&paying, &relieved);
    assert_eq!(told, [format!("warning at {path}: The member who runs jobs pays for them")]);
}

#[test]
fn an_ended_membership_is_left_as_it_is() {
    for status in ["REMOVED", "COLLABORATION_DELETED"] {
        let prior = state([("status", status.into())]);
        let wanted = config([
            ("query_log_status", "ENABLED".into()),
            ("region", "eu-west-1".into()),
            ("default_result_configuration", results("ours")),
        ]);
        // Core does not let a plan hide a block that is new in the configuration.
        let changed = changes(&prior, &wanted);
        assert_eq!(changed.len(), 1, "{changed:?}");
        let (planned, told) = planned(&prior, &wanted, &mut Private::default());
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(refused(&prior, &planned, &Private::default()).len(), 1);
        assert_eq!(changes(&prior, &config([])), Vec::<String>::new());
    }
}

/// Whether a change of the collaboration replaces, and whether it may turn out to move.
fn moves(prior: &Value, id: Value) -> (bool, bool) {
    let config = config([("collaboration_id", id)]);
    let schema = Of::<Membership>::schema();
    let mut plan = Plan::new(schema.schema(), prior, &config);
    Of::<Membership>::modify_plan(&mut plan, Some(&client()), &mut Private::default());
    (plan.is_replacement(), plan.relocates)
}

#[test]
fn only_a_known_other_collaboration_replaces() {
    for prior in [state([]), state([("status", "COLLABORATION_DELETED".into())])] {
        assert_eq!(moves(&prior, OTHER.into()), (true, false));
        assert_eq!(moves(&prior, Value::Unknown), (false, true));
        assert_eq!(moves(&prior, COLLABORATION.into()), (false, false));
    }
}

#[test]
fn what_one_address_leaves_no_other_one_joins() {
    let client = client();
    let told = |prior: &Value, config: &Value| {
        let mut told = Diagnostics::new();
        if config.is_null() {
            let mut private = Private::default();
            Of::<Membership>::plan_destroy(prior, Some(&client), &mut private, &mut told);
            return told.has_error();
        }
        let schema = Of::<Membership>::schema();
        let mut plan = Plan::new(schema.schema(), prior, config);
        Of::<Membership>::modify_plan(&mut plan, Some(&client), &mut Private::default());
        plan.diagnostics.has_error()
    };
    // Whichever comes second fails, and an ended membership is no place to lose.
    let ended = state([("status", "REMOVED".into())]);
    assert!(!told(&ended, &Value::Null) && !told(&state([]), &Value::Null));
    assert!(told(&Value::Null, &config([])));
    let to_other = config([("collaboration_id", OTHER.into())]);
    assert!(!told(&Value::Null, &to_other));
    assert!(told(&state([("collaboration_id", OTHER.into())]), &config([])));
}

/// The notes of a plan, as core hands them on: in bytes.
fn handed_on(private: &Private) -> Private {
    Private::from_bytes(&private.to_bytes()).expect("our own bytes")
}

#[test]
fn the_second_plan_of_a_replacement_within_a_collaboration_fails() {
    let mut private = Private::default();
    planned(&state([]), &config([]), &mut private);
    let (_, told) = planned(&Value::Null, &config([]), &mut handed_on(&private));
    let summary = "A membership cannot be replaced within its collaboration";
    assert_eq!(told, [format!("error at collaboration_id: {summary}")]);
}

#[test]
fn a_replacement_by_another_collaboration_goes_through() {
    for id in [Value::from(OTHER), Value::Unknown] {
        let other = config([("collaboration_id", id)]);
        let mut private = Private::default();
        planned(&state([]), &other, &mut private);
        let mut second = handed_on(&private);
        assert_eq!(planned(&Value::Null, &other, &mut second).1, Vec::<String>::new());
        assert_eq!(refused(&state([]), &Value::Null, &handed_on(&second)), Vec::<String>::new());
    }
}

#[test]
fn a_tainted_membership_is_not_destroyed_to_join_again() {
    let mut private = Private::default();
    assert_eq!(planned(&Value::Null, &config([]), &mut private).1, Vec::<String>::new());
    let refused_destroy = refused(&state([]), &Value::Null, &handed_on(&private));
    assert_eq!(refused_destroy.len(), 1, "{refused_destroy:?}");
}

#[test]
fn a_plain_destroy_carries_no_mark() {
    let mut private = Private::default();
    planned(&state([]), &config([]), &mut private);
    let mut stored = handed_on(&private);
    stored.forget_plan();
    assert_eq!(refused(&state([]), &Value::Null, &stored), Vec::<String>::new());
}
