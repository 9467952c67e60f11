//! A protected job looked at, and all that a membership has run.

use aws_sdk_cleanrooms::types::{ProtectedJobStatus, ProtectedJobSummary};

use super::{ProtectedJob, list_all};
use crate::cleanrooms::analysis::Ran;
use crate::cleanrooms::analysis::data::Looked;
use crate::cleanrooms::aws::AwsError;
use crate::cleanrooms::client::Reading;
use crate::cleanrooms::listing::{Listing, argument, described_by, required};
use crate::cleanrooms::shapes::enumeration::{constant, open};
use crate::cleanrooms::shapes::ids::uuid;
use crate::cleanrooms::shapes::time::time;
use crate::framework::codec::{Codec, object, set_of, string, text_enum};
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::schema::Attribute;
use crate::wire::Value;

impl Looked for Ran<ProtectedJob> {
    const ABOUT: &'static str = "A protected job of a membership of the account's own, whoever started it: how \
                                 far it is, and where its results are. A look never starts one.";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:GetProtectedJob"])];
}

/// The protected jobs of a membership.
pub struct ProtectedJobs;

impl Listing for ProtectedJobs {
    const TYPE_NAME: &'static str = "cleanrooms_protected_jobs";
    const ENTRIES: &'static str = "protected_jobs";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListProtectedJobs"])];
    const ABOUT: &'static str = "The protected jobs that a membership of the account's own has run, or those \
                                 of them that are asked for. There may be none.";
    type Entry = ProtectedJobSummary;

    fn arguments() -> Vec<Attribute> {
        let status = open::<ProtectedJobStatus>(ProtectedJobStatus::values(), constant);
        vec![
            required("membership_id", &uuid(), "The id of the membership."),
            argument(
                "status",
                &status,
                "Only jobs of this status: `SUBMITTED`, `STARTED`, `CANCELLING`, `CANCELLED`, `FAILED`, `SUCCESS`.",
            ),
        ]
    }

    fn entry() -> Codec<(), ProtectedJobSummary> {
        type Entry = ProtectedJobSummary;
        let entry = object(Ok::<(), String>)
            .with(field("id", string()).computed().read(|it: &Entry| Some(it.id.clone())))
            .with(
                field("status", text_enum::<ProtectedJobStatus>())
                    .computed()
                    .read(|it: &Entry| Some(it.status.clone())),
            )
            .with(
                field("receiver_account_ids", set_of(string()))
                    .computed()
                    .doc("The accounts that get the results.")
                    .read(|it: &Entry| Some(receivers(it))),
            )
            .with(
                field("job_compute_payer_account_id", string())
                    .computed()
                    .read(|it: &Entry| it.job_compute_payer_account_id.clone()),
            )
            .with(
                field("membership_id", string())
                    .computed()
                    .read(|it: &Entry| Some(it.membership_id.clone())),
            )
            .with(
                field("membership_arn", string())
                    .computed()
                    .read(|it: &Entry| Some(it.membership_arn.clone())),
            )
            .with(field("create_time", time()).computed().read(|it: &Entry| Some(it.create_time)))
            .single();
        described_by::<Ran<ProtectedJob>, _>(entry)
    }

    async fn list(at: &Reading<'_>, config: &Value) -> Result<Vec<ProtectedJobSummary>, AwsError> {
        let membership_id = config.get("membership_id").as_str().unwrap_or_default();
        list_all(at, membership_id, config.get("status").as_str()).await
    }
}

fn receivers(entry: &ProtectedJobSummary) -> Vec<String> {
    let details = entry.receiver_configurations.iter();
    let details = details.filter_map(|it| it.configuration_details.as_ref());
    let direct = details.filter_map(|it| it.as_direct_analysis_configuration_details().ok());
    direct.flat_map(|it| it.receiver_account_ids.iter().flatten()).cloned().collect()
}
