//! [`Aws`]: clients, made when they are first asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::provider_config::ProviderConfig as Sources;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials;
use tokio::sync::OnceCell;

use super::config::ProviderConfig;
use super::credentials::{self, Kit};
use super::errors::AwsError;
use super::observe::{Observer, ServerClock};
use super::profiles::Profiles;
use super::retries::{retry_config, retry_partition};
use super::settings::{Service, Settings};
use super::sts::{StsClients, with_credentials};
use super::wait::Intervals;
use super::{http, region, secrets};

/// How long connecting may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// AWS as one provider configuration sees it. Cheap to clone; all clones share
/// one pool of connections, one set of credentials and one client per Region.
#[derive(Clone)]
pub struct Aws(Arc<Inner>);

struct Inner {
    config: ProviderConfig,
    intervals: Intervals,
    clock: Arc<ServerClock>,
    region: OnceLock<Result<String, AwsError>>,
    loaded: OnceCell<Result<Loaded, AwsError>>,
    clients: Mutex<HashMap<(String, Retries), aws_sdk_cleanrooms::Client>>,
    account: OnceCell<String>,
}

/// What was found out before the first call.
#[derive(Clone)]
struct Loaded {
    /// What all clients have in common, with credentials that exist.
    sdk: SdkConfig,
    /// The address of AWS Clean Rooms, if it is not AWS's.
    cleanrooms: Option<String>,
    /// Clients of STS, with the same credentials.
    sts: StsClients,
}

