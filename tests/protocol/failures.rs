//! What goes wrong is told, and state stays what it was.

use cleanrooms_provider::proto::tfplugin6::diagnostic::Severity;
use cleanrooms_provider::proto::tfplugin6::*;
use cleanrooms_provider::wire::Value;

use crate::host::{Host, Stored, THING, config, soon, vase, with};
use crate::things::{Fault, Operation, PANICS};

/// The only diagnostic, which must be an error.
fn error(diagnostics: &[Diagnostic]) -> &Diagnostic {
    let [error] = diagnostics else { panic!("{diagnostics:?}") };
    assert_eq!(error.severity(), Severity::Error);
    error
}

fn assert_panicked(rpc: &str, diagnostics: &[Diagnostic]) {
    let error = error(diagnostics);
    assert!(error.detail.starts_with(&format!("{rpc} panicked: ")), "{error:?}");
    assert!(error.detail.contains("on purpose"), "{error:?}");
}

/// Creates a thing, and then lets each of the three operations go wrong.
async fn stored_and(fault: Fault, service: &str) -> (Host, Stored) {
    let mut host = Host::new(service).await;
    let stored = host.create(&vase()).await;
    for operation in [Operation::Read, Operation::Update, Operation::Delete] {
        host.things.fault(operation, fault);
    }
    (host, stored)
}

#[tokio::test]
async fn a_failed_read_keeps_state_private_and_identity() {
    for (fault, service) in [(Fault::Fails, "fail_read"), (Fault::Panics, "panic_read")] {
        let (mut host, stored) = stored_and(fault, service).await;
        let read = host.read(&stored).await;
        error(&read.diagnostics);
        assert_eq!(host.value(&read.new_state), stored.state);
        assert_eq!((read.private, read.new_identity), (stored.private, stored.identity));
    }
}

#[tokio::test]
async fn a_failed_update_keeps_state_and_identity() {
    for (fault, service) in [(Fault::Fails, "fail_update"), (Fault::Panics, "panic_update")] {
        let (mut host, stored) = stored_and(fault, service).await;
        let applied = host.apply(&stored, &with(&vase(), "name", "jug")).await;
        error(&applied.diagnostics);
        assert_eq!(host.value(&applied.new_state), stored.state);
        assert_eq!(applied.new_identity, stored.identity);
    }
}

#[tokio::test]
async fn a_failed_delete_keeps_state_and_identity() {
    for (fault, service) in [(Fault::Fails, "fail_delete"), (Fault::Panics, "panic_delete")] {
        let (mut host, stored) = stored_and(fault, service).await;
        let applied = host.apply(&stored, &Value::Null).await;
        error(&applied.diagnostics);
        assert_eq!(host.value(&applied.new_state), stored.state);
        assert_eq!(applied.new_identity, stored.identity);
    }
}

#[tokio::test]
async fn a_failed_create_leaves_nothing() {
    for (fault, service) in [(Fault::Fails, "fail_create"), (Fault::Panics, "panic_create")] {
        let mut host = Host::new(service).await;
        host.things.fault(Operation::Create, fault);
        let applied = host.apply(&Stored::default(), &vase()).await;
        error(&applied.diagnostics);
        assert_eq!(host.value(&applied.new_state), Value::Null);
        assert_eq!(applied.new_identity, None);
    }
}

#[tokio::test]
async fn after_a_create_a_failing_read_is_a_warning() {
    for (fault, service) in
        [(Fault::Fails, "fail_read_after_create"), (Fault::Panics, "panic_read_after_create")]
    {
        let mut host = Host::new(service).await;
        host.things.fault(Operation::Read, fault);
        let applied = host.apply(&Stored::default(), &vase()).await;
        let [warning] = applied.diagnostics.as_slice() else { panic!("{applied:?}") };
        assert_eq!(warning.severity(), Severity::Warning);
        assert_eq!(host.value(&applied.new_state).get("id"), &"thing-1".into());
        assert!(applied.new_identity.is_some());
    }
}

#[tokio::test]
async fn a_panic_costs_its_call_and_no_other() {
    let mut host = Host::new("panic_calls").await;
    let bad = with(&vase(), "name", PANICS);
    assert_panicked("ValidateResourceConfig", &host.validate(&bad).await);
    let stored = host.create(&vase()).await;
    let plan = host.plan(&stored, &bad).await;
    assert_panicked("PlanResourceChange", &plan.diagnostics);
    assert_eq!(host.value(&plan.planned_state), stored.state);
    let import = host.import(PANICS).await;
    assert_panicked("ImportResourceState", &import.diagnostics);
    host.things.fault(Operation::Update, Fault::Panics);
    let applied = host.apply(&stored, &with(&vase(), "name", "jug")).await;
    assert_panicked("ApplyResourceChange", &applied.diagnostics);
    host.things.fault(Operation::Read, Fault::Panics);
    assert_panicked("ReadResource", &host.read(&stored).await.diagnostics);
    assert_eq!(host.validate(&vase()).await, []);
}

