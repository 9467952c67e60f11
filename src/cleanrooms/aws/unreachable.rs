//! Why there is no connection.

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Anything that goes wrong below a call.
pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// There is no connection to AWS, so the request was never sent.
///
/// Whether a request was sent and whether another attempt may succeed are two
/// questions: a name that does not exist was not sent to either, and remains
/// unknown. Found in the chain of causes of the SDK's error.
///
/// Its text says who answered, in the middle of a sentence, and then what to
/// check. It shows no password.
#[derive(Clone, Debug)]
pub(super) struct Unreachable {
    what: String,
    check: Cow<'static, str>,
    /// Whether it may be otherwise in a moment.
    pub(super) may_pass: bool,
    /// Whether a proxy did not accept the user and password.
    pub(super) credentials_refused: bool,
}

const CHECK_ADDRESS: &str = "Nobody has answered. Check the network, the Region and `endpoints`; \
     where only a proxy leads to AWS, name it in `https_proxy` or HTTPS_PROXY.";
const CHECK_NAME: &str = "Check the Region and `endpoints`; where only a proxy leads to AWS, name \
     it in `https_proxy` or HTTPS_PROXY.";
const CHECK_PROXY_ADDRESS: &str = "Check the address of the proxy and whether it runs; what needs \
     none, list in `no_proxy` or NO_PROXY.";
const CHECK_PROXY: &str = "This is an answer of the proxy and not of AWS. Ask those who run the \
     proxy, or list what needs none in `no_proxy` or NO_PROXY.";
const CHECK_TRUST: &str = "If the authority of your company has signed the certificate, name a \
     PEM file that holds the authority's own in `custom_ca_bundle` of the provider block, \
     AWS_CA_BUNDLE or SSL_CERT_FILE.";
const CHECK_VALIDITY: &str = "Check the clock of this machine, and ask those who run that server.";
const CHECK_SERVER: &str = "Check `endpoints`: the certificate is that of another server.";
const CHECK_PROTOCOL: &str = "Check whether `endpoints`, HTTPS_PROXY and their ports belong to \
     something that speaks TLS.";

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.what, self.check)
    }
}

impl Error for Unreachable {}

impl Unreachable {
    fn new(what: String, check: impl Into<Cow<'static, str>>, may_pass: bool) -> Self {
        Self { what, check: check.into(), may_pass, credentials_refused: false }
    }

    /// The same if it is a proxy that cannot be reached.
    pub(super) fn of_a_proxy(self) -> Self {
        Self { check: CHECK_PROXY_ADDRESS.into(), ..self }
    }

    /// The same as a last word.
    pub(super) fn for_good(self) -> Self {
        Self { may_pass: false, ..self }
    }

    /// `asked` says whose answer it is.
    pub(super) fn unknown_name(name: &str, asked: &str) -> Self {
        let what = format!("the name `{name}` is unknown to {asked}");
        Self::new(what, CHECK_NAME, false)
    }

    /// The resolver has asked more than once by itself.
    pub(super) fn look_up(name: &str, asked: &str, err: &dyn fmt::Display, may_pass: bool) -> Self {
        let what = format!("the name `{name}` could not be looked up ({err}); asked was {asked}");
        Self::new(what, "Check the network and /etc/resolv.conf.", may_pass)
    }

    /// The connection to `party` failed.
    pub(super) fn tcp(party: &str, err: &io::Error) -> Self {
        let what = format!("{party} could not be reached: {err}");
        Self::new(what, CHECK_ADDRESS, may_pass(err.kind()))
    }

    /// `party` closed the connection in the middle of `step`.
    pub(super) fn broken(party: &str, step: &str, err: &io::Error) -> Self {
        let what = format!("{party} ended the connection during {step}: {err}");
        Self::new(what, CHECK_PROTOCOL, may_pass(err.kind()))
    }

    /// `party` took too long with `step`.
    pub(super) fn too_slow(party: &str, step: &str, limit: Duration) -> Self {
        let what = format!("{party} took more than {limit:?} for {step}");
        Self::new(what, CHECK_ADDRESS, true)
    }

    /// The TLS handshake with `party` failed for a reason that stays.
    pub(super) fn tls(party: &str, err: &rustls::Error) -> Self {
        use rustls::CertificateError as Wrong;
        let check = match err {
            rustls::Error::InvalidCertificate(wrong) => match wrong {
                Wrong::Expired
                | Wrong::ExpiredContext { .. }
                | Wrong::NotValidYet
                | Wrong::NotValidYetContext { .. } => CHECK_VALIDITY,
                Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => CHECK_SERVER,
                _ => CHECK_TRUST,
            },
            _ => {
                let what = format!("the TLS handshake with {party} failed ({err})");
                return Self::new(what, CHECK_PROTOCOL, false);
            }
        };
        Self::new(format!("the certificate of {party} is not accepted ({err})"), check, false)
    }

    /// There is nobody to trust.
    pub(super) fn no_authorities(tried: &str) -> Self {
        Self::new(
            format!("no certificate authorities were found ({tried}), so no server can be trusted"),
            "Install the system's (the package is usually called ca-certificates), or name a PEM \
             file in `custom_ca_bundle` of the provider block, AWS_CA_BUNDLE or SSL_CERT_FILE.",
            false,
        )
    }

