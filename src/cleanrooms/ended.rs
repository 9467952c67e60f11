//! Objects with which nothing can be done any more but to destroy them, though they still exist.
//!
//! A membership that was removed, or whose collaboration was deleted, and
//! whatever hangs on it: they stay in state, a plan changes nothing about them,
//! and an apply refuses to.

use super::kind::Kind;
use crate::framework::plan::Plan;
use crate::framework::{Change, Diagnostic, Severity};
use crate::wire::Value;

/// Plans no change of an object that has ended, as far as core lets a plan differ from the configuration.
///
/// Core accepts the prior value where the configuration has one, too, and any
/// value for a computed attribute (protocol, e.3). What is left, such as `tags`
/// that are new, is refused by apply.
pub fn leave_as_it_is(plan: &mut Plan<'_>, kind: &Kind, status: &str) {
    let wanted = plan.planned.clone();
    for attribute in plan.schema.of_object() {
        let prior = plan.prior.get(attribute.name).clone();
        let may_stay = match plan.config.get(attribute.name).is_null() {
            true => attribute.mode.is_computed(),
            false => !prior.is_null(),
        };
        if may_stay {
            plan.set(attribute.name, prior);
        }
    }
    plan.requires_replace.clear();
    plan.relocates = false;
    if plan.planned != wanted || plan.calls_api() {
        let refused = refusal(kind, plan.prior, status);
        plan.diagnostics.push(Diagnostic { severity: Severity::Warning, path: None, ..refused });
    }
}

/// The error for a change of an object that has ended.
pub fn refusal(kind: &Kind, prior: &Value, status: &str) -> Diagnostic {
    let id = prior.get("id").as_str().unwrap_or_default();
    let noun = kind.noun;
    let whose = if kind.parent == Some("membership_id") {
        "The status of its membership"
    } else {
        "Its status"
    };
    let parent = kind.parent.unwrap_or("region");
    Diagnostic::error(
        format!("{} can no longer be changed", capitalised(format!("{noun} {id}").trim_end())),
        format!(
            "{whose} is `{status}`. The configuration differs from it, but nothing is changed any \
             more: destroy the {noun}, or let `{parent}` name another one."
        ),
    )
}

/// Whether anything changes but what exists in Terraform alone.
pub fn is_changed(schema: &crate::framework::schema::Schema, change: Change<'_>) -> bool {
    schema.of_object().any(|attribute| change.changes(attribute.name))
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
