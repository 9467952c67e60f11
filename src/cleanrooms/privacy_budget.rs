//! Privacy budgets: what is left of them, on the side of a membership and of its collaboration, and what one would
//! allow.

#[cfg(test)]
mod tests;

use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{
    AccessBudget, AccessBudgetDetails, AutoRefreshMode, CollaborationPrivacyBudgetSummary,
    DifferentialPrivacyPreviewAggregation, DifferentialPrivacyPreviewParametersInput,
    DifferentialPrivacyPrivacyBudget, DifferentialPrivacyPrivacyBudgetAggregation,
    PreviewPrivacyImpactParametersInput, PrivacyBudget, PrivacyBudgetSummary, PrivacyBudgetType,
    PrivacyImpact as Impact,
};

use super::aws::{AwsError, PAGE_SIZE, all_pages};
use super::client::Reading;
use super::listing::{Listing, argument, required};
use super::privacy_budget_template::parameters::budgeted;
use super::shapes::enumeration::{constant, open};
use super::shapes::ids::{account_id, uuid};
use super::shapes::text::budgeted_arn;
use super::shapes::time::time;
use super::view::{View, collaboration_id, rows_of, shown, text};
use crate::framework::codec::{Codec, ObjectCodec, small_integer, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::Attribute;
use crate::framework::validators::whole;
use crate::wire::{AttributePath, Value};

/// What the service says of a budget on either side.
struct Seen<'a> {
    id: &'a str,
    template_id: &'a str,
    template_arn: &'a str,
    kind: &'a PrivacyBudgetType,
    budget: Option<&'a PrivacyBudget>,
    collaboration_arn: &'a str,
    create_time: DateTime,
    update_time: DateTime,
}

impl<'a> From<&'a PrivacyBudgetSummary> for Seen<'a> {
    fn from(it: &'a PrivacyBudgetSummary) -> Self {
        Self {
            id: &it.id,
            template_id: &it.privacy_budget_template_id,
            template_arn: &it.privacy_budget_template_arn,
            kind: &it.r#type,
            budget: it.budget.as_ref(),
            collaboration_arn: &it.collaboration_arn,
            create_time: it.create_time,
            update_time: it.update_time,
        }
    }
}

impl<'a> From<&'a CollaborationPrivacyBudgetSummary> for Seen<'a> {
    fn from(it: &'a CollaborationPrivacyBudgetSummary) -> Self {
        Self {
            id: &it.id,
            template_id: &it.privacy_budget_template_id,
            template_arn: &it.privacy_budget_template_arn,
            kind: &it.r#type,
            budget: it.budget.as_ref(),
            collaboration_arn: &it.collaboration_arn,
            create_time: it.create_time,
            update_time: it.update_time,
        }
    }
}

impl Seen<'_> {
    /// Whether it is one that was asked for.
    fn is_of(&self, wanted: &Wanted) -> bool {
        let resource = self.budget.and_then(|it| it.as_access_budget().ok());
        let resource = resource.map(|it| budgeted(&it.resource_arn));
        *self.kind == wanted.kind && (wanted.resource.is_none() || wanted.resource == resource)
    }
}

/// Which budgets are asked for.
struct Wanted {
    kind: PrivacyBudgetType,
    resource: Option<String>,
}

impl Wanted {
    fn of(config: &Value) -> Self {
        let kind = text(config, "privacy_budget_type").into();
        Self { kind, resource: config.get(RESOURCE).as_str().map(budgeted) }
    }
}

const RESOURCE: &str = "access_budget_resource_arn";

/// What narrows the budgets of either side.
fn filters() -> [Attribute; 2] {
    let types = open::<PrivacyBudgetType>(PrivacyBudgetType::values(), constant);
    [
        required(
            "privacy_budget_type",
            &types,
            "The type of the budgets: `DIFFERENTIAL_PRIVACY` or `ACCESS_BUDGET`.",
        ),
        argument(
            RESOURCE,
            &budgeted_arn(),
            "Only access budgets of this table: the ARN of a configured table association or of an \
             intermediate table.",
        ),
    ]
}

