//! Opens connections: directly or through a proxy, in clear or with TLS, and
//! never more than [`MAX_CONNECTIONS`] to one address.
//!
//! Every failure here is an [`Unreachable`]: nothing was sent, and its text
//! says who did not want to.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::names::Names;
use super::outcome::find;
use super::proxy::{Proxies, Proxy, ProxyKind};
use super::tls::Tls;
use super::tunnel;
use super::unreachable::{BoxError, Patience, Unreachable};

/// Most connections that are open to one address at a time.
pub(super) const MAX_CONNECTIONS: usize = 32;

/// Opens connections for hyper's pool.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    pub(super) names: Names,
    pub(super) tls: Tls,
    pub(super) proxies: Arc<Proxies>,
    pub(super) limits: Limits,
    pub(super) patience: Arc<Patience>,
    /// How long connecting may take, from the look-up of the name to the end
    /// of the TLS handshake.
    pub(super) timeout: Duration,
}

/// What is done to reach an address, and until when.
struct Opening<'a> {
    connector: &'a Connector,
    deadline: Instant,
}

/// A stream on the way to becoming a connection.
type BoxStream = Box<dyn TokioStream>;

trait TokioStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> TokioStream for T {}

impl Connector {
    async fn connect(self, uri: Uri) -> Result<Stream, BoxError> {
        let permit = self.limits.admit(&uri).await;
        let address = address(&uri);
        let opening = Opening { connector: &self, deadline: Instant::now() + self.timeout };
        match opening.open(&uri).await {
            Ok(stream) => {
                self.patience.reached(&address);
                Ok(Stream { _permit: Some(permit), ..stream })
            }
            Err(err) => match err.downcast::<Unreachable>() {
                Ok(err) => Err(self.patience.failed(&address, *err).into()),
                Err(err) => Err(err),
            },
        }
    }
}

impl Opening<'_> {
    async fn open(&self, uri: &Uri) -> Result<Stream, BoxError> {
        let (host, port) = host_and_port(uri)?;
        let Some(proxy) = self.connector.proxies.of(uri) else {
            let party = format!("`{host}:{port}`");
            let stream = self.reach(host, port, &party).await?;
            return Ok(Stream::new(self.secured(uri, stream, &party).await?));
        };
        if proxy.forwards(uri) {
            let stream = self.reach_proxy(proxy).await?;
            return Ok(Stream { proxied: true, ..Stream::new(stream) });
        }
        let tunnel = tunnel::presenting(proxy, self.tunnel(proxy, host, port)).await?;
        let party = format!("`{host}:{port}` (behind {proxy})");
        Ok(Stream::new(self.secured(uri, tunnel, &party).await?))
    }

    /// A connection to an address itself.
    async fn reach(&self, host: &str, port: u16, party: &str) -> Result<BoxStream, BoxError> {
        let look_up = self.connector.names.look_up(host);
        let addresses = self.in_time(party, "looking up its name", look_up).await?;
        let mut tcp = HttpConnector::new_with_resolver(Known { addresses, port });
        tcp.set_nodelay(true);
        let uri = Uri::builder().scheme("http").authority(format!("{host}:{port}"));
        let uri = uri.path_and_query("/").build().map_err(|_err| Unreachable::bad_address(host))?;
        let dial = async {
            tcp.call(uri).await.map_err(|err| {
                let unknown = io::Error::other("no connection");
                Unreachable::tcp(party, find::<io::Error>(&err).unwrap_or(&unknown))
            })
        };
        let stream = self.in_time(party, "accepting the connection", dial).await?;
        Ok(Box::new(stream.into_inner()))
    }

    async fn reach_proxy(&self, proxy: &Proxy) -> Result<BoxStream, BoxError> {
        let party = proxy.to_string();
        let stream = self.reach(&proxy.host, proxy.port, &party).await;
        let stream = stream.map_err(|err| match err.downcast::<Unreachable>() {
            Ok(err) => err.of_a_proxy().into(),
            Err(err) => err,
        })?;
        match proxy.kind {
            ProxyKind::Https => self.handshake(&proxy.host, stream, &party).await,
            ProxyKind::Http | ProxyKind::Socks5 => Ok(stream),
        }
    }

    /// A connection that a proxy opens.
    async fn tunnel(&self, proxy: &Proxy, host: &str, port: u16) -> Result<BoxStream, BoxError> {
        let mut stream = self.reach_proxy(proxy).await?;
        let asking = async {
            match proxy.kind {
                ProxyKind::Socks5 => tunnel::socks(&mut stream, proxy, host, port).await,
                ProxyKind::Http | ProxyKind::Https => {
                    tunnel::connect(&mut stream, proxy, host, port).await
                }
            }
        };
        self.in_time(&proxy.to_string(), "opening a tunnel", asking).await?;
        Ok(stream)
    }

    /// The stream itself, or TLS on it if the address asks for that.
    async fn secured(
        &self,
        uri: &Uri,
        stream: BoxStream,
        party: &str,
    ) -> Result<BoxStream, BoxError> {
        match uri.host() {
            Some(host) if is_https(uri) => self.handshake(host, stream, party).await,
            _ => Ok(stream),
        }
    }

    async fn handshake(
        &self,
        host: &str,
        stream: BoxStream,
        party: &str,
    ) -> Result<BoxStream, BoxError> {
        let host = host.trim_matches(['[', ']']).trim_end_matches('.');
        let name =
            ServerName::try_from(host.to_owned()).map_err(|_err| Unreachable::bad_address(host))?;
        let handshake = async {
            let tls = TlsConnector::from(self.connector.tls.client().await?);
            tls.connect(name, stream).await.map_err(|err| {
                match err.get_ref().and_then(|err| err.downcast_ref::<rustls::Error>()) {
                    Some(err) => Unreachable::tls(party, err),
                    None => Unreachable::broken(party, "the TLS handshake", &err),
                }
            })
        };
        Ok(Box::new(self.in_time(party, "the TLS handshake", handshake).await?))
    }

    /// One step, which ends when the time for all of them does.
    async fn in_time<T>(
        &self,
        party: &str,
        step: &str,
        work: impl Future<Output = Result<T, Unreachable>>,
    ) -> Result<T, BoxError> {
        let slow = |_elapsed| Unreachable::too_slow(party, step, self.connector.timeout);
        Ok(timeout_at(self.deadline, work).await.map_err(slow)??)
    }
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

