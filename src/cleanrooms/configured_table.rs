//! `cleanrooms_configured_table`: a table of the account's own, prepared for use in collaborations.

pub mod data;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_configured_table::builders::CreateConfiguredTableInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_configured_table::builders::UpdateConfiguredTableInputBuilder as Update;
use aws_sdk_cleanrooms::types::builders::{
    AthenaTableReferenceBuilder, DatabricksDeltaSharingConnectionBuilder,
    DatabricksTableReferenceBuilder, GlueTableReferenceBuilder, SnowflakeTableReferenceBuilder,
    SnowflakeTableSchemaV1Builder,
};
use aws_sdk_cleanrooms::types::{
    AnalysisMethod, AthenaTableReference, CommercialRegion, ConfiguredTable as Item,
    ConfiguredTableAnalysisRuleType, DatabricksConnectionType, DatabricksDeltaSharingConnection,
    DatabricksTableReference, GlueTableReference, SelectedAnalysisMethod, SnowflakeTableReference,
    SnowflakeTableSchema, SnowflakeTableSchemaV1, TableReference, TableReferenceType,
};
use serde_json::json;

use super::aws::AwsError;
use super::client::Reading;
use super::key::Key;
use super::kind::Kind;
use super::listing::Listing;
use super::object::{Candidate, Facts, Object, Of, Part};
use super::parts::take_rules_of_table;
use super::shapes::enumeration::{closed, open};
use super::shapes::region::is_region;
use super::shapes::text::{
    alias, column, column_type, database, foreign_name, is_blank_of_any_kind, name, remark,
    s3_location, secret_arn, share_endpoint, word, workspace_url,
};
use crate::framework::codec::{Codec, keys, object, one_of, set_of, text_enum, variant};
use crate::framework::moving::{Origin, Origins};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::validators::{invalid, size};
use crate::framework::{Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::{AttributePath, Value};

/// The kind of object.
pub struct ConfiguredTable;

type Row = Of<ConfiguredTable>;

/// How many columns the service takes by default (user guide: quotas).
const USUAL_COLUMNS: usize = 100;

impl Object for ConfiguredTable {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_configured_table",
        noun: "configured table",
        arn: Some("configuredtable"),
        key: &["id"],
        parent: None,
        owner: &["arn"],
        former_identity: &[("configured_table_identifier", "id")],
        tagged: true,
        // Nothing says that names are.
        is_unique: false,
        type_is_found: false,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const ORIGINS: Option<&'static Origins> = Some(&Origins {
        ours: "analysis_rule_types",
        all: &[
            Origin {
                type_name: "aws_cleanrooms_configured_table",
                renamed: &[],
                reshape: |stored| {
                    // It knows tables of AWS Glue alone, and says so nowhere.
                    let reference = stored.remove("table_reference").unwrap_or_default();
                    stored.insert("table_reference".to_owned(), json!({ "glue": reference }));
                    Ok(())
                },
            },
            Origin::named(
                "awscc_cleanrooms_configured_table",
                &[("configured_table_identifier", "id")],
            ),
        ],
    });

    const READS: &'static [Need] = &[Need::always(&["cleanrooms:GetConfiguredTable"])];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreateConfiguredTable",
            "cleanrooms:DeleteConfiguredTable",
            "cleanrooms:UpdateConfiguredTable",
        ]),
        Need::when(
            "to find a table whose creation was not answered",
            &["cleanrooms:ListConfiguredTables"],
        ),
        Need::when(
            "where `allowed_columns` or `table_reference` changes",
            &[
                "cleanrooms:UpdateConfiguredTableAllowedColumns",
                "cleanrooms:UpdateConfiguredTableReference",
            ],
        ),
        Need::when(
            "where the table is destroyed while it has a rule that Terraform does not manage",
            &[
                "cleanrooms:CreateConfiguredTableAnalysisRule",
                "cleanrooms:DeleteConfiguredTableAnalysisRule",
                "cleanrooms:GetConfiguredTableAnalysisRule",
            ],
        ),
        Need::when(
            "where the table is in AWS Glue or Amazon Athena",
            &[
                "glue:BatchGetPartition",
                "glue:GetDatabase",
                "glue:GetDatabases",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:GetSchemaVersion",
                "glue:GetTable",
                "glue:GetTables",
            ],
        ),
        Need::when("where the table is in Amazon Athena", &["athena:GetTableMetadata"]),
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "A configured table: a table of the account's own in AWS Glue, Amazon Athena, Snowflake \
             or Databricks, with the columns that collaborations may use. It does nothing until it \
             has an analysis rule and is associated with a membership.",
        )
        .with(
            Row::attribute("name", name())
                .required()
                .doc("Display name of the table, 1 to 100 characters. Changed in place.")
                .create(Create::set_name)
                .update(Update::set_name)
                .read(|r| Some(r.item.name.clone())),
        )
        .with(
            Row::attribute("description", remark())
                .optional_computed()
                .doc("What the table holds, at most 255 characters; empty when left out. Changed in \
                     place.")
                .default("".into())
                .create(Create::set_description)
                .update(Update::set_description)
                .read(|r| r.item.description.clone()),
        )
        .with(
            Row::attribute("table_reference", table_reference())
                .required()
                // Nobody knows whether the service takes another kind for the same table.
                .requires_replace_of_variant()
                .doc(
                    "Where the data is: exactly one of `glue`, `athena`, `snowflake` and \
                     `databricks`. Changed in place; another kind of source replaces the table.",
                )
                .create(Create::set_table_reference)
                .update(Update::set_table_reference)
                .read(|r| r.item.table_reference.clone()),
        )
        .with(
            Row::attribute("allowed_columns", set_of(column()).validate(size(1..=1000)))
                .required()
                .doc("The columns that collaborations may use, in lower case. Changed in place.")
                .create(Create::set_allowed_columns)
                .update(Update::set_allowed_columns)
                .read(|r| Some(r.item.allowed_columns.clone())),
        )
        .with(
            Row::attribute("analysis_method", closed::<AnalysisMethod>(AnalysisMethod::values()))
                .required()
                .doc(
                    "How the table may be analysed: `DIRECT_QUERY` by SQL, `DIRECT_JOB` by PySpark \
                     jobs, `MULTIPLE` by both. Changed in place.",
                )
                .create(|b, it| b.set_selected_analysis_methods(methods(&it)).set_analysis_method(it))
                .update(|b, it| b.set_selected_analysis_methods(methods(&it)).set_analysis_method(it))
                .read(|r| Some(r.item.analysis_method.clone())),
        )
        .with(
            Row::attribute(
                "selected_analysis_methods",
                set_of(closed::<SelectedAnalysisMethod>(SelectedAnalysisMethod::values())),
            )
            .optional_computed()
            .unknown_with(&["analysis_method"])
            .doc(
                "The methods that `MULTIPLE` stands for: both `DIRECT_QUERY` and `DIRECT_JOB`, which \
                 is also what leaving it out means. Changed in place.",
            )
            // What the other attribute implies has been set with it.
            .create(|b, _: Option<Vec<_>>| b)
            .update(|b, given| match given {
                // The service takes the one with the other alone.
                Some(_) => b
                    .analysis_method(AnalysisMethod::Multiple)
                    .set_selected_analysis_methods(given),
                None => b,
            })
            .read(|r| r.item.selected_analysis_methods.clone()),
        )
        .with(
            Row::attribute("analysis_rule_types", set_of(text_enum::<ConfiguredTableAnalysisRuleType>()))
                .computed()
                .unknown_on_update()
                .doc("The types of the analysis rules that the table has.")
                .read(|r| Some(r.item.analysis_rule_types.clone())),
        )
        .with(
            Row::attribute("table_type", text_enum::<TableReferenceType>())
                .computed()
                .unknown_with(&["table_reference"])
                .doc("The kind of source, where the service tells: such as `GLUE`.")
                .read(|r| r.item.table_type.clone()),
        )
    }

    fn facts(item: &Item) -> Facts {
        Facts::of(&item.id, &item.arn, item.create_time, item.update_time)
    }

    fn tag(input: Create, tags: Option<HashMap<String, String>>) -> Create {
        input.set_tags(tags)
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        let reply = input.send_with(sdk).await.map_err(AwsError::of("CreateConfiguredTable"))?;
        reply.configured_table.ok_or_else(|| AwsError::unreadable("CreateConfiguredTable"))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        let call = at.sdk.get_configured_table().configured_table_identifier(key.id()).send();
        let reply = call.await.map_err(AwsError::of("GetConfiguredTable"))?;
        reply.configured_table.ok_or_else(|| AwsError::unreadable("GetConfiguredTable"))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let sent = input.configured_table_identifier(key.id()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateConfiguredTable"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let sent = sdk.delete_configured_table().configured_table_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteConfiguredTable"))
    }

    async fn delete_parts(
        at: &Reading<'_>,
        key: &Key,
        deleted: &mut Vec<Part>,
    ) -> Result<(), AwsError> {
        let kinds = Self::get(at, key).await?.analysis_rule_types;
        take_rules_of_table(&at.sdk, key, kinds, deleted).await
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        let listed = data::ConfiguredTables::list(at, planned).await?;
        let named = listed.iter().filter(|it| planned.get("name").as_str() == Some(&it.name));
        Ok(named.filter_map(|it| Candidate::of([&it.id], it.create_time)).collect())
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        let path = AttributePath::of(SELECTED);
        let (method, selected) = (config.get("analysis_method"), config.get(SELECTED));
        let is_known = method.is_known() && selected.is_wholly_known() && !selected.is_null();
        if is_known && method.as_str() != Some("MULTIPLE") {
            let detail = "It goes with `analysis_method = \"MULTIPLE\"` alone; leave it out.";
            diagnostics.push(invalid(&path, detail));
        } else if is_known && selected.as_elements().count() != 2 {
            let detail = "`MULTIPLE` stands for both `DIRECT_QUERY` and `DIRECT_JOB`: give both, or \
                          leave it out.";
            diagnostics.push(invalid(&path, detail));
        }
        let columns = config.get("allowed_columns").as_elements().count();
        if columns > USUAL_COLUMNS {
            let detail = format!(
                "There are {columns}; the service takes {USUAL_COLUMNS} unless the quota was raised."
            );
            let path = AttributePath::of("allowed_columns");
            let summary = "More columns than the service usually takes";
            diagnostics.push(Diagnostic::warning(summary, detail).at(path));
        }
    }
}

