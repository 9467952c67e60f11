//! Which addresses are reached without a proxy.

use std::net::IpAddr;
use std::str::FromStr;

/// Whether a host is this machine or on its own link, where no proxy can stand
/// in: loopback and link-local addresses, names under `localhost` (RFC 6761),
/// and the IPv6 addresses by which AWS serves metadata.
///
/// Go's clients go directly to loopback as well, and what listens there may be
/// told secrets: credential servers are.
pub(super) fn is_own_machine(host: &str) -> bool {
    let host = host_name(host);
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback()
                || address.is_unicast_link_local()
                || address.segments()[..2] == [0xfd00, 0xec2]
        }
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

/// A host in lower case without brackets and the dot at the end.
fn host_name(host: &str) -> String {
    host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase()
}

/// What a list such as `NO_PROXY` says, read as golang.org/x/net/http/httpproxy
/// documents it for Go's programs. Where curl understands more (blanks between
/// entries, brackets, dots at the end), so does this.
#[derive(Debug, Default)]
pub(super) struct NoProxy {
    everything: bool,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Debug)]
enum Hosts {
    Address(IpAddr),
    Network {
        address: IpAddr,
        length: u8,
    },
    /// A name and what is below it.
    Domain(String),
    /// What is below a name, without itself.
    Below(String),
}

impl NoProxy {
    /// Entries that mean nothing are passed over.
    pub(super) fn new(list: &str) -> Self {
        let entries = || list.split([',', ' ', '\t', '\r', '\n']).filter(|entry| !entry.is_empty());
        Self {
            everything: entries().any(|entry| entry == "*"),
            rules: entries().filter_map(Rule::new).collect(),
        }
    }

    /// Whether a host is reached directly.
    pub(super) fn contains(&self, host: &str, port: u16) -> bool {
        let host = host_name(host);
        let address = host.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        self.everything || self.rules.iter().any(|rule| rule.holds(&host, address, port))
    }
}

impl Rule {
    fn new(entry: &str) -> Option<Self> {
        if let Some((address, length)) = entry.split_once('/') {
            let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
            let length = u8::from_str(length).ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let hosts = Hosts::Network { address, length };
            return (length <= most).then_some(Self { hosts, port: None });
        }
        if let Ok(address) = entry.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Some(Self { hosts: Hosts::Address(address.to_canonical()), port: None });
        }
        let (host, port) = match entry.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        let host = host_name(host);
        let hosts = if let Ok(address) = host.parse::<IpAddr>() {
            Hosts::Address(address.to_canonical())
        } else if let Some(name) = host.strip_prefix("*.").or_else(|| host.strip_prefix('.')) {
            Hosts::Below(name.to_owned())
        } else {
            Hosts::Domain(host)
        };
        let nothing = matches!(&hosts, Hosts::Below(name) | Hosts::Domain(name) if name.is_empty());
        (!nothing).then_some(Self { hosts, port })
    }

    fn holds(&self, host: &str, address: Option<IpAddr>, port: u16) -> bool {
        self.port.is_none_or(|only| only == port)
            && match &self.hosts {
                Hosts::Address(this) => address == Some(*this),
                Hosts::Network { address: network, length } => {
                    address.is_some_and(|address| in_network(address, *network, *length))
                }
                Hosts::Domain(name) => address.is_none() && (host == name || is_below(host, name)),
                Hosts::Below(name) => address.is_none() && is_below(host, name),
            }
    }
}

