//! Analysis rules of configured tables, of their associations, and of
//! intermediate tables. A rule has no id of its own: what it is of has one at most.

mod policies;

use serde_json::{Value, json};

pub(super) use self::policies::columns;
use self::policies::{check_association_policy, check_intermediate_policy, check_table_policy};
use super::plain::{Plain, in_another_order};
use super::{
    Call, ConfiguredTable, ConfiguredTableAssociation, IntermediateTable, Operation, text,
};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{EarlyRule, Omitted};
use crate::shelf::{Head, Kind, Stored};
use crate::state::State;

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateConfiguredTableAnalysisRule", create::<ConfiguredTable>),
    ("GetConfiguredTableAnalysisRule", get::<ConfiguredTable>),
    ("UpdateConfiguredTableAnalysisRule", update::<ConfiguredTable>),
    ("DeleteConfiguredTableAnalysisRule", delete::<ConfiguredTable>),
    ("CreateConfiguredTableAssociationAnalysisRule", create::<ConfiguredTableAssociation>),
    ("GetConfiguredTableAssociationAnalysisRule", get::<ConfiguredTableAssociation>),
    ("UpdateConfiguredTableAssociationAnalysisRule", update::<ConfiguredTableAssociation>),
    ("DeleteConfiguredTableAssociationAnalysisRule", delete::<ConfiguredTableAssociation>),
    ("CreateIntermediateTableAnalysisRule", create::<IntermediateTable>),
    ("GetIntermediateTableAnalysisRule", get::<IntermediateTable>),
    ("UpdateIntermediateTableAnalysisRule", update::<IntermediateTable>),
    ("DeleteIntermediateTableAnalysisRule", delete::<IntermediateTable>),
];

/// The rule of a table, kept under the id of what it is of.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct AnalysisRule {
    head: Head,
    of: Of,
    /// LIST, AGGREGATION or CUSTOM.
    kind: String,
    policy: Value,
}

/// What a rule is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Of {
    ConfiguredTable,
    ConfiguredTableAssociation,
    IntermediateTable,
}

impl AnalysisRule {
    pub(super) fn kind_of_rule(&self) -> &str {
        &self.kind
    }

    pub(super) fn policy(&self) -> &Value {
        &self.policy
    }

    pub(super) fn update_time(&self) -> Value {
        self.head.update_time.to_reply()
    }

    pub(super) fn create_time(&self) -> Value {
        self.head.create_time.to_reply()
    }

    /// The one member of the policy: what the rule's kind allows.
    pub(super) fn content(&self) -> &Value {
        content(&self.policy)
    }
}

/// The member of `policy.v1`.
pub(super) fn content(policy: &Value) -> &Value {
    policy["v1"].as_object().and_then(|v1| v1.values().next()).unwrap_or(&Value::Null)
}

impl Stored for AnalysisRule {
    fn kind(&self) -> &'static Kind {
        const TABLE: Kind = Kind {
            name: "configured_table_analysis_rule",
            // It never gets an id.
            id_prefix: 0,
            arn: None,
            is_deletable: true,
        };
        const ASSOCIATION: Kind =
            Kind { name: "configured_table_association_analysis_rule", ..TABLE };
        const INTERMEDIATE: Kind = Kind { name: "intermediate_table_analysis_rule", ..TABLE };
        match self.of {
            Of::ConfiguredTable => &TABLE,
            Of::ConfiguredTableAssociation => &ASSOCIATION,
            Of::IntermediateTable => &INTERMEDIATE,
        }
    }

    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn type_name(&self) -> Option<&str> {
        Some(&self.kind)
    }
}

/// The rule of a table or association, if it has one.
pub(super) fn rule_of<'a>(state: &'a State, id: &str) -> Option<&'a AnalysisRule> {
    state.analysis_rules.get(id)
}

/// Something that can have an analysis rule.
trait Ruled: Plain {
    const OF: Of;
    /// The `resourceType` of errors about its rule.
    const RESOURCE: ResourceKind;

    /// Whether it can get a rule as it stands.
    fn check_state(_call: &Call<'_>, _id: &str) -> Result<(), ApiError> {
        Ok(())
    }

    /// Checks a policy, and may complete it.
    fn check(call: &Call<'_>, id: &str, kind: &str, policy: &mut Value) -> Result<(), ApiError>;

    /// The rule as replies have it, which name its parts differently.
    fn reply(rule: &AnalysisRule, parent: &Head) -> Value;
}

impl Ruled for ConfiguredTable {
    const OF: Of = Of::ConfiguredTable;
    const RESOURCE: ResourceKind = ResourceKind::ConfiguredTable;

    fn check(call: &Call<'_>, id: &str, kind: &str, policy: &mut Value) -> Result<(), ApiError> {
        check_table_policy(call, &call.state.configured_tables[id], kind, policy)
    }

    fn reply(rule: &AnalysisRule, parent: &Head) -> Value {
        json!({
            "configuredTableId": parent.id,
            "configuredTableArn": parent.arn,
            "policy": in_another_order(&rule.policy),
            "type": rule.kind,
        })
    }
}

impl Ruled for ConfiguredTableAssociation {
    const OF: Of = Of::ConfiguredTableAssociation;
    const RESOURCE: ResourceKind = ResourceKind::ConfiguredTableAssociation;

