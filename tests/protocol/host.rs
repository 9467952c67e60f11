//! A host: calls the provider as Terraform does, with values instead of bytes.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cleanrooms_provider::framework::Provider;
use cleanrooms_provider::proto::tfplugin6::provider_client::ProviderClient;
use cleanrooms_provider::proto::tfplugin6::provider_server::ProviderServer;
use cleanrooms_provider::proto::tfplugin6::*;
use cleanrooms_provider::server::Service;
use cleanrooms_provider::wire::{Type, Value, msgpack};
use hyper_util::rt::TokioIo;
use tokio_stream::StreamExt as _;
use tonic::transport::{Channel, Endpoint, Server};

use crate::things::{Collection, Things};

pub const THING: &str = "test_thing";

/// A host with a connection to a provider of its own.
#[derive(Clone)]
pub struct Host {
    pub client: ProviderClient<Channel>,
    pub things: Arc<Things>,
    service: String,
    ty: Type,
}

/// Waits for what must come soon: far longer than a loaded machine needs.
pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it never came")
}

impl Host {
    /// A host that has configured the provider with a service called `service`.
    pub async fn new(service: &str) -> Self {
        let mut host = Self::unconfigured(service).await;
        let configured = host.configure(service.into()).await;
        assert_eq!(configured.diagnostics, []);
        host
    }

    /// A host that has not configured the provider, as `validate` is one.
    pub async fn unconfigured(service: &str) -> Self {
        let things = Things::serve(service);
        let client = ProviderClient::new(connect().await);
        let ty = Type::object([
            ("id", Type::String),
            ("name", Type::String),
            ("kind", Type::String),
            ("size", Type::Number),
            ("labels", Type::set(Type::String)),
            (
                "members",
                Type::map(Type::object([("role", Type::String), ("status", Type::String)])),
            ),
            ("note", Type::String),
            ("secret", Type::String),
            ("secret_wo", Type::String),
            ("settings", Type::map(Type::String)),
            ("version", Type::Number),
        ]);
        Self { client, things, service: service.to_owned(), ty }
    }

    /// Says what the service is, also when it is unknown.
    pub async fn configure(&mut self, service: Value) -> configure_provider::Response {
        let request = configure_provider::Request {
            terraform_version: "1.2.3".to_owned(),
            config: Some(provider_config(service)),
            client_capabilities: None,
        };
        soon(self.client.configure_provider(request)).await.unwrap().into_inner()
    }

    pub async fn validate(&mut self, config: &Value) -> Vec<Diagnostic> {
        self.validate_for(config, None).await
    }

    /// Validates for an engine that can do so much.
    pub async fn validate_for(
        &mut self,
        config: &Value,
        client_capabilities: Option<ClientCapabilities>,
    ) -> Vec<Diagnostic> {
        let request = validate_resource_config::Request {
            type_name: THING.to_owned(),
            config: self.dynamic(config),
            client_capabilities,
        };
        let reply = soon(self.client.validate_resource_config(request)).await;
        reply.unwrap().into_inner().diagnostics
    }

    pub async fn read(&mut self, stored: &Stored) -> read_resource::Response {
        let request = self.read_request(stored);
        soon(self.client.read_resource(request)).await.unwrap().into_inner()
    }

    pub fn read_request(&self, stored: &Stored) -> read_resource::Request {
        read_resource::Request {
            type_name: THING.to_owned(),
            current_state: self.dynamic(&stored.state),
            private: stored.private.clone(),
            current_identity: stored.identity.clone(),
            ..Default::default()
        }
    }

    pub async fn plan(
        &mut self,
        stored: &Stored,
        config: &Value,
    ) -> plan_resource_change::Response {
        let request = self.plan_request(stored, config);
        soon(self.client.plan_resource_change(request)).await.unwrap().into_inner()
    }

    pub fn plan_request(&self, stored: &Stored, config: &Value) -> plan_resource_change::Request {
        plan_resource_change::Request {
            type_name: THING.to_owned(),
            prior_state: self.dynamic(&stored.state),
            // The provider makes its own proposal.
            proposed_new_state: self.dynamic(config),
            config: self.dynamic(config),
            prior_private: stored.private.clone(),
            prior_identity: stored.identity.clone(),
            ..Default::default()
        }
    }

    pub async fn apply(
        &mut self,
        stored: &Stored,
        config: &Value,
    ) -> apply_resource_change::Response {
        let request = self.apply_request(stored, config).await;
        soon(self.client.apply_resource_change(request)).await.unwrap().into_inner()
    }

