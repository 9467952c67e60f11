//! A provider of things, which a service in memory keeps.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use cleanrooms_provider::framework::action::{Acts, AnyAction};
use cleanrooms_provider::framework::codec::{integer, object, set_of, string, string_map};
use cleanrooms_provider::framework::data::{AnyDataSource, Data};
use cleanrooms_provider::framework::identity::{IdentityAttribute, IdentitySchema};
use cleanrooms_provider::framework::list::{AnyListResource, Lists};
use cleanrooms_provider::framework::managed::{Managed, ManagedResource};
use cleanrooms_provider::framework::plan::Plan;
use cleanrooms_provider::framework::private::Private;
use cleanrooms_provider::framework::row::field;
use cleanrooms_provider::framework::schema::{Attribute, Block, Kind, Mode, Nesting, Schema};
use cleanrooms_provider::framework::validators::{invalid, length};
use cleanrooms_provider::framework::{
    Change, Configured, Context, Diagnostic, Diagnostics, Found, ImportTarget, Provider, Resource,
    ResourceSchema,
};
use cleanrooms_provider::wire::{AttributePath, Type, Value};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::actions::Polish;
use crate::looks::{AllThings, ThingByName};

/// A name that makes validation and planning panic.
pub const PANICS: &str = "panic";

/// The services by the name that a provider's configuration gives.
static SERVICES: Mutex<BTreeMap<String, Arc<Things>>> = Mutex::new(BTreeMap::new());

/// A service in memory, with faults on request.
pub struct Things {
    things: Mutex<BTreeMap<String, Thing>>,
    faults: Mutex<BTreeMap<Operation, Fault>>,
    /// The version of the host that configured the provider.
    pub engine: Mutex<String>,
    /// Told when an operation that waits has begun.
    pub begun: Notify,
    /// Lets operations that wait go on.
    pub gate: Semaphore,
    /// How the operation that waited ended.
    pub ending: watch::Sender<Option<Ending>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    Create,
    Read,
    Update,
    Delete,
}

#[derive(Clone, Copy, Debug)]
pub enum Fault {
    Fails,
    Panics,
    /// Waits for the gate.
    Waits,
    /// Waits until the host wants everything to stop.
    WaitsForStop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Done,
    /// Dropped in the middle.
    Dropped,
}

#[derive(Clone, Debug)]
pub struct Thing {
    id: String,
    pub name: String,
    kind: String,
    size: i64,
    labels: Option<Vec<String>>,
    members: Option<Vec<Member>>,
    note: String,
    pub secret: Option<String>,
    version: i64,
}

#[derive(Clone, Debug)]
pub struct Member {
    name: String,
    role: String,
}

/// What a create or an update sends; `None` for what it leaves out.
#[derive(Default)]
pub struct Input {
    name: Option<String>,
    kind: Option<String>,
    size: Option<i64>,
    labels: Option<Vec<String>>,
    members: Option<Vec<Member>>,
    note: Option<String>,
    secret: Option<String>,
}

#[derive(Default)]
pub struct MemberInput {
    name: String,
    role: String,
}

impl Things {
    /// A service that providers find under `name`.
    pub fn serve(name: &str) -> Arc<Self> {
        let things = Arc::new(Self {
            things: Mutex::default(),
            faults: Mutex::default(),
            engine: Mutex::default(),
            begun: Notify::new(),
            gate: Semaphore::new(0),
            ending: watch::Sender::new(None),
        });
        SERVICES.lock().unwrap().insert(name.to_owned(), Arc::clone(&things));
        things
    }

    /// From now on the operation goes wrong in this way.
    pub fn fault(&self, operation: Operation, fault: Fault) {
        self.faults.lock().unwrap().insert(operation, fault);
    }

    /// The things that exist.
    pub fn all(&self) -> Vec<Thing> {
        self.things.lock().unwrap().values().cloned().collect()
    }

