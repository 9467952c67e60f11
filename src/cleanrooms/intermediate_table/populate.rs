//! Populating an intermediate table: a query fills it, which is paid for and may use up budgets.
//!
//! So none is ever started twice: a start whose reply was lost is looked for among the versions of the
//! table and not repeated, and only what somebody asks for starts another one. A resource and an action
//! go through the same functions.

use std::sync::Mutex;
use std::time::Duration;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::populate_intermediate_table::builders::PopulateIntermediateTableInputBuilder as Input;
use aws_sdk_cleanrooms::types::{
    IntermediateTable as Item, IntermediateTableComputeConfiguration as Compute,
    IntermediateTableStatus as Status, IntermediateTableVersionStatus as VersionStatus,
    IntermediateTableVersionSummary as Version,
};
use tokio::time::Instant;

use super::{COLUMNS, IntermediateTable, Update, columns, hold_columns};
use crate::cleanrooms::adopt::find_lost;
use crate::cleanrooms::analysis::{TRIGGERS, is_busy};
use crate::cleanrooms::aws::{
    AwsError, ErrorKind, Outcome, PAGE_SIZE, Waited, all_pages, poll, retry_while,
};
use crate::cleanrooms::client::{Changing, Client, Reading, send_unrepeatable};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::Key;
use crate::cleanrooms::object::Object;
use crate::cleanrooms::population::{POPULATE, is_asked};
use crate::cleanrooms::shapes::compute::{parameters, query_workers};
use crate::cleanrooms::shapes::ids::account_id;
use crate::cleanrooms::shapes::timeouts::timeout;
use crate::cleanrooms::taken_in;
use crate::framework::caught::caught;
use crate::framework::codec::{Codec, ObjectCodec, object, one_of, string_map, variant};
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::resource::lock;
use crate::framework::row::{Row, field};
use crate::framework::{Change, Context, Diagnostic, Diagnostics, Severity};
use crate::wire::{AttributePath, Value};

/// The attribute of the population whose data the table holds.
pub const VERSION: &str = "intermediate_table_version";

/// What a population decides.
const DECIDED: [&str; 5] = ["status", "status_reason", VERSION, COLUMNS, "update_time"];

/// What a population is started with.
pub fn arguments() -> [Row<Input, (), ()>; 3] {
    let compute = one_of(vec![variant(
        "query_compute_configuration",
        "The workers of the query.",
        query_workers(),
        Compute::QueryComputeConfiguration,
        |it| it.as_query_compute_configuration().ok(),
    )]);
    [
        field("parameters", parameters())
            .optional()
            .sensitive()
            .doc("Values for the placeholders, by name, at most 1,000 characters each.")
            .create(|input: Input, values| {
                input.set_parameters(values.filter(|values| !values.is_empty()))
            })
            .into(),
        field("compute_configuration", compute.invoked())
            .optional()
            .doc("On what the query runs: what the service chooses, when left out.")
            .create(Input::set_compute_configuration)
            .into(),
        field("analysis_payer_account_id", account_id())
            .optional()
            .doc("The account that pays, where several members may.")
            .create(Input::set_analysis_payer_account_id)
            .into(),
    ]
}

/// The attribute `populate`; no call of the table itself carries it.
pub fn populate() -> Codec<Input, ()> {
    let given = arguments().into_iter().fold(object(Ok::<Input, String>), ObjectCodec::with);
    given
        .with(field::<Input, (), _, _>(TRIGGERS, string_map()).optional().doc(
            "Any texts, such as a date or the version of the data: when one changes the table is \
             populated again, and that is paid for again.",
        ))
        .single()
}

