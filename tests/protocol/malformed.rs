//! Bytes that no host would send.

use cleanrooms_provider::proto::tfplugin6::*;
use cleanrooms_provider::wire::{Type, Value, msgpack};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::host::{Host, Stored, THING, identity, vase};

fn bytes(msgpack: impl Into<Vec<u8>>) -> Option<DynamicValue> {
    Some(DynamicValue { msgpack: msgpack.into(), json: Vec::new() })
}

/// The whole configuration, but for the types of `name` and of anything extra.
fn written(name: (Value, Type), extra: Option<(&str, Value, Type)>) -> Vec<u8> {
    let (mut value, mut ty) = (vase().as_object().unwrap().clone(), thing_types());
    value.insert("name".to_owned(), name.0);
    ty.insert("name".to_owned(), name.1);
    if let Some((extra, extra_value, extra_type)) = extra {
        value.insert(extra.to_owned(), extra_value);
        ty.insert(extra.to_owned(), extra_type);
    }
    msgpack::encode(&Value::Object(value), &Type::Object(ty)).unwrap()
}

/// Types that suit the nulls and strings of [`vase`].
fn thing_types() -> std::collections::BTreeMap<String, Type> {
    vase().as_object().unwrap().keys().map(|name| (name.clone(), Type::String)).collect()
}

fn well_written() -> Vec<u8> {
    written(("vase".into(), Type::String), None)
}

fn step(name: &str) -> attribute_path::Step {
    let name = name.to_owned();
    attribute_path::Step { selector: Some(attribute_path::step::Selector::AttributeName(name)) }
}

#[tokio::test]
async fn an_error_says_what_was_wanted_what_came_and_where() {
    let mut host = Host::unconfigured("malformed_config").await;
    let mut truncated = well_written();
    truncated.pop();
    let mut trailing = well_written();
    trailing.push(0xc0);
    let cases = [
        (written((true.into(), Type::Bool), None), "expected a string, found a bool", Some("name")),
        (
            written(("vase".into(), Type::String), Some(("colour", "blue".into(), Type::String))),
            r#"there is no attribute "colour""#,
            None,
        ),
        (truncated, "the value ends early", None),
        (trailing, "more bytes follow the value: 1", None),
        (vec![0x80], "is missing", None),
        (vec![0x93, 1, 2, 3], "expected an object, found an array", None),
        (vec![0xc1], "expected an object", None),
    ];
    for (config, why, place) in cases {
        let request = validate_resource_config::Request {
            type_name: THING.to_owned(),
            config: bytes(config),
            client_capabilities: None,
        };
        let reply = host.client.validate_resource_config(request).await.unwrap().into_inner();
        let [error] = reply.diagnostics.as_slice() else { panic!("{reply:?}") };
        assert_eq!(error.summary, format!("Cannot read the configuration of {THING}"));
        assert!(error.detail.contains(why), "{why}: {}", error.detail);
        let steps = error.attribute.as_ref().map(|path| path.steps.clone());
        if place.is_some() {
            assert_eq!(steps, place.map(|name| vec![step(name)]));
        }
    }
}

#[tokio::test]
async fn a_read_of_a_broken_state_loses_nothing() {
    let mut host = Host::new("malformed_read").await;
    let request = read_resource::Request {
        type_name: THING.to_owned(),
        current_state: bytes([0xde, 0xad]),
        private: b"{}".to_vec(),
        current_identity: Some(identity("thing-1", None)),
        ..Default::default()
    };
    let read = host.client.read_resource(request.clone()).await.unwrap().into_inner();
    assert_eq!(read.diagnostics.len(), 1);
    assert_eq!(read.new_state, request.current_state);
    assert_eq!(read.private, request.private);
    assert_eq!(read.new_identity, request.current_identity);
}

#[tokio::test]
async fn an_apply_of_a_broken_plan_loses_nothing() {
    let mut host = Host::new("malformed_apply").await;
    let stored = host.create(&vase()).await;
    let good = host.apply_request(&stored, &Value::Null).await;
    let cases = [
        apply_resource_change::Request { planned_state: bytes([0x81]), ..good.clone() },
        apply_resource_change::Request { planned_private: b"[]".to_vec(), ..good.clone() },
        apply_resource_change::Request {
            planned_identity: Some(ResourceIdentityData { identity_data: bytes([0x90]) }),
            ..good.clone()
        },
    ];
    for request in cases {
        let applied = host.client.apply_resource_change(request.clone()).await.unwrap();
        let applied = applied.into_inner();
        assert_eq!(applied.diagnostics.len(), 1, "{request:?}");
        assert_eq!(applied.new_state, request.prior_state);
        assert_eq!(applied.private, request.planned_private);
        assert_eq!(applied.new_identity, request.planned_identity);
    }
    assert_eq!(host.things.all().len(), 1);
}

