//! Claims about analysis rules that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, told, value};
use crate::wire::AttributePath;

const TABLE: &str = "00000000-0000-4000-8000-000000000001";

fn rule(member: &str, content: Json) -> Json {
    json!({ "configured_table_id": TABLE, "analysis_rule_policy": { "v1": { member: content } } })
}

fn custom_rule(content: Json) -> Json {
    rule("custom", content)
}

fn list_rule(joined: Json) -> Json {
    rule("list", json!({ "join_columns": joined, "list_columns": ["segment"] }))
}

fn aggregation_rule(over: Json) -> Json {
    let mut content = json!({
        "aggregate_columns": { "SUM": { "column_names": ["amount"] } },
        "join_columns": ["email"],
        "dimension_columns": ["segment"],
        "scalar_functions": ["UPPER"],
        "output_constraints": { "email": { "minimum": 10 } },
    });
    let (Json::Object(content_map), Json::Object(over)) = (&mut content, over) else {
        unreachable!()
    };
    content_map.extend(over);
    rule("aggregation", content)
}

/// What is wrong, without the path of the policy.
fn wrong(config: &Json) -> Vec<String> {
    let found = checked::<ConfiguredTableAnalysisRule>(config);
    found.into_iter().map(|it| it.replace("analysis_rule_policy.v1.", "")).collect()
}

/// The state that a policy has become.
fn state(config: &Json) -> Value {
    let planned = plan::<ConfiguredTableAnalysisRule>(
        &Value::Null,
        &value::<ConfiguredTableAnalysisRule>(config),
    );
    let answer = value::<ConfiguredTableAnalysisRule>(&json!({ "region": "us-east-1" }));
    crate::framework::plan::filled(&planned.planned, &answer)
}

#[test]
fn the_policy_decides_the_type() {
    let sent = |config| create_input::<ConfiguredTableAnalysisRule>(&config);
    for (config, expected) in [
        (list_rule(json!(["email"])), RuleType::List),
        (aggregation_rule(json!({})), RuleType::Aggregation),
        (custom_rule(json!({ "allowed_analyses": [] })), RuleType::Custom),
    ] {
        assert_eq!(sent(config).get_analysis_rule_type(), &Some(expected));
    }
}

#[test]
fn another_kind_of_policy_is_another_rule() {
    let custom = custom_rule(json!({ "allowed_analyses": [] }));
    let paths = |config: &Json| {
        let config = value::<ConfiguredTableAnalysisRule>(config);
        plan::<ConfiguredTableAnalysisRule>(&state(&list_rule(json!(["email"]))), &config)
            .requires_replace
    };
    assert_eq!(paths(&custom), [AttributePath::of(TYPE)]);
    assert_eq!(paths(&list_rule(json!(["phone"]))), []);
    let unknown = json!({ "configured_table_id": TABLE, "analysis_rule_policy": "unknown" });
    assert_eq!(paths(&unknown), []);
}

#[test]
fn a_custom_rule_is_sent_whole() {
    let config = custom_rule(json!({
        "allowed_analyses": ["ANY_QUERY"],
        "allowed_analysis_providers": ["444455556666"],
        "additional_analyses": "ALLOWED",
        "disallowed_output_columns": ["email"],
        "aggregation_thresholds": [{
            "identity_columns": ["email"],
            "minimum_identity_count": 5,
            "output_column_thresholds": { "segment": { "minimum_identity_count": 0 } },
        }],
        "comparison_controls": {
            "allowed_literal_comparison_columns": ["segment"],
            "allowed_column_comparison_columns": [],
        },
    }));
    assert_eq!(wrong(&config), Vec::<String>::new());
    let threshold = AggregationThreshold::builder()
        .identity_columns("email")
        .minimum_identity_count(5)
        .r#type(AggregationThresholdType::CountDistinct)
        .allowed_aggregate_expression_type(AllowedAggregateExpressionType::ColumnsOnly)
        .output_column_thresholds(
            OutputColumnThreshold::builder()
                .output_column_name("segment")
                .minimum_identity_count(0)
                .build()
                .expect("complete"),
        );
    let controls = ComparisonControls::builder()
        .allowed_literal_comparison_columns("segment")
        .set_allowed_column_comparison_columns(Some(Vec::new()));
    let expected = AnalysisRuleCustom::builder()
        .allowed_analyses("ANY_QUERY")
        .allowed_analysis_providers("444455556666")
        .additional_analyses(AdditionalAnalyses::Allowed)
        .disallowed_output_columns("email")
        .aggregation_thresholds(threshold.build().expect("complete"))
        .comparison_controls(controls.build().expect("complete"));
    let expected = Policy::V1(PolicyV1::Custom(expected.build().expect("complete")));
    let input = create_input::<ConfiguredTableAnalysisRule>(&config);
    assert_eq!(input.get_analysis_rule_policy(), &Some(expected));
}

