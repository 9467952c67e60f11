//! AWS Clean Rooms: the clients, and the resources built on them.

pub mod aws;
