//! What the service says about one membership.

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::types::{self as sdk, MemberAbility, MembershipStatus};

use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::shapes::payment::Payer;
use crate::framework::{Context, Diagnostic};

/// What the account pays for, absent flags as the service means them.
pub fn payer_of(membership: &sdk::Membership) -> Payer {
    payer(membership.payment_configuration.as_ref(), &membership.member_abilities)
}

/// The same by what a reply says of payment and abilities.
pub fn payer(
    payment: Option<&sdk::MembershipPaymentConfiguration>,
    abilities: &[MemberAbility],
) -> Payer {
    let can = |ability| abilities.contains(&ability);
    payment
        .map(Payer::from)
        .unwrap_or_default()
        .with_absent_as_false(can(MemberAbility::CanQuery), can(MemberAbility::CanRunJob))
}

/// The object itself. One that was removed, or whose collaboration was deleted, still exists.
///
/// # Errors
///
/// The call failed.
pub async fn get(sdk: &Sdk, id: &str) -> Result<sdk::Membership, AwsError> {
    let call = sdk.get_membership().membership_identifier(id).send();
    let reply = call.await.map_err(AwsError::of("GetMembership"))?;
    reply.membership.ok_or_else(|| AwsError::unreadable("GetMembership"))
}

/// Says that nothing can be done any more with a membership that has ended.
pub fn warn_of_end(cx: &Context<'_, Client>, membership: &sdk::Membership) {
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
