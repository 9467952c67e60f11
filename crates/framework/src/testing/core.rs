//! [`Core`]: the commands of an engine, each with provider processes of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_util::sync::CancellationToken;

use super::moves;
use super::program::Program;
use super::run::Run;
use super::state::{Place, State};
use crate::action::AnyAction;
use crate::data::AnyDataSource;
use crate::managed::ManagedResource;
use crate::schema::Schema;
use crate::validators::validate_config;
use crate::{Configured, Diagnostic, Diagnostics, Provider};
use wire::{AttributePath, Type, Value};

/// How a value gets from one process to another: encoded and decoded for its type.
pub type Carry = fn(&Value, &Type) -> Result<Value, String>;

/// What stands between a configured provider and its service; also given the number of the walk, whose
/// processes live at the same time.
pub type Connect<C> = Box<dyn Fn(usize, Configured<C>) -> Configured<C> + Send + Sync>;

/// An engine in small, with the state that it has come to.
pub struct Core<P: Provider> {
    /// What is stored.
    pub state: State,
    /// What a user's stop cancels. A command after it needs another one.
    pub stop: CancellationToken,
    pub(super) resources: BTreeMap<&'static str, Arc<dyn ManagedResource<P::Client>>>,
    pub(super) data_sources: BTreeMap<&'static str, Arc<dyn AnyDataSource<P::Client>>>,
    pub(super) actions: BTreeMap<&'static str, Arc<dyn AnyAction<P::Client>>>,
    /// What actions have told in the last apply: the address, and a line.
    pub progress: Vec<(String, String)>,
    pub(super) carry: Carry,
    schema: Schema,
    connect: Connect<P::Client>,
    walks: AtomicUsize,
}

/// Something said while a command ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The address that it is about; none for a provider.
    pub address: Option<String>,
    /// What is said.
    pub diagnostic: Diagnostic,
}

/// What a plan is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// To bring about what the configuration says.
    #[default]
    Normal,
    /// To destroy everything.
    Destroy,
    /// To store what has changed elsewhere.
    RefreshOnly,
}

/// The arguments of a plan.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What it is for.
    pub mode: Mode,
    /// `-refresh=false`.
    pub skip_refresh: bool,
    /// `-replace`.
    pub replace: Vec<String>,
    /// `-invoke`: one action, and nothing else is changed.
    pub invoke: Option<String>,
    /// `-target`; none at all is everything.
    pub targets: Vec<String>,
}

/// What is to happen to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is destroyed.
    Delete,
    /// It is destroyed, and another is made.
    DeleteThenCreate,
    /// Another is made, and it is destroyed.
    CreateThenDelete,
}

impl Action {
    /// Whether another object takes the place of this one.
    pub fn replaces(self) -> bool {
        matches!(self, Self::DeleteThenCreate | Self::CreateThenDelete)
    }
}

/// A planned change.
#[derive(Clone, Debug)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// What is; null for a new object.
    pub before: Value,
    /// What will be, as far as it is known; null for a destroyed object.
    pub after: Value,
    /// The paths that force a replacement.
    pub replace_paths: Vec<AttributePath>,
    /// Whether the object is new in state only.
    pub importing: bool,
    /// The type that both values are of.
    pub ty: Type,
    pub(super) private: Vec<u8>,
    pub(super) identity: Value,
    /// Where the old object stands while its replacement is made first.
    pub(super) deposed: Option<Place>,
}

/// A plan, and the state that it rests on.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// What happens, by place; an entry may be that nothing does.
    pub changes: BTreeMap<Place, Change>,
    /// What has changed elsewhere: before and now, which is null if it is gone.
    pub drift: BTreeMap<Place, (Value, Value)>,
    /// The data sources that are read in the apply.
    pub reads: BTreeSet<String>,
    /// The action that is invoked and nothing else.
    pub invoke: Option<String>,
    /// What was said.
    pub said: Vec<Said>,
    /// Whether it failed, so that it cannot be applied.
    pub failed: bool,
    pub(super) state: State,
}

impl Planned {
    /// Whether nothing is to be done; drift alone is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.reads.is_empty()
            && self.invoke.is_none()
            && self
                .changes
                .values()
                .all(|change| change.action == Action::NoOp && !change.importing)
    }
}

impl<P: Provider> Core<P> {
    /// An engine with an empty state. `connect` puts the service under each
    /// freshly configured provider, `carry` takes values from process to process.
    pub fn new(connect: Connect<P::Client>, carry: Carry) -> Self {
        let resources = P::resources().into_iter().map(|one| (one.type_name(), one)).collect();
        let data_sources = P::data_sources().into_iter().map(|one| (one.type_name(), one));
        let actions = P::actions().into_iter().map(|one| (one.type_name(), one)).collect();
        let (state, stop, walks) = Default::default();
        let (data_sources, schema, progress) = (data_sources.collect(), P::schema(), Vec::new());
        Self {
            state,
            stop,
            resources,
            data_sources,
            actions,
            progress,
            carry,
            schema,
            connect,
            walks,
        }
    }