#[tokio::test]
async fn an_apply_of_nothing_to_nothing_is_an_error() {
    let mut host = Host::new("malformed_nothing").await;
    let request =
        apply_resource_change::Request { type_name: THING.to_owned(), ..Default::default() };
    let applied = host.client.apply_resource_change(request).await.unwrap().into_inner();
    assert_eq!(applied.diagnostics.len(), 1);
    assert!(host.things.all().is_empty());
}

#[tokio::test]
async fn stored_state_that_cannot_be_read_is_an_error() {
    let mut host = Host::unconfigured("malformed_upgrade").await;
    let flatmap = [("id".to_owned(), "thing-1".to_owned())].into_iter().collect();
    let json =
        |json: &str| Some(RawState { json: json.as_bytes().to_vec(), ..RawState::default() });
    let cases = [
        (None, "nothing was sent"),
        (Some(RawState { flatmap, ..RawState::default() }), "Terraform 0.11"),
        (json("{"), "not JSON"),
        (json("null"), "it is null"),
        (json(r#"{"name": 7}"#), "expected a string, found a number"),
    ];
    for (raw_state, why) in cases {
        let request =
            upgrade_resource_state::Request { type_name: THING.to_owned(), version: 0, raw_state };
        let reply = host.client.upgrade_resource_state(request).await.unwrap().into_inner();
        assert_eq!(reply.upgraded_state, None);
        assert!(reply.diagnostics[0].detail.contains(why), "{why}: {reply:?}");
    }
}

#[tokio::test]
async fn a_stored_identity_with_too_little_to_go_by_is_none() {
    let mut host = Host::unconfigured("malformed_identity").await;
    let request = upgrade_resource_identity::Request {
        type_name: THING.to_owned(),
        version: 7,
        raw_identity: Some(RawState { json: b"{}".to_vec(), ..RawState::default() }),
    };
    let reply = host.client.upgrade_resource_identity(request).await.unwrap().into_inner();
    // An error would lock out every state that has none: Terraform asks all the same.
    assert_eq!(reply.upgraded_identity, None);
    assert_eq!(reply.diagnostics, Vec::new());
}

/// Random bytes, and bytes that were a value before some of them changed.
fn hostile_bytes() -> impl Strategy<Value = Vec<u8>> {
    let changed = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let mutated = (changed, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(changes, length, cut)| {
            let mut bytes = well_written();
            for (index, byte) in changes {
                *index.get_mut(&mut bytes) = byte;
            }
            if cut {
                bytes.truncate(length.index(bytes.len()));
            }
            bytes
        },
    );
    let json = "[{}\\[\\]\":,a-z0-9]{0,20}".prop_map(String::into_bytes);
    prop_oneof![prop::collection::vec(any::<u8>(), 0..40), mutated, json]
}

/// What all calls answered.
async fn diagnostics_of_all_calls(host: &mut Host, hostile: &[Vec<u8>]) -> Vec<Diagnostic> {
    let mut next = hostile.iter().cycle().cloned();
    let mut raw = || next.next().expect("a cycle has no end");
    let mut other = hostile.iter().rev().cycle().cloned();
    let mut value = || {
        let (msgpack, json) = (raw(), Vec::new());
        let json = if msgpack.is_empty() { raw() } else { json };
        Some(DynamicValue { msgpack, json })
    };
    let mut bytes = || other.next().expect("a cycle has no end");
    let action_type = || crate::actions::POLISH.to_owned();
    let type_name = || THING.to_owned();
    let client = &mut host.client;
    let mut found = Vec::new();
    macro_rules! call {
        ($rpc:ident, $request:expr) => {
            let reply = client.$rpc($request).await.expect(stringify!($rpc)).into_inner();
            found.extend(reply.diagnostics);
        };
    }
    call!(validate_provider_config, validate_provider_config::Request { config: value() });
    call!(
        configure_provider,
        configure_provider::Request { config: value(), ..Default::default() }
    );
    call!(
        validate_resource_config,
        validate_resource_config::Request {
            type_name: type_name(),
            config: value(),
            client_capabilities: None
        }
    );
    call!(
        upgrade_resource_state,
        upgrade_resource_state::Request {
            type_name: type_name(),
            version: 0,
            raw_state: Some(RawState { json: bytes(), ..RawState::default() })
        }
    );
    call!(
        upgrade_resource_identity,
        upgrade_resource_identity::Request {
            type_name: type_name(),
            version: 0,
            raw_identity: Some(RawState { json: bytes(), ..RawState::default() })
        }
    );
    call!(
        read_resource,
        read_resource::Request {
            type_name: type_name(),
            current_state: value(),
            private: bytes(),
            provider_meta: value(),
            client_capabilities: None,
            current_identity: Some(ResourceIdentityData { identity_data: value() })
        }
    );
    let prior = value();
    call!(
        plan_resource_change,
        plan_resource_change::Request {
            type_name: type_name(),
            prior_state: prior.clone(),
            proposed_new_state: value(),
            config: value(),
            prior_private: Vec::new(),
            planned_private: bytes(),
            ..Default::default()
        }
    );
    call!(
        plan_resource_change,
        plan_resource_change::Request {
            type_name: type_name(),
            prior_state: None,
            proposed_new_state: value(),
            config: value(),
            prior_private: bytes(),
            prior_identity: Some(ResourceIdentityData { identity_data: value() }),
            ..Default::default()
        }
    );
    for private in [Vec::new(), bytes()] {
        call!(
            apply_resource_change,
            apply_resource_change::Request {
                type_name: type_name(),
                prior_state: prior.clone(),
                planned_state: value(),
                config: value(),
                planned_private: private,
                ..Default::default()
            }
        );
    }
    for source_type_name in [type_name(), "other_thing".to_owned()] {
        call!(
            move_resource_state,
            move_resource_state::Request {
                source_provider_address: "test".to_owned(),
                source_type_name,
                source_state: Some(RawState { json: bytes(), ..RawState::default() }),
                source_private: bytes(),
                source_identity: Some(RawState { json: bytes(), ..RawState::default() }),
                target_type_name: type_name(),
                ..Default::default()
            }
        );
    }
    call!(
        validate_data_resource_config,
        validate_data_resource_config::Request { type_name: type_name(), config: value() }
    );
    call!(
        read_data_source,
        read_data_source::Request { type_name: type_name(), config: value(), ..Default::default() }
    );
    call!(
        validate_list_resource_config,
        validate_list_resource_config::Request {
            type_name: type_name(),
            config: value(),
            ..Default::default()
        }
    );
    call!(
        validate_action_config,
        validate_action_config::Request { type_name: action_type(), config: value() }
    );
    call!(
        plan_action,
        plan_action::Request {
            action_type: action_type(),
            config: value(),
            client_capabilities: None
        }
    );
    let invoking = invoke_action::Request {
        action_type: action_type(),
        config: value(),
        client_capabilities: None,
    };
    let mut events = client.invoke_action(invoking).await.expect("an action").into_inner();
    while let Some(event) = events.message().await.expect("an event") {
        if let Some(invoke_action::event::Type::Completed(completed)) = event.r#type {
            found.extend(completed.diagnostics);
        }
    }
    call!(
        generate_resource_config,
        generate_resource_config::Request { type_name: type_name(), state: value() }
    );
    let listing = list_resource::Request {
        type_name: type_name(),
        config: value(),
        include_resource_object: true,
        limit: 10,
    };
    let mut events = client.list_resource(listing).await.expect("a list").into_inner();
    while let Some(event) = events.message().await.expect("an event") {
        found.extend(event.diagnostic);
    }
    call!(
        import_resource_state,
        import_resource_state::Request {
            type_name: type_name(),
            identity: Some(ResourceIdentityData { identity_data: value() }),
            ..Default::default()
        }
    );
    found
}

#[test]
fn no_bytes_make_the_server_panic_or_refuse_to_answer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let host = runtime.block_on(Host::new("malformed_random"));
    let hostile = prop::collection::vec(hostile_bytes(), 1..6);
    let ran = TestRunner::default().run(&hostile, |hostile| {
        let mut host = host.clone();
        let diagnostics = runtime.block_on(diagnostics_of_all_calls(&mut host, &hostile));
        for diagnostic in diagnostics {
            prop_assert!(!diagnostic.detail.contains("panicked"), "{diagnostic:?}");
        }
        Ok(())
    });
    ran.unwrap();
    let mut host = host;
    let served = runtime.block_on(host.plan(&Stored::default(), &vase()));
    assert_eq!(served.diagnostics, []);
}
