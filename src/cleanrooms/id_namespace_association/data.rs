//! The id namespaces that a membership has brought into its collaboration.

use aws_sdk_cleanrooms::types::IdNamespaceAssociationSummary;

use super::{IdNamespaceAssociation, input, list_all};
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

impl Queried for IdNamespaceAssociation {
    type Among = IdNamespaceAssociations;
    const ABOUT: &'static str = "The id namespaces that a membership of the account's own has brought into its \
                                 collaboration.";
}

/// The associations of a membership.
pub struct IdNamespaceAssociations;

impl Listing for IdNamespaceAssociations {
    const TYPE_NAME: &'static str = "cleanrooms_id_namespace_associations";
    const ENTRIES: &'static str = "id_namespace_associations";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListIdNamespaceAssociations"])];
    const ABOUT: &'static str = "The id namespaces that a membership of the account's own has brought into its \
                                 collaboration, or those of them that are asked for. There may be none.";
    type Entry = IdNamespaceAssociationSummary;

    fn arguments() -> Vec<Attribute> {
        let parent = required("membership_id", &uuid(), "The id of the membership.");
        let name = filter::<IdNamespaceAssociation>("name", "Only the associations of this name.");
        std::iter::once(parent).chain(name).collect()
    }

    fn entry() -> Codec<(), IdNamespaceAssociationSummary> {
        type Entry = IdNamespaceAssociationSummary;
        let text = |name, read: fn(&Entry) -> String| {
            field::<(), Entry, String, String>(name, string())
                .computed()
                .read(move |it: &Entry| Some(read(it)))
        };
        let entry = object(Ok::<(), String>)
            .with(text("id", |it| it.id.clone()))
            .with(text("arn", |it| it.arn.clone()))
            .with(text("name", |it| it.name.clone()))
            .with(text("description", |it| it.description.clone().unwrap_or_default()))
            .with(
                field("input_reference_config", input::reference().viewed())
                    .computed()
                    .read(|it: &Entry| it.input_reference_config.clone()),
            )
            .with(
                field("input_reference_properties", input::properties_in_list())
                    .computed()
                    .doc("What AWS Entity Resolution says of the namespace.")
                    .read(|it: &Entry| it.input_reference_properties.clone()),
            )
            .with(text("membership_id", |it| it.membership_id.clone()))
            .with(text("membership_arn", |it| it.membership_arn.clone()))
            .with(text("collaboration_id", |it| it.collaboration_id.clone()))
            .with(text("collaboration_arn", |it| it.collaboration_arn.clone()))
            .with(field("create_time", time()).computed().read(|it: &Entry| Some(it.create_time)))
            .with(field("update_time", time()).computed().read(|it: &Entry| Some(it.update_time)))
            .single();
        described_by::<IdNamespaceAssociation, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<IdNamespaceAssociationSummary>, AwsError> {
        list_all(at, config.get("membership_id").as_str().unwrap_or_default()).await
    }
}
