//! The rows that queries and jobs have in common: when they run again, and what becomes of a run.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Analysis, Failure, Ran, Statistics, TRIGGERS};
use crate::cleanrooms::object::Of;
use crate::cleanrooms::shapes::compute::parameters;
use crate::framework::codec::{
    Codec, boolean, decimal, integer, object, set_of, string, string_map,
};
use crate::framework::row::field;
use crate::framework::{Resource, ResourceSchema};
use crate::wire::Value;

/// The schema with these rows.
pub fn with_run<A: Analysis>(schema: ResourceSchema<Of<Ran<A>>>) -> ResourceSchema<Of<Ran<A>>> {
    type Row<A> = Of<Ran<A>>;
    let noun = A::KIND.noun;
    schema
        .with(
            Row::<A>::attribute("parameters_wo", parameters())
                .optional()
                .write_only_for("parameters")
                .sensitive()
                .doc(&format!(
                    "In place of `parameters`: values that neither the state nor a plan holds, where \
                     `parameters` is null then. Terraform and OpenTofu have it from 1.11 on. That it \
                     has changed shows nowhere, so change `triggers` as well to have another {noun} \
                     started with it."
                )),
        )
        .with(Row::<A>::attribute(TRIGGERS, string_map()).optional().local().requires_replace().doc(
            &format!(
                "Any texts, such as a date or the version of the data: one that changes \
                 replaces the {noun}, so that another one is started, and paid for."
            ),
        ))
        .with(Row::<A>::attribute("wait_for_completion", boolean()).optional().local().doc(&format!(
            "Whether an apply waits for the end of the {noun}, for as long as `timeouts` say; true when \
             left out. A bad end that was waited for is an error, and the next apply runs it again."
        )))
        .with(
            Row::<A>::attribute("status", string())
                .computed()
                .doc(
                    "How far it is: `SUBMITTED`, `STARTED`, `CANCELLING`, or how it has ended: \
                     `SUCCESS`, `FAILED`, `CANCELLED`, `TIMED_OUT`.",
                )
                .read(|r| Some(A::run(&r.item).status)),
        )
        .with(
            Row::<A>::attribute("statistics", statistics())
                .computed()
                .doc(
                    "What it has taken, once it has ended: `total_duration_in_millis`, and \
                     `billed_units`.",
                )
                .read(|r| A::run(&r.item).statistics),
        )
        .with(
            Row::<A>::attribute("result_location", string())
                .computed()
                .doc(
                    "Where the results are in Amazon S3, as far as the service tells: whoever runs it \
                     is not told of the buckets of other members.",
                )
                .read(|r| A::run(&r.item).result_location),
        )
        .with(
            Row::<A>::attribute("result_account_ids", set_of(string()))
                .computed()
                .doc("The accounts of the members that have got results.")
                .read(|r| A::run(&r.item).result_account_ids),
        )
        .with(
            Row::<A>::attribute("error", error())
                .computed()
                .doc("Why it has failed: `code` and `message`.")
                .read(|r| A::run(&r.item).failure),
        )
        .with(
            Row::<A>::attribute("membership_arn", string())
                .computed()
                .doc("The ARN of the membership.")
                .read(|r| Some(A::run(&r.item).membership_arn)),
        )
}

fn statistics() -> Codec<(), Statistics> {
    object(Ok::<(), String>)
        .with(
            field("total_duration_in_millis", integer())
                .computed()
                .doc("How long it took.")
                .read(|it: &Statistics| it.total_duration_in_millis),
        )
        .with(
            field("billed_units", decimal())
                .computed()
                .doc("The units that are billed.")
                .read(|it: &Statistics| it.billed_units),
        )
        .single()
        .plain()
}

/// Why something has failed.
pub fn error() -> Codec<(), Failure> {
    object(Ok::<(), String>)
        .with(
            field("code", string())
                .computed()
                .doc("The service's code.")
                .read(|it: &Failure| Some(it.code.clone())),
        )
        .with(
            field("message", string())
                .computed()
                .doc("What the service says.")
                .read(|it: &Failure| Some(it.message.clone())),
        )
        .single()
        .plain()
}

/// What starts take turns by: the membership and what it runs, with which parameters.
pub fn name(planned: &Value) -> String {
    let text = |name| planned.get(name).as_str().unwrap_or_default();
    // They are secrets, and the name stands in files.
    let mut parameters = DefaultHasher::new();
    for (name, value) in planned.get("parameters").as_map().into_iter().flatten() {
        (name, value.as_str()).hash(&mut parameters);
    }
    let parameters = format!("{:x}", parameters.finish());
    [text("membership_id"), text("sql"), text("analysis_template_arn"), &parameters].join("/")
}
