//! Deleting, and what a lost reply to it means.

use super::Object;
use crate::cleanrooms::absence;
use crate::cleanrooms::aws::{AwsError, ConflictReason, ErrorKind, Outcome};
use crate::cleanrooms::client::Changing;
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::Located;
use crate::framework::Diagnostics;

/// Deletes an object; one that is gone already is a success, and a lost reply is looked into.
///
/// # Errors
///
/// It still exists, or may.
pub async fn delete<O: Object>(at: &Changing<'_>, located: &Located) -> Result<(), Diagnostics> {
    let mut sent = O::delete(&at.reading.sdk, &located.key).await;
    let is_whole =
        |err: &AwsError| err.kind == ErrorKind::Conflict(ConflictReason::SubresourcesExist);
    if sent.as_ref().is_err_and(is_whole) {
        match O::delete_parts(&at.reading, &located.key).await {
            // It says nothing about the object itself.
            Err(err) if err.kind != ErrorKind::NotFound => {
                let what = O::deleting(&located.key.shown());
                return Err(absence::denied::<O>(&at.reading, &what, located, &err).await);
            }
            // Where one is not found, a part is gone, by a retried delete or by somebody else; or
            // else the object is.
            _ => sent = O::delete(&at.reading.sdk, &located.key).await,
        }
    }
    judge_delete::<O>(at, located, sent).await
}

/// What the reply to a delete means.
///
/// # Errors
///
/// The object still exists, or may.
pub async fn judge_delete<O: Object>(
    at: &Changing<'_>,
    located: &Located,
    sent: Result<(), AwsError>,
) -> Result<(), Diagnostics> {
    let what = O::deleting(&located.key.shown());
    let Err(err) = sent else { return Ok(()) };
    if err.may_mean_gone() {
        return absence::prove::<O>(&at.reading, located, &what, &err).await;
    }
    if err.outcome == Outcome::Ambiguous {
        // Not done until a look says so.
        return match at.reading.look(O::get(&at.reading, &located.key)).await {
            Err(absent) if absent.may_mean_gone() => {
                let proof = absence::prove::<O>(&at.reading, located, &what, &absent).await;
                proof.map_err(|_| failed(&what, &err).into())
            }
            _ => Err(failed(&what, &err).into()),
        };
    }
    Err(failed(&what, &err).into())
}
