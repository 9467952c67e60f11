//! What the moving in from hashicorp/aws and hashicorp/awscc has in common for every kind of object.
//!
//! Their shapes are read from their sources: `internal/service/cleanrooms` of terraform-provider-aws, and
//! the generated `internal/aws/cleanrooms` of terraform-provider-awscc. Neither raises its schema version when it
//! adds an attribute, so none is relied on but the ids and the ARN.

use std::collections::BTreeMap;

use aws_sdk_cleanrooms::primitives::{DateTime, DateTimeFormat};
use serde_json::{Map, Value as Json};

use super::key::{Arn, Key, a};
use super::kind::Kind;
use super::shapes::ids::is_account_id;
use super::shapes::region::is_region;
use crate::wire::Value;

/// Completes what was taken over of an object by what its ARN tells: its Region and its owner.
///
/// # Errors
///
/// It does not name an object of this kind: what is wrong, as a part of a sentence.
pub fn settle(kind: &Kind, mut taken_over: Value) -> Result<Value, String> {
    let Some(key) = Key::of_value(kind, &taken_over).filter(|key| key.is_of(kind)) else {
        return Err(format!("it lacks {}, or they are malformed", kind.key.join(" and ")));
    };
    let arn = taken_over.get("arn").as_str().and_then(Arn::parse);
    let is_of = |arn: &Arn| {
        kind.arn == Some(arn.word()) && is_region(&arn.region) && is_account_id(&arn.account)
    };
    let Some(arn) = arn.filter(is_of) else {
        return Err(format!("its `arn` is not that of {}", a(kind.noun)));
    };
    if !arn.names(&key) {
        return Err(format!("its `arn` is that of another {}", kind.noun));
    }
    let Value::Object(attributes) = &mut taken_over else {
        return Err("it is empty".to_owned());
    };
    attributes.insert("region".to_owned(), arn.region.into());
    if let Some(account) = kind.account() {
        attributes.insert(account.to_owned(), arn.account.into());
    }
    for name in ["create_time", "update_time"] {
        if let Some(time) = attributes.get_mut(name) {
            *time = time.as_str().and_then(rfc_3339).map_or(Value::Null, Value::String);
        }
    }
    // awscc has an empty list where nothing is configured.
    if let Some(tags) = attributes.get_mut("tags")
        && tags.as_map().is_some_and(BTreeMap::is_empty)
    {
        *tags = Value::Null;
    }
    if kind.tagged && attributes.get("tags_all").is_none_or(Value::is_null) {
        let tags = attributes.get("tags").filter(|tags| !tags.is_null()).cloned();
        attributes.insert("tags_all".to_owned(), tags.unwrap_or_else(|| Value::map([])));
    }
    Ok(taken_over)
}

/// Makes a list of objects the map by one of their texts that it is here. awscc holds as a list what CloudFormation
/// does, although each text is there once.
pub fn keyed(list: &mut Json, by: &str) {
    let Some(listed) = list.as_array_mut() else { return };
    let mut map = Map::new();
    for element in listed.iter_mut().filter_map(Json::as_object_mut) {
        if let Some(Json::String(key)) = element.remove(by) {
            map.insert(key, std::mem::take(element).into());
        }
    }
    *list = map.into();
}

/// A time as the service's are written here; from RFC 3339, or from what Go makes of a time by default:
/// `2026-03-05 10:11:12.345 +0000 UTC`.
fn rfc_3339(text: &str) -> Option<String> {
    let time = match text.split(' ').collect::<Vec<_>>().as_slice() {
        [date, time, "+0000", ..] => format!("{date}T{time}Z"),
        _ => text.to_owned(),
    };
    let parsed = DateTime::from_str(&time, DateTimeFormat::DateTimeWithOffset).ok()?;
    parsed.fmt(DateTimeFormat::DateTime).ok()
}

#[cfg(test)]
mod tests;
