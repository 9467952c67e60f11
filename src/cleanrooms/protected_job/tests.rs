//! Claims about protected jobs that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, value};
use crate::wire::Value;

const TEMPLATE: &str = "arn:aws:cleanrooms:us-east-1:111122223333:membership/\
                        00000000-0000-4000-8000-000000000001/analysistemplate/\
                        00000000-0000-4000-8000-000000000003";

fn job(over: Json) -> Json {
    let mut config = json!({
        "membership_id": "00000000-0000-4000-8000-000000000001",
        "analysis_template_arn": TEMPLATE,
        "compute_configuration": { "worker": { "type": "CR.1X", "number": 4 } },
    });
    let (Json::Object(map), Json::Object(over)) = (&mut config, over) else { unreachable!() };
    map.extend(over);
    config
}

#[test]
fn a_job_is_sent_as_it_is_configured() {
    let config = job(json!({
        "parameters": { "since": "2026" },
        "result_configuration": { "output_configuration": { "member": { "account_id": "444455556666" } } },
    }));
    assert_eq!(checked::<Ran<ProtectedJob>>(&config), Vec::<String>::new());
    let input = create_input::<Ran<ProtectedJob>>(&config);
    let parameters =
        Parameters::builder().analysis_template_arn(TEMPLATE).parameters("since", "2026");
    assert_eq!(input.get_job_parameters(), &Some(parameters.build().expect("complete")));
    let output =
        input.get_result_configuration().as_ref().and_then(|it| it.output_configuration.clone());
    let Some(OutputInput::Member(member)) = output else { panic!("{output:?}") };
    assert_eq!(member.account_id, "444455556666");
    let compute = input.get_compute_configuration().as_ref().and_then(|it| it.as_worker().ok());
    assert_eq!(compute.map(|worker| worker.number), Some(4));
}

#[test]
fn a_job_without_parameters_is_sent_without() {
    let input = create_input::<Ran<ProtectedJob>>(&job(json!({ "parameters": {} })));
    let parameters = Parameters::builder().analysis_template_arn(TEMPLATE);
    assert_eq!(input.get_job_parameters(), &Some(parameters.build().expect("complete")));
}

#[test]
fn parameters_that_are_write_only_are_planned_as_nothing() {
    let config = |over: Json| value::<Ran<ProtectedJob>>(&job(over));
    let given = json!({ "parameters_wo": { "since": "2026" } });
    assert_eq!(checked::<Ran<ProtectedJob>>(&job(given.clone())), Vec::<String>::new());
    let planned = plan::<Ran<ProtectedJob>>(&Value::Null, &config(given)).planned;
    assert_eq!(
        (planned.get("parameters"), planned.get("parameters_wo")),
        (&Value::Null, &Value::Null)
    );
    let both = json!({ "parameters": { "since": "2026" }, "parameters_wo": { "since": "2026" } });
    assert_eq!(checked::<Ran<ProtectedJob>>(&job(both)), ["error at parameters_wo"]);
}

#[test]
fn workers_are_of_a_size_and_a_number() {
    let wrong = |worker| {
        let found = checked::<Ran<ProtectedJob>>(&job(
            json!({ "compute_configuration": { "worker": worker } }),
        ));
        found.into_iter().map(|it| it.replace("compute_configuration.", "")).collect::<Vec<_>>()
    };
    assert_eq!(wrong(json!({ "type": "CR.8X", "number": 4 })), ["warning at worker.type"]);
    assert_eq!(wrong(json!({ "type": "CR.1X", "number": 3 })), ["error at worker.number"]);
    assert_eq!(wrong(json!({ "type": "CR.1X", "number": 129 })), ["error at worker.number"]);
    assert_eq!(wrong(json!({ "type": "CR.1X" })), ["error at worker.number"]);
}
