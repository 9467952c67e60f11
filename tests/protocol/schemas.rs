//! What hosts learn before they do anything.

use cleanrooms_provider::proto::tfplugin6::*;
use schema::object::NestingMode;
use tonic::{Code, Status};

use crate::host::{Host, THING};

async fn schemas(host: &mut Host) -> get_provider_schema::Response {
    let request = get_provider_schema::Request::default();
    host.client.get_provider_schema(request).await.unwrap().into_inner()
}

fn attribute<'a>(attributes: &'a [schema::Attribute], name: &str) -> &'a schema::Attribute {
    attributes.iter().find(|attribute| attribute.name == name).expect(name)
}

#[tokio::test]
async fn plain_attributes_say_type_mode_and_description() {
    let mut host = Host::unconfigured("schemas_plain").await;
    let schema = schemas(&mut host).await.resource_schemas.remove(THING).unwrap();
    let block = schema.block.unwrap();
    assert_eq!((block.description.as_str(), schema.version), ("A thing.", 0));
    let name = attribute(&block.attributes, "name");
    assert_eq!(name.r#type, br#""string""#);
    assert_eq!(name.description, "What it is called, in `backticks`.");
    assert_eq!(name.description_kind(), StringKind::Markdown);
    assert!(name.required && !name.optional && !name.computed && !name.sensitive);
    let note = attribute(&block.attributes, "note");
    assert!(!note.required && note.optional && note.computed && note.sensitive);
    let id = attribute(&block.attributes, "id");
    assert!(!id.required && !id.optional && id.computed);
    assert_eq!(attribute(&block.attributes, "labels").r#type, br#"["set","string"]"#);
}

#[tokio::test]
async fn nested_attributes_have_attributes_instead_of_a_type() {
    let mut host = Host::unconfigured("schemas_nested").await;
    let schema = schemas(&mut host).await.resource_schemas.remove(THING).unwrap();
    let members = attribute(&schema.block.unwrap().attributes, "members").clone();
    assert_eq!(members.r#type, b"");
    let nested = members.nested_type.unwrap();
    assert_eq!(nested.nesting(), NestingMode::Map);
    assert!(attribute(&nested.attributes, "role").required);
    assert!(attribute(&nested.attributes, "status").computed);
}

#[tokio::test]
async fn the_provider_may_have_nested_blocks() {
    let mut host = Host::unconfigured("schemas_blocks").await;
    let block = schemas(&mut host).await.provider.unwrap().block.unwrap();
    assert!(attribute(&block.attributes, "service").required);
    let [endpoint] = block.block_types.as_slice() else { panic!("{block:?}") };
    assert_eq!((endpoint.type_name.as_str(), endpoint.max_items), ("endpoint", 1));
    assert_eq!(endpoint.nesting(), schema::nested_block::NestingMode::List);
    assert!(attribute(&endpoint.block.as_ref().unwrap().attributes, "url").optional);
}

#[tokio::test]
async fn capabilities_and_names_are_told_with_and_without_schemas() {
    let mut host = Host::unconfigured("schemas_metadata").await;
    let schemas = schemas(&mut host).await;
    let request = get_metadata::Request::default();
    let metadata = host.client.get_metadata(request).await.unwrap().into_inner();
    let names: Vec<_> = metadata.resources.iter().map(|r| &r.type_name).collect();
    assert_eq!(names, schemas.resource_schemas.keys().collect::<Vec<_>>());
    assert_eq!(metadata.server_capabilities, schemas.server_capabilities);
    let can = metadata.server_capabilities.unwrap();
    assert!(can.plan_destroy && can.get_provider_schema_optional);
    assert!(can.move_resource_state && can.generate_resource_config);
}

#[tokio::test]
async fn identities_have_schemas() {
    let mut host = Host::unconfigured("schemas_identity").await;
    let request = get_resource_identity_schemas::Request::default();
    let reply = host.client.get_resource_identity_schemas(request).await.unwrap().into_inner();
    let [id, kind] = reply.identity_schemas[THING].identity_attributes.as_slice() else {
        panic!("{reply:?}");
    };
    assert_eq!((id.name.as_str(), id.r#type.as_slice()), ("id", br#""string""#.as_slice()));
    assert!(id.required_for_import && !id.optional_for_import);
    assert!(!kind.required_for_import && kind.optional_for_import);
}

#[tokio::test]
async fn what_is_not_offered_is_unimplemented() {
    let mut host = Host::unconfigured("schemas_unimplemented").await;
    let client = &mut host.client;
    let refusals: [Option<Status>; 2] = [
        client.get_functions(get_functions::Request::default()).await.err(),
        client.call_function(call_function::Request::default()).await.err(),
    ];
    for refusal in refusals {
        assert_eq!(refusal.map(|status| status.code()), Some(Code::Unimplemented));
    }
}
