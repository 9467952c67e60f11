//! Asking a proxy for a connection: HTTP's CONNECT, and SOCKS 5.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::outcome::find;
use super::proxy::Proxy;
use super::unreachable::{BoxError, Unreachable};

/// Longest head of a proxy's answer.
const MAX_HEAD: usize = 16 * 1024;

/// Opens a tunnel to `host` and `port` with CONNECT (RFC 9110, 9.3.6).
pub(super) async fn connect<S>(
    stream: &mut S,
    proxy: &Proxy,
    host: &str,
    port: u16,
) -> Result<(), Unreachable>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if let Some(auth) = proxy.basic_auth() {
        let auth = auth.to_str().expect("base64 is visible ASCII");
        request.push_str(&format!("Proxy-Authorization: {auth}\r\n"));
    }
    request.push_str("\r\n");
    let head = exchange_heads(stream, &request).await.map_err(|err| match err.kind() {
        io::ErrorKind::InvalidData => Unreachable::no_proxy_there(&proxy.to_string()),
        _ => broken(proxy, &err),
    })?;
    match status(&head) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(refusal(proxy, status, &accepted_log_ins(&head))),
        None => Err(Unreachable::no_proxy_there(&proxy.to_string())),
    }
}

/// A proxy's answer that is no.
pub(super) fn refusal(proxy: &Proxy, status: u16, accepts: &str) -> Unreachable {
    let has_user = proxy.credentials.is_some();
    Unreachable::proxy_status(&proxy.to_string(), status, accepts, has_user)
}

fn broken(proxy: &Proxy, err: &io::Error) -> Unreachable {
    Unreachable::broken(&proxy.to_string(), "the request for a tunnel", err)
}

/// Sends the head of a request and reads the head of the answer. The server
/// behind the tunnel says nothing before it is spoken to, so nothing of it can
/// be lost here.
async fn exchange_heads<S>(stream: &mut S, request: &str) -> io::Result<String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let length = stream.read(&mut piece).await?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        head.extend_from_slice(&piece[..length]);
        let is_http = head.starts_with(&b"HTTP/1."[..head.len().min(7)]);
        if head.len() > MAX_HEAD || !is_http {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn status(head: &str) -> Option<u16> {
    head.split(' ').nth(1)?.trim_end().parse().ok()
}

/// The kinds of log-in that a proxy names, if Basic is not among them.
fn accepted_log_ins(head: &str) -> String {
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    log_ins(headers.filter_map(|(name, value)| {
        name.eq_ignore_ascii_case("proxy-authenticate").then_some(value)
    }))
}

/// The same from the values of `Proxy-Authenticate`.
pub(super) fn log_ins<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let names = values.filter_map(|value| value.split_whitespace().next()).filter(is_name);
    let names: Vec<&str> = names.take(5).collect();
    if names.iter().any(|name| name.eq_ignore_ascii_case("basic")) {
        return String::new();
    }
    names.join(", ")
}

/// Opens a connection to `host` and `port` with SOCKS 5 (RFC 1928), with a
/// user and a password if the proxy wants them (RFC 1929).
pub(super) async fn socks<S>(
    stream: &mut S,
    proxy: &Proxy,
    host: &str,
    port: u16,
) -> Result<(), Unreachable>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name = proxy.to_string();
    log_in(stream, proxy, &name).await?;
    let address = socks_address(host).ok_or_else(|| Unreachable::bad_address(host))?;
    let request = [&[5, 1, 0][..], &address, &port.to_be_bytes()].concat();
    let [version, reply, _, kind] = ask(stream, proxy, &request).await?;
    if version != 5 {
        return Err(Unreachable::no_proxy_there(&name));
    }
    if reply != 0 {
        return Err(Unreachable::socks_reply(&name, reply));
    }
    // The address from which the proxy connects, which nobody needs.
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await.map_err(|err| broken(proxy, &err))?),
        _ => return Err(Unreachable::no_proxy_there(&name)),
    };
    let mut bound = vec![0; length + 2];
    stream.read_exact(&mut bound).await.map_err(|err| broken(proxy, &err))?;
    Ok(())
}

const NO_LOG_IN: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;

async fn log_in<S>(stream: &mut S, proxy: &Proxy, name: &str) -> Result<(), Unreachable>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let has_user = proxy.credentials.is_some();
    let offer: &[u8] =
        if has_user { &[5, 2, NO_LOG_IN, USER_AND_PASSWORD] } else { &[5, 1, NO_LOG_IN] };
    match (ask(stream, proxy, offer).await?, &proxy.credentials) {
        ([5, NO_LOG_IN], _) => Ok(()),
        ([5, USER_AND_PASSWORD], Some((user, password))) => {
            let refused = || Unreachable::proxy_credentials(name, "the log-in failed", "", true);
            let (Ok(user_length), Ok(password_length)) =
                (u8::try_from(user.len()), u8::try_from(password.len()))
            else {
                return Err(refused());
            };
            let request =
                [&[1, user_length][..], user.as_bytes(), &[password_length], password.as_bytes()]
                    .concat();
            match ask(stream, proxy, &request).await? {
                [_, 0] => Ok(()),
                _ => Err(refused()),
            }
        }
        ([5, 0xff], _) => {
            let said = "it takes none of the log-ins that were offered";
            Err(Unreachable::proxy_credentials(name, said, "", has_user))
        }
        _ => Err(Unreachable::no_proxy_there(name)),
    }
}

