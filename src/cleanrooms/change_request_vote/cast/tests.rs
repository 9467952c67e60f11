use std::collections::BTreeMap;

use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{
    Change, ChangeSpecification, ChangeSpecificationType, ChangeType, MemberChangeSpecification,
};

use super::*;

const VOTER: &str = "444455556666";
const OTHER: &str = "777788889999";

fn request(status: ChangeRequestStatus, votes: &[(&str, ApprovalStatus)]) -> ChangeRequest {
    let member = MemberChangeSpecification::builder()
        .account_id("888899990000")
        .set_member_abilities(Some(Vec::new()))
        .build()
        .expect("all that is required is given");
    let change = Change::builder()
        .specification_type(ChangeSpecificationType::Member)
        .specification(ChangeSpecification::Member(member))
        .types(ChangeType::AddMember)
        .build()
        .expect("all that is required is given");
    let votes = votes.iter().map(|(account, vote)| ((*account).to_owned(), vote.clone()));
    ChangeRequest {
        id: "r1".to_owned(),
        status,
        changes: vec![change],
        votes: votes.collect::<BTreeMap<_, _>>(),
        create_time: DateTime::from_secs(0),
    }
}

fn ballot(vote: Vote) -> Ballot {
    Ballot {
        collaboration_id: "c1".to_owned(),
        change_request_id: "r1".to_owned(),
        vote,
        types: None,
        accounts: None,
    }
}

/// What there is to do, in a word; a refusal by its detail.
fn decided(vote: Vote, status: ChangeRequestStatus, votes: &[(&str, ApprovalStatus)]) -> String {
    match decide(&request(status, votes), VOTER, &ballot(vote)) {
        Decision::Nothing => "nothing".to_owned(),
        Decision::Send => "send".to_owned(),
        Decision::Refused(why) => why.detail,
    }
}

#[test]
fn a_vote_that_is_asked_for_is_sent() {
    let votes = [(VOTER, ApprovalStatus::Pending), (OTHER, ApprovalStatus::Approved)];
    for vote in [Vote::Approve, Vote::Deny] {
        assert_eq!(decided(vote, ChangeRequestStatus::Pending, &votes), "send");
    }
}

#[test]
fn what_is_as_wished_is_left_alone() {
    use ChangeRequestStatus::{Approved, Cancelled, Committed, Denied, Pending};
    let own = |vote| [(VOTER, vote), (OTHER, ApprovalStatus::Pending)];
    for status in [Pending, Approved, Committed, Cancelled, Denied] {
        let approved = own(ApprovalStatus::Approved);
        assert_eq!(decided(Vote::Approve, status.clone(), &approved), "nothing", "{status}");
    }
    for status in [Approved, Committed] {
        assert_eq!(decided(Vote::Approve, status, &[]), "nothing");
    }
    let denied_by_other = [(VOTER, ApprovalStatus::Pending), (OTHER, ApprovalStatus::Denied)];
    assert_eq!(decided(Vote::Deny, Denied, &denied_by_other), "nothing");
}

#[test]
fn what_has_ended_otherwise_is_refused_by_its_state() {
    use ChangeRequestStatus::{Approved, Cancelled, Committed, Denied};
    let asked = [(VOTER, ApprovalStatus::Pending), (OTHER, ApprovalStatus::Denied)];
    let refused = decided(Vote::Approve, Denied, &asked);
    assert!(refused.contains("DENIED") && refused.contains(OTHER), "{refused}");
    for (vote, status) in [
        (Vote::Approve, Cancelled),
        (Vote::Deny, ChangeRequestStatus::Cancelled),
        (Vote::Deny, Approved),
        (Vote::Deny, Committed),
    ] {
        let refused = decided(vote, status.clone(), &asked[..1]);
        assert!(refused.contains(status.as_str()), "{refused}");
    }
}

#[test]
fn a_vote_that_was_given_is_final() {
    let votes = [(VOTER, ApprovalStatus::Approved), (OTHER, ApprovalStatus::Pending)];
    let refused = decided(Vote::Deny, ChangeRequestStatus::Pending, &votes);
    assert!(refused.contains("has voted APPROVE"), "{refused}");
}

#[test]
fn who_is_not_asked_is_told_who_is() {
    let votes = [(OTHER, ApprovalStatus::Pending)];
    let refused = decided(Vote::Approve, ChangeRequestStatus::Pending, &votes);
    assert!(refused.contains(VOTER) && refused.contains(OTHER), "{refused}");
}

#[test]
fn a_request_that_is_another_one_than_is_told_is_not_voted_on() {
    let request = request(ChangeRequestStatus::Pending, &[(VOTER, ApprovalStatus::Pending)]);
    let set = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
    let paths = |types, accounts| -> Vec<String> {
        let ballot = Ballot { types, accounts, ..ballot(Vote::Approve) };
        let told = ballot.mismatches(&request);
        told.iter().filter_map(|told| Some(told.path.as_ref()?.to_string())).collect()
    };
    assert_eq!(paths(None, None), [""; 0]);
    assert_eq!(paths(set(&["ADD_MEMBER"]), set(&["888899990000"])), [""; 0]);
    assert_eq!(
        paths(set(&["REMOVE_MEMBER"]), set(&["888899990000", OTHER])),
        ["types", "accounts"]
    );
    assert_eq!(paths(None, set(&[])), ["accounts"]);
}
