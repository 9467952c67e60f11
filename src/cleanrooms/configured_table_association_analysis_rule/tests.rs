//! Claims about the analysis rules of associations that need no service.

use serde_json::{Value as Json, json};

use super::*;
use crate::cleanrooms::testing::{checked, create_input, plan, told, update_input, value};
use crate::framework::ImportTarget;

const MEMBERSHIP: &str = "00000000-0000-4000-8000-000000000001";
const ID: &str = "00000000-0000-4000-8000-000000000002";
const AUDIENCE: &str =
    "arn:aws:cleanrooms:us-east-1:*:membership/*/configuredaudiencemodelassociation/*";

type Rule = ConfiguredTableAssociationAnalysisRule;

fn rule(member: &str, content: Json) -> Json {
    json!({
        "membership_id": MEMBERSHIP, "configured_table_association_id": ID,
        "analysis_rule_policy": { "v1": { member: content } },
    })
}

/// The state of a rule of that type, as its policy is configured.
fn state(member: &str, content: Json) -> Json {
    let mut state = rule(member, content);
    let common = json!({
        "analysis_rule_type": member.to_uppercase(), "region": "us-east-1",
        "configured_table_association_arn": "arn", "create_time": "then", "update_time": "then",
    });
    let (Json::Object(known), Json::Object(common)) = (&mut state, common) else { unreachable!() };
    known.extend(common);
    state
}

/// What a rule is that names nobody and nothing.
fn nobody() -> Json {
    json!({ "allowed_result_receivers": [], "allowed_additional_analyses": [] })
}

#[test]
fn the_policy_decides_the_type() {
    for (member, expected) in [
        ("list", RuleType::List),
        ("aggregation", RuleType::Aggregation),
        ("custom", RuleType::Custom),
    ] {
        let sent = create_input::<Rule>(&rule(member, json!({})));
        assert_eq!(sent.get_analysis_rule_type(), &Some(expected));
    }
}

#[test]
fn what_is_left_out_is_nobody() {
    let sent = create_input::<Rule>(&rule("list", json!({})));
    let list = ListBuilder::default()
        .set_allowed_result_receivers(Some(Vec::new()))
        .set_allowed_additional_analyses(Some(Vec::new()));
    let policy = Policy::V1(PolicyV1::List(list.build()));
    assert_eq!(sent.get_analysis_rule_policy(), &Some(policy));
    let prior = value::<Rule>(&state("list", nobody()));
    let planned = plan::<Rule>(&prior, &value::<Rule>(&rule("list", json!({}))));
    assert_eq!(planned.planned, prior);
}

#[test]
fn an_update_sends_the_whole_policy() {
    let shall = json!({ "allowed_result_receivers": ["111122223333"], "allowed_additional_analyses": [AUDIENCE] });
    let sent = update_input::<Rule>(&state("custom", nobody()), &state("custom", shall));
    let sent = sent.expect("an update");
    let custom = CustomBuilder::default()
        .allowed_result_receivers("111122223333")
        .allowed_additional_analyses(AUDIENCE);
    let policy = Policy::V1(PolicyV1::Custom(custom.build()));
    assert_eq!(sent.get_analysis_rule_policy(), &Some(policy));
}

#[test]
fn another_kind_of_policy_is_another_rule() {
    let prior = value::<Rule>(&state("list", nobody()));
    let planned = plan::<Rule>(&prior, &value::<Rule>(&rule("custom", json!({}))));
    assert_eq!(planned.requires_replace, [AttributePath::of(TYPE)]);
}

#[test]
fn an_unknown_association_replaces_nothing() {
    let prior = value::<Rule>(&state("list", nobody()));
    let mut config = rule("list", json!({}));
    config["configured_table_association_id"] = "unknown".into();
    let planned = plan::<Rule>(&prior, &value::<Rule>(&config));
    assert_eq!(planned.requires_replace, []);
    assert_eq!(told(&planned.diagnostics), ["warning"]);
}

#[test]
fn an_import_may_leave_the_type_out() {
    let imported = |text: &str| Of::<Rule>::import(ImportTarget::Id(text)).map(|known| known.len());
    assert_eq!(imported(&format!("{MEMBERSHIP}/{ID}")).ok(), Some(2));
    assert_eq!(imported(&format!("{MEMBERSHIP}/{ID}/CUSTOM@us-east-1")).ok(), Some(4));
    for bad in [ID.to_owned(), format!("{MEMBERSHIP}/CUSTOM"), format!("{MEMBERSHIP}/{ID}/custom")]
    {
        assert!(imported(&bad).is_err(), "{bad}");
    }
}

#[test]
fn mistakes_are_told_before_any_call() {
    let mut config = rule("list", json!({ "allowed_result_receivers": ["1"] }));
    config["analysis_rule_type"] = "CUSTOM".into();
    let receivers = "error at analysis_rule_policy.v1.list.allowed_result_receivers";
    let found = checked::<Rule>(&config);
    assert!(found.iter().any(|it| it.starts_with(receivers)), "{found:?}");
    assert!(found.contains(&"error at analysis_rule_type".to_owned()), "{found:?}");
    let aggregation = rule("aggregation", json!({ "allowed_additional_analyses": [AUDIENCE] }));
    let path = "analysis_rule_policy.v1.aggregation.allowed_additional_analyses";
    assert_eq!(checked::<Rule>(&aggregation), [format!("warning at {path}")]);
    let custom = rule("custom", json!({ "allowed_additional_analyses": [AUDIENCE] }));
    assert_eq!(checked::<Rule>(&custom), Vec::<String>::new());
}
