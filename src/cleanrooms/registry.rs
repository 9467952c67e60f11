//! Everything that the provider manages and shows, in one table.

use std::sync::{Arc, LazyLock};

use super::analysis::Ran;
use super::analysis::actions::{Cancel, Invoked, Start};
use super::analysis::data::{Look, Looked};
use super::analysis_log_export::AnalysisLogExport;
use super::analysis_log_export::data::AnalysisLogExports;
use super::analysis_template::AnalysisTemplate;
use super::analysis_template::data::AnalysisTemplates;
use super::change_request_vote::ChangeRequestVote;
use super::change_request_vote::action::Vote;
use super::client::Client;
use super::collaboration::Collaboration;
use super::collaboration::data::{
    ChangeRequest, ChangeRequests, CollaborationAnalysisTemplate, CollaborationAnalysisTemplates,
    CollaborationConfiguredAudienceModelAssociation,
    CollaborationConfiguredAudienceModelAssociations, CollaborationIdNamespaceAssociation,
    CollaborationIdNamespaceAssociations, CollaborationPrivacyBudgetTemplate,
    CollaborationPrivacyBudgetTemplates, Collaborations, Members,
};
use super::configured_audience_model_association::ConfiguredAudienceModelAssociation;
use super::configured_audience_model_association::data::ConfiguredAudienceModelAssociations;
use super::configured_table::ConfiguredTable;
use super::configured_table::data::ConfiguredTables;
use super::configured_table_analysis_rule::ConfiguredTableAnalysisRule;
use super::configured_table_association::ConfiguredTableAssociation;
use super::configured_table_association::data::ConfiguredTableAssociations;
use super::configured_table_association_analysis_rule::ConfiguredTableAssociationAnalysisRule;
use super::id_mapping_table::IdMappingTable;
use super::id_mapping_table::action::Populate as PopulateIdMappingTable;
use super::id_mapping_table::data::IdMappingTables;
use super::id_namespace_association::IdNamespaceAssociation;
use super::id_namespace_association::data::IdNamespaceAssociations;
use super::intermediate_table::IntermediateTable;
use super::intermediate_table::actions::{Disallow, Populate as PopulateIntermediateTable};
use super::intermediate_table::data::{IntermediateTableVersions, IntermediateTables};
use super::intermediate_table_analysis_rule::IntermediateTableAnalysisRule;
use super::listing::{Listing, Plural};
use super::lookup::{One, Sought};
use super::membership::Membership;
use super::membership::data::Memberships;
use super::object::{Object, Of};
use super::privacy_budget::{CollaborationPrivacyBudgets, PrivacyBudgets, PrivacyImpact};
use super::privacy_budget_template::PrivacyBudgetTemplate;
use super::privacy_budget_template::data::PrivacyBudgetTemplates;
use super::protected_job::ProtectedJob;
use super::protected_job::data::ProtectedJobs;
use super::protected_query::ProtectedQuery;
use super::protected_query::data::ProtectedQueries;
use super::query::{Queried, Query};
use super::schema::analysis_rule::SchemaAnalysisRule;
use super::schema::{Schema, Schemas};
use super::view::{Seen, View};
use crate::framework::action::{Action, Acts, AnyAction};
use crate::framework::data::{AnyDataSource, Data};
use crate::framework::list::{AnyListResource, Lists};
use crate::framework::managed::{Managed, ManagedResource};
use crate::framework::{DataSource, Resource};

/// How the framework's view of a kind is made.
type Make<T> = fn() -> Arc<T>;

/// What there is of one noun, each to be made when it is asked for.
#[derive(Default)]
struct Noun {
    /// What manages an object of it.
    resource: Option<Make<dyn ManagedResource<Client>>>,
    /// What shows one, or several.
    data_sources: Vec<Make<dyn AnyDataSource<Client>>>,
    /// What is done with one when it is asked for.
    actions: Vec<Make<dyn AnyAction<Client>>>,
    /// What a query finds.
    list: Option<Make<dyn AnyListResource<Client>>>,
}

