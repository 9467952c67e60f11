//! Protected queries and protected jobs, which differ in names and limits.
//!
//! Nothing runs. An analysis is SUBMITTED when it starts, and each Get takes it
//! one step further: STARTED, then its end; CANCELLING, then CANCELLED.

mod rules;

use serde_json::{Value, json};

pub(super) use self::rules::check_sql;
use self::rules::{check_quotas, check_receivers, check_runner, check_workers, payer, receiver};
use super::paging::Page;
use super::{Call, Operation, memberships, put, text};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::payment::Cost;
use crate::settings::{JobOutcome, QueryOutcome, Switches};
use crate::state::{
    Analysis, AnalysisKind, AnalysisStatus, CAN_QUERY, CAN_RUN_JOB, State, Timestamp,
};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("StartProtectedQuery", start_query),
    ("GetProtectedQuery", get_query),
    ("UpdateProtectedQuery", update_query),
    ("ListProtectedQueries", list_queries),
    ("StartProtectedJob", start_job),
    ("GetProtectedJob", get_job),
    ("UpdateProtectedJob", update_job),
    ("ListProtectedJobs", list_jobs),
];

/// How queries and jobs are spelled.
struct Names {
    /// The member of replies, and the path of the identifier.
    one: &'static str,
    identifier: &'static str,
    list: &'static str,
    parameters: &'static str,
    payer: &'static str,
    ability: &'static str,
    cost: Cost,
    /// Most workers, by the text of the API; its model allows more.
    most_workers: u64,
}

const QUERY: Names = Names {
    one: "protectedQuery",
    identifier: "protectedQueryIdentifier",
    list: "protectedQueries",
    parameters: "sqlParameters",
    payer: "queryComputePayerAccountId",
    ability: CAN_QUERY,
    cost: Cost::QueryCompute,
    most_workers: 400,
};

const JOB: Names = Names {
    one: "protectedJob",
    identifier: "protectedJobIdentifier",
    list: "protectedJobs",
    parameters: "jobParameters",
    payer: "jobComputePayerAccountId",
    ability: CAN_RUN_JOB,
    cost: Cost::JobCompute,
    most_workers: 128,
};

impl AnalysisKind {
    fn names(self) -> &'static Names {
        match self {
            Self::Query => &QUERY,
            Self::Job => &JOB,
        }
    }
}

fn start_query(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    start(call, &input, AnalysisKind::Query)
}

fn get_query(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    get(call, &input, AnalysisKind::Query)
}

fn update_query(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    cancel(call, &input, AnalysisKind::Query)
}

fn list_queries(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    list(call, &input, AnalysisKind::Query)
}

fn start_job(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    start(call, &input, AnalysisKind::Job)
}

fn get_job(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    get(call, &input, AnalysisKind::Job)
}

fn update_job(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    cancel(call, &input, AnalysisKind::Job)
}

fn list_jobs(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    list(call, &input, AnalysisKind::Job)
}

fn start(call: &mut Call<'_>, input: &Value, kind: AnalysisKind) -> Result<Value, ApiError> {
    let membership_id = text(input, "membershipIdentifier")?;
    let names = kind.names();
    check_runner(memberships::own(call, membership_id)?, names)?;
    if !call.state.memberships.contains(membership_id) {
        return Err(ApiError::not_found(ResourceKind::Membership, membership_id));
    }
    let membership = &call.state.memberships[membership_id];
    let Some(collaboration) = call.state.collaborations.get(&membership.collaboration.id) else {
        eprintln!("the membership {membership_id} is active without a collaboration");
        return Err(ApiError::Internal);
    };
    if kind == AnalysisKind::Query {
        check_sql(&input[names.parameters])?;
    }
    check_receivers(input, membership, collaboration)?;
    check_workers(input, names)?;
    let payer = payer(input, call.state, collaboration, names)?;
    check_quotas(call, membership, kind)?;
    let mut head = call.head(kind.kind(), None);
    head.membership = Some(membership_id.to_owned());
    let analysis = Analysis {
        head,
        kind,
        membership_id: membership_id.to_owned(),
        status: AnalysisStatus::Submitted,
        parameters: input[names.parameters].clone(),
        result_configuration: input.get("resultConfiguration").cloned(),
        compute_configuration: input.get("computeConfiguration").cloned(),
        payer,
        end_time: None,
    };
    let reply = reply(&analysis, call.state);
    call.state.analyses.insert(analysis);
    Ok(json!({ names.one: reply }))
}

