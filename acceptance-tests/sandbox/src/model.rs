//! The service model: operations, shapes, and what makes a value fit a shape.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::FieldError;
use crate::patterns;

/// The operations and shapes of the service, from `model/cleanrooms-model.json`.
pub(crate) struct Model {
    operations: BTreeMap<String, Operation>,
    shapes: BTreeMap<String, Shape>,
    patterns: BTreeMap<String, Pattern>,
}

#[derive(Deserialize)]
struct ModelFile {
    operations: BTreeMap<String, Operation>,
    shapes: BTreeMap<String, Shape>,
}

/// One operation of the service.
#[derive(Deserialize)]
pub(crate) struct Operation {
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) method: String,
    /// The path, with labels in braces.
    pub(crate) uri: String,
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) readonly: bool,
    pub(crate) success_status: u16,
    /// Codes of the errors that it may answer, with their statuses.
    pub(crate) errors: BTreeMap<String, u16>,
}

#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    members: BTreeMap<String, MemberRef>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    union: bool,
    member: Option<String>,
    key: Option<String>,
    value: Option<String>,
    /// A structure that is any JSON.
    #[serde(default)]
    document: bool,
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<String>,
    #[serde(rename = "enum", default)]
    values: Vec<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Structure,
    String,
    List,
    Map,
    Integer,
    Long,
    Boolean,
    Double,
    Float,
    Timestamp,
}

#[derive(Deserialize)]
struct MemberRef {
    shape: String,
    location: Option<Location>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Location {
    Uri,
    Querystring,
}

enum Pattern {
    Compiled(Regex),
    ByHand(fn(&str) -> bool),
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Compiled(regex) => regex.is_match(text.as_bytes()),
            Self::ByHand(check) => check(text),
        }
    }
}

/// The parts of a request that the model speaks about.
pub(crate) struct Parts<'a> {
    /// Values of the path's labels, decoded.
    pub(crate) labels: &'a [(String, String)],
    /// Query parameters in the order of the request, decoded.
    pub(crate) query: &'a [(String, String)],
    /// The members of the body.
    pub(crate) body: Map<String, Value>,
}

/// Limits of the model that the service breaks itself: its longest ARNs have
/// more than the 100 characters of these shapes, and those of associations and
/// budget templates have the form that IAM and the rest of the model know.
const CORRECTED: &[(&str, &str)] = &[
    ("CleanroomsArn", r"arn:aws:cleanrooms:[\w]{2}-[\w]{4,9}-[\d]:[\d]{12}:[\d\w/-]+"),
    (
        "ConfiguredTableAssociationArn",
        r"arn:aws:[\w]+:[\w]{2}-[\w]{4,9}-[\d]:[\d]{12}:(configuredtableassociation/[\d\w-]+/[\d\w-]+|membership/[\d\w-]+/configuredtableassociation/[\d\w-]+)",
    ),
    (
        "PrivacyBudgetTemplateArn",
        r"arn:aws:[\w]+:[\w]{2}-[\w]{4,9}-[\d]:[\d]{12}:(membership/[\d\w-]+/)?privacybudgettemplate/[\d\w-]+",
    ),
];

/// Whether a request may have members that the model does not know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownMembers {
    Refused,
    Ignored,
}

