//! Claims about privacy budget templates that need no service.

use aws_sdk_cleanrooms::types::PrivacyBudgetTemplateUpdateParameters as UpdateParameters;
use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, told, update_input, value};
use crate::framework::managed::PlanResponse;
use crate::wire::AttributePath;

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const ID: &str = "00000000-0000-4000-8000-000000000002";
const TABLE: &str =
    "arn:aws:cleanrooms:us-east-1:111122223333:membership/m-1/configuredtableassociation/a-1";

fn private(epsilon: i64, noise: i64) -> Json {
    json!({
        "membership_id": MEMBERSHIP, "privacy_budget_type": "DIFFERENTIAL_PRIVACY",
        "parameters": {
            "differential_privacy": { "epsilon": epsilon, "users_noise_per_query": noise },
        },
    })
}

fn access(periods: Json) -> Json {
    json!({
        "membership_id": MEMBERSHIP, "privacy_budget_type": "ACCESS_BUDGET",
        "parameters": { "access_budget": { "resource_arn": TABLE, "budget_parameters": periods } },
    })
}

/// The state of what is configured so.
fn state(mut config: Json) -> Json {
    let common = json!({
        "auto_refresh": "NONE", "tags_all": {}, "region": "us-east-1", "id": ID, "arn": "arn",
        "create_time": "then", "update_time": "then", "membership_arn": "arn",
        "collaboration_id": ID, "collaboration_arn": "arn",
    });
    let (Json::Object(known), Json::Object(common)) = (&mut config, common) else { unreachable!() };
    known.extend(common);
    config
}

fn planned(prior: Json, config: Json) -> PlanResponse {
    type Kind = PrivacyBudgetTemplate;
    plan::<Kind>(&value::<Kind>(&prior), &value::<Kind>(&config))
}

fn month(budget: i64) -> Json {
    json!({ "CALENDAR_MONTH": { "budget": budget, "auto_refresh": "ENABLED" } })
}