#[test]
fn what_the_service_splits_is_read_as_one() {
    let column = |name: &str, function: AggregateFunctionName| {
        AggregateColumn::builder().column_names(name).function(function).build().expect("complete")
    };
    let constraint = |minimum| {
        let it = AggregationConstraint::builder().column_name("email").minimum(minimum);
        it.r#type(AggregationType::CountDistinct).build().expect("complete")
    };
    let rule = AnalysisRuleAggregation::builder()
        .aggregate_columns(column("a", AggregateFunctionName::Sum))
        .aggregate_columns(column("b", AggregateFunctionName::Avg))
        .aggregate_columns(column("c", AggregateFunctionName::Sum))
        .set_join_columns(Some(Vec::new()))
        .set_dimension_columns(Some(Vec::new()))
        .set_scalar_functions(Some(Vec::new()))
        .output_constraints(constraint(20))
        .output_constraints(constraint(3))
        .build()
        .expect("complete");
    let read = aggregation().encode(&rule);
    let sums = read.get("aggregate_columns").get("SUM").get("column_names");
    assert_eq!(*sums, Value::set(["a".into(), "c".into()]));
    let minimum = read.get("output_constraints").get("email").get("minimum");
    assert_eq!(*minimum, Value::from(20));
    assert_eq!(*read.get("allowed_join_operators"), Value::set([]));
}

#[test]
fn a_policy_is_of_one_kind_and_of_the_named_type() {
    let both = json!({
        "configured_table_id": TABLE,
        "analysis_rule_policy": { "v1": {
            "list": { "join_columns": ["email"], "list_columns": [] },
            "custom": { "allowed_analyses": [] },
        } },
    });
    assert_eq!(wrong(&both), ["error at analysis_rule_policy.v1"]);
    let mut other = list_rule(json!(["email"]));
    other["analysis_rule_type"] = "CUSTOM".into();
    assert_eq!(wrong(&other), ["error at analysis_rule_type"]);
}

#[test]
fn columns_have_one_part_in_a_rule() {
    assert_eq!(wrong(&list_rule(json!(["segment"]))), ["error at list.list_columns"]);
    let wrong_aggregation = |over| wrong(&aggregation_rule(over));
    let dimension = ["error at aggregation.dimension_columns"];
    assert_eq!(wrong_aggregation(json!({ "dimension_columns": ["email"] })), dimension);
    assert_eq!(wrong_aggregation(json!({ "dimension_columns": ["amount"] })), dimension);
    assert_eq!(wrong_aggregation(json!({})), Vec::<String>::new());
}

#[test]
fn joins_need_columns_and_several_need_operators() {
    let required = json!({ "join_columns": [], "join_required": "QUERY_RUNNER" });
    assert_eq!(wrong(&aggregation_rule(required)), ["error at aggregation.join_required"]);
    let several = wrong(&list_rule(json!(["email", "phone"])));
    assert_eq!(several, ["warning at list.allowed_join_operators"]);
    let further = json!({ "additional_analyses": "REQUIRED" });
    assert_eq!(wrong(&aggregation_rule(further)), ["warning at aggregation.additional_analyses"]);
}

