//! The accounts of a run, from its environment.
//!
//! The credentials of the first account are found as the provider finds them.
//! Nothing is done, not even a list is read, before STS has said that they
//! belong to the account that the caller has named.

use std::env;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_cleanrooms::Client;
use cleanrooms_provider::cleanrooms::aws::{AssumeRole, Aws, Intervals, ProviderConfig};

/// The Region of everything that is made.
pub const REGION: &str = "us-east-1";

/// The account that the credentials must belong to.
pub const ACCOUNT_VARIABLE: &str = "TF_ACC_ACCOUNT_ID";

/// A profile with credentials of the second account.
pub const PARTNER_PROFILE_VARIABLE: &str = "TF_ACC_PARTNER_PROFILE";

/// A role of the second account, assumed with the credentials of the first.
pub const PARTNER_ROLE_VARIABLE: &str = "TF_ACC_PARTNER_ROLE_ARN";

/// The second account, to be sure of that as well.
pub const PARTNER_ACCOUNT_VARIABLE: &str = "TF_ACC_PARTNER_ACCOUNT_ID";

/// An account that is invited and never joins.
pub const THIRD_ACCOUNT_VARIABLE: &str = "TF_ACC_THIRD_ACCOUNT_ID";

/// What is done in the name of one account.
#[derive(Clone, Debug)]
pub struct Party {
    /// Its id, as STS has told it.
    pub account: String,
    /// AWS with its credentials.
    pub aws: Aws,
}

/// The accounts of a run.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// The one that owns collaborations.
    pub owner: Party,
    /// The one that joins them, if there is one.
    pub partner: Option<Party>,
    /// One that is invited only.
    pub third: Option<String>,
}

impl Accounts {
    /// Reads the environment, and asks STS whose the credentials are. `pace` is the folder through
    /// which everything that calls AWS at the same time stays within its request rates.
    ///
    /// # Errors
    ///
    /// When a variable is missing, there are no credentials, or they belong to another account.
    pub async fn from_environment(pace: &Path) -> Result<Self> {
        let wanted = variable(ACCOUNT_VARIABLE).with_context(|| {
            format!("{ACCOUNT_VARIABLE} must name the account in which things may be made")
        })?;
        let config = ProviderConfig {
            region: Some(REGION.to_owned()),
            user_agent: vec!["acceptance-tests".to_owned()],
            pace: Some(pace.to_path_buf()),
            ..ProviderConfig::default()
        };
        let owner = Party::of(config.clone(), Some((ACCOUNT_VARIABLE, wanted))).await?;
        let partner = match partner_config(&config)? {
            None => None,
            Some(config) => {
                let wanted = variable(PARTNER_ACCOUNT_VARIABLE);
                let wanted = wanted.map(|wanted| (PARTNER_ACCOUNT_VARIABLE, wanted));
                let partner =
                    Party::of(config, wanted).await.context("the credentials of the partner")?;
                ensure!(
                    partner.account != owner.account,
                    "the credentials of the partner belong to the first account, {}",
                    owner.account
                );
                Some(partner)
            }
        };
        Ok(Self { owner, partner, third: variable(THIRD_ACCOUNT_VARIABLE) })
    }

    /// Those whose credentials there are.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        [&self.owner].into_iter().chain(&self.partner)
    }
}

impl Party {
    async fn of(config: ProviderConfig, wanted: Option<(&str, String)>) -> Result<Self> {
        let aws = Aws::new(config, Intervals::default());
        let account = match aws.caller_account().await {
            Ok(account) => account,
            Err(err) => bail!("STS does not tell whose the credentials are: {err}"),
        };
        if let Some((variable, wanted)) = wanted {
            ensure!(
                account == wanted,
                "the credentials belong to account {account}, and {variable} names {wanted}; \
                 nothing was done"
            );
        }
        Ok(Self { account, aws })
    }

    /// A client that repeats what fails.
    ///
    /// # Errors
    ///
    /// When the configuration is not usable.
    pub async fn client(&self, region: &str) -> Result<Client> {
        self.aws.cleanrooms(region).await.map_err(|err| anyhow::anyhow!("{err}"))
    }
}

fn partner_config(config: &ProviderConfig) -> Result<Option<ProviderConfig>> {
    match (variable(PARTNER_PROFILE_VARIABLE), variable(PARTNER_ROLE_VARIABLE)) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => {
            bail!("{PARTNER_PROFILE_VARIABLE} and {PARTNER_ROLE_VARIABLE} are both set")
        }
        (Some(profile), None) => {
            Ok(Some(ProviderConfig { profile: Some(profile), ..config.clone() }))
        }
        (None, Some(role_arn)) => {
            let role = AssumeRole { role_arn, ..AssumeRole::default() };
            Ok(Some(ProviderConfig { assume_role: vec![role], ..config.clone() }))
        }
    }
}

/// The value of an environment variable that is set and not empty.
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
