//! What of a plan is a matter of change requests, and in the SDK's words.

use aws_sdk_cleanrooms::types::MemberAbility;
use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::collaboration::fixtures::{
    CREATOR, PARTNER, STRANGER, collaboration, payer, state, with,
};
use crate::cleanrooms::shapes::payment::Payer;

/// A change from the usual state to one that differs at a pointer.
fn change<T>(pointer: &str, value: Json, look: impl FnOnce(Change<'_>) -> T) -> T {
    let prior = collaboration(&state());
    let planned = collaboration(&with(state(), pointer, value));
    look(Change { prior: &prior, planned: &planned })
}

fn touched_by(pointer: &str, value: Json) -> Vec<String> {
    let touched = change(pointer, value, |change| touched(change, CREATOR));
    touched.iter().map(ToString::to_string).collect()
}

#[test]
fn members_that_differ_are_touched() {
    let stranger = json!({ "display_name": "Stranger", "member_abilities": [] });
    let member = format!("account {STRANGER}");
    assert_eq!(touched_by(&format!("/members/{STRANGER}"), stranger), [member]);
    let abilities = format!("/members/{PARTNER}/member_abilities");
    assert_eq!(touched_by(&abilities, json!([])), [format!("account {PARTNER}")]);
    assert_eq!(touched_by("/members", json!({})), Vec::<String>::new());
}

#[test]
fn the_creator_is_touched_by_its_own_attributes() {
    let creator = format!("account {CREATOR}");
    for (pointer, value) in [
        ("/creator_member_abilities", json!(["CAN_QUERY", "CAN_RECEIVE_RESULTS"])),
        ("/creator_ml_member_abilities", json!({ "custom_ml_member_abilities": ["X"] })),
        ("/creator_payment_configuration", payer(Some(false))),
    ] {
        assert_eq!(touched_by(pointer, value), [creator.as_str()], "{pointer}");
    }
}

#[test]
fn auto_approval_touches_the_collaboration() {
    let types = json!(["ADD_MEMBER"]);
    assert_eq!(touched_by("/auto_approved_change_request_types", types), ["the collaboration"]);
    assert_eq!(touched_by("/name", json!("Renamed")), Vec::<String>::new());
}

#[test]
fn only_members_that_are_left_out_are_removed() {
    assert_eq!(change("/members", json!({}), removed), [PARTNER]);
    assert_eq!(change("/name", json!("Renamed"), removed), Vec::<String>::new());
    // Core sends only what is known; were it otherwise, nobody should be thrown out.
    assert_eq!(change("/members", json!("unknown"), removed), Vec::<String>::new());
}

#[test]
fn requests_are_a_concern_only_when_they_have_something_to_do() {
    assert!(change("/members", json!({}), concerns));
    assert!(change("/change_requests", json!("unknown"), concerns));
    for (pointer, value) in
        [("/name", json!("Renamed")), ("/wait_for_approval", json!(true)), ("/tags", json!({}))]
    {
        assert!(!change(pointer, value, concerns), "{pointer}");
    }
}

#[test]
fn the_creator_is_wished_for_like_any_other_member() {
    let planned = with(state(), "/auto_approved_change_request_types", json!(["ADD_MEMBER"]));
    let wish = wish(&collaboration(&planned), CREATOR).expect("a value of the type");
    assert_eq!(wish.members.keys().collect::<Vec<_>>(), [CREATOR, PARTNER]);
    let creator = &wish.members[CREATOR];
    assert_eq!(creator.member_abilities, [MemberAbility::CanQuery]);
    let pays = creator.payment_configuration.as_ref().map(Payer::from).expect("five flags");
    assert_eq!(pays.query_compute, Some(true));
    assert_eq!(wish.auto_approved, BTreeSet::from([AutoApprovedChangeType::AddMember]));
}

#[test]
fn an_unknown_flag_is_left_to_the_service() {
    let flag = format!("/members/{PARTNER}/payment_configuration/query_compute");
    let planned = with(state(), &flag, json!("unknown"));
    let wish = wish(&collaboration(&planned), CREATOR).expect("a value of the type");
    let pays = wish.members[PARTNER].payment_configuration.as_ref().map(Payer::from);
    assert_eq!(pays.expect("four flags").query_compute, None);
}
