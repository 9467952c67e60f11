//! Clients of STS: all of them at the configured address, in the configured
//! Region, and seen by the log.

use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cleanrooms::config::IdentityCache;

use super::observe::Observer;

/// Makes clients of STS.
#[derive(Clone, Debug)]
pub(super) struct StsClients {
    /// What all clients have in common.
    pub(super) sdk: SdkConfig,
    /// The address to use instead of AWS's.
    pub(super) endpoint: Option<String>,
    /// The Region to call instead of the provider's.
    pub(super) region: Option<String>,
    /// Watches the calls.
    pub(super) observer: Observer,
}

impl StsClients {
    /// A client with the credentials of what all clients have in common; without any, its calls
    /// are not signed.
    pub(super) fn anonymous(&self) -> aws_sdk_sts::Client {
        self.client(&self.sdk)
    }

    /// A client that signs with these credentials.
    pub(super) fn signing(&self, credentials: SharedCredentialsProvider) -> aws_sdk_sts::Client {
        self.client(&with_credentials(&self.sdk, credentials))
    }

    fn client(&self, sdk: &SdkConfig) -> aws_sdk_sts::Client {
        let mut builder =
            aws_sdk_sts::config::Builder::from(sdk).interceptor(self.observer.clone());
        if let Some(url) = &self.endpoint {
            builder = builder.endpoint_url(url).use_fips(false).use_dual_stack(false);
        }
        if let Some(region) = &self.region {
            builder = builder.region(Region::new(region.clone()));
        }
        aws_sdk_sts::Client::from_conf(builder.build())
    }
}

/// The same configuration with credentials, which are not cached by the SDK:
/// they are remembered in one place, failures included.
pub(super) fn with_credentials(
    sdk: &SdkConfig,
    credentials: SharedCredentialsProvider,
) -> SdkConfig {
    sdk.to_builder()
        .credentials_provider(credentials)
        .identity_cache(IdentityCache::no_cache())
        .build()
}
