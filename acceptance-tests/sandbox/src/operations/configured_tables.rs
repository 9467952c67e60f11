//! Configured tables: an account's own tables, of which other members see
//! nothing until they are associated with a collaboration.

use serde_json::{Value, json};

use super::analysis_rules::{self, rule_of};
use super::configured_table_associations::ConfiguredTableAssociation;
use super::plain::{self, Plain, Told, conflict, texts};
use super::{Call, Operation, distinct};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{
    EqualTables, KeptMethods, Leniency, Omitted, OmittedRegions, Permission, Subresources,
};
use crate::shelf::{Kind, Stored};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateConfiguredTable", create),
    ("GetConfiguredTable", plain::get::<ConfiguredTable>),
    ("UpdateConfiguredTable", update),
    ("DeleteConfiguredTable", delete),
    ("ListConfiguredTables", list),
];

plain::plain! {
    /// A table of an account.
    ConfiguredTable on configured_tables,
    Kind {
        name: "configured_table",
        id_prefix: 0xc0f1_6a00,
        arn: Some("configuredtable/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "configuredTableIdentifier",
        one: "configuredTable",
        many: "configuredTableSummaries",
        resource: Some(ResourceKind::ConfiguredTable),
        nearest: ResourceKind::ConfiguredTable,
    }
}

pub(super) const MULTIPLE: &str = "MULTIPLE";
pub(super) const DIRECT_JOB: &str = "DIRECT_JOB";

fn complete(table: &ConfiguredTable, reply: &mut Value, call: &Call<'_>) {
    let rule = rule_of(call.state, &table.head.id);
    reply["analysisRuleTypes"] = rule.map(|rule| rule.kind_of_rule()).into_iter().collect();
    if call.switches.omitted_table_type == Omitted::Filled {
        reply["tableType"] = table.source().to_uppercase().into();
    }
    for source in ["glue", "athena"] {
        let Some(source) = reply.pointer_mut(&format!("/tableReference/{source}")) else {
            continue;
        };
        if source.get("region").is_none()
            && call.switches.omitted_reference_region == OmittedRegions::HomeRegion
        {
            source["region"] = table.head.region.as_str().into();
        }
    }
}

impl ConfiguredTable {
    /// The member of the table reference: glue, athena, snowflake, databricks.
    pub(super) fn source(&self) -> &str {
        source(&self.told)
    }

    pub(super) fn allowed_columns(&self) -> Vec<&str> {
        self.list("allowedColumns")
    }
}

fn source(told: &Told) -> &str {
    told.get("tableReference")
        .and_then(Value::as_object)
        .and_then(|reference| reference.keys().next())
        .map_or("", String::as_str)
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let mut told = call.told(&input);
    check_name(call, None, &told)?;
    check_methods(&told)?;
    let tags = call.new_tags(&input)?;
    set_distinct(&mut told, "allowedColumns");
    check_columns_quota(call, &told)?;
    let own =
        |table: &&ConfiguredTable| table.head.is_of(&call.caller.account, &call.caller.region);
    plain::check_quota(
        "Configured tables per account",
        call.quotas.configured_tables_per_account,
        call.state.configured_tables.values().filter(own).count(),
    )?;
    let id = call.make::<ConfiguredTable>(None, Some(tags), told);
    Ok(call.one::<ConfiguredTable>(&id))
}

/// Refuses the name of another table, if that is asked for.
fn check_name(call: &Call<'_>, id: Option<&str>, told: &Told) -> Result<(), ApiError> {
    let Some(name) = told.get("name").and_then(Value::as_str) else {
        return Ok(());
    };
    let other = call.state.configured_tables.values().find(|table| {
        table.head.is_of(&call.caller.account, &call.caller.region)
            && Some(table.head.id.as_str()) != id
            && table.text("name") == name
    });
    match other {
        Some(other) if call.switches.equal_configured_tables == EqualTables::Conflict => {
            Err(conflict::<ConfiguredTable>(
                ConflictReason::AlreadyExists,
                &other.head.id,
                format!("There is a configured table `{name}` already."),
            ))
        }
        _ => Ok(()),
    }
}

/// The list of methods goes with MULTIPLE, of which it names both parts.
fn check_methods(told: &Told) -> Result<(), ApiError> {
    let selected = texts(told.get("selectedAnalysisMethods"));
    let refused =
        |message: &str| Err(ApiError::configuration("selectedAnalysisMethods", message.to_owned()));
    let is_multiple = told.get("analysisMethod").and_then(Value::as_str) == Some(MULTIPLE);
    let both = ["DIRECT_QUERY", DIRECT_JOB].iter().all(|method| selected.contains(method));
    match (is_multiple, told.contains_key("selectedAnalysisMethods")) {
        (true, _) if !both => refused("MULTIPLE needs both analysis methods."),
        (false, true) => refused("Selected analysis methods go with MULTIPLE alone."),
        _ => Ok(()),
    }
}

/// Keeps each text of a list once.
pub(super) fn set_distinct(told: &mut Told, name: &str) {
    let items = texts(told.get(name)).into_iter().map(str::to_owned).collect();
    if told.contains_key(name) {
        told.insert(name.to_owned(), distinct(items).into());
    }
}

fn check_columns_quota(call: &Call<'_>, told: &Told) -> Result<(), ApiError> {
    let quota = call.quotas.columns_per_configured_table;
    let columns = texts(told.get("allowedColumns")).len();
    if columns > quota as usize {
        let name = "Columns per configured table";
        return Err(ApiError::Quota { name, value: quota.into() });
    }
    Ok(())
}

fn update(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<ConfiguredTable>(&input)?;
    let mut changes = call.told(&input);
    set_distinct(&mut changes, "allowedColumns");
    check_name(call, Some(&id), &changes)?;
    let table = &call.state.configured_tables[&id];
    let mut told = table.told.clone();
    told.extend(changes.clone());
    let names_list = changes.contains_key("selectedAnalysisMethods");
    let is_single = told.get("analysisMethod").and_then(Value::as_str) != Some(MULTIPLE);
    if is_single && !names_list && told.contains_key("selectedAnalysisMethods") {
        match call.switches.selected_methods_after_single {
            KeptMethods::Dropped => {
                told.remove("selectedAnalysisMethods");
            }
            KeptMethods::Kept => {}
            KeptMethods::Refused => check_methods(&told)?,
        }
    } else {
        check_methods(&told)?;
    }
    let is_other_source = source(&told) != table.source();
    if is_other_source && call.switches.table_reference_kind_change == Permission::Refused {
        return Err(ApiError::configuration(
            "tableReference",
            "A table cannot change to another kind of source.",
        ));
    }
    check_rule_still_fits(call, &id, &told)?;
    check_columns_quota(call, &changes)?;
    if let Some(table) = call.state.configured_tables.get_mut(&id) {
        table.told = told;
        table.head.update_time = call.now;
    }
    Ok(call.one::<ConfiguredTable>(&id))
}

/// A table cannot become one that its analysis rule could not have been made for.
fn check_rule_still_fits(call: &Call<'_>, id: &str, told: &Told) -> Result<(), ApiError> {
    let Some(rule) = rule_of(call.state, id) else {
        return Ok(());
    };
    let refused = |message: String| {
        Err(conflict::<ConfiguredTable>(ConflictReason::InvalidState, id, message))
    };
    let allowed = texts(told.get("allowedColumns"));
    let lost = analysis_rules::columns(rule.policy()).into_iter().find(|c| !allowed.contains(c));
    if let Some(column) = lost
        && call.switches.rule_columns_outside_allowed == Leniency::Validation
    {
        return refused(format!("The analysis rule of the table uses the column `{column}`."));
    }
    let method = told.get("analysisMethod").and_then(Value::as_str);
    if method == Some(DIRECT_JOB) && rule.kind_of_rule() != "CUSTOM" {
        return refused("The analysis rule of the table is for queries.".to_owned());
    }
    Ok(())
}

fn delete(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<ConfiguredTable>(&input)?;
    let refused = |message: &str| {
        Err(conflict::<ConfiguredTable>(ConflictReason::SubresourcesExist, &id, message))
    };
    let has_rule = rule_of(call.state, &id).is_some();
    if has_rule && call.switches.configured_table_with_rule == Subresources::Conflict {
        return refused("The table still has an analysis rule.");
    }
    let mut associations = call.state.configured_table_associations.values();
    let is_associated =
        associations.any(|one: &ConfiguredTableAssociation| one.text("configuredTableId") == id);
    if is_associated && call.switches.configured_table_with_associations == Permission::Refused {
        return refused("The table is still associated with a collaboration.");
    }
    call.state.analysis_rules.remove(&id);
    call.state.configured_tables.remove(&id);
    Ok(json!({}))
}

fn list(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let caller = call.caller;
    let own = |table: &ConfiguredTable| table.head().is_of(&caller.account, &caller.region);
    let name = ConfiguredTable::NAMES.many;
    call.many(&input, format!("configured tables {}", caller.account), name, own)
}
