//! Proxies between the provider and AWS.

use std::sync::{Arc, Mutex};

use cleanrooms_provider::cleanrooms::aws::{Aws, ErrorKind, Outcome, ProviderConfig, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::calls::create;
use super::credentials::alone_with;
use super::network::{Https, address, join, patient};
use super::server::{Answer, Server, collaboration};
use super::{aws, config, read, static_config};

/// A proxy that takes everybody to one address.
struct Proxy {
    address: String,
    /// What it was asked for.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// One that understands CONNECT.
    async fn http(behind: &str) -> Self {
        Self::start(behind, Vec::new(), |stream, _| Box::pin(connect(stream))).await
    }

    /// One that understands SOCKS 5 and wants this user and password, if any.
    async fn socks(behind: &str, log_in: &str) -> Self {
        let log_in = log_in.as_bytes().to_vec();
        Self::start(behind, log_in, |stream, log_in| Box::pin(socks(stream, log_in))).await
    }

    async fn start(behind: &str, log_in: Vec<u8>, agree: Agree) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket").to_string();
        let (asked, behind) = (Arc::default(), behind.to_owned());
        let proxy = Self { address, asked: Arc::clone(&asked) };
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (asked, behind, log_in) = (Arc::clone(&asked), behind.clone(), log_in.clone());
                tokio::spawn(async move {
                    let (request, opened) = agree(&mut stream, &log_in).await;
                    asked.lock().expect("no test panics with it").push(request);
                    if opened {
                        join(&mut stream, &behind).await;
                    }
                });
            }
        });
        proxy
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics with it").clone()
    }
}

type Agreement<'a> = std::pin::Pin<Box<dyn Future<Output = (String, bool)> + Send + 'a>>;
type Agree = for<'a> fn(&'a mut TcpStream, &'a [u8]) -> Agreement<'a>;

async fn connect(stream: &mut TcpStream) -> (String, bool) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.expect("a whole request"));
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("the caller listens");
    (String::from_utf8(request).expect("a request is text"), true)
}

/// Gives host and port, or `log-in` if that failed.
async fn socks(stream: &mut TcpStream, log_in: &[u8]) -> (String, bool) {
    let offered = read_counted(stream, 1).await;
    let wanted = if log_in.is_empty() { 0 } else { 2 };
    assert!(offered.contains(&wanted), "{offered:?}");
    stream.write_all(&[5, wanted]).await.expect("the caller listens");
    if wanted == 2 {
        let user = read_counted(stream, 1).await;
        let password = read_counted(stream, 0).await;
        let right = [user, password].join(&b':') == log_in;
        stream.write_all(&[1, u8::from(!right)]).await.expect("the caller listens");
        if !right {
            return ("log-in".to_owned(), false);
        }
    }
    let host = read_counted(stream, 4).await;
    let port = stream.read_u16().await.expect("a port");
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.expect("the caller listens");
    (format!("{}:{port}", String::from_utf8_lossy(&host)), true)
}

/// Passes over some bytes and reads as many as the next one says.
async fn read_counted(stream: &mut TcpStream, passed: usize) -> Vec<u8> {
    let mut bytes = vec![0; passed];
    stream.read_exact(&mut bytes).await.expect("the caller speaks SOCKS 5");
    let length = stream.read_u8().await.expect("a length");
    let mut bytes = vec![0; length.into()];
    stream.read_exact(&mut bytes).await.expect("as many as it says");
    bytes
}

fn through(proxy: &str, url: &str) -> ProviderConfig {
    ProviderConfig { http_proxy: Some(Secret::new(proxy)), insecure: true, ..static_config(url) }
}

#[tokio::test]
async fn a_proxy_tunnels_to_an_https_address() {
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let proxy = Proxy::http(&address(&https.url)).await;
    let url = format!("http://user:p%40ss@{}", proxy.address);
    read(&aws(through(&url, "https://aws.test"))).await.expect("the proxy opens a tunnel");
    let request = &proxy.asked()[0];
    assert!(request.starts_with("CONNECT aws.test:443 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"), "{request}");
}

#[tokio::test]
async fn socks_proxies_carry_both_schemes() {
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    for (url, behind, expected) in [
        ("http://aws.test", &server.url, "aws.test:80"),
        ("https://aws.test", &https.url, "aws.test:443"),
    ] {
        for (scheme, log_in, user) in [("socks5", "", ""), ("socks5h", "me:p@ss", "me:p%40ss@")] {
            let proxy = Proxy::socks(&address(behind), log_in).await;
            let proxy_url = format!("{scheme}://{user}{}", proxy.address);
            read(&aws(through(&proxy_url, url))).await.expect("the proxy connects");
            assert_eq!(proxy.asked(), [expected], "{proxy_url} to {url}");
        }
    }
}

