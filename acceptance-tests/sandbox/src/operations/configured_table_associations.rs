//! Associations: configured tables in a collaboration, under names of their own.

use serde_json::{Value, json};

use super::analysis_rules::rule_of;
use super::intermediate_tables::{lose_base, put_children};
use super::plain::{self, Plain, conflict};
use super::{Call, Operation, privacy_budget_templates, text};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{ArnForm, NameCase, Subresources};
use crate::shelf::Kind;
use crate::state::State;

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateConfiguredTableAssociation", create),
    ("GetConfiguredTableAssociation", plain::get::<ConfiguredTableAssociation>),
    ("UpdateConfiguredTableAssociation", plain::update::<ConfiguredTableAssociation>),
    ("DeleteConfiguredTableAssociation", delete),
    ("ListConfiguredTableAssociations", plain::list::<ConfiguredTableAssociation>),
];

plain::plain! {
    /// A configured table in a collaboration.
    ConfiguredTableAssociation on configured_table_associations,
    Kind {
        name: "configured_table_association",
        id_prefix: 0xc7a5_50c0,
        arn: Some("membership/{membership}/configuredtableassociation/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "configuredTableAssociationIdentifier",
        one: "configuredTableAssociation",
        many: "configuredTableAssociationSummaries",
        resource: Some(ResourceKind::ConfiguredTableAssociation),
        nearest: ResourceKind::ConfiguredTableAssociation,
    }
}

fn complete(association: &ConfiguredTableAssociation, reply: &mut Value, call: &Call<'_>) {
    let rule = rule_of(call.state, &association.head.id);
    reply["analysisRuleTypes"] = rule.map(|rule| rule.kind_of_rule()).into_iter().collect();
    put_children(call, reply, &association.head.id);
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    let table =
        call.own_by_id::<super::ConfiguredTable>(text(&input, "configuredTableIdentifier")?, None)?;
    call.check_active(&membership)?;
    let name = shown_name(call, text(&input, "name")?)?;
    check_table_name(call, &membership, &name)?;
    let tags = call.new_tags(&input)?;
    plain::check_quota(
        "Configured table associations per membership",
        call.quotas.table_associations_per_membership,
        plain::count::<ConfiguredTableAssociation>(call, &membership),
    )?;
    let mut told = call.told(&input);
    told.remove("configuredTableIdentifier");
    told.insert("name".to_owned(), name.into());
    told.insert(
        "configuredTableArn".to_owned(),
        call.state.configured_tables[&table].head.arn().into(),
    );
    told.insert("configuredTableId".to_owned(), table.into());
    let id = call.make::<ConfiguredTableAssociation>(Some(&membership), Some(tags), told);
    if call.switches.association_arn == ArnForm::Model
        && let Some(association) = call.state.configured_table_associations.get_mut(&id)
    {
        let path = format!("configuredtableassociation/{membership}/{id}");
        association.head.set_arn_path(&path);
    }
    Ok(call.one::<ConfiguredTableAssociation>(&id))
}

/// The name in replies, which are said to have it in lower case.
fn shown_name(call: &Call<'_>, name: &str) -> Result<String, ApiError> {
    let lower = name.to_lowercase();
    match call.switches.association_name_case {
        NameCase::Folded => Ok(lower),
        NameCase::Kept => Ok(name.to_owned()),
        NameCase::Refused if lower == name => Ok(lower),
        NameCase::Refused => {
            Err(ApiError::configuration("name", "The name must be in lower case."))
        }
    }
}

/// Words that no query could use as the name of a table.
const KEYWORDS: [&str; 20] = [
    "all", "and", "as", "by", "case", "cross", "distinct", "else", "from", "group", "having",
    "join", "not", "null", "on", "or", "order", "select", "table", "where",
];

/// A name is unique over all tables of the collaboration, whosever they are,
/// and no keyword of SQL.
pub(super) fn check_table_name(
    call: &Call<'_>,
    membership: &str,
    name: &str,
) -> Result<(), ApiError> {
    let lower = name.to_lowercase();
    if KEYWORDS.contains(&lower.as_str()) {
        return Err(ApiError::configuration("name", format!("`{name}` is a keyword of SQL.")));
    }
    let collaboration = &call.state.memberships[membership].collaboration.id;
    let taken = [
        taken::<ConfiguredTableAssociation>(call.state, collaboration, &lower),
        taken::<super::IdMappingTable>(call.state, collaboration, &lower),
        taken::<super::IntermediateTable>(call.state, collaboration, &lower),
    ];
    match taken.into_iter().flatten().next() {
        Some(other) => Err(conflict::<ConfiguredTableAssociation>(
            ConflictReason::AlreadyExists,
            &other,
            format!("There is a table `{name}` in the collaboration already."),
        )),
        None => Ok(()),
    }
}

/// The id of the table of a kind that has a name.
fn taken<T: Plain>(state: &State, collaboration: &str, name: &str) -> Option<String> {
    parts_of_collaboration::<T>(state, collaboration)
        .find(|table| table.text("name").to_lowercase() == name)
        .map(|table| table.head().id.clone())
}

/// Everything of a kind that is part of a membership in a collaboration.
pub(super) fn parts_of_collaboration<'a, T: Plain + 'a>(
    state: &'a State,
    collaboration: &'a str,
) -> impl Iterator<Item = &'a T> {
    T::shelf(state).values().filter(move |part| {
        let membership = part.head().membership.as_deref();
        membership
            .and_then(|membership| state.memberships.get(membership))
            .is_some_and(|membership| membership.collaboration.id == collaboration)
    })
}

fn delete(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<ConfiguredTableAssociation>(&input)?;
    let has_rule = rule_of(call.state, &id).is_some();
    if has_rule && call.switches.association_with_rule == Subresources::Conflict {
        return Err(conflict::<ConfiguredTableAssociation>(
            ConflictReason::SubresourcesExist,
            &id,
            "The association still has an analysis rule.",
        ));
    }
    let is_along = call.switches.association_with_budget == Subresources::DeletedAlong;
    privacy_budget_templates::release(call, &id, is_along)?;
    call.state.analysis_rules.remove(&id);
    call.state.configured_table_associations.remove(&id);
    lose_base(call.state, &id);
    Ok(json!({}))
}
