//! Change requests that cannot be read, or are not there.

use std::time::Duration;

use anyhow::{Result, ensure};
use cleanrooms_harness::scenario::{Command, Run};
use serde_json::json;
use tokio::time::Instant;

use super::*;

pub const ALL: [(&str, Claim); 3] = [
    ("a_change_request_that_cannot_be_read_is_in_nobodys_way", || {
        Box::pin(a_change_request_that_cannot_be_read_is_in_nobodys_way())
    }),
    ("a_change_request_that_is_denied_by_its_id_is_read_from_the_list", || {
        Box::pin(a_change_request_that_is_denied_by_its_id_is_read_from_the_list())
    }),
    ("a_change_request_that_is_not_there_is_noted_for_five_minutes", || {
        Box::pin(a_change_request_that_is_not_there_is_noted_for_five_minutes())
    }),
];

/// An owner that has asked to add a third member, and a partner that has not voted.
async fn asked() -> Result<Stage> {
    let mut stage = Stage::new();
    let partner = membership("partner", "partner", "cleanrooms_collaboration.this.id");
    stage.configure(&(collaboration("this", WITH_PARTNER) + &partner));
    applied(&mut stage).await?;
    stage.configure(&(collaboration("this", WITH_THIRD) + &partner));
    Ok(stage)
}

async fn unreadable(stage: &Stage, operations: &[&str], kind: &str) -> Result<()> {
    for operation in operations {
        let denied = json!({ "operation": operation, "count": null, "fault": { "kind": kind } });
        fault(stage, &denied).await?;
    }
    Ok(())
}

const ONE: &str = "GetCollaborationChangeRequest";
const LIST: &str = "ListCollaborationChangeRequests";

async fn a_change_request_that_cannot_be_read_is_in_nobodys_way() -> Result<()> {
    for kind in ["access_denied", "internal_error"] {
        let mut stage = asked().await?;
        applied(&mut stage).await?;
        ensure!(stage.world.open_requests().await? == 1, "nobody is asked to vote");
        let before = stage.stored()?;
        unreadable(&stage, &[ONE, LIST], kind).await?;
        let planned = stage.plan(&Run::default()).await?;
        ensure!(!planned.failed && planned.is_empty(), "{kind}: {planned:#?}");
        ensure!(warned(&planned.said, "could not be read"), "{kind}: {:#?}", planned.said);
        applied(&mut stage).await?;
        ensure!(stage.stored()? == before, "{kind}: the state is another one");
        let said =
            stage.plan_and_apply(&Run { command: Command::Destroy, ..Run::default() }).await?;
        ensure!(errors(&said).is_empty(), "{kind}: the destruction failed: {said:#?}");
        ensure!(stage.world.objects().await?.is_empty(), "{kind}: something is left");
    }
    Ok(())
}

async fn a_change_request_that_is_denied_by_its_id_is_read_from_the_list() -> Result<()> {
    let mut stage = asked().await?;
    applied(&mut stage).await?;
    let before = stage.stored()?;
    unreadable(&stage, &[ONE], "access_denied").await?;
    let planned = stage.plan(&Run::default()).await?;
    ensure!(!planned.failed && planned.is_empty(), "{planned:#?}");
    ensure!(planned.said.is_empty(), "{:#?}", planned.said);
    applied(&mut stage).await?;
    ensure!(stage.stored()? == before, "the state is another one");
    Ok(())
}

async fn a_change_request_that_is_not_there_is_noted_for_five_minutes() -> Result<()> {
    let mut stage = asked().await?;
    let invisible = json!({ "operation": "CreateCollaborationChangeRequest",
        "fault": { "kind": "not_yet_visible", "reads": 100_000 } });
    fault(&stage, &invisible).await?;
    let before = Instant::now();
    applied(&mut stage).await?;
    let after = Instant::now();
    let is_asked_for = async |stage: &mut Stage| -> Result<bool> {
        stage.world.clear_calls().await?;
        let run = Run { command: Command::Refresh, ..Run::default() };
        let said = stage.plan_and_apply(&run).await?;
        ensure!(errors(&said).is_empty(), "the refresh failed: {said:#?}");
        let calls = stage.world.calls().await?;
        let is_asked = calls.iter().any(|call| call.operation.as_deref() == Some(ONE));
        ensure!(warned(&said, "is not there") == is_asked, "{said:#?}");
        Ok(is_asked)
    };
    tokio::time::sleep_until(before + Duration::from_secs(4 * 60 + 50)).await;
    ensure!(is_asked_for(&mut stage).await?, "it is forgotten, though it may yet be seen");
    tokio::time::sleep_until(after + Duration::from_secs(5 * 60 + 10)).await;
    ensure!(is_asked_for(&mut stage).await?, "it is told once more");
    ensure!(!is_asked_for(&mut stage).await?, "it is asked for for ever");
    // The plan shows the difference, and applying it asks anew.
    ensure!(!stage.plan(&Run::default()).await?.is_empty(), "nothing is planned");
    Ok(())
}
