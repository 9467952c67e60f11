//! Plain HTTP to a sandbox: the admin path, and requests that look signed.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// Status, and body as JSON; null where there is none.
pub type Reply = (u16, Value);

/// A connection that stays open.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(url: &str) -> io::Result<Self> {
        let address = url.strip_prefix("http://").unwrap_or(url);
        Ok(Self { stream: BufReader::new(TcpStream::connect(address)?) })
    }

    /// Calls an operation with a signature that has the right form.
    pub fn call(
        &mut self,
        account: &str,
        method: &str,
        path: &str,
        body: &Value,
    ) -> io::Result<Reply> {
        let signature = "0".repeat(64);
        let headers = format!(
            "X-Amz-Date: 20260101T000000Z\r\n\
             Authorization: AWS4-HMAC-SHA256 \
             Credential={account}/20260101/us-east-1/cleanrooms/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={signature}\r\n"
        );
        self.send(method, path, &headers, body)
    }

    fn send(&mut self, method: &str, path: &str, headers: &str, body: &Value) -> io::Result<Reply> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: sandbox\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.read()
    }

    fn read(&mut self) -> io::Result<Reply> {
        let (mut status, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest.split(' ').next().and_then(|status| status.parse().ok());
            } else if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.parse().map_err(io::Error::other)?;
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body)? };
        Ok((status.ok_or(io::ErrorKind::InvalidData)?, body))
    }
}

/// Calls an operation on a connection of its own.
pub fn call(url: &str, account: &str, method: &str, path: &str, body: &Value) -> io::Result<Reply> {
    Connection::open(url)?.call(account, method, path, body)
}

/// Calls the admin path, which has to succeed.
pub fn admin(url: &str, method: &str, path: &str, body: &Value) -> Value {
    let (status, reply) = Connection::open(url)
        .and_then(|mut connection| connection.send(method, &format!("/_sandbox/{path}"), "", body))
        .expect("the sandbox answers its admin path");
    assert_eq!(status, 200, "{method} {path}: {reply}");
    reply
}
