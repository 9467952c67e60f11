//! The configured audience models that a membership has brought into its collaboration.

use aws_sdk_cleanrooms::types::ConfiguredAudienceModelAssociationSummary;

use super::{ConfiguredAudienceModelAssociation, MODEL, list_all};
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, described_by, filter, required};
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::time::time;
use crate::framework::codec::{Codec, object, string};
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
        let text = |name, read: fn(&Entry) -> String| {
            field::<(), Entry, String, String>(name, string())
                .computed()
                .read(move |it: &Entry| Some(read(it)))
        };
        let entry = object(Ok::<(), String>)
            .with(text("id", |it| it.id.clone()))
            .with(text("arn", |it| it.arn.clone()))
            .with(text("name", |it| it.name.clone()))
            .with(
                field("description", string())
                    .computed()
                    .read(|it: &Entry| Some(it.description.clone().unwrap_or_default())),
            )
            .with(text(MODEL, |it| it.configured_audience_model_arn.clone()))
            .with(text("membership_id", |it| it.membership_id.clone()))
            .with(text("membership_arn", |it| it.membership_arn.clone()))
            .with(text("collaboration_id", |it| it.collaboration_id.clone()))
            .with(text("collaboration_arn", |it| it.collaboration_arn.clone()))
            .with(field("create_time", time()).computed().read(|it: &Entry| Some(it.create_time)))
            .with(field("update_time", time()).computed().read(|it: &Entry| Some(it.update_time)))
            .single();
        described_by::<ConfiguredAudienceModelAssociation, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<ConfiguredAudienceModelAssociationSummary>, AwsError> {
        list_all(at, config.get("membership_id").as_str().unwrap_or_default()).await
    }
}
