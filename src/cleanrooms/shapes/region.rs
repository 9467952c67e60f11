//! The Region of an object, and the Regions into which results may go.

use aws_sdk_cleanrooms::types::SupportedS3Region;

use super::enumeration::open;
use crate::framework::Diagnostic;
use crate::framework::codec::{Codec, set_of, string};
use crate::framework::validators::{Validator, invalid};

/// The Regions that have the service, by the AWS General Reference's page of Clean Rooms endpoints.
pub const REGIONS: [&str; 11] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "us-east-1",
    "us-east-2",
    "us-west-2",
];

/// Whether a text has the form of a Region's name, such as us-east-1.
pub fn is_region(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let [first, .., last] = parts.as_slice() else {
        return false;
    };
    let lower = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    parts.len() >= 3
        && first.len() >= 2
        && parts[..parts.len() - 1].iter().all(lower)
        && (1..=2).contains(&last.len())
        && last.chars().all(|c| c.is_ascii_digit())
}

/// The Region of an object. A Region without the service is a warning, for AWS adds some.
pub fn region() -> Codec<String> {
    let rule = "must be the name of a Region that has AWS Clean Rooms";
    string().validate(Validator::new(rule, |value, path, diagnostics| {
        let Some(text) = value.as_str().filter(|text| !REGIONS.contains(text)) else {
            return;
        };
        diagnostics.push(if is_region(text) {
            let detail = format!(
                "When this provider was released, `{text}` had no AWS Clean Rooms. Known are {}.",
                REGIONS.join(", ")
            );
            Diagnostic::warning(format!("Region {text} may lack the service"), detail)
                .at(path.clone())
        } else {
            invalid(path, format!("`{text}` is not the name of a Region, such as us-east-1."))
        });
    }))
}

/// The Regions into which results may go.
pub fn result_regions() -> Codec<Vec<SupportedS3Region>> {
    // Regions differ by a digit, so none is taken for another's misspelling.
    set_of(open(SupportedS3Region::values(), |text, _| is_region(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_form_of_a_region() {
        for good in ["us-east-1", "ap-southeast-7", "us-gov-west-1", "mx-central-1"] {
            assert!(is_region(good), "{good}");
        }
        for bad in ["", "us-east", "US-EAST-1", "us_east_1", "useast1", "us--1", "us-east-+1"] {
            assert!(!is_region(bad), "{bad}");
        }
        assert!(REGIONS.iter().all(|region| is_region(region)));
    }
}
