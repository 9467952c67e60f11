//! Lists that are long, of which a page is throttled and an object denied; and plans of many objects.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::sandbox::{Call, REGION};
use cleanrooms_harness::scenario::Run;
use cleanrooms_provider::cleanrooms::aws::{Aws, Endpoints, Intervals, ProviderConfig, Secret};
use cleanrooms_provider::cleanrooms::client::Client;
use cleanrooms_provider::cleanrooms::registry;
use cleanrooms_provider::cleanrooms::shapes::tags::TagPolicy;
use cleanrooms_provider::framework::Configured;
use cleanrooms_provider::framework::list::{Event, Query, events};
use cleanrooms_provider::framework::testing::Acting;
use cleanrooms_provider::wire::Value;
use futures_util::StreamExt;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::*;

pub const ALL: [(&str, Claim); 2] = [
    ("a_list_of_five_thousand_is_read_to_its_end", || {
        Box::pin(a_list_of_five_thousand_is_read_to_its_end())
    }),
    ("a_plan_of_hundreds_is_seldom_throttled", || {
        Box::pin(a_plan_of_hundreds_is_seldom_throttled())
    }),
];

const MANY: usize = 5_000;
/// So many are read one by one.
const WANTED: usize = 300;
const TABLE: &str = "cleanrooms_configured_table";

async fn a_list_of_five_thousand_is_read_to_its_end() -> Result<()> {
    let mut stage = Stage::new();
    let quotas = json!({ "configured_tables_per_account": MANY });
    stage.world.admin("PATCH", "quotas", Some(&quotas)).await?;
    for number in 0..MANY {
        let table = json!({
            "name": format!("Orders {number}"), "allowedColumns": ["email"],
            "analysisMethod": "DIRECT_QUERY",
            "tableReference": { "glue": { "databaseName": "sales", "tableName": "orders" } },
        });
        let reply = stage.world.api(CREATOR, "POST", "/configuredTables", Some(&table)).await?;
        ensure!(reply.status == 200, "no table was made: {}", reply.body);
    }
    // The data source, with a page in the middle that is throttled twice.
    throttled_in_the_middle(&stage).await?;
    stage.configure(&format!("data \"{TABLE}s\" \"all\" {{}}\n"));
    applied(&mut stage).await?;
    let found = stage.stored()?.instances.into_values().next().context("nothing was found")?;
    let ids = found["ids"].as_array().map_or(0, Vec::len);
    ensure!(ids == MANY, "{ids} of {MANY} were found");
    ensure!(stage.world.faults_have_begun().await?, "no page was throttled");

    // The query, which tells of each.
    throttled_in_the_middle(&stage).await?;
    let events = queried(&stage, false, 2 * MANY).await?;
    ensure!(events.len() == MANY, "{} of {MANY} were found: {:?}", events.len(), events.first());
    ensure!(events.iter().all(|it| !it.identity.is_null()), "some have no identity");
    ensure!(stage.world.faults_have_begun().await?, "no page was throttled");

    // And the one that reads as many as are wanted, and may not read one of them.
    let denied = json!({ "operation": "GetConfiguredTable", "skip": WANTED / 2, "count": 1,
        "fault": { "kind": "access_denied" } });
    fault(&stage, &denied).await?;
    let events = queried(&stage, true, WANTED).await?;
    let (whole, told): (Vec<_>, Vec<_>) =
        events.iter().partition(|event| !event.identity.is_null());
    ensure!(whole.len() == WANTED, "{} were found: {:?}", whole.len(), told.first());
    ensure!(whole.iter().all(|event| !event.object.is_null()), "some were not read");
    let [left_out] = told.as_slice() else { anyhow::bail!("it is told of {told:#?}") };
    ensure!(!left_out.diagnostics.has_error(), "it ends the query: {left_out:?}");
    ensure!(stage.world.faults_have_begun().await?, "none was denied");
    Ok(())
}

/// What may be throttled of a hundred calls.
const SELDOM: usize = 2;

async fn a_plan_of_hundreds_is_seldom_throttled() -> Result<()> {
    const HUNDREDS: usize = 500;
    let mut stage = Stage::new();
    let quotas = json!({ "collaborations_created_per_account": HUNDREDS });
    stage.world.admin("PATCH", "quotas", Some(&quotas)).await?;
    let collaboration = |number| {
        format!(
            "resource \"cleanrooms_collaboration\" \"number_{number}\" {{\n  name = \"Campaign \
             {number}\"\n  description = \"\"\n  creator_display_name = \"Creator\"\n  \
             creator_member_abilities = []\n  members = {{}}\n  query_log_status = \"DISABLED\"\n}}\n"
        )
    };
    stage.configure(&(0..HUNDREDS).map(collaboration).collect::<String>());
    applied(&mut stage).await?;
    let rates = json!({ "calls_per_second": 5, "calls_per_second_of_frequent_reads": 20 });
    stage.world.admin("PATCH", "quotas", Some(&rates)).await?;
    stage.world.clear_calls().await?;
    stage.plan(&Run::default()).await?;
    let calls = stage.world.calls().await?;
    let throttled = |call: &&Call| call.error.as_deref() == Some("ThrottlingException");
    let throttled = calls.iter().filter(throttled).count();
    ensure!(throttled > 0, "nothing is throttled at {rates}");
    ensure!(
        throttled * 100 < calls.len() * SELDOM,
        "{throttled} of {} calls were throttled",
        calls.len()
    );
    Ok(())
}

async fn throttled_in_the_middle(stage: &Stage) -> Result<()> {
    let page = MANY / 100 / 2;
    let throttle = json!({ "operation": "ListConfiguredTables", "skip": page, "count": 2,
        "fault": { "kind": "throttle" } });
    fault(stage, &throttle).await
}

/// What `terraform query` is told of the tables.
async fn queried(stage: &Stage, includes_objects: bool, limit: usize) -> Result<Vec<Event>> {
    let address = || Some(ADDRESS.to_owned());
    let config = ProviderConfig {
        region: Some(REGION.to_owned()),
        access_key: Some(Secret::new(CREATOR)),
        secret_key: Some(Secret::new("secret")),
        endpoints: Endpoints { cleanrooms: address(), sts: address(), ..Endpoints::default() },
        ..ProviderConfig::default()
    };
    let aws = stage.world.below(&Aws::new(config, Intervals::default()));
    let client = Client::new(aws, TagPolicy::default());
    let provider = Arc::new(Configured { client, unknown: None });
    let list = registry::list_resources().into_iter().find(|it| it.type_name() == TABLE);
    let resource = registry::all().into_iter().find(|it| it.type_name() == TABLE);
    let (list, resource) = list.zip(resource).context("tables cannot be listed")?;
    let config = Value::object(list.schema().attributes.iter().map(|it| (it.name, Value::Null)));
    let query = Query { config, includes_objects, limit };
    let found = events(list, resource, provider, CancellationToken::new(), query);
    let acting = Acting { type_name: format!("list.{TABLE}"), at_apply: false };
    Ok(acting.during(found.collect()).await)
}
