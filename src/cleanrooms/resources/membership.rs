//! `cleanrooms_membership`: an account's own part in a collaboration.

mod join;
mod leave;
mod place;
mod plan;
mod remote;
#[cfg(test)]
mod tests;
mod update;

use aws_sdk_cleanrooms::operation::create_membership::builders::CreateMembershipInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_membership::builders::UpdateMembershipInputBuilder as Update;
use aws_sdk_cleanrooms::types::builders::{
    MembershipProtectedJobResultConfigurationBuilder as JobResultBuilder,
    MembershipProtectedQueryResultConfigurationBuilder as QueryResultBuilder,
    ProtectedJobS3OutputConfigurationInputBuilder as JobS3Builder,
    ProtectedQueryS3OutputConfigurationBuilder as QueryS3Builder,
};
use aws_sdk_cleanrooms::types::{
    MemberAbility, MembershipJobLogStatus, MembershipProtectedJobOutputConfiguration as JobOutput,
    MembershipProtectedJobResultConfiguration as JobResult,
    MembershipProtectedQueryOutputConfiguration as QueryOutput,
    MembershipProtectedQueryResultConfiguration as QueryResult, MembershipQueryLogStatus,
    MembershipStatus, ProtectedJobS3OutputConfigurationInput as JobS3,
    ProtectedQueryS3OutputConfiguration as QueryS3, ResultFormat,
};

use self::remote::Remote;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::shapes::abilities::{ml_abilities, ml_or_none};
use crate::cleanrooms::shapes::enumeration::closed;
use crate::cleanrooms::shapes::ids::{self, Arn, identity_schema, uuid};
use crate::cleanrooms::shapes::payment::{Payer, payer};
use crate::cleanrooms::shapes::region::region;
use crate::cleanrooms::shapes::tags::{same as same_tags, tags};
use crate::cleanrooms::shapes::text::{bucket, key_prefix, role_arn};
use crate::cleanrooms::shapes::time::time;
use crate::cleanrooms::shapes::timeouts::timeouts;
use crate::framework::codec::{
    Codec, boolean, object, one_of, set_of, string, string_map, text_enum, variant,
};
use crate::framework::identity::IdentitySchema;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::row::field;
use crate::framework::{
    Change, Context, Diagnostic, Diagnostics, ImportTarget, Resource, ResourceSchema,
};
use crate::wire::Value;

/// The resource.
pub struct Membership;

impl Resource for Membership {
    const TYPE_NAME: &'static str = "cleanrooms_membership";
    type Client = Client;
    type Create = Create;
    type Update = Update;
    type Remote = Remote;

