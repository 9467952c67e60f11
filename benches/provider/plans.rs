//! Plans of new resources in a real engine, ours next to built-in ones.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io};

use cleanrooms_harness::engine::{Engine, Engines};
use cleanrooms_harness::paths;
use cleanrooms_harness::provider::SOURCE;
use cleanrooms_harness::workspace::{Installation, Workspace};
use serde_json::{Value as Json, json};

use super::fixture::{REGION, TYPE_NAME, collaboration, whole_collaboration};
use super::{BINARY, Result, Spread};

/// Each resource has a name of its own.
const NAME: &str = "Campaign ${count.index}";

/// Runs of each plan, one of each in turn, so that a busy moment of the machine
/// hits all.
const RUNS: usize = 11;

/// Prints how long plans of 1, 100 and 1,000 new resources take.
///
/// # Errors
///
/// There is no engine, or a plan fails.
pub fn compare() -> Result<()> {
    let engines = Engines::discover()?;
    // Those on PATH come first; the in-process one is slower to start.
    let engine = engines.found.first().ok_or("there is no engine on PATH")?;
    let cores = std::thread::available_parallelism()?;
    println!("\n`{engine} plan` on {cores} cores, {RUNS} interleaved runs each:\n");
    println!("| create plan of | median | fastest | slowest | of our median | target |");
    println!("|---|---|---|---|---|---|");
    for count in [1, 100, 1000] {
        let subjects = [
            Subject::collaborations(engine, count)?,
            Subject::terraform_data(engine, "same object as input", count, collaboration(NAME))?,
            Subject::terraform_data(
                engine,
                "with computed values",
                count,
                whole_collaboration(NAME)?,
            )?,
        ];
        let mut spreads = [(); 3].map(|()| Spread::default());
        for _ in 0..RUNS {
            for (subject, spread) in subjects.iter().zip(&mut spreads) {
                spread.push(subject.plan()?);
            }
        }
        let ours = spreads[0].median().as_secs_f64();
        let targets = if count == 1000 { ["", "1.25", ""] } else { [""; 3] };
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
        let mut resource = collaboration(NAME);
        resource["count"] = count.into();
        let configuration = json!({
            "terraform": { "required_providers": { "cleanrooms": { "source": SOURCE } } },
            "provider": { "cleanrooms": { "region": REGION } },
            "resource": { TYPE_NAME: { "this": resource } }
        });
        Self::new(engine, TYPE_NAME.to_owned(), &configuration)?.install()
    }

    fn terraform_data(engine: &Engine, what: &str, count: usize, input: Json) -> Result<Self> {
        let resource = json!({ "count": count, "input": input });
        let configuration = json!({ "resource": { "terraform_data": { "this": resource } } });
        Self::new(engine, format!("terraform_data, {what}"), &configuration)
    }

    fn new(engine: &Engine, title: String, configuration: &Json) -> Result<Self> {
        let root = paths::target("scratch")?.join("benchmark").join(title.replace([',', ' '], "_"));
        let workspace = Workspace::create(&root, engine, Installation::None)?;
        workspace.write("main.tf.json", &configuration.to_string())?;
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

/// A hard link, or else a copy: the target directory may be elsewhere.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop))
}
