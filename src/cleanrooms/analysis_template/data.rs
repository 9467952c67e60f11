//! The analysis templates that a membership has made.

use aws_sdk_cleanrooms::types::AnalysisTemplateSummary;

use super::AnalysisTemplate;
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, described_by, filter, required, told};
use crate::cleanrooms::of_membership::of_membership;
use crate::cleanrooms::query::Queried;
use crate::cleanrooms::shapes::ids::uuid;
use crate::framework::codec::{Codec, boolean};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Queried for AnalysisTemplate {
    type Among = AnalysisTemplates;
    const ABOUT: &'static str =
        "The analysis templates that a membership of the account's own has made.";
}

/// The templates of a membership.
pub struct AnalysisTemplates;

impl Listing for AnalysisTemplates {
    const TYPE_NAME: &'static str = "cleanrooms_analysis_templates";
    const ENTRIES: &'static str = "analysis_templates";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListAnalysisTemplates"])];
    const ABOUT: &'static str = "The analysis templates that a membership of the account's own has made, or \
                                 those of them that are asked for. There may be none.";
    type Entry = AnalysisTemplateSummary;

    fn arguments() -> Vec<Attribute> {
        let parent = required("membership_id", &uuid(), "The id of the membership.");
        let name = filter::<AnalysisTemplate>("name", "Only the template of this name.");
        std::iter::once(parent).chain(name).collect()
    }

    fn entry() -> Codec<(), AnalysisTemplateSummary> {
        type Entry = AnalysisTemplateSummary;
        let entry = of_membership()
            .with(told("name", |it: &Entry| it.name.clone()))
            .with(told("description", |it: &Entry| it.description.clone().unwrap_or_default()))
            .with(
                field("is_synthetic_data", boolean())
                    .computed()
                    .doc("Whether its result is synthetic data.")
                    .read(|it: &Entry| it.is_synthetic_data),
            )
            .single();
        described_by::<AnalysisTemplate, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<AnalysisTemplateSummary>, AwsError> {
        const CALL: &str = "ListAnalysisTemplates";
        let membership_id = config.get("membership_id").as_str().unwrap_or_default();
        all_pages(CALL, &at.stop, |token| async {
            let call = at.sdk.list_analysis_templates().max_results(PAGE_SIZE);
            let call = call.membership_identifier(membership_id).set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.analysis_template_summaries, reply.next_token))
        })
        .await
    }
}
