//! [`Aws`]: clients, made when they are first asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::provider_config::ProviderConfig as Sources;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_cleanrooms::config::SharedAsyncSleep;
use aws_sdk_cleanrooms::config::retry::RetryPartition;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::clock::{ServerClock, SigningTime};
use super::config::ProviderConfig;
use super::credentials::{self, Kit};
use super::errors::AwsError;
use super::observe::Observer;
use super::pace::{Pace, paced};
use super::profiles::Profiles;
use super::retries::{Repeats, Retries, configured_retries, retry_config, retry_partition};
use super::settings::{Service, Settings};
use super::stop::Until;
use super::sts::{StsClients, with_credentials};
use super::wait::Intervals;
use super::{http, region, secrets};

/// How long connecting may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// AWS as one provider configuration sees it. Cheap to clone; all clones share
/// one pool of connections, one set of credentials and one client per Region.
#[derive(Clone)]
pub struct Aws {
    shared: Arc<Shared>,
    stop: Option<CancellationToken>,
}

struct Shared {
    config: ProviderConfig,
    intervals: Intervals,
    /// In place of the network, if not the network itself.
    http: Option<SharedHttpClient>,
    clock: Arc<ServerClock>,
    pace: Arc<Pace>,
    region: OnceLock<Result<String, AwsError>>,
    loaded: OnceCell<Result<Loaded, AwsError>>,
    clients: Mutex<HashMap<(String, Retries), aws_sdk_cleanrooms::Client>>,
    partitions: Mutex<HashMap<String, RetryPartition>>,
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

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("config", &self.shared.config).finish_non_exhaustive()
    }
}

impl Aws {
    /// Takes the configuration and does nothing with it yet: no file is read
    /// and nothing is asked.
    pub fn new(config: ProviderConfig, intervals: Intervals) -> Self {
        secrets::remember_configured(&config);
        Self::with(config, intervals, None)
    }

    /// The same configuration, not used yet, with another way to reach AWS
    /// than the network: for tests whose service is in their own process.
    #[must_use]
    pub fn over(&self, http: SharedHttpClient) -> Self {
        Self::with(self.shared.config.clone(), self.shared.intervals, Some(http))
    }

    fn with(config: ProviderConfig, intervals: Intervals, http: Option<SharedHttpClient>) -> Self {
        let retry = intervals.retry.at_most(configured_retries(&config));
        let pace = Arc::new(Pace::new(intervals.turn, config.pace.clone()));
        let shared = Shared {
            config,
            intervals: Intervals { retry, ..intervals },
            http,
            clock: Arc::default(),
            pace,
            region: OnceLock::new(),
            loaded: OnceCell::new(),
            clients: Mutex::default(),
            partitions: Mutex::default(),
            account: OnceCell::new(),
        };
        Self { shared: Arc::new(shared), stop: None }
    }

    /// The same, for calls that end when `stop` is cancelled: what only looks,
    /// credentials included, is given up within moments, and so are pauses. A
    /// change that was sent is awaited, but it is not sent again, and none is
    /// sent for the first time.
    ///
    /// The search for what a lost reply may have made goes on after a stop, so
    /// it does without.
    pub fn until(&self, stop: &CancellationToken) -> Self {
        Self { shared: Arc::clone(&self.shared), stop: Some(stop.clone()) }
    }

    /// The configuration, e.g. for its default tags.
    pub fn config(&self) -> &ProviderConfig {
        &self.shared.config
    }

    /// Whether AWS is in this process, as in tests.
    pub fn is_in_process(&self) -> bool {
        self.shared.http.is_some()
    }

    /// The intervals of everything that waits.
    pub fn intervals(&self) -> &Intervals {
        &self.shared.intervals
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
        if self.shared.region.get().is_none() {
            let resolved = region::resolve(&self.shared.config).await;
            // Whoever was first is right as well.
            let _ = self.shared.region.set(resolved);
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
        match self.shared.region.get() {
            Some(resolved) => resolved.clone(),
            None => {
                region::without_files(&self.shared.config).unwrap_or_else(|| Err(region::nowhere()))
            }
        }
    }

    /// The time by AWS's clock, as the last reply told it, to about a second;
    /// this machine's time before the first reply.
    pub fn server_time(&self) -> SystemTime {
        self.shared.clock.now()
    }

    /// Whether a reply has told AWS's time.
    pub fn knows_the_time(&self) -> bool {
        self.shared.clock.is_known()
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
        if self.shared.config.skip_requesting_account_id {
            return Err(AwsError::configuration(
                "`skip_requesting_account_id` of the provider block forbids to ask STS to which \
                 account the credentials belong. Remove the argument.",
            ));
        }
        let asking = Box::pin(self.shared.account.get_or_try_init(|| self.ask_account()));
        self.unless_stopped(asking).await.cloned()
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
        let account = identity.account.unwrap_or_default();
        if account.len() == 12 && account.bytes().all(|digit| digit.is_ascii_digit()) {
            return Ok(account);
        }
        Err(AwsError::credentials(format!(
            "STS does not say which account the credentials belong to: `{account}` is no account."
        )))
    }

    async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        match &self.stop {
            Some(stop) => {
                stop.run_until_cancelled(work).await.unwrap_or_else(|| Err(AwsError::stopped()))
            }
            None => work.await,
        }
    }

