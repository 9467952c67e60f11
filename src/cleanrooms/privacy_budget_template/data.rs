//! The privacy budget templates that a membership has made.

use aws_sdk_cleanrooms::types::{PrivacyBudgetTemplateSummary, PrivacyBudgetType};

use super::PrivacyBudgetTemplate;
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, described_by, filter, required};
use crate::cleanrooms::of_membership::of_membership;
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::ids::uuid;
use crate::framework::codec::{Codec, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Queried for PrivacyBudgetTemplate {
    type Among = PrivacyBudgetTemplates;
    const ABOUT: &'static str =
        "The privacy budget templates that a membership of the account's own has made.";
    const CALLED: &'static str = "privacy_budget_type";
}

/// The templates of a membership.
pub struct PrivacyBudgetTemplates;

impl Listing for PrivacyBudgetTemplates {
    const TYPE_NAME: &'static str = "cleanrooms_privacy_budget_templates";
    const ENTRIES: &'static str = "privacy_budget_templates";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListPrivacyBudgetTemplates"])];
    const ABOUT: &'static str = "The privacy budget templates that a membership of the account's own has made, or \
                                 those of them that are asked for. There may be none.";
    type Entry = PrivacyBudgetTemplateSummary;

    fn arguments() -> Vec<Attribute> {
        let parent = required("membership_id", &uuid(), "The id of the membership.");
        let kind = filter::<PrivacyBudgetTemplate>(
            "privacy_budget_type",
            "Only templates of this type: `DIFFERENTIAL_PRIVACY` or `ACCESS_BUDGET`.",
        );
        std::iter::once(parent).chain(kind).collect()
    }

    fn entry() -> Codec<(), PrivacyBudgetTemplateSummary> {
        type Entry = PrivacyBudgetTemplateSummary;
        let entry = of_membership()
            .with(
                field("privacy_budget_type", text_enum::<PrivacyBudgetType>())
                    .computed()
                    .read(|it: &Entry| Some(it.privacy_budget_type.clone())),
            )
            .single();
        described_by::<PrivacyBudgetTemplate, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<PrivacyBudgetTemplateSummary>, AwsError> {
        const CALL: &str = "ListPrivacyBudgetTemplates";
        let membership_id = config.get("membership_id").as_str().unwrap_or_default();
        all_pages(CALL, &at.stop, |token| async {
            let call = at.sdk.list_privacy_budget_templates().max_results(PAGE_SIZE);
            let call = call.membership_identifier(membership_id).set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.privacy_budget_template_summaries, reply.next_token))
        })
        .await
    }
}
