//! A resource as the server drives it: the same few calls for every resource, in values alone.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::caught::{Panic, caught};
use super::checks;
use super::diagnostics::{Diagnostic, Diagnostics, Severity};
use super::identity::IdentitySchema;
use super::moving::{self, MOVED, Source};
use super::page::Page;
use super::plan::{self, Plan, Walk, filled};
use super::private::Private;
use super::provider::Configured;
use super::resource::{Change, Context, Found, ImportTarget, Resource};
use super::schema::{Attribute, Kind, Schema};
use super::validators::validate_config;
use super::write_only;
use wire::{AttributePath, Value, json};

/// A note for the first read of an object that is imported: it was named by a user, so nobody has looked
/// yet whose it is.
const UNMANAGED: &str = "unmanaged";

/// Whether an object has not been managed by this provider so far, so that nobody has looked yet whose it is.
pub fn is_unmanaged(private: &Private) -> bool {
    private.plan_note(UNMANAGED).is_some() || private.get(MOVED).is_some()
}

/// What core asks of a plan.
#[derive(Debug, Default)]
pub struct PlanRequest {
    /// State before; null for a create.
    pub prior: Value,
    /// The configuration; null for a destroy.
    pub config: Value,
    /// Notes stored with the state, or of the plan to replace it.
    pub private: Private,
    /// The stored identity; null where there is none.
    pub identity: Value,
    /// Notes of the first plan, when core asks again in an apply; none from older engines.
    pub planned_private: Private,
    /// When core asks.
    pub walk: Walk,
}

/// A plan as core wants it.
#[derive(Debug, Default)]
pub struct PlanResponse {
    /// State after, unknown where the service decides; null for a destroy.
    pub planned: Value,
    /// Where a change needs a new object.
    pub requires_replace: Vec<AttributePath>,
    /// Notes for the apply.
    pub private: Private,
    /// The identity, null where it is not known yet.
    pub identity: Value,
    /// What the user is told.
    pub diagnostics: Diagnostics,
}

/// What core asks of an apply.
#[derive(Debug)]
pub struct ApplyRequest {
    /// State before; null for a create.
    pub prior: Value,
    /// The plan; null for a destroy.
    pub planned: Value,
    /// The configuration, with what is write-only; null for a destroy.
    pub config: Value,
    /// Notes of the plan.
    pub private: Private,
    /// The planned identity.
    pub identity: Value,
}

/// State after a read, an apply or an import.
#[derive(Debug, Default)]
pub struct StateResponse {
    /// The state; null when there is no object.
    pub state: Value,
    /// Notes to store with it.
    pub private: Private,
    /// The identity to store with it; null for none.
    pub identity: Value,
    /// What the user is told.
    pub diagnostics: Diagnostics,
}

