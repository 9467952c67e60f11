//! Values as MessagePack, the form in which Terraform sends and accepts them.
//!
//! The rules are those of Terraform plugin protocol 6: null is nil; unknown is
//! an extension, of type 0 when written and of any type when read; an object
//! has every attribute of its type and no other; a dynamic value is an array
//! of its type, as JSON, and the value.
//!
//! A number travels as an integer if it fits an `i64`, else as a float64 if it
//! is an infinity or a fraction that a float64 holds exactly, else as a string
//! in decimal notation; every numeric form is read.

mod decode;
mod encode;

#[cfg(test)]
mod tests;

pub use decode::decode;
pub use encode::encode;
