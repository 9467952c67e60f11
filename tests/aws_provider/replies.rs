//! Replies that are not AWS's, clocks that are wrong, and stops, end to end.

use std::time::{Duration, SystemTime};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use cleanrooms_provider::cleanrooms::aws::{Aws, AwsError, ErrorKind, Outcome, ProviderConfig};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::server::{Answer, Server, collaboration};
use super::{REGION, aws, read, static_config};

const OBJECT: &str = r#"{"collaboration":{"id":"a","arn":"a","name":"Study","createTime":0}}"#;

/// A server that gives raw replies, one after the other, the last for ever, and
/// the heads of its requests. An empty reply is none: the connection stays open.
async fn raw(replies: &[String]) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("a bound socket"));
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut replies = std::collections::VecDeque::from(replies.to_vec());
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let start = head.len();
                if stream.read_line(&mut head).await.is_ok_and(|read| read == 0) {
                    break;
                }
                let line = head[start..].to_ascii_lowercase();
                if let Some(text) = line.strip_prefix("content-length:") {
                    length = text.trim().parse().expect("a number");
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.ok();
            sender.send(head).ok();
            let last = replies.len() == 1;
            let reply = if last { replies.front().cloned() } else { replies.pop_front() };
            match reply.filter(|reply| !reply.is_empty()) {
                Some(reply) => {
                    stream.write_all(reply.as_bytes()).await.ok();
                    stream.shutdown().await.ok();
                }
                None => silent.push(stream),
            }
        }
    });
    (url, receiver)
}

/// A reply that ends with its connection.
fn reply(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}\r\n{body}")
}

const AWS: &str = "x-amzn-requestid: r\r\n";

