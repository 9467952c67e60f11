//! Whether a reply is AWS's, whole, and about what was asked.
//!
//! The SDK believes any 2xx. It reads a blank body as `{}` and fills in what
//! its model requires, so that a login page, a cut-off reply or a stand-in at
//! the wrong address becomes a collaboration without id and name. And nobody
//! compares what a reply is about with what was asked.
//!
//! So each reply is judged here before the SDK reads it. The rules follow from
//! how the service names its operations, paths and members (`GetCollaboration`
//! reads `/collaborations/{id}` and answers `{"collaboration": {"id": …}}`) and
//! hold for all of them: there is no table of nouns, and the tests hold the
//! rules against every operation of the service's model.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata};
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::errors::request_id;

/// Why a reply is not believed. The text says what came, and nothing of its content.
#[derive(Debug)]
pub(super) struct Misread {
    why: String,
    /// Whether asking again may help and does no harm: a question was answered
    /// with something else, or with part of it, and not with an error.
    pub(super) may_pass: bool,
}

/// How often a question is asked in all that is answered with something else.
const MOST_ASKED: u32 = 3;

impl Misread {
    /// As seen by this attempt, counted from 1.
    pub(super) fn on_attempt(self, number: u32) -> Self {
        Self { may_pass: self.may_pass && number < MOST_ASKED, ..self }
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Error for Misread {}

/// What a request asks, by which its reply is judged.
#[derive(Debug)]
pub(super) struct Asked {
    operation: String,
    is_sts: bool,
    /// The object that the path ends in; none for lists and creates.
    own: Option<Named>,
    /// What the path and the body name besides: where it lies, what it joins.
    others: Vec<Named>,
    /// The name that a new object shall have.
    name: Option<String>,
}

/// An id, and the noun that it belongs to: `membership` in
/// `/memberships/{id}/…`, in `membershipIdentifier` and in `membershipId`.
#[derive(Debug)]
struct Named {
    noun: String,
    id: String,
    /// Whether the object of the reply must speak of it.
    is_told: bool,
}

impl Storable for Asked {
    type Storer = StoreReplace<Self>;
}

/// Whether an operation only looks, so that nothing is lost when it is given
/// up, and it may be repeated.
pub(super) fn only_looks(operation: &str) -> bool {
    ["Get", "List", "BatchGet", "Preview"].iter().any(|verb| operation.starts_with(verb))
}

/// What the body of a good reply is.
enum Shape<'a> {
    /// Nothing, or an object without members.
    Nothing,
    /// One object under its own name.
    Object(&'a str),
    /// A list under a name made of its entries'.
    List(&'a str),
    /// The tags of an object.
    Tags,
    /// These members, in the few replies that are no object: what a job is
    /// known by, an estimate.
    Members(&'static [&'static str]),
}

impl Asked {
    /// `request` is the one that the SDK has just serialised: its address is
    /// the path alone, without what the endpoint puts before it.
    pub(super) fn new(metadata: &Metadata, request: &HttpRequest) -> Self {
        let path = request.uri().split('?').next().unwrap_or_default();
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let mut others: Vec<Named> = segments
            .chunks_exact(2)
            .map(|pair| Named { noun: singular(&pair[0]), id: pair[1].clone(), is_told: false })
            .collect();
        let own = if segments.len().is_multiple_of(2) { others.pop() } else { None };
        // An object says in what it lies, not in what that lies.
        if let Some(parent) = others.last_mut() {
            parent.is_told = true;
        }
        let body: Map<String, Value> = request
            .body()
            .bytes()
            .and_then(|bytes| serde_json::from_slice(bytes).ok())
            .unwrap_or_default();
        others.extend(body.iter().filter_map(|(member, value)| {
            let noun = member.strip_suffix("Identifier")?.to_ascii_lowercase();
            Some(Named { noun, id: value.as_str()?.to_owned(), is_told: true })
        }));
        let makes = metadata.name().starts_with("Create");
        let name = body.get("name").and_then(Value::as_str).map(str::to_owned);
        Self {
            operation: metadata.name().to_owned(),
            is_sts: metadata.service() == "STS",
            own,
            others,
            name: name.filter(|_| makes),
        }
    }

    /// Whether the operation only looks.
    pub(super) fn only_looks(&self) -> bool {
        only_looks(&self.operation)
    }

    /// Judges the reply.
    ///
    /// # Errors
    ///
    /// It is not AWS's, not whole, or about something else.
    pub(super) fn judge(&self, reply: &HttpResponse) -> Result<(), Misread> {
        let judged = match (request_id(reply), reply.body().bytes()) {
            (None, _) => Err(format!("{}, without a request id", description(reply))),
            (Some(_), None) => Err("the reply was not read to its end".to_owned()),
            (Some(_), Some(body)) => self.judge_body(reply, body),
        };
        let may_pass = self.only_looks() && reply.status().is_success();
        judged.map_err(|why| Misread { why, may_pass })
    }

    fn judge_body(&self, reply: &HttpResponse, body: &[u8]) -> Result<(), String> {
        match reply.status().as_u16() {
            400.. => judge_refusal(reply, body),
            // Not 203, which is a proxy's own word for a reply that it has changed.
            200 | 201 | 202 | 204 if self.is_sts => judge_sts(&self.operation, reply, body),
            200 | 201 | 202 | 204 => self.judge_json(reply, body),
            _ => Err(format!("{}, which AWS does not answer", description(reply))),
        }
    }

    fn judge_json(&self, reply: &HttpResponse, body: &[u8]) -> Result<(), String> {
        let shape = self.shape();
        if let Shape::Nothing = shape {
            let empty =
                body.trim_ascii().is_empty() || object(body).is_some_and(|it| it.is_empty());
            let why = || format!("{} where no content belongs", description(reply));
            return empty.then_some(()).ok_or_else(why);
        }
        let body = object(body)
            .filter(|it| !it.is_empty())
            .ok_or_else(|| format!("{} where a JSON object belongs", description(reply)))?;
        match shape {
            Shape::Nothing => Ok(()),
            Shape::Object(noun) => self.judge_object(noun, &body),
            Shape::List(noun) => self.judge_list(noun, &body),
            Shape::Tags => match body.get("tags") {
                Some(Value::Object(tags)) if tags.values().all(Value::is_string) => Ok(()),
                _ => Err("the reply lacks the tags".to_owned()),
            },
            Shape::Members(members) => {
                members.iter().try_for_each(|member| match body.get(*member) {
                    Some(Value::String(text)) if !text.trim().is_empty() => Ok(()),
                    Some(Value::Object(_)) => Ok(()),
                    _ => Err(format!("the reply lacks `{member}`")),
                })
            }
        }
    }

    fn shape(&self) -> Shape<'_> {
        let operation = self.operation.as_str();
        let noun = |verbs: &[&str]| verbs.iter().find_map(|verb| operation.strip_prefix(verb));
        if noun(&["Delete", "Tag", "Untag", "Disallow"]).is_some() {
            Shape::Nothing
        } else if noun(&["ListTags"]).is_some() {
            Shape::Tags
        } else if let Some(noun) = noun(&["List", "BatchGet"]) {
            Shape::List(noun)
        } else if let Some(noun) = noun(&["Get", "Create", "Update", "Start"]) {
            Shape::Object(noun)
        } else {
            Shape::Members(match operation {
                "PopulateIdMappingTable" => &["idMappingJobId"],
                "PopulateIntermediateTable" => &["analysisId", "analysisType", "versionId"],
                "PreviewPrivacyImpact" => &["privacyImpact"],
                _ => &[],
            })
        }
    }

    fn judge_object(&self, noun: &str, body: &Map<String, Value>) -> Result<(), String> {
        let found = body.iter().find(|(key, _)| is_named(&key.to_ascii_lowercase(), noun));
        let Some((key, Value::Object(object))) = found else {
            return Err("the reply lacks the object".to_owned());
        };
        judge_whole(object)?;
        let own = OwnId::of(key, object).ok_or("the object in the reply lacks its id")?;
        match &self.own {
            Some(asked) if !asked.is_met_by(&own, object) => {
                return Err(other(own.member, own.value, &asked.id));
            }
            _ => {}
        }
        if let Some(untold) = self.others.iter().find(|it| it.is_told && !it.is_in(object)) {
            return Err(format!("the object in the reply does not name its {}", untold.noun));
        }
        self.judge_others(object)?;
        match (&self.name, text(object, "name")) {
            (Some(asked), Some(name)) if asked != name => Err(other("name", name, asked)),
            _ => Ok(()),
        }
    }

    fn judge_list(&self, noun: &str, body: &Map<String, Value>) -> Result<(), String> {
        // What was asked for by name says which names were not found.
        if body.contains_key("errors") != self.operation.starts_with("BatchGet") {
            return Err("the reply is that of another operation".to_owned());
        }
        let noun = singular(noun);
        let found = body.iter().find(|(key, _)| {
            let key = singular(key);
            let entry = ["list", "summary"].iter().find_map(|word| key.strip_suffix(word));
            is_named(entry.unwrap_or(&key), &noun)
        });
        let Some((_, Value::Array(entries))) = found else {
            return Err("the reply lacks the list".to_owned());
        };
        entries.iter().try_for_each(|entry| {
            let entry = entry.as_object().ok_or("an entry of the list is no object")?;
            judge_whole(entry)?;
            if !entry.keys().any(|member| is_id(member)) {
                return Err("an entry of the list lacks its id".to_owned());
            }
            self.judge_others(entry)
        })
    }

    /// Whether what an object says of other objects is what was asked for.
    fn judge_others(&self, object: &Map<String, Value>) -> Result<(), String> {
        for (member, value) in object {
            let Some(value) = value.as_str() else {
                continue;
            };
            if let Some(asked) = self.others.iter().find(|it| !it.allows(member, value)) {
                return Err(other(member, value, &asked.id));
            }
        }
        Ok(())
    }
}

impl Named {
    /// Whether a member of a reply that may be about this noun has its value.
    fn allows(&self, member: &str, value: &str) -> bool {
        match self.form(member) {
            Some(Form::Id) => same(value, &self.id),
            Some(Form::Arn) => ends_in(value, &self.id),
            None => true,
        }
    }

