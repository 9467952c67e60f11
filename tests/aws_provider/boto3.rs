//! Set-ups of credentials, each tried with this provider and with boto3: the same identity, or a
//! refusal by both.
//!
//! boto3 comes from PyPI into a virtual environment in the target directory, and one Python process
//! tries all set-ups. The server stands in for STS, IAM Identity Center, a container, an instance
//! and AWS Clean Rooms; it calls the collaboration after the access key that has signed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tokio::task::block_in_place;

use super::credentials::Folder;
use super::server::{Answer, Server, assumed, assumed_with_token, collaboration_called};
use super::{REGION, aws, read};
use cleanrooms_provider::cleanrooms::aws::ProviderConfig;

const REQUIREMENTS: &str = include_str!("boto3/requirements.txt");
const SCRIPT: &str = include_str!("boto3/identities.py");

/// What a set-up consists of. `{url}` is the server's address, `{dir}` the folder with its files.
#[derive(Clone, Copy, Default)]
struct Setup {
    name: &'static str,
    /// `profile` of the provider block, `profile_name` of boto3's session.
    profile: Option<&'static str>,
    environment: &'static [(&'static str, &'static str)],
    /// `AWS_CONFIG_FILE`, unless the environment names another.
    config: &'static str,
    /// `AWS_SHARED_CREDENTIALS_FILE`, likewise.
    credentials: &'static str,
    /// As whom both call; none if both refuse.
    identity: Option<&'static str>,
    /// Why this provider does otherwise, and as whom it calls.
    differs: Option<(&'static str, Option<&'static str>)>,
}

