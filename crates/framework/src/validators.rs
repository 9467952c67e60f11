//! Checks of configured values, made before any API call.
//!
//! A validator sees only known, non-null values: Terraform asks again once an
//! unknown value is known.

use std::fmt;
use std::sync::Arc;

use super::diagnostics::{Diagnostic, Diagnostics};
use wire::{AttributePath, Value};

type Check = dyn Fn(&Value, &AttributePath, &mut Diagnostics) + Send + Sync;

/// A check of one value, with the sentence that the documentation prints.
#[derive(Clone)]
pub struct Validator {
    /// The rule as a sentence without its subject, e.g. "must have 1 to 100 characters".
    pub rule: String,
    check: Arc<Check>,
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Validator({})", self.rule)
    }
}

impl Validator {
    /// A validator from a rule and its check.
    pub fn new(
        rule: impl Into<String>,
        check: impl Fn(&Value, &AttributePath, &mut Diagnostics) + Send + Sync + 'static,
    ) -> Self {
        Self { rule: rule.into(), check: Arc::new(check) }
    }

    /// Checks a value; null and unknown ones are passed over.
    pub fn check(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        if !value.is_null() && !value.is_unknown() {
            (self.check)(value, path, diagnostics);
        }
    }

    /// A validator of strings: `wrong` gives what is wrong with one, or nothing.
    pub fn string(
        rule: impl Into<String>,
        wrong: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self::new(rule, move |value, path, diagnostics| {
            if let Some(detail) = value.as_str().and_then(&wrong) {
                diagnostics.push(invalid(path, detail));
            }
        })
    }

    /// A validator of map keys: `wrong` gives what is wrong with one, or nothing.
    pub fn keys(
        rule: impl Into<String>,
        wrong: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self::new(rule, move |value, path, diagnostics| {
            for key in value.as_map().into_iter().flat_map(|map| map.keys()) {
                if let Some(detail) = wrong(key) {
                    diagnostics.push(invalid(&path.clone().key(key), detail));
                }
            }
        })
    }
}

/// The error for a value that breaks a rule.
pub fn invalid(path: &AttributePath, detail: impl Into<String>) -> Diagnostic {
    let name = path.to_string();
    Diagnostic::error(format!("Invalid value for {name}"), detail).at(path.clone())
}

/// Strings with a number of characters in the range.
pub fn length(range: std::ops::RangeInclusive<usize>) -> Validator {
    let (least, most) = (*range.start(), *range.end());
    Validator::string(format!("must have {least} to {most} characters"), move |text| {
        let count = text.chars().count();
        if count < least {
            Some(format!("The value has {count} characters; at least {least} are required."))
        } else if count > most {
            Some(format!("The value has {count} characters; at most {most} are allowed."))
        } else {
            None
        }
    })
}

/// Lists, sets and maps with a number of elements in the range.
pub fn size(range: std::ops::RangeInclusive<usize>) -> Validator {
    let (least, most) = (*range.start(), *range.end());
    let numbers = match least == most {
        true => format!("exactly {least}"),
        false => format!("{least} to {most}"),
    };
    Validator::new(format!("must have {numbers} elements"), move |value, path, found| {
        let count = value
            .as_map()
            .map_or_else(|| value.as_elements().count(), std::collections::BTreeMap::len);
        if count < least || count > most {
            let detail = format!("There are {count} elements; the service takes {numbers}.");
            found.push(invalid(path, detail));
        }
    })
}

/// Whole numbers in the range.
pub fn whole(range: std::ops::RangeInclusive<i64>) -> Validator {
    let (least, most) = (*range.start(), *range.end());
    Validator::new(
        format!("must be a whole number of {least} to {most}"),
        move |value, path, found| {
            let Value::Number(number) = value else { return };
            if !number.as_i64().is_some_and(|number| range.contains(&number)) {
                let detail = format!("`{value}` is no whole number of {least} to {most}.");
                found.push(invalid(path, detail));
            }
        },
    )
}

/// Numbers in the range, with or without a fraction.
pub fn within(range: std::ops::RangeInclusive<f64>) -> Validator {
    let (least, most) = (*range.start(), *range.end());
    Validator::new(format!("must be a number of {least} to {most}"), move |value, path, found| {
        let Value::Number(number) = value else { return };
        if !range.contains(&number.as_f64()) {
            let detail = format!("`{value}` is no number of {least} to {most}.");
            found.push(invalid(path, detail));
        }
    })
}

