//! Where credentials come from, and how often each source is asked.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::provider_config::ProviderConfig as Sources;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::types::{Credentials as SessionCredentials, PolicyDescriptorType, Tag};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::Mutex;

use super::config::{
    AssumeRole, AssumeRoleWithWebIdentity, MetadataEndpointMode, ProviderConfig, Secret,
};
use super::errors::{AwsError, causes};
use super::profile::ProfileCredentials;
use super::sts::StsClients;
use super::tls::non_empty_variable;

/// Name of the source, where credentials carry one.
pub(super) const SOURCE: &str = "terraform-provider-cleanrooms";

/// How long before their expiry credentials are renewed.
const RENEWAL_MARGIN: Duration = Duration::from_secs(60);

/// How long all sources together may take. A `credential_process` may be slow.
const SOURCE_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the instance metadata service may take to accept a connection,
/// and to answer. Where there is none, its address often never answers.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

/// The credentials that the assumed roles start from: those of the arguments,
/// or else the first source that has any, in the order of the AWS SDKs.
///
/// # Errors
///
/// When the arguments contradict one another.
pub(super) fn base(
    config: &ProviderConfig,
    sources: &Sources,
    sts: &StsClients,
) -> Result<SharedCredentialsProvider, AwsError> {
    if let Some(credentials) = from_arguments(config)? {
        return Ok(SharedCredentialsProvider::new(credentials));
    }
    if let Some(role) = &config.assume_role_with_web_identity {
        let assumed = WebIdentityRole { sts: sts.anonymous(), role: role.clone() };
        return Ok(SharedCredentialsProvider::new(assumed));
    }
    if config.profile.is_some() {
        return Ok(SharedCredentialsProvider::new(profile(config, sources, sts)));
    }
    Ok(SharedCredentialsProvider::new(default_chain(config, sources, sts)?))
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

fn default_chain(
    config: &ProviderConfig,
    sources: &Sources,
    sts: &StsClients,
) -> Result<CredentialsProviderChain, AwsError> {
    let web_identity = EnvironmentWebIdentity { sts: sts.anonymous() };
    let container = EcsCredentialsProvider::builder().configure(sources).build();
    let chain = CredentialsProviderChain::first_try(
        "Environment",
        EnvironmentVariableCredentialsProvider::new(),
    )
    .or_else("Profile", profile(config, sources, sts))
    .or_else("WebIdentityToken", web_identity)
    .or_else("EcsContainer", container);
    if config.skip_metadata_api_check {
        return Ok(chain);
    }
    Ok(chain.or_else("Ec2InstanceMetadata", metadata(config, sources)?))
}

fn profile(config: &ProviderConfig, sources: &Sources, sts: &StsClients) -> ProfileCredentials {
    ProfileCredentials { config: config.clone(), sources: sources.clone(), sts: sts.clone() }
}

/// The credentials of the role of this EC2 instance.
///
/// # Errors
///
/// When the configured address of the service is no URL.
pub(super) fn metadata(
    config: &ProviderConfig,
    sources: &Sources,
) -> Result<ImdsCredentialsProvider, AwsError> {
    let client = metadata_client(config, sources)?;
    Ok(ImdsCredentialsProvider::builder().configure(sources).imds_client(client).build())
}

fn metadata_client(config: &ProviderConfig, sources: &Sources) -> Result<imds::Client, AwsError> {
    let mut builder = imds::Client::builder()
        .configure(sources)
        .connect_timeout(METADATA_TIMEOUT)
        .read_timeout(METADATA_TIMEOUT)
        .max_attempts(1);
    if let Some(endpoint) = &config.ec2_metadata_service_endpoint {
        builder = builder.endpoint(endpoint).map_err(|_err| {
            AwsError::configuration("`ec2_metadata_service_endpoint` is no valid URL.")
        })?;
    }
    if let Some(mode) = config.ec2_metadata_service_endpoint_mode {
        builder = builder.endpoint_mode(match mode {
            MetadataEndpointMode::Ipv4 => imds::client::EndpointMode::IpV4,
            MetadataEndpointMode::Ipv6 => imds::client::EndpointMode::IpV6,
        });
    }
    Ok(builder.build())
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
        Some(profile) => {
            format!("The profile `{profile}` gives no AWS credentials: {}", causes(err))
        }
        None => "No AWS credentials were found: neither in the provider block, nor in the \
            environment (AWS_ACCESS_KEY_ID), the shared files (AWS_PROFILE), a web identity, a \
            container, or the EC2 instance metadata."
            .to_owned(),
    })
}

