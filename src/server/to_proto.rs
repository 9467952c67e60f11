//! Values, schemas and diagnostics to messages.

use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::identity::IdentitySchema;
use crate::framework::schema::{Attribute, Block, Kind, Mode, Nesting, Schema};
use crate::proto::tfplugin6 as proto;
use crate::proto::tfplugin6::attribute_path::step::Selector;
use crate::proto::tfplugin6::resource_identity_schema::IdentityAttribute;
use crate::proto::tfplugin6::schema::{nested_block, object};
use crate::wire::{AttributePath, Step, Type, Value, msgpack};

/// What the server can do beyond protocol 6.0.
pub(super) fn capabilities() -> proto::ServerCapabilities {
    proto::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    }
}

/// A value of a type.
///
/// # Errors
///
/// The framework made a value that is not of its own schema's type.
pub(super) fn value(value: &Value, ty: &Type) -> Result<proto::DynamicValue, Diagnostic> {
    let msgpack = msgpack::encode(value, ty)
        .map_err(|err| Diagnostic::bug(format!("The answer does not fit the schema: {err}")))?;
    Ok(proto::DynamicValue { msgpack, json: Vec::new() })
}

/// Makes null what does not fit its type, and tells it: of an object that was
/// made, what else is known must reach the state. The warnings are no errors,
/// which would have the object destroyed.
pub(super) fn fit(state: &mut Value, ty: &Type) -> Vec<Diagnostic> {
    let (Value::Object(attributes), Type::Object(types)) = (state, ty) else { return Vec::new() };
    let fitted = attributes.iter_mut().filter_map(|(name, attribute)| {
        let misfit = msgpack::encode(attribute, types.get(name)?).err()?;
        *attribute = Value::Null;
        let bug = Diagnostic::bug(format!("`{name}` does not fit the schema: {misfit}"));
        Some(Diagnostic { severity: Severity::Warning, ..bug })
    });
    fitted.collect()
}

/// An identity; nothing for null.
///
/// # Errors
///
/// As for [`value`].
pub(super) fn identity(
    identity: &Value,
    ty: &Type,
) -> Result<Option<proto::ResourceIdentityData>, Diagnostic> {
    if identity.is_null() {
        return Ok(None);
    }
    let identity_data = Some(value(identity, ty)?);
    Ok(Some(proto::ResourceIdentityData { identity_data }))
}

/// Diagnostics in their order.
pub(super) fn diagnostics(diagnostics: Diagnostics) -> Vec<proto::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> proto::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => proto::diagnostic::Severity::Error,
        Severity::Warning => proto::diagnostic::Severity::Warning,
    };
    // Without a path the message is shown against the whole block.
    let path = diagnostic.path.as_ref().map(shown_at).filter(|path| !path.is_root());
    proto::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: path.as_ref().map(attribute_path),
    }
}

/// The part of a path that core can show: the attribute itself, without what is nested in it.
///
/// Of nested attributes core finds no source line, and shows the head of the
/// resource instead. Worse, Terraform 1.11 crashes on a path that ends at a map
/// key when the configuration writes such a key without quotes, as a number,
/// which is natural for account ids. The whole path stands in the summary. A
/// list of blocks is followed, since core finds its lines.
fn shown_at(path: &AttributePath) -> AttributePath {
    let mut steps = path.steps().iter().peekable();
    let mut shown = Vec::new();
    while let Some(step) = steps.next() {
        shown.push(step.clone());
        let nested = matches!(step, Step::Attribute(_))
            && !matches!(steps.peek(), Some(Step::Index(_)) | None);
        if nested {
            break;
        }
    }
    shown.into_iter().collect()
}

/// A path, step by step.
pub(super) fn attribute_path(path: &AttributePath) -> proto::AttributePath {
    let steps = path.steps().iter().map(|step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(*index),
        };
        proto::attribute_path::Step { selector: Some(selector) }
    });
    proto::AttributePath { steps: steps.collect() }
}

/// The schema of the provider block or of a resource.
pub(super) fn schema(schema: &Schema) -> proto::Schema {
    let block = block(&schema.description, &schema.attributes, &schema.blocks);
    proto::Schema { version: schema.version, block: Some(block) }
}