    /// Whether an object names this noun at all.
    fn is_in(&self, object: &Map<String, Value>) -> bool {
        object.keys().any(|member| matches!(self.form(member), Some(Form::Id)))
    }

    /// What a member says about this noun, if it speaks of it.
    fn form(&self, member: &str) -> Option<Form> {
        let member = member.to_ascii_lowercase();
        match member.strip_prefix(self.noun.as_str()) {
            Some("id" | "identifier") => Some(Form::Id),
            Some("arn") => Some(Form::Arn),
            _ if self.noun == "schema" && member == "name" => Some(Form::Id),
            _ => None,
        }
    }

    /// Whether the object of this id is the one in the reply. It may have been
    /// asked for by its ARN.
    fn is_met_by(&self, own: &OwnId<'_>, object: &Map<String, Value>) -> bool {
        if self.id.starts_with("arn:") {
            return text(object, "arn").is_some_and(|arn| same(arn, &self.id));
        }
        same(own.value, &self.id) && text(object, "arn").is_none_or(|arn| ends_in(arn, &self.id))
    }
}

/// How a member refers to an object.
enum Form {
    Id,
    Arn,
}

/// By what an object is told from others of its kind.
struct OwnId<'a> {
    member: &'a str,
    value: &'a str,
}

impl<'a> OwnId<'a> {
    /// `key` is the object's name in the reply. A rule is told by its type
    /// alone, a schema by its name; all else has an id.
    fn of(key: &str, object: &'a Map<String, Value>) -> Option<Self> {
        let long = format!("{key}Id");
        let is_own = |member: &str| match key {
            "analysisRule" => matches!(member, "type" | "analysisRuleType"),
            "schema" => member == "name",
            _ => member == "id" || member == long,
        };
        let (member, value) = object.iter().find(|(member, _)| is_own(member))?;
        Some(Self { member, value: value.as_str()? })
    }
}

