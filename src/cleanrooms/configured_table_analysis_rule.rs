//! `cleanrooms_configured_table_analysis_rule`: what may be asked about a configured table.

mod checks;
pub use checks::validate;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_configured_table_analysis_rule::builders::CreateConfiguredTableAnalysisRuleInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_configured_table_analysis_rule::builders::UpdateConfiguredTableAnalysisRuleInputBuilder as Update;
use aws_sdk_cleanrooms::types::builders::{
    AggregateColumnBuilder, AggregationConstraintBuilder, AggregationThresholdBuilder,
    AnalysisRuleAggregationBuilder, AnalysisRuleCustomBuilder, AnalysisRuleListBuilder,
    ComparisonControlsBuilder, DifferentialPrivacyColumnBuilder,
    DifferentialPrivacyConfigurationBuilder, OutputColumnThresholdBuilder,
};
use aws_sdk_cleanrooms::types::{
    AdditionalAnalyses, AggregateColumn, AggregateFunctionName, AggregationConstraint,
    AggregationThreshold, AggregationThresholdType, AggregationType,
    AllowedAggregateExpressionType, AnalysisRuleAggregation, AnalysisRuleCustom, AnalysisRuleList,
    ComparisonControls, ConfiguredTableAnalysisRule as Item,
    ConfiguredTableAnalysisRulePolicy as Policy, ConfiguredTableAnalysisRulePolicyV1 as PolicyV1,
    ConfiguredTableAnalysisRuleType as RuleType, DifferentialPrivacyColumn,
    DifferentialPrivacyConfiguration, JoinOperator, JoinRequiredOption, OutputColumnThreshold,
    ScalarFunctions,
};

