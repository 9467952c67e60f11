//! `cleanrooms_schema_analysis_rule`: what may be asked about a table, as every member sees it.
//!
//! The rule of the table and that of its association are two objects of its
//! owner; a query must keep both, and the service tells what they come to. The
//! attributes are those of the owner's resources.

use aws_sdk_cleanrooms::error::BuildError;
use aws_sdk_cleanrooms::types::{
    AnalysisRule, AnalysisRuleAggregation, AnalysisRuleCustom, AnalysisRuleIdMappingTable,
    AnalysisRuleList, AnalysisRulePolicy, AnalysisRulePolicyV1, AnalysisRuleType,
    ConfiguredTableAssociationAnalysisRulePolicy as AssociationPolicy,
    ConfiguredTableAssociationAnalysisRulePolicyV1 as AssociationPolicyV1, ConsolidatedPolicy,
    ConsolidatedPolicyAggregation, ConsolidatedPolicyCustom, ConsolidatedPolicyList,
    ConsolidatedPolicyV1, QueryConstraint, QueryConstraintRequireOverlap,
};

use super::{Schema, name, spelled};
use crate::cleanrooms::aws::{AwsError, ErrorKind};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::configured_table_analysis_rule::{aggregation, custom, list};
use crate::cleanrooms::listing::required;
use crate::cleanrooms::shapes::enumeration::{constant, open};
use crate::cleanrooms::shapes::time::time;
use crate::cleanrooms::view::{View, collaboration_id, rows_of, shown, text};
use crate::framework::Diagnostic;
use crate::framework::codec::{Codec, set_of, string};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::{Attribute, Kind, Nesting};
use crate::wire::{AttributePath, Value};

/// The analysis rule of a table of a collaboration.
pub struct SchemaAnalysisRule;

impl View for SchemaAnalysisRule {
    const TYPE_NAME: &'static str = "cleanrooms_schema_analysis_rule";
    const NOUN: &'static str = "analysis rule of schema";
    const NAMED_BY: &'static str = "name";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:GetSchema", "cleanrooms:GetSchemaAnalysisRule"])];
    const ABOUT: &'static str = "The analysis rule of a table of a collaboration, whichever member has brought \
                                 it in: what the rule of the table allows, what that of its association \
                                 allows, and what both come to. `analysis_rule_types` of \
                                 `cleanrooms_schema` says which types there are.";
    type Item = AnalysisRule;

    fn arguments() -> Vec<Attribute> {
        let types = open::<AnalysisRuleType>(AnalysisRuleType::values(), constant);
        let about = "The type of the rule: `AGGREGATION`, `LIST`, `CUSTOM` or `ID_MAPPING_TABLE`.";
        vec![collaboration_id(), name(), required("type", &types, about)]
    }

    fn rows() -> Vec<Row<(), (), AnalysisRule>> {
        type Item = AnalysisRule;
        vec![
            field("policy", policy())
                .computed()
                .doc("What the rule of the table allows.")
                .read(|it: &Item| it.policy.clone().filter(|it| !it.is_unknown()))
                .into(),
            field("collaboration_policy", collaboration_policy())
                .computed()
                .doc("What the rule of its association allows; null where there is none.")
                .read(|it: &Item| it.collaboration_policy.clone().filter(|it| !it.is_unknown()))
                .into(),
            field("consolidated_policy", consolidated_policy())
                .computed()
                .doc("What both come to; null where one of them is missing.")
                .read(|it: &Item| it.consolidated_policy.clone().filter(|it| !it.is_unknown()))
                .into(),
            field("create_time", time())
                .computed()
                .doc("When the rule was made.")
                .read(|it: &Item| Some(it.create_time))
                .into(),
            field("update_time", time())
                .computed()
                .doc("When the rule was last changed.")
                .read(|it: &Item| Some(it.update_time))
                .into(),
        ]
    }

    async fn get(at: &Reading<'_>, config: &Value) -> Result<AnalysisRule, AwsError> {
        const CALL: &str = "GetSchemaAnalysisRule";
        let call = at.sdk.get_schema_analysis_rule().name(spelled(config));
        let call = call.collaboration_identifier(text(config, "collaboration_id"));
        let reply = call.r#type(text(config, "type").into()).send().await;
        let reply = reply.map_err(AwsError::of(CALL))?;
        reply.analysis_rule.ok_or_else(|| AwsError::unreadable(CALL))
    }

