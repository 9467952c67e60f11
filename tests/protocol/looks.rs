//! What is looked up and listed.

use std::sync::Arc;

use cleanrooms_provider::framework::data::DataSchema;
use cleanrooms_provider::framework::list::{ListResource, Listed};
use cleanrooms_provider::framework::schema::Attribute;
use cleanrooms_provider::framework::{
    Context, DataSource, Diagnostic, Diagnostics, Provider, Resource,
};
use cleanrooms_provider::proto::tfplugin6::diagnostic::Severity;
use cleanrooms_provider::proto::tfplugin6::*;
use cleanrooms_provider::wire::{AttributePath, Type, Value, msgpack};

use crate::host::{Host, THING, config, dynamic, identity, soon, vase, with};
use crate::things::{Collection, Fault, Operation, PANICS, Thing, ThingResource, Things};

/// A thing by its name.
pub struct ThingByName;

impl DataSource for ThingByName {
    const TYPE_NAME: &'static str = THING;
    type Client = Arc<Things>;
    type Found = Thing;

    fn schema() -> DataSchema<Thing> {
        let things = ThingResource::schema();
        let name = things.schema().attribute("name").unwrap().argument("Its name.");
        DataSchema::of("A thing, by its name.", things).given([name])
    }

    async fn read(cx: &Context<'_, Arc<Things>>, config: &Value) -> Result<Thing, Diagnostics> {
        let name = config.get("name").as_str().unwrap_or_default();
        assert_ne!(name, PANICS, "panicked on purpose");
        let found = cx.client.all().into_iter().find(|thing| thing.name == name);
        found.ok_or_else(|| {
            let why = Diagnostic::error("There is no such thing", "Look for another.");
            why.at(AttributePath::of("name")).into()
        })
    }
}

/// All things, by name.
pub struct AllThings;

impl ListResource for AllThings {
    type Of = ThingResource;

    const ABOUT: &'static str = "All things.";

    fn arguments() -> Vec<Attribute> {
        let things = ThingResource::schema();
        vec![things.schema().attribute("kind").unwrap().argument("Only things of this kind.")]
    }

    async fn list(
        cx: &Context<'_, Arc<Things>>,
        config: &Value,
    ) -> Result<Vec<Listed>, Diagnostics> {
        let kind = config.get("kind");
        assert_ne!(kind.as_str(), Some(PANICS), "panicked on purpose");
        let schema = ThingResource::schema();
        let all =
            cx.client.all().into_iter().map(|thing| (thing.name.clone(), schema.value(&thing)));
        let wanted = all.filter(|(_, state)| kind.is_null() || state.get("kind") == kind);
        let listed = wanted.filter_map(|(display_name, state)| {
            Some(Listed { identity: ThingResource::identity(&state)?, display_name })
        });
        Ok(listed.collect())
    }
}

// What hosts ask.

fn data_type() -> Type {
    ThingByName::schema().schema().implied_type()
}

/// A configuration of the data source that names nothing but this.
fn named(name: impl Into<Value>) -> Value {
    let mut attributes = config([("name", name.into())]).as_object().unwrap().clone();
    for of_the_resource_alone in ["settings", "secret_wo"] {
        attributes.remove(of_the_resource_alone);
    }
    Value::Object(attributes)
}

async fn read(host: &mut Host, config: &Value) -> read_data_source::Response {
    let request = read_data_source::Request {
        type_name: THING.to_owned(),
        config: Some(dynamic(config, &data_type())),
        ..Default::default()
    };
    soon(host.client.read_data_source(request)).await.unwrap().into_inner()
}

async fn list(host: &mut Host, kind: &str, whole: bool, limit: i64) -> Vec<list_resource::Event> {
    let ty = Type::object([("kind", Type::String)]);
    let kind = if kind.is_empty() { Value::Null } else { kind.into() };
    let request = list_resource::Request {
        type_name: THING.to_owned(),
        config: Some(dynamic(&Value::object([("kind", kind)]), &ty)),
        include_resource_object: whole,
        limit,
    };
    let mut events = soon(host.client.list_resource(request)).await.unwrap().into_inner();
    let mut all = Vec::new();
    while let Some(event) = soon(events.message()).await.unwrap() {
        all.push(event);
    }
    all
}

