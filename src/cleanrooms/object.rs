//! What every object of the service has, once: the layer that makes one safe.
//!
//! A kind of object says what it is: its rows, its calls, its ids, by what a lost
//! create is recognised, and its odd cases. From that alone [`Of`] makes a
//! resource of the framework. What holds for all of them stands here and in the
//! neighbours: `key` names an object, `adopt` makes one without a client token,
//! `absence` proves that one is gone, `tags` and `region` are planned alike.

pub mod delete;
mod page;
pub mod parent;
pub mod read;
mod relocate;
mod resource;
mod rows;
pub mod target;
mod twice;
mod update;

use std::collections::HashMap;
use std::marker::PhantomData;
use std::pin::Pin;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::primitives::DateTime;
use serde_json::Value as Json;
use tokio::time::Instant;

use super::aws::{AwsError, ErrorKind};
use super::client::{Changing, Client, Reading};
use super::key::{Key, Located};
use super::kind::Kind;
use super::tags::RemoteTags;
use crate::framework::moving::Origins;
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Change, Context, Diagnostic, Diagnostics, ResourceSchema};
use crate::wire::Value;

/// What every reply tells about its object.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Its id; kinds that are named by their parent and a type have none.
    pub id: Option<String>,
    /// Its ARN, where the kind has one.
    pub arn: Option<String>,
    /// When it was made.
    pub create_time: Option<DateTime>,
    /// When it was last changed.
    pub update_time: Option<DateTime>,
}

impl Facts {
    /// Those of a kind with an id and an ARN.
    pub fn of(id: &str, arn: &str, create_time: DateTime, update_time: DateTime) -> Self {
        Self {
            id: Some(id.to_owned()),
            arn: Some(arn.to_owned()),
            create_time: Some(create_time),
            update_time: Some(update_time),
        }
    }
}

/// An object that may be what a create has made whose reply was lost.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its ids.
    pub key: Key,
    /// When it was made.
    pub create_time: DateTime,
}

impl Candidate {
    /// An object of a list, unless one of its ids cannot be one.
    pub fn of<const N: usize>(ids: [&str; N], create_time: DateTime) -> Option<Self> {
        Some(Self { key: Key::new(ids.map(str::to_owned))?, create_time })
    }

    /// The object that a plan names itself, for kinds of which a parent has one and that have no id.
    ///
    /// # Errors
    ///
    /// Whether there is one cannot be told.
    pub async fn named_by<O: Object>(
        at: &Reading<'_>,
        planned: &Value,
    ) -> Result<Vec<Self>, AwsError> {
        Self::at::<O>(at, Key::of_value(&O::KIND, planned)).await
    }

    /// The object of that key, if there is one; none without a key.
    ///
    /// # Errors
    ///
    /// Whether there is one cannot be told.
    pub async fn at<O: Object>(at: &Reading<'_>, key: Option<Key>) -> Result<Vec<Self>, AwsError> {
        let Some(key) = key else { return Ok(Vec::new()) };
        let item = there::<O>(at, &key).await?;
        let create_time = item.and_then(|item| O::facts(&item).create_time);
        Ok(create_time.map(|create_time| Self { key, create_time }).into_iter().collect())
    }

    /// As what it is told from all others, also from a later one of the same key: a rule has no id of
    /// its own, and may be made again.
    pub fn known_as(&self) -> String {
        known_as(&self.key, Some(self.create_time))
    }
}

/// The object of that key; none where the service says that there is none.
///
/// # Errors
///
/// Whether there is one cannot be told.
pub async fn there<O: Object>(at: &Reading<'_>, key: &Key) -> Result<Option<O::Item>, AwsError> {
    match O::get(at, key).await {
        Err(err) if err.kind == ErrorKind::NotFound => Ok(None),
        got => got.map(Some),
    }
}

/// As what an object is told from all others.
pub fn known_as(key: &Key, create_time: Option<DateTime>) -> String {
    format!("{}@{}", key.text(), create_time.map_or(0, |time| time.secs()))
}

