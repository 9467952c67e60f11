//! Change requests: reading them, filing them, and acting on their status.

use std::collections::BTreeMap;

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{
    ApprovalStatus, ApprovalStatusDetails, Change, ChangeRequestAction, ChangeRequestStatus,
    ChangeType, CollaborationChangeRequest, CollaborationChangeRequestSummary,
};

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::changes::{Subject, Wanted};
use crate::cleanrooms::aws::{AwsError, ConflictReason, ErrorKind, Outcome, PAGE_SIZE, all_pages};
use crate::framework::Diagnostic;
use crate::framework::codec::{Codec, object, set_of, string, string_map, text_enum};
use crate::framework::row::field;
use crate::wire::Value;

/// How often a request's status is acted upon before it is left as it is: approve, commit, and twice another's turn.
const MOST_STEPS: usize = 4;

/// A change request as the service describes it, in a list or alone.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeRequest {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: ChangeRequestStatus,
    /// What it would change.
    pub changes: Vec<Change>,
    /// The vote of each account that is asked.
    pub votes: BTreeMap<String, ApprovalStatus>,
    /// When it was filed.
    pub create_time: DateTime,
}

impl From<CollaborationChangeRequest> for ChangeRequest {
    fn from(request: CollaborationChangeRequest) -> Self {
        Self {
            id: request.id,
            status: request.status,
            changes: request.changes,
            votes: votes(request.approvals),
            create_time: request.create_time,
        }
    }
}

impl From<CollaborationChangeRequestSummary> for ChangeRequest {
    fn from(request: CollaborationChangeRequestSummary) -> Self {
        Self {
            id: request.id,
            status: request.status,
            changes: request.changes,
            votes: votes(request.approvals),
            create_time: request.create_time,
        }
    }
}

fn votes(
    approvals: Option<std::collections::HashMap<String, ApprovalStatusDetails>>,
) -> BTreeMap<String, ApprovalStatus> {
    let all = approvals.into_iter().flatten();
    all.map(|(account, details)| (account, details.status)).collect()
}

impl ChangeRequest {
    /// Whether it may still take effect.
    pub fn is_open(&self) -> bool {
        matches!(self.status, ChangeRequestStatus::Pending | ChangeRequestStatus::Approved)
    }

    /// What it is about.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> {
        self.changes.iter().filter_map(Subject::of)
    }

    /// The accounts that voted so.
    pub fn voters(&self, vote: &ApprovalStatus) -> Vec<&str> {
        let voted = self.votes.iter().filter(|(_, given)| *given == vote);
        voted.map(|(account, _)| account.as_str()).collect()
    }

    /// Who denied it, or that it was cancelled: the end of a sentence.
    pub fn end(&self) -> String {
        match self.voters(&ApprovalStatus::Denied).as_slice() {
            [] => format!("it is {}", self.status),
            deniers => format!("it was denied by {}", deniers.join(", ")),
        }
    }

    /// What it is about, as the end of a sentence.
    pub fn about(&self) -> String {
        self.subjects().map(|subject| subject.to_string()).collect::<Vec<_>>().join(", ")
    }

    fn awaits_vote_of(&self, account: &str) -> bool {
        self.status == ChangeRequestStatus::Pending
            && self.votes.get(account) == Some(&ApprovalStatus::Pending)
    }
}

/// One warning about all change requests of which the same is to be told, however many they are;
/// `None` if there are none.
///
/// `verbs` follow one of them and several. `facts` has what is said of each, by its id, and `advice`
/// goes for all of them.
pub fn told_together(
    verbs: [&str; 2],
    facts: &[(String, String)],
    advice: &str,
) -> Option<Diagnostic> {
    let [one, several] = verbs;
    let (summary, detail) = match facts {
        [] => return None,
        [(id, fact)] => (format!("Change request {id} {one}"), format!("{fact} {advice}")),
        facts => {
            let lines = facts.iter().map(|(id, fact)| format!("{id}: {fact}\n"));
            let lines: String = lines.collect();
            (format!("{} change requests {several}", facts.len()), lines + advice)
        }
    };
    Some(Diagnostic::warning(summary, detail.trim_end()))
}

