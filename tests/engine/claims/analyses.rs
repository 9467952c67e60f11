//! What costs money: how often a query is started, whatever happens to the call, its reply, and the wait.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::scenario::{Command, Run};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;

pub const ALL: [(&str, Claim); 12] = [
    ("ten_queries_at_once_wait_for_one_another", || {
        Box::pin(ten_queries_at_once_wait_for_one_another())
    }),
    ("others_that_run_for_ever_are_waited_for_as_long_as_the_timeout_says", || {
        Box::pin(others_that_run_for_ever_are_waited_for_as_long_as_the_timeout_says())
    }),
    ("the_end_of_the_timeout_is_a_warning_and_starts_nothing_again", || {
        Box::pin(the_end_of_the_timeout_is_a_warning_and_starts_nothing_again())
    }),
    ("a_stop_leaves_the_query_running_and_in_state", || {
        Box::pin(a_stop_leaves_the_query_running_and_in_state())
    }),
    ("a_query_that_is_cancelled_while_it_is_waited_for_runs_again_with_the_next_apply", || {
        Box::pin(a_query_that_is_cancelled_while_it_is_waited_for_runs_again_with_the_next_apply())
    }),
    ("a_query_that_is_cancelled_elsewhere_is_history", || {
        Box::pin(a_query_that_is_cancelled_elsewhere_is_history())
    }),
    ("destroying_cancels_what_still_runs", || Box::pin(destroying_cancels_what_still_runs())),
    ("of_several_equal_queries_none_is_adopted", || {
        Box::pin(of_several_equal_queries_none_is_adopted())
    }),
    ("an_older_equal_query_is_not_adopted", || Box::pin(an_older_equal_query_is_not_adopted())),
    ("another_region_than_the_memberships_is_told_before_any_call", || {
        Box::pin(another_region_than_the_memberships_is_told_before_any_call())
    }),
    ("a_membership_that_is_not_found_may_be_in_another_region", || {
        Box::pin(a_membership_that_is_not_found_may_be_in_another_region())
    }),
    ("a_query_that_is_never_shown_keeps_its_place_and_is_not_run_again", || {
        Box::pin(a_query_that_is_never_shown_keeps_its_place_and_is_not_run_again())
    }),
];

const ADDRESS: &str = "cleanrooms_protected_query.this";

