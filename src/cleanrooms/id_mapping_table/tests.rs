//! Claims about id mapping tables that need no service.

use aws_sdk_cleanrooms::types::IdNamespaceType;
use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, client, create_input, plan, told, update_input, value};
use crate::framework::managed::{Managed, PlanRequest, PlanResponse};
use crate::framework::testing;
use crate::wire::AttributePath;

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const OTHER: &str = "00000000-0000-4000-8000-000000000002";
const WORKFLOW: &str =
    "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000003";

fn merge(object: &mut Json, over: Json) {
    let (Json::Object(object), Json::Object(over)) = (object, over) else { unreachable!() };
    object.extend(over);
}

/// A table as configured, with these attributes over it.
fn config(over: Json) -> Json {
    let mut config = json!({
        "membership_id": MEMBERSHIP, "name": "Customers",
        "input_reference_config": { "input_reference_arn": WORKFLOW, "manage_resource_policies": true },
    });
    merge(&mut config, over);
    config
}

/// The state of one that exists, with these attributes over it.
fn state(over: Json) -> Json {
    let mut state = config(json!({
        "description": "", "tags_all": {}, "region": "us-east-1", "id": OTHER, "name": "customers",
        "arn": "arn", "create_time": "then", "update_time": "then", "membership_arn": "arn",
        "collaboration_id": OTHER, "collaboration_arn": "arn", "child_resources": [],
        "last_id_mapping_job_id": "job-1", "input_reference_properties": {
            "id_mapping_table_input_source": { "SOURCE": { "id_namespace_association_id": OTHER } },
        },
    }));
    merge(&mut state, over);
    state
}

fn populated_on(day: &str) -> Json {
    json!({ "populate": { "triggers": { "day": day } } })
}

fn planned_with(prior: Json, config: Json, private: Private) -> PlanResponse {
    let request = PlanRequest {
        prior: value::<IdMappingTable>(&prior),
        config: value::<IdMappingTable>(&config),
        private,
        ..PlanRequest::default()
    };
    Managed::<Of<IdMappingTable>>::shared().plan(Some(&client()), request)
}

fn planned(prior: Json, config: Json) -> PlanResponse {
    planned_with(prior, config, Private::default())
}

fn wrong(over: Json) -> Vec<String> {
    checked::<IdMappingTable>(&config(over))
}

#[test]
fn the_create_call_carries_what_is_configured() {
    let reference = Reference::builder()
        .input_reference_arn(WORKFLOW)
        .manage_resource_policies(true)
        .build()
        .expect("complete");
    let expected = Create::default()
        .membership_identifier(MEMBERSHIP)
        .name("Customers")
        .description("")
        .input_reference_config(reference)
        .kms_key_arn(KEY);
    let mut given = config(populated_on("monday"));
    merge(&mut given, json!({ "kms_key_arn": KEY }));
    assert_eq!(format!("{:?}", create_input::<IdMappingTable>(&given)), format!("{expected:?}"));
}

#[test]
fn the_update_call_carries_what_changes_and_no_population() {
    let update = |over| update_input::<IdMappingTable>(&state(json!({})), &state(over));
    let described = update(json!({ "description": "Ours to theirs" })).expect("an update");
    assert_eq!(described.get_description().as_deref(), Some("Ours to theirs"));
    assert_eq!(described.get_kms_key_arn(), &None);
    assert!(update(populated_on("monday")).is_none());
}

#[test]
fn upper_and_lower_case_mean_the_same_name() {
    let same = planned(state(json!({})), config(json!({})));
    assert_eq!(same.planned, value::<IdMappingTable>(&state(json!({}))));
    let other = planned(state(json!({})), config(json!({ "name": "Shoppers" })));
    assert_eq!(other.requires_replace, [AttributePath::of("name")]);
}

#[test]
fn whatever_changes_of_a_population_starts_another_job() {
    let monday = || state(populated_on("monday"));
    let job = |config: Json| planned(monday(), config).planned.get(populate::LAST_JOB).clone();
    let same = Value::from("job-1");
    assert_eq!(job(config(populated_on("monday"))), same);
    assert_eq!(job(config(populated_on("tuesday"))), Value::Unknown);
    assert_eq!(job(config(json!({ "populate": { "job_type": "BATCH" } }))), Value::Unknown);
    assert_eq!(job(config(populated_on("unknown"))), Value::Unknown);
    assert_eq!(job(config(json!({}))), same, "without it nothing is called");
    let first = planned(state(json!({})), config(populated_on("monday")));
    assert_eq!(first.planned.get(populate::LAST_JOB), &Value::Unknown);
    assert_eq!(told(&first.diagnostics).len(), 0);
}

