//! A provider that has the schemas of another one, and changes nothing.

use std::process::ExitCode;
use std::sync::Arc;

use cleanrooms_harness::stand_in::{ResourceType, ResourceTypes, resource_types, started_as};
use cleanrooms_provider::plugin::{self, Environment};
use cleanrooms_provider::proto::tfplugin6::provider_server::Provider;
use cleanrooms_provider::proto::tfplugin6::resource_identity_schema::IdentityAttribute;
use cleanrooms_provider::proto::tfplugin6::schema::{Attribute, Block};
use cleanrooms_provider::proto::tfplugin6::*;
use tonic::{Request, Response, Status};

/// Serves as the provider under whose name this program was started, if it was started as one.
pub fn run() -> Option<ExitCode> {
    let provider = started_as()?;
    let types = match resource_types(provider) {
        Ok(types) => Arc::new(types),
        Err(err) => {
            eprintln!("{err:#}");
            return Some(ExitCode::FAILURE);
        }
    };
    let stand_in = || StandIn { types: Arc::clone(&types) };
    Some(plugin::run(std::env::args_os().skip(1), &Environment::from_process(), stand_in))
}

/// The provider.
struct StandIn {
    types: Arc<ResourceTypes>,
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Provider for StandIn {
    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Reply<get_provider_schema::Response> {
        let types = self.types.iter();
        Ok(Response::new(get_provider_schema::Response {
            provider: Some(Schema { block: Some(Block::default()), ..Schema::default() }),
            resource_schemas: types.map(|(name, ty)| (name.clone(), schema(ty))).collect(),
            ..get_provider_schema::Response::default()
        }))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<get_resource_identity_schemas::Request>,
    ) -> Reply<get_resource_identity_schemas::Response> {
        let types = self.types.iter();
        Ok(Response::new(get_resource_identity_schemas::Response {
            identity_schemas: types.map(|(name, ty)| (name.clone(), identity(ty))).collect(),
            ..get_resource_identity_schemas::Response::default()
        }))
    }

    async fn validate_provider_config(
        &self,
        _: Request<validate_provider_config::Request>,
    ) -> Reply<validate_provider_config::Response> {
        nothing()
    }

    async fn configure_provider(
        &self,
        _: Request<configure_provider::Request>,
    ) -> Reply<configure_provider::Response> {
        nothing()
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Reply<upgrade_resource_state::Response> {
        let stored = request.into_inner().raw_state.unwrap_or_default();
        Ok(Response::new(upgrade_resource_state::Response {
            upgraded_state: Some(DynamicValue { json: stored.json, msgpack: Vec::new() }),
            ..upgrade_resource_state::Response::default()
        }))
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Reply<read_resource::Response> {
        let request = request.into_inner();
        Ok(Response::new(read_resource::Response {
            new_state: request.current_state,
            private: request.private,
            new_identity: request.current_identity,
            ..read_resource::Response::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Reply<plan_resource_change::Response> {
        let request = request.into_inner();
        Ok(Response::new(plan_resource_change::Response {
            planned_state: request.proposed_new_state,
            planned_private: request.prior_private,
            planned_identity: request.prior_identity,
            ..plan_resource_change::Response::default()
        }))
    }

    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> Reply<stop_provider::Response> {
        nothing()
    }
}

fn nothing<T: Default>() -> Reply<T> {
    Ok(Response::new(T::default()))
}

/// Blocks are written as attributes of their types: states tell no difference.
fn schema(ty: &ResourceType) -> Schema {
    let attribute = |(name, ty): (&String, &serde_json::Value)| Attribute {
        name: name.clone(),
        r#type: ty.to_string().into_bytes(),
        optional: true,
        computed: true,
        ..Attribute::default()
    };
    let attributes = ty.attributes.iter().map(attribute).collect();
    Schema { version: ty.version, block: Some(Block { attributes, ..Block::default() }) }
}

fn identity(ty: &ResourceType) -> ResourceIdentitySchema {
    let attribute = |name: &String| IdentityAttribute {
        name: name.clone(),
        r#type: br#""string""#.to_vec(),
        required_for_import: true,
        ..IdentityAttribute::default()
    };
    let identity_attributes = ty.identity.iter().map(attribute).collect();
    ResourceIdentitySchema { version: 0, identity_attributes }
}