/// What is shown of a budget on either side.
fn rows<T: 'static>(seen: fn(&T) -> Seen<'_>) -> [Row<(), (), T>; 8] {
    [
        field("id", string())
            .computed()
            .doc("The id of the privacy budget.")
            .read(move |it: &T| Some(seen(it).id.to_owned()))
            .into(),
        field("privacy_budget_template_id", string())
            .computed()
            .doc("The id of the privacy budget template that makes it.")
            .read(move |it: &T| Some(seen(it).template_id.to_owned()))
            .into(),
        field("privacy_budget_template_arn", string())
            .computed()
            .doc("The ARN of the privacy budget template that makes it.")
            .read(move |it: &T| Some(seen(it).template_arn.to_owned()))
            .into(),
        field("type", text_enum::<PrivacyBudgetType>())
            .computed()
            .doc("`DIFFERENTIAL_PRIVACY` or `ACCESS_BUDGET`.")
            .read(move |it: &T| Some(seen(it).kind.clone()))
            .into(),
        field("budget", budget())
            .computed()
            .doc("What there is and what is left of it. It changes with every use.")
            .read(move |it: &T| seen(it).budget.filter(|it| !it.is_unknown()).cloned())
            .into(),
        field("collaboration_arn", string())
            .computed()
            .doc("The ARN of the collaboration.")
            .read(move |it: &T| Some(seen(it).collaboration_arn.to_owned()))
            .into(),
        field("create_time", time())
            .computed()
            .doc("When it was made.")
            .read(move |it: &T| Some(seen(it).create_time))
            .into(),
        field("update_time", time())
            .computed()
            .doc("When it was last changed.")
            .read(move |it: &T| Some(seen(it).update_time))
            .into(),
    ]
}

fn budget() -> Codec<(), PrivacyBudget> {
    shown([
        field("differential_privacy", differential_privacy())
            .computed()
            .doc("How often users may be counted; null for an access budget.")
            .read(|it: &PrivacyBudget| it.as_differential_privacy().ok().cloned())
            .into(),
        field("access_budget", access_budget())
            .computed()
            .doc("How often a table may be used; null for differential privacy.")
            .read(|it: &PrivacyBudget| it.as_access_budget().ok().cloned())
            .into(),
    ])
}