use super::aws::AwsError;
use super::client::{Client, Reading};
use super::configured_table::ConfiguredTable;
use super::key::Key;
use super::kind::Kind;
use super::object::target::another;
use super::object::{Candidate, Facts, Object, Obstacle, Of};
use super::shapes::enumeration::{closed, constant, open};
use super::shapes::ids::{account_id, uuid};
use super::shapes::rule_type::{self, POLICY, TYPE};
use super::shapes::text::{additional_analysis, allowed_analysis, rule_column};
use crate::framework::codec::{
    Codec, keys, object, one_of, set_of, small_integer, string, variant,
};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::row::field;
use crate::framework::validators::{size, whole};
use crate::framework::{Diagnostics, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct ConfiguredTableAnalysisRule;

type Row = Of<ConfiguredTableAnalysisRule>;

impl Object for ConfiguredTableAnalysisRule {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_configured_table_analysis_rule",
        noun: "configured table analysis rule",
        arn: None,
        key: &["configured_table_id", TYPE],
        parent: Some("configured_table_id"),
        owner: &["configured_table_arn"],
        former_identity: &[("configured_table_identifier", "configured_table_id")],
        tagged: false,
        // A table has one.
        is_unique: true,
        type_is_found: true,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetConfiguredTableAnalysisRule"]),
        Need::when(
            "where an import leaves the type out, and before a rule moves to another table",
            &["cleanrooms:GetConfiguredTable"],
        ),
    ];
    const WRITES: &'static [Need] = &[Need::always(&[
        "cleanrooms:CreateConfiguredTableAnalysisRule",
        "cleanrooms:DeleteConfiguredTableAnalysisRule",
        "cleanrooms:UpdateConfiguredTableAnalysisRule",
    ])];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "A configured table analysis rule: it says which queries and jobs a configured table \
             takes part in. A table has at most one; without one it cannot be analysed. A change \
             takes effect at once in every collaboration that the table is in.",
        )
        .with(
            Row::attribute("configured_table_id", uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the configured table. Another one replaces the rule; one that is \
                      not known yet may turn out to be the same.",
                )
                .create(Create::set_configured_table_identifier)
                .read(|r| Some(r.item.configured_table_id.clone())),
        )
        .with(
            Row::attribute(TYPE, closed::<RuleType>(RuleType::values()))
                .optional_computed()
                .requires_replace()
                .doc(
                    "`LIST`, `AGGREGATION` or `CUSTOM`, which the policy decides. Another one \
                      replaces the rule.",
                )
                .create(Create::set_analysis_rule_type)
                .read(|r| Some(r.item.r#type.clone())),
        )
        .with(
            Row::attribute(POLICY, policy())
                .required()
                .doc("What is allowed. Changed in place; another kind of policy replaces the rule.")
                .create(Create::set_analysis_rule_policy)
                .update(Update::set_analysis_rule_policy)
                .read(|r| r.item.policy.clone()),
        )
        .with(
            Row::attribute("configured_table_arn", string())
                .computed()
                .doc("The ARN of the configured table.")
                .read(|r| Some(r.item.configured_table_arn.clone())),
        )
    }

    fn facts(item: &Item) -> Facts {
        Facts {
            create_time: Some(item.create_time),
            update_time: Some(item.update_time),
            ..Facts::default()
        }
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        const CALL: &str = "CreateConfiguredTableAnalysisRule";
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.analysis_rule.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetConfiguredTableAnalysisRule";
        let call = at.sdk.get_configured_table_analysis_rule().analysis_rule_type(key.id().into());
        let reply = call.configured_table_identifier(key.parent()).send().await;
        let reply = reply.map_err(AwsError::of(CALL))?;
        reply.analysis_rule.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.configured_table_identifier(key.parent());
        let sent = input.analysis_rule_type(key.id().into()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateConfiguredTableAnalysisRule"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_configured_table_analysis_rule();
        let call = call.configured_table_identifier(key.parent());
        let sent = call.analysis_rule_type(key.id().into()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteConfiguredTableAnalysisRule"))
    }

    fn name(planned: &Value) -> String {
        planned.get("configured_table_id").as_str().unwrap_or_default().to_owned()
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        Candidate::named_by::<Self>(at, planned).await
    }

    /// The table knows the type of its rule.
    async fn find_key(at: &Reading<'_>, state: &Value) -> Result<Option<Key>, AwsError> {
        let table_id = state.get("configured_table_id").as_str().unwrap_or_default();
        let Some(table) = Key::new([table_id.to_owned()]) else { return Ok(None) };
        let types = ConfiguredTable::get(at, &table).await?.analysis_rule_types;
        Ok(types.first().and_then(|it| Key::new([table_id.to_owned(), it.as_str().to_owned()])))
    }

    const TARGET: &'static [&'static str] = &["configured_table_id"];

    /// The table has no rule, of whichever type.
    async fn check_target(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
        let named = another::<ConfiguredTable>(at, "configured_table_id", target, prior).await?;
        let types = named.map(|it| it.analysis_rule_types).unwrap_or_default();
        Ok(types.first().map(|it| format!("The table has a rule already, of type `{it}`.")))
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        checks::validate(config, diagnostics);
    }

    fn plan(plan: &mut Plan<'_>, _client: Option<&Client>, _private: &mut Private) {
        rule_type::plan(plan);
    }
}

fn policy() -> Codec<Policy> {
    one_of(vec![variant(
        "v1",
        "Exactly one of `list`, `aggregation` and `custom`.",
        policy_v1(),
        Policy::V1,
        |it| it.as_v1().ok(),
    )])
}

fn policy_v1() -> Codec<PolicyV1> {
    one_of(vec![
        variant(
            "list",
            "Queries list the rows that tables have in common.",
            list(),
            PolicyV1::List,
            |it| it.as_list().ok(),
        ),
        variant(
            "aggregation",
            "Queries compute aggregates over enough rows.",
            aggregation(),
            PolicyV1::Aggregation,
            |it| it.as_aggregation().ok(),
        ),
        variant(
            "custom",
            "Named analysis templates, or all queries and jobs of certain accounts.",
            custom(),
            PolicyV1::Custom,
            |it| it.as_custom().ok(),
        ),
    ])
}

fn columns() -> Codec<Vec<String>> {
    set_of(rule_column())
}

fn join_operators() -> Codec<Vec<JoinOperator>> {
    set_of(closed(JoinOperator::values()))
}

fn additional_analyses() -> Codec<AdditionalAnalyses> {
    closed(AdditionalAnalyses::values())
}

const JOIN_OPERATORS: &str = "The operators with which a query may combine its join conditions: \
                              `AND`, `OR`; none when left out, which means `AND`.";
const ADDITIONAL_ANALYSES: &str = "Whether further analyses may work on the result of a query: \
                                   `ALLOWED`, `REQUIRED` or `NOT_ALLOWED`; what the service \
                                   decides when left out.";

fn none() -> Value {
    Value::set([])
}

/// A list rule.
pub(super) fn list() -> Codec<AnalysisRuleList> {
    type B = AnalysisRuleListBuilder;
    object(B::build)
        .with(
            field("join_columns", columns().validate(size(1..=1000)))
                .required()
                .doc("The columns by which a query must join. None of them may be listed.")
                .create(B::set_join_columns)
                .read(|it: &AnalysisRuleList| Some(it.join_columns.clone())),
        )
        .with(
            field("allowed_join_operators", join_operators())
                .optional_computed()
                .doc(JOIN_OPERATORS)
                .default(none())
                .create(B::set_allowed_join_operators)
                .read(|it: &AnalysisRuleList| it.allowed_join_operators.clone()),
        )
        .with(
            field("list_columns", columns())
                .required()
                .doc("The columns that a query may list; may be empty.")
                .create(B::set_list_columns)
                .read(|it: &AnalysisRuleList| Some(it.list_columns.clone())),
        )
        .with(
            field("additional_analyses", additional_analyses())
                .optional_computed()
                .doc(ADDITIONAL_ANALYSES)
                .create(B::set_additional_analyses)
                .read(|it: &AnalysisRuleList| it.additional_analyses.clone()),
        )
        .single()
}

/// An aggregation rule.
pub(super) fn aggregation() -> Codec<AnalysisRuleAggregation> {
    type B = AnalysisRuleAggregationBuilder;
    object(B::build)
        .with(
            field("aggregate_columns", aggregate_columns())
                .required()
                .doc(
                    "The columns that a query may aggregate, by the function that it applies: \
                      `SUM`, `SUM_DISTINCT`, `COUNT`, `COUNT_DISTINCT`, `AVG`.",
                )
                .create(B::set_aggregate_columns)
                .read(|it: &AnalysisRuleAggregation| Some(by_function(&it.aggregate_columns))),
        )
        .with(
            field("join_columns", columns())
                .required()
                .doc("The columns by which a query may join; may be empty.")
                .create(B::set_join_columns)
                .read(|it: &AnalysisRuleAggregation| Some(it.join_columns.clone())),
        )
        .with(
            field("join_required", open(JoinRequiredOption::values(), constant))
                .optional()
                .doc("`QUERY_RUNNER` if a query must join a table of whoever runs it.")
                .create(B::set_join_required)
                .read(|it: &AnalysisRuleAggregation| it.join_required.clone()),
        )
        .with(
            field("allowed_join_operators", join_operators())
                .optional_computed()
                .doc(JOIN_OPERATORS)
                .default(none())
                .create(B::set_allowed_join_operators)
                .read(|it: &AnalysisRuleAggregation| it.allowed_join_operators.clone()),
        )
        .with(
            field("dimension_columns", columns())
                .required()
                .doc(
                    "The columns by which a query may group and filter; may be empty. They are \
                      neither joined nor aggregated.",
                )
                .create(B::set_dimension_columns)
                .read(|it: &AnalysisRuleAggregation| Some(it.dimension_columns.clone())),
        )
        .with(
            field("scalar_functions", set_of(open(ScalarFunctions::values(), constant)))
                .required()
                .doc(
                    "The functions that a query may apply to dimension columns, such as `UPPER`; \
                      may be empty.",
                )
                .create(B::set_scalar_functions)
                .read(|it: &AnalysisRuleAggregation| Some(it.scalar_functions.clone())),
        )
        .with(
            field("output_constraints", output_constraints())
                .required()
                .doc(
                    "How many distinct values of a column each row of a result must stand for, by \
                      the name of the column.",
                )
                .create(B::set_output_constraints)
                .read(|it: &AnalysisRuleAggregation| Some(by_column(&it.output_constraints))),
        )
        .with(
            field("additional_analyses", additional_analyses())
                .optional_computed()
                .doc(ADDITIONAL_ANALYSES)
                .create(B::set_additional_analyses)
                .read(|it: &AnalysisRuleAggregation| it.additional_analyses.clone()),
        )
        .single()
}

fn aggregate_columns() -> Codec<Vec<AggregateColumn>> {
    type B = AggregateColumnBuilder;
    object(B::build)
        .with(
            field("column_names", columns().validate(size(1..=1000)))
                .required()
                .doc("The columns.")
                .create(B::set_column_names)
                .read(|it: &AggregateColumn| Some(it.column_names.clone())),
        )
        .keyed_by(
            |builder, function| builder.function(AggregateFunctionName::from(function.as_str())),
            |it: &AggregateColumn| it.function.as_str().to_owned(),
        )
        .validate(keys(open::<AggregateFunctionName>(AggregateFunctionName::values(), constant)))
        .validate(size(1..=100))
}

/// The entries of each function as one: the service may hold several.
fn by_function(entries: &[AggregateColumn]) -> Vec<AggregateColumn> {
    let mut merged: BTreeMap<&str, AggregateColumn> = BTreeMap::new();
    for entry in entries {
        match merged.get_mut(entry.function.as_str()) {
            Some(known) => known.column_names.extend(entry.column_names.iter().cloned()),
            None => drop(merged.insert(entry.function.as_str(), entry.clone())),
        }
    }
    merged.into_values().collect()
}

fn output_constraints() -> Codec<Vec<AggregationConstraint>> {
    type B = AggregationConstraintBuilder;
    object(B::build)
        .with(
            field("minimum", small_integer())
                .required()
                .doc("The least number of distinct values.")
                .validate(whole(2..=100_000))
                .create(B::set_minimum)
                .read(|it: &AggregationConstraint| Some(it.minimum)),
        )
        .with(
            field("type", open(AggregationType::values(), constant))
                .optional_computed()
                .doc("What is counted: `COUNT_DISTINCT`.")
                .default("COUNT_DISTINCT".into())
                .create(B::set_type)
                .read(|it: &AggregationConstraint| Some(it.r#type.clone())),
        )
        .keyed_by(B::column_name, |it: &AggregationConstraint| it.column_name.clone())
        .validate(keys(rule_column()))
        .validate(size(1..=1000))
}

/// Several constraints of one column hold together, so that the highest decides: it comes last.
fn by_column(entries: &[AggregationConstraint]) -> Vec<AggregationConstraint> {
    let mut entries = entries.to_vec();
    entries.sort_by_key(|entry| entry.minimum);
    entries
}

/// A custom rule.
pub(super) fn custom() -> Codec<AnalysisRuleCustom> {
    type B = AnalysisRuleCustomBuilder;
    let given = |list: &Option<Vec<String>>| list.clone().filter(|list| !list.is_empty());
    object(B::build)
        .with(
            field("allowed_analyses", set_of(allowed_analysis()))
                .required()
                .doc("The ARNs of the analysis templates that may be run; or `ANY_QUERY`, \
                      `ANY_JOB` for all of `allowed_analysis_providers`. Nothing may be run when it \
                      is empty.")
                .create(B::set_allowed_analyses)
                .read(|it: &AnalysisRuleCustom| Some(it.allowed_analyses.clone())),
        )
        .with(
            field("allowed_analysis_providers", set_of(account_id()))
                .optional_computed()
                .doc("The accounts whose queries `ANY_QUERY` and whose jobs `ANY_JOB` allows.")
                .default(none())
                .create(B::set_allowed_analysis_providers)
                .read(|it: &AnalysisRuleCustom| it.allowed_analysis_providers.clone()),
        )
        .with(
            field("additional_analyses", additional_analyses())
                .optional_computed()
                .doc(ADDITIONAL_ANALYSES)
                .create(B::set_additional_analyses)
                .read(|it: &AnalysisRuleCustom| it.additional_analyses.clone()),
        )
        .with(
            field("disallowed_output_columns", columns())
                .optional_computed()
                .doc("The columns that no result may hold.")
                .default(none())
                .create(B::set_disallowed_output_columns)
                .read(|it: &AnalysisRuleCustom| it.disallowed_output_columns.clone()),
        )
        .with(
            field("differential_privacy", differential_privacy())
                .optional()
                .doc("Protects the users in the table by noise. The collaboration needs a privacy \
                      budget template for it, too. Removed with the block.")
                .create(B::set_differential_privacy)
                .read(|it: &AnalysisRuleCustom| it.differential_privacy.clone()),
        )
        .with(
            field("aggregation_thresholds", aggregation_thresholds())
                .optional()
                .doc("How many identities each row of a result must stand for: exactly one \
                      element. Removed with the attribute.")
                .create(B::set_aggregation_thresholds)
                .read(|it: &AnalysisRuleCustom| {
                    it.aggregation_thresholds.clone().filter(|it| !it.is_empty())
                }),
        )
        .with(
            field("comparison_controls", comparison_controls())
                .optional()
                .doc("Which columns a query may compare. Without the block it may compare all; \
                      with empty sets, none.")
                .create(B::set_comparison_controls)
                .read(|it: &AnalysisRuleCustom| it.comparison_controls.clone()),
        )
        .with(
            field("allowed_result_receivers", set_of(account_id()).validate(size(1..=100)))
                .optional()
                .doc("The accounts that may receive results, where the service takes them here; \
                      usually the analysis rule of the association names them.")
                .create(B::set_allowed_result_receivers)
                .read(move |it: &AnalysisRuleCustom| given(&it.allowed_result_receivers)),
        )
        .with(
            field(
                "allowed_additional_analyses",
                set_of(additional_analysis()).validate(size(1..=25)),
            )
            .optional()
            .doc("The ARNs of the additional analyses that may be run, where the service takes \
                  them here; usually the analysis rule of the association names them.")
            .create(B::set_allowed_additional_analyses)
            .read(move |it: &AnalysisRuleCustom| given(&it.allowed_additional_analyses)),
        )
        .single()
}

fn differential_privacy() -> Codec<DifferentialPrivacyConfiguration> {
    type B = DifferentialPrivacyConfigurationBuilder;
    let column = object(DifferentialPrivacyColumnBuilder::build).with(
        field("name", rule_column())
            .required()
            .doc("Its name.")
            .create(DifferentialPrivacyColumnBuilder::set_name)
            .read(|it: &DifferentialPrivacyColumn| Some(it.name.clone())),
    );
    object(B::build)
        .with(
            field("columns", column.set().validate(size(1..=1)))
                .required()
                .doc(
                    "The column that identifies a user: exactly one, and the same in every table \
                      of a collaboration.",
                )
                .create(B::set_columns)
                .read(|it: &DifferentialPrivacyConfiguration| Some(it.columns.clone())),
        )
        .single()
}

fn aggregation_thresholds() -> Codec<Vec<AggregationThreshold>> {
    type B = AggregationThresholdBuilder;
    object(B::build)
        .with(
            field("identity_columns", columns().validate(size(1..=1)))
                .required()
                .doc("The column that identifies someone: exactly one.")
                .create(B::set_identity_columns)
                .read(|it: &AggregationThreshold| Some(it.identity_columns.clone())),
        )
        .with(
            field("minimum_identity_count", small_integer())
                .required()
                .doc("The least number of identities.")
                .validate(whole(2..=100_000))
                .create(B::set_minimum_identity_count)
                .read(|it: &AggregationThreshold| Some(it.minimum_identity_count)),
        )
        .with(
            field("type", open(AggregationThresholdType::values(), constant))
                .optional_computed()
                .doc("What is counted: `COUNT_DISTINCT`.")
                .default("COUNT_DISTINCT".into())
                .create(B::set_type)
                .read(|it: &AggregationThreshold| Some(it.r#type.clone())),
        )
        .with(
            field(
                "allowed_aggregate_expression_type",
                open(AllowedAggregateExpressionType::values(), constant),
            )
            .optional_computed()
            .doc("What a query may aggregate: `COLUMNS_ONLY`, the default, or `ANY_EXPRESSION`.")
            .default("COLUMNS_ONLY".into())
            .create(B::set_allowed_aggregate_expression_type)
            .read(|it: &AggregationThreshold| Some(it.allowed_aggregate_expression_type.clone())),
        )
        .with(
            field("output_column_thresholds", output_column_thresholds())
                .optional()
                .doc("Other numbers for certain columns of a result, by their names.")
                .create(B::set_output_column_thresholds)
                .read(|it: &AggregationThreshold| {
                    it.output_column_thresholds.clone().filter(|it| !it.is_empty())
                }),
        )
        .set()
        .validate(size(1..=1))
}

fn output_column_thresholds() -> Codec<Vec<OutputColumnThreshold>> {
    type B = OutputColumnThresholdBuilder;
    object(B::build)
        .with(
            field("minimum_identity_count", small_integer())
                .required()
                .doc("The least number of identities; 0 for no threshold.")
                .validate(whole(0..=100_000))
                .validate(checks::none_or_several())
                .create(B::set_minimum_identity_count)
                .read(|it: &OutputColumnThreshold| Some(it.minimum_identity_count)),
        )
        .keyed_by(B::output_column_name, |it: &OutputColumnThreshold| it.output_column_name.clone())
        .validate(keys(rule_column()))
        .validate(size(1..=1000))
}

fn comparison_controls() -> Codec<ComparisonControls> {
    type B = ComparisonControlsBuilder;
    object(B::build)
        .with(
            field("allowed_literal_comparison_columns", columns())
                .required()
                .doc("The columns that a query may compare with literals; may be empty.")
                .create(B::set_allowed_literal_comparison_columns)
                .read(|it: &ComparisonControls| {
                    Some(it.allowed_literal_comparison_columns.clone())
                }),
        )
        .with(
            field("allowed_column_comparison_columns", columns())
                .required()
                .doc("The columns that a query may compare with other columns; may be empty.")
                .create(B::set_allowed_column_comparison_columns)
                .read(|it: &ComparisonControls| Some(it.allowed_column_comparison_columns.clone())),
        )
        .single()
}
