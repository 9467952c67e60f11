//! The provider's process, driven as a host drives it.

use std::time::{Duration, Instant};

use cleanrooms_harness::sandbox::Sandbox;
use cleanrooms_provider::proto::tfplugin6::provider_client::ProviderClient;
use cleanrooms_provider::proto::tfplugin6::*;
use prost::Message as _;
use rustls::version::TLS13;
use serde_json::json;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use super::fixture::{ACCOUNT, REGION, TYPE_NAME, collaboration_config, null, provider_config};
use super::memory::Memory;
use super::support::{Launch, Process};
use super::{Result, Spread};

/// How often the process is started.
const STARTS: usize = 51;

/// How many calls engines have under way at once, unless told otherwise.
pub const CALLERS: usize = 10;

/// What starting costs.
pub struct Starts {
    /// From before the process is made until its handshake line is read.
    pub handshake: Spread,
    /// From the handshake line until TLS stands.
    pub connection: Spread,
    /// The first call in a process.
    pub schema: Spread,
    /// The same call again.
    pub later_schema: Spread,
    /// Bytes of the schemas' encoding.
    pub schema_size: u32,
    /// After the first call, in the last process.
    pub memory: Memory,
}

/// Starts processes one after the other and asks each for its schemas.
pub async fn starts() -> Result<Starts> {
    let [mut handshake, mut connection, mut schema, mut later_schema] =
        [(); 4].map(|()| Spread::default());
    let mut last = None;
    for _ in 0..STARTS {
        let launch = Launch::host();
        let started = Instant::now();
        let mut process = launch.start();
        let line = process.handshake().await;
        handshake.push(started.elapsed());

        let started = Instant::now();
        let channel = line.channel(process.certificate(), &TLS13).await?;
        connection.push(started.elapsed());

        let mut client = ProviderClient::new(channel);
        let (reply, duration) = ask_for_schema(&mut client).await?;
        schema.push(duration);
        let memory = Memory::of(process.id())?;
        later_schema.push(ask_for_schema(&mut client).await?.1);
        last = Some((u32::try_from(reply.encoded_len())?, memory));
    }
    let (schema_size, memory) = last.ok_or("no process was started")?;
    Ok(Starts { handshake, connection, schema, later_schema, schema_size, memory })
}

async fn ask_for_schema(
    client: &mut ProviderClient<Channel>,
) -> Result<(get_provider_schema::Response, Duration)> {
    let started = Instant::now();
    let reply = client.get_provider_schema(get_provider_schema::Request {}).await?;
    Ok((reply.into_inner(), started.elapsed()))
}

/// What applying costs.
pub struct Applied {
    /// In the process that applied.
    pub memory: Memory,
    /// From the first plan to the last reply.
    pub duration: Duration,
}

