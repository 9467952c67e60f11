//! An engine in-process that runs one command after another.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use super::{Finished, PATIENCE, await_end_of};

/// The status of a command that failed; other ones tell what a plan has found.
const FAILED: i32 = 1;

/// A process with the library of an engine, and the environment that it was started with.
#[derive(Debug)]
pub(super) struct Session {
    child: Child,
    commands: Option<ChildStdin>,
    answers: Receiver<String>,
    /// What the command writes.
    stdout: PathBuf,
    stderr: PathBuf,
    /// What the process itself writes, when it crashes for instance.
    log: PathBuf,
}

impl Session {
    /// Starts the process; its files are in `folder`.
    pub(super) fn start(mut command: Command, folder: &Path) -> Result<Self> {
        let log = folder.join("engine.log");
        let file = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
        let mut child = command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .context("starting the engine")?;
        let stdout = child.stdout.take().context("its stdout is a pipe")?;
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(stdout).lines().map_while(Result::ok);
            lines.take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
        });
        let [stdout, stderr] = ["stdout", "stderr"].map(|name| folder.join(name));
        Ok(Self { commands: child.stdin.take(), child, answers, stdout, stderr, log })
    }

    /// Runs one command to its end. Whether the process may run another one: not after a failure of
    /// what plans, for a provider takes all that one engine's process starts for one run, and what a
    /// failed one wanted must not be held against the next.
    pub(super) fn run(&mut self, arguments: &[&str]) -> Result<(Finished, bool)> {
        let mut words = vec![self.stdout.as_os_str().as_encoded_bytes()];
        words.push(self.stderr.as_os_str().as_encoded_bytes());
        words.extend(arguments.iter().map(|argument| argument.as_bytes()));
        let mut text = words.join(&0);
        text.extend([0, 0]);
        let commands = self.commands.as_mut().context("it takes commands")?;
        commands.write_all(&text).context("telling the engine its command")?;
        let answer = match self.answers.recv_timeout(PATIENCE) {
            Ok(answer) => Some(answer.parse::<i32>().context("reading the engine's status")?),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                kill_process_group(Pid::from_child(&self.child), Signal::KILL)
                    .context("ending the engine")?;
                bail!("did not end within {} s and was killed", PATIENCE.as_secs());
            }
        };
        let status = match answer {
            Some(code) => ExitStatus::from_raw(code << 8),
            None => self.child.wait().context("waiting for the engine")?,
        };
        let [stdout, mut stderr] = [&self.stdout, &self.stderr].map(|file| text_of(file));
        if answer.is_none() {
            stderr.push_str(&text_of(&self.log));
        }
        let plans = arguments.first() != Some(&"validate");
        let goes_on = answer.is_some_and(|code| code != FAILED || !plans);
        Ok((Finished { status, stdout, stderr }, goes_on))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.commands = None;
        let ended = self.child.wait().context("waiting for the engine");
        if let Err(err) = ended.and_then(|_| await_end_of(Pid::from_child(&self.child))) {
            eprintln!("an engine was not ended: {err:#}");
        }
    }
}

/// What is in a file; nothing where there is none.
fn text_of(file: &Path) -> String {
    fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
