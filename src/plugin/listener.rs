//! The address that the host connects to: a Unix socket that only its owner
//! can reach, or a local TCP port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::task::{Context, Poll, ready};

use std::fmt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use super::{Environment, StartError};

/// A connection before anything is known about who made it.
pub(super) type Stream = Box<dyn Io>;

/// What gRPC and TLS need of a stream.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Where the provider listens, in the words of the handshake line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    #[cfg(unix)]
    Unix(PathBuf),
    Tcp(SocketAddr),
}

impl Address {
    /// go-plugin's name for the kind of address.
    pub(super) fn network(&self) -> &'static str {
        match self {
            #[cfg(unix)]
            Address::Unix(_) => "unix",
            Address::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(unix)]
            Address::Unix(path) => path.display().fmt(f),
            Address::Tcp(address) => address.fmt(f),
        }
    }
}

/// A bound address. Dropping it removes the socket: the host never does.
pub(super) struct Listener {
    socket: Socket,
    address: Address,
}

enum Socket {
    #[cfg(unix)]
    Unix {
        listener: UnixListener,
        /// Held for its drop, which removes the directory and the socket in it.
        _dir: tempfile::TempDir,
    },
    Tcp(TcpListener),
}

impl Listener {
    /// Binds what the environment asks for. Needs a running tokio runtime.
    pub(super) fn bind(environment: &Environment) -> Result<Self, StartError> {
        match environment.network.as_deref() {
            #[cfg(unix)]
            None | Some("unix") => Self::bind_unix(&environment.socket_dir),
            #[cfg(not(unix))]
            None => Self::bind_tcp(port_range(environment)?),
            Some("tcp") => Self::bind_tcp(port_range(environment)?),
            Some(other) => Err(StartError::Network(other.to_owned())),
        }
    }

    /// The socket stands in a directory of its own that no other user may
    /// enter: without TLS its permissions are all that keeps them out.
    #[cfg(unix)]
    fn bind_unix(parent: &Path) -> Result<Self, StartError> {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt as _;

        let bind = || {
            // The path must be absolute for the host, free of the handshake
            // line's separator, and within some 100 bytes (sockaddr_un).
            let parent = std::path::absolute(parent)?;
            let dir = tempfile::Builder::new()
                .prefix("tf-")
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(parent)?;
            let path = dir.path().join("provider");
            match path.to_str() {
                Some(text) if !text.contains(['|', '\n']) => {}
                _ => {
                    return Err(io::Error::other("the path cannot stand in a handshake line"));
                }
            }
            Ok((UnixListener::bind(&path)?, dir, path))
        };
        let (listener, dir, path) =
            bind().map_err(|error| StartError::Socket(parent.to_owned(), error))?;
        Ok(Listener { socket: Socket::Unix { listener, _dir: dir }, address: Address::Unix(path) })
    }

    /// Takes the first free port of the range, on the loopback address only.
    fn bind_tcp(ports: RangeInclusive<u16>) -> Result<Self, StartError> {
        let range = format!("{}-{}", ports.start(), ports.end());
        let mut last_error = io::Error::from(io::ErrorKind::AddrInUse);
        for port in ports {
            match std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
                Ok(listener) => {
                    return Self::from_tcp(listener)
                        .map_err(|error| StartError::NoPort(range, error));
                }
                Err(error) => last_error = error,
            }
        }
        Err(StartError::NoPort(range, last_error))
    }

    fn from_tcp(listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = Address::Tcp(listener.local_addr()?);
        Ok(Listener { socket: Socket::Tcp(TcpListener::from_std(listener)?), address })
    }

    /// Where the host finds us.
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Gives the next connection.
    pub(super) fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        Poll::Ready(match &self.socket {
            #[cfg(unix)]
            Socket::Unix { listener, .. } => {
                ready!(listener.poll_accept(cx)).map(|(stream, _)| Box::new(stream) as Stream)
            }
            Socket::Tcp(listener) => ready!(listener.poll_accept(cx)).and_then(|(stream, _)| {
                // Replies are small and waited for.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream) as Stream)
            }),
        })
    }
}

/// The ports that the host allows; with none given, any free one (port 0).
fn port_range(environment: &Environment) -> Result<RangeInclusive<u16>, StartError> {
    let (min, max) = (environment.min_port.as_deref(), environment.max_port.as_deref());
    if min.is_none() && max.is_none() {
        return Ok(0..=0);
    }
    let parse = |port: Option<&str>| port?.parse::<u16>().ok().filter(|port| *port > 0);
    match (parse(min), parse(max)) {
        (Some(min), Some(max)) if min <= max => Ok(min..=max),
        _ => Err(StartError::Ports(format!(
            "{}-{}",
            min.unwrap_or_default(),
            max.unwrap_or_default()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(min: &str, max: &str) -> Environment {
        let text = |port: &str| (!port.is_empty()).then(|| port.to_owned());
        Environment {
            network: Some("tcp".to_owned()),
            min_port: text(min),
            max_port: text(max),
            ..Environment::default()
        }
    }

    #[test]
    fn ports_must_be_a_range() {
        assert_eq!(port_range(&tcp("", "")).expect("none given"), 0..=0);
        assert_eq!(port_range(&tcp("10", "25")).expect("a range"), 10..=25);
        for (min, max) in [("25", "10"), ("x", "10"), ("10", ""), ("0", "10"), ("1", "65536")] {
            assert!(port_range(&tcp(min, max)).is_err(), "{min}-{max}");
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_passed_over() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = taken.local_addr().expect("it is bound").port();
        assert!(matches!(Listener::bind_tcp(port..=port), Err(StartError::NoPort(..))));
        let next = Listener::bind_tcp(port..=u16::MAX).expect("one of the ports above is free");
        assert_ne!(next.address(), &Address::Tcp((Ipv4Addr::LOCALHOST, port).into()));
    }

    #[tokio::test]
    async fn an_unknown_network_is_named() {
        let environment =
            Environment { network: Some("carrier-pigeon".to_owned()), ..Environment::default() };
        let error = Listener::bind(&environment).err().expect("no such network").to_string();
        assert!(error.contains("carrier-pigeon"), "{error}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_socket_is_private_and_goes_with_the_listener() {
        use std::os::unix::fs::PermissionsExt as _;

        let listener = Listener::bind_unix(&std::env::temp_dir()).expect("a writable directory");
        let Address::Unix(path) = listener.address().clone() else {
            panic!("bind_unix gives a Unix address")
        };
        let dir = path.parent().expect("the socket has a directory").to_owned();
        let mode = dir.metadata().expect("it exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        drop(listener);
        assert!(!path.exists() && !dir.exists());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_directory_that_cannot_hold_a_socket_is_named() {
        let parent = tempfile::tempdir().expect("a writable directory");
        let (too_long, piped) = (parent.path().join("d".repeat(110)), parent.path().join("a|b"));
        for dir in [&too_long, &piped] {
            std::fs::create_dir(dir).expect("legal names");
            let error = Listener::bind_unix(dir).err().expect("no socket there").to_string();
            assert!(error.contains(&*dir.to_string_lossy()), "{error}");
        }
    }
}
