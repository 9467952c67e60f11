//! The engine in small catches what core would, and goes in core's order.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::identity::IdentitySchema;
use crate::managed::{ApplyRequest, ManagedResource, PlanRequest, PlanResponse, StateResponse};
use crate::moving::Source;
use crate::plan::Walk;
use crate::resource::lock;
use crate::schema::{Attribute, Kind, Mode as Setter, Schema};
use crate::{Configured, Diagnostic, Diagnostics, ImportTarget, Provider};
use wire::{AttributePath, Type, Value, json};

type Log = Arc<Mutex<Vec<String>>>;

/// A provider of one resource, which behaves as the name in its configuration says.
struct Things;

struct Thing;

impl Provider for Things {
    type Client = Log;

    fn schema() -> Schema {
        Schema::default()
    }

    fn resources() -> Vec<Arc<dyn ManagedResource<Log>>> {
        vec![Arc::new(Thing)]
    }

    fn validate(_config: &Value, _diagnostics: &mut Diagnostics) {}

    async fn configure(
        _config: &Value,
        _engine_version: &str,
        _diagnostics: &mut Diagnostics,
    ) -> Option<Configured<Log>> {
        Some(Configured { client: Log::default(), unknown: None })
    }
}

fn object(name: Value, id: Value) -> Value {
    Value::object([("name", name), ("id", id), ("secret", Value::Null)])
}

/// The object with what core keeps out of plans and states.
fn with_secret(object: &Value) -> Value {
    let attributes = object.as_object().into_iter().flatten();
    let attributes = attributes.map(|(name, value)| (name.as_str(), value.clone()));
    Value::object(attributes.chain([("secret", "sesame".into())]))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).as_str().unwrap_or_default()
}

#[async_trait]
impl ManagedResource<Log> for Thing {
    fn type_name(&self) -> &'static str {
        "thing"
    }

    fn schema(&self) -> &Schema {
        static SCHEMA: std::sync::OnceLock<Schema> = std::sync::OnceLock::new();
        SCHEMA.get_or_init(|| {
            let attribute = |name, mode| Attribute {
                mode,
                ..Attribute::new(name, Kind::Plain(Type::String), Vec::new())
            };
            let attributes = vec![
                attribute("name", Setter::Required),
                attribute("id", Setter::Computed),
                Attribute { write_only_for: Some("id"), ..attribute("secret", Setter::Optional) },
            ];
            Schema { attributes, ..Schema::default() }
        })
    }

    fn configuration(&self, _client: Option<&Log>, state: &Value) -> Value {
        state.clone()
    }

    fn upgrade_identity(&self, _stored: &[u8]) -> Value {
        Value::Null
    }

    fn move_here(&self, source: Source<'_>) -> Result<StateResponse, Diagnostic> {
        Err(Diagnostic::error("Nothing is moved here", source.to_string()))
    }

    fn identity_schema(&self) -> &IdentitySchema {
        static SCHEMA: IdentitySchema = IdentitySchema { version: 0, attributes: Vec::new() };
        &SCHEMA
    }

    fn mistakes(&self) -> Vec<String> {
        Vec::new()
    }

    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    fn upgrade(&self, _version: i64, state: &[u8]) -> Result<Value, Diagnostic> {
        json::decode(state, &self.schema().implied_type())
            .map_err(|err| Diagnostic::error("unreadable", err.to_string()))
    }

    fn plan(&self, client: Option<&Log>, request: PlanRequest) -> PlanResponse {
        let PlanRequest { prior, config, mut private, walk, .. } = request;
        if config.is_null() {
            return PlanResponse { private, ..PlanResponse::default() };
        }
        let name = config.get("name").clone();
        let planned_name = match name.as_str() {
            Some("plans another") => Value::from("another"),
            Some("plans another at apply") if walk == Walk::Apply => Value::from("another"),
            _ => name.clone(),
        };
        let id = if prior.is_null() { Value::Unknown } else { prior.get("id").clone() };
        let second = private.plan_note("first").is_some();
        if let (true, Some(log)) = (second, client) {
            lock(log).push(format!("second plan, prior {prior}"));
        }
        private.set_plan_note("first", true);
        let renamed = !prior.is_null() && prior.get("name") != &planned_name;
        let requires_replace = if renamed { vec![AttributePath::of("name")] } else { Vec::new() };
        let planned = object(planned_name, id);
        let planned = match name.as_str() {
            Some("plans the secret") => with_secret(&planned),
            _ => planned,
        };
        PlanResponse { planned, requires_replace, private, ..PlanResponse::default() }
    }

    async fn read(
        &self,
        _provider: &Configured<Log>,
        _stop: CancellationToken,
        prior: StateResponse,
    ) -> StateResponse {
        prior
    }

    async fn apply(
        &self,
        client: &Log,
        _stop: CancellationToken,
        request: ApplyRequest,
    ) -> StateResponse {
        let ApplyRequest { prior, planned, config, mut private, .. } = request;
        private.forget_plan();
        let mut response = StateResponse { private, ..StateResponse::default() };
        if planned.is_null() {
            lock(client).push(format!("destroy {}", text(&prior, "name")));
            return response;
        }
        let name = text(&planned, "name").to_owned();
        lock(client).push(format!("make {name}"));
        let made =
            if name == "makes another" { Value::from("another") } else { name.as_str().into() };
        response.state = object(made, Value::from(format!("id of {name}")));
        if let Some(secret) = config.get("secret").as_str() {
            lock(client).push(format!("the secret is {secret}"));
        }
        if name == "keeps the secret" {
            response.state = with_secret(&response.state);
        }
        if name == "fails half-way" {
            response.diagnostics.push(Diagnostic::error("failed", "half-way"));
        }
        if name == "fails at once" {
            response.state = Value::Null;
            response.diagnostics.push(Diagnostic::error("failed", "at once"));
        }
        response
    }

    fn import(
        &self,
        _provider: &Configured<Log>,
        _target: ImportTarget<'_>,
    ) -> Result<StateResponse, Diagnostic> {
        Err(Diagnostic::error("no import", "not here"))
    }
}

