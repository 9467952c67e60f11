//! What the accounts have that objects name: buckets, roles, tables, id namespaces. Nothing of
//! them is changed.

use crate::accounts::variable;

/// A bucket. Scenarios about jobs name two more, with `-jobs` and `-jobs-2` behind it.
pub const BUCKET_VARIABLE: &str = "TF_ACC_BUCKET";

/// What the names of roles begin with that AWS Clean Rooms may assume, in either account.
pub const ROLE_PREFIX_VARIABLE: &str = "TF_ACC_ROLE_PREFIX";

/// A database of AWS Glue, in either account. `tables.sql` makes its tables.
pub const DATABASE_VARIABLE: &str = "TF_ACC_GLUE_DATABASE";

/// The ARN of an id namespace of the first account in AWS Entity Resolution.
pub const ID_NAMESPACE_VARIABLE: &str = "TF_ACC_ID_NAMESPACE_ARN";

/// The ARN of an id mapping workflow of the first account in AWS Entity Resolution.
pub const ID_MAPPING_WORKFLOW_VARIABLE: &str = "TF_ACC_ID_MAPPING_WORKFLOW_ARN";

/// What the environment names.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// A bucket.
    pub bucket: Option<String>,
    /// What the names of roles begin with.
    pub role_prefix: Option<String>,
    /// A database of AWS Glue.
    pub database: Option<String>,
    /// The ARN of an id namespace.
    pub id_namespace: Option<String>,
    /// The ARN of an id mapping workflow.
    pub id_mapping_workflow: Option<String>,
}

impl Surroundings {
    /// Reads the environment.
    pub fn from_environment() -> Self {
        Self {
            bucket: variable(BUCKET_VARIABLE),
            role_prefix: variable(ROLE_PREFIX_VARIABLE),
            database: variable(DATABASE_VARIABLE),
            id_namespace: variable(ID_NAMESPACE_VARIABLE),
            id_mapping_workflow: variable(ID_MAPPING_WORKFLOW_VARIABLE),
        }
    }
}
