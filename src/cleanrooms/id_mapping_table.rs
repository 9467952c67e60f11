//! `cleanrooms_id_mapping_table`: which ids of two id namespaces of a collaboration are the same.

pub mod action;
pub mod data;
mod populate;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_id_mapping_table::builders::CreateIdMappingTableInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_id_mapping_table::builders::UpdateIdMappingTableInputBuilder as Update;
use aws_sdk_cleanrooms::types::builders::IdMappingTableInputReferenceConfigBuilder;
use aws_sdk_cleanrooms::types::{
    IdMappingTable as Table, IdMappingTableInputReferenceConfig as Reference,
    IdMappingTableInputReferenceProperties as Properties, IdMappingTableInputSource as Source,
};
use tokio::time::Instant;

use super::aws::{AwsError, ErrorKind, ValidationReason};
use super::client::{Changing, Client, Reading};
use super::key::{Key, Located};
use super::kind::Kind;
use super::listing::Listing;
use super::object::{Candidate, Facts, Object, Obstacle, Of, Unread};
use super::origins;
use super::population::{POPULATE, is_asked};
use super::shapes::arns::{id_mapping_workflow_arn, kms_key_arn};
use super::shapes::children;
use super::shapes::ids::uuid;
use super::shapes::text::{alias, remark};
use super::view::{rows_of, shown};
use super::{lasting, table_names};
use crate::framework::codec::{Codec, boolean, object, string};
use crate::framework::moving::{Origin, Origins};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::row::field;
use crate::framework::{Change, Context, Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct IdMappingTable;

/// A table, and what its populations have left: the service tells nothing of these.
#[derive(Debug, Clone)]
pub struct Item {
    table: Table,
    last_job_id: Option<String>,
}

type Row = Of<IdMappingTable>;

const KMS_KEY_ARN: &str = "kms_key_arn";

impl Object for IdMappingTable {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_id_mapping_table",
        noun: "id mapping table",
        arn: Some("idmappingtable"),
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &["arn"],
        former_identity: &[
            ("membership_identifier", "membership_id"),
            ("id_mapping_table_identifier", "id"),
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
        ours: "tags_all",
        all: &[Origin {
            type_name: "awscc_cleanrooms_id_mapping_table",
            renamed: &[
                ("collaboration_identifier", "collaboration_id"),
                ("id_mapping_table_identifier", "id"),
                ("membership_identifier", "membership_id"),
            ],
            reshape: |stored| {
                let sources = "/id_mapping_table_input_source";
                let properties = stored.get_mut("input_reference_properties");
                if let Some(sources) = properties.and_then(|it| it.pointer_mut(sources)) {
                    origins::keyed(sources, "type");
                }
                Ok(())
            },
        }],
    });

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetIdMappingTable"]),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreateIdMappingTable",
            "cleanrooms:DeleteIdMappingTable",
            "cleanrooms:UpdateIdMappingTable",
            "entityresolution:GetIdMappingWorkflow",
        ]),
        Need::when("where `populate` is given", &["cleanrooms:PopulateIdMappingTable"]),
        Need::when(
            "where `manage_resource_policies` is true",
            &["entityresolution:AddPolicyStatement", "entityresolution:DeletePolicyStatement"],
        ),
        Need::when(
            "to find a table whose creation was not answered",
            &["cleanrooms:ListIdMappingTables"],
        ),
        Need::when(
            "to look whether another name can take the place of the old one",
            &["cleanrooms:GetSchema"],
        ),
    ];

    const TIMEOUTS: [&'static str; 2] = [
        "How long a creation is tried while the service throttles, and how long id namespaces that are \
         not associated yet are waited for: ten minutes, and half a minute at most.",
        "How long a change is tried while the membership is too new to be seen: half a minute at most.",
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "An id mapping table: which ids of two id namespaces of a collaboration are the same, so that \
             queries can join tables of two members by it. It has no data until it is populated, by an id \
             mapping workflow of AWS Entity Resolution.",
        )
        .with(
            Row::attribute("membership_id", uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the membership in the collaboration. Another one replaces the table; one \
                      that is not known yet may turn out to be the same.",
                )
                .create(Create::set_membership_identifier)
                .read(|r| Some(r.item.table.membership_id.clone())),
        )
        .with(
            Row::attribute("name", alias())
                .required()
                .requires_replace()
                .equivalent(table_names::is_same)
                .doc(
                    "The name of the table in queries, at most 128 characters: letters, digits, \
                      underscores, blanks and single hyphens. Unique in the collaboration; upper and \
                      lower case mean the same. Another one replaces the table.",
                )
                .create(Create::set_name)
                .read(|r| Some(r.item.table.name.clone())),
        )
        .with(
            Row::attribute("description", remark())
                .optional_computed()
                .doc(
                    "What the table maps, at most 255 characters; empty when left out. Changed in \
                      place.",
                )
                .default("".into())
                .create(Create::set_description)
                .update(Update::set_description)
                .read(|r| r.item.table.description.clone()),
        )
        .with(
            Row::attribute("input_reference_config", reference())
                .required()
                .requires_replace()
                .doc("The workflow that maps the ids. Another one replaces the table.")
                .create(Create::set_input_reference_config)
                .read(|r| r.item.table.input_reference_config.clone()),
        )
        .with(
            Row::attribute(KMS_KEY_ARN, kms_key_arn())
                .optional_computed()
                .doc(
                    "The ARN of the key in AWS KMS that encrypts the data of the table: one of the \
                      service's own when left out. Changed in place; left out later, it stays.",
                )
                .create(Create::set_kms_key_arn)
                .update(Update::set_kms_key_arn)
                .read(|r| r.item.table.kms_key_arn.clone()),
        )
        .with(Row::attribute(POPULATE, populate::arguments()).optional().local().doc(
            "Populates the table when it is made, and again whenever this changes: a job of AWS Entity \
             Resolution that may take hours, is not waited for, and is paid for. Nothing is called \
             where it is left out. A failure is a warning.",
        ))
        .with(
            Row::attribute(populate::LAST_JOB, string())
                .computed()
                .doc(
                    "The id of the job that `populate` has started last, in AWS Entity Resolution; null \
                      where it has started none.",
                )
                .read(|r| r.item.last_job_id.clone()),
        )
        .with(
            Row::attribute("input_reference_properties", properties().plain())
                .computed()
                .unknown_on_update()
                .doc(
                    "Between whose ids the table maps: `id_mapping_table_input_source`, which holds an \
                      `id_namespace_association_id` for each `type`, `SOURCE` and `TARGET`.",
                )
                .read(|r| r.item.table.input_reference_properties.clone()),
        )
        .with(
            Row::attribute("child_resources", children::child_resources())
                .computed()
                .unknown_on_update()
                .doc(
                    "The intermediate tables that are built on the table: their `resource_id`, \
                      `resource_name`, `resource_type`, `resource_status` and `owner_account_id`.",
                )
                .read(|r| Some(r.item.table.child_resources.clone().unwrap_or_default())),
        )
        .with(
            Row::attribute("membership_arn", string())
                .computed()
                .doc("The ARN of the membership.")
                .read(|r| Some(r.item.table.membership_arn.clone())),
        )
        .with(
            Row::attribute("collaboration_id", string())
                .computed()
                .doc("The id of the collaboration.")
                .read(|r| Some(r.item.table.collaboration_id.clone())),
        )
        .with(
            Row::attribute("collaboration_arn", string())
                .computed()
                .doc("The ARN of the collaboration.")
                .read(|r| Some(r.item.table.collaboration_arn.clone())),
        )
    }

    fn facts(item: &Item) -> Facts {
        let Table { id, arn, create_time, update_time, .. } = &item.table;
        Facts::of(id, arn, *create_time, *update_time)
    }

    fn tag(input: Create, tags: Option<HashMap<String, String>>) -> Create {
        input.set_tags(tags)
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        const CALL: &str = "CreateIdMappingTable";
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.id_mapping_table.map(Item::of).ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetIdMappingTable";
        let call = at.sdk.get_id_mapping_table().membership_identifier(key.parent());
        let sent = call.id_mapping_table_identifier(key.id()).send().await;
        let reply = sent.map_err(AwsError::of(CALL))?;
        reply.id_mapping_table.map(Item::of).ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.membership_identifier(key.parent());
        let sent = input.id_mapping_table_identifier(key.id()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateIdMappingTable"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_id_mapping_table().membership_identifier(key.parent());
        let sent = call.id_mapping_table_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteIdMappingTable"))
    }

    /// Names are told apart within a membership, without case.
    fn name(planned: &Value) -> String {
        table_names::scoped(planned)
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        let membership_id = planned.get("membership_id").as_str().unwrap_or_default();
        let listed = data::IdMappingTables::list(at, planned).await?;
        let name = planned.get("name");
        let named = listed.iter().filter(|it| table_names::is_same(name, &it.name.as_str().into()));
        Ok(named.filter_map(|it| Candidate::of([membership_id, &it.id], it.create_time)).collect())
    }

    async fn gather(
        cx: &Context<'_, Client>,
        at: &Reading<'_>,
        located: &Located,
        state: &Value,
    ) -> Result<Item, Unread> {
        let item = Self::get(at, &located.key).await.map_err(Unread::Object)?;
        Ok(Item { last_job_id: populate::last_job(&mut cx.private(), state), ..item })
    }

    /// Both id namespaces must be associated before, to which nothing in a configuration refers. Where one
    /// is not yet, the service finds fault with the configuration, so its words decide.
    fn is_settling(err: &AwsError) -> bool {
        err.kind == ErrorKind::NotFound
            || (err.kind == ErrorKind::Validation(ValidationReason::InvalidConfiguration)
                && err.message.to_lowercase().contains("namespace"))
    }

    fn plan(plan: &mut Plan<'_>, _client: Option<&Client>, private: &mut Private) {
        populate::plan(plan, private);
        if !plan.is_create() && !plan.is_replacement() && !plan.relocates {
            let meaning = "the data of the table stays encrypted with this key. Configure another one \
                           to change that; a table with a key of the service's own has to be made \
                           anew.";
            lasting::warn(plan, private, KMS_KEY_ARN, meaning);
        }
        lasting::note(plan, private, &[KMS_KEY_ARN]);
    }

    fn loses(prior: &Value) -> Option<Diagnostic> {
        children::lose_data(Self::KIND.noun, prior)
    }

    async fn made(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        planned: &Value,
        item: &Item,
        _started: Instant,
    ) {
        populate::made(cx, at, planned, &item.table).await;
    }

    fn acts(change: Change<'_>) -> bool {
        is_asked(change)
    }

    async fn act(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        located: &Located,
        change: Change<'_>,
    ) -> Result<(), Diagnostics> {
        populate::act(cx, at, located, change).await;
        Ok(())
    }

    const TARGET: &'static [&'static str] = &["membership_id", "name"];

    /// No other table of the collaboration has the name.
    async fn check_target(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
        table_names::taken::<Self>(at, target, prior).await
    }
}