impl Model {
    /// The model, read once: a test may start many sandboxes.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Model> = LazyLock::new(Model::load);
        &SHARED
    }

    /// Reads the model that is compiled into this crate.
    fn load() -> Self {
        let mut file: ModelFile =
            serde_json::from_str(include_str!("../model/cleanrooms-model.json"))
                .expect("the model is part of this crate and a test reads it");
        for (name, pattern) in CORRECTED {
            if let Some(shape) = file.shapes.get_mut(*name) {
                shape.max = Some(256.0);
                shape.pattern = Some((*pattern).to_owned());
            }
        }
        let operations = file
            .operations
            .into_iter()
            .map(|(name, operation)| (name.clone(), Operation { name, ..operation }))
            .collect();
        let patterns = file
            .shapes
            .iter()
            .filter_map(|(name, shape)| {
                Some((name.clone(), compile(name, shape.pattern.as_ref()?)))
            })
            .collect();
        Self { operations, shapes: file.shapes, patterns }
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// Puts a request together into one object, or says all that is wrong with it.
    pub(crate) fn input(
        &self,
        operation: &Operation,
        parts: Parts<'_>,
        unknown: UnknownMembers,
    ) -> Result<Value, Vec<FieldError>> {
        let shape = &self.shapes[&operation.input];
        let mut check = Check { model: self, unknown, errors: Vec::new() };
        let mut input = parts.body;
        for (name, member) in &shape.members {
            let Some(location) = member.location else {
                continue;
            };
            if input.remove(name).is_some() {
                check.unknown(name);
            }
            let found = match location {
                Location::Uri => lookup(parts.labels, name).map(Value::from),
                Location::Querystring => self.query_value(&member.shape, name, parts.query),
            };
            if let Some(value) = found {
                input.insert(name.clone(), value);
            }
        }
        let input = Value::Object(input);
        check.value("", &operation.input, &input);
        if check.errors.is_empty() {
            Ok(self.pruned(&operation.input, input))
        } else {
            Err(check.errors)
        }
    }

    /// The value without members that are null, which is the same as none, or
    /// that the model does not know, so that neither is stored and comes back.
    fn pruned(&self, shape: &str, value: Value) -> Value {
        let shape = &self.shapes[shape];
        if shape.document {
            return value;
        }
        match (value, shape.kind, &shape.member) {
            (Value::Object(members), Kind::Structure, _) => members
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .filter_map(|(name, value)| {
                    let member = shape.members.get(&name)?;
                    Some((name, self.pruned(&member.shape, value)))
                })
                .collect::<Map<_, _>>()
                .into(),
            (Value::Array(items), Kind::List, Some(member)) => {
                items.into_iter().map(|item| self.pruned(member, item)).collect()
            }
            (value, _, _) => value,
        }
    }

    /// Says how a reply departs from the model; nothing, unless we are wrong.
    pub(crate) fn output(&self, operation: &Operation, body: &Value) -> Vec<FieldError> {
        let mut check = Check { model: self, unknown: UnknownMembers::Refused, errors: Vec::new() };
        check.value("", &operation.output, body);
        check.errors
    }

    /// The members of the input that stand in the body.
    pub(crate) fn body_of(&self, operation: &Operation, input: &Value) -> Map<String, Value> {
        let members = &self.shapes[&operation.input].members;
        let in_body =
            |name: &String| members.get(name).is_some_and(|member| member.location.is_none());
        let input = input.as_object().into_iter().flatten();
        input
            .filter(|(name, _)| in_body(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// What a member of the reply has of a value.
    pub(crate) fn member_of(&self, operation: &Operation, name: &str, value: Value) -> Value {
        match self.shapes[&operation.output].members.get(name) {
            Some(member) => self.pruned(&member.shape, value),
            None => value,
        }
    }

    /// What an item of a list in the reply has of a value.
    pub(crate) fn item_of(&self, operation: &Operation, list: &str, value: Value) -> Value {
        let members = &self.shapes[&operation.output].members;
        let shape = members.get(list).map(|member| &self.shapes[&member.shape]);
        match shape.and_then(|shape| shape.member.as_deref()) {
            Some(item) => self.pruned(item, value),
            None => value,
        }
    }

    fn query_value(&self, shape: &str, name: &str, query: &[(String, String)]) -> Option<Value> {
        let text = lookup(query, name)?;
        Some(match self.shapes[shape].kind {
            Kind::List => query
                .iter()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| Value::from(value.as_str()))
                .collect(),
            // Text that is no number stays text, and fails as such.
            Kind::Integer | Kind::Long => {
                text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from)
            }
            _ => Value::from(text),
        })
    }

    #[cfg(test)]
    pub(crate) fn patterns(&self) -> impl Iterator<Item = (&str, &str)> {
        self.shapes
            .iter()
            .filter_map(|(name, shape)| Some((name.as_str(), shape.pattern.as_deref()?)))
    }

    #[cfg(test)]
    pub(crate) fn pattern_matches(&self, shape: &str, text: &str) -> bool {
        self.patterns[shape].matches(text)
    }
}

fn lookup<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Compiles a pattern to match whole values, with the ASCII meaning of `\d`
/// and `\w` that Java, in which the service matches, gives them.
///
/// Patterns of Unicode categories have neither.
fn compile(shape: &str, pattern: &str) -> Pattern {
    if let Some(check) = patterns::hand_written(shape) {
        return Pattern::ByHand(check);
    }
    let regex = RegexBuilder::new(&format!(r"\A(?:{pattern})\z"))
        .unicode(patterns::names_categories(pattern))
        .build()
        .expect("a test compiles every pattern of the model that is not written by hand");
    Pattern::Compiled(regex)
}

/// One walk over a value, collecting what is wrong.
struct Check<'a> {
    model: &'a Model,
    unknown: UnknownMembers,
    errors: Vec<FieldError>,
}

