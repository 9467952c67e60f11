//! Claims about one object that need a lie of the service, its clock, or a run that does not come to its end.

mod analyses;
mod exports;
mod intermediate_tables;
mod lists;
mod moves;
mod named;
mod populations;
mod requests;
mod stops;

use std::cell::Cell;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::provider::SOURCE;
use cleanrooms_harness::scenario::{Command, Run};
use cleanrooms_provider::framework::testing::{Action, Planned, Said};
use libtest_mimic::Trial;
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use crate::stage::Stage;
use crate::trial::{failed, paused};
use crate::world::{ADDRESS, Falsify};

const CREATOR: &str = "111122223333";
const PARTNER: &str = "444455556666";

type Claim = fn() -> Pin<Box<dyn Future<Output = Result<()>>>>;

/// The claims of this file by name.
const ALL: [(&str, Claim); 11] = [
    ("a_member_list_without_the_creator_keeps_the_state", || {
        Box::pin(a_member_list_without_the_creator_keeps_the_state())
    }),
    ("a_member_list_that_is_cut_short_once_asks_for_nobody", || {
        Box::pin(a_member_list_that_is_cut_short_once_asks_for_nobody())
    }),
    ("the_creators_membership_keeps_its_place_under_a_new_address", || {
        Box::pin(the_creators_membership_keeps_its_place_under_a_new_address())
    }),
    ("what_was_never_seen_is_gone_after_five_minutes_and_not_before", || {
        Box::pin(what_was_never_seen_is_gone_after_five_minutes_and_not_before())
    }),
    ("what_was_seen_once_is_gone_at_once", || Box::pin(what_was_seen_once_is_gone_at_once())),
    ("a_foreign_tag_in_another_form_can_be_removed", || {
        Box::pin(a_foreign_tag_in_another_form_can_be_removed())
    }),
    ("a_foreign_tag_beside_its_composed_twin_is_no_change", || {
        Box::pin(a_foreign_tag_beside_its_composed_twin_is_no_change())
    }),
    ("no_place_is_left_for_a_collaboration_that_does_not_invite", || {
        Box::pin(no_place_is_left_for_a_collaboration_that_does_not_invite())
    }),
    ("another_address_leaves_no_place", || Box::pin(another_address_leaves_no_place())),
    ("a_run_that_ends_between_the_halves_keeps_the_place", || {
        Box::pin(a_run_that_ends_between_the_halves_keeps_the_place())
    }),
    ("too_many_tags_replace_nothing", || Box::pin(too_many_tags_replace_nothing())),
];

/// One trial for each claim.
pub fn trials() -> Vec<Trial> {
    let trial = |(name, claim): (&str, Claim)| {
        Trial::test(format!("claims::{name}"), move || paused(claim).map_err(failed))
    };
    let more = requests::ALL.into_iter().chain(stops::ALL).chain(named::ALL).chain(moves::ALL);
    let more = more.chain(analyses::ALL).chain(exports::ALL).chain(intermediate_tables::ALL);
    let more = more.chain(populations::ALL).chain(lists::ALL);
    ALL.into_iter().chain(more).map(trial).collect()
}

// Configurations.

/// A collaboration of the creator, with the partner and perhaps more.
fn collaboration(label: &str, more: &str) -> String {
    format!(
        r#"
resource "cleanrooms_collaboration" "{label}" {{
  name                     = "{label}"
  creator_display_name     = "Creator"
  creator_member_abilities = []
  query_log_status         = "DISABLED"
  {more}
}}
"#
    )
}

/// A collaboration that its creator has joined with these abilities, a list in HCL, and what else stands in
/// the configuration.
fn joined_with(abilities: &str, more: &str) -> String {
    collaboration("this", WITHOUT_PARTNER).replace(
        "creator_member_abilities = []",
        &format!("creator_member_abilities = {abilities}"),
    ) + r#"
resource "cleanrooms_membership" "this" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}
"# + more
}

const WITH_PARTNER: &str = r#"members = {
    "444455556666" = { display_name = "Partner", member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"] }
  }"#;

