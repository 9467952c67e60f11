//! Collaborations looked at: one, whoever owns it, and those that the account can see.

mod analysis_templates;
mod audience_models;
mod budget_templates;
mod id_namespace_associations;
mod members;
mod parts;
mod requests;

use aws_sdk_cleanrooms::types::{
    AnalyticsEngine, CollaborationSummary, FilterableMemberStatus, MemberStatus,
};

pub use self::analysis_templates::{CollaborationAnalysisTemplate, CollaborationAnalysisTemplates};
pub use self::audience_models::{
    CollaborationConfiguredAudienceModelAssociation,
    CollaborationConfiguredAudienceModelAssociations,
};
pub use self::budget_templates::{
    CollaborationPrivacyBudgetTemplate, CollaborationPrivacyBudgetTemplates,
};
pub use self::id_namespace_associations::{
    CollaborationIdNamespaceAssociation, CollaborationIdNamespaceAssociations,
};
pub use self::members::Members;
pub use self::requests::{ChangeRequest, ChangeRequests};
use super::Collaboration;
use super::read::{Gathered, list_all};
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::key::Arn;
use crate::cleanrooms::listing::{Entries, Listing, argument, described_by, filter};
use crate::cleanrooms::lookup::Sought;
use crate::cleanrooms::object::Remote;
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::enumeration::closed;
use crate::cleanrooms::shapes::ids::account_id;
use crate::cleanrooms::shapes::time::time;
use crate::framework::DataSchema;
use crate::framework::codec::{Codec, object, string, string_map, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Sought for Collaboration {
    type Among = Collaborations;
    const BY: &'static [&'static str] = &["name", "creator_account_id"];
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:GetCollaboration", "cleanrooms:ListMembers"])];
    const ABOUT: &'static str = "A collaboration that the account owns, has joined or is invited to: \
                                 who takes part, what each may do and pays for. Who is invited can \
                                 look before it joins, and needs to know no more than the name.";

    /// The reply names the membership of whoever asks, once it has joined.
    fn is_others(item: &Gathered) -> Option<bool> {
        let own = Arn::parse(item.collaboration.membership_arn.as_deref()?)?;
        Some(own.account != item.collaboration.creator_account_id)
    }

    fn view(view: DataSchema<Remote<Gathered>>) -> DataSchema<Remote<Gathered>> {
        type Found = Remote<Gathered>;
        view.without(&["change_requests"])
            .with(
                field("member_statuses", string_map())
                    .computed()
                    .doc("The status of each account in `members`: `INVITED` until it joins, then `ACTIVE`.")
                    .read(|r: &Found| r.item.member_statuses()),
            )
            .with(
                field("member_status", text_enum::<MemberStatus>())
                    .computed()
                    .doc(OWN_STATUS)
                    .read(|r: &Found| Some(r.item.collaboration.member_status.clone())),
            )
            .with(
                field("membership_id", string())
                    .computed()
                    .doc(OWN_MEMBERSHIP)
                    .read(|r: &Found| r.item.collaboration.membership_id.clone()),
            )
    }
}

impl Queried for Collaboration {
    type Among = Collaborations;
    const ABOUT: &'static str = "The collaborations that the account owns. Those of other accounts are not \
                                 among them, for they cannot be imported: a member imports its own \
                                 membership.";

    fn arguments() -> Vec<Attribute> {
        let all = Collaborations::arguments().into_iter();
        all.filter(|argument| argument.name != "creator_account_id").collect()
    }

    async fn own(at: &Reading<'_>, mut entries: Entries) -> Result<Entries, AwsError> {
        let caller = at.client.caller(&at.stop).await?;
        entries.retain(|_, it| it.get("creator_account_id").as_str() == Some(&caller));
        Ok(entries)
    }
}

const OWN_STATUS: &str =
    "The status of the account that asks: `INVITED` until it joins, then `ACTIVE`.";
const OWN_MEMBERSHIP: &str = "The id of the membership of the account that asks, once it has joined; \
                              some invitations have one before that.";

/// The collaborations that the account can see.
pub struct Collaborations;

impl Listing for Collaborations {
    const TYPE_NAME: &'static str = "cleanrooms_collaborations";
    const ENTRIES: &'static str = "collaborations";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListCollaborations"])];
    const ABOUT: &'static str = "The collaborations that the account owns, has joined or is invited to; \
                                 or those of them that are asked for. There may be none.";
    type Entry = CollaborationSummary;

    fn arguments() -> Vec<Attribute> {
        let statuses = closed::<FilterableMemberStatus>(FilterableMemberStatus::values());
        let name = filter::<Collaboration>("name", "Only collaborations of this name.");
        name.into_iter()
            .chain([
                argument(
                    "creator_account_id",
                    &account_id(),
                    "Only collaborations that this account owns.",
                ),
                argument(
                    "member_status",
                    &statuses,
                    "Only collaborations that the account has joined (`ACTIVE`) or is invited to \
                     (`INVITED`).",
                ),
            ])
            .collect()
    }

    fn entry() -> Codec<(), CollaborationSummary> {
        type Entry = CollaborationSummary;
        let entry = object(Ok::<(), String>)
            .with(field("id", string()).computed().read(|it: &Entry| Some(it.id.clone())))
            .with(field("arn", string()).computed().read(|it: &Entry| Some(it.arn.clone())))
            .with(field("name", string()).computed().read(|it: &Entry| Some(it.name.clone())))
            .with(
                field("creator_account_id", string())
                    .computed()
                    .read(|it: &Entry| Some(it.creator_account_id.clone())),
            )
            .with(
                field("creator_display_name", string())
                    .computed()
                    .read(|it: &Entry| Some(it.creator_display_name.clone())),
            )
            .with(
                field("member_status", text_enum::<MemberStatus>())
                    .computed()
                    .doc(OWN_STATUS)
                    .read(|it: &Entry| Some(it.member_status.clone())),
            )
            .with(
                field("membership_id", string())
                    .computed()
                    .doc(OWN_MEMBERSHIP)
                    .read(|it: &Entry| it.membership_id.clone()),
            )
            .with(
                field("analytics_engine", text_enum::<AnalyticsEngine>())
                    .computed()
                    .read(|it: &Entry| it.analytics_engine.clone()),
            )
            .with(field("create_time", time()).computed().read(|it: &Entry| Some(it.create_time)))
            .with(field("update_time", time()).computed().read(|it: &Entry| Some(it.update_time)))
            .single();
        described_by::<Collaboration, _>(entry)
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<CollaborationSummary>, AwsError> {
        let status = config.get("member_status").as_str().map(FilterableMemberStatus::from);
        list_all(at, status).await
    }
}
