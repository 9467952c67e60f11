//! The analysis templates of a collaboration: what members let each other run, as all of them see it.

use aws_sdk_cleanrooms::types::{
    AnalysisFormat, AnalysisSource, AnalysisTemplateArtifacts,
    CollaborationAnalysisTemplate as Item, CollaborationAnalysisTemplateSummary,
};

use super::parts;
use crate::cleanrooms::analysis_template::source::{artifact, metadata};
use crate::cleanrooms::analysis_template::{
    error_messages, parameters, schema, synthetic_data, validations,
};
use crate::cleanrooms::aws::{AwsError, PAGE_SIZE, all_pages};
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, argument, required};
use crate::cleanrooms::shapes::text::{alias, analysis_template_arn};
use crate::cleanrooms::view::{View, collaboration_id, shown, text};
use crate::framework::codec::{Codec, boolean, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::Attribute;
use crate::wire::Value;

const NOUN: &str = "analysis template";

fn name<T: 'static>(of: fn(&T) -> &String) -> Row<(), (), T> {
    let name = field("name", string()).computed().doc("The name of the analysis template.");
    name.read(move |it: &T| Some(of(it).clone())).into()
}

fn description<T: 'static>(of: fn(&T) -> &Option<String>) -> Row<(), (), T> {
    let description = field("description", string()).computed().doc("What it is for.");
    description.read(move |it: &T| of(it).clone()).into()
}

/// The analysis templates of a collaboration.
pub struct CollaborationAnalysisTemplates;

impl Listing for CollaborationAnalysisTemplates {
    const TYPE_NAME: &'static str = "cleanrooms_collaboration_analysis_templates";
    const ENTRIES: &'static str = "analysis_templates";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:ListCollaborationAnalysisTemplates"])];
    const ABOUT: &'static str = "The analysis templates of a collaboration, whichever member has made them, \
                                 or those of them that are asked for. There may be none.";
    type Entry = CollaborationAnalysisTemplateSummary;

    fn arguments() -> Vec<Attribute> {
        vec![
            collaboration_id(),
            argument("name", &alias(), "Only templates of this name."),
            parts::creator_account_id("templates"),
        ]
    }

    fn entry() -> Codec<(), CollaborationAnalysisTemplateSummary> {
        let is_synthetic_data = field("is_synthetic_data", boolean().viewed())
            .computed()
            .doc("Whether it makes synthetic data, where the service tells.")
            .read(|it: &Self::Entry| it.is_synthetic_data);
        let head = [
            parts::id(NOUN),
            parts::arn(NOUN),
            name(|it: &Self::Entry| &it.name),
            description(|it: &Self::Entry| &it.description),
            is_synthetic_data.into(),
        ];
        shown(head.into_iter().chain(parts::rows(NOUN)))
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<Self::Entry>, AwsError> {
        const CALL: &str = "ListCollaborationAnalysisTemplates";
        all_pages(CALL, &at.stop, |token| async {
            let call = (at.sdk.list_collaboration_analysis_templates())
                .collaboration_identifier(text(config, "collaboration_id"))
                .max_results(PAGE_SIZE)
                .set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(CALL))?;
            Ok((reply.collaboration_analysis_template_summaries, reply.next_token))
        })
        .await
    }
}

/// One of them.
pub struct CollaborationAnalysisTemplate;

impl View for CollaborationAnalysisTemplate {
    const TYPE_NAME: &'static str = "cleanrooms_collaboration_analysis_template";
    const NOUN: &'static str = NOUN;
    const NAMED_BY: &'static str = "arn";
    const LOOKS: &'static [Need] =
        &[Need::always(&["cleanrooms:GetCollaborationAnalysisTemplate"])];
    const ABOUT: &'static str = "An analysis template of a collaboration, whichever member has made it: what \
                                 would run, to be read before a rule allows it.";
    type Item = Item;

    fn arguments() -> Vec<Attribute> {
        let about = "The ARN of the analysis template.";
        vec![collaboration_id(), required("arn", &analysis_template_arn(), about)]
    }

    fn rows() -> Vec<Row<(), (), Item>> {
        let more = [
            name(|it: &Item| &it.name),
            description(|it: &Item| &it.description),
            field("format", text_enum::<AnalysisFormat>())
                .computed()
                .doc("What it is written in: `SQL`, or a version of PySpark.")
                .read(|it: &Item| Some(it.format.clone()))
                .into(),
            field("source", source())
                .computed()
                .doc(
                    "The text or the program. Null for a program of another account, of which \
                     `source_metadata` tells whether it is the same.",
                )
                .read(|it: &Item| it.source.clone().filter(|it| !it.is_unknown()))
                .into(),
            field("source_metadata", metadata().viewed())
                .computed()
                .doc("What tells one program from another; null for a text.")
                .read(|it: &Item| it.source_metadata.clone().filter(|it| !it.is_unknown()))
                .into(),
            field("analysis_parameters", parameters().viewed())
                .computed()
                .doc("What may be filled in at each run, by name.")
                .read(|it: &Item| Some(it.analysis_parameters.clone().unwrap_or_default()))
                .into(),
            field("schema", schema().viewed())
                .computed()
                .doc("What the template works on.")
                .read(|it: &Item| it.schema.clone())
                .into(),
            field("validations", validations().viewed())
                .computed()
                .doc(
                    "Whether the template keeps to what protects the tables. It changes when rules, \
                     tables or budgets do, of whichever member.",
                )
                .read(|it: &Item| Some(it.validations.clone().unwrap_or_default()))
                .into(),
            field("error_message_configuration", error_messages().viewed())
                .computed()
                .doc("How much the messages of a failed run say; null where that is little.")
                .read(|it: &Item| it.error_message_configuration.clone())
                .into(),
            field("synthetic_data_parameters", synthetic_data().viewed())
                .computed()
                .doc("How synthetic data is made of the result; null where none is.")
                .read(|it: &Item| {
                    it.synthetic_data_parameters.clone().filter(|it| !it.is_unknown())
                })
                .into(),
        ];
        let head = std::iter::once(parts::id(NOUN)).chain(more);
        head.chain(parts::rows(NOUN)).collect()
    }

