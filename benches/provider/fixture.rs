//! The collaboration that everything is measured with.

use cleanrooms_provider::cleanrooms::provider::CleanRooms;
use cleanrooms_provider::framework::Provider as _;
use cleanrooms_provider::framework::schema::Schema;
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

/// What the provider plans for a new [`collaboration`], as a configuration of a
/// built-in resource: all attributes, with `unknown` where the plan leaves a
/// value to the apply.
pub fn planned_collaboration(planned: &DynamicValue, unknown: &str) -> Result<Json> {
    let value = msgpack::decode(&planned.msgpack, &schema()?.implied_type())?;
    Ok(with_unknowns(&value, unknown))
}

fn with_unknowns(value: &Value, unknown: &str) -> Json {
    let each = |value| with_unknowns(value, unknown);
    match value {
        Value::Null => Json::Null,
        Value::Unknown => unknown.into(),
        Value::Bool(bool) => (*bool).into(),
        Value::Number(number) => number.to_string().into(),
        Value::String(text) => text.as_str().into(),
        Value::List(elements) | Value::Tuple(elements) => elements.iter().map(each).collect(),
        Value::Set(elements) => elements.iter().map(each).collect(),
        Value::Map(entries) | Value::Object(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), each(value))).collect()
        }
        Value::Dynamic(typed) => each(&typed.1),
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
