//! One command: its provider processes, what it knows so far, and the steps of a plan and an apply.

mod act;
mod apply;
mod look;
mod plan;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use super::acting::Acting;
use super::core::{Action, Change, Core, Said};
use super::data;
use super::program::{Declared, Program, Scope};
use super::state::{Place, State, Stored};
use crate::checks::{apply_violations, kept_violations, plan_violations, write_only_violations};
use crate::data::AnyDataSource;
use crate::managed::{ManagedResource, StateResponse};
use crate::plan::Walk;
use crate::private::Private;
use crate::resource::lock;
use crate::schema::Schema;
use crate::{Configured, Diagnostic, Diagnostics, Provider};
use wire::{AttributePath, Type, Value, json};

/// A step came to an error, which has been told.
pub(super) struct Failed;

/// A provider that was configured.
type Provided<P> = Arc<Configured<<P as Provider>::Client>>;

/// A command under way.
pub(super) struct Run<'a, P: Provider> {
    core: &'a Core<P>,
    program: &'a Program,
    number: usize,
    at_apply: bool,
    stop: CancellationToken,
    providers: Mutex<BTreeMap<String, Option<Provided<P>>>>,
    state: Mutex<State>,
    scope: Mutex<Scope>,
    changes: Mutex<BTreeMap<Place, Change>>,
    drift: Mutex<BTreeMap<Place, (Value, Value)>>,
    reads: Mutex<BTreeSet<String>>,
    said: Mutex<Vec<Said>>,
    progress: Arc<Mutex<Vec<(String, String)>>>,
}

/// A resource type: the provider's, or core's own.
enum Kind<C> {
    Managed(Arc<dyn ManagedResource<C>>),
    Data,
}

/// An object as it was stored.
#[derive(Clone, Debug, Default)]
struct Object {
    value: Value,
    private: Private,
    identity: Value,
    tainted: bool,
}

/// A step of an apply.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Destroy(Place),
    Make(String),
}

impl<'a, P: Provider> Run<'a, P> {
    pub(super) fn new(
        core: &'a Core<P>,
        program: &'a Program,
        state: State,
        at_apply: bool,
    ) -> Self {
        Self {
            core,
            program,
            number: core.next_walk(),
            at_apply,
            stop: core.stop.clone(),
            providers: Mutex::default(),
            state: Mutex::new(state),
            scope: Mutex::default(),
            changes: Mutex::default(),
            drift: Mutex::default(),
            reads: Mutex::default(),
            said: Mutex::default(),
            progress: Arc::default(),
        }
    }

    /// As an engine that tells its applies does.
    fn walk(&self) -> Walk {
        if self.at_apply { Walk::Apply } else { Walk::Plan }
    }

    /// Who asks, when a resource of that type does.
    fn acting(&self, type_name: &str) -> Acting {
        Acting { type_name: type_name.to_owned(), at_apply: self.at_apply }
    }

