//! What a policy must not contradict itself in (API model; user guide: analysis rules).

use std::collections::BTreeSet;

use crate::cleanrooms::shapes::rule_type::{self, POLICY};
use crate::framework::validators::{Validator, invalid};
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Number, Value};

/// A number that is 0 or at least 2, for a threshold of 1 protects nobody.
pub fn none_or_several() -> Validator {
    Validator::new("must be 0 or at least 2", |value, path, diagnostics| {
        if *value == Value::Number(Number::from(1)) {
            diagnostics.push(invalid(path, "A threshold is 0 or at least 2."));
        }
    })
}

/// Checks the policy as a whole.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    let policy = config.get(POLICY);
    rule_type::validate(config, diagnostics);
    let path = AttributePath::of(POLICY).attribute("v1");
    let member = |name: &'static str| (policy.get("v1").get(name), path.clone().attribute(name));
    let mut checked = |check: fn(&mut Rule<'_>), (member, path): (&Value, AttributePath)| {
        if member.as_object().is_some() {
            check(&mut Rule { member, path, diagnostics });
        }
    };
    checked(list, member("list"));
    checked(aggregation, member("aggregation"));
    checked(custom, member("custom"));
}

/// One member of the policy, and where it is.
struct Rule<'a> {
    member: &'a Value,
    path: AttributePath,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Rule<'a> {
    fn error(&mut self, name: &'static str, detail: impl Into<String>) {
        let path = self.path.clone().attribute(name);
        self.diagnostics.push(invalid(&path, detail));
    }

    fn warning(&mut self, name: &'static str, summary: &str, detail: &str) {
        let path = self.path.clone().attribute(name);
        self.diagnostics.push(Diagnostic::warning(summary, detail).at(path));
    }

    fn texts(&self, name: &str) -> BTreeSet<&'a str> {
        texts(self.member.get(name))
    }

    /// Whether it is certain that a collection has no element.
    fn is_empty(&self, name: &str) -> bool {
        let value = self.member.get(name);
        value.is_known() && value.as_elements().next().is_none()
    }

    fn is_set(&self, name: &str) -> bool {
        let value = self.member.get(name);
        value.is_known() && !value.is_null()
    }

    fn disjoint(&mut self, name: &'static str, others: &BTreeSet<&str>, why: &str) {
        let shared: Vec<_> = self.texts(name).intersection(others).copied().collect();
        if !shared.is_empty() {
            self.error(name, format!("{why}: {}.", shared.join(", ")));
        }
    }

    fn joins(&mut self) {
        if self.texts("join_columns").len() > 1 && self.is_empty("allowed_join_operators") {
            self.warning(
                "allowed_join_operators",
                "No operator is allowed between join conditions",
                "There are several join columns. Without an operator the service takes `AND` for \
                 granted; name `AND`, `OR` or both.",
            );
        }
    }
}

fn texts(value: &Value) -> BTreeSet<&str> {
    value.as_elements().filter_map(Value::as_str).collect()
}

fn list(rule: &mut Rule<'_>) {
    let joined = rule.texts("join_columns");
    rule.disjoint("list_columns", &joined, "A join column cannot be listed");
    rule.joins();
}

fn aggregation(rule: &mut Rule<'_>) {
    let functions = rule.member.get("aggregate_columns").as_map().into_iter().flatten();
    let mut others = rule.texts("join_columns");
    others.extend(functions.flat_map(|(_, columns)| texts(columns.get("column_names"))));
    let why = "A dimension column is neither joined nor aggregated";
    rule.disjoint("dimension_columns", &others, why);
    if rule.is_set("join_required") && rule.is_empty("join_columns") {
        rule.error("join_required", "A query that must join needs `join_columns`.");
    }
    if matches!(rule.member.get("additional_analyses").as_str(), Some("ALLOWED" | "REQUIRED")) {
        rule.warning(
            "additional_analyses",
            "Aggregation rules may know no additional analyses",
            "The API reference says that they are not supported for aggregation rules yet.",
        );
    }
    rule.joins();
}

fn custom(rule: &mut Rule<'_>) {
    let analyses = rule.texts("allowed_analyses");
    let is_known = rule.member.get("allowed_analyses").is_wholly_known();
    let all: Vec<_> = analyses.iter().copied().filter(|it| it.starts_with("ANY_")).collect();
    if !all.is_empty() && rule.is_empty("allowed_analysis_providers") {
        let detail = format!("{} needs the accounts to which it applies.", all.join(", "));
        rule.error("allowed_analysis_providers", detail);
    }
    let is_mixed = !all.is_empty() && all.len() < analyses.len();
    let provided = !rule.texts("allowed_analysis_providers").is_empty();
    if is_mixed || (provided && is_known && all.is_empty()) {
        rule.warning(
            "allowed_analyses",
            "Either templates or accounts are allowed",
            "A rule allows analysis templates by their ARNs, or with `ANY_QUERY` and `ANY_JOB` all \
             of `allowed_analysis_providers`. The service may refuse both together.",
        );
    }
    let is_for_jobs = is_known && analyses == BTreeSet::from(["ANY_JOB"]);
    for name in ["differential_privacy", "aggregation_thresholds", "comparison_controls"] {
        if is_for_jobs && rule.is_set(name) {
            rule.error(name, "It protects queries, but the rule allows jobs alone.");
        }
        if name != "differential_privacy"
            && rule.is_set(name)
            && rule.is_set("differential_privacy")
        {
            rule.error(name, "It cannot be combined with `differential_privacy`.");
        }
    }
    let controls = rule.member.get("comparison_controls");
    let literals = texts(controls.get("allowed_literal_comparison_columns"));
    let thresholds = rule.member.get("aggregation_thresholds").as_elements();
    let identities: BTreeSet<_> =
        thresholds.flat_map(|it| texts(it.get("identity_columns"))).collect();
    if let Some(column) = identities.intersection(&literals).next() {
        let detail = format!(
            "The identity column `{column}` of `aggregation_thresholds` cannot be compared with \
             literals."
        );
        rule.error("comparison_controls", detail);
    }
}
