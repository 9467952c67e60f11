//! Analysis templates: queries and programs that members let each other run.

use serde_json::{Value, json};

use super::analysis_rules::rule_of;
use super::configured_table_associations::parts_of_collaboration;
use super::plain::{self, Plain, Told, conflict, missing, texts};
use super::sql::referenced_tables;
use super::{Call, Operation, PrivacyBudgetTemplate, schemas, text, views};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{Leniency, NamedTwice, ReferencedTables};
use crate::shelf::Kind;
use crate::state::CAN_RECEIVE_RESULTS;

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateAnalysisTemplate", create),
    ("GetAnalysisTemplate", plain::get::<AnalysisTemplate>),
    ("UpdateAnalysisTemplate", plain::update::<AnalysisTemplate>),
    ("DeleteAnalysisTemplate", plain::delete::<AnalysisTemplate>),
    ("ListAnalysisTemplates", plain::list::<AnalysisTemplate>),
    ("GetCollaborationAnalysisTemplate", get_view),
    ("ListCollaborationAnalysisTemplates", views::list::<AnalysisTemplate>),
    ("BatchGetCollaborationAnalysisTemplate", batch_get_view),
];

plain::plain! {
    /// A query or a program.
    AnalysisTemplate on analysis_templates,
    Kind {
        name: "analysis_template",
        id_prefix: 0xa7e3_b1a0,
        arn: Some("membership/{membership}/analysistemplate/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "analysisTemplateIdentifier",
        one: "analysisTemplate",
        many: "analysisTemplateSummaries",
        resource: None,
        nearest: ResourceKind::Membership,
    }
}

/// Validations are made anew at each look, since tables and rules change.
fn complete(template: &AnalysisTemplate, reply: &mut Value, call: &Call<'_>) {
    reply["isSyntheticData"] = template.told.contains_key("syntheticDataParameters").into();
    let Some(membership) = &template.head.membership else {
        return;
    };
    let collaboration = &call.state.memberships[membership.as_str()].collaboration.id;
    let tables = texts(template.told["schema"].get("referencedTables"));
    let is_private =
        parts_of_collaboration::<super::ConfiguredTableAssociation>(call.state, collaboration)
            .filter(|association| tables.contains(&association.text("name")))
            .filter_map(|association| rule_of(call.state, association.text("configuredTableId")))
            .any(|rule| rule.content().get("differentialPrivacy").is_some());
    if !is_private {
        return;
    }
    let has_budget = parts_of_collaboration::<PrivacyBudgetTemplate>(call.state, collaboration)
        .any(|budget| budget.text("privacyBudgetType") == "DIFFERENTIAL_PRIVACY");
    reply["validations"] = if has_budget {
        json!([{ "type": "DIFFERENTIAL_PRIVACY", "status": "VALID" }])
    } else {
        let reasons = json!([{ "message": "The collaboration has no privacy budget." }]);
        json!([{
            "type": "DIFFERENTIAL_PRIVACY",
            "status": "UNABLE_TO_VALIDATE",
            "reasons": reasons,
        }])
    };
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    call.check_active(&membership)?;
    let name = text(&input, "name")?;
    let mut told = call.told(&input);
    check_name(call, &membership, name)?;
    check_source(call, &membership, &told)?;
    check_parameters(&told)?;
    check_synthetic_data(&told)?;
    let tables = tables(call, &membership, &told)?;
    let tags = call.new_tags(&input)?;
    plain::check_quota(
        "Analysis templates per membership",
        call.quotas.analysis_templates_per_membership,
        plain::count::<AnalysisTemplate>(call, &membership),
    )?;
    told.insert("schema".to_owned(), json!({ "referencedTables": tables }));
    if let Some(artifacts) = input.pointer("/source/artifacts") {
        told.insert("sourceMetadata".to_owned(), metadata(artifacts));
    }
    let id = call.make::<AnalysisTemplate>(Some(&membership), Some(tags), told);
    Ok(call.one::<AnalysisTemplate>(&id))
}

fn check_name(call: &Call<'_>, membership: &str, name: &str) -> Result<(), ApiError> {
    let mut own = call
        .state
        .analysis_templates
        .values()
        .filter(|template| template.head.membership.as_deref() == Some(membership));
    match own.find(|template| template.text("name") == name) {
        Some(other) if call.switches.template_name_twice == NamedTwice::Conflict => {
            Err(conflict::<AnalysisTemplate>(
                ConflictReason::AlreadyExists,
                &other.head.id,
                format!("There is an analysis template `{name}` already."),
            ))
        }
        _ => Ok(()),
    }
}

fn is_sql(told: &Told) -> bool {
    told.get("format").and_then(Value::as_str) == Some("SQL")
}

/// SQL is text, and a program is in artifacts.
fn check_source(call: &Call<'_>, membership: &str, told: &Told) -> Result<(), ApiError> {
    let source = told.get("source").unwrap_or(&Value::Null);
    let text = source.get("text").and_then(Value::as_str);
    if is_sql(told) != text.is_some() {
        let wanted = if is_sql(told) { "text" } else { "artifacts" };
        return Err(ApiError::configuration("source", format!("The format needs {wanted}.")));
    }
    if text.is_some_and(|text| text.trim().is_empty()) {
        return Err(ApiError::query("source.text", "The query is empty."));
    }
    if is_sql(told) && told.contains_key("errorMessageConfiguration") {
        return Err(ApiError::configuration(
            "errorMessageConfiguration",
            "Detailed error messages are for PySpark.",
        ));
    }
    let receives = call.state.memberships[membership].has(CAN_RECEIVE_RESULTS);
    if !is_sql(told) && !receives {
        return Err(ApiError::configuration(
            "format",
            "PySpark templates are made by members who receive results.",
        ));
    }
    Ok(())
}

fn check_parameters(told: &Told) -> Result<(), ApiError> {
    let refused = |message: String| Err(ApiError::configuration("analysisParameters", message));
    let parameters = told.get("analysisParameters").and_then(Value::as_array);
    let mut names = Vec::new();
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        if names.contains(&name) {
            return refused(format!("There are two parameters `{name}`."));
        }
        names.push(name);
        if is_sql(told) {
            continue;
        }
        if parameter["type"] != "STRING" {
            return refused("Parameters of PySpark templates are STRING.".to_owned());
        }
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return refused(format!("The parameter `{name}` begins with a digit."));
        }
    }
    Ok(())
}

