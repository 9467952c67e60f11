//! Pages of lists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::error::{ApiError, FieldError};
use crate::settings::Switches;

/// What a list request asks for.
pub(super) struct Page {
    list: String,
    limit: usize,
    /// The key of the last item that was given.
    after: Option<u64>,
}

impl Page {
    /// Reads maxResults and nextToken. A token belongs to one `list`, whose
    /// name says whose it is as well.
    pub(super) fn requested(
        list: String,
        input: &Value,
        switches: &Switches,
    ) -> Result<Self, ApiError> {
        let limit = input
            .get("maxResults")
            .and_then(Value::as_u64)
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or_else(|| switches.default_page_size.get());
        let token =
            input.get("nextToken").and_then(Value::as_str).filter(|token| !token.is_empty());
        let after = token.map(|token| decode(&list, token)).transpose()?;
        Ok(Self { list, limit, after })
    }

    /// Cuts the page out of all items, and gives it as the reply.
    ///
    /// Items come with keys that never change, and leave from the greatest to
    /// the smallest: newest first, whatever was made or deleted between pages.
    pub(super) fn reply(self, name: &str, mut items: Vec<(u64, Value)>) -> Value {
        if let Some(after) = self.after {
            items.retain(|(key, _)| *key < after);
        }
        items.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let token = items.last().filter(|_| more).map(|(key, _)| encode(&self.list, *key));
        let values: Vec<Value> = items.into_iter().map(|(_, value)| value).collect();
        let mut reply = json!({ name: values });
        super::put(&mut reply, "nextToken", token);
        reply
    }
}

fn encode(list: &str, key: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list} {key}"))
}

fn decode(list: &str, token: &str) -> Result<u64, ApiError> {
    let key = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (of, key) = text.rsplit_once(' ')?;
        (of == list).then(|| key.parse().ok())?
    };
    key().ok_or_else(|| {
        ApiError::fields(vec![FieldError {
            name: "nextToken".to_owned(),
            message: "The token is not one of this list".to_owned(),
        }])
    })
}
