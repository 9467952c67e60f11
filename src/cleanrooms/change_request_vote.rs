//! `cleanrooms_change_request_vote`: what an account has said to a change request.
//!
//! A vote is no object of the service: nothing creates or deletes one, it has
//! neither an id nor an ARN, and it is final. So it stands beside the layer of
//! objects. State holds that it was given, and a refresh asks nobody: whatever
//! becomes of the request later, the vote was given.

pub mod action;
pub mod cast;

use aws_sdk_cleanrooms::types::ChangeType;

use self::cast::{Ballot, Cast, Vote, cast};
use super::aws::AwsError;
use super::client::Client;
use super::collaboration::requests::Shown;
use super::error::failed;
use super::key::{self, Located};
use super::kind::Kind;
use super::shapes::enumeration::closed;
use super::shapes::ids::{account_id, uuid};
use super::shapes::region::region as region_name;
use super::{environment, region};
use crate::framework::codec::{set_of, string};
use crate::framework::identity::IdentitySchema;
use crate::framework::page::{Need, Page, Permissions};
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{
    Change, Context, Diagnostic, Diagnostics, Found, ImportTarget, Resource, ResourceSchema,
};
use crate::wire::{AttributePath, Value};

/// What a vote is called, and what names one.
pub const KIND: Kind = Kind {
    type_name: "cleanrooms_change_request_vote",
    noun: "vote",
    arn: None,
    key: &["collaboration_id", "change_request_id"],
    parent: None,
    owner: &["account_id"],
    former_identity: &[],
    tagged: false,
    is_unique: true,
    type_is_found: false,
};

/// A note of a plan that replaces a vote by the other one on the same request, which cannot be.
const OTHERWISE: &str = "otherwise";

/// A note of a plan that replaces a vote on a request since it is told to be about something else than it is.
const MISTOLD: &str = "mistold";

/// What tells the request from others, besides its id.
const PINS: [&str; 2] = ["types", "accounts"];

/// A vote that was given.
#[derive(Debug, Clone)]
pub struct Given {
    region: String,
    collaboration_id: String,
    change_request_id: String,
    vote: String,
    types: Vec<ChangeType>,
    accounts: Vec<String>,
    account_id: String,
}

/// The votes of the account that applies.
pub struct ChangeRequestVote;

impl Resource for ChangeRequestVote {
    const TYPE_NAME: &'static str = KIND.type_name;
    type Client = Client;
    type Create = ();
    type Update = ();
    type Remote = Given;

    fn rows() -> ResourceSchema<Self> {
        ResourceSchema::new(
            "The vote of the account that applies on a change request of a collaboration. It is final.",
        )
        .with(
            Self::attribute("collaboration_id", uuid())
                .required()
                .requires_replace()
                .doc("The id of the collaboration. Another one replaces the vote.")
                .sent_elsewhere()
                .read(|it| Some(it.collaboration_id.clone())),
        )
        .with(
            Self::attribute("change_request_id", uuid())
                .required()
                .requires_replace()
                .doc("The id of the change request. Another one replaces the vote.")
                .sent_elsewhere()
                .read(|it| Some(it.change_request_id.clone())),
        )
        .with(
            Self::attribute("vote", closed::<String>(Vote::WORDS))
                .required()
                .requires_replace()
                .doc(
                    "`APPROVE` or `DENY`. One denial ends the request. A vote that was given cannot \
                     be changed; it is replaced only where the request is another one.",
                )
                .sent_elsewhere()
                .read(|it| Some(it.vote.clone())),
        )
        .with(
            Self::attribute("types", cast::types())
                .optional_computed()
                .requires_replace()
                .doc(
                    "The kinds of change in the request. Where they are given, a request that has \
                     others, or not all of them, is not voted on. Others replace the vote.",
                )
                .sent_elsewhere()
                .read(|it| Some(it.types.clone())),
        )
        .with(
            Self::attribute("accounts", set_of(account_id()))
                .optional_computed()
                .requires_replace()
                .doc(
                    "The accounts that the request changes or adds. Where they are given, a request \
                     about others, or not about all of them, is not voted on. Others replace the vote.",
                )
                .sent_elsewhere()
                .read(|it| Some(it.accounts.clone())),
        )
        .with(
            Self::attribute("region", region_name())
                .optional_computed()
                .requires_replace()
                .doc("The Region of the collaboration: the provider's when left out. Another one replaces.")
                .sent_elsewhere()
                .read(|it| Some(it.region.clone())),
        )
        .with(
            Self::attribute("account_id", string())
                .computed()
                .doc("The account that has voted.")
                .read(|it| Some(it.account_id.clone())),
        )
    }

