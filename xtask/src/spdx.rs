//! SPDX licence expressions, as far as manifests of packages use them.

use anyhow::{Result, bail};

/// Whether a licence expression can be satisfied with these licences alone. A licence with an exception
/// is a licence of its own: `Apache-2.0 WITH LLVM-exception`. Old manifests write `/` for `OR`.
///
/// # Errors
///
/// When it is no expression.
pub fn is_satisfied(expression: &str, allowed: &[&str]) -> Result<bool> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    match (reader.any(), reader.words) {
        (Some(is_satisfied), []) => Ok(is_satisfied),
        _ => bail!("`{expression}` is no licence expression"),
    }
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
}

impl Reader<'_> {
    fn next(&mut self, word: &str) -> bool {
        match self.words {
            [first, rest @ ..] if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }

    fn any(&mut self) -> Option<bool> {
        let mut found = self.all()?;
        while self.next("OR") {
            found |= self.all()?;
        }
        Some(found)
    }

    fn all(&mut self) -> Option<bool> {
        let mut found = self.one()?;
        while self.next("AND") {
            found &= self.one()?;
        }
        Some(found)
    }

    fn one(&mut self) -> Option<bool> {
        if self.next("(") {
            let found = self.any()?;
            return self.next(")").then_some(found);
        }
        let [licence, rest @ ..] = self.words else { return None };
        if ["OR", "AND", "WITH", ")"].contains(licence) {
            return None;
        }
        self.words = rest;
        if !self.next("WITH") {
            return Some(self.allowed.contains(licence));
        }
        let [exception, rest @ ..] = self.words else { return None };
        self.words = rest;
        Some(self.allowed.contains(&format!("{licence} WITH {exception}").as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: [&str; 3] = ["MIT", "Apache-2.0", "ISC"];

    #[test]
    fn expressions_are_satisfied_or_not() {
        for (expression, wanted) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("MIT/GPL-3.0-only", true),
            ("GPL-3.0-only / MIT", true),
            ("MIT AND GPL-3.0-only", false),
            ("MIT AND ISC OR GPL-3.0-only", true),
            ("GPL-3.0-only AND MIT OR ISC", true),
            ("GPL-3.0-only AND (MIT OR ISC)", false),
            ("(MIT OR GPL-3.0-only) AND (ISC OR Apache-2.0)", true),
            ("Apache-2.0 WITH LLVM-exception", false),
            ("Apache-2.0 WITH LLVM-exception OR MIT", true),
        ] {
            assert_eq!(
                is_satisfied(expression, &ALLOWED).expect(expression),
                wanted,
                "{expression}"
            );
        }
    }

    #[test]
    fn what_is_no_expression_is_an_error() {
        for text in ["", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT ISC", "MIT WITH", "()"] {
            is_satisfied(text, &ALLOWED).expect_err(text);
        }
    }
}
