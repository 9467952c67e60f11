//! The patterns of the service model that Rust's `regex` cannot compile, by hand.
//!
//! They use negative look-ahead, and two of them name lone surrogates, which no
//! Rust string holds. A test compares each with what Python's `re` makes of the
//! pattern in the model.

/// The check for a shape whose pattern has to be written by hand.
pub(crate) fn hand_written(shape: &str) -> Option<fn(&str) -> bool> {
    match shape {
        "CollaborationDescription" => Some(description),
        "ResourceDescription" | "TableDescription" => Some(lines),
        "ColumnTypeString" | "IntermediateTableColumnTypeString" => Some(line),
        "CollaborationName"
        | "ConfiguredAudienceModelAssociationName"
        | "DisplayName"
        | "GenericResourceName" => Some(name),
        "AnalysisLogExportS3OutputConfigurationBucketString"
        | "ProtectedJobS3OutputConfigurationInputBucketString"
        | "ProtectedJobS3OutputConfigurationOutputBucketString"
        | "ProtectedQueryS3OutputConfigurationBucketString"
        | "S3LocationBucketString" => Some(bucket),
        _ => None,
    }
}

/// Whether a pattern is made of Unicode's categories.
pub(crate) fn names_categories(pattern: &str) -> bool {
    pattern.contains(r"\p{")
}

/// Printable characters, tabs and line breaks.
fn lines(text: &str) -> bool {
    text.chars().all(|c| is_text(c) || matches!(c, '\t' | '\r' | '\n'))
}

/// Printable characters and tabs.
fn line(text: &str) -> bool {
    text.chars().all(|c| is_text(c) || c == '\t')
}

/// Lines that are empty, or not white space alone.
fn description(text: &str) -> bool {
    lines(text) && (text.is_empty() || !is_blank(text))
}

/// A line that is not white space alone, not empty.
fn name(text: &str) -> bool {
    line(text) && !is_blank(text)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Write;
    use std::process::{Command, Stdio};

    use regex::bytes::RegexBuilder;
    use serde_json::json;

    use super::*;
    use crate::model::Model;

    #[test]
    fn the_patterns_that_regex_cannot_compile_are_those_written_by_hand() {
        let model = Model::shared();
        let mut by_hand = BTreeSet::new();
        for (shape, pattern) in model.patterns() {
            let unicode = names_categories(pattern);
            let compiles = RegexBuilder::new(pattern).unicode(unicode).build().is_ok();
            assert_eq!(compiles, hand_written(shape).is_none(), "{shape}");
            if !compiles {
                by_hand.insert(shape);
            }
        }
        assert_eq!(by_hand.len(), 14, "{by_hand:?}");
    }

    /// Texts that meet every corner of the patterns: all short ones of an
    /// alphabet, and what the longer patterns want, whole and spoiled.
    fn texts() -> Vec<String> {
        const ALL: &str = "a0.-_ \t\n\r\u{b}\u{c}\u{1c}\u{85}\u{a0}A:/+é\u{ffff}\u{1f600}";
        const SOME: &str = "a0.- \n";
        let mut texts = vec![String::new()];
        for (alphabet, longest) in [(ALL, 2), (SOME, 4)] {
            let mut words = vec![String::new()];
            for _ in 0..longest {
                let longer = |word: &String| {
                    alphabet.chars().map(|c| format!("{word}{c}")).collect::<Vec<_>>()
                };
                words = words.iter().flat_map(longer).collect();
                texts.extend(words.iter().cloned());
            }
        }
        let whole = [
            "00000000-0000-4000-8000-00000000000a",
            "111122223333",
            "arn:aws:iam::111122223333:role/service-role/x+y=z.,@-",
            "arn:aws:cleanrooms:us-east-1:111122223333:collaboration/0a-b",
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/0a-b",
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/a/analysistemplate/b",
            "arn:aws-cn:cleanrooms:us-east-1:111122223333:membership/a/analysistemplate/b",
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/a/intermediatetable/b",
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/0/configuredtableassociation/b",
            "arn:aws:cleanrooms:us-east-1:111122223333:configuredtableassociation/a/b",
            "arn:aws:cleanrooms:us-east-1:111122223333:configuredtable/0a-b",
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/0/privacybudgettemplate/b",
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/0/idmappingtable/b",
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/0/idnamespaceassociation/b",
            "arn:aws:cleanrooms:us-east-1:*:membership/*/configuredaudiencemodelassociation/b",
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/0/configuredaudiencemodelassociation/b",
            "arn:aws-x:cleanrooms-ml:us-east-1:*:membership/*/configured-model-algorithm-association/a.b",
            "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/a.b",
            "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/a-b",
            "arn:aws-cn:entityresolution:x:1:idmappingworkflow/a b",
            "arn:aws:kms:us-east-1:111122223333:key/0a-B",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:a b",
            "s3://a.b-c/results",
            "https://a.cloud.databricks.com",
            "https://a.cloud.databricks.com/api/2.0/delta-sharing/metastores/\
             00000000-0000-4000-8000-00000000000a/recipients/00000000-0000-4000-8000-00000000000a",
            "a_b c.é-ß",
            "my-bucket.with.dots-1",
            "1.2.3.4",
            "1.2.3.x",
        ];
        for text in whole {
            texts.push(text.to_owned());
            for (index, c) in text.char_indices() {
                let (head, tail) = (&text[..index], &text[index + c.len_utf8()..]);
                texts.push(format!("{head}{tail}"));
                texts.extend(["\n", " ", "é", "0", "A", "."].map(|c| format!("{head}{c}{tail}")));
            }
            texts.push(format!("{text}\n"));
        }
        texts
    }

    #[test]
    fn patterns_match_what_python_matches() {
        const PROGRAM: &str = "import json, re, sys\nfrom unicodedata import category\n\
            given = json.load(sys.stdin)\n\
            def of_categories(pattern):\n    \
                names, dot = re.findall(r'p.(\\w+)', pattern), '.' in pattern\n    \
                fits = lambda c: category(c) in names or category(c)[0] in names or dot and c == '.'\n    \
                return lambda text: True if text and all(map(fits, text)) else None\n\
            for shape, pattern in given['patterns']:\n    \
                matches = of_categories(pattern) if r'\\p{' in pattern else re.compile(pattern, re.ASCII).fullmatch\n    \
                print(''.join('01'[matches(text) is not None] for text in given['texts']))\n";
        let model = Model::shared();
        let patterns: Vec<_> = model.patterns().collect();
        let texts = texts();
        let mut python = Command::new("python3")
            .args(["-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tests need Python");
        let given = json!({ "patterns": patterns, "texts": texts }).to_string();
        let mut stdin = python.stdin.take().expect("it was asked for");
        stdin.write_all(given.as_bytes()).expect("Python reads its input");
        drop(stdin);
        let output = python.wait_with_output().expect("it was started");
        let output = String::from_utf8(output.stdout).expect("it prints digits");
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(lines.len(), patterns.len());
        for ((shape, pattern), line) in patterns.into_iter().zip(lines) {
            assert!(line.contains('1') && line.contains('0'), "{shape} is not put to the test");
            assert_eq!(line.len(), texts.len());
            for (text, wanted) in texts.iter().zip(line.chars()) {
                let found = model.pattern_matches(shape, text);
                assert_eq!(found, wanted == '1', "{shape}, {pattern}, {text:?}");
            }
        }
    }
}
