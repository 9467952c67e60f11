//! The sandbox as the harness uses it: its admin path, and API calls made
//! behind Terraform's back.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use std::{fmt, io};

use anyhow::{Context, Result, anyhow, ensure};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use cleanrooms_sandbox::Options;
use http::Request;
use serde::Deserialize;
use serde_json::Value;
use ureq::Agent;

/// The accounts of every scenario: the default provider's, and those of the
/// aliases `partner` and `third`.
pub const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];

/// The Region of every scenario.
pub const REGION: &str = "us-east-1";

/// A sandbox that runs in this process, and stops when this is dropped; or real accounts in its
/// place.
pub struct Sandbox {
    running: Option<cleanrooms_sandbox::Sandbox>,
    client: Client,
}

impl Sandbox {
    /// Starts an empty sandbox on a free port.
    ///
    /// # Errors
    ///
    /// When it cannot listen.
    pub fn start() -> io::Result<Self> {
        Self::with(Options::default())
    }

    /// Starts a sandbox that keeps its state in this file, and takes up what
    /// the file holds.
    ///
    /// # Errors
    ///
    /// When it cannot listen, or the file cannot be used.
    pub fn with_state(path: &Path) -> io::Result<Self> {
        Self::with(Options { state: Some(path.to_path_buf()), ..Options::default() })
    }

    fn with(options: Options) -> io::Result<Self> {
        let running = cleanrooms_sandbox::Sandbox::start_blocking(options)?;
        let client = Client::new(running.url());
        Ok(Self { running: Some(running), client })
    }

    /// Real accounts, which have no admin path: no call is seen, and no fault can be asked for.
    pub fn of_accounts(accounts: Arc<dyn Accounts>) -> Self {
        Self { running: None, client: Client { accounts: Some(accounts), ..Client::new("") } }
    }

    /// Its address, `http://127.0.0.1:PORT`; nothing for real accounts.
    pub fn url(&self) -> String {
        self.running.as_ref().map(|running| running.url().to_string()).unwrap_or_default()
    }

    /// A client of it.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// Real accounts, as scenarios need them.
pub trait Accounts: fmt::Debug + Send + Sync {
    /// Calls the API in the name of an account.
    ///
    /// # Errors
    ///
    /// When there is no reply; an AWS error is one.
    fn call(&self, account: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Reply>;

    /// Names what the scenario has left.
    ///
    /// # Errors
    ///
    /// When a list cannot be read.
    fn leftovers(&self) -> Result<Vec<String>>;
}

/// A client of a sandbox.
#[derive(Debug)]
pub struct Client {
    url: String,
    agent: Agent,
    accounts: Option<Arc<dyn Accounts>>,
}

/// An entry of the journal, as far as scenarios look at it.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// Its place in the journal.
    pub sequence: u64,
    /// The account that called, if the credentials named one.
    pub account: Option<String>,
    /// The Region of the signature.
    pub region: Option<String>,
    /// The API operation; none for a path that is of no operation.
    pub operation: Option<String>,
    /// The error type of the answer, if it was one.
    pub error: Option<String>,
    /// The kind of the fault that the sandbox made of it, if any but latency.
    pub fault: Option<String>,
}

#[derive(Deserialize)]
struct Journal {
    calls: Vec<Call>,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body; null when it is empty.
    pub body: Value,
}

impl Client {
    /// A client of the sandbox at this address.
    pub fn new(url: impl ToString) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build();
        let url = url.to_string().trim_end_matches('/').to_owned();
        Self { url, agent: agent.into(), accounts: None }
    }

    /// The calls made since the journal was last cleared.
    ///
    /// # Errors
    ///
    /// When the sandbox does not answer as documented.
    pub fn calls(&self) -> Result<Vec<Call>> {
        if self.accounts.is_some() {
            return Ok(Vec::new());
        }
        let reply = self.admin("GET", "journal", None)?;
        let journal: Journal =
            serde_json::from_value(reply.body).context("reading the sandbox's journal")?;
        Ok(journal.calls)
    }

    /// Clears the journal.
    ///
    /// # Errors
    ///
    /// When the sandbox refuses.
    pub fn clear_calls(&self) -> Result<()> {
        self.admin("DELETE", "journal", None).map(drop)
    }

    /// Whether every fault that was asked for has met its calls, though these
    /// may still be under way.
    ///
    /// # Errors
    ///
    /// When the sandbox does not answer as documented.
    pub fn faults_have_begun(&self) -> Result<bool> {
        let reply = self.admin("GET", "faults", None)?;
        let to_come = reply.body["faults"].as_array().context("reading the sandbox's faults")?;
        Ok(to_come.is_empty())
    }

