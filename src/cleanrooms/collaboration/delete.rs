//! Destroying a collaboration, and what is left of the creator's own membership.

use aws_sdk_cleanrooms::Client as Sdk;

use super::Collaboration;
use super::read;
use crate::cleanrooms::absence;
use crate::cleanrooms::aws::{AwsError, ErrorKind};
use crate::cleanrooms::client::{Changing, Client};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::Located;
use crate::cleanrooms::object::Object;
use crate::cleanrooms::object::delete::{judge_delete, while_unseen};
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::wire::Value;

/// Deletes the collaboration, and then what is left of the creator's own membership.
///
/// The creator cannot leave while the collaboration exists, so its membership
/// is cleaned up here, after the fact: a failure of that is only a warning.
///
/// # Errors
///
/// The collaboration still exists, or may.
pub async fn destroy(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    state: &Value,
) -> Result<(), Diagnostics> {
    let sdk = &at.reading.sdk;
    let in_state = || state.get("membership_id").as_str().map(str::to_owned);
    let membership_id =
        match at.reading.look(while_unseen(cx, || read::get(sdk, located.key.id()))).await {
            Ok(collaboration) => {
                let sent = Collaboration::delete(sdk, &located.key).await;
                judge_seen(cx, at, located, sent).await?;
                collaboration.membership_id
            }
            Err(err) if err.may_mean_gone() => {
                let what = Collaboration::deleting(located.key.id());
                absence::prove::<Collaboration>(cx, &at.reading, located, &what, &err).await?;
                in_state()
            }
            // It is asked for the membership alone, which state may know.
            Err(err) if err.kind != ErrorKind::Stopped && in_state().is_some() => {
                let sent = Collaboration::delete(sdk, &located.key).await;
                judge_delete::<Collaboration>(cx, at, located, sent).await?;
                in_state()
            }
            Err(err) => {
                return Err(
                    failed(&format!("delete collaboration {}", located.key.id()), &err).into()
                );
            }
        };
    if let Some(membership_id) = membership_id {
        // It belongs to the change that was made, so it is done after a stop as well.
        match cx.client.aws.cleanrooms(&at.reading.region).await {
            Ok(sdk) => clean_up(cx, &sdk, &membership_id).await,
            Err(err) => cx.report(remains(&membership_id, &err)),
        }
    }
    Ok(())
}

/// What the reply to a delete means for a collaboration that was seen a moment before: AccessDenied
/// then speaks of the permission to delete, whatever a list says.
async fn judge_seen(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    sent: Result<(), AwsError>,
) -> Result<(), Diagnostics> {
    if let Err(err) = &sent
        && err.kind == ErrorKind::AccessDenied
        && at.reading.look(read::get(&at.reading.sdk, located.key.id())).await.is_ok()
    {
        let what = format!("delete collaboration {}", located.key.id());
        return Err(absence::denied::<Collaboration>(&at.reading, &what, located, err).await);
    }
    judge_delete::<Collaboration>(cx, at, located, sent).await
}

async fn clean_up(cx: &Context<'_, Client>, sdk: &Sdk, membership_id: &str) {
    let call = sdk.delete_membership().membership_identifier(membership_id).send();
    match call.await.map_err(AwsError::of("DeleteMembership")) {
        Ok(_) => {}
        Err(err) if err.kind == ErrorKind::NotFound => {}
        Err(err) => cx.report(remains(membership_id, &err)),
    }
}

fn remains(membership_id: &str, err: &AwsError) -> Diagnostic {
    Diagnostic::warning(
        format!("Membership {membership_id} of the deleted collaboration remains"),
        format!(
            "The collaboration was deleted, but what is left of the creator's own membership \
             could not be. It does no harm; delete it in the console or with the AWS CLI. {err}"
        ),
    )
}
