//! Change requests whose fate others decide, against the sandbox.

use std::sync::Arc;

use cleanrooms_harness::sandbox::{Call, Sandbox};
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::cleanrooms::aws::{Aws, Intervals, ProviderConfig, Secret};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::collaboration::Collaboration;
use crate::cleanrooms::collaboration::fixtures::{
    CREATOR, PARTNER, STRANGER, collaboration, config, with,
};
use crate::cleanrooms::object::Of;
use crate::cleanrooms::shapes::tags::TagPolicy;
use crate::framework::Configured;
use crate::framework::managed::{
    ApplyRequest, Managed, ManagedResource, PlanRequest, PlanResponse, StateResponse,
};
use crate::framework::plan::Walk;
use crate::framework::private::Private;
use crate::wire::Value;

/// Comes before the stranger, in the order of accounts.
const EARLIER: &str = "000011112222";

/// The owner's Terraform, in small.
struct Owner {
    sandbox: Arc<Sandbox>,
    provider: Configured<Client>,
    resource: Arc<dyn ManagedResource<Client>>,
    stored: StateResponse,
}

impl Owner {
    /// Has a collaboration in which the partner takes part, and so has a vote.
    async fn with_partner() -> Self {
        let sandbox = Arc::new(Sandbox::start().expect("a free port"));
        let mut aws = ProviderConfig {
            region: Some("us-east-1".to_owned()),
            access_key: Some(Secret::new(CREATOR)),
            secret_key: Some(Secret::new("secret")),
            ..ProviderConfig::default()
        };
        aws.endpoints.cleanrooms = Some(sandbox.url());
        aws.endpoints.sts = Some(sandbox.url());
        let aws = Aws::new(aws, Intervals::default().scaled(0.01));
        let mut owner = Self {
            sandbox,
            provider: Configured { client: Client::new(aws, TagPolicy::default()), unknown: None },
            resource: Managed::<Of<Collaboration>>::shared(),
            stored: StateResponse::default(),
        };
        let plan = owner.plan(&config());
        assert_eq!(owner.apply(plan).await, Vec::<String>::new());
        let join = json!({
            "collaborationIdentifier": owner.state("id"), "queryLogStatus": "DISABLED",
        });
        let joined = owner.sandbox.client().api(PARTNER, "POST", "/memberships", Some(&join));
        assert_eq!(joined.expect("an answer").status, 200);
        owner.refresh().await;
        owner
    }

    fn state(&self, name: &str) -> &str {
        self.stored.state.get(name).as_str().unwrap_or_default()
    }

    fn status_of(&self, account: &str) -> Option<&str> {
        self.stored.state.get("member_statuses").get(account).as_str()
    }

    fn plan(&self, config: &Json) -> PlanResponse {
        let StateResponse { state, private, identity, .. } = &self.stored;
        let request = PlanRequest {
            prior: state.clone(),
            config: collaboration(config),
            private: private.clone(),
            identity: identity.clone(),
            planned_private: Private::default(),
            walk: Walk::Plan,
        };
        self.resource.plan(Some(&self.provider.client), request)
    }

    async fn refresh(&mut self) -> Vec<String> {
        let StateResponse { state, private, identity, .. } = std::mem::take(&mut self.stored);
        let stored = StateResponse { state, private, identity, ..StateResponse::default() };
        let stop = CancellationToken::new();
        self.stored = self.resource.read(&self.provider, stop, stored).await;
        self.said()
    }

    async fn apply(&mut self, plan: PlanResponse) -> Vec<String> {
        let request = ApplyRequest {
            prior: self.stored.state.clone(),
            planned: plan.planned,
            config: Value::Null,
            private: plan.private,
            identity: plan.identity,
        };
        let (client, stop) = (&self.provider.client, CancellationToken::new());
        self.stored = self.resource.apply(client, stop, request).await;
        self.said()
    }

    fn said(&self) -> Vec<String> {
        self.stored.diagnostics.iter().map(|d| d.summary.clone()).collect()
    }

    fn desk(&self) -> Desk {
        Desk { sandbox: Arc::clone(&self.sandbox), collaboration_id: self.state("id").to_owned() }
    }
}

/// Where members vote.
struct Desk {
    sandbox: Arc<Sandbox>,
    collaboration_id: String,
}

impl Desk {
    fn call(&self, account: &str, method: &str, id: &str, body: Option<&Json>) -> Json {
        let path = format!("/collaborations/{}/changeRequests/{id}", self.collaboration_id);
        let reply = self.sandbox.client().api(account, method, path.trim_end_matches('/'), body);
        let reply = reply.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body
    }

