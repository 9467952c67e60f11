//! What ends a provider's process, what does not, and what it says meanwhile.

mod support;

use cleanrooms_provider::proto::plugin::grpc_broker_client::GrpcBrokerClient;
use cleanrooms_provider::proto::plugin::grpc_controller_client::GrpcControllerClient;
use cleanrooms_provider::proto::plugin::grpc_stdio_client::GrpcStdioClient;
use cleanrooms_provider::proto::plugin::{ConnInfo, Empty};
use cleanrooms_provider::proto::tfplugin6::provider_client::ProviderClient;
use cleanrooms_provider::proto::tfplugin6::{get_provider_schema, plan_resource_change};
use rustix::process::Signal;
use rustls::version::TLS13;
use serde_json::Value;
use support::{Launch, Line, Process, soon};
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// Proves that the process still serves.
async fn is_served(channel: &Channel) -> bool {
    let mut client = ProviderClient::new(channel.clone());
    soon("the schema", client.get_provider_schema(get_provider_schema::Request {})).await.is_ok()
}

async fn connected() -> (Process, Line, Channel) {
    let mut process = Launch::host().start();
    let line = process.handshake().await;
    let channel = line.channel(process.certificate(), &TLS13).await.expect("it is our host");
    (process, line, channel)
}

#[tokio::test]
async fn shutdown_ends_the_process_and_removes_the_socket() {
    let (process, line, channel) = connected().await;
    // A host holds both of these open to the end.
    let (_offers, offered) = tokio::sync::mpsc::channel::<ConnInfo>(1);
    let offered = tokio_stream::wrappers::ReceiverStream::new(offered);
    let broker = GrpcBrokerClient::new(channel.clone()).start_stream(offered).await;
    let stdio = GrpcStdioClient::new(channel.clone()).stream_stdio(()).await;
    assert!(broker.is_ok() && stdio.is_ok());
    // Whether the reply or the end of the process comes first does not matter.
    let _ = soon("Shutdown", GrpcControllerClient::new(channel).shutdown(Empty {})).await;
    let finished = process.finished().await;
    assert_eq!(finished.status.code(), Some(0));
    assert!(!line.socket().exists());
    assert!(!line.socket().parent().expect("it has a directory").exists());
}

#[tokio::test]
async fn a_host_that_vanishes_takes_its_provider_along() {
    let (process, line, channel) = connected().await;
    assert!(is_served(&channel).await);
    drop(channel);
    assert_eq!(process.finished().await.status.code(), Some(0));
    assert!(!line.socket().exists());
}

#[tokio::test]
async fn a_stranger_that_leaves_ends_nothing() {
    let mut process = Launch::host().start();
    let line = process.handshake().await;
    drop(line.raw_stream().await.expect("anyone may connect"));
    let stranger = support::Certificate::new();
    if let Ok(channel) = line.channel(Some(&stranger), &TLS13).await {
        assert!(!is_served(&channel).await);
    }
    let channel = line.channel(process.certificate(), &TLS13).await.expect("it is our host");
    assert!(is_served(&channel).await);
}

#[tokio::test]
async fn an_interrupt_is_the_hosts_business() {
    let (process, _line, channel) = connected().await;
    process.signal(Signal::INT);
    assert!(is_served(&channel).await);
    process.signal(Signal::INT);
    assert!(is_served(&channel).await);
}

#[tokio::test]
async fn sigterm_removes_the_socket_too() {
    let (process, line, _channel) = connected().await;
    process.signal(Signal::TERM);
    assert_eq!(process.finished().await.status.code(), Some(0));
    assert!(!line.socket().exists());
}

#[tokio::test]
async fn the_plugin_is_healthy() {
    let (_process, _line, channel) = connected().await;
    let request = HealthCheckRequest { service: "plugin".to_owned() };
    let reply = soon("health", HealthClient::new(channel).check(request)).await;
    let status = reply.expect("it is known").into_inner().status();
    assert_eq!(status, ServingStatus::Serving);
}

