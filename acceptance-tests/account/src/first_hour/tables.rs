//! The second list: configured tables, their analysis rules and associations, and what else
//! a membership has.
//!
//! It grows with the kinds of objects that the provider has.

use anyhow::{Context, Result};
use aws_sdk_cleanrooms::types::{
    AnalysisMethod, CollaborationQueryLogStatus, ConfiguredTableAnalysisRulePolicy as TablePolicy,
    ConfiguredTableAnalysisRuleType as TableType,
    ConfiguredTableAssociationAnalysisRulePolicy as AssociationPolicy,
    ConfiguredTableAssociationAnalysisRuleType as AssociationType, MemberAbility,
    MembershipQueryLogStatus, SelectedAnalysisMethod,
};

use super::hour::{Hour, NOBODY};
use super::inputs::{
    athena, custom_association_rule, custom_rule, glue, list_association_rule, list_rule, member,
};
use super::parts;
use crate::record::Who::{Owner, Partner};
use crate::surroundings::Surroundings;

/// The table, and two of its columns, as `tables.sql` makes it.
pub const TABLE: &str = "orders";
const COLUMNS: [&str; 2] = ["email", "amount"];

/// What configured tables and their associations need.
#[derive(Clone, Debug)]
pub struct Tables {
    /// A role that AWS Clean Rooms may assume.
    pub role: String,
    /// The database in AWS Glue.
    pub database: String,
    /// The ARN of an id namespace in AWS Entity Resolution, if there is one.
    pub namespace: Option<String>,
    /// The ARN of an id mapping workflow there, if there is one.
    pub workflow: Option<String>,
}

impl Tables {
    /// Those of an account, if it has all that is needed.
    pub fn of(surroundings: &Surroundings, account: &str) -> Option<Self> {
        let prefix = surroundings.role_prefix.as_ref()?;
        let role = format!("arn:aws:iam::{account}:role/{prefix}tables");
        Some(Self {
            role,
            database: surroundings.database.clone()?,
            namespace: surroundings.id_namespace.clone(),
            workflow: surroundings.id_mapping_workflow.clone(),
        })
    }

    fn columns() -> Option<Vec<String>> {
        Some(COLUMNS.map(str::to_owned).to_vec())
    }
}

/// Makes all calls of the list.
///
/// # Errors
///
/// When a call has no reply, or one that all others rest on is refused.
pub async fn run(hour: &mut Hour<'_>, tables: &Tables) -> Result<()> {
    let (collaboration, membership) = join(hour).await?;
    let table = create_tables(hour, tables).await?;
    let association = associate_first(hour, tables, &membership, &table).await?;
    rules_of_the_table(hour, &table).await?;
    rules_of_the_association(hour, &membership, &association).await?;
    let other = change_another(hour, tables).await?;
    let second = associate(hour, "T20", tables, &membership, &other, parts::SECOND).await?;
    parts::run(hour, tables, &membership, &other).await?;
    delete_table(hour, "T39", &other).await?;
    delete_table(hour, "T40", &table).await?;
    hour.ask("T41", Owner, |sdk| {
        sdk.delete_collaboration().collaboration_identifier(&collaboration).send()
    })
    .await?;
    look_at_what_has_ended(hour, &membership, &second).await
}

/// Calls T1 and T2.
async fn join(hour: &mut Hour<'_>) -> Result<(String, String)> {
    let (name, partner) = (hour.name("k4"), member(&hour.partner, "b", &[])?);
    let created = hour.make("T1", Owner, |sdk| {
        sdk.create_collaboration()
            .name(name)
            .description("d")
            .creator_display_name("own")
            .creator_member_abilities(MemberAbility::CanQuery)
            .creator_member_abilities(MemberAbility::CanReceiveResults)
            .members(partner)
            .query_log_status(CollaborationQueryLogStatus::Disabled)
            .send()
    });
    let created = created.await?;
    let id = created.text("/collaboration/id").map(str::to_owned);
    let id = id.with_context(|| format!("the collaboration for tables: {}", created.in_short()))?;
    let joined = hour.make("T2", Owner, |sdk| {
        let create = sdk.create_membership().collaboration_identifier(&id);
        create.query_log_status(MembershipQueryLogStatus::Disabled).send()
    });
    let joined = joined.await?;
    let membership = joined.text("/membership/id").map(str::to_owned);
    let membership =
        membership.with_context(|| format!("the membership for tables: {}", joined.in_short()))?;
    Ok((id, membership))
}

