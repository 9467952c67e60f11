//! Sources of credentials that live outside of this process: IAM Identity Center, web identities,
//! containers, and EC2 instances; and when what they gave is renewed.
//!
//! Where a source is named by the environment, its server runs in the first process, and the client
//! in one that starts with these variables alone.

use cleanrooms_provider::cleanrooms::aws::{
    AssumeRole, AssumeRoleWithWebIdentity, ErrorKind, Outcome, ProviderConfig, Secret,
};
use tokio::task::block_in_place;

use super::credentials::{Folder, alone_with, signers};
use super::server::{
    Answer, Server, assumed, assumed_until, assumed_with_token, collaboration, identity,
};
use super::{aws, config, read, static_config};

/// The address of the server in the first process.
const URL: &str = "TEST_URL";

fn url() -> String {
    std::env::var(URL).expect("the first process sets it")
}

fn reply(body: &str) -> Answer {
    Answer::Reply(200, "", body.to_owned())
}

/// Keys as containers and instances get them.
fn keys(access_key: &str) -> Answer {
    reply(&format!(
        r#"{{"Code":"Success","AccessKeyId":"{access_key}","SecretAccessKey":"s","Token":"t",
            "Expiration":"2090-12-31T00:00:00Z"}}"#
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_gives_credentials() {
    let container = Server::start([keys("CONTAINER")]).await;
    let server = Server::start([collaboration()]).await;
    let environment = [
        ("HOME", "/nowhere"),
        (URL, server.url.as_str()),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.url.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a-token"),
    ];
    if block_in_place(|| alone_with("sources::a_container_gives_credentials", &environment)) {
        let aws = aws(config(&url()));
        for _ in 0..2 {
            read(&aws).await.expect("the container has credentials");
        }
        return;
    }
    assert_eq!(signers(&server), ["CONTAINER", "CONTAINER"]);
    assert_eq!(container.requests().len(), 1);
    assert!(container.requests()[0].contains("authorization: a-token"));
}

#[tokio::test]
async fn an_instance_gives_credentials() {
    if alone_with("sources::an_instance_gives_credentials", &[("HOME", "/nowhere")]) {
        let metadata = Server::start([reply("a-token"), reply("the-role"), keys("INSTANCE")]).await;
        let server = Server::start([collaboration()]).await;
        let aws = aws(ProviderConfig {
            ec2_metadata_service_endpoint: Some(metadata.url.clone()),
            ..config(&server.url)
        });
        for _ in 0..2 {
            read(&aws).await.expect("the instance has credentials");
        }
        assert_eq!(signers(&server), ["INSTANCE", "INSTANCE"]);
        let paths: Vec<_> = metadata.requests().iter().map(|request| first_line(request)).collect();
        let role = "/latest/meta-data/iam/security-credentials/";
        assert_eq!(paths[0], "PUT /latest/api/token HTTP/1.1");
        assert_eq!(paths[1], format!("GET {role} HTTP/1.1"));
        assert_eq!(paths[2], format!("GET {role}the-role HTTP/1.1"));
        assert_eq!(paths.len(), 3);
    }
}

fn first_line(request: &str) -> String {
    request.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_metadata_service_can_be_left_out() {
    if alone_with("sources::the_metadata_service_can_be_left_out", &[("HOME", "/nowhere")]) {
        let metadata = Server::start([Answer::Silence]).await;
        let aws = aws(ProviderConfig {
            ec2_metadata_service_endpoint: Some(metadata.url.clone()),
            skip_metadata_api_check: true,
            ..config("http://127.0.0.1:9")
        });
        let err = read(&aws).await.expect_err("there are no credentials");
        assert_eq!(err.kind, ErrorKind::Credentials);
        assert_eq!(metadata.requests().len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_identity_of_the_environment_goes_before_a_container() {
    let folder = Folder::new("environment-token");
    let token = folder.file("token", "the-token");
    let container = Server::start([keys("CONTAINER")]).await;
    let server = Server::start([assumed_with_token("WEB"), collaboration()]).await;
    let environment = [
        ("HOME", "/nowhere"),
        (URL, server.url.as_str()),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.as_str()),
        ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web"),
        ("AWS_ROLE_SESSION_NAME", "pod"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.url.as_str()),
    ];
    let test = "sources::a_web_identity_of_the_environment_goes_before_a_container";
    if block_in_place(|| alone_with(test, &environment)) {
        read(&aws(config(&url()))).await.expect("the token is good");
        return;
    }
    assert_eq!(signers(&server), ["unsigned", "WEB"]);
    assert!(server.requests()[0].contains("RoleSessionName=pod"));
    assert_eq!(container.requests().len(), 0);
}

/// A profile of IAM Identity Center.
const SSO: &str = "[profile center]
sso_session = dev-scopes
sso_account_id = 111122223333
sso_role_name = Deployer

[sso-session dev-scopes]
sso_region = us-east-1
sso_start_url = https://example.awsapps.com/start
";

#[tokio::test(flavor = "multi_thread")]
async fn a_login_of_identity_center_gives_credentials() {
    let folder = Folder::new("sso");
    // The file is called after the SHA-1 of the session's name.
    folder.file(
        ".aws/sso/cache/75e4d41276d8bd17f85986fc6cccef29fd725ce3.json",
        r#"{"accessToken":"a-token","expiresAt":"2090-12-31T00:00:00Z","region":"us-east-1"}"#,
    );
    folder.file(".aws/config", SSO);
    let center = Server::start([portal()]).await;
    let server = Server::start([collaboration()]).await;
    let environment = [
        ("HOME", folder.path()),
        (URL, server.url.as_str()),
        ("AWS_PROFILE", "center"),
        ("AWS_ENDPOINT_URL_SSO", center.url.as_str()),
    ];
    let test = "sources::a_login_of_identity_center_gives_credentials";
    if block_in_place(|| alone_with(test, &environment)) {
        read(&aws(config(&url()))).await.expect("the login is good");
        return;
    }
    assert_eq!(signers(&server), ["CENTER"]);
    assert!(center.requests()[0].contains("x-amz-sso_bearer_token: a-token"));
}

/// What the portal of Identity Center answers.
fn portal() -> Answer {
    reply(
        r#"{"roleCredentials":{"accessKeyId":"CENTER","secretAccessKey":"s","sessionToken":"t",
            "expiration":3818361600000}}"#,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_identity_center_in_the_block_go_before_those_of_the_environment() {
    let folder = Folder::new("sso-of-the-block");
    // The login has ended, and may be renewed.
    folder.file(
        ".aws/sso/cache/75e4d41276d8bd17f85986fc6cccef29fd725ce3.json",
        r#"{"accessToken":"old-token","expiresAt":"2020-12-31T00:00:00Z","region":"us-east-1",
            "refreshToken":"again","clientId":"client","clientSecret":"hidden",
            "registrationExpiresAt":"2090-12-31T00:00:00Z"}"#,
    );
    folder.file(".aws/config", SSO);
    let center = Server::start([portal()]).await;
    let tokens = Server::start([reply(
        r#"{"accessToken":"new-token","expiresIn":3600,"refreshToken":"more","tokenType":"Bearer"}"#,
    )])
    .await;
    let server = Server::start([collaboration()]).await;
    let environment = [
        ("HOME", folder.path()),
        (URL, server.url.as_str()),
        ("TEST_CENTER", center.url.as_str()),
        ("TEST_TOKENS", tokens.url.as_str()),
        ("AWS_PROFILE", "center"),
        ("AWS_ENDPOINT_URL_SSO", "http://127.0.0.1:9"),
        ("AWS_ENDPOINT_URL_SSO_OIDC", "http://127.0.0.1:9"),
    ];
    let test =
        "sources::addresses_of_identity_center_in_the_block_go_before_those_of_the_environment";
    if block_in_place(|| alone_with(test, &environment)) {
        let mut config = config(&url());
        config.endpoints.sso = std::env::var("TEST_CENTER").ok();
        config.endpoints.sso_oidc = std::env::var("TEST_TOKENS").ok();
        read(&aws(config)).await.expect("the login can be renewed");
        return;
    }
    assert_eq!(signers(&server), ["CENTER"]);
    assert!(tokens.requests()[0].starts_with("POST /token "), "{:?}", tokens.requests());
    assert!(center.requests()[0].contains("x-amz-sso_bearer_token: new-token"));
}

#[tokio::test]
async fn without_a_login_of_identity_center_the_error_says_how_to_log_in() {
    let test = "sources::without_a_login_of_identity_center_the_error_says_how_to_log_in";
    if alone_with(test, &[("HOME", "/nowhere")]) {
        let folder = Folder::new("no-login");
        let aws = aws(ProviderConfig {
            profile: Some("center".to_owned()),
            shared_config_files: vec![folder.file("config", SSO)],
            ..config("http://127.0.0.1:9")
        });
        let err = read(&aws).await.expect_err("nobody has logged in");
        assert_eq!(err.kind, ErrorKind::Credentials);
        assert!(err.to_string().contains("aws sso login --profile center"), "{err}");
    }
}

#[tokio::test]
async fn a_profile_that_cannot_work_is_told_why() {
    for (name, profiles, reason) in [
        (
            "circle",
            "[profile a]\nrole_arn = r\nsource_profile = b\n\
             [profile b]\nrole_arn = r\nsource_profile = a\n",
            "in a circle",
        ),
        ("lost", "[profile a]\nrole_arn = r\nsource_profile = b\n", "`b` does not exist"),
        ("mfa", "[profile a]\nrole_arn = r\nsource_profile = a\nmfa_serial = m\n", "MFA device"),
        ("sourceless", "[profile a]\nrole_arn = r\n", "`source_profile`"),
        ("odd", "[profile a]\nrole_arn = r\ncredential_source = Moon\n", "Moon"),
    ] {
        let folder = Folder::new(name);
        let aws = aws(ProviderConfig {
            profile: Some("a".to_owned()),
            shared_config_files: vec![folder.file("config", profiles)],
            ..config("http://127.0.0.1:9")
        });
        let err = read(&aws).await.expect_err("the profile is of no use");
        assert_eq!(err.kind, ErrorKind::Credentials);
        assert!(err.to_string().contains(reason), "{err}");
    }
}

#[tokio::test]
async fn roles_of_a_profile_are_assumed_at_the_configured_address() {
    let folder = Folder::new("profile-roles");
    let profiles = "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = s\n\
        [profile hub]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n\
        [profile spoke]\nrole_arn = arn:aws:iam::111122223333:role/spoke\nsource_profile = hub\n\
        duration_seconds = 900\n";
    let server = Server::start([assumed("HUB"), assumed("SPOKE"), collaboration()]).await;
    let aws = aws(ProviderConfig {
        profile: Some("spoke".to_owned()),
        shared_config_files: vec![folder.file("config", profiles)],
        sts_region: Some("eu-west-1".to_owned()),
        ..config(&server.url)
    });
    read(&aws).await.expect("both roles can be assumed");
    assert_eq!(signers(&server), ["BASE", "HUB", "SPOKE"]);
    let requests = server.requests();
    assert!(requests[0].contains("/eu-west-1/sts/"), "{}", requests[0]);
    assert!(requests[1].contains("DurationSeconds=900"), "{}", requests[1]);
}

/// Half a minute after the server's date.
const SOON: &str = "2080-01-01T00:00:30Z";

fn with_a_role(server: &Server) -> ProviderConfig {
    let role_arn = "arn:aws:iam::111122223333:role/one".to_owned();
    let assume_role = vec![AssumeRole { role_arn, ..AssumeRole::default() }];
    ProviderConfig { assume_role, ..static_config(&server.url) }
}

#[tokio::test]
async fn a_session_that_ends_soon_is_not_asked_for_at_each_call() {
    let soon = assumed_until("FIRST", SOON);
    let server = Server::start([soon, collaboration()]).await;
    let aws = aws(with_a_role(&server));
    for _ in 0..3 {
        read(&aws).await.expect("the session lasts");
    }
    assert_eq!(signers(&server), ["111122223333", "FIRST", "FIRST", "FIRST"]);
}

#[tokio::test]
async fn a_session_that_has_ended_is_an_error() {
    let server = Server::start([assumed_until("OLD", "2001-01-01T00:00:00Z")]).await;
    for _ in 0..2 {
        let err = read(&aws(with_a_role(&server))).await.expect_err("it has ended");
        assert_eq!(err.kind, ErrorKind::Credentials);
        assert!(err.to_string().contains("have expired at 2001-01-01T00:00:00Z"), "{err}");
    }
}

#[tokio::test]
async fn the_environment_says_how_often_to_try() {
    let environment = [("AWS_MAX_ATTEMPTS", "2"), ("HOME", "/nowhere")];
    if alone_with("sources::the_environment_says_how_often_to_try", &environment) {
        let throttled = Answer::Reply(429, "ThrottlingException", "{}".to_owned());
        let server = Server::start([throttled]).await;
        let err = read(&aws(static_config(&server.url))).await.expect_err("it is throttled");
        assert_eq!(err.kind, ErrorKind::Throttled);
        assert_eq!(server.requests().len(), 2);
        let max_retries = Some(0);
        let config = ProviderConfig { max_retries, ..static_config(&server.url) };
        read(&aws(config)).await.expect_err("it is throttled");
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn the_account_is_not_asked_for_when_that_is_forbidden() {
    let server = Server::start([identity("111122223333")]).await;
    let config = ProviderConfig { skip_requesting_account_id: true, ..static_config(&server.url) };
    let err = aws(config).caller_account().await.expect_err("it must not be asked for");
    assert!(err.to_string().contains("`skip_requesting_account_id`"), "{err}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_of_the_environment_serves_unless_an_argument_names_one() {
    let environment_server = Server::start([collaboration()]).await;
    let argument_server = Server::start([collaboration()]).await;
    let environment = [
        ("HOME", "/nowhere"),
        (URL, argument_server.url.as_str()),
        ("AWS_ENDPOINT_URL_CLEANROOMS", environment_server.url.as_str()),
    ];
    let test = "sources::an_endpoint_of_the_environment_serves_unless_an_argument_names_one";
    if block_in_place(|| alone_with(test, &environment)) {
        let mut config = static_config(&url());
        read(&aws(config.clone())).await.expect("the argument names a server");
        config.endpoints.cleanrooms = None;
        read(&aws(config)).await.expect("the environment names a server");
        return;
    }
    assert_eq!(argument_server.requests().len(), 1);
    assert_eq!(environment_server.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_goes_before_fips_and_dual_stack() {
    let server = Server::start([collaboration()]).await;
    let environment = [
        ("HOME", "/nowhere"),
        ("AWS_ENDPOINT_URL", server.url.as_str()),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
    ];
    let test = "sources::an_endpoint_goes_before_fips_and_dual_stack";
    if block_in_place(|| alone_with(test, &environment)) {
        let mut config = static_config("");
        config.endpoints = Default::default();
        config.use_dualstack_endpoint = Some(true);
        read(&aws(config)).await.expect("the environment names a server");
        return;
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_address_that_is_none_is_told_with_its_source_and_nothing_of_the_request() {
    for (variables, files, source) in [
        (vec![("AWS_ENDPOINT_URL", "127.0.0.1:4566")], "", "AWS_ENDPOINT_URL is no address"),
        (vec![("AWS_ENDPOINT_URL_STS", "http//x")], "", "AWS_ENDPOINT_URL_STS is no address"),
        (vec![("AWS_ENDPOINT_URL_CLEANROOMS", "https://")], "", "AWS_ENDPOINT_URL_CLEANROOMS"),
        (
            vec![],
            "[default]\nendpoint_url = localhost\n",
            "`endpoint_url` of the profile `default`",
        ),
        (
            vec![],
            "[default]\nservices = s\n[services s]\nsts =\n  endpoint_url = http://a b\n",
            "`endpoint_url` of `sts` in the services of the profile `default`",
        ),
    ] {
        let folder = Folder::new("addresses");
        let file = folder.file("config", files);
        let mut environment = vec![("HOME", "/nowhere"), ("AWS_CONFIG_FILE", file.as_str())];
        environment.push(("TEST_SOURCE", source));
        environment.extend(variables);
        let test =
            "sources::an_address_that_is_none_is_told_with_its_source_and_nothing_of_the_request";
        if alone_with(test, &environment) {
            let role = AssumeRole {
                role_arn: "arn:aws:iam::111122223333:role/one".to_owned(),
                external_id: Some(Secret::new("an-external-id")),
                ..AssumeRole::default()
            };
            let mut config = ProviderConfig { assume_role: vec![role], ..static_config("") };
            config.endpoints = Default::default();
            let err = read(&aws(config)).await.expect_err("it is no address");
            assert_eq!(err.kind, ErrorKind::Configuration);
            assert_eq!(err.outcome, Outcome::NotExecuted);
            let source = std::env::var("TEST_SOURCE").expect("the first process sets it");
            assert!(err.to_string().contains(&source), "{err}");
            assert!(!err.to_string().contains("an-external-id"), "{err}");
            return;
        }
    }
}

#[tokio::test]
async fn what_a_service_quotes_of_a_secret_is_not_shown() {
    let quoted = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not with an-external-id, \
        nor with a-secret-key-of-some-length</Message></Error></ErrorResponse>";
    let server = Server::start([Answer::Reply(403, "", quoted.to_owned())]).await;
    let role = AssumeRole {
        role_arn: "arn:aws:iam::111122223333:role/one".to_owned(),
        external_id: Some(Secret::new("an-external-id")),
        ..AssumeRole::default()
    };
    let config = ProviderConfig {
        assume_role: vec![role],
        secret_key: Some(Secret::new("a-secret-key-of-some-length")),
        ..static_config(&server.url)
    };
    let err = read(&aws(config)).await.expect_err("the role is refused").to_string();
    assert!(err.contains("not with (sensitive value), nor with (sensitive value)"), "{err}");
}

/// A FIFO that nobody writes to.
#[cfg(unix)]
fn fifo(folder: &Folder) -> String {
    let path = format!("{}/fifo", folder.path());
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo makes a FIFO");
    path
}

/// Fails if a call that reads a FIFO ends, or blocks the one thread of its process.
#[cfg(unix)]
fn does_not_hold_up_the_rest(config: ProviderConfig) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    runtime.block_on(async {
        let aws = aws(config);
        // Nothing else could happen if the file were read on this thread.
        let elsewhere = async {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            _ = read(&aws) => panic!("nobody writes to it"),
            () = elsewhere => {}
        }
    });
    // As at the end of the process, which does not wait for the thread that hangs.
    runtime.shutdown_background();
}

#[cfg(unix)]
#[test]
fn a_token_that_nobody_writes_does_not_hold_up_the_rest() {
    let folder = Folder::new("fifo");
    let role = AssumeRoleWithWebIdentity {
        role_arn: Some("arn:aws:iam::111122223333:role/web".to_owned()),
        web_identity_token_file: Some(fifo(&folder)),
        ..AssumeRoleWithWebIdentity::default()
    };
    does_not_hold_up_the_rest(ProviderConfig {
        assume_role_with_web_identity: Some(role),
        ..config("http://127.0.0.1:9")
    });
}

#[cfg(unix)]
#[test]
fn a_bundle_that_nobody_writes_does_not_hold_up_the_rest() {
    let folder = Folder::new("fifo-bundle");
    let path = fifo(&folder);
    let of_profile = folder.file("config", &format!("[default]\nca_bundle = {path}\n"));
    let base = static_config("https://127.0.0.1:9");
    for config in [
        ProviderConfig { custom_ca_bundle: Some(path), ..base.clone() },
        ProviderConfig { shared_config_files: vec![of_profile], ..base },
    ] {
        does_not_hold_up_the_rest(config);
    }
}

#[tokio::test]
async fn a_web_identity_token_may_stand_in_the_environment() {
    let environment = [("TF_AWS_WEB_IDENTITY_TOKEN", "the-token"), ("HOME", "/nowhere")];
    if alone_with("sources::a_web_identity_token_may_stand_in_the_environment", &environment) {
        let server = Server::start([assumed_with_token("WEB"), collaboration()]).await;
        let role = AssumeRoleWithWebIdentity {
            role_arn: Some("arn:aws:iam::111122223333:role/web".to_owned()),
            ..AssumeRoleWithWebIdentity::default()
        };
        let assume_role_with_web_identity = Some(role);
        let config = ProviderConfig { assume_role_with_web_identity, ..config(&server.url) };
        read(&aws(config)).await.expect("the token is good");
        assert!(server.requests()[0].ends_with("&WebIdentityToken=the-token"));
    }
}

#[tokio::test]
async fn an_agent_that_no_header_takes_is_told() {
    let environment = [("AWS_EXECUTION_ENV", "a\nb"), ("HOME", "/nowhere")];
    if alone_with("sources::an_agent_that_no_header_takes_is_told", &environment) {
        let server = Server::start([collaboration()]).await;
        let config = ProviderConfig {
            user_agent: vec!["more\nlines".to_owned()],
            ..static_config(&server.url)
        };
        let err = read(&aws(config)).await.expect_err("no header takes it");
        assert_eq!(err.kind, ErrorKind::Configuration);
        assert!(err.to_string().contains("AWS_EXECUTION_ENV"), "{err}");
    }
}

#[tokio::test]
async fn a_bundle_of_the_profile_is_read() {
    if !alone_with("sources::a_bundle_of_the_profile_is_read", &[("HOME", "/nowhere")]) {
        return;
    }
    let folder = Folder::new("profile-bundle");
    let config = "[default]\nca_bundle = /nowhere/of-profile.pem\n";
    let config = ProviderConfig {
        shared_config_files: vec![folder.file("config", config)],
        ..static_config("https://127.0.0.1:9")
    };
    let err = read(&aws(config)).await.expect_err("the file is missing");
    assert!(err.to_string().contains("/nowhere/of-profile.pem"), "{err}");
}

#[tokio::test]
async fn wrong_files_and_settings_are_told_by_name() {
    let test = "sources::wrong_files_and_settings_are_told_by_name";
    if !alone_with(test, &[("HOME", "/nowhere")]) {
        return;
    }
    let long = "[a]\ncredential_process =\n";
    for (name, profiles, reason) in [
        ("empty-program", long, "`credential_process` of the profile `a` is empty"),
        ("empty-role", "[a]\nrole_arn =\nsource_profile = a\n", "`role_arn` of the profile `a`"),
        ("empty-key", "[a]\naws_access_key_id =\n", "`aws_access_key_id` of the profile `a`"),
        ("login", "[a]\nlogin_session = arn\n", "export-credentials --profile a --format process"),
        ("no-setting", "[a]\nregion\n", "line 2 is neither"),
        ("no-section", "region = x\n", "line 1 stands before"),
        (
            "no-profile",
            "[b]\nregion = x\n",
            "The profile `a`, which `profile` of the provider block",
        ),
        (
            "no-session",
            "[a]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n",
            "there is no section [sso-session s]",
        ),
    ] {
        let folder = Folder::new(name);
        let aws = aws(ProviderConfig {
            profile: Some("a".to_owned()),
            shared_config_files: vec![folder.file("config", "")],
            shared_credentials_files: vec![folder.file("credentials", profiles)],
            ..config("http://127.0.0.1:9")
        });
        let err = read(&aws).await.expect_err("nothing of it is of use").to_string();
        assert!(err.contains(reason), "{err}");
    }
    let files = vec!["/nowhere/credentials".to_owned()];
    let config = ProviderConfig { shared_credentials_files: files, ..config("http://127.0.0.1:9") };
    let err = read(&aws(config)).await.expect_err("the file is missing").to_string();
    assert!(err.contains("`/nowhere/credentials` cannot be read"), "{err}");
}
