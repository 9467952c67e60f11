//! What `terraform query` finds, and what it writes.

use anyhow::{Context, Result, ensure};
use semver::Version;
use serde_json::{Value, json};

use super::provider_block::{APPLY, PLAN};
use super::workspace;
use crate::engine::Engine;
use crate::plan::Plan;
use crate::provider::Provider;
use crate::runner::provider_block;
use crate::sandbox::{ACCOUNTS, Sandbox};
use crate::workspace::{Finished, Installation, Workspace};

/// The first version that has `query`.
const FIRST: Version = Version::new(1, 14, 0);

/// The lists of one's own objects find these and no others, by what narrows them, up to their limit,
/// and without reading them where nobody asks for that. What cannot be read is a warning.
///
/// # Errors
///
/// When something else is found, or asked of the service.
pub fn what_is_ones_own_is_found(engine: &Engine) -> Result<()> {
    let Some(prepared) = Prepared::new("queries", engine)? else { return Ok(()) };
    prepared.workspace.write("lists.tfquery.hcl", &(LISTS.to_owned() + &of_membership()))?;
    prepared.sandbox.client().clear_calls()?;
    let finished = prepared.workspace.run(&["query", "-json"])?;
    ensure!(finished.status.success(), "the query failed: {finished}");
    let expected = [
        ("list.cleanrooms_analysis_template.all", vec!["Reach"]),
        ("list.cleanrooms_collaboration.all", vec!["Alpha", "Beta"]),
        ("list.cleanrooms_collaboration.named", vec!["Beta"]),
        ("list.cleanrooms_configured_audience_model_association.all", vec!["Lookalike"]),
        ("list.cleanrooms_configured_table.all", vec!["Orders", "Returns"]),
        ("list.cleanrooms_configured_table.two", vec!["Orders"]),
        ("list.cleanrooms_configured_table_association.all", vec!["orders"]),
        ("list.cleanrooms_id_mapping_table.all", vec!["customers"]),
        ("list.cleanrooms_id_namespace_association.all", vec!["Ours", "Theirs"]),
        ("list.cleanrooms_intermediate_table.all", vec!["reached"]),
        ("list.cleanrooms_membership.all", vec!["Alpha"]),
        ("list.cleanrooms_privacy_budget_template.all", vec!["DIFFERENTIAL_PRIVACY"]),
    ];
    for (address, names) in expected {
        let mut found = found(&finished, address)?;
        found.sort();
        if address.ends_with(".two") {
            // Whichever of the two comes first.
            ensure!(found.len() == 1, "{address} found {found:?}: {finished}");
        } else {
            ensure!(found == names, "{address} found {found:?}: {finished}");
        }
    }
    let calls = prepared.sandbox.client().calls()?;
    let calls: Vec<_> = calls.into_iter().filter_map(|call| call.operation).collect();
    let is_list = |it: &&String| !it.starts_with("List") && *it != "GetCallerIdentity";
    let beside: Vec<_> = calls.iter().filter(is_list).collect();
    ensure!(beside.is_empty(), "asked besides the lists: {beside:?}");

    let denied = json!({ "operation": "GetConfiguredTable", "skip": 0, "count": 1,
        "fault": { "kind": "access_denied" } });
    prepared.sandbox.client().admin("POST", "faults", Some(&denied))?;
    prepared.workspace.write("lists.tfquery.hcl", WHOLE)?;
    let finished = prepared.workspace.run(&["query", "-json"])?;
    ensure!(finished.status.success(), "one that is denied ends the query: {finished}");
    let found = found(&finished, "list.cleanrooms_configured_table.whole")?;
    ensure!(found.len() == 1, "found {found:?}: {finished}");
    let is_told = finished.stdout.contains("is left out: Cannot read configured table");
    ensure!(is_told, "nothing is said of the other one: {finished}");
    Ok(())
}