/// What the plan says of a population.
pub fn plan(plan: &mut Plan<'_>, private: &Private) {
    let at = AttributePath::of(POPULATE);
    if plan.is_create() {
        if !plan.config.get(COLUMNS).is_null() && plan.config.get(POPULATE).is_null() {
            let detail = "A table has columns once it was populated, so this apply leaves them out. \
                          Give `populate`, or name the columns when the table has data.";
            let warning = Diagnostic::warning("A new table has no columns yet", detail);
            plan.diagnostics.push(warning.at(AttributePath::of(COLUMNS)));
        }
        return;
    }
    let change = Change { prior: plan.prior, planned: &plan.planned };
    let (is_asked, populates) = (is_asked(change), !plan.get(POPULATE).is_null());
    if plan.is_replacement() && populates {
        let detail = "It is another table, without the data of this one. Populating it runs a \
                      query, which is paid for and may use up budgets.";
        let warning = Diagnostic::warning("The new intermediate table will be populated", detail);
        plan.diagnostics.push(warning.at(at.clone()));
    }
    if !is_asked {
        return;
    }
    if taken_in::is_first(private, plan.prior, POPULATE) {
        if plan.prior.get("status").as_str() == Some(Status::Created.as_str()) {
            let detail = "The first `populate` after an import is only noted, for nobody knows \
                          whether the table was populated with it. Change something in it later, \
                          such as `triggers`, to populate the table.";
            let warning = Diagnostic::warning("The intermediate table is not populated", detail);
            plan.diagnostics.push(warning.at(at));
        }
        return;
    }
    DECIDED.into_iter().for_each(|name| plan.set(name, Value::Unknown));
    // Another table is populated as it is made, which was said.
    if plan.is_replacement() || plan.relocates {
        return;
    }
    let (will, when) = match plan.get(POPULATE).is_wholly_known() {
        true => ("will", ""),
        false => {
            ("may", " What is not known yet decides: if it turns out the same, nothing is started.")
        }
    };
    plan.diagnostics.push(
        Diagnostic::warning(
            format!("The intermediate table {will} be populated"),
            format!(
                "That runs a query, which is paid for and may use up budgets.{when} Until it has \
                 succeeded the table keeps what data it has."
            ),
        )
        .at(at),
    );
}

/// Populates a new table. It exists whatever comes, so that nothing is an error.
pub async fn made(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    planned: &Value,
    item: &Item,
    started: Instant,
) {
    taken_in::forget(&mut cx.private());
    let Some(key) = Key::new([item.membership_id.clone(), item.id.clone()]) else { return };
    let input = match input(planned) {
        Ok(Some(input)) => input,
        Ok(None) => return,
        Err(bug) => return cx.report(Diagnostic { severity: Severity::Warning, ..bug }),
    };
    let deadline = started + window(cx, planned, "create");
    let told = match populated(cx, at, &key, input, deadline, "`timeouts.create`").await {
        Ok(item) => set_columns(at, &key, planned, &item).await,
        Err(NotPopulated::Refused(err)) => Err(failed(&doing(&key), &err)),
        Err(NotPopulated::Unsure(told)) => Err(told),
    };
    if let Err(told) = told {
        let path = told.path.clone().unwrap_or_else(|| AttributePath::of(POPULATE));
        let detail = match path == AttributePath::of(COLUMNS) {
            true => told.detail,
            false => format!("{} The table itself was made. {AGAIN}", told.detail),
        };
        cx.report(Diagnostic::warning(told.summary, detail).at(path));
    }
}

/// Populates a table again, and gives its columns the types that are planned.
///
/// # Errors
///
/// Nothing was started, and the columns may not have the types. Once something was started nothing is an
/// error: state would have the former `populate`, and the next apply would start another.
pub async fn act(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    key: &Key,
    change: Change<'_>,
) -> Result<(), Diagnostics> {
    let is_noted = taken_in::is_first(&cx.private(), change.prior, POPULATE);
    let Some(input) = input(change.planned)?.filter(|_| !is_noted) else {
        let looked = at.reading.look(IntermediateTable::get(&at.reading, key)).await;
        let item = looked.map_err(|err| Diagnostics::from(failed(&doing(key), &err)))?;
        set_columns(at, key, change.planned, &item).await?;
        taken_in::forget(&mut cx.private());
        return Ok(());
    };
    taken_in::forget(&mut cx.private());
    // However young it is, the population whose data the table holds is not the one that starts now.
    if let Some(version_id) = change.prior.get(VERSION).get("version_id").as_str() {
        cx.client.remember(&Started::known_as(version_id));
    }
    let deadline = Instant::now() + window(cx, change.planned, "update");
    let told = match populated(cx, at, key, input, deadline, "`timeouts.update`").await {
        Ok(item) => set_columns(at, key, change.planned, &item).await,
        Err(NotPopulated::Refused(err)) => {
            return Err(failed(&doing(key), &err).at(AttributePath::of(POPULATE)).into());
        }
        Err(NotPopulated::Unsure(told)) => {
            let detail = format!("{} {AGAIN}", told.detail);
            Err(Diagnostic { detail, ..told }.at(AttributePath::of(POPULATE)))
        }
    };
    if let Err(told) = told {
        cx.report(Diagnostic { severity: Severity::Warning, ..told });
    }
    Ok(())
}

