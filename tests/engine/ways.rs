//! Whether the scenarios change everything that can be changed: held against the schemas.
//!
//! Scenarios run on real engines and on the engine in small, against one
//! expected file. So what is listed here as met is a way of changing in which
//! both kinds of engines were seen to agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use cleanrooms_harness::paths;
use cleanrooms_harness::scenario::{EXPECTED, folders};
use cleanrooms_provider::cleanrooms::client::Client;
use cleanrooms_provider::cleanrooms::registry;
use cleanrooms_provider::framework::managed::ManagedResource;
use cleanrooms_provider::framework::schema::{Attribute, Kind, Nesting, Replace};
use libtest_mimic::Trial;
use serde_json::{Map, Value as Json};

use crate::trial::failed;

/// What no scenario changes, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    (
        "cleanrooms_collaboration.analytics_engine",
        "a configuration can have one value alone: the service takes the other no more",
    ),
    (
        "cleanrooms_configured_table_association.region",
        "it changes only together with the membership's",
    ),
    ("cleanrooms_change_request_vote.region", "it changes only together with the collaboration's"),
    ("cleanrooms_protected_query.region", "it changes only together with the membership's"),
    ("cleanrooms_protected_job.region", "it changes only together with the membership's"),
    (
        "cleanrooms_configured_table_association_analysis_rule.region",
        "it changes only together with the membership's",
    ),
    (
        "cleanrooms_configured_table_association_analysis_rule.analysis_rule_policy.v1.aggregation.allowed_additional_analyses",
        "there is one value: an aggregation rule knows no additional analyses",
    ),
    (
        "cleanrooms_intermediate_table_analysis_rule.membership_id",
        "it is that of the table, and changes only together with it",
    ),
    ("cleanrooms_analysis_template.region", "it changes only together with the membership's"),
    ("cleanrooms_intermediate_table.region", "it changes only together with the membership's"),
    (
        "cleanrooms_intermediate_table_analysis_rule.region",
        "it changes only together with the membership's",
    ),
    ("cleanrooms_intermediate_table_analysis_rule.analysis_rule_type", "there is one type only"),
    ("cleanrooms_privacy_budget_template.region", "it changes only together with the membership's"),
    (
        "cleanrooms_id_namespace_association.region",
        "it changes only together with the membership's",
    ),
    ("cleanrooms_id_mapping_table.region", "it changes only together with the membership's"),
    (
        "cleanrooms_configured_audience_model_association.region",
        "it changes only together with the membership's",
    ),
    (
        "cleanrooms_configured_table_analysis_rule.analysis_rule_policy.v1.aggregation.additional_analyses",
        "there is one value: an aggregation rule knows no additional analyses",
    ),
    (
        "cleanrooms_configured_table_analysis_rule.analysis_rule_policy.v1.custom.allowed_result_receivers",
        "the service takes it in the association's rule alone",
    ),
    (
        "cleanrooms_configured_table_analysis_rule.analysis_rule_policy.v1.custom.allowed_additional_analyses",
        "the service takes it in the association's rule alone",
    ),
];

/// One trial for each resource.
pub fn trials() -> Vec<Trial> {
    let of = |resource: Arc<dyn ManagedResource<Client>>| {
        let name = format!("ways::{}", resource.type_name());
        Trial::test(name, move || all_are_shown(resource.as_ref()).map_err(failed))
    };
    registry::all().into_iter().map(of).collect()
}

fn all_are_shown(resource: &dyn ManagedResource<Client>) -> Result<()> {
    let type_name = resource.type_name();
    let attributes = &resource.schema().attributes;
    let mut shown = Shown::default();
    for folder in folders(&paths::repository().join("acceptance-tests/cases"))? {
        let text = fs::read_to_string(folder.join(EXPECTED))
            .with_context(|| format!("reading {}", folder.display()))?;
        shown.add(type_name, attributes, &serde_json::from_str(&text)?);
    }
    let reason = |path: &String| {
        NOT_SHOWN.iter().find(|(it, _)| *it == format!("{type_name}.{path}")).map(|(_, why)| why)
    };
    let excused = |path: &String| reason(path).is_some();
    let all = leaves(attributes, "");
    for path in shown.changed.iter() {
        let why = reason(path);
        ensure!(why.is_none(), "{path} is changed by a scenario by now, though {why:?}");
    }
    let missing: Vec<_> =
        all.iter().filter(|path| !shown.changed.contains(*path) && !excused(path)).collect();
    ensure!(missing.is_empty(), "no scenario changes {missing:?}");
    let replacing = attributes
        .iter()
        .filter(|it| it.replace == Replace::WhenKnown && it.mode.is_configurable());
    let unseen: Vec<_> = replacing
        .map(|it| it.name.to_owned())
        .filter(|it| !shown.replaced.contains(it) && !excused(it))
        .collect();
    ensure!(unseen.is_empty(), "no scenario replaces for {unseen:?}");
    Ok(())
}

