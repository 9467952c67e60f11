use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::codec::string;
use crate::identity::{IdentityAttribute, IdentitySchema};
use crate::managed::Managed;
use crate::testing::value;
use crate::{Change, Found, ResourceSchema};

/// A service with things of one letter each.
#[derive(Default)]
struct Service {
    fails: bool,
    calls: Mutex<Vec<String>>,
}

impl Service {
    fn call(&self, what: impl Into<String>) {
        self.calls.lock().expect("no test panics here").push(what.into());
    }
}

struct Thing;

impl Resource for Thing {
    const TYPE_NAME: &'static str = "test_thing";
    type Client = Service;
    type Create = ();
    type Update = ();
    type Remote = String;

    fn rows() -> ResourceSchema<Self> {
        ResourceSchema::new("A thing.")
            .with(
                Self::attribute("id", string())
                    .computed()
                    .doc("Its id.")
                    .read(|id: &String| Some(id.clone())),
            )
            .with(
                Self::attribute("name", string())
                    .required()
                    .requires_replace()
                    .doc("Its name.")
                    .create(|(), _| ())
                    .read(|id: &String| Some(id.to_uppercase())),
            )
            .with(
                Self::attribute("kind", string())
                    .optional_computed()
                    .requires_replace()
                    .doc("Its kind.")
                    .default("thing".into())
                    .create(|(), _| ())
                    .read(|id: &String| (id == "b").then(|| "other".to_owned())),
            )
    }

    fn identity_schema() -> IdentitySchema {
        let description = "The id.".to_owned();
        let id = IdentityAttribute { name: "id", description, required_for_import: true };
        IdentitySchema { version: 0, attributes: vec![id] }
    }

    fn identity(state: &Value) -> Option<Value> {
        Some(identity(state.get("id").as_str()?))
    }

    fn import(target: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        match target {
            ImportTarget::Identity(identity) => Ok(vec![("id", identity.get("id").clone())]),
            ImportTarget::Id(id) => Ok(vec![("id", id.into())]),
        }
    }

    async fn create(
        _cx: &Context<'_, Service>,
        _schema: &ResourceSchema<Self>,
        _planned: &Value,
    ) -> Result<String, Diagnostics> {
        Ok(String::new())
    }

    async fn read(cx: &Context<'_, Service>, state: &Value) -> Result<Found<String>, Diagnostics> {
        let id = state.get("id").as_str().unwrap_or_default();
        cx.client.call(format!("read {id}"));
        match id {
            "d" => Err(Diagnostic::error("Cannot read d", "It is denied.").into()),
            "e" => Ok(Found::Gone),
            "f" => panic!("at f"),
            id => Ok(Found::Here(id.to_owned())),
        }
    }

    async fn update(
        _cx: &Context<'_, Service>,
        _schema: &ResourceSchema<Self>,
        _change: Change<'_>,
    ) -> Result<Option<String>, Diagnostics> {
        Ok(None)
    }

    async fn delete(_cx: &Context<'_, Service>, _state: &Value) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// All things up to the given one.
struct Things;

impl ListResource for Things {
    type Of = Thing;

    const ABOUT: &'static str = "Things.";

    fn arguments() -> Vec<Attribute> {
        Vec::new()
    }

    async fn list(cx: &Context<'_, Service>, config: &Value) -> Result<Vec<Listed>, Diagnostics> {
        cx.client.call("list");
        if cx.client.fails {
            return Err(Diagnostic::error("Cannot list", "It is denied.").into());
        }
        let ids = config.as_str().unwrap_or_default().chars().map(String::from);
        Ok(ids.map(|id| Listed { identity: identity(&id), display_name: id }).collect())
    }
}

fn identity(id: &str) -> Value {
    Value::object([("id", id.into())])
}

/// What a query over things of these letters gives, and what it asked of the service.
async fn found(service: Service, query: Query) -> (Vec<Event>, Vec<String>) {
    let provider = Arc::new(Configured { client: service, unknown: None });
    let (list, resource) = (Lists::<Things>::shared(), Managed::<Thing>::shared());
    let stop = CancellationToken::new();
    let events = events(list, resource, Arc::clone(&provider), stop, query).collect().await;
    let calls = provider.client.calls.lock().expect("no test panics here").clone();
    (events, calls)
}

fn query(letters: &str, includes_objects: bool, limit: usize) -> Query {
    Query { config: letters.into(), includes_objects, limit }
}

/// What each event is about: an object, or a warning.
fn told(events: &[Event]) -> Vec<String> {
    let one = |event: &Event| match event.diagnostics.iter().next() {
        Some(diagnostic) => diagnostic.to_string(),
        None => event.display_name.clone(),
    };
    events.iter().map(one).collect()
}

#[tokio::test]
async fn without_objects_nothing_but_the_list_is_asked_for() {
    let (events, calls) = found(Service::default(), query("abd", false, 100)).await;
    assert_eq!(told(&events), ["a", "b", "d"]);
    assert!(events.iter().all(|event| event.object.is_null() && !event.identity.is_null()));
    assert_eq!(calls, ["list"]);
}

#[tokio::test]
async fn an_object_is_what_an_import_gives() {
    let (events, _) = found(Service::default(), query("ab", true, 100)).await;
    let ty = Managed::<Thing>::shared().schema().implied_type();
    let a = value(&ty, &json!({"id": "a", "name": "A", "kind": "thing"}));
    let b = value(&ty, &json!({"id": "b", "name": "B", "kind": "other"}));
    assert_eq!(events.iter().map(|event| event.object.clone()).collect::<Vec<_>>(), [a, b]);
    assert_eq!(events[1].identity, identity("b"));
}

/// Core would end a query at an error, and look in vain for the attributes of an object that is not
/// there.
#[tokio::test]
async fn what_cannot_be_read_is_a_warning_without_an_identity() {
    let (events, _) = found(Service::default(), query("adefb", true, 100)).await;
    let told = told(&events);
    assert_eq!((told.len(), &*told[0], &*told[3]), (4, "a", "b"), "{told:?}");
    assert_eq!(told[1], "warning: `d` is left out: Cannot read d: It is denied.");
    assert!(told[2].starts_with("warning: `f` is left out: Bug in"), "{told:?}");
    assert!(events[1..3].iter().all(|event| event.identity.is_null() && event.object.is_null()));
}

#[tokio::test]
async fn a_limit_counts_objects() {
    for (limit, expected) in [(0, 0), (1, 1), (2, 3), (100, 3)] {
        let (events, _) = found(Service::default(), query("adb", true, limit)).await;
        assert_eq!(events.len(), expected, "{limit}: {events:?}");
    }
    let (_, calls) = found(Service::default(), query("abcghijklm", true, 1)).await;
    assert!(calls.len() <= 4, "{calls:?}");
}

#[tokio::test]
async fn a_list_that_was_not_read_is_one_error() {
    let service = Service { fails: true, ..Service::default() };
    let (events, _) = found(service, query("abc", true, 0)).await;
    assert_eq!(told(&events), ["error: Cannot list: It is denied."]);
}

#[test]
fn a_configuration_leaves_out_what_holds_without_it() {
    let things = Managed::<Thing>::shared();
    let ty = things.schema().implied_type();
    let written = |state| things.configuration(None, &value(&ty, &state));
    assert_eq!(
        written(json!({"id": "a", "name": "A", "kind": "thing"})),
        value(&ty, &json!({"name": "A"}))
    );
    assert_eq!(
        written(json!({"id": "b", "name": "B", "kind": "other"})),
        value(&ty, &json!({"name": "B", "kind": "other"}))
    );
}
