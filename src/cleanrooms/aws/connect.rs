//! Opens connections: directly or through a proxy, in clear or with TLS, and
//! never more than [`MAX_CONNECTIONS`] to one address.

use std::collections::HashMap;
use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Intercept;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_service::Service;

use super::proxy::Proxies;
use super::tls::Tls;

/// Most connections that are open to one address at a time.
pub(super) const MAX_CONNECTIONS: usize = 32;

/// Anything that goes wrong while connecting.
pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// Opens connections for hyper's pool.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    pub(super) tcp: HttpConnector,
    pub(super) tls: Tls,
    pub(super) proxies: Arc<Proxies>,
    pub(super) limits: Limits,
    /// How long connecting may take, from the look-up of the name to the end
    /// of the TLS handshake.
    pub(super) timeout: Option<Duration>,
}

impl Connector {
    async fn connect(self, uri: Uri) -> Result<Stream, BoxError> {
        let permit = self.limits.admit(&uri).await;
        let timeout = self.timeout;
        let opening = self.open(&uri);
        let stream = match timeout {
            Some(limit) => tokio::time::timeout(limit, opening)
                .await
                .map_err(|_elapsed| TimedOut("connecting", limit))??,
            None => opening.await?,
        };
        Ok(Stream { _permit: Some(permit), ..stream })
    }

    async fn open(self, uri: &Uri) -> Result<Stream, BoxError> {
        match self.proxies.intercept(uri) {
            None => self.reach(uri).await,
            Some(proxy) if is_https(uri) => self.tunnel(&proxy, uri).await,
            Some(proxy) => Ok(Stream { proxied: true, ..self.reach(proxy.uri()).await? }),
        }
    }

    /// A connection to the address itself.
    async fn reach(&self, uri: &Uri) -> Result<Stream, BoxError> {
        let mut tcp = self.tcp.clone();
        if is_https(uri) {
            let mut secure = HttpsConnector::from((tcp, self.tls.client()));
            Ok(Stream::new(secure.call(uri.clone()).await?))
        } else {
            Ok(Stream::new(tcp.call(uri.clone()).await?))
        }
    }

    /// A TLS connection through a proxy that tunnels it.
    async fn tunnel(&self, proxy: &Intercept, uri: &Uri) -> Result<Stream, BoxError> {
        let mut tunnel = Tunnel::new(proxy.uri().clone(), ToProxy(self.clone()));
        if let Some(auth) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(auth.clone());
        }
        let mut secure = HttpsConnector::from((tunnel, self.tls.client()));
        Ok(Stream::new(secure.call(uri.clone()).await?))
    }
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = BoxFuture<Stream>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Connects to a proxy, for the tunnel that is then asked for on it.
#[derive(Clone, Debug)]
struct ToProxy(Connector);

impl Service<Uri> for ToProxy {
    type Response = Stream;
    type Error = BoxError;
    type Future = BoxFuture<Stream>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        let connector = self.0.clone();
        Box::pin(async move { connector.reach(&proxy).await })
    }
}

/// Bounds what is under way to each address.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits(Arc<Mutex<HashMap<String, Arc<Semaphore>>>>);

impl Limits {
    /// Waits until there is room for one more to this address.
    pub(super) async fn admit(&self, uri: &Uri) -> OwnedSemaphorePermit {
        let scheme = uri.scheme_str().unwrap_or_default();
        let host = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
        let address = format!("{scheme}://{host}");
        let semaphore = {
            let mut addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let semaphore = addresses.entry(address);
            Arc::clone(semaphore.or_insert_with(|| Arc::new(Semaphore::new(MAX_CONNECTIONS))))
        };
        semaphore.acquire_owned().await.expect("the semaphore is never closed")
    }
}

/// Something took too long.
#[derive(Debug)]
pub(super) struct TimedOut(pub(super) &'static str, pub(super) Duration);

impl std::fmt::Display for TimedOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} took more than {:?}", self.0, self.1)
    }
}

impl Error for TimedOut {}

/// What hyper needs of a connection.
trait Io: Read + Write + Connection + Send + Unpin {}

impl<T: Read + Write + Connection + Send + Unpin> Io for T {}

/// An open connection.
pub(super) struct Stream {
    io: Box<dyn Io>,
    /// Whether a proxy forwards what is sent, and so expects whole addresses.
    proxied: bool,
    /// The place among [`MAX_CONNECTIONS`], given back with the connection.
    _permit: Option<OwnedSemaphorePermit>,
}

impl Stream {
    fn new(io: impl Io + 'static) -> Self {
        Self { io: Box::new(io), proxied: false, _permit: None }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.io.connected().proxy(self.proxied)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }
}
