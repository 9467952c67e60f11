//! `cleanrooms_collaboration`: the place where members agree on what may be queried.

mod changes;
mod checks;
mod create;
#[cfg(test)]
mod fixtures;
mod gone;
mod in_place;
mod notes;
mod planning;
mod remote;
mod requests;
#[cfg(test)]
mod tests;

use aws_sdk_cleanrooms::operation::create_collaboration::builders::CreateCollaborationInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_collaboration::builders::UpdateCollaborationInputBuilder as Update;
use aws_sdk_cleanrooms::types::builders::{
    DataEncryptionMetadataBuilder, MemberSpecificationBuilder,
};
use aws_sdk_cleanrooms::types::{
    AnalyticsEngine, AutoApprovedChangeType, CollaborationJobLogStatus,
    CollaborationQueryLogStatus, DataEncryptionMetadata, MemberSpecification, MemberStatus,
    MemberSummary,
};

use self::in_place::CHANGED_BY_REQUEST;
use self::remote::Remote;
pub use self::remote::{get as get_collaboration, list_members};
use self::requests::change_requests;
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::{failed, failed_fields};
use crate::cleanrooms::shapes::abilities::{abilities, ml_abilities, ml_to_send, no_ml_abilities};
use crate::cleanrooms::shapes::enumeration::{closed, constant, open};
use crate::cleanrooms::shapes::ids::{self, identity_schema, wrong_account_id};
use crate::cleanrooms::shapes::payment::{Payer, payer};
use crate::cleanrooms::shapes::region::{region, result_regions};
use crate::cleanrooms::shapes::tags::{same as same_tags, tags};
use crate::cleanrooms::shapes::text::{description, name};
use crate::cleanrooms::shapes::time::time;
use crate::cleanrooms::shapes::timeouts::timeouts;
use crate::framework::codec::{Codec, boolean, object, set_of, string, string_map, text_enum};
use crate::framework::identity::IdentitySchema;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::row::field;
use crate::framework::validators::Validator;
use crate::framework::{
    Change, Context, Diagnostic, Diagnostics, ImportTarget, Resource, ResourceSchema,
};
use crate::wire::Value;

/// The resource.
pub struct Collaboration;

impl Resource for Collaboration {
    const TYPE_NAME: &'static str = "cleanrooms_collaboration";
    type Client = Client;
    type Create = Create;
    type Update = Update;
    type Remote = Remote;

