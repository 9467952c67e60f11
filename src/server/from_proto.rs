//! Messages to values.
//!
//! Hosts send what fits the schema. What does not fit comes from another
//! version's schema or from something that is no host, and is told as an error
//! that says what was wanted, what came, and where.

use crate::framework::diagnostics::Diagnostic;
use crate::framework::private::Private;
use crate::proto::tfplugin6::{DynamicValue, RawState, ResourceIdentityData};
use crate::wire::{DecodeError, Type, Value, json, msgpack};

/// A value of a type; null when it is absent or empty.
///
/// `what` names the value in the error: "the configuration of `x`".
///
/// # Errors
///
/// The bytes are not a value of the type, or the whole value is unknown, which
/// no object of a schema can be.
pub(super) fn value(
    dynamic: Option<&DynamicValue>,
    ty: &Type,
    what: impl Fn() -> String,
) -> Result<Value, Diagnostic> {
    let decoded = match dynamic {
        Some(DynamicValue { msgpack: bytes, .. }) if !bytes.is_empty() => {
            msgpack::decode(bytes, ty)
        }
        Some(DynamicValue { json: bytes, .. }) if !bytes.is_empty() => json::decode(bytes, ty),
        _ => Ok(Value::Null),
    };
    match decoded {
        Ok(Value::Unknown) => Err(unreadable(&what(), "the whole value is unknown")),
        Ok(value) => Ok(value),
        Err(err) => Err(misfit(&what(), err)),
    }
}

/// A value without unknown parts, as everything that is stored is.
///
/// # Errors
///
/// As for [`value`], or a part is unknown.
pub(super) fn stored_value(
    dynamic: Option<&DynamicValue>,
    ty: &Type,
    what: impl Fn() -> String,
) -> Result<Value, Diagnostic> {
    let value = value(dynamic, ty, &what)?;
    if value.is_wholly_known() {
        Ok(value)
    } else {
        Err(unreadable(&what(), "a part of it is unknown"))
    }
}

/// A stored identity; null when there is none.
///
/// # Errors
///
/// As for [`stored_value`].
pub(super) fn identity(
    identity: Option<&ResourceIdentityData>,
    ty: &Type,
    what: impl Fn() -> String,
) -> Result<Value, Diagnostic> {
    stored_value(identity.and_then(|identity| identity.identity_data.as_ref()), ty, what)
}

/// The notes that were stored beside a state.
///
/// # Errors
///
/// This provider did not write them.
pub(super) fn private(bytes: &[u8], what: impl Fn() -> String) -> Result<Private, Diagnostic> {
    Private::from_bytes(bytes).map_err(|err| unreadable(&what(), &err.to_string()))
}

/// The JSON of a state or identity as it was stored.
///
/// # Errors
///
/// There is none; Terraform before 0.12 stored another form.
pub(super) fn raw_json(
    raw: Option<&RawState>,
    what: impl Fn() -> String,
) -> Result<&[u8], Diagnostic> {
    match raw {
        Some(raw) if !raw.json.is_empty() => Ok(&raw.json),
        Some(raw) if !raw.flatmap.is_empty() => Err(unreadable(
            &what(),
            "it has the form of Terraform 0.11, which had no such provider",
        )),
        _ => Err(unreadable(&what(), "nothing was sent")),
    }
}

/// The error for bytes that are not of the type.
pub(super) fn misfit(what: &str, err: DecodeError) -> Diagnostic {
    let diagnostic = unreadable(what, &err.to_string());
    if err.path.is_root() { diagnostic } else { diagnostic.at(err.path) }
}

/// The error for something that was sent and cannot be used.
pub(super) fn unreadable(what: &str, why: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Cannot read {what}"),
        format!(
            "What was sent does not fit the provider's schema: {why}. If the provider was just \
             replaced by another version, run `init` again; otherwise please report this, with \
             the output of the same command under TF_LOG=TRACE."
        ),
    )
}
