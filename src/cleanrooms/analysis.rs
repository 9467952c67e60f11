//! Running a protected query or job: to start one, to wait for its end, to cancel it.
//!
//! Both are alike but for names and limits. What runs is paid for, and uses up privacy
//! budget, so nothing is ever run twice by itself: a start whose reply was lost is looked
//! for and not repeated (`adopt`), and what has ended is history, which no plan brings
//! back. A resource and an action go through the same functions, and so does an export of
//! logs, which an action alone starts.

pub mod actions;
pub mod data;
mod object;
pub mod rows;

use std::marker::PhantomData;
use std::sync::Mutex;
use std::time::Duration;

use aws_sdk_cleanrooms::Client as Sdk;
use tokio::time::Instant;

use super::absence;
use super::adopt;
use super::aws::{AwsError, ErrorKind, Outcome, Waited, poll};
use super::client::{Changing, Client, Reading};
use super::error::failed;
use super::key::{Key, Located};
use super::kind::Kind;
use super::object::{Candidate, Facts, Object, Of, Remote, Unread};
use super::shapes::timeouts::timeout;
use super::taken_in;
use crate::framework::managed::is_unmanaged;
use crate::framework::page::Need;
use crate::framework::plan::{Plan, Walk};
use crate::framework::private::Private;
use crate::framework::resource::lock;
use crate::framework::{Change, Context, Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::Value;

/// What `timeouts` bounds.
const TIMEOUTS: [&str; 2] = [
    "How long a start waits for others that run, and how long the end is waited for then: one hour \
     in all when left out.",
    "How long the end is waited for where `wait_for_completion` becomes true while it runs: one hour \
     when left out.",
];

/// A note: no wait has seen the end so far, so that a refresh tells of a bad one.
const LEFT_RUNNING: &str = "left_running";

/// The attribute whose change runs it again.
pub const TRIGGERS: &str = "triggers";

/// What the end of a run decides.
const DECIDED: [&str; 5] =
    ["status", "statistics", "result_location", "result_account_ids", "error"];

/// A kind of analysis: its rows and its calls. [`Ran`] makes an object of it.
pub trait Analysis: Send + Sync + Sized + 'static {
    /// What it is called, and what names one.
    const KIND: Kind;
    /// The SDK's builder of the call that starts one.
    type Start: Clone + Default + Send + Sync;
    /// What a read gives.
    type Item: Send + Sync;

    /// The IAM actions that refresh, import and plan need.
    const READS: &'static [Need];
    /// The IAM actions that an apply needs besides.
    const WRITES: &'static [Need];

    /// Its rows, with those of [`rows::with_run`].
    fn rows() -> ResourceSchema<Of<Ran<Self>>>;

    /// Checks that rows cannot express, silent on unknown values.
    fn validate(_config: &Value, _diagnostics: &mut Diagnostics) {}

    /// What a reply tells about one.
    fn facts(item: &Self::Item) -> Facts;

    /// What is told of a run.
    fn run(item: &Self::Item) -> Run;

    /// Sends the start once.
    fn start(
        sdk: &Sdk,
        input: Self::Start,
    ) -> impl Future<Output = Result<Self::Item, AwsError>> + Send;

    /// Asks for one.
    fn get(
        at: &Reading<'_>,
        key: &Key,
    ) -> impl Future<Output = Result<Self::Item, AwsError>> + Send;

    /// Sends the cancellation.
    fn cancel(sdk: &Sdk, key: &Key) -> impl Future<Output = Result<(), AwsError>> + Send;

    /// All that a membership has run.
    fn all(
        at: &Reading<'_>,
        membership_id: &str,
    ) -> impl Future<Output = Result<Vec<Candidate>, AwsError>> + Send;
}

/// The object that an analysis is: a record of what was run.
pub struct Ran<A>(PhantomData<A>);

/// An object that goes on by itself once it was started, until it has ended.
pub trait Runs: Object {
    /// What is told of a run.
    fn run(item: &Self::Item) -> Run;
}

impl<A: Analysis> Runs for Ran<A> {
    fn run(item: &A::Item) -> Run {
        A::run(item)
    }
}

/// What the service tells of a run, in words of all kinds.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The membership that runs it.
    pub membership_id: String,
    /// The ARN of that.
    pub membership_arn: String,
    /// Its status.
    pub status: String,
    /// Why it has failed.
    pub failure: Option<Failure>,
    /// What it has cost, once it has ended.
    pub statistics: Option<Statistics>,
    /// Where its results are in S3, as far as the service tells.
    pub result_location: Option<String>,
    /// The accounts that have got results as members.
    pub result_account_ids: Option<Vec<String>>,
}

