//! A sandbox without sockets.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Bytes;
use hyper::{Request, Response};

use crate::Options;
use crate::connection::Handle;
use crate::sandbox::server;
use crate::server::{NoReply, Server};

/// A sandbox in the caller's own process and on its tokio runtime: requests
/// go in and replies come out, and no socket is between them.
///
/// Its clock is tokio's. With a paused clock (`tokio::time::pause`) injected
/// latency takes no time, and times in replies go on with the clock. Clones
/// are the same sandbox.
#[derive(Clone)]
pub struct InProcess {
    server: Arc<Server>,
}

impl InProcess {
    /// Makes a sandbox; of its options the port has no meaning.
    ///
    /// # Errors
    ///
    /// The state file, if there is one, cannot be used.
    pub fn new(options: Options) -> io::Result<Self> {
        Ok(Self { server: server(options)? })
    }

    /// Another sandbox that begins with the objects, quotas, switches and time
    /// of this one, and goes its own way from there. Faults, journal and state
    /// file stay behind.
    ///
    /// A test can so prepare a situation once and try many things on it, on
    /// other runtimes as well: a fork goes by the clock of the one it is made on.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { server: Arc::new(self.server.fork()) }
    }

    /// Answers a request, be it to AWS or on the admin path. Host and scheme
    /// of its URI do not matter, nor does the order in which calls end. A
    /// [`Policy`](crate::Policy) among its extensions says what its caller may do.
    ///
    /// It has to be called on a tokio runtime, on which the call goes on even
    /// if the caller stops waiting.
    ///
    /// # Errors
    ///
    /// A fault took the reply away.
    pub async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, NoReply> {
        let (head, body) = request.into_parts();
        let body = (body.len() <= self.server.options.body_limit).then_some(body);
        let reply = Arc::clone(&self.server).answer(head, body, Handle::in_process()).await?;
        let (head, body) = reply.into_parts();
        let body = body.collect().await.unwrap_or_else(|never: Infallible| match never {});
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}
