//! Objects that come from elsewhere: from another provider's resource, or from this one under another address.
//!
//! Engines ask where a `moved` block leads from another type or provider, some of them in a process that
//! was never configured (protocol-more, 1.2). So there is no client here, and nothing but the stored state
//! to go by: what is called alike is taken over in our shape, what the origin calls otherwise is renamed,
//! and the rest is null until the first read. A note says that this read is still to come.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value as Json};

use super::diagnostics::Diagnostic;
use super::managed::{Managed, ManagedResource, StateResponse};
use super::private::Private;
use super::resource::Resource;
use wire::{Type, Value, json, normalised};

/// A note that is stored with an object that was moved here and that no read has seen so far: the type
/// that it had. Nobody has looked yet whose it is, and a leaf that is null may be anything.
pub const MOVED: &str = "moved";

/// What an engine has stored of an object that is to become one of ours.
#[derive(Debug, Clone, Copy, Default)]
pub struct Source<'a> {
    /// The address of its provider: with a host and a namespace, or the last part alone.
    pub provider: &'a str,
    /// The type that it has there.
    pub type_name: &'a str,
    /// The version of the schema that wrote the state.
    pub version: i64,
    /// The state, as JSON.
    pub state: &'a [u8],
    /// Notes of the provider, whatever they are.
    pub private: &'a [u8],
    /// The stored identity, as JSON; empty for none.
    pub identity: &'a [u8],
}

impl Source<'_> {
    /// Whether it has that type of the provider by whose name the type's begins.
    ///
    /// Hosts and namespaces are those of mirrors and forks, which keep the same state; and OpenTofu up to
    /// 1.12.3 sends no more than the last part (protocol-more, 1.3).
    fn is_of(&self, type_name: &str) -> bool {
        let provider = self.provider.rsplit('/').next().unwrap_or_default();
        self.type_name == type_name && type_name.split('_').next() == Some(provider)
    }
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, type_name, version, .. } = self;
        write!(f, "`{type_name}` of provider `{provider}` (schema version {version})")
    }
}

/// A resource type of another provider, from which objects are moved here.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// Its name, which begins with the provider's.
    pub type_name: &'static str,
    /// What it calls attributes of ours that have another name: its name, then ours.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Brings into our shape what names do not say.
    pub reshape: fn(&mut Map<String, Json>) -> Result<(), Diagnostic>,
}

impl Origin {
    /// An origin that differs from ours in names alone.
    pub const fn named(
        type_name: &'static str,
        renamed: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { type_name, renamed, reshape: |_| Ok(()) }
    }
}

/// The types of other providers from which objects of one resource are moved here.
#[derive(Debug, Clone, Copy)]
pub struct Origins {
    /// An attribute that every state of ours has, of whatever version, and none of theirs.
    pub ours: &'static str,
    /// The types.
    pub all: &'static [Origin],
}

/// The state, the notes and the identity that an object has here.
///
/// # Errors
///
/// Its type is none from which objects are moved here, or its state is damaged. Never is the state null:
/// engines would take that for an object that is gone, and make another one.
pub(super) fn moved<R: Resource>(
    resource: &Managed<R>,
    source: Source<'_>,
) -> Result<StateResponse, Diagnostic> {
    if source.is_of(R::TYPE_NAME) {
        return under_another_address(resource, source);
    }
    let origins = R::origins().map_or(&[][..], |origins| origins.all);
    let Some(origin) = origins.iter().find(|origin| source.is_of(origin.type_name)) else {
        return Err(unknown_origin::<R>(origins, source));
    };
    let stored = serde_json::from_slice(source.state);
    let Ok(Json::Object(mut stored)) = stored else {
        return Err(unreadable::<R>(source, "it is not a JSON object"));
    };
    for (theirs, ours) in origin.renamed {
        if let Some(value) = stored.remove(*theirs).filter(|value| !value.is_null()) {
            stored.insert((*ours).to_owned(), value);
        }
    }
    (origin.reshape)(&mut stored)?;
    let taken_over = shaped(&Json::Object(stored), &resource.schema().implied_type());
    let state = R::settle(taken_over).map_err(|why| unreadable::<R>(source, &why))?;
    let mut private = Private::default();
    private.set(MOVED, source.type_name);
    let identity = R::identity(&state).unwrap_or_default();
    Ok(StateResponse { state, private, identity, ..StateResponse::default() })
}

/// The same resource under another address: a mirror, another host or namespace.
fn under_another_address<R: Resource>(
    resource: &Managed<R>,
    source: Source<'_>,
) -> Result<StateResponse, Diagnostic> {
    let present = resource.schema().version;
    if source.version > present {
        return Err(Diagnostic::error(
            format!("The state of {} is of a newer version of the provider", R::TYPE_NAME),
            format!(
                "It is of schema version {}; this provider knows {present}. Install the version that \
                 has written it, or a later one.",
                source.version
            ),
        ));
    }
    let state = resource.upgrade(source.version, source.state)?;
    if state.is_null() {
        return Err(unreadable::<R>(source, "it is null"));
    }
    let private = Private::from_bytes(source.private).map_err(|err| {
        unreadable::<R>(source, &format!("its private notes are not ours: {err}"))
    })?;
    let identity = match resource.upgrade_identity(source.identity) {
        Value::Null => R::identity(&state).unwrap_or_default(),
        stored => stored,
    };
    Ok(StateResponse { state, private, identity, ..StateResponse::default() })
}

