//! A scenario folder on the engine in small, with the outcome in the words of the harness.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use cleanrooms_harness::faults;
use cleanrooms_harness::messages::Diagnostic as Message;
use cleanrooms_harness::normalise::Normaliser;
use cleanrooms_harness::plan::{Change as ShownChange, Plan as ShownPlan, written};
use cleanrooms_harness::provider::SOURCE;
use cleanrooms_harness::record::{Phase, Record, counted, difference};
use cleanrooms_harness::runner::provider_configuration;
use cleanrooms_harness::scenario::{
    self, Action as Act, ApiCall, Command, Content, Run, Scenario, Step,
};
use cleanrooms_harness::state::{IDENTITY, State};
use cleanrooms_provider::cleanrooms::client::Client;
use cleanrooms_provider::cleanrooms::places::Known;
use cleanrooms_provider::cleanrooms::provider::CleanRooms;
use cleanrooms_provider::framework::testing::{
    self, Action, Change, Core, Mode, Options, Planned, Program, Said,
};
use cleanrooms_provider::framework::{Configured, Severity};
use cleanrooms_provider::wire::{self, AttributePath, Type, Value, msgpack};
use serde_json::{Map, Value as Json};

use crate::hcl::Reader;
use crate::state_file;
use crate::world::{ADDRESS, World};

/// How long an engine takes to start.
const START: Duration = Duration::from_millis(300);

/// A configuration and its variables.
type Text = (String, BTreeMap<String, String>);

/// An engine, a sandbox, and the configuration that is in place.
pub struct Stage {
    pub world: World,
    pub core: Core<CleanRooms>,
    /// What `${saved.NAME}` stands for.
    pub saved: BTreeMap<String, String>,
    provider: String,
    main: String,
    /// What was read last, since most commands follow another on the same text.
    last_read: Mutex<Option<(Text, Program)>>,
    normaliser: Normaliser,
    recorded: State,
    outcome: Map<String, Json>,
}

/// What a stage has come to: what exists, what is stored, and what is configured.
pub struct Snapshot {
    world: World,
    state: testing::State,
    saved: BTreeMap<String, String>,
    provider: String,
    main: String,
}

impl Stage {
    /// An empty stage, on the runtime that it is used on.
    pub fn new() -> Self {
        Self::over(World::new())
    }

    fn over(world: World) -> Self {
        let below = world.clone();
        // What the provider processes of one walk tell one another.
        let places = Mutex::new((0, Known::default()));
        let connect = move |walk: usize, configured: Configured<Client>| {
            let Configured { client: Client { aws, tags, .. }, unknown } = configured;
            let mut client = Client::new(below.below(&aws), tags);
            let mut of_walk = places.lock().unwrap_or_else(PoisonError::into_inner);
            if of_walk.0 != walk {
                *of_walk = (walk, Known::default());
            }
            client.places = client.places.beside(of_walk.1.clone());
            Configured { client, unknown }
        };
        Self {
            world,
            core: Core::new(Box::new(connect), carry),
            saved: BTreeMap::new(),
            provider: provider_configuration(ADDRESS),
            main: String::new(),
            last_read: Mutex::default(),
            normaliser: Normaliser::new(ADDRESS, Path::new("/nowhere")),
            recorded: State::default(),
            outcome: Map::new(),
        }
    }

    /// A stage with the provider blocks that a scenario brings along, if it does.
    pub fn of(scenario: &Scenario) -> Result<Self> {
        let mut stage = Self::new();
        stage.saved.insert("sandbox".to_owned(), ADDRESS.to_owned());
        let is_configuration = |path: &&PathBuf| scenario::file_name(path) != faults::CALLS;
        for path in scenario.companions.iter().filter(is_configuration) {
            ensure!(path.is_file(), "the engine in small knows no modules");
            match scenario::file_name(path).as_str() {
                "provider.tf" => stage.provider = scenario::text(path)?,
                "terraform.tfstate" => stage.core.state = state_file::read(&scenario::text(path)?)?,
                _ => bail!("{} is not known", path.display()),
            }
        }
        Ok(stage)
    }

