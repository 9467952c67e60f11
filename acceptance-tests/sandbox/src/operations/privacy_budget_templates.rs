//! Privacy budgets: how much may be learned from a collaboration, or how often
//! a table may be used.

use serde_json::{Value, json};

use super::configured_table_associations::parts_of_collaboration;
use super::paging::Page;
use super::plain::{self, Plain, Told, conflict};
use super::{Call, ConfiguredTableAssociation, Operation, text, views};
use crate::error::{ApiError, ConflictReason, ResourceKind};
use crate::settings::{ArnForm, AutoRefresh, Lowered, Omitted, RefusalCode};
use crate::shelf::{Kind, Stored};
use crate::state::{AnalysisKind, AnalysisStatus, Timestamp};

pub(super) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreatePrivacyBudgetTemplate", create),
    ("GetPrivacyBudgetTemplate", plain::get::<PrivacyBudgetTemplate>),
    ("UpdatePrivacyBudgetTemplate", update),
    ("DeletePrivacyBudgetTemplate", plain::delete::<PrivacyBudgetTemplate>),
    ("ListPrivacyBudgetTemplates", plain::list::<PrivacyBudgetTemplate>),
    ("GetCollaborationPrivacyBudgetTemplate", views::get::<PrivacyBudgetTemplate>),
    ("ListCollaborationPrivacyBudgetTemplates", views::list::<PrivacyBudgetTemplate>),
    ("ListPrivacyBudgets", list_budgets),
    ("ListCollaborationPrivacyBudgets", list_budgets_view),
    ("PreviewPrivacyImpact", preview),
];

plain::plain! {
    /// A budget.
    PrivacyBudgetTemplate on privacy_budget_templates,
    Kind {
        name: "privacy_budget_template",
        id_prefix: 0xb0d6_e700,
        arn: Some("membership/{membership}/privacybudgettemplate/{id}"),
        is_deletable: true,
    },
    plain::Names {
        label: "privacyBudgetTemplateIdentifier",
        one: "privacyBudgetTemplate",
        many: "privacyBudgetTemplateSummaries",
        resource: None,
        nearest: ResourceKind::Membership,
    }
}

const DIFFERENTIAL_PRIVACY: &str = "DIFFERENTIAL_PRIVACY";
const LIFETIME: &str = "LIFETIME";

fn complete(template: &PrivacyBudgetTemplate, reply: &mut Value, call: &Call<'_>) {
    if !template.told.contains_key("autoRefresh") {
        let is_private = template.text("privacyBudgetType") == DIFFERENTIAL_PRIVACY;
        let is_monthly = call.switches.omitted_auto_refresh == AutoRefresh::CalendarMonth;
        reply["autoRefresh"] =
            if is_private && is_monthly { "CALENDAR_MONTH" } else { "NONE" }.into();
    }
    let parameters = reply.pointer_mut("/parameters/accessBudget/budgetParameters");
    for parameter in parameters.and_then(Value::as_array_mut).into_iter().flatten() {
        if call.switches.omitted_budget_auto_refresh == Omitted::Filled
            && parameter["type"] != LIFETIME
            && parameter.get("autoRefresh").is_none()
        {
            parameter["autoRefresh"] = "ENABLED".into();
        }
    }
}

impl PrivacyBudgetTemplate {
    /// The ARN of what an access budget is for.
    pub(super) fn resource(&self) -> Option<&str> {
        self.told["parameters"].pointer("/accessBudget/resourceArn").and_then(Value::as_str)
    }

    /// Whether it is an access budget for the object with this id.
    pub(super) fn is_for(&self, id: &str) -> bool {
        self.resource().is_some_and(|arn| arn.rsplit('/').next() == Some(id))
    }
}