    /// The newest request about an account: its id and its status.
    fn about(&self, account: &str) -> Option<(String, String)> {
        let listed = self.call(CREATOR, "GET", "", None);
        let all = listed["collaborationChangeRequestSummaries"].as_array().expect("a list").clone();
        let concerns = |request: &&Json| {
            request.pointer("/changes/0/specification/member/accountId") == Some(&json!(account))
        };
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let newest = all.iter().filter(concerns).max_by_key(|request| text(&request["createTime"]));
        newest.map(|request| (text(&request["id"]), text(&request["status"])))
    }

    fn act(&self, voter: &str, account: &str, action: &str) {
        let (id, _) = self.about(account).expect("a request");
        self.call(voter, "PATCH", &id, Some(&json!({ "action": action })));
    }

    /// Looks again and again until the request about an account has a status.
    async fn sees(&self, account: &str, status: &str) {
        while self.about(account).is_none_or(|(_, now)| now != status) {
            tokio::task::yield_now().await;
        }
    }
}

fn with_member(base: Json, account: &str) -> Json {
    let member = json!({ "display_name": account, "member_abilities": [] });
    with(base, &format!("/members/{account}"), member)
}

#[tokio::test]
async fn a_request_that_nobody_votes_on_does_not_hold_up_another() {
    let mut owner = Owner::with_partner().await;
    let desk = owner.desk();
    let waits = with(config(), "/wait_for_approval", json!(true));
    let plan = owner.plan(&with_member(with_member(waits, EARLIER), STRANGER));
    let votes = async {
        desk.sees(EARLIER, "PENDING").await;
        desk.sees(STRANGER, "PENDING").await;
        desk.act(PARTNER, STRANGER, "APPROVE");
        desk.sees(STRANGER, "COMMITTED").await;
        desk.act(PARTNER, EARLIER, "APPROVE");
    };
    let (said, ()) = tokio::join!(owner.apply(plan), votes);
    assert_eq!(said, Vec::<String>::new());
    for account in [EARLIER, STRANGER] {
        assert_eq!(owner.status_of(account), Some("INVITED"));
    }
}

/// Applies a plan to add the stranger whose request ends in between.
async fn ended_before_apply(voter: &str, action: &str) -> (Owner, Vec<String>) {
    let mut owner = Owner::with_partner().await;
    let asked = with_member(config(), STRANGER);
    let plan = owner.plan(&asked);
    owner.apply(plan).await;
    let waits = with(asked, "/wait_for_approval", json!(true));
    let waits = with(waits, "/timeouts", json!({ "update": "1s" }));
    let plan = owner.plan(&waits);
    owner.desk().act(voter, STRANGER, action);
    let said = owner.apply(plan).await;
    (owner, said)
}

#[tokio::test]
async fn what_was_denied_before_the_apply_is_not_asked_again_at_once() {
    for (voter, action, status) in [(PARTNER, "DENY", "DENIED"), (CREATOR, "CANCEL", "CANCELLED")] {
        let (owner, said) = ended_before_apply(voter, action).await;
        assert_eq!(said, ["The change of account 777788889999 was not approved"]);
        let newest = owner.desk().about(STRANGER).expect("a request");
        assert_eq!(newest.1, status);
        assert_eq!(owner.status_of(STRANGER), None);
        let plan = owner.plan(&with_member(config(), STRANGER));
        assert!(plan.planned.get("member_statuses").is_unknown());
    }
}

#[tokio::test]
async fn what_was_approved_before_the_apply_is_committed() {
    let (owner, said) = ended_before_apply(PARTNER, "APPROVE").await;
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(owner.status_of(STRANGER), Some("INVITED"));
    assert_eq!(owner.stored.state.get("change_requests"), &Value::map([]));
}

#[tokio::test]
async fn a_denial_is_told_once_and_the_difference_shows_again() {
    let mut owner = Owner::with_partner().await;
    let asked = with_member(config(), STRANGER);
    let plan = owner.plan(&asked);
    owner.apply(plan).await;
    assert_eq!(owner.status_of(STRANGER), Some("PENDING_APPROVAL"));
    owner.desk().act(PARTNER, STRANGER, "DENY");
    assert_eq!(owner.refresh().await.len(), 1);
    assert_eq!(owner.refresh().await, Vec::<String>::new());
    assert_eq!(owner.status_of(STRANGER), None);
    let plan = owner.plan(&asked);
    let said: Vec<_> = plan.diagnostics.iter().map(|d| d.summary.as_str()).collect();
    assert_eq!(said, ["A change of 777788889999 was asked for before, in vain"]);
}