    fn schema() -> ResourceSchema<Self> {
        ResourceSchema::new(
            "A collaboration: a place in which two or more AWS accounts agree on what may be \
             queried over their data. The account that creates it owns it; the others join with \
             a `cleanrooms_membership` of their own.",
        )
        .with(
            Self::attribute("name", name())
                .required()
                .doc("Display name of the collaboration, 1 to 100 characters. Changed in place.")
                .create(Create::set_name)
                .update(Update::set_name)
                .read(|r| Some(r.collaboration.name.clone())),
        )
        .with(
            Self::attribute("description", description())
                .optional_computed()
                .doc(
                    "What the collaboration is for, at most 255 characters. Changed in place; \
                     empty when left out.",
                )
                .default("".into())
                .create(Create::set_description)
                .update(Update::set_description)
                .read(|r| r.collaboration.description.clone()),
        )
        .with(
            Self::attribute(
                "analytics_engine",
                closed::<AnalyticsEngine>(AnalyticsEngine::values()),
            )
            .optional_computed()
            .doc(
                "The engine that runs queries: `SPARK`. `CLEAN_ROOMS_SQL` is only accepted \
                     where a collaboration still has it; the service no longer offers it.",
            )
            .create(Create::set_analytics_engine)
            .update(Update::set_analytics_engine)
            .read(|r| {
                Some(r.collaboration.analytics_engine.clone().unwrap_or(AnalyticsEngine::Spark))
            }),
        )
        .with(
            Self::attribute("creator_display_name", name())
                .required()
                .requires_replace()
                .doc("Display name of the creator, 1 to 100 characters. A change replaces.")
                .create(Create::set_creator_display_name)
                .read(|r| Some(r.collaboration.creator_display_name.clone())),
        )
        .with(
            Self::attribute("creator_member_abilities", abilities())
                .required()
                .updated_elsewhere()
                .doc(
                    "What the creator may do: `CAN_QUERY`, `CAN_RECEIVE_RESULTS`, `CAN_RUN_JOB`, \
                     `CAN_EXPORT_QUERY_ANALYSIS_LOG`; may be empty. Changed in place by a change \
                     request; `CAN_QUERY` and `CAN_RUN_JOB` are fixed, so a change of these \
                     replaces.",
                )
                .create(Create::set_creator_member_abilities)
                .read(|r| Some(r.creator()?.abilities.clone())),
        )
        .with(
            Self::attribute("creator_ml_member_abilities", ml_abilities())
                .optional_computed()
                .updated_elsewhere()
                .doc(
                    "What the creator may do with custom machine learning; nothing when left out. \
                     Changed in place by a change request.",
                )
                .default(no_ml_abilities())
                .create(|input: Create, abilities| {
                    input.set_creator_ml_member_abilities(ml_to_send(abilities))
                })
                .read(|r| r.creator()?.ml_abilities.clone()),
        )
        .with(
            Self::attribute("creator_payment_configuration", payer())
                .optional_computed()
                .updated_elsewhere()
                .doc(
                    "What the creator pays for. What is left out is the service's choice: the \
                     member that runs queries pays for them. Changed in place by a change request.",
                )
                .create(|input: Create, payer: Option<Payer>| {
                    let payer = payer.filter(|payer| !payer.is_empty());
                    input.set_creator_payment_configuration(payer.map(Into::into))
                })
                .read(|r| Some(remote::payer_of(r.creator()?))),
        )
        .with(
            Self::attribute("members", members())
                .required()
                .updated_elsewhere()
                .doc(
                    "The other members by account id, which must be written in quotes; may be \
                     empty. Members are added, changed and removed in place, most by a change \
                     request that the other members vote on. A member that was removed cannot \
                     come back.",
                )
                .create(Create::set_members)
                .read(Remote::other_members),
        )
        .with(
            Self::attribute("data_encryption_metadata", data_encryption_metadata())
                .optional()
                .requires_replace()
                .doc(
                    "Rules of cryptographic computing. Without this block there is none, which \
                     differs from a block of four times false. A change replaces.",
                )
                .create(Create::set_data_encryption_metadata)
                .read(|r| r.collaboration.data_encryption_metadata.clone()),
        )
        .with(
            Self::attribute(
                "query_log_status",
                closed::<CollaborationQueryLogStatus>(CollaborationQueryLogStatus::values()),
            )
            .required()
            .requires_replace()
            .doc("Whether members may log queries: `ENABLED` or `DISABLED`. A change replaces.")
            .create(Create::set_query_log_status)
            .read(|r| Some(r.collaboration.query_log_status.clone())),
        )
        .with(
            Self::attribute(
                "job_log_status",
                closed::<CollaborationJobLogStatus>(CollaborationJobLogStatus::values()),
            )
            .optional_computed()
            .requires_replace()
            .doc(
                "Whether members may log jobs: `ENABLED` or `DISABLED`, which the service takes \
                 when this is left out. A change replaces.",
            )
            .create(Create::set_job_log_status)
            .read(|r| {
                let status = r.collaboration.job_log_status.clone();
                Some(status.unwrap_or(CollaborationJobLogStatus::Disabled))
            }),
        )
        .with(
            Self::attribute("auto_approved_change_request_types", auto_approved())
                .optional_computed()
                .updated_elsewhere()
                .doc(
                    "Kinds of changes that need no votes: `ADD_MEMBER`, and granting or revoking \
                     the receiving of results or the export of query analysis logs. None when \
                     left out. Changed in place by a change request.",
                )
                .default(Value::set([]))
                .create(|input: Create, types| {
                    let types = types.filter(|types| !types.is_empty());
                    input.set_auto_approved_change_request_types(types)
                })
                .read(Remote::auto_approved),
        )
        .with(
            Self::attribute("allowed_result_regions", result_regions())
                .optional_computed()
                .requires_replace()
                .doc("Regions into which results may be written. A change replaces.")
                .create(Create::set_allowed_result_regions)
                .read(|r| Some(r.collaboration.allowed_result_regions.clone().unwrap_or_default())),
        )
        .with(
            Self::attribute("is_metrics_enabled", boolean())
                .optional_computed()
                .requires_replace()
                .doc("Whether members may collect metrics of queries. A change replaces.")
                .create(Create::set_is_metrics_enabled)
                .read(|r| Some(r.collaboration.is_metrics_enabled.unwrap_or(false))),
        )
        .with(
            Self::attribute("tags", tags())
                .optional()
                .equivalent(same_tags)
                .sent_elsewhere()
                .updated_elsewhere()
                .doc("Tags of the collaboration. They overlay the provider's `default_tags`.")
                .read(|r| r.tags.as_ref()?.own.clone()),
        )
        .with(
            Self::attribute("tags_all", string_map())
                .computed()
                .doc("All tags: the provider's `default_tags`, overlaid by `tags`.")
                .read(|r| Some(r.tags.as_ref()?.all.clone().into_iter().collect())),
        )
        .with(
            Self::attribute("region", region())
                .optional_computed()
                .requires_replace()
                .sent_elsewhere()
                .doc(
                    "The Region of the collaboration: the provider's when left out. Another one \
                     replaces.",
                )
                .read(|r| Some(r.region.clone())),
        )
        .with(Self::attribute("wait_for_approval", boolean()).optional().local().doc(
            "Whether apply waits for the votes on change requests, at most as long as \
                     `timeouts.update`. Without it, an apply asks for the change and ends.",
        ))
        .with(
            Self::attribute(
                "timeouts",
                timeouts(
                    "How long a throttled creation is tried, such as 90s or 1h; 10m when left out.",
                    "How long to wait for votes, such as 90s or 1h; 30m when left out.",
                ),
            )
            .optional()
            .local()
            .doc("How long operations may take."),
        )
        .with(
            Self::attribute("change_requests", change_requests())
                .computed()
                .unknown_with(CHANGED_BY_REQUEST)
                .doc(
                    "Open change requests that this resource filed or adopted, by their id. \
                     Members are shown as if these had been committed.",
                )
                .read(|r| Some(r.requests.clone())),
        )
        .with(
            Self::attribute("id", string())
                .computed()
                .doc("The id of the collaboration.")
                .read(|r| Some(r.collaboration.id.clone())),
        )
        .with(
            Self::attribute("arn", string())
                .computed()
                .doc("The ARN of the collaboration.")
                .read(|r| Some(r.collaboration.arn.clone())),
        )
        .with(
            Self::attribute("creator_account_id", string())
                .computed()
                .doc("The account that created and owns the collaboration.")
                .read(|r| Some(r.collaboration.creator_account_id.clone())),
        )
        .with(
            Self::attribute("create_time", time())
                .computed()
                .doc("When the collaboration was created.")
                .read(|r| Some(r.collaboration.create_time)),
        )
        .with(
            Self::attribute("update_time", time())
                .computed()
                .unknown_on_update()
                .doc("When the collaboration was last changed.")
                .read(|r| Some(r.collaboration.update_time)),
        )
        .with(
            Self::attribute("member_status", text_enum::<MemberStatus>())
                .computed()
                .doc("The creator's own status: `INVITED` until it joins, then `ACTIVE`.")
                .read(|r| Some(r.collaboration.member_status.clone())),
        )
        .with(
            Self::attribute("membership_id", string())
                .computed()
                .doc("The id of the creator's own membership, once it has joined.")
                .read(|r| r.collaboration.membership_id.clone()),
        )
    }

