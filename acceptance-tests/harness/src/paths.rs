//! Where things are: the repository, and the corner of the target directory
//! that the acceptance tests use.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the repository, where the workspace's `Cargo.toml` stands.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the harness lives two folders below the root of the repository")
}

/// A folder of this name for the acceptance tests inside cargo's target
/// directory, created when absent.
///
/// # Errors
///
/// When the running program is not inside a target directory, or the folder
/// cannot be created.
pub fn target(name: &str) -> Result<PathBuf> {
    let folder = cargo_target()?.join("acceptance-tests").join(name);
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    Ok(folder)
}

/// Cargo marks its target directory with a `CACHEDIR.TAG`, wherever
/// `--target-dir`, `CARGO_TARGET_DIR` or a configuration file have put it.
fn cargo_target() -> Result<PathBuf> {
    let program = std::env::current_exe().context("finding the running program")?;
    program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .map(Path::to_path_buf)
        .with_context(|| format!("{} is not inside cargo's target directory", program.display()))
}