const SELECTED: &str = "selected_analysis_methods";

/// What a method stands for.
fn methods(method: &Option<AnalysisMethod>) -> Option<Vec<SelectedAnalysisMethod>> {
    let both = vec![SelectedAnalysisMethod::DirectQuery, SelectedAnalysisMethod::DirectJob];
    (method == &Some(AnalysisMethod::Multiple)).then_some(both)
}

fn table_reference() -> Codec<TableReference> {
    one_of(vec![
        variant(
            "glue",
            "A table of the AWS Glue Data Catalog.",
            glue(),
            TableReference::Glue,
            |it| it.as_glue().ok(),
        ),
        variant(
            "athena",
            "A table or view of Amazon Athena.",
            athena(),
            TableReference::Athena,
            |it| it.as_athena().ok(),
        ),
        variant(
            "snowflake",
            "A table of Snowflake.",
            snowflake(),
            TableReference::Snowflake,
            |it| it.as_snowflake().ok(),
        ),
        variant(
            "databricks",
            "A table of Databricks, read through Delta Sharing.",
            databricks(),
            TableReference::Databricks,
            |it| it.as_databricks().ok(),
        ),
    ])
}

fn source_region() -> Codec<CommercialRegion> {
    open(CommercialRegion::values(), |text, _| is_region(text))
}

