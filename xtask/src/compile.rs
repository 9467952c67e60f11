//! Compiling so that anybody who does it again gets the same bytes.
//!
//! Where the sources lie, and when it is done, must not show: paths are replaced by fixed ones, in Rust
//! and in the C of the TLS library, and the one time that tools may write is the commit's.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::bundle::Product;
use crate::linked::{cargo, output};
use crate::platform::Platform;

/// Of what a program was made, and by what.
#[derive(Clone, Debug)]
pub struct Made {
    /// For which platform.
    pub platform: Platform,
    /// The time of the commit, in seconds since 1970.
    pub epoch: u64,
    /// The commit.
    pub commit: String,
    /// The compiler.
    pub rustc: String,
    /// What is linked in and is no package.
    pub libraries: Vec<Library>,
}

/// What is linked in besides packages.
#[derive(Clone, Debug)]
pub struct Library {
    /// What it is called.
    pub name: &'static str,
    /// Its version.
    pub version: String,
    /// Its licence as an SPDX expression.
    pub licence: &'static str,
    /// The text of that.
    pub text: &'static str,
}

const MIT: &str = include_str!("../licences/rust-MIT.txt");
const LGPL: &str = include_str!("../licences/LGPL-2.1.txt");

impl Made {
    /// Looks at the clone: what it is at, and what compiles it.
    ///
    /// # Errors
    ///
    /// When there is something in it that no commit has, or git or rustc cannot be asked.
    pub fn of(root: &Path, platform: Platform, is_dirty_allowed: bool) -> Result<Self> {
        let changes = git(root, &["status", "--porcelain"])?;
        ensure!(
            changes.is_empty() || is_dirty_allowed,
            "nobody could build this again, since it is in no commit (--allow-dirty builds it \
             all the same):\n{changes}"
        );
        let epoch = git(root, &["log", "-1", "--format=%ct"])?;
        let rustc = rustc(root, &["--version"])?;
        let mut libraries = vec![Library {
            name: "rust-std",
            version: rustc.split(' ').nth(1).unwrap_or_default().to_owned(),
            licence: "MIT OR Apache-2.0",
            text: MIT,
        }];
        if platform.os == "linux" {
            // `glibc 2.36`
            let libc = output(Command::new("getconf").arg("GNU_LIBC_VERSION"))?;
            libraries.push(Library {
                name: "glibc",
                version: libc.trim().trim_start_matches("glibc ").to_owned(),
                licence: "LGPL-2.1-or-later",
                text: LGPL,
            });
        }
        Ok(Self {
            platform,
            epoch: epoch.parse().context("reading the time of the commit")?,
            commit: git(root, &["rev-parse", "HEAD"])?,
            rustc,
            libraries,
        })
    }
}

/// Compiles a program for release, and gives its path.
///
/// # Errors
///
/// When it does not compile, or a path could not be hidden.
pub fn program(root: &Path, target: &Path, product: Product, made: &Made) -> Result<PathBuf> {
    let platform = made.platform;
    let replaced = replaced_paths(root, target)?;
    let mut command = cargo(root);
    command
        .args(["build", "--locked", "--release", "--target", platform.target])
        .args(["--package", product.name, "--bin", product.name])
        .arg("--target-dir")
        .arg(target)
        .env_remove("RUSTFLAGS")
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags(&replaced, platform).join("\x1f"))
        .env("CARGO_INCREMENTAL", "0")
        .env("SOURCE_DATE_EPOCH", made.epoch.to_string());
    if platform.os != "windows" {
        let name = format!("CFLAGS_{}", platform.target.replace('-', "_"));
        command.env(name, c_flags(&replaced).join(" "));
    }
    let status = command.status().context("starting cargo")?;
    ensure!(status.success(), "{} does not compile ({status})", product.name);
    let file = format!("{}{}", product.name, platform.suffix());
    Ok(target.join(platform.target).join("release").join(file))
}

/// The folders of this machine that could show, with what stands for each, the inner ones last: of
/// several that fit, rustc takes the last one.
fn replaced_paths(root: &Path, target: &Path) -> Result<Vec<(String, &'static str)>> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" })?;
        Some(Path::new(&home).join(".cargo"))
    });
    let home = home.context("Cargo's home is not known")?;
    let sysroot = PathBuf::from(rustc(root, &["--print", "sysroot"])?);
    let folders = [
        (sysroot.as_path(), "/rust"),
        (home.as_path(), "/cargo"),
        (root, "/cleanrooms"),
        (target, "/target"),
    ];
    let mut replaced = Vec::new();
    for (folder, name) in folders {
        let text = folder.to_str().context("a path that is no text")?;
        // The C compiler's flags are separated by spaces.
        ensure!(!text.contains(char::is_whitespace), "`{text}` would show: it has a space");
        replaced.push((text.to_owned(), name));
    }
    Ok(replaced)
}

fn rust_flags(replaced: &[(String, &str)], platform: Platform) -> Vec<String> {
    let paths = replaced.iter().map(|(path, name)| format!("--remap-path-prefix={path}={name}"));
    // Not in `.cargo/config.toml`: a machine may lack the static C library, and needs none to try this.
    let is_static = platform.os != "darwin";
    let statically = is_static.then(|| "-Ctarget-feature=+crt-static".to_owned());
    paths.chain(statically).collect()
}

fn c_flags(replaced: &[(String, &str)]) -> Vec<String> {
    replaced.iter().map(|(path, name)| format!("-ffile-prefix-map={path}={name}")).collect()
}

fn git(root: &Path, arguments: &[&str]) -> Result<String> {
    let printed = output(Command::new("git").current_dir(root).args(arguments))?;
    Ok(printed.trim().to_owned())
}

fn rustc(root: &Path, arguments: &[&str]) -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = output(Command::new(rustc).current_dir(root).args(arguments))?;
    Ok(printed.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(name: &str) -> Platform {
        Platform::named(name).expect("it is known")
    }

    #[test]
    fn what_could_be_linked_statically_is() {
        let is_static = |name| {
            let flags = rust_flags(&[], platform(name));
            flags.contains(&"-Ctarget-feature=+crt-static".to_owned())
        };
        assert!(is_static("linux_amd64") && is_static("windows_arm64"));
        assert!(!is_static("darwin_arm64"), "macOS has no static C library");
    }

    #[test]
    fn paths_of_this_machine_are_replaced_the_inner_ones_last() {
        let root = env!("CARGO_MANIFEST_DIR");
        let target = format!("{root}/target");
        let replaced = replaced_paths(Path::new(root), Path::new(&target))
            .expect("this machine has Cargo, and its paths have no spaces");
        let flags = rust_flags(&replaced, platform("linux_amd64")).join(" ");
        let wanted =
            format!("--remap-path-prefix={root}=/cleanrooms --remap-path-prefix={target}=/target");
        assert!(flags.contains(&wanted), "{flags}");
        assert!(c_flags(&replaced).contains(&format!("-ffile-prefix-map={root}=/cleanrooms")));
        let spaced = Path::new("/a target");
        replaced_paths(Path::new(root), spaced).expect_err("it would show");
    }
}
