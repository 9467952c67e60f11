//! Which source gives the credentials: the order and the refusals of boto3, as one pure function.
//!
//! boto3 is the measure because the AWS CLI is made of the same parts (`botocore.credentials`).
//! What differs from one place to another is taken as written there: a profile that the
//! configuration names makes the keys and the web identity of the environment invisible, while
//! one that `AWS_PROFILE` names does not.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::cleanrooms::aws::config::{AssumeRole, AssumeRoleWithWebIdentity, Secret};
use crate::cleanrooms::aws::profiles::{Profile, Profiles, text};
use crate::cleanrooms::aws::settings::is_url;
use crate::cleanrooms::aws::shared_files::Section;

/// Name of the source, where credentials carry one.
pub(in crate::cleanrooms::aws) const SOURCE: &str = "terraform-provider-cleanrooms";

/// Gives the value of a variable of the environment, be it empty.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Why no source can be chosen, as a sentence for the user.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refusal(String);

/// A source of credentials.
pub(super) enum Source {
    /// Keys, and where they stand.
    Keys(Credentials, String),
    /// A role, assumed with the credentials of another source.
    Role(AssumeRole, Box<Source>),
    /// A role, assumed with a token in a file.
    WebIdentity(AssumeRoleWithWebIdentity),
    /// IAM Identity Center.
    Center(Center),
    /// A program.
    Process {
        /// The profile that names it.
        profile: String,
        /// What is to be run.
        command: String,
    },
    /// The role of a container.
    Container(ContainerAddress),
    /// The role of an EC2 instance.
    Instance,
}

/// A login of IAM Identity Center.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Center {
    /// The profile, for `aws sso login`.
    pub(super) profile: String,
    /// The `sso-session`; none in profiles as they were before 2022.
    pub(super) session: Option<String>,
    pub(super) account_id: String,
    pub(super) role_name: String,
    pub(super) region: String,
    pub(super) start_url: String,
}

/// The variable that says where a container's credentials are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ContainerAddress(pub(super) &'static str);

/// What the choice depends on.
pub(super) struct Chooser<'a> {
    pub(super) environment: Environment<'a>,
    pub(super) profiles: &'a Profiles,
    /// Whether the provider block names the profile.
    pub(super) profile_is_argument: bool,
    /// Whether EC2's metadata service may be asked.
    pub(super) ask_instance: bool,
}

