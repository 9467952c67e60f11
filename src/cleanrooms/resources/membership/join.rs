//! Joining a collaboration without a client token.

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_membership::builders::CreateMembershipInputBuilder as Create;
use aws_sdk_cleanrooms::types as sdk;
use tokio::time::Instant;

use super::Membership;
use super::remote::{self, Remote};
use crate::cleanrooms::aws::{
    AwsError, ConflictReason, ErrorKind, Outcome, ValidationReason, retry_while,
};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::{failed, failed_fields};
use crate::cleanrooms::resources::collaboration::get_collaboration;
use crate::cleanrooms::resources::send_unrepeatable;
use crate::cleanrooms::shapes::tags::to_send;
use crate::framework::{Context, Diagnostic, Diagnostics, Resource};
use crate::wire::Value;

/// Joins the collaboration, or adopts the membership that a lost reply left behind.
///
/// # Errors
///
/// The account did not join; or the reply was lost and nobody can tell.
pub async fn join(
    cx: &Context<'_, Client>,
    input: Create,
    planned: &Value,
) -> Result<Remote, Diagnostics> {
    let what = "join the collaboration";
    let one = |err: AwsError| Diagnostics::from(failed(what, &err));
    let region = cx.client.region_of(planned).map_err(one)?;
    cx.client.aws.check_account_allowed().await.map_err(one)?;
    let sdk = cx.client.aws.cleanrooms_no_retry(&region).await.map_err(one)?;
    let reading = cx.client.aws.cleanrooms(&region).await.map_err(one)?;
    let collaboration_id = planned.get("collaboration_id").as_str().unwrap_or_default();
    let tags = to_send(planned.get("tags_all"));
    let input = input.set_tags((!tags.is_empty()).then_some(tags));

    let joined = match send_while_settling(cx, &sdk, input).await {
        Ok(membership) => Ok(membership),
        Err(err) if err.outcome == Outcome::Ambiguous => {
            adopt(&reading, collaboration_id, &err).await?
        }
        Err(err) => Err(err),
    };
    match joined {
        Ok(membership) => Ok(Remote { region, membership, tags: None }),
        Err(err) if err.kind == ErrorKind::Conflict(ConflictReason::AlreadyExists) => {
            Err(already_joined(&reading, collaboration_id, &err).await.into())
        }
        Err(err) => Err(failed_fields(what, &err, Membership::schema().schema(), planned)),
    }
}

/// Sends the create until the service's own delays are over: a role that is too new, and a
/// collaboration that was made a moment ago in another account.
async fn send_while_settling(
    cx: &Context<'_, Client>,
    sdk: &Sdk,
    input: Create,
) -> Result<sdk::Membership, AwsError> {
    let intervals = cx.client.aws.intervals();
    let call = || async {
        let reply = input.clone().send_with(sdk).await;
        let reply = reply.map_err(AwsError::of("CreateMembership"))?;
        reply.membership.ok_or_else(|| AwsError::unreadable("CreateMembership"))
    };
    let started = Instant::now();
    let role_too_new = ErrorKind::Validation(ValidationReason::IamSynchronizationDelay);
    let role_deadline = started + intervals.iam_delay_window;
    let visible_deadline = started + intervals.visibility_window;
    let settling = |err: &AwsError| match err.kind {
        kind if kind == role_too_new => true,
        ErrorKind::NotFound | ErrorKind::AccessDenied => {
            !err.is_missing_permission() && Instant::now() < visible_deadline
        }
        _ => false,
    };
    retry_while(intervals.visibility, role_deadline, &cx.stop, settling, || {
        send_unrepeatable(cx, call)
    })
    .await
}

/// The own membership of that collaboration, after a lost reply.
async fn adopt(
    sdk: &Sdk,
    collaboration_id: &str,
    lost: &AwsError,
) -> Result<Result<sdk::Membership, AwsError>, Diagnostics> {
    let unsure = |found: String| {
        Diagnostics::from(Diagnostic::error(
            "The reply to joining the collaboration was lost",
            format!(
                "{lost} {found} The call was not repeated. Look for the membership with `aws \
                 cleanrooms list-memberships`: if it exists, import it; if not, apply again."
            ),
        ))
    };
    let collaboration = get_collaboration(sdk, collaboration_id)
        .await
        .map_err(|err| unsure(format!("It could not be looked for, either: {err}")))?;
    let Some(id) = collaboration.membership_id else {
        return Err(unsure("The collaboration does not show this account as joined.".to_owned()));
    };
    let found = remote::get(sdk, &id).await;
    found.map(Ok).map_err(|err| unsure(format!("It exists as {id}, but cannot be read: {err}")))
}

async fn already_joined(sdk: &Sdk, collaboration_id: &str, err: &AwsError) -> Diagnostic {
    let found = get_collaboration(sdk, collaboration_id).await;
    let id = found.ok().and_then(|collaboration| collaboration.membership_id);
    let id = id.unwrap_or_else(|| "<membership id>".to_owned());
    Diagnostic::error(
        "The account is a member of this collaboration already",
        format!(
            "Import its membership instead of creating one: terraform import \
             cleanrooms_membership.<name> {id}. {err}"
        ),
    )
}
