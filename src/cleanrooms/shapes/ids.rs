//! Ids of Clean Rooms objects and of accounts.

use crate::framework::codec::{Codec, string};
use crate::framework::validators::Validator;

/// Whether a text is an account id: exactly 12 digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is wrong with an account id, if anything is.
///
/// HCL reads an unquoted key as a number and drops its leading zeros.
pub fn wrong_account_id(text: &str) -> Option<String> {
    if is_account_id(text) {
        return None;
    }
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    Some(if digits && text.len() < 12 {
        format!(
            "`{text}` has {} digits; an AWS account id has 12. A leading zero gets lost when the \
             id is not quoted: write the account id in quotes.",
            text.len()
        )
    } else {
        format!("`{text}` is not an AWS account id, which has exactly 12 digits.")
    })
}

/// Whether a text is an id of this service: a lower-case UUID.
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    let lengths: Vec<_> = groups.iter().map(|group| group.len()).collect();
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.chars().all(hex))
}

/// An id of this service.
pub fn uuid() -> Codec<String> {
    string().validate(Validator::string("must be a lower-case UUID", |text| {
        (!is_uuid(text)).then(|| wrong_uuid(text))
    }))
}

/// What is wrong with an id of this service: where an ARN is given, its last part is meant.
fn wrong_uuid(text: &str) -> String {
    let last = text.rsplit('/').next().unwrap_or_default();
    if text.starts_with("arn:") && is_uuid(last) {
        return format!("`{text}` is an ARN. The id is its last part: `{last}`.");
    }
    format!("`{text}` is not an id of AWS Clean Rooms, which is a UUID in lower case.")
}

/// The id of an account.
pub fn account_id() -> Codec<String> {
    string().validate(Validator::string("must be an account id of 12 digits", wrong_account_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00000000-0000-4000-8000-000000000001";

    #[test]
    fn account_ids_have_twelve_digits() {
        assert_eq!(wrong_account_id("000011112222"), None);
        let lost_zero = wrong_account_id("11112222333").expect("11 digits");
        assert!(lost_zero.contains("in quotes"), "{lost_zero}");
        assert!(wrong_account_id("1111-2222-3333").is_some());
    }

    #[test]
    fn of_an_arn_the_last_part_is_the_id() {
        let arn = format!("arn:aws:cleanrooms:us-east-1:111122223333:collaboration/{ID}");
        assert!(wrong_uuid(&arn).ends_with(&format!("The id is its last part: `{ID}`.")));
        for text in ["arn:aws:iam::111122223333:role/Data", "", &format!("x/{ID}")] {
            assert!(wrong_uuid(text).contains("UUID in lower case"), "{text}");
        }
    }

    #[test]
    fn ids_are_lower_case_uuids() {
        assert!(is_uuid(ID));
        assert!(!is_uuid(&ID.replace('8', "A")));
        assert!(!is_uuid("00000000"));
    }
}
