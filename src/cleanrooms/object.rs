//! What every object of the service has, once: the layer that makes one safe.
//!
//! A kind of object says what it is: its rows, its calls, its ids, by what a lost
//! create is recognised, and its odd cases. From that alone [`Of`] makes a
//! resource of the framework. What holds for all of them stands here and in the
//! neighbours: [`key`] names an object, [`adopt`] makes one without a client
//! token, [`absence`] proves that one is gone, [`tags`] and [`region`] are planned
//! alike.

use std::collections::HashMap;
use std::marker::PhantomData;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::MembershipStatus;
use serde_json::Value as Json;
use tokio::time::Instant;

use super::absence::{self, Unread};
use super::aws::{AwsError, ConflictReason, ErrorKind, Outcome, ValidationReason, retry_while};
use super::client::{Changing, Client, Reading};
use super::error::{failed, failed_fields};
use super::key::{self, Key, Located};
use super::shapes::region::region as region_name;
use super::shapes::tags::{same as same_tags, tags as own_tags, to_send};
use super::shapes::time::time;
use super::shapes::timeouts::{timeout, timeouts};
use super::tags::RemoteTags;
use super::{adopt, ended, environment, region, tags};
use crate::framework::codec::{string, string_map};
use crate::framework::identity::IdentitySchema;
use crate::framework::managed::UNMANAGED;
use crate::framework::plan::{Plan, filled};
use crate::framework::private::Private;
use crate::framework::schema::{Replace, Schema};
use crate::framework::{
    Change, Context, Diagnostic, Diagnostics, Found, ImportTarget, Resource, ResourceSchema,
    Severity,
};
use crate::wire::Value;

/// What a kind of object is called, and what names one of it.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The type's name in a configuration.
    pub type_name: &'static str,
    /// What messages call it.
    pub noun: &'static str,
    /// The word for it in its ARN; some kinds have none.
    pub arn: Option<&'static str>,
    /// The attributes that name an object within its account and Region, those of its parents first.
    pub key: &'static [&'static str],
    /// The attribute that names what it hangs on, with which its Region comes.
    pub parent: Option<&'static str>,
    /// The attributes that tell its owner: an account id, or an ARN that holds one.
    pub owner: &'static [&'static str],
    /// What other providers' identities call the attributes of ours.
    pub former_identity: &'static [(&'static str, &'static str)],
    /// Whether it has tags.
    pub tagged: bool,
    /// Whether the service refuses a second one of the same name, so that a create may be repeated.
    pub is_unique: bool,
    /// Whether an import may leave out the last part of the key, since a look finds it.
    pub type_is_found: bool,
}

impl Kind {
    /// The attribute that holds the owner's account id, where one does.
    pub fn account(&self) -> Option<&'static str> {
        self.owner.iter().copied().find(|name| name.ends_with("account_id"))
    }
}

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

