//! `cleanrooms_collaboration_members`: who is or was in a collaboration, as any of its accounts can see it.

use aws_sdk_cleanrooms::types::{MemberStatus, MemberSummary};

use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::collaboration::changes::payer_of;
use crate::cleanrooms::collaboration::read::list_members;
use crate::cleanrooms::listing::{Listing, argument};
use crate::cleanrooms::shapes::abilities::{abilities, ml_abilities, ml_or_none};
use crate::cleanrooms::shapes::enumeration::closed;
use crate::cleanrooms::shapes::payment::payer;
use crate::cleanrooms::shapes::time::time;
use crate::cleanrooms::view::{collaboration_id, text};
use crate::framework::codec::{Codec, object, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

/// The members of a collaboration, its creator included.
pub struct Members;

impl Listing for Members {
    const TYPE_NAME: &'static str = "cleanrooms_collaboration_members";
    const ENTRIES: &'static str = "members";
    const KEY: &'static str = "account_id";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListMembers"])];
    const ABOUT: &'static str = "The members of a collaboration by account: its creator, who has joined, \
                                 who is invited, and who has left or was removed. Every one of them \
                                 sees the same, before it joins as well.";
    type Entry = MemberSummary;

    fn arguments() -> Vec<Attribute> {
        vec![
            collaboration_id(),
            argument(
                "status",
                &closed::<MemberStatus>(MemberStatus::values()),
                "Only members of this status: `INVITED`, `ACTIVE`, `LEFT` or `REMOVED`.",
            ),
        ]
    }

    fn entry() -> Codec<(), MemberSummary> {
        type Entry = MemberSummary;
        object(Ok::<(), String>)
            .with(
                field("account_id", string())
                    .computed()
                    .doc("The account.")
                    .read(|it: &Entry| Some(it.account_id.clone())),
            )
            .with(
                field("display_name", string())
                    .computed()
                    .doc("Its display name in the collaboration.")
                    .read(|it: &Entry| Some(it.display_name.clone())),
            )
            .with(
                field("status", text_enum::<MemberStatus>())
                    .computed()
                    .doc(
                        "`INVITED` until it joins, then `ACTIVE`; `LEFT` when it has left, `REMOVED` \
                         when the creator has removed it.",
                    )
                    .read(|it: &Entry| Some(it.status.clone())),
            )
            .with(
                field("member_abilities", abilities().viewed())
                    .computed()
                    .doc("What it may do in the collaboration; nothing but contribute data where empty.")
                    .read(|it: &Entry| Some(it.abilities.clone())),
            )
            .with(
                field("ml_member_abilities", ml_abilities().viewed())
                    .computed()
                    .doc("What it may do with custom machine learning.")
                    .read(|it: &Entry| ml_or_none(it.ml_abilities.clone())),
            )
            .with(
                field("payment_configuration", payer().viewed())
                    .computed()
                    .doc("What it pays for, or is asked to pay for.")
                    .read(|it: &Entry| Some(payer_of(it))),
            )
            .with(
                field("membership_id", string())
                    .computed()
                    .doc("The id of its membership, where the service tells.")
                    .read(|it: &Entry| it.membership_id.clone()),
            )
            .with(
                field("membership_arn", string())
                    .computed()
                    .doc("The ARN of its membership, where the service tells.")
                    .read(|it: &Entry| it.membership_arn.clone()),
            )
            .with(
                field("create_time", time())
                    .computed()
                    .doc("When it was invited.")
                    .read(|it: &Entry| Some(it.create_time)),
            )
            .with(
                field("update_time", time())
                    .computed()
                    .doc("When its part was last changed.")
                    .read(|it: &Entry| Some(it.update_time)),
            )
            .single()
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<MemberSummary>, AwsError> {
        list_members(&at.sdk, text(config, "collaboration_id")).await
    }
}
