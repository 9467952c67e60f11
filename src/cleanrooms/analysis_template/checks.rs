//! What a template must not contradict itself in (API model; user guide: analysis templates).

use crate::framework::validators::invalid;
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// Checks the template as a whole.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    match config.get("format").as_str() {
        Some("SQL") => sql(config, diagnostics),
        Some(format) if format.starts_with("PYSPARK_") => py_spark(config, format, diagnostics),
        // It is not known yet, or is newer than this provider.
        _ => {}
    }
    synthetic_data(config, diagnostics);
}

/// Whether two maps of parameters are the same; no default and an empty one are.
pub fn are_same_parameters(one: &Value, other: &Value) -> bool {
    let (Some(ones), Some(others)) = (one.as_map(), other.as_map()) else { return one == other };
    let text = |it: &Value, name: &str| it.get(name).as_str().unwrap_or_default().to_owned();
    ones.len() == others.len()
        && ones.iter().all(|(name, one)| {
            others.get(name).is_some_and(|other| {
                ["type", "default_value"].iter().all(|it| text(one, it) == text(other, it))
            })
        })
}

/// Whether two schemas name the same tables, in upper or lower case; one that names none is left to
/// the service.
pub fn are_same_tables(one: &Value, other: &Value) -> bool {
    let tables = |it: &Value| {
        let tables = it.get("referenced_tables");
        let names = tables.as_elements().filter_map(Value::as_str).map(str::to_lowercase);
        (!tables.is_null()).then(|| names.collect::<std::collections::BTreeSet<_>>())
    };
    let (one, other) = (tables(one), tables(other));
    other.is_none() || one == other
}

fn is_set(value: &Value) -> bool {
    value.is_known() && !value.is_null()
}

fn sql(config: &Value, diagnostics: &mut Diagnostics) {
    if is_set(config.get("source").get("artifacts")) {
        let path = AttributePath::of("source").attribute("artifacts");
        diagnostics.push(invalid(&path, "The source of a template of SQL is a `text`."));
    }
    if is_set(config.get("error_message_configuration")) {
        let path = AttributePath::of("error_message_configuration");
        let detail = "Messages are configured for PySpark alone. Leave it out for SQL.";
        diagnostics.push(invalid(&path, detail));
    }
    if is_set(config.get("schema").get("referenced_tables")) {
        let path = AttributePath::of("schema").attribute("referenced_tables");
        let detail = "The service reads the tables of a template of SQL from its text, whatever is \
                      named here. Leave `schema` out.";
        diagnostics.push(
            Diagnostic::warning("The tables of SQL are found by the service", detail).at(path),
        );
    }
    let Some(text) = config.get("source").get("text").as_str() else { return };
    for name in config.get("analysis_parameters").as_map().into_iter().flat_map(|map| map.keys()) {
        if !uses(text, name) {
            let path = AttributePath::of("analysis_parameters").key(name);
            diagnostics.push(
                Diagnostic::warning(
                    format!("The parameter {name} is not used"),
                    format!("The text of the template has no `:{name}` in it."),
                )
                .at(path),
            );
        }
    }
}

/// Whether a text of SQL has the parameter in it, and not only one whose name begins so, nor a cast to a type of
/// its name.
fn uses(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let written = format!(":{name}");
    text.match_indices(&written).any(|(at, _)| {
        !text[..at].ends_with(':') && !text[at + written.len()..].starts_with(is_word)
    })
}

fn py_spark(config: &Value, format: &str, diagnostics: &mut Diagnostics) {
    if is_set(config.get("source").get("text")) {
        let path = AttributePath::of("source").attribute("text");
        let detail = format!("The source of a template of {format} is in `artifacts`.");
        diagnostics.push(invalid(&path, detail));
    }
    let parameters = AttributePath::of("analysis_parameters");
    for (name, parameter) in config.get("analysis_parameters").as_map().into_iter().flatten() {
        let path = parameters.clone().key(name);
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            let detail =
                format!("`{name}` begins with a digit, which no parameter of PySpark does.");
            diagnostics.push(invalid(&path, detail));
        }
        if parameter.get("type").as_str().is_some_and(|it| it != "STRING") {
            let detail = "Parameters of PySpark are of the type `STRING`.";
            diagnostics.push(invalid(&path.attribute("type"), detail));
        }
    }
}

fn synthetic_data(config: &Value, diagnostics: &mut Diagnostics) {
    let given = config.get("synthetic_data_parameters");
    let path = AttributePath::of("synthetic_data_parameters");
    let format = config.get("format").as_str();
    if is_set(given) && format.is_some_and(|it| it.starts_with("PYSPARK_")) {
        diagnostics.push(invalid(&path, "Synthetic data is made by templates of SQL alone."));
    }
    let parameters = given.get("ml_synthetic_data_parameters");
    let columns = parameters.get("column_classification").get("column_mapping");
    if columns.as_map().is_none() || !columns.is_wholly_known() {
        return;
    }
    let predicted = |it: &&Value| it.get("is_predictive_value").as_bool() == Some(true);
    let count = columns.as_map().into_iter().flat_map(|map| map.values()).filter(predicted).count();
    if count != 1 {
        let path = path.attribute("ml_synthetic_data_parameters");
        let path = path.attribute("column_classification").attribute("column_mapping");
        let detail = format!(
            "{count} columns are. A model predicts one: set `is_predictive_value` for it, and false \
             for all others."
        );
        diagnostics.push(
            Diagnostic::warning("One column should be the predictive value", detail).at(path),
        );
    }
}
