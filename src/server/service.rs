//! The calls that hosts make, one function each.

use std::sync::Arc;

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::call::answer;
use crate::framework::{Provider, ProviderServer};
use crate::proto::tfplugin6::provider_server::Provider as ProviderService;
use crate::proto::tfplugin6::*;

/// The provider `P` as Terraform and OpenTofu call it.
///
/// Calls of the protocol that are not written out here answer UNIMPLEMENTED.
pub struct Service<P: Provider> {
    pub(super) provider: Arc<ProviderServer<P>>,
}

impl<P: Provider> Default for Service<P> {
    fn default() -> Self {
        Self { provider: Arc::default() }
    }
}

impl<P: Provider> Clone for Service<P> {
    fn clone(&self) -> Self {
        Self { provider: Arc::clone(&self.provider) }
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl<P: Provider> ProviderService for Service<P> {
    async fn get_metadata(
        &self,
        request: Request<get_metadata::Request>,
    ) -> Reply<get_metadata::Response> {
        answer(request.get_ref(), async { Ok(self.metadata()) }).await
    }

    async fn get_provider_schema(
        &self,
        request: Request<get_provider_schema::Request>,
    ) -> Reply<get_provider_schema::Response> {
        answer(request.get_ref(), async { Ok(self.schemas()) }).await
    }

    async fn get_resource_identity_schemas(
        &self,
        request: Request<get_resource_identity_schemas::Request>,
    ) -> Reply<get_resource_identity_schemas::Response> {
        answer(request.get_ref(), async { Ok(self.identity_schemas()) }).await
    }

    async fn validate_provider_config(
        &self,
        request: Request<validate_provider_config::Request>,
    ) -> Reply<validate_provider_config::Response> {
        let request = request.get_ref();
        answer(request, async { self.validate_provider(request) }).await
    }

    async fn configure_provider(
        &self,
        request: Request<configure_provider::Request>,
    ) -> Reply<configure_provider::Response> {
        let request = request.get_ref();
        answer(request, self.configure(request)).await
    }

    async fn stop_provider(
        &self,
        request: Request<stop_provider::Request>,
    ) -> Reply<stop_provider::Response> {
        answer(request.get_ref(), async { Ok(self.stop()) }).await
    }

    async fn validate_resource_config(
        &self,
        request: Request<validate_resource_config::Request>,
    ) -> Reply<validate_resource_config::Response> {
        let request = request.get_ref();
        answer(request, async { self.validate(request) }).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Reply<upgrade_resource_state::Response> {
        let request = request.get_ref();
        answer(request, async { self.upgrade(request) }).await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<upgrade_resource_identity::Request>,
    ) -> Reply<upgrade_resource_identity::Response> {
        let request = request.get_ref();
        answer(request, async { self.upgrade_identity(request) }).await
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Reply<read_resource::Response> {
        let request = request.get_ref();
        answer(request, self.read(request)).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Reply<plan_resource_change::Response> {
        let request = request.get_ref();
        answer(request, async { self.plan(request) }).await
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply_resource_change::Request>,
    ) -> Reply<apply_resource_change::Response> {
        let service = self.clone();
        // A call that its client drops is dropped here as well. A change that
        // was begun must come to its end all the same, so it has its own task,
        // which holds the whole request: the process ends after its last one.
        let change = tokio::spawn(async move {
            answer(request.get_ref(), service.apply(request.get_ref())).await
        });
        // Its panics are caught inside: only the end of the runtime ends it early.
        change.await.unwrap_or_else(|err| Err(Status::cancelled(err.to_string())))
    }

    async fn import_resource_state(
        &self,
        request: Request<import_resource_state::Request>,
    ) -> Reply<import_resource_state::Response> {
        let request = request.get_ref();
        answer(request, async { self.import(request) }).await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<validate_data_resource_config::Request>,
    ) -> Reply<validate_data_resource_config::Response> {
        let request = request.get_ref();
        answer(request, async { self.validate_data(request) }).await
    }

    async fn read_data_source(
        &self,
        request: Request<read_data_source::Request>,
    ) -> Reply<read_data_source::Response> {
        let request = request.get_ref();
        answer(request, self.read_data(request)).await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<validate_list_resource_config::Request>,
    ) -> Reply<validate_list_resource_config::Response> {
        let request = request.get_ref();
        answer(request, async { self.validate_list(request) }).await
    }

    async fn list_resource(
        &self,
        request: Request<list_resource::Request>,
    ) -> Reply<BoxStream<list_resource::Event>> {
        Ok(self.list(request.get_ref()))
    }

    async fn validate_action_config(
        &self,
        request: Request<validate_action_config::Request>,
    ) -> Reply<validate_action_config::Response> {
        let request = request.get_ref();
        answer(request, async { self.validate_action(request) }).await
    }

    async fn plan_action(
        &self,
        request: Request<plan_action::Request>,
    ) -> Reply<plan_action::Response> {
        let request = request.get_ref();
        answer(request, async { self.planned_action(request) }).await
    }

    async fn invoke_action(
        &self,
        request: Request<invoke_action::Request>,
    ) -> Reply<BoxStream<invoke_action::Event>> {
        Ok(self.invoke(request))
    }

    async fn generate_resource_config(
        &self,
        request: Request<generate_resource_config::Request>,
    ) -> Reply<generate_resource_config::Response> {
        let request = request.get_ref();
        answer(request, async { self.generate_config(request) }).await
    }

    async fn move_resource_state(
        &self,
        request: Request<move_resource_state::Request>,
    ) -> Reply<move_resource_state::Response> {
        let request = request.get_ref();
        answer(request, async { self.move_state(request) }).await
    }
}
