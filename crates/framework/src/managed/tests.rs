//! The rules that hold for every resource, shown on one whose service is a few variables.

use std::sync::Mutex;

use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::codec::string;
use crate::identity::IdentityAttribute;
use crate::resource::ResourceSchema;
use crate::testing::value;

/// What the service does next, and what was asked of it.
#[derive(Default)]
struct Service {
    fails_to_change: bool,
    denies_reading: bool,
    /// Where the code of ours panics that runs after the service has answered a create.
    panics: Option<&'static str>,
    /// What a read finds; nothing when it is gone.
    name: Option<&'static str>,
    calls: Mutex<Vec<String>>,
}

impl Service {
    fn named(name: &'static str) -> Self {
        Self { name: Some(name), ..Self::default() }
    }

    fn call(&self, what: impl Into<String>) {
        self.calls.lock().expect("no test panics here").push(what.into());
    }

    fn panics_at(&self, place: &str) {
        assert!(self.panics != Some(place), "at {place}");
    }

    fn changed(&self) -> Result<(), Diagnostics> {
        match self.fails_to_change {
            true => Err(Diagnostic::error("Not changed", "The service is busy.").into()),
            false => Ok(()),
        }
    }
}

/// What the service answers. The size is read later than everything else.
struct Answer {
    name: String,
    size: Option<String>,
}

/// A name of which the answer cannot be turned into a value.
const UNREADABLE: &str = "unreadable";

struct Thing;

impl Resource for Thing {
    const TYPE_NAME: &'static str = "test_thing";
    type Client = Service;
    type Create = Option<String>;
    type Update = Option<String>;
    type Remote = Answer;

    fn rows() -> ResourceSchema<Self> {
        ResourceSchema::new("A thing.")
            .with(
                Self::attribute("name", string())
                    .required()
                    .doc("Its name.")
                    .create(|_, name| name)
                    .update(|_, name| name)
                    .read(|answer: &Answer| {
                        assert!(answer.name != UNREADABLE, "at its row");
                        Some(answer.name.clone())
                    }),
            )
            .with(
                Self::attribute("size", string())
                    .computed()
                    .unknown_on_update()
                    .doc("Its size.")
                    .read(|answer: &Answer| answer.size.clone()),
            )
            .with(
                Self::attribute("id", string())
                    .computed()
                    .doc("Its id.")
                    .read(|_| Some("1".to_owned())),
            )
            .with(Self::attribute("timeout", string()).optional().local().doc("Ours alone."))
    }

    fn identity_schema() -> IdentitySchema {
        let id = IdentityAttribute {
            name: "id",
            description: "Its id.".to_owned(),
            required_for_import: true,
        };
        IdentitySchema { version: 0, attributes: vec![id] }
    }

    fn identity(state: &Value) -> Option<Value> {
        Self::identity_schema().identity([state.get("id").as_str().map(str::to_owned)])
    }

    fn import(_: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        Ok(vec![("id", "1".into())])
    }

    fn refuse(change: Change<'_>, _: &Service, _: &Private, diagnostics: &mut Diagnostics) {
        if change.planned.get("name").as_str() == Some("refused") {
            diagnostics.push(Diagnostic::error("Refused", "By its name."));
        }
    }

    async fn create(
        cx: &Context<'_, Service>,
        schema: &ResourceSchema<Self>,
        planned: &Value,
    ) -> Result<Answer, Diagnostics> {
        let name = schema.create_input(planned)?.unwrap_or_default();
        cx.client.call(format!("create {name}"));
        cx.client.changed()?;
        cx.client.panics_at("the answer");
        cx.note_made(Value::object([("id", "1".into())]));
        cx.client.panics_at("what follows");
        Ok(Answer { name, size: None })
    }

    async fn read(cx: &Context<'_, Service>, state: &Value) -> Result<Found<Answer>, Diagnostics> {
        cx.client.call(format!("read {}", state.get("id")));
        if cx.client.denies_reading {
            return Err(Diagnostic::error("Not read", "Access denied.").into());
        }
        let answer = |name: &str| Answer { name: name.to_owned(), size: Some("large".to_owned()) };
        Ok(cx.client.name.map(answer).map_or(Found::Gone, Found::Here))
    }

    async fn update(
        cx: &Context<'_, Service>,
        schema: &ResourceSchema<Self>,
        change: Change<'_>,
    ) -> Result<Option<Answer>, Diagnostics> {
        match schema.update_input(change)? {
            Some(name) => cx.client.call(format!("update {}", name.unwrap_or_default())),
            None => cx.client.call("update nothing"),
        }
        cx.client.changed().map(|()| None)
    }

    async fn delete(cx: &Context<'_, Service>, _: &Value) -> Result<(), Diagnostics> {
        cx.client.call("delete");
        cx.client.changed()
    }
}

