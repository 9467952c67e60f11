//! `cleanrooms_analysis_template`: a query or a program that the members of a collaboration let each other run.

mod checks;
pub mod data;
pub mod source;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_analysis_template::builders::CreateAnalysisTemplateInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_analysis_template::builders::UpdateAnalysisTemplateInputBuilder as Update;
use aws_sdk_cleanrooms::types::builders::{
    AnalysisParameterBuilder, AnalysisSchemaBuilder, AnalysisTemplateValidationStatusDetailBuilder,
    AnalysisTemplateValidationStatusReasonBuilder, ColumnClassificationDetailsBuilder,
    ErrorMessageConfigurationBuilder, MlSyntheticDataParametersBuilder,
    SyntheticDataColumnPropertiesBuilder,
};
use aws_sdk_cleanrooms::types::{
    AnalysisFormat, AnalysisParameter, AnalysisSchema, AnalysisTemplate as Item,
    AnalysisTemplateValidationStatus, AnalysisTemplateValidationStatusDetail,
    AnalysisTemplateValidationStatusReason, AnalysisTemplateValidationType,
    ColumnClassificationDetails, ErrorMessageConfiguration, ErrorMessageType,
    MlSyntheticDataParameters, ParameterType, SyntheticDataColumnProperties,
    SyntheticDataColumnType, SyntheticDataParameters,
};