const NONE: Setup = Setup {
    name: "",
    profile: None,
    environment: &[],
    config: "",
    credentials: "",
    identity: None,
    differs: None,
};

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "s")];
const DEFAULT: &str = "[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n";
const BASE: &str = "[base]\naws_access_key_id = BASE\naws_secret_access_key = s\n";
const WEB: [(&str, &str); 2] = [
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "{dir}/token"),
    ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web"),
];
const CONTAINER: (&str, &str) = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{url}/container");
const INSTANCE: [(&str, &str); 2] =
    [("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "{url}")];
const HUB: &str = "[profile hub]\nrole_arn = arn:aws:iam::111122223333:role/hub\n\
    source_profile = base\n";
const CENTER: &str = "[profile center]\nsso_session = dev-scopes\nsso_account_id = 111122223333\n\
    sso_role_name = Deployer\n";
const SESSION: &str = "[sso-session dev-scopes]\nsso_region = us-east-1\n\
    sso_start_url = https://example.awsapps.com/start\n";

/// The table. A name that is set in the environment of a row goes before the usual one.
fn setups() -> Vec<Setup> {
    let mut setups = of_the_environment();
    setups.extend(of_web_identities());
    setups.extend(of_profiles());
    setups.extend(of_roles());
    setups.extend(of_files());
    setups.extend(of_programs());
    setups.extend(of_machines());
    setups
}

fn of_the_environment() -> Vec<Setup> {
    vec![
        Setup {
            name: "keys of the environment",
            environment: &KEYS,
            identity: Some("ENV"),
            ..NONE
        },
        Setup {
            name: "keys of the environment go before the profile that it names",
            environment: &[KEYS[0], KEYS[1], ("AWS_PROFILE", "base")],
            credentials: BASE,
            identity: Some("ENV"),
            ..NONE
        },
        Setup {
            name: "a key without its secret",
            environment: &[KEYS[0]],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "a secret without its key",
            environment: &[KEYS[1]],
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "an empty key",
            environment: &[("AWS_ACCESS_KEY_ID", ""), KEYS[1]],
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "keys that have expired",
            environment: &[KEYS[0], KEYS[1], ("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z")],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "keys that expire at no time",
            environment: &[KEYS[0], KEYS[1], ("AWS_CREDENTIAL_EXPIRATION", "soon")],
            ..NONE
        },
        Setup {
            name: "a line break in a key",
            environment: &[("AWS_ACCESS_KEY_ID", "EN\nV"), KEYS[1]],
            ..NONE
        },
        Setup {
            name: "a line break in a token",
            environment: &[KEYS[0], KEYS[1], ("AWS_SESSION_TOKEN", "a\nb")],
            ..NONE
        },
    ]
}

fn of_web_identities() -> Vec<Setup> {
    vec![
        Setup {
            name: "a web identity goes before a leftover default",
            environment: &WEB,
            credentials: DEFAULT,
            identity: Some("web"),
            ..NONE
        },
        Setup {
            name: "a web identity goes before a program",
            environment: &WEB,
            config: "[default]\ncredential_process = /nowhere\n",
            identity: Some("web"),
            ..NONE
        },
        Setup {
            name: "a web identity goes before the keys of a profile that the environment names",
            environment: &[WEB[0], WEB[1], ("AWS_PROFILE", "base")],
            credentials: BASE,
            identity: Some("web"),
            ..NONE
        },
        Setup {
            name: "a profile's role goes before a web identity",
            environment: &[WEB[0], WEB[1], ("AWS_PROFILE", "hub")],
            config: HUB,
            credentials: BASE,
            identity: Some("hub-of-BASE"),
            ..NONE
        },
        Setup {
            name: "so does the role of the default profile",
            environment: &WEB,
            config: "[default]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n",
            credentials: BASE,
            identity: Some("hub-of-BASE"),
            ..NONE
        },
        Setup {
            name: "a web identity is invisible beside a profile argument",
            profile: Some("base"),
            environment: &WEB,
            credentials: BASE,
            identity: Some("BASE"),
            ..NONE
        },
        Setup {
            name: "a token file without role",
            environment: &[WEB[0]],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "a role without token file",
            environment: &[WEB[1]],
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a token file that is missing",
            environment: &[("AWS_WEB_IDENTITY_TOKEN_FILE", "{dir}/none"), WEB[1]],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "a token file of the profile, a role of the environment",
            environment: &[WEB[1], ("AWS_PROFILE", "p")],
            config: "[profile p]\nweb_identity_token_file = {dir}/token\nrole_arn = other\n",
            identity: Some("web"),
            ..NONE
        },
        Setup {
            name: "a web identity of a profile that is the source of another",
            environment: &[("AWS_PROFILE", "spoke")],
            config: "[profile p]\nweb_identity_token_file = {dir}/token\n\
                role_arn = arn:aws:iam::111122223333:role/of-profile\n\
                [profile spoke]\nrole_arn = arn:aws:iam::111122223333:role/spoke\nsource_profile = p\n",
            identity: Some("spoke-of-of-profile"),
            ..NONE
        },
    ]
}

fn of_profiles() -> Vec<Setup> {
    vec![
        Setup { name: "nothing at all", ..NONE },
        Setup {
            name: "the default profile",
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a profile that does not exist, on a machine with a role",
            environment: &[("AWS_PROFILE", "prdo"), CONTAINER],
            credentials: BASE,
            ..NONE
        },
        Setup {
            name: "a profile that does not exist, beside keys",
            environment: &[KEYS[0], KEYS[1], ("AWS_PROFILE", "prdo")],
            ..NONE
        },
        Setup {
            name: "an argument that does not exist",
            profile: Some("prdo"),
            credentials: BASE,
            ..NONE
        },
        Setup {
            name: "a default that is asked for and does not exist",
            environment: &[("AWS_PROFILE", "default"), CONTAINER],
            ..NONE
        },
        Setup {
            name: "an empty name of a profile",
            environment: &[("AWS_PROFILE", "")],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "AWS_DEFAULT_PROFILE",
            environment: &[("AWS_DEFAULT_PROFILE", "base")],
            credentials: BASE,
            identity: Some("BASE"),
            ..NONE
        },
        Setup {
            name: "AWS_DEFAULT_PROFILE goes before AWS_PROFILE",
            environment: &[("AWS_DEFAULT_PROFILE", "base"), ("AWS_PROFILE", "prdo")],
            credentials: BASE,
            identity: Some("BASE"),
            ..NONE
        },
        Setup {
            name: "keys are invisible beside a profile argument",
            profile: Some("base"),
            environment: &KEYS,
            credentials: BASE,
            identity: Some("BASE"),
            ..NONE
        },
        Setup {
            name: "a profile with a Region alone, in a container",
            profile: Some("ci"),
            environment: &[CONTAINER],
            config: "[profile ci]\nregion = us-east-1\n",
            identity: Some("CONTAINER"),
            ..NONE
        },
        Setup {
            name: "a profile with a Region alone, on an instance",
            environment: &[INSTANCE[0], INSTANCE[1], ("AWS_PROFILE", "ci")],
            config: "[profile ci]\nregion = us-east-1\n",
            identity: Some("INSTANCE"),
            ..NONE
        },
        Setup {
            name: "half a pair of keys in the credentials file",
            environment: &[CONTAINER],
            config: "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n",
            credentials: "[default]\naws_access_key_id = HALF\n",
            ..NONE
        },
        Setup {
            name: "a login of IAM Identity Center",
            environment: &[("AWS_PROFILE", "center")],
            config: "[profile center]\nsso_session = dev-scopes\nsso_account_id = 111122223333\n\
                sso_role_name = Deployer\n[sso-session dev-scopes]\nsso_region = us-east-1\n\
                sso_start_url = https://example.awsapps.com/start\n",
            identity: Some("CENTER"),
            ..NONE
        },
        Setup {
            name: "a login of a session that is not described",
            environment: &[("AWS_PROFILE", "center"), CONTAINER],
            config: CENTER,
            ..NONE
        },
        Setup {
            name: "a login without a role",
            environment: &[("AWS_PROFILE", "center"), CONTAINER],
            config: "[profile center]\nsso_account_id = 111122223333\nsso_region = us-east-1\n\
                sso_start_url = https://example.awsapps.com/start\n",
            ..NONE
        },
        Setup {
            name: "a session of IAM Identity Center that nobody uses for credentials",
            config: SESSION,
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a profile of aws login",
            environment: &[("AWS_PROFILE", "console"), CONTAINER],
            config: "[profile console]\nlogin_session = arn:aws:iam::111122223333:user/me\n",
            ..NONE
        },
    ]
}

fn of_roles() -> Vec<Setup> {
    vec![
        Setup {
            name: "a chain of roles",
            environment: &[("AWS_PROFILE", "spoke")],
            config: "[profile spoke]\nrole_arn = arn:aws:iam::111122223333:role/spoke\n\
                source_profile = hub\nduration_seconds = a while\n[profile hub]\n\
                role_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n",
            credentials: BASE,
            identity: Some("spoke-of-hub-of-BASE"),
            ..NONE
        },
        Setup {
            name: "a profile that is its own source",
            profile: Some("self"),
            config: "[profile self]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = self\n",
            credentials: "[self]\naws_access_key_id = SELF\naws_secret_access_key = s\n",
            identity: Some("hub-of-SELF"),
            ..NONE
        },
        Setup {
            name: "a profile that is its own source without keys",
            profile: Some("self"),
            config: "[profile self]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = self\n",
            ..NONE
        },
        Setup {
            name: "roles in a circle",
            environment: &[("AWS_PROFILE", "a")],
            config: "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\n\
                source_profile = a\n",
            ..NONE
        },
        Setup {
            name: "keys of a source go before its role",
            environment: &[("AWS_PROFILE", "spoke")],
            config: "[profile spoke]\nrole_arn = arn:aws:iam::111122223333:role/spoke\n\
                source_profile = mid\n[profile mid]\nrole_arn = r\nsource_profile = base\n",
            credentials: "[mid]\naws_access_key_id = MID\naws_secret_access_key = s\n",
            identity: Some("spoke-of-MID"),
            ..NONE
        },
        Setup {
            name: "a source that does not exist",
            environment: &[("AWS_PROFILE", "hub"), CONTAINER],
            config: HUB,
            ..NONE
        },
        Setup {
            name: "a source with a Region alone",
            environment: &[("AWS_PROFILE", "hub"), CONTAINER],
            config: "[profile base]\nregion = us-east-1\n[profile hub]\nrole_arn = r\nsource_profile = base\n",
            ..NONE
        },
        Setup {
            name: "two sources",
            environment: &[("AWS_PROFILE", "a"), CONTAINER],
            config: "[profile a]\nrole_arn = r\nsource_profile = base\ncredential_source = EcsContainer\n",
            credentials: BASE,
            ..NONE
        },
        Setup {
            name: "a role without source",
            environment: &[("AWS_PROFILE", "a"), CONTAINER],
            config: "[profile a]\nrole_arn = r\n",
            ..NONE
        },
        Setup {
            name: "the environment as source, beside a profile argument",
            profile: Some("a"),
            environment: &KEYS,
            config: "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/hub\n\
                credential_source = Environment\n",
            identity: Some("hub-of-ENV"),
            ..NONE
        },
        Setup {
            name: "an environment without keys as source",
            profile: Some("a"),
            environment: &[CONTAINER],
            config: "[profile a]\nrole_arn = r\ncredential_source = Environment\n",
            ..NONE
        },
        Setup {
            name: "a container as source",
            environment: &[("AWS_PROFILE", "a"), CONTAINER],
            config: "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/hub\n\
                credential_source = EcsContainer\n",
            identity: Some("hub-of-CONTAINER"),
            ..NONE
        },
        Setup {
            name: "the moon as source",
            environment: &[("AWS_PROFILE", "a"), CONTAINER],
            config: "[profile a]\nrole_arn = r\ncredential_source = Moon\n",
            ..NONE
        },
    ]
}

fn of_files() -> Vec<Setup> {
    vec![
        Setup {
            name: "a profile as the CLI writes it",
            environment: &[("AWS_PROFILE", "my work")],
            config: "[profile 'my work']\naws_access_key_id = WORK\naws_secret_access_key = s\n",
            identity: Some("WORK"),
            ..NONE
        },
        Setup {
            name: "a profile with a blank in the credentials file",
            environment: &[("AWS_PROFILE", "my work")],
            credentials: "[my work]\naws_access_key_id = WORK\naws_secret_access_key = s\n",
            identity: Some("WORK"),
            ..NONE
        },
        Setup {
            name: "a section of the config file that is no profile",
            environment: &[("AWS_PROFILE", "work"), CONTAINER],
            config: "[work]\naws_access_key_id = WORK\naws_secret_access_key = s\n",
            ..NONE
        },
        Setup {
            name: "line ends of Windows",
            credentials: "[default]\r\naws_access_key_id = DEFAULT\r\naws_secret_access_key = s\r\n",
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a byte order mark",
            credentials: "\u{feff}[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n",
            differs: Some(("it does no harm, and Notepad writes it", Some("DEFAULT"))),
            ..NONE
        },
        Setup {
            name: "the credentials file goes before the config file",
            config: "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n",
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "keys of the config file alone",
            config: "[default]\naws_access_key_id: CONFIG\naws_secret_access_key: s\n",
            identity: Some("CONFIG"),
            ..NONE
        },
        Setup {
            name: "a home in the path of a file",
            environment: &[("AWS_SHARED_CREDENTIALS_FILE", "~/credentials")],
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a variable in the path of a file",
            environment: &[("AWS_CONFIG_FILE", "$HOME/config")],
            config: "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n",
            identity: Some("CONFIG"),
            ..NONE
        },
        Setup {
            name: "files that do not exist",
            environment: &[
                KEYS[0],
                KEYS[1],
                ("AWS_CONFIG_FILE", "/nowhere/config"),
                ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials"),
            ],
            identity: Some("ENV"),
            ..NONE
        },
        Setup {
            name: "an empty path of a file",
            environment: &[("AWS_SHARED_CREDENTIALS_FILE", "")],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "a section that stands twice, beside keys",
            environment: &KEYS,
            config: "[default]\nregion = us-east-1\n[default]\noutput = json\n",
            ..NONE
        },
        Setup {
            name: "a line that is nothing",
            credentials: "[default]\naws_access_key_id DEFAULT\n",
            ..NONE
        },
        Setup {
            name: "a key on a line that goes on",
            credentials: "[default]\naws_access_key_id = DEFAULT\n  aws_secret_access_key = s\n",
            ..NONE
        },
    ]
}

fn of_programs() -> Vec<Setup> {
    vec![
        Setup {
            name: "a program",
            config: "[default]\ncredential_process = /bin/sh {dir}/program good\n",
            identity: Some("PROGRAM"),
            ..NONE
        },
        Setup {
            name: "keys of the credentials file go before a program",
            config: "[default]\ncredential_process = /bin/sh {dir}/program good\n",
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a program goes before keys of the config file",
            config: "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n\
                credential_process = /bin/sh {dir}/program good\n",
            identity: Some("PROGRAM"),
            ..NONE
        },
        Setup {
            name: "a program in the credentials file",
            profile: Some("p"),
            credentials: "[p]\ncredential_process = /bin/sh \"{dir}/program\" good\n",
            identity: Some("PROGRAM"),
            ..NONE
        },
        Setup {
            name: "a program that fails",
            environment: &[CONTAINER],
            config: "[default]\ncredential_process = /bin/sh {dir}/program bad\n",
            ..NONE
        },
        Setup {
            name: "a program that does not exist",
            environment: &[CONTAINER],
            config: "[default]\ncredential_process = /nowhere\n",
            ..NONE
        },
        Setup {
            name: "a program of another version",
            config: "[default]\ncredential_process = /bin/echo '{\"Version\": 2}'\n",
            ..NONE
        },
        Setup {
            name: "a program whose credentials have expired",
            environment: &[CONTAINER],
            config: "[default]\ncredential_process = /bin/sh {dir}/program expired\n",
            ..NONE
        },
        Setup {
            name: "a program whose credentials expire at no time",
            environment: &[CONTAINER],
            config: "[default]\ncredential_process = /bin/sh {dir}/program empty\n",
            ..NONE
        },
        Setup {
            name: "a role with the credentials of a program",
            environment: &[("AWS_PROFILE", "hub")],
            config: "[profile base]\ncredential_process = /bin/sh {dir}/program good\n[profile hub]\n\
                role_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n",
            identity: Some("hub-of-PROGRAM"),
            ..NONE
        },
    ]
}

fn of_machines() -> Vec<Setup> {
    vec![
        Setup {
            name: "a container",
            environment: &[CONTAINER],
            identity: Some("CONTAINER"),
            ..NONE
        },
        Setup {
            name: "a container goes before the instance",
            environment: &[CONTAINER, INSTANCE[0], INSTANCE[1]],
            identity: Some("CONTAINER"),
            ..NONE
        },
        Setup {
            name: "a container on a foreign host, on an instance",
            environment: &[
                ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/container"),
                INSTANCE[0],
                INSTANCE[1],
            ],
            ..NONE
        },
        Setup {
            name: "a container without address",
            environment: &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", ""), INSTANCE[0], INSTANCE[1]],
            ..NONE
        },
        Setup {
            name: "a container whose token file is missing",
            environment: &[CONTAINER, ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "{dir}/none")],
            ..NONE
        },
        Setup {
            name: "a container with a line break in its token",
            environment: &[CONTAINER, ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nb")],
            ..NONE
        },
        Setup {
            name: "a container that has nothing",
            environment: &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{url}/empty")],
            ..NONE
        },
        Setup { name: "an instance", environment: &INSTANCE, identity: Some("INSTANCE"), ..NONE },
    ]
}

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
