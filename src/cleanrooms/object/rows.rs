//! The rows that objects of every kind have.

use super::{Object, Of};
use crate::cleanrooms::kind::Kind;
use crate::cleanrooms::shapes::region::region as region_name;
use crate::cleanrooms::shapes::tags::{same as same_tags, tags as own_tags};
use crate::cleanrooms::shapes::time::time;
use crate::cleanrooms::shapes::timeouts::timeouts;
use crate::framework::codec::{string, string_map};
use crate::framework::{Resource, ResourceSchema};

/// The rows that objects of every kind have.
pub(super) fn with_common_rows<O: Object>(schema: ResourceSchema<Of<O>>) -> ResourceSchema<Of<O>> {
    type Row<O> = Of<O>;
    let Kind { noun, parent, .. } = O::KIND;
    let mut schema = schema;
    if O::KIND.tagged {
        schema = schema
            .with(
                Row::<O>::attribute("tags", own_tags())
                    .optional()
                    .equivalent(same_tags)
                    .sent_elsewhere()
                    .updated_elsewhere()
                    .doc(&format!(
                        "Tags of the {noun}. They overlay the provider's `default_tags`."
                    ))
                    .read(|r| r.tags.as_ref()?.own.clone()),
            )
            .with(
                Row::<O>::attribute("tags_all", string_map())
                    .computed()
                    .doc("All tags: the provider's `default_tags`, overlaid by `tags`.")
                    .read(|r| Some(r.tags.as_ref()?.all.clone().into_iter().collect())),
            );
    }
    let region = Row::<O>::attribute("region", region_name()).optional_computed().sent_elsewhere();
    let region = match parent {
        None => region.requires_replace().doc(&format!(
            "The Region of the {noun}: the provider's when left out. Another one replaces."
        )),
        Some(parent) => region.updated_elsewhere().doc(&format!(
            "The Region of the {noun}: the provider's when left out. It changes only together \
             with `{parent}`."
        )),
    };
    let [create, update] = O::TIMEOUTS;
    schema = schema.with(region.read(|r| Some(r.region.clone()))).with(
        Row::<O>::attribute("timeouts", timeouts(create, update))
            .optional()
            .local()
            .doc("How long operations wait, such as `90s` or `5m`."),
    );
    if O::KIND.key.contains(&"id") {
        schema = schema.with(
            Row::<O>::attribute("id", string())
                .computed()
                .doc(&format!("The id of the {noun}."))
                .read(|r| O::facts(&r.item).id),
        );
    }
    if O::KIND.arn.is_some() {
        schema = schema.with(
            Row::<O>::attribute("arn", string())
                .computed()
                .doc(&format!("The ARN of the {noun}."))
                .read(|r| O::facts(&r.item).arn),
        );
    }
    let made = if O::IS_HISTORY { "started" } else { "made" };
    let schema = schema.with(
        Row::<O>::attribute("create_time", time())
            .computed()
            .doc(&format!("When the {noun} was {made}."))
            .read(|r| O::facts(&r.item).create_time),
    );
    if O::IS_HISTORY {
        return schema;
    }
    schema.with(
        Row::<O>::attribute("update_time", time())
            .computed()
            .unknown_on_update()
            .doc(&format!("When the {noun} was last changed."))
            .read(|r| O::facts(&r.item).update_time),
    )
}
