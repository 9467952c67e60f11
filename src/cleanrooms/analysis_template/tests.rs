//! Claims about analysis templates that need no service.

use aws_sdk_cleanrooms::types::AnalysisSource;
use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, told, update_input, value};
use crate::framework::managed::PlanResponse;
use crate::wire::AttributePath;

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const ID: &str = "00000000-0000-4000-8000-000000000002";
const TEXT: &str = "SELECT count(*) FROM orders WHERE day > :since";

fn merge(object: &mut Json, over: Json) {
    let (Json::Object(object), Json::Object(over)) = (object, over) else { unreachable!() };
    object.extend(over);
}

/// A query as configured, with these attributes over it.
fn query(over: Json) -> Json {
    let mut config = json!({
        "membership_id": MEMBERSHIP, "name": "Reach", "format": "SQL", "source": { "text": TEXT },
        "analysis_parameters": { "since": { "type": "DATE" } },
    });
    merge(&mut config, over);
    config
}

/// A program as configured, with these attributes over it.
fn program(over: Json) -> Json {
    let location = |key: &str| json!({ "location": { "bucket": "programs", "key": key } });
    let artifacts = json!({
        "entry_point": location("main.py"), "additional_artifacts": [location("venv.tar.gz")],
        "role_arn": "arn:aws:iam::111122223333:role/programs",
    });
    let mut config = json!({
        "membership_id": MEMBERSHIP, "name": "Model", "format": "PYSPARK_1_0",
        "source": { "artifacts": artifacts }, "schema": { "referenced_tables": ["orders"] },
    });
    merge(&mut config, over);
    config
}

/// The state of a query, with these attributes over it.
fn state(over: Json) -> Json {
    let mut state = query(json!({
        "description": "", "tags_all": {}, "region": "us-east-1", "id": ID, "arn": "arn:x",
        "create_time": "then", "update_time": "then", "schema": { "referenced_tables": ["orders"] },
        "validations": [], "membership_arn": "arn", "collaboration_id": ID,
        "collaboration_arn": "arn",
    }));
    merge(&mut state, over);
    state
}

fn planned(config: Json) -> PlanResponse {
    type Kind = AnalysisTemplate;
    plan::<Kind>(&value::<Kind>(&state(json!({}))), &value::<Kind>(&config))
}

fn wrong(config: &Json) -> Vec<String> {
    checked::<AnalysisTemplate>(config)
}

#[test]
fn the_create_call_carries_what_is_configured() {
    let sent = create_input::<AnalysisTemplate>(&query(json!({})));
    assert_eq!(sent.get_source(), &Some(AnalysisSource::Text(TEXT.to_owned())));
    let parameter = AnalysisParameter::builder().name("since").r#type(ParameterType::Date).build();
    assert_eq!(sent.get_analysis_parameters(), &Some(vec![parameter.expect("complete")]));
    assert_eq!(sent.get_schema(), &None);
    let sent = create_input::<AnalysisTemplate>(&program(json!({})));
    let Some(AnalysisSource::Artifacts(artifacts)) = sent.get_source() else {
        panic!("no artifacts: {sent:?}")
    };
    let location = |artifact: &aws_sdk_cleanrooms::types::AnalysisTemplateArtifact| {
        artifact.location.as_ref().map(|it| format!("{}/{}", it.bucket, it.key))
    };
    let entry_point = artifacts.entry_point.as_ref().and_then(location);
    assert_eq!(entry_point.as_deref(), Some("programs/main.py"));
    let additional: Vec<_> = artifacts.additional_artifacts().iter().filter_map(location).collect();
    assert_eq!(additional, ["programs/venv.tar.gz"]);
}

#[test]
fn the_description_alone_is_updated() {
    let update = |over| update_input::<AnalysisTemplate>(&state(json!({})), &state(over));
    let described = update(json!({ "description": "How many" })).expect("an update");
    assert_eq!(described.get_description().as_deref(), Some("How many"));
    assert!(update(json!({ "tags_all": { "a": "b" } })).is_none());
}

#[test]
fn another_template_has_another_arn_and_the_plan_says_so() {
    for (over, path) in [
        (json!({ "name": "Other" }), "name"),
        (json!({ "source": { "text": "SELECT 1, :since" } }), "source.text"),
        (
            json!({ "analysis_parameters": { "since": { "type": "TIMESTAMP" } } }),
            "analysis_parameters[\"since\"].type",
        ),
    ] {
        let plan = planned(query(over));
        let paths: Vec<_> = plan.requires_replace.iter().map(AttributePath::to_string).collect();
        assert_eq!(paths, [path]);
        assert_eq!(told(&plan.diagnostics), ["warning"]);
    }
    let renamed = planned(query(json!({ "schema": { "referenced_tables": ["returns"] } })));
    assert_eq!(renamed.requires_replace, [], "the text of SQL says which tables it reads");
    let described = planned(query(json!({ "description": "How many" })));
    assert_eq!(described.requires_replace, []);
    assert_eq!(told(&described.diagnostics).len(), 0);
}

#[test]
fn white_space_that_means_nothing_is_no_change() {
    let prior = value::<AnalysisTemplate>(&state(json!({})));
    for text in [format!("{TEXT}\n"), format!("{TEXT}  \r\n\n")] {
        assert_eq!(planned(query(json!({ "source": { "text": text } }))).planned, prior);
    }
    let source = |text: &str| Value::object([("text", text.into())]);
    assert!(source::is_same(&source("SELECT 1\nFROM a"), &source("SELECT 1\r\nFROM a\r\n")));
    assert!(!source::is_same(&source("SELECT 1"), &source(" SELECT 1")));
}

