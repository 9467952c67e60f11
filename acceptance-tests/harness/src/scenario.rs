//! Scenario folders: what their files mean. `README.md` is the manual.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use semver::VersionReq;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::workspace::EngineSignal;

/// The name of the file that a scenario's outcome is compared with.
pub const EXPECTED: &str = "expected.json";

const SETTINGS: &str = "scenario.json";

/// A folder of numbered steps.
#[derive(Debug)]
pub struct Scenario {
    /// The folder.
    pub folder: PathBuf,
    /// What `scenario.json` says, if there is one.
    pub settings: Settings,
    /// The steps in the order of their numbers.
    pub steps: Vec<Step>,
    /// Other files and folders, which are copied next to the configuration.
    pub companions: Vec<PathBuf>,
}

/// The content of `scenario.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Why something remains in the sandbox at the end.
    pub leaves_behind: Option<String>,
    /// What an engine must be for it to make sense there.
    pub needs: Vec<Need>,
    /// Why it can be true in the sandbox alone, and not in a real account.
    pub sandbox_only: Option<String>,
    /// Why OpenTofu does not show what has changed outside, where Terraform does.
    pub no_drift_on_opentofu: Option<String>,
    /// Variables for the engine, such as `AWS_PROFILE`.
    pub environment: BTreeMap<String, String>,
}

/// What an engine must be for a scenario to hold on it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// The versions of Terraform; all, if it says nothing.
    #[serde(default)]
    pub terraform: VersionReq,
    /// The versions of OpenTofu; all, if it says nothing. No version is `<0.0.0`.
    #[serde(default)]
    pub opentofu: VersionReq,
    /// What the others lack, or do otherwise.
    pub because: String,
}

/// One numbered file.
#[derive(Debug)]
pub struct Step {
    /// The name of the file.
    pub name: String,
    /// What it asks for.
    pub content: Content,
}

/// What a step asks for.
#[derive(Debug)]
pub enum Content {
    /// A `.tf` file: the whole configuration from here on, and a run of it.
    Configuration {
        /// The file's text.
        text: String,
        /// The options in its head, as lines `#: key: value`.
        run: Run,
    },
    /// A `.json` file: anything else, in order.
    Actions(Vec<Action>),
}

/// One entry of a `.json` step.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Runs the configuration that is in place.
    Terraform(Run),
    /// `import`: then the plan must be empty.
    Import(Import),
    /// `state rm` of these addresses.
    StateRm(Vec<String>),
    /// `state replace-provider`: everything comes from a mirror with a host of its own from now on.
    Mirrored(Empty),
    /// `taint` of this address.
    Taint(String),
    /// `untaint` of this address.
    Untaint(String),
    /// Keeps texts for later steps, as `${saved.NAME}` and `var.NAME`.
    Save(BTreeMap<String, String>),
    /// An API call behind Terraform's back.
    Api(ApiCall),
    /// A fault for the sandbox to make.
    Fault(Value),
    /// Ends all faults.
    ClearFaults(Empty),
    /// Answers of the sandbox to open questions about the service.
    Switches(Value),
    /// The sandbox's quotas.
    Quotas(Value),
}

/// `{}`, for actions that need no arguments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// How to run the engine.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Run {
    /// What to run.
    pub command: Command,
    /// Addresses for `-replace`.
    pub replace: Vec<String>,
    /// Further arguments of the plan, such as `-refresh=false`.
    pub arguments: Vec<String>,
    /// A part of the title of an error that must be reported.
    pub expect_error: Option<String>,
    /// A signal to the engine while it runs.
    pub interrupt: Option<Interrupt>,
    /// Whether the plan that follows may have changes; they are recorded.
    pub leaves_changes: bool,
    /// Operations whose number of calls depends on time, such as polls; that
    /// they were called is recorded, not how often.
    pub uncounted: Vec<String>,
    /// Whether `-generate-config-out` writes the configuration of imports.
    pub generate_config: bool,
}

/// What a run does.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Plan, apply, and a plan that must be empty.
    #[default]
    Apply,
    /// A plan that is not applied.
    Plan,
    /// `plan -destroy`, not applied.
    PlanDestroy,
    /// `plan -destroy` and its apply.
    Destroy,
    /// `plan -refresh-only` and its apply.
    Refresh,
    /// `validate`.
    Validate,
}

/// A signal, sent when the sandbox's journal shows a call, or while a call
/// waits in a fault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interrupt {
    /// `INT` or `KILL`.
    pub signal: EngineSignal,
    /// The API operation to wait for. Without it, the signal is sent when every
    /// fault that was asked for has begun: a call delayed by the last one is
    /// then still under way.
    pub operation: Option<String>,
    /// How many calls of it there must have been.
    #[serde(default = "one")]
    pub count: usize,
}

fn one() -> usize {
    1
}

/// Arguments of `import`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The address in the configuration.
    pub address: String,
    /// The id; references are filled in.
    pub id: String,
    /// A part of the title of an error that must be reported.
    pub expect_error: Option<String>,
    /// Whether the plan that follows may have changes; they are recorded.
    #[serde(default)]
    pub leaves_changes: bool,
}

