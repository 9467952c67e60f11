//! The second list in its middle: budgets, analysis templates, intermediate tables and id
//! namespaces of the membership that has the tables. Each is taken away before the next.

use anyhow::Result;
use aws_sdk_cleanrooms::types::{
    AnalysisFormat, AnalysisSource, IntermediateTableAnalysisRuleType, PrivacyBudgetType,
};

use super::hour::{Hour, NOBODY};
use super::inputs::{
    Budget, access_budget, differential_privacy, intermediate_rule, mapping_workflow, namespace,
    population,
};
use super::tables::{Tables, associate, delete_association};
use crate::accounts::REGION;
use crate::record::Who::Owner;

/// The association that templates and intermediate tables read.
pub(super) const SECOND: &str = "second";

/// Makes calls T21 to T38, for which `table` is associated as [`SECOND`].
///
/// # Errors
///
/// When a call has no reply.
pub async fn run(
    hour: &mut Hour<'_>,
    tables: &Tables,
    membership: &str,
    table: &str,
) -> Result<()> {
    budget_of_an_association(hour, tables, membership, table).await?;
    budgets_of_differential_privacy(hour, membership).await?;
    templates(hour, membership).await?;
    intermediate_table(hour, membership).await?;
    if let Some(workflow) = &tables.workflow {
        mapping_table(hour, membership, workflow).await?;
    }
    match &tables.namespace {
        Some(namespace) => namespace_twice(hour, membership, namespace).await,
        None => Ok(()),
    }
}

/// Calls T21 to T24a: an association that is deleted while there is a budget for it.
async fn budget_of_an_association(
    hour: &mut Hour<'_>,
    tables: &Tables,
    membership: &str,
    table: &str,
) -> Result<()> {
    let association = associate(hour, "T21", tables, membership, table, "third").await?;
    // The one form that the model has for the resources of budgets, whatever the ARN of the
    // association looks like.
    let account = &hour.owner;
    let arn = format!(
        "arn:aws:cleanrooms:{REGION}:{account}:membership/{membership}\
         /configuredtableassociation/{association}"
    );
    let budget = make_budget(hour, "T22", membership, access_budget(&arn)?).await?;
    let place = (membership, association.as_str());
    let is_deleted = delete_association(hour, "T23", place).await?;
    if let Some(budget) = budget {
        delete_budget(hour, "T24", membership, &budget).await?;
    }
    if !is_deleted && association != NOBODY {
        delete_association(hour, "T24a", place).await?;
    }
    Ok(())
}

/// Calls T25 to T27: differential privacy, and the same once more.
async fn budgets_of_differential_privacy(hour: &mut Hour<'_>, membership: &str) -> Result<()> {
    let first = make_budget(hour, "T25", membership, differential_privacy()?).await?;
    let Some(first) = first else { return Ok(()) };
    if let Some(second) = make_budget(hour, "T26", membership, differential_privacy()?).await? {
        delete_budget(hour, "T26a", membership, &second).await?;
    }
    delete_budget(hour, "T27", membership, &first).await
}

/// Says nothing of when it is refreshed.
async fn make_budget(
    hour: &mut Hour<'_>,
    number: &str,
    membership: &str,
    budget: Budget,
) -> Result<Option<String>> {
    let kind = match budget {
        Budget::DifferentialPrivacy(_) => PrivacyBudgetType::DifferentialPrivacy,
        _ => PrivacyBudgetType::AccessBudget,
    };
    let made = hour.make(number, Owner, |sdk| {
        sdk.create_privacy_budget_template()
            .membership_identifier(membership)
            .privacy_budget_type(kind)
            .parameters(budget)
            .send()
    });
    Ok(made.await?.text("/privacyBudgetTemplate/id").map(str::to_owned))
}

async fn delete_budget(
    hour: &mut Hour<'_>,
    number: &str,
    membership: &str,
    budget: &str,
) -> Result<()> {
    hour.ask(number, Owner, |sdk| {
        sdk.delete_privacy_budget_template()
            .membership_identifier(membership)
            .privacy_budget_template_identifier(budget)
            .send()
    })
    .await
    .map(drop)
}

/// Calls T28 to T31: a template of a table that is not there, and one of a table that is, twice.
async fn templates(hour: &mut Hour<'_>, membership: &str) -> Result<()> {
    let (stray, known) = (hour.name("no_such_table"), hour.name(SECOND));
    if let Some(template) = make_template(hour, "T28", membership, "stray", &stray).await? {
        delete_template(hour, "T28a", membership, &template).await?;
    }
    let first = make_template(hour, "T29", membership, "template", &known).await?;
    let Some(first) = first else { return Ok(()) };
    if let Some(second) = make_template(hour, "T30", membership, "template", &known).await? {
        delete_template(hour, "T30a", membership, &second).await?;
    }
    delete_template(hour, "T31", membership, &first).await
}