fn thing(json: Json) -> Value {
    value(&Thing::schema().schema().implied_type(), &json)
}

/// State, calls and diagnostics of an operation, as text.
struct Outcome {
    state: String,
    calls: Vec<String>,
    said: Vec<String>,
}

fn outcome(response: StateResponse, service: Service) -> Outcome {
    let said = response.diagnostics.iter().map(|d| match d.severity {
        Severity::Error => format!("error: {}", d.summary),
        Severity::Warning => format!("warning: {}", d.summary),
    });
    Outcome {
        said: said.collect(),
        state: response.state.to_string(),
        calls: service.calls.into_inner().expect("no test panics here"),
    }
}

async fn apply(service: Service, prior: Json, planned: Json) -> Outcome {
    let request = ApplyRequest {
        prior: thing(prior),
        planned: thing(planned),
        config: Value::Null,
        private: Private::default(),
        identity: Value::Null,
    };
    let stop = CancellationToken::new();
    let response = Managed::<Thing>::shared().apply(&service, stop, request).await;
    outcome(response, service)
}

async fn read(service: Service, unknown: Option<&str>, state: Json) -> Outcome {
    let provider = Configured { client: service, unknown: unknown.map(str::to_owned) };
    let prior = StateResponse { state: thing(state), ..StateResponse::default() };
    let stop = CancellationToken::new();
    let response = Managed::<Thing>::shared().read(&provider, stop, prior).await;
    outcome(response, provider.client)
}

fn plan_to_create() -> Json {
    json!({ "name": "a", "size": "unknown", "id": "unknown" })
}

fn small() -> Json {
    json!({ "name": "a", "size": "small", "id": "1" })
}

fn plan_to_rename() -> Json {
    json!({ "name": "b", "size": "unknown", "id": "1" })
}

const NONE: [&str; 0] = [];

#[tokio::test]
async fn a_create_is_completed_by_a_read() {
    let outcome = apply(Service::named("a"), Json::Null, plan_to_create()).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "a", size = "large", timeout = null}"#);
    assert_eq!(outcome.calls, ["create a", r#"read "1""#]);
    assert_eq!(outcome.said, NONE);
}

#[tokio::test]
async fn a_create_that_failed_leaves_nothing() {
    let service = Service { fails_to_change: true, ..Service::default() };
    let outcome = apply(service, Json::Null, plan_to_create()).await;
    assert_eq!(outcome.state, "null");
    assert_eq!(outcome.said, ["error: Not changed"]);
}

#[tokio::test]
async fn nothing_is_an_error_after_a_create_has_answered() {
    let service = Service { denies_reading: true, ..Service::named("a") };
    let outcome = apply(service, Json::Null, plan_to_create()).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "a", size = null, timeout = null}"#);
    assert_eq!(outcome.said, ["warning: Not read"]);
}

#[tokio::test]
async fn what_was_made_before_a_panic_is_not_lost() {
    let what_follows = Service { panics: Some("what follows"), ..Service::named("a") };
    let outcome = apply(what_follows, Json::Null, plan_to_create()).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "a", size = "large", timeout = null}"#);
    assert_eq!(outcome.said, ["warning: Bug in the provider"]);

    let unreadable = json!({ "name": UNREADABLE, "size": "unknown", "id": "unknown" });
    let outcome = apply(Service::named(UNREADABLE), Json::Null, unreadable).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "unreadable", size = null, timeout = null}"#);
    assert!(outcome.said.iter().all(|said| said.starts_with("warning: Bug")), "{:?}", outcome.said);

    // What was not noted is not known to be there.
    let answer = Service { panics: Some("the answer"), ..Service::named("a") };
    let panic = caught(apply(answer, Json::Null, plan_to_create())).await;
    assert!(panic.is_err_and(|panic| panic.to_string() == "at the answer"));
}

#[tokio::test]
async fn an_object_that_is_not_visible_yet_is_kept() {
    let outcome = apply(Service::default(), Json::Null, plan_to_create()).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "a", size = null, timeout = null}"#);
    assert_eq!(outcome.said, ["warning: test_thing is not visible yet"]);
}

#[tokio::test]
async fn what_was_planned_comes_back_though_the_service_has_moved_on() {
    let outcome = apply(Service::named("moved"), small(), plan_to_rename()).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "b", size = "large", timeout = null}"#);
    assert_eq!(outcome.calls, ["update b", r#"read "1""#]);
    assert_eq!(outcome.said, NONE);
}

#[tokio::test]
async fn a_local_change_is_stored_without_a_read() {
    let planned = json!({ "name": "a", "size": "small", "id": "1", "timeout": "5m" });
    let outcome = apply(Service::named("a"), small(), planned).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "a", size = "small", timeout = "5m"}"#);
    assert_eq!(outcome.calls, ["update nothing"]);
}

