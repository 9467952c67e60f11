//! The calls of a first hour, one after the other, each with its reply.

use std::fmt;

use anyhow::{Result, anyhow};
use aws_sdk_cleanrooms::Client;
use aws_sdk_cleanrooms::error::{DisplayErrorContext, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::Value;

use super::tables::Tables;
use crate::accounts::{Accounts, Party, REGION, THIRD_ACCOUNT_VARIABLE};
use crate::names::{PREFIX, RunId};
use crate::record::{Recorder, Reply, Who};
use crate::surroundings::{BUCKET_VARIABLE, Surroundings};

/// An id that nothing has.
pub const NOBODY: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

/// What is known while the calls are made.
pub struct Hour<'a> {
    /// A bucket of the owner.
    pub bucket: String,
    /// What configured tables need, if it is there.
    pub tables: Option<Tables>,
    /// The owner's account.
    pub owner: String,
    /// The partner's account.
    pub partner: String,
    /// An account that is invited only.
    pub third: String,
    run: &'a RunId,
    voices: [Voice; 2],
    replies: Replies,
}

/// The clients of one account, as the provider configures them.
struct Voice {
    /// For everything that may be repeated.
    patient: Client,
    /// For creates, which carry no client token.
    once: Client,
    recorder: Recorder,
}

impl Voice {
    async fn of(party: &Party) -> Result<Self> {
        let recorder = Recorder::default();
        let recorded = |client: Client| {
            let config = client.config().to_builder().interceptor(recorder.clone());
            Client::from_conf(config.build())
        };
        let patient = recorded(party.aws.cleanrooms(REGION).await?);
        let once = recorded(party.aws.cleanrooms_no_retry(REGION).await?);
        Ok(Self { patient, once, recorder })
    }
}

/// The replies, in the order of the calls.
#[derive(Clone, Debug, Default)]
pub struct Replies(pub Vec<Reply>);

impl Replies {
    /// The reply to the call of this number, if it was made.
    pub fn get(&self, number: &str) -> Option<&Reply> {
        self.0.iter().find(|reply| reply.number == number)
    }

    /// The first of these calls that was done.
    pub fn first_done(&self, numbers: &[&str]) -> Option<&Reply> {
        numbers.iter().filter_map(|number| self.get(number)).find(|reply| reply.is_done())
    }
}

impl<'a> Hour<'a> {
    /// Before the first call.
    ///
    /// # Errors
    ///
    /// When there is no second or no third account, or no client can be made.
    pub async fn new(
        accounts: &'a Accounts,
        surroundings: &Surroundings,
        run: &'a RunId,
    ) -> Result<Self> {
        let missing = |what: &str| anyhow!("the first hour needs {what}; see --help");
        let partner =
            accounts.partner.as_ref().ok_or_else(|| missing("credentials of a second account"))?;
        let third = accounts.third.clone().ok_or_else(|| missing(THIRD_ACCOUNT_VARIABLE))?;
        Ok(Self {
            bucket: surroundings.bucket.clone().ok_or_else(|| missing(BUCKET_VARIABLE))?,
            tables: Tables::of(surroundings, &accounts.owner.account),
            owner: accounts.owner.account.clone(),
            partner: partner.account.clone(),
            third,
            run,
            voices: [Voice::of(&accounts.owner).await?, Voice::of(partner).await?],
            replies: Replies::default(),
        })
    }

    /// A name that this run may give.
    pub fn name(&self, name: &str) -> String {
        self.run.name(name)
    }

    /// The replies so far.
    pub fn replies(&self) -> &Replies {
        &self.replies
    }

    /// The replies to all calls.
    pub fn into_replies(self) -> Replies {
        self.replies
    }

    /// Makes a call that may be repeated, and keeps its reply.
    ///
    /// # Errors
    ///
    /// When there is no reply.
    pub async fn ask<O, E: std::error::Error + 'static, F>(
        &mut self,
        number: &str,
        who: Who,
        call: impl FnOnce(Client) -> F,
    ) -> Result<&Reply>
    where
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let made = call(self.voice(who).patient.clone()).await;
        self.keep(number, who, made.err().map(|err| DisplayErrorContext(err).to_string()))
    }

    /// Makes a call that must not be repeated, and keeps its reply.
    ///
    /// # Errors
    ///
    /// When there is no reply.
    pub async fn make<O, E: std::error::Error + 'static, F>(
        &mut self,
        number: &str,
        who: Who,
        call: impl FnOnce(Client) -> F,
    ) -> Result<&Reply>
    where
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let made = call(self.voice(who).once.clone()).await;
        self.keep(number, who, made.err().map(|err| DisplayErrorContext(err).to_string()))
    }

    fn voice(&self, who: Who) -> &Voice {
        &self.voices[usize::from(who == Who::Partner)]
    }

    fn keep(&mut self, number: &str, who: Who, failure: Option<String>) -> Result<&Reply> {
        let exchange = self.voice(who).recorder.take();
        let Some(mut exchange) = exchange else {
            let why = failure.unwrap_or_default();
            return Err(anyhow!("call {number} had no reply: {why}"));
        };
        let is_refusal = exchange.status >= 400 && exchange.error.is_some();
        leave_out_others(&mut exchange.body, &self.run.prefix());
        let disbelieved = failure.filter(|_| !is_refusal);
        self.replies.0.push(Reply { number: number.to_owned(), who, disbelieved, exchange });
        Ok(&self.replies.0[self.replies.0.len() - 1])
    }
}

impl fmt::Debug for Hour<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hour").field("replies", &self.replies).finish_non_exhaustive()
    }
}

/// Lists of an account tell of everything in it; what is not of this run is kept nowhere.
fn leave_out_others(body: &mut Value, prefix: &str) {
    let lists = ["collaborationList", "membershipSummaries", "configuredTableSummaries"];
    for list in lists {
        let Some(list) = body.get_mut(list).and_then(Value::as_array_mut) else { continue };
        list.retain(|entry| {
            let names = ["name", "collaborationName"].map(|name| entry[name].as_str());
            names.into_iter().flatten().any(|name| name.starts_with(prefix))
        });
    }
    assert!(prefix.starts_with(PREFIX), "a run has the prefix of all runs");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_of_this_run_is_not_kept() {
        let run = RunId::new();
        let mut body = json!({ "nextToken": "t", "membershipSummaries": [
            { "id": "1", "collaborationName": run.name("k1") },
            { "id": "2", "collaborationName": RunId::new().name("k1") },
            { "id": "3", "collaborationName": "Quarterly report" },
        ] });
        leave_out_others(&mut body, &run.prefix());
        let kept: Vec<_> = body["membershipSummaries"].as_array().into_iter().flatten().collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0]["id"], "1");
    }
}
