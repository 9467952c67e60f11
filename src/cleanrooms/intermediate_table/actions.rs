//! What is done with an intermediate table once: to populate it, and to take one's data out of another's.

use aws_sdk_cleanrooms::operation::disallow_intermediate_table::builders::DisallowIntermediateTableInputBuilder as DisallowInput;
use aws_sdk_cleanrooms::operation::populate_intermediate_table::builders::PopulateIntermediateTableInputBuilder as PopulateInput;
use tokio::time::Instant;

use super::populate::{self, NotPopulated, start, wait};
use crate::cleanrooms::analysis::actions::{attended, not_ended, waiting, window};
use crate::cleanrooms::analysis::waits;
use crate::cleanrooms::aws::{AwsError, ConflictReason, ErrorKind, Outcome};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::{failed, failed_fields};
use crate::cleanrooms::key::Key;
use crate::cleanrooms::listing::argument;
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::region::region;
use crate::cleanrooms::shapes::text::name;
use crate::framework::codec::boolean;
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::{Action, ActionSchema, Context, Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

const ID: &str = "intermediate_table_id";
const NAME: &str = "intermediate_table_name";

/// Populates an intermediate table.
pub struct Populate;

impl Action for Populate {
    const TYPE_NAME: &'static str = "cleanrooms_populate_intermediate_table";
    type Client = Client;
    type Input = PopulateInput;

    fn schema() -> ActionSchema<PopulateInput> {
        let schema = ActionSchema::new(
            "Populates an intermediate table whenever it is invoked, waits for the end, and tells how \
             it gets on. Each time a query runs, which is paid for. Nothing of it is kept in state: a \
             refresh shows what has become of the table.",
        )
        .with(
            field("membership_id", uuid())
                .required()
                .doc("The id of the membership that owns the table.")
                .create(PopulateInput::set_membership_identifier),
        )
        .with(
            field(ID, uuid())
                .required()
                .doc("The id of the intermediate table.")
                .create(PopulateInput::set_intermediate_table_identifier),
        );
        let schema = populate::arguments().into_iter().fold(schema, ActionSchema::with);
        schema
            .given([argument("region", &region(), "Its Region: the provider's when left out.")])
            .given(waiting(
                "Whether the action waits for the end of the population; true when left out. A bad \
                 end that was waited for is an error.",
                "How long queries that run are waited for, and then the end, such as `90s` or `2h`: one \
                 hour in all when left out. At the end of it the action fails, and what was started \
                 goes on.",
            ))
    }

    fn needs() -> Vec<Need> {
        vec![
            Need::always(&["cleanrooms:PopulateIntermediateTable"]),
            Need::when("to wait for the end", &["cleanrooms:GetIntermediateTable"]),
            Need::when(
                "where it has failed, and to find a population whose start was not answered",
                &["cleanrooms:ListIntermediateTableVersions"],
            ),
        ]
    }

    async fn invoke(
        cx: &Context<'_, Client>,
        schema: &ActionSchema<PopulateInput>,
        config: &Value,
    ) -> Result<(), Diagnostics> {
        let deadline = Instant::now() + window(cx, config);
        let text = |name: &str| config.get(name).as_str().unwrap_or_default().to_owned();
        let id = text(ID);
        let what = format!("populate intermediate table {id}");
        let Some(key) = Key::new([text("membership_id"), id]) else {
            return Err(Diagnostic::bug("A population without an id was not refused").into());
        };
        let refused = |err: AwsError| match err.may_mean_gone() {
            true => Diagnostics::from(failed(&what, &err).at(AttributePath::of(ID))),
            false => failed_fields(&what, &err, schema.schema(), config),
        };
        let at = cx.client.changing(config, &cx.stop).await.map_err(refused)?;
        let started = Box::pin(start(cx, &at, &key, schema.input(config)?, deadline)).await;
        let started = started.map_err(|why| match why {
            NotPopulated::Refused(err) => refused(err),
            NotPopulated::Unsure(told) => told.into(),
        })?;
        if !waits(config) {
            return Ok(());
        }
        let noun = format!("the population of intermediate table {}", key.shown());
        let waited = attended(cx, &noun, wait(cx, &at.reading, &key, &started, deadline)).await;
        let end = not_ended(waited).map_err(|why| {
            let mut told = started.goes_on(&key, &why);
            told.detail.push_str(
                " The data source cleanrooms_intermediate_table_versions tells what becomes of it.",
            );
            Diagnostics::from(told)
        })?;
        end.judged(&key, &started)?;
        Ok(())
    }
}

/// Takes the data of the account's own tables out of another member's intermediate table.
pub struct Disallow;

impl Action for Disallow {
    const TYPE_NAME: &'static str = "cleanrooms_disallow_intermediate_table";
    type Client = Client;
    type Input = DisallowInput;

    fn schema() -> ActionSchema<DisallowInput> {
        ActionSchema::new(
            "Disallows an intermediate table of a collaboration that is made of tables of the account's \
             own: nobody can read it any more. The service has no way to allow it again.",
        )
        .with(
            field("membership_id", uuid())
                .required()
                .doc("The id of the account's own membership in the collaboration.")
                .create(DisallowInput::set_membership_identifier),
        )
        .with(
            field(NAME, name())
                .required()
                .doc("The name of the intermediate table, whoever owns it.")
                .create(DisallowInput::set_intermediate_table_name),
        )
        .with(
            field("include_descendants", boolean())
                .optional()
                .doc(
                    "Whether intermediate tables that are built on it are disallowed as well; true \
                     when left out.",
                )
                .create(DisallowInput::set_include_descendants),
        )
        .given([argument(
            "region",
            &region(),
            "The Region of the membership: the provider's when left out.",
        )])
    }

    fn needs() -> Vec<Need> {
        vec![Need::always(&["cleanrooms:DisallowIntermediateTable"])]
    }

    async fn invoke(
        cx: &Context<'_, Client>,
        schema: &ActionSchema<DisallowInput>,
        config: &Value,
    ) -> Result<(), Diagnostics> {
        const CALL: &str = "DisallowIntermediateTable";
        let name = config.get(NAME).as_str().unwrap_or_default();
        let what = format!("disallow intermediate table {name}");
        let refused = |err: AwsError| match err.kind {
            ErrorKind::NotFound => {
                Diagnostics::from(failed(&what, &err).at(AttributePath::of(NAME)))
            }
            _ => failed_fields(&what, &err, schema.schema(), config),
        };
        let at = cx.client.changing(config, &cx.stop).await.map_err(refused)?;
        let input = schema.input(config)?;
        let send = async |sdk| {
            let sent = input.clone().send_with(sdk).await;
            sent.map(|_| ()).map_err(AwsError::of(CALL))
        };
        let told = || cx.progress(&format!("intermediate table {name} is disallowed"));
        let lost = match send(&at.once).await {
            Ok(()) => {
                told();
                return Ok(());
            }
            Err(err) if err.outcome == Outcome::Answered => return Err(refused(err)),
            Err(err) => err,
        };
        // Once more does no harm (API model: the operation is idempotent).
        match send(&at.reading.sdk).await {
            Ok(()) => {}
            // The first one was carried out, though its reply was lost.
            Err(err)
                if lost.outcome == Outcome::Ambiguous
                    && err.kind == ErrorKind::Conflict(ConflictReason::InvalidState) =>
            {
                cx.report(Diagnostic::warning(
                    format!("The reply to {CALL} was lost"),
                    format!(
                        "{lost} When it was repeated, the service said that the table is no longer \
                         as it was, so it is disallowed by now: {err}"
                    ),
                ));
            }
            Err(err) => return Err(refused(err)),
        }
        told();
        Ok(())
    }
}