/// Whether an object or an entry has what each of the service has: no blank
/// key, a time of creation, and an ARN that is about its own id.
fn judge_whole(object: &Map<String, Value>) -> Result<(), String> {
    // Ids of other things may be blank: the membership of who has not joined.
    no_blanks(object, |member| matches!(member, "id" | "arn" | "name" | "accountId"))?;
    if !object.get("createTime").is_some_and(Value::is_number) {
        return Err("the reply lacks part of an object".to_owned());
    }
    match (text(object, "id"), text(object, "arn")) {
        (Some(id), Some(arn)) if !ends_in(arn, id) => Err(other("arn", arn, id)),
        _ => Ok(()),
    }
}

fn no_blanks(object: &Map<String, Value>, of: impl Fn(&str) -> bool) -> Result<(), String> {
    let blank = |value: &Value| value.as_str().is_none_or(|text| text.trim().is_empty());
    match object.iter().find(|(member, value)| of(member) && blank(value)) {
        Some((member, _)) => Err(format!("`{member}` in the reply is blank")),
        None => Ok(()),
    }
}

/// Whether a member tells an object from others by its name.
fn is_id(member: &str) -> bool {
    matches!(member, "id" | "name") || member.ends_with("Id") || member.ends_with("Arn")
}

/// Whether this is how a reply calls a noun of an operation, both in lower
/// case: as the operation does, but for the rules, which have one name for all.
fn is_named(key: &str, noun: &str) -> bool {
    let noun = noun.to_ascii_lowercase();
    key == noun || (key == "analysisrule" && noun.ends_with(key))
}

