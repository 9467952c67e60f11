//! `cleanrooms_schema` and `cleanrooms_schemas`: the tables of a collaboration as all its members see them.
//!
//! Whose they are does not matter, nor of which kind. A schema says what each
//! owner wants to know before a query runs: is my table ready, and if not, why?

pub mod analysis_rule;
#[cfg(test)]
mod tests;

use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{
    self as sdk, AnalysisMethod, AnalysisRuleType, AnalysisType, Column, IdMappingTableInputSource,
    IdNamespaceType, SchemaConfiguration, SchemaStatus, SchemaStatusDetail, SchemaStatusReason,
    SchemaStatusReasonCode, SchemaSummary, SchemaType, SchemaTypeProperties,
    SelectedAnalysisMethod,
};

use super::aws::{AwsError, PAGE_SIZE, all_pages};
use super::client::Reading;
use super::listing::{Listing, argument, required};
use super::shapes::enumeration::{constant, open};
use super::shapes::ids::account_id;
use super::shapes::text::alias;
use super::shapes::time::time;
use super::view::{View, collaboration_id, rows_of, shown, text};
use crate::framework::codec::{Codec, set_of, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::{Row, field};
use crate::framework::schema::Attribute;
use crate::wire::Value;

/// What the service says of a table, alone or in a list.
struct Seen<'a> {
    kind: &'a SchemaType,
    creator_account_id: &'a str,
    analysis_rule_types: &'a [AnalysisRuleType],
    analysis_method: Option<&'a AnalysisMethod>,
    selected_analysis_methods: Option<&'a [SelectedAnalysisMethod]>,
    resource_arn: Option<&'a str>,
    collaboration_arn: &'a str,
    create_time: DateTime,
    update_time: DateTime,
}

impl<'a> From<&'a sdk::Schema> for Seen<'a> {
    fn from(schema: &'a sdk::Schema) -> Self {
        Self {
            kind: &schema.r#type,
            creator_account_id: &schema.creator_account_id,
            analysis_rule_types: &schema.analysis_rule_types,
            analysis_method: schema.analysis_method.as_ref(),
            selected_analysis_methods: schema.selected_analysis_methods.as_deref(),
            resource_arn: schema.resource_arn.as_deref(),
            collaboration_arn: &schema.collaboration_arn,
            create_time: schema.create_time,
            update_time: schema.update_time,
        }
    }
}

impl<'a> From<&'a SchemaSummary> for Seen<'a> {
    fn from(summary: &'a SchemaSummary) -> Self {
        Self {
            kind: &summary.r#type,
            creator_account_id: &summary.creator_account_id,
            analysis_rule_types: &summary.analysis_rule_types,
            analysis_method: summary.analysis_method.as_ref(),
            selected_analysis_methods: summary.selected_analysis_methods.as_deref(),
            resource_arn: summary.resource_arn.as_deref(),
            collaboration_arn: &summary.collaboration_arn,
            create_time: summary.create_time,
            update_time: summary.update_time,
        }
    }
}

/// What is shown of a table, alone or in a list.
fn rows<T: 'static>(seen: fn(&T) -> Seen<'_>) -> [Row<(), (), T>; 9] {
    [
        field("type", text_enum::<SchemaType>())
            .computed()
            .doc(
                "`TABLE` for a configured table that a member has associated, `ID_MAPPING_TABLE` or \
                 `INTERMEDIATE_TABLE`.",
            )
            .read(move |it: &T| Some(seen(it).kind.clone()))
            .into(),
        field("creator_account_id", string())
            .computed()
            .doc("The account of the member whose table it is.")
            .read(move |it: &T| Some(seen(it).creator_account_id.to_owned()))
            .into(),
        field("analysis_rule_types", set_of(text_enum::<AnalysisRuleType>()))
            .computed()
            .doc("The types of the analysis rules that the table has; empty where it has none.")
            .read(move |it: &T| Some(seen(it).analysis_rule_types.to_vec()))
            .into(),
        field("analysis_method", text_enum::<AnalysisMethod>())
            .computed()
            .doc("How the table is analysed: `DIRECT_QUERY`, `DIRECT_JOB` or `MULTIPLE`.")
            .read(move |it: &T| seen(it).analysis_method.cloned())
            .into(),
        field("selected_analysis_methods", set_of(text_enum::<SelectedAnalysisMethod>()))
            .computed()
            .doc("The methods that `MULTIPLE` stands for.")
            .read(move |it: &T| seen(it).selected_analysis_methods.map(<[_]>::to_vec))
            .into(),
        field("resource_arn", string())
            .computed()
            .doc("The ARN of what the member has brought in; null for intermediate tables.")
            .read(move |it: &T| seen(it).resource_arn.map(str::to_owned))
            .into(),
        field("collaboration_arn", string())
            .computed()
            .doc("The ARN of the collaboration.")
            .read(move |it: &T| Some(seen(it).collaboration_arn.to_owned()))
            .into(),
        field("create_time", time())
            .computed()
            .doc("When the table came into the collaboration.")
            .read(move |it: &T| Some(seen(it).create_time))
            .into(),
        field("update_time", time())
            .computed()
            .doc("When it was last changed there.")
            .read(move |it: &T| Some(seen(it).update_time))
            .into(),
    ]
}

