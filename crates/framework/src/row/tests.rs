//! Rows that contradict themselves are found before anybody runs them.

use super::*;
use crate::codec::string;

/// What the service answers; it may have no name.
struct Answer(Option<String>);

type Text = TypedRow<String, String, Answer, String, String>;

fn row() -> Text {
    TypedRow::new("name", string())
}

fn set(_: String, value: Option<String>) -> String {
    value.unwrap_or_default()
}

fn get(answer: &Answer) -> Option<String> {
    answer.0.clone()
}

fn mistakes(row: Text) -> Vec<String> {
    Row::from(row).mistakes()
}

#[test]
fn rows_that_say_all_of_it_pass() {
    for row in [
        row().required().create(set).update(set).read(get),
        row().required().requires_replace().create(set).read(get),
        row().required().updated_elsewhere().create(set).read(get),
        row().optional().sent_elsewhere().updated_elsewhere().read(get),
        row().computed().read(get),
        row().optional().local(),
    ] {
        assert_eq!(mistakes(row), Vec::<String>::new());
    }
}

#[test]
fn rows_that_contradict_themselves_are_mistakes() {
    for (row, mistake) in [
        (row().computed().create(set).read(get), "a computed attribute cannot go into a request"),
        (row().optional().local().read(get), "a local attribute has no mapping"),
        (
            row().required().update(set).read(get),
            "a configurable attribute needs a create mapping, or to be local",
        ),
        (row().required().create(set).update(set), "nothing reads it back"),
        (
            row().required().create(set).read(get),
            "a change must either be an update or a replacement",
        ),
        (
            row().required().requires_replace().create(set).update(set).read(get),
            "a change must either be an update or a replacement",
        ),
    ] {
        assert_eq!(mistakes(row), [format!("name: {mistake}")]);
    }
}

#[test]
fn an_answer_without_the_attribute_means_the_default() {
    let state =
        |row: Text, name: Option<&str>| Row::from(row).state(&Answer(name.map(str::to_owned)));
    let with_default = || row().optional_computed().default("none".into()).read(get);
    assert_eq!(state(with_default(), None), "none".into());
    assert_eq!(state(with_default(), Some("a")), "a".into());
    assert_eq!(state(row().computed().read(get), None), Value::Null);
}

#[test]
fn only_rows_with_such_a_mapping_go_into_a_call() {
    let object = Value::object([("name", "a".into())]);
    let root = AttributePath::root();
    let row = Row::from(row().required().create(set).read(get));
    assert_eq!(row.create_input(String::new(), &object, &root), Ok("a".to_owned()));
    assert!(!row.is_updatable());
    assert_eq!(row.update_input(String::new(), &object), None);
}
