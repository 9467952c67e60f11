//! Schemas: the tables of a collaboration, as all its members see them, and
//! whether they can be queried.

use serde_json::{Value, json};

use super::analysis_rules::{AnalysisRule, rule_of};
use super::configured_table_associations::parts_of_collaboration;
use super::plain::{Plain, in_another_order, missing, texts};
use super::{
    Call, ConfiguredTableAssociation, IdMappingTable, IntermediateTable, Operation, Page,
    PrivacyBudgetTemplate, text, views,
};
use crate::error::ApiError;
use crate::shelf::{Head, Stored};
use crate::state::{CAN_RECEIVE_RESULTS, State};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("ListSchemas", list),
    ("GetSchema", get),
    ("BatchGetSchema", batch_get),
    ("GetSchemaAnalysisRule", get_rule),
    ("BatchGetSchemaAnalysisRule", batch_get_rule),
];

/// A table of a collaboration, of one of three kinds.
enum Table<'a> {
    Configured(&'a ConfiguredTableAssociation),
    IdMapping(&'a IdMappingTable),
    Intermediate(&'a IntermediateTable),
}

impl<'a> Table<'a> {
    fn head(&self) -> &'a Head {
        match self {
            Self::Configured(table) => table.head(),
            Self::IdMapping(table) => table.head(),
            Self::Intermediate(table) => table.head(),
        }
    }

    fn name(&self) -> String {
        let name = match self {
            Self::Configured(table) => table.text("name"),
            Self::IdMapping(table) => table.text("name"),
            Self::Intermediate(table) => table.text("name"),
        };
        name.to_lowercase()
    }

    fn description(&self) -> &'a str {
        match self {
            Self::Configured(table) => table.text("description"),
            Self::IdMapping(table) => table.text("description"),
            Self::Intermediate(table) => table.text("description"),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Configured(_) => "TABLE",
            Self::IdMapping(_) => "ID_MAPPING_TABLE",
            Self::Intermediate(_) => "INTERMEDIATE_TABLE",
        }
    }

    /// The rule that the owner of the data has made.
    fn rule(&self, state: &'a State) -> Option<&'a AnalysisRule> {
        match self {
            Self::Configured(table) => rule_of(state, table.text("configuredTableId")),
            Self::IdMapping(_) => None,
            Self::Intermediate(table) => rule_of(state, &table.head.id),
        }
    }

    fn rule_type(&self, state: &'a State) -> Option<&'a str> {
        match self {
            Self::IdMapping(_) => Some("ID_MAPPING_TABLE"),
            _ => self.rule(state).map(AnalysisRule::kind_of_rule),
        }
    }
}

/// All tables of a collaboration.
fn tables<'a>(state: &'a State, collaboration: &str) -> Vec<Table<'a>> {
    let mut tables: Vec<Table<'a>> = Vec::new();
    let associations = state.configured_table_associations.values();
    let mappings = state.id_mapping_tables.values();
    let intermediates = state.intermediate_tables.values();
    tables.extend(
        associations.filter(|one| views::is_in(state, *one, collaboration)).map(Table::Configured),
    );
    tables.extend(
        mappings.filter(|one| views::is_in(state, *one, collaboration)).map(Table::IdMapping),
    );
    tables.extend(
        intermediates
            .filter(|one| views::is_in(state, *one, collaboration))
            .map(Table::Intermediate),
    );
    tables
}

/// The names that queries can use.
pub(super) fn table_names(state: &State, collaboration: &str) -> Vec<String> {
    tables(state, collaboration).iter().map(Table::name).collect()
}

/// A table as an intermediate table depends on it: its name is among `names`.
pub(super) fn dependencies(state: &State, collaboration: &str, names: &[String]) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let direct = tables(state, collaboration);
    for table in direct.iter().filter(|table| names.contains(&table.name())) {
        found.push(dependency(table, "DIRECT"));
        let Table::Intermediate(intermediate) = table else { continue };
        let further = intermediate.told().get("tableDependencies").and_then(Value::as_array);
        for base in further.into_iter().flatten() {
            if !found.iter().any(|known| known["id"] == base["id"]) {
                let mut base = base.clone();
                base["parentType"] = "INDIRECT".into();
                found.push(base);
            }
        }
    }
    found
}

