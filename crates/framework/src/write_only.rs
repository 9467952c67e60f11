//! Write-only arguments: what a configuration gives and neither a plan nor a state holds.
//!
//! One is the twin of another attribute ([`TypedRow::write_only_for`](super::row::TypedRow::write_only_for)).
//! What is given there goes into the create call in place of the other's value, and both are null
//! in plan and state. A note beside the state has refreshes keep it so, whatever the service tells.
//! Engines have them from Terraform 1.11 and OpenTofu 1.11 on.

use serde_json::Value as Json;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::private::Private;
use super::schema::{Attribute, Schema};
use super::validators::invalid;
use wire::{AttributePath, Step, Value};

/// A note that is stored with an object: the attributes that were given by their write-only twins.
const WITHHELD: &str = "write_only";

/// The attributes that have a write-only twin which is given, each with its twin.
///
/// A twin that is not known yet may turn out to be left out.
fn given<'a>(
    attributes: &'a [Attribute],
    config: &'a Value,
) -> impl Iterator<Item = (&'static str, &'a Attribute)> {
    let twins = attributes.iter().filter_map(|twin| Some((twin.write_only_for?, twin)));
    twins.filter(|(_, twin)| {
        let value = config.get(twin.name);
        !value.is_null() && value.is_known()
    })
}

/// Whether the configuration gives an attribute by its write-only twin.
pub(super) fn is_given(attributes: &[Attribute], name: &str, config: &Value) -> bool {
    given(attributes, config).any(|(of, _)| of == name)
}

/// Refuses a value that is given twice; silent on unknown ones.
pub(super) fn check(schema: &Schema, config: &Value, diagnostics: &mut Diagnostics) {
    for (name, twin) in given(&schema.attributes, config) {
        let other = config.get(name);
        if !other.is_null() && other.is_known() {
            let detail = format!("`{name}` is given as well: give either it or `{}`.", twin.name);
            diagnostics.push(invalid(&AttributePath::of(twin.name), detail));
        }
    }
}

/// What an engine is told that has no write-only arguments and is given one: it would store the value,
/// and call it our mistake that the plan has none.
pub fn unsupported(schema: &Schema, config: &Value) -> Diagnostics {
    let twins = schema.attributes.iter().filter_map(|twin| Some((twin.write_only_for?, twin.name)));
    let given = twins.filter(|(_, twin)| !config.get(twin).is_null());
    let refused = given.map(|(name, twin)| {
        let detail = format!(
            "The argument is write-only, which this engine does not have: Terraform has it from \
             1.11 on, OpenTofu from 1.11 on. With an older one use `{name}`, which is stored in \
             state and in saved plans."
        );
        invalid(&AttributePath::of(twin), detail)
    });
    refused.collect()
}

/// Notes of an object that is to be made which of its attributes are given by their twins.
pub(super) fn note(schema: &Schema, config: &Value, private: &mut Private) {
    let names: Vec<_> = given(&schema.attributes, config).map(|(name, _)| name).collect();
    // What is there may be a note of the object that this one replaces.
    match names.is_empty() {
        true => private.remove(WITHHELD),
        false => private.set(WITHHELD, names),
    }
}

/// A state that a read gives, in which what was given write-only stays as it was: null, that is.
pub(super) fn withheld(private: &Private, prior: &Value, mut state: Value) -> Value {
    let names = private.get(WITHHELD).and_then(Json::as_array).into_iter().flatten();
    for name in names.filter_map(Json::as_str) {
        if let Value::Object(attributes) = &mut state
            && let Some(value) = attributes.get_mut(name)
        {
            value.clone_from(prior.get(name));
        }
    }
    state
}

/// The plan of a create as its call sees it: with what is given write-only.
///
/// An empty map is none: no call tells one from the other.
pub(super) fn sent(schema: &Schema, planned: &Value, config: &Value) -> Value {
    let mut sent = planned.clone();
    for (name, twin) in given(&schema.attributes, config) {
        let value = config.get(twin.name);
        let is_empty = value.as_map().is_some_and(|map| map.is_empty());
        if let Value::Object(attributes) = &mut sent {
            let value = if is_empty { Value::Null } else { value.clone() };
            attributes.insert(name.to_owned(), value);
        }
    }
    sent
}

/// A diagnostic of a create, at the argument that the user has given.
pub(super) fn told(schema: &Schema, config: &Value, diagnostic: Diagnostic) -> Diagnostic {
    let Some((Step::Attribute(first), rest)) =
        diagnostic.path.as_ref().and_then(|path| path.steps().split_first())
    else {
        return diagnostic;
    };
    let twin = given(&schema.attributes, config).find(|(name, _)| name == first);
    let Some((_, twin)) = twin else { return diagnostic };
    let path = rest.iter().cloned().fold(AttributePath::of(twin.name), AttributePath::step);
    diagnostic.at(path)
}

/// What is wrong with the write-only arguments of a schema.
pub(super) fn mistakes(schema: &Schema) -> Vec<String> {
    let attributes = &schema.attributes;
    let twins = attributes.iter().filter_map(|twin| Some((twin.write_only_for?, twin)));
    twins.flat_map(|(name, twin)| mistakes_of(schema, name, twin)).collect()
}

fn mistakes_of(schema: &Schema, name: &str, twin: &Attribute) -> Vec<String> {
    use super::schema::{Mode, Replace};

    let mut mistakes = Vec::new();
    let mut mistake = |wrong: &str| mistakes.push(format!("{}: {wrong}", twin.name));
    if twin.mode != Mode::Optional || !twin.local {
        mistake("what is write-only is optional, and has no mapping");
    }
    let Some(attribute) = schema.attribute(name) else {
        mistake("it is write-only for an attribute that is not there");
        return mistakes;
    };
    if attribute.mode != Mode::OptionalComputed || attribute.default.is_some() {
        mistake("what it is write-only for must be optional and computed, without a default");
    }
    // Only a create carries the configuration.
    if attribute.replace != Replace::WhenKnown {
        mistake("what it is write-only for must be fixed for the life of the object");
    }
    if schema.attributes.iter().any(|it| it.replace == Replace::Relocates) {
        mistake("an update that may make another object carries nothing write-only");
    }
    let rules = |of: &Attribute| of.validators.iter().map(|it| it.rule.clone()).collect::<Vec<_>>();
    if twin.implied_type() != attribute.implied_type() || rules(twin) != rules(attribute) {
        mistake("it takes other values than what it is write-only for");
    }
    if twin.sensitive != attribute.sensitive {
        mistake("it is as sensitive as what it is write-only for");
    }
    mistakes
}

#[cfg(test)]
mod tests;
