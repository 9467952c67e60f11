//! A running sandbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::connection::Connection;
use crate::persistence;
use crate::server::Server;
use crate::settings::{Quotas, Switches};
use crate::state::State;

/// How a sandbox starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// File that keeps the state. Without it, the state goes with the sandbox.
    pub state: Option<PathBuf>,
    /// Quotas at the start and after a reset.
    pub quotas: Quotas,
    /// Switches at the start and after a reset.
    pub switches: Switches,
    /// Calls that the journal keeps.
    pub journal_limit: usize,
    /// Bytes of the largest body that is accepted. The default holds the
    /// longest query text of the model in the longest spelling of JSON.
    pub body_limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            state: None,
            quotas: Quotas::default(),
            switches: Switches::default(),
            journal_limit: 10_000,
            body_limit: 4 << 20,
        }
    }
}

/// A running sandbox. It stops when it is dropped.
///
/// It runs on a thread of its own, so that blocking callers can use it.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    /// Dropping it ends the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox, as [`Sandbox::start_blocking`] does.
    ///
    /// # Errors
    ///
    /// The port is taken, or the state file cannot be used.
    pub async fn start(options: Options) -> io::Result<Self> {
        Self::start_blocking(options)
    }

    /// Starts a sandbox. It accepts connections when this returns.
    ///
    /// # Errors
    ///
    /// The port is taken, or the state file cannot be used: it is damaged
    /// (`InvalidData`), or cannot be read or written.
    pub fn start_blocking(options: Options) -> io::Result<Self> {
        let port = options.port;
        let server = server(options)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, server) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address, as in `http://127.0.0.1:4566`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops the sandbox, and returns when its port is free.
    pub fn stop(self) {}
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the sandbox has been printed; there is nothing to add.
            let _ = thread.join();
        }
    }
}

/// What answers requests, with the state from its file.
pub(crate) fn server(options: Options) -> io::Result<Arc<Server>> {
    let state = match &options.state {
        Some(path) => stored_state(path)?,
        None => Default::default(),
    };
    Ok(Arc::new(Server::new(options, state)?))
}

fn stored_state(path: &Path) -> io::Result<State> {
    let state = persistence::load(path)?;
    if !path.exists() {
        persistence::store(path, &serde_json::to_vec(&state)?).map_err(|err| {
            let problem = format!("the state file {} cannot be written: {err}", path.display());
            io::Error::new(err.kind(), problem)
        })?;
    }
    Ok(state)
}

async fn accept(listener: TcpListener, server: Arc<Server>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(err) => return eprintln!("the sandbox cannot listen: {err}"),
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, Arc::clone(&server)));
            }
            Err(err) => {
                eprintln!("a connection cannot be accepted: {err}");
                // Out of file descriptors, most likely; others have to close first.
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, server: Arc<Server>) {
    // Replies are written whole; waiting to join them up only costs time.
    let _ = stream.set_nodelay(true);
    let connection = Connection::new(stream, &server.counters);
    let handle = connection.handle();
    let service = service_fn(|request| Arc::clone(&server).receive(request, handle.clone()));
    // How a connection ends is the peer's business, or a fault that was asked for.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
}
