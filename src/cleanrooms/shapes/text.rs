//! Names, descriptions and other texts, with the service's rules for them.
//!
//! The model's patterns use look-ahead and lone surrogates, which no Rust
//! regular expression compiles, so the rules are written out (API model:
//! CollaborationName, DisplayName, CollaborationDescription).

use crate::framework::codec::{Codec, string};
use crate::framework::validators::{Validator, length};

/// A name of 1 to 100 characters: not blank, on one line.
pub fn name() -> Codec<String> {
    let on_one_line = Validator::string("must not be blank or hold line breaks", |text| {
        if !text.is_empty() && text.trim().is_empty() {
            Some("The value is blank; give it at least one visible character.".to_owned())
        } else if text.contains(['\r', '\n']) {
            Some("The value holds a line break, which the service does not accept.".to_owned())
        } else {
            control_characters(text)
        }
    });
    string().validate(length(1..=100)).validate(on_one_line)
}

/// A description of at most 255 characters; it may be empty, but not blank.
pub fn description() -> Codec<String> {
    let not_blank = Validator::string("must not be only white space", |text| {
        if !text.is_empty() && text.trim().is_empty() {
            Some("The value is only white space; leave it empty, or describe.".to_owned())
        } else {
            control_characters(text)
        }
    });
    string().validate(length(0..=255)).validate(not_blank)
}

fn control_characters(text: &str) -> Option<String> {
    let forbidden = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    let found = text.chars().find(|c| forbidden(*c))?;
    Some(format!("The value holds the control character U+{:04X}.", u32::from(found)))
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
        for good in ["x", "Übung 測試", "with\ttab"] {
            assert!(accepts(&name(), good), "{good:?}");
        }
        for bad in ["", "  ", "two\nlines", "bell\u{7}", &"x".repeat(101)] {
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
