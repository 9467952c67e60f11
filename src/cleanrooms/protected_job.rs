//! `cleanrooms_protected_job`: a PySpark job that a member runs in a collaboration.

pub mod data;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::start_protected_job::builders::StartProtectedJobInputBuilder as Create;
use aws_sdk_cleanrooms::types::builders::{
    ProtectedJobMemberOutputConfigurationInputBuilder as MemberBuilder,
    ProtectedJobParametersBuilder as ParametersBuilder,
    ProtectedJobResultConfigurationInputBuilder as ResultsBuilder,
    ProtectedJobWorkerComputeConfigurationBuilder as WorkerBuilder,
};
use aws_sdk_cleanrooms::types::{
    ProtectedJob as Item, ProtectedJobComputeConfiguration as Compute,
    ProtectedJobMemberOutputConfigurationInput as MemberInput,
    ProtectedJobMemberOutputConfigurationOutput as Member, ProtectedJobOutput as ResultOutput,
    ProtectedJobOutputConfigurationInput as OutputInput,
    ProtectedJobOutputConfigurationOutput as Output, ProtectedJobParameters as Parameters,
    ProtectedJobResultConfigurationInput as ResultsInput,
    ProtectedJobResultConfigurationOutput as Results, ProtectedJobSummary, ProtectedJobType,
    ProtectedJobWorkerComputeConfiguration as Worker, ProtectedJobWorkerComputeType as WorkerType,
    TargetProtectedJobStatus,
};

use super::analysis::actions::Invoked;
use super::analysis::{self, Analysis, Failure, Ran, Run, Statistics};
use super::aws::{AwsError, PAGE_SIZE, all_pages};
use super::client::Reading;
use super::key::Key;
use super::kind::Kind;
use super::object::{Candidate, Facts, Of};
use super::shapes::compute::{parameters, properties, worker_type};
use super::shapes::ids::{account_id, uuid};
use super::shapes::text::analysis_template_arn;
use crate::framework::codec::{Codec, object, one_of, small_integer, variant};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::validators::whole;
use crate::framework::{Resource, ResourceSchema};

/// The kind of object.
pub struct ProtectedJob;

type Row = Of<Ran<ProtectedJob>>;

