//! Which object a call is about: its ids and its Region, and how a user names it.
//!
//! The key of a call comes from what was asked: from state, from an import or
//! from the plan, and never from a reply. It is parsed once, so that no call is
//! made about an id that is not there.

use super::kind::Kind;
use super::shapes::ids::{is_account_id, is_uuid};
use super::shapes::region::is_region;
use crate::framework::identity::{IdentityAttribute, IdentitySchema};
use crate::framework::{Diagnostic, ImportTarget};
use crate::wire::Value;

/// The ids that name an object within its account and Region, those of its parents first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<String>);

impl Key {
    /// A key of these ids, outermost first.
    ///
    /// `None` for an empty id, and for none at all: a call with it would be about something else.
    pub fn new(ids: impl IntoIterator<Item = String>) -> Option<Self> {
        let ids: Vec<_> = ids.into_iter().collect();
        (!ids.is_empty() && ids.iter().all(|id| !id.is_empty())).then_some(Self(ids))
    }

    /// The key that a state or a plan holds; `None` while part of it is not known.
    pub fn of_value(kind: &Kind, value: &Value) -> Option<Self> {
        let texts = kind.key.iter().map(|name| value.get(name).as_str().map(str::to_owned));
        Self::new(texts.collect::<Option<Vec<_>>>()?)
    }

    /// The key of an object that has an id of its own alone, once that is known.
    pub fn of_id(id: &Value) -> Option<Self> {
        Self::new([id.as_str()?.to_owned()])
    }

    /// Whether each of its ids can be one.
    pub fn is_of(&self, kind: &Kind) -> bool {
        kind.key.iter().zip(&self.0).all(|(name, id)| is_id(name, id))
    }

    /// The object's own id.
    pub fn id(&self) -> &str {
        self.0.last().map(String::as_str).unwrap_or_default()
    }

    /// The id of the outermost parent; the object's own if it has none.
    pub fn parent(&self) -> &str {
        self.at(0)
    }

    /// The id at a place, counted from the outermost parent.
    pub fn at(&self, index: usize) -> &str {
        self.0.get(index).map(String::as_str).unwrap_or_default()
    }

    /// All ids, as an import takes them: joined by slashes.
    pub fn text(&self) -> String {
        self.0.join("/")
    }

    /// What messages call the object: its own id; all of the key where that is no more than a type.
    pub fn shown(&self) -> String {
        if is_uuid(self.id()) { self.id().to_owned() } else { self.text() }
    }
}

/// An object that exists, as far as is known without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its ids.
    pub key: Key,
    /// Its Region; the provider's when not known.
    pub region: Option<String>,
    /// Its ARN; not known in an import by id, and some kinds have none.
    pub arn: Option<String>,
    /// The account that owns it.
    pub owner: Option<String>,
}

impl Located {
    /// The object that a state describes.
    ///
    /// # Errors
    ///
    /// The state lacks an id, which no state of this provider does.
    pub fn of_state(kind: &Kind, state: &Value) -> Result<Self, Diagnostic> {
        let text = |name: &str| state.get(name).as_str().map(str::to_owned);
        let key = Key::of_value(kind, state).ok_or_else(|| {
            Diagnostic::error(
                format!("The state of this {} lacks its id", kind.noun),
                format!(
                    "It was damaged, since {} must be there. Nothing was called. Take the address \
                     out of the state with `terraform state rm` and import the object anew.",
                    kind.key.join(" and ")
                ),
            )
        })?;
        let owner = kind.owner.iter().find_map(|name| {
            let text = text(name)?;
            Arn::parse(&text).map(|arn| arn.account).or(Some(text))
        });
        Ok(Self { key, region: text("region"), arn: text("arn"), owner })
    }
}

/// An ARN of this service, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn {
    /// Its partition, such as `aws`.
    pub partition: String,
    /// The Region of the object.
    pub region: String,
    /// The account that owns it.
    pub account: String,
    /// What it names: kinds and ids.
    segments: Vec<String>,
}

impl Arn {
    /// Takes an ARN apart; `None` if it is not one of this service's.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let segments: Vec<_> = resource.split('/').map(str::to_owned).collect();
        (arn == "arn" && service == "cleanrooms" && segments.len() >= 2).then(|| Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            segments,
        })
    }

    /// The kind of object that it names, in the ARN's own word.
    pub fn word(&self) -> &str {
        match self.segments.as_slice() {
            [_, _, word, _] => word,
            [word, ..] => word,
            [] => "",
        }
    }

    /// Whether it names the object of that key, as far as it tells.
    pub fn names(&self, key: &Key) -> bool {
        let ids = self.ids();
        !ids.is_empty() && key.0.ends_with(&ids)
    }

    /// The ids in it: the parent's first, where it names one.
    ///
    /// A child stands as `membership/<id>/<kind>/<id>` or as
    /// `<kind>/<membership>/<id>`: the model and IAM differ.
    fn ids(&self) -> Vec<String> {
        match self.segments.as_slice() {
            [_, parent, _, id] | [_, parent, id] => vec![parent.clone(), id.clone()],
            [_, id] => vec![id.clone()],
            _ => Vec::new(),
        }
    }
}

