//! The calls that were made.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

/// Texts of calls are kept up to this many bytes in all.
const MOST_BYTES: usize = 64 << 20;
/// A body or reply that is longer is left out of its call.
const MOST_BYTES_OF_A_VALUE: usize = 64 << 10;

/// One call, as the admin path gives it.
#[derive(Serialize)]
pub(crate) struct Entry<'a> {
    pub(crate) sequence: u64,
    /// None if the signature did not tell.
    pub(crate) account: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    /// None if there is no such operation.
    pub(crate) operation: Option<&'a str>,
    pub(crate) method: &'a str,
    /// As sent, percent-encoded.
    pub(crate) path: &'a str,
    pub(crate) query: Value,
    pub(crate) body: Value,
    /// None if the connection was reset before anything happened.
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<&'a str>,
    pub(crate) response: Value,
    /// The kind of the fault that was injected.
    pub(crate) fault: Option<&'a str>,
    pub(crate) user_agent: Option<&'a str>,
    /// Number of the connection, counted from 1; 0 for a call in process.
    pub(crate) connection: u64,
    /// When the call ended, in seconds since 1970.
    pub(crate) time: Value,
}

/// The newest calls, bounded in number and in bytes.
pub(crate) struct Journal {
    most: usize,
    most_bytes: usize,
    sequence: u64,
    bytes: usize,
    /// Each call as JSON.
    calls: VecDeque<Box<str>>,
}

impl Journal {
    /// A journal of the newest `most` calls, or fewer if they are long.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, most_bytes: MOST_BYTES, sequence: 0, bytes: 0, calls: VecDeque::new() }
    }

    /// Writes down a call, which gets the next number.
    pub(crate) fn record(&mut self, mut entry: Entry<'_>) {
        self.sequence += 1;
        entry.sequence = self.sequence;
        shorten(&mut entry.body);
        shorten(&mut entry.response);
        let Ok(text) = serde_json::to_string(&entry) else {
            return;
        };
        self.bytes += text.len();
        self.calls.push_back(text.into_boxed_str());
        while self.calls.len() > self.most || self.bytes > self.most_bytes {
            let Some(oldest) = self.calls.pop_front() else {
                break;
            };
            self.bytes -= oldest.len();
        }
    }

    /// Forgets all calls; numbers go on.
    pub(crate) fn clear(&mut self) {
        self.calls.clear();
        self.bytes = 0;
    }

    /// `{"calls": […]}`, oldest first.
    pub(crate) fn to_json(&self) -> String {
        let calls: Vec<&str> = self.calls.iter().map(AsRef::as_ref).collect();
        format!("{{\"calls\":[{}]}}", calls.join(","))
    }
}

fn shorten(value: &mut Value) {
    let length = value.to_string().len();
    if length > MOST_BYTES_OF_A_VALUE {
        *value = Value::from(format!("{length} bytes, left out"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_bounded_in_bytes() {
        let mut journal = Journal { most_bytes: 10_000, ..Journal::new(usize::MAX) };
        let body = Value::from("x".repeat(1000));
        for _ in 0..20 {
            journal.record(Entry {
                sequence: 0,
                account: None,
                region: None,
                operation: None,
                method: "GET",
                path: "/",
                query: Value::Null,
                body: body.clone(),
                status: None,
                error: None,
                response: Value::Null,
                fault: None,
                user_agent: None,
                connection: 1,
                time: Value::Null,
            });
        }
        assert!(journal.bytes <= 10_000);
        // A call has a thousand bytes and some more.
        assert!((6..10).contains(&journal.calls.len()), "{}", journal.calls.len());
        assert!(journal.to_json().contains("\"sequence\":20,"));
        assert_eq!(journal.bytes, journal.calls.iter().map(|call| call.len()).sum::<usize>());
    }
}
