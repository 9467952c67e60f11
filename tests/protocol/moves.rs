//! A `moved` block that leads here from another type or another address of the provider.

use cleanrooms_provider::proto::tfplugin6::*;
use cleanrooms_provider::wire::{Value, json};

use crate::host::{Host, THING, identity, vase};

/// A request about a thing that another address of the provider has made, of state version 0.
fn request(state: &[u8]) -> move_resource_state::Request {
    move_resource_state::Request {
        source_provider_address: "registry.example.com/acme/test".to_owned(),
        source_type_name: THING.to_owned(),
        source_state: raw(state),
        target_type_name: THING.to_owned(),
        ..Default::default()
    }
}

fn raw(json: &[u8]) -> Option<RawState> {
    Some(RawState { json: json.to_vec(), ..RawState::default() })
}

async fn moved(
    host: &mut Host,
    request: move_resource_state::Request,
) -> move_resource_state::Response {
    host.client.move_resource_state(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_provider_that_was_never_configured_takes_an_object_over() {
    let mut host = Host::unconfigured("moves_own").await;
    let mut state = vase().as_object().unwrap().clone();
    state.insert("id".to_owned(), "thing-1".into());
    let state = Value::Object(state);
    let bytes = json::encode(&state, &host.ty()).unwrap();
    let request = move_resource_state::Request {
        source_private: br#"{"note":1}"#.to_vec(),
        source_identity: raw(br#"{"id":"thing-1","kind":"clay"}"#),
        ..request(&bytes)
    };
    let reply = moved(&mut host, request).await;
    assert_eq!(reply.diagnostics, []);
    assert_eq!(host.value(&reply.target_state), state);
    assert_eq!(reply.target_private, br#"{"note":1}"#);
    assert_eq!(reply.target_identity, Some(identity("thing-1", Some("clay"))));
}

#[tokio::test]
async fn what_cannot_be_taken_over_is_an_error_and_never_taken_for_gone() {
    let mut host = Host::unconfigured("moves_refused").await;
    let flatmap = [("id".to_owned(), "thing-1".to_owned())].into_iter().collect();
    let good = request(b"{}");
    for (request, why) in [
        (request(b"null"), "it is null"),
        (request(b"{"), "not JSON"),
        (request(b"[]"), "expected an object"),
        (move_resource_state::Request { source_state: None, ..good.clone() }, "nothing was sent"),
        (
            move_resource_state::Request {
                source_state: Some(RawState { flatmap, ..RawState::default() }),
                ..good.clone()
            },
            "Terraform 0.11",
        ),
        (
            move_resource_state::Request { source_private: b"\x00".to_vec(), ..good.clone() },
            "private notes",
        ),
        (
            move_resource_state::Request { source_schema_version: 7, ..good.clone() },
            "schema version 7",
        ),
        (
            move_resource_state::Request {
                source_type_name: "aws_thing".to_owned(),
                ..good.clone()
            },
            "`aws_thing` of provider `registry.example.com/acme/test`",
        ),
        (
            move_resource_state::Request { target_type_name: "test_other".to_owned(), ..good },
            "no such resource",
        ),
    ] {
        let reply = moved(&mut host, request).await;
        let [error] = reply.diagnostics.as_slice() else { panic!("{why}: {reply:?}") };
        assert!(error.detail.contains(why), "{why}: {error:?}");
        assert_eq!((reply.target_state, reply.target_identity), (None, None));
    }
}
