//! What both encoders check of a value before they write it.

use std::collections::BTreeMap;

use super::error::{EncodeError, EncodeProblem, MAX_DEPTH};
use super::{Type, Value};

/// Refuses nesting that no decoder would read; the root has depth 1.
pub(super) fn check_depth(depth: usize) -> Result<(), EncodeError> {
    if depth > MAX_DEPTH { Err(EncodeProblem::TooDeep.into()) } else { Ok(()) }
}

/// The attributes of an object, each with its type; both must name the same.
pub(super) fn typed_attributes<'a>(
    attributes: &'a BTreeMap<String, Value>,
    types: &'a BTreeMap<String, Type>,
) -> Result<impl ExactSizeIterator<Item = (&'a String, &'a Value, &'a Type)>, EncodeError> {
    if let Some(unsupported) = attributes.keys().find(|name| !types.contains_key(*name)) {
        return Err(EncodeProblem::UnsupportedAttribute(unsupported.clone()).into());
    }
    if let Some(missing) = types.keys().find(|name| !attributes.contains_key(*name)) {
        return Err(EncodeProblem::MissingAttribute(missing.clone()).into());
    }
    // The same names in the same order, as both maps are sorted.
    Ok(attributes.iter().zip(types.values()).map(|((name, value), ty)| (name, value, ty)))
}

/// The elements of a tuple, each with its type; there must be as many.
pub(super) fn typed_elements<'a>(
    elements: &'a [Value],
    types: &'a [Type],
) -> Result<impl ExactSizeIterator<Item = (&'a Value, &'a Type)>, EncodeError> {
    let (wanted, found) = (types.len(), elements.len());
    if wanted != found {
        return Err(EncodeProblem::WrongLength { wanted, found }.into());
    }
    Ok(elements.iter().zip(types))
}