/// An object that may be what a create has made whose reply was lost.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its ids.
    pub key: Key,
    /// When it was made.
    pub create_time: DateTime,
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

    /// Sends the delete call.
    fn delete(sdk: &Sdk, key: &Key) -> impl Future<Output = Result<(), AwsError>> + Send;

    /// Deletes what is a part of the object, such as its analysis rule, for the service refuses to
    /// delete the object with it. There may be none any more: its own resource may delete it at the
    /// same time.
    fn delete_parts(
        _at: &Reading<'_>,
        _key: &Key,
    ) -> impl Future<Output = Result<(), AwsError>> + Send {
        async { Ok(()) }
    }

    /// By what creates are told apart: two of equal name and kind never run at the same time.
    fn name(planned: &Value) -> String;

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

    /// An object that the destroying half of a replacement has kept for this create.
    fn take_over(
        _cx: &Context<'_, Client>,
        _at: &Changing<'_>,
        _planned: &Value,
    ) -> impl Future<Output = Option<Self::Item>> + Send {
        async { None }
    }

    /// What is left to do once an object was made.
    fn made(_cx: &Context<'_, Client>, _at: &Changing<'_>) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// What is said of a create of something that exists already: a summary.
    fn existing() -> String {
        format!("The {} exists already", Self::KIND.noun)
    }

    /// What else is said of it: how it may be the one that is to be replaced.
    fn in_the_way() -> &'static str {
        ""
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
    /// needs is not there yet.
    fn is_settling(_err: &AwsError) -> bool {
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
    fn collides(_prior: &Value, _planned: &Value) -> bool {
        false
    }

    /// Looks whether another object could be made, before the old one goes.
    fn check_target(
        _at: &Reading<'_>,
        _planned: &Value,
    ) -> impl Future<Output = Result<(), AwsError>> + Send {
        async { Ok(()) }
    }

    /// Destroys the object; one that is gone already is a success.
    ///
    /// # Errors
    ///
    /// It still exists, or may.
    fn destroy(
        _cx: &Context<'_, Client>,
        at: &Changing<'_>,
        located: &Located,
        _state: &Value,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        async { delete::<Self>(at, located).await }
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

impl<O: Object> Resource for Of<O> {
    const TYPE_NAME: &'static str = O::KIND.type_name;
    type Client = Client;
    type Create = O::Create;
    type Update = O::Update;
    type Remote = Remote<O::Item>;

    fn schema() -> ResourceSchema<Self> {
        with_common_rows::<O>(O::rows())
    }

    fn identity_schema() -> IdentitySchema {
        key::identity_schema(&O::KIND)
    }

    fn identity(state: &Value) -> Option<Value> {
        key::identity(&O::KIND, state)
    }

    fn former_identity_names() -> &'static [(&'static str, &'static str)] {
        O::KIND.former_identity
    }

    fn upgrade(version: i64, state: Json) -> Result<Json, Diagnostic> {
        O::upgrade(version, state)
    }

    fn import(target: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        key::import(&O::KIND, target)
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        O::validate(config, diagnostics);
    }

    fn follow_provider(plan: &mut Plan<'_>, client: Option<&Client>) {
        if O::KIND.tagged {
            tags::follow_provider(plan, client);
        }
        region::follow_provider(plan, client);
    }

    fn modify_plan(plan: &mut Plan<'_>, client: Option<&Client>, private: &mut Private) {
        O::plan(plan, client, private);
        plan_for_parent::<O>(plan, private);
        region::warn(plan, client, O::KIND.parent);
        environment::note(plan, client, private);
    }

    fn plan_destroy(
        prior: &Value,
        client: Option<&Client>,
        private: &mut Private,
        diagnostics: &mut Diagnostics,
    ) {
        O::plan_destroy(prior, client, private, diagnostics);
    }

    fn refuse(
        change: Change<'_>,
        client: &Client,
        private: &Private,
        diagnostics: &mut Diagnostics,
    ) {
        environment::refuse(client, private, diagnostics);
        O::refuse(change, client, private, diagnostics);
        let Change { prior, planned } = change;
        if prior.is_null() || planned.is_null() || moves_with_parent::<O>(change) {
            return;
        }
        if let Some(parent) = O::KIND.parent {
            diagnostics.extend(region::fixed_by_parent(O::KIND.noun, parent, change));
        }
        let schema = Self::schema();
        if let Some(status) = ended::<O>(prior, private)
            && ended::is_changed(schema.schema(), change)
        {
            diagnostics.push(ended::refusal(&O::KIND, prior, &status));
        }
    }

    async fn create(
        cx: &Context<'_, Client>,
        schema: &ResourceSchema<Self>,
        planned: &Value,
    ) -> Result<Remote<O::Item>, Diagnostics> {
        Box::pin(adopt::create::<O>(cx, schema, planned)).await
    }

    async fn read(
        cx: &Context<'_, Client>,
        state: &Value,
    ) -> Result<Found<Remote<O::Item>>, Diagnostics> {
        // Boxed here and below: an operation is one large future otherwise, and outgrows the stack.
        Box::pin(read::<O>(cx, state)).await
    }

    async fn update(
        cx: &Context<'_, Client>,
        schema: &ResourceSchema<Self>,
        change: Change<'_>,
    ) -> Result<Option<Remote<O::Item>>, Diagnostics> {
        if relocates(schema.schema(), change) {
            return Box::pin(relocate::<O>(cx, schema, change)).await.map(Some);
        }
        // An unknown parent has turned out to be the same, so nothing is decided anew.
        let planned = match is_undecided(schema.schema(), change) {
            true => filled(change.planned, change.prior),
            false => change.planned.clone(),
        };
        let change = Change { prior: change.prior, planned: &planned };
        Box::pin(change_in_place::<O>(cx, schema, change)).await?;
        Ok(None)
    }

    async fn delete(cx: &Context<'_, Client>, state: &Value) -> Result<(), Diagnostics> {
        let located = Located::of_state(&O::KIND, state)?;
        let what = O::deleting(&located.key.shown());
        let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
        let at = cx.client.changing(state, &cx.stop).await.map_err(one)?;
        Box::pin(O::destroy(cx, &at, &located, state)).await
    }
}

/// The rows that objects of every kind have.
fn with_common_rows<O: Object>(schema: ResourceSchema<Of<O>>) -> ResourceSchema<Of<O>> {
    type Row<O> = Of<O>;
    let Kind { noun, parent, .. } = O::KIND;
    let mut schema = schema;
    if O::KIND.tagged {
        schema = schema
            .with(
                Row::<O>::attribute("tags", own_tags())
                    .optional()
                    .equivalent(same_tags)
                    .sent_elsewhere()
                    .updated_elsewhere()
                    .doc(&format!(
                        "Tags of the {noun}. They overlay the provider's `default_tags`."
                    ))
                    .read(|r| r.tags.as_ref()?.own.clone()),
            )
            .with(
                Row::<O>::attribute("tags_all", string_map())
                    .computed()
                    .doc("All tags: the provider's `default_tags`, overlaid by `tags`.")
                    .read(|r| Some(r.tags.as_ref()?.all.clone().into_iter().collect())),
            );
    }
    let region = Row::<O>::attribute("region", region_name()).optional_computed().sent_elsewhere();
    let region = match parent {
        None => region.requires_replace().doc(&format!(
            "The Region of the {noun}: the provider's when left out. Another one replaces."
        )),
        Some(parent) => region.updated_elsewhere().doc(&format!(
            "The Region of the {noun}: the provider's when left out. It changes only together \
             with `{parent}`."
        )),
    };
    let [create, update] = O::TIMEOUTS;
    schema = schema.with(region.read(|r| Some(r.region.clone()))).with(
        Row::<O>::attribute("timeouts", timeouts(create, update))
            .optional()
            .local()
            .doc("How long operations wait, such as `90s` or `5m`."),
    );
    if O::KIND.key.contains(&"id") {
        schema = schema.with(
            Row::<O>::attribute("id", string())
                .computed()
                .doc(&format!("The id of the {noun}."))
                .read(|r| O::facts(&r.item).id),
        );
    }
    if O::KIND.arn.is_some() {
        schema = schema.with(
            Row::<O>::attribute("arn", string())
                .computed()
                .doc(&format!("The ARN of the {noun}."))
                .read(|r| O::facts(&r.item).arn),
        );
    }
    schema
        .with(
            Row::<O>::attribute("create_time", time())
                .computed()
                .doc(&format!("When the {noun} was made."))
                .read(|r| O::facts(&r.item).create_time),
        )
        .with(
            Row::<O>::attribute("update_time", time())
                .computed()
                .unknown_on_update()
                .doc(&format!("When the {noun} was last changed."))
                .read(|r| O::facts(&r.item).update_time),
        )
}

/// The attributes whose other value means another object.
fn of_parents(schema: &Schema) -> impl Iterator<Item = &'static str> {
    let relocating = schema.attributes.iter().filter(|a| a.replace == Replace::Relocates);
    relocating.map(|attribute| attribute.name)
}

