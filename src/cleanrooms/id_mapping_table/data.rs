//! The id mapping tables that a membership has made.

use aws_sdk_cleanrooms::types::IdMappingTableSummary;

use super::{IdMappingTable, reference};
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, described_by, filter, required, told};
use crate::cleanrooms::of_membership::of_membership;
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::ids::uuid;
use crate::framework::codec::Codec;
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Queried for IdMappingTable {
    type Among = IdMappingTables;
    const ABOUT: &'static str =
        "The id mapping tables that a membership of the account's own has made.";
}

/// The tables of a membership.
pub struct IdMappingTables;

impl Listing for IdMappingTables {
    const TYPE_NAME: &'static str = "cleanrooms_id_mapping_tables";
    const ENTRIES: &'static str = "id_mapping_tables";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListIdMappingTables"])];
    const ABOUT: &'static str = "The id mapping tables that a membership of the account's own has made, or \
                                 those of them that are asked for. There may be none.";
    type Entry = IdMappingTableSummary;

    fn arguments() -> Vec<Attribute> {
        let parent = required("membership_id", &uuid(), "The id of the membership.");
        let about = "Only the table of this name, in upper or lower case.";
        let name = filter::<IdMappingTable>("name", about);
        std::iter::once(parent).chain(name).collect()
    }

    fn entry() -> Codec<(), IdMappingTableSummary> {
        type Entry = IdMappingTableSummary;
        let entry = of_membership()
            .with(told("name", |it: &Entry| it.name.clone()))
            .with(told("description", |it: &Entry| it.description.clone().unwrap_or_default()))
            .with(
                field("input_reference_config", reference().viewed())
                    .computed()
                    .read(|it: &Entry| it.input_reference_config.clone()),
            )
            .single();
        described_by::<IdMappingTable, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<IdMappingTableSummary>, AwsError> {
        const CALL: &str = "ListIdMappingTables";
        let membership_id = config.get("membership_id").as_str().unwrap_or_default();
        all_pages(CALL, &at.stop, |token| async {
            let call = at.sdk.list_id_mapping_tables().max_results(PAGE_SIZE);
            let call = call.membership_identifier(membership_id).set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.id_mapping_table_summaries, reply.next_token))
        })
        .await
    }
}