fn glue() -> Codec<GlueTableReference> {
    type B = GlueTableReferenceBuilder;
    object(B::build)
        .with(
            field("database_name", database())
                .required()
                .doc("The database.")
                .create(B::set_database_name)
                .read(|it: &GlueTableReference| Some(it.database_name.clone())),
        )
        .with(
            field("table_name", alias())
                .required()
                .doc("The table.")
                .create(B::set_table_name)
                .read(|it: &GlueTableReference| Some(it.table_name.clone())),
        )
        .with(
            field("region", source_region())
                .optional_computed()
                .doc("The Region of the catalog; the service fills in its own when left out.")
                .create(B::set_region)
                .read(|it: &GlueTableReference| it.region.clone()),
        )
        .single()
}

fn athena() -> Codec<AthenaTableReference> {
    type B = AthenaTableReferenceBuilder;
    let work_group = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let catalog = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    object(B::build)
        .with(
            field("work_group", word(1..=128, "may hold only letters, digits and . _ -", work_group))
                .required()
                .doc("The workgroup in which the table is read.")
                .create(B::set_work_group)
                .read(|it: &AthenaTableReference| Some(it.work_group.clone())),
        )
        .with(
            field("database_name", database())
                .required()
                .doc("The database.")
                .create(B::set_database_name)
                .read(|it: &AthenaTableReference| Some(it.database_name.clone())),
        )
        .with(
            field(
                "table_name",
                word(1..=128, "may hold only letters, digits and _", |c| {
                    c.is_ascii_alphanumeric() || c == '_'
                }),
            )
            .required()
            .doc("The table or view.")
            .create(B::set_table_name)
            .read(|it: &AthenaTableReference| Some(it.table_name.clone())),
        )
        .with(
            field("output_location", s3_location())
                .optional()
                .doc("Where Athena writes, such as `s3://bucket/prefix`, unless the workgroup says so.")
                .create(B::set_output_location)
                .read(|it: &AthenaTableReference| it.output_location.clone()),
        )
        .with(
            field("region", source_region())
                .optional_computed()
                .doc("The Region of the table; the service fills in its own when left out.")
                .create(B::set_region)
                .read(|it: &AthenaTableReference| it.region.clone()),
        )
        .with(
            field("catalog_name", word(1..=64, "may hold only letters, digits and _ -", catalog))
                .optional()
                .doc("The federated catalog, where the table is in one.")
                .create(B::set_catalog_name)
                .read(|it: &AthenaTableReference| it.catalog_name.clone()),
        )
        .single()
}

