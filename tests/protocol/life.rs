//! A thing's life, call by call, as a host leads it.

use cleanrooms_provider::proto::tfplugin6::attribute_path::step::Selector;
use cleanrooms_provider::proto::tfplugin6::*;
use cleanrooms_provider::wire::Value;

use crate::host::{Host, Stored, THING, config, identity, soon, vase, with};

fn member(role: &str) -> Value {
    Value::object([("role", role.into()), ("status", Value::Null)])
}

fn shared_vase() -> Value {
    config([
        ("name", "vase".into()),
        ("kind", "clay".into()),
        ("labels", Value::set(["old".into(), "blue".into()])),
        ("members", Value::map([("ann", member("owner")), ("bob", member("guest"))])),
    ])
}

#[tokio::test]
async fn a_plan_to_create_knows_what_the_configuration_says() {
    let mut host = Host::new("life_plan").await;
    let plan = host.plan(&Stored::default(), &shared_vase()).await;
    assert_eq!(plan.diagnostics, []);
    assert_eq!(plan.requires_replace, []);
    let planned = host.value(&plan.planned_state);
    assert_eq!(planned.get("labels"), shared_vase().get("labels"));
    assert_eq!(planned.get("size"), &Value::from(1), "the default");
    for computed in ["id", "note", "version"] {
        assert_eq!(planned.get(computed), &Value::Unknown, "{computed}");
    }
    let ann = planned.get("members").get("ann");
    assert_eq!((ann.get("role"), ann.get("status")), (&"owner".into(), &Value::Unknown));
}

#[tokio::test]
async fn after_a_create_everything_is_known_and_nothing_is_left_to_do() {
    let mut host = Host::new("life_create").await;
    let stored = host.create(&shared_vase()).await;
    assert!(stored.state.is_wholly_known());
    assert_eq!(stored.state.get("id"), &"thing-1".into());
    assert_eq!(stored.state.get("members").get("bob").get("status"), &"bob is well".into());
    assert_eq!(stored.identity, Some(identity("thing-1", Some("clay"))));
    let read = host.read(&stored).await;
    assert_eq!(host.value(&read.new_state), stored.state);
    assert_eq!(
        (read.private, read.new_identity),
        (stored.private.clone(), stored.identity.clone())
    );
    let plan = host.plan(&stored, &shared_vase()).await;
    assert_eq!(host.value(&plan.planned_state), stored.state);
}

#[tokio::test]
async fn a_thing_is_updated_in_place() {
    let mut host = Host::new("life_update").await;
    let stored = host.create(&shared_vase()).await;
    let renamed = with(&shared_vase(), "name", "jug");
    let plan = host.plan(&stored, &renamed).await;
    assert_eq!(plan.requires_replace, []);
    let planned = host.value(&plan.planned_state);
    assert_eq!((planned.get("name"), planned.get("version")), (&"jug".into(), &Value::Unknown));
    assert_eq!(planned.get("id"), stored.state.get("id"));
    let updated = host.update(&stored, &renamed).await;
    assert_eq!(updated.state.get("version"), &Value::from(2));
    assert_eq!(updated.identity, stored.identity);
}

#[tokio::test]
async fn what_cannot_change_is_replaced() {
    let mut host = Host::new("life_replace").await;
    let stored = host.create(&vase()).await;
    let glass = with(&vase(), "kind", "glass");
    let plan = host.plan(&stored, &glass).await;
    let [path] = plan.requires_replace.as_slice() else { panic!("{plan:?}") };
    let [step] = path.steps.as_slice() else { panic!("{path:?}") };
    assert_eq!(step.selector, Some(Selector::AttributeName("kind".to_owned())));
    // The create leg is planned again, as if there were no state.
    let replaced = Stored {
        state: Value::Null,
        private: plan.planned_private,
        identity: plan.planned_identity,
    };
    assert_eq!(replaced.identity, stored.identity);
    let second = host.plan(&replaced, &glass).await;
    assert_eq!(host.value(&second.planned_state).get("id"), &Value::Unknown);
    assert_eq!(second.requires_replace, []);
    assert_eq!(second.planned_identity, None, "the new thing has one of its own");
    assert_eq!(host.update(&stored, &Value::Null).await.state, Value::Null);
    let mut create = host.apply_request(&replaced, &glass).await;
    create.planned_identity = stored.identity;
    let created = host.client.apply_resource_change(create).await.unwrap().into_inner();
    assert_eq!(host.value(&created.new_state).get("kind"), &"glass".into());
    assert_eq!(created.new_identity, Some(identity("thing-1", Some("glass"))));
    assert_eq!(host.things.all().len(), 1);
}

#[tokio::test]
async fn a_destroy_is_planned_and_made() {
    let mut host = Host::new("life_destroy").await;
    let stored = host.create(&vase()).await;
    let plan = host.plan(&stored, &Value::Null).await;
    assert_eq!(plan.diagnostics, []);
    assert_eq!(host.value(&plan.planned_state), Value::Null);
    assert_eq!(plan.planned_private, stored.private);
    let applied = host.apply(&stored, &Value::Null).await;
    assert_eq!(applied.diagnostics, []);
    assert_eq!(host.value(&applied.new_state), Value::Null);
    assert!(host.things.all().is_empty());
}

