//! Terraform and OpenTofu provider for AWS Clean Rooms.

pub mod cleanrooms;
pub mod framework;
pub mod plugin;
pub mod proto;
pub mod server;
pub mod wire;