fn block(description: &str, attributes: &[Attribute], blocks: &[Block]) -> proto::schema::Block {
    proto::schema::Block {
        attributes: attributes.iter().map(attribute).collect(),
        block_types: blocks.iter().map(nested_block).collect(),
        description: description.to_owned(),
        description_kind: proto::StringKind::Markdown.into(),
        ..proto::schema::Block::default()
    }
}

fn nested_block(nested: &Block) -> proto::schema::NestedBlock {
    let nesting = match nested.nesting {
        Nesting::Single => nested_block::NestingMode::Single,
        Nesting::List => nested_block::NestingMode::List,
        Nesting::Set => nested_block::NestingMode::Set,
        Nesting::Map => nested_block::NestingMode::Map,
    };
    proto::schema::NestedBlock {
        type_name: nested.name.to_owned(),
        block: Some(block(&nested.description, &nested.attributes, &nested.blocks)),
        nesting: nesting.into(),
        min_items: 0,
        max_items: nested.max_items,
    }
}

fn attribute(attribute: &Attribute) -> proto::schema::Attribute {
    // Core wants exactly one of the two.
    let (r#type, nested_type) = match &attribute.kind {
        Kind::Plain(ty) => (type_json(ty), None),
        Kind::Nested(nesting, attributes) => (Vec::new(), Some(object(*nesting, attributes))),
    };
    proto::schema::Attribute {
        name: attribute.name.to_owned(),
        r#type,
        nested_type,
        description: attribute.description.clone(),
        // Descriptions put values into backticks.
        description_kind: proto::StringKind::Markdown.into(),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.mode.is_computed(),
        sensitive: attribute.sensitive,
        write_only: attribute.is_write_only(),
        ..proto::schema::Attribute::default()
    }
}

fn object(nesting: Nesting, attributes: &[Attribute]) -> proto::schema::Object {
    let nesting = match nesting {
        Nesting::Single => object::NestingMode::Single,
        Nesting::List => object::NestingMode::List,
        Nesting::Set => object::NestingMode::Set,
        Nesting::Map => object::NestingMode::Map,
    };
    proto::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..proto::schema::Object::default()
    }
}

/// The schema of a resource's identity.
pub(super) fn identity_schema(schema: &IdentitySchema) -> proto::ResourceIdentitySchema {
    let attributes = schema.attributes.iter().map(|attribute| IdentityAttribute {
        name: attribute.name.to_owned(),
        r#type: type_json(&Type::String),
        required_for_import: attribute.required_for_import,
        optional_for_import: !attribute.required_for_import,
        description: attribute.description.clone(),
    });
    proto::ResourceIdentitySchema {
        version: schema.version,
        identity_attributes: attributes.collect(),
    }
}

fn type_json(ty: &Type) -> Vec<u8> {
    ty.to_json().to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_misfit_does_not_cost_the_rest() {
        let ty = Type::object([("id", Type::String), ("size", Type::Number)]);
        let mut state = Value::object([("id", "a".into()), ("size", "big".into())]);
        let warnings = fit(&mut state, &ty);
        assert_eq!(state, Value::object([("id", "a".into()), ("size", Value::Null)]));
        assert!(!warnings[0].is_error() && warnings[0].detail.contains("`size`"), "{warnings:?}");
        assert!(value(&state, &ty).is_ok());
        assert_eq!(fit(&mut state, &ty).len(), 0);
    }

    #[test]
    fn diagnostics_point_at_what_core_can_show() {
        let members = AttributePath::of("members").key("111122223333");
        assert_eq!(shown_at(&members), AttributePath::of("members"));
        assert_eq!(shown_at(&members.attribute("display_name")), AttributePath::of("members"));
        let nested = AttributePath::of("timeouts").attribute("update");
        assert_eq!(shown_at(&nested), AttributePath::of("timeouts"));
        let block = AttributePath::of("assume_role").index(0).attribute("role_arn");
        assert_eq!(shown_at(&block), block);
    }
}
