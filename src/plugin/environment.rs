//! What the host says to the process: its environment, read once.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

/// The variables that decide how the provider is served.
///
/// An empty variable counts as absent, as it does in go-plugin. A value that
/// is not UTF-8 is kept with replacement characters, so that it is refused
/// where it is used rather than taken for absent.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `TF_PLUGIN_MAGIC_COOKIE`: proof that a host started the process, so
    /// that a person who did gets an explanation instead.
    pub magic_cookie: Option<String>,
    /// `PLUGIN_PROTOCOL_VERSIONS`: the protocol majors that the host speaks,
    /// separated by commas, in no order.
    pub protocol_versions: Option<String>,
    /// `PLUGIN_CLIENT_CERT`: the host's one-time certificate in PEM. Absent
    /// when the host wants no TLS (`TF_DISABLE_PLUGIN_TLS`).
    pub client_certificate: Option<String>,
    /// `PLUGIN_MIN_PORT`: the lowest port to listen on, for TCP.
    pub min_port: Option<String>,
    /// `PLUGIN_MAX_PORT`: the highest port to listen on, for TCP.
    pub max_port: Option<String>,
    /// `PLUGIN_UNIX_SOCKET_DIR`, else the directory for temporary files: where
    /// the socket's own directory is made.
    pub socket_dir: PathBuf,
    /// `CLEANROOMS_PLUGIN_NETWORK`, our own: `unix` or `tcp`. Absent, it is
    /// `unix` where there are Unix sockets. `tcp` is for machines on which
    /// they cannot be used, and lets the way of Windows be tested elsewhere.
    pub network: Option<String>,
    /// `TF_LOG_PROVIDER_CLEANROOMS`, else `TF_LOG_PROVIDER`, else `TF_LOG`:
    /// the least severe level that is logged. Absent, nothing is.
    pub log_level: Option<String>,
}

/// The name of the program that started this process, where the system tells it: on Linux.
pub fn host_program() -> Option<String> {
    #[cfg(target_os = "linux")]
    let program = {
        let parent = std::os::unix::process::parent_id();
        std::fs::read_link(format!("/proc/{parent}/exe")).ok()
    };
    #[cfg(not(target_os = "linux"))]
    let program: Option<PathBuf> = None;
    Some(program?.file_name()?.to_string_lossy().into_owned())
}

impl Environment {
    /// Reads the environment of this process.
    pub fn from_process() -> Self {
        Self::from_variables(|name| env::var_os(name))
    }

    fn from_variables<V: AsRef<OsStr>>(variable: impl Fn(&str) -> Option<V>) -> Self {
        let text = |name| {
            let value = variable(name)?;
            let value = value.as_ref().to_string_lossy();
            (!value.is_empty()).then(|| value.into_owned())
        };
        Environment {
            magic_cookie: text("TF_PLUGIN_MAGIC_COOKIE"),
            protocol_versions: text("PLUGIN_PROTOCOL_VERSIONS"),
            client_certificate: text("PLUGIN_CLIENT_CERT"),
            min_port: text("PLUGIN_MIN_PORT"),
            max_port: text("PLUGIN_MAX_PORT"),
            socket_dir: variable("PLUGIN_UNIX_SOCKET_DIR")
                .filter(|dir| !dir.as_ref().is_empty())
                .map_or_else(env::temp_dir, |dir| PathBuf::from(dir.as_ref())),
            network: text("CLEANROOMS_PLUGIN_NETWORK"),
            log_level: text("TF_LOG_PROVIDER_CLEANROOMS")
                .or_else(|| text("TF_LOG_PROVIDER"))
                .or_else(|| text("TF_LOG")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &'static str)]) -> Environment {
        Environment::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        })
    }

    #[test]
    fn an_empty_variable_is_absent() {
        let environment =
            environment(&[("PLUGIN_CLIENT_CERT", ""), ("PLUGIN_UNIX_SOCKET_DIR", "")]);
        assert_eq!(environment.client_certificate, None);
        assert_eq!(environment.socket_dir, env::temp_dir());
    }

    #[test]
    fn the_nearest_log_variable_wins() {
        let everyone = ("TF_LOG", "trace");
        let providers = ("TF_LOG_PROVIDER", "warn");
        let ours = ("TF_LOG_PROVIDER_CLEANROOMS", "off");
        let level = |variables: &[_]| environment(variables).log_level;
        assert_eq!(level(&[]), None);
        assert_eq!(level(&[everyone]).as_deref(), Some("trace"));
        assert_eq!(level(&[everyone, providers]).as_deref(), Some("warn"));
        assert_eq!(level(&[everyone, providers, ours]).as_deref(), Some("off"));
    }
}
