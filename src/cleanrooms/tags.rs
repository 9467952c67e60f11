//! The tags of an object: read, planned and changed alike for every kind that has some.

use std::collections::BTreeMap;

use super::aws::{AwsError, Outcome};
use super::client::{Changing, Client, Reading};
use super::shapes::tags::{TagPolicy, Tags};
use crate::framework::Change;
use crate::framework::plan::Plan;
use crate::wire::{Value, normalised};

/// The tags of an object: as the configuration spells its own, and all of them.
#[derive(Debug, Clone)]
pub struct RemoteTags {
    /// The attribute `tags`; `None` when it was null and still is.
    pub own: Option<Tags>,
    /// The attribute `tags_all`.
    pub all: BTreeMap<String, String>,
}

impl RemoteTags {
    /// The tags that state has, for when the service does not tell; `None` without any, as in an import.
    pub fn of_state(state: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let pairs =
            |name: &str| Some(state.get(name).as_map()?.iter().map(|(k, v)| (k.clone(), text(v))));
        let all = pairs("tags_all")?;
        let all = all.map(|(key, value)| (key, value.unwrap_or_default())).collect();
        Some(Self { own: pairs("tags").map(Iterator::collect), all })
    }
}

/// Reads the tags of an object, split by the provider's policy in the spelling of the prior state.
///
/// # Errors
///
/// The call failed.
pub async fn list(at: &Reading<'_>, arn: &str, state: &Value) -> Result<RemoteTags, AwsError> {
    let call = at.sdk.list_tags_for_resource().resource_arn(arn).send();
    let reply = call.await.map_err(AwsError::of("ListTagsForResource"))?;
    let all = at.client.tags.visible(reply.tags);
    Ok(RemoteTags { own: at.client.tags.own(&all, state), all })
}

/// Brings the tags of an object to the plan, in at most two calls.
///
/// # Errors
///
/// A call failed; or its reply was lost, and the tags are not as planned.
pub async fn update(at: &Changing<'_>, arn: &str, change: Change<'_>) -> Result<(), AwsError> {
    let Change { prior, planned } = change;
    let changes = at.reading.client.tags.changes(prior.get("tags_all"), planned.get("tags_all"));
    let sdk = &at.reading.sdk;
    if !changes.remove.is_empty() {
        let keys = as_held(at, arn, changes.remove).await;
        let call = sdk.untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
        let sent = call.send().await.map(|_| ()).map_err(AwsError::of("UntagResource"));
        confirmed(at, arn, change, sent).await?;
    }
    if !changes.set.is_empty() {
        let call = sdk.tag_resource().resource_arn(arn).set_tags(Some(changes.set));
        let sent = call.send().await.map(|_| ()).map_err(AwsError::of("TagResource"));
        confirmed(at, arn, change, sent).await?;
    }
    Ok(())
}

/// The keys to remove, and the other forms in which the service holds them: it tells apart what is
/// one key to Terraform.
async fn as_held(at: &Changing<'_>, arn: &str, mut keys: Vec<String>) -> Vec<String> {
    if keys.iter().all(|key| key.is_ascii()) {
        return keys;
    }
    let call = at.reading.sdk.list_tags_for_resource().resource_arn(arn).send();
    let held = call.await.map(|reply| reply.tags).unwrap_or_default();
    let is_twin = |held: &String| keys.iter().any(|key| key != held && *key == normalised(held));
    let twins: Vec<_> = held.into_keys().filter(is_twin).collect();
    keys.extend(twins);
    keys
}

/// A change of tags whose reply was lost is made when a look says so.
async fn confirmed(
    at: &Changing<'_>,
    arn: &str,
    change: Change<'_>,
    sent: Result<(), AwsError>,
) -> Result<(), AwsError> {
    let Err(err) = sent else { return Ok(()) };
    if err.outcome != Outcome::Ambiguous {
        return Err(err);
    }
    match list(&at.reading, arn, change.planned).await {
        Ok(now) if as_value(&now.all) == *change.planned.get("tags_all") => Ok(()),
        _ => Err(err),
    }
}

fn as_value(tags: &BTreeMap<String, String>) -> Value {
    Value::map(tags.iter().map(|(key, value)| (key.as_str(), value.as_str().into())))
}

/// Plans `tags_all`, which follows from `tags` and the provider's `default_tags`.
pub fn follow_provider(plan: &mut Plan<'_>, client: Option<&Client>) {
    let all = client.map_or(Value::Unknown, |client| client.tags.all(plan.get("tags")));
    plan.set("tags_all", all);
}

/// Tells of more tags than AWS accepts. To be called once it is known whether the object is replaced.
pub fn count(plan: &mut Plan<'_>) {
    let (prior, planned) = (plan.prior.get("tags_all"), plan.get("tags_all"));
    let told = TagPolicy::too_many(prior, planned, plan.is_replacement());
    plan.diagnostics.extend(told);
}