fn create(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    call.check_active(&membership)?;
    let told = call.told(&input);
    check_unique(call, &membership, &told)?;
    check_type(&told)?;
    check_parameters(&told)?;
    check_resource(call, &membership, &told)?;
    let tags = call.new_tags(&input)?;
    check_quota(call, &membership, &told)?;
    let id = call.make::<PrivacyBudgetTemplate>(Some(&membership), Some(tags), told);
    if call.switches.budget_template_arn == ArnForm::Model
        && let Some(template) = call.state.privacy_budget_templates.get_mut(&id)
    {
        template.head.set_arn_path(&format!("privacybudgettemplate/{id}"));
    }
    Ok(call.one::<PrivacyBudgetTemplate>(&id))
}

fn in_collaboration<'a>(
    call: &'a Call<'_>,
    membership: &str,
) -> impl Iterator<Item = &'a PrivacyBudgetTemplate> {
    let collaboration = &call.state.memberships[membership].collaboration.id;
    parts_of_collaboration(call.state, collaboration)
}

/// One template of differential privacy in a collaboration, and one access
/// budget for a resource.
fn check_unique(call: &Call<'_>, membership: &str, told: &Told) -> Result<(), ApiError> {
    let kind = told.get("privacyBudgetType").and_then(Value::as_str).unwrap_or_default();
    let resource = told["parameters"].pointer("/accessBudget/resourceArn").and_then(Value::as_str);
    let is_same = |other: &&PrivacyBudgetTemplate| {
        other.text("privacyBudgetType") == kind
            && (kind == DIFFERENTIAL_PRIVACY || other.resource() == resource)
    };
    let Some(other) = in_collaboration(call, membership).find(is_same) else {
        return Ok(());
    };
    let message = "There is such a privacy budget template already.";
    if kind == DIFFERENTIAL_PRIVACY && call.switches.second_dp_template == RefusalCode::Validation {
        return Err(ApiError::configuration("privacyBudgetType", message));
    }
    Err(conflict::<PrivacyBudgetTemplate>(ConflictReason::AlreadyExists, &other.head.id, message))
}

fn check_type(told: &Told) -> Result<(), ApiError> {
    let is_private =
        told.get("privacyBudgetType").and_then(Value::as_str) == Some(DIFFERENTIAL_PRIVACY);
    let parameters = told.get("parameters").unwrap_or(&Value::Null);
    if is_private == parameters.get("differentialPrivacy").is_some() {
        return Ok(());
    }
    Err(ApiError::configuration("parameters", "The parameters are not of the budget's type."))
}

/// At most one budget for a period of the calendar, and one for ever.
fn check_parameters(told: &Told) -> Result<(), ApiError> {
    let parameters = told.get("parameters").unwrap_or(&Value::Null);
    let parameters = parameters.pointer("/accessBudget/budgetParameters");
    let parameters = parameters.and_then(Value::as_array).into_iter().flatten();
    let (lifetime, calendar): (Vec<_>, Vec<_>) =
        parameters.partition(|parameter| parameter["type"] == LIFETIME);
    if lifetime.len() > 1 || calendar.len() > 1 {
        return Err(ApiError::configuration(
            "parameters.accessBudget.budgetParameters",
            "There is at most one budget for a calendar period and one for the lifetime.",
        ));
    }
    Ok(())
}

/// An access budget is for a table of the same membership.
fn check_resource(call: &Call<'_>, membership: &str, told: &Told) -> Result<(), ApiError> {
    let arn = told["parameters"].pointer("/accessBudget/resourceArn").and_then(Value::as_str);
    let Some(arn) = arn else {
        return Ok(());
    };
    let id = arn.rsplit('/').next().unwrap_or_default();
    let belongs = |head: &crate::shelf::Head| head.membership.as_deref() == Some(membership);
    let is_there =
        call.state.configured_table_associations.get(id).map(Stored::head).is_some_and(belongs)
            || call.state.intermediate_tables.get(id).map(Stored::head).is_some_and(belongs);
    if is_there && arn.contains(&format!(":membership/{membership}/")) {
        return Ok(());
    }
    Err(ApiError::configuration(
        "parameters.accessBudget.resourceArn",
        "There is no such table in the membership.",
    ))
}