use super::allowed::another_arn;
use super::aws::{AwsError, ErrorKind, ValidationReason};
use super::client::{Client, Reading};
use super::key::Key;
use super::kind::Kind;
use super::listing::Listing;
use super::object::target::namesake;
use super::object::{Candidate, Facts, Object, Obstacle, Of};
use super::origins;
use super::shapes::enumeration::{constant, open};
use super::shapes::ids::uuid;
use super::shapes::text::{alias, plain_column, remark, word};
use crate::framework::codec::{
    Codec, boolean, decimal, keys, object, one_of, set_of, string, text_enum, variant,
};
use crate::framework::moving::{Origin, Origins};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::row::field;
use crate::framework::validators::{length, size, within};
use crate::framework::{Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct AnalysisTemplate;

type Row = Of<AnalysisTemplate>;

impl Object for AnalysisTemplate {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_analysis_template",
        noun: "analysis template",
        arn: Some("analysistemplate"),
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &["arn"],
        former_identity: &[
            ("membership_identifier", "membership_id"),
            ("analysis_template_identifier", "id"),
        ],
        tagged: true,
        // The service may refuse a second one of the name, but nothing says so.
        is_unique: false,
        type_is_found: false,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const ORIGINS: Option<&'static Origins> = Some(&Origins {
        ours: "validations",
        all: &[Origin {
            type_name: "awscc_cleanrooms_analysis_template",
            renamed: &[
                ("analysis_template_identifier", "id"),
                ("collaboration_identifier", "collaboration_id"),
                ("membership_identifier", "membership_id"),
            ],
            reshape: |stored| {
                if let Some(parameters) = stored.get_mut("analysis_parameters") {
                    origins::keyed(parameters, "name");
                }
                let columns = "/ml_synthetic_data_parameters/column_classification/column_mapping";
                let synthetic = stored.get_mut("synthetic_data_parameters");
                if let Some(columns) = synthetic.and_then(|it| it.pointer_mut(columns)) {
                    origins::keyed(columns, "column_name");
                }
                // Its members have other names there, and the first read brings them.
                stored.remove("source_metadata");
                Ok(())
            },
        }],
    });

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetAnalysisTemplate"]),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreateAnalysisTemplate",
            "cleanrooms:DeleteAnalysisTemplate",
            "cleanrooms:UpdateAnalysisTemplate",
        ]),
        Need::when(
            "to find a template whose creation was not answered, and before another name takes the \
             place of the old one",
            &["cleanrooms:ListAnalysisTemplates"],
        ),
        Need::when("where the source is in artifacts", &["iam:PassRole"]),
    ];

    const TIMEOUTS: [&'static str; 2] = [
        "How long a creation is tried while the service throttles, or while the role of artifacts is \
         too new to be used: ten and two minutes when left out.",
        "How long a change is tried while the membership is too new to be seen: half a minute at most.",
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "An analysis template: a query in SQL or a program for PySpark that others see before \
             they allow it. It runs on tables whose custom analysis rules allow its ARN. Only its \
             description and its tags change in place: anything else is another template with \
             another ARN.",
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
            Row::attribute("name", alias())
                .required()
                .requires_replace()
                .doc(
                    "The name of the template, at most 128 characters: letters, digits, \
                      underscores, blanks and single hyphens. Another one replaces the template.",
                )
                .create(Create::set_name)
                .read(|r| Some(r.item.name.clone())),
        )
        .with(
            Row::attribute("description", remark())
                .optional_computed()
                .doc(
                    "What the template is for, at most 255 characters; empty when left out. \
                      Changed in place.",
                )
                .default("".into())
                .create(Create::set_description)
                .update(Update::set_description)
                .read(|r| r.item.description.clone()),
        )
        .with(
            Row::attribute("format", open::<AnalysisFormat>(AnalysisFormat::values(), constant))
                .required()
                .requires_replace()
                .doc(
                    "`SQL`, whose source is a text, or `PYSPARK_1_0` or `PYSPARK_2_0`, whose source \
                      is in artifacts. Another one replaces the template.",
                )
                .create(Create::set_format)
                .read(|r| Some(r.item.format.clone())),
        )
        .with(
            Row::attribute("source", source::source())
                .required()
                .requires_replace()
                .equivalent(source::is_same)
                .doc(
                    "What is run: exactly one of `text` and `artifacts`. Another one replaces the \
                      template. White space at the end of a text, and how its lines end, is no \
                      difference.",
                )
                .create(Create::set_source)
                .read(|r| r.item.source.clone()),
        )
        .with(
            Row::attribute("analysis_parameters", parameters())
                .optional_computed()
                .requires_replace()
                .equivalent(checks::are_same_parameters)
                .doc(
                    "What whoever runs it fills in, by name, at most 50: in SQL a parameter `limit` \
                      is written `:limit`. None when left out. Others replace the template.",
                )
                .default(Value::map([]))
                .create(Create::set_analysis_parameters)
                .read(|r| r.item.analysis_parameters.clone()),
        )
        .with(
            Row::attribute("schema", schema())
                .optional_computed()
                .requires_replace()
                .equivalent(checks::are_same_tables)
                .doc(
                    "The tables that the template reads. In a template of SQL the service finds \
                      them itself; for PySpark they are named here, also such as are not associated \
                      yet. Others replace the template.",
                )
                .create(Create::set_schema)
                .read(|r| r.item.schema.clone()),
        )
        .with(
            Row::attribute("error_message_configuration", error_messages())
                .optional()
                .requires_replace()
                .doc(
                    "How much the messages of a failed PySpark job say. Whoever provides data \
                      sees it before allowing the template. Another one replaces the template.",
                )
                .create(Create::set_error_message_configuration)
                .read(|r| r.item.error_message_configuration.clone()),
        )
        .with(
            Row::attribute("synthetic_data_parameters", synthetic_data())
                .optional()
                .requires_replace()
                .doc(
                    "Makes a template of SQL one whose result is synthetic data for machine \
                      learning. Others replace the template.",
                )
                .create(Create::set_synthetic_data_parameters)
                .read(|r| r.item.synthetic_data_parameters.clone()),
        )
        .with(
            Row::attribute("source_metadata", source::metadata().plain())
                .computed()
                .doc(
                    "The hashes of artifacts as they were when the template was made: \
                      `artifacts`, with `entry_point_hash` and `additional_artifact_hashes`, each \
                      with its `sha256`. A job fails when an artifact has changed since.",
                )
                .read(|r| r.item.source_metadata.clone()),
        )
        .with(
            Row::attribute("validations", validations().plain())
                .computed()
                .unknown_on_update()
                .doc(
                    "Whether the template fits the tables as they are now: the `type` of what was \
                      looked at, its `status` and, where it does not fit, the `reasons`.",
                )
                .read(|r| Some(r.item.validations.clone().unwrap_or_default())),
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
        const CALL: &str = "CreateAnalysisTemplate";
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.analysis_template.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetAnalysisTemplate";
        let call = at.sdk.get_analysis_template().membership_identifier(key.parent());
        let sent = call.analysis_template_identifier(key.id()).send().await;
        let reply = sent.map_err(AwsError::of(CALL))?;
        reply.analysis_template.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.membership_identifier(key.parent());
        let sent = input.analysis_template_identifier(key.id()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateAnalysisTemplate"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_analysis_template().membership_identifier(key.parent());
        let sent = call.analysis_template_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteAnalysisTemplate"))
    }

    /// Names are told apart within a membership.
    fn name(planned: &Value) -> String {
        let text = |name| planned.get(name).as_str().unwrap_or_default();
        format!("{}/{}", text("membership_id"), text("name"))
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        let membership_id = planned.get("membership_id").as_str().unwrap_or_default();
        let listed = data::AnalysisTemplates::list(at, planned).await?;
        let named = listed.iter().filter(|it| planned.get("name").as_str() == Some(&it.name));
        Ok(named.filter_map(|it| Candidate::of([membership_id, &it.id], it.create_time)).collect())
    }

    /// The tables of a query may be associated in the same run, since a text refers to nothing. The
    /// reason says only that the query cannot be run, so the text decides what is worth waiting for.
    fn is_settling(err: &AwsError) -> bool {
        err.kind == ErrorKind::NotFound
            || (err.kind == ErrorKind::Validation(ValidationReason::InvalidQuery)
                && err.message.to_lowercase().contains("table"))
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        checks::validate(config, diagnostics);
    }

    /// Partners allow a template by its ARN, and another template has another one.
    fn plan(plan: &mut Plan<'_>, _client: Option<&Client>, _private: &mut Private) {
        if plan.get("format").as_str() == Some("SQL") && !plan.prior.is_null() && !plan.relocates {
            // The text alone says which tables it reads: other names in `schema` make no other template.
            plan.keep("schema");
        }
        if plan.is_replacement() || plan.relocates {
            plan.diagnostics.extend(Self::replaced(plan.prior));
        }
    }

    fn replaced(prior: &Value) -> Option<Diagnostic> {
        Some(another_arn(Self::KIND.noun, "template", "run", prior))
    }

    fn in_the_way() -> &'static str {
        "Or, if this one is to replace it: the service lets a name be used once in a membership, so \
         leave `create_before_destroy` out or choose another name. "
    }

    const TARGET: &'static [&'static str] = &["membership_id", "name"];

    /// No other template of the membership has the name.
    async fn check_target(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
        let other = namesake::<Self>(at, target, prior).await?;
        Ok(other.map(|id| format!("The name is that of analysis template {id}.")))
    }
}

