//! Claims about protected queries that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::object::Object;
use crate::cleanrooms::testing::{checked, create_input, plan, told, value};
use crate::framework::Change;

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const OTHER: &str = "00000000-0000-4000-8000-000000000002";
const TEMPLATE: &str = "arn:aws:cleanrooms:us-east-1:111122223333:membership/\
                        00000000-0000-4000-8000-000000000001/analysistemplate/\
                        00000000-0000-4000-8000-000000000003";

fn query(over: Json) -> Json {
    with(json!({ "membership_id": MEMBERSHIP, "sql": "SELECT 1" }), over)
}

fn with(mut config: Json, over: Json) -> Json {
    let (Json::Object(map), Json::Object(over)) = (&mut config, over) else { unreachable!() };
    map.extend(over);
    config
}

/// The state of a query that was started with these arguments.
fn state(arguments: Json) -> Value {
    let started = json!({
        "region": "us-east-1", "id": OTHER, "status": "SUCCESS", "create_time": "2026-01-01T00:00:00Z",
        "query_compute_payer_account_id": "111122223333", "parameters": { "since": "2025" },
    });
    value::<Ran<ProtectedQuery>>(&with(started, arguments))
}

/// What replaces a query that was started with these arguments, and what is warned of.
fn replaced(before: Json, after: Json) -> (Vec<String>, Vec<String>) {
    let planned = plan::<Ran<ProtectedQuery>>(
        &state(query(before)),
        &value::<Ran<ProtectedQuery>>(&query(after)),
    );
    let paths = planned.requires_replace.iter().map(ToString::to_string).collect();
    (paths, told(&planned.diagnostics))
}

#[test]
fn a_query_is_sent_as_it_is_configured() {
    let config = query(json!({
        "parameters": { "since": "2026" },
        "result_configuration": { "output_configuration": { "distribute": { "locations": [
            { "s3": { "bucket": "results", "result_format": "CSV" } },
            { "member": { "account_id": "444455556666" } },
        ] } } },
        "compute_configuration": { "worker": {
            "type": "CR.4X", "number": 8, "properties": { "spark": { "spark.sql.shuffle.partitions": "8" } },
        } },
        "query_compute_payer_account_id": "111122223333",
    }));
    assert_eq!(checked::<Ran<ProtectedQuery>>(&config), Vec::<String>::new());
    let input = create_input::<Ran<ProtectedQuery>>(&config);
    let parameters =
        Parameters::builder().query_string("SELECT 1").parameters("since", "2026").build();
    assert_eq!(input.get_sql_parameters(), &Some(parameters));
    let output =
        input.get_result_configuration().as_ref().and_then(|it| it.output_configuration.clone());
    let Some(Output::Distribute(distribute)) = output else { panic!("{output:?}") };
    assert!(distribute.locations[0].is_s3() && distribute.locations[1].is_member());
    let compute = input.get_compute_configuration().as_ref().and_then(|it| it.as_worker().ok());
    assert_eq!(compute.and_then(|worker| worker.number), Some(8));
    assert_eq!(input.get_query_compute_payer_account_id().as_deref(), Some("111122223333"));
}

#[test]
fn parameters_are_given_once() {
    let both = json!({ "parameters": { "since": "2026" }, "parameters_wo": { "since": "2026" } });
    assert_eq!(checked::<Ran<ProtectedQuery>>(&query(both)), ["error at parameters_wo"]);
    let one = json!({ "parameters_wo": { "a-b": "2026" } });
    let wrong = checked::<Ran<ProtectedQuery>>(&query(one));
    assert_eq!(wrong, ["error at parameters_wo[\"a-b\"]"]);
}

#[test]
fn a_query_has_either_a_statement_or_a_template() {
    let wrong =
        |over| checked::<Ran<ProtectedQuery>>(&with(json!({ "membership_id": MEMBERSHIP }), over));
    assert_eq!(wrong(json!({})), ["error"]);
    assert_eq!(wrong(json!({ "sql": " \n" })), ["error at sql"]);
    let both = json!({ "sql": "SELECT 1", "analysis_template_arn": TEMPLATE });
    assert_eq!(wrong(both), ["error at analysis_template_arn"]);
    assert_eq!(wrong(json!({ "analysis_template_arn": TEMPLATE })), Vec::<String>::new());
    assert_eq!(
        wrong(json!({ "analysis_template_arn": OTHER })),
        ["error at analysis_template_arn"]
    );
    let unknown = json!({ "sql": "SELECT 1", "analysis_template_arn": "unknown" });
    assert_eq!(wrong(unknown), Vec::<String>::new());
}

#[test]
fn results_go_to_one_bucket_at_most_and_to_each_member_once() {
    let bucket = json!({ "s3": { "bucket": "results", "result_format": "CSV" } });
    let member = json!({ "member": { "account_id": "444455556666" } });
    let wrong = |locations: Json| {
        let output = json!({ "distribute": { "locations": locations } });
        let found = checked::<Ran<ProtectedQuery>>(&query(json!({
            "result_configuration": { "output_configuration": output },
        })));
        let path = "result_configuration.output_configuration.distribute.";
        found.into_iter().map(|it| it.replace(path, "")).collect::<Vec<_>>()
    };
    assert_eq!(wrong(json!([bucket, member])), Vec::<String>::new());
    assert_eq!(wrong(json!([bucket, member, bucket])), ["error at locations[2].s3"]);
    assert_eq!(wrong(json!([member, member])), ["error at locations[1].member.account_id"]);
    assert_eq!(wrong(json!([])), ["error at locations"]);
    assert_eq!(wrong(json!([{}])), ["error at locations[0]"]);
}

