//! What a configured provider hands to its resources.
//!
//! A call that changes something needs a [`Changing`], and there is no other way
//! to one than past the account check; a call that only looks needs a
//! [`Reading`], and ends when core asks to stop.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_sdk_cleanrooms::Client as Sdk;
use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::MembershipStatus;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::aws::{Aws, AwsError, ErrorKind, Outcome, retry_while};
use super::places::Places;
use super::shapes::tags::TagPolicy;
use crate::framework::Context;
use crate::framework::resource::lock;
use crate::wire::Value;

/// How far the service's creation time may lie before our sending of the request: times come in whole seconds.
const CLOCK_SLACK: Duration = Duration::from_secs(2);

/// AWS, and what this process remembers about its own changes and plans.
#[derive(Debug)]
pub struct Client {
    /// Clients, credentials and waiting intervals.
    pub aws: Aws,
    /// Which tags are the provider's and which are others'.
    pub tags: TagPolicy,
    /// What the plans of this run leave and join, by collaboration.
    pub places: Places,
    made: Mutex<BTreeSet<String>>,
    creating: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    memberships: Mutex<BTreeMap<String, Arc<OnceCell<MembershipStatus>>>>,
    active_members: Mutex<BTreeMap<String, usize>>,
    owed: Mutex<BTreeSet<String>>,
    addresses: Mutex<BTreeMap<String, Addresses>>,
    regions: Mutex<BTreeMap<String, String>>,
}

/// What becomes of one object in this run, at whichever address.
#[derive(Debug, Default)]
struct Addresses {
    is_imported: bool,
    is_destroyed: bool,
}

/// A client for calls that only look, in the Region of one object.
#[derive(Debug)]
pub struct Reading<'a> {
    /// Its Region.
    pub region: String,
    /// The SDK's client, which repeats failed calls.
    pub sdk: Sdk,
    /// What the provider was configured with.
    pub client: &'a Client,
    /// Ends every look.
    pub stop: CancellationToken,
}

/// A client for calls that change something, in the Region of one object.
///
/// It exists only where the provider's account check has passed.
#[derive(Debug)]
pub struct Changing<'a> {
    /// For looks, and for changes that may be repeated.
    pub reading: Reading<'a>,
    /// The SDK's client that repeats nothing, for creates: they carry no client token.
    pub once: Sdk,
}

impl Client {
    /// A client that has made nothing yet.
    pub fn new(aws: Aws, tags: TagPolicy) -> Self {
        let places = Places::new(aws.config());
        Self {
            aws,
            tags,
            places,
            made: Mutex::default(),
            creating: Mutex::default(),
            memberships: Mutex::default(),
            active_members: Mutex::default(),
            owed: Mutex::default(),
            addresses: Mutex::default(),
            regions: Mutex::default(),
        }
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

    /// A client that looks, for the object of this state or plan.
    ///
    /// # Errors
    ///
    /// There is no Region, or there are no credentials.
    pub async fn reading(
        &self,
        state: &Value,
        stop: &CancellationToken,
    ) -> Result<Reading<'_>, AwsError> {
        let region = self.region_of(state)?;
        let sdk = unless_stopped(stop, self.aws.cleanrooms(&region)).await?;
        Ok(Reading { region, sdk, client: self, stop: stop.clone() })
    }