/// How a table is populated once more, where that is not tried again by itself.
const AGAIN: &str = "Nothing populates it again by itself: change `triggers` of `populate`, and that is paid for again.";

fn doing(key: &Key) -> String {
    format!("populate intermediate table {}", key.shown())
}

fn window(cx: &Context<'_, Client>, planned: &Value, operation: &str) -> Duration {
    timeout(planned, operation, cx.client.aws.intervals().analysis_window)
}

/// The call that is planned; none where nothing is to be populated.
fn input(planned: &Value) -> Result<Option<Input>, Diagnostic> {
    populate().decode(planned.get(POPULATE), &AttributePath::of(POPULATE))
}

/// Gives columns the types that are planned, where a population has given them others.
///
/// # Errors
///
/// The service does not take them.
async fn set_columns(
    at: &Changing<'_>,
    key: &Key,
    planned: &Value,
    item: &Item,
) -> Result<(), Diagnostic> {
    let (codec, wanted) = (columns(), planned.get(COLUMNS));
    let has = item.schema.as_ref().map_or(Value::Null, |it| codec.encode(&it.columns));
    if wanted.is_null() || wanted.is_unknown() || hold_columns(&has, wanted) {
        return Ok(());
    }
    let path = AttributePath::of(COLUMNS);
    let input = Update::default().set_columns(codec.decode(wanted, &path)?);
    let Err(err) = IntermediateTable::update(&at.reading.sdk, key, input).await else {
        return Ok(());
    };
    if err.outcome == Outcome::Ambiguous
        && let Ok(item) = at.reading.look(IntermediateTable::get(&at.reading, key)).await
        && item.schema.is_some_and(|it| hold_columns(&codec.encode(&it.columns), wanted))
    {
        return Ok(());
    }
    let what = format!("set the columns of intermediate table {}", key.shown());
    Err(failed(&what, &err).at(path))
}

/// Why a table was not populated.
pub enum NotPopulated {
    /// Nothing was started.
    Refused(AwsError),
    /// Something was started, or may have been, and it is told what is known of it.
    Unsure(Diagnostic),
}

/// Populates a table and waits for the end.
///
/// # Errors
///
/// Nothing was started; or its end was not good, was not seen, or nobody knows what was started.
async fn populated(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    key: &Key,
    input: Input,
    deadline: Instant,
    limit: &str,
) -> Result<Item, NotPopulated> {
    let started = start(cx, at, key, input, deadline).await?;
    let waited = wait(cx, &at.reading, key, &started, deadline).await;
    let goes_on = |why: &str| Err(NotPopulated::Unsure(started.goes_on(key, why)));
    match waited {
        Ok(Waited::Done(end)) => end.judged(key, &started).map_err(NotPopulated::Unsure),
        Ok(Waited::DeadlinePassed) => goes_on(&format!("{limit} is over.")),
        Ok(Waited::Stopped) => goes_on("Terraform was stopped."),
        Err(err) => goes_on(&err.to_string()),
    }
}

/// A population that was started.
#[derive(Debug, Clone)]
pub struct Started {
    /// The version of the table's data that it makes.
    pub version_id: String,
    /// The query that makes it.
    pub analysis_id: String,
}

impl Started {
    /// What is said of an end that was not seen.
    pub fn goes_on(&self, key: &Key, why: &str) -> Diagnostic {
        Diagnostic::error(
            "The end of the population was not waited for",
            format!(
                "The population of intermediate table {} was started by query {} (version {}), and \
                 goes on. {why}",
                key.shown(),
                self.analysis_id,
                self.version_id
            ),
        )
    }

    /// As what this process remembers it.
    fn known_as(version_id: &str) -> String {
        format!("population {version_id}")
    }
}