fn is_below(host: &str, name: &str) -> bool {
    host.strip_suffix(name).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

fn in_network(address: IpAddr, network: IpAddr, length: u8) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let different = u32::from(address) ^ u32::from(network);
            different.checked_shr(32 - u32::from(length)).unwrap_or_default() == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let different = u128::from(address) ^ u128::from(network);
            different.checked_shr(128 - u32::from(length)).unwrap_or_default() == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_is_read_as_go_and_curl_read_it() {
        // The list, an address, and whether it is reached directly.
        let table = [
            ("", "example.com:443", false),
            ("*", "example.com:443", true),
            ("*", "192.0.2.1:80", true),
            ("*", "[2001:db8::1]:80", true),
            ("other.example, *", "example.com:443", true),
            ("example.com", "example.com:443", true),
            ("example.com", "EXAMPLE.com:443", true),
            ("EXAMPLE.COM", "example.com:443", true),
            ("example.com", "a.b.example.com:443", true),
            ("example.com", "notexample.com:443", false),
            ("example.com", "example.com.net:443", false),
            ("example.com.", "example.com:443", true),
            ("example.com", "example.com.:443", true),
            // A leading dot or `*.` means what is below the name alone.
            (".example.com", "a.example.com:443", true),
            (".example.com", "example.com:443", false),
            ("*.example.com", "a.example.com:443", true),
            ("*.example.com", "example.com:443", false),
            (".example.com:443", "a.example.com:443", true),
            (".example.com:443", "a.example.com:80", false),
            ("example.com:8443", "example.com:8443", true),
            ("example.com:8443", "a.example.com:8443", true),
            ("example.com:8443", "example.com:443", false),
            ("example.com:http", "example.com:80", false),
            ("192.0.2.1", "192.0.2.1:80", true),
            ("192.0.2.1", "192.0.2.10:80", false),
            ("192.0.2.1:80", "192.0.2.1:80", true),
            ("192.0.2.1:80", "192.0.2.1:81", false),
            ("::ffff:192.0.2.1", "192.0.2.1:80", true),
            ("2001:db8::1", "[2001:db8::1]:80", true),
            ("[2001:db8::1]", "[2001:db8::1]:80", true),
            ("2001:DB8:0::1", "[2001:db8::1]:80", true),
            ("[2001:db8::1]:80", "[2001:db8::1]:80", true),
            ("[2001:db8::1]:80", "[2001:db8::1]:81", false),
            ("192.0.2.0/24", "192.0.2.77:80", true),
            ("192.0.2.0/24", "192.0.3.77:80", false),
            ("192.0.2.77/31", "192.0.2.76:80", true),
            ("0.0.0.0/0", "203.0.113.9:80", true),
            ("0.0.0.0/0", "example.com:80", false),
            ("192.0.2.0/33", "192.0.2.77:80", false),
            ("2001:db8::/32", "[2001:db8:7::1]:80", true),
            ("2001:db8::/32", "[2001:db9::1]:80", false),
            ("::/0", "192.0.2.1:80", false),
            // Names are not looked up, and addresses end with no domain.
            ("2.1", "192.0.2.1:80", false),
            ("192.0.2.0/24", "example.com:80", false),
            // Blanks around, blanks between, and nothing between.
            (" a.example , b.example ", "b.example:80", true),
            ("a.example b.example", "b.example:80", true),
            (",,b.example,", "b.example:80", true),
            (" , ", "b.example:80", false),
            (":80", "b.example:80", false),
            (".", "b.example:80", false),
        ];
        for (list, address, direct) in table {
            let (host, port) = address.rsplit_once(':').expect("host and port");
            let port = port.parse().expect("a port");
            assert_eq!(NoProxy::new(list).contains(host, port), direct, "`{list}`, `{address}`");
        }
    }

    #[test]
    fn the_own_machine_is_known_by_name_and_by_address() {
        let own = [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "sandbox.localhost",
            "127.0.0.1",
            "127.1.2.3",
            "[::1]",
            "::1",
            "[::ffff:127.0.0.1]",
            "169.254.169.254",
            "169.254.170.2",
            "[fe80::1]",
            "[fd00:ec2::254]",
        ];
        for host in own {
            assert!(is_own_machine(host), "{host}");
        }
        let others = ["localhost.example.com", "notlocalhost", "128.0.0.1", "[::2]", "10.0.0.1"];
        for host in others {
            assert!(!is_own_machine(host), "{host}");
        }
    }
}