impl Check<'_> {
    fn value(&mut self, path: &str, shape_name: &str, value: &Value) {
        let shape = &self.model.shapes[shape_name];
        if shape.document {
            return;
        }
        match (shape.kind, value) {
            (Kind::Structure, Value::Object(members)) => self.structure(path, shape, members),
            (Kind::List, Value::Array(items)) => self.list(path, shape, items),
            (Kind::Map, Value::Object(entries)) => self.map(path, shape, entries),
            (Kind::String, Value::String(text)) => self.text(path, shape_name, shape, text),
            (Kind::Integer | Kind::Long, Value::Number(number)) => match number.as_i64() {
                Some(number) => self.range(path, shape, number as f64),
                None => self.error(path, "Member must be an integer"),
            },
            (Kind::Double | Kind::Float | Kind::Timestamp, Value::Number(number)) => {
                self.range(path, shape, number.as_f64().unwrap_or(f64::NAN));
            }
            (Kind::Boolean, Value::Bool(_)) => {}
            (kind, _) => self.error(path, format!("Member must be {}", kind.expected())),
        }
    }

    fn structure(&mut self, path: &str, shape: &Shape, members: &Map<String, Value>) {
        for name in &shape.required {
            if members.get(name).is_none_or(Value::is_null) {
                self.error(&join(path, name), "Member must not be null");
            }
        }
        for (name, value) in members {
            match shape.members.get(name) {
                None => self.unknown(&join(path, name)),
                // A null member is the same as none.
                Some(_) if value.is_null() => {}
                Some(member) => self.value(&join(path, name), &member.shape, value),
            }
        }
        let is_set = |name: &String| members.get(name).is_some_and(|value| !value.is_null());
        if shape.union && shape.members.keys().filter(|name| is_set(name)).count() != 1 {
            self.error(path, "Exactly one member of the union must be set");
        }
    }

    fn list(&mut self, path: &str, shape: &Shape, items: &[Value]) {
        self.length(path, shape, items.len());
        let item_shape = shape.member.as_deref().expect("a list of the model names its member");
        for (index, item) in items.iter().enumerate() {
            self.element(&format!("{path}[{index}]"), item_shape, item);
        }
    }

    fn map(&mut self, path: &str, shape: &Shape, entries: &Map<String, Value>) {
        self.length(path, shape, entries.len());
        let key_shape = shape.key.as_deref().expect("a map of the model names its key");
        let value_shape = shape.value.as_deref().expect("a map of the model names its value");
        for (key, value) in entries {
            let path = join(path, key);
            self.text(&path, key_shape, &self.model.shapes[key_shape], key);
            self.element(&path, value_shape, value);
        }
    }

    fn element(&mut self, path: &str, shape: &str, value: &Value) {
        if value.is_null() {
            self.error(path, "Member must not be null");
        } else {
            self.value(path, shape, value);
        }
    }

    fn text(&mut self, path: &str, shape_name: &str, shape: &Shape, text: &str) {
        self.length(path, shape, text.chars().count());
        if !shape.values.is_empty() && !shape.values.iter().any(|value| value == text) {
            let values = shape.values.join(", ");
            self.error(path, format!("Member must satisfy enum value set: [{values}]"));
        }
        if let Some(pattern) = self.model.patterns.get(shape_name)
            && !pattern.matches(text)
        {
            let pattern = shape.pattern.as_deref().unwrap_or_default();
            self.error(path, format!("Member must satisfy regular expression pattern: {pattern}"));
        }
    }

    fn length(&mut self, path: &str, shape: &Shape, length: usize) {
        let length = length as f64;
        if let Some(min) = shape.min.filter(|min| length < *min) {
            let rule = "Member must have length greater than or equal to";
            self.error(path, format!("{rule} {min}"));
        }
        if let Some(max) = shape.max.filter(|max| length > *max) {
            self.error(path, format!("Member must have length less than or equal to {max}"));
        }
    }

    fn range(&mut self, path: &str, shape: &Shape, number: f64) {
        if let Some(min) = shape.min.filter(|min| number < *min) {
            self.error(path, format!("Member must have value greater than or equal to {min}"));
        }
        if let Some(max) = shape.max.filter(|max| number > *max) {
            self.error(path, format!("Member must have value less than or equal to {max}"));
        }
    }

    fn unknown(&mut self, path: &str) {
        if self.unknown == UnknownMembers::Refused {
            self.error(path, "Member is not known");
        }
    }

    fn error(&mut self, path: &str, message: impl Into<String>) {
        self.errors.push(FieldError { name: path.to_owned(), message: message.into() });
    }
}

