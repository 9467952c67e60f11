//! What is done when it is asked for.

use std::sync::Arc;

use cleanrooms_provider::framework::codec::string;
use cleanrooms_provider::framework::row::field;
use cleanrooms_provider::framework::validators::length;
use cleanrooms_provider::framework::{
    Action, ActionSchema, Context, Diagnostic as Told, Diagnostics,
};
use cleanrooms_provider::proto::tfplugin6::invoke_action::event::Type as Event;
use cleanrooms_provider::proto::tfplugin6::*;
use cleanrooms_provider::wire::{Type, Value};

use crate::host::{Host, dynamic, soon};
use crate::things::{Ending, Fault, Operation, PANICS, Things};

/// The action of the tests.
pub const POLISH: &str = "test_polish";

/// Polishes things.
pub struct Polish;

impl Action for Polish {
    const TYPE_NAME: &'static str = POLISH;
    type Client = Arc<Things>;
    type Input = ();

    fn schema() -> ActionSchema<()> {
        ActionSchema::new("Polishes things.").with(
            field("cloth", string())
                .required()
                .doc("With what.")
                .validate(length(1..=10))
                .sent_elsewhere(),
        )
    }

    async fn invoke(
        cx: &Context<'_, Arc<Things>>,
        _schema: &ActionSchema<()>,
        config: &Value,
    ) -> Result<(), Diagnostics> {
        let cloth = config.get("cloth").as_str().unwrap_or_default();
        cx.progress(&format!("with {cloth}"));
        assert_ne!(cloth, PANICS, "panicked on purpose");
        cx.client.begin(Operation::Update, &cx.stop).await?;
        cx.report(Told::warning("It shines", "More than before."));
        cx.progress("done");
        Ok(())
    }
}

fn ty() -> Type {
    Type::object([("cloth", Type::String)])
}

fn cloth(cloth: impl Into<Value>) -> Option<DynamicValue> {
    Some(dynamic(&Value::object([("cloth", cloth.into())]), &ty()))
}

fn request(config: Option<DynamicValue>) -> invoke_action::Request {
    invoke_action::Request { action_type: POLISH.to_owned(), config, client_capabilities: None }
}

