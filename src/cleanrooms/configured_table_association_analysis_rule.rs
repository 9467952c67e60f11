//! `cleanrooms_configured_table_association_analysis_rule`: who receives what is learned from an associated table.

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_configured_table_association_analysis_rule::builders::CreateConfiguredTableAssociationAnalysisRuleInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_configured_table_association_analysis_rule::builders::UpdateConfiguredTableAssociationAnalysisRuleInputBuilder as Update;
use aws_sdk_cleanrooms::types::builders::{
    ConfiguredTableAssociationAnalysisRuleAggregationBuilder as AggregationBuilder,
    ConfiguredTableAssociationAnalysisRuleCustomBuilder as CustomBuilder,
    ConfiguredTableAssociationAnalysisRuleListBuilder as ListBuilder,
};
use aws_sdk_cleanrooms::types::{
    ConfiguredTableAssociationAnalysisRule as Item,
    ConfiguredTableAssociationAnalysisRulePolicy as Policy,
    ConfiguredTableAssociationAnalysisRulePolicyV1 as PolicyV1,
    ConfiguredTableAssociationAnalysisRuleType as RuleType,
};

use super::aws::{AwsError, ErrorKind, ValidationReason};
use super::client::{Client, Reading};
use super::configured_table_association::ConfiguredTableAssociation;
use super::error::failed;
use super::key::Key;
use super::kind::Kind;
use super::object::{Candidate, Facts, Object, Obstacle, Of};
use super::shapes::enumeration::closed;
use super::shapes::ids::{account_id, uuid};
use super::shapes::rule_type::{self, POLICY, TYPE};
use super::shapes::text::additional_analysis;
use crate::framework::codec::{Codec, object, one_of, set_of, string, variant};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::row::field;
use crate::framework::validators::size;
use crate::framework::{Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::{AttributePath, Value};

/// The kind of object.
pub struct ConfiguredTableAssociationAnalysisRule;

type Row = Of<ConfiguredTableAssociationAnalysisRule>;

const ASSOCIATION: &str = "configured_table_association_id";

impl Object for ConfiguredTableAssociationAnalysisRule {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_configured_table_association_analysis_rule",
        noun: "configured table association analysis rule",
        arn: None,
        key: &["membership_id", ASSOCIATION, TYPE],
        parent: Some("membership_id"),
        owner: &["configured_table_association_arn"],
        former_identity: &[
            ("membership_identifier", "membership_id"),
            ("configured_table_association_identifier", ASSOCIATION),
        ],
        tagged: false,
        // An association has one.
        is_unique: true,
        type_is_found: true,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetConfiguredTableAssociationAnalysisRule"]),
        Need::when(
            "where an import leaves the type out, and before a rule moves to another association",
            &["cleanrooms:GetConfiguredTableAssociation"],
        ),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[Need::always(&[
        "cleanrooms:CreateConfiguredTableAssociationAnalysisRule",
        "cleanrooms:DeleteConfiguredTableAssociationAnalysisRule",
        "cleanrooms:UpdateConfiguredTableAssociationAnalysisRule",
    ])];

    const TIMEOUTS: [&'static str; 2] = [
        "How long a creation is tried while the service throttles: ten minutes when left out. For \
         the rule of the table it waits half a minute at most.",
        "How long a change is tried while the rule of the table is not there: half a minute at most.",
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "A configured table association analysis rule, in the console a collaboration analysis \
             rule: it says who receives the results of what is asked about an associated table, and \
             which further analyses may use them. It comes on top of the rule of the table itself, \
             whose type it has; an association has at most one.",
        )
        .with(
            Row::attribute("membership_id", uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the membership of the association. Another one replaces the rule; \
                      one that is not known yet may turn out to be the same.",
                )
                .create(Create::set_membership_identifier)
                .read(|r| Some(r.item.membership_identifier.clone())),
        )
        .with(
            Row::attribute(ASSOCIATION, uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the configured table association. Another one replaces the rule; \
                      one that is not known yet may turn out to be the same.",
                )
                .create(Create::set_configured_table_association_identifier)
                .read(|r| Some(r.item.configured_table_association_id.clone())),
        )
        .with(
            Row::attribute(TYPE, closed::<RuleType>(RuleType::values()))
                .optional_computed()
                .requires_replace()
                .doc(
                    "`LIST`, `AGGREGATION` or `CUSTOM`, which the policy decides: the type of the \
                      rule of the table. Another one replaces the rule.",
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
            Row::attribute("configured_table_association_arn", string())
                .computed()
                .doc("The ARN of the configured table association.")
                .read(|r| Some(r.item.configured_table_association_arn.clone())),
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
        const CALL: &str = "CreateConfiguredTableAssociationAnalysisRule";
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.analysis_rule.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetConfiguredTableAssociationAnalysisRule";
        let call = at.sdk.get_configured_table_association_analysis_rule();
        let call = call.membership_identifier(key.parent());
        let call = call.configured_table_association_identifier(key.at(1));
        let sent = call.analysis_rule_type(key.id().into()).send().await;
        let reply = sent.map_err(AwsError::of(CALL))?;
        reply.analysis_rule.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.membership_identifier(key.parent());
        let input = input.configured_table_association_identifier(key.at(1));
        let sent = input.analysis_rule_type(key.id().into()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateConfiguredTableAssociationAnalysisRule"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_configured_table_association_analysis_rule();
        let call = call.membership_identifier(key.parent());
        let call = call.configured_table_association_identifier(key.at(1));
        let sent = call.analysis_rule_type(key.id().into()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteConfiguredTableAssociationAnalysisRule"))
    }

    fn name(planned: &Value) -> String {
        planned.get(ASSOCIATION).as_str().unwrap_or_default().to_owned()
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        Candidate::named_by::<Self>(at, planned).await
    }

    /// The association knows the type of its rule.
    async fn find_key(at: &Reading<'_>, state: &Value) -> Result<Option<Key>, AwsError> {
        let Some(key) = association(state) else { return Ok(None) };
        let types = ConfiguredTableAssociation::get(at, &key).await?.analysis_rule_types;
        let found = types.unwrap_or_default().into_iter().next();
        let ids = [key.parent().to_owned(), key.id().to_owned()];
        Ok(found.and_then(|it| Key::new(ids.into_iter().chain([it.as_str().to_owned()]))))
    }

    /// The table may get its rule in the same run, since no configuration has to refer to that. The
    /// reason says only that something does not fit, so the text decides what is worth waiting for.
    fn is_settling(err: &AwsError) -> bool {
        err.kind == ErrorKind::NotFound || lacks_rule(err)
    }

    fn explain(_client: &Client, _planned: &Value, err: &AwsError) -> Option<Diagnostic> {
        lacks_rule(err).then(|| {
            let mut told = failed(&Self::creating(), err);
            told.detail.push_str(
                " The table of the association needs an analysis rule of the same type. If it is \
                 made in the same configuration, refer to it: `analysis_rule_type = \
                 cleanrooms_configured_table_analysis_rule.<name>.analysis_rule_type` lets it be \
                 made first.",
            );
            told.at(AttributePath::of(POLICY))
        })
    }

    const TARGET: &'static [&'static str] = &["membership_id", ASSOCIATION];

    /// The association is there, and has no rule, of whichever type.
    async fn check_target(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
        let another = association(target).filter(|it| Some(it) != association(prior).as_ref());
        let Some(key) = another else { return Ok(None) };
        let types = ConfiguredTableAssociation::get(at, &key).await?.analysis_rule_types;
        let other = types.unwrap_or_default().into_iter().next();
        Ok(other.map(|it| format!("The association has a rule already, of type `{it}`.")))
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        rule_type::validate(config, diagnostics);
        let aggregation = config.get(POLICY).get("v1").get("aggregation");
        if aggregation.get(ANALYSES).as_elements().next().is_some() {
            let path = AttributePath::of(POLICY).attribute("v1").attribute("aggregation");
            diagnostics.push(
                Diagnostic::warning(
                    "Aggregation rules may know no additional analyses",
                    "The API reference says that they are not supported for aggregation rules yet.",
                )
                .at(path.attribute(ANALYSES)),
            );
        }
    }

    fn plan(plan: &mut Plan<'_>, _client: Option<&Client>, _private: &mut Private) {
        rule_type::plan(plan);
    }
}

/// The association that a value names, once that is known.
fn association(value: &Value) -> Option<Key> {
    let id = |name| value.get(name).as_str().map(str::to_owned);
    Key::new([id("membership_id")?, id(ASSOCIATION)?])
}

/// Whether the service says that the rule of the table is missing, or is of another type.
fn lacks_rule(err: &AwsError) -> bool {
    err.kind == ErrorKind::Validation(ValidationReason::InvalidConfiguration)
        && err.message.to_lowercase().contains("rule")
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
    let list = allowed(
        ListBuilder::build,
        (ListBuilder::set_allowed_result_receivers, |it| it.allowed_result_receivers.clone()),
        (ListBuilder::set_allowed_additional_analyses, |it| it.allowed_additional_analyses.clone()),
    );
    let aggregation = allowed(
        AggregationBuilder::build,
        (AggregationBuilder::set_allowed_result_receivers, |it| {
            it.allowed_result_receivers.clone()
        }),
        (AggregationBuilder::set_allowed_additional_analyses, |it| {
            it.allowed_additional_analyses.clone()
        }),
    );
    let custom = allowed(
        CustomBuilder::build,
        (CustomBuilder::set_allowed_result_receivers, |it| it.allowed_result_receivers.clone()),
        (CustomBuilder::set_allowed_additional_analyses, |it| {
            it.allowed_additional_analyses.clone()
        }),
    );
    one_of(vec![
        variant("list", "For a table with a list rule.", list, PolicyV1::List, |it| {
            it.as_list().ok()
        }),
        variant(
            "aggregation",
            "For a table with an aggregation rule.",
            aggregation,
            PolicyV1::Aggregation,
            |it| it.as_aggregation().ok(),
        ),
        variant("custom", "For a table with a custom rule.", custom, PolicyV1::Custom, |it| {
            it.as_custom().ok()
        }),
    ])
}

const RECEIVERS: &str = "allowed_result_receivers";
const ANALYSES: &str = "allowed_additional_analyses";

/// How a rule of one type is filled with texts, and what it has of them.
type Texts<B, T> = (fn(B, Option<Vec<String>>) -> B, fn(&T) -> Option<Vec<String>>);

/// What rules of all types allow; the SDK has a type for each.
fn allowed<B: Default + 'static, T: 'static>(
    build: fn(B) -> T,
    receivers: Texts<B, T>,
    analyses: Texts<B, T>,
) -> Codec<T> {
    object(move |builder: B| Ok::<_, String>(build(builder)))
        .with(
            field(RECEIVERS, set_of(account_id()))
                .optional_computed()
                .doc(
                    "The accounts that may receive results: members of the collaboration with the \
                      ability to receive results. None when left out.",
                )
                .default(Value::set([]))
                .create(receivers.0)
                .read(receivers.1),
        )
        .with(
            field(ANALYSES, set_of(additional_analysis()).validate(size(0..=25)))
                .optional_computed()
                .doc(
                    "The ARNs of the further analyses that may work on results, at most 25, where \
                      the rule of the table allows or requires some; `*` may stand for an account \
                      and for ids. None when left out.",
                )
                .default(Value::set([]))
                .create(analyses.0)
                .read(analyses.1),
        )
        .single()
}

#[cfg(test)]
mod tests;
