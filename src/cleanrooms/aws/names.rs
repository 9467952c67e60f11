//! From names to addresses.
//!
//! On Linux this asks the name servers itself, by `/etc/resolv.conf` and
//! `/etc/hosts`, as Go's programs do when they are built without cgo: a static
//! binary has no C library whose modules it could load. Elsewhere the system's
//! library is asked, which alone knows its settings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::no_proxy::is_own_machine;
use super::unreachable::Unreachable;

#[cfg(target_os = "linux")]
pub(super) use stub::Names;
#[cfg(not(target_os = "linux"))]
pub(super) use system::Names;

impl Names {
    /// The addresses of a host, which may be one itself. Names under
    /// `localhost` are this machine's without a question (RFC 6761).
    ///
    /// # Errors
    ///
    /// When the name is unknown or cannot be looked up.
    pub(super) async fn look_up(&self, host: &str) -> Result<Vec<IpAddr>, Unreachable> {
        let bare = host.trim_matches(['[', ']']);
        if let Ok(address) = bare.parse() {
            return Ok(vec![address]);
        }
        if is_own_machine(bare) {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        self.ask(bare).await
    }
}

#[cfg(target_os = "linux")]
mod stub {
    use std::net::IpAddr;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};
    use std::{fmt, io};

    use hickory_resolver::config::{
        LookupIpStrategy, ResolverConfig, ResolverOpts, ServerOrderingStrategy,
    };
    use hickory_resolver::lookup_ip::LookupIp;
    use hickory_resolver::net::NetError;
    use hickory_resolver::net::runtime::TokioRuntimeProvider;
    use hickory_resolver::system_conf::parse_resolv_conf;
    use hickory_resolver::{Hosts, TokioResolver};
    use tokio::sync::Mutex;

    use crate::cleanrooms::aws::files;
    use crate::cleanrooms::aws::unreachable::Unreachable;

    const RESOLV_CONF: &str = "/etc/resolv.conf";
    const HOSTS: &str = "/etc/hosts";

    /// Longest time for a name, in which the resolver repeats its questions.
    const LIMIT: Duration = Duration::from_secs(8);

    /// Longest time for one server, so that the next is asked in time.
    const SERVER_LIMIT: Duration = Duration::from_secs(2);

    /// The resolver, made when it is first asked, and anew when its files have
    /// changed: an apply that waits for votes outlives a network.
    #[derive(Clone, Default)]
    pub(in super::super) struct Names(Arc<Mutex<Option<Known>>>);

    #[derive(Clone)]
    struct Known {
        files: [Stamp; 2],
        resolver: TokioResolver,
        /// For messages: who is asked.
        asked: Arc<str>,
    }

    /// When a file was changed, and its length; nothing if it is not there.
    type Stamp = Option<(SystemTime, u64)>;

