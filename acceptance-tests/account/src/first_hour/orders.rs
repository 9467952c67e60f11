//! Whether lists come in the same order every time.

use serde_json::Value;

use super::hour::Replies;
use super::questions::Seen;

/// The lists that are read again and again: the call, its list, and what names an entry.
const LISTS: [(&[&str], &str, &str); 2] = [
    (&["20", "33e", "33f", "33g"], "/memberSummaries", "accountId"),
    (&["33h", "33i", "33j"], "/collaborationList", "id"),
];

/// Compares what was read of the same list at different times.
pub fn order_of_lists(replies: &Replies) -> Seen {
    let mut compared = false;
    for (numbers, list, name) in LISTS {
        let read: Vec<_> =
            numbers.iter().filter_map(|number| order(replies, number, list, name)).collect();
        let same_entries = |pair: &&[Vec<&str>]| {
            let mut both = [pair[0].clone(), pair[1].clone()];
            both.iter_mut().for_each(|order| order.sort_unstable());
            both[0] == both[1] && both[0].len() > 1
        };
        for pair in read.windows(2).filter(same_entries) {
            compared = true;
            if pair[0] != pair[1] {
                return Seen::Answer("changing".into());
            }
        }
    }
    match compared {
        true => Seen::Answer("newest_first".into()),
        false => Seen::Untold("no list had the same two entries twice".to_owned()),
    }
}

fn order<'a>(replies: &'a Replies, number: &str, list: &str, name: &str) -> Option<Vec<&'a str>> {
    let entries = replies.get(number)?.member(list)?.as_array()?;
    Some(entries.iter().filter_map(|entry| entry.get(name).and_then(Value::as_str)).collect())
}
