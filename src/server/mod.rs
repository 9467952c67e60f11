//! The `tfplugin6.Provider` service: the framework's calls in the protocol's messages.
//!
//! It knows neither AWS nor any resource. Whatever goes wrong in a call is told
//! in that call's diagnostics, never as a gRPC status, and leaves state as it
//! was.
//!
//! Reading order:
//!
//! - `service`: one short function for each call
//! - `provider`, `resource`, `data`, `list` and `action`: what the calls do, on the provider, on one
//!   resource, on one data source, on one list resource and on one action
//! - `call`: what all calls have in common: panics, logs, the reply to a failed one
//! - `from_proto` and `to_proto`: the only places where messages become values and back

mod action;
mod call;
mod data;
mod from_proto;
mod list;
mod provider;
mod resource;
mod service;
mod to_proto;

pub use service::Service;