    /// The stage as it is, for others to begin with.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            world: self.world.fork(),
            state: self.core.state.clone(),
            saved: self.saved.clone(),
            provider: self.provider.clone(),
            main: self.main.clone(),
        }
    }

    /// A stage that begins where another one was, on the runtime that it is used on.
    pub fn resumed(at: &Snapshot) -> Self {
        let mut stage = Self::over(at.world.fork());
        stage.core.state = at.state.clone();
        stage.saved.clone_from(&at.saved);
        stage.provider.clone_from(&at.provider);
        stage.main.clone_from(&at.main);
        stage
    }

    /// Takes a scenario from its first step to its end, and gives its outcome.
    pub async fn play(mut self, scenario: &Scenario) -> Result<Json> {
        for step in &scenario.steps {
            self.step(step).await.with_context(|| format!("step {}", step.name))?;
        }
        self.clean_up(scenario).await.context("cleaning up after the last step")?;
        Ok(Json::Object(self.outcome))
    }

    /// Plays one step.
    pub async fn step(&mut self, step: &Step) -> Result<()> {
        match &step.content {
            Content::Configuration { text, run } => {
                self.configure(text);
                let record = self.terraform(run).await?;
                self.note(step.name.clone(), record)
            }
            Content::Actions(actions) => {
                for (position, action) in actions.iter().enumerate() {
                    let title = format!("{}: {}", step.name, position + 1);
                    let record = self.act(action).await.with_context(|| title.clone())?;
                    self.note(title, record)?;
                }
                Ok(())
            }
        }
    }

    /// Puts provider blocks in place.
    pub fn configure_provider(&mut self, text: &str) {
        text.clone_into(&mut self.provider);
    }

    /// Puts a configuration in place.
    pub fn configure(&mut self, text: &str) {
        text.clone_into(&mut self.main);
    }

    /// The configuration that is in place, with what is saved as its variables.
    pub fn program(&self) -> Result<Program> {
        self.program_for(&Run::default())
    }

    /// The same, with the variables among a run's arguments.
    fn program_for(&self, run: &Run) -> Result<Program> {
        let mut variables = self.saved.clone();
        let given = run.arguments.iter().filter_map(|one| one.strip_prefix("-var="));
        variables.extend(given.filter_map(|one| {
            let (name, value) = one.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        }));
        let read = (self.main.clone(), variables);
        let mut last = self.last_read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((earlier, program)) = &*last
            && *earlier == read
        {
            return Ok(program.clone());
        }
        let reader = Reader {
            schema: &|type_name| self.core.schema_of(type_name),
            provider: self.core.provider_schema(),
            variables: read.1.clone(),
        };
        // A step may configure the provider itself.
        let own = self.main.contains("\nprovider \"") || self.main.starts_with("provider \"");
        let provider = if own { "" } else { &self.provider };
        let program = reader.read(&format!("{provider}\n{}", self.main))?;
        *last = Some((read, program.clone()));
        Ok(program)
    }

    pub async fn terraform(&mut self, run: &Run) -> Result<Record> {
        ensure!(run.interrupt.is_none(), "the engine in small is not interrupted");
        ensure!(!run.generate_config, "the engine in small generates no configuration");
        let mut record = Record::default();
        let failed = match run.command {
            Command::Validate => {
                self.begin().await?;
                let said = self.core.validate(&self.program()?);
                self.end(&mut record, "validate", run, None, &said).await?
            }
            Command::Plan | Command::PlanDestroy => {
                let planned = self.plan(run).await?;
                self.end(&mut record, "plan", run, Some(&planned), &planned.said).await?
            }
            Command::Apply | Command::Destroy | Command::Refresh => {
                let planned = self.plan(run).await?;
                let failed =
                    self.end(&mut record, "plan", run, Some(&planned), &planned.said).await?;
                failed || self.apply(run, &planned, &mut record).await?
            }
        };
        if let (Some(title), false) = (&run.expect_error, failed) {
            bail!("expected an error `{title}`, but all went well");
        }
        if run.command == Command::Apply && !failed {
            self.follow_up(run, &mut record).await?;
        }
        Ok(record)
    }

    pub async fn plan(&mut self, run: &Run) -> Result<Planned> {
        self.begin().await?;
        let program = self.program_for(run)?;
        Ok(self.core.plan(&program, &options(run)?).await)
    }

    async fn apply(&mut self, run: &Run, planned: &Planned, record: &mut Record) -> Result<bool> {
        self.begin().await?;
        let program = self.program_for(run)?;
        let said = self.core.apply(&program, planned).await;
        let failed = self.end(record, "apply", run, None, &said).await?;
        if let Some(phase) = record.phases.get_mut("apply") {
            for (address, line) in std::mem::take(&mut self.core.progress) {
                phase.actions.entry(address).or_default().push(line);
            }
        }
        Ok(failed)
    }

    /// Plans and applies in one command, without clearing the journal.
    pub async fn plan_and_apply(&mut self, run: &Run) -> Result<Vec<Said>> {
        tokio::time::advance(START).await;
        let program = self.program_for(run)?;
        let mut planned = self.core.plan(&program, &options(run)?).await;
        let mut said = std::mem::take(&mut planned.said);
        if !planned.failed {
            said.extend(self.core.apply(&program, &planned).await);
        }
        Ok(said)
    }

    /// Begins a command: engines take a while to start, so that times differ.
    async fn begin(&self) -> Result<()> {
        tokio::time::advance(START).await;
        self.world.clear_calls().await
    }

    async fn follow_up(&mut self, run: &Run, record: &mut Record) -> Result<()> {
        let planned = self.plan(&Run::default()).await?;
        ensure!(!planned.failed, "the plan that follows failed: {:#?}", planned.said);
        let is_empty = planned.is_empty();
        ensure!(is_empty || run.leaves_changes, "the plan that follows is not empty: {planned:#?}");
        ensure!(!(is_empty && run.leaves_changes), "the plan that follows is empty");
        let phase = self.phase(run, (!is_empty).then_some(&planned), &planned.said).await?;
        record.phases.insert("then", phase);
        Ok(())
    }

    /// Records a command, and says whether it failed as it was expected to.
    async fn end(
        &mut self,
        record: &mut Record,
        name: &'static str,
        run: &Run,
        planned: Option<&Planned>,
        said: &[Said],
    ) -> Result<bool> {
        let failed = said.iter().any(|said| said.diagnostic.is_error());
        if failed {
            let Some(expected) = &run.expect_error else { bail!("{name} failed: {said:#?}") };
            let titles = said.iter().filter(|said| said.diagnostic.is_error());
            let as_expected = titles.clone().any(|said| said.diagnostic.summary.contains(expected));
            ensure!(as_expected, "{name} failed, but not with `{expected}`: {said:#?}");
        }
        let shown = planned.filter(|_| !failed);
        let phase = self.phase(run, shown, said).await?;
        record.phases.insert(name, phase);
        Ok(failed)
    }

    async fn phase(&self, run: &Run, planned: Option<&Planned>, said: &[Said]) -> Result<Phase> {
        let calls = counted(&self.world.calls().await?, &run.uncounted);
        let plan = planned.map(shown).unwrap_or_default();
        let actions = BTreeMap::new();
        Ok(Phase { plan, actions, diagnostics: messages(said), calls })
    }

    async fn act(&mut self, action: &Act) -> Result<Record> {
        match action {
            Act::Terraform(run) => return self.terraform(run).await,
            Act::Import(import) => {
                self.begin().await?;
                let (program, id) = (self.program()?, self.filled(&import.id)?);
                let said = self.core.import(&program, &import.address, &id).await;
                let run = Run {
                    leaves_changes: import.leaves_changes,
                    expect_error: import.expect_error.clone(),
                    ..Run::default()
                };
                let mut record = Record::default();
                let failed = self.end(&mut record, "import", &run, None, &said).await?;
                // The command has no machine-readable output: titles alone are compared.
                for phase in record.phases.values_mut() {
                    for message in &mut phase.diagnostics {
                        (message.address, message.detail) = (None, String::new());
                    }
                    phase.diagnostics.sort();
                }
                if !failed {
                    self.follow_up(&run, &mut record).await?;
                }
                return Ok(record);
            }
            Act::Api(call) => return self.api(call).await,
            Act::StateRm(addresses) => {
                addresses.iter().for_each(|address| self.core.state.remove(address));
            }
            // It knows one address of the provider alone.
            Act::Mirrored(_) => {}
            Act::Taint(address) => self.core.state.taint(address, true),
            Act::Untaint(address) => self.core.state.taint(address, false),
            Act::Save(values) => {
                for (name, value) in values {
                    let value = self.filled(value)?;
                    self.saved.insert(name.clone(), value);
                }
            }
            Act::Fault(fault) => self.admin("POST", "faults", Some(fault)).await?,
            Act::ClearFaults(_) => self.admin("DELETE", "faults", None).await?,
            Act::Switches(switches) => self.admin("PATCH", "switches", Some(switches)).await?,
            Act::Quotas(quotas) => self.admin("PATCH", "quotas", Some(quotas)).await?,
        }
        Ok(Record::default())
    }

    async fn admin(&self, method: &str, path: &str, body: Option<&Json>) -> Result<()> {
        let body = body.map(|body| self.filled_value(body)).transpose()?;
        self.world.admin(method, path, body.as_ref()).await.map(drop)
    }

    async fn api(&mut self, call: &ApiCall) -> Result<Record> {
        let path = self.filled_with(&call.path, |value| percent_encoded(&value))?;
        let body = call.body.as_ref().map(|body| self.filled_value(body)).transpose()?;
        let reply = self.world.api(&call.account, &call.method, &path, body.as_ref()).await?;
        let as_expected = match call.status {
            Some(status) => reply.status == status,
            None => (200..300).contains(&reply.status),
        };
        ensure!(as_expected, "{} {path} answered {}: {}", call.method, reply.status, reply.body);
        for (name, pointer) in &call.save {
            let value = reply.body.pointer(pointer).and_then(Json::as_str);
            let value = value.with_context(|| format!("no text at {pointer} in {}", reply.body))?;
            self.saved.insert(name.clone(), value.to_owned());
        }
        Ok(Record { reply: call.record.then_some(reply.body), ..Record::default() })
    }

    /// Adds a record to the outcome, together with what happened to the state.
    fn note(&mut self, title: String, mut record: Record) -> Result<()> {
        let mut normalised = State::default();
        for (address, attributes) in self.stored()?.instances {
            let Json::Object(attributes) = self.normaliser.value(attributes.into()) else {
                bail!("normalising an object gives an object");
            };
            normalised.instances.insert(address, attributes);
        }
        record.state = difference(&self.recorded, &normalised);
        self.recorded = normalised;
        let record = self.normaliser.value(serde_json::to_value(record)?);
        if record.as_object().is_some_and(|record| !record.is_empty()) {
            self.outcome.insert(title, record);
        }
        Ok(())
    }

    /// The state as the harness reads one.
    pub fn stored(&self) -> Result<State> {
        let mut state = State::default();
        for (place, stored) in &self.core.state.objects {
            let mut attributes: Map<String, Json> = serde_json::from_slice(&stored.attributes)?;
            if stored.tainted {
                attributes.insert("(status)".to_owned(), "tainted".into());
            }
            if let Some(identity) = &stored.identity {
                attributes.insert(IDENTITY.to_owned(), serde_json::from_slice(identity)?);
            }
            state.instances.insert(place.to_string(), attributes);
        }
        for (address, attributes) in &self.core.state.data {
            state.instances.insert(address.clone(), serde_json::from_slice(attributes)?);
        }
        Ok(state)
    }

    async fn clean_up(&mut self, scenario: &Scenario) -> Result<()> {
        self.world.admin("DELETE", "faults", None).await?;
        if !self.core.state.objects.is_empty() {
            let run = Run { command: Command::Destroy, ..Run::default() };
            let record = self.terraform(&run).await?;
            self.note("destroy".to_owned(), record)?;
        }
        ensure!(self.core.state.objects.is_empty(), "the state is not empty after destroy");
        let leftovers = self.world.leftovers().await?;
        match &scenario.settings.leaves_behind {
            None => ensure!(leftovers.is_empty(), "left in the sandbox: {leftovers:#?}"),
            Some(reason) => ensure!(!leftovers.is_empty(), "nothing is left, although: {reason}"),
        }
        Ok(())
    }

    // References in steps: `${saved.NAME}` and `${ADDRESS.ATTRIBUTE}`.

    pub fn filled(&self, text: &str) -> Result<String> {
        self.filled_with(text, |value| value)
    }

    fn filled_with(&self, text: &str, written: impl Fn(String) -> String) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, reference)) = rest.split_once("${") {
            let (name, after) = reference.split_once('}').context("a reference has no end")?;
            let value = match name.strip_prefix("saved.") {
                Some(name) => self.saved.get(name).cloned(),
                None => self.stored()?.lookup(name),
            };
            let value = value.with_context(|| format!("`{name}` is not known"))?;
            filled.push_str(before);
            filled.push_str(&written(value));
            rest = after;
        }
        Ok(filled + rest)
    }

    pub fn filled_value(&self, value: &Json) -> Result<Json> {
        Ok(match value {
            Json::String(text) => Json::String(self.filled(text)?),
            Json::Array(items) => Json::Array(
                items.iter().map(|item| self.filled_value(item)).collect::<Result<_>>()?,
            ),
            Json::Object(members) => {
                let filled = members
                    .iter()
                    .map(|(name, member)| Ok((self.filled(name)?, self.filled_value(member)?)));
                Json::Object(filled.collect::<Result<_>>()?)
            }
            other => other.clone(),
        })
    }
}

