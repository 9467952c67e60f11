//! Changing members, abilities, payers and auto-approval of a living collaboration.
//!
//! The service is asked how things stand, and only what the plan changed is
//! brought about: what somebody else changed meanwhile shows at the next
//! refresh. A request that waits for other companies' votes is a normal state:
//! it is recorded, and the collaboration is read as if it had been committed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_cleanrooms::types::{
    ApprovalStatus, AutoApprovedChangeType, ChangeRequestStatus, ChangeType, MemberSpecification,
};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::changes::{
    CHANGED_BY_REQUEST, PENDING_APPROVAL, Standing, Subject, Wanted, Wish, grouped,
};
use super::members::{auto_approved, members};
use super::requests::{ChangeRequest, Requests, told_together};
use super::{notes, read};
use crate::cleanrooms::aws::{AwsError, ErrorKind, Outcome, Waited, poll};
use crate::cleanrooms::client::{Changing, Client, send_unrepeatable};
use crate::cleanrooms::error::failed;
use crate::cleanrooms::key::Located;
use crate::cleanrooms::shapes::abilities::{abilities, ml_abilities};
use crate::cleanrooms::shapes::payment::payer;
use crate::cleanrooms::shapes::timeouts::timeout;
use crate::framework::{Change, Context, Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// How long an update waits for votes, unless `timeouts` says otherwise.
const UPDATE_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// Whether a change needs this module: something that requests change differs, or an open request is to be acted on.
pub fn concerns(change: Change<'_>) -> bool {
    CHANGED_BY_REQUEST.iter().any(|name| change.changes(name))
        || change.planned.get("change_requests").is_unknown()
}

/// Brings members, abilities, payers and auto-approval to the plan, as far as the owner alone can.
///
/// # Errors
///
/// What could not be changed, or asked for; the rest was.
pub async fn reconcile(
    cx: &Context<'_, Client>,
    at: &Changing<'_>,
    located: &Located,
    change: Change<'_>,
) -> Result<(), Diagnostics> {
    let id = located.key.id();
    let what = format!("change the members of collaboration {id}");
    let one = |err: AwsError| Diagnostics::from(failed(&what, &err));
    let owner = located.owner.as_deref().unwrap_or_default();
    let sdk = &at.reading.sdk;
    let requests = Requests { sdk, collaboration_id: id, owner };
    let mut work = Work {
        cx,
        at,
        requests,
        filing: Requests { sdk: &at.once, ..requests },
        wish: wish(change.planned, owner)?,
        standing: at.reading.look(read::standing(sdk, id)).await.map_err(one)?,
        open: Vec::new(),
        left_open: Vec::new(),
        waits: false,
        failures: Diagnostics::new(),
    };
    if is_cut_short(&work.standing, change.prior) {
        // A member that state has is missing from the list: before it is asked for anew, look again.
        work.standing = at.reading.look(read::standing(sdk, id)).await.map_err(one)?;
    }
    work.remove_members(&removed(change)).await;
    let mut touched = touched(change, owner);
    let open = notes::open_requests(&cx.private(), change.prior);
    work.keep_or_cancel(open, &mut touched).await;
    work.file_missing(&touched).await;
    work.settle_all().await;
    if change.planned.get("wait_for_approval").as_bool() == Some(true) {
        let deadline = Instant::now() + timeout(change.planned, "update", UPDATE_TIMEOUT);
        work.waits = true;
        work.wait(deadline).await;
    }
    work.finish()
}

/// Whether a list of members lacks one that state has as such.
fn is_cut_short(standing: &Standing, prior: &Value) -> bool {
    let statuses = prior.get("member_statuses").as_map();
    let of_state = statuses.into_iter().flatten();
    let members = of_state.filter(|(_, status)| status.as_str() != Some(PENDING_APPROVAL));
    members.into_iter().any(|(account, _)| !standing.members.contains_key(account))
}

/// One reconciliation on its way.
struct Work<'a> {
    cx: &'a Context<'a, Client>,
    at: &'a Changing<'a>,
    requests: Requests<'a>,
    /// The same without retries, for filing: the API has no client token for it.
    filing: Requests<'a>,
    wish: Wish,
    /// How things stand by the service, without open requests.
    standing: Standing,
    /// Requests that are ours to watch.
    open: Vec<ChangeRequest>,
    /// Ids of requests of ours that could not be read or withdrawn: they may still take effect.
    left_open: Vec<String>,
    /// Whether the user wants to wait for votes.
    waits: bool,
    failures: Diagnostics,
}

