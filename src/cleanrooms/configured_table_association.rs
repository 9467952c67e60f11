//! `cleanrooms_configured_table_association`: a configured table in a collaboration, under a name that queries use.

pub mod data;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_configured_table_association::builders::CreateConfiguredTableAssociationInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_configured_table_association::builders::UpdateConfiguredTableAssociationInputBuilder as Update;
use aws_sdk_cleanrooms::types::{
    ConfiguredTableAssociation as Item, ConfiguredTableAssociationAnalysisRuleType as RuleType,
};

use super::aws::AwsError;
use super::client::Reading;
use super::configured_table::ConfiguredTable;
use super::key::Key;
use super::kind::Kind;
use super::listing::Listing;
use super::object::target::another;
use super::object::{Candidate, Facts, Object, Obstacle, Of, Part};
use super::parts::take_rules_of_association;
use super::shapes::children;
use super::shapes::ids::uuid;
use super::shapes::text::{alias, remark, role_arn};
use super::table_names;
use crate::framework::codec::{set_of, string, text_enum};
use crate::framework::moving::{Origin, Origins};
use crate::framework::page::Need;
use crate::framework::{Diagnostic, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct ConfiguredTableAssociation;

type Row = Of<ConfiguredTableAssociation>;

impl Object for ConfiguredTableAssociation {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_configured_table_association",
        noun: "configured table association",
        arn: Some("configuredtableassociation"),
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &["arn"],
        former_identity: &[
            ("membership_identifier", "membership_id"),
            ("configured_table_association_identifier", "id"),
        ],
        tagged: true,
        // No two tables of a collaboration have the same name.
        is_unique: true,
        type_is_found: false,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const ORIGINS: Option<&'static Origins> = Some(&Origins {
        ours: "analysis_rule_types",
        all: &[Origin::named(
            "awscc_cleanrooms_configured_table_association",
            &[
                ("configured_table_association_identifier", "id"),
                ("configured_table_identifier", "configured_table_id"),
                ("membership_identifier", "membership_id"),
            ],
        )],
    });

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetConfiguredTableAssociation"]),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreateConfiguredTableAssociation",
            "cleanrooms:DeleteConfiguredTableAssociation",
            "cleanrooms:UpdateConfiguredTableAssociation",
        ]),
        Need::always(&["iam:PassRole"]),
        Need::when(
            "to find an association whose creation was not answered",
            &["cleanrooms:ListConfiguredTableAssociations"],
        ),
        Need::when(
            "to look whether another table or name can take the place of the old one",
            &["cleanrooms:GetConfiguredTable", "cleanrooms:GetSchema"],
        ),
        Need::when(
            "where the association is destroyed while it has a rule that Terraform does not manage",
            &[
                "cleanrooms:CreateConfiguredTableAssociationAnalysisRule",
                "cleanrooms:DeleteConfiguredTableAssociationAnalysisRule",
                "cleanrooms:GetConfiguredTableAssociationAnalysisRule",
            ],
        ),
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "A configured table association: it brings a configured table into a collaboration, \
             under a name that queries use. The table can be queried when it has an analysis rule.",
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
            Row::attribute("configured_table_id", uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the configured table. Another one replaces the association; one \
                      that is not known yet may turn out to be the same.",
                )
                .create(Create::set_configured_table_identifier)
                .read(|r| Some(r.item.configured_table_id.clone())),
        )
        .with(
            Row::attribute("name", alias())
                .required()
                .requires_replace()
                .equivalent(table_names::is_same)
                .doc(
                    "The name of the table in queries, at most 128 characters: letters, digits, \
                      underscores, blanks and single hyphens. Unique in the collaboration; upper \
                      and lower case mean the same. Another one replaces the association.",
                )
                .create(Create::set_name)
                .read(|r| Some(r.item.name.clone())),
        )
        .with(
            Row::attribute("description", remark())
                .optional_computed()
                .doc(
                    "What the table holds, at most 255 characters; empty when left out. Changed in \
                      place.",
                )
                .default("".into())
                .create(Create::set_description)
                .update(Update::set_description)
                .read(|r| r.item.description.clone()),
        )
        .with(
            Row::attribute("role_arn", role_arn())
                .required()
                .doc(
                    "The ARN of the role with which AWS Clean Rooms reads the table. Changed in \
                      place.",
                )
                .create(Create::set_role_arn)
                .update(Update::set_role_arn)
                .read(|r| Some(r.item.role_arn.clone())),
        )
        .with(
            Row::attribute("analysis_rule_types", set_of(text_enum::<RuleType>()))
                .computed()
                .unknown_on_update()
                .doc(
                    "The types of the analysis rules that the association has, besides those of \
                      its table.",
                )
                .read(|r| Some(r.item.analysis_rule_types.clone().unwrap_or_default())),
        )
        .with(
            Row::attribute("child_resources", children::child_resources())
                .computed()
                .unknown_on_update()
                .doc(
                    "The intermediate tables that are built on the association: their \
                      `resource_id`, `resource_name`, `resource_type`, `resource_status` and \
                      `owner_account_id`.",
                )
                .read(|r| Some(r.item.child_resources.clone().unwrap_or_default())),
        )
        .with(
            Row::attribute("configured_table_arn", string())
                .computed()
                .doc("The ARN of the configured table.")
                .read(|r| Some(r.item.configured_table_arn.clone())),
        )
        .with(
            Row::attribute("membership_arn", string())
                .computed()
                .doc("The ARN of the membership.")
                .read(|r| Some(r.item.membership_arn.clone())),
        )
    }

    fn facts(item: &Item) -> Facts {
        Facts::of(&item.id, &item.arn, item.create_time, item.update_time)
    }

    fn tag(input: Create, tags: Option<HashMap<String, String>>) -> Create {
        input.set_tags(tags)
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        const CALL: &str = "CreateConfiguredTableAssociation";
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.configured_table_association.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetConfiguredTableAssociation";
        let call = at.sdk.get_configured_table_association().membership_identifier(key.parent());
        let call = call.configured_table_association_identifier(key.id());
        let reply = call.send().await.map_err(AwsError::of(CALL))?;
        reply.configured_table_association.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.membership_identifier(key.parent());
        let sent = input.configured_table_association_identifier(key.id()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateConfiguredTableAssociation"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_configured_table_association().membership_identifier(key.parent());
        let sent = call.configured_table_association_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteConfiguredTableAssociation"))
    }

    async fn delete_parts(
        at: &Reading<'_>,
        key: &Key,
        deleted: &mut Vec<Part>,
    ) -> Result<(), AwsError> {
        let kinds = Self::get(at, key).await?.analysis_rule_types.unwrap_or_default();
        take_rules_of_association(&at.sdk, key, kinds, deleted).await
    }

    /// Names are told apart within a membership, without case.
    fn name(planned: &Value) -> String {
        table_names::scoped(planned)
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        let membership_id = planned.get("membership_id").as_str().unwrap_or_default();
        let listed = data::ConfiguredTableAssociations::list(at, planned).await?;
        let name = planned.get("name");
        let named = listed.iter().filter(|it| table_names::is_same(name, &it.name.as_str().into()));
        Ok(named.filter_map(|it| Candidate::of([membership_id, &it.id], it.create_time)).collect())
    }

    fn loses(prior: &Value) -> Option<Diagnostic> {
        children::lose_data(Self::KIND.noun, prior)
    }

    const TARGET: &'static [&'static str] = &["membership_id", "configured_table_id", "name"];

    /// The table is there, and no other one of the collaboration has the name.
    async fn check_target(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
        another::<ConfiguredTable>(at, "configured_table_id", target, prior).await?;
        table_names::taken::<Self>(at, target, prior).await
    }
}

#[cfg(test)]
mod tests;