/// Starts a population, once; a start whose reply was lost is looked for.
///
/// # Errors
///
/// Nothing was started; or the reply was lost and nobody can tell what was started.
pub async fn start(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    key: &Key,
    input: Input,
    deadline: Instant,
) -> Result<Started, NotPopulated> {
    // Were two of one table under way and a reply lost, nobody could tell which one it was about.
    let scope = format!("{POPULATE} {}", key.text());
    let turn = cx.stop.run_until_cancelled(cx.client.creating(&scope)).await;
    let _turn = turn.ok_or_else(|| NotPopulated::Refused(AwsError::stopped()))?;
    // A search goes on after a stop, which ends all other looks.
    let sdk = cx.client.aws.cleanrooms(&at.reading.region).await.map_err(NotPopulated::Refused)?;
    let region = at.reading.region.clone();
    let looking = Reading { region, sdk, client: cx.client, stop: Default::default() };
    let since = Mutex::new(Instant::now());
    let sent = send(cx, at, key, input, deadline, &since).await;
    let since = *lock(&since);
    let started = match sent {
        Ok(started) => started,
        Err(err) if err.outcome != Outcome::Ambiguous => return Err(NotPopulated::Refused(err)),
        Err(err) => {
            let found = look_after(cx, &looking, key, since, &err).await;
            found.map_err(NotPopulated::Unsure)?
        }
    };
    cx.client.remember(&Started::known_as(&started.version_id));
    let (id, query) = (key.shown(), &started.analysis_id);
    cx.progress(&format!("intermediate table {id} is populated by query {query}"));
    Ok(started)
}

/// Sends the start until it is not refused any more because others run, or because the table is too new
/// to be seen.
async fn send(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    key: &Key,
    input: Input,
    deadline: Instant,
    since: &Mutex<Instant>,
) -> Result<Started, AwsError> {
    let intervals = cx.client.aws.intervals();
    let visible = Instant::now() + intervals.visibility_window;
    let busy = |err: &AwsError| {
        let is_busy = is_busy(err);
        if is_busy {
            cx.progress(&format!("Waiting to {}: {}", doing(key), err.message));
            // That attempt has started nothing, so what it may have started is younger than now.
            *lock(since) = Instant::now();
        }
        is_busy
    };
    let unseen = |err: &AwsError| err.kind == ErrorKind::NotFound && Instant::now() < visible;
    let throttled = intervals.create_window;
    retry_while(intervals.analysis, deadline, &cx.stop, busy, || {
        retry_while(intervals.visibility, visible, &cx.stop, unseen, || {
            send_unrepeatable(cx, throttled, || send_once(cx.client, &at.once, key, input.clone()))
        })
    })
    .await
}

/// Sends the start. After a panic of ours it may have been carried out, like after a reply that is not
/// understood.
async fn send_once(
    client: &Client,
    sdk: &Sdk,
    key: &Key,
    input: Input,
) -> Result<Started, AwsError> {
    const CALL: &str = "PopulateIntermediateTable";
    let input = input.membership_identifier(key.parent());
    let sent = caught(input.intermediate_table_identifier(key.id()).send_with(sdk)).await;
    let reply = match sent {
        Ok(sent) => sent.map_err(AwsError::of(CALL))?,
        Err(panic) => return Err(AwsError::misread(CALL, format!("reading it panicked: {panic}"))),
    };
    if reply.version_id.is_empty() || reply.analysis_id.is_empty() {
        return Err(AwsError::unreadable(CALL));
    }
    if client.has_made(&Started::known_as(&reply.version_id)) {
        let why = "the reply is about a population that was started before";
        return Err(AwsError::misread(CALL, why));
    }
    Ok(Started { version_id: reply.version_id, analysis_id: reply.analysis_id })
}

/// The population that a start whose reply was lost has started: it is the only one since.
///
/// # Errors
///
/// There is none, or nobody can tell which one it is.
async fn look_after(
    cx: &Context<'_, Client>,
    looking: &Reading<'_>,
    key: &Key,
    since: Instant,
    lost: &AwsError,
) -> Result<Started, Diagnostic> {
    let find = || async {
        let listed = list_versions(looking, key.parent(), key.id()).await?;
        let may_be = |it: &Version| {
            let name = Started::known_as(&it.version_id);
            cx.client.may_have_made(&name, it.create_time, since)
        };
        Ok(listed.into_iter().filter(may_be).collect::<Vec<_>>())
    };
    let untold = |found: String| {
        Diagnostic::error(
            "The reply to the population of the intermediate table was lost",
            format!(
                "{lost} {found} The call was not repeated, for that could run the query twice, and \
                 each is paid for. The data source cleanrooms_intermediate_table_versions tells \
                 what becomes of intermediate table {}.",
                key.shown()
            ),
        )
    };
    let found = match find_lost(cx, find).await {
        Ok(Waited::Done(found)) => found,
        Ok(Waited::DeadlinePassed | Waited::Stopped) => {
            return Err(untold("No population has appeared since.".to_owned()));
        }
        Err(err) => return Err(untold(format!("It could not be looked for, either: {err}"))),
    };
    match found.as_slice() {
        [only] if cx.client.aws.knows_the_time() => Ok(Started {
            version_id: only.version_id.clone(),
            analysis_id: only.analysis_id.clone(),
        }),
        several => {
            let told: Vec<_> = several
                .iter()
                .map(|it| format!("version {} by query {}", it.version_id, it.analysis_id))
                .collect();
            Err(untold(format!("Any of these may be it: {}.", told.join(", "))))
        }
    }
}

