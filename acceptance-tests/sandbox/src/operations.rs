//! The operations of the service, one file per resource.

mod analyses;
mod analysis_log_exports;
mod analysis_rules;
mod analysis_templates;
mod change_requests;
mod collaborations;
mod configured_audience_model_associations;
mod configured_table_associations;
mod configured_tables;
mod id_mapping_tables;
mod id_namespace_associations;
mod intermediate_tables;
mod members;
mod memberships;
mod paging;
mod plain;
mod privacy_budget_templates;
mod schemas;
mod sql;
mod tags;
mod views;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::analysis_log_exports::AnalysisLogExport;
pub(crate) use self::analysis_rules::AnalysisRule;
pub(crate) use self::analysis_templates::AnalysisTemplate;
pub(crate) use self::configured_audience_model_associations::ConfiguredAudienceModelAssociation;
pub(crate) use self::configured_table_associations::ConfiguredTableAssociation;
pub(crate) use self::configured_tables::ConfiguredTable;
pub(crate) use self::id_mapping_tables::IdMappingTable;
pub(crate) use self::id_namespace_associations::IdNamespaceAssociation;
pub(crate) use self::intermediate_tables::IntermediateTable;
use self::paging::Page;
pub(crate) use self::privacy_budget_templates::PrivacyBudgetTemplate;
use crate::error::{ApiError, ResourceKind};
use crate::model::{self, Model};
use crate::settings::{Absence, Quotas, Switches};
use crate::shelf::{Head, Kind};
use crate::signature::Caller;
use crate::state::{Collaboration, State, Tags, Timestamp};

/// What an operation works with.
pub(crate) struct Call<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) state: &'a mut State,
    pub(crate) quotas: &'a Quotas,
    pub(crate) switches: &'a Switches,
    pub(crate) now: Timestamp,
    pub(crate) model: &'a Model,
    /// The operation that was called.
    pub(crate) operation: &'a model::Operation,
}

/// An operation takes its validated input and gives the body of its reply. On
/// an error it has changed nothing.
pub(crate) type Operation = fn(&mut Call<'_>, Value) -> Result<Value, ApiError>;

/// The operations by resource. Method and path come from the model.
const TABLES: &[&[(&str, Operation)]] = &[
    collaborations::OPERATIONS,
    members::OPERATIONS,
    memberships::OPERATIONS,
    change_requests::OPERATIONS,
    tags::OPERATIONS,
    analyses::OPERATIONS,
    configured_tables::OPERATIONS,
    analysis_rules::OPERATIONS,
    configured_table_associations::OPERATIONS,
    analysis_templates::OPERATIONS,
    privacy_budget_templates::OPERATIONS,
    schemas::OPERATIONS,
    id_namespace_associations::OPERATIONS,
    id_mapping_tables::OPERATIONS,
    configured_audience_model_associations::OPERATIONS,
    intermediate_tables::OPERATIONS,
    analysis_log_exports::OPERATIONS,
];

/// Every operation that there is.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().copied().flatten().map(|(name, _)| *name)
}

/// The function of an operation.
pub(crate) fn handler(name: &str) -> Option<Operation> {
    let mut table = TABLES.iter().copied().flatten();
    table.find(|(known, _)| *known == name).map(|(_, handler)| *handler)
}

impl Call<'_> {
    /// What a new object of the caller's begins with. Tags are None if its
    /// kind takes none.
    fn head(&mut self, kind: &Kind, tags: Option<Tags>) -> Head {
        let (sequence, id) = self.state.next_id(kind);
        self.numbered_head(kind, tags, sequence, id)
    }

    fn numbered_head(&self, kind: &Kind, tags: Option<Tags>, sequence: u64, id: String) -> Head {
        let Caller { account, region, .. } = self.caller;
        let arn = kind.arn.map(|form| {
            format!("arn:aws:cleanrooms:{region}:{account}:{}", form.replace("{id}", &id))
        });
        Head {
            sequence,
            id,
            arn,
            region: region.clone(),
            account: account.clone(),
            membership: None,
            tags,
            create_time: self.now,
            update_time: self.now,
        }
    }

    /// The collaboration, where it is there for the caller: as its owner, or
    /// as an account that is active in it or invited to it.
    fn collaboration(&mut self, id: &str) -> Result<&mut Collaboration, ApiError> {
        let caller = self.caller;
        self.state
            .collaboration_in(&caller.region, id)
            .filter(|collaboration| {
                collaboration
                    .member(&caller.account)
                    .is_some_and(|member| member.status.takes_part())
            })
            .ok_or_else(|| ApiError::collaboration_denied(id))
    }

    /// The collaboration, where the caller owns it.
    fn owned_collaboration(&mut self, id: &str) -> Result<&mut Collaboration, ApiError> {
        let account = &self.caller.account;
        self.collaboration(id).and_then(|collaboration| owned_by(account, collaboration))
    }

    /// The collaboration whose members or change requests an operation is
    /// about. Only these operations model that it is not found.
    fn parent(&mut self, id: &str) -> Result<&mut Collaboration, ApiError> {
        let is_absent = self.state.collaborations.get(id).is_none();
        if is_absent && self.switches.members_of_absent == Absence::NotFound {
            return Err(ApiError::not_found(ResourceKind::Collaboration, id));
        }
        self.collaboration(id)
    }

    /// The same, where the caller owns it.
    fn owned_parent(&mut self, id: &str) -> Result<&mut Collaboration, ApiError> {
        let account = &self.caller.account;
        self.parent(id).and_then(|collaboration| owned_by(account, collaboration))
    }
}

fn owned_by<'a>(
    account: &str,
    collaboration: &'a mut Collaboration,
) -> Result<&'a mut Collaboration, ApiError> {
    if collaboration.creator() == account {
        return Ok(collaboration);
    }
    let id = &collaboration.head.id;
    Err(ApiError::denied(format!("Only the owner of the collaboration {id} can do this.")))
}

impl State {
    /// The collaboration, where a caller in this Region finds it.
    fn collaboration_in(&mut self, region: &str, id: &str) -> Option<&mut Collaboration> {
        if self.collaborations.get(id)?.head.region != region {
            return None;
        }
        self.collaborations.find(id)
    }
}

/// Reads validated input into a type of ours.
fn parse<T: DeserializeOwned>(input: Value) -> Result<T, ApiError> {
    serde_json::from_value(input).map_err(|err| {
        eprintln!("the model accepts an input that its operation cannot read: {err}");
        ApiError::Internal
    })
}

/// The text of a member that the model requires.
fn text<'a>(input: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    input.get(name).and_then(Value::as_str).ok_or_else(|| {
        eprintln!("the model accepts an input without `{name}`");
        ApiError::Internal
    })
}

/// Each item once, in the order of the first.
fn distinct(items: Vec<String>) -> Vec<String> {
    let mut seen = Vec::with_capacity(items.len());
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// A list as a reply gives it: the API documents no order, so callers must not
/// get used to the one that they sent.
fn reordered(items: &[String]) -> Value {
    items.iter().rev().map(|item| Value::from(item.as_str())).collect()
}

/// Puts a member into a reply if there is something to put.
fn put(reply: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        reply[name] = value.into();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_tables_have_every_operation_of_the_model() {
        let table: BTreeSet<&str> = names().collect();
        let model = Model::shared();
        let known: BTreeSet<&str> =
            model.operations().map(|operation| operation.name.as_str()).collect();
        assert_eq!(table, known);
        assert_eq!(names().count(), table.len());
    }
}
