//! What is in the way of an object, looked for before what it replaces is destroyed.
//!
//! Core destroys first and creates then, so that a create which the service
//! refuses would leave nothing. The plan knows what is to be made, and its notes
//! reach the destroying half (protocol, e.4).

use std::sync::Mutex;

use serde_json::Value as Json;
use tokio::time::Instant;

use super::Object;
use crate::cleanrooms::aws::{AwsError, Waited, poll};
use crate::cleanrooms::client::{Client, Reading};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::Key;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::resource::lock;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::wire::Value;

/// A note of a plan: what is to be made in place of what is destroyed.
const TARGET: &str = "target";

/// Notes what is to be made, as far as it is known.
pub(super) fn note<O: Object>(plan: &Plan<'_>, private: &mut Private) {
    let names = O::TARGET.iter().chain(&["region"]);
    let known = names.filter_map(|name| Some(((*name).to_owned(), known(plan.get(name))?)));
    if !O::TARGET.is_empty() {
        private.set_plan_note(TARGET, Json::Object(known.collect()));
    }
}

/// The texts of a value that are known, also those inside objects.
fn known(value: &Value) -> Option<Json> {
    match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Object(members) => {
            let known = members.iter().filter_map(|(name, it)| Some((name.clone(), known(it)?)));
            Some(Json::Object(known.collect()))
        }
        _ => None,
    }
}

/// The value that was noted.
fn noted(note: &Json) -> Option<Value> {
    match note {
        Json::String(text) => Some(text.as_str().into()),
        Json::Object(members) => {
            let noted = members.iter().filter_map(|(name, it)| Some((name.as_str(), noted(it)?)));
            Some(Value::object(noted))
        }
        _ => None,
    }
}

/// Checks what the plan noted, if this is the destroying half of a replacement.
///
/// # Errors
///
/// The object that is to replace this one could not be made. Nothing was changed.
pub(super) async fn check_noted<O: Object>(
    cx: &Context<'_, Client>,
    prior: &Value,
) -> Result<(), Diagnostics> {
    let target = cx.private().plan_note(TARGET).and_then(noted);
    match target {
        Some(target) => check::<O>(cx, &target, prior).await,
        None => Ok(()),
    }
}

/// Checks whether an object could be made in place of another one. What is in the way may be on its
/// way out in the same run, so it is waited for.
///
/// # Errors
///
/// It could not be made. Nothing was changed.
pub(super) async fn check<O: Object>(
    cx: &Context<'_, Client>,
    target: &Value,
    prior: &Value,
) -> Result<(), Diagnostics> {
    let one = |err: AwsError| Diagnostics::from(failed(&O::creating(), &err));
    let at = cx.client.reading(target, &cx.stop).await.map_err(one)?;
    let intervals = cx.client.aws.intervals();
    let deadline = Instant::now() + intervals.visibility_window;
    let obstacle = Mutex::default();
    let look = || async {
        let found = at.look(O::check_target(&at, target, prior)).await?;
        let is_free = found.is_none();
        *lock(&obstacle) = found.unwrap_or_default();
        Ok(is_free.then_some(()))
    };
    match poll(intervals.visibility, deadline, &cx.stop, look).await.map_err(one)? {
        Waited::Done(()) => Ok(()),
        Waited::Stopped => Err(one(AwsError::stopped())),
        Waited::DeadlinePassed => Err(in_the_way::<O>(prior, &lock(&obstacle)).into()),
    }
}

/// The object whose id a plan names in the place of another one's; none while it is the same, or not
/// known.
///
/// # Errors
///
/// It is not to be had.
pub async fn another<O: Object>(
    at: &Reading<'_>,
    named_by: &str,
    target: &Value,
    prior: &Value,
) -> Result<Option<O::Item>, AwsError> {
    let id = target.get(named_by);
    match Key::of_id(id).filter(|_| id != prior.get(named_by)) {
        Some(key) => O::get(at, &key).await.map(Some),
        None => Ok(None),
    }
}

/// The other object of its own parent that goes by the name which a plan gives; none while the name
/// stays, or is not known.
///
/// # Errors
///
/// The objects of the parent could not be listed.
pub async fn namesake<O: Object>(
    at: &Reading<'_>,
    target: &Value,
    prior: &Value,
) -> Result<Option<String>, AwsError> {
    let is_known = O::TARGET.iter().all(|name| {
        let value = target.get(name);
        value.is_known() && !value.is_null()
    });
    if !is_known || O::name(target) == O::name(prior) {
        return Ok(None);
    }
    let named = O::candidates(at, target).await?;
    // What this run has made to replace the prior one afterwards is in nobody's way.
    let other = named.iter().find(|it| !at.client.has_made(&it.known_as()));
    Ok(other.map(|it| it.key.shown()))
}

fn in_the_way<O: Object>(prior: &Value, obstacle: &str) -> Diagnostic {
    let id = Key::of_value(&O::KIND, prior).map(|key| key.shown()).unwrap_or_default();
    Diagnostic::error(
        format!("Cannot {}: its replacement could not be made", O::deleting(&id)),
        format!(
            "{obstacle} Nothing was changed. If that is to go or to be renamed as well, apply it \
             first; else choose something else here."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_target_comes_back_from_its_note() {
        let config = |policies: Value| {
            Value::object([
                ("arn", "arn:x".into()),
                ("policies", policies),
                ("more", Value::Unknown),
            ])
        };
        let plan = Value::object([("name", "a".into()), ("config", config(true.into()))]);
        let target = Value::object([
            ("name", "a".into()),
            ("config", Value::object([("arn", "arn:x".into())])),
        ]);
        assert_eq!(known(&plan).as_ref().and_then(noted), Some(target));
        assert_eq!(known(&Value::Unknown), None);
    }
}
