//! Making an object without a client token.
//!
//! No create of the service carries a token that would make a repeated one
//! harmless. So a create is never repeated when it may have been executed: when
//! its reply is lost, the object is looked for by its name, the time of the
//! attempt and what was sent, and adopted. Only where the service itself refuses
//! a second one of the name is the call repeated when nothing is found.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use aws_sdk_cleanrooms::Client as Sdk;
use tokio::time::{Instant, sleep};

use super::absence;
use super::aws::{AwsError, ConflictReason, ErrorKind, Outcome, Waited, poll, retry_while};
use super::client::{Changing, Client, Reading, send_unrepeatable, time_of};
use super::error::{failed, failed_fields};
use super::key::{Key, Located};
use super::ledger::Turn;
use super::object::parent;
use super::object::read::fetch;
use super::object::{Candidate, Facts, Object, Of, Remote, Unread, known_as};
use super::region;
use super::shapes::tags::to_send;
use super::shapes::timeouts::timeout;
use crate::framework::caught::caught;
use crate::framework::plan::filled;
use crate::framework::resource::lock;
use crate::framework::schema::Schema;
use crate::framework::{Context, Diagnostic, Diagnostics, ResourceSchema};
use crate::wire::Value;

/// How long one whole pass over the service's list may still take after a stop.
const LAST_LOOK: Duration = Duration::from_secs(30);

/// Makes an object, or adopts the one that a lost reply left behind.
///
/// # Errors
///
/// Nothing was made; or the reply was lost and nobody can tell what was made.
pub async fn create<O: Object>(
    cx: &Context<'_, Client>,
    schema: &ResourceSchema<Of<O>>,
    planned: &Value,
) -> Result<Remote<O::Item>, Diagnostics> {
    let what = O::creating();
    let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
    let at = cx.client.changing(planned, &cx.stop).await.map_err(one)?;
    if let Some(elsewhere) = parent::elsewhere::<O>(cx.client, planned, &at.reading.region) {
        return Err(elsewhere.into());
    }
    if let Some(item) = O::take_over(cx, &at, planned).await {
        return Ok(Remote { region: at.reading.region, item, tags: None });
    }
    let endpoint = cx.client.aws.config().endpoints.cleanrooms.as_deref().unwrap_or_default();
    let scope = [endpoint, O::KIND.type_name, &at.reading.region, &O::name(planned)].join("/");
    let only_one = cx.stop.run_until_cancelled(cx.client.creating(&scope)).await;
    // What is in this process alone has no other process to take turns with.
    let turn = match cx.client.aws.is_in_process() {
        true => Some(Turn::default()),
        false => Turn::wait(&scope, &cx.stop).await,
    };
    let turn = turn.ok_or_else(|| one(AwsError::stopped()))?;
    let input = O::tag(schema.create_input(planned)?, tags_to_send(planned));
    let input = O::prepare(cx, &at, planned, input).await;
    absence::note_unseen(&mut cx.private(), cx.client);
    // A search goes on after a stop, which ends all other looks.
    let looking = cx.client.aws.cleanrooms(&at.reading.region).await.map_err(one)?;
    let started = Instant::now();
    let since = Mutex::new(started);
    let mut creating = Creating { cx, at, looking, schema, planned, turn, started, since };
    let remote = Box::pin(creating.create(input)).await?;
    let facts = O::facts(&remote.item);
    cx.note_made(named::<O>(&remote.region, &facts));
    if let Some(id) = &facts.id {
        cx.client.locate(id, &remote.region);
    }
    if let Some(object) = creating.made(&remote) {
        cx.client.remember(&object);
        creating.turn.made(&object);
    }
    // What is left may take long, and the object is known by now.
    let Creating { at, turn, .. } = creating;
    drop((turn, only_one));
    O::made(cx, &at, planned, &remote.item, started).await;
    Ok(remote)
}

