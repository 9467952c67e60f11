//! What ends at a stop and what does not, and lists that take their time.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::scenario::{Command, Run};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;

pub const ALL: [(&str, Claim); 5] = [
    ("a_lost_create_is_looked_for_even_after_a_stop", || {
        Box::pin(a_lost_create_is_looked_for_even_after_a_stop())
    }),
    ("a_list_that_takes_longer_than_the_search_is_read_to_its_end", || {
        Box::pin(a_list_that_takes_longer_than_the_search_is_read_to_its_end())
    }),
    ("after_a_stop_the_search_ends_within_half_a_minute_and_says_so", || {
        Box::pin(after_a_stop_the_search_ends_within_half_a_minute_and_says_so())
    }),
    ("what_only_looks_ends_at_a_stop", || Box::pin(what_only_looks_ends_at_a_stop())),
    ("a_destruction_that_only_looks_ends_at_a_stop", || {
        Box::pin(a_destruction_that_only_looks_ends_at_a_stop())
    }),
];

/// Stops the engine after a while.
fn stops_after(stage: &Stage, while_: Duration) {
    let stop = stage.core.stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(while_).await;
        stop.cancel();
    });
}

/// Makes each call of an operation take so long.
async fn slow(stage: &Stage, operation: &str, milliseconds: u64) -> Result<()> {
    let latency = json!({ "kind": "latency", "milliseconds": milliseconds });
    fault(stage, &json!({ "operation": operation, "count": null, "fault": latency })).await
}

/// Loses the reply to the next call of an operation.
async fn loses_reply(stage: &Stage, operation: &str) -> Result<()> {
    fault(stage, &json!({ "operation": operation, "fault": { "kind": "reply_lost" } })).await
}

async fn a_lost_create_is_looked_for_even_after_a_stop() -> Result<()> {
    for (address, text, operation) in kinds() {
        let mut stage = Stage::new();
        let before = stage.world.objects().await?;
        let late = json!({ "kind": "latency", "milliseconds": 20_000 });
        fault(&stage, &json!({ "operation": operation, "fault": late })).await?;
        loses_reply(&stage, operation).await?;
        stage.configure(&text);
        stops_after(&stage, Duration::from_secs(10));
        let said = stage.plan_and_apply(&Run::default()).await?;
        ensure!(stage.world.objects().await? != before, "{operation} was not carried out");
        let stored = stage.stored()?;
        ensure!(stored.instances.contains_key(address), "{address} is lost: {said:#?}");
        stage.core.stop = CancellationToken::new();
        applied(&mut stage).await.context(operation)?;
    }
    Ok(())
}

/// A stage whose account has so many collaborations that their list has three pages.
async fn with_a_long_list() -> Result<Stage> {
    let stage = Stage::new();
    for number in 0..250 {
        let body = json!({
            "name": format!("Other {number}"), "description": "", "members": [],
            "creatorMemberAbilities": [], "creatorDisplayName": "Creator",
            "queryLogStatus": "DISABLED",
        });
        let made = stage.world.api(CREATOR, "POST", "/collaborations", Some(&body)).await?;
        ensure!(made.status == 200, "a collaboration was not made: {}", made.body);
    }
    Ok(stage)
}

async fn a_list_that_takes_longer_than_the_search_is_read_to_its_end() -> Result<()> {
    // The search is given up after half a minute, but not within a pass over the list.
    let mut stage = with_a_long_list().await?;
    loses_reply(&stage, "CreateCollaboration").await?;
    slow(&stage, "ListCollaborations", 20_000).await?;
    stage.configure(&collaboration("this", WITH_PARTNER));
    let began = Instant::now();
    applied(&mut stage).await?;
    ensure!(began.elapsed() > Duration::from_secs(60), "the list was not long");
    let stored = stage.stored()?;
    ensure!(stored.instances.contains_key("cleanrooms_collaboration.this"), "it is lost");
    Ok(())
}