    /// Makes a thing vanish behind the provider's back.
    pub fn forget_all(&self) {
        self.things.lock().unwrap().clear();
    }

    pub async fn begin(
        &self,
        operation: Operation,
        stop: &CancellationToken,
    ) -> Result<(), Diagnostics> {
        let fault = self.faults.lock().unwrap().get(&operation).copied();
        match fault {
            None => Ok(()),
            Some(Fault::Fails) => Err(refusal("The service refused.").into()),
            Some(Fault::Panics) => panic!("{operation:?} panicked on purpose"),
            Some(Fault::Waits) => {
                let _waiting = Waiting(self);
                self.begun.notify_one();
                self.gate.acquire().await.unwrap().forget();
                self.ending.send_replace(Some(Ending::Done));
                Ok(())
            }
            Some(Fault::WaitsForStop) => {
                self.begun.notify_one();
                stop.cancelled().await;
                Err(refusal("The host wants to stop.").into())
            }
        }
    }
}

fn refusal(why: &str) -> Diagnostic {
    Diagnostic::error("Cannot reach the thing", why)
}

/// An operation that waits; tells when it is dropped before it is done.
struct Waiting<'a>(&'a Things);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.ending.send_if_modified(|ending| {
            let early = ending.is_none();
            ending.get_or_insert(Ending::Dropped);
            early
        });
    }
}

/// The provider.
pub struct Collection;

impl Provider for Collection {
    type Client = Arc<Things>;

    fn schema() -> Schema {
        let argument = |name, description: &str, mode| Attribute {
            mode,
            description: description.to_owned(),
            ..Attribute::new(name, Kind::Plain(Type::String), vec![length(1..=20)])
        };
        Schema {
            version: 0,
            description: "Keeps things.".to_owned(),
            attributes: vec![argument("service", "Which service keeps them.", Mode::Required)],
            blocks: vec![Block {
                name: "endpoint",
                description: "Where it is.".to_owned(),
                nesting: Nesting::List,
                max_items: 1,
                attributes: vec![argument("url", "Its address.", Mode::Optional)],
                blocks: Vec::new(),
            }],
        }
    }

    fn resources() -> Vec<Arc<dyn ManagedResource<Self::Client>>> {
        vec![Managed::<ThingResource>::shared()]
    }

    fn data_sources() -> Vec<Arc<dyn AnyDataSource<Self::Client>>> {
        vec![Data::<ThingByName>::shared()]
    }

    fn list_resources() -> Vec<Arc<dyn AnyListResource<Self::Client>>> {
        vec![Lists::<AllThings>::shared()]
    }

    fn actions() -> Vec<Arc<dyn AnyAction<Self::Client>>> {
        vec![Acts::<Polish>::shared()]
    }

    fn validate(config: &Value, _diagnostics: &mut Diagnostics) {
        assert_ne!(config.get("service").as_str(), Some(PANICS), "panicked on purpose");
    }

    async fn configure(
        config: &Value,
        engine_version: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Configured<Self::Client>> {
        let service = config.get("service");
        if service.is_unknown() {
            let nowhere = Things::serve("nowhere");
            return Some(Configured { client: nowhere, unknown: Some("service".to_owned()) });
        }
        let client = SERVICES.lock().unwrap().get(service.as_str().unwrap_or_default()).cloned();
        let Some(client) = client else {
            let path = AttributePath::of("service");
            diagnostics.push(invalid(&path, "There is no such service."));
            return None;
        };
        engine_version.clone_into(&mut client.engine.lock().unwrap());
        Some(Configured { client, unknown: None })
    }
}

/// `test_thing`: has an attribute of each sort.
pub struct ThingResource;

type ContextOf<'a> = Context<'a, Arc<Things>>;

/// Sets one part of an input.
fn set<T>(part: fn(&mut Input) -> &mut Option<T>) -> impl Fn(Input, Option<T>) -> Input {
    move |mut input, value| {
        *part(&mut input) = value;
        input
    }
}

impl Resource for ThingResource {
    const TYPE_NAME: &'static str = "test_thing";
    type Client = Arc<Things>;
    type Create = Input;
    type Update = Input;
    type Remote = Thing;

