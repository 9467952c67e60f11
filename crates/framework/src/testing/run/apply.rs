//! The apply of a plan, and core's checks of what comes back.

use std::collections::{BTreeMap, BTreeSet};

use super::act::When;
use super::{
    Failed, Kind, Node, Object, Run, apply_violations, chosen, data, kept_violations, lock,
};
use crate::Provider;
use crate::managed::{ApplyRequest, PlanResponse, StateResponse};
use crate::testing::core::{Action, Change, Planned};
use crate::testing::program::Declared;
use crate::testing::state::Place;
use crate::testing::walk::walk;
use wire::Value;

impl<P: Provider> Run<'_, P> {
    pub(in crate::testing) async fn apply(&self, planned: &Planned) {
        self.remember_all();
        self.remember_read();
        if let Some(declared) = planned.invoke.as_ref().and_then(|it| self.program.action(it)) {
            let _ = self.invoke(declared).await;
            return;
        }
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
    pub(super) fn graph(&self, planned: &Planned) -> BTreeMap<Node, BTreeSet<Node>> {
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
        for declared in planned.reads.iter().filter_map(|read| self.program.data_source(read)) {
            let after = self.program.dependencies(declared).into_iter().map(Node::Make);
            graph.insert(Node::Make(declared.address.clone()), after.collect());
        }
        graph
    }

    /// What rests on an object goes first; where its replacement was made
    /// first, that and everything that turns to it do.
    pub(super) fn before_destroying(
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
    pub(super) async fn make(&self, address: &str, planned: &Planned) -> Result<(), Failed> {
        if let Some(data_source) = self.program.data_source(address) {
            return self.look(data_source).await;
        }
        let place = Place::current(address);
        let (Some(declared), Some(change)) =
            (self.program.instance(address), planned.changes.get(&place))
        else {
            return Ok(());
        };
        if change.action == Action::NoOp {
            return Ok(());
        }
        self.invoke_triggered(declared, change.action, When::Before).await?;
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
        made?;
        self.invoke_triggered(declared, change.action, When::After).await
    }

    pub(super) async fn make_as_planned(
        &self,
        declared: &Declared,
        change: &Change,
    ) -> Result<(), Failed> {
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
            config,
            private: response.private,
            identity: response.identity,
        };
        let mut applied = self.call_apply(&kind, &declared.provider, request).await?;
        let said = std::mem::take(&mut applied.diagnostics);
        let mut failed = said.has_error();
        let _ = self.tell(Some(&declared.address), said);
        // Whatever was there before is stored then.
        let title = "Provider produced invalid object";
        self.check_withheld(title, &kind, &declared.address, &applied.state)?;
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
    pub(super) fn check_final_plan(
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
    pub(super) fn check_applied(&self, address: &str, planned: &Value, state: &Value) -> bool {
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

    pub(super) async fn destroy(&self, place: &Place, planned: &Planned) -> Result<(), Failed> {
        if place.deposed.is_some() && !planned.changes.contains_key(place) {
            // What a new one was made for first is planned to be destroyed only now: the notes of the
            // replacement's plan are not in this one's.
            self.plan_destroy_of(place)?;
        }
        let planned_now = lock(&self.changes).get(place).cloned();
        let earlier = || {
            let current = Place::current(&place.address);
            planned.changes.get(place).or_else(|| planned.changes.get(&current)).cloned()
        };
        let change = planned_now.or_else(earlier);
        let (Some(change), Some((type_name, provider)), Some(object)) =
            (change, self.type_and_provider(place), self.stored(place)?)
        else {
            return Ok(());
        };
        let (kind, _) = self.kind_and_type(&type_name);
        let request = ApplyRequest {
            prior: object.value.clone(),
            planned: Value::Null,
            config: Value::Null,
            private: self.private(&change.private),
            identity: change.identity,
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

    pub(super) async fn call_apply(
        &self,
        kind: &Kind<P::Client>,
        provider: &str,
        request: ApplyRequest,
    ) -> Result<StateResponse, Failed> {
        match kind {
            Kind::Data => Ok(data::apply(request)),
            Kind::Managed(resource) => {
                let configured = self.configured(provider)?;
                let applying = resource.apply(&configured.client, self.stop.clone(), request);
                Ok(self.acting(resource.type_name()).during(applying).await)
            }
        }
    }
}