#[tokio::test]
async fn a_failed_update_leaves_what_a_read_says() {
    let service = Service { fails_to_change: true, ..Service::named("half") };
    let prior = json!({ "name": "a", "size": "small", "id": "1", "timeout": "5m" });
    let outcome = apply(service, prior, plan_to_rename()).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "half", size = "large", timeout = "5m"}"#);
    assert_eq!(outcome.said, ["error: Not changed"]);
}

#[tokio::test]
async fn a_failed_update_that_cannot_be_read_leaves_the_state_as_it_was() {
    for denies_reading in [true, false] {
        let service = Service { fails_to_change: true, denies_reading, ..Service::default() };
        let outcome = apply(service, small(), plan_to_rename()).await;
        assert_eq!(outcome.state, thing(small()).to_string());
    }
}

#[tokio::test]
async fn a_change_that_was_made_but_not_read_keeps_what_is_known() {
    let service = Service { denies_reading: true, ..Service::named("b") };
    let outcome = apply(service, small(), plan_to_rename()).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "b", size = "small", timeout = null}"#);
    assert_eq!(outcome.said, ["warning: Not read"]);
}

#[tokio::test]
async fn what_is_refused_costs_no_call_and_keeps_the_state() {
    let planned = json!({ "name": "refused", "size": "unknown", "id": "1" });
    let outcome = apply(Service::named("a"), small(), planned).await;
    assert_eq!(outcome.state, thing(small()).to_string());
    assert_eq!((outcome.calls.as_slice(), outcome.said[0].as_str()), (&[][..], "error: Refused"));
}

#[tokio::test]
async fn a_delete_ends_the_state_and_a_failed_one_keeps_it() {
    let outcome = apply(Service::default(), small(), Json::Null).await;
    assert_eq!((outcome.state.as_str(), outcome.calls), ("null", vec!["delete".to_owned()]));
    let service = Service { fails_to_change: true, ..Service::default() };
    let outcome = apply(service, small(), Json::Null).await;
    assert_eq!(outcome.state, thing(small()).to_string());
    assert_eq!(outcome.said, ["error: Not changed"]);
}

#[tokio::test]
async fn a_refresh_takes_what_the_service_says_and_keeps_what_is_local() {
    let state = json!({ "name": "a", "size": "small", "id": "1", "timeout": "5m" });
    let outcome = read(Service::named("renamed"), None, state).await;
    assert_eq!(outcome.state, r#"{id = "1", name = "renamed", size = "large", timeout = "5m"}"#);
}

#[tokio::test]
async fn what_is_gone_leaves_the_state() {
    let outcome = read(Service::default(), None, small()).await;
    assert_eq!((outcome.state.as_str(), outcome.said.as_slice()), ("null", &[][..]));
}

#[tokio::test]
async fn a_refresh_that_fails_keeps_the_state() {
    let service = Service { denies_reading: true, ..Service::named("a") };
    let outcome = read(service, None, small()).await;
    assert_eq!(outcome.state, thing(small()).to_string());
    assert_eq!(outcome.said, ["error: Not read"]);
}

#[tokio::test]
async fn nothing_is_read_while_the_provider_is_not_known() {
    let outcome = read(Service::default(), Some("region"), small()).await;
    assert_eq!(outcome.state, thing(small()).to_string());
    assert_eq!(outcome.calls, NONE);
    assert_eq!(outcome.said, ["warning: test_thing was not refreshed"]);
}

#[test]
fn nothing_is_imported_while_the_provider_is_not_known() {
    let import = |unknown: Option<String>| {
        let provider = Configured { client: Service::default(), unknown };
        Managed::<Thing>::shared().import(&provider, ImportTarget::Id("1")).is_ok()
    };
    assert!(import(None));
    assert!(!import(Some("region".to_owned())));
}

fn plan(prior: Json, config: Json) -> PlanResponse {
    let (prior, config) = (thing(prior), thing(config));
    let (private, identity) = (Private::default(), Value::object([("id", "old".into())]));
    let (planned_private, walk) = (Private::default(), Walk::Plan);
    let request = PlanRequest { prior, config, private, identity, planned_private, walk };
    Managed::<Thing>::shared().plan(None, request)
}

#[test]
fn a_destroy_is_planned_as_nothing() {
    let plan = plan(small(), Json::Null);
    assert!(plan.planned.is_null() && plan.diagnostics.is_empty());
}

#[test]
fn a_new_object_does_not_inherit_the_identity_of_the_one_it_replaces() {
    assert!(plan(Json::Null, json!({ "name": "a" })).identity.is_null());
    assert_eq!(plan(small(), json!({ "name": "a" })).identity.get("id"), &"old".into());
}
