//! The privacy budget templates that a membership has made.

use aws_sdk_cleanrooms::types::{PrivacyBudgetTemplateSummary, PrivacyBudgetType};

use super::{PrivacyBudgetTemplate, list_all};
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, described_by, filter, required};
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::time::time;
use crate::framework::codec::{Codec, object, string, text_enum};
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
        let text = |name, read: fn(&Entry) -> String| {
            field::<(), Entry, String, String>(name, string())
                .computed()
                .read(move |it: &Entry| Some(read(it)))
        };
        let entry = object(Ok::<(), String>)
            .with(text("id", |it| it.id.clone()))
            .with(text("arn", |it| it.arn.clone()))
            .with(
                field("privacy_budget_type", text_enum::<PrivacyBudgetType>())
                    .computed()
                    .read(|it: &Entry| Some(it.privacy_budget_type.clone())),
            )
            .with(text("membership_id", |it| it.membership_id.clone()))
            .with(text("membership_arn", |it| it.membership_arn.clone()))
            .with(text("collaboration_id", |it| it.collaboration_id.clone()))
            .with(text("collaboration_arn", |it| it.collaboration_arn.clone()))
            .with(field("create_time", time()).computed().read(|it: &Entry| Some(it.create_time)))
            .with(field("update_time", time()).computed().read(|it: &Entry| Some(it.update_time)))
            .single();
        described_by::<PrivacyBudgetTemplate, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<PrivacyBudgetTemplateSummary>, AwsError> {
        list_all(at, config.get("membership_id").as_str().unwrap_or_default()).await
    }
}
