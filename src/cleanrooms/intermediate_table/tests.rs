//! Claims about intermediate tables that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, client, create_input, plan, told, update_input, value};
use crate::framework::managed::{Managed, PlanRequest, PlanResponse};

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const ID: &str = "00000000-0000-4000-8000-000000000002";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000003";
const TEMPLATE: &str = "arn:aws:cleanrooms:us-east-1:111122223333:membership/00000000-0000-4000-8000-000000000001/analysistemplate/00000000-0000-4000-8000-000000000004";
const TEXT: &str = "SELECT segment, email FROM orders";

fn merge(object: &mut Json, over: Json) {
    let (Json::Object(object), Json::Object(over)) = (object, over) else { unreachable!() };
    object.extend(over);
}

fn sql(text: &str) -> Json {
    json!({ "sql_parameters": { "query_string": text } })
}

/// A table as configured, with these attributes over it.
fn config(over: Json) -> Json {
    let mut config = json!({
        "membership_id": MEMBERSHIP, "name": "Reached",
        "population_analysis_configuration": sql(TEXT),
    });
    merge(&mut config, over);
    config
}

/// The state of one with data, with these attributes over it.
fn state(over: Json) -> Json {
    let mut state = config(json!({
        "description": "", "tags_all": {}, "region": "us-east-1", "id": ID, "arn": "arn:x",
        "create_time": "then", "update_time": "then", "retention_in_days": 30,
        "columns": { "email": { "type": "string" }, "segment": { "type": "string" } },
        "status": "POPULATE_SUCCESS", "table_dependencies": [], "analysis_rule_types": [],
        "child_resources": [], "membership_arn": "arn", "collaboration_id": ID,
        "collaboration_arn": "arn",
    }));
    merge(&mut state, over);
    state
}

fn planned(prior: Json, config: Json) -> PlanResponse {
    type Kind = IntermediateTable;
    plan::<Kind>(&value::<Kind>(&prior), &value::<Kind>(&config))
}

fn wrong(over: Json) -> Vec<String> {
    checked::<IntermediateTable>(&config(over))
}

#[test]
fn the_create_call_carries_what_is_configured() {
    let config = config(json!({
        "description": "Who was reached", "kms_key_arn": KEY, "retention_in_days": 7,
        "populate": { "parameters": { "since": "2026-01-01" } },
    }));
    let expected = Create::default()
        .membership_identifier(MEMBERSHIP)
        .name("Reached")
        .description("Who was reached")
        .population_analysis_configuration(Population::SqlParameters(
            Sql::builder().query_string(TEXT).build(),
        ))
        .kms_key_arn(KEY)
        .retention_in_days(7);
    let sent = create_input::<IntermediateTable>(&config);
    assert_eq!(format!("{sent:?}"), format!("{expected:?}"));
}

#[test]
fn the_update_call_carries_what_has_changed_and_no_types_before_a_population() {
    let typed = json!({ "email": { "type": "varchar(100)" } });
    let changed = state(json!({ "description": "Others", "columns": typed }));
    let sent = update_input::<IntermediateTable>(&state(json!({})), &changed).expect("a call");
    let column = IntermediateTableColumn::builder().name("email").r#type("varchar(100)").build();
    let expected = Update::default().description("Others").columns(column.expect("whole"));
    assert_eq!(sent, expected);

    let populated = state(json!({ "columns": typed, "populate": {} }));
    let sent = update_input::<IntermediateTable>(&state(json!({})), &populated);
    assert_eq!(sent, None, "the population makes the columns first");
    let both = state(json!({ "kms_key_arn": KEY, "columns": typed, "populate": {} }));
    let sent = update_input::<IntermediateTable>(&state(json!({})), &both);
    assert_eq!(sent, Some(Update::default().kms_key_arn(KEY)));
}

#[test]
fn some_columns_are_as_good_as_all_where_they_have_their_types() {
    let some = |of: &str| json!({ "columns": { "email": { "type": of } } });
    let same = planned(state(json!({})), config(some("string")));
    assert_eq!(same.planned, value::<IntermediateTable>(&state(json!({}))));
    let another = planned(state(json!({})), config(some("varchar(100)")));
    let wanted = value::<IntermediateTable>(&config(some("varchar(100)")));
    assert_eq!(another.planned.get(COLUMNS), wanted.get(COLUMNS));
    assert!(another.requires_replace.is_empty());
}