/// A name in Snowflake (API model: SnowflakeDatabaseName and its siblings).
fn snowflake_name() -> Codec<String> {
    let rule = "may hold only letters, digits, underscores, dashes and blanks";
    foreign_name(1..=256, rule, is_blank_of_any_kind)
}

/// An account of Snowflake (API model: SnowflakeAccountIdentifier).
fn snowflake_account() -> Codec<String> {
    let rule = "may hold only letters, digits, underscores, dashes, dots and blanks";
    foreign_name(3..=256, rule, |c| c == '.' || is_blank_of_any_kind(c))
}

/// A name in Databricks (API model: DatabricksObject).
fn databricks_name() -> Codec<String> {
    let rule = "may hold only letters, digits, underscores and dashes";
    foreign_name(1..=255, rule, |_| false)
}

fn snowflake() -> Codec<SnowflakeTableReference> {
    type B = SnowflakeTableReferenceBuilder;
    object(B::build)
        .with(
            field("secret_arn", secret_arn())
                .required()
                .doc("The ARN of the secret with the credentials for Snowflake.")
                .create(B::set_secret_arn)
                .read(|it: &SnowflakeTableReference| Some(it.secret_arn.clone())),
        )
        .with(
            field("account_identifier", snowflake_account())
                .required()
                .doc("The Snowflake account, as `<organization>-<account>`.")
                .create(B::set_account_identifier)
                .read(|it: &SnowflakeTableReference| Some(it.account_identifier.clone())),
        )
        .with(
            field("database_name", snowflake_name())
                .required()
                .doc("The database.")
                .create(B::set_database_name)
                .read(|it: &SnowflakeTableReference| Some(it.database_name.clone())),
        )
        .with(
            field("schema_name", snowflake_name())
                .required()
                .doc("The schema.")
                .create(B::set_schema_name)
                .read(|it: &SnowflakeTableReference| Some(it.schema_name.clone())),
        )
        .with(
            field("table_name", snowflake_name())
                .required()
                .doc("The table.")
                .create(B::set_table_name)
                .read(|it: &SnowflakeTableReference| Some(it.table_name.clone())),
        )
        .with(
            field(
                "table_schema",
                one_of(vec![variant(
                    "v1",
                    "The columns by name, each with its type.",
                    snowflake_columns(),
                    SnowflakeTableSchema::V1,
                    |it| it.as_v1().ok(),
                )]),
            )
            .required()
            .doc("The columns of the table.")
            .create(B::set_table_schema)
            .read(|it: &SnowflakeTableReference| it.table_schema.clone()),
        )
        .single()
}

