//! What the policies of analysis rules may say.

use serde_json::{Value, json};

use super::super::plain::{Plain, texts};
use super::super::{
    Call, ConfiguredTable, ConfiguredTableAssociation, IntermediateTable, configured_tables,
    intermediate_tables,
};
use super::{content, fill, rule_of};
use crate::error::ApiError;
use crate::settings::{Leniency, StoredOr};
use crate::state::{CAN_RECEIVE_RESULTS, MemberStatus};

fn refused(message: impl Into<String>) -> ApiError {
    ApiError::configuration("analysisRulePolicy", message)
}

/// Every column that a policy names.
pub(in super::super) fn columns(policy: &Value) -> Vec<&str> {
    let content = content(policy);
    let mut columns = Vec::new();
    for name in ["joinColumns", "listColumns", "dimensionColumns", "disallowedOutputColumns"] {
        columns.extend(texts(content.get(name)));
    }
    let items = |name: &str| content.get(name).and_then(Value::as_array).into_iter().flatten();
    for column in items("aggregateColumns") {
        columns.extend(texts(column.get("columnNames")));
    }
    columns.extend(items("outputConstraints").filter_map(|one| one["columnName"].as_str()));
    for threshold in items("aggregationThresholds") {
        columns.extend(texts(threshold.get("identityColumns")));
    }
    let private = content.pointer("/differentialPrivacy/columns").and_then(Value::as_array);
    columns.extend(private.into_iter().flatten().filter_map(|column| column["name"].as_str()));
    for name in ["allowedLiteralComparisonColumns", "allowedColumnComparisonColumns"] {
        columns.extend(texts(content.pointer(&format!("/comparisonControls/{name}"))));
    }
    columns
}

fn is_disjoint(some: &[&str], others: &[&str]) -> bool {
    !some.iter().any(|column| others.contains(column))
}

/// The rule of a configured table.
pub(super) fn check_table_policy(
    call: &Call<'_>,
    table: &ConfiguredTable,
    kind: &str,
    policy: &mut Value,
) -> Result<(), ApiError> {
    if kind != "CUSTOM" {
        if table.source() != "glue" {
            return Err(refused("Tables of this source have CUSTOM rules only."));
        }
        if table.text("analysisMethod") == configured_tables::DIRECT_JOB {
            return Err(refused("A table for jobs has a CUSTOM rule."));
        }
    }
    let allowed = table.allowed_columns();
    let strange = columns(policy).into_iter().find(|column| !allowed.contains(column));
    if let Some(column) = strange
        && call.switches.rule_columns_outside_allowed == Leniency::Validation
    {
        return Err(refused(format!("`{column}` is no allowed column of the table.")));
    }
    let rule = content(policy);
    match kind {
        "LIST" => check_list(rule)?,
        "AGGREGATION" => check_aggregation(rule)?,
        _ => {
            if rule.get("differentialPrivacy").is_some() && table.source() != "glue" {
                return Err(refused("Differential privacy is for tables of AWS Glue."));
            }
            check_custom(call, rule)?;
        }
    }
    complete(call, kind, policy);
    Ok(())
}

fn check_list(rule: &Value) -> Result<(), ApiError> {
    if is_disjoint(&texts(rule.get("joinColumns")), &texts(rule.get("listColumns"))) {
        return Ok(());
    }
    Err(refused("A column is either a join column or a list column."))
}

fn check_aggregation(rule: &Value) -> Result<(), ApiError> {
    let joins = texts(rule.get("joinColumns"));
    let aggregates = rule["aggregateColumns"].as_array().into_iter().flatten();
    let mut others = joins.clone();
    others.extend(aggregates.flat_map(|column| texts(column.get("columnNames"))));
    if !is_disjoint(&texts(rule.get("dimensionColumns")), &others) {
        return Err(refused("A dimension column is neither joined nor aggregated."));
    }
    if rule.get("joinRequired").is_some() && joins.is_empty() {
        return Err(refused("joinRequired needs join columns."));
    }
    Ok(())
}