/// An open change request as state shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its id.
    pub id: String,
    /// Whether votes are missing.
    pub status: ChangeRequestStatus,
    /// The kinds of change in it.
    pub types: Vec<ChangeType>,
    /// The accounts that it changes or adds.
    pub accounts: Vec<String>,
    /// Who has voted what.
    pub votes: BTreeMap<String, String>,
}

impl Shown {
    /// The request as the service describes it.
    pub fn of(request: &ChangeRequest) -> Self {
        let account = |subject| match subject {
            Subject::Account(account) => Some(account),
            Subject::Collaboration => None,
        };
        let votes = request.votes.iter();
        Self {
            id: request.id.clone(),
            status: request.status.clone(),
            types: request.changes.iter().flat_map(|change| change.types.clone()).collect(),
            accounts: request.subjects().filter_map(account).collect(),
            votes: votes.map(|(account, vote)| (account.clone(), vote.to_string())).collect(),
        }
    }

    /// The request as state has shown it so far; `None` if it has not.
    pub fn of_state(id: &str, shown: &Value) -> Option<Self> {
        let texts = |name: &str| shown.get(name).as_elements().filter_map(Value::as_str);
        let votes = shown.get("votes").as_map().into_iter().flatten();
        let vote =
            |(account, vote): (&String, &Value)| Some((account.clone(), vote.as_str()?.to_owned()));
        Some(Self {
            id: id.to_owned(),
            status: shown.get("status").as_str()?.into(),
            types: texts("types").map(ChangeType::from).collect(),
            accounts: texts("accounts").map(str::to_owned).collect(),
            votes: votes.filter_map(vote).collect(),
        })
    }
}

/// The attribute `change_requests`: open requests by id.
pub fn change_requests() -> Codec<Vec<()>, Vec<Shown>> {
    object(Ok::<(), String>)
        .with(
            field("status", text_enum::<ChangeRequestStatus>())
                .computed()
                .doc("`PENDING` while votes are missing, `APPROVED` when it can be committed.")
                .read(|request: &Shown| Some(request.status.clone())),
        )
        .with(
            field("types", set_of(text_enum::<ChangeType>()))
                .computed()
                .doc("The kinds of change in it.")
                .read(|request: &Shown| Some(request.types.clone())),
        )
        .with(
            field("accounts", set_of(string()))
                .computed()
                .doc("The accounts that it changes or adds.")
                .read(|request: &Shown| Some(request.accounts.clone())),
        )
        .with(
            field("votes", string_map())
                .computed()
                .doc("The vote of each account that is asked: `PENDING`, `APPROVED` or `DENIED`.")
                .read(|request: &Shown| Some(request.votes.clone().into_iter().collect())),
        )
        .keyed_by(|(), _| (), |request| request.id.clone())
        .plain()
}

/// What came of asking for a request by its id; `None` if there is none.
pub type Asked = Result<Option<ChangeRequest>, AwsError>;

/// The requests of one collaboration, in calls.
#[derive(Debug, Clone, Copy)]
pub struct Requests<'a> {
    /// The client for the collaboration's Region.
    pub sdk: &'a Sdk,
    /// The collaboration.
    pub collaboration_id: &'a str,
    /// The account that asks: the owner, unless it only looks or votes.
    pub owner: &'a str,
}

