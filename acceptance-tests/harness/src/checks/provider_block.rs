//! What the provider block promises and no plan shows: what is logged, how long missing credentials
//! take, and how many connections are open.

use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::workspace;
use crate::engine::Engine;
use crate::provider::Provider;
use crate::sandbox::{Client, Sandbox};
use crate::workspace::{Finished, Installation, Workspace};

pub(super) const APPLY: [&str; 4] = ["apply", "-auto-approve", "-input=false", "-no-color"];
pub(super) const PLAN: [&str; 3] = ["plan", "-input=false", "-no-color"];

const COLLABORATION: &str = r#"
variable "sandbox" {
  type = string
}

resource "cleanrooms_collaboration" "this" {
  count                    = var.number
  name                     = "Number ${count.index}"
  creator_display_name     = "Creator"
  creator_member_abilities = ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]
  query_log_status         = "DISABLED"
  members                  = {}
}

variable "number" {
  type    = number
  default = 1
}
"#;

/// A workspace with one collaboration, which has no provider block yet.
pub(super) fn with_provider(name: &str, engine: &Engine, sandbox: &Sandbox) -> Result<Workspace> {
    let installation = Installation::DevOverride(Provider::build()?);
    let mut workspace = workspace(name, engine, installation)?;
    workspace.write("main.tf", COLLABORATION)?;
    workspace.set_env("TF_VAR_sandbox", sandbox.url());
    Ok(workspace)
}

/// At the most talkative level, each call of AWS is one line, and no line holds a secret of the
/// arguments, the environment, the files, or of STS.
///
/// # Errors
///
/// Names the secret and the line, or the calls that are missing.
pub fn logs_hold_no_secret(engine: &Engine) -> Result<()> {
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let mut workspace = with_provider("logs", engine, &sandbox)?;
    let log = workspace.directory().join("provider.log");
    workspace.set_env("TF_LOG_PROVIDER", "TRACE");
    workspace.set_env("TF_LOG_PATH", log.to_string_lossy());
    workspace.set_env("HTTPS_PROXY", "http://user:hidden-in-a-variable@127.0.0.1:9");
    workspace.set_env("NO_PROXY", "127.0.0.1");
    workspace.write("aws-config", FILES)?;

    let mut printed = String::new();
    let runs = [(ARGUMENTS, true), (PROFILE, true), (REFUSED, false), (WEB_IDENTITY, false)];
    for (provider, succeeds) in runs {
        workspace.write("provider.tf", provider)?;
        let finished = workspace.run(&APPLY)?;
        ensure!(finished.status.success() == succeeds, "with {provider}: {finished}");
        printed.push_str(&finished.to_string());
    }
    workspace.write("provider.tf", ENVIRONMENT)?;
    workspace.set_env("AWS_ACCESS_KEY_ID", "111122223333");
    workspace.set_env("AWS_SECRET_ACCESS_KEY", "hidden-in-the-environment");
    workspace.succeed(&["destroy", "-auto-approve", "-input=false", "-no-color"])?;

    let logged = fs::read_to_string(&log).context("reading the log")?;
    for line in logged.lines().chain(printed.lines()) {
        let secret = SECRETS.iter().find(|secret| line.contains(**secret));
        ensure!(secret.is_none(), "{secret:?} is in: {line}");
    }
    every_call_is_a_line(&logged, &sandbox)
}

fn every_call_is_a_line(logged: &str, sandbox: &Sandbox) -> Result<()> {
    let lines: Vec<_> = logged.lines().filter(|line| line.contains("AWS call")).collect();
    // Refused credentials are in the journal without an operation.
    let journal = sandbox.client().admin("GET", "journal", None)?.body;
    let calls = journal["calls"].as_array().context("no journal")?;
    ensure!(
        lines.len() == calls.len(),
        "{} calls are {} lines of:\n{logged}",
        calls.len(),
        lines.len()
    );
    for operation in ["CreateCollaboration", "AssumeRole", "GetCollaboration"] {
        let line = lines.iter().find(|line| line.contains(&format!("operation={operation}")));
        let line = line.with_context(|| format!("no line for {operation}:\n{logged}"))?;
        for key in ["service=", "resource=/", "request_id=", "attempt=1", "status=", "duration_ms="]
        {
            ensure!(line.contains(key), "no {key} in: {line}");
        }
    }
    Ok(())
}

/// Parts of every secret that the runs use, and of those that the sandbox's STS gives out.
const SECRETS: [&str; 3] = ["hidden-in-", "sandbox-secret-of-", "sandbox-session-token-"];

