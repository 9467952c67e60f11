//! Claims about associations that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, told, update_input, value};
use crate::framework::Diagnostics;
use crate::framework::private::Private;

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const TABLE: &str = "00000000-0000-4000-8000-000000000002";
const OTHER: &str = "00000000-0000-4000-8000-000000000003";
const ROLE: &str = "arn:aws:iam::111122223333:role/cleanrooms";

/// An association as configured, with these attributes over it.
fn config(over: Json) -> Json {
    let mut config = json!({
        "membership_id": MEMBERSHIP, "configured_table_id": TABLE, "name": "Orders", "role_arn": ROLE,
    });
    merge(&mut config, over);
    config
}

/// The state of one that exists, with these attributes over it.
fn state(over: Json) -> Json {
    let mut state = config(json!({
        "description": "", "tags_all": {}, "region": "us-east-1", "id": OTHER, "name": "orders",
        "arn": "arn", "create_time": "then", "update_time": "then", "analysis_rule_types": [],
        "child_resources": [], "configured_table_arn": "arn", "membership_arn": "arn",
    }));
    merge(&mut state, over);
    state
}

fn merge(object: &mut Json, over: Json) {
    let (Json::Object(object), Json::Object(over)) = (object, over) else { unreachable!() };
    object.extend(over);
}

fn planned(prior: Json, config: Json) -> crate::framework::managed::PlanResponse {
    type Kind = ConfiguredTableAssociation;
    plan::<Kind>(&value::<Kind>(&prior), &value::<Kind>(&config))
}

#[test]
fn the_create_call_carries_what_is_configured() {
    let config = config(json!({ "description": "All orders" }));
    let expected = Create::default()
        .membership_identifier(MEMBERSHIP)
        .configured_table_identifier(TABLE)
        .name("Orders")
        .description("All orders")
        .role_arn(ROLE);
    assert_eq!(
        format!("{:?}", create_input::<ConfiguredTableAssociation>(&config)),
        format!("{expected:?}")
    );
}

#[test]
fn the_update_call_carries_what_changes() {
    let update = |over| update_input::<ConfiguredTableAssociation>(&state(json!({})), &state(over));
    let described = update(json!({ "description": "Orders" })).expect("an update");
    assert_eq!(described.get_description().as_deref(), Some("Orders"));
    assert_eq!(described.get_role_arn(), &None);
    assert!(update(json!({ "tags_all": { "a": "b" } })).is_none());
}

#[test]
fn upper_and_lower_case_mean_the_same_name() {
    let (prior, config) = (state(json!({})), config(json!({})));
    let same = planned(prior.clone(), config);
    assert_eq!(same.planned, value::<ConfiguredTableAssociation>(&prior));
    let other = planned(prior, self::config(json!({ "name": "Customers" })));
    assert_eq!(other.requires_replace, [crate::wire::AttributePath::of("name")]);
}

#[test]
fn an_unknown_table_replaces_nothing() {
    let plan = planned(state(json!({})), config(json!({ "configured_table_id": "unknown" })));
    assert_eq!(plan.requires_replace, []);
    assert!(plan.planned.get("id").is_unknown());
    assert_eq!(told(&plan.diagnostics), ["warning"]);
}

#[test]
fn whatever_loses_intermediate_tables_says_so() {
    let child = json!({
        "resource_id": null, "resource_name": "totals", "resource_type": "INTERMEDIATE_TABLE",
        "resource_status": null, "owner_account_id": "444455556666",
    });
    let prior = state(json!({ "child_resources": [child] }));
    let plan = planned(prior.clone(), config(json!({ "configured_table_id": OTHER })));
    assert_eq!(told(&plan.diagnostics), ["warning"]);
    assert_eq!(
        told(&planned(prior.clone(), config(json!({ "role_arn": ROLE }))).diagnostics).len(),
        0
    );
    let prior = value::<ConfiguredTableAssociation>(&prior);
    let mut destroyed = Diagnostics::new();
    Of::<ConfiguredTableAssociation>::plan_destroy(
        &prior,
        None,
        &mut Private::default(),
        &mut destroyed,
    );
    assert_eq!(told(&destroyed), ["warning"]);
}

#[test]
fn two_of_one_name_cannot_exist_side_by_side() {
    let association = |over| value::<ConfiguredTableAssociation>(&state(over));
    let old = association(json!({}));
    let collides = |over| ConfiguredTableAssociation::collides(&old, &association(over));
    assert!(collides(json!({ "configured_table_id": OTHER, "name": "ORDERS" })));
    assert!(!collides(json!({ "membership_id": OTHER })));
    assert!(!collides(json!({ "name": "customers" })));
}

#[test]
fn mistakes_are_told_before_any_call() {
    let found = checked::<ConfiguredTableAssociation>(&config(json!({
        "membership_id": "arn", "configured_table_id": "X", "name": "a-b", "role_arn": "role",
    })));
    assert_eq!(found.len(), 5, "{found:?}"); // The role is too short as well.
    assert_eq!(checked::<ConfiguredTableAssociation>(&config(json!({}))), Vec::<String>::new());
}
