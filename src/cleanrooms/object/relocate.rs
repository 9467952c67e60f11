//! Making an object anew where its unknown parent has turned out to be another one.

use super::{Object, Of, Remote, target};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::key::Located;
use crate::cleanrooms::{absence, adopt};
use crate::framework::caught::caught;
use crate::framework::{Change, Context, Diagnostic, Diagnostics, Resource, ResourceSchema};

/// Makes the object that an unknown parent has turned out to mean, and parts with the old one.
///
/// # Errors
///
/// Nothing was made, and the old one is as it was, unless the two could not exist side by side.
pub(super) async fn relocate<O: Object>(
    cx: &Context<'_, Client>,
    schema: &ResourceSchema<Of<O>>,
    change: Change<'_>,
) -> Result<Remote<O::Item>, Diagnostics> {
    let Change { prior, planned } = change;
    if O::collides(prior, planned) {
        target::check::<O>(cx, planned, prior).await?;
        Of::<O>::delete(cx, prior).await?;
        let another = adopt::create::<O>(cx, schema, planned).await;
        return another.inspect_err(|_| absence::note_seen(&mut cx.private()));
    }
    // What is noted of the new one says nothing about the old one.
    let of_prior = absence::note_aside(&mut cx.private());
    let another = adopt::create::<O>(cx, schema, planned).await;
    let noted = absence::note_aside(&mut cx.private());
    absence::note_again(&mut cx.private(), of_prior);
    let another = another?;
    // The new one is a fact, so that not even a panic may keep silent about the old one.
    let parted = caught(Of::<O>::delete(cx, prior)).await;
    absence::note_seen(&mut cx.private());
    absence::note_again(&mut cx.private(), noted);
    if let Err(errors) = parted.unwrap_or_else(|panic| Err(Diagnostic::bug(panic).into())) {
        let id = Located::of_state(&O::KIND, prior)?.key.shown();
        for error in errors {
            cx.report(Diagnostic::warning(
                format!("The former {} {id} was left behind", O::KIND.noun),
                format!(
                    "It is no longer in state; delete it by hand. {}: {}",
                    error.summary, error.detail
                ),
            ));
        }
    }
    Ok(another)
}
