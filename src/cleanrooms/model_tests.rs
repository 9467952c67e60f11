//! Every member of every create and update call is an attribute, or stands here with the reason why not; and so is
//! every member of what views show.
//!
//! The model is the sandbox's copy of AWS's own.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::client::Client;
use super::error::{attribute_name, attribute_of, is_wrapper};
use super::registry::{actions, all, data_sources};
use crate::framework::managed::ManagedResource;
use crate::framework::schema::{Attribute, Kind, Nesting};

/// Members that are no attribute, with the call and the path of each.
const NO_ATTRIBUTE: &[(&str, &str)] = &[
    ("UpdateCollaboration collaborationIdentifier", OWN_ID),
    ("UpdateMembership membershipIdentifier", OWN_ID),
    ("UpdateConfiguredTable configuredTableIdentifier", OWN_ID),
    ("UpdateConfiguredTableAssociation configuredTableAssociationIdentifier", OWN_ID),
    ("UpdateAnalysisTemplate analysisTemplateIdentifier", OWN_ID),
    ("UpdatePrivacyBudgetTemplate privacyBudgetTemplateIdentifier", OWN_ID),
    ("UpdateIdNamespaceAssociation idNamespaceAssociationIdentifier", OWN_ID),
    ("UpdateIdMappingTable idMappingTableIdentifier", OWN_ID),
    (
        "UpdateConfiguredAudienceModelAssociation configuredAudienceModelAssociationIdentifier",
        OWN_ID,
    ),
    ("CreateIntermediateTable populationAnalysisConfiguration.jobParameters", NOT_IN_THE_SDK),
    ("UpdateIntermediateTable intermediateTableIdentifier", OWN_ID),
    ("StartProtectedQuery resultConfiguration.outputConfiguration.intermediateTable", REPLIES_ONLY),
    ("StartProtectedQuery type", ONE_TYPE),
    ("UpdateProtectedQuery protectedQueryIdentifier", OWN_ID),
    ("UpdateProtectedQuery targetStatus", CANCELLED_ONLY),
    ("StartProtectedJob type", ONE_TYPE),
    ("UpdateProtectedJob protectedJobIdentifier", OWN_ID),
    ("UpdateProtectedJob targetStatus", CANCELLED_ONLY),
];

/// Members that an update call repeats, and that cannot change.
const REPEATED: [&str; 1] = ["UpdatePrivacyBudgetTemplate privacyBudgetType"];

/// Resources that no call of their own makes, with the reason.
const NO_CALLS: &[(&str, &str)] =
    &[("cleanrooms_change_request_vote", "a vote is an action on what the creator has filed")];

const ONE_TYPE: &str = "there is one type only";
const REPLIES_ONLY: &str =
    "it stands in replies only: populating an intermediate table asks for it";
const CANCELLED_ONLY: &str = "CANCELLED is the only one; a destroy asks for it";
const NOT_IN_THE_SDK: &str = "aws-sdk-cleanrooms 1.147.0 has no such member: it is newer than that";
const OWN_ID: &str = "the object's own id, which comes from its key";

/// The resources that are made by a call.
fn made() -> impl Iterator<Item = Arc<dyn ManagedResource<Client>>> {
    let is_made = |name: &str| NO_CALLS.iter().all(|(other, _)| *other != name);
    all().into_iter().filter(move |resource| is_made(resource.type_name()))
}

fn model() -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("acceptance-tests/sandbox/model/cleanrooms-model.json");
    let text = std::fs::read_to_string(path).expect("the model");
    serde_json::from_str(&text).expect("JSON")
}

