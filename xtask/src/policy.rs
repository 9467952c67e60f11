//! What may be linked into a release: from where it comes, under which licences, and what never.
//!
//! The part of cargo-deny that needs no data from elsewhere. Advisories are such data, so they are
//! looked at by the release workflow.

use std::collections::{BTreeMap, BTreeSet};

use crate::linked::Package;
use crate::spdx;

/// Licences under which anybody may hand the program on, beside our own.
const LICENCES: &[&str] = &[
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

/// The only place from which packages come.
const SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What must not come in again, and why. A version is the beginning of one, or empty for all.
const BANNED: &[(&str, &str, &str)] = &[
    ("native-tls", "", "one TLS library is enough"),
    ("openssl-sys", "", "a static program has no system library to load"),
    ("ring", "", "engines present P-521 certificates, which it cannot verify"),
    ("hyper", "0.", "the SDK's former stack, of which it needs nothing"),
    ("rustls", "0.21.", "the SDK's former stack, of which it needs nothing"),
    ("h2", "0.3.", "the SDK's former stack, of which it needs nothing"),
];

/// What is linked in twice, and why that is so. Anything else that comes twice is an error.
const TWICE: &[(&str, &str)] = &[
    ("base64", "hyper-util is newer than tonic and we are"),
    ("block-buffer", RUSTCRYPTO),
    ("cpufeatures", RUSTCRYPTO),
    ("crypto-common", RUSTCRYPTO),
    ("digest", RUSTCRYPTO),
];

const RUSTCRYPTO: &str = "the SDK is between two generations of the RustCrypto crates";

/// Everything that is wrong with what is linked in; nothing, where a release may be made of it.
pub fn broken(packages: &[Package]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        let (name, version) = (package.id.name.as_str(), package.id.version.as_str());
        versions.entry(name).or_default().insert(version);
        let mut say = |what: String| wrong.push(format!("{name} {version}: {what}"));
        match package
            .licence
            .as_deref()
            .map(|licence| (licence, spdx::is_satisfied(licence, LICENCES)))
        {
            Some((_, Ok(true))) => {}
            Some((licence, Ok(false))) => say(format!("its licence `{licence}` is not allowed")),
            Some((_, Err(err))) => say(err.to_string()),
            None => say("it tells no licence".to_owned()),
        }
        match &package.source {
            None => {}
            Some(source) if source != SOURCE => say(format!("it comes from {source}")),
            Some(_) if package.checksum.is_none() => {
                say("the lock file has no checksum".to_owned())
            }
            Some(_) => {}
        }
        let is_banned = |ban: &&(&str, &str, &str)| ban.0 == name && version.starts_with(ban.1);
        if let Some((_, _, why)) = BANNED.iter().find(is_banned) {
            say(format!("it is banned: {why}"));
        }
    }
    for (name, versions) in versions {
        if versions.len() > 1 && !TWICE.iter().any(|(twice, _)| *twice == name) {
            let versions: Vec<_> = versions.into_iter().collect();
            wrong.push(format!("{name} is linked in more than once: {}", versions.join(", ")));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::linked::Id;

    fn package(name: &str, version: &str) -> Package {
        Package {
            id: Id { name: name.to_owned(), version: version.to_owned() },
            licence: Some("MIT OR Apache-2.0".to_owned()),
            source: Some(SOURCE.to_owned()),
            checksum: Some("abc".to_owned()),
            repository: None,
            authors: Vec::new(),
            folder: PathBuf::new(),
            dependencies: BTreeSet::new(),
        }
    }

    #[track_caller]
    fn told(package: Package, what: &str) {
        assert_eq!(broken(&[package]), [what]);
    }

    #[test]
    fn what_is_in_order_is_in_order() {
        let ours = Package { source: None, checksum: None, ..package("ours", "0.1.0") };
        assert_eq!(broken(&[ours, package("http", "1.0.0")]), [""; 0]);
    }

    #[test]
    fn each_rule_is_held() {
        let http = || package("http", "1.0.0");
        let licence = |text: &str| Package { licence: Some(text.to_owned()), ..http() };
        told(licence("GPL-3.0-only"), "http 1.0.0: its licence `GPL-3.0-only` is not allowed");
        told(licence("MIT OR"), "http 1.0.0: `MIT OR` is no licence expression");
        told(Package { licence: None, ..http() }, "http 1.0.0: it tells no licence");
        let source = Some("git+https://example.com/http".to_owned());
        let elsewhere = "http 1.0.0: it comes from git+https://example.com/http";
        told(Package { source, ..http() }, elsewhere);
        told(Package { checksum: None, ..http() }, "http 1.0.0: the lock file has no checksum");
        let banned = "it is banned: engines present P-521 certificates, which it cannot verify";
        told(package("ring", "0.17.0"), &format!("ring 0.17.0: {banned}"));
        let former = "it is banned: the SDK's former stack, of which it needs nothing";
        told(package("hyper", "0.14.1"), &format!("hyper 0.14.1: {former}"));
        assert_eq!(broken(&[package("hyper", "1.0.0")]), [""; 0]);
    }

    #[test]
    fn what_comes_twice_is_named() {
        let twice = [package("http", "0.2.0"), package("http", "1.0.0")];
        assert_eq!(broken(&twice), ["http is linked in more than once: 0.2.0, 1.0.0"]);
        assert_eq!(broken(&[package("digest", "0.10.0"), package("digest", "0.11.0")]), [""; 0]);
    }
}
