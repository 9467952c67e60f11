//! Plans of new resources in a real engine, ours next to built-in ones.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io};

use cleanrooms_harness::engine::{Engine, Engines};
use cleanrooms_harness::paths;
use cleanrooms_harness::provider::SOURCE;
use cleanrooms_harness::workspace::{Installation, Workspace};
use cleanrooms_provider::proto::tfplugin6::DynamicValue;
use serde_json::{Value as Json, json};

use super::fixture::{REGION, TYPE_NAME, collaboration, planned_collaboration};
use super::{BINARY, Result, Spread};

/// Each resource has a name of its own.
pub const NAME: &str = "Campaign ${count.index}";

/// Runs of each plan, one of each in turn, so that a busy moment of the machine
/// hits all.
const RUNS: usize = 11;

/// A value that is known after apply, of a built-in resource that is planned with
/// the others.
const UNKNOWN: &str = "${terraform_data.seed.id}";

/// Prints how long plans of 1, 100 and 1,000 new resources take.
///
/// An engine's time grows with the values of its plan, whoever provides them. So
/// the built-in resource has the object of the collaboration's configuration in
/// one subject, and in another the object that the provider plans for it:
/// `planned`, for the name [`NAME`].
///
/// # Errors
///
/// There is no engine, or a plan fails.
pub fn compare(planned: &DynamicValue) -> Result<()> {
    // Those in-process are slower to start.
    let engines = Engines::on_path()?;
    let engine = engines.first().ok_or("there is no engine on PATH")?;
    let cores = std::thread::available_parallelism()?;
    println!("\n`{engine} plan` on {cores} cores, {RUNS} interleaved runs each:\n");
    println!("| create plan of | median | fastest | slowest | of our median | target |");
    println!("|---|---|---|---|---|---|");
    let planned = planned_collaboration(planned, UNKNOWN)?;
    for count in [1, 100, 1000] {
        let subjects = [
            Subject::collaborations(engine, count)?,
            Subject::terraform_data(engine, "object as configured", count, &collaboration(NAME))?,
            Subject::terraform_data(engine, "object as planned", count, &planned)?,
        ];
        let mut spreads = [(); 3].map(|()| Spread::default());
        for _ in 0..RUNS {
            for (subject, spread) in subjects.iter().zip(&mut spreads) {
                spread.push(subject.plan()?);
            }
        }
        let ours = spreads[0].median().as_secs_f64();
        let targets = if count == 1000 { ["", "", "1.25"] } else { [""; 3] };
        for ((subject, spread), target) in subjects.iter().zip(&spreads).zip(targets) {
            let ratio = ours / spread.median().as_secs_f64();
            println!("| {count} {} | {spread} | {ratio:.2} × | {target} |", subject.title);
        }
    }
    Ok(())
}

/// A configuration that is planned again and again; nothing is ever applied.
struct Subject {
    title: String,
    workspace: Workspace,
}

impl Subject {
    fn collaborations(engine: &Engine, count: usize) -> Result<Self> {
        let configuration = format!(
            "terraform {{\n  required_providers {{\n    cleanrooms = {{ source = {SOURCE:?} }}\n  }}\n}}\n\
             provider \"cleanrooms\" {{\n  region = {REGION:?}\n}}\n{}",
            resource(TYPE_NAME, count, &collaboration(NAME)),
        );
        Self::new(engine, TYPE_NAME.to_owned(), &configuration)?.install()
    }

    fn terraform_data(engine: &Engine, what: &str, count: usize, input: &Json) -> Result<Self> {
        let resource = resource("terraform_data", count, &json!({ "input": input }));
        let configuration = format!("{resource}resource \"terraform_data\" \"seed\" {{}}\n");
        Self::new(engine, format!("terraform_data, {what}"), &configuration)
    }

    fn new(engine: &Engine, title: String, configuration: &str) -> Result<Self> {
        let root = paths::target("scratch")?.join("benchmark").join(title.replace([',', ' '], "_"));
        let mut workspace = Workspace::create(&root, engine, Installation::None)?;
        // As users have it, while tests leave out the collection of garbage.
        workspace.set_env("GOGC", "100");
        workspace.write("main.tf", configuration)?;
        Ok(Self { title, workspace })
    }

    /// Offers the release binary to the engine, which takes it from a folder.
    fn install(mut self) -> Result<Self> {
        let folder = self.workspace.home().join("provider");
        fs::create_dir(&folder)?;
        link(Path::new(BINARY), &folder.join("terraform-provider-cleanrooms"))?;
        let overrides = format!("dev_overrides {{ {SOURCE:?} = {folder:?} }}");
        let file = self.workspace.home().join("terraformrc");
        fs::write(&file, format!("provider_installation {{\n  {overrides}\n}}\n"))?;
        self.workspace.set_env("TF_CLI_CONFIG_FILE", file.to_string_lossy());
        Ok(self)
    }

    /// Plans once; the second command on, files are warm.
    fn plan(&self) -> Result<Duration> {
        let mut command = self.workspace.command(&["plan", "-input=false", "-no-color"]);
        let started = Instant::now();
        let output = command.output()?;
        let duration = started.elapsed();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(duration)
    }
}

/// Resources as people write them: an engine takes longer over the JSON syntax,
/// where each text is a template of its own. Expressions may be JSON, though.
fn resource(type_name: &str, count: usize, arguments: &Json) -> String {
    let arguments = arguments.as_object().into_iter().flatten();
    let arguments: String =
        arguments.map(|(name, value)| format!("  {name} = {value}\n")).collect();
    format!("resource {type_name:?} \"this\" {{\n  count = {count}\n{arguments}}}\n")
}

/// A hard link, or else a copy: the target directory may be elsewhere.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
}
