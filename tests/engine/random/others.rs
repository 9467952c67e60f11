//! What other companies, and the console, do meanwhile.

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};

use super::Play;
use super::acts::Change;
use super::wish::{COLLABORATION, MEMBERSHIP, OWNER, PARTNER, THIRD};

/// An act of somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Other {
    Nobody,
    PartnerJoins,
    PartnerLeaves,
    PartnerIsRemoved,
    ThirdJoins,
    ThirdLeaves,
    Approve,
    Deny,
    ConsoleRenames,
    DeletesCollaboration,
}

impl Other {
    /// Every act.
    pub const ALL: [Self; 10] = [
        Self::Nobody,
        Self::PartnerJoins,
        Self::PartnerLeaves,
        Self::PartnerIsRemoved,
        Self::ThirdJoins,
        Self::ThirdLeaves,
        Self::Approve,
        Self::Deny,
        Self::ConsoleRenames,
        Self::DeletesCollaboration,
    ];

    /// The calls by which a run after it makes a change, and makes good for it.
    pub(super) fn then(self, change: Change) -> Vec<&'static str> {
        let own = change.calls().iter().copied();
        match (self, change) {
            (Self::DeletesCollaboration, Change::Refresh | Change::Destroy | Change::Reimport) => {
                Vec::new()
            }
            // There is nothing that could be changed; a membership of it stays, and is not made again.
            (Self::DeletesCollaboration, Change::AddMembership) => {
                vec!["CreateCollaboration", "CreateMembership"]
            }
            (Self::DeletesCollaboration, _) => vec!["CreateCollaboration"],
            (Self::ConsoleRenames, change) if change != Change::Refresh => {
                own.chain(["UpdateCollaboration"]).collect()
            }
            _ => own.collect(),
        }
    }

    /// Whether a run after it writes nothing: whoever has gone for good is not removed again, and
    /// stops the apply of a configuration that wants to keep him.
    pub(super) fn stops(self, change: Change) -> bool {
        let is_anew = matches!(
            change,
            Change::CreatorName | Change::Replace | Change::Taint | Change::Destroy
        );
        let has_gone =
            matches!(self, Self::PartnerLeaves | Self::PartnerIsRemoved | Self::ThirdLeaves);
        has_gone && !is_anew
    }
}

impl Play {
    fn collaboration(&self) -> Option<String> {
        self.stage.filled(&format!("${{{COLLABORATION}.id}}")).ok()
    }

    /// The members' accounts and statuses; none without a collaboration.
    pub(super) async fn statuses(&self) -> Result<Vec<(String, String)>> {
        let Some(id) = self.collaboration() else { return Ok(Vec::new()) };
        let path = format!("/collaborations/{id}/members");
        let reply = self.stage.world.api(OWNER, "GET", &path, None).await?;
        let members = reply.body["memberSummaries"].as_array().cloned().unwrap_or_default();
        let text = |member: &Json, name: &str| member[name].as_str().unwrap_or_default().to_owned();
        Ok(members.iter().map(|one| (text(one, "accountId"), text(one, "status"))).collect())
    }

    pub(super) async fn possible_others(&self) -> Result<Vec<Other>> {
        use Other::*;
        let statuses = self.statuses().await?;
        let is =
            |account: &str, status: &str| statuses.iter().any(|(a, s)| a == account && s == status);
        let mut possible = vec![Nobody];
        let mut add = |condition: bool, other| {
            if condition {
                possible.push(other);
            }
        };
        let exists = !statuses.is_empty();
        add(is(PARTNER, "INVITED") && !self.wish.membership, PartnerJoins);
        add(is(PARTNER, "ACTIVE"), PartnerLeaves);
        add(is(PARTNER, "ACTIVE") || is(PARTNER, "INVITED"), PartnerIsRemoved);
        add(is(THIRD, "INVITED"), ThirdJoins);
        add(is(THIRD, "ACTIVE"), ThirdLeaves);
        let pending = !self.pending().await?.is_empty();
        add(pending, Approve);
        add(pending, Deny);
        add(exists, ConsoleRenames);
        add(exists, DeletesCollaboration);
        Ok(possible)
    }

    /// The requests that wait for votes.
    async fn pending(&self) -> Result<Vec<String>> {
        let Some(id) = self.collaboration() else { return Ok(Vec::new()) };
        let path = format!("/collaborations/{id}/changeRequests");
        let reply = self.stage.world.api(OWNER, "GET", &path, None).await?;
        let requests = reply.body["collaborationChangeRequestSummaries"].as_array().cloned();
        let requests = requests.unwrap_or_default();
        let pending = requests.iter().filter(|request| request["status"] == "PENDING");
        Ok(pending.filter_map(|request| Some(request["id"].as_str()?.to_owned())).collect())
    }