    /// A client that may change the object of this state or plan.
    ///
    /// # Errors
    ///
    /// The credentials belong to an account in which nothing may be changed; or there is no Region,
    /// or there are no credentials.
    pub async fn changing(
        &self,
        state: &Value,
        stop: &CancellationToken,
    ) -> Result<Changing<'_>, AwsError> {
        let region = self.region_of(state)?;
        // After a stop nothing is repeated, and what was sent is awaited.
        let aws = self.aws.until(stop);
        aws.check_account_allowed().await?;
        let sdk = aws.cleanrooms(&region).await?;
        let once = aws.cleanrooms_no_retry(&region).await?;
        let reading = Reading { region, sdk, client: self, stop: stop.clone() };
        Ok(Changing { reading, once })
    }

    /// The account that the credentials belong to.
    ///
    /// # Errors
    ///
    /// STS cannot be asked, or the question was stopped.
    pub async fn caller(&self, stop: &CancellationToken) -> Result<String, AwsError> {
        unless_stopped(stop, self.aws.caller_account()).await
    }

    /// Remembers an object as made by this process, so that a search for a lost create leaves it out.
    pub fn remember(&self, id: &str) {
        lock(&self.made).insert(id.to_owned());
    }

    /// Whether an object may be what an attempt that started then has made, its reply being lost.
    ///
    /// It must be no older than the attempt, by the service's own clock, and not
    /// be known as made by another one. To be asked after a reply, whose Date
    /// tells that clock; where none has told it, an object may have any age.
    pub fn may_have_made(&self, id: &str, create_time: DateTime, started: Instant) -> bool {
        let since = self.server_time_at(started);
        let is_new =
            !self.aws.knows_the_time() || time_of(create_time).is_some_and(|time| time >= since);
        is_new && !self.has_made(id)
    }

    /// Forgets what was made of that key, for it was deleted: the next one is another object.
    pub fn forget(&self, key: &str) {
        let of_key = |made: &String| made.rsplit_once('@').is_some_and(|(made, _)| made == key);
        lock(&self.made).retain(|made| !of_key(made));
    }

    /// Whether an object is known as made by this process.
    pub fn has_made(&self, id: &str) -> bool {
        lock(&self.made).contains(id)
    }

    /// The time by the service's clock at which something started here, a little early.
    pub fn server_time_at(&self, started: Instant) -> SystemTime {
        self.aws.server_time() - started.elapsed() - CLOCK_SLACK
    }

    /// How long ago something was made, by the service's clock.
    pub fn age(&self, create_time: SystemTime) -> Duration {
        self.aws.server_time().duration_since(create_time).unwrap_or_default()
    }

    /// Notes in which Region an object is that was made or read.
    pub fn locate(&self, id: &str, region: &str) {
        lock(&self.regions).insert(id.to_owned(), region.to_owned());
    }

    /// The Region of an object, if this process has made or read it.
    pub fn located(&self, id: &str) -> Option<String> {
        lock(&self.regions).get(id).cloned()
    }

    /// Notes that an object is imported. Whether a plan of this run destroys it, at another address.
    pub fn import(&self, object: &str) -> bool {
        let mut addresses = lock(&self.addresses);
        let noted = addresses.entry(object.to_owned()).or_default();
        noted.is_imported = true;
        noted.is_destroyed
    }

    /// Notes that a plan destroys an object. Whether this run imports it, at another address.
    pub fn destroy(&self, object: &str) -> bool {
        let mut addresses = lock(&self.addresses);
        let noted = addresses.entry(object.to_owned()).or_default();
        noted.is_destroyed = true;
        noted.is_imported
    }

    /// Notes how many members beside its creator a collaboration has. Whether that is still to be told,
    /// for some engines plan a destruction before they read what is destroyed.
    pub fn saw_members(&self, collaboration_id: &str, active: usize) -> bool {
        lock(&self.active_members).insert(collaboration_id.to_owned(), active);
        lock(&self.owed).remove(collaboration_id)
    }

    /// How many that were when it was last read here.
    pub fn active_members(&self, collaboration_id: &str) -> Option<usize> {
        lock(&self.active_members).get(collaboration_id).copied()
    }

    /// Notes that a plan destroys a collaboration, and that nothing was told of its members.
    pub fn owes_members(&self, collaboration_id: &str) {
        lock(&self.owed).insert(collaboration_id.to_owned());
    }

    /// Waits until no other create of that scope is under way in this process.
    ///
    /// Were two under way and one reply lost, nobody could tell whose object it is.
    pub async fn creating(&self, scope: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let mutex = Arc::clone(lock(&self.creating).entry(scope.to_owned()).or_default());
        mutex.lock_owned().await
    }

    /// The status of a membership, asked once for all that hangs on it.
    ///
    /// # Errors
    ///
    /// What `ask` fails with; the next one asks again.
    pub async fn membership_status(
        &self,
        id: &str,
        ask: impl Future<Output = Result<MembershipStatus, AwsError>>,
    ) -> Result<MembershipStatus, AwsError> {
        let cell = Arc::clone(lock(&self.memberships).entry(id.to_owned()).or_default());
        cell.get_or_try_init(|| ask).await.cloned()
    }
}

impl Reading<'_> {
    /// Waits for a look until core asks to stop.
    ///
    /// # Errors
    ///
    /// The look failed, or was stopped.
    pub async fn look<T>(
        &self,
        looking: impl Future<Output = Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        unless_stopped(&self.stop, looking).await
    }
}

/// Waits for a look until core asks to stop.
///
/// # Errors
///
/// The look failed, or was stopped.
pub async fn unless_stopped<T>(
    stop: &CancellationToken,
    looking: impl Future<Output = Result<T, AwsError>>,
) -> Result<T, AwsError> {
    stop.run_until_cancelled(looking).await.unwrap_or_else(|| Err(AwsError::stopped()))
}

/// Sends a create that carries no client token: it is repeated only when it surely was not executed.
///
/// # Errors
///
/// The last attempt's error; its `outcome` says whether the object may exist.
pub async fn send_unrepeatable<T, F>(
    cx: &Context<'_, Client>,
    window: Duration,
    send: impl FnMut() -> F,
) -> Result<T, AwsError>
where
    F: Future<Output = Result<T, AwsError>>,
{
    if cx.stop.is_cancelled() {
        // It may have waited for others before this first attempt.
        return Err(AwsError::stopped());
    }
    let aws = &cx.client.aws;
    let (repeated, most) = (AtomicU32::new(0), aws.config().max_retries.unwrap_or(u32::MAX));
    let harmless = |err: &AwsError| {
        let harmless = err.outcome == Outcome::NotExecuted
            && match err.kind {
                ErrorKind::Throttled => true,
                // A moment without network, but not an endpoint that does not exist.
                ErrorKind::Connect => err.may_pass,
                _ => false,
            };
        harmless && repeated.fetch_add(1, Ordering::Relaxed) < most
    };
    retry_while(aws.intervals().retry, Instant::now() + window, &cx.stop, harmless, send).await
}

/// A time of the SDK as the system's.
pub fn time_of(time: DateTime) -> Option<SystemTime> {
    SystemTime::try_from(time).ok()
}
