//! Pages of lists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Call;
use crate::error::{ApiError, FieldError};
use crate::settings::{ListOrder, Switches};

/// What a list request asks for.
pub(super) struct Page {
    list: String,
    limit: usize,
    order: Order,
    /// The rank of the last item that was given.
    after: Option<u64>,
}

/// The order of a list, which all its pages have.
#[derive(Clone, Copy)]
enum Order {
    NewestFirst,
    /// One of many, by a number.
    Shuffled(u64),
}

impl Order {
    /// Where an item stands. Different keys have different ranks.
    fn rank(self, key: u64) -> u64 {
        match self {
            Self::NewestFirst => !key,
            Self::Shuffled(seed) => mixed(key ^ mixed(seed)),
        }
    }
}

/// The finalizer of SplitMix64, which maps numbers one to one.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl Page {
    /// Reads maxResults and nextToken, for a list of no stated order. A token
    /// belongs to one `list`, whose name says whose it is as well.
    pub(super) fn requested(
        list: String,
        input: &Value,
        call: &mut Call<'_>,
    ) -> Result<Self, ApiError> {
        let order = match call.switches.list_order {
            ListOrder::Changing => Order::Shuffled(call.state.next_list()),
            ListOrder::NewestFirst => Order::NewestFirst,
        };
        Self::ordered(list, input, call.switches, order)
    }

    /// The same for a list whose order is stated.
    pub(super) fn newest_first(
        list: String,
        input: &Value,
        switches: &Switches,
    ) -> Result<Self, ApiError> {
        Self::ordered(list, input, switches, Order::NewestFirst)
    }

    fn ordered(
        list: String,
        input: &Value,
        switches: &Switches,
        order: Order,
    ) -> Result<Self, ApiError> {
        let limit = input
            .get("maxResults")
            .and_then(Value::as_u64)
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or_else(|| switches.default_page_size.get());
        let token =
            input.get("nextToken").and_then(Value::as_str).filter(|token| !token.is_empty());
        match token.map(|token| decode(&list, token)).transpose()? {
            Some((order, after)) => Ok(Self { list, limit, order, after: Some(after) }),
            None => Ok(Self { list, limit, order, after: None }),
        }
    }

    /// Cuts the page out of all items, and gives it as the reply.
    ///
    /// Items come with keys that never change, so that nothing is left out or
    /// comes twice, whatever was made or deleted between pages.
    pub(super) fn reply(self, name: &str, mut items: Vec<(u64, Value)>) -> Value {
        for (key, _) in &mut items {
            *key = self.order.rank(*key);
        }
        if let Some(after) = self.after {
            items.retain(|(rank, _)| *rank > after);
        }
        items.sort_by_key(|(rank, _)| *rank);
        let more = items.len() > self.limit;
        items.truncate(self.limit);
        let token = items.last().filter(|_| more).map(|(rank, _)| self.token(*rank));
        let values: Vec<Value> = items.into_iter().map(|(_, value)| value).collect();
        let mut reply = json!({ name: values });
        super::put(&mut reply, "nextToken", token);
        reply
    }

    fn token(&self, after: u64) -> String {
        let seed = match self.order {
            Order::NewestFirst => "-".to_owned(),
            Order::Shuffled(seed) => seed.to_string(),
        };
        URL_SAFE_NO_PAD.encode(format!("{} {seed} {after}", self.list))
    }
}

fn decode(list: &str, token: &str) -> Result<(Order, u64), ApiError> {
    let key = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (rest, after) = text.rsplit_once(' ')?;
        let (of, seed) = rest.rsplit_once(' ')?;
        let order = match seed {
            "-" => Order::NewestFirst,
            seed => Order::Shuffled(seed.parse().ok()?),
        };
        (of == list).then_some((order, after.parse().ok()?))
    };
    key().ok_or_else(|| {
        ApiError::fields(vec![FieldError {
            name: "nextToken".to_owned(),
            message: "The token is not one of this list".to_owned(),
        }])
    })
}
