//! Credentials of IAM Identity Center, for which somebody has to log in.

use aws_config::sso::SsoTokenProvider;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::token::ProvideToken;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_smithy_types::DateTime;
use std::time::SystemTime;

use super::choice::{Center, SOURCE};
use crate::cleanrooms::aws::errors::{AwsError, causes};
use crate::cleanrooms::aws::observe::Observer;
use crate::cleanrooms::aws::{files, secrets};

/// The login of a profile.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) center: Center,
    /// What all clients have in common.
    pub(super) sdk: SdkConfig,
    pub(super) observer: Observer,
    /// The address of the portal, if it is not AWS's.
    pub(super) portal: Option<String>,
    /// The address for tokens, if it is not AWS's.
    pub(super) tokens: Option<String>,
}

impl Login {
    async fn credentials(&self) -> provider::Result {
        let token = self.token().await?;
        secrets::remember(&token);
        let mut builder = aws_sdk_sso::config::Builder::from(&self.sdk)
            .region(self.region())
            .interceptor(self.observer.clone());
        if let Some(url) = &self.portal {
            builder = builder.endpoint_url(url).use_fips(false).use_dual_stack(false);
        }
        let reply = aws_sdk_sso::Client::from_conf(builder.build())
            .get_role_credentials()
            .role_name(&self.center.role_name)
            .account_id(&self.center.account_id)
            .access_token(token)
            .send()
            .await
            .map_err(|err| self.refused(&AwsError::from_sdk("sso:GetRoleCredentials", &err)))?;
        let role = reply.role_credentials();
        let part = |value: Option<&str>| value.map(str::to_owned);
        let (Some(role), Some(access_key), Some(secret_key)) = (
            role,
            part(role.and_then(|role| role.access_key_id())),
            part(role.and_then(|role| role.secret_access_key())),
        ) else {
            return Err(CredentialsError::unhandled("IAM Identity Center gives no credentials"));
        };
        let expiry = SystemTime::try_from(DateTime::from_millis(role.expiration())).ok();
        let token = part(role.session_token());
        Ok(Credentials::new(access_key, secret_key, token, expiry, SOURCE))
    }

    /// The token of the last login, renewed where the login allows it.
    async fn token(&self) -> Result<String, CredentialsError> {
        // The SDK reads its cache in a way that blocks.
        let cache = files::expanded("~/.aws/sso/cache");
        let unreadable =
            |err| CredentialsError::provider_error(format!("`{}`: {err}", cache.display()));
        files::is_there(&cache).await.map_err(unreadable)?;
        let mut sdk = self.sdk.to_builder().region(self.region());
        if let Some(url) = &self.tokens {
            sdk = sdk.endpoint_url(url).use_fips(false).use_dual_stack(false);
        }
        let center = &self.center;
        let token = SsoTokenProvider::builder()
            .configure(&sdk.build())
            // The token of a profile without session is found by the address instead.
            .session_name(center.session.as_ref().unwrap_or(&center.start_url))
            .start_url(&center.start_url)
            .region(self.region())
            .build()
            .await
            .provide_token()
            .await
            .map_err(|err| self.refused(&err))?;
        Ok(token.token().to_owned())
    }

    fn region(&self) -> Region {
        Region::new(self.center.region.clone())
    }

    fn refused(&self, err: &(dyn std::error::Error + 'static)) -> CredentialsError {
        CredentialsError::provider_error(format!(
            "{}. Log in with `aws sso login --profile {}`",
            causes(err).trim_end_matches('.'),
            self.center.profile
        ))
    }
}

impl ProvideCredentials for Login {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
