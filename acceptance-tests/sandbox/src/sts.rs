//! The two calls of AWS STS that clients of this service make.
//!
//! STS speaks the query protocol: a form comes in, XML goes out.

use std::collections::BTreeMap;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::ApiError;
use crate::signature::{Caller, Credential, is_account_id};
use crate::state::{Session, State, Timestamp};

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
const VERSION: &str = "2011-06-15";

/// Sessions that are remembered; memory must not grow with every call.
const MOST_SESSIONS: usize = 10_000;

/// The operations that the sandbox knows.
pub(crate) const OPERATIONS: [&str; 2] = ["GetCallerIdentity", "AssumeRole"];

/// The members of a form.
pub(crate) type Form = BTreeMap<String, String>;

/// Who is behind a credential: an account id as access key, or the session of
/// an assumed role.
///
/// # Errors
///
/// `UnrecognizedClientException` for any other key and for a wrong session
/// token, `ExpiredTokenException` for a session that is over.
pub(crate) fn caller(
    state: &State,
    credential: &Credential,
    now: Timestamp,
) -> Result<Caller, ApiError> {
    let unrecognized = || {
        ApiError::front_door(
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    };
    let Some(session) = state.sessions.get(&credential.access_key) else {
        return if is_account_id(&credential.access_key) && credential.token.is_none() {
            Ok(Caller::user(&credential.access_key, &credential.region))
        } else {
            Err(unrecognized())
        };
    };
    if credential.token.as_deref() != Some(&session.token) {
        return Err(unrecognized());
    }
    if session.expiration <= now {
        return Err(ApiError::front_door(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ));
    }
    let Session { account, role, session_name, .. } = session;
    Ok(Caller {
        account: account.clone(),
        region: credential.region.clone(),
        arn: format!("arn:aws:sts::{account}:assumed-role/{role}/{session_name}"),
        user_id: format!("{}:{session_name}", role_id(account)),
    })
}

fn role_id(account: &str) -> String {
    format!("AROA00000{account}")
}

/// Answers a form.
pub(crate) fn answer(
    state: &mut State,
    caller: &Caller,
    form: &Form,
    now: Timestamp,
) -> Result<String, ApiError> {
    let action = form.get("Action").map(String::as_str);
    if form.get("Version").map(String::as_str) != Some(VERSION) {
        return Err(ApiError::front_door(
            400,
            "InvalidAction",
            format!("The version must be {VERSION}"),
        ));
    }
    match action {
        Some("GetCallerIdentity") => Ok(identity(caller)),
        Some("AssumeRole") => assume_role(state, form, now),
        Some(action) => Err(ApiError::front_door(
            400,
            "InvalidAction",
            format!("Could not find operation {action} for version {VERSION}"),
        )),
        None => Err(ApiError::front_door(400, "MissingAction", "Action is missing")),
    }
}

fn identity(caller: &Caller) -> String {
    let Caller { account, arn, user_id, .. } = caller;
    format!("<Arn>{arn}</Arn><UserId>{user_id}</UserId><Account>{account}</Account>")
}

fn assume_role(state: &mut State, form: &Form, now: Timestamp) -> Result<String, ApiError> {
    let arn = required(form, "RoleArn")?;
    let (account, role) = parse_role(arn)
        .ok_or_else(|| invalid("RoleArn", "must be arn:aws:iam::ACCOUNT:role/NAME"))?;
    let session_name = required(form, "RoleSessionName")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&session_name.len()) || !session_name.chars().all(is_name) {
        return Err(invalid("RoleSessionName", "must have 2 to 64 of the characters [\\w+=,.@-]"));
    }
    let seconds = form.get("DurationSeconds").map_or("3600", String::as_str);
    let seconds = seconds
        .parse::<u64>()
        .ok()
        .filter(|seconds| (900..=43_200).contains(seconds))
        .ok_or_else(|| invalid("DurationSeconds", "must be from 900 to 43200"))?;
    let sequence = state.next_sequence();
    let key = format!("ASIA{sequence:016}");
    let session = Session {
        account: account.to_owned(),
        role: role.to_owned(),
        session_name: session_name.to_owned(),
        token: format!("sandbox-session-token-{sequence}"),
        expiration: Timestamp(now.0 + seconds * 1000),
    };
    let reply = credentials(&key, &session)?;
    state.sessions.insert(key, session);
    // Keys count up, so the first is the oldest.
    while state.sessions.len() > MOST_SESSIONS {
        state.sessions.pop_first();
    }
    Ok(reply)
}

