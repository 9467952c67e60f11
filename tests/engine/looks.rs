//! Data sources: every fault of the sandbox, and of a hostile network, at every call of each.
//!
//! A read gives what it gives without the fault, or an error that says what went
//! wrong: half an answer would be taken for the truth.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::faults::{Fault, Place};
use cleanrooms_harness::scenario::Run;
use libtest_mimic::Trial;
use serde_json::{Map, Value as Json, json};

use crate::stage::Stage;
use crate::trial::{failed, paused};

const CREATOR: &str = "111122223333";
const PARTNER: &str = "444455556666";

/// Longer than the provider waits for a reply.
const LATE: Duration = Duration::from_secs(70);

/// Each data source, by what it is asked.
static LOOKS: &[(&str, &str)] = &[
    ("cleanrooms_collaboration", r#"id = "${saved.COLLABORATION}""#),
    ("cleanrooms_collaboration", r#"name = "Campaign reach""#),
    ("cleanrooms_collaborations", r#"member_status = "ACTIVE""#),
    ("cleanrooms_collaboration_members", r#"collaboration_id = "${saved.COLLABORATION}""#),
    (
        "cleanrooms_change_request",
        "collaboration_id = \"${saved.COLLABORATION}\"\nid = \"${saved.REQUEST}\"",
    ),
    ("cleanrooms_change_requests", r#"collaboration_id = "${saved.COLLABORATION}""#),
    ("cleanrooms_membership", r#"collaboration_id = "${saved.COLLABORATION}""#),
    ("cleanrooms_memberships", ""),
    ("cleanrooms_configured_table", r#"name = "Orders""#),
    ("cleanrooms_configured_tables", ""),
    ("cleanrooms_configured_table_associations", r#"membership_id = "${saved.MEMBERSHIP}""#),
    ("cleanrooms_schemas", r#"collaboration_id = "${saved.COLLABORATION}""#),
    ("cleanrooms_schema", "collaboration_id = \"${saved.COLLABORATION}\"\nname = \"Orders\""),
    (
        "cleanrooms_schema_analysis_rule",
        "collaboration_id = \"${saved.COLLABORATION}\"\nname = \"orders\"\ntype = \"LIST\"",
    ),
    (
        "cleanrooms_collaboration_analysis_template",
        "collaboration_id = \"${saved.COLLABORATION}\"\narn = \"${saved.TEMPLATE}\"",
    ),
    (
        "cleanrooms_collaboration_analysis_templates",
        "collaboration_id = \"${saved.COLLABORATION}\"\nname = \"reach\"",
    ),
    (
        "cleanrooms_collaboration_privacy_budget_template",
        "collaboration_id = \"${saved.COLLABORATION}\"\nid = \"${saved.BUDGET}\"",
    ),
    (
        "cleanrooms_collaboration_privacy_budget_templates",
        r#"collaboration_id = "${saved.COLLABORATION}""#,
    ),
    (
        "cleanrooms_privacy_budgets",
        "membership_id = \"${saved.MEMBERSHIP}\"\nprivacy_budget_type = \"DIFFERENTIAL_PRIVACY\"",
    ),
    (
        "cleanrooms_collaboration_privacy_budgets",
        "collaboration_id = \"${saved.COLLABORATION}\"\nprivacy_budget_type = \"DIFFERENTIAL_PRIVACY\"",
    ),
    (
        "cleanrooms_privacy_impact",
        "membership_id = \"${saved.MEMBERSHIP}\"\nepsilon = 3\nusers_noise_per_query = 20",
    ),
    ("cleanrooms_analysis_templates", r#"membership_id = "${saved.MEMBERSHIP}""#),
    ("cleanrooms_privacy_budget_templates", r#"membership_id = "${saved.MEMBERSHIP}""#),
    ("cleanrooms_id_namespace_associations", r#"membership_id = "${saved.MEMBERSHIP}""#),
    (
        "cleanrooms_collaboration_id_namespace_association",
        "collaboration_id = \"${saved.COLLABORATION}\"\nid = \"${saved.NAMESPACE}\"",
    ),
    (
        "cleanrooms_collaboration_id_namespace_associations",
        "collaboration_id = \"${saved.COLLABORATION}\"\nname = \"Customers\"",
    ),
    (
        "cleanrooms_id_mapping_tables",
        "membership_id = \"${saved.MEMBERSHIP}\"\nname = \"CUSTOMERS\"",
    ),
    (
        "cleanrooms_configured_audience_model_associations",
        r#"membership_id = "${saved.MEMBERSHIP}""#,
    ),
    (
        "cleanrooms_collaboration_configured_audience_model_association",
        "collaboration_id = \"${saved.COLLABORATION}\"\nid = \"${saved.AUDIENCE}\"",
    ),
    (
        "cleanrooms_collaboration_configured_audience_model_associations",
        r#"collaboration_id = "${saved.COLLABORATION}""#,
    ),
    (
        "cleanrooms_analysis_log_export",
        "membership_id = \"${saved.MEMBERSHIP}\"\nid = \"${saved.EXPORT}\"",
    ),
    (
        "cleanrooms_analysis_log_exports",
        "membership_id = \"${saved.MEMBERSHIP}\"\nanalysis_id = \"${saved.QUERY}\"\nstatus = \"SUCCESS\"",
    ),
    (
        "cleanrooms_intermediate_tables",
        "membership_id = \"${saved.MEMBERSHIP}\"\nname = \"REACHED\"",
    ),
    (
        "cleanrooms_intermediate_table_versions",
        "membership_id = \"${saved.MEMBERSHIP}\"\nintermediate_table_id = \"${saved.INTERMEDIATE}\"",
    ),
    (
        "cleanrooms_protected_query",
        "membership_id = \"${saved.MEMBERSHIP}\"\nid = \"${saved.QUERY}\"",
    ),
    ("cleanrooms_protected_queries", r#"membership_id = "${saved.MEMBERSHIP}""#),
    ("cleanrooms_protected_job", "membership_id = \"${saved.MEMBERSHIP}\"\nid = \"${saved.JOB}\""),
    ("cleanrooms_protected_jobs", "membership_id = \"${saved.MEMBERSHIP}\"\nstatus = \"SUCCESS\""),
    // Of another account, whose tags are not asked for.
    ("cleanrooms_collaboration", "provider = cleanrooms.partner\nname = \"Campaign reach\""),
];

/// One trial for each.
pub fn trials() -> Vec<Trial> {
    let trial =
        |(number, (data_source, arguments)): (usize, &'static (&'static str, &'static str))| {
            Trial::test(format!("looks::{data_source}::{number}"), move || {
                paused(|| Box::pin(tell_the_truth(data_source, arguments))).map_err(failed)
            })
        };
    LOOKS.iter().enumerate().map(trial).collect()
}

async fn tell_the_truth(data_source: &str, arguments: &str) -> Result<()> {
    let mut stage = Stage::new();
    prepare(&mut stage).await?;
    let arguments = stage.filled(arguments)?;
    stage.configure(&format!("data \"{data_source}\" \"it\" {{\n{arguments}\n}}\n"));
    stage.world.clear_calls().await?;
    let (truth, said) = look(&mut stage).await?;
    let truth = truth.with_context(|| format!("without a fault: {said:?}"))?;
    let calls: Vec<_> =
        stage.world.calls().await?.into_iter().filter_map(|call| call.operation).collect();
    ensure!(!calls.is_empty(), "it asks nothing");
    let mut met = BTreeMap::new();
    for (position, operation) in calls.iter().enumerate() {
        let earlier = calls[..position].iter().filter(|other| *other == operation).count();
        let place = Place { operation: operation.clone(), earlier, position };
        let all = Fault::all().into_iter().chain(Fault::distortions());
        for fault in all.filter(|fault| fault.is_for(operation)) {
            let case = format!("{operation} {}", fault.name);
            stage.world.clear_calls().await?;
            stage.world.admin("POST", "faults", Some(&fault.at(&place, LATE))).await?;
            let (found, said) = look(&mut stage).await?;
            tokio::time::sleep(LATE).await;
            let is_met = match fault.lasts() {
                true => stage.world.calls().await?.iter().any(|call| call.fault.is_some()),
                false => stage.world.faults_have_begun().await?,
            };
            ensure!(is_met, "{case}: not met");
            stage.world.admin("DELETE", "faults", None).await?;
            let denied = fault.name.starts_with("access_denied");
            ensure!(!denied || found.is_none(), "{case}: believed, though denied: {found:?}");
            match &found {
                Some(found) => ensure!(*found == truth, "{case}: a lie: {found:#?}"),
                None => {
                    let named = format!("cleanrooms:{operation}");
                    let is_named = fault.is_outage() || said.iter().any(|it| it.contains(&named));
                    ensure!(is_named, "{case}: nothing says what failed: {said:?}");
                }
            }
            *met.entry(found.is_some()).or_insert(0) += 1;
        }
    }
    ensure!(met.len() == 2, "some faults pass, and some do not: {met:?}");
    Ok(())
}

/// What is found, if it is, and what was said.
async fn look(stage: &mut Stage) -> Result<(Option<Map<String, Json>>, Vec<String>)> {
    stage.core.state.data.clear();
    let said = stage.plan_and_apply(&Run::default()).await?;
    let has_failed = said.iter().any(|said| said.diagnostic.is_error());
    let said = said.iter().map(|said| said.diagnostic.to_string()).collect();
    let found = stage.stored()?.instances.into_values().next();
    ensure!(found.is_some() != has_failed, "an error, or an answer: {found:?} {said:?}");
    Ok((found, said))
}

/// A collaboration that its creator has joined, with a partner, a table and its rule, a template, a budget, id
/// namespaces and their mapping, an audience model, a change that is asked for, and a query with its log exported.
async fn prepare(stage: &mut Stage) -> Result<()> {
    let collaboration = json!({
        "name": "Campaign reach", "creatorDisplayName": "Publisher", "creatorMemberAbilities": ["CAN_EXPORT_QUERY_ANALYSIS_LOG", "CAN_QUERY", "CAN_RUN_JOB"],
        "queryLogStatus": "ENABLED", "tags": { "team": "media" },
        "members": [{ "accountId": PARTNER, "displayName": "Advertiser", "memberAbilities": ["CAN_RECEIVE_RESULTS"] }],
    });
    post(stage, CREATOR, "/collaborations", collaboration, "COLLABORATION", "/collaboration/id")
        .await?;
    let joining =
        json!({ "collaborationIdentifier": "${saved.COLLABORATION}", "queryLogStatus": "ENABLED" });
    post(stage, PARTNER, "/memberships", joining.clone(), "OTHER", "/membership/id").await?;
    post(stage, CREATOR, "/memberships", joining, "MEMBERSHIP", "/membership/id").await?;
    let change = json!({ "changes": [{ "specificationType": "MEMBER", "specification": {
        "member": { "accountId": "777788889999", "displayName": "Third", "memberAbilities": [] } } }] });
    let path = "/collaborations/${saved.COLLABORATION}/changeRequests";
    post(stage, CREATOR, path, change, "REQUEST", "/collaborationChangeRequest/id").await?;
    let table = json!({
        "name": "Orders", "allowedColumns": ["email"], "analysisMethod": "DIRECT_QUERY",
        "tableReference": { "glue": { "databaseName": "sales", "tableName": "orders" } },
    });
    post(stage, CREATOR, "/configuredTables", table, "TABLE", "/configuredTable/id").await?;
    let association = json!({
        "configuredTableIdentifier": "${saved.TABLE}", "name": "orders",
        "roleArn": "arn:aws:iam::111122223333:role/tables",
    });
    let path = "/memberships/${saved.MEMBERSHIP}/configuredTableAssociations";
    let id = "/configuredTableAssociation/id";
    post(stage, CREATOR, path, association, "ASSOCIATION", id).await?;
    let rule = json!({ "analysisRuleType": "LIST", "analysisRulePolicy": { "v1": { "list": {
        "joinColumns": ["email"], "listColumns": [] } } } });
    let path = "/configuredTables/${saved.TABLE}/analysisRule";
    post(stage, CREATOR, path, rule, "RULE", "/analysisRule/configuredTableId").await?;
    let template = json!({
        "name": "reach", "format": "SQL", "source": { "text": "select count(*) from orders" },
    });
    let path = "/memberships/${saved.MEMBERSHIP}/analysistemplates";
    post(stage, CREATOR, path, template, "TEMPLATE", "/analysisTemplate/arn").await?;
    let budget = json!({
        "privacyBudgetType": "DIFFERENTIAL_PRIVACY",
        "parameters": { "differentialPrivacy": { "epsilon": 3, "usersNoisePerQuery": 20 } },
    });
    let path = "/memberships/${saved.MEMBERSHIP}/privacybudgettemplates";
    post(stage, CREATOR, path, budget, "BUDGET", "/privacyBudgetTemplate/id").await?;
    for (namespace, saved) in [("customers", "NAMESPACE"), ("target", "TARGET")] {
        let arn = format!("arn:aws:entityresolution:us-east-1:{CREATOR}:idnamespace/{namespace}");
        let association = json!({
            "name": "Customers",
            "inputReferenceConfig": { "inputReferenceArn": arn, "manageResourcePolicies": true },
        });
        let path = "/memberships/${saved.MEMBERSHIP}/idnamespaceassociations";
        post(stage, CREATOR, path, association, saved, "/idNamespaceAssociation/id").await?;
    }
    let workflow =
        format!("arn:aws:entityresolution:us-east-1:{CREATOR}:idmappingworkflow/customers");
    let mapping = json!({
        "name": "customers",
        "inputReferenceConfig": { "inputReferenceArn": workflow, "manageResourcePolicies": true },
    });
    let path = "/memberships/${saved.MEMBERSHIP}/idmappingtables";
    post(stage, CREATOR, path, mapping, "MAPPING", "/idMappingTable/id").await?;
    let audience = json!({
        "configuredAudienceModelAssociationName": "Lookalike", "manageResourcePolicies": false,
        "configuredAudienceModelArn":
            "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike",
    });
    let path = "/memberships/${saved.MEMBERSHIP}/configuredaudiencemodelassociations";
    let id = "/configuredAudienceModelAssociation/id";
    post(stage, CREATOR, path, audience, "AUDIENCE", id).await?;
    let intermediate = json!({
        "name": "reached",
        "populationAnalysisConfiguration": { "sqlParameters": { "queryString": "SELECT 1 FROM orders" } },
    });
    let path = "/memberships/${saved.MEMBERSHIP}/intermediateTables";
    post(stage, CREATOR, path, intermediate, "INTERMEDIATE", "/intermediateTable/id").await?;
    let path = "/memberships/${saved.MEMBERSHIP}/intermediateTables/${saved.INTERMEDIATE}/populate";
    post(stage, CREATOR, path, json!({}), "VERSION", "/versionId").await?;
    let query = json!({ "type": "SQL", "sqlParameters": { "queryString": "SELECT 1" } });
    let path = "/memberships/${saved.MEMBERSHIP}/protectedQueries";
    post(stage, CREATOR, path, query, "QUERY", "/protectedQuery/id").await?;
    let job = json!({
        "type": "PYSPARK",
        "jobParameters": { "analysisTemplateArn": "arn:aws:cleanrooms:us-east-1:111122223333:membership/m/analysistemplate/t" },
        "computeConfiguration": { "worker": { "type": "CR.1X", "number": 4 } },
    });
    let path = "/memberships/${saved.MEMBERSHIP}/protectedJobs";
    post(stage, CREATOR, path, job, "JOB", "/protectedJob/id").await?;
    // Each look takes them one step further: from here on they have ended.
    for _ in 0..2 {
        for path in ["protectedQueries/${saved.QUERY}", "protectedJobs/${saved.JOB}"] {
            let path = stage.filled(&format!("/memberships/${{saved.MEMBERSHIP}}/{path}"))?;
            stage.world.api(CREATOR, "GET", &path, None).await?;
        }
    }
    let export = json!({
        "analysisId": "${saved.QUERY}", "analysisType": "PROTECTED_QUERY",
        "resultConfiguration": { "outputConfiguration": { "s3": { "bucket": "query-logs" } } },
    });
    let path = "/memberships/${saved.MEMBERSHIP}/analysislogexports";
    let id = "/analysisLogExport/analysisLogExportId";
    post(stage, CREATOR, path, export, "EXPORT", id).await?;
    let path = stage.filled(&format!("{path}/${{saved.EXPORT}}"))?;
    for _ in 0..2 {
        stage.world.api(CREATOR, "GET", &path, None).await?;
    }
    Ok(())
}

/// Makes something behind Terraform's back, and saves its id.
async fn post(
    stage: &mut Stage,
    account: &str,
    path: &str,
    body: Json,
    name: &str,
    id: &str,
) -> Result<()> {
    let (path, body) = (stage.filled(path)?, stage.filled_value(&body)?);
    let reply = stage.world.api(account, "POST", &path, Some(&body)).await?;
    let id = reply.body.pointer(id).and_then(Json::as_str);
    let id = id.with_context(|| format!("POST {path} answered {}", reply.body))?;
    stage.saved.insert(name.to_owned(), id.to_owned());
    Ok(())
}
