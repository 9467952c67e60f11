//! Each kind of difference, as the judge sees it.

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value as Json, json};

use super::differences;
use crate::frozen::image;
use crate::trial::failed;

/// A change of a released schema: its name, where, from what, to what, and what is told. What breaks
/// begins with `!`.
type Case = (&'static str, &'static str, Json, Json, &'static [&'static str]);

/// One trial for each case, and one that nothing differs from itself.
pub fn trials() -> Vec<Trial> {
    let trial = |(name, place, was, is, told): Case| {
        Trial::test(format!("frozen::judge::{name}"), move || {
            judged(place, &was, &is, told).map_err(failed)
        })
    };
    let mut trials: Vec<_> = cases().into_iter().map(trial).collect();
    trials.push(Trial::test("frozen::judge::nothing_differs_from_itself", || {
        itself().map_err(failed)
    }));
    trials
}

/// Where a thing's attribute and a provider's block stand.
const NAME: &str = "/resources/cleanrooms_thing/attributes/name";
const THING: &str = "/resources/cleanrooms_thing";
const BLOCK: &str = "/provider/blocks/assume_role";

fn cases() -> Vec<Case> {
    let optional = || json!({ "type": "string", "mode": "optional" });
    let with = |key: &str, value: Json| {
        let mut image = optional();
        image[key] = value;
        image
    };
    let mode = |mode: &str| with("mode", mode.into());
    let number = || with("type", "number".into());
    let thing = |version: i64, required: bool| {
        let identity =
            json!({ "version": 1, "attributes": { "id": { "required_for_import": required } } });
        json!({ "version": version, "attributes": {}, "identity": identity })
    };
    let block = |nesting: &str, most: i64| json!({ "nested": nesting, "max_items": most, "attributes": {} });
    let rules = |rule: &str| with("rules", json!([rule]));
    let holding = |attribute: Json| json!({ "nested": "map", "mode": "optional", "attributes": { "inner": attribute } });
    let gone = || Json::Null;
    vec![
        // Additions.
        ("a_resource_is_added", THING, gone(), thing(0, true), &["added"]),
        ("an_optional_attribute_is_added", NAME, gone(), optional(), &["added"]),
        ("a_computed_attribute_is_added", NAME, gone(), mode("computed"), &["added"]),
        (
            "a_required_attribute_is_added",
            NAME,
            gone(),
            mode("required"),
            &["!added, and required"],
        ),
        ("a_block_is_added", BLOCK, gone(), block("list", 0), &["added"]),
        // Removals.
        ("a_resource_is_removed", THING, thing(0, true), gone(), &["!removed"]),
        ("an_attribute_is_removed", NAME, optional(), gone(), &["!removed"]),
        (
            "a_nested_attribute_is_removed",
            NAME,
            holding(optional()),
            holding(gone()),
            &["!removed"],
        ),
        ("a_block_is_removed", BLOCK, block("list", 0), gone(), &["!removed"]),
        // Types.
        (
            "a_type_is_narrowed",
            NAME,
            with("type", json!(["list", "dynamic"])),
            with("type", json!(["list", "string"])),
            &[r#"!its type was ["list","dynamic"], and is ["list","string"]"#],
        ),
        (
            "a_type_is_another_one",
            NAME,
            optional(),
            number(),
            &[r#"!its type was "string", and is "number""#],
        ),
        (
            "a_nesting_is_another_one",
            NAME,
            holding(optional()),
            json!({ "nested": "list", "mode": "optional", "attributes": { "inner": optional() } }),
            &[r#"!its nesting was "map", and is "list""#],
        ),
        (
            "a_nested_type_is_another_one",
            NAME,
            holding(optional()),
            holding(number()),
            &[r#"!its type was "string", and is "number""#],
        ),
        (
            "a_block_is_held_otherwise",
            BLOCK,
            block("list", 0),
            block("single", 0),
            &[r#"!its nesting was "list", and is "single""#],
        ),
        // Who sets it.
        (
            "what_was_optional_is_required",
            NAME,
            optional(),
            mode("required"),
            &["!it was optional, and is required"],
        ),
        (
            "what_was_computed_is_required",
            NAME,
            mode("computed"),
            mode("required"),
            &["!it was computed, and is required"],
        ),
        (
            "what_was_required_is_optional",
            NAME,
            mode("required"),
            optional(),
            &["it was required, and is optional"],
        ),
        (
            "what_could_be_set_is_computed",
            NAME,
            mode("optional_computed"),
            mode("computed"),
            &["!it was optional_computed, and is computed"],
        ),
        (
            "what_was_computed_is_lost",
            NAME,
            mode("optional_computed"),
            optional(),
            &["!it was optional_computed, and is optional"],
        ),
        (
            "what_was_computed_alone_is_lost",
            NAME,
            mode("computed"),
            optional(),
            &["!it was computed, and is optional"],
        ),
        (
            "what_was_computed_can_be_set",
            NAME,
            mode("computed"),
            mode("optional_computed"),
            &["it was computed, and is optional_computed"],
        ),
        (
            "what_was_optional_is_computed_too",
            NAME,
            optional(),
            mode("optional_computed"),
            &["it was optional, and is optional_computed"],
        ),
        // What holds without a word.
        (
            "a_default_changes",
            NAME,
            with("default", "a".into()),
            with("default", "b".into()),
            &[r#"!its default was "a", and is "b""#],
        ),
        (
            "a_default_comes",
            NAME,
            optional(),
            with("default", "b".into()),
            &[r#"!its default was none, and is "b""#],
        ),
        (
            "a_default_goes",
            NAME,
            with("default", "a".into()),
            optional(),
            &[r#"!its default was "a", and is none"#],
        ),
        // What else is seen.
        (
            "it_becomes_sensitive",
            NAME,
            optional(),
            with("sensitive", true.into()),
            &["!it has become sensitive"],
        ),
        (
            "it_is_sensitive_no_longer",
            NAME,
            with("sensitive", true.into()),
            optional(),
            &["!it is no longer sensitive"],
        ),
        (
            "it_becomes_write_only",
            NAME,
            optional(),
            with("write_only", true.into()),
            &["!it has become write-only"],
        ),
        (
            "it_is_write_only_no_longer",
            NAME,
            with("write_only", true.into()),
            optional(),
            &["!it is no longer write-only"],
        ),
        (
            "a_change_replaces",
            NAME,
            optional(),
            with("replace", "when_known".into()),
            &[r#"!what a change of it replaces was null, and is "when_known""#],
        ),
        (
            "a_change_no_longer_replaces",
            NAME,
            with("replace", "when_known".into()),
            optional(),
            &[r#"what a change of it replaces was "when_known", and is null"#],
        ),
        // What is taken.
        (
            "a_list_of_values_is_shorter",
            NAME,
            rules("must be one of A, B"),
            rules("must be one of A"),
            &["!it must be one of A, and no longer B", "no longer: it must be one of A, B"],
        ),
        (
            "a_list_of_values_is_longer",
            NAME,
            rules("must be one of A"),
            rules("must be one of A, B"),
            &["it must be one of A, B, which is new", "no longer: it must be one of A"],
        ),
        (
            "a_range_is_narrower",
            NAME,
            rules("must have 1 to 9 elements"),
            rules("must have 1 to 5 elements"),
            &[
                "!it must have 1 to 5 elements, and no longer 1 to 9",
                "no longer: it must have 1 to 9 elements",
            ],
        ),
        (
            "a_range_is_wider",
            NAME,
            rules("must have 1 to 5 elements"),
            rules("must have 0 to 9 elements"),
            &[
                "it must have 0 to 9 elements, which is new",
                "no longer: it must have 1 to 5 elements",
            ],
        ),
        (
            "a_limit_is_lower",
            NAME,
            rules("must have values of at most 9 characters"),
            rules("must have values of at most 5 characters"),
            &[
                "!it must have values of at most 5 characters, and no longer 9",
                "no longer: it must have values of at most 9 characters",
            ],
        ),
        (
            "a_rule_comes",
            NAME,
            optional(),
            rules("must be a URL"),
            &["it must be a URL, which is new"],
        ),
        (
            "fewer_blocks_are_taken",
            BLOCK,
            block("list", 0),
            block("list", 1),
            &["!at most 0 of it were allowed, and now 1"],
        ),
        (
            "more_blocks_are_taken",
            BLOCK,
            block("list", 1),
            block("list", 0),
            &["at most 1 of it were allowed, and now 0"],
        ),
        // Versions and identities.
        (
            "a_version_is_raised",
            THING,
            thing(0, true),
            thing(1, true),
            &["its version was 0, and is 1"],
        ),
        (
            "a_version_is_lowered",
            THING,
            thing(1, true),
            thing(0, true),
            &["!its version was 1, and is 0"],
        ),
        (
            "an_import_needs_more",
            THING,
            thing(0, false),
            thing(0, true),
            &[r#"!was {"required_for_import":false}, and is {"required_for_import":true}"#],
        ),
        (
            "an_identity_has_more",
            "/resources/cleanrooms_thing/identity/attributes/region",
            gone(),
            json!({ "required_for_import": false }),
            &["!added"],
        ),
        (
            "an_identity_has_less",
            "/resources/cleanrooms_thing/identity/attributes/region",
            json!({ "required_for_import": false }),
            gone(),
            &["!removed"],
        ),
    ]
}

/// Two images that differ at one place, and what the judge tells.
fn judged(place: &str, was: &Json, is: &Json, told: &[&str]) -> Result<()> {
    let found = differences(&placed(place, was), &placed(place, is));
    let found: Vec<_> =
        found.iter().map(|it| format!("{}{}", if it.breaks { "!" } else { "" }, it.what)).collect();
    ensure!(found == told, "{found:#?}");
    Ok(())
}

/// An image with a value at a place; null values are left out.
fn placed(place: &str, value: &Json) -> Json {
    let parts = place.trim_start_matches('/').rsplit('/');
    let mut image = parts.fold(value.clone(), |inner, name| match inner {
        Json::Null => json!({}),
        inner => json!({ name: inner }),
    });
    prune(&mut image);
    image
}

fn prune(image: &mut Json) {
    if let Some(members) = image.as_object_mut() {
        members.retain(|_, value| !value.is_null());
        members.values_mut().for_each(prune);
    }
}

fn itself() -> Result<()> {
    let present = image::present()?;
    let found = differences(&present, &present);
    ensure!(found.is_empty(), "{found:#?}");
    // And the whole of it is looked at: without anything, everything is removed.
    let kinds = ["resources", "data_sources", "list_resources", "actions"];
    let things = kinds.iter().filter_map(|kind| present[kind].as_object()).map(|it| it.len());
    let removed = differences(&present, &json!({ "provider": present["provider"] }));
    ensure!(removed.len() == things.sum::<usize>(), "{removed:#?}");
    ensure!(removed.iter().all(|it| it.breaks && it.what == "removed"), "{removed:#?}");
    Ok(())
}
