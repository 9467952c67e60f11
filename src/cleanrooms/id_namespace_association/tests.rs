//! Claims about id namespace associations that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, told, update_input, value};
use crate::framework::managed::PlanResponse;
use crate::wire::AttributePath;

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const OTHER: &str = "00000000-0000-4000-8000-000000000002";
const NAMESPACE: &str = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/customers";

fn merge(object: &mut Json, over: Json) {
    let (Json::Object(object), Json::Object(over)) = (object, over) else { unreachable!() };
    object.extend(over);
}

/// An association as configured, with these attributes over it.
fn config(over: Json) -> Json {
    let mut config = json!({
        "membership_id": MEMBERSHIP, "name": "Customers",
        "input_reference_config": { "input_reference_arn": NAMESPACE, "manage_resource_policies": true },
    });
    merge(&mut config, over);
    config
}

/// The state of one that exists, with these attributes over it.
fn state(over: Json) -> Json {
    let mut state = config(json!({
        "description": "", "id_mapping_config": { "allow_use_as_dimension_column": false },
        "tags_all": {}, "region": "us-east-1", "id": OTHER, "arn": "arn", "create_time": "then",
        "update_time": "then", "membership_arn": "arn", "collaboration_id": OTHER,
        "collaboration_arn": "arn", "input_reference_properties": {
            "id_namespace_type": "SOURCE", "id_mapping_workflows_supported": ["{}"],
        },
    }));
    merge(&mut state, over);
    state
}

fn planned(config: Json) -> PlanResponse {
    type Kind = IdNamespaceAssociation;
    plan::<Kind>(&value::<Kind>(&state(json!({}))), &value::<Kind>(&config))
}

fn wrong(over: Json) -> Vec<String> {
    checked::<IdNamespaceAssociation>(&config(over))
}

#[test]
fn the_create_call_carries_what_is_configured() {
    let reference = Reference::builder()
        .input_reference_arn(NAMESPACE)
        .manage_resource_policies(true)
        .build()
        .expect("complete");
    let mapping = aws_sdk_cleanrooms::types::IdMappingConfig::builder()
        .allow_use_as_dimension_column(false)
        .build();
    let expected = Create::default()
        .membership_identifier(MEMBERSHIP)
        .name("Customers")
        .description("")
        .input_reference_config(reference)
        .id_mapping_config(mapping);
    assert_eq!(
        format!("{:?}", create_input::<IdNamespaceAssociation>(&config(json!({})))),
        format!("{expected:?}")
    );
}

#[test]
fn the_update_call_carries_what_changes() {
    let update = |over| update_input::<IdNamespaceAssociation>(&state(json!({})), &state(over));
    let renamed = update(json!({ "name": "Shoppers" })).expect("an update");
    assert_eq!(renamed.get_name().as_deref(), Some("Shoppers"));
    assert_eq!((renamed.get_description(), renamed.get_id_mapping_config()), (&None, &None));
    let mapping = json!({ "id_mapping_config": { "allow_use_as_dimension_column": true } });
    let mapped = update(mapping).expect("an update");
    assert!(
        mapped.get_id_mapping_config().as_ref().is_some_and(|it| it.allow_use_as_dimension_column)
    );
    assert!(update(json!({ "tags_all": { "a": "b" } })).is_none());
}

#[test]
fn another_namespace_is_another_association_and_the_plan_says_what_is_lost() {
    let reference = |arn: &str, managed: bool| {
        json!({ "input_reference_config": {
            "input_reference_arn": arn, "manage_resource_policies": managed,
        } })
    };
    let other = format!("{NAMESPACE}-2");
    for (over, leaf) in [
        (reference(&other, true), "input_reference_arn"),
        (reference(NAMESPACE, false), "manage_resource_policies"),
    ] {
        let plan = planned(config(over));
        let paths: Vec<_> = plan.requires_replace.iter().map(AttributePath::to_string).collect();
        assert_eq!(paths, [format!("input_reference_config.{leaf}")]);
        assert_eq!(told(&plan.diagnostics), ["warning"]);
    }
    let renamed = planned(config(json!({ "name": "Shoppers" })));
    assert_eq!((renamed.requires_replace.len(), told(&renamed.diagnostics).len()), (0, 0));
}

#[test]
fn what_is_left_out_of_the_mapping_is_false() {
    let prior = value::<IdNamespaceAssociation>(&state(json!({})));
    for mapping in [Json::Null, json!({}), json!({ "allow_use_as_dimension_column": false })] {
        let plan = planned(config(json!({ "id_mapping_config": mapping })));
        assert_eq!(plan.planned, prior);
    }
}

#[test]
fn mistakes_are_told_at_their_attributes() {
    assert_eq!(wrong(json!({})), Vec::<String>::new());
    assert_eq!(wrong(json!({ "name": " " })), ["error at name"]);
    assert_eq!(wrong(json!({ "membership_id": "m" })), ["error at membership_id"]);
    assert_eq!(wrong(json!({ "description": "x".repeat(256) })), ["error at description"]);
    let workflow = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/a";
    let reference = json!({ "input_reference_arn": workflow, "manage_resource_policies": true });
    assert_eq!(
        wrong(json!({ "input_reference_config": reference })),
        ["error at input_reference_config.input_reference_arn"]
    );
    assert_eq!(wrong(json!({ "input_reference_config": "unknown" })), Vec::<String>::new());
}

#[test]
fn one_is_known_by_its_namespace() {
    let name = |over| IdNamespaceAssociation::name(&value::<IdNamespaceAssociation>(&config(over)));
    assert_eq!(name(json!({})), name(json!({ "name": "Shoppers" })));
    assert_ne!(name(json!({})), name(json!({ "membership_id": OTHER })));
}
