//! The provider under test: built once, and offered to the engines.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use anyhow::{Context, Result, anyhow, ensure};

use crate::engine::Engine;
use crate::paths;

/// Names a provider binary to test instead of one built from this tree, for
/// instance a release build.
pub const PROVIDER_VARIABLE: &str = "CLEANROOMS_TEST_PROVIDER";

/// The provider's source address, to which each engine adds its own host.
pub const SOURCE: &str = "cleanrooms/cleanrooms";

const BINARY: &str = "terraform-provider-cleanrooms";

/// A provider binary in a folder of its own, which dev_overrides can name.
#[derive(Clone, Debug)]
pub struct Provider {
    folder: PathBuf,
}

impl Provider {
    /// The provider of this tree, built on the first call of the process.
    ///
    /// Parallel test processes meet at cargo's own lock: the first one builds,
    /// the others find nothing left to do.
    ///
    /// # Errors
    ///
    /// When it does not compile; the text is cargo's.
    pub fn build() -> Result<&'static Self> {
        static BUILT: OnceLock<std::result::Result<Provider, String>> = OnceLock::new();
        BUILT
            .get_or_init(|| Self::build_now().map_err(|err| format!("{err:#}")))
            .as_ref()
            .map_err(|text| anyhow!("{text}"))
    }

    fn build_now() -> Result<Self> {
        let binary = match env::var_os(PROVIDER_VARIABLE) {
            Some(binary) => PathBuf::from(binary),
            None => compile()?,
        };
        let folder = paths::target("provider")?;
        let place = folder.join(BINARY);
        // Renamed into place, for another test run may be executing the old one.
        let fresh = folder.join(format!(".{BINARY}.{}", std::process::id()));
        fs::copy(&binary, &fresh).with_context(|| format!("copying {}", binary.display()))?;
        fs::rename(&fresh, &place).with_context(|| format!("renaming to {}", place.display()))?;
        Ok(Self { folder })
    }

    /// The folder that holds the binary and nothing else.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lays the provider out as a filesystem mirror under `root`, as a user
    /// does who installs it without a registry.
    ///
    /// # Errors
    ///
    /// When a folder or the copy cannot be written.
    pub fn mirror(&self, root: &Path, engine: &Engine) -> Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        let folder = root.join(engine.registry_host()).join(SOURCE).join(version).join(platform());
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        let copy = folder.join(format!("{BINARY}_v{version}"));
        fs::copy(self.folder.join(BINARY), &copy)
            .with_context(|| format!("copying to {}", copy.display()))?;
        Ok(())
    }
}

/// Go's name of this platform, as engines spell it in mirrors.
fn platform() -> String {
    let os = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
    let architecture = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}_{architecture}")
}

/// Builds the provider in the profile of the running program, beside it.
///
/// In a run of `cargo test` that is the very binary which the tests of the
/// provider itself have caused to be built, since the same packages are selected
/// and so the same features: nothing is compiled twice.
fn compile() -> Result<PathBuf> {
    let program = env::current_exe().context("finding the running program")?;
    let folder = program.parent().context("a program lies in a folder")?;
    let is_test = folder.file_name().is_some_and(|name| name == "deps");
    let folder = if is_test { folder.parent().context("so does `deps`")? } else { folder };
    let profile = match folder.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(paths::repository());
    match is_test {
        // Any test of the provider that runs it; that the binary is built comes with it.
        true => command.args(["test", "--no-run", "--test", "plugin_handshake"]),
        false => command.args(["build", "--package", BINARY, "--bin", BINARY]),
    };
    let target = folder.parent().context("a profile's folder lies in the target folder")?;
    command.args(["--quiet", "--profile", profile, "--target-dir"]).arg(target);
    let status = command.status().context("starting cargo")?;
    ensure!(status.success(), "building the provider failed ({status})");
    Ok(folder.join(BINARY))
}
