//! What is linked into a program: its packages for one platform, as Cargo resolves them.
//!
//! `cargo tree` and not `cargo metadata` says which: the latter has one resolution for the whole
//! workspace, with what the tests of other packages switch on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::platform::Platform;

/// A package by name and version, which is one of a kind: all come from one registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    /// The name of the package.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A package that is linked in.
#[derive(Clone, Debug)]
pub struct Package {
    /// What it is called.
    pub id: Id,
    /// Its licence as an SPDX expression, if it tells one.
    pub licence: Option<String>,
    /// From where it comes; none for those of this repository.
    pub source: Option<String>,
    /// The SHA-256 of its archive, from the lock file.
    pub checksum: Option<String>,
    /// Where its sources are developed, if it tells.
    pub repository: Option<String>,
    /// Who wrote it, if it tells.
    pub authors: Vec<String>,
    /// The folder of its sources on this machine.
    pub folder: PathBuf,
    /// What it builds on directly.
    pub dependencies: BTreeSet<Id>,
}

/// The packages that are linked into the program of a package, itself among them.
///
/// # Errors
///
/// When Cargo fails, or the lock file is behind.
pub fn packages(root: &Path, package: &str, platform: Platform) -> Result<Vec<Package>> {
    let mut tree = cargo(root);
    tree.args(["tree", "--locked", "--package", package, "--target", platform.target]).args([
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "depth",
        "--format",
        " {p}",
    ]);
    let dependencies = parse_tree(&output(&mut tree)?)?;
    let mut metadata = cargo(root);
    metadata.args(["metadata", "--locked", "--format-version=1"]);
    let metadata: Metadata =
        serde_json::from_str(&output(&mut metadata)?).context("reading `cargo metadata`")?;
    let lock = fs::read_to_string(root.join("Cargo.lock")).context("reading Cargo.lock")?;
    let checksums = parse_lock(&lock);
    let described: BTreeMap<_, _> =
        metadata.packages.into_iter().map(|described| (described.id(), described)).collect();
    let package = |(id, dependencies): (Id, BTreeSet<Id>)| {
        let described = described.get(&id);
        let described =
            described.with_context(|| format!("{} {} is not described", id.name, id.version))?;
        let folder = described.manifest_path.parent().context("a manifest is in a folder")?;
        Ok(Package {
            checksum: checksums.get(&id).cloned(),
            id,
            licence: described.license.clone(),
            source: described.source.clone(),
            repository: described.repository.clone(),
            authors: described.authors.clone(),
            folder: folder.to_path_buf(),
            dependencies,
        })
    };
    dependencies.into_iter().map(package).collect()
}

/// A command of the Cargo that runs this.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("starting {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed: {said}");
    String::from_utf8(output.stdout).context("reading what it printed")
}

/// From lines such as `2 http v1.4.0` to who builds on whom. What was shown before, and is marked by
/// `(*)`, has its own lines above.
fn parse_tree(text: &str) -> Result<BTreeMap<Id, BTreeSet<Id>>> {
    let mut packages: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    let mut above: Vec<Id> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (depth, id) = parse_line(line).with_context(|| format!("`{line}` of `cargo tree`"))?;
        ensure!(depth <= above.len(), "`{line}` of `cargo tree` hangs in the air");
        above.truncate(depth);
        if let Some(parent) = above.last() {
            packages.entry(parent.clone()).or_default().insert(id.clone());
        }
        packages.entry(id.clone()).or_default();
        above.push(id);
    }
    Ok(packages)
}

fn parse_line(line: &str) -> Option<(usize, Id)> {
    let mut words = line.split(' ');
    let depth = words.next()?.parse().ok()?;
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    Some((depth, Id { name, version }))
}

/// The checksums of a lock file, in the form that Cargo writes: a line for each value.
fn parse_lock(text: &str) -> BTreeMap<Id, String> {
    let value = |package: &str, key: &str| {
        let mut lines = package.lines();
        let found = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        found.strip_suffix('"').map(str::to_owned)
    };
    let packages = text.split("[[package]]\n").skip(1);
    let entries = packages.filter_map(|package| {
        let id = Id { name: value(package, "name")?, version: value(package, "version")? };
        Some((id, value(package, "checksum")?))
    });
    entries.collect()
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
    repository: Option<String>,
    authors: Vec<String>,
    manifest_path: PathBuf,
}

impl Described {
    fn id(&self) -> Id {
        Id { name: self.name.clone(), version: self.version.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str, version: &str) -> Id {
        Id { name: name.to_owned(), version: version.to_owned() }
    }

    #[test]
    fn a_tree_tells_who_builds_on_whom() {
        let tree = "0 ours v0.1.0 (/somewhere)\n1 http v1.4.0\n2 bytes v1.0.0\n\
                    1 hyper v1.0.0\n2 http v1.4.0 (*)\n";
        let packages = parse_tree(tree).expect("it is a tree");
        let all: Vec<_> = packages.keys().map(|id| id.name.as_str()).collect();
        assert_eq!(all, ["bytes", "http", "hyper", "ours"]);
        let below = |name, version| packages[&id(name, version)].iter().collect::<Vec<_>>();
        assert_eq!(below("http", "1.4.0"), [&id("bytes", "1.0.0")]);
        assert_eq!(below("hyper", "1.0.0"), [&id("http", "1.4.0")]);
        assert_eq!(below("ours", "0.1.0"), [&id("http", "1.4.0"), &id("hyper", "1.0.0")]);
        for wrong in ["0 ours 0.1.0", "1 ours v0.1.0", "ours v0.1.0"] {
            parse_tree(wrong).expect_err(wrong);
        }
    }

    #[test]
    fn a_lock_file_tells_checksums() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"s\"\n\
                    checksum = \"abc\"\ndependencies = [\n \"b\",\n]\n\n\
                    [[package]]\nname = \"b\"\nversion = \"2.0.0\"\n";
        let checksums = parse_lock(lock);
        assert_eq!(checksums.into_iter().collect::<Vec<_>>(), [(id("a", "1.0.0"), "abc".into())]);
    }
}
