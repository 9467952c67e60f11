//! The type of an analysis rule, which its policy decides, whatever the rule is of.

use crate::framework::Diagnostics;
use crate::framework::plan::Plan;
use crate::framework::validators::invalid;
use crate::wire::{AttributePath, Value};

/// The attribute of the type.
pub const TYPE: &str = "analysis_rule_type";
/// The attribute of the policy.
pub const POLICY: &str = "analysis_rule_policy";

/// The type of the rule that a policy makes; `None` while that is not known.
pub fn type_of(policy: &Value) -> Option<&'static str> {
    let v1 = policy.get("v1");
    let members = [("list", "LIST"), ("aggregation", "AGGREGATION"), ("custom", "CUSTOM")];
    let mut given = members.into_iter().filter(|(name, _)| !v1.get(name).is_null());
    given.next().filter(|(name, _)| v1.get(name).is_known()).map(|(_, decided)| decided)
}

/// Checks that the type, where it is given, is that of the policy.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    if let (Some(given), Some(decided)) = (config.get(TYPE).as_str(), type_of(config.get(POLICY)))
        && given != decided
    {
        let detail = format!("The policy is one of the type `{decided}`. Leave `{TYPE}` out.");
        diagnostics.push(invalid(&AttributePath::of(TYPE), detail));
    }
}

/// Plans the type that the policy decides; a rule of another type is another rule.
pub fn plan(plan: &mut Plan<'_>) {
    if plan.config.get(TYPE).is_null() {
        match type_of(plan.get(POLICY)) {
            Some(decided) => plan.set(TYPE, decided.into()),
            // Nothing says so far what it is: the apply may find any of them.
            None if plan.get(TYPE).is_null() && !plan.get(POLICY).is_wholly_known() => {
                plan.set(TYPE, Value::Unknown);
            }
            None => {}
        }
    }
    let (is, shall) = (plan.prior.get(TYPE), plan.get(TYPE));
    if is.as_str().is_some() && shall.as_str().is_some() && is != shall {
        plan.requires_replace.insert(AttributePath::of(TYPE));
        plan.relocates = false;
    }
}
