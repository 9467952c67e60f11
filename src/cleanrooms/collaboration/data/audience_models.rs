//! The configured audience models in a collaboration: those of each member, as all of them see it.

use aws_sdk_cleanrooms::types::{
    CollaborationConfiguredAudienceModelAssociation as Item,
    CollaborationConfiguredAudienceModelAssociationSummary as Summary,
};

use super::parts;
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, argument, required};
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::text::name as display_name;
use crate::cleanrooms::view::{View, collaboration_id, shown, text};
use crate::framework::codec::{Codec, string};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::Attribute;
use crate::wire::Value;

const NOUN: &str = "configured audience model association";

fn name<T: 'static>(of: fn(&T) -> &String) -> Row<(), (), T> {
    let name = field("name", string()).computed().doc("The name of the model there.");
    name.read(move |it: &T| Some(of(it).clone())).into()
}

fn description<T: 'static>(of: fn(&T) -> &Option<String>) -> Row<(), (), T> {
    let description = field("description", string()).computed().doc("What the model is for.");
    description.read(move |it: &T| of(it).clone()).into()
}

/// The configured audience models of a collaboration.
pub struct CollaborationConfiguredAudienceModelAssociations;

impl Listing for CollaborationConfiguredAudienceModelAssociations {
    const TYPE_NAME: &'static str =
        "cleanrooms_collaboration_configured_audience_model_associations";
    const ENTRIES: &'static str = "configured_audience_model_associations";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:ListCollaborationConfiguredAudienceModelAssociations"])];
    const ABOUT: &'static str = "The configured audience models in a collaboration, whichever member has brought \
                                 them, or those of them that are asked for. There may be none.";
    type Entry = Summary;

    fn arguments() -> Vec<Attribute> {
        vec![
            collaboration_id(),
            argument("name", &display_name(), "Only associations of this name."),
            parts::creator_account_id("associations"),
        ]
    }

    fn entry() -> Codec<(), Summary> {
        let head = [
            parts::id(NOUN),
            parts::arn(NOUN),
            name(|it: &Summary| &it.name),
            description(|it: &Summary| &it.description),
        ];
        shown(head.into_iter().chain(parts::rows(NOUN)))
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<Summary>, AwsError> {
        const CALL: &str = "ListCollaborationConfiguredAudienceModelAssociations";
        all_pages(CALL, &at.stop, |token| async {
            let call = (at.sdk.list_collaboration_configured_audience_model_associations())
                .collaboration_identifier(text(config, "collaboration_id"))
                .max_results(PAGE_SIZE)
                .set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            let found = reply.collaboration_configured_audience_model_association_summaries;
            Ok((found, reply.next_token))
        })
        .await
    }
}

/// One of them.
pub struct CollaborationConfiguredAudienceModelAssociation;

impl View for CollaborationConfiguredAudienceModelAssociation {
    const TYPE_NAME: &'static str =
        "cleanrooms_collaboration_configured_audience_model_association";
    const NOUN: &'static str = NOUN;
    const NAMED_BY: &'static str = "id";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:GetCollaborationConfiguredAudienceModelAssociation"])];
    const ABOUT: &'static str = "A configured audience model in a collaboration, whichever member has brought it: \
                                 what lookalike segments would be generated with.";
    type Item = Item;

    fn arguments() -> Vec<Attribute> {
        let about = "The id of the configured audience model association.";
        vec![collaboration_id(), required("id", &uuid(), about)]
    }

    fn rows() -> Vec<Row<(), (), Item>> {
        let more = [
            name(|it: &Item| &it.name),
            description(|it: &Item| &it.description),
            field("configured_audience_model_arn", string())
                .computed()
                .doc("The ARN of the configured audience model in AWS Clean Rooms ML.")
                .read(|it: &Item| Some(it.configured_audience_model_arn.clone()))
                .into(),
        ];
        let head = std::iter::once(parts::arn(NOUN)).chain(more);
        head.chain(parts::rows(NOUN)).collect()
    }

    async fn get(at: &Reading<'_>, config: &Value) -> Result<Item, AwsError> {
        const CALL: &str = "GetCollaborationConfiguredAudienceModelAssociation";
        let call = (at.sdk.get_collaboration_configured_audience_model_association())
            .collaboration_identifier(text(config, "collaboration_id"))
            .configured_audience_model_association_identifier(text(config, "id"));
        let reply = call.send().await.map_err(AwsError::of(CALL))?;
        let found = reply.collaboration_configured_audience_model_association;
        found.ok_or_else(|| AwsError::unreadable(CALL))
    }
}