/// An engine, and what its provider was asked.
struct Bench {
    core: Core<Things>,
    log: Log,
}

impl Bench {
    fn new() -> Self {
        let log = Log::default();
        let client = Arc::clone(&log);
        let connect = move |_, _| Configured { client: Arc::clone(&client), unknown: None };
        Self { core: Core::new(Box::new(connect), |value, _| Ok(value.clone())), log }
    }

    /// Plans and applies; gives the titles of what was said.
    async fn apply(&mut self, program: &Program) -> Vec<String> {
        self.apply_with(program, &Options::default()).await
    }

    async fn apply_with(&mut self, program: &Program, options: &Options) -> Vec<String> {
        lock(&self.log).clear();
        let planned = self.core.plan(program, options).await;
        let mut said = planned.said.clone();
        if !planned.failed {
            said.extend(self.core.apply(program, &planned).await);
        }
        said.into_iter().map(|said| said.diagnostic.summary).collect()
    }

    fn log(&self) -> Vec<String> {
        lock(&self.log).clone()
    }
}

/// Things by address, each with a name or the address whose id is its name.
fn program(things: &[(&str, Result<&'static str, &'static str>)]) -> Program {
    let instance = |(address, name): &(&str, Result<&'static str, &'static str>)| {
        let name = *name;
        Declared {
            address: format!("thing.{address}"),
            type_name: "thing".to_owned(),
            provider: String::new(),
            refers_to: name.err().map(|other| format!("thing.{other}")).into_iter().collect(),
            config: Arc::new(move |scope| {
                let name = match name {
                    Ok(name) => name.into(),
                    Err(other) => match scope.get(&format!("thing.{other}")) {
                        Value::Unknown => Value::Unknown,
                        thing => thing.get("id").clone(),
                    },
                };
                object(name, Value::Null)
            }),
            lifecycle: Lifecycle::default(),
        }
    };
    let block =
        ProviderBlock { refers_to: BTreeSet::new(), config: Arc::new(|_| Value::object([])) };
    Program {
        instances: things.iter().map(instance).collect(),
        providers: [(String::new(), block)].into(),
        ..Program::default()
    }
}

#[tokio::test]
async fn what_refers_to_another_is_made_after_it_and_destroyed_before_it() {
    let mut bench = Bench::new();
    let both = program(&[("b", Err("a")), ("a", Ok("one"))]);
    assert!(bench.apply(&both).await.is_empty());
    assert_eq!(bench.log(), ["make one", "make id of one"]);
    let renamed = program(&[("b", Err("a")), ("a", Ok("two"))]);
    bench.apply(&renamed).await;
    let order = ["destroy id of one", "destroy one", "make two", "make id of two"];
    let log = bench.log();
    let applied: Vec<_> = log.iter().filter(|line| !line.starts_with("second")).collect();
    assert_eq!(applied, order.iter().collect::<Vec<_>>());
    assert!(bench.apply(&program(&[])).await.is_empty());
    assert_eq!(bench.log(), ["destroy id of two", "destroy two"]);
}