/// Starts the analysis that fills an intermediate table, and gives its id.
pub(super) fn populate(
    call: &mut Call<'_>,
    membership_id: &str,
    kind: AnalysisKind,
    parameters: &Value,
    payer_account: Option<&str>,
) -> Result<String, ApiError> {
    let names = kind.names();
    let (membership, collaboration) = call.joined(membership_id)?;
    check_runner(membership, names)?;
    let mut input = json!({});
    put(&mut input, names.payer, payer_account);
    let payer = payer(&input, call.state, collaboration, names)?;
    check_quotas(call, membership, kind)?;
    let mut head = call.head(kind.kind(), None);
    head.membership = Some(membership_id.to_owned());
    let id = head.id.clone();
    call.state.analyses.insert(Analysis {
        head,
        kind,
        membership_id: membership_id.to_owned(),
        status: AnalysisStatus::Submitted,
        parameters: parameters.clone(),
        result_configuration: None,
        compute_configuration: None,
        payer,
        end_time: None,
    });
    Ok(id)
}

fn get(call: &mut Call<'_>, input: &Value, kind: AnalysisKind) -> Result<Value, ApiError> {
    let (now, switches) = (call.now, call.switches);
    let analysis = find(call, input, kind)?;
    analysis.advance(now, switches);
    let id = analysis.head.id.clone();
    Ok(json!({ kind.names().one: reply(&call.state.analyses[id.as_str()], call.state) }))
}

fn find<'a>(
    call: &'a mut Call<'_>,
    input: &Value,
    kind: AnalysisKind,
) -> Result<&'a mut Analysis, ApiError> {
    let membership_id = text(input, "membershipIdentifier")?;
    let id = text(input, kind.names().identifier)?;
    memberships::own(call, membership_id)?;
    call.state
        .analyses
        .find(id)
        .filter(|analysis| analysis.kind == kind && analysis.membership_id == membership_id)
        // The model's resource types have none for queries and jobs.
        .ok_or_else(|| ApiError::not_found(ResourceKind::Membership, id))
}

impl Analysis {
    /// One step on the way to the end.
    fn advance(&mut self, now: Timestamp, switches: &Switches) {
        let next = match self.status {
            AnalysisStatus::Submitted => AnalysisStatus::Started,
            AnalysisStatus::Started => self.kind.outcome(switches),
            AnalysisStatus::Cancelling => AnalysisStatus::Cancelled,
            end => end,
        };
        if self.status.is_running() && !next.is_running() {
            self.end_time = Some(now);
        }
        self.status = next;
    }
}

impl AnalysisKind {
    fn outcome(self, switches: &Switches) -> AnalysisStatus {
        match self {
            Self::Query => match switches.query_outcome {
                QueryOutcome::Success => AnalysisStatus::Success,
                QueryOutcome::Failed => AnalysisStatus::Failed,
                QueryOutcome::TimedOut => AnalysisStatus::TimedOut,
            },
            Self::Job => match switches.job_outcome {
                JobOutcome::Success => AnalysisStatus::Success,
                JobOutcome::Failed => AnalysisStatus::Failed,
            },
        }
    }
}

/// CANCELLED is the only target that the model allows.
fn cancel(call: &mut Call<'_>, input: &Value, kind: AnalysisKind) -> Result<Value, ApiError> {
    let analysis = find(call, input, kind)?;
    if !analysis.status.is_running() {
        return Err(ApiError::conflict(
            ConflictReason::InvalidState,
            ResourceKind::Membership,
            &analysis.head.id,
            format!("It is {} and cannot be cancelled.", analysis.status.as_str()),
        ));
    }
    analysis.status = AnalysisStatus::Cancelling;
    let id = analysis.head.id.clone();
    Ok(json!({ kind.names().one: reply(&call.state.analyses[id.as_str()], call.state) }))
}