/// What a query writes is imported as it is, without a change.
///
/// # Errors
///
/// When a plan with it changes anything.
pub fn what_is_written_is_imported_without_a_change(engine: &Engine) -> Result<()> {
    let Some(prepared) = Prepared::new("generated_by_query", engine)? else { return Ok(()) };
    prepared.workspace.write("lists.tfquery.hcl", &(GENERATED.to_owned() + &of_membership()))?;
    prepared.workspace.succeed(&["query", "-generate-config-out=generated.tf"])?;
    let generated = std::fs::read_to_string(prepared.workspace.directory().join("generated.tf"))
        .context("reading what was written")?;
    ensure!(!generated.contains("tags_all"), "it says what nobody can set:\n{generated}");
    prepared.workspace.succeed(&[&PLAN[..], &["-out=saved"]].concat())?;
    let shown = prepared.workspace.succeed(&["show", "-json", "saved"])?;
    let plan = Plan::parse(&shown).context("reading the plan")?;
    let changed = plan.changes.iter().filter(|(_, it)| it.action != "no-op" || !it.importing);
    let changed: Vec<_> = changed.collect();
    ensure!(changed.is_empty(), "it changes {changed:#?}, by:\n{generated}");
    ensure!(plan.changes.len() == 13, "not all are imported: {plan:#?}");
    prepared.workspace.succeed(&APPLY)?;
    prepared.workspace.succeed(&[&PLAN[..], &["-detailed-exitcode"]].concat())?;
    Ok(())
}

/// The names that a list has found, in the words of `query -json`.
fn found(finished: &Finished, address: &str) -> Result<Vec<String>> {
    let lines = finished.stdout.lines().map(serde_json::from_str::<Value>);
    let lines: Vec<Value> =
        lines.collect::<Result<_, _>>().with_context(|| format!("reading {finished}"))?;
    let found = lines.iter().map(|line| &line["list_resource_found"]);
    let of_list = found.filter(|found| found["address"] == address);
    Ok(of_list.filter_map(|found| Some(found["display_name"].as_str()?.to_owned())).collect())
}

/// Two collaborations of one's own and one of a partner, a membership with a template, a budget, id namespaces,
/// their mapping, an audience model and an intermediate table, two tables, one of them associated.
struct Prepared {
    workspace: Workspace,
    sandbox: Sandbox,
}

impl Prepared {
    /// Nothing for an engine without `query`.
    fn new(name: &str, engine: &Engine) -> Result<Option<Self>> {
        if engine.is_opentofu() || engine.version < FIRST {
            return Ok(None);
        }
        let sandbox = Sandbox::start().context("starting the sandbox")?;
        let workspace = workspace(name, engine, Installation::DevOverride(Provider::build()?))?;
        let provider = provider_block(None, ACCOUNTS[0], &sandbox.url());
        workspace.write("provider.tf", &provider)?;
        let prepared = Self { workspace, sandbox };
        let [own, partner, _] = ACCOUNTS;
        let collaboration = |name: &str, member: &str| {
            json!({
                "name": name, "creatorDisplayName": "Creator", "queryLogStatus": "ENABLED",
                "creatorMemberAbilities": ["CAN_QUERY", "CAN_RECEIVE_RESULTS"],
                "members": [{ "accountId": member, "displayName": "Member", "memberAbilities": [] }],
            })
        };
        let mut alpha = collaboration("Alpha", partner);
        alpha["description"] = "The first".into();
        alpha["tags"] = json!({ "team": "media" });
        let alpha = prepared.made(own, "/collaborations", &alpha)?;
        prepared.made(own, "/collaborations", &collaboration("Beta", partner))?;
        prepared.made(partner, "/collaborations", &collaboration("Foreign", own))?;
        let joining = json!({ "collaborationIdentifier": alpha, "queryLogStatus": "DISABLED" });
        let membership = prepared.made(own, "/memberships", &joining)?;
        let table = |name: &str| {
            json!({
                "name": name, "allowedColumns": ["email"], "analysisMethod": "DIRECT_QUERY",
                "tableReference": { "glue": { "databaseName": "sales", "tableName": "orders" } },
            })
        };
        let orders = prepared.made(own, "/configuredTables", &table("Orders"))?;
        prepared.made(own, "/configuredTables", &table("Returns"))?;
        let path = format!("/memberships/{membership}/configuredTableAssociations");
        let association = json!({ "name": "orders", "configuredTableIdentifier": orders,
            "roleArn": "arn:aws:iam::111122223333:role/tables" });
        prepared.made(own, &path, &association)?;
        let template = json!({ "name": "Reach", "format": "SQL",
            "source": { "text": "SELECT count(*) FROM orders" } });
        prepared.made(own, &format!("/memberships/{membership}/analysistemplates"), &template)?;
        let intermediate = json!({ "name": "reached", "populationAnalysisConfiguration": {
            "sqlParameters": { "queryString": "SELECT email FROM orders" } } });
        let path = format!("/memberships/{membership}/intermediateTables");
        prepared.made(own, &path, &intermediate)?;
        let budget = json!({ "privacyBudgetType": "DIFFERENTIAL_PRIVACY",
            "parameters": { "differentialPrivacy": { "epsilon": 3, "usersNoisePerQuery": 20 } } });
        prepared.made(
            own,
            &format!("/memberships/{membership}/privacybudgettemplates"),
            &budget,
        )?;
        let named = |name: &str, kind: &str, of: &str| {
            let arn = format!("arn:aws:entityresolution:us-east-1:{own}:{kind}/{of}");
            json!({ "name": name,
                "inputReferenceConfig": { "inputReferenceArn": arn, "manageResourcePolicies": true } })
        };
        for (name, of) in [("Ours", "source"), ("Theirs", "target")] {
            let namespace = named(name, "idnamespace", of);
            let path = format!("/memberships/{membership}/idnamespaceassociations");
            prepared.made(own, &path, &namespace)?;
        }
        let mapping = named("customers", "idmappingworkflow", "customers");
        prepared.made(own, &format!("/memberships/{membership}/idmappingtables"), &mapping)?;
        let model =
            "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike";
        let audience = json!({ "configuredAudienceModelAssociationName": "Lookalike",
            "configuredAudienceModelArn": model, "manageResourcePolicies": false });
        let path = format!("/memberships/{membership}/configuredaudiencemodelassociations");
        prepared.made(own, &path, &audience)?;
        Ok(Some(prepared))
    }