fn dependency(table: &Table<'_>, parent: &str) -> Value {
    json!({
        "id": table.head().id,
        "name": table.name(),
        "type": table.kind(),
        "creatorAccountId": table.head().account,
        "parentType": parent,
    })
}

/// The columns of a table by its id, which are all of one type, since the data
/// is not there to ask.
pub(super) fn columns_of(state: &State, id: &str) -> Vec<Value> {
    let named = |names: Vec<&str>| -> Vec<Value> {
        names.into_iter().map(|name| json!({ "name": name, "type": "string" })).collect()
    };
    if let Some(association) = state.configured_table_associations.get(id) {
        let table = state.configured_tables.get(association.text("configuredTableId"));
        return named(table.map(|table| table.allowed_columns()).unwrap_or_default());
    }
    if state.id_mapping_tables.get(id).is_some() {
        return named(vec!["source_id", "target_id"]);
    }
    let table = state.intermediate_tables.get(id).map(Plain::told);
    let columns = table.and_then(|told| told.get("schema")?.get("columns")?.as_array());
    columns.cloned().unwrap_or_default()
}

/// Everything that is known of a table; summaries leave some out.
fn whole(call: &Call<'_>, table: &Table<'_>) -> Value {
    let (state, head) = (&*call.state, table.head());
    let mut whole = json!({
        "name": table.name(),
        "type": table.kind(),
        "description": table.description(),
        "creatorAccountId": head.account,
        "createTime": head.create_time.to_reply(),
        "updateTime": head.update_time.to_reply(),
        "analysisRuleTypes": table.rule_type(state).into_iter().collect::<Vec<_>>(),
        "columns": columns_of(state, &head.id),
        "partitionKeys": [],
        "schemaStatusDetails": status_details(call, table),
    });
    if let Some(membership) = head.membership.as_deref() {
        let collaboration = &state.memberships[membership].collaboration;
        whole["collaborationId"] = collaboration.id.as_str().into();
        whole["collaborationArn"] = collaboration.arn.as_str().into();
        // The model has no form of it for intermediate tables.
        let kind = match table {
            Table::Configured(_) => Some("configuredtableassociation"),
            Table::IdMapping(_) => Some("idmappingtable"),
            Table::Intermediate(_) => None,
        };
        if let Some(kind) = kind {
            let (region, account, id) = (&head.region, &head.account, &head.id);
            whole["resourceArn"] = format!(
                "arn:aws:cleanrooms:{region}:{account}:membership/{membership}/{kind}/{id}"
            )
            .into();
        }
    }
    match table {
        Table::Configured(association) => {
            whole["schemaTypeProperties"] = json!({
                "configuredTableAssociation": { "configuredTableAssociationId": head.id },
            });
            if let Some(table) = state.configured_tables.get(association.text("configuredTableId"))
            {
                for name in ["analysisMethod", "selectedAnalysisMethods"] {
                    if let Some(value) = table.told().get(name) {
                        whole[name] = in_another_order(value);
                    }
                }
            }
        }
        Table::IdMapping(table) => {
            let sources =
                table.told()["inputReferenceProperties"]["idMappingTableInputSource"].clone();
            whole["schemaTypeProperties"] = json!({ "idMappingTable": {
                "idMappingTableId": head.id,
                "idMappingTableInputSource": sources,
            } });
        }
        Table::Intermediate(_) => {
            whole["schemaTypeProperties"] =
                json!({ "intermediateTable": { "intermediateTableId": head.id } });
        }
    }
    whole
}