/// Whether an error is AWS's: it has a code, and a body that AWS may have written.
fn judge_refusal(reply: &HttpResponse, body: &[u8]) -> Result<(), String> {
    let understood = body.trim_ascii().is_empty()
        || object(body).is_some()
        || xml(body).is_some_and(|text| text.ends_with("</ErrorResponse>"));
    match error_code(reply) {
        Some(_) if understood => Ok(()),
        _ => Err(format!("{}, which is no error of AWS", description(reply))),
    }
}

/// The code of an error of Clean Rooms or STS, as AWS's protocols write it:
/// with a namespace before and an address behind it.
pub(super) fn error_code(reply: &HttpResponse) -> Option<String> {
    let body = reply.body().bytes().unwrap_or_default();
    let in_json = || {
        let body = object(body)?;
        text(&body, "code").or_else(|| text(&body, "__type")).map(str::to_owned)
    };
    let in_xml = || element(xml(body)?, "Code").map(str::to_owned);
    let header = reply.headers().get("x-amzn-errortype").filter(|code| !code.trim().is_empty());
    let code = header.map(str::to_owned).or_else(in_json).or_else(in_xml)?;
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default().trim();
    (!code.is_empty()).then(|| code.to_owned())
}

/// STS answers with XML, and each operation with members that must not be blank.
fn judge_sts(operation: &str, reply: &HttpResponse, body: &[u8]) -> Result<(), String> {
    let text = xml(body)
        .filter(|text| text.ends_with(&format!("</{operation}Response>")))
        .ok_or_else(|| format!("{} where an answer of STS belongs", description(reply)))?;
    let members: &[&str] = match operation {
        "GetCallerIdentity" => &["Account"],
        _ => &["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"],
    };
    match members.iter().find(|member| element(text, member).is_none()) {
        Some(member) => Err(format!("the reply lacks `{member}`")),
        None => Ok(()),
    }
}

/// The body as one JSON object, if it is one and nothing else.
fn object(body: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(body).ok()
}

