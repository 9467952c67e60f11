//! What `plan -json`, `apply -json` and `validate -json` say: diagnostics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A diagnostic as a scenario records it.
#[derive(Clone, Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// `error` or `warning`.
    pub severity: String,
    /// The title.
    pub summary: String,
    /// The address of the resource instance, where the engine names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The line of the configuration that the engine points at. It resolves
    /// the provider's attribute path as far as it can: below a nested attribute
    /// it points at the resource's own line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The explanation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Diagnostic {
    /// Whether the command failed for it.
    pub fn is_error(&self) -> bool {
        self.severity == "error"
    }
}

/// One line of the engine's machine-readable output.
#[derive(Deserialize)]
struct Message {
    diagnostic: Option<Reported>,
    hook: Option<Hook>,
}

/// What happens to something while the engine runs; of an action, what it tells.
#[derive(Deserialize)]
struct Hook {
    action: Option<Invoked>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Invoked {
    addr: String,
}

/// What `validate -json` prints: one document.
#[derive(Deserialize)]
struct Validation {
    diagnostics: Vec<Reported>,
}

#[derive(Deserialize)]
struct Reported {
    severity: String,
    summary: String,
    #[serde(default)]
    detail: String,
    address: Option<String>,
    snippet: Option<Snippet>,
}

#[derive(Deserialize)]
struct Snippet {
    code: String,
}

/// The diagnostics in a stream of JSON lines, sorted, for their order depends
/// on the engine's parallel walk.
pub fn diagnostics_of_stream(stdout: &str) -> Vec<Diagnostic> {
    let reported = stdout
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter_map(|message| message.diagnostic);
    recorded(reported)
}

/// What actions tell while they run, by their addresses, in order.
pub fn progress_of_stream(stdout: &str) -> BTreeMap<String, Vec<String>> {
    let mut progress: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let messages = stdout.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    for hook in messages.filter_map(|message| message.hook) {
        if let (Some(action), Some(line)) = (hook.action, hook.message) {
            progress.entry(action.addr).or_default().push(line);
        }
    }
    progress
}

/// The diagnostics of `validate -json`.
///
/// # Errors
///
/// When the output is not what the command prints.
pub fn diagnostics_of_validation(stdout: &str) -> serde_json::Result<Vec<Diagnostic>> {
    let validation: Validation = serde_json::from_str(stdout)?;
    Ok(recorded(validation.diagnostics))
}

/// The titles in plain output (`import` has no `-json`): each error or warning
/// is a line of its own behind a bar.
pub fn diagnostics_of_text(output: &str) -> Vec<Diagnostic> {
    let mut found: Vec<_> = output.lines().filter_map(titled).collect();
    found.sort();
    found
}

fn titled(line: &str) -> Option<Diagnostic> {
    let line = line.trim_start_matches(['│', '|', ' ']);
    let (severity, summary) = line.split_once(": ")?;
    let severity = match severity {
        "Error" => "error",
        "Warning" => "warning",
        _ => return None,
    };
    let diagnostic = Diagnostic {
        severity: severity.to_owned(),
        summary: summary.to_owned(),
        address: None,
        at: None,
        detail: String::new(),
    };
    (!is_about_the_engine(&diagnostic.summary)).then_some(diagnostic)
}

fn recorded(reported: impl IntoIterator<Item = Reported>) -> Vec<Diagnostic> {
    let mut found: Vec<_> = reported
        .into_iter()
        .filter(|reported| !is_about_the_engine(&reported.summary))
        .map(|reported| Diagnostic {
            severity: reported.severity,
            summary: reported.summary,
            address: reported.address,
            at: reported.snippet.and_then(|snippet| pointed_at(&snippet.code)),
            detail: reported.detail,
        })
        .collect();
    found.sort();
    // Engines before Terraform 1.9 tell what a validation warns of once more in the same plan.
    found.dedup_by(|one, other| one == other && one.severity == "warning");
    found
}

/// Whether an engine says this of itself, each in its own words: every command with `dev_overrides`
/// warns about them and every one with `-target` about that, `ignore_changes` of what is only computed is needless to them,
/// older ones call the generated configuration an experiment, and an interrupted one says so once or twice.
fn is_about_the_engine(summary: &str) -> bool {
    [
        "Provider development overrides are in effect",
        "Resource targeting is in effect",
        "Applied changes may be incomplete",
        "Redundant ignore_changes element",
        "Config generation is experimental",
        "execution halted",
    ]
    .contains(&summary)
}

/// The line pointed at, unless it is only the head of a block: then the address
/// says as much.
fn pointed_at(code: &str) -> Option<String> {
    let line = code.lines().next()?.trim();
    let is_head = line.ends_with('{') && !line.contains('=');
    (!line.is_empty() && !is_head).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_keeps_the_line_it_points_at() {
        let stdout = concat!(
            r#"{"@level":"info","type":"version"}"#,
            "\n",
            r#"{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Too long","#,
            r#""detail":"x","address":"a.b","snippet":{"code":"  name = \"n\""}}}"#,
        );
        let [diagnostic] = &diagnostics_of_stream(stdout)[..] else {
            panic!("one diagnostic is in the stream");
        };
        assert_eq!(diagnostic.at.as_deref(), Some("name = \"n\""));
        assert_eq!(diagnostic.address.as_deref(), Some("a.b"));
        assert!(diagnostic.is_error());
    }

    #[test]
    fn the_warning_about_dev_overrides_is_left_out() {
        let line = r#"{"diagnostic":{"severity":"warning","summary":"Provider development overrides are in effect"}}"#;
        assert_eq!(diagnostics_of_stream(line), []);
    }

    #[test]
    fn titles_are_found_in_plain_output() {
        let output = "╷\n│ Error: Cannot import non-existent remote object\n│ \n│ While …\n╵\n";
        let found = diagnostics_of_text(output);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].summary, "Cannot import non-existent remote object");
    }
}