/// Replies that no call may believe.
fn faults() -> Vec<(&'static str, String)> {
    let page = "<html><body>Please log in</body></html>";
    vec![
        ("blank", reply(200, AWS, "")),
        ("blank, of nobody", reply(200, "", "")),
        ("empty object", reply(200, AWS, "{}")),
        ("no content, of nobody", reply(204, "", "")),
        ("page", reply(200, "", page)),
        ("page with AWS's id", reply(200, AWS, page)),
        ("page of 403", reply(403, "", page)),
        ("page of 502", reply(502, "", page)),
        ("cut off", reply(200, AWS, &OBJECT[..40])),
        ("too short a length", reply(200, "x-amzn-requestid: r\r\ncontent-length: 20\r\n", OBJECT)),
        ("too long a length", reply(200, "x-amzn-requestid: r\r\ncontent-length: 999\r\n", OBJECT)),
        ("moved", reply(302, "x-amzn-requestid: r\r\nlocation: /\r\n", "")),
        ("another object", reply(200, AWS, &OBJECT.replace(r#""a""#, r#""b""#))),
        ("of nobody", reply(200, "", OBJECT)),
        ("garbage", "what?\r\n\r\n".to_owned()),
        ("code of nobody", reply(404, "x-amzn-errortype: ResourceNotFoundException\r\n", "{}")),
    ]
}

async fn create(aws: &Aws) -> Result<(), AwsError> {
    let client = aws.cleanrooms_no_retry(REGION).await?;
    let input = client.create_collaboration().name("Other").description("");
    let input = input.creator_display_name("A").query_log_status("DISABLED".into());
    let input = input.set_members(Some(Vec::new())).set_creator_member_abilities(Some(Vec::new()));
    input.send().await.map_err(AwsError::of("CreateCollaboration"))?;
    Ok(())
}

async fn rename(aws: &Aws) -> Result<(), AwsError> {
    let client = aws.cleanrooms(REGION).await?;
    let call = client.update_collaboration().collaboration_identifier("a").name("Study");
    call.send().await.map_err(AwsError::of("UpdateCollaboration"))?;
    Ok(())
}

async fn delete(aws: &Aws) -> Result<(), AwsError> {
    let client = aws.cleanrooms(REGION).await?;
    let call = client.delete_collaboration().collaboration_identifier("a");
    call.send().await.map_err(AwsError::of("DeleteCollaboration"))?;
    Ok(())
}

#[tokio::test]
#[allow(clippy::print_stdout, reason = "what was tried is worth seeing beside the verdict")]
async fn no_call_believes_what_is_not_aws_s_and_creates_are_sent_once() {
    let calls = ["create", "read", "rename", "delete"];
    println!("{} calls × {} kinds of reply: {calls:?}", calls.len(), faults().len());
    for (fault, reply) in faults() {
        let results = async |call: &str| {
            let (url, mut requests) = raw(std::slice::from_ref(&reply)).await;
            let aws = aws(ProviderConfig { max_retries: Some(1), ..static_config(&url) });
            let result = match call {
                "create" => create(&aws).await,
                "read" => read(&aws).await.map(drop),
                "rename" => rename(&aws).await,
                _ => delete(&aws).await,
            };
            let mut sent = 0;
            while requests.try_recv().is_ok() {
                sent += 1;
            }
            (result, sent)
        };
        for call in calls {
            let (result, sent) = results(call).await;
            // A deletion has no content and no id.
            let is_good = call == "delete" && matches!(fault, "blank" | "empty object");
            if is_good {
                result.expect("it was deleted");
                continue;
            }
            let err = result.expect_err(fault);
            assert_eq!(err.outcome, Outcome::Ambiguous, "{call}, {fault}: {err}");
            assert!(
                matches!(err.kind, ErrorKind::UnreadableReply | ErrorKind::LostReply),
                "{call}, {fault}: {err}"
            );
            if call == "create" {
                assert_eq!(sent, 1, "{fault}");
            }
            println!("{fault:>24}, {call:6}: {:?}, sent {sent} times", err.kind);
            if fault.starts_with("page of") {
                assert!(err.to_string().contains("somebody else than AWS"), "{err}");
                assert!(err.to_string().contains("HTTP_PROXY"), "{err}");
            }
        }
    }
}

#[tokio::test]
async fn a_question_that_a_page_answers_is_asked_again_and_a_change_is_not() {
    let page = reply(200, "", "<html>");
    let good = reply(200, AWS, OBJECT);
    let (url, _requests) = raw(&[page.clone(), page.clone(), good.clone()]).await;
    read(&aws(static_config(&url))).await.expect("the third answer is AWS's");

    let (url, mut requests) = raw(&[page, good]).await;
    rename(&aws(static_config(&url))).await.expect_err("nobody knows what came of it");
    requests.recv().await.expect("it was sent");
    assert!(requests.try_recv().is_err(), "it was sent again");
}

/// A refusal for the date of the signature, by a clock that is so far away.
fn refused_for_the_date(ahead: Duration) -> String {
    let there = DateTime::from(SystemTime::now() + ahead);
    let date = there.fmt(Format::HttpDate).expect("a date of our time");
    let body = r#"{"message":"Signature expired: it is now earlier than that"}"#;
    let headers = format!(
        "x-amzn-requestid: r\r\nx-amzn-errortype: InvalidSignatureException\r\ndate: {date}\r\n"
    );
    reply(403, &headers, body)
}

#[tokio::test]
async fn a_create_that_is_refused_for_its_date_is_sent_once_more_with_the_right_one() {
    let year = Duration::from_secs(365 * 86_400);
    let good = reply(200, AWS, &OBJECT.replace("Study", "Other"));
    let (url, mut requests) = raw(&[refused_for_the_date(year), good]).await;
    create(&aws(static_config(&url))).await.expect("the clock is known by then");
    let mut dates = Vec::new();
    while let Ok(request) = requests.try_recv() {
        let date = request.lines().find_map(|line| line.strip_prefix("x-amz-date: "));
        dates.push(date.expect("a signed request").to_owned());
    }
    let [before, after] = dates.as_slice() else { panic!("{dates:?}") };
    let year_of = |date: &str| date[..4].parse::<u32>().expect("a year");
    assert_eq!(year_of(after), year_of(before) + 1);
}

#[tokio::test]
async fn a_date_that_stays_wrong_is_refused_in_words_after_one_repetition() {
    let (url, mut requests) = raw(&[refused_for_the_date(Duration::from_secs(1_205))]).await;
    let err = create(&aws(static_config(&url))).await.expect_err("it is refused");
    assert_eq!((err.kind, err.outcome), (ErrorKind::Clock, Outcome::Answered));
    assert!(err.to_string().contains("20 minutes behind AWS's"), "{err}");
    let mut sent = 0;
    while requests.try_recv().is_ok() {
        sent += 1;
    }
    assert_eq!(sent, 2);
}

#[tokio::test]
async fn the_date_of_somebody_else_is_not_believed() {
    let foreign = reply(403, "date: Tue, 01 Jan 2080 00:00:00 GMT\r\n", "<html>");
    let (url, _requests) = raw(&[foreign]).await;
    let aws = aws(static_config(&url));
    read(&aws).await.expect_err("it is not AWS's");
    let off = aws.server_time().duration_since(SystemTime::now()).unwrap_or_default();
    assert!(off < Duration::from_secs(60), "{off:?}");
}

/// Longer than any end that is allowed, shorter than a reply may take.
const SOON: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_stop_ends_what_only_looks() {
    let (url, mut requests) = raw(&[String::new()]).await;
    let stop = CancellationToken::new();
    let aws = aws(static_config(&url)).until(&stop);
    let reading = read(&aws);
    let account = aws.caller_account();
    let stopping = async {
        requests.recv().await.expect("the first question");
        requests.recv().await.expect("the second question");
        stop.cancel();
    };
    let all = async { tokio::join!(reading, account, stopping) };
    let (reading, account, ()) = tokio::time::timeout(SOON, all).await.expect("an end");
    assert_eq!(reading.expect_err("it was stopped").kind, ErrorKind::Stopped);
    assert_eq!(account.expect_err("it was stopped").kind, ErrorKind::Stopped);
}

#[tokio::test]
async fn a_change_that_was_sent_is_awaited_after_a_stop_and_not_sent_again() {
    for (status, expected) in [(200, None), (500, Some(ErrorKind::Internal))] {
        let body = if status == 200 { OBJECT } else { "{}" };
        let code = if status == 200 { "" } else { "InternalServerException" };
        let server = Server::start([Answer::Reply(status, code, body.to_owned())]).await;
        let stop = CancellationToken::new();
        let intervals = cleanrooms_provider::cleanrooms::aws::Intervals::default();
        let aws = Aws::new(static_config(&server.url), intervals).until(&stop);
        let client = aws.cleanrooms(REGION).await.expect("credentials");
        let call = client.update_collaboration().collaboration_identifier("a").name("Study").send();
        let stopping = async {
            while server.requests().is_empty() {
                tokio::task::yield_now().await;
            }
            stop.cancel();
        };
        let both = async { tokio::join!(call, stopping) };
        let (result, ()) = tokio::time::timeout(SOON, both).await.expect("an end");
        let kind = result.map_err(AwsError::of("UpdateCollaboration")).err().map(|err| err.kind);
        assert_eq!(kind, expected);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn nothing_is_sent_after_a_stop() {
    let server = Server::start([collaboration()]).await;
    let stop = CancellationToken::new();
    let aws = aws(static_config(&server.url)).until(&stop);
    let client = aws.cleanrooms(REGION).await.expect("credentials");
    stop.cancel();
    let call = client.delete_collaboration().collaboration_identifier("a");
    let err = call.send().await.map_err(AwsError::of("DeleteCollaboration")).expect_err("stopped");
    assert_eq!((err.kind, err.outcome), (ErrorKind::Stopped, Outcome::NotExecuted));
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn an_account_that_is_none_is_not_believed() {
    for account in ["", "12345", "11112222333a"] {
        let server = Server::start([super::server::identity(account)]).await;
        aws(static_config(&server.url)).caller_account().await.expect_err(account);
    }
}

#[tokio::test]
async fn no_repetition_means_none_for_creates_as_well() {
    for (max_retries, expected) in [(Some(0), Some(0)), (Some(3), Some(3)), (None, None)] {
        let config = ProviderConfig { max_retries, ..static_config("http://127.0.0.1:9") };
        assert_eq!(aws(config).intervals().retry.most, expected);
    }
}
