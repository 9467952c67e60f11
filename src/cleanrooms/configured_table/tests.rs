//! Claims about configured tables that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, told, update_input, value};

fn table(method: &str, selected: Json, reference: Json) -> Json {
    json!({
        "name": "Orders", "table_reference": reference, "allowed_columns": ["email"],
        "analysis_method": method, "selected_analysis_methods": selected,
    })
}

fn glue_table(method: &str, selected: Json) -> Json {
    table(method, selected, json!({ "glue": { "database_name": "sales", "table_name": "orders" } }))
}

#[test]
fn each_kind_of_source_is_sent() {
    let sent = |reference| {
        let input = create_input::<ConfiguredTable>(&table("DIRECT_QUERY", json!(null), reference));
        input.get_table_reference().clone().expect("a reference")
    };
    let glue = sent(json!({ "glue": { "database_name": "sales", "table_name": "orders" } }));
    let expected = GlueTableReference::builder().database_name("sales").table_name("orders");
    assert_eq!(glue, TableReference::Glue(expected.build().expect("complete")));
    let snowflake = sent(json!({ "snowflake": {
        "secret_arn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:x",
        "account_identifier": "org-account", "database_name": "D", "schema_name": "S",
        "table_name": "T", "table_schema": { "v1": { "email": { "column_type": "VARCHAR" } } },
    } }));
    let TableReference::Snowflake(snowflake) = snowflake else { panic!("{snowflake:?}") };
    let column = SnowflakeTableSchemaV1::builder().column_name("email").column_type("VARCHAR");
    let schema = SnowflakeTableSchema::V1(vec![column.build().expect("complete")]);
    assert_eq!(snowflake.table_schema, Some(schema));
    let athena = sent(json!({ "athena": {
        "work_group": "w", "database_name": "d", "table_name": "t", "catalog_name": "c",
    } }));
    assert_eq!(athena.as_athena().expect("athena").catalog_name.as_deref(), Some("c"));
    let databricks = sent(json!({ "databricks": {
        "schema_name": "s", "table_name": "t", "workspace_url": "https://x.cloud.databricks.com",
        "connection_type": { "delta_sharing": {
            "delta_share_endpoint": "https://x.cloud.databricks.com/share", "share_name": "orders",
        } },
    } }));
    let databricks = databricks.as_databricks().expect("databricks").connection_type.clone();
    let connection = databricks.expect("a connection");
    assert_eq!(connection.as_delta_sharing().expect("sharing").share_name, "orders");
}

#[test]
fn methods_change_together() {
    let update = |from: &Json, to: &Json| update_input::<ConfiguredTable>(from, to);
    let single = glue_table("DIRECT_QUERY", json!(null));
    let both = glue_table("MULTIPLE", json!(["DIRECT_QUERY", "DIRECT_JOB"]));
    let widened = update(&single, &both).expect("an update");
    let methods = [SelectedAnalysisMethod::DirectJob, SelectedAnalysisMethod::DirectQuery];
    assert_eq!(widened.get_selected_analysis_methods().as_deref(), Some(methods.as_slice()));
    let narrowed = update(&both, &single).expect("an update");
    assert_eq!(narrowed.get_analysis_method(), &Some(AnalysisMethod::DirectQuery));
    assert_eq!(narrowed.get_selected_analysis_methods(), &None);
}

#[test]
fn another_kind_of_source_replaces() {
    let prior = value::<ConfiguredTable>(&glue_table("DIRECT_QUERY", json!(null)));
    let paths = |reference| {
        let config = value::<ConfiguredTable>(&table("DIRECT_QUERY", json!(null), reference));
        plan::<ConfiguredTable>(&prior, &config).requires_replace
    };
    let glue = json!({ "glue": { "database_name": "sales", "table_name": "customers" } });
    let athena =
        json!({ "athena": { "work_group": "w", "database_name": "d", "table_name": "t" } });
    assert_eq!(paths(glue), []);
    assert_eq!(paths(athena), [AttributePath::of("table_reference")]);
    for unknown in [json!("unknown"), json!({ "athena": "unknown" })] {
        let config = value::<ConfiguredTable>(&table("DIRECT_QUERY", json!(null), unknown));
        let planned = plan::<ConfiguredTable>(&prior, &config);
        assert_eq!(planned.requires_replace, []);
        assert_eq!(told(&planned.diagnostics), ["warning at table_reference"]);
    }
}

#[test]
fn mistakes_are_told_before_any_call() {
    let wrong = |config: &Json| checked::<ConfiguredTable>(config);
    let selected = ["error at selected_analysis_methods"];
    assert_eq!(wrong(&glue_table("DIRECT_QUERY", json!(["DIRECT_QUERY"]))), selected);
    assert_eq!(wrong(&glue_table("MULTIPLE", json!(["DIRECT_JOB"]))), selected);
    assert_eq!(wrong(&glue_table("MULTIPLE", json!(null))), Vec::<String>::new());
    let none = table("DIRECT_JOB", json!(null), json!({}));
    assert_eq!(wrong(&none), ["error at table_reference"]);
    let mut many = glue_table("DIRECT_QUERY", json!(null));
    many["allowed_columns"] = (0..101).map(|it| format!("c{it}")).collect();
    assert_eq!(wrong(&many), ["warning at allowed_columns"]);
    many["allowed_columns"] = json!(["Email"]);
    assert_eq!(wrong(&many), ["error at allowed_columns"]);
}
