//! The id namespaces that a membership has brought into its collaboration.

use aws_sdk_cleanrooms::types::IdNamespaceAssociationSummary;

use super::{IdNamespaceAssociation, input};
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
        let entry = of_membership()
            .with(told("name", |it: &Entry| it.name.clone()))
            .with(told("description", |it: &Entry| it.description.clone().unwrap_or_default()))
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
            .single();
        described_by::<IdNamespaceAssociation, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<IdNamespaceAssociationSummary>, AwsError> {
        const CALL: &str = "ListIdNamespaceAssociations";
        let membership_id = config.get("membership_id").as_str().unwrap_or_default();
        all_pages(CALL, &at.stop, |token| async {
            let call = at.sdk.list_id_namespace_associations().max_results(PAGE_SIZE);
            let call = call.membership_identifier(membership_id).set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.id_namespace_association_summaries, reply.next_token))
        })
        .await
    }
}
