//! AWS Clean Rooms as Terraform sees it: the provider block and the resources.
//!
//! It knows the SDK and the framework, but neither protobuf nor msgpack.

pub mod aws;
pub mod client;
pub mod error;
pub mod provider;
pub mod resources;
pub mod shapes;
