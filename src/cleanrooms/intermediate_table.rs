//! `cleanrooms_intermediate_table`: the result of a query that further queries read.
//!
//! A table is made without data. Populating it runs a query, which is paid for: see [`populate`].

pub mod actions;
pub mod data;
pub mod populate;
mod version;

use std::collections::HashMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::operation::create_intermediate_table::builders::CreateIntermediateTableInputBuilder as Create;
use aws_sdk_cleanrooms::operation::update_intermediate_table::builders::UpdateIntermediateTableInputBuilder as Update;
use aws_sdk_cleanrooms::types::builders::IntermediateTableColumnBuilder;
use aws_sdk_cleanrooms::types::{
    Column, IntermediateTable as Item, IntermediateTableAnalysisRuleType as RuleType,
    IntermediateTableColumn, IntermediateTableStatus,
    PopulationAnalysisConfiguration as Population, PopulationAnalysisSqlParameters as Sql,
};
use tokio::time::Instant;

use super::aws::AwsError;
use super::client::{Changing, Client, Reading};
use super::key::{Key, Located};
use super::kind::Kind;
use super::lasting;
use super::listing::Listing;
use super::object::{Candidate, Facts, Object, Obstacle, Of, Part, Unread};
use super::parts::take_rule_of_intermediate_table;
use super::population::{POPULATE, is_asked};
use super::shapes::arns::kms_key_arn;
use super::shapes::children;
use super::shapes::ids::uuid;
use super::shapes::text::{analysis_template_arn, column, name, remark, sql, sql_type};
use super::table_names;
use super::taken_in;
use crate::framework::codec::{
    Codec, keys, object, one_of, set_of, small_integer, string, text_enum, variant,
};
use crate::framework::moving::{Origin, Origins};
use crate::framework::page::Need;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::row::field;
use crate::framework::validators::whole;
use crate::framework::{Change, Context, Diagnostic, Diagnostics, Resource, ResourceSchema};
use crate::wire::Value;

/// The kind of object.
pub struct IntermediateTable;

type Row = Of<IntermediateTable>;

const COLUMNS: &str = "columns";
const KMS_KEY: &str = "kms_key_arn";

impl Object for IntermediateTable {
    const KIND: Kind = Kind {
        type_name: "cleanrooms_intermediate_table",
        noun: "intermediate table",
        arn: Some("intermediatetable"),
        key: &["membership_id", "id"],
        parent: Some("membership_id"),
        owner: &["arn"],
        former_identity: &[
            ("membership_identifier", "membership_id"),
            ("intermediate_table_identifier", "id"),
        ],
        tagged: true,
        // No two tables of a collaboration have the same name.
        is_unique: true,
        type_is_found: false,
    };
    type Create = Create;
    type Update = Update;
    type Item = Item;