#[test]
fn the_create_call_carries_what_is_configured() {
    let sent = create_input::<PrivacyBudgetTemplate>(&private(3, 20));
    assert_eq!(sent.get_privacy_budget_type(), &Some(PrivacyBudgetType::DifferentialPrivacy));
    let parameters =
        sent.get_parameters().as_ref().and_then(|it| it.as_differential_privacy().ok());
    let parameters = parameters.expect("differential privacy");
    assert_eq!((parameters.epsilon, parameters.users_noise_per_query), (3, 20));
    let sent =
        create_input::<PrivacyBudgetTemplate>(&access(json!({ "LIFETIME": { "budget": 7 } })));
    let parameters = sent.get_parameters().as_ref().and_then(|it| it.as_access_budget().ok());
    let parameters = parameters.expect("an access budget");
    assert_eq!(parameters.resource_arn, TABLE);
    let sent: Vec<_> =
        parameters.budget_parameters.iter().map(|it| (it.r#type.as_str(), it.budget)).collect();
    assert_eq!(sent, [("LIFETIME", 7)]);
}

#[test]
fn an_update_sends_the_numbers_that_change() {
    let update =
        |shall| update_input::<PrivacyBudgetTemplate>(&state(private(3, 20)), &state(shall));
    let numbers = |shall| {
        let sent = update(shall).expect("an update");
        assert_eq!(sent.get_privacy_budget_type(), &Some(PrivacyBudgetType::DifferentialPrivacy));
        match sent.get_parameters() {
            Some(UpdateParameters::DifferentialPrivacy(it)) => {
                (it.epsilon, it.users_noise_per_query)
            }
            other => panic!("sent {other:?}"),
        }
    };
    assert_eq!(numbers(private(4, 20)), (Some(4), None));
    assert_eq!(numbers(private(3, 30)), (None, Some(30)));
    assert_eq!(numbers(private(4, 30)), (Some(4), Some(30)));
    assert!(update(private(3, 20)).is_none());
}

#[test]
fn an_update_sends_all_periods() {
    let mut shall = month(5);
    shall["LIFETIME"] = json!({ "budget": 9 });
    let sent =
        update_input::<PrivacyBudgetTemplate>(&state(access(month(5))), &state(access(shall)));
    let sent = sent.expect("an update");
    let Some(UpdateParameters::AccessBudget(sent)) = sent.get_parameters() else {
        panic!("sent {sent:?}")
    };
    let sent: Vec<_> =
        sent.budget_parameters.iter().map(|it| (it.r#type.as_str(), it.budget)).collect();
    assert_eq!(sent, [("CALENDAR_MONTH", 5), ("LIFETIME", 9)]);
}

/// Any update begins the periods anew.
#[test]
fn what_changes_nothing_is_no_update() {
    let both = json!({
        "CALENDAR_DAY": { "budget": 5, "auto_refresh": "ENABLED" },
        "LIFETIME": { "budget": 9, "auto_refresh": null },
    });
    let prior = state(access(both));
    for (day, lifetime) in [(json!(null), json!(null)), (json!("ENABLED"), json!("DISABLED"))] {
        let config = access(json!({
            "CALENDAR_DAY": { "budget": 5, "auto_refresh": day },
            "LIFETIME": { "budget": 9, "auto_refresh": lifetime },
        }));
        let plan = planned(prior.clone(), config);
        assert_eq!(plan.planned, value::<PrivacyBudgetTemplate>(&prior));
        assert_eq!(told(&plan.diagnostics).len(), 0);
    }
}

#[test]
fn a_plan_says_what_a_change_costs() {
    let told_of = |prior, config| told(&planned(prior, config).diagnostics);
    assert_eq!(
        told_of(state(private(3, 20)), private(2, 20)),
        ["warning at parameters.differential_privacy.epsilon"]
    );
    assert_eq!(told_of(state(private(3, 20)), private(4, 30)).len(), 0);
    assert_eq!(
        told_of(state(access(month(5))), access(month(6))),
        ["warning at parameters.access_budget.budget_parameters"]
    );
}

#[test]
fn what_the_api_cannot_change_replaces_with_a_warning() {
    let paths = |config| {
        let plan = planned(state(access(month(5))), config);
        assert_eq!(told(&plan.diagnostics), ["warning"]);
        plan.requires_replace.iter().map(AttributePath::to_string).collect::<Vec<_>>()
    };
    let mut config = access(month(5));
    config["parameters"]["access_budget"]["resource_arn"] = TABLE.replace("a-1", "a-2").into();
    assert_eq!(paths(config), ["parameters.access_budget.resource_arn"]);
    let mut config = access(month(5));
    config["auto_refresh"] = "CALENDAR_MONTH".into();
    assert_eq!(paths(config), ["auto_refresh"]);
    assert_eq!(paths(private(3, 20)), ["privacy_budget_type"]);
}

#[test]
fn one_is_told_from_another_by_its_type_and_what_it_is_for() {
    let name = |config: Json| PrivacyBudgetTemplate::name(&value::<PrivacyBudgetTemplate>(&config));
    assert_ne!(name(private(3, 20)), name(access(month(5))));
    assert_eq!(name(access(month(5))), name(access(month(6))));
    let mut other = access(month(5));
    other["parameters"]["access_budget"]["resource_arn"] = TABLE.replace("a-1", "a-2").into();
    assert_ne!(name(access(month(5))), name(other));
}

#[test]
fn mistakes_are_told_before_any_call() {
    let wrong = |config: &Json| checked::<PrivacyBudgetTemplate>(config);
    for good in [private(1, 10), private(20, 100), access(month(1))] {
        assert_eq!(wrong(&good), Vec::<String>::new());
    }
    assert_eq!(wrong(&private(0, 101)).len(), 2);
    let mut other_type = private(3, 20);
    other_type["privacy_budget_type"] = "ACCESS_BUDGET".into();
    assert_eq!(wrong(&other_type), ["error at parameters.differential_privacy"]);
    let periods = "parameters.access_budget.budget_parameters";
    let two = json!({ "CALENDAR_DAY": { "budget": 1 }, "CALENDAR_WEEK": { "budget": 1 } });
    assert_eq!(wrong(&access(two)), [format!("error at {periods}")]);
    assert_eq!(wrong(&access(json!({}))), [format!("error at {periods}")]);
    let none = json!({ "LIFETIME": { "budget": 0, "auto_refresh": "ENABLED" } });
    assert_eq!(
        wrong(&access(none)),
        [
            format!("warning at {periods}[\"LIFETIME\"].budget"),
            format!("warning at {periods}[\"LIFETIME\"].auto_refresh"),
        ]
    );
    let mut arn = access(month(1));
    arn["parameters"]["access_budget"]["resource_arn"] = "arn:aws:x".into();
    assert_eq!(wrong(&arn), ["error at parameters.access_budget.resource_arn"]);
    let unknown = json!({
        "membership_id": MEMBERSHIP, "privacy_budget_type": "unknown", "parameters": "unknown",
    });
    assert_eq!(wrong(&unknown), Vec::<String>::new());
}

#[test]
fn the_models_arn_of_an_association_names_the_same_table() {
    let of_model = TABLE
        .replace("membership/m-1/configuredtableassociation", "configuredtableassociation/m-1");
    let spelled = |periods: Json| {
        let mut config = access(periods);
        config["parameters"]["access_budget"]["resource_arn"] = of_model.as_str().into();
        config
    };
    assert_eq!(checked::<PrivacyBudgetTemplate>(&spelled(month(10))), Vec::<String>::new());
    let sent = create_input::<PrivacyBudgetTemplate>(&spelled(month(10)));
    let parameters = sent.get_parameters().as_ref().and_then(|it| it.as_access_budget().ok());
    assert_eq!(parameters.map(|it| it.resource_arn.as_str()), Some(TABLE));
    let same = planned(state(access(month(10))), spelled(month(10)));
    assert_eq!(same.planned, value::<PrivacyBudgetTemplate>(&state(access(month(10)))));
    let more = planned(state(access(month(10))), spelled(month(20)));
    assert_eq!(more.requires_replace, Vec::<AttributePath>::new());
}
