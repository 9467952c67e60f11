//! What is stored with the state of a collaboration, invisible to the user.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cleanrooms::types::MemberSummary;
use serde_json::{Map, Value as Json, json};

use super::changes::PENDING_APPROVAL;
use super::requests::ChangeRequest;
use crate::cleanrooms::absence::VISIBLE_WITHIN;
use crate::framework::private::Private;
use crate::wire::Value;

/// Ids of open change requests that are ours.
const OPEN: &str = "change_requests";

/// Requests that are ours and were not there when they were last asked for: since when that is so.
const MISSING: &str = "missing_change_requests";

/// Who was a member before, and the status since.
const FORMER: &str = "former_members";

/// Who was a member when the configuration was last applied, and has left or was removed since.
const LOST: &str = "lost_members";

/// What was denied or withdrawn last, by the request's id: how it ended, and its accounts.
const DENIED: &str = "denied";

/// The ids of the open change requests that this resource filed or adopted: by its notes, or else by its state.
pub fn open_requests(private: &Private, state: &Value) -> Vec<String> {
    if let Some(noted) = private.get(OPEN) {
        return texts(noted).map(str::to_owned).collect();
    }
    state.get("change_requests").as_map().into_iter().flat_map(|all| all.keys().cloned()).collect()
}

/// Stores which requests are open and ours, even if there are none: state may still show some.
pub fn set_open<'a>(private: &mut Private, ids: impl Iterator<Item = &'a str>) {
    private.set(OPEN, ids.collect::<Vec<_>>());
}

/// The same after a read: then state itself says that none is open.
pub fn set_open_as_read<'a>(private: &mut Private, ids: impl Iterator<Item = &'a str>) {
    let mut ids = ids.peekable();
    if ids.peek().is_some() {
        set_open(private, ids);
    } else {
        private.remove(OPEN);
    }
}

/// Notes which of our requests were not there, and gives those that may be too new to be seen; the
/// others are gone.
///
/// What is wrongly forgotten costs nothing: before a request is filed, an equal one that is open is
/// adopted.
pub fn may_come(private: &mut Private, missing: Vec<String>, now: SystemTime) -> Vec<String> {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let before = private.get(MISSING).and_then(Json::as_object).cloned().unwrap_or_default();
    let since = |id: &String| before.get(id).and_then(Json::as_u64).unwrap_or(now);
    let is_new = |id: &String| now.saturating_sub(since(id)) < VISIBLE_WITHIN.as_secs();
    let may_come: Vec<_> = missing.into_iter().filter(is_new).collect();
    let noted = may_come.iter().map(|id| (id.clone(), since(id).into())).collect();
    set_unless_empty(private, MISSING, noted);
    may_come
}

/// Who was a member before, and whether it has `LEFT` or was `REMOVED`: the service may refuse to take it back.
pub fn former_members(private: &Private) -> impl Iterator<Item = (&str, &str)> {
    let former = private.get(FORMER).and_then(Json::as_object).into_iter().flatten();
    former.filter_map(|(account, status)| Some((account.as_str(), status.as_str()?)))
}

/// Stores who was a member before.
pub fn set_former_members<'a>(
    private: &mut Private,
    members: impl Iterator<Item = &'a MemberSummary>,
) {
    let entry = |member: &MemberSummary| (member.account_id.clone(), json!(member.status.as_str()));
    set_unless_empty(private, FORMER, members.map(entry).collect());
}

/// Who was a member when the configuration was last applied, and is none any more.
pub fn lost_members(private: &Private) -> impl Iterator<Item = &str> {
    private.get(LOST).into_iter().flat_map(texts)
}

/// Stores who is lost: those who were so before and still are, and those who were members in `state`.
pub fn set_lost_members(private: &mut Private, state: &Value) {
    let former: BTreeSet<_> = former_members(private).map(|(account, _)| account).collect();
    let were = state.get("members").as_map().into_iter().flat_map(|members| members.keys());
    let is_pending = |account: &str| {
        state.get("member_statuses").get(account).as_str() == Some(PENDING_APPROVAL)
    };
    let lost_now = were.map(String::as_str).filter(|account| !is_pending(account));
    let lost = lost_members(private).chain(lost_now).filter(|account| former.contains(account));
    let lost: BTreeSet<_> = lost.map(str::to_owned).collect();
    if lost.is_empty() {
        private.remove(LOST);
    } else {
        private.set(LOST, lost.into_iter().collect::<Vec<_>>());
    }
}

/// The accounts for which a change was denied or withdrawn last, empty for the collaboration itself; each with the
/// request and how it ended.
pub fn denials(private: &Private) -> impl Iterator<Item = (&str, &str, &str)> {
    let notes = private.get(DENIED).and_then(Json::as_object).into_iter().flatten();
    notes.flat_map(|(id, note)| {
        let end = note.get("end").and_then(Json::as_str).unwrap_or_default();
        accounts(note).map(move |account| (account, id.as_str(), end))
    })
}

/// Stores what was denied or withdrawn, so that a plan that asks the same again can say so.
pub fn note_denial(private: &mut Private, request: &ChangeRequest) {
    let accounts: Vec<_> = request.subjects().map(|s| s.account().to_owned()).collect();
    let mut notes = denials_of_others(private, request);
    notes.insert(request.id.clone(), json!({ "end": request.end(), "accounts": accounts }));
    private.set(DENIED, notes);
}

/// Forgets that a change was denied once it has been made all the same.
pub fn forget_denial(private: &mut Private, committed: &ChangeRequest) {
    let notes = denials_of_others(private, committed);
    set_unless_empty(private, DENIED, notes);
}

/// The notes of denied requests that are about others than this one.
fn denials_of_others(private: &Private, request: &ChangeRequest) -> Map<String, Json> {
    let subjects: BTreeSet<_> = request.subjects().map(|s| s.account().to_owned()).collect();
    let mut notes = private.get(DENIED).and_then(Json::as_object).cloned().unwrap_or_default();
    notes.retain(|_, note| !accounts(note).any(|account| subjects.contains(account)));
    notes
}

fn accounts(note: &Json) -> impl Iterator<Item = &str> {
    note.get("accounts").into_iter().flat_map(texts)
}

fn texts(list: &Json) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str)
}

fn set_unless_empty(private: &mut Private, key: &str, notes: Map<String, Json>) {
    if notes.is_empty() {
        private.remove(key);
    } else {
        private.set(key, notes);
    }
}
