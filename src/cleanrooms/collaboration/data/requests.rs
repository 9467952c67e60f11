//! `cleanrooms_change_request` and `cleanrooms_change_requests`: what members are asked to vote on.

use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{
    self as sdk, ChangeRequestStatus, ChangeSpecification, ChangeSpecificationType, ChangeType,
};

use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::collaboration::changes::Subject;
use crate::cleanrooms::collaboration::members::auto_approved;
use crate::cleanrooms::collaboration::requests::{ChangeRequest as Request, Shown};
use crate::cleanrooms::listing::{Listing, argument, required};
use crate::cleanrooms::shapes::abilities::{abilities, ml_abilities};
use crate::cleanrooms::shapes::enumeration::closed;
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::payment::{Payer, payer};
use crate::cleanrooms::shapes::time::time;
use crate::cleanrooms::view::{View, collaboration_id, text};
use crate::framework::codec::{
    Codec, ObjectCodec, boolean, object, set_of, string, string_map, text_enum,
};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::Attribute;
use crate::wire::Value;

/// A change request with all that the service tells.
pub struct Seen {
    request: Request,
    is_auto_approved: bool,
    update_time: DateTime,
}

impl From<sdk::CollaborationChangeRequest> for Seen {
    fn from(request: sdk::CollaborationChangeRequest) -> Self {
        let (is_auto_approved, update_time) = (request.is_auto_approved, request.update_time);
        Self { request: request.into(), is_auto_approved, update_time }
    }
}

impl From<sdk::CollaborationChangeRequestSummary> for Seen {
    fn from(request: sdk::CollaborationChangeRequestSummary) -> Self {
        let (is_auto_approved, update_time) = (request.is_auto_approved, request.update_time);
        Self { request: request.into(), is_auto_approved, update_time }
    }
}

/// What is shown of a request, alone or in a list.
fn rows() -> [Row<(), (), Seen>; 8] {
    [
        field("status", text_enum::<ChangeRequestStatus>())
            .computed()
            .doc(
                "`PENDING` while votes are missing, `APPROVED` when the creator can commit it, \
                 `COMMITTED` when it has taken effect; `DENIED`, or `CANCELLED` by the creator.",
            )
            .read(|it: &Seen| Some(it.request.status.clone()))
            .into(),
        field("is_auto_approved", boolean())
            .computed()
            .doc("Whether it needs no votes.")
            .read(|it: &Seen| Some(it.is_auto_approved))
            .into(),
        field("types", set_of(text_enum::<ChangeType>()))
            .computed()
            .doc("The kinds of change in it.")
            .read(|it: &Seen| Some(Shown::of(&it.request).types))
            .into(),
        field("accounts", set_of(string()))
            .computed()
            .doc("The accounts that it changes or adds.")
            .read(|it: &Seen| Some(Shown::of(&it.request).accounts))
            .into(),
        field("votes", string_map())
            .computed()
            .doc("The vote of each account that is asked: `PENDING`, `APPROVED` or `DENIED`.")
            .read(|it: &Seen| Some(Shown::of(&it.request).votes.into_iter().collect()))
            .into(),
        field("changes", changes())
            .computed()
            .doc("What it would change, by account; the collaboration itself comes first.")
            .read(|it: &Seen| Some(sorted(it.request.changes.clone())))
            .into(),
        field("create_time", time())
            .computed()
            .doc("When it was filed.")
            .read(|it: &Seen| Some(it.request.create_time))
            .into(),
        field("update_time", time())
            .computed()
            .doc("When it last moved on.")
            .read(|it: &Seen| Some(it.update_time))
            .into(),
    ]
}

/// In an order that does not depend on the service.
fn sorted(mut changes: Vec<sdk::Change>) -> Vec<sdk::Change> {
    changes.sort_by_key(|change| Subject::of(change).map(|subject| subject.account().to_owned()));
    changes
}

fn changes() -> Codec<Vec<()>, Vec<sdk::Change>> {
    type Change = sdk::Change;
    object(Ok::<(), String>)
        .with(
            field("specification_type", text_enum::<ChangeSpecificationType>())
                .computed()
                .doc("What is changed: a `MEMBER`, or the `COLLABORATION`.")
                .read(|it: &Change| Some(it.specification_type.clone())),
        )
        .with(
            field("types", set_of(text_enum::<ChangeType>()))
                .computed()
                .doc("The kinds of change.")
                .read(|it: &Change| Some(it.types.clone())),
        )
        .with(
            field("member", member())
                .computed()
                .doc("How the member would be; null for the collaboration.")
                .read(|it: &Change| match &it.specification {
                    Some(ChangeSpecification::Member(member)) => Some(member.clone()),
                    _ => None,
                }),
        )
        .with(
            field("collaboration", collaboration())
                .computed()
                .doc("How the collaboration would be; null for a member.")
                .read(|it: &Change| match &it.specification {
                    Some(ChangeSpecification::Collaboration(it)) => Some(it.clone()),
                    _ => None,
                }),
        )
        .list()
}

