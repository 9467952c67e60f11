//! The AWS side of the provider against a server of our own.

mod boto3;
mod calls;
mod credentials;
mod network;
mod proxies;
mod server;
mod sources;

use cleanrooms_provider::cleanrooms::aws::{Aws, AwsError, Intervals, ProviderConfig, Secret};

const REGION: &str = "us-east-1";

/// A configuration for a server at this address, without credentials.
fn config(url: &str) -> ProviderConfig {
    let mut config = ProviderConfig {
        region: Some(REGION.to_owned()),
        terraform_version: Some("1.15.0".to_owned()),
        ..ProviderConfig::default()
    };
    config.endpoints.cleanrooms = Some(url.to_owned());
    config.endpoints.sts = Some(url.to_owned());
    config
}

/// The same with credentials.
fn static_config(url: &str) -> ProviderConfig {
    ProviderConfig {
        access_key: Some(Secret::new("111122223333")),
        secret_key: Some(Secret::new("secret")),
        ..config(url)
    }
}

fn aws(config: ProviderConfig) -> Aws {
    Aws::new(config, Intervals::default().scaled(0.001))
}

/// Reads a collaboration and gives its name.
async fn read(aws: &Aws) -> Result<String, AwsError> {
    let client = aws.cleanrooms(REGION).await?;
    let call = client.get_collaboration().collaboration_identifier("a");
    let reply = call.send().await.map_err(AwsError::of("GetCollaboration"))?;
    Ok(reply.collaboration.map(|collaboration| collaboration.name).unwrap_or_default())
}
