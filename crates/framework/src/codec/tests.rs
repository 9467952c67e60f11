//! Values to what a request carries, and what a reply holds to values.

use serde_json::{Value as Json, json};

use super::*;
use crate::row::field;
use crate::testing::value;

fn path() -> AttributePath {
    AttributePath::of("it")
}

/// What a request carries, or the error.
fn decoded<I, O>(codec: &Codec<I, O>, json: Json) -> Result<Option<I>, String> {
    let value = value(&codec.kind.implied_type(), &json);
    codec.decode(&value, &path()).map_err(|err| err.to_string())
}

/// What a codec says of a value before any call.
fn refused<I, O>(codec: &Codec<I, O>, json: Json) -> usize {
    let value = value(&codec.kind.implied_type(), &json);
    let mut found = crate::Diagnostics::new();
    for validator in &codec.validators {
        validator.check(&value, &path(), &mut found);
    }
    found.iter().count()
}

#[test]
fn null_and_unknown_are_left_out_of_requests() {
    assert_eq!(decoded(&string(), Json::Null), Ok(None));
    assert_eq!(decoded(&string(), json!("unknown")), Ok(None));
    assert_eq!(decoded(&string(), json!("a")), Ok(Some("a".to_owned())));
    assert_eq!(decoded(&boolean(), json!(false)), Ok(Some(false)));
    assert_eq!(decoded(&integer(), json!(7)), Ok(Some(7)));
}

#[test]
fn plain_values_survive_a_round_trip() {
    assert_eq!(string().encode(&"a".to_owned()), "a".into());
    assert_eq!(boolean().encode(&true), true.into());
    assert_eq!(integer().encode(&7), 7.into());
}

#[test]
fn a_fraction_is_the_decimal_that_was_written() {
    for text in ["0.1", "0.0001", "10", "0.5"] {
        let number = Value::Number(text.parse().expect("a number"));
        let sent = decimal().decode(&number, &path()).expect("a number").expect("known");
        assert_eq!(decimal().encode(&sent), number);
    }
    assert_eq!(decimal().encode(&f64::NAN), Value::Null);
}

#[test]
fn a_number_that_is_not_whole_is_the_users_mistake() {
    let half = "0.5".parse::<Number>().expect("a number");
    let err = integer().decode(&Value::Number(half), &path()).expect_err("not whole");
    assert_eq!(err.summary, "Invalid value for it");
}

#[test]
fn another_type_is_our_mistake() {
    for wrong in [
        string().decode(&true.into(), &path()).is_err(),
        boolean().decode(&"a".into(), &path()).is_err(),
        set_of(string()).decode(&"a".into(), &path()).is_err(),
        string_map().decode(&"a".into(), &path()).is_err(),
        person().single().decode(&"a".into(), &path()).is_err(),
    ] {
        assert!(wrong);
    }
}

#[test]
fn elements_that_are_not_known_are_left_out() {
    let set = set_of(string());
    let known = decoded(&set, json!(["b", "unknown", "a"])).expect("a set").expect("known");
    assert_eq!(known, ["a", "b"]);
    assert_eq!(set.encode(&known), Value::set(["a".into(), "b".into()]));
    assert_eq!(refused(&set, json!(["a", null])), 1);
    assert_eq!(refused(&set, json!(["a", "unknown"])), 0);
}

#[test]
fn a_null_in_a_map_of_strings_is_the_empty_string() {
    let map = decoded(&string_map(), json!({ "a": null, "b": "1" })).expect("a map");
    let expected = [("a".to_owned(), String::new()), ("b".to_owned(), "1".to_owned())];
    assert_eq!(map, Some(HashMap::from(expected)));
}

/// A builder of the SDK in small, and what it builds.
#[derive(Clone, Debug, Default, PartialEq)]
struct Person {
    key: String,
    name: Option<String>,
    note: Option<String>,
}

fn person() -> ObjectCodec<Person, Person, Person> {
    object(|person: Person| person.name.is_some().then_some(person).ok_or("it has no name"))
        .with(
            field("name", string())
                .required()
                .doc("The name.")
                .create(|person: Person, name| Person { name, ..person })
                .read(|person: &Person| person.name.clone()),
        )
        .with(
            field("note", string())
                .optional_computed()
                .doc("A note.")
                .default("none".into())
                .create(|person: Person, note| Person { note, ..person })
                .read(|person: &Person| person.note.clone()),
        )
}

fn named(key: &str, name: &str) -> Person {
    Person { key: key.to_owned(), name: Some(name.to_owned()), note: None }
}

#[test]
fn an_object_fills_its_builder_and_reads_the_default_of_what_is_absent() {
    let codec = person().single();
    assert_eq!(decoded(&codec, json!({ "name": "a" })), Ok(Some(named("", "a"))));
    assert_eq!(codec.encode(&named("", "a")).to_string(), r#"{name = "a", note = "none"}"#);
}

#[test]
fn a_builder_that_lacks_something_is_our_mistake() {
    let err = decoded(&person().single(), json!({})).expect_err("no name");
    assert!(err.contains("it has no name") && err.contains("(at it)"), "{err}");
}

#[test]
fn objects_that_carry_their_key_are_a_map() {
    let set_key = |person: Person, key| Person { key, ..person };
    let codec = person().keyed_by(set_key, |person| person.key.clone());
    let both = decoded(&codec, json!({ "2": { "name": "b" }, "1": { "name": "a" } }));
    let both = both.expect("a map").expect("known");
    assert_eq!(both, [named("1", "a"), named("2", "b")]);
    let value = codec.encode(&both);
    assert_eq!(value.get("2").get("name"), &"b".into());
    let err = decoded(&codec, json!({ "1": {} })).expect_err("no name");
    assert!(err.contains(r#"it["1"]"#), "{err}");
}

#[test]
fn objects_in_order_are_a_list_and_without_order_a_set() {
    let both = vec![named("", "b"), named("", "a")];
    let list = person().list();
    assert_eq!(decoded(&list, json!([{ "name": "b" }, { "name": "a" }])), Ok(Some(both.clone())));
    assert_eq!(list.encode(&both).as_elements().len(), 2);
    assert!(matches!(person().set().encode(&both), Value::Set(_)));
}

#[derive(Clone, Debug, PartialEq)]
enum Target {
    Person(Person),
    Name(String),
}

fn target() -> Codec<Target> {
    one_of(vec![
        variant("person", "Somebody.", person().single(), Target::Person, |target| match target {
            Target::Person(person) => Some(person),
            Target::Name(_) => None,
        }),
        variant("name", "A name.", string(), Target::Name, |target| match target {
            Target::Name(name) => Some(name),
            Target::Person(_) => None,
        }),
    ])
}

#[test]
fn a_union_is_the_one_attribute_that_is_set() {
    let name = Target::Name("a".to_owned());
    assert_eq!(decoded(&target(), json!({ "name": "a" })), Ok(Some(name.clone())));
    assert_eq!(target().encode(&name).to_string(), r#"{name = "a", person = null}"#);
}

#[test]
fn a_union_has_exactly_one_variant() {
    assert_eq!(refused(&target(), json!({ "name": "a" })), 0);
    assert_eq!(refused(&target(), json!({})), 1);
    assert_eq!(refused(&target(), json!({ "name": "a", "person": { "name": "b" } })), 1);
    // It may turn out to be the one.
    assert_eq!(refused(&target(), json!({ "name": "unknown" })), 0);
    assert_eq!(refused(&target(), json!({ "name": "a", "person": "unknown" })), 0);
}
