//! An export of a log looked at, and all that a membership has started.

use aws_sdk_cleanrooms::types::{AnalysisLogExportStatus, AnalysisLogExportSummary};

use super::{AnalysisLogExport, list_all};
use crate::cleanrooms::analysis::data::Looked;
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, argument, described_by, filter, required, told};
use crate::cleanrooms::object::Object;
use crate::cleanrooms::shapes::enumeration::{constant, open};
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::time::time;
use crate::framework::codec::{Codec, object, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Looked for AnalysisLogExport {
    const ABOUT: &'static str = "An export of the log of a protected query, whoever started it: how far it is, \
                                 and where the log goes. A look never starts one.";
    const LOOKS: &'static [Need] = Self::READS;
}

/// The exports of logs of a membership.
pub struct AnalysisLogExports;

impl Listing for AnalysisLogExports {
    const TYPE_NAME: &'static str = "cleanrooms_analysis_log_exports";
    const ENTRIES: &'static str = "analysis_log_exports";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListAnalysisLogExports"])];
    const ABOUT: &'static str = "The exports of logs that a membership of the account's own has started, or those of \
                                 them that are asked for. There may be none.";
    type Entry = AnalysisLogExportSummary;

    fn arguments() -> Vec<Attribute> {
        let status = open::<AnalysisLogExportStatus>(AnalysisLogExportStatus::values(), constant);
        let parent = required("membership_id", &uuid(), "The id of the membership.");
        let of = filter::<AnalysisLogExport>("analysis_id", "Only exports of this query's log.");
        let status = argument(
            "status",
            &status,
            "Only exports of this status: `IN_PROGRESS`, `SUCCESS`, `FAILED`.",
        );
        std::iter::once(parent).chain(of).chain([status]).collect()
    }

    fn entry() -> Codec<(), AnalysisLogExportSummary> {
        type Entry = AnalysisLogExportSummary;
        let entry = object(Ok::<(), String>)
            .with(told("id", |it: &Entry| it.analysis_log_export_id.clone()))
            .with(told("analysis_id", |it: &Entry| it.analysis_id.clone()))
            .with(told("analysis_type", |it: &Entry| it.analysis_type.as_str().to_owned()))
            .with(
                field("status", text_enum::<AnalysisLogExportStatus>())
                    .computed()
                    .read(|it: &Entry| Some(it.status.clone())),
            )
            .with(field("create_time", time()).computed().read(|it: &Entry| Some(it.create_time)))
            .single();
        described_by::<AnalysisLogExport, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<AnalysisLogExportSummary>, AwsError> {
        let text = |name| config.get(name).as_str();
        let membership_id = text("membership_id").unwrap_or_default();
        list_all(at, membership_id, text("analysis_id"), text("status")).await
    }
}