fn credentials(key: &str, session: &Session) -> Result<String, ApiError> {
    let Session { account, role, session_name, token, expiration } = session;
    let seconds = i64::try_from(expiration.0 / 1000).map_err(|_| ApiError::Internal)?;
    let expiration = OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .ok_or(ApiError::Internal)?;
    let role_id = role_id(account);
    Ok(format!(
        "<AssumedRoleUser>\
         <Arn>arn:aws:sts::{account}:assumed-role/{role}/{session_name}</Arn>\
         <AssumedRoleId>{role_id}:{session_name}</AssumedRoleId>\
         </AssumedRoleUser>\
         <Credentials>\
         <AccessKeyId>{key}</AccessKeyId>\
         <SecretAccessKey>sandbox-secret-of-{key}</SecretAccessKey>\
         <SessionToken>{token}</SessionToken>\
         <Expiration>{expiration}</Expiration>\
         </Credentials>"
    ))
}

/// Account and name of a role, from its ARN. A path in front of the name is
/// not part of the session's ARN.
fn parse_role(arn: &str) -> Option<(&str, &str)> {
    let (account, path) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c);
    let role = path.rsplit('/').next().filter(|role| !role.is_empty())?;
    (is_account_id(account) && path.chars().all(is_name)).then_some((account, role))
}

fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, ApiError> {
    form.get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| invalid(name, "must not be null"))
}

fn invalid(name: &str, rule: &str) -> ApiError {
    ApiError::front_door(400, "ValidationError", format!("{name} {rule}"))
}

/// The document around a result.
pub(crate) fn reply_document(action: &str, result: &str, request_id: &str) -> String {
    format!(
        "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}</{action}Result>\
         <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
         </{action}Response>"
    )
}

/// The document that tells an error.
pub(crate) fn error_document(err: &ApiError, request_id: &str) -> String {
    let kind = if err.status() < 500 { "Sender" } else { "Receiver" };
    let message = escaped(&err.message());
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{kind}</Type><Code>{}</Code>\
         <Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        error_code(err)
    )
}

/// STS has names of its own for what other services call differently.
pub(crate) fn error_code(err: &ApiError) -> &'static str {
    match err.code() {
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "ExpiredTokenException" => "ExpiredToken",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "IncompleteSignatureException" => "IncompleteSignature",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "AccessDeniedException" => "AccessDenied",
        "ThrottlingException" => "Throttling",
        "InternalServerException" => "InternalFailure",
        "ServiceUnavailableException" | "BadGatewayException" => "ServiceUnavailable",
        "ValidationException" => "ValidationError",
        code => code,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(session_name: &str) -> Form {
        [
            ("Action", "AssumeRole"),
            ("Version", VERSION),
            ("RoleArn", "arn:aws:iam::444455556666:role/admin"),
            ("RoleSessionName", session_name),
            ("DurationSeconds", "900"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn assume(state: &mut State, now: Timestamp) -> Credential {
        let caller = Caller::user("111122223333", "us-east-1");
        answer(state, &caller, &form("session"), now).expect("the form is right");
        let (access_key, session) = state.sessions.last_key_value().expect("it is new");
        Credential {
            access_key: access_key.clone(),
            region: "us-east-1".to_owned(),
            token: Some(session.token.clone()),
        }
    }

    #[test]
    fn a_session_ends_when_its_time_is_over() {
        let mut state = State::default();
        let start = Timestamp(1_000_000);
        let credential = assume(&mut state, start);
        let just_before = Timestamp(start.0 + 900_000 - 1);
        let found = caller(&state, &credential, just_before).expect("it is not over");
        assert_eq!(found.account, "444455556666");
        let err = caller(&state, &credential, Timestamp(start.0 + 900_000)).expect_err("over");
        assert_eq!((err.status(), err.code()), (403, "ExpiredTokenException"));
        assert_eq!(error_code(&err), "ExpiredToken");
    }

    #[test]
    fn sessions_do_not_pile_up() {
        let mut state = State::default();
        let first = assume(&mut state, Timestamp(0));
        for _ in 0..MOST_SESSIONS {
            assume(&mut state, Timestamp(0));
        }
        assert_eq!(state.sessions.len(), MOST_SESSIONS);
        assert!(!state.sessions.contains_key(&first.access_key));
    }
}
