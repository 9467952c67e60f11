//! The planning pipeline: from prior state and configuration to what an apply will do.
//!
//! Core's own proposal differs between versions (protocol, e.2), so ours is
//! computed from prior and configuration alone. The result is a function of
//! its arguments: no clock, no chance, no look-up, since core plans a second
//! time at apply and demands the same answer (protocol, e.5).

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostics::{Diagnostic, Diagnostics};
use super::private::Private;
use super::schema::{Attribute, Kind, Nesting, Recompute, Replace, Schema};
use super::write_only;
use wire::{AttributePath, Value};

/// A planned change on its way through the pipeline.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The resource's schema.
    pub schema: &'a Schema,
    /// What state holds; null when the object is to be created.
    pub prior: &'a Value,
    /// What the user wrote.
    pub config: &'a Value,
    /// What will be, as far as it is known.
    pub planned: Value,
    /// Where a change needs a new object.
    pub requires_replace: BTreeSet<AttributePath>,
    /// Whether the update may turn out to make another object: see [`Replace::Relocates`].
    pub relocates: bool,
    /// When core asks.
    pub walk: Walk,
    /// Notes of the first plan, when core asks again in an apply; none from older engines.
    pub first_notes: Private,
    /// What the user is told.
    pub diagnostics: Diagnostics,
    /// What a hook has decided before the service's part was marked.
    decided: BTreeSet<String>,
}

/// When core asks for a plan: in a plan, or again in the apply of one, where the answer must fit the first.
///
/// No call says so. In an apply nothing is refreshed, and there an object that
/// exists is only ever planned as the update that it was planned as before
/// (protocol, e.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Walk {
    /// Surely in a plan: objects were refreshed before.
    #[default]
    Plan,
    /// Nothing was refreshed so far: an apply, or a plan with `-refresh=false`.
    Unrefreshed,
    /// Surely in an apply.
    Apply,
}

impl<'a> Plan<'a> {
    /// The first proposal of a create or an update; `config` is not null.
    pub fn proposed(schema: &'a Schema, prior: &'a Value, config: &'a Value, walk: Walk) -> Self {
        let planned = proposed_object(&schema.attributes, prior, config);
        Self {
            schema,
            prior,
            config,
            planned,
            requires_replace: BTreeSet::new(),
            relocates: false,
            walk,
            first_notes: Private::default(),
            diagnostics: Diagnostics::new(),
            decided: BTreeSet::new(),
        }
    }

    /// The plan that a resource's hook gets to see: for tests, and for the steps in one.
    #[cfg(any(test, feature = "testing"))]
    pub fn new(schema: &'a Schema, prior: &'a Value, config: &'a Value) -> Self {
        let mut plan = Self::proposed(schema, prior, config, Walk::Plan);
        plan.mark_unknown();
        plan.find_replacements();
        plan
    }

    /// Whether the object does not exist yet, or a replacement of it is planned.
    pub fn is_create(&self) -> bool {
        self.prior.is_null()
    }

    /// Whether the object will be destroyed and created anew.
    pub fn is_replacement(&self) -> bool {
        !self.requires_replace.is_empty()
    }

    /// Takes it back that a change of a top-level attribute asks for another object.
    pub fn replaces_not_for(&mut self, name: &str) {
        let of_name = AttributePath::of(name);
        self.requires_replace.retain(|path| path.steps().first() != of_name.steps().first());
    }

    /// Plans a top-level attribute as it is, whatever is configured: what the service decided because
    /// of that change alone stays as well.
    pub fn keep(&mut self, name: &str) {
        self.replaces_not_for(name);
        self.set(name, self.prior.get(name).clone());
        let attributes = &self.schema.attributes;
        let configurable = attributes.iter().filter(|it| it.mode.is_configurable());
        let is_changed = configurable.into_iter().any(|it| self.changes(it.name));
        if let (false, Value::Object(planned)) = (is_changed, &mut self.planned) {
            for (name, value) in planned.iter_mut().filter(|(_, value)| value.is_unknown()) {
                value.clone_from(self.prior.get(name));
            }
        }
    }

    /// The planned value of a top-level attribute.
    pub fn get(&self, name: &str) -> &Value {
        self.planned.get(name)
    }