/// What whoever runs a template fills in, by name.
pub fn parameters() -> Codec<Vec<AnalysisParameter>> {
    type B = AnalysisParameterBuilder;
    let name = word(1..=100, "may hold only letters, digits and underscores", |c| {
        c.is_ascii_alphanumeric() || c == '_'
    });
    object(B::build)
        .with(
            field("type", open::<ParameterType>(ParameterType::values(), constant))
                .required()
                .doc("Its type in SQL, such as `STRING` or `DATE`; for PySpark `STRING` alone.")
                .create(B::set_type)
                .read(|it: &AnalysisParameter| Some(it.r#type.clone())),
        )
        .with(
            field("default_value", string().validate(length(0..=1000)))
                .optional()
                .doc("What is taken where nothing is filled in, at most 1000 characters.")
                .create(B::set_default_value)
                .read(|it: &AnalysisParameter| it.default_value.clone()),
        )
        .keyed_by(B::name, |it: &AnalysisParameter| it.name.clone())
        .validate(keys(name))
        .validate(size(0..=50))
}

/// The tables that a template works on.
pub fn schema() -> Codec<AnalysisSchema> {
    type B = AnalysisSchemaBuilder;
    object(|builder: B| Ok::<_, String>(builder.build()))
        .with(
            field("referenced_tables", set_of(alias()))
                .optional_computed()
                .doc("The names of the tables in the collaboration.")
                .create(B::set_referenced_tables)
                .read(|it: &AnalysisSchema| Some(it.referenced_tables.clone().unwrap_or_default())),
        )
        .single()
}

/// How much the messages of a failed job say.
pub fn error_messages() -> Codec<ErrorMessageConfiguration> {
    type B = ErrorMessageConfigurationBuilder;
    object(B::build)
        .with(
            field("type", open::<ErrorMessageType>(ErrorMessageType::values(), constant))
                .required()
                .doc("`DETAILED`: messages may hold what a program writes of the data.")
                .create(B::set_type)
                .read(|it: &ErrorMessageConfiguration| Some(it.r#type.clone())),
        )
        .single()
}

/// How synthetic data is made of the result.
pub fn synthetic_data() -> Codec<SyntheticDataParameters> {
    one_of(vec![variant(
        "ml_synthetic_data_parameters",
        "How like the data its image may be.",
        ml_synthetic_data(),
        SyntheticDataParameters::MlSyntheticDataParameters,
        |it| it.as_ml_synthetic_data_parameters().ok(),
    )])
}

fn ml_synthetic_data() -> Codec<MlSyntheticDataParameters> {
    type B = MlSyntheticDataParametersBuilder;
    object(B::build)
        .with(
            field("epsilon", decimal())
                .required()
                .doc("The privacy loss of differential privacy, 0.0001 to 10.")
                .validate(within(0.0001..=10.0))
                .create(B::set_epsilon)
                .read(|it: &MlSyntheticDataParameters| Some(it.epsilon)),
        )
        .with(
            field("max_membership_inference_attack_score", decimal())
                .required()
                .doc(
                    "How well an attacker may tell at most whether someone is in the data, 0.5 to \
                      1: synthetic data that scores higher is thrown away.",
                )
                .validate(within(0.5..=1.0))
                .create(B::set_max_membership_inference_attack_score)
                .read(|it: &MlSyntheticDataParameters| {
                    Some(it.max_membership_inference_attack_score)
                }),
        )
        .with(
            field("column_classification", column_classification())
                .required()
                .doc("What the columns of the result are.")
                .create(B::set_column_classification)
                .read(|it: &MlSyntheticDataParameters| it.column_classification.clone()),
        )
        .single()
}

fn column_classification() -> Codec<ColumnClassificationDetails> {
    type B = ColumnClassificationDetailsBuilder;
    type Column = SyntheticDataColumnPropertiesBuilder;
    let columns = object(Column::build)
        .with(
            field(
                "column_type",
                open::<SyntheticDataColumnType>(SyntheticDataColumnType::values(), constant),
            )
            .required()
            .doc("`CATEGORICAL` or `NUMERICAL`.")
            .create(Column::set_column_type)
            .read(|it: &SyntheticDataColumnProperties| Some(it.column_type.clone())),
        )
        .with(
            field("is_predictive_value", boolean())
                .required()
                .doc("Whether it is what a model is to predict: one column is.")
                .create(Column::set_is_predictive_value)
                .read(|it: &SyntheticDataColumnProperties| Some(it.is_predictive_value)),
        )
        .keyed_by(Column::column_name, |it: &SyntheticDataColumnProperties| it.column_name.clone())
        .validate(keys(plain_column()))
        .validate(size(5..=1000));
    object(B::build)
        .with(
            field("column_mapping", columns)
                .required()
                .doc("The columns of the result by their names, 5 to 1000.")
                .create(B::set_column_mapping)
                .read(|it: &ColumnClassificationDetails| Some(it.column_mapping.clone())),
        )
        .single()
}

/// Whether a template fits the tables.
pub fn validations() -> Codec<Vec<AnalysisTemplateValidationStatusDetail>> {
    type Detail = AnalysisTemplateValidationStatusDetail;
    type Reason = AnalysisTemplateValidationStatusReason;
    let reasons = object(AnalysisTemplateValidationStatusReasonBuilder::build)
        .with(
            field("message", string())
                .computed()
                .doc("The reason in words.")
                .read(|it: &Reason| Some(it.message.clone())),
        )
        .set();
    object(AnalysisTemplateValidationStatusDetailBuilder::build)
        .with(
            field("type", text_enum::<AnalysisTemplateValidationType>())
                .computed()
                .doc("What protects: `DIFFERENTIAL_PRIVACY`.")
                .read(|it: &Detail| Some(it.r#type.clone())),
        )
        .with(
            field("status", text_enum::<AnalysisTemplateValidationStatus>())
                .computed()
                .doc("`VALID`, `INVALID` or `UNABLE_TO_VALIDATE`.")
                .read(|it: &Detail| Some(it.status.clone())),
        )
        .with(
            field("reasons", reasons)
                .computed()
                .doc("Why it is not valid; empty where it is.")
                .read(|it: &Detail| Some(it.reasons.clone().unwrap_or_default())),
        )
        .set()
}

#[cfg(test)]
mod tests;