/// Credentials that are asked for once and renewed before they expire. If the
/// first attempt fails, that failure stands: a thousand resources must not
/// each wait for an address that never answers.
pub(super) struct Remembered {
    source: SharedCredentialsProvider,
    state: Mutex<State>,
}

enum State {
    Unasked,
    Known(Credentials),
    Failed { not_loaded: bool, cause: String },
}

impl State {
    fn failed(err: &CredentialsError) -> Self {
        Self::Failed {
            not_loaded: matches!(err, CredentialsError::CredentialsNotLoaded(_)),
            cause: causes(err),
        }
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered")
    }
}

impl Remembered {
    pub(super) fn new(source: SharedCredentialsProvider) -> Self {
        Self { source, state: Mutex::new(State::Unasked) }
    }

    async fn credentials(&self) -> provider::Result {
        let mut state = self.state.lock().await;
        match &*state {
            State::Known(credentials) if remaining(credentials) > RENEWAL_MARGIN => {
                return Ok(credentials.clone());
            }
            State::Failed { not_loaded: true, cause } => {
                return Err(CredentialsError::not_loaded(cause.clone()));
            }
            State::Failed { not_loaded: false, cause } => {
                return Err(CredentialsError::provider_error(cause.clone()));
            }
            State::Known(_) | State::Unasked => {}
        }
        let asked = self.ask().await;
        match (&asked, &*state) {
            (Ok(credentials), _) => *state = State::Known(credentials.clone()),
            (Err(err), State::Unasked) => *state = State::failed(err),
            // Still good for a moment; the next call tries again.
            (Err(_), State::Known(credentials)) if remaining(credentials) > Duration::ZERO => {
                return Ok(credentials.clone());
            }
            (Err(_), _) => {}
        }
        asked
    }

    async fn ask(&self) -> provider::Result {
        tokio::time::timeout(SOURCE_TIMEOUT, self.source.provide_credentials())
            .await
            .unwrap_or_else(|_elapsed| Err(CredentialsError::provider_timed_out(SOURCE_TIMEOUT)))
    }
}

/// How long credentials are still good for.
fn remaining(credentials: &Credentials) -> Duration {
    match credentials.expiry() {
        Some(expiry) => expiry.duration_since(SystemTime::now()).unwrap_or_default(),
        None => Duration::MAX,
    }
}

impl ProvideCredentials for Remembered {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// One link of the chain of assumed roles.
#[derive(Debug)]
pub(super) struct AssumedRole {
    /// A client with the credentials of the link before.
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) role: AssumeRole,
}

