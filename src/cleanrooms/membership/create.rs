//! What joining must say, which membership a lost join has made, and what a failure most likely means.
//!
//! An account has at most one membership in a collaboration, so after a lost
//! reply the own one is looked for; only where there is none is the call repeated.

use aws_sdk_cleanrooms::operation::create_membership::builders::CreateMembershipInputBuilder as Create;

use crate::cleanrooms::aws::{AwsError, ConflictReason, ErrorKind};
use crate::cleanrooms::client::{Client, Reading};
use crate::cleanrooms::collaboration::{get_collaboration, list_members};
use crate::cleanrooms::key::Key;
use crate::cleanrooms::shapes::payment::Payer;
use crate::framework::Diagnostic;
use crate::wire::{AttributePath, Value};

/// Completes a payment configuration that says nothing of queries: this call, unlike the update, must.
///
/// The service wants to hear what the collaboration says (API reference:
/// MembershipPaymentConfiguration), so that is looked up. Where it cannot be,
/// false is right for every account that is not named as a payer.
pub async fn with_query_payer(at: &Reading<'_>, planned: &Value, input: Create) -> Create {
    let Some(payment) = input.get_payment_configuration() else {
        return input;
    };
    if payment.query_compute.is_some() {
        return input;
    }
    let pays = named_for_queries(at, planned).await.unwrap_or(false);
    let payer = Payer { query_compute: Some(pays), ..Payer::from(payment) };
    input.payment_configuration(payer.into())
}

/// Whether the collaboration names the caller as a payer of queries; `None` if that cannot be read.
async fn named_for_queries(at: &Reading<'_>, planned: &Value) -> Option<bool> {
    let id = planned.get("collaboration_id").as_str()?;
    let account = at.client.caller(&at.stop).await.ok()?;
    let members = at.look(list_members(&at.sdk, id)).await.ok()?;
    let own = members.into_iter().find(|member| member.account_id == account)?;
    own.payment_configuration?.query_compute.map(|flag| flag.is_responsible)
}

/// The key of the own membership of the collaboration, once that is visible.
///
/// # Errors
///
/// A call failed.
pub async fn own(at: &Reading<'_>, planned: &Value) -> Result<Option<Key>, AwsError> {
    let id = planned.get("collaboration_id").as_str().unwrap_or_default();
    let invisible = |err: AwsError| if err.may_mean_gone() { Ok(None) } else { Err(err) };
    let collaboration = get_collaboration(&at.sdk, id).await.map(Some).or_else(invisible)?;
    let own = collaboration.and_then(|collaboration| collaboration.membership_id);
    Ok(own.and_then(|id| Key::new([id])))
}

/// Why the account could most likely not join.
pub fn explain(client: &Client, planned: &Value, err: &AwsError) -> Option<Diagnostic> {
    let id = planned.get("collaboration_id").as_str().unwrap_or_default();
    let path = AttributePath::of("collaboration_id");
    match err.kind {
        ErrorKind::Conflict(ConflictReason::AlreadyExists) => None,
        ErrorKind::AccessDenied | ErrorKind::NotFound if !err.is_missing_permission() => {
            let region = client.region_of(planned).unwrap_or_default();
            let detail = format!(
                "The service does not let this account join collaboration `{id}` in {region}. \
                 Most likely it is not invited there, or it has left or was removed before, which \
                 cannot be undone; or the collaboration is in another Region, or gone. {err}"
            );
            Some(Diagnostic::error("Cannot join the collaboration", detail).at(path))
        }
        _ => None,
    }
}
