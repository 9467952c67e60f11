//! The patterns of the service model that Rust's `regex` cannot compile, by hand.
//!
//! They use negative look-ahead, and two of them name lone surrogates, which no
//! Rust string holds. A test compares each with what Python's `re` makes of the
//! pattern in the model.

/// The check for a shape whose pattern has to be written by hand.
pub(crate) fn hand_written(shape: &str) -> Option<fn(&str) -> bool> {
    match shape {
        "CollaborationDescription" => Some(description),
        "CollaborationName" | "DisplayName" => Some(name),
        "ProtectedJobS3OutputConfigurationInputBucketString"
        | "ProtectedJobS3OutputConfigurationOutputBucketString"
        | "ProtectedQueryS3OutputConfigurationBucketString" => Some(bucket),
        _ => None,
    }
}

/// Printable characters, tabs and line breaks; empty, or not white space alone.
fn description(text: &str) -> bool {
    text.chars().all(|c| is_text(c) || matches!(c, '\t' | '\r' | '\n'))
        && (text.is_empty() || !is_blank(text))
}

/// Printable characters and tabs, not white space alone, not empty.
fn name(text: &str) -> bool {
    text.chars().all(|c| is_text(c) || c == '\t') && !is_blank(text)
}

/// Labels of lower-case letters, digits and inner hyphens, joined by dots, and
/// not dotted numbers alone.
fn bucket(text: &str) -> bool {
    text.split('.').all(is_bucket_label) && !is_dotted_number(text)
}

fn is_bucket_label(label: &str) -> bool {
    !label.is_empty()
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_dotted_number(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// The Basic Multilingual Plane without control characters and its last two
/// code points. The pattern means to add the other planes, and by a slip adds
/// lone surrogates instead, so that the service refuses an emoji.
fn is_text(c: char) -> bool {
    matches!(c, '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c))
}
