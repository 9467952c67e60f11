//! What is refused before any call, and where.

use serde_json::{Value as Json, json};

use super::*;
use crate::schema::{Attribute, Block, Kind, Mode, Nesting, Schema};
use crate::testing::value;
use wire::Type;

/// The places and words of what is refused.
fn refused(attribute: Attribute, json: Json) -> Vec<String> {
    let schema = Schema { attributes: vec![attribute], ..Schema::default() };
    let config = value(&schema.implied_type(), &json);
    let found = validate_config(&schema, &config);
    found.iter().map(|d| format!("{}: {}", d.summary, d.detail)).collect()
}

fn checked(name: &'static str, ty: Type, validators: Vec<Validator>) -> Attribute {
    Attribute::new(name, Kind::Plain(ty), validators)
}

fn short() -> Vec<Validator> {
    vec![length(1..=3)]
}

#[test]
fn lengths_are_counted_in_characters() {
    let name = || checked("name", Type::String, short());
    assert_eq!(refused(name(), json!({ "name": "äöü" })), Vec::<String>::new());
    let long = ["Invalid value for name: The value has 4 characters; at most 3 are allowed."];
    assert_eq!(refused(name(), json!({ "name": "abcd" })), long);
    let empty = ["Invalid value for name: The value has 0 characters; at least 1 are required."];
    assert_eq!(refused(name(), json!({ "name": "" })), empty);
}

#[test]
fn sizes_are_those_of_lists_sets_and_maps() {
    for (ty, fits, too_many) in [
        (Type::list(Type::String), json!(["a"]), json!(["a", "b"])),
        (Type::set(Type::String), json!(["a"]), json!(["a", "b"])),
        (Type::map(Type::String), json!({ "a": "1" }), json!({ "a": "1", "b": "2" })),
    ] {
        let some = || checked("some", ty.clone(), vec![size(0..=1)]);
        assert_eq!(refused(some(), json!({ "some": fits })), Vec::<String>::new());
        assert_eq!(refused(some(), json!({ "some": too_many })).len(), 1);
    }
}

#[test]
fn fractions_are_held_against_both_ends() {
    let share = || checked("share", Type::Number, vec![within(0.5..=1.0)]);
    for (number, wrong) in [(json!(0.5), 0), (json!(1), 0), (json!(0.49), 1), (json!(1.01), 1)] {
        assert_eq!(refused(share(), json!({ "share": number })).len(), wrong);
    }
}

#[test]
fn null_and_unknown_values_are_not_judged() {
    let name = || checked("name", Type::String, short());
    assert_eq!(refused(name(), json!({})), Vec::<String>::new());
    assert_eq!(refused(name(), json!({ "name": "unknown" })), Vec::<String>::new());
}

fn members(nesting: Nesting) -> Attribute {
    let name = Attribute { mode: Mode::Required, ..checked("name", Type::String, short()) };
    Attribute::new("members", Kind::Nested(nesting, vec![name]), Vec::new())
}

#[test]
fn nested_values_are_refused_at_their_own_path() {
    for (nesting, json, path) in [
        (Nesting::Single, json!({ "name": "" }), "members.name"),
        (Nesting::Map, json!({ "a": { "name": "" } }), r#"members["a"].name"#),
        (Nesting::List, json!([{ "name": "a" }, { "name": "" }]), "members[1].name"),
        (Nesting::Set, json!([{ "name": "" }]), "members.name"),
    ] {
        let found = refused(members(nesting), json!({ "members": json }));
        assert_eq!(found.len(), 1, "{path}");
        assert!(found[0].starts_with(&format!("Invalid value for {path}:")), "{found:?}");
    }
}

#[test]
fn null_elements_and_null_required_values_are_refused() {
    let null = refused(members(Nesting::Map), json!({ "members": { "a": null } }));
    assert!(
        null[0].starts_with(r#"Invalid value for members["a"]: An element is null."#),
        "{null:?}"
    );
    let nameless = refused(members(Nesting::Map), json!({ "members": { "a": {} } }));
    assert!(
        nameless[0].starts_with(r#"Invalid value for members["a"].name: A value"#),
        "{nameless:?}"
    );
}

#[test]
fn unknown_objects_and_elements_lack_nothing_yet() {
    for (nesting, json) in [
        (Nesting::Single, json!("unknown")),
        (Nesting::Map, json!({ "a": "unknown" })),
        (Nesting::List, json!(["unknown"])),
        (Nesting::Map, json!({ "a": { "name": "unknown" } })),
    ] {
        assert_eq!(refused(members(nesting), json!({ "members": json })), Vec::<String>::new());
    }
}

#[test]
fn all_mistakes_are_collected() {
    let json = json!({ "members": { "a": { "name": "" }, "b": { "name": "long" } } });
    assert_eq!(refused(members(Nesting::Map), json).len(), 2);
}

#[test]
fn keys_are_refused_one_by_one() {
    let digits = |key: &str| (key != "1").then(|| "It is not 1.".to_owned());
    let map = checked("map", Type::map(Type::String), vec![Validator::keys("must be 1", digits)]);
    let found = refused(map, json!({ "map": { "1": "a", "2": "b" } }));
    assert_eq!(found, [r#"Invalid value for map["2"]: It is not 1."#]);
}

#[test]
fn blocks_are_checked_like_objects() {
    let block = |nesting| Block {
        name: "role",
        description: String::new(),
        nesting,
        max_items: 0,
        attributes: vec![checked("name", Type::String, short())],
        blocks: Vec::new(),
    };
    for (nesting, json, path) in [
        (Nesting::List, json!([{ "name": "long" }]), "role[0].name"),
        (Nesting::Single, json!({ "name": "long" }), "role.name"),
    ] {
        let schema = Schema { blocks: vec![block(nesting)], ..Schema::default() };
        let config = value(&schema.implied_type(), &json!({ "role": json }));
        let found: Vec<_> = validate_config(&schema, &config).into_iter().collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path.as_ref().map(ToString::to_string).as_deref(), Some(path));
    }
}
