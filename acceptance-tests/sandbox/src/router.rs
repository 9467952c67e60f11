//! From method and path to an operation of the model.

use percent_encoding::percent_decode_str;

use crate::error::ApiError;
use crate::model::{Model, Operation};

/// The operation that a request is for.
pub(crate) struct Matched<'a> {
    pub(crate) operation: &'a Operation,
    /// Values of the path's labels, decoded.
    pub(crate) labels: Vec<(String, String)>,
}

/// Finds the operation.
///
/// # Errors
///
/// HTTP 404 for a path that no operation has, 405 for one that operations have
/// with other methods, 400 for labels that are not UTF-8.
pub(crate) fn route<'a>(
    model: &'a Model,
    method: &str,
    path: &str,
) -> Result<Matched<'a>, ApiError> {
    let on_path: Vec<&Operation> =
        model.operations().filter(|operation| fits(&operation.uri, path)).collect();
    if on_path.is_empty() {
        return Err(ApiError::front_door(
            404,
            "UnknownOperationException",
            format!("There is nothing at {path}."),
        ));
    }
    let operation =
        on_path.into_iter().find(|operation| operation.method == method).ok_or_else(|| {
            ApiError::front_door(
                405,
                "MethodNotAllowedException",
                format!("The method {method} is not possible here."),
            )
        })?;
    let labels = labels(&operation.uri, path).ok_or_else(|| {
        ApiError::front_door(400, "SerializationException", "The path is not UTF-8.")
    })?;
    Ok(Matched { operation, labels })
}

/// The methods that a path has, for the `Allow` header.
pub(crate) fn allowed(model: &Model, path: &str) -> String {
    let methods: Vec<&str> = model
        .operations()
        .filter(|operation| fits(&operation.uri, path))
        .map(|operation| operation.method.as_str())
        .collect();
    methods.join(", ")
}

fn label(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn fits(uri: &str, path: &str) -> bool {
    let mut wanted = uri.split('/');
    let mut given = path.split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if label(wanted).is_some() && !given.is_empty() => {}
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}

/// Labels are decoded after the path was split, for they may hold slashes.
fn labels(uri: &str, path: &str) -> Option<Vec<(String, String)>> {
    uri.split('/')
        .zip(path.split('/'))
        .filter_map(|(wanted, given)| Some((label(wanted)?, given)))
        .map(|(name, given)| {
            let value = percent_decode_str(given).decode_utf8().ok()?;
            Some((name.to_owned(), value.into_owned()))
        })
        .collect()
}
