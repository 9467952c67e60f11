//! Scenarios in a real account.
//!
//! The folder is copied, with the accounts, names and surroundings of a real
//! account in place of the sandbox's; the engine runs over the copy, and what it
//! comes to is held against the same expected file, with all of that put back.
//! Calls cannot be compared, for nobody sees them there.

mod adapt;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::engine::Engine;
use crate::provider::Provider;
use crate::runner::Runner;
use crate::sandbox::{Accounts, Sandbox};
use crate::scenario::{Action, Content, EXPECTED, Scenario, file_name, files, text};
use crate::workspace::{Installation, Workspace};
use crate::{expected, paths};

/// What a scenario speaks of, as far as an account must have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Credentials of a second account.
    Partner,
    /// A third account, which is invited only.
    Third,
    /// A bucket.
    Bucket,
    /// Roles.
    Roles,
    /// Tables of AWS Glue.
    Tables,
}

impl Need {
    /// All of them, with the words that scenarios have for them.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Partner, "444455556666"),
        (Self::Third, "777788889999"),
        (Self::Bucket, "bucket"),
        (Self::Roles, ":role/"),
        (Self::Tables, "table_reference"),
    ];
}

/// Where a scenario runs, in place of the sandbox.
#[derive(Clone, Debug)]
pub struct Place {
    /// The accounts.
    pub accounts: Arc<dyn Accounts>,
    /// What each name begins with.
    pub prefix: String,
    /// What scenarios speak of, and what the accounts have in its place.
    pub surroundings: Vec<Surrounding>,
    /// The file that configures the provider.
    pub provider: String,
    /// The arguments of a provider block that give credentials of the second account.
    pub partner: String,
    /// Variables for the engine.
    pub environment: BTreeMap<String, String>,
    /// Where the copy and the scratch directory are made.
    pub scratch: PathBuf,
}

/// Something that a scenario speaks of, and what the accounts have in its place.
#[derive(Clone, Debug)]
pub struct Surrounding {
    /// The scenario's word.
    pub said: &'static str,
    /// The accounts' word.
    pub is: String,
    /// Whether it is a whole text, and not part of others.
    pub is_whole: bool,
}

impl Surrounding {
    /// A part of texts.
    pub fn part(said: &'static str, is: String) -> Self {
        Self { said, is, is_whole: false }
    }

    /// A whole text.
    pub fn whole(said: &'static str, is: String) -> Self {
        Self { said, is, is_whole: true }
    }
}

/// Why a scenario cannot be true in a real account, if it cannot.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn why_not(folder: &Path) -> Result<Option<String>> {
    Ok(Scenario::read(folder)?.settings.sandbox_only)
}

/// What an account must have for a scenario.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn needs(folder: &Path) -> Result<Vec<Need>> {
    let texts = texts(folder)?;
    let is_named = |word: &str| texts.iter().any(|text| text.contains(word));
    let named = Need::ALL.into_iter().filter(|(_, word)| is_named(word));
    Ok(named.map(|(need, _)| need).collect())
}

/// Whether a scenario runs queries or jobs, which cost money.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn costs(folder: &Path) -> Result<bool> {
    let words = [
        "/protectedQueries",
        "/protectedJobs",
        "/populate",
        "resource \"cleanrooms_protected_",
        "action \"cleanrooms_start_protected_",
    ];
    Ok(texts(folder)?.iter().any(|text| words.iter().any(|word| text.contains(word))))
}

/// The texts of a scenario's own files.
fn texts(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for path in files(folder)? {
        if path.is_dir() {
            texts.extend(self::texts(&path)?);
        } else if file_name(&path) != EXPECTED {
            texts.push(text(&path)?);
        }
    }
    Ok(texts)
}

/// Runs a scenario in real accounts, and compares the outcome with its expected file.
///
/// # Errors
///
/// When a step fails that should not, the outcome differs, or something is left.
pub fn run(folder: &Path, name: &str, engine: &Engine, place: &Place) -> Result<()> {
    let copy = place.scratch.join("scenarios").join(name);
    copy_adapted(folder, &copy, place)?;
    let provider = copy.join("provider.tf");
    if !provider.exists() {
        put(&provider, &place.provider)?;
    }
    let scenario = Scenario::read(&copy)?;
    let root = place.scratch.join(engine.to_string()).join(name);
    let workspace =
        Workspace::create(&root, engine, Installation::DevOverride(Provider::build()?))?;
    let sandbox = Sandbox::of_accounts(Arc::clone(&place.accounts));
    let mut runner = Runner::new(&scenario, workspace, sandbox)?;
    for (name, value) in &place.environment {
        runner.workspace.set_env(name, value);
    }
    runner.normaliser.mask(adapt::masks(place));
    let played = runner.play().with_context(|| format!("the files are in {}", root.display()));
    if played.is_err() {
        destroy(&runner);
    }
    played?;
    let outcome = Value::Object(std::mem::take(&mut runner.outcome));
    let left_out = engine.leaves_out(&scenario.settings);
    expected::compare_without_calls(&folder.join(EXPECTED), &outcome, &left_out)
}

/// Destroys what a scenario that has failed would leave. What remains is swept in the end.
fn destroy(runner: &Runner<'_>) {
    // It has failed already; what this says would hide why.
    let _ = runner.workspace.run(&["destroy", "-auto-approve", "-input=false", "-no-color"]);
}

