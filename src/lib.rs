//! Terraform and OpenTofu provider for AWS Clean Rooms.

pub mod cleanrooms;
pub mod plugin;
pub mod proto;
pub mod server;

pub use {framework, wire};
