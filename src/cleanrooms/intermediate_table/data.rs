//! The intermediate tables of a membership, and the populations of one.

use aws_sdk_cleanrooms::types::{
    IntermediateTableAnalysisRuleType, IntermediateTableStatus, IntermediateTableSummary,
    IntermediateTableVersionStatus, IntermediateTableVersionSummary,
    PopulateIntermediateTableAnalysisType,
};

use super::IntermediateTable;
use super::populate::list_versions;
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, argument, described_by, filter, required, told};
use crate::cleanrooms::of_membership::of_membership;
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::enumeration::{constant, open};
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::time::time;
use crate::cleanrooms::view::text;
use crate::framework::codec::{Codec, object, set_of, small_integer, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Queried for IntermediateTable {
    type Among = IntermediateTables;
    const ABOUT: &'static str =
        "The intermediate tables that a membership of the account's own has made.";
}

/// The intermediate tables of a membership.
pub struct IntermediateTables;

impl Listing for IntermediateTables {
    const TYPE_NAME: &'static str = "cleanrooms_intermediate_tables";
    const ENTRIES: &'static str = "intermediate_tables";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListIntermediateTables"])];
    const ABOUT: &'static str = "The intermediate tables that a membership of the account's own has made, or \
                                 those of them that are asked for. There may be none.";
    type Entry = IntermediateTableSummary;

    fn arguments() -> Vec<Attribute> {
        let status = open::<IntermediateTableStatus>(IntermediateTableStatus::values(), constant);
        let parent = required("membership_id", &uuid(), "The id of the membership.");
        let about = "Only the table of this name, in upper or lower case.";
        let about_status = "Only tables of this status, such as `POPULATE_SUCCESS`.";
        let status = argument("status", &status, about_status);
        let name = filter::<IntermediateTable>("name", about);
        [parent].into_iter().chain(name).chain([status]).collect()
    }

    fn entry() -> Codec<(), IntermediateTableSummary> {
        type Entry = IntermediateTableSummary;
        let entry = of_membership()
            .with(told("name", |it: &Entry| it.name.clone()))
            .with(told("description", |it: &Entry| it.description.clone().unwrap_or_default()))
            .with(
                field("status", text_enum::<IntermediateTableStatus>())
                    .computed()
                    .read(|it: &Entry| Some(it.status.clone())),
            )
            .with(
                field("retention_in_days", small_integer())
                    .computed()
                    .read(|it: &Entry| it.retention_in_days),
            )
            .with(
                field(
                    "analysis_rule_types",
                    set_of(text_enum::<IntermediateTableAnalysisRuleType>()),
                )
                .computed()
                .read(|it: &Entry| Some(it.analysis_rule_types.clone().unwrap_or_default())),
            )
            .single();
        described_by::<IntermediateTable, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<IntermediateTableSummary>, AwsError> {
        const CALL: &str = "ListIntermediateTables";
        let membership_id = text(config, "membership_id");
        all_pages(CALL, &at.stop, |token| async {
            let call = at.sdk.list_intermediate_tables().max_results(PAGE_SIZE);
            let call = call.membership_identifier(membership_id).set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.intermediate_table_summaries, reply.next_token))
        })
        .await
    }
}

/// The populations of a table.
pub struct IntermediateTableVersions;

impl Listing for IntermediateTableVersions {
    const TYPE_NAME: &'static str = "cleanrooms_intermediate_table_versions";
    const ENTRIES: &'static str = "intermediate_table_versions";
    const KEY: &'static str = "version_id";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListIntermediateTableVersions"])];
    const ABOUT: &'static str = "The populations of an intermediate table of the account's own, each of which \
                                 makes a version of its data. There may be none.";
    type Entry = IntermediateTableVersionSummary;

    fn arguments() -> Vec<Attribute> {
        type Status = IntermediateTableVersionStatus;
        let status = open::<Status>(Status::values(), constant);
        vec![
            required("membership_id", &uuid(), "The id of the membership that owns the table."),
            required("intermediate_table_id", &uuid(), "The id of the intermediate table."),
            argument(
                "status",
                &status,
                "Only versions of this status, such as `POPULATE_STARTED`.",
            ),
        ]
    }

    fn entry() -> Codec<(), IntermediateTableVersionSummary> {
        type Entry = IntermediateTableVersionSummary;
        object(Ok::<(), String>)
            .with(
                field("version_id", string())
                    .computed()
                    .doc("The id of the version.")
                    .read(|it: &Entry| Some(it.version_id.clone())),
            )
            .with(
                field("analysis_id", string())
                    .computed()
                    .doc("The id of the query or job that makes its data.")
                    .read(|it: &Entry| Some(it.analysis_id.clone())),
            )
            .with(
                field("analysis_type", text_enum::<PopulateIntermediateTableAnalysisType>())
                    .computed()
                    .doc("`QUERY` or `JOB`.")
                    .read(|it: &Entry| Some(it.analysis_type.clone())),
            )
            .with(
                field("status", text_enum::<IntermediateTableVersionStatus>())
                    .computed()
                    .doc(
                        "`POPULATE_STARTED`, `POPULATE_SUCCESS`, `POPULATE_FAILED` or \
                         `RETENTION_PERIOD_EXPIRED`.",
                    )
                    .read(|it: &Entry| Some(it.status.clone())),
            )
            .with(
                field("kms_key_arn", string())
                    .computed()
                    .doc("The key with which its data is encrypted; null for AWS's own.")
                    .read(|it: &Entry| it.kms_key_arn.clone()),
            )
            .with(
                field("expiration_time", time())
                    .computed()
                    .doc("When its data goes.")
                    .read(|it: &Entry| it.expiration_time),
            )
            .with(
                field("create_time", time())
                    .computed()
                    .doc("When the population was started.")
                    .read(|it: &Entry| Some(it.create_time)),
            )
            .single()
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<IntermediateTableVersionSummary>, AwsError> {
        let (membership_id, table_id) =
            (text(config, "membership_id"), text(config, "intermediate_table_id"));
        list_versions(at, membership_id, table_id).await
    }
}