    fn check(call: &Call<'_>, id: &str, kind: &str, policy: &mut Value) -> Result<(), ApiError> {
        check_association_policy(call, &call.state.configured_table_associations[id], kind, policy)
    }

    fn reply(rule: &AnalysisRule, parent: &Head) -> Value {
        json!({
            "membershipIdentifier": parent.membership,
            "configuredTableAssociationId": parent.id,
            "configuredTableAssociationArn": parent.arn,
            "policy": in_another_order(&rule.policy),
            "type": rule.kind,
        })
    }
}

impl Ruled for IntermediateTable {
    const OF: Of = Of::IntermediateTable;
    const RESOURCE: ResourceKind = ResourceKind::ConfiguredTableAssociation;

    fn check_state(call: &Call<'_>, id: &str) -> Result<(), ApiError> {
        let is_empty = !call.state.intermediate_tables[id].has_data();
        if is_empty && call.switches.intermediate_rule_before_population == EarlyRule::Conflict {
            return Err(ApiError::conflict(
                ConflictReason::InvalidState,
                Self::RESOURCE,
                id,
                "The table has no data yet.",
            ));
        }
        Ok(())
    }

    fn check(call: &Call<'_>, id: &str, _kind: &str, policy: &mut Value) -> Result<(), ApiError> {
        check_intermediate_policy(call, &call.state.intermediate_tables[id], policy)
    }

    fn reply(rule: &AnalysisRule, parent: &Head) -> Value {
        json!({
            "intermediateTableIdentifier": parent.id,
            "intermediateTableArn": parent.arn,
            "analysisRulePolicy": in_another_order(&rule.policy),
            "analysisRuleType": rule.kind,
        })
    }
}

fn create<T: Ruled>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<T>(&input)?;
    check_parent_is_active::<T>(call, &id)?;
    if let Some(rule) = rule_of(call.state, &id) {
        return Err(ApiError::conflict(
            ConflictReason::AlreadyExists,
            T::RESOURCE,
            &id,
            format!("It has an analysis rule of the type {} already.", rule.kind),
        ));
    }
    T::check_state(call, &id)?;
    let kind = text(&input, "analysisRuleType")?.to_owned();
    let policy = checked::<T>(call, &id, &kind, &input)?;
    let sequence = call.state.next_sequence();
    let parent = T::shelf(call.state)[&id].head();
    let (now, head) = (call.now, parent.clone());
    let head = Head { sequence, arn: None, tags: None, create_time: now, update_time: now, ..head };
    call.state.analysis_rules.insert(AnalysisRule { head, of: T::OF, kind, policy });
    reply::<T>(call, &id)
}

fn check_parent_is_active<T: Ruled>(call: &Call<'_>, id: &str) -> Result<(), ApiError> {
    match &T::shelf(call.state)[id].head().membership {
        Some(membership) => call.check_active(membership),
        None => Ok(()),
    }
}

/// The policy of a request, of which the rules are kept.
fn checked<T: Ruled>(
    call: &Call<'_>,
    id: &str,
    kind: &str,
    input: &Value,
) -> Result<Value, ApiError> {
    let mut policy = input["analysisRulePolicy"].clone();
    if policy["v1"].get(kind.to_lowercase()).is_none() {
        return Err(ApiError::configuration(
            "analysisRulePolicy",
            format!("The policy is not of the type {kind}."),
        ));
    }
    T::check(call, id, kind, &mut policy)?;
    let quota = call.quotas.analysis_rule_kilobytes;
    if policy.to_string().len() > quota as usize * 1024 {
        return Err(ApiError::Quota { name: "Analysis rule size in KB", value: quota.into() });
    }
    Ok(policy)
}

/// Looks for the rule that the path names.
fn found<T: Ruled>(call: &mut Call<'_>, input: &Value) -> Result<String, ApiError> {
    let id = call.own::<T>(input)?;
    let kind = text(input, "analysisRuleType")?;
    match call.state.analysis_rules.find(&id) {
        Some(rule) if rule.kind == kind => Ok(id),
        _ => Err(ApiError::not_found(T::RESOURCE, &id)),
    }
}

fn reply<T: Ruled>(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    let rule = &call.state.analysis_rules[id];
    let mut reply = T::reply(rule, T::shelf(call.state)[id].head());
    reply["createTime"] = rule.create_time();
    reply["updateTime"] = rule.update_time();
    Ok(json!({ "analysisRule": reply }))
}

fn get<T: Ruled>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = found::<T>(call, &input)?;
    reply::<T>(call, &id)
}

fn update<T: Ruled>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = found::<T>(call, &input)?;
    check_parent_is_active::<T>(call, &id)?;
    let kind = text(&input, "analysisRuleType")?;
    let policy = checked::<T>(call, &id, kind, &input)?;
    if let Some(rule) = call.state.analysis_rules.get_mut(&id) {
        rule.policy = policy;
        rule.head.update_time = call.now;
    }
    reply::<T>(call, &id)
}

fn delete<T: Ruled>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = found::<T>(call, &input)?;
    call.state.analysis_rules.remove(&id);
    Ok(json!({}))
}

/// Fills an optional member in, where the service may do that.
fn fill(content: &mut Value, name: &str, switch: Omitted, default: Value) {
    if switch == Omitted::Filled && content.get(name).is_none() {
        content[name] = default;
    }
}
