//! `cleanrooms_protected_query`: a query that a member runs in a collaboration.

pub mod data;

use std::collections::BTreeSet;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::start_protected_query::builders::StartProtectedQueryInputBuilder as Create;
use aws_sdk_cleanrooms::types::builders::{
    ProtectedQueryDistributeOutputConfigurationBuilder as DistributeBuilder,
    ProtectedQueryMemberOutputConfigurationBuilder as MemberBuilder,
    ProtectedQueryResultConfigurationBuilder as ResultsBuilder,
};
use aws_sdk_cleanrooms::types::{
    ComputeConfiguration, ProtectedQuery as Item,
    ProtectedQueryDistributeOutputConfiguration as Distribute,
    ProtectedQueryDistributeOutputConfigurationLocation as Location,
    ProtectedQueryMemberOutputConfiguration as Member, ProtectedQueryOutput as ResultOutput,
    ProtectedQueryOutputConfiguration as Output, ProtectedQueryResultConfiguration as Results,
    ProtectedQuerySingleMemberOutput as Receiver, ProtectedQuerySqlParameters as Parameters,
    ProtectedQuerySummary, ProtectedQueryType, TargetProtectedQueryStatus,
};

use super::analysis::actions::Invoked;
use super::analysis::{self, Analysis, Failure, Ran, Run, Statistics};
use super::aws::{AwsError, PAGE_SIZE, all_pages};
use super::client::Reading;
use super::key::Key;
use super::kind::Kind;
use super::object::{Candidate, Facts, Of};
use super::shapes::compute::{parameters, query_workers};
use super::shapes::ids::{account_id, uuid};
use super::shapes::results::query_s3;
use super::shapes::text::{analysis_template_arn, sql};
use crate::framework::codec::{Codec, list_of, object, one_of, variant};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::validators::{invalid, size};
use crate::framework::{Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::{AttributePath, Value};

/// The kind of object.
pub struct ProtectedQuery;

type Row = Of<Ran<ProtectedQuery>>;

impl Analysis for ProtectedQuery {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_protected_query",
        noun: "protected query",
        arn: None,
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &["membership_arn"],
        former_identity: &[],
        tagged: false,
        // Nothing tells two runs of a text apart, so a start is never repeated.
        is_unique: false,
        type_is_found: false,
    };
    type Start = Create;
    type Item = Item;

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetProtectedQuery"]),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&["cleanrooms:StartProtectedQuery"]),
        Need::when(
            "where a query is destroyed or replaced that still runs",
            &["cleanrooms:UpdateProtectedQuery"],
        ),
        Need::when(
            "to find a query whose start was not answered",
            &["cleanrooms:ListProtectedQueries"],
        ),
    ];

    fn rows() -> ResourceSchema<Row> {
        let schema = ResourceSchema::new(
            "A protected query: it is started when the resource is created, and another one whenever an \
             argument changes. Each one is paid for.",
        )
        .with(
            Row::attribute("membership_id", uuid())
                .required()
                .requires_replace()
                .doc("The id of the membership that runs the query. Another one replaces the query.")
                .create(Create::set_membership_identifier)
                .read(|r| Some(r.item.membership_id.clone())),
        )
        .with(
            Row::attribute("sql", sql())
                .optional_computed()
                .requires_replace()
                .kept()
                .doc(
                    "The statement, at most 500,000 characters. Either it or `analysis_template_arn` is \
                     given. Another one replaces the query.",
                )
                .create(|input: Create, sql| {
                    with_parameters(input, |it| it.query_string = sql)
                })
                .read(|r| r.item.sql_parameters.as_ref()?.query_string.clone()),
        )
        .with(
            Row::attribute("analysis_template_arn", analysis_template_arn())
                .optional_computed()
                .requires_replace()
                .kept()
                .doc(
                    "The ARN of the analysis template that is run in place of `sql`. Another one replaces \
                     the query.",
                )
                .create(|input: Create, arn| {
                    with_parameters(input, |it| it.analysis_template_arn = arn)
                })
                .read(|r| r.item.sql_parameters.as_ref()?.analysis_template_arn.clone()),
        )
        .with(
            Row::attribute("parameters", parameters())
                .optional_computed()
                .requires_replace()
                .kept()
                .sensitive()
                .doc(
                    "Values for the placeholders, by name, at most 1,000 characters each. Others replace \
                     the query; left out, they stay as the query was started with.",
                )
                .create(|input: Create, values| {
                    let values = values.filter(|values| !values.is_empty());
                    with_parameters(input, |it| it.parameters = values)
                })
                .read(|r| r.item.sql_parameters.as_ref()?.parameters.clone()),
        )
        .with(
            Row::attribute("result_configuration", results())
                .optional_computed()
                .requires_replace()
                .kept()
                .doc(
                    "Where the results go: what the membership says by default, when left out. Another \
                     place replaces the query.",
                )
                .create(Create::set_result_configuration)
                .read(|r| r.item.result_configuration.clone()),
        )
        .with(
            Row::attribute("compute_configuration", compute())
                .optional_computed()
                .requires_replace()
                .kept()
                .doc(
                    "On what the query runs: what the service chooses, when left out. Something else \
                     replaces the query.",
                )
                .create(Create::set_compute_configuration)
                .read(|r| r.item.compute_configuration.clone()),
        )
        .with(
            Row::attribute("query_compute_payer_account_id", account_id())
                .optional_computed()
                .requires_replace()
                .kept()
                .doc(
                    "The account that pays, where several members may. Another one replaces the query.",
                )
                .create(Create::set_query_compute_payer_account_id)
                .read(|r| r.item.query_compute_payer_account_id.clone()),
        );
        analysis::rows::with_run(schema)
    }

    fn facts(item: &Item) -> Facts {
        Facts { id: Some(item.id.clone()), create_time: Some(item.create_time), ..Facts::default() }
    }

    async fn start(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        const CALL: &str = "StartProtectedQuery";
        let input = input.r#type(ProtectedQueryType::Sql);
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.protected_query.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetProtectedQuery";
        let call = at.sdk.get_protected_query().membership_identifier(key.parent());
        let reply = call.protected_query_identifier(key.id()).send().await;
        let reply = reply.map_err(AwsError::of(CALL))?;
        reply.protected_query.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn cancel(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.update_protected_query().membership_identifier(key.parent());
        let call = call.protected_query_identifier(key.id());
        let sent = call.target_status(TargetProtectedQueryStatus::Cancelled).send().await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateProtectedQuery"))
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        let (sql, template) = (config.get("sql"), config.get("analysis_template_arn"));
        match (sql.is_null(), template.is_null()) {
            (true, true) => diagnostics.push(Diagnostic::error(
                "What is to be run?",
                "Give `sql`, or an analysis template by `analysis_template_arn`.",
            )),
            (false, false) if sql.is_known() && template.is_known() => diagnostics.push(invalid(
                &AttributePath::of("analysis_template_arn"),
                "A template brings its own statement: give either it or `sql`.",
            )),
            _ => {}
        }
        check_locations(config, diagnostics);
    }

    fn run(item: &Item) -> Run {
        let output = item.result.as_ref().and_then(|result| result.output.as_ref());
        let (location, receivers) = match output {
            Some(ResultOutput::S3(s3)) => (Some(s3.location.clone()), None),
            Some(ResultOutput::MemberList(members)) => (None, Some(accounts(members))),
            Some(ResultOutput::Distribute(both)) => {
                let location = both.s3.as_ref().map(|s3| s3.location.clone());
                (location, both.member_list.as_deref().map(accounts))
            }
            _ => (None, None),
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
            result_location: location,
            result_account_ids: receivers,
        }
    }

    async fn all(at: &Reading<'_>, membership_id: &str) -> Result<Vec<Candidate>, AwsError> {
        let listed = list_all(at, membership_id, None).await?;
        let candidate =
            |it: &ProtectedQuerySummary| Candidate::of([membership_id, &it.id], it.create_time);
        Ok(listed.iter().filter_map(candidate).collect())
    }
}

