//! Memberships looked at: one of the account's own, and all of them.

use aws_sdk_cleanrooms::types::{MemberAbility, MembershipStatus, MembershipSummary};

use super::Membership;
use super::read::payer;
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, argument, described_by, filter};
use crate::cleanrooms::lookup::Sought;
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::abilities::{ml_abilities, ml_or_none};
use crate::cleanrooms::shapes::enumeration::closed;
use crate::cleanrooms::shapes::payment::payer as payment;
use crate::cleanrooms::shapes::text::name;
use crate::cleanrooms::shapes::time::time;
use crate::framework::codec::{Codec, object, set_of, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Sought for Membership {
    type Among = Memberships;
    const BY: &'static [&'static str] = &["collaboration_id", "collaboration_name"];
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:GetMembership"])];
    const ABOUT: &'static str = "A membership of the account's own: its part in a collaboration.";
}

impl Queried for Membership {
    type Among = Memberships;
    const ABOUT: &'static str =
        "The account's own memberships that are active, or those of another status.";
    const CALLED: &'static str = "collaboration_name";

    fn arguments() -> Vec<Attribute> {
        let mut arguments = Memberships::arguments();
        for status in arguments.iter_mut().filter(|argument| argument.name == "status") {
            status
                .description
                .push_str(" `ACTIVE` when left out: nothing can be done with others.");
        }
        arguments
    }

    fn asked(config: &Value) -> Value {
        let mut asked = config.as_object().cloned().unwrap_or_default();
        if config.get("status").is_null() {
            asked.insert("status".to_owned(), MembershipStatus::Active.as_str().into());
        }
        Value::Object(asked)
    }
}

/// The account's own memberships.
pub struct Memberships;

impl Listing for Memberships {
    const TYPE_NAME: &'static str = "cleanrooms_memberships";
    const ENTRIES: &'static str = "memberships";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListMemberships"])];
    const ABOUT: &'static str = "The account's own memberships, or those of them that are asked for. \
                                 Without `status`, ended ones are among them. There may be none.";
    type Entry = MembershipSummary;

    fn arguments() -> Vec<Attribute> {
        let statuses = closed::<MembershipStatus>(MembershipStatus::values());
        let id = "Only the membership in this collaboration.";
        filter::<Membership>("collaboration_id", id)
            .into_iter()
            .chain([
                argument(
                    "collaboration_name",
                    &name(),
                    "Only memberships in collaborations of this name.",
                ),
                argument(
                    "status",
                    &statuses,
                    "Only memberships of this status: `ACTIVE`, `REMOVED` or \
                     `COLLABORATION_DELETED`.",
                ),
            ])
            .collect()
    }

    fn entry() -> Codec<(), MembershipSummary> {
        type Entry = MembershipSummary;
        let entry = object(Ok::<(), String>)
            .with(field("id", string()).computed().read(|it: &Entry| Some(it.id.clone())))
            .with(field("arn", string()).computed().read(|it: &Entry| Some(it.arn.clone())))
            .with(
                field("collaboration_id", string())
                    .computed()
                    .read(|it: &Entry| Some(it.collaboration_id.clone())),
            )
            .with(
                field("collaboration_arn", string())
                    .computed()
                    .read(|it: &Entry| Some(it.collaboration_arn.clone())),
            )
            .with(
                field("collaboration_name", string())
                    .computed()
                    .read(|it: &Entry| Some(it.collaboration_name.clone())),
            )
            .with(
                field("collaboration_creator_account_id", string())
                    .computed()
                    .read(|it: &Entry| Some(it.collaboration_creator_account_id.clone())),
            )
            .with(
                field("collaboration_creator_display_name", string())
                    .computed()
                    .read(|it: &Entry| Some(it.collaboration_creator_display_name.clone())),
            )
            .with(
                field("status", text_enum::<MembershipStatus>())
                    .computed()
                    .read(|it: &Entry| Some(it.status.clone())),
            )
            .with(
                field("member_abilities", set_of(text_enum::<MemberAbility>()))
                    .computed()
                    .read(|it: &Entry| Some(it.member_abilities.clone())),
            )
            .with(
                field("ml_member_abilities", ml_abilities().viewed())
                    .computed()
                    .read(|it: &Entry| ml_or_none(it.ml_member_abilities.clone())),
            )
            .with(field("payment_configuration", payment().viewed()).computed().read(
                |it: &Entry| Some(payer(it.payment_configuration.as_ref(), &it.member_abilities)),
            ))
            .with(field("create_time", time()).computed().read(|it: &Entry| Some(it.create_time)))
            .with(field("update_time", time()).computed().read(|it: &Entry| Some(it.update_time)))
            .single();
        described_by::<Membership, _>(entry)
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<MembershipSummary>, AwsError> {
        let status = config.get("status").as_str().map(MembershipStatus::from);
        all_pages("ListMemberships", &at.stop, |token| async {
            let call = at.sdk.list_memberships().set_status(status.clone());
            let reply = call.max_results(PAGE_SIZE).set_next_token(token).send().await;
            let reply = reply.map_err(AwsError::of("ListMemberships"))?;
            Ok((reply.membership_summaries, reply.next_token))
        })
        .await
    }
}