const WITH_THIRD: &str = r#"members = {
    "444455556666" = { display_name = "Partner", member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"] }
    "777788889999" = { display_name = "Third", member_abilities = [] }
  }"#;

const WITHOUT_PARTNER: &str = "members = {}";

/// The membership of a provider's account.
fn membership(label: &str, provider: &str, collaboration_id: &str) -> String {
    format!(
        r#"
resource "cleanrooms_membership" "{label}" {{
  provider         = cleanrooms.{provider}
  collaboration_id = {collaboration_id}
  query_log_status = "DISABLED"
}}
"#
    )
}

/// A table of a provider's account: of the default one, or as `.partner` says.
fn table(label: &str, name: &str, provider: &str) -> String {
    format!(
        r#"
resource "cleanrooms_configured_table" "{label}" {{
  provider        = cleanrooms{provider}
  name            = "{name}"
  allowed_columns = ["email", "segment"]
  analysis_method = "DIRECT_QUERY"
  table_reference = {{ glue = {{ database_name = "sales", table_name = "orders" }} }}
}}
"#
    )
}

// What happened.

async fn applied(stage: &mut Stage) -> Result<()> {
    let said = stage.plan_and_apply(&Run::default()).await?;
    ensure!(errors(&said).is_empty(), "the apply failed: {said:#?}");
    Ok(())
}

/// An apply that must fail, and say this.
async fn refused(stage: &mut Stage, run: &Run, why: &str) -> Result<()> {
    let said = stage.plan_and_apply(run).await?;
    let errors = errors(&said);
    ensure!(!errors.is_empty(), "the apply went well: {said:#?}");
    ensure!(errors.iter().any(|error| error.contains(why)), "`{why}` is not said: {errors:#?}");
    Ok(())
}

fn errors(said: &[Said]) -> Vec<String> {
    let errors = said.iter().filter(|said| said.diagnostic.is_error());
    errors.map(|said| said.diagnostic.to_string()).collect()
}

fn warned(said: &[Said], of: &str) -> bool {
    said.iter().any(|said| !said.diagnostic.is_error() && said.diagnostic.to_string().contains(of))
}

fn action(planned: &Planned, address: &str) -> Option<Action> {
    let change = planned.changes.iter().find(|(place, _)| place.address == address);
    change.map(|(_, change)| change.action)
}

/// Deletes an object behind the engine's back.
async fn gone(stage: &Stage, address: &str) -> Result<()> {
    let id = stage.filled(&format!("${{{address}.id}}"))?;
    let (account, path) = match address {
        "cleanrooms_membership.this" => (PARTNER, format!("/memberships/{id}")),
        "cleanrooms_configured_table.this" => (CREATOR, format!("/configuredTables/{id}")),
        _ => (CREATOR, format!("/collaborations/{id}")),
    };
    let reply = stage.world.api(account, "DELETE", &path, None).await?;
    ensure!(reply.status == 204, "DELETE {path} answered {}: {}", reply.status, reply.body);
    Ok(())
}

async fn fault(stage: &Stage, fault: &Json) -> Result<()> {
    stage.world.admin("POST", "faults", Some(fault)).await.map(drop)
}

async fn no_faults(stage: &Stage) -> Result<()> {
    stage.world.admin("DELETE", "faults", None).await.map(drop)
}

/// The collaborations of which the partner is an active member.
async fn places(stage: &Stage) -> Result<Vec<String>> {
    let memberships = stage.world.list(PARTNER, "/memberships", "membershipSummaries").await?;
    let active = memberships.iter().filter(|one| one["status"] == "ACTIVE");
    active.map(|one| Ok(text(&one["collaborationId"])?.to_owned())).collect()
}

fn text(value: &Json) -> Result<&str> {
    value.as_str().with_context(|| format!("{value} is no text"))
}

// The claims.

