//! Names, descriptions and other texts, with the service's rules for them.
//!
//! The model's patterns use look-ahead and lone surrogates, which no Rust
//! regular expression compiles, so the rules are written out (API model:
//! CollaborationName, DisplayName, CollaborationDescription).

use std::ops::RangeInclusive;

use super::ids::{is_account_id, is_uuid};
use super::region::is_region;
use crate::framework::codec::{Codec, string};
use crate::framework::validators::{Validator, length};

/// A name of 1 to 100 characters: not blank, on one line.
pub fn name() -> Codec<String> {
    let on_one_line = Validator::string("must not be blank or hold line breaks", |text| {
        if !text.is_empty() && is_blank(text) {
            Some("The value is blank; give it at least one visible character.".to_owned())
        } else if text.contains(['\r', '\n']) {
            Some("The value holds a line break, which the service does not accept.".to_owned())
        } else {
            refused_character(text)
        }
    });
    string().validate(length(1..=100)).validate(on_one_line)
}

/// A description of at most 255 characters; it may be empty, but not blank.
pub fn description() -> Codec<String> {
    let not_blank = Validator::string("must not be only white space", |text| {
        if !text.is_empty() && is_blank(text) {
            Some("The value is only white space; leave it empty, or describe.".to_owned())
        } else {
            refused_character(text)
        }
    });
    string().validate(length(0..=255)).validate(not_blank)
}

/// A description of at most 255 characters that may be anything, blank as well (API model: TableDescription).
pub fn remark() -> Codec<String> {
    let legal = Validator::string("must be plain text", refused_character);
    string().validate(length(0..=255)).validate(legal)
}

/// Whether a text is white space alone, as the service's patterns mean it: no other than ASCII's.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r'))
}

/// What no text of the service may hold: control characters below the blank, and characters beyond
/// the Basic Multilingual Plane, such as most emoji (API model: DisplayName and its siblings).
fn refused_character(text: &str) -> Option<String> {
    let legal =
        |c: char| matches!(c, '\t' | '\r' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}');
    let found = text.chars().find(|c| !legal(*c))?;
    let code = u32::from(found);
    Some(if found.is_control() {
        format!("The value holds the control character U+{code:04X}.")
    } else {
        format!(
            "The value holds `{found}` (U+{code:04X}). The service accepts no characters of that \
             kind, such as emoji."
        )
    })
}

/// A name out of letters, digits, underscores, blanks and single hyphens, such as an alias or a Glue table.
pub fn alias() -> Codec<String> {
    segmented(1..=128, |c| c.is_ascii_alphanumeric() || c == '_', true)
}

/// The name of a column: like an alias, in lower case.
pub fn column() -> Codec<String> {
    segmented(1..=128, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_', true)
}

/// The name of a column in an analysis rule.
pub fn rule_column() -> Codec<String> {
    segmented(1..=127, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_', true)
}

/// The name of a database of Glue or Athena: like an alias, without blanks.
pub fn database() -> Codec<String> {
    segmented(1..=128, |c| c.is_ascii_alphanumeric() || c == '_', false)
}

/// Words of legal characters, joined by single hyphens; one character at least stands before the first.
///
/// The service's pattern is `[x](([x ]+-)*([x ]+))?`, so `a-b` is refused and `ab-c` is not.
fn segmented(range: RangeInclusive<usize>, legal: fn(char) -> bool, blanks: bool) -> Codec<String> {
    let rule = "must be letters, digits and underscores, with single hyphens inside";
    string().validate(length(range)).validate(Validator::string(rule, move |text| {
        let rest = text.chars().next().map(|first| &text[first.len_utf8()..])?;
        let first = &text[..text.len() - rest.len()];
        let word =
            |word: &str| !word.is_empty() && word.chars().all(|c| legal(c) || (blanks && c == ' '));
        let fits = first.chars().all(legal) && (rest.is_empty() || rest.split('-').all(word));
        let case = if legal('A') { "" } else { ", in lower case" };
        (!fits).then(|| {
            format!(
                "`{text}` is no such name: letters, digits and underscores{case}, and hyphens \
                 neither at an end, nor after the first character, nor beside one another."
            )
        })
    }))
}

/// A text of these lengths out of legal characters.
pub fn word(
    range: RangeInclusive<usize>,
    rule: &'static str,
    legal: fn(char) -> bool,
) -> Codec<String> {
    string().validate(length(range)).validate(Validator::string(rule, move |text| {
        let found = text.chars().find(|c| !legal(*c))?;
        Some(format!("The value holds `{found}`; it {rule}."))
    }))
}

/// A text of these lengths that starts as such texts do.
pub fn starting_with(range: RangeInclusive<usize>, start: &'static str) -> Codec<String> {
    let rule = format!("must start with {start}");
    string().validate(length(range)).validate(Validator::string(rule, move |text| {
        (!text.starts_with(start)).then(|| format!("`{text}` does not start with `{start}`."))
    }))
}

/// A bucket name of 3 to 63 characters: lower-case labels separated by dots, not an IP address.
pub fn bucket() -> Codec<String> {
    let legal = Validator::string("must be lower-case letters, digits, hyphens and dots", |text| {
        let label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        let numeric = text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let wrong = !text.split('.').all(label) || numeric;
        wrong.then(|| format!("`{text}` is not the name of an S3 bucket."))
    });
    string().validate(length(3..=63)).validate(legal)
}

/// A key prefix of at most 512 characters out of word characters and `! . = * / -`.
pub fn key_prefix() -> Codec<String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "_!.=*/-".contains(c);
    let rule = "may hold only letters, digits and _ ! . = * / -";
    string().validate(length(0..=512)).validate(Validator::string(rule, move |text| {
        let found = text.chars().find(|c| !legal(*c))?;
        Some(format!("The value holds `{found}`; it {rule}."))
    }))
}

/// The ARN of an IAM role, of 32 to 512 characters.
pub fn role_arn() -> Codec<String> {
    string().validate(length(32..=512)).validate(Validator::string(
        "must be the ARN of an IAM role",
        |text| {
            (!is_role_arn(text)).then(|| {
                format!(
                    "`{text}` is not the ARN of an IAM role, such as \
                     arn:aws:iam::111122223333:role/service-role/cleanrooms-results."
                )
            })
        },
    ))
}

fn is_role_arn(text: &str) -> bool {
    let Some((account, role)) =
        text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(":role/"))
    else {
        return false;
    };
    let legal = |c: char| c.is_ascii_alphanumeric() || "_+=./@-".contains(c);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !account.is_empty() && account.chars().all(word) && !role.is_empty() && role.chars().all(legal)
}

