//! Tags: those of the resource, those that the provider adds, and what the service holds.
//!
//! The meaning is hashicorp/aws's: `tags_all` is the provider's `default_tags`
//! overlaid by the resource's `tags`; a null value is sent as the empty string.
//! Keys are in Unicode's normalisation form C, since Terraform takes other forms
//! of one for the same; the service tells them apart.

use std::collections::{BTreeMap, HashMap};

use crate::framework::Diagnostic;
use crate::framework::codec::{Codec, string_map};
use crate::framework::schema::Kind;
use crate::framework::validators::{Validator, size};
use crate::wire::{AttributePath, Type, Value, normalised};

/// How many tags users may put on one object.
const MOST_TAGS: usize = 50;

/// How many the service's own model takes.
const MOST_OF_SERVICE: usize = 200;

/// Tags as a configuration spells them: a null value is another spelling of the empty one.
pub type Tags = BTreeMap<String, Option<String>>;

/// The attribute `tags`.
pub fn tags() -> Codec<HashMap<String, String>, Tags> {
    let decoder = string_map();
    let root = AttributePath::of("tags");
    let codec = Codec::new(
        Kind::Plain(Type::Map(Box::new(Type::String))),
        move |value, _| Ok(decoder.decode(value, &root)?.unwrap_or_default()),
        |tags: &Tags| {
            let value = |text: &Option<String>| text.clone().map_or(Value::Null, Value::String);
            Value::Map(tags.iter().map(|(key, text)| (key.clone(), value(text))).collect())
        },
    );
    codec.validate(size(0..=MOST_OF_SERVICE)).validate(keys()).validate(values())
}

/// Tags by their keys in normalisation form C. One whose key is so already goes before its twins.
pub fn composed<V>(tags: impl IntoIterator<Item = (String, V)>) -> BTreeMap<String, V> {
    let is_composed = |(key, _): &(String, V)| normalised(key) == *key;
    let (mut composed, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        tags.into_iter().partition(is_composed);
    for (key, value) in others {
        composed.entry(normalised(&key).into_owned()).or_insert(value);
    }
    composed
}

/// Whether two spellings of `tags` mean the same: a null value is sent as the empty string.
pub fn same(one: &Value, other: &Value) -> bool {
    let spelled = |tags: &Value| -> Option<BTreeMap<String, String>> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Some(tags.as_map()?.iter().map(|(key, value)| (key.clone(), text(value))).collect())
    };
    spelled(one) == spelled(other)
}

fn keys() -> Validator {
    Validator::keys("must have keys of 1 to 128 characters, not starting with aws:", |key| {
        let count = key.chars().count();
        if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
            Some(format!("The key `{key}` starts with `aws:`, which AWS keeps for itself."))
        } else if count == 0 || count > 128 {
            Some(format!("The key has {count} characters; 1 to 128 are allowed."))
        } else {
            None
        }
    })
}

fn values() -> Validator {
    Validator::new("must have values of at most 256 characters", |value, path, diagnostics| {
        for (key, value) in value.as_map().into_iter().flatten() {
            let count = value.as_str().map_or(0, |text| text.chars().count());
            if count > 256 {
                let detail = format!("The value has {count} characters; at most 256 are allowed.");
                let path = path.clone().key(key);
                diagnostics.push(crate::framework::validators::invalid(&path, detail));
            }
        }
    })
}

/// Which tags the provider adds to every resource, and which it leaves to others.
#[derive(Debug, Clone, Default)]
pub struct TagPolicy {
    /// `default_tags`; null when there are none, unknown while they or `ignore_tags` are.
    pub default_tags: Value,
    /// Keys that others manage, in normalisation form C.
    pub ignored_keys: Vec<String>,
    /// Beginnings of keys that others manage, in the same form.
    pub ignored_prefixes: Vec<String>,
}

impl TagPolicy {
    /// Whether others manage the tags of that key: AWS itself, or what `ignore_tags` names.
    pub fn is_ignored(&self, key: &str) -> bool {
        let key = normalised(key);
        key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
            || self.ignored_keys.iter().any(|ignored| *ignored == key)
            || self.ignored_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }

    /// The planned `tags_all` for planned `tags`; unknown values stay unknown.
    pub fn all(&self, tags: &Value) -> Value {
        if tags.is_unknown() || self.default_tags.is_unknown() {
            return Value::Unknown;
        }
        let both = [&self.default_tags, tags].into_iter().filter_map(Value::as_map).flatten();
        let kept = both.filter(|(key, _)| !self.is_ignored(key));
        let spelled = |value: &Value| match value {
            Value::Null => Value::from(""),
            value => value.clone(),
        };
        Value::Map(kept.map(|(key, value)| (key.clone(), spelled(value))).collect())
    }

    /// What the service holds, without what others manage.
    pub fn visible(&self, remote: HashMap<String, String>) -> BTreeMap<String, String> {
        composed(remote.into_iter().filter(|(key, _)| !self.is_ignored(key)))
    }

    /// The attribute `tags` for what the service holds, in the spelling of the prior state.
    ///
    /// What state has in `tags` stays there, and what it has in `tags_all` alone
    /// is the provider's, even if its default tags have changed since. A tag
    /// that state does not know is the provider's when it equals a default one.
    /// Ignored keys stay as state has them, so that they are never a diff.
    pub fn own(&self, visible: &BTreeMap<String, String>, state: &Value) -> Option<Tags> {
        let (prior, prior_all) = (state.get("tags"), state.get("tags_all"));
        let has = |tags: &Value, key: &str| tags.as_map().is_some_and(|map| map.contains_key(key));
        let is_own = |key: &str, value: &str| {
            has(prior, key) || !(has(prior_all, key) || self.is_default(key, value))
        };
        let spelled = |key: &str, value: &str| {
            let null_in_prior = has(prior, key) && prior.get(key).is_null();
            (!(value.is_empty() && null_in_prior)).then(|| value.to_owned())
        };
        let own = visible.iter().filter(|(key, value)| is_own(key, value));
        let mut tags: Tags = own.map(|(key, value)| (key.clone(), spelled(key, value))).collect();
        for (key, value) in prior.as_map().into_iter().flatten() {
            if self.is_ignored(key) {
                tags.insert(key.clone(), value.as_str().map(str::to_owned));
            }
        }
        (!tags.is_empty() || prior.as_map().is_some_and(BTreeMap::is_empty)).then_some(tags)
    }

    /// Whether a tag is a default one, as far as these are known.
    fn is_default(&self, key: &str, value: &str) -> bool {
        let Some(defaults) = self.default_tags.as_map() else {
            return self.default_tags.is_unknown();
        };
        defaults.get(key).is_some_and(|default| {
            default.is_unknown() || default.as_str().unwrap_or_default() == value
        })
    }

    /// What brings tags from one `tags_all` to another. What others manage is left alone, even if
    /// state still has it from before it was ignored.
    pub fn changes(&self, prior: &Value, planned: &Value) -> TagChanges {
        let mut changes = TagChanges::between(prior, planned);
        changes.remove.retain(|key| !self.is_ignored(key));
        changes
    }

    /// What is wrong with the number of tags, `default_tags` included, where the tags change.
    ///
    /// AWS lets users put fifty on one object ("Tagging AWS resources and Tag Editor" user guide),
    /// but the model of this service takes two hundred: in between it is a warning. Of a
    /// replacement it is an error, for what is refused comes after the old object is gone.
    pub fn too_many(prior: &Value, planned: &Value, replaces: bool) -> Option<Diagnostic> {
        let count = |tags: &Value| tags.as_map().map_or(0, BTreeMap::len);
        let (before, now) = (count(prior), count(planned));
        if planned == prior || now <= MOST_TAGS {
            return None;
        }
        let tags = format!("There are {now} tags, the provider's `default_tags` included.");
        let told = if now > MOST_OF_SERVICE {
            let detail = format!("{tags} The service takes at most {MOST_OF_SERVICE}.");
            Diagnostic::error("More tags than the service takes", detail)
        } else if replaces && before <= MOST_TAGS {
            let detail = format!(
                "{tags} AWS accepts at most {MOST_TAGS} on one object, and would refuse the new one \
                 when the old one is gone. Change the tags first, then what replaces."
            );
            Diagnostic::error("More tags than AWS usually accepts", detail)
        } else {
            let detail = format!(
                "{tags} AWS accepts at most {MOST_TAGS} on one object, unless the service made an \
                 exception."
            );
            Diagnostic::warning("More tags than AWS usually accepts", detail)
        };
        Some(told.at(AttributePath::of("tags")))
    }
}