/// All events of an invocation, to the end of the stream.
async fn events(host: &mut Host, request: invoke_action::Request) -> Vec<Event> {
    let mut events = soon(host.client.invoke_action(request)).await.unwrap().into_inner();
    let mut all = Vec::new();
    while let Some(event) = soon(events.message()).await.unwrap() {
        all.push(event.r#type.expect("hosts panic on an event of no type"));
    }
    all
}

/// What an invocation says, and with which diagnostics it ends: the last event and no other.
async fn invoked(
    host: &mut Host,
    request: invoke_action::Request,
) -> (Vec<String>, Vec<Diagnostic>) {
    let mut events = events(host, request).await;
    let Some(Event::Completed(completed)) = events.pop() else { panic!("{events:?}") };
    let said = events.into_iter().map(|event| match event {
        Event::Progress(progress) => progress.message,
        Event::Completed(_) => panic!("it has ended twice"),
    });
    (said.collect(), completed.diagnostics)
}

#[tokio::test]
async fn actions_are_told_with_and_without_schemas() {
    let mut host = Host::unconfigured("actions_schemas").await;
    let request = get_provider_schema::Request::default();
    let schemas = host.client.get_provider_schema(request).await.unwrap().into_inner();
    let request = get_metadata::Request::default();
    let metadata = host.client.get_metadata(request).await.unwrap().into_inner();
    let names: Vec<_> = metadata.actions.iter().map(|it| &it.type_name).collect();
    assert_eq!(names, schemas.action_schemas.keys().collect::<Vec<_>>());
    let schema = schemas.action_schemas[POLISH].schema.as_ref().unwrap();
    let [cloth] = schema.block.as_ref().unwrap().attributes.as_slice() else { panic!() };
    assert!(cloth.required && !cloth.computed && cloth.name == "cloth");
}

#[tokio::test]
async fn a_configuration_is_checked_by_validate_and_by_each_plan() {
    let mut host = Host::unconfigured("actions_checked").await;
    for (config, count) in [
        (cloth("silk"), 0),
        (cloth(Value::Unknown), 0),
        (cloth("much too long"), 1),
        (cloth(Value::Null), 1),
        (Some(dynamic(&Value::Null, &ty())), 1),
        (None, 1),
    ] {
        let validate = validate_action_config::Request {
            type_name: POLISH.to_owned(),
            config: config.clone(),
        };
        let validated = host.client.validate_action_config(validate).await.unwrap().into_inner();
        assert_eq!(validated.diagnostics.len(), count, "{validated:?}");
        let plan = plan_action::Request {
            action_type: POLISH.to_owned(),
            config,
            client_capabilities: None,
        };
        let planned = host.client.plan_action(plan).await.unwrap().into_inner();
        assert_eq!(planned.diagnostics, validated.diagnostics);
        assert_eq!(planned.deferred, None);
    }
}

#[tokio::test]
async fn a_plan_of_an_action_asks_nothing() {
    let mut host = Host::new("actions_planned").await;
    host.things.fault(Operation::Update, Fault::Panics);
    for config in [cloth("silk"), cloth(Value::Unknown), cloth(PANICS)] {
        let plan = plan_action::Request {
            action_type: POLISH.to_owned(),
            config,
            client_capabilities: None,
        };
        let planned = host.client.plan_action(plan).await.unwrap().into_inner();
        assert_eq!((planned.diagnostics, planned.deferred), (vec![], None));
    }
    // Whoever does ask is told.
    let (_, told) = invoked(&mut host, request(cloth("silk"))).await;
    assert!(told[0].detail.contains("panicked on purpose"), "{told:?}");
}

#[tokio::test]
async fn an_invocation_says_how_it_gets_on_and_ends_once() {
    let mut host = Host::new("actions_invoked").await;
    let (said, told) = invoked(&mut host, request(cloth("silk"))).await;
    assert_eq!(said, ["with silk", "done"]);
    assert_eq!(told.iter().map(|told| told.summary.as_str()).collect::<Vec<_>>(), ["It shines"]);
}

#[tokio::test]
async fn whatever_goes_wrong_is_the_one_end() {
    let mut host = Host::new("actions_wrong").await;
    let (said, told) = invoked(&mut host, request(cloth(PANICS))).await;
    assert_eq!(said, ["with panic"]);
    assert!(told[0].detail.contains("InvokeAction panicked"), "{told:?}");
    let unheard_of =
        invoke_action::Request { action_type: "test_other".to_owned(), ..request(cloth("silk")) };
    let broken = DynamicValue { msgpack: vec![0xc1], json: Vec::new() };
    for (request, part) in [
        (unheard_of, "Unknown action"),
        (request(Some(broken)), "Cannot read the configuration"),
        (request(cloth(Value::Unknown)), "Cannot read the configuration"),
        (request(cloth("much too long")), "Invalid value for cloth"),
        (request(Some(dynamic(&Value::Null, &ty()))), "Invalid value for cloth"),
        (request(None), "Invalid value for cloth"),
    ] {
        let (said, told) = invoked(&mut host, request).await;
        assert_eq!(said, [""; 0]);
        assert!(told[0].summary.contains(part), "{told:?}");
    }
    host.things.fault(Operation::Update, Fault::Fails);
    let (_, told) = invoked(&mut host, request(cloth("silk"))).await;
    assert!(told[0].detail.starts_with("The service refused."), "{told:?}");
    assert_eq!(host.configure(Value::Unknown).await.diagnostics, []);
    let (_, told) = invoked(&mut host, request(cloth("silk"))).await;
    assert!(told[0].summary.ends_with("yet"), "{told:?}");
    let mut host = Host::unconfigured("actions_unconfigured").await;
    let (_, told) = invoked(&mut host, request(cloth("silk"))).await;
    assert_eq!(told[0].summary, "The provider is not configured");
}

#[tokio::test]
async fn a_stop_ends_the_wait_of_an_action() {
    let mut host = Host::new("actions_stopped").await;
    host.things.fault(Operation::Update, Fault::WaitsForStop);
    let mut invoking = host.clone();
    let waiting = tokio::spawn(async move { invoked(&mut invoking, request(cloth("silk"))).await });
    soon(host.things.begun.notified()).await;
    host.stop().await;
    let (said, told) = soon(waiting).await.unwrap();
    assert_eq!(said, ["with silk"]);
    assert!(told[0].detail.starts_with("The host wants to stop."), "{told:?}");
}

#[tokio::test]
async fn an_action_whose_caller_is_gone_is_done_to_its_end() {
    let mut host = Host::new("actions_abandoned").await;
    host.things.fault(Operation::Update, Fault::Waits);
    let mut events = host.client.invoke_action(request(cloth("silk"))).await.unwrap().into_inner();
    assert!(soon(events.message()).await.unwrap().is_some(), "it has begun");
    soon(host.things.begun.notified()).await;
    drop(events);
    assert_eq!(host.validate(&crate::host::vase()).await, []);
    host.things.gate.add_permits(1);
    let mut ending = host.things.ending.subscribe();
    let ending = soon(ending.wait_for(Option::is_some)).await.unwrap().to_owned();
    assert_eq!(ending, Some(Ending::Done));
}

#[tokio::test]
async fn progress_comes_while_the_action_still_runs() {
    let mut host = Host::new("actions_progress").await;
    host.things.fault(Operation::Update, Fault::Waits);
    let mut events = host.client.invoke_action(request(cloth("silk"))).await.unwrap().into_inner();
    let first = soon(events.message()).await.unwrap().unwrap();
    let Some(Event::Progress(progress)) = first.r#type else { panic!("{first:?}") };
    assert_eq!(progress.message, "with silk");
    assert_eq!(*host.things.ending.borrow(), None, "it is not done");
    host.things.gate.add_permits(1);
    while soon(events.message()).await.unwrap().is_some() {}
}
