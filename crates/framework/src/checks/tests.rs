//! What core would refuse, and what it accepts (protocol, e.3 and e.5).

use serde_json::{Value as Json, json};

use super::*;
use crate::schema::{Attribute, Kind, Mode, Nesting, Schema};
use crate::testing::value;
use wire::Type;

fn text(name: &'static str, mode: Mode) -> Attribute {
    Attribute { mode, ..Attribute::new(name, Kind::Plain(Type::String), Vec::new()) }
}

fn schema() -> Schema {
    let children = || vec![text("name", Mode::Required), text("status", Mode::Computed)];
    let nested =
        |name, nesting| Attribute::new(name, Kind::Nested(nesting, children()), Vec::new());
    let attributes = vec![
        text("name", Mode::Required),
        text("note", Mode::Optional),
        Attribute { write_only_for: Some("engine"), ..text("engine_wo", Mode::Optional) },
        text("engine", Mode::OptionalComputed),
        text("id", Mode::Computed),
        nested("owner", Nesting::Single),
        nested("members", Nesting::Map),
        nested("steps", Nesting::List),
        nested("rules", Nesting::Set),
    ];
    Schema { attributes, ..Schema::default() }
}

/// What is wrong with a plan, of which only what differs from nothing is given.
fn plan_is(prior: Json, config: Json, planned: Json) -> Vec<String> {
    let schema = schema();
    let of = |json: &Json| value(&schema.implied_type(), json);
    plan_violations(&schema, &of(&prior), &of(&config), &of(&planned))
}

#[track_caller]
fn accepted(prior: Json, config: Json, planned: Json) {
    assert_eq!(plan_is(prior, config, planned), Vec::<String>::new());
}

#[track_caller]
fn refused(config: Json, planned: Json, violation: &str) {
    assert_eq!(plan_is(json!({}), config, planned), [violation]);
}

#[test]
fn a_plan_may_be_what_is_configured() {
    let config = json!({
        "name": "a", "owner": { "name": "o" }, "members": { "1": { "name": "m" } },
        "steps": [{ "name": "s" }], "rules": [{ "name": "r" }],
    });
    accepted(Json::Null, config.clone(), config);
}

#[test]
fn a_plan_may_hold_anything_where_the_provider_decides() {
    accepted(json!({}), json!({}), json!({ "engine": "unknown", "id": "1" }));
    let config = json!({ "members": { "1": { "name": "m" } } });
    let planned = json!({ "members": { "1": { "name": "m", "status": "unknown" } } });
    accepted(json!({}), config, planned);
}

#[test]
fn a_plan_may_keep_the_prior_spelling_of_what_is_configured() {
    accepted(json!({ "name": "A" }), json!({ "name": "a" }), json!({ "name": "A" }));
}

#[test]
fn a_plan_must_not_change_what_is_configured() {
    refused(
        json!({ "name": "a" }),
        json!({ "name": "b" }),
        r#"planned "b" for name, which is configured as "a""#,
    );
    refused(
        json!({ "engine": "a" }),
        json!({ "engine": "unknown" }),
        r#"planned unknown for engine, which is configured as "a""#,
    );
}

#[test]
fn a_plan_must_not_invent_what_only_the_configuration_sets() {
    refused(
        json!({}),
        json!({ "note": "x" }),
        r#"planned "x" for the non-computed attribute note"#,
    );
    refused(
        json!({ "owner": { "name": "a" } }),
        json!({ "owner": { "name": "b", "status": "unknown" } }),
        r#"planned "b" for owner.name, which is configured as "a""#,
    );
}

#[test]
fn neither_a_plan_nor_a_state_may_hold_what_is_write_only() {
    accepted(json!({}), json!({ "engine_wo": "a" }), json!({}));
    let held = "there is a value for the write-only attribute engine_wo";
    refused(json!({ "engine_wo": "a" }), json!({ "engine_wo": "a" }), held);
    let state = value(&schema().implied_type(), &json!({ "engine_wo": "a" }));
    assert_eq!(write_only_violations(&schema(), &state), [held]);
    assert_eq!(write_only_violations(&schema(), &Value::Null), Vec::<String>::new());
}

#[test]
fn a_plan_must_keep_keys_and_counts() {
    for (name, config, planned) in [
        ("members", json!({ "1": { "name": "m" } }), json!({ "2": { "name": "m" } })),
        ("members", json!({ "1": { "name": "m" } }), json!("unknown")),
        ("steps", json!([{ "name": "s" }]), json!([])),
        ("rules", json!([{ "name": "r" }]), json!([])),
    ] {
        let found = plan_is(json!({}), json!({ name: config }), json!({ name: planned }));
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert!(found[0].contains(name), "{found:?}");
    }
}

/// What is wrong with a state after an apply.
fn state_is(planned: Json, state: Json) -> Vec<String> {
    let of = |json: &Json| value(&schema().implied_type(), json);
    apply_violations(&of(&planned), &of(&state))
}

#[test]
fn a_state_may_fill_what_was_unknown() {
    let planned = json!({
        "id": "unknown", "members": { "1": { "name": "m", "status": "unknown" } }, "steps": "unknown",
    });
    let state = json!({
        "id": "1", "members": { "1": { "name": "m", "status": "s" } }, "steps": [{ "name": "x" }],
    });
    assert_eq!(state_is(planned, state), Vec::<String>::new());
}

#[test]
fn a_state_must_keep_what_was_known() {
    for (planned, state, path) in [
        (json!({ "name": "a" }), json!({ "name": "b" }), "name"),
        (json!({ "name": "a" }), json!({}), "name"),
        (json!({}), json!({ "note": "x" }), "note"),
        (
            json!({ "members": { "1": { "name": "a" } } }),
            json!({ "members": { "1": { "name": "b" } } }),
            r#"members["1"].name"#,
        ),
        (json!({ "members": { "1": { "name": "a" } } }), json!({ "members": {} }), "members"),
        (
            json!({ "steps": [{ "name": "a" }] }),
            json!({ "steps": [{ "name": "b" }] }),
            "steps[0].name",
        ),
        (json!({ "rules": [{ "name": "a" }] }), json!({ "rules": [] }), "rules"),
    ] {
        let found = state_is(planned, state);
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert!(found[0].starts_with(&format!("{path} was planned as")), "{found:?}");
    }
}

#[test]
fn a_state_must_be_known() {
    let found = state_is(json!({ "id": "unknown" }), json!({ "id": "unknown" }));
    assert!(found[0].starts_with("the state after apply is not wholly known"), "{found:?}");
}

#[test]
fn a_destroyed_object_has_no_state() {
    assert_eq!(state_is(Json::Null, Json::Null), Vec::<String>::new());
    assert_eq!(state_is(Json::Null, json!({ "name": "a" })).len(), 1);
    assert_eq!(state_is(json!({ "name": "a" }), Json::Null).len(), 1);
}
