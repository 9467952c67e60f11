//! Bytes that Terraform sends, bytes that it never would, and any value.

use proptest::prelude::*;

use super::{decode, encode};
use crate::arbitrary::{Extent, any_type, mutated, mutations, typed_value};
use crate::{DecodeProblem, Number, Type, Value};

fn decoded(bytes: &[u8], ty: &Type) -> Value {
    decode(bytes, ty).expect("a value of the type")
}

fn refused(bytes: &[u8], ty: &Type) -> String {
    decode(bytes, ty).expect_err("not a value of the type").to_string()
}

fn encoded(value: impl Into<Value>, ty: &Type) -> Vec<u8> {
    encode(&value.into(), ty).expect("a value of the type")
}

fn number(text: &str) -> Number {
    text.parse().expect(text)
}

fn members() -> Type {
    Type::object([("members", Type::map(Type::object([("display_name", Type::String)])))])
}

#[test]
fn unknown_is_extension_zero() {
    for ty in [Type::String, Type::Dynamic, members()] {
        assert_eq!(encoded(Value::Unknown, &ty), [0xd4, 0x00, 0x00]);
        assert_eq!(decoded(&[0xd4, 0x00, 0x00], &ty), Value::Unknown);
    }
}

#[test]
fn refined_unknowns_are_unknown() {
    // Not null; and not null with the prefix "p-", inside a list.
    assert_eq!(decoded(b"\xc7\x03\x0c\x81\x01\xc2", &Type::String), Value::Unknown);
    let list = decoded(b"\x92\xc7\x07\x0c\x82\x01\xc2\x02\xa2p-\xa1a", &Type::list(Type::String));
    assert_eq!(list, Value::list([Value::Unknown, "a".into()]));
}

#[test]
fn every_extension_is_unknown() {
    let payloads: [&[u8]; 8] = [
        &[0xd4, 9, 0],
        &[0xd5, 9, 0, 0],
        &[0xd6, 9, 0, 0, 0, 0],
        &[0xd7, 9, 0, 0, 0, 0, 0, 0, 0, 0],
        &[[0xd8, 9].as_slice(), &[0; 16]].concat(),
        &[0xc7, 0, 9],
        &[0xc8, 0, 1, 9, 0],
        &[0xc9, 0, 0, 0, 1, 0xff, 0],
    ];
    for bytes in payloads {
        assert_eq!(decoded(bytes, &Type::Bool), Value::Unknown);
    }
}

#[test]
fn each_unknown_element_of_a_set_is_sent_back() {
    let bytes = b"\x92\xd4\x00\x00\xd4\x00\x00";
    let ty = Type::set(Type::String);
    assert_eq!(encoded(decoded(bytes, &ty), &ty), bytes);
}

