//! Moving in from another provider, where something is wrong with what was there.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use cleanrooms_harness::paths;
use cleanrooms_harness::scenario::{Content, Run, Scenario};
use cleanrooms_provider::framework::testing::{Place, State};

use super::*;

pub const ALL: [(&str, Claim); 5] = [
    ("what_is_gone_is_not_moved_in", || Box::pin(what_is_gone_is_not_moved_in())),
    ("what_is_another_account_s_is_not_moved_in", || {
        Box::pin(what_is_another_account_s_is_not_moved_in())
    }),
    ("a_tainted_membership_is_moved_in_and_not_left", || {
        Box::pin(a_tainted_membership_is_moved_in_and_not_left())
    }),
    ("a_deposed_object_is_not_moved_in", || Box::pin(a_deposed_object_is_not_moved_in())),
    ("what_is_moved_in_is_not_destroyed_at_another_address", || {
        Box::pin(what_is_moved_in_is_not_destroyed_at_another_address())
    }),
];

const TABLE: &str = "aws_cleanrooms_configured_table.orders[0]";
const MEMBERSHIP: &str = "aws_cleanrooms_membership.publisher";

/// The scenario of moving in from hashicorp/aws, up to the move; and what its configuration says then.
async fn about_to_move() -> Result<(Stage, String)> {
    let folder = paths::repository().join("acceptance-tests/cases/moved/from_aws");
    let scenario = Scenario::read(Path::new(&folder))?;
    let mut stage = Stage::of(&scenario)?;
    let [made, .., moves] = scenario.steps.as_slice() else { bail!("the scenario has no steps") };
    stage.step(made).await?;
    let Content::Configuration { text, .. } = &moves.content else { bail!("nothing is moved") };
    stage.configure(text);
    Ok((stage, text.clone()))
}

async fn what_is_gone_is_not_moved_in() -> Result<()> {
    let (mut stage, _) = about_to_move().await?;
    let id = stage.filled(&format!("${{{TABLE}.id}}"))?;
    let reply =
        stage.world.api(CREATOR, "DELETE", &format!("/configuredTables/{id}"), None).await?;
    ensure!(reply.status == 204, "{}", reply.body);
    let planned = stage.plan(&Run::default()).await?;
    ensure!(!planned.failed, "{:#?}", planned.said);
    for (address, expected) in [
        ("cleanrooms_configured_table.orders", Action::Create),
        ("cleanrooms_collaboration.main", Action::NoOp),
        ("cleanrooms_membership.publisher", Action::NoOp),
    ] {
        let action = action(&planned, address);
        ensure!(action == Some(expected), "{address}: {action:?}");
    }
    applied(&mut stage).await?;
    ensure!(stage.plan(&Run::default()).await?.is_empty(), "the plan is not empty");
    Ok(())
}

async fn what_is_another_account_s_is_not_moved_in() -> Result<()> {
    let of_partner = |resource: &str| format!("{resource} {{\n  provider = cleanrooms.partner\n");
    let collaboration = "resource \"cleanrooms_collaboration\" \"main\"";
    for (mine, other, why) in [
        (
            format!("{collaboration} {{\n"),
            of_partner(collaboration),
            "is not owned by this account",
        ),
        (
            "  provider         = cleanrooms.partner\n".to_owned(),
            String::new(),
            "belongs to another account",
        ),
    ] {
        let (mut stage, text) = about_to_move().await?;
        let (before, objects) = (stage.stored()?, stage.world.objects().await?);
        ensure!(text.contains(&mine), "the configuration lacks {mine}");
        stage.configure(&text.replace(&mine, &other));
        refused(&mut stage, &Run::default(), why).await?;
        ensure!(stage.stored()? == before, "the state is another one");
        ensure!(stage.world.objects().await? == objects, "something else exists");
        stage.configure(&text);
        applied(&mut stage).await?;
    }
    Ok(())
}

async fn a_tainted_membership_is_moved_in_and_not_left() -> Result<()> {
    let (mut stage, _) = about_to_move().await?;
    stage.core.state.taint(MEMBERSHIP, true);
    let left = places(&stage).await?;
    refused(&mut stage, &Run::default(), "untaint").await?;
    ensure!(places(&stage).await? == left, "the place is lost");
    // It is ours by now, so the way that is told is open.
    stage.core.state.taint("cleanrooms_membership.publisher", false);
    applied(&mut stage).await?;
    ensure!(stage.plan(&Run::default()).await?.is_empty(), "the plan is not empty");
    Ok(())
}

async fn a_deposed_object_is_not_moved_in() -> Result<()> {
    let (mut stage, _) = about_to_move().await?;
    let deposed = stage.core.state.get(TABLE).context("the table is stored")?.clone();
    let place = Place { deposed: Some("00000001".to_owned()), ..Place::current(TABLE) };
    stage.core.state.objects.insert(place.clone(), deposed);
    let (before, objects) = (stage.stored()?, stage.world.objects().await?);
    refused(&mut stage, &Run::default(), "deposed").await?;
    ensure!(stage.stored()? == before, "the state is another one");
    ensure!(stage.world.objects().await? == objects, "something else exists");
    stage.core.state.objects.remove(&place);
    applied(&mut stage).await
}

async fn what_is_moved_in_is_not_destroyed_at_another_address() -> Result<()> {
    let (mut stage, text) = about_to_move().await?;
    let id = stage.filled(&format!("${{{TABLE}.id}}"))?;
    // Somebody has imported it before.
    let theirs: State = std::mem::take(&mut stage.core.state);
    let head = "resource \"cleanrooms_configured_table\" \"orders\"";
    let (_, table) = text.split_once(head).context("the configuration has a table")?;
    stage.configure(&format!("resource \"cleanrooms_configured_table\" \"old\" {table}"));
    let (program, address) = (stage.program()?, "cleanrooms_configured_table.old");
    let said = stage.core.import(&program, address, &id).await;
    ensure!(errors(&said).is_empty(), "{said:#?}");
    stage.core.state.objects.extend(theirs.objects);
    stage.configure(&text);
    let objects = stage.world.objects().await?;
    refused(&mut stage, &Run::default(), "state rm").await?;
    ensure!(stage.world.objects().await? == objects, "something is lost");
    stage.core.state.remove(address);
    applied(&mut stage).await
}
