//! The service's times, as RFC 3339 text.

use aws_sdk_cleanrooms::primitives::{DateTime, DateTimeFormat};

use crate::framework::Diagnostic;
use crate::framework::codec::Codec;
use crate::framework::schema::Kind;
use crate::wire::{Type, Value};

/// A time that the service sets. It never goes into a request.
pub fn time() -> Codec<DateTime> {
    Codec::new(
        Kind::Plain(Type::String),
        |_, path| Err(Diagnostic::bug(format!("{path} is not ours to set"))),
        // Times outside RFC 3339's years have no text, and are not times of this service.
        |time: &DateTime| time.fmt(DateTimeFormat::DateTime).map_or(Value::Null, Value::String),
    )
}
