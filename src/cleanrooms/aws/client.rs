//! [`Aws`]: clients, made when they are first asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::provider_config::ProviderConfig as Sources;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_cleanrooms::config::SharedAsyncSleep;
use aws_sdk_cleanrooms::config::retry::RetryPartition;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::clock::{ServerClock, SigningTime};
use super::config::ProviderConfig;
use super::credentials::{self, AssumedRole, Remembered};
use super::errors::AwsError;
use super::observe::Observer;
use super::retries::{Repeats, Retries, configured_retries, retry_config, retry_partition};
use super::stop::Until;
use super::sts::{StsClients, with_credentials};
use super::wait::Intervals;
use super::{http, region};

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
    clock: Arc<ServerClock>,
    region: OnceLock<Result<String, AwsError>>,
    sdk: OnceCell<Result<SdkConfig, AwsError>>,
    clients: Mutex<HashMap<(String, Retries), aws_sdk_cleanrooms::Client>>,
    partitions: Mutex<HashMap<String, RetryPartition>>,
    account: OnceCell<String>,
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
        let retry = intervals.retry.at_most(configured_retries(&config));
        let shared = Shared {
            config,
            intervals: Intervals { retry, ..intervals },
            clock: Arc::default(),
            region: OnceLock::new(),
            sdk: OnceCell::new(),
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

    /// The intervals of everything that waits.
    pub fn intervals(&self) -> &Intervals {
        &self.shared.intervals
    }

    /// The Region of the provider: its argument, the environment, or the
    /// profile; remembered. May read the shared files, and asks no service.
    ///
    /// # Errors
    ///
    /// When no Region is configured, or the shared files are broken.
    pub fn region(&self) -> Result<String, AwsError> {
        self.shared.region.get_or_init(|| region::resolve(&self.shared.config)).clone()
    }

    /// The time by AWS's clock, as the last reply told it, to about a second;
    /// this machine's time before the first reply.
    pub fn server_time(&self) -> SystemTime {
        self.shared.clock.now()
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
                 account the credentials belong.",
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
        let region = self.region()?;
        let sdk = self.sdk(&region).await?;
        // The credentials are those of the configuration that all clients share.
        let identity = self
            .sts(&sdk)
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
        let sdk = self.unless_stopped(Box::pin(self.sdk(region))).await?;
        if self.stop.is_some() {
            return Ok(self.new_client(&sdk, region, retries));
        }
        let mut clients = self.shared.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients
            .entry((region.to_owned(), retries))
            .or_insert_with(|| self.new_client(&sdk, region, retries));
        Ok(client.clone())
    }

    fn new_client(
        &self,
        sdk: &SdkConfig,
        region: &str,
        retries: Retries,
    ) -> aws_sdk_cleanrooms::Client {
        let repeats = Repeats { by: retries, stop: self.stop.clone() };
        let mut builder = aws_sdk_cleanrooms::config::Builder::from(&self.stoppable(sdk))
            .region(Region::new(region.to_owned()))
            .retry_partition(self.partition(region))
            .interceptor(self.observer());
        if let Some(url) = &self.shared.config.endpoints.cleanrooms {
            builder = builder.endpoint_url(url);
        }
        if let Some(config) = sdk.retry_config() {
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

    fn sts(&self, sdk: &SdkConfig) -> StsClients {
        let ProviderConfig { endpoints, sts_region, .. } = &self.shared.config;
        StsClients {
            sdk: sdk.clone(),
            endpoint: endpoints.sts.clone(),
            region: sts_region.clone(),
            observer: self.observer(),
        }
    }

    fn observer(&self) -> Observer {
        Observer::new(&self.shared.config, Arc::clone(&self.shared.clock), self.stop.clone())
    }

    /// What all clients have in common, with credentials that exist. `region`
    /// serves STS if the provider itself has no Region.
    async fn sdk(&self, region: &str) -> Result<SdkConfig, AwsError> {
        self.shared.sdk.get_or_init(|| self.load(region)).await.clone()
    }

    async fn load(&self, region: &str) -> Result<SdkConfig, AwsError> {
        let region = Region::new(self.region().unwrap_or_else(|_err| region.to_owned()));
        let http = http::client(&self.shared.config)?;
        let sdk = self.load_without_credentials(region.clone(), http.clone()).await;
        let sources = Sources::without_region().with_region(Some(region)).with_http_client(http);
        let sts = self.sts(&sdk);
        let base = credentials::base(&self.shared.config, &sources, &sts)?;
        let credentials =
            SharedCredentialsProvider::new(Remembered::new(self.assume_roles(&sts, base)));
        if let Err(err) = credentials.provide_credentials().await {
            return Err(credentials::missing(&self.shared.config, &err));
        }
        Ok(with_credentials(&sdk, credentials))
    }

    async fn load_without_credentials(&self, region: Region, http: SharedHttpClient) -> SdkConfig {
        let config = &self.shared.config;
        // Broken files matter only to those who need them, and are told there.
        let profiles = region::profiles(config).await.ok();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(region)
            .http_client(http)
            .no_credentials()
            .profile_files(region::profile_files(config))
            .retry_config(retry_config(config, profiles.as_ref(), self.shared.intervals.retry))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .read_timeout(self.shared.intervals.reply_timeout)
                    .build(),
            );
        if let Some(profile) = &config.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(fips) = config.use_fips_endpoint {
            loader = loader.use_fips(fips);
        }
        if let Some(dual_stack) = config.use_dualstack_endpoint {
            loader = loader.use_dual_stack(dual_stack);
        }
        let sdk = loader.load().await;
        if sdk.disable_clock_skew_correction() == Some(true) {
            return sdk;
        }
        // The SDK corrects the clock as well, but for each client alone, and
        // believes any reply.
        let time = SigningTime(Arc::clone(&self.shared.clock));
        sdk.to_builder().time_source(time).disable_clock_skew_correction(true).build()
    }

    /// Puts the chain of `assume_role` on top of credentials.
    fn assume_roles(
        &self,
        sts: &StsClients,
        base: SharedCredentialsProvider,
    ) -> SharedCredentialsProvider {
        self.shared.config.assume_role.iter().fold(base, |credentials, role| {
            let sts = sts.signing(credentials);
            SharedCredentialsProvider::new(AssumedRole { sts, role: role.clone() })
        })
    }
}
