//! Intermediate tables: results of analyses that later analyses read.

use serde_json::{Value, json};

use super::analysis_rules::rule_of;
use super::configured_table_associations::{check_table_name, parts_of_collaboration};
use super::paging::Page;
use super::plain::{self, Plain, Told, conflict, missing, texts};
use super::sql::referenced_tables;
use super::{Call, Operation, analyses, privacy_budget_templates, schemas, text};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{DuringPopulation, JobOutcome, OmittedRetention, Subresources};
use crate::shelf::{Kind, Stored};
use crate::state::{AnalysisKind, CAN_QUERY, State, Timestamp};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateIntermediateTable", create),
    ("GetIntermediateTable", get),
    ("UpdateIntermediateTable", update),
    ("DeleteIntermediateTable", delete),
    ("ListIntermediateTables", plain::list::<IntermediateTable>),
    ("ListIntermediateTableVersions", list_versions),
    ("PopulateIntermediateTable", populate),
    ("DisallowIntermediateTable", disallow),
];

plain::plain! {
    /// Results to be read again.
    IntermediateTable on intermediate_tables,
    Kind {
        name: "intermediate_table",
        id_prefix: 0x1a7e_6a00,
        arn: Some("membership/{membership}/intermediatetable/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "intermediateTableIdentifier",
        one: "intermediateTable",
        many: "intermediateTableSummaries",
        resource: None,
        nearest: ResourceKind::ConfiguredTableAssociation,
    }
}

const VERSION: Kind = Kind {
    name: "intermediate_table_version",
    id_prefix: 0x1a7e_5e00,
    arn: None,
    is_deletable: false,
};

const STARTED: &str = "POPULATE_STARTED";
const SUCCESS: &str = "POPULATE_SUCCESS";
const FAILED: &str = "POPULATE_FAILED";
const BASE_REMOVED: &str = "BASE_TABLE_REMOVED";
const DISALLOWED: &str = "DISALLOWED_BY_DATA_PROVIDER";

fn complete(table: &IntermediateTable, reply: &mut Value, call: &Call<'_>) {
    reply["status"] = table.shown_status(call.now).into();
    let rule = rule_of(call.state, &table.head.id);
    reply["analysisRuleTypes"] = rule.map(|rule| rule.kind_of_rule()).into_iter().collect();
    if table.told.get("retentionInDays").is_none()
        && call.switches.omitted_retention == OmittedRetention::Thirty
    {
        reply["retentionInDays"] = DEFAULT_RETENTION.into();
    }
    if let Some(version) = table.current_version() {
        let mut version = version.clone();
        version["inheritedConstraints"] = json!({});
        reply["intermediateTableVersion"] = version;
    }
    put_children(call, reply, &table.head.id);
}

const DEFAULT_RETENTION: u64 = 30;

impl IntermediateTable {
    /// The status, of which time is a part.
    pub(super) fn shown_status(&self, now: Timestamp) -> &str {
        let status = self.text("status");
        let end = self.current_version().and_then(|version| version["expirationTime"].as_f64());
        let is_over = end.is_some_and(|end| end * 1000.0 <= now.0 as f64);
        if status == SUCCESS && is_over { "RETENTION_PERIOD_EXPIRED" } else { status }
    }

    /// Whether a population has succeeded; a later one that fails changes nothing.
    pub(super) fn has_data(&self) -> bool {
        self.current_version().is_some()
    }

    fn versions(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.told.get("versions").and_then(Value::as_array).into_iter().flatten()
    }

    fn current_version(&self) -> Option<&Value> {
        self.versions().rfind(|version| version["status"] == SUCCESS)
    }

    fn bases(&self) -> impl Iterator<Item = &Value> {
        self.told.get("tableDependencies").and_then(Value::as_array).into_iter().flatten()
    }

    fn is_made_of(&self, id: &str) -> bool {
        self.bases().any(|base| base["id"] == id)
    }

    fn retention(&self) -> u64 {
        let days = self.told.get("retentionInDays").and_then(Value::as_u64);
        days.unwrap_or(DEFAULT_RETENTION)
    }

    fn set_status(&mut self, status: &str) {
        self.told.insert("status".to_owned(), status.into());
    }

    /// Ends the population that is running.
    fn end_population(&mut self, outcome: JobOutcome, columns: Vec<Value>, now: Timestamp) {
        let status = match outcome {
            JobOutcome::Success => SUCCESS,
            JobOutcome::Failed => FAILED,
        };
        let versions = self.told.get_mut("versions").and_then(Value::as_array_mut);
        if let Some(version) = versions.and_then(|versions| versions.last_mut()) {
            version["status"] = status.into();
        }
        self.told.remove("statusReason");
        match outcome {
            JobOutcome::Success => {
                self.told.insert("schema".to_owned(), json!({ "columns": columns }));
            }
            JobOutcome::Failed => {
                self.told.insert("statusReason".to_owned(), "The analysis has failed.".into());
            }
        }
        self.set_status(status);
        self.head.update_time = now;
    }
}

/// Puts in the intermediate tables that are made of a table.
pub(super) fn put_children(call: &Call<'_>, reply: &mut Value, id: &str) {
    let children: Vec<Value> = call
        .state
        .intermediate_tables
        .values()
        .filter(|table| table.is_made_of(id))
        .map(|table| {
            json!({
                "resourceType": "INTERMEDIATE_TABLE",
                "resourceName": table.text("name"),
                "resourceId": table.head.id,
                "resourceStatus": table.shown_status(call.now),
                "ownerAccountId": table.head.account,
            })
        })
        .collect();
    if !children.is_empty() {
        reply["childResources"] = children.into();
    }
}

/// Takes the data of all intermediate tables that were made of a table.
pub(super) fn lose_base(state: &mut State, id: &str) {
    for table in state.intermediate_tables.values_mut().filter(|table| table.is_made_of(id)) {
        table.told.remove("versions");
        table.told.remove("schema");
        table.set_status(BASE_REMOVED);
    }
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    call.check_active(&membership)?;
    if !call.state.memberships[&*membership].has(CAN_QUERY) {
        return Err(ApiError::denied("Only a member who can query has intermediate tables."));
    }
    check_table_name(call, &membership, text(&input, "name")?)?;
    let mut told = call.told(&input);
    let names = population_tables(call, &told)?;
    let tags = call.new_tags(&input)?;
    plain::check_quota(
        "Intermediate tables per membership",
        call.quotas.intermediate_tables_per_membership,
        plain::count::<IntermediateTable>(call, &membership),
    )?;
    let collaboration = &call.state.memberships[&*membership].collaboration.id;
    let bases = schemas::dependencies(call.state, collaboration, &names);
    told.insert("status".to_owned(), "CREATED".into());
    told.insert("tableDependencies".to_owned(), bases.into());
    let id = call.make::<IntermediateTable>(Some(&membership), Some(tags), told);
    Ok(call.one::<IntermediateTable>(&id))
}

/// The tables that the population reads: those of its query or its template.
fn population_tables(call: &Call<'_>, told: &Told) -> Result<Vec<String>, ApiError> {
    let configuration = told.get("populationAnalysisConfiguration").unwrap_or(&Value::Null);
    if let Some(parameters) = configuration.get("sqlParameters") {
        analyses::check_sql(parameters)?;
        if let Some(query) = parameters.get("queryString").and_then(Value::as_str) {
            return Ok(referenced_tables(query));
        }
    }
    let arn = ["/sqlParameters", "/jobParameters"]
        .iter()
        .find_map(|path| configuration.pointer(path)?.get("analysisTemplateArn")?.as_str());
    let template =
        call.state.analysis_templates.values().find(|template| Some(template.head.arn()) == arn);
    let tables = template.map(|template| texts(template.told()["schema"].get("referencedTables")));
    Ok(tables.unwrap_or_default().into_iter().map(str::to_owned).collect())
}

/// Says how it stands, and lets the next look find a population ended.
fn get(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<IntermediateTable>(&input)?;
    let reply = call.one::<IntermediateTable>(&id);
    let table = &call.state.intermediate_tables[&id];
    if table.text("status") == STARTED {
        let columns = table
            .bases()
            .find(|base| base["parentType"] == "DIRECT")
            .and_then(|base| base["id"].as_str())
            .map(|base| schemas::columns_of(call.state, base))
            .unwrap_or_default();
        let (outcome, now) = (call.switches.population_outcome, call.now);
        if let Some(table) = call.state.intermediate_tables.get_mut(&id) {
            table.end_population(outcome, columns, now);
        }
    }
    Ok(reply)
}

fn update(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<IntermediateTable>(&input)?;
    let table = &call.state.intermediate_tables[&id];
    if let Some(membership) = &table.head.membership {
        call.check_active(membership)?;
    }
    let mut told = call.told(&input);
    if let Some(Value::Array(wanted)) = told.remove("columns") {
        let mut columns = schemas::columns_of(call.state, &id);
        for column in wanted {
            let known = columns.iter_mut().find(|known| known["name"] == column["name"]);
            let Some(known) = known else {
                let message = "There is no such column; a table has columns once it has data.";
                return Err(ApiError::configuration("columns", message));
            };
            *known = column;
        }
        told.insert("schema".to_owned(), json!({ "columns": columns }));
    }
    call.overwrite::<IntermediateTable>(&id, told);
    Ok(call.one::<IntermediateTable>(&id))
}

fn delete(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<IntermediateTable>(&input)?;
    if rule_of(call.state, &id).is_some() {
        return Err(conflict::<IntermediateTable>(
            ConflictReason::SubresourcesExist,
            &id,
            "The table still has an analysis rule.",
        ));
    }
    let is_running = call.state.intermediate_tables[&id].text("status") == STARTED;
    if is_running && call.switches.delete_while_populating == DuringPopulation::Conflict {
        return Err(conflict::<IntermediateTable>(
            ConflictReason::InvalidState,
            &id,
            "The table is being populated.",
        ));
    }
    let is_along = call.switches.association_with_budget == Subresources::DeletedAlong;
    privacy_budget_templates::release(call, &id, is_along)?;
    call.state.intermediate_tables.remove(&id);
    lose_base(call.state, &id);
    Ok(json!({}))
}

/// Starts the analysis that fills the table anew.
fn populate(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<IntermediateTable>(&input)?;
    let table = &call.state.intermediate_tables[&id];
    let membership = table.head.membership.clone().unwrap_or_default();
    call.check_active(&membership)?;
    let status = table.text("status");
    if [STARTED, BASE_REMOVED, DISALLOWED].contains(&status) {
        let message = format!("The table is {status}.");
        return Err(conflict::<IntermediateTable>(ConflictReason::InvalidState, &id, message));
    }
    let configuration = table.told["populationAnalysisConfiguration"].clone();
    let (kind, parameters, name) = match configuration.get("sqlParameters") {
        Some(parameters) => (AnalysisKind::Query, parameters, "QUERY"),
        None => (AnalysisKind::Job, &configuration["jobParameters"], "JOB"),
    };
    let payer = input.get("analysisPayerAccountId").and_then(Value::as_str);
    let analysis = analyses::populate(call, &membership, kind, parameters, payer)?;
    let table = &call.state.intermediate_tables[&id];
    let end = call.now.0 + table.retention() * 24 * 60 * 60 * 1000;
    let kms_key = table.told.get("kmsKeyArn").cloned();
    let (_, version_id) = call.state.next_id(&VERSION);
    let mut version = json!({
        "versionId": version_id,
        "tableId": id,
        "analysisId": analysis,
        "analysisType": name,
        "status": STARTED,
        "createTime": call.now.to_reply(),
        "expirationTime": Timestamp(end).to_reply(),
    });
    super::put(&mut version, "kmsKeyArn", kms_key);
    super::put(&mut version, "parameters", input.get("parameters").cloned());
    if let Some(table) = call.state.intermediate_tables.get_mut(&id) {
        let versions = table.told.entry("versions").or_insert_with(|| json!([]));
        if let Some(versions) = versions.as_array_mut() {
            versions.push(version);
        }
        table.set_status(STARTED);
    }
    Ok(json!({ "analysisId": analysis, "analysisType": name, "versionId": version_id }))
}

fn list_versions(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    const MANY: &str = "intermediateTableVersionSummaries";
    let id = call.own::<IntermediateTable>(&input)?;
    let page = Page::requested(format!("versions {id}"), &input, call)?;
    let items = (0..)
        .zip(call.state.intermediate_tables[&id].versions())
        .map(|(key, version)| (key, call.model.item_of(call.operation, MANY, version.clone())))
        .collect();
    Ok(page.reply(MANY, items))
}

/// A data provider takes its data out of another member's table.
fn disallow(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    call.check_active(&membership)?;
    let name = text(&input, "intermediateTableName")?;
    let collaboration = call.state.memberships[&*membership].collaboration.id.clone();
    let table = parts_of_collaboration::<IntermediateTable>(call.state, &collaboration)
        .find(|table| table.text("name").eq_ignore_ascii_case(name))
        .ok_or_else(|| missing::<IntermediateTable>(call.switches, name))?;
    let account = call.caller.account.as_str();
    if !table.bases().any(|base| base["creatorAccountId"] == account) {
        return Err(ApiError::denied(format!("The table {name} has no data of the account.")));
    }
    let id = table.head.id.clone();
    if table.text("status") == DISALLOWED {
        let message = "The table is disallowed already.";
        return Err(conflict::<IntermediateTable>(ConflictReason::InvalidState, &id, message));
    }
    let with_descendants = input.get("includeDescendants").and_then(Value::as_bool).unwrap_or(true);
    let now = call.now;
    for table in call.state.intermediate_tables.values_mut() {
        if table.head.id == id || with_descendants && table.is_made_of(&id) {
            table.set_status(DISALLOWED);
            table.head_mut().update_time = now;
        }
    }
    Ok(json!({}))
}

/// The rules of the tables that an intermediate table is made of, with those
/// of their associations.
pub(super) fn inherited<'a>(
    state: &'a State,
    table: &'a IntermediateTable,
) -> Vec<(Option<&'a Value>, Option<&'a Value>)> {
    table
        .bases()
        .filter_map(|base| base["id"].as_str())
        .filter_map(|base| state.configured_table_associations.get(base))
        .map(|association| {
            let of_table = rule_of(state, association.text("configuredTableId"));
            let own = rule_of(state, &association.head.id);
            (of_table.map(|rule| rule.content()), own.map(|rule| rule.content()))
        })
        .collect()
}
