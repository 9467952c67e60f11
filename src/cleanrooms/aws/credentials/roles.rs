//! Roles, assumed with other credentials or with a token.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_sdk_sts::types::{Credentials as SessionCredentials, PolicyDescriptorType, Tag};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::choice::SOURCE;
use crate::cleanrooms::aws::config::{AssumeRole, AssumeRoleWithWebIdentity};
use crate::cleanrooms::aws::errors::AwsError;
use crate::cleanrooms::aws::variables::non_empty_variable;
use crate::cleanrooms::aws::{files, secrets};

/// One link of the chain of assumed roles.
#[derive(Debug)]
pub(in crate::cleanrooms::aws) struct AssumedRole {
    /// A client with the credentials of the link before.
    pub(in crate::cleanrooms::aws) sts: aws_sdk_sts::Client,
    pub(in crate::cleanrooms::aws) role: AssumeRole,
}

impl AssumedRole {
    async fn assume(&self) -> provider::Result {
        let role = &self.role;
        if let Some(id) = &role.external_id {
            secrets::remember(id.expose());
        }
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
pub(in crate::cleanrooms::aws) struct WebIdentityRole {
    pub(in crate::cleanrooms::aws) sts: aws_sdk_sts::Client,
    pub(in crate::cleanrooms::aws) role: AssumeRoleWithWebIdentity,
}

impl WebIdentityRole {
    async fn assume(&self) -> provider::Result {
        let role = &self.role;
        let role_arn = role.role_arn.clone().or_else(|| non_empty_variable("AWS_ROLE_ARN"));
        let name =
            role.session_name.clone().or_else(|| non_empty_variable("AWS_ROLE_SESSION_NAME"));
        let token = self.token().await?;
        secrets::remember(&token);
        let reply = self
            .sts
            .assume_role_with_web_identity()
            .set_role_arn(role_arn)
            .role_session_name(session_name(name.as_deref()))
            .web_identity_token(token)
            .set_duration_seconds(seconds(role.duration))
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .send()
            .await
            .map_err(|err| refused("sts:AssumeRoleWithWebIdentity", &err))?;
        session(reply.credentials())
    }

    async fn token(&self) -> Result<String, CredentialsError> {
        if let Some(token) = &self.role.web_identity_token {
            return Ok(token.expose().to_owned());
        }
        let configured = self.role.web_identity_token_file.clone();
        if configured.is_none()
            && let Some(token) = non_empty_variable("TF_AWS_WEB_IDENTITY_TOKEN")
        {
            return Ok(token);
        }
        let file = configured.or_else(|| non_empty_variable("AWS_WEB_IDENTITY_TOKEN_FILE"));
        let Some(path) = file else {
            return Err(CredentialsError::invalid_configuration(
                "assume_role_with_web_identity has no token: neither web_identity_token nor \
                 web_identity_token_file is given, and neither TF_AWS_WEB_IDENTITY_TOKEN nor \
                 AWS_WEB_IDENTITY_TOKEN_FILE is set.",
            ));
        };
        let path = files::expanded(&path);
        let wrong = |what: String| {
            let path = path.display();
            CredentialsError::provider_error(format!("The web identity token file `{path}` {what}"))
        };
        let token = files::read_text(&path).await;
        let token = token.map_err(|err| wrong(format!("cannot be read: {err}")))?;
        match token.trim() {
            "" => Err(wrong("is empty".to_owned())),
            token => Ok(token.to_owned()),
        }
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
