//! Both ways between configured values and the SDK's own types.
//!
//! A [`Codec`] knows a type as Terraform sees it, how a value of it becomes an
//! SDK value `I` that goes into a request, and how an SDK value `O` from a
//! reply becomes a value. Often `I` and `O` are the same type; where the
//! service uses one shape to ask and another to answer, they differ.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use super::diagnostics::Diagnostic;
use super::row::Row;
use super::schema::{Attribute, Kind, Nesting};
use super::validators::{Validator, elements, null_element};
use wire::{AttributePath, Number, Type, Value};

type Decode<I> = Arc<dyn Fn(&Value, &AttributePath) -> Result<I, Diagnostic> + Send + Sync>;
type Encode<O> = Arc<dyn Fn(&O) -> Value + Send + Sync>;
type EncodeVariant<U> = Arc<dyn Fn(&U) -> Option<Value> + Send + Sync>;

/// A type, and its conversions to and from the SDK's types.
pub struct Codec<I, O = I> {
    /// The type as Terraform sees it.
    pub kind: Kind,
    /// Checks that come with the type.
    pub validators: Vec<Validator>,
    /// What contradicts itself in the rows of nested objects.
    pub mistakes: Vec<String>,
    decode: Decode<I>,
    encode: Encode<O>,
}

impl<I, O> Clone for Codec<I, O> {
    fn clone(&self) -> Self {
        Self {
            kind: self.kind.clone(),
            validators: self.validators.clone(),
            mistakes: self.mistakes.clone(),
            decode: Arc::clone(&self.decode),
            encode: Arc::clone(&self.encode),
        }
    }
}

impl<I, O> Codec<I, O> {
    /// A codec from its parts.
    pub fn new(
        kind: Kind,
        decode: impl Fn(&Value, &AttributePath) -> Result<I, Diagnostic> + Send + Sync + 'static,
        encode: impl Fn(&O) -> Value + Send + Sync + 'static,
    ) -> Self {
        let (decode, encode) = (Arc::new(decode), Arc::new(encode));
        Self { kind, validators: Vec::new(), mistakes: Vec::new(), decode, encode }
    }

    /// The same values without attributes of their own: for what is computed and composite.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.kind = Kind::Plain(self.kind.implied_type());
        self
    }

    /// The same values where they are only looked at: all of their attributes are computed.
    #[must_use]
    pub fn viewed(self) -> Self {
        let kind = self.kind.viewed();
        Self { kind, validators: Vec::new(), mistakes: Vec::new(), ..self }
    }

    /// The same values where they are arguments of what is done once: nothing in them is computed.
    #[must_use]
    pub fn invoked(self) -> Self {
        Self { kind: self.kind.invoked(), ..self }
    }

    fn with_mistakes(mut self, mistakes: Vec<String>) -> Self {
        self.mistakes = mistakes;
        self
    }

    /// The same codec with one more check.
    #[must_use]
    pub fn validate(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    /// The SDK value for a request; `None` for null and unknown.
    ///
    /// Unknown stands for what the service decides, so a request leaves it out.
    ///
    /// # Errors
    ///
    /// The value is not of this codec's type, or lacks what the SDK requires.
    pub fn decode(&self, value: &Value, path: &AttributePath) -> Result<Option<I>, Diagnostic> {
        if value.is_null() || value.is_unknown() {
            return Ok(None);
        }
        (self.decode)(value, path).map(Some)
    }

    /// The value for what the service answered.
    pub fn encode(&self, answer: &O) -> Value {
        (self.encode)(answer)
    }
}

fn mistyped(wanted: &str, value: &Value, path: &AttributePath) -> Diagnostic {
    Diagnostic::bug(format!("{path} should be {wanted}, but is {value:?}")).at(path.clone())
}

/// A string.
pub fn string() -> Codec<String> {
    Codec::new(
        Kind::Plain(Type::String),
        |value, path| match value {
            Value::String(text) => Ok(text.clone()),
            _ => Err(mistyped("a string", value, path)),
        },
        |text: &String| Value::String(text.clone()),
    )
}

/// A boolean.
pub fn boolean() -> Codec<bool> {
    Codec::new(
        Kind::Plain(Type::Bool),
        |value, path| value.as_bool().ok_or_else(|| mistyped("a bool", value, path)),
        |flag| Value::Bool(*flag),
    )
}

/// A whole number that fits 64 bits.
pub fn integer() -> Codec<i64> {
    Codec::new(
        Kind::Plain(Type::Number),
        |value, path| match value {
            Value::Number(number) => number
                .as_i64()
                .ok_or_else(|| super::validators::invalid(path, "A whole number is needed.")),
            _ => Err(mistyped("a number", value, path)),
        },
        |number| Value::Number(Number::from(*number)),
    )
}