async fn ask<S, const N: usize>(
    stream: &mut S,
    proxy: &Proxy,
    request: &[u8],
) -> Result<[u8; N], Unreachable>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let asking = async {
        stream.write_all(request).await?;
        stream.flush().await?;
        let mut answer = [0; N];
        stream.read_exact(&mut answer).await?;
        Ok(answer)
    };
    asking.await.map_err(|err| broken(proxy, &err))
}

fn socks_address(host: &str) -> Option<Vec<u8>> {
    Some(match host.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(address)) => [&[1][..], &address.octets()].concat(),
        Ok(IpAddr::V6(address)) => [&[4][..], &address.octets()].concat(),
        Err(_) => [&[3, u8::try_from(host.len()).ok()?][..], host.as_bytes()].concat(),
    })
}

/// What is known about a proxy's opinion of a user and password.
#[derive(Debug, Default)]
enum Verdict {
    #[default]
    None,
    Accepted,
    Refused(Unreachable),
}

/// By host, port, user and password, for the whole process: several variables
/// and provider blocks name the same proxy.
type Verdicts = Mutex<HashMap<Login, Arc<tokio::sync::Mutex<Verdict>>>>;

type Login = (String, u16, (String, String));

static VERDICTS: LazyLock<Verdicts> = LazyLock::new(Mutex::default);

/// Does something that presents the proxy's credentials. A refusal of them is
/// remembered for this process, and until they were accepted once, they are
/// presented by one connection at a time: a wrong password that is tried again
/// and again locks its user out.
///
/// # Errors
///
/// Those of `presentation`, or the refusal of an earlier one.
pub(super) async fn presenting<T>(
    proxy: &Proxy,
    presentation: impl Future<Output = Result<T, BoxError>>,
) -> Result<T, BoxError> {
    let Some(credentials) = proxy.credentials.clone() else {
        return presentation.await;
    };
    let login = (proxy.host.clone(), proxy.port, credentials);
    let shared = {
        let mut verdicts = VERDICTS.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(verdicts.entry(login).or_default())
    };
    let mut verdict = shared.lock().await;
    match &*verdict {
        Verdict::None => {
            let result = presentation.await;
            note(&mut verdict, &result);
            result
        }
        Verdict::Accepted => {
            drop(verdict);
            let result = presentation.await;
            note(&mut *shared.lock().await, &result);
            result
        }
        Verdict::Refused(err) => Err(err.clone().into()),
    }
}

fn note<T>(verdict: &mut Verdict, result: &Result<T, BoxError>) {
    match result {
        Ok(_) => *verdict = Verdict::Accepted,
        Err(err) => match find::<Unreachable>(err.as_ref()) {
            Some(refusal) if refusal.credentials_refused => {
                *verdict = Verdict::Refused(refusal.clone());
            }
            _ => {}
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_log_ins_that_this_provider_lacks_are_named() {
        let head =
            "HTTP/1.1 407 X\r\nProxy-Authenticate: NTLM\r\nproxy-authenticate: Negotiate a\r\n";
        assert_eq!(accepted_log_ins(head), "NTLM, Negotiate");
        assert_eq!(accepted_log_ins(&format!("{head}Proxy-Authenticate: basic realm=x\r\n")), "");
        assert_eq!(accepted_log_ins("HTTP/1.1 407 X\r\nProxy-Authenticate: <b>\r\n"), "");
    }

    #[test]
    fn a_status_is_read_from_the_first_line() {
        assert_eq!(status("HTTP/1.1 403 Forbidden\r\n\r\n"), Some(403));
        assert_eq!(status("HTTP/1.0 200\r\n\r\n"), Some(200));
        assert_eq!(status("HTTP/1.1 never\r\n\r\n"), None);
    }

    #[test]
    fn socks_names_addresses_by_their_kind() {
        assert_eq!(socks_address("192.0.2.1"), Some(vec![1, 192, 0, 2, 1]));
        assert_eq!(socks_address("a.b"), Some(vec![3, 3, b'a', b'.', b'b']));
        assert_eq!(socks_address("[::1]").map(|address| address.len()), Some(17));
        assert_eq!(socks_address(&"a".repeat(256)), None);
    }
}
