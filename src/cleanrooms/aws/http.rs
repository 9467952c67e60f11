//! The HTTP client below all AWS clients: one pool for every Region.
//!
//! The SDK's own client does not tell a request that never left from one whose
//! reply was lost, has no `insecure`, and takes one proxy where the arguments
//! name two; so hyper's client is used directly. It speaks HTTP/1.1 alone.

use std::collections::HashMap;
use std::error::Error;
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
use http_body_util::BodyExt;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::config::ProviderConfig;
use super::connect::{BoxError, Connector, Limits, MAX_CONNECTIONS, TimedOut};
use super::errors::AwsError;
use super::outcome::find;
use super::proxy::Proxies;
use super::tls::Tls;

/// How long an unused connection is kept. AWS closes them after a minute, and
/// a request that meets a closing connection has to be judged as lost.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// Builds the client. Nothing is opened yet.
///
/// # Errors
///
/// When a proxy's address or a bundle of certificates is not usable.
pub(super) fn client(config: &ProviderConfig) -> Result<SharedHttpClient, AwsError> {
    let mut tcp = hyper_util::client::legacy::connect::HttpConnector::new();
    // The connector would otherwise refuse the https addresses that it opens
    // for the TLS layer.
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let connector = Connector {
        tcp,
        tls: Tls::new(config)?,
        proxies: Arc::new(Proxies::new(config)?),
        limits: Limits::default(),
        timeout: None,
    };
    Ok(SharedHttpClient::new(Pools {
        connector,
        requests: Limits::default(),
        by_connect_timeout: Mutex::default(),
    }))
}

/// One pool of connections for each time limit for connecting. All calls of
/// AWS Clean Rooms and STS share one limit, and so one pool.
#[derive(Debug)]
struct Pools {
    connector: Connector,
    requests: Limits,
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
                .build(Connector { timeout: connect_timeout, ..self.connector.clone() })
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
            reply_timeout: settings.read_timeout(),
        })
    }
}

/// Sends requests over a pool.
#[derive(Clone, Debug)]
struct Caller {
    pool: Client<Connector, SdkBody>,
    proxies: Arc<Proxies>,
    requests: Limits,
    reply_timeout: Option<Duration>,
}

impl HttpConnector for Caller {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let caller = self.clone();
        HttpConnectorFuture::new(async move {
            let mut request =
                request.try_into_http1x().map_err(|err| ConnectorError::user(err.into()))?;
            caller.authorize_with_proxy(&mut request);
            // Without this bound, requests would race for new connections
            // while others are about to become free.
            let _permit = caller.requests.admit(request.uri()).await;
            caller.exchange(request).await.map_err(connector_error)
        })
    }
}

impl Caller {
    /// Sends a request and reads the whole reply, within the time limit, so
    /// that a reply which stops half-way is a lost one. Replies of the services
    /// used here are small.
    async fn exchange(&self, request: http::Request<SdkBody>) -> Result<HttpResponse, BoxError> {
        let exchange = async {
            let (parts, body) = self.pool.request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            let reply = http::Response::from_parts(parts, SdkBody::from(body));
            Ok(HttpResponse::try_from(reply)?)
        };
        match self.reply_timeout {
            Some(limit) => tokio::time::timeout(limit, exchange)
                .await
                .map_err(|_elapsed| TimedOut("the reply", limit))?,
            None => exchange.await,
        }
    }

    /// Adds the credentials of a proxy that forwards the request in clear. One
    /// that tunnels gets them when the tunnel is asked for.
    fn authorize_with_proxy(&self, request: &mut http::Request<SdkBody>) {
        if request.uri().scheme_str() == Some("https") {
            return;
        }
        let proxy = self.proxies.intercept(request.uri());
        if let Some(auth) = proxy.as_ref().and_then(|proxy| proxy.basic_auth()) {
            request.headers_mut().insert(http::header::PROXY_AUTHORIZATION, auth.clone());
        }
    }
}

/// Tells the SDK what sort of failure it is. All but a broken request may be
/// repeated as far as the network is concerned.
fn connector_error(err: BoxError) -> ConnectorError {
    let cause: &(dyn Error + 'static) = err.as_ref();
    let timed_out = find::<TimedOut>(cause).is_some();
    let never_connected = find::<legacy::Error>(cause).is_some_and(legacy::Error::is_connect);
    let broken_request = find::<hyper::Error>(cause).is_some_and(hyper::Error::is_user);
    let err = if timed_out {
        ConnectorError::timeout(err)
    } else if broken_request {
        ConnectorError::user(err)
    } else {
        ConnectorError::io(err)
    };
    if never_connected { err.never_connected() } else { err }
}