impl Requests<'_> {
    /// One request; `None` if there is none of that id.
    ///
    /// # Errors
    ///
    /// The call failed.
    pub async fn get(&self, id: &str) -> Asked {
        let call = (self.sdk.get_collaboration_change_request())
            .collaboration_identifier(self.collaboration_id)
            .change_request_identifier(id);
        match call.send().await.map_err(AwsError::of("GetCollaborationChangeRequest")) {
            Ok(reply) => Ok(reply.collaboration_change_request.map(Into::into)),
            Err(err) if err.kind == ErrorKind::NotFound => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// Several requests, all asked for at once.
    pub async fn get_all(&self, ids: Vec<String>) -> Vec<(String, Asked)> {
        let asked = join_all(ids.iter().map(|id| self.get(id))).await;
        ids.into_iter().zip(asked).collect()
    }

    /// Looks into the list of open requests for those that were not to be had by their ids; `None` then
    /// says that one is in neither place.
    ///
    /// AccessDenied may mean that there is none, too, and a 404 alone proves nothing.
    pub async fn find_in_list(&self, asked: &mut [(String, Asked)]) {
        let may_be_absent = |asked: &Asked| match asked {
            Ok(found) => found.is_none(),
            Err(err) => err.may_mean_gone(),
        };
        if !asked.iter().any(|(_, asked)| may_be_absent(asked)) {
            return;
        }
        let listed = self.list_open().await;
        for (id, asked) in asked.iter_mut().filter(|(_, asked)| may_be_absent(asked)) {
            match &listed {
                Ok(listed) => *asked = Ok(listed.iter().find(|listed| listed.id == *id).cloned()),
                Err(err) if asked.is_ok() => *asked = Err(err.clone()),
                Err(_) => {}
            }
        }
    }

    /// All requests that may still take effect, whoever filed them.
    ///
    /// # Errors
    ///
    /// A call failed.
    pub async fn list_open(&self) -> Result<Vec<ChangeRequest>, AwsError> {
        const OPERATION: &str = "ListCollaborationChangeRequests";
        // Whoever waits for the list ends it at a stop.
        let all = all_pages(OPERATION, &CancellationToken::new(), |token| async {
            let call = (self.sdk.list_collaboration_change_requests())
                .collaboration_identifier(self.collaboration_id)
                .max_results(PAGE_SIZE)
                .set_next_token(token);
            let reply = call.send().await.map_err(AwsError::of(OPERATION))?;
            Ok((reply.collaboration_change_request_summaries, reply.next_token))
        })
        .await?;
        Ok(all.into_iter().map(ChangeRequest::from).filter(ChangeRequest::is_open).collect())
    }

    /// Files a request.
    ///
    /// # Errors
    ///
    /// The call failed.
    pub async fn file(&self, changes: &[Wanted]) -> Result<ChangeRequest, AwsError> {
        let inputs = changes.iter().map(|change| change.input.clone()).collect();
        let call = (self.sdk.create_collaboration_change_request())
            .collaboration_identifier(self.collaboration_id)
            .set_changes(Some(inputs));
        let reply = call.send().await;
        let reply = reply.map_err(AwsError::of("CreateCollaborationChangeRequest"))?;
        let request = reply.collaboration_change_request.map(Into::into);
        request.ok_or_else(|| AwsError::unreadable("CreateCollaborationChangeRequest"))
    }

    /// Brings a request as far as the owner alone can: its own vote, and the commit.
    ///
    /// # Errors
    ///
    /// A call failed.
    pub async fn settle(&self, mut request: ChangeRequest) -> Result<ChangeRequest, AwsError> {
        for _ in 0..MOST_STEPS {
            let action = if request.status == ChangeRequestStatus::Approved {
                ChangeRequestAction::Commit
            } else if request.awaits_vote_of(self.owner) {
                ChangeRequestAction::Approve
            } else {
                break;
            };
            request = self.act(request, action).await?;
        }
        Ok(request)
    }

    /// Withdraws a request; one that ended meanwhile is given back as it ended.
    ///
    /// # Errors
    ///
    /// A call failed.
    pub async fn cancel(&self, request: ChangeRequest) -> Result<ChangeRequest, AwsError> {
        self.act(request, ChangeRequestAction::Cancel).await
    }

    /// Sends one action on a request.
    ///
    /// # Errors
    ///
    /// The call failed.
    pub async fn update(
        &self,
        id: &str,
        action: ChangeRequestAction,
    ) -> Result<ChangeRequest, AwsError> {
        const OPERATION: &str = "UpdateCollaborationChangeRequest";
        let call = (self.sdk.update_collaboration_change_request())
            .collaboration_identifier(self.collaboration_id)
            .change_request_identifier(id)
            .action(action);
        let reply = call.send().await.map_err(AwsError::of(OPERATION))?;
        let request = reply.collaboration_change_request.map(Into::into);
        request.ok_or_else(|| AwsError::unreadable(OPERATION))
    }

    /// Acts on a request. When somebody else did so first, what they made of it is given back.
    async fn act(
        &self,
        request: ChangeRequest,
        action: ChangeRequestAction,
    ) -> Result<ChangeRequest, AwsError> {
        match self.update(&request.id, action).await {
            Ok(reply) => Ok(reply),
            // Somebody else was first, or the reply was lost: what the request is now says which.
            Err(err)
                if err.kind == ErrorKind::Conflict(ConflictReason::InvalidState)
                    || err.outcome == Outcome::Ambiguous =>
            {
                let now = self.get(&request.id).await?;
                now.filter(|now| now.status != request.status || now.votes != request.votes)
                    .ok_or(err)
            }
            Err(err) => Err(err),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cleanrooms::types::{
        ChangeSpecification, ChangeSpecificationType, CollaborationChangeSpecification,
        MemberChangeSpecification,
    };

    use super::*;

    /// A change of a member; of the collaboration without an account.
    fn change(account: &str) -> Change {
        let specification = if account.is_empty() {
            let specification = CollaborationChangeSpecification::builder().build();
            ChangeSpecification::Collaboration(specification)
        } else {
            let member = MemberChangeSpecification::builder()
                .account_id(account)
                .set_member_abilities(Some(Vec::new()))
                .build();
            ChangeSpecification::Member(member.expect("all that is required is given"))
        };
        Change::builder()
            .specification_type(ChangeSpecificationType::Member)
            .specification(specification)
            .types(ChangeType::AddMember)
            .build()
            .expect("all that is required is given")
    }

    fn request(status: ChangeRequestStatus, votes: &[(&str, ApprovalStatus)]) -> ChangeRequest {
        let votes = votes.iter().map(|(account, vote)| ((*account).to_owned(), vote.clone()));
        ChangeRequest {
            id: "r1".to_owned(),
            status,
            changes: vec![change("444455556666"), change("")],
            votes: votes.collect(),
            create_time: DateTime::from_secs(0),
        }
    }

    #[test]
    fn only_pending_and_approved_requests_may_still_take_effect() {
        let open = ChangeRequestStatus::values()
            .iter()
            .filter(|status| request(ChangeRequestStatus::from(**status), &[]).is_open());
        assert_eq!(open.collect::<Vec<_>>(), [&"APPROVED", &"PENDING"]);
    }

    #[test]
    fn a_request_is_about_members_and_the_collaboration() {
        let request = request(ChangeRequestStatus::Pending, &[]);
        assert_eq!(request.about(), "account 444455556666, the collaboration");
    }

    #[test]
    fn several_requests_are_one_warning() {
        let facts = |ids: &[&str]| -> Vec<_> {
            ids.iter().map(|id| ((*id).to_owned(), format!("About {id}."))).collect()
        };
        let told = |ids| told_together(["is open", "are open"], &facts(ids), "Wait.");
        assert_eq!(told(&[]), None);
        let one = Diagnostic::warning("Change request r1 is open", "About r1. Wait.");
        assert_eq!(told(&["r1"]), Some(one));
        let detail = "r1: About r1.\nr2: About r2.\nWait.";
        assert_eq!(
            told(&["r1", "r2"]),
            Some(Diagnostic::warning("2 change requests are open", detail))
        );
    }

    #[test]
    fn who_denied_is_named() {
        let votes = [("1", ApprovalStatus::Denied), ("2", ApprovalStatus::Approved)];
        let denied = request(ChangeRequestStatus::Denied, &votes);
        assert_eq!(denied.end(), "it was denied by 1");
        let cancelled = request(ChangeRequestStatus::Cancelled, &votes[1..]);
        assert_eq!(cancelled.end(), "it is CANCELLED");
    }

    #[test]
    fn a_vote_is_given_only_when_it_is_asked_for() {
        let asked = [("1", ApprovalStatus::Pending), ("2", ApprovalStatus::Approved)];
        let pending = request(ChangeRequestStatus::Pending, &asked);
        assert!(pending.awaits_vote_of("1"));
        assert!(!pending.awaits_vote_of("2") && !pending.awaits_vote_of("3"));
        assert!(!request(ChangeRequestStatus::Denied, &asked).awaits_vote_of("1"));
    }

    #[test]
    fn state_shows_status_types_accounts_and_votes() {
        let request = request(ChangeRequestStatus::Pending, &[("1", ApprovalStatus::Pending)]);
        assert_eq!(
            change_requests().encode(&vec![Shown::of(&request)]).to_string(),
            r#"{"r1" = {accounts = set["444455556666"], status = "PENDING", types = set["ADD_MEMBER"], votes = {"1" = "PENDING"}}}"#
        );
    }
}