#[tokio::test]
async fn what_a_commit_by_others_has_changed_is_read_at_once() {
    let mut owner = Owner::with_partner().await;
    let asked = with(config(), "/auto_approved_change_request_types", json!(["ADD_MEMBER"]));
    let plan = owner.plan(&asked);
    owner.apply(plan).await;
    let requests = owner.stored.state.get("change_requests").as_map().expect("a map").clone();
    let id = requests.keys().next().expect("an open request");
    let desk = owner.desk();
    desk.call(PARTNER, "PATCH", id, Some(&json!({ "action": "APPROVE" })));
    let sandbox = desk.sandbox.client();
    let late = json!({
        "operation": "GetCollaborationChangeRequest",
        "fault": { "kind": "latency", "milliseconds": 1000 },
    });
    sandbox.admin("POST", "faults", Some(&late)).expect("a known fault");
    sandbox.clear_calls().expect("an answer");
    // The collaboration is read before the commit, the request after it.
    let commit = async {
        let is_read = |call: &Call| call.operation.as_deref() == Some("GetCollaboration");
        while !sandbox.calls().expect("a journal").iter().any(is_read) {
            tokio::task::yield_now().await;
        }
        desk.call(CREATOR, "PATCH", id, Some(&json!({ "action": "COMMIT" })));
    };
    let (said, ()) = tokio::join!(owner.refresh(), commit);
    assert_eq!(said, Vec::<String>::new());
    let stored = &owner.stored.state;
    let types = stored.get("auto_approved_change_request_types");
    assert_eq!(types, &Value::set(["ADD_MEMBER".into()]));
}

#[tokio::test]
async fn a_name_can_be_changed_until_its_member_is_added() {
    let mut owner = Owner::with_partner().await;
    let plan = owner.plan(&with_member(config(), STRANGER));
    owner.apply(plan).await;
    let desk = owner.desk();
    let (first, _) = desk.about(STRANGER).expect("a request");
    let renamed = with_member(config(), STRANGER);
    let name = format!("/members/{STRANGER}/display_name");
    let renamed = with(renamed, &name, json!("Another name"));
    owner.refresh().await;
    let plan = owner.plan(&renamed);
    assert_eq!(plan.requires_replace, []);
    assert_eq!(owner.apply(plan).await.len(), 1, "the new request is open");
    let requests = owner.stored.state.get("change_requests").as_map().expect("a map");
    assert!(requests.len() == 1 && !requests.contains_key(&first), "{requests:?}");
    let withdrawn = desk.call(CREATOR, "GET", &first, None);
    assert_eq!(withdrawn["collaborationChangeRequest"]["status"], "CANCELLED");
    assert_eq!(owner.refresh().await, Vec::<String>::new());
    assert_eq!(owner.plan(&renamed).planned, owner.stored.state);
}

#[tokio::test]
async fn a_request_of_another_name_is_not_adopted() {
    let mut owner = Owner::with_partner().await;
    let desk = owner.desk();
    let change = json!({
        "specificationType": "MEMBER",
        "specification": {
            "member": { "accountId": STRANGER, "displayName": "By hand", "memberAbilities": [] },
        },
    });
    desk.call(CREATOR, "POST", "", Some(&json!({ "changes": [change] })));
    let (by_hand, _) = desk.about(STRANGER).expect("a request");
    let plan = owner.plan(&with_member(config(), STRANGER));
    owner.apply(plan).await;
    let requests = owner.stored.state.get("change_requests").as_map().expect("a map");
    assert!(!requests.contains_key(&by_hand), "{requests:?}");
}

#[tokio::test]
async fn what_could_not_be_withdrawn_is_not_forgotten() {
    let mut owner = Owner::with_partner().await;
    let plan = owner.plan(&with_member(config(), STRANGER));
    owner.apply(plan).await;
    let desk = owner.desk();
    let denial = json!({
        "operation": "UpdateCollaborationChangeRequest", "fault": { "kind": "access_denied" },
    });
    desk.sandbox.client().admin("POST", "faults", Some(&denial)).expect("a known fault");
    let plan = owner.plan(&config());
    let said = owner.apply(plan).await;
    assert!(said[0].starts_with("Cannot withdraw change request"), "{said:?}");
    owner.refresh().await;
    assert_eq!(owner.status_of(STRANGER), Some("PENDING_APPROVAL"));
    let plan = owner.plan(&config());
    assert_eq!(owner.apply(plan).await, Vec::<String>::new());
    assert_eq!(desk.about(STRANGER).expect("a request").1, "CANCELLED");
    assert_eq!(owner.status_of(STRANGER), None);
}

