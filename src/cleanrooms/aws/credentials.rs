//! Where credentials come from, and how often each source is asked.
//!
//! [`choice`] decides, [`renewal`] remembers; the rest are the sources.

mod center;
mod choice;
mod machine;
mod process;
mod renewal;
mod roles;

use std::sync::Arc;
use std::time::SystemTime;

use aws_config::provider_config::ProviderConfig as Sources;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use self::center::Login;
use self::choice::{Chooser, SOURCE, Source};
use self::machine::Container;
use self::process::Program;
pub(super) use self::renewal::Remembered;
use self::roles::{AssumedRole, WebIdentityRole};
use super::config::{ProviderConfig, Secret};
use super::errors::{AwsError, causes};
use super::observe::ServerClock;
use super::profiles::Profiles;
use super::secrets;
use super::settings::{Service, Settings, is_header_text};
use super::sts::StsClients;

/// What sources of credentials work with.
#[derive(Clone, Debug)]
pub(super) struct Kit {
    pub(super) config: ProviderConfig,
    /// For the SDK's own sources.
    pub(super) sources: Sources,
    pub(super) sts: StsClients,
    pub(super) clock: Arc<ServerClock>,
}

/// The credentials of a configuration: those that its roles start from, and the roles on top.
///
/// # Errors
///
/// When the arguments contradict one another.
pub(super) fn configured(kit: &Kit) -> Result<SharedCredentialsProvider, AwsError> {
    let base = kit.remembered(base(kit)?);
    let roles = kit.config.assume_role.iter();
    Ok(roles.fold(base, |credentials, role| {
        let sts = kit.sts.signing(credentials);
        let assumed = AssumedRole { sts, role: role.clone() };
        kit.remembered(kit.checked(format!("the role `{}`", role.role_arn), assumed))
    }))
}

/// What the roles start from: what the arguments say, otherwise the first source that is
/// configured, in the order of boto3.
fn base(kit: &Kit) -> Result<SharedCredentialsProvider, AwsError> {
    if let Some(credentials) = from_arguments(&kit.config)? {
        return Ok(kit.checked("the provider block".to_owned(), credentials));
    }
    if let Some(role) = &kit.config.assume_role_with_web_identity {
        let assumed = WebIdentityRole { sts: kit.sts.anonymous(), role: role.clone() };
        return Ok(kit.checked("the role of `assume_role_with_web_identity`".to_owned(), assumed));
    }
    Ok(SharedCredentialsProvider::new(Found(kit.clone())))
}

fn from_arguments(config: &ProviderConfig) -> Result<Option<Credentials>, AwsError> {
    let non_empty = |secret: &Option<Secret>| {
        secret.as_ref().map(Secret::expose).filter(|s| !s.is_empty()).map(str::to_owned)
    };
    match (non_empty(&config.access_key), non_empty(&config.secret_key)) {
        (Some(access_key), Some(secret_key)) => {
            let token = non_empty(&config.token);
            Ok(Some(Credentials::new(access_key, secret_key, token, None, SOURCE)))
        }
        (None, None) => Ok(None),
        _ => Err(AwsError::credentials(
            "`access_key` and `secret_key` must be configured together in the provider block.",
        )),
    }
}

impl Kit {
    fn remembered(&self, source: SharedCredentialsProvider) -> SharedCredentialsProvider {
        let clock = Arc::clone(&self.clock);
        SharedCredentialsProvider::new(Remembered::new(source, Arc::new(move || clock.now())))
    }

    fn checked(
        &self,
        of: String,
        source: impl ProvideCredentials + 'static,
    ) -> SharedCredentialsProvider {
        let source = SharedCredentialsProvider::new(source);
        SharedCredentialsProvider::new(Checked { of, source, clock: Arc::clone(&self.clock) })
    }

    /// The source to ask.
    fn chosen(&self, profiles: &Profiles) -> Result<SharedCredentialsProvider, CredentialsError> {
        let chooser = Chooser {
            environment: &|name| std::env::var(name).ok(),
            profiles,
            profile_is_argument: self.config.profile.is_some(),
            ask_instance: !self.config.skip_metadata_api_check && !machine::instance_is_disabled(),
        };
        let source = chooser.choose().map_err(CredentialsError::invalid_configuration)?;
        let source = source.ok_or_else(|| CredentialsError::not_loaded(String::new()))?;
        self.provider(source, profiles).map_err(CredentialsError::invalid_configuration)
    }

