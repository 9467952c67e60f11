use serde_json::json;

use super::*;
use crate::cleanrooms::testing::{client, told};
use crate::framework::managed::{Managed, PlanRequest, PlanResponse};
use crate::framework::testing;

const COLLABORATION: &str = "00000000-0000-4000-8000-000000000001";
const REQUEST: &str = "00000000-0000-4000-8000-000000000002";
const OTHER: &str = "00000000-0000-4000-8000-000000000003";

fn value(json: &serde_json::Value) -> Value {
    testing::value(&ChangeRequestVote::schema().schema().implied_type(), json)
}

fn config(request: &str, vote: &str) -> Value {
    value(&json!({
        "collaboration_id": COLLABORATION, "change_request_id": request, "vote": vote,
    }))
}

fn given() -> Value {
    value(&json!({
        "collaboration_id": COLLABORATION, "change_request_id": REQUEST, "vote": "APPROVE",
        "types": ["ADD_MEMBER"], "accounts": ["777788889999"], "region": "us-east-1",
        "account_id": "444455556666",
    }))
}

fn plan(prior: &Value, config: &Value) -> PlanResponse {
    let request =
        PlanRequest { prior: prior.clone(), config: config.clone(), ..PlanRequest::default() };
    Managed::<ChangeRequestVote>::shared().plan(Some(&client()), request)
}

fn replaced(plan: &PlanResponse) -> Vec<String> {
    plan.requires_replace.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_not_pinned_is_what_the_request_says() {
    let made = plan(&Value::Null, &config(REQUEST, "APPROVE"));
    for unknown in ["types", "accounts", "account_id"] {
        assert_eq!(made.planned.get(unknown), &Value::Unknown, "{unknown}");
    }
    let again = plan(&given(), &config(REQUEST, "APPROVE"));
    assert_eq!((again.planned, again.requires_replace), (given(), Vec::new()));
}

#[test]
fn a_vote_on_another_request_is_another_vote() {
    let other = plan(&given(), &config(OTHER, "DENY"));
    assert_eq!(replaced(&other), ["change_request_id", "vote"]);
    assert_eq!(told(&other.diagnostics), ["warning"], "the vote stays");
    assert_eq!(other.private.plan_note(OTHERWISE), None);
}

#[test]
fn another_vote_on_the_same_request_is_warned_of_and_refused_by_the_half_that_forgets() {
    let other = plan(&given(), &config(REQUEST, "DENY"));
    assert_eq!(replaced(&other), ["vote"]);
    assert_eq!(told(&other.diagnostics), ["warning at vote"]);
    let mut refused = Diagnostics::new();
    let (prior, planned) = (given(), Value::Null);
    let change = Change { prior: &prior, planned: &planned };
    ChangeRequestVote::refuse(change, &client(), &other.private, &mut refused);
    assert_eq!(told(&refused), ["error"]);
}

#[test]
fn a_given_vote_is_on_what_the_request_was_about() {
    let pinned = |types: serde_json::Value, accounts: serde_json::Value| {
        value(&json!({
            "collaboration_id": COLLABORATION, "change_request_id": REQUEST, "vote": "APPROVE",
            "types": types, "accounts": accounts,
        }))
    };
    let same = plan(&given(), &pinned(json!(["ADD_MEMBER"]), json!(["777788889999"])));
    assert_eq!((same.planned, told(&same.diagnostics).len()), (given(), 0));
    let mistold = plan(&given(), &pinned(json!(["ADD_MEMBER"]), json!(["111122223333"])));
    assert_eq!(told(&mistold.diagnostics), ["warning at accounts"]);
    let both = plan(&given(), &pinned(json!(["REVOKE_RECEIVE_RESULTS_ABILITY"]), json!([])));
    assert_eq!(told(&both.diagnostics), ["warning at types", "warning at accounts"]);
    let mut refused = Diagnostics::new();
    let (prior, planned) = (given(), Value::Null);
    let change = Change { prior: &prior, planned: &planned };
    ChangeRequestVote::refuse(change, &client(), &mistold.private, &mut refused);
    assert_eq!(told(&refused), ["error"]);
}

#[test]
fn a_destruction_says_that_the_vote_stays() {
    let destroyed = plan(&given(), &Value::Null);
    assert_eq!(told(&destroyed.diagnostics), ["warning"]);
}

#[tokio::test]
async fn a_vote_that_is_in_state_is_read_without_a_call() {
    let client = client();
    let cx = Context::new(&client, tokio_util::sync::CancellationToken::new(), Private::default());
    let Ok(Found::Here(read)) = ChangeRequestVote::read(&cx, &given()).await else {
        panic!("nobody needs to be asked")
    };
    assert_eq!(ChangeRequestVote::schema().refreshed(&given(), &read), given());
}

#[test]
fn a_mistake_is_told_at_its_argument() {
    let config = value(&json!({
        "collaboration_id": "x", "change_request_id": REQUEST, "vote": "approve",
        "types": ["ADD_MEMBRE"], "accounts": ["1"],
    }));
    let nothing = value(&json!({
        "collaboration_id": COLLABORATION, "change_request_id": REQUEST, "vote": "DENY", "types": [],
    }));
    let checked = Managed::<ChangeRequestVote>::shared().validate(&nothing);
    assert_eq!(told(&checked), ["error at types"]);
    let checked = Managed::<ChangeRequestVote>::shared().validate(&config);
    let paths: Vec<_> = told(&checked);
    assert_eq!(paths.len(), 4, "{paths:?}");
    assert!(paths.iter().all(|told| told.starts_with("error at ")), "{paths:?}");
}