    /// Sets the planned value of a top-level attribute, as far as core accepts it.
    ///
    /// Where the configuration has a value, that one or the prior one is all
    /// that core takes, for computed attributes as well: with `ignore_changes`
    /// it presents what is in state as configured (protocol, e.3).
    pub fn set(&mut self, name: &str, value: Value) {
        let config = self.config.get(name);
        let is_free = config.is_null() || value == *config;
        let is_kept = !value.is_null() && value == *self.prior.get(name);
        if let (true, Value::Object(attributes)) = (is_free || is_kept, &mut self.planned)
            && let Some(planned) = attributes.get_mut(name)
        {
            *planned = value;
            self.decided.insert(name.to_owned());
        }
    }

    /// Whether a top-level attribute will have another value; an unknown one counts as another.
    pub fn changes(&self, name: &str) -> bool {
        self.planned.get(name) != self.prior.get(name)
    }

    /// Whether anything is planned that calls the API.
    pub fn calls_api(&self) -> bool {
        self.schema.of_object().any(|attribute| self.changes(attribute.name))
    }

    /// The top-level attributes that change, without those that exist in Terraform alone.
    fn changed(&self) -> BTreeSet<&'static str> {
        let names = self.schema.of_object().map(|attribute| attribute.name);
        names.filter(|name| self.changes(name)).collect()
    }

    /// Marks what the service decides: everything computed of a new object, else what the changes may change.
    ///
    /// What a hook has set stays as it is.
    pub fn mark_unknown(&mut self) {
        let changed = self.changed();
        self.mark(self.prior, &changed);
    }

    fn mark(&mut self, prior: &Value, changed: &BTreeSet<&str>) {
        let decided: Vec<_> =
            self.decided.iter().map(|name| (name.clone(), self.get(name).clone())).collect();
        let config = self.config;
        mark_object(&self.schema.attributes, &mut self.planned, prior, config, changed);
        if let Value::Object(planned) = &mut self.planned {
            planned.extend(decided);
        }
    }

    /// Marks what an update may change, once more: for what a hook has planned since.
    ///
    /// What is planned already stays as it is.
    pub fn mark_recomputed(&mut self) {
        let changed = self.changed();
        for attribute in &self.schema.attributes {
            let untouched = !self.changes(attribute.name)
                && !self.decided.contains(attribute.name)
                && self.config.get(attribute.name).is_null();
            if untouched && !self.prior.is_null() && may_change(attribute.recompute, &changed) {
                self.set(attribute.name, Value::Unknown);
            }
        }
    }

    /// Finds where a change needs a new object, and whether the update may turn out to make one.
    pub fn find_replacements(&mut self) {
        if self.prior.is_null() {
            return;
        }
        self.relocates =
            self.schema.attributes.iter().any(|attribute| self.may_relocate(attribute));
        if self.relocates {
            // Whatever is fixed for the life of an object is free for another one.
            self.mark(&Value::Null, &BTreeSet::new());
            return;
        }
        let mut found = Replacements::default();
        let root = AttributePath::root();
        found.in_object(&self.schema.attributes, self.prior, &self.planned, &root);
        self.requires_replace = found.paths;
        self.diagnostics.extend(found.undecided.into_iter().map(undecided));
        self.diagnostics.extend(found.undecided_variants.into_iter().map(undecided_variant));
    }

    /// Gives the plan of an object that nobody has read, made from what is [`assumed`] of it, back to what
    /// state really holds: what does not change stays null, and nothing is replaced.
    pub fn keep_unread(&mut self, prior: &'a Value) {
        let assumed = std::mem::replace(&mut self.prior, prior);
        keep_object(&self.schema.attributes, &mut self.planned, assumed, prior, self.config);
        self.requires_replace.clear();
    }

    /// Whether an attribute makes the update one that may move to another object: its value is not
    /// known yet; or it differs by now, where a replacement cannot be planned any more.
    fn may_relocate(&self, attribute: &Attribute) -> bool {
        attribute.replace == Replace::Relocates
            && self.changes(attribute.name)
            && (!self.get(attribute.name).is_wholly_known() || self.walk != Walk::Plan)
    }
}

