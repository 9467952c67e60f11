//! The way from a started process to a served provider, and the refusals.

mod support;

use std::os::unix::fs::PermissionsExt as _;

use cleanrooms_provider::proto::tfplugin6::get_provider_schema;
use cleanrooms_provider::proto::tfplugin6::provider_client::ProviderClient;
use rustls::version::{TLS12, TLS13};
use support::{Certificate, Finished, Launch, soon};
use tonic::Code;
use tonic::transport::Channel;

async fn schema(channel: Channel) -> get_provider_schema::Response {
    let call = ProviderClient::new(channel);
    let mut call = call.max_decoding_message_size(64 << 20);
    soon("the schema", call.get_provider_schema(get_provider_schema::Request {}))
        .await
        .expect("the schema is served")
        .into_inner()
}

/// Asserts that the process refused with `message`, on stderr alone.
fn assert_refused(finished: &Finished, message: &str) {
    assert_eq!(finished.status.code(), Some(1));
    assert_eq!(finished.stdout, "");
    assert!(finished.stderr.contains(message), "{}", finished.stderr);
    assert!(!finished.stderr.contains("panic"), "{}", finished.stderr);
}

#[tokio::test]
async fn a_host_with_mutual_tls_is_served() {
    let mut process = Launch::host().start();
    let line = process.handshake().await;
    assert!(line.certificate.is_some());
    for version in [&TLS13, &TLS12] {
        let channel = line.channel(process.certificate(), version).await.expect("it is our host");
        assert!(schema(channel).await.provider.is_some());
    }
}

#[tokio::test]
async fn the_line_is_all_that_stdout_ever_shows() {
    let mut process = Launch::host().variable("TF_LOG", "trace").start();
    let channel = process.connect().await;
    schema(channel).await;
    let finished = process.finished().await;
    assert_eq!(finished.stdout, "");
    assert!(finished.status.success());
}

#[tokio::test]
async fn a_client_without_certificate_is_refused_and_harmless() {
    let mut process = Launch::host().start();
    let line = process.handshake().await;
    let refused = async |client: Option<&Certificate>| {
        let Ok(channel) = line.channel(client, &TLS13).await else {
            return;
        };
        // TLS 1.3 tells a client of its refusal only after it has begun.
        let reply =
            ProviderClient::new(channel).get_provider_schema(get_provider_schema::Request {}).await;
        assert!(reply.is_err(), "the schema was served to a stranger");
    };
    soon("the refusal of nobody", refused(None)).await;
    soon("the refusal of a stranger", refused(Some(&Certificate::new()))).await;
    let channel = line.channel(process.certificate(), &TLS13).await.expect("it is our host");
    assert!(schema(channel).await.provider.is_some());
}

#[tokio::test]
async fn a_client_that_says_nothing_delays_nobody() {
    let mut process = Launch::host().start();
    let line = process.handshake().await;
    let _silent = line.raw_stream().await.expect("anyone may connect");
    let channel = line.channel(process.certificate(), &TLS13).await.expect("it is our host");
    assert!(schema(channel).await.provider.is_some());
}

#[tokio::test]
async fn without_a_client_certificate_plain_http2_is_served() {
    let mut process = Launch::plain().start();
    let line = process.handshake().await;
    assert!(line.text.ends_with("|grpc|"), "{}", line.text);
    let channel = line.channel(None, &TLS13).await.expect("no TLS");
    assert!(schema(channel).await.provider.is_some());
}

#[tokio::test]
async fn tcp_is_served_within_the_ports_of_the_host() {
    let mut process = Launch::host().variable("CLEANROOMS_PLUGIN_NETWORK", "tcp").start();
    let line = process.handshake().await;
    let address = line.text.split('|').nth(3).expect("the line has six fields");
    let address: std::net::SocketAddr = address.parse().expect("address and port");
    assert!(address.ip().is_loopback());
    assert!((10000..=25000).contains(&address.port()));
    let channel = line.channel(process.certificate(), &TLS13).await.expect("it is our host");
    assert!(schema(channel).await.provider.is_some());
}

