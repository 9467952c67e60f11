//! The id namespaces of a collaboration: what each member has brought in, as all of them see it.

use aws_sdk_cleanrooms::types::{
    CollaborationIdNamespaceAssociation as Item,
    CollaborationIdNamespaceAssociationSummary as Entry, IdMappingConfig,
    IdNamespaceAssociationInputReferenceConfig as Reference,
};

use super::parts;
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::id_namespace_association::input;
use crate::cleanrooms::listing::{Listing, argument, required};
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::text;
use crate::cleanrooms::view::{View, collaboration_id, shown, text as given};
use crate::framework::codec::{Codec, string};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::Attribute;
use crate::wire::Value;

const NOUN: &str = "id namespace association";

fn name<T: 'static>(of: fn(&T) -> &str) -> Row<(), (), T> {
    field("name", string())
        .computed()
        .doc("Display name of the association.")
        .read(move |it: &T| Some(of(it).to_owned()))
        .into()
}

fn description<T: 'static>(of: fn(&T) -> Option<&str>) -> Row<(), (), T> {
    field("description", string())
        .computed()
        .doc("What the namespace holds; empty where nothing is said.")
        .read(move |it: &T| Some(of(it).unwrap_or_default().to_owned()))
        .into()
}

fn reference<T: 'static>(of: fn(&T) -> Option<&Reference>) -> Row<(), (), T> {
    field("input_reference_config", input::reference().viewed())
        .computed()
        .doc("The namespace, which the account of the member owns.")
        .read(move |it: &T| of(it).cloned())
        .into()
}

/// The associations of a collaboration.
pub struct CollaborationIdNamespaceAssociations;

impl Listing for CollaborationIdNamespaceAssociations {
    const TYPE_NAME: &'static str = "cleanrooms_collaboration_id_namespace_associations";
    const ENTRIES: &'static str = "id_namespace_associations";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:ListCollaborationIdNamespaceAssociations"])];
    const ABOUT: &'static str = "The id namespaces of a collaboration, whichever member has brought them in, \
                                 or those of them that are asked for. There may be none.";
    type Entry = Entry;

    fn arguments() -> Vec<Attribute> {
        vec![
            collaboration_id(),
            argument("name", &text::name(), "Only the associations of this name."),
            parts::creator_account_id("associations"),
        ]
    }

    fn entry() -> Codec<(), Entry> {
        let properties = field("input_reference_properties", input::properties_in_list())
            .computed()
            .doc("What AWS Entity Resolution says of the namespace.")
            .read(|it: &Entry| it.input_reference_properties.clone());
        let head = [
            parts::id(NOUN),
            parts::arn(NOUN),
            name(|it: &Entry| &it.name),
            description(|it: &Entry| it.description.as_deref()),
            reference(|it: &Entry| it.input_reference_config.as_ref()),
            properties.into(),
        ];
        shown(head.into_iter().chain(parts::rows(NOUN)))
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<Entry>, AwsError> {
        const CALL: &str = "ListCollaborationIdNamespaceAssociations";
        all_pages(CALL, &at.stop, |token| async {
            let call = (at.sdk.list_collaboration_id_namespace_associations())
                .collaboration_identifier(given(config, "collaboration_id"))
                .max_results(PAGE_SIZE)
                .set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.collaboration_id_namespace_association_summaries, reply.next_token))
        })
        .await
    }
}

/// One of them.
pub struct CollaborationIdNamespaceAssociation;

impl View for CollaborationIdNamespaceAssociation {
    const TYPE_NAME: &'static str = "cleanrooms_collaboration_id_namespace_association";
    const NOUN: &'static str = NOUN;
    const NAMED_BY: &'static str = "id";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:GetCollaborationIdNamespaceAssociation"])];
    const ABOUT: &'static str = "An id namespace of a collaboration, whichever member has brought it in: which \
                                 namespace of AWS Entity Resolution it is, and how queries may use its ids.";
    type Item = Item;

    fn arguments() -> Vec<Attribute> {
        vec![collaboration_id(), required("id", &uuid(), "The id of the id namespace association.")]
    }

    fn rows() -> Vec<Row<(), (), Item>> {
        let mapping = field("id_mapping_config", input::mapping().viewed())
            .computed()
            .doc("How queries may use the ids.")
            .read(|it: &Item| {
                let given = it.id_mapping_config.clone();
                // Where it was never given, replies may leave it out.
                Some(given.unwrap_or_else(|| IdMappingConfig::builder().build()))
            });
        let properties = field("input_reference_properties", input::properties())
            .computed()
            .doc("What AWS Entity Resolution says of the namespace.")
            .read(|it: &Item| it.input_reference_properties.clone());
        let head = [
            parts::arn(NOUN),
            name(|it: &Item| &it.name),
            description(|it: &Item| it.description.as_deref()),
            reference(|it: &Item| it.input_reference_config.as_ref()),
            mapping.into(),
            properties.into(),
        ];
        head.into_iter().chain(parts::rows(NOUN)).collect()
    }

    async fn get(at: &Reading<'_>, config: &Value) -> Result<Item, AwsError> {
        const CALL: &str = "GetCollaborationIdNamespaceAssociation";
        let call = (at.sdk.get_collaboration_id_namespace_association())
            .collaboration_identifier(given(config, "collaboration_id"))
            .id_namespace_association_identifier(given(config, "id"));
        let reply = call.send().await.map_err(AwsError::of(CALL))?;
        let found = reply.collaboration_id_namespace_association;
        found.ok_or_else(|| AwsError::unreadable(CALL))
    }
}