async fn a_member_list_without_the_creator_keeps_the_state() -> Result<()> {
    let without_creator: Falsify = |path, body| {
        if path.ends_with("/members") {
            let members = body["memberSummaries"].as_array_mut().expect("a list of members");
            members.retain(|member| member["accountId"] != CREATOR);
        }
    };
    let without_anybody: Falsify = |path, body| {
        if path.ends_with("/members") {
            body["memberSummaries"] = json!([]);
        }
    };
    let mut stage = Stage::new();
    stage.configure(&collaboration("this", WITH_PARTNER));
    applied(&mut stage).await?;
    let before = stage.stored()?;
    for falsify in [without_creator, without_anybody] {
        stage.world.falsify(Some(falsify));
        for command in [Command::Refresh, Command::Apply, Command::Destroy] {
            let run = Run { command, ..Run::default() };
            refused(&mut stage, &run, "-refresh=false").await?;
            ensure!(stage.stored()? == before, "the state is another one: {:#?}", stage.stored()?);
        }
    }
    // The way out that the error names.
    let unrefreshed = Run {
        command: Command::Destroy,
        arguments: vec!["-refresh=false".to_owned()],
        ..Run::default()
    };
    let said = stage.plan_and_apply(&unrefreshed).await?;
    ensure!(errors(&said).is_empty(), "it was not destroyed: {said:#?}");
    let left = stage.world.list(CREATOR, "/collaborations", "collaborationList").await?;
    ensure!(left.is_empty() && stage.core.state.objects.is_empty(), "something is left: {left:#?}");
    Ok(())
}

thread_local! {
    /// How many lists of members are still whole before one is cut short.
    static WHOLE_LISTS: Cell<usize> = const { Cell::new(usize::MAX) };
}

async fn a_member_list_that_is_cut_short_once_asks_for_nobody() -> Result<()> {
    let without_third: Falsify = |path, body| {
        if path.ends_with("/members") {
            let left = WHOLE_LISTS.get();
            WHOLE_LISTS.set(left.wrapping_sub(1));
            if left == 0 {
                let members = body["memberSummaries"].as_array_mut().expect("a list of members");
                members.retain(|member| member["accountId"] != "777788889999");
            }
        }
    };
    // The list of the refresh, that before the change, and those after it.
    for whole in 0..4 {
        let mut stage = Stage::new();
        stage.configure(&collaboration("this", WITH_THIRD));
        applied(&mut stage).await?;
        let (before, after) = WITH_THIRD.rsplit_once("[]").context("the third may do nothing")?;
        let able = format!("{before}[\"CAN_RECEIVE_RESULTS\"]{after}");
        stage.configure(&collaboration("this", &able));
        WHOLE_LISTS.set(whole);
        stage.world.falsify(Some(without_third));
        let said = stage.plan_and_apply(&Run::default()).await?;
        stage.world.falsify(None);
        ensure!(errors(&said).is_empty(), "{whole}: {said:#?}");
        applied(&mut stage).await?;
        // Whoever is to be added is asked for by name.
        let id = stage.filled("${cleanrooms_collaboration.this.id}")?;
        let list = "collaborationChangeRequestSummaries";
        let path = format!("/collaborations/{id}/changeRequests");
        let filed = stage.world.list(CREATOR, &path, list).await?;
        let adds = |request: &Json| request.to_string().contains("displayName");
        ensure!(filed.len() == 1 && !filed.iter().any(adds), "{whole}: {filed:#?}");
        ensure!(stage.plan(&Run::default()).await?.is_empty(), "{whole}: the plan is not empty");
    }
    Ok(())
}

async fn the_creators_membership_keeps_its_place_under_a_new_address() -> Result<()> {
    let joined = |label: &str| {
        let own = membership(label, "partner", "cleanrooms_collaboration.this.id");
        collaboration("this", WITHOUT_PARTNER)
            + &own.replace("  provider         = cleanrooms.partner\n", "")
    };
    for (from, to) in [("a", "b"), ("b", "a")] {
        let mut stage = Stage::new();
        stage.configure(&joined(from));
        applied(&mut stage).await?;
        let (stored, objects) = (stage.stored()?, stage.world.objects().await?);
        stage.configure(&joined(to));
        refused(&mut stage, &Run::default(), "moved {").await?;
        ensure!(stage.stored()? == stored, "the state is another one: {:#?}", stage.stored()?);
        ensure!(stage.world.objects().await? == objects, "something else exists");
    }
    Ok(())
}

