//! The hashes that sums, lock files and mirrors are made of.

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::archive::Entry;

/// The SHA-256 of some bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").expect("a string takes everything");
    }
    text
}

/// The `h1:` hash by which engines lock the content of a package: SHA-256 of a line for each of its
/// files, as Go's `golang.org/x/mod/sumdb/dirhash` has it.
pub fn h1(entries: &[Entry]) -> String {
    let mut files: Vec<_> = entries.iter().collect();
    files.sort_by_key(|entry| &entry.name);
    let line = |entry: &&Entry| format!("{}  {}\n", sha256(&entry.content), entry.name);
    let lines: String = files.iter().map(line).collect();
    format!("h1:{}", BASE64.encode(Sha256::digest(lines)))
}

/// The lines of a `SHA256SUMS` file: files with their hashes, in the order of their names.
pub fn sums<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut lines: Vec<_> =
        files.into_iter().map(|(name, content)| (name, sha256(content))).collect();
    lines.sort();
    lines.into_iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect()
}

/// The files that a `SHA256SUMS` file names, with their hashes.
///
/// # Errors
///
/// When a line has another form.
pub fn read_sums(text: &str) -> Result<Vec<(String, String)>> {
    let line = |line: &str| {
        let (hash, name) = line.split_once("  ").with_context(|| format!("`{line}`"))?;
        let is_hash = hash.len() == 64
            && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if !is_hash || name.is_empty() || name.contains(['/', '\\']) {
            bail!("`{line}` is no SHA-256 with the name of a file");
        }
        Ok((name.to_owned(), hash.to_owned()))
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_go() {
        // `printf 'hello' | sha256sum`
        let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert_eq!(sha256(b"hello"), hello);
        let entry = |name: &str, content: &str| Entry::file(name, content.as_bytes().to_vec());
        // Of `printf '%s  %s\n'` of both sums and names, `openssl dgst -sha256 -binary | base64`.
        let files = [entry("prefix/xyz", "data for xyz"), entry("prefix/abc", "data for abc")];
        assert_eq!(h1(&files), "h1:rLyfpGMAgqOnGE2aKOY5Xb6cOc0/YQhPjHBHBwkblhs=");
        let mut reversed = files.clone();
        reversed.reverse();
        assert_eq!(h1(&files), h1(&reversed));
    }

    #[test]
    fn sums_are_read_as_they_are_written() {
        let text = sums([("b.zip", b"b".as_slice()), ("a.zip", b"a")]);
        let read = read_sums(&text).expect("it is of that form");
        let names: Vec<_> = read.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a.zip", "b.zip"]);
        assert_eq!(read[0].1, sha256(b"a"));
    }

    #[test]
    fn other_lines_are_no_sums() {
        let hash = sha256(b"");
        for text in [
            "abc  file".to_owned(),
            format!("{hash} file"),
            format!("{hash}  "),
            format!("{hash}  ../file"),
            format!("{}  file", hash.to_uppercase()),
        ] {
            read_sums(&text).expect_err(&text);
        }
    }
}