/// What names an object that was made, and tells where and whose it is.
fn named<O: Object>(region: &str, facts: &Facts) -> Value {
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    let id = O::KIND.key.last().filter(|_| facts.id.is_some()).map(|name| (*name, text(&facts.id)));
    Value::object(id.into_iter().chain([("arn", text(&facts.arn)), ("region", region.into())]))
}

/// One create, until it is known how it ended.
struct Creating<'a, O: Object> {
    cx: &'a Context<'a, Client>,
    at: Changing<'a>,
    /// For the search after a lost reply.
    looking: Sdk,
    schema: &'a ResourceSchema<Of<O>>,
    planned: &'a Value,
    /// Nobody else creates something of that name meanwhile.
    turn: Turn,
    started: Instant,
    /// When the first of the attempts began that may have made something.
    since: Mutex<Instant>,
}

/// How a search for a lost object ended.
enum Searched<I> {
    /// Exactly one object may be the one.
    Found(Remote<I>),
    /// Nothing, though the list was read to its end at least once.
    Nothing,
    /// It could not be made.
    Failed(AwsError),
}

impl<O: Object> Creating<'_, O> {
    async fn create(&mut self, input: O::Create) -> Result<Remote<O::Item>, Diagnostics> {
        let intervals = self.cx.client.aws.intervals();
        let deadline = self.started + intervals.create_window;
        let mut was_lost = false;
        loop {
            let err = match self.send_while_busy(&input).await.map(|item| self.reply(item)) {
                Ok(remote) if !self.is_another_s(&remote) => return Ok(remote),
                Ok(_) => {
                    let why = "the reply is about an object that was made before";
                    AwsError::misread(O::create_operation(), why)
                }
                Err(err) => err,
            };
            if err.kind == ErrorKind::Conflict(ConflictReason::AlreadyExists) {
                return self.judge_conflict(err, was_lost).await;
            }
            if err.outcome != Outcome::Ambiguous {
                return Err(self.refused(&err));
            }
            match Box::pin(self.search(&err)).await {
                Ok(Searched::Found(remote)) => return Ok(remote),
                // The service refuses a second one of the name.
                Ok(_) if O::KIND.is_unique && !self.is_over(deadline) => was_lost = true,
                Ok(searched) => {
                    self.note_lost();
                    return Err(self.lost(&err, &self.found_none(&searched)).into());
                }
                Err(errors) => {
                    self.note_lost();
                    return Err(errors);
                }
            }
        }
    }

    fn is_over(&self, deadline: Instant) -> bool {
        self.cx.stop.is_cancelled() || Instant::now() > deadline
    }

    /// What the object is known as that was made.
    fn made(&self, remote: &Remote<O::Item>) -> Option<String> {
        let value = filled(self.planned, &self.schema.value(remote));
        let key = Key::of_value(&O::KIND, &value)?;
        Some(known_as(&key, O::facts(&remote.item).create_time))
    }

    /// Whether a reply is about what another create has made: this one's has not arrived then. What
    /// has no id of its own is named by what was asked.
    fn is_another_s(&self, remote: &Remote<O::Item>) -> bool {
        let made = O::facts(&remote.item).id.and_then(|_| self.made(remote));
        made.is_some_and(|made| self.cx.client.has_made(&made) || self.turn.has_made(&made))
    }

    fn reply(&self, item: O::Item) -> Remote<O::Item> {
        Remote { region: self.at.reading.region.clone(), item, tags: None }
    }

    /// Sends the create until it is not refused any more because as many run as may.
    async fn send_while_busy(&self, input: &O::Create) -> Result<O::Item, AwsError> {
        let intervals = self.cx.client.aws.intervals();
        let window = timeout(self.planned, "create", intervals.analysis_window);
        let (deadline, stop) = (self.started + window, &self.cx.stop);
        let busy = |err: &AwsError| {
            let is_busy = O::is_busy(err);
            if is_busy {
                self.cx.progress(&format!("Waiting to {}: {}", O::creating(), err.message));
                // That attempt has made nothing, so what it may have made is younger than now.
                *lock(&self.since) = Instant::now();
            }
            is_busy
        };
        retry_while(intervals.analysis, deadline, stop, busy, || self.send_while_settling(input))
            .await
    }

    /// Sends the create until the service's own delays are over: throttling, a role that is too new,
    /// something made a moment ago that it needs.
    async fn send_while_settling(&self, input: &O::Create) -> Result<O::Item, AwsError> {
        let intervals = self.cx.client.aws.intervals();
        let window = timeout(self.planned, "create", intervals.iam_delay_window);
        let (deadline, visible_window) =
            (self.started + window, intervals.visibility_window.min(window));
        let settling = |err: &AwsError| {
            err.is_role_too_new()
                || (O::is_settling(err) && self.started.elapsed() < visible_window)
        };
        let throttled = timeout(self.planned, "create", intervals.create_window);
        retry_while(intervals.visibility, deadline, &self.cx.stop, settling, || {
            send_unrepeatable(self.cx, throttled, || self.send(input.clone()))
        })
        .await
    }

    /// Sends the create once. After a panic of ours it may have been carried out, like after a reply that
    /// is not understood.
    async fn send(&self, input: O::Create) -> Result<O::Item, AwsError> {
        let sent = caught(O::create(&self.at.once, input)).await;
        let misread = |why| AwsError::misread(O::create_operation(), why);
        sent.unwrap_or_else(|panic| Err(misread(format!("reading it panicked: {panic}"))))
    }

    /// There is one of that name already: what a lost reply made, or somebody else's.
    async fn judge_conflict(
        &self,
        err: AwsError,
        was_lost: bool,
    ) -> Result<Remote<O::Item>, Diagnostics> {
        let candidates = self.candidates().await;
        let is_elsewhere = candidates.as_ref().is_ok_and(Vec::is_empty);
        let mut candidates = candidates.unwrap_or_default();
        if was_lost
            && let Some(index) = candidates.iter().position(|(_, may_be)| *may_be)
            && let Ok(remote) = self.fetch(&candidates.swap_remove(index).0).await
        {
            return Ok(remote);
        }
        let named = match O::KIND.type_is_found {
            // One of another type: an import finds it without.
            true => self.parents(),
            // The id that the error names is the whole key where one is imported by it alone.
            false => err.resource_id.clone().filter(|_| O::KIND.key.len() == 1),
        };
        if is_elsewhere && named.is_none() && O::KIND.key.len() > 1 {
            let mut told = O::taken(self.planned.get(O::KIND.parent.unwrap_or("id")));
            told.detail.push_str(&format!(" {err}"));
            return Err(told.into());
        }
        let id = candidates.pop().map(|(key, _)| key.text()).or(named);
        Err(self.already_exists(id, &err).into())
    }

    /// The ids of what the object hangs on, as an import takes them.
    fn parents(&self) -> Option<String> {
        let (_, names) = O::KIND.key.split_last()?;
        let ids = names.iter().map(|name| self.planned.get(name).as_str());
        Some(ids.collect::<Option<Vec<_>>>()?.join("/"))
    }

    fn already_exists(&self, id: Option<String>, err: &AwsError) -> Diagnostic {
        let id = id.unwrap_or_else(|| format!("<{}>", O::KIND.key.join(">/<")));
        O::explain(self.cx.client, self.planned, err).unwrap_or_else(|| {
            Diagnostic::error(
                O::existing(),
                format!(
                    "Import it instead of creating one: terraform import {0}.<name> {id}. Or, if the \
                     state has it at another address: moved {{ from = {0}.<old>  to = {0}.<new> }}. {1}{err}",
                    O::KIND.type_name,
                    O::in_the_way()
                ),
            )
        })
    }

    fn refused(&self, err: &AwsError) -> Diagnostics {
        if let Some(explained) = O::explain(self.cx.client, self.planned, err) {
            return explained.into();
        }
        let told = failed_fields(&O::creating(), err, self.schema.schema(), self.planned);
        let Some((name, _)) = parent::of_planned::<O>(self.planned) else { return told };
        if err.kind != ErrorKind::NotFound {
            return told;
        }
        let region = &self.at.reading.region;
        let told = told.into_iter().map(|it| region::may_be_elsewhere(it, name, region));
        told.collect()
    }

    /// Looks for what the create has made.
    async fn search(&self, lost: &AwsError) -> Result<Searched<O::Item>, Diagnostics> {
        let found = find_lost(self.cx, || self.matches()).await;
        match found {
            Ok(Waited::Done(found)) if !self.cx.client.aws.knows_the_time() => {
                Err(self.undated(found.into_iter().map(|(key, _)| key), lost).into())
            }
            Ok(Waited::Done(mut found)) => match (found.pop(), found.is_empty()) {
                (Some((_, only)), true) => Ok(Searched::Found(only)),
                (last, _) => {
                    let keys = found.into_iter().chain(last).map(|(key, _)| key);
                    Err(self.several(keys, lost).into())
                }
            },
            Ok(Waited::DeadlinePassed | Waited::Stopped) => Ok(Searched::Nothing),
            Err(err) => Ok(Searched::Failed(err)),
        }
    }

    /// The objects of the name, and whether each may be what this create has made.
    async fn candidates(&self) -> Result<Vec<(Key, bool)>, AwsError> {
        let found = O::candidates(&self.looking(), self.planned).await?;
        let since = *lock(&self.since);
        let may_be = |candidate: &Candidate| {
            let object = candidate.known_as();
            let created = time_of(candidate.create_time);
            self.cx.client.may_have_made(&object, candidate.create_time, since)
                && created.is_some_and(|created| !self.turn.is_taken(&object, created))
        };
        Ok(found.into_iter().map(|found| (found.key.clone(), may_be(&found))).collect())
    }

    /// The candidates that are as planned. Of a unique name there is only one, whatever it is like.
    async fn matches(&self) -> Result<Vec<(Key, Remote<O::Item>)>, AwsError> {
        let mut found = Vec::new();
        for (key, _) in self.candidates().await?.into_iter().filter(|(_, may_be)| *may_be) {
            let remote = self.fetch(&key).await?;
            let actual = self.schema.value(&remote);
            if O::KIND.is_unique || is_as_planned(self.schema.schema(), self.planned, &actual) {
                found.push((key, remote));
            }
        }
        Ok(found)
    }

    async fn fetch(&self, key: &Key) -> Result<Remote<O::Item>, AwsError> {
        let located = Located { key: key.clone(), region: None, arn: None, owner: None };
        match fetch::<O>(self.cx, &self.looking(), &located, self.planned).await {
            Ok(remote) => Ok(remote),
            Err(Unread::Object(err) | Unread::Part(err)) => Err(err),
        }
    }

    /// A client that goes on looking after a stop: the search itself bounds how long.
    fn looking(&self) -> Reading<'_> {
        let Reading { region, client, .. } = &self.at.reading;
        let (region, sdk, stop) = (region.clone(), self.looking.clone(), Default::default());
        Reading { region, sdk, client, stop }
    }

    fn note_lost(&mut self) {
        let client = self.cx.client;
        let since = *lock(&self.since);
        self.turn.lost(client.server_time_at(since), client.aws.server_time());
    }

    fn found_none(&self, searched: &Searched<O::Item>) -> String {
        match searched {
            Searched::Failed(err) => format!("It could not be looked for, either: {err}"),
            _ => format!("No {} like the planned one has appeared since.", O::KIND.noun),
        }
    }

    fn lost(&self, lost: &AwsError, found: &str) -> Diagnostic {
        let noun = O::KIND.noun;
        Diagnostic::error(
            format!("The reply to the creation of the {noun} was lost"),
            format!(
                "{lost} {found} The call was not repeated, for that could make a second one{}. Look \
                 for the {noun} in the console or with the AWS CLI{}.",
                if O::IS_HISTORY { ", which would be paid for as well" } else { "" },
                if O::IS_KEPT { ": if it exists, import it; if not, apply again" } else { "" },
            ),
        )
    }

    fn undated(&self, found: impl Iterator<Item = Key>, lost: &AwsError) -> Diagnostic {
        let noun = O::KIND.noun;
        let ids: Vec<_> = found.map(|key| key.text()).collect();
        Diagnostic::error(
            format!("The reply to the creation of the {noun} was lost, and its time is not known"),
            format!(
                "{lost} This is like the planned one, and may be what was made: {}. It may be an \
                 older one as well: no reply of AWS has told the time (its `Date` header is missing, \
                 which a proxy may have taken out), and this machine's clock alone proves nothing. \
                 The call was not repeated. {}",
                ids.join(", "),
                match O::IS_KEPT {
                    true => format!(
                        "If it was made just now, import it: terraform import {}.<name> <id>; if not, \
                         apply again.",
                        O::KIND.type_name
                    ),
                    false => "If it was made just now, another one is not needed.".to_owned(),
                },
            ),
        )
    }

    fn several(&self, found: impl Iterator<Item = Key>, lost: &AwsError) -> Diagnostic {
        let noun = O::KIND.noun;
        let ids: Vec<_> = found.map(|key| key.text()).collect();
        Diagnostic::error(
            format!("The reply to the creation of the {noun} was lost, and several match"),
            format!(
                "{lost} These are all like the planned one and were made since: {}.{}",
                ids.join(", "),
                match (O::IS_KEPT, O::IS_HISTORY) {
                    (true, true) => " Import the right one.",
                    (true, false) => " Import the right one and delete the others.",
                    (false, _) => "",
                },
            ),
        )
    }
}