/// The paths of what a configuration may set and a state shows; keys of maps are left out.
fn leaves(attributes: &[Attribute], prefix: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for attribute in attributes.iter().filter(|it| it.mode.is_configurable() && !it.is_write_only())
    {
        let path = format!("{prefix}{}", attribute.name);
        match &attribute.kind {
            Kind::Plain(_) => paths.push(path),
            Kind::Nested(_, nested) => paths.extend(leaves(nested, &format!("{path}."))),
        }
    }
    paths
}

/// What the scenarios have shown of one resource type.
#[derive(Default)]
struct Shown {
    /// Paths that had another value after an update or a replacement.
    changed: BTreeSet<String>,
    /// Top-level attributes for which objects were replaced.
    replaced: BTreeSet<String>,
}

impl Shown {
    /// Adds what one scenario's expected file shows.
    fn add(&mut self, type_name: &str, attributes: &[Attribute], expected: &Map<String, Json>) {
        let mut states: BTreeMap<&String, Map<String, Json>> = BTreeMap::new();
        let is_of_type =
            |address: &str| address.split('.').rev().nth(1).is_some_and(|it| it == type_name);
        for step in expected.values() {
            let before = states.clone();
            let recorded = step.get("state").and_then(Json::as_object).into_iter().flatten();
            for (address, now) in recorded.filter(|(address, _)| is_of_type(address)) {
                let now = now.as_object().cloned().unwrap_or_default();
                states.entry(address).or_default().extend(now);
            }
            let planned = step.get("plan").and_then(|plan| plan.get("changes"));
            for (address, change) in planned.and_then(Json::as_object).into_iter().flatten() {
                let (Some(before), Some(after)) = (before.get(address), states.get(address)) else {
                    continue;
                };
                if step.get("apply").is_none() {
                    continue;
                }
                match change.get("action").and_then(Json::as_str) {
                    Some("update") => {}
                    Some("replace" | "replace (create, then delete)") => {
                        let paths = change.get("replace_paths").and_then(Json::as_array);
                        let paths = paths.into_iter().flatten().filter_map(Json::as_str);
                        let names = paths.filter_map(|it| it.split(['.', '[']).next());
                        self.replaced.extend(names.map(str::to_owned));
                    }
                    _ => continue,
                }
                self.compare(attributes, "", &before.clone().into(), &after.clone().into());
            }
        }
    }

    fn compare(&mut self, attributes: &[Attribute], prefix: &str, before: &Json, after: &Json) {
        for attribute in attributes {
            let path = format!("{prefix}{}", attribute.name);
            let (was, is) = (&before[attribute.name], &after[attribute.name]);
            if was == is {
                continue;
            }
            match &attribute.kind {
                Kind::Plain(_) => {
                    self.changed.insert(path);
                }
                Kind::Nested(Nesting::Single, nested) => {
                    self.compare(nested, &format!("{path}."), was, is);
                }
                Kind::Nested(Nesting::Map, nested) => {
                    let keys = |it: &Json| {
                        it.as_object()
                            .into_iter()
                            .flat_map(|it| it.keys().cloned())
                            .collect::<Vec<_>>()
                    };
                    let all: BTreeSet<_> = keys(was).into_iter().chain(keys(is)).collect();
                    for key in all {
                        self.compare(nested, &format!("{path}."), &was[&key], &is[&key]);
                    }
                }
                // Elements cannot be paired; what is in any that changed counts.
                Kind::Nested(Nesting::List | Nesting::Set, nested) => {
                    let items = |it: &Json| it.as_array().cloned().unwrap_or_default();
                    let (was, is) = (items(was), items(is));
                    let gone = was.iter().filter(|it| !is.contains(it));
                    for item in gone.chain(is.iter().filter(|it| !was.contains(it))) {
                        self.compare(nested, &format!("{path}."), item, &Json::Null);
                    }
                }
            }
        }
    }
}