impl Work<'_> {
    fn fail(&mut self, what: &str, subject: &Subject, err: &AwsError) {
        let path = subject.path(self.requests.owner);
        self.failures.push(failed(what, err).at(path));
    }

    /// Removes members at once: that needs no votes, and no request can do it.
    async fn remove_members(&mut self, removed: &[String]) {
        for account in removed {
            if !self.standing.members.contains_key(account) {
                continue;
            }
            let what = format!("remove member {account}");
            let subject = Subject::Account(account.clone());
            if self.cx.stop.is_cancelled() {
                self.fail(&what, &subject, &AwsError::stopped());
                continue;
            }
            let call = (self.requests.sdk.delete_member())
                .collaboration_identifier(self.requests.collaboration_id)
                .account_id(account);
            match call.send().await.map_err(AwsError::of("DeleteMember")) {
                Ok(_) => {}
                Err(err) if err.kind == ErrorKind::NotFound => {}
                Err(err) if err.outcome == Outcome::Ambiguous && self.is_removed(account).await => {
                }
                Err(err) => self.fail(&what, &subject, &err),
            }
        }
        self.standing.members.retain(|account, _| !removed.contains(account));
    }

    /// Whether a removal whose reply was lost was made all the same.
    async fn is_removed(&self, account: &str) -> bool {
        let Requests { sdk, collaboration_id, .. } = self.requests;
        let now = self.at.reading.look(read::standing(sdk, collaboration_id)).await;
        now.is_ok_and(|now| !now.members.contains_key(account))
    }

    /// Keeps open requests that still ask for what is planned, and withdraws the others.
    async fn keep_or_cancel(&mut self, ids: Vec<String>, touched: &mut BTreeSet<Subject>) {
        let looking = async {
            let mut asked = self.requests.get_all(ids.clone()).await;
            self.requests.find_in_list(&mut asked).await;
            Ok(asked)
        };
        let asked = match self.at.reading.look(looking).await {
            Ok(asked) => asked,
            Err(stopped) => ids.into_iter().map(|id| (id, Err(stopped.clone()))).collect(),
        };
        for (id, asked) in asked {
            let request = match asked {
                Ok(Some(request)) => request,
                Ok(None) => continue,
                Err(err) => {
                    self.fail(&format!("read change request {id}"), &Subject::Collaboration, &err);
                    self.left_open.push(id);
                    continue;
                }
            };
            touched.extend(request.subjects());
            if request.status == ChangeRequestStatus::Committed {
                self.note_commit(&request);
            } else if self.is_wanted(&request, touched) {
                // One that has ended since the plan is told, and not asked again: the next plan says that it was.
                self.open.push(request);
            } else if request.is_open() {
                self.cancel(request).await;
            }
        }
    }

    async fn cancel(&mut self, request: ChangeRequest) {
        let id = request.id.clone();
        let what = format!("withdraw change request {id}");
        let subject = request.subjects().next().unwrap_or(Subject::Collaboration);
        match self.requests.cancel(request).await {
            Ok(ended) if ended.status == ChangeRequestStatus::Committed => self.note_commit(&ended),
            Ok(_) => {}
            Err(err) => {
                self.fail(&what, &subject, &err);
                self.left_open.push(id);
            }
        }
    }

    /// Somebody else has committed a request meanwhile, so the service stands otherwise than it was read.
    fn note_commit(&mut self, committed: &ChangeRequest) {
        for change in &committed.changes {
            self.standing.commit(change, committed.create_time);
        }
    }

    /// Whether a request would make each of its subjects as planned, and none of them is so without it.
    fn is_wanted(&self, request: &ChangeRequest, touched: &BTreeSet<Subject>) -> bool {
        let mut after = self.standing.clone();
        for change in &request.changes {
            after.apply(change, request.create_time);
        }
        request.subjects().count() == request.changes.len()
            && request.subjects().all(|subject| {
                touched.contains(&subject)
                    && after.fulfils(&self.wish, &subject)
                    && !self.standing.fulfils(&self.wish, &subject)
            })
    }

    fn missing(&self, touched: &BTreeSet<Subject>) -> Vec<Wanted> {
        let covered: BTreeSet<_> = self.open.iter().flat_map(ChangeRequest::subjects).collect();
        let uncovered = touched.difference(&covered);
        uncovered.filter_map(|subject| self.standing.wanted(&self.wish, subject)).collect()
    }

    /// Adopts equal requests that are open already, and files the rest.
    async fn file_missing(&mut self, touched: &BTreeSet<Subject>) {
        if self.missing(touched).is_empty() {
            return;
        }
        match self.at.reading.look(self.requests.list_open()).await {
            Ok(listed) => self.adopt(listed, touched),
            Err(err) => {
                // Without the list an equal request might be filed a second time.
                self.fail("look for open change requests", &Subject::Collaboration, &err);
                return;
            }
        }
        for group in grouped(self.missing(touched), &self.standing) {
            self.file(group).await;
        }
    }

    fn adopt(&mut self, listed: Vec<ChangeRequest>, touched: &BTreeSet<Subject>) {
        for request in listed {
            let known = self.open.iter().any(|open| open.id == request.id);
            let covered = |subject: &Subject| {
                self.open.iter().flat_map(ChangeRequest::subjects).any(|other| other == *subject)
            };
            let free = !request.subjects().any(|subject| covered(&subject));
            if !known && free && self.is_wanted(&request, touched) {
                self.open.push(request);
            }
        }
    }

    async fn file(&mut self, group: Vec<Wanted>) {
        let (filing, window) = (self.filing, self.cx.client.aws.intervals().create_window);
        let filed = send_unrepeatable(self.cx, window, || filing.file(&group)).await;
        let err = match filed {
            Ok(request) => return self.open.push(request),
            Err(err) => err,
        };
        if err.outcome == Outcome::Ambiguous && self.found_after_lost_reply(&group).await {
            return;
        }
        for change in &group {
            let verb = if change.types.contains(&ChangeType::AddMember) { "add" } else { "change" };
            self.fail(&format!("{verb} {}", change.subject), &change.subject, &err);
        }
    }

    /// Whether a request whose reply was lost was filed all the same: it is open, or has taken effect.
    async fn found_after_lost_reply(&mut self, group: &[Wanted]) -> bool {
        let subjects: BTreeSet<_> = group.iter().map(|wanted| wanted.subject.clone()).collect();
        let Ok(listed) = self.requests.list_open().await else {
            return false;
        };
        let before = self.open.len();
        self.adopt(listed, &subjects);
        if self.open.len() > before {
            return true;
        }
        match read::standing(self.requests.sdk, self.requests.collaboration_id).await {
            Ok(now) => subjects.iter().all(|subject| now.fulfils(&self.wish, subject)),
            Err(_) => false,
        }
    }

    /// Brings every request as far as the owner alone can.
    async fn settle_all(&mut self) {
        for index in 0..self.open.len() {
            self.settle(index).await;
        }
    }

    async fn settle(&mut self, index: usize) {
        let request = self.open[index].clone();
        let (id, subject) = (request.id.clone(), request.subjects().next());
        match self.requests.settle(request).await {
            Ok(settled) => self.open[index] = settled,
            Err(err) => {
                let subject = subject.unwrap_or(Subject::Collaboration);
                self.fail(&format!("act on change request {id}"), &subject, &err);
            }
        }
    }

    /// Waits for the others' votes until the deadline, or until core asks to stop.
    ///
    /// All requests are watched at the same time, and each is acted on as soon
    /// as it is decided, one after the other: commits at once might conflict.
    async fn wait(&mut self, deadline: Instant) {
        let (cx, requests) = (self.cx, self.requests);
        let backoff = cx.client.aws.intervals().approval;
        let undecided = |request: &ChangeRequest| request.status == ChangeRequestStatus::Pending;
        let waiting = self.open.iter().enumerate().filter(|(_, request)| undecided(request));
        let mut votes: FuturesUnordered<_> = waiting
            .map(|(index, request)| (index, request.id.clone()))
            .map(|(index, id)| async move {
                let decided = async || {
                    let now = requests.get(&id).await?;
                    Ok::<_, AwsError>(now.filter(|now| !undecided(now)))
                };
                (index, poll(backoff, deadline, &cx.stop, decided).await)
            })
            .collect();
        while let Some((index, outcome)) = votes.next().await {
            match outcome {
                Ok(Waited::Done(decided)) => {
                    self.open[index] = decided;
                    self.settle(index).await;
                }
                Ok(Waited::DeadlinePassed | Waited::Stopped) => {}
                Err(err) if err.kind == ErrorKind::Stopped => {}
                Err(err) => {
                    let id = &self.open[index].id;
                    let what = format!("wait for the votes on change request {id}");
                    self.fail(&what, &Subject::Collaboration, &err);
                }
            }
        }
    }

    /// Records what is open, tells who denied, and who has yet to vote.
    fn finish(mut self) -> Result<(), Diagnostics> {
        for request in std::mem::take(&mut self.open) {
            if request.is_open() {
                self.open.push(request);
            } else if request.status == ChangeRequestStatus::Committed {
                notes::forget_denial(&mut self.cx.private(), &request);
            } else {
                notes::note_denial(&mut self.cx.private(), &request);
                for subject in request.subjects() {
                    self.failures.push(refused(&request, &subject, self.requests.owner));
                }
            }
        }
        if let Some(warning) = pending(&self.open, self.waits) {
            self.cx.report(warning);
        }
        // Even when there is none: those that were withdrawn are of no interest to the read that follows.
        // What could not be read may have been adopted from the list all the same.
        let open = self.open.iter().map(|request| request.id.as_str());
        let ids: BTreeSet<_> = open.chain(self.left_open.iter().map(String::as_str)).collect();
        notes::set_open(&mut self.cx.private(), ids.into_iter());
        if self.failures.has_error() { Err(self.failures) } else { Ok(()) }
    }
}

