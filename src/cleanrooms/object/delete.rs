//! Deleting, and what a lost reply to it means.

use tokio::time::Instant;

use super::{Object, Part};
use crate::cleanrooms::absence;
use crate::cleanrooms::aws::{AwsError, ConflictReason, ErrorKind, Outcome, retry_while};
use crate::cleanrooms::client::{Changing, Client};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::Located;
use crate::framework::{Context, Diagnostic, Diagnostics};

/// Deletes an object; one that is gone already is a success, and a lost reply is looked into.
///
/// # Errors
///
/// It still exists, or may.
pub async fn delete<O: Object>(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
) -> Result<(), Diagnostics> {
    let sent = while_unseen(cx, || O::delete(&at.reading.sdk, &located.key)).await;
    let is_whole =
        |err: &AwsError| err.kind == ErrorKind::Conflict(ConflictReason::SubresourcesExist);
    if !sent.as_ref().is_err_and(is_whole) {
        return judge_delete::<O>(cx, at, located, sent).await;
    }
    let mut parts = Vec::new();
    let taken = O::delete_parts(&at.reading, &located.key, &mut parts).await;
    let judged = match taken {
        // It says nothing about the object itself.
        Err(err) if err.kind != ErrorKind::NotFound => {
            let what = O::deleting(&located.key.shown());
            Err(absence::denied::<O>(&at.reading, &what, located, &err).await)
        }
        // Where one is not found, a part is gone, by a retried delete or by somebody else; or
        // else the object is.
        _ => {
            let sent = O::delete(&at.reading.sdk, &located.key).await;
            judge_delete::<O>(cx, at, located, sent).await
        }
    };
    if judged.is_err() {
        put_back::<O>(cx, located, parts).await;
    }
    judged
}

/// Makes the parts again of an object that was not deleted, for something else is in the way.
async fn put_back<O: Object>(cx: &Context<'_, Client>, located: &Located, parts: Vec<Part>) {
    for Part { name, again } in parts {
        // That its deletion came to nothing is as good.
        let exists = ErrorKind::Conflict(ConflictReason::AlreadyExists);
        if let Err(err) = again.await
            && err.kind != exists
        {
            cx.report(Diagnostic::warning(
                format!("The {name} of {} {} is gone", O::KIND.noun, located.key.shown()),
                format!(
                    "It was deleted so that the {} could be, which was refused all the same, and it \
                     could not be made again. {err}",
                    O::KIND.noun
                ),
            ));
        }
    }
}

/// Makes a call about an object, for a moment again and again where that is too new to be seen.
///
/// # Errors
///
/// The last attempt's.
pub async fn while_unseen<T, F>(
    cx: &Context<'_, Client>,
    call: impl FnMut() -> F,
) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let intervals = cx.client.aws.intervals();
    let is_new = absence::may_be_unseen(&cx.private(), cx.client);
    let deadline = Instant::now() + intervals.visibility_window;
    let unseen = |err: &AwsError| is_new && err.may_mean_gone();
    retry_while(intervals.visibility, deadline, &cx.stop, unseen, call).await
}

/// What the reply to a delete means.
///
/// # Errors
///
/// The object still exists, or may.
pub async fn judge_delete<O: Object>(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    sent: Result<(), AwsError>,
) -> Result<(), Diagnostics> {
    let what = O::deleting(&located.key.shown());
    let Err(err) = sent else { return Ok(()) };
    if err.may_mean_gone() {
        return absence::prove::<O>(cx, &at.reading, located, &what, &err).await;
    }
    if err.outcome == Outcome::Ambiguous {
        // Not done until a look says so.
        return match at.reading.look(O::get(&at.reading, &located.key)).await {
            Err(absent) if absent.may_mean_gone() => {
                let proof = absence::prove::<O>(cx, &at.reading, located, &what, &absent).await;
                proof.map_err(|_| failed(&what, &err).into())
            }
            _ => Err(failed(&what, &err).into()),
        };
    }
    Err(failed(&what, &err).into())
}
