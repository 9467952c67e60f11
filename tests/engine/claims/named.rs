//! Whose an object is that a user names, and what is said when nobody can tell.

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::scenario::{Command, Run};
use serde_json::json;

use super::*;

pub const ALL: [(&str, Claim); 2] = [
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
