//! Ids and ARNs of Clean Rooms objects, and the account ids that they carry.

use super::region::is_region;
use crate::framework::codec::{Codec, string};
use crate::framework::identity::{IdentityAttribute, IdentitySchema};
use crate::framework::validators::Validator;
use crate::framework::{Diagnostic, ImportTarget};
use crate::wire::Value;

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
        (!is_uuid(text)).then(|| {
            format!("`{text}` is not an id of AWS Clean Rooms, which is a UUID in lower case.")
        })
    }))
}

/// The ARN of an object of this service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn {
    /// The Region of the object.
    pub region: String,
    /// The account that owns it.
    pub account: String,
    /// Its kind, such as `collaboration`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

impl Arn {
    /// Takes an ARN apart; `None` if it is not one of this service's.
    ///
    /// The partition may be any, though the service exists only in `aws`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (arn, _partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let (kind, id) = resource.split_once('/')?;
        (arn == "arn" && service == "cleanrooms").then(|| Self {
            region: region.to_owned(),
            account: account.to_owned(),
            kind: kind.to_owned(),
            id: id.to_owned(),
        })
    }
}

/// The account that an ARN names; `None` if the text is none.
pub fn account_in(text: &str) -> Option<String> {
    Arn::parse(text).map(|arn| arn.account)
}

/// State to import from an id, an ARN or `id@region`.
///
/// # Errors
///
/// The text is none of these, or the ARN of another kind of object.
fn import_by_id(kind: &str, text: &str) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
    let (id, region) = match Arn::parse(text) {
        Some(arn) if arn.kind == kind => (arn.id, Some(arn.region)),
        Some(arn) => {
            let detail = format!("`{text}` is the ARN of a {}, not of a {kind}.", arn.kind);
            return Err(Diagnostic::error(format!("Cannot import this as a {kind}"), detail));
        }
        None => match text.split_once('@') {
            Some((id, region)) => (id.to_owned(), Some(region.to_owned())),
            None => (text.to_owned(), None),
        },
    };
    if !is_uuid(&id) {
        return Err(Diagnostic::error(
            format!("Cannot import `{text}`"),
            format!(
                "A {kind} is imported by its id (a UUID in lower case), by its ARN, or by its id \
                 and Region as `id@region`."
            ),
        ));
    }
    if let Some(region) = region.as_deref().filter(|region| !is_region(region)) {
        return Err(Diagnostic::error(
            format!("Cannot import `{text}`"),
            format!("`{region}` is not the name of a Region, such as us-east-1."),
        ));
    }
    let mut state = vec![("id", Value::String(id))];
    state.extend(region.map(|region| ("region", Value::String(region))));
    Ok(state)
}

/// The identity of an object of this service: its id, its Region and its account.
pub fn identity_schema(id: &'static str, account: &'static str) -> IdentitySchema {
    let attribute = |name, description, required_for_import| IdentityAttribute {
        name,
        description,
        required_for_import,
    };
    IdentitySchema {
        version: 0,
        attributes: vec![
            attribute("id", id, true),
            attribute("region", "Its Region; the provider's when left out.", false),
            attribute("account_id", account, false),
        ],
    }
}

/// State to import from an id or an identity.
///
/// # Errors
///
/// The id is none, nor an ARN, nor `id@region`; or it is the ARN of another kind of object.
pub fn import(
    kind: &str,
    target: ImportTarget<'_>,
) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
    let identity = match target {
        ImportTarget::Id(id) => return import_by_id(kind, id),
        ImportTarget::Identity(identity) => identity,
    };
    let mut state = import_by_id(kind, identity.get("id").as_str().unwrap_or_default())?;
    state.push(("region", identity.get("region").clone()));
    Ok(state)
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
    fn ids_are_lower_case_uuids() {
        assert!(is_uuid(ID));
        assert!(!is_uuid(&ID.replace('8', "A")));
        assert!(!is_uuid("00000000"));
    }

    #[test]
    fn an_arn_is_taken_apart() {
        let text = format!("arn:aws:cleanrooms:eu-west-1:111122223333:membership/{ID}");
        let arn = Arn::parse(&text).expect("an ARN");
        let parts = [arn.region, arn.account, arn.kind, arn.id];
        assert_eq!(parts, ["eu-west-1", "111122223333", "membership", ID]);
        assert_eq!(Arn::parse("arn:aws:s3:::bucket/key"), None);
    }

    #[test]
    fn imports_by_id_arn_and_region() {
        let region = |text: &str| {
            let state = import_by_id("collaboration", text).expect("importable");
            assert_eq!(state[0], ("id", ID.into()));
            state.get(1).and_then(|(_, region)| region.as_str().map(str::to_owned))
        };
        assert_eq!(region(ID), None);
        assert_eq!(region(&format!("{ID}@eu-west-1")).as_deref(), Some("eu-west-1"));
        let arn = format!("arn:aws:cleanrooms:us-east-1:111122223333:collaboration/{ID}");
        assert_eq!(region(&arn).as_deref(), Some("us-east-1"));
    }

    #[test]
    fn refuses_other_things_to_import() {
        let membership = format!("arn:aws:cleanrooms:us-east-1:111122223333:membership/{ID}");
        assert!(import_by_id("collaboration", &membership).is_err());
        assert!(import_by_id("collaboration", "my-collaboration").is_err());
        assert!(import_by_id("collaboration", &format!("{ID}@moon")).is_err());
    }
}