/// The known tags of a planned `tags_all`.
pub fn to_send(tags_all: &Value) -> HashMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    tags_all.as_map().into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect()
}

/// The two calls that bring tags from one state to another.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TagChanges {
    /// Tags to add or overwrite.
    pub set: HashMap<String, String>,
    /// Keys to remove, sorted.
    pub remove: Vec<String>,
}

impl TagChanges {
    /// What differs between two `tags_all`.
    fn between(prior: &Value, planned: &Value) -> Self {
        let (prior, mut set) = (to_send(prior), to_send(planned));
        let mut remove: Vec<_> =
            prior.keys().filter(|key| !set.contains_key(*key)).cloned().collect();
        remove.sort();
        set.retain(|key, value| prior.get(key) != Some(value));
        Self { set, remove }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> TagPolicy {
        TagPolicy {
            default_tags: Value::map([("owner", "data".into()), ("stage", "dev".into())]),
            ignored_keys: vec!["managed".to_owned()],
            ignored_prefixes: vec!["cost/".to_owned()],
        }
    }

    fn state(tags: Value, tags_all: Value) -> Value {
        Value::object([("tags", tags), ("tags_all", tags_all)])
    }

    fn own_keys(policy: &TagPolicy, remote: HashMap<String, String>, state: &Value) -> Vec<String> {
        let own = policy.own(&policy.visible(remote), state);
        own.unwrap_or_default().into_keys().collect()
    }

    fn held(tags: &[(&str, &str)]) -> HashMap<String, String> {
        tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn null_and_empty_are_one_value() {
        let tags = |value: Value| Value::map([("Env", value)]);
        assert!(same(&tags(Value::Null), &tags("".into())));
        assert!(!same(&tags(Value::Null), &tags("prod".into())));
        assert!(!same(&tags(Value::Null), &Value::map([])));
    }

    #[test]
    fn own_tags_overlay_the_default_ones() {
        let tags = Value::map([("stage", "prod".into()), ("empty", Value::Null)]);
        let all = policy().all(&tags);
        let expected =
            Value::map([("owner", "data".into()), ("stage", "prod".into()), ("empty", "".into())]);
        assert_eq!(all, expected);
    }

    #[test]
    fn unknown_tags_make_all_unknown() {
        assert!(policy().all(&Value::Unknown).is_unknown());
        let partly = policy().all(&Value::map([("a", Value::Unknown)]));
        assert!(partly.get("a").is_unknown() && partly.get("owner").is_known());
    }

    #[test]
    fn reading_splits_default_tags_off() {
        let visible = held(&[("owner", "data"), ("stage", "dev"), ("x", "1")]);
        let state = state(Value::map([("stage", "dev".into())]), Value::Null);
        assert_eq!(own_keys(&policy(), visible, &state), ["stage", "x"]);
    }

    #[test]
    fn what_was_a_default_tag_stays_the_provider_s() {
        let all = Value::map([("owner", "old".into()), ("gone", "1".into()), ("x", "1".into())]);
        let state = state(Value::map([("x", "1".into())]), all);
        let remote = held(&[("owner", "old"), ("gone", "1"), ("x", "1"), ("foreign", "1")]);
        assert_eq!(own_keys(&policy(), remote.clone(), &state), ["foreign", "x"]);
        let unknown = TagPolicy { default_tags: Value::Unknown, ..TagPolicy::default() };
        assert_eq!(own_keys(&unknown, remote, &state), ["x"]);
    }

    #[test]
    fn a_null_default_tag_is_an_empty_one() {
        let null =
            TagPolicy { default_tags: Value::map([("a", Value::Null)]), ..TagPolicy::default() };
        assert_eq!(null.all(&Value::Null), Value::map([("a", "".into())]));
        assert_eq!(own_keys(&null, held(&[("a", "")]), &state(Value::Null, Value::Null)), [""; 0]);
    }

    #[test]
    fn what_others_manage_is_neither_read_nor_written() {
        let visible = policy().visible(held(&[("managed", "1"), ("cost/a", "2"), ("aws:x", "3")]));
        assert!(visible.is_empty());
        assert_eq!(policy().own(&visible, &state(Value::Null, Value::Null)), None);
        let all = policy().all(&Value::map([("managed", "mine".into())]));
        assert!(all.as_map().is_some_and(|all| !all.contains_key("managed")));
        let prior = Value::map([("managed", "mine".into())]);
        let kept =
            policy().own(&visible, &state(prior.clone(), Value::Null)).expect("kept as configured");
        assert_eq!(kept.get("managed"), Some(&Some("mine".to_owned())));
        assert_eq!(policy().changes(&prior, &Value::map([])), TagChanges::default());
    }

    #[test]
    fn null_and_empty_keep_their_spelling() {
        let visible = policy().visible(held(&[("a", "")]));
        let prior = state(Value::map([("a", Value::Null)]), Value::Null);
        assert_eq!(policy().own(&visible, &prior), Some(Tags::from([("a".to_owned(), None)])));
        let nothing = BTreeMap::new();
        let own = |tags| policy().own(&nothing, &state(tags, Value::Null));
        assert_eq!(own(Value::map([])), Some(Tags::new()));
        assert_eq!(own(Value::Null), None);
    }

    #[test]
    fn changes_are_the_difference() {
        let prior = Value::map([("a", "1".into()), ("b", "2".into()), ("c", "3".into())]);
        let planned = Value::map([("a", "1".into()), ("b", "4".into())]);
        let changes = policy().changes(&prior, &planned);
        assert_eq!(changes.set, held(&[("b", "4")]));
        assert_eq!(changes.remove, ["c"]);
    }

    #[test]
    fn more_tags_than_aws_accepts_are_told_before_an_object_is_gone() {
        let tags = |count: usize| {
            Value::Map((0..count).map(|index| (index.to_string(), "".into())).collect())
        };
        let told = |prior: usize, planned: usize, replaces: bool| {
            let told = TagPolicy::too_many(&tags(prior), &tags(planned), replaces);
            told.map(|told| told.is_error())
        };
        assert_eq!(told(0, 50, true), None);
        assert_eq!(told(0, 51, false), Some(false));
        assert_eq!(told(0, 51, true), Some(true));
        assert_eq!(told(0, 201, false), Some(true));
        // The service has shown that it takes them.
        assert_eq!(told(51, 51, true), None);
        assert_eq!(told(51, 52, true), Some(false));
    }

    const COMPOSED: &str = "caf\u{e9}";
    const DECOMPOSED: &str = "cafe\u{301}";

    #[test]
    fn ignored_keys_match_in_either_form() {
        let policy = TagPolicy {
            ignored_keys: vec![COMPOSED.to_owned()],
            ignored_prefixes: vec!["\u{fc}/".to_owned()],
            ..TagPolicy::default()
        };
        let held = held(&[(COMPOSED, "1"), (DECOMPOSED, "2"), ("u\u{308}/x", "3"), ("u/x", "4")]);
        assert_eq!(policy.visible(held), BTreeMap::from([("u/x".to_owned(), "4".to_owned())]));
    }

    #[test]
    fn a_foreign_key_beside_its_composed_twin_is_no_diff() {
        let policy = TagPolicy {
            default_tags: Value::map([("o\u{308}", "ours".into())]),
            ..TagPolicy::default()
        };
        let remote = held(&[
            (COMPOSED, "ours"),
            (DECOMPOSED, "foreign"),
            ("\u{f6}", "ours"),
            ("o\u{308}", "foreign"),
        ]);
        let tags = Value::map([(COMPOSED, "ours".into())]);
        let visible = policy.visible(remote);
        let own = policy.own(&visible, &state(tags.clone(), policy.all(&tags)));
        let expected = Tags::from([(COMPOSED.to_owned(), Some("ours".to_owned()))]);
        assert_eq!(own, Some(expected));
        let all =
            Value::map(visible.iter().map(|(key, text)| (key.as_str(), text.as_str().into())));
        assert_eq!(all, policy.all(&tags));
    }

    #[test]
    fn one_of_several_forms_of_a_key_counts_and_always_the_same() {
        let angstroms = ["A\u{30a}", "\u{212b}", "\u{c5}"];
        let one =
            |keys: &[&'static str]| composed(keys.iter().map(|key| ((*key).to_owned(), *key)));
        let expected = |key| BTreeMap::from([("\u{c5}".to_owned(), key)]);
        assert_eq!(one(&angstroms), expected("\u{c5}"));
        assert_eq!(one(&angstroms[..2]), one(&[angstroms[1], angstroms[0]]));
    }
}
