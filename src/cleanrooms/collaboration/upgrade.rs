//! Stored state of older versions of the schema.

use serde_json::{Map, Value as Json};

use crate::framework::Diagnostic;

/// Brings stored state to the present version.
///
/// Up to version 0 the status of a member stood inside `members`; from version
/// 1 on all of them stand in `member_statuses`.
///
/// # Errors
///
/// None: what does not fit is left to the decoder, which names it.
pub fn upgrade(version: i64, mut state: Json) -> Result<Json, Diagnostic> {
    if version == 0 {
        let mut statuses = Map::new();
        let members = state.get_mut("members").and_then(Json::as_object_mut);
        for (account, member) in members.into_iter().flatten() {
            if let Some(status) = member.as_object_mut().and_then(|member| member.remove("status"))
            {
                statuses.insert(account.clone(), status);
            }
        }
        if let Some(state) = state.as_object_mut() {
            state.entry("member_statuses").or_insert(Json::Object(statuses));
        }
    }
    Ok(state)
}