/// Whether a table can be queried, and what is missing.
fn status_details(call: &Call<'_>, table: &Table<'_>) -> Value {
    let rule_type = table.rule_type(call.state);
    let detail = |analysis: &str, reasons: Vec<(&str, &str)>| {
        let status = if reasons.is_empty() { "READY" } else { "NOT_READY" };
        let mut detail = json!({ "status": status, "analysisType": analysis });
        super::put(&mut detail, "analysisRuleType", rule_type);
        if !reasons.is_empty() {
            detail["reasons"] = reasons
                .into_iter()
                .map(|(code, message)| json!({ "code": code, "message": message }))
                .collect();
        }
        if table.rule(call.state).is_some_and(is_private) {
            detail["configurations"] = json!(["DIFFERENTIAL_PRIVACY"]);
        }
        detail
    };
    match table {
        Table::Configured(association) => json!([
            detail("DIRECT_ANALYSIS", direct_reasons(call, association)),
            detail("ADDITIONAL_ANALYSIS", additional_reasons(call, association)),
        ]),
        Table::IdMapping(table) => {
            let is_populated = table.told().get("isPopulated").is_some();
            let reason = ("ID_MAPPING_TABLE_NOT_POPULATED", "The table has no data yet.");
            json!([detail("DIRECT_ANALYSIS", if is_populated { vec![] } else { vec![reason] })])
        }
        Table::Intermediate(table) => {
            json!([detail("DIRECT_ANALYSIS", intermediate_reasons(call, table))])
        }
    }
}

fn is_private(rule: &AnalysisRule) -> bool {
    rule.content().get("differentialPrivacy").is_some()
}

fn direct_reasons(
    call: &Call<'_>,
    association: &ConfiguredTableAssociation,
) -> Vec<(&'static str, &'static str)> {
    let state = &*call.state;
    let Some(rule) = rule_of(state, association.text("configuredTableId")) else {
        return vec![("ANALYSIS_RULE_MISSING", "The table has no analysis rule.")];
    };
    let mut reasons = Vec::new();
    if rule.kind_of_rule() == "CUSTOM" {
        let analyses = texts(rule.content().get("allowedAnalyses"));
        let providers = texts(rule.content().get("allowedAnalysisProviders"));
        if analyses.is_empty() {
            reasons.push(("ANALYSIS_TEMPLATES_NOT_CONFIGURED", "The rule allows no analysis."));
        } else if analyses.iter().any(|one| one.starts_with("ANY_")) && providers.is_empty() {
            reasons.push(("ANALYSIS_PROVIDERS_NOT_CONFIGURED", "The rule names no provider."));
        }
    }
    let membership = association.head.membership.as_deref();
    let collaboration =
        membership.map_or("", |membership| &state.memberships[membership].collaboration.id);
    let has_budget = parts_of_collaboration::<PrivacyBudgetTemplate>(state, collaboration)
        .any(|budget| budget.text("privacyBudgetType") == "DIFFERENTIAL_PRIVACY");
    if is_private(rule) && !has_budget {
        let message = "The collaboration has no privacy budget.";
        reasons.push(("DIFFERENTIAL_PRIVACY_POLICY_NOT_CONFIGURED", message));
    }
    let Some(own) = rule_of(state, &association.head.id) else {
        let message = "The association has no analysis rule.";
        reasons.push(("COLLABORATION_ANALYSIS_RULE_NOT_CONFIGURED", message));
        return reasons;
    };
    if own.kind_of_rule() != rule.kind_of_rule() {
        let message = "The rules of table and association are of different types.";
        reasons.push(("ANALYSIS_RULE_TYPES_NOT_COMPATIBLE", message));
    }
    let receivers = texts(own.content().get("allowedResultReceivers"));
    let receives = |account: &str| {
        let collaboration = state.collaborations.get(collaboration);
        let member = collaboration.and_then(|collaboration| collaboration.member(account));
        member.is_some_and(|member| member.has(CAN_RECEIVE_RESULTS))
    };
    if receivers.is_empty() {
        reasons.push(("RESULT_RECEIVERS_NOT_CONFIGURED", "The rule names no receivers."));
    } else if !receivers.into_iter().all(receives) {
        reasons.push(("RESULT_RECEIVERS_NOT_ALLOWED", "A receiver cannot receive results."));
    }
    reasons
}

