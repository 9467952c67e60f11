//! The service's enums: told at plan time when misspelled, let through when newer than this provider.

use crate::framework::codec::{Codec, text_enum};
use crate::framework::validators::{Validator, invalid};
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// How many letters a value may differ from a known one and still be taken for a misspelling of it.
const MISSPELLING: usize = 2;

/// An enum that will not grow, such as ENABLED and DISABLED: any other value is an error.
pub fn closed<T>(values: &'static [&'static str]) -> Codec<T>
where
    T: for<'a> From<&'a str> + AsRef<str> + 'static,
{
    text_enum().validate(Validator::string(rule(values), move |value| {
        (!values.contains(&value)).then(|| not_one_of(value, values))
    }))
}

/// An enum that the service extends: an unknown value is a warning, for the service knows better.
///
/// A text that `may_be_newer` does not accept is an error all the same.
pub fn open<T>(values: &'static [&'static str], may_be_newer: fn(&str, &[&str]) -> bool) -> Codec<T>
where
    T: for<'a> From<&'a str> + AsRef<str> + 'static,
{
    text_enum().validate(Validator::new(rule(values), move |value, path, diagnostics| {
        check_open(values, may_be_newer, value, path, diagnostics);
    }))
}

fn check_open(
    values: &'static [&'static str],
    may_be_newer: fn(&str, &[&str]) -> bool,
    value: &Value,
    path: &AttributePath,
    diagnostics: &mut Diagnostics,
) {
    let Some(text) = value.as_str().filter(|text| !values.contains(text)) else {
        return;
    };
    let detail = not_one_of(text, values);
    diagnostics.push(if may_be_newer(text, values) {
        let detail = format!(
            "{detail} This provider does not know it; it is sent as it is, and the service \
             decides."
        );
        Diagnostic::warning(format!("Unknown value for {path}"), detail).at(path.clone())
    } else {
        invalid(path, detail)
    });
}

fn rule(values: &[&str]) -> String {
    format!("must be one of {}", values.join(", "))
}

fn not_one_of(value: &str, values: &[&str]) -> String {
    let hint = misspelled(value, values)
        .map(|meant| format!(" Did you mean `{meant}`?"))
        .unwrap_or_default();
    format!("`{value}` is none of {}.{hint}", values.join(", "))
}

fn misspelled<'a>(value: &str, values: &[&'a str]) -> Option<&'a str> {
    let upper = value.to_uppercase();
    let distance = |known: &&str| strsim::osa_distance(&upper, &known.to_uppercase());
    values.iter().copied().min_by_key(distance).filter(|known| distance(known) <= MISSPELLING)
}

/// Whether a text may be a newer constant of the service: upper-case words joined by underscores, and no misspelling
/// of a known one.
pub fn constant(text: &str, known: &[&str]) -> bool {
    let legal = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(legal)
        && misspelled(text, known).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::Severity;

    fn check(value: &str) -> Vec<Severity> {
        let mut found = Diagnostics::new();
        let path = AttributePath::of("ability");
        check_open(&["CAN_QUERY", "CAN_RUN_JOB"], constant, &value.into(), &path, &mut found);
        found.iter().map(|diagnostic| diagnostic.severity).collect()
    }

    #[test]
    fn known_values_pass() {
        assert_eq!(check("CAN_QUERY"), []);
    }

    #[test]
    fn a_newer_constant_is_a_warning() {
        assert_eq!(check("CAN_TRAIN_MODELS"), [Severity::Warning]);
    }

    #[test]
    fn a_misspelling_is_an_error() {
        assert_eq!(check("CAN_QUERRY"), [Severity::Error]);
        assert_eq!(check("can_query"), [Severity::Error]);
        assert_eq!(check("everything you like"), [Severity::Error]);
    }
}
