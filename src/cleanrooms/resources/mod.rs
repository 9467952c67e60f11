//! The resources, one file each, and what they share.

pub mod collaboration;
pub mod membership;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_cleanrooms::Client as Sdk;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::aws::{AwsError, ErrorKind, Outcome, retry_while};
use super::client::Client;
use super::shapes::tags::{TagPolicy, Tags};
use crate::framework::managed::{Managed, ManagedResource};
use crate::framework::plan::Plan;
use crate::framework::{Change, Context, Diagnostic};
use crate::wire::{AttributePath, Value};

/// Everything that the provider manages.
pub fn all() -> Vec<Arc<dyn ManagedResource<Client>>> {
    vec![
        Managed::<collaboration::Collaboration>::shared(),
        Managed::<membership::Membership>::shared(),
    ]
}

/// The tags of an object: as the configuration spells its own, and all of them.
#[derive(Debug, Clone)]
pub struct RemoteTags {
    /// The attribute `tags`; `None` when it was null and still is.
    pub own: Option<Tags>,
    /// The attribute `tags_all`.
    pub all: BTreeMap<String, String>,
}

/// Reads the tags of an object, split by the provider's policy in the spelling of the prior state.
///
/// # Errors
///
/// The call failed.
pub async fn list_tags(
    client: &Client,
    sdk: &Sdk,
    arn: &str,
    state: &Value,
) -> Result<RemoteTags, AwsError> {
    let call = sdk.list_tags_for_resource().resource_arn(arn).send();
    let reply = call.await.map_err(AwsError::of("ListTagsForResource"))?;
    let all = client.tags.visible(reply.tags);
    Ok(RemoteTags { own: client.tags.own(&all, state), all })
}

/// Brings the tags of an object to the plan, in at most two calls.
///
/// # Errors
///
/// A call failed.
pub async fn update_tags(client: &Client, sdk: &Sdk, change: Change<'_>) -> Result<(), AwsError> {
    let Change { prior, planned } = change;
    let changes = client.tags.changes(prior.get("tags_all"), planned.get("tags_all"));
    let arn = prior.get("arn").as_str().unwrap_or_default();
    if !changes.remove.is_empty() {
        let call = sdk.untag_resource().resource_arn(arn).set_tag_keys(Some(changes.remove));
        call.send().await.map_err(AwsError::of("UntagResource"))?;
    }
    if !changes.set.is_empty() {
        let call = sdk.tag_resource().resource_arn(arn).set_tags(Some(changes.set));
        call.send().await.map_err(AwsError::of("TagResource"))?;
    }
    Ok(())
}

/// Plans `tags_all`, which follows from `tags` and the provider's `default_tags`.
pub fn plan_tags(plan: &mut Plan<'_>, client: Option<&Client>) {
    let all = client.map_or(Value::Unknown, |client| client.tags.all(plan.get("tags")));
    if all != *plan.prior.get("tags_all") {
        plan.diagnostics.extend(TagPolicy::too_many(&all));
    }
    plan.set("tags_all", all);
    plan.mark_recomputed();
}

/// Plans `region`: the provider's for a new object that names none, and always state's for one that exists.
///
/// To be called once it is known whether the object is replaced.
pub fn plan_region(plan: &mut Plan<'_>, client: Option<&Client>) {
    if !plan.config.get("region").is_null() {
        return;
    }
    let Some(of_provider) = client.and_then(|client| client.aws.region().ok()) else {
        return;
    };
    let path = AttributePath::of("region");
    match plan.prior.get("region").as_str() {
        None => plan.set("region", of_provider.into()),
        // The new object is planned like any other, without a Region of its own.
        Some(of_state) if of_state != of_provider && plan.is_replacement() => {
            plan.diagnostics.push(
                Diagnostic::warning(
                    format!("The replacement is made in {of_provider}"),
                    format!(
                        "This object lives in `{of_state}`, but the provider's Region is \
                         `{of_provider}`, and the new one is made there. Write `region = \
                         \"{of_state}\"` to keep to its Region."
                    ),
                )
                .at(path),
            );
        }
        Some(of_state) if of_state != of_provider => plan.diagnostics.push(
            Diagnostic::warning(
                format!("The object stays in {of_state}"),
                format!(
                    "The provider's Region is `{of_provider}`, but this object lives in \
                     `{of_state}` and is managed there. Write `region = \"{of_state}\"` to say \
                     so, or `region = \"{of_provider}\"` to replace it by a new one."
                ),
            )
            .at(path),
        ),
        Some(_) => {}
    }
}

/// Waits for a read until core asks to stop.
///
/// # Errors
///
/// The read failed, or was stopped.
pub async fn unless_stopped<T>(
    stop: &CancellationToken,
    reading: impl Future<Output = Result<T, AwsError>>,
) -> Result<T, AwsError> {
    stop.run_until_cancelled(reading).await.unwrap_or_else(|| Err(AwsError::stopped()))
}

/// Sends a create that carries no client token: it is repeated only when it surely was not executed.
///
/// # Errors
///
/// The last attempt's error; its `outcome` says whether the object may exist.
pub async fn send_unrepeatable<T, F>(
    cx: &Context<'_, Client>,
    send: impl FnMut() -> F,
) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    send_unrepeatable_within(cx, cx.client.aws.intervals().create_window, send).await
}

/// The same, repeated no longer than `window`.
///
/// # Errors
///
/// The last attempt's error; its `outcome` says whether the object may exist.
pub async fn send_unrepeatable_within<T, F>(
    cx: &Context<'_, Client>,
    window: Duration,
    send: impl FnMut() -> F,
) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    if cx.stop.is_cancelled() {
        // It may have waited for others before this first attempt.
        return Err(AwsError::stopped());
    }
    let aws = &cx.client.aws;
    let (repeated, most) = (AtomicU32::new(0), aws.config().max_retries.unwrap_or(u32::MAX));
    let harmless = |err: &AwsError| {
        let harmless = err.outcome == Outcome::NotExecuted
            && match err.kind {
                ErrorKind::Throttled => true,
                // A moment without network, but not an endpoint that does not exist.
                ErrorKind::Connect => err.may_pass,
                _ => false,
            };
        harmless && repeated.fetch_add(1, Ordering::Relaxed) < most
    };
    retry_while(aws.intervals().retry, Instant::now() + window, &cx.stop, harmless, send).await
}
