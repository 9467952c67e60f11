//! Where credentials and the Region come from, and how often they are asked for.
//!
//! What depends on the environment runs in a process of its own, which starts
//! with the variables of the test and no others.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use cleanrooms_provider::cleanrooms::aws::{
    AssumeRole, AssumeRoleWithWebIdentity, ErrorKind, ProviderConfig, Secret,
};

use cleanrooms_provider::cleanrooms::provider::CleanRooms;
use cleanrooms_provider::framework::{Diagnostics, Provider};
use cleanrooms_provider::wire::Value;

use super::server::{Answer, Server, assumed, assumed_with_token, collaboration, identity};
use super::{aws, config, read, static_config};

/// A folder that is removed when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        Self(folder)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().expect("the path is text")
    }

    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        let parent = path.parent().expect("the file is inside the folder");
        std::fs::create_dir_all(parent).expect("the folder can be made");
        std::fs::write(&path, content).expect("the file can be written");
        path.to_str().expect("the path is text").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The access keys that signed the requests, in order.
pub fn signers(server: &Server) -> Vec<String> {
    let requests = server.requests();
    let signer = |request: &String| {
        let (_, credential) = request.split_once("Credential=").unwrap_or(("", "unsigned/"));
        credential.split('/').next().unwrap_or_default().to_owned()
    };
    requests.iter().map(signer).collect()
}

/// Runs a test again, alone and with these variables only.
/// Returns true in that process.
#[track_caller]
pub fn alone_with(test: &str, variables: &[(&str, &str)]) -> bool {
    const MARK: &str = "CLEANROOMS_TEST_ALONE";
    if std::env::var_os(MARK).is_some() {
        return true;
    }
    let output = Command::new(std::env::current_exe().expect("this test is a program"))
        .args(["--exact", test, "--nocapture"])
        .env_clear()
        .env(MARK, "1")
        .envs(variables.iter().copied())
        .output()
        .expect("this test can be started again");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "{text}");
    false
}

