//! The provider as the framework sees it: its own schema, its resources, and what configuring it gives.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio_util::sync::CancellationToken;

use super::action::AnyAction;
use super::data::AnyDataSource;
use super::diagnostics::Diagnostics;
use super::list::AnyListResource;
use super::managed::ManagedResource;
use super::plan::Walk;
use super::resource::lock;
use super::schema::Schema;
use wire::Value;

/// A provider: what it can be told, and what it manages.
pub trait Provider: Send + Sync + Sized + 'static {
    /// What a configured provider hands to its resources.
    type Client: Send + Sync + 'static;

    /// The schema of the provider block.
    fn schema() -> Schema;

    /// Everything that the provider manages.
    fn resources() -> Vec<Arc<dyn ManagedResource<Self::Client>>>;

    /// Everything that can be looked up.
    fn data_sources() -> Vec<Arc<dyn AnyDataSource<Self::Client>>> {
        Vec::new()
    }

    /// Everything that can be listed.
    fn list_resources() -> Vec<Arc<dyn AnyListResource<Self::Client>>> {
        Vec::new()
    }

    /// Everything that can be done when it is asked for.
    fn actions() -> Vec<Arc<dyn AnyAction<Self::Client>>> {
        Vec::new()
    }

    /// Checks of the provider block that rows cannot express, silent on unknown values.
    fn validate(config: &Value, diagnostics: &mut Diagnostics);

    /// Configures the provider, without any call: commands that need none need no credentials.
    /// What a plan needs of files is read here, for a plan reads none.
    ///
    /// # Errors
    ///
    /// The configuration contradicts itself.
    fn configure(
        config: &Value,
        engine_version: &str,
        diagnostics: &mut Diagnostics,
    ) -> impl Future<Output = Option<Configured<Self::Client>>> + Send;
}

/// The engine that configures the provider, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Engine<'a> {
    /// Its version, as it says it.
    pub version: &'a str,
    /// Whether it is OpenTofu, which says so nowhere in the protocol.
    pub is_opentofu: bool,
}

impl Engine<'_> {
    /// Whether it says in an apply that deferral is allowed: Terraform does since 1.9, OpenTofu never.
    fn tells_apply(&self) -> bool {
        let mut parts = self.version.split('.').map(|part| part.parse::<u32>().ok());
        let has_deferral = match (parts.next().flatten(), parts.next().flatten()) {
            (Some(major), Some(minor)) => (major, minor) >= (1, 9),
            _ => true,
        };
        has_deferral && !self.is_opentofu
    }
}

/// A configured provider.
#[derive(Debug)]
pub struct Configured<C> {
    /// What resources work with.
    pub client: C,
    /// The name of an argument that is unknown at plan and without which nothing can be read.
    pub unknown: Option<String>,
}

/// A provider in one process: its schemas, and its configuration once core has sent it.
pub struct ProviderServer<P: Provider> {
    schema: Schema,
    resources: BTreeMap<&'static str, Arc<dyn ManagedResource<P::Client>>>,
    data_sources: BTreeMap<&'static str, Arc<dyn AnyDataSource<P::Client>>>,
    list_resources: BTreeMap<&'static str, Arc<dyn AnyListResource<P::Client>>>,
    actions: BTreeMap<&'static str, Arc<dyn AnyAction<P::Client>>>,
    session: Mutex<Session<P::Client>>,
}

/// What lasts from one ConfigureProvider to the next: a debugged process serves many walks.
struct Session<C> {
    configured: Option<Arc<Configured<C>>>,
    stop: CancellationToken,
    has_read: bool,
    /// Whether the engine says in an apply that deferral is allowed.
    tells_apply: bool,
}

impl<P: Provider> Default for ProviderServer<P> {
    fn default() -> Self {
        let stop = CancellationToken::new();
        let session = Session { configured: None, stop, has_read: false, tells_apply: true };
        let resources = P::resources().into_iter().map(|r| (r.type_name(), r)).collect();
        let data_sources = P::data_sources().into_iter().map(|d| (d.type_name(), d)).collect();
        let list_resources = P::list_resources().into_iter().map(|l| (l.type_name(), l)).collect();
        let actions = P::actions().into_iter().map(|a| (a.type_name(), a)).collect();
        let (schema, session) = (P::schema(), Mutex::new(session));
        Self { schema, resources, data_sources, list_resources, actions, session }
    }
}