#[test]
fn a_new_table_has_a_job_only_where_it_is_populated() {
    let job = |config: Json| {
        let plan = plan::<IdMappingTable>(&Value::Null, &value::<IdMappingTable>(&config));
        plan.planned.get(populate::LAST_JOB).clone()
    };
    assert_eq!(job(config(json!({}))), Value::Null);
    assert_eq!(job(config(populated_on("monday"))), Value::Unknown);
}

#[test]
fn the_first_population_after_an_import_starts_nothing_and_the_plan_says_so() {
    let mut imported = Private::default();
    imported.set_plan_note("unmanaged", true);
    let nothing = value::<IdMappingTable>(&state(json!({ "last_id_mapping_job_id": null })));
    assert_eq!(populate::last_job(&mut imported, &nothing), None);
    imported.forget_plan();
    let prior = state(json!({ "last_id_mapping_job_id": null }));
    let plan = planned_with(prior.clone(), config(populated_on("monday")), imported.clone());
    assert_eq!(plan.planned.get(populate::LAST_JOB), &Value::Null);
    assert_eq!(told(&plan.diagnostics), ["warning at populate"]);
    let mut noted = prior;
    merge(&mut noted, populated_on("monday"));
    let plan = planned_with(noted, config(populated_on("tuesday")), imported);
    assert_eq!(plan.planned.get(populate::LAST_JOB), &Value::Unknown);
    assert_eq!(told(&plan.diagnostics).len(), 0);
}

#[test]
fn the_id_of_a_job_is_what_is_noted_or_else_what_state_has() {
    let prior = value::<IdMappingTable>(&state(json!({})));
    let mut private = Private::default();
    assert_eq!(populate::last_job(&mut private, &prior).as_deref(), Some("job-1"));
    private.set(populate::LAST_JOB, "job-2");
    assert_eq!(populate::last_job(&mut private, &prior).as_deref(), Some("job-2"));
}

#[test]
fn a_key_that_is_left_out_stays_with_a_warning() {
    let with_key = json!({ "kms_key_arn": KEY });
    let configured = planned(state(with_key.clone()), config(with_key.clone()));
    assert_eq!(told(&configured.diagnostics).len(), 0);
    let removed = planned_with(state(with_key.clone()), config(json!({})), configured.private);
    assert_eq!(removed.planned, value::<IdMappingTable>(&state(with_key)));
    assert_eq!(told(&removed.diagnostics), ["warning at kms_key_arn"]);
}

#[test]
fn intermediate_tables_are_named_before_they_lose_their_data() {
    let child = json!({ "resource_name": "reach", "resource_type": "INTERMEDIATE_TABLE" });
    let prior = state(json!({ "child_resources": [child] }));
    let plan = planned(prior, config(json!({ "name": "shoppers" })));
    assert!(
        plan.diagnostics.iter().any(|it| it.detail.contains("reach")),
        "{:?}",
        plan.diagnostics
    );
}

#[test]
fn sources_are_told_by_their_type() {
    let source = |kind: IdNamespaceType, id: &str| {
        Source::builder().r#type(kind).id_namespace_association_id(id).build().expect("complete")
    };
    let reply = Properties::builder()
        .id_mapping_table_input_source(source(IdNamespaceType::Target, "theirs"))
        .id_mapping_table_input_source(source(IdNamespaceType::Source, "ours"))
        .build()
        .expect("complete");
    let wanted = json!({ "id_mapping_table_input_source": {
        "SOURCE": { "id_namespace_association_id": "ours" },
        "TARGET": { "id_namespace_association_id": "theirs" },
    } });
    let codec = properties();
    assert_eq!(codec.encode(&reply), testing::value(&codec.kind.implied_type(), &wanted));
}

#[test]
fn mistakes_are_told_at_their_attributes() {
    assert_eq!(wrong(json!({})), Vec::<String>::new());
    assert_eq!(wrong(json!({ "name": "a.b" })), ["error at name"]);
    assert_eq!(wrong(json!({ "kms_key_arn": format!("{KEY}:1") })), ["error at kms_key_arn"]);
    assert_eq!(
        wrong(json!({ "populate": { "job_type": "batch" } })),
        ["error at populate.job_type"]
    );
    let namespace = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/a";
    let reference = json!({ "input_reference_arn": namespace, "manage_resource_policies": true });
    assert_eq!(
        wrong(json!({ "input_reference_config": reference })),
        ["error at input_reference_config.input_reference_arn"]
    );
    assert_eq!(wrong(json!({ "populate": "unknown" })), Vec::<String>::new());
}