/// Objects of three kinds, each with the call that makes it.
fn kinds() -> [(&'static str, String, &'static str); 3] {
    let joined = collaboration("this", WITH_PARTNER)
        + &membership("this", "partner", "cleanrooms_collaboration.this.id");
    [
        (
            "cleanrooms_collaboration.this",
            collaboration("this", WITH_PARTNER),
            "CreateCollaboration",
        ),
        ("cleanrooms_membership.this", joined, "CreateMembership"),
        ("cleanrooms_configured_table.this", table("this", "Orders", ""), "CreateConfiguredTable"),
    ]
}

async fn what_was_never_seen_is_gone_after_five_minutes_and_not_before() -> Result<()> {
    for (address, configuration, operation) in kinds() {
        let mut stage = Stage::new();
        stage.configure(&configuration);
        let invisible = json!({ "operation": operation,
            "fault": { "kind": "not_yet_visible", "reads": 100_000 } });
        fault(&stage, &invisible).await?;
        let before = Instant::now();
        applied(&mut stage).await?;
        let after = Instant::now();

        tokio::time::sleep_until(before + Duration::from_secs(4 * 60 + 50)).await;
        let planned = stage.plan(&Run::default()).await?;
        ensure!(!planned.failed, "{address}: {planned:#?}");
        ensure!(warned(&planned.said, "not visible yet"), "{address}: {:#?}", planned.said);
        let change = action(&planned, address);
        let is_kept = matches!(change, Some(Action::NoOp | Action::Update));
        ensure!(is_kept, "{address} would be {change:?}");

        tokio::time::sleep_until(after + Duration::from_secs(5 * 60 + 10)).await;
        let planned = stage.plan(&Run::default()).await?;
        ensure!(!planned.failed, "{address}: {planned:#?}");
        ensure!(!warned(&planned.said, "not visible yet"), "{address}: {:#?}", planned.said);
        let change = action(&planned, address);
        ensure!(change == Some(Action::Create), "{address} would be {change:?}");
    }
    Ok(())
}

async fn what_was_seen_once_is_gone_at_once() -> Result<()> {
    let mut stage = Stage::new();
    stage.configure(&collaboration("this", WITH_PARTNER));
    applied(&mut stage).await?;
    let id = stage.filled("${cleanrooms_collaboration.this.id}")?;
    stage.world.api(CREATOR, "DELETE", &format!("/collaborations/{id}"), None).await?;
    let planned = stage.plan(&Run::default()).await?;
    let change = action(&planned, "cleanrooms_collaboration.this");
    ensure!(change == Some(Action::Create), "it would be {change:?}");
    Ok(())
}

/// Tags the collaboration as somebody else does.
async fn tagged_by_others(stage: &Stage, key: &str) -> Result<()> {
    let arn = stage.filled("${cleanrooms_collaboration.this.arn}")?;
    let path = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
    let body = json!({ "tags": { key: "foreign" } });
    let reply = stage.world.api(CREATOR, "POST", &path, Some(&body)).await?;
    ensure!(reply.status == 200, "tagging answered {}: {}", reply.status, reply.body);
    Ok(())
}

/// The keys of the collaboration's tags, as the service has them.
async fn keys(stage: &Stage) -> Result<Vec<String>> {
    let arn = stage.filled("${cleanrooms_collaboration.this.arn}")?;
    let path = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
    let reply = stage.world.api(CREATOR, "GET", &path, None).await?;
    let tags = reply.body["tags"].as_object().context("no tags")?;
    Ok(tags.keys().cloned().collect())
}

const COMPOSED: &str = "caf\u{e9}";
const DECOMPOSED: &str = "cafe\u{301}";