/// A whole number that fits 32 bits.
pub fn small_integer() -> Codec<i32> {
    let wide = integer();
    let codec = Codec::new(
        wide.kind.clone(),
        move |value, path| {
            let number = wide.decode(value, path)?.and_then(|number| i32::try_from(number).ok());
            number.ok_or_else(|| super::validators::invalid(path, "The number is too large."))
        },
        |number: &i32| Value::Number(Number::from(i64::from(*number))),
    );
    codec.validate(super::validators::whole(i64::from(i32::MIN)..=i64::from(i32::MAX)))
}

/// A number that may have a fraction: the decimal that is shortest for the SDK's float, for `0.1` is
/// written so, and no float is exactly that.
pub fn decimal() -> Codec<f64> {
    Codec::new(
        Kind::Plain(Type::Number),
        |value, path| match value {
            Value::Number(number) => Ok(number.as_f64()),
            _ => Err(mistyped("a number", value, path)),
        },
        // What is no finite number has no decimal, and is no number of the service.
        |float: &f64| float.to_string().parse().map_or(Value::Null, Value::Number),
    )
}

/// One of an SDK enum's strings.
///
/// The enum converts from any string, for the service may know values that
/// this provider does not, and they survive a round trip.
pub fn text_enum<T>() -> Codec<T>
where
    T: for<'a> From<&'a str> + AsRef<str> + 'static,
{
    Codec::new(
        Kind::Plain(Type::String),
        |value, path| value.as_str().map(T::from).ok_or_else(|| mistyped("a string", value, path)),
        |member: &T| Value::String(member.as_ref().to_owned()),
    )
}

/// A set of plain values. Null elements are refused by validation.
pub fn set_of<I: 'static, O: 'static>(element: Codec<I, O>) -> Codec<Vec<I>, Vec<O>> {
    let validators = element.validators.clone();
    let encode = Arc::clone(&element.encode);
    let kind = Kind::Plain(Type::Set(Box::new(element.kind.implied_type())));
    let codec = Codec::new(
        kind,
        move |value: &Value, path: &AttributePath| {
            if !matches!(value, Value::Set(_)) {
                return Err(mistyped("a set", value, path));
            }
            let known = value.as_elements().filter_map(|e| element.decode(e, path).transpose());
            known.collect()
        },
        move |answers: &Vec<O>| Value::set(answers.iter().map(|answer| encode(answer))),
    );
    codec.validate(each_element(validators))
}

fn each_element(validators: Vec<Validator>) -> Validator {
    let rules: Vec<_> = validators.iter().map(|v| v.rule.clone()).collect();
    Validator::new(rules.join(" and "), move |value, path, diagnostics| {
        for (element, element_path) in elements(value, path) {
            if element.is_null() {
                diagnostics.push(null_element(&element_path));
            }
            for validator in &validators {
                validator.check(element, &element_path, diagnostics);
            }
        }
    })
}

/// A check of map keys: what holds for values of that type.
pub fn keys<I, O>(of: Codec<I, O>) -> Validator {
    let rules: Vec<_> = of.validators.iter().map(|v| v.rule.clone()).collect();
    let validators = of.validators;
    let rule = format!("must have keys that {}", rules.join(" and "));
    Validator::new(rule, move |value, path, diagnostics| {
        for key in value.as_map().into_iter().flat_map(|map| map.keys()) {
            for validator in &validators {
                validator.check(&key.as_str().into(), &path.clone().key(key), diagnostics);
            }
        }
    })
}

/// A map of strings. A null element stands for the empty string, as it does in hashicorp/aws.
pub fn string_map() -> Codec<HashMap<String, String>> {
    Codec::new(
        Kind::Plain(Type::Map(Box::new(Type::String))),
        |value, path| {
            let Value::Map(map) = value else {
                return Err(mistyped("a map", value, path));
            };
            let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
            Ok(map.iter().map(|(key, value)| (key.clone(), text(value))).collect())
        },
        |answer: &HashMap<String, String>| {
            let pairs = answer.iter().map(|(k, v)| (k.clone(), Value::String(v.clone())));
            Value::Map(pairs.collect::<BTreeMap<_, _>>())
        },
    )
}

/// An object whose rows fill an SDK builder `B`.
pub struct ObjectCodec<B, I, O> {
    rows: Vec<Row<B, (), O>>,
    finish: Arc<dyn Fn(B) -> Result<I, String> + Send + Sync>,
}

