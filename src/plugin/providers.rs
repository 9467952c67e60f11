//! Which provider answers a connection.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tonic::Request;

use super::Mode;
use crate::proto::tfplugin6::provider_server::Provider;
use crate::proto::tfplugin6::stop_provider;

/// The providers of this process.
///
/// A host starts a process for each of its provider configurations, which are
/// its aliases, too. Of a provider that it attaches to there is one process
/// for all of them; what it has for each is a connection of its own (Terraform
/// `command/meta_providers.go`, `unmanagedProviderFactory`). So there a
/// connection has a provider of its own: one alias never acts with another's
/// credentials, and its StopProvider stops nobody else.
pub(super) struct Providers<P, F> {
    make: F,
    /// The one that answers every connection, which its host may replace.
    shared: Option<Arc<P>>,
    /// All that may have work.
    made: Mutex<Vec<Weak<P>>>,
}

impl<P: Provider, F: Fn() -> P> Providers<P, F> {
    pub(super) fn new(mode: Mode, make: F) -> Self {
        let mut providers = Providers { make, shared: None, made: Mutex::default() };
        if mode == Mode::Plugin {
            providers.shared = Some(providers.another());
        }
        providers
    }

    /// The provider of a connection that was just made.
    pub(super) fn of_connection(&self) -> Arc<P> {
        self.shared.clone().unwrap_or_else(|| self.another())
    }

    fn another(&self) -> Arc<P> {
        let provider = Arc::new((self.make)());
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|provider| provider.strong_count() > 0);
        made.push(Arc::downgrade(&provider));
        provider
    }

    /// Says StopProvider to all, as a host would.
    pub(super) async fn stop(&self) {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for provider in made.iter().filter_map(Weak::upgrade) {
            // What it answers is for hosts; there is nobody here to tell.
            let _ = provider.stop_provider(Request::new(stop_provider::Request::default())).await;
        }
    }
}