async fn after_a_stop_the_search_ends_within_half_a_minute_and_says_so() -> Result<()> {
    let mut stage = with_a_long_list().await?;
    loses_reply(&stage, "CreateCollaboration").await?;
    slow(&stage, "ListCollaborations", 20_000).await?;
    stage.configure(&collaboration("this", WITH_PARTNER));
    stops_after(&stage, Duration::from_secs(5));
    let began = Instant::now();
    let said = stage.plan_and_apply(&Run::default()).await?;
    let took = began.elapsed();
    ensure!(took < Duration::from_secs(40), "it took {took:?}");
    let errors = errors(&said);
    ensure!(errors.iter().any(|error| error.contains("could not be looked for")), "{errors:#?}");
    ensure!(!errors.iter().any(|error| error.contains("has appeared")), "{errors:#?}");
    Ok(())
}

async fn what_only_looks_ends_at_a_stop() -> Result<()> {
    for (address, text, _) in kinds() {
        let mut stage = Stage::new();
        stage.configure(&text);
        applied(&mut stage).await?;
        let stored = stage.stored()?;
        slow(&stage, "*", 50_000).await?;
        stops_after(&stage, Duration::from_secs(5));
        let began = Instant::now();
        let planned = stage.plan(&Run::default()).await?;
        let took = began.elapsed();
        ensure!(took < Duration::from_secs(10), "{address}: the refresh took {took:?}");
        ensure!(planned.failed, "{address}: what was not read is planned: {planned:#?}");
        ensure!(stage.stored()? == stored, "{address}: the state is another one");
    }
    Ok(())
}

/// Provider blocks that act by roles of their accounts.
fn by_roles() -> String {
    let role = |account: &str| {
        format!(
            "\n  assume_role {{\n    role_arn = \"arn:aws:iam::{account}:role/Data\"\n  }}\n\n  endpoints {{"
        )
    };
    let blocks = provider_blocks();
    let mut parts = blocks.split("\n  endpoints {");
    let first = parts.next().unwrap_or_default().to_owned();
    let accounts = [CREATOR, PARTNER, PARTNER];
    parts.zip(accounts).fold(first, |text, (part, account)| text + &role(account) + part)
}

async fn a_destruction_that_only_looks_ends_at_a_stop() -> Result<()> {
    for (address, text, _) in kinds() {
        for silent in ["GetCallerIdentity", "ListCollaborations", "AssumeRole", "*"] {
            if silent == "ListCollaborations" && !address.contains("collaboration") {
                continue;
            }
            for refresh in ["", "-refresh=false"] {
                if silent == "*" && !refresh.is_empty() {
                    // Then the first call may be the deletion, which is awaited.
                    continue;
                }
                let case = format!("{address}, {silent}, {refresh}");
                let mut stage = Stage::new();
                if silent == "AssumeRole" {
                    stage.configure_provider(&by_roles());
                }
                stage.configure(&text);
                applied(&mut stage).await.context(case.clone())?;
                // What is gone has to be proved to be.
                gone(&stage, address).await.context(case.clone())?;
                let stored = stage.stored()?;
                slow(&stage, silent, 50_000).await?;
                stops_after(&stage, Duration::from_secs(5));
                let began = Instant::now();
                let target = format!("-target={address}");
                let refresh = Some(refresh.to_owned()).filter(|argument| !argument.is_empty());
                let arguments = refresh.into_iter().chain([target]).collect();
                let run = Run { command: Command::Destroy, arguments, ..Run::default() };
                let said = stage.plan_and_apply(&run).await?;
                let took = began.elapsed();
                ensure!(took < Duration::from_secs(10), "{case}: it took {took:?}");
                ensure!(!errors(&said).is_empty(), "{case}: it went well");
                let kept = stage.stored()?.instances.contains_key(address);
                ensure!(kept && stored.instances.contains_key(address), "{case}: it is forgotten");
                // Else nobody was asked who does not answer.
                ensure!(took >= Duration::from_secs(5), "{case}: it took {took:?}");
                // With an answer it ends well.
                no_faults(&stage).await?;
                stage.core.stop = CancellationToken::new();
                let said = stage.plan_and_apply(&run).await?;
                ensure!(errors(&said).is_empty(), "{case}: {said:#?}");
                let kept = stage.stored()?.instances.contains_key(address);
                ensure!(!kept, "{case}: it is still there");
            }
        }
    }
    Ok(())
}
