//! What a budget must not contradict itself in, and what a change of one means (user guide: differential privacy, access
//! budgets).

use super::parameters::budgeted;
use super::{PARAMETERS, TYPE};
use crate::framework::plan::Plan;
use crate::framework::validators::invalid;
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Number, Value};

/// The type whose budget a collaboration has once.
pub const DIFFERENTIAL_PRIVACY: &str = "DIFFERENTIAL_PRIVACY";

/// The types, and the member of the parameters that is of each.
const MEMBERS: [(&str, &str); 2] =
    [(DIFFERENTIAL_PRIVACY, "differential_privacy"), ("ACCESS_BUDGET", "access_budget")];

/// The ARN of what an access budget is for; empty for any other one, and while it is not known.
pub fn resource(template: &Value) -> String {
    let budget = template.get(PARAMETERS).get("access_budget");
    budget.get("resource_arn").as_str().map(budgeted).unwrap_or_default()
}

fn path(member: &'static str, name: &'static str) -> AttributePath {
    AttributePath::of(PARAMETERS).attribute(member).attribute(name)
}

/// Checks the template as a whole.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    let parameters = config.get(PARAMETERS);
    for (kind, member) in MEMBERS {
        let given = parameters.get(member);
        let other = config.get(TYPE).as_str().filter(|other| *other != kind);
        let is_known = MEMBERS.iter().any(|(known, _)| Some(*known) == other);
        if let (Some(other), true, false) = (other, given.is_known() && is_known, given.is_null()) {
            let path = AttributePath::of(PARAMETERS).attribute(member);
            let detail = format!("It is of the type `{kind}`, but `{TYPE}` is `{other}`.");
            diagnostics.push(invalid(&path, detail));
        }
    }
    let periods = parameters.get("access_budget").get("budget_parameters");
    let path = path("access_budget", "budget_parameters");
    let of_calendar = |name: &&str| name.starts_with("CALENDAR_");
    let names: Vec<_> =
        periods.as_map().into_iter().flat_map(|map| map.keys()).map(String::as_str).collect();
    let of_calendar: Vec<_> = names.iter().copied().filter(of_calendar).collect();
    if of_calendar.len() > 1 {
        let detail = format!(
            "{} are periods of the calendar. A budget has at most one of them, and `LIFETIME`.",
            of_calendar.join(" and ")
        );
        diagnostics.push(invalid(&path, detail));
    }
    for (name, period) in periods.as_map().into_iter().flatten() {
        let path = path.clone().key(name);
        if *period.get("budget") == Value::Number(Number::from(0)) {
            let detail = "Nobody can use the table in a query or a job while its budget is 0.";
            let path = path.clone().attribute("budget");
            diagnostics.push(Diagnostic::warning("A budget of 0 blocks all use", detail).at(path));
        }
        let refresh = period.get("auto_refresh");
        if name == "LIFETIME" && refresh.is_known() && !refresh.is_null() {
            let detail = "A budget for the lifetime is used up once. Leave `auto_refresh` out.";
            let path = path.attribute("auto_refresh");
            diagnostics.push(Diagnostic::warning("A lifetime is not refreshed", detail).at(path));
        }
    }
}

/// Says what an update means for a budget that is in use.
pub fn plan(plan: &mut Plan<'_>) {
    if plan.is_create() || plan.is_replacement() || !plan.changes(PARAMETERS) {
        return;
    }
    let epsilon = |object: &Value| {
        let number = object.get(PARAMETERS).get("differential_privacy").get("epsilon");
        number.as_number().cloned()
    };
    if let (Some(is), Some(shall)) = (epsilon(plan.prior), epsilon(&plan.planned))
        && shall < is
    {
        let detail = format!(
            "It falls from {is} to {shall}. The service refuses that once queries have used the \
             budget; then only another template can have less."
        );
        let path = path("differential_privacy", "epsilon");
        plan.diagnostics
            .push(Diagnostic::warning("Epsilon may not fall any more", detail).at(path));
    }
    let periods = |object: &Value| {
        object.get(PARAMETERS).get("access_budget").get("budget_parameters").clone()
    };
    let (is, shall) = (periods(plan.prior), periods(&plan.planned));
    if !is.is_null() && is != shall {
        let detail = "Whatever changes of an access budget, all of its periods begin anew, and what \
                      was used of them so far no longer counts.";
        let path = path("access_budget", "budget_parameters");
        plan.diagnostics
            .push(Diagnostic::warning("The access budget begins anew", detail).at(path));
    }
}

/// What goes with a template.
pub fn loses(prior: &Value) -> Option<Diagnostic> {
    match prior.get(TYPE).as_str()? {
        DIFFERENTIAL_PRIVACY => Some(Diagnostic::warning(
            "Tables with differential privacy cannot be queried without their budget",
            "With the privacy budget template goes what is known of the use of the budget, and no \
             table whose analysis rule has differential privacy can be queried in the collaboration \
             until there is another one.",
        )),
        "ACCESS_BUDGET" => Some(Diagnostic::warning(
            "The table can be used without a limit",
            format!(
                "When the access budget goes, {} may be used as often as anybody likes.",
                resource(prior)
            ),
        )),
        _ => None,
    }
}

/// What is said where another member has the one template that a collaboration can have.
pub fn taken(parent: &Value) -> Diagnostic {
    Diagnostic::error(
        "There is such a privacy budget template already",
        format!(
            "It is none of membership {parent}, so it is another member's: a collaboration has one \
             template of differential privacy. Leave this one out, or let the other member delete \
             theirs."
        ),
    )
}
