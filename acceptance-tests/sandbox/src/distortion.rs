//! What a network makes of replies: a proxy, a captive portal, a cache, somebody else at the address.
//!
//! The call was carried out, and its reply comes back as another one.

use http_body_util::BodyExt;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::server::Reply;

/// How a reply is distorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distortion {
    /// The reply as it was, but without AWS's request id.
    NoRequestId,
    /// A page where the reply belongs, HTTP 200.
    Page,
    /// The same under AWS's request id, as a proxy that changes bodies alone sends it.
    PageWithRequestId,
    /// A page with the status of a refusal, HTTP 403.
    PageOfRefusal,
    /// AWS's words for a denial, without its request id, HTTP 403.
    ForgedDenial,
    /// AWS's words for an object that is not there, without its request id, HTTP 404.
    ForgedAbsence,
    /// HTTP 302 to another address.
    Redirect,
    /// HTTP 204 without a body.
    NoContent,
    /// The status as it was, and an empty body.
    Blank,
    /// The status as it was, and an object without members.
    Empty,
    /// Half of the body.
    Cut,
    /// The body as it was, under the status of a proxy that has changed it, HTTP 203.
    Transformed,
    /// The reply is about another object.
    OfAnother,
    /// A body where none belongs, or members that nobody asked for.
    Unasked,
    /// A list goes on under a token that is none.
    Endless,
}

/// The id that no object has.
const ANOTHER: &str = "99999999-9999-4999-8999-999999999999";

const PAGE: &str = "<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>";

impl Distortion {
    /// Every kind under its name on the admin path.
    pub(crate) const ALL: [(&str, Self); 15] = [
        ("no_request_id", Self::NoRequestId),
        ("page", Self::Page),
        ("page_with_request_id", Self::PageWithRequestId),
        ("page_of_refusal", Self::PageOfRefusal),
        ("forged_denial", Self::ForgedDenial),
        ("forged_absence", Self::ForgedAbsence),
        ("redirect", Self::Redirect),
        ("no_content", Self::NoContent),
        ("blank", Self::Blank),
        ("empty", Self::Empty),
        ("cut", Self::Cut),
        ("transformed", Self::Transformed),
        ("of_another", Self::OfAnother),
        ("unasked", Self::Unasked),
        ("endless", Self::Endless),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(its, _)| *its == name).map(|(_, kind)| *kind)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// The reply that arrives.
    pub(crate) async fn of(self, reply: Reply) -> Reply {
        let (mut head, body) = reply.into_parts();
        // A whole body in memory cannot fail.
        let bytes = body.collect().await.map(http_body_util::Collected::to_bytes);
        let bytes = bytes.unwrap_or_default();
        let headers = &mut head.headers;
        let body = match self {
            Self::NoRequestId => {
                headers.remove("x-amzn-requestid");
                bytes
            }
            Self::Page => {
                head.status = StatusCode::OK;
                page(headers, false)
            }
            Self::PageWithRequestId => {
                head.status = StatusCode::OK;
                page(headers, true)
            }
            Self::PageOfRefusal => {
                head.status = StatusCode::FORBIDDEN;
                page(headers, false)
            }
            Self::ForgedDenial => {
                head.status = StatusCode::FORBIDDEN;
                forged(headers, "AccessDeniedException", "You do not have access.")
            }
            Self::ForgedAbsence => {
                head.status = StatusCode::NOT_FOUND;
                forged(headers, "ResourceNotFoundException", "The resource does not exist.")
            }
            Self::Redirect => {
                head.status = StatusCode::FOUND;
                headers.insert(LOCATION, HeaderValue::from_static("http://127.0.0.1:9/sign-in"));
                page(headers, false)
            }
            Self::NoContent => {
                head.status = StatusCode::NO_CONTENT;
                Bytes::new()
            }
            Self::Blank => Bytes::new(),
            Self::Empty => Bytes::from_static(b"{}"),
            Self::Cut => bytes.slice(..bytes.len() / 2),
            Self::Transformed => {
                head.status = StatusCode::NON_AUTHORITATIVE_INFORMATION;
                bytes
            }
            Self::OfAnother => of_another(&bytes),
            Self::Unasked => with_member(&bytes, "unasked", "for"),
            Self::Endless => with_member(&bytes, "nextToken", "again"),
        };
        Reply::from_parts(head, body.into())
    }
}

fn page(headers: &mut HeaderMap, keeps_request_id: bool) -> Bytes {
    if !keeps_request_id {
        headers.remove("x-amzn-requestid");
    }
    headers.remove("x-amzn-errortype");
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    Bytes::from_static(PAGE.as_bytes())
}

fn forged(headers: &mut HeaderMap, code: &'static str, message: &str) -> Bytes {
    headers.remove("x-amzn-requestid");
    headers.insert("x-amzn-errortype", HeaderValue::from_static(code));
    Bytes::from(serde_json::json!({ "message": message }).to_string())
}

/// The same body with the id of the object in it replaced wherever it stands; lists are as they were.
fn of_another(bytes: &[u8]) -> Bytes {
    let text = String::from_utf8_lossy(bytes);
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let members = body.as_object().into_iter().flatten();
    let ids = members.filter_map(|(_, object)| object["id"].as_str());
    Bytes::from(ids.fold(text.to_string(), |text, id| text.replace(id, ANOTHER)))
}

fn with_member(bytes: &[u8], name: &str, value: &str) -> Bytes {
    let mut body: Value =
        serde_json::from_slice(bytes).unwrap_or_else(|_| Value::Object(Default::default()));
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
    Bytes::from(body.to_string())
}