/// Plans and applies `count` collaborations in one process, against a sandbox.
pub async fn apply(count: usize) -> Result<Applied> {
    let sandbox = Sandbox::start()?;
    raise_quotas(&sandbox, count)?;
    let (process, client) = configured(&sandbox).await?;
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let mut client = client.clone();
        callers.spawn(async move {
            for number in 0..count / CALLERS {
                // Creates of equal names would wait for one another.
                create(&mut client, &format!("Campaign {caller}-{number}")).await?;
            }
            Result::Ok(())
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    let duration = started.elapsed();
    Ok(Applied { memory: Memory::of(process.id())?, duration })
}

fn raise_quotas(sandbox: &Sandbox, count: usize) -> Result<()> {
    let quotas = json!({ "collaborations_created_per_account": count });
    sandbox.client().admin("PATCH", "quotas", Some(&quotas))?;
    Ok(())
}

/// A process that is configured for the sandbox, through its environment.
async fn configured(sandbox: &Sandbox) -> Result<(Process, ProviderClient<Channel>)> {
    let mut process = Launch::host()
        .variable("AWS_ACCESS_KEY_ID", ACCOUNT)
        .variable("AWS_SECRET_ACCESS_KEY", "secret")
        .variable("AWS_REGION", REGION)
        .variable("AWS_ENDPOINT_URL", &sandbox.url())
        .start();
    let mut client = ProviderClient::new(process.connect().await);
    ask_for_schema(&mut client).await?;
    let request = configure_provider::Request {
        terraform_version: "1.15.0".to_owned(),
        config: Some(provider_config()?),
        client_capabilities: None,
    };
    let reply = client.configure_provider(request).await?.into_inner();
    no_errors(&reply.diagnostics)?;
    Ok((process, client))
}

/// What a configured process plans for a new collaboration.
pub async fn plan_one(name: &str) -> Result<DynamicValue> {
    let sandbox = Sandbox::start()?;
    let (_process, mut client) = configured(&sandbox).await?;
    let plan = plan(&mut client, &collaboration_config(name)?).await?;
    plan.planned_state.ok_or_else(|| "the plan has no state".into())
}

/// How often a refresh was throttled.
pub struct Throttled {
    /// Calls in all.
    pub calls: usize,
    /// Those that AWS would not have.
    pub throttled: usize,
    /// From the first read to the last reply.
    pub duration: Duration,
}

/// Refreshes `count` collaborations as a plan does, where a second has as many calls as AWS allows.
pub async fn refresh(count: usize) -> Result<Throttled> {
    let sandbox = Sandbox::start()?;
    raise_quotas(&sandbox, count)?;
    let (_makes, mut makes) = configured(&sandbox).await?;
    let mut made = Vec::new();
    for number in 0..count {
        made.push(create(&mut makes, &format!("Campaign {number}")).await?);
    }
    let rates = json!({ "calls_per_second": 5, "calls_per_second_of_frequent_reads": 20 });
    sandbox.client().admin("PATCH", "quotas", Some(&rates))?;
    sandbox.client().clear_calls()?;
    let (_reads, client) = configured(&sandbox).await?;
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for of_one in made.chunks(count.div_ceil(CALLERS)) {
        let (mut client, of_one) = (client.clone(), of_one.to_vec());
        callers.spawn(async move {
            for applied in of_one {
                read(&mut client, applied).await?;
            }
            Result::Ok(())
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    let duration = started.elapsed();
    let calls = sandbox.client().calls()?;
    let refused = calls.iter().filter(|call| call.error.as_deref() == Some("ThrottlingException"));
    Ok(Throttled { calls: calls.len(), throttled: refused.count(), duration })
}

async fn read(
    client: &mut ProviderClient<Channel>,
    applied: apply_resource_change::Response,
) -> Result<()> {
    let request = read_resource::Request {
        type_name: TYPE_NAME.to_owned(),
        current_state: applied.new_state,
        private: applied.private,
        current_identity: applied.new_identity,
        ..read_resource::Request::default()
    };
    no_errors(&client.read_resource(request).await?.into_inner().diagnostics)
}

/// Plans and applies one collaboration, as an engine does for a new one.
async fn create(
    client: &mut ProviderClient<Channel>,
    name: &str,
) -> Result<apply_resource_change::Response> {
    let config = collaboration_config(name)?;
    let plan = plan(client, &config).await?;
    let request = apply_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: Some(null()?),
        planned_state: plan.planned_state,
        config: Some(config),
        planned_private: plan.planned_private,
        planned_identity: plan.planned_identity,
        provider_meta: None,
    };
    let applied = client.apply_resource_change(request).await?.into_inner();
    no_errors(&applied.diagnostics)?;
    Ok(applied)
}

async fn plan(
    client: &mut ProviderClient<Channel>,
    config: &DynamicValue,
) -> Result<plan_resource_change::Response> {
    let request = plan_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: Some(null()?),
        proposed_new_state: Some(config.clone()),
        config: Some(config.clone()),
        ..plan_resource_change::Request::default()
    };
    let plan = client.plan_resource_change(request).await?.into_inner();
    no_errors(&plan.diagnostics)?;
    Ok(plan)
}

fn no_errors(diagnostics: &[Diagnostic]) -> Result<()> {
    match diagnostics.first() {
        None => Ok(()),
        Some(diagnostic) => Err(format!("{}: {}", diagnostic.summary, diagnostic.detail).into()),
    }
}