impl Analysis for ProtectedJob {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_protected_job",
        noun: "protected job",
        arn: None,
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &["membership_arn"],
        former_identity: &[],
        tagged: false,
        // Nothing tells two runs of a template apart, so a start is never repeated.
        is_unique: false,
        type_is_found: false,
    };
    type Start = Create;
    type Item = Item;

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetProtectedJob"]),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&["cleanrooms:StartProtectedJob"]),
        Need::when(
            "where a job is destroyed or replaced that still runs",
            &["cleanrooms:UpdateProtectedJob"],
        ),
        Need::when("to find a job whose start was not answered", &["cleanrooms:ListProtectedJobs"]),
    ];

    fn rows() -> ResourceSchema<Row> {
        let schema = ResourceSchema::new(
            "A protected job: it is started when the resource is created, and another one whenever an \
             argument changes. Each one is paid for.",
        )
        .with(
            Row::attribute("membership_id", uuid())
                .required()
                .requires_replace()
                .doc("The id of the membership that runs the job. Another one replaces the job.")
                .create(Create::set_membership_identifier)
                .read(|r| Some(r.item.membership_id.clone())),
        )
        .with(
            Row::attribute("analysis_template_arn", analysis_template_arn())
                .required()
                .requires_replace()
                .kept()
                .doc("The ARN of the analysis template that is run. Another one replaces the job.")
                .create(|input: Create, arn| with_parameters(input, |it| it.set_analysis_template_arn(arn)))
                .read(|r| Some(r.item.job_parameters.as_ref()?.analysis_template_arn.clone())),
        )
        .with(
            Row::attribute("parameters", parameters())
                .optional_computed()
                .requires_replace()
                .kept()
                .sensitive()
                .doc(
                    "Values for the template, by name, at most 1,000 characters each. Others replace the \
                     job; left out, they stay as the job was started with.",
                )
                .create(|input: Create, values| {
                    let values = values.filter(|values| !values.is_empty());
                    with_parameters(input, |it| it.set_parameters(values))
                })
                .read(|r| r.item.job_parameters.as_ref()?.parameters.clone()),
        )
        .with(
            Row::attribute("result_configuration", results())
                .optional_computed()
                .requires_replace()
                .kept()
                .doc(
                    "Where the results go: what the membership says by default, when left out. Another \
                     place replaces the job.",
                )
                .create(Create::set_result_configuration)
                .read(|r| r.item.result_configuration.clone()),
        )
        .with(
            Row::attribute("compute_configuration", compute())
                .required()
                .requires_replace()
                .kept()
                .doc("On what the job runs. Something else replaces the job.")
                .create(Create::set_compute_configuration)
                .read(|r| r.item.compute_configuration.clone()),
        )
        .with(
            Row::attribute("job_compute_payer_account_id", account_id())
                .optional_computed()
                .requires_replace()
                .kept()
                .doc("The account that pays, where several members may. Another one replaces the job.")
                .create(Create::set_job_compute_payer_account_id)
                .read(|r| r.item.job_compute_payer_account_id.clone()),
        );
        analysis::rows::with_run(schema)
    }

    fn facts(item: &Item) -> Facts {
        Facts { id: Some(item.id.clone()), create_time: Some(item.create_time), ..Facts::default() }
    }

    async fn start(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        const CALL: &str = "StartProtectedJob";
        let input = input.r#type(ProtectedJobType::Pyspark);
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.protected_job.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetProtectedJob";
        let call = at.sdk.get_protected_job().membership_identifier(key.parent());
        let reply = call.protected_job_identifier(key.id()).send().await;
        let reply = reply.map_err(AwsError::of(CALL))?;
        reply.protected_job.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn cancel(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.update_protected_job().membership_identifier(key.parent());
        let call = call.protected_job_identifier(key.id());
        let sent = call.target_status(TargetProtectedJobStatus::Cancelled).send().await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateProtectedJob"))
    }

    fn run(item: &Item) -> Run {
        let output = item.result.as_ref().and_then(|result| result.output.as_ref());
        let accounts = |it: &ResultOutput| {
            let members = it.as_member_list().ok()?;
            Some(members.iter().map(|member| member.account_id.clone()).collect())
        };
        Run {
            membership_id: item.membership_id.clone(),
            membership_arn: item.membership_arn.clone(),
            status: item.status.as_str().to_owned(),
            failure: item
                .error
                .as_ref()
                .map(|error| Failure { code: error.code.clone(), message: error.message.clone() }),
            statistics: item.statistics.as_ref().map(|it| Statistics {
                total_duration_in_millis: it.total_duration_in_millis,
                billed_units: it.billed_resource_utilization.as_ref().map(|it| it.units),
            }),
            result_location: output.and_then(|it| Some(it.as_s3().ok()?.location.clone())),
            result_account_ids: output.and_then(accounts),
        }
    }

    async fn all(at: &Reading<'_>, membership_id: &str) -> Result<Vec<Candidate>, AwsError> {
        let listed = list_all(at, membership_id, None).await?;
        let candidate =
            |it: &ProtectedJobSummary| Candidate::of([membership_id, &it.id], it.create_time);
        Ok(listed.iter().filter_map(candidate).collect())
    }
}

impl Invoked for ProtectedJob {
    const START: &'static str = "cleanrooms_start_protected_job";
    const CANCEL: &'static str = "cleanrooms_cancel_protected_job";
    const ID: &'static str = "protected_job_id";
    const START_NEEDS: &'static [Need] = &[
        Need::always(&["cleanrooms:StartProtectedJob"]),
        Need::when("to wait for the end", &["cleanrooms:GetProtectedJob"]),
        Need::when("to find a job whose start was not answered", &["cleanrooms:ListProtectedJobs"]),
    ];
    const CANCEL_NEEDS: &'static [Need] = &[
        Need::always(&["cleanrooms:UpdateProtectedJob"]),
        Need::when(
            "to wait for the end, and where it had ended before",
            &["cleanrooms:GetProtectedJob"],
        ),
    ];
}