/// Why a run has failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The service's code.
    pub code: String,
    /// The service's words.
    pub message: String,
}

/// What a run has cost.
#[derive(Debug, Clone, Copy)]
pub struct Statistics {
    /// How long it took.
    pub total_duration_in_millis: Option<i64>,
    /// The units that are billed.
    pub billed_units: Option<f64>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It goes on, or is on its way to be cancelled.
    Running,
    /// It has succeeded.
    Succeeded,
    /// It has failed, was cancelled, or took too long.
    Failed,
}

impl Stage {
    /// Judges a status. One that this provider does not know is none of the ends.
    pub fn of(status: &str) -> Self {
        match status {
            "SUCCESS" => Self::Succeeded,
            "FAILED" | "CANCELLED" | "TIMED_OUT" => Self::Failed,
            _ => Self::Running,
        }
    }
}

/// Starts one, once, with arguments as the object's rows have them; a start whose reply was lost is
/// looked for. It is not waited for.
///
/// # Errors
///
/// Nothing was started; or the reply was lost and nobody can tell what was started.
pub async fn start<O: Runs>(
    cx: &Context<'_, Client>,
    arguments: &Value,
) -> Result<Remote<O::Item>, Diagnostics> {
    let schema = Of::<O>::schema();
    let mut arguments = arguments.as_object().cloned().unwrap_or_default();
    arguments.insert("wait_for_completion".to_owned(), false.into());
    let arguments = Value::Object(arguments);
    let mut plan = Plan::proposed(schema.schema(), &Value::Null, &arguments, Walk::Plan);
    plan.mark_unknown();
    let planned = plan.planned;
    Box::pin(adopt::create::<O>(cx, schema, &planned)).await
}

/// Waits for the end of a run, whatever it is, and tells each status on the way.
///
/// # Errors
///
/// The service could not be asked; it goes on all the same.
pub async fn wait<O: Runs>(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    key: &Key,
    deadline: Instant,
) -> Result<Waited<O::Item>, AwsError> {
    let intervals = cx.client.aws.intervals();
    let visible = Instant::now() + intervals.visibility_window;
    let told = Mutex::new(String::new());
    let look = || async {
        let item = match O::get(at, key).await {
            Ok(item) => item,
            // It was started a moment ago, and is not visible everywhere yet.
            Err(err) if err.kind == ErrorKind::NotFound && Instant::now() < visible => {
                return Ok(None);
            }
            Err(err) => return Err(err),
        };
        let status = O::run(&item).status;
        let is_end = Stage::of(&status) != Stage::Running;
        let before = std::mem::replace(&mut *lock(&told), status.clone());
        if before != status {
            cx.progress(&format!("{} {} is {status}", O::KIND.noun, key.shown()));
        }
        Ok(is_end.then_some(item))
    };
    match poll(intervals.analysis, deadline, &cx.stop, look).await {
        Err(err) if err.kind == ErrorKind::Stopped => Ok(Waited::Stopped),
        waited => waited,
    }
}

/// What came of a wish to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelled {
    /// It is on its way to be cancelled, or is.
    Asked,
    /// It had ended before, with this status.
    Ended(String),
}

/// Cancels an analysis that still runs.
///
/// # Errors
///
/// It goes on, or may.
pub async fn cancel<A: Analysis>(at: &Changing<'_>, key: &Key) -> Result<Cancelled, AwsError> {
    let Err(err) = A::cancel(&at.reading.sdk, key).await else { return Ok(Cancelled::Asked) };
    let is_unsure = matches!(err.kind, ErrorKind::Conflict(_)) || err.outcome == Outcome::Ambiguous;
    if !is_unsure {
        return Err(err);
    }
    let Ok(item) = at.reading.look(A::get(&at.reading, key)).await else { return Err(err) };
    let status = A::run(&item).status;
    match status.as_str() {
        "CANCELLING" | "CANCELLED" => Ok(Cancelled::Asked),
        status if Stage::of(status) == Stage::Running => Err(err),
        _ => Ok(Cancelled::Ended(status)),
    }
}

/// The error for a bad end, followed by what comes `next`; `None` for success, and while it runs.
pub fn bad_end<O: Runs>(item: &O::Item, next: &str) -> Option<Diagnostic> {
    let run = O::run(item);
    if Stage::of(&run.status) != Stage::Failed {
        return None;
    }
    let (noun, id) = (O::KIND.noun, O::facts(item).id.unwrap_or_default());
    let why = match &run.failure {
        Some(Failure { code, message }) => {
            format!("`{code}`: {}.", message.trim_end_matches('.'))
        }
        None => "The service says no more than that.".to_owned(),
    };
    Some(Diagnostic::error(
        format!("The {noun} has ended: {}", run.status),
        format!("{noun} {id} is `{}`. {why} {next}", run.status),
    ))
}