/// Whether an update has turned out to be about another object.
fn relocates(schema: &Schema, change: Change<'_>) -> bool {
    of_parents(schema)
        .any(|name| change.changes(name) && change.planned.get(name).is_wholly_known())
}

/// Whether the ids of an object were not known when its update was planned, though it stays the same one.
fn is_undecided(schema: &Schema, change: Change<'_>) -> bool {
    let fixed = schema.attributes.iter().filter(|a| ["id", "arn", "create_time"].contains(&a.name));
    fixed.map(|attribute| change.planned.get(attribute.name)).any(Value::is_unknown)
}

/// Whether a change names another parent, or may.
fn moves_with_parent<O: Object>(change: Change<'_>) -> bool {
    O::KIND.parent.is_some_and(|parent| change.changes(parent))
}

/// A note: the status of the membership on which the object hangs, where that has ended.
const PARENT_ENDED: &str = "parent_ended";

/// The status of an object, or of the membership that it hangs on, with which nothing can be done any more.
fn ended<O: Object>(prior: &Value, private: &Private) -> Option<String> {
    let of_parent = private.get(PARENT_ENDED).and_then(|note| note.as_str()).map(str::to_owned);
    O::ended(prior).or(of_parent)
}

/// Plans nothing for what has ended, and warns of what its parent alone could change.
fn plan_for_parent<O: Object>(plan: &mut Plan<'_>, private: &Private) {
    let Some(parent) = O::KIND.parent else { return };
    if plan.is_create() {
        return;
    }
    if !plan.changes(parent)
        && let Some(status) = ended::<O>(plan.prior, private)
    {
        ended::leave_as_it_is(plan, &O::KIND, &status);
        return;
    }
    if plan.relocates {
        plan.diagnostics.push(may_relocate::<O>(plan));
        return;
    }
    if plan.changes(parent) {
        return;
    }
    let change = Change { prior: plan.prior, planned: &plan.planned };
    if let Some(mut error) = region::fixed_by_parent(O::KIND.noun, parent, change) {
        error.severity = Severity::Warning;
        error.detail.push_str(" Apply will refuse this plan.");
        plan.diagnostics.push(error);
    }
}

