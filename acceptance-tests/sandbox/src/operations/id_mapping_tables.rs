//! Id mapping tables: which ids of two namespaces are the same.

use serde_json::{Value, json};

use super::configured_table_associations::{check_table_name, parts_of_collaboration};
use super::intermediate_tables::{lose_base, put_children};
use super::plain::{self, Told, conflict};
use super::{Call, IdNamespaceAssociation, Operation, text};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::MissingNamespaces;
use crate::shelf::{Kind, Stored};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateIdMappingTable", create),
    ("GetIdMappingTable", plain::get::<IdMappingTable>),
    ("UpdateIdMappingTable", plain::update::<IdMappingTable>),
    ("DeleteIdMappingTable", delete),
    ("ListIdMappingTables", plain::list::<IdMappingTable>),
    ("PopulateIdMappingTable", populate),
];

plain::plain! {
    /// A mapping of ids.
    IdMappingTable on id_mapping_tables,
    Kind {
        name: "id_mapping_table",
        id_prefix: 0x1d3a_9900,
        arn: Some("membership/{membership}/idmappingtable/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "idMappingTableIdentifier",
        one: "idMappingTable",
        many: "idMappingTableSummaries",
        resource: None,
        nearest: ResourceKind::ConfiguredTableAssociation,
    }
}

/// Ids of the mapping jobs, which belong to another service.
const MAPPING_JOB: Kind =
    Kind { name: "id_mapping_job", id_prefix: 0x1d30_b000, arn: None, is_deletable: false };

fn complete(table: &IdMappingTable, reply: &mut Value, call: &Call<'_>) {
    put_children(call, reply, &table.head.id);
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    call.check_active(&membership)?;
    check_table_name(call, &membership, text(&input, "name")?)?;
    let sources = sources(call, &membership)?;
    let tags = call.new_tags(&input)?;
    plain::check_quota(
        "Id mapping tables per membership",
        call.quotas.id_mapping_tables_per_membership,
        plain::count::<IdMappingTable>(call, &membership),
    )?;
    let mut told = call.told(&input);
    let properties = json!({ "idMappingTableInputSource": sources });
    told.insert("inputReferenceProperties".to_owned(), properties);
    let id = call.make::<IdMappingTable>(Some(&membership), Some(tags), told);
    Ok(call.one::<IdMappingTable>(&id))
}

/// The namespaces that the table maps: one of each kind in the collaboration.
fn sources(call: &Call<'_>, membership: &str) -> Result<Vec<Value>, ApiError> {
    let collaboration = &call.state.memberships[membership].collaboration.id;
    let mut sources = Vec::new();
    for kind in ["SOURCE", "TARGET"] {
        let found = parts_of_collaboration::<IdNamespaceAssociation>(call.state, collaboration)
            .find(|association| association.kind_of_namespace() == kind);
        let Some(found) = found else {
            let message = format!("There is no id namespace association of the type {kind}.");
            return Err(match call.switches.mapping_table_without_namespaces {
                MissingNamespaces::Validation => {
                    ApiError::configuration("inputReferenceConfig", message)
                }
                MissingNamespaces::NotFound => {
                    ApiError::not_found(ResourceKind::Collaboration, collaboration)
                }
            });
        };
        sources.push(json!({ "idNamespaceAssociationId": found.head.id, "type": kind }));
    }
    Ok(sources)
}

fn delete(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<IdMappingTable>(&input)?;
    call.state.id_mapping_tables.remove(&id);
    lose_base(call.state, &id);
    Ok(json!({}))
}

/// Starts the mapping, whose job another service knows. Its data is there at once.
fn populate(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<IdMappingTable>(&input)?;
    let table = &call.state.id_mapping_tables[&id];
    if let Some(membership) = &table.head.membership {
        call.check_active(membership)?;
    }
    let sources = table.told["inputReferenceProperties"]["idMappingTableInputSource"].as_array();
    let is_there = |source: &Value| {
        let id = source["idNamespaceAssociationId"].as_str().unwrap_or_default();
        call.state.id_namespace_associations.contains(id)
    };
    if !sources.into_iter().flatten().all(is_there) {
        return Err(conflict::<IdMappingTable>(
            ConflictReason::InvalidState,
            &id,
            "An id namespace of the table is no longer associated.",
        ));
    }
    let update_time = table.head.update_time;
    let told = Told::from_iter([("isPopulated".to_owned(), true.into())]);
    call.overwrite::<IdMappingTable>(&id, told);
    if let Some(table) = call.state.id_mapping_tables.get_mut(&id) {
        table.head_mut().update_time = update_time;
    }
    let (_, job) = call.state.next_id(&MAPPING_JOB);
    Ok(json!({ "idMappingJobId": job }))
}