fn differential_privacy() -> Codec<(), DifferentialPrivacyPrivacyBudget> {
    type Budget = DifferentialPrivacyPrivacyBudget;
    type Aggregation = DifferentialPrivacyPrivacyBudgetAggregation;
    let aggregations = rows_of([
        field("max_count", small_integer().viewed())
            .computed()
            .doc("How many such aggregations the whole budget allows.")
            .read(|it: &Aggregation| Some(it.max_count))
            .into(),
        field("remaining_count", small_integer().viewed())
            .computed()
            .doc("How many of them are left, if all that is left goes to them.")
            .read(|it: &Aggregation| Some(it.remaining_count))
            .into(),
    ]);
    let aggregations = aggregations.keyed_by(|(), _| (), |it| it.r#type.as_str().to_owned());
    shown([
        field("epsilon", small_integer().viewed())
            .computed()
            .doc("The epsilon of the budget.")
            .read(|it: &Budget| Some(it.epsilon))
            .into(),
        field("aggregations", aggregations)
            .computed()
            .doc(AGGREGATIONS)
            .read(|it: &Budget| Some(it.aggregations.clone()))
            .into(),
    ])
}

const AGGREGATIONS: &str = "How many aggregations are allowed, by function: `AVG`, `COUNT`, `COUNT_DISTINCT`, `SUM`, `STDDEV`.";

fn access_budget() -> Codec<(), AccessBudget> {
    type Budget = AccessBudget;
    let details = details().keyed_by(|(), _| (), |it| it.budget_type.as_str().to_owned());
    shown([
        field("resource_arn", string())
            .computed()
            .doc("The ARN of the table that it is for.")
            .read(|it: &Budget| Some(it.resource_arn.clone()))
            .into(),
        field("aggregate_remaining_budget", small_integer().viewed())
            .computed()
            .doc("How often the table may still be used, all its periods taken together.")
            .read(|it: &Budget| Some(it.aggregate_remaining_budget))
            .into(),
        field("details", details)
            .computed()
            .doc("The same by period: `CALENDAR_DAY`, `CALENDAR_WEEK`, `CALENDAR_MONTH`, `LIFETIME`.")
            .read(|it: &Budget| Some(it.details.clone()))
            .into(),
    ])
}

fn details() -> ObjectCodec<(), (), AccessBudgetDetails> {
    type Details = AccessBudgetDetails;
    rows_of([
        field("budget", small_integer().viewed())
            .computed()
            .doc("How often the table may be used in the period.")
            .read(|it: &Details| Some(it.budget))
            .into(),
        field("remaining_budget", small_integer().viewed())
            .computed()
            .doc("How often it may still be used.")
            .read(|it: &Details| Some(it.remaining_budget))
            .into(),
        field("start_time", time())
            .computed()
            .doc("When the period began.")
            .read(|it: &Details| Some(it.start_time))
            .into(),
        field("end_time", time())
            .computed()
            .doc("When it ends; null for a lifetime.")
            .read(|it: &Details| it.end_time)
            .into(),
        field("auto_refresh", text_enum::<AutoRefreshMode>())
            .computed()
            .doc("Whether a new period begins by itself: `ENABLED` or `DISABLED`; null for a lifetime.")
            .read(|it: &Details| it.auto_refresh.clone())
            .into(),
    ])
}

/// The budgets that a membership of the account's own has set up.
pub struct PrivacyBudgets;

impl Listing for PrivacyBudgets {
    const TYPE_NAME: &'static str = "cleanrooms_privacy_budgets";
    const ENTRIES: &'static str = "privacy_budgets";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListPrivacyBudgets"])];
    const ABOUT: &'static str = "The privacy budgets of a membership of the account's own, and what is left of \
                                 them. There may be none. The numbers change with every use, and so does \
                                 whatever refers to them.";
    const NARROWED: &'static [&'static str] = &[RESOURCE];
    type Entry = PrivacyBudgetSummary;

    fn arguments() -> Vec<Attribute> {
        std::iter::once(membership_id()).chain(filters()).collect()
    }

    fn entry() -> Codec<(), PrivacyBudgetSummary> {
        let collaboration_id = field("collaboration_id", string())
            .computed()
            .doc("The id of the collaboration.")
            .read(|it: &PrivacyBudgetSummary| Some(it.collaboration_id.clone()));
        let membership_arn = field("membership_arn", string())
            .computed()
            .doc("The ARN of the membership.")
            .read(|it: &PrivacyBudgetSummary| Some(it.membership_arn.clone()));
        let rows = rows(|it: &PrivacyBudgetSummary| Seen::from(it));
        shown(rows.into_iter().chain([collaboration_id.into(), membership_arn.into()]))
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<PrivacyBudgetSummary>, AwsError> {
        const CALL: &str = "ListPrivacyBudgets";
        let wanted = Wanted::of(config);
        let mut budgets = all_pages(CALL, &at.stop, |token| async {
            let call = (at.sdk.list_privacy_budgets())
                .membership_identifier(text(config, "membership_id"))
                .privacy_budget_type(wanted.kind.clone())
                .set_access_budget_resource_arn(wanted.resource.clone())
                .max_results(PAGE_SIZE)
                .set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.privacy_budget_summaries, reply.next_token))
        })
        .await?;
        budgets.retain(|it| Seen::from(it).is_of(&wanted));
        Ok(budgets)
    }
}

/// The budgets of a collaboration, whoever has set them up.
pub struct CollaborationPrivacyBudgets;