fn check_custom(call: &Call<'_>, rule: &Value) -> Result<(), ApiError> {
    check_analyses(call, rule)?;
    check_privacy(rule)?;
    let has = |name: &str| rule.get(name).is_some();
    if call.switches.result_receivers_in_table_rule == StoredOr::Validation
        && (has("allowedResultReceivers") || has("allowedAdditionalAnalyses"))
    {
        return Err(refused("Receivers and additional analyses belong to the association's rule."));
    }
    Ok(())
}

/// Templates, or whatever certain accounts provide.
fn check_analyses(call: &Call<'_>, rule: &Value) -> Result<(), ApiError> {
    let analyses = texts(rule.get("allowedAnalyses"));
    let providers = texts(rule.get("allowedAnalysisProviders"));
    let is_wildcard = |analysis: &&&str| matches!(**analysis, "ANY_QUERY" | "ANY_JOB");
    let wildcards = analyses.iter().filter(is_wildcard).count();
    if wildcards > 0 && providers.is_empty() {
        return Err(refused("ANY_QUERY and ANY_JOB need allowed analysis providers."));
    }
    let is_mixed = wildcards > 0 && wildcards < analyses.len();
    let stray = !providers.is_empty() && wildcards == 0;
    if (is_mixed || stray) && call.switches.templates_and_wildcards_mixed == Leniency::Validation {
        return Err(refused(
            "A rule allows either templates, or providers with ANY_QUERY or ANY_JOB.",
        ));
    }
    Ok(())
}

/// Differential privacy excludes thresholds and controls, which are for queries.
fn check_privacy(rule: &Value) -> Result<(), ApiError> {
    let thresholds = rule.get("aggregationThresholds").and_then(Value::as_array);
    let controls = rule.get("comparisonControls");
    if thresholds.is_none() && controls.is_none() {
        return Ok(());
    }
    if rule.get("differentialPrivacy").is_some() {
        return Err(refused(
            "Differential privacy goes with neither thresholds nor comparison controls.",
        ));
    }
    if texts(rule.get("allowedAnalyses")) == ["ANY_JOB"] {
        return Err(refused("Thresholds and comparison controls are for queries."));
    }
    let literals = controls.map(|controls| texts(controls.get("allowedLiteralComparisonColumns")));
    for threshold in thresholds.into_iter().flatten() {
        let identities = texts(threshold.get("identityColumns"));
        if !is_disjoint(&identities, literals.as_deref().unwrap_or_default()) {
            return Err(refused("An identity column cannot be compared with literals."));
        }
        check_overrides(threshold)?;
    }
    Ok(())
}

fn check_overrides(threshold: &Value) -> Result<(), ApiError> {
    let overrides = threshold.get("outputColumnThresholds").and_then(Value::as_array);
    let mut named = Vec::new();
    for one in overrides.into_iter().flatten() {
        if one["minimumIdentityCount"].as_u64() == Some(1) {
            return Err(refused("A minimum identity count is 0 or at least 2."));
        }
        let name = one["outputColumnName"].as_str();
        if named.contains(&name) {
            return Err(refused("An output column has one threshold."));
        }
        named.push(name);
    }
    Ok(())
}

/// Puts in what was left out, where the service may do that.
fn complete(call: &Call<'_>, kind: &str, policy: &mut Value) {
    let switches = call.switches;
    let Some(rule) = policy["v1"].get_mut(kind.to_lowercase()) else {
        return;
    };
    let not_allowed = "NOT_ALLOWED".into();
    fill(rule, "additionalAnalyses", switches.omitted_additional_analyses, not_allowed);
    if kind == "CUSTOM" {
        for name in ["allowedAnalysisProviders", "disallowedOutputColumns"] {
            fill(rule, name, switches.omitted_rule_lists, json!([]));
        }
    } else {
        fill(rule, "allowedJoinOperators", switches.omitted_join_operators, json!(["AND"]));
    }
}

