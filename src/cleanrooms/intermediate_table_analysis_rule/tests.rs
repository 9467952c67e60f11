//! Claims about the rules of intermediate tables that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, value};

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const ID: &str = "00000000-0000-4000-8000-000000000002";
const MODEL: &str =
    "arn:aws:cleanrooms:us-east-1:111122223333:membership/*/configuredaudiencemodelassociation/*";

/// A rule as configured, with this as its custom policy.
fn config(custom: Json) -> Json {
    json!({
        "membership_id": MEMBERSHIP, TABLE: ID,
        "analysis_rule_policy": { "v1": { "custom": custom } },
    })
}

fn any_query() -> Json {
    json!({ "allowed_analyses": ["ANY_QUERY"], "allowed_analysis_providers": ["111122223333"] })
}

#[test]
fn the_create_call_carries_the_policy_and_the_type_that_it_decides() {
    let mut custom = any_query();
    custom["allowed_result_receivers"] = json!(["444455556666"]);
    custom["allowed_additional_analyses"] = json!([MODEL]);
    custom["disallowed_output_columns"] = json!(["email"]);
    let sent = create_input::<IntermediateTableAnalysisRule>(&config(custom));
    let rule = Custom::builder()
        .allowed_analyses("ANY_QUERY")
        .allowed_analysis_providers("111122223333")
        .disallowed_output_columns("email")
        .allowed_result_receivers("444455556666")
        .allowed_additional_analyses(MODEL)
        .build();
    let expected = Create::default()
        .membership_identifier(MEMBERSHIP)
        .intermediate_table_identifier(ID)
        .analysis_rule_type(RuleType::Custom)
        .analysis_rule_policy(Policy::V1(PolicyV1::Custom(rule)));
    assert_eq!(sent, expected);
}

#[test]
fn a_reply_without_lists_is_one_with_empty_ones() {
    let codec = of_table(custom());
    let seen = codec.encode(&Custom::builder().build());
    assert_eq!(*seen.get("allowed_analyses"), Value::set([]));
    assert_eq!(*seen.get("disallowed_output_columns"), Value::set([]));
    assert!(seen.get("allowed_result_receivers").is_null());
    assert!(seen.get("comparison_controls").is_null());
}

#[test]
fn every_part_of_a_rule_goes_there_and_back() {
    let whole = json!({
        "allowed_analyses": ["ANY_QUERY"], "allowed_analysis_providers": ["111122223333"],
        "additional_analyses": "REQUIRED", "disallowed_output_columns": ["email"],
        "differential_privacy": { "columns": [{ "name": "email" }] },
        "aggregation_thresholds": [{
            "identity_columns": ["email"], "minimum_identity_count": 2, "type": "COUNT_DISTINCT",
            "allowed_aggregate_expression_type": "COLUMNS_ONLY",
            "output_column_thresholds": { "spent": { "minimum_identity_count": 5 } },
        }],
        "comparison_controls": {
            "allowed_literal_comparison_columns": ["segment"],
            "allowed_column_comparison_columns": [],
        },
        "allowed_result_receivers": ["444455556666"], "allowed_additional_analyses": [MODEL],
    });
    let codec = of_table(custom());
    let value = crate::framework::testing::value(&codec.kind.implied_type(), &whole);
    let path = crate::wire::AttributePath::of(POLICY);
    let sent = codec.decode(&value, &path).expect("it fits").expect("it is known");
    assert_eq!(codec.encode(&sent), value);
}

#[test]
fn mistakes_of_custom_rules_are_told_here_as_well() {
    let wrong = |custom: Json| checked::<IntermediateTableAnalysisRule>(&config(custom));
    let path = "error at analysis_rule_policy.v1.custom";
    assert_eq!(wrong(any_query()), Vec::<String>::new());
    let nobody = json!({ "allowed_analyses": ["ANY_QUERY"] });
    assert_eq!(wrong(nobody), [format!("{path}.allowed_analysis_providers")]);
    let mut receivers = any_query();
    receivers["allowed_result_receivers"] = json!(["1"]);
    assert!(wrong(receivers)[0].starts_with(&format!("{path}.allowed_result_receivers")));
    let mut list = config(any_query());
    list[TYPE] = "LIST".into();
    let told = checked::<IntermediateTableAnalysisRule>(&list);
    assert!(told.contains(&format!("error at {TYPE}")), "{told:?}");
}

#[test]
fn the_policy_changes_in_place_and_another_table_replaces_the_rule() {
    let mut prior = config(any_query());
    prior[TYPE] = "CUSTOM".into();
    prior["region"] = "us-east-1".into();
    prior["intermediate_table_arn"] = "arn".into();
    prior["create_time"] = "then".into();
    prior["update_time"] = "then".into();
    let planned = |config: &Json| {
        type Kind = IntermediateTableAnalysisRule;
        plan::<Kind>(&value::<Kind>(&prior), &value::<Kind>(config))
    };
    assert!(planned(&config(json!({ "allowed_analyses": [] }))).requires_replace.is_empty());
    let mut another = config(any_query());
    another[TABLE] = MEMBERSHIP.into();
    assert_eq!(planned(&another).requires_replace.len(), 1);
}
