//! Voting: what is looked at before, one call, and what a lost reply to it means.

use std::collections::BTreeSet;

use aws_sdk_cleanrooms::types::{
    ApprovalStatus, ChangeRequestAction, ChangeRequestStatus, ChangeType,
};
use tokio::time::Instant;

use crate::cleanrooms::aws::{AwsError, ConflictReason, ErrorKind, Outcome, Waited, poll};
use crate::cleanrooms::client::{Changing, Client, Reading, send_unrepeatable};
use crate::cleanrooms::collaboration::requests::{ChangeRequest, Requests, Shown};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::shapes::enumeration::{constant, open};
use crate::framework::codec::{Codec, set_of};
use crate::framework::validators::size;
use crate::framework::{Context, Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// What an account says to a change request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// It agrees.
    Approve,
    /// It does not, and that ends the request.
    Deny,
}

impl Vote {
    /// The votes as a configuration has them, which is as the service has the actions.
    pub const WORDS: &'static [&'static str] = &["APPROVE", "DENY"];

    /// The vote of a configuration.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "APPROVE" => Some(Self::Approve),
            "DENY" => Some(Self::Deny),
            _ => None,
        }
    }

    /// The vote that an account has given; `None` while it is asked.
    pub fn given(status: &ApprovalStatus) -> Option<Self> {
        match status {
            ApprovalStatus::Approved => Some(Self::Approve),
            ApprovalStatus::Denied => Some(Self::Deny),
            _ => None,
        }
    }

    /// The vote as a configuration has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::Deny => "DENY",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
        }
    }

    fn action(self) -> ChangeRequestAction {
        match self {
            Self::Approve => ChangeRequestAction::Approve,
            Self::Deny => ChangeRequestAction::Deny,
        }
    }

    /// Whether a request of that status is as this vote would have it.
    fn is_met_by(self, status: &ChangeRequestStatus) -> bool {
        match self {
            Self::Approve => {
                matches!(status, ChangeRequestStatus::Approved | ChangeRequestStatus::Committed)
            }
            Self::Deny => *status == ChangeRequestStatus::Denied,
        }
    }
}

/// The kinds of change that a request must have: at least one, and at most as many as a request can have (API model:
/// ChangeInputList), for one that changes nothing is none.
pub fn types() -> Codec<Vec<ChangeType>> {
    set_of(open(ChangeType::values(), constant)).validate(size(1..=10))
}

/// A vote that is to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    /// The collaboration.
    pub collaboration_id: String,
    /// The change request.
    pub change_request_id: String,
    /// The vote.
    pub vote: Vote,
    /// The kinds of change that the request must have, where they are told.
    types: Option<BTreeSet<String>>,
    /// The accounts that it must be about, where they are told.
    accounts: Option<BTreeSet<String>>,
}

impl Ballot {
    /// The vote that a plan or a configuration asks for, of which all but pins is known.
    ///
    /// # Errors
    ///
    /// It lacks an argument, which core has ruled out.
    pub fn of(wanted: &Value) -> Result<Self, Diagnostic> {
        let text = |name: &str| wanted.get(name).as_str().map(str::to_owned);
        let texts = |name: &str| {
            let value = wanted.get(name);
            let texts = value.as_elements().filter_map(Value::as_str).map(str::to_owned);
            (value.is_known() && !value.is_null()).then(|| texts.collect())
        };
        let ballot = || {
            Some(Self {
                collaboration_id: text("collaboration_id")?,
                change_request_id: text("change_request_id")?,
                vote: Vote::of(wanted.get("vote").as_str()?)?,
                types: texts("types"),
                accounts: texts("accounts"),
            })
        };
        ballot().ok_or_else(|| Diagnostic::bug("A vote was planned without all that it needs"))
    }

    /// What is to be done, as the beginning of a summary.
    pub fn what(&self) -> String {
        format!("{} change request {}", self.vote.verb(), self.change_request_id)
    }

