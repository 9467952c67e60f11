//! Logs in the form that Terraform and OpenTofu read: hclog's JSON, one
//! object a line, on stderr.
//!
//! A line that does not keep to the form is shown raw at debug level, and a
//! message or level that is no string makes the host itself panic. So there
//! is one place that writes lines, and everything else says `tracing::info!`.

use std::fmt;
use std::io::{self, Write};
use std::sync::Mutex;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry};

/// The root of our own events' targets.
const OUR_TARGET: &str = "cleanrooms_provider";

/// The longest text a value may be, in bytes. Hosts split lines of more than
/// 64 KiB and then no longer understand them.
const VALUE_LIMIT: usize = 16 << 10;

/// Logs from here on, if `level` asks for it: `TRACE`, `DEBUG`, `INFO`, `WARN`,
/// `ERROR` or `OFF` in any case, or `JSON`, which means `TRACE`. Hosts take
/// any other word for `TRACE` as well. Without a level nothing is logged.
///
/// Does nothing when a subscriber is already installed.
pub(super) fn install(level: Option<&str>) {
    let level = parse_level(level);
    if level == LevelFilter::OFF {
        return;
    }
    let layer = HclogLayer::new(io::stderr()).with_filter(targets(level));
    // An embedding program's own subscriber has precedence.
    let _ = Registry::default().with(layer).try_init();
}

fn parse_level(level: Option<&str>) -> LevelFilter {
    match level.map(str::to_ascii_uppercase).as_deref() {
        None | Some("OFF") => LevelFilter::OFF,
        Some("ERROR") => LevelFilter::ERROR,
        Some("WARN") => LevelFilter::WARN,
        Some("INFO") => LevelFilter::INFO,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some(_) => LevelFilter::TRACE,
    }
}

/// Who may say how much. Below info the AWS SDK logs whole requests with
/// their signing headers, and the HTTP libraries each frame: never wanted.
fn targets(level: LevelFilter) -> Targets {
    Targets::new().with_default(level.min(LevelFilter::INFO)).with_target(OUR_TARGET, level)
}

/// Writes each event as one line of hclog JSON, with the fields of the spans
/// around it and with one call to the writer.
struct HclogLayer<W> {
    writer: Mutex<W>,
}

impl<W: Write> HclogLayer<W> {
    fn new(writer: W) -> Self {
        HclogLayer { writer: Mutex::new(writer) }
    }
}

impl<S, W> Layer<S> for HclogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let Some(span) = cx.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, cx: Context<'_, S>) {
        let Some(span) = cx.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in cx.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.0.extend(outer.0.clone());
            }
        }
        // A span has no message of its own, whatever its fields are called.
        fields.0.remove(MESSAGE);
        event.record(&mut fields);
        let metadata = event.metadata();
        let line = line(metadata.level(), metadata.target(), OffsetDateTime::now_utc(), fields);
        // A poisoned lock means a panic while writing: go on with the next
        // line. A closed stderr leaves nobody to tell.
        let mut writer = self.writer.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let _ = writer.write_all(line.as_bytes());
    }
}

/// The field that `tracing` keeps an event's message in.
const MESSAGE: &str = "message";

/// The line for one event, with its line feed.
fn line(level: &Level, module: &str, at: OffsetDateTime, fields: Fields) -> String {
    let mut entry = fields.0;
    let message = match entry.remove(MESSAGE) {
        Some(Value::String(message)) => message,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    entry.insert("@message".to_owned(), Value::String(message));
    entry.insert("@level".to_owned(), json!(level.as_str().to_ascii_lowercase()));
    entry.insert("@module".to_owned(), json!(module.replace("::", ".")));
    entry.insert("@timestamp".to_owned(), json!(timestamp(at)));
    format!("{}\n", Value::Object(entry))
}

/// RFC 3339 with exactly six fractional digits: hosts parse no other form.
fn timestamp(at: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.microsecond()
    )
}

