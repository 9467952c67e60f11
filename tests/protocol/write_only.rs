//! Write-only arguments on the wire: who may give one, and where its value goes.

use cleanrooms_provider::proto::tfplugin6::attribute_path::step::Selector;
use cleanrooms_provider::proto::tfplugin6::*;
use cleanrooms_provider::wire::Value;

use crate::host::{Host, Stored, THING, vase, with};

fn capable() -> Option<ClientCapabilities> {
    Some(ClientCapabilities { write_only_attributes_allowed: true, ..Default::default() })
}

#[tokio::test]
async fn the_schema_says_what_is_write_only() {
    let mut host = Host::unconfigured("write_only_schema").await;
    let request = get_provider_schema::Request::default();
    let mut schemas = host.client.get_provider_schema(request).await.unwrap().into_inner();
    let block = schemas.resource_schemas.remove(THING).unwrap().block.unwrap();
    let write_only = block.attributes.iter().filter(|it| it.write_only).collect::<Vec<_>>();
    let [secret] = write_only.as_slice() else { panic!("{write_only:?}") };
    assert_eq!(secret.name, "secret_wo");
    assert!(secret.optional && !secret.computed && secret.sensitive);
}

#[tokio::test]
async fn an_engine_that_would_store_it_is_refused() {
    let mut host = Host::unconfigured("write_only_refused").await;
    let config = with(&vase(), "secret_wo", "sesame");
    assert_eq!(host.validate_for(&config, capable()).await, []);
    for unable in [None, Some(ClientCapabilities::default())] {
        assert_eq!(host.validate_for(&vase(), unable).await, []);
        let told = host.validate_for(&config, unable).await;
        let [refused] = told.as_slice() else { panic!("{told:?}") };
        let secret = Selector::AttributeName("secret_wo".to_owned());
        let steps = refused.attribute.as_ref().map(|path| path.steps.clone());
        assert_eq!(steps, Some(vec![attribute_path::Step { selector: Some(secret) }]));
        assert!(refused.detail.contains("use `secret`"), "{}", refused.detail);
        let told = host.validate_for(&with(&vase(), "secret_wo", Value::Unknown), unable).await;
        assert_eq!(told.len(), 1, "{told:?}");
    }
}

#[tokio::test]
async fn the_service_gets_it_and_neither_plan_nor_state_does() {
    let mut host = Host::new("write_only_create").await;
    let config = with(&vase(), "secret_wo", "sesame");
    let plan = host.plan(&Stored::default(), &config).await;
    let planned = host.value(&plan.planned_state);
    assert_eq!((planned.get("secret"), planned.get("secret_wo")), (&Value::Null, &Value::Null));
    let stored = host.create(&config).await;
    assert_eq!(host.things.all()[0].secret.as_deref(), Some("sesame"));
    let read = host.read(&stored).await;
    for state in [stored.state, host.value(&read.new_state)] {
        assert_eq!((state.get("secret"), state.get("secret_wo")), (&Value::Null, &Value::Null));
    }
}
