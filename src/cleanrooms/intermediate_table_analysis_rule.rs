//! `cleanrooms_intermediate_table_analysis_rule`: what may be asked about an intermediate table.

#[cfg(test)]
mod tests;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_intermediate_table_analysis_rule::builders::CreateIntermediateTableAnalysisRuleInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_intermediate_table_analysis_rule::builders::UpdateIntermediateTableAnalysisRuleInputBuilder as Update;
use aws_sdk_cleanrooms::types::{
    AnalysisRuleCustom, IntermediateTableAnalysisRule as Rule,
    IntermediateTableAnalysisRuleCustom as Custom, IntermediateTableAnalysisRulePolicy as Policy,
    IntermediateTableAnalysisRulePolicyV1 as PolicyV1,
    IntermediateTableAnalysisRuleType as RuleType,
};

use super::aws::AwsError;
use super::client::{Client, Reading};
use super::configured_table_analysis_rule::{custom, validate};
use super::intermediate_table::IntermediateTable;
use super::key::Key;
use super::kind::Kind;
use super::object::{Candidate, Facts, Object, Obstacle, Of};
use super::shapes::enumeration::closed;
use super::shapes::ids::uuid;
use super::shapes::rule_type::{self, POLICY, TYPE};
use crate::framework::codec::{Codec, one_of, string, variant};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::schema::Kind as Shape;
use crate::framework::{Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct IntermediateTableAnalysisRule;

type Row = Of<IntermediateTableAnalysisRule>;

const TABLE: &str = "intermediate_table_id";

/// A rule as the service has it. It does not say in which membership.
pub struct Item {
    membership_id: String,
    rule: Rule,
}

impl Object for IntermediateTableAnalysisRule {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_intermediate_table_analysis_rule",
        noun: "intermediate table analysis rule",
        arn: None,
        key: &["membership_id", TABLE, TYPE],
        parent: Some("membership_id"),
        owner: &["intermediate_table_arn"],
        former_identity: &[
            ("membership_identifier", "membership_id"),
            ("intermediate_table_identifier", TABLE),
        ],
        tagged: false,
        // A table has one.
        is_unique: true,
        type_is_found: true,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetIntermediateTableAnalysisRule"]),
        Need::when(
            "where an import leaves the type out, and before a rule moves to another table",
            &["cleanrooms:GetIntermediateTable"],
        ),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[Need::always(&[
        "cleanrooms:CreateIntermediateTableAnalysisRule",
        "cleanrooms:DeleteIntermediateTableAnalysisRule",
        "cleanrooms:UpdateIntermediateTableAnalysisRule",
    ])];

    const TIMEOUTS: [&'static str; 2] = [
        "How long a creation is tried while the service throttles, ten minutes when left out, or while \
         the table is too new to be seen: half a minute at most.",
        "How long a change is tried while the table is too new to be seen: half a minute at most.",
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "An intermediate table analysis rule: it says which queries and jobs may read an \
             intermediate table, and who receives what they learn. A table has at most one; without \
             one it cannot be read. It may be stricter than the rules of the tables that it is made \
             of, and not laxer.",
        )
        .with(
            Row::attribute("membership_id", uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the membership of the table. Another one replaces the rule; one that \
                      is not known yet may turn out to be the same.",
                )
                .create(Create::set_membership_identifier)
                .read(|r| Some(r.item.membership_id.clone())),
        )
        .with(
            Row::attribute(TABLE, uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the intermediate table. Another one replaces the rule; one that is \
                      not known yet may turn out to be the same.",
                )
                .create(Create::set_intermediate_table_identifier)
                .read(|r| Some(r.item.rule.intermediate_table_identifier.clone())),
        )
        .with(
            Row::attribute(TYPE, closed::<RuleType>(RuleType::values()))
                .optional_computed()
                .requires_replace()
                .doc(
                    "`CUSTOM`, which the policy decides: intermediate tables know no other type so \
                      far. Another one replaces the rule.",
                )
                .create(Create::set_analysis_rule_type)
                .read(|r| Some(r.item.rule.analysis_rule_type.clone())),
        )
        .with(
            Row::attribute(POLICY, policy())
                .required()
                .doc("What is allowed. Changed in place.")
                .create(Create::set_analysis_rule_policy)
                .update(Update::set_analysis_rule_policy)
                .read(|r| r.item.rule.analysis_rule_policy.clone()),
        )
        .with(
            Row::attribute("intermediate_table_arn", string())
                .computed()
                .doc("The ARN of the intermediate table.")
                .read(|r| Some(r.item.rule.intermediate_table_arn.clone())),
        )
    }

    fn facts(item: &Item) -> Facts {
        Facts {
            create_time: Some(item.rule.create_time),
            update_time: Some(item.rule.update_time),
            ..Facts::default()
        }
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        const CALL: &str = "CreateIntermediateTableAnalysisRule";
        let membership_id = input.get_membership_identifier().clone().unwrap_or_default();
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        let rule = reply.analysis_rule.ok_or_else(|| AwsError::unreadable(CALL))?;
        Ok(Item { membership_id, rule })
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetIntermediateTableAnalysisRule";
        let call = at.sdk.get_intermediate_table_analysis_rule();
        let call =
            call.membership_identifier(key.parent()).intermediate_table_identifier(key.at(1));
        let sent = call.analysis_rule_type(key.id().into()).send().await;
        let reply = sent.map_err(AwsError::of(CALL))?;
        let rule = reply.analysis_rule.ok_or_else(|| AwsError::unreadable(CALL))?;
        Ok(Item { membership_id: key.parent().to_owned(), rule })
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.membership_identifier(key.parent());
        let input = input.intermediate_table_identifier(key.at(1));
        let sent = input.analysis_rule_type(key.id().into()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateIntermediateTableAnalysisRule"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_intermediate_table_analysis_rule();
        let call =
            call.membership_identifier(key.parent()).intermediate_table_identifier(key.at(1));
        let sent = call.analysis_rule_type(key.id().into()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteIntermediateTableAnalysisRule"))
    }

    fn name(planned: &Value) -> String {
        planned.get(TABLE).as_str().unwrap_or_default().to_owned()
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        Candidate::named_by::<Self>(at, planned).await
    }

    /// The table knows the type of its rule.
    async fn find_key(at: &Reading<'_>, state: &Value) -> Result<Option<Key>, AwsError> {
        let Some(key) = table(state) else { return Ok(None) };
        let types = IntermediateTable::get(at, &key).await?.analysis_rule_types;
        let found = types.unwrap_or_default().into_iter().next();
        let ids = [key.parent().to_owned(), key.id().to_owned()];
        Ok(found.and_then(|it| Key::new(ids.into_iter().chain([it.as_str().to_owned()]))))
    }

    const TARGET: &'static [&'static str] = &["membership_id", TABLE];

    /// The table is there, and has no rule.
    async fn check_target(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
        let another = table(target).filter(|it| Some(it) != table(prior).as_ref());
        let Some(key) = another else { return Ok(None) };
        let types = IntermediateTable::get(at, &key).await?.analysis_rule_types;
        let other = types.unwrap_or_default().into_iter().next();
        Ok(other.map(|it| format!("The intermediate table has a rule already, of type `{it}`.")))
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        validate(config, diagnostics);
    }

    fn plan(plan: &mut Plan<'_>, _client: Option<&Client>, _private: &mut Private) {
        rule_type::plan(plan);
    }
}

/// The table that a value names, once that is known.
fn table(value: &Value) -> Option<Key> {
    let id = |name| value.get(name).as_str().map(str::to_owned);
    Key::new([id("membership_id")?, id(TABLE)?])
}

fn policy() -> Codec<Policy> {
    let v1 = one_of(vec![variant(
        "custom",
        "Named analysis templates, or all queries and jobs of certain accounts.",
        of_table(custom()),
        PolicyV1::Custom,
        |it| it.as_custom().ok(),
    )]);
    one_of(vec![variant("v1", "The one kind of policy: `custom`.", v1, Policy::V1, |it| {
        it.as_v1().ok()
    })])
}

/// What the rule of an intermediate table says of members which that of a configured table leaves to its
/// association.
const OWN: [(&str, &str); 2] = [
    ("allowed_result_receivers", "The accounts that may receive results; others may not."),
    (
        "allowed_additional_analyses",
        "The ARNs of the additional analyses that may work on a result, at most 25.",
    ),
];

/// The custom rule of a configured table, as that of an intermediate one: the SDK has a type for each.
fn of_table(custom: Codec<AnalysisRuleCustom>) -> Codec<Custom> {
    let mut kind = custom.kind.clone();
    if let Shape::Nested(_, attributes) = &mut kind {
        for attribute in attributes {
            if let Some((_, about)) = OWN.iter().find(|(name, _)| *name == attribute.name) {
                attribute.description = (*about).to_owned();
            }
        }
    }
    let (validators, mistakes) = (custom.validators.clone(), custom.mistakes.clone());
    let encoder = custom.clone();
    let mut codec = Codec::new(
        kind,
        move |value: &Value, path| {
            let whole = custom.decode(value, path)?;
            let whole = whole.ok_or_else(|| Diagnostic::bug("a rule that is not known is sent"))?;
            Ok(intermediate(whole))
        },
        move |rule: &Custom| configured(rule).map_or(Value::Null, |rule| encoder.encode(&rule)),
    );
    (codec.validators, codec.mistakes) = (validators, mistakes);
    codec
}

fn intermediate(rule: AnalysisRuleCustom) -> Custom {
    Custom::builder()
        .set_allowed_analyses(Some(rule.allowed_analyses))
        .set_allowed_analysis_providers(rule.allowed_analysis_providers)
        .set_additional_analyses(rule.additional_analyses)
        .set_disallowed_output_columns(rule.disallowed_output_columns)
        .set_differential_privacy(rule.differential_privacy)
        .set_aggregation_thresholds(rule.aggregation_thresholds)
        .set_comparison_controls(rule.comparison_controls)
        .set_allowed_result_receivers(rule.allowed_result_receivers)
        .set_allowed_additional_analyses(rule.allowed_additional_analyses)
        .build()
}

/// `None` never comes: all that the builder asks for is there.
fn configured(rule: &Custom) -> Option<AnalysisRuleCustom> {
    AnalysisRuleCustom::builder()
        .set_allowed_analyses(Some(rule.allowed_analyses.clone().unwrap_or_default()))
        .set_allowed_analysis_providers(rule.allowed_analysis_providers.clone())
        .set_additional_analyses(rule.additional_analyses.clone())
        .set_disallowed_output_columns(rule.disallowed_output_columns.clone())
        .set_differential_privacy(rule.differential_privacy.clone())
        .set_aggregation_thresholds(rule.aggregation_thresholds.clone())
        .set_comparison_controls(rule.comparison_controls.clone())
        .set_allowed_result_receivers(rule.allowed_result_receivers.clone())
        .set_allowed_additional_analyses(rule.allowed_additional_analyses.clone())
        .build()
        .ok()
}