impl Chooser<'_> {
    /// The first source that is configured; none if there is none at all.
    ///
    /// # Errors
    ///
    /// The first source is only half configured.
    pub(super) fn choose(&self) -> Result<Option<Source>, Refusal> {
        if !self.profile_is_argument
            && let Some(keys) = self.keys_of_environment()?
        {
            return Ok(Some(keys));
        }
        if let Some(profile) = self.profiles.selected()
            && has_role(profile)
        {
            return self.role(profile, &mut Vec::new()).map(Some);
        }
        let environment: Environment<'_> = match self.profile_is_argument {
            true => &|_name| None,
            false => self.environment,
        };
        if let Some(source) = of_profile(self.profiles, self.profiles.selected(), environment)? {
            return Ok(Some(source));
        }
        if let Some(container) = self.container()? {
            return Ok(Some(container));
        }
        Ok(self.ask_instance.then_some(Source::Instance))
    }

    fn keys_of_environment(&self) -> Result<Option<Source>, Refusal> {
        let set = |name: &str| (self.environment)(name).filter(|value| !value.is_empty());
        let Some(access_key) = set("AWS_ACCESS_KEY_ID") else {
            return Ok(None);
        };
        let secret_key = set("AWS_SECRET_ACCESS_KEY").ok_or_else(|| {
            Refusal("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not.".to_owned())
        })?;
        let token = set("AWS_SECURITY_TOKEN").or_else(|| set("AWS_SESSION_TOKEN"));
        let expiry = set("AWS_CREDENTIAL_EXPIRATION").map(|text| {
            let wrong =
                || format!("AWS_CREDENTIAL_EXPIRATION is `{text}`, which is no point in time.");
            point_in_time(&text).ok_or_else(|| Refusal(wrong()))
        });
        let keys = Credentials::new(access_key, secret_key, token, expiry.transpose()?, SOURCE);
        Ok(Some(Source::Keys(keys, "the environment (AWS_ACCESS_KEY_ID)".to_owned())))
    }

    /// The role of a profile, with what it is assumed with.
    fn role(&self, profile: &Profile, visited: &mut Vec<String>) -> Result<Source, Refusal> {
        let name = &profile.name;
        visited.push(name.clone());
        let role = role(profile)?;
        let source = match (profile.get("source_profile"), profile.get("credential_source")) {
            (Some(source), None) => self.source_profile(profile, source, visited)?,
            (None, Some(source)) => self.credential_source(profile, source)?,
            (Some(_), Some(_)) | (None, None) => {
                return Err(Refusal(format!(
                    "The profile `{name}` has a `role_arn` and needs either `source_profile` or \
                     `credential_source`."
                )));
            }
        };
        Ok(Source::Role(role, Box::new(source)))
    }

    /// Keys of a source profile go before its role, and a profile may be its own source.
    fn source_profile(
        &self,
        parent: &Profile,
        name: &str,
        visited: &mut Vec<String>,
    ) -> Result<Source, Refusal> {
        let Some(profile) = self.profiles.get(name) else {
            let shown =
                if name.is_empty() { "an empty text".to_owned() } else { format!("`{name}`") };
            return Err(Refusal(format!(
                "The profile `{}` names {shown} as its `source_profile`, but {shown} does not \
                 exist.",
                parent.name
            )));
        };
        let has_keys = profile.has("aws_access_key_id") || profile.has("aws_secret_access_key");
        if visited.contains(&profile.name) && (name != parent.name || !has_keys) {
            return Err(Refusal(match name == parent.name {
                true => {
                    format!("The profile `{name}` is its own `source_profile`, but has no keys.")
                }
                false => format!(
                    "The profiles {} name one another as `source_profile` in a circle.",
                    visited.join(", ")
                ),
            }));
        }
        if has_role(profile) && !has_keys {
            return self.role(profile, visited);
        }
        of_profile(self.profiles, Some(profile), &|_name| None)?.ok_or_else(|| {
            Refusal(format!(
                "The profile `{name}`, which `{}` names as its `source_profile`, gives no \
                 credentials.",
                parent.name
            ))
        })
    }

    fn credential_source(&self, profile: &Profile, source: &str) -> Result<Source, Refusal> {
        let found = match source {
            "Environment" => self.keys_of_environment()?,
            "EcsContainer" => self.container()?,
            "Ec2InstanceMetadata" => Some(Source::Instance),
            other => {
                return Err(Refusal(format!(
                    "`credential_source` of the profile `{}` is `{other}`; AWS documents \
                     Environment, EcsContainer and Ec2InstanceMetadata.",
                    profile.name
                )));
            }
        };
        found.ok_or_else(|| {
            Refusal(format!(
                "The profile `{}` says `credential_source = {source}`, which gives no credentials.",
                profile.name
            ))
        })
    }

    fn container(&self) -> Result<Option<Source>, Refusal> {
        let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
        let set = |name: &'static str| Some((name, (self.environment)(name)?));
        let Some((name, value)) = set(relative).or_else(|| set(full)) else {
            return Ok(None);
        };
        let wrong = match name == relative {
            true => {
                (!value.starts_with('/')).then_some("It must be a path, such as /v2/credentials.")
            }
            false => (!is_url(&value))
                .then_some("It must be a URL, such as http://127.0.0.1:9182/credentials."),
        };
        match wrong {
            Some(rule) if value.is_empty() => {
                Err(Refusal(format!("{name} is set, but empty. {rule}")))
            }
            Some(rule) => Err(Refusal(format!("{name} is `{value}`. {rule}"))),
            None => Ok(Some(Source::Container(ContainerAddress(name)))),
        }
    }
}

/// Whether a profile assumes a role with the credentials of another source.
fn has_role(profile: &Profile) -> bool {
    profile.has("role_arn") && !profile.has("web_identity_token_file")
}

/// What a profile gives without its role, the environment going before its web identity.
fn of_profile(
    profiles: &Profiles,
    profile: Option<&Profile>,
    environment: Environment<'_>,
) -> Result<Option<Source>, Refusal> {
    if let Some(source) = web_identity(profile, environment)? {
        return Ok(Some(source));
    }
    let Some(profile) = profile else {
        return Ok(None);
    };
    if let Some(center) = center(profiles, profile)? {
        return Ok(Some(Source::Center(center)));
    }
    if let Some(keys) = keys(profile, &profile.credentials)? {
        return Ok(Some(keys));
    }
    if profile.has("login_session") {
        return Err(Refusal(login(&profile.name)));
    }
    if let Some(command) = profile.get("credential_process") {
        if command.is_empty() {
            return Err(Refusal(empty(profile, "credential_process")));
        }
        let (profile, command) = (profile.name.clone(), command.to_owned());
        return Ok(Some(Source::Process { profile, command }));
    }
    keys(profile, &profile.config)
}

fn login(profile: &str) -> String {
    format!(
        "The profile `{profile}` is one of `aws login`, whose credentials only the AWS CLI can \
         renew. Let the CLI give them: use a profile of another name with `credential_process = \
         aws configure export-credentials --profile {profile} --format process`."
    )
}

fn empty(profile: &Profile, key: &str) -> String {
    format!("`{key}` of the profile `{}` is empty.", profile.name)
}