fn may_relocate<O: Object>(plan: &Plan<'_>) -> Diagnostic {
    let noun = O::KIND.noun;
    let of_parents: Vec<_> = of_parents(plan.schema).filter(|name| plan.changes(name)).collect();
    let names = of_parents.join(", ");
    let detail = match of_parents.iter().all(|name| plan.get(name).is_wholly_known()) {
        true => format!(
            "With another {names} it is another {noun}. It is made anew, and the old one is \
             deleted afterwards, where it still exists."
        ),
        false => format!(
            "{names} will be known only when other resources have been applied. If it turns out \
             the same, the {noun} stays as it is. If it is another one, the {noun} is made anew, \
             and the old one is deleted afterwards, where it still exists."
        ),
    };
    Diagnostic::warning(format!("The {noun} may become another one"), detail)
}

/// The object as it is.
async fn read<O: Object>(
    cx: &Context<'_, Client>,
    state: &Value,
) -> Result<Found<Remote<O::Item>>, Diagnostics> {
    let noun = O::KIND.noun;
    let one = |err: &AwsError| Diagnostics::from(failed(&format!("read the {noun}"), err));
    let at = cx.client.reading(state, &cx.stop).await.map_err(|err| one(&err))?;
    let is_new = cx.private().plan_note(UNMANAGED).is_some();
    let completed = match completed_key::<O>(&at, state).await {
        // Nothing is managed yet that could be lost.
        Err(err) if is_new && err.kind == ErrorKind::NotFound => return Ok(Found::Gone),
        Ok(None) if is_new && Key::of_value(&O::KIND, state).is_none() => return Ok(Found::Gone),
        completed => completed.map_err(|err| one(&err))?,
    };
    let state = completed.as_ref().unwrap_or(state);
    let located = Located::of_state(&O::KIND, state)?;
    // What a user named may not be the object's own ARN: its tags are asked for by that.
    let arn = located.arn.clone().filter(|_| !is_new);
    let asked = Located { arn, ..located.clone() };
    match fetch::<O>(cx, &at, &asked, state).await {
        Ok(remote) => {
            if is_new {
                check_named(&located, &O::facts(&remote.item), noun)?;
            }
            O::received(cx, &at, &remote.item, is_new).await?;
            absence::note_seen(&mut cx.private());
            note_parent::<O>(cx, &at, &located).await;
            Ok(Found::Here(remote))
        }
        Err(Unread::Object(err)) if err.may_mean_gone() => {
            match absence::judge::<O>(cx, &at, &located, &err).await? {
                Found::NotYet => Ok(Found::NotYet),
                _ => Ok(Found::Gone),
            }
        }
        Err(Unread::Object(err)) => {
            Err(failed(&format!("read {noun} {}", located.key.shown()), &err).into())
        }
        Err(Unread::Part(err)) => {
            let what = format!("read all of {noun} {}, which still exists", located.key.shown());
            Err(absence::denied::<O>(&at, &what, &located, &err).await)
        }
    }
}