/// Calls T3 to T5.
async fn create_tables(hour: &mut Hour<'_>, tables: &Tables) -> Result<String> {
    let table = create_table(hour, "T3", tables).await?.context("the configured table")?;
    if let Some(second) = create_table(hour, "T4", tables).await? {
        delete_table(hour, "T4a", &second).await?;
    }
    hour.ask("T5", Partner, |sdk| {
        sdk.get_configured_table().configured_table_identifier(&table).send()
    })
    .await?;
    Ok(table)
}

async fn create_table(
    hour: &mut Hour<'_>,
    number: &str,
    tables: &Tables,
) -> Result<Option<String>> {
    let (name, reference) = (hour.name("t1"), glue(tables)?);
    let created = hour.make(number, Owner, |sdk| {
        sdk.create_configured_table()
            .name(name)
            .table_reference(reference)
            .set_allowed_columns(Tables::columns())
            .analysis_method(AnalysisMethod::DirectQuery)
            .send()
    });
    Ok(created.await?.text("/configuredTable/id").map(str::to_owned))
}

/// Calls T6 to T8a: an association of a table without a rule, whose name has a capital letter.
async fn associate_first(
    hour: &mut Hour<'_>,
    tables: &Tables,
    membership: &str,
    table: &str,
) -> Result<String> {
    let mut association = associate(hour, "T6", tables, membership, table, "First").await?;
    if association == NOBODY {
        association = associate(hour, "T6a", tables, membership, table, "first").await?;
    }
    let replies = hour.replies();
    let arn = replies.first_done(&["T6", "T6a"]).and_then(|made| made.text(ASSOCIATION_ARN));
    let arn = arn.unwrap_or_default().to_owned();
    hour.ask("T7", Owner, |sdk| sdk.list_tags_for_resource().resource_arn(arn).send()).await?;
    let receiver = custom_association_rule(&hour.owner);
    let place = (membership, association.as_str());
    association_rule(hour, "T8", place, AssociationType::Custom, receiver).await?;
    Ok(association)
}

/// Where the reply to a create has the ARN.
pub(super) const ASSOCIATION_ARN: &str = "/configuredTableAssociation/arn";

pub(super) async fn associate(
    hour: &mut Hour<'_>,
    number: &str,
    tables: &Tables,
    membership: &str,
    table: &str,
    name: &str,
) -> Result<String> {
    let name = hour.name(name);
    let created = hour.make(number, Owner, |sdk| {
        sdk.create_configured_table_association()
            .name(name)
            .membership_identifier(membership)
            .configured_table_identifier(table)
            .role_arn(&tables.role)
            .send()
    });
    let created = created.await?;
    Ok(created.text("/configuredTableAssociation/id").unwrap_or(NOBODY).to_owned())
}

/// Calls T9 to T12: rules that may be refused, each taken away again, and one that is right.
async fn rules_of_the_table(hour: &mut Hour<'_>, table: &str) -> Result<()> {
    let [join, list] = COLUMNS;
    let (owner, queries) = (hour.owner.clone(), ["ANY_QUERY"]);
    let stray = list_rule(join, "tf_acc_no_such_column")?;
    let receivers = custom_rule(&queries, &owner, Some(&owner))?;
    let mixed = custom_rule(&[], &owner, None)?;
    for (number, kind, policy) in [
        ("T9", TableType::List, stray),
        ("T10", TableType::Custom, receivers),
        ("T11", TableType::Custom, mixed),
    ] {
        if table_rule(hour, number, table, kind.clone(), policy).await? {
            hour.ask(&format!("{number}a"), Owner, |sdk| {
                sdk.delete_configured_table_analysis_rule()
                    .configured_table_identifier(table)
                    .analysis_rule_type(kind)
                    .send()
            })
            .await?;
        }
    }
    table_rule(hour, "T12", table, TableType::List, list_rule(join, list)?).await.map(drop)
}

async fn table_rule(
    hour: &mut Hour<'_>,
    number: &str,
    table: &str,
    kind: TableType,
    policy: TablePolicy,
) -> Result<bool> {
    let made = hour.make(number, Owner, |sdk| {
        sdk.create_configured_table_analysis_rule()
            .configured_table_identifier(table)
            .analysis_rule_type(kind)
            .analysis_rule_policy(policy)
            .send()
    });
    Ok(made.await?.is_done())
}