/// Checks configured values against a schema: validators of every known value, and null elements.
///
/// All mistakes are collected. Core has already checked types, required
/// attributes and unknown names.
pub fn validate_config(schema: &super::schema::Schema, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    validate_object(&schema.attributes, config, &AttributePath::root(), &mut diagnostics);
    for block in &schema.blocks {
        validate_blocks(
            block,
            config.get(block.name),
            AttributePath::of(block.name),
            &mut diagnostics,
        );
    }
    diagnostics
}

fn validate_blocks(
    block: &super::schema::Block,
    value: &Value,
    path: AttributePath,
    diagnostics: &mut Diagnostics,
) {
    let each = |value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics| {
        validate_object(&block.attributes, value, path, diagnostics);
        for inner in &block.blocks {
            let inner_path = path.clone().attribute(inner.name);
            validate_blocks(inner, value.get(inner.name), inner_path, diagnostics);
        }
    };
    match value {
        Value::Object(_) => each(value, &path, diagnostics),
        Value::List(elements) => {
            for (index, element) in (0i64..).zip(elements) {
                each(element, &path.clone().index(index), diagnostics);
            }
        }
        // Elements of a set have no path of their own (protocol, d.5).
        Value::Set(elements) => elements.iter().for_each(|e| each(e, &path, diagnostics)),
        _ => {}
    }
}

fn validate_object(
    attributes: &[super::schema::Attribute],
    object: &Value,
    path: &AttributePath,
    diagnostics: &mut Diagnostics,
) {
    // Of an unknown object no attribute is missing yet.
    if object.is_unknown() {
        return;
    }
    for attribute in attributes {
        let value = object.get(attribute.name);
        validate_attribute(attribute, value, path.clone().attribute(attribute.name), diagnostics);
    }
}

fn validate_attribute(
    attribute: &super::schema::Attribute,
    value: &Value,
    path: AttributePath,
    diagnostics: &mut Diagnostics,
) {
    use super::schema::{Kind, Mode};

    // Core refuses the lack of a required attribute, but not a null one that is nested.
    if value.is_null() && attribute.mode == Mode::Required {
        diagnostics.push(invalid(&path, "A value is required, and it must not be null."));
    }
    // Core leaves this to the provider, and would report the difference from the plan as our bug.
    if attribute.mode == Mode::Computed && !value.is_null() {
        diagnostics.push(read_only(&path));
        return;
    }
    for validator in &attribute.validators {
        validator.check(value, &path, diagnostics);
    }
    let Kind::Nested(_, children) = &attribute.kind else {
        return;
    };
    if let Value::Object(_) = value {
        validate_object(children, value, &path, diagnostics);
    }
    for (element, element_path) in elements(value, &path) {
        if element.is_null() {
            diagnostics.push(null_element(&element_path));
        } else {
            validate_object(children, element, &element_path, diagnostics);
        }
    }
}

/// The elements of a collection with their paths; nothing for other values.
///
/// Elements of a set share the set's path, for sets cannot be indexed.
pub fn elements<'a>(value: &'a Value, path: &AttributePath) -> Vec<(&'a Value, AttributePath)> {
    match value {
        Value::List(list) => (0i64..)
            .zip(list)
            .map(|(index, element)| (element, path.clone().index(index)))
            .collect(),
        Value::Set(set) => set.iter().map(|element| (element, path.clone())).collect(),
        Value::Map(map) => {
            map.iter().map(|(key, element)| (element, path.clone().key(key))).collect()
        }
        _ => Vec::new(),
    }
}

/// The error for a configured value of an attribute that only the provider sets.
fn read_only(path: &AttributePath) -> Diagnostic {
    let detail = "The attribute is read-only: the provider sets it. Remove it from the \
                  configuration.";
    invalid(path, detail)
}

/// The error for a null element of a collection.
pub fn null_element(path: &AttributePath) -> Diagnostic {
    invalid(path, "An element is null. Leave it out, or give it a value.")
}

#[cfg(test)]
mod tests;