async fn a_foreign_tag_in_another_form_can_be_removed() -> Result<()> {
    let mut stage = Stage::new();
    stage.configure(&collaboration("this", WITHOUT_PARTNER));
    applied(&mut stage).await?;
    tagged_by_others(&stage, DECOMPOSED).await?;
    ensure!(!stage.plan(&Run::default()).await?.is_empty(), "the foreign tag is not seen");
    applied(&mut stage).await?;
    ensure!(keys(&stage).await?.is_empty(), "the foreign tag is left: {:?}", keys(&stage).await?);
    ensure!(stage.plan(&Run::default()).await?.is_empty(), "the plan is not empty");
    Ok(())
}

async fn a_foreign_tag_beside_its_composed_twin_is_no_change() -> Result<()> {
    let mut stage = Stage::new();
    let tagged = format!("{WITHOUT_PARTNER}\n  tags = {{ \"{COMPOSED}\" = \"ours\" }}");
    stage.configure(&collaboration("this", &tagged));
    applied(&mut stage).await?;
    tagged_by_others(&stage, DECOMPOSED).await?;
    ensure!(stage.plan(&Run::default()).await?.is_empty(), "the foreign tag is a change");
    // Our own goes, and nothing of it stays.
    stage.configure(&collaboration("this", WITHOUT_PARTNER));
    applied(&mut stage).await?;
    ensure!(stage.plan(&Run::default()).await?.is_empty(), "the plan is not empty");
    Ok(())
}

async fn no_place_is_left_for_a_collaboration_that_does_not_invite() -> Result<()> {
    let both = collaboration("one", WITH_PARTNER) + &collaboration("two", WITHOUT_PARTNER);
    let joins =
        |id: &str| membership("this", "partner", &format!("cleanrooms_collaboration.{id}.id"));
    let first = |text: String| {
        let lifecycle =
            "query_log_status = \"DISABLED\"\n  lifecycle {\n    create_before_destroy = true\n  }";
        let (before, after) =
            text.rsplit_once("query_log_status = \"DISABLED\"").expect("it is there");
        format!("{before}{lifecycle}{after}")
    };
    let cases = [
        ("the old one goes first", both.clone(), joins("two"), "was not left"),
        ("the new one comes first", both.clone(), first(joins("two")), "Cannot join"),
        ("the id is not known", both, String::new(), "Cannot join"),
    ];
    for (case, before, after, why) in cases {
        let mut stage = Stage::new();
        let is_unknown = after.is_empty();
        let prepared = if is_unknown { collaboration("one", WITH_PARTNER) } else { before.clone() };
        stage.configure(&(prepared + &joins("one")));
        applied(&mut stage).await.context(case)?;
        let (stored, left) = (stage.stored()?, places(&stage).await?);
        ensure!(left.len() == 1, "{case}: the partner has not joined");
        let after = if is_unknown { joins("two") } else { after };
        stage.configure(&(before + &after));
        refused(&mut stage, &Run::default(), why).await.context(case)?;
        ensure!(places(&stage).await? == left, "{case}: the place is lost");
        let kept = |state: &cleanrooms_harness::state::State| {
            state.instances.get("cleanrooms_membership.this").cloned()
        };
        ensure!(kept(&stage.stored()?) == kept(&stored), "{case}: the state is another one");
    }
    Ok(())
}

/// Three provider blocks, two of them of one account.
fn provider_blocks() -> String {
    let block = |alias: &str, account: &str| {
        format!(
            r#"
provider "cleanrooms" {{
  {alias}
  region     = "us-east-1"
  access_key = "{account}"
  secret_key = "secret"

  endpoints {{
    cleanrooms = "{ADDRESS}"
    sts        = "{ADDRESS}"
  }}
}}
"#
        )
    };
    let sources = format!(
        "terraform {{\n  required_providers {{\n    cleanrooms = {{\n      source = \"{SOURCE}\"\n    }}\n  }}\n}}\n"
    );
    sources
        + &block("", CREATOR)
        + &block("alias = \"partner\"", PARTNER)
        + &block("alias = \"again\"", PARTNER)
}

