//! A protected query looked at, and all that a membership has run.

use aws_sdk_cleanrooms::types::{ProtectedQueryStatus, ProtectedQuerySummary};

use super::{ProtectedQuery, list_all};
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

impl Looked for Ran<ProtectedQuery> {
    const ABOUT: &'static str = "A protected query of a membership of the account's own, whoever started it: how \
                                 far it is, and where its results are. A look never starts one.";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:GetProtectedQuery"])];
}

/// The protected queries of a membership.
pub struct ProtectedQueries;

impl Listing for ProtectedQueries {
    const TYPE_NAME: &'static str = "cleanrooms_protected_queries";
    const ENTRIES: &'static str = "protected_queries";
    const LOOKS: &'static [Need] = &[Need::always(&["cleanrooms:ListProtectedQueries"])];
    const ABOUT: &'static str = "The protected queries that a membership of the account's own has run, or those \
                                 of them that are asked for. There may be none.";
    type Entry = ProtectedQuerySummary;

    fn arguments() -> Vec<Attribute> {
        let status = open::<ProtectedQueryStatus>(ProtectedQueryStatus::values(), constant);
        vec![
            required("membership_id", &uuid(), "The id of the membership."),
            argument(
                "status",
                &status,
                "Only queries of this status: `SUBMITTED`, `STARTED`, `CANCELLING`, `CANCELLED`, `FAILED`, `SUCCESS`, `TIMED_OUT`.",
            ),
        ]
    }

    fn entry() -> Codec<(), ProtectedQuerySummary> {
        type Entry = ProtectedQuerySummary;
        let entry = object(Ok::<(), String>)
            .with(field("id", string()).computed().read(|it: &Entry| Some(it.id.clone())))
            .with(
                field("status", text_enum::<ProtectedQueryStatus>())
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
                field("query_compute_payer_account_id", string())
                    .computed()
                    .read(|it: &Entry| it.query_compute_payer_account_id.clone()),
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
        described_by::<Ran<ProtectedQuery>, _>(entry)
    }

    async fn list(
        at: &Reading<'_>,
        config: &Value,
    ) -> Result<Vec<ProtectedQuerySummary>, AwsError> {
        let membership_id = config.get("membership_id").as_str().unwrap_or_default();
        list_all(at, membership_id, config.get("status").as_str()).await
    }
}

fn receivers(entry: &ProtectedQuerySummary) -> Vec<String> {
    let details = entry.receiver_configurations.iter();
    let details = details.filter_map(|it| it.configuration_details.as_ref());
    let direct = details.filter_map(|it| it.as_direct_analysis_configuration_details().ok());
    direct.flat_map(|it| it.receiver_account_ids.iter().flatten()).cloned().collect()
}
