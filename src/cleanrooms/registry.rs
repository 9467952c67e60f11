//! Everything that the provider manages, in one table.

use std::sync::Arc;

use super::client::Client;
use super::collaboration::Collaboration;
use super::configured_table::ConfiguredTable;
use super::configured_table_analysis_rule::ConfiguredTableAnalysisRule;
use super::configured_table_association::ConfiguredTableAssociation;
use super::membership::Membership;
use super::object::Of;
use crate::framework::managed::{Managed, ManagedResource};

/// Everything that the provider manages.
pub fn all() -> Vec<Arc<dyn ManagedResource<Client>>> {
    vec![
        Managed::<Of<Collaboration>>::shared(),
        Managed::<Of<Membership>>::shared(),
        Managed::<Of<ConfiguredTable>>::shared(),
        Managed::<Of<ConfiguredTableAnalysisRule>>::shared(),
        Managed::<Of<ConfiguredTableAssociation>>::shared(),
    ]
}
