//! HTTP: requests come in, are answered, and are written down.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{DATE, HeaderValue};
use hyper::http::request;
use hyper::{Request, Response, StatusCode};

use crate::Options;
use crate::admin;
use crate::clock::Clock;
use crate::connection::{Counters, Handle};
use crate::error::ApiError;
use crate::exchange::{Exchange, Outcome};
use crate::faults::{Fault, Faults};
use crate::journal::Journal;
use crate::model::Model;
use crate::persistence::{Snapshot, Writer};
use crate::rates::Rates;
use crate::settings::{Quotas, Switches};
use crate::state::State;

/// The path that clients of AWS never use.
pub(crate) const ADMIN_PATH: &str = "/_sandbox/";

/// Everything that connections share.
pub(crate) struct Server {
    pub(crate) model: &'static Model,
    pub(crate) options: Options,
    pub(crate) counters: Arc<Counters>,
    pub(crate) clock: Clock,
    shared: Arc<Mutex<Shared>>,
    writer: Option<Writer>,
    requests: AtomicU64,
}

/// What calls change, one at a time.
pub(crate) struct Shared {
    pub(crate) state: State,
    pub(crate) quotas: Quotas,
    pub(crate) switches: Switches,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) rates: Rates,
    /// How many calls have changed the state.
    pub(crate) generation: u64,
}

/// What a caller has that gets no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoReply {
    /// The connection is reset; the call has changed nothing.
    Reset,
    /// The connection is closed; the call may have been carried out.
    Closed,
}

impl std::fmt::Display for NoReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reset => "the connection is reset",
            Self::Closed => "the connection is closed without a reply",
        })
    }
}

impl std::error::Error for NoReply {}

/// The reply to a request.
pub(crate) type Reply = Response<Full<Bytes>>;

impl Server {
    pub(crate) fn new(options: Options, state: State) -> std::io::Result<Self> {
        let shared = Arc::new(Mutex::new(Shared {
            state,
            quotas: options.quotas.clone(),
            switches: options.switches.clone(),
            faults: Faults::default(),
            journal: Journal::new(options.journal_limit),
            rates: Rates::default(),
            generation: 0,
        }));
        let writer = match &options.state {
            Some(path) => {
                let shared = Arc::clone(&shared);
                Some(Writer::start(path.clone(), move || snapshot(&lock(&shared)))?)
            }
            None => None,
        };
        Ok(Self {
            model: Model::shared(),
            options,
            counters: Arc::default(),
            clock: Clock::start(),
            shared,
            writer,
            requests: AtomicU64::new(0),
        })
    }

    /// A sandbox of its own that begins with what there is in this one, and
    /// keeps nothing in a file.
    pub(crate) fn fork(&self) -> Self {
        let options = Options { state: None, ..self.options.clone() };
        let shared = self.shared();
        let copy = Shared {
            state: shared.state.clone(),
            quotas: shared.quotas.clone(),
            switches: shared.switches.clone(),
            faults: Faults::default(),
            journal: Journal::new(options.journal_limit),
            rates: Rates::default(),
            generation: 0,
        };
        Self {
            model: self.model,
            options,
            counters: Arc::default(),
            clock: self.clock.onwards(),
            shared: Arc::new(Mutex::new(copy)),
            writer: None,
            requests: AtomicU64::new(0),
        }
    }

    /// The shared state. A call that panicked has changed nothing or all that
    /// it wanted to, so a poisoned lock does no harm.
    pub(crate) fn shared(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }

    /// Answers a request that comes in on a connection.
    pub(crate) async fn receive(
        self: Arc<Self>,
        request: Request<Incoming>,
        connection: Handle,
    ) -> Result<Reply, NoReply> {
        let (head, body) = request.into_parts();
        let body = read_body(body, self.options.body_limit).await?;
        let reply = self.answer(head, body, connection.clone()).await;
        if matches!(reply, Err(NoReply::Reset)) {
            connection.reset();
        }
        reply
    }

