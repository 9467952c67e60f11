//! Id namespaces of AWS Entity Resolution in a collaboration.

use serde_json::{Value, json};

use super::plain::{self, conflict};
use super::{Call, Operation, views};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{NamedTwice, Omitted};
use crate::shelf::Kind;

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateIdNamespaceAssociation", create),
    ("GetIdNamespaceAssociation", plain::get::<IdNamespaceAssociation>),
    ("UpdateIdNamespaceAssociation", plain::update::<IdNamespaceAssociation>),
    ("DeleteIdNamespaceAssociation", plain::delete::<IdNamespaceAssociation>),
    ("ListIdNamespaceAssociations", plain::list::<IdNamespaceAssociation>),
    ("GetCollaborationIdNamespaceAssociation", views::get::<IdNamespaceAssociation>),
    ("ListCollaborationIdNamespaceAssociations", views::list::<IdNamespaceAssociation>),
];

plain::plain! {
    /// A namespace.
    IdNamespaceAssociation on id_namespace_associations,
    Kind {
        name: "id_namespace_association",
        id_prefix: 0x1d0a_5e00,
        arn: Some("membership/{membership}/idnamespaceassociation/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "idNamespaceAssociationIdentifier",
        one: "idNamespaceAssociation",
        many: "idNamespaceAssociationSummaries",
        resource: None,
        nearest: ResourceKind::Membership,
    }
}

fn complete(association: &IdNamespaceAssociation, reply: &mut Value, call: &Call<'_>) {
    reply["inputReferenceProperties"] = json!({
        "idNamespaceType": association.kind_of_namespace(),
        "idMappingWorkflowsSupported": [{ "idMappingType": "PROVIDER" }],
    });
    if call.switches.omitted_id_mapping_config == Omitted::Filled
        && reply.get("idMappingConfig").is_none()
    {
        reply["idMappingConfig"] = json!({ "allowUseAsDimensionColumn": false });
    }
}

impl IdNamespaceAssociation {
    fn namespace(&self) -> &str {
        self.told["inputReferenceConfig"]["inputReferenceArn"].as_str().unwrap_or_default()
    }

    /// SOURCE or TARGET, of which the namespace's name tells here.
    pub(super) fn kind_of_namespace(&self) -> &'static str {
        if self.namespace().to_lowercase().contains("target") { "TARGET" } else { "SOURCE" }
    }
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    call.check_active(&membership)?;
    let told = call.told(&input);
    let arn = told["inputReferenceConfig"]["inputReferenceArn"].as_str().unwrap_or_default();
    if arn.split(':').nth(4) != Some(call.caller.account.as_str()) {
        return Err(ApiError::denied(format!("The account does not own the namespace {arn}.")));
    }
    let other = call.state.id_namespace_associations.values().find(|other| {
        other.head.membership.as_deref() == Some(membership.as_str()) && other.namespace() == arn
    });
    if let Some(other) = other
        && call.switches.same_namespace_twice == NamedTwice::Conflict
    {
        return Err(conflict::<IdNamespaceAssociation>(
            ConflictReason::AlreadyExists,
            &other.head.id,
            "The namespace is associated already.",
        ));
    }
    let tags = call.new_tags(&input)?;
    plain::check_quota(
        "Id namespace associations per membership",
        call.quotas.id_namespace_associations_per_membership,
        plain::count::<IdNamespaceAssociation>(call, &membership),
    )?;
    let id = call.make::<IdNamespaceAssociation>(Some(&membership), Some(tags), told);
    Ok(call.one::<IdNamespaceAssociation>(&id))
}