impl Invoked for ProtectedQuery {
    const START: &'static str = "cleanrooms_start_protected_query";
    const CANCEL: &'static str = "cleanrooms_cancel_protected_query";
    const ID: &'static str = "protected_query_id";
    const START_NEEDS: &'static [Need] = &[
        Need::always(&["cleanrooms:StartProtectedQuery"]),
        Need::when("to wait for the end", &["cleanrooms:GetProtectedQuery"]),
        Need::when(
            "to find a query whose start was not answered",
            &["cleanrooms:ListProtectedQueries"],
        ),
    ];
    const CANCEL_NEEDS: &'static [Need] = &[
        Need::always(&["cleanrooms:UpdateProtectedQuery"]),
        Need::when(
            "to wait for the end, and where it had ended before",
            &["cleanrooms:GetProtectedQuery"],
        ),
    ];
}

fn accounts(members: &[Receiver]) -> Vec<String> {
    members.iter().map(|member| member.account_id.clone()).collect()
}

/// The start with something more of what is to be run, which the API holds in one member.
fn with_parameters(input: Create, change: impl FnOnce(&mut Parameters)) -> Create {
    let so_far = input.get_sql_parameters().clone();
    let mut parameters = so_far.unwrap_or_else(|| Parameters::builder().build());
    change(&mut parameters);
    input.sql_parameters(parameters)
}

