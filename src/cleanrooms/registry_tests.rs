//! Claims that hold for every resource.

use std::cell::Cell;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_sdk_cleanrooms::error::{ErrorMetadata, SdkError};
use aws_sdk_cleanrooms::operation::create_collaboration::CreateCollaborationError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use proptest::prelude::*;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::client::send_unrepeatable;
use super::registry::all;
use crate::cleanrooms::aws::{Aws, AwsError, Intervals, ProviderConfig};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::shapes::tags::TagPolicy;
use crate::framework::Context;
use crate::framework::checks::apply_violations;
use crate::framework::managed::{ManagedResource, PlanRequest, PlanResponse};
use crate::framework::plan::{Walk, filled};
use crate::framework::private::Private;
use crate::framework::testing::{Config, Words, any_config, any_state, partly_unknown};
use crate::wire::Value;

static RESOURCES: LazyLock<Vec<Arc<dyn ManagedResource<Client>>>> = LazyLock::new(all);

/// A client that is never asked for more than its Region. Each remembers what it was asked to plan.
fn client() -> Client {
    let config = ProviderConfig { region: Some("us-east-1".to_owned()), ..Default::default() };
    Client::new(Aws::new(config, Intervals::default()), TagPolicy::default())
}

/// Enough to move abilities about and to tell accounts and Regions apart, and no status that is special.
const WORDS: Words =
    &["CAN_QUERY", "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS", "ENABLED", "111122223333", "us-east-1"];

fn planned(type_name: &str, prior: &Value, config: &Value, walk: Walk) -> PlanResponse {
    let resource = RESOURCES.iter().find(|resource| resource.type_name() == type_name);
    let request = PlanRequest {
        prior: prior.clone(),
        config: config.clone(),
        private: Private::default(),
        identity: Value::Null,
        planned_private: Private::default(),
        walk,
    };
    resource.expect("one of all").plan(Some(&client()), request)
}

/// A resource as it may be found, and what is wanted of it.
#[derive(Clone, Debug)]
struct Situation {
    type_name: &'static str,
    prior: Value,
    config: Config,
    /// What the service may answer to the apply.
    answer: Value,
}

impl Situation {
    fn plan(&self) -> PlanResponse {
        planned(self.type_name, &self.prior, &self.config.early, Walk::Plan)
    }

    /// The plan that core asks for when unknown values are known.
    fn plan_at_apply(&self) -> PlanResponse {
        planned(self.type_name, &self.prior, &self.config.late, Walk::Apply)
    }

    /// State after the plan was applied; a replacement is planned again, as a create.
    fn applied(&self) -> Value {
        let plan = self.plan_at_apply();
        let plan = match plan.requires_replace.as_slice() {
            [] => plan,
            _ => planned(self.type_name, &Value::Null, &self.config.late, Walk::Apply),
        };
        filled(&plan.planned, &self.answer)
    }
}

/// Nothing there yet, anything at all, or what was made from a configuration of which parts have changed since, or
/// are not known any more.
fn situation() -> impl Strategy<Value = Situation> {
    (0..RESOURCES.len()).prop_flat_map(|index| {
        let resource = &RESOURCES[index];
        let (type_name, attributes) = (resource.type_name(), &resource.schema().attributes);
        let config = || any_config(attributes, WORDS);
        let state = || any_state(attributes, WORDS);
        let fresh = move |prior: Value, config: Config, answer: Value| Situation {
            type_name,
            prior,
            config,
            answer,
        };
        let bits = |share| proptest::collection::vec(prop::bool::weighted(share), 64);
        prop_oneof![
            1 => (config(), state()).prop_map(move |(c, a)| fresh(Value::Null, c, a)),
            1 => (state(), config(), state()).prop_map(move |(p, c, a)| fresh(p, c, a)),
            3 => (config(), config(), bits(0.8), bits(0.1), state(), state()).prop_map(
                move |(before, change, kept, unknown, reply, answer)| {
                    let made = fresh(Value::Null, before.clone(), reply);
                    let early = masked(&before.late, &unknown);
                    let config = Config {
                        early: mixed(&early, change.early, &kept),
                        late: mixed(&before.late, change.late, &kept),
                    };
                    fresh(made.applied(), config, answer)
                }
            ),
        ]
    })
}

/// The attributes of `change`, except those that are kept as they were.
fn mixed(before: &Value, change: Value, kept: &[bool]) -> Value {
    let attributes = change.as_object().cloned().unwrap_or_default().into_iter();
    let pick = |((name, value), kept): ((String, Value), &bool)| {
        let value = if *kept { before.get(&name).clone() } else { value };
        (name, value)
    };
    Value::Object(attributes.zip(kept).map(pick).collect())
}

/// A configuration of which parts are unknown.
fn masked(config: &Value, unknown: &[bool]) -> Value {
    let mut mask = unknown.iter().copied().cycle();
    let attributes = config.as_object().into_iter().flatten();
    Value::object(attributes.map(|(name, value)| (name.as_str(), partly_unknown(value, &mut mask))))
}

