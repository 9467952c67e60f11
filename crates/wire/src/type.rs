//! The types of values, and their JSON form.

use std::collections::BTreeMap;
use std::fmt;

use super::value::normalised;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// True or false.
    Bool,
    /// A number of any precision.
    Number,
    /// Text in Unicode's normalisation form C.
    String,
    /// Any type: the value brings its own along.
    Dynamic,
    /// Any number of elements of one type, in order.
    List(Box<Type>),
    /// Any number of different elements of one type, without order.
    Set(Box<Type>),
    /// Elements of one type under any string keys.
    Map(Box<Type>),
    /// A fixed number of elements, each with a type of its own.
    Tuple(Vec<Type>),
    /// Named attributes, each with a type of its own.
    Object(BTreeMap<String, Type>),
}

/// A type constraint that is not one of Terraform's.
#[derive(Debug, thiserror::Error)]
pub enum InvalidType {
    /// Not JSON, or nested too deeply.
    #[error("a type must be JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A type name that is neither a primitive nor `dynamic`.
    #[error("there is no type {0:?}")]
    Name(String),
    /// JSON of another form than a name or an array of kind and argument.
    #[error("a type must be a name or an array of a kind and its argument")]
    Form,
}

impl Type {
    /// A list of elements of type `element`.
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of elements of type `element`.
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of elements of type `element`.
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object of the given attributes.
    pub fn object<'a>(attributes: impl IntoIterator<Item = (&'a str, Type)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect())
    }

    /// The type constraint as JSON, as schemas and dynamic values carry it:
    /// `"string"`, `["list","string"]`, `["object",{"a":"bool"}]`.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::json;
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Tuple(elements) => {
                json!(["tuple", elements.iter().map(Self::to_json).collect::<Vec<_>>()])
            }
            Self::Object(attributes) => {
                let attributes = attributes.iter().map(|(name, ty)| (name.clone(), ty.to_json()));
                json!(["object", serde_json::Map::from_iter(attributes)])
            }
        }
    }

    /// Reads a type constraint from its JSON form.
    ///
    /// The list of optional attributes, which an object may have as its third
    /// element, is accepted and dropped: it matters to module inputs alone.
    /// Nesting is bounded by the JSON parser's limit of 128 levels.
    pub fn from_json(bytes: &[u8]) -> Result<Self, InvalidType> {
        Self::from_json_value(&serde_json::from_slice(bytes)?)
    }

    /// Reads a type constraint from JSON that is parsed already.
    pub(super) fn from_json_value(json: &serde_json::Value) -> Result<Self, InvalidType> {
        if let Some(name) = json.as_str() {
            return Self::from_name(name);
        }
        let parts = json.as_array().ok_or(InvalidType::Form)?;
        let kind = parts.first().and_then(|kind| kind.as_str()).ok_or(InvalidType::Form)?;
        match (kind, &parts[1..]) {
            ("list", [element]) => Ok(Self::list(Self::from_json_value(element)?)),
            ("set", [element]) => Ok(Self::set(Self::from_json_value(element)?)),
            ("map", [element]) => Ok(Self::map(Self::from_json_value(element)?)),
            ("tuple", [serde_json::Value::Array(elements)]) => elements
                .iter()
                .map(Self::from_json_value)
                .collect::<Result<_, _>>()
                .map(Self::Tuple),
            (
                "object",
                [serde_json::Value::Object(attributes)]
                | [serde_json::Value::Object(attributes), serde_json::Value::Array(_)],
            ) => attributes
                .iter()
                .map(|(name, ty)| Ok((normalised(name).into_owned(), Self::from_json_value(ty)?)))
                .collect::<Result<_, _>>()
                .map(Self::Object),
            _ => Err(InvalidType::Form),
        }
    }

    fn from_name(name: &str) -> Result<Self, InvalidType> {
        match name {
            "bool" => Ok(Self::Bool),
            "number" => Ok(Self::Number),
            "string" => Ok(Self::String),
            "dynamic" => Ok(Self::Dynamic),
            _ => Err(InvalidType::Name(name.to_owned())),
        }
    }
}

/// As in a configuration's type constraint: `map(object({name = string}))`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Dynamic => f.write_str("dynamic"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (position, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if position == 0 { "" } else { ", " })?;
                }
                f.write_str("])")
            }
            Self::Object(attributes) => {
                f.write_str("object({")?;
                for (position, (name, ty)) in attributes.iter().enumerate() {
                    write!(f, "{}{name} = {ty}", if position == 0 { "" } else { ", " })?;
                }
                f.write_str("})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arbitrary::any_type;

    #[test]
    fn types_have_the_json_of_the_protocol() {
        let ty = Type::object([
            ("a", Type::list(Type::String)),
            ("b", Type::Tuple(vec![Type::Bool, Type::Dynamic])),
            ("c", Type::map(Type::set(Type::Number))),
        ]);
        assert_eq!(
            ty.to_json().to_string(),
            r#"["object",{"a":["list","string"],"b":["tuple",["bool","dynamic"]],"c":["map",["set","number"]]}]"#
        );
        assert_eq!(
            ty.to_string(),
            "object({a = list(string), b = tuple([bool, dynamic]), c = map(set(number))})"
        );
    }

    #[test]
    fn optional_attributes_are_read_past() {
        let ty = Type::from_json(br#"["object", {"a": "string"}, ["a"]]"#).expect("a type");
        assert_eq!(ty, Type::object([("a", Type::String)]));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        let deep = [b"[\"list\",".repeat(10_000), b"]".repeat(10_000)].concat();
        for json in [
            &b""[..],
            b"null",
            b"[]",
            b"\"strin\"",
            b"[\"list\"]",
            b"[\"list\",\"string\",\"string\"]",
            b"[\"object\",[]]",
            b"[\"tuple\",\"string\"]",
            b"[1,\"string\"]",
            &deep,
        ] {
            Type::from_json(json).expect_err("not a type");
        }
    }

    proptest! {
        #[test]
        fn a_type_survives_its_json(ty in any_type()) {
            let json = ty.to_json().to_string();
            prop_assert_eq!(Type::from_json(json.as_bytes()).expect("a type"), ty);
        }
    }
}