    /// The table may be there, with a rule of another type or with none.
    async fn explain(at: &Reading<'_>, config: &Value, err: &AwsError) -> Option<Diagnostic> {
        if err.kind != ErrorKind::NotFound {
            return None;
        }
        let table = at.look(Schema::get(at, config)).await.ok()?;
        let types: Vec<_> = table.analysis_rule_types.iter().map(|it| format!("`{it}`")).collect();
        let has = match types.as_slice() {
            [] => "it has no analysis rule so far".to_owned(),
            types => format!("it has {}", types.join(" and ")),
        };
        let (name, kind) = (text(config, "name"), text(config, "type"));
        Some(
            Diagnostic::error(
                format!("Schema {name} has no analysis rule of that type"),
                format!(
                    "There is no analysis rule `{kind}` of the table: {has}. `analysis_rule_types` of \
                     `cleanrooms_schema` says which there are."
                ),
            )
            .at(AttributePath::of("type")),
        )
    }
}

const LIST: &str = "Queries list the rows that tables have in common.";
const AGGREGATION: &str = "Queries compute aggregates over enough rows.";
const CUSTOM: &str = "Named analysis templates, or all queries and jobs of certain accounts.";
const V1: &str = "Exactly one of these is set, by the type of the rule.";

fn policy() -> Codec<(), AnalysisRulePolicy> {
    let known = |it: &AnalysisRulePolicy| it.as_v1().ok().filter(|it| !it.is_unknown()).cloned();
    shown([field("v1", policy_v1()).computed().doc(V1).read(known).into()])
}

fn policy_v1() -> Codec<(), AnalysisRulePolicyV1> {
    type V1 = AnalysisRulePolicyV1;
    shown([
        field("list", list().viewed())
            .computed()
            .doc(LIST)
            .read(|it: &V1| it.as_list().ok().cloned())
            .into(),
        field("aggregation", aggregation().viewed())
            .computed()
            .doc(AGGREGATION)
            .read(|it: &V1| it.as_aggregation().ok().cloned())
            .into(),
        field("custom", custom().viewed())
            .computed()
            .doc(CUSTOM)
            .read(|it: &V1| it.as_custom().ok().cloned())
            .into(),
        field("id_mapping_table", id_mapping_table())
            .computed()
            .doc("Queries join other tables through an id mapping table.")
            .read(|it: &V1| it.as_id_mapping_table().ok().cloned())
            .into(),
    ])
}

fn id_mapping_table() -> Codec<(), AnalysisRuleIdMappingTable> {
    type Rule = AnalysisRuleIdMappingTable;
    shown([
        field("join_columns", set_of(string()))
            .computed()
            .doc("The columns by which a query must join.")
            .read(|it: &Rule| Some(it.join_columns.clone()))
            .into(),
        field("dimension_columns", set_of(string()))
            .computed()
            .doc("The columns by which a query may group and filter.")
            .read(|it: &Rule| Some(it.dimension_columns.clone().unwrap_or_default()))
            .into(),
        field("query_constraints", query_constraints())
            .computed()
            .doc("What every query must do.")
            .read(|it: &Rule| Some(it.query_constraints.clone()))
            .into(),
    ])
}

fn query_constraints() -> Codec<Vec<()>, Vec<QueryConstraint>> {
    type Overlap = QueryConstraintRequireOverlap;
    let columns = field("columns", set_of(string()))
        .computed()
        .doc("The columns that must be joined; all that the table has for it when empty.")
        .read(|it: &Overlap| Some(it.columns.clone().unwrap_or_default()));
    rows_of([field("require_overlap", shown([columns.into()]))
        .computed()
        .doc("A query must join the table; null for a constraint that is newer than this provider.")
        .read(|it: &QueryConstraint| it.as_require_overlap().ok().cloned())
        .into()])
    .set()
}

/// What the rule of an association says, which is the same for all types.
#[derive(Clone)]
struct OfAssociation {
    result_receivers: Vec<String>,
    additional_analyses: Vec<String>,
}

impl OfAssociation {
    fn new(result_receivers: Option<&[String]>, additional_analyses: Option<&[String]>) -> Self {
        let all = |texts: Option<&[String]>| texts.unwrap_or_default().to_vec();
        let (result_receivers, additional_analyses) =
            (all(result_receivers), all(additional_analyses));
        Self { result_receivers, additional_analyses }
    }
}

fn of_association() -> Codec<(), OfAssociation> {
    shown([
        field("allowed_result_receivers", set_of(string()))
            .computed()
            .doc("The accounts that may receive results.")
            .read(|it: &OfAssociation| Some(it.result_receivers.clone()))
            .into(),
        field("allowed_additional_analyses", set_of(string()))
            .computed()
            .doc("The ARNs of the additional analyses that may work on a result.")
            .read(|it: &OfAssociation| Some(it.additional_analyses.clone()))
            .into(),
    ])
}

