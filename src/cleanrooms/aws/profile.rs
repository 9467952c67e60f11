//! Credentials of a profile of the shared files.
//!
//! The SDK resolves a profile as well, but it calls STS at AWS's own address
//! and unseen by our log; so roles are assumed here, and the SDK gives what
//! they start from: keys, a `credential_process`, or IAM Identity Center.

use std::fmt;
use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::profile::{Profile, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig as Sources;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};

use super::config::{AssumeRole, AssumeRoleWithWebIdentity, ProviderConfig, Secret};
use super::credentials::{AssumedRole, SOURCE, WebIdentityRole, metadata};
use super::errors::causes;
use super::region;
use super::sts::StsClients;

/// Credentials of the profile that the configuration names, or else of
/// `AWS_PROFILE` or `default`. The files are read again at each renewal.
pub(super) struct ProfileCredentials {
    pub(super) config: ProviderConfig,
    pub(super) sources: Sources,
    pub(super) sts: StsClients,
}

impl fmt::Debug for ProfileCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProfileCredentials")
    }
}

impl ProvideCredentials for ProfileCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// Where the walk from profile to source profile ends.
enum Start<'a> {
    Keys(Credentials),
    Profile(&'a str),
    /// A profile of IAM Identity Center.
    Login(&'a str),
    /// The name of a `credential_source`.
    Source(&'a str),
    WebIdentity(AssumeRoleWithWebIdentity),
}

impl ProfileCredentials {
    async fn credentials(&self) -> provider::Result {
        let Ok(profiles) = region::profiles(&self.config).await else {
            // The SDK has the words for what is wrong with the files.
            return self.of_sdk(self.config.profile.as_deref()).provide_credentials().await;
        };
        let name = profiles.selected_profile();
        if profiles.get_profile(name).is_none() {
            return self.of_sdk(self.config.profile.as_deref()).provide_credentials().await;
        }
        let mut roles = Vec::new();
        let start = start(&profiles, name, &mut roles)?;
        let mut credentials = self.started(start)?;
        for role in roles.into_iter().rev() {
            let sts = self.sts.signing(credentials);
            credentials = SharedCredentialsProvider::new(AssumedRole { sts, role });
        }
        credentials.provide_credentials().await
    }

    fn started(&self, start: Start<'_>) -> Result<SharedCredentialsProvider, CredentialsError> {
        Ok(match start {
            Start::Keys(credentials) => SharedCredentialsProvider::new(credentials),
            Start::Profile(name) => SharedCredentialsProvider::new(self.of_sdk(Some(name))),
            Start::Login(name) => SharedCredentialsProvider::new(Login {
                credentials: self.of_sdk(Some(name)),
                profile: name.to_owned(),
            }),
            Start::WebIdentity(role) => {
                let sts = self.sts.anonymous();
                SharedCredentialsProvider::new(WebIdentityRole { sts, role })
            }
            Start::Source("Environment") => {
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
            }
            Start::Source("EcsContainer") => SharedCredentialsProvider::new(
                EcsCredentialsProvider::builder().configure(&self.sources).build(),
            ),
            Start::Source("Ec2InstanceMetadata") => SharedCredentialsProvider::new(
                metadata(&self.config, &self.sources)
                    .map_err(CredentialsError::invalid_configuration)?,
            ),
            Start::Source(other) => {
                return Err(CredentialsError::invalid_configuration(format!(
                    "`credential_source = {other}` is not known; AWS documents Environment, \
                     EcsContainer and Ec2InstanceMetadata"
                )));
            }
        })
    }

    fn of_sdk(&self, name: Option<&str>) -> ProfileFileCredentialsProvider {
        let mut builder = ProfileFileCredentialsProvider::builder()
            .configure(&self.sources)
            .profile_files(region::profile_files(&self.config));
        if let Some(name) = name {
            builder = builder.profile_name(name);
        }
        builder.build()
    }
}

/// Walks from a profile to its source profiles, noting the roles on the way,
/// the last one to be assumed first.
///
/// The rules are those of the "Assume role credential provider" page of the
/// AWS SDKs and Tools reference: keys of a *source* profile go before its role,
/// and a profile may be its own source.
fn start<'a>(
    profiles: &'a ProfileSet,
    selected: &'a str,
    roles: &mut Vec<AssumeRole>,
) -> Result<Start<'a>, CredentialsError> {
    let mut visited = Vec::new();
    let mut name = selected;
    loop {
        let profile = profiles.get_profile(name).ok_or_else(|| {
            CredentialsError::invalid_configuration(format!(
                "the source profile `{name}` does not exist"
            ))
        })?;
        if visited.contains(&name) {
            return Err(CredentialsError::invalid_configuration(format!(
                "the profiles {} name one another as `source_profile` in a circle",
                visited.join(", ")
            )));
        }
        visited.push(name);
        if visited.len() > 1
            && let Some(keys) = keys(profile)
        {
            return Ok(Start::Keys(keys));
        }
        if let Some(role) = web_identity(profile) {
            return Ok(Start::WebIdentity(role));
        }
        let Some(role) = role(profile)? else {
            let of_identity_center = ["sso_session", "sso_start_url"];
            let login = of_identity_center.iter().any(|key| profile.get(key).is_some());
            return Ok(if login { Start::Login(name) } else { Start::Profile(name) });
        };
        roles.push(role);
        match (profile.get("source_profile"), profile.get("credential_source")) {
            (Some(source), None) if source == name => {
                return keys(profile).map(Start::Keys).ok_or_else(|| {
                    CredentialsError::invalid_configuration(format!(
                        "the profile `{name}` is its own source, but has no keys"
                    ))
                });
            }
            (Some(source), None) => name = source,
            (None, Some(source)) => return Ok(Start::Source(source)),
            (Some(_), Some(_)) | (None, None) => {
                return Err(CredentialsError::invalid_configuration(format!(
                    "the profile `{name}` has a `role_arn` and needs either `source_profile` or \
                     `credential_source`"
                )));
            }
        }
    }
}

