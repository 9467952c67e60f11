//! The sandbox, in this process: behind the provider's clients, and beside them for what others do.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use cleanrooms_harness::sandbox::{ACCOUNTS, Call, REGION, Reply, deletable_ids, object_ids};
use cleanrooms_provider::cleanrooms::aws::Aws;
use cleanrooms_sandbox::{InProcess, NoReply, Options};
use http::{Request, Response};
use serde_json::Value as Json;

use crate::permissions;

/// The sandbox's address in provider blocks. Nothing listens there.
pub const ADDRESS: &str = "http://127.0.0.1:1";

/// What becomes of a reply on its way to the provider: given the request's path, and the body.
pub type Falsify = fn(&str, &mut Json);

/// A sandbox of its own for one test.
#[derive(Clone, Debug)]
pub struct World {
    sandbox: InProcess,
    falsify: Arc<Mutex<Option<Falsify>>>,
}

impl World {
    /// An empty sandbox. To be made on the runtime that it is used on: its
    /// clock is that runtime's.
    pub fn new() -> Self {
        let sandbox = InProcess::new(Options::default()).expect("there is no file to go wrong");
        Self { sandbox, falsify: Arc::default() }
    }

    /// Another one that begins as this one is. To be made on the runtime that it is used on.
    pub fn fork(&self) -> Self {
        Self { sandbox: self.sandbox.fork(), falsify: Arc::default() }
    }

    /// Changes replies on their way to the provider, or no longer.
    pub fn falsify(&self, falsify: Option<Falsify>) {
        *self.falsify.lock().unwrap_or_else(PoisonError::into_inner) = falsify;
    }

    /// The same AWS over this sandbox.
    pub fn below(&self, aws: &Aws) -> Aws {
        aws.over(SharedHttpClient::new(Line { world: self.clone() }))
    }

    /// Calls the admin path `/_sandbox/<path>`.
    pub async fn admin(&self, method: &str, path: &str, body: Option<&Json>) -> Result<Json> {
        let request = Request::builder().method(method).uri(format!("/_sandbox/{path}"));
        let reply = self.send(request, body).await?;
        let Reply { status, body } = reply;
        ensure!(
            (200..300).contains(&status),
            "{method} /_sandbox/{path} answered {status}: {body}"
        );
        Ok(body)
    }

    /// Calls the AWS API as an account.
    pub async fn api(
        &self,
        account: &str,
        method: &str,
        path: &str,
        body: Option<&Json>,
    ) -> Result<Reply> {
        // The sandbox knows no secrets, and looks at a signature's form alone.
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={account}/20260101/{REGION}/cleanrooms/aws4_request, \
             SignedHeaders=host, Signature={}",
            "0".repeat(64)
        );
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "sandbox")
            .header("x-amz-date", "20260101T000000Z")
            .header("authorization", authorization);
        self.send(request, body).await
    }

    async fn send(&self, request: http::request::Builder, body: Option<&Json>) -> Result<Reply> {
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = request.header("content-type", "application/json").body(bytes)?;
        let reply = self.sandbox.call(request).await?;
        let status = reply.status().as_u16();
        let body = match reply.body().is_empty() {
            true => Json::Null,
            false => serde_json::from_slice(reply.body()).context("reading a reply")?,
        };
        Ok(Reply { status, body })
    }

    /// The calls made since the journal was last cleared.
    pub async fn calls(&self) -> Result<Vec<Call>> {
        let mut journal = self.admin("GET", "journal", None).await?;
        serde_json::from_value(journal["calls"].take()).context("reading the journal")
    }

    /// Forgets the calls made so far.
    pub async fn clear_calls(&self) -> Result<()> {
        self.admin("DELETE", "journal", None).await.map(drop)
    }

    /// Whether every fault that was asked for has met its calls.
    pub async fn faults_have_begun(&self) -> Result<bool> {
        let left = self.admin("GET", "faults", None).await?;
        Ok(left["faults"].as_array().context("reading the faults")?.is_empty())
    }

    /// The ids of whatever exists.
    pub async fn objects(&self) -> Result<BTreeSet<String>> {
        Ok(object_ids(&self.admin("GET", "objects", None).await?))
    }

    /// The ids of whatever could still be deleted.
    pub async fn leftovers(&self) -> Result<BTreeSet<String>> {
        Ok(deletable_ids(&self.admin("GET", "objects", None).await?))
    }

    /// How many change requests may still take effect.
    pub async fn open_requests(&self) -> Result<usize> {
        let mut open = BTreeSet::new();
        for account in ACCOUNTS {
            for collaboration in self.list(account, "/collaborations", "collaborationList").await? {
                let id = collaboration["id"].as_str().context("a collaboration without an id")?;
                let path = format!("/collaborations/{id}/changeRequests");
                let list = "collaborationChangeRequestSummaries";
                let is_open = |request: &&Json| {
                    ["PENDING", "APPROVED"].iter().any(|status| request["status"] == *status)
                };
                let requests = self.list(account, &path, list).await?;
                open.extend(requests.iter().filter(is_open).map(|one| one["id"].to_string()));
            }
        }
        Ok(open.len())
    }

    /// All items of a list that fits a page.
    pub async fn list(&self, account: &str, path: &str, list: &str) -> Result<Vec<Json>> {
        let reply = self.api(account, "GET", path, None).await?;
        let items = reply.body.get(list).and_then(Json::as_array).cloned();
        items.with_context(|| format!("GET {path} as {account} answered {}", reply.body))
    }
}

