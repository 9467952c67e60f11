//! The provider under test: built once, and offered to the engines.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use anyhow::{Context, Result, anyhow, ensure};

use crate::paths;

/// Names a provider binary to test instead of one built from this tree, for
/// instance a release build.
pub const PROVIDER_VARIABLE: &str = "CLEANROOMS_TEST_PROVIDER";

/// The provider's source address, to which each engine adds its own host.
pub const SOURCE: &str = "cleanrooms/cleanrooms";

/// The provider's address at a mirror with a host of its own.
pub const MIRROR: &str = "mirror.example.com/cleanrooms/cleanrooms";

/// The binary that cargo has built together with the running tests.
static BUILT_WITH_TESTS: OnceLock<&'static Path> = OnceLock::new();

const BINARY: &str = "terraform-provider-cleanrooms";

/// A provider binary in a folder of its own, which dev_overrides can name.
#[derive(Clone, Debug)]
pub struct Provider {
    folder: PathBuf,
}

impl Provider {
    /// Tests this binary, `env!("CARGO_BIN_EXE_…")` of a test target, rather than one built anew.
    pub fn is_built(binary: &'static str) {
        // Whoever came first in this process has named the same one.
        let _ = BUILT_WITH_TESTS.set(Path::new(binary));
    }

    /// The provider of this tree: the one that is built, or else one built on the first call of the
    /// process.
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
        let binary = match (env::var_os(PROVIDER_VARIABLE), BUILT_WITH_TESTS.get()) {
            (Some(binary), _) => PathBuf::from(binary),
            (None, Some(built)) => built.to_path_buf(),
            (None, None) => compile()?,
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

    /// The binary itself.
    pub fn binary(&self) -> PathBuf {
        self.folder.join(BINARY)
    }
}

/// Builds the provider in its own target directory, so that neither other builds nor their locks
/// are disturbed.
fn compile() -> Result<PathBuf> {
    let target = paths::target("build")?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let status = Command::new(cargo)
        .current_dir(paths::repository())
        .args(["build", "--quiet", "--package", BINARY, "--bin", BINARY])
        .arg("--target-dir")
        .arg(&target)
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "building the provider failed ({status})");
    Ok(target.join("debug").join(BINARY))
}
