//! The calls that a host makes, and a service that takes its time over them.

use std::sync::Arc;
use std::time::Duration;

use cleanrooms_harness::sandbox::Sandbox;
use cleanrooms_provider::cleanrooms::registry;
use cleanrooms_provider::proto::tfplugin6::provider_client::ProviderClient;
use cleanrooms_provider::proto::tfplugin6::*;
use cleanrooms_provider::wire::{json, msgpack};
use serde_json::{Value, json};
use tonic::Status;
use tonic::transport::Channel;

use super::soon;

const COLLABORATION: &str = "cleanrooms_collaboration";

/// A small one, as a configuration gives it.
fn collaboration() -> Value {
    json!({
        "name": "Research",
        "creator_display_name": "Creator",
        "creator_member_abilities": [],
        "query_log_status": "ENABLED",
        "members": {},
    })
}

/// Our sandbox.
#[derive(Clone)]
pub struct Service(Arc<Sandbox>);

impl Service {
    pub fn start() -> Self {
        Service(Arc::new(tokio::task::block_in_place(Sandbox::start).unwrap()))
    }

    /// A sandbox that answers the first call of `operation` so much later.
    pub fn slow_at(operation: &str, milliseconds: u64) -> Self {
        let service = Self::start();
        let latency = json!({ "kind": "latency", "milliseconds": milliseconds });
        let fault = json!({ "operation": operation, "count": 1, "fault": latency });
        let ask = || service.0.client().admin("POST", "faults", Some(&fault));
        tokio::task::block_in_place(ask).unwrap();
        service
    }

    /// Waits until that call is under way.
    pub async fn is_asked(&self) {
        let begun = async {
            while !tokio::task::block_in_place(|| self.0.client().faults_have_begun()).unwrap() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        soon("the slow call", begun).await;
    }
}

/// A host that speaks to a provider over one channel.
#[derive(Clone)]
pub struct Host(pub ProviderClient<Channel>);

impl Host {
    pub fn new(channel: Channel) -> Self {
        Host(ProviderClient::new(channel))
    }

    /// A host that has configured its provider for the first account.
    pub async fn configured(channel: Channel, service: &Service) -> Self {
        let mut host = Host::new(channel);
        host.configure(service, "111122223333").await;
        host
    }

    pub async fn configure(&mut self, service: &Service, account: &str) {
        let url = service.0.url();
        let config = json!({
            "region": "us-east-1",
            "access_key": account,
            "secret_key": "secret",
            "endpoints": [{ "cleanrooms": url, "sts": url }],
        });
        let request = configure_provider::Request {
            terraform_version: "1.2.3".to_owned(),
            config: Some(dynamic(&config)),
            client_capabilities: None,
        };
        let reply = soon("ConfigureProvider", self.0.configure_provider(request)).await;
        assert_eq!(reply.unwrap().into_inner().diagnostics, []);
    }

    /// Plans and makes a small collaboration.
    pub async fn create(&mut self) -> apply_resource_change::Response {
        self.try_create().await.unwrap()
    }

    pub async fn try_create(&mut self) -> Result<apply_resource_change::Response, Status> {
        let config = Some(dynamic(&collaboration()));
        let request = plan_resource_change::Request {
            type_name: COLLABORATION.to_owned(),
            proposed_new_state: config.clone(),
            config: config.clone(),
            ..Default::default()
        };
        let plan = soon("a plan", self.0.plan_resource_change(request)).await?.into_inner();
        assert_eq!(plan.diagnostics, []);
        let request = apply_resource_change::Request {
            type_name: COLLABORATION.to_owned(),
            planned_state: plan.planned_state,
            config,
            planned_private: plan.planned_private,
            planned_identity: plan.planned_identity,
            ..Default::default()
        };
        Ok(soon("an apply", self.0.apply_resource_change(request)).await?.into_inner())
    }

    /// Five calls over what was made: those of a plan without a change, and one more plan where
    /// nothing is read.
    pub async fn round(&mut self, created: &apply_resource_change::Response, reads: bool) {
        let type_name = COLLABORATION.to_owned();
        let config = Some(dynamic(&collaboration()));
        let request = validate_resource_config::Request {
            type_name: type_name.clone(),
            config: config.clone(),
            client_capabilities: None,
        };
        let validated = soon("a check", self.0.validate_resource_config(request)).await.unwrap();
        assert_eq!(validated.into_inner().diagnostics, []);
        let raw_state = Some(RawState { json: as_stored(created), ..RawState::default() });
        let request =
            upgrade_resource_state::Request { type_name: type_name.clone(), version: 1, raw_state };
        let upgraded = soon("an upgrade", self.0.upgrade_resource_state(request)).await.unwrap();
        assert_eq!(upgraded.into_inner().diagnostics, []);
        if reads {
            let request = read_resource::Request {
                type_name: type_name.clone(),
                current_state: created.new_state.clone(),
                private: created.private.clone(),
                current_identity: created.new_identity.clone(),
                ..Default::default()
            };
            let read = soon("a read", self.0.read_resource(request)).await.unwrap().into_inner();
            assert_eq!(read.diagnostics, []);
        }
        for _ in 0..if reads { 2 } else { 3 } {
            let request = plan_resource_change::Request {
                type_name: type_name.clone(),
                prior_state: created.new_state.clone(),
                proposed_new_state: created.new_state.clone(),
                config: config.clone(),
                prior_private: created.private.clone(),
                ..Default::default()
            };
            let plan = soon("a plan", self.0.plan_resource_change(request)).await.unwrap();
            assert_eq!(plan.into_inner().diagnostics, []);
        }
    }

    /// The id of a collaboration that a host has in its state.
    pub const STORED: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

    /// Reads what is stored.
    pub async fn read(&mut self) -> read_resource::Response {
        let request = read_resource::Request {
            type_name: COLLABORATION.to_owned(),
            current_state: Some(dynamic(&json!({ "id": Self::STORED }))),
            ..Default::default()
        };
        soon("a read", self.0.read_resource(request)).await.unwrap().into_inner()
    }

    pub async fn stop(&mut self) {
        let stopped = self.0.stop_provider(stop_provider::Request {});
        assert_eq!(soon("StopProvider", stopped).await.unwrap().into_inner().error, "");
    }
}

/// A collaboration as a state file has it.
fn as_stored(created: &apply_resource_change::Response) -> Vec<u8> {
    let mut resources = registry::all().into_iter();
    let resource = resources.find(|resource| resource.type_name() == COLLABORATION).unwrap();
    let ty = resource.schema().implied_type();
    let state = created.new_state.as_ref().unwrap();
    json::encode(&msgpack::decode(&state.msgpack, &ty).unwrap(), &ty).unwrap()
}

fn dynamic(value: &Value) -> DynamicValue {
    DynamicValue { msgpack: Vec::new(), json: value.to_string().into_bytes() }
}

/// Whether the bytes of a value hold a text.
pub fn holds(value: &Option<DynamicValue>, text: &str) -> bool {
    let bytes = value.as_ref().map_or(&[][..], |value| &value.msgpack);
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
