//! `cleanrooms_id_namespace_association`: an id namespace of AWS Entity Resolution in a collaboration.

pub mod data;
pub mod input;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_id_namespace_association::builders::CreateIdNamespaceAssociationInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_id_namespace_association::builders::UpdateIdNamespaceAssociationInputBuilder as Update;
use aws_sdk_cleanrooms::types::{
    IdNamespaceAssociation as Item, IdNamespaceAssociationInputReferenceConfig as Reference,
    IdNamespaceAssociationSummary,
};

use super::aws::AwsError;
use super::client::Reading;
use super::key::Key;
use super::kind::Kind;
use super::listing::Listing;
use super::object::target::namesake;
use super::object::{Candidate, Facts, Object, Obstacle, Of};
use super::shapes::arns::input_reference_arn;
use super::shapes::ids::uuid;
use super::shapes::text::{name, remark};
use crate::framework::codec::string;
use crate::framework::page::Need;
use crate::framework::{Diagnostic, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct IdNamespaceAssociation;

type Row = Of<IdNamespaceAssociation>;

impl Object for IdNamespaceAssociation {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_id_namespace_association",
        noun: "id namespace association",
        arn: Some("idnamespaceassociation"),
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &["arn"],
        former_identity: &[
            ("membership_identifier", "membership_id"),
            ("id_namespace_association_identifier", "id"),
        ],
        tagged: true,
        // A membership associates a namespace once: a second create is refused, as users of the API have seen.
        is_unique: true,
        type_is_found: false,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetIdNamespaceAssociation"]),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreateIdNamespaceAssociation",
            "cleanrooms:DeleteIdNamespaceAssociation",
            "cleanrooms:UpdateIdNamespaceAssociation",
            "entityresolution:GetIdNamespace",
        ]),
        Need::when(
            "where `manage_resource_policies` is true",
            &["entityresolution:AddPolicyStatement", "entityresolution:DeletePolicyStatement"],
        ),
        Need::when(
            "to find an association whose creation was not answered, and before another namespace \
             takes the place of the old one",
            &["cleanrooms:ListIdNamespaceAssociations"],
        ),
    ];

    const TIMEOUTS: [&'static str; 2] = [
        "How long a creation is tried while the service throttles: ten minutes when left out.",
        "How long a change is tried while the membership is too new to be seen: half a minute at most.",
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "An id namespace association: it brings an id namespace of AWS Entity Resolution into a \
             collaboration. An id mapping table needs two of them, a source and a target, usually of two \
             members.",
        )
        .with(
            Row::attribute("membership_id", uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the membership in the collaboration. Another one replaces the \
                      association; one that is not known yet may turn out to be the same.",
                )
                .create(Create::set_membership_identifier)
                .read(|r| Some(r.item.membership_id.clone())),
        )
        .with(
            Row::attribute("name", name())
                .required()
                .doc("Display name of the association, 1 to 100 characters. Changed in place.")
                .create(Create::set_name)
                .update(Update::set_name)
                .read(|r| Some(r.item.name.clone())),
        )
        .with(
            Row::attribute("description", remark())
                .optional_computed()
                .doc(
                    "What the namespace holds, at most 255 characters; empty when left out. Changed \
                      in place.",
                )
                .default("".into())
                .create(Create::set_description)
                .update(Update::set_description)
                .read(|r| r.item.description.clone()),
        )
        .with(
            Row::attribute("input_reference_config", input::reference())
                .required()
                .requires_replace()
                .doc(
                    "The namespace, which the account of the membership owns. Another one replaces \
                      the association.",
                )
                .create(Create::set_input_reference_config)
                .read(|r| r.item.input_reference_config.clone()),
        )
        .with(
            Row::attribute("id_mapping_config", input::mapping())
                .optional_computed()
                .doc("How queries may use the ids. Changed in place.")
                .default(input::no_dimension_column())
                .create(Create::set_id_mapping_config)
                .update(Update::set_id_mapping_config)
                .read(|r| r.item.id_mapping_config.clone()),
        )
        .with(
            Row::attribute("input_reference_properties", input::properties().plain())
                .computed()
                .unknown_on_update()
                .doc(
                    "What AWS Entity Resolution says of the namespace: its `id_namespace_type`, \
                      `SOURCE` or `TARGET`, and `id_mapping_workflows_supported`, one JSON text for \
                      each.",
                )
                .read(|r| r.item.input_reference_properties.clone()),
        )
        .with(
            Row::attribute("membership_arn", string())
                .computed()
                .doc("The ARN of the membership.")
                .read(|r| Some(r.item.membership_arn.clone())),
        )
        .with(
            Row::attribute("collaboration_id", string())
                .computed()
                .doc("The id of the collaboration.")
                .read(|r| Some(r.item.collaboration_id.clone())),
        )
        .with(
            Row::attribute("collaboration_arn", string())
                .computed()
                .doc("The ARN of the collaboration.")
                .read(|r| Some(r.item.collaboration_arn.clone())),
        )
    }

    fn facts(item: &Item) -> Facts {
        Facts::of(&item.id, &item.arn, item.create_time, item.update_time)
    }

    fn tag(input: Create, tags: Option<HashMap<String, String>>) -> Create {
        input.set_tags(tags)
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        const CALL: &str = "CreateIdNamespaceAssociation";
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.id_namespace_association.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetIdNamespaceAssociation";
        let call = at.sdk.get_id_namespace_association().membership_identifier(key.parent());
        let sent = call.id_namespace_association_identifier(key.id()).send().await;
        let reply = sent.map_err(AwsError::of(CALL))?;
        reply.id_namespace_association.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.membership_identifier(key.parent());
        let sent = input.id_namespace_association_identifier(key.id()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateIdNamespaceAssociation"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_id_namespace_association().membership_identifier(key.parent());
        let sent = call.id_namespace_association_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteIdNamespaceAssociation"))
    }

    /// One is told from another of its membership by the namespace.
    fn name(planned: &Value) -> String {
        let membership_id = planned.get("membership_id").as_str().unwrap_or_default();
        format!("{membership_id}/{}", input_reference_arn(planned).unwrap_or_default())
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        let membership_id = planned.get("membership_id").as_str().unwrap_or_default();
        let wanted = input_reference_arn(planned);
        let of = |it: &Reference| Some(it.input_reference_arn.as_str()) == wanted;
        let mut listed = data::IdNamespaceAssociations::list(at, planned).await?;
        listed.retain(|it| it.input_reference_config.as_ref().is_some_and(of));
        let candidate = |it: &IdNamespaceAssociationSummary| {
            Candidate::of([membership_id, &it.id], it.create_time)
        };
        Ok(listed.iter().filter_map(candidate).collect())
    }

    /// The data of mapping tables goes with what they are derived from (user guide: disassociating an ID
    /// namespace).
    fn loses(prior: &Value) -> Option<Diagnostic> {
        Some(Diagnostic::warning(
            "Id mapping tables lose what they are derived from",
            format!(
                "When the association of {} goes, id mapping tables that are derived from it lose \
                 their data and cannot be populated any more, whoever owns them. They have to be made \
                 anew afterwards.",
                input_reference_arn(prior).unwrap_or("the id namespace")
            ),
        ))
    }

    fn taken(parent: &Value) -> Diagnostic {
        Diagnostic::error(
            "The id namespace cannot be associated beside another one",
            format!(
                "The service says that there is such an association already, and none of membership \
                 {parent} has the namespace. Choose another name, or another namespace."
            ),
        )
    }

    const TARGET: &'static [&'static str] = &["membership_id", "input_reference_config"];

    /// The membership has not associated the namespace so far.
    async fn check_target(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
        let other = namesake::<Self>(at, target, prior).await?;
        Ok(other.map(|id| format!("Id namespace association {id} has the namespace already.")))
    }
}

#[cfg(test)]
mod tests;