#[tokio::test]
async fn the_socket_is_where_the_host_wants_it_and_private() {
    let dir = tempfile::tempdir().expect("a writable directory");
    let wanted = dir.path().to_str().expect("UTF-8");
    let mut process = Launch::host().variable("PLUGIN_UNIX_SOCKET_DIR", wanted).start();
    let line = process.handshake().await;
    assert!(line.socket().starts_with(dir.path()));
    let parent = line.socket().parent().expect("it has a directory");
    let mode = parent.metadata().expect("it exists").permissions().mode();
    assert_eq!(mode & 0o077, 0, "others may enter");
}

#[tokio::test]
async fn run_by_hand_it_explains_itself() {
    let finished = Launch::by_hand().run().await;
    assert_refused(&finished, "Terraform and OpenTofu start it by themselves");
}

#[tokio::test]
async fn a_wrong_cookie_is_no_host() {
    let finished = Launch::host().variable("TF_PLUGIN_MAGIC_COOKIE", "biscuit").run().await;
    assert_refused(&finished, "Terraform and OpenTofu start it by themselves");
}

#[tokio::test]
async fn unknown_protocol_versions_are_refused() {
    for offered in ["5", "7,8", "six"] {
        let finished = Launch::host().variable("PLUGIN_PROTOCOL_VERSIONS", offered).run().await;
        assert_refused(&finished, &format!("protocol versions `{offered}`"));
    }
}

#[tokio::test]
async fn a_garbled_client_certificate_is_refused() {
    let pem = Certificate::new().pem();
    let cut_off = &pem[..pem.len() / 2];
    let garbled = pem.replace("MII", "%%%");
    for certificate in ["garbage", cut_off, &garbled] {
        let finished = Launch::host().variable("PLUGIN_CLIENT_CERT", certificate).run().await;
        assert_refused(&finished, "PLUGIN_CLIENT_CERT");
    }
}

#[tokio::test]
async fn a_network_or_port_that_cannot_be_is_refused() {
    let finished = Launch::host().variable("CLEANROOMS_PLUGIN_NETWORK", "ipx").run().await;
    assert_refused(&finished, "`ipx`");
    let finished = Launch::host()
        .variable("CLEANROOMS_PLUGIN_NETWORK", "tcp")
        .variable("PLUGIN_MIN_PORT", "30000")
        .run()
        .await;
    assert_refused(&finished, "`30000-25000`");
}

#[tokio::test]
async fn a_socket_directory_that_does_not_exist_is_named() {
    let finished = Launch::host().variable("PLUGIN_UNIX_SOCKET_DIR", "/does/not/exist").run().await;
    assert_refused(&finished, "`/does/not/exist`");
}

#[tokio::test]
async fn the_version_is_printed() {
    let finished = Launch::by_hand().argument("--version").run().await;
    assert!(finished.status.success());
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(finished.stdout, format!("terraform-provider-cleanrooms {version}\n"));
    assert_eq!(finished.stderr, "");
}

#[tokio::test]
async fn an_unknown_argument_is_refused() {
    assert_refused(&Launch::host().argument("--frobnicate").run().await, "`--frobnicate`");
}

#[tokio::test]
async fn a_call_of_a_later_protocol_is_unimplemented() {
    let mut process = Launch::host().start();
    let mut grpc = tonic::client::Grpc::new(process.connect().await);
    for path in
        ["/tfplugin6.Provider/ReadStateBytes", "/tfplugin6.Provider/Nonsense", "/other/Call"]
    {
        grpc.ready().await.expect("connected");
        let path = tonic::codegen::http::uri::PathAndQuery::from_static(path);
        let codec = tonic_prost::ProstCodec::<(), ()>::default();
        let reply = soon("a status", grpc.unary(tonic::Request::new(()), path, codec)).await;
        assert_eq!(reply.expect_err("no such call").code(), Code::Unimplemented);
    }
}