fn list(call: &mut Call<'_>, input: &Value, kind: AnalysisKind) -> Result<Value, ApiError> {
    let membership_id = text(input, "membershipIdentifier")?;
    let names = kind.names();
    memberships::own(call, membership_id)?;
    let page = Page::newest_first(format!("{} {membership_id}", names.list), input, call.switches)?;
    let wanted = input.get("status").and_then(Value::as_str);
    let seen: Vec<String> = call
        .state
        .analyses
        .seen(|analysis| analysis.kind == kind && analysis.membership_id == membership_id)
        .into_iter()
        .filter(|analysis| wanted.is_none_or(|wanted| analysis.status.as_str() == wanted))
        .map(|analysis| analysis.head.id.clone())
        .collect();
    let items = seen
        .iter()
        .map(|id| &call.state.analyses[id.as_str()])
        .map(|analysis| (analysis.head.sequence, summary(analysis, call.state)))
        .collect();
    Ok(page.reply(names.list, items))
}

fn base(analysis: &Analysis, state: &State) -> Value {
    let membership = &state.memberships[analysis.membership_id.as_str()];
    json!({
        "id": analysis.head.id,
        "membershipId": analysis.membership_id,
        "membershipArn": membership.head.arn,
        "createTime": analysis.head.create_time.to_reply(),
        "status": analysis.status.as_str(),
        analysis.kind.names().payer: analysis.payer,
    })
}

fn summary(analysis: &Analysis, state: &State) -> Value {
    let mut summary = base(analysis, state);
    let receivers = receivers(analysis, state);
    summary["receiverConfigurations"] = json!([{
        "analysisType": "DIRECT_ANALYSIS",
        "configurationDetails": {
            "directAnalysisConfigurationDetails": { "receiverAccountIds": receivers },
        },
    }]);
    summary
}

/// The accounts that get the results; the runner's own, where it says nothing.
fn receivers(analysis: &Analysis, state: &State) -> Vec<String> {
    let runner = &state.memberships[analysis.membership_id.as_str()].head.account;
    let output = analysis
        .result_configuration
        .as_ref()
        .and_then(|configuration| configuration.get("outputConfiguration"));
    let locations = output
        .and_then(|output| output.pointer("/distribute/locations"))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .or(output.map(std::slice::from_ref))
        .unwrap_or_default();
    let mut accounts: Vec<String> =
        locations.iter().map(|location| receiver(location).unwrap_or(runner).to_owned()).collect();
    if accounts.is_empty() {
        accounts.push(runner.clone());
    }
    accounts
}

fn reply(analysis: &Analysis, state: &State) -> Value {
    let names = analysis.kind.names();
    let mut reply = base(analysis, state);
    reply[names.parameters] = analysis.parameters.clone();
    put(&mut reply, "resultConfiguration", analysis.result_configuration.clone());
    put(&mut reply, "computeConfiguration", analysis.compute_configuration.clone());
    match analysis.status {
        AnalysisStatus::Success => {
            reply["statistics"] = statistics(analysis);
            reply["result"] = json!({ "output": output(analysis, state) });
        }
        AnalysisStatus::Failed | AnalysisStatus::TimedOut => {
            reply["error"] = json!({
                "code": "INTERNAL_ERROR",
                "message": "The analysis has failed.",
                "retry": { "retryable": true },
            });
        }
        _ => {}
    }
    reply
}

fn statistics(analysis: &Analysis) -> Value {
    let end = analysis.end_time.unwrap_or(analysis.head.create_time);
    json!({
        "totalDurationInMillis": end.0.saturating_sub(analysis.head.create_time.0),
        "billedResourceUtilization": { "units": 1.0 },
    })
}

fn output(analysis: &Analysis, state: &State) -> Value {
    let members: Vec<Value> = receivers(analysis, state)
        .into_iter()
        .map(|account| json!({ "accountId": account }))
        .collect();
    let configured = analysis
        .result_configuration
        .as_ref()
        .and_then(|configuration| configuration.pointer("/outputConfiguration/s3"));
    match configured {
        Some(s3) => {
            let bucket = s3["bucket"].as_str().unwrap_or_default();
            let prefix = s3["keyPrefix"].as_str().unwrap_or_default();
            json!({ "s3": { "location": format!("s3://{bucket}/{prefix}/{}", analysis.head.id) } })
        }
        None => json!({ "memberList": members }),
    }
}
