//! Set-ups of credentials, each tried with this provider and with boto3: the same identity, or a
//! refusal by both.
//!
//! boto3 comes from PyPI into a virtual environment in the target directory, and one Python process
//! tries all set-ups. The server stands in for STS, IAM Identity Center, a container, an instance
//! and AWS Clean Rooms; it calls the collaboration after the access key that has signed.

mod setups;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tokio::task::block_in_place;

use self::setups::{Setup, setups};
use super::credentials::Folder;
use super::server::{Answer, Server, assumed, assumed_with_token, collaboration_called};
use super::{REGION, aws, read};
use cleanrooms_provider::cleanrooms::aws::ProviderConfig;

const REQUIREMENTS: &str = include_str!("boto3/requirements.txt");
const SCRIPT: &str = include_str!("boto3/identities.py");

/// The services of AWS, as far as credentials need them.
fn services(request: &str) -> Answer {
    let line = request.lines().next().unwrap_or_default();
    let signer = signer(request);
    let role = || {
        let (_, arn) = request.split_once("role%2F").unwrap_or_default();
        arn.split('&').next().unwrap_or_default().trim().to_owned()
    };
    let keys = |key: &str| {
        Answer::Reply(
            200,
            "",
            format!(
                r#"{{"Code":"Success","AccessKeyId":"{key}","SecretAccessKey":"s","Token":"t",
                    "Expiration":"2090-12-31T00:00:00Z"}}"#
            ),
        )
    };
    let text = |text: &str| Answer::Reply(200, "", text.to_owned());
    if request.contains("Action=AssumeRoleWithWebIdentity") {
        return assumed_with_token(&role());
    }
    if request.contains("Action=AssumeRole&") {
        return assumed(&format!("{}-of-{signer}", role()));
    }
    match line.split(' ').nth(1).unwrap_or_default() {
        path if path.starts_with("/collaborations/") => collaboration_called(&signer),
        path if path.starts_with("/federation/credentials") => text(
            r#"{"roleCredentials":{"accessKeyId":"CENTER","secretAccessKey":"s",
                "sessionToken":"t","expiration":3818361600000}}"#,
        ),
        "/container" => keys("CONTAINER"),
        "/latest/api/token" => text("a-token"),
        "/latest/meta-data/iam/security-credentials/" => text("the-role"),
        "/latest/meta-data/iam/security-credentials/the-role" => keys("INSTANCE"),
        _ => Answer::Reply(404, "", String::new()),
    }
}

fn signer(request: &str) -> String {
    let (_, credential) = request.split_once("Credential=").unwrap_or(("", "nobody/"));
    credential.split('/').next().unwrap_or_default().to_owned()
}

impl Setup {
    /// Makes the files, and gives the whole environment.
    fn prepare(&self, folder: &Folder, index: usize, url: &str) -> Vec<(String, String)> {
        let file = |name: &str, content: &str| folder.file(&format!("{index}/{name}"), content);
        let token = file("token", "the-token");
        let dir = Path::new(&token).parent().expect("it is in a folder").display().to_string();
        let whole = |text: &str| text.replace("{url}", url).replace("{dir}", &dir);
        file("program", PROGRAM);
        let paths = [
            ("AWS_CONFIG_FILE", file("config", &whole(self.config))),
            ("AWS_SHARED_CREDENTIALS_FILE", file("credentials", &whole(self.credentials))),
            ("HOME", dir.clone()),
        ];
        let usual = [
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL", url),
            ("NO_PROXY", "127.0.0.1"),
            ("PATH", "/usr/bin:/bin"),
        ];
        let mut environment: Vec<(String, String)> = Vec::new();
        let paths = paths.iter().map(|(name, value)| (*name, value.as_str()));
        for (name, value) in usual.into_iter().chain(paths).chain(self.environment.iter().copied())
        {
            environment.retain(|(other, _)| other != name);
            environment.push((name.to_owned(), whole(value)));
        }
        environment
    }
}

/// What a `credential_process` runs.
const PROGRAM: &str = r#"case $1 in
    bad) echo no >&2; exit 1;;
    good) expiry=;;
    empty) expiry=', "Expiration": ""';;
    expired) expiry=', "Expiration": "2001-01-01T00:00:00Z"';;
