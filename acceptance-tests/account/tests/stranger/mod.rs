//! The sandbox as a stranger, and the first hour as somebody calls it who knows
//! nothing but the address.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use serde_json::{Map, Value};
use tempfile::TempDir;

/// The first argument of this program when it is the sandbox.
const AS_SANDBOX: &str = "--as-sandbox";

const OWNER: &str = "123123123123";
const PARTNER: &str = "456456456456";
const THIRD: &str = "789789789789";

/// What must stand in no file that is kept.
pub const SECRETS: [&str; 6] =
    [OWNER, PARTNER, THIRD, "secret-bucket", "secret_database", "secret_table"];

/// Runs the sandbox, if that is what this process was started for.
pub fn as_sandbox() -> Option<ExitCode> {
    let mut arguments = std::env::args_os();
    let program = arguments.next()?;
    (arguments.next()? == AS_SANDBOX)
        .then(|| cleanrooms_sandbox::program::main([program].into_iter().chain(arguments)))
}

/// A running sandbox, which ends with this.
pub struct Stranger {
    process: Child,
    url: String,
    folder: TempDir,
}

/// What a first hour came to.
pub struct Hour {
    pub succeeded: bool,
    /// What it said, on either stream.
    pub output: String,
    /// Where it has kept what came.
    pub folder: PathBuf,
    /// The file of settings.
    pub settings: Map<String, Value>,
}

impl Stranger {
    /// Starts a sandbox with these switches.
    pub fn start(switches: &Map<String, Value>) -> Self {
        let file = tempfile::NamedTempFile::new().expect("there is a place for temporary files");
        std::fs::write(file.path(), Value::Object(switches.clone()).to_string())
            .expect("the file is ours");
        Self::with_file(file.path())
    }

    /// Starts a sandbox with a file of switches.
    pub fn with_file(switches: &Path) -> Self {
        let program = std::env::current_exe().expect("this program is a file");
        let rates = ["calls_per_second=5", "calls_per_second_of_frequent_reads=20"];
        let mut arguments: Vec<OsString> = vec![AS_SANDBOX.into(), "--switches".into()];
        arguments.push(switches.into());
        arguments.extend(rates.iter().flat_map(|rate| ["--quota".into(), rate.into()]));
        let started = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn();
        let mut process = started.expect("this program can be started");
        let stdout = process.stdout.take().expect("it was asked for");
        let mut url = String::new();
        BufReader::new(stdout).read_line(&mut url).expect("the sandbox prints its address");
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        Self { process, url: url.trim().to_owned(), folder }
    }

    /// A first hour, as its manual says.
    pub fn first_hour(&self) -> Hour {
        self.first_hour_with(|_| {})
    }

    /// The same in another environment.
    pub fn first_hour_with(&self, change: impl FnOnce(&mut Command)) -> Hour {
        let config = self.folder.path().join("config");
        std::fs::write(&config, profiles(&self.url)).expect("the folder is ours");
        let folder = self.folder.path().join("recorded");
        let mut command = Command::new(env!("CARGO_BIN_EXE_first-hour"));
        command
            .arg(&folder)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("AWS_CONFIG_FILE", config)
            .env("AWS_PROFILE", "owner")
            .env("TF_ACC_PARTNER_PROFILE", "partner")
            .env("TF_ACC_ACCOUNT_ID", OWNER)
            .env("TF_ACC_THIRD_ACCOUNT_ID", THIRD)
            .env("TF_ACC_BUCKET", "secret-bucket")
            .env("TF_ACC_ROLE_ARN", format!("arn:aws:iam::{OWNER}:role/secret-role"))
            .env("TF_ACC_GLUE_TABLE", "secret_database.secret_table")
            .env("TF_ACC_GLUE_COLUMNS", "one,two");
        change(&mut command);
        let output = command.output().expect("the program is built with its tests");
        let settings = std::fs::read_to_string(folder.join("switches.json")).unwrap_or_default();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Hour {
            succeeded: output.status.success(),
            output: text(&output.stdout) + &text(&output.stderr),
            folder,
            settings: serde_json::from_str(&settings).unwrap_or_default(),
        }
    }

    /// What is left in any account.
    pub fn objects(&self) -> Vec<String> {
        let told = self.admin("objects");
        let objects = told["objects"].as_array().expect("the sandbox tells of objects");
        let deletable = objects.iter().filter(|object| object["deletable"] == true);
        deletable.map(|object| format!("{} {}", object["kind"], object["id"])).collect()
    }

    /// How many calls had this error.
    pub fn calls_that_failed_with(&self, error: &str) -> usize {
        self.calls().iter().filter(|call| call["error"] == error).count()
    }

    /// The operations that were called.
    pub fn operations(&self) -> Vec<String> {
        let calls = self.calls();
        let names = calls.iter().filter_map(|call| call["operation"].as_str());
        names.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn calls(&self) -> Vec<Value> {
        let journal = self.admin("journal");
        journal["calls"].as_array().expect("the journal is a list").clone()
    }

    fn admin(&self, path: &str) -> Value {
        let host = self.url.strip_prefix("http://").expect("the sandbox speaks HTTP");
        let mut stream = TcpStream::connect(host).expect("the sandbox listens");
        let head =
            format!("GET /_sandbox/{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("the sandbox reads");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("the sandbox answers");
        let (_, body) = reply.split_once("\r\n\r\n").expect("a reply has a body");
        serde_json::from_str(body).expect("the admin path answers with JSON")
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Profiles whose credentials come by assuming a role, with those of an account that has nothing.
fn profiles(url: &str) -> String {
    let mut text = format!(
        "[profile base]\naws_access_key_id = 999999999999\naws_secret_access_key = secret\n\
         region = us-east-1\nendpoint_url = {url}\n"
    );
    for (name, account) in [("owner", OWNER), ("partner", PARTNER)] {
        text.push_str(&format!(
            "[profile {name}]\nrole_arn = arn:aws:iam::{account}:role/acceptance\n\
             source_profile = base\nregion = us-east-1\nendpoint_url = {url}\n"
        ));
    }
    text
}

impl Hour {
    /// The switches that the report names as other than the sandbox's.
    pub fn differing(&self) -> Vec<&str> {
        let line = self.output.lines().find_map(|line| line.strip_prefix(DIFFERS));
        line.into_iter().flat_map(|names| names.split(", ")).collect()
    }
}

/// How the line of the report begins that names them.
const DIFFERS: &str = "The service differs from the sandbox in: ";
