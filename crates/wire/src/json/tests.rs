//! State as Terraform keeps it, text that it never would, and any value.

use proptest::prelude::*;

use super::{decode, encode};
use crate::arbitrary::{Extent, any_type, mutated, mutations, typed_value};
use crate::{Number, Type, Value};

fn decoded(json: &str, ty: &Type) -> Value {
    decode(json.as_bytes(), ty).expect("a value of the type")
}

fn refused(json: &str, ty: &Type) -> String {
    decode(json.as_bytes(), ty).expect_err("not a value of the type").to_string()
}

fn encoded(value: &Value, ty: &Type) -> String {
    String::from_utf8(encode(value, ty).expect("a value of the type")).expect("JSON is UTF-8")
}

#[test]
fn state_of_another_schema_is_read_as_far_as_it_goes() {
    let ty = Type::object([("kept", Type::String), ("added", Type::Bool)]);
    assert_eq!(
        decoded("{\n  \"kept\": \"a\",\n  \"dropped\": [1]\n}", &ty),
        Value::object([("added", Value::Null), ("kept", "a".into())])
    );
}

#[test]
fn numbers_keep_all_their_digits() {
    for text in ["0.1", "18446744073709551616", "-3.14159265358979323846264338327950288"] {
        let value = decoded(text, &Type::Number);
        assert_eq!(value, text.parse::<Number>().expect(text).into());
        assert_eq!(encoded(&value, &Type::Number), text);
    }
    assert_eq!(decoded("1.50e2", &Type::Number), Value::from(150));
    assert_eq!(
        refused("1e999999999", &Type::Number),
        "a number may have at most 4096 digits before or after its point"
    );
}

#[test]
fn dynamic_values_carry_their_type() {
    let value = Value::Dynamic(Box::new((Type::list(Type::Bool), Value::list([true.into()]))));
    for json in
        [r#"{"type":["list","bool"],"value":[true]}"#, r#"{"value":[true],"type":["list","bool"]}"#]
    {
        assert_eq!(decoded(json, &Type::Dynamic), value);
    }
    assert_eq!(encoded(&value, &Type::Dynamic), r#"{"type":["list","bool"],"value":[true]}"#);
    assert_eq!(decoded("null", &Type::Dynamic), Value::Null);
    assert_eq!(refused(r#"{"value":1}"#, &Type::Dynamic), r#"the attribute "type" is missing"#);
}

#[test]
fn the_type_of_a_dynamic_value_fits_it_exactly() {
    let dynamic = |value| format!(r#"{{"type":["object",{{"a":"bool"}}],"value":{value}}}"#);
    assert_eq!(refused(&dynamic("{}"), &Type::Dynamic), r#"the attribute "a" is missing"#);
    assert_eq!(
        refused(&dynamic(r#"{"a":true,"b":1}"#), &Type::Dynamic),
        r#"there is no attribute "b""#
    );
}

#[test]
fn an_error_says_what_was_wanted_what_came_and_where() {
    let ty = Type::object([("tags", Type::map(Type::String)), ("set", Type::set(Type::Bool))]);
    assert_eq!(
        refused(r#"{"tags":{"k":1}}"#, &ty),
        r#"tags["k"]: expected a string, found a number"#
    );
    assert_eq!(refused(r#"{"set":[true,"x"]}"#, &ty), "set: expected a bool, found a string");
    assert_eq!(refused("[]", &ty), "expected an object, found an array");
    assert_eq!(refused("[true]", &Type::Tuple(vec![])), "expected a tuple of 0 elements, found 1");
}

#[test]
fn text_that_is_not_json_is_refused() {
    for json in ["", "{", "nul", "1 2", &"[".repeat(100_000)] {
        let problem = refused(json, &Type::list(Type::Bool));
        assert!(problem.starts_with("the text is not JSON: "), "{problem}");
    }
}

#[test]
fn keys_that_look_the_same_are_the_same() {
    let json = "{\"e\u{301}\":true,\"\u{e9}\":true}";
    assert_eq!(refused(json, &Type::map(Type::Bool)), "the key \"\u{e9}\" occurs twice");
}

#[test]
fn what_json_cannot_express_is_refused() {
    let ty = Type::list(Type::Number);
    let refused = |value: Value| encode(&Value::list([value]), &ty).expect_err("no JSON");
    assert_eq!(
        refused(Value::Unknown).to_string(),
        "[0]: an unknown value cannot be written as JSON"
    );
    assert_eq!(
        refused(Number::INFINITY.into()).to_string(),
        "[0]: an infinite number cannot be written as JSON"
    );
}

proptest! {
    #[test]
    fn every_known_value_survives_the_way_there_and_back(
        (ty, value) in typed_value(Extent::Known),
    ) {
        prop_assert_eq!(decoded(&encoded(&value, &ty), &ty), value);
    }

    #[test]
    fn random_text_never_panics(ty in any_type(), bytes in any::<Vec<u8>>()) {
        if let Ok(value) = decode(&bytes, &ty) {
            prop_assert_eq!(decoded(&encoded(&value, &ty), &ty), value);
        }
    }

    #[test]
    fn mutated_values_never_panic(
        (ty, value) in typed_value(Extent::Known),
        mutations in mutations(),
    ) {
        let bytes = mutated(encoded(&value, &ty).into_bytes(), &mutations);
        if let Ok(value) = decode(&bytes, &ty) {
            prop_assert_eq!(decoded(&encoded(&value, &ty), &ty), value);
        }
    }
}