impl Kind {
    fn expected(self) -> &'static str {
        match self {
            Self::Structure | Self::Map => "an object",
            Self::List => "a list",
            Self::String => "a string",
            Self::Integer | Self::Long => "an integer",
            Self::Boolean => "true or false",
            Self::Double | Self::Float | Self::Timestamp => "a number",
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_shape_that_is_named_exists() {
        let model = Model::load();
        for operation in model.operations() {
            assert!(model.shapes.contains_key(&operation.input), "{}", operation.name);
            assert!(model.shapes.contains_key(&operation.output), "{}", operation.name);
        }
        for (name, shape) in &model.shapes {
            let members = shape.members.values().map(|member| &member.shape);
            for used in members.chain(&shape.member).chain(&shape.key).chain(&shape.value) {
                assert!(model.shapes.contains_key(used), "{name} uses {used}");
            }
            assert_eq!(shape.kind == Kind::List, shape.member.is_some(), "{name}");
            assert_eq!(shape.kind == Kind::Map, shape.key.is_some(), "{name}");
            assert_eq!(shape.key.is_some(), shape.value.is_some(), "{name}");
        }
        assert_eq!(model.operations().count(), 103);
    }

    #[test]
    fn what_the_service_breaks_itself_is_corrected() {
        let model = Model::load();
        let id = "00000000-0000-4000-8000-000000000000";
        for (shape, path) in [
            ("CleanroomsArn", format!("membership/{id}/configuredtableassociation/{id}")),
            ("ConfiguredTableAssociationArn", format!("configuredtableassociation/{id}/{id}")),
            (
                "ConfiguredTableAssociationArn",
                format!("membership/{id}/configuredtableassociation/{id}"),
            ),
            ("PrivacyBudgetTemplateArn", format!("privacybudgettemplate/{id}")),
            ("PrivacyBudgetTemplateArn", format!("membership/{id}/privacybudgettemplate/{id}")),
        ] {
            let arn = format!("arn:aws:cleanrooms:ap-northeast-1:111122223333:{path}");
            let mut check =
                Check { model: &model, unknown: UnknownMembers::Refused, errors: Vec::new() };
            check.value("arn", shape, &Value::from(arn));
            assert_eq!(check.errors, [], "{shape}");
        }
    }

    #[test]
    fn numbers_have_fractional_limits_and_documents_are_any_json() {
        let model = Model::load();
        let wrong = |shape: &str, value: Value| {
            let mut check =
                Check { model: &model, unknown: UnknownMembers::Refused, errors: Vec::new() };
            check.value("value", shape, &value);
            check.errors.len()
        };
        let epsilon = "MLSyntheticDataParametersEpsilonDouble";
        for (value, errors) in [("0.0001", 0), ("0.00009", 1), ("10", 0), ("10.01", 1)] {
            let value = serde_json::from_str(value).expect("it is a number");
            assert_eq!(wrong(epsilon, value), errors);
        }
        for any in [json!(null), json!("text"), json!([1, { "a": null }])] {
            assert_eq!(wrong("Document", any.clone()), 0);
            assert_eq!(model.pruned("Document", any.clone()), any);
        }
    }

    #[test]
    fn a_reply_that_departs_from_the_model_is_noticed() {
        let model = Model::load();
        let operation = &model.operations["ListTagsForResource"];
        assert_eq!(model.output(operation, &json!({ "tags": { "a": "b" } })), []);
        for wrong in [json!({}), json!({ "tags": [] }), json!({ "tags": {}, "more": 1 })] {
            assert_ne!(model.output(operation, &wrong), [], "{wrong}");
        }
    }
}