    /// The proxy answered the request for a tunnel, or the forwarded request,
    /// with a status that says no. `accepts` are the kinds of log-in it takes.
    pub(super) fn proxy_status(proxy: &str, status: u16, accepts: &str, has_user: bool) -> Self {
        if status == 407 {
            return Self::proxy_credentials(proxy, "HTTP status 407", accepts, has_user);
        }
        // What a proxy cannot reach it may reach in a moment; what it does not
        // want remains so.
        let may_pass = matches!(status, 408 | 429 | 500 | 502 | 503 | 504);
        Self::new(
            format!("{proxy} refused the connection with HTTP status {status}"),
            CHECK_PROXY,
            may_pass,
        )
    }

    /// The proxy wants a user and a password, or others.
    pub(super) fn proxy_credentials(
        proxy: &str,
        said: &str,
        accepts: &str,
        has_user: bool,
    ) -> Self {
        let check = if has_user {
            "Check the user and the password in the proxy's address, characters such as `@`, `:` \
             and `/` written as %40, %3A and %2F. They are not presented again by this process, \
             since some networks lock a user out."
        } else {
            "Write a user and a password into the proxy's address, as in \
             `http://user:password@proxy.example.com:8080`."
        };
        let accepts = match accepts {
            "" => String::new(),
            accepts => format!(" (it accepts {accepts}; this provider knows Basic)"),
        };
        let what = if has_user {
            format!("{proxy} does not accept its user and password: {said}{accepts}")
        } else {
            format!("{proxy} wants a user and a password: {said}{accepts}")
        };
        Self { credentials_refused: has_user, ..Self::new(what, check, false) }
    }

    /// A SOCKS proxy did not open the connection.
    pub(super) fn socks_reply(proxy: &str, code: u8) -> Self {
        let (text, may_pass) = match code {
            1 => ("general failure", true),
            2 => ("not allowed by its rules", false),
            3 => ("network unreachable", true),
            4 => ("host unreachable", true),
            5 => ("connection refused", true),
            6 => ("time ran out", true),
            7 => ("command not supported", false),
            8 => ("kind of address not supported", false),
            _ => ("unknown reply", false),
        };
        let what = format!("{proxy} refused the connection with SOCKS reply {code}, {text}");
        Self::new(what, CHECK_PROXY, may_pass)
    }

    /// What came is no answer of a proxy of this kind.
    pub(super) fn no_proxy_there(proxy: &str) -> Self {
        let check =
            "Check the address, the port and the scheme (http, https, socks5) of the proxy.";
        Self::new(format!("{proxy} does not answer as such a proxy does"), check, false)
    }

    /// The address is not one that can be connected to.
    pub(super) fn bad_address(address: &str) -> Self {
        Self::new(format!("`{address}` is no address of a server"), CHECK_NAME, false)
    }
}

/// Whether an attempt soon afterwards may succeed.
fn may_pass(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof
            | ErrorKind::HostUnreachable
            | ErrorKind::Interrupted
            | ErrorKind::NetworkDown
            | ErrorKind::NetworkUnreachable
            | ErrorKind::TimedOut
    )
}

/// How long attempts to reach an address are repeated, counted from the first
/// that failed, whoever made it: of a hundred resources that find nobody, not
/// each has to learn it anew.
#[derive(Debug)]
pub(super) struct Patience {
    window: Duration,
    failing: Mutex<HashMap<String, Failing>>,
}

/// A series of failures without a success between.
#[derive(Clone, Copy, Debug)]
struct Failing {
    since: Instant,
    last: Instant,
}

/// A series ends when nobody has tried for so long.
const FORGOTTEN: Duration = Duration::from_secs(60);

impl Patience {
    pub(super) fn new(window: Duration) -> Self {
        Self { window, failing: Mutex::default() }
    }

    /// Notes a success.
    pub(super) fn reached(&self, address: &str) {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).remove(address);
    }

    /// Notes a failure, which is for good when patience has ended.
    pub(super) fn failed(&self, address: &str, err: Unreachable) -> Unreachable {
        let now = Instant::now();
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let series = failing.entry(address.to_owned()).or_insert(Failing { since: now, last: now });
        if now.duration_since(series.last) > FORGOTTEN {
            series.since = now;
        }
        series.last = now;
        if now.duration_since(series.since) > self.window { err.for_good() } else { err }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> Unreachable {
        Unreachable::tcp("`a:443`", &ErrorKind::ConnectionRefused.into())
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends_and_begins_anew() {
        let patience = Patience::new(Duration::from_secs(4));
        assert!(patience.failed("a", refused()).may_pass);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(!patience.failed("a", refused()).may_pass);
        assert!(patience.failed("b", refused()).may_pass, "another address");
        patience.reached("a");
        assert!(patience.failed("a", refused()).may_pass, "it was reached in between");
        tokio::time::advance(FORGOTTEN * 2).await;
        assert!(patience.failed("a", refused()).may_pass, "nobody has tried for long");
    }

    #[test]
    fn what_was_never_sent_does_not_always_pass() {
        assert!(refused().may_pass);
        let final_ones = [
            Unreachable::unknown_name("a", "nobody"),
            Unreachable::tls("`a`", &rustls::CertificateError::UnknownIssuer.into()),
            Unreachable::tcp("`a`", &ErrorKind::PermissionDenied.into()),
            Unreachable::proxy_status("the proxy", 403, "", false),
            Unreachable::proxy_status("the proxy", 407, "", true),
            Unreachable::socks_reply("the proxy", 2),
        ];
        for err in final_ones {
            assert!(!err.may_pass, "{err}");
        }
    }
}
