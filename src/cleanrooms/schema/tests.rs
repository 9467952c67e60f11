//! Claims about schemas that need no service.

use serde_json::json;

use super::*;
use crate::framework::testing::value;
use crate::wire::Value;

#[test]
fn names_are_asked_for_in_lower_case() {
    let asked = |name: &str| spelled(&Value::object([("name", name.into())]));
    assert_eq!([asked("Orders"), asked("orders 1")], ["orders", "orders 1"]);
}

#[test]
fn reasons_say_why_a_table_is_not_ready() {
    let reason = SchemaStatusReason::builder()
        .code(SchemaStatusReasonCode::AnalysisRuleMissing)
        .message("The table has no analysis rule.")
        .build()
        .expect("whole");
    let detail = |status, reasons| {
        SchemaStatusDetail::builder()
            .status(status)
            .analysis_type(AnalysisType::DirectAnalysis)
            .set_reasons(reasons)
            .build()
            .expect("whole")
    };
    let seen = status_details().encode(&vec![
        detail(SchemaStatus::NotReady, Some(vec![reason])),
        detail(SchemaStatus::Ready, None),
    ]);
    let shown = |status: &str, reasons| {
        json!({
            "analysis_type": "DIRECT_ANALYSIS", "status": status, "reasons": reasons,
            "analysis_rule_type": null, "configurations": [],
        })
    };
    let missing =
        json!([{ "code": "ANALYSIS_RULE_MISSING", "message": "The table has no analysis rule." }]);
    let wanted = json!([shown("NOT_READY", missing), shown("READY", json!([]))]);
    assert_eq!(seen, value(&status_details().kind.implied_type(), &wanted));
}

#[test]
fn what_a_table_is_made_of_is_told_by_its_type() {
    let source = IdMappingTableInputSource::builder()
        .id_namespace_association_id("namespace")
        .r#type(IdNamespaceType::Source);
    let table = sdk::IdMappingTableSchemaTypeProperties::builder()
        .id_mapping_table_input_source(source.build().expect("whole"))
        .build()
        .expect("whole");
    let seen = type_properties().encode(&SchemaTypeProperties::IdMappingTable(table));
    let wanted = json!({
        "configured_table_association": null,
        "intermediate_table": null,
        "id_mapping_table": {
            "id_mapping_table_id": null,
            "id_mapping_table_input_source":
                [{ "id_namespace_association_id": "namespace", "type": "SOURCE" }],
        },
    });
    assert_eq!(seen, value(&type_properties().kind.implied_type(), &wanted));
}
