//! Whether an object is gone: absence needs proof.
//!
//! The service answers AccessDenied for an absent collaboration, for a missing
//! permission and for another account's credentials alike, and NotFound says
//! nothing about whose account was asked. A provider that believes every such
//! answer forgets live objects. So the caller must be the owner in state, a kind
//! that models no 404 must be missing from the service's own list, read to its
//! end, and what was made a moment ago may be not visible yet.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value as Json;

use super::aws::{AwsError, ErrorKind};
use super::client::{Client, Reading};
use super::error::failed;
use super::key::Located;
use super::object::Object;
use crate::framework::private::Private;
use crate::framework::{Context, Diagnostic, Diagnostics, Found};

/// A note: the object was made then, by the service's clock, and no read has seen it yet.
const UNSEEN: &str = "unseen";

/// How long what was made may stay invisible.
pub const VISIBLE_WITHIN: Duration = Duration::from_secs(5 * 60);

/// Notes that an object is about to be made that nobody has seen yet.
pub fn note_unseen(private: &mut Private, client: &Client) {
    let now = client.aws.server_time().duration_since(UNIX_EPOCH).unwrap_or_default();
    private.set(UNSEEN, now.as_secs());
}

/// Notes that a read has seen the object.
pub fn note_seen(private: &mut Private) {
    private.remove(UNSEEN);
}

/// Takes the note away, for what is done about another object.
pub fn note_aside(private: &mut Private) -> Option<Json> {
    let noted = private.get(UNSEEN).cloned();
    private.remove(UNSEEN);
    noted
}

/// Puts back what [`note_aside`] took.
pub fn note_again(private: &mut Private, noted: Option<Json>) {
    if let Some(noted) = noted {
        private.set(UNSEEN, noted);
    }
}

/// Whether the object was made so lately that it may be not visible yet.
pub fn may_be_unseen(private: &Private, client: &Client) -> bool {
    let made = private.get(UNSEEN).and_then(Json::as_u64);
    let age = |made| client.age(SystemTime::UNIX_EPOCH + Duration::from_secs(made));
    made.is_some_and(|made| age(made) < VISIBLE_WITHIN)
}

/// What an object is that was not found: gone, or not visible yet.
///
/// # Errors
///
/// There is no proof either way: which permission or which account is missing.
pub async fn judge<O: Object>(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    located: &Located,
    absent: &AwsError,
) -> Result<Found<std::convert::Infallible>, Diagnostics> {
    let is_seen = !may_be_unseen(&cx.private(), cx.client);
    let what = format!("read {} {}", O::KIND.noun, located.key.shown());
    if let Proof::Listed(error) = look::<O>(at, located, &what, absent).await? {
        note_seen(&mut cx.private());
        return Err(error.into());
    }
    if is_seen {
        return Ok(Found::Gone);
    }
    let noun = O::KIND.noun;
    cx.report(Diagnostic::warning(
        format!("The {noun} is not visible yet"),
        format!(
            "{noun} {} was made a moment ago, and the service does not show it yet. The state is \
             kept as it is; the next plan or refresh completes it.",
            located.key.shown()
        ),
    ));
    Ok(Found::NotYet)
}

/// Succeeds when the object is proved to be absent: then there is nothing left of `what` was to be done.
///
/// # Errors
///
/// There is no proof: which permission or which account is missing, or that it may be too new to be seen.
pub async fn prove<O: Object>(
    cx: &Context<'_, Client>,
    at: &Reading<'_>,
    located: &Located,
    what: &str,
    absent: &AwsError,
) -> Result<(), Diagnostics> {
    match look::<O>(at, located, what, absent).await? {
        Proof::Listed(error) => Err(error.into()),
        Proof::Absent if may_be_unseen(&cx.private(), cx.client) => {
            let (noun, id) = (O::KIND.noun, located.key.shown());
            Err(Diagnostic::error(
                format!("Cannot {what}, which is not visible yet"),
                format!(
                    "{noun} {id} was made less than five minutes ago, and the service does not show \
                     it yet, so nothing tells whether it is gone. The state is kept; try again in \
                     some minutes. {absent}"
                ),
            )
            .into())
        }
        Proof::Absent => Ok(()),
    }
}

/// What is proved of an object that was not to be had.
enum Proof {
    /// It is gone.
    Absent,
    /// It exists, by the service's own list: what is to be told.
    Listed(Diagnostic),
}

async fn look<O: Object>(
    at: &Reading<'_>,
    located: &Located,
    what: &str,
    absent: &AwsError,
) -> Result<Proof, Diagnostics> {
    let noun = O::KIND.noun;
    let id = located.key.shown();
    let unsure = |err: AwsError| {
        let mut diagnostic = failed(&format!("tell whether {noun} {id} still exists"), &err);
        diagnostic.detail.push_str(&format!(" It was asked because: {absent}"));
        diagnostic
    };
    let unnamed = |err: AwsError| {
        let may_pass = may_pass(err.kind);
        let mut diagnostic = unsure(err);
        if !may_pass {
            diagnostic.detail.push_str(&format!(
                " Where STS can never be asked, and the {noun} surely was deleted elsewhere, take its \
                 address out of the state: terraform state rm."
            ));
        }
        Diagnostics::from(diagnostic)
    };
    let listed = match O::is_listed(at, &located.key) {
        // The kind models a 404, so that AccessDenied means what it says.
        None if absent.kind == ErrorKind::AccessDenied => {
            return Err(denied::<O>(at, what, located, absent).await);
        }
        listed => listed,
    };
    if let Some(owner) = &located.owner {
        let caller = at.client.caller(&at.stop).await.map_err(unnamed)?;
        if caller != *owner {
            return Err(other_account(noun, &id, owner, &caller, absent).into());
        }
    }
    let Some(listed) = listed else { return Ok(Proof::Absent) };
    Ok(match at.look(listed).await.map_err(|err| Diagnostics::from(unsure(err)))? {
        false => Proof::Absent,
        true => Proof::Listed(failed(&format!("access {noun} {id}, which still exists"), absent)),
    })
}

/// Whether a question that failed so may be answered soon, or after the credentials or the clock are
/// mended; STS is out of reach in some networks for good.
fn may_pass(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Throttled
            | ErrorKind::Internal
            | ErrorKind::Credentials
            | ErrorKind::Clock
            | ErrorKind::Stopped
    )
}

/// The error of a call about an object: when it was denied because the caller is another account, it says so.
pub async fn denied<O: Object>(
    at: &Reading<'_>,
    what: &str,
    located: &Located,
    err: &AwsError,
) -> Diagnostics {
    if err.kind == ErrorKind::AccessDenied
        && let Some(owner) = &located.owner
        && let Ok(caller) = at.client.caller(&at.stop).await
        && caller != *owner
    {
        return other_account(O::KIND.noun, &located.key.shown(), owner, &caller, err).into();
    }
    failed(what, err).into()
}

fn other_account(noun: &str, id: &str, owner: &str, caller: &str, err: &AwsError) -> Diagnostic {
    Diagnostic::error(
        format!("The {noun} belongs to another account"),
        format!(
            "{noun} `{id}` belongs to account `{owner}`, but the provider's credentials belong to \
             account `{caller}`. Use credentials of that account, for instance by another \
             `profile` or by `assume_role`. The state is kept. {err}"
        ),
    )
}
