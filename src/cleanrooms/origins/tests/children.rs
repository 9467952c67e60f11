//! What a membership holds: templates, budgets, tables of ids and of queries.

use super::*;

/// What all objects of awscc have that hang on the membership of its scenario.
fn of_membership(word: &str, id: &str, over: Json) -> Json {
    let arn = |rest: &str| format!("arn:aws:cleanrooms:us-east-1:111122223333:{rest}");
    let mut expected = new_json!({
        "arn": arn(&format!("membership/{MEMBERSHIP}/{word}/{id}")),
        "collaboration_arn": arn(&format!("collaboration/{COLLABORATION}")),
        "collaboration_id": COLLABORATION,
        "id": id,
        "membership_arn": arn(&format!("membership/{MEMBERSHIP}")),
        "membership_id": MEMBERSHIP,
        "region": "us-east-1",
    });
    let (Json::Object(expected), Json::Object(over)) = (&mut expected, over) else {
        unreachable!()
    };
    expected.extend(over);
    Json::Object(expected.clone())
}

#[test]
fn templates_of_awscc_come_over_with_parameters_and_columns_by_name() {
    let name = "awscc_cleanrooms_analysis_template";
    let column = |kind: &str, is_predictive_value: bool| new_json!({"column_type": kind, "is_predictive_value": is_predictive_value});
    let state = state::<AnalysisTemplate>(name, &stored(name));
    let synthetic = state.get("synthetic_data_parameters").get("ml_synthetic_data_parameters");
    assert_eq!(synthetic.get("epsilon").as_number(), Some(&"0.5".parse().expect("a number")));
    let columns = new_json!({
        "age": column("NUMERICAL", false), "city": column("CATEGORICAL", false),
        "gender": column("CATEGORICAL", false), "segment": column("CATEGORICAL", false),
        "spent": column("NUMERICAL", true),
    });
    let expected = of_membership(
        "analysistemplate",
        "a7e3b1a0-0000-4000-8000-00000000000a",
        new_json!({
            "analysis_parameters": {"since": {"type": "DATE", "default_value": "2026-01-01"}},
            "description": "How many orders",
            "format": "SQL",
            "name": "Reach",
            "schema": {"referenced_tables": ["orders"]},
            "source": {"text": "SELECT count(*) FROM orders WHERE day > :since"},
            "synthetic_data_parameters": {"ml_synthetic_data_parameters": {
                // A number is not shown here.
                "epsilon": null, "max_membership_inference_attack_score": null,
                "column_classification": {"column_mapping": columns},
            }},
            "tags": {"team": "media"},
            "tags_all": {"team": "media"},
        }),
    );
    assert_eq!(known(&state), expected);
    let location = |key: &str| new_json!({"location": {"bucket": "programs", "key": key}});
    let expected = of_membership(
        "analysistemplate",
        "a7e3b1a0-0000-4000-8000-00000000000b",
        new_json!({
            "analysis_parameters": {},
            "error_message_configuration": {"type": "DETAILED"},
            "format": "PYSPARK_1_0",
            "name": "Model",
            "schema": {"referenced_tables": ["orders"]},
            "source": {"artifacts": {
                "additional_artifacts": [location("venv.tar.gz")],
                "entry_point": location("main.py"),
                "role_arn": "arn:aws:iam::111122223333:role/programs",
            }},
            "tags_all": {},
        }),
    );
    assert_eq!(known(&self::state::<AnalysisTemplate>(name, &stored_nth(name, 1))), expected);
}

#[test]
fn budgets_of_awscc_come_over_as_the_kind_that_they_are() {
    let name = "awscc_cleanrooms_privacy_budget_template";
    let parameters =
        |stored: &Json| state::<PrivacyBudgetTemplate>(name, stored).get("parameters").clone();
    let private = parameters(&stored(name));
    let epsilon = private.get("differential_privacy").get("epsilon").as_number().cloned();
    assert_eq!(epsilon, Some(3.into()));
    assert_eq!(private.get("access_budget"), &Value::Null);
    // The list of the other kind may be there, and empty.
    let empty = new_json!({"parameters": {"budget_parameters": [], "epsilon": 3, "users_noise_per_query": 20}});
    assert_eq!(parameters(&stored_with(name, empty)), private);
    let stored = stored_nth(name, 1);
    let expected = of_membership(
        "privacybudgettemplate",
        "b0d6e700-0000-4000-8000-00000000000d",
        new_json!({
            "auto_refresh": "NONE",
            "parameters": {"access_budget": {
                "budget_parameters": {
                    // A number is not shown here.
                    "CALENDAR_MONTH": {"auto_refresh": "ENABLED", "budget": null},
                    "LIFETIME": {"budget": null},
                },
                "resource_arn": stored["parameters"]["resource_arn"],
            }},
            "privacy_budget_type": "ACCESS_BUDGET",
            "tags_all": {},
        }),
    );
    let state = state::<PrivacyBudgetTemplate>(name, &stored);
    assert_eq!(known(&state), expected);
    let periods = state.get("parameters").get("access_budget").get("budget_parameters");
    assert_eq!(periods.get("LIFETIME").get("budget").as_number(), Some(&1000.into()));
    // Either form of the ARN names the template.
    let arn = format!(
        "arn:aws:cleanrooms:us-east-1:111122223333:privacybudgettemplate/{}",
        stored["privacy_budget_template_identifier"].as_str().expect("an id")
    );
    let mut stored = stored;
    stored["arn"] = arn.into();
    assert!(moved::<PrivacyBudgetTemplate>(name, &stored).is_ok());
}

#[test]
fn mapping_tables_of_awscc_come_over_with_their_namespaces_by_type() {
    let name = "awscc_cleanrooms_id_mapping_table";
    let namespace = |last: &str| {
        let id = format!("1d0a5e00-0000-4000-8000-00000000000{last}");
        new_json!({"id_namespace_association_id": id})
    };
    let expected = of_membership(
        "idmappingtable",
        "1d3a9900-0000-4000-8000-000000000010",
        new_json!({
            "description": "Who is who",
            "input_reference_config": {
                "input_reference_arn": "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/customers",
                "manage_resource_policies": true,
            },
            "input_reference_properties": {"id_mapping_table_input_source": {
                "SOURCE": namespace("e"), "TARGET": namespace("f"),
            }},
            "kms_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1234",
            "name": "customers_to_subscribers",
            "tags": {"team": "media"},
            "tags_all": {"team": "media"},
        }),
    );
    assert_eq!(known(&state::<IdMappingTable>(name, &stored(name))), expected);
}

#[test]
fn intermediate_tables_of_awscc_come_over_without_their_rule() {
    let name = "awscc_cleanrooms_intermediate_table";
    let query = "SELECT email, SUM(amount) AS amount FROM orders GROUP BY email";
    let expected = of_membership(
        "intermediatetable",
        "1a7e6a00-0000-4000-8000-000000000011",
        new_json!({
            "description": "Who bought",
            "kms_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1234",
            "name": "buyers",
            "population_analysis_configuration": {"sql_parameters": {"query_string": query}},
            "status": "CREATED",
            "tags": {"team": "media"},
            "tags_all": {"team": "media"},
        }),
    );
    assert_eq!(known(&state::<IntermediateTable>(name, &stored(name))), expected);
}
