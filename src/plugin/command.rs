//! The command line: hosts give no arguments, people and debuggers a few.

use std::ffi::OsString;

use super::StartError;

/// How the process is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Started by Terraform or OpenTofu, for one client, with a handshake.
    Plugin,
    /// Started by a person with `-debug`: hosts attach and leave as they like.
    Debug,
}

/// What the arguments ask for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Serve the provider.
    Serve(Mode),
    /// Print the version and leave.
    Version,
}

impl Command {
    /// Reads the arguments after the program's name. Go programs write options
    /// with one dash, others with two; both are understood.
    pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, StartError> {
        let mut arguments = arguments.into_iter();
        let command = match arguments.next() {
            None => return Ok(Command::Serve(Mode::Plugin)),
            Some(argument) => match argument.to_str() {
                Some("-debug" | "--debug") => Command::Serve(Mode::Debug),
                Some("-version" | "--version") => Command::Version,
                _ => return Err(StartError::Argument(argument)),
            },
        };
        match arguments.next() {
            None => Ok(command),
            Some(argument) => Err(StartError::Argument(argument)),
        }
    }
}

/// Name and version of the program, as `--version` prints them.
pub(super) fn version() -> &'static str {
    concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Command, String> {
        Command::parse(arguments.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_host_gives_no_arguments() {
        assert_eq!(parse(&[]), Ok(Command::Serve(Mode::Plugin)));
    }

    #[test]
    fn options_may_have_one_dash_or_two() {
        assert_eq!(parse(&["-debug"]), Ok(Command::Serve(Mode::Debug)));
        assert_eq!(parse(&["--debug"]), Ok(Command::Serve(Mode::Debug)));
        assert_eq!(parse(&["-version"]), Ok(Command::Version));
        assert_eq!(parse(&["--version"]), Ok(Command::Version));
    }

    #[test]
    fn an_unknown_argument_is_named() {
        for arguments in [&["serve"][..], &["--version", "serve"]] {
            let error = parse(arguments).expect_err("`serve` is no argument of ours");
            assert!(error.contains("`serve`"), "{error}");
        }
    }
}