/// Says what is open, and for whose votes it waits.
fn pending(open: &[ChangeRequest], waited: bool) -> Option<Diagnostic> {
    let missing = |request: &ChangeRequest| request.voters(&ApprovalStatus::Pending).join(", ");
    let fact = |request: &ChangeRequest| {
        let waits = match missing(request) {
            none if none.is_empty() => {
                "It is approved and waits to be committed, which the next apply does.".to_owned()
            }
            missing => format!("It waits for the votes of {missing}."),
        };
        let about = request.about();
        (request.id.clone(), format!("The change of {about} has been asked for. {waits}"))
    };
    let facts: Vec<_> = open.iter().map(fact).collect();
    let until = if open.iter().all(|request| missing(request).is_empty()) {
        ""
    } else {
        "Until then plans are empty; once all have approved, the next plan shows an update, and \
         applying it commits. "
    };
    let hint = if waited {
        "The wait for votes has ended: `timeouts.update` says how long it may be."
    } else {
        "Set `wait_for_approval = true` to wait for votes during apply."
    };
    told_together(["is open", "are open"], &facts, &format!("{until}{hint}"))
}

fn refused(request: &ChangeRequest, subject: &Subject, owner: &str) -> Diagnostic {
    Diagnostic::error(
        format!("The change of {subject} was not approved"),
        format!(
            "Change request {} has ended without effect: {}. Agree with the other members, then \
             apply again to ask anew; or take the change back.",
            request.id,
            request.end()
        ),
    )
    .at(subject.path(owner))
}

