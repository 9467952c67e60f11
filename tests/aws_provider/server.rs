//! A small HTTP server that answers as a test tells it to.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A reply with this status, error code (if not empty) and body.
    Reply(u16, &'static str, String),
    /// The connection is closed without a reply.
    HangUp,
    /// There is no reply, and the connection stays open.
    Silence,
    /// A reply of AWS that says it has this many bytes and has so many zeros.
    Long(usize),
    /// A reply of AWS that comes byte by byte and never ends.
    Drip,
}

/// A server that runs until the test ends.
pub struct Server {
    pub url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// What to answer; the last one is repeated.
    answers: Mutex<VecDeque<Answer>>,
    /// What to answer instead, by the request.
    by_request: Option<fn(&str) -> Answer>,
    requests: Mutex<Vec<String>>,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

impl Server {
    /// Starts a server on a free port of this machine.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect());
        Self::serving(Shared { answers, ..Shared::default() }).await
    }

    /// Starts a server that answers each request by itself.
    pub async fn answering(by_request: fn(&str) -> Answer) -> Self {
        Self::serving(Shared { by_request: Some(by_request), ..Shared::default() }).await
    }

    async fn serving(shared: Shared) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket"));
        let shared = Arc::new(shared);
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&accepting).serve(stream));
            }
        });
        Self { url, shared }
    }

    /// The heads and bodies of all requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().expect("no test panics with it").clone()
    }

    /// The most connections that were open at a time.
    pub fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }
}

impl Shared {
    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        let mut stream = BufStream::new(stream);
        while let Some(request) = read_request(&mut stream).await {
            match self.answer(request) {
                Answer::Reply(status, code, body) => {
                    let reply = format!(
                        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nx-amzn-errortype: {code}\r\n\
                         x-amzn-requestid: request-1\r\ndate: Tue, 01 Jan 2080 00:00:00 GMT\r\n\
                         x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n{body}",
                        body.len()
                    );
                    // Lets other requests arrive while this one is under way.
                    tokio::task::yield_now().await;
                    if stream.write_all(reply.as_bytes()).await.is_err()
                        || stream.flush().await.is_err()
                    {
                        break;
                    }
                }
                Answer::HangUp => break,
                Answer::Silence => std::future::pending().await,
                Answer::Long(length) => {
                    if send_zeros(&mut stream, length).await.is_err() {
                        break;
                    }
                }
                Answer::Drip => {
                    let head = "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\
                                x-amzn-requestid: request-1\r\n\r\n";
                    stream.write_all(head.as_bytes()).await.ok();
                    while stream.write_all(b"1\r\n \r\n").await.is_ok()
                        && stream.flush().await.is_ok()
                    {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                }
            }
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    fn answer(&self, request: String) -> Answer {
        let by_request = self.by_request.map(|answer| answer(&request));
        self.requests.lock().expect("no test panics with it").push(request);
        if let Some(answer) = by_request {
            return answer;
        }
        let mut answers = self.answers.lock().expect("no test panics with it");
        match answers.len() {
            0 | 1 => answers.front().cloned().unwrap_or(Answer::HangUp),
            _ => answers.pop_front().expect("there are at least two"),
        }
    }
}

async fn send_zeros(stream: &mut BufStream<TcpStream>, length: usize) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 X\r\ncontent-length: {length}\r\nx-amzn-requestid: request-1\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let piece = [b'0'; 1 << 16];
    let mut left = length;
    while left > 0 {
        let now = left.min(piece.len());
        stream.write_all(&piece[..now]).await?;
        left -= now;
    }
    stream.flush().await
}

async fn read_request(stream: &mut BufStream<TcpStream>) -> Option<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.map_or(0, |text| text.trim().parse().expect("a number"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    request.extend(body);
    Some(String::from_utf8_lossy(&request).into_owned())
}

/// The reply of GetCollaboration.
pub fn collaboration() -> Answer {
    collaboration_called("Study")
}

/// The reply of GetCollaboration, with that name.
pub fn collaboration_called(name: &str) -> Answer {
    let body = r#"{"collaboration":{"id":"a","arn":"a","name":"{name}","creatorAccountId":"1",
        "creatorDisplayName":"A","createTime":0,"updateTime":0,"memberStatus":"ACTIVE",
        "queryLogStatus":"DISABLED"}}"#;
    Answer::Reply(200, "", body.replace("{name}", name))
}

/// The reply of GetCallerIdentity.
pub fn identity(account: &str) -> Answer {
    let body = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{account}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    Answer::Reply(200, "", body)
}

/// The reply of AssumeRole.
pub fn assumed(access_key: &str) -> Answer {
    assumed_until(access_key, "2090-12-31T00:00:00Z")
}

/// The reply of AssumeRole, for a session that ends then.
pub fn assumed_until(access_key: &str, end: &str) -> Answer {
    let body = format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{access_key}\
         </AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>{end}</Expiration></Credentials></AssumeRoleResult>\
         </AssumeRoleResponse>"
    );
    Answer::Reply(200, "", body)
}

/// The reply of AssumeRoleWithWebIdentity.
pub fn assumed_with_token(access_key: &str) -> Answer {
    match assumed(access_key) {
        Answer::Reply(status, code, body) => {
            Answer::Reply(status, code, body.replace("AssumeRole", "AssumeRoleWithWebIdentity"))
        }
        other => other,
    }
}
