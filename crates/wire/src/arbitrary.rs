//! Types and values of any kind, for the property tests of the codecs.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::value::normalised;
use super::{Number, Type, Value};

/// What a codec can write.
#[derive(Clone, Copy)]
pub(super) enum Extent {
    /// Everything, unknown values and infinities too.
    Everything,
    /// Wholly known values with finite numbers.
    Known,
}

pub(super) fn any_type() -> BoxedStrategy<Type> {
    nested(prop_oneof![
        Just(Type::Bool),
        Just(Type::Number),
        Just(Type::String),
        Just(Type::Dynamic),
    ])
}

/// A type that leaves nothing open, so that values of it end somewhere.
fn closed_type() -> BoxedStrategy<Type> {
    nested(prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String)])
}

fn nested(leaf: impl Strategy<Value = Type> + 'static) -> BoxedStrategy<Type> {
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            btree_map("[a-z_]{1,4}", inner, 0..4).prop_map(Type::Object),
        ]
    })
    .boxed()
}

/// A type and a value of it.
pub(super) fn typed_value(extent: Extent) -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(move |ty| (Just(ty.clone()), value(&ty, extent)))
}

fn value(ty: &Type, extent: Extent) -> BoxedStrategy<Value> {
    let known = known_value(ty, extent);
    match extent {
        Extent::Everything => {
            prop_oneof![1 => Just(Value::Null), 1 => Just(Value::Unknown), 6 => known].boxed()
        }
        Extent::Known => prop_oneof![1 => Just(Value::Null), 6 => known].boxed(),
    }
}

fn known_value(ty: &Type, extent: Extent) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Number => number(extent).prop_map(Value::from).boxed(),
        Type::String => text().prop_map(Value::String).boxed(),
        Type::Dynamic => closed_type()
            .prop_flat_map(move |ty| (Just(ty.clone()), value(&ty, extent)))
            .prop_map(|typed| Value::Dynamic(Box::new(typed)))
            .boxed(),
        Type::List(ty) => vec(value(ty, extent), 0..4).prop_map(Value::List).boxed(),
        Type::Set(ty) => vec(value(ty, extent), 0..4).prop_map(Value::set).boxed(),
        Type::Map(ty) => btree_map(text(), value(ty, extent), 0..4).prop_map(Value::Map).boxed(),
        Type::Tuple(types) => {
            let elements: Vec<_> = types.iter().map(|ty| value(ty, extent)).collect();
            elements.prop_map(Value::Tuple).boxed()
        }
        Type::Object(types) => {
            let names: Vec<String> = types.keys().cloned().collect();
            let values: Vec<_> = types.values().map(|ty| value(ty, extent)).collect();
            values
                .prop_map(move |values| Value::Object(names.iter().cloned().zip(values).collect()))
                .boxed()
        }
    }
}

/// Text in normalisation form C, often with marks that combine.
fn text() -> impl Strategy<Value = String> {
    "(\\PC|[a-z]|[\u{300}-\u{303}]){0,8}".prop_map(|text| normalised(&text).into_owned())
}

fn number(extent: Extent) -> BoxedStrategy<Number> {
    let finite = prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        (-1_000_i64..1_000).prop_map(Number::from),
        (-1_000_i32..1_000).prop_map(|eighths| float(f64::from(eighths) / 8.0)),
        proptest::num::f64::NORMAL.prop_map(float),
        "-?[0-9]{1,40}(\\.[0-9]{1,40})?(e-?[0-9]{1,3})?"
            .prop_map(|text| text.parse().expect("decimal notation within the limits")),
    ];
    match extent {
        Extent::Known => finite.boxed(),
        Extent::Everything => prop_oneof![
            20 => finite,
            1 => Just(Number::INFINITY),
            1 => Just(Number::NEGATIVE_INFINITY),
        ]
        .boxed(),
    }
}

fn float(float: f64) -> Number {
    Number::try_from(float).expect("the float is not NaN")
}

/// One change to bytes: what a faulty sender or line may do to them.
#[derive(Clone, Debug)]
pub(super) enum Mutation {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Truncate(prop::sample::Index),
}

pub(super) fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    let at = any::<prop::sample::Index>;
    let mutation = prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Insert(at, byte)),
        2 => at().prop_map(Mutation::Remove),
        1 => at().prop_map(Mutation::Truncate),
    ];
    vec(mutation, 1..4)
}

pub(super) fn mutated(mut bytes: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    for mutation in mutations {
        match mutation {
            Mutation::Insert(at, byte) => bytes.insert(at.index(bytes.len() + 1), *byte),
            _ if bytes.is_empty() => {}
            Mutation::Replace(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Mutation::Remove(at) => {
                bytes.remove(at.index(bytes.len()));
            }
            Mutation::Truncate(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
    bytes
}
