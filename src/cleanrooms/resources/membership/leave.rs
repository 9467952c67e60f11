//! Leaving a collaboration.

use crate::cleanrooms::aws::{AwsError, ConflictReason, ErrorKind};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::failed;
use crate::cleanrooms::shapes::ids::Arn;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::wire::Value;

use super::remote::is_gone;

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
pub async fn leave(cx: &Context<'_, Client>, state: &Value) -> Result<(), Diagnostics> {
    let id = state.get("id").as_str().unwrap_or_default();
    let what = format!("leave the collaboration (membership {id})");
    let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
    cx.client.aws.check_account_allowed().await.map_err(one)?;
    let sdk = cx.client.sdk_of(state).await.map_err(one)?;
    let call = sdk.delete_membership().membership_identifier(id).send();
    match call.await.map_err(AwsError::of("DeleteMembership")) {
        Ok(_) => Ok(()),
        Err(err) if err.kind == ErrorKind::NotFound => {
            is_gone(cx, state, &err).await.map_err(Diagnostics::from)
        }
        Err(err) if is_creators_own(&err, state) => {
            cx.report(forgotten(id));
            Ok(())
        }
        Err(err) => Err(one(err)),
    }
}

/// Whether the conflict is that the creator cannot leave, rather than that something still uses the membership.
fn is_creators_own(err: &AwsError, state: &Value) -> bool {
    let member = state.get("arn").as_str().and_then(Arn::parse).map(|arn| arn.account);
    let creator = state.get("collaboration_creator_account_id").as_str();
    matches!(err.kind, ErrorKind::Conflict(reason) if reason != ConflictReason::SubresourcesExist)
        && member.is_some()
        && member.as_deref() == creator
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