fn undecided(path: AttributePath) -> Diagnostic {
    Diagnostic::warning(
        format!("{path} is not known yet"),
        format!(
            "The API cannot change `{path}` of an existing object. Its new value will be known \
             only when other resources have been applied, so this plan assumes that it stays as \
             it is. If it turns out to differ, apply stops before it changes anything; apply the \
             value's source first, then plan again."
        ),
    )
    .at(path)
}

fn undecided_variant(path: AttributePath) -> Diagnostic {
    Diagnostic::warning(
        format!("The kind of {path} is not known yet"),
        "It will be known only when other resources have been applied, so this plan assumes that \
         it stays as it is. Another one needs another object: then apply stops before it changes \
         anything, and the next plan shows the replacement.",
    )
    .at(path)
}

fn proposed_object(attributes: &[Attribute], prior: &Value, config: &Value) -> Value {
    Value::object(attributes.iter().map(|attribute| {
        let name = attribute.name;
        (name, proposed(attribute, prior.get(name), config.get(name)))
    }))
}

fn proposed(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.is_write_only() {
        return Value::Null;
    }
    if config.is_null() {
        return match &attribute.default {
            Some(default) => default.clone(),
            None if attribute.mode.is_computed() => prior.clone(),
            None => Value::Null,
        };
    }
    if let Some(same) = attribute.equivalent
        && !prior.is_null()
        && config.is_wholly_known()
        && same(prior, config)
    {
        return prior.clone();
    }
    match &attribute.kind {
        Kind::Nested(nesting, children) => proposed_nested(*nesting, children, prior, config),
        Kind::Plain(_) => config.clone(),
    }
}

fn proposed_nested(
    nesting: Nesting,
    children: &[Attribute],
    prior: &Value,
    config: &Value,
) -> Value {
    let element = |prior: &Value, config: &Value| match config {
        Value::Object(_) => proposed_object(children, prior, config),
        _ => config.clone(),
    };
    match (nesting, config) {
        (Nesting::Single, Value::Object(_)) => proposed_object(children, prior, config),
        (Nesting::Map, Value::Map(map)) => Value::Map(
            map.iter().map(|(key, value)| (key.clone(), element(prior.get(key), value))).collect(),
        ),
        (Nesting::List, Value::List(list)) => {
            let priors = prior.as_elements().chain(std::iter::repeat(&Value::Null));
            Value::List(list.iter().zip(priors).map(|(c, p)| element(p, c)).collect())
        }
        (Nesting::Set, Value::Set(set)) => {
            Value::Set(set.iter().map(|c| element(&Value::Null, c)).collect())
        }
        _ => config.clone(),
    }
}

/// The prior state of an object that nobody has read: what is null in it is taken to be as configured,
/// or as it is by default.
pub fn assumed(schema: &Schema, prior: &Value, config: &Value) -> Value {
    assumed_object(&schema.attributes, prior, config)
}

fn assumed_object(attributes: &[Attribute], prior: &Value, config: &Value) -> Value {
    Value::object(attributes.iter().map(|attribute| {
        let name = attribute.name;
        let (prior, config) = (prior.get(name), config.get(name));
        let assumed = match (&attribute.kind, prior) {
            (_, Value::Null) => Some(proposed(attribute, prior, config)),
            (Kind::Nested(Nesting::Single, children), _) => {
                Some(assumed_object(children, prior, config))
            }
            (Kind::Nested(Nesting::Map, children), Value::Map(elements)) => {
                let element = |(key, prior): (&String, &Value)| {
                    (key.clone(), assumed_object(children, prior, config.get(key)))
                };
                Some(Value::Map(elements.iter().map(element).collect()))
            }
            _ => None,
        };
        // What is not known yet may be anything, and a prior state is known.
        (name, assumed.filter(Value::is_wholly_known).unwrap_or_else(|| prior.clone()))
    }))
}

