//! Joining a collaboration without a client token.
//!
//! The API offers no token that would make a repeated create harmless. But an
//! account has at most one membership in a collaboration, so after a lost reply
//! the membership is looked for, and adopted; only where there is none is the
//! call repeated.

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_membership::builders::CreateMembershipInputBuilder as Create;
use aws_sdk_cleanrooms::types as sdk;
use tokio::time::Instant;

use super::Membership;
use super::remote::{self, Remote};
use super::update::ROLE_TOO_NEW;
use crate::cleanrooms::aws::{
    AwsError, ConflictReason, ErrorKind, Outcome, Waited, poll, retry_while,
};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::{failed, failed_fields};
use crate::cleanrooms::resources::collaboration::{get_collaboration, list_members};
use crate::cleanrooms::resources::send_unrepeatable;
use crate::cleanrooms::shapes::payment::Payer;
use crate::cleanrooms::shapes::tags::to_send;
use crate::cleanrooms::shapes::timeouts::timeout;
use crate::framework::{Context, Diagnostic, Diagnostics, Resource};
use crate::wire::Value;

const WHAT: &str = "join the collaboration";

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
    let one = |err: AwsError| Diagnostics::from(failed(WHAT, &err));
    let region = cx.client.region_of(planned).map_err(one)?;
    cx.client.aws.check_account_allowed().await.map_err(one)?;
    let sending = cx.client.aws.cleanrooms_no_retry(&region).await.map_err(one)?;
    let reading = cx.client.aws.cleanrooms(&region).await.map_err(one)?;
    let collaboration_id = planned.get("collaboration_id").as_str().unwrap_or_default();
    let _only_one = cx.client.creating(&region, collaboration_id).await;
    let tags = to_send(planned.get("tags_all"));
    let input = input.set_tags((!tags.is_empty()).then_some(tags));
    let input = with_query_payer(cx, &reading, collaboration_id, input).await;
    let joining =
        Joining { cx, sending, reading, collaboration_id, planned, started: Instant::now() };
    let membership = joining.join(input).await?;
    cx.client.remember(&membership.id);
    Ok(Remote { region, membership, tags: None })
}

/// Completes a payment configuration that says nothing of queries: this call, unlike the update, must.
///
/// The service wants to hear what the collaboration says (API reference:
/// MembershipPaymentConfiguration), so that is looked up. Where it cannot be,
/// false is right for every account that is not named as a payer.
async fn with_query_payer(
    cx: &Context<'_, Client>,
    sdk: &Sdk,
    collaboration_id: &str,
    input: Create,
) -> Create {
    let Some(payment) = input.get_payment_configuration() else {
        return input;
    };
    if payment.query_compute.is_some() {
        return input;
    }
    let pays = named_for_queries(cx, sdk, collaboration_id).await.unwrap_or(false);
    let payer = Payer { query_compute: Some(pays), ..Payer::from(payment) };
    input.payment_configuration(payer.into())
}

/// Whether the collaboration names the caller as a payer of queries; `None` if that cannot be read.
async fn named_for_queries(
    cx: &Context<'_, Client>,
    sdk: &Sdk,
    collaboration_id: &str,
) -> Option<bool> {
    let account = cx.client.aws.caller_account().await.ok()?;
    let members = list_members(sdk, collaboration_id).await.ok()?;
    let own = members.into_iter().find(|member| member.account_id == account)?;
    own.payment_configuration?.query_compute.map(|flag| flag.is_responsible)
}

/// One attempt to join, until it is known how it ended.
struct Joining<'a> {
    cx: &'a Context<'a, Client>,
    /// Never repeats a call by itself.
    sending: Sdk,
    /// For look-ups.
    reading: Sdk,
    collaboration_id: &'a str,
    planned: &'a Value,
    started: Instant,
}

