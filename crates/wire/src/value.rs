//! The value tree.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{AttributePath, Number, Step, Type, ValueSet};

/// A value of a configuration, plan or state: null, unknown, or known.
///
/// Strings are in Unicode's normalisation form C, since Terraform compares
/// them so; the codecs and the constructors here see to it.
///
/// `Debug` and `Display` both give compact text that resembles HCL, made for
/// tests: `{name = "a", tags = {"k" = unknown}}`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Absent: not configured, or not there.
    #[default]
    Null,
    /// To be known after apply.
    Unknown,
    /// True or false.
    Bool(bool),
    /// A number of any precision.
    Number(Number),
    /// Text in Unicode's normalisation form C.
    String(String),
    /// Elements of one type, in order.
    List(Vec<Value>),
    /// Elements of one type, without order.
    Set(ValueSet),
    /// Elements of one type under string keys.
    Map(BTreeMap<String, Value>),
    /// Named attributes; one that is absent counts as null.
    Object(BTreeMap<String, Value>),
    /// A fixed number of elements, each with a type of its own.
    Tuple(Vec<Value>),
    /// A value with its type, where the schema leaves the type open. A null or
    /// unknown of which not even the type is known is a bare [`Value::Null`]
    /// or [`Value::Unknown`].
    ///
    /// The methods of `Value` look through this variant.
    Dynamic(Box<(Type, Value)>),
}

static NULL: Value = Value::Null;

impl Value {
    /// An object of the given attributes.
    ///
    /// ```
    /// use wire::Value;
    ///
    /// let object = Value::object([("name", "a".into()), ("id", Value::Unknown)]);
    /// assert_eq!(object.to_string(), r#"{id = unknown, name = "a"}"#);
    /// ```
    pub fn object<'a>(attributes: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// A map of the given elements.
    pub fn map<'a>(elements: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        let elements = elements.into_iter();
        Self::Map(elements.map(|(key, value)| (normalised(key).into_owned(), value)).collect())
    }

    /// A list of the given elements.
    pub fn list(elements: impl IntoIterator<Item = Value>) -> Self {
        Self::List(elements.into_iter().collect())
    }

    /// A set of the given elements.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        Self::Set(elements.into_iter().collect())
    }

    /// A string, brought into normalisation form C.
    pub fn string(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::String(match normalised(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(normalised) => normalised,
        })
    }

    /// Whether the value is absent.
    pub fn is_null(&self) -> bool {
        matches!(self.inner(), Self::Null)
    }

    /// Whether the value itself is unknown; parts of a known one may still be.
    pub fn is_unknown(&self) -> bool {
        matches!(self.inner(), Self::Unknown)
    }

    /// Whether the value itself is known or null; parts of it may be unknown.
    pub fn is_known(&self) -> bool {
        !self.is_unknown()
    }

    /// Whether neither the value nor any part of it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self.inner() {
            Self::Unknown => false,
            Self::Map(parts) | Self::Object(parts) => parts.values().all(Self::is_wholly_known),
            other => other.as_elements().all(Self::is_wholly_known),
        }
    }

    /// The attribute or map element called `name`; null if there is none, also
    /// because this is neither an object nor a map.
    pub fn get(&self, name: &str) -> &Value {
        self.parts().and_then(|parts| parts.get(name)).unwrap_or(&NULL)
    }

    /// The part at `path`, or nothing if the path leads out of the value.
    ///
    /// Maps and objects are entered by attribute and by key alike, since
    /// Terraform uses a key for blocks that it turned into an object.
    pub fn at(&self, path: &AttributePath) -> Option<&Value> {
        path.steps().iter().try_fold(self, |value, step| match (step, value.inner()) {
            (Step::Attribute(name) | Step::Key(name), other) => other.parts()?.get(name),
            (Step::Index(index), Self::List(elements) | Self::Tuple(elements)) => {
                elements.get(usize::try_from(*index).ok()?)
            }
            (Step::Index(_), _) => None,
        })
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self.inner() {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// A known boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.inner() {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match self.inner() {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The attributes of a known object.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        match self.inner() {
            Self::Object(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// The elements of a known map.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self.inner() {
            Self::Map(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements of a known list, set or tuple; none of anything else.
    pub fn as_elements(&self) -> std::slice::Iter<'_, Value> {
        match self.inner() {
            Self::List(elements) | Self::Tuple(elements) => elements.iter(),
            Self::Set(elements) => elements.iter(),
            _ => [].iter(),
        }
    }

    /// The value with every unknown part made null, as in a saved state.
    pub fn unknowns_to_null(self) -> Self {
        let each = |parts: BTreeMap<String, Self>| {
            parts.into_iter().map(|(name, value)| (name, value.unknowns_to_null())).collect()
        };
        match self {
            Self::Unknown => Self::Null,
            Self::List(elements) => Self::list(elements.into_iter().map(Self::unknowns_to_null)),
            Self::Set(elements) => Self::set(elements.into_iter().map(Self::unknowns_to_null)),
            Self::Tuple(elements) => {
                Self::Tuple(elements.into_iter().map(Self::unknowns_to_null).collect())
            }
            Self::Map(elements) => Self::Map(each(elements)),
            Self::Object(attributes) => Self::Object(each(attributes)),
            Self::Dynamic(typed) => {
                let (ty, value) = *typed;
                Self::Dynamic(Box::new((ty, value.unknowns_to_null())))
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => self,
        }
    }

    fn inner(&self) -> &Value {
        let mut value = self;
        while let Self::Dynamic(typed) = value {
            value = &typed.1;
        }
        value
    }

    fn parts(&self) -> Option<&BTreeMap<String, Value>> {
        match self.inner() {
            Self::Object(parts) | Self::Map(parts) => Some(parts),
            _ => None,
        }
    }
}

/// The text in Unicode's normalisation form C.
pub fn normalised(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

/// Nothing becomes null.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Unknown => f.write_str("unknown"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::String(text) => write!(f, "{text:?}"),
            Self::List(elements) => write_elements(f, "", elements.iter()),
            Self::Set(elements) => write_elements(f, "set", elements.iter()),
            Self::Tuple(elements) => write_elements(f, "tuple", elements.iter()),
            Self::Map(elements) => {
                write_parts(f, elements.iter().map(|(key, value)| (format!("{key:?}"), value)))
            }
            Self::Object(attributes) => write_parts(f, attributes.iter()),
            Self::Dynamic(typed) => write!(f, "dynamic({}, {})", typed.0, typed.1),
        }
    }
}

fn write_elements<'a>(
    f: &mut fmt::Formatter<'_>,
    kind: &str,
    elements: impl Iterator<Item = &'a Value>,
) -> fmt::Result {
    write!(f, "{kind}[")?;
    for (position, element) in elements.enumerate() {
        write!(f, "{}{element}", if position == 0 { "" } else { ", " })?;
    }
    f.write_str("]")
}