/// What is in the way of an object that is to be made; nothing, as far as looks can tell.
pub type Obstacle = Result<Option<String>, AwsError>;

/// A part of an object that was deleted with it.
pub struct Part {
    /// What messages call it.
    pub name: String,
    /// Makes it again.
    pub again: Pin<Box<dyn Future<Output = Result<(), AwsError>> + Send>>,
}

/// Why an object was not read.
#[derive(Debug)]
pub enum Unread {
    /// The object itself was not to be had.
    Object(AwsError),
    /// The object is there, but a part of which state is made was not to be had.
    Part(AwsError),
}

/// A kind of object of the service.
pub trait Object: Send + Sync + Sized + 'static {
    /// What it is called, and what names one.
    const KIND: Kind;
    /// The SDK's builder of the create call.
    type Create: Clone + Default + Send + Sync;
    /// The SDK's builder of the update call.
    type Update: Clone + Default + Send + Sync;
    /// What a read gives.
    type Item: Send + Sync;

    /// Its own rows, in the order of the documentation; those that all have come with [`Of`].
    fn rows() -> ResourceSchema<Of<Self>>;

    /// What `timeouts` bounds: a create, and an update.
    const TIMEOUTS: [&'static str; 2] = [
        "How long a creation is tried while the service throttles, or while a role is too new to \
         be used: ten and two minutes when left out.",
        "How long a change is tried while a role is too new to be used: two minutes when left out.",
    ];

    /// Whether one is a record of what was done, such as a query that ran: nothing changes or deletes
    /// it, and it stays in state when the service no longer shows it, for another one would be done and
    /// paid for.
    const IS_HISTORY: bool = false;

    /// Whether state holds one: what only an action makes stands in none, and cannot be imported.
    const IS_KEPT: bool = true;

    /// The types of other providers from which objects are moved here.
    const ORIGINS: Option<&'static Origins> = None;

    /// The IAM actions that refresh, import and plan need, but for those of tags.
    const READS: &'static [Need];

    /// The IAM actions that an apply needs besides, but for those of tags.
    const WRITES: &'static [Need];

    /// Brings stored state of an older version of the schema to the present one.
    ///
    /// # Errors
    ///
    /// The state is not of that version.
    fn upgrade(_version: i64, state: Json) -> Result<Json, Diagnostic> {
        Ok(state)
    }

    /// What a reply tells about its object.
    fn facts(item: &Self::Item) -> Facts;

    /// Puts tags into the create call, for kinds that have some.
    fn tag(input: Self::Create, _tags: Option<HashMap<String, String>>) -> Self::Create {
        input
    }

    /// Sends the create call once.
    fn create(
        sdk: &Sdk,
        input: Self::Create,
    ) -> impl Future<Output = Result<Self::Item, AwsError>> + Send;

    /// Asks for the object itself.
    fn get(
        at: &Reading<'_>,
        key: &Key,
    ) -> impl Future<Output = Result<Self::Item, AwsError>> + Send;

    /// Sends the update call.
    fn update(
        sdk: &Sdk,
        key: &Key,
        input: Self::Update,
    ) -> impl Future<Output = Result<(), AwsError>> + Send;

    /// Whether an update that is sent once more does no more than the first one.
    const UPDATES_MAY_BE_REPEATED: bool = true;

    /// Sends the delete call.
    fn delete(sdk: &Sdk, key: &Key) -> impl Future<Output = Result<(), AwsError>> + Send;

    /// Deletes what is a part of the object, such as its analysis rule, for the service refuses to
    /// delete the object with it. There may be none any more: its own resource may delete it at the
    /// same time. What was deleted comes into `deleted`, with what makes it again, should the object
    /// turn out to stay.
    fn delete_parts(
        _at: &Reading<'_>,
        _key: &Key,
        _deleted: &mut Vec<Part>,
    ) -> impl Future<Output = Result<(), AwsError>> + Send {
        async { Ok(()) }
    }

    /// By what creates are told apart: two of equal name and kind never run at the same time.
    fn name(planned: &Value) -> String {
        planned.get("name").as_str().unwrap_or_default().to_owned()
    }

    /// The objects of the planned name, for a create whose reply was lost.
    fn candidates(
        at: &Reading<'_>,
        planned: &Value,
    ) -> impl Future<Output = Result<Vec<Candidate>, AwsError>> + Send;

    /// The key of an object of which an import left out the last part.
    fn find_key(
        _at: &Reading<'_>,
        _state: &Value,
    ) -> impl Future<Output = Result<Option<Key>, AwsError>> + Send {
        async { Ok(None) }
    }

    /// Asks for the object and all else that state is made of, but for its tags.
    fn gather(
        _cx: &Context<'_, Client>,
        at: &Reading<'_>,
        located: &Located,
        _state: &Value,
    ) -> impl Future<Output = Result<Self::Item, Unread>> + Send {
        async { Self::get(at, &located.key).await.map_err(Unread::Object) }
    }

    /// Whether the service's own list has the object: for a kind that models no 404.
    fn is_listed(
        _at: &Reading<'_>,
        _key: &Key,
    ) -> Option<impl Future<Output = Result<bool, AwsError>> + Send> {
        None::<std::future::Ready<_>>
    }

    /// What is told about an object that was read, such as that it has ended.
    ///
    /// # Errors
    ///
    /// The object must not be managed by this caller. `is_new` says that nobody has looked so far.
    fn received(
        _cx: &Context<'_, Client>,
        _at: &Reading<'_>,
        _item: &Self::Item,
        _is_new: bool,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Checks that rows cannot express, silent on unknown values.
    fn validate(_config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Plans what rows cannot express.
    fn plan(_plan: &mut Plan<'_>, _client: Option<&Client>, _private: &mut Private) {}

    /// What else is lost with the object, whether it is destroyed, replaced or moved.
    fn loses(_prior: &Value) -> Option<Diagnostic> {
        None
    }

    /// What is said of an object that was replaced, where no plan could say it.
    fn replaced(prior: &Value) -> Option<Diagnostic> {
        Self::loses(prior)
    }

    /// Says what a planned destruction means.
    fn plan_destroy(
        _prior: &Value,
        _client: Option<&Client>,
        _private: &mut Private,
        _diagnostics: &mut Diagnostics,
    ) {
    }

    /// Refuses, before the first call, what the plan could only warn of.
    fn refuse(
        _change: Change<'_>,
        _client: &Client,
        _private: &Private,
        _diagnostics: &mut Diagnostics,
    ) {
    }

    /// The status of an object with which nothing can be done any more but to destroy it.
    fn ended(_prior: &Value) -> Option<String> {
        None
    }

    /// What a create is called: the beginning of a summary goes before it.
    fn creating() -> String {
        format!("create the {}", Self::KIND.noun)
    }

    /// The name of the operation that creates one, as the API calls it.
    fn create_operation() -> String {
        Self::KIND.create_operation()
    }

    /// An object that the destroying half of a replacement has kept for this create.
    fn take_over(
        _cx: &Context<'_, Client>,
        _at: &Changing<'_>,
        _planned: &Value,
    ) -> impl Future<Output = Option<Self::Item>> + Send {
        async { None }
    }

    /// What is left to do once an object was made, by a create that began at `started`. Others of its name
    /// may be made meanwhile.
    fn made(
        _cx: &Context<'_, Client>,
        _at: &Changing<'_>,
        _planned: &Value,
        _item: &Self::Item,
        _started: Instant,
    ) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// What is said of a create of something that exists already: a summary.
    fn existing() -> String {
        format!("The {} exists already", Self::KIND.noun)
    }

    /// What is said of a create that something is in the way of which none of the own objects of that
    /// parent is.
    fn taken(parent: &Value) -> Diagnostic {
        let noun = Self::KIND.noun;
        Diagnostic::error(
            format!("The name of the {noun} is taken"),
            format!(
                "No {noun} of `{}` {parent} has it, so it is something else's, which may be another \
                 member's. Choose another name.",
                Self::KIND.parent.unwrap_or("id")
            ),
        )
    }

    /// What else is said of it: how it may be the one that is to be replaced.
    fn in_the_way() -> &'static str {
        let is_of_parent = Self::KIND.key.len() > 1;
        if is_of_parent {
            "Or, if this one is to replace it: the two cannot exist at the same time, so leave \
             `create_before_destroy` out. "
        } else {
            ""
        }
    }

    /// What a delete is called: "Cannot" goes before it.
    fn deleting(id: &str) -> String {
        format!("delete {} {id}", Self::KIND.noun)
    }

    /// Completes the create call by what has to be asked first.
    fn prepare(
        _cx: &Context<'_, Client>,
        _at: &Changing<'_>,
        _planned: &Value,
        input: Self::Create,
    ) -> impl Future<Output = Self::Create> + Send {
        async { input }
    }

    /// Whether a failed create or update is worth repeating for a moment, since something that it
    /// needs is not there yet: what it hangs on may have been made a moment ago.
    fn is_settling(err: &AwsError) -> bool {
        Self::KIND.parent.is_some() && err.kind == ErrorKind::NotFound
    }

    /// Whether a create was refused because as many run as may, so that it is worth repeating as long as
    /// `timeouts.create` lasts.
    fn is_busy(_err: &AwsError) -> bool {
        false
    }

    /// What a create is told that failed, where something more helpful than the error can be said.
    fn explain(_client: &Client, _planned: &Value, _err: &AwsError) -> Option<Diagnostic> {
        None
    }

    /// Completes the update call by what rows cannot say.
    ///
    /// # Errors
    ///
    /// A planned value does not fit the schema, which core has ruled out.
    fn complete_update(
        input: Option<Self::Update>,
        _change: Change<'_>,
    ) -> Result<Option<Self::Update>, Diagnostic> {
        Ok(input)
    }

    /// Whether a change needs calls of its own.
    fn acts(_change: Change<'_>) -> bool {
        false
    }

    /// Makes the part of a change that neither the update call nor tags carry.
    fn act(
        _cx: &Context<'_, Client>,
        _at: &Changing<'_>,
        _located: &Located,
        _change: Change<'_>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { Ok(()) }
    }

    /// Whether two objects could not exist side by side, so that the old one must go first.
    fn collides(prior: &Value, planned: &Value) -> bool {
        Self::KIND.is_unique && Self::name(prior) == Self::name(planned)
    }

    /// The attributes of a plan that say whether the planned object could be made beside what there
    /// is: a look at them goes before the destruction of what it replaces. None: nothing can be said.
    const TARGET: &'static [&'static str] = &[];

    /// Looks whether another object could be made, before the old one goes: what is in its way.
    /// `target` has the known ones of [`Self::TARGET`].
    fn check_target(
        _at: &Reading<'_>,
        _target: &Value,
        _prior: &Value,
    ) -> impl Future<Output = Obstacle> + Send {
        async { Ok(None) }
    }

    /// Destroys an object that one delete call alone does not end; one that is gone already is a
    /// success. None: the delete call is all.
    ///
    /// # Errors
    ///
    /// It still exists, or may.
    fn destroy(
        _cx: &Context<'_, Client>,
        _at: &Changing<'_>,
        _located: &Located,
        _state: &Value,
    ) -> impl Future<Output = Option<Result<(), Diagnostics>>> + Send {
        async { None }
    }
}

/// One object as the service has it. Right after a create only the reply is there.
#[derive(Debug)]
pub struct Remote<I> {
    /// Its Region.
    pub region: String,
    /// The object itself.
    pub item: I,
    /// Its tags.
    pub tags: Option<RemoteTags>,
}

/// The resource of a kind of object.
pub struct Of<O>(PhantomData<O>);