async fn another_address_leaves_no_place() -> Result<()> {
    let id = "cleanrooms_collaboration.this.id";
    for (from, to) in [("a", "b"), ("b", "a")] {
        for (of_old, of_new) in [("partner", "partner"), ("partner", "again"), ("again", "partner")]
        {
            let case = format!("from {of_old}'s {from} to {of_new}'s {to}");
            let mut stage = Stage::new();
            stage.configure_provider(&provider_blocks());
            let this = collaboration("this", WITH_PARTNER);
            stage.configure(&(this.clone() + &membership(from, of_old, id)));
            applied(&mut stage).await.context(case.clone())?;
            let (stored, left) = (stage.stored()?, places(&stage).await?);
            ensure!(left.len() == 1, "{case}: the partner has not joined");
            stage.configure(&(this.clone() + &membership(to, of_new, id)));
            refused(&mut stage, &Run::default(), "moved {").await.context(case.clone())?;
            ensure!(places(&stage).await? == left, "{case}: the place is lost");
            ensure!(stage.stored()? == stored, "{case}: the state is another one");
            // To really leave is possible in a run of its own.
            stage.configure(&this);
            applied(&mut stage).await.context(case.clone())?;
            ensure!(places(&stage).await?.is_empty(), "{case}: the partner has not left");
        }
    }
    Ok(())
}

async fn a_run_that_ends_between_the_halves_keeps_the_place() -> Result<()> {
    let mut stage = Stage::new();
    let one = collaboration("one", WITH_PARTNER);
    let joins =
        |id: &str| membership("this", "partner", &format!("cleanrooms_collaboration.{id}.id"));
    stage.configure(&(one.clone() + &joins("one")));
    applied(&mut stage).await?;
    let left = places(&stage).await?;
    let membership_id = stage.filled("${cleanrooms_membership.this.id}")?;

    // The old membership goes first, and which collaboration comes in its place is never known.
    let denied = json!({ "operation": "CreateCollaboration", "count": null,
        "fault": { "kind": "access_denied" } });
    fault(&stage, &denied).await?;
    stage.configure(&(one.clone() + &collaboration("two", WITH_PARTNER) + &joins("two")));
    let replace = vec!["cleanrooms_membership.this".to_owned()];
    let said = stage.plan_and_apply(&Run { replace, ..Run::default() }).await?;
    ensure!(!errors(&said).is_empty(), "the collaboration was made: {said:#?}");
    ensure!(places(&stage).await? == left, "the place is lost");
    let import = format!("terraform import cleanrooms_membership.<name> {membership_id}");
    ensure!(warned(&said, &import), "nobody says how it is managed again: {said:#?}");

    no_faults(&stage).await?;
    stage.configure(&(one + &joins("one")));
    let program = stage.program()?;
    let said = stage.core.import(&program, "cleanrooms_membership.this", &membership_id).await;
    ensure!(errors(&said).is_empty(), "the import failed: {said:#?}");
    ensure!(stage.plan(&Run::default()).await?.is_empty(), "the plan is not empty");
    ensure!(places(&stage).await? == left, "the place is lost");
    Ok(())
}

async fn too_many_tags_replace_nothing() -> Result<()> {
    let tags = |count: usize| {
        format!(
            "{WITHOUT_PARTNER}\n  tags = {{ for index in range({count}) : \"Tag${{index}}\" => \"\" }}"
        )
    };
    let mut stage = Stage::new();
    stage.configure(&collaboration("this", &tags(50)));
    applied(&mut stage).await?;
    let before = stage.world.objects().await?;
    let replaced = |text: String| text.replace("\"DISABLED\"", "\"ENABLED\"");
    stage.configure(&replaced(collaboration("this", &tags(51))));
    refused(&mut stage, &Run::default(), "More tags than AWS usually accepts").await?;
    ensure!(stage.world.objects().await? == before, "the collaboration is another one");
    stage.configure(&replaced(collaboration("this", &tags(50))));
    applied(&mut stage).await?;
    ensure!(stage.world.objects().await? != before, "the collaboration is the same one");
    Ok(())
}
