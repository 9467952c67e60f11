//! Exports of the logs of protected queries: an action starts one, and data sources show them.
//!
//! No resource manages one: nothing changes it, ends it or deletes it (API model). It is an object all
//! the same, so that a start whose reply was lost is looked for like any other.

pub mod data;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::start_analysis_log_export::builders::StartAnalysisLogExportInputBuilder as Create;
use aws_sdk_cleanrooms::types::builders::{
    AnalysisLogExportOutputConfigurationBuilder as OutputBuilder,
    AnalysisLogExportResultConfigurationBuilder as ResultsBuilder,
    AnalysisLogExportS3OutputConfigurationBuilder as S3Builder,
};
use aws_sdk_cleanrooms::types::{
    AnalysisLogExport as Item, AnalysisLogExportOutputConfiguration as Output,
    AnalysisLogExportResultConfiguration as Results, AnalysisLogExportS3OutputConfiguration as S3,
    AnalysisLogExportSummary, LogExportAnalysisType,
};

use super::analysis::actions::Started;
use super::analysis::rows::error;
use super::analysis::{Failure, Run, Runs, is_busy};
use super::aws::{AwsError, PAGE_SIZE, all_pages};
use super::client::{Client, Reading};
use super::key::Key;
use super::kind::Kind;
use super::object::{Candidate, Facts, Object, Of};
use super::shapes::ids::uuid;
use super::shapes::results::given;
use super::shapes::text::{bucket, key_prefix};
use crate::framework::codec::{Codec, object, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::{Diagnostic, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct AnalysisLogExport;

type Row = Of<AnalysisLogExport>;

impl Object for AnalysisLogExport {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_analysis_log_export",
        noun: "analysis log export",
        arn: None,
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &[],
        former_identity: &[],
        tagged: false,
        // A second one to the same place is refused while the first one goes on, and not afterwards.
        is_unique: false,
        type_is_found: false,
    };
    type Create = Create;
    type Update = ();
    type Item = Item;

    const IS_KEPT: bool = false;
    const READS: &'static [Need] = &[Need::always(&["cleanrooms:GetAnalysisLogExport"])];
    const WRITES: &'static [Need] = &[
        Need::always(&["cleanrooms:StartAnalysisLogExport"]),
        Need::when("to wait for the end", &["cleanrooms:GetAnalysisLogExport"]),
        Need::when(
            "to find an export whose start was not answered",
            &["cleanrooms:ListAnalysisLogExports"],
        ),
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new("An export of the log of a protected query to a bucket in Amazon S3.")
            .with(
                Row::attribute("membership_id", uuid())
                    .required()
                    .requires_replace()
                    .doc(
                        "The id of the membership that exports: it can export logs, and has run the \
                         query or pays for it.",
                    )
                    .create(Create::set_membership_identifier)
                    .read(|r| Some(r.item.membership_id.clone())),
            )
            .with(
                Row::attribute("analysis_id", uuid())
                    .required()
                    .requires_replace()
                    .doc("The id of the protected query, which has ended.")
                    .create(Create::set_analysis_id)
                    .read(|r| Some(r.item.analysis_id.clone())),
            )
            .with(
                Row::attribute("result_configuration", results())
                    .required()
                    .requires_replace()
                    .doc("Where the log goes.")
                    .create(Create::set_result_configuration)
                    .read(|r| r.item.result_configuration.clone()),
            )
            .with(
                Row::attribute("analysis_type", text_enum::<LogExportAnalysisType>())
                    .computed()
                    .doc("Of what the log is: `PROTECTED_QUERY`.")
                    .read(|r| Some(r.item.analysis_type.clone())),
            )
            .with(
                Row::attribute("status", string())
                    .computed()
                    .doc("How far it is: `IN_PROGRESS`, or how it has ended: `SUCCESS` or `FAILED`.")
                    .read(|r| Some(r.item.status.as_str().to_owned())),
            )
            .with(
                Row::attribute("error", error())
                    .computed()
                    .doc("Why it has failed: `code` and `message`.")
                    .read(|r| failure(&r.item)),
            )
    }

    fn facts(item: &Item) -> Facts {
        Facts {
            id: Some(item.analysis_log_export_id.clone()),
            arn: None,
            create_time: Some(item.create_time),
            update_time: Some(item.update_time),
        }
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        const CALL: &str = "StartAnalysisLogExport";
        let input = input.analysis_type(LogExportAnalysisType::ProtectedQuery);
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.analysis_log_export.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetAnalysisLogExport";
        let call = at.sdk.get_analysis_log_export().membership_identifier(key.parent());
        let reply = call.analysis_log_export_identifier(key.id()).send().await;
        let reply = reply.map_err(AwsError::of(CALL))?;
        reply.analysis_log_export.ok_or_else(|| AwsError::unreadable(CALL))
    }

    /// There is nothing to send: what was started is fixed.
    async fn update(_sdk: &Sdk, _key: &Key, (): ()) -> Result<(), AwsError> {
        Ok(())
    }

    /// There is nothing to send: the service keeps what was exported.
    async fn delete(_sdk: &Sdk, _key: &Key) -> Result<(), AwsError> {
        Ok(())
    }

    /// Starts for one query take turns.
    fn name(planned: &Value) -> String {
        let text = |name| planned.get(name).as_str().unwrap_or_default();
        format!("{}/{}", text("membership_id"), text("analysis_id"))
    }

    /// The list does not tell where an export goes: what was started since is compared one by one.
    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        let text = |name| planned.get(name).as_str();
        let membership_id = text("membership_id").unwrap_or_default();
        let listed = list_all(at, membership_id, text("analysis_id"), None).await?;
        let candidate = |it: &AnalysisLogExportSummary| {
            Candidate::of([membership_id, &it.analysis_log_export_id], it.create_time)
        };
        Ok(listed.iter().filter_map(candidate).collect())
    }

    fn creating() -> String {
        format!("start the {}", Self::KIND.noun)
    }

    fn create_operation() -> String {
        Self::KIND.create_operation().replacen("Create", "Start", 1)
    }

    /// A query that has ended has been visible for long, and so has its membership.
    fn is_settling(_err: &AwsError) -> bool {
        false
    }

    fn is_busy(err: &AwsError) -> bool {
        is_busy(err)
    }

    fn explain(_client: &Client, _planned: &Value, err: &AwsError) -> Option<Diagnostic> {
        is_busy(err).then(|| {
            Diagnostic::error(
                format!("Cannot {}: others run", Self::creating()),
                format!(
                    "As many exports run at once as may, until `timeout` was over or Terraform was \
                     stopped. Nothing was started. {err}"
                ),
            )
        })
    }
}