impl<P: Provider> ProviderServer<P> {
    /// The schema of the provider block.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// All resources by type name.
    pub fn resources(&self) -> impl Iterator<Item = &Arc<dyn ManagedResource<P::Client>>> {
        self.resources.values()
    }

    /// The resource of that type name.
    pub fn resource(&self, type_name: &str) -> Option<Arc<dyn ManagedResource<P::Client>>> {
        self.resources.get(type_name).cloned()
    }

    /// All data sources by type name.
    pub fn data_sources(&self) -> impl Iterator<Item = &Arc<dyn AnyDataSource<P::Client>>> {
        self.data_sources.values()
    }

    /// The data source of that type name.
    pub fn data_source(&self, type_name: &str) -> Option<Arc<dyn AnyDataSource<P::Client>>> {
        self.data_sources.get(type_name).cloned()
    }

    /// All list resources by type name.
    pub fn list_resources(&self) -> impl Iterator<Item = &Arc<dyn AnyListResource<P::Client>>> {
        self.list_resources.values()
    }

    /// The list resource of that type name.
    pub fn list_resource(&self, type_name: &str) -> Option<Arc<dyn AnyListResource<P::Client>>> {
        self.list_resources.get(type_name).cloned()
    }

    /// All actions by type name.
    pub fn actions(&self) -> impl Iterator<Item = &Arc<dyn AnyAction<P::Client>>> {
        self.actions.values()
    }

    /// The action of that type name.
    pub fn action(&self, type_name: &str) -> Option<Arc<dyn AnyAction<P::Client>>> {
        self.actions.get(type_name).cloned()
    }

    /// Checks a provider block without any call.
    pub fn validate(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = super::validators::validate_config(&self.schema, config);
        P::validate(config, &mut diagnostics);
        diagnostics
    }

    /// Takes a configuration; what was stopped before may run again.
    pub async fn configure(&self, config: &Value, engine: Engine<'_>) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if let Some(configured) = P::configure(config, engine.version, &mut diagnostics).await {
            let configured = Some(Arc::new(configured));
            let tells_apply = engine.tells_apply();
            let mut session = self.session();
            // Calls of the configuration before this one may still run, and a stop is for all.
            let stopped = session.stop.is_cancelled();
            let stop = if stopped { CancellationToken::new() } else { session.stop.clone() };
            *session = Session { configured, stop, has_read: false, tells_apply };
        }
        diagnostics
    }

    /// What the provider was configured with; `None` before that.
    pub fn configured(&self) -> Option<Arc<Configured<P::Client>>> {
        self.session().configured.clone()
    }

    /// The token that ends waits, polls and reads once core asks to stop.
    pub fn stop_token(&self) -> CancellationToken {
        self.session().stop.clone()
    }

    /// Notes that an object was refreshed, which happens while planning and never in an apply.
    pub fn note_read(&self) {
        self.session().has_read = true;
    }

    /// When core asks for a plan.
    ///
    /// Terraform since 1.9 allows deferral in every apply, and in a plan only
    /// when an experiment is on. In an apply nothing is refreshed. So both
    /// together are a sure sign. Terraform before 1.9 and OpenTofu give none
    /// (OpenTofu 1.12.6, `plugin6/grpc_provider.go`: the two send the same);
    /// there, what was not refreshed is taken for an apply.
    pub fn walk(&self, deferral_allowed: bool) -> Walk {
        let session = self.session();
        match (session.has_read, deferral_allowed || !session.tells_apply) {
            (true, _) => Walk::Plan,
            (false, true) => Walk::Apply,
            (false, false) => Walk::Unrefreshed,
        }
    }

    /// Ends waits, polls, retries and reads; a change that was sent is awaited all the same.
    pub fn stop(&self) {
        self.session().stop.cancel();
    }

    fn session(&self) -> MutexGuard<'_, Session<P::Client>> {
        lock(&self.session)
    }
}
