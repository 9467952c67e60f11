//! What a membership may say, given what its collaboration says.

use serde_json::Value;

use super::super::Call;
use super::super::collaborations::CLEAN_ROOMS_SQL;
use super::UpdateInput;
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::payment::{self, Cost, Payers};
use crate::settings::{Switches, Withdrawal};
use crate::state::{
    CAN_QUERY, CAN_RECEIVE_RESULTS, CAN_RUN_JOB, Collaboration, Member, Membership,
    MembershipStatus,
};

const ENABLED: &str = "ENABLED";

pub(super) fn check_logs(
    collaboration: &Collaboration,
    field: &str,
    status: Option<&str>,
) -> Result<(), ApiError> {
    let offered = match field {
        "queryLogStatus" => Some(collaboration.query_log_status.as_str()),
        _ => collaboration.job_log_status.as_deref(),
    };
    if status == Some(ENABLED) && offered != Some(ENABLED) {
        return Err(ApiError::configuration(
            field,
            "A membership can enable logs only if its collaboration has enabled them.",
        ));
    }
    Ok(())
}

pub(super) fn check_metrics(
    collaboration: &Collaboration,
    member: &Member,
    is_metrics_enabled: Option<bool>,
) -> Result<(), ApiError> {
    if is_metrics_enabled != Some(true) {
        return Ok(());
    }
    if collaboration.is_metrics_enabled != Some(true) {
        return Err(ApiError::configuration(
            "isMetricsEnabled",
            "A membership can enable metrics only if its collaboration has enabled them.",
        ));
    }
    let runs = member.has(CAN_QUERY) || member.has(CAN_RUN_JOB);
    let pays = Cost::ALL.into_iter().any(|cost| collaboration.pays(member, cost));
    if !runs && !pays {
        return Err(ApiError::configuration(
            "isMetricsEnabled",
            "Metrics are for members who run queries or jobs, or pay for them.",
        ));
    }
    Ok(())
}

pub(super) fn check_results(
    field: &str,
    configuration: Option<&Value>,
    abilities: &[String],
    collaboration: &Collaboration,
) -> Result<(), ApiError> {
    let Some(configuration) = configuration else {
        return Ok(());
    };
    if !abilities.iter().any(|ability| ability == CAN_RECEIVE_RESULTS) {
        return Err(ApiError::configuration(
            field,
            "Only a member that can receive results can have a default result configuration.",
        ));
    }
    let single_file = configuration.pointer("/outputConfiguration/s3/singleFileOutput");
    if single_file == Some(&Value::Bool(true)) && collaboration.analytics_engine == CLEAN_ROOMS_SQL
    {
        return Err(ApiError::configuration(
            "singleFileOutput",
            "A single output file needs the SPARK analytics engine.",
        ));
    }
    Ok(())
}

pub(super) fn check_quota(call: &Call<'_>) -> Result<(), ApiError> {
    let quota = call.quotas.memberships_per_account;
    let counted = call
        .state
        .memberships
        .values()
        .filter(|membership| membership.head.is_of(&call.caller.account, &call.caller.region))
        .filter(|membership| {
            membership.status != MembershipStatus::CollaborationDeleted
                || call.switches.deleted_memberships_count_against_quota
        })
        .count();
    if counted >= quota as usize {
        return Err(ApiError::Quota { name: "Memberships per account", value: quota.into() });
    }
    Ok(())
}

/// Checks an update against the collaboration, and gives the payers after it.
pub(super) fn checked_update(call: &Call<'_>, input: &UpdateInput) -> Result<Payers, ApiError> {
    let membership = &call.state.memberships[input.membership_identifier.as_str()];
    let Some(collaboration) = call.state.collaborations.get(&membership.collaboration.id) else {
        eprintln!("the membership {} is active without a collaboration", membership.head.id);
        return Err(ApiError::Internal);
    };
    check_logs(collaboration, "queryLogStatus", input.query_log_status.as_deref())?;
    check_logs(collaboration, "jobLogStatus", input.job_log_status.as_deref())?;
    for (field, configuration) in [
        ("defaultResultConfiguration", &input.default_result_configuration),
        ("defaultJobResultConfiguration", &input.default_job_result_configuration),
    ] {
        check_results(field, configuration.as_ref(), &membership.abilities, collaboration)?;
    }
    let sent = Payers::from_request(input.membership_payment_configuration.as_ref());
    updated_payers(collaboration, membership, &sent, call.switches)
}

fn updated_payers(
    collaboration: &Collaboration,
    membership: &Membership,
    sent: &Payers,
    switches: &Switches,
) -> Result<Payers, ApiError> {
    let mut payers = membership.payers.clone();
    let member = collaboration.member(&membership.head.account);
    for cost in Cost::ALL {
        let Some(flag) = sent.get(cost) else { continue };
        let named = member.is_some_and(|member| collaboration.pays(member, cost));
        let withdraws = named && membership.payers.get(cost) == Some(true) && !flag;
        if flag && !named {
            return Err(payment::not_designated(cost));
        }
        if withdraws {
            check_withdrawal(membership, cost, switches)?;
        }
        payers.set(cost, flag);
    }
    Ok(payers)
}

fn check_withdrawal(
    membership: &Membership,
    cost: Cost,
    switches: &Switches,
) -> Result<(), ApiError> {
    match switches.payer_withdrawal {
        Withdrawal::Accepted => Ok(()),
        Withdrawal::Validation => Err(payment::designated(cost, "must stay true")),
        Withdrawal::Conflict => Err(ApiError::conflict(
            ConflictReason::InvalidState,
            ResourceKind::Membership,
            &membership.head.id,
            format!("The membership has accepted to pay for {}.", cost.path()),
        )),
    }
}