/// Starts an object: `finish` turns the filled builder into the SDK value.
///
/// `finish` fails when the builder lacks a required member, which Terraform's
/// own check of required attributes rules out; the text becomes a diagnostic.
pub fn object<B, I, O, E: fmt::Display>(
    finish: impl Fn(B) -> Result<I, E> + Send + Sync + 'static,
) -> ObjectCodec<B, I, O> {
    let finish = move |builder| finish(builder).map_err(|err| err.to_string());
    ObjectCodec { rows: Vec::new(), finish: Arc::new(finish) }
}

impl<B, I, O> ObjectCodec<B, I, O>
where
    B: Default + 'static,
    I: 'static,
    O: 'static,
{
    /// The object with one more attribute.
    #[must_use]
    pub fn with(mut self, row: impl Into<Row<B, (), O>>) -> Self {
        self.rows.push(row.into());
        self
    }

    fn attributes(&self) -> Vec<Attribute> {
        self.rows.iter().map(|row| row.attribute.clone()).collect()
    }

    fn mistakes(&self) -> Vec<String> {
        self.rows.iter().flat_map(Row::mapping_mistakes).collect()
    }

    fn decode_onto(&self, start: B, value: &Value, path: &AttributePath) -> Result<I, Diagnostic> {
        let Value::Object(_) = value else {
            return Err(mistyped("an object", value, path));
        };
        let builder = self
            .rows
            .iter()
            .try_fold(start, |builder, row| row.create_input(builder, value, path))?;
        (self.finish)(builder).map_err(|err| Diagnostic::bug(err).at(path.clone()))
    }

    fn encode(&self, answer: &O) -> Value {
        Value::object(self.rows.iter().map(|row| (row.attribute.name, row.state(answer))))
    }

    /// One nested object.
    pub fn single(self) -> Codec<I, O> {
        let kind = Kind::Nested(Nesting::Single, self.attributes());
        let mistakes = self.mistakes();
        let object = Arc::new(self);
        let encoder = Arc::clone(&object);
        let codec = Codec::new(
            kind,
            move |value, path| object.decode_onto(B::default(), value, path),
            move |answer: &O| encoder.encode(answer),
        );
        codec.with_mistakes(mistakes)
    }

    /// Nested objects in a map, where the SDK holds a list of objects that carry their key.
    pub fn keyed_by(
        self,
        set_key: fn(B, String) -> B,
        key: fn(&O) -> String,
    ) -> Codec<Vec<I>, Vec<O>> {
        let kind = Kind::Nested(Nesting::Map, self.attributes());
        let mistakes = self.mistakes();
        let object = Arc::new(self);
        let encoder = Arc::clone(&object);
        let codec = Codec::new(
            kind,
            move |value: &Value, path: &AttributePath| {
                let Value::Map(map) = value else {
                    return Err(mistyped("a map", value, path));
                };
                map.iter()
                    .map(|(name, element)| {
                        let start = set_key(B::default(), name.clone());
                        object.decode_onto(start, element, &path.clone().key(name))
                    })
                    .collect()
            },
            move |answers: &Vec<O>| {
                let pairs = answers.iter().map(|answer| (key(answer), encoder.encode(answer)));
                Value::Map(pairs.collect::<BTreeMap<_, _>>())
            },
        );
        codec.with_mistakes(mistakes)
    }

    /// Nested objects in a set.
    pub fn set(self) -> Codec<Vec<I>, Vec<O>> {
        let kind = Kind::Nested(Nesting::Set, self.attributes());
        self.collection(kind, |values| Value::set(values))
    }

    /// Nested objects in a list.
    pub fn list(self) -> Codec<Vec<I>, Vec<O>> {
        let kind = Kind::Nested(Nesting::List, self.attributes());
        self.collection(kind, |values| Value::list(values))
    }

    fn collection(
        self,
        kind: Kind,
        gather: fn(&mut dyn Iterator<Item = Value>) -> Value,
    ) -> Codec<Vec<I>, Vec<O>> {
        let mistakes = self.mistakes();
        let object = Arc::new(self);
        let encoder = Arc::clone(&object);
        let codec = Codec::new(
            kind,
            move |value: &Value, path: &AttributePath| {
                elements(value, path)
                    .into_iter()
                    .map(|(element, path)| object.decode_onto(B::default(), element, &path))
                    .collect()
            },
            move |answers: &Vec<O>| gather(&mut answers.iter().map(|a| encoder.encode(a))),
        );
        codec.with_mistakes(mistakes)
    }
}

