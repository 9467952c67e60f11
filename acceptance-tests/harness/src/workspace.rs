//! A scratch directory in which an engine runs, with its own HOME and CLI
//! configuration.

mod session;

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{fs, io};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use serde::Deserialize;

use crate::engine::Engine;
use crate::features;
use crate::provider::{Provider, SOURCE};

use session::Session;

/// After this long an engine is taken to hang, and is killed.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often a running engine is looked at. Nothing depends on it but how soon
/// its end, or the call that triggers a signal, is noticed.
const GLANCE: Duration = Duration::from_millis(5);

/// A directory, an engine, and the environment that the engine runs in.
#[derive(Debug)]
pub struct Workspace {
    engine: Engine,
    root: PathBuf,
    environment: BTreeMap<String, String>,
    /// The engine in-process that has run commands in this environment.
    session: Mutex<Option<Session>>,
}

/// How an engine gets the provider.
#[derive(Clone, Copy, Debug)]
pub enum Installation<'a> {
    /// There is none: only what is built into the engine can be used.
    None,
    /// `dev_overrides`: no `init`, no lock file.
    DevOverride(&'a Provider),
    /// The same, with stand-ins for other providers, by their sources.
    Beside(&'a Provider, &'a [(&'static str, PathBuf)]),
}

/// What an engine's command came to.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How the process ended.
    pub status: ExitStatus,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

/// A signal that a scenario sends to a running engine.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub enum EngineSignal {
    /// To the whole process group, the provider included, as Ctrl-C is.
    Int,
    /// To the whole process group, as by whoever shuts a machine down.
    Term,
    /// To the whole process group, as when its terminal is closed.
    Hup,
    /// To the engine alone, which cannot clean up.
    Kill,
}

/// A signal, and when to send it.
pub struct Trigger<'a> {
    /// What is sent.
    pub signal: EngineSignal,
    /// Asked every few milliseconds; the signal is sent once, at the first yes.
    pub due: Box<dyn FnMut() -> Result<bool> + 'a>,
}

impl Workspace {
    /// Makes an empty scratch directory at `root`, removing what was there.
    ///
    /// # Errors
    ///
    /// When files cannot be written.
    pub fn create(root: &Path, engine: &Engine, installation: Installation<'_>) -> Result<Self> {
        if root.exists() {
            fs::remove_dir_all(root).with_context(|| format!("clearing {}", root.display()))?;
        }
        let (environment, session) = Default::default();
        let workspace =
            Self { engine: engine.clone(), root: root.to_path_buf(), environment, session };
        for folder in [workspace.directory(), workspace.home()] {
            fs::create_dir_all(&folder)
                .with_context(|| format!("creating {}", folder.display()))?;
        }
        let cli_config = match installation {
            Installation::None => String::new(),
            Installation::DevOverride(provider) => dev_overrides(provider.folder(), &[]),
            Installation::Beside(provider, others) => dev_overrides(provider.folder(), others),
        };
        fs::write(workspace.cli_config(), cli_config).context("writing the CLI configuration")?;
        Ok(workspace)
    }

    /// Puts another CLI configuration in place of the one that the installation gave.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn configure_cli(&self, text: &str) -> Result<()> {
        fs::write(self.cli_config(), text).context("writing the CLI configuration")
    }

    /// The folder that holds the configuration and the state.
    pub fn directory(&self) -> PathBuf {
        self.root.join("work")
    }

    /// The HOME of everything that runs here.
    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    fn cli_config(&self) -> PathBuf {
        self.root.join("terraformrc")
    }

    /// The engine that runs here.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Lets the engine and the provider talk without TLS, whose keys are made anew for every start of the
    /// provider and are a fifth of a command's time. What [`crate::features`] calls smoke shows TLS.
    pub fn without_tls(&mut self) {
        self.set_env("TF_DISABLE_PLUGIN_TLS", "1");
    }

    /// The same for a scenario or an example of this name, unless it is one that shows TLS.
    pub fn without_tls_but_in_smoke(&mut self, name: &str) {
        if !features::is_smoke(name) {
            self.without_tls();
        }
    }

    /// Sets a variable for every later command.
    pub fn set_env(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.environment.insert(name.into(), value.into());
        // A library has the environment that it was loaded in.
        self.session = Mutex::default();
    }

    /// Writes a file next to the configuration.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.directory().join(name);
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
    }

    /// Removes a file next to the configuration, if it is there.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be removed.
    pub fn remove(&self, name: &str) -> Result<()> {
        let path = self.directory().join(name);
        match fs::remove_file(&path) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => {
                Err(err).with_context(|| format!("removing {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// A command of the engine in this workspace, for callers that want to
    /// show its output; [`Workspace::run`] collects it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.engine.command();
        command
            .args(arguments)
            .current_dir(self.directory())
            .env("HOME", self.home())
            // No command lives long enough to need Go's garbage collected.
            .env("GOGC", "off")
            .env("TF_CLI_CONFIG_FILE", self.cli_config())
            // The chain of default credentials must end without asking the
            // network for an instance role.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // The provider waits a hundredth of its usual intervals.
            .env("CLEANROOMS_WAIT_SCALE", "0.01")
            .envs(&self.environment);
        command
    }

    /// Runs a command of the engine to its end.
    ///
    /// # Errors
    ///
    /// When it cannot be started or does not end; a failing command is not an
    /// error here.
    pub fn run(&self, arguments: &[&str]) -> Result<Finished> {
        match self.engine.is_library() {
            true => self.run_in_session(arguments),
            false => self.run_until(arguments, None),
        }
    }

    /// Runs a command in a process that may have run others, and may run more.
    fn run_in_session(&self, arguments: &[&str]) -> Result<Finished> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let mut current = match session.take() {
            Some(current) => current,
            None => Session::start(self.command(&[]), &self.root)?,
        };
        let (finished, goes_on) =
            current.run(arguments).with_context(|| format!("`{}`", arguments.join(" ")))?;
        *session = goes_on.then_some(current);
        Ok(finished)
    }

    /// Runs a command that must succeed, and gives its stdout.
    ///
    /// # Errors
    ///
    /// When it fails, with all its output.
    pub fn succeed(&self, arguments: &[&str]) -> Result<String> {
        let finished = self.run(arguments)?;
        ensure!(finished.status.success(), "`{}` failed: {finished}", arguments.join(" "));
        Ok(finished.stdout)
    }

    /// Runs a command and sends it a signal when the trigger says so.
    ///
    /// # Errors
    ///
    /// As [`Workspace::run`]; also when the command ends before the signal was
    /// due, since the scenario would then show nothing.
    pub fn run_until(&self, arguments: &[&str], trigger: Option<Trigger<'_>>) -> Result<Finished> {
        let mut child = self
            .command(arguments)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", self.engine))?;
        let group = Pid::from_child(&child);
        let stdout = collect(child.stdout.take());
        let stderr = collect(child.stderr.take());
        let status = watch(&mut child, trigger).and_then(|status| {
            // A provider may have something to bring to its end.
            await_end_of(group)?;
            Ok(status)
        });
        let finished = Finished {
            status: status.as_ref().copied().unwrap_or_else(|_| ExitStatus::from_raw(0)),
            stdout: joined(stdout)?,
            stderr: joined(stderr)?,
        };
        match status {
            Ok(_) => Ok(finished),
            Err(err) => Err(anyhow!("`{}`: {err:#}\n{finished}", arguments.join(" "))),
        }
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n{}{}", self.status, self.stdout, self.stderr)
    }
}

/// Waits for the engine, and signals it on the way.
fn watch(child: &mut Child, mut trigger: Option<Trigger<'_>>) -> Result<ExitStatus> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().context("waiting for the engine")? {
            ensure!(trigger.is_none(), "ended ({status}) before the signal was due");
            return Ok(status);
        }
        if let Some(waiting) = &mut trigger
            && (waiting.due)()?
        {
            send(child, waiting.signal)?;
            trigger = None;
        }
        if Instant::now() > deadline {
            send(child, EngineSignal::Kill)?;
            child.wait().context("waiting for the killed engine")?;
            bail!("did not end within {} s and was killed", PATIENCE.as_secs());
        }
        thread::sleep(GLANCE);
    }
}

