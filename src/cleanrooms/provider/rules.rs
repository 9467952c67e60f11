//! Checks of single arguments. An empty text counts as not given, as in hashicorp/aws: modules pass
//! `""` for what they leave out.

use std::ops::RangeInclusive;

use http::Uri;

use crate::cleanrooms::aws::is_proxy_address;
use crate::cleanrooms::shapes::ids::{is_account_id, wrong_account_id};
use crate::cleanrooms::shapes::region::is_region;
use crate::cleanrooms::shapes::timeouts;
use crate::framework::Diagnostic;
use crate::framework::validators::{Validator, elements, invalid, null_element};

/// Texts that are not empty: `wrong` gives what is wrong with one, or nothing.
fn text(rule: &str, wrong: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Validator {
    Validator::string(rule, move |text| if text.is_empty() { None } else { wrong(text) })
}

/// One of the values, in any case, as hashicorp/aws takes them.
pub(super) fn one_of(values: &'static [&'static str]) -> Validator {
    let rule = format!("must be one of {}", values.join(", "));
    let detail = format!("It {rule}.");
    text(&rule, move |text| {
        let known = values.iter().any(|value| value.eq_ignore_ascii_case(text));
        (!known).then(|| format!("`{text}` is not known. {detail}"))
    })
}

/// A whole number in the range.
pub(super) fn whole_number(range: RangeInclusive<i64>) -> Validator {
    let rule = format!("must be a whole number from {} to {}", range.start(), range.end());
    let detail = format!("It {rule}.");
    Validator::new(rule, move |value, path, diagnostics| {
        let number = value.as_number().and_then(|number| number.as_i64());
        if !number.is_some_and(|number| range.contains(&number)) {
            diagnostics.push(invalid(path, detail.clone()));
        }
    })
}

/// An address of a service.
pub(super) fn url() -> Validator {
    text("must be a URL", |text| {
        let usable = text.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
        });
        (!usable).then(|| {
            "It is not a URL, such as https://vpce-0123.example.com or http://localhost:4566."
                .to_owned()
        })
    })
}

/// An address of a proxy, which is never shown, since it may hold a password.
pub(super) fn proxy() -> Validator {
    text("must be the address of a proxy", |text| {
        (!is_proxy_address(text)).then(|| {
            "It is not the address of a proxy, such as http://proxy.example.com:8080 or \
             socks5://proxy.example.com:1080."
                .to_owned()
        })
    })
}

/// The name of a Region.
pub(super) fn region_name() -> Validator {
    text("must be the name of a Region", |text| {
        (!is_region(text))
            .then(|| format!("`{text}` is not the name of a Region, such as us-east-1."))
    })
}

/// An id of an account.
pub(super) fn account_id() -> Validator {
    Validator::string("must be an account id of 12 digits", wrong_account_id)
}

/// The ARN of a role that can be assumed.
pub(super) fn role_arn() -> Validator {
    text("must be the ARN of an IAM role", |text| {
        let role = arn_parts(text).is_some_and(|(service, account, resource)| {
            service == "iam"
                && is_account_id(account)
                && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
        });
        (!role).then(|| {
            format!(
                "`{text}` is not the ARN of an IAM role, such as \
                 arn:aws:iam::111122223333:role/Deployer."
            )
        })
    })
}

/// Any ARN.
pub(super) fn arn() -> Validator {
    text("must be an ARN", |text| {
        arn_parts(text).is_none().then(|| {
            format!("`{text}` is not an ARN, such as arn:aws:iam::aws:policy/ReadOnlyAccess.")
        })
    })
}

/// Service, account and resource of an ARN.
fn arn_parts(text: &str) -> Option<(&str, &str, &str)> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, service, _region, account, resource]
            if !partition.is_empty() && !service.is_empty() && !resource.is_empty() =>
        {
            Some((service, account, resource))
        }
        _ => None,
    }
}

/// A name of a session or of its source, by the STS API reference: 2 to 64 of `\w+=,.@-`.
pub(super) fn session_name() -> Validator {
    text("must be 2 to 64 letters, digits and _ + = , . @ -", |text| {
        let legal = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        let wrong = !(2..=64).contains(&text.chars().count()) || !text.chars().all(legal);
        wrong.then(|| {
            format!(
                "`{text}` does not have the form that STS accepts: 2 to 64 letters, digits and \
                 _ + = , . @ -"
            )
        })
    })
}

/// How long a session may last: 15 minutes to 12 hours.
pub(super) fn session_duration() -> Validator {
    text("must be a duration from 15m to 12h", |text| {
        let seconds = timeouts::parse(text).map(|duration| duration.as_secs());
        match seconds {
            None => Some(format!("`{text}` is not a duration, such as 45m or 1h30m.")),
            Some(seconds) if !(900..=43_200).contains(&seconds) => {
                Some(format!("`{text}` is out of range: a session lasts from 15m to 12h."))
            }
            Some(_) => None,
        }
    })
}

/// A JSON document.
pub(super) fn json() -> Validator {
    text("must be JSON", |text| {
        let err = serde_json::from_str::<serde_json::Value>(text).err()?;
        Some(format!("It is not JSON: {err}."))
    })
}

/// An argument that may not be given, because of this.
pub(super) fn refused(hint: &'static str) -> Validator {
    Validator::new("must not be given", move |_value, path, diagnostics| {
        let detail = format!("`{path}` has no meaning for this provider. {hint} Remove the line.");
        diagnostics
            .push(Diagnostic::error("Argument without a meaning here", detail).at(path.clone()));
    })
}

/// Collections whose elements all keep to a rule.
pub(super) fn each(rule: Validator) -> Validator {
    Validator::new(rule.rule.clone(), move |value, path, diagnostics| {
        for (element, path) in elements(value, path) {
            rule.check(element, &path, diagnostics);
        }
    })
}

/// Collections without null elements.
pub(super) fn no_null_elements() -> Validator {
    Validator::new("must not have null elements", |value, path, diagnostics| {
        for (element, path) in elements(value, path) {
            if element.is_null() {
                diagnostics.push(null_element(&path));
            }
        }
    })
}
