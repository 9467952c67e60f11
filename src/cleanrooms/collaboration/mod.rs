//! `cleanrooms_collaboration`: the place where members agree on what may be queried.

mod changes;
mod create;
pub mod data;
mod delete;
#[cfg(test)]
mod fixtures;
mod members;
mod notes;
mod origins;
mod plan;
mod read;
pub mod requests;
#[cfg(test)]
mod tests;
mod update;
mod upgrade;
mod validate;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_collaboration::builders::CreateCollaborationInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_collaboration::builders::UpdateCollaborationInputBuilder as Update;
use aws_sdk_cleanrooms::types::{
    AnalyticsEngine, CollaborationJobLogStatus, CollaborationQueryLogStatus, MemberStatus,
};
use serde_json::Value as Json;

use self::changes::{CHANGED_BY_REQUEST, payer_of};
use self::members::{auto_approved, data_encryption_metadata, members};
use self::read::Gathered;
pub use self::read::{get as get_collaboration, list_members};
use self::requests::change_requests;
use super::aws::AwsError;
use super::client::{Changing, Client, Reading};
use super::key::{Key, Located};
use super::kind::Kind;
use super::object::{Candidate, Facts, Object, Of, Unread};
use super::shapes::abilities::{abilities, ml_abilities, ml_to_send, no_ml_abilities};
use super::shapes::enumeration::closed;
use super::shapes::payment::{Payer, payer};
use super::shapes::region::result_regions;
use super::shapes::text::{description, name};
use crate::framework::codec::{boolean, string, string_map, text_enum};
use crate::framework::moving::Origins;
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Change, Context, Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct Collaboration;

type Row = Of<Collaboration>;

