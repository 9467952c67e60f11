//! What can be wrong with bytes or values, and where.
//!
//! The texts name kinds of values, never their content: a value may be secret.

use std::fmt;

use super::{AttributePath, InvalidNumber, InvalidType, Step, Type, Value};

/// The greatest nesting of a value that the codecs accept, the root counted.
///
/// Schemas nest a handful of levels; the bound keeps hostile bytes from
/// exhausting the stack.
pub const MAX_DEPTH: usize = 128;

/// Bytes that are not a value of the expected type.
pub type DecodeError = Located<DecodeProblem>;

/// A value that is not of the type it is to be encoded for.
pub type EncodeError = Located<EncodeProblem>;

/// A problem, and the part of the value that has it.
///
/// The path ends at a set if the problem lies within one.
#[derive(Debug)]
pub struct Located<P> {
    /// Where the problem is; the root if it concerns the whole value.
    pub path: AttributePath,
    /// What the problem is.
    pub problem: P,
}

/// What can be wrong with bytes.
#[derive(Debug, thiserror::Error)]
pub enum DecodeProblem {
    /// Another kind of value than the type asks for.
    #[error("expected {wanted}, found {found}")]
    Mismatch {
        /// The kind that the type asks for, with its article.
        wanted: &'static str,
        /// The kind that came, with its article.
        found: &'static str,
    },
    /// The bytes end in the middle of a value.
    #[error("the value ends early")]
    EndsEarly,
    /// There is something behind the value.
    #[error("more bytes follow the value: {0}")]
    TrailingBytes(usize),
    /// Nested more deeply than [`MAX_DEPTH`].
    #[error("the value is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A string that is not UTF-8.
    #[error("a string is not UTF-8")]
    NotUtf8,
    /// A tuple with too few or too many elements.
    #[error("expected a tuple of {wanted} elements, found {found}")]
    WrongLength {
        /// How many elements the type has.
        wanted: usize,
        /// How many came.
        found: usize,
    },
    /// An object without one of its attributes.
    #[error("the attribute {0:?} is missing")]
    MissingAttribute(String),
    /// An object with an attribute that its type does not have.
    #[error("there is no attribute {0:?}")]
    UnsupportedAttribute(String),
    /// A key that occurs twice in one object or map.
    #[error("the key {0:?} occurs twice")]
    DuplicateKey(String),
    /// Something that stands for a number but is not one.
    #[error(transparent)]
    Number(#[from] InvalidNumber),
    /// A dynamic value whose type cannot be read.
    #[error("the type of a dynamic value cannot be read: {0}")]
    Type(#[from] InvalidType),
    /// Text that is not JSON.
    #[error("the text is not JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// What can be wrong with a value that is to be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeProblem {
    /// Another kind of value than the type asks for.
    #[error("expected {wanted}, found {found}")]
    Mismatch {
        /// The kind that the type asks for, with its article.
        wanted: &'static str,
        /// The kind of the value, with its article.
        found: &'static str,
    },
    /// A tuple with too few or too many elements.
    #[error("expected a tuple of {wanted} elements, found {found}")]
    WrongLength {
        /// How many elements the type has.
        wanted: usize,
        /// How many the value has.
        found: usize,
    },
    /// An object without one of its attributes.
    #[error("the attribute {0:?} is missing")]
    MissingAttribute(String),
    /// An object with an attribute that its type does not have.
    #[error("there is no attribute {0:?}")]
    UnsupportedAttribute(String),
    /// Nested more deeply than [`MAX_DEPTH`].
    #[error("the value is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// More bytes or elements than MessagePack can count.
    #[error("the value has more than 4,294,967,295 elements or bytes")]
    TooLong,
    /// JSON has no way to write an unknown value.
    #[error("an unknown value cannot be written as JSON")]
    UnknownInJson,
    /// JSON has no way to write an infinity.
    #[error("an infinite number cannot be written as JSON")]
    InfinityInJson,
}

impl<P> Located<P> {
    /// The same problem, seen from the object, map, list or tuple around it.
    pub(super) fn within(self, step: Step) -> Self {
        let steps = std::iter::once(step).chain(self.path.steps().iter().cloned());
        Self { path: steps.collect(), ..self }
    }

    /// The same problem, seen from the set around it, where its path ends.
    pub(super) fn within_set(self) -> Self {
        Self { path: AttributePath::root(), ..self }
    }
}

impl From<DecodeProblem> for DecodeError {
    fn from(problem: DecodeProblem) -> Self {
        Self { path: AttributePath::root(), problem }
    }
}

impl From<EncodeProblem> for EncodeError {
    fn from(problem: EncodeProblem) -> Self {
        Self { path: AttributePath::root(), problem }
    }
}

impl<P: fmt::Display> fmt::Display for Located<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_root() {
            write!(f, "{}: ", self.path)?;
        }
        self.problem.fmt(f)
    }
}

impl<P: std::error::Error> std::error::Error for Located<P> {}

/// The kind of value that `ty` asks for, with its article.
pub(super) fn kind_of_type(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "a bool",
        Type::Number => "a number",
        Type::String => "a string",
        Type::Dynamic => "a value with its type",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Tuple(_) => "a tuple",
        Type::Object(_) => "an object",
    }
}

impl EncodeProblem {
    pub(super) fn mismatch(ty: &Type, value: &Value) -> Self {
        Self::Mismatch { wanted: kind_of_type(ty), found: kind_of_value(value) }
    }
}

fn kind_of_value(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Unknown => "an unknown value",
        Value::Bool(_) => kind_of_type(&Type::Bool),
        Value::Number(_) => kind_of_type(&Type::Number),
        Value::String(_) => kind_of_type(&Type::String),
        Value::List(_) => "a list",
        Value::Set(_) => "a set",
        Value::Map(_) => "a map",
        Value::Object(_) => "an object",
        Value::Tuple(_) => "a tuple",
        Value::Dynamic(_) => kind_of_type(&Type::Dynamic),
    }
}