/// Accounts that were members, or were asked to be, and shall be none any more.
fn removed(change: Change<'_>) -> Vec<String> {
    // Nobody is removed for want of a list.
    let Some(planned) = change.planned.get("members").as_map() else {
        return Vec::new();
    };
    let before = change.prior.get("members").as_map().into_iter().flat_map(BTreeMap::keys);
    before.filter(|account| !planned.contains_key(*account)).cloned().collect()
}

/// What the plan changes.
fn touched(change: Change<'_>, owner: &str) -> BTreeSet<Subject> {
    let mut touched = BTreeSet::new();
    let (prior, planned) = (change.prior.get("members"), change.planned.get("members"));
    for (account, member) in planned.as_map().into_iter().flatten() {
        if prior.as_map().and_then(|map| map.get(account)) != Some(member) {
            touched.insert(Subject::Account(account.clone()));
        }
    }
    if change.changes("auto_approved_change_request_types") {
        touched.insert(Subject::Collaboration);
    }
    let of_creator = CHANGED_BY_REQUEST.iter().filter(|name| name.starts_with("creator"));
    if of_creator.into_iter().any(|name| change.changes(name)) {
        touched.insert(Subject::Account(owner.to_owned()));
    }
    touched
}

/// What is planned, in the SDK's types.
fn wish(planned: &Value, owner: &str) -> Result<Wish, Diagnostic> {
    let at = AttributePath::of;
    let listed = members().decode(planned.get("members"), &at("members"))?.unwrap_or_default();
    let mut all: BTreeMap<_, _> =
        listed.into_iter().map(|member| (member.account_id.clone(), member)).collect();
    let types = auto_approved().decode(
        planned.get("auto_approved_change_request_types"),
        &at("auto_approved_change_request_types"),
    )?;
    all.extend(creator(planned, owner)?.map(|creator| (owner.to_owned(), creator)));
    let auto_approved: BTreeSet<AutoApprovedChangeType> =
        types.unwrap_or_default().into_iter().collect();
    Ok(Wish { members: all, auto_approved })
}

/// The creator as a member like any other.
fn creator(planned: &Value, owner: &str) -> Result<Option<MemberSpecification>, Diagnostic> {
    let get = |name: &'static str| (planned.get(name), AttributePath::of(name));
    let (may, path) = get("creator_member_abilities");
    let may = abilities().decode(may, &path)?;
    let (ml, path) = get("creator_ml_member_abilities");
    let ml = ml_abilities().decode(ml, &path)?;
    let (pays, path) = get("creator_payment_configuration");
    let pays = payer().decode(pays, &path)?;
    let creator = MemberSpecification::builder()
        .account_id(owner)
        .display_name(planned.get("creator_display_name").as_str().unwrap_or_default())
        .set_member_abilities(Some(may.unwrap_or_default()))
        .set_ml_member_abilities(ml)
        .set_payment_configuration(pays.map(Into::into))
        .build();
    Ok(creator.ok())
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod votes;
