//! The intermediate tables that are built on a table.

use aws_sdk_cleanrooms::types::builders::ChildResourceBuilder;
use aws_sdk_cleanrooms::types::{ChildResource, ChildResourceType, ResourceStatus};

use crate::framework::Diagnostic;
use crate::framework::codec::{Codec, object, string, text_enum};
use crate::framework::row::field;
use crate::wire::Value;

/// What is built on a table: the attribute `child_resources`.
pub fn child_resources() -> Codec<Vec<ChildResource>> {
    object(ChildResourceBuilder::build)
        .with(
            field("resource_id", string())
                .computed()
                .doc("Its id.")
                .read(|it: &ChildResource| it.resource_id.clone()),
        )
        .with(
            field("resource_name", string())
                .computed()
                .doc("Its name.")
                .read(|it: &ChildResource| Some(it.resource_name.clone())),
        )
        .with(
            field("resource_type", text_enum::<ChildResourceType>())
                .computed()
                .doc("Its kind.")
                .read(|it: &ChildResource| Some(it.resource_type.clone())),
        )
        .with(
            field("resource_status", text_enum::<ResourceStatus>())
                .computed()
                .doc("Its status.")
                .read(|it: &ChildResource| it.resource_status.clone()),
        )
        .with(
            field("owner_account_id", string())
                .computed()
                .doc("The account that owns it.")
                .read(|it: &ChildResource| Some(it.owner_account_id.clone())),
        )
        .set()
        .plain()
}

/// What is built on a table loses its data with it (user guide: intermediate tables).
pub fn lose_data(noun: &str, prior: &Value) -> Option<Diagnostic> {
    let children = prior.get("child_resources").as_elements();
    let names: Vec<_> = children.filter_map(|it| it.get("resource_name").as_str()).collect();
    (!names.is_empty()).then(|| {
        Diagnostic::warning(
            "Intermediate tables lose what they are built on",
            format!(
                "When the {noun} goes, these intermediate tables lose their data and can no longer \
                 be used, whoever owns them: {}.",
                names.join(", ")
            ),
        )
    })
}