fn names(events: &[list_resource::Event]) -> Vec<&str> {
    events.iter().map(|event| event.display_name.as_str()).collect()
}

#[tokio::test]
async fn data_sources_and_lists_are_told_with_and_without_schemas() {
    let mut host = Host::unconfigured("looks_schemas").await;
    let request = get_provider_schema::Request::default();
    let schemas = host.client.get_provider_schema(request).await.unwrap().into_inner();
    let request = get_metadata::Request::default();
    let metadata = host.client.get_metadata(request).await.unwrap().into_inner();
    let names: Vec<_> = metadata.data_sources.iter().map(|it| &it.type_name).collect();
    assert_eq!(names, schemas.data_source_schemas.keys().collect::<Vec<_>>());
    let names: Vec<_> = metadata.list_resources.iter().map(|it| &it.type_name).collect();
    assert_eq!(names, schemas.list_resource_schemas.keys().collect::<Vec<_>>());
    let block = schemas.data_source_schemas[THING].block.as_ref().unwrap();
    let modes = |name: &str| {
        let attribute = block.attributes.iter().find(|it| it.name == name).unwrap();
        (attribute.required, attribute.optional, attribute.computed)
    };
    assert_eq!((modes("name"), modes("kind")), ((false, true, true), (false, false, true)));
    let local = |it: &schema::Attribute| ["settings", "secret_wo"].contains(&it.name.as_str());
    assert!(!block.attributes.iter().any(local));
}

#[tokio::test]
async fn a_data_source_is_checked_before_there_is_a_provider() {
    let mut host = Host::unconfigured("looks_validate").await;
    for (name, count) in [("vase".into(), 0), ("much too long".into(), 1), (Value::Unknown, 0)] {
        let request = validate_data_resource_config::Request {
            type_name: THING.to_owned(),
            config: Some(dynamic(&named(name), &data_type())),
        };
        let reply = host.client.validate_data_resource_config(request).await.unwrap();
        assert_eq!(reply.into_inner().diagnostics.len(), count);
    }
    let read = read(&mut host, &named("vase")).await;
    assert_eq!(read.diagnostics[0].summary, "The provider is not configured");
}

#[tokio::test]
async fn a_read_gives_all_of_it_or_an_error() {
    let mut host = Host::new("looks_read").await;
    host.create(&vase()).await;
    let found = read(&mut host, &named("vase")).await;
    assert_eq!(found.diagnostics, []);
    let state = msgpack::decode(&found.state.unwrap().msgpack, &data_type()).unwrap();
    assert_eq!((state.get("name"), state.get("kind")), (&"vase".into(), &"clay".into()));

    let nothing = read(&mut host, &named("cup")).await;
    assert_eq!((nothing.state, nothing.diagnostics.len()), (None, 1));
    assert_eq!(nothing.diagnostics[0].attribute.as_ref().unwrap().steps.len(), 1);
    let unknown = read(&mut host, &named(Value::Unknown)).await;
    assert!(unknown.diagnostics[0].detail.contains("a part of it is unknown"), "{unknown:?}");
    let panicked = read(&mut host, &named(PANICS)).await;
    assert!(panicked.diagnostics[0].detail.contains("ReadDataSource panicked"), "{panicked:?}");
    assert_eq!(host.configure(Value::Unknown).await.diagnostics, []);
    let not_yet = read(&mut host, &named("vase")).await;
    assert!(not_yet.state.is_none() && not_yet.diagnostics[0].summary.ends_with("yet"));
}