/// A call of the sandbox's AWS API by an account of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiCall {
    /// The 12-digit account that calls.
    pub account: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query; references are filled in.
    pub path: String,
    /// The body, if any; references are filled in.
    pub body: Option<Value>,
    /// The status that must come back; any 2xx when left out.
    pub status: Option<u16>,
    /// Texts of the reply to keep, by name: JSON pointers.
    #[serde(default)]
    pub save: BTreeMap<String, String>,
    /// Whether the reply is part of what is expected.
    #[serde(default)]
    pub record: bool,
}

impl Scenario {
    /// Reads a scenario folder.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, a step is neither `.tf` nor `.json`, an
    /// option is unknown, or there is no step at all.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut scenario = Self {
            folder: folder.to_path_buf(),
            settings: Settings::default(),
            steps: Vec::new(),
            companions: Vec::new(),
        };
        for path in files(folder)? {
            let name = file_name(&path);
            if name == SETTINGS {
                scenario.settings = parsed(&path)?;
            } else if name.starts_with(|first: char| first.is_ascii_digit()) {
                scenario.steps.push(Step::read(&path)?);
            } else if name != EXPECTED {
                scenario.companions.push(path);
            }
        }
        ensure!(!scenario.steps.is_empty(), "{} has no numbered steps", folder.display());
        Ok(scenario)
    }

    /// The file that the outcome is compared with.
    pub fn expected(&self) -> PathBuf {
        self.folder.join(EXPECTED)
    }

    /// Whether the state comes to name another address of the provider.
    pub fn uses_mirror(&self) -> bool {
        let is_mirrored = |step: &Step| match &step.content {
            Content::Actions(actions) => {
                actions.iter().any(|action| matches!(action, Action::Mirrored(_)))
            }
            Content::Configuration { .. } => false,
        };
        self.steps.iter().any(is_mirrored)
    }

    /// Whether the folder brings a provider configuration of its own.
    pub fn has_provider(&self) -> bool {
        self.companions.iter().any(|path| file_name(path) == "provider.tf")
    }
}

impl Step {
    fn read(path: &Path) -> Result<Self> {
        let content = match path.extension().and_then(|extension| extension.to_str()) {
            Some("tf") => {
                let text = text(path)?;
                let run = options(&text).with_context(|| format!("in {}", path.display()))?;
                Content::Configuration { text, run }
            }
            Some("json") => Content::Actions(actions(path)?),
            _ => bail!("{}: a step is a .tf or a .json file", path.display()),
        };
        Ok(Self { name: file_name(path), content })
    }
}

/// A `.json` step is one action or a list of them.
fn actions(path: &Path) -> Result<Vec<Action>> {
    let value: Value = parsed(path)?;
    let list = if value.is_array() { value } else { Value::Array(vec![value]) };
    serde_json::from_value(list).with_context(|| format!("in {}", path.display()))
}

/// The options in the head of a `.tf` step. A value is JSON, or else plain
/// text.
fn options(text: &str) -> Result<Run> {
    let mut options = Map::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("#:")) {
        let (key, value) = line.split_once(':').with_context(|| format!("no colon in `{line}`"))?;
        let value = value.trim();
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        options.insert(key.trim().to_owned(), value);
    }
    serde_json::from_value(Value::Object(options)).context("reading the options of the step")
}

/// Every scenario folder at or below `root`: those that hold a numbered step.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let inside = files(root)?;
    if inside.iter().any(|path| path.is_file() && file_name(path).starts_with("01-")) {
        found.push(root.to_path_buf());
    } else {
        for folder in inside.iter().filter(|path| path.is_dir()) {
            found.extend(folders(folder)?);
        }
    }
    Ok(found)
}

/// What a folder holds, sorted by name.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.with_context(|| format!("reading {}", folder.display()))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// The last part of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The text of a file.
///
/// # Errors
///
/// When it cannot be read.
pub fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn parsed<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&text(path)?).with_context(|| format!("in {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_without_options_is_applied() {
        let run =
            options("# A comment: of the author.\nlocals {}\n").expect("there are no options");
        assert_eq!(run.command, Command::Apply);
        assert!(!run.leaves_changes);
    }

    #[test]
    fn options_are_json_or_text() {
        let run =
            options("#: command: plan\n#: expect_error: Too long: name\n#: uncounted: [\"X\"]\n")
                .expect("the options are known");
        assert_eq!(run.command, Command::Plan);
        assert_eq!(run.expect_error.as_deref(), Some("Too long: name"));
        assert_eq!(run.uncounted, ["X"]);
    }

    #[test]
    fn unknown_options_are_refused() {
        assert!(options("#: comand: plan\n").is_err());
        assert!(options("#: command: explode\n").is_err());
        assert!(options("#: command\n").is_err());
    }

    #[test]
    fn actions_are_told_apart_by_their_key() {
        let action: Action =
            serde_json::from_str(r#"{"import":{"address":"a.b","id":"${saved.id}"}}"#)
                .expect("the action is known");
        assert!(matches!(action, Action::Import(import) if import.address == "a.b"));
        assert!(serde_json::from_str::<Action>(r#"{"explode":{}}"#).is_err());
    }
}
