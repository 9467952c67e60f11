//! Which change of a collaboration replaces it, which does not, and what the user is told.

use serde_json::{Value as Json, json};

use super::{plan_change, refuse};
use crate::cleanrooms::collaboration::Collaboration;
use crate::cleanrooms::collaboration::fixtures::{
    CREATOR, PARTNER, STRANGER, collaboration, config, payer, state, with,
};
use crate::cleanrooms::object::Of;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::framework::{Change, Diagnostics, Resource};
use crate::wire::Value;

/// A plan of one collaboration, with what differs from the prior state.
struct Outcome {
    planned: Value,
    changed: Vec<String>,
    replaced: Vec<String>,
    said: Vec<String>,
}

/// The only place that knows how a collaboration is planned.
fn plan_with(prior: &Json, config: &Json, private: &Private) -> Outcome {
    let schema = Of::<Collaboration>::schema();
    let (prior, config) = (collaboration(prior), collaboration(config));
    let mut plan = Plan::new(schema.schema(), &prior, &config);
    plan_change(&mut plan, private);
    plan.mark_recomputed();
    let names = plan.schema.attributes.iter().map(|attribute| attribute.name);
    Outcome {
        changed: names.filter(|name| plan.changes(name)).map(str::to_owned).collect(),
        replaced: plan.requires_replace.iter().map(ToString::to_string).collect(),
        said: plan.diagnostics.iter().map(|d| d.summary.clone()).collect(),
        planned: plan.planned,
    }
}

fn plan(prior: &Json, config: &Json) -> Outcome {
    plan_with(prior, config, &Private::default())
}

/// The plan of one change to the configuration.
fn plan_of(pointer: &str, value: Json) -> Outcome {
    plan(&state(), &with(config(), pointer, value))
}

fn partner(attribute: &str) -> String {
    format!("/members/{PARTNER}/{attribute}")
}

fn stranger(abilities: &[&str]) -> Json {
    json!({ "display_name": "Stranger", "member_abilities": abilities })
}

#[test]
fn what_stays_is_an_empty_plan() {
    let outcome = plan(&state(), &config());
    assert_eq!(outcome.planned, collaboration(&state()));
    assert!(outcome.said.is_empty() && outcome.replaced.is_empty());
}