/// Whether the configuration says to wait for the end; it does when it says nothing.
pub fn waits(value: &Value) -> bool {
    matches!(value.get("wait_for_completion"), Value::Null | Value::Bool(true))
}

fn stage_of(state: &Value) -> Stage {
    Stage::of(state.get("status").as_str().unwrap_or_default())
}

fn window(cx: &Context<'_, Client>, value: &Value, operation: &str) -> Duration {
    timeout(value, operation, cx.client.aws.intervals().analysis_window)
}

/// `made` of an analysis: waits for its end. It exists whatever comes, so that only a bad end is an
/// error: state is stored with it, marked as tainted.
async fn made<A: Analysis>(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    planned: &Value,
    item: &A::Item,
    started: Instant,
) {
    cx.private().set(LEFT_RUNNING, true);
    let id = A::facts(item).id.unwrap_or_default();
    let Some(key) = Key::new([A::run(item).membership_id, id]).filter(|_| waits(planned)) else {
        return;
    };
    let deadline = started + window(cx, planned, "create");
    let next = "The next apply runs it again, and that is paid for again; its state is kept until then. \
                To keep it as it is: terraform untaint.";
    match wait::<Ran<A>>(cx, &at.reading, &key, deadline).await {
        Ok(Waited::Done(item)) => {
            cx.private().remove(LEFT_RUNNING);
            if let Some(failed) = bad_end::<Ran<A>>(&item, next) {
                cx.report(failed);
            }
        }
        Ok(Waited::DeadlinePassed) => {
            cx.report(still_runs::<A>(&key, "`timeouts.create` is over."))
        }
        Ok(Waited::Stopped) => cx.report(still_runs::<A>(&key, "Terraform was stopped.")),
        Err(err) => cx.report(still_runs::<A>(&key, &err.to_string())),
    }
}

fn still_runs<A: Analysis>(key: &Key, why: &str) -> Diagnostic {
    let (noun, id) = (A::KIND.noun, key.shown());
    Diagnostic::warning(
        format!("The end of the {noun} was not waited for"),
        format!(
            "{noun} {id} was started, and goes on; its id is in state. {why} A refresh tells what has \
             become of it, and nothing starts it again by itself."
        ),
    )
}

/// `gather` of an analysis: tells of a bad end that nobody has waited for.
///
/// # Errors
///
/// It was not to be had.
async fn gather<A: Analysis>(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    located: &Located,
) -> Result<A::Item, Unread> {
    let item = A::get(at, &located.key).await.map_err(Unread::Object)?;
    taken_in::note(&mut cx.private());
    let has_ended = Stage::of(&A::run(&item).status) != Stage::Running;
    if has_ended && cx.private().get(LEFT_RUNNING).is_some() {
        cx.private().remove(LEFT_RUNNING);
        if let Some(failed) = bad_end::<Ran<A>>(&item, KEPT) {
            cx.report(Diagnostic::warning(failed.summary, failed.detail));
        }
    }
    Ok(item)
}

/// What becomes of one that has ended badly and whose end is not the outcome of a create.
const KEPT: &str = "It is kept in state as it is. To run it again, and pay for that: -replace.";

/// `plan` of an analysis: what a replacement costs, and a wait that begins while it runs.
fn plan<A: Analysis>(plan: &mut Plan<'_>, private: &Private) {
    if plan.is_create() {
        return;
    }
    if taken_in::is_first(private, plan.prior, TRIGGERS) {
        plan.replaces_not_for(TRIGGERS);
    }
    let (noun, id) = (A::KIND.noun, plan.prior.get("id").as_str().unwrap_or_default());
    if plan.is_replacement() {
        plan.diagnostics.push(Diagnostic::warning(
            format!("Another {noun} will run"),
            format!(
                "What was changed is fixed once a {noun} has started. Another one is started in its \
                 place, which is paid for and may use up privacy budget. The former one, {id}, is \
                 cancelled if it still runs, and its results stay."
            ),
        ));
        return;
    }
    let may_wait = *plan.get("wait_for_completion") != Value::Bool(false);
    // What was moved here and not read is not known to run.
    let runs = !is_unmanaged(private) && stage_of(plan.prior) == Stage::Running;
    if may_wait && !waits(plan.prior) && runs {
        DECIDED.into_iter().for_each(|name| plan.set(name, Value::Unknown));
    }
}

/// `acts` of an analysis: whether a change begins to wait.
fn acts(change: Change<'_>) -> bool {
    change.planned.get("status").is_unknown() && waits(change.planned)
}

