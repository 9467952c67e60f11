//! Configured tables looked at: one of the account's own, and all of them.

use aws_sdk_cleanrooms::types::{
    AnalysisMethod, ConfiguredTableAnalysisRuleType, ConfiguredTableSummary,
    SelectedAnalysisMethod, TableReferenceType,
};

use super::ConfiguredTable;
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, described_by, filter};
use crate::cleanrooms::lookup::Sought;
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::time::time;
use crate::framework::codec::{Codec, object, set_of, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Sought for ConfiguredTable {
    type Among = ConfiguredTables;
    const BY: &'static [&'static str] = &["name"];
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:GetConfiguredTable"])];
    const ABOUT: &'static str = "A configured table of the account's own: where its data is, and which of \
                                 its columns collaborations may use.";
}

impl Queried for ConfiguredTable {
    type Among = ConfiguredTables;
    const ABOUT: &'static str = "The account's own configured tables.";
}

/// The account's own configured tables.
pub struct ConfiguredTables;

impl Listing for ConfiguredTables {
    const TYPE_NAME: &'static str = "cleanrooms_configured_tables";
    const ENTRIES: &'static str = "configured_tables";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListConfiguredTables"])];
    const ABOUT: &'static str = "The account's own configured tables, or those of them that are asked for. \
                                 There may be none.";
    type Entry = ConfiguredTableSummary;

    fn arguments() -> Vec<Attribute> {
        filter::<ConfiguredTable>("name", "Only tables of this name.").into_iter().collect()
    }

    fn entry() -> Codec<(), ConfiguredTableSummary> {
        type Entry = ConfiguredTableSummary;
        let entry = object(Ok::<(), String>)
            .with(field("id", string()).computed().read(|it: &Entry| Some(it.id.clone())))
            .with(field("arn", string()).computed().read(|it: &Entry| Some(it.arn.clone())))
            .with(field("name", string()).computed().read(|it: &Entry| Some(it.name.clone())))
            .with(
                field("table_type", text_enum::<TableReferenceType>())
                    .computed()
                    .read(|it: &Entry| it.table_type.clone()),
            )
            .with(
                field("analysis_method", text_enum::<AnalysisMethod>())
                    .computed()
                    .read(|it: &Entry| Some(it.analysis_method.clone())),
            )
            .with(
                field("selected_analysis_methods", set_of(text_enum::<SelectedAnalysisMethod>()))
                    .computed()
                    .read(|it: &Entry| it.selected_analysis_methods.clone()),
            )
            .with(
                field(
                    "analysis_rule_types",
                    set_of(text_enum::<ConfiguredTableAnalysisRuleType>()),
                )
                .computed()
                .read(|it: &Entry| Some(it.analysis_rule_types.clone())),
            )
            .with(field("create_time", time()).computed().read(|it: &Entry| Some(it.create_time)))
            .with(field("update_time", time()).computed().read(|it: &Entry| Some(it.update_time)))
            .single();
        described_by::<ConfiguredTable, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        _config: &Value,
    ) -> Result<Vec<ConfiguredTableSummary>, AwsError> {
        all_pages("ListConfiguredTables", &at.stop, |token| async {
            let call = at.sdk.list_configured_tables().max_results(PAGE_SIZE).set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of("ListConfiguredTables"))?;
            Ok((reply.configured_table_summaries, reply.next_token))
        })
        .await
    }
}