/// Calls T13 to T16b: rules of an association whose table has a LIST rule, and its end.
async fn rules_of_the_association(
    hour: &mut Hour<'_>,
    membership: &str,
    association: &str,
) -> Result<()> {
    let (owner, third) = (hour.owner.clone(), hour.third.clone());
    let place = (membership, association);
    let custom = custom_association_rule(&owner);
    association_rule(hour, "T13", place, AssociationType::Custom, custom).await?;
    let stranger = list_association_rule(Some(&third));
    association_rule(hour, "T14", place, AssociationType::List, stranger).await?;
    for (number, receiver) in [("T15", None), ("T15b", Some(owner.as_str()))] {
        let policy = list_association_rule(receiver);
        if keep_association_rule(hour, number, place, AssociationType::List, policy).await? {
            break;
        }
    }
    if !delete_association(hour, "T16", place).await? {
        delete_association_rule(hour, "T16a", place, AssociationType::List).await?;
        delete_association(hour, "T16b", place).await?;
    }
    Ok(())
}

/// Makes a rule, and takes it away again if it was made.
async fn association_rule(
    hour: &mut Hour<'_>,
    number: &str,
    place: (&str, &str),
    kind: AssociationType,
    policy: AssociationPolicy,
) -> Result<()> {
    if keep_association_rule(hour, number, place, kind.clone(), policy).await? {
        delete_association_rule(hour, &format!("{number}a"), place, kind).await?;
    }
    Ok(())
}

async fn keep_association_rule(
    hour: &mut Hour<'_>,
    number: &str,
    (membership, association): (&str, &str),
    kind: AssociationType,
    policy: AssociationPolicy,
) -> Result<bool> {
    let made = hour.make(number, Owner, |sdk| {
        sdk.create_configured_table_association_analysis_rule()
            .membership_identifier(membership)
            .configured_table_association_identifier(association)
            .analysis_rule_type(kind)
            .analysis_rule_policy(policy)
            .send()
    });
    Ok(made.await?.is_done())
}

async fn delete_association_rule(
    hour: &mut Hour<'_>,
    number: &str,
    (membership, association): (&str, &str),
    kind: AssociationType,
) -> Result<()> {
    hour.ask(number, Owner, |sdk| {
        sdk.delete_configured_table_association_analysis_rule()
            .membership_identifier(membership)
            .configured_table_association_identifier(association)
            .analysis_rule_type(kind)
            .send()
    })
    .await
    .map(drop)
}

pub(super) async fn delete_association(
    hour: &mut Hour<'_>,
    number: &str,
    (membership, association): (&str, &str),
) -> Result<bool> {
    let deleted = hour.ask(number, Owner, |sdk| {
        sdk.delete_configured_table_association()
            .membership_identifier(membership)
            .configured_table_association_identifier(association)
            .send()
    });
    Ok(deleted.await?.is_done())
}

/// Calls T17 to T19: a table of two methods that goes back to one, and to another source.
async fn change_another(hour: &mut Hour<'_>, tables: &Tables) -> Result<String> {
    let (name, reference) = (hour.name("t2"), glue(tables)?);
    let created = hour.make("T17", Owner, |sdk| {
        sdk.create_configured_table()
            .name(name)
            .table_reference(reference)
            .set_allowed_columns(Tables::columns())
            .analysis_method(AnalysisMethod::Multiple)
            .selected_analysis_methods(SelectedAnalysisMethod::DirectQuery)
            .selected_analysis_methods(SelectedAnalysisMethod::DirectJob)
            .send()
    });
    let table = created.await?.text("/configuredTable/id").unwrap_or(NOBODY).to_owned();
    hour.ask("T18", Owner, |sdk| {
        let update = sdk.update_configured_table().configured_table_identifier(&table);
        update.analysis_method(AnalysisMethod::DirectQuery).send()
    })
    .await?;
    let reference = athena(tables)?;
    hour.ask("T19", Owner, |sdk| {
        let update = sdk.update_configured_table().configured_table_identifier(&table);
        update.table_reference(reference).send()
    })
    .await?;
    Ok(table)
}

async fn delete_table(hour: &mut Hour<'_>, number: &str, table: &str) -> Result<()> {
    hour.ask(number, Owner, |sdk| {
        sdk.delete_configured_table().configured_table_identifier(table).send()
    })
    .await
    .map(drop)
}

/// Calls T42 and T43: a part of a membership whose collaboration was deleted.
async fn look_at_what_has_ended(
    hour: &mut Hour<'_>,
    membership: &str,
    association: &str,
) -> Result<()> {
    hour.ask("T42", Owner, |sdk| {
        sdk.get_configured_table_association()
            .membership_identifier(membership)
            .configured_table_association_identifier(association)
            .send()
    })
    .await?;
    hour.ask("T43", Owner, |sdk| {
        sdk.update_configured_table_association()
            .membership_identifier(membership)
            .configured_table_association_identifier(association)
            .description("d")
            .send()
    })
    .await
    .map(drop)
}
