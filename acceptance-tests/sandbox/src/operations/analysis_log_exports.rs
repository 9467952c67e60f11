//! Exports of the logs of queries. Nothing is exported: each Get takes one a
//! step further.

use serde_json::{Value, json};

use super::paging::Page;
use super::plain::{self, Plain, Told};
use super::{Call, Operation, text};
use crate::error::{ApiError, ResourceKind};
use crate::payment::Cost;
use crate::settings::JobOutcome;
use crate::shelf::Kind;
use crate::state::{AnalysisKind, CAN_EXPORT_QUERY_ANALYSIS_LOG};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("StartAnalysisLogExport", start),
    ("GetAnalysisLogExport", get),
    ("ListAnalysisLogExports", list),
];

plain::plain! {
    /// An export.
    AnalysisLogExport on analysis_log_exports,
    Kind {
        name: "analysis_log_export",
        id_prefix: 0x109e_3900,
        arn: None,
        is_deletable: false,
    },
    plain::Names {
        label: "analysisLogExportIdentifier",
        one: "analysisLogExport",
        many: "analysisLogExports",
        resource: None,
        nearest: ResourceKind::Membership,
    }
}

const IN_PROGRESS: &str = "IN_PROGRESS";

fn complete(export: &AnalysisLogExport, reply: &mut Value, _call: &Call<'_>) {
    reply["analysisLogExportId"] = export.head.id.as_str().into();
}

fn start(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    call.check_active(&membership)?;
    let mut told = call.told(&input);
    check_analysis(call, &membership, text(&input, "analysisId")?)?;
    check_running(call, &membership, &told)?;
    told.insert("status".to_owned(), IN_PROGRESS.into());
    let id = call.make::<AnalysisLogExport>(Some(&membership), None, told);
    Ok(call.one::<AnalysisLogExport>(&id))
}

/// A query of the collaboration that has ended; the caller has run it or pays
/// for it, and can export logs.
fn check_analysis(call: &Call<'_>, membership: &str, analysis: &str) -> Result<(), ApiError> {
    let (own, collaboration) = call.joined(membership)?;
    if !own.has(CAN_EXPORT_QUERY_ANALYSIS_LOG) {
        let message = format!("The member does not have {CAN_EXPORT_QUERY_ANALYSIS_LOG}.");
        return Err(ApiError::denied(message));
    }
    let analysis = call
        .state
        .analyses
        .get(analysis)
        .filter(|one| one.kind == AnalysisKind::Query)
        .filter(|one| {
            let runner = &call.state.memberships[one.membership_id.as_str()];
            runner.collaboration.id == own.collaboration.id
        })
        .ok_or_else(|| ApiError::not_found(ResourceKind::Membership, analysis))?;
    let member = collaboration.member(&own.head.account);
    let pays = member.is_some_and(|member| collaboration.pays(member, Cost::QueryCompute));
    if analysis.membership_id != membership && !pays {
        return Err(ApiError::denied("The member has neither run the query nor pays for it."));
    }
    if analysis.status.is_running() {
        return Err(ApiError::configuration("analysisId", "The query has not ended."));
    }
    Ok(())
}

/// One export of a query to a place at a time, and so many at once.
fn check_running(call: &Call<'_>, membership: &str, told: &Told) -> Result<(), ApiError> {
    let caller = call.caller;
    let own: Vec<&AnalysisLogExport> = call
        .state
        .analysis_log_exports
        .values()
        .filter(|export| export.text("status") == IN_PROGRESS)
        .filter(|export| export.head.is_of(&caller.account, &caller.region))
        .collect();
    let is_same = |export: &&AnalysisLogExport| {
        ["analysisId", "resultConfiguration"]
            .iter()
            .all(|name| export.told.get(*name) == told.get(*name))
    };
    if own.iter().any(is_same) {
        return Err(ApiError::configuration(
            "resultConfiguration",
            "The log of the query is being exported there already.",
        ));
    }
    let of_membership =
        own.iter().filter(|export| export.head.membership.as_deref() == Some(membership));
    plain::check_quota(
        "Concurrent analysis log exports per membership",
        call.quotas.concurrent_log_exports_per_membership,
        of_membership.count(),
    )?;
    plain::check_quota(
        "Concurrent analysis log exports per account",
        call.quotas.concurrent_log_exports_per_account,
        own.len(),
    )
}

/// Says how it stands, and lets the next look find it ended.
fn get(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<AnalysisLogExport>(&input)?;
    let reply = call.one::<AnalysisLogExport>(&id);
    if call.state.analysis_log_exports[&id].text("status") == IN_PROGRESS {
        let end = match call.switches.log_export_outcome {
            JobOutcome::Success => Told::from_iter([("status".to_owned(), "SUCCESS".into())]),
            JobOutcome::Failed => Told::from_iter([
                ("status".to_owned(), "FAILED".into()),
                (
                    "error".to_owned(),
                    json!({ "code": "LOGS_NOT_AVAILABLE", "message": "The logs are not there." }),
                ),
            ]),
        };
        call.overwrite::<AnalysisLogExport>(&id, end);
    }
    Ok(reply)
}

fn list(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    let many = AnalysisLogExport::NAMES.many;
    let page = Page::newest_first(format!("{many} {membership}"), &input, call.switches)?;
    let wanted = |export: &&AnalysisLogExport| {
        let fits = |filter: &str, name: &str| {
            input.get(filter).and_then(Value::as_str).is_none_or(|text| export.text(name) == text)
        };
        fits("analysisIdentifier", "analysisId") && fits("status", "status")
    };
    let ids: Vec<String> = call
        .state
        .analysis_log_exports
        .seen(|export| export.head.membership.as_deref() == Some(membership.as_str()))
        .into_iter()
        .filter(wanted)
        .map(|export| export.head.id.clone())
        .collect();
    let items = ids
        .iter()
        .map(|id| &call.state.analysis_log_exports[id])
        .map(|export| {
            let whole = call.whole(export);
            (export.head.sequence, call.model.item_of(call.operation, many, whole))
        })
        .collect();
    Ok(page.reply(many, items))
}