    fn rows() -> ResourceSchema<Self> {
        let members = object(|member: MemberInput| {
            let MemberInput { name, role } = member;
            Ok::<_, Infallible>(Member { name, role })
        })
        .with(
            field("role", string())
                .required()
                .doc("What the member does.")
                .create(|mut member: MemberInput, role| {
                    member.role = role.unwrap_or_default();
                    member
                })
                .read(|member: &Member| Some(member.role.clone())),
        )
        .with(
            field("status", string())
                .computed()
                .doc("How the member is.")
                .read(|member: &Member| Some(format!("{} is well", member.name))),
        )
        .keyed_by(|member, name| MemberInput { name, ..member }, |member| member.name.clone());
        ResourceSchema::new("A thing.")
            .with(
                Self::attribute("name", string())
                    .required()
                    .doc("What it is called, in `backticks`.")
                    .validate(length(1..=10))
                    .create(set(|input| &mut input.name))
                    .update(set(|input| &mut input.name))
                    .read(|thing| Some(thing.name.clone())),
            )
            .with(
                Self::attribute("kind", string())
                    .required()
                    .requires_replace()
                    .doc("What it is, for life.")
                    .create(set(|input| &mut input.kind))
                    .read(|thing| Some(thing.kind.clone())),
            )
            .with(
                Self::attribute("size", integer())
                    .optional_computed()
                    .doc("How big it is.")
                    .default(Value::from(1))
                    .create(set(|input| &mut input.size))
                    .update(set(|input| &mut input.size))
                    .read(|thing| Some(thing.size)),
            )
            .with(
                Self::attribute("labels", set_of(string()))
                    .optional()
                    .doc("What is written on it.")
                    .create(set(|input| &mut input.labels))
                    .update(set(|input| &mut input.labels))
                    .read(|thing| thing.labels.clone()),
            )
            .with(
                Self::attribute("members", members)
                    .optional()
                    .doc("Who shares it, by name.")
                    .create(set(|input| &mut input.members))
                    .update(set(|input| &mut input.members))
                    .read(|thing| thing.members.clone()),
            )
            .with(
                Self::attribute("note", string())
                    .optional_computed()
                    .sensitive()
                    .doc("What the service or the user remarks.")
                    .create(set(|input| &mut input.note))
                    .update(set(|input| &mut input.note))
                    .read(|thing| Some(thing.note.clone())),
            )
            .with(
                Self::attribute("secret", string())
                    .optional_computed()
                    .requires_replace()
                    .kept()
                    .sensitive()
                    .doc("What is written on its underside, for life.")
                    .create(set(|input| &mut input.secret))
                    .read(|thing| thing.secret.clone()),
            )
            .with(
                Self::attribute("secret_wo", string())
                    .optional()
                    .write_only_for("secret")
                    .sensitive()
                    .doc("What is written there without a trace in the state."),
            )
            .with(
                Self::attribute("settings", string_map())
                    .optional()
                    .local()
                    .doc("What no call carries."),
            )
            .with(
                Self::attribute("id", string())
                    .computed()
                    .doc("Its id.")
                    .read(|thing| Some(thing.id.clone())),
            )
            .with(
                Self::attribute("version", integer())
                    .computed()
                    .unknown_on_update()
                    .doc("How often it was updated.")
                    .read(|thing| Some(thing.version)),
            )
    }

    fn identity_schema() -> IdentitySchema {
        let attribute = |name, description: &str, required_for_import| IdentityAttribute {
            name,
            description: description.to_owned(),
            required_for_import,
        };
        let attributes = vec![
            attribute("id", "Its id.", true),
            attribute("kind", "What it is, for life.", false),
        ];
        IdentitySchema { version: 0, attributes }
    }

