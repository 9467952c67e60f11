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
        serde_json::from_str(include_str!("operations.json")).expect("a file of ours");
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
    let others = all
        .iter()
        .filter(|other| other.reply != call.reply && !other.reply.is_null() && !same_kind(other));
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

#[test]
fn a_new_name_in_another_case_is_the_same() {
    let call =
        calls().into_iter().find(|call| call.operation == "CreateConfiguredTableAssociation");
    let mut call = call.expect("an operation of the service");
    call.asked.name = Some("Orders".to_owned());
    let body = call.with("/configuredTableAssociation", "name", json!("orders"));
    call.asked.judge(&reply(200, body.expect("a name"))).expect("it is the same");
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

#[test]
fn a_name_is_blank_only_as_the_service_means_it() {
    let named = |name: &str| {
        let object = json!({ "name": name }).as_object().cloned().unwrap_or_default();
        no_blanks(&object, |member| member == "name")
    };
    for name in ["A", "\u{a0}", "\u{85}", "\u{2003}"] {
        assert_eq!(named(name), Ok(()), "{name:?}");
    }
    for name in ["", " ", "\t\n"] {
        assert!(named(name).is_err(), "{name:?}");
    }
}
