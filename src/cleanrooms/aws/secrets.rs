//! What must not be seen: every secret that this process has come to know, taken out of every text
//! that leaves this module.
//!
//! Services, proxies and programs quote what they were sent; so a text is safe only when the
//! known secrets are looked for in it, whoever wrote it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use super::config::{ProviderConfig, Secret};
use aws_credential_types::Credentials;

/// What stands in a secret's place.
const MASK: &str = "(sensitive value)";

/// From this length on, a secret is found anywhere; a shorter one only where it stands alone, since
/// it may be part of any word.
const LONG: usize = 8;

/// Secret keys of AWS have 40 characters. Shorter ones belong to stand-ins such as LocalStack, are
/// words like `test`, and keep nobody out.
const SHORTEST_SECRET_KEY: usize = 16;

static KNOWN: RwLock<BTreeSet<String>> = RwLock::new(BTreeSet::new());

/// Remembers the secrets of a configuration, and those of the proxies of the environment.
pub(super) fn remember_configured(config: &ProviderConfig) {
    let roles = config.assume_role.iter().filter_map(|role| role.external_id.as_ref());
    let web_identity = config.assume_role_with_web_identity.as_ref();
    let token = web_identity.and_then(|role| role.web_identity_token.as_ref());
    for secret in config.token.iter().chain(roles).chain(token) {
        remember(secret.expose());
    }
    if let Some(secret) = &config.secret_key {
        remember_secret_key(secret.expose());
    }
    let configured = [&config.http_proxy, &config.https_proxy];
    let configured = configured.into_iter().flatten().map(Secret::expose).map(str::to_owned);
    let names =
        ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    for address in configured.chain(names.iter().filter_map(|name| std::env::var(name).ok())) {
        remember_password(&address);
    }
}

/// Remembers what is secret in credentials.
pub(super) fn remember_credentials(credentials: &Credentials) {
    remember_secret_key(credentials.secret_access_key());
    if let Some(token) = credentials.session_token() {
        remember(token);
    }
}

fn remember_secret_key(key: &str) {
    if key.len() >= SHORTEST_SECRET_KEY {
        remember(key);
    }
}

/// Remembers the password in the address of a proxy, as it is written and as it is sent.
fn remember_password(address: &str) {
    let address = address.split_once("://").map_or(address, |(_scheme, rest)| rest);
    let Some((user, _host)) = address.rsplit_once('@') else {
        return;
    };
    if let Some((_name, password)) = user.split_once(':') {
        remember(password);
        remember(&percent_decoded(password));
    }
}

/// Remembers one secret: a token, an external id, a password.
pub(super) fn remember(secret: &str) {
    let secret = secret.trim();
    // One character is in every text, and no secret.
    if secret.len() > 1 {
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(secret.to_owned());
        known.insert(percent_encoded(secret));
    }
}

/// The text without the secrets that are known by now.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    without(text, known.iter().map(String::as_str))
}

fn without<'t, 's>(text: &'t str, known: impl Iterator<Item = &'s str>) -> Cow<'t, str> {
    let mut found: Vec<_> = known.filter(|secret| text.contains(*secret)).collect();
    // One secret may be part of another.
    found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let mut text = Cow::Borrowed(text);
    for secret in found {
        text = Cow::Owned(masked_one(&text, secret));
    }
    text
}

fn masked_one(text: &str, secret: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for (start, _) in text.match_indices(secret) {
        let end = start + secret.len();
        if secret.len() >= LONG || stands_alone(&text[..start], &text[end..]) {
            masked.push_str(&text[done..start]);
            masked.push_str(MASK);
            done = end;
        }
    }
    masked.push_str(&text[done..]);
    masked
}

fn stands_alone(before: &str, after: &str) -> bool {
    let of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    !before.ends_with(of_word) && !after.starts_with(of_word)
}

/// As in queries and forms.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, secrets: &[&str], expected: &str) {
        assert_eq!(without(text, secrets.iter().copied()), expected);
    }

    #[test]
    fn a_secret_is_taken_out_wherever_it_stands() {
        check("id=sesame-open!", &["sesame-open"], "id=(sensitive value)!");
        check("xsesame-openx", &["sesame-open"], "x(sensitive value)x");
        check("nothing to hide", &["sesame-open"], "nothing to hide");
        check("sesame-open-wide", &["sesame-open", "sesame-open-wide"], "(sensitive value)");
    }

    #[test]
    fn a_short_secret_is_no_part_of_a_word() {
        check("unable: `ab`, ab.", &["ab"], "unable: `(sensitive value)`, (sensitive value).");
    }

    #[test]
    fn secrets_are_known_as_they_are_written_and_as_they_are_sent() {
        remember_password("http://user:p%40ss/w+rd-1@proxy:8080");
        assert_eq!(masked("got p@ss/w+rd-1"), "got (sensitive value)");
        assert_eq!(masked("got p%40ss/w+rd-1"), "got (sensitive value)");
        assert_eq!(masked("got p%40ss%2Fw%2Brd-1"), "got (sensitive value)");
    }

    #[test]
    fn a_stand_ins_key_is_no_secret() {
        remember_credentials(&Credentials::new("a", "any", Some("some-token".into()), None, "t"));
        assert_eq!(masked("any some-token"), "any (sensitive value)");
    }
}