    /// Calls the admin path `/_sandbox/<path>`.
    ///
    /// # Errors
    ///
    /// When the sandbox does not answer with success.
    pub fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
        if self.accounts.is_some() {
            ensure!(method == "DELETE", "{method} /_sandbox/{path}: AWS is no sandbox");
            return Ok(Reply { status: 200, body: Value::Null });
        }
        let target = format!("{}/_sandbox/{path}", self.url);
        let reply = self.send(request(method, &target, body)?)?;
        ensure!(
            (200..300).contains(&reply.status),
            "{method} /_sandbox/{path} answered {}: {}",
            reply.status,
            reply.body
        );
        Ok(reply)
    }

    /// Calls the AWS API as an account, signed as the SDKs sign.
    ///
    /// # Errors
    ///
    /// When the request cannot be made; an AWS error is a reply.
    pub fn api(
        &self,
        account: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply> {
        if let Some(accounts) = &self.accounts {
            return accounts.call(account, method, path, body);
        }
        let mut request = request(method, &format!("{}{path}", self.url), body)?;
        sign_as(account, &mut request)?;
        self.send(request)
    }

    /// Names whatever the accounts still have that could be deleted.
    ///
    /// # Errors
    ///
    /// When the sandbox does not tell.
    pub fn leftovers(&self) -> Result<Vec<String>> {
        if let Some(accounts) = &self.accounts {
            return accounts.leftovers();
        }
        let name = |object: &Value| {
            format!("{}: {} {}", object["owner"], object["kind"], object_id(object))
        };
        Ok(deletable(&self.admin("GET", "objects", None)?.body).map(name).collect())
    }

    /// The ids of whatever exists.
    ///
    /// # Errors
    ///
    /// When the sandbox does not tell.
    pub fn objects(&self) -> Result<BTreeSet<String>> {
        Ok(object_ids(&self.admin("GET", "objects", None)?.body))
    }

    /// How many change requests may still take effect.
    ///
    /// # Errors
    ///
    /// When a list cannot be read.
    pub fn open_requests(&self) -> Result<usize> {
        let mut open = BTreeSet::new();
        for account in ACCOUNTS {
            for collaboration in self.list(account, "/collaborations", "collaborationList")? {
                let id = collaboration["id"].as_str().context("a collaboration without an id")?;
                let path = format!("/collaborations/{id}/changeRequests");
                let requests = self.list(account, &path, "collaborationChangeRequestSummaries")?;
                let is_open = |request: &&Value| {
                    ["PENDING", "APPROVED"].iter().any(|status| request["status"] == *status)
                };
                open.extend(requests.iter().filter(is_open).map(|one| one["id"].to_string()));
            }
        }
        Ok(open.len())
    }

    fn list(&self, account: &str, path: &str, list: &str) -> Result<Vec<Value>> {
        let reply = self.api(account, "GET", path, None)?;
        reply.body.get(list).and_then(Value::as_array).cloned().with_context(|| {
            format!("GET {path} as {account} answered {}: {}", reply.status, reply.body)
        })
    }

    fn send(&self, request: Request<Vec<u8>>) -> Result<Reply> {
        let what = format!("{} {}", request.method(), request.uri());
        let mut response = self.agent.run(request).with_context(|| what.clone())?;
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().with_context(|| what.clone())?;
        let body = match text.is_empty() {
            true => Value::Null,
            false => serde_json::from_str(&text).with_context(|| format!("{what}: `{text}`"))?,
        };
        Ok(Reply { status, body })
    }
}

/// The ids in what the admin path tells of objects: of what callers can delete by themselves, and of what
/// they have run.
pub fn object_ids(told: &Value) -> BTreeSet<String> {
    let was_run = objects(told).filter(|object| was_run(object));
    deletable(told).chain(was_run).map(object_id).collect()
}

/// The ids of what callers can delete by themselves.
pub fn deletable_ids(told: &Value) -> BTreeSet<String> {
    deletable(told).map(object_id).collect()
}

/// Queries and jobs stay for ever.
fn was_run(object: &Value) -> bool {
    matches!(object["kind"].as_str(), Some("protected_query" | "protected_job"))
}

fn objects(told: &Value) -> impl Iterator<Item = &Value> {
    told["objects"].as_array().into_iter().flatten()
}

fn deletable(told: &Value) -> impl Iterator<Item = &Value> {
    objects(told).filter(|object| object["deletable"] == true)
}

/// An object's id; an analysis rule has that of its table, and a type. What was run is imported by its
/// membership as well.
fn object_id(object: &Value) -> String {
    let text = |name: &str| object[name].as_str();
    let membership = text("membership").filter(|_| was_run(object));
    [membership, text("id"), text("type")].into_iter().flatten().collect::<Vec<_>>().join("/")
}

fn request(method: &str, url: &str, body: Option<&Value>) -> Result<Request<Vec<u8>>> {
    let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", "application/json")
        .body(bytes)
        .with_context(|| format!("building {method} {url}"))
}

/// Adds a version 4 signature. The access key is the account's id, which is how
/// the sandbox tells accounts apart.
fn sign_as(account: &str, request: &mut Request<Vec<u8>>) -> Result<()> {
    let identity = Credentials::from_keys(account, "secret", None).into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name("cleanrooms")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .context("the parameters of the signature")?
        .into();
    let headers = request.headers().iter().map(|(name, value)| {
        (name.as_str(), value.to_str().expect("the harness sets headers of plain text"))
    });
    let signable = SignableRequest::new(
        request.method().as_str(),
        request.uri().to_string(),
        headers,
        SignableBody::Bytes(request.body()),
    )
    .context("the request to sign")?;
    let (instructions, _) =
        sign(signable, &parameters).map_err(|err| anyhow!("signing: {err}"))?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}