    /// Where the request is another one than is told: it must not be voted on by accident.
    fn mismatches(&self, request: &ChangeRequest) -> Diagnostics {
        let shown = Shown::of(request);
        let types = shown.types.iter().map(|it| it.as_str().to_owned()).collect();
        let accounts = shown.accounts.into_iter().collect();
        let pinned = [
            ("types", "has the changes", &self.types, types),
            ("accounts", "is about the accounts", &self.accounts, accounts),
        ];
        let others = pinned.into_iter().filter_map(|(name, verb, pinned, found)| {
            let pinned: &BTreeSet<String> = pinned.as_ref().filter(|pinned| **pinned != found)?;
            Some(
                Diagnostic::error(
                    format!("Cannot {}, which is another one", self.what()),
                    format!(
                        "It {verb} {}, and `{name}` says {}. Nothing was voted. Look at the request, \
                         and give its id and what it is about together.",
                        listed(&found),
                        listed(pinned)
                    ),
                )
                .at(AttributePath::of(name)),
            )
        });
        others.collect()
    }
}

/// Texts for a message.
pub fn listed(texts: &BTreeSet<String>) -> String {
    match texts.is_empty() {
        true => "none".to_owned(),
        false => texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", "),
    }
}

/// What there is to do.
#[derive(Debug, PartialEq)]
enum Decision {
    /// Nothing: it is as wished.
    Nothing,
    /// The vote is asked for.
    Send,
    /// It cannot be voted on.
    Refused(Diagnostic),
}

/// What there is to do about a request, from what it is.
fn decide(request: &ChangeRequest, voter: &str, ballot: &Ballot) -> Decision {
    let own = request.votes.get(voter);
    let given = own.and_then(Vote::given);
    if given == Some(ballot.vote) || ballot.vote.is_met_by(&request.status) {
        return Decision::Nothing;
    }
    let what = ballot.what();
    let refused = |detail: String| {
        let at = AttributePath::of("change_request_id");
        Decision::Refused(Diagnostic::error(format!("Cannot {what}"), detail).at(at))
    };
    if let Some(given) = given {
        return refused(format!(
            "Account `{voter}` has voted {} on it already, and a vote is final. The request is {}. \
             Only a new change request can undo what it brings about.",
            given.word(),
            request.status
        ));
    }
    if request.status != ChangeRequestStatus::Pending {
        return refused(format!(
            "Nobody can vote on it any more: its status is {}, and {}. Ask the creator of the \
             collaboration for a new request.",
            request.status,
            request.end()
        ));
    }
    if own.is_none() {
        let asked = request.votes.keys().cloned().collect();
        return refused(format!(
            "Account `{voter}`, to which the provider's credentials belong, is not asked to vote on \
             it; the accounts that are: {}. Use credentials of one of them, for instance by another \
             `profile` or by `assume_role`.",
            listed(&asked)
        ));
    }
    Decision::Send
}

/// A vote that stands, whoever has seen to it.
#[derive(Debug)]
pub struct Cast {
    /// The request afterwards.
    pub request: ChangeRequest,
    /// The account that votes.
    pub voter: String,
    /// The Region of the collaboration.
    pub region: String,
    /// Whether this very call has voted.
    pub was_sent: bool,
}

/// The requests of a collaboration, looked at by one of its members.
pub fn requests<'a>(
    at: &'a Reading<'_>,
    caller: &'a str,
    collaboration_id: &'a str,
) -> Requests<'a> {
    Requests { sdk: &at.sdk, collaboration_id, owner: caller }
}

/// Votes, unless that is done already. A vote is sent once: where its reply is lost, the request says
/// whether it was counted.
///
/// # Errors
///
/// The request cannot be voted on, or is another one than was told; or nobody can tell whether the
/// vote was counted.
pub async fn cast(
    cx: &Context<'_, Client>,
    place: &Value,
    ballot: &Ballot,
) -> Result<Cast, Diagnostics> {
    let what = ballot.what();
    let one = |err: AwsError| Diagnostics::from(untold(&what, &err));
    let at = cx.client.changing(place, &cx.stop).await.map_err(one)?;
    let voter = cx.client.caller(&cx.stop).await.map_err(one)?;
    let voting = Voting { cx, at: &at, voter: &voter, ballot };
    let request = voting.look().await.map_err(one)?;
    let request = request.ok_or_else(|| absent(&what))?;
    let mismatches = ballot.mismatches(&request);
    if mismatches.has_error() {
        return Err(mismatches);
    }
    let (request, was_sent) = match decide(&request, &voter, ballot) {
        Decision::Nothing => {
            if let Some(told) = unsent(&request, &voter, ballot) {
                cx.report(told);
            }
            (request, false)
        }
        Decision::Refused(why) => return Err(why.into()),
        Decision::Send => (voting.send().await?, true),
    };
    Ok(Cast { request, region: at.reading.region.clone(), voter, was_sent })
}