/// Unions in a list; the check of one holds for each.
pub fn list_of<U: 'static>(union: Codec<U>) -> Codec<Vec<U>> {
    let kind = match union.kind.clone() {
        Kind::Nested(_, attributes) => Kind::Nested(Nesting::List, attributes),
        Kind::Plain(ty) => Kind::Plain(Type::List(Box::new(ty))),
    };
    let (mistakes, validators) = (union.mistakes.clone(), union.validators.clone());
    let rules: Vec<_> = validators.iter().map(|validator| validator.rule.clone()).collect();
    let encode = Arc::clone(&union.encode);
    let codec = Codec::new(
        kind,
        move |value: &Value, path: &AttributePath| {
            let each = elements(value, path).into_iter();
            each.filter_map(|(element, path)| union.decode(element, &path).transpose()).collect()
        },
        move |answers: &Vec<U>| Value::list(answers.iter().map(|answer| encode(answer))),
    );
    let codec = codec.with_mistakes(mistakes);
    codec.validate(Validator::new(rules.join(" and "), move |value, path, diagnostics| {
        for (element, path) in elements(value, path) {
            validators.iter().for_each(|validator| validator.check(element, &path, diagnostics));
        }
    }))
}

/// A variant of a union: its attribute name, its object, and how the union wraps it.
pub struct Variant<U> {
    attribute: Attribute,
    mistakes: Vec<String>,
    decode: Decode<U>,
    encode: EncodeVariant<U>,
}

/// A variant of a union; `get` gives the content when the union holds this variant.
pub fn variant<U, T: 'static>(
    name: &'static str,
    description: &str,
    content: Codec<T>,
    wrap: fn(T) -> U,
    get: fn(&U) -> Option<&T>,
) -> Variant<U>
where
    U: 'static,
{
    let mut attribute = Attribute::new(name, content.kind.clone(), content.validators.clone());
    attribute.description = description.to_owned();
    let encoder = content.clone();
    let mistakes = content.mistakes.iter().map(|mistake| format!("{name}.{mistake}")).collect();
    Variant {
        attribute,
        mistakes,
        decode: Arc::new(move |value, path| (content.decode)(value, path).map(wrap)),
        encode: Arc::new(move |union| get(union).map(|content| encoder.encode(content))),
    }
}

/// A union: an object of which exactly one attribute is set.
///
/// With a single variant that attribute is required, so core checks it; with
/// more, a validator does.
pub fn one_of<U: 'static>(variants: Vec<Variant<U>>) -> Codec<U> {
    let mut attributes: Vec<_> = variants.iter().map(|v| v.attribute.clone()).collect();
    if let [only] = attributes.as_mut_slice() {
        only.mode = super::schema::Mode::Required;
    }
    let names: Vec<_> = attributes.iter().map(|a| a.name).collect();
    let mistakes = variants.iter().flat_map(|variant| variant.mistakes.clone()).collect();
    let variants = Arc::new(variants);
    let encoders = Arc::clone(&variants);
    let exactly_one = names.clone();
    let codec = Codec::new(
        Kind::Nested(Nesting::Single, attributes),
        move |value: &Value, path: &AttributePath| {
            let set = variants.iter().find(|v| !value.get(v.attribute.name).is_null());
            let Some(variant) = set else {
                return Err(mistyped("one of its variants", value, path));
            };
            let name = variant.attribute.name;
            (variant.decode)(value.get(name), &path.clone().attribute(name))
        },
        move |union: &U| {
            let given = encoders.iter().map(|v| (v.attribute.name, (v.encode)(union)));
            let given: Vec<_> = given.collect();
            // A member that is newer than this provider: no object of nulls stands for it.
            if given.iter().all(|(_, content)| content.is_none()) {
                return Value::Null;
            }
            Value::object(
                given.into_iter().map(|(name, content)| (name, content.unwrap_or_default())),
            )
        },
    );
    let rule = format!("must have exactly one of {}", names.join(", "));
    let codec = codec.with_mistakes(mistakes);
    codec.validate(Validator::new(rule.clone(), move |value, path, diagnostics| {
        let unknown = exactly_one.iter().any(|name| value.get(name).is_unknown());
        let is_set = |value: &Value| value.is_known() && !value.is_null();
        let set = exactly_one.iter().filter(|name| is_set(value.get(name))).count();
        if set > 1 || (set == 0 && !unknown) {
            diagnostics.push(super::validators::invalid(path, format!("It {rule}.")));
        }
    }))
}

#[cfg(test)]
mod tests;
