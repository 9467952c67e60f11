//! Id mapping tables: which ids of two namespaces are the same.

use serde_json::Value;

use super::Call;
use super::plain;
use crate::error::ResourceKind;
use crate::shelf::Kind;

plain::plain! {
    /// A mapping of ids.
    IdMappingTable on id_mapping_tables,
    Kind {
        name: "id_mapping_table",
        id_prefix: 0x1d3a_9900,
        arn: Some("membership/{membership}/idmappingtable/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "idMappingTableIdentifier",
        one: "idMappingTable",
        many: "idMappingTableSummaries",
        resource: None,
        nearest: ResourceKind::ConfiguredTableAssociation,
    }
}

fn complete(_table: &IdMappingTable, _reply: &mut Value, _call: &Call<'_>) {}