/// How values travel: as MessagePack of their type.
fn carry(value: &Value, ty: &Type) -> std::result::Result<Value, String> {
    let bytes = msgpack::encode(value, ty).map_err(|err| err.to_string())?;
    msgpack::decode(&bytes, ty).map_err(|err| err.to_string())
}

/// The arguments of a run that the engine in small has.
pub fn options(run: &Run) -> Result<Options> {
    let mode = match run.command {
        Command::Destroy | Command::PlanDestroy => Mode::Destroy,
        Command::Refresh => Mode::RefreshOnly,
        _ => Mode::Normal,
    };
    let mut options = Options { mode, replace: run.replace.clone(), ..Options::default() };
    for argument in &run.arguments {
        match argument.split_once('=') {
            Some(("-refresh", "false")) => options.skip_refresh = true,
            Some(("-invoke", address)) => options.invoke = Some(address.to_owned()),
            Some(("-target", address)) => options.targets.push(address.to_owned()),
            Some(("-replace", address)) => options.replace.push(address.to_owned()),
            // Taken when the configuration is read.
            Some(("-var", _)) => {}
            _ => bail!("the engine in small has no argument `{argument}`"),
        }
    }
    Ok(options)
}

/// What was said, sorted as the harness sorts it, each warning once as it takes them.
pub fn messages(said: &[Said]) -> Vec<Message> {
    let mut messages: Vec<Message> = said
        .iter()
        .map(|said| Message {
            severity: match said.diagnostic.severity {
                Severity::Error => "error".to_owned(),
                Severity::Warning => "warning".to_owned(),
            },
            summary: said.diagnostic.summary.clone(),
            address: said.address.as_deref().map(shown_address),
            at: None,
            detail: said.diagnostic.detail.clone(),
        })
        .collect();
    messages.sort();
    messages.dedup_by(|one, other| one == other && one.severity == "warning");
    messages
}