#[test]
fn workers_are_of_a_size_and_a_number() {
    let wrong = |worker| {
        let found = checked::<Ran<ProtectedQuery>>(&query(
            json!({ "compute_configuration": { "worker": worker } }),
        ));
        found.into_iter().map(|it| it.replace("compute_configuration.", "")).collect::<Vec<_>>()
    };
    assert_eq!(wrong(json!({ "type": "CR.16X" })), ["warning at worker.type"]);
    assert_eq!(wrong(json!({ "type": "large" })), ["error at worker.type"]);
    assert_eq!(wrong(json!({ "number": 1 })), ["error at worker.number"]);
    assert_eq!(wrong(json!({ "number": 401 })), ["error at worker.number"]);
    assert_eq!(wrong(json!({ "number": 400 })), Vec::<String>::new());
}

#[test]
fn what_is_wrong_with_a_parameter_does_not_show_it() {
    let long = "s".repeat(1001);
    let config = query(json!({ "parameters": { "a-b": "1", "long": long } }));
    let found = checked::<Ran<ProtectedQuery>>(&config);
    assert_eq!(found, ["error at parameters[\"a-b\"]", "error at parameters[\"long\"]"]);
}

#[test]
fn every_known_change_runs_another_query() {
    for (before, after, path) in [
        (json!({}), json!({ "sql": "SELECT 2" }), "sql"),
        (json!({}), json!({ "membership_id": OTHER }), "membership_id"),
        (json!({}), json!({ "parameters": { "since": "2026" } }), "parameters[\"since\"]"),
        (json!({}), json!({ "triggers": { "month": "1" } }), "triggers"),
        (
            json!({ "triggers": { "month": "1" } }),
            json!({ "triggers": { "month": "2" } }),
            "triggers[\"month\"]",
        ),
        (json!({ "triggers": { "month": "1" } }), json!({}), "triggers"),
        (
            json!({}),
            json!({ "query_compute_payer_account_id": "444455556666" }),
            "query_compute_payer_account_id",
        ),
    ] {
        assert_eq!(replaced(before, after), (vec![path.to_owned()], vec!["warning".to_owned()]));
    }
}

#[test]
fn what_is_not_known_never_runs_another_query() {
    for name in [
        "membership_id",
        "sql",
        "parameters",
        "triggers",
        "result_configuration",
        "compute_configuration",
        "query_compute_payer_account_id",
    ] {
        let (paths, warned) = replaced(json!({}), json!({ name: "unknown" }));
        assert_eq!(paths, Vec::<String>::new(), "{name}");
        assert_eq!(warned, [format!("warning at {name}")]);
    }
    let before = json!({ "triggers": { "month": "1" } });
    let (paths, warned) = replaced(before, json!({ "triggers": { "month": "unknown" } }));
    assert_eq!((paths, warned), (Vec::new(), vec!["warning at triggers[\"month\"]".to_owned()]));
}

#[test]
fn what_is_left_out_stays_as_it_was_started_with() {
    assert_eq!(replaced(json!({}), json!({})), (Vec::new(), Vec::new()));
    let whole = json!({ "parameters": { "since": "2025" }, "query_compute_payer_account_id": "111122223333" });
    assert_eq!(replaced(json!({}), whole), (Vec::new(), Vec::new()));
}

#[test]
fn a_refresh_keeps_what_the_query_was_started_with() {
    let prior = state(query(json!({})));
    // A service that tells nothing of the statement.
    let item = Item::builder()
        .id(OTHER)
        .membership_id(MEMBERSHIP)
        .membership_arn("arn:aws:cleanrooms:us-east-1:111122223333:membership/1")
        .create_time(aws_sdk_cleanrooms::primitives::DateTime::from_secs(0))
        .status("FAILED".into())
        .build()
        .expect("complete");
    let remote =
        crate::cleanrooms::object::Remote { region: "us-east-1".to_owned(), item, tags: None };
    let refreshed = Row::schema().refreshed(&prior, &remote);
    for name in ["sql", "parameters", "query_compute_payer_account_id"] {
        assert_eq!(refreshed.get(name), prior.get(name), "{name}");
    }
    assert_eq!(*refreshed.get("status"), Value::from("FAILED"));
}

#[test]
fn a_wait_that_begins_while_it_runs_decides_the_end() {
    let planned = |status: &str, waits: Json| {
        let prior = state(query(json!({ "status": status, "wait_for_completion": false })));
        let config = value::<Ran<ProtectedQuery>>(&query(json!({ "wait_for_completion": waits })));
        let planned = plan::<Ran<ProtectedQuery>>(&prior, &config).planned;
        let change = Change { prior: &prior, planned: &planned };
        (planned.get("status").is_unknown(), Ran::<ProtectedQuery>::acts(change))
    };
    assert_eq!(planned("STARTED", json!(true)), (true, true));
    assert_eq!(planned("STARTED", Json::Null), (true, true));
    assert_eq!(planned("STARTED", json!("unknown")), (true, false));
    assert_eq!(planned("STARTED", json!(false)), (false, false));
    assert_eq!(planned("SUCCESS", json!(true)), (false, false));
}
