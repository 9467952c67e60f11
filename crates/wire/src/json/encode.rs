//! Values to JSON.

use serde_json::{Value as Json, json};

use crate::conformity::{check_depth, typed_attributes, typed_elements};
use crate::error::{EncodeError, EncodeProblem};
use crate::value::normalised;
use crate::{Number, Step, Type, Value};

/// Writes `value`, which must be of type `ty` and wholly known, as JSON.
///
/// Numbers keep all their digits. An object must have exactly the attributes
/// of its type: one that is not set is null, not absent.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    Ok(json(value, ty, 1)?.to_string().into_bytes())
}

/// The JSON of the value at nesting `depth`, where the root has depth 1.
fn json(value: &Value, ty: &Type, depth: usize) -> Result<Json, EncodeError> {
    check_depth(depth)?;
    Ok(match (value, ty) {
        (Value::Null, _) => Json::Null,
        (Value::Unknown, _) => return Err(EncodeProblem::UnknownInJson.into()),
        (Value::Bool(value), Type::Bool) => Json::Bool(*value),
        (Value::Number(number), Type::Number) => Json::Number(json_number(number)?),
        (Value::String(text), Type::String) => Json::String(normalised(text).into_owned()),
        (Value::Dynamic(typed), Type::Dynamic) => {
            let (ty, value) = &**typed;
            json!({"type": ty.to_json(), "value": json(value, ty, depth + 1)?})
        }
        (Value::List(list), Type::List(ty)) => {
            elements(list.iter().map(|element| (element, &**ty)), depth)?
        }
        (Value::Set(set), Type::Set(ty)) => {
            elements(set.iter().map(|element| (element, &**ty)), depth)
                .map_err(EncodeError::within_set)?
        }
        (Value::Tuple(tuple), Type::Tuple(types)) => {
            elements(typed_elements(tuple, types)?, depth)?
        }
        (Value::Map(map), Type::Map(ty)) => {
            let elements = map.iter().map(|(key, element)| (key, element, &**ty));
            entries(elements, Step::Key, depth)?
        }
        (Value::Object(attributes), Type::Object(types)) => {
            entries(typed_attributes(attributes, types)?, Step::Attribute, depth)?
        }
        _ => return Err(EncodeProblem::mismatch(ty, value).into()),
    })
}

fn elements<'a>(
    elements: impl Iterator<Item = (&'a Value, &'a Type)>,
    depth: usize,
) -> Result<Json, EncodeError> {
    elements
        .enumerate()
        .map(|(index, (element, ty))| {
            json(element, ty, depth + 1).map_err(|err| err.within(Step::at(index)))
        })
        .collect()
}

/// The JSON of a map or an object, whose `step` leads into an entry.
fn entries<'a>(
    entries: impl Iterator<Item = (&'a String, &'a Value, &'a Type)>,
    step: fn(String) -> Step,
    depth: usize,
) -> Result<Json, EncodeError> {
    entries
        .map(|(key, value, ty)| {
            let json = json(value, ty, depth + 1);
            let json = json.map_err(|err: EncodeError| err.within(step(key.clone())))?;
            Ok((normalised(key).into_owned(), json))
        })
        .collect()
}

fn json_number(number: &Number) -> Result<serde_json::Number, EncodeError> {
    if !number.is_finite() {
        return Err(EncodeProblem::InfinityInJson.into());
    }
    Ok(number.to_string().parse().expect("plain decimal notation is a JSON number"))
}