    /// The schema of a resource type, core's own included, or of a data source, after `data.`, or of
    /// an action, after `action.`.
    pub fn schema_of(&self, type_name: &str) -> Option<Schema> {
        if let Some(data_source) = type_name.strip_prefix("data.") {
            return self.data_sources.get(data_source).map(|source| source.schema().clone());
        }
        if let Some(action) = type_name.strip_prefix("action.") {
            return self.actions.get(action).map(|action| action.schema().clone());
        }
        if type_name == super::data::TYPE_NAME {
            return Some(super::data::schema());
        }
        self.resources.get(type_name).map(|resource| resource.schema().clone())
    }

    /// The schema of the provider block.
    pub fn provider_schema(&self) -> &Schema {
        &self.schema
    }

    /// Checks a configuration without any call.
    pub fn validate(&self, program: &Program) -> Vec<Said> {
        let run = Run::new(self, program, self.state.clone(), false);
        run.validate_all();
        run.finish().1
    }

    /// Plans, and changes nothing: not even what is stored.
    pub async fn plan(&self, program: &Program, options: &Options) -> Planned {
        let (state, said) = moves::moved(self, program);
        if !said.is_empty() {
            return Planned { said, failed: true, state, ..Planned::default() };
        }
        match options.mode {
            Mode::Normal | Mode::RefreshOnly => {
                let run = Run::new(self, program, state, false);
                run.plan(options, self.wanted(program, options)).await
            }
            Mode::Destroy => self.plan_destroy(program, options, state).await,
        }
    }

    /// Core plans with the configuration before it plans to destroy, and keeps
    /// of that only the refreshed state and what stops it (protocol, e.6).
    async fn plan_destroy(
        &self,
        program: &Program,
        options: &Options,
        mut state: State,
    ) -> Planned {
        if !options.skip_refresh {
            let first = Options { mode: Mode::Normal, ..options.clone() };
            let run = Run::new(self, program, state, false);
            let refreshed = run.plan(&first, self.wanted(program, options)).await;
            if refreshed.failed {
                return refreshed;
            }
            state = refreshed.state;
        }
        let run = Run::new(self, program, state, false);
        run.plan_destroy(self.wanted(program, options)).await
    }

    /// Carries a plan out, and stores what it came to.
    pub async fn apply(&mut self, program: &Program, planned: &Planned) -> Vec<Said> {
        let run = Run::new(self, program, planned.state.clone(), true);
        run.apply(planned).await;
        let progress = run.progress();
        let (state, said) = run.finish();
        (self.state, self.progress) = (state, progress);
        said
    }

    /// Takes an object that exists into the state, as the command `import` does.
    pub async fn import(&mut self, program: &Program, address: &str, id: &str) -> Vec<Said> {
        let run = Run::new(self, program, self.state.clone(), false);
        run.import_by_command(address, id).await;
        let (state, said) = run.finish();
        if !said.iter().any(|said| said.diagnostic.is_error()) {
            self.state = state;
        }
        said
    }

    /// The number of a walk that begins.
    pub(super) fn next_walk(&self) -> usize {
        self.walks.fetch_add(1, Ordering::Relaxed)
    }

    /// A provider in a process of its own, configured as its block says.
    pub(super) fn configure(
        &self,
        walk: usize,
        config: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<Configured<P::Client>> {
        self.validate_provider(config, diagnostics);
        if diagnostics.has_error() {
            return None;
        }
        // In a process of its own, as it were: files are read there, whatever this one's clock says.
        let configured = std::thread::scope(|scope| {
            let configuring = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = runtime.expect("a runtime can be made");
                runtime.block_on(P::configure(config, "1.11.4", diagnostics))
            });
            configuring.join().expect("configuring does not panic")
        });
        configured.map(|configured| (self.connect)(walk, configured))
    }

    pub(super) fn validate_provider(&self, config: &Value, diagnostics: &mut Diagnostics) {
        diagnostics.extend(validate_config(&self.schema, config));
        P::validate(config, diagnostics);
    }

    /// The addresses that `-target` leaves; none for all of them.
    fn wanted(&self, program: &Program, options: &Options) -> Option<BTreeSet<String>> {
        if options.targets.is_empty() {
            return None;
        }
        let mut wanted: BTreeSet<String> = options.targets.iter().cloned().collect();
        for target in &options.targets {
            if options.mode == Mode::Destroy {
                let stored = self.state.objects.iter();
                let resting = stored.filter(|(_, stored)| stored.dependencies.contains(target));
                wanted.extend(resting.map(|(place, _)| place.address.clone()));
            } else if let Some(declared) = program.instance(target) {
                wanted.extend(program.foundations(declared));
            }
        }
        Some(wanted)
    }
}
