//! The AWS side of the provider against a server of our own.

mod calls;
mod credentials;
mod server;
