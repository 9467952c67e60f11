//! Credentials of a program, the `credential_process` of a profile.

use std::fmt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::choice::{SOURCE, point_in_time};

/// How long the program may take; its user may have to answer a question.
const LIMIT: Duration = Duration::from_secs(55);

/// So much of what it writes is read.
const MOST_BYTES: u64 = 1024 * 1024;

/// So much of what a failed program says is shown.
const MOST_SHOWN: usize = 1000;

/// A program that gives credentials.
pub(super) struct Program {
    /// The profile that names it.
    pub(super) profile: String,
    /// What is to be run.
    pub(super) command: String,
}

impl fmt::Debug for Program {
    /// Does not show the command, whose arguments may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("profile", &self.profile).finish_non_exhaustive()
    }
}

impl Program {
    async fn credentials(&self) -> provider::Result {
        let answer = tokio::time::timeout(LIMIT, self.run()).await;
        let output = answer.unwrap_or_else(|_elapsed| {
            Err(format!("has not ended within {} seconds, and was ended", LIMIT.as_secs()))
        });
        output.and_then(|output| parsed(&output)).map_err(|what| {
            let profile = &self.profile;
            let text = format!("The `credential_process` of the profile `{profile}` {what}");
            CredentialsError::provider_error(text)
        })
    }

    /// What the program writes to its standard output.
    async fn run(&self) -> Result<Vec<u8>, String> {
        let mut child = shell(&self.command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|err| format!("cannot be started: {err}"))?;
        let mut all = child.id().map(|pid| EndOfAll { pid, running: true });
        let (answer, complaint) = (child.stdout.take(), child.stderr.take());
        let ended = async {
            let status = child.wait().await;
            // From now on the id may be another process's.
            if let Some(all) = &mut all {
                all.running = false;
            }
            status
        };
        let (status, answer, complaint) =
            tokio::join!(ended, read_to_end(answer), read_to_end(complaint));
        let status = status.map_err(|err| format!("is out of sight: {err}"))?;
        if !status.success() {
            return Err(failed(status, &complaint));
        }
        Ok(answer)
    }
}

impl ProvideCredentials for Program {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// Through a shell, as AWS's SDKs for Go and Rust do.
#[cfg(not(windows))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(windows)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd.exe");
    // The quotes are those that cmd.exe takes off; any others are the program's.
    shell.arg("/C").raw_arg(format!("\"{command}\""));
    shell
}

async fn read_to_end(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut content = Vec::new();
    if let Some(stream) = stream {
        // What was read before a failure is all there is.
        let _ = stream.take(MOST_BYTES).read_to_end(&mut content).await;
    }
    content
}

fn failed(status: ExitStatus, complaint: &[u8]) -> String {
    let said: String = String::from_utf8_lossy(complaint).trim().chars().take(MOST_SHOWN).collect();
    let said = if said.is_empty() { "it said nothing".to_owned() } else { said };
    format!("has failed ({status}): {said}")
}

/// Reads the program's answer. It is never shown: it may hold a secret even where it is wrong.
fn parsed(output: &[u8]) -> Result<Credentials, String> {
    let wrong = |what: &str| format!("has written something else than credentials: {what}");
    let answer: Value = serde_json::from_slice(output).map_err(|_err| wrong("it is no JSON"))?;
    if answer["Version"].as_u64() != Some(1) {
        return Err(wrong("`Version` is not 1"));
    }
    let text = |name: &str| answer[name].as_str().filter(|text| !text.is_empty());
    let required = |name: &str| text(name).ok_or_else(|| wrong(&format!("`{name}` is missing")));
    let expiry =
        match &answer["Expiration"] {
            Value::Null => None,
            Value::String(time) if time.is_empty() => {
                return Err(wrong(
                    "`Expiration` is empty; leave it out for credentials that do not expire",
                ));
            }
            time => Some(time.as_str().and_then(point_in_time).ok_or_else(|| {
                wrong(&format!("`Expiration` is {time}, which is no point in time"))
            })?),
        };
    Ok(Credentials::new(
        required("AccessKeyId")?,
        required("SecretAccessKey")?,
        text("SessionToken").map(str::to_owned),
        expiry,
        SOURCE,
    ))
}

