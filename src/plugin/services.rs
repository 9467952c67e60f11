//! The services that go-plugin expects on every plugin beside its own.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_stream::{Pending, StreamExt as _};
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};

use crate::proto::plugin::grpc_broker_server::{GrpcBroker, GrpcBrokerServer};
use crate::proto::plugin::grpc_controller_server::{GrpcController, GrpcControllerServer};
use crate::proto::plugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use crate::proto::plugin::{ConnInfo, Empty, StdioData};

/// The name under which go-plugin asks whether a plugin is healthy.
const HEALTH_SERVICE: &str = "plugin";

/// The host's way to end the process: the first call notifies `shutdown`.
pub(super) fn controller(shutdown: Arc<Notify>) -> GrpcControllerServer<impl GrpcController> {
    GrpcControllerServer::new(Controller { shutdown })
}

/// A stream of what the plugin prints, which is nothing: stdout belongs to
/// the handshake and stderr is the host's already.
pub(super) fn stdio() -> GrpcStdioServer<impl GrpcStdio> {
    GrpcStdioServer::new(Stdio)
}

/// A broker without any offers: no provider call needs a second connection.
pub(super) fn broker() -> GrpcBrokerServer<impl GrpcBroker> {
    GrpcBrokerServer::new(Broker)
}

/// The standard health service. Hosts do not ask; tools do.
pub(super) async fn health() -> HealthServer<impl Health> {
    let (reporter, service) = tonic_health::server::health_reporter();
    reporter.set_service_status(HEALTH_SERVICE, ServingStatus::Serving).await;
    service
}

struct Controller {
    shutdown: Arc<Notify>,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.shutdown.notify_one();
        Ok(Response::new(Empty {}))
    }
}

struct Stdio;

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = Pending<Result<StdioData, Status>>;

    async fn stream_stdio(
        &self,
        _request: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        // An end would make the host log a warning.
        Ok(Response::new(tokio_stream::pending()))
    }
}

struct Broker;

#[tonic::async_trait]
impl GrpcBroker for Broker {
    type StartStreamStream = BoxStream<ConnInfo>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        // Reads on without an answer and ends when the host's half ends.
        let silence = request.into_inner().filter_map(|_offer| None);
        Ok(Response::new(Box::pin(silence)))
    }
}
