//! From accepted sockets to the connections that gRPC is served on.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time;
use tokio_rustls::TlsAcceptor;
use tokio_stream::Stream;
use tonic::transport::server::Connected;

use super::listener::{self, Listener};
use super::mtls::Tls;

/// How long a client may take over its TLS handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(30);

/// How long to wait when the system refuses to accept (no file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The clients of this process so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clients {
    /// Whether there ever was one.
    pub(super) came: bool,
    /// How many connections are open.
    pub(super) open: usize,
}

/// Keeps count of the clients.
#[derive(Default)]
pub(super) struct Presence(Arc<watch::Sender<Clients>>);

impl Presence {
    /// The count, to watch.
    pub(super) fn clients(&self) -> watch::Receiver<Clients> {
        self.0.subscribe()
    }

    fn enter(&self) -> Present {
        self.0.send_modify(|clients| {
            clients.came = true;
            clients.open += 1;
        });
        Present(Arc::clone(&self.0))
    }
}

/// One open connection; dropping it counts it out.
struct Present(Arc<watch::Sender<Clients>>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.send_modify(|clients| clients.open -= 1);
    }
}

/// A connection whose client is who it should be.
pub(super) struct Connection {
    stream: listener::Stream,
    _present: Present,
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The connections, as they become ready to be served. Never ends.
///
/// Each handshake is a task of its own, so that a slow or hostile client
/// delays nobody. A client that fails its handshake is logged and forgotten;
/// it never counts as present, so it cannot end the process by leaving.
pub(super) struct Incoming {
    listener: Listener,
    tls: Option<TlsAcceptor>,
    presence: Presence,
    /// Gives nothing for a client that was refused.
    handshakes: JoinSet<Option<listener::Stream>>,
}

impl Incoming {
    pub(super) fn new(listener: Listener, tls: Option<Tls>, presence: Presence) -> Self {
        let tls = tls.map(|tls| tls.acceptor().clone());
        Incoming { listener, tls, presence, handshakes: JoinSet::new() }
    }

    /// Takes whatever is waiting to be accepted and starts its handshakes.
    fn accept_waiting(&mut self, cx: &mut Context<'_>) {
        while let Poll::Ready(accepted) = self.listener.poll_accept(cx) {
            match accepted {
                Ok(stream) => {
                    self.handshakes.spawn(secure(stream, self.tls.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    // Its end wakes this stream to try again.
                    self.handshakes.spawn(async {
                        time::sleep(ACCEPT_PAUSE).await;
                        None
                    });
                    return;
                }
            }
        }
    }
}

impl Stream for Incoming {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.accept_waiting(cx);
        loop {
            match ready!(self.handshakes.poll_join_next(cx)) {
                Some(Ok(Some(stream))) => {
                    let connection = Connection { stream, _present: self.presence.enter() };
                    return Poll::Ready(Some(Ok(connection)));
                }
                // Refused; or a pause is over.
                Some(_) => self.accept_waiting(cx),
                // No handshake under way: the listener wakes us.
                None => return Poll::Pending,
            }
        }
    }
}

/// Runs the TLS handshake, if there is to be one.
async fn secure(stream: listener::Stream, tls: Option<TlsAcceptor>) -> Option<listener::Stream> {
    let Some(tls) = tls else { return Some(stream) };
    match time::timeout(HANDSHAKE_LIMIT, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(error)) => {
            // The host reports each of these as "Plugin did not respond"; the
            // true reason is only here.
            tracing::warn!(%error, "refused a client: the TLS handshake failed");
            None
        }
        Err(_) => {
            tracing::warn!("refused a client: the TLS handshake took too long");
            None
        }
    }
}
