//! The collaboration that everything is measured with.

use cleanrooms_provider::cleanrooms::provider::CleanRooms;
use cleanrooms_provider::framework::Provider as _;
use cleanrooms_provider::framework::schema::{Attribute, Kind, Nesting, Schema};
use cleanrooms_provider::proto::tfplugin6::DynamicValue;
use cleanrooms_provider::wire::{Type, Value, json, msgpack};
use serde_json::{Value as Json, json};

use super::Result;

/// The resource type of the fixture.
pub const TYPE_NAME: &str = "cleanrooms_collaboration";

/// The account of the fixture, which is an access key of the sandbox as well.
pub const ACCOUNT: &str = "111122223333";

/// The Region of the fixture.
pub const REGION: &str = "us-east-1";

/// A collaboration of ordinary size, as a configuration gives it.
pub fn collaboration(name: &str) -> Json {
    json!({
        "name": name,
        "description": "Who saw the campaign, and who bought",
        "creator_display_name": "Example Retail",
        "creator_member_abilities": ["CAN_RECEIVE_RESULTS"],
        "query_log_status": "ENABLED",
        "members": {
            "444455556666": { "display_name": "Example Media", "member_abilities": ["CAN_QUERY"] }
        },
        "tags": { "Campaign": "spring" }
    })
}

/// An object like [`collaboration`] that also holds what the provider computes.
///
/// The time that an engine needs grows with the values of a plan, whoever
/// provides them. Where the provider plans an unknown value, this has a text.
pub fn whole_collaboration(name: &str) -> Result<Json> {
    let mut object = collaboration(name);
    complete(&mut object, &schema()?.attributes);
    Ok(object)
}

fn complete(object: &mut Json, attributes: &[Attribute]) {
    for attribute in attributes {
        let value = &mut object[attribute.name];
        match &attribute.kind {
            Kind::Nested(Nesting::Single, children) if value.is_object() => {
                complete(value, children);
            }
            Kind::Nested(_, children) if !value.is_null() => {
                let elements = value.as_object_mut().into_iter().flat_map(|map| map.values_mut());
                elements.for_each(|element| complete(element, children));
            }
            _ if value.is_null() && attribute.mode.is_computed() => *value = "computed".into(),
            _ => {}
        }
    }
}

/// [`collaboration`] as a host sends it.
pub fn collaboration_config(name: &str) -> Result<DynamicValue> {
    encode(&collaboration(name), &schema()?.implied_type())
}

fn schema() -> Result<Schema> {
    let resources = CleanRooms::resources();
    let resource = resources.iter().find(|resource| resource.type_name() == TYPE_NAME);
    Ok(resource.ok_or("the provider has no collaborations")?.schema().clone())
}

/// An empty provider block as a host sends it: arguments are null, and nested
/// blocks are empty collections.
pub fn provider_config() -> Result<DynamicValue> {
    let schema = CleanRooms::schema();
    let blocks = schema.blocks.iter().map(|block| (block.name.to_owned(), json!([])));
    encode(&Json::Object(blocks.collect()), &schema.implied_type())
}

/// Encodes an object; the attributes that it leaves out are null.
fn encode(object: &Json, ty: &Type) -> Result<DynamicValue> {
    let value = json::decode(object.to_string().as_bytes(), ty)?;
    Ok(DynamicValue { msgpack: msgpack::encode(&value, ty)?, json: Vec::new() })
}

/// A null as a host sends it.
pub fn null() -> Result<DynamicValue> {
    Ok(DynamicValue { msgpack: msgpack::encode(&Value::Null, &Type::Dynamic)?, json: Vec::new() })
}