/// Provider blocks have addresses of their own in messages.
fn shown_address(address: &str) -> String {
    match address.strip_prefix("provider") {
        Some(alias) => format!("provider[\"registry.terraform.io/{SOURCE}\"]{alias}"),
        None => address.to_owned(),
    }
}

/// A plan as `show -json` gives it and the harness reads it.
fn shown(planned: &Planned) -> ShownPlan {
    let changes = planned.changes.iter();
    let changes = changes
        .filter(|(_, change)| change.action != Action::NoOp || change.importing)
        .map(|(place, change)| (place.address.clone(), shown_change(change)));
    let drift = planned.drift.iter().map(|(place, (before, after))| {
        let action = if after.is_null() { "delete" } else { "update" };
        let changed = if after.is_null() { Vec::new() } else { changed(before, after) };
        let shown = ShownChange { action: action.to_owned(), changed, ..ShownChange::default() };
        (place.address.clone(), shown)
    });
    let reads = planned.reads.iter().map(|address| {
        let shown = ShownChange { action: "read".to_owned(), ..ShownChange::default() };
        (address.clone(), shown)
    });
    let changes = changes.chain(reads).collect();
    ShownPlan { changes, drift: drift.collect(), outputs: BTreeMap::new() }
}

fn shown_change(change: &Change) -> ShownChange {
    let action = match change.action {
        Action::NoOp => "no-op",
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::DeleteThenCreate => "replace",
        Action::CreateThenDelete => "replace (create, then delete)",
    };
    let in_place = change.action == Action::Update || change.action.replaces();
    let step = |step: &wire::Step| match step {
        wire::Step::Attribute(name) | wire::Step::Key(name) => Json::from(name.as_str()),
        wire::Step::Index(index) => Json::from(*index),
    };
    // Engines do not tell keys from names, either.
    let path = |path: &AttributePath| written(&path.steps().iter().map(step).collect::<Vec<_>>());
    let mut replace_paths: Vec<String> = change.replace_paths.iter().map(path).collect();
    replace_paths.sort();
    let unknown = change.after.as_object().into_iter().flatten();
    let unknown = unknown.filter(|(_, value)| !value.is_wholly_known());
    ShownChange {
        action: action.to_owned(),
        changed: if in_place { changed(&change.before, &change.after) } else { Vec::new() },
        unknown: match change.action {
            Action::Update => unknown.map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        },
        replace_paths,
        importing: change.importing,
    }
}

