//! `terraform_data`, which is part of core: a value that becomes known at apply.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::managed::{ApplyRequest, PlanRequest, PlanResponse, StateResponse};
use crate::schema::{Attribute, Kind, Mode, Schema};
use wire::{AttributePath, Type, Value};

/// The type's name.
pub(super) const TYPE_NAME: &str = "terraform_data";

static MADE: AtomicU64 = AtomicU64::new(1);

/// Its attributes.
pub(super) fn schema() -> Schema {
    let attribute =
        |name, ty, mode| Attribute { mode, ..Attribute::new(name, Kind::Plain(ty), Vec::new()) };
    let attributes = vec![
        attribute("id", Type::String, Mode::Computed),
        attribute("input", Type::Dynamic, Mode::Optional),
        attribute("output", Type::Dynamic, Mode::Computed),
        attribute("triggers_replace", Type::Dynamic, Mode::Optional),
    ];
    Schema { attributes, ..Schema::default() }
}

/// Plans as core's own provider does.
pub(super) fn plan(request: PlanRequest) -> PlanResponse {
    let PlanRequest { prior, config, .. } = request;
    if config.is_null() {
        return PlanResponse::default();
    }
    let (input, triggers) = (config.get("input"), config.get("triggers_replace"));
    let replaces = !prior.is_null() && prior.get("triggers_replace") != triggers;
    let id = if prior.is_null() { Value::Unknown } else { prior.get("id").clone() };
    let output = match prior.get("input") == input && !prior.is_null() {
        true => prior.get("output").clone(),
        false if input.is_null() => Value::Null,
        false => Value::Unknown,
    };
    let planned = object(id, input.clone(), output, triggers.clone());
    let requires_replace =
        if replaces { vec![AttributePath::of("triggers_replace")] } else { Vec::new() };
    PlanResponse { planned, requires_replace, ..PlanResponse::default() }
}

/// Applies as core's own provider does.
pub(super) fn apply(request: ApplyRequest) -> StateResponse {
    let planned = request.planned;
    if planned.is_null() {
        return StateResponse::default();
    }
    let id = match planned.get("id") {
        Value::Unknown => {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            Value::string(format!("00000000-0000-4000-8000-{number:012}"))
        }
        known => known.clone(),
    };
    let (input, triggers) = (planned.get("input"), planned.get("triggers_replace"));
    let state = object(id, input.clone(), input.clone(), triggers.clone());
    StateResponse { state, ..StateResponse::default() }
}

fn object(id: Value, input: Value, output: Value, triggers_replace: Value) -> Value {
    let attributes =
        [("id", id), ("input", input), ("output", output), ("triggers_replace", triggers_replace)];
    Value::Object(
        attributes.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<BTreeMap<_, _>>(),
    )
}
