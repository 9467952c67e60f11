//! What a configured provider hands to its resources.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_sdk_cleanrooms::primitives::DateTime;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::aws::{Aws, AwsError};
use super::shapes::tags::TagPolicy;
use crate::framework::resource::lock;
use crate::wire::Value;

/// How far the service's creation time may lie before our sending of the request: times come in whole seconds.
const CLOCK_SLACK: Duration = Duration::from_secs(2);

/// AWS, and what this process remembers about its own changes there.
#[derive(Debug)]
pub struct Client {
    /// Clients, credentials and waiting intervals.
    pub aws: Aws,
    /// Which tags are the provider's and which are others'.
    pub tags: TagPolicy,
    made: Mutex<BTreeSet<String>>,
    creating: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Client {
    /// A client that has made nothing yet.
    pub fn new(aws: Aws, tags: TagPolicy) -> Self {
        Self { aws, tags, made: Mutex::default(), creating: Mutex::default() }
    }

    /// The Region in which the object of this state or plan lives: its own, or the provider's.
    ///
    /// # Errors
    ///
    /// Neither names one.
    pub fn region_of(&self, state: &Value) -> Result<String, AwsError> {
        match state.get("region").as_str() {
            Some(region) => Ok(region.to_owned()),
            None => self.aws.region(),
        }
    }

    /// The SDK's client for the Region of this state or plan.
    ///
    /// # Errors
    ///
    /// There is no Region, or there are no credentials.
    pub async fn sdk_of(&self, state: &Value) -> Result<aws_sdk_cleanrooms::Client, AwsError> {
        self.aws.cleanrooms(&self.region_of(state)?).await
    }

    /// Remembers an object as made by this process, so that a search for a lost create leaves it out.
    pub fn remember(&self, id: &str) {
        lock(&self.made).insert(id.to_owned());
    }

    /// Whether an object may be what an attempt that started then has made, its reply being lost.
    ///
    /// It must be no older than the attempt, by the service's own clock, and not
    /// be known as made by another one. To be asked after a reply, whose Date
    /// tells that clock.
    pub fn may_have_made(&self, id: &str, create_time: DateTime, started: Instant) -> bool {
        let since = self.aws.server_time() - started.elapsed() - CLOCK_SLACK;
        let is_new = SystemTime::try_from(create_time).is_ok_and(|time| time >= since);
        is_new && !lock(&self.made).contains(id)
    }

    /// Waits until no other create of that name in that Region is under way.
    ///
    /// Were two under way and one reply lost, nobody could tell whose object it is.
    pub async fn creating(&self, region: &str, name: &str) -> OwnedMutexGuard<()> {
        let key = format!("{region}/{name}");
        let mutex = Arc::clone(lock(&self.creating).entry(key).or_default());
        mutex.lock_owned().await
    }
}
