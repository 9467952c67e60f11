//! Names, descriptions and other texts, with the service's rules for them.
//!
//! The model's patterns use look-ahead and lone surrogates, which no Rust
//! regular expression compiles, so the rules are written out (API model:
//! CollaborationName, DisplayName, CollaborationDescription).

use std::ops::RangeInclusive;

use unicode_normalization::char::is_combining_mark;

use super::ids::{is_account_id, is_uuid};
use crate::framework::codec::{Codec, string};
use crate::framework::validators::{Validator, length};

/// A name of 1 to 100 characters: not blank, on one line.
pub fn name() -> Codec<String> {
    let on_one_line = Validator::string("must not be blank or hold line breaks", |text| {
        if !text.is_empty() && is_blank(text) {
            Some("The value is blank; give it at least one visible character.".to_owned())
        } else {
            refused_on_one_line(text)
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

/// The same of a text on one line, which may hold no line break either.
fn refused_on_one_line(text: &str) -> Option<String> {
    if text.contains(['\r', '\n']) {
        return Some("The value holds a line break, which the service does not accept.".to_owned());
    }
    refused_character(text)
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

/// The name of a column of synthetic data: like a column, without blanks.
pub fn plain_column() -> Codec<String> {
    segmented(1..=128, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_', false)
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

/// A name in somebody else's system: letters, marks and digits of any language, what connects words,
/// dashes, and what is legal `besides` (API model: SnowflakeDatabaseName, DatabricksObject and others).
pub fn foreign_name(
    range: RangeInclusive<usize>,
    rule: &'static str,
    besides: fn(char) -> bool,
) -> Codec<String> {
    string().validate(length(range)).validate(Validator::string(rule, move |text| {
        let found = text.chars().find(|c| !is_of_name(*c) && !besides(*c))?;
        Some(format!("The value holds {found:?}; it {rule}."))
    }))
}

/// Whether it is in one of Unicode's categories L, M, N, Pc and Pd.
fn is_of_name(c: char) -> bool {
    // Symbols that count as letters by their looks: they are in So.
    let circled =
        ('\u{24b6}'..='\u{24e9}').contains(&c) || ('\u{1f130}'..='\u{1f189}').contains(&c);
    let connects = matches!(
        c,
        '_' | '\u{203f}' | '\u{2040}' | '\u{2054}' | '\u{fe33}' | '\u{fe34}' | '\u{fe4d}'
            ..='\u{fe4f}' | '\u{ff3f}'
    );
    let dash = matches!(
        c,
        '-' | '\u{58a}' | '\u{5be}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2e17}'
                | '\u{2e1a}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{2e40}'
                | '\u{2e5d}'
                | '\u{301c}'
                | '\u{3030}'
                | '\u{30a0}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff0d}'
                | '\u{10ead}'
    );
    (c.is_alphanumeric() && !circled) || is_combining_mark(c) || connects || dash
}

/// Whether it is a blank of Unicode's category Zs.
pub fn is_blank_of_any_kind(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

/// The type of a column, in somebody else's words: plain text on one line, perhaps empty (API model:
/// ColumnTypeString).
pub fn column_type() -> Codec<String> {
    let on_one_line = Validator::string("must be plain text on one line", refused_on_one_line);
    string().validate(length(0..=255)).validate(on_one_line)
}

/// The type of a column of an intermediate table, as SQL writes it (API model:
/// IntermediateTableColumnTypeString).
pub fn sql_type() -> Codec<String> {
    let on_one_line = Validator::string("must be plain text on one line", refused_on_one_line);
    string().validate(length(1..=1024)).validate(on_one_line)
}

/// The ARN of a secret (API model: SecretsManagerArn).
pub fn secret_arn() -> Codec<String> {
    let rule = "must be the ARN of a secret";
    string().validate(length(0..=256)).validate(Validator::string(rule, |text| {
        let parts: Vec<_> = text.splitn(7, ':').collect();
        let fits = matches!(parts.as_slice(), ["arn", "aws", "secretsmanager", region, account, "secret", name]
            if is_region_like(region) && is_account_id(account) && !has_line_break(name));
        (!fits).then(|| {
            format!(
                "`{text}` is not the ARN of a secret, such as \
                 arn:aws:secretsmanager:us-east-1:111122223333:secret:snowflake-AbCdEf."
            )
        })
    }))
}

/// Two letters, a word and a digit, as in `us-east-1`.
fn is_region_like(text: &str) -> bool {
    let lower = |text: &str| is_of(text, |c| c.is_ascii_lowercase());
    let parts: Vec<_> = text.split('-').collect();
    matches!(parts.as_slice(), [land, place, number]
        if land.len() == 2 && lower(land) && lower(place)
            && number.len() == 1 && number.chars().all(|c| c.is_ascii_digit()))
}

/// What a dot of a pattern does not match.
pub(super) fn has_line_break(text: &str) -> bool {
    text.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

/// Where in S3 something is written (API model: AthenaOutputLocation).
pub fn s3_location() -> Codec<String> {
    let rule = "must be a place in S3";
    string().validate(length(8..=1024)).validate(Validator::string(rule, |text| {
        let of_bucket =
            |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(*c);
        let rest = text.strip_prefix("s3://").unwrap_or_default();
        let fits = rest.chars().take_while(of_bucket).count() >= 3 && !has_line_break(rest);
        (!fits).then(|| format!("`{text}` is no place in S3, such as `s3://bucket/prefix`."))
    }))
}

/// The address of a workspace of Databricks (API model: DatabricksWorkspaceUrl).
pub fn workspace_url() -> Codec<String> {
    let rule = "must be the address of a workspace";
    string().validate(length(10..=256)).validate(Validator::string(rule, |text| {
        let host = text.strip_prefix("https://").unwrap_or_default();
        let host = host.strip_suffix('/').unwrap_or(host);
        let name = host.strip_suffix(".cloud.databricks.com").unwrap_or_default();
        let legal = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
        (name.is_empty() || !name.chars().all(legal)).then(|| {
            format!(
                "`{text}` is no address of a workspace, such as \
                 `https://example.cloud.databricks.com`."
            )
        })
    }))
}

/// The endpoint of a share of Databricks, with its metastore and its recipient (API model:
/// DatabricksEndpointUrl).
pub fn share_endpoint() -> Codec<String> {
    let rule = "must be the endpoint of a share";
    string().validate(length(10..=1024)).validate(Validator::string(rule, |text| {
        (!is_share_endpoint(text)).then(|| {
            format!(
                "`{text}` is no endpoint of a share, such as `https://example.cloud.databricks.com/\
                 api/2.0/delta-sharing/metastores/<id>/recipients/<id>`."
            )
        })
    }))
}

fn is_share_endpoint(text: &str) -> bool {
    let parts: Vec<_> = text.split('/').collect();
    let ["https:", "", host, "api", "2.0", kind, "metastores", metastore, "recipients", recipient] =
        parts.as_slice()
    else {
        return false;
    };
    let Some(name) = host.strip_suffix(".cloud.databricks.com") else { return false };
    let lower_uuid = |text: &str| is_uuid(text) && !text.contains(|c: char| c.is_ascii_uppercase());
    let is_host = match *kind {
        "delta-sharing" => is_of(name, |c| c.is_ascii_alphanumeric() || ".-".contains(c)),
        "opensharing" => name.split_once(".opensharing.").is_some_and(|(id, region)| {
            let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            lower_uuid(id) && is_of(region, legal)
        }),
        _ => false,
    };
    is_host && lower_uuid(metastore) && lower_uuid(recipient)
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

/// The key of an object in S3, of 1 to 1024 characters (API model: S3LocationKeyString).
pub fn object_key() -> Codec<String> {
    word(1..=1024, "may hold only letters, digits and ! _ . * ' ( ) + , - /", |c| {
        c.is_ascii_alphanumeric() || "!_.*'()+,-/".contains(c)
    })
}

/// The ARN of what an access budget is for: a table of a membership (API model: BudgetedResourceArn), also
/// in the other form that the model has for the ARN of an association itself (ConfiguredTableAssociationArn).
pub fn budgeted_arn() -> Codec<String> {
    let rule = "must be the ARN of a configured table association or an intermediate table";
    string().validate(length(0..=200)).validate(Validator::string(rule, |text| {
        let parts: Vec<_> = text.split([':', '/']).collect();
        let fits = matches!(parts.as_slice(),
            ["arn", "aws", service, region, account, "membership", membership,
                "configuredtableassociation" | "intermediatetable", id]
            | ["arn", "aws", service, region, account, "configuredtableassociation", membership, id]
            if is_of(service, is_word) && is_region_in_words(region) && is_account_id(account)
                && is_id(membership) && is_id(id));
        (!fits).then(|| {
            format!(
                "`{text}` is not the ARN of a configured table association (arn:aws:cleanrooms:\
                 <region>:<account>:membership/<id>/configuredtableassociation/<id>) nor of an \
                 intermediate table (…/intermediatetable/<id>)."
            )
        })
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
    is_of(account, is_word) && is_of(role, |c| is_word(c) || "+=./@-".contains(c))
}

/// What a custom analysis rule allows: the ARN of an analysis template, `ANY_QUERY` or `ANY_JOB`.
pub fn allowed_analysis() -> Codec<String> {
    let rule = "must be the ARN of an analysis template, ANY_QUERY or ANY_JOB";
    string().validate(length(0..=200)).validate(Validator::string(rule, |text| {
        let is_template = text.starts_with("arn:aws:") && is_template(text);
        (!matches!(text, "ANY_QUERY" | "ANY_JOB") && !is_template).then(|| {
            format!(
                "`{text}` is neither the ARN of an analysis template (arn:aws:cleanrooms:<region>:\
                 <account>:membership/<id>/analysistemplate/<id>) nor `ANY_QUERY` or `ANY_JOB`."
            )
        })
    }))
}

/// The ARN of an analysis template, in any partition (API model: AnalysisTemplateArn).
pub fn analysis_template_arn() -> Codec<String> {
    let rule = "must be the ARN of an analysis template";
    string().validate(length(0..=200)).validate(Validator::string(rule, |text| {
        (!is_template(text)).then(|| {
            format!(
                "`{text}` is not the ARN of an analysis template: arn:aws:cleanrooms:<region>:\
                 <account>:membership/<id>/analysistemplate/<id>."
            )
        })
    }))
}

fn is_template(text: &str) -> bool {
    let parts: Vec<_> = text.split([':', '/']).collect();
    matches!(parts.as_slice(), ["arn", p, "cleanrooms", region, account, "membership", membership, "analysistemplate", id]
        if is_partition(p) && is_region_in_words(region) && is_account_id(account) && is_id(membership) && is_id(id))
}

/// A partition as the patterns have it that take any: `aws[-a-z]*`.
pub fn is_partition(text: &str) -> bool {
    let more = text.strip_prefix("aws");
    more.is_some_and(|more| more.chars().all(|c| c == '-' || c.is_ascii_lowercase()))
}

/// A statement in SQL of at most 500,000 characters (API model: ProtectedQuerySQLParameters).
pub fn sql() -> Codec<String> {
    let not_blank = Validator::string("must not be blank", |text| {
        is_blank(text).then(|| "The statement is blank.".to_owned())
    });
    string().validate(length(0..=500_000)).validate(not_blank)
}

/// What a custom analysis rule allows beside it: a configured audience model association, or a
/// configured model algorithm association, by an ARN that may have wildcards (API model:
/// AdditionalAnalysesResourceArn).
pub fn additional_analysis() -> Codec<String> {
    let rule = "must be the ARN of an association of a model";
    string().validate(length(0..=256)).validate(Validator::string(rule, |text| {
        (!is_audience_model(text) && !is_model_algorithm(text)).then(|| {
            format!(
                "`{text}` is no ARN of a configured audience model association \
                 (arn:aws:cleanrooms:<region>:<account>:membership/<id>/\
                 configuredaudiencemodelassociation/<id>) nor of a configured model algorithm \
                 association (arn:aws:cleanrooms-ml:<region>:<account>:membership/<id>/\
                 configured-model-algorithm-association/<id>)."
            )
        })
    }))
}

fn is_audience_model(text: &str) -> bool {
    let parts: Vec<_> = text.split([':', '/']).collect();
    let id = |text: &str| is_of(text, |c| is_word(c) || "*-".contains(c));
    matches!(parts.as_slice(), ["arn", "aws", "cleanrooms", region, account, "membership", membership,
        "configuredaudiencemodelassociation", association]
        if is_region_in_words(region) && is_account_or_any(account) && id(membership) && id(association))
}

fn is_model_algorithm(text: &str) -> bool {
    let Some((before, association)) = text.split_once("/configured-model-algorithm-association/")
    else {
        return false;
    };
    let parts: Vec<_> = before.split([':', '/']).collect();
    let region =
        |text: &str| is_of(text, |c| c == '-' || c.is_ascii_lowercase() || c.is_ascii_digit());
    let id = |text: &str| is_of(text, |c| is_word(c) || "*-".contains(c));
    let path = |text: &str| is_of(text, |c| c.is_ascii_alphanumeric() || "-_/.".contains(c));
    matches!(parts.as_slice(), ["arn", p, "cleanrooms-ml", r, account, "membership", membership]
        if is_partition(p) && region(r) && is_account_or_any(account) && id(membership))
        && (association == "*" || path(association))
}

fn is_account_or_any(text: &str) -> bool {
    text == "*" || is_account_id(text)
}

/// A Region as some patterns have it: `\w{2}-\w{4,9}-\d`.
pub(super) fn is_region_in_words(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    matches!(parts.as_slice(), [land, place, number]
        if land.len() == 2 && is_of(land, is_word) && (4..=9).contains(&place.len())
            && is_of(place, is_word) && number.len() == 1 && is_of(number, |c| c.is_ascii_digit()))
}

/// An id as some patterns have it.
pub(super) fn is_id(text: &str) -> bool {
    is_of(text, |c| is_word(c) || c == '-')
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether it is some characters, all of them legal.
pub fn is_of(text: &str, legal: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(legal)
}

/// Whether a text passes all checks of its type.
#[cfg(test)]
pub(super) fn accepts(codec: &Codec<String>, text: &str) -> bool {
    let mut found = crate::framework::Diagnostics::new();
    for validator in &codec.validators {
        let path = crate::wire::AttributePath::of("text");
        validator.check(&text.into(), &path, &mut found);
    }
    found.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn names_of_other_systems_follow_the_categories_of_unicode() {
        let strict = foreign_name(1..=255, "may hold no blanks", |_| false);
        for good in
            ["SALES_EU-1", "Übung", "测试", "e\u{301}", "\u{e02}\u{e33}", "Ⅷ", "½", "a‿b", "a–b"]
        {
            assert!(accepts(&strict, good), "{good:?}");
        }
        for bad in ["", "A$B", "a.b", "a/b", "a b", "a\tb", "a\nb", "🛒", "Ⓐ", "a+b", "€"] {
            assert!(!accepts(&strict, bad), "{bad:?}");
        }
        let with_blanks = foreign_name(1..=255, "may hold blanks", is_blank_of_any_kind);
        assert!(accepts(&with_blanks, "a b\u{a0}c\u{3000}"));
        assert!(!accepts(&with_blanks, "a\tb"));
    }

    #[test]
    fn types_of_columns_are_on_one_line() {
        assert!(accepts(&column_type(), "") && accepts(&column_type(), "NUMBER(38,\t0)"));
        for bad in ["a\nb", "a\u{b}", "\u{fffe}", "🛒"] {
            assert!(!accepts(&column_type(), bad), "{bad:?}");
        }
    }

    #[test]
    fn arns_and_places_follow_the_model() {
        let secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret:a/b-AbCdEf";
        assert!(accepts(&secret_arn(), secret));
        for (part, other) in [("1111", "1"), ("us-east-1", "x"), ("aws:", "aws-cn:"), ("b-", "b\n")]
        {
            let bad = secret.replacen(part, other, 1);
            assert!(!accepts(&secret_arn(), &bad), "{bad}");
        }
        assert!(accepts(&s3_location(), "s3://abc") && accepts(&s3_location(), "s3://a.b-c/ä b"));
        for bad in ["s3://ab/", "s3://Bucket/x", "s3://bucket/\nx", "https://bucket/x"] {
            assert!(!accepts(&s3_location(), bad), "{bad:?}");
        }
        for good in ["https://a.cloud.databricks.com", "https://a.b-c.cloud.databricks.com/"] {
            assert!(accepts(&workspace_url(), good), "{good}");
        }
        let (id, share) =
            ("00000000-0000-4000-8000-00000000000a", ".cloud.databricks.com/api/2.0/");
        let rest = format!("/metastores/{id}/recipients/{id}");
        for good in [
            format!("https://x{share}delta-sharing{rest}"),
            format!("https://{id}.opensharing.eu-1{share}opensharing{rest}"),
        ] {
            assert!(accepts(&share_endpoint(), &good), "{good}");
            assert!(!accepts(&share_endpoint(), good.trim_end_matches('a')), "{good}");
            assert!(!accepts(&share_endpoint(), &good.replace("sharing/", "/")), "{good}");
        }
        assert!(!accepts(&share_endpoint(), "https://example.com/share"));
        for bad in [
            "https://example.com",
            "https://.cloud.databricks.com/x",
            "http://a.cloud.databricks.com",
        ] {
            assert!(!accepts(&workspace_url(), bad), "{bad}");
        }
    }

    #[test]
    fn arns_of_templates_follow_the_model() {
        let of = |kind: &str| {
            format!("arn:aws:cleanrooms:us-east-1:111122223333:membership/m-1/{kind}/x_1")
        };
        let template = of("analysistemplate");
        for good in [&template, &template.replace("arn:aws:", "arn:aws-us-gov:")] {
            assert!(accepts(&analysis_template_arn(), good), "{good}");
        }
        for bad in ["", &of("intermediatetable"), &template.replace("aws:", "azure:")] {
            assert!(!accepts(&analysis_template_arn(), bad), "{bad}");
        }
    }

    #[test]
    fn what_is_in_s3_and_what_has_a_budget_follows_the_model() {
        assert!(accepts(&object_key(), "jobs/main-2_(a)!*'.py,+"));
        for bad in ["", "a b", "a=b", "a:b", "ä"] {
            assert!(!accepts(&object_key(), bad), "{bad:?}");
        }
        assert!(accepts(&plain_column(), "ab-c_1") && !accepts(&plain_column(), "ab c"));
        let table = "arn:aws:cleanrooms:us-east-1:111122223333:membership/m-1/configuredtableassociation/a_1";
        assert!(accepts(&budgeted_arn(), table));
        assert!(accepts(
            &budgeted_arn(),
            &table.replace("configuredtableassociation", "intermediatetable")
        ));
        let of_model =
            "arn:aws:cleanrooms:us-east-1:111122223333:configuredtableassociation/m-1/a-1";
        assert!(accepts(&budgeted_arn(), of_model));
        for bad in [
            "",
            &of_model.replace("configuredtableassociation", "intermediatetable"),
            &table.replace("aws:", "aws-cn:"),
            &table.replace("1111", "1"),
        ] {
            assert!(!accepts(&budgeted_arn(), bad), "{bad}");
        }
    }

    #[test]
    fn what_custom_rules_allow_follows_the_model() {
        let template =
            "arn:aws:cleanrooms:us-east-1:111122223333:membership/m-1/analysistemplate/t_1";
        for good in ["ANY_QUERY", "ANY_JOB", template] {
            assert!(accepts(&allowed_analysis(), good), "{good}");
        }
        for bad in
            ["ANY", &template.replace("1111", "1"), &template.replace("us-east-1", "us-gov-west-1")]
        {
            assert!(!accepts(&allowed_analysis(), bad), "{bad}");
        }
        let audience =
            "arn:aws:cleanrooms:us-east-1:*:membership/*/configuredaudiencemodelassociation/a-1";
        let algorithm = "arn:aws-x:cleanrooms-ml:us-east-1:111122223333:membership/m/configured-model-algorithm-association/a/b.c";
        for good in [audience, algorithm, &algorithm.replace("a/b.c", "*")] {
            assert!(accepts(&additional_analysis(), good), "{good}");
        }
        for bad in [
            "arn:aws",
            "arn:aws:x",
            &audience.replace("*:m", "1:m"),
            &algorithm.replace("/a/b.c", "/"),
        ] {
            assert!(!accepts(&additional_analysis(), bad), "{bad}");
        }
    }
}
