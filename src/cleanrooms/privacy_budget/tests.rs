//! Claims about privacy budgets that need no service.

use aws_sdk_cleanrooms::types::{AccessBudgetType, DifferentialPrivacyAggregationType};
use serde_json::json;

use super::*;
use crate::framework::testing::value;

fn day() -> AccessBudgetDetails {
    AccessBudgetDetails::builder()
        .budget_type(AccessBudgetType::CalendarDay)
        .budget(5)
        .remaining_budget(3)
        .start_time(DateTime::from_secs(0))
        .end_time(DateTime::from_secs(86_400))
        .auto_refresh(AutoRefreshMode::Enabled)
        .build()
        .expect("whole")
}

fn of_table(arn: &str) -> PrivacyBudget {
    let budget = AccessBudget::builder().resource_arn(arn).details(day());
    let budget = budget.aggregate_remaining_budget(3).build();
    PrivacyBudget::AccessBudget(budget.expect("whole"))
}

fn of_users() -> PrivacyBudget {
    let count = DifferentialPrivacyPrivacyBudgetAggregation::builder()
        .r#type(DifferentialPrivacyAggregationType::Count)
        .max_count(240)
        .remaining_count(200);
    let budget = DifferentialPrivacyPrivacyBudget::builder().epsilon(3);
    let budget = budget.aggregations(count.build().expect("whole")).build();
    PrivacyBudget::DifferentialPrivacy(budget.expect("whole"))
}

#[test]
fn what_is_left_is_told_by_function_and_by_period() {
    let ty = budget().kind.implied_type();
    let wanted = json!({ "access_budget": null, "differential_privacy": {
        "epsilon": 3,
        "aggregations": { "COUNT": { "max_count": 240, "remaining_count": 200 } },
    } });
    assert_eq!(budget().encode(&of_users()), value(&ty, &wanted));
    let wanted = json!({ "differential_privacy": null, "access_budget": {
        "resource_arn": "arn", "aggregate_remaining_budget": 3,
        "details": { "CALENDAR_DAY": {
            "budget": 5, "remaining_budget": 3, "auto_refresh": "ENABLED",
            "start_time": "1970-01-01T00:00:00Z", "end_time": "1970-01-02T00:00:00Z",
        } },
    } });
    assert_eq!(budget().encode(&of_table("arn")), value(&ty, &wanted));
}

#[test]
fn budgets_of_another_table_or_type_are_left_out() {
    let (users, table) = (of_users(), of_table("arn"));
    let seen = |kind, budget| Seen {
        id: "id",
        template_id: "template",
        template_arn: "template-arn",
        kind,
        budget: Some(budget),
        collaboration_arn: "collaboration-arn",
        create_time: DateTime::from_secs(0),
        update_time: DateTime::from_secs(0),
    };
    let wanted = |kind, resource| Wanted { kind, resource };
    let (private, access) =
        (PrivacyBudgetType::DifferentialPrivacy, PrivacyBudgetType::AccessBudget);
    let (of_users, of_table) = (seen(&private, &users), seen(&access, &table));
    assert!(of_users.is_of(&wanted(private.clone(), None)));
    assert!(!of_users.is_of(&wanted(access.clone(), None)));
    assert!(of_table.is_of(&wanted(access.clone(), Some("arn".to_owned()))));
    assert!(!of_table.is_of(&wanted(access.clone(), Some("another".to_owned()))));
}

#[test]
fn the_parameters_of_an_impact_are_held_to_the_models_limits() {
    let arguments = PrivacyImpact::arguments();
    let wrong = |name: &str, number: i64| {
        let mut found = crate::framework::Diagnostics::new();
        let argument = arguments.iter().find(|it| it.name == name).expect("an argument");
        for validator in &argument.validators {
            validator.check(&Value::Number(number.into()), &AttributePath::of("it"), &mut found);
        }
        !found.is_empty()
    };
    for (name, least, most) in [("epsilon", 1, 20), ("users_noise_per_query", 10, 100)] {
        assert!(!wrong(name, least) && !wrong(name, most), "{name}");
        assert!(wrong(name, least - 1) && wrong(name, most + 1), "{name}");
    }
}