fn keys(profile: &Profile) -> Option<Credentials> {
    let access_key = profile.get("aws_access_key_id")?;
    let secret_key = profile.get("aws_secret_access_key")?;
    let token = profile.get("aws_session_token").map(str::to_owned);
    Some(Credentials::new(access_key, secret_key, token, None, SOURCE))
}

fn web_identity(profile: &Profile) -> Option<AssumeRoleWithWebIdentity> {
    let file = profile.get("web_identity_token_file")?;
    Some(AssumeRoleWithWebIdentity {
        role_arn: Some(profile.get("role_arn")?.to_owned()),
        session_name: profile.get("role_session_name").map(str::to_owned),
        web_identity_token_file: Some(file.to_owned()),
        ..AssumeRoleWithWebIdentity::default()
    })
}

fn role(profile: &Profile) -> Result<Option<AssumeRole>, CredentialsError> {
    let Some(role_arn) = profile.get("role_arn") else {
        return Ok(None);
    };
    if profile.get("mfa_serial").is_some() {
        return Err(CredentialsError::invalid_configuration(format!(
            "the profile `{}` asks for a code of an MFA device, which nobody can enter here; use \
             temporary credentials, for instance those of `aws configure export-credentials`",
            profile.name()
        )));
    }
    let seconds = profile.get("duration_seconds").and_then(|text| text.parse().ok());
    Ok(Some(AssumeRole {
        role_arn: role_arn.to_owned(),
        session_name: profile.get("role_session_name").map(str::to_owned),
        external_id: profile.get("external_id").map(Secret::new),
        duration: seconds.map(Duration::from_secs),
        ..AssumeRole::default()
    }))
}

/// Credentials of IAM Identity Center, which somebody has to log in for.
#[derive(Debug)]
struct Login {
    credentials: ProfileFileCredentialsProvider,
    profile: String,
}

impl Login {
    async fn credentials(&self) -> provider::Result {
        self.credentials.provide_credentials().await.map_err(|err| {
            CredentialsError::provider_error(format!(
                "{}. Log in with `aws sso login --profile {}`",
                causes(&err),
                self.profile
            ))
        })
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
