//! What rows cannot say about the plan of a membership.
//!
//! Changes that the API cannot make are warnings here and errors in
//! [`refuse`], which runs right before an apply: an error in a plan would also
//! block `destroy` and mending the configuration, since core plans with the
//! configuration before both (protocol, e.6).

use aws_sdk_cleanrooms::types::MemberAbility;

use super::place;
use crate::cleanrooms::client::Client;
use crate::cleanrooms::lasting;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Change, Diagnostic, Diagnostics, Severity};
use crate::wire::{AttributePath, Value};

/// The attributes that the API can set but not clear.
const CANNOT_BE_CLEARED: [&str; 2] =
    ["default_result_configuration", "default_job_result_configuration"];

/// Completes the plan of a create, an update or a replacement.
pub fn modify(plan: &mut Plan<'_>, client: Option<&Client>, private: &mut Private) {
    place::keep(plan, client, private);
    let stays = !plan.is_create() && !plan.is_replacement() && !plan.relocates;
    if stays && place::ended(plan.prior).is_none() {
        warn_of_impossible_changes(plan);
        warn_of_job_payer(plan);
        warn_of_what_stays(plan, private);
    }
    lasting::note(plan, private, &CANNOT_BE_CLEARED);
}

/// Refuses what the API cannot do, before the first call.
pub fn refuse(
    change: Change<'_>,
    client: &Client,
    private: &Private,
    diagnostics: &mut Diagnostics,
) {
    let Change { prior, planned } = change;
    if prior.is_null() {
        return;
    }
    if planned.is_null() {
        place::refuse_leaving(prior, client, private, diagnostics);
    } else if place::ended(prior).is_none() && !change.changes("collaboration_id") {
        diagnostics.extend(impossible_changes(prior, planned));
    }
}

fn warn_of_impossible_changes(plan: &mut Plan<'_>) {
    for error in impossible_changes(plan.prior, &plan.planned) {
        let mut warning = Diagnostic { severity: Severity::Warning, ..error };
        warning.detail.push_str(" Apply will refuse this plan.");
        plan.diagnostics.push(warning);
    }
}

/// Errors for the changes that only a new membership could bring, and there can be none.
fn impossible_changes(prior: &Value, planned: &Value) -> Vec<Diagnostic> {
    let differs = |name: &str| {
        let (prior, planned) = (prior.get(name), planned.get(name));
        planned.is_known() && !planned.is_null() && planned != prior
    };
    let mut errors = Vec::new();
    if differs("is_metrics_enabled") {
        let prior = prior.get("is_metrics_enabled");
        errors.push(impossible(
            "is_metrics_enabled",
            format!(
                "The API sets `is_metrics_enabled` only when an account joins, and a membership \
                 that is left cannot be joined again. Set it to {prior}, or leave it out."
            ),
        ));
    }
    errors
}

fn impossible(name: &str, detail: String) -> Diagnostic {
    let summary = format!("{name} of a membership cannot be changed");
    Diagnostic::error(summary, detail).at(AttributePath::of(name))
}

/// The one who runs jobs pays for them, says the API reference of PaymentConfiguration.
fn warn_of_job_payer(plan: &mut Plan<'_>) {
    let flag = |value: &Value| {
        value.get("payment_configuration").get("job_compute").get("is_responsible").as_bool()
    };
    let stops = flag(&plan.planned) == Some(false) && flag(plan.prior) != Some(false);
    let runs_jobs = (plan.prior.get("member_abilities").as_elements())
        .any(|ability| ability.as_str() == Some(MemberAbility::CanRunJob.as_str()));
    if stops && runs_jobs {
        let path = AttributePath::of("payment_configuration").attribute("job_compute");
        plan.diagnostics.push(
            Diagnostic::warning(
                "The member who runs jobs pays for them",
                "This account has the ability `CAN_RUN_JOB`, so the service is likely to refuse \
                 `is_responsible = false` for its jobs.",
            )
            .at(path.attribute("is_responsible")),
        );
    }
}

/// Says that a block which was taken out of the configuration stays with the service.
fn warn_of_what_stays(plan: &mut Plan<'_>, private: &Private) {
    for name in CANNOT_BE_CLEARED {
        let meaning = format!(
            "results still go where `{name}` says. Configure another target to change that."
        );
        lasting::warn(plan, private, name, &meaning);
    }
}
