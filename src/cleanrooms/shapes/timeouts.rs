//! How long an operation may wait, in the notation of Go durations, as everywhere in Terraform.

use std::time::Duration;

use crate::framework::codec::{Codec, object, string};
use crate::framework::row::field;
use crate::framework::validators::Validator;
use crate::wire::Value;

/// The attribute `timeouts` of a resource; no call carries it.
pub fn timeouts(create: &str, update: &str) -> Codec<()> {
    object(Ok::<(), String>)
        .with(field::<(), (), _, _>("create", duration()).optional().doc(create))
        .with(field::<(), (), _, _>("update", duration()).optional().doc(update))
        .single()
}

/// A length of time, as a text.
pub fn duration() -> Codec<String> {
    string().validate(Validator::string("must be a duration such as 90s or 1h30m", |text| {
        parse(text).is_none().then(|| {
            format!(
                "`{text}` is not a duration of at most ten years. Write a number and a unit (h, m, s \
                 or ms), or several of them, such as 90s or 1h30m."
            )
        })
    }))
}

/// The timeout of an operation in a plan or state; `default` when it names none.
pub fn timeout(value: &Value, operation: &str, default: Duration) -> Duration {
    value.get("timeouts").get(operation).as_str().and_then(parse).unwrap_or(default)
}

/// The longest duration: beyond all use, and within what every clock can add.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// A Go duration of at most ten years; `None` if the text is not one. Signs and units below a millisecond have no use here.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit() || c == '.');
        let end = unit.map_or(rest.len(), |length| digits + length);
        total += number * seconds_in(&rest[digits..end])?;
        rest = &rest[end..];
    }
    let total = Duration::try_from_secs_f64(total).ok()?;
    (!text.is_empty() && total <= LONGEST).then_some(total)
}

fn seconds_in(unit: &str) -> Option<f64> {
    match unit {
        "h" => Some(3600.0),
        "m" => Some(60.0),
        "s" => Some(1.0),
        "ms" => Some(0.001),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_sums_of_numbers_with_units() {
        assert_eq!(parse("90s"), Some(Duration::from_secs(90)));
        assert_eq!(parse("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(parse("1.5m"), Some(Duration::from_secs(90)));
        assert_eq!(parse("250ms"), Some(Duration::from_millis(250)));
    }

    #[test]
    fn other_texts_are_no_durations() {
        for wrong in
            ["", "10", "m", "10 m", "-5m", "5min", "1.2.3s", "87601h", "9999999999999999999999h"]
        {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_plan_without_timeouts_has_the_default() {
        let default = Duration::from_secs(7);
        assert_eq!(timeout(&Value::object([]), "create", default), default);
        let given = Value::object([("timeouts", Value::object([("create", "2s".into())]))]);
        assert_eq!(timeout(&given, "create", default), Duration::from_secs(2));
        assert_eq!(timeout(&given, "update", default), default);
    }
}
