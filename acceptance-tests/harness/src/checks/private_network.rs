//! AWS behind a company's proxy and a company's certificate authority.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

use super::authority::certificates;
use super::provider_block::{PLAN, told, with_provider};
use crate::engine::Engine;
use crate::runner::provider_block;
use crate::sandbox::{ACCOUNTS, Sandbox};
use crate::workspace::Workspace;

/// A name that no resolver knows: only the proxy can reach it.
const HOST: &str = "aws.sandbox.invalid";

/// The provider reaches AWS through a proxy and trusts a private authority when arguments or the
/// environment say so, and tells what is missing when they do not.
///
/// # Errors
///
/// When it gets through without, or not with them.
pub fn private_network_is_reached(engine: &Engine) -> Result<()> {
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let network = Network::before(&sandbox)?;
    let mut workspace = with_provider("private_network", engine, &sandbox)?;
    workspace.write("provider.tf", PROVIDER)?;
    workspace.write("ca.pem", &network.authority)?;
    let bundle = workspace.directory().join("ca.pem").to_string_lossy().into_owned();
    let proxy = format!("-var=proxy=http://{}", network.proxy);
    let trusted = format!("-var=bundle={bundle}");

    let apply = ["apply", "-auto-approve", "-input=false", "-no-color", &proxy, &trusted];
    workspace.succeed(&apply)?;
    ensure!(network.tunnels() > 0, "nothing went through the proxy");
    workspace.succeed(&[&PLAN[..], &[&proxy, "-var=insecure=true"]].concat())?;

    refused(&workspace, &[&trusted], &["No connection could be made", "proxy"])?;
    refused(&workspace, &[&proxy], &["certificate", "custom_ca_bundle"])?;

    workspace.set_env("HTTPS_PROXY", format!("http://{}", network.proxy));
    workspace.set_env("AWS_CA_BUNDLE", bundle);
    workspace.succeed(&PLAN)?;

    // What is on this machine is reached without the proxy, which would refuse it.
    workspace.set_env("HTTP_PROXY", format!("http://{}", network.proxy));
    workspace.write("provider.tf", &provider_block(None, ACCOUNTS[0], &sandbox.url()))?;
    workspace.succeed(&PLAN)?;
    Ok(())
}

/// A plan that fails and says why.
fn refused(workspace: &Workspace, arguments: &[&str], reasons: &[&str]) -> Result<()> {
    let finished = workspace.run(&[&PLAN[..], arguments].concat())?;
    ensure!(!finished.status.success(), "{arguments:?} is enough: {finished}");
    for reason in reasons {
        ensure!(told(&finished, reason), "`{reason}` is not told: {finished}");
    }
    Ok(())
}

const PROVIDER: &str = r#"
variable "proxy" {
  type    = string
  default = null
}

variable "bundle" {
  type    = string
  default = null
}

variable "insecure" {
  type    = bool
  default = null
}

provider "cleanrooms" {
  region           = "us-east-1"
  access_key       = "111122223333"
  secret_key       = "secret"
  https_proxy      = var.proxy
  custom_ca_bundle = var.bundle
  insecure         = var.insecure
  max_retries      = 0

  endpoints {
    cleanrooms = "https://aws.sandbox.invalid"
    sts        = "https://aws.sandbox.invalid"
  }
}
"#;

/// A TLS server before the sandbox, and a proxy before that. They end when this is dropped.
struct Network {
    proxy: SocketAddr,
    /// The authority's certificate as PEM.
    authority: String,
    tunnels: Arc<AtomicUsize>,
    _runtime: Runtime,
}

impl Network {
    fn before(sandbox: &Sandbox) -> Result<Self> {
        let sandbox = sandbox.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (authority, acceptor) = certificates(HOST)?;
        let (secure, proxy) = runtime.block_on(async {
            io::Result::Ok((
                TcpListener::bind("127.0.0.1:0").await?,
                TcpListener::bind("127.0.0.1:0").await?,
            ))
        })?;
        let (behind, address) = (secure.local_addr()?, proxy.local_addr()?);
        let tunnels = Arc::new(AtomicUsize::new(0));
        runtime.spawn(serve_tls(secure, acceptor, sandbox));
        runtime.spawn(serve_tunnels(proxy, behind, Arc::clone(&tunnels)));
        Ok(Self { proxy: address, authority, tunnels, _runtime: runtime })
    }

    fn tunnels(&self) -> usize {
        self.tunnels.load(Ordering::SeqCst)
    }
}

async fn serve_tls(listener: TcpListener, acceptor: TlsAcceptor, behind: String) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, behind) = (acceptor.clone(), behind.clone());
        // A client that does not trust the certificate hangs up, as it should.
        tokio::spawn(async move { join(acceptor.accept(stream).await?, &behind).await });
    }
}

async fn serve_tunnels(listener: TcpListener, behind: SocketAddr, tunnels: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        let tunnels = Arc::clone(&tunnels);
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            let mut request = String::new();
            stream.read_line(&mut request).await?;
            let mut line = String::new();
            while stream.read_line(&mut line).await? > 2 {
                line.clear();
            }
            if !request.starts_with(&format!("CONNECT {HOST}:443 ")) {
                return stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await;
            }
            tunnels.fetch_add(1, Ordering::SeqCst);
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            join(stream, &behind.to_string()).await
        });
    }
}

/// Carries bytes both ways until one side ends.
async fn join(mut stream: impl AsyncRead + AsyncWrite + Unpin, behind: &str) -> io::Result<()> {
    let mut behind = TcpStream::connect(behind).await?;
    tokio::io::copy_bidirectional(&mut stream, &mut behind).await.map(drop)
}
