//! What is not known yet: values, and what the provider is to be configured with.

use cleanrooms_provider::proto::tfplugin6::DynamicValue;
use cleanrooms_provider::proto::tfplugin6::diagnostic::Severity;
use cleanrooms_provider::wire::Value;

use crate::host::{Host, Stored, THING, vase, with};

/// An unknown string that is promised not to be null and to begin with "a".
const REFINED: [u8; 9] = [0xc7, 6, 12, 0x82, 1, 0xc2, 2, 0xa1, b'a'];

/// `bytes` with every plain unknown refined.
fn refined(bytes: &[u8]) -> Vec<u8> {
    let plain = [0xd4, 0, 0];
    let mut refined = Vec::new();
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        if let Some(tail) = rest.strip_prefix(plain.as_slice()) {
            refined.extend(REFINED);
            rest = tail;
        } else {
            refined.push(*first);
            rest = tail;
        }
    }
    refined
}

#[tokio::test]
async fn unknown_values_are_neither_judged_nor_lost() {
    let mut host = Host::new("unknown_plan").await;
    let config = with(&with(&vase(), "name", Value::Unknown), "labels", Value::Unknown);
    assert_eq!(host.validate(&config).await, []);
    let plan = host.plan(&Stored::default(), &config).await;
    assert_eq!(plan.diagnostics, []);
    let planned = host.value(&plan.planned_state);
    assert_eq!((planned.get("name"), planned.get("labels")), (&Value::Unknown, &Value::Unknown));
}

#[tokio::test]
async fn a_refined_unknown_is_unknown() {
    let mut host = Host::new("unknown_refined").await;
    let mut request = host.plan_request(&Stored::default(), &with(&vase(), "name", Value::Unknown));
    let bytes = refined(&request.config.unwrap().msgpack);
    assert!(bytes.windows(REFINED.len()).any(|window| window == REFINED));
    request.config = Some(DynamicValue { msgpack: bytes, json: Vec::new() });
    request.proposed_new_state = request.config.clone();
    let plan = host.client.plan_resource_change(request).await.unwrap().into_inner();
    assert_eq!(plan.diagnostics, []);
    assert_eq!(host.value(&plan.planned_state).get("name"), &Value::Unknown);
}

#[tokio::test]
async fn a_state_that_is_not_known_is_refused() {
    let mut host = Host::new("unknown_state").await;
    let stored = host.create(&vase()).await;
    let state = with(&stored.state, "note", Value::Unknown);
    let read = host.read(&Stored { state: state.clone(), ..stored }).await;
    assert_eq!(read.diagnostics[0].summary, format!("Cannot read the state of {THING}"));
    assert_eq!(host.value(&read.new_state), state);
}

#[tokio::test]
async fn a_wholly_unknown_configuration_is_refused() {
    let mut host = Host::new("unknown_config").await;
    let diagnostics = host.validate(&Value::Unknown).await;
    assert_eq!(diagnostics[0].summary, format!("Cannot read the configuration of {THING}"));
}

#[tokio::test]
async fn without_a_known_service_state_stays_and_nothing_is_imported() {
    let mut host = Host::new("unknown_service").await;
    let stored = host.create(&vase()).await;
    assert_eq!(host.configure(Value::Unknown).await.diagnostics, []);
    let read = host.read(&stored).await;
    assert_eq!(read.diagnostics[0].severity(), Severity::Warning);
    assert_eq!(host.value(&read.new_state), stored.state);
    assert_eq!(
        (read.private, read.new_identity),
        (stored.private.clone(), stored.identity.clone())
    );
    let plan = host.plan(&stored, &vase()).await;
    assert_eq!(host.value(&plan.planned_state), stored.state);
    let import = host.import("thing-1").await;
    assert!(import.imported_resources.is_empty());
    assert_eq!(import.diagnostics[0].severity(), Severity::Error);
}

#[tokio::test]
async fn before_configuration_a_host_can_validate_and_plan() {
    let mut host = Host::unconfigured("unconfigured").await;
    assert_eq!(host.validate(&vase()).await, []);
    let plan = host.plan(&Stored::default(), &vase()).await;
    assert_eq!(plan.diagnostics, []);
    assert_eq!(plan.planned_private, br#"{"planned_with_client":false}"#);
}

#[tokio::test]
async fn before_configuration_the_service_is_out_of_reach_and_state_stays() {
    let mut host = Host::new("unconfigured_first").await;
    let stored = host.create(&vase()).await;
    let mut host = Host::unconfigured("unconfigured_then").await;
    let read = host.read(&stored).await;
    assert_eq!(read.diagnostics[0].summary, "The provider is not configured");
    assert_eq!(host.value(&read.new_state), stored.state);
    assert_eq!(
        (read.private, read.new_identity),
        (stored.private.clone(), stored.identity.clone())
    );
    let applied = host.apply(&stored, &Value::Null).await;
    assert_eq!(applied.diagnostics[0].summary, "The provider is not configured");
    assert_eq!(host.value(&applied.new_state), stored.state);
    let import = host.import("thing-1").await;
    assert_eq!(import.diagnostics[0].summary, "The provider is not configured");
    assert!(import.imported_resources.is_empty());
}
