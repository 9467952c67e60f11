//! Actions that start something or cancel it: of what they do nothing is kept in state.
//!
//! So their words are all that a user has: the id comes first, and whatever ends a wait names it.

use std::marker::PhantomData;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{Analysis, Cancelled, Ran, Run, Runs, bad_end, cancel, start, wait, waits};
use crate::cleanrooms::aws::{AwsError, Waited};
use crate::cleanrooms::client::{Client, Reading};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::{Key, a};
use crate::cleanrooms::listing::{argument, required};
use crate::cleanrooms::object::{Object, Of};
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::region::region;
use crate::cleanrooms::shapes::timeouts::{duration, parse};
use crate::framework::codec::boolean;
use crate::framework::page::Need;
use crate::framework::schema::Attribute;
use crate::framework::{Action, ActionSchema, Context, Diagnostic, Diagnostics, Resource};
use crate::wire::{AttributePath, Value};

/// Engines print nothing by themselves while an action runs: so often a word tells that it does.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// What an action starts.
pub trait Started: Runs {
    /// The type name of the action.
    const START: &'static str;
    /// The IAM actions that it takes.
    const START_NEEDS: &'static [Need];
    /// Whether each one is paid for.
    const IS_PAID: bool;
    /// What a bad end leaves behind.
    const LEFT: &'static str;
    /// The action that cancels one, and its argument that names that one.
    const CANCEL: Option<(&'static str, &'static str)>;
}

impl<A: Invoked> Started for Ran<A> {
    const START: &'static str = A::START;
    const START_NEEDS: &'static [Need] = A::START_NEEDS;
    const IS_PAID: bool = true;
    const LEFT: &'static str = "What has run is paid for.";
    const CANCEL: Option<(&'static str, &'static str)> = Some((A::CANCEL, A::ID));
}

/// An analysis that actions start and cancel.
pub trait Invoked: Analysis {
    /// The type name of the action that starts one.
    const START: &'static str;
    /// The type name of the action that cancels one.
    const CANCEL: &'static str;
    /// The argument that names the one that is cancelled.
    const ID: &'static str;
    /// The IAM actions of a start.
    const START_NEEDS: &'static [Need];
    /// The IAM actions of a cancellation.
    const CANCEL_NEEDS: &'static [Need];
}

/// Starts one.
pub struct Start<O>(PhantomData<O>);

impl<O: Started> Action for Start<O> {
    const TYPE_NAME: &'static str = O::START;
    type Client = Client;
    type Input = ();

    fn schema() -> ActionSchema<()> {
        let noun = O::KIND.noun;
        let cost = if O::IS_PAID { "Each one is paid for. " } else { "" };
        let rows = Of::<O>::schema();
        let arguments = rows.schema().attributes.iter();
        // What exists in Terraform alone says when it runs again, which an action never does by itself,
        // and what state holds of it.
        let arguments =
            arguments.filter(|it| it.mode.is_configurable() && !it.local).map(Attribute::invoked);
        ActionSchema::new(&format!(
            "Starts {} whenever it is invoked, waits for its end, and tells how it gets on. \
             {cost}Nothing of it is kept in state.",
            a(noun),
        ))
        .given(arguments)
        .given(waiting(
            &format!(
                "Whether the action waits for the end of the {noun}; true when left out. A bad end that \
                 was waited for is an error."
            ),
            "How long others that run are waited for, and then the end, such as `90s` or `2h`: one hour \
             in all when left out. At the end of it the action fails, and what was started goes on.",
        ))
    }

    fn needs() -> Vec<Need> {
        O::START_NEEDS.to_vec()
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        O::validate(config, diagnostics);
    }

    async fn invoke(
        cx: &Context<'_, Client>,
        _schema: &ActionSchema<()>,
        config: &Value,
    ) -> Result<(), Diagnostics> {
        let started = Instant::now();
        let mut arguments = config.as_object().cloned().unwrap_or_default();
        let limit =
            Value::object([("create", config.get("timeout").clone()), ("update", Value::Null)]);
        arguments.insert("timeouts".to_owned(), limit);
        let remote = Box::pin(start::<O>(cx, &Value::Object(arguments))).await?;
        let (noun, run) = (O::KIND.noun, O::run(&remote.item));
        let id = O::facts(&remote.item).id.unwrap_or_default();
        cx.progress(&format!("{noun} {id} was started"));
        if !waits(config) {
            return Ok(());
        }
        let goes_on = |why: &str| Diagnostics::from(goes_on::<O>(&id, &run.membership_id, why));
        let Some(key) = Key::new([run.membership_id.clone(), id.clone()]) else {
            return Err(goes_on("Its reply lacked an id."));
        };
        let at = cx.client.reading(config, &cx.stop).await;
        let at = at.map_err(|err| goes_on(&err.to_string()))?;
        let ended = ended::<O>(cx, &at, &key, started + window(cx, config)).await;
        let item = ended.map_err(|why| goes_on(&why))?;
        if let Some(bad) = bad_end::<O>(&item, O::LEFT) {
            return Err(bad.into());
        }
        cx.progress(&summary(noun, &id, &O::run(&item)));
        Ok(())
    }
}

/// Cancels an analysis.
pub struct Cancel<A>(PhantomData<A>);

impl<A: Invoked> Action for Cancel<A> {
    const TYPE_NAME: &'static str = A::CANCEL;
    type Client = Client;
    type Input = ();

