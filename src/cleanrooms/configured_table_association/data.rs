//! The tables that a membership has brought into its collaboration.

use aws_sdk_cleanrooms::types::{
    ConfiguredTableAssociationAnalysisRuleType, ConfiguredTableAssociationSummary,
};

use super::ConfiguredTableAssociation;
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, described_by, filter, required};
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::time::time;
use crate::framework::codec::{Codec, object, set_of, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Queried for ConfiguredTableAssociation {
    type Among = ConfiguredTableAssociations;
    const ABOUT: &'static str = "The tables that a membership of the account's own has brought into its \
                                 collaboration.";
}

/// The associations of a membership.
pub struct ConfiguredTableAssociations;

impl Listing for ConfiguredTableAssociations {
    const TYPE_NAME: &'static str = "cleanrooms_configured_table_associations";
    const ENTRIES: &'static str = "configured_table_associations";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListConfiguredTableAssociations"])];
    const ABOUT: &'static str = "The tables that a membership of the account's own has brought into its \
                                 collaboration, or those of them that are asked for. There may be none.";
    type Entry = ConfiguredTableAssociationSummary;

    fn arguments() -> Vec<Attribute> {
        let filters = [
            ("name", "Only the association of this name, in upper or lower case."),
            ("configured_table_id", "Only associations of this configured table."),
        ];
        let parent = required("membership_id", &uuid(), "The id of the membership.");
        let filters = filters
            .into_iter()
            .filter_map(|(name, about)| filter::<ConfiguredTableAssociation>(name, about));
        std::iter::once(parent).chain(filters).collect()
    }

    fn entry() -> Codec<(), ConfiguredTableAssociationSummary> {
        type Entry = ConfiguredTableAssociationSummary;
        let entry = object(Ok::<(), String>)
            .with(field("id", string()).computed().read(|it: &Entry| Some(it.id.clone())))
            .with(field("arn", string()).computed().read(|it: &Entry| Some(it.arn.clone())))
            .with(field("name", string()).computed().read(|it: &Entry| Some(it.name.clone())))
            .with(
                field("configured_table_id", string())
                    .computed()
                    .read(|it: &Entry| Some(it.configured_table_id.clone())),
            )
            .with(
                field("membership_id", string())
                    .computed()
                    .read(|it: &Entry| Some(it.membership_id.clone())),
            )
            .with(
                field("membership_arn", string())
                    .computed()
                    .read(|it: &Entry| Some(it.membership_arn.clone())),
            )
            .with(
                field(
                    "analysis_rule_types",
                    set_of(text_enum::<ConfiguredTableAssociationAnalysisRuleType>()),
                )
                .computed()
                .read(|it: &Entry| Some(it.analysis_rule_types.clone().unwrap_or_default())),
            )
            .with(field("create_time", time()).computed().read(|it: &Entry| Some(it.create_time)))
            .with(field("update_time", time()).computed().read(|it: &Entry| Some(it.update_time)))
            .single();
        described_by::<ConfiguredTableAssociation, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<ConfiguredTableAssociationSummary>, AwsError> {
        const CALL: &str = "ListConfiguredTableAssociations";
        let membership_id = config.get("membership_id").as_str().unwrap_or_default();
        all_pages(CALL, &at.stop, |token| async {
            let call = at.sdk.list_configured_table_associations().max_results(PAGE_SIZE);
            let call = call.membership_identifier(membership_id).set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.configured_table_association_summaries, reply.next_token))
        })
        .await
    }
}