fn host_and_port(uri: &Uri) -> Result<(&str, u16), Unreachable> {
    let host = uri.host().ok_or_else(|| Unreachable::bad_address(""))?;
    Ok((host, uri.port_u16().unwrap_or(if is_https(uri) { 443 } else { 80 })))
}

/// Scheme, host and port.
fn address(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let host = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    format!("{scheme}://{host}")
}

/// Answers hyper's question for the addresses of a host, which are known: its
/// connector races IPv6 against IPv4, which is worth having.
#[derive(Clone)]
struct Known {
    addresses: Vec<IpAddr>,
    port: u16,
}

impl Service<Name> for Known {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _name: Name) -> Self::Future {
        let sockets = self.addresses.iter().map(|address| SocketAddr::new(*address, self.port));
        ready(Ok(sockets.collect::<Vec<_>>().into_iter()))
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// Bounds what is under way to each address.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits(Arc<Mutex<HashMap<String, Arc<Semaphore>>>>);

impl Limits {
    /// Waits until there is room for one more to this address.
    pub(super) async fn admit(&self, uri: &Uri) -> OwnedSemaphorePermit {
        let semaphore = {
            let mut addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let semaphore = addresses.entry(address(uri));
            Arc::clone(semaphore.or_insert_with(|| Arc::new(Semaphore::new(MAX_CONNECTIONS))))
        };
        semaphore.acquire_owned().await.expect("the semaphore is never closed")
    }
}

/// An open connection.
pub(super) struct Stream {
    io: TokioIo<BoxStream>,
    /// Whether a proxy forwards what is sent, and so expects whole addresses.
    proxied: bool,
    /// The place among [`MAX_CONNECTIONS`], given back with the connection.
    _permit: Option<OwnedSemaphorePermit>,
}

impl Stream {
    fn new(stream: BoxStream) -> Self {
        Self { io: TokioIo::new(stream), proxied: false, _permit: None }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.proxied)
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