    fn schema() -> ResourceSchema<Self> {
        ResourceSchema::new(
            "A membership: an account's own part in a collaboration that invited it. It says \
             where results go, what is logged and what the account pays for. **A membership that \
             is left cannot be joined again.**",
        )
        .with(
            Self::attribute("collaboration_id", uuid())
                .required()
                .requires_replace_even_unknown()
                .doc("The id of the collaboration to join. A change replaces the membership.")
                .create(Create::set_collaboration_identifier)
                .read(|r| Some(r.membership.collaboration_id.clone())),
        )
        .with(
            Self::attribute(
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
            .read(|r| Some(r.membership.query_log_status.clone())),
        )
        .with(
            Self::attribute(
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
            .read(|r| r.membership.job_log_status.clone()),
        )
        .with(
            Self::attribute("default_result_configuration", query_results())
                .optional_computed()
                .doc(
                    "Where the results of queries go by default. Changed in place; the API cannot \
                     clear it, so it stays when it is removed here.",
                )
                .create(Create::set_default_result_configuration)
                .update(Update::set_default_result_configuration)
                .read(|r| r.membership.default_result_configuration.clone()),
        )
        .with(
            Self::attribute("default_job_result_configuration", job_results())
                .optional_computed()
                .doc(
                    "Where the results of jobs go by default. Changed in place; the API cannot \
                     clear it, so it stays when it is removed here.",
                )
                .create(Create::set_default_job_result_configuration)
                .update(Update::set_default_job_result_configuration)
                .read(|r| r.membership.default_job_result_configuration.clone()),
        )
        .with(
            Self::attribute("payment_configuration", payer())
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
                .read(|r| Some(r.payer())),
        )
        .with(
            Self::attribute("is_metrics_enabled", boolean())
                .optional_computed()
                .updated_elsewhere()
                .doc(
                    "Whether metrics of queries are collected, which the collaboration must \
                     allow. It can only be set when joining: apply refuses a later change.",
                )
                .create(Create::set_is_metrics_enabled)
                .read(|r| Some(r.membership.is_metrics_enabled.unwrap_or(false))),
        )
        .with(
            Self::attribute("tags", tags())
                .optional()
                .equivalent(same_tags)
                .sent_elsewhere()
                .updated_elsewhere()
                .doc("Tags of the membership. They overlay the provider's `default_tags`.")
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
                .sent_elsewhere()
                .updated_elsewhere()
                .doc(
                    "The Region of the collaboration and the membership: the provider's when left \
                     out. It changes only together with `collaboration_id`.",
                )
                .read(|r| Some(r.region.clone())),
        )
        .with(
            Self::attribute(
                "timeouts",
                timeouts(
                    "How long joining waits for a role that is too new to be used: two minutes \
                     when left out.",
                    "How long a change waits for a role that is too new to be used: two minutes \
                     when left out.",
                ),
            )
            .optional()
            .local()
            .doc("How long operations wait, such as `90s` or `5m`."),
        )
        .with(
            Self::attribute("id", string())
                .computed()
                .doc("The id of the membership.")
                .read(|r| Some(r.membership.id.clone())),
        )
        .with(
            Self::attribute("arn", string())
                .computed()
                .doc("The ARN of the membership.")
                .read(|r| Some(r.membership.arn.clone())),
        )
        .with(
            Self::attribute("collaboration_arn", string())
                .computed()
                .doc("The ARN of the collaboration.")
                .read(|r| Some(r.membership.collaboration_arn.clone())),
        )
        .with(
            Self::attribute("collaboration_name", string())
                .computed()
                .doc("The name of the collaboration.")
                .read(|r| Some(r.membership.collaboration_name.clone())),
        )
        .with(
            Self::attribute("collaboration_creator_account_id", string())
                .computed()
                .doc("The account that owns the collaboration.")
                .read(|r| Some(r.membership.collaboration_creator_account_id.clone())),
        )
        .with(
            Self::attribute("collaboration_creator_display_name", string())
                .computed()
                .doc("The display name of the collaboration's creator.")
                .read(|r| Some(r.membership.collaboration_creator_display_name.clone())),
        )
        .with(
            Self::attribute("member_abilities", set_of(text_enum::<MemberAbility>()))
                .computed()
                .doc("What the collaboration's owner lets the account do.")
                .read(|r| Some(r.membership.member_abilities.clone())),
        )
        .with(
            Self::attribute("ml_member_abilities", ml_abilities())
                .computed()
                .doc("What the owner lets the account do with custom machine learning.")
                .read(|r| ml_or_none(r.membership.ml_member_abilities.clone())),
        )
        .with(
            Self::attribute("status", text_enum::<MembershipStatus>())
                .computed()
                .doc(
                    "`ACTIVE`; `REMOVED` when the owner removed the account; \
                     `COLLABORATION_DELETED` when there is no collaboration any more.",
                )
                .read(|r| Some(r.membership.status.clone())),
        )
        .with(
            Self::attribute("create_time", time())
                .computed()
                .doc("When the account joined.")
                .read(|r| Some(r.membership.create_time)),
        )
        .with(
            Self::attribute("update_time", time())
                .computed()
                .unknown_on_update()
                .doc("When the membership was last changed.")
                .read(|r| Some(r.membership.update_time)),
        )
    }

    fn identity_schema() -> IdentitySchema {
        identity_schema("The id of the membership.", "The account whose membership it is.")
    }

    fn identity(state: &Value) -> Option<Value> {
        let text = |name: &str| state.get(name).as_str().map(str::to_owned);
        let account = text("arn").and_then(|arn| Arn::parse(&arn)).map(|arn| arn.account);
        Self::identity_schema().identity([text("id"), text("region"), account])
    }

    fn import(target: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        let mut state = ids::import("membership", target)?;
        if let ImportTarget::Id(text) = target
            && ids::account_in(text).is_some()
        {
            // It tells whose the membership is, should it not be found.
            state.push(("arn", text.into()));
        }
        Ok(state)
    }

    fn modify_plan(plan: &mut Plan<'_>, client: Option<&Client>, private: &mut Private) {
        plan::modify(plan, client, private);
    }

    fn refuse(change: Change<'_>, private: &Private, diagnostics: &mut Diagnostics) {
        plan::refuse(change, private, diagnostics);
    }

    async fn create(
        cx: &Context<'_, Client>,
        input: Create,
        planned: &Value,
    ) -> Result<Remote, Diagnostics> {
        join::join(cx, input, planned).await
    }

    async fn read(cx: &Context<'_, Client>, state: &Value) -> Result<Option<Remote>, Diagnostics> {
        remote::read(cx, state).await
    }

    async fn update(
        cx: &Context<'_, Client>,
        input: Option<Update>,
        change: Change<'_>,
    ) -> Result<(), Diagnostics> {
        update::update(cx, input, change).await
    }

    async fn delete(cx: &Context<'_, Client>, state: &Value) -> Result<(), Diagnostics> {
        leave::leave(cx, state).await
    }
}

fn query_results() -> Codec<QueryResult> {
    object(|builder: QueryResultBuilder| Ok::<_, String>(builder.build()))
        .with(
            field("role_arn", role_arn())
                .optional()
                .doc(
                    "The role with which the service writes results. Without it, only results of \
                     queries of up to 12 hours arrive.",
                )
                .create(QueryResultBuilder::set_role_arn)
                .read(|results: &QueryResult| results.role_arn.clone()),
        )
        .with(
            field(
                "output_configuration",
                one_of(vec![variant(
                    "s3",
                    "Results go to a bucket in Amazon S3.",
                    query_s3(),
                    QueryOutput::S3,
                    |output| output.as_s3().ok(),
                )]),
            )
            .required()
            .doc("Where results go.")
            .create(QueryResultBuilder::set_output_configuration)
            .read(|results: &QueryResult| results.output_configuration.clone()),
        )
        .single()
}

fn query_s3() -> Codec<QueryS3> {
    object(QueryS3Builder::build)
        .with(
            field("bucket", bucket())
                .required()
                .doc("The bucket.")
                .create(QueryS3Builder::set_bucket)
                .read(|s3: &QueryS3| Some(s3.bucket.clone())),
        )
        .with(
            field("key_prefix", key_prefix())
                .optional_computed()
                .doc("What the keys of results start with.")
                .default("".into())
                .create(|s3: QueryS3Builder, prefix| s3.set_key_prefix(given(prefix)))
                .read(|s3: &QueryS3| s3.key_prefix.clone()),
        )
        .with(
            field("result_format", closed::<ResultFormat>(ResultFormat::values()))
                .required()
                .doc("The format of results: `CSV` or `PARQUET`.")
                .create(QueryS3Builder::set_result_format)
                .read(|s3: &QueryS3| Some(s3.result_format.clone())),
        )
        .with(
            field("single_file_output", boolean())
                .optional_computed()
                .doc("Whether results come as one file; false when left out.")
                .default(false.into())
                .create(QueryS3Builder::set_single_file_output)
                .read(|s3: &QueryS3| s3.single_file_output),
        )
        .single()
}

fn job_results() -> Codec<JobResult> {
    object(JobResultBuilder::build)
        .with(
            field("role_arn", role_arn())
                .required()
                .doc("The role with which the service writes results.")
                .create(JobResultBuilder::set_role_arn)
                .read(|results: &JobResult| Some(results.role_arn.clone())),
        )
        .with(
            field(
                "output_configuration",
                one_of(vec![variant(
                    "s3",
                    "Results go to a bucket in Amazon S3.",
                    job_s3(),
                    JobOutput::S3,
                    |output| output.as_s3().ok(),
                )]),
            )
            .required()
            .doc("Where results go.")
            .create(JobResultBuilder::set_output_configuration)
            .read(|results: &JobResult| results.output_configuration.clone()),
        )
        .single()
}

fn job_s3() -> Codec<JobS3> {
    object(JobS3Builder::build)
        .with(
            field("bucket", bucket())
                .required()
                .doc("The bucket.")
                .create(JobS3Builder::set_bucket)
                .read(|s3: &JobS3| Some(s3.bucket.clone())),
        )
        .with(
            field("key_prefix", key_prefix())
                .optional_computed()
                .doc("What the keys of results start with.")
                .default("".into())
                .create(|s3: JobS3Builder, prefix| s3.set_key_prefix(given(prefix)))
                .read(|s3: &JobS3| s3.key_prefix.clone()),
        )
        .with(
            field("result_format", closed::<ResultFormat>(ResultFormat::values()))
                .optional_computed()
                .doc("The format of results: `CSV`, when left out, or `PARQUET`.")
                .default("CSV".into())
                .create(JobS3Builder::set_result_format)
                .read(|s3: &JobS3| s3.result_format.clone()),
        )
        .single()
}

/// A prefix for a request; the service means the same by none and by an empty one.
fn given(prefix: Option<String>) -> Option<String> {
    prefix.filter(|prefix| !prefix.is_empty())
}