    const ORIGINS: Option<&'static Origins> = Some(&Origins {
        ours: "tags_all",
        // Its rule is a resource of its own here.
        all: &[Origin::named(
            "awscc_cleanrooms_intermediate_table",
            &[
                ("collaboration_identifier", "collaboration_id"),
                ("intermediate_table_identifier", "id"),
                ("membership_identifier", "membership_id"),
            ],
        )],
    });

    const READS: &'static [Need] = &[
        Need::always(&["cleanrooms:GetIntermediateTable"]),
        Need::when("to tell whether the membership has ended", &["cleanrooms:GetMembership"]),
    ];
    const WRITES: &'static [Need] = &[
        Need::always(&[
            "cleanrooms:CreateIntermediateTable",
            "cleanrooms:DeleteIntermediateTable",
            "cleanrooms:UpdateIntermediateTable",
        ]),
        Need::when("where it is populated", &["cleanrooms:PopulateIntermediateTable"]),
        Need::when(
            "where there is a `kms_key_arn`",
            &["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        ),
        Need::when(
            "where a population has failed, and to find one whose start was not answered",
            &["cleanrooms:ListIntermediateTableVersions"],
        ),
        Need::when(
            "to find a table whose creation was not answered",
            &["cleanrooms:ListIntermediateTables"],
        ),
        Need::when(
            "to look whether another name can take the place of the old one",
            &["cleanrooms:GetSchema"],
        ),
        Need::when(
            "where the table is destroyed while it has a rule that Terraform does not manage",
            &[
                "cleanrooms:CreateIntermediateTableAnalysisRule",
                "cleanrooms:DeleteIntermediateTableAnalysisRule",
                "cleanrooms:GetIntermediateTableAnalysisRule",
            ],
        ),
    ];

    const TIMEOUTS: [&'static str; 2] = [
        "How long a creation is tried while the service throttles, ten minutes when left out; and how \
         long its population may take then, queries that run before it included, one hour when left out.",
        "How long a change is tried while the membership is too new to be seen, half a minute at most; \
         and how long a population may take, queries that run before it included, one hour when left out.",
    ];

    fn rows() -> ResourceSchema<Row> {
        ResourceSchema::new(
            "An intermediate table: the result of a query, kept for a while so that further queries \
             of a collaboration can read it. It is made without data; `populate` runs the query, \
             which is paid for. It can be read when it has data and an analysis rule.",
        )
        .with(
            Row::attribute("membership_id", uuid())
                .required()
                .relocates()
                .doc(
                    "The id of the membership that owns the table, which must be able to query. \
                      Another one replaces the table; one that is not known yet may turn out to be \
                      the same.",
                )
                .create(Create::set_membership_identifier)
                .read(|r| Some(r.item.membership_id.clone())),
        )
        .with(
            Row::attribute("name", name())
                .required()
                .requires_replace()
                .equivalent(table_names::is_same)
                .doc(
                    "The name of the table in queries, at most 100 characters. Unique among all \
                      tables of the collaboration; upper and lower case mean the same. Another one \
                      replaces the table.",
                )
                .create(Create::set_name)
                .read(|r| Some(r.item.name.clone())),
        )
        .with(
            Row::attribute("description", remark())
                .optional_computed()
                .doc(
                    "What the table holds, at most 255 characters; empty when left out. Changed in \
                      place.",
                )
                .default("".into())
                .create(Create::set_description)
                .update(Update::set_description)
                .read(|r| r.item.description.clone()),
        )
        .with(
            Row::attribute("population_analysis_configuration", population())
                .required()
                .requires_replace()
                .kept()
                .equivalent(is_same_population)
                .doc(
                    "The analysis whose result the table holds. Another one replaces the table. \
                      White space at the end of a statement, and how its lines end, is no \
                      difference.",
                )
                .create(Create::set_population_analysis_configuration)
                .read(|r| r.item.population_analysis_configuration.clone()),
        )
        .with(
            Row::attribute(KMS_KEY, kms_key_arn())
                .optional_computed()
                .doc(
                    "The ARN of the KMS key that encrypts the data; AWS's own key when there is \
                      none. Changed in place, for populations from then on. It stays when it is \
                      left out later, for the service cannot go back to its own.",
                )
                .create(Create::set_kms_key_arn)
                .update(Update::set_kms_key_arn)
                .read(|r| r.item.kms_key_arn.clone()),
        )
        .with(
            Row::attribute("retention_in_days", small_integer())
                .optional_computed()
                .requires_replace()
                .doc(
                    "How many days the data of a population is kept, 1 to 365; what the service \
                      decides when left out, which is 30. Another number replaces the table.",
                )
                .validate(whole(1..=365))
                .create(Create::set_retention_in_days)
                .read(|r| r.item.retention_in_days),
        )
        .with(
            Row::attribute(COLUMNS, columns())
                .optional_computed()
                .equivalent(hold_columns)
                .sent_elsewhere()
                .doc(
                    "The columns by name, each with its `type`. A population decides them; \
                      configured ones get another type afterwards, in place. A table that was never \
                      populated has none. Columns that are left out stay as they are.",
                )
                .update(Update::set_columns)
                .read(|r| Some(r.item.schema.as_ref()?.columns.clone())),
        )
        .with(
            Row::attribute(POPULATE, populate::populate())
                .optional()
                .local()
                .doc(
                    "Populates the table, when it is made and whenever something in here changes, \
                      and waits for the end. Each population is a query that is paid for. `{}` \
                      populates with nothing special.",
                ),
        )
        .with(
            Row::attribute("status", text_enum::<IntermediateTableStatus>())
                .computed()
                .doc(
                    "`CREATED` without data, `POPULATE_STARTED`, `POPULATE_SUCCESS`, \
                      `POPULATE_FAILED`, `RETENTION_PERIOD_EXPIRED`, `BASE_TABLE_REMOVED` or \
                      `DISALLOWED_BY_DATA_PROVIDER`.",
                )
                .read(|r| Some(r.item.status.clone())),
        )
        .with(
            Row::attribute("status_reason", string())
                .computed()
                .doc("Why it has that status, where the service says so.")
                .read(|r| r.item.status_reason.clone()),
        )
        .with(
            Row::attribute("table_dependencies", version::dependencies())
                .computed()
                .doc(
                    "The tables that it is made of: `id`, `name`, `type`, `parent_type` and \
                      `creator_account_id` of each.",
                )
                .read(|r| Some(r.item.table_dependencies.clone().unwrap_or_default())),
        )
        .with(
            Row::attribute(populate::VERSION, version::active())
                .computed()
                .doc(
                    "The population whose data the table holds: `version_id`, `analysis_id`, \
                      `analysis_type`, `kms_key_arn`, `expiration_time` and \
                      `inherited_constraints`, which are what the rules of the tables that it is \
                      made of demand of its own; null without data.",
                )
                .read(|r| r.item.intermediate_table_version.clone()),
        )
        .with(
            Row::attribute("analysis_rule_types", set_of(text_enum::<RuleType>()))
                .computed()
                .unknown_on_update()
                .doc("The types of the analysis rules that the table has.")
                .read(|r| Some(r.item.analysis_rule_types.clone().unwrap_or_default())),
        )
        .with(
            Row::attribute("child_resources", children::child_resources())
                .computed()
                .unknown_on_update()
                .doc(
                    "The intermediate tables that are built on this one: their `resource_id`, \
                      `resource_name`, `resource_type`, `resource_status` and `owner_account_id`.",
                )
                .read(|r| Some(r.item.child_resources.clone().unwrap_or_default())),
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
        const CALL: &str = "CreateIntermediateTable";
        let reply = input.send_with(sdk).await.map_err(AwsError::of(CALL))?;
        reply.intermediate_table.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn get(at: &Reading<'_>, key: &Key) -> Result<Item, AwsError> {
        const CALL: &str = "GetIntermediateTable";
        let call = at.sdk.get_intermediate_table().membership_identifier(key.parent());
        let sent = call.intermediate_table_identifier(key.id()).send().await;
        let reply = sent.map_err(AwsError::of(CALL))?;
        reply.intermediate_table.ok_or_else(|| AwsError::unreadable(CALL))
    }

    async fn update(sdk: &Sdk, key: &Key, input: Update) -> Result<(), AwsError> {
        let input = input.membership_identifier(key.parent());
        let sent = input.intermediate_table_identifier(key.id()).send_with(sdk).await;
        sent.map(|_| ()).map_err(AwsError::of("UpdateIntermediateTable"))
    }

    async fn delete(sdk: &Sdk, key: &Key) -> Result<(), AwsError> {
        let call = sdk.delete_intermediate_table().membership_identifier(key.parent());
        let sent = call.intermediate_table_identifier(key.id()).send().await;
        sent.map(|_| ()).map_err(AwsError::of("DeleteIntermediateTable"))
    }

    async fn delete_parts(
        at: &Reading<'_>,
        key: &Key,
        deleted: &mut Vec<Part>,
    ) -> Result<(), AwsError> {
        let kinds = Self::get(at, key).await?.analysis_rule_types.unwrap_or_default();
        for kind in &kinds {
            take_rule_of_intermediate_table(&at.sdk, key, kind, deleted).await?;
        }
        Ok(())
    }

    /// Names are told apart within a membership, without case.
    fn name(planned: &Value) -> String {
        table_names::scoped(planned)
    }

    async fn candidates(at: &Reading<'_>, planned: &Value) -> Result<Vec<Candidate>, AwsError> {
        let membership_id = planned.get("membership_id").as_str().unwrap_or_default();
        let listed = data::IntermediateTables::list(at, planned).await?;
        let name = planned.get("name");
        let named = listed.iter().filter(|it| table_names::is_same(name, &it.name.as_str().into()));
        Ok(named.filter_map(|it| Candidate::of([membership_id, &it.id], it.create_time)).collect())
    }

    /// Of what is imported nobody knows by which `populate` it got its data.
    async fn gather(
        cx: &Context<'_, Client>,
        at: &Reading<'_>,
        located: &Located,
        _state: &Value,
    ) -> Result<Item, Unread> {
        let item = Self::get(at, &located.key).await.map_err(Unread::Object)?;
        taken_in::note(&mut cx.private());
        Ok(item)
    }

    /// What no configuration can say must not be managed: the first plan would replace it.
    async fn received(
        _cx: &Context<'_, Client>,
        _at: &Reading<'_>,
        item: &Item,
        is_new: bool,
    ) -> Result<(), Diagnostics> {
        let is_known =
            item.population_analysis_configuration.as_ref().is_none_or(|it| !it.is_unknown());
        if is_known || !is_new {
            return Ok(());
        }
        Err(Diagnostic::error(
            "This intermediate table is populated otherwise than by SQL",
            format!(
                "Intermediate table {} gets its data by an analysis that this version of the \
                 provider cannot configure, such as a job. Nothing was changed.",
                item.id
            ),
        )
        .into())
    }

    fn plan(plan: &mut Plan<'_>, _client: Option<&Client>, private: &mut Private) {
        if !plan.is_create() && !plan.is_replacement() && !plan.relocates {
            let meaning = "populations are encrypted with it as before. Configure another key to \
                           change that.";
            lasting::warn(plan, private, KMS_KEY, meaning);
        }
        lasting::note(plan, private, &[KMS_KEY]);
        populate::plan(plan, private);
    }

    fn loses(prior: &Value) -> Option<Diagnostic> {
        children::lose_data(Self::KIND.noun, prior)
    }

    async fn made(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        planned: &Value,
        item: &Item,
        started: Instant,
    ) {
        populate::made(cx, at, planned, item, started).await;
    }

    /// Types of columns come after the population that makes the columns.
    fn complete_update(
        input: Option<Update>,
        change: Change<'_>,
    ) -> Result<Option<Update>, Diagnostic> {
        if !is_asked(change) {
            return Ok(input);
        }
        let input = input.map(|input| input.set_columns(None));
        Ok(input.filter(|it| it.get_description().is_some() || it.get_kms_key_arn().is_some()))
    }

    fn acts(change: Change<'_>) -> bool {
        is_asked(change)
    }

    async fn act(
        cx: &Context<'_, Client>,
        at: &Changing<'_>,
        located: &Located,
        change: Change<'_>,
    ) -> Result<(), Diagnostics> {
        populate::act(cx, at, &located.key, change).await
    }

    const TARGET: &'static [&'static str] = &["membership_id", "name"];

    /// No other table of the collaboration has the name.
    async fn check_target(at: &Reading<'_>, target: &Value, prior: &Value) -> Obstacle {
        table_names::taken::<Self>(at, target, prior).await
    }
}

/// What fills a table: one of the ways that the SDK knows.
fn population() -> Codec<Population> {
    let sql = one_of(vec![
        variant(
            "query_string",
            "The statement, at most 500,000 characters.",
            sql(),
            |text| Sql::builder().query_string(text).build(),
            // Of a template the service may tell the text as well.
            |it: &Sql| it.query_string.as_ref().filter(|_| it.analysis_template_arn.is_none()),
        ),
        variant(
            "analysis_template_arn",
            "The ARN of an analysis template of SQL.",
            analysis_template_arn(),
            |arn| Sql::builder().analysis_template_arn(arn).build(),
            |it: &Sql| it.analysis_template_arn.as_ref(),
        ),
    ]);
    one_of(vec![variant(
        "sql_parameters",
        "A query: exactly one of `query_string` and `analysis_template_arn`.",
        sql,
        Population::SqlParameters,
        |it| it.as_sql_parameters().ok(),
    )])
}

/// Whether two analyses are the same but for white space at the end of a statement and for how lines end.
fn is_same_population(one: &Value, other: &Value) -> bool {
    let sql = |it: &Value, name: &str| it.get("sql_parameters").get(name).clone();
    let (text, another) = (sql(one, "query_string"), sql(other, "query_string"));
    match (text.as_str(), another.as_str()) {
        (Some(text), Some(another)) => {
            let template = "analysis_template_arn";
            sql(one, template) == sql(other, template)
                && text.trim_end().lines().eq(another.trim_end().lines())
        }
        _ => one == other,
    }
}

fn columns() -> Codec<Vec<IntermediateTableColumn>, Vec<Column>> {
    type B = IntermediateTableColumnBuilder;
    object(B::build)
        .with(
            field("type", sql_type())
                .required()
                .doc("Its type in SQL, such as `bigint` or `decimal(10,2)`.")
                .create(B::set_type)
                .read(|it: &Column| Some(it.r#type.clone())),
        )
        .keyed_by(B::name, |it: &Column| it.name.clone())
        .validate(keys(column()))
}

/// Whether columns have the types that are wanted of some of them.
fn hold_columns(all: &Value, wanted: &Value) -> bool {
    let mut wanted = wanted.as_map().into_iter().flatten();
    wanted.all(|(name, column)| all.get(name) == column)
}

#[cfg(test)]
mod tests;