/// A role by a token in a file. Each part may come from the environment, otherwise from the profile.
fn web_identity(
    profile: Option<&Profile>,
    environment: Environment<'_>,
) -> Result<Option<Source>, Refusal> {
    let part = |variable: &str, key: &str| {
        environment(variable).or_else(|| profile?.get(key).map(str::to_owned))
    };
    let token_file = part("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    let Some(token_file) = token_file.filter(|file| !file.is_empty()) else {
        return Ok(None);
    };
    let role_arn = part("AWS_ROLE_ARN", "role_arn").filter(|arn| !arn.is_empty());
    let Some(role_arn) = role_arn else {
        let profile =
            profile.map(|profile| format!(" or `role_arn` of the profile `{}`", profile.name));
        return Err(Refusal(format!(
            "There is a web identity token file (`{token_file}`), but no role to assume with it. \
             Set AWS_ROLE_ARN{}.",
            profile.unwrap_or_default()
        )));
    };
    let session_name = part("AWS_ROLE_SESSION_NAME", "role_session_name");
    Ok(Some(Source::WebIdentity(AssumeRoleWithWebIdentity {
        role_arn: Some(role_arn),
        session_name: session_name.filter(|name| !name.is_empty()),
        web_identity_token_file: Some(token_file),
        ..AssumeRoleWithWebIdentity::default()
    })))
}

/// The settings of IAM Identity Center, which may be divided between profile and session.
fn center(profiles: &Profiles, profile: &Profile) -> Result<Option<Center>, Refusal> {
    if !profile.has("sso_role_name") && !profile.has("sso_account_id") {
        return Ok(None);
    }
    let name = &profile.name;
    let session = profile.get("sso_session");
    let settings = session.map(|session| {
        profiles.sso_session(session).ok_or_else(|| {
            Refusal(format!(
                "The profile `{name}` names the `sso_session` `{session}`, but there is no section \
                 [sso-session {session}]."
            ))
        })
    });
    let settings = settings.transpose()?;
    let setting = |key: &str| {
        let of_session = settings.and_then(|settings| text(settings, key));
        match (profile.get(key), of_session) {
            (Some(one), Some(other)) if one != other => Err(Refusal(format!(
                "`{key}` is `{one}` in the profile `{name}`, but `{other}` in its `sso_session`."
            ))),
            (one, other) => {
                one.or(other).filter(|value| !value.is_empty()).map(str::to_owned).ok_or_else(
                    || {
                        Refusal(format!(
                            "The profile `{name}` uses IAM Identity Center, but has no `{key}`."
                        ))
                    },
                )
            }
        }
    };
    Ok(Some(Center {
        profile: name.clone(),
        session: session.map(str::to_owned),
        account_id: setting("sso_account_id")?,
        role_name: setting("sso_role_name")?,
        region: setting("sso_region")?,
        start_url: setting("sso_start_url")?,
    }))
}

/// The keys in one of the two files.
fn keys(profile: &Profile, file: &Section) -> Result<Option<Source>, Refusal> {
    let (access, secret) = ("aws_access_key_id", "aws_secret_access_key");
    let Some(access_key) = text(file, access) else {
        return Ok(None);
    };
    if access_key.is_empty() {
        return Err(Refusal(empty(profile, access)));
    }
    let secret_key = text(file, secret).filter(|key| !key.is_empty()).ok_or_else(|| {
        Refusal(format!("The profile `{}` has `{access}`, but no `{secret}`.", profile.name))
    })?;
    let token = text(file, "aws_security_token").or_else(|| text(file, "aws_session_token"));
    let token = token.filter(|token| !token.is_empty()).map(str::to_owned);
    let keys = Credentials::new(access_key, secret_key, token, None, SOURCE);
    Ok(Some(Source::Keys(keys, format!("the profile `{}`", profile.name))))
}

fn role(profile: &Profile) -> Result<AssumeRole, Refusal> {
    let setting = |key: &str| profile.get(key).filter(|value| !value.is_empty());
    let Some(role_arn) = setting("role_arn") else {
        return Err(Refusal(empty(profile, "role_arn")));
    };
    if setting("mfa_serial").is_some() {
        return Err(Refusal(format!(
            "The profile `{}` asks for a code of an MFA device, which nobody can enter here; use \
             temporary credentials, for instance those of `aws configure export-credentials`.",
            profile.name
        )));
    }
    let seconds = setting("duration_seconds").and_then(|text| text.parse().ok());
    Ok(AssumeRole {
        role_arn: role_arn.to_owned(),
        session_name: setting("role_session_name").map(str::to_owned),
        external_id: setting("external_id").map(Secret::new),
        duration: seconds.map(Duration::from_secs),
        ..AssumeRole::default()
    })
}

/// A point in time as AWS's tools write it.
pub(super) fn point_in_time(text: &str) -> Option<SystemTime> {
    let text = text.trim().replacen(' ', "T", 1);
    let time = DateTime::from_str(&text, Format::DateTimeWithOffset)
        .or_else(|_err| DateTime::from_str(&format!("{text}Z"), Format::DateTimeWithOffset));
    SystemTime::try_from(time.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_forms_that_tools_write() {
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_444_800);
        for text in [
            "2100-01-01T00:00:00Z",
            "2100-01-01T00:00:00+00:00",
            "2100-01-01T01:00:00+01:00",
            "2100-01-01T00:00:00",
            "2100-01-01 00:00:00",
        ] {
            assert_eq!(point_in_time(text), Some(expected), "{text}");
        }
        for text in ["", "soon", "2100"] {
            assert_eq!(point_in_time(text), None, "{text}");
        }
    }
}