    /// Answers a request. A body that is too large is none.
    pub(crate) async fn answer(
        self: Arc<Self>,
        head: request::Parts,
        body: Option<Bytes>,
        connection: Handle,
    ) -> Result<Reply, NoReply> {
        let mut reply = Arc::clone(&self).answer_undated(head, body, connection).await?;
        if let Ok(date) = HeaderValue::from_str(&self.clock.date()) {
            reply.headers_mut().insert(DATE, date);
        }
        Ok(reply)
    }

    async fn answer_undated(
        self: Arc<Self>,
        head: request::Parts,
        body: Option<Bytes>,
        connection: Handle,
    ) -> Result<Reply, NoReply> {
        if head.uri.path().starts_with(ADMIN_PATH) {
            return Ok(admin::answer(&self, &head, body.as_deref()).await);
        }
        // On a task of its own: like at AWS, a call is carried out although its
        // caller has hung up, and one that panics is an internal error.
        let exchange = tokio::spawn(async move {
            match body {
                Some(body) => self.exchange(Exchange::new(head, body, connection)).await,
                None => Ok(self.too_large(Exchange::new(head, Bytes::new(), connection))),
            }
        });
        exchange.await.unwrap_or_else(|_| Ok(panicked()))
    }

    async fn exchange(&self, mut exchange: Exchange) -> Result<Reply, NoReply> {
        let outcome = exchange.run(self).await;
        let outcome = self.made_durable(outcome).await;
        let reply = exchange.reply(self, &outcome, &self.request_id());
        exchange.record(self, &outcome);
        match exchange.fault {
            Some(Fault::ResetBefore) => Err(NoReply::Reset),
            Some(Fault::ReplyLost) => Err(NoReply::Closed),
            Some(Fault::Distorted(distortion)) => Ok(distortion.of(reply).await),
            _ => Ok(reply),
        }
    }

    fn too_large(&self, exchange: Exchange) -> Reply {
        let outcome = Err(ApiError::front_door(
            413,
            "RequestEntityTooLargeException",
            format!("The body has more than {} bytes.", self.options.body_limit),
        ));
        exchange.record(self, &outcome);
        exchange.reply(self, &outcome, &self.request_id())
    }

    /// Holds a reply back until the file has what it tells.
    async fn made_durable(&self, outcome: Outcome) -> Outcome {
        let generation = self.shared().generation;
        if self.is_durable(generation).await { outcome } else { Err(ApiError::Internal) }
    }

    /// Waits until the state after `generation` changes is in the file.
    pub(crate) async fn is_durable(&self, generation: u64) -> bool {
        match &self.writer {
            Some(writer) => writer.wait_for(generation).await,
            None => true,
        }
    }

    fn request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        format!("7e9e5700-0000-4000-8000-{number:012x}")
    }
}

/// The reply to a call that has panicked; the panic itself is on stderr.
fn panicked() -> Reply {
    let err = ApiError::Internal;
    let mut reply = Response::new(Full::new(Bytes::from(err.body().to_string())));
    *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    reply.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(err.code()));
    reply
}

/// Reads a body of at most `limit` bytes; none if it has more. Such a body is
/// read to its end nonetheless, within reason, since a client that is still
/// sending when the connection closes never gets to see the reply.
async fn read_body(mut body: Incoming, limit: usize) -> Result<Option<Bytes>, NoReply> {
    const MOST_DISCARDED: usize = 64 << 20;
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| NoReply::Closed)?.into_data() else { continue };
        length += data.len();
        if length <= limit {
            bytes.extend_from_slice(&data);
        } else if length > MOST_DISCARDED {
            break;
        }
    }
    Ok((length <= limit).then(|| bytes.into()))
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn snapshot(shared: &Shared) -> Snapshot {
    let state = serde_json::to_vec(&shared.state)
        .expect("the state has only text keys and numbers, which JSON can spell");
    Snapshot { generation: shared.generation, state }
}