/// All queries of a membership, or those of a status.
async fn list_all(
    at: &Reading<'_>,
    membership_id: &str,
    status: Option<&str>,
) -> Result<Vec<ProtectedQuerySummary>, AwsError> {
    const CALL: &str = "ListProtectedQueries";
    all_pages(CALL, &at.stop, |token| async {
        let call = at.sdk.list_protected_queries().membership_identifier(membership_id);
        let call = call.set_status(status.map(Into::into)).max_results(PAGE_SIZE);
        let reply = call.set_next_token(token).send().await.map_err(AwsError::of(CALL))?;
        Ok((reply.protected_queries, reply.next_token))
    })
    .await
}

/// Results go to one bucket at most, and to each member once (API reference:
/// ProtectedQueryDistributeOutputConfiguration).
fn check_locations(config: &Value, diagnostics: &mut Diagnostics) {
    let path = ["output_configuration", "distribute", "locations"];
    let locations = path.iter().fold(config.get("result_configuration"), |it, name| it.get(name));
    let path =
        path.iter().fold(AttributePath::of("result_configuration"), |it, name| it.attribute(*name));
    let (mut has_bucket, mut members) = (false, BTreeSet::new());
    for (index, location) in (0i64..).zip(locations.as_elements()) {
        let path = path.clone().index(index);
        if let Value::Object(_) = location.get("s3")
            && std::mem::replace(&mut has_bucket, true)
        {
            let detail = "Results can be distributed to one bucket at most.";
            diagnostics.push(invalid(&path.clone().attribute("s3"), detail));
        }
        let account = location.get("member").get("account_id");
        if let Some(text) = account.as_str()
            && !members.insert(text)
        {
            let detail = format!("Account `{text}` gets the results already.");
            let path = path.attribute("member").attribute("account_id");
            diagnostics.push(invalid(&path, detail));
        }
    }
}

fn results() -> Codec<Results> {
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

fn output() -> Codec<Output> {
    one_of(vec![
        variant(
            "s3",
            "To a bucket in Amazon S3 of whoever runs the query.",
            query_s3(),
            Output::S3,
            |it| it.as_s3().ok(),
        ),
        variant(
            "member",
            "To a member that can receive results, as its own membership says.",
            member(),
            Output::Member,
            |it| it.as_member().ok(),
        ),
        variant(
            "distribute",
            "To several members, and to a bucket of whoever runs the query.",
            distribute(),
            Output::Distribute,
            |it| it.as_distribute().ok(),
        ),
    ])
}

fn member() -> Codec<Member> {
    object(MemberBuilder::build)
        .with(
            field("account_id", account_id())
                .required()
                .doc("The account of the member.")
                .create(MemberBuilder::set_account_id)
                .read(|it: &Member| Some(it.account_id.clone())),
        )
        .single()
}

fn distribute() -> Codec<Distribute> {
    let location = one_of(vec![
        variant(
            "s3",
            "A bucket in Amazon S3 of whoever runs the query; one location at most.",
            query_s3(),
            Location::S3,
            |it| it.as_s3().ok(),
        ),
        variant(
            "member",
            "A member that can receive results; not whoever runs the query.",
            member(),
            Location::Member,
            |it| it.as_member().ok(),
        ),
    ]);
    object(DistributeBuilder::build)
        .with(
            field("locations", list_of(location).validate(size(1..=1000)))
                .required()
                .doc("The places, at least one.")
                .create(DistributeBuilder::set_locations)
                .read(|it: &Distribute| Some(it.locations.clone())),
        )
        .single()
}

fn compute() -> Codec<ComputeConfiguration> {
    let workers = query_workers();
    one_of(vec![variant("worker", "The workers.", workers, ComputeConfiguration::Worker, |it| {
        it.as_worker().ok()
    })])
}

#[cfg(test)]
mod tests;
