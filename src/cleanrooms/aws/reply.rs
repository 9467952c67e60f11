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

/// Most bytes of a reply. The largest of AWS Clean Rooms, a page of a hundred
/// objects, has some hundred kilobytes; a stranger's has no end.
pub(super) const MAX_REPLY: usize = 8 << 20;

/// A reply is larger than any of AWS. The request was sent all the same.
#[derive(Debug)]
pub(super) struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = MAX_REPLY >> 20;
        write!(
            f,
            "the reply has more than {limit} MiB, which no reply of AWS has; whoever answers \
                   at this address, a proxy for instance, may be somebody else"
        )
    }
}

impl Error for TooLong {}

/// The id by which AWS Support finds a request. Every reply of AWS has one, and
/// so have those of moto and LocalStack; what has none is from somebody else.
pub(super) fn request_id(reply: &HttpResponse) -> Option<String> {
    let headers = reply.headers();
    let id = headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id"))?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// What a request asks, by which its reply is judged.
#[derive(Debug)]
pub(super) struct Asked {
    operation: String,
    is_sts: bool,
    /// Whether IAM Identity Center is asked.
    is_login: bool,
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
            is_login: metadata.service().starts_with("SSO"),
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
            // Identity Center answers in its own shapes, and with credentials, which AWS judges.
            200 if self.is_login => object(body)
                .map(|_| ())
                .ok_or_else(|| format!("{} where a JSON object belongs", description(reply))),
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
            (Some(asked), Some(name)) if !same(name, asked) => Err(other("name", name, asked)),
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
    // As the service's patterns mean it: a name may be a no-break space alone.
    let blank = |value: &Value| value.as_str().is_none_or(|text| text.trim_ascii().is_empty());
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

/// Whether two ids or names are one. The service writes ids and the names of associations in lower case.
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
mod tests;