/// The state with a key that an import left incomplete.
async fn completed_key<O: Object>(
    at: &Reading<'_>,
    state: &Value,
) -> Result<Option<Value>, AwsError> {
    if !O::KIND.type_is_found || Key::of_value(&O::KIND, state).is_some() {
        return Ok(None);
    }
    let Some(key) = at.look(O::find_key(at, state)).await? else { return Ok(None) };
    let mut state = state.as_object().cloned().unwrap_or_default();
    for (index, name) in O::KIND.key.iter().enumerate() {
        state.insert((*name).to_owned(), key.at(index).into());
    }
    Ok(Some(Value::Object(state)))
}

/// Asks for the object and its tags: at once where its ARN is known, else one after the other.
///
/// Tags that cannot be read are a warning, and stay as state has them.
///
/// # Errors
///
/// The object, or what else state is made of, was not to be had; or core asked to stop.
pub async fn fetch<O: Object>(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    located: &Located,
    state: &Value,
) -> Result<Remote<O::Item>, Unread> {
    let looking = async {
        let gather = O::gather(cx, at, located, state);
        let known = located.arn.as_deref().filter(|_| O::KIND.tagged);
        let early = async {
            match known {
                Some(arn) => Some(tags::list(at, arn, state).await),
                None => None,
            }
        };
        let (item, early) = tokio::join!(gather, early);
        let item = item?;
        let listed = match (early, O::facts(&item).arn) {
            (Some(listed), _) => Some(listed),
            (None, Some(arn)) if O::KIND.tagged => Some(tags::list(at, &arn, state).await),
            _ => None,
        };
        let tags = match listed {
            Some(Ok(tags)) => Some(tags),
            Some(Err(err)) => {
                cx.report(unread_tags(O::KIND.noun, &located.key.shown(), &err));
                RemoteTags::of_state(state)
            }
            None => None,
        };
        Ok(Remote { region: at.region.clone(), item, tags })
    };
    let stopped = || Err(Unread::Part(AwsError::stopped()));
    at.stop.run_until_cancelled(Box::pin(looking)).await.unwrap_or_else(stopped)
}

fn unread_tags(noun: &str, id: &str, err: &AwsError) -> Diagnostic {
    Diagnostic::warning(
        format!("The tags of {noun} {id} could not be read"),
        format!("They are taken to be as the state has them. {err}"),
    )
}

/// Succeeds when what was found is what a user named: an ARN names an account, a partition and a Region, too.
fn check_named(located: &Located, facts: &Facts, noun: &str) -> Result<(), Diagnostics> {
    match (&located.arn, &facts.arn) {
        (Some(named), Some(found)) if !is_same(named, found) => Err(Diagnostic::error(
            format!("This {noun} is not the one that was named"),
            format!(
                "`{named}` was asked for, but the object of that id is `{found}`. Use credentials \
                 of the account that the ARN names, or the right ARN."
            ),
        )
        .into()),
        _ => Ok(()),
    }
}

/// Whether two ARNs name one object; a child's has two forms.
fn is_same(one: &str, other: &str) -> bool {
    let parts =
        |arn: &str| key::Arn::parse(arn).map(|arn| (arn.partition, arn.account, arn.region));
    one == other || parts(one) == parts(other)
}

