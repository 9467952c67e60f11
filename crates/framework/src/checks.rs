//! Our own copies of the checks that core makes on plans and on apply results (protocol, e.3 and e.5).
//!
//! They run on every plan and every apply, so that a mistake of ours is told as
//! one, and in tests over every resource.

use super::schema::{Attribute, Kind, Schema};
use wire::{AttributePath, Value};

/// Where a plan contradicts the configuration in a way that core refuses.
pub fn plan_violations(
    schema: &Schema,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<String> {
    let mut violations = write_only_violations(schema, planned);
    let root = AttributePath::root();
    check_object(&schema.attributes, prior, config, planned, &root, &mut violations);
    violations
}

/// Where a plan or a state holds what is write-only.
pub fn write_only_violations(schema: &Schema, value: &Value) -> Vec<String> {
    let attributes = schema.attributes.iter().filter(|it| it.is_write_only());
    let held = attributes.map(|it| it.name).filter(|name| !value.get(name).is_null());
    // The value is not shown: that is what it is write-only for.
    held.map(|name| format!("there is a value for the write-only attribute {name}")).collect()
}

fn check_object(
    attributes: &[Attribute],
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &AttributePath,
    violations: &mut Vec<String>,
) {
    for attribute in attributes {
        let name = attribute.name;
        let path = path.clone().attribute(name);
        let (prior, config) = (prior.get(name), config.get(name));
        check_attribute(attribute, prior, config, planned.get(name), &path, violations);
    }
}

fn check_attribute(
    attribute: &Attribute,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &AttributePath,
    violations: &mut Vec<String>,
) {
    if attribute.is_write_only() {
        return;
    }
    let keeps_prior = planned == prior && !prior.is_null() && !config.is_null();
    if planned == config || keeps_prior {
        return;
    }
    if config.is_null() {
        if !attribute.mode.is_computed() {
            violations.push(format!("planned {planned} for the non-computed attribute {path}"));
        }
        return;
    }
    let Kind::Nested(_, children) = &attribute.kind else {
        violations.push(format!("planned {planned} for {path}, which is configured as {config}"));
        return;
    };
    let mut pair = |prior: &Value, config: &Value, planned: &Value, path: &AttributePath| {
        check_object(children, prior, config, planned, path, violations);
    };
    match (config, planned) {
        (Value::Object(_), Value::Object(_)) => pair(prior, config, planned, path),
        (Value::Map(c), Value::Map(p)) if c.keys().eq(p.keys()) => {
            for (key, planned) in p {
                pair(prior.get(key), config.get(key), planned, &path.clone().key(key));
            }
        }
        (Value::List(c), Value::List(p)) if c.len() == p.len() => {
            let priors = prior.as_elements().chain(std::iter::repeat(&Value::Null));
            for (index, ((config, planned), prior)) in (0i64..).zip(c.iter().zip(p).zip(priors)) {
                pair(prior, config, planned, &path.clone().index(index));
            }
        }
        (Value::Set(c), Value::Set(p)) if c.len() == p.len() => {}
        _ => violations
            .push(format!("planned {planned} for {path}, which is configured as {config}")),
    }
}

/// Where an apply result contradicts the known part of its plan, or leaves something unknown.
pub fn apply_violations(planned: &Value, state: &Value) -> Vec<String> {
    let mut violations = Vec::new();
    if !state.is_wholly_known() {
        violations.push(format!("the state after apply is not wholly known: {state}"));
    }
    violations.extend(kept_violations(planned, state));
    violations
}

/// Where a value contradicts the known part of an earlier plan for it; what
/// the plan did not know may still be unknown.
pub fn kept_violations(planned: &Value, now: &Value) -> Vec<String> {
    let mut violations = Vec::new();
    check_kept(planned, now, &AttributePath::root(), &mut violations);
    violations
}

fn check_kept(planned: &Value, state: &Value, path: &AttributePath, violations: &mut Vec<String>) {
    match (planned, state) {
        (Value::Unknown, _) => {}
        (Value::Object(p), Value::Object(s)) if p.keys().eq(s.keys()) => {
            for (name, planned) in p {
                check_kept(planned, state.get(name), &path.clone().attribute(name), violations);
            }
        }
        (Value::Map(p), Value::Map(s)) if p.keys().eq(s.keys()) => {
            for (key, planned) in p {
                check_kept(planned, state.get(key), &path.clone().key(key), violations);
            }
        }
        (Value::List(p), Value::List(s)) if p.len() == s.len() => {
            for (index, (planned, state)) in (0i64..).zip(p.iter().zip(s)) {
                check_kept(planned, state, &path.clone().index(index), violations);
            }
        }
        (Value::Set(p), Value::Set(s)) if !planned.is_wholly_known() && s.len() <= p.len() => {}
        _ if planned == state => {}
        _ => violations.push(format!("{path} was planned as {planned}, but is now {state}")),
    }
}

#[cfg(test)]
mod tests;
