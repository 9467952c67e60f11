//! The sandbox as a stranger, in place of AWS: a process of its own, at an
//! address of its own, with AWS's request rates, and credentials by role.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use crate::sandbox::Client;

/// The first argument of a test program when it is the sandbox.
const AS_SANDBOX: &str = "--as-sandbox";

/// The first account.
pub const OWNER: &str = "123123123123";

/// The second account.
pub const PARTNER: &str = "456456456456";

/// An account that is invited only.
pub const THIRD: &str = "789789789789";

/// Whose credentials all others come from; it has nothing.
const BASE: &str = "999999999999";

/// Runs the sandbox, if that is what this process was started for. To be called first of all in a
/// test program that starts strangers: they are this program once more.
pub fn as_sandbox() -> Option<ExitCode> {
    let mut arguments = std::env::args_os();
    let program = arguments.next()?;
    (arguments.next()? == AS_SANDBOX)
        .then(|| cleanrooms_sandbox::program::main([program].into_iter().chain(arguments)))
}

/// A running sandbox, which ends with this.
#[derive(Debug)]
pub struct Stranger {
    process: Child,
    url: String,
    client: Client,
}

impl Stranger {
    /// Starts a sandbox with AWS's request rates and these arguments.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(arguments: &[OsString]) -> Result<Self> {
        let program = std::env::current_exe().context("finding the running program")?;
        let rates = ["calls_per_second=5", "calls_per_second_of_frequent_reads=20"];
        let mut process = Command::new(program)
            .arg(AS_SANDBOX)
            .args(rates.iter().flat_map(|rate| ["--quota", *rate]))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the sandbox")?;
        let stdout = process.stdout.take().context("the sandbox has a stdout")?;
        let mut url = String::new();
        BufReader::new(stdout).read_line(&mut url).context("reading the sandbox's address")?;
        let url = url.trim().to_owned();
        Ok(Self { client: Client::new(&url), process, url })
    }

    /// Starts a sandbox with a file of switches.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn with_switches(file: &Path) -> Result<Self> {
        Self::start(&["--switches".into(), file.into()])
    }

    /// A client that knows it for what it is.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Writes a file of profiles, and gives the variables with which a program finds the accounts.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn environment(&self, folder: &Path) -> Result<Vec<(&'static str, String)>> {
        let config = folder.join("config");
        let text = profiles(&self.url);
        std::fs::write(&config, text).with_context(|| format!("writing {}", config.display()))?;
        let path = |path: &Path| path.display().to_string();
        Ok(vec![
            ("HOME", path(folder)),
            ("AWS_CONFIG_FILE", path(&config)),
            ("AWS_PROFILE", "owner".to_owned()),
            ("TF_ACC_ACCOUNT_ID", OWNER.to_owned()),
            ("TF_ACC_PARTNER_PROFILE", "partner".to_owned()),
            ("TF_ACC_THIRD_ACCOUNT_ID", THIRD.to_owned()),
        ])
    }

    /// What there is in any account.
    ///
    /// # Errors
    ///
    /// When the sandbox does not answer as documented.
    pub fn objects(&self) -> Result<BTreeSet<String>> {
        self.client.objects()
    }

    /// The calls of all accounts.
    ///
    /// # Errors
    ///
    /// When the sandbox does not answer as documented.
    pub fn calls(&self) -> Result<Vec<Map<String, Value>>> {
        let told = self.client.admin("GET", "journal", None)?.body;
        serde_json::from_value(told["calls"].clone()).context("reading the journal")
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Profiles whose credentials come by assuming a role.
fn profiles(url: &str) -> String {
    let mut text = format!(
        "[profile base]\naws_access_key_id = {BASE}\naws_secret_access_key = secret\n\
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