    impl fmt::Debug for Names {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Names")
        }
    }

    impl Names {
        /// Asks the files and the name servers.
        pub(super) async fn ask(&self, name: &str) -> Result<Vec<IpAddr>, Unreachable> {
            let known = self.known().await;
            let known =
                known.map_err(|err| Unreachable::look_up(name, RESOLV_CONF, &err, false))?;
            addresses(&known, name).await
        }

        async fn known(&self) -> io::Result<Known> {
            let mut known = self.0.lock().await;
            let before = known.clone();
            let now = files::aside(move || {
                let stamps = [stamp(RESOLV_CONF), stamp(HOSTS)];
                match before {
                    Some(before) if before.files == stamps => Ok(before),
                    _ => read(stamps),
                }
            });
            Ok(known.insert(now.await?).clone())
        }
    }

    /// Asks for the name as it stands and then for what the search list makes of
    /// it, or the other way round, as `ndots` says. A server that fails for the
    /// name as it stands ends that: what no search domain knows may exist.
    async fn searched(resolver: &TokioResolver, name: &str) -> Result<LookupIp, NetError> {
        if name.matches('.').count() >= resolver.options().ndots {
            match resolver.lookup_ip(format!("{}.", name.trim_end_matches('.'))).await {
                Err(err) if err.is_no_records_found() => {}
                answer => return answer,
            }
        }
        resolver.lookup_ip(name).await
    }

    fn stamp(path: &str) -> Stamp {
        let metadata = Path::new(path).metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    fn read(files: [Stamp; 2]) -> io::Result<Known> {
        let (config, options, asked) = settings(&std::fs::read(RESOLV_CONF).unwrap_or_default());
        let provider = TokioRuntimeProvider::default();
        let mut resolver = TokioResolver::builder_with_config(config, provider)
            .with_options(options)
            .build()
            .map_err(io::Error::other)?;
        resolver.set_hosts(Arc::new(Hosts::from_system().unwrap_or_default()));
        Ok(Known { files, resolver, asked: asked.into() })
    }

    /// Asks for a name.
    async fn addresses(known: &Known, name: &str) -> Result<Vec<IpAddr>, Unreachable> {
        let Known { resolver, asked, .. } = known;
        match tokio::time::timeout(LIMIT, searched(resolver, name)).await {
            Ok(Ok(found)) => Ok(found.iter().collect()),
            Ok(Err(err)) if err.is_no_records_found() => {
                Err(Unreachable::unknown_name(name, asked))
            }
            // The resolver has repeated a question without an answer.
            Ok(Err(err)) => {
                let may_pass = !matches!(err, NetError::Timeout);
                Err(Unreachable::look_up(name, asked, &err, may_pass))
            }
            Err(_elapsed) => {
                let err = format!("no answer within {LIMIT:?}");
                Err(Unreachable::look_up(name, asked, &err, false))
            }
        }
    }

    /// The name servers and how they are asked, from the text of
    /// `resolv.conf`. Without one, or without a server in it, this machine is
    /// asked, as resolv.conf(5) says; a line that spoils the rest is left out.
    fn settings(text: &[u8]) -> (ResolverConfig, ResolverOpts, String) {
        const OWN: &[u8] = b"\nnameserver 127.0.0.1\n";
        let servers = text.split_inclusive(|&byte| byte == b'\n');
        let servers: Vec<u8> =
            servers.filter(|line| line.starts_with(b"nameserver")).flatten().copied().collect();
        let with_own = [text, OWN].concat();
        let (config, mut options) = [text, &with_own, &servers, OWN]
            .into_iter()
            .find_map(|text| parse_resolv_conf(text).ok())
            .expect("the last text has a server");
        // One server after the other, as the C library does. Asked at once, a
        // public one may deny a name before the company's own has answered.
        options.num_concurrent_reqs = 1;
        options.timeout = options.timeout.min(SERVER_LIMIT);
        options.server_ordering_strategy = ServerOrderingStrategy::UserProvidedOrder;
        options.ip_strategy = LookupIpStrategy::Ipv6AndIpv4;
        let servers: Vec<_> =
            config.name_servers().iter().map(|server| server.ip.to_string()).collect();
        let asked = format!("{HOSTS} and the name servers {}", servers.join(", "));
        (config, options, asked)
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use hickory_resolver::proto::op::{Message, ResponseCode};
        use hickory_resolver::proto::rr::rdata::A;
        use hickory_resolver::proto::rr::{RData, Record, RecordType};
        use tokio::net::UdpSocket;

        /// A name server that knows `aws.corp.test` and fails for `broken.test`.
        async fn name_server() -> u16 {
            let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
            let port = socket.local_addr().expect("a bound socket").port();
            tokio::spawn(async move {
                let mut packet = [0; 512];
                while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                    let question = Message::from_vec(&packet[..length]).expect("a question");
                    let query = question.queries[0].clone();
                    let mut answer = question.into_response();
                    let name = query.name().to_ascii().to_lowercase();
                    answer.metadata.response_code = match name.as_str() {
                        "aws.corp.test." => ResponseCode::NoError,
                        "broken.test." => ResponseCode::ServFail,
                        _ => ResponseCode::NXDomain,
                    };
                    if name == "aws.corp.test." && query.query_type() == RecordType::A {
                        let address = RData::A(A::new(192, 0, 2, 7));
                        answer.answers.push(Record::from_rdata(query.name().clone(), 60, address));
                    }
                    let answer = answer.to_vec().expect("an answer");
                    socket.send_to(&answer, from).await.expect("the caller listens");
                }
            });
            port
        }

        async fn known() -> Known {
            let text = b"nameserver 127.0.0.1\nsearch other.test corp.test\noptions timeout:1";
            let (config, options, asked) = settings(text);
            let port = name_server().await;
            let (domain, search, mut servers) = config.into_parts();
            for connection in servers.iter_mut().flat_map(|server| &mut server.connections) {
                connection.port = port;
            }
            let config = ResolverConfig::from_parts(domain, search, servers);
            let provider = TokioRuntimeProvider::default();
            let resolver = TokioResolver::builder_with_config(config, provider)
                .with_options(options)
                .build()
                .expect("the settings are good");
            Known { files: [None, None], resolver, asked: asked.into() }
        }

        #[tokio::test]
        async fn names_are_asked_of_the_servers() {
            let known = known().await;
            let expected: Vec<IpAddr> = vec!["192.0.2.7".parse().expect("an address")];
            assert_eq!(addresses(&known, "aws.corp.test").await.expect("it is known"), expected);
            assert_eq!(addresses(&known, "aws").await.expect("it is in the search list"), expected);
        }

        #[tokio::test]
        async fn an_unknown_name_is_final_and_a_failure_is_not() {
            let known = known().await;
            let err = addresses(&known, "nobody.test").await.expect_err("nobody knows it");
            assert!(!err.may_pass, "{err}");
            assert!(err.to_string().contains("`nobody.test` is unknown"), "{err}");
            assert!(err.to_string().contains("127.0.0.1"), "{err}");
            let err = addresses(&known, "broken.test").await.expect_err("the server fails");
            assert!(err.may_pass, "{err}");
        }

        #[tokio::test]
        async fn localhost_needs_no_server() {
            for name in ["localhost", "sandbox.localhost", "LOCALHOST."] {
                let found = Names::default().look_up(name).await.expect("it is this machine");
                assert!(found.iter().all(|address| address.is_loopback()), "{name}: {found:?}");
            }
            let found = Names::default().look_up("[2001:db8::1]").await.expect("an address");
            assert_eq!(found.len(), 1);
        }

        #[test]
        fn resolv_conf_is_followed() {
            let text = "# by hand\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n\
                        search a.example b.example\noptions ndots:3 timeout:1 attempts:4 unheard-of\n";
            let (config, options, asked) = settings(text.as_bytes());
            let servers: Vec<_> = config.name_servers().iter().map(|s| s.ip.to_string()).collect();
            assert_eq!(servers, ["192.0.2.1", "2001:db8::1"]);
            let search: Vec<_> = config.search().iter().map(ToString::to_string).collect();
            assert_eq!(search.len(), 2, "{search:?}");
            assert_eq!((options.ndots, options.attempts), (3, 4));
            assert_eq!(options.timeout, Duration::from_secs(1));
            assert_eq!(asked, "/etc/hosts and the name servers 192.0.2.1, 2001:db8::1");
        }

        #[test]
        fn without_resolv_conf_this_machine_is_asked() {
            for text in ["", "nonsense", "\u{fffd}", "nameserver nowhere"] {
                let (config, _, asked) = settings(text.as_bytes());
                assert_eq!(config.name_servers().len(), 1, "{text:?}");
                assert!(asked.ends_with(" 127.0.0.1"), "{asked}");
            }
            let (config, options, _) = settings(b"search a.example\noptions ndots:2");
            assert_eq!((config.search().len(), options.ndots), (1, 2));
        }

        #[test]
        fn a_broken_search_list_does_not_cost_the_servers() {
            let label = "a".repeat(64);
            let (config, _, asked) =
                settings(format!("search {label}\nnameserver 192.0.2.1").as_bytes());
            assert_eq!(config.name_servers().len(), 1);
            assert!(asked.ends_with(" 192.0.2.1"), "{asked}");
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::net::IpAddr;

    use crate::cleanrooms::aws::unreachable::Unreachable;

    /// The system's library.
    #[derive(Clone, Debug, Default)]
    pub(in super::super) struct Names;

    impl Names {
        pub(super) async fn ask(&self, name: &str) -> Result<Vec<IpAddr>, Unreachable> {
            // It tells an unknown name from other failures by text alone.
            let found = tokio::net::lookup_host((name, 0)).await;
            let found =
                found.map_err(|err| Unreachable::look_up(name, "this machine", &err, false))?;
            Ok(found.map(|address| address.ip()).collect())
        }
    }
}
