//! Plain objects: they are what their requests said, and little more.
//!
//! A kind says what it is called, what replies have that no request said, and
//! its rules. Replies are cut to the members that the model has for them, so
//! that a summary is the whole object with less.

use serde_json::{Map, Value, json};

use super::paging::Page;
use super::{Call, memberships, tags, text};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{
    Absence, ChildResourceType, InactiveChildren, Omitted, RefusedWrite, Switches,
};
use crate::shelf::{Head, Kind, Shelf, Stored};
use crate::state::{Collaboration, Membership, MembershipStatus, State, Tags};

/// Members of requests and replies by name.
pub(crate) type Told = Map<String, Value>;

/// How requests and replies call a kind.
pub(crate) struct Names {
    /// The label of its id in paths.
    pub(crate) label: &'static str,
    /// The member of replies with one of them.
    pub(crate) one: &'static str,
    /// The member of replies with summaries of many.
    pub(crate) many: &'static str,
    /// The `resourceType` of errors, if the model has one for the kind.
    pub(crate) resource: Option<ResourceKind>,
    /// The one that comes nearest otherwise.
    pub(crate) nearest: ResourceKind,
}

/// A plain kind.
pub(crate) trait Plain: Stored + Sized {
    const KIND: &'static Kind;
    const NAMES: &'static Names;

    fn new(head: Head, told: Told) -> Self;

    fn told(&self) -> &Told;

    fn told_mut(&mut self) -> &mut Told;

    fn shelf(state: &State) -> &Shelf<Self>;

    fn shelf_mut(state: &mut State) -> &mut Shelf<Self>;

