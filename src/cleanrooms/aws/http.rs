//! The HTTP client below all AWS clients: one pool for every Region.
//!
//! The SDK's own client does not tell a request that never left from one whose
//! reply was lost, has no `insecure`, and takes one proxy where the arguments
//! name two; so hyper's client is used directly. It speaks HTTP/1.1 alone.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::config::ProviderConfig;
use super::connect::{Connector, Limits, MAX_CONNECTIONS};
use super::errors::AwsError;
use super::names::Names;
use super::outcome::find;
use super::proxy::{Proxies, Proxy};
use super::reply::{MAX_REPLY, TooLong};
use super::tls::Tls;
use super::tunnel;
use super::unreachable::{BoxError, Patience, Unreachable};
use super::wait::Intervals;

/// How long an unused connection is kept. AWS closes them after a minute, and
/// a request that meets a closing connection has to be judged as lost.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// How long connecting may take where the caller does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Builds the client. Nothing is opened yet. `bundle` is the one of the profile.
///
/// # Errors
///
/// When a proxy's address or a bundle of certificates is not usable.
pub(super) async fn client(
    config: &ProviderConfig,
    bundle: Option<&str>,
    intervals: &Intervals,
) -> Result<SharedHttpClient, AwsError> {
    let connector = Connector {
        names: Names::default(),
        proxies: Arc::new(Proxies::new(config)?),
        tls: Tls::new(config, bundle).await?,
        limits: Limits::default(),
        patience: Arc::new(Patience::new(intervals.connect_window)),
        timeout: CONNECT_TIMEOUT,
    };
    Ok(SharedHttpClient::new(Pools {
        connector,
        requests: Limits::default(),
        reply_timeout: intervals.reply_timeout,
        by_connect_timeout: Mutex::default(),
    }))
}

/// One pool of connections for each time limit for connecting. All calls of
/// AWS Clean Rooms and STS share one limit, and so one pool.
#[derive(Debug)]
struct Pools {
    connector: Connector,
    requests: Limits,
    /// How long a reply may take where the caller does not say.
    reply_timeout: Duration,
    by_connect_timeout: Mutex<HashMap<Option<Duration>, Client<Connector, SdkBody>>>,
}

impl Pools {
    fn pool(&self, connect_timeout: Option<Duration>) -> Client<Connector, SdkBody> {
        let mut pools = self.by_connect_timeout.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = pools.entry(connect_timeout).or_insert_with(|| {
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(MAX_CONNECTIONS)
                .build(Connector {
                    timeout: connect_timeout.unwrap_or(self.connector.timeout),
                    ..self.connector.clone()
                })
        });
        pool.clone()
    }
}

impl HttpClient for Pools {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Caller {
            pool: self.pool(settings.connect_timeout()),
            proxies: Arc::clone(&self.connector.proxies),
            requests: self.requests.clone(),
            reply_timeout: settings.read_timeout().unwrap_or(self.reply_timeout),
        })
    }
}

/// Sends requests over a pool.
#[derive(Clone, Debug)]
struct Caller {
    pool: Client<Connector, SdkBody>,
    proxies: Arc<Proxies>,
    requests: Limits,
    reply_timeout: Duration,
}

impl HttpConnector for Caller {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let caller = self.clone();
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|err| ConnectorError::user(err.into()))?;
            // Without this bound, requests would race for new connections
            // while others are about to become free.
            let _permit = caller.requests.admit(request.uri()).await;
            caller.exchange(request).await.map_err(connector_error)
        })
    }
}

impl Caller {
    /// Sends a request and reads the whole reply, within the limits of time and
    /// size, so that a reply which stops half-way or never ends is a lost one.
    async fn exchange(&self, request: http::Request<SdkBody>) -> Result<HttpResponse, BoxError> {
        let exchange = async {
            let (parts, body) = self.send(request).await?.into_parts();
            let body = Limited::new(body, MAX_REPLY).collect().await.map_err(too_long)?;
            let reply = http::Response::from_parts(parts, SdkBody::from(body.to_bytes()));
            Ok(HttpResponse::try_from(reply)?)
        };
        let limit = self.reply_timeout;
        tokio::time::timeout(limit, exchange).await.map_err(|_elapsed| TooSlow(limit))?
    }

    async fn send(&self, request: http::Request<SdkBody>) -> Result<Reply, BoxError> {
        let proxy = self.proxies.of(request.uri());
        match proxy.filter(|proxy| proxy.forwards(request.uri())) {
            Some(proxy) => tunnel::presenting(proxy, self.forward(proxy, request)).await,
            None => Ok(self.pool.request(request).await?),
        }
    }

    /// Sends a request in clear to a proxy, which learns from each who asks.
    /// One that tunnels is told when the tunnel is asked for.
    async fn forward(
        &self,
        proxy: &Proxy,
        mut request: http::Request<SdkBody>,
    ) -> Result<Reply, BoxError> {
        if let Some(auth) = proxy.basic_auth() {
            request.headers_mut().insert(http::header::PROXY_AUTHORIZATION, auth);
        }
        let reply = self.pool.request(request).await?;
        if reply.status() != http::StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Ok(reply);
        }
        let log_ins = reply.headers().get_all(http::header::PROXY_AUTHENTICATE).into_iter();
        let log_ins = tunnel::log_ins(log_ins.filter_map(|value| value.to_str().ok()));
        Err(tunnel::refusal(proxy, reply.status().as_u16(), &log_ins).into())
    }
}

type Reply = http::Response<hyper::body::Incoming>;

/// Tells the SDK what sort of failure it is. It repeats `io` and `timeout`;
/// what will not pass is `other`.
fn connector_error(err: BoxError) -> ConnectorError {
    let cause: &(dyn Error + 'static) = err.as_ref();
    if let Some(unreachable) = find::<Unreachable>(cause) {
        let kind = if unreachable.may_pass { ConnectorError::io } else { final_error };
        return kind(err).never_connected();
    }
    if find::<TooSlow>(cause).is_some() {
        ConnectorError::timeout(err)
    } else if find::<TooLong>(cause).is_some() {
        final_error(err)
    } else if find::<hyper::Error>(cause).is_some_and(hyper::Error::is_user) {
        ConnectorError::user(err)
    } else {
        ConnectorError::io(err)
    }
}

fn final_error(err: BoxError) -> ConnectorError {
    ConnectorError::other(err, None)
}

/// A reply did not come in time.
#[derive(Debug)]
struct TooSlow(Duration);

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the reply took more than {:?}", self.0)
    }
}

impl Error for TooSlow {}

fn too_long(err: BoxError) -> BoxError {
    if err.is::<LengthLimitError>() { TooLong.into() } else { err }
}
