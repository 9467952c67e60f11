//! Which connections go through a proxy.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::config::{ProviderConfig, Secret};
use super::errors::AwsError;
use super::tls::non_empty_variable;

/// Chooses the proxy of an address.
pub(super) struct Proxies(Matcher);

impl fmt::Debug for Proxies {
    /// Says nothing, since the address of a proxy may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxies")
    }
}

impl Proxies {
    /// Proxies from the arguments, each completed by the environment
    /// (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, in either case).
    ///
    /// # Errors
    ///
    /// When an address is no absolute URL; it is not shown, since it may hold
    /// a password.
    pub(super) fn new(config: &ProviderConfig) -> Result<Self, AwsError> {
        let http =
            address("http_proxy", config.http_proxy.as_ref(), &["HTTP_PROXY", "http_proxy"])?;
        let https =
            address("https_proxy", config.https_proxy.as_ref(), &["HTTPS_PROXY", "https_proxy"])?;
        let all = address("all_proxy", None, &["ALL_PROXY", "all_proxy"])?;
        // As in hashicorp/aws, an `http_proxy` argument alone serves both.
        let https = https.or_else(|| config.http_proxy.as_ref().and(http.clone()));
        let no_proxy =
            config.no_proxy.clone().or_else(|| first_variable(&["NO_PROXY", "no_proxy"]));
        let matcher = Matcher::builder()
            .all(all.unwrap_or_default())
            .http(http.unwrap_or_default())
            .https(https.unwrap_or_default())
            .no(no_proxy.unwrap_or_default())
            .build();
        Ok(Self(matcher))
    }

    /// The proxy for an address, if it is to be reached through one.
    ///
    /// The metadata services of EC2 and of containers answer only on their own
    /// machine, so their addresses never go through a proxy.
    pub(super) fn intercept(&self, uri: &Uri) -> Option<Intercept> {
        if uri.host().is_some_and(is_link_local) {
            return None;
        }
        self.0.intercept(uri)
    }
}

/// Whether a host is an address of this machine's own link: IPv4 link-local,
/// or the IPv6 addresses that AWS uses for the same services.
fn is_link_local(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse() {
        Ok(IpAddr::V4(address)) => address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.segments()[..2] == [0xfd00, 0xec2],
        Err(_) => false,
    }
}

fn address(
    argument: &str,
    configured: Option<&Secret>,
    variables: &[&str],
) -> Result<Option<String>, AwsError> {
    let from_argument = configured.map(|secret| secret.expose().to_owned());
    let Some(text) =
        from_argument.filter(|text| !text.is_empty()).or_else(|| first_variable(variables))
    else {
        return Ok(None);
    };
    // The usual tools accept `proxy.example.com:8080`, too.
    let text = if text.contains("://") { text } else { format!("http://{text}") };
    let usable = text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
    });
    if usable {
        return Ok(Some(text));
    }
    let source = if configured.is_some() { argument } else { variables[0] };
    Err(AwsError::configuration(format!(
        "`{source}` is no proxy address; it must look like `http://proxy.example.com:8080`."
    )))
}

fn first_variable(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| non_empty_variable(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(config: &ProviderConfig) -> Proxies {
        Proxies::new(config).expect("the addresses are well formed")
    }

    fn host(proxies: &Proxies, uri: &'static str) -> Option<String> {
        let proxy = proxies.intercept(&Uri::from_static(uri))?;
        proxy.uri().host().map(str::to_owned)
    }

    #[test]
    fn each_scheme_has_its_proxy() {
        let proxies = proxies(&ProviderConfig {
            http_proxy: Some(Secret::new("http://plain:8080")),
            https_proxy: Some(Secret::new("http://user:secret@secure:8080")),
            no_proxy: Some("internal.example.com".to_owned()),
            ..ProviderConfig::default()
        });
        assert_eq!(host(&proxies, "http://example.com").as_deref(), Some("plain"));
        assert_eq!(host(&proxies, "https://example.com").as_deref(), Some("secure"));
        assert_eq!(host(&proxies, "https://a.internal.example.com"), None);
    }

    #[test]
    fn an_http_proxy_argument_alone_serves_https_as_well() {
        let proxies = proxies(&ProviderConfig {
            http_proxy: Some(Secret::new("plain:8080")),
            ..ProviderConfig::default()
        });
        assert_eq!(host(&proxies, "https://example.com").as_deref(), Some("plain"));
    }

    #[test]
    fn metadata_services_are_reached_directly() {
        let proxies = proxies(&ProviderConfig {
            http_proxy: Some(Secret::new("http://plain:8080")),
            ..ProviderConfig::default()
        });
        assert_eq!(host(&proxies, "http://169.254.169.254/latest"), None);
        assert_eq!(host(&proxies, "http://[fd00:ec2::254]/latest"), None);
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
}