/// Notes whether the membership on which the object hangs has ended: then the service changes nothing about it.
async fn note_parent<O: Object>(cx: &Context<'_, Client>, at: &Reading<'_>, located: &Located) {
    if O::KIND.key.first() != Some(&"membership_id") {
        return;
    }
    let membership_id = located.key.parent();
    let asking = async {
        let call = at.sdk.get_membership().membership_identifier(membership_id).send();
        let reply = call.await.map_err(AwsError::of("GetMembership"))?;
        let membership = reply.membership.ok_or_else(|| AwsError::unreadable("GetMembership"))?;
        Ok(membership.status)
    };
    let status = at.client.membership_status(membership_id, asking);
    let status = match at.look(status).await {
        Ok(MembershipStatus::Active) => return cx.private().remove(PARENT_ENDED),
        Ok(status) => status,
        // It says nothing about the object, and whoever manages the membership is told.
        Err(err) => return tracing::debug!(%err, "the membership's status is not known"),
    };
    cx.private().set(PARENT_ENDED, status.as_str());
    let noun = O::KIND.noun;
    cx.report(Diagnostic::warning(
        format!("The membership of {noun} {} has ended", located.key.shown()),
        format!(
            "Membership `{membership_id}` has the status `{status}`. The {noun} stays in state; \
             nothing can be done with it any more but to destroy it."
        ),
    ));
}

/// Brings an object to the plan.
async fn change_in_place<O: Object>(
    cx: &Context<'_, Client>,
    schema: &ResourceSchema<Of<O>>,
    change: Change<'_>,
) -> Result<(), Diagnostics> {
    let located = Located::of_state(&O::KIND, change.prior)?;
    let what = format!("update {} {}", O::KIND.noun, located.key.shown());
    let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
    let input = O::complete_update(schema.update_input(change)?, change)?;
    let retags = O::KIND.tagged && change.changes("tags_all");
    if input.is_none() && !retags && !O::acts(change) {
        return Ok(());
    }
    let at = cx.client.changing(change.prior, &cx.stop).await.map_err(one)?;
    if let Some(input) = input {
        let sent = send_update::<O>(cx, &at, &located.key, input, change.planned).await;
        if let Err(err) = sent
            && !is_made::<O>(cx, &at, &located, schema, change, &err).await
        {
            if err.kind == ErrorKind::AccessDenied {
                return Err(absence::denied::<O>(&at.reading, &what, &located, &err).await);
            }
            return Err(failed_fields(&what, &err, schema.schema(), change.planned));
        }
    }
    if let (true, Some(arn)) = (retags, &located.arn) {
        tags::update(&at, arn, change).await.map_err(one)?;
    }
    if O::acts(change) {
        Box::pin(O::act(cx, &at, &located, change)).await?;
    }
    Ok(())
}

/// Sends the update until what it needs is there: a role that is too new to be used.
async fn send_update<O: Object>(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    key: &Key,
    input: O::Update,
    planned: &Value,
) -> Result<(), AwsError> {
    let intervals = cx.client.aws.intervals();
    let started = Instant::now();
    let deadline = started + timeout(planned, "update", intervals.iam_delay_window);
    let settling = |err: &AwsError| {
        is_role_too_new(err)
            || (O::is_settling(err) && started.elapsed() < intervals.visibility_window)
    };
    retry_while(intervals.iam_delay, deadline, &cx.stop, settling, || {
        O::update(&at.reading.sdk, key, input.clone())
    })
    .await
}

/// Whether an update whose reply was lost has been made all the same: a look says so.
async fn is_made<O: Object>(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    schema: &ResourceSchema<Of<O>>,
    change: Change<'_>,
    lost: &AwsError,
) -> bool {
    if lost.outcome != Outcome::Ambiguous {
        return false;
    }
    let Ok(remote) = fetch::<O>(cx, &at.reading, located, change.planned).await else {
        return false;
    };
    let now = schema.value(&remote);
    let updated = schema.updatable().filter(|name| change.changes(name));
    updated.into_iter().all(|name| {
        let (planned, now) = (change.planned.get(name), now.get(name));
        filled(planned, now) == *now
    })
}

