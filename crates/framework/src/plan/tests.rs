//! Plans as text: what is, what is wanted, and what will be.

use serde_json::{Value as Json, json};

use super::{Plan, filled};
use crate::schema::{Attribute, Kind, Mode, Nesting, Recompute, Replace, Schema};
use crate::testing::value;
use wire::{Type, Value};

/// What a test looks at, as text.
struct Outcome {
    planned: String,
    replaced: Vec<String>,
    warned_at: Vec<String>,
}

/// Plans, runs a hook, and looks at the result: the only place that knows how plans are made.
fn plan_with(
    attributes: Vec<Attribute>,
    prior: Json,
    config: Json,
    hook: impl FnOnce(&mut Plan<'_>),
) -> Outcome {
    let schema = Schema { attributes, ..Schema::default() };
    let ty = schema.implied_type();
    let (prior, config) = (value(&ty, &prior), value(&ty, &config));
    let mut plan = Plan::new(&schema, &prior, &config);
    hook(&mut plan);
    let paths = plan.diagnostics.iter().filter_map(|diagnostic| diagnostic.path.as_ref());
    Outcome {
        warned_at: paths.map(ToString::to_string).collect(),
        planned: plan.planned.to_string(),
        replaced: plan.requires_replace.iter().map(ToString::to_string).collect(),
    }
}

fn outcome(attributes: Vec<Attribute>, prior: Json, config: Json) -> Outcome {
    plan_with(attributes, prior, config, |_| {})
}

#[track_caller]
fn check(attributes: Vec<Attribute>, prior: Json, config: Json, planned: &str) {
    assert_eq!(outcome(attributes, prior, config).planned, planned);
}

#[track_caller]
fn check_replaced(attributes: Vec<Attribute>, prior: Json, config: Json, replaced: &[&str]) {
    let outcome = outcome(attributes, prior, config);
    assert_eq!(outcome.replaced, replaced);
    assert_eq!(outcome.warned_at, Vec::<String>::new());
}

#[track_caller]
fn check_undecided(attributes: Vec<Attribute>, prior: Json, config: Json, path: &str) {
    let outcome = outcome(attributes, prior, config);
    assert_eq!(outcome.replaced, Vec::<String>::new());
    assert_eq!(outcome.warned_at, [path]);
}

fn text(name: &'static str, mode: Mode) -> Attribute {
    Attribute { mode, ..Attribute::new(name, Kind::Plain(Type::String), Vec::new()) }
}

fn required(name: &'static str) -> Attribute {
    text(name, Mode::Required)
}

fn computed(name: &'static str, recompute: Recompute) -> Attribute {
    Attribute { recompute, ..text(name, Mode::Computed) }
}

fn left_to_service(name: &'static str) -> Attribute {
    text(name, Mode::OptionalComputed)
}

fn with_default(name: &'static str, default: &str) -> Attribute {
    Attribute { default: Some(default.into()), ..left_to_service(name) }
}

fn local(name: &'static str) -> Attribute {
    Attribute { local: true, ..text(name, Mode::Optional) }
}

fn fixed(attribute: Attribute) -> Attribute {
    Attribute { replace: Replace::WhenKnown, ..attribute }
}

fn nested(name: &'static str, nesting: Nesting, children: Vec<Attribute>) -> Attribute {
    Attribute {
        mode: Mode::Optional,
        ..Attribute::new(name, Kind::Nested(nesting, children), Vec::new())
    }
}

fn string_map(name: &'static str) -> Attribute {
    Attribute::new(name, Kind::Plain(Type::map(Type::String)), Vec::new())
}

fn string_set(name: &'static str) -> Attribute {
    Attribute::new(name, Kind::Plain(Type::set(Type::String)), Vec::new())
}

/// An element with something of everybody: configured, the service's choice, and the service's own.
fn member() -> Vec<Attribute> {
    vec![required("name"), left_to_service("pays"), computed("status", Recompute::Never)]
}

mod what_the_configuration_leaves_open {
    use super::*;

    #[test]
    fn takes_the_default_on_create_and_when_removed() {
        let schema = || vec![with_default("note", "none")];
        check(schema(), Json::Null, json!({}), r#"{note = "none"}"#);
        check(schema(), json!({ "note": "x" }), json!({}), r#"{note = "none"}"#);
        check(schema(), json!({ "note": "x" }), json!({ "note": "y" }), r#"{note = "y"}"#);
    }

    #[test]
    fn is_unknown_on_create() {
        let schema =
            vec![required("name"), left_to_service("engine"), computed("id", Recompute::Never)];
        let config = json!({ "name": "a" });
        check(schema, Json::Null, config, r#"{engine = unknown, id = unknown, name = "a"}"#);
    }

    #[test]
    fn is_null_where_only_the_configuration_sets_it() {
        check(vec![text("note", Mode::Optional)], Json::Null, json!({}), "{note = null}");
        check(
            vec![text("note", Mode::Optional)],
            json!({ "note": "x" }),
            json!({}),
            "{note = null}",
        );
    }

    #[test]
    fn keeps_its_prior_value_on_update() {
        let schema =
            vec![required("name"), left_to_service("engine"), computed("id", Recompute::Never)];
        let prior = json!({ "name": "a", "engine": "SPARK", "id": "1" });
        let planned = r#"{engine = "SPARK", id = "1", name = "b"}"#;
        check(schema, prior, json!({ "name": "b" }), planned);
    }

    #[test]
    fn stays_null_when_the_service_has_no_value_for_it() {
        let schema = vec![required("name"), computed("membership", Recompute::Never)];
        let prior = json!({ "name": "a" });
        check(schema, prior, json!({ "name": "b" }), r#"{membership = null, name = "b"}"#);
    }

    #[test]
    fn stays_as_it_is_when_the_configured_value_is_removed() {
        let prior = json!({ "engine": "SPARK" });
        check(vec![left_to_service("engine")], prior, json!({}), r#"{engine = "SPARK"}"#);
    }
}

mod what_an_update_makes_unknown {
    use super::*;

    fn schema() -> Vec<Attribute> {
        vec![
            required("name"),
            required("size"),
            local("timeout"),
            computed("updated", Recompute::OnUpdate),
            computed("requests", Recompute::With(&["size"])),
        ]
    }

    fn prior() -> Json {
        json!({ "name": "a", "size": "1", "updated": "t0", "requests": "r0" })
    }

    #[track_caller]
    fn check_update(config: Json, planned: &str) {
        check(schema(), prior(), config, planned);
    }

    #[test]
    fn nothing_when_nothing_changes() {
        check_update(
            json!({ "name": "a", "size": "1" }),
            r#"{name = "a", requests = "r0", size = "1", timeout = null, updated = "t0"}"#,
        );
    }

    #[test]
    fn what_every_update_may_change() {
        check_update(
            json!({ "name": "b", "size": "1" }),
            r#"{name = "b", requests = "r0", size = "1", timeout = null, updated = unknown}"#,
        );
    }

    #[test]
    fn what_changes_with_the_attribute_that_changed() {
        check_update(
            json!({ "name": "a", "size": "2" }),
            r#"{name = "a", requests = unknown, size = "2", timeout = null, updated = unknown}"#,
        );
    }

    #[test]
    fn also_when_the_new_value_is_unknown() {
        check_update(
            json!({ "name": "a", "size": "unknown" }),
            r#"{name = "a", requests = unknown, size = unknown, timeout = null, updated = unknown}"#,
        );
    }

    #[test]
    fn nothing_for_a_local_attribute() {
        check_update(
            json!({ "name": "a", "size": "1", "timeout": "5m" }),
            r#"{name = "a", requests = "r0", size = "1", timeout = "5m", updated = "t0"}"#,
        );
        check_update(
            json!({ "name": "a", "size": "1", "timeout": "unknown" }),
            r#"{name = "a", requests = "r0", size = "1", timeout = unknown, updated = "t0"}"#,
        );
    }
}

mod nested_attributes {
    use super::*;

    #[test]
    fn a_single_object_pairs_with_the_prior_one() {
        let schema = || vec![nested("owner", Nesting::Single, member())];
        let prior = json!({ "owner": { "name": "a", "pays": "no", "status": "ACTIVE" } });
        let config = json!({ "owner": { "name": "b" } });
        check(
            schema(),
            prior,
            config.clone(),
            r#"{owner = {name = "b", pays = "no", status = "ACTIVE"}}"#,
        );
        let planned = r#"{owner = {name = "b", pays = unknown, status = unknown}}"#;
        check(schema(), json!({ "owner": null }), config, planned);
    }

    #[test]
    fn map_elements_pair_by_key_and_new_ones_are_the_services() {
        let schema = vec![nested("members", Nesting::Map, member())];
        let prior = json!({ "members": {
            "1": { "name": "a", "pays": "no", "status": "ACTIVE" },
            "2": { "name": "gone", "pays": "no", "status": "LEFT" },
        } });
        let config = json!({ "members": { "0": { "name": "new" }, "1": { "name": "a" } } });
        check(
            schema,
            prior,
            config,
            r#"{members = {"0" = {name = "new", pays = unknown, status = unknown}, "1" = {name = "a", pays = "no", status = "ACTIVE"}}}"#,
        );
    }

    #[test]
    fn list_elements_pair_by_index() {
        let schema = vec![nested("steps", Nesting::List, member())];
        let prior = json!({ "steps": [{ "name": "a", "pays": "no", "status": "1" }] });
        let config = json!({ "steps": [{ "name": "b" }, { "name": "c", "pays": "yes" }] });
        check(
            schema,
            prior,
            config,
            r#"{steps = [{name = "b", pays = "no", status = "1"}, {name = "c", pays = "yes", status = unknown}]}"#,
        );
    }

    #[test]
    fn unknown_ones_stay_unknown() {
        let schema = || vec![nested("members", Nesting::Map, member())];
        let prior =
            json!({ "members": { "1": { "name": "a", "pays": "no", "status": "ACTIVE" } } });
        check(schema(), prior.clone(), json!({ "members": "unknown" }), "{members = unknown}");
        let element = json!({ "members": { "1": "unknown" } });
        check(schema(), prior.clone(), element, r#"{members = {"1" = unknown}}"#);
        let leaf = json!({ "members": { "1": { "name": "unknown" } } });
        let planned = r#"{members = {"1" = {name = unknown, pays = "no", status = "ACTIVE"}}}"#;
        check(schema(), prior, leaf, planned);
    }

    #[test]
    fn children_that_are_left_out_take_their_default() {
        let schema = vec![nested("s3", Nesting::Single, vec![with_default("prefix", "")])];
        check(schema, Json::Null, json!({ "s3": {} }), r#"{s3 = {prefix = ""}}"#);
    }

    #[test]
    fn a_whole_object_that_is_the_services_is_kept_or_unknown() {
        let payer = || Attribute {
            mode: Mode::OptionalComputed,
            ..nested("payer", Nesting::Single, vec![left_to_service("pays")])
        };
        let prior = json!({ "payer": { "pays": "no" } });
        check(vec![payer()], Json::Null, json!({}), "{payer = unknown}");
        check(vec![payer()], prior, json!({}), r#"{payer = {pays = "no"}}"#);
    }
}

mod equivalent_spellings {
    use super::*;

    fn schema() -> Vec<Attribute> {
        fn same(prior: &Value, config: &Value) -> bool {
            let lower = |value: &Value| value.as_str().map(str::to_lowercase);
            lower(prior) == lower(config)
        }
        let region = Attribute { equivalent: Some(same), ..fixed(left_to_service("region")) };
        vec![region, computed("updated", Recompute::OnUpdate)]
    }

    #[test]
    fn keep_the_prior_one_and_are_no_change() {
        let prior = json!({ "region": "Main", "updated": "t0" });
        let planned = r#"{region = "Main", updated = "t0"}"#;
        check(schema(), prior.clone(), json!({ "region": "MAIN" }), planned);
        check_replaced(schema(), prior, json!({ "region": "MAIN" }), &[]);
    }

    #[test]
    fn do_not_hide_a_difference() {
        let prior = json!({ "region": "Main", "updated": "t0" });
        let planned = r#"{region = "Side", updated = unknown}"#;
        check(schema(), prior, json!({ "region": "Side" }), planned);
    }
}

mod replacement {
    use super::*;

    #[test]
    fn is_never_asked_for_on_create() {
        check_replaced(vec![fixed(required("name"))], Json::Null, json!({ "name": "a" }), &[]);
    }

    #[test]
    fn is_asked_for_where_a_fixed_attribute_differs() {
        let schema = || vec![fixed(required("name")), required("size")];
        let prior = json!({ "name": "a", "size": "1" });
        check_replaced(schema(), prior.clone(), json!({ "name": "a", "size": "2" }), &[]);
        check_replaced(schema(), prior, json!({ "name": "b", "size": "1" }), &["name"]);
    }

    #[test]
    fn is_not_asked_for_when_the_service_keeps_what_was_removed() {
        let prior = json!({ "engine": "SPARK" });
        check_replaced(vec![fixed(left_to_service("engine"))], prior, json!({}), &[]);
    }

    #[test]
    fn names_the_leaf_of_a_fixed_object() {
        let rules = || fixed(nested("rules", Nesting::Single, vec![required("a"), required("b")]));
        let prior = json!({ "rules": { "a": "1", "b": "1" } });
        let config = json!({ "rules": { "a": "1", "b": "2" } });
        check_replaced(vec![rules()], prior.clone(), config.clone(), &["rules.b"]);
        check_replaced(vec![rules()], prior, json!({}), &["rules"]);
        check_replaced(vec![rules()], json!({}), config, &["rules"]);
    }

    #[test]
    fn names_a_fixed_attribute_within_an_element() {
        let schema = || vec![nested("members", Nesting::Map, vec![fixed(required("name"))])];
        let prior = json!({ "members": { "1": { "name": "a" }, "2": { "name": "b" } } });
        let renamed = json!({ "members": { "1": { "name": "x" }, "2": { "name": "b" } } });
        check_replaced(schema(), prior.clone(), renamed, &[r#"members["1"].name"#]);
        let others = json!({ "members": { "1": { "name": "a" }, "3": { "name": "c" } } });
        check_replaced(schema(), prior, others, &[]);
    }

    #[test]
    fn names_the_element_of_a_list() {
        let schema = vec![nested("steps", Nesting::List, vec![fixed(required("name"))])];
        let prior = json!({ "steps": [{ "name": "a" }, { "name": "b" }] });
        let config = json!({ "steps": [{ "name": "a" }, { "name": "c" }] });
        check_replaced(schema, prior, config, &["steps[1].name"]);
    }

    #[test]
    fn names_changed_added_and_removed_keys_of_a_fixed_map() {
        let prior = json!({ "labels": { "changed": "1", "kept": "1", "removed": "1" } });
        let config = json!({ "labels": { "changed": "2", "kept": "1", "added": "1" } });
        let keys = [r#"labels["added"]"#, r#"labels["changed"]"#, r#"labels["removed"]"#];
        check_replaced(vec![fixed(string_map("labels"))], prior, config, &keys);
    }

    #[test]
    fn names_a_fixed_set_as_a_whole() {
        let prior = json!({ "regions": ["a", "b"] });
        check_replaced(
            vec![fixed(string_set("regions"))],
            prior,
            json!({ "regions": ["a"] }),
            &["regions"],
        );
    }

    #[test]
    fn is_asked_for_by_what_was_not_there_at_all_whatever_its_unknown_parts_are() {
        let parts = || {
            vec![fixed(nested(
                "a",
                Nesting::Single,
                vec![text("b", Mode::Optional), left_to_service("c")],
            ))]
        };
        check_replaced(parts(), json!({}), json!({ "a": { "b": "1" } }), &["a"]);
        check_replaced(parts(), json!({}), json!({ "a": { "b": "unknown" } }), &["a"]);
        let set = || vec![fixed(string_set("a"))];
        check_replaced(set(), json!({}), json!({ "a": ["1", "unknown"] }), &["a"]);
    }

    #[test]
    fn is_not_asked_for_by_an_empty_map_in_place_of_none_nor_by_null_elements() {
        let map = || vec![fixed(string_map("a"))];
        check_replaced(map(), json!({}), json!({ "a": {} }), &[]);
        check_replaced(map(), json!({ "a": {} }), json!({}), &[]);
        check_replaced(
            map(),
            json!({ "a": { "k": "1" } }),
            json!({ "a": { "k": "1", "l": null } }),
            &[],
        );
        check_replaced(map(), json!({ "a": { "k": "1" } }), json!({ "a": {} }), &[r#"a["k"]"#]);
    }

    #[test]
    fn is_left_open_where_a_value_is_unknown() {
        let unknown = json!({ "a": "unknown" });
        check_undecided(vec![fixed(required("a"))], json!({ "a": "1" }), unknown.clone(), "a");
        check_undecided(vec![fixed(string_set("a"))], json!({ "a": ["1"] }), unknown.clone(), "a");
        check_undecided(vec![fixed(string_map("a"))], json!({ "a": { "k": "1" } }), unknown, "a");
        let partly = json!({ "a": ["2", "unknown"] });
        check_undecided(vec![fixed(string_set("a"))], json!({ "a": ["1", "2"] }), partly, "a");
        let key = json!({ "a": { "k": "unknown" } });
        let prior = json!({ "a": { "k": "1" } });
        check_undecided(vec![fixed(string_map("a"))], prior, key, r#"a["k"]"#);
    }

    #[test]
    fn is_not_asked_for_by_an_unknown_element() {
        let members = || vec![nested("a", Nesting::Map, vec![fixed(required("name"))])];
        let prior = json!({ "a": { "k": { "name": "1" } } });
        check_replaced(members(), prior, json!({ "a": { "k": "unknown" } }), &[]);
        let steps = vec![nested("a", Nesting::List, vec![fixed(required("name"))])];
        let prior = json!({ "a": [{ "name": "1" }] });
        check_replaced(steps, prior, json!({ "a": ["unknown"] }), &[]);
    }

    #[test]
    fn is_asked_for_by_another_variant_alone() {
        let variants = || {
            let sources = vec![text("glue", Mode::Optional), text("athena", Mode::Optional)];
            let source = nested("source", Nesting::Single, sources);
            vec![Attribute { replace: Replace::OfVariant, ..source }]
        };
        let prior = || json!({ "source": { "glue": "1" } });
        for (config, replaced) in
            [(json!({ "glue": "2" }), [].as_slice()), (json!({ "athena": "1" }), &["source"])]
        {
            check_replaced(variants(), prior(), json!({ "source": config }), replaced);
        }
        // A member that is not known yet may turn out to be null.
        for config in
            [json!({ "glue": "unknown" }), json!({ "athena": "unknown" }), json!("unknown")]
        {
            check_undecided(variants(), prior(), json!({ "source": config }), "source");
        }
    }

    #[test]
    fn is_not_asked_for_by_a_parent_that_may_be_the_same() {
        let parent = || {
            vec![
                Attribute { replace: Replace::Relocates, ..required("parent") },
                computed("id", Recompute::Never),
            ]
        };
        let prior = || json!({ "parent": "1", "id": "i" });
        check_replaced(parent(), prior(), json!({ "parent": "2" }), &["parent"]);
        check_replaced(parent(), prior(), json!({ "parent": "1" }), &[]);
        check_replaced(parent(), prior(), json!({ "parent": "unknown" }), &[]);
        let outcome = plan_with(parent(), prior(), json!({ "parent": "unknown" }), |plan| {
            assert!(plan.relocates);
        });
        assert_eq!(outcome.planned, "{id = unknown, parent = unknown}");
    }
}

mod hooks {
    use super::*;

    fn schema() -> Vec<Attribute> {
        vec![
            left_to_service("all"),
            computed("updated", Recompute::OnUpdate),
            computed("requests", Recompute::With(&["all"])),
        ]
    }

    #[test]
    fn what_a_hook_plans_makes_unknown_what_it_may_change() {
        let prior = json!({ "all": "1", "updated": "t0", "requests": "r0" });
        let outcome = plan_with(schema(), prior, json!({}), |plan| {
            plan.set("all", "2".into());
            plan.set("requests", "r1".into());
            plan.mark_recomputed();
        });
        assert_eq!(outcome.planned, r#"{all = "2", requests = "r1", updated = unknown}"#);
    }

    #[test]
    fn a_hook_that_changes_nothing_makes_nothing_unknown() {
        let prior = json!({ "all": "1", "updated": "t0", "requests": "r0" });
        let outcome = plan_with(schema(), prior, json!({}), |plan| {
            plan.set("all", "1".into());
            plan.mark_recomputed();
        });
        assert_eq!(outcome.planned, r#"{all = "1", requests = "r0", updated = "t0"}"#);
    }

    #[test]
    fn what_a_hook_plans_for_a_new_object_stays() {
        let outcome = plan_with(schema(), Json::Null, json!({}), |plan| {
            plan.set("requests", "none".into());
            plan.mark_recomputed();
        });
        assert_eq!(outcome.planned, r#"{all = unknown, requests = "none", updated = unknown}"#);
    }

    #[test]
    fn local_changes_call_no_api() {
        let calls = |config: Json| {
            let mut calls = false;
            plan_with(
                vec![required("name"), local("timeout")],
                json!({ "name": "a" }),
                config,
                |plan| {
                    calls = plan.calls_api();
                },
            );
            calls
        };
        assert!(!calls(json!({ "name": "a", "timeout": "5m" })));
        assert!(calls(json!({ "name": "b" })));
    }
}

mod filling {
    use super::*;

    #[track_caller]
    fn check_filled(attribute: Attribute, planned: Json, answer: Json, state: &str) {
        let ty = attribute.implied_type();
        assert_eq!(filled(&value(&ty, &planned), &value(&ty, &answer)).to_string(), state);
    }

    #[test]
    fn known_values_stay_as_planned() {
        check_filled(required("name"), json!("a"), json!("A"), r#""a""#);
        check_filled(required("name"), Json::Null, json!("A"), "null");
        check_filled(string_set("may"), json!(["a"]), json!(["a", "b"]), r#"set["a"]"#);
    }

    #[test]
    fn unknown_values_are_the_answers() {
        check_filled(required("name"), json!("unknown"), json!("a"), r#""a""#);
        check_filled(required("name"), json!("unknown"), Json::Null, "null");
        check_filled(
            string_set("may"),
            json!(["a", "unknown"]),
            json!(["a", "b"]),
            r#"set["a", "b"]"#,
        );
    }

    #[test]
    fn leaves_of_elements_are_filled_by_key_and_keys_stay_as_planned() {
        let members = nested("members", Nesting::Map, member());
        let planned = json!({
            "1": { "name": "a", "pays": "no", "status": "unknown" },
            "2": { "name": "b", "pays": "no", "status": "unknown" },
        });
        let answer = json!({
            "1": { "name": "A", "pays": "yes", "status": "INVITED" },
            "3": { "name": "c", "pays": "no", "status": "ACTIVE" },
        });
        check_filled(
            members,
            planned,
            answer,
            r#"{"1" = {name = "a", pays = "no", status = "INVITED"}, "2" = {name = "b", pays = "no", status = null}}"#,
        );
    }

    #[test]
    fn leaves_of_list_elements_are_filled_by_index() {
        let steps = nested("steps", Nesting::List, member());
        let planned = json!([{ "name": "a", "pays": "no", "status": "unknown" }]);
        let answer = json!([{ "name": "a", "pays": "no", "status": "1" }, { "name": "b" }]);
        check_filled(steps, planned, answer, r#"[{name = "a", pays = "no", status = "1"}]"#);
    }

    #[test]
    fn an_answer_that_is_unknown_itself_becomes_null() {
        check_filled(required("name"), json!("unknown"), json!("unknown"), "null");
    }
}