/// A resource whose SDK types are out of sight, so that the server can hold all of them.
#[async_trait]
pub trait ManagedResource<C>: Send + Sync {
    /// The type's name in a configuration.
    fn type_name(&self) -> &'static str;
    /// What Terraform sees.
    fn schema(&self) -> &Schema;
    /// The identity's attributes.
    fn identity_schema(&self) -> &IdentitySchema;
    /// What the documentation says besides the schema.
    fn page(&self) -> Page {
        Page::default()
    }
    /// The mistakes in the schema and its mappings; none, or a test fails.
    fn mistakes(&self) -> Vec<String>;
    /// Checks a configuration without any call.
    fn validate(&self, config: &Value) -> Diagnostics;
    /// Reads stored state of any version.
    ///
    /// # Errors
    ///
    /// The state does not fit the schema.
    fn upgrade(&self, version: i64, state: &[u8]) -> Result<Value, Diagnostic>;
    /// Reads a stored identity of any version, and what another provider's has in common with it;
    /// null where there is too little to go by.
    fn upgrade_identity(&self, stored: &[u8]) -> Value;
    /// What becomes of an object of another type or provider that is moved here.
    ///
    /// # Errors
    ///
    /// It cannot be taken over.
    fn move_here(&self, source: Source<'_>) -> Result<StateResponse, Diagnostic>;
    /// Plans a create, an update or a destroy.
    fn plan(&self, client: Option<&C>, request: PlanRequest) -> PlanResponse;
    /// The object as it is.
    async fn read(
        &self,
        provider: &Configured<C>,
        stop: CancellationToken,
        prior: StateResponse,
    ) -> StateResponse;
    /// Makes, changes or destroys the object.
    async fn apply(
        &self,
        client: &C,
        stop: CancellationToken,
        request: ApplyRequest,
    ) -> StateResponse;
    /// The little state from which a read finds the object to import.
    ///
    /// # Errors
    ///
    /// The id is malformed, or the provider is not configured well enough to read.
    fn import(
        &self,
        provider: &Configured<C>,
        target: ImportTarget<'_>,
    ) -> Result<StateResponse, Diagnostic>;
    /// The configuration of an object that exists, as short as it can be: what is left out is what
    /// holds without it.
    fn configuration(&self, client: Option<&C>, state: &Value) -> Value;
}

/// The framework's part of every resource `R`.
///
/// Schemas are made when somebody asks: most processes of a provider serve a few types alone.
pub struct Managed<R: Resource> {
    identity_schema: LazyLock<IdentitySchema>,
    resource: PhantomData<R>,
}

impl<R: Resource> Managed<R> {
    /// The resource, ready for the server.
    pub fn shared() -> Arc<dyn ManagedResource<R::Client>> {
        Arc::new(Self {
            identity_schema: LazyLock::new(R::identity_schema),
            resource: PhantomData::<R>,
        })
    }

    /// The identity of a state.
    ///
    /// What is stored stays, since the identity of an object never changes;
    /// only what an import by identity left out is filled in.
    fn identity(&self, state: &Value, stored: &Value) -> Value {
        let Some(current) = R::identity(state) else { return stored.clone() };
        Value::object(self.identity_schema.attributes.iter().map(|attribute| {
            let stored = stored.get(attribute.name);
            let current = current.get(attribute.name);
            (attribute.name, if stored.is_null() { current } else { stored }.clone())
        }))
    }

    /// What is wrong with a stored identity, which an import block may have given: it is another object's.
    fn wrong_identity(state: &Value, stored: &Value) -> Option<Diagnostic> {
        let actual = R::identity(state)?;
        let mut given = stored.as_object()?.iter().filter(|(_, given)| !given.is_null());
        let (name, given) = given.find(|(name, given)| actual.get(name) != *given)?;
        Some(Diagnostic::error(
            format!("The identity is not that of this {}", R::TYPE_NAME),
            format!(
                "Its `{name}` is {given}, but the object that was found has {}.",
                actual.get(name)
            ),
        ))
    }

