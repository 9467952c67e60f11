use std::sync::Mutex;

use serde_json::{Value as Json, json};

use super::*;
use crate::codec::{boolean, object, string};
use crate::identity::IdentitySchema;
use crate::row::field;
use crate::testing::value;
use crate::validators::length;
use crate::{Change, Found, ImportTarget};
use wire::AttributePath;

/// A service that knows one thing, by its name.
#[derive(Default)]
struct Service {
    fails: bool,
    calls: Mutex<Vec<String>>,
}

struct Answer {
    name: String,
    is_large: Option<bool>,
}

struct Thing;

impl Resource for Thing {
    const TYPE_NAME: &'static str = "test_thing";
    type Client = Service;
    type Create = ();
    type Update = ();
    type Remote = Answer;

    fn rows() -> ResourceSchema<Self> {
        let size = object(Ok::<(), String>).with(
            field("is_large", boolean())
                .required()
                .doc("Whether it is large. A change replaces.")
                .create(|(), _| ())
                .read(|answer: &Answer| answer.is_large),
        );
        ResourceSchema::new("A thing.")
            .with(
                Self::attribute("name", string())
                    .required()
                    .requires_replace()
                    .doc("Its name. A change replaces.")
                    .validate(length(1..=4))
                    .create(|(), _| ())
                    .read(|answer: &Answer| Some(answer.name.clone())),
            )
            .with(
                Self::attribute("size", size.single())
                    .optional_computed()
                    .requires_replace()
                    .doc("Its size.")
                    .default(Value::object([("is_large", Value::Bool(false))]))
                    .create(|(), _: Option<()>| ())
                    .read(|answer: &Answer| {
                        answer.is_large.map(|is_large| Answer {
                            name: String::new(),
                            is_large: Some(is_large),
                        })
                    }),
            )
            .with(Self::attribute("waits", boolean()).optional().local().doc("Whether it waits."))
    }

    fn identity_schema() -> IdentitySchema {
        IdentitySchema { version: 0, attributes: Vec::new() }
    }

    fn identity(_state: &Value) -> Option<Value> {
        None
    }

    fn import(_target: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        Ok(Vec::new())
    }

    async fn create(
        _cx: &Context<'_, Service>,
        _schema: &ResourceSchema<Self>,
        _planned: &Value,
    ) -> Result<Answer, Diagnostics> {
        Err(Diagnostics::new())
    }

    async fn read(
        _cx: &Context<'_, Service>,
        _state: &Value,
    ) -> Result<Found<Answer>, Diagnostics> {
        Ok(Found::Gone)
    }

    async fn update(
        _cx: &Context<'_, Service>,
        _schema: &ResourceSchema<Self>,
        _change: Change<'_>,
    ) -> Result<Option<Answer>, Diagnostics> {
        Ok(None)
    }

    async fn delete(_cx: &Context<'_, Service>, _state: &Value) -> Result<(), Diagnostics> {
        Ok(())
    }
}

/// The thing, looked at by its name.
struct Look;

impl DataSource for Look {
    const TYPE_NAME: &'static str = "test_thing";
    type Client = Service;
    type Found = Answer;

    fn schema() -> DataSchema<Answer> {
        let things = Thing::schema();
        let name = things.schema().attribute("name").map(|it| it.argument("The name to look for."));
        let extent = Attribute::new("extent", Kind::Plain(wire::Type::String), Vec::new());
        DataSchema::of("A thing.", things).given(name).given([extent.argument("Where to look.")])
    }

    fn validate(config: &Value, diagnostics: &mut Diagnostics) {
        if config.get("extent").as_str() == Some("nowhere") {
            diagnostics
                .push(Diagnostic::warning("Nothing is there", "").at(AttributePath::of("extent")));
        }
    }

    async fn read(cx: &Context<'_, Service>, config: &Value) -> Result<Answer, Diagnostics> {
        let name = config.get("name").as_str().unwrap_or("only").to_owned();
        cx.client.calls.lock().expect("no test panics here").push(format!("look for {name}"));
        if cx.client.fails {
            return Err(Diagnostic::error("Not found", "There is none.").into());
        }
        cx.report(Diagnostic::warning("It is old", "Mind that."));
        Ok(Answer { name: name.to_uppercase(), is_large: (name == "big").then_some(true) })
    }
}