fn check_synthetic_data(told: &Told) -> Result<(), ApiError> {
    let Some(parameters) = told.get("syntheticDataParameters") else {
        return Ok(());
    };
    let refused =
        |message: &str| Err(ApiError::configuration("syntheticDataParameters", message.to_owned()));
    if !is_sql(told) {
        return refused("Synthetic data is made by SQL.");
    }
    let columns =
        parameters.pointer("/mlSyntheticDataParameters/columnClassification/columnMapping");
    let columns = columns.and_then(Value::as_array).into_iter().flatten();
    if columns.filter(|column| column["isPredictiveValue"] == true).count() != 1 {
        return refused("One column is the predictive value.");
    }
    Ok(())
}

/// The tables that the template reads.
fn tables(call: &Call<'_>, membership: &str, told: &Told) -> Result<Vec<String>, ApiError> {
    let sent = told.get("schema").map(|schema| texts(schema.get("referencedTables")));
    let sent: Vec<String> = sent.unwrap_or_default().into_iter().map(str::to_owned).collect();
    let source = told.get("source").and_then(|source| source.get("text")).and_then(Value::as_str);
    let Some(source) = source else {
        return Ok(sent);
    };
    let tables = referenced_tables(source);
    if call.switches.template_of_unknown_tables == Leniency::Validation {
        let collaboration = &call.state.memberships[membership].collaboration.id;
        let known = schemas::table_names(call.state, collaboration);
        if let Some(unknown) = tables.iter().find(|table| !known.contains(table)) {
            let message = format!("There is no table `{unknown}` in the collaboration.");
            return Err(ApiError::query("source.text", message));
        }
    }
    match call.switches.sql_referenced_tables {
        ReferencedTables::Parsed => Ok(tables),
        ReferencedTables::AsSent => Ok(sent),
    }
}

/// Hashes of artifacts, which nobody has seen: they tell locations apart.
fn metadata(artifacts: &Value) -> Value {
    let hash = |artifact: &Value| {
        let location = artifact["location"].to_string();
        let parts = (0_u64..4).map(|part| {
            location.bytes().fold(part ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            })
        });
        let digits: String = parts.map(|part| format!("{part:016x}")).collect();
        json!({ "sha256": digits })
    };
    let mut metadata = json!({ "entryPointHash": hash(&artifacts["entryPoint"]) });
    if let Some(additional) = artifacts.get("additionalArtifacts").and_then(Value::as_array) {
        metadata["additionalArtifactHashes"] = additional.iter().map(hash).collect();
    }
    json!({ "artifacts": metadata })
}

/// The template of an ARN, where it is seen in the collaboration.
fn seen(call: &mut Call<'_>, collaboration: &str, arn: &str) -> Option<String> {
    let template = call.state.analysis_templates.values().find(|one| one.head.arn() == arn)?;
    let id = views::is_in(call.state, template, collaboration).then(|| template.head.id.clone())?;
    call.state.analysis_templates.find(&id).map(|template| template.head.id.clone())
}

fn get_view(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let collaboration = call.viewed_collaboration(&input)?;
    let arn = text(&input, "analysisTemplateArn")?;
    match seen(call, &collaboration, arn) {
        Some(id) => Ok(call.view_one::<AnalysisTemplate>(&id)),
        None => Err(missing::<AnalysisTemplate>(call.switches, arn)),
    }
}

fn batch_get_view(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    const MANY: &str = "collaborationAnalysisTemplates";
    let collaboration = call.viewed_collaboration(&input)?;
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for arn in texts(input.get("analysisTemplateArns")) {
        match seen(call, &collaboration, arn) {
            Some(id) => {
                let whole = call.viewed_whole(&call.state.analysis_templates[&id]);
                found.push(call.model.item_of(call.operation, MANY, whole));
            }
            None => errors.push(json!({
                "arn": arn,
                "code": "ResourceNotFoundException",
                "message": format!("The analysis template {arn} does not exist."),
            })),
        }
    }
    Ok(json!({ MANY: found, "errors": errors }))
}