fn write_parts<'a>(
    f: &mut fmt::Formatter<'_>,
    parts: impl Iterator<Item = (impl fmt::Display, &'a Value)>,
) -> fmt::Result {
    f.write_str("{")?;
    for (position, (name, value)) in parts.enumerate() {
        write!(f, "{}{name} = {value}", if position == 0 { "" } else { ", " })?;
    }
    f.write_str("}")
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member() -> Value {
        Value::object([
            ("members", Value::map([("1", Value::object([("status", Value::Unknown)]))])),
            ("abilities", Value::set(["b".into(), "a".into()])),
            ("list", Value::list([Value::from(1), Value::Null])),
        ])
    }

    #[test]
    fn an_absent_attribute_is_null() {
        assert_eq!(member().get("description"), &Value::Null);
        assert_eq!(Value::from("text").get("description"), &Value::Null);
        assert_eq!(member().get("members").get("1").get("status"), &Value::Unknown);
    }

    #[test]
    fn a_path_leads_to_its_part() {
        let status = AttributePath::of("members").key("1").attribute("status");
        assert_eq!(member().at(&status), Some(&Value::Unknown));
        assert_eq!(member().at(&AttributePath::of("list").index(0)), Some(&Value::from(1)));
        assert_eq!(member().at(&AttributePath::root()), Some(&member()));
    }

    #[test]
    fn a_path_out_of_the_value_leads_nowhere() {
        for path in [
            AttributePath::of("absent"),
            AttributePath::of("list").index(2),
            AttributePath::of("list").index(-1),
            AttributePath::of("abilities").index(0),
            AttributePath::of("members").key("1").attribute("status").attribute("x"),
        ] {
            assert_eq!(member().at(&path), None, "{path}");
        }
    }

    #[test]
    fn one_unknown_part_makes_a_value_not_wholly_known() {
        assert!(member().is_known());
        assert!(!member().is_wholly_known());
        assert!(!Value::Unknown.is_known());
        assert!(Value::Null.is_wholly_known());
    }

    #[test]
    fn unknown_parts_become_null() {
        let state = member().unknowns_to_null();
        assert!(state.is_wholly_known());
        assert_eq!(state.get("members").get("1").get("status"), &Value::Null);
        assert_eq!(state.get("list"), member().get("list"));
        let set = Value::set([Value::Unknown, Value::Unknown]);
        assert_eq!(set.unknowns_to_null(), Value::set([Value::Null]));
    }

    #[test]
    fn dynamic_values_are_looked_through() {
        let dynamic = |ty, value| Value::Dynamic(Box::new((ty, value)));
        assert!(dynamic(Type::String, Value::Null).is_null());
        assert!(dynamic(Type::String, Value::Unknown).is_unknown());
        assert_eq!(dynamic(Type::String, "a".into()).as_str(), Some("a"));
    }

    #[test]
    fn strings_that_look_the_same_are_the_same() {
        assert_eq!(Value::from("e\u{301}"), Value::from("\u{e9}"));
        assert_eq!(Value::map([("e\u{301}", Value::Null)]), Value::map([("\u{e9}", Value::Null)]));
    }

    #[test]
    fn values_display_compactly() {
        assert_eq!(
            member().to_string(),
            r#"{abilities = set["a", "b"], list = [1, null], members = {"1" = {status = unknown}}}"#
        );
    }
}
