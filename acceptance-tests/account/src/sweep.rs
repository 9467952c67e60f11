//! Takes away what runs have left.
//!
//! Lists are all that is read of an account. What has no name of ours is passed
//! over; what has no name at all goes with the parent that has one, and a
//! membership with the collaboration that it is in.

mod parts;
mod program;

pub use program::main;

use std::fmt;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use aws_sdk_cleanrooms::Client;
use aws_sdk_cleanrooms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{ConfiguredTableSummary, MembershipSummary};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use cleanrooms_provider::cleanrooms::aws::AwsError;

use crate::accounts::{Accounts, Party, REGION};
use crate::names::RunId;

/// The Regions in which scenarios make something.
pub const REGIONS: [&str; 2] = [REGION, "eu-west-1"];

/// Which runs are swept.
#[derive(Clone, Debug)]
pub enum Which {
    /// One run, however new its objects are.
    Run(RunId),
    /// All runs, but for objects that are newer: their run may not be over.
    OlderThan(Duration),
}

impl Which {
    fn takes(&self, name: &str, created: &DateTime) -> bool {
        match (self, RunId::of_name(name)) {
            (_, None) => false,
            (Self::Run(run), Some(of)) => *run == of,
            (Self::OlderThan(age), Some(_)) => {
                let limit = SystemTime::now().checked_sub(*age);
                limit.is_some_and(|limit| DateTime::from(limit) >= *created)
            }
        }
    }
}

/// What a sweep came to.
#[derive(Clone, Debug, Default)]
pub struct Swept {
    /// What was taken away.
    pub gone: Vec<String>,
    /// What could not be, and why.
    pub remains: Vec<String>,
}

impl fmt::Display for Swept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in &self.gone {
            writeln!(f, "taken away: {one}")?;
        }
        for one in &self.remains {
            writeln!(f, "REMAINS: {one}")?;
        }
        let (gone, remain) = (self.gone.len(), self.remains.len());
        write!(f, "{gone} taken away, {remain} remain")
    }
}

/// Sweeps all accounts of a run, in every Region.
///
/// # Errors
///
/// When no client can be made. What cannot be read or taken away is told in the result.
pub async fn sweep(accounts: &Accounts, which: &Which) -> Result<Swept> {
    let own: Vec<&str> = accounts.parties().map(|party| party.account.as_str()).collect();
    let mut swept = Swept::default();
    for region in REGIONS {
        let mut sweeps = Vec::new();
        for party in accounts.parties() {
            sweeps.push(Sweep::new(party, region, which, &own).await?);
        }
        // The creator's membership goes after its collaboration, every other before it.
        for sweep in &sweeps {
            sweep.memberships(&mut swept, false).await;
        }
        for sweep in &sweeps {
            sweep.collaborations(&mut swept).await;
        }
        for sweep in &sweeps {
            sweep.memberships(&mut swept, true).await;
            sweep.tables(&mut swept).await;
        }
    }
    Ok(swept)
}

/// The sweep of one account in one Region.
struct Sweep<'a> {
    account: &'a str,
    region: &'a str,
    client: Client,
    which: &'a Which,
    own: &'a [&'a str],
}

