//! The folders under `examples/`: each is applied as a user would do it, with
//! profiles of a shared configuration file and no keys in the configuration.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use crate::checks::required_providers;
use crate::engine::Engine;
use crate::paths;
use crate::provider::Provider;
use crate::sandbox::{ACCOUNTS, REGION, Sandbox};
use crate::scenario::{file_name, files, text};
use crate::state::State;
use crate::workspace::{Installation, Workspace};

/// The account of the profile `default`, and of the company `retailer` in the
/// examples.
const OWNER: &str = ACCOUNTS[0];

/// The profiles of the shared configuration file, and their accounts.
const PROFILES: [(&str, &str); 3] =
    [("default", OWNER), ("retailer", OWNER), ("publisher", ACCOUNTS[1])];

/// Every example: the folders below `examples/` that hold `.tf` files, and those whose numbered folders
/// are the configurations of several companies.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn folders() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(&paths::repository().join("examples"), &mut found)?;
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let inside = files(folder)?;
    if inside.iter().any(|path| is_part(path)) {
        found.push(folder.to_path_buf());
        return Ok(());
    }
    if inside.iter().any(|path| is_configuration(path)) {
        found.push(folder.to_path_buf());
    }
    for folder in inside.iter().filter(|path| path.is_dir()) {
        collect(folder, found)?;
    }
    Ok(())
}

fn is_configuration(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tf")
}

/// Whether a folder is one configuration of several, such as `1_creator`: they are applied in their
/// order, and the outputs of one are variables of those after it.
fn is_part(path: &Path) -> bool {
    path.is_dir() && file_name(path).starts_with(|c: char| c.is_ascii_digit())
}

/// Every example of a list: the folders of files for `query`.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn queries() -> Result<Vec<PathBuf>> {
    let folders = files(&paths::repository().join("examples/list-resources"))?;
    Ok(folders.into_iter().filter(|path| path.is_dir()).collect())
}

/// Asks the query of an example in an account that has what the example of the resource makes, and destroys
/// that.
///
/// # Errors
///
/// When a command fails, or nothing is found.
pub fn query(folder: &Path, name: &str, engine: &Engine) -> Result<()> {
    let root = paths::target("scratch")?.join(engine.to_string()).join(name);
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let made = paths::repository().join("examples/resources").join(file_name(folder));
    let mut workspace = workspace(&made, &root, engine, &sandbox.url())?;
    workspace.without_tls_but_in_smoke(name);
    apply(&workspace)?;
    let state = State::read(&workspace.directory().join("terraform.tfstate"))?;
    let memberships = state.instances.iter().filter(|(at, _)| at.starts_with(MEMBERSHIP.0));
    let membership = memberships.filter_map(|(_, attributes)| attributes["id"].as_str()).next();
    for path in files(folder)? {
        let text = text(&path)?.replace(MEMBERSHIP.1, membership.unwrap_or_default());
        workspace.write(&file_name(&path), &text)?;
    }
    let found = workspace.succeed(&["query", "-json"])?;
    ensure!(found.contains("\"list_resource_found\""), "nothing was found:\n{found}");
    workspace.succeed(&["destroy", "-auto-approve", "-input=false", "-no-color"])?;
    Ok(())
}

/// The beginning of the address of a membership, and the id that one has in the examples of lists.
const MEMBERSHIP: (&str, &str) = ("cleanrooms_membership.", "7c9e6679-7425-40de-944b-e07fc1f90ae7");