#[tokio::test]
async fn a_mistake_is_told_with_its_path_before_any_call() {
    let mut host = Host::unconfigured("validate").await;
    let diagnostics = host.validate(&with(&vase(), "name", "far too long a name")).await;
    let error = error(&diagnostics);
    let path = error.attribute.as_ref().unwrap();
    let name = attribute_path::step::Selector::AttributeName("name".to_owned());
    assert_eq!(path.steps, [attribute_path::Step { selector: Some(name) }]);
    assert_eq!(error.detail, "The value has 19 characters; at most 10 are allowed.");
}

#[tokio::test]
async fn all_mistakes_are_told_at_once() {
    let mut host = Host::unconfigured("validate_all").await;
    let member = Value::object([("role", Value::Null), ("status", Value::Null)]);
    let config = config([
        ("name", "".into()),
        ("kind", "clay".into()),
        ("labels", Value::set([Value::Null])),
        ("members", Value::map([("ann", member), ("bob", Value::Null)])),
    ]);
    let diagnostics = host.validate(&config).await;
    let mut summaries: Vec<_> = diagnostics.iter().map(|d| d.summary.as_str()).collect();
    summaries.sort_unstable();
    assert_eq!(
        summaries,
        [
            "Invalid value for labels",
            "Invalid value for members[\"ann\"].role",
            "Invalid value for members[\"bob\"]",
            "Invalid value for name",
        ]
    );
}

#[tokio::test]
async fn a_provider_that_cannot_be_configured_says_where() {
    let mut host = Host::unconfigured("configure").await;
    let configured = host.configure("elsewhere".into()).await;
    let path = error(&configured.diagnostics).attribute.as_ref().unwrap();
    assert_eq!(path.steps.len(), 1);
    let read = host.read(&Stored { state: config([]), ..Stored::default() }).await;
    assert_eq!(error(&read.diagnostics).summary, "The provider is not configured");
}

#[tokio::test]
async fn a_malformed_import_id_is_an_error() {
    let mut host = Host::new("import_malformed").await;
    let import = host.import("vase").await;
    assert_eq!(error(&import.diagnostics).summary, "Malformed id");
    assert!(import.imported_resources.is_empty());
    let neither = host.import("").await;
    assert_eq!(error(&neither.diagnostics).summary, "Malformed id");
}

#[tokio::test]
async fn an_unknown_resource_type_is_an_error_of_each_call() {
    let mut host = Host::new("unknown_type").await;
    let stored = host.create(&vase()).await;
    let type_name = || "test_thingamajig".to_owned();
    let mut apply = host.apply_request(&stored, &Value::Null).await;
    apply.type_name = type_name();
    let mut read = host.read_request(&stored);
    read.type_name = type_name();
    let mut plan = host.plan_request(&stored, &vase());
    plan.type_name = type_name();
    let config = host.dynamic(&vase());
    let client = &mut host.client;
    let validate =
        validate_resource_config::Request { type_name: type_name(), config, ..Default::default() };
    let import = import_resource_state::Request { type_name: type_name(), ..Default::default() };
    let upgrade = upgrade_resource_state::Request { type_name: type_name(), ..Default::default() };
    let identity =
        upgrade_resource_identity::Request { type_name: type_name(), ..Default::default() };
    let applied = soon(client.apply_resource_change(apply)).await.unwrap().into_inner();
    let read = soon(client.read_resource(read)).await.unwrap().into_inner();
    let diagnostics = [
        applied.diagnostics,
        read.diagnostics,
        client.plan_resource_change(plan).await.unwrap().into_inner().diagnostics,
        client.validate_resource_config(validate).await.unwrap().into_inner().diagnostics,
        client.import_resource_state(import).await.unwrap().into_inner().diagnostics,
        client.upgrade_resource_state(upgrade).await.unwrap().into_inner().diagnostics,
        client.upgrade_resource_identity(identity).await.unwrap().into_inner().diagnostics,
    ];
    for diagnostics in diagnostics {
        assert_eq!(error(&diagnostics).summary, "Unknown resource type \"test_thingamajig\"");
    }
    for state in [applied.new_state, read.new_state] {
        assert_eq!(host.value(&state), stored.state);
    }
    assert_ne!(THING, type_name());
}
