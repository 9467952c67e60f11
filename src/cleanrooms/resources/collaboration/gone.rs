//! Whether a collaboration is gone, and its destruction.
//!
//! The service answers AccessDenied for an absent collaboration, for a missing
//! permission and for another account's credentials alike (API reference:
//! GetCollaboration models no 404). A provider that believes every such answer
//! forgets live collaborations, so gone needs proof.

use super::remote::{self, Remote};
use crate::cleanrooms::aws::{AwsError, ErrorKind, Outcome};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::failed;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::wire::Value;

/// Succeeds when the collaboration of this state is proved to be gone after `denied`.
///
/// Proof is that the caller is the owner and that the list of its collaborations
/// does not have the id. A NotFound is none by itself: only the tag operations
/// model it, and they say nothing about whose account was asked.
///
/// # Errors
///
/// There is no proof: which permission or which account is missing.
pub async fn is_gone(
    cx: &Context<'_, Client>,
    state: &Value,
    denied: &AwsError,
) -> Result<(), Diagnostic> {
    let id = state.get("id").as_str().unwrap_or_default();
    let unsure = |err: &AwsError| {
        let mut diagnostic = failed(&format!("tell whether collaboration {id} still exists"), err);
        diagnostic.detail.push_str(&format!(" It was asked because: {denied}"));
        diagnostic
    };
    let caller = cx.client.aws.caller_account().await.map_err(|err| unsure(&err))?;
    if let Some(owner) = state.get("creator_account_id").as_str()
        && owner != caller
    {
        return Err(other_account(id, owner, &caller, denied));
    }
    let sdk = cx.client.sdk_of(state).await.map_err(|err| unsure(&err))?;
    let listed = remote::list(&sdk).await.map_err(|err| unsure(&err))?;
    match listed.get(id) {
        None => Ok(()),
        Some(summary) if summary.creator_account_id == caller => {
            Err(failed(&format!("access collaboration {id}, which still exists"), denied))
        }
        Some(summary) => Err(not_ours(id, &summary.creator_account_id, &caller)),
    }
}

fn other_account(id: &str, owner: &str, caller: &str, denied: &AwsError) -> Diagnostic {
    Diagnostic::error(
        format!("Collaboration {id} belongs to another account"),
        format!(
            "It is owned by account `{owner}`, but the provider's credentials belong to account \
             `{caller}`. Use credentials of the owner, for instance by another `profile` or by \
             `assume_role`. The state is kept. {denied}"
        ),
    )
}

/// Succeeds when the caller may manage the collaboration: only its owner can.
///
/// Asked of STS only in an import, which is told by the lack of an ARN in state.
///
/// # Errors
///
/// Another account owns it, or the caller cannot be told.
pub async fn check_ownership(
    cx: &Context<'_, Client>,
    state: &Value,
    remote: &Remote,
) -> Result<(), Diagnostic> {
    if !state.get("arn").is_null() {
        return Ok(());
    }
    let (id, owner) = (&remote.collaboration.id, &remote.collaboration.creator_account_id);
    let what = format!("tell whether collaboration {id} is owned by this account");
    let caller = cx.client.aws.caller_account().await.map_err(|err| failed(&what, &err))?;
    if caller == *owner { Ok(()) } else { Err(not_ours(id, owner, &caller)) }
}

/// The error for a collaboration that another account owns.
fn not_ours(id: &str, owner: &str, caller: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Collaboration {id} is not owned by this account"),
        format!(
            "It is owned by account `{owner}`, and the provider's credentials belong to account \
             `{caller}`. Only the owner can manage a collaboration; a member manages its own \
             part as a `cleanrooms_membership`."
        ),
    )
}

/// Deletes the collaboration, and then what is left of the creator's own membership.
///
/// The creator cannot leave while the collaboration exists, so its membership
/// is cleaned up here, after the fact: a failure of that is only a warning.
///
/// # Errors
///
/// The collaboration still exists, or may.
pub async fn delete(cx: &Context<'_, Client>, state: &Value) -> Result<(), Diagnostics> {
    let id = state.get("id").as_str().unwrap_or_default();
    let what = format!("delete collaboration {id}");
    let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
    cx.client.aws.check_account_allowed().await.map_err(one)?;
    let sdk = cx.client.sdk_of(state).await.map_err(one)?;
    let membership_id = match remote::get(&sdk, id).await {
        Ok(collaboration) => collaboration.membership_id,
        Err(err) if err.may_mean_gone() => {
            is_gone(cx, state, &err).await?;
            state.get("membership_id").as_str().map(str::to_owned)
        }
        Err(err) => return Err(one(err)),
    };
    let call = sdk.delete_collaboration().collaboration_identifier(id).send();
    match call.await.map_err(AwsError::of("DeleteCollaboration")) {
        Ok(_) => {}
        Err(err) if err.may_mean_gone() => is_gone(cx, state, &err).await?,
        // The deletion may have been made although its reply stayed lost. Then what is left of the
        // membership is cleaned up now or never: the next refresh forgets the collaboration.
        Err(err) if err.outcome == Outcome::Ambiguous => {
            is_gone(cx, state, &err).await.map_err(|_| one(err))?;
        }
        Err(err) => return Err(one(err)),
    }
    if let Some(membership_id) = membership_id {
        clean_up(cx, &sdk, &membership_id).await;
    }
    Ok(())
}

async fn clean_up(cx: &Context<'_, Client>, sdk: &aws_sdk_cleanrooms::Client, membership_id: &str) {
    let call = sdk.delete_membership().membership_identifier(membership_id).send();
    match call.await.map_err(AwsError::of("DeleteMembership")) {
        Ok(_) => {}
        Err(err) if err.kind == ErrorKind::NotFound => {}
        Err(err) => cx.report(Diagnostic::warning(
            format!("Membership {membership_id} of the deleted collaboration remains"),
            format!(
                "The collaboration was deleted, but what is left of the creator's own membership \
                 could not be. It does no harm; delete it in the console or with the AWS CLI. \
                 {err}"
            ),
        )),
    }
}
