//! A process becomes a provider.
//!
//! Terraform and OpenTofu start the binary, tell it their wishes through the
//! environment, read one line from its stdout and then speak gRPC over the
//! address in that line (go-plugin's handshake). This module is that whole
//! road, up to the door of the protocol: it serves anything that implements
//! the generated [`Provider`] trait and knows no resource and no schema.
//!
//! Reading order:
//!
//! - `environment`: what the host says, one field for each variable
//! - `command`: what the command line says
//! - `handshake`: cookie, protocol version, the line on stdout
//! - `mtls`: the certificate pair that ties this process to its one host
//! - `listener` and `connections`: from a socket to byte streams for gRPC
//! - `services`: what go-plugin asks of every plugin
//! - `reattach`: `-debug`, a provider that waits to be attached
//! - `providers` and `calls`: who answers a connection, and what is not answered yet
//! - `life`: when the process ends
//! - `panics` and `logs`: what goes to stderr, and in which form
//! - `error`: why a process could not become a provider

mod calls;
mod command;
mod connections;
mod environment;
mod error;
mod handshake;
mod life;
mod listener;
mod logs;
mod mtls;
mod panics;
mod providers;
mod reattach;
mod services;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::runtime;
use tokio::sync::Notify;
use tokio_stream::StreamExt as _;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Server;

pub use self::command::Mode;
pub use self::environment::{Environment, host_program};
pub use self::error::StartError;
pub use self::life::End;
pub use self::panics::{PanicMessage, catch_panic, install_hook};

use self::calls::Calls;
use self::command::Command;
use self::connections::{Incoming, Presence};
use self::life::{Life, Signals};
use self::listener::Listener;
use self::mtls::Tls;
use self::providers::Providers;
use crate::proto::tfplugin6::provider_server::{Provider, ProviderServer};

/// The largest message either side may send, in bytes: what Go providers set.
///
/// tonic's own limit of 4 MiB for decoding is smaller than a large state.
const MESSAGE_LIMIT: usize = 256 << 20;

/// Runs the provider's process from its arguments to its exit status.
///
/// `arguments` are those after the program's name. A provider is made only
/// when it is going to be served, inside the runtime: one for the host that
/// started the process, or in [`Mode::Debug`] one for each connection. Takes
/// over the process: installs the panic hook and the log subscriber.
pub fn run<P: Provider>(
    arguments: impl IntoIterator<Item = OsString>,
    environment: &Environment,
    provider: impl Fn() -> P,
) -> ExitCode {
    install_hook();
    logs::install(environment.log_level.as_deref());
    let mut stdout = std::io::stdout();
    let ran = match Command::parse(arguments) {
        Ok(Command::Version) => {
            writeln!(stdout, "{}", command::version()).map_err(StartError::Stdout)
        }
        Ok(Command::Serve(mode)) => serve_blocking(provider, mode, environment, stdout),
        Err(error) => Err(error),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the provider could not be served");
            // A host with logging off shows none of this; a person at a
            // terminal sees it. Nobody is left to tell if stderr is closed.
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves on a runtime of this thread alone: handlers wait for AWS, they do
/// not compute, and one thread starts faster and uses less memory.
fn serve_blocking<P: Provider>(
    provider: impl Fn() -> P,
    mode: Mode,
    environment: &Environment,
    stdout: impl Write,
) -> Result<(), StartError> {
    let runtime =
        runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;
    let ended = runtime.block_on(serve(provider, mode, environment, stdout));
    // A name lookup on the blocking pool must not delay the end: the host
    // kills what does not exit within two seconds.
    runtime.shutdown_background();
    match ended? {
        End::NobodyCame => Err(StartError::NobodyCame),
        End::Shutdown | End::ClientGone | End::Interrupted | End::Terminated => Ok(()),
    }
}

/// Serves providers until their host is done with them, and says what ended it.
///
/// Listens first and then writes the handshake line (or, in [`Mode::Debug`],
/// how to attach) to `stdout`, which is not touched again. Calls that still
/// run are awaited, within a limit. The socket is gone when this returns.
///
/// # Errors
///
/// [`StartError`], before anything was written to `stdout`, when the
/// environment is not one that a host sets or the socket cannot be made.
pub async fn serve<P: Provider>(
    provider: impl Fn() -> P,
    mode: Mode,
    environment: &Environment,
    mut stdout: impl Write,
) -> Result<End, StartError> {
    let tls = match mode {
        Mode::Plugin => {
            handshake::check_cookie(environment.magic_cookie.as_deref())?;
            handshake::check_versions(environment.protocol_versions.as_deref())?;
            environment.client_certificate.as_deref().map(Tls::pinned_to).transpose()?
        }
        // A host attaches without a certificate of its own.
        Mode::Debug => None,
    };
    let signals = Signals::install().map_err(StartError::Signals)?;
    let listener = Listener::bind(environment)?;
    let announcement = match mode {
        Mode::Plugin => handshake::line(listener.address(), tls.as_ref().map(Tls::certificate)),
        Mode::Debug => reattach::announcement(listener.address(), std::process::id()),
    };
    stdout
        .write_all(announcement.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(StartError::Stdout)?;
    tracing::debug!(address = %listener.address(), tls = tls.is_some(), "listening");

    let shutdown = Arc::new(Notify::new());
    let (presence, calls) = (Presence::default(), Calls::default());
    let providers = Providers::new(mode, provider);
    let mut life =
        Life::new(mode, Arc::clone(&shutdown), presence.clients(), calls.running(), signals);
    let incoming = Incoming::new(listener, tls, presence);
    let end = tokio::select! {
        served = accept(incoming, &providers, &calls, &shutdown) => {
            served?;
            End::ClientGone
        }
        end = life.end(async || providers.stop().await) => end,
    };
    tracing::debug!(reason = ?end, "ending");
    Ok(end)
}

/// Gives each connection its provider.
async fn accept<P: Provider>(
    mut incoming: Incoming,
    providers: &Providers<P, impl Fn() -> P>,
    calls: &Calls,
    shutdown: &Arc<Notify>,
) -> Result<(), StartError> {
    while let Some(connection) = incoming.next().await {
        let router = router(providers.of_connection(), calls, Arc::clone(shutdown)).await;
        // Returns at once: the connection is served by a task of its own.
        let served = router.serve_with_incoming(tokio_stream::once(connection));
        served.await.map_err(StartError::Server)?;
    }
    Ok(())
}

/// Every service that a host may call on the one address.
async fn router<P: Provider>(
    provider: Arc<P>,
    calls: &Calls,
    shutdown: Arc<Notify>,
) -> tonic::transport::server::Router {
    let marks = calls.of(&provider);
    let provider = ProviderServer::from_arc(provider)
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT);
    Server::builder()
        .add_service(InterceptedService::new(provider, marks))
        .add_service(services::controller(shutdown))
        .add_service(services::stdio())
        .add_service(services::broker())
        .add_service(services::health().await)
}