fn given(json: &Json) -> Value {
    value(&Data::<Look>::shared().schema().implied_type(), json)
}

fn config(name: Option<&str>) -> Value {
    given(&json!({"name": name, "extent": "here"}))
}

async fn look(service: Service, unknown: Option<&str>, config: &Value) -> (Looked, Vec<String>) {
    let unknown = unknown.map(str::to_owned);
    let provider = Configured { client: service, unknown };
    let looked = Data::<Look>::shared().read(&provider, CancellationToken::new(), config).await;
    let calls = provider.client.calls.lock().expect("no test panics here").clone();
    (looked, calls)
}

#[test]
fn a_view_has_what_the_resource_has_but_changes_nothing() {
    let look = Data::<Look>::shared();
    assert_eq!(look.mistakes(), Vec::<String>::new());
    let told: Vec<_> = look
        .schema()
        .attributes
        .iter()
        .map(|it| (it.name, it.mode, it.description.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("name", Mode::OptionalComputed, "The name to look for."),
            ("size", Mode::Computed, "Its size."),
            ("extent", Mode::Optional, "Where to look."),
        ]
    );
    let Some(Attribute { kind: Kind::Nested(_, inside), .. }) = look.schema().attribute("size")
    else {
        panic!("it is nested")
    };
    assert_eq!((inside[0].mode, &*inside[0].description), (Mode::Computed, "Whether it is large."));
}

#[test]
fn arguments_keep_the_checks_of_the_resource() {
    let look = Data::<Look>::shared();
    assert_eq!(look.validate(&config(Some("abc"))), Diagnostics::new());
    let wrong = look.validate(&config(Some("abcde")));
    assert!(wrong.has_error(), "{wrong:?}");
    let told = look.validate(&given(&json!({"name": "abcde", "extent": "nowhere"})));
    assert_eq!(told.iter().count(), 2, "{told:?}");
}

#[tokio::test]
async fn what_was_given_comes_back_as_it_was_spelled() {
    let (looked, _) = look(Service::default(), None, &config(Some("big"))).await;
    let expected = given(&json!({"name": "big", "size": {"is_large": true}, "extent": "here"}));
    assert_eq!(looked.state, expected);
    assert_eq!(looked.diagnostics.iter().count(), 1);
}

#[tokio::test]
async fn what_was_not_given_is_the_answer_or_the_default() {
    let (looked, _) = look(Service::default(), None, &config(None)).await;
    let expected = given(&json!({"name": "ONLY", "size": {"is_large": false}, "extent": "here"}));
    assert_eq!(looked.state, expected);
}

#[tokio::test]
async fn an_error_gives_no_state() {
    let service = Service { fails: true, ..Service::default() };
    let (looked, _) = look(service, None, &config(None)).await;
    assert_eq!(looked.state, Value::Null);
    assert!(looked.diagnostics.has_error());
}

/// With other credentials than it will have, it would tell of something else.
#[tokio::test]
async fn nothing_is_asked_while_the_provider_is_not_known() {
    let (looked, calls) = look(Service::default(), Some("access_key"), &config(None)).await;
    assert_eq!((looked.state, calls), (Value::Null, Vec::new()));
    let told: Vec<_> = looked.diagnostics.iter().map(ToString::to_string).collect();
    assert!(told[0].contains("`-target`") && told[0].contains("access_key"), "{told:?}");
}

#[test]
fn a_view_that_can_be_given_inside_is_a_mistake() {
    let inside =
        field("b", string()).optional().doc("B.").read(|it: &Answer| Some(it.name.clone()));
    let nested = object(Ok::<(), String>).with(inside).single();
    let schema = DataSchema::<Answer>::new("X.")
        .with(field("a", nested).computed().doc("A.").read(|_| None))
        .with(field("c", string()).computed().doc("C."));
    assert_eq!(
        schema.mistakes(),
        ["a: nothing inside it can be given", "c: exactly what is computed is read"]
    );
}
