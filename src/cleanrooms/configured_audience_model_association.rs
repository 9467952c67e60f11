//! `cleanrooms_configured_audience_model_association`: an audience model of AWS Clean Rooms ML in a collaboration.

pub mod data;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_configured_audience_model_association::builders::CreateConfiguredAudienceModelAssociationInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_configured_audience_model_association::builders::UpdateConfiguredAudienceModelAssociationInputBuilder as Update;
use aws_sdk_cleanrooms::types::ConfiguredAudienceModelAssociation as Item;

use super::allowed::another_arn;
use super::aws::AwsError;
use super::client::{Client, Reading};
use super::key::Key;
use super::kind::Kind;
use super::listing::Listing;
use super::object::{Candidate, Facts, Object, Of};
use super::shapes::audience_model::audience_model_arn;
use super::shapes::ids::uuid;
use super::shapes::text::{name, remark};
use crate::framework::codec::{boolean, string};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Diagnostic, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct ConfiguredAudienceModelAssociation;

type Row = Of<ConfiguredAudienceModelAssociation>;

/// The attribute that names the model.
const MODEL: &str = "configured_audience_model_arn";

impl Object for ConfiguredAudienceModelAssociation {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_configured_audience_model_association",
        noun: "configured audience model association",
        arn: Some("configuredaudiencemodelassociation"),
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &["arn"],
        former_identity: &[],
        tagged: true,
        // The model has a conflict for the create, but nothing says what conflicts.
        is_unique: false,
        type_is_found: false,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetConfiguredAudienceModelAssociation"]),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreateConfiguredAudienceModelAssociation",
            "cleanrooms:DeleteConfiguredAudienceModelAssociation",
            "cleanrooms:UpdateConfiguredAudienceModelAssociation",
        ]),
        Need::when(
            "where `manage_resource_policies` is true",
            &[
                "cleanrooms-ml:DeleteConfiguredAudienceModelPolicy",
                "cleanrooms-ml:GetConfiguredAudienceModelPolicy",
                "cleanrooms-ml:PutConfiguredAudienceModelPolicy",
            ],
        ),
        Need::when(
            "to find an association whose creation was not answered",
            &["cleanrooms:ListConfiguredAudienceModelAssociations"],
        ),
    ];

    const TIMEOUTS: [&'static str; 2] = [
        "How long a creation is tried while the service throttles: ten minutes when left out.",
        "How long a change is tried while the membership is too new to be seen: half a minute at most.",
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "A configured audience model association: it brings a configured audience model of AWS \
             Clean Rooms ML into a collaboration, where members generate lookalike segments with it.",
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
            Row::attribute(MODEL, audience_model_arn())
                .required()
                .requires_replace()
                .doc(
                    "The ARN of the configured audience model in AWS Clean Rooms ML. Another one \
                      replaces the association.",
                )
                .create(Create::set_configured_audience_model_arn)
                .read(|r| Some(r.item.configured_audience_model_arn.clone())),
        )
        .with(
            Row::attribute("name", name())
                .required()
                .doc(
                    "The name of the model in the collaboration, 1 to 100 characters on one line. \
                      Changed in place.",
                )
                .create(Create::set_configured_audience_model_association_name)
                .update(Update::set_name)
                .read(|r| Some(r.item.name.clone())),
        )
        .with(
            Row::attribute("description", remark())
                .optional_computed()
                .doc(
                    "What the model is for, at most 255 characters; empty when left out. Changed \
                      in place.",
                )
                .default("".into())
                .create(Create::set_description)
                .update(Update::set_description)
                .read(|r| r.item.description.clone()),
        )
        .with(
            Row::attribute("manage_resource_policies", boolean())
                .required()
                .requires_replace()
                .doc(
                    "Whether AWS Clean Rooms manages what the resource policy of the model allows \
                      for the collaboration; if not, the owner of the model does. Another value \
                      replaces the association.",
                )
                .create(Create::set_manage_resource_policies)
                .read(|r| Some(r.item.manage_resource_policies)),
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
        const CALL: &str = "CreateConfiguredAudienceModelAssociation";
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.configured_audience_model_association.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetConfiguredAudienceModelAssociation";
        let call = at.sdk.get_configured_audience_model_association();
        let call = call.membership_identifier(key.parent());
        let sent = call.configured_audience_model_association_identifier(key.id()).send().await;
        let reply = sent.map_err(AwsError::of(CALL))?;
        reply.configured_audience_model_association.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.membership_identifier(key.parent());
        let input = input.configured_audience_model_association_identifier(key.id());
        let sent = input.send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateConfiguredAudienceModelAssociation"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_configured_audience_model_association();
        let call = call.membership_identifier(key.parent());
        let sent = call.configured_audience_model_association_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteConfiguredAudienceModelAssociation"))
    }

    /// Names are told apart within a membership.
    fn name(planned: &Value) -> String {
        let text = |name| planned.get(name).as_str().unwrap_or_default();
        format!("{}/{}", text("membership_id"), text("name"))
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        let text = |name| planned.get(name).as_str().unwrap_or_default();
        let membership_id = text("membership_id");
        let listed = data::ConfiguredAudienceModelAssociations::list(at, planned).await?;
        let alike = listed.iter().filter(|it| {
            it.name == text("name") && it.configured_audience_model_arn == text(MODEL)
        });
        Ok(alike.filter_map(|it| Candidate::of([membership_id, &it.id], it.create_time)).collect())
    }

    /// Rules of table associations allow it as an additional analysis by its ARN.
    fn plan(plan: &mut Plan<'_>, _client: Option<&Client>, _private: &mut Private) {
        if plan.is_replacement() || plan.relocates {
            plan.diagnostics.extend(Self::replaced(plan.prior));
        }
    }

    fn replaced(prior: &Value) -> Option<Diagnostic> {
        Some(another_arn(Self::KIND.noun, "association", "used", prior))
    }
}

#[cfg(test)]
mod tests;