/// What a custom analysis rule allows: the ARN of an analysis template, `ANY_QUERY` or `ANY_JOB`.
pub fn allowed_analysis() -> Codec<String> {
    let rule = "must be the ARN of an analysis template, ANY_QUERY or ANY_JOB";
    string().validate(length(0..=200)).validate(Validator::string(rule, |text| {
        let is_template = || {
            let parts: Vec<_> = text.split([':', '/']).collect();
            matches!(parts.as_slice(), ["arn", "aws", "cleanrooms", region, account, "membership", membership, "analysistemplate", id]
                if is_region(region) && is_account_id(account) && is_uuid(membership) && is_uuid(id))
        };
        (!matches!(text, "ANY_QUERY" | "ANY_JOB") && !is_template()).then(|| {
            format!(
                "`{text}` is neither the ARN of an analysis template (arn:aws:cleanrooms:<region>:\
                 <account>:membership/<id>/analysistemplate/<id>) nor `ANY_QUERY` or `ANY_JOB`."
            )
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::Diagnostics;
    use crate::wire::AttributePath;

    fn accepts(codec: &Codec<String>, text: &str) -> bool {
        let mut found = Diagnostics::new();
        for validator in &codec.validators {
            validator.check(&text.into(), &AttributePath::of("text"), &mut found);
        }
        found.is_empty()
    }

    #[test]
    fn names_are_visible_and_on_one_line() {
        for good in ["x", "Übung 測試", "with\ttab", "\u{a0}", "\u{7f}", "a\u{85}", "\u{fffd}"] {
            assert!(accepts(&name(), good), "{good:?}");
        }
        let long = "x".repeat(101);
        for bad in ["", "  ", "\u{b}", "two\nlines", "bell\u{7}", "Retail 🛒", "\u{fffe}", &long]
        {
            assert!(!accepts(&name(), bad), "{bad:?}");
        }
    }

    #[test]
    fn descriptions_may_be_empty_but_not_blank() {
        assert!(accepts(&description(), ""));
        assert!(accepts(&description(), "two\nlines"));
        assert!(!accepts(&description(), " \n "));
        assert!(!accepts(&description(), &"x".repeat(256)));
    }

    #[test]
    fn aliases_follow_the_pattern_of_the_service() {
        for good in ["a", "ab-c", "a ", "My Table", "_x", "ab-c-d"] {
            assert!(accepts(&alias(), good), "{good:?}");
        }
        for bad in ["", "a-b", "ab--c", "ab-", "-a", " a", "a.b", "ä", "aä"] {
            assert!(!accepts(&alias(), bad), "{bad:?}");
        }
        assert!(!accepts(&column(), "Upper") && accepts(&column(), "upper_1"));
        assert!(!accepts(&database(), "my db") && accepts(&database(), "my-db"));
    }

    #[test]
    fn buckets_are_dns_labels() {
        for good in ["abc", "my-bucket.data", "1a.2"] {
            assert!(accepts(&bucket(), good), "{good:?}");
        }
        for bad in ["ab", "Upper", "-start", "end-", "two..dots", "192.168.1.1", "under_score"] {
            assert!(!accepts(&bucket(), bad), "{bad:?}");
        }
    }

    #[test]
    fn prefixes_and_roles_follow_the_model() {
        assert!(accepts(&key_prefix(), "a/b_c!.=*-"));
        assert!(!accepts(&key_prefix(), "a b"));
        assert!(accepts(&role_arn(), "arn:aws:iam::111122223333:role/service-role/x"));
        assert!(!accepts(&role_arn(), "arn:aws-cn:iam::111122223333:role/service-role/x"));
        assert!(!accepts(&role_arn(), "arn:aws:iam::111122223333:user/service-role/x"));
    }
}