impl Joining<'_> {
    async fn join(&self, input: Create) -> Result<sdk::Membership, Diagnostics> {
        let deadline = self.started + self.cx.client.aws.intervals().create_window;
        let mut was_lost = false;
        loop {
            let err = match self.send_while_settling(&input).await {
                Ok(membership) => return Ok(membership),
                Err(err) => err,
            };
            if err.kind == ErrorKind::Conflict(ConflictReason::AlreadyExists) {
                return match self.own_membership().await {
                    Ok(Some(own)) if was_lost => self.adopt(own, &err),
                    Ok(Some(own)) => Err(already_joined(Some(&own.id), &err).into()),
                    _ => Err(already_joined(err.resource_id.as_deref(), &err).into()),
                };
            }
            if err.outcome != Outcome::Ambiguous {
                let schema = Membership::schema();
                return Err(failed_fields(WHAT, &err, schema.schema(), self.planned));
            }
            if let Some(own) = self.look_for_a_while(&err).await? {
                return self.adopt(own, &err);
            }
            if self.cx.stop.is_cancelled() || Instant::now() > deadline {
                return Err(unsure(&err, "No membership of this account has appeared.").into());
            }
            was_lost = true;
        }
    }

    /// Sends the create until the service's own delays are over: a role that is too new, and a
    /// collaboration that was made a moment ago in another account.
    async fn send_while_settling(&self, input: &Create) -> Result<sdk::Membership, AwsError> {
        let intervals = self.cx.client.aws.intervals();
        let call = || async {
            let reply = input.clone().send_with(&self.sending).await;
            let reply = reply.map_err(AwsError::of("CreateMembership"))?;
            reply.membership.ok_or_else(|| AwsError::unreadable("CreateMembership"))
        };
        let window = timeout(self.planned, "create", intervals.iam_delay_window);
        let deadline = self.started + window;
        let visible_deadline = self.started + intervals.visibility_window.min(window);
        let settling = |err: &AwsError| match err.kind {
            ROLE_TOO_NEW => true,
            ErrorKind::NotFound | ErrorKind::AccessDenied => {
                !err.is_missing_permission() && Instant::now() < visible_deadline
            }
            _ => false,
        };
        retry_while(intervals.visibility, deadline, &self.cx.stop, settling, || {
            send_unrepeatable(self.cx, call)
        })
        .await
    }

    /// The own membership after a lost reply; `None` when none appears for a while.
    async fn look_for_a_while(
        &self,
        lost: &AwsError,
    ) -> Result<Option<sdk::Membership>, Diagnostics> {
        let intervals = self.cx.client.aws.intervals();
        let deadline = Instant::now() + intervals.orphan_search_window;
        let own = || self.own_membership();
        match poll(intervals.orphan_search, deadline, &self.cx.stop, own).await {
            Ok(Waited::Done(membership)) => Ok(Some(membership)),
            Ok(Waited::DeadlinePassed | Waited::Stopped) => Ok(None),
            Err(err) => {
                let found = format!("The membership could not be looked for, either: {err}");
                Err(unsure(lost, &found).into())
            }
        }
    }

    /// The own membership of the collaboration; `None` while none is visible.
    async fn own_membership(&self) -> Result<Option<sdk::Membership>, AwsError> {
        let invisible = |err: AwsError| if err.may_mean_gone() { Ok(None) } else { Err(err) };
        let collaboration = get_collaboration(&self.reading, self.collaboration_id).await;
        let collaboration = collaboration.map(Some).or_else(invisible)?;
        let Some(id) = collaboration.and_then(|collaboration| collaboration.membership_id) else {
            return Ok(None);
        };
        remote::get(&self.reading, &id).await.map(Some).or_else(|err| match err.kind {
            ErrorKind::NotFound => Ok(None),
            _ => Err(err),
        })
    }

    /// Takes the membership that appeared after a lost reply, unless it is older than the attempt.
    fn adopt(&self, own: sdk::Membership, err: &AwsError) -> Result<sdk::Membership, Diagnostics> {
        if self.cx.client.may_have_made(&own.id, own.create_time, self.started) {
            Ok(own)
        } else {
            Err(already_joined(Some(&own.id), err).into())
        }
    }
}

fn already_joined(id: Option<&str>, err: &AwsError) -> Diagnostic {
    let id = id.unwrap_or("<membership id>");
    Diagnostic::error(
        "The account is a member of this collaboration already",
        format!(
            "Import its membership instead of creating one: terraform import \
             cleanrooms_membership.<name> {id}. {err}"
        ),
    )
}

fn unsure(lost: &AwsError, found: &str) -> Diagnostic {
    Diagnostic::error(
        "The reply to joining the collaboration was lost",
        format!(
            "{lost} {found} Look for the membership with `aws cleanrooms list-memberships`: if it \
             exists, import it; if not, apply again."
        ),
    )
}