#[tokio::test]
async fn loopback_is_reached_directly() {
    let proxy = Server::start([collaboration()]).await;
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let by_name = server.url.replace("127.0.0.1", "localhost");
    let below = server.url.replace("127.0.0.1", "sandbox.localhost");
    for url in [&server.url, &by_name, &below, &https.url] {
        read(&aws(through(&proxy.url, url))).await.expect("the server answers");
    }
    assert_eq!(proxy.requests(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_containers_token_does_not_reach_the_proxy() {
    let proxy = Server::start([Answer::HangUp]).await;
    let body = r#"{"AccessKeyId":"CONTAINER","SecretAccessKey":"s","Token":"t",
        "Expiration":"2079-12-31T00:00:00Z"}"#;
    let endpoint = Server::start([Answer::Reply(200, "", body.to_owned())]).await;
    let server = Server::start([collaboration()]).await;
    let uri = format!("{}/creds", endpoint.url);
    let environment = [
        ("HTTP_PROXY", proxy.url.as_str()),
        ("http_proxy", proxy.url.as_str()),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "container-token"),
        ("TEST_URL", server.url.as_str()),
    ];
    let test = "proxies::a_containers_token_does_not_reach_the_proxy";
    if tokio::task::block_in_place(|| alone_with(test, &environment)) {
        let url = std::env::var("TEST_URL").expect("the first process sets it");
        read(&aws(config(&url))).await.expect("the endpoint gives credentials");
    } else {
        assert_eq!(proxy.requests(), [""; 0]);
        assert!(endpoint.requests()[0].contains("container-token"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environments_proxies_are_those_that_hashicorp_aws_knows() {
    let proxy = Server::start([collaboration()]).await;
    let environment = [
        ("HTTP_PROXY", proxy.url.as_str()),
        ("ALL_PROXY", "gopher://127.0.0.1:9"),
        ("NO_PROXY", "direct.invalid:80"),
    ];
    let test = "proxies::the_environments_proxies_are_those_that_hashicorp_aws_knows";
    if tokio::task::block_in_place(|| alone_with(test, &environment)) {
        read(&aws(static_config("http://aws.invalid"))).await.expect("the proxy answers");
        let empty = Some(Secret::new(""));
        for direct in [
            static_config("https://aws.invalid"),
            static_config("http://direct.invalid"),
            ProviderConfig { http_proxy: empty.clone(), ..static_config("http://aws.invalid") },
            ProviderConfig {
                https_proxy: empty,
                http_proxy: Some(Secret::new("http://127.0.0.1:9")),
                ..static_config("https://aws.invalid")
            },
        ] {
            let err = read(&aws(direct)).await.expect_err("nobody knows the name");
            assert!(err.to_string().contains(".invalid` is unknown"), "{err}");
        }
    } else {
        assert_eq!(proxy.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_wrong_password_is_presented_once() {
    let refusal = Answer::Reply(407, "", "<html>".to_owned());
    let socks = Proxy::socks("127.0.0.1:9", "me:right").await;
    let socks_url = format!("socks5://me:very-wrong@{}", socks.address);
    let http = Server::start([refusal.clone()]).await;
    let forwarding = Server::start([refusal]).await;
    let with_user = |url: &str| url.replace("http://", "http://me:very-wrong@");
    for (proxy, url) in [
        (with_user(&http.url), "https://aws.test"),
        // Named by another argument, it is the same.
        (with_user(&http.url), "http://aws.test"),
        (with_user(&forwarding.url), "http://aws.test"),
        (socks_url, "https://aws.test"),
    ] {
        // Two providers, each with several calls at once.
        let mut calls = tokio::task::JoinSet::new();
        let https_proxy = Some(Secret::new(proxy.as_str()));
        let config = ProviderConfig { https_proxy, ..through(&proxy, url) };
        for aws in [0, 0].map(|_| Aws::new(config.clone(), patient())) {
            for _ in 0..8 {
                let aws = aws.clone();
                calls.spawn(async move { read(&aws).await });
            }
        }
        for result in calls.join_all().await {
            let err = result.expect_err("the password is wrong");
            assert_eq!(err.kind, ErrorKind::Connect);
            assert_eq!(err.outcome, Outcome::NotExecuted);
            let text = err.to_string();
            assert!(text.contains("does not accept its user and password"), "{text}");
            assert!(text.contains("_proxy`") && !text.contains("very-wrong"), "{text}");
        }
    }
    assert_eq!(http.requests().len(), 1);
    assert_eq!(forwarding.requests().len(), 1);
    assert_eq!(socks.asked().len(), 1);
}

#[tokio::test]
async fn a_refusal_names_the_proxy_and_is_repeated_only_if_it_may_pass() {
    for (status, attempts) in [(403, 1), (407, 1), (404, 1), (302, 1), (503, 3), (502, 3)] {
        let proxy = Server::start([Answer::Reply(status, "", "<html>".to_owned())]).await;
        let config =
            ProviderConfig { max_retries: Some(2), ..through(&proxy.url, "https://aws.test") };
        let err = read(&Aws::new(config.clone(), patient())).await.expect_err("it is refused");
        assert_eq!(err.kind, ErrorKind::Connect);
        assert_eq!(err.outcome, Outcome::NotExecuted);
        let text = err.to_string();
        let who = format!("the proxy {} of `http_proxy`", proxy.url);
        assert!(text.contains(&who) && text.contains(&status.to_string()), "{text}");
        assert_eq!(proxy.requests().len(), attempts, "{status}");
        let err = create(&aws(config)).await.expect_err("it is refused");
        assert_eq!(err.may_pass, attempts > 1, "{status}");
    }
}

#[tokio::test]
async fn what_is_no_proxy_is_told_at_once() {
    let server = Server::start([collaboration()]).await;
    let https = Https::in_front_of(&server).await;
    let proxy = https.url.replace("https", "http");
    let config = through(&proxy, "https://aws.test");
    let err = read(&Aws::new(config, patient())).await.expect_err("it speaks TLS");
    assert_eq!(err.kind, ErrorKind::Connect);
    assert!(err.to_string().contains("does not answer as such a proxy does"), "{err}");
}
