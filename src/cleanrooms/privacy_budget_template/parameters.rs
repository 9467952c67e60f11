//! The budget itself, for which the SDK has a type to create, one to update and one to answer.

use aws_sdk_cleanrooms::types::builders::{
    AccessBudgetsPrivacyTemplateParametersInputBuilder, BudgetParameterBuilder,
    DifferentialPrivacyTemplateParametersInputBuilder,
};
use aws_sdk_cleanrooms::types::{
    AccessBudgetType, AccessBudgetsPrivacyTemplateParametersInput as AccessBudget,
    AccessBudgetsPrivacyTemplateUpdateParameters, AutoRefreshMode, BudgetParameter,
    DifferentialPrivacyTemplateParametersInput as DifferentialPrivacy,
    DifferentialPrivacyTemplateUpdateParameters,
    PrivacyBudgetTemplateParametersInput as Parameters,
    PrivacyBudgetTemplateParametersOutput as Reply,
    PrivacyBudgetTemplateUpdateParameters as UpdateParameters, PrivacyBudgetType,
};

use serde_json::{Value as Json, json};

use super::{Item, PARAMETERS, TYPE, Update};
use crate::cleanrooms::origins;
use crate::cleanrooms::shapes::enumeration::{constant, open};
use crate::cleanrooms::shapes::text::budgeted_arn;
use crate::framework::Change;
use crate::framework::codec::{Codec, keys, object, one_of, small_integer, variant};
use crate::framework::row::field;
use crate::framework::validators::{size, whole};
use crate::wire::Value;

/// The budget as it is configured.
pub fn parameters() -> Codec<Parameters> {
    one_of(vec![
        variant(
            "differential_privacy",
            "How much queries may tell about a single user.",
            differential_privacy(),
            Parameters::DifferentialPrivacy,
            |it| it.as_differential_privacy().ok(),
        ),
        variant(
            "access_budget",
            "How often a table may be used.",
            access_budget(),
            Parameters::AccessBudget,
            |it| it.as_access_budget().ok(),
        ),
    ])
}

fn differential_privacy() -> Codec<DifferentialPrivacy> {
    type B = DifferentialPrivacyTemplateParametersInputBuilder;
    object(B::build)
        .with(
            field("epsilon", small_integer())
                .required()
                .doc(
                    "The privacy budget, 1 to 20: the more, the more queries and the less noise. \
                      It can rise at any time, and cannot fall once queries have run.",
                )
                .validate(whole(1..=20))
                .create(B::set_epsilon)
                .read(|it: &DifferentialPrivacy| Some(it.epsilon)),
        )
        .with(
            field("users_noise_per_query", small_integer())
                .required()
                .doc(
                    "How many users the noise of a query hides, 10 to 100: the more, the less \
                      exact its result and the more queries.",
                )
                .validate(whole(10..=100))
                .create(B::set_users_noise_per_query)
                .read(|it: &DifferentialPrivacy| Some(it.users_noise_per_query)),
        )
        .single()
}

fn access_budget() -> Codec<AccessBudget> {
    type B = AccessBudgetsPrivacyTemplateParametersInputBuilder;
    object(B::build)
        .with(
            field("resource_arn", budgeted_arn())
                .required()
                .requires_replace()
                .equivalent(|one, other| match (one.as_str(), other.as_str()) {
                    (Some(one), Some(other)) => budgeted(one) == budgeted(other),
                    _ => one == other,
                })
                .doc(
                    "The ARN of the configured table association or intermediate table that the \
                      budget is for. Another one replaces the template.",
                )
                .create(|builder: B, arn: Option<String>| {
                    builder.set_resource_arn(arn.as_deref().map(budgeted))
                })
                .read(|it: &AccessBudget| Some(it.resource_arn.clone())),
        )
        .with(
            field("budget_parameters", budgets())
                .required()
                .doc(
                    "How often the table may be used, by the period: at most one of \
                      `CALENDAR_DAY`, `CALENDAR_WEEK` and `CALENDAR_MONTH`, and `LIFETIME`. A \
                      change begins all of them anew. A week begins on Sunday at midnight UTC.",
                )
                .create(B::set_budget_parameters)
                .read(|it: &AccessBudget| Some(it.budget_parameters.clone())),
        )
        .single()
}

/// An ARN of a table in the form in which a budget takes it. The API's model has another one for the ARN of an
/// association itself, which names no membership as such.
pub fn budgeted(arn: &str) -> String {
    let parts: Vec<_> = arn.split('/').collect();
    if let [kind, membership, id] = parts.as_slice()
        && let Some(owner) = kind.strip_suffix(":configuredtableassociation")
    {
        return format!("{owner}:membership/{membership}/configuredtableassociation/{id}");
    }
    arn.to_owned()
}

fn budgets() -> Codec<Vec<BudgetParameter>> {
    type B = BudgetParameterBuilder;
    object(B::build)
        .with(
            field("budget", small_integer())
                .required()
                .doc("How often: each query, job or input channel counts. At most 1,000,000.")
                .validate(whole(0..=1_000_000))
                .create(B::set_budget)
                .read(|it: &BudgetParameter| Some(it.budget)),
        )
        .with(
            field(
                "auto_refresh",
                open::<AutoRefreshMode>(AutoRefreshMode::values(), constant),
            )
            .optional_computed()
            .doc(
                "`ENABLED` if the budget is whole again in the next period, or `DISABLED`; what \
                  the service decides when left out.",
            )
            .create(B::set_auto_refresh)
            .read(|it: &BudgetParameter| it.auto_refresh.clone()),
        )
        .keyed_by(
            |builder, period| builder.r#type(AccessBudgetType::from(period.as_str())),
            |it: &BudgetParameter| it.r#type.as_str().to_owned(),
        )
        .validate(keys(open::<AccessBudgetType>(AccessBudgetType::values(), constant)))
        .validate(size(1..=2))
}