/// Waits until nothing is left of a process group whose leader has ended.
fn await_end_of(group: Pid) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while test_kill_process_group(group).is_ok() {
        if Instant::now() > deadline {
            kill_process_group(group, Signal::KILL).context("ending what is left")?;
            bail!("a process that the engine left behind did not end in {} s", PATIENCE.as_secs());
        }
        thread::sleep(GLANCE);
    }
    Ok(())
}

fn send(child: &Child, signal: EngineSignal) -> Result<()> {
    let pid = Pid::from_child(child);
    match signal {
        EngineSignal::Int => kill_process_group(pid, Signal::INT),
        EngineSignal::Term => kill_process_group(pid, Signal::TERM),
        EngineSignal::Hup => kill_process_group(pid, Signal::HUP),
        EngineSignal::Kill => kill_process(pid, Signal::KILL),
    }
    .context("sending the signal")
}

/// Reads a stream in a thread of its own, so that a full pipe blocks nobody.
fn collect(stream: Option<impl Read + Send + 'static>) -> JoinHandle<io::Result<Vec<u8>>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            stream.read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    })
}

fn joined(reader: JoinHandle<io::Result<Vec<u8>>>) -> Result<String> {
    let bytes = reader.join().map_err(|_| anyhow!("the reader of the output panicked"))?;
    let bytes = bytes.context("reading the engine's output")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn dev_overrides(folder: &Path, others: &[(&'static str, PathBuf)]) -> String {
    let others = others.iter().map(|(source, folder)| (*source, folder.as_path()));
    let all = std::iter::once((SOURCE, folder)).chain(others);
    let lines: String =
        all.map(|(source, folder)| format!("    {source:?} = {folder:?}\n")).collect();
    format!("provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\n")
}
