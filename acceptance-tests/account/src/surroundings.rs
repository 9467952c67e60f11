//! What the accounts have that objects name: buckets, roles, tables. Nothing of
//! them is changed.

use crate::accounts::variable;

/// A bucket. Scenarios about jobs name two more, with `-jobs` and `-jobs-2` behind it.
pub const BUCKET_VARIABLE: &str = "TF_ACC_BUCKET";

/// What the names of roles begin with that AWS Clean Rooms may assume, in either account.
pub const ROLE_PREFIX_VARIABLE: &str = "TF_ACC_ROLE_PREFIX";

/// A database of AWS Glue, in either account. `tables.sql` makes its tables.
pub const DATABASE_VARIABLE: &str = "TF_ACC_GLUE_DATABASE";

/// What the environment names.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// A bucket.
    pub bucket: Option<String>,
    /// What the names of roles begin with.
    pub role_prefix: Option<String>,
    /// A database of AWS Glue.
    pub database: Option<String>,
}

impl Surroundings {
    /// Reads the environment.
    pub fn from_environment() -> Self {
        let names = [BUCKET_VARIABLE, ROLE_PREFIX_VARIABLE, DATABASE_VARIABLE];
        let [bucket, role_prefix, database] = names.map(variable);
        Self { bucket, role_prefix, database }
    }
}
