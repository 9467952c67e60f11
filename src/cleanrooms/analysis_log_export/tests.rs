//! Claims about exports of logs that need no service.

use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{AnalysisLogExportError, AnalysisLogExportStatus};
use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::analysis::bad_end;
use crate::cleanrooms::testing::{checked, create_input};

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const QUERY: &str = "00000000-0000-4000-8000-000000000002";

/// The arguments of an export to that bucket with that prefix.
fn arguments(bucket: &str, key_prefix: Json) -> Json {
    let s3 = json!({ "bucket": bucket, "key_prefix": key_prefix });
    json!({
        "membership_id": MEMBERSHIP, "analysis_id": QUERY,
        "result_configuration": { "output_configuration": { "s3": s3 } },
    })
}

fn results_in(bucket: &str, key_prefix: Option<&str>) -> Results {
    let s3 = S3::builder().bucket(bucket).set_key_prefix(key_prefix.map(str::to_owned));
    let output = Output::builder().s3(s3.build().expect("whole"));
    Results::builder().output_configuration(output.build()).build()
}

fn item(status: AnalysisLogExportStatus, error: Option<AnalysisLogExportError>) -> Item {
    Item::builder()
        .analysis_log_export_id("00000000-0000-4000-8000-000000000003")
        .analysis_id(QUERY)
        .analysis_type(LogExportAnalysisType::ProtectedQuery)
        .membership_id(MEMBERSHIP)
        .status(status)
        .set_error(error)
        .result_configuration(results_in("logs", Some("queries")))
        .create_time(DateTime::from_secs(0))
        .update_time(DateTime::from_secs(0))
        .build()
        .expect("whole")
}

#[test]
fn the_start_carries_what_is_configured() {
    for (prefix, sent) in [(json!("queries"), Some("queries")), (Json::Null, None)] {
        let expected = Create::default()
            .membership_identifier(MEMBERSHIP)
            .analysis_id(QUERY)
            .result_configuration(results_in("logs", sent));
        let input = create_input::<AnalysisLogExport>(&arguments("logs", prefix));
        assert_eq!(format!("{input:?}"), format!("{expected:?}"));
    }
}

#[test]
fn mistakes_are_told_at_their_attributes() {
    assert_eq!(checked::<AnalysisLogExport>(&arguments("logs", Json::Null)), Vec::<String>::new());
    let seen = checked::<AnalysisLogExport>(&arguments("Logs", json!("a b")));
    let s3 = "error at result_configuration.output_configuration.s3";
    assert_eq!(seen, [format!("{s3}.bucket"), format!("{s3}.key_prefix")]);
}

#[test]
fn the_log_is_where_it_was_sent() {
    assert_eq!(
        location(&results_in("logs", Some("queries"))).as_deref(),
        Some("s3://logs/queries")
    );
    assert_eq!(location(&results_in("logs", None)).as_deref(), Some("s3://logs/"));
}

#[test]
fn a_failure_is_told_with_its_code_and_message() {
    let error = AnalysisLogExportError::builder().code("LOGS_NOT_AVAILABLE").message("Too old.");
    let failed = item(AnalysisLogExportStatus::Failed, Some(error.build().expect("whole")));
    let told = bad_end::<AnalysisLogExport>(&failed, "").expect("a bad end");
    assert!(told.detail.contains("`LOGS_NOT_AVAILABLE`: Too old."), "{}", told.detail);
    for good in [AnalysisLogExportStatus::InProgress, AnalysisLogExportStatus::Success] {
        assert_eq!(bad_end::<AnalysisLogExport>(&item(good, None), ""), None);
    }
}
