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
    let known = O::TARGET
        .iter()
        .chain(&["region"])
        .filter_map(|name| Some(((*name).to_owned(), Json::from(plan.get(name).as_str()?))));
    if !O::TARGET.is_empty() {
        private.set_plan_note(TARGET, Json::Object(known.collect()));
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
    let Some(Json::Object(noted)) = cx.private().plan_note(TARGET).cloned() else { return Ok(()) };
    let noted =
        noted.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?.into())));
    check::<O>(cx, &Value::object(noted), prior).await
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
