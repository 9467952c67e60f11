//! Claims about associations of audience models that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, told, update_input, value};

type Association = ConfiguredAudienceModelAssociation;

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const ID: &str = "00000000-0000-4000-8000-000000000002";
const MODEL_ARN: &str =
    "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/lookalike";

/// An association as configured, with these attributes over it.
fn config(over: Json) -> Json {
    let mut config = json!({
        "membership_id": MEMBERSHIP, "name": "Lookalike", MODEL: MODEL_ARN,
        "manage_resource_policies": false,
    });
    merge(&mut config, over);
    config
}

/// The state of one that exists, with these attributes over it.
fn state(over: Json) -> Json {
    let mut state = config(json!({
        "description": "", "tags_all": {}, "region": "us-east-1", "id": ID, "arn": "the ARN",
        "create_time": "then", "update_time": "then", "membership_arn": "arn",
        "collaboration_id": "id", "collaboration_arn": "arn",
    }));
    merge(&mut state, over);
    state
}

fn merge(object: &mut Json, over: Json) {
    let (Json::Object(object), Json::Object(over)) = (object, over) else { unreachable!() };
    object.extend(over);
}

#[test]
fn the_create_call_carries_what_is_configured() {
    let config = config(json!({ "description": "Like buyers", "manage_resource_policies": true }));
    let expected = Create::default()
        .membership_identifier(MEMBERSHIP)
        .configured_audience_model_arn(MODEL_ARN)
        .configured_audience_model_association_name("Lookalike")
        .description("Like buyers")
        .manage_resource_policies(true);
    assert_eq!(format!("{:?}", create_input::<Association>(&config)), format!("{expected:?}"));
}

#[test]
fn the_update_call_carries_what_changes() {
    let update = |over| update_input::<Association>(&state(json!({})), &state(over));
    let renamed = update(json!({ "name": "Similar" })).expect("an update");
    assert_eq!(renamed.get_name().as_deref(), Some("Similar"));
    assert_eq!(renamed.get_description(), &None);
    let described = update(json!({ "description": "Like buyers" })).expect("an update");
    assert_eq!(described.get_description().as_deref(), Some("Like buyers"));
    assert_eq!(described.get_name(), &None);
    assert!(update(json!({ "tags_all": { "a": "b" } })).is_none());
}

#[test]
fn another_model_or_owner_of_its_policy_gets_another_arn() {
    for (attribute, other) in [
        (MODEL, Json::from(format!("{MODEL_ARN}-2"))),
        ("manage_resource_policies", Json::from(true)),
    ] {
        let config = config(json!({ attribute: other }));
        let plan = plan::<Association>(
            &value::<Association>(&state(json!({}))),
            &value::<Association>(&config),
        );
        let replaced: Vec<_> = plan.requires_replace.iter().map(ToString::to_string).collect();
        assert_eq!(replaced, [attribute]);
        assert_eq!(told(&plan.diagnostics), ["warning"]);
        let warning = plan.diagnostics.iter().next().map(|it| it.detail.clone());
        assert!(warning.is_some_and(|it| it.contains("the ARN")), "{attribute}");
    }
}

#[test]
fn mistakes_are_told_at_their_attributes() {
    assert_eq!(checked::<Association>(&config(json!({}))), Vec::<String>::new());
    let bad = config(json!({
        "membership_id": "first", "name": " ", "description": "x".repeat(256), MODEL: "lookalike",
    }));
    let at = ["membership_id", "configured_audience_model_arn", "name", "description"];
    let wanted: Vec<_> = at.iter().map(|name| format!("error at {name}")).collect();
    let seen = checked::<Association>(&bad);
    assert!(wanted.iter().all(|one| seen.contains(one)), "{seen:?}");
}