/// The way from the SDK to the sandbox.
#[derive(Clone, Debug)]
struct Line {
    world: World,
}

impl HttpClient for Line {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Caller {
            world: self.world.clone(),
            reply_timeout: settings.read_timeout(),
        })
    }
}

/// Sends requests, and gives up a reply that takes too long, as the
/// provider's own connector does.
#[derive(Debug)]
struct Caller {
    world: World,
    reply_timeout: Option<Duration>,
}

#[derive(Debug)]
struct TookTooLong;

impl fmt::Display for TookTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reply took too long")
    }
}

impl Error for TookTooLong {}

/// A connection that broke, in the words of the provider's own connector.
#[derive(Debug)]
struct Broken(NoReply);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            NoReply::Reset => "connection error: Connection reset by peer (os error 104)",
            NoReply::Closed => "connection closed before message completed",
        })
    }
}

impl Error for Broken {}

impl HttpConnector for Caller {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (world, limit) = (self.world.clone(), self.reply_timeout);
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|err| ConnectorError::user(err.into()))?;
            let request = request.map(|body| body.bytes().map(Bytes::copy_from_slice));
            let (mut head, Some(body)) = request.into_parts() else {
                return Err(ConnectorError::user("the body is a stream".into()));
            };
            head.extensions.insert(permissions::policy());
            let path = head.uri.path().to_owned();
            let exchange = world.sandbox.call(Request::from_parts(head, body));
            let reply = match limit {
                Some(limit) => tokio::time::timeout(limit, exchange)
                    .await
                    .map_err(|_elapsed| ConnectorError::timeout(TookTooLong.into()))?,
                None => exchange.await,
            };
            let reply = reply.map_err(|none| ConnectorError::io(Broken(none).into()))?;
            read(world.falsified(&path, reply)).map_err(ConnectorError::io)
        })
    }
}

impl World {
    fn falsified(&self, path: &str, reply: Response<Bytes>) -> Response<Bytes> {
        let falsify = *self.falsify.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(falsify), Ok(mut body)) = (falsify, serde_json::from_slice(reply.body())) else {
            return reply;
        };
        falsify(path, &mut body);
        let (mut head, _) = reply.into_parts();
        let bytes = Bytes::from(body.to_string());
        head.headers.insert("content-length", bytes.len().into());
        Response::from_parts(head, bytes)
    }
}

fn read(reply: Response<Bytes>) -> Result<HttpResponse, Box<dyn Error + Send + Sync>> {
    Ok(HttpResponse::try_from(reply.map(SdkBody::from))?)
}