/// What is told where the request is as wished without a vote of this account.
fn unsent(request: &ChangeRequest, voter: &str, ballot: &Ballot) -> Option<Diagnostic> {
    let own = request.votes.get(voter).and_then(Vote::given);
    (own != Some(ballot.vote)).then(|| {
        Diagnostic::warning(
            "No vote was sent",
            format!(
                "Change request {} is {} already, without a vote of account `{voter}`. It is noted as \
                 it is wished.",
                request.id, request.status
            ),
        )
    })
}

/// One vote on its way.
struct Voting<'a> {
    cx: &'a Context<'a, Client>,
    at: &'a Changing<'a>,
    voter: &'a str,
    ballot: &'a Ballot,
}

impl Voting<'_> {
    fn requests(&self) -> Requests<'_> {
        requests(&self.at.reading, self.voter, &self.ballot.collaboration_id)
    }

    async fn look(&self) -> Result<Option<ChangeRequest>, AwsError> {
        self.at.reading.look(self.requests().get(&self.ballot.change_request_id)).await
    }

    /// Sends the vote once.
    async fn send(&self) -> Result<ChangeRequest, Diagnostics> {
        let once = Requests { sdk: &self.at.once, ..self.requests() };
        let (id, action) = (&self.ballot.change_request_id, self.ballot.vote.action());
        let window = self.cx.client.aws.intervals().create_window;
        let sent = send_unrepeatable(self.cx, window, || once.update(id, action.clone())).await;
        match sent {
            Ok(request) => Ok(request),
            // Somebody else was first, or the reply was lost: what the request is now says which.
            Err(err)
                if err.outcome == Outcome::Ambiguous
                    || err.kind == ErrorKind::Conflict(ConflictReason::InvalidState) =>
            {
                self.look_after(err).await
            }
            Err(err) => Err(untold(&self.ballot.what(), &err).into()),
        }
    }

    /// Looks whether the vote was counted, again and again for a while: it may be on its way. The
    /// first look is made even after a stop.
    async fn look_after(&self, err: AwsError) -> Result<ChangeRequest, Diagnostics> {
        let intervals = self.cx.client.aws.intervals();
        let deadline = Instant::now() + intervals.orphan_search_window;
        let once = async || {
            let found = self.requests().get(&self.ballot.change_request_id).await?;
            Ok::<_, AwsError>(
                found.filter(|it| decide(it, self.voter, self.ballot) != Decision::Send),
            )
        };
        let first = once().await;
        let decided = match first {
            Ok(None) if err.outcome == Outcome::Ambiguous => {
                poll(intervals.orphan_search, deadline, &self.cx.stop, once).await
            }
            found => found.map(|found| found.map_or(Waited::DeadlinePassed, Waited::Done)),
        };
        match decided {
            Ok(Waited::Done(request)) => match decide(&request, self.voter, self.ballot) {
                Decision::Refused(why) => Err(why.into()),
                _ => Ok(request),
            },
            _ => {
                let mut told = failed(&self.ballot.what(), &err);
                if err.outcome == Outcome::Ambiguous {
                    told.detail.push_str(
                        " The vote was sent, and nothing tells so far whether it was counted. It is \
                         not sent again: the next apply looks first.",
                    );
                }
                Err(told.into())
            }
        }
    }
}

/// The error of a call, at the id where there may be no such request.
fn untold(what: &str, err: &AwsError) -> Diagnostic {
    match err.may_mean_gone() {
        true => failed(what, err).at(AttributePath::of("change_request_id")),
        false => failed(what, err),
    }
}

fn absent(what: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Cannot {what}"),
        "The collaboration has no change request of that id.",
    )
    .at(AttributePath::of("change_request_id"))
}

#[cfg(test)]
mod tests;
