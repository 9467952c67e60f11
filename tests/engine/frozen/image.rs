//! The schemas as JSON: all that a configuration, a state or a plan rests on, and no documentation.

use anyhow::{Context, Result};
use cleanrooms_provider::cleanrooms::provider::CleanRooms;
use cleanrooms_provider::cleanrooms::registry;
use cleanrooms_provider::framework::Provider;
use cleanrooms_provider::framework::identity::IdentitySchema;
use cleanrooms_provider::framework::schema::{
    Attribute, Block, Kind, Mode, Nesting, Replace, Schema,
};
use cleanrooms_provider::wire::json;
use serde_json::{Map, Value as Json, json as object};

/// Those of this build.
pub fn present() -> Result<Json> {
    let mut resources = Map::new();
    for resource in registry::all() {
        let mut image = schema(resource.schema())?;
        image["identity"] = identity(resource.identity_schema());
        resources.insert(resource.type_name().to_owned(), image);
    }
    let mut data_sources = Map::new();
    for source in registry::data_sources() {
        data_sources.insert(source.type_name().to_owned(), schema(source.schema())?);
    }
    let mut list_resources = Map::new();
    for listed in registry::list_resources() {
        list_resources.insert(listed.type_name().to_owned(), schema(listed.schema())?);
    }
    let mut actions = Map::new();
    for action in registry::actions() {
        actions.insert(action.type_name().to_owned(), schema(action.schema())?);
    }
    Ok(object!({
        "provider": schema(&CleanRooms::schema())?,
        "resources": resources,
        "data_sources": data_sources,
        "list_resources": list_resources,
        "actions": actions,
    }))
}

fn schema(schema: &Schema) -> Result<Json> {
    let mut image = body(&schema.attributes, &schema.blocks)?;
    image["version"] = schema.version.into();
    Ok(image)
}

fn body(attributes: &[Attribute], blocks: &[Block]) -> Result<Json> {
    let mut image = object!({ "attributes": {} });
    for attribute in attributes {
        image["attributes"][attribute.name] = one(attribute)?;
    }
    for block in blocks {
        let mut of_block = body(&block.attributes, &block.blocks)?;
        of_block["nested"] = nesting(block.nesting).into();
        of_block["max_items"] = block.max_items.into();
        image["blocks"][block.name] = of_block;
    }
    Ok(image)
}

fn one(attribute: &Attribute) -> Result<Json> {
    let mut image = match &attribute.kind {
        Kind::Plain(ty) => object!({ "type": ty.to_json() }),
        Kind::Nested(held, attributes) => {
            let mut image = body(attributes, &[])?;
            image["nested"] = nesting(*held).into();
            image
        }
    };
    image["mode"] = match attribute.mode {
        Mode::Required => "required",
        Mode::Optional => "optional",
        Mode::Computed => "computed",
        Mode::OptionalComputed => "optional_computed",
    }
    .into();
    if attribute.sensitive {
        image["sensitive"] = true.into();
    }
    if attribute.is_write_only() {
        image["write_only"] = true.into();
    }
    if let Some(default) = &attribute.default {
        let bytes = json::encode(default, &attribute.implied_type())
            .with_context(|| format!("the default of {}", attribute.name))?;
        image["default"] = serde_json::from_slice(&bytes)?;
    }
    let replaced = match attribute.replace {
        Replace::Never => None,
        Replace::WhenKnown => Some("when_known"),
        Replace::Relocates => Some("relocates"),
        Replace::OfVariant => Some("of_variant"),
    };
    if let Some(replaced) = replaced {
        image["replace"] = replaced.into();
    }
    let rules: Vec<_> = attribute.validators.iter().map(|it| it.rule.as_str()).collect();
    if !rules.is_empty() {
        image["rules"] = rules.into();
    }
    Ok(image)
}

fn nesting(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "single",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
    }
}

fn identity(schema: &IdentitySchema) -> Json {
    let mut image = object!({ "version": schema.version, "attributes": {} });
    for attribute in &schema.attributes {
        image["attributes"][attribute.name] =
            object!({ "required_for_import": attribute.required_for_import });
    }
    image
}