/// Ends a process and all that it has started.
struct EndOfAll {
    pid: u32,
    running: bool,
}

impl Drop for EndOfAll {
    fn drop(&mut self) {
        // The process itself is ended, and waited for, by whoever holds it.
        #[cfg(unix)]
        for pid in self.running.then(|| descendants(self.pid)).into_iter().flatten() {
            if let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }
}

/// The processes below one, where the system tells them; elsewhere they are not found.
///
/// A process group of its own would be simpler, but a program in the background cannot ask its
/// user for a code.
#[cfg(unix)]
fn descendants(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        for task in tasks {
            let children = std::fs::read_to_string(task.path().join("children"));
            let children = children.unwrap_or_default();
            found.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        }
        next += 1;
    }
    found.split_off(1)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    async fn answer(command: &str) -> Result<Credentials, String> {
        let program = Program { profile: "p".to_owned(), command: command.to_owned() };
        let answer = program.credentials().await;
        answer.map_err(|err| crate::cleanrooms::aws::errors::causes(&err))
    }

    #[track_caller]
    fn refused(output: &str, expected: &str) {
        let err = parsed(output.as_bytes()).expect_err("it is no answer");
        assert!(err.contains(expected), "{err}");
        assert!(!err.contains("very-secret"), "{err}");
    }

    #[test]
    fn an_answer_that_is_none_is_told_without_being_shown() {
        refused("very-secret", "no JSON");
        refused(r#"{"Version":2,"SecretAccessKey":"very-secret"}"#, "`Version`");
        refused(r#"{"Version":1,"SecretAccessKey":"very-secret"}"#, "`AccessKeyId`");
        refused(r#"{"Version":1,"AccessKeyId":"A"}"#, "`SecretAccessKey`");
        let expiring = |time: &str| {
            format!(
                r#"{{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":{time}}}"#
            )
        };
        refused(&expiring(r#""""#), "`Expiration` is empty");
        refused(&expiring(r#""soon""#), "`Expiration` is \"soon\"");
        assert!(parsed(expiring("null").as_bytes()).is_ok());
    }

    #[tokio::test]
    async fn a_program_that_fails_is_told_with_what_it_said() {
        let err = answer("echo 'no session' >&2; exit 3").await.expect_err("it fails");
        assert!(err.contains("profile `p`") && err.contains("no session"), "{err}");
        let err = answer("/nowhere/program").await.expect_err("there is none");
        assert!(err.contains("/nowhere/program"), "{err}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_outlives_its_limit_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("pid");
        let command = format!(
            "sh -c 'echo $$ > {0}.new; mv {0}.new {0}; sleep 600; true'; true",
            path.display()
        );
        let program = Program { profile: "p".to_owned(), command };
        let mut running = Box::pin(program.run());
        let inner = loop {
            use futures_util::FutureExt;
            assert!(running.as_mut().now_or_never().is_none(), "the program goes on");
            if let Ok(pid) = std::fs::read_to_string(&path) {
                break pid.trim().to_owned();
            }
            std::thread::yield_now();
        };
        drop(running);
        let alive = |pid: &str| {
            std::fs::read_to_string(format!("/proc/{pid}/stat"))
                .is_ok_and(|stat| !stat.contains(") Z "))
        };
        let start = std::time::Instant::now();
        while alive(&inner) {
            assert!(start.elapsed() < Duration::from_secs(20), "{inner} goes on");
            std::thread::yield_now();
        }
        let err = answer("sleep 600; true").await.expect_err("it takes too long");
        assert!(err.contains("has not ended"), "{err}");
    }
}
