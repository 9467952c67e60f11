//! Exports of logs, which only an action starts: how often, whatever happens to its calls.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::faults::{Fault, Place};
use cleanrooms_harness::scenario::Run;

use super::*;

pub const ALL: [(&str, Claim); 1] =
    [("whatever_meets_a_call_of_an_export_it_is_started_once_at_most", || {
        Box::pin(whatever_meets_a_call_of_an_export_it_is_started_once_at_most())
    })];

/// Longer than the provider waits for a reply.
const LATE: Duration = Duration::from_secs(70);

/// A stage with a query that has ended, and the action that exports its log.
async fn exporter() -> Result<Stage> {
    let mut stage = Stage::new();
    let abilities = r#"["CAN_EXPORT_QUERY_ANALYSIS_LOG", "CAN_QUERY", "CAN_RECEIVE_RESULTS"]"#;
    let more = r#"
resource "cleanrooms_protected_query" "this" {
  membership_id = cleanrooms_membership.this.id
  sql           = "SELECT COUNT(*) FROM orders"
}

action "cleanrooms_start_analysis_log_export" "audit" {
  config {
    membership_id        = cleanrooms_membership.this.id
    analysis_id          = cleanrooms_protected_query.this.id
    result_configuration = { output_configuration = { s3 = { bucket = "query-logs" } } }
  }
}
"#;
    stage.configure(&joined_with(abilities, more));
    applied(&mut stage).await?;
    stage.world.clear_calls().await?;
    Ok(stage)
}

/// Invokes the action: what was said by the way and at the end, and whether it failed.
async fn invoked(stage: &mut Stage) -> Result<(String, bool)> {
    let arguments = vec![
        "-refresh=false".to_owned(),
        "-invoke=action.cleanrooms_start_analysis_log_export.audit".to_owned(),
    ];
    let said = stage.plan_and_apply(&Run { arguments, ..Run::default() }).await?;
    let has_failed = !errors(&said).is_empty();
    let lines = std::mem::take(&mut stage.core.progress).into_iter().map(|(_, line)| line);
    let told = said.iter().map(|said| said.diagnostic.to_string());
    Ok((lines.chain(told).collect::<Vec<_>>().join("\n"), has_failed))
}

/// The ids of the exports, with their statuses.
async fn exports(stage: &Stage) -> Result<Vec<(String, String)>> {
    let path = stage.filled("/memberships/${cleanrooms_membership.this.id}/analysislogexports")?;
    let listed = stage.world.list(CREATOR, &path, "analysisLogExports").await?;
    let one = |it: &Json| {
        Ok((text(&it["analysisLogExportId"])?.to_owned(), text(&it["status"])?.to_owned()))
    };
    listed.iter().map(one).collect()
}

async fn whatever_meets_a_call_of_an_export_it_is_started_once_at_most() -> Result<()> {
    let mut stage = exporter().await?;
    let (said, has_failed) = invoked(&mut stage).await?;
    ensure!(!has_failed, "without a fault: {said}");
    let calls: Vec<_> =
        stage.world.calls().await?.into_iter().filter_map(|call| call.operation).collect();
    ensure!(calls.contains(&"StartAnalysisLogExport".to_owned()), "it starts nothing: {calls:?}");
    let (mut ended, mut failed) = (0, 0);
    for (position, operation) in calls.iter().enumerate() {
        let earlier = calls[..position].iter().filter(|other| *other == operation).count();
        let all = Fault::all().into_iter().chain(Fault::distortions());
        for fault in all.filter(|fault| fault.is_for(operation)) {
            let case = format!("{operation} {earlier} {}", fault.name);
            let place = Place { operation: operation.clone(), earlier, position };
            let has_failed = with_fault(&fault, &place).await.with_context(|| case)?;
            *(if has_failed { &mut failed } else { &mut ended }) += 1;
        }
    }
    ensure!(ended > 0 && failed > 0, "some faults pass, and some do not: {ended} and {failed}");
    Ok(())
}

/// Invokes the action while a fault meets one of its calls; whether that failed.
async fn with_fault(fault: &Fault, place: &Place) -> Result<bool> {
    let mut stage = exporter().await?;
    stage.world.admin("POST", "faults", Some(&fault.at(place, LATE))).await?;
    let (said, has_failed) = invoked(&mut stage).await?;
    // A call that was given up is carried out all the same.
    tokio::time::sleep(LATE).await;
    let is_met = match fault.lasts() {
        true => stage.world.calls().await?.iter().any(|call| call.fault.is_some()),
        false => stage.world.faults_have_begun().await?,
    };
    ensure!(is_met, "the fault met no call: {said}");
    stage.world.admin("DELETE", "faults", None).await?;
    let exports = exports(&stage).await?;
    ensure!(exports.len() <= 1, "it was started again: {exports:?}, {said}");
    match exports.first() {
        Some((id, status)) => {
            let is_lost = has_failed && said.contains("The reply to the creation");
            ensure!(said.contains(id) || is_lost, "nobody is told of {id}: {said}");
            ensure!(has_failed || status == "SUCCESS", "it is {status}, and no error: {said}");
        }
        None => ensure!(has_failed, "nothing was exported, and that is no error: {said}"),
    }
    Ok(has_failed)
}
