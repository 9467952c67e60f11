//! Who is calling: what the SigV4 `Authorization` header says.
//!
//! The sandbox knows no secret keys, so it cannot verify a signature; it
//! refuses the ones that AWS would refuse to look at.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

use crate::error::ApiError;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The credential scope of a signed request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) access_key: String,
    pub(crate) region: String,
    /// `X-Amz-Security-Token`, which temporary credentials carry.
    pub(crate) token: Option<String>,
}

/// The account behind a request and the name that it goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// 12 digits.
    pub(crate) account: String,
    pub(crate) region: String,
    /// The IAM user or assumed role.
    pub(crate) arn: String,
    /// The unique id that STS gives the principal.
    pub(crate) user_id: String,
}

impl Caller {
    /// The caller for an access key that is an account id itself.
    pub(crate) fn user(account: &str, region: &str) -> Self {
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            arn: format!("arn:aws:iam::{account}:user/sandbox"),
            user_id: format!("AIDA00000{account}"),
        }
    }
}

/// Whether `text` is an AWS account id.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Reads the signature of a request to `service`.
///
/// # Errors
///
/// `MissingAuthenticationTokenException` without a signature,
/// `IncompleteSignatureException` with a malformed one, and
/// `InvalidSignatureException` where the scope is not for this service.
pub(crate) fn credential(headers: &HeaderMap, service: &str) -> Result<Credential, ApiError> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Err(ApiError::front_door(
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ));
    };
    let header = header.to_str().map_err(|_| incomplete("the header is not ASCII"))?;
    let (algorithm, parameters) = header.split_once(' ').unwrap_or((header, ""));
    if algorithm != ALGORITHM {
        return Err(incomplete(&format!("the algorithm must be {ALGORITHM}")));
    }
    let scope = parameter(parameters, "Credential")?;
    check_signed_headers(parameter(parameters, "SignedHeaders")?)?;
    check_signature(parameter(parameters, "Signature")?)?;
    let [access_key, date, region, scope_service, "aws4_request"] =
        scope.split('/').collect::<Vec<_>>()[..]
    else {
        return Err(incomplete("Credential must be KEY/DATE/REGION/SERVICE/aws4_request"));
    };
    check_date(headers, date)?;
    if scope_service != service {
        return Err(wrong_scope(&format!("correct service: '{service}'")));
    }
    if !is_region(region) {
        return Err(wrong_scope("a valid region"));
    }
    Ok(Credential {
        access_key: access_key.to_owned(),
        region: region.to_owned(),
        token: header_text(headers, "x-amz-security-token").map(str::to_owned),
    })
}

fn parameter<'a>(parameters: &'a str, name: &str) -> Result<&'a str, ApiError> {
    parameters
        .split(',')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
        .ok_or_else(|| incomplete(&format!("Authorization header requires '{name}' parameter")))
}

fn check_signed_headers(names: &str) -> Result<(), ApiError> {
    if names.split(';').any(|name| name == "host") {
        Ok(())
    } else {
        Err(incomplete("SignedHeaders must include 'host'"))
    }
}

fn check_signature(signature: &str) -> Result<(), ApiError> {
    if signature.len() == 64 && signature.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(())
    } else {
        Err(incomplete("Signature must be 64 hexadecimal digits"))
    }
}

/// The scope's date must be the day of `X-Amz-Date`, written `YYYYMMDDTHHMMSSZ`.
fn check_date(headers: &HeaderMap, date: &str) -> Result<(), ApiError> {
    let time =
        header_text(headers, "x-amz-date").ok_or_else(|| incomplete("'X-Amz-Date' is missing"))?;
    let well_formed = time.len() == 16
        && time.bytes().enumerate().all(|(index, b)| match index {
            8 => b == b'T',
            15 => b == b'Z',
            _ => b.is_ascii_digit(),
        });
    if !well_formed {
        return Err(incomplete("'X-Amz-Date' must be YYYYMMDDTHHMMSSZ"));
    }
    if &time[..8] != date {
        return Err(wrong_scope("the date of X-Amz-Date"));
    }
    Ok(())
}

/// The Regions that the ARN patterns of the model can spell.
fn is_region(region: &str) -> bool {
    let [area, name, number] = region.split('-').collect::<Vec<_>>()[..] else {
        return false;
    };
    let is_word = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase());
    area.len() == 2
        && is_word(area)
        && (4..=9).contains(&name.len())
        && is_word(name)
        && number.len() == 1
        && number.bytes().all(|b| b.is_ascii_digit())
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn incomplete(what: &str) -> ApiError {
    ApiError::front_door(
        403,
        "IncompleteSignatureException",
        format!("The signature is malformed: {what}."),
    )
}

fn wrong_scope(what: &str) -> ApiError {
    ApiError::front_door(
        403,
        "InvalidSignatureException",
        format!("Credential should be scoped to {what}."),
    )
}