impl Runs for AnalysisLogExport {
    fn run(item: &Item) -> Run {
        Run {
            membership_id: item.membership_id.clone(),
            status: item.status.as_str().to_owned(),
            failure: failure(item),
            result_location: item.result_configuration.as_ref().and_then(location),
            ..Run::default()
        }
    }
}

impl Started for AnalysisLogExport {
    const START: &'static str = "cleanrooms_start_analysis_log_export";
    const START_NEEDS: &'static [Need] = Self::WRITES;
    const IS_PAID: bool = false;
    const LEFT: &'static str = "What it may have written stays in the bucket.";
    const CANCEL: Option<(&'static str, &'static str)> = None;
}

fn failure(item: &Item) -> Option<Failure> {
    let error = item.error.as_ref()?;
    Some(Failure { code: error.code.clone(), message: error.message.clone() })
}

/// Where a log goes, as Amazon S3 writes it.
fn location(results: &Results) -> Option<String> {
    let s3 = results.output_configuration.as_ref()?.s3.as_ref()?;
    Some(format!("s3://{}/{}", s3.bucket, s3.key_prefix.as_deref().unwrap_or_default()))
}

/// All exports of a membership, or those of a query or a status.
async fn list_all(
    at: &Reading<'_>,
    membership_id: &str,
    analysis_id: Option<&str>,
    status: Option<&str>,
) -> Result<Vec<AnalysisLogExportSummary>, AwsError> {
    const CALL: &str = "ListAnalysisLogExports";
    all_pages(CALL, &at.stop, |token| async {
        let call = at.sdk.list_analysis_log_exports().membership_identifier(membership_id);
        let call = call.set_analysis_identifier(analysis_id.map(str::to_owned));
        let call = call.set_status(status.map(Into::into)).max_results(PAGE_SIZE);
        let reply = call.set_next_token(token).send().await.map_err(AwsError::of(CALL))?;
        Ok((reply.analysis_log_exports, reply.next_token))
    })
    .await
}

fn results() -> Codec<Results> {
    object(|builder: ResultsBuilder| Ok::<_, String>(builder.build()))
        .with(
            field("output_configuration", output())
                .required()
                .doc("Where the log goes.")
                .create(ResultsBuilder::set_output_configuration)
                .read(|it: &Results| it.output_configuration.clone()),
        )
        .single()
}

fn output() -> Codec<Output> {
    object(|builder: OutputBuilder| Ok::<_, String>(builder.build()))
        .with(
            field("s3", s3())
                .required()
                .doc("To a bucket in Amazon S3, in the Region of the collaboration.")
                .create(OutputBuilder::set_s3)
                .read(|it: &Output| it.s3.clone()),
        )
        .single()
}

fn s3() -> Codec<S3> {
    object(S3Builder::build)
        .with(
            field("bucket", bucket())
                .required()
                .doc("The bucket.")
                .create(S3Builder::set_bucket)
                .read(|s3: &S3| Some(s3.bucket.clone())),
        )
        .with(
            field("key_prefix", key_prefix())
                .optional_computed()
                .doc("What the keys of the log start with.")
                .default("".into())
                .create(|s3: S3Builder, prefix| s3.set_key_prefix(given(prefix)))
                .read(|s3: &S3| s3.key_prefix.clone()),
        )
        .single()
}

#[cfg(test)]
mod tests;