/// Makes null again what was assumed of one object, and is planned so only because it was assumed.
fn keep_object(
    attributes: &[Attribute],
    planned: &mut Value,
    assumed: &Value,
    prior: &Value,
    config: &Value,
) {
    let Value::Object(values) = planned else { return };
    for attribute in attributes {
        let name = attribute.name;
        let Some(planned) = values.get_mut(name) else { continue };
        let (assumed, prior, config) = (assumed.get(name), prior.get(name), config.get(name));
        if config.is_null() {
            // What the configuration alone decides goes where it is left out.
            if planned == assumed && attribute.mode.is_computed() {
                planned.clone_from(prior);
            }
            continue;
        }
        // What is configured and was not there at all is planned whole.
        match (&attribute.kind, &mut *planned) {
            (Kind::Nested(Nesting::Single, children), Value::Object(_)) if !prior.is_null() => {
                keep_object(children, planned, assumed, prior, config);
            }
            (Kind::Nested(Nesting::Map, children), Value::Map(elements)) => {
                for (key, element) in
                    elements.iter_mut().filter(|(key, _)| !prior.get(key).is_null())
                {
                    let (assumed, prior) = (assumed.get(key), prior.get(key));
                    keep_object(children, element, assumed, prior, config.get(key));
                }
            }
            _ => {}
        }
    }
}

/// Marks the computed attributes of one object whose value the service decides.
///
/// Without a prior object everything computed is unknown; with one, only what
/// the row says can change by what changes. Values that the configuration
/// gives stay, as does the null of what it gives write-only, and so does everything when
/// nothing changes.
fn mark_object(
    attributes: &[Attribute],
    planned: &mut Value,
    prior: &Value,
    config: &Value,
    changed: &BTreeSet<&str>,
) {
    let Value::Object(values) = planned else {
        return;
    };
    for attribute in attributes {
        let Some(value) = values.get_mut(attribute.name) else {
            continue;
        };
        let given = config.get(attribute.name);
        if !given.is_null() {
            mark_nested(attribute, value, prior.get(attribute.name), given, changed);
        } else if attribute.mode.is_computed()
            && attribute.default.is_none()
            && (prior.is_null() || may_change(attribute.recompute, changed))
            && !write_only::is_given(attributes, attribute.name, config)
        {
            *value = Value::Unknown;
        }
    }
}

fn may_change(recompute: Recompute, changed: &BTreeSet<&str>) -> bool {
    match recompute {
        Recompute::Never => false,
        Recompute::OnUpdate => !changed.is_empty(),
        Recompute::With(names) => names.iter().any(|name| changed.contains(name)),
    }
}

fn mark_nested(
    attribute: &Attribute,
    planned: &mut Value,
    prior: &Value,
    config: &Value,
    changed: &BTreeSet<&str>,
) {
    let Kind::Nested(_, children) = &attribute.kind else {
        return;
    };
    match planned {
        Value::Object(_) => mark_object(children, planned, prior, config, changed),
        Value::Map(map) => {
            for (key, element) in map {
                mark_object(children, element, prior.get(key), config.get(key), changed);
            }
        }
        Value::List(list) => {
            let priors = prior.as_elements().chain(std::iter::repeat(&Value::Null));
            for ((element, prior), config) in list.iter_mut().zip(priors).zip(config.as_elements())
            {
                mark_object(children, element, prior, config, changed);
            }
        }
        // Schema::check keeps computed children out of configurable sets.
        _ => {}
    }
}

/// Where prior and plan differ in a way that only a new object can bring about.
#[derive(Default)]
struct Replacements {
    paths: BTreeSet<AttributePath>,
    undecided: BTreeSet<AttributePath>,
    undecided_variants: BTreeSet<AttributePath>,
}

/// The member that is given of an object that has exactly one, where that is known.
fn variant(object: &Value) -> Option<&str> {
    let members = object.as_object().into_iter().flatten();
    let mut given = members.filter(|(_, value)| !value.is_null());
    let only = given.next().filter(|(_, value)| value.is_known());
    only.filter(|_| given.next().is_none()).map(|(name, _)| name.as_str())
}

impl Replacements {
    fn in_object(
        &mut self,
        attributes: &[Attribute],
        prior: &Value,
        planned: &Value,
        path: &AttributePath,
    ) {
        for attribute in attributes {
            let name = attribute.name;
            let path = path.clone().attribute(name);
            let (prior, planned) = (prior.get(name), planned.get(name));
            match (attribute.replace, &attribute.kind) {
                (Replace::Never, Kind::Plain(_)) => {}
                (Replace::Never, Kind::Nested(_, children)) => {
                    self.in_nested(children, prior, planned, &path);
                }
                (Replace::OfVariant, _) => self.compare_variants(prior, planned, path),
                (replace, _) => self.compare(replace, prior, planned, path),
            }
        }
    }

