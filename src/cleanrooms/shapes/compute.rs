//! What is alike in the workers of queries and jobs, and in their parameters.

use std::collections::HashMap;

use aws_sdk_cleanrooms::types::WorkerComputeConfigurationProperties as Properties;

use super::enumeration::open;
use super::text::word;
use crate::framework::codec::{Codec, keys, one_of, string, string_map, variant};
use crate::framework::validators::{Validator, invalid, length, size};

/// The size of a worker, such as `CR.1X`; there may be newer ones.
pub fn worker_type<T>(values: &'static [&'static str]) -> Codec<T>
where
    T: for<'a> From<&'a str> + AsRef<str> + 'static,
{
    open(values, |text, _| {
        let size = text.strip_prefix("CR.").and_then(|text| text.strip_suffix('X'));
        size.is_some_and(|size| size.parse::<u32>().is_ok())
    })
}

/// Properties of the engine that the workers run.
pub fn properties() -> Codec<Properties> {
    one_of(vec![variant(
        "spark",
        "Properties of Apache Spark, at most 50, by their names.",
        string_map()
            .validate(size(0..=50))
            .validate(keys(string().validate(length(1..=200))))
            .validate(values(500)),
        Properties::Spark,
        |it| it.as_spark().ok(),
    )])
}

/// Values for the placeholders of a template, by their names.
pub fn parameters() -> Codec<HashMap<String, String>> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = word(1..=100, "must be letters, digits and underscores", is_word);
    string_map().validate(keys(name)).validate(values(1000))
}

/// Map values of so many characters at most. They may be secrets, so none is quoted.
fn values(most: usize) -> Validator {
    Validator::new(
        format!("must have values of at most {most} characters"),
        move |map, path, found| {
            for (key, value) in map.as_map().into_iter().flatten() {
                let count = value.as_str().map_or(0, |text| text.chars().count());
                if count > most {
                    let detail =
                        format!("The value has {count} characters; at most {most} are allowed.");
                    found.push(invalid(&path.clone().key(key), detail));
                }
            }
        },
    )
}