    fn identity_schema() -> IdentitySchema {
        identity_schema("The id of the collaboration.", "The account that owns it.")
    }

    fn identity(state: &Value) -> Option<Value> {
        let values = ["id", "region", "creator_account_id"];
        let text = |name: &str| state.get(name).as_str().map(str::to_owned);
        Self::identity_schema().identity(values.map(text))
    }

    fn import(target: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        let mut state = ids::import("collaboration", target)?;
        let owner = match target {
            ImportTarget::Identity(identity) => identity.get("account_id").clone(),
            ImportTarget::Id(text) => ids::account_in(text).map_or(Value::Null, Value::String),
        };
        state.push(("creator_account_id", owner));
        Ok(state)
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        checks::validate(config, diagnostics);
    }

    fn modify_plan(plan: &mut Plan<'_>, client: Option<&Client>, private: &mut Private) {
        checks::engine(plan);
        super::plan_tags(plan, client);
        planning::plan_change(plan, private);
        super::plan_region(plan, client);
    }

    async fn create(
        cx: &Context<'_, Client>,
        input: Create,
        planned: &Value,
    ) -> Result<Remote, Diagnostics> {
        create::create(cx, input, planned).await
    }

    async fn read(cx: &Context<'_, Client>, state: &Value) -> Result<Option<Remote>, Diagnostics> {
        let id = state.get("id").as_str().unwrap_or_default();
        match remote::fetch(cx, state).await {
            Ok(remote) => {
                gone::check_ownership(cx, state, &remote).await?;
                Ok(Some(remote))
            }
            Err(err) if err.may_mean_gone() => {
                let gone = gone::is_gone(cx, state, &err).await;
                gone.map_err(Diagnostics::from).map(|()| None)
            }
            Err(err) => Err(failed(&format!("read collaboration {id}"), &err).into()),
        }
    }