/// Copies a folder, with every text of it adapted.
fn copy_adapted(from: &Path, to: &Path, place: &Place) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("clearing {}", to.display()))?;
    }
    fs::create_dir_all(to).with_context(|| format!("creating {}", to.display()))?;
    for path in files(from)? {
        let target = to.join(file_name(&path));
        if path.is_dir() {
            copy_adapted(&path, &target, place)?;
        } else {
            put(&target, &adapted(&path, place)?)?;
        }
    }
    Ok(())
}

fn put(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

fn adapted(path: &Path, place: &Place) -> Result<String> {
    let original = text(path)?;
    let adapted = match path.extension().and_then(|extension| extension.to_str()) {
        Some("tf") => adapt::configuration(&original, place),
        Some("json") => adapt::actions(&original, place),
        _ => bail!("it is neither a configuration nor a list of actions"),
    };
    adapted.with_context(|| format!("adapting {}", path.display()))
}

/// What keeps a scenario out of a real account, by what it does.
pub fn sandbox_only_actions(scenario: &Scenario) -> Vec<&'static str> {
    let mut found = Vec::new();
    for step in &scenario.steps {
        match &step.content {
            Content::Configuration { text, run } => {
                if run.interrupt.is_some() {
                    found.push("interrupt");
                }
                if text.contains("cleanrooms.third") {
                    found.push("a third account");
                }
            }
            Content::Actions(actions) => found.extend(actions.iter().filter_map(only_in_sandbox)),
        }
    }
    found
}

fn only_in_sandbox(action: &Action) -> Option<&'static str> {
    match action {
        Action::Fault(_) | Action::ClearFaults(_) => Some("fault"),
        Action::Switches(_) => Some("switches"),
        Action::Quotas(_) => Some("quotas"),
        Action::Terraform(run) if run.interrupt.is_some() => Some("interrupt"),
        Action::Api(call) if call.path.starts_with("/_sandbox") => Some("the admin path"),
        _ => None,
    }
}

/// The folder in which everything of a run is.
///
/// # Errors
///
/// When it cannot be made.
pub fn scratch(run: &str) -> Result<PathBuf> {
    paths::target(&format!("account/{run}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scenario;

    fn cases() -> Vec<(String, PathBuf)> {
        let root = paths::repository().join("acceptance-tests").join("cases");
        let name = |folder: &PathBuf| {
            let inside = folder.strip_prefix(&root).expect("it lies in there");
            inside.display().to_string()
        };
        let folders = scenario::folders(&root).expect("the scenarios can be read");
        folders.into_iter().map(|folder| (name(&folder), folder)).collect()
    }

    #[test]
    fn what_only_the_sandbox_can_do_keeps_a_folder_out() {
        for (name, folder) in cases() {
            let scenario = Scenario::read(&folder).expect("the scenario can be read");
            let found = sandbox_only_actions(&scenario);
            let says = scenario.settings.sandbox_only.is_some();
            assert!(says || found.is_empty(), "{name} must say `sandbox_only`: {found:?}");
        }
    }

    #[test]
    fn contributing_lists_what_cannot_be_true_in_a_real_account() {
        let text = text(&paths::repository().join("CONTRIBUTING.md")).expect("it can be read");
        let (_, rest) = text.split_once("| why not | folders |").expect("the table is there");
        let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
        let listed: BTreeSet<(String, String)> = rows
            .flat_map(|row| {
                let (why, folders) =
                    row.trim_matches(['|', ' ']).split_once(" | ").expect("two cells");
                let folders = folders.split(", ").map(|name| name.trim_matches('`').to_owned());
                folders.map(|name| (why.to_owned(), name)).collect::<Vec<_>>()
            })
            .collect();
        let said: BTreeSet<(String, String)> = cases()
            .into_iter()
            .filter_map(|(name, folder)| {
                Some((why_not(&folder).expect("the scenario can be read")?, name))
            })
            .collect();
        assert_eq!(listed, said);
    }

    #[test]
    fn what_runs_queries_costs() {
        let folder = paths::target("costs").expect("the target directory can be written");
        let step = r#"{ "api": { "path": "/memberships/a/protectedQueries" } }"#;
        put(&folder.join("01-query.json"), step).expect("the folder is ours");
        assert!(costs(&folder).expect("the folder can be read"));
        let runs = |folder: &PathBuf| why_not(folder).expect("the scenario can be read").is_none();
        for (name, folder) in cases().into_iter().filter(|(_, folder)| runs(folder)) {
            assert!(!costs(&folder).expect("the scenario can be read"), "{name}");
        }
    }

    #[test]
    fn every_other_folder_can_be_adapted() {
        let place = adapt::tests::place();
        let target = paths::target("adapted").expect("the target directory can be written");
        for (name, folder) in cases() {
            if why_not(&folder).expect("the scenario can be read").is_none() {
                let copy = target.join(name.replace('/', "-"));
                copy_adapted(&folder, &copy, &place).expect(&name);
                let whole = texts(&copy).expect("the copy can be read").concat();
                for strange in ["111122223333", "444455556666", "var.sandbox", "access_key"] {
                    assert!(!whole.contains(strange), "{name}: {strange}");
                }
            }
        }
    }
}