impl AssumedRole {
    async fn assume(&self) -> provider::Result {
        let role = &self.role;
        let tags = role.tags.iter().map(|(key, value)| {
            Tag::builder().key(key).value(value).build().expect("key and value are set")
        });
        let reply = self
            .sts
            .assume_role()
            .role_arn(&role.role_arn)
            .role_session_name(session_name(role.session_name.as_deref()))
            .set_external_id(role.external_id.as_ref().map(|id| id.expose().to_owned()))
            .set_duration_seconds(seconds(role.duration))
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .set_source_identity(role.source_identity.clone())
            .set_tags(non_empty(tags.collect()))
            .set_transitive_tag_keys(non_empty(role.transitive_tag_keys.clone()))
            .send()
            .await
            .map_err(|err| refused("sts:AssumeRole", &err))?;
        session(reply.credentials())
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

/// A role that is assumed with a token of an identity provider.
#[derive(Debug)]
pub(super) struct WebIdentityRole {
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) role: AssumeRoleWithWebIdentity,
}

impl WebIdentityRole {
    async fn assume(&self) -> provider::Result {
        let role = &self.role;
        let role_arn = role.role_arn.clone().or_else(|| non_empty_variable("AWS_ROLE_ARN"));
        let name =
            role.session_name.clone().or_else(|| non_empty_variable("AWS_ROLE_SESSION_NAME"));
        let reply = self
            .sts
            .assume_role_with_web_identity()
            .set_role_arn(role_arn)
            .role_session_name(session_name(name.as_deref()))
            .web_identity_token(self.token()?)
            .set_duration_seconds(seconds(role.duration))
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .send()
            .await
            .map_err(|err| refused("sts:AssumeRoleWithWebIdentity", &err))?;
        session(reply.credentials())
    }

    fn token(&self) -> Result<String, CredentialsError> {
        if let Some(token) = &self.role.web_identity_token {
            return Ok(token.expose().to_owned());
        }
        let configured = self.role.web_identity_token_file.clone();
        let file = configured.or_else(|| non_empty_variable("AWS_WEB_IDENTITY_TOKEN_FILE"));
        let Some(path) = file else {
            return Err(CredentialsError::invalid_configuration(
                "assume_role_with_web_identity has neither web_identity_token nor \
                 web_identity_token_file",
            ));
        };
        std::fs::read_to_string(&path).map(|token| token.trim().to_owned()).map_err(|err| {
            CredentialsError::provider_error(format!(
                "the web_identity_token_file `{path}` cannot be read: {err}"
            ))
        })
    }
}

impl ProvideCredentials for WebIdentityRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

/// The role of `AWS_ROLE_ARN` with the token in `AWS_WEB_IDENTITY_TOKEN_FILE`,
/// which Amazon EKS, for one, sets in containers.
#[derive(Debug)]
struct EnvironmentWebIdentity {
    sts: aws_sdk_sts::Client,
}

impl EnvironmentWebIdentity {
    async fn assume(&self) -> provider::Result {
        for variable in ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"] {
            if non_empty_variable(variable).is_none() {
                return Err(CredentialsError::not_loaded(format!("{variable} is not set")));
            }
        }
        let role = AssumeRoleWithWebIdentity::default();
        WebIdentityRole { sts: self.sts.clone(), role }.assume().await
    }
}

impl ProvideCredentials for EnvironmentWebIdentity {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.assume())
    }
}

/// The session's name, or one that tells where the session comes from.
fn session_name(configured: Option<&str>) -> String {
    configured.map(str::to_owned).unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        format!("{SOURCE}-{}", now.as_secs())
    })
}

fn seconds(duration: Option<Duration>) -> Option<i32> {
    duration.map(|duration| i32::try_from(duration.as_secs()).unwrap_or(i32::MAX))
}

fn policies(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    non_empty(arns.iter().map(|arn| PolicyDescriptorType::builder().arn(arn).build()).collect())
}

fn non_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

fn refused<E: ProvideErrorMetadata + std::error::Error + 'static>(
    action: &str,
    err: &SdkError<E, HttpResponse>,
) -> CredentialsError {
    CredentialsError::provider_error(AwsError::from_sdk(action, err))
}

fn session(credentials: Option<&SessionCredentials>) -> provider::Result {
    let credentials = credentials
        .ok_or_else(|| CredentialsError::unhandled("the reply of STS holds no credentials"))?;
    let expiry = SystemTime::try_from(*credentials.expiration()).map_err(|_err| {
        CredentialsError::unhandled("the expiration of the session is no point in time")
    })?;
    Ok(Credentials::new(
        credentials.access_key_id(),
        credentials.secret_access_key(),
        Some(credentials.session_token().to_owned()),
        Some(expiry),
        SOURCE,
    ))
}