    /// Plans a create or an update, step by step.
    fn plan_change(&self, client: Option<&R::Client>, request: &PlanRequest) -> PlanResponse {
        let schema = R::schema().schema();
        let mut private = request.private.clone();
        // Nobody knows what is null of an object that was moved here and not read yet. Taken to be as
        // configured, it changes nothing and replaces nothing.
        let is_unread = !request.prior.is_null() && private.get(MOVED).is_some();
        let assumed = is_unread.then(|| plan::assumed(schema, &request.prior, &request.config));
        let prior = assumed.as_ref().unwrap_or(&request.prior);
        // Prior state and configuration alone, since core's own proposal differs between versions.
        // It is never replaced, so that nothing turns out to be when the plan is applied.
        let walk = if is_unread { Walk::Plan } else { request.walk };
        let mut plan = Plan::proposed(schema, prior, &request.config, walk);
        plan.first_notes = request.planned_private.clone();
        // First of all what changes with the provider block: it counts as a change like any other.
        R::follow_provider(&mut plan, client);
        // Then what the service decides, for only now all changes are known.
        plan.mark_unknown();
        // Known values only: what is unknown may turn out to be the same.
        plan.find_replacements();
        if is_unread {
            // Nor does the resource plan anything as if it were replaced.
            plan.requires_replace.clear();
        }
        // The resource sees a whole plan, and may take replacements away or add some.
        R::modify_plan(&mut plan, client, &mut private);
        // What it has planned may change what else the service decides.
        plan.mark_recomputed();
        if is_unread {
            plan.keep_unread(&request.prior);
            // What else was warned of rests on what nobody has read.
            let told = std::mem::take(&mut plan.diagnostics).into_iter();
            let changes = plan.planned != request.prior;
            let unread = changes.then(|| moving::unread(R::TYPE_NAME));
            plan.diagnostics = told.filter(Diagnostic::is_error).chain(unread).collect();
        }
        if request.walk == Walk::Apply {
            plan.diagnostics.extend(plan.requires_replace.iter().map(turned_out_to_replace));
        }
        // Core's own checks, so that a mistake of ours is told as one.
        let violations = checks::plan_violations(schema, plan.prior, plan.config, &plan.planned);
        plan.diagnostics.extend(violations.into_iter().map(Diagnostic::bug));
        if request.prior.is_null() {
            // Of the object that it replaces, maybe.
            private.remove(MOVED);
            write_only::note(schema, &request.config, &mut private);
        }
        // Another object has another identity; so has the create leg of a replacement, for which core
        // sends that of the old object.
        let is_another = request.prior.is_null() || plan.relocates;
        PlanResponse {
            planned: plan.planned,
            requires_replace: plan.requires_replace.into_iter().collect(),
            private,
            identity: if is_another { Value::Null } else { request.identity.clone() },
            diagnostics: plan.diagnostics,
        }
    }

    async fn create(
        &self,
        cx: &Context<'_, R::Client>,
        planned: &Value,
        config: &Value,
    ) -> Result<Value, Diagnostics> {
        let schema = R::schema().schema();
        let sent = write_only::sent(schema, planned, config);
        let making = async {
            let reply = R::create(cx, R::schema(), &sent).await?;
            Ok(filled(planned, &R::schema().value(&reply)))
        };
        let made: Result<Result<_, Diagnostics>, _> = caught(making).await;
        let made = made.unwrap_or_else(|panic| Ok(Self::made_before(cx, planned, panic)));
        let replied = made.map_err(|errors| -> Diagnostics {
            errors.into_iter().map(|error| write_only::told(schema, config, error)).collect()
        })?;
        Ok(self.completed(cx, planned, replied).await)
    }

    async fn update(
        &self,
        cx: &Context<'_, R::Client>,
        change: Change<'_>,
    ) -> Result<Value, Diagnostics> {
        let changing = async {
            let another = R::update(cx, R::schema(), change).await?;
            Ok(another.map(|another| filled(change.planned, &R::schema().value(&another))))
        };
        let changed: Result<Result<_, Diagnostics>, _> = caught(changing).await;
        let changed =
            changed.unwrap_or_else(|panic| Ok(Some(Self::made_before(cx, change.planned, panic))));
        if let Some(replied) = changed? {
            return Ok(self.completed(cx, change.planned, replied).await);
        }
        if change.planned.is_wholly_known() {
            return Ok(change.planned.clone());
        }
        Ok(self.completed(cx, change.planned, filled(change.planned, change.prior)).await)
    }

    /// What is known of an object that was made before a panic; where none was, the panic goes on.
    ///
    /// It is told as a warning, like all that fails after the service has answered: an error would have
    /// the next apply destroy the object.
    fn made_before(cx: &Context<'_, R::Client>, planned: &Value, panic: Panic) -> Value {
        let Some(known) = cx.made() else { panic.resume() };
        let bug = Diagnostic::bug(format!("{} panicked after it was made: {panic}", R::TYPE_NAME));
        cx.report(Diagnostic { severity: Severity::Warning, ..bug });
        filled(planned, &known)
    }