#[tokio::test]
async fn a_request_that_is_not_visible_yet_stays_ours() {
    let mut owner = Owner::with_partner().await;
    let late = json!({
        "operation": "CreateCollaborationChangeRequest",
        "fault": { "kind": "not_yet_visible", "reads": 1 },
    });
    owner.sandbox.client().admin("POST", "faults", Some(&late)).expect("a known fault");
    let asked = with_member(config(), STRANGER);
    let plan = owner.plan(&asked);
    owner.apply(plan).await;
    owner.refresh().await;
    assert_eq!(owner.status_of(STRANGER), Some("PENDING_APPROVAL"));
    assert_eq!(owner.stored.state.get("change_requests").as_map().map(|all| all.len()), Some(1));
}

#[tokio::test]
async fn a_grant_to_someone_who_has_left_adds_nobody() {
    let mut owner = Owner::with_partner().await;
    let abilities = format!("/members/{PARTNER}/member_abilities");
    let grant =
        with(config(), &abilities, json!(["CAN_RECEIVE_RESULTS", "CAN_EXPORT_QUERY_ANALYSIS_LOG"]));
    let plan = owner.plan(&grant);
    owner.apply(plan).await;
    assert_eq!(owner.stored.state.get("change_requests").as_map().map(|all| all.len()), Some(1));
    let path = format!("/collaborations/{}/member/{PARTNER}", owner.state("id"));
    let removed = owner.sandbox.client().api(CREATOR, "DELETE", &path, None).expect("an answer");
    assert!(removed.status < 300, "{}", removed.body);
    owner.refresh().await;
    assert_eq!(owner.status_of(PARTNER), None);
    assert!(owner.stored.state.get("members").get(PARTNER).is_null());
    assert_eq!(owner.plan(&grant).requires_replace, []);
}

#[tokio::test]
async fn every_denial_is_remembered() {
    let mut owner = Owner::with_partner().await;
    let asked = with_member(config(), STRANGER);
    let asked = with(asked, "/auto_approved_change_request_types", json!(["ADD_MEMBER"]));
    let plan = owner.plan(&asked);
    owner.apply(plan).await;
    let requests = owner.stored.state.get("change_requests").as_map().expect("a map").clone();
    assert_eq!(requests.len(), 2);
    for id in requests.keys() {
        owner.desk().call(PARTNER, "PATCH", id, Some(&json!({ "action": "DENY" })));
    }
    owner.refresh().await;
    let said: Vec<_> = owner.plan(&asked).diagnostics.iter().map(|d| d.summary.clone()).collect();
    let expected = ["777788889999", "auto-approval"]
        .map(|subject| format!("A change of {subject} was asked for before, in vain"));
    assert!(said.len() == 2 && expected.iter().all(|one| said.contains(one)), "{said:?}");
}

#[tokio::test]
async fn several_open_requests_are_one_warning() {
    let mut owner = Owner::with_partner().await;
    let plan = owner.plan(&with_member(with_member(config(), EARLIER), STRANGER));
    assert_eq!(owner.apply(plan).await, ["2 change requests are open"]);
    let said = owner.stored.diagnostics.iter().next().expect("a warning").detail.clone();
    for account in [EARLIER, STRANGER] {
        let asked = format!("The change of account {account} has been asked for.");
        assert_eq!(said.matches(&asked).count(), 1, "{said}");
    }
    owner.desk().act(PARTNER, EARLIER, "APPROVE");
    owner.desk().act(PARTNER, STRANGER, "APPROVE");
    assert_eq!(owner.refresh().await, Vec::<String>::new());
    let plan = owner.plan(&with_member(with_member(config(), EARLIER), STRANGER));
    let said: Vec<_> = plan.diagnostics.iter().map(|d| d.summary.clone()).collect();
    assert_eq!(said, ["2 change requests are approved"]);
}

#[tokio::test]
async fn who_has_waited_is_not_advised_to_wait() {
    let mut owner = Owner::with_partner().await;
    let waits = with(with_member(config(), STRANGER), "/wait_for_approval", json!(true));
    let plan = owner.plan(&with(waits, "/timeouts", json!({ "update": "1ms" })));
    owner.apply(plan).await;
    let said = owner.stored.diagnostics.iter().next().expect("a warning");
    assert!(said.detail.ends_with("`timeouts.update` says how long it may be."), "{}", said.detail);
}