    fn schema() -> ActionSchema<()> {
        let noun = A::KIND.noun;
        ActionSchema::new(&format!(
            "Cancels a {noun} that still runs. What has run until then is paid for. One that has ended \
             already is left as it is, with a warning."
        ))
        .given([
            required("membership_id", &uuid(), &format!("The id of the membership that runs the {noun}.")),
            required(A::ID, &uuid(), &format!("The id of the {noun}.")),
            argument("region", &region(), "Its Region: the provider's when left out."),
        ])
        .given(waiting(
            &format!(
                "Whether the action waits until the {noun} is cancelled; true when left out."
            ),
            "How long that is waited for, such as `90s` or `10m`: one hour when left out.",
        ))
    }

    fn needs() -> Vec<Need> {
        A::CANCEL_NEEDS.to_vec()
    }

    async fn invoke(
        cx: &Context<'_, Client>,
        _schema: &ActionSchema<()>,
        config: &Value,
    ) -> Result<(), Diagnostics> {
        let started = Instant::now();
        let text = |name: &str| config.get(name).as_str().unwrap_or_default().to_owned();
        let (noun, id, membership_id) = (A::KIND.noun, text(A::ID), text("membership_id"));
        let what = Ran::<A>::deleting(&id);
        let one = |err: AwsError| {
            let error = failed(&what, &err);
            Diagnostics::from(match err.may_mean_gone() {
                true => error.at(AttributePath::of(A::ID)),
                false => error,
            })
        };
        let Some(key) = Key::new([membership_id.clone(), id.clone()]) else {
            return Err(Diagnostic::bug("A cancellation without an id was not refused").into());
        };
        let at = cx.client.changing(config, &cx.stop).await.map_err(one)?;
        let had_ended = |status: &str| {
            Diagnostic::warning(
                format!("The {noun} was not cancelled"),
                format!("{noun} {id} had ended before: {status}. Whatever results there are stay."),
            )
        };
        match cancel::<A>(&at, &key).await.map_err(one)? {
            Cancelled::Ended(status) => {
                cx.progress(&format!("{noun} {id} is {status}"));
                cx.report(had_ended(&status));
                return Ok(());
            }
            Cancelled::Asked => cx.progress(&format!("{noun} {id} is to be cancelled")),
        }
        if !waits(config) {
            return Ok(());
        }
        let ended = ended::<Ran<A>>(cx, &at.reading, &key, started + window(cx, config)).await;
        let item = ended.map_err(|why| goes_on::<Ran<A>>(&id, &membership_id, &why))?;
        let status = A::run(&item).status;
        if status != "CANCELLED" {
            cx.report(had_ended(&status));
        }
        Ok(())
    }
}

/// The arguments of a wait.
pub fn waiting(whether: &str, how_long: &str) -> [Attribute; 2] {
    [
        argument("wait_for_completion", &boolean(), whether),
        argument("timeout", &duration(), how_long),
    ]
}

/// How long an action waits.
pub fn window(cx: &Context<'_, Client>, config: &Value) -> Duration {
    let given = config.get("timeout").as_str().and_then(parse);
    given.unwrap_or(cx.client.aws.intervals().analysis_window)
}

/// Waits for the end, with a word now and then.
///
/// # Errors
///
/// Why it was not seen, as a sentence.
async fn ended<O: Runs>(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    key: &Key,
    deadline: Instant,
) -> Result<O::Item, String> {
    let what = format!("{} {}", O::KIND.noun, key.shown());
    let waited = attended(cx, &what, wait::<O>(cx, at, key, deadline)).await;
    not_ended(waited)
}

/// Waits for something, with a word now and then that it goes on.
pub async fn attended<T>(
    cx: &Context<'_, Client>,
    what: &str,
    waiting: impl Future<Output = T>,
) -> T {
    let started = Instant::now();
    let mut waiting = pin!(waiting);
    loop {
        match timeout(HEARTBEAT, waiting.as_mut()).await {
            Ok(waited) => return waited,
            Err(_) => {
                let seconds = started.elapsed().as_secs();
                cx.progress(&format!("{what} goes on ({seconds} seconds so far)"));
            }
        }
    }
}

/// What was waited for, or why it was not seen, as a sentence.
pub fn not_ended<T>(waited: Result<Waited<T>, AwsError>) -> Result<T, String> {
    match waited {
        Ok(Waited::Done(item)) => Ok(item),
        Ok(Waited::DeadlinePassed) => Err("`timeout` is over.".to_owned()),
        Ok(Waited::Stopped) => Err("Terraform was stopped.".to_owned()),
        Err(err) => Err(err.to_string()),
    }
}

/// The error for an end that was not seen: nothing else remembers what runs.
fn goes_on<O: Started>(id: &str, membership_id: &str, why: &str) -> Diagnostic {
    let noun = O::KIND.noun;
    let cost = if O::IS_PAID { ", and may be paid for" } else { "" };
    let cancel = O::CANCEL.map_or(String::new(), |(action, named)| {
        format!(", and the action {action} with `{named}` cancels it")
    });
    Diagnostic::error(
        format!("The end of the {noun} was not waited for"),
        format!(
            "{noun} {id} of membership {membership_id} goes on{cost}. {why} The data source {} tells \
             what becomes of it{cancel}.",
            O::KIND.type_name
        ),
    )
}

/// What there is to say of a good end.
fn summary(noun: &str, id: &str, run: &Run) -> String {
    let mut told = format!("{noun} {id} has ended: {}", run.status);
    if let Some(millis) = run.statistics.and_then(|it| it.total_duration_in_millis) {
        told.push_str(&format!(", after {millis} ms"));
    }
    if let Some(units) = run.statistics.and_then(|it| it.billed_units) {
        told.push_str(&format!(", units billed: {units}"));
    }
    if let Some(location) = &run.result_location {
        told.push_str(&format!(", results are in {location}"));
    }
    if let Some(accounts) = run.result_account_ids.as_ref().filter(|them| !them.is_empty()) {
        told.push_str(&format!(", results went to {}", accounts.join(", ")));
    }
    told
}