    fn identity(state: &Value) -> Option<Value> {
        let text = |name| state.get(name).as_str().map(str::to_owned);
        Self::identity_schema().identity([text("id"), text("kind")])
    }

    fn import(target: ImportTarget<'_>) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        let id = match target {
            ImportTarget::Id(id) => id,
            ImportTarget::Identity(identity) => identity.get("id").as_str().unwrap_or_default(),
        };
        assert_ne!(id, PANICS, "panicked on purpose");
        if id.starts_with("thing-") {
            Ok(vec![("id", id.into())])
        } else {
            Err(Diagnostic::error("Malformed id", "Ids begin with `thing-`."))
        }
    }

    fn validate(config: &Value, _diagnostics: &mut Diagnostics) {
        assert_ne!(config.get("name").as_str(), Some(PANICS), "panicked on purpose");
    }

    fn modify_plan(plan: &mut Plan<'_>, client: Option<&Arc<Things>>, private: &mut Private) {
        assert_ne!(plan.get("name").as_str(), Some(PANICS), "panicked on purpose");
        private.set("planned_with_client", client.is_some());
    }

    async fn create(
        cx: &ContextOf<'_>,
        schema: &ResourceSchema<Self>,
        planned: &Value,
    ) -> Result<Thing, Diagnostics> {
        let input: Input = schema.create_input(planned)?;
        cx.client.begin(Operation::Create, &cx.stop).await?;
        let mut things = cx.client.things.lock().unwrap();
        let thing = Thing {
            id: format!("thing-{}", things.len() + 1),
            name: input.name.unwrap_or_default(),
            kind: input.kind.unwrap_or_default(),
            size: input.size.unwrap_or_default(),
            labels: input.labels,
            members: input.members,
            note: input.note.unwrap_or_else(|| "as new".to_owned()),
            secret: input.secret,
            version: 1,
        };
        things.insert(thing.id.clone(), thing.clone());
        Ok(thing)
    }

    async fn read(cx: &ContextOf<'_>, state: &Value) -> Result<Found<Thing>, Diagnostics> {
        cx.client.begin(Operation::Read, &cx.stop).await?;
        let id = state.get("id").as_str().unwrap_or_default();
        let found = cx.client.things.lock().unwrap().get(id).cloned();
        Ok(found.map_or(Found::Gone, Found::Here))
    }

    async fn update(
        cx: &ContextOf<'_>,
        schema: &ResourceSchema<Self>,
        change: Change<'_>,
    ) -> Result<Option<Thing>, Diagnostics> {
        cx.client.begin(Operation::Update, &cx.stop).await?;
        let Some(input) = schema.update_input(change)? else { return Ok(None) };
        let mut things = cx.client.things.lock().unwrap();
        let id = change.prior.get("id").as_str().unwrap_or_default();
        let thing = things.get_mut(id).ok_or_else(|| refusal("It is gone."))?;
        thing.version += 1;
        thing.name = input.name.unwrap_or_else(|| thing.name.clone());
        thing.size = input.size.unwrap_or(thing.size);
        if change.changes("labels") {
            thing.labels = input.labels;
        }
        if change.changes("members") {
            thing.members = input.members;
        }
        Ok(None)
    }

    async fn delete(cx: &ContextOf<'_>, state: &Value) -> Result<(), Diagnostics> {
        cx.client.begin(Operation::Delete, &cx.stop).await?;
        let id = state.get("id").as_str().unwrap_or_default();
        cx.client.things.lock().unwrap().remove(id);
        Ok(())
    }
}

#[test]
fn the_resource_of_the_tests_is_in_order() {
    // What older engines cannot generate is what these tests need: something computed inside.
    let inside = "members.status: a nested attribute may hold only what can be configured";
    assert_eq!(ThingResource::schema().mistakes(), [inside]);
    assert_eq!(Collection::schema().check(), Vec::new());
}