/// The service's word for a role that is too new to be used (API reference: ValidationExceptionReason).
pub fn is_role_too_new(err: &AwsError) -> bool {
    err.kind == ErrorKind::Validation(ValidationReason::IamSynchronizationDelay)
}

/// Makes the object that an unknown parent has turned out to mean, and parts with the old one.
///
/// # Errors
///
/// Nothing was made, and the old one is as it was, unless the two could not exist side by side.
async fn relocate<O: Object>(
    cx: &Context<'_, Client>,
    schema: &ResourceSchema<Of<O>>,
    change: Change<'_>,
) -> Result<Remote<O::Item>, Diagnostics> {
    let Change { prior, planned } = change;
    if O::collides(prior, planned) {
        let one = |err: AwsError| Diagnostics::from(failed(&O::creating(), &err));
        let at = cx.client.reading(planned, &cx.stop).await.map_err(one)?;
        at.look(O::check_target(&at, planned)).await.map_err(one)?;
        Of::<O>::delete(cx, prior).await?;
        return adopt::create::<O>(cx, schema, planned).await;
    }
    let another = adopt::create::<O>(cx, schema, planned).await?;
    if let Err(errors) = Of::<O>::delete(cx, prior).await {
        let id = Located::of_state(&O::KIND, prior)?.key.shown();
        for error in errors {
            cx.report(Diagnostic::warning(
                format!("The former {} {id} was left behind", O::KIND.noun),
                format!(
                    "It is no longer in state; delete it by hand. {}: {}",
                    error.summary, error.detail
                ),
            ));
        }
    }
    Ok(another)
}

/// Deletes an object; one that is gone already is a success, and a lost reply is looked into.
///
/// # Errors
///
/// It still exists, or may.
pub async fn delete<O: Object>(at: &Changing<'_>, located: &Located) -> Result<(), Diagnostics> {
    let mut sent = O::delete(&at.reading.sdk, &located.key).await;
    let is_whole =
        |err: &AwsError| err.kind == ErrorKind::Conflict(ConflictReason::SubresourcesExist);
    if sent.as_ref().is_err_and(is_whole) {
        match O::delete_parts(&at.reading, &located.key).await {
            Ok(()) => sent = O::delete(&at.reading.sdk, &located.key).await,
            // A part is gone, by a retried delete or by somebody else; or else the object is.
            Err(err) if err.kind == ErrorKind::NotFound => {
                sent = O::delete(&at.reading.sdk, &located.key).await;
            }
            // It says nothing about the object itself.
            Err(err) => {
                let what = O::deleting(&located.key.shown());
                return Err(absence::denied::<O>(&at.reading, &what, located, &err).await);
            }
        }
    }
    judge_delete::<O>(at, located, sent).await
}

/// What the reply to a delete means.
///
/// # Errors
///
/// The object still exists, or may.
pub async fn judge_delete<O: Object>(
    at: &Changing<'_>,
    located: &Located,
    sent: Result<(), AwsError>,
) -> Result<(), Diagnostics> {
    let what = O::deleting(&located.key.shown());
    let Err(err) = sent else { return Ok(()) };
    if err.may_mean_gone() {
        return absence::prove::<O>(&at.reading, located, &what, &err).await;
    }
    if err.outcome == Outcome::Ambiguous {
        // Not done until a look says so.
        return match at.reading.look(O::get(&at.reading, &located.key)).await {
            Err(absent) if absent.may_mean_gone() => {
                let proof = absence::prove::<O>(&at.reading, located, &what, &absent).await;
                proof.map_err(|_| failed(&what, &err).into())
            }
            _ => Err(failed(&what, &err).into()),
        };
    }
    Err(failed(&what, &err).into())
}

/// The tags of the create call.
pub fn tags_to_send(planned: &Value) -> Option<HashMap<String, String>> {
    Some(to_send(planned.get("tags_all"))).filter(|tags| !tags.is_empty())
}
