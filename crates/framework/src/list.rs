//! List resources: what there is of a managed type, as `terraform query` asks for it.
//!
//! A list says what is found, and by which identity. The objects themselves are
//! imported and read by their resource, so that what a query shows, and what is
//! written from it, is what an import gives.

use std::marker::PhantomData;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use futures_util::future::ready;
use futures_util::stream::{Stream, StreamExt, iter, once};
use tokio_util::sync::CancellationToken;

use super::caught::caught;
use super::data::not_yet;
use super::diagnostics::{Diagnostic, Diagnostics, Severity};
use super::managed::ManagedResource;
use super::page::Need;
use super::private::Private;
use super::provider::Configured;
use super::resource::{Context, ImportTarget, Resource};
use super::schema::{Attribute, Schema};
use super::validators::validate_config;
use wire::Value;

/// How many objects are read at the same time. Lists of one query run side by side, and share what
/// the service allows.
const AT_ONCE: usize = 4;

/// What can be listed of a resource.
pub trait ListResource: Send + Sync + Sized + 'static {
    /// The resource whose objects are listed.
    type Of: Resource;

    /// What the list is, for its page.
    const ABOUT: &'static str;

    /// What the service must allow, besides the reads of objects.
    fn needs() -> Vec<Need> {
        Vec::new()
    }

    /// The arguments: what narrows the list.
    fn arguments() -> Vec<Attribute>;

    /// Finds what there is, in an order that does not depend on the service. `config` is wholly known.
    ///
    /// # Errors
    ///
    /// The list was not read to its end.
    fn list(
        cx: &Context<'_, <Self::Of as Resource>::Client>,
        config: &Value,
    ) -> impl Future<Output = Result<Vec<Listed>, Diagnostics>> + Send;
}

/// An object in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its identity, as a read gives it.
    pub identity: Value,
    /// How a person knows it.
    pub display_name: String,
}

/// What core asks of a list.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The arguments.
    pub config: Value,
    /// Whether each object is wanted whole.
    pub includes_objects: bool,
    /// At most so many objects.
    pub limit: usize,
}

/// An object that a query has found, or what is told in place of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// Its identity; null where something is told alone. Core takes that for an object only.
    pub identity: Value,
    /// How a person knows it.
    pub display_name: String,
    /// The whole object; null where it was not asked for.
    pub object: Value,
    /// What the user is told. An error ends the query, and core forgets what was found.
    pub diagnostics: Diagnostics,
}

/// A list resource whose SDK types are out of sight, so that the server can hold all of them.
#[async_trait]
pub trait AnyListResource<C>: Send + Sync {
    /// The name of the type that is listed.
    fn type_name(&self) -> &'static str;
    /// The arguments.
    fn schema(&self) -> &Schema;
    /// What the service must allow, besides the reads of objects.
    fn needs(&self) -> Vec<Need> {
        Vec::new()
    }
    /// Checks a configuration without any call.
    fn validate(&self, config: &Value) -> Diagnostics;
    /// Finds what there is.
    ///
    /// # Errors
    ///
    /// The list was not read to its end.
    async fn list(
        &self,
        provider: &Configured<C>,
        stop: CancellationToken,
        config: &Value,
    ) -> Result<Vec<Listed>, Diagnostics>;
}

/// The framework's part of every list `L`.
pub struct Lists<L> {
    schema: LazyLock<Schema>,
    list: PhantomData<L>,
}

impl<L: ListResource> Lists<L> {
    /// The list, ready for the server.
    pub fn shared() -> Arc<dyn AnyListResource<<L::Of as Resource>::Client>> {
        Arc::new(Self { schema: LazyLock::new(Self::make_schema), list: PhantomData::<L> })
    }

    fn make_schema() -> Schema {
        let (description, attributes) = (L::ABOUT.to_owned(), L::arguments());
        Schema { description, attributes, ..Schema::default() }
    }
}

#[async_trait]
impl<L: ListResource> AnyListResource<<L::Of as Resource>::Client> for Lists<L> {
    fn type_name(&self) -> &'static str {
        L::Of::TYPE_NAME
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn needs(&self) -> Vec<Need> {
        L::needs()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate_config(&self.schema, config)
    }