impl Item {
    fn of(table: Table) -> Self {
        Self { table, last_job_id: None }
    }
}

/// Which workflow it is, and who lets AWS Clean Rooms run it.
fn reference() -> Codec<Reference> {
    type B = IdMappingTableInputReferenceConfigBuilder;
    object(B::build)
        .with(
            field("input_reference_arn", id_mapping_workflow_arn())
                .required()
                .doc("The ARN of the id mapping workflow in AWS Entity Resolution.")
                .create(B::set_input_reference_arn)
                .read(|it: &Reference| Some(it.input_reference_arn.clone())),
        )
        .with(
            field("manage_resource_policies", boolean())
                .required()
                .doc(
                    "Whether AWS Clean Rooms changes the workflow's policy so that it may run it; the \
                     owner of the workflow does so where this is false.",
                )
                .create(B::set_manage_resource_policies)
                .read(|it: &Reference| Some(it.manage_resource_policies)),
        )
        .single()
}

/// Between whose ids a table maps.
fn properties() -> Codec<(), Properties> {
    let association = field("id_namespace_association_id", string())
        .computed()
        .doc("The id of the id namespace association.")
        .read(|it: &Source| Some(it.id_namespace_association_id.clone()));
    let sources = rows_of([association.into()])
        .keyed_by(|builder, _| builder, |it: &Source| it.r#type.as_str().to_owned());
    shown([field("id_mapping_table_input_source", sources)
        .computed()
        .doc("The id namespace associations by their type, `SOURCE` and `TARGET`.")
        .read(|it: &Properties| Some(it.id_mapping_table_input_source.clone()))
        .into()])
}

#[cfg(test)]
mod tests;
