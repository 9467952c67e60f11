//! Changing a membership in place: one call for all changed attributes, then the tags.

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::update_membership::builders::UpdateMembershipInputBuilder as Update;
use tokio::time::Instant;

use super::Membership;
use crate::cleanrooms::aws::{AwsError, ErrorKind, ValidationReason, retry_while};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::{failed, failed_fields};
use crate::cleanrooms::resources::update_tags;
use crate::cleanrooms::shapes::payment::{Payer, payer};
use crate::cleanrooms::shapes::timeouts::timeout;
use crate::framework::{Change, Context, Diagnostic, Diagnostics, Resource};
use crate::wire::{AttributePath, Value};

/// The service's word for a role that is too new to be used (API reference: ValidationExceptionReason).
pub const ROLE_TOO_NEW: ErrorKind =
    ErrorKind::Validation(ValidationReason::IamSynchronizationDelay);

/// Brings the membership to the plan.
///
/// # Errors
///
/// A call failed; what was made before it stays.
pub async fn update(
    cx: &Context<'_, Client>,
    input: Option<Update>,
    change: Change<'_>,
) -> Result<(), Diagnostics> {
    let id = change.prior.get("id").as_str().unwrap_or_default();
    let what = format!("update membership {id}");
    let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
    let input = with_payers(input, change)?;
    if input.is_none() && !change.changes("tags_all") {
        return Ok(());
    }
    cx.client.aws.check_account_allowed().await.map_err(one)?;
    let sdk = cx.client.sdk_of(change.prior).await.map_err(one)?;
    if let Some(input) = input {
        let input = input.membership_identifier(id);
        send(cx, &sdk, input, change.planned).await.map_err(|err| {
            failed_fields(&what, &err, Membership::schema().schema(), change.planned)
        })?;
    }
    update_tags(cx.client, &sdk, change).await.map_err(one)
}

/// The update call with the payment flags that change. The others stay out: the service takes
/// them for a new decision, and may refuse one that it would not ask for today.
///
/// # Errors
///
/// A planned value does not fit the schema, which core has ruled out.
pub fn with_payers(
    input: Option<Update>,
    change: Change<'_>,
) -> Result<Option<Update>, Diagnostic> {
    let changed = payers(change.planned)?.changed_from(payers(change.prior)?);
    if changed.is_empty() {
        return Ok(input);
    }
    Ok(Some(input.unwrap_or_default().membership_payment_configuration(changed.into())))
}

fn payers(object: &Value) -> Result<Payer, Diagnostic> {
    let name = "payment_configuration";
    Ok(payer().decode(object.get(name), &AttributePath::of(name))?.unwrap_or_default())
}

/// Sends the update until the role that it names can be used.
async fn send(
    cx: &Context<'_, Client>,
    sdk: &Sdk,
    input: Update,
    planned: &Value,
) -> Result<(), AwsError> {
    let intervals = cx.client.aws.intervals();
    let deadline = Instant::now() + timeout(planned, "update", intervals.iam_delay_window);
    let too_new = |err: &AwsError| err.kind == ROLE_TOO_NEW;
    retry_while(intervals.iam_delay, deadline, &cx.stop, too_new, || async {
        let reply = input.clone().send_with(sdk).await;
        reply.map(|_| ()).map_err(AwsError::of("UpdateMembership"))
    })
    .await
}
