//! Changing an object in place.

use tokio::time::Instant;

use super::read::fetch;
use super::{Object, Of};
use crate::cleanrooms::absence;
use crate::cleanrooms::aws::{AwsError, ErrorKind, Outcome, retry_while};
use crate::cleanrooms::client::{Changing, Client};
use crate::cleanrooms::error::{failed, failed_fields};
use crate::cleanrooms::key::{Key, Located};
use crate::cleanrooms::shapes::timeouts::timeout;
use crate::cleanrooms::tags;
use crate::framework::plan::filled;
use crate::framework::{Change, Context, Diagnostics, ResourceSchema};
use crate::wire::Value;

/// Brings an object to the plan.
pub(super) async fn change_in_place<O: Object>(
    cx: &Context<'_, Client>,
    schema: &ResourceSchema<Of<O>>,
    change: Change<'_>,
) -> Result<(), Diagnostics> {
    let located = Located::of_state(&O::KIND, change.prior)?;
    let what = format!("update {} {}", O::KIND.noun, located.key.shown());
    let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
    let input = O::complete_update(schema.update_input(change)?, change)?;
    let retags = O::KIND.tagged && change.changes("tags_all");
    if input.is_none() && !retags && !O::acts(change) {
        return Ok(());
    }
    let at = cx.client.changing(change.prior, &cx.stop).await.map_err(one)?;
    if let Some(input) = input {
        let sent = send_update::<O>(cx, &at, &located.key, input, change.planned).await;
        if let Err(err) = sent
            && !is_made::<O>(cx, &at, &located, schema, change, &err).await
        {
            if err.kind == ErrorKind::AccessDenied {
                return Err(absence::denied::<O>(&at.reading, &what, &located, &err).await);
            }
            return Err(failed_fields(&what, &err, schema.schema(), change.planned));
        }
    }
    if let (true, Some(arn)) = (retags, &located.arn) {
        tags::update(&at, arn, change).await.map_err(one)?;
    }
    if O::acts(change) {
        Box::pin(O::act(cx, &at, &located, change)).await?;
    }
    Ok(())
}

/// Sends the update until what it needs is there: a role that is too new to be used.
pub(super) async fn send_update<O: Object>(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    key: &Key,
    input: O::Update,
    planned: &Value,
) -> Result<(), AwsError> {
    let intervals = cx.client.aws.intervals();
    let started = Instant::now();
    let deadline = started + timeout(planned, "update", intervals.iam_delay_window);
    let settling = |err: &AwsError| {
        err.is_role_too_new()
            || (O::is_settling(err) && started.elapsed() < intervals.visibility_window)
    };
    retry_while(intervals.iam_delay, deadline, &cx.stop, settling, || {
        O::update(&at.reading.sdk, key, input.clone())
    })
    .await
}

/// Whether an update whose reply was lost has been made all the same: a look says so.
pub(super) async fn is_made<O: Object>(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    schema: &ResourceSchema<Of<O>>,
    change: Change<'_>,
    lost: &AwsError,
) -> bool {
    if lost.outcome != Outcome::Ambiguous {
        return false;
    }
    let Ok(remote) = fetch::<O>(cx, &at.reading, located, change.planned).await else {
        return false;
    };
    let now = schema.value(&remote);
    let updated = schema.updatable().filter(|name| change.changes(name));
    updated.into_iter().all(|name| {
        let (planned, now) = (change.planned.get(name), now.get(name));
        let equivalent = schema.schema().attribute(name).and_then(|it| it.equivalent);
        filled(planned, now) == *now || equivalent.is_some_and(|is_same| is_same(now, planned))
    })
}