    /// Plans, for the apply of that plan.
    pub async fn apply_request(
        &mut self,
        stored: &Stored,
        config: &Value,
    ) -> apply_resource_change::Request {
        let plan = self.plan(stored, config).await;
        assert_eq!(plan.diagnostics, []);
        apply_resource_change::Request {
            type_name: THING.to_owned(),
            prior_state: self.dynamic(&stored.state),
            planned_state: plan.planned_state,
            config: self.dynamic(config),
            planned_private: plan.planned_private,
            planned_identity: plan.planned_identity,
            provider_meta: None,
        }
    }

    /// Creates a thing; gives what a host stores of it.
    pub async fn create(&mut self, config: &Value) -> Stored {
        self.update(&Stored::default(), config).await
    }

    /// Creates, changes or destroys a thing; gives what a host stores of it.
    pub async fn update(&mut self, stored: &Stored, config: &Value) -> Stored {
        let applied = self.apply(stored, config).await;
        assert_eq!(applied.diagnostics, []);
        Stored {
            state: self.value(&applied.new_state),
            private: applied.private,
            identity: applied.new_identity,
        }
    }

    pub async fn import(&mut self, id: &str) -> import_resource_state::Response {
        let id = id.to_owned();
        let request = import_resource_state::Request {
            type_name: THING.to_owned(),
            id,
            ..Default::default()
        };
        soon(self.client.import_resource_state(request)).await.unwrap().into_inner()
    }

    pub async fn stop(&mut self) -> stop_provider::Response {
        let request = stop_provider::Request::default();
        soon(self.client.stop_provider(request)).await.unwrap().into_inner()
    }

    /// The type of the resource's values.
    pub fn ty(&self) -> Type {
        self.ty.clone()
    }

    /// A value of the resource, as bytes.
    pub fn dynamic(&self, value: &Value) -> Option<DynamicValue> {
        Some(dynamic(value, &self.ty))
    }

    /// The value of the resource that came; an absent one is null, as to a host.
    pub fn value(&self, dynamic: &Option<DynamicValue>) -> Value {
        let Some(dynamic) = dynamic else { return Value::Null };
        msgpack::decode(&dynamic.msgpack, &self.ty).expect("the provider's value is of its type")
    }

    /// The configuration of the provider, as bytes.
    pub fn provider_config(&self) -> DynamicValue {
        provider_config(self.service.as_str().into())
    }
}

/// What a host stores of an object.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    pub state: Value,
    pub private: Vec<u8>,
    pub identity: Option<ResourceIdentityData>,
}

pub fn dynamic(value: &Value, ty: &Type) -> DynamicValue {
    DynamicValue { msgpack: msgpack::encode(value, ty).unwrap(), json: Vec::new() }
}

fn provider_config(service: Value) -> DynamicValue {
    let config = Value::object([("service", service), ("endpoint", Value::list([]))]);
    dynamic(&config, &Collection::schema().implied_type())
}

/// The identity of the thing of that id and, unless an import leaves it out, kind.
pub fn identity(id: &str, kind: Option<&str>) -> ResourceIdentityData {
    let identity = Value::object([("id", id.into()), ("kind", kind.into())]);
    let ty = Type::object([("id", Type::String), ("kind", Type::String)]);
    ResourceIdentityData { identity_data: Some(dynamic(&identity, &ty)) }
}

/// A configuration with these attributes; the others are null.
pub fn config<'a>(attributes: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let all = ["id", "name", "kind", "size", "labels", "members", "note", "settings", "version"];
    let all = all.into_iter().chain(["secret", "secret_wo"]).map(|name| (name, Value::Null));
    let Value::Object(mut config) = Value::object(all) else {
        unreachable!("it was just made");
    };
    for (name, value) in attributes {
        assert!(config.insert(name.to_owned(), value).is_some(), "{name}");
    }
    Value::Object(config)
}

/// A small configuration.
pub fn vase() -> Value {
    config([("name", "vase".into()), ("kind", "clay".into())])
}

/// `value` with another attribute.
pub fn with(value: &Value, name: &str, attribute: impl Into<Value>) -> Value {
    let mut attributes = value.as_object().expect("an object").clone();
    attributes.insert(name.to_owned(), attribute.into());
    Value::Object(attributes)
}

/// Serves a provider of its own over a connection in memory.
async fn connect() -> Channel {
    let (near, far) = tokio::io::duplex(1 << 16);
    let service = ProviderServer::new(Service::<Collection>::default());
    let incoming = tokio_stream::once(Ok::<_, io::Error>(far)).chain(tokio_stream::pending());
    tokio::spawn(Server::builder().add_service(service).serve_with_incoming(incoming));
    let near = Mutex::new(Some(TokioIo::new(near)));
    let connector = tower::service_fn(move |_| {
        let near = near.lock().unwrap().take();
        async { near.ok_or_else(|| io::Error::other("the only connection is gone")) }
    });
    Endpoint::from_static("http://things").connect_with_connector(connector).await.unwrap()
}
