//! `cleanrooms_privacy_budget_template`: how much may be learned in a collaboration, or how often a table may be used.

mod checks;
pub mod data;
pub mod parameters;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_privacy_budget_template::builders::CreatePrivacyBudgetTemplateInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_privacy_budget_template::builders::UpdatePrivacyBudgetTemplateInputBuilder as Update;
use aws_sdk_cleanrooms::types::{
    PrivacyBudgetTemplate as Item, PrivacyBudgetTemplateAutoRefresh, PrivacyBudgetType,
};

use super::aws::AwsError;
use super::client::{Client, Reading};
use super::key::Key;
use super::kind::Kind;
use super::listing::Listing;
use super::object::target::namesake;
use super::object::{Candidate, Facts, Object, Obstacle, Of, there};
use super::shapes::enumeration::{constant, open};
use super::shapes::ids::uuid;
use crate::framework::codec::string;
use crate::framework::moving::{Origin, Origins};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Change, Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct PrivacyBudgetTemplate;

type Row = Of<PrivacyBudgetTemplate>;

const TYPE: &str = "privacy_budget_type";
const PARAMETERS: &str = "parameters";

impl Object for PrivacyBudgetTemplate {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_privacy_budget_template",
        noun: "privacy budget template",
        arn: Some("privacybudgettemplate"),
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &["arn"],
        former_identity: &[
            ("membership_identifier", "membership_id"),
            ("privacy_budget_template_identifier", "id"),
        ],
        tagged: true,
        // Of differential privacy a collaboration has one; of access budgets nothing says so.
        is_unique: false,
        type_is_found: false,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const ORIGINS: Option<&'static Origins> = Some(&Origins {
        ours: "tags_all",
        all: &[Origin {
            type_name: "awscc_cleanrooms_privacy_budget_template",
            renamed: &[
                ("collaboration_identifier", "collaboration_id"),
                ("membership_identifier", "membership_id"),
                ("privacy_budget_template_identifier", "id"),
            ],
            reshape: |stored| {
                let flat = stored.remove(PARAMETERS).unwrap_or_default();
                stored.insert(PARAMETERS.to_owned(), parameters::of_awscc(flat));
                Ok(())
            },
        }],
    });

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetPrivacyBudgetTemplate"]),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreatePrivacyBudgetTemplate",
            "cleanrooms:DeletePrivacyBudgetTemplate",
            "cleanrooms:UpdatePrivacyBudgetTemplate",
        ]),
        Need::when(
            "to find a template whose creation was not answered",
            &["cleanrooms:ListPrivacyBudgetTemplates"],
        ),
    ];

    const TIMEOUTS: [&'static str; 2] = [
        "How long a creation is tried while the service throttles: ten minutes when left out.",
        "How long a change is tried while the membership is too new to be seen: half a minute at most.",
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "A privacy budget template: with differential privacy, how much the queries of a \
             collaboration may tell about a single user; with an access budget, how often a table \
             may be used.",
        )
        .with(
            Row::attribute("membership_id", uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the membership in the collaboration. Another one replaces the \
                      template; one that is not known yet may turn out to be the same.",
                )
                .create(Create::set_membership_identifier)
                .read(|r| Some(r.item.membership_id.clone())),
        )
        .with(
            Row::attribute(TYPE, open::<PrivacyBudgetType>(PrivacyBudgetType::values(), constant))
                .required()
                .requires_replace()
                .doc(
                    "`DIFFERENTIAL_PRIVACY`, of which a collaboration has one template, or \
                  `ACCESS_BUDGET`. Another one replaces the template.",
                )
                .create(Create::set_privacy_budget_type)
                .read(|r| Some(r.item.privacy_budget_type.clone())),
        )
        .with(
            Row::attribute(
                "auto_refresh",
                open::<PrivacyBudgetTemplateAutoRefresh>(
                    PrivacyBudgetTemplateAutoRefresh::values(),
                    constant,
                ),
            )
            .optional_computed()
            .requires_replace()
            .doc(
                "`CALENDAR_MONTH` if the budget of differential privacy is whole again each month, \
                  or `NONE`; what the service decides when left out. Another one replaces the \
                  template.",
            )
            .create(Create::set_auto_refresh)
            .read(|r| Some(r.item.auto_refresh.clone())),
        )
        .with(
            Row::attribute(PARAMETERS, parameters::parameters())
                .required()
                .equivalent(parameters::are_same)
                .doc(
                    "The budget: `differential_privacy` or `access_budget`, as the type says. \
                      Changed in place, but for what an access budget is for.",
                )
                .create(Create::set_parameters)
                .update(|input: Update, given| {
                    input.set_parameters(given.and_then(parameters::update))
                })
                .read(|r| r.item.parameters.as_ref().and_then(parameters::of_reply)),
        )
        .with(
            Row::attribute("membership_arn", string())
                .computed()
                .doc("The ARN of the membership.")
                .read(|r| Some(r.item.membership_arn.clone())),
        )
        .with(
            Row::attribute("collaboration_id", string())
                .computed()
                .doc("The id of the collaboration.")
                .read(|r| Some(r.item.collaboration_id.clone())),
        )
        .with(
            Row::attribute("collaboration_arn", string())
                .computed()
                .doc("The ARN of the collaboration.")
                .read(|r| Some(r.item.collaboration_arn.clone())),
        )
    }

    fn facts(item: &Item) -> Facts {
        Facts::of(&item.id, &item.arn, item.create_time, item.update_time)
    }

    fn tag(input: Create, tags: Option<HashMap<String, String>>) -> Create {
        input.set_tags(tags)
    }

    async fn create(sdk: &Sdk, input: Create) -> Result<Item, AwsError> {
        const CALL: &str = "CreatePrivacyBudgetTemplate";
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.privacy_budget_template.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetPrivacyBudgetTemplate";
        let call = at.sdk.get_privacy_budget_template().membership_identifier(key.parent());
        let sent = call.privacy_budget_template_identifier(key.id()).send().await;
        let reply = sent.map_err(AwsError::of(CALL))?;
        reply.privacy_budget_template.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.membership_identifier(key.parent());
        let sent = input.privacy_budget_template_identifier(key.id()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdatePrivacyBudgetTemplate"))
    }

    /// Each one begins an access budget anew, and what was used of it meanwhile would no longer count.
    const UPDATES_MAY_BE_REPEATED: bool = false;

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_privacy_budget_template().membership_identifier(key.parent());
        let sent = call.privacy_budget_template_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeletePrivacyBudgetTemplate"))
    }

    /// One is told from another by its type, and an access budget by what it is for.
    fn name(planned: &Value) -> String {
        let text = |name| planned.get(name).as_str().unwrap_or_default();
        format!("{}/{}/{}", text("membership_id"), text(TYPE), checks::resource(planned))
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        let text = |name| planned.get(name).as_str().unwrap_or_default();
        let (membership_id, table) = (text("membership_id"), checks::resource(planned));
        let listed = data::PrivacyBudgetTemplates::list(at, planned).await?;
        let of_type = listed.iter().filter(|it| it.privacy_budget_type.as_str() == text(TYPE));
        let mut found = Vec::new();
        for one in of_type.filter_map(|it| Candidate::of([membership_id, &it.id], it.create_time)) {
            // The list does not say what an access budget is for.
            if table.is_empty() || parameters::table_of(there::<Self>(at, &one.key).await?) == table
            {
                found.push(one);
            }
        }
        Ok(found)
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        checks::validate(config, diagnostics);
    }

    fn plan(plan: &mut Plan<'_>, _client: Option<&Client>, _private: &mut Private) {
        checks::plan(plan);
    }

    fn loses(prior: &Value) -> Option<Diagnostic> {
        checks::loses(prior)
    }

    fn complete_update(
        input: Option<Update>,
        change: Change<'_>,
    ) -> Result<Option<Update>, Diagnostic> {
        Ok(input.map(|input| parameters::complete(input, change)))
    }

    fn taken(parent: &Value) -> Diagnostic {
        checks::taken(parent)
    }

    const TARGET: &'static [&'static str] = &["membership_id", TYPE];

    /// The membership has no template of differential privacy yet; of access budgets nothing says so.
    async fn check_target(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
        if target.get(TYPE).as_str() != Some(checks::DIFFERENTIAL_PRIVACY) {
            return Ok(None);
        }
        let other = namesake::<Self>(at, target, prior).await?;
        Ok(other.map(|id| format!("Privacy budget template {id} is one of that type already.")))
    }
}

#[cfg(test)]
mod tests;
