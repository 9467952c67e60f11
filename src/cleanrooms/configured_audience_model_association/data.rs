//! The configured audience models that a membership has brought into its collaboration.

use aws_sdk_cleanrooms::types::ConfiguredAudienceModelAssociationSummary;

use super::{ConfiguredAudienceModelAssociation, MODEL};
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, described_by, filter, required, told};
use crate::cleanrooms::of_membership::of_membership;
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::ids::uuid;
use crate::framework::codec::{Codec, string};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Queried for ConfiguredAudienceModelAssociation {
    type Among = ConfiguredAudienceModelAssociations;
    const ABOUT: &'static str = "The configured audience models that a membership of the account's own has brought into \
                                 its collaboration.";
}

/// The audience models of a membership.
pub struct ConfiguredAudienceModelAssociations;

impl Listing for ConfiguredAudienceModelAssociations {
    const TYPE_NAME: &'static str = "cleanrooms_configured_audience_model_associations";
    const ENTRIES: &'static str = "configured_audience_model_associations";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:ListConfiguredAudienceModelAssociations"])];
    const ABOUT: &'static str = "The configured audience models that a membership of the account's own has brought into \
                                 its collaboration, or those of them that are asked for. There may be none.";
    type Entry = ConfiguredAudienceModelAssociationSummary;

    fn arguments() -> Vec<Attribute> {
        type Of = ConfiguredAudienceModelAssociation;
        let parent = required("membership_id", &uuid(), "The id of the membership.");
        let name = filter::<Of>("name", "Only associations of this name.");
        let model = filter::<Of>(MODEL, "Only associations of the model with this ARN.");
        std::iter::once(parent).chain(name).chain(model).collect()
    }

    fn entry() -> Codec<(), ConfiguredAudienceModelAssociationSummary> {
        type Entry = ConfiguredAudienceModelAssociationSummary;
        let entry = of_membership()
            .with(told("name", |it: &Entry| it.name.clone()))
            .with(
                field("description", string())
                    .computed()
                    .read(|it: &Entry| Some(it.description.clone().unwrap_or_default())),
            )
            .with(told(MODEL, |it: &Entry| it.configured_audience_model_arn.clone()))
            .single();
        described_by::<ConfiguredAudienceModelAssociation, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<ConfiguredAudienceModelAssociationSummary>, AwsError> {
        const CALL: &str = "ListConfiguredAudienceModelAssociations";
        let membership_id = config.get("membership_id").as_str().unwrap_or_default();
        all_pages(CALL, &at.stop, |token| async {
            let call = at.sdk.list_configured_audience_model_associations().max_results(PAGE_SIZE);
            let call = call.membership_identifier(membership_id).set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.configured_audience_model_association_summaries, reply.next_token))
        })
        .await
    }
}
