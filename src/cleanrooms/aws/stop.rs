//! Calls that end when the user stops Terraform: what only looks is given up at
//! once, what was sent to change something is awaited and not sent again.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_cleanrooms::config::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio_util::sync::CancellationToken;

/// How long a pause goes on at most after a stop. Not nothing, for the SDK also
/// sleeps to look after a transfer, again and again.
const LAST_PAUSE: Duration = Duration::from_millis(100);

/// The user stopped Terraform.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopped {
    /// Whether the call was sent before, so that it may have been executed.
    pub(super) was_sent: bool,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Terraform was stopped")
    }
}

impl Error for Stopped {}

/// Marks a request that only looks, for the client that sends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnlyLooks;

/// Something that goes on until a stop.
#[derive(Clone, Debug)]
pub(super) struct Until<T> {
    pub(super) inner: T,
    pub(super) stop: CancellationToken,
}

impl HttpClient for Until<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Until { inner, stop: self.stop.clone() })
    }
}

impl HttpConnector for Until<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let only_looks = request.extension::<OnlyLooks>().is_some();
        let sending = self.inner.call(request);
        if !only_looks {
            return sending;
        }
        let stop = self.stop.clone();
        HttpConnectorFuture::new(async move {
            let stopped = || ConnectorError::user(Stopped { was_sent: false }.into());
            stop.run_until_cancelled(sending).await.unwrap_or_else(|| Err(stopped()))
        })
    }
}

impl ProvideCredentials for Until<SharedCredentialsProvider> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let stopped = || CredentialsError::provider_error(Stopped { was_sent: false });
            let asking = self.inner.provide_credentials();
            self.stop.run_until_cancelled(asking).await.unwrap_or_else(|| Err(stopped()))
        })
    }
}

impl AsyncSleep for Until<SharedAsyncSleep> {
    fn sleep(&self, duration: Duration) -> Sleep {
        let this = self.clone();
        Sleep::new(async move {
            let whole = this.inner.sleep(duration);
            if this.stop.run_until_cancelled(whole).await.is_none() {
                this.inner.sleep(duration.min(LAST_PAUSE)).await;
            }
        })
    }
}