fn additional_reasons(
    call: &Call<'_>,
    association: &ConfiguredTableAssociation,
) -> Vec<(&'static str, &'static str)> {
    let Some(rule) = rule_of(call.state, association.text("configuredTableId")) else {
        return vec![("ANALYSIS_RULE_MISSING", "The table has no analysis rule.")];
    };
    let additional = rule.content()["additionalAnalyses"].as_str();
    if !matches!(additional, Some("ALLOWED" | "REQUIRED")) {
        return vec![("ADDITIONAL_ANALYSES_NOT_ALLOWED", "The rule allows none.")];
    }
    let own = rule_of(call.state, &association.head.id);
    let allowed = own.map(|own| texts(own.content().get("allowedAdditionalAnalyses")));
    if allowed.unwrap_or_default().is_empty() {
        return vec![("ADDITIONAL_ANALYSES_NOT_CONFIGURED", "The association's rule names none.")];
    }
    Vec::new()
}

fn intermediate_reasons(
    call: &Call<'_>,
    table: &IntermediateTable,
) -> Vec<(&'static str, &'static str)> {
    let mut reasons = Vec::new();
    match table.shown_status(call.now) {
        "POPULATE_SUCCESS" => {}
        "BASE_TABLE_REMOVED" => {
            reasons.push(("INTERMEDIATE_TABLE_BASE_TABLE_REMOVED", "A base table is gone."));
        }
        "DISALLOWED_BY_DATA_PROVIDER" => {
            let message = "A data provider has disallowed it.";
            reasons.push(("INTERMEDIATE_TABLE_DISALLOWED_BY_DATA_PROVIDER", message));
        }
        "RETENTION_PERIOD_EXPIRED" => {
            let message = "The data is too old.";
            reasons.push(("INTERMEDIATE_TABLE_RETENTION_PERIOD_EXPIRED", message));
        }
        _ if table.has_data() => {}
        _ => reasons.push(("INTERMEDIATE_TABLE_NOT_POPULATED", "The table has no data yet.")),
    }
    if rule_of(call.state, &table.head.id).is_none() {
        let message = "The table has no analysis rule.";
        reasons.push(("INTERMEDIATE_TABLE_ANALYSIS_RULE_MISSING", message));
    }
    reasons
}

/// Looks a table up for a caller by its name, which is in lower case.
fn seen<'a>(call: &'a mut Call<'_>, collaboration: &str, name: &str) -> Option<Table<'a>> {
    let found = tables(call.state, collaboration)
        .iter()
        .find(|table| table.name() == name)
        .map(|table| (table.kind(), table.head().id.clone()));
    let (kind, id) = found?;
    let state = &mut *call.state;
    Some(match kind {
        "TABLE" => Table::Configured(state.configured_table_associations.find(&id)?),
        "ID_MAPPING_TABLE" => Table::IdMapping(state.id_mapping_tables.find(&id)?),
        _ => Table::Intermediate(state.intermediate_tables.find(&id)?),
    })
}

/// The schema of that name, as a reply has it.
fn schema(call: &mut Call<'_>, collaboration: &str, name: &str) -> Option<Value> {
    seen(call, collaboration, name)?;
    let tables = tables(call.state, collaboration);
    let table = tables.iter().find(|table| table.name() == name)?;
    Some(whole(call, table))
}

fn get(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let collaboration = call.viewed_collaboration(&input)?;
    let name = text(&input, "name")?;
    match schema(call, &collaboration, name) {
        Some(schema) => Ok(json!({ "schema": schema })),
        None => Err(missing::<ConfiguredTableAssociation>(call.switches, name)),
    }
}