/// The rule of an association, which completes that of its table.
pub(super) fn check_association_policy(
    call: &Call<'_>,
    association: &ConfiguredTableAssociation,
    kind: &str,
    policy: &mut Value,
) -> Result<(), ApiError> {
    let switches = call.switches;
    let of_table = rule_of(call.state, association.text("configuredTableId"));
    if of_table.is_none() && switches.association_rule_without_table_rule == Leniency::Validation {
        return Err(refused("The table has no analysis rule yet."));
    }
    if let Some(rule) = of_table
        && rule.kind_of_rule() != kind
        && switches.association_rule_of_another_type == Leniency::Validation
    {
        let wanted = rule.kind_of_rule();
        return Err(refused(format!("The analysis rule of the table is of the type {wanted}.")));
    }
    let rule = content(policy);
    let is_empty = rule.as_object().is_none_or(serde_json::Map::is_empty);
    if is_empty && switches.empty_association_rule == Leniency::Validation {
        return Err(refused("The rule allows nothing."));
    }
    if !texts(rule.get("allowedAdditionalAnalyses")).is_empty() {
        let additional = of_table.map(|rule| rule.content()["additionalAnalyses"].as_str());
        let are_allowed = matches!(additional, Some(Some("ALLOWED" | "REQUIRED")));
        if kind == "AGGREGATION" || !are_allowed {
            return Err(refused("The rule of the table does not allow additional analyses."));
        }
    }
    check_receivers(call, association.head.membership.as_deref(), rule)?;
    if let Some(rule) = policy["v1"].get_mut(kind.to_lowercase()) {
        for name in ["allowedResultReceivers", "allowedAdditionalAnalyses"] {
            fill(rule, name, switches.omitted_rule_lists, json!([]));
        }
    }
    Ok(())
}

/// Results go to members that can receive them.
fn check_receivers(
    call: &Call<'_>,
    membership: Option<&str>,
    rule: &Value,
) -> Result<(), ApiError> {
    if call.switches.receivers_outside_collaboration == Leniency::Accepted {
        return Ok(());
    }
    let Some(membership) = membership else {
        return Ok(());
    };
    let (_, collaboration) = call.joined(membership)?;
    let receives = |account: &&str| {
        collaboration.member(account).is_some_and(|member| {
            matches!(member.status, MemberStatus::Invited | MemberStatus::Active)
                && member.has(CAN_RECEIVE_RESULTS)
        })
    };
    match texts(rule.get("allowedResultReceivers")).iter().find(|account| !receives(account)) {
        Some(account) => {
            Err(refused(format!("The account {account} is no member that receives results.")))
        }
        None => Ok(()),
    }
}

/// The rule of an intermediate table, which may only be tighter than those of
/// the tables that it is made of.
pub(super) fn check_intermediate_policy(
    call: &Call<'_>,
    table: &IntermediateTable,
    policy: &mut Value,
) -> Result<(), ApiError> {
    let rule = content(policy);
    check_analyses(call, rule)?;
    check_privacy(rule)?;
    check_receivers(call, table.head.membership.as_deref(), rule)?;
    check_inherited(call, table, rule)?;
    complete(call, "CUSTOM", policy);
    Ok(())
}

fn check_inherited(
    call: &Call<'_>,
    table: &IntermediateTable,
    rule: &Value,
) -> Result<(), ApiError> {
    let strictness =
        |rule: Option<&Value>| match rule.map(|rule| rule["additionalAnalyses"].as_str()) {
            Some(Some("REQUIRED")) => 2,
            Some(Some("ALLOWED")) => 1,
            _ => 0,
        };
    for (of_table, of_association) in intermediate_tables::inherited(call.state, table) {
        for name in ["allowedResultReceivers", "allowedAdditionalAnalyses"] {
            let outer = of_association.map(|outer| texts(outer.get(name))).unwrap_or_default();
            if !texts(rule.get(name)).iter().all(|item| outer.contains(item)) {
                return Err(refused(format!("{name} goes beyond the rules of the base tables.")));
            }
        }
        let Some(of_table) = of_table else { continue };
        let hidden = texts(rule.get("disallowedOutputColumns"));
        let outer = texts(of_table.get("disallowedOutputColumns"));
        if !outer.iter().all(|column| hidden.contains(column)) {
            return Err(refused("A base table disallows more output columns."));
        }
        if strictness(Some(rule)) < strictness(Some(of_table)) {
            return Err(refused("A base table is stricter with additional analyses."));
        }
    }
    Ok(())
}