#[test]
fn what_the_api_cannot_change_replaces_at_its_path() {
    let rules = json!({
        "allow_cleartext": true, "allow_duplicates": true,
        "allow_joins_on_columns_with_different_names": true, "preserve_nulls": true,
    });
    let display_name = r#"members["444455556666"].display_name"#;
    let abilities = r#"members["444455556666"].member_abilities"#;
    for (pointer, value, path) in [
        ("/creator_display_name", json!("Other"), "creator_display_name"),
        ("/creator_member_abilities", json!([]), "creator_member_abilities"),
        (
            "/creator_member_abilities",
            json!(["CAN_QUERY", "CAN_RUN_JOB"]),
            "creator_member_abilities",
        ),
        (&partner("display_name"), json!("Other"), display_name),
        (&partner("member_abilities"), json!(["CAN_QUERY", "CAN_RECEIVE_RESULTS"]), abilities),
        ("/members/777788889999", stranger(&["CAN_RUN_JOB"]), r#"members["777788889999"]"#),
        ("/data_encryption_metadata", rules, "data_encryption_metadata"),
        ("/query_log_status", json!("DISABLED"), "query_log_status"),
        ("/job_log_status", json!("ENABLED"), "job_log_status"),
        ("/allowed_result_regions", json!(["eu-west-1"]), "allowed_result_regions"),
        ("/is_metrics_enabled", json!(true), "is_metrics_enabled"),
        ("/region", json!("eu-west-1"), "region"),
    ] {
        let outcome = plan_of(pointer, value);
        assert_eq!(outcome.replaced, [path], "{pointer}");
        assert_eq!(
            outcome.said,
            ["Replacing the collaboration throws out its active member"],
            "{pointer}"
        );
    }
}

#[test]
fn what_the_api_can_change_is_changed_in_place() {
    let ml = json!({ "custom_ml_member_abilities": ["CAN_RECEIVE_MODEL_OUTPUT"] });
    for (pointer, value) in [
        ("/name", json!("Renamed")),
        ("/description", json!("What it is for")),
        ("/creator_member_abilities", json!(["CAN_QUERY", "CAN_RECEIVE_RESULTS"])),
        ("/creator_ml_member_abilities", ml.clone()),
        ("/creator_payment_configuration", payer(Some(false))),
        ("/auto_approved_change_request_types", json!(["ADD_MEMBER"])),
        ("/members", json!({})),
        ("/members/777788889999", stranger(&[])),
        (&partner("member_abilities"), json!([])),
        (&partner("ml_member_abilities"), ml),
        (&partner("payment_configuration"), payer(Some(true))),
    ] {
        let outcome = plan_of(pointer, value);
        assert_eq!(outcome.replaced, Vec::<String>::new(), "{pointer}");
        let attribute = pointer.split('/').nth(1).expect("a pointer").to_owned();
        assert!(outcome.changed.contains(&attribute), "{pointer}");
        assert!(outcome.planned.get("update_time").is_unknown(), "{pointer}");
        let asks = !["/name", "/description"].contains(&pointer);
        assert_eq!(outcome.planned.get("change_requests").is_unknown(), asks, "{pointer}");
    }
}

#[test]
fn what_is_no_longer_configured_stays_as_the_service_has_it() {
    let prior = with(state(), "/job_log_status", json!("ENABLED"));
    let prior = with(prior, "/is_metrics_enabled", json!(true));
    let prior = with(prior, "/allowed_result_regions", json!(["eu-west-1"]));
    let prior = with(prior, &partner("payment_configuration"), payer(Some(true)));
    assert_eq!(plan(&prior, &config()).changed, Vec::<String>::new());
}

#[test]
fn auto_approval_ends_when_its_line_is_deleted() {
    let prior = with(state(), "/auto_approved_change_request_types", json!(["ADD_MEMBER"]));
    let outcome = plan(&prior, &config());
    assert_eq!(outcome.planned.get("auto_approved_change_request_types"), &Value::set([]));
    assert_eq!(
        outcome.changed,
        ["auto_approved_change_request_types", "change_requests", "update_time"]
    );
}

#[test]
fn an_added_member_leaves_the_others_alone() {
    let outcome = plan_of("/members/777788889999", stranger(&["CAN_RECEIVE_RESULTS"]));
    let members = outcome.planned.get("members");
    assert_eq!(members.get(PARTNER), collaboration(&state()).get("members").get(PARTNER));
    let added = members.get(STRANGER);
    assert!(added.get("payment_configuration").is_unknown());
    assert_eq!(outcome.said, Vec::<String>::new());
}

#[test]
fn unknown_values_never_replace() {
    for pointer in [
        "/members",
        &format!("/members/{PARTNER}"),
        &partner("display_name"),
        &partner("member_abilities"),
        "/creator_member_abilities",
        "/creator_display_name",
        "/query_log_status",
        "/region",
    ] {
        // The partner runs queries, so that losing it would be a replacement.
        let prior = with(state(), &partner("member_abilities"), json!(["CAN_QUERY"]));
        let config = with(config(), &partner("member_abilities"), json!(["CAN_QUERY"]));
        let outcome = plan(&prior, &with(config, pointer, json!("unknown")));
        assert_eq!(outcome.replaced, Vec::<String>::new(), "{pointer}");
        assert!(!outcome.said.is_empty(), "{pointer}");
    }
}

#[test]
fn the_creator_is_no_member_of_its_own() {
    let outcome = plan_of(&format!("/members/{CREATOR}"), stranger(&[]));
    assert_eq!(outcome.said, [r#"Invalid value for members["111122223333"]"#]);
}

mod warnings {
    use super::*;

    #[test]
    fn a_removed_member_may_not_come_back() {
        let outcome = plan_of("/members", json!({}));
        let expected = "Account 444455556666 is removed from the collaboration for good";
        assert_eq!(outcome.said, [expected]);
    }

    #[test]
    fn a_member_that_nobody_has_approved_yet_is_withdrawn_without_a_word() {
        let prior = with(state(), "/member_statuses", json!({ PARTNER: "PENDING_APPROVAL" }));
        let outcome = plan(&prior, &with(config(), "/members", json!({})));
        assert_eq!(outcome.said, Vec::<String>::new());
    }

    #[test]
    fn the_name_of_a_member_is_fixed_once_it_is_added() {
        let renamed = with(config(), &partner("display_name"), json!("Another name"));
        let replaced = [r#"members["444455556666"].display_name"#];
        assert_eq!(plan(&state(), &renamed).replaced, replaced);
        let prior = with(state(), "/member_statuses", json!({ PARTNER: "PENDING_APPROVAL" }));
        assert_eq!(plan(&prior, &renamed).replaced, Vec::<String>::new());
    }

    #[test]
    fn a_former_member_may_be_refused() {
        let mut private = Private::default();
        private.set("former_members", json!({ STRANGER: "LEFT" }));
        let again = with(config(), "/members/777788889999", stranger(&[]));
        let outcome = plan_with(&state(), &again, &private);
        assert_eq!(outcome.said, ["The service may refuse account 777788889999"]);
    }

    #[test]
    fn what_was_denied_is_asked_again_with_a_warning() {
        let mut private = Private::default();
        private.set(
            "denied",
            json!({
                "r1": { "end": "it was denied by 1", "accounts": [STRANGER] },
                "r2": { "end": "it was denied by 2", "accounts": [""] },
            }),
        );
        let again = with(config(), "/members/777788889999", stranger(&[]));
        let outcome = plan_with(&state(), &again, &private);
        assert_eq!(outcome.said, ["A change of 777788889999 was asked for before, in vain"]);
        assert_eq!(plan_with(&state(), &config(), &private).said, Vec::<String>::new());
        let types = json!(["ADD_MEMBER"]);
        let both = with(again, "/auto_approved_change_request_types", types);
        assert_eq!(plan_with(&state(), &both, &private).said.len(), 2);
    }

    #[test]
    fn a_runner_of_queries_that_has_left_is_named() {
        let mut private = Private::default();
        private.set("former_members", json!({ STRANGER: "LEFT" }));
        let config = with(config(), "/members/777788889999", stranger(&["CAN_QUERY"]));
        // Who is configured anew is asked for, at the price of a new collaboration.
        let outcome = plan_with(&state(), &config, &private);
        assert_eq!(outcome.replaced, [r#"members["777788889999"]"#]);
        // Who was there when the configuration was last applied destroys nothing by leaving.
        private.set("lost_members", json!([STRANGER]));
        let outcome = plan_with(&state(), &config, &private);
        assert_eq!(outcome.replaced, Vec::<String>::new());
        assert_eq!(outcome.said, ["Account 777788889999 has left the collaboration"]);
        let (prior, planned) = (collaboration(&state()), outcome.planned);
        let mut refused = Diagnostics::new();
        refuse(Change { prior: &prior, planned: &planned }, &private, &mut refused);
        assert_eq!(refused.iter().filter(|error| error.is_error()).count(), 1);
    }

    #[test]
    fn a_replacement_for_a_runner_is_told_though_nobody_is_thrown_out() {
        let prior = with(state(), "/member_statuses", json!({ PARTNER: "INVITED" }));
        let config = with(config(), "/members/777788889999", stranger(&["CAN_QUERY"]));
        let expected = ["Changing who runs queries or jobs replaces the collaboration"];
        assert_eq!(plan(&prior, &config).said, expected);
    }
}

mod open_requests {
    use super::*;

    /// The partner is to be granted something, and the request stands so.
    fn asked(status: &str) -> Json {
        let request = json!({ "status": status, "accounts": [PARTNER], "types": [], "votes": {} });
        with(state(), "/change_requests", json!({ "r1": request }))
    }

    #[test]
    fn wait_in_silence() {
        let outcome = plan(&asked("PENDING"), &config());
        assert_eq!(outcome.changed, Vec::<String>::new());
        assert_eq!(outcome.said, Vec::<String>::new());
    }

    #[test]
    fn are_committed_once_they_are_approved() {
        let outcome = plan(&asked("APPROVED"), &config());
        assert_eq!(
            outcome.changed,
            ["members", "member_statuses", "change_requests", "update_time"]
        );
        assert!(outcome.planned.get("member_statuses").is_unknown());
        assert_eq!(outcome.said, ["Change request r1 is approved"]);
        assert_eq!(outcome.replaced, Vec::<String>::new());
    }

    /// With `ignore_changes = [members]` core gives the members of the state as configured.
    #[test]
    fn leave_what_core_gives_as_configured() {
        let members = asked("APPROVED")["members"].clone();
        let outcome = plan(&asked("APPROVED"), &with(config(), "/members", members));
        let prior = collaboration(&asked("APPROVED"));
        assert_eq!(outcome.planned.get("members"), prior.get("members"));
        assert!(outcome.planned.get("change_requests").is_unknown());
        assert_eq!(outcome.said, ["Change request r1 is approved"]);
    }

    #[test]
    fn are_withdrawn_when_the_plan_asks_for_something_else() {
        for (pointer, value) in
            [("/members", json!({})), (partner("member_abilities").as_str(), json!([]))]
        {
            let outcome = plan(&asked("APPROVED"), &with(config(), pointer, value));
            let withdrawn = "Change request r1 is approved, but not wanted any more".to_owned();
            assert!(outcome.said.contains(&withdrawn), "{:?}", outcome.said);
        }
    }

    #[test]
    fn are_waited_for_when_that_is_new() {
        let waits = |base: Json| with(base, "/wait_for_approval", json!(true));
        let begins = plan(&asked("PENDING"), &waits(config()));
        assert!(begins.planned.get("change_requests").is_unknown());
        let goes_on = plan(&waits(asked("PENDING")), &waits(config()));
        assert_eq!(goes_on.changed, Vec::<String>::new());
        let nothing_open = plan(&state(), &waits(config()));
        assert_eq!(nothing_open.changed, ["wait_for_approval"]);
    }

    /// Core refuses a plan at apply that is less certain than the first.
    #[test]
    fn may_be_waited_for_while_nobody_knows() {
        let config = with(config(), "/wait_for_approval", json!("unknown"));
        let outcome = plan(&asked("PENDING"), &config);
        assert!(outcome.planned.get("change_requests").is_unknown());
    }
}