    /// The state after a change that was made: the plan, completed from a read.
    ///
    /// The change is a fact by now, and an error would taint a new object, which
    /// the next apply would destroy. So a read that fails is a warning, and the
    /// next refresh completes the state.
    async fn completed(
        &self,
        cx: &Context<'_, R::Client>,
        planned: &Value,
        known_so_far: Value,
    ) -> Value {
        cx.begin_to_complete();
        let reading = async {
            Ok(match R::read(cx, &known_so_far).await? {
                Found::Here(remote) => Found::Here(filled(planned, &R::schema().value(&remote))),
                Found::NotYet => Found::NotYet,
                Found::Gone => Found::Gone,
            })
        };
        let completed: Result<Result<_, Diagnostics>, _> = caught(reading).await;
        match completed.unwrap_or_else(|panic| Err(panicked(&panic).into())) {
            Ok(Found::Here(state)) => state,
            Ok(Found::NotYet) => known_so_far,
            Ok(Found::Gone) => {
                cx.report(Diagnostic::warning(
                    format!("{} is not visible yet", R::TYPE_NAME),
                    "The change was made, but the service does not show the object yet. The next \
                     plan or refresh completes the state.",
                ));
                known_so_far
            }
            Err(errors) => {
                for mut error in errors {
                    error.severity = Severity::Warning;
                    error.detail.push_str(
                        " The change itself was made; the next plan or refresh completes the \
                         state.",
                    );
                    cx.report(error);
                }
                known_so_far
            }
        }
    }

    /// The state that a read gives.
    fn refreshed(&self, prior: &Value, remote: &R::Remote, private: &Private) -> Value {
        write_only::withheld(private, prior, R::schema().refreshed(prior, remote))
    }

    /// What exists after an update that failed half-way: what a read says, or what state had.
    async fn after_failed_update(&self, cx: &Context<'_, R::Client>, prior: &Value) -> Value {
        match R::read(cx, prior).await {
            Ok(Found::Here(remote)) => self.refreshed(prior, &remote, &cx.private()),
            _ => prior.clone(),
        }
    }

    async fn delete(
        &self,
        cx: &Context<'_, R::Client>,
        prior: &Value,
    ) -> Result<Value, Diagnostics> {
        R::delete(cx, prior).await.map(|()| Value::Null)
    }
}

#[async_trait]
impl<R: Resource> ManagedResource<R::Client> for Managed<R> {
    fn type_name(&self) -> &'static str {
        R::TYPE_NAME
    }

    fn schema(&self) -> &Schema {
        R::schema().schema()
    }

    fn identity_schema(&self) -> &IdentitySchema {
        &self.identity_schema
    }

    fn page(&self) -> Page {
        R::page()
    }

    fn mistakes(&self) -> Vec<String> {
        R::schema().mistakes()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = validate_config(R::schema().schema(), config);
        write_only::check(R::schema().schema(), config, &mut diagnostics);
        R::validate(config, &mut diagnostics);
        diagnostics
    }

    fn upgrade(&self, version: i64, state: &[u8]) -> Result<Value, Diagnostic> {
        let unreadable = |why: &dyn fmt::Display| {
            Diagnostic::error(
                format!("Cannot read the stored state of {}", R::TYPE_NAME),
                format!("The state of schema version {version} does not fit: {why}."),
            )
        };
        let stored = serde_json::from_slice(state);
        let stored = stored.map_err(|err| unreadable(&format_args!("not JSON: {err}")))?;
        moving::refuse_unconverted::<R>(&stored)?;
        let stored = match version == R::schema().schema().version {
            true => stored,
            false => R::upgrade(version, stored)?,
        };
        let ty = R::schema().schema().implied_type();
        json::from_json(stored, &ty).map_err(|err| unreadable(&err))
    }

    fn move_here(&self, source: Source<'_>) -> Result<StateResponse, Diagnostic> {
        moving::moved(self, source)
    }

