//! The names by which a run knows what is its own.

use std::fmt;
use std::str::FromStr;

/// What every name that a run gives begins with. It fits every kind of name that
/// the service has, those of tables in SQL included.
pub const PREFIX: &str = "tf_acc_";

/// How many characters the id of a run has.
const LENGTH: usize = 8;

/// The id of a run: part of all of its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunId(String);

impl RunId {
    /// One that no other run has.
    pub fn new() -> Self {
        let character = |_| char::from_digit(fastrand::u32(0..36), 36).unwrap_or('0');
        Self((0..LENGTH).map(character).collect())
    }

    /// What the names of this run begin with.
    pub fn prefix(&self) -> String {
        format!("{PREFIX}{}_", self.0)
    }

    /// A name of this run.
    pub fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix())
    }

    /// The run that a name belongs to; none for a name that is not ours.
    pub fn of_name(name: &str) -> Option<Self> {
        let (run, _) = name.strip_prefix(PREFIX)?.split_once('_')?;
        run.parse().ok()
    }
}

impl Default for RunId {
    fn default() -> Self {
        Self::new()
    }
}

impl FromStr for RunId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_id = text.len() == LENGTH
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        match is_id {
            true => Ok(Self(text.to_owned())),
            false => Err(format!("`{text}` is no id of a run: it has {LENGTH} of a-z and 0-9")),
        }
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_run() {
        let run = RunId::new();
        assert_eq!(RunId::of_name(&run.name("Quarterly report")), Some(run.clone()));
        assert_ne!(RunId::new(), run);
    }

    #[test]
    fn what_only_looks_like_ours_is_not() {
        for name in
            ["tf_acc_", "tf_acc_short_x", "tf_acc_ABCDEFGH_x", "tf_acc_abcdefgh", "my tf_acc_"]
        {
            assert_eq!(RunId::of_name(name), None, "{name}");
        }
    }
}