fn check_quota(call: &Call<'_>, membership: &str, told: &Told) -> Result<(), ApiError> {
    if told.get("privacyBudgetType").and_then(Value::as_str) == Some(DIFFERENTIAL_PRIVACY) {
        return Ok(());
    }
    let access = in_collaboration(call, membership).filter(|one| one.resource().is_some());
    plain::check_quota(
        "Privacy budget templates for access budgets per collaboration",
        call.quotas.access_budgets_per_collaboration,
        access.count(),
    )
}

fn update(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let id = call.own::<PrivacyBudgetTemplate>(&input)?;
    let template = &call.state.privacy_budget_templates[&id];
    if let Some(membership) = &template.head.membership {
        call.check_active(membership)?;
    }
    if text(&input, "privacyBudgetType")? != template.text("privacyBudgetType") {
        return Err(ApiError::configuration("privacyBudgetType", "The type cannot change."));
    }
    let changes = call.told(&input);
    if let Some(parameters) = changes.get("parameters") {
        check_type(&changes)?;
        check_parameters(&changes)?;
        check_epsilon(call, template, parameters)?;
        let mut merged = template.told["parameters"].clone();
        for (member, changed) in parameters.as_object().into_iter().flatten() {
            for (name, value) in changed.as_object().into_iter().flatten() {
                merged[member.as_str()][name.as_str()] = value.clone();
            }
        }
        let told = Told::from_iter([("parameters".to_owned(), merged)]);
        call.overwrite::<PrivacyBudgetTemplate>(&id, told);
    } else {
        call.overwrite::<PrivacyBudgetTemplate>(&id, Told::new());
    }
    Ok(call.one::<PrivacyBudgetTemplate>(&id))
}

/// Epsilon cannot fall once queries have used it.
fn check_epsilon(
    call: &Call<'_>,
    template: &PrivacyBudgetTemplate,
    parameters: &Value,
) -> Result<(), ApiError> {
    let epsilon =
        |from: &Value| from.pointer("/differentialPrivacy/epsilon").and_then(Value::as_u64);
    let falls =
        epsilon(parameters).is_some_and(|new| Some(new) < epsilon(&template.told["parameters"]));
    let collaboration = template
        .head
        .membership
        .as_deref()
        .map(|membership| call.state.memberships[membership].collaboration.id.as_str());
    let is_used = call.state.analyses.values().any(|analysis| {
        let membership = &call.state.memberships[analysis.membership_id.as_str()];
        analysis.kind == AnalysisKind::Query
            && analysis.status == AnalysisStatus::Success
            && Some(membership.collaboration.id.as_str()) == collaboration
    });
    let message = "Epsilon cannot be lowered after queries have run.";
    match call.switches.lower_epsilon_after_queries {
        Lowered::Accepted => Ok(()),
        _ if !falls || !is_used => Ok(()),
        Lowered::Validation => {
            Err(ApiError::configuration("parameters.differentialPrivacy.epsilon", message))
        }
        Lowered::Conflict => Err(conflict::<PrivacyBudgetTemplate>(
            ConflictReason::InvalidState,
            &template.head.id,
            message,
        )),
    }
}

/// How often an aggregation may be asked for. The service's formula is not
/// known; this one grows with both numbers, as the documentation says.
fn aggregations(parameters: &Value, is_budget: bool) -> Value {
    let number = |name: &str| parameters[name].as_u64().unwrap_or_default();
    let base = number("epsilon") * number("usersNoisePerQuery");
    [("AVG", 2), ("COUNT", 4), ("COUNT_DISTINCT", 4), ("SUM", 3), ("STDDEV", 1)]
        .into_iter()
        .map(|(kind, weight)| {
            let mut one = json!({ "type": kind, "maxCount": base * weight });
            if is_budget {
                one["remainingCount"] = (base * weight).into();
            }
            one
        })
        .collect()
}

fn preview(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    call.parent_membership(&input)?;
    let impact = aggregations(&input["parameters"]["differentialPrivacy"], false);
    Ok(json!({ "privacyImpact": { "differentialPrivacy": { "aggregations": impact } } }))
}