    fn identity_schema() -> IdentitySchema {
        key::identity_schema(&KIND)
    }

    fn identity(state: &Value) -> Option<Value> {
        key::identity(&KIND, state)
    }

    fn is_of_identity(name: &str, text: &str) -> bool {
        key::is_of_identity(name, text)
    }

    fn import(target: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        key::import(&KIND, target)
    }

    fn page() -> Page {
        let import = "The id is `<collaboration_id>/<change_request_id>`, followed by `@<region>` \
                      where the collaboration is in another Region than the provider's.";
        Page {
            import: import.to_owned(),
            permissions: Permissions {
                read: vec![Need::when(
                    "where one is imported",
                    &["cleanrooms:GetCollaborationChangeRequest"],
                )],
                apply: vec![Need::always(&["cleanrooms:UpdateCollaborationChangeRequest"])],
            },
        }
    }

    fn goes_without(name: &str, value: &Value, client: Option<&Client>) -> bool {
        name == "region" && region::is_of(client, value)
    }

    fn follow_provider(plan: &mut Plan<'_>, client: Option<&Client>) {
        region::follow_provider(plan, client);
    }

    fn modify_plan(plan: &mut Plan<'_>, client: Option<&Client>, private: &mut Private) {
        if plan.is_replacement() {
            let is_same = |name: &&str| plan.get(name) == plan.prior.get(name);
            let is_same_request = KIND.key.iter().all(is_same);
            let becomes = |name: &str| plan.get(name).is_wholly_known() && plan.changes(name);
            let mistold: Vec<_> = PINS.into_iter().filter(|name| becomes(name)).collect();
            if is_same_request && becomes("vote") {
                private.set_plan_note(OTHERWISE, true);
                let told = otherwise(plan.prior).at(AttributePath::of("vote"));
                plan.diagnostics.push(as_warning(told));
            } else if is_same_request && !mistold.is_empty() {
                private.set_plan_note(MISTOLD, true);
                let told = || as_warning(about_something_else(plan.prior));
                let told: Vec<_> =
                    mistold.into_iter().map(|name| told().at(AttributePath::of(name))).collect();
                told.into_iter().for_each(|told| plan.diagnostics.push(told));
            } else {
                plan.diagnostics.push(stays(plan.prior));
            }
        }
        region::warn(plan, client, None);
        environment::note(plan, client, private);
    }

    fn plan_destroy(
        prior: &Value,
        _client: Option<&Client>,
        _private: &mut Private,
        diagnostics: &mut Diagnostics,
    ) {
        diagnostics.push(stays(prior));
    }

    fn refuse(
        change: Change<'_>,
        client: &Client,
        private: &Private,
        diagnostics: &mut Diagnostics,
    ) {
        environment::refuse(client, private, diagnostics);
        if change.planned.is_null() && private.plan_note(OTHERWISE).is_some() {
            diagnostics.push(otherwise(change.prior));
        }
        if change.planned.is_null() && private.plan_note(MISTOLD).is_some() {
            diagnostics.push(about_something_else(change.prior));
        }
    }

    async fn create(
        cx: &Context<'_, Client>,
        _schema: &ResourceSchema<Self>,
        planned: &Value,
    ) -> Result<Given, Diagnostics> {
        let ballot = Ballot::of(planned)?;
        let Cast { request, voter, region, .. } = Box::pin(cast(cx, planned, &ballot)).await?;
        let Shown { types, accounts, .. } = Shown::of(&request);
        let given = Given {
            region,
            collaboration_id: ballot.collaboration_id,
            change_request_id: ballot.change_request_id,
            vote: ballot.vote.word().to_owned(),
            types,
            accounts,
            account_id: voter,
        };
        cx.note_made(Self::schema().value(&given));
        Ok(given)
    }

    async fn read(cx: &Context<'_, Client>, state: &Value) -> Result<Found<Given>, Diagnostics> {
        match Given::of_state(state) {
            Some(given) => Ok(Found::Here(given)),
            None => Box::pin(imported(cx, state)).await,
        }
    }

    /// An argument that was unknown has turned out to be the same: any other change replaces.
    async fn update(
        _cx: &Context<'_, Client>,
        _schema: &ResourceSchema<Self>,
        _change: Change<'_>,
    ) -> Result<Option<Given>, Diagnostics> {
        Ok(None)
    }

