//! What an association says of its namespace: the shapes of requests and replies.

use aws_sdk_cleanrooms::types::builders::{
    IdMappingConfigBuilder, IdNamespaceAssociationInputReferenceConfigBuilder,
};
use aws_sdk_cleanrooms::types::{
    IdMappingConfig, IdNamespaceAssociationInputReferenceConfig as Reference,
    IdNamespaceAssociationInputReferenceProperties as Properties,
    IdNamespaceAssociationInputReferencePropertiesSummary as PropertiesInList, IdNamespaceType,
};
use aws_smithy_types::{Document, Number};
use serde_json::Value as Json;

use crate::cleanrooms::shapes::arns::id_namespace_arn;
use crate::cleanrooms::view::shown;
use crate::framework::codec::{Codec, boolean, object, set_of, string, text_enum};
use crate::framework::row::{Row, field};
use crate::wire::Value;

/// Which namespace it is, and who lets AWS Clean Rooms use it.
pub fn reference() -> Codec<Reference> {
    type B = IdNamespaceAssociationInputReferenceConfigBuilder;
    object(B::build)
        .with(
            field("input_reference_arn", id_namespace_arn())
                .required()
                .doc("The ARN of the id namespace in AWS Entity Resolution.")
                .create(B::set_input_reference_arn)
                .read(|it: &Reference| Some(it.input_reference_arn.clone())),
        )
        .with(
            field("manage_resource_policies", boolean())
                .required()
                .doc(
                    "Whether AWS Clean Rooms changes the namespace's policy so that it may use it; the \
                     owner of the namespace does so where this is false.",
                )
                .create(B::set_manage_resource_policies)
                .read(|it: &Reference| Some(it.manage_resource_policies)),
        )
        .single()
}

/// How queries may use the ids.
pub fn mapping() -> Codec<IdMappingConfig> {
    type B = IdMappingConfigBuilder;
    object(|builder: B| Ok::<_, String>(builder.build()))
        .with(
            field("allow_use_as_dimension_column", boolean())
                .optional_computed()
                .doc(
                    "Whether the column of an id mapping table that comes from this namespace can be a \
                     dimension column of a query: false when left out.",
                )
                .default(false.into())
                .create(B::set_allow_use_as_dimension_column)
                .read(|it: &IdMappingConfig| Some(it.allow_use_as_dimension_column)),
        )
        .single()
}

/// What holds of [`mapping`] when the configuration is silent, and when a reply has nothing.
pub fn no_dimension_column() -> Value {
    Value::object([("allow_use_as_dimension_column", false.into())])
}

/// What AWS Entity Resolution says of the namespace.
pub fn properties() -> Codec<(), Properties> {
    let workflows = field("id_mapping_workflows_supported", set_of(string()))
        .computed()
        .doc("The id mapping workflows that the namespace supports, one JSON text for each.")
        .read(|it: &Properties| Some(texts(&it.id_mapping_workflows_supported)));
    shown([id_namespace_type(|it: &Properties| &it.id_namespace_type), workflows.into()])
}

/// What lists say of that.
pub fn properties_in_list() -> Codec<(), PropertiesInList> {
    shown([id_namespace_type(|it: &PropertiesInList| &it.id_namespace_type)])
}

fn id_namespace_type<T: 'static>(of: fn(&T) -> &IdNamespaceType) -> Row<(), (), T> {
    field("id_namespace_type", text_enum::<IdNamespaceType>())
        .computed()
        .doc("`SOURCE` or `TARGET`.")
        .read(move |it: &T| Some(of(it).clone()))
        .into()
}

/// Documents of any shape as texts in JSON, which no two equal ones spell otherwise: their members are in
/// order.
fn texts(documents: &[Document]) -> Vec<String> {
    documents.iter().map(|document| json(document).to_string()).collect()
}

fn json(document: &Document) -> Json {
    match document {
        Document::Object(members) => {
            // serde_json keeps members in order.
            members.iter().map(|(name, member)| (name.clone(), json(member))).collect()
        }
        Document::Array(items) => items.iter().map(json).collect(),
        Document::Number(Number::PosInt(number)) => (*number).into(),
        Document::Number(Number::NegInt(number)) => (*number).into(),
        Document::Number(Number::Float(number)) => (*number).into(),
        Document::String(text) => text.as_str().into(),
        Document::Bool(flag) => (*flag).into(),
        Document::Null => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_documents_have_one_text() {
        let members = [
            ("b".to_owned(), Document::from(vec![Document::from(1_u64), Document::from(-2_i64)])),
            ("a".to_owned(), Document::from("x")),
            ("c".to_owned(), Document::Null),
            ("d".to_owned(), Document::from(0.5)),
        ];
        let document = |reversed: bool| {
            let mut members = members.to_vec();
            if reversed {
                members.reverse();
            }
            Document::Object(members.into_iter().collect())
        };
        let text = r#"{"a":"x","b":[1,-2],"c":null,"d":0.5}"#;
        assert_eq!(texts(&[document(false), document(true)]), [text, text]);
    }
}