/// Looks for what a call has made whose reply was lost, until something is found. The first pass over the
/// list is read to its end, also after a stop.
///
/// # Errors
///
/// It could not be looked for.
pub async fn find_lost<T, F>(
    cx: &Context<'_, Client>,
    mut find: impl FnMut() -> F,
) -> Result<Waited<Vec<T>>, AwsError>
where
    F: Future<Output = Result<Vec<T>, AwsError>>,
{
    let intervals = cx.client.aws.intervals();
    let deadline = Instant::now() + intervals.orphan_search_window;
    let patience = async {
        cx.stop.cancelled().await;
        sleep(LAST_LOOK).await;
    };
    let first = tokio::select! {
        found = find() => found?,
        () = patience => return Err(AwsError::stopped()),
    };
    if !first.is_empty() {
        return Ok(Waited::Done(first));
    }
    let look = || {
        let finding = find();
        async { Ok(Some(finding.await?).filter(|found| !found.is_empty())) }
    };
    poll(intervals.orphan_search, deadline, &cx.stop, look).await
}

/// Whether every attribute that the create call carried is as planned, as far as the plan knows it.
///
/// Its tags are compared in `tags_all`, and its Region is where it was found.
pub fn is_as_planned(schema: &Schema, planned: &Value, actual: &Value) -> bool {
    let mut compared = schema.of_object().filter(|it| !["tags", "region"].contains(&it.name));
    compared.all(|attribute| {
        let (planned, actual) = (planned.get(attribute.name), actual.get(attribute.name));
        filled(planned, actual) == *actual
            || attribute.equivalent.is_some_and(|is_same| is_same(actual, planned))
    })
}

/// The tags of the create call.
fn tags_to_send(planned: &Value) -> Option<HashMap<String, String>> {
    Some(to_send(planned.get("tags_all"))).filter(|tags| !tags.is_empty())
}

#[cfg(test)]
mod tests;
