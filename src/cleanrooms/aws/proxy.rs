//! Which connections go through a proxy.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;

use super::config::{ProviderConfig, Secret};
use super::errors::AwsError;
use super::no_proxy::{NoProxy, is_own_machine};
use super::variables::non_empty_variable;

/// A proxy's address.
pub(super) struct Proxy {
    pub(super) kind: ProxyKind,
    pub(super) host: String,
    pub(super) port: u16,
    /// User and password, decoded.
    pub(super) credentials: Option<(String, String)>,
    /// The argument or variable that names it.
    source: &'static str,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProxyKind {
    Http,
    /// HTTP within TLS.
    Https,
    /// SOCKS 5. As in Go's clients, the proxy looks the names up, whether the
    /// scheme is `socks5` or `socks5h`.
    Socks5,
}

impl fmt::Debug for Proxy {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Proxy {
    /// For a sentence: the address without credentials, and who named it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            ProxyKind::Http => "http",
            ProxyKind::Https => "https",
            ProxyKind::Socks5 => "socks5",
        };
        let Self { host, port, source, .. } = self;
        write!(f, "the proxy {scheme}://{host}:{port} of `{source}`")
    }
}

impl Proxy {
    /// Reads an address as Go's clients do: with or without a scheme, the
    /// credentials percent-encoded where need be.
    fn new(text: &str, source: &'static str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://").unwrap_or(("http", text.trim()));
        let (kind, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (ProxyKind::Http, 80),
            "https" => (ProxyKind::Https, 443),
            "socks5" | "socks5h" => (ProxyKind::Socks5, 1080),
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, authority),
        };
        let address: http::uri::Authority = address.parse().ok()?;
        let port = match address.as_str().strip_prefix(address.host()) {
            Some("" | ":") => default_port,
            _ => address.port_u16()?,
        };
        if address.host().is_empty() {
            return None;
        }
        let credentials = user.filter(|user| !user.is_empty()).map(|user| {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            (decoded(user), decoded(password))
        });
        Some(Self { kind, host: address.host().to_owned(), port, credentials, source })
    }

    /// The header by which an HTTP proxy learns who asks.
    pub(super) fn basic_auth(&self) -> Option<HeaderValue> {
        let (user, password) = self.credentials.as_ref()?;
        let text = format!("Basic {}", BASE64.encode(format!("{user}:{password}")));
        let mut value = HeaderValue::try_from(text).expect("base64 is legal in a header");
        value.set_sensitive(true);
        Some(value)
    }

    /// Whether it forwards requests in clear, rather than opening a tunnel.
    pub(super) fn forwards(&self, uri: &Uri) -> bool {
        self.kind != ProxyKind::Socks5 && uri.scheme_str() != Some("https")
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Whether a text can be the address of a proxy.
pub fn is_proxy_address(text: &str) -> bool {
    Proxy::new(text, "").is_some()
}

/// Chooses the proxy of an address.
#[derive(Debug)]
pub(super) struct Proxies {
    http: Option<Arc<Proxy>>,
    https: Option<Arc<Proxy>>,
    direct: NoProxy,
}

impl Proxies {
    /// Proxies from the arguments, each completed by the environment
    /// (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either case). As in
    /// hashicorp/aws, an empty `http_proxy` or `https_proxy` argument means no
    /// proxy whatever the environment says, and `ALL_PROXY` means nothing.
    ///
    /// # Errors
    ///
    /// When an address is no proxy's; it is not shown, since it may hold a
    /// password.
    pub(super) fn new(config: &ProviderConfig) -> Result<Self, AwsError> {
        let ProviderConfig { http_proxy, https_proxy, no_proxy, .. } = config;
        let http = proxy("http_proxy", http_proxy.as_ref(), ["HTTP_PROXY", "http_proxy"])?;
        let https = proxy("https_proxy", https_proxy.as_ref(), ["HTTPS_PROXY", "https_proxy"])?;
        // As in hashicorp/aws, an `http_proxy` argument alone serves both.
        let https = match (https_proxy, http_proxy) {
            (None, Some(_)) => https.or_else(|| http.clone()),
            _ => https,
        };
        let no_proxy = no_proxy.clone().filter(|list| !list.is_empty());
        let no_proxy =
            no_proxy.or_else(|| first_variable(["NO_PROXY", "no_proxy"]).map(|(_, list)| list));
        Ok(Self { http, https, direct: NoProxy::new(&no_proxy.unwrap_or_default()) })
    }

    /// The proxy for an address, if it is to be reached through one.
    pub(super) fn of(&self, uri: &Uri) -> Option<&Arc<Proxy>> {
        let is_https = uri.scheme_str() == Some("https");
        let proxy = if is_https { &self.https } else { &self.http }.as_ref()?;
        let host = uri.host()?;
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        (!is_own_machine(host) && !self.direct.contains(host, port)).then_some(proxy)
    }
}

fn proxy(
    argument: &'static str,
    configured: Option<&Secret>,
    variables: [&'static str; 2],
) -> Result<Option<Arc<Proxy>>, AwsError> {
    let (source, text) = match configured {
        Some(secret) => (argument, secret.expose().to_owned()),
        None => first_variable(variables).unwrap_or_default(),
    };
    if text.trim().is_empty() {
        return Ok(None);
    }
    let proxy = Proxy::new(&text, source).ok_or_else(|| {
        AwsError::configuration(format!(
            "`{source}` is no proxy address; it must look like `http://proxy.example.com:8080` or \
             `socks5://proxy.example.com:1080`."
        ))
    })?;
    Ok(Some(Arc::new(proxy)))
}

/// The first of the variables that is set, and its value.
fn first_variable(names: [&'static str; 2]) -> Option<(&'static str, String)> {
    names.into_iter().find_map(|name| Some((name, non_empty_variable(name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(http: Option<&str>, https: Option<&str>, no_proxy: &str) -> Proxies {
        Proxies::new(&ProviderConfig {
            http_proxy: http.map(Secret::new),
            https_proxy: https.map(Secret::new),
            no_proxy: Some(no_proxy.to_owned()),
            ..ProviderConfig::default()
        })
        .expect("the addresses are well formed")
    }

    fn host(proxies: &Proxies, uri: &'static str) -> Option<String> {
        proxies.of(&Uri::from_static(uri)).map(|proxy| proxy.host.clone())
    }

    #[test]
    fn each_scheme_has_its_proxy() {
        let proxies = proxies(
            Some("http://plain:8080"),
            Some("http://user:secret@secure:8080"),
            "internal.example.com",
        );
        assert_eq!(host(&proxies, "http://example.com").as_deref(), Some("plain"));
        assert_eq!(host(&proxies, "https://example.com").as_deref(), Some("secure"));
        assert_eq!(host(&proxies, "https://a.internal.example.com"), None);
    }

    #[test]
    fn an_http_proxy_argument_alone_serves_https_as_well() {
        let both = proxies(Some("plain:8080"), None, "-");
        assert_eq!(host(&both, "https://example.com").as_deref(), Some("plain"));
        let one = proxies(Some("plain:8080"), Some(""), "-");
        assert_eq!(host(&one, "https://example.com"), None);
    }

    #[test]
    fn the_own_machine_is_reached_directly() {
        let proxies = proxies(Some("http://proxy:8080"), None, "-");
        let own = [
            "http://169.254.169.254/latest",
            "http://[fd00:ec2::254]/latest",
            "http://127.0.0.1:9182/creds",
            "https://localhost:4566",
            "http://sandbox.localhost:4566",
            "http://[::1]:80",
        ];
        for uri in own {
            assert_eq!(host(&proxies, uri), None, "{uri}");
        }
    }

    #[test]
    fn the_port_of_the_scheme_counts_where_there_is_none() {
        let proxies = proxies(Some("proxy"), None, "a.example:443,b.example:80");
        assert_eq!(host(&proxies, "https://a.example/"), None);
        assert_eq!(host(&proxies, "https://a.example:444/").as_deref(), Some("proxy"));
        assert_eq!(host(&proxies, "http://a.example/").as_deref(), Some("proxy"));
        assert_eq!(host(&proxies, "http://b.example/"), None);
    }

    #[test]
    fn addresses_are_read_as_go_reads_them() {
        let table = [
            ("http://proxy.example:8080", "http://proxy.example:8080", None),
            ("proxy.example:8080", "http://proxy.example:8080", None),
            ("proxy.example", "http://proxy.example:80", None),
            ("http://proxy.example:/", "http://proxy.example:80", None),
            ("HTTP://proxy.example:8080/path?query", "http://proxy.example:8080", None),
            ("https://proxy.example", "https://proxy.example:443", None),
            ("socks5://proxy.example", "socks5://proxy.example:1080", None),
            ("socks5h://proxy.example:9", "socks5://proxy.example:9", None),
            ("http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128", None),
            (" http://proxy.example:1 ", "http://proxy.example:1", None),
            ("http://me:pw@proxy.example:1", "http://proxy.example:1", Some(("me", "pw"))),
            ("me:pw@proxy.example:1", "http://proxy.example:1", Some(("me", "pw"))),
            ("http://me@proxy.example:1", "http://proxy.example:1", Some(("me", ""))),
            (
                "http://d%5Cme:p%40s%3As%2F%25%C3%BC@proxy.example:1",
                "http://proxy.example:1",
                Some(("d\\me", "p@s:s/%ü")),
            ),
            ("http://me:p@w:d@proxy.example:1", "http://proxy.example:1", Some(("me", "p@w:d"))),
            ("http://me:100%@proxy.example:1", "http://proxy.example:1", Some(("me", "100%"))),
        ];
        for (text, address, credentials) in table {
            let proxy = Proxy::new(text, "X").unwrap_or_else(|| panic!("`{text}` is an address"));
            assert_eq!(proxy.to_string(), format!("the proxy {address} of `X`"), "{text}");
            let expected = credentials.map(|(user, word)| (user.to_owned(), word.to_owned()));
            assert_eq!(proxy.credentials, expected, "{text}");
        }
        for text in
            ["", "http://", "ftp://proxy", "socks4://proxy", "a b", "http://proxy:70000", "://a"]
        {
            assert!(!is_proxy_address(text), "{text}");
        }
    }

    #[test]
    fn a_broken_address_is_refused_without_being_shown() {
        let err = Proxies::new(&ProviderConfig {
            https_proxy: Some(Secret::new("ftp://user:secret@proxy")),
            ..ProviderConfig::default()
        })
        .expect_err("ftp is no proxy scheme");
        assert!(err.to_string().contains("`https_proxy`"), "{err}");
        assert!(!err.to_string().contains("secret"), "{err}");
    }

    #[test]
    fn no_text_of_a_proxy_shows_its_password() {
        let proxies = proxies(Some("http://user:secret@proxy:1"), None, "-");
        let proxy = proxies.of(&Uri::from_static("http://a.example")).expect("it has a proxy");
        assert!(!format!("{proxies:?}{proxy:?}{proxy}").contains("secret"));
        assert_eq!(format!("{:?}", proxy.basic_auth()), "Some(Sensitive)");
    }
}
