//! The action `cleanrooms_change_request_vote`: a vote of which nothing is kept.

use super::KIND;
use super::cast::{self, Ballot, Cast, cast};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::shapes::enumeration::closed;
use crate::cleanrooms::shapes::ids::{account_id, uuid};
use crate::cleanrooms::shapes::region::region;
use crate::framework::codec::set_of;
use crate::framework::page::Need;
use crate::framework::row::field;
use crate::framework::{Action, ActionSchema, Context, Diagnostics};
use crate::wire::Value;

/// A vote, when it is asked for.
pub struct Vote;

impl Action for Vote {
    const TYPE_NAME: &'static str = KIND.type_name;
    type Client = Client;
    type Input = ();

    fn schema() -> ActionSchema<()> {
        ActionSchema::new(
            "Votes on a change request of a collaboration as the account whose credentials the \
             provider has. A vote is final, and nothing of it is kept in state.",
        )
        .with(
            field("collaboration_id", uuid())
                .required()
                .doc("The id of the collaboration.")
                .sent_elsewhere(),
        )
        .with(
            field("change_request_id", uuid())
                .required()
                .doc("The id of the change request.")
                .sent_elsewhere(),
        )
        .with(
            field("vote", closed::<String>(cast::Vote::WORDS))
                .required()
                .doc("`APPROVE` or `DENY`. One denial ends the request.")
                .sent_elsewhere(),
        )
        .with(
            field("types", cast::types())
                .optional()
                .doc(
                    "The kinds of change in the request. Where they are given, a request that has \
                     others, or not all of them, is not voted on.",
                )
                .sent_elsewhere(),
        )
        .with(
            field("accounts", set_of(account_id()))
                .optional()
                .doc(
                    "The accounts that the request changes or adds. Where they are given, a request \
                     about others, or not about all of them, is not voted on.",
                )
                .sent_elsewhere(),
        )
        .with(
            field("region", region())
                .optional()
                .doc("The Region of the collaboration: the provider's when left out.")
                .sent_elsewhere(),
        )
    }

    fn needs() -> Vec<Need> {
        vec![Need::always(&[
            "cleanrooms:GetCollaborationChangeRequest",
            "cleanrooms:UpdateCollaborationChangeRequest",
        ])]
    }

    async fn invoke(
        cx: &Context<'_, Client>,
        _schema: &ActionSchema<()>,
        config: &Value,
    ) -> Result<(), Diagnostics> {
        let ballot = Ballot::of(config)?;
        let Cast { request, voter, was_sent, .. } = Box::pin(cast(cx, config, &ballot)).await?;
        let (id, about, status) = (&request.id, request.about(), &request.status);
        let word = ballot.vote.word();
        cx.progress(&match was_sent {
            true => format!("Account {voter} has voted {word} on change request {id} ({about})"),
            false => {
                format!("Nothing to do: change request {id} ({about}) is as {word} would have it")
            }
        });
        cx.progress(&format!("Change request {id} is {status}"));
        Ok(())
    }
}
