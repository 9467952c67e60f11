//! Populations of id mapping tables, whose jobs nothing lists: how often one is started, whatever meets the call.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::faults::{Fault, Place};

use super::*;

pub const ALL: [(&str, Claim); 1] =
    [("whatever_meets_the_call_of_a_population_it_is_started_once_at_most", || {
        Box::pin(whatever_meets_the_call_of_a_population_it_is_started_once_at_most())
    })];

const CALL: &str = "PopulateIdMappingTable";

/// Longer than the provider waits for a reply.
const LATE: Duration = Duration::from_secs(70);

/// Errors by which the service says that nothing was done.
const REFUSALS: [&str; 3] =
    ["AccessDeniedException", "ResourceNotFoundException", "ThrottlingException"];

/// A collaboration with an id mapping table, and more of that.
fn mapped(populate: &str) -> String {
    let namespace = |label: &str| {
        format!(
            r#"
resource "cleanrooms_id_namespace_association" "{label}" {{
  membership_id = cleanrooms_membership.this.id
  name          = "{label}"
  input_reference_config = {{
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/{label}"
    manage_resource_policies = true
  }}
}}
"#
        )
    };
    let more = namespace("source")
        + &namespace("target")
        + &format!(
            r#"
resource "cleanrooms_id_mapping_table" "this" {{
  membership_id = cleanrooms_membership.this.id
  name          = "customers"
  input_reference_config = {{
    input_reference_arn      = "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers"
    manage_resource_policies = true
  }}
  {populate}
  depends_on = [
    cleanrooms_id_namespace_association.source,
    cleanrooms_id_namespace_association.target,
  ]
}}
"#
        );
    joined_with("[]", &more)
}

async fn whatever_meets_the_call_of_a_population_it_is_started_once_at_most() -> Result<()> {
    let place = Place { operation: CALL.to_owned(), earlier: 0, position: 0 };
    let (mut told, mut done) = (0, 0);
    let all = Fault::all().into_iter().chain(Fault::distortions());
    for fault in all.filter(|fault| fault.is_for(CALL)) {
        let is_done = populated_despite(&fault, &place).await.context(fault.name)?;
        *(if is_done { &mut done } else { &mut told }) += 1;
    }
    ensure!(told > 0 && done > 0, "some faults pass, and some do not: {done} and {told}");
    Ok(())
}

/// Populates a table while a fault meets the call; whether the id of the job reached the state.
async fn populated_despite(fault: &Fault, place: &Place) -> Result<bool> {
    let mut stage = Stage::new();
    stage.configure(&mapped(""));
    applied(&mut stage).await?;
    stage.configure(&mapped(r#"populate = { triggers = { day = "monday" } }"#));
    stage.world.clear_calls().await?;
    stage.world.admin("POST", "faults", Some(&fault.at(place, LATE))).await?;
    let run = Run { arguments: vec!["-refresh=false".to_owned()], ..Run::default() };
    let said = stage.plan_and_apply(&run).await?;
    // A call that was given up is carried out all the same.
    tokio::time::sleep(LATE).await;
    let is_met = match fault.lasts() {
        true => stage.world.calls().await?.iter().any(|call| call.fault.is_some()),
        false => stage.world.faults_have_begun().await?,
    };
    ensure!(is_met, "the fault met no call: {said:#?}");
    stage.world.admin("DELETE", "faults", None).await?;
    ensure!(errors(&said).is_empty(), "the table is as planned, and that is an error: {said:#?}");
    let job = |stage: &Stage| -> Result<Option<String>> {
        let stored = stage.stored()?;
        let table = stored.instances.get("cleanrooms_id_mapping_table.this");
        let table = table.context("the table is not in state")?;
        Ok(table["last_id_mapping_job_id"].as_str().map(str::to_owned))
    };
    let is_warned = warned(&said, "population of the id mapping table was lost")
        || warned(&said, "Cannot populate id mapping table");
    let started = job(&stage)?;
    ensure!(is_warned || started.is_some(), "no job in state, and nobody is told: {said:#?}");
    applied(&mut stage).await?;
    let calls = stage.world.calls().await?;
    let sent = calls.iter().filter(|call| call.operation.as_deref() == Some(CALL));
    let refused =
        |error: &Option<String>| error.as_deref().is_some_and(|error| REFUSALS.contains(&error));
    let may_have_run = sent.filter(|call| !refused(&call.error)).count();
    ensure!(may_have_run <= 1, "{may_have_run} jobs may run: {calls:#?}");
    let started = job(&stage)?;
    Ok(started.is_some())
}