#[tokio::test]
async fn what_is_gone_is_null() {
    let mut host = Host::new("life_gone").await;
    let stored = host.create(&vase()).await;
    host.things.forget_all();
    let read = host.read(&stored).await;
    assert_eq!(read.diagnostics, []);
    assert_eq!(host.value(&read.new_state), Value::Null);
}

/// What a host stores of an import, after the read that follows.
async fn imported(host: &mut Host, reply: import_resource_state::Response) -> Stored {
    assert_eq!(reply.diagnostics, []);
    let [object] = reply.imported_resources.as_slice() else { panic!("{reply:?}") };
    assert_eq!(object.type_name, THING);
    let state = host.value(&object.state);
    let (private, identity) = (object.private.clone(), object.identity.clone());
    let read = host.read(&Stored { state, private, identity }).await;
    assert_eq!(read.diagnostics, []);
    let state = host.value(&read.new_state);
    Stored { state, private: read.private, identity: read.new_identity }
}

#[tokio::test]
async fn an_import_by_id_gives_the_state_that_a_create_gave() {
    let mut host = Host::new("life_import").await;
    let stored = host.create(&shared_vase()).await;
    let reply = host.import("thing-1").await;
    let object = host.value(&reply.imported_resources[0].state);
    assert_eq!(object, config([("id", "thing-1".into())]), "enough to read the rest");
    let imported = imported(&mut host, reply).await;
    assert_eq!(imported.state, stored.state);
    assert_eq!(imported.identity, stored.identity);
}

#[tokio::test]
async fn an_import_by_identity_gives_the_same() {
    let mut host = Host::new("life_import_identity").await;
    let stored = host.create(&vase()).await;
    for kind in [Some("clay"), None] {
        let given = identity("thing-1", kind);
        let request = import_resource_state::Request {
            type_name: THING.to_owned(),
            identity: Some(given.clone()),
            ..Default::default()
        };
        let reply = soon(host.client.import_resource_state(request)).await.unwrap().into_inner();
        assert_eq!(reply.imported_resources[0].identity, Some(given));
        let imported = imported(&mut host, reply).await;
        assert_eq!(imported.state, stored.state);
        assert_eq!(imported.identity, stored.identity, "the read fills it in");
    }
}

#[tokio::test]
async fn stored_state_is_read_as_far_as_it_goes() {
    let mut host = Host::unconfigured("life_upgrade").await;
    let json =
        br#"{"id": "thing-1", "name": "vase", "colour": "blue", "size": 12345678901234567890}"#;
    let request = upgrade_resource_state::Request {
        type_name: THING.to_owned(),
        version: 0,
        raw_state: Some(RawState { json: json.to_vec(), ..RawState::default() }),
    };
    let reply = host.client.upgrade_resource_state(request).await.unwrap().into_inner();
    assert_eq!(reply.diagnostics, []);
    let size = "12345678901234567890".parse().map(Value::Number).unwrap();
    let expected = config([("id", "thing-1".into()), ("name", "vase".into()), ("size", size)]);
    assert_eq!(host.value(&reply.upgraded_state), expected);
}

#[tokio::test]
async fn a_stored_identity_of_the_same_version_passes_through() {
    let mut host = Host::unconfigured("life_upgrade_identity").await;
    let request = upgrade_resource_identity::Request {
        type_name: THING.to_owned(),
        version: 0,
        raw_identity: Some(RawState {
            json: br#"{"id": "thing-1", "kind": "clay"}"#.to_vec(),
            ..RawState::default()
        }),
    };
    let reply = host.client.upgrade_resource_identity(request).await.unwrap().into_inner();
    assert_eq!(reply.diagnostics, []);
    assert_eq!(reply.upgraded_identity, Some(identity("thing-1", Some("clay"))));
}

#[tokio::test]
async fn a_configured_provider_knows_its_host() {
    let mut host = Host::new("life_configure").await;
    assert_eq!(*host.things.engine.lock().unwrap(), "1.2.3");
    let config = Some(host.provider_config());
    let request = validate_provider_config::Request { config };
    let reply = host.client.validate_provider_config(request).await.unwrap().into_inner();
    assert_eq!(reply.diagnostics, []);
}

#[tokio::test]
async fn values_may_come_as_json() {
    let mut host = Host::new("life_json").await;
    let json =
        |json: &str| Some(DynamicValue { msgpack: Vec::new(), json: json.as_bytes().to_vec() });
    let request = plan_resource_change::Request {
        type_name: THING.to_owned(),
        // Absent, empty and a written null are all null.
        prior_state: Some(DynamicValue::default()),
        proposed_new_state: json(r#"{"name": "vase", "kind": "clay"}"#),
        config: json(r#"{"name": "vase", "kind": "clay"}"#),
        ..Default::default()
    };
    let plan = host.client.plan_resource_change(request).await.unwrap().into_inner();
    assert_eq!(plan.diagnostics, []);
    assert_eq!(host.value(&plan.planned_state).get("kind"), &"clay".into());
}