/// The attributes of which something known is another than before.
fn changed(before: &Value, after: &Value) -> Vec<String> {
    let attributes = after.as_object().into_iter().flatten();
    let differs = attributes.filter(|(name, value)| {
        known_part(value).is_some_and(|after| known_part(before.get(name)).as_ref() != Some(&after))
    });
    differs.map(|(name, _)| name.clone()).collect()
}

/// A value in the JSON of a plan, which leaves out what is unknown.
fn known_part(value: &Value) -> Option<Json> {
    let members = |members: &BTreeMap<String, Value>| {
        members.iter().filter_map(|(name, one)| Some((name.clone(), known_part(one)?))).collect()
    };
    Some(match value {
        Value::Unknown => return None,
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => Json::String(number.to_string()),
        Value::String(text) => Json::String(text.clone()),
        Value::Object(of) | Value::Map(of) => Json::Object(members(of)),
        Value::Dynamic(dynamic) => return known_part(&dynamic.1),
        Value::Tuple(items) => {
            items.iter().map(|one| known_part(one).unwrap_or_default()).collect()
        }
        Value::List(_) | Value::Set(_) => {
            value.as_elements().map(|one| known_part(one).unwrap_or_default()).collect()
        }
    })
}

/// RFC 3986: everything but the unreserved characters.
fn percent_encoded(value: &str) -> String {
    let mut encoded = String::new();
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