#[test]
fn keys_are_functions_and_columns() {
    let columns = json!({ "MAXIMUM!": { "column_names": ["amount"] } });
    let found = wrong(&aggregation_rule(json!({ "aggregate_columns": columns })));
    assert_eq!(found, ["error at aggregation.aggregate_columns[\"MAXIMUM!\"]"]);
    let constraints = json!({ "Upper": { "minimum": 1 } });
    let found = wrong(&aggregation_rule(json!({ "output_constraints": constraints })));
    assert_eq!(
        found,
        [
            "error at aggregation.output_constraints[\"Upper\"]",
            "error at aggregation.output_constraints[\"Upper\"].minimum",
        ]
    );
}

#[test]
fn whoever_may_run_anything_is_named() {
    let analyses = |analyses: Json, providers: Json| {
        wrong(&custom_rule(json!({
            "allowed_analyses": analyses, "allowed_analysis_providers": providers,
        })))
    };
    let template = format!(
        "arn:aws:cleanrooms:us-east-1:111122223333:membership/{TABLE}/analysistemplate/{TABLE}"
    );
    let nothing = Vec::<String>::new();
    assert_eq!(analyses(json!(["ANY_QUERY"]), json!(["111122223333"])), nothing);
    assert_eq!(analyses(json!([template]), json!(null)), nothing);
    assert_eq!(analyses(json!("unknown"), json!(["111122223333"])), nothing);
    let providers = ["error at custom.allowed_analysis_providers"];
    assert_eq!(analyses(json!(["ANY_JOB"]), json!(null)), providers);
    assert_eq!(analyses(json!(["ANY_JOB"]), json!("unknown")), nothing);
    let either = ["warning at custom.allowed_analyses"];
    assert_eq!(analyses(json!([template, "ANY_JOB"]), json!(["111122223333"])), either);
    assert_eq!(analyses(json!([]), json!(["111122223333"])), either);
    assert_eq!(analyses(json!(["ANY"]), json!(null)), ["error at custom.allowed_analyses"]);
}

#[test]
fn protections_exclude_one_another() {
    let protected = |analysis: &str, privacy: bool, literal: &str| {
        let privacy = privacy.then(|| json!({ "columns": [{ "name": "email" }] }));
        wrong(&custom_rule(json!({
            "allowed_analyses": [analysis],
            "allowed_analysis_providers": ["111122223333"],
            "differential_privacy": privacy,
            "aggregation_thresholds": [{ "identity_columns": ["email"], "minimum_identity_count": 2 }],
            "comparison_controls": {
                "allowed_literal_comparison_columns": [literal],
                "allowed_column_comparison_columns": [],
            },
        })))
    };
    let both = ["error at custom.aggregation_thresholds", "error at custom.comparison_controls"];
    assert_eq!(protected("ANY_QUERY", false, "segment"), Vec::<String>::new());
    assert_eq!(protected("ANY_QUERY", true, "segment"), both);
    assert_eq!(protected("ANY_JOB", false, "segment"), both);
    assert_eq!(protected("ANY_QUERY", false, "email"), ["error at custom.comparison_controls"]);
}

#[test]
fn a_threshold_of_one_protects_nobody() {
    let threshold = |count: i64| {
        wrong(&custom_rule(json!({
            "allowed_analyses": [],
            "aggregation_thresholds": [{
                "identity_columns": ["email"],
                "minimum_identity_count": 2,
                "output_column_thresholds": { "segment": { "minimum_identity_count": count } },
            }],
        })))
    };
    assert_eq!(threshold(1).len(), 1);
    assert_eq!((threshold(0).len(), threshold(2).len()), (0, 0));
}

#[test]
fn unknown_parts_are_not_judged() {
    let found = plan::<ConfiguredTableAnalysisRule>(
        &Value::Null,
        &value::<ConfiguredTableAnalysisRule>(&json!({
            "configured_table_id": "unknown", "analysis_rule_policy": { "v1": "unknown" },
        })),
    );
    assert_eq!(told(&found.diagnostics), Vec::<String>::new());
    assert!(found.planned.get(TYPE).is_unknown());
}