esac
echo '{"Version": 1, "AccessKeyId": "PROGRAM", "SecretAccessKey": "s"'"$expiry"'}'
"#;

const ALONE: &str = "TEST_BOTO3_ALONE";

/// As whom this provider calls in this process, printed for the one that compares.
async fn tell() {
    let config =
        ProviderConfig { profile: std::env::var("TEST_PROFILE").ok(), ..ProviderConfig::default() };
    let answer = match read(&aws(config)).await {
        Ok(name) => json!({ "identity": name }),
        Err(err) => json!({ "refusal": err.to_string() }),
    };
    std::fs::write(std::env::var(ALONE).expect("it names a file"), answer.to_string())
        .expect("the answer can be written");
}

fn of_provider(setup: &Setup, environment: &[(String, String)], folder: &Folder) -> Value {
    let answer = folder.file("answer", "");
    let mut command = Command::new(std::env::current_exe().expect("this test is a program"));
    command.args(["--exact", TEST]).env_clear().envs(environment.iter().cloned());
    command.env(ALONE, &answer).envs(setup.profile.map(|name| ("TEST_PROFILE", name)));
    let output = command.output().expect("this test can be started again");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}: {text}", setup.name);
    let answer = std::fs::read_to_string(answer).expect("the other process has written it");
    serde_json::from_str(&answer).expect("it is JSON")
}

fn of_boto3(setups: &Value, home: &str) -> Value {
    let mut python = Command::new(python())
        .args(["-c", SCRIPT])
        // It looks for logins where its home is when it starts.
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = python.stdin.take().expect("it is a pipe");
    input.write_all(setups.to_string().as_bytes()).expect("Python reads");
    drop(input);
    let output = python.wait_with_output().expect("Python ends");
    serde_json::from_slice(&output.stdout).expect("the script writes JSON")
}

/// The interpreter of a virtual environment with boto3, which is made if it is missing.
fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("boto3");
    let (python, marker) = (folder.join("bin/python"), folder.join("installed.txt"));
    if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == REQUIREMENTS) {
        return python;
    }
    let run = |command: &mut Command| {
        let output = command.output().expect("Python 3 with venv is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let requirements =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/aws_provider/boto3/requirements.txt");
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    run(Command::new(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "-r",
        requirements,
    ]));
    std::fs::write(marker, REQUIREMENTS).expect("the folder was just made");
    python
}

const TEST: &str = "boto3::each_set_up_has_the_identity_or_the_refusal_of_boto3";

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn each_set_up_has_the_identity_or_the_refusal_of_boto3() {
    if std::env::var_os(ALONE).is_some() {
        return tell().await;
    }
    let server = Server::answering(services).await;
    let folder = Folder::new("boto3-set-ups");
    let login = r#"{"accessToken":"a-token","expiresAt":"2090-12-31T00:00:00Z","region":"us-east-1",
        "startUrl":"https://example.awsapps.com/start"}"#;
    let cache = ".aws/sso/cache/75e4d41276d8bd17f85986fc6cccef29fd725ce3.json";
    folder.file(cache, login);
    let setups = setups();
    let environments: Vec<_> = (0..)
        .zip(&setups)
        .map(|(index, setup)| {
            folder.file(&format!("{index}/{cache}"), login);
            setup.prepare(&folder, index, &server.url)
        })
        .collect();
    let of_boto3 = block_in_place(|| {
        let rows = setups.iter().zip(&environments).map(|(setup, environment)| {
            let environment: serde_json::Map<_, _> =
                environment.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({ "profile": setup.profile, "environment": environment })
        });
        of_boto3(&rows.collect(), folder.path())
    });
    let mut wrong = Vec::new();
    for (index, (setup, environment)) in setups.iter().zip(&environments).enumerate() {
        let of_provider = block_in_place(|| of_provider(setup, environment, &folder));
        let of_boto3 = &of_boto3[index];
        let expected = setup.differs.map_or(setup.identity, |(_why, identity)| identity);
        if of_boto3["identity"].as_str() != setup.identity
            || of_provider["identity"].as_str() != expected
        {
            wrong.push(format!("{}:\n  boto3 {of_boto3}\n  provider {of_provider}", setup.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