/// Whether a stored state is another provider's: an engine has not asked to convert it.
///
/// Terraform converts none but the current object of an address, and brings deposed ones along as they
/// are (protocol-more, 1.2).
///
/// # Errors
///
/// It is.
pub(super) fn refuse_unconverted<R: Resource>(stored: &Json) -> Result<(), Diagnostic> {
    let Some(Origins { ours, .. }) = R::origins() else { return Ok(()) };
    if stored.is_null() || stored.get(ours).is_some() {
        return Ok(());
    }
    Err(Diagnostic::error(
        format!("This is not the state of a {}", R::TYPE_NAME),
        format!(
            "It lacks `{ours}`, which every one of them has. Most likely it is the state of a deposed \
             object of another provider, which a `moved` block has brought along: engines do not \
             convert those. Nothing is lost. Take the `moved` block back, apply the former \
             configuration, so that the former provider destroys what is deposed, then move."
        ),
    ))
}

/// The warning of a plan that changes an object which was moved here and not read yet.
pub(super) fn unread(type_name: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("{type_name} was moved here and not read yet"),
        "What the former provider's state did not hold is taken to be as configured, so this plan may \
         show changes that are none, and none that are. Apply will refuse it: plan without \
         `-refresh=false`.",
    )
}

/// The error of an apply that would change such an object.
pub(super) fn refusal(type_name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("{type_name} was moved here and not read yet"),
        "Nothing was changed, for nobody has looked yet whose object it is and how it stands. Plan and \
         apply without `-refresh=false`. Where the provider's configuration was not known in the plan, \
         apply what it comes from first.",
    )
}

fn unknown_origin<R: Resource>(origins: &[Origin], source: Source<'_>) -> Diagnostic {
    let known = origins.iter().map(|origin| origin.type_name).chain([R::TYPE_NAME]);
    let known: Vec<_> = known.map(|type_name| format!("`{type_name}`")).collect();
    Diagnostic::error(
        format!("Cannot move this to {}", R::TYPE_NAME),
        format!(
            "Its state is of {source}. Objects are moved to `{}` from {}, where the provider has the \
             name with which the type begins. For anything else take the old address out of the state \
             with a `removed` block or `state rm`, and import the object.",
            R::TYPE_NAME,
            known.join(", "),
        ),
    )
}

fn unreadable<R: Resource>(source: Source<'_>, why: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Cannot move this to {}", R::TYPE_NAME),
        format!(
            "The state of {source} cannot be taken over: {why}. Nothing was changed. Take the old \
             address out of the state with a `removed` block or `state rm`, and import the object."
        ),
    )
}

/// What a stored value says in our shape; null where it says nothing.
///
/// Another provider may hold an object as a list of at most one, a map as a list of keys and values, and
/// an empty text where nothing was set. What does not fit is left to the first read.
fn shaped(stored: &Json, ty: &Type) -> Value {
    match (ty, stored) {
        (Type::Object(types), Json::Object(stored)) => shaped_object(stored, types),
        (Type::Object(_), Json::Array(blocks)) => match blocks.as_slice() {
            [only] => shaped(only, ty),
            _ => Value::Null,
        },
        (Type::Map(ty), Json::Object(stored)) => {
            let entry =
                |(key, value): (&String, &Json)| (normalised(key).into_owned(), shaped(value, ty));
            Value::Map(stored.iter().map(entry).collect())
        }
        (Type::Map(ty), Json::Array(pairs)) => {
            let pair = |pair: &Json| {
                let key = normalised(pair.get("key")?.as_str()?).into_owned();
                Some((key, shaped(pair.get("value")?, ty)))
            };
            Value::Map(pairs.iter().filter_map(pair).collect())
        }
        (Type::List(ty), Json::Array(elements)) => {
            Value::List(elements.iter().map(|element| shaped(element, ty)).collect())
        }
        (Type::Set(ty), Json::Array(elements)) => {
            Value::set(elements.iter().map(|element| shaped(element, ty)))
        }
        (Type::String, Json::String(text)) if text.is_empty() => Value::Null,
        (Type::String | Type::Bool | Type::Number, leaf) => {
            json::decode(leaf.to_string().as_bytes(), ty).unwrap_or_default()
        }
        _ => Value::Null,
    }
}

/// An object that says nothing is none.
fn shaped_object(stored: &Map<String, Json>, types: &BTreeMap<String, Type>) -> Value {
    let attribute = |name: &str, ty| stored.get(name).map_or(Value::Null, |it| shaped(it, ty));
    let object = types.iter().map(|(name, ty)| (name.clone(), attribute(name, ty)));
    let object: BTreeMap<_, _> = object.collect();
    if object.values().all(Value::is_null) { Value::Null } else { Value::Object(object) }
}

#[cfg(test)]
mod tests;
