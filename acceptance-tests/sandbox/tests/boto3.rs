//! Drives the sandbox with boto3, a client that we did not write.
//!
//! The tests are the `test_*` functions in `conformance/`; each is a test of its
//! own in the output. Those in `test_moto.py` run against moto's server as well,
//! where the two ought to agree. boto3 and moto come from PyPI, in the versions
//! of `requirements.txt`, into a virtual environment in the target directory.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cleanrooms_sandbox::{Options, Sandbox};
use libtest_mimic::{Arguments, Failed, Trial};

const REQUIREMENTS: &str = include_str!("conformance/requirements.txt");
const MOTO_FILE: &str = "test_moto";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test needs a worker, and more workers than cores only wait.
    arguments.test_threads = Some(arguments.test_threads.unwrap_or(2).min(2));
    let sandbox = Pool::new(Backend::Sandbox);
    let moto = Pool::new(Backend::Moto);
    let mut trials = Vec::new();
    for (file, name) in python_tests() {
        trials.push(trial(&format!("boto3::{file}::{name}"), &file, &name, &sandbox));
        if file == MOTO_FILE {
            trials.push(trial(&format!("moto::{name}"), &file, &name, &moto));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(title: &str, file: &str, name: &str, pool: &Arc<Pool>) -> Trial {
    let (test, pool) = (format!("{file}::{name}"), Arc::clone(pool));
    Trial::test(title, move || match pool.run(&test) {
        Ok(None) => Ok(()),
        Ok(Some(failure)) => Err(Failed::from(failure)),
        Err(err) => Err(Failed::from(format!("the Python worker failed: {err}"))),
    })
}

fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// File and function of every test, in the order in which they are written.
fn python_tests() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(conformance())
        .expect("the suite is part of this crate")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    files.sort();
    let mut tests = Vec::new();
    for path in files {
        let file = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("the suite is part of this crate");
        let names = text
            .lines()
            .filter_map(|line| line.strip_prefix("def "))
            .filter(|rest| rest.starts_with("test_"))
            .filter_map(|rest| rest.split('(').next());
        tests.extend(names.map(|name| (file.clone(), name.to_owned())));
    }
    tests
}

#[derive(Clone, Copy)]
enum Backend {
    Sandbox,
    Moto,
}

/// Workers that wait for tests. One is started when none is free.
struct Pool {
    backend: Backend,
    free: Mutex<Vec<Worker>>,
}

impl Pool {
    fn new(backend: Backend) -> Arc<Self> {
        Arc::new(Self { backend, free: Mutex::default() })
    }

    /// Runs a test, and gives its traceback if it fails. A worker that fails
    /// itself does not come back.
    fn run(&self, test: &str) -> io::Result<Option<String>> {
        let free = || self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = free().pop();
        let mut worker = worker.map_or_else(|| Worker::start(self.backend), Ok)?;
        let failure = worker.run(test)?;
        free().push(worker);
        Ok(failure)
    }
}

/// A Python process with a server of its own.
struct Worker {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _server: Server,
}

impl Worker {
    fn start(backend: Backend) -> io::Result<Self> {
        let server = Server::start(backend)?;
        let (name, url) = match &server {
            Server::Sandbox(sandbox) => ("sandbox", sandbox.url()),
            Server::Moto { url, .. } => ("moto", url.clone()),
        };
        let mut process = python()?
            .arg(conformance().join("worker.py"))
            .args([name, &url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = process.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let output = process.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { process, input, output: BufReader::new(output), _server: server })
    }

    fn run(&mut self, test: &str) -> io::Result<Option<String>> {
        writeln!(self.input, "{test}")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let reply: serde_json::Value = serde_json::from_str(&line)?;
        match &reply["failure"] {
            serde_json::Value::Null => Ok(None),
            failure => Ok(Some(failure.as_str().unwrap_or_default().to_owned())),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

enum Server {
    Sandbox(Sandbox),
    Moto { process: Child, url: String },
}

impl Server {
    fn start(backend: Backend) -> io::Result<Self> {
        match backend {
            Backend::Sandbox => Ok(Self::Sandbox(Sandbox::start_blocking(Options::default())?)),
            Backend::Moto => start_moto(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::Moto { process, .. } = self {
            end(process);
        }
    }
}

fn end(process: &mut Child) {
    // It may have ended by itself, which is as well.
    let _ = process.kill();
    let _ = process.wait();
}

/// Starts moto's server and waits for the line with its address.
fn start_moto() -> io::Result<Server> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut process = python()?
        .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut log = BufReader::new(process.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?);
    let mut line = String::new();
    while !line.contains("Running on") {
        line.clear();
        if log.read_line(&mut line)? == 0 {
            end(&mut process);
            return Err(io::Error::other("moto's server has ended"));
        }
    }
    // It logs each request; nobody reading would stop it one day.
    std::thread::spawn(move || io::copy(&mut log, &mut io::sink()));
    Ok(Server::Moto { process, url: format!("http://127.0.0.1:{port}") })
}

/// Python with the packages of the suite, and nothing of the caller's AWS settings.
fn python() -> io::Result<Command> {
    static ENVIRONMENT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let environment = ENVIRONMENT
        .get_or_init(|| environment().map_err(|err| err.to_string()))
        .as_ref()
        .map_err(|err| io::Error::other(err.clone()))?;
    let mut command = Command::new(environment);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("AWS_EC2_METADATA_DISABLED", "true");
    // Whatever leads to PyPI must not stand between boto3 and this machine.
    command.env("NO_PROXY", "127.0.0.1");
    Ok(command)
}

/// The interpreter of the virtual environment, which is made if it is missing
/// or has other versions.
fn environment() -> io::Result<PathBuf> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let interpreter = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let interpreter = directory.join(interpreter);
    let marker = directory.join("installed.txt");
    if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(interpreter);
    }
    if directory.exists() {
        std::fs::remove_dir_all(&directory)?;
    }
    let base = if cfg!(windows) { "python" } else { "python3" };
    succeed(Command::new(base).args(["-m", "venv"]).arg(&directory))?;
    succeed(
        Command::new(&interpreter)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "-r",
            ])
            .arg(conformance().join("requirements.txt")),
    )?;
    std::fs::write(&marker, REQUIREMENTS)?;
    Ok(interpreter)
}

fn succeed(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("{command:?} failed ({}): {message}", output.status)))
}
