//! Whose an object is that a user names, and what is said when nobody can tell.

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::scenario::{Command, Run};
use serde_json::json;

use super::*;

pub const ALL: [(&str, Claim); 8] = [
    ("another_address_of_an_unknown_collaboration_leaves_no_place", || {
        Box::pin(another_address_of_an_unknown_collaboration_leaves_no_place())
    }),
    ("what_is_imported_is_not_destroyed_at_another_address", || {
        Box::pin(what_is_imported_is_not_destroyed_at_another_address())
    }),
    ("what_is_not_visible_yet_is_not_taken_for_destroyed", || {
        Box::pin(what_is_not_visible_yet_is_not_taken_for_destroyed())
    }),
    ("a_lost_rule_is_not_found_at_another_address", || {
        Box::pin(a_lost_rule_is_not_found_at_another_address())
    }),
    ("a_reply_about_what_was_made_before_is_not_believed", || {
        Box::pin(a_reply_about_what_was_made_before_is_not_believed())
    }),
    ("what_cannot_be_made_anew_is_not_destroyed", || {
        Box::pin(what_cannot_be_made_anew_is_not_destroyed())
    }),
    ("an_arn_of_another_account_or_partition_imports_nothing", || {
        Box::pin(an_arn_of_another_account_or_partition_imports_nothing())
    }),
    ("where_sts_cannot_be_asked_the_way_out_is_named", || {
        Box::pin(where_sts_cannot_be_asked_the_way_out_is_named())
    }),
];

async fn an_arn_of_another_account_or_partition_imports_nothing() -> Result<()> {
    for (address, text, _) in kinds() {
        let mut stage = Stage::new();
        stage.configure(&text);
        applied(&mut stage).await?;
        let arn = stage.filled(&format!("${{{address}.arn}}"))?;
        stage.core.state.remove(address);
        let stored = stage.stored()?;
        let own = if address.contains("membership") { PARTNER } else { CREATOR };
        for (part, other) in [
            (own, "999999999999"),
            (own, if own == CREATOR { PARTNER } else { CREATOR }),
            ("arn:aws:", "arn:aws-cn:"),
            ("arn:aws:", "arn:aws-us-gov:"),
            ("us-east-1", "eu-west-1"),
        ] {
            ensure!(arn.contains(part), "{arn} lacks {part}");
            let named = arn.replacen(part, other, 1);
            let program = stage.program()?;
            let said = stage.core.import(&program, address, &named).await;
            ensure!(!errors(&said).is_empty(), "{named} was imported: {said:#?}");
            ensure!(stage.stored()? == stored, "{named}: the state is another one");
        }
        let program = stage.program()?;
        let said = stage.core.import(&program, address, &arn).await;
        ensure!(errors(&said).is_empty(), "{arn}: {said:#?}");
        ensure!(stage.plan(&Run::default()).await?.is_empty(), "{arn}: the plan is not empty");
    }
    Ok(())
}

async fn where_sts_cannot_be_asked_the_way_out_is_named() -> Result<()> {
    const WAY_OUT: &str = "terraform state rm";
    forbidden_to_ask(WAY_OUT).await?;
    let kinds_of_failure = [
        (json!({ "kind": "reset_before" }), true),
        (json!({ "kind": "access_denied" }), true),
        (json!({ "kind": "distorted", "as": "page" }), true),
        (json!({ "kind": "latency", "milliseconds": 70_000 }), true),
        // These pass.
        (json!({ "kind": "throttle" }), false),
        (json!({ "kind": "internal_error" }), false),
    ];
    for (address, text, _) in kinds() {
        for (kind, is_lasting) in &kinds_of_failure {
            let case = format!("{address}, {kind}");
            let mut stage = Stage::new();
            stage.configure(&text);
            applied(&mut stage).await.context(case.clone())?;
            gone(&stage, address).await.context(case.clone())?;
            let unasked = json!({ "operation": "GetCallerIdentity", "count": null, "fault": kind });
            fault(&stage, &unasked).await?;
            let planned = stage.plan(&Run::default()).await?;
            let errors = errors(&planned.said);
            ensure!(planned.failed && !errors.is_empty(), "{case}: {planned:#?}");
            let is_named = errors.iter().any(|error| error.contains(WAY_OUT));
            ensure!(is_named == *is_lasting, "{case}: {errors:#?}");
            // The way out is one.
            stage.core.state.remove(address);
            if address != "cleanrooms_membership.this" {
                applied(&mut stage).await.context(case.clone())?;
            }
        }
    }
    Ok(())
}

