//! The provider binary.

use std::process::ExitCode;

use cleanrooms_provider::plugin::{self, Environment};
use cleanrooms_provider::proto::tfplugin6::provider_server::Provider;
use cleanrooms_provider::proto::tfplugin6::*;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    plugin::run(arguments, &Environment::from_process(), || Placeholder)
}

struct Placeholder;

#[tonic::async_trait]
impl Provider for Placeholder {
    type ListResourceStream = BoxStream<list_resource::Event>;
    async fn get_metadata(
        &self,
        _: Request<get_metadata::Request>,
    ) -> Result<Response<get_metadata::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        Ok(Response::new(get_provider_schema::Response {
            provider: Some(Schema {
                version: 0,
                block: Some(schema::Block::default()),
            }),
            ..Default::default()
        }))
    }
    async fn get_resource_identity_schemas(
        &self,
        _: Request<get_resource_identity_schemas::Request>,
    ) -> Result<Response<get_resource_identity_schemas::Response>, Status> {
        Ok(Response::new(
            get_resource_identity_schemas::Response::default(),
        ))
    }
    async fn validate_provider_config(
        &self,
        _: Request<validate_provider_config::Request>,
    ) -> Result<Response<validate_provider_config::Response>, Status> {
        Ok(Response::new(validate_provider_config::Response::default()))
    }
    async fn configure_provider(
        &self,
        _: Request<configure_provider::Request>,
    ) -> Result<Response<configure_provider::Response>, Status> {
        Ok(Response::new(configure_provider::Response::default()))
    }
    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> Result<Response<stop_provider::Response>, Status> {
        Ok(Response::new(stop_provider::Response::default()))
    }
    async fn validate_resource_config(
        &self,
        _: Request<validate_resource_config::Request>,
    ) -> Result<Response<validate_resource_config::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn upgrade_resource_state(
        &self,
        _: Request<upgrade_resource_state::Request>,
    ) -> Result<Response<upgrade_resource_state::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn upgrade_resource_identity(
        &self,
        _: Request<upgrade_resource_identity::Request>,
    ) -> Result<Response<upgrade_resource_identity::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn read_resource(
        &self,
        _: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn plan_resource_change(
        &self,
        _: Request<plan_resource_change::Request>,
    ) -> Result<Response<plan_resource_change::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn apply_resource_change(
        &self,
        _: Request<apply_resource_change::Request>,
    ) -> Result<Response<apply_resource_change::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn import_resource_state(
        &self,
        _: Request<import_resource_state::Request>,
    ) -> Result<Response<import_resource_state::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn move_resource_state(
        &self,
        _: Request<move_resource_state::Request>,
    ) -> Result<Response<move_resource_state::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn generate_resource_config(
        &self,
        _: Request<generate_resource_config::Request>,
    ) -> Result<Response<generate_resource_config::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn validate_data_resource_config(
        &self,
        _: Request<validate_data_resource_config::Request>,
    ) -> Result<Response<validate_data_resource_config::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn read_data_source(
        &self,
        _: Request<read_data_source::Request>,
    ) -> Result<Response<read_data_source::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn validate_list_resource_config(
        &self,
        _: Request<validate_list_resource_config::Request>,
    ) -> Result<Response<validate_list_resource_config::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn list_resource(
        &self,
        _: Request<list_resource::Request>,
    ) -> Result<Response<Self::ListResourceStream>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn get_functions(
        &self,
        _: Request<get_functions::Request>,
    ) -> Result<Response<get_functions::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
    async fn call_function(
        &self,
        _: Request<call_function::Request>,
    ) -> Result<Response<call_function::Response>, Status> {
        Err(Status::unimplemented("placeholder"))
    }
}