/// All populations of a table.
pub async fn list_versions(
    at: &Reading<'_>,
    membership_id: &str,
    table_id: &str,
) -> Result<Vec<Version>, AwsError> {
    const CALL: &str = "ListIntermediateTableVersions";
    all_pages(CALL, &at.stop, |token| async {
        let call = at.sdk.list_intermediate_table_versions().max_results(PAGE_SIZE);
        let call = call.membership_identifier(membership_id).set_next_token(token);
        let reply = call.intermediate_table_identifier(table_id).send().await;
        let reply = reply.map_err(AwsError::of(CALL))?;
        Ok((reply.intermediate_table_version_summaries, reply.next_token))
    })
    .await
}

/// How a population has ended.
pub struct End {
    item: Item,
    has_succeeded: bool,
}

impl End {
    /// The table with its data.
    ///
    /// # Errors
    ///
    /// It was not populated.
    pub fn judged(self, key: &Key, started: &Started) -> Result<Item, Diagnostic> {
        if self.has_succeeded {
            return Ok(self.item);
        }
        let Item { status, status_reason, .. } = &self.item;
        let why = match status_reason {
            Some(reason) => format!("{}.", reason.trim_end_matches('.')),
            None => "The service says no more than that.".to_owned(),
        };
        Err(Diagnostic::error(
            "The intermediate table was not populated",
            format!(
                "Intermediate table {} is `{status}` after query {} (version {}). {why} Data that \
                 it had before stays, unless a base table is gone or its provider has disallowed \
                 it.",
                key.shown(),
                started.analysis_id,
                started.version_id
            ),
        ))
    }
}

/// Waits for the end of a population, whatever it is, and tells each status on the way.
///
/// # Errors
///
/// The service could not be asked; it goes on all the same.
pub async fn wait(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    key: &Key,
    started: &Started,
    deadline: Instant,
) -> Result<Waited<End>, AwsError> {
    let intervals = cx.client.aws.intervals();
    let visible = Instant::now() + intervals.visibility_window;
    let told = Mutex::new(String::new());
    let look = || async {
        let item = match IntermediateTable::get(at, key).await {
            Ok(item) => item,
            // It was made a moment ago, and is not visible everywhere yet.
            Err(err) if err.kind == ErrorKind::NotFound && Instant::now() < visible => {
                return Ok(None);
            }
            Err(err) => return Err(err),
        };
        let status = item.status.as_str().to_owned();
        if std::mem::replace(&mut *lock(&told), status.clone()) != status {
            cx.progress(&format!("intermediate table {} is {status}", key.shown()));
        }
        let has_succeeded = has_succeeded(at, key, started, &item).await?;
        Ok(has_succeeded.map(|has_succeeded| End { item, has_succeeded }))
    };
    match poll(intervals.analysis, deadline, &cx.stop, look).await {
        Err(err) if err.kind == ErrorKind::Stopped => Ok(Waited::Stopped),
        waited => waited,
    }
}

/// Whether a population has succeeded; `None` while it goes on, as far as the table tells. A table that
/// is not as new everywhere yet tells of the population before.
async fn has_succeeded(
    at: &Reading<'_>,
    key: &Key,
    started: &Started,
    item: &Item,
) -> Result<Option<bool>, AwsError> {
    let holds = item.intermediate_table_version.as_ref().map(|it| &it.version_id);
    match &item.status {
        Status::PopulateSuccess if holds == Some(&started.version_id) => Ok(Some(true)),
        Status::BaseTableRemoved | Status::DisallowedByDataProvider => Ok(Some(false)),
        Status::PopulateSuccess | Status::PopulateFailed => {
            let listed = list_versions(at, key.parent(), key.id()).await?;
            let version = listed.into_iter().find(|it| it.version_id == started.version_id);
            Ok(match version.map(|it| it.status) {
                Some(VersionStatus::PopulateFailed) => Some(false),
                Some(VersionStatus::PopulateSuccess | VersionStatus::RetentionPeriodExpired) => {
                    Some(true)
                }
                _ => None,
            })
        }
        _ => Ok(None),
    }
}