/// The same where the provider block forbids to ask STS: for a plan, and for a destruction.
async fn forbidden_to_ask(way_out: &str) -> Result<()> {
    let block = provider_blocks();
    let forbidding = block.replace(
        "  region     = \"us-east-1\"\n",
        "  region     = \"us-east-1\"\n  skip_requesting_account_id = true\n",
    );
    ensure!(block != forbidding, "the provider blocks have no Region");
    for (address, text, _) in kinds() {
        for command in [Command::Apply, Command::Destroy] {
            let mut stage = Stage::new();
            stage.configure_provider(&forbidding);
            stage.configure(&text);
            applied(&mut stage).await.context(address)?;
            gone(&stage, address).await.context(address)?;
            refused(&mut stage, &Run { command, ..Run::default() }, way_out)
                .await
                .context(address)?;
            stage.core.state.remove(address);
            let run = Run { command: Command::Destroy, ..Run::default() };
            let said = stage.plan_and_apply(&run).await?;
            ensure!(errors(&said).is_empty(), "{address}: {said:#?}");
        }
    }
    Ok(())
}

async fn what_is_not_visible_yet_is_not_taken_for_destroyed() -> Result<()> {
    for (address, configuration, operation) in kinds() {
        let mut stage = Stage::new();
        stage.configure(&configuration);
        let invisible = json!({ "operation": operation,
            "fault": { "kind": "not_yet_visible", "reads": 100_000 } });
        fault(&stage, &invisible).await?;
        applied(&mut stage).await.context(address)?;
        let stored = stage.stored()?;
        let target = Run {
            command: Command::Destroy,
            arguments: vec![format!("-target={address}")],
            ..Run::default()
        };
        refused(&mut stage, &target, "not visible yet").await.context(address)?;
        ensure!(stage.stored()? == stored, "{address} is forgotten");
    }
    Ok(())
}

async fn a_lost_rule_is_not_found_at_another_address() -> Result<()> {
    for kind in ["bad_gateway", "reset_before", "internal_error"] {
        let mut stage = Stage::new();
        let rules = rule("one", "this") + &rule("two", "this");
        stage.configure(&(table("this", "Orders", "") + &rules));
        let lost = json!({ "operation": "CreateConfiguredTableAnalysisRule", "skip": 1,
            "fault": { "kind": kind } });
        fault(&stage, &lost).await?;
        refused(&mut stage, &Run::default(), "exists already").await.context(kind)?;
        let rules = ["one", "two"].map(|label| {
            stage.core.state.get(&format!("cleanrooms_configured_table_analysis_rule.{label}"))
        });
        let known = rules.iter().filter(|rule| rule.is_some()).count();
        ensure!(known == 1, "{kind}: one rule stands at {known} addresses");
    }
    Ok(())
}

async fn a_reply_about_what_was_made_before_is_not_believed() -> Result<()> {
    let mut stage = Stage::new();
    stage.configure(&(table("one", "Orders", "") + &table("two", "Orders", "")));
    // Every create is answered with the first one's reply.
    static FIRST: std::sync::Mutex<Option<Json>> = std::sync::Mutex::new(None);
    let replay: Falsify = |path, body| {
        if path == "/configuredTables" && body["configuredTable"].is_object() {
            let mut first = FIRST.lock().expect("nobody panics with it");
            *body = first.get_or_insert_with(|| body.clone()).clone();
        }
    };
    stage.world.falsify(Some(replay));
    applied(&mut stage).await?;
    stage.world.falsify(None);
    let id = |label: &str| stage.filled(&format!("${{cleanrooms_configured_table.{label}.id}}"));
    ensure!(id("one")? != id("two")?, "one table stands at two addresses");
    let tables = stage.world.list(CREATOR, "/configuredTables", "configuredTableSummaries").await?;
    ensure!(tables.len() == 2, "there are {} tables", tables.len());
    Ok(())
}