/// All nouns.
fn nouns() -> Vec<Noun> {
    vec![
        Noun::managed::<Collaboration>()
            .one::<Collaboration>()
            .all::<Collaborations>()
            .queried::<Collaboration>(),
        Noun::managed::<Membership>()
            .one::<Membership>()
            .all::<Memberships>()
            .queried::<Membership>(),
        Noun::default().all::<Members>(),
        Noun::resource::<ChangeRequestVote>()
            .view::<ChangeRequest>()
            .all::<ChangeRequests>()
            .action::<Vote>(),
        Noun::managed::<ConfiguredTable>()
            .one::<ConfiguredTable>()
            .all::<ConfiguredTables>()
            .queried::<ConfiguredTable>(),
        Noun::managed::<ConfiguredTableAnalysisRule>(),
        Noun::managed::<ConfiguredTableAssociation>()
            .all::<ConfiguredTableAssociations>()
            .queried::<ConfiguredTableAssociation>(),
        Noun::default().view::<Schema>().all::<Schemas>().view::<SchemaAnalysisRule>(),
        Noun::default()
            .view::<CollaborationAnalysisTemplate>()
            .all::<CollaborationAnalysisTemplates>(),
        Noun::default()
            .view::<CollaborationPrivacyBudgetTemplate>()
            .all::<CollaborationPrivacyBudgetTemplates>(),
        Noun::default()
            .view::<CollaborationConfiguredAudienceModelAssociation>()
            .all::<CollaborationConfiguredAudienceModelAssociations>(),
        Noun::default()
            .all::<PrivacyBudgets>()
            .all::<CollaborationPrivacyBudgets>()
            .view::<PrivacyImpact>(),
        Noun::managed::<ConfiguredTableAssociationAnalysisRule>(),
        Noun::managed::<AnalysisTemplate>()
            .all::<AnalysisTemplates>()
            .queried::<AnalysisTemplate>(),
        Noun::managed::<PrivacyBudgetTemplate>()
            .all::<PrivacyBudgetTemplates>()
            .queried::<PrivacyBudgetTemplate>(),
        Noun::managed::<IdNamespaceAssociation>()
            .all::<IdNamespaceAssociations>()
            .queried::<IdNamespaceAssociation>(),
        Noun::default()
            .view::<CollaborationIdNamespaceAssociation>()
            .all::<CollaborationIdNamespaceAssociations>(),
        Noun::managed::<IdMappingTable>()
            .all::<IdMappingTables>()
            .queried::<IdMappingTable>()
            .action::<PopulateIdMappingTable>(),
        Noun::managed::<ConfiguredAudienceModelAssociation>()
            .all::<ConfiguredAudienceModelAssociations>()
            .queried::<ConfiguredAudienceModelAssociation>(),
        Noun::managed::<IntermediateTable>()
            .all::<IntermediateTables>()
            .all::<IntermediateTableVersions>()
            .queried::<IntermediateTable>()
            .action::<PopulateIntermediateTable>()
            .action::<Disallow>(),
        Noun::managed::<IntermediateTableAnalysisRule>(),
        Noun::managed::<Ran<ProtectedQuery>>()
            .run::<Ran<ProtectedQuery>>()
            .all::<ProtectedQueries>()
            .invoked::<ProtectedQuery>(),
        Noun::managed::<Ran<ProtectedJob>>()
            .run::<Ran<ProtectedJob>>()
            .all::<ProtectedJobs>()
            .invoked::<ProtectedJob>(),
        Noun::default()
            .run::<AnalysisLogExport>()
            .all::<AnalysisLogExports>()
            .action::<Start<AnalysisLogExport>>(),
    ]
}

impl Noun {
    fn managed<O: Object>() -> Self {
        Self::resource::<Of<O>>()
    }

    /// What is no object of the service, and managed all the same.
    fn resource<R: Resource<Client = Client>>() -> Self {
        Self { resource: Some(Managed::<R>::shared), ..Self::default() }
    }

    /// One object is found by its id or by what it is called.
    fn one<O: Sought>(self) -> Self {
        self.data::<One<O>>()
    }

    /// One is named by arguments alone.
    fn view<V: View>(self) -> Self {
        self.data::<Seen<V>>()
    }

    /// One that a membership has started is found by its id.
    fn run<O: Looked>(self) -> Self {
        self.data::<Look<O>>()
    }

    /// The service lists them.
    fn all<L: Listing>(self) -> Self {
        self.data::<Plural<L>>()
    }

    fn queried<O: Queried>(self) -> Self {
        Self { list: Some(Lists::<Query<O>>::shared), ..self }
    }

    fn data<D: DataSource<Client = Client>>(mut self) -> Self {
        self.data_sources.push(Data::<D>::shared);
        self
    }

    /// It is started and cancelled by actions as well.
    fn invoked<A: Invoked>(self) -> Self {
        self.action::<Start<Ran<A>>>().action::<Cancel<A>>()
    }

    fn action<A: Action<Client = Client>>(mut self) -> Self {
        self.actions.push(Acts::<A>::shared);
        self
    }
}

/// What there is, made once: tests start the provider in one process thousands of times.
struct Made {
    resources: Vec<Arc<dyn ManagedResource<Client>>>,
    data_sources: Vec<Arc<dyn AnyDataSource<Client>>>,
    list_resources: Vec<Arc<dyn AnyListResource<Client>>>,
    actions: Vec<Arc<dyn AnyAction<Client>>>,
}

static MADE: LazyLock<Made> = LazyLock::new(|| Made {
    resources: nouns().into_iter().filter_map(|noun| noun.resource).map(|make| make()).collect(),
    data_sources: nouns().into_iter().flat_map(|it| it.data_sources).map(|make| make()).collect(),
    list_resources: nouns().into_iter().filter_map(|noun| noun.list).map(|make| make()).collect(),
    actions: nouns().into_iter().flat_map(|noun| noun.actions).map(|make| make()).collect(),
});

/// Everything that the provider manages.
pub fn all() -> Vec<Arc<dyn ManagedResource<Client>>> {
    MADE.resources.clone()
}

/// Everything that can be looked up.
pub fn data_sources() -> Vec<Arc<dyn AnyDataSource<Client>>> {
    MADE.data_sources.clone()
}

/// Everything that can be listed.
pub fn list_resources() -> Vec<Arc<dyn AnyListResource<Client>>> {
    MADE.list_resources.clone()
}

/// Everything that can be done when it is asked for.
pub fn actions() -> Vec<Arc<dyn AnyAction<Client>>> {
    MADE.actions.clone()
}