fn bugs(plan: &PlanResponse) -> Vec<String> {
    let bugs = plan.diagnostics.iter().filter(|d| d.summary.starts_with("Bug in"));
    bugs.map(ToString::to_string).collect()
}

#[test]
fn schemas_and_mappings_have_no_mistakes() {
    for resource in all() {
        let mistakes = resource.mistakes();
        assert!(mistakes.is_empty(), "{}: {}", resource.type_name(), mistakes.join("; "));
    }
}

fn failure(status: u16) -> AwsError {
    let status = status.try_into().expect("a status");
    let reply = HttpResponse::new(status, SdkBody::empty());
    let err = CreateCollaborationError::generic(ErrorMetadata::builder().build());
    AwsError::of("CreateCollaboration")(SdkError::service_error(err, reply))
}

/// How often a create is sent to a service that fails so, and how long that takes.
async fn attempts(status: u16, window: Duration) -> (usize, Duration) {
    attempts_of(&client(), status, window).await
}

async fn attempts_of(client: &Client, status: u16, window: Duration) -> (usize, Duration) {
    let cx = Context::new(client, CancellationToken::new(), Private::default());
    let (started, attempts) = (Instant::now(), Cell::new(0));
    let send = || {
        attempts.set(attempts.get() + 1);
        async { Err::<(), _>(failure(status)) }
    };
    send_unrepeatable(&cx, window, send).await.expect_err("the service always fails");
    (attempts.get(), started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_throttled_create_is_repeated_as_long_as_is_said() {
    let (few, short) = attempts(429, Duration::from_secs(5)).await;
    let (many, long) = attempts(429, Duration::from_secs(60)).await;
    assert!(1 < few && few < many, "{few} and {many} attempts");
    assert!(short <= Duration::from_secs(5) && long <= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn max_retries_holds_for_creates() {
    for most in [0, 2] {
        let config = ProviderConfig { max_retries: Some(most), ..Default::default() };
        let client = Client::new(Aws::new(config, Intervals::default()), TagPolicy::default());
        let (sent, _) = attempts_of(&client, 429, Duration::from_secs(600)).await;
        assert_eq!(sent, 1 + most as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_that_may_have_been_carried_out_is_not_repeated() {
    assert_eq!(attempts(500, Duration::from_secs(60)).await, (1, Duration::ZERO));
}

proptest! {
    #[test]
    fn plans_are_what_core_accepts(situation in situation()) {
        let plan = situation.plan();
        prop_assert_eq!(bugs(&plan), Vec::<String>::new());
        for path in &plan.requires_replace {
            let exists = plan.planned.at(path).or(situation.prior.at(path)).is_some();
            prop_assert!(exists, "{} asks for replacement and is nowhere", path);
        }
    }

    #[test]
    fn planning_twice_gives_the_same(situation in situation()) {
        let (first, second) = (situation.plan(), situation.plan());
        prop_assert_eq!(first.planned, second.planned);
        prop_assert_eq!(first.requires_replace, second.requires_replace);
        prop_assert_eq!(first.private, second.private);
        prop_assert_eq!(first.diagnostics, second.diagnostics);
    }

    #[test]
    fn the_plan_after_an_apply_is_empty(situation in situation()) {
        let state = situation.applied();
        let second = planned(situation.type_name, &state, &situation.config.late, Walk::Plan);
        prop_assert_eq!(&second.planned, &state);
        prop_assert_eq!(&second.requires_replace, &vec![]);
    }

    #[test]
    fn the_state_after_an_apply_is_as_planned(situation in situation()) {
        let plan = situation.plan_at_apply();
        let state = filled(&plan.planned, &situation.answer);
        prop_assert_eq!(apply_violations(&plan.planned, &state), Vec::<String>::new());
    }

    /// Core refuses a plan at apply in which something known has become another value, or unknown.
    #[test]
    fn what_is_known_at_plan_stays_so_at_apply(situation in situation()) {
        let (early, late) = (situation.plan(), situation.plan_at_apply());
        prop_assume!(early.requires_replace.is_empty() && late.requires_replace.is_empty());
        let mut changed = apply_violations(&early.planned, &late.planned);
        changed.retain(|violation| !violation.contains("not wholly known"));
        prop_assert_eq!(changed, Vec::<String>::new());
    }

    /// So an unknown value never replaces anything.
    #[test]
    fn a_replacement_is_planned_only_where_no_value_could_avoid_it(situation in situation()) {
        let late = planned(
            situation.type_name,
            &situation.prior,
            &situation.config.late,
            Walk::Plan,
        );
        let early = situation.plan();
        for path in &early.requires_replace {
            prop_assert!(late.requires_replace.contains(path), "{path} turned out to be the same");
        }
    }
}
