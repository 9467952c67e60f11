//! Proxies and certificate authorities between the provider and AWS.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::credentials::{Folder, alone_with};
use super::server::{Answer, Server, collaboration};
use super::{aws, read, static_config};
use cleanrooms_provider::cleanrooms::aws::{ErrorKind, Outcome, ProviderConfig, Secret};

/// An https address in front of a server, and the certificate that it shows.
struct Https {
    url: String,
    certificate: String,
}

impl Https {
    async fn in_front_of(server: &Server) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a plain name");
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the usual versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("key and certificate belong together");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("https://{}", listener.local_addr().expect("a bound socket"));
        let behind = address(&server.url);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    join(&mut stream, &behind).await;
                });
            }
        });
        Self { url, certificate: cert.pem() }
    }
}

/// A proxy that opens tunnels, and the requests for them.
async fn tunnelling_proxy() -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://user:pass@{}", listener.local_addr().expect("a bound socket"));
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.expect("a whole request"));
            }
            let request = String::from_utf8(request).expect("a request is text");
            let target = request.split(' ').nth(1).expect("CONNECT names a target").to_owned();
            sender.send(request).ok();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("the caller listens");
            tokio::spawn(async move { join(&mut stream, &target).await });
        }
    });
    (url, receiver)
}

async fn join<S>(stream: &mut S, address: &str)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let Ok(mut behind) = TcpStream::connect(address).await else {
        return;
    };
    copy_bidirectional(stream, &mut behind).await.ok();
}

fn address(url: &str) -> String {
    url.trim_start_matches("http://").trim_start_matches("https://").to_owned()
}

#[tokio::test]
async fn an_unknown_authority_is_refused_before_anything_is_sent() {
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let config = ProviderConfig { max_retries: Some(0), ..static_config(&https.url) };
    let err = read(&aws(config)).await.expect_err("nobody vouches for the certificate");
    assert_eq!(err.kind, ErrorKind::Connect);
    assert_eq!(err.outcome, Outcome::NotExecuted);
    assert!(err.to_string().contains("certificate"), "{err}");
    assert!(err.to_string().contains("`custom_ca_bundle`"), "{err}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_custom_ca_bundle_is_trusted() {
    let folder = Folder::new("bundle");
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let custom_ca_bundle = Some(folder.file("ca.pem", &https.certificate));
    let config = ProviderConfig { custom_ca_bundle, ..static_config(&https.url) };
    read(&aws(config)).await.expect("the bundle vouches for the certificate");
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_ca_bundle_is_trusted() {
    let folder = Folder::new("aws-ca-bundle");
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let bundle = folder.file("ca.pem", &https.certificate);
    let url = https.url.clone();
    let environment = [("AWS_CA_BUNDLE", bundle.as_str()), ("TEST_URL", url.as_str())];
    // The servers live in this process, the client in the other.
    let test = "network::aws_ca_bundle_is_trusted";
    let alone = tokio::task::block_in_place(|| alone_with(test, &environment));
    if alone {
        let url = std::env::var("TEST_URL").expect("the first process sets it");
        read(&aws(static_config(&url))).await.expect("the bundle vouches for the certificate");
    }
}

#[tokio::test]
async fn insecure_accepts_any_certificate() {
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let config = ProviderConfig { insecure: true, ..static_config(&https.url) };
    read(&aws(config)).await.expect("nothing is checked");
}

#[tokio::test]
async fn a_bundle_that_is_not_there_is_named() {
    let custom_ca_bundle = Some("/nowhere/ca.pem".to_owned());
    let config = ProviderConfig { custom_ca_bundle, ..static_config("https://127.0.0.1:9") };
    let err = read(&aws(config)).await.expect_err("the file is missing");
    assert_eq!(err.kind, ErrorKind::Configuration);
    assert!(err.to_string().contains("/nowhere/ca.pem"), "{err}");
}

#[tokio::test]
async fn a_proxy_tunnels_to_an_https_address() {
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let (proxy, mut tunnels) = tunnelling_proxy().await;
    let config = ProviderConfig {
        https_proxy: Some(Secret::new(proxy)),
        no_proxy: None,
        insecure: true,
        ..static_config(&https.url)
    };
    read(&aws(config)).await.expect("the proxy opens a tunnel");
    let request = tunnels.recv().await.expect("the proxy was asked");
    assert!(request.starts_with(&format!("CONNECT {} ", address(&https.url))), "{request}");
    assert!(
        request.to_lowercase().contains("proxy-authorization: basic dxnlcjpwyxnz"),
        "{request}"
    );
}

#[tokio::test]
async fn fips_and_dual_stack_choose_the_address() {
    for (fips, dual_stack, expected) in [
        (true, false, "cleanrooms-fips.us-east-1.amazonaws.com"),
        (false, true, "cleanrooms.us-east-1.api.aws"),
        (true, true, "cleanrooms-fips.us-east-1.api.aws"),
        (false, false, "cleanrooms.us-east-1.amazonaws.com"),
    ] {
        let proxy = Server::start([Answer::Reply(403, "", String::new())]).await;
        let mut config = ProviderConfig {
            https_proxy: Some(Secret::new(proxy.url.as_str())),
            no_proxy: None,
            max_retries: Some(0),
            use_fips_endpoint: Some(fips),
            use_dualstack_endpoint: Some(dual_stack),
            ..static_config("")
        };
        config.endpoints = Default::default();
        read(&aws(config)).await.expect_err("the proxy refuses");
        let request = &proxy.requests()[0];
        assert!(request.starts_with(&format!("CONNECT {expected}:443 ")), "{request}");
    }
}