impl<'a> Sweep<'a> {
    async fn new(
        party: &'a Party,
        region: &'a str,
        which: &'a Which,
        own: &'a [&'a str],
    ) -> Result<Self> {
        let client = party.client(region).await?;
        Ok(Self { account: &party.account, region, client, which, own })
    }

    /// Notes what a deletion came to. What is not there any more is as it should be.
    fn note<O, E: ProvideErrorMetadata + std::error::Error + 'static>(
        &self,
        swept: &mut Swept,
        what: String,
        deleted: Result<O, SdkError<E, HttpResponse>>,
    ) {
        let what = format!("{what}, account {} in {}", self.account, self.region);
        match deleted {
            Ok(_) => swept.gone.push(what),
            Err(err) if err.code() == Some("ResourceNotFoundException") => {}
            Err(err) => swept.remains.push(format!("{what}: {}", AwsError::of("Delete")(err))),
        }
    }

    fn unread<E: ProvideErrorMetadata + std::error::Error + 'static>(
        &self,
        swept: &mut Swept,
        list: &'static str,
        err: SdkError<E, HttpResponse>,
    ) {
        let (account, region, err) = (self.account, self.region, AwsError::of(list)(err));
        swept.remains.push(format!("perhaps something of account {account} in {region}: {err}"));
    }

    /// The memberships in collaborations of ours, those of their creators or all others.
    async fn memberships(&self, swept: &mut Swept, of_creators: bool) {
        let listed = self.client.list_memberships().into_paginator().items().send();
        let listed = match listed.collect::<Result<Vec<_>, _>>().await {
            Ok(listed) => listed,
            Err(err) => return self.unread(swept, "ListMemberships", err),
        };
        for membership in listed.iter().filter(|one| self.is_ours(one)) {
            let is_creators = membership.collaboration_creator_account_id == self.account;
            // What is in a membership of ours is in the way of the collaboration's other members, too.
            self.parts(swept, &membership.id).await;
            if is_creators == of_creators {
                let delete = self.client.delete_membership().membership_identifier(&membership.id);
                let what = format!("membership in {}", membership.collaboration_name);
                self.note(swept, what, delete.send().await);
            }
        }
    }

    /// Whether a membership is in a collaboration that a run of ours has made.
    fn is_ours(&self, membership: &MembershipSummary) -> bool {
        self.own.contains(&membership.collaboration_creator_account_id.as_str())
            && self.which.takes(&membership.collaboration_name, &membership.create_time)
    }

    async fn collaborations(&self, swept: &mut Swept) {
        let listed = self.client.list_collaborations().into_paginator().items().send();
        let listed = match listed.collect::<Result<Vec<_>, _>>().await {
            Ok(listed) => listed,
            Err(err) => return self.unread(swept, "ListCollaborations", err),
        };
        for one in listed {
            if one.creator_account_id == self.account
                && self.which.takes(&one.name, &one.create_time)
            {
                let delete = self.client.delete_collaboration().collaboration_identifier(one.id);
                self.note(swept, format!("collaboration {}", one.name), delete.send().await);
            }
        }
    }

    async fn tables(&self, swept: &mut Swept) {
        let listed = self.client.list_configured_tables().into_paginator().items().send();
        let listed = match listed.collect::<Result<Vec<_>, _>>().await {
            Ok(listed) => listed,
            Err(err) => return self.unread(swept, "ListConfiguredTables", err),
        };
        for table in listed.iter().filter(|one| self.which.takes(&one.name, &one.create_time)) {
            self.table(swept, table).await;
        }
    }

    async fn table(&self, swept: &mut Swept, table: &ConfiguredTableSummary) {
        for kind in &table.analysis_rule_types {
            let delete = self.client.delete_configured_table_analysis_rule();
            let delete = delete.configured_table_identifier(&table.id);
            let delete = delete.analysis_rule_type(kind.clone());
            self.note(swept, format!("{kind} rule of {}", table.name), delete.send().await);
        }
        let delete = self.client.delete_configured_table().configured_table_identifier(&table.id);
        self.note(swept, format!("configured table {}", table.name), delete.send().await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_a_run_are_taken() {
        let (run, other) = (RunId::new(), RunId::new());
        let now = DateTime::from(SystemTime::now());
        let one = Which::Run(run.clone());
        assert!(one.takes(&run.name("x"), &now));
        assert!(!one.takes(&other.name("x"), &now));
        let all = Which::OlderThan(Duration::ZERO);
        assert!(all.takes(&other.name("x"), &now));
        assert!(!all.takes("Quarterly report", &now));
        assert!(!all.takes("tf_acc_but_not_by_us", &now));
    }

    #[test]
    fn what_is_new_may_belong_to_a_run_that_is_not_over() {
        let an_hour = Duration::from_secs(3600);
        let all = Which::OlderThan(an_hour);
        let name = RunId::new().name("x");
        assert!(!all.takes(&name, &DateTime::from(SystemTime::now())));
        assert!(all.takes(&name, &DateTime::from(SystemTime::now() - 2 * an_hour)));
    }
}
