//! The page of a kind: what it says itself, and what holds for all kinds.

use super::Object;
use crate::cleanrooms::kind::Kind;
use crate::framework::page::{Need, Page, Permissions};

/// What the page of a kind says besides its schema.
pub(super) fn page<O: Object>() -> Page {
    let (mut read, mut apply) = (O::READS.to_vec(), O::WRITES.to_vec());
    if O::KIND.tagged {
        read.push(Need::always(&["cleanrooms:ListTagsForResource"]));
        apply.push(Need::when(
            "where it has tags, those of `default_tags` included",
            &["cleanrooms:TagResource", "cleanrooms:UntagResource"],
        ));
    }
    Page { import: import(&O::KIND), permissions: Permissions { read, apply } }
}

/// Which ids an import takes.
fn import(kind: &Kind) -> String {
    let ids = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| format!("<{name}>")).collect();
        format!("`{}`", names.join("/"))
    };
    let (_, before_last) = kind.key.split_last().expect("a kind has a key");
    let or_less = match kind.type_is_found {
        true => format!(", or {} alone", ids(before_last)),
        false => String::new(),
    };
    let or_arn = if kind.arn.is_some() { ", or the ARN" } else { "" };
    format!(
        "The id is {}{or_less}, followed by `@<region>` where the object is in another Region than \
         the provider's{or_arn}.",
        ids(kind.key)
    )
}