    async fn get(at: &Reading<'_>, config: &Value) -> Result<Item, AwsError> {
        const CALL: &str = "GetCollaborationAnalysisTemplate";
        let call = (at.sdk.get_collaboration_analysis_template())
            .collaboration_identifier(text(config, "collaboration_id"))
            .analysis_template_arn(text(config, "arn"));
        let reply = call.send().await.map_err(AwsError::of(CALL))?;
        let found = reply.collaboration_analysis_template;
        found.ok_or_else(|| AwsError::unreadable(CALL))
    }
}

fn source() -> Codec<(), AnalysisSource> {
    shown([
        field("text", string())
            .computed()
            .doc("The SQL; null for a program.")
            .read(|it: &AnalysisSource| it.as_text().ok().cloned())
            .into(),
        field("artifacts", artifacts())
            .computed()
            .doc("Where the program is; null for a text.")
            .read(|it: &AnalysisSource| it.as_artifacts().ok().cloned())
            .into(),
    ])
}

fn artifacts() -> Codec<(), AnalysisTemplateArtifacts> {
    type Artifacts = AnalysisTemplateArtifacts;
    shown([
        field("entry_point", artifact().single().viewed())
            .computed()
            .doc("What is started.")
            .read(|it: &Artifacts| it.entry_point.clone())
            .into(),
        field("additional_artifacts", artifact().set().viewed())
            .computed()
            .doc("What it needs besides.")
            .read(|it: &Artifacts| Some(it.additional_artifacts.clone().unwrap_or_default()))
            .into(),
        field("role_arn", string())
            .computed()
            .doc("The ARN of the IAM role that reads the program.")
            .read(|it: &Artifacts| Some(it.role_arn.clone()))
            .into(),
    ])
}

#[cfg(test)]
mod tests {
    use aws_sdk_cleanrooms::types::{
        AnalysisTemplateArtifact, ColumnClassificationDetails, MlSyntheticDataParameters,
        S3Location, SyntheticDataColumnProperties, SyntheticDataColumnType,
        SyntheticDataParameters,
    };
    use serde_json::json;

    use super::*;
    use crate::framework::testing::value;

    #[test]
    fn a_program_is_shown_with_where_it_is() {
        let artifact = |key: &str| {
            let location = S3Location::builder().bucket("code").key(key).build().expect("whole");
            AnalysisTemplateArtifact::builder().location(location).build()
        };
        let artifacts = AnalysisTemplateArtifacts::builder().entry_point(artifact("main.py"));
        let artifacts = artifacts.additional_artifacts(artifact("more.zip")).role_arn("role");
        let seen = source().encode(&AnalysisSource::Artifacts(artifacts.build().expect("whole")));
        let at = |key: &str| json!({ "location": { "bucket": "code", "key": key } });
        let wanted = json!({ "text": null, "artifacts": {
            "entry_point": at("main.py"), "additional_artifacts": [at("more.zip")], "role_arn": "role",
        } });
        assert_eq!(seen, value(&source().kind.implied_type(), &wanted));
    }

    #[test]
    fn numbers_are_as_short_as_they_were_written() {
        let column = SyntheticDataColumnProperties::builder()
            .column_name("age")
            .column_type(SyntheticDataColumnType::Numerical)
            .is_predictive_value(true);
        let columns = ColumnClassificationDetails::builder();
        let columns = columns.column_mapping(column.build().expect("whole"));
        let parameters = MlSyntheticDataParameters::builder()
            .epsilon(0.1)
            .max_membership_inference_attack_score(0.75)
            .column_classification(columns.build().expect("whole"));
        let parameters = parameters.build().expect("whole");
        let seen = SyntheticDataParameters::MlSyntheticDataParameters(parameters);
        let seen = synthetic_data().encode(&seen);
        let wanted = json!({ "ml_synthetic_data_parameters": {
            "epsilon": 0.1, "max_membership_inference_attack_score": 0.75,
            "column_classification": { "column_mapping": {
                "age": { "column_type": "NUMERICAL", "is_predictive_value": true },
            } },
        } });
        assert_eq!(seen, value(&synthetic_data().kind.implied_type(), &wanted));
    }
}