/// A collaboration in which its creator runs queries, and what else stands in the configuration.
fn runner(more: &str) -> String {
    joined_with(r#"["CAN_QUERY", "CAN_RECEIVE_RESULTS"]"#, more)
}

fn query(label: &str, more: &str) -> String {
    format!(
        r#"
resource "cleanrooms_protected_query" "{label}" {{
  membership_id = cleanrooms_membership.this.id
  sql           = "SELECT COUNT(*) FROM orders"
  {more}
}}
"#
    )
}

/// A stage on which the membership is joined already.
async fn joined() -> Result<Stage> {
    let mut stage = Stage::new();
    stage.configure(&runner(""));
    applied(&mut stage).await?;
    Ok(stage)
}

/// How many queries there are, by their status.
async fn queries(stage: &Stage) -> Result<Vec<String>> {
    let path = stage.filled("/memberships/${cleanrooms_membership.this.id}/protectedQueries")?;
    let listed = stage.world.list(CREATOR, &path, "protectedQueries").await?;
    listed.iter().map(|query| Ok(text(&query["status"])?.to_owned())).collect()
}

/// Starts an equal query behind the engine's back.
async fn started_elsewhere(stage: &Stage) -> Result<()> {
    let path = stage.filled("/memberships/${cleanrooms_membership.this.id}/protectedQueries")?;
    let body =
        json!({ "type": "SQL", "sqlParameters": { "queryString": "SELECT COUNT(*) FROM orders" } });
    let reply = stage.world.api(CREATOR, "POST", &path, Some(&body)).await?;
    ensure!(reply.status == 200, "it was not started: {}", reply.body);
    Ok(())
}

fn status(stage: &Stage) -> Result<String> {
    stage.filled(&format!("${{{ADDRESS}.status}}"))
}

async fn ten_queries_at_once_wait_for_one_another() -> Result<()> {
    let mut stage = joined().await?;
    let ten: String = (0..10)
        .map(|number| query(&format!("q{number}"), &format!("parameters = {{ n = \"{number}\" }}")))
        .collect();
    // Two at once, so that most of them are refused at first.
    let quotas = json!({ "concurrent_queries_per_account_in_us_east_1": 2 });
    stage.world.admin("PATCH", "quotas", Some(&quotas)).await?;
    // Otherwise each has ended before the next one is asked for.
    fault(
        &stage,
        &json!({ "operation": "GetProtectedQuery", "count": null,
        "fault": { "kind": "latency", "milliseconds": 700 } }),
    )
    .await?;
    stage.configure(&runner(&ten));
    applied(&mut stage).await?;
    let all = queries(&stage).await?;
    ensure!(all.len() == 10 && all.iter().all(|status| status == "SUCCESS"), "{all:?}");
    Ok(())
}

async fn others_that_run_for_ever_are_waited_for_as_long_as_the_timeout_says() -> Result<()> {
    let mut stage = joined().await?;
    let quotas = json!({ "concurrent_queries_per_membership": 1 });
    stage.world.admin("PATCH", "quotas", Some(&quotas)).await?;
    // Nobody reads it, so it never ends.
    started_elsewhere(&stage).await?;
    stage.configure(&runner(&query("this", r#"timeouts = { create = "5m" }"#)));
    let began = Instant::now();
    refused(&mut stage, &Run::default(), "Nothing was started").await?;
    let took = began.elapsed();
    let about = Duration::from_secs(4 * 60 + 30)..Duration::from_secs(5 * 60 + 30);
    ensure!(about.contains(&took), "it took {took:?}");
    ensure!(queries(&stage).await?.len() == 1, "another one was started");
    ensure!(!stage.stored()?.instances.contains_key(ADDRESS), "what was not started is in state");
    Ok(())
}

async fn the_end_of_the_timeout_is_a_warning_and_starts_nothing_again() -> Result<()> {
    let mut stage = joined().await?;
    let slow = json!({ "kind": "latency", "milliseconds": 40_000 });
    fault(&stage, &json!({ "operation": "GetProtectedQuery", "fault": slow })).await?;
    stage.configure(&runner(&query("this", r#"timeouts = { create = "30s" }"#)));
    let said = stage.plan_and_apply(&Run::default()).await?;
    ensure!(errors(&said).is_empty(), "{said:#?}");
    ensure!(warned(&said, "`timeouts.create` is over"), "{said:#?}");
    ensure!(stage.stored()?.instances.contains_key(ADDRESS), "its id is not in state");
    let planned = stage.plan(&Run::default()).await?;
    ensure!(action(&planned, ADDRESS) == Some(Action::NoOp), "{planned:#?}");
    applied(&mut stage).await?;
    ensure!(queries(&stage).await?.len() == 1, "another one was started");
    Ok(())
}

async fn a_stop_leaves_the_query_running_and_in_state() -> Result<()> {
    let mut stage = joined().await?;
    let slow = json!({ "kind": "latency", "milliseconds": 40_000 });
    fault(&stage, &json!({ "operation": "GetProtectedQuery", "fault": slow })).await?;
    stage.configure(&runner(&query("this", "")));
    let stop = stage.core.stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        stop.cancel();
    });
    let began = Instant::now();
    let said = stage.plan_and_apply(&Run::default()).await?;
    ensure!(began.elapsed() < Duration::from_secs(20), "it went on for {:?}", began.elapsed());
    ensure!(errors(&said).is_empty(), "{said:#?}");
    ensure!(warned(&said, "goes on; its id is in state. Terraform was stopped."), "{said:#?}");
    ensure!(stage.stored()?.instances.contains_key(ADDRESS), "its id is not in state");
    stage.core.stop = CancellationToken::new();
    applied(&mut stage).await?;
    let all = queries(&stage).await?;
    ensure!(all.len() == 1 && all[0] != "CANCELLED", "{all:?}");
    Ok(())
}

async fn a_query_that_is_cancelled_while_it_is_waited_for_runs_again_with_the_next_apply()
-> Result<()> {
    let mut stage = joined().await?;
    let cancels: Falsify = |path, body| {
        if path.contains("/protectedQueries/") && body["protectedQuery"]["status"] == "SUCCESS" {
            body["protectedQuery"]["status"] = "CANCELLED".into();
        }
    };
    stage.configure(&runner(&query("this", "")));
    stage.world.falsify(Some(cancels));
    refused(&mut stage, &Run::default(), "The next apply runs it again, and that is paid for")
        .await?;
    ensure!(status(&stage)? == "CANCELLED", "the state says {}", status(&stage)?);
    ensure!(queries(&stage).await?.len() == 1, "it was repeated at once");
    stage.world.falsify(None);
    let planned = stage.plan(&Run::default()).await?;
    let change = action(&planned, ADDRESS);
    ensure!(change.is_some_and(Action::replaces), "{change:?}");
    applied(&mut stage).await?;
    ensure!(queries(&stage).await?.len() == 2, "it was not run again, or more than once");
    ensure!(stage.plan(&Run::default()).await?.is_empty(), "the plan is not empty");
    Ok(())
}

/// A query that has started, and that nobody waits for.
async fn unawaited() -> Result<Stage> {
    let mut stage = joined().await?;
    stage.configure(&runner(&query("this", "wait_for_completion = false")));
    applied(&mut stage).await?;
    ensure!(status(&stage)? == "STARTED", "it is {}", status(&stage)?);
    Ok(stage)
}

async fn a_query_that_is_cancelled_elsewhere_is_history() -> Result<()> {
    let mut stage = unawaited().await?;
    let path = stage.filled(&format!(
        "/memberships/${{cleanrooms_membership.this.id}}/protectedQueries/${{{ADDRESS}.id}}"
    ))?;
    let body = json!({ "targetStatus": "CANCELLED" });
    let reply = stage.world.api(CREATOR, "PATCH", &path, Some(&body)).await?;
    ensure!(reply.status == 200, "it was not cancelled: {}", reply.body);
    let said = stage.plan_and_apply(&Run::default()).await?;
    ensure!(errors(&said).is_empty(), "{said:#?}");
    ensure!(warned(&said, "has ended: CANCELLED"), "{said:#?}");
    ensure!(status(&stage)? == "CANCELLED", "the state says {}", status(&stage)?);
    // It is told once.
    let said = stage.plan_and_apply(&Run::default()).await?;
    ensure!(!warned(&said, "has ended"), "{said:#?}");
    ensure!(queries(&stage).await? == ["CANCELLED"], "another one was started");
    Ok(())
}

async fn destroying_cancels_what_still_runs() -> Result<()> {
    let mut stage = unawaited().await?;
    let arguments = vec!["-refresh=false".to_owned(), format!("-target={ADDRESS}")];
    let run = Run { command: Command::Destroy, arguments, ..Run::default() };
    let said = stage.plan_and_apply(&run).await?;
    ensure!(errors(&said).is_empty(), "{said:#?}");
    ensure!(warned(&said, "will be cancelled"), "{said:#?}");
    ensure!(!stage.stored()?.instances.contains_key(ADDRESS), "it is still in state");
    ensure!(queries(&stage).await? == ["CANCELLING"], "{:?}", queries(&stage).await?);
    Ok(())
}

async fn of_several_equal_queries_none_is_adopted() -> Result<()> {
    let mut stage = joined().await?;
    // The start takes its time, and somebody else starts the same meanwhile.
    let late = json!({ "kind": "latency", "milliseconds": 20_000 });
    fault(&stage, &json!({ "operation": "StartProtectedQuery", "fault": late })).await?;
    fault(
        &stage,
        &json!({ "operation": "StartProtectedQuery", "fault": { "kind": "reply_lost" } }),
    )
    .await?;
    let path = stage.filled("/memberships/${cleanrooms_membership.this.id}/protectedQueries")?;
    stage.configure(&runner(&query("this", "")));
    let body =
        json!({ "type": "SQL", "sqlParameters": { "queryString": "SELECT COUNT(*) FROM orders" } });
    let world = stage.world.clone();
    let elsewhere = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        world.api(CREATOR, "POST", &path, Some(&body)).await
    });
    refused(&mut stage, &Run::default(), "several match").await?;
    elsewhere.await.context("the other start")??;
    ensure!(queries(&stage).await?.len() == 2, "one was started again");
    ensure!(!stage.stored()?.instances.contains_key(ADDRESS), "one of them is in state");
    Ok(())
}

async fn an_older_equal_query_is_not_adopted() -> Result<()> {
    let mut stage = joined().await?;
    started_elsewhere(&stage).await?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let fails = json!({ "kind": "internal_error" });
    fault(&stage, &json!({ "operation": "StartProtectedQuery", "fault": fails })).await?;
    stage.configure(&runner(&query("this", "")));
    refused(&mut stage, &Run::default(), "The call was not repeated").await?;
    ensure!(queries(&stage).await?.len() == 1, "one was started again");
    Ok(())
}

async fn a_query_that_is_never_shown_keeps_its_place_and_is_not_run_again() -> Result<()> {
    let mut stage = joined().await?;
    let invisible = json!({ "kind": "not_yet_visible", "reads": 100_000 });
    fault(&stage, &json!({ "operation": "StartProtectedQuery", "fault": invisible })).await?;
    stage.configure(&runner(&query("this", "")));
    applied(&mut stage).await?;
    tokio::time::sleep(Duration::from_secs(6 * 60)).await;
    let planned = stage.plan(&Run::default()).await?;
    ensure!(warned(&planned.said, "is no longer shown"), "{planned:#?}");
    ensure!(action(&planned, ADDRESS) == Some(Action::NoOp), "{planned:#?}");
    applied(&mut stage).await?;
    // It can be forgotten.
    let run = Run { command: Command::Destroy, ..Run::default() };
    let said = stage.plan_and_apply(&run).await?;
    ensure!(errors(&said).is_empty(), "{said:#?}");
    Ok(())
}

async fn another_region_than_the_memberships_is_told_before_any_call() -> Result<()> {
    let mut stage = Stage::new();
    let region = |configuration: &str| {
        configuration.replace("query_log_status", "region = \"eu-west-1\"\n  query_log_status")
    };
    let template = r#"
resource "cleanrooms_analysis_template" "this" {
  membership_id = cleanrooms_membership.this.id
  name          = "reach"
  format        = "SQL"
  source        = { text = "SELECT 1" }
}
"#;
    for more in [query("this", ""), template.to_owned()] {
        stage.configure(&(region(&runner("")) + &more));
        let began = Instant::now();
        refused(&mut stage, &Run::default(), "cannot be made in us-east-1").await?;
        ensure!(began.elapsed() < Duration::from_secs(10), "it was waited for");
    }
    let journal = stage.world.admin("GET", "journal", None).await?;
    let calls = journal["calls"].as_array().context("there is no journal")?;
    let was_called = |operation: &str| calls.iter().any(|call| call["operation"] == operation);
    ensure!(was_called("CreateMembership"), "the journal has nothing: {journal}");
    let of_these = ["StartProtectedQuery", "CreateAnalysisTemplate"];
    ensure!(!of_these.into_iter().any(was_called), "something was called: {journal}");
    Ok(())
}

async fn a_membership_that_is_not_found_may_be_in_another_region() -> Result<()> {
    let mut stage = Stage::new();
    let absent = "\"00000000-0000-4000-8000-000000000001\"";
    stage.configure(&query("this", "").replace("cleanrooms_membership.this.id", absent));
    refused(&mut stage, &Run::default(), "Region `us-east-1` was asked").await
}
