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
use support::{Host, Launch, Line, Process, Service, holds, soon};
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

/// What ends a process, short of killing it.
const ENDINGS: [Signal; 3] = [Signal::TERM, Signal::HUP, Signal::QUIT];

#[tokio::test]
async fn an_idle_process_ends_when_told_and_removes_the_socket_too() {
    for signal in ENDINGS {
        let (process, line, _channel) = connected().await;
        process.signal(signal);
        assert_eq!(process.finished().await.status.code(), Some(0), "{signal:?}");
        assert!(!line.socket().exists());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_hangup_that_was_ignored_at_the_start_stays_ignored() {
    let mut process = Launch::host().ignoring_hangup().start();
    let channel = process.connect().await;
    process.signal(Signal::HUP);
    assert!(is_served(&channel).await);
    drop(channel);
    assert_eq!(process.finished().await.status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_sent_is_answered_before_the_end() {
    for signal in ENDINGS {
        let sandbox = Service::slow_at("CreateCollaboration", 2500);
        let (process, _line, channel) = connected().await;
        let mut host = Host::configured(channel, &sandbox).await;
        let creating = tokio::spawn(async move { host.create().await });
        sandbox.is_asked().await;
        process.signal(signal);
        let created = creating.await.expect("no panic");
        assert!(holds(&created.new_state, "arn:aws:cleanrooms:"), "{signal:?}: {created:?}");
        assert_eq!(process.finished().await.status.code(), Some(0), "{signal:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_ends_at_any_signal() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let sandbox = Service::slow_at("GetCollaboration", 120_000);
        let (process, _line, channel) = connected().await;
        let mut host = Host::configured(channel, &sandbox).await;
        let reading = tokio::spawn(async move { host.read().await });
        sandbox.is_asked().await;
        process.signal(signal);
        let read = reading.await.expect("no panic");
        let [stopped] = read.diagnostics.as_slice() else { panic!("{signal:?}: {read:?}") };
        assert!(stopped.detail.contains("stopped"), "{stopped:?}");
        assert!(holds(&read.new_state, Host::STORED), "{signal:?}: state stays");
        assert_eq!(process.finished().await.status.code(), Some(0), "{signal:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_outlives_a_host_that_was_killed() {
    let sandbox = Service::slow_at("CreateCollaboration", 2500);
    let mut process = Launch::host().variable("TF_LOG", "DEBUG").start();
    let mut host = Host::configured(process.connect().await, &sandbox).await;
    let creating = tokio::spawn(async move { host.create().await });
    sandbox.is_asked().await;
    // Its channel goes with it.
    creating.abort();
    assert!(creating.await.is_err());
    let finished = process.finished().await;
    assert_eq!(finished.status.code(), Some(0));
    let entries =
        finished.stderr.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    let creates = entries.filter(|entry| entry["operation"] == "CreateCollaboration");
    let statuses: Vec<_> = creates.map(|entry| entry["status"].clone()).collect();
    assert_eq!(statuses, [200], "{}", finished.stderr);
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

#[tokio::test(flavor = "multi_thread")]
async fn each_attached_connection_is_a_configuration_of_its_own() {
    let sandbox = Service::start();
    let mut process = Launch::by_hand().argument("-debug").start();
    let (_, line) = attached(&mut process).await;
    let channel = async || line.channel(None, &TLS13).await.expect("no TLS");
    let mut first = Host::new(channel().await);
    let mut second = Host::new(channel().await);
    let account = async |host: &mut Host| {
        let created = host.create().await;
        ["111122223333", "444455556666"].map(|account| holds(&created.new_state, account))
    };
    first.configure(&sandbox, "111122223333").await;
    second.configure(&sandbox, "444455556666").await;
    assert_eq!(account(&mut first).await, [true, false]);
    assert_eq!(account(&mut second).await, [false, true]);
    // One of a host's configurations is stopped, or gone; the other is not.
    second.stop().await;
    drop(second);
    assert_eq!(account(&mut first).await, [true, false]);
    let unconfigured = Host::new(channel().await).read().await;
    assert_eq!(unconfigured.diagnostics[0].summary, "The provider is not configured");
}

#[tokio::test(flavor = "multi_thread")]
async fn debug_awaits_a_change_at_the_first_interrupt_and_not_at_the_second() {
    for insists in [false, true] {
        let sandbox = Service::slow_at("CreateCollaboration", if insists { 50_000 } else { 2500 });
        let mut process = Launch::by_hand().argument("-debug").start();
        let (_, line) = attached(&mut process).await;
        let channel = line.channel(None, &TLS13).await.expect("no TLS");
        let mut host = Host::configured(channel.clone(), &sandbox).await;
        let creating = tokio::spawn(async move { host.try_create().await });
        sandbox.is_asked().await;
        process.signal(Signal::INT);
        if insists {
            // Served means that the first signal was seen and did not end it.
            assert!(is_served(&channel).await);
            process.signal(Signal::INT);
        }
        assert_eq!(creating.await.expect("no panic").is_ok(), !insists);
        assert_eq!(process.finished().await.status.code(), Some(0));
    }
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
    assert_eq!(call["tf_req_id"], 1);
    assert!(call["duration_ms"].is_u64(), "{call}");
    assert!(!stderr.contains("private"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_aws_says_which_call_it_was_made_for() {
    let sandbox = Service::start();
    let mut process = Launch::host().variable("TF_LOG", "DEBUG").start();
    let mut host = Host::configured(process.connect().await, &sandbox).await;
    let mut other = host.clone();
    tokio::join!(host.create(), other.create());
    drop((host, other));
    let stderr = process.finished().await.stderr;
    let entries: Vec<Value> =
        stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let calls = |message| entries.iter().filter(move |entry| entry["@message"] == message);
    let creates: std::collections::BTreeSet<_> = calls("AWS call")
        .filter(|entry| entry["operation"] == "CreateCollaboration")
        .map(|entry| {
            assert_eq!(entry["rpc"], "ApplyResourceChange");
            assert_eq!(entry["tf_resource_type"], "cleanrooms_collaboration");
            entry["tf_req_id"].as_u64().expect("a number")
        })
        .collect();
    assert_eq!(creates.len(), 2, "{stderr}");
    assert!(calls("AWS call").all(|entry| entry["tf_req_id"].is_u64()), "{stderr}");
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

/// What is resident after a tenth of so many calls is, within 5 %, what is resident after all of them.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_grow_with_calls() {
    const ROUNDS: usize = 2000;
    let service = Service::start();
    let mut process = Launch::host().start();
    let channel = process.connect().await;
    let mut host = Host::configured(channel, &service).await;
    let created = host.create().await;
    let mut early = 0;
    for round in 1..=ROUNDS {
        // Five calls each, and one of them asks the service every tenth time.
        host.round(&created, round % 10 == 0).await;
        if round == ROUNDS / 10 {
            early = process.resident();
        }
    }
    let late = process.resident();
    assert!(late * 100 <= early * 105, "{early} KiB after 1,000 calls, {late} KiB after 10,000");
    eprintln!("{early} KiB after 1,000 calls, {late} KiB after 10,000");
}
