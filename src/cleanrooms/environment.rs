//! What a plan took from the provider's surroundings, and whether it still holds when it is applied.
//!
//! The Region and the default tags may come from the environment. A saved plan
//! that is applied where they come out otherwise is refused by core, but only
//! when it plans the creating half again; the deleting half of a replacement has
//! acted by then. So each plan notes what it took, and whichever half acts first
//! looks.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::client::Client;
use super::region;
use crate::framework::plan::{Plan, Walk};
use crate::framework::private::Private;
use crate::framework::{Diagnostic, Diagnostics};

/// The provider's Region, where the plan uses it.
const REGION: &str = "region_of_provider";

/// A hash of the provider's default tags, where the plan knows them.
const DEFAULT_TAGS: &str = "default_tags";

/// Notes what the plan took, tags of a kind that has some; and where the engine hands on the notes of the first plan, says what has changed since.
pub fn note(plan: &mut Plan<'_>, client: Option<&Client>, private: &mut Private) {
    let Some(client) = client else { return };
    if plan.walk == Walk::Apply {
        let first = std::mem::take(&mut plan.first_notes);
        refuse(client, &first, &mut plan.diagnostics);
    }
    if region::is_of_provider(plan)
        && let Ok(region) = client.aws.region()
    {
        private.set_plan_note(REGION, region);
    }
    let is_tagged = plan.schema.of_object().any(|attribute| attribute.name == "tags_all");
    if let Some(tags) = hash_of_default_tags(client).filter(|_| is_tagged) {
        private.set_plan_note(DEFAULT_TAGS, tags);
    }
}

/// Refuses to act on a plan that was made in other surroundings.
pub fn refuse(client: &Client, notes: &Private, diagnostics: &mut Diagnostics) {
    if let Some(then) = notes.plan_note(REGION).and_then(|note| note.as_str()) {
        let now = client.aws.region().unwrap_or_default();
        if then != now {
            diagnostics.push(changed(&format!(
                "The provider's Region was `{then}` then and is `{now}` now"
            )));
        }
    }
    let then = notes.plan_note(DEFAULT_TAGS).and_then(|note| note.as_str());
    if let (Some(then), Some(now)) = (then, hash_of_default_tags(client))
        && then != now
    {
        diagnostics.push(changed("The provider's default tags are others than they were then"));
    }
}

fn changed(what: &str) -> Diagnostic {
    Diagnostic::error(
        "The plan was made with other settings of the provider",
        format!(
            "{what}, most likely because a variable of the environment, such as AWS_REGION or \
             TF_AWS_DEFAULT_TAGS_…, or a profile has changed since. Nothing was done. Plan again with \
             the settings that are meant."
        ),
    )
}

fn hash_of_default_tags(client: &Client) -> Option<String> {
    let tags = &client.tags.default_tags;
    let mut hasher = DefaultHasher::new();
    tags.to_string().hash(&mut hasher);
    tags.is_wholly_known().then(|| format!("{:016x}", hasher.finish()))
}