    fn upgrade_identity(&self, stored: &[u8]) -> Value {
        let Ok(Json::Object(stored)) = serde_json::from_slice(stored) else {
            return Value::Null;
        };
        let text = |name: &str| stored.get(name).and_then(Json::as_str).filter(|t| !t.is_empty());
        let given = |name: &'static str| {
            let former = R::former_identity_names().iter().filter(|(_, now)| *now == name);
            let names = std::iter::once(name).chain(former.map(|(before, _)| *before));
            names.filter_map(text).find(|text| R::is_of_identity(name, text))
        };
        let attributes = &self.identity_schema.attributes;
        if attributes.iter().any(|a| a.required_for_import && given(a.name).is_none()) {
            return Value::Null;
        }
        let value = |name| given(name).map_or(Value::Null, Value::from);
        Value::object(attributes.iter().map(|a| (a.name, value(a.name))))
    }

    fn plan(&self, client: Option<&R::Client>, request: PlanRequest) -> PlanResponse {
        if request.config.is_null() {
            let PlanRequest { prior, mut private, identity, .. } = request;
            private.forget_plan();
            let mut diagnostics = Diagnostics::new();
            R::plan_destroy(&prior, client, &mut private, &mut diagnostics);
            return PlanResponse { private, identity, diagnostics, ..PlanResponse::default() };
        }
        self.plan_change(client, &request)
    }

    async fn read(
        &self,
        provider: &Configured<R::Client>,
        stop: CancellationToken,
        prior: StateResponse,
    ) -> StateResponse {
        if let Some(unknown) = &provider.unknown {
            let mut unread = prior;
            unread.diagnostics.push(not_refreshed(R::TYPE_NAME, unknown));
            return unread;
        }
        let cx = Context::new(&provider.client, stop, prior.private);
        let read = R::read(&cx, &prior.state).await;
        let (mut diagnostics, mut private) = cx.finish();
        private.forget_plan();
        let state = match read {
            Ok(Found::Here(remote)) => {
                private.remove(MOVED);
                self.refreshed(&prior.state, &remote, &private)
            }
            Ok(Found::NotYet) => prior.state,
            Ok(Found::Gone) => Value::Null,
            Err(errors) => {
                diagnostics.extend(errors);
                prior.state
            }
        };
        diagnostics.extend(Self::wrong_identity(&state, &prior.identity));
        let identity =
            if state.is_null() { Value::Null } else { self.identity(&state, &prior.identity) };
        StateResponse { state, private, identity, diagnostics }
    }

    async fn apply(
        &self,
        client: &R::Client,
        stop: CancellationToken,
        request: ApplyRequest,
    ) -> StateResponse {
        let ApplyRequest { prior, planned, config, mut private, identity } = request;
        // A new object has an identity of its own, also when it replaces one.
        let identity = if prior.is_null() { Value::Null } else { identity };
        let is_another =
            |state: &Value| !prior.is_null() && R::identity(state) != R::identity(&prior);
        let change = Change { prior: &prior, planned: &planned };
        let mut refused = Diagnostics::new();
        if !prior.is_null() && !planned.is_null() && private.get(MOVED).is_some() {
            refused.push(moving::refusal(R::TYPE_NAME));
        }
        R::refuse(change, client, &private, &mut refused);
        if refused.has_error() {
            private.forget_plan();
            let identity = self.identity(&prior, &identity);
            return StateResponse { state: prior, private, identity, diagnostics: refused };
        }
        let cx = Context::new(client, stop, private);
        let (applied, fallback) = if prior.is_null() {
            (self.create(&cx, &planned, &config).await, Value::Null)
        } else if planned.is_null() {
            (self.delete(&cx, &prior).await, prior.clone())
        } else {
            match self.update(&cx, change).await {
                Err(errors) => (Err(errors), self.after_failed_update(&cx, &prior).await),
                updated => (updated, Value::Null),
            }
        };
        let (mut diagnostics, mut private) = cx.finish();
        private.forget_plan();
        let state = applied.unwrap_or_else(|errors| {
            diagnostics.extend(errors);
            fallback
        });
        let identity = match () {
            () if state.is_null() => Value::Null,
            () if is_another(&state) => self.identity(&state, &Value::Null),
            () => self.identity(&state, &identity),
        };
        if !diagnostics.has_error() {
            let schema = R::schema().schema();
            let violations = checks::apply_violations(&planned, &state).into_iter();
            let violations = violations.chain(checks::write_only_violations(schema, &state));
            diagnostics.extend(violations.map(|violation| Diagnostic {
                severity: Severity::Warning,
                ..Diagnostic::bug(violation)
            }));
        }
        StateResponse { state, private, identity, diagnostics }
    }

    fn import(
        &self,
        provider: &Configured<R::Client>,
        target: ImportTarget<'_>,
    ) -> Result<StateResponse, Diagnostic> {
        if let Some(unknown) = &provider.unknown {
            return Err(Diagnostic::error(
                format!("Cannot import {} yet", R::TYPE_NAME),
                format!(
                    "The provider's {unknown} is not known yet, so the object cannot be read. \
                     Apply what it comes from first, then import."
                ),
            ));
        }
        let known = R::import(target)?;
        let attributes = &R::schema().schema().attributes;
        let state = Value::object(attributes.iter().map(|attribute| {
            let value = known.iter().find(|(name, _)| *name == attribute.name);
            (attribute.name, value.map_or(Value::Null, |(_, value)| value.clone()))
        }));
        let identity = match target {
            ImportTarget::Identity(identity) => identity.clone(),
            ImportTarget::Id(_) => Value::Null,
        };
        let mut private = Private::default();
        private.set_plan_note(UNMANAGED, true);
        Ok(StateResponse { state, private, identity, ..StateResponse::default() })
    }

    fn configuration(&self, client: Option<&R::Client>, state: &Value) -> Value {
        let config = configured(&R::schema().schema().attributes, state);
        let given = config.as_object().into_iter().flatten();
        Value::object(given.map(|(name, value)| {
            let goes_without = R::goes_without(name, value, client);
            (name.as_str(), if goes_without { Value::Null } else { value.clone() })
        }))
    }
}

