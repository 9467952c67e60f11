//! What the arguments, the environment and the selected profile say of calls, in this order.

use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use http::Uri;

use super::config::ProviderConfig;
use super::errors::AwsError;
use super::files;
use super::profiles::Profiles;
use super::variables::non_empty_variable;

/// A service that is called, by the names that it has in the environment and in the files.
#[derive(Clone, Copy, Debug)]
pub(super) enum Service {
    CleanRooms,
    Sts,
    /// The portal of IAM Identity Center.
    Sso,
    /// Its tokens.
    SsoOidc,
}

/// A reader of settings.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    config: &'a ProviderConfig,
    profiles: &'a Profiles,
}

impl<'a> Settings<'a> {
    pub(super) fn new(config: &'a ProviderConfig, profiles: &'a Profiles) -> Self {
        Self { config, profiles }
    }

    /// The address of a service, if it is not AWS's.
    ///
    /// The order is that of the "Service-specific endpoints" page of the AWS SDKs and Tools
    /// reference.
    ///
    /// # Errors
    ///
    /// It is no address. The text names where it stands.
    pub(super) fn endpoint(&self, service: Service) -> Result<Option<String>, AwsError> {
        if let Some(address) = service.argument(self.config) {
            return Ok(Some(address));
        }
        let ignored = "ignore_configured_endpoint_urls";
        if self.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignored) {
            return Ok(None);
        }
        let Some((source, address)) = self.configured_endpoint(service) else {
            return Ok(None);
        };
        if is_url(&address) {
            return Ok(Some(address));
        }
        // An address with `@` may hold a password.
        let shown = if address.contains('@') { String::new() } else { format!(" (`{address}`)") };
        Err(AwsError::configuration(format!(
            "{source} is no address of a service{shown}. It must look like http://localhost:4566."
        )))
    }

    /// An address from the environment or the files, and where it stands.
    fn configured_endpoint(&self, service: Service) -> Option<(String, String)> {
        let id = service.id();
        let variables =
            [format!("AWS_ENDPOINT_URL_{}", id.to_uppercase()), "AWS_ENDPOINT_URL".into()];
        for variable in variables {
            if let Some(address) = non_empty_variable(&variable) {
                return Some((variable, address));
            }
        }
        let profile = self.profiles.selected().map(|profile| profile.name.as_str())?;
        let of_service = self.profiles.service_endpoint(id).filter(|address| !address.is_empty());
        if let Some(address) = of_service {
            let source =
                format!("`endpoint_url` of `{id}` in the services of the profile `{profile}`");
            return Some((source, address.to_owned()));
        }
        let address = self.profiles.setting("endpoint_url")?;
        Some((format!("`endpoint_url` of the profile `{profile}`"), address.to_owned()))
    }

    fn flag(&self, variable: &str, key: &str) -> bool {
        let value = non_empty_variable(variable);
        let value = value.as_deref().or_else(|| self.profiles.setting(key));
        value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The file of certificate authorities that the profile names, unless something goes before.
    pub(super) fn ca_bundle(&self) -> Option<String> {
        let before =
            self.config.custom_ca_bundle.is_some() || non_empty_variable("AWS_CA_BUNDLE").is_some();
        let path = self.profiles.setting("ca_bundle").filter(|_| !before)?;
        files::expanded(path).into_os_string().into_string().ok()
    }

    /// Refuses what the SDK would put into the user agent as it stands, and fail.
    ///
    /// # Errors
    ///
    /// The variable by which AWS's services mark themselves holds what no header takes.
    pub(super) fn check_agent(&self) -> Result<(), AwsError> {
        const NAME: &str = "AWS_EXECUTION_ENV";
        match std::env::var_os(NAME) {
            Some(value) if !value.to_str().is_some_and(is_header_text) => {
                Err(AwsError::configuration(format!(
                    "{NAME} holds a line break or another character that no HTTP header takes. \
                     Unset it, or let it hold plain text."
                )))
            }
            _ => Ok(()),
        }
    }

    /// What all clients have in common.
    ///
    /// Built by hand: the SDK's own loader would read the files again, in a way that blocks, and
    /// take addresses that nobody has checked.
    pub(super) fn sdk(
        &self,
        region: Region,
        http: SharedHttpClient,
        retries: RetryConfig,
        timeouts: TimeoutConfig,
    ) -> SdkConfig {
        let fips = self.config.use_fips_endpoint;
        let dual_stack = self.config.use_dualstack_endpoint;
        let app = non_empty_variable("AWS_SDK_UA_APP_ID")
            .or_else(|| self.profiles.setting("sdk_ua_app_id").map(str::to_owned));
        let mut builder = SdkConfig::builder();
        builder.set_app_name(app.and_then(|name| AppName::new(name).ok()));
        builder
            .behavior_version(BehaviorVersion::latest())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(SystemTimeSource::new()))
            .region(region)
            .http_client(http)
            .retry_config(retries)
            .timeout_config(timeouts)
            .use_fips(
                fips.unwrap_or_else(|| self.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")),
            )
            .use_dual_stack(dual_stack.unwrap_or_else(|| {
                self.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
            }))
            .build()
    }
}

impl Service {
    fn id(self) -> &'static str {
        match self {
            Self::CleanRooms => "cleanrooms",
            Self::Sts => "sts",
            Self::Sso => "sso",
            Self::SsoOidc => "sso_oidc",
        }
    }

    fn argument(self, config: &ProviderConfig) -> Option<String> {
        match self {
            Self::CleanRooms => config.endpoints.cleanrooms.clone(),
            Self::Sts => config.endpoints.sts.clone(),
            Self::Sso => config.endpoints.sso.clone(),
            Self::SsoOidc => config.endpoints.sso_oidc.clone(),
        }
    }
}

/// Whether a request can carry a text in a header, beside others.
pub(super) fn is_header_text(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~'))
}

/// Whether a text is an absolute http or https URL.
pub(super) fn is_url(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_absolute_url() {
        for good in ["http://localhost:4566", "https://vpce-1.example.com/path", "http://[::1]:1"] {
            assert!(is_url(good), "{good}");
        }
        for bad in ["127.0.0.1:4566", "localhost", "http//x", "https://", "http://a b", "ftp://x"] {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