/// What is left of a template's budget: all, since nothing uses it up.
fn budget(template: &PrivacyBudgetTemplate) -> Value {
    let parameters = &template.told["parameters"];
    if let Some(private) = parameters.get("differentialPrivacy") {
        let aggregations = aggregations(private, true);
        return json!({ "differentialPrivacy": {
            "aggregations": aggregations,
            "epsilon": private["epsilon"],
        } });
    }
    let access = &parameters["accessBudget"];
    let start = template.head.update_time;
    let details: Vec<Value> = access["budgetParameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| detail(parameter, start))
        .collect();
    let remaining = details.iter().filter_map(|one| one["remainingBudget"].as_u64()).min();
    json!({ "accessBudget": {
        "resourceArn": access["resourceArn"],
        "details": details,
        "aggregateRemainingBudget": remaining.unwrap_or_default(),
    } })
}

fn detail(parameter: &Value, start: Timestamp) -> Value {
    const DAY: u64 = 24 * 60 * 60 * 1000;
    let mut detail = json!({
        "budget": parameter["budget"],
        "remainingBudget": parameter["budget"],
        "budgetType": parameter["type"],
        "startTime": start.to_reply(),
    });
    let days = match parameter["type"].as_str() {
        Some("CALENDAR_DAY") => 1,
        Some("CALENDAR_WEEK") => 7,
        Some("CALENDAR_MONTH") => 30,
        // A lifetime has no end and is not refreshed.
        _ => return detail,
    };
    detail["endTime"] = Timestamp(start.0 + days * DAY).to_reply();
    detail["autoRefresh"] = parameter.get("autoRefresh").cloned().unwrap_or("ENABLED".into());
    detail
}

fn list_budgets(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let membership = call.parent_membership(&input)?;
    let ids: Vec<String> = call
        .state
        .privacy_budget_templates
        .seen(|template| template.head.membership.as_deref() == Some(membership.as_str()))
        .into_iter()
        .map(|template| template.head.id.clone())
        .collect();
    budgets(call, &input, format!("budgets {membership}"), "privacyBudgetSummaries", &ids)
}

fn list_budgets_view(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let collaboration = call.viewed_collaboration(&input)?;
    let ids = views::seen_in::<PrivacyBudgetTemplate>(call, &collaboration);
    let list = format!("budgets {collaboration}");
    budgets(call, &input, list, "collaborationPrivacyBudgetSummaries", &ids)
}

/// The budgets of templates that a request asks for.
fn budgets(
    call: &mut Call<'_>,
    input: &Value,
    list: String,
    name: &str,
    ids: &[String],
) -> Result<Value, ApiError> {
    let page = Page::requested(list, input, call)?;
    let kind = text(input, "privacyBudgetType")?;
    let resource = input.get("accessBudgetResourceArn").and_then(Value::as_str);
    let items = ids
        .iter()
        .map(|id| &call.state.privacy_budget_templates[id])
        .filter(|template| template.text("privacyBudgetType") == kind)
        .filter(|template| resource.is_none() || template.resource() == resource)
        .map(|template| {
            let mut whole = call.whole(template);
            whole["privacyBudgetTemplateId"] = whole["id"].clone();
            whole["privacyBudgetTemplateArn"] = whole["arn"].clone();
            whole["type"] = kind.into();
            whole["budget"] = budget(template);
            (template.head.sequence, call.model.item_of(call.operation, name, whole))
        })
        .collect();
    Ok(page.reply(name, items))
}

/// Refuses to delete a table that has an access budget, or deletes the budget.
pub(super) fn release(call: &mut Call<'_>, id: &str, is_along: bool) -> Result<(), ApiError> {
    let has_one = call.state.privacy_budget_templates.values().any(|one| one.is_for(id));
    if has_one && !is_along {
        return Err(conflict::<ConfiguredTableAssociation>(
            ConflictReason::SubresourcesExist,
            id,
            "There is still an access budget for it.",
        ));
    }
    call.state.privacy_budget_templates.retain(|one| !one.is_for(id));
    Ok(())
}
