//! What is given write-only reaches the service, and nothing else.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::codec::{Codec, string, string_map};
use crate::identity::{IdentityAttribute, IdentitySchema};
use crate::managed::{ApplyRequest, Managed, PlanRequest, PlanResponse, StateResponse};
use crate::row::Row;
use crate::testing::value;
use crate::validators::{Validator, size};
use crate::{Change, Configured, Context, Found, ImportTarget, Resource, ResourceSchema};

type Codes = HashMap<String, String>;

/// A service that holds the codes of one safe, and shows them to whoever asks.
#[derive(Default)]
struct Service {
    refuses: bool,
    held: Mutex<Option<Codes>>,
}

struct Safe;

fn codes() -> Codec<Codes> {
    string_map().validate(size(0..=2))
}

impl Resource for Safe {
    const TYPE_NAME: &'static str = "test_safe";
    type Client = Service;
    type Create = Option<Codes>;
    type Update = ();
    type Remote = Option<Codes>;

    fn rows() -> ResourceSchema<Self> {
        ResourceSchema::new("A safe.")
            .with(
                Self::attribute("codes", codes())
                    .optional_computed()
                    .requires_replace()
                    .kept()
                    .sensitive()
                    .doc("Its codes.")
                    .create(|_, codes| codes)
                    .read(Clone::clone),
            )
            .with(
                Self::attribute("codes_wo", codes())
                    .optional()
                    .write_only_for("codes")
                    .sensitive()
                    .doc("Its codes, write-only."),
            )
            .with(Self::attribute("note", string()).optional().local().doc("Ours alone."))
            .with(
                Self::attribute("id", string())
                    .computed()
                    .doc("Its id.")
                    .read(|_| Some("1".to_owned())),
            )
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

    async fn create(
        cx: &Context<'_, Service>,
        schema: &ResourceSchema<Self>,
        planned: &Value,
    ) -> Result<Option<Codes>, Diagnostics> {
        if cx.client.refuses {
            let path = AttributePath::of("codes").key("door");
            return Err(Diagnostic::error("Cannot make the safe", "Too weak.").at(path).into());
        }
        let codes = schema.create_input(planned)?;
        cx.client.held.lock().expect("no test panics here").clone_from(&codes);
        Ok(codes)
    }

    async fn read(
        cx: &Context<'_, Service>,
        _: &Value,
    ) -> Result<Found<Option<Codes>>, Diagnostics> {
        Ok(Found::Here(cx.client.held.lock().expect("no test panics here").clone()))
    }

    async fn update(
        _: &Context<'_, Service>,
        _: &ResourceSchema<Self>,
        _: Change<'_>,
    ) -> Result<Option<Option<Codes>>, Diagnostics> {
        Err(Diagnostic::error("Not changed", "The service is busy.").into())
    }

    async fn delete(_: &Context<'_, Service>, _: &Value) -> Result<(), Diagnostics> {
        Ok(())
    }
}

fn safe(json: Json) -> Value {
    value(&Safe::schema().schema().implied_type(), &json)
}

fn plan(prior: Value, private: Private, config: Json) -> PlanResponse {
    let request = PlanRequest { prior, config: safe(config), private, ..PlanRequest::default() };
    let plan = Managed::<Safe>::shared().plan(None, request);
    assert_eq!(plan.diagnostics, Diagnostics::new());
    plan
}

async fn apply(service: &Service, prior: Value, plan: PlanResponse, config: Json) -> StateResponse {
    let request = ApplyRequest {
        prior,
        planned: plan.planned,
        config: safe(config),
        private: plan.private,
        identity: plan.identity,
    };
    Managed::<Safe>::shared().apply(service, CancellationToken::new(), request).await
}

/// Makes a safe, as an engine does.
async fn made(service: &Service, config: Json) -> StateResponse {
    let plan = plan(Value::Null, Private::default(), config.clone());
    apply(service, Value::Null, plan, config).await
}

fn held(service: &Service) -> Option<Codes> {
    service.held.lock().expect("no test panics here").clone()
}

fn secret() -> Json {
    json!({ "codes_wo": { "door": "1234" } })
}

/// What a state is whose codes were given write-only.
fn withheld_state() -> Value {
    safe(json!({ "id": "1" }))
}

#[test]
fn what_is_given_write_only_is_planned_as_nothing() {
    let planned = |config: Json| {
        let plan = plan(Value::Null, Private::default(), config);
        let is_noted = plan.private.get(WITHHELD).is_some();
        (plan.planned.get("codes").clone(), plan.planned.get("codes_wo").clone(), is_noted)
    };
    assert_eq!(planned(secret()), (Value::Null, Value::Null, true));
    assert_eq!(planned(json!({ "codes_wo": {} })), (Value::Null, Value::Null, true));
    let partly = json!({ "codes_wo": { "door": "unknown" } });
    assert_eq!(planned(partly), (Value::Null, Value::Null, true));
    assert_eq!(planned(json!({})), (Value::Unknown, Value::Null, false));
    // It may turn out to be left out, and then the service's choice stands.
    assert_eq!(planned(json!({ "codes_wo": "unknown" })), (Value::Unknown, Value::Null, false));
}

#[tokio::test]
async fn it_reaches_the_service_and_not_the_state() {
    let service = Service::default();
    let made = made(&service, secret()).await;
    assert_eq!(made.diagnostics, Diagnostics::new());
    assert_eq!(held(&service), Some([("door".to_owned(), "1234".to_owned())].into()));
    assert_eq!(made.state, withheld_state());
    assert!(!String::from_utf8_lossy(&made.private.to_bytes()).contains("1234"));
}

#[tokio::test]
async fn an_empty_map_is_sent_as_none() {
    let service = Service::default();
    let made = made(&service, json!({ "codes_wo": {} })).await;
    assert_eq!((held(&service), made.state), (None, withheld_state()));
}

#[tokio::test]
async fn no_refresh_brings_it_into_the_state() {
    let provider = Configured { client: Service::default(), unknown: None };
    let made = made(&provider.client, secret()).await;
    let read = Managed::<Safe>::shared().read(&provider, CancellationToken::new(), made).await;
    assert_eq!(read.state, withheld_state());
    let again = plan(read.state.clone(), read.private.clone(), secret());
    assert_eq!(again.planned, read.state);
    let other = json!({ "codes_wo": { "door": "5678" } });
    let again = plan(read.state.clone(), read.private, other);
    assert_eq!(again.planned, read.state);
}

#[tokio::test]
async fn nor_does_an_update_that_fails() {
    let service = Service::default();
    let made = made(&service, secret()).await;
    let config = json!({ "codes_wo": { "door": "1234" }, "note": "b" });
    let plan = plan(made.state.clone(), made.private, config.clone());
    let applied = apply(&service, made.state, plan, config).await;
    assert!(applied.diagnostics.has_error());
    assert_eq!(applied.state, withheld_state());
}

#[tokio::test]
async fn what_is_imported_has_what_the_service_shows() {
    let provider = Configured { client: Service::default(), unknown: None };
    made(&provider.client, secret()).await;
    let resource = Managed::<Safe>::shared();
    let imported = resource.import(&provider, ImportTarget::Id("1")).expect("it is there");
    let read = resource.read(&provider, CancellationToken::new(), imported).await;
    assert_eq!(read.state, safe(json!({ "id": "1", "codes": { "door": "1234" } })));
}

#[tokio::test]
async fn what_replaces_it_is_noted_anew() {
    let service = Service::default();
    let made = made(&service, secret()).await;
    let config = json!({ "codes": { "door": "5678" } });
    let first = plan(made.state, made.private, config.clone());
    assert_eq!(first.requires_replace, [AttributePath::of("codes")]);
    let second = plan(Value::Null, first.private, config.clone());
    assert!(second.private.get(WITHHELD).is_none());
    assert_eq!(second.planned.get("codes"), safe(config).get("codes"));
}

/// The paths of what is wrong with a configuration.
fn wrong(config: Json) -> Vec<String> {
    let found = Managed::<Safe>::shared().validate(&safe(config));
    found.iter().filter_map(|told| told.path.as_ref()).map(ToString::to_string).collect()
}

#[test]
fn either_it_or_its_twin_is_given() {
    let both = |codes: Json, twin: Json| wrong(json!({ "codes": codes, "codes_wo": twin }));
    assert_eq!(both(json!({ "a": "1" }), json!({ "a": "1" })), ["codes_wo"]);
    assert_eq!(both(json!({}), json!({})), ["codes_wo"]);
    for (codes, twin) in [
        (Json::Null, json!({ "a": "1" })),
        (json!({ "a": "1" }), Json::Null),
        (json!("unknown"), json!({ "a": "1" })),
        (json!({ "a": "1" }), json!("unknown")),
    ] {
        assert_eq!(both(codes, twin), Vec::<String>::new());
    }
}

#[test]
fn it_is_checked_like_its_twin() {
    let many = json!({ "codes_wo": { "a": "1", "b": "2", "c": "3" } });
    assert_eq!(wrong(many), ["codes_wo"]);
}

#[test]
fn an_engine_that_would_store_it_is_refused() {
    let told = |config: Json| {
        let told = unsupported(Safe::schema().schema(), &safe(config));
        told.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(told(json!({ "codes": { "a": "1" } })), Vec::<String>::new());
    for config in [secret(), json!({ "codes_wo": "unknown" })] {
        let told = told(config);
        let [refused] = told.as_slice() else { panic!("{told:?}") };
        assert!(refused.contains("(at codes_wo)") && refused.contains("1.11"), "{refused}");
        assert!(refused.contains("use `codes`") && !refused.contains("1234"), "{refused}");
    }
}

#[tokio::test]
async fn what_the_service_says_of_it_is_told_where_it_was_given() {
    let at = async |config: Json| {
        let refusing = Service { refuses: true, ..Service::default() };
        let told = made(&refusing, config).await.diagnostics;
        told.iter().filter_map(|it| it.path.as_ref()).map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(at(secret()).await, ["codes_wo[\"door\"]"]);
    assert_eq!(at(json!({ "codes": { "door": "1" } })).await, ["codes[\"door\"]"]);
}

type TypedRow<T> = crate::row::TypedRow<Option<Codes>, (), Option<Codes>, T, T>;

fn twin() -> TypedRow<Codes> {
    let row = Safe::attribute("other", codes()).optional().write_only_for("codes");
    row.sensitive().doc("Another twin.")
}

#[test]
fn twins_that_do_not_fit_are_mistakes() {
    let mistakes = |row: Row<Option<Codes>, (), Option<Codes>>| Safe::rows().with(row).mistakes();
    let other_type = Safe::attribute("other", string()).optional().write_only_for("codes");
    let more_rules = twin().validate(Validator::new("must be odd", |_, _, _| {}));
    let relocating = Safe::attribute("parent", string()).required().relocates().doc("A parent.");
    let relocating = relocating.create(|codes, _| codes).read(|_| None);
    assert_eq!(mistakes(twin().into()), Vec::<String>::new());
    for (row, mistake) in [
        (twin().required().into(), "other: what is write-only is optional, and has no mapping"),
        (
            twin().write_only_for("nothing").into(),
            "other: it is write-only for an attribute that is not there",
        ),
        (
            twin().write_only_for("id").into(),
            "other: what it is write-only for must be optional and computed, without a default",
        ),
        (
            twin().write_only_for("id").into(),
            "other: what it is write-only for must be fixed for the life of the object",
        ),
        (
            other_type.sensitive().doc("Of another type.").into(),
            "other: it takes other values than what it is write-only for",
        ),
        (more_rules.into(), "other: it takes other values than what it is write-only for"),
        (
            Safe::attribute("other", codes())
                .optional()
                .write_only_for("codes")
                .doc("To be seen.")
                .into(),
            "other: it is as sensitive as what it is write-only for",
        ),
        (
            relocating.into(),
            "codes_wo: an update that may make another object carries nothing write-only",
        ),
    ] {
        let found = mistakes(row);
        assert!(found.iter().any(|it| it == mistake), "{mistake}: {found:?}");
    }
}
