//! The platforms of a release, in Go's words for registries and in Rust's for the compiler.

use std::env::consts;
use std::fmt;

use anyhow::{Context, Result};

/// An operating system on a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform {
    /// Go's name of the operating system.
    pub os: &'static str,
    /// Go's name of the processor.
    pub arch: &'static str,
    /// What rustc calls the two together.
    pub target: &'static str,
}

/// All of them. Both registries take these; the Terraform registry asks for `linux_amd64`.
pub const ALL: [Platform; 6] = [
    Platform { os: "darwin", arch: "amd64", target: "x86_64-apple-darwin" },
    Platform { os: "darwin", arch: "arm64", target: "aarch64-apple-darwin" },
    Platform { os: "linux", arch: "amd64", target: "x86_64-unknown-linux-gnu" },
    Platform { os: "linux", arch: "arm64", target: "aarch64-unknown-linux-gnu" },
    Platform { os: "windows", arch: "amd64", target: "x86_64-pc-windows-msvc" },
    Platform { os: "windows", arch: "arm64", target: "aarch64-pc-windows-msvc" },
];

impl Platform {
    /// That of this program.
    ///
    /// # Errors
    ///
    /// When there are no releases for it.
    pub fn host() -> Result<Self> {
        let os = if consts::OS == "macos" { "darwin" } else { consts::OS };
        let arch = match consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        Self::named(&format!("{os}_{arch}"))
    }

    /// The one of that name, as in `linux_amd64`.
    ///
    /// # Errors
    ///
    /// When there are no releases for it.
    pub fn named(name: &str) -> Result<Self> {
        let found = ALL.into_iter().find(|platform| platform.to_string() == name);
        found.with_context(|| format!("there are no releases for {name}"))
    }

    /// How programs end there.
    pub fn suffix(self) -> &'static str {
        if self.os == "windows" { ".exe" } else { "" }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.os, self.arch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_registries() {
        assert!(ALL.is_sorted(), "files and sums are listed in this order");
        for platform in ALL {
            assert_eq!(Platform::named(&platform.to_string()).expect("it is known"), platform);
        }
        let err = Platform::named("plan9_amd64").expect_err("nobody asked for it");
        assert_eq!(err.to_string(), "there are no releases for plan9_amd64");
    }
}
