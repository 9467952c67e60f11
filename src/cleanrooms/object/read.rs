//! Reading: the object, what else state is made of, and its tags.

use super::parent::note_parent;
use super::{Facts, Object, Remote, Unread, twice};
use crate::cleanrooms::absence;
use crate::cleanrooms::aws::{AwsError, ErrorKind};
use crate::cleanrooms::client::{Client, Reading};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::{self, Key, Located};
use crate::cleanrooms::tags::{self, RemoteTags};
use crate::framework::managed::is_unmanaged;
use crate::framework::{Context, Diagnostic, Diagnostics, Found};
use crate::wire::Value;

/// The object as it is.
pub(super) async fn read<O: Object>(
    cx: &Context<'_, Client>,
    state: &Value,
) -> Result<Found<Remote<O::Item>>, Diagnostics> {
    let noun = O::KIND.noun;
    let one = |err: &AwsError| Diagnostics::from(failed(&format!("read the {noun}"), err));
    let at = cx.client.reading(state, &cx.stop).await.map_err(|err| one(&err))?;
    let is_new = is_unmanaged(&cx.private());
    let completed = match completed_key::<O>(&at, state).await {
        // Nothing is managed yet that could be lost.
        Err(err) if is_new && err.kind == ErrorKind::NotFound => return Ok(Found::Gone),
        Ok(None) if is_new && Key::of_value(&O::KIND, state).is_none() => return Ok(Found::Gone),
        completed => completed.map_err(|err| one(&err))?,
    };
    let state = completed.as_ref().unwrap_or(state);
    let located = Located::of_state(&O::KIND, state)?;
    // What a user named may not be the object's own ARN: its tags are asked for by that.
    let arn = located.arn.clone().filter(|_| !is_new);
    let asked = Located { arn, ..located.clone() };
    match fetch::<O>(cx, &at, &asked, state).await {
        Ok(remote) => {
            if is_new {
                check_named(&located, &O::facts(&remote.item), noun)?;
                twice::imported::<O>(cx.client, &located)?;
            }
            O::received(cx, &at, &remote.item, is_new).await?;
            absence::note_seen(&mut cx.private());
            cx.client.locate(located.key.id(), &at.region);
            note_parent::<O>(cx, &at, &located).await;
            Ok(Found::Here(remote))
        }
        Err(Unread::Object(err))
            if O::IS_HISTORY
                && !is_new
                && err.kind == ErrorKind::NotFound
                && !absence::may_be_unseen(&cx.private(), cx.client) =>
        {
            cx.report(no_longer_shown(O::KIND.noun, &located.key.shown(), &err));
            Ok(Found::NotYet)
        }
        Err(Unread::Object(err)) if err.may_mean_gone() => {
            match absence::judge::<O>(cx, &at, &located, &err).await? {
                Found::NotYet => Ok(Found::NotYet),
                _ => Ok(Found::Gone),
            }
        }
        Err(Unread::Object(err)) => {
            Err(failed(&format!("read {noun} {}", located.key.shown()), &err).into())
        }
        Err(Unread::Part(err)) => {
            let what = format!("read all of {noun} {}, which still exists", located.key.shown());
            let errors = absence::denied::<O>(&at, &what, &located, &err).await;
            let mut told = Diagnostics::new();
            for mut error in errors {
                // A read is not told what it is for.
                if !is_new && err.kind != ErrorKind::Stopped {
                    error.detail.push_str(DESTROY_UNREAD);
                }
                told.push(error);
            }
            Err(told)
        }
    }
}

/// What was done stays done: a plan to make it again would do it, and pay for it, twice.
fn no_longer_shown(noun: &str, id: &str, err: &AwsError) -> Diagnostic {
    Diagnostic::warning(
        format!("The {noun} is no longer shown"),
        format!(
            "The service does not show {noun} {id} any more, or not to this account. The state is kept \
             as it is, for another one would be run and paid for. To run it again use -replace; to \
             forget it, take it out of the configuration. {err}"
        ),
    )
}

/// How something is destroyed of which a part cannot be read.
const DESTROY_UNREAD: &str =
    " If it is to be destroyed, that needs no refresh: terraform destroy -refresh=false.";

/// The state with a key that an import left incomplete.
pub(super) async fn completed_key<O: Object>(
    at: &Reading<'_>,
    state: &Value,
) -> Result<Option<Value>, AwsError> {
    if !O::KIND.type_is_found || Key::of_value(&O::KIND, state).is_some() {
        return Ok(None);
    }
    let Some(key) = at.look(O::find_key(at, state)).await? else { return Ok(None) };
    let mut state = state.as_object().cloned().unwrap_or_default();
    for (index, name) in O::KIND.key.iter().enumerate() {
        state.insert((*name).to_owned(), key.at(index).into());
    }
    Ok(Some(Value::Object(state)))
}

/// Asks for the object and its tags: at once where its ARN is known, else one after the other.
///
/// Tags that cannot be read are a warning, and stay as state has them. After a change that was made they are
/// as planned, and not asked for.
///
/// # Errors
///
/// The object, or what else state is made of, was not to be had; or core asked to stop.
pub async fn fetch<O: Object>(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    located: &Located,
    state: &Value,
) -> Result<Remote<O::Item>, Unread> {
    let looking = async {
        let gather = O::gather(cx, at, located, state);
        let planned = cx.completes().then(|| RemoteTags::of_state(state)).flatten();
        let known = located.arn.as_deref().filter(|_| O::KIND.tagged);
        let early = async {
            match (planned, known) {
                (Some(planned), _) => Some(Ok(planned)),
                (None, Some(arn)) => Some(tags::list(at, arn, state).await),
                (None, None) => None,
            }
        };
        let (item, early) = tokio::join!(gather, early);
        let item = item?;
        let listed = match (early, O::facts(&item).arn) {
            (Some(listed), _) => Some(listed),
            (None, Some(arn)) if O::KIND.tagged => Some(tags::list(at, &arn, state).await),
            _ => None,
        };
        let tags = match listed {
            Some(Ok(tags)) => Some(tags),
            Some(Err(err)) => {
                cx.report(unread_tags(O::KIND.noun, &located.key.shown(), &err));
                RemoteTags::of_state(state)
            }
            None => None,
        };
        Ok(Remote { region: at.region.clone(), item, tags })
    };
    let stopped = || Err(Unread::Part(AwsError::stopped()));
    at.stop.run_until_cancelled(Box::pin(looking)).await.unwrap_or_else(stopped)
}

pub(super) fn unread_tags(noun: &str, id: &str, err: &AwsError) -> Diagnostic {
    Diagnostic::warning(
        format!("The tags of {noun} {id} could not be read"),
        format!("They are taken to be as the state has them. {err}"),
    )
}

/// Succeeds when what was found is what a user named: an ARN names an account, a partition and a Region, too.
pub(super) fn check_named(located: &Located, facts: &Facts, noun: &str) -> Result<(), Diagnostics> {
    match (&located.arn, &facts.arn) {
        (Some(named), Some(found)) if !is_same(named, found) => Err(Diagnostic::error(
            format!("This {noun} is not the one that was named"),
            format!(
                "`{named}` was asked for, but the object of that id is `{found}`. Use credentials \
                 of the account that the ARN names, or the right ARN."
            ),
        )
        .into()),
        _ => Ok(()),
    }
}

/// Whether two ARNs name one object; a child's has two forms.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let parts =
        |arn: &str| key::Arn::parse(arn).map(|arn| (arn.partition, arn.account, arn.region));
    one == other || parts(one) == parts(other)
}