fn text<'a>(object: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    object.get(member).and_then(Value::as_str)
}

/// The body as a document of XML, as far as its beginning tells.
fn xml(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?.trim();
    text.starts_with('<').then_some(text)
}

/// The content of the first element of this name, unless it is blank.
fn element<'a>(document: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = document.split_once(&format!("<{name}>"))?;
    let (content, _) = rest.split_once(&format!("</{name}>"))?;
    Some(content.trim()).filter(|content| !content.is_empty())
}

/// What came, without its content.
fn description(reply: &HttpResponse) -> String {
    let status = reply.status().as_u16();
    let length = reply.body().bytes().map_or(0, <[u8]>::len);
    match reply.headers().get("content-type").and_then(|it| it.split(';').next()) {
        _ if length == 0 => format!("HTTP status {status} without content"),
        Some(media_type) => format!("HTTP status {status} with {length} bytes of {media_type}"),
        None => format!("HTTP status {status} with {length} bytes"),
    }
}

fn other(member: &str, value: &str, asked: &str) -> String {
    format!(
        "the reply is about another object: its `{member}` is `{value}`, asked for was `{asked}`"
    )
}

/// Whether two ids are one. The service writes them in lower case.
fn same(id: &str, asked: &str) -> bool {
    id.eq_ignore_ascii_case(asked)
}

/// Whether an ARN is that of this id, or says as much of itself.
fn ends_in(arn: &str, id: &str) -> bool {
    arn.to_ascii_lowercase().ends_with(&id.to_ascii_lowercase())
}

