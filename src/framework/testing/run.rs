//! One command: its provider processes, what it knows so far, and the steps of a plan and an apply.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use super::core::{Action, Change, Core, Mode, Options, Planned, Said};
use super::data;
use super::program::{Declared, Imported, Program, Scope};
use super::state::{Place, State, Stored};
use super::walk::walk;
use crate::framework::checks::{apply_violations, kept_violations, plan_violations};
use crate::framework::managed::{
    ApplyRequest, ManagedResource, PlanRequest, PlanResponse, StateResponse,
};
use crate::framework::plan::Walk;
use crate::framework::private::Private;
use crate::framework::resource::lock;
use crate::framework::schema::Schema;
use crate::framework::{Configured, Diagnostic, Diagnostics, ImportTarget, Provider};
use crate::wire::{AttributePath, Type, Value, json};

/// A step came to an error, which has been told.
pub(super) struct Failed;

/// A provider that was configured.
type Provided<P> = Arc<Configured<<P as Provider>::Client>>;

/// A command under way.
pub(super) struct Run<'a, P: Provider> {
    core: &'a Core<P>,
    program: &'a Program,
    at_apply: bool,
    stop: CancellationToken,
    providers: Mutex<BTreeMap<String, Option<Provided<P>>>>,
    state: Mutex<State>,
    scope: Mutex<Scope>,
    changes: Mutex<BTreeMap<Place, Change>>,
    drift: Mutex<BTreeMap<Place, (Value, Value)>>,
    said: Mutex<Vec<Said>>,
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
            at_apply,
            stop: CancellationToken::new(),
            providers: Mutex::default(),
            state: Mutex::new(state),
            scope: Mutex::default(),
            changes: Mutex::default(),
            drift: Mutex::default(),
            said: Mutex::default(),
        }
    }

    /// As an engine that tells its applies does.
    fn walk(&self) -> Walk {
        if self.at_apply { Walk::Apply } else { Walk::Plan }
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
    }

    // Plans.

    pub(super) async fn plan(self, options: &Options, wanted: Option<BTreeSet<String>>) -> Planned {
        let is_wanted =
            |address: &str| wanted.as_ref().is_none_or(|wanted| wanted.contains(address));
        let declared = self.program.instances.iter().filter(|one| is_wanted(&one.address));
        let mut graph: BTreeMap<Place, BTreeSet<Place>> = declared
            .map(|one| {
                let after = self.program.dependencies(one).into_iter().map(Place::current);
                (Place::current(&one.address), after.collect())
            })
            .collect();
        let stored: Vec<Place> = lock(&self.state).objects.keys().cloned().collect();
        for place in stored.into_iter().filter(|place| is_wanted(&place.address)) {
            graph.entry(place).or_default();
        }
        let visit = async |place: Place| {
            let declared = self.program.instance(&place.address);
            let planned = match declared.filter(|_| place.deposed.is_none()) {
                Some(declared) => self.plan_declared(declared, options).await,
                None => self.plan_orphan(&place, options).await,
            };
            planned.is_ok()
        };
        let succeeded = walk(graph, visit).await;
        self.planned(succeeded)
    }

    pub(super) async fn plan_destroy(self, wanted: Option<BTreeSet<String>>) -> Planned {
        self.remember_all();
        let stored: Vec<Place> = lock(&self.state).objects.keys().cloned().collect();
        let graph = stored
            .into_iter()
            .filter(|place| wanted.as_ref().is_none_or(|wanted| wanted.contains(&place.address)))
            .map(|place| (place, BTreeSet::new()))
            .collect();
        let visit = async |place: Place| self.plan_destroy_of(&place).is_ok();
        let succeeded = walk(graph, visit).await;
        self.planned(succeeded)
    }

    fn planned(self, succeeded: bool) -> Planned {
        let changes = std::mem::take(&mut *lock(&self.changes));
        let drift = std::mem::take(&mut *lock(&self.drift));
        let (state, said) = self.finish();
        Planned { changes, drift, said, failed: !succeeded, targeted: false, state }
    }

    /// Refreshes an instance of the configuration, and plans its change.
    async fn plan_declared(&self, declared: &Declared, options: &Options) -> Result<(), Failed> {
        let place = Place::current(&declared.address);
        let mut importing = false;
        let mut prior = self.stored(&place)?;
        if prior.is_none() {
            prior = self.import_by_block(declared).await?;
            importing = prior.is_some();
        } else if !options.skip_refresh {
            prior = self.refresh(&place, &declared.type_name, &declared.provider, prior).await?;
        }
        if options.mode == Mode::RefreshOnly {
            let value = prior.map_or(Value::Null, |object| object.value);
            lock(&self.scope).0.insert(declared.address.clone(), value);
            return Ok(());
        }
        let forced = options.replace.contains(&declared.address) || self.is_triggered(declared);
        let mut change = self.plan_change(declared, prior, forced).await?;
        change.importing = importing;
        lock(&self.scope).0.insert(declared.address.clone(), change.after.clone());
        lock(&self.changes).insert(place, change);
        Ok(())
    }

    /// Refreshes what is in the state alone, and plans to destroy it.
    async fn plan_orphan(&self, place: &Place, options: &Options) -> Result<(), Failed> {
        let Some((type_name, provider)) = self.type_and_provider(place) else { return Ok(()) };
        if !options.skip_refresh {
            let prior = self.stored(place)?;
            self.refresh(place, &type_name, &provider, prior).await?;
        }
        if options.mode == Mode::RefreshOnly {
            return Ok(());
        }
        self.plan_destroy_of(place)
    }

    fn plan_destroy_of(&self, place: &Place) -> Result<(), Failed> {
        let Some((type_name, provider)) = self.type_and_provider(place) else { return Ok(()) };
        let Some(object) = self.stored(place)? else { return Ok(()) };
        let request = PlanRequest {
            prior: object.value.clone(),
            config: Value::Null,
            private: object.private,
            identity: object.identity,
            planned_private: Private::default(),
            walk: self.walk(),
        };
        let (kind, ty) = self.kind_and_type(&type_name);
        let mut response = self.ask_plan(&kind, &provider, request)?;
        // Core tells an address where there is configuration to point at.
        let is_declared = self.program.instance(&place.address).is_some();
        let address = is_declared.then_some(place.address.as_str());
        self.tell(address, std::mem::take(&mut response.diagnostics))?;
        let response = self.carried_plan(&kind, &place.address, response)?;
        if !response.planned.is_null() {
            return self.refuse(&place.address, "planned a non-null destroy value", "");
        }
        let change = Change {
            action: Action::Delete,
            before: object.value,
            after: Value::Null,
            replace_paths: Vec::new(),
            importing: false,
            ty,
            private: response.private.to_bytes(),
            identity: response.identity,
            deposed: None,
        };
        lock(&self.changes).insert(place.clone(), change);
        Ok(())
    }

    /// Asks for a plan once, or twice where it comes to a replacement (protocol, e.4).
    async fn plan_change(
        &self,
        declared: &Declared,
        current: Option<Object>,
        forced: bool,
    ) -> Result<Change, Failed> {
        let (kind, ty) = self.kind_and_type(&declared.type_name);
        let config = self.config(declared, &ty)?;
        self.validate_one(&kind, declared, &config)?;
        let tainted = current.as_ref().is_some_and(|object| object.tainted);
        let before = current.as_ref().map_or(Value::Null, |object| object.value.clone());
        // A tainted object is planned as if it were not there.
        let prior = current.filter(|_| !tainted).unwrap_or_default();
        let mut response = self.plan_once(&kind, declared, &prior, &config)?;
        let mut replace_paths = std::mem::take(&mut response.requires_replace);
        replace_paths.retain(|path| differs(&prior.value, &response.planned, path));
        let mut action = chosen(&prior.value, &response.planned, &replace_paths, forced);
        if action.replaces() {
            let second = PlanRequest {
                prior: Value::Null,
                config: config.clone(),
                private: self.carried_private(&response.private),
                identity: response.identity.clone(),
                planned_private: Private::default(),
                walk: self.walk(),
            };
            // Of the second plan core looks at nothing but the result and errors.
            response = self.call_plan_quietly(&kind, declared, second)?;
        } else {
            replace_paths.clear();
        }
        if tainted && action == Action::Create {
            action = Action::DeleteThenCreate;
        }
        let mut deposed = None;
        if action.replaces() && self.program.creates_first(&declared.address) {
            action = Action::CreateThenDelete;
            let key = format!("{:08}", lock(&self.changes).len() + 1);
            deposed = Some(Place { address: declared.address.clone(), deposed: Some(key) });
        }
        Ok(Change {
            action,
            before,
            after: response.planned,
            replace_paths,
            importing: false,
            ty,
            private: response.private.to_bytes(),
            identity: response.identity,
            deposed,
        })
    }

    /// A plan for an object that stays, if it can, held against core's checks.
    fn plan_once(
        &self,
        kind: &Kind<P::Client>,
        declared: &Declared,
        prior: &Object,
        config: &Value,
    ) -> Result<PlanResponse, Failed> {
        let config = ignoring(&declared.lifecycle.ignore_changes, &prior.value, config);
        let request = PlanRequest {
            prior: prior.value.clone(),
            config: config.clone(),
            private: prior.private.clone(),
            identity: prior.identity.clone(),
            planned_private: Private::default(),
            walk: self.walk(),
        };
        let response = self.call_plan(kind, &declared.provider, &declared.address, request)?;
        let schema = schema_of(kind);
        let violations = match kind {
            Kind::Managed(_) => plan_violations(&schema, &prior.value, &config, &response.planned),
            Kind::Data => Vec::new(),
        };
        let nowhere = response
            .requires_replace
            .iter()
            .filter(|path| prior.value.at(path).is_none() && response.planned.at(path).is_none());
        let nowhere =
            nowhere.map(|path| format!("requires replacement at {path}, which is not there"));
        match violations.into_iter().chain(nowhere).next() {
            Some(wrong) => self.refuse(&declared.address, "Provider produced invalid plan", &wrong),
            None => Ok(response),
        }
    }

    fn call_plan(
        &self,
        kind: &Kind<P::Client>,
        provider: &str,
        address: &str,
        request: PlanRequest,
    ) -> Result<PlanResponse, Failed> {
        let mut response = self.ask_plan(kind, provider, request)?;
        self.tell(Some(address), std::mem::take(&mut response.diagnostics))?;
        self.carried_plan(kind, address, response)
    }

    fn call_plan_quietly(
        &self,
        kind: &Kind<P::Client>,
        declared: &Declared,
        request: PlanRequest,
    ) -> Result<PlanResponse, Failed> {
        let mut response = self.ask_plan(kind, &declared.provider, request)?;
        let said = std::mem::take(&mut response.diagnostics);
        if said.has_error() {
            self.tell(Some(&declared.address), said)?;
        }
        self.carried_plan(kind, &declared.address, response)
    }

    fn ask_plan(
        &self,
        kind: &Kind<P::Client>,
        provider: &str,
        mut request: PlanRequest,
    ) -> Result<PlanResponse, Failed> {
        request.private = self.carried_private(&request.private);
        match kind {
            Kind::Data => Ok(data::plan(request)),
            Kind::Managed(resource) => {
                let configured = self.configured(provider)?;
                Ok(resource.plan(Some(&configured.client), request))
            }
        }
    }

    /// A plan as it arrives: encoded and decoded.
    fn carried_plan(
        &self,
        kind: &Kind<P::Client>,
        address: &str,
        mut response: PlanResponse,
    ) -> Result<PlanResponse, Failed> {
        let ty = schema_of(kind).implied_type();
        response.planned = self.carried(address, &response.planned, &ty)?;
        response.private = self.carried_private(&response.private);
        Ok(response)
    }

    fn is_triggered(&self, declared: &Declared) -> bool {
        let changes = lock(&self.changes);
        declared.lifecycle.replace_triggered_by.iter().any(|(address, path)| {
            let Some(change) = changes.get(&Place::current(address)) else { return false };
            match change.action {
                Action::NoOp => false,
                action if path.is_root() => action == Action::Update || action.replaces(),
                _ => change.before.at(path) != change.after.at(path),
            }
        })
    }

    // Refresh and import.

    /// Reads an object, and stores what it is now.
    async fn refresh(
        &self,
        place: &Place,
        type_name: &str,
        provider: &str,
        prior: Option<Object>,
    ) -> Result<Option<Object>, Failed> {
        let Some(prior) = prior else { return Ok(None) };
        let before = prior.value.clone();
        let tainted = prior.tainted;
        let kind = self.kind(type_name);
        let read = self.read(&kind, provider, Some(&place.address), prior).await?;
        let now = read.as_ref().map_or(Value::Null, |object| object.value.clone());
        if now != before {
            lock(&self.drift).insert(place.clone(), (before, now));
        }
        let read = read.map(|object| Object { tainted, ..object });
        self.store(place, read.as_ref(), type_name, provider)?;
        Ok(read)
    }

    async fn read(
        &self,
        kind: &Kind<P::Client>,
        provider: &str,
        address: Option<&str>,
        prior: Object,
    ) -> Result<Option<Object>, Failed> {
        let Kind::Managed(resource) = kind else { return Ok(Some(prior)) };
        let configured = self.configured(provider)?;
        let prior = StateResponse {
            state: prior.value,
            private: prior.private,
            identity: prior.identity,
            diagnostics: Diagnostics::new(),
        };
        let mut read = resource.read(&configured, self.stop.clone(), prior).await;
        self.tell(address, std::mem::take(&mut read.diagnostics))?;
        let address = address.unwrap_or_default();
        if !read.state.is_wholly_known() {
            return self.refuse(
                address,
                "Provider produced invalid object",
                "unknown after a read",
            );
        }
        Ok(self.object(kind, address, read)?.filter(|object| !object.value.is_null()))
    }

    /// Imports what an import block names for this instance.
    async fn import_by_block(&self, declared: &Declared) -> Result<Option<Object>, Failed> {
        let imports = &self.program.imports;
        let Some(import) = imports.iter().find(|import| import.to == declared.address) else {
            return Ok(None);
        };
        let target = match &import.what {
            Imported::Id(id) => ImportTarget::Id(id),
            Imported::Identity(identity) => ImportTarget::Identity(identity),
        };
        self.imported(declared, target).await.map(Some)
    }

    pub(super) async fn import_by_command(&self, address: &str, id: &str) {
        let Some(declared) = self.program.instance(address) else {
            let _: Result<(), _> =
                self.refuse(address, "resource address does not exist in the configuration", "");
            return;
        };
        if lock(&self.state).get(address).is_some() {
            let _: Result<(), _> =
                self.refuse(address, "Resource already managed by Terraform", "");
            return;
        }
        // Its errors have been told.
        let _ = self.imported(declared, ImportTarget::Id(id)).await;
    }

    /// Finds an object, reads it, and stores it.
    async fn imported(
        &self,
        declared: &Declared,
        target: ImportTarget<'_>,
    ) -> Result<Object, Failed> {
        let (kind, _) = self.kind_and_type(&declared.type_name);
        let Kind::Managed(resource) = &kind else {
            return self.refuse(&declared.address, "terraform_data cannot be imported", "");
        };
        let address = &declared.address;
        let configured = self.configured(&declared.provider)?;
        let mut found = match resource.import(&configured, target) {
            Ok(found) => found,
            Err(wrong) => {
                self.tell(None, wrong.into())?;
                return Err(Failed);
            }
        };
        self.tell(None, std::mem::take(&mut found.diagnostics))?;
        let Some(found) = self.object(&kind, address, found)? else { return Err(Failed) };
        let Some(read) = self.read(&kind, &declared.provider, None, found).await? else {
            return self.refuse(address, "Cannot import non-existent remote object", "");
        };
        let place = Place::current(address);
        self.store(&place, Some(&read), &declared.type_name, &declared.provider)?;
        Ok(read)
    }

    // Apply.

    pub(super) async fn apply(&self, planned: &Planned) {
        self.remember_all();
        let graph = self.graph(planned);
        let visit = async |node: Node| {
            let applied = match &node {
                Node::Make(address) => self.make(address, planned).await,
                Node::Destroy(place) => self.destroy(place, planned).await,
            };
            applied.is_ok()
        };
        walk(graph, visit).await;
    }

    /// Every step, with those that come before it.
    fn graph(&self, planned: &Planned) -> BTreeMap<Node, BTreeSet<Node>> {
        let mut graph: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
        for (place, change) in &planned.changes {
            let destroyed = match change.action {
                Action::Delete | Action::DeleteThenCreate => Some(place.clone()),
                Action::CreateThenDelete => change.deposed.clone(),
                _ => None,
            };
            if let Some(destroyed) = &destroyed {
                let after = self.before_destroying(planned, place, change);
                graph.insert(Node::Destroy(destroyed.clone()), after);
            }
            let Some(declared) = self.program.instance(&place.address) else { continue };
            if change.action == Action::Delete {
                continue;
            }
            let dependencies = self.program.dependencies(declared).into_iter();
            let mut after: BTreeSet<Node> = dependencies.map(Node::Make).collect();
            if change.action == Action::DeleteThenCreate {
                after.insert(Node::Destroy(place.clone()));
            }
            graph.insert(Node::Make(place.address.clone()), after);
        }
        graph
    }

    /// What rests on an object goes first; where its replacement was made
    /// first, that and everything that turns to it do.
    fn before_destroying(
        &self,
        planned: &Planned,
        place: &Place,
        change: &Change,
    ) -> BTreeSet<Node> {
        let state = lock(&self.state);
        let resting = |address: &str| {
            let stored = state.get(address);
            stored.is_some_and(|stored| stored.dependencies.contains(&place.address))
        };
        let mut after = BTreeSet::new();
        for (other, other_change) in &planned.changes {
            if other == place || !resting(&other.address) {
                continue;
            }
            match other_change.action {
                Action::Delete | Action::DeleteThenCreate => {
                    after.insert(Node::Destroy(other.clone()));
                }
                Action::CreateThenDelete => {
                    after.extend(other_change.deposed.clone().map(Node::Destroy));
                }
                _ => {}
            }
            if change.action == Action::CreateThenDelete && other_change.action != Action::Delete {
                after.insert(Node::Make(other.address.clone()));
            }
        }
        if change.action == Action::CreateThenDelete {
            after.insert(Node::Make(place.address.clone()));
        }
        after
    }

    /// Makes or changes an object: plans again with what is known by now, and applies that.
    async fn make(&self, address: &str, planned: &Planned) -> Result<(), Failed> {
        let place = Place::current(address);
        let (Some(declared), Some(change)) =
            (self.program.instance(address), planned.changes.get(&place))
        else {
            return Ok(());
        };
        if change.action == Action::NoOp {
            return Ok(());
        }
        if let Some(deposed) = &change.deposed {
            self.rename(&place, deposed);
        }
        let made = self.make_as_planned(declared, change).await;
        if let Some(deposed) = &change.deposed
            && lock(&self.state).get(address).is_none()
        {
            self.rename(deposed, &place);
            return Err(Failed);
        }
        let value = self.stored(&place)?.map_or(Value::Null, |object| object.value);
        lock(&self.scope).0.insert(address.to_owned(), value);
        made
    }

    async fn make_as_planned(&self, declared: &Declared, change: &Change) -> Result<(), Failed> {
        let (kind, ty) = self.kind_and_type(&declared.type_name);
        let place = Place::current(&declared.address);
        let prior = match change.action {
            Action::Update => self.stored(&place)?.unwrap_or_default(),
            _ => Object::default(),
        };
        let config = self.config(declared, &ty)?;
        self.validate_one(&kind, declared, &config)?;
        let response = self.plan_once(&kind, declared, &prior, &config)?;
        let action = chosen(&prior.value, &response.planned, &response.requires_replace, false);
        self.check_final_plan(declared, change, action, &response)?;
        if action == Action::NoOp {
            return Ok(());
        }
        let tainted = prior.tainted;
        let request = ApplyRequest {
            prior: prior.value.clone(),
            planned: response.planned.clone(),
            private: response.private,
            identity: response.identity,
        };
        let mut applied = self.call_apply(&kind, &declared.provider, request).await?;
        let said = std::mem::take(&mut applied.diagnostics);
        let mut failed = said.has_error();
        let _ = self.tell(Some(&declared.address), said);
        if !failed {
            failed = self.check_applied(&declared.address, &response.planned, &applied.state);
        }
        if applied.state.is_null() {
            // On an error the old object stays, and of a new one nothing is known.
            return Err(Failed);
        }
        applied.state = applied.state.unknowns_to_null();
        let object = self.object(&kind, &declared.address, applied)?;
        let tainted = if prior.value.is_null() { failed } else { tainted && failed };
        let object = object.map(|object| Object { tainted, ..object });
        self.store(&place, object.as_ref(), &declared.type_name, &declared.provider)?;
        if failed { Err(Failed) } else { Ok(()) }
    }

    /// What core calls an inconsistent final plan (protocol, e.5).
    fn check_final_plan(
        &self,
        declared: &Declared,
        change: &Change,
        action: Action,
        response: &PlanResponse,
    ) -> Result<(), Failed> {
        let expected = if change.action.replaces() { Action::Create } else { change.action };
        let address = &declared.address;
        let title = "Provider produced inconsistent final plan";
        if action != expected && (expected, action) != (Action::Update, Action::NoOp) {
            let detail = format!("changed the planned action from {expected:?} to {action:?}");
            return self.refuse(address, title, &detail);
        }
        match kept_violations(&change.after, &response.planned).first() {
            Some(wrong) => self.refuse(address, title, wrong),
            None => Ok(()),
        }
    }

    /// Whether a result contradicts its plan; core stores it all the same.
    fn check_applied(&self, address: &str, planned: &Value, state: &Value) -> bool {
        if state.is_null() {
            let title = "Provider returned invalid result object after apply";
            return self.refuse::<()>(address, title, "nothing came back").is_err();
        }
        match apply_violations(planned, state).first() {
            None => false,
            Some(wrong) => {
                let title = "Provider produced inconsistent result after apply";
                self.refuse::<()>(address, title, wrong).is_err()
            }
        }
    }

    async fn destroy(&self, place: &Place, planned: &Planned) -> Result<(), Failed> {
        let current = Place::current(&place.address);
        let change = planned.changes.get(place).or_else(|| planned.changes.get(&current));
        let (Some(change), Some((type_name, provider)), Some(object)) =
            (change, self.type_and_provider(place), self.stored(place)?)
        else {
            return Ok(());
        };
        let (kind, _) = self.kind_and_type(&type_name);
        let request = ApplyRequest {
            prior: object.value.clone(),
            planned: Value::Null,
            private: self.private(&change.private),
            identity: change.identity.clone(),
        };
        let mut applied = self.call_apply(&kind, &provider, request).await?;
        // Core places what a destroy says in no configuration, and so at no address.
        let told = self.tell(None, std::mem::take(&mut applied.diagnostics));
        if told.is_ok() && !applied.state.is_null() {
            let title = "Provider returned invalid result object after apply";
            return self.refuse(&place.address, title, "the destroyed object came back");
        }
        if told.is_err() && applied.state.is_null() {
            return told;
        }
        let tainted = object.tainted;
        let left = self.object(&kind, &place.address, applied)?;
        let left = left.map(|object| Object { tainted, ..object });
        self.store(place, left.as_ref(), &type_name, &provider)?;
        told
    }

    async fn call_apply(
        &self,
        kind: &Kind<P::Client>,
        provider: &str,
        request: ApplyRequest,
    ) -> Result<StateResponse, Failed> {
        match kind {
            Kind::Data => Ok(data::apply(request)),
            Kind::Managed(resource) => {
                let configured = self.configured(provider)?;
                Ok(resource.apply(&configured.client, self.stop.clone(), request).await)
            }
        }
    }

    // What a step needs.

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
        let configured = self.core.configure(&config, &mut diagnostics).map(Arc::new);
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
        let value = self.carried(address, &response.state, &schema_of(kind).implied_type())?;
        let private = self.carried_private(&response.private);
        Ok(Some(Object { value, private, identity: response.identity, tainted: false }))
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