    /// Forgets the vote, which nothing can take back.
    async fn delete(cx: &Context<'_, Client>, state: &Value) -> Result<(), Diagnostics> {
        let located = Located::of_state(&KIND, state)?;
        let what = format!("forget the vote on change request {}", located.key.id());
        let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
        // Also a vote is only forgotten where something may be changed.
        cx.client.changing(state, &cx.stop).await.map_err(one)?;
        let Some(voter) = located.owner else { return Ok(()) };
        let caller = cx.client.caller(&cx.stop).await.map_err(one)?;
        match caller == voter {
            true => Ok(()),
            false => Err(another_s(&what, &voter, &caller).into()),
        }
    }
}

impl Given {
    /// The vote that a state holds; `None` for what an import knows of it.
    fn of_state(state: &Value) -> Option<Self> {
        let text = |name: &str| state.get(name).as_str().map(str::to_owned);
        let texts = |name: &str| {
            let value = state.get(name);
            let is_there = value.is_known() && !value.is_null();
            is_there.then(|| value.as_elements().filter_map(Value::as_str))
        };
        Some(Self {
            region: text("region")?,
            collaboration_id: text("collaboration_id")?,
            change_request_id: text("change_request_id")?,
            vote: text("vote")?,
            types: texts("types")?.map(ChangeType::from).collect(),
            accounts: texts("accounts")?.map(str::to_owned).collect(),
            account_id: text("account_id")?,
        })
    }
}

/// The vote that the caller has given on a request, as the service tells it.
async fn imported(cx: &Context<'_, Client>, state: &Value) -> Result<Found<Given>, Diagnostics> {
    let located = Located::of_state(&KIND, state)?;
    let (collaboration_id, change_request_id) = (located.key.parent(), located.key.id());
    let what = format!("read the vote on change request {change_request_id}");
    let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
    let at = cx.client.reading(state, &cx.stop).await.map_err(one)?;
    let caller = cx.client.caller(&cx.stop).await.map_err(one)?;
    if let Some(voter) = located.owner.as_ref().filter(|voter| **voter != caller) {
        return Err(another_s(&what, voter, &caller).into());
    }
    let requests = cast::requests(&at, &caller, collaboration_id);
    let Some(request) = at.look(requests.get(change_request_id)).await.map_err(one)? else {
        return Ok(Found::Gone);
    };
    let given = request.votes.get(&caller).and_then(Vote::given);
    let Some(vote) = given else {
        return Err(Diagnostic::error(
            format!("Cannot {what}"),
            format!(
                "Account `{caller}` has not voted on it. Where it is to vote, leave the import out: \
                 an apply votes."
            ),
        )
        .into());
    };
    let Shown { types, accounts, .. } = Shown::of(&request);
    Ok(Found::Here(Given {
        region: at.region,
        collaboration_id: collaboration_id.to_owned(),
        change_request_id: change_request_id.to_owned(),
        vote: vote.word().to_owned(),
        types,
        accounts,
        account_id: caller,
    }))
}

/// What becomes of a vote that leaves the state.
fn stays(prior: &Value) -> Diagnostic {
    Diagnostic::warning(
        format!("The vote on change request {} stays", id(prior)),
        "A vote cannot be taken back. It is forgotten here, and counts as it was given.",
    )
}

/// A vote that was given is to be another one.
fn otherwise(prior: &Value) -> Diagnostic {
    let (voter, vote) = (prior.get("account_id"), prior.get("vote"));
    Diagnostic::error(
        format!("The vote on change request {} cannot be changed", id(prior)),
        format!(
            "Account {voter} has voted {vote} on it, and a vote is final. Only a new change request \
             can undo what it brings about. Set `vote` to {vote} again, or take the resource out of \
             the configuration."
        ),
    )
}

/// A request on which a vote was given is told to be about something else.
fn about_something_else(prior: &Value) -> Diagnostic {
    let listed = |name: &str| {
        let texts = prior.get(name).as_elements().filter_map(Value::as_str).map(str::to_owned);
        cast::listed(&texts.collect())
    };
    Diagnostic::error(
        format!("The vote on change request {} was on something else", id(prior)),
        format!(
            "The request has the changes {}, and is about the accounts {}. What it was about is fixed, and \
             the vote was given on that. Set `types` and `accounts` to it, or leave them out; for another \
             request, give its id with them.",
            listed("types"),
            listed("accounts")
        ),
    )
}

fn as_warning(error: Diagnostic) -> Diagnostic {
    Diagnostic { severity: crate::framework::Severity::Warning, ..error }
}

fn another_s(what: &str, voter: &str, caller: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Cannot {what}, which is another account's"),
        format!(
            "The vote is that of account `{voter}`, but the provider's credentials belong to account \
             `{caller}`. Use credentials of that account, for instance by another `profile` or by \
             `assume_role`. The state is kept."
        ),
    )
}

fn id(state: &Value) -> &str {
    state.get("change_request_id").as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
