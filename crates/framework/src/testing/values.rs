//! Values for tests: from JSON where a claim needs one, and at random, by a schema, where it holds for all.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::schema::{Attribute, Kind, Mode, Nesting};
use wire::{Type, Value};

/// A value from JSON, by its type: `"unknown"` is an unknown value, and an absent attribute is null.
///
/// Text, for a test's JSON is easier to read than a tree of constructors.
pub fn value(ty: &Type, json: &Json) -> Value {
    let each = |ty: &Type, json: &Json| -> Vec<Value> {
        json.as_array().expect("an array").iter().map(|element| value(ty, element)).collect()
    };
    match (ty, json) {
        (_, Json::Null) => Value::Null,
        (_, Json::String(text)) if text == "unknown" => Value::Unknown,
        (Type::Bool, _) => Value::Bool(json.as_bool().expect("a bool")),
        (Type::Number, _) => Value::Number(json.to_string().parse().expect("a number")),
        (Type::String, _) => json.as_str().expect("a string").into(),
        (Type::List(ty), _) => Value::list(each(ty, json)),
        (Type::Set(ty), _) => Value::set(each(ty, json)),
        (Type::Map(ty), Json::Object(map)) => {
            Value::map(map.iter().map(|(key, element)| (key.as_str(), value(ty, element))))
        }
        (Type::Object(types), Json::Object(map)) => {
            let stranger = map.keys().find(|name| !types.contains_key(*name));
            assert_eq!(stranger, None, "the schema has no such attribute");
            let absent = Json::Null;
            Value::object(
                types
                    .iter()
                    .map(|(name, ty)| (name.as_str(), value(ty, map.get(name).unwrap_or(&absent)))),
            )
        }
        _ => panic!("{json} is no {ty}"),
    }
}

/// A configuration at two moments: unknown parts of the early one turn out to be those of the late one.
#[derive(Clone, Debug)]
pub struct Config {
    /// As it is planned first.
    pub early: Value,
    /// As it is when it is applied.
    pub late: Value,
}

impl Config {
    fn certain(value: Value) -> Self {
        Self { early: value.clone(), late: value }
    }

    fn unknown(self) -> Self {
        Self { early: Value::Unknown, late: self.late }
    }

    /// Puts parts together, each moment for itself.
    fn of(parts: Vec<Self>, gather: impl Fn(Vec<Value>) -> Value) -> Self {
        let (early, late) = parts.into_iter().map(|part| (part.early, part.late)).unzip();
        Self { early: gather(early), late: gather(late) }
    }

    fn keyed(parts: BTreeMap<String, Self>, gather: fn(BTreeMap<String, Value>) -> Value) -> Self {
        let (keys, parts): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        Self::of(parts, |values| gather(keys.iter().cloned().zip(values).collect()))
    }
}

/// The value with unknown parts wherever the mask says so; what is null stays so.
pub fn partly_unknown(value: &Value, mask: &mut impl Iterator<Item = bool>) -> Value {
    if !value.is_null() && mask.next() == Some(true) {
        return Value::Unknown;
    }
    let mut each = |part: &Value| partly_unknown(part, mask);
    let keyed = |parts: &BTreeMap<String, Value>, each: &mut dyn FnMut(&Value) -> Value| {
        parts.iter().map(|(name, part)| (name.clone(), each(part))).collect()
    };
    match value {
        Value::Null => Value::Null,
        Value::Object(parts) => Value::Object(keyed(parts, &mut each)),
        Value::Map(parts) => Value::Map(keyed(parts, &mut each)),
        Value::List(parts) => Value::list(parts.iter().map(each)),
        Value::Set(parts) => Value::set(parts.iter().map(each)),
        leaf => leaf.clone(),
    }
}

/// Strings and keys are taken from here: few, so that prior state and configuration often agree.
pub type Words = &'static [&'static str];

/// Any configuration of these attributes, by their modes.
pub fn any_config(attributes: &[Attribute], words: Words) -> BoxedStrategy<Config> {
    let each: Vec<_> = attributes.iter().map(|a| configured(a, words)).collect();
    let names: Vec<_> = attributes.iter().map(|a| a.name.to_owned()).collect();
    each.prop_map(move |parts| {
        Config::keyed(names.iter().cloned().zip(parts).collect(), Value::Object)
    })
    .boxed()
}

