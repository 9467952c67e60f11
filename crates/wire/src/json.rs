//! Values as JSON, the form in which Terraform keeps state.

mod decode;
mod encode;

#[cfg(test)]
mod tests;

pub use decode::{decode, from_json};
pub use encode::encode;