const ARGUMENTS: &str = r#"
provider "cleanrooms" {
  region     = "us-east-1"
  access_key = "777788889999"
  secret_key = "hidden-in-an-argument"
  http_proxy = "http://user:hidden-in-a-proxy@127.0.0.1:9"
  no_proxy   = "127.0.0.1"

  assume_role {
    role_arn    = "arn:aws:iam::111122223333:role/Deployer"
    external_id = "hidden-in-an-external-id"
  }

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
"#;

const PROFILE: &str = r#"
provider "cleanrooms" {
  region              = "us-east-1"
  profile             = "role"
  shared_config_files = ["${path.module}/aws-config"]

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
"#;

const FILES: &str = r#"
[profile process]
credential_process = echo '{"Version":1,"AccessKeyId":"777788889999","SecretAccessKey":"hidden-in-a-process"}'

[profile keys]
role_arn = arn:aws:iam::777788889999:role/Hub
source_profile = process
external_id = hidden-in-a-file

[profile role]
role_arn = arn:aws:iam::111122223333:role/Spoke
source_profile = keys
"#;

/// Keys that nobody knows.
const REFUSED: &str = r#"
provider "cleanrooms" {
  region     = "us-east-1"
  access_key = "AKIAUNKNOWN"
  secret_key = "hidden-in-a-wrong-argument"
  token      = "hidden-in-a-token"

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
"#;

/// A role that the sandbox's STS does not give to web identities.
const WEB_IDENTITY: &str = r#"
provider "cleanrooms" {
  region = "us-east-1"

  assume_role_with_web_identity {
    role_arn           = "arn:aws:iam::111122223333:role/Web"
    web_identity_token = "hidden-in-a-web-identity"
  }

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
"#;

const ENVIRONMENT: &str = r#"
provider "cleanrooms" {
  region = "us-east-1"

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
"#;

/// Without credentials, and with a metadata service that never answers, a plan with existing
/// resources fails soon: the service is asked once, and the state stays as it is. What needs no AWS
/// call needs no credentials.
///
/// # Errors
///
/// When a command takes too long, asks again, changes the state, or fails that should not.
pub fn missing_credentials_are_told_soon(engine: &Engine) -> Result<()> {
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let metadata = Silence::start()?;
    let mut workspace = with_provider("no_credentials", engine, &sandbox)?;
    workspace.write("provider.tf", NO_CREDENTIALS)?;
    workspace.set_env("TF_VAR_metadata", &metadata.url);
    workspace.set_env("TF_VAR_number", "5");
    workspace.set_env("AWS_EC2_METADATA_DISABLED", "false");
    workspace.succeed(&["validate"])?;
    workspace.succeed(&PLAN)?;
    ensure!(metadata.asked() == 0, "something new needs no credentials");

    workspace.succeed(&[&APPLY[..], &["-var=access_key=111122223333"]].concat())?;
    let state = workspace.directory().join("terraform.tfstate");
    let before = fs::read(&state).context("reading the state")?;

    let (asking, finished) = timed(&workspace)?;
    ensure!(!finished.status.success(), "there are no credentials: {finished}");
    let reason = "No AWS credentials were found";
    ensure!(told(&finished, reason), "the reason is not told: {finished}");
    ensure!(metadata.asked() == 1, "the service was asked {} times", metadata.asked());
    ensure!(fs::read(&state)? == before, "the state has changed");

    // Most of the time is the engine's own, and depends on how busy the machine is.
    workspace.set_env("AWS_EC2_METADATA_DISABLED", "true");
    let (not_asking, _) = timed(&workspace)?;
    let waited = asking.saturating_sub(not_asking);
    ensure!(waited < Duration::from_secs(2), "the service was awaited for {waited:?}");
    Ok(())
}

/// Whether the engine has printed this, which it may have wrapped and framed.
pub(super) fn told(finished: &Finished, text: &str) -> bool {
    let plain = |text: &str| text.replace(['\n', '│', ' '], "");
    plain(&finished.to_string()).contains(&plain(text))
}

fn timed(workspace: &Workspace) -> Result<(Duration, Finished)> {
    let start = Instant::now();
    let finished = workspace.run(&PLAN)?;
    Ok((start.elapsed(), finished))
}

const NO_CREDENTIALS: &str = r#"
variable "metadata" {
  type = string
}

variable "access_key" {
  type    = string
  default = null
}

provider "cleanrooms" {
  region                        = "us-east-1"
  access_key                    = var.access_key
  secret_key                    = var.access_key == null ? null : "secret"
  ec2_metadata_service_endpoint = var.metadata

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
"#;

/// A server that accepts connections and never answers.
struct Silence {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Silence {
    fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("finding a free port")?;
        let url = format!("http://{}", listener.local_addr()?);
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        // Ends with the process of the tests.
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || stream.read_to_end(&mut Vec::new()));
            }
        });
        Ok(Self { url, asked })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Sixty-four resources at once share thirty-two connections.
///
/// # Errors
///
/// When more were open, or so few that the check shows nothing.
pub fn connections_are_bounded(engine: &Engine) -> Result<()> {
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    {
        // A client of its own, whose connection is closed before the provider opens any.
        let slow = json!({ "operation": "CreateCollaboration", "count": null,
            "fault": { "kind": "latency", "milliseconds": 500 } });
        let client = Client::new(sandbox.url());
        client.admin("POST", "faults", Some(&slow))?;
        client.admin(
            "PATCH",
            "quotas",
            Some(&json!({ "collaborations_created_per_account": 64 })),
        )?;
    }
    let mut workspace = with_provider("connections", engine, &sandbox)?;
    workspace.write("provider.tf", KEYS)?;
    workspace.set_env("TF_VAR_number", "64");
    workspace.succeed(&[&APPLY[..], &["-parallelism=64"]].concat())?;
    workspace.succeed(&[&PLAN[..], &["-parallelism=64"]].concat())?;
    let connections = sandbox.client().admin("GET", "connections", None)?.body;
    let peak = connections["peak"].as_u64().context("no peak of connections")?;
    ensure!((16..=32).contains(&peak), "connections: {connections}");
    Ok(())
}

const KEYS: &str = r#"
provider "cleanrooms" {
  region     = "us-east-1"
  access_key = "111122223333"
  secret_key = "secret"

  endpoints {
    cleanrooms = var.sandbox
    sts        = var.sandbox
  }
}
"#;
