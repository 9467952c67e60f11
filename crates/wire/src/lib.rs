//! Values as Terraform and OpenTofu put them on the wire.
//!
//! A [`Value`] is a tree of null, unknown and known parts; a [`Type`] says
//! which shape is expected, and an [`AttributePath`] names a place in it.
//! The codecs turn bytes into values and back, always with a type in hand.
//!
//! This layer knows no gRPC, no schemas and no AWS.

#[cfg(test)]
mod arbitrary;
mod conformity;
mod error;
pub mod json;
pub mod msgpack;
mod number;
mod path;
mod set;
mod r#type;
mod value;

pub use error::{DecodeError, DecodeProblem, EncodeError, EncodeProblem, Located, MAX_DEPTH};
pub use number::{InvalidNumber, Number};
pub use path::{AttributePath, Step};
pub use set::ValueSet;
pub use r#type::{InvalidType, Type};
pub use value::{Value, normalised};