    /// Makes an object, and gives its id.
    fn made(&self, account: &str, path: &str, body: &Value) -> Result<String> {
        let reply = self.sandbox.client().api(account, "POST", path, Some(body))?;
        let object = reply.body.as_object().and_then(|body| body.values().next());
        let id = object.and_then(|object| object["id"].as_str());
        id.map(str::to_owned).with_context(|| format!("POST {path} answered {}", reply.body))
    }
}

/// The kinds of what a membership holds.
const OF_MEMBERSHIP: [&str; 7] = [
    "cleanrooms_configured_table_association",
    "cleanrooms_analysis_template",
    "cleanrooms_intermediate_table",
    "cleanrooms_privacy_budget_template",
    "cleanrooms_id_namespace_association",
    "cleanrooms_id_mapping_table",
    "cleanrooms_configured_audience_model_association",
];

/// A list of all that the first membership has, for each of these kinds.
fn of_membership() -> String {
    let list = |kind: &&str| {
        format!(
            r#"
list "{kind}" "all" {{
  provider = cleanrooms
  config {{
    membership_id = list.cleanrooms_membership.all.data[0].identity.id
  }}
}}
"#
        )
    };
    OF_MEMBERSHIP.iter().map(list).collect()
}

const LISTS: &str = r#"
list "cleanrooms_collaboration" "all" {
  provider = cleanrooms
}

list "cleanrooms_collaboration" "named" {
  provider = cleanrooms
  config {
    name = "Beta"
  }
}

list "cleanrooms_membership" "all" {
  provider = cleanrooms
}

list "cleanrooms_configured_table" "all" {
  provider = cleanrooms
}

list "cleanrooms_configured_table" "two" {
  provider = cleanrooms
  limit    = 1
}
"#;

const WHOLE: &str = r#"
list "cleanrooms_configured_table" "whole" {
  provider         = cleanrooms
  include_resource = true
}
"#;

const GENERATED: &str = r#"
list "cleanrooms_collaboration" "all" {
  provider = cleanrooms
}

list "cleanrooms_membership" "all" {
  provider = cleanrooms
}

list "cleanrooms_configured_table" "all" {
  provider = cleanrooms
}
"#;
