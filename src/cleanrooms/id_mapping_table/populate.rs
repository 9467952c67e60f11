//! Populating an id mapping table: a job of AWS Entity Resolution, of which Clean Rooms tells no more than an id.
//!
//! The call carries no client token, and nothing lists the jobs here: where its reply is lost, nobody can tell
//! whether one runs. A second job is paid for again, so the call is never sent twice by itself. What a
//! population needs to say stands in warnings, for the table is as planned whatever comes of it.

use aws_sdk_cleanrooms::types::{IdMappingTable as Table, JobType};
use tokio::time::Instant;

use super::IdMappingTable;
use crate::cleanrooms::absence;
use crate::cleanrooms::aws::{AwsError, ErrorKind, Outcome, retry_while};
use crate::cleanrooms::client::{Changing, Client, send_unrepeatable};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::{Key, Located};
use crate::cleanrooms::population::{POPULATE, is_asked};
use crate::cleanrooms::shapes::arns::input_reference_arn;
use crate::cleanrooms::shapes::enumeration::{constant, open};
use crate::cleanrooms::taken_in;
use crate::framework::codec::{Codec, object, string_map};
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::row::field;
use crate::framework::{Change, Context, Diagnostic, Severity};
use crate::wire::{AttributePath, Value};

/// The action that populates a table once.
pub const ACTION: &str = "cleanrooms_populate_id_mapping_table";

/// The attribute that holds the id of the last job. It is a note as well, for no answer of the service has it.
pub const LAST_JOB: &str = "last_id_mapping_job_id";

/// What is given for a population.
pub fn arguments() -> Codec<()> {
    object(Ok::<(), String>)
        .with(
            field::<(), (), _, _>("job_type", job_type()).optional().doc(JOB_TYPE),
        )
        .with(field::<(), (), _, _>("triggers", string_map()).optional().doc(
            "Any texts, such as a date or the version of the data: one that changes populates the table \
             again, which is paid for again.",
        ))
        .single()
}

/// What a job does.
pub const JOB_TYPE: &str = "What the job does: `BATCH` maps everything, `INCREMENTAL` what is new or has \
                            changed, `DELETE_ONLY` what is to be deleted. The workflow decides when left \
                            out.";

/// The kinds of jobs.
pub fn job_type() -> Codec<JobType> {
    open::<JobType>(JobType::values(), constant)
}

/// Plans the id of a job that is to be started.
pub fn plan(plan: &mut Plan<'_>, private: &Private) {
    if plan.is_create() {
        if plan.config.get(POPULATE).is_null() {
            plan.set(LAST_JOB, Value::Null);
        }
        return;
    }
    let change = Change { prior: plan.prior, planned: &plan.planned };
    if !is_asked(change) || plan.is_replacement() || plan.relocates {
        return;
    }
    if !taken_in::is_first(private, plan.prior, POPULATE) {
        plan.set(LAST_JOB, Value::Unknown);
        return;
    }
    plan.diagnostics.push(
        Diagnostic::warning(
            "The id mapping table is not populated for this",
            "It was imported, and nobody knows how it was populated before. So the first `populate` \
             after the import is noted and starts nothing; one that changes afterwards does.",
        )
        .at(AttributePath::of(POPULATE)),
    );
}

/// The id of the last job that was started here, for a read; notes a table that is taken in.
pub fn last_job(private: &mut Private, state: &Value) -> Option<String> {
    taken_in::note(private);
    // The note is newer: state lacks it where the read after a population has failed.
    let noted = private.get(LAST_JOB).and_then(|note| note.as_str());
    noted.or_else(|| state.get(LAST_JOB).as_str()).map(str::to_owned)
}

/// `act` of a table: populates it again.
pub async fn act(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    change: Change<'_>,
) {
    let is_first = taken_in::is_first(&cx.private(), change.prior, POPULATE);
    taken_in::forget(&mut cx.private());
    if !is_first {
        let workflow = input_reference_arn(change.prior);
        populate(cx, at, located, change.planned.get(POPULATE), workflow).await;
    }
}

/// `made` of a table: populates it for the first time.
pub async fn made(cx: &Context<'_, Client>, at: &Changing<'_>, planned: &Value, table: &Table) {
    // Those are about a table whose place this one takes.
    cx.private().remove(LAST_JOB);
    taken_in::forget(&mut cx.private());
    let Some(key) = Key::new([table.membership_id.clone(), table.id.clone()]) else { return };
    let given = planned.get(POPULATE);
    if !given.is_null() {
        let located = Located {
            key,
            region: Some(at.reading.region.clone()),
            arn: Some(table.arn.clone()),
            owner: None,
        };
        populate(cx, at, &located, given, input_reference_arn(planned)).await;
    }
}

/// Populates a table for its resource.
async fn populate(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    given: &Value,
    workflow: Option<&str>,
) {
    let key = &located.key;
    let err = match send(cx, at, key, given.get("job_type")).await {
        Ok(job) => return cx.private().set(LAST_JOB, job),
        Err(err) => err,
    };
    let again = format!("change `{POPULATE}.triggers`, or invoke the action {}", ACTION);
    if err.outcome == Outcome::Ambiguous {
        let mut lost = lost(key, workflow, &err);
        lost.detail.push_str(&format!(" If there is none: {again}."));
        return cx.report(as_warning(lost));
    }
    let what = populating(key);
    let refused = absence::denied::<IdMappingTable>(&at.reading, &what, located, &err).await;
    for mut refused in refused {
        refused.detail.push_str(&format!(
            " Nothing was started. The table itself is as planned, so the next plan shows nothing of \
             this. To populate it then: {again}."
        ));
        cx.report(as_warning(refused));
    }
}

fn as_warning(error: Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..error }
}

/// What a population is called: "Cannot" goes before it.
pub fn populating(key: &Key) -> String {
    format!("populate id mapping table {}", key.shown())
}

/// What is said of a population whose reply was lost.
pub fn lost(key: &Key, workflow: Option<&str>, err: &AwsError) -> Diagnostic {
    let of_workflow = workflow.map_or(String::new(), |arn| format!(" of workflow {arn}"));
    let mut told = failed(&populating(key), err);
    told.summary = "The reply to the population of the id mapping table was lost".to_owned();
    told.detail = format!(
        "A job that populates id mapping table {} may run or not. AWS Clean Rooms does not tell, so the \
         call was not repeated: a second job would be paid for as well. The console of AWS Entity \
         Resolution shows the jobs{of_workflow}. {err}",
        key.shown()
    );
    told
}

/// Starts a job, once. A table that was made a moment ago may not be visible yet.
///
/// # Errors
///
/// Nothing was started; or the reply was lost, as the error's outcome says, and nobody can tell.
pub async fn send(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    key: &Key,
    job_type: &Value,
) -> Result<String, AwsError> {
    let intervals = cx.client.aws.intervals();
    let job_type = job_type.as_str().map(JobType::from);
    let deadline = Instant::now() + intervals.visibility_window;
    let unseen = |err: &AwsError| err.kind == ErrorKind::NotFound;
    let call = || async {
        let call = at.once.populate_id_mapping_table().membership_identifier(key.parent());
        let call = call.id_mapping_table_identifier(key.id()).set_job_type(job_type.clone());
        let reply = call.send().await.map_err(AwsError::of("PopulateIdMappingTable"))?;
        Ok(reply.id_mapping_job_id)
    };
    retry_while(intervals.visibility, deadline, &cx.stop, unseen, || {
        send_unrepeatable(cx, intervals.create_window, call)
    })
    .await
}