    async fn client(
        &self,
        region: &str,
        retries: Retries,
    ) -> Result<aws_sdk_cleanrooms::Client, AwsError> {
        // Boxed, for what loads credentials is large, and would be part of
        // every call of every resource.
        let loaded = self.unless_stopped(Box::pin(self.loaded(region))).await?;
        if self.stop.is_some() {
            return Ok(self.new_client(&loaded, region, retries));
        }
        let mut clients = self.shared.clients.lock().unwrap_or_else(PoisonError::into_inner);
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
        let repeats = Repeats { by: retries, stop: self.stop.clone() };
        let mut builder = aws_sdk_cleanrooms::config::Builder::from(&self.stoppable(&loaded.sdk))
            .region(Region::new(region.to_owned()))
            .retry_partition(self.partition(region))
            .interceptor(self.observer());
        if let Some(url) = &loaded.cleanrooms {
            // These choose among AWS's own names, and are ignored here as hashicorp/aws and boto3 do.
            builder = builder.endpoint_url(url).use_fips(false).use_dual_stack(false);
        }
        if let Some(config) = loaded.sdk.retry_config() {
            builder = builder.retry_config(repeats.limit(config.clone()));
        }
        aws_sdk_cleanrooms::Client::from_conf(builder.retry_classifier(repeats).build())
    }

    /// The budget of a Region, which all of its clients share.
    fn partition(&self, region: &str) -> RetryPartition {
        let mut partitions = self.shared.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = self.shared.config.retry_tokens;
        let partition = partitions.entry(region.to_owned());
        partition.or_insert_with(|| retry_partition(region, tokens)).clone()
    }

    /// The same configuration, with all that waits bound to the stop.
    fn stoppable(&self, sdk: &SdkConfig) -> SdkConfig {
        let Some(stop) = &self.stop else {
            return sdk.clone();
        };
        let mut builder = sdk.to_builder();
        builder.set_http_client(
            sdk.http_client()
                .map(|inner| SharedHttpClient::new(Until { inner, stop: stop.clone() })),
        );
        builder.set_sleep_impl(
            sdk.sleep_impl()
                .map(|inner| SharedAsyncSleep::new(Until { inner, stop: stop.clone() })),
        );
        builder.set_credentials_provider(
            sdk.credentials_provider()
                .map(|inner| SharedCredentialsProvider::new(Until { inner, stop: stop.clone() })),
        );
        builder.build()
    }

    fn observer(&self) -> Observer {
        self.observer_until(self.stop.clone())
    }

    fn observer_until(&self, stop: Option<CancellationToken>) -> Observer {
        let Shared { config, clock, pace, .. } = &*self.shared;
        Observer::new(config, Arc::clone(clock), Arc::clone(pace), stop)
    }

    /// What is found out once. `region` serves STS if the provider itself has no Region.
    async fn loaded(&self, region: &str) -> Result<Loaded, AwsError> {
        self.shared.loaded.get_or_init(|| self.load(region)).await.clone()
    }

    async fn load(&self, region: &str) -> Result<Loaded, AwsError> {
        let config = self.shared.config.clone();
        let intervals = &self.shared.intervals;
        let region = self.resolve_region().await.unwrap_or_else(|_err| region.to_owned());
        let profiles = Profiles::read(&config).await?;
        let settings = Settings::new(&self.shared.config, &profiles);
        settings.check_agent()?;
        let bundle = settings.ca_bundle();
        let http = match &self.shared.http {
            Some(http) => http.clone(),
            None => http::client(&config, bundle.as_deref(), intervals).await?,
        };
        let http = paced(http, &self.shared.pace);
        let region = Region::new(region);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(intervals.reply_timeout)
            .build();
        let retries = retry_config(&config, &profiles, intervals.retry);
        let sdk = settings.sdk(region.clone(), http.clone(), retries, timeouts);
        // The SDK corrects the clock as well, but for each client alone, and
        // believes any reply.
        let time = SigningTime(Arc::clone(&self.shared.clock));
        let sdk = sdk.to_builder().time_source(time).disable_clock_skew_correction(true).build();
        let mut sts = StsClients {
            sdk,
            endpoint: settings.endpoint(Service::Sts)?,
            region: config.sts_region.clone(),
            // All share it, also who looks after a stop; who does not ends the question itself.
            observer: self.observer_until(None),
        };
        let cleanrooms = settings.endpoint(Service::CleanRooms)?;
        let sources = Sources::without_region().with_region(Some(region)).with_http_client(http);
        let clock = Arc::clone(&self.shared.clock);
        let credentials =
            credentials::configured(&Kit { config, sources, sts: sts.clone(), clock })?;
        if let Err(err) = credentials.provide_credentials().await {
            return Err(credentials::missing(&self.shared.config, &err));
        }
        sts.sdk = with_credentials(&sts.sdk, credentials);
        Ok(Loaded { sdk: sts.sdk.clone(), cleanrooms, sts })
    }
}