/// Applies an example, plans again, and destroys it.
///
/// # Errors
///
/// When a command fails, the second plan is not empty, or something is left in
/// the sandbox.
pub fn run(folder: &Path, name: &str, engine: &Engine) -> Result<()> {
    let root = paths::target("scratch")?.join(engine.to_string()).join(name);
    let sandbox = Sandbox::start().context("starting the sandbox")?;
    let mut parts: Vec<_> = files(folder)?.into_iter().filter(|path| is_part(path)).collect();
    parts.sort();
    if parts.is_empty() {
        parts.push(folder.to_path_buf());
    }
    let mut variables = Vec::new();
    let mut applied = Vec::new();
    for part in &parts {
        let mut workspace = workspace(part, &root.join(file_name(part)), engine, &sandbox.url())?;
        workspace.without_tls_but_in_smoke(name);
        for (name, value) in &variables {
            workspace.set_env(format!("TF_VAR_{name}"), value);
        }
        apply(&workspace)?;
        variables.extend(outputs(&workspace)?);
        applied.push(workspace);
    }
    destroy(applied.iter().rev(), &sandbox)
}

/// Destroys examples, one after the other.
///
/// # Errors
///
/// When a command fails, or something is left in the sandbox.
pub fn destroy<'a>(
    workspaces: impl IntoIterator<Item = &'a Workspace>,
    sandbox: &Sandbox,
) -> Result<()> {
    for workspace in workspaces {
        workspace.succeed(&["destroy", "-auto-approve", "-input=false", "-no-color"])?;
    }
    let leftovers = sandbox.client().leftovers()?;
    ensure!(leftovers.is_empty(), "left in the sandbox: {leftovers:#?}");
    Ok(())
}

/// Applies an example.
///
/// # Errors
///
/// When a command fails, or the plan that follows is not empty.
pub fn apply(workspace: &Workspace) -> Result<()> {
    workspace.succeed(&["apply", "-auto-approve", "-input=false", "-no-color"])?;
    workspace
        .succeed(&["plan", "-detailed-exitcode", "-input=false", "-no-color"])
        .context("the plan after the apply must be empty (exit status 0)")?;
    Ok(())
}

/// The outputs that are texts.
fn outputs(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let shown = workspace.succeed(&["output", "-json", "-no-color"])?;
    let outputs: BTreeMap<String, Json> =
        serde_json::from_str(&shown).context("reading the outputs")?;
    let texts = outputs.into_iter().filter_map(|(name, output)| {
        let text = output["value"].as_str()?.to_owned();
        Some((name, text))
    });
    Ok(texts.collect())
}

/// A workspace with a copy of an example, whose environment leads to a sandbox.
///
/// # Errors
///
/// When the provider does not build or a file cannot be written.
pub fn workspace(folder: &Path, root: &Path, engine: &Engine, sandbox: &str) -> Result<Workspace> {
    let installation = Installation::DevOverride(Provider::build()?);
    let mut workspace = Workspace::create(root, engine, installation)?;
    let mut says_where_from = false;
    for path in files(folder)?.iter().filter(|path| is_configuration(path)) {
        let text = text(path)?;
        says_where_from |= text.contains("required_providers");
        workspace.write(&file_name(path), &text)?;
    }
    // The examples of single resources are excerpts for the documentation.
    if !says_where_from {
        workspace.write("versions.tf", &required_providers())?;
    }
    write_profiles(&workspace.home())?;
    workspace.set_env("AWS_ENDPOINT_URL_CLEANROOMS", sandbox);
    workspace.set_env("AWS_ENDPOINT_URL_STS", sandbox);
    Ok(workspace)
}

/// Writes `~/.aws/config` and `~/.aws/credentials` below this HOME.
fn write_profiles(home: &Path) -> Result<()> {
    let folder = home.join(".aws");
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut config = String::new();
    let mut credentials = String::new();
    for (profile, account) in PROFILES {
        let section = if profile == "default" { "default" } else { &format!("profile {profile}") };
        config.push_str(&format!("[{section}]\nregion = {REGION}\n\n"));
        credentials.push_str(&format!(
            "[{profile}]\naws_access_key_id = {account}\naws_secret_access_key = secret\n\n"
        ));
    }
    fs::write(folder.join("config"), config).context("writing the shared config file")?;
    fs::write(folder.join("credentials"), credentials).context("writing the credentials file")
}
