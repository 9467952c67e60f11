//! The privacy budget templates of a collaboration: what each member has set up, as all of them see it.

use aws_sdk_cleanrooms::types::{
    CollaborationPrivacyBudgetTemplate as Item, CollaborationPrivacyBudgetTemplateSummary,
    PrivacyBudgetTemplateAutoRefresh, PrivacyBudgetType,
};

use super::parts;
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, argument, required};
use crate::cleanrooms::privacy_budget_template::parameters::{of_reply, parameters};
use crate::cleanrooms::shapes::enumeration::{constant, open};
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::view::{View, collaboration_id, shown, text};
use crate::framework::codec::{Codec, text_enum};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::Attribute;
use crate::wire::Value;

const NOUN: &str = "privacy budget template";

fn privacy_budget_type<T: 'static>(of: fn(&T) -> &PrivacyBudgetType) -> Row<(), (), T> {
    field("privacy_budget_type", text_enum::<PrivacyBudgetType>())
        .computed()
        .doc("`DIFFERENTIAL_PRIVACY` or `ACCESS_BUDGET`.")
        .read(move |it: &T| Some(of(it).clone()))
        .into()
}

/// The privacy budget templates of a collaboration.
pub struct CollaborationPrivacyBudgetTemplates;

impl Listing for CollaborationPrivacyBudgetTemplates {
    const TYPE_NAME: &'static str = "cleanrooms_collaboration_privacy_budget_templates";
    const ENTRIES: &'static str = "privacy_budget_templates";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:ListCollaborationPrivacyBudgetTemplates"])];
    const ABOUT: &'static str = "The privacy budget templates of a collaboration, whichever member has made \
                                 them, or those of them that are asked for. There may be none.";
    type Entry = CollaborationPrivacyBudgetTemplateSummary;

    fn arguments() -> Vec<Attribute> {
        let types = open::<PrivacyBudgetType>(PrivacyBudgetType::values(), constant);
        vec![
            collaboration_id(),
            argument(
                "privacy_budget_type",
                &types,
                "Only templates of this type: `DIFFERENTIAL_PRIVACY` or `ACCESS_BUDGET`.",
            ),
            parts::creator_account_id("templates"),
        ]
    }

    fn entry() -> Codec<(), CollaborationPrivacyBudgetTemplateSummary> {
        let kind = privacy_budget_type(|it: &Self::Entry| &it.privacy_budget_type);
        let head = [parts::id(NOUN), parts::arn(NOUN), kind];
        shown(head.into_iter().chain(parts::rows(NOUN)))
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<Self::Entry>, AwsError> {
        const CALL: &str = "ListCollaborationPrivacyBudgetTemplates";
        all_pages(CALL, &at.stop, |token| async {
            let call = (at.sdk.list_collaboration_privacy_budget_templates())
                .collaboration_identifier(text(config, "collaboration_id"))
                .max_results(PAGE_SIZE)
                .set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.collaboration_privacy_budget_template_summaries, reply.next_token))
        })
        .await
    }
}

/// One of them.
pub struct CollaborationPrivacyBudgetTemplate;

impl View for CollaborationPrivacyBudgetTemplate {
    const TYPE_NAME: &'static str = "cleanrooms_collaboration_privacy_budget_template";
    const NOUN: &'static str = NOUN;
    const NAMED_BY: &'static str = "id";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:GetCollaborationPrivacyBudgetTemplate"])];
    const ABOUT: &'static str = "A privacy budget template of a collaboration, whichever member has made it: \
                                 how much may be learned of users, or how often a table may be used.";
    type Item = Item;

    fn arguments() -> Vec<Attribute> {
        vec![collaboration_id(), required("id", &uuid(), "The id of the privacy budget template.")]
    }

    fn rows() -> Vec<Row<(), (), Item>> {
        let more = [
            privacy_budget_type(|it: &Item| &it.privacy_budget_type),
            field("auto_refresh", text_enum::<PrivacyBudgetTemplateAutoRefresh>())
                .computed()
                .doc("Whether a new budget begins with each month: `CALENDAR_MONTH`, or `NONE`.")
                .read(|it: &Item| Some(it.auto_refresh.clone()))
                .into(),
            field("parameters", parameters().viewed())
                .computed()
                .doc("How large the budget is: one of these, by the type.")
                .read(|it: &Item| it.parameters.as_ref().and_then(of_reply))
                .into(),
        ];
        let head = std::iter::once(parts::arn(NOUN)).chain(more);
        head.chain(parts::rows(NOUN)).collect()
    }

    async fn get(at: &Reading<'_>, config: &Value) -> Result<Item, AwsError> {
        const CALL: &str = "GetCollaborationPrivacyBudgetTemplate";
        let call = (at.sdk.get_collaboration_privacy_budget_template())
            .collaboration_identifier(text(config, "collaboration_id"))
            .privacy_budget_template_identifier(text(config, "id"));
        let reply = call.send().await.map_err(AwsError::of(CALL))?;
        let found = reply.collaboration_privacy_budget_template;
        found.ok_or_else(|| AwsError::unreadable(CALL))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cleanrooms::types::{
        AccessBudgetType, AccessBudgetsPrivacyTemplateParametersOutput, AutoRefreshMode,
        BudgetParameter, PrivacyBudgetTemplateParametersOutput as Reply,
    };
    use serde_json::json;

    use super::*;
    use crate::framework::testing::value;

    #[test]
    fn the_periods_of_an_access_budget_are_a_map() {
        let day = BudgetParameter::builder()
            .r#type(AccessBudgetType::CalendarDay)
            .budget(5)
            .auto_refresh(AutoRefreshMode::Enabled);
        let lifetime = BudgetParameter::builder().r#type(AccessBudgetType::Lifetime).budget(100);
        let budget = AccessBudgetsPrivacyTemplateParametersOutput::builder()
            .resource_arn("arn")
            .budget_parameters(day.build().expect("whole"))
            .budget_parameters(lifetime.build().expect("whole"));
        let reply = Reply::AccessBudget(budget.build().expect("whole"));
        let seen = parameters().encode(&of_reply(&reply).expect("a known kind"));
        let wanted = json!({ "differential_privacy": null, "access_budget": {
            "resource_arn": "arn",
            "budget_parameters": {
                "CALENDAR_DAY": { "budget": 5, "auto_refresh": "ENABLED" },
                "LIFETIME": { "budget": 100, "auto_refresh": null },
            },
        } });
        assert_eq!(seen, value(&parameters().kind.implied_type(), &wanted));
    }
}