/// Whichever of the two is planned first: it is refused, or the new address takes the membership over.
async fn another_address_of_an_unknown_collaboration_leaves_no_place() -> Result<()> {
    let unknown = |trigger: u32| {
        collaboration("this", WITH_PARTNER)
            + &format!(
                r#"
resource "terraform_data" "id" {{
  input            = cleanrooms_collaboration.this.id
  triggers_replace = "{trigger}"
}}
"#
            )
    };
    for (from, to) in [("a", "b"), ("b", "a")] {
        let case = format!("from {from} to {to}");
        let joins = |label| membership(label, "partner", "terraform_data.id.output");
        let mut stage = Stage::new();
        stage.configure(&(unknown(1) + &joins(from)));
        applied(&mut stage).await.context(case.clone())?;
        let left = places(&stage).await?;
        let id = stage.filled(&format!("${{cleanrooms_membership.{from}.id}}"))?;
        ensure!(left.len() == 1, "{case}: the partner has not joined");
        stage.configure(&(unknown(2) + &joins(to)));
        let said = stage.plan_and_apply(&Run::default()).await?;
        ensure!(places(&stage).await? == left, "{case}: the place is lost: {said:#?}");
        let errors = errors(&said);
        if errors.is_empty() {
            let taken = stage.filled(&format!("${{cleanrooms_membership.{to}.id}}"))?;
            ensure!(taken == id, "{case}: {taken} is another membership than {id}");
        } else {
            ensure!(errors.iter().any(|error| error.contains("moved {")), "{case}: {errors:#?}");
        }
    }
    // Nor does a replacement that is asked for.
    let address = "cleanrooms_membership.a".to_owned();
    let joins = membership("a", "partner", "terraform_data.id.output");
    let mut stage = Stage::new();
    stage.configure(&(unknown(1) + &joins));
    applied(&mut stage).await?;
    let (left, id) = (places(&stage).await?, stage.filled(&format!("${{{address}.id}}"))?);
    stage.configure(&(unknown(2) + &joins));
    let replace = Run { replace: vec![address.clone()], ..Run::default() };
    let said = stage.plan_and_apply(&replace).await?;
    ensure!(places(&stage).await? == left, "-replace: the place is lost: {said:#?}");
    let now = stage.filled(&format!("${{{address}.id}}"))?;
    ensure!(now == id, "-replace: the state has {now} instead of {id}: {said:#?}");
    Ok(())
}

/// By an import block in the run that takes the former address out of the configuration.
async fn what_is_imported_is_not_destroyed_at_another_address() -> Result<()> {
    for (address, text, _) in kinds() {
        for to in ["that", "zone"] {
            let case = format!("{address} as {to}");
            let type_name = address.trim_end_matches(".this");
            let block = |label: &str| format!("resource \"{type_name}\" \"{label}\"");
            let other = format!("{type_name}.{to}");
            let moved = text
                .replace(&block("this"), &block(to))
                .replace(&format!("{address}."), &format!("{other}."));
            let mut stage = Stage::new();
            stage.configure(&text);
            applied(&mut stage).await.context(case.clone())?;
            let id = stage.filled(&format!("${{{address}.id}}"))?;
            let left = stage.world.admin("GET", "objects", None).await?;
            let import = format!("import {{\n  to = {other}\n  id = \"{id}\"\n}}\n");
            stage.configure(&(import + &moved));
            refused(&mut stage, &Run::default(), "state rm").await.context(case.clone())?;
            let now = stage.world.admin("GET", "objects", None).await?;
            ensure!(now == left, "{case}: something is lost");
            // As it is told.
            stage.core.state.remove(address);
            applied(&mut stage).await.context(case)?;
        }
    }
    Ok(())
}