/// The identity of a kind of object: its ids, its Region and its account.
pub fn identity_schema(kind: &Kind) -> IdentitySchema {
    let attribute = |name, description: String, required_for_import| IdentityAttribute {
        name,
        description,
        required_for_import,
    };
    let doc = |name: &str| match name.strip_suffix("_id") {
        Some(parent) => format!("The id of the {}.", parent.replace('_', " ")),
        None if name == "id" => format!("The id of the {}.", kind.noun),
        None => format!("The {}.", name.replace('_', " ")),
    };
    let ids = kind.key.iter().map(|name| attribute(*name, doc(name), true));
    let others = [
        attribute("region", "Its Region; the provider's when left out.".to_owned(), false),
        attribute("account_id", "The account that owns it.".to_owned(), false),
    ];
    IdentitySchema { version: 1, attributes: ids.chain(others).collect() }
}

/// Whether a text can be the value of that attribute of an identity.
pub fn is_of_identity(name: &str, text: &str) -> bool {
    match name {
        "region" => is_region(text),
        "account_id" => is_account_id(text),
        _ => is_id(name, text),
    }
}

/// Whether a text can be the value of that attribute of a key.
fn is_id(name: &str, text: &str) -> bool {
    match name.ends_with("_type") {
        true => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        false => is_uuid(text),
    }
}

/// The identity of the object that a state describes; `None` while part of it is not known.
pub fn identity(kind: &Kind, state: &Value) -> Option<Value> {
    let located = Located::of_state(kind, state).ok()?;
    let ids = located.key.0.into_iter().map(Some);
    identity_schema(kind).identity(ids.chain([located.region, located.owner]))
}

/// The little state from which a read finds the rest: what an id, an ARN, `id@region` or an identity tells.
///
/// # Errors
///
/// It is none of these, or it names another kind of object.
pub fn import(
    kind: &Kind,
    target: ImportTarget<'_>,
) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
    match target {
        ImportTarget::Id(text) => import_text(kind, text),
        ImportTarget::Identity(identity) => {
            let text = |name: &str| identity.get(name).as_str().unwrap_or_default();
            let ids: Vec<_> = kind.key.iter().map(|name| text(name)).collect();
            // What stands in `id` may be any text that an import takes.
            let mut known = match ids.as_slice() {
                [only] => import_text(kind, only)?,
                _ => import_text(kind, &ids.join("/"))?,
            };
            for (name, attribute) in [("region", Some("region")), ("account_id", kind.account())] {
                let given = identity.get(name);
                if let Some(attribute) = attribute.filter(|_| !given.is_null()) {
                    known.retain(|(known, _)| *known != attribute);
                    known.push((attribute, given.clone()));
                }
            }
            Ok(known)
        }
    }
}

fn import_text(kind: &Kind, text: &str) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
    let (named, region) = match text.split_once('@') {
        Some((named, region)) => (named, Some(region.to_owned())),
        None => (text, None),
    };
    let arn = Arn::parse(named);
    let ids = match &arn {
        Some(arn) if kind.arn == Some(arn.word()) => arn.ids(),
        Some(arn) => {
            let detail =
                format!("`{text}` is the ARN of {}, not of {}.", a(arn.word()), a(kind.noun));
            let summary = format!("Cannot import this as {}", a(kind.noun));
            return Err(Diagnostic::error(summary, detail));
        }
        None => named.split('/').map(str::to_owned).collect(),
    };
    let lengths = kind.key.len() - usize::from(kind.type_is_found)..=kind.key.len();
    if !lengths.contains(&ids.len()) || !kind.key.iter().zip(&ids).all(|(name, id)| is_id(name, id))
    {
        return Err(not_importable(kind, text));
    }
    let region = region.or_else(|| arn.as_ref().map(|arn| arn.region.clone()));
    if let Some(region) = region.as_deref().filter(|region| !is_region(region)) {
        return Err(Diagnostic::error(
            format!("Cannot import `{text}`"),
            format!("`{region}` is not the name of a Region, such as us-east-1."),
        ));
    }
    let mut known: Vec<_> =
        kind.key.iter().copied().zip(ids.into_iter().map(Value::String)).collect();
    known.extend(region.map(|region| ("region", Value::String(region))));
    // It tells whose the object is, should it not be found.
    known.extend(arn.map(|_| ("arn", Value::from(named))));
    Ok(known)
}