/// What of an object would stand in a configuration: nothing that the provider sets, or that a
/// default says already.
fn configured(attributes: &[Attribute], object: &Value) -> Value {
    if !matches!(object, Value::Object(_)) {
        return object.clone();
    }
    Value::object(attributes.iter().map(|attribute| {
        let value = object.get(attribute.name);
        let is_default = attribute.default.as_ref() == Some(value);
        let written = match &attribute.kind {
            _ if !attribute.mode.is_configurable() || is_default => Value::Null,
            Kind::Plain(_) => value.clone(),
            Kind::Nested(_, inside) => match value {
                Value::Map(elements) => Value::map(
                    elements.iter().map(|(key, it)| (key.as_str(), configured(inside, it))),
                ),
                Value::List(_) => Value::list(value.as_elements().map(|it| configured(inside, it))),
                Value::Set(_) => Value::set(value.as_elements().map(|it| configured(inside, it))),
                _ => configured(inside, value),
            },
        };
        (attribute.name, written)
    }))
}

/// The error for a panic after a change that was made.
fn panicked(panic: &Panic) -> Diagnostic {
    Diagnostic::bug(format!("Reading the object after its change panicked: {panic}"))
}

/// The error for a value that was unknown at plan, so that nobody agreed to a replacement.
fn turned_out_to_replace(path: &AttributePath) -> Diagnostic {
    Diagnostic::error(
        format!("{path} has turned out to need a replacement"),
        format!(
            "`{path}` was not known when this was planned. By now it is, and the API cannot change \
             it of an existing object, which the plan meant to keep. Nothing was changed. The \
             value's source has been applied; plan again to see the replacement. (OpenTofu, and \
             Terraform before 1.9, make a plan with `-refresh=false` look like an apply; there, \
             plan without it.)"
        ),
    )
    .at(path.clone())
}

fn not_refreshed(type_name: &str, unknown: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("{type_name} was not refreshed"),
        format!(
            "The provider's {unknown} is not known before other resources are applied, so this \
             plan rests on the state as it was stored."
        ),
    )
}

#[cfg(test)]
mod tests;
