//! What the first account has that calls name: a bucket, a role, a table.

use anyhow::{Context, Result, ensure};

use crate::accounts::variable;

/// A bucket of the first account.
pub const BUCKET_VARIABLE: &str = "TF_ACC_BUCKET";

/// A role that AWS Clean Rooms may assume.
pub const ROLE_VARIABLE: &str = "TF_ACC_ROLE_ARN";

/// A table of AWS Glue, `DATABASE.TABLE`.
pub const TABLE_VARIABLE: &str = "TF_ACC_GLUE_TABLE";

/// Two of its columns, with a comma between them.
pub const COLUMNS_VARIABLE: &str = "TF_ACC_GLUE_COLUMNS";

/// Things that must be there already: nothing of them is changed.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The bucket's name.
    pub bucket: String,
    /// What configured tables need.
    pub tables: Option<Tables>,
}

/// What configured tables and their associations need.
#[derive(Clone, Debug)]
pub struct Tables {
    /// The role's ARN.
    pub role: String,
    /// The database in AWS Glue.
    pub database: String,
    /// The table in it.
    pub table: String,
    /// Two columns of the table.
    pub columns: [String; 2],
}

impl Surroundings {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// When there is no bucket, or a part of what tables need.
    pub fn from_environment() -> Result<Self> {
        let bucket = variable(BUCKET_VARIABLE);
        let bucket = bucket.with_context(|| format!("{BUCKET_VARIABLE} must name a bucket"))?;
        Ok(Self { bucket, tables: Tables::from_environment()? })
    }
}

impl Tables {
    fn from_environment() -> Result<Option<Self>> {
        let names = [ROLE_VARIABLE, TABLE_VARIABLE, COLUMNS_VARIABLE];
        let [role, table, columns] = names.map(variable);
        let (role, table, columns) = match (role, table, columns) {
            (None, None, None) => return Ok(None),
            (Some(role), Some(table), Some(columns)) => (role, table, columns),
            _ => anyhow::bail!("calls about tables need all of {}", names.join(", ")),
        };
        let (database, table) = table
            .split_once('.')
            .with_context(|| format!("{TABLE_VARIABLE} must be DATABASE.TABLE, not `{table}`"))?;
        let columns: Vec<_> = columns.split(',').map(|column| column.trim().to_owned()).collect();
        ensure!(columns.len() == 2, "{COLUMNS_VARIABLE} must name two columns");
        let columns = <[String; 2]>::try_from(columns).expect("there are two");
        Ok(Some(Self { role, database: database.to_owned(), table: table.to_owned(), columns }))
    }
}