    async fn list(
        &self,
        provider: &Configured<<L::Of as Resource>::Client>,
        stop: CancellationToken,
        config: &Value,
    ) -> Result<Vec<Listed>, Diagnostics> {
        if let Some(unknown) = &provider.unknown {
            return Err(not_yet(&format_args!("list.{}", L::Of::TYPE_NAME), unknown).into());
        }
        let cx = Context::new(&provider.client, stop, Private::default());
        L::list(&cx, config).await
    }
}

/// What a query finds, one after the other.
///
/// Whoever drops the stream ends all that is under way: core does so once it
/// has as many objects as it wants.
pub fn events<C: Send + Sync + 'static>(
    list: Arc<dyn AnyListResource<C>>,
    resource: Arc<dyn ManagedResource<C>>,
    provider: Arc<Configured<C>>,
    stop: CancellationToken,
    query: Query,
) -> impl Stream<Item = Event> + Send + 'static {
    let Query { config, includes_objects, limit } = query;
    let listing = {
        let (provider, stop) = (Arc::clone(&provider), stop.clone());
        async move { list.list(&provider, stop, &config).await }
    };
    let events = once(listing).flat_map(move |listed| {
        let (told, listed) = match listed {
            Ok(listed) => (None, listed),
            Err(diagnostics) => (Some(Event { diagnostics, ..Event::default() }), Vec::new()),
        };
        let (resource, provider, stop) =
            (Arc::clone(&resource), Arc::clone(&provider), stop.clone());
        let found = iter(listed).map(move |listed| {
            let (resource, provider) = (Arc::clone(&resource), Arc::clone(&provider));
            let stop = stop.clone();
            async move {
                match includes_objects {
                    true => whole(&*resource, &provider, stop, listed).await,
                    false => {
                        let Listed { identity, display_name } = listed;
                        Some(Event { identity, display_name, ..Event::default() })
                    }
                }
            }
        });
        let found = found.buffered(AT_ONCE.min(limit).max(1)).filter_map(ready);
        iter(told).chain(found)
    });
    events.scan(0, move |found, event| {
        let is_over = *found >= limit && !event.diagnostics.has_error();
        *found += usize::from(!event.identity.is_null());
        ready((!is_over).then_some(event))
    })
}

/// An object as an import gives it; none for one that is gone by now.
///
/// One that cannot be read is a warning, and no identity goes with that: core
/// would have an object whose attributes it then looks for in vain.
async fn whole<C: Send + Sync>(
    resource: &dyn ManagedResource<C>,
    provider: &Configured<C>,
    stop: CancellationToken,
    listed: Listed,
) -> Option<Event> {
    let Listed { identity, display_name } = listed;
    let reading = async {
        let imported = resource.import(provider, ImportTarget::Identity(&identity))?;
        Ok::<_, Diagnostics>(resource.read(provider, stop, imported).await)
    };
    let read = match caught(reading).await {
        Ok(Ok(read)) => read,
        Ok(Err(errors)) => return Some(unread(&display_name, errors)),
        Err(panic) => {
            let bug = format!("Reading {} for a query panicked: {panic}", resource.type_name());
            return Some(unread(&display_name, Diagnostic::bug(bug).into()));
        }
    };
    if read.diagnostics.has_error() {
        return Some(unread(&display_name, read.diagnostics));
    }
    if read.state.is_null() {
        return None;
    }
    let (identity, object, diagnostics) = (read.identity, read.state, read.diagnostics);
    Some(Event { identity, display_name, object, diagnostics })
}

/// What is told in place of an object that could not be read.
fn unread(display_name: &str, errors: Diagnostics) -> Event {
    let as_warning = |error: Diagnostic| Diagnostic {
        severity: Severity::Warning,
        summary: format!("`{display_name}` is left out: {}", error.summary),
        ..error
    };
    let diagnostics = errors.into_iter().map(as_warning).collect();
    Event { diagnostics, ..Event::default() }
}

#[cfg(test)]
mod tests;
