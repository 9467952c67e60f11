//! AWS Clean Rooms as Terraform sees it: the provider block and the resources.
//!
//! It knows the SDK and the framework, but neither protobuf nor msgpack. Read
//! [`object`] first: what makes an object of the service safe stands there, once.

pub mod absence;
pub mod adopt;
mod allowed;
pub mod analysis;
pub mod analysis_log_export;
pub mod analysis_template;
pub mod aws;
pub mod change_request_vote;
pub mod client;
pub mod collaboration;
pub mod configured_audience_model_association;
pub mod configured_table;
pub mod configured_table_analysis_rule;
pub mod configured_table_association;
pub mod configured_table_association_analysis_rule;
pub mod ended;
pub mod environment;
pub mod error;
pub mod id_mapping_table;
pub mod id_namespace_association;
pub mod intermediate_table;
pub mod intermediate_table_analysis_rule;
pub mod key;
pub mod kind;
mod lasting;
pub mod ledger;
pub mod listing;
pub mod lookup;
pub mod membership;
#[cfg(test)]
mod model_tests;
pub mod object;
mod of_membership;
pub mod origins;
mod parts;
pub mod places;
mod population;
pub mod privacy_budget;
pub mod privacy_budget_template;
pub mod protected_job;
pub mod protected_query;
pub mod provider;
pub mod query;
pub mod region;
pub mod registry;
#[cfg(test)]
mod registry_tests;
pub mod schema;
pub mod shapes;
mod table_names;
pub mod tags;
mod taken_in;
#[cfg(test)]
mod testing;
pub mod view;