fn collaboration_policy() -> Codec<(), AssociationPolicy> {
    let known = |it: &AssociationPolicy| it.as_v1().ok().filter(|it| !it.is_unknown()).cloned();
    shown([field("v1", collaboration_policy_v1()).computed().doc(V1).read(known).into()])
}

fn collaboration_policy_v1() -> Codec<(), AssociationPolicyV1> {
    type V1 = AssociationPolicyV1;
    let of = OfAssociation::new;
    shown([
        field("list", of_association())
            .computed()
            .doc(LIST)
            .read(move |it: &V1| {
                let it = it.as_list().ok()?;
                let additional = it.allowed_additional_analyses.as_deref();
                Some(of(it.allowed_result_receivers.as_deref(), additional))
            })
            .into(),
        field("aggregation", of_association())
            .computed()
            .doc(AGGREGATION)
            .read(move |it: &V1| {
                let it = it.as_aggregation().ok()?;
                let additional = it.allowed_additional_analyses.as_deref();
                Some(of(it.allowed_result_receivers.as_deref(), additional))
            })
            .into(),
        field("custom", of_association())
            .computed()
            .doc(CUSTOM)
            .read(move |it: &V1| {
                let it = it.as_custom().ok()?;
                let additional = it.allowed_additional_analyses.as_deref();
                Some(of(it.allowed_result_receivers.as_deref(), additional))
            })
            .into(),
    ])
}

fn consolidated_policy() -> Codec<(), ConsolidatedPolicy> {
    let known = |it: &ConsolidatedPolicy| it.as_v1().ok().filter(|it| !it.is_unknown()).cloned();
    shown([field("v1", consolidated_policy_v1()).computed().doc(V1).read(known).into()])
}

fn consolidated_policy_v1() -> Codec<(), ConsolidatedPolicyV1> {
    type V1 = ConsolidatedPolicyV1;
    // What the builders ask for is in the service's answer, where it is required as well.
    shown([
        field("list", both(list()))
            .computed()
            .doc(LIST)
            .read(|it: &V1| list_of(it.as_list().ok()?).ok())
            .into(),
        field("aggregation", both(aggregation()))
            .computed()
            .doc(AGGREGATION)
            .read(|it: &V1| aggregation_of(it.as_aggregation().ok()?).ok())
            .into(),
        field("custom", both(custom()))
            .computed()
            .doc(CUSTOM)
            .read(|it: &V1| custom_of(it.as_custom().ok()?).ok())
            .into(),
    ])
}

/// What the rules of table and association say, as one object.
fn both<T: 'static>(of_table: Codec<T>) -> Codec<(), (T, OfAssociation)> {
    let (of_table, of_association) = (of_table.viewed(), of_association());
    let mut attributes = attributes(&of_table.kind);
    let more = self::attributes(&of_association.kind);
    attributes.retain(|it| more.iter().all(|other| other.name != it.name));
    attributes.extend(more);
    Codec::new(
        Kind::Nested(Nesting::Single, attributes),
        |_, path| Err(Diagnostic::bug(format!("{path} is not ours to set"))),
        move |(table, association): &(T, OfAssociation)| {
            let parts = [of_table.encode(table), of_association.encode(association)];
            let members = parts.iter().filter_map(Value::as_object).flatten();
            Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
        },
    )
}

fn attributes(kind: &Kind) -> Vec<Attribute> {
    match kind {
        Kind::Nested(_, attributes) => attributes.clone(),
        Kind::Plain(_) => Vec::new(),
    }
}

type Both<T> = Result<(T, OfAssociation), BuildError>;

fn list_of(it: &ConsolidatedPolicyList) -> Both<AnalysisRuleList> {
    let rule = AnalysisRuleList::builder()
        .set_join_columns(Some(it.join_columns.clone()))
        .set_allowed_join_operators(it.allowed_join_operators.clone())
        .set_list_columns(Some(it.list_columns.clone()))
        .set_additional_analyses(it.additional_analyses.clone())
        .build()?;
    let additional = it.allowed_additional_analyses.as_deref();
    Ok((rule, OfAssociation::new(it.allowed_result_receivers.as_deref(), additional)))
}