/// Who repeats a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Retries {
    /// The SDK.
    Sdk,
    /// The caller, who knows whether the call may have been executed.
    Caller,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Aws {
    /// Takes the configuration and does nothing with it yet: no file is read
    /// and nothing is asked.
    pub fn new(config: ProviderConfig, intervals: Intervals) -> Self {
        secrets::remember_configured(&config);
        Self(Arc::new(Inner {
            config,
            intervals,
            clock: Arc::default(),
            region: OnceLock::new(),
            loaded: OnceCell::new(),
            clients: Mutex::default(),
            account: OnceCell::new(),
        }))
    }

    /// The configuration, e.g. for its default tags.
    pub fn config(&self) -> &ProviderConfig {
        &self.0.config
    }

    /// The intervals of everything that waits.
    pub fn intervals(&self) -> &Intervals {
        &self.0.intervals
    }

    /// Finds the Region of the provider: its argument, the environment, or
    /// the profile; remembered. To be awaited when the provider is configured,
    /// so that [`region`](Self::region) knows it. Reads the shared files if
    /// nothing else names a Region, and asks no service.
    ///
    /// # Errors
    ///
    /// As for [`region`](Self::region).
    pub async fn resolve_region(&self) -> Result<String, AwsError> {
        if self.0.region.get().is_none() {
            let resolved = region::resolve(&self.0.config).await;
            // Whoever was first is right as well.
            let _ = self.0.region.set(resolved);
        }
        self.region()
    }

    /// The Region of the provider, as [`resolve_region`](Self::resolve_region)
    /// has found it. Reads no file: a plan may ask.
    ///
    /// # Errors
    ///
    /// When no Region is configured, or one that cannot be, or the shared
    /// files are broken.
    pub fn region(&self) -> Result<String, AwsError> {
        match self.0.region.get() {
            Some(resolved) => resolved.clone(),
            None => region::without_files(&self.0.config).unwrap_or_else(|| Err(region::nowhere())),
        }
    }

    /// The time by AWS's clock, as the last reply told it, to about a second;
    /// this machine's time before the first reply.
    pub fn server_time(&self) -> SystemTime {
        self.0.clock.now()
    }

    /// The client for a Region. Failed calls are repeated by the SDK, so it
    /// must not be used for CreateCollaboration and CreateMembership.
    ///
    /// # Errors
    ///
    /// When there are no credentials or the configuration is not usable. Such
    /// a failure is final for this process.
    pub async fn cleanrooms(&self, region: &str) -> Result<aws_sdk_cleanrooms::Client, AwsError> {
        self.client(region, Retries::Sdk).await
    }

    /// The client for a Region, for creates that carry no client token: no
    /// call is repeated. The caller judges by [`AwsError`]'s `outcome` whether
    /// it may be, for instance with [`retry_while`](super::retry_while).
    ///
    /// # Errors
    ///
    /// As for [`cleanrooms`](Self::cleanrooms).
    pub async fn cleanrooms_no_retry(
        &self,
        region: &str,
    ) -> Result<aws_sdk_cleanrooms::Client, AwsError> {
        self.client(region, Retries::Caller).await
    }

    /// The account that the credentials belong to, asked of STS when it is
    /// first needed, and remembered.
    ///
    /// # Errors
    ///
    /// When STS cannot be asked; the next call asks again. Also when it must not
    /// be asked, by `skip_requesting_account_id`.
    pub async fn caller_account(&self) -> Result<String, AwsError> {
        if self.0.config.skip_requesting_account_id {
            return Err(AwsError::configuration(
                "`skip_requesting_account_id` of the provider block forbids to ask STS to which \
                 account the credentials belong. Remove the argument; or, if the object surely was \
                 deleted elsewhere, take it out of the state with `terraform state rm`.",
            ));
        }
        self.0.account.get_or_try_init(|| self.ask_account()).await.cloned()
    }

    /// Checks `allowed_account_ids` and `forbidden_account_ids`, to be done
    /// before anything is changed. Asks STS only if there is something to check.
    ///
    /// # Errors
    ///
    /// When nothing may be changed in the account, or STS cannot be asked.
    pub async fn check_account_allowed(&self) -> Result<(), AwsError> {
        let ProviderConfig { allowed_account_ids, forbidden_account_ids, .. } = self.config();
        if allowed_account_ids.is_empty() && forbidden_account_ids.is_empty() {
            return Ok(());
        }
        let account = self.caller_account().await?;
        if !allowed_account_ids.is_empty() && !allowed_account_ids.contains(&account) {
            return Err(AwsError::account_not_allowed(format!(
                "The credentials belong to account {account}, which is not among \
                 `allowed_account_ids` of the provider block ({}). Nothing was changed.",
                allowed_account_ids.join(", ")
            )));
        }
        if forbidden_account_ids.contains(&account) {
            return Err(AwsError::account_not_allowed(format!(
                "The credentials belong to account {account}, which `forbidden_account_ids` of \
                 the provider block names. Nothing was changed."
            )));
        }
        Ok(())
    }

    async fn ask_account(&self) -> Result<String, AwsError> {
        let region = self.resolve_region().await?;
        let loaded = self.loaded(&region).await?;
        // The credentials are those of the configuration that all clients share.
        let identity = loaded
            .sts
            .anonymous()
            .get_caller_identity()
            .send()
            .await
            .map_err(|err| AwsError::from_sdk("sts:GetCallerIdentity", &err))?;
        identity.account.ok_or_else(|| {
            AwsError::credentials("STS does not say which account the credentials belong to.")
        })
    }

    async fn client(
        &self,
        region: &str,
        retries: Retries,
    ) -> Result<aws_sdk_cleanrooms::Client, AwsError> {
        let loaded = self.loaded(region).await?;
        let mut clients = self.0.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients
            .entry((region.to_owned(), retries))
            .or_insert_with(|| self.new_client(&loaded, region, retries));
        Ok(client.clone())
    }

    fn new_client(
        &self,
        loaded: &Loaded,
        region: &str,
        retries: Retries,
    ) -> aws_sdk_cleanrooms::Client {
        let mut builder = aws_sdk_cleanrooms::config::Builder::from(&loaded.sdk)
            .region(Region::new(region.to_owned()))
            .retry_partition(retry_partition(region, self.0.config.retry_tokens))
            .interceptor(self.observer());
        if let Some(url) = &loaded.cleanrooms {
            // These choose among AWS's own names, and are ignored here as hashicorp/aws and boto3 do.
            builder = builder.endpoint_url(url).use_fips(false).use_dual_stack(false);
        }
        if retries == Retries::Caller {
            builder = builder.retry_config(RetryConfig::disabled());
        }
        aws_sdk_cleanrooms::Client::from_conf(builder.build())
    }

    fn observer(&self) -> Observer {
        Observer::new(&self.0.config, Arc::clone(&self.0.clock))
    }

    /// What is found out once. `region` serves STS if the provider itself has no Region.
    async fn loaded(&self, region: &str) -> Result<Loaded, AwsError> {
        self.0.loaded.get_or_init(|| self.load(region)).await.clone()
    }

    async fn load(&self, region: &str) -> Result<Loaded, AwsError> {
        let config = self.0.config.clone();
        let region = self.resolve_region().await.unwrap_or_else(|_err| region.to_owned());
        let profiles = Profiles::read(&config).await?;
        let settings = Settings::new(&self.0.config, &profiles);
        settings.check_agent()?;
        let bundle = settings.ca_bundle();
        let http = http::client(&config, bundle.as_deref(), &self.0.intervals).await?;
        let region = Region::new(region);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(self.0.intervals.reply_timeout)
            .build();
        let retries = retry_config(&config, &profiles, self.0.intervals.retry);
        let sdk = settings.sdk(region.clone(), http.clone(), retries, timeouts);
        let mut sts = StsClients {
            sdk,
            endpoint: settings.endpoint(Service::Sts)?,
            region: config.sts_region.clone(),
            observer: self.observer(),
        };
        let cleanrooms = settings.endpoint(Service::CleanRooms)?;
        let sources = Sources::without_region().with_region(Some(region)).with_http_client(http);
        let clock = Arc::clone(&self.0.clock);
        let credentials =
            credentials::configured(&Kit { config, sources, sts: sts.clone(), clock })?;
        if let Err(err) = credentials.provide_credentials().await {
            return Err(credentials::missing(&self.0.config, &err));
        }
        sts.sdk = with_credentials(&sts.sdk, credentials);
        Ok(Loaded { sdk: sts.sdk.clone(), cleanrooms, sts })
    }
}