/// What a call is named after: `ConfiguredTable` for `cleanrooms_configured_table`.
fn noun(type_name: &str) -> String {
    let words = type_name.trim_start_matches("cleanrooms_").split('_');
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// The members of a shape that no attribute of these stands for, with their paths.
fn missing(
    model: &Json,
    shape: &str,
    path: &str,
    attributes: &[Attribute],
    found: &mut Vec<String>,
) {
    let shape = &model["shapes"][shape];
    if let Some(element) = shape["member"].as_str() {
        return missing(model, element, path, attributes, found);
    }
    for (name, member) in shape["members"].as_object().into_iter().flatten() {
        let known = attribute_of(attributes, name);
        // The attributes of what only holds others stand in its place, on top of a call.
        if is_wrapper(name) && path.is_empty() && known.is_none() {
            let shape = member["shape"].as_str().expect("a shape");
            missing(model, shape, path, attributes, found);
            continue;
        }
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match known {
            None => found.push(path),
            Some(Attribute { kind: Kind::Nested(nesting, children), .. }) => {
                let shape = member["shape"].as_str().expect("a shape");
                let mut inside = Vec::new();
                missing(model, shape, &path, children, &mut inside);
                // The key of a map stands for one member of its elements.
                let is_direct = |it: &String| !it[path.len() + 1..].contains('.');
                if let Some(key) = inside.iter().position(is_direct)
                    && *nesting == Nesting::Map
                {
                    inside.remove(key);
                }
                found.extend(inside);
            }
            Some(_) => {}
        }
    }
}

#[test]
fn every_member_of_every_call_is_an_attribute() {
    let model = model();
    let mut found = Vec::new();
    for resource in made() {
        for verb in ["Create", "Update"] {
            let call = format!("{verb}{}", noun(resource.type_name()));
            // What runs is started.
            let call = match model["operations"][&call].is_null() {
                true => call.replace("Create", "Start"),
                false => call,
            };
            let input = model["operations"][&call]["input"].as_str().expect("an operation");
            let mut of_call = Vec::new();
            missing(&model, input, "", &resource.schema().attributes, &mut of_call);
            found.extend(of_call.into_iter().map(|member| format!("{call} {member}")));
        }
    }
    let excused: Vec<_> = NO_ATTRIBUTE.iter().map(|(member, _)| (*member).to_owned()).collect();
    assert_eq!(found, excused);
}

/// What an update call carries besides the key of its object must not be replaced.
#[test]
fn what_an_update_can_change_replaces_nothing() {
    let model = model();
    for resource in made() {
        let call = format!("Update{}", noun(resource.type_name()));
        let input = model["operations"][&call]["input"].as_str().expect("an operation");
        let members = model["shapes"][input]["members"].as_object().expect("members");
        let in_body = members.iter().filter(|(_, member)| member["location"].is_null());
        let in_body = in_body.map(|(name, _)| name);
        for name in in_body.filter(|it| !REPEATED.contains(&format!("{call} {it}").as_str())) {
            let name = attribute_name(name);
            let attribute = resource.schema().attribute(&name);
            let replaces = attribute.is_some_and(|attribute| attribute.replace.is_fixed());
            assert!(!replaces, "{call} can change {name}, but another one replaces");
        }
    }
}

/// Members of the calls that populate and disallow which are no argument, nor a part of `populate`.
const NO_ARGUMENT: [(&str, &str); 1] =
    [("PopulateIntermediateTable computeConfiguration.jobComputeConfiguration", NOT_IN_THE_SDK)];

#[test]
fn every_member_of_what_is_done_to_intermediate_tables_is_an_argument() {
    let (model, mut found) = (model(), Vec::new());
    for action in actions() {
        let call = match action.type_name() {
            "cleanrooms_populate_intermediate_table" => "PopulateIntermediateTable",
            "cleanrooms_disallow_intermediate_table" => "DisallowIntermediateTable",
            _ => continue,
        };
        let input = model["operations"][call]["input"].as_str().expect("an operation");
        let mut of_call = Vec::new();
        missing(&model, input, "", &action.schema().attributes, &mut of_call);
        found.extend(of_call.into_iter().map(|member| format!("{call} {member}")));
    }
    assert_eq!(found, NO_ARGUMENT.map(|(member, _)| member.to_owned()));
    let table = all().into_iter().find(|it| it.type_name() == "cleanrooms_intermediate_table");
    let table = table.expect("a resource");
    let populate = table.schema().attribute("populate").expect("an attribute");
    let Kind::Nested(_, inside) = &populate.kind else { panic!("it holds arguments") };
    let action =
        actions().into_iter().find(|it| it.type_name() == "cleanrooms_populate_intermediate_table");
    let arguments = action.expect("an action").schema().attributes.clone();
    let of_call = |name: &str| arguments.iter().any(|it| it.name == name);
    let beside: Vec<_> = inside.iter().map(|it| it.name).filter(|name| !of_call(name)).collect();
    assert_eq!(beside, ["triggers"], "what is populated by the table is populated by the action");
}

/// What views and their lists show of, by the shapes of the model.
const SHOWN: &[(&str, &str)] = &[
    ("cleanrooms_analysis_log_export", "AnalysisLogExport"),
    ("cleanrooms_analysis_log_exports", "AnalysisLogExportSummary"),
    ("cleanrooms_collaboration_analysis_template", "CollaborationAnalysisTemplate"),
    ("cleanrooms_collaboration_analysis_templates", "CollaborationAnalysisTemplateSummary"),
    ("cleanrooms_collaboration_id_namespace_association", "CollaborationIdNamespaceAssociation"),
    (
        "cleanrooms_collaboration_id_namespace_associations",
        "CollaborationIdNamespaceAssociationSummary",
    ),
    (
        "cleanrooms_collaboration_configured_audience_model_association",
        "CollaborationConfiguredAudienceModelAssociation",
    ),
    (
        "cleanrooms_collaboration_configured_audience_model_associations",
        "CollaborationConfiguredAudienceModelAssociationSummary",
    ),
    ("cleanrooms_collaboration_privacy_budget_template", "CollaborationPrivacyBudgetTemplate"),
    (
        "cleanrooms_collaboration_privacy_budget_templates",
        "CollaborationPrivacyBudgetTemplateSummary",
    ),
    ("cleanrooms_collaboration_privacy_budgets", "CollaborationPrivacyBudgetSummary"),
    ("cleanrooms_intermediate_table_versions", "IntermediateTableVersionSummary"),
    ("cleanrooms_intermediate_tables", "IntermediateTableSummary"),
    ("cleanrooms_privacy_budgets", "PrivacyBudgetSummary"),
    ("cleanrooms_schema", "Schema"),
    ("cleanrooms_schema_analysis_rule", "AnalysisRule"),
    ("cleanrooms_schemas", "SchemaSummary"),
];

#[test]
fn views_show_every_member() {
    let (model, sources) = (model(), data_sources());
    let mut found = Vec::new();
    for (type_name, shape) in SHOWN {
        let source = sources.iter().find(|it| it.type_name() == *type_name).expect("a data source");
        let mut attributes = source.schema().attributes.clone();
        // What is listed has the rest.
        let entries = attributes.iter().find_map(|it| match &it.kind {
            Kind::Nested(Nesting::Map, entries) if type_name.ends_with('s') => {
                Some(entries.clone())
            }
            _ => None,
        });
        attributes.extend(entries.into_iter().flatten());
        let mut of_shape = Vec::new();
        missing(&model, shape, "", &attributes, &mut of_shape);
        found.extend(of_shape.into_iter().map(|member| format!("{type_name} {member}")));
    }
    assert_eq!(found, Vec::<String>::new());
}