    pub(super) async fn happens(&mut self, other: Other) -> Result<()> {
        let Some(id) = self.collaboration() else { return Ok(()) };
        let base = format!("/collaborations/{id}");
        match other {
            Other::Nobody => Ok(()),
            Other::PartnerJoins => self.joins(PARTNER, &id).await,
            Other::ThirdJoins => self.joins(THIRD, &id).await,
            Other::PartnerLeaves => self.leaves(PARTNER).await,
            Other::ThirdLeaves => self.leaves(THIRD).await,
            Other::PartnerIsRemoved => {
                self.calls(OWNER, "DELETE", &format!("{base}/member/{PARTNER}"), None).await
            }
            Other::Approve | Other::Deny => {
                let action = if other == Other::Approve { "APPROVE" } else { "DENY" };
                for request in self.pending().await? {
                    let path = format!("{base}/changeRequests/{request}");
                    for account in [PARTNER, THIRD] {
                        // Whoever is not asked is refused, which is all the same here.
                        let body = json!({ "action": action });
                        self.stage.world.api(account, "PATCH", &path, Some(&body)).await?;
                    }
                }
                Ok(())
            }
            Other::ConsoleRenames => {
                let body = json!({ "name": "Console" });
                self.calls(OWNER, "PATCH", &base, Some(&body)).await
            }
            Other::DeletesCollaboration => self.calls(OWNER, "DELETE", &base, None).await,
        }
    }

    async fn calls(
        &self,
        account: &str,
        method: &str,
        path: &str,
        body: Option<&Json>,
    ) -> Result<()> {
        let reply = self.stage.world.api(account, method, path, body).await?;
        ensure!((200..300).contains(&reply.status), "{method} {path} answered {}", reply.body);
        Ok(())
    }

    async fn joins(&mut self, account: &str, collaboration: &str) -> Result<()> {
        let body =
            json!({ "collaborationIdentifier": collaboration, "queryLogStatus": "DISABLED" });
        let reply = self.stage.world.api(account, "POST", "/memberships", Some(&body)).await?;
        let id = reply.body["membership"]["id"].as_str();
        let id = id.with_context(|| format!("joining answered {}", reply.body))?;
        self.foreign.insert(id.to_owned());
        Ok(())
    }

    async fn leaves(&self, account: &str) -> Result<()> {
        let list =
            self.stage.world.list(account, "/memberships?status=ACTIVE", "membershipSummaries");
        for membership in list.await? {
            let id = membership["id"].as_str().context("a membership without an id")?;
            self.calls(account, "DELETE", &format!("/memberships/{id}"), None).await?;
        }
        Ok(())
    }

    /// Why what is asked for cannot be had, if there is a reason (design 4 and 5).
    pub(super) async fn reason(&self) -> Result<Option<&'static str>> {
        let statuses = self.statuses().await?;
        let former = |account: &str| {
            let ended = |status: &str| ["LEFT", "REMOVED"].contains(&status);
            statuses.iter().any(|(one, status)| one == account && ended(status))
        };
        if self.wish.members.keys().any(|account| former(account)) {
            return Ok(Some("a wanted member has left or was removed, and cannot come back"));
        }
        if self.wish.membership && !self.wish.members.contains_key(PARTNER) {
            return Ok(Some("whoever is no member cannot join"));
        }
        let partner = statuses.iter().find(|(account, _)| account == PARTNER);
        let joined = self.stage.core.state.get(MEMBERSHIP).is_some();
        if self.wish.membership && !joined && partner.is_some_and(|(_, status)| status == "ACTIVE")
        {
            return Ok(Some("the partner has joined by itself"));
        }
        if self.wish.membership && partner.is_none() && !self.pending().await?.is_empty() {
            return Ok(Some("the partner's invitation waits for votes"));
        }
        Ok(None)
    }

    /// Wishes no more for what cannot be had.
    pub(super) async fn gives_in(&mut self) -> Result<()> {
        let statuses = self.statuses().await?;
        let former = |account: &str| {
            let ended = |status: &str| ["LEFT", "REMOVED"].contains(&status);
            statuses.iter().any(|(one, status)| one == account && ended(status))
        };
        self.wish.members.retain(|account, _| !former(account));
        let is_active = statuses.iter().any(|(one, status)| one == PARTNER && status == "ACTIVE");
        let joined = self.stage.core.state.get(MEMBERSHIP).is_some();
        if !self.wish.members.contains_key(PARTNER) || (is_active && !joined) {
            self.wish.membership = false;
            // What is left of it may go now.
            self.expendable.insert(MEMBERSHIP);
        }
        Ok(())
    }
}
