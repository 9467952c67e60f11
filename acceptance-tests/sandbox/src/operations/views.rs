//! What members see of each other's parts of their collaboration.

use serde_json::{Value, json};

use super::plain::{Plain, missing};
use super::{Call, text};
use crate::error::ApiError;
use crate::settings::Permission;
use crate::state::{MemberStatus, MembershipStatus, State};

/// The name that a member of replies has on the collaboration's side.
fn viewed(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("collaboration{}{rest}", first.to_uppercase())
}

impl Call<'_> {
    /// The collaboration that the path names, where the caller sees its parts.
    pub(super) fn viewed_collaboration(&mut self, input: &Value) -> Result<String, ApiError> {
        let id = text(input, "collaborationIdentifier")?;
        let account = &self.caller.account;
        let views = self.switches.collaboration_views_of_invited;
        let is_active = self
            .parent(id)?
            .member(account)
            .is_some_and(|member| member.status == MemberStatus::Active);
        if is_active || views == Permission::Allowed {
            return Ok(id.to_owned());
        }
        Err(ApiError::denied(format!("The account has not joined the collaboration {id}.")))
    }

    /// The reply with one object on the collaboration's side.
    pub(super) fn view_one<T: Plain>(&self, id: &str) -> Value {
        let name = viewed(T::NAMES.one);
        let whole = self.viewed_whole(&T::shelf(self.state)[id]);
        json!({ name.as_str(): self.model.member_of(self.operation, &name, whole) })
    }

    /// What is known of an object, without what is for its owner alone.
    pub(super) fn viewed_whole<T: Plain>(&self, object: &T) -> Value {
        let mut whole = self.whole(object);
        let is_artifact = whole.pointer("/source/artifacts").is_some();
        if is_artifact
            && object.head().account != self.caller.account
            && let Some(members) = whole.as_object_mut()
        {
            members.remove("source");
        }
        whole
    }
}

/// Whether an object is part of an active membership in the collaboration.
pub(super) fn is_in<T: Plain>(state: &State, object: &T, collaboration: &str) -> bool {
    let membership = object.head().membership.as_deref();
    membership.and_then(|membership| state.memberships.get(membership)).is_some_and(|membership| {
        membership.collaboration.id == collaboration
            && membership.status == MembershipStatus::Active
    })
}

/// The ids of what is seen of a kind in the collaboration.
pub(super) fn seen_in<T: Plain>(call: &mut Call<'_>, collaboration: &str) -> Vec<String> {
    let ids: Vec<String> = T::shelf(call.state)
        .values()
        .filter(|object| is_in(call.state, *object, collaboration))
        .map(|object| object.head().id.clone())
        .collect();
    ids.into_iter().filter(|id| T::shelf_mut(call.state).find(id).is_some()).collect()
}

/// Gets an object of whichever member.
pub(super) fn get<T: Plain>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let collaboration = call.viewed_collaboration(&input)?;
    let id = text(&input, T::NAMES.label)?;
    let is_there = T::shelf_mut(call.state).find(id).is_some();
    if is_there && is_in(call.state, &T::shelf(call.state)[id], &collaboration) {
        return Ok(call.view_one::<T>(id));
    }
    Err(missing::<T>(call.switches, id))
}

/// Lists what members have of a kind.
pub(super) fn list<T: Plain>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let collaboration = call.viewed_collaboration(&input)?;
    let name = viewed(T::NAMES.many);
    let page = super::Page::requested(format!("{name} {collaboration}"), &input, call)?;
    let items = seen_in::<T>(call, &collaboration)
        .iter()
        .map(|id| &T::shelf(call.state)[id])
        .map(|object| {
            let whole = call.viewed_whole(object);
            (object.head().sequence, call.model.item_of(call.operation, &name, whole))
        })
        .collect();
    Ok(page.reply(&name, items))
}
