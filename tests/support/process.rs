//! The provider's process: how it is started, reached and ended.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Signal, kill_process};
use rustls::SupportedProtocolVersion;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::TLS13;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use super::{Certificate, soon, tls};

const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-cleanrooms");

/// What hosts put into `TF_PLUGIN_MAGIC_COOKIE`.
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// How a process is to be started.
pub struct Launch {
    arguments: Vec<String>,
    variables: BTreeMap<String, String>,
    certificate: Option<Certificate>,
    ignores_hangup: bool,
}

impl Launch {
    /// As Terraform does it, with mutual TLS.
    pub fn host() -> Self {
        let certificate = Certificate::new();
        let mut launch = Self::plain().variable("PLUGIN_CLIENT_CERT", &certificate.pem());
        launch.certificate = Some(certificate);
        launch
    }

    /// As Terraform does it under `TF_DISABLE_PLUGIN_TLS`.
    pub fn plain() -> Self {
        Self::by_hand()
            .variable("TF_PLUGIN_MAGIC_COOKIE", MAGIC_COOKIE)
            .variable("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .variable("PLUGIN_MIN_PORT", "10000")
            .variable("PLUGIN_MAX_PORT", "25000")
    }

    /// As a person does it, from a shell that no host has prepared.
    pub fn by_hand() -> Self {
        Launch {
            arguments: Vec::new(),
            variables: BTreeMap::new(),
            certificate: None,
            ignores_hangup: false,
        }
    }

    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With SIGHUP ignored, as by `nohup`.
    pub fn ignoring_hangup(mut self) -> Self {
        self.ignores_hangup = true;
        self
    }

    /// Starts the process. It is killed when it is dropped.
    pub fn start(self) -> Process {
        // A process that is killed leaves its socket behind.
        let temporary = tempfile::tempdir().unwrap();
        // These tests may run under `nohup` themselves: what is ignored stays so in a
        // child, what is caught does not.
        drop(signal(SignalKind::hangup()).unwrap());
        let mut command = Command::new(BINARY);
        if self.ignores_hangup {
            command = Command::new("/bin/sh");
            command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", BINARY]);
        }
        let mut child = command
            .args(&self.arguments)
            .env_clear()
            .env("TMPDIR", temporary.path())
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        // Read on beside the test: a full pipe would block the provider.
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            stderr.read_to_string(&mut text).await.map(|_| text)
        });
        Process { child, stdout, stderr, certificate: self.certificate, _temporary: temporary }
    }

    /// Runs the process to its end.
    pub async fn run(self) -> Finished {
        self.start().finished().await
    }
}

/// A process that was started.
pub struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: JoinHandle<io::Result<String>>,
    certificate: Option<Certificate>,
    /// The process's directory for temporary files.
    _temporary: TempDir,
}

/// How a process ended, with what it had written that was not read before.
pub struct Finished {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Process {
    /// What the kernel counts as resident of it, in KiB.
    pub fn resident(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id().unwrap());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
    }

    /// The next line on stdout, without its line feed.
    pub async fn line(&mut self) -> String {
        let mut line = String::new();
        soon("a line on stdout", self.stdout.read_line(&mut line)).await.unwrap();
        assert_eq!(line.pop(), Some('\n'), "the line is complete");
        line
    }

    /// The handshake line.
    pub async fn handshake(&mut self) -> Line {
        Line::parse(&self.line().await)
    }

    /// The handshake, and then a channel as the host would use it.
    pub async fn connect(&mut self) -> Channel {
        let line = self.handshake().await;
        line.channel(self.certificate.as_ref(), &TLS13).await.unwrap()
    }

    /// The certificate that the process was told to expect.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the end of the process.
    pub async fn finished(mut self) -> Finished {
        let mut stdout = String::new();
        soon("the end of stdout", self.stdout.read_to_string(&mut stdout)).await.unwrap();
        let status = soon("the end of the process", self.child.wait()).await.unwrap();
        let stderr = soon("the end of stderr", self.stderr).await.unwrap().unwrap();
        Finished { status, stdout, stderr }
    }
}

/// The handshake line, read as go-plugin reads it.
#[derive(Clone)]
pub struct Line {
    pub text: String,
    pub address: Address,
    pub certificate: Option<CertificateDer<'static>>,
}

#[derive(Clone, Debug)]
pub enum Address {
    Unix(PathBuf),
    Tcp(String),
}

impl Line {
    fn parse(text: &str) -> Self {
        let fields: Vec<_> = text.split('|').collect();
        let ["1", "6", network, address, "grpc", certificate] = fields[..] else {
            panic!("not a handshake line: {text}");
        };
        let address = match network {
            "unix" => Address::Unix(address.into()),
            "tcp" => Address::Tcp(address.to_owned()),
            _ => panic!("unknown network: {text}"),
        };
        let certificate =
            (!certificate.is_empty()).then(|| STANDARD_NO_PAD.decode(certificate).unwrap().into());
        Line { text: text.to_owned(), address, certificate }
    }

    /// What stands for a handshake line where there is none: a Unix socket
    /// without TLS, as `-debug` announces it.
    pub fn plain(socket: &str) -> Self {
        Self::parse(&format!("1|6|unix|{socket}|grpc|"))
    }

    /// The path of the Unix socket.
    pub fn socket(&self) -> &PathBuf {
        match &self.address {
            Address::Unix(path) => path,
            Address::Tcp(address) => panic!("{address} is no Unix socket"),
        }
    }

    /// A channel over one connection, TLS if the line has a certificate. Gives
    /// an error when the handshake or the first frames of HTTP/2 fail.
    pub async fn channel(
        &self,
        client: Option<&Certificate>,
        version: &'static SupportedProtocolVersion,
    ) -> Result<Channel, tonic::transport::Error> {
        let line = self.clone();
        let config = line
            .certificate
            .clone()
            .map(|certificate| Arc::new(tls::config(certificate, client, version)));
        let connector = tower::service_fn(move |_| {
            let (line, config) = (line.clone(), config.clone());
            async move { Ok::<_, io::Error>(TokioIo::new(line.stream(config).await?)) }
        });
        // Only gRPC's authority comes of this; the connector knows the address.
        let endpoint = Endpoint::from_static("http://localhost");
        soon("a connection", endpoint.connect_with_connector(connector)).await
    }

    async fn stream(&self, config: Option<Arc<rustls::ClientConfig>>) -> io::Result<Stream> {
        let stream = self.raw_stream().await?;
        let Some(config) = config else {
            return Ok(stream);
        };
        let name = ServerName::try_from("localhost").unwrap();
        Ok(Box::new(TlsConnector::from(config).connect(name, stream).await?))
    }

    /// A connection on which nothing was said yet.
    pub async fn raw_stream(&self) -> io::Result<Stream> {
        Ok(match &self.address {
            Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
            Address::Tcp(address) => Box::new(TcpStream::connect(address).await?),
        })
    }
}

pub type Stream = Box<dyn Io>;

pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}