impl Listing for CollaborationPrivacyBudgets {
    const TYPE_NAME: &'static str = "cleanrooms_collaboration_privacy_budgets";
    const ENTRIES: &'static str = "privacy_budgets";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListCollaborationPrivacyBudgets"])];
    const ABOUT: &'static str = "The privacy budgets of a collaboration, whichever member has set them up, and \
                                 what is left of them, as the members see them. There may be none. The \
                                 numbers change with every use, and so does whatever refers to them.";
    const NARROWED: &'static [&'static str] = &[RESOURCE];
    type Entry = CollaborationPrivacyBudgetSummary;

    fn arguments() -> Vec<Attribute> {
        let creator =
            argument("creator_account_id", &account_id(), "Only budgets of this account.");
        std::iter::once(collaboration_id()).chain(filters()).chain([creator]).collect()
    }

    fn entry() -> Codec<(), CollaborationPrivacyBudgetSummary> {
        let creator = field("creator_account_id", string())
            .computed()
            .doc("The account of the member that has set it up.")
            .read(|it: &CollaborationPrivacyBudgetSummary| Some(it.creator_account_id.clone()));
        let rows = rows(|it: &CollaborationPrivacyBudgetSummary| Seen::from(it));
        shown(rows.into_iter().chain([creator.into()]))
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<CollaborationPrivacyBudgetSummary>, AwsError> {
        const CALL: &str = "ListCollaborationPrivacyBudgets";
        let wanted = Wanted::of(config);
        let mut budgets = all_pages(CALL, &at.stop, |token| async {
            let call = (at.sdk.list_collaboration_privacy_budgets())
                .collaboration_identifier(text(config, "collaboration_id"))
                .privacy_budget_type(wanted.kind.clone())
                .set_access_budget_resource_arn(wanted.resource.clone())
                .max_results(PAGE_SIZE)
                .set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.collaboration_privacy_budget_summaries, reply.next_token))
        })
        .await?;
        budgets.retain(|it| Seen::from(it).is_of(&wanted));
        Ok(budgets)
    }
}

fn membership_id() -> Attribute {
    required("membership_id", &uuid(), "The id of the membership.")
}

/// What a budget of differential privacy would allow. Nothing is set up.
pub struct PrivacyImpact;

impl View for PrivacyImpact {
    const TYPE_NAME: &'static str = "cleanrooms_privacy_impact";
    const NOUN: &'static str = "privacy impact for membership";
    const NAMED_BY: &'static str = "membership_id";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:PreviewPrivacyImpact"])];
    const ABOUT: &'static str = "How many aggregations a privacy budget of differential privacy would allow, \
                                 to choose its parameters by. Nothing is set up.";
    type Item = Vec<DifferentialPrivacyPreviewAggregation>;

    fn arguments() -> Vec<Attribute> {
        vec![
            membership_id(),
            required(
                "epsilon",
                &small_integer().validate(whole(1..=20)),
                "How much may be learned of users in all, 1 to 20: the more, the less is protected.",
            ),
            required(
                "users_noise_per_query",
                &small_integer().validate(whole(10..=100)),
                "How many users the noise of a query hides, 10 to 100.",
            ),
        ]
    }

    fn rows() -> Vec<Row<(), (), Self::Item>> {
        type Aggregation = DifferentialPrivacyPreviewAggregation;
        let max_count = field("max_count", small_integer().viewed())
            .computed()
            .doc("How many such aggregations the whole budget would allow.")
            .read(|it: &Aggregation| Some(it.max_count));
        let aggregations = rows_of([max_count.into()]);
        let aggregations = aggregations.keyed_by(|(), _| (), |it| it.r#type.as_str().to_owned());
        let all = |it: &Self::Item| Some(it.clone());
        vec![field("aggregations", aggregations).computed().doc(AGGREGATIONS).read(all).into()]
    }

    async fn get(at: &Reading<'_>, config: &Value) -> Result<Self::Item, AwsError> {
        const CALL: &str = "PreviewPrivacyImpact";
        let number = |name: &'static str| {
            small_integer().decode(config.get(name), &AttributePath::of(name)).ok().flatten()
        };
        let parameters = DifferentialPrivacyPreviewParametersInput::builder()
            .set_epsilon(number("epsilon"))
            .set_users_noise_per_query(number("users_noise_per_query"))
            .build();
        // Both are whole numbers by now; the service refuses a call without them.
        let parameters =
            parameters.ok().map(PreviewPrivacyImpactParametersInput::DifferentialPrivacy);
        let call = at.sdk.preview_privacy_impact().set_parameters(parameters);
        let call = call.membership_identifier(text(config, "membership_id"));
        let reply = call.send().await.map_err(AwsError::of(CALL))?;
        match reply.privacy_impact {
            Some(Impact::DifferentialPrivacy(impact)) => Ok(impact.aggregations),
            _ => Err(AwsError::unreadable(CALL)),
        }
    }
}