    async fn update(
        cx: &Context<'_, Client>,
        input: Option<Update>,
        change: Change<'_>,
    ) -> Result<(), Diagnostics> {
        let id = change.prior.get("id").as_str().unwrap_or_default();
        let what = format!("update collaboration {id}");
        let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
        let retags = change.changes("tags_all");
        if input.is_none() && !retags && !in_place::concerns(change) {
            return Ok(());
        }
        cx.client.aws.check_account_allowed().await.map_err(one)?;
        let sdk = cx.client.sdk_of(change.prior).await.map_err(one)?;
        if let Some(input) = input {
            let call = input.collaboration_identifier(id).send_with(&sdk);
            call.await.map_err(|err| {
                let err = AwsError::of("UpdateCollaboration")(err);
                failed_fields(&what, &err, Self::schema().schema(), change.planned)
            })?;
        }
        super::update_tags(cx.client, &sdk, change).await.map_err(one)?;
        if in_place::concerns(change) {
            in_place::reconcile(cx, change).await?;
        }
        Ok(())
    }

    async fn delete(cx: &Context<'_, Client>, state: &Value) -> Result<(), Diagnostics> {
        gone::delete(cx, state).await
    }
}

fn auto_approved() -> Codec<Vec<AutoApprovedChangeType>> {
    set_of(open(AutoApprovedChangeType::values(), constant))
}

fn members() -> Codec<Vec<MemberSpecification>, Vec<MemberSummary>> {
    object(MemberSpecificationBuilder::build)
        .with(
            field("display_name", name())
                .required()
                .requires_replace()
                .doc(
                    "Display name of the member, 1 to 100 characters. A change replaces the \
                     collaboration.",
                )
                .create(MemberSpecificationBuilder::set_display_name)
                .read(|member: &MemberSummary| Some(member.display_name.clone())),
        )
        .with(
            field("member_abilities", abilities())
                .required()
                .doc(
                    "What the member may do: `CAN_QUERY`, `CAN_RECEIVE_RESULTS`, `CAN_RUN_JOB`, \
                     `CAN_EXPORT_QUERY_ANALYSIS_LOG`; may be empty, for every member may \
                     contribute data.",
                )
                .create(MemberSpecificationBuilder::set_member_abilities)
                .read(|member: &MemberSummary| Some(member.abilities.clone())),
        )
        .with(
            field("ml_member_abilities", ml_abilities())
                .optional_computed()
                .doc("What the member may do with custom machine learning.")
                .default(no_ml_abilities())
                .create(|member: MemberSpecificationBuilder, abilities| {
                    member.set_ml_member_abilities(ml_to_send(abilities))
                })
                .read(|member: &MemberSummary| member.ml_abilities.clone()),
        )
        .with(
            field("payment_configuration", payer())
                .optional_computed()
                .doc("What the member pays for. What is left out is the service's choice.")
                .create(|member: MemberSpecificationBuilder, payer: Option<Payer>| {
                    let payer = payer.filter(|payer| !payer.is_empty());
                    member.set_payment_configuration(payer.map(Into::into))
                })
                .read(|member: &MemberSummary| Some(remote::payer_of(member))),
        )
        .with(
            field("status", text_enum::<MemberStatus>())
                .computed()
                .doc(
                    "`PENDING_APPROVAL` while a change request to add the member is open, \
                     `INVITED` until it joins, then `ACTIVE`.",
                )
                .read(|member: &MemberSummary| Some(member.status.clone())),
        )
        .keyed_by(MemberSpecificationBuilder::account_id, |member| member.account_id.clone())
        .validate(Validator::keys("must have AWS account ids as keys", wrong_account_id))
}

fn data_encryption_metadata() -> Codec<DataEncryptionMetadata> {
    object(DataEncryptionMetadataBuilder::build)
        .with(
            field("allow_cleartext", boolean())
                .required()
                .doc("Whether encrypted tables may hold cleartext.")
                .create(DataEncryptionMetadataBuilder::set_allow_cleartext)
                .read(|rules: &DataEncryptionMetadata| Some(rules.allow_cleartext)),
        )
        .with(
            field("allow_duplicates", boolean())
                .required()
                .doc("Whether fingerprint columns may hold duplicates.")
                .create(DataEncryptionMetadataBuilder::set_allow_duplicates)
                .read(|rules: &DataEncryptionMetadata| Some(rules.allow_duplicates)),
        )
        .with(
            field("allow_joins_on_columns_with_different_names", boolean())
                .required()
                .doc("Whether fingerprint columns of different names may be joined.")
                .create(
                    DataEncryptionMetadataBuilder::set_allow_joins_on_columns_with_different_names,
                )
                .read(|rules: &DataEncryptionMetadata| {
                    Some(rules.allow_joins_on_columns_with_different_names)
                }),
        )
        .with(
            field("preserve_nulls", boolean())
                .required()
                .doc("Whether nulls stay nulls in encrypted tables.")
                .create(DataEncryptionMetadataBuilder::set_preserve_nulls)
                .read(|rules: &DataEncryptionMetadata| Some(rules.preserve_nulls)),
        )
        .single()
}