fn member() -> Codec<(), sdk::MemberChangeSpecification> {
    type Member = sdk::MemberChangeSpecification;
    object(Ok::<(), String>)
        .with(
            field("account_id", string())
                .computed()
                .doc("The account.")
                .read(|it: &Member| Some(it.account_id.clone())),
        )
        .with(
            field("display_name", string())
                .computed()
                .doc("The display name of a new member.")
                .read(|it: &Member| it.display_name.clone()),
        )
        .with(
            field("member_abilities", abilities().viewed())
                .computed()
                .doc("What the member would be allowed to do.")
                .read(|it: &Member| Some(it.member_abilities.clone())),
        )
        .with(
            field("ml_member_abilities", ml_abilities().viewed())
                .computed()
                .doc("What it would be allowed to do with custom machine learning; null where that stays.")
                .read(|it: &Member| it.ml_member_abilities.clone()),
        )
        .with(
            field("payment_configuration", payer().viewed())
                .computed()
                .doc("What it would pay for; null where that stays.")
                .read(|it: &Member| it.payment_configuration.as_ref().map(Payer::from)),
        )
        .single()
}

fn collaboration() -> Codec<(), sdk::CollaborationChangeSpecification> {
    type Collaboration = sdk::CollaborationChangeSpecification;
    object(Ok::<(), String>)
        .with(
            field("auto_approved_change_request_types", auto_approved().viewed())
                .computed()
                .doc("The kinds of changes that would need no votes.")
                .read(|it: &Collaboration| it.auto_approved_change_types.clone()),
        )
        .single()
}

/// The change requests of a collaboration.
pub struct ChangeRequests;

impl Listing for ChangeRequests {
    const TYPE_NAME: &'static str = "cleanrooms_change_requests";
    const ENTRIES: &'static str = "change_requests";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListCollaborationChangeRequests"])];
    const ABOUT: &'static str = "The change requests of a collaboration, whoever filed them: open ones, and \
                                 all that ever were. For `for_each`, leave `status` out and decide by what \
                                 each one is about: a request that moves on then stays in the map, and only \
                                 a new one adds to it. `for_each` needs a collaboration that exists when \
                                 Terraform plans, such as a partner's or one of an earlier apply; what the \
                                 same apply asks for is in the map of the next one.";
    type Entry = Seen;

    fn arguments() -> Vec<Attribute> {
        let statuses = closed::<ChangeRequestStatus>(ChangeRequestStatus::values());
        vec![
            collaboration_id(),
            argument(
                "status",
                &statuses,
                "Only requests of this status: `PENDING`, `APPROVED`, `COMMITTED`, `DENIED` or \
                 `CANCELLED`. A request leaves the list when it moves on.",
            ),
        ]
    }

    fn entry() -> Codec<(), Seen> {
        let id = field("id", string())
            .computed()
            .doc("The id of the request.")
            .read(|it: &Seen| Some(it.request.id.clone()));
        let entry = object(Ok::<(), String>).with(id);
        rows().into_iter().fold(entry, ObjectCodec::with).single()
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<Seen>, AwsError> {
        const OPERATION: &str = "ListCollaborationChangeRequests";
        let collaboration_id = text(config, "collaboration_id");
        let status = config.get("status").as_str().map(ChangeRequestStatus::from);
        let all = all_pages(OPERATION, &at.stop, |token| async {
            let call = (at.sdk.list_collaboration_change_requests())
                .collaboration_identifier(collaboration_id)
                .set_status(status.clone())
                .max_results(PAGE_SIZE)
                .set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(OPERATION))?;
            Ok((reply.collaboration_change_request_summaries, reply.next_token))
        })
        .await?;
        Ok(all.into_iter().map(Seen::from).collect())
    }
}

/// One change request.
pub struct ChangeRequest;

impl View for ChangeRequest {
    const TYPE_NAME: &'static str = "cleanrooms_change_request";
    const NOUN: &'static str = "change request";
    const NAMED_BY: &'static str = "id";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:GetCollaborationChangeRequest"])];
    const ABOUT: &'static str =
        "A change request of a collaboration: what would change, and who has voted what.";
    type Item = Seen;

    fn arguments() -> Vec<Attribute> {
        vec![collaboration_id(), required("id", &uuid(), "The id of the change request.")]
    }

    fn rows() -> Vec<Row<(), (), Seen>> {
        rows().into()
    }

    async fn get(at: &Reading<'_>, config: &Value) -> Result<Seen, AwsError> {
        const OPERATION: &str = "GetCollaborationChangeRequest";
        let call = (at.sdk.get_collaboration_change_request())
            .collaboration_identifier(text(config, "collaboration_id"))
            .change_request_identifier(text(config, "id"));
        let reply = call.send().await.map_err(AwsError::of(OPERATION))?;
        let found = reply.collaboration_change_request;
        found.map(Seen::from).ok_or_else(|| AwsError::unreadable(OPERATION))
    }
}
