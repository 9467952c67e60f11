//! Calls of AWS as the provider makes them, against a server of our own.

use std::time::Duration;

use cleanrooms_provider::cleanrooms::aws::{
    Aws, AwsError, ErrorKind, Intervals, Outcome, ProviderConfig, Secret,
};
use tokio::net::TcpListener;

use super::server::{Answer, Server, collaboration, identity};
use super::{REGION, aws, read, static_config};

pub async fn create(aws: &Aws) -> Result<(), AwsError> {
    let client = aws.cleanrooms_no_retry(REGION).await?;
    let input = client.create_collaboration().name("Study").description("");
    let input = input.creator_display_name("A").query_log_status("DISABLED".into());
    let input = input.set_members(Some(Vec::new())).set_creator_member_abilities(Some(Vec::new()));
    input.send().await.map_err(AwsError::of("CreateCollaboration"))?;
    Ok(())
}

#[tokio::test]
async fn a_call_is_signed_and_names_the_provider() {
    let server = Server::start([collaboration()]).await;
    let name = read(&aws(static_config(&server.url))).await.expect("the server answers");
    assert_eq!(name, "Study");
    let request = &server.requests()[0];
    assert!(request.starts_with("GET /collaborations/a HTTP/1.1"), "{request}");
    assert!(request.contains("Credential=111122223333/"), "{request}");
    assert!(request.contains("terraform-provider-cleanrooms/"), "{request}");
    assert!(request.contains("Terraform/1.15.0"), "{request}");
}

#[tokio::test]
async fn the_server_tells_the_time() {
    let server = Server::start([collaboration()]).await;
    let aws = aws(static_config(&server.url));
    read(&aws).await.expect("the server answers");
    let year_2080 = std::time::UNIX_EPOCH + Duration::from_secs(3_471_292_800);
    let off = aws.server_time().duration_since(year_2080).expect("time goes on");
    assert!(off < Duration::from_secs(60), "{off:?}");
}

#[tokio::test]
async fn sixty_four_calls_at_once_share_thirty_two_connections() {
    let server = Server::start([collaboration()]).await;
    let aws = aws(static_config(&server.url));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let aws = aws.clone();
        calls.spawn(async move {
            for _ in 0..4 {
                read(&aws).await.expect("the server answers");
            }
        });
    }
    calls.join_all().await;
    assert_eq!(server.requests().len(), 256);
    assert!(server.most_open() <= 32, "{} connections", server.most_open());
}

#[tokio::test]
async fn a_throttled_read_is_repeated_and_a_throttled_create_is_not() {
    let throttled = Answer::Reply(429, "ThrottlingException", "{}".to_owned());
    let server = Server::start([throttled.clone(), throttled.clone(), collaboration()]).await;
    read(&aws(static_config(&server.url))).await.expect("the third attempt is answered");
    assert_eq!(server.requests().len(), 3);

    let server = Server::start([throttled]).await;
    let err = create(&aws(static_config(&server.url))).await.expect_err("it is throttled");
    assert_eq!(err.kind, ErrorKind::Throttled);
    assert_eq!(err.outcome, Outcome::NotExecuted);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_create_whose_reply_is_lost_is_sent_once_and_ambiguous() {
    let server = Server::start([Answer::HangUp]).await;
    let err = create(&aws(static_config(&server.url))).await.expect_err("there is no reply");
    assert_eq!(err.kind, ErrorKind::LostReply);
    assert_eq!(err.outcome, Outcome::Ambiguous);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_create_that_is_never_answered_is_ambiguous() {
    let server = Server::start([Answer::Silence]).await;
    let intervals = Intervals { reply_timeout: Duration::from_millis(100), ..Intervals::default() };
    let err = create(&Aws::new(static_config(&server.url), intervals)).await.expect_err("no reply");
    assert_eq!(err.kind, ErrorKind::Timeout);
    assert_eq!(err.outcome, Outcome::Ambiguous);
}

#[tokio::test]
async fn a_reply_that_is_too_long_is_read_no_further_and_not_asked_for_again() {
    let server = Server::start([Answer::Long(1_200_000_000)]).await;
    let err = read(&aws(static_config(&server.url))).await.expect_err("no reply is so long");
    assert_eq!(err.kind, ErrorKind::UnreadableReply);
    assert!(err.to_string().contains("8 MiB"), "{err}");
    assert_eq!(server.requests().len(), 1);

    let err = create(&aws(static_config(&server.url))).await.expect_err("no reply is so long");
    assert_eq!(err.kind, ErrorKind::UnreadableReply);
    assert_eq!(err.outcome, Outcome::Ambiguous);
}

#[tokio::test]
async fn a_reply_that_never_ends_is_given_up() {
    let server = Server::start([Answer::Drip]).await;
    let intervals = Intervals { reply_timeout: Duration::from_millis(100), ..Intervals::default() };
    let err = create(&Aws::new(static_config(&server.url), intervals)).await.expect_err("no end");
    assert_eq!(err.kind, ErrorKind::Timeout);
    assert_eq!(err.outcome, Outcome::Ambiguous);
}

#[tokio::test]
async fn a_create_that_finds_nobody_was_not_executed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("a bound socket"));
    drop(listener);
    let err = create(&aws(static_config(&url))).await.expect_err("nobody listens");
    assert_eq!(err.kind, ErrorKind::Connect);
    assert_eq!(err.outcome, Outcome::NotExecuted);
    assert!(err.to_string().contains("refused"), "{err}");
}

