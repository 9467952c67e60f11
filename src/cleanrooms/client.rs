//! What a configured provider hands to its resources.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use tokio::sync::OwnedMutexGuard;

use super::aws::{Aws, AwsError};
use super::shapes::tags::TagPolicy;
use crate::framework::resource::lock;
use crate::wire::Value;

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

    /// Whether this process made the object.
    pub fn made(&self, id: &str) -> bool {
        lock(&self.made).contains(id)
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
