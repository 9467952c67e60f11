//! Credentials of the machine: those of a container, and those of an EC2 instance.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig as Sources;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use std::time::Duration;

use super::choice::ContainerAddress;
use crate::cleanrooms::aws::config::{MetadataEndpointMode, ProviderConfig};
use crate::cleanrooms::aws::errors::{AwsError, causes};
use crate::cleanrooms::aws::profiles::Profiles;
use crate::cleanrooms::aws::settings::{is_header_text, is_url};
use crate::cleanrooms::aws::variables::non_empty_variable;
use crate::cleanrooms::aws::{files, secrets};

/// How long the instance metadata service may take to accept a connection,
/// and to answer. Where there is none, its address often never answers.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

/// The role of a container.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) address: ContainerAddress,
    pub(super) sources: Sources,
}

impl Container {
    async fn credentials(&self) -> provider::Result {
        check_token().await?;
        let source = EcsCredentialsProvider::builder().configure(&self.sources).build();
        source.provide_credentials().await.map_err(|err| {
            let name = self.address.0;
            let text =
                format!("The container's credentials, of {name}, cannot be had: {}", causes(&err));
            CredentialsError::provider_error(text)
        })
    }
}

/// Looks at the token before the SDK does, which would block and tell neither variable nor file.
async fn check_token() -> Result<(), CredentialsError> {
    const FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    let (name, token) = match (std::env::var(FILE), std::env::var(TOKEN)) {
        (Ok(path), _) => {
            let read = files::read_text(path.as_ref()).await;
            let token = read.map_err(|err| {
                let text = format!("{FILE} names `{path}`, which cannot be read: {err}");
                CredentialsError::provider_error(text)
            })?;
            (FILE, token)
        }
        (Err(_unset), Ok(token)) => (TOKEN, token),
        (Err(_unset), Err(_unset_too)) => return Ok(()),
    };
    secrets::remember(&token);
    if is_header_text(&token) {
        return Ok(());
    }
    Err(CredentialsError::invalid_configuration(format!(
        "The token of {name} holds a line break or another character that no HTTP header takes."
    )))
}

impl ProvideCredentials for Container {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// The credentials of the role of this EC2 instance.
///
/// # Errors
///
/// When the configured address of the service is no URL.
pub(super) fn instance(
    config: &ProviderConfig,
    profiles: &Profiles,
    sources: &Sources,
) -> Result<ImdsCredentialsProvider, AwsError> {
    let endpoint = metadata_endpoint(config, profiles)?;
    let client = imds::Client::builder()
        .configure(sources)
        .connect_timeout(METADATA_TIMEOUT)
        .read_timeout(METADATA_TIMEOUT)
        .max_attempts(1)
        .endpoint(&endpoint)
        .map_err(|_err| AwsError::configuration(format!("`{endpoint}` is no valid URL.")))?
        .build();
    Ok(ImdsCredentialsProvider::builder().configure(sources).imds_client(client).build())
}

/// Where the metadata service is. Always given to the SDK: it would read the files again otherwise.
fn metadata_endpoint(config: &ProviderConfig, profiles: &Profiles) -> Result<String, AwsError> {
    let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    let key = "ec2_metadata_service_endpoint";
    let argument =
        config.ec2_metadata_service_endpoint.clone().map(|url| ("the provider block", url));
    let configured = argument
        .or_else(|| Some((variable, non_empty_variable(variable)?)))
        .or_else(|| Some(("the profile", profiles.setting(key)?.to_owned())));
    match configured {
        Some((_, url)) if is_url(&url) => Ok(url),
        Some((source, url)) => Err(AwsError::configuration(format!(
            "The address of the EC2 instance metadata service in {source} is `{url}`, which is no URL."
        ))),
        None if is_ipv6(config, profiles) => Ok("http://[fd00:ec2::254]".to_owned()),
        None => Ok("http://169.254.169.254".to_owned()),
    }
}

fn is_ipv6(config: &ProviderConfig, profiles: &Profiles) -> bool {
    let mode = non_empty_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    let mode = mode.as_deref().or_else(|| profiles.setting("ec2_metadata_service_endpoint_mode"));
    match config.ec2_metadata_service_endpoint_mode {
        Some(mode) => mode == MetadataEndpointMode::Ipv6,
        None => mode.is_some_and(|mode| mode.eq_ignore_ascii_case("ipv6")),
    }
}

/// Whether the environment forbids to ask the metadata service.
pub(super) fn instance_is_disabled() -> bool {
    non_empty_variable("AWS_EC2_METADATA_DISABLED")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}
