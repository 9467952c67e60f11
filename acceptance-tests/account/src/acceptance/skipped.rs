//! What is not run, and why.

use std::collections::BTreeMap;
use std::fmt;

/// The scenarios that are not run, by the reason.
#[derive(Default)]
pub(super) struct Skipped(BTreeMap<String, Vec<String>>);

impl Skipped {
    /// Adds one.
    pub(super) fn add(&mut self, why: String, name: String) {
        self.0.entry(why).or_default().push(name);
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (why, names) in &self.0 {
            writeln!(f, "not run, {} of them: {why} ({})", names.len(), names.join(", "))?;
        }
        Ok(())
    }
}
