//! Terraform and OpenTofu provider for AWS Clean Rooms.

pub mod framework;
pub mod wire;
