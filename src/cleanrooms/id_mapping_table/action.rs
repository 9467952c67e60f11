//! The action `cleanrooms_populate_id_mapping_table`: a population of which nothing is kept.

use super::populate::{ACTION, JOB_TYPE, job_type, lost, populating, send};
use crate::cleanrooms::aws::{AwsError, Outcome};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::Key;
use crate::cleanrooms::listing::{argument, required};
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::region::region;
use crate::framework::page::Need;
use crate::framework::{Action, ActionSchema, Context, Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// The argument that names the table.
const ID: &str = "id_mapping_table_id";

/// A population, when it is asked for.
pub struct Populate;

impl Action for Populate {
    const TYPE_NAME: &'static str = ACTION;
    type Client = Client;
    type Input = ();

    fn schema() -> ActionSchema<()> {
        ActionSchema::new(
            "Populates an id mapping table whenever it is invoked: a job of AWS Entity Resolution that may \
             take hours, and is paid for. The action ends when the job was started, and tells its id. \
             Nothing of it is kept in state.",
        )
        .given([
            required("membership_id", &uuid(), "The id of the membership whose table it is."),
            required(ID, &uuid(), "The id of the id mapping table."),
            argument("job_type", &job_type(), JOB_TYPE),
            argument("region", &region(), "Its Region: the provider's when left out."),
        ])
    }

    fn needs() -> Vec<Need> {
        vec![Need::always(&["cleanrooms:PopulateIdMappingTable"])]
    }

    async fn invoke(
        cx: &Context<'_, Client>,
        _schema: &ActionSchema<()>,
        config: &Value,
    ) -> Result<(), Diagnostics> {
        let text = |name: &str| config.get(name).as_str().unwrap_or_default().to_owned();
        let Some(key) = Key::new([text("membership_id"), text(ID)]) else {
            return Err(Diagnostic::bug("A population without an id was not refused").into());
        };
        let told = |err: AwsError| {
            if err.outcome == Outcome::Ambiguous {
                return Diagnostics::from(lost(&key, None, &err));
            }
            let error = failed(&populating(&key), &err);
            Diagnostics::from(match err.may_mean_gone() {
                true => error.at(AttributePath::of(ID)),
                false => error,
            })
        };
        let at = cx.client.changing(config, &cx.stop).await.map_err(told)?;
        let job = Box::pin(send(cx, &at, &key, config.get("job_type"))).await.map_err(told)?;
        cx.progress(&format!("job {job} populates id mapping table {}", key.shown()));
        Ok(())
    }
}