/// What `-debug` tells a host about itself.
async fn attached(process: &mut Process) -> (Value, Line) {
    loop {
        let line = process.line().await;
        let Some((_, assignment)) = line.split_once("TF_REATTACH_PROVIDERS='") else {
            continue;
        };
        let providers = assignment.strip_suffix('\'').expect("a closed quote");
        let providers: Value = serde_json::from_str(providers).expect("JSON");
        let provider = providers["cleanrooms/cleanrooms"].clone();
        let address = provider["Addr"]["String"].as_str().expect("an address");
        return (provider.clone(), Line::plain(address));
    }
}

#[tokio::test]
async fn debug_outlives_its_hosts_and_ends_on_an_interrupt() {
    // Started by hand: no cookie, no certificate.
    let mut process = Launch::by_hand().argument("-debug").start();
    let (provider, line) = attached(&mut process).await;
    assert_eq!(provider["Protocol"], "grpc");
    assert_eq!(provider["ProtocolVersion"], 6);
    assert_eq!(provider["Pid"], process.id());
    assert_eq!(provider["Test"], true);
    assert_eq!(provider["Addr"]["Network"], "unix");
    // Hosts probe the address before they use it.
    drop(line.raw_stream().await.expect("it listens"));
    for _walk in 0..2 {
        let channel = line.channel(None, &TLS13).await.expect("no TLS");
        assert!(is_served(&channel).await);
    }
    assert!(process.is_running());
    process.signal(Signal::INT);
    let finished = process.finished().await;
    assert_eq!(finished.status.code(), Some(0));
    assert!(!line.socket().exists());
}

#[tokio::test]
async fn logs_are_hclog_lines() {
    let mut process = Launch::host().variable("TF_LOG_PROVIDER", "DEBUG").start();
    drop(process.connect().await);
    let stderr = process.finished().await.stderr;
    assert!(!stderr.is_empty());
    for line in stderr.lines() {
        let entry: Value = serde_json::from_str(line).expect(line);
        assert!(entry["@message"].is_string(), "{line}");
        assert!(matches!(entry["@level"].as_str(), Some("debug" | "info")), "{line}");
        let at = entry["@timestamp"].as_str().expect(line);
        assert_eq!(at.len(), "2006-01-02T15:04:05.000000Z".len(), "{line}");
    }
}

#[tokio::test]
async fn each_call_is_one_line_of_the_log_without_values() {
    let mut process = Launch::host().variable("TF_LOG", "DEBUG").start();
    let channel = process.connect().await;
    let request = plan_resource_change::Request {
        type_name: "cleanrooms_nothing".to_owned(),
        prior_private: b"private".to_vec(),
        ..Default::default()
    };
    let mut client = ProviderClient::new(channel);
    assert!(soon("a plan", client.plan_resource_change(request)).await.is_ok());
    drop(client);
    let stderr = process.finished().await.stderr;
    let entries = stderr.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    let calls: Vec<_> = entries.filter(|entry| entry["rpc"].is_string()).collect();
    let [call] = calls.as_slice() else { panic!("{stderr}") };
    assert_eq!(call["rpc"], "PlanResourceChange");
    assert_eq!(call["tf_resource_type"], "cleanrooms_nothing");
    assert!(call["duration_ms"].is_u64(), "{call}");
    assert!(!stderr.contains("private"), "{stderr}");
}

#[tokio::test]
async fn a_refused_handshake_is_explained_in_the_log() {
    let mut process = Launch::host().variable("TF_LOG", "warn").start();
    let line = process.handshake().await;
    if let Ok(channel) = line.channel(None, &TLS13).await {
        assert!(!is_served(&channel).await);
    }
    drop(line.channel(process.certificate(), &TLS13).await.expect("it is our host"));
    let stderr = process.finished().await.stderr;
    assert!(stderr.contains("the TLS handshake failed"), "{stderr}");
    assert!(stderr.contains("peer sent no certificates"), "{stderr}");
}

#[tokio::test]
async fn nothing_is_logged_unasked() {
    let mut process = Launch::host().start();
    drop(process.connect().await);
    assert_eq!(process.finished().await.stderr, "");
}
