//! The plan of a command: what is declared, what is stored alone, and what is to be destroyed.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Failed, Kind, Object, Run, chosen, data, differs, ignoring, lock, plan_violations, schema_of,
};
use crate::Provider;
use crate::managed::{PlanRequest, PlanResponse};
use crate::private::Private;
use crate::testing::core::{Action, Change, Mode, Options, Planned};
use crate::testing::program::Declared;
use crate::testing::state::Place;
use crate::testing::walk::walk;
use wire::Value;

impl<P: Provider> Run<'_, P> {
    pub(in crate::testing) async fn plan(
        self,
        options: &Options,
        wanted: Option<BTreeSet<String>>,
    ) -> Planned {
        let is_wanted =
            |address: &str| wanted.as_ref().is_none_or(|wanted| wanted.contains(address));
        lock(&self.state).data.clear();
        let all = self.program.instances.iter().chain(&self.program.data);
        let declared = all.filter(|one| is_wanted(&one.address));
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
            if let Some(data_source) = self.program.data_source(&place.address) {
                return self.look(data_source).await.is_ok();
            }
            let declared = self.program.instance(&place.address);
            let planned = match declared.filter(|_| place.deposed.is_none()) {
                Some(declared) => self.plan_declared(declared, options).await,
                None => self.plan_orphan(&place, options).await,
            };
            planned.is_ok()
        };
        let mut succeeded = walk(graph, visit).await;
        if let Some(invoked) = options.invoke.as_ref().filter(|_| succeeded) {
            let declared = self.program.action(invoked);
            let declared = declared.unwrap_or_else(|| panic!("there is no {invoked}"));
            succeeded = self.plan_action(declared).is_ok();
        }
        Planned { invoke: options.invoke.clone(), ..self.planned(succeeded) }
    }

    pub(in crate::testing) async fn plan_destroy(
        self,
        wanted: Option<BTreeSet<String>>,
    ) -> Planned {
        self.remember_all();
        lock(&self.state).data.clear();
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

    pub(super) fn planned(self, succeeded: bool) -> Planned {
        let changes = std::mem::take(&mut *lock(&self.changes));
        let drift = std::mem::take(&mut *lock(&self.drift));
        let reads = std::mem::take(&mut *lock(&self.reads));
        let (state, said) = self.finish();
        let failed = !succeeded;
        Planned { changes, drift, reads, invoke: None, said, failed, state }
    }

    /// Refreshes an instance of the configuration, and plans its change.
    pub(super) async fn plan_declared(
        &self,
        declared: &Declared,
        options: &Options,
    ) -> Result<(), Failed> {
        let place = Place::current(&declared.address);
        let mut importing = false;
        let mut prior = self.stored(&place)?;
        if prior.is_none() {
            prior = self.import_by_block(declared).await?;
            importing = prior.is_some();
        } else if !options.skip_refresh {
            prior = self.refresh(&place, &declared.type_name, &declared.provider, prior).await?;
        }
        if options.mode == Mode::RefreshOnly || options.invoke.is_some() {
            let value = prior.map_or(Value::Null, |object| object.value);
            lock(&self.scope).0.insert(declared.address.clone(), value);
            return Ok(());
        }
        let forced = options.replace.contains(&declared.address) || self.is_triggered(declared);
        let mut change = self.plan_change(declared, prior, forced).await?;
        change.importing = importing;
        lock(&self.scope).0.insert(declared.address.clone(), change.after.clone());
        self.plan_triggered(declared, change.action)?;
        lock(&self.changes).insert(place, change);
        Ok(())
    }

    /// Refreshes what is in the state alone, and plans to destroy it.
    pub(super) async fn plan_orphan(&self, place: &Place, options: &Options) -> Result<(), Failed> {
        let Some((type_name, provider)) = self.type_and_provider(place) else { return Ok(()) };
        if !options.skip_refresh {
            let prior = self.stored(place)?;
            self.refresh(place, &type_name, &provider, prior).await?;
        }
        if options.mode == Mode::RefreshOnly || options.invoke.is_some() {
            return Ok(());
        }
        self.plan_destroy_of(place)
    }

    pub(super) fn plan_destroy_of(&self, place: &Place) -> Result<(), Failed> {
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
    pub(super) async fn plan_change(
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
    pub(super) fn plan_once(
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

    pub(super) fn call_plan(
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

    pub(super) fn call_plan_quietly(
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

    pub(super) fn ask_plan(
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
    pub(super) fn carried_plan(
        &self,
        kind: &Kind<P::Client>,
        address: &str,
        mut response: PlanResponse,
    ) -> Result<PlanResponse, Failed> {
        self.check_withheld("Provider produced invalid plan", kind, address, &response.planned)?;
        let ty = schema_of(kind).implied_type();
        response.planned = self.carried(address, &response.planned, &ty)?;
        response.private = self.carried_private(&response.private);
        Ok(response)
    }

    pub(super) fn is_triggered(&self, declared: &Declared) -> bool {
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
}
