//! `cleanrooms_membership`: an account's own part in a collaboration.

mod create;
pub mod data;
mod delete;
mod place;
mod plan;
mod read;
mod results;
#[cfg(test)]
mod tests;
mod update;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_membership::builders::CreateMembershipInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_membership::builders::UpdateMembershipInputBuilder as Update;
use aws_sdk_cleanrooms::types::{
    self as sdk, MemberAbility, MembershipJobLogStatus, MembershipQueryLogStatus, MembershipStatus,
};
use tokio::time::Instant;

use self::read::payer_of;
use self::results::{job_results, query_results};
use super::aws::{AwsError, ErrorKind};
use super::client::{Changing, Client, Reading};
use super::key::{Key, Located};
use super::kind::Kind;
use super::object::{Candidate, Facts, Object, Of};
use super::shapes::abilities::{ml_abilities, ml_or_none};
use super::shapes::enumeration::closed;
use super::shapes::ids::uuid;
use super::shapes::payment::{Payer, payer};
use crate::framework::codec::{boolean, set_of, string, text_enum};
use crate::framework::moving::{Origin, Origins};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Change, Context, Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct Membership;

type Row = Of<Membership>;

impl Object for Membership {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_membership",
        noun: "membership",
        arn: Some("membership"),
        key: &["id"],
        parent: Some("collaboration_id"),
        owner: &["arn"],
        former_identity: &[("membership_identifier", "id")],
        tagged: true,
        // An account has at most one membership in a collaboration.
        is_unique: true,
        type_is_found: false,
    };
    type Create = Create;
    type Update = Update;
    type Item = sdk::Membership;

    const ORIGINS: Option<&'static Origins> = Some(&Origins {
        ours: "timeouts",
        all: &[
            Origin {
                type_name: "aws_cleanrooms_membership",
                renamed: &[],
                // What was once configured there is never read back, so it tells nothing.
                reshape: |stored| {
                    stored.remove("payment_configuration");
                    Ok(())
                },
            },
            Origin::named(
                "awscc_cleanrooms_membership",
                &[
                    ("membership_identifier", "id"),
                    ("collaboration_identifier", "collaboration_id"),
                ],
            ),
        ],
    });
    const TIMEOUTS: [&'static str; 2] = [
        "How long joining waits for a role that is too new to be used: two minutes when left out.",
        "How long a change waits for a role that is too new to be used: two minutes when left out.",
    ];

    const READS: &'static [Need] = &[Need::always(&["cleanrooms:GetMembership"])];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreateMembership",
            "cleanrooms:DeleteMembership",
            "cleanrooms:UpdateMembership",
        ]),
        Need::when(
            "to find a membership whose creation was not answered, and before one is left for another",
            &["cleanrooms:GetCollaboration"],
        ),
        Need::when(
            "where `payment_configuration` leaves the costs of queries out",
            &["cleanrooms:ListMembers"],
        ),
        Need::when(
            "where results are written with a role, which is passed to AWS Clean Rooms",
            &["iam:PassRole"],
        ),
        Need::when("where results have a bucket", &["s3:GetBucketLocation"]),
        Need::when(
            "where queries or jobs are logged, or no longer",
            &[
                "logs:CreateLogDelivery",
                "logs:CreateLogGroup",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ],
        ),
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "A membership: an account's own part in a collaboration that invited it. It says \
             where results go, what is logged and what the account pays for. **A membership that \
             is left cannot be joined again.**",
        )
        .with(
            Row::attribute("collaboration_id", uuid())
                .required()
                .relocates()
                .doc("The id of the collaboration to join. Another one replaces the membership; one that \
                     is not known yet may turn out to be the same.")
                .create(Create::set_collaboration_identifier)
                .read(|r| Some(r.item.collaboration_id.clone())),
        )
        .with(
            Row::attribute(
                "query_log_status",
                closed::<MembershipQueryLogStatus>(MembershipQueryLogStatus::values()),
            )
            .required()
            .doc(
                "Whether queries are logged: `ENABLED`, which the collaboration must allow, or \
                 `DISABLED`. Changed in place.",
            )
            .create(Create::set_query_log_status)
            .update(Update::set_query_log_status)
            .read(|r| Some(r.item.query_log_status.clone())),
        )
        .with(
            Row::attribute(
                "job_log_status",
                closed::<MembershipJobLogStatus>(MembershipJobLogStatus::values()),
            )
            .optional_computed()
            .doc(
                "Whether jobs are logged: `ENABLED`, which the collaboration must allow, or \
                 `DISABLED`, the default. Changed in place.",
            )
            .default("DISABLED".into())
            .create(Create::set_job_log_status)
            .update(Update::set_job_log_status)
            .read(|r| r.item.job_log_status.clone()),
        )
        .with(
            Row::attribute("default_result_configuration", query_results())
                .optional_computed()
                .doc(
                    "Where the results of queries go by default. Changed in place; the API cannot \
                     clear it, so it stays when it is removed here.",
                )
                .create(Create::set_default_result_configuration)
                .update(Update::set_default_result_configuration)
                .read(|r| r.item.default_result_configuration.clone()),
        )
        .with(
            Row::attribute("default_job_result_configuration", job_results())
                .optional_computed()
                .doc(
                    "Where the results of jobs go by default. Changed in place; the API cannot \
                     clear it, so it stays when it is removed here.",
                )
                .create(Create::set_default_job_result_configuration)
                .update(Update::set_default_job_result_configuration)
                .read(|r| r.item.default_job_result_configuration.clone()),
        )
        .with(
            Row::attribute("payment_configuration", payer())
                .optional_computed()
                .updated_elsewhere()
                .doc(
                    "The costs that the account accepts, out of those that the creator named it \
                     for. Changed in place; what is left out stays as the service has it.",
                )
                .create(|input: Create, payer: Option<Payer>| {
                    let given = payer.filter(|payer| !payer.is_empty());
                    input.set_payment_configuration(given.map(Into::into))
                })
                .read(|r| Some(payer_of(&r.item))),
        )
        .with(
            Row::attribute("is_metrics_enabled", boolean())
                .optional_computed()
                .updated_elsewhere()
                .doc(
                    "Whether metrics of queries are collected, which the collaboration must \
                     allow. It can only be set when joining: apply refuses a later change.",
                )
                .create(Create::set_is_metrics_enabled)
                .read(|r| Some(r.item.is_metrics_enabled.unwrap_or(false))),
        )
        .with(
            Row::attribute("collaboration_arn", string())
                .computed()
                .doc("The ARN of the collaboration.")
                .read(|r| Some(r.item.collaboration_arn.clone())),
        )
        .with(
            Row::attribute("collaboration_name", string())
                .computed()
                .doc("The name of the collaboration.")
                .read(|r| Some(r.item.collaboration_name.clone())),
        )
        .with(
            Row::attribute("collaboration_creator_account_id", string())
                .computed()
                .doc("The account that owns the collaboration.")
                .read(|r| Some(r.item.collaboration_creator_account_id.clone())),
        )
        .with(
            Row::attribute("collaboration_creator_display_name", string())
                .computed()
                .doc("The display name of the collaboration's creator.")
                .read(|r| Some(r.item.collaboration_creator_display_name.clone())),
        )
        .with(
            Row::attribute("member_abilities", set_of(text_enum::<MemberAbility>()))
                .computed()
                .doc("What the collaboration's owner lets the account do.")
                .read(|r| Some(r.item.member_abilities.clone())),
        )
        .with(
            Row::attribute("ml_member_abilities", ml_abilities().plain())
                .computed()
                .doc("What the owner lets the account do with custom machine learning.")
                .read(|r| ml_or_none(r.item.ml_member_abilities.clone())),
        )
        .with(
            Row::attribute("status", text_enum::<MembershipStatus>())
                .computed()
                .doc(
                    "`ACTIVE`; `REMOVED` when the owner removed the account; \
                     `COLLABORATION_DELETED` when there is no collaboration any more.",
                )
                .read(|r| Some(r.item.status.clone())),
        )
            .version(1)
    }

    fn facts(item: &sdk::Membership) -> Facts {
        Facts::of(&item.id, &item.arn, item.create_time, item.update_time)
    }

    fn tag(input: Create, tags: Option<HashMap<String, String>>) -> Create {
        input.set_tags(tags)
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<sdk::Membership, AwsError> {
        let reply = input.send_with(sdk).await.map_err(AwsError::of("CreateMembership"))?;
        reply.membership.ok_or_else(|| AwsError::unreadable("CreateMembership"))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<sdk::Membership, AwsError> {
        read::get(&at.sdk, key.id()).await
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let sent = input.membership_identifier(key.id()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateMembership"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let sent = sdk.delete_membership().membership_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteMembership"))
    }

    fn name(planned: &Value) -> String {
        planned.get("collaboration_id").as_str().unwrap_or_default().to_owned()
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        Candidate::at::<Self>(at, create::own(at, planned).await?).await
    }

    async fn received(
        cx: &Context<'_, Client>,
        _at: &Reading<'_>,
        item: &sdk::Membership,
        _is_new: bool,
    ) -> Result<(), Diagnostics> {
        cx.client.places.saw(&item.collaboration_id);
        read::warn_of_end(cx, item);
        Ok(())
    }

    fn plan(plan: &mut Plan<'_>, client: Option<&Client>, private: &mut Private) {
        plan::modify(plan, client, private);
    }

    fn plan_destroy(
        prior: &Value,
        client: Option<&Client>,
        private: &mut Private,
        diagnostics: &mut Diagnostics,
    ) {
        place::plan_destroy(prior, client, private, diagnostics);
    }

    fn refuse(
        change: Change<'_>,
        client: &Client,
        private: &Private,
        diagnostics: &mut Diagnostics,
    ) {
        plan::refuse(change, client, private, diagnostics);
    }

    fn ended(prior: &Value) -> Option<String> {
        place::ended(prior)
    }

    fn creating() -> String {
        "join the collaboration".to_owned()
    }

    fn existing() -> String {
        "The account is a member of this collaboration already".to_owned()
    }

    fn deleting(id: &str) -> String {
        format!("leave the collaboration (membership {id})")
    }

    async fn take_over(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        planned: &Value,
    ) -> Option<sdk::Membership> {
        place::take_over(cx, at, planned).await
    }

    async fn made(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        planned: &Value,
        _item: &sdk::Membership,
        _started: Instant,
    ) {
        if let Some(joined) = planned.get("collaboration_id").as_str() {
            cx.client.places.joined(joined);
        }
        place::clear_up(cx, at).await;
    }

    async fn prepare(
        _cx: &Context<'_, Client>,
        at: &Changing<'_>,
        planned: &Value,
        input: Create,
    ) -> Create {
        create::with_query_payer(&at.reading, planned, input).await
    }

    /// A collaboration that was made a moment ago, in another account, is not visible at once.
    fn is_settling(err: &AwsError) -> bool {
        let is_absent = matches!(err.kind, ErrorKind::NotFound | ErrorKind::AccessDenied);
        is_absent && !err.is_missing_permission()
    }

    fn explain(client: &Client, planned: &Value, err: &AwsError) -> Option<Diagnostic> {
        create::explain(client, planned, err)
    }

    fn complete_update(
        input: Option<Update>,
        change: Change<'_>,
    ) -> Result<Option<Update>, Diagnostic> {
        update::with_payers(input, change)
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