#[tokio::test]
async fn a_list_gives_identities_and_objects_where_they_are_wanted() {
    let mut host = Host::new("looks_list").await;
    let stored = host.create(&vase()).await;
    host.create(&with(&vase(), "name", "cup")).await;
    host.create(&with(&with(&vase(), "name", "ring"), "kind", "gold")).await;
    let events = list(&mut host, "", false, 100).await;
    assert_eq!(names(&events), ["vase", "cup", "ring"]);
    assert!(events.iter().all(|event| event.resource_object.is_none()));
    assert_eq!(events[0].identity, Some(identity("thing-1", Some("clay"))));
    assert_eq!(names(&list(&mut host, "gold", false, 100).await), ["ring"]);
    assert_eq!(names(&list(&mut host, "", false, 2).await), ["vase", "cup"]);
    assert_eq!(names(&list(&mut host, "", false, 0).await), [""; 0]);
    let whole = list(&mut host, "", true, 1).await;
    assert_eq!(host.value(&whole[0].resource_object), stored.state);
}

#[tokio::test]
async fn what_goes_wrong_in_a_list_is_an_event() {
    let mut host = Host::new("looks_list_wrong").await;
    host.create(&vase()).await;
    let events = list(&mut host, PANICS, false, 100).await;
    assert!(events[0].diagnostic[0].detail.contains("ListResource panicked"), "{events:?}");
    assert_eq!((events.len(), events[0].identity.is_none()), (1, true));
    for fault in [Fault::Fails, Fault::Panics] {
        host.things.fault(Operation::Read, fault);
        let events = list(&mut host, "", true, 100).await;
        let [event] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(event.diagnostic[0].severity(), Severity::Warning);
        assert!(event.identity.is_none() && event.resource_object.is_none());
    }
    let request = list_resource::Request { type_name: THING.to_owned(), ..Default::default() };
    let config = Some(DynamicValue { msgpack: vec![0xc1], json: Vec::new() });
    let broken = list_resource::Request { config, ..request.clone() };
    let unheard_of = list_resource::Request { type_name: "test_other".to_owned(), ..request };
    for request in [broken, unheard_of] {
        let mut events = host.client.list_resource(request).await.unwrap().into_inner();
        let event = events.message().await.unwrap().unwrap();
        assert_eq!(event.diagnostic[0].severity(), Severity::Error);
        assert_eq!(events.message().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_host_that_has_enough_ends_a_list() {
    let mut host = Host::new("looks_list_dropped").await;
    host.create(&vase()).await;
    host.things.fault(Operation::Read, Fault::Waits);
    let request = list_resource::Request {
        type_name: THING.to_owned(),
        config: Some(dynamic(
            &Value::object([("kind", Value::Null)]),
            &Type::object([("kind", Type::String)]),
        )),
        include_resource_object: true,
        limit: 100,
    };
    let events = host.client.list_resource(request).await.unwrap().into_inner();
    soon(host.things.begun.notified()).await;
    drop(events);
    let mut ending = host.things.ending.subscribe();
    soon(ending.wait_for(|ending| *ending == Some(crate::things::Ending::Dropped))).await.unwrap();
}

#[tokio::test]
async fn a_configuration_is_written_without_what_holds_anyway() {
    let mut host = Host::new("looks_generate").await;
    let stored = host.create(&vase()).await;
    let request = generate_resource_config::Request {
        type_name: THING.to_owned(),
        state: host.dynamic(&stored.state),
    };
    let written = host.client.generate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(written.diagnostics, []);
    assert_eq!(host.value(&written.config), with(&vase(), "note", "as new"));
    // Terraform 1.14.0 sends none.
    let request = generate_resource_config::Request { type_name: THING.to_owned(), state: None };
    let written = host.client.generate_resource_config(request).await.unwrap().into_inner();
    assert!(written.diagnostics[0].detail.contains("1.14.1"), "{written:?}");
}

#[test]
fn the_data_source_of_the_tests_is_in_order() {
    let source = &Collection::data_sources()[0];
    assert_eq!(source.mistakes(), Vec::<String>::new());
}