/// Names the table in its text only.
async fn make_template(
    hour: &mut Hour<'_>,
    number: &str,
    membership: &str,
    name: &str,
    table: &str,
) -> Result<Option<String>> {
    let (name, text) = (hour.name(name), query_of(table));
    let made = hour.make(number, Owner, |sdk| {
        sdk.create_analysis_template()
            .membership_identifier(membership)
            .name(name)
            .format(AnalysisFormat::Sql)
            .source(AnalysisSource::Text(text))
            .send()
    });
    Ok(made.await?.text("/analysisTemplate/id").map(str::to_owned))
}

fn query_of(table: &str) -> String {
    format!("SELECT amount FROM {table}")
}

async fn delete_template(
    hour: &mut Hour<'_>,
    number: &str,
    membership: &str,
    template: &str,
) -> Result<()> {
    hour.ask(number, Owner, |sdk| {
        sdk.delete_analysis_template()
            .membership_identifier(membership)
            .analysis_template_identifier(template)
            .send()
    })
    .await
    .map(drop)
}

/// Calls T32 to T34: a table that is never populated, and its rule.
async fn intermediate_table(hour: &mut Hour<'_>, membership: &str) -> Result<()> {
    let (name, source) = (hour.name("i1"), population(&query_of(&hour.name(SECOND))));
    let made = hour.make("T32", Owner, |sdk| {
        sdk.create_intermediate_table()
            .membership_identifier(membership)
            .name(name)
            .population_analysis_configuration(source)
            .send()
    });
    let made = made.await?.text("/intermediateTable/id").map(str::to_owned);
    let Some(table) = made else { return Ok(()) };
    let policy = intermediate_rule(&hour.owner);
    let ruled = hour.make("T33", Owner, |sdk| {
        sdk.create_intermediate_table_analysis_rule()
            .membership_identifier(membership)
            .intermediate_table_identifier(&table)
            .analysis_rule_type(IntermediateTableAnalysisRuleType::Custom)
            .analysis_rule_policy(policy)
            .send()
    });
    if ruled.await?.is_done() {
        hour.ask("T33a", Owner, |sdk| {
            sdk.delete_intermediate_table_analysis_rule()
                .membership_identifier(membership)
                .intermediate_table_identifier(&table)
                .analysis_rule_type(IntermediateTableAnalysisRuleType::Custom)
                .send()
        })
        .await?;
    }
    hour.ask("T34", Owner, |sdk| {
        sdk.delete_intermediate_table()
            .membership_identifier(membership)
            .intermediate_table_identifier(&table)
            .send()
    })
    .await
    .map(drop)
}

/// Call T35: a mapping of ids while no id namespace is in the collaboration.
async fn mapping_table(hour: &mut Hour<'_>, membership: &str, workflow: &str) -> Result<()> {
    let (name, workflow) = (hour.name("m1"), mapping_workflow(workflow)?);
    let made = hour.make("T35", Owner, |sdk| {
        sdk.create_id_mapping_table()
            .membership_identifier(membership)
            .name(name)
            .input_reference_config(workflow)
            .send()
    });
    let made = made.await?.text("/idMappingTable/id").map(str::to_owned);
    if let Some(table) = made {
        hour.ask("T35a", Owner, |sdk| {
            sdk.delete_id_mapping_table()
                .membership_identifier(membership)
                .id_mapping_table_identifier(table)
                .send()
        })
        .await?;
    }
    Ok(())
}

/// Calls T36 to T38: an id namespace, and the same once more.
async fn namespace_twice(hour: &mut Hour<'_>, membership: &str, arn: &str) -> Result<()> {
    let first = associate_namespace(hour, "T36", membership, "n1", arn).await?;
    let Some(first) = first else { return Ok(()) };
    if let Some(second) = associate_namespace(hour, "T37", membership, "n2", arn).await? {
        dissociate_namespace(hour, "T37a", membership, &second).await?;
    }
    dissociate_namespace(hour, "T38", membership, &first).await
}

async fn associate_namespace(
    hour: &mut Hour<'_>,
    number: &str,
    membership: &str,
    name: &str,
    arn: &str,
) -> Result<Option<String>> {
    let (name, namespace) = (hour.name(name), namespace(arn)?);
    let made = hour.make(number, Owner, |sdk| {
        sdk.create_id_namespace_association()
            .membership_identifier(membership)
            .name(name)
            .input_reference_config(namespace)
            .send()
    });
    Ok(made.await?.text("/idNamespaceAssociation/id").map(str::to_owned))
}

async fn dissociate_namespace(
    hour: &mut Hour<'_>,
    number: &str,
    membership: &str,
    association: &str,
) -> Result<()> {
    hour.ask(number, Owner, |sdk| {
        sdk.delete_id_namespace_association()
            .membership_identifier(membership)
            .id_namespace_association_identifier(association)
            .send()
    })
    .await
    .map(drop)
}
