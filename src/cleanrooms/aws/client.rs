//! [`Aws`]: clients, made when they are first asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::provider_config::ProviderConfig as Sources;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::OnceCell;

use super::config::ProviderConfig;
use super::credentials::{self, AssumedRole, Remembered};
use super::errors::AwsError;
use super::observe::{Observer, ServerClock};
use super::retries::{retry_config, retry_partition};
use super::sts::{StsClients, with_credentials};
use super::wait::Intervals;
use super::{http, region};

/// How long connecting may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// AWS as one provider configuration sees it. Cheap to clone; all clones share
/// one pool of connections, one set of credentials and one client per Region.
#[derive(Clone)]
pub struct Aws(Arc<Inner>);

struct Inner {
    config: ProviderConfig,
    intervals: Intervals,
    /// In place of the network, if not the network itself.
    http: Option<SharedHttpClient>,
    clock: Arc<ServerClock>,
    region: OnceLock<Result<String, AwsError>>,
    sdk: OnceCell<Result<SdkConfig, AwsError>>,
    clients: Mutex<HashMap<(String, Retries), aws_sdk_cleanrooms::Client>>,
    account: OnceCell<String>,
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
        Self::with(config, intervals, None)
    }

    /// The same configuration, not used yet, with another way to reach AWS
    /// than the network: for tests whose service is in their own process.
    #[must_use]
    pub fn over(&self, http: SharedHttpClient) -> Self {
        Self::with(self.0.config.clone(), self.0.intervals, Some(http))
    }

    fn with(config: ProviderConfig, intervals: Intervals, http: Option<SharedHttpClient>) -> Self {
        Self(Arc::new(Inner {
            config,
            intervals,
            http,
            clock: Arc::default(),
            region: OnceLock::new(),
            sdk: OnceCell::new(),
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

    /// The Region of the provider: its argument, the environment, or the
    /// profile; remembered. May read the shared files, and asks no service.
    ///
    /// # Errors
    ///
    /// When no Region is configured, or the shared files are broken.
    pub fn region(&self) -> Result<String, AwsError> {
        self.0.region.get_or_init(|| region::resolve(&self.0.config)).clone()
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
                 account the credentials belong.",
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
        identity.account.ok_or_else(|| {
            AwsError::credentials("STS does not say which account the credentials belong to.")
        })
    }

    async fn client(
        &self,
        region: &str,
        retries: Retries,
    ) -> Result<aws_sdk_cleanrooms::Client, AwsError> {
        let sdk = self.sdk(region).await?;
        let mut clients = self.0.clients.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut builder = aws_sdk_cleanrooms::config::Builder::from(sdk)
            .region(Region::new(region.to_owned()))
            .retry_partition(retry_partition(region, self.0.config.retry_tokens))
            .interceptor(self.observer());
        if let Some(url) = &self.0.config.endpoints.cleanrooms {
            builder = builder.endpoint_url(url);
        }
        if retries == Retries::Caller {
            builder = builder.retry_config(RetryConfig::disabled());
        }
        aws_sdk_cleanrooms::Client::from_conf(builder.build())
    }

    fn sts(&self, sdk: &SdkConfig) -> StsClients {
        let ProviderConfig { endpoints, sts_region, .. } = &self.0.config;
        StsClients {
            sdk: sdk.clone(),
            endpoint: endpoints.sts.clone(),
            region: sts_region.clone(),
            observer: self.observer(),
        }
    }

    fn observer(&self) -> Observer {
        Observer::new(&self.0.config, Arc::clone(&self.0.clock))
    }

    /// What all clients have in common, with credentials that exist. `region`
    /// serves STS if the provider itself has no Region.
    async fn sdk(&self, region: &str) -> Result<SdkConfig, AwsError> {
        self.0.sdk.get_or_init(|| self.load(region)).await.clone()
    }

    async fn load(&self, region: &str) -> Result<SdkConfig, AwsError> {
        let region = Region::new(self.region().unwrap_or_else(|_err| region.to_owned()));
        let http = match &self.0.http {
            Some(http) => http.clone(),
            None => http::client(&self.0.config)?,
        };
        let sdk = self.load_without_credentials(region.clone(), http.clone()).await;
        let sources = Sources::without_region().with_region(Some(region)).with_http_client(http);
        let sts = self.sts(&sdk);
        let base = credentials::base(&self.0.config, &sources, &sts)?;
        let credentials =
            SharedCredentialsProvider::new(Remembered::new(self.assume_roles(&sts, base)));
        if let Err(err) = credentials.provide_credentials().await {
            return Err(credentials::missing(&self.0.config, &err));
        }
        Ok(with_credentials(&sdk, credentials))
    }

    async fn load_without_credentials(&self, region: Region, http: SharedHttpClient) -> SdkConfig {
        let config = &self.0.config;
        // Broken files matter only to those who need them, and are told there.
        let profiles = region::profiles(config).await.ok();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(region)
            .http_client(http)
            .no_credentials()
            .profile_files(region::profile_files(config))
            .retry_config(retry_config(config, profiles.as_ref(), self.0.intervals.retry))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .read_timeout(self.0.intervals.reply_timeout)
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
        loader.load().await
    }

    /// Puts the chain of `assume_role` on top of credentials.
    fn assume_roles(
        &self,
        sts: &StsClients,
        base: SharedCredentialsProvider,
    ) -> SharedCredentialsProvider {
        self.0.config.assume_role.iter().fold(base, |credentials, role| {
            let sts = sts.signing(credentials);
            SharedCredentialsProvider::new(AssumedRole { sts, role: role.clone() })
        })
    }
}
