//! Attribute types that several resources share, each with its checks.

pub mod abilities;
pub mod arns;
pub mod audience_model;
pub mod children;
pub mod compute;
pub mod enumeration;
pub mod ids;
pub mod payment;
pub mod region;
pub mod results;
pub mod rule_type;
pub mod tags;
pub mod text;
pub mod time;
pub mod timeouts;