impl Object for Collaboration {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_collaboration",
        noun: "collaboration",
        arn: Some("collaboration"),
        key: &["id"],
        parent: None,
        owner: &["creator_account_id", "arn"],
        former_identity: &[("collaboration_identifier", "id")],
        tagged: true,
        // Names of collaborations are not unique.
        is_unique: false,
        type_is_found: false,
    };
    type Create = Create;
    type Update = Update;
    type Item = Gathered;

    const ORIGINS: Option<&'static Origins> = Some(&origins::ORIGINS);
    const TIMEOUTS: [&'static str; 2] = [
        "How long a throttled creation is tried, such as 90s or 1h; 10m when left out.",
        "How long to wait for votes, such as 90s or 1h; 30m when left out.",
    ];

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetCollaboration", "cleanrooms:ListMembers"]),
        Need::when(
            "to tell a collaboration that is gone from one that may not be seen",
            &["cleanrooms:ListCollaborations"],
        ),
        Need::when(
            "while change requests of this resource are open",
            &[
                "cleanrooms:GetCollaborationChangeRequest",
                "cleanrooms:ListCollaborationChangeRequests",
            ],
        ),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreateCollaboration",
            "cleanrooms:DeleteCollaboration",
            "cleanrooms:UpdateCollaboration",
        ]),
        Need::when(
            "where members are added, or abilities, payers or auto-approval changed",
            &[
                "cleanrooms:CreateCollaborationChangeRequest",
                "cleanrooms:UpdateCollaborationChangeRequest",
            ],
        ),
        Need::when("where members are removed", &["cleanrooms:DeleteMember"]),
        Need::when(
            "where the creator's own membership is still there when the collaboration is destroyed",
            &["cleanrooms:DeleteMembership"],
        ),
        Need::when(
            "to destroy the collaboration and to remove members: policies of audience models go \
             with them",
            &[
                "cleanrooms-ml:DeleteConfiguredAudienceModelPolicy",
                "cleanrooms-ml:GetConfiguredAudienceModelPolicy",
                "cleanrooms-ml:PutConfiguredAudienceModelPolicy",
            ],
        ),
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "A collaboration: a place in which two or more AWS accounts agree on what may be \
             queried over their data. The account that creates it owns it; the others join with \
             a `cleanrooms_membership` of their own.",
        )
        .with(
            Row::attribute("name", name())
                .required()
                .doc("Display name of the collaboration, 1 to 100 characters. Changed in place.")
                .create(Create::set_name)
                .update(Update::set_name)
                .read(|r| Some(r.item.collaboration.name.clone())),
        )
        .with(
            Row::attribute("description", description())
                .optional_computed()
                .doc(
                    "What the collaboration is for, at most 255 characters. Changed in place; \
                     empty when left out.",
                )
                .default("".into())
                .create(Create::set_description)
                .update(Update::set_description)
                .read(|r| r.item.collaboration.description.clone()),
        )
        .with(
            Row::attribute(
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
                Some(
                    r.item.collaboration.analytics_engine.clone().unwrap_or(AnalyticsEngine::Spark),
                )
            }),
        )
        .with(
            Row::attribute("creator_display_name", name())
                .required()
                .requires_replace()
                .doc("Display name of the creator, 1 to 100 characters. A change replaces.")
                .create(Create::set_creator_display_name)
                .read(|r| Some(r.item.collaboration.creator_display_name.clone())),
        )
        .with(
            Row::attribute("creator_member_abilities", abilities())
                .required()
                .updated_elsewhere()
                .doc(
                    "What the creator may do: `CAN_QUERY`, `CAN_RECEIVE_RESULTS`, `CAN_RUN_JOB`, \
                     `CAN_EXPORT_QUERY_ANALYSIS_LOG`; may be empty. Changed in place by a change \
                     request; `CAN_QUERY` and `CAN_RUN_JOB` are fixed, so a change of these \
                     replaces.",
                )
                .create(Create::set_creator_member_abilities)
                .read(|r| Some(r.item.creator()?.abilities.clone())),
        )
        .with(
            Row::attribute("creator_ml_member_abilities", ml_abilities())
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
                .read(|r| r.item.creator()?.ml_abilities.clone()),
        )
        .with(
            Row::attribute("creator_payment_configuration", payer())
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
                .read(|r| Some(payer_of(r.item.creator()?))),
        )
        .with(
            Row::attribute("members", members())
                .required()
                .updated_elsewhere()
                .doc(
                    "The other members by account id, which must be written in quotes; may be \
                     empty. Members are added, changed and removed in place, most by a change \
                     request that the other members vote on. A member that was removed cannot \
                     come back.",
                )
                .create(Create::set_members)
                .read(|r| r.item.other_members()),
        )
        .with(
            Row::attribute("data_encryption_metadata", data_encryption_metadata())
                .optional()
                .requires_replace()
                .doc(
                    "Rules of cryptographic computing. Without this block there is none, which \
                     differs from a block of four times false. A change replaces.",
                )
                .create(Create::set_data_encryption_metadata)
                .read(|r| r.item.collaboration.data_encryption_metadata.clone()),
        )
        .with(
            Row::attribute(
                "query_log_status",
                closed::<CollaborationQueryLogStatus>(CollaborationQueryLogStatus::values()),
            )
            .required()
            .requires_replace()
            .doc("Whether members may log queries: `ENABLED` or `DISABLED`. A change replaces.")
            .create(Create::set_query_log_status)
            .read(|r| Some(r.item.collaboration.query_log_status.clone())),
        )
        .with(
            Row::attribute(
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
                let status = r.item.collaboration.job_log_status.clone();
                Some(status.unwrap_or(CollaborationJobLogStatus::Disabled))
            }),
        )
        .with(
            Row::attribute("auto_approved_change_request_types", auto_approved())
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
                .read(|r| r.item.auto_approved()),
        )
        .with(
            Row::attribute("allowed_result_regions", result_regions())
                .optional_computed()
                .requires_replace()
                .doc("Regions into which results may be written. A change replaces.")
                .create(Create::set_allowed_result_regions)
                .read(|r| {
                    Some(r.item.collaboration.allowed_result_regions.clone().unwrap_or_default())
                }),
        )
        .with(
            Row::attribute("is_metrics_enabled", boolean())
                .optional_computed()
                .requires_replace()
                .doc("Whether members may collect metrics of queries. A change replaces.")
                .create(Create::set_is_metrics_enabled)
                .read(|r| Some(r.item.collaboration.is_metrics_enabled.unwrap_or(false))),
        )
        .with(Row::attribute("wait_for_approval", boolean()).optional().local().doc(
            "Whether apply waits for the votes on change requests, at most as long as \
                     `timeouts.update`. Without it, an apply asks for the change and ends.",
        ))
        .with(
            Row::attribute("member_statuses", string_map())
                .computed()
                .unknown_with(&["members"])
                .doc(
                    "The status of each account in `members`: `PENDING_APPROVAL` while a change \
                     request to add it is open, `INVITED` until it joins, then `ACTIVE`.",
                )
                .read(|r| r.item.member_statuses()),
        )
        .with(
            Row::attribute("change_requests", change_requests())
                .computed()
                .unknown_with(CHANGED_BY_REQUEST)
                .doc(
                    "Open change requests that this resource filed or adopted, by their id. \
                     Members are shown as if these had been committed.",
                )
                .read(|r| Some(r.item.requests.clone())),
        )
        .with(
            Row::attribute("creator_account_id", string())
                .computed()
                .doc("The account that created and owns the collaboration.")
                .read(|r| Some(r.item.collaboration.creator_account_id.clone())),
        )
        .with(
            Row::attribute("member_status", text_enum::<MemberStatus>())
                .computed()
                .doc("The creator's own status: `INVITED` until it joins, then `ACTIVE`.")
                .read(|r| Some(r.item.collaboration.member_status.clone())),
        )
        .with(
            Row::attribute("membership_id", string())
                .computed()
                .doc("The id of the creator's own membership, once it has joined.")
                .read(|r| r.item.collaboration.membership_id.clone()),
        )
        .version(1)
    }

    fn upgrade(version: i64, state: Json) -> Result<Json, Diagnostic> {
        upgrade::upgrade(version, state)
    }

    fn facts(item: &Gathered) -> Facts {
        let it = &item.collaboration;
        Facts::of(&it.id, &it.arn, it.create_time, it.update_time)
    }

    fn tag(input: Create, tags: Option<HashMap<String, String>>) -> Create {
        input.set_tags(tags)
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<Gathered, AwsError> {
        let reply = input.send_with(sdk).await.map_err(AwsError::of("CreateCollaboration"))?;
        let made = reply.collaboration;
        made.map(Gathered::created).ok_or_else(|| AwsError::unreadable("CreateCollaboration"))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Gathered, AwsError> {
        get_collaboration(&at.sdk, key.id()).await.map(Gathered::created)
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let sent = input.collaboration_identifier(key.id()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateCollaboration"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let sent = sdk.delete_collaboration().collaboration_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteCollaboration"))
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        create::candidates(at, planned).await
    }

    async fn gather(
        cx: &Context<'_, Client>,
        at: &Reading<'_>,
        located: &Located,
        state: &Value,
    ) -> Result<Gathered, Unread> {
        read::gather(cx, at, located, state).await
    }

    fn is_listed(
        at: &Reading<'_>,
        key: &Key,
    ) -> Option<impl Future<Output = Result<bool, AwsError>> + Send> {
        Some(async { Ok(read::list(at).await?.contains_key(key.id())) })
    }

    async fn received(
        cx: &Context<'_, Client>,
        at: &Reading<'_>,
        item: &Gathered,
        is_new: bool,
    ) -> Result<(), Diagnostics> {
        let others = item.other_members().unwrap_or_default();
        let active = others.iter().filter(|member| member.status == MemberStatus::Active).count();
        let id = &item.collaboration.id;
        if cx.client.saw_members(id, active) {
            let prior = Value::object([("id", id.as_str().into())]);
            plan::destruction(&prior, Some(active)).into_iter().for_each(|it| cx.report(it));
        }
        if is_new { read::check_ownership(at, item).await } else { Ok(()) }
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        validate::validate(config, diagnostics);
    }

    fn plan(plan: &mut Plan<'_>, _client: Option<&Client>, private: &mut Private) {
        validate::engine(plan);
        plan::plan_change(plan, private);
    }

    fn plan_destroy(
        prior: &Value,
        client: Option<&Client>,
        _private: &mut Private,
        diagnostics: &mut Diagnostics,
    ) {
        let id = prior.get("id").as_str();
        if let (Some(client), Some(id)) = (client, id) {
            client.places.end(id);
        }
        let seen = client.zip(id).and_then(|(client, id)| client.active_members(id));
        let told = plan::destruction(prior, seen);
        if let (Some(client), Some(id), None) = (client, id, &told) {
            client.owes_members(id);
        }
        diagnostics.extend(told);
    }

    fn replaced(prior: &Value) -> Option<Diagnostic> {
        plan::replacement(prior)
    }

    fn refuse(
        change: Change<'_>,
        _client: &Client,
        private: &Private,
        diagnostics: &mut Diagnostics,
    ) {
        plan::refuse(change, private, diagnostics);
    }

    async fn prepare(
        _cx: &Context<'_, Client>,
        _at: &Changing<'_>,
        _planned: &Value,
        input: Create,
    ) -> Create {
        create::with_query_payers(input)
    }

    fn acts(change: Change<'_>) -> bool {
        update::concerns(change)
    }

    async fn act(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        located: &Located,
        change: Change<'_>,
    ) -> Result<(), Diagnostics> {
        update::reconcile(cx, at, located, change).await
    }

    async fn destroy(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        located: &Located,
        state: &Value,
    ) -> Option<Result<(), Diagnostics>> {
        Some(delete::destroy(cx, at, located, state).await)
    }
}