/// Whether a configured budget is the one that there is: what is left out is as the service has it,
/// and for a lifetime, which is not refreshed, the service may drop what was said about that.
pub fn are_same(is: &Value, shall: &Value) -> bool {
    let (is_budget, shall_budget) = (is.get("access_budget"), shall.get("access_budget"));
    let periods = |it: &Value| it.get("budget_parameters").as_map().cloned();
    let (Some(is_periods), Some(shall_periods)) = (periods(is_budget), periods(shall_budget))
    else {
        return is == shall;
    };
    let resource = |budget: &Value| budget.get("resource_arn").as_str().map(budgeted);
    is.get("differential_privacy") == shall.get("differential_privacy")
        && resource(is_budget) == resource(shall_budget)
        && is_periods.len() == shall_periods.len()
        && shall_periods.iter().all(|(period, shall)| {
            let Some(is) = is_periods.get(period) else { return false };
            let (is_refreshed, shall_be) = (is.get("auto_refresh"), shall.get("auto_refresh"));
            let is_dropped = period == "LIFETIME" && is_refreshed.is_null();
            is.get("budget") == shall.get("budget")
                && (shall_be.is_null() || is_refreshed == shall_be || is_dropped)
        })
}

/// The budget that the service has answered; none where it is of a kind that is newer than this provider.
pub fn of_reply(reply: &Reply) -> Option<Parameters> {
    match reply {
        Reply::DifferentialPrivacy(it) => DifferentialPrivacy::builder()
            .epsilon(it.epsilon)
            .users_noise_per_query(it.users_noise_per_query)
            .build()
            .ok()
            .map(Parameters::DifferentialPrivacy),
        Reply::AccessBudget(it) => AccessBudget::builder()
            .set_budget_parameters(Some(it.budget_parameters.clone()))
            .resource_arn(&it.resource_arn)
            .build()
            .ok()
            .map(Parameters::AccessBudget),
        _ => None,
    }
}

/// The budget as it is here, from the flat one of awscc, where CloudFormation has the members of both kinds side by side.
pub fn of_awscc(mut flat: Json) -> Json {
    let mut take = |name: &str| flat.get_mut(name).map(Json::take).unwrap_or_default();
    let mut periods = take("budget_parameters");
    origins::keyed(&mut periods, "type");
    // A budget of the other kind may have an empty list.
    let periods = Some(periods).filter(|it| it.as_object().is_some_and(|it| !it.is_empty()));
    json!({
        "differential_privacy": {
            "epsilon": take("epsilon"), "users_noise_per_query": take("users_noise_per_query"),
        },
        "access_budget": { "resource_arn": take("resource_arn"), "budget_parameters": periods },
    })
}

/// A budget as the update call takes it: all periods of an access budget, since they replace those there are.
pub fn update(given: Parameters) -> Option<UpdateParameters> {
    match given {
        Parameters::DifferentialPrivacy(it) => {
            let numbers = DifferentialPrivacyTemplateUpdateParameters::builder()
                .epsilon(it.epsilon)
                .users_noise_per_query(it.users_noise_per_query);
            Some(UpdateParameters::DifferentialPrivacy(numbers.build()))
        }
        Parameters::AccessBudget(it) => {
            let periods = AccessBudgetsPrivacyTemplateUpdateParameters::builder()
                .set_budget_parameters(Some(it.budget_parameters));
            periods.build().ok().map(UpdateParameters::AccessBudget)
        }
        _ => None,
    }
}

/// Completes the update call: numbers of differential privacy that stay are not sent, and the call repeats the type.
pub fn complete(input: Update, change: Change<'_>) -> Update {
    let changed = input.get_parameters().clone().map(|it| changed(it, change));
    let kind = change.planned.get(TYPE).as_str().map(PrivacyBudgetType::from);
    input.set_parameters(changed).set_privacy_budget_type(kind)
}

/// The ARN of the table that a template is an access budget for; empty for any other one, and for none.
pub fn table_of(template: Option<Item>) -> String {
    match template.and_then(|it| it.parameters) {
        Some(Reply::AccessBudget(it)) => budgeted(&it.resource_arn),
        _ => String::new(),
    }
}

/// The same without the numbers of differential privacy that stay.
fn changed(update: UpdateParameters, change: Change<'_>) -> UpdateParameters {
    let UpdateParameters::DifferentialPrivacy(mut numbers) = update else { return update };
    let number =
        |object: &Value, name| object.get(PARAMETERS).get("differential_privacy").get(name).clone();
    let stays = |name| number(change.prior, name) == number(change.planned, name);
    if stays("epsilon") {
        numbers.epsilon = None;
    }
    if stays("users_noise_per_query") {
        numbers.users_noise_per_query = None;
    }
    UpdateParameters::DifferentialPrivacy(numbers)
}