#[tokio::test]
async fn arguments_go_before_the_environment() {
    let environment = [("AWS_ACCESS_KEY_ID", "ENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "s")];
    if alone_with("credentials::arguments_go_before_the_environment", &environment) {
        let server = Server::start([collaboration()]).await;
        read(&aws(static_config(&server.url))).await.expect("the server answers");
        read(&aws(config(&server.url))).await.expect("the server answers");
        assert_eq!(signers(&server), ["111122223333", "ENVIRONMENT"]);
    }
}

#[tokio::test]
async fn a_profile_argument_goes_before_the_environment() {
    let environment = [("AWS_ACCESS_KEY_ID", "ENVIRONMENT"), ("AWS_SECRET_ACCESS_KEY", "s")];
    if alone_with("credentials::a_profile_argument_goes_before_the_environment", &environment) {
        let folder = Folder::new("profile");
        let keys = "[mine]\naws_access_key_id = PROFILE\naws_secret_access_key = s\n";
        let server = Server::start([collaboration()]).await;
        let config = ProviderConfig {
            profile: Some("mine".to_owned()),
            shared_credentials_files: vec![folder.file("credentials", keys)],
            ..config(&server.url)
        };
        read(&aws(config)).await.expect("the server answers");
        assert_eq!(signers(&server), ["PROFILE"]);
    }
}

#[test]
fn the_region_comes_from_the_argument_the_environment_the_profile() {
    let name = "credentials::the_region_comes_from_the_argument_the_environment_the_profile";
    if alone_with(name, &[("AWS_DEFAULT_REGION", "eu-west-1")]) {
        let argument = ProviderConfig { region: Some("eu-west-2".into()), ..Default::default() };
        assert_eq!(aws(argument).region().expect("it is configured"), "eu-west-2");
        assert_eq!(aws(ProviderConfig::default()).region().expect("it is set"), "eu-west-1");
    }
}

#[tokio::test]
async fn without_argument_and_environment_the_profile_gives_the_region() {
    let name = "credentials::without_argument_and_environment_the_profile_gives_the_region";
    if alone_with(name, &[("AWS_PROFILE", "mine")]) {
        let folder = Folder::new("region");
        let file = folder.file("config", "[profile mine]\nregion = eu-north-1\n");
        let config =
            ProviderConfig { shared_config_files: vec![file], ..ProviderConfig::default() };
        let aws = aws(config);
        aws.region().expect_err("no file is read by whoever only asks");
        assert_eq!(aws.resolve_region().await.expect("the profile has it"), "eu-north-1");
        assert_eq!(aws.region().expect("it is known by now"), "eu-north-1");
    }
}

#[tokio::test]
async fn a_plan_knows_the_region_of_the_profile_since_the_provider_was_configured() {
    let test =
        "credentials::a_plan_knows_the_region_of_the_profile_since_the_provider_was_configured";
    if alone_with(test, &[("AWS_PROFILE", "mine")]) {
        let folder = Folder::new("configured-region");
        let file = folder.file("config", "[profile mine]\nregion = eu-north-1\n");
        let block = Value::object([("shared_config_files", Value::list([file.as_str().into()]))]);
        let mut diagnostics = Diagnostics::new();
        let configured = CleanRooms::configure(&block, "1.15.0", &mut diagnostics).await;
        std::fs::remove_file(file).expect("nobody reads it any more");
        let aws = configured.expect("the block is fine").client.aws;
        assert_eq!(aws.region().expect("it is known"), "eu-north-1");
    }
}

#[test]
fn no_region_anywhere_is_told_without_asking_a_service() {
    if alone_with(
        "credentials::no_region_anywhere_is_told_without_asking_a_service",
        &[("HOME", "/nowhere")],
    ) {
        let start = Instant::now();
        let err = aws(ProviderConfig::default()).region().expect_err("there is none");
        assert_eq!(err.kind, ErrorKind::Configuration);
        assert!(err.to_string().contains("AWS_REGION"), "{err}");
        assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn metadata_that_never_answers_costs_a_second_once() {
    if alone_with(
        "credentials::metadata_that_never_answers_costs_a_second_once",
        &[("HOME", "/nowhere")],
    ) {
        let metadata = Server::start([Answer::Silence]).await;
        let aws = aws(ProviderConfig {
            ec2_metadata_service_endpoint: Some(metadata.url.clone()),
            ..config("http://127.0.0.1:9")
        });
        let start = Instant::now();
        for _ in 0..5 {
            let err = read(&aws).await.expect_err("there are no credentials");
            assert_eq!(err.kind, ErrorKind::Credentials);
            assert!(err.to_string().contains("AWS_ACCESS_KEY_ID"), "{err}");
        }
        assert!(start.elapsed() < Duration::from_millis(1800), "{:?}", start.elapsed());
        assert_eq!(metadata.requests().len(), 1);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_credential_process_that_fails_is_run_once() {
    if alone_with(
        "credentials::a_credential_process_that_fails_is_run_once",
        &[("PATH", "/usr/bin:/bin")],
    ) {
        let folder = Folder::new("process");
        let runs = folder.file("runs", "");
        let process = folder.file("process.sh", &format!("echo run >> {runs}\nexit 3\n"));
        let profile = format!("[profile mine]\ncredential_process = /bin/sh {process}\n");
        let aws = aws(ProviderConfig {
            profile: Some("mine".to_owned()),
            shared_config_files: vec![folder.file("config", &profile)],
            ..config("http://127.0.0.1:9")
        });
        for _ in 0..3 {
            let err = read(&aws).await.expect_err("the process fails");
            assert_eq!(err.kind, ErrorKind::Credentials);
        }
        let runs = std::fs::read_to_string(runs).expect("the process wrote it");
        assert_eq!(runs.lines().count(), 1);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_credential_process_is_run_once_for_many_calls() {
    if alone_with(
        "credentials::a_credential_process_is_run_once_for_many_calls",
        &[("PATH", "/usr/bin:/bin")],
    ) {
        let folder = Folder::new("process-ok");
        let runs = folder.file("runs", "");
        let keys = r#"{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s"}"#;
        let script = format!("echo run >> {runs}\necho '{keys}'\n");
        let process = folder.file("process.sh", &script);
        let profile = format!("[default]\ncredential_process = /bin/sh {process}\n");
        let server = Server::start([collaboration()]).await;
        let aws = aws(ProviderConfig {
            shared_config_files: vec![folder.file("config", &profile)],
            ..config(&server.url)
        });
        for _ in 0..3 {
            read(&aws).await.expect("the server answers");
        }
        assert_eq!(signers(&server), ["PROCESS", "PROCESS", "PROCESS"]);
        let runs = std::fs::read_to_string(runs).expect("the process wrote it");
        assert_eq!(runs.lines().count(), 1);
    }
}

#[tokio::test]
async fn roles_are_assumed_one_from_the_other() {
    let server = Server::start([assumed("FIRST"), assumed("SECOND"), collaboration()]).await;
    let role = |name: &str| AssumeRole {
        role_arn: format!("arn:aws:iam::111122223333:role/{name}"),
        session_name: Some("session".to_owned()),
        external_id: Some(Secret::new("external")),
        duration: Some(Duration::from_secs(900)),
        source_identity: Some("me".to_owned()),
        tags: [("team".to_owned(), "data".to_owned())].into(),
        transitive_tag_keys: vec!["team".to_owned()],
        policy: Some("{}".to_owned()),
        policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
    };
    let assume_role = vec![role("one"), role("two")];
    let aws = aws(ProviderConfig { assume_role, ..static_config(&server.url) });
    read(&aws).await.expect("the server answers");
    read(&aws).await.expect("the server answers");
    assert_eq!(signers(&server), ["111122223333", "FIRST", "SECOND", "SECOND"]);
    let request = &server.requests()[1];
    for part in [
        "Action=AssumeRole&",
        "role%2Ftwo",
        "RoleSessionName=session",
        "ExternalId=external",
        "DurationSeconds=900",
        "SourceIdentity=me",
        "Tags.member.1.Key=team",
        "TransitiveTagKeys.member.1=team",
        "Policy=%7B%7D",
        "PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess",
    ] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
}

#[tokio::test]
async fn a_refused_role_is_told_once_with_what_sts_said() {
    let body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not you</Message></Error>\
        <RequestId>r</RequestId></ErrorResponse>";
    let server = Server::start([Answer::Reply(403, "", body.to_owned())]).await;
    let role_arn = "arn:aws:iam::111122223333:role/one".to_owned();
    let assume_role = vec![AssumeRole { role_arn, ..AssumeRole::default() }];
    let aws = aws(ProviderConfig { assume_role, ..static_config(&server.url) });
    for _ in 0..2 {
        let err = read(&aws).await.expect_err("the role is refused");
        assert_eq!(err.kind, ErrorKind::Credentials);
        assert!(err.to_string().contains("Not you"), "{err}");
        assert!(!err.to_string().contains("secret"), "{err}");
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_role_is_assumed_with_a_token_from_a_file() {
    let folder = Folder::new("token");
    let server = Server::start([assumed_with_token("WEB"), collaboration()]).await;
    let role = AssumeRoleWithWebIdentity {
        role_arn: Some("arn:aws:iam::111122223333:role/web".to_owned()),
        web_identity_token_file: Some(folder.file("token", "the-token\n")),
        ..AssumeRoleWithWebIdentity::default()
    };
    let aws =
        aws(ProviderConfig { assume_role_with_web_identity: Some(role), ..config(&server.url) });
    read(&aws).await.expect("the server answers");
    assert_eq!(signers(&server), ["unsigned", "WEB"]);
    assert!(server.requests()[0].ends_with("&WebIdentityToken=the-token"));
}

#[tokio::test]
async fn half_a_pair_of_keys_is_refused() {
    let config = ProviderConfig { secret_key: None, ..static_config("http://127.0.0.1:9") };
    let err = read(&aws(config)).await.expect_err("the secret key is missing");
    assert_eq!(err.kind, ErrorKind::Credentials);
    assert!(err.to_string().contains("`secret_key`"), "{err}");
}

#[tokio::test]
async fn the_region_of_sts_can_differ() {
    let server = Server::start([identity("111122223333")]).await;
    let sts_region = Some("eu-west-1".to_owned());
    let aws = aws(ProviderConfig { sts_region, ..static_config(&server.url) });
    assert_eq!(aws.caller_account().await.expect("the server answers"), "111122223333");
    assert!(server.requests()[0].contains("/eu-west-1/sts/aws4_request"));
}
