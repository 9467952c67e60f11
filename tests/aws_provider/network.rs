//! Certificate authorities, and connections that cannot be made.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::calls::create;
use super::credentials::{Folder, alone_with};
use super::server::{Answer, Server, collaboration};
use super::{aws, read, static_config};
use cleanrooms_provider::cleanrooms::aws::{
    Aws, Backoff, ErrorKind, Intervals, Outcome, ProviderConfig, Secret,
};

/// An https address in front of a server, and the certificate that it shows.
pub struct Https {
    pub url: String,
    certificate: String,
    connections: Arc<AtomicUsize>,
}

impl Https {
    pub async fn in_front_of(server: &Server) -> Self {
        Self::with(server, false, 0).await
    }

    /// With the certificate of an authority or of a server, which it has signed itself; the first
    /// connections it closes at once.
    async fn with(server: &Server, is_authority: bool, closed: usize) -> Self {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("a plain name");
        if is_authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let signing_key = KeyPair::generate().expect("a key");
        let cert = params.self_signed(&signing_key).expect("a certificate");
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
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if counted.fetch_add(1, Ordering::SeqCst) < closed {
                    continue;
                }
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    join(&mut stream, &behind).await;
                });
            }
        });
        Self { url, certificate: cert.pem(), connections }
    }
}

/// Carries bytes both ways until one side ends.
pub async fn join<S>(stream: &mut S, address: &str)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let Ok(mut behind) = TcpStream::connect(address).await else {
        return;
    };
    copy_bidirectional(stream, &mut behind).await.ok();
}

/// Host and port of a server.
pub fn address(url: &str) -> String {
    url.trim_start_matches("http://").trim_start_matches("https://").to_owned()
}

/// Short pauses, and much patience.
pub fn patient() -> Intervals {
    let millisecond = Duration::from_millis(1);
    Intervals {
        retry: Backoff { initial: millisecond, max: millisecond, most: None },
        connect_window: Duration::from_secs(600),
        ..Intervals::default()
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_anew_and_nothing_was_sent() {
    let server = Server::start([collaboration()]).await;
    let https = Https::with(&server, false, 2).await;
    let config = ProviderConfig { insecure: true, ..static_config(&https.url) };
    let err = create(&aws(config.clone())).await.expect_err("the connection is closed");
    assert_eq!(err.outcome, Outcome::NotExecuted);
    assert!(err.may_pass, "{err}");
    assert_eq!(https.connections.load(Ordering::SeqCst), 1);
    read(&Aws::new(config, patient())).await.expect("the third attempt is served");
    assert_eq!(https.connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn who_cannot_be_reached_is_not_tried_for_ever() {
    let server = Server::start([collaboration()]).await;
    let https = Https::with(&server, false, usize::MAX).await;
    let config = ProviderConfig { insecure: true, ..static_config(&https.url) };
    let intervals = Intervals { connect_window: Duration::ZERO, ..patient() };
    read(&Aws::new(config, intervals)).await.expect_err("every connection is closed");
    let tried = https.connections.load(Ordering::SeqCst);
    assert_eq!(tried, 2, "the window has ended before the second failure");
}

#[tokio::test]
async fn max_retries_holds_for_connections() {
    let server = Server::start([collaboration()]).await;
    let https = Https::with(&server, false, usize::MAX).await;
    let config =
        ProviderConfig { insecure: true, max_retries: Some(0), ..static_config(&https.url) };
    read(&Aws::new(config, patient())).await.expect_err("every connection is closed");
    assert_eq!(https.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_unknown_name_is_told_at_once() {
    for url in ["https://cleanrooms.nowhere.invalid", "http://cleanrooms.nowhere.invalid"] {
        let config = ProviderConfig { no_proxy: Some("*".to_owned()), ..static_config(url) };
        let err = read(&Aws::new(config, patient())).await.expect_err("nobody knows the name");
        assert_eq!(err.kind, ErrorKind::Connect);
        assert_eq!(err.outcome, Outcome::NotExecuted);
        assert!(!err.may_pass, "{err}");
        assert!(err.to_string().contains("`cleanrooms.nowhere.invalid` is unknown"), "{err}");
        assert!(err.to_string().contains("HTTPS_PROXY"), "{err}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    let accepted = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&accepted);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.ok();
            tokio::spawn(async move { stream.read_to_end(&mut Vec::new()).await });
        }
    });
    let config = ProviderConfig { insecure: true, ..static_config(&format!("https://{address}")) };
    let err = read(&Aws::new(config, patient())).await.expect_err("it speaks no TLS");
    assert_eq!(err.kind, ErrorKind::Connect);
    assert!(err.to_string().contains(&address.to_string()), "{err}");
    assert_eq!(accepted.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_authority_that_serves_itself_is_trusted_if_the_bundle_holds_it() {
    let folder = Folder::new("self-signed");
    let server = Server::start([collaboration()]).await;
    let https = Https::with(&server, true, 0).await;
    let broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    let bundle = format!("\u{feff}# ours\n{broken}{}", https.certificate);
    let custom_ca_bundle = Some(folder.file("ca.pem", &bundle));
    let config = ProviderConfig { custom_ca_bundle, ..static_config(&https.url) };
    read(&aws(config)).await.expect("the bundle holds the certificate itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn ssl_cert_file_and_the_profiles_bundle_are_trusted() {
    let folder = Folder::new("ssl-cert-file");
    let server = Server::start([collaboration()]).await;
    let https = Https::with(&server, true, 0).await;
    let bundle = folder.file("certs/ca.pem", &format!("\u{feff}{}", https.certificate));
    let profile = folder.file("config", &format!("[default]\nca_bundle = {bundle}\n"));
    let certs = format!("{}/certs", folder.path());
    let sources = [
        ("SSL_CERT_FILE", bundle.as_str()),
        ("SSL_CERT_DIR", certs.as_str()),
        ("AWS_CONFIG_FILE", profile.as_str()),
    ];
    for source in sources {
        let environment = [source, ("TEST_URL", https.url.as_str())];
        let test = "network::ssl_cert_file_and_the_profiles_bundle_are_trusted";
        if tokio::task::block_in_place(|| alone_with(test, &environment)) {
            let url = std::env::var("TEST_URL").expect("the first process sets it");
            read(&aws(static_config(&url))).await.expect("the file vouches for the certificate");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_authorities_are_told() {
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let environment = [("SSL_CERT_FILE", "/nowhere/ca.pem"), ("TEST_URL", https.url.as_str())];
    let test = "network::missing_authorities_are_told";
    if tokio::task::block_in_place(|| alone_with(test, &environment)) {
        let url = std::env::var("TEST_URL").expect("the first process sets it");
        let err = read(&aws(static_config(&url))).await.expect_err("nobody can be trusted");
        assert_eq!(err.kind, ErrorKind::Connect);
        assert!(!err.may_pass, "{err}");
        assert!(err.to_string().contains("SSL_CERT_FILE is `/nowhere/ca.pem`"), "{err}");
    }
}

#[tokio::test]
async fn an_unknown_authority_is_refused_before_anything_is_sent() {
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let aws = Aws::new(static_config(&https.url), patient());
    let err = read(&aws).await.expect_err("nobody vouches for the certificate");
    assert_eq!(https.connections.load(Ordering::SeqCst), 1, "it is not repeated");
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