#[test]
fn another_query_is_another_table_and_white_space_at_its_end_is_not() {
    let of = |text: &str| config(json!({ "population_analysis_configuration": sql(text) }));
    let same = planned(state(json!({})), of(&format!("{TEXT}\n")));
    assert_eq!(same.planned, value::<IntermediateTable>(&state(json!({}))));
    for other in [of("SELECT email FROM orders"), config(json!({ "name": "Others" }))] {
        assert_eq!(planned(state(json!({})), other).requires_replace.len(), 1);
    }
    let template = json!({ "sql_parameters": { "analysis_template_arn": TEMPLATE } });
    let template = config(json!({ "population_analysis_configuration": template }));
    assert!(!planned(state(json!({})), template).requires_replace.is_empty());
    let in_upper_case = planned(state(json!({})), config(json!({ "name": "REACHED" })));
    assert_eq!(in_upper_case.planned, value::<IntermediateTable>(&state(json!({}))));
}

#[test]
fn a_population_is_planned_when_it_is_asked_for_and_changes_what_it_decides() {
    let asks =
        |over: Json, populate: Json| planned(state(over), config(json!({ "populate": populate })));
    let january = json!({ "triggers": { "month": "2026-01" } });
    for plan in [
        asks(json!({}), json!({})),
        asks(json!({ "populate": january }), json!({ "triggers": { "month": "2026-02" } })),
    ] {
        assert!(plan.planned.get("status").is_unknown() && plan.planned.get(COLUMNS).is_unknown());
        assert!(plan.planned.get("id").is_known() && plan.requires_replace.is_empty());
        assert_eq!(told(&plan.diagnostics), ["warning at populate"]);
    }
    let unchanged = asks(json!({ "populate": january }), january.clone());
    assert!(unchanged.planned.is_wholly_known() && unchanged.diagnostics.is_empty());
    let removed = planned(state(json!({ "populate": january })), config(json!({})));
    assert!(removed.planned.is_wholly_known() && removed.planned.get(POPULATE).is_null());
}

#[test]
fn a_replacement_says_that_the_new_table_is_populated_and_paid_for() {
    let january = json!({ "triggers": { "month": "2026-01" } });
    let fewer_days = |over: Json| {
        let mut config = config(over);
        config["retention_in_days"] = json!(7);
        config
    };
    let with =
        planned(state(json!({ "populate": january })), fewer_days(json!({ "populate": january })));
    assert!(!with.requires_replace.is_empty());
    assert_eq!(told(&with.diagnostics), ["warning at populate"]);
    let without = planned(state(json!({ "populate": january })), fewer_days(json!({})));
    assert_eq!(told(&without.diagnostics), Vec::<String>::new());
}

#[test]
fn what_is_not_known_may_populate_and_is_said_to() {
    type Kind = IntermediateTable;
    let mut wanted = value::<Kind>(&config(json!({ "populate": {} })));
    let (Value::Object(attributes), unknown) = (&mut wanted, ("triggers", Value::Unknown)) else {
        unreachable!()
    };
    let mut populate = attributes[POPULATE].as_object().cloned().expect("an object");
    populate.insert(unknown.0.to_owned(), unknown.1);
    attributes.insert(POPULATE.to_owned(), Value::Object(populate));
    let before = state(json!({ "populate": { "triggers": { "month": "2026-01" } } }));
    let plan = plan::<Kind>(&value::<Kind>(&before), &wanted);
    let said = plan.diagnostics.iter().map(|it| it.summary.clone()).collect::<Vec<_>>();
    assert_eq!(said, ["The intermediate table may be populated"]);
    assert!(plan.planned.get("status").is_unknown());
}

#[test]
fn the_first_arguments_after_an_import_populate_nothing() {
    type Kind = IntermediateTable;
    let after_import = |over: Json| {
        let mut private = Private::default();
        private.set(taken_in::TAKEN_IN, true);
        let config = value::<Kind>(&config(json!({ "populate": {} })));
        let prior = value::<Kind>(&state(over));
        let request = PlanRequest { prior, config, private, ..PlanRequest::default() };
        Managed::<Of<Kind>>::shared().plan(Some(&client()), request)
    };
    let with_data = after_import(json!({}));
    assert!(with_data.planned.is_wholly_known() && with_data.diagnostics.is_empty());
    let without = after_import(json!({ "status": "CREATED", "columns": null }));
    assert!(without.planned.is_wholly_known());
    assert_eq!(told(&without.diagnostics), ["warning at populate"]);
    let later = after_import(json!({ "populate": { "triggers": { "month": "2026-01" } } }));
    assert!(later.planned.get("status").is_unknown());
}

