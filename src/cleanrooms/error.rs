//! From an AWS error to a diagnostic: severity, wording and the attribute at fault.

use super::aws::AwsError;
use crate::framework::schema::{Attribute, Kind, Schema};
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// What a call was meant to do, as the beginning of a summary: "Cannot create the collaboration".
pub fn failed(what: &str, err: &AwsError) -> Diagnostic {
    Diagnostic::error(format!("Cannot {what}"), err.to_string())
}

/// The diagnostics of a call that carried attributes: each field that the service names is told at its attribute.
///
/// `planned` holds the values that were sent, so that the index of a member in
/// the request can be turned into its account.
pub fn failed_fields(what: &str, err: &AwsError, schema: &Schema, planned: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for field in &err.fields {
        if let Some(path) = attribute_path(schema, &field.name, planned) {
            let why = field.message.trim_end_matches('.');
            let detail = format!("The service does not accept the value: {why}. {err}");
            diagnostics.push(Diagnostic::error(format!("Cannot {what}"), detail).at(path));
        }
    }
    if diagnostics.is_empty() {
        diagnostics.push(failed(what, err));
    }
    diagnostics
}

/// The attribute that the service means by a field such as `members.1.member.displayName`.
///
/// The longest leading part that is an attribute counts; the rest stays in the
/// message. `None` when not even the first part is one.
fn attribute_path(schema: &Schema, field: &str, planned: &Value) -> Option<AttributePath> {
    let parts = field.split(['.', '[', ']', '/']).filter(|part| !part.is_empty());
    let mut attributes: &[Attribute] = &schema.attributes;
    let mut path = AttributePath::root();
    let mut value = planned;
    for part in parts {
        if let Ok(index) = part.parse::<usize>() {
            let Some((key, element)) = value.as_map().and_then(|map| map.iter().nth(index)) else {
                break;
            };
            (path, value) = (path.key(key), element);
            continue;
        }
        let Some(attribute) = attribute_of(attributes, part) else {
            if is_wrapper(part) {
                continue;
            }
            break;
        };
        path = path.attribute(attribute.name);
        value = value.get(attribute.name);
        attributes = match &attribute.kind {
            Kind::Nested(_, children) => children,
            Kind::Plain(_) => &[],
        };
    }
    (!path.is_root()).then_some(path)
}

/// The attribute of a field: by its own name, or by the one that we have for it elsewhere.
pub fn attribute_of<'a>(attributes: &'a [Attribute], field: &str) -> Option<&'a Attribute> {
    let named = |name: String| attributes.iter().find(|attribute| attribute.name == name);
    named(snake_case(field)).or_else(|| named(attribute_name(field)))
}

/// Whether a field only holds others, which stand in its place among the attributes, unless it is one itself.
pub fn is_wrapper(field: &str) -> bool {
    matches!(field, "member" | "sqlParameters" | "jobParameters")
}

/// The attribute's name for a field's: snake case, and ours where the API has two names for one thing.
pub fn attribute_name(field: &str) -> String {
    match field {
        "membershipPaymentConfiguration" => "payment_configuration".to_owned(),
        "autoApprovedChangeTypes" => "auto_approved_change_request_types".to_owned(),
        "creatorMLMemberAbilities" => "creator_ml_member_abilities".to_owned(),
        "queryString" => "sql".to_owned(),
        // Only the create calls it so.
        "configuredAudienceModelAssociationName" => "name".to_owned(),
        "analysisLogExportId" => "id".to_owned(),
        "tableId" => "intermediate_table_id".to_owned(),
        "customMLMemberAbilities" => "custom_ml_member_abilities".to_owned(),
        _ => match field.strip_suffix("Identifier").filter(|_| field != "accountIdentifier") {
            Some(object) => format!("{}_id", snake_case(object)),
            None => snake_case(field),
        },
    }
}

fn snake_case(camel: &str) -> String {
    let mut snake = String::with_capacity(camel.len() + 4);
    for c in camel.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::schema::Nesting;
    use crate::wire::Type;

    fn schema() -> Schema {
        let text = |name| Attribute::new(name, Kind::Plain(Type::String), Vec::new());
        let members = Kind::Nested(Nesting::Map, vec![text("display_name")]);
        let attributes = vec![text("name"), Attribute::new("members", members, Vec::new())];
        Schema { attributes, ..Schema::default() }
    }

    fn path(field: &str) -> Option<String> {
        let member = Value::object([("display_name", "x".into())]);
        let members = Value::map([("111122223333", member.clone()), ("444455556666", member)]);
        let planned = Value::object([("members", members)]);
        attribute_path(&schema(), field, &planned).map(|path| path.to_string())
    }

    #[test]
    fn a_field_is_told_at_its_attribute() {
        assert_eq!(path("name").as_deref(), Some("name"));
        assert_eq!(path("unheardOf"), None);
    }

    #[test]
    fn an_index_becomes_the_account() {
        let expected = Some("members[\"444455556666\"].display_name");
        assert_eq!(path("members.1.member.displayName").as_deref(), expected);
        assert_eq!(path("members[1].displayName").as_deref(), expected);
        assert_eq!(path("members[7].displayName").as_deref(), Some("members"));
    }
}