fn snowflake_columns() -> Codec<Vec<SnowflakeTableSchemaV1>> {
    type B = SnowflakeTableSchemaV1Builder;
    object(B::build)
        .with(
            field("column_type", column_type())
                .required()
                .doc("The type of the column in Snowflake.")
                .create(B::set_column_type)
                .read(|it: &SnowflakeTableSchemaV1| Some(it.column_type.clone())),
        )
        .keyed_by(B::column_name, |it| it.column_name.clone())
        .validate(keys(column()))
        .validate(size(1..=250))
}

fn databricks() -> Codec<DatabricksTableReference> {
    type B = DatabricksTableReferenceBuilder;
    object(B::build)
        .with(
            field("schema_name", databricks_name())
                .required()
                .doc("The schema.")
                .create(B::set_schema_name)
                .read(|it: &DatabricksTableReference| Some(it.schema_name.clone())),
        )
        .with(
            field("table_name", databricks_name())
                .required()
                .doc("The table.")
                .create(B::set_table_name)
                .read(|it: &DatabricksTableReference| Some(it.table_name.clone())),
        )
        .with(
            field("workspace_url", workspace_url())
                .required()
                .doc("The workspace, such as `https://example.cloud.databricks.com`.")
                .create(B::set_workspace_url)
                .read(|it: &DatabricksTableReference| Some(it.workspace_url.clone())),
        )
        .with(
            field(
                "connection_type",
                one_of(vec![variant(
                    "delta_sharing",
                    "The table is read through Delta Sharing.",
                    delta_sharing(),
                    DatabricksConnectionType::DeltaSharing,
                    |it| it.as_delta_sharing().ok(),
                )]),
            )
            .required()
            .doc("How the table is read.")
            .create(B::set_connection_type)
            .read(|it: &DatabricksTableReference| it.connection_type.clone()),
        )
        .single()
}

fn delta_sharing() -> Codec<DatabricksDeltaSharingConnection> {
    type B = DatabricksDeltaSharingConnectionBuilder;
    object(B::build)
        .with(
            field("delta_share_endpoint", share_endpoint())
                .required()
                .doc("The endpoint of the share.")
                .create(B::set_delta_share_endpoint)
                .read(|it: &DatabricksDeltaSharingConnection| {
                    Some(it.delta_share_endpoint.clone())
                }),
        )
        .with(
            field("share_name", databricks_name())
                .required()
                .doc("The share.")
                .create(B::set_share_name)
                .read(|it: &DatabricksDeltaSharingConnection| Some(it.share_name.clone())),
        )
        .single()
}

#[cfg(test)]
mod tests;