fn list(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    const MANY: &str = "schemaSummaries";
    let collaboration = call.viewed_collaboration(&input)?;
    let page = Page::requested(format!("schemas {collaboration}"), &input, call)?;
    let wanted = input.get("schemaType").and_then(Value::as_str);
    let names: Vec<String> = table_names(call.state, &collaboration)
        .into_iter()
        .filter(|name| seen(call, &collaboration, name).is_some())
        .collect();
    let items = tables(call.state, &collaboration)
        .iter()
        .filter(|table| names.contains(&table.name()))
        .filter(|table| wanted.is_none_or(|wanted| table.kind() == wanted))
        .map(|table| {
            let summary = call.model.item_of(call.operation, MANY, whole(call, table));
            (table.head().sequence, summary)
        })
        .collect();
    Ok(page.reply(MANY, items))
}

fn batch_get(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let collaboration = call.viewed_collaboration(&input)?;
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for name in texts(input.get("names")) {
        match schema(call, &collaboration, name) {
            Some(schema) => found.push(schema),
            None => errors.push(json!({
                "name": name,
                "code": "ResourceNotFoundException",
                "message": format!("The schema {name} does not exist."),
            })),
        }
    }
    Ok(json!({ "schemas": found, "errors": errors }))
}

/// The rule of a table as members see it: the owner's, the association's, and
/// what both come to.
fn rule(call: &mut Call<'_>, collaboration: &str, name: &str, kind: &str) -> Option<Value> {
    seen(call, collaboration, name)?;
    let state = &*call.state;
    let tables = tables(state, collaboration);
    let table = tables.iter().find(|table| table.name() == name)?;
    if table.rule_type(state) != Some(kind) {
        return None;
    }
    let head = table.head();
    let mut reply = json!({ "collaborationId": collaboration, "name": name, "type": kind });
    let Some(rule) = table.rule(state) else {
        reply["createTime"] = head.create_time.to_reply();
        reply["updateTime"] = head.update_time.to_reply();
        reply["policy"] = json!({ "v1": { "idMappingTable": {
            "joinColumns": ["source_id", "target_id"],
            "dimensionColumns": [],
            "queryConstraints": [{ "requireOverlap": {} }],
        } } });
        return Some(reply);
    };
    reply["createTime"] = rule.create_time();
    reply["updateTime"] = rule.update_time();
    reply["policy"] = in_another_order(rule.policy());
    // Rules of intermediate tables may leave it out; this shape may not.
    if let Some(custom) = reply.pointer_mut("/policy/v1/custom")
        && custom.get("allowedAnalyses").is_none()
    {
        custom["allowedAnalyses"] = json!([]);
    }
    if let Table::Configured(association) = table
        && let Some(own) = rule_of(state, &association.head.id)
        && own.kind_of_rule() == kind
    {
        let mut both = rule.content().clone();
        for (name, value) in own.content().as_object().into_iter().flatten() {
            both[name.as_str()] = value.clone();
        }
        let consolidated = json!({ "v1": { kind.to_lowercase(): both } });
        reply["collaborationPolicy"] = in_another_order(own.policy());
        reply["consolidatedPolicy"] = in_another_order(&consolidated);
    }
    Some(reply)
}

fn get_rule(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let collaboration = call.viewed_collaboration(&input)?;
    let (name, kind) = (text(&input, "name")?, text(&input, "type")?);
    match rule(call, &collaboration, name, kind) {
        Some(rule) => Ok(json!({ "analysisRule": rule })),
        None => Err(missing::<ConfiguredTableAssociation>(call.switches, name)),
    }
}

fn batch_get_rule(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let collaboration = call.viewed_collaboration(&input)?;
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    let requests = input["schemaAnalysisRuleRequests"].as_array();
    for request in requests.into_iter().flatten() {
        let (name, kind) = (text(request, "name")?, text(request, "type")?);
        match rule(call, &collaboration, name, kind) {
            Some(rule) => found.push(rule),
            None => errors.push(json!({
                "name": name,
                "type": kind,
                "code": "ResourceNotFoundException",
                "message": format!("The schema {name} has no analysis rule of the type {kind}."),
            })),
        }
    }
    Ok(json!({ "analysisRules": found, "errors": errors }))
}
