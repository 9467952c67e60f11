//! Why a process could not become a provider.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::command::version;
use super::handshake::PROTOCOL_VERSION;

/// Why the provider was not served. Its text is for the person who reads
/// stderr or the host's log.
#[derive(Debug, Error)]
pub enum StartError {
    /// An argument that means nothing to us.
    #[error("`{}` is not an argument of this provider; it takes `--version` or `-debug`.", .0.display())]
    Argument(OsString),

    /// The cookie is missing or wrong: no host started this process.
    #[error(
        "This is {}, a provider plugin. Terraform and OpenTofu start it by themselves; run by \
         hand it does nothing.\nName it under `required_providers` in a configuration and run \
         `terraform init` or `tofu init`. For a debugger, start it with `-debug`.",
        version()
    )]
    RunByHand,

    /// The host speaks other protocol versions; these are what it offered.
    #[error(
        "The host offers plugin protocol versions `{0}` (PLUGIN_PROTOCOL_VERSIONS), but this \
         provider speaks version {PROTOCOL_VERSION}: it needs Terraform 1.1 or OpenTofu 1.6, or \
         later."
    )]
    ProtocolVersions(String),

    /// `PLUGIN_CLIENT_CERT` holds no certificate.
    #[error(
        "PLUGIN_CLIENT_CERT is set but holds no certificate in PEM: {0}. Refusing to serve \
         without mutual TLS."
    )]
    ClientCertificate(String),

    /// No certificate could be made for the server.
    #[error("Cannot make a certificate for mutual TLS: {0}.")]
    ServerCertificate(String),

    /// `CLEANROOMS_PLUGIN_NETWORK` names no network that exists here.
    #[error("CLEANROOMS_PLUGIN_NETWORK is `{0}`; it can be `tcp` or, except on Windows, `unix`.")]
    Network(String),

    /// `PLUGIN_MIN_PORT` or `PLUGIN_MAX_PORT` is no port, or they are reversed.
    #[error("PLUGIN_MIN_PORT and PLUGIN_MAX_PORT must be two ports in rising order, not `{0}`.")]
    Ports(String),

    /// Nothing could be bound in this directory.
    #[error(
        "Cannot listen on a socket in `{dir}`: {1}. PLUGIN_UNIX_SOCKET_DIR can name another \
         directory; its path must be short and without `|`.",
        dir = .0.display()
    )]
    Socket(PathBuf, io::Error),

    /// No port of the range could be bound.
    #[error("Cannot listen on 127.0.0.1, ports {0}: {1}.")]
    NoPort(String, io::Error),

    /// The handshake line could not be written.
    #[error("Cannot write to stdout: {0}.")]
    Stdout(io::Error),

    /// Signals cannot be received.
    #[error("Cannot receive signals: {0}.")]
    Signals(io::Error),

    /// The async runtime could not be started.
    #[error("Cannot start the async runtime: {0}.")]
    Runtime(io::Error),

    /// The gRPC server gave up.
    #[error("The gRPC server failed: {0}.")]
    Server(tonic::transport::Error),

    /// The host never connected.
    #[error("The host started this provider but never connected to it.")]
    NobodyCame,
}
