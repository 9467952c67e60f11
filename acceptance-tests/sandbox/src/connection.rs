//! TCP connections: counted, and reset on demand.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How many connections there are and were.
#[derive(Default)]
pub(crate) struct Counters {
    open: AtomicU64,
    peak: AtomicU64,
    accepted: AtomicU64,
}

impl Counters {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "open": self.open.load(Ordering::SeqCst),
            "peak": self.peak.load(Ordering::SeqCst),
            "accepted": self.accepted.load(Ordering::SeqCst),
        })
    }
}

/// A connection that can end with a TCP reset, as a crashed peer's does.
pub(crate) struct Connection {
    stream: TcpStream,
    counters: Arc<Counters>,
    handle: Handle,
}

/// What the code that serves a connection knows of it.
#[derive(Clone)]
pub(crate) struct Handle {
    /// Counted from 1; 0 is none.
    pub(crate) number: u64,
    resets: Arc<AtomicBool>,
}

impl Handle {
    /// For a call that came over no connection.
    pub(crate) fn in_process() -> Self {
        Self { number: 0, resets: Arc::default() }
    }

    /// Makes the connection end with a reset instead of an orderly close.
    pub(crate) fn reset(&self) {
        self.resets.store(true, Ordering::SeqCst);
    }
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, counters: &Arc<Counters>) -> Self {
        let number = counters.accepted.fetch_add(1, Ordering::SeqCst) + 1;
        let open = counters.open.fetch_add(1, Ordering::SeqCst) + 1;
        counters.peak.fetch_max(open, Ordering::SeqCst);
        let handle = Handle { number, resets: Arc::default() };
        Self { stream, counters: Arc::clone(counters), handle }
    }

    pub(crate) fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.counters.open.fetch_sub(1, Ordering::SeqCst);
        if self.handle.resets.load(Ordering::SeqCst) {
            // Without it the peer sees an orderly close, which is a fault as well.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