/// The fields of an event or a span, as JSON.
#[derive(Clone, Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn insert_text(&mut self, field: &Field, mut text: String) {
        if text.len() > VALUE_LIMIT {
            text.truncate(text.floor_char_boundary(VALUE_LIMIT));
            text.push_str(" [cut]");
        }
        self.insert(field, text);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert_text(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert_text(field, value.to_owned());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic while writing").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged at `level` while `body` runs, without the timestamps.
    fn logged(level: LevelFilter, body: impl FnOnce()) -> Vec<Value> {
        let buffer = Buffer::default();
        let layer = HclogLayer::new(buffer.clone()).with_filter(targets(level));
        tracing::subscriber::with_default(Registry::default().with(layer), body);
        let bytes = buffer.0.lock().expect("no panic while writing").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        let without_time = |line: &str| {
            let mut entry: Map<String, Value> = serde_json::from_str(line).expect("a JSON object");
            assert!(entry.remove("@timestamp").is_some_and(|at| at.is_string()));
            Value::Object(entry)
        };
        text.lines().map(without_time).collect()
    }

    #[test]
    fn an_event_is_one_object_with_its_spans_fields() {
        let lines = logged(LevelFilter::TRACE, || {
            let _rpc = tracing::info_span!("rpc", rpc = "ReadResource", message = "no").entered();
            tracing::warn!(attempts = 3, slow = true, name = %"a\nb", "throttled {}", "again");
        });
        assert_eq!(
            lines,
            [json!({
                "@level": "warn",
                "@message": "throttled again",
                "@module": "cleanrooms_provider.plugin.logs.tests",
                "rpc": "ReadResource",
                "attempts": 3,
                "slow": true,
                "name": "a\nb",
            })]
        );
    }

    #[test]
    fn the_message_is_a_string_even_if_it_is_none() {
        let lines = logged(LevelFilter::TRACE, || {
            tracing::info!(message = 7);
            tracing::info!(id = 7);
        });
        assert_eq!(lines[0]["@message"], json!("7"));
        assert_eq!(lines[1]["@message"], json!(""));
    }

    #[test]
    fn others_are_never_heard_below_info() {
        let lines = logged(LevelFilter::TRACE, || {
            tracing::debug!(target: "aws_sigv4::http_request", authorization = "secret");
            tracing::info!(target: "aws_config", "kept");
            tracing::trace!("ours");
        });
        let messages: Vec<_> = lines.iter().map(|line| &line["@message"]).collect();
        assert_eq!(messages, ["kept", "ours"]);
    }

    #[test]
    fn the_level_is_a_floor_for_everyone() {
        let lines = logged(LevelFilter::ERROR, || {
            tracing::warn!("ours");
            tracing::warn!(target: "h2", "theirs");
            tracing::error!("kept");
        });
        assert_eq!(lines.len(), 1);
    }

    #[test]
    fn levels_are_read_as_hosts_read_them() {
        assert_eq!(parse_level(None), LevelFilter::OFF);
        assert_eq!(parse_level(Some("off")), LevelFilter::OFF);
        assert_eq!(parse_level(Some("Warn")), LevelFilter::WARN);
        assert_eq!(parse_level(Some("JSON")), LevelFilter::TRACE);
        assert_eq!(parse_level(Some("loud")), LevelFilter::TRACE);
    }

    #[test]
    fn timestamps_have_six_digits_and_a_zone() {
        let at = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_000_042_999)
            .expect("within range");
        assert_eq!(timestamp(at), "2023-11-14T22:13:20.000042Z");
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let lines = logged(LevelFilter::TRACE, || tracing::info!(text = "é".repeat(VALUE_LIMIT)));
        let text = lines[0]["text"].as_str().expect("a string");
        assert!(text.len() < VALUE_LIMIT + 10 && text.ends_with("é [cut]"));
    }
}