#[test]
fn a_key_that_is_left_out_later_stays_and_is_told() {
    type Kind = IntermediateTable;
    let private = |configured: bool| {
        let mut private = Private::default();
        if configured {
            private.set(lasting::CONFIGURED, [KMS_KEY]);
        }
        private
    };
    let with_key = value::<Kind>(&state(json!({ "kms_key_arn": KEY })));
    let without = |private| PlanRequest {
        prior: with_key.clone(),
        config: value::<Kind>(&config(json!({}))),
        private,
        ..PlanRequest::default()
    };
    let managed = Managed::<Of<Kind>>::shared();
    let plan = managed.plan(Some(&client()), without(private(true)));
    assert_eq!(plan.planned, with_key);
    assert_eq!(told(&plan.diagnostics), ["warning at kms_key_arn"]);
    assert!(plan.private.get(lasting::CONFIGURED).is_none(), "it is told once");
    let plan = managed.plan(Some(&client()), without(private(false)));
    assert_eq!(told(&plan.diagnostics), Vec::<String>::new());
}

#[test]
fn columns_of_a_new_table_need_a_population() {
    let columns = json!({ "email": { "type": "string" } });
    let without = planned(Json::Null, config(json!({ "columns": columns })));
    assert_eq!(told(&without.diagnostics), ["warning at columns"]);
    let with = planned(Json::Null, config(json!({ "columns": columns, "populate": {} })));
    assert_eq!(told(&with.diagnostics), Vec::<String>::new());
}

#[test]
fn mistakes_are_told_where_they_are() {
    let of =
        |value: Json| json!({ "population_analysis_configuration": { "sql_parameters": value } });
    assert_eq!(wrong(json!({})), Vec::<String>::new());
    let path = "error at population_analysis_configuration.sql_parameters";
    assert_eq!(wrong(of(json!({}))), [path]);
    let both = json!({ "query_string": TEXT, "analysis_template_arn": TEMPLATE });
    assert_eq!(wrong(of(both)), [path]);
    assert_eq!(wrong(of(json!({ "query_string": " " }))), [format!("{path}.query_string")]);
    let arn = json!({ "analysis_template_arn": "arn:aws:x" });
    assert_eq!(wrong(of(arn)), [format!("{path}.analysis_template_arn")]);
    assert_eq!(wrong(json!({ "retention_in_days": 366 })), ["error at retention_in_days"]);
    assert_eq!(wrong(json!({ "retention_in_days": 0 })), ["error at retention_in_days"]);
    let alias = "arn:aws:kms:us-east-1:111122223333:alias/results";
    assert_eq!(wrong(json!({ "kms_key_arn": alias })), ["error at kms_key_arn"]);
    assert_eq!(wrong(json!({ "kms_key_arn": KEY })), Vec::<String>::new());
    let upper = json!({ "columns": { "Email": { "type": "string" } } });
    assert_eq!(wrong(upper), ["error at columns[\"Email\"]"]);
    let untyped = json!({ "columns": { "email": { "type": "" } } });
    assert_eq!(wrong(untyped), ["error at columns[\"email\"].type"]);
    let payer = json!({ "populate": { "analysis_payer_account_id": "1" } });
    assert_eq!(wrong(payer), ["error at populate.analysis_payer_account_id"]);
    let workers = json!({ "query_compute_configuration": { "type": "huge", "number": 1 } });
    let path = "error at populate.compute_configuration.query_compute_configuration";
    let wrongs = wrong(json!({ "populate": { "compute_configuration": workers } }));
    assert_eq!(wrongs, [format!("{path}.type"), format!("{path}.number")]);
    let named = json!({ "populate": { "parameters": { "a-b": "c" } } });
    assert_eq!(wrong(named), ["error at populate.parameters[\"a-b\"]"]);
}

#[test]
fn whatever_is_built_on_a_table_loses_its_data_with_it() {
    let child = json!({
        "resource_id": ID, "resource_name": "totals", "resource_type": "INTERMEDIATE_TABLE",
        "resource_status": "POPULATE_SUCCESS", "owner_account_id": "111122223333",
    });
    let prior = state(json!({ "child_resources": [child] }));
    let plan = planned(prior, config(json!({ "retention_in_days": 7 })));
    assert!(plan.diagnostics.iter().any(|it| it.detail.contains("totals")));
}

#[test]
fn the_text_of_a_template_is_not_told_beside_it() {
    let both = Sql::builder().query_string(TEXT).analysis_template_arn(TEMPLATE).build();
    let told = population().encode(&Population::SqlParameters(both));
    let sql = told.get("sql_parameters");
    assert_eq!(sql.get("analysis_template_arn").as_str(), Some(TEMPLATE));
    assert!(sql.get("query_string").is_null());
}