    /// Looks into elements that exist on both sides, as far as they are known.
    fn in_nested(
        &mut self,
        children: &[Attribute],
        prior: &Value,
        planned: &Value,
        path: &AttributePath,
    ) {
        match (prior, planned) {
            (Value::Object(_), Value::Object(_)) => self.in_object(children, prior, planned, path),
            (Value::Map(before), Value::Map(after)) => {
                for (key, planned) in after {
                    if let Some(prior) = before.get(key) {
                        self.in_nested(children, prior, planned, &path.clone().key(key));
                    }
                }
            }
            (Value::List(before), Value::List(after)) => {
                for (index, (prior, planned)) in (0i64..).zip(before.iter().zip(after)) {
                    self.in_nested(children, prior, planned, &path.clone().index(index));
                }
            }
            _ => {}
        }
    }

    fn compare_variants(&mut self, prior: &Value, planned: &Value, path: AttributePath) {
        match (variant(prior), variant(planned)) {
            (Some(is), Some(shall)) if is != shall => {
                self.paths.insert(path);
            }
            (Some(_), None) => {
                self.undecided_variants.insert(path);
            }
            _ => {}
        }
    }

    /// Adds the exact places at which two values of a create-only attribute differ.
    fn compare(&mut self, replace: Replace, prior: &Value, planned: &Value, path: AttributePath) {
        match (prior, planned) {
            _ if prior == planned => {}
            (_, Value::Unknown) if replace == Replace::WhenKnown => {
                self.undecided.insert(path);
            }
            (Value::Object(before), Value::Object(after)) => {
                for (name, planned) in after {
                    let prior = before.get(name).unwrap_or(&Value::Null);
                    self.compare(replace, prior, planned, path.clone().attribute(name));
                }
            }
            (Value::Map(before), Value::Map(after)) => {
                self.compare_maps(replace, before, after, &path);
            }
            // No call tells an empty map from none.
            (Value::Null, Value::Map(map)) | (Value::Map(map), Value::Null) if map.is_empty() => {}
            // What was not there at all is another value whatever its unknown leaves turn out to be.
            (Value::Null, _) if !planned.is_unknown() => {
                self.paths.insert(path);
            }
            _ if planned.is_wholly_known() => {
                self.paths.insert(path);
            }
            _ => {
                self.undecided.insert(path);
            }
        }
    }

    fn compare_maps(
        &mut self,
        replace: Replace,
        before: &BTreeMap<String, Value>,
        after: &BTreeMap<String, Value>,
        path: &AttributePath,
    ) {
        let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let path = path.clone().key(key);
            let given =
                |of: &'_ BTreeMap<String, Value>| of.get(key).is_some_and(|it| !it.is_null());
            match (before.get(key), after.get(key)) {
                (Some(prior), Some(planned)) => self.compare(replace, prior, planned, path),
                _ if !given(before) && !given(after) => {}
                // An added element differs whatever its unknown leaves turn out to be.
                _ => {
                    self.paths.insert(path);
                }
            }
        }
    }
}

/// The planned value with its unknown leaves filled from what the service answered.
///
/// Core demands every known leaf and every map key back as planned, so what
/// moved meanwhile shows at the next refresh (protocol, e.5). A leaf that the
/// answer does not hold is null.
pub fn filled(planned: &Value, answer: &Value) -> Value {
    match planned {
        Value::Unknown => answer.clone().unknowns_to_null(),
        Value::Object(attributes) => Value::Object(filled_entries(attributes, answer)),
        Value::Map(elements) => Value::Map(filled_entries(elements, answer)),
        Value::List(elements) => {
            let answers = answer.as_elements().chain(std::iter::repeat(&Value::Null));
            Value::List(elements.iter().zip(answers).map(|(p, a)| filled(p, a)).collect())
        }
        known if known.is_wholly_known() => known.clone(),
        // A set element is known by its content, so a partly unknown set is the service's.
        _ => answer.clone().unknowns_to_null(),
    }
}

fn filled_entries(planned: &BTreeMap<String, Value>, answer: &Value) -> BTreeMap<String, Value> {
    planned.iter().map(|(name, value)| (name.clone(), filled(value, answer.get(name)))).collect()
}

#[cfg(test)]
mod tests;