fn not_importable(kind: &Kind, text: &str) -> Diagnostic {
    let ids: Vec<_> = kind.key.iter().map(|name| format!("<{name}>")).collect();
    let by_arn = if kind.arn.is_some() { ", by its ARN" } else { "" };
    let piped = if text.contains('|') {
        " (awscc writes the ids the other way round, with a bar between them.)"
    } else {
        ""
    };
    Diagnostic::error(
        format!("Cannot import `{text}`"),
        format!(
            "{} is imported by `{}`, where ids are UUIDs in lower case{by_arn}, or with its \
             Region as `{}@<region>`.{piped}",
            a(kind.noun).replacen('a', "A", 1),
            ids.join("/"),
            ids.join("/"),
        ),
    )
}

/// A noun with its article.
pub fn a(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00000000-0000-4000-8000-000000000001";
    const PARENT: &str = "00000000-0000-4000-8000-000000000002";

    const PLAIN: Kind = Kind {
        type_name: "cleanrooms_collaboration",
        noun: "collaboration",
        arn: Some("collaboration"),
        key: &["id"],
        parent: None,
        owner: &["creator_account_id", "arn"],
        former_identity: &[],
        tagged: true,
        is_unique: false,
        type_is_found: false,
    };
    const CHILD: Kind = Kind {
        noun: "association",
        arn: Some("configuredtableassociation"),
        key: &["membership_id", "id"],
        ..PLAIN
    };

    fn imported(kind: &Kind, text: &str) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        import(kind, ImportTarget::Id(text))
    }

    fn value(known: &[(&'static str, Value)], name: &str) -> Option<String> {
        let found = known.iter().find(|(known, _)| *known == name);
        found.and_then(|(_, value)| value.as_str().map(str::to_owned))
    }

    #[test]
    fn an_object_is_imported_by_id_arn_and_region() {
        let region = |text: &str| {
            let known = imported(&PLAIN, text).expect("importable");
            assert_eq!(value(&known, "id").as_deref(), Some(ID));
            value(&known, "region")
        };
        assert_eq!(region(ID), None);
        assert_eq!(region(&format!("{ID}@eu-west-1")).as_deref(), Some("eu-west-1"));
        let arn = format!("arn:aws:cleanrooms:us-east-1:111122223333:collaboration/{ID}");
        assert_eq!(region(&arn).as_deref(), Some("us-east-1"));
    }

    #[test]
    fn a_child_is_imported_with_its_parent_in_either_form_of_arn() {
        let arn =
            |resource: String| format!("arn:aws:cleanrooms:us-east-1:111122223333:{resource}");
        for text in [
            format!("{PARENT}/{ID}"),
            format!("{PARENT}/{ID}@us-east-1"),
            arn(format!("membership/{PARENT}/configuredtableassociation/{ID}")),
            arn(format!("configuredtableassociation/{PARENT}/{ID}")),
        ] {
            let known = imported(&CHILD, &text).expect("importable");
            assert_eq!(value(&known, "membership_id").as_deref(), Some(PARENT), "{text}");
            assert_eq!(value(&known, "id").as_deref(), Some(ID), "{text}");
        }
    }

    #[test]
    fn other_things_are_not_imported() {
        let membership = format!("arn:aws:cleanrooms:us-east-1:111122223333:membership/{ID}");
        for (kind, text) in [
            (&PLAIN, membership.as_str()),
            (&PLAIN, "my-collaboration"),
            (&PLAIN, &format!("{ID}@moon")),
            (&PLAIN, &format!("{PARENT}/{ID}")),
            (&PLAIN, ""),
            (&CHILD, ID),
            (&CHILD, &format!("{ID}|{PARENT}")),
            (&CHILD, &format!("/{ID}")),
        ] {
            assert!(imported(kind, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_state_without_an_id_is_an_error_and_not_a_call() {
        let state = Value::object([("id", "".into()), ("arn", Value::Null)]);
        assert!(Located::of_state(&PLAIN, &state).is_err());
        assert_eq!(Key::new([ID.to_owned(), String::new()]), None);
    }

    #[test]
    fn what_has_no_id_of_its_own_is_called_by_its_whole_key() {
        let shown = |ids: [&str; 2]| Key::new(ids.map(str::to_owned)).expect("complete").shown();
        assert_eq!(shown([PARENT, ID]), ID);
        assert_eq!(shown([PARENT, "LIST"]), format!("{PARENT}/LIST"));
    }

    #[test]
    fn the_owner_is_an_account_or_in_an_arn() {
        let state = |owner: Value, arn: Value| {
            Value::object([("id", ID.into()), ("creator_account_id", owner), ("arn", arn)])
        };
        let arn = format!("arn:aws:cleanrooms:us-east-1:111122223333:collaboration/{ID}");
        let owner = |state: &Value| Located::of_state(&PLAIN, state).expect("located").owner;
        let by_arn = state(Value::Null, arn.as_str().into());
        assert_eq!(owner(&by_arn).as_deref(), Some("111122223333"));
        let named = state("444455556666".into(), Value::Null);
        assert_eq!(owner(&named).as_deref(), Some("444455556666"));
        assert_eq!(owner(&state(Value::Null, Value::Null)), None);
    }
}
