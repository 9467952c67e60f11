//! What is done in a real AWS account: the first calls, which tell what the
//! sandbox has wrong, and acceptance tests, which leave nothing behind.
//!
//! Everything that is made there carries a prefix and the id of its run, and
//! nothing without that prefix is ever touched. `README.md` is the manual.

pub mod accounts;
pub mod names;
pub mod surroundings;

mod record;

pub mod acceptance;
pub mod first_hour;
pub mod sweep;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder through which processes keep one pace, as the provider knows it.
pub const PACE_VARIABLE: &str = "CLEANROOMS_PACE";

/// The folder of a pace: the one that the environment names, or one of its own.
#[derive(Debug)]
pub struct Pace {
    folder: PathBuf,
    _own: Option<tempfile::TempDir>,
}

impl Pace {
    /// The pace that others keep as well, if there is one.
    ///
    /// # Errors
    ///
    /// When no folder can be made.
    pub fn of_environment() -> Result<Self> {
        if let Some(folder) = accounts::variable(PACE_VARIABLE) {
            return Ok(Self { folder: folder.into(), _own: None });
        }
        let own = tempfile::tempdir().context("making a folder for the pace")?;
        Ok(Self { folder: own.path().to_path_buf(), _own: Some(own) })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Runs something on one thread, as the provider does.
///
/// # Errors
///
/// Those of the work, or when there can be no runtime.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("starting the runtime")?.block_on(work)
}
