//! Leaving a collaboration.

use aws_sdk_cleanrooms::types::MembershipStatus;

use super::Membership;
use super::place::{self, Leaving};
use crate::cleanrooms::absence;
use crate::cleanrooms::aws::{AwsError, ConflictReason, ErrorKind};
use crate::cleanrooms::client::{Changing, Client};
use crate::cleanrooms::key::Located;
use crate::cleanrooms::object::Object;
use crate::cleanrooms::object::delete::{judge_delete, while_unseen};
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::wire::Value;

/// Leaves the collaboration.
///
/// The creator cannot leave while the collaboration exists. Terraform destroys
/// its membership first all the same, since the membership depends on the
/// collaboration; so the membership is only forgotten, and the collaboration's
/// own delete removes what is left of it.
///
/// # Errors
///
/// The membership still exists, or may.
pub async fn destroy(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    state: &Value,
) -> Result<(), Diagnostics> {
    let id = located.key.id();
    if let Leaving::Later = place::decide(cx, state).await? {
        place::postpone(cx, located, state);
        return Ok(());
    }
    let sent = while_unseen(cx, || Membership::delete(&at.reading.sdk, &located.key)).await;
    match &sent {
        Err(err) if is_creators_own(err, located, state) => {
            cx.report(forgotten(id));
            Ok(())
        }
        Err(err) if is_leftover(err, state) => {
            cx.report(left_over(id, err));
            Ok(())
        }
        Err(err) if err.kind == ErrorKind::AccessDenied => {
            let what = Membership::deleting(id);
            Err(absence::denied::<Membership>(&at.reading, &what, located, err).await)
        }
        _ => judge_delete::<Membership>(cx, at, located, sent).await,
    }
}

/// Whether the conflict is that the creator cannot leave, rather than that something still uses the membership.
fn is_creators_own(err: &AwsError, located: &Located, state: &Value) -> bool {
    let member = &located.owner;
    let creator = state.get("collaboration_creator_account_id").as_str();
    is_about_its_state(err) && member.is_some() && member.as_deref() == creator
}

/// Whether the conflict is that the service keeps what is left of a deleted collaboration.
fn is_leftover(err: &AwsError, state: &Value) -> bool {
    let status = state.get("status").as_str().map(MembershipStatus::from);
    is_about_its_state(err) && status == Some(MembershipStatus::CollaborationDeleted)
}

fn is_about_its_state(err: &AwsError) -> bool {
    matches!(err.kind, ErrorKind::Conflict(reason) if reason != ConflictReason::SubresourcesExist)
}

fn left_over(id: &str, err: &AwsError) -> Diagnostic {
    Diagnostic::warning(
        "What is left of the membership is forgotten rather than deleted",
        format!(
            "The collaboration does not exist any more, and the service keeps what is left of \
             membership `{id}`. It does no harm. {err}"
        ),
    )
}

fn forgotten(id: &str) -> Diagnostic {
    Diagnostic::warning(
        "The creator's membership is forgotten rather than deleted",
        format!(
            "The creator of a collaboration cannot leave it. Membership `{id}` is no longer in \
             state; it goes away with the collaboration. To manage it again: terraform import \
             cleanrooms_membership.<name> {id}"
        ),
    )
}
