//! The provider block as typed values.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A value that must not be seen: its `Debug` text is the same for all values.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one call that sends or signs with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(sensitive)")
    }
}

/// The arguments of the provider block, with the names and meaning that users
/// of hashicorp/aws know. `None` and empty mean "not configured": the
/// environment and the shared files are asked instead.
#[derive(Clone, Debug, Default)]
pub struct ProviderConfig {
    /// Region of resources that name none.
    pub region: Option<String>,
    /// Profile of the shared files. Named here, it goes before credentials in
    /// the environment.
    pub profile: Option<String>,
    /// Access key id; needs `secret_key`.
    pub access_key: Option<Secret>,
    /// Secret access key; needs `access_key`.
    pub secret_key: Option<Secret>,
    /// Session token of temporary credentials.
    pub token: Option<Secret>,
    /// Files to read instead of `~/.aws/config`, later ones win.
    pub shared_config_files: Vec<String>,
    /// Files to read instead of `~/.aws/credentials`, later ones win.
    pub shared_credentials_files: Vec<String>,
    /// Roles to assume, each with the credentials of the one before it.
    pub assume_role: Vec<AssumeRole>,
    /// Role to assume with a web identity token, in place of other sources.
    pub assume_role_with_web_identity: Option<AssumeRoleWithWebIdentity>,
    /// Addresses to use instead of those of AWS.
    pub endpoints: Endpoints,
    /// How often a failed call is repeated.
    pub max_retries: Option<u32>,
    /// How repeated calls are spaced.
    pub retry_mode: Option<RetryMode>,
    /// How many tokens there are for repeated calls; unlimited if none is given.
    pub retry_tokens: Option<u32>,
    /// Proxy for `http://` addresses, and for `https://` ones if nothing else
    /// names a proxy for them. Empty, there is none, whatever the environment says.
    pub http_proxy: Option<Secret>,
    /// Proxy for `https://` addresses. Empty, there is none.
    pub https_proxy: Option<Secret>,
    /// Hosts reached without a proxy, separated by commas.
    pub no_proxy: Option<String>,
    /// PEM file of the certificate authorities to trust instead of the system's.
    pub custom_ca_bundle: Option<String>,
    /// Whether certificates are accepted unseen.
    pub insecure: bool,
    /// Whether to use FIPS endpoints.
    pub use_fips_endpoint: Option<bool>,
    /// Whether to use dual-stack endpoints.
    pub use_dualstack_endpoint: Option<bool>,
    /// Region of STS calls; otherwise that of the provider.
    pub sts_region: Option<String>,
    /// Address of the EC2 instance metadata service.
    pub ec2_metadata_service_endpoint: Option<String>,
    /// IP version of the EC2 instance metadata service.
    pub ec2_metadata_service_endpoint_mode: Option<MetadataEndpointMode>,
    /// Whether the EC2 instance metadata service is left out as a source of
    /// credentials.
    pub skip_metadata_api_check: bool,
    /// Whether the credentials' account is never asked for.
    pub skip_requesting_account_id: bool,
    /// If not empty, the only accounts in which anything may be changed.
    pub allowed_account_ids: Vec<String>,
    /// Accounts in which nothing may be changed.
    pub forbidden_account_ids: Vec<String>,
    /// Products to append to the user agent.
    pub user_agent: Vec<String>,
    /// Version of Terraform or OpenTofu, for the user agent.
    pub terraform_version: Option<String>,
    /// Folder through which processes keep one pace of requests, for
    /// acceptance tests in a real account.
    pub pace: Option<PathBuf>,
    /// Whether the Region is among what is known only after other resources
    /// are applied. It is then not looked for elsewhere.
    pub unknown_region: bool,
}

/// One link of a chain of assumed roles.
#[derive(Clone, Debug, Default)]
pub struct AssumeRole {
    /// ARN of the role.
    pub role_arn: String,
    /// Name of the session; a generated one if none.
    pub session_name: Option<String>,
    /// External id that the role's trust policy asks for.
    pub external_id: Option<Secret>,
    /// Lifetime of the session.
    pub duration: Option<Duration>,
    /// Session policy as JSON.
    pub policy: Option<String>,
    /// ARNs of managed session policies.
    pub policy_arns: Vec<String>,
    /// Identity that CloudTrail records for everything the session does.
    pub source_identity: Option<String>,
    /// Session tags.
    pub tags: BTreeMap<String, String>,
    /// Keys of session tags that go on to the next role.
    pub transitive_tag_keys: Vec<String>,
}

/// A role that is assumed with a token of an identity provider.
#[derive(Clone, Debug, Default)]
pub struct AssumeRoleWithWebIdentity {
    /// ARN of the role; `AWS_ROLE_ARN` if none.
    pub role_arn: Option<String>,
    /// Name of the session; `AWS_ROLE_SESSION_NAME` or a generated one if none.
    pub session_name: Option<String>,
    /// Lifetime of the session.
    pub duration: Option<Duration>,
    /// Session policy as JSON.
    pub policy: Option<String>,
    /// ARNs of managed session policies.
    pub policy_arns: Vec<String>,
    /// The token; goes before the file.
    pub web_identity_token: Option<Secret>,
    /// File that holds the token, read again at each renewal. If there is
    /// neither, `TF_AWS_WEB_IDENTITY_TOKEN` holds the token, or
    /// `AWS_WEB_IDENTITY_TOKEN_FILE` names the file.
    pub web_identity_token_file: Option<String>,
}

/// Addresses that replace those of AWS, as absolute URLs.
#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    /// Address of AWS Clean Rooms.
    pub cleanrooms: Option<String>,
    /// Address of AWS STS.
    pub sts: Option<String>,
    /// Address of the portal of IAM Identity Center.
    pub sso: Option<String>,
    /// Address for tokens of IAM Identity Center.
    pub sso_oidc: Option<String>,
}

/// How repeated calls are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryMode {
    /// Exponential back-off.
    Standard,
    /// Exponential back-off, and fewer calls a second while AWS throttles.
    Adaptive,
}

/// IP version of the EC2 instance metadata service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataEndpointMode {
    /// `169.254.169.254`
    Ipv4,
    /// `fd00:ec2::254`
    Ipv6,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_text_of_a_configuration_shows_no_secret() {
        let config = ProviderConfig {
            access_key: Some(Secret::new("AKIDEXAMPLE")),
            secret_key: Some(Secret::new("very-secret-key")),
            token: Some(Secret::new("very-secret-token")),
            https_proxy: Some(Secret::new("http://user:very-secret-password@proxy")),
            ..ProviderConfig::default()
        };
        let text = format!("{config:?}");
        assert!(!text.contains("very-secret") && !text.contains("AKIDEXAMPLE"), "{text}");
    }
}