fn configured(attribute: &Attribute, words: Words) -> BoxedStrategy<Config> {
    let given = uncertain(match &attribute.kind {
        Kind::Plain(ty) => plain_config(ty, words),
        Kind::Nested(nesting, children) => gathered(*nesting, any_config(children, words), words),
    });
    let absent = Just(Config::certain(Value::Null));
    match attribute.mode {
        Mode::Computed => absent.boxed(),
        Mode::Required => given,
        Mode::Optional | Mode::OptionalComputed => {
            let turns_out_absent = Just(Config::certain(Value::Null).unknown());
            prop_oneof![3 => absent, 6 => given, 1 => turns_out_absent].boxed()
        }
    }
}

fn uncertain(given: BoxedStrategy<Config>) -> BoxedStrategy<Config> {
    prop_oneof![9 => given.clone(), 1 => given.prop_map(Config::unknown)].boxed()
}

fn plain_config(ty: &Type, words: Words) -> BoxedStrategy<Config> {
    match ty {
        Type::List(ty) => gathered(Nesting::List, plain_config(ty, words), words),
        Type::Set(ty) => gathered(Nesting::Set, plain_config(ty, words), words),
        Type::Map(ty) => gathered(Nesting::Map, plain_config(ty, words), words),
        leaf => plain_state(leaf, words).prop_map(Config::certain).boxed(),
    }
}

fn gathered(
    nesting: Nesting,
    element: BoxedStrategy<Config>,
    words: Words,
) -> BoxedStrategy<Config> {
    let elements = || vec(uncertain(element.clone()), 0..3);
    match nesting {
        Nesting::Single => element,
        Nesting::List => elements().prop_map(|e| Config::of(e, Value::List)).boxed(),
        Nesting::Set => elements().prop_map(|e| Config::of(e, Value::set)).boxed(),
        Nesting::Map => btree_map(word(words), uncertain(element), 0..3)
            .prop_map(|parts| Config::keyed(parts, Value::Map))
            .boxed(),
    }
}

/// Any state of these attributes: wholly known, and null only where an attribute may be.
pub fn any_state(attributes: &[Attribute], words: Words) -> BoxedStrategy<Value> {
    let each: Vec<_> = attributes.iter().map(|a| stored(a, words)).collect();
    let names: Vec<_> = attributes.iter().map(|a| a.name.to_owned()).collect();
    each.prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect())).boxed()
}

fn stored(attribute: &Attribute, words: Words) -> BoxedStrategy<Value> {
    let held = match &attribute.kind {
        Kind::Plain(ty) => plain_state(ty, words),
        Kind::Nested(nesting, children) => held(*nesting, any_state(children, words), words),
    };
    match attribute.mode {
        _ if attribute.is_write_only() => Just(Value::Null).boxed(),
        Mode::Required => held,
        _ => prop_oneof![1 => Just(Value::Null), 5 => held].boxed(),
    }
}

fn plain_state(ty: &Type, words: Words) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Number => (0_i64..3).prop_map(Value::from).boxed(),
        Type::String => word(words).prop_map(Value::from).boxed(),
        Type::List(ty) => held(Nesting::List, plain_state(ty, words), words),
        Type::Set(ty) => held(Nesting::Set, plain_state(ty, words), words),
        Type::Map(ty) => held(Nesting::Map, plain_state(ty, words), words),
        Type::Object(types) => {
            let each: Vec<_> = types.values().map(|ty| plain_state(ty, words)).collect();
            let names: Vec<_> = types.keys().cloned().collect();
            each.prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect()))
                .boxed()
        }
        Type::Tuple(_) | Type::Dynamic => {
            panic!("no attribute of ours has the type {ty}")
        }
    }
}

fn held(nesting: Nesting, element: BoxedStrategy<Value>, words: Words) -> BoxedStrategy<Value> {
    match nesting {
        Nesting::Single => element,
        Nesting::List => vec(element, 0..3).prop_map(Value::List).boxed(),
        Nesting::Set => vec(element, 0..3).prop_map(Value::set).boxed(),
        Nesting::Map => btree_map(word(words), element, 0..3).prop_map(Value::Map).boxed(),
    }
}

fn word(words: Words) -> impl Strategy<Value = String> + Clone {
    proptest::sample::select(words).prop_map(str::to_owned)
}