/// `act` of an analysis: the wait of a change.
///
/// # Errors
///
/// The end was bad, or the service could not be asked.
async fn act<A: Analysis>(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    change: Change<'_>,
) -> Result<(), Diagnostics> {
    let deadline = Instant::now() + window(cx, change.planned, "update");
    let why = match wait::<Ran<A>>(cx, &at.reading, &located.key, deadline).await {
        Ok(Waited::Done(item)) => {
            cx.private().remove(LEFT_RUNNING);
            return bad_end::<Ran<A>>(&item, KEPT).map_or(Ok(()), |failed| Err(failed.into()));
        }
        Ok(Waited::DeadlinePassed) => "`timeouts.update` is over.",
        Ok(Waited::Stopped) => "Terraform was stopped.",
        Err(err) => {
            let what = format!("wait for {} {}", A::KIND.noun, located.key.shown());
            return Err(failed(&what, &err).into());
        }
    };
    cx.report(still_runs::<A>(&located.key, why));
    Ok(())
}

/// `plan_destroy` of an analysis: what goes, and what stays.
fn plan_destroy<A: Analysis>(prior: &Value, diagnostics: &mut Diagnostics) {
    let noun = A::KIND.noun;
    let id = prior.get("id").as_str().unwrap_or_default();
    diagnostics.push(match stage_of(prior) {
        Stage::Running => Diagnostic::warning(
            format!("The {noun} will be cancelled"),
            format!(
                "{noun} {id} still runs. What has run until then is paid for, and results that are \
                 written already stay."
            ),
        ),
        _ => Diagnostic::warning(
            format!("The results of the {noun} stay"),
            format!(
                "{noun} {id} has ended, and is history: it is taken out of the state, nothing is \
                 called, and its results stay where they are."
            ),
        ),
    });
}

/// `destroy` of an analysis: cancels what still runs.
///
/// # Errors
///
/// It goes on, or may.
async fn destroy<A: Analysis>(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    state: &Value,
) -> Result<(), Diagnostics> {
    if stage_of(state) != Stage::Running {
        return Ok(());
    }
    let (noun, id) = (A::KIND.noun, located.key.shown());
    let ended = |how: &str| {
        Diagnostic::warning(
            format!("The {noun} was not cancelled"),
            format!("{noun} {id} {how}. Whatever results there are stay."),
        )
    };
    match cancel::<A>(at, &located.key).await {
        Ok(Cancelled::Asked) => Ok(()),
        Ok(Cancelled::Ended(status)) => {
            cx.report(ended(&format!("had ended before: {status}")));
            Ok(())
        }
        Err(err) if err.kind == ErrorKind::NotFound => {
            cx.report(ended("is no longer shown by the service, or not to this account"));
            Ok(())
        }
        Err(err) => {
            let what = Ran::<A>::deleting(&id);
            Err(absence::denied::<Ran<A>>(&at.reading, &what, located, &err).await)
        }
    }
}

/// Whether a start was refused because others run: as many run at once as may (User Guide, quotas: "Concurrent ongoing queries
/// per membership", "Concurrent SQL queries per account").
pub fn is_busy(err: &AwsError) -> bool {
    let name = err.quota_name.as_deref().unwrap_or_default().to_lowercase();
    err.kind == ErrorKind::Quota && (name.contains("concurrent") || name.contains("ongoing"))
}

/// `explain` of an analysis: others have run all the time.
fn explain<A: Analysis>(err: &AwsError) -> Option<Diagnostic> {
    is_busy(err).then(|| {
        Diagnostic::error(
            format!("Cannot {}: others run", Ran::<A>::creating()),
            format!(
                "As many run at once as may, until `timeouts.create` was over or Terraform was stopped. \
                 Nothing was started, and nothing is to be paid. Apply again when they have ended, or \
                 give `timeouts.create` more time. {err}"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_is_not_known_is_no_end() {
        for (status, stage) in [
            ("SUBMITTED", Stage::Running),
            ("STARTED", Stage::Running),
            ("CANCELLING", Stage::Running),
            ("QUEUED", Stage::Running),
            ("SUCCESS", Stage::Succeeded),
            ("FAILED", Stage::Failed),
            ("CANCELLED", Stage::Failed),
            ("TIMED_OUT", Stage::Failed),
        ] {
            assert_eq!(Stage::of(status), stage, "{status}");
        }
    }

    #[test]
    fn an_end_is_waited_for_unless_the_configuration_says_otherwise() {
        let config = |waits| Value::object([("wait_for_completion", waits)]);
        assert!(waits(&config(Value::Null)) && waits(&config(true.into())));
        assert!(!waits(&config(false.into())) && !waits(&config(Value::Unknown)));
    }
}
