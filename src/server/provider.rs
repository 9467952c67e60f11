//! The calls that concern the provider as a whole.

use super::service::Service;
use super::{from_proto, to_proto};
use crate::framework::{Diagnostics, Engine, Provider};
use crate::plugin::host_program;
use crate::proto::tfplugin6::*;
use crate::wire::Value;

impl<P: Provider> Service<P> {
    pub(super) fn metadata(&self) -> get_metadata::Response {
        let resources = self.provider.resources().map(|resource| get_metadata::ResourceMetadata {
            type_name: resource.type_name().to_owned(),
        });
        let data_sources = self.provider.data_sources().map(|source| {
            get_metadata::DataSourceMetadata { type_name: source.type_name().to_owned() }
        });
        let list_resources = self.provider.list_resources().map(|list| {
            get_metadata::ListResourceMetadata { type_name: list.type_name().to_owned() }
        });
        let actions = self.provider.actions().map(|action| get_metadata::ActionMetadata {
            type_name: action.type_name().to_owned(),
        });
        get_metadata::Response {
            server_capabilities: Some(to_proto::capabilities()),
            resources: resources.collect(),
            data_sources: data_sources.collect(),
            list_resources: list_resources.collect(),
            actions: actions.collect(),
            ..get_metadata::Response::default()
        }
    }

    pub(super) fn schemas(&self) -> get_provider_schema::Response {
        let resources = self
            .provider
            .resources()
            .map(|resource| (resource.type_name().to_owned(), to_proto::schema(resource.schema())));
        let data_sources = self
            .provider
            .data_sources()
            .map(|source| (source.type_name().to_owned(), to_proto::schema(source.schema())));
        let list_resources = self
            .provider
            .list_resources()
            .map(|list| (list.type_name().to_owned(), to_proto::schema(list.schema())));
        let actions = self.provider.actions().map(|action| {
            // Hosts panic on an action without a schema, or on one without a block.
            let schema = Some(to_proto::schema(action.schema()));
            (action.type_name().to_owned(), ActionSchema { schema })
        });
        get_provider_schema::Response {
            provider: Some(to_proto::schema(self.provider.schema())),
            resource_schemas: resources.collect(),
            data_source_schemas: data_sources.collect(),
            list_resource_schemas: list_resources.collect(),
            action_schemas: actions.collect(),
            server_capabilities: Some(to_proto::capabilities()),
            ..get_provider_schema::Response::default()
        }
    }

    pub(super) fn identity_schemas(&self) -> get_resource_identity_schemas::Response {
        let schemas = self.provider.resources().map(|resource| {
            let schema = to_proto::identity_schema(resource.identity_schema());
            (resource.type_name().to_owned(), schema)
        });
        get_resource_identity_schemas::Response {
            identity_schemas: schemas.collect(),
            diagnostics: Vec::new(),
        }
    }

    pub(super) fn validate_provider(
        &self,
        request: &validate_provider_config::Request,
    ) -> Result<validate_provider_config::Response, Diagnostics> {
        let config = self.provider_config(request.config.as_ref())?;
        let diagnostics = to_proto::diagnostics(self.provider.validate(&config));
        Ok(validate_provider_config::Response { diagnostics })
    }

    pub(super) async fn configure(
        &self,
        request: &configure_provider::Request,
    ) -> Result<configure_provider::Response, Diagnostics> {
        let config = self.provider_config(request.config.as_ref())?;
        let engine = Engine {
            version: &request.terraform_version,
            is_opentofu: host_program().is_some_and(|name| name.contains("tofu")),
        };
        let diagnostics = self.provider.configure(&config, engine).await;
        let diagnostics = to_proto::diagnostics(diagnostics);
        Ok(configure_provider::Response { diagnostics })
    }

    /// Returns at once; each running call ends by itself and is answered.
    pub(super) fn stop(&self) -> stop_provider::Response {
        self.provider.stop();
        stop_provider::Response::default()
    }

    fn provider_config(&self, config: Option<&DynamicValue>) -> Result<Value, Diagnostics> {
        let ty = self.provider.schema().implied_type();
        let what = || "the provider's configuration".to_owned();
        Ok(from_proto::value(config, &ty, what)?)
    }
}