#[tokio::test]
async fn a_server_error_of_a_create_is_ambiguous() {
    let body = r#"{"message":"Try again"}"#.to_owned();
    let server = Server::start([Answer::Reply(500, "InternalServerException", body)]).await;
    let err = create(&aws(static_config(&server.url))).await.expect_err("it fails");
    assert_eq!(err.kind, ErrorKind::Internal);
    assert_eq!(err.outcome, Outcome::Ambiguous);
    assert_eq!(err.request_id.as_deref(), Some("request-1"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_error_that_the_operation_does_not_model_is_read_from_the_reply() {
    let body = r#"{"message":"Gone","resourceId":"a","resourceType":"COLLABORATION"}"#.to_owned();
    let server = Server::start([Answer::Reply(404, "ResourceNotFoundException", body)]).await;
    let err = read(&aws(static_config(&server.url))).await.expect_err("it is absent");
    assert_eq!(err.kind, ErrorKind::NotFound);
    assert_eq!(err.message, "Gone");
    assert_eq!(err.resource_id.as_deref(), Some("a"));
}

#[tokio::test]
async fn a_proxy_forwards_what_goes_to_an_http_address() {
    let proxy = Server::start([collaboration()]).await;
    let mut config = static_config("http://cleanrooms.invalid");
    config.http_proxy = Some(Secret::new(proxy.url.replace("http://", "http://user:pass@")));
    read(&aws(config)).await.expect("the proxy answers");
    let request = &proxy.requests()[0];
    assert!(request.starts_with("GET http://cleanrooms.invalid/collaborations/a "), "{request}");
    assert!(request.contains("proxy-authorization: Basic dXNlcjpwYXNz"), "{request}");
}

#[tokio::test]
async fn the_account_is_asked_for_once_and_only_if_it_matters() {
    let server = Server::start([identity("111122223333")]).await;
    let unrestricted = aws(static_config(&server.url));
    unrestricted.check_account_allowed().await.expect("any account will do");
    assert_eq!(server.requests().len(), 0);

    let allowed_account_ids = vec!["111122223333".to_owned()];
    let allowed = aws(ProviderConfig { allowed_account_ids, ..static_config(&server.url) });
    for _ in 0..2 {
        allowed.check_account_allowed().await.expect("the account is allowed");
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn other_accounts_than_the_allowed_ones_are_refused() {
    let server = Server::start([identity("111122223333")]).await;
    let others = vec!["444455556666".to_owned()];
    let this = vec!["111122223333".to_owned()];
    let refused = [
        ProviderConfig { allowed_account_ids: others, ..static_config(&server.url) },
        ProviderConfig { forbidden_account_ids: this, ..static_config(&server.url) },
    ];
    for config in refused {
        let err = aws(config).check_account_allowed().await.expect_err("it is not allowed");
        assert_eq!(err.kind, ErrorKind::AccountNotAllowed);
        assert!(err.to_string().contains("111122223333"), "{err}");
    }
}