#[test]
fn integers_travel_in_their_shortest_form() {
    for (integer, bytes) in [
        (0_i64, &b"\x00"[..]),
        (127, b"\x7f"),
        (128, b"\xcc\x80"),
        (65_536, b"\xce\x00\x01\x00\x00"),
        (-1, b"\xff"),
        (-33, b"\xd0\xdf"),
        (i64::MIN, b"\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
        (i64::MAX, b"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"),
    ] {
        assert_eq!(encoded(integer, &Type::Number), bytes, "{integer}");
        assert_eq!(decoded(bytes, &Type::Number), Value::from(integer));
    }
}

#[test]
fn exact_fractions_and_infinities_travel_as_float64() {
    assert_eq!(encoded(number("0.5"), &Type::Number), b"\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00");
    assert_eq!(
        encoded(Number::INFINITY, &Type::Number),
        [[0xcb].as_slice(), &f64::INFINITY.to_be_bytes()].concat()
    );
    assert_eq!(
        encoded(Number::NEGATIVE_INFINITY, &Type::Number),
        [[0xcb].as_slice(), &f64::NEG_INFINITY.to_be_bytes()].concat()
    );
}

#[test]
fn other_numbers_travel_as_decimal_text() {
    assert_eq!(encoded(number("0.1"), &Type::Number), b"\xa30.1");
    assert_eq!(encoded(number("9223372036854775808"), &Type::Number), b"\xb39223372036854775808");
    assert_eq!(encoded(number("1e30"), &Type::Number), b"\xbf1000000000000000000000000000000");
}

#[test]
fn every_form_of_a_number_is_read() {
    for bytes in [
        &b"\x02"[..],
        b"\xcc\x02",
        b"\xcd\x00\x02",
        b"\xce\x00\x00\x00\x02",
        b"\xcf\x00\x00\x00\x00\x00\x00\x00\x02",
        b"\xd0\x02",
        b"\xd1\x00\x02",
        b"\xd2\x00\x00\x00\x02",
        b"\xd3\x00\x00\x00\x00\x00\x00\x00\x02",
        b"\xca\x40\x00\x00\x00",
        b"\xcb\x40\x00\x00\x00\x00\x00\x00\x00",
        b"\xa12",
        b"\xd9\x032.0",
    ] {
        assert_eq!(decoded(bytes, &Type::Number), Value::from(2), "{bytes:x?}");
    }
    let largest = decoded(b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", &Type::Number);
    assert_eq!(largest, number("18446744073709551615").into());
}

#[test]
fn what_is_no_number_is_refused() {
    let nan = [[0xcb].as_slice(), &f64::NAN.to_be_bytes()].concat();
    for (bytes, error) in [
        (&nan[..], "NaN is not a number to Terraform"),
        (b"\xa5three", "a number must be in decimal notation"),
        (b"\xa9inf000000", "a number must be in decimal notation"),
        (b"\xa51e9e9", "a number must be in decimal notation"),
        (b"\xa71e99999", "a number may have at most 4096 digits before or after its point"),
        (b"\xc3", "expected a number, found a bool"),
    ] {
        assert_eq!(refused(bytes, &Type::Number), error);
    }
}

#[test]
fn dynamic_values_carry_their_type() {
    let typed = |value| Value::Dynamic(Box::new((Type::String, value)));
    for (value, bytes) in [
        (Value::Null, &b"\xc0"[..]),
        (Value::Unknown, b"\xd4\x00\x00"),
        (typed("a".into()), b"\x92\xc4\x08\"string\"\xa1a"),
        (typed(Value::Unknown), b"\x92\xc4\x08\"string\"\xd4\x00\x00"),
        (typed(Value::Null), b"\x92\xc4\x08\"string\"\xc0"),
    ] {
        assert_eq!(encoded(value.clone(), &Type::Dynamic), bytes, "{value}");
        assert_eq!(decoded(bytes, &Type::Dynamic), value);
    }
    assert_eq!(
        refused(b"\x92\xc4\x07\"strin\"\xc0", &Type::Dynamic),
        "the type of a dynamic value cannot be read: there is no type \"strin\""
    );
}

#[test]
fn strings_and_keys_are_normalised() {
    // The letter e and a combining acute accent.
    let decomposed = b"\xa3e\xcc\x81";
    assert_eq!(decoded(decomposed, &Type::String), Value::String("\u{e9}".to_owned()));
    let map = [b"\x81".as_slice(), decomposed, b"\xc3"].concat();
    assert_eq!(
        decoded(&map, &Type::map(Type::Bool)),
        Value::Map([("\u{e9}".to_owned(), Value::Bool(true))].into())
    );
}

#[test]
fn an_error_says_what_was_wanted_what_came_and_where() {
    assert_eq!(
        refused(b"\x81\xa7members\x81\xa3111\x81\xacdisplay_name\xc3", &members()),
        r#"members["111"].display_name: expected a string, found a bool"#
    );
    assert_eq!(
        refused(b"\x92\xa1a\x01", &Type::list(Type::String)),
        "[1]: expected a string, found a number"
    );
    let tags = Type::object([("tags", Type::set(Type::object([("key", Type::String)])))]);
    assert_eq!(
        refused(b"\x81\xa4tags\x91\x81\xa3key\x01", &tags),
        "tags: expected a string, found a number"
    );
}

#[test]
fn an_object_has_each_of_its_attributes_once_and_no_other() {
    let ty = Type::object([("a", Type::Bool), ("b", Type::Bool)]);
    assert_eq!(refused(b"\x81\xa1a\xc2", &ty), r#"the attribute "b" is missing"#);
    assert_eq!(refused(b"\x80", &ty), r#"the attribute "a" is missing"#);
    assert_eq!(refused(b"\x82\xa1a\xc2\xa1c\xc2", &ty), r#"there is no attribute "c""#);
    assert_eq!(refused(b"\x82\xa1a\xc2\xa1a\xc2", &ty), r#"the key "a" occurs twice"#);
}

#[test]
fn a_map_has_each_key_once() {
    let ty = Type::map(Type::Bool);
    assert_eq!(refused(b"\x82\xa1a\xc2\xa1a\xc3", &ty), r#"the key "a" occurs twice"#);
}

#[test]
fn a_tuple_has_its_exact_length() {
    let ty = Type::Tuple(vec![Type::Bool, Type::Bool]);
    assert_eq!(refused(b"\x91\xc2", &ty), "expected a tuple of 2 elements, found 1");
}

#[test]
fn bytes_behind_the_value_are_refused() {
    assert_eq!(refused(b"\xc2\xc2", &Type::Bool), "more bytes follow the value: 1");
}

#[test]
fn claimed_lengths_are_not_believed() {
    for (bytes, ty) in [
        (&b"\xdd\xff\xff\xff\xff"[..], Type::list(Type::Bool)),
        (b"\xdf\xff\xff\xff\xff", Type::map(Type::Bool)),
        (b"\xdb\xff\xff\xff\xff", Type::String),
        (b"\xc9\xff\xff\xff\xff", Type::String),
        (b"\x92\xc6\xff\xff\xff\xff", Type::Dynamic),
    ] {
        let problem = decode(bytes, &ty).expect_err("cut off").problem;
        assert!(matches!(problem, DecodeProblem::EndsEarly), "{ty}: {problem}");
    }
}

#[test]
fn strings_must_be_utf8() {
    assert_eq!(refused(b"\xa1\xff", &Type::String), "a string is not UTF-8");
    assert_eq!(refused(b"\x81\xa1\xff\xc2", &Type::map(Type::Bool)), "a string is not UTF-8");
}

#[test]
fn nesting_is_bounded_in_both_directions() {
    let nested = |levels: usize| {
        (1..levels).fold((Type::list(Type::Bool), Value::list([])), |(ty, value), _| {
            (Type::list(ty), Value::list([value]))
        })
    };
    let (ty, value) = nested(128);
    assert_eq!(decoded(&encoded(value.clone(), &ty), &ty), value);

    let (ty, value) = nested(129);
    encode(&value, &ty).expect_err("too deep");
    let problem = decode(&[0x91].repeat(200), &ty).expect_err("too deep").problem;
    assert!(matches!(problem, DecodeProblem::TooDeep), "{problem}");

    let dynamics = b"\x92\xc4\x09\"dynamic\"".repeat(100_000);
    let problem = decode(&dynamics, &Type::Dynamic).expect_err("too deep").problem;
    assert!(matches!(problem, DecodeProblem::TooDeep), "{problem}");
}

#[test]
fn only_values_of_the_type_are_written() {
    let ty = Type::object([("a", Type::list(Type::Bool))]);
    let refused = |value: Value| encode(&value, &ty).expect_err("not of the type").to_string();
    assert_eq!(
        refused(Value::object([("a", Value::list([Value::Null, "x".into()]))])),
        "a[1]: expected a bool, found a string"
    );
    assert_eq!(refused(Value::object([])), r#"the attribute "a" is missing"#);
    assert_eq!(
        refused(Value::object([("a", Value::Null), ("b", Value::Null)])),
        r#"there is no attribute "b""#
    );
    assert_eq!(refused(Value::map([])), "expected an object, found a map");
}

proptest! {
    #[test]
    fn every_value_survives_the_way_there_and_back((ty, value) in typed_value(Extent::Everything)) {
        let bytes = encode(&value, &ty).expect("a value of the type");
        prop_assert_eq!(decoded(&bytes, &ty), value);
    }

    #[test]
    fn no_beginning_of_a_value_is_a_value((ty, value) in typed_value(Extent::Everything)) {
        let bytes = encode(&value, &ty).expect("a value of the type");
        for end in 0..bytes.len() {
            let problem = decode(&bytes[..end], &ty).expect_err("cut off").problem;
            prop_assert!(matches!(problem, DecodeProblem::EndsEarly), "{}", problem);
        }
    }

    #[test]
    fn random_bytes_never_panic(ty in any_type(), bytes in any::<Vec<u8>>()) {
        if let Ok(value) = decode(&bytes, &ty) {
            prop_assert_eq!(decoded(&encoded(value.clone(), &ty), &ty), value);
        }
    }

    #[test]
    fn mutated_values_never_panic(
        (ty, value) in typed_value(Extent::Everything),
        mutations in mutations(),
    ) {
        let bytes = mutated(encoded(value, &ty), &mutations);
        if let Ok(value) = decode(&bytes, &ty) {
            prop_assert_eq!(decoded(&encoded(value.clone(), &ty), &ty), value);
        }
    }
}