    /// The provider of a source.
    fn provider(
        &self,
        source: Source,
        profiles: &Profiles,
    ) -> Result<SharedCredentialsProvider, AwsError> {
        Ok(match source {
            Source::Keys(keys, of) => self.checked(of, keys),
            Source::Role(role, with) => {
                let sts = self.sts.signing(self.provider(*with, profiles)?);
                self.checked(format!("the role `{}`", role.role_arn), AssumedRole { sts, role })
            }
            Source::WebIdentity(role) => {
                let of = format!("the role `{}`", role.role_arn.as_deref().unwrap_or_default());
                self.checked(of, WebIdentityRole { sts: self.sts.anonymous(), role })
            }
            Source::Process { profile, command } => {
                let of = format!("the `credential_process` of the profile `{profile}`");
                self.checked(of, Program { profile, command })
            }
            Source::Center(center) => {
                let settings = Settings::new(&self.config, profiles);
                let login = Login {
                    sdk: self.sts.sdk.clone(),
                    observer: self.sts.observer.clone(),
                    portal: settings.endpoint(Service::Sso)?,
                    tokens: settings.endpoint(Service::SsoOidc)?,
                    center,
                };
                self.checked("IAM Identity Center".to_owned(), login)
            }
            Source::Container(address) => {
                let sources = self.sources.clone();
                self.checked("the container".to_owned(), Container { address, sources })
            }
            Source::Instance => {
                let instance = machine::instance(&self.config, profiles, &self.sources)?;
                self.checked("the EC2 instance".to_owned(), instance)
            }
        })
    }
}

/// The first source that is configured. It is looked for at each renewal: files change.
#[derive(Debug)]
struct Found(Kit);

impl Found {
    async fn credentials(&self) -> provider::Result {
        let Self(kit) = self;
        let profiles = Profiles::read(&kit.config).await;
        let profiles = profiles.map_err(CredentialsError::invalid_configuration)?;
        kit.chosen(&profiles)?.provide_credentials().await
    }
}

impl ProvideCredentials for Found {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// Credentials that can be used: still good, and made of characters that a request can carry.
#[derive(Debug)]
struct Checked {
    /// Whose they are, within a sentence.
    of: String,
    source: SharedCredentialsProvider,
    clock: Arc<ServerClock>,
}

impl Checked {
    async fn credentials(&self) -> provider::Result {
        let credentials = self.source.provide_credentials().await?;
        secrets::remember_credentials(&credentials);
        let token = credentials.session_token().unwrap_or_default();
        let parts = [("access key id", credentials.access_key_id()), ("session token", token)];
        for (part, text) in parts {
            if !is_header_text(text) {
                return Err(CredentialsError::invalid_configuration(format!(
                    "The {part} of {} holds a line break or another character that no HTTP header \
                     takes.",
                    self.of
                )));
            }
        }
        match credentials.expiry().filter(|expiry| *expiry <= self.clock.now()) {
            Some(expiry) => Err(CredentialsError::provider_error(format!(
                "The credentials of {} have expired{}. Renew them.",
                self.of,
                at(expiry)
            ))),
            None => Ok(credentials),
        }
    }
}

impl ProvideCredentials for Checked {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

fn at(time: SystemTime) -> String {
    let text = DateTime::from(time).fmt(Format::DateTime);
    text.map(|text| format!(" at {text}")).unwrap_or_default()
}

/// Turns a failure to get credentials into a message for the user.
pub(super) fn missing(config: &ProviderConfig, err: &CredentialsError) -> AwsError {
    if !matches!(err, CredentialsError::CredentialsNotLoaded(_)) {
        return AwsError::credentials(format!(
            "The AWS credentials could not be obtained: {}",
            causes(err)
        ));
    }
    AwsError::credentials(match &config.profile {
        Some(profile) => format!(
            "No AWS credentials were found: the profile `{profile}` gives none, and neither does a \
             container or the EC2 instance metadata."
        ),
        None => "No AWS credentials were found: neither in the provider block, nor in the \
            environment (AWS_ACCESS_KEY_ID), the shared files (AWS_PROFILE), a web identity, a \
            container, or the EC2 instance metadata."
            .to_owned(),
    })
}