    /// Puts into a reply what no request said.
    fn complete(&self, reply: &mut Value, call: &Call<'_>);

    fn text(&self, name: &str) -> &str {
        self.told().get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn list(&self, name: &str) -> Vec<&str> {
        texts(self.told().get(name))
    }
}

/// The texts of a list; none of what is no list.
pub(super) fn texts(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array)
        .map(|items| items.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

/// Declares a plain kind with its shelf in the state.
macro_rules! plain {
    ($(#[$doc:meta])* $type:ident on $shelf:ident, $kind:expr, $names:expr) => {
        $(#[$doc])*
        #[derive(Clone, serde::Serialize, serde::Deserialize)]
        pub(crate) struct $type {
            pub(crate) head: $crate::shelf::Head,
            told: $crate::operations::plain::Told,
        }

        impl $crate::shelf::Stored for $type {
            fn kind(&self) -> &'static $crate::shelf::Kind {
                <Self as $crate::operations::plain::Plain>::KIND
            }

            fn head(&self) -> &$crate::shelf::Head {
                &self.head
            }

            fn head_mut(&mut self) -> &mut $crate::shelf::Head {
                &mut self.head
            }

            fn status(&self) -> Option<&str> {
                self.told.get("status").and_then(serde_json::Value::as_str)
            }
        }

        impl $crate::operations::plain::Plain for $type {
            const KIND: &'static $crate::shelf::Kind = &$kind;
            const NAMES: &'static $crate::operations::plain::Names = &$names;

            fn new(
                head: $crate::shelf::Head,
                told: $crate::operations::plain::Told,
            ) -> Self {
                Self { head, told }
            }

            fn told(&self) -> &$crate::operations::plain::Told {
                &self.told
            }

            fn told_mut(&mut self) -> &mut $crate::operations::plain::Told {
                &mut self.told
            }

            fn shelf(state: &$crate::state::State) -> &$crate::shelf::Shelf<Self> {
                &state.$shelf
            }

            fn shelf_mut(state: &mut $crate::state::State) -> &mut $crate::shelf::Shelf<Self> {
                &mut state.$shelf
            }

            fn complete(&self, reply: &mut serde_json::Value, call: &$crate::operations::Call<'_>) {
                complete(self, reply, call);
            }
        }
    };
}
pub(super) use plain;

impl Call<'_> {
    /// What the body of the request says, without tags, which are apart.
    pub(super) fn told(&self, input: &Value) -> Told {
        let mut told = self.model.body_of(self.operation, input);
        told.remove("tags");
        told
    }

    /// Checks the tags of a create, and gives them.
    pub(super) fn new_tags(&self, input: &Value) -> Result<Tags, ApiError> {
        let tags: Tags = match input.get("tags") {
            Some(tags) => super::parse(tags.clone())?,
            None => Tags::new(),
        };
        tags::check_keys(tags.keys())?;
        Ok(tags)
    }

    /// The caller's membership that the path names, as the parent of others.
    pub(super) fn parent_membership(&mut self, input: &Value) -> Result<String, ApiError> {
        let id = text(input, "membershipIdentifier")?;
        let absence = self.switches.child_of_another_account;
        let inactive = self.switches.children_of_inactive_membership;
        let membership = memberships::own_or(self, id, absence)?;
        if membership.status != MembershipStatus::Active && inactive == InactiveChildren::NotFound {
            return Err(ApiError::not_found(ResourceKind::Membership, id));
        }
        Ok(id.to_owned())
    }

    /// Refuses changes of what is part of a membership that is over.
    pub(super) fn check_active(&self, membership_id: &str) -> Result<(), ApiError> {
        if !self.state.memberships.contains(membership_id) {
            return Err(ApiError::not_found(ResourceKind::Membership, membership_id));
        }
        let membership = &self.state.memberships[membership_id];
        if membership.status == MembershipStatus::Active {
            return Ok(());
        }
        let message = format!("The membership is {}.", membership.status.as_str());
        let conflicts = self.switches.writes_to_inactive_membership == RefusedWrite::Conflict;
        if conflicts && self.operation.errors.contains_key("ConflictException") {
            return Err(ApiError::conflict(
                ConflictReason::InvalidState,
                ResourceKind::Membership,
                membership_id,
                message,
            ));
        }
        Err(ApiError::denied(message))
    }

    /// A membership with its collaboration, which an active one has.
    pub(super) fn joined(
        &self,
        membership_id: &str,
    ) -> Result<(&Membership, &Collaboration), ApiError> {
        let membership = &self.state.memberships[membership_id];
        match self.state.collaborations.get(&membership.collaboration.id) {
            Some(collaboration) => Ok((membership, collaboration)),
            None => {
                eprintln!("the membership {membership_id} is active without a collaboration");
                Err(ApiError::Internal)
            }
        }
    }

    /// Makes an object, which is a part of a membership if one is given.
    pub(super) fn make<T: Plain>(
        &mut self,
        membership: Option<&str>,
        tags: Option<Tags>,
        told: Told,
    ) -> String {
        let mut head = self.head(T::KIND, tags);
        if let Some(membership) = membership {
            head.arn = head.arn.map(|arn| arn.replace("{membership}", membership));
            head.membership = Some(membership.to_owned());
        }
        let id = head.id.clone();
        T::shelf_mut(self.state).insert(T::new(head, told));
        id
    }

    /// The id of the caller's object that the path names.
    ///
    /// # Errors
    ///
    /// Of its membership, if the path has one; else that there is none.
    pub(super) fn own<T: Plain>(&mut self, input: &Value) -> Result<String, ApiError> {
        let parent = match input.get("membershipIdentifier") {
            Some(_) => Some(self.parent_membership(input)?),
            None => None,
        };
        let id = text(input, T::NAMES.label)?;
        self.own_by_id::<T>(id, parent.as_deref())
    }

    /// The same for an id, of which is known to what membership it must belong.
    pub(super) fn own_by_id<T: Plain>(
        &mut self,
        id: &str,
        membership: Option<&str>,
    ) -> Result<String, ApiError> {
        let (caller, switches) = (self.caller, self.switches);
        let not_found = || missing::<T>(switches, id);
        let object = T::shelf_mut(self.state)
            .find(id)
            .filter(|object| object.head().region == caller.region)
            .filter(|object| {
                membership.is_none() || object.head().membership.as_deref() == membership
            })
            .ok_or_else(not_found)?;
        if object.head().account == caller.account {
            return Ok(id.to_owned());
        }
        Err(match switches.child_of_another_account {
            Absence::AccessDenied => ApiError::denied(format!("You do not have access to {id}.")),
            Absence::NotFound => not_found(),
        })
    }

    /// Everything that is known of an object; replies have a part of it.
    pub(super) fn whole<T: Plain>(&self, object: &T) -> Value {
        let head = object.head();
        let mut whole: Value = json!({
            "id": head.id,
            "arn": head.arn,
            "createTime": head.create_time.to_reply(),
            "updateTime": head.update_time.to_reply(),
            "creatorAccountId": head.account,
        });
        for (name, value) in object.told() {
            whole[name] = in_another_order(value);
        }
        if let Some(membership) = &head.membership {
            let membership = &self.state.memberships[membership.as_str()];
            whole["membershipId"] = membership.head.id.as_str().into();
            whole["membershipArn"] = membership.head.arn().into();
            whole["collaborationId"] = membership.collaboration.id.as_str().into();
            whole["collaborationArn"] = membership.collaboration.arn.as_str().into();
        }
        if self.switches.omitted_description == Omitted::Filled
            && whole.get("description").is_none()
        {
            whole["description"] = "".into();
        }
        object.complete(&mut whole, self);
        whole
    }

    /// The reply with one object.
    pub(super) fn one<T: Plain>(&self, id: &str) -> Value {
        let whole = self.whole(&T::shelf(self.state)[id]);
        json!({ T::NAMES.one: self.model.member_of(self.operation, T::NAMES.one, whole) })
    }

    /// A page of the summaries of those that are `wanted`.
    pub(super) fn many<T: Plain>(
        &mut self,
        input: &Value,
        list: String,
        name: &str,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Value, ApiError> {
        let page = Page::requested(list, input, self)?;
        let seen: Vec<String> = T::shelf_mut(self.state)
            .seen(wanted)
            .into_iter()
            .map(|object| object.head().id.clone())
            .collect();
        let items = seen
            .iter()
            .map(|id| &T::shelf(self.state)[id])
            .map(|object| {
                let summary = self.model.item_of(self.operation, name, self.whole(object));
                (object.head().sequence, summary)
            })
            .collect();
        Ok(page.reply(name, items))
    }

    /// Overwrites members of an object with those that the request has.
    pub(super) fn overwrite<T: Plain>(&mut self, id: &str, told: Told) {
        let now = self.now;
        if let Some(object) = T::shelf_mut(self.state).get_mut(id) {
            object.told_mut().extend(told);
            object.head_mut().update_time = now;
        }
    }
}

/// The refusal of an id that nothing of the kind has.
pub(super) fn missing<T: Plain>(switches: &Switches, id: &str) -> ApiError {
    let kind = T::NAMES.resource.or(match switches.missing_child_resource_type {
        ChildResourceType::Membership => Some(ResourceKind::Membership),
        ChildResourceType::Absent => None,
        ChildResourceType::Nearest => Some(T::NAMES.nearest),
    });
    ApiError::NotFound { kind, id: id.to_owned() }
}

/// Gets an object.
pub(super) fn get<T: Plain>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<T>(&input)?;
    Ok(call.one::<T>(&id))
}

/// Lists the objects of a membership.
pub(super) fn list<T: Plain>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    let of = |object: &T| object.head().membership.as_deref() == Some(membership.as_str());
    call.many(&input, format!("{} {membership}", T::NAMES.many), T::NAMES.many, of)
}

/// Changes what the request names of an object without rules.
pub(super) fn update<T: Plain>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<T>(&input)?;
    if let Some(membership) = &T::shelf(call.state)[&id].head().membership {
        call.check_active(membership)?;
    }
    let told = call.told(&input);
    call.overwrite::<T>(&id, told);
    Ok(call.one::<T>(&id))
}

/// Deletes an object that nothing stands in the way of.
pub(super) fn delete<T: Plain>(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<T>(&input)?;
    T::shelf_mut(call.state).remove(&id);
    Ok(json!({}))
}

/// Refuses one more of a kind than a quota allows.
pub(super) fn check_quota(
    name: &'static str,
    quota: u32,
    there_are: usize,
) -> Result<(), ApiError> {
    if there_are >= quota as usize {
        return Err(ApiError::Quota { name, value: quota.into() });
    }
    Ok(())
}

/// How many of a kind are part of a membership.
pub(super) fn count<T: Plain>(call: &Call<'_>, membership: &str) -> usize {
    T::shelf(call.state)
        .values()
        .filter(|object| object.head().membership.as_deref() == Some(membership))
        .count()
}

/// A conflict about an object.
pub(super) fn conflict<T: Plain>(
    reason: ConflictReason,
    id: &str,
    message: impl Into<String>,
) -> ApiError {
    let kind = T::NAMES.resource.unwrap_or(T::NAMES.nearest);
    ApiError::conflict(reason, kind, id, message)
}

/// The API documents no order of lists, so callers must not get used to theirs.
pub(super) fn in_another_order(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().rev().map(in_another_order).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), in_another_order(value)))
            .collect::<Told>()
            .into(),
        value => value.clone(),
    }
}