/// The tables of a collaboration.
pub struct Schemas;

impl Listing for Schemas {
    const TYPE_NAME: &'static str = "cleanrooms_schemas";
    const ENTRIES: &'static str = "schemas";
    const KEY: &'static str = "name";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListSchemas"])];
    const ABOUT: &'static str = "The tables of a collaboration by their names, whichever member has brought \
                                 them in, as the members see them; or those of them that are asked for. \
                                 There may be none.";
    const NARROWED: &'static [&'static str] = &["schema_type"];
    type Entry = SchemaSummary;

    fn arguments() -> Vec<Attribute> {
        vec![
            collaboration_id(),
            argument(
                "schema_type",
                &open::<SchemaType>(SchemaType::values(), constant),
                "Only tables of this type: `TABLE`, `ID_MAPPING_TABLE` or `INTERMEDIATE_TABLE`.",
            ),
            argument("creator_account_id", &account_id(), "Only tables of this account."),
        ]
    }

    fn entry() -> Codec<(), SchemaSummary> {
        let name = field("name", string())
            .computed()
            .doc("The name of the table in queries, in lower case.")
            .read(|it: &SchemaSummary| Some(it.name.clone()));
        let rows = rows(|it: &SchemaSummary| Seen::from(it));
        shown(std::iter::once(name.into()).chain(rows))
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<SchemaSummary>, AwsError> {
        const CALL: &str = "ListSchemas";
        let wanted = config.get("schema_type").as_str().map(SchemaType::from);
        let mut schemas = all_pages(CALL, &at.stop, |token| async {
            let call = at.sdk.list_schemas().max_results(PAGE_SIZE).set_next_token(token);
            let call = call.collaboration_identifier(text(config, "collaboration_id"));
            let reply = call.set_schema_type(wanted.clone()).send().await;
            let reply = reply.map_err(AwsError::of(CALL))?;
            Ok((reply.schema_summaries, reply.next_token))
        })
        .await?;
        schemas.retain(|it| wanted.as_ref().is_none_or(|wanted| it.r#type == *wanted));
        Ok(schemas)
    }
}

/// The name by which a table is asked for.
fn name() -> Attribute {
    let about = "The name of the table in queries, in upper or lower case: that of the association, \
                 id mapping table or intermediate table.";
    required("name", &alias(), about)
}

/// One table of a collaboration.
pub struct Schema;

impl View for Schema {
    const TYPE_NAME: &'static str = "cleanrooms_schema";
    const NOUN: &'static str = "schema";
    const NAMED_BY: &'static str = "name";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:GetSchema"])];
    const ABOUT: &'static str = "A table of a collaboration, whichever member has brought it in: its columns, \
                                 and whether it can be analysed. `schema_status_details` says what is \
                                 missing, so that a `check` block can tell it after each apply.";
    type Item = sdk::Schema;

    fn arguments() -> Vec<Attribute> {
        vec![collaboration_id(), name()]
    }

    fn rows() -> Vec<Row<(), (), sdk::Schema>> {
        type Item = sdk::Schema;
        let more: [Row<(), (), Item>; 5] = [
            field("description", string())
                .computed()
                .doc("The description that its owner has given it; empty where there is none.")
                .read(|it: &Item| Some(it.description.clone()))
                .into(),
            field("columns", columns())
                .computed()
                .doc("Its columns that may be analysed, in the order of the table.")
                .read(|it: &Item| Some(it.columns.clone()))
                .into(),
            field("partition_keys", columns())
                .computed()
                .doc("The columns by which its data is partitioned, in the order of the table.")
                .read(|it: &Item| Some(it.partition_keys.clone()))
                .into(),
            field("schema_status_details", status_details())
                .computed()
                .doc(
                    "Whether it can be analysed, for each kind of analysis. It changes when rules, \
                     templates or budgets do, of whichever member.",
                )
                .read(|it: &Item| Some(it.schema_status_details.clone()))
                .into(),
            field("schema_type_properties", type_properties())
                .computed()
                .doc("What the table is made of: one of these, by its `type`.")
                .read(|it: &Item| it.schema_type_properties.clone().filter(|it| !it.is_unknown()))
                .into(),
        ];
        let rows = rows(|it: &Item| Seen::from(it));
        rows.into_iter().chain(more).collect()
    }

    async fn get(at: &Reading<'_>, config: &Value) -> Result<sdk::Schema, AwsError> {
        const CALL: &str = "GetSchema";
        let call = at.sdk.get_schema().name(spelled(config));
        let call = call.collaboration_identifier(text(config, "collaboration_id"));
        let reply = call.send().await.map_err(AwsError::of(CALL))?;
        reply.schema.ok_or_else(|| AwsError::unreadable(CALL))
    }
}

/// The name as schemas have it: queries do not tell case, and schemas are in lower case whatever
/// their owners wrote.
fn spelled(config: &Value) -> String {
    text(config, "name").to_ascii_lowercase()
}

fn columns() -> Codec<Vec<()>, Vec<Column>> {
    let name = field("name", string()).computed().doc("The name of the column.");
    let kind = field("type", string()).computed().doc("Its type, in the words of the table.");
    rows_of([
        name.read(|it: &Column| Some(it.name.clone())).into(),
        kind.read(|it: &Column| Some(it.r#type.clone())).into(),
    ])
    .list()
}

fn status_details() -> Codec<Vec<()>, Vec<SchemaStatusDetail>> {
    type Detail = SchemaStatusDetail;
    rows_of([
        field("analysis_type", text_enum::<AnalysisType>())
            .computed()
            .doc("`DIRECT_ANALYSIS` for queries and jobs, `ADDITIONAL_ANALYSIS` for what works on results.")
            .read(|it: &Detail| Some(it.analysis_type.clone()))
            .into(),
        field("status", text_enum::<SchemaStatus>())
            .computed()
            .doc("`READY`, or `NOT_READY` for one of the reasons.")
            .read(|it: &Detail| Some(it.status.clone()))
            .into(),
        field("reasons", reasons())
            .computed()
            .doc("Why it is not ready; empty where it is.")
            .read(|it: &Detail| Some(it.reasons.clone().unwrap_or_default()))
            .into(),
        field("analysis_rule_type", text_enum::<AnalysisRuleType>())
            .computed()
            .doc("The type of the analysis rule that this is about; null where there is no rule.")
            .read(|it: &Detail| it.analysis_rule_type.clone())
            .into(),
        field("configurations", set_of(text_enum::<SchemaConfiguration>()))
            .computed()
            .doc("What protects the table besides: `DIFFERENTIAL_PRIVACY`, or nothing.")
            .read(|it: &Detail| Some(it.configurations.clone().unwrap_or_default()))
            .into(),
    ])
    .set()
}

fn reasons() -> Codec<Vec<()>, Vec<SchemaStatusReason>> {
    let code = field("code", text_enum::<SchemaStatusReasonCode>())
        .computed()
        .doc("The reason, such as `ANALYSIS_RULE_MISSING`.");
    let message = field("message", string()).computed().doc("The same in words.");
    rows_of([
        code.read(|it: &SchemaStatusReason| Some(it.code.clone())).into(),
        message.read(|it: &SchemaStatusReason| Some(it.message.clone())).into(),
    ])
    .set()
}

fn type_properties() -> Codec<(), SchemaTypeProperties> {
    type Properties = SchemaTypeProperties;
    shown([
        field("configured_table_association", configured_table_association())
            .computed()
            .doc("A configured table that a member has associated.")
            .read(|it: &Properties| it.as_configured_table_association().ok().cloned())
            .into(),
        field("id_mapping_table", id_mapping_table())
            .computed()
            .doc("An id mapping table.")
            .read(|it: &Properties| it.as_id_mapping_table().ok().cloned())
            .into(),
        field("intermediate_table", intermediate_table())
            .computed()
            .doc("An intermediate table.")
            .read(|it: &Properties| it.as_intermediate_table().ok().cloned())
            .into(),
    ])
}

fn configured_table_association() -> Codec<(), sdk::ConfiguredTableAssociationSchemaTypeProperties>
{
    type Of = sdk::ConfiguredTableAssociationSchemaTypeProperties;
    shown([field("configured_table_association_id", string())
        .computed()
        .doc("The id of the configured table association.")
        .read(|it: &Of| Some(it.configured_table_association_id.clone()))
        .into()])
}

fn id_mapping_table() -> Codec<(), sdk::IdMappingTableSchemaTypeProperties> {
    type Of = sdk::IdMappingTableSchemaTypeProperties;
    type Source = IdMappingTableInputSource;
    let sources = rows_of([
        field("id_namespace_association_id", string())
            .computed()
            .doc("The id of the id namespace association.")
            .read(|it: &Source| Some(it.id_namespace_association_id.clone()))
            .into(),
        field("type", text_enum::<IdNamespaceType>())
            .computed()
            .doc("`SOURCE` or `TARGET`.")
            .read(|it: &Source| Some(it.r#type.clone()))
            .into(),
    ]);
    shown([
        field("id_mapping_table_id", string())
            .computed()
            .doc("The id of the id mapping table, where the service tells.")
            .read(|it: &Of| it.id_mapping_table_id.clone())
            .into(),
        field("id_mapping_table_input_source", sources.set())
            .computed()
            .doc("Between whose ids it maps.")
            .read(|it: &Of| Some(it.id_mapping_table_input_source.clone()))
            .into(),
    ])
}

fn intermediate_table() -> Codec<(), sdk::IntermediateTableSchemaTypeProperties> {
    type Of = sdk::IntermediateTableSchemaTypeProperties;
    shown([field("intermediate_table_id", string())
        .computed()
        .doc("The id of the intermediate table.")
        .read(|it: &Of| Some(it.intermediate_table_id.clone()))
        .into()])
}
