//! What can be told about a collaboration before any call: rules that span several attributes.

use crate::framework::Diagnostics;
use crate::framework::plan::Plan;
use crate::framework::validators::invalid;
use crate::wire::{AttributePath, Value};

/// Checks the configuration; unknown values are passed over.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    let holders = |ability| holders(config, ability);
    let (queries, jobs) = (holders("CAN_QUERY"), holders("CAN_RUN_JOB"));
    for (ability, holders) in [("CAN_QUERY", &queries), ("CAN_RUN_JOB", &jobs)] {
        for path in holders.iter().skip(1) {
            let first = &holders[0];
            let detail = format!(
                "`{ability}` is given here and at {first}; only one member of a collaboration can \
                 hold it."
            );
            diagnostics.push(invalid(path, detail));
        }
    }
    if let (Some(queries), Some(jobs)) = (queries.first(), jobs.first())
        && queries != jobs
    {
        let detail = format!(
            "`CAN_RUN_JOB` must be held by the member that holds `CAN_QUERY`, which is {queries}."
        );
        diagnostics.push(invalid(jobs, detail));
    }
    if let Some(jobs) = jobs.first() {
        job_runner(config, jobs, diagnostics);
    }
}

/// Where an ability is given: the paths of the sets that hold it, the creator's first.
fn holders(config: &Value, ability: &str) -> Vec<AttributePath> {
    let creator = AttributePath::of("creator_member_abilities");
    let sets = std::iter::once((config.get("creator_member_abilities"), creator)).chain(
        config.get("members").as_map().into_iter().flatten().map(|(account, member)| {
            let path = AttributePath::of("members").key(account).attribute("member_abilities");
            (member.get("member_abilities"), path)
        }),
    );
    let held = |set: &Value| set.as_elements().any(|element| element.as_str() == Some(ability));
    sets.filter(|(set, _)| held(set)).map(|(_, path)| path).collect()
}

/// The job runner pays for jobs, on Spark.
fn job_runner(config: &Value, abilities: &AttributePath, diagnostics: &mut Diagnostics) {
    let payment = match abilities.steps() {
        [_] => AttributePath::of("creator_payment_configuration"),
        [members, account, ..] => AttributePath::root()
            .step(members.clone())
            .step(account.clone())
            .attribute("payment_configuration"),
        [] => return,
    };
    let flag = payment.attribute("job_compute").attribute("is_responsible");
    if config.at(&flag).and_then(Value::as_bool) == Some(false) {
        let detail = "The member that runs jobs pays for them: leave this out, or say true.";
        diagnostics.push(invalid(&flag, detail));
    }
    if config.get("analytics_engine").as_str() == Some("CLEAN_ROOMS_SQL") {
        let path = AttributePath::of("analytics_engine");
        diagnostics.push(invalid(&path, "Jobs need the engine `SPARK`."));
    }
}

/// Refuses the engine that the service no longer offers, unless the collaboration still has it.
pub fn engine(plan: &mut Plan<'_>) {
    const GONE: &str = "CLEAN_ROOMS_SQL";
    let planned = plan.get("analytics_engine").as_str() == Some(GONE);
    if planned && plan.prior.get("analytics_engine").as_str() != Some(GONE) {
        let path = AttributePath::of("analytics_engine");
        let detail = "The service no longer offers `CLEAN_ROOMS_SQL`; leave the attribute out, or \
                      say `SPARK`.";
        plan.diagnostics.push(invalid(&path, detail));
    }
}
