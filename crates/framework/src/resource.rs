//! What a resource is to the framework, and how the framework drives it.
//!
//! A resource says what its attributes are and makes the calls; the rules that
//! hold for every resource stand here once: where state comes from, that
//! nothing is an error after a create has answered, and what a failed update
//! leaves behind.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::identity::IdentitySchema;
use super::moving::Origins;
use super::once::once;
use super::page::Page;
use super::plan::Plan;
use super::private::Private;
use super::row::{Row, TypedRow};
use super::schema::Schema;
use crate::codec::Codec;
use wire::{AttributePath, Value};

/// A kind of object that the provider manages.
pub trait Resource: Send + Sync + Sized + 'static {
    /// The type's name in a configuration.
    const TYPE_NAME: &'static str;
    /// What the configured provider hands to its resources.
    type Client: Send + Sync + 'static;
    /// The SDK's builder of the create call.
    type Create: Default + Send;
    /// The SDK's builder of the update call.
    type Update: Default + Send;
    /// What the service answers about one object.
    type Remote: Send + Sync;

    /// The attributes, one row each.
    fn rows() -> ResourceSchema<Self>;

    /// The schema that the rows give, made once in a process: data sources, lists and actions show parts
    /// of it as well.
    fn schema() -> &'static ResourceSchema<Self> {
        once(Self::rows)
    }

    /// The identity's attributes.
    fn identity_schema() -> IdentitySchema;

    /// The identity of the object that `state` describes; `None` while part of it is not known.
    fn identity(state: &Value) -> Option<Value>;

    /// Names that attributes of the identity had: in an older version of it, or in another provider
    /// from which objects are moved here. Each with its name of today.
    fn former_identity_names() -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Whether a text can be the value of that attribute of the identity. A stored one that cannot is
    /// dropped: whoever wrote it meant something else.
    fn is_of_identity(_name: &str, _text: &str) -> bool {
        true
    }

    /// Brings stored state of an older version of the schema to the present one; attributes that the
    /// schema lacks are dropped afterwards, and those that state lacks are null.
    ///
    /// # Errors
    ///
    /// The state is not of that version.
    fn upgrade(_version: i64, state: Json) -> Result<Json, Diagnostic> {
        Ok(state)
    }

    /// Where objects can be moved here from, beside this very type under another address.
    fn origins() -> Option<&'static Origins> {
        None
    }

    /// Completes what was taken over of an object that is moved here by what follows from it.
    ///
    /// # Errors
    ///
    /// It does not name an object of this kind: what is wrong, as a part of a sentence.
    fn settle(taken_over: Value) -> Result<Value, String> {
        Ok(taken_over)
    }

    /// The attributes of state with which a read can find the object that is to be imported.
    ///
    /// # Errors
    ///
    /// The id is not of a form that this resource knows.
    fn import(target: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic>;

    /// Checks that rows cannot express, silent on unknown values.
    fn validate(_config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Whether a configuration that is written for an object can leave out an attribute with this
    /// value, for the provider's own configuration says the same.
    fn goes_without(_name: &str, _value: &Value, _client: Option<&Self::Client>) -> bool {
        false
    }

    /// Plans what follows from how the provider is configured, such as default tags.
    fn follow_provider(_plan: &mut Plan<'_>, _client: Option<&Self::Client>) {}

    /// Changes to the plan that rows cannot express; not called for a destroy.
    ///
    /// Must be a function of its arguments, for core plans again at apply.
    fn modify_plan(_plan: &mut Plan<'_>, _client: Option<&Self::Client>, _private: &mut Private) {}

    /// What the user should know before the object is destroyed. Engines ask from Terraform 1.3 on.
    ///
    /// Not asked of the destroying half of a replacement.
    fn plan_destroy(
        _prior: &Value,
        _client: Option<&Self::Client>,
        _private: &mut Private,
        _diagnostics: &mut Diagnostics,
    ) {
    }

    /// What apply refuses before its first call, although the plan could only warn of it.
    ///
    /// An error in a plan would also block destroying the object and mending
    /// it, for core plans with the configuration before both (protocol, e.6).
    /// `planned` is null for a destroy; the private notes are those of the plan.
    fn refuse(
        _change: Change<'_>,
        _client: &Self::Client,
        _private: &Private,
        _diagnostics: &mut Diagnostics,
    ) {
    }

    /// Makes the object. The answer may hold only what the create call itself replied.
    ///
    /// # Errors
    ///
    /// Nothing was made, or nobody can know.
    fn create(
        cx: &Context<'_, Self::Client>,
        schema: &ResourceSchema<Self>,
        planned: &Value,
    ) -> impl Future<Output = Result<Self::Remote, Diagnostics>> + Send;

    /// The object as it is.
    ///
    /// # Errors
    ///
    /// The service could not be asked, or did not let us see the object.
    fn read(
        cx: &Context<'_, Self::Client>,
        state: &Value,
    ) -> impl Future<Output = Result<Found<Self::Remote>, Diagnostics>> + Send;

    /// Brings the object to the plan. The answer is what a create replied, if the object is another now.
    ///
    /// # Errors
    ///
    /// Part of the change was not made; state then is what a read gives.
    fn update(
        cx: &Context<'_, Self::Client>,
        schema: &ResourceSchema<Self>,
        change: Change<'_>,
    ) -> impl Future<Output = Result<Option<Self::Remote>, Diagnostics>> + Send;

    /// Destroys the object; one that is gone already is a success.
    ///
    /// # Errors
    ///
    /// The object still exists, or may.
    fn delete(
        cx: &Context<'_, Self::Client>,
        state: &Value,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// What the documentation says besides the schema.
    fn page() -> Page {
        Page::default()
    }

    /// Starts a row of this resource.
    fn attribute<I: 'static, O: 'static>(
        name: &'static str,
        codec: Codec<I, O>,
    ) -> TypedRow<Self::Create, Self::Update, Self::Remote, I, O> {
        TypedRow::new(name, codec)
    }
}

/// What a read found.
#[derive(Debug)]
pub enum Found<R> {
    /// The object.
    Here(R),
    /// Nothing, and it is proved that there is nothing.
    Gone,
    /// Nothing yet, or no longer, though the state stays as it is, and the user was told.
    NotYet,
}

/// What the user named in an import.
#[derive(Debug, Clone, Copy)]
pub enum ImportTarget<'a> {
    /// The id of `terraform import` or of an import block.
    Id(&'a str),
    /// The identity of an import block.
    Identity(&'a Value),
}

/// An update on its way: what is, and what shall be.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// What state holds.
    pub prior: &'a Value,
    /// What was planned; leaves that the service decides are unknown.
    pub planned: &'a Value,
}

impl Change<'_> {
    /// Whether a top-level attribute has another value than before.
    pub fn changes(&self, name: &str) -> bool {
        self.prior.get(name) != self.planned.get(name)
    }
}

impl<'a> From<(&'a Value, &'a Value)> for Change<'a> {
    fn from((prior, planned): (&'a Value, &'a Value)) -> Self {
        Self { prior, planned }
    }
}

/// The surroundings of one operation on one object.
pub struct Context<'a, C> {
    /// What the provider was configured with.
    pub client: &'a C,
    /// Cancelled when core asks to stop: ends waits and reads, never a change that was sent.
    pub stop: CancellationToken,
    diagnostics: Mutex<Diagnostics>,
    private: Mutex<Private>,
    made: Mutex<Option<Value>>,
    completes: AtomicBool,
    progress: Option<Progress>,
}

/// Who is told how a long operation goes.
pub type Progress = Box<dyn Fn(&str) + Send + Sync>;

impl<'a, C> Context<'a, C> {
    /// The surroundings of an operation that starts with these private notes.
    pub fn new(client: &'a C, stop: CancellationToken, private: Private) -> Self {
        let (diagnostics, private, made) =
            (Mutex::default(), Mutex::new(private), Mutex::default());
        let completes = AtomicBool::new(false);
        Self { client, stop, diagnostics, private, made, completes, progress: None }
    }

    /// The same surroundings where somebody hears of progress, as engines do of an action's.
    #[must_use]
    pub fn with_progress(self, progress: Progress) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// Tells how a long operation goes: to whoever hears of it, and to the log.
    pub fn progress(&self, message: &str) {
        tracing::info!("{message}");
        if let Some(progress) = &self.progress {
            progress(message);
        }
    }

    /// Tells the user something without failing the operation.
    pub fn report(&self, diagnostic: Diagnostic) {
        lock(&self.diagnostics).push(diagnostic);
    }

    /// The private notes; those left here are stored.
    pub fn private(&self) -> MutexGuard<'_, Private> {
        lock(&self.private)
    }

    /// Notes that an object was made, and as much of its state as names it: that is what reaches the
    /// state, should the operation panic from now on.
    pub fn note_made(&self, known: Value) {
        *lock(&self.made) = Some(known);
    }

    /// What was noted as made.
    pub(super) fn made(&self) -> Option<Value> {
        lock(&self.made).clone()
    }

    /// From here on a read is for what the plan of a change that was made could not know.
    pub(super) fn begin_to_complete(&self) {
        self.completes.store(true, Ordering::Relaxed);
    }

    /// Whether a read follows a change that was made. What was planned and is known stands by then, and
    /// need not be asked for.
    pub fn completes(&self) -> bool {
        self.completes.load(Ordering::Relaxed)
    }

    /// Ends the operation: what was reported, and the notes to store.
    pub fn finish(self) -> (Diagnostics, Private) {
        let diagnostics = self.diagnostics.into_inner().unwrap_or_else(PoisonError::into_inner);
        (diagnostics, self.private.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Locks data that no panic can leave half-changed: each critical section is one call.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A resource's schema with its mappings.
pub struct ResourceSchema<R: Resource> {
    schema: Schema,
    rows: Vec<Row<R::Create, R::Update, R::Remote>>,
}

impl<R: Resource> ResourceSchema<R> {
    /// A schema without attributes yet.
    pub fn new(description: &str) -> Self {
        let schema = Schema { description: description.to_owned(), ..Schema::default() };
        Self { schema, rows: Vec::new() }
    }

    /// The same schema in another version: stored state of a lower one is upgraded.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.schema.version = version;
        self
    }

    /// The schema with one more attribute.
    #[must_use]
    pub fn with(mut self, row: impl Into<Row<R::Create, R::Update, R::Remote>>) -> Self {
        let row = row.into();
        self.schema.attributes.push(row.attribute.clone());
        self.rows.push(row);
        self
    }

    /// What Terraform sees.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The attributes with their mappings.
    pub fn rows(&self) -> &[Row<R::Create, R::Update, R::Remote>] {
        &self.rows
    }

    /// The mistakes in the schema and in its mappings.
    pub fn mistakes(&self) -> Vec<String> {
        let of_schema = self.schema.check_resource().into_iter().map(|mistake| mistake.to_string());
        of_schema.chain(self.rows.iter().flat_map(Row::mistakes)).collect()
    }

    /// The create call for a plan.
    ///
    /// # Errors
    ///
    /// A planned value does not fit the schema, which core has ruled out.
    pub fn create_input(&self, planned: &Value) -> Result<R::Create, Diagnostic> {
        let root = AttributePath::root();
        self.rows
            .iter()
            .try_fold(R::Create::default(), |input, row| row.create_input(input, planned, &root))
    }

    /// The update call for a change: its changed attributes; `None` when it would carry nothing.
    ///
    /// # Errors
    ///
    /// A planned value does not fit the schema, which core has ruled out.
    pub fn update_input(&self, change: Change<'_>) -> Result<Option<R::Update>, Diagnostic> {
        let mut input = None;
        for row in self.rows.iter().filter(|row| change.changes(row.attribute.name)) {
            let so_far = if row.is_updatable() {
                input.take().unwrap_or_default()
            } else {
                continue;
            };
            input = row.update_input(so_far, change.planned).transpose()?;
        }
        Ok(input)
    }

    /// The attributes that the update call carries.
    pub fn updatable(&self) -> impl Iterator<Item = &'static str> {
        self.rows.iter().filter(|row| row.is_updatable()).map(|row| row.attribute.name)
    }

    /// Whether two values of an attribute mean the same by its own measure.
    pub fn are_equivalent(&self, name: &str, one: &Value, other: &Value) -> bool {
        let row = self.rows.iter().find(|row| row.attribute.name == name);
        row.and_then(|row| row.attribute.equivalent).is_some_and(|same| same(one, other))
    }

    /// The value of an answer, without the attributes that exist in Terraform alone.
    pub fn value(&self, remote: &R::Remote) -> Value {
        Value::object(self.rows.iter().map(|row| (row.attribute.name, row.state(remote))))
    }

    /// The state that a refresh gives: the answer, in the spelling of the prior state where both mean the
    /// same, and with what never changes as it was.
    pub fn refreshed(&self, prior: &Value, remote: &R::Remote) -> Value {
        Value::object(self.rows.iter().map(|row| {
            let name = row.attribute.name;
            let prior = prior.get(name);
            let read = row.state(remote);
            let same = |equivalent: fn(&Value, &Value) -> bool| {
                !prior.is_null() && !read.is_null() && equivalent(prior, &read)
            };
            let keep = row.attribute.local
                || (row.attribute.kept && !prior.is_null())
                || row.attribute.equivalent.is_some_and(same);
            (name, if keep { prior.clone() } else { read })
        }))
    }
}
