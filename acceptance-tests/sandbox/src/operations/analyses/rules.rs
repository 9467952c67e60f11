//! Who may run what, where results go, and who pays.

use serde_json::Value;

use super::super::Call;
use super::Names;
use crate::error::ApiError;
use crate::state::{
    AnalysisKind, CAN_RECEIVE_RESULTS, Collaboration, MemberStatus, Membership, MembershipStatus,
    State,
};

pub(super) fn check_runner(membership: &Membership, names: &Names) -> Result<(), ApiError> {
    if membership.status != MembershipStatus::Active {
        let status = membership.status.as_str();
        return Err(ApiError::denied(format!("The membership is {status}.")));
    }
    if !membership.has(names.ability) {
        return Err(ApiError::denied(format!("The member does not have {}.", names.ability)));
    }
    Ok(())
}

/// A query is given as SQL or as an analysis template.
pub(in super::super) fn check_sql(parameters: &Value) -> Result<(), ApiError> {
    let query = parameters["queryString"].as_str();
    let template = parameters["analysisTemplateArn"].as_str();
    match (query, template) {
        (Some(query), None) if query.trim().is_empty() => {
            Err(ApiError::query("sqlParameters.queryString", "The query is empty."))
        }
        (Some(_), None) | (None, Some(_)) => Ok(()),
        _ => Err(ApiError::query(
            "sqlParameters",
            "A query has either a queryString or an analysisTemplateArn.",
        )),
    }
}

pub(super) fn check_receivers(
    input: &Value,
    membership: &Membership,
    collaboration: &Collaboration,
) -> Result<(), ApiError> {
    let Some(output) = input.pointer("/resultConfiguration/outputConfiguration") else {
        return Ok(());
    };
    let refused =
        |message: &str| Err(ApiError::configuration("resultConfiguration", message.to_owned()));
    if output.get("intermediateTable").is_some() {
        return refused("intermediateTable stands in replies only.");
    }
    let locations = output.pointer("/distribute/locations").and_then(Value::as_array);
    if let Some(locations) = locations {
        let own = Some(membership.head.account.as_str());
        if locations.iter().filter(|location| location.get("s3").is_some()).count() > 1 {
            return refused("Results can be distributed to one S3 location at most.");
        }
        if locations.iter().any(|location| receiver(location) == own) {
            return refused("The member that runs the query cannot be a receiver by account.");
        }
    }
    let receives = |account: &str| {
        collaboration.member(account).is_some_and(|member| {
            member.status == MemberStatus::Active && member.has(CAN_RECEIVE_RESULTS)
        })
    };
    let outputs = locations.map_or(std::slice::from_ref(output), Vec::as_slice);
    if outputs.iter().filter_map(receiver).any(|account| !receives(account)) {
        return refused("A receiver must be an active member that can receive results.");
    }
    Ok(())
}

pub(super) fn receiver(output: &Value) -> Option<&str> {
    output.pointer("/member/accountId").and_then(Value::as_str)
}

pub(super) fn check_workers(input: &Value, names: &Names) -> Result<(), ApiError> {
    let number = input.pointer("/computeConfiguration/worker/number").and_then(Value::as_u64);
    if number.is_some_and(|number| number > names.most_workers) {
        return Err(ApiError::configuration(
            "computeConfiguration.worker.number",
            format!("There can be at most {} workers.", names.most_workers),
        ));
    }
    Ok(())
}

/// The account that pays: an active member that the collaboration names and
/// whose membership has accepted. The runner has to say which, if several do.
pub(super) fn payer(
    input: &Value,
    state: &State,
    collaboration: &Collaboration,
    names: &Names,
) -> Result<String, ApiError> {
    let payers: Vec<&str> = collaboration
        .members
        .iter()
        .filter(|member| member.status == MemberStatus::Active)
        .filter(|member| collaboration.pays(member, names.cost))
        .filter(|member| {
            let membership = state.memberships.get(&member.membership_id);
            let accepted = membership.and_then(|membership| membership.payers.get(names.cost));
            accepted.unwrap_or(member.has(names.ability))
        })
        .map(|member| member.account.as_str())
        .collect();
    let chosen = input.get(names.payer).and_then(Value::as_str);
    match (chosen, payers.as_slice()) {
        (Some(account), payers) if payers.contains(&account) => Ok(account.to_owned()),
        (Some(account), _) => Err(ApiError::configuration(
            names.payer,
            format!("The account {account} is not an active payer."),
        )),
        (None, [account]) => Ok((*account).to_owned()),
        (None, []) => Err(ApiError::configuration(names.payer, "No active member pays.")),
        (None, _) => {
            Err(ApiError::configuration(names.payer, "Several members pay; say which one."))
        }
    }
}

/// Regions that run more jobs at once.
const LARGE_REGIONS: [&str; 5] =
    ["us-east-1", "us-east-2", "ap-northeast-2", "eu-central-1", "eu-west-1"];

pub(super) fn check_quotas(
    call: &Call<'_>,
    membership: &Membership,
    kind: AnalysisKind,
) -> Result<(), ApiError> {
    let running = call
        .state
        .analyses
        .values()
        .filter(|analysis| analysis.kind == kind && analysis.status.is_running());
    let (mut of_membership, mut of_account) = (0, 0);
    for analysis in running {
        let other = &call.state.memberships[analysis.membership_id.as_str()];
        of_membership += u64::from(other.head.id == membership.head.id);
        of_account +=
            u64::from(other.head.is_of(&membership.head.account, &membership.head.region));
    }
    let quotas = call.quotas;
    let in_us_east_1 = membership.head.region == "us-east-1";
    let (name, per_membership, account_name, per_account) = match kind {
        AnalysisKind::Query => (
            "Concurrent ongoing queries per membership",
            quotas.concurrent_queries_per_membership,
            "Concurrent SQL queries per account",
            if in_us_east_1 {
                quotas.concurrent_queries_per_account_in_us_east_1
            } else {
                quotas.concurrent_queries_per_account
            },
        ),
        AnalysisKind::Job => (
            "Concurrent ongoing jobs per membership",
            if LARGE_REGIONS.contains(&membership.head.region.as_str()) {
                quotas.concurrent_jobs_per_membership_in_large_regions
            } else {
                quotas.concurrent_jobs_per_membership
            },
            "Concurrent PySpark jobs per account",
            if in_us_east_1 {
                quotas.concurrent_jobs_per_account_in_us_east_1
            } else {
                quotas.concurrent_jobs_per_account
            },
        ),
    };
    if of_membership >= per_membership.into() {
        return Err(ApiError::Quota { name, value: per_membership.into() });
    }
    if of_account >= per_account.into() {
        return Err(ApiError::Quota { name: account_name, value: per_account.into() });
    }
    Ok(())
}
