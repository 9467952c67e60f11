//! What the service says about one membership, put together from two calls at once.

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::types::{self as sdk, MemberAbility, MembershipStatus};

use crate::cleanrooms::aws::{AwsError, ErrorKind};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::failed;
use crate::cleanrooms::resources::{RemoteTags, list_tags, unless_stopped};
use crate::cleanrooms::shapes::ids::Arn;
use crate::cleanrooms::shapes::payment::Payer;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::wire::Value;

/// One membership. Right after a create only the reply is there.
pub struct Remote {
    /// Its Region.
    pub region: String,
    /// The object itself.
    pub membership: sdk::Membership,
    /// Its tags.
    pub tags: Option<RemoteTags>,
}

impl Remote {
    /// What the account pays for, absent flags as the service means them.
    pub fn payer(&self) -> Payer {
        let payment = self.membership.payment_configuration.as_ref();
        let can = |ability| self.membership.member_abilities.contains(&ability);
        payment
            .map(Payer::from)
            .unwrap_or_default()
            .with_absent_as_false(can(MemberAbility::CanQuery), can(MemberAbility::CanRunJob))
    }
}

/// The membership as it is. One that was removed, or whose collaboration was deleted, still exists.
///
/// # Errors
///
/// The service could not be asked, or did not let us see the membership.
pub async fn read(cx: &Context<'_, Client>, state: &Value) -> Result<Option<Remote>, Diagnostics> {
    let id = state.get("id").as_str().unwrap_or_default();
    match fetch(cx, state).await {
        Ok(remote) => {
            warn_of_end(cx, &remote.membership);
            Ok(Some(remote))
        }
        Err(err) if is_about_itself(&err) => {
            is_gone(cx, state, &err).await.map_err(Diagnostics::from).map(|()| None)
        }
        Err(err) => Err(denied(cx, &format!("read membership {id}"), state, &err).await),
    }
}

/// Whether the membership itself was not found, rather than its tags, which may lag behind.
fn is_about_itself(err: &AwsError) -> bool {
    err.kind == ErrorKind::NotFound && err.action.as_deref() == Some("cleanrooms:GetMembership")
}

/// Succeeds when the membership of this state is gone after a NotFound: the right account must have asked.
///
/// # Errors
///
/// The caller is another account, or cannot be told.
pub async fn is_gone(
    cx: &Context<'_, Client>,
    state: &Value,
    absent: &AwsError,
) -> Result<(), Diagnostic> {
    let id = state.get("id").as_str().unwrap_or_default();
    // Without an ARN in state this is an import, and nothing can be lost.
    let Some(owner) = owner(state) else {
        return Ok(());
    };
    let what = format!("tell whether membership {id} still exists");
    let caller = cx.client.aws.caller_account().await.map_err(|err| failed(&what, &err))?;
    if caller == owner { Ok(()) } else { Err(other_account(id, &owner, &caller, absent)) }
}

/// The error of a call about the membership of this state: when it was denied because the caller
/// is another account, it says so.
pub async fn denied(
    cx: &Context<'_, Client>,
    what: &str,
    state: &Value,
    err: &AwsError,
) -> Diagnostics {
    if err.kind == ErrorKind::AccessDenied
        && let Some(owner) = owner(state)
        && let Ok(caller) = cx.client.aws.caller_account().await
        && caller != owner
    {
        let id = state.get("id").as_str().unwrap_or_default();
        return other_account(id, &owner, &caller, err).into();
    }
    failed(what, err).into()
}

/// The account whose membership it is; `None` during an import.
pub fn owner(state: &Value) -> Option<String> {
    state.get("arn").as_str().and_then(Arn::parse).map(|arn| arn.account)
}

fn other_account(id: &str, owner: &str, caller: &str, err: &AwsError) -> Diagnostic {
    Diagnostic::error(
        format!("Membership {id} belongs to another account"),
        format!(
            "It is the membership of account `{owner}`, but the provider's credentials belong to \
             account `{caller}`. Use credentials of the member, for instance by another `profile` \
             or by `assume_role`. The state is kept. {err}"
        ),
    )
}

async fn fetch(cx: &Context<'_, Client>, state: &Value) -> Result<Remote, AwsError> {
    let region = cx.client.region_of(state)?;
    let sdk = cx.client.aws.cleanrooms(&region).await?;
    let id = state.get("id").as_str().unwrap_or_default();
    let reading = async {
        let Some(arn) = state.get("arn").as_str() else {
            let membership = get(&sdk, id).await?;
            let tags = list_tags(cx.client, &sdk, &membership.arn, state).await?;
            return Ok((membership, tags));
        };
        let (membership, tags) =
            tokio::join!(get(&sdk, id), list_tags(cx.client, &sdk, arn, state));
        Ok((membership?, tags?))
    };
    let (membership, tags) = unless_stopped(&cx.stop, reading).await?;
    Ok(Remote { region, membership, tags: Some(tags) })
}

/// The object itself.
pub async fn get(sdk: &Sdk, id: &str) -> Result<sdk::Membership, AwsError> {
    let call = sdk.get_membership().membership_identifier(id).send();
    let reply = call.await.map_err(AwsError::of("GetMembership"))?;
    reply.membership.ok_or_else(|| AwsError::unreadable("GetMembership"))
}

fn warn_of_end(cx: &Context<'_, Client>, membership: &sdk::Membership) {
    let id = &membership.id;
    let what = match membership.status {
        MembershipStatus::Removed => "The collaboration's owner removed this account.",
        MembershipStatus::CollaborationDeleted => "The collaboration was deleted by its owner.",
        _ => return,
    };
    cx.report(Diagnostic::warning(
        format!("Membership {id} has ended"),
        format!(
            "{what} The membership stays in state with status `{}`; nothing can be done with it \
             any more but to destroy it.",
            membership.status
        ),
    ));
}
