//! Intermediate tables: results of analyses that later analyses read.

use serde_json::Value;

use super::Call;
use super::plain;
use crate::error::ResourceKind;
use crate::shelf::Kind;

plain::plain! {
    /// Results to be read again.
    IntermediateTable on intermediate_tables,
    Kind {
        name: "intermediate_table",
        id_prefix: 0x1a7e_6a00,
        arn: Some("membership/{membership}/intermediatetable/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "intermediateTableIdentifier",
        one: "intermediateTable",
        many: "intermediateTableSummaries",
        resource: None,
        nearest: ResourceKind::ConfiguredTableAssociation,
    }
}

fn complete(_table: &IntermediateTable, _reply: &mut Value, _call: &Call<'_>) {}