#[tokio::test]
async fn a_replacement_is_planned_twice_with_the_notes_of_the_first_plan() {
    let mut bench = Bench::new();
    bench.apply(&program(&[("a", Ok("one"))])).await;
    bench.apply(&program(&[("a", Ok("two"))])).await;
    assert_eq!(bench.log(), ["second plan, prior null", "destroy one", "make two"]);
}

#[tokio::test]
async fn with_create_before_destroy_the_new_one_is_first_and_a_failure_keeps_the_old_one() {
    let mut bench = Bench::new();
    bench.apply(&program(&[("a", Ok("one"))])).await;
    let first = |name| {
        let mut program = program(&[("a", Ok(name))]);
        program.instances[0].lifecycle.create_before_destroy = true;
        program
    };
    bench.apply(&first("two")).await;
    assert_eq!(bench.log()[1..], ["make two", "destroy one"]);
    assert_eq!(bench.apply(&first("fails at once")).await, ["failed"]);
    let state = &bench.core.state;
    assert_eq!(state.objects.len(), 1, "{state:?}");
    assert!(state.get("thing.a").is_some_and(|stored| !stored.tainted));
}

#[tokio::test]
async fn what_fails_half_way_is_tainted_and_replaced() {
    let mut bench = Bench::new();
    assert_eq!(bench.apply(&program(&[("a", Ok("fails half-way"))])).await, ["failed"]);
    assert!(bench.core.state.get("thing.a").is_some_and(|stored| stored.tainted));
    assert!(bench.apply(&program(&[("a", Ok("well"))])).await.is_empty());
    assert_eq!(bench.log(), ["destroy fails half-way", "make well"]);
    assert!(bench.core.state.get("thing.a").is_some_and(|stored| !stored.tainted));
}

#[tokio::test]
async fn forced_replacements_and_destroys_are_made_and_targets_are_kept_to() {
    let mut bench = Bench::new();
    let both = program(&[("a", Ok("one")), ("b", Ok("two"))]);
    bench.apply(&both).await;
    let replace = Options { replace: vec!["thing.a".to_owned()], ..Options::default() };
    bench.apply_with(&both, &replace).await;
    assert_eq!(bench.log()[1..], ["destroy one", "make one"]);
    let destroy =
        Options { mode: Mode::Destroy, targets: vec!["thing.b".to_owned()], ..Options::default() };
    bench.apply_with(&both, &destroy).await;
    assert_eq!(bench.log(), ["destroy two"]);
    assert!(bench.core.state.get("thing.a").is_some());
}

#[tokio::test]
async fn a_change_of_another_triggers_a_replacement() {
    let mut bench = Bench::new();
    let triggered = |trigger: &'static str| {
        let mut program = program(&[("a", Ok("one")), ("trigger", Ok(trigger))]);
        let by = ("thing.trigger".to_owned(), AttributePath::root());
        program.instances[0].lifecycle.replace_triggered_by = vec![by];
        program
    };
    bench.apply(&triggered("x")).await;
    bench.apply(&triggered("x")).await;
    assert!(bench.log().is_empty());
    bench.apply(&triggered("y")).await;
    assert!(bench.log().contains(&"destroy one".to_owned()), "{:?}", bench.log());
}

#[tokio::test]
async fn mistakes_of_a_provider_are_told_as_core_tells_them() {
    for (name, title) in [
        ("plans another", "Provider produced invalid plan"),
        ("plans another at apply", "Provider produced invalid plan"),
        ("makes another", "Provider produced inconsistent result after apply"),
        ("plans the secret", "Provider produced invalid plan"),
        ("keeps the secret", "Provider produced invalid object"),
    ] {
        let said = Bench::new().apply(&program(&[("a", Ok(name))])).await;
        assert_eq!(said, [title], "{name}");
    }
}

#[tokio::test]
async fn an_apply_has_what_is_write_only_and_the_state_has_not() {
    let mut bench = Bench::new();
    let mut program = program(&[("a", Ok("one"))]);
    program.instances[0].config = Arc::new(|_| with_secret(&object("one".into(), Value::Null)));
    assert!(bench.apply(&program).await.is_empty());
    assert_eq!(bench.log(), ["make one", "the secret is sesame"]);
    let stored = bench.core.state.get("thing.a").expect("it was made");
    assert!(!String::from_utf8_lossy(&stored.attributes).contains("sesame"));
}
