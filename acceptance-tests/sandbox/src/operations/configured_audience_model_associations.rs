//! Audience models of AWS Clean Rooms ML in a collaboration.

use serde_json::Value;

use super::plain;
use super::{Call, Operation, views};
use crate::error::{ApiError, ResourceKind};
use crate::shelf::Kind;

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateConfiguredAudienceModelAssociation", create),
    ("GetConfiguredAudienceModelAssociation", plain::get::<ConfiguredAudienceModelAssociation>),
    (
        "UpdateConfiguredAudienceModelAssociation",
        plain::update::<ConfiguredAudienceModelAssociation>,
    ),
    (
        "DeleteConfiguredAudienceModelAssociation",
        plain::delete::<ConfiguredAudienceModelAssociation>,
    ),
    ("ListConfiguredAudienceModelAssociations", plain::list::<ConfiguredAudienceModelAssociation>),
    (
        "GetCollaborationConfiguredAudienceModelAssociation",
        views::get::<ConfiguredAudienceModelAssociation>,
    ),
    (
        "ListCollaborationConfiguredAudienceModelAssociations",
        views::list::<ConfiguredAudienceModelAssociation>,
    ),
];

plain::plain! {
    /// A model.
    ConfiguredAudienceModelAssociation on configured_audience_model_associations,
    Kind {
        name: "configured_audience_model_association",
        id_prefix: 0xca3a_a550,
        arn: Some("membership/{membership}/configuredaudiencemodelassociation/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "configuredAudienceModelAssociationIdentifier",
        one: "configuredAudienceModelAssociation",
        many: "configuredAudienceModelAssociationSummaries",
        resource: None,
        nearest: ResourceKind::Membership,
    }
}

fn complete(_: &ConfiguredAudienceModelAssociation, _: &mut Value, _: &Call<'_>) {}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    call.check_active(&membership)?;
    let mut told = call.told(&input);
    let tags = call.new_tags(&input)?;
    plain::check_quota(
        "Configured audience model associations per membership",
        call.quotas.audience_model_associations_per_membership,
        plain::count::<ConfiguredAudienceModelAssociation>(call, &membership),
    )?;
    // Only the create calls it otherwise.
    if let Some(name) = told.remove("configuredAudienceModelAssociationName") {
        told.insert("name".to_owned(), name);
    }
    let id = call.make::<ConfiguredAudienceModelAssociation>(Some(&membership), Some(tags), told);
    Ok(call.one::<ConfiguredAudienceModelAssociation>(&id))
}