/// The start with something more of what is to be run, which the API holds in one member. The template
/// stands in a row before the parameters, so that the member is complete from the first on.
fn with_parameters(
    input: Create,
    change: impl FnOnce(ParametersBuilder) -> ParametersBuilder,
) -> Create {
    let so_far = input.get_job_parameters().as_ref();
    let builder = Parameters::builder()
        .set_analysis_template_arn(so_far.map(|it| it.analysis_template_arn.clone()))
        .set_parameters(so_far.and_then(|it| it.parameters.clone()));
    match change(builder).build() {
        Ok(parameters) => input.job_parameters(parameters),
        // Without a template there is nothing to run, and the SDK refuses the call.
        Err(_) => input,
    }
}

/// All jobs of a membership, or those of a status.
async fn list_all(
    at: &Reading<'_>,
    membership_id: &str,
    status: Option<&str>,
) -> Result<Vec<ProtectedJobSummary>, AwsError> {
    const CALL: &str = "ListProtectedJobs";
    all_pages(CALL, &at.stop, |token| async {
        let call = at.sdk.list_protected_jobs().membership_identifier(membership_id);
        let call = call.set_status(status.map(Into::into)).max_results(PAGE_SIZE);
        let reply = call.set_next_token(token).send().await.map_err(AwsError::of(CALL))?;
        Ok((reply.protected_jobs, reply.next_token))
    })
    .await
}

fn results() -> Codec<ResultsInput, Results> {
    object(|builder: ResultsBuilder| Ok::<_, String>(builder.build()))
        .with(
            field("output_configuration", output())
                .required()
                .doc("Where the results go.")
                .create(ResultsBuilder::set_output_configuration)
                .read(|it: &Results| it.output_configuration.clone()),
        )
        .single()
}

/// The one kind of output that a job can be started with.
#[derive(Default)]
struct OutputBuilder {
    member: Option<MemberInput>,
}

fn output() -> Codec<OutputInput, Output> {
    let member = object(MemberBuilder::build)
        .with(
            field("account_id", account_id())
                .required()
                .doc("The account of the member.")
                .create(MemberBuilder::set_account_id)
                .read(|it: &Member| Some(it.account_id.clone())),
        )
        .single();
    object(|builder: OutputBuilder| {
        builder.member.map(OutputInput::Member).ok_or("a job's results go to a `member`")
    })
    .with(
        field("member", member)
            .required()
            .doc("To a member that can receive results, as its own membership says.")
            .create(|_: OutputBuilder, member| OutputBuilder { member })
            .read(|it: &Output| it.as_member().ok().cloned()),
    )
    .single()
}

fn compute() -> Codec<Compute> {
    let worker = object(WorkerBuilder::build)
        .with(
            field("type", worker_type::<WorkerType>(WorkerType::values()))
                .required()
                .doc("The size of a worker: `CR.1X` or `CR.4X`.")
                .create(WorkerBuilder::set_type)
                .read(|it: &Worker| Some(it.r#type.clone())),
        )
        .with(
            field("number", small_integer().validate(whole(4..=128)))
                .required()
                .doc("How many workers there are, 4 to 128.")
                .create(WorkerBuilder::set_number)
                .read(|it: &Worker| Some(it.number)),
        )
        .with(
            field("properties", properties())
                .optional_computed()
                .doc("Properties of the engine.")
                .create(WorkerBuilder::set_properties)
                .read(|it: &Worker| it.properties.clone()),
        )
        .single();
    one_of(vec![variant("worker", "The workers.", worker, Compute::Worker, |it| {
        it.as_worker().ok()
    })])
}

#[cfg(test)]
mod tests;
