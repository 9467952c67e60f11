//! JSON to values.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::error::{DecodeError, DecodeProblem, kind_of_type};
use crate::value::normalised;
use crate::{Step, Type, Value};

/// Reads a value of type `ty` from a state's JSON.
///
/// The schema may have changed since the state was written: attributes that
/// the state lacks are null, and attributes that `ty` lacks are dropped. Not
/// so within a dynamic value, which carries the very type it was written with.
/// Of a name that occurs twice the last value counts.
///
/// Nesting is bounded by the JSON parser's limit of 128 levels, and memory by
/// the length of `bytes` and the size of `ty`.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    from_json(serde_json::from_slice(bytes).map_err(DecodeProblem::Json)?, ty)
}

/// The same of JSON that is parsed already.
pub fn from_json(json: Json, ty: &Type) -> Result<Value, DecodeError> {
    value(json, ty, OtherAttributes::Tolerated)
}

/// How to take it that an object has not exactly the attributes of its type.
#[derive(Clone, Copy)]
enum OtherAttributes {
    /// The schema has changed.
    Tolerated,
    /// The type came with the value. Were missing attributes made null here, a
    /// large type and many empty objects would cost memory in proportion to
    /// the product of their sizes.
    Refused,
}

fn value(json: Json, ty: &Type, other: OtherAttributes) -> Result<Value, DecodeError> {
    match (ty, json) {
        (_, Json::Null) => Ok(Value::Null),
        (Type::Bool, Json::Bool(value)) => Ok(Value::Bool(value)),
        (Type::Number, Json::Number(number)) => {
            Ok(Value::Number(number.as_str().parse().map_err(DecodeProblem::Number)?))
        }
        (Type::String, Json::String(text)) => Ok(Value::string(text)),
        (Type::Dynamic, Json::Object(parts)) => dynamic(parts),
        (Type::List(ty), Json::Array(elements)) => {
            self::elements(elements.into_iter().map(|json| (json, &**ty)), other).map(Value::List)
        }
        (Type::Set(ty), Json::Array(elements)) => {
            self::elements(elements.into_iter().map(|json| (json, &**ty)), other)
                .map(Value::set)
                .map_err(DecodeError::within_set)
        }
        (Type::Tuple(types), Json::Array(elements)) => {
            let (wanted, found) = (types.len(), elements.len());
            if wanted != found {
                return Err(DecodeProblem::WrongLength { wanted, found }.into());
            }
            self::elements(elements.into_iter().zip(types), other).map(Value::Tuple)
        }
        (Type::Map(ty), Json::Object(elements)) => map(elements, ty, other),
        (Type::Object(types), Json::Object(attributes)) => object(attributes, types, other),
        (_, json) => Err(mismatch(ty, &json)),
    }
}

fn elements<'a>(
    elements: impl Iterator<Item = (Json, &'a Type)>,
    other: OtherAttributes,
) -> Result<Vec<Value>, DecodeError> {
    elements
        .enumerate()
        .map(|(index, (json, ty))| {
            value(json, ty, other).map_err(|err| err.within(Step::at(index)))
        })
        .collect()
}

fn map(
    entries: serde_json::Map<String, Json>,
    ty: &Type,
    other: OtherAttributes,
) -> Result<Value, DecodeError> {
    let mut elements = BTreeMap::new();
    for (key, json) in entries {
        let key = normalised(&key).into_owned();
        let element = value(json, ty, other).map_err(|err| err.within(Step::Key(key.clone())))?;
        if elements.contains_key(&key) {
            return Err(DecodeProblem::DuplicateKey(key).into());
        }
        elements.insert(key, element);
    }
    Ok(Value::Map(elements))
}

fn object(
    mut entries: serde_json::Map<String, Json>,
    types: &BTreeMap<String, Type>,
    other: OtherAttributes,
) -> Result<Value, DecodeError> {
    let mut attributes = BTreeMap::new();
    for (name, ty) in types {
        let json = match (entries.remove(name), other) {
            (Some(json), _) => json,
            (None, OtherAttributes::Tolerated) => Json::Null,
            (None, OtherAttributes::Refused) => {
                return Err(DecodeProblem::MissingAttribute(name.clone()).into());
            }
        };
        let attribute = value(json, ty, other);
        let attribute = attribute.map_err(|err| err.within(Step::Attribute(name.clone())))?;
        attributes.insert(name.clone(), attribute);
    }
    match (entries.into_iter().next(), other) {
        (Some((name, _)), OtherAttributes::Refused) => {
            Err(DecodeProblem::UnsupportedAttribute(name).into())
        }
        _ => Ok(Value::Object(attributes)),
    }
}

/// Reads the object `{"value": …, "type": …}` of a dynamic value.
fn dynamic(mut parts: serde_json::Map<String, Json>) -> Result<Value, DecodeError> {
    let mut part = |name: &str| {
        parts.remove(name).ok_or_else(|| DecodeProblem::MissingAttribute(name.to_owned()))
    };
    let ty = Type::from_json_value(&part("type")?).map_err(DecodeProblem::Type)?;
    let value = value(part("value")?, &ty, OtherAttributes::Refused)?;
    match parts.into_iter().next() {
        Some((name, _)) => Err(DecodeProblem::UnsupportedAttribute(name).into()),
        None => Ok(Value::Dynamic(Box::new((ty, value)))),
    }
}

fn mismatch(ty: &Type, json: &Json) -> DecodeError {
    let found = match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    };
    DecodeProblem::Mismatch { wanted: kind_of_type(ty), found }.into()
}