/// Two tables in a collaboration in which the partner has one as well.
fn two_tables(rules: &str, associations: &str) -> String {
    let own = r#"
resource "cleanrooms_membership" "own" {
  collaboration_id = cleanrooms_collaboration.this.id
  query_log_status = "DISABLED"
}
"#;
    [
        collaboration("this", WITH_PARTNER),
        own.to_owned(),
        membership("partner", "partner", "cleanrooms_collaboration.this.id"),
        table("one", "one", ""),
        table("two", "two", ""),
        table("theirs", "theirs", ".partner"),
        association("theirs", ".partner", "partner", "theirs", "theirs"),
        rules.to_owned(),
        associations.to_owned(),
    ]
    .concat()
}

fn association(label: &str, provider: &str, member: &str, table: &str, name: &str) -> String {
    let table_id = match table {
        "absent" => "\"0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a\"".to_owned(),
        label => format!("cleanrooms_configured_table.{label}.id"),
    };
    let account = if provider.is_empty() { CREATOR } else { PARTNER };
    format!(
        r#"
resource "cleanrooms_configured_table_association" "{label}" {{
  provider            = cleanrooms{provider}
  membership_id       = cleanrooms_membership.{member}.id
  configured_table_id = {table_id}
  name                = "{name}"
  role_arn            = "arn:aws:iam::{account}:role/tables"
}}
"#
    )
}

fn rule(label: &str, table: &str) -> String {
    format!(
        r#"
resource "cleanrooms_configured_table_analysis_rule" "{label}" {{
  configured_table_id  = cleanrooms_configured_table.{table}.id
  analysis_rule_policy = {{ v1 = {{ list = {{ join_columns = ["email"], list_columns = ["segment"] }} }} }}
}}
"#
    )
}

async fn what_cannot_be_made_anew_is_not_destroyed() -> Result<()> {
    let own = |label, table, name| association(label, "", "own", table, name);
    let both = own("a", "one", "first") + &own("b", "two", "second");
    let rules = rule("a", "one") + &rule("b", "two");
    let refusals = [
        (
            "the name of an own one",
            rules.clone(),
            own("a", "one", "SECOND") + &own("b", "two", "second"),
        ),
        (
            "the partner's name",
            rules.clone(),
            own("a", "one", "theirs") + &own("b", "two", "second"),
        ),
        ("no such table", rules.clone(), own("a", "absent", "first") + &own("b", "two", "second")),
        ("a table with a rule", rule("a", "two") + &rule("b", "two"), both.clone()),
    ];
    for (case, rules, associations) in refusals {
        let mut stage = Stage::new();
        stage.configure(&two_tables(&(rule("a", "one") + &rule("b", "two")), &both));
        // The second time it has seen what the parts have done to the whole.
        for _ in 0..2 {
            applied(&mut stage).await.context(case)?;
        }
        let (stored, objects) = (stage.stored()?, stage.world.objects().await?);
        stage.configure(&two_tables(&rules, &associations));
        refused(&mut stage, &Run::default(), "").await.context(case)?;
        ensure!(stage.stored()? == stored, "{case}: the state is another one");
        ensure!(stage.world.objects().await? == objects, "{case}: something else exists");
    }
    // What is free is taken. Where the former owner of the name goes in the same run, it is waited for;
    // this engine does one thing at a time, so that it may take a second run.
    for (case, associations) in [
        ("a free name", own("a", "one", "third") + &own("b", "two", "second")),
        ("one goes", own("b", "two", "first")),
        ("another goes", own("a", "one", "second")),
    ] {
        let mut stage = Stage::new();
        stage.configure(&two_tables(&rules, &both));
        applied(&mut stage).await.context(case)?;
        stage.configure(&two_tables(&rules, &associations));
        let said = stage.plan_and_apply(&Run::default()).await?;
        let waited = case == "another goes" && errors(&said).len() == 1;
        ensure!(errors(&said).is_empty() || waited, "{case}: {said:#?}");
        applied(&mut stage).await.context(case)?;
        ensure!(stage.plan(&Run::default()).await?.is_empty(), "{case}: the plan is not empty");
    }
    Ok(())
}