/// A noun of a path, an operation or a member as all three of them have it.
fn singular(noun: &str) -> String {
    let noun = noun.to_ascii_lowercase();
    match (noun.strip_suffix("ies"), noun.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) => stem.to_owned(),
        (None, None) => noun,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use serde_json::json;

    /// A call and its reply, as the service's model has them: every operation,
    /// and in each object what the model requires.
    struct Call {
        operation: String,
        asked: Asked,
        status: u16,
        reply: Value,
    }

    fn calls() -> Vec<Call> {
        let model: Value =
            serde_json::from_str(include_str!("reply/operations.json")).expect("a file of ours");
        let calls = model.as_array().expect("a list of calls");
        calls.iter().map(Call::of).collect()
    }

    impl Call {
        fn of(call: &Value) -> Self {
            let text = |member: &str| call[member].as_str().expect("a text").to_owned();
            let mut request = HttpRequest::new(SdkBody::from(call["body"].to_string()));
            request.set_method(&text("method")).expect("a method");
            request.set_uri(text("path")).expect("a path");
            let operation = text("operation");
            let asked = Asked::new(&Metadata::new(operation.clone(), "CleanRooms"), &request);
            let status = call["status"].as_u64().and_then(|it| it.try_into().ok());
            let status = status.expect("a status");
            Self { operation, asked, status, reply: call["reply"].clone() }
        }

        fn body(&self) -> String {
            if self.reply.is_null() { String::new() } else { self.reply.to_string() }
        }

        fn keys(&self) -> Vec<&String> {
            self.reply.as_object().into_iter().flat_map(Map::keys).collect()
        }

        /// The objects of the reply, each with the pointer to it.
        fn objects(&self) -> Vec<String> {
            let members = self.reply.as_object().into_iter().flatten();
            let objects = members.filter(|(key, _)| *key != "errors" && *key != "tags");
            let pointers = objects.filter_map(|(key, value)| match value {
                Value::Object(object) if !object.is_empty() => Some(format!("/{key}")),
                Value::Array(_) => Some(format!("/{key}/0")),
                _ => None,
            });
            pointers.collect()
        }

        /// The reply with one member of an object changed; none if there is no such member.
        fn with(&self, pointer: &str, member: &str, value: Value) -> Option<String> {
            let mut reply = self.reply.clone();
            *reply.pointer_mut(pointer)?.get_mut(member)? = value;
            Some(reply.to_string())
        }

        fn without(&self, pointer: &str, member: &str) -> Option<String> {
            let mut reply = self.reply.clone();
            reply.pointer_mut(pointer)?.as_object_mut()?.remove(member)?;
            Some(reply.to_string())
        }
    }

    fn reply(status: u16, body: impl Into<String>) -> HttpResponse {
        let status = StatusCode::try_from(status).expect("a status from 100 to 999");
        let mut reply = HttpResponse::new(status, SdkBody::from(body.into()));
        reply.headers_mut().insert("x-amzn-requestid", "request-1");
        reply
    }

    fn refused(code: &'static str, status: u16, body: &str) -> HttpResponse {
        let mut reply = reply(status, body);
        reply.headers_mut().insert("x-amzn-errortype", code);
        reply
    }

    const HTML: &str = "<!DOCTYPE html><html><body>Please log in</body></html>";
    const STRANGER: &str = "99999999-9999-4999-8999-999999999999";

    /// What is wrong with a reply, and such replies to a call.
    fn faults(call: &Call, all: &[Call]) -> Vec<(&'static str, HttpResponse)> {
        let body = call.body();
        let mut stranger = reply(call.status, body.as_str());
        stranger.headers_mut().remove("x-amzn-requestid");
        let mut blank_id = reply(call.status, body.as_str());
        blank_id.headers_mut().insert("x-amzn-requestid", " ");
        let mut faults = vec![
            ("no request id", stranger),
            ("a blank request id", blank_id),
            ("a page", reply(200, HTML)),
            ("a page of 403", reply(403, HTML)),
            ("a page of 404", reply(404, HTML)),
            ("a page of 502", reply(502, HTML)),
            ("a page with AWS's code", refused("AccessDeniedException", 403, HTML)),
            ("an error without code", reply(404, r#"{"message":"Not found"}"#)),
            ("an error with a blank code", refused(" ", 400, r#"{"message":"No"}"#)),
            ("moved", reply(302, body.as_str())),
            ("not modified", reply(304, "")),
            ("another protocol", reply(101, "")),
            ("changed by a proxy", reply(203, body.as_str())),
            ("a part", reply(206, body.as_str())),
            ("a text", reply(200, "ok")),
            ("a list", reply(200, "[]")),
            ("null", reply(200, "null")),
            ("another reply behind it", reply(200, format!("{body}{{\"a\":1}}"))),
        ];
        // What is made anew has an id that nobody knows: it may be any of its kind.
        let same_kind = |other: &Call| call.asked.own.is_none() && other.keys() == call.keys();
        let others = all.iter().filter(|other| {
            other.reply != call.reply && !other.reply.is_null() && !same_kind(other)
        });
        faults.extend(others.map(|other| ("another operation's", reply(200, other.body()))));
        if call.reply.is_null() {
            return faults;
        }
        faults.extend([
            ("blank", reply(200, "")),
            ("spaces", reply(200, " \r\n")),
            ("no content", reply(204, "")),
            ("an empty object", reply(200, "{}")),
            ("cut off", reply(200, &body[..body.len() / 2])),
            ("a byte short", reply(200, &body[..body.len() - 1])),
        ]);
        for key in call.keys().into_iter().filter(|key| *key != "errors") {
            let mut values = vec![json!(null), json!("")];
            // Of what is no object of the service the SDK judges the type.
            if !matches!(call.asked.shape(), Shape::Members(_)) {
                values.extend([json!({"a": 1}), json!(["a"])]);
            }
            let bodies = values.into_iter().map(|value| json!({ key: value }).to_string());
            faults.extend(bodies.map(|body| ("nothing under its name", reply(200, body))));
            if matches!(call.asked.shape(), Shape::Object(_)) {
                let body = json!({ key: {} }).to_string();
                faults.push(("an empty object under its name", reply(200, body)));
            }
        }
        for pointer in call.objects() {
            faults.extend(object_faults(call, &pointer));
        }
        faults
    }

    fn object_faults(call: &Call, pointer: &str) -> Vec<(&'static str, HttpResponse)> {
        let mut bodies = Vec::new();
        let mut add = |kind, body: Option<String>| bodies.extend(body.map(|body| (kind, body)));
        for member in ["id", "arn", "accountId"] {
            add("a blank id", call.with(pointer, member, json!("")));
        }
        add("no time of creation", call.without(pointer, "createTime"));
        add("another's ARN", call.with(pointer, "arn", json!(format!("arn:aws:x/{STRANGER}"))));
        let path = call.asked.others.iter().chain(&call.asked.own);
        for noun in path.map(|named| named.noun.as_str()) {
            for ending in ["Id", "Identifier"] {
                let object = call.reply.pointer(pointer).and_then(Value::as_object);
                let of_noun = object
                    .into_iter()
                    .flat_map(Map::keys)
                    .filter(|member| member.eq_ignore_ascii_case(&format!("{noun}{ending}")));
                for member in of_noun {
                    add("in another place", call.with(pointer, member, json!(STRANGER)));
                    add("in no place", call.with(pointer, member, json!("")));
                }
            }
        }
        if call.asked.own.is_some() {
            for member in ["id", "name"] {
                let asks_name = call.asked.own.as_ref().is_some_and(|own| own.noun == "schema");
                if (member == "name") == asks_name {
                    add("another object", call.with(pointer, member, json!(STRANGER)));
                    add("no id", call.without(pointer, member));
                }
            }
            for member in ["type", "analysisRuleType"] {
                if call.keys() == ["analysisRule"] {
                    add("another rule", call.with(pointer, member, json!("LIST")));
                }
            }
        }
        if call.asked.name.is_some() {
            add("another name", call.with(pointer, "name", json!("other")));
        }
        bodies.into_iter().map(|(kind, body)| (kind, reply(200, body))).collect()
    }

    #[test]
    fn every_operations_own_reply_is_believed() {
        let calls = calls();
        assert_eq!(calls.len(), 103);
        for call in &calls {
            for status in [call.status, 200] {
                let judged = call.asked.judge(&reply(status, call.body()));
                assert!(judged.is_ok(), "{}: {judged:?}", call.operation);
            }
        }
    }

    #[test]
    fn members_that_nobody_knows_yet_are_no_fault() {
        for call in calls().iter().filter(|call| !call.reply.is_null()) {
            let mut body = call.reply.clone();
            body["aNewMember"] = json!({"id": STRANGER});
            for pointer in call.objects() {
                let object = body.pointer_mut(&pointer).expect("an object of the reply");
                object["aNewId"] = json!(STRANGER);
                object["aNewMember"] = json!(null);
            }
            let judged = call.asked.judge(&reply(200, body.to_string()));
            assert!(judged.is_ok(), "{}: {judged:?}", call.operation);
        }
    }

    #[test]
    #[allow(clippy::print_stdout, reason = "what was tried is worth seeing beside the verdict")]
    fn no_operation_believes_a_reply_that_is_not_aws_s_or_not_whole_or_about_something_else() {
        let calls = calls();
        let mut kinds = BTreeMap::<&str, usize>::new();
        for call in &calls {
            for (kind, reply) in faults(call, &calls) {
                let body = reply.body().bytes().map(String::from_utf8_lossy);
                let judged = call.asked.judge(&reply);
                assert!(judged.is_err(), "{} believes {kind}: {body:?}", call.operation);
                *kinds.entry(kind).or_default() += 1;
            }
        }
        println!("{} operations", calls.len());
        for (kind, number) in &kinds {
            println!("{number:6} × {kind}");
        }
        let everywhere = kinds.values().filter(|number| **number >= calls.len()).count();
        assert!(everywhere >= 15, "{kinds:?}");
    }

    #[test]
    fn refusals_of_aws_are_believed_whatever_the_operation() {
        let json = r#"{"message":"No"}"#;
        let coded = r#"{"__type":"com.amazonaws#AccessDeniedException:http://a","message":"No"}"#;
        let refusals = [
            refused("AccessDeniedException", 403, json),
            refused("ThrottlingException:http://internal.amazon.com/", 429, ""),
            refused("InternalServerException", 500, json),
            reply(403, coded),
            reply(400, r#"{"code":"ValidationException"}"#),
        ];
        for call in calls() {
            for refusal in &refusals {
                let judged = call.asked.judge(refusal);
                assert!(judged.is_ok(), "{}: {judged:?}", call.operation);
            }
        }
        assert_eq!(error_code(&refusals[1]).as_deref(), Some("ThrottlingException"));
        assert_eq!(error_code(&refusals[3]).as_deref(), Some("AccessDeniedException"));
    }

    #[test]
    fn what_has_no_content_may_answer_with_an_empty_object() {
        for call in calls().iter().filter(|call| call.reply.is_null()) {
            for (status, body) in [(204, ""), (200, ""), (200, "{}"), (200, " {} \n")] {
                let judged = call.asked.judge(&reply(status, body));
                assert!(judged.is_ok(), "{}: {judged:?}", call.operation);
            }
        }
    }

    #[test]
    fn only_a_question_that_was_answered_with_something_else_is_asked_again() {
        for call in calls() {
            let page = call.asked.judge(&reply(200, HTML)).expect_err("a page");
            assert_eq!(page.may_pass, only_looks(&call.operation), "{}", call.operation);
            assert!(!page.on_attempt(MOST_ASKED).may_pass);
            let denied = call.asked.judge(&reply(403, HTML)).expect_err("a page");
            assert!(!denied.may_pass, "{}", call.operation);
        }
    }

    #[test]
    fn an_id_in_another_case_is_the_same() {
        let call = calls().into_iter().find(|call| call.operation == "GetMembership");
        let call = call.expect("an operation of the service");
        let body = call.body().to_ascii_uppercase();
        let id = call.asked.own.as_ref().map(|own| own.id.to_ascii_uppercase());
        let body = call.with("/membership", "id", json!(id)).expect(&body);
        call.asked.judge(&reply(200, body)).expect("it is the same");
    }

    fn sts(operation: &'static str) -> Asked {
        let mut request = HttpRequest::new(SdkBody::from("Action=X"));
        request.set_uri("/").expect("a path");
        Asked::new(&Metadata::new(operation, "STS"), &request)
    }

    const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/\">\
        <GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult>\
        </GetCallerIdentityResponse>\n";

    #[test]
    fn an_answer_of_sts_is_its_document() {
        let asked = sts("GetCallerIdentity");
        asked.judge(&reply(200, IDENTITY)).expect("it is whole");
        let error = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>";
        asked.judge(&reply(403, error)).expect("it is an error of STS");
        assert_eq!(error_code(&reply(403, error)).as_deref(), Some("AccessDenied"));
    }

    #[test]
    fn what_is_no_answer_of_sts_is_not_believed() {
        let blank = IDENTITY.replace("111122223333", " ");
        let cut = &IDENTITY[..IDENTITY.len() / 2];
        let bodies = ["", "{}", HTML, cut, blank.as_str()];
        for body in bodies {
            sts("GetCallerIdentity").judge(&reply(200, body)).expect_err(body);
            sts("GetCallerIdentity").judge(&reply(403, body)).expect_err(body);
        }
        for operation in ["AssumeRole", "AssumeRoleWithWebIdentity"] {
            sts(operation).judge(&reply(200, IDENTITY)).expect_err("another operation's");
            let blank =
                format!("<{operation}Response><Credentials></Credentials></{operation}Response>");
            sts(operation).judge(&reply(200, blank)).expect_err("no credentials in it");
        }
        let mut stranger = reply(200, IDENTITY);
        stranger.headers_mut().remove("x-amzn-requestid");
        sts("GetCallerIdentity").judge(&stranger).expect_err("nobody says that it is AWS");
    }
}