    /// What is stored now, and what was said.
    pub(super) fn finish(self) -> (State, Vec<Said>) {
        let state = self.state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        (state, self.said.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    pub(super) fn validate_all(&self) {
        let scope = Scope::default();
        for (alias, block) in &self.program.providers {
            let mut diagnostics = Diagnostics::new();
            self.core.validate_provider(&(block.config)(&scope), &mut diagnostics);
            let _ = self.tell(Some(&provider_address(alias)), diagnostics);
        }
        for declared in &self.program.instances {
            let kind = self.kind(&declared.type_name);
            let _ = self.validate_one(&kind, declared, &(declared.config)(&scope));
        }
        for declared in &self.program.data {
            let source = self.data_source(&declared.type_name);
            let _ = self.tell(Some(&declared.address), source.validate(&(declared.config)(&scope)));
        }
        for declared in &self.program.actions {
            let action = self.action(&declared.type_name);
            let _ = self.tell(Some(&declared.address), action.validate(&(declared.config)(&scope)));
        }
    }

    fn data_source(&self, type_name: &str) -> &dyn AnyDataSource<P::Client> {
        let source = self.core.data_sources.get(type_name);
        &**source.unwrap_or_else(|| panic!("there is no data source {type_name}"))
    }

    fn kind(&self, type_name: &str) -> Kind<P::Client> {
        if type_name == data::TYPE_NAME {
            return Kind::Data;
        }
        let resource = self.core.resources.get(type_name);
        Kind::Managed(Arc::clone(resource.unwrap_or_else(|| panic!("there is no {type_name}"))))
    }

    fn kind_and_type(&self, type_name: &str) -> (Kind<P::Client>, Type) {
        let kind = self.kind(type_name);
        let ty = schema_of(&kind).implied_type();
        (kind, ty)
    }

    fn type_and_provider(&self, place: &Place) -> Option<(String, String)> {
        let state = lock(&self.state);
        let stored = state.objects.get(place)?;
        Some((stored.type_name.clone(), stored.provider.clone()))
    }

    /// The provider of an alias, in the process that this command has for it.
    fn configured(&self, alias: &str) -> Result<Arc<Configured<P::Client>>, Failed> {
        let mut providers = lock(&self.providers);
        if let Some(known) = providers.get(alias) {
            return known.clone().ok_or(Failed);
        }
        let config = match self.program.providers.get(alias) {
            Some(block) => (block.config)(&lock(&self.scope)),
            None => panic!("no provider block has the alias `{alias}`"),
        };
        let mut diagnostics = Diagnostics::new();
        let configured = self.core.configure(self.number, &config, &mut diagnostics).map(Arc::new);
        providers.insert(alias.to_owned(), configured.clone());
        self.tell(Some(&provider_address(alias)), diagnostics)?;
        configured.ok_or(Failed)
    }

    /// The configuration of an instance, with what is known by now.
    fn config(&self, declared: &Declared, ty: &Type) -> Result<Value, Failed> {
        let config = (declared.config)(&lock(&self.scope));
        if self.at_apply && !config.is_wholly_known() {
            return self.refuse(&declared.address, "Configuration contains unknown value", "");
        }
        self.carried(&declared.address, &config, ty)
    }

    fn validate_one(
        &self,
        kind: &Kind<P::Client>,
        declared: &Declared,
        config: &Value,
    ) -> Result<(), Failed> {
        match kind {
            Kind::Data => Ok(()),
            Kind::Managed(resource) => {
                self.tell(Some(&declared.address), resource.validate(config))
            }
        }
    }

    /// All stored values as what configurations can refer to.
    fn remember_all(&self) {
        let places: Vec<Place> = lock(&self.state).objects.keys().cloned().collect();
        for place in places.into_iter().filter(|place| place.deposed.is_none()) {
            if let Ok(Some(object)) = self.stored(&place) {
                lock(&self.scope).0.insert(place.address, object.value);
            }
        }
    }

    /// The object at a place, from its stored form.
    fn stored(&self, place: &Place) -> Result<Option<Object>, Failed> {
        let Some(stored) = lock(&self.state).objects.get(place).cloned() else { return Ok(None) };
        let (kind, ty) = self.kind_and_type(&stored.type_name);
        let upgraded = match &kind {
            Kind::Managed(resource) => resource.upgrade(stored.version, &stored.attributes),
            Kind::Data => json::decode(&stored.attributes, &ty)
                .map_err(|err| Diagnostic::error("Unreadable state", err.to_string())),
        };
        let value = match upgraded {
            Ok(value) => value,
            Err(wrong) => {
                self.tell(Some(&place.address), wrong.into())?;
                return Err(Failed);
            }
        };
        let identity = match (&stored.identity, &kind) {
            (Some(identity), Kind::Managed(resource)) => {
                let ty = resource.identity_schema().implied_type();
                json::decode(identity, &ty).map_err(|err| err.to_string())
            }
            _ => Ok(Value::Null),
        };
        let Ok(identity) = identity else {
            return self.refuse(&place.address, "Unreadable identity", "");
        };
        let private = self.private(&stored.private);
        Ok(Some(Object { value, private, identity, tainted: stored.tainted }))
    }

    /// An object as it arrives from the provider.
    fn object(
        &self,
        kind: &Kind<P::Client>,
        address: &str,
        response: StateResponse,
    ) -> Result<Option<Object>, Failed> {
        if response.state.is_null() {
            return Ok(None);
        }
        self.check_withheld("Provider produced invalid object", kind, address, &response.state)?;
        let value = self.carried(address, &response.state, &schema_of(kind).implied_type())?;
        let private = self.carried_private(&response.private);
        Ok(Some(Object { value, private, identity: response.identity, tainted: false }))
    }

    /// Core lets nobody store what is write-only.
    fn check_withheld(
        &self,
        title: &str,
        kind: &Kind<P::Client>,
        address: &str,
        value: &Value,
    ) -> Result<(), Failed> {
        match write_only_violations(&schema_of(kind), value).first() {
            Some(held) => self.refuse(address, title, held),
            None => Ok(()),
        }
    }

    /// Writes an object into the state; none removes it.
    fn store(
        &self,
        place: &Place,
        object: Option<&Object>,
        type_name: &str,
        provider: &str,
    ) -> Result<(), Failed> {
        let Some(object) = object else {
            lock(&self.state).objects.remove(place);
            return Ok(());
        };
        let (kind, ty) = self.kind_and_type(type_name);
        let written = json::encode(&object.value, &ty).map_err(|err| err.to_string());
        let identity = match &kind {
            Kind::Managed(resource) if !object.identity.is_null() => {
                let ty = resource.identity_schema().implied_type();
                json::encode(&object.identity, &ty).map(Some).map_err(|err| err.to_string())
            }
            _ => Ok(None),
        };
        let (attributes, identity) = match (written, identity) {
            (Ok(attributes), Ok(identity)) => (attributes, identity),
            (Err(wrong), _) | (_, Err(wrong)) => {
                return self.refuse(&place.address, "Provider produced invalid object", &wrong);
            }
        };
        let mut state = lock(&self.state);
        let dependencies = match self.program.instance(&place.address) {
            Some(declared) if place.deposed.is_none() => self.program.foundations(declared),
            _ => state.objects.get(place).map(|old| old.dependencies.clone()).unwrap_or_default(),
        };
        let stored = Stored {
            type_name: type_name.to_owned(),
            provider: provider.to_owned(),
            attributes,
            version: schema_of(&kind).version,
            private: object.private.to_bytes(),
            identity,
            tainted: object.tainted,
            dependencies,
        };
        state.objects.insert(place.clone(), stored);
        Ok(())
    }

    fn rename(&self, from: &Place, to: &Place) {
        let mut state = lock(&self.state);
        if let Some(stored) = state.objects.remove(from) {
            state.objects.insert(to.clone(), stored);
        }
    }

    fn carried(&self, address: &str, value: &Value, ty: &Type) -> Result<Value, Failed> {
        match (self.core.carry)(value, ty) {
            Ok(carried) if carried == *value => Ok(carried),
            Ok(carried) => {
                let detail = format!("{value} arrives as {carried}");
                self.refuse(address, "A value does not survive its encoding", &detail)
            }
            Err(wrong) => self.refuse(address, "Provider produced invalid object", &wrong),
        }
    }

    fn carried_private(&self, private: &Private) -> Private {
        self.private(&private.to_bytes())
    }

    fn private(&self, bytes: &[u8]) -> Private {
        Private::from_bytes(bytes).expect("only what the provider wrote is stored")
    }

    /// Notes what was said; errors end the step.
    fn tell(&self, address: Option<&str>, diagnostics: Diagnostics) -> Result<(), Failed> {
        let failed = diagnostics.has_error();
        let said = diagnostics
            .iter()
            .cloned()
            .map(|diagnostic| Said { address: address.map(str::to_owned), diagnostic });
        lock(&self.said).extend(said);
        if failed { Err(Failed) } else { Ok(()) }
    }

    /// An error of core's own.
    fn refuse<T>(&self, address: &str, title: &str, detail: &str) -> Result<T, Failed> {
        let detail = format!("{detail} (a check of the engine)");
        let diagnostic = Diagnostic::error(title, detail);
        lock(&self.said).push(Said { address: Some(address.to_owned()), diagnostic });
        Err(Failed)
    }
}

/// How diagnostics name a provider block.
fn provider_address(alias: &str) -> String {
    let alias = if alias.is_empty() { String::new() } else { format!(".{alias}") };
    format!("provider{alias}")
}

/// What core makes of a plan (protocol, e.4).
fn chosen(
    prior: &Value,
    planned: &Value,
    requires_replace: &[AttributePath],
    forced: bool,
) -> Action {
    if prior.is_null() {
        Action::Create
    } else if prior == planned && !forced {
        Action::NoOp
    } else if forced || requires_replace.iter().any(|path| differs(prior, planned, path)) {
        Action::DeleteThenCreate
    } else {
        Action::Update
    }
}

/// Whether a path that asks for a replacement has reason to.
fn differs(prior: &Value, planned: &Value, path: &AttributePath) -> bool {
    let (before, after) = (prior.at(path), planned.at(path));
    before != after || after.is_some_and(|after| !after.is_wholly_known())
}

/// The configuration in which ignored attributes have what is.
fn ignoring(names: &[String], prior: &Value, config: &Value) -> Value {
    let Value::Object(attributes) = config else { return config.clone() };
    let mut attributes = attributes.clone();
    for name in names.iter().filter(|_| !prior.is_null()) {
        attributes.insert(name.clone(), prior.get(name).clone());
    }
    Value::Object(attributes)
}

fn schema_of<C>(kind: &Kind<C>) -> std::borrow::Cow<'_, Schema> {
    match kind {
        Kind::Managed(resource) => std::borrow::Cow::Borrowed(resource.schema()),
        Kind::Data => std::borrow::Cow::Owned(data::schema()),
    }
}
