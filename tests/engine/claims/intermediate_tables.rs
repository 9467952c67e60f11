//! How often a table is populated, whatever happens to the call, its reply, the wait, and the data.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::scenario::Run;
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;

pub const ALL: [(&str, Claim); 5] = [
    ("of_several_populations_none_is_taken_for_the_lost_one", || {
        Box::pin(of_several_populations_none_is_taken_for_the_lost_one())
    }),
    ("an_older_population_is_not_taken_for_the_lost_one", || {
        Box::pin(an_older_population_is_not_taken_for_the_lost_one())
    }),
    ("the_end_of_the_timeout_is_a_warning_and_populates_nothing_again", || {
        Box::pin(the_end_of_the_timeout_is_a_warning_and_populates_nothing_again())
    }),
    ("a_stop_leaves_the_population_running_and_the_table_in_state", || {
        Box::pin(a_stop_leaves_the_population_running_and_the_table_in_state())
    }),
    ("data_that_has_expired_is_told_and_populates_nothing", || {
        Box::pin(data_that_has_expired_is_told_and_populates_nothing())
    }),
];

const ADDRESS: &str = "cleanrooms_intermediate_table.this";
const PATH: &str = "/memberships/${cleanrooms_membership.this.id}/intermediateTables/${cleanrooms_intermediate_table.this.id}";

/// A table of a member who queries, with these attributes besides.
fn table(more: &str) -> String {
    let table = format!(
        r#"
resource "cleanrooms_intermediate_table" "this" {{
  membership_id = cleanrooms_membership.this.id
  name          = "reached"
  population_analysis_configuration = {{
    sql_parameters = {{ query_string = "SELECT segment FROM orders" }}
  }}
  {more}
}}
"#
    );
    joined_with(r#"["CAN_QUERY", "CAN_RECEIVE_RESULTS"]"#, &table)
}

/// A stage on which a table without data is there.
async fn made() -> Result<Stage> {
    let mut stage = Stage::new();
    stage.configure(&table(""));
    applied(&mut stage).await?;
    Ok(stage)
}

/// How many populations there were, by their status.
async fn populations(stage: &Stage) -> Result<Vec<String>> {
    let path = stage.filled(&format!("{PATH}/versions"))?;
    let listed = stage.world.list(CREATOR, &path, "intermediateTableVersionSummaries").await?;
    listed.iter().map(|version| Ok(text(&version["status"])?.to_owned())).collect()
}

fn status(stage: &Stage) -> Result<String> {
    stage.filled(&format!("${{{ADDRESS}.status}}"))
}

async fn of_several_populations_none_is_taken_for_the_lost_one() -> Result<()> {
    let mut stage = made().await?;
    // The start takes its time, and somebody else populates the table meanwhile.
    let late = json!({ "kind": "latency", "milliseconds": 20_000 });
    fault(&stage, &json!({ "operation": "PopulateIntermediateTable", "fault": late })).await?;
    let lost = json!({ "kind": "reply_lost" });
    fault(&stage, &json!({ "operation": "PopulateIntermediateTable", "fault": lost })).await?;
    let (path, world) = (stage.filled(PATH)?, stage.world.clone());
    stage.configure(&table("populate = {}"));
    let elsewhere = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        world.api(CREATOR, "POST", &format!("{path}/populate"), Some(&json!({}))).await?;
        // Each look takes it one step further, so that it has ended then.
        world.api(CREATOR, "GET", &path, None).await?;
        world.api(CREATOR, "GET", &path, None).await
    });
    let said = stage.plan_and_apply(&Run::default()).await?;
    elsewhere.await.context("the other population")??;
    ensure!(errors(&said).is_empty(), "{said:#?}");
    ensure!(warned(&said, "Any of these may be it: version"), "{said:#?}");
    ensure!(populations(&stage).await?.len() == 2, "one was started again");
    applied(&mut stage).await?;
    ensure!(populations(&stage).await?.len() == 2, "the next apply has started one");
    Ok(())
}

async fn an_older_population_is_not_taken_for_the_lost_one() -> Result<()> {
    let mut stage = made().await?;
    stage.configure(&table("populate = {}"));
    applied(&mut stage).await?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let fails = json!({ "kind": "internal_error" });
    fault(&stage, &json!({ "operation": "PopulateIntermediateTable", "fault": fails })).await?;
    stage.configure(&table(r#"populate = { triggers = { month = "2026-02" } }"#));
    let said = stage.plan_and_apply(&Run::default()).await?;
    ensure!(errors(&said).is_empty(), "{said:#?}");
    ensure!(warned(&said, "No population has appeared since."), "{said:#?}");
    ensure!(populations(&stage).await? == ["POPULATE_SUCCESS"], "one was started again");
    Ok(())
}

async fn the_end_of_the_timeout_is_a_warning_and_populates_nothing_again() -> Result<()> {
    let mut stage = made().await?;
    let slow = json!({ "kind": "latency", "milliseconds": 40_000 });
    // The first one is that of the refresh.
    let later =
        json!({ "operation": "GetIntermediateTable", "skip": 1, "count": 1, "fault": slow });
    fault(&stage, &later).await?;
    stage.configure(&table("populate = {}\ntimeouts = { update = \"30s\" }"));
    let said = stage.plan_and_apply(&Run::default()).await?;
    ensure!(errors(&said).is_empty(), "{said:#?}");
    ensure!(warned(&said, "`timeouts.update` is over"), "{said:#?}");
    let planned = stage.plan(&Run::default()).await?;
    ensure!(action(&planned, ADDRESS) == Some(Action::NoOp), "{planned:#?}");
    applied(&mut stage).await?;
    ensure!(populations(&stage).await?.len() == 1, "another one was started");
    Ok(())
}

async fn a_stop_leaves_the_population_running_and_the_table_in_state() -> Result<()> {
    let mut stage = made().await?;
    let slow = json!({ "kind": "latency", "milliseconds": 40_000 });
    let later =
        json!({ "operation": "GetIntermediateTable", "skip": 1, "count": 1, "fault": slow });
    fault(&stage, &later).await?;
    stage.configure(&table("populate = {}"));
    let stop = stage.core.stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        stop.cancel();
    });
    let began = Instant::now();
    let said = stage.plan_and_apply(&Run::default()).await?;
    ensure!(began.elapsed() < Duration::from_secs(20), "it went on for {:?}", began.elapsed());
    ensure!(errors(&said).is_empty(), "{said:#?}");
    ensure!(warned(&said, "goes on. Terraform was stopped."), "{said:#?}");
    stage.core.stop = CancellationToken::new();
    applied(&mut stage).await?;
    ensure!(populations(&stage).await?.len() == 1, "another one was started");
    Ok(())
}

async fn data_that_has_expired_is_told_and_populates_nothing() -> Result<()> {
    let mut stage = made().await?;
    stage.configure(&table("populate = {}"));
    applied(&mut stage).await?;
    ensure!(status(&stage)? == "POPULATE_SUCCESS", "it is {}", status(&stage)?);
    tokio::time::sleep(Duration::from_secs(31 * 24 * 60 * 60)).await;
    let planned = stage.plan(&Run::default()).await?;
    ensure!(action(&planned, ADDRESS) == Some(Action::NoOp), "{planned:#?}");
    applied(&mut stage).await?;
    ensure!(status(&stage)? == "RETENTION_PERIOD_EXPIRED", "the state says {}", status(&stage)?);
    ensure!(populations(&stage).await?.len() == 1, "another one was started");
    Ok(())
}
