//! Tags of collaborations and memberships.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Call, Operation, parse, text};
use crate::error::{ApiError, FieldError, ResourceKind};
use crate::settings::{Absence, ArnLength, Switches};
use crate::state::Tags;

pub(super) const OPERATIONS: &[(&str, Operation)] =
    &[("TagResource", tag), ("UntagResource", untag), ("ListTagsForResource", list)];

/// The model's limit of a tag map.
const MOST_TAGS: usize = 200;

fn tag(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let new: Tags = parse(input["tags"].clone())?;
    let tags = tags_of(call, text(&input, "resourceArn")?)?;
    check_keys(new.keys())?;
    let mut merged = tags.clone();
    merged.extend(new);
    if merged.len() > MOST_TAGS {
        return Err(ApiError::fields(vec![FieldError {
            name: "tags".to_owned(),
            message: format!("A resource can have at most {MOST_TAGS} tags"),
        }]));
    }
    *tags = merged;
    Ok(json!({}))
}

fn untag(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let keys: Vec<String> = parse(input["tagKeys"].clone())?;
    let tags = tags_of(call, text(&input, "resourceArn")?)?;
    tags.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

fn list(call: &mut Call<'_>, input: Value) -> Result<Value, ApiError> {
    let system =
        if call.switches.cloudformation_tags { cloudformation_tags() } else { Tags::new() };
    let tags = tags_of(call, text(&input, "resourceArn")?)?;
    let mut all = tags.clone();
    all.extend(system);
    Ok(json!({ "tags": all }))
}

/// Refuses the keys that AWS keeps for itself, in any case of letters.
pub(super) fn check_keys<'a>(keys: impl Iterator<Item = &'a String>) -> Result<(), ApiError> {
    for key in keys {
        if key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
            return Err(ApiError::configuration(
                "tags",
                format!("The tag key `{key}` begins with `aws:`, which is reserved."),
            ));
        }
    }
    Ok(())
}

/// The tags of the resource, where the caller owns it.
fn tags_of<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, ApiError> {
    let caller = call.caller;
    if call.switches.tag_arn_length == ArnLength::Hundred && arn.len() > 100 {
        return Err(ApiError::fields(vec![FieldError {
            name: "resourceArn".to_owned(),
            message: "Member must have length less than or equal to 100".to_owned(),
        }]));
    }
    let head = call
        .state
        .shelves_mut()
        .into_iter()
        .find_map(|shelf| shelf.find_arn(arn))
        .filter(|head| head.region == caller.region)
        .ok_or_else(|| absent(arn, call.switches))?;
    if head.account != caller.account {
        return Err(ApiError::denied(format!(
            "Only the owner of {arn} can see and change its tags."
        )));
    }
    head.tags.as_mut().ok_or_else(|| absent(arn, call.switches))
}

/// The answer for an ARN that nothing has. Of collaborations and memberships
/// it is known; the model has another.
fn absent(arn: &str, switches: &Switches) -> ApiError {
    let kind = ResourceKind::of_arn(arn);
    let is_part = arn.matches('/').count() > 1;
    let is_known = matches!(kind, ResourceKind::Collaboration | ResourceKind::Membership);
    let answer =
        if is_known && !is_part { switches.tags_of_absent } else { switches.tags_of_absent_part };
    match answer {
        Absence::AccessDenied => ApiError::denied(format!("You do not have access to {arn}.")),
        Absence::NotFound => ApiError::not_found(kind, arn),
    }
}

/// What CloudFormation would put on a resource of one of its stacks.
fn cloudformation_tags() -> Tags {
    BTreeMap::from([
        ("aws:cloudformation:logical-id".to_owned(), "Resource".to_owned()),
        ("aws:cloudformation:stack-name".to_owned(), "sandbox".to_owned()),
    ])
}