fn aggregation_of(it: &ConsolidatedPolicyAggregation) -> Both<AnalysisRuleAggregation> {
    let rule = AnalysisRuleAggregation::builder()
        .set_aggregate_columns(Some(it.aggregate_columns.clone()))
        .set_join_columns(Some(it.join_columns.clone()))
        .set_join_required(it.join_required.clone())
        .set_allowed_join_operators(it.allowed_join_operators.clone())
        .set_dimension_columns(Some(it.dimension_columns.clone()))
        .set_scalar_functions(Some(it.scalar_functions.clone()))
        .set_output_constraints(Some(it.output_constraints.clone()))
        .set_additional_analyses(it.additional_analyses.clone())
        .build()?;
    let additional = it.allowed_additional_analyses.as_deref();
    Ok((rule, OfAssociation::new(it.allowed_result_receivers.as_deref(), additional)))
}

fn custom_of(it: &ConsolidatedPolicyCustom) -> Both<AnalysisRuleCustom> {
    let rule = AnalysisRuleCustom::builder()
        .set_allowed_analyses(Some(it.allowed_analyses.clone()))
        .set_allowed_analysis_providers(it.allowed_analysis_providers.clone())
        .set_additional_analyses(it.additional_analyses.clone())
        .set_disallowed_output_columns(it.disallowed_output_columns.clone())
        .set_differential_privacy(it.differential_privacy.clone())
        .set_aggregation_thresholds(it.aggregation_thresholds.clone())
        .set_comparison_controls(it.comparison_controls.clone())
        .build()?;
    let additional = it.allowed_additional_analyses.as_deref();
    Ok((rule, OfAssociation::new(it.allowed_result_receivers.as_deref(), additional)))
}

#[cfg(test)]
mod tests {
    use aws_sdk_cleanrooms::types::{
        AdditionalAnalyses, AggregateColumn, AggregateFunctionName, JoinOperator,
    };
    use serde_json::json;

    use super::*;
    use crate::framework::testing::value;

    #[test]
    fn both_rules_are_told_as_one() {
        let rule = ConsolidatedPolicyList::builder()
            .join_columns("email")
            .list_columns("segment")
            .allowed_join_operators(JoinOperator::Or)
            .additional_analyses(AdditionalAnalyses::Allowed)
            .allowed_result_receivers("111122223333")
            .build()
            .expect("whole");
        let policy = ConsolidatedPolicy::V1(ConsolidatedPolicyV1::List(rule));
        let wanted = json!({ "v1": { "aggregation": null, "custom": null, "list": {
            "join_columns": ["email"],
            "list_columns": ["segment"],
            "allowed_join_operators": ["OR"],
            "additional_analyses": "ALLOWED",
            "allowed_result_receivers": ["111122223333"],
            "allowed_additional_analyses": [],
        } } });
        let ty = consolidated_policy().kind.implied_type();
        assert_eq!(consolidated_policy().encode(&policy), value(&ty, &wanted));
    }

    #[test]
    fn rules_of_every_type_are_told_whole() {
        let columns = AggregateColumn::builder()
            .column_names("amount")
            .function(AggregateFunctionName::Sum)
            .build()
            .expect("whole");
        let rule = ConsolidatedPolicyAggregation::builder()
            .aggregate_columns(columns)
            .set_join_columns(Some(Vec::new()))
            .set_dimension_columns(Some(Vec::new()))
            .set_scalar_functions(Some(Vec::new()))
            .set_output_constraints(Some(Vec::new()));
        assert!(aggregation_of(&rule.build().expect("whole")).is_ok());
        let rule = ConsolidatedPolicyCustom::builder().allowed_analyses("ANY_QUERY");
        let rule = rule.allowed_result_receivers("111122223333").build().expect("whole");
        let seen = both(custom()).encode(&custom_of(&rule).expect("whole"));
        let receivers = seen.get("allowed_result_receivers");
        assert_eq!(*receivers, Value::set(["111122223333".into()]));
        assert_eq!(*seen.get("comparison_controls"), Value::Null);
    }

    #[test]
    fn constraints_of_id_mapping_tables_are_shown() {
        let overlap = QueryConstraintRequireOverlap::builder().build();
        let rule = AnalysisRuleIdMappingTable::builder()
            .join_columns("source_id")
            .join_columns("target_id")
            .query_constraints(QueryConstraint::RequireOverlap(overlap))
            .build()
            .expect("whole");
        let wanted = json!({
            "join_columns": ["source_id", "target_id"],
            "dimension_columns": [],
            "query_constraints": [{ "require_overlap": { "columns": [] } }],
        });
        let ty = id_mapping_table().kind.implied_type();
        assert_eq!(id_mapping_table().encode(&rule), value(&ty, &wanted));
    }
}