#[test]
fn no_default_and_an_empty_one_are_the_same() {
    let parameters = json!({ "since": { "type": "DATE", "default_value": "" } });
    let plan = planned(query(json!({ "analysis_parameters": parameters })));
    assert_eq!(plan.requires_replace, []);
    let parameters = json!({ "since": { "type": "DATE", "default_value": "2026-01-01" } });
    let plan = planned(query(json!({ "analysis_parameters": parameters })));
    assert_eq!(plan.requires_replace.len(), 1);
}

#[test]
fn a_format_has_the_source_that_is_its_own() {
    assert_eq!(wrong(&query(json!({}))), Vec::<String>::new());
    assert_eq!(wrong(&program(json!({}))), Vec::<String>::new());
    let sql = program(json!({ "format": "SQL", "schema": null }));
    assert_eq!(wrong(&sql), ["error at source.artifacts"]);
    let py_spark = query(json!({ "format": "PYSPARK_2_0", "analysis_parameters": {} }));
    assert_eq!(wrong(&py_spark), ["error at source.text"]);
    assert_eq!(wrong(&query(json!({ "source": {} }))), ["error at source"]);
    let detailed = json!({ "error_message_configuration": { "type": "DETAILED" } });
    assert_eq!(wrong(&query(detailed.clone())), ["error at error_message_configuration"]);
    assert_eq!(wrong(&program(detailed)), Vec::<String>::new());
    let tables = query(json!({ "schema": { "referenced_tables": ["orders"] } }));
    assert_eq!(wrong(&tables), ["warning at schema.referenced_tables"]);
}

#[test]
fn parameters_are_those_that_the_source_can_have() {
    let given = |config: fn(Json) -> Json, parameters: Json| {
        wrong(&config(json!({ "analysis_parameters": parameters })))
    };
    let date = json!({ "type": "DATE" });
    assert_eq!(
        given(program, json!({ "1st": { "type": "STRING" }, "since": date })),
        ["error at analysis_parameters[\"1st\"]", "error at analysis_parameters[\"since\"].type",]
    );
    // `:since` is in the text, and `:sinc` is only the beginning of it.
    assert_eq!(
        given(query, json!({ "since": date, "sinc": date })),
        ["warning at analysis_parameters[\"sinc\"]"]
    );
    assert_eq!(given(query, json!({ "a-b": date })).len(), 2);
    // A cast is no parameter, and a parameter may be cast.
    let cast = |text: &str| {
        let parameters = json!({ "day": date });
        wrong(&query(json!({ "source": { "text": text }, "analysis_parameters": parameters })))
    };
    let unused = ["warning at analysis_parameters[\"day\"]"];
    assert_eq!(cast("SELECT seen_at::day FROM orders"), unused);
    assert_eq!(cast("SELECT seen_at::day FROM orders WHERE day > :day::day"), Vec::<String>::new());
    let many: serde_json::Map<_, _> =
        (0..51).map(|n| (format!("p{n}"), json!({ "type": "STRING" }))).collect();
    assert_eq!(given(program, many.into()), ["error at analysis_parameters"]);
}

#[test]
fn synthetic_data_is_made_by_sql_of_enough_columns() {
    let data = |count: usize, predicted: usize, epsilon: f64| {
        let column = |n: usize| {
            let is_predictive_value = n < predicted;
            (
                format!("c{n}"),
                json!({ "column_type": "NUMERICAL", "is_predictive_value": is_predictive_value }),
            )
        };
        let columns: serde_json::Map<_, _> = (0..count).map(column).collect();
        json!({ "synthetic_data_parameters": { "ml_synthetic_data_parameters": {
            "epsilon": epsilon, "max_membership_inference_attack_score": 0.75,
            "column_classification": { "column_mapping": columns },
        } } })
    };
    assert_eq!(wrong(&query(data(5, 1, 0.1))), Vec::<String>::new());
    assert_eq!(wrong(&program(data(5, 1, 0.1))), ["error at synthetic_data_parameters"]);
    let mapping = "synthetic_data_parameters.ml_synthetic_data_parameters.column_classification.column_mapping";
    assert_eq!(wrong(&query(data(4, 1, 0.1))), [format!("error at {mapping}")]);
    assert_eq!(wrong(&query(data(5, 2, 0.1))), [format!("warning at {mapping}")]);
    assert_eq!(wrong(&query(data(5, 1, 0.00001))).len(), 1);
    let sent = create_input::<AnalysisTemplate>(&query(data(5, 1, 0.1)));
    let Some(SyntheticDataParameters::MlSyntheticDataParameters(sent)) =
        sent.get_synthetic_data_parameters()
    else {
        panic!("nothing sent: {sent:?}")
    };
    assert_eq!((sent.epsilon, sent.max_membership_inference_attack_score), (0.1, 0.75));
}

#[test]
fn unknown_values_are_not_judged() {
    let unknown = query(json!({ "format": "unknown", "source": "unknown" }));
    assert_eq!(wrong(&unknown), Vec::<String>::new());
    let text = query(json!({ "source": { "text": "unknown" }, "analysis_parameters": "unknown" }));
    assert_eq!(wrong(&text), Vec::<String>::new());
}
