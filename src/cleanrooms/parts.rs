//! Analysis rules as parts: they go with the table or the association that they are for.
//!
//! The service refuses to delete either while it has a rule. A rule that a
//! resource manages is deleted by that one first; any other is taken here, and
//! comes back when its owner turns out to stay, for something else is in the way.

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::types::{
    ConfiguredTableAnalysisRuleType, ConfiguredTableAssociationAnalysisRuleType,
    IntermediateTableAnalysisRuleType,
};

use super::aws::{AwsError, Outcome};
use super::key::Key;
use super::object::Part;

/// Deletes the rules of a table; what makes them again comes into `deleted`.
///
/// # Errors
///
/// One was not deleted, or may not have been.
pub async fn take_rules_of_table(
    sdk: &Sdk,
    table: &Key,
    kinds: Vec<ConfiguredTableAnalysisRuleType>,
    deleted: &mut Vec<Part>,
) -> Result<(), AwsError> {
    for kind in &kinds {
        take_rule_of_table(sdk, table, kind, deleted).await?;
    }
    Ok(())
}

async fn take_rule_of_table(
    sdk: &Sdk,
    table: &Key,
    kind: &ConfiguredTableAnalysisRuleType,
    deleted: &mut Vec<Part>,
) -> Result<(), AwsError> {
    const GET: &str = "GetConfiguredTableAnalysisRule";
    let call = sdk.get_configured_table_analysis_rule();
    let call = call.configured_table_identifier(table.id()).analysis_rule_type(kind.clone());
    let found = call.send().await.map_err(AwsError::of(GET))?;
    let found = found.analysis_rule.ok_or_else(|| AwsError::unreadable(GET))?;
    let call = sdk.delete_configured_table_analysis_rule();
    let call = call.configured_table_identifier(table.id()).analysis_rule_type(kind.clone());
    let sent = call.send().await.map(|_| ());
    let sent = sent.map_err(AwsError::of("DeleteConfiguredTableAnalysisRule"));
    let again = sdk.create_configured_table_analysis_rule();
    let again = again.configured_table_identifier(table.id()).analysis_rule_type(kind.clone());
    let again = again.set_analysis_rule_policy(found.policy).send();
    let again = async {
        again.await.map(|_| ()).map_err(AwsError::of("CreateConfiguredTableAnalysisRule"))
    };
    noted(sent, Part { name: format!("analysis rule ({kind})"), again: Box::pin(again) }, deleted)
}

/// Deletes the rules of an association; what makes them again comes into `deleted`.
///
/// # Errors
///
/// One was not deleted, or may not have been.
pub async fn take_rules_of_association(
    sdk: &Sdk,
    association: &Key,
    kinds: Vec<ConfiguredTableAssociationAnalysisRuleType>,
    deleted: &mut Vec<Part>,
) -> Result<(), AwsError> {
    for kind in &kinds {
        take_rule_of_association(sdk, association, kind, deleted).await?;
    }
    Ok(())
}

async fn take_rule_of_association(
    sdk: &Sdk,
    association: &Key,
    kind: &ConfiguredTableAssociationAnalysisRuleType,
    deleted: &mut Vec<Part>,
) -> Result<(), AwsError> {
    const GET: &str = "GetConfiguredTableAssociationAnalysisRule";
    let (membership_id, id) = (association.parent(), association.id());
    let call = sdk.get_configured_table_association_analysis_rule();
    let call = call.membership_identifier(membership_id).analysis_rule_type(kind.clone());
    let found = call.configured_table_association_identifier(id).send().await;
    let found = found.map_err(AwsError::of(GET))?.analysis_rule;
    let found = found.ok_or_else(|| AwsError::unreadable(GET))?;
    let call = sdk.delete_configured_table_association_analysis_rule();
    let call = call.membership_identifier(membership_id).analysis_rule_type(kind.clone());
    let sent = call.configured_table_association_identifier(id).send().await.map(|_| ());
    let sent = sent.map_err(AwsError::of("DeleteConfiguredTableAssociationAnalysisRule"));
    let again = sdk.create_configured_table_association_analysis_rule();
    let again = again.membership_identifier(membership_id).analysis_rule_type(kind.clone());
    let again = again.configured_table_association_identifier(id);
    let again = again.set_analysis_rule_policy(found.policy).send();
    let again = async {
        let sent = again.await.map(|_| ());
        sent.map_err(AwsError::of("CreateConfiguredTableAssociationAnalysisRule"))
    };
    noted(sent, Part { name: format!("analysis rule ({kind})"), again: Box::pin(again) }, deleted)
}

/// Deletes the rule of an intermediate table; what makes it again comes into `deleted`.
///
/// # Errors
///
/// It was not deleted, or may not have been.
pub async fn take_rule_of_intermediate_table(
    sdk: &Sdk,
    table: &Key,
    kind: &IntermediateTableAnalysisRuleType,
    deleted: &mut Vec<Part>,
) -> Result<(), AwsError> {
    const GET: &str = "GetIntermediateTableAnalysisRule";
    let (membership_id, id) = (table.parent(), table.id());
    let call = sdk.get_intermediate_table_analysis_rule();
    let call = call.membership_identifier(membership_id).analysis_rule_type(kind.clone());
    let found = call.intermediate_table_identifier(id).send().await.map_err(AwsError::of(GET))?;
    let found = found.analysis_rule.ok_or_else(|| AwsError::unreadable(GET))?;
    let call = sdk.delete_intermediate_table_analysis_rule();
    let call = call.membership_identifier(membership_id).analysis_rule_type(kind.clone());
    let sent = call.intermediate_table_identifier(id).send().await.map(|_| ());
    let sent = sent.map_err(AwsError::of("DeleteIntermediateTableAnalysisRule"));
    let again = sdk.create_intermediate_table_analysis_rule();
    let again = again.membership_identifier(membership_id).analysis_rule_type(kind.clone());
    let again = again.intermediate_table_identifier(id);
    let again = again.set_analysis_rule_policy(found.analysis_rule_policy).send();
    let again = async {
        again.await.map(|_| ()).map_err(AwsError::of("CreateIntermediateTableAnalysisRule"))
    };
    noted(sent, Part { name: format!("analysis rule ({kind})"), again: Box::pin(again) }, deleted)
}

/// Notes a part that was deleted, or may have been.
fn noted(sent: Result<(), AwsError>, part: Part, deleted: &mut Vec<Part>) -> Result<(), AwsError> {
    if sent.as_ref().map_or_else(|err| err.outcome == Outcome::Ambiguous, |()| true) {
        deleted.push(part);
    }
    sent
}
