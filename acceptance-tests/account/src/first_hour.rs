//! The first hour with AWS: a list of calls whose replies tell which answers of
//! the sandbox are the service's.
//!
//! They are sent with the SDK's client as the provider configures it. What comes
//! back is kept as it came, with account ids masked.

mod collaborations;
mod fixtures;
mod hour;
mod inputs;
mod orders;
mod parts;
mod questions;
mod report;
mod tables;

use std::path::Path;

use anyhow::{Context, Result};

pub use fixtures::{SETTINGS, compare};
pub use questions::{ALL as QUESTIONS, BEYOND, Question};
pub use report::Report;

use crate::accounts::Accounts;
use crate::names::RunId;
use crate::surroundings::Surroundings;
use fixtures::Masks;
use hour::Hour;
use questions::Named;

/// What a first hour came to.
pub struct Outcome {
    /// The answers to all questions.
    pub report: Report,
    /// Why not all calls were made: one had no reply, or one that others rest on was refused.
    pub failure: Option<anyhow::Error>,
}

/// Makes all calls, and writes what came into `folder`. What was made may be left: it has the names
/// of the run.
///
/// # Errors
///
/// When no call can be made, or what came cannot be written.
pub async fn run(
    accounts: &Accounts,
    surroundings: &Surroundings,
    run: &RunId,
    folder: &Path,
) -> Result<Outcome> {
    let mut hour = Hour::new(accounts, surroundings, run).await?;
    let made = calls(&mut hour).await;
    let named = Named { owner: hour.owner.clone(), partner: hour.partner.clone() };
    let masks = Masks::new(&hour, run);
    let replies = hour.into_replies();
    let report = Report::new(&replies, &named);
    fixtures::write(folder, &replies, &masks, &report.settings())?;
    let made = made.with_context(|| format!("after {} calls", replies.0.len()));
    Ok(Outcome { report, failure: made.err() })
}

async fn calls(hour: &mut Hour<'_>) -> Result<()> {
    collaborations::run(hour).await.context("the first list")?;
    match hour.tables.clone() {
        Some(tables) => tables::run(hour, &tables).await.context("the second list"),
        None => Ok(()),
    }
}
