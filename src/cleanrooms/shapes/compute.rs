//! What is alike in the workers of queries and jobs, and in their parameters.

use std::collections::HashMap;

use aws_sdk_cleanrooms::types::builders::WorkerComputeConfigurationBuilder as WorkerBuilder;
use aws_sdk_cleanrooms::types::{
    WorkerComputeConfiguration as Worker, WorkerComputeConfigurationProperties as Properties,
    WorkerComputeType,
};

use super::enumeration::open;
use super::text::word;
use crate::framework::codec::{
    Codec, keys, object, one_of, small_integer, string, string_map, variant,
};
use crate::framework::row::field;
use crate::framework::validators::{Validator, invalid, length, size, whole};

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

/// The workers of a query.
pub fn query_workers() -> Codec<Worker> {
    object(|builder: WorkerBuilder| Ok::<_, String>(builder.build()))
        .with(
            field("type", worker_type::<WorkerComputeType>(WorkerComputeType::values()))
                .optional_computed()
                .doc("The size of a worker: `CR.1X`, `CR.4X` or `CR.8X`.")
                .create(WorkerBuilder::set_type)
                .read(|it: &Worker| it.r#type.clone()),
        )
        .with(
            field("number", small_integer().validate(whole(2..=400)))
                .optional_computed()
                .doc("How many workers there are, 2 to 400.")
                .create(WorkerBuilder::set_number)
                .read(|it: &Worker| it.number),
        )
        .with(
            field("properties", properties())
                .optional_computed()
                .doc("Properties of the engine.")
                .create(WorkerBuilder::set_properties)
                .read(|it: &Worker| it.properties.clone()),
        )
        .single()
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
