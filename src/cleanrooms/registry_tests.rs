//! Claims that hold for every resource.

use std::cell::Cell;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_sdk_cleanrooms::error::{ErrorMetadata, SdkError};
use aws_sdk_cleanrooms::operation::create_collaboration::CreateCollaborationError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json as new_json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::analysis_log_export::data::AnalysisLogExports;
use super::analysis_template::data::AnalysisTemplates;
use super::client::send_unrepeatable;
use super::collaboration::Collaboration;
use super::collaboration::data::{
    ChangeRequests, CollaborationAnalysisTemplates,
    CollaborationConfiguredAudienceModelAssociations, CollaborationPrivacyBudgetTemplates, Members,
};
use super::configured_audience_model_association::data::ConfiguredAudienceModelAssociations;
use super::configured_table::ConfiguredTable;
use super::configured_table_association::data::ConfiguredTableAssociations;
use super::intermediate_table::data::{IntermediateTableVersions, IntermediateTables};
use super::listing::Listing;
use super::lookup::Sought;
use super::membership::Membership;
use super::privacy_budget::{CollaborationPrivacyBudgets, PrivacyBudgets};
use super::privacy_budget_template::data::PrivacyBudgetTemplates;
use super::registry::{actions, all, data_sources, list_resources};
use super::schema::Schemas;
use crate::cleanrooms::aws::{Aws, AwsError, Intervals, ProviderConfig};
use crate::cleanrooms::client::Client;
use crate::cleanrooms::shapes::tags::TagPolicy;
use crate::framework::Context;
use crate::framework::checks::apply_violations;
use crate::framework::managed::{ApplyRequest, ManagedResource, PlanRequest, PlanResponse};
use crate::framework::moving::MOVED;
use crate::framework::plan::{Walk, filled};
use crate::framework::private::Private;
use crate::framework::schema::{Attribute, Kind, Mode};
use crate::framework::testing::{Config, Words, any_config, any_state, partly_unknown};
use crate::wire::{Value, json};

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

#[test]
fn data_sources_and_lists_have_no_mistakes() {
    for source in data_sources() {
        let mistakes = source.mistakes();
        assert!(mistakes.is_empty(), "data.{}: {}", source.type_name(), mistakes.join("; "));
    }
    for list in list_resources() {
        let (type_name, mistakes) = (list.type_name(), list.schema().check());
        assert!(mistakes.is_empty(), "list.{type_name}: {mistakes:?}");
        // Core looks for the identity of a managed type of the same name.
        assert!(all().iter().any(|it| it.type_name() == type_name), "{type_name} is not managed");
        let is_computed = |it: &Attribute| it.mode.is_computed();
        assert!(!list.schema().attributes.iter().any(is_computed), "nothing reads it: {type_name}");
    }
}

/// Core checks no schema of an action, and panics on some.
#[test]
fn actions_have_no_mistakes() {
    for action in actions() {
        let mistakes = action.mistakes();
        assert!(mistakes.is_empty(), "action.{}: {}", action.type_name(), mistakes.join("; "));
        assert!(!action.needs().is_empty(), "{} calls the service", action.type_name());
    }
}

/// What narrows a list is compared with an attribute of its entries, unless the call carries it.
#[test]
fn every_argument_of_a_list_counts() {
    fn check<L: Listing>() {
        let Kind::Nested(_, shown) = L::entry().kind else { panic!("an entry is an object") };
        assert!(shown.iter().any(|it| it.name == L::KEY), "{}", L::TYPE_NAME);
        for argument in L::arguments().iter().filter(|it| it.mode == Mode::Optional) {
            let is_shown = shown.iter().any(|it| it.name == argument.name);
            let is_narrowed = L::NARROWED.contains(&argument.name);
            assert!(is_shown != is_narrowed, "{} of {} counts once", argument.name, L::TYPE_NAME);
        }
    }
    fn check_one<O: Sought>() {
        check::<O::Among>();
        for name in O::BY {
            let is_argument = O::Among::arguments().iter().any(|it| it.name == *name);
            assert!(is_argument, "{} is not found by {name}", O::KIND.noun);
        }
    }
    check_one::<Collaboration>();
    check_one::<Membership>();
    check_one::<ConfiguredTable>();
    check::<Members>();
    check::<ChangeRequests>();
    check::<ConfiguredTableAssociations>();
    check::<Schemas>();
    check::<PrivacyBudgets>();
    check::<CollaborationPrivacyBudgets>();
    check::<CollaborationAnalysisTemplates>();
    check::<CollaborationPrivacyBudgetTemplates>();
    check::<CollaborationConfiguredAudienceModelAssociations>();
    check::<ConfiguredAudienceModelAssociations>();
    check::<AnalysisLogExports>();
    check::<AnalysisTemplates>();
    check::<PrivacyBudgetTemplates>();
    check::<IntermediateTables>();
    check::<IntermediateTableVersions>();
}

fn failure(status: u16) -> AwsError {
    let code = if status == 429 { "ThrottlingException" } else { "InternalServerException" };
    let mut reply = HttpResponse::new(status.try_into().expect("a status"), SdkBody::empty());
    reply.headers_mut().insert("x-amzn-requestid", "request-1");
    let err = CreateCollaborationError::generic(ErrorMetadata::builder().code(code).build());
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

/// A client in that Region, with that default tag.
fn client_of(region: &str, owner: &str) -> Client {
    let config = ProviderConfig { region: Some(region.to_owned()), ..Default::default() };
    let default_tags = Value::map([("Owner", owner.into())]);
    let tags = TagPolicy { default_tags, ..TagPolicy::default() };
    Client::new(Aws::new(config, Intervals::default()), tags)
}

/// An object of nulls and defaults but for these.
fn object_of(resource: &dyn ManagedResource<Client>, known: &[(&'static str, &str)]) -> Value {
    let of_nothing = |one: &Attribute| (one.name, one.default.clone().unwrap_or_default());
    let names = resource.schema().attributes.iter().map(of_nothing);
    let known = known.iter().map(|(name, value)| (*name, Value::from(*value)));
    Value::object(names.chain(known))
}

const WITH_OTHER_SETTINGS: &str = "The plan was made with other settings of the provider";

fn summaries(diagnostics: &crate::framework::Diagnostics) -> Vec<String> {
    diagnostics.iter().filter(|told| told.is_error()).map(|told| told.summary.clone()).collect()
}

/// The notes that core hands to both halves of a replacement: those of its second plan, which starts from the
/// notes of the first.
fn notes_of_replacement(
    resource: &dyn ManagedResource<Client>,
    client: &Client,
    prior: &Value,
) -> Private {
    let config = object_of(resource, &[]);
    let request =
        PlanRequest { prior: prior.clone(), config: config.clone(), ..PlanRequest::default() };
    let private = resource.plan(Some(client), request).private;
    resource.plan(Some(client), PlanRequest { config, private, ..PlanRequest::default() }).private
}

#[tokio::test]
async fn a_plan_of_other_settings_is_refused_by_the_half_that_acts_first() {
    let then = client_of("us-east-1", "data");
    for resource in all() {
        let name = resource.type_name();
        let is_tagged = resource.schema().attributes.iter().any(|one| one.name == "tags_all");
        let prior = object_of(resource.as_ref(), &[("id", ID), ("region", "us-east-1")]);
        let private = notes_of_replacement(resource.as_ref(), &then, &prior);
        for (now, is_other) in
            [(client_of("eu-west-1", "data"), true), (client_of("us-east-1", "other"), is_tagged)]
        {
            // The deleting half: it is refused before any call, for there is nobody to call.
            if is_other {
                let request = ApplyRequest {
                    prior: prior.clone(),
                    planned: Value::Null,
                    config: Value::Null,
                    private: private.clone(),
                    identity: Value::Null,
                };
                let applied = resource.apply(&now, CancellationToken::new(), request).await;
                assert_eq!(summaries(&applied.diagnostics), [WITH_OTHER_SETTINGS], "{name}");
                assert_eq!(applied.state, prior, "{name}");
            }
            // The creating half, or a plain create: it is planned again with the notes of the plan.
            let request = PlanRequest {
                config: object_of(resource.as_ref(), &[]),
                planned_private: private.clone(),
                walk: Walk::Apply,
                ..PlanRequest::default()
            };
            let again = resource.plan(Some(&now), request);
            let refused = summaries(&again.diagnostics);
            let is_refused = refused.iter().any(|summary| summary == WITH_OTHER_SETTINGS);
            assert_eq!(is_refused, is_other, "{name}: {refused:?}");
        }
    }
}

#[test]
fn an_update_and_a_destruction_stay_in_the_region_of_the_object() {
    let (then, now) = (client_of("us-east-1", "data"), client_of("eu-west-1", "data"));
    for resource in all() {
        let name = resource.type_name();
        let prior = object_of(resource.as_ref(), &[("id", ID), ("region", "us-east-1")]);
        let update = |client: &Client, planned_private: Private, walk: Walk| {
            let config = object_of(resource.as_ref(), &[]);
            let prior = prior.clone();
            let request =
                PlanRequest { prior, config, planned_private, walk, ..PlanRequest::default() };
            resource.plan(Some(client), request)
        };
        let first = update(&then, Private::default(), Walk::Plan);
        let again = update(&now, first.private, Walk::Apply);
        let refused = summaries(&again.diagnostics);
        assert!(!refused.iter().any(|summary| summary == WITH_OTHER_SETTINGS), "{name}");
        assert_eq!(again.planned.get("region"), &"us-east-1".into(), "{name}");
        let destroyed = PlanRequest { prior: prior.clone(), ..PlanRequest::default() };
        let destroyed = resource.plan(Some(&then), destroyed);
        assert_eq!(destroyed.private, Private::default(), "{name}: it takes nothing from them");
    }
}

const ID: &str = "00000000-0000-4000-8000-000000000001";
const OTHER_ID: &str = "00000000-0000-4000-8000-000000000002";

/// What awscc calls the ids, by the name of today; it has no resource for an analysis rule.
const OF_AWSCC: [(&str, &[(&str, &str)]); 6] = [
    ("cleanrooms_collaboration", &[("id", "collaboration_identifier")]),
    ("cleanrooms_membership", &[("id", "membership_identifier")]),
    ("cleanrooms_configured_table", &[("id", "configured_table_identifier")]),
    (
        "cleanrooms_configured_table_association",
        &[
            ("id", "configured_table_association_identifier"),
            ("membership_id", "membership_identifier"),
        ],
    ),
    (
        "cleanrooms_analysis_template",
        &[("id", "analysis_template_identifier"), ("membership_id", "membership_identifier")],
    ),
    (
        "cleanrooms_privacy_budget_template",
        &[("id", "privacy_budget_template_identifier"), ("membership_id", "membership_identifier")],
    ),
];

/// A whole identity of that resource, as it is stored.
fn stored_identity(resource: &dyn ManagedResource<Client>) -> Map<String, Json> {
    let value = |name: &str| match name {
        "region" => "eu-west-1",
        "account_id" => "111122223333",
        "id" => ID,
        name if name.ends_with("_type") => "CUSTOM",
        _ => OTHER_ID,
    };
    let attributes = &resource.identity_schema().attributes;
    attributes.iter().map(|one| (one.name.to_owned(), value(one.name).into())).collect()
}

/// What a stored identity is upgraded to, as JSON.
fn upgraded(resource: &dyn ManagedResource<Client>, stored: &[u8]) -> Json {
    let ty = resource.identity_schema().implied_type();
    let identity = resource.upgrade_identity(stored);
    let encoded = json::encode(&identity, &ty).expect("an identity, or null");
    serde_json::from_slice(&encoded).expect("JSON")
}

#[test]
fn a_stored_identity_of_version_0_and_of_another_provider_is_understood() {
    for resource in all() {
        let (name, resource) = (resource.type_name(), resource.as_ref());
        let whole = stored_identity(resource);
        assert!(resource.identity_schema().version > 0, "{name}");
        let stored = Json::Object(whole.clone());
        assert_eq!(upgraded(resource, stored.to_string().as_bytes()), stored, "{name}");
        let (_, renamed) = OF_AWSCC.iter().find(|(of, _)| *of == name).unwrap_or(&("", &[]));
        let mut theirs = whole.clone();
        for (ours, theirs_name) in *renamed {
            let value = theirs.remove(*ours).expect("a part of the key");
            theirs.insert((*theirs_name).to_owned(), value);
        }
        // What this provider does not know may stand beside it.
        theirs.insert("owner".to_owned(), new_json!({ "of": ["others"] }));
        let theirs = Json::Object(theirs).to_string();
        assert_eq!(upgraded(resource, theirs.as_bytes()), stored, "{name}");
    }
}

#[test]
fn what_is_unreadable_of_a_stored_identity_is_dropped() {
    let unreadable = [
        new_json!(null),
        new_json!(""),
        new_json!(7),
        new_json!(["x"]),
        new_json!({}),
        new_json!("nobody knows"),
        new_json!("\u{0}"),
    ];
    for resource in all() {
        let (name, resource) = (resource.type_name(), resource.as_ref());
        let whole = stored_identity(resource);
        for attribute in &resource.identity_schema().attributes {
            for value in &unreadable {
                let mut stored = whole.clone();
                stored.insert(attribute.name.to_owned(), value.clone());
                let text = Json::Object(stored.clone()).to_string();
                stored.insert(attribute.name.to_owned(), Json::Null);
                let expected = match attribute.required_for_import {
                    true => Json::Null,
                    false => Json::Object(stored),
                };
                assert_eq!(upgraded(resource, text.as_bytes()), expected, "{name}: {text}");
            }
        }
        for bytes in [&b""[..], b"null", b"[]", b"\"x\"", b"{", b"\xff\x00", b"{\"id\":{}}"] {
            assert_eq!(upgraded(resource, bytes), Json::Null, "{name}: {bytes:?}");
        }
    }
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
    fn whatever_is_ignored_core_accepts_the_plan(
        situation in situation(),
        ignored in proptest::collection::vec(prop::bool::weighted(0.3), 64),
    ) {
        prop_assume!(!situation.prior.is_null());
        // Core presents what `ignore_changes` names, computed or not, as configured as it was.
        let config = mixed(&situation.prior, situation.config.early, &ignored);
        let resource = RESOURCES.iter().find(|one| one.type_name() == situation.type_name);
        let request = PlanRequest { prior: situation.prior, config, ..PlanRequest::default() };
        // The default tags are others than they were.
        let client = client_of("us-east-1", "others");
        let plan = resource.expect("one of all").plan(Some(&client), request);
        prop_assert_eq!(bugs(&plan), Vec::<String>::new());
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

    /// What is null of it may be anything, and what is known is what another provider made of it.
    #[test]
    fn what_was_moved_here_and_not_read_is_neither_replaced_nor_planned_otherwise_at_apply(
        situation in situation(),
        known in proptest::collection::vec(prop::bool::weighted(0.7), 64),
    ) {
        // No other provider has analysis rules as resources.
        let moves = !situation.type_name.ends_with("_analysis_rule");
        prop_assume!(moves && !situation.prior.is_null());
        let attributes = situation.prior.as_object().cloned().unwrap_or_default().into_iter();
        let leave = |((name, value), known): ((String, Value), &bool)| {
            (name, if *known { value } else { Value::Null })
        };
        let prior = Value::Object(attributes.zip(known.iter().cycle()).map(leave).collect());
        let resource = RESOURCES.iter().find(|one| one.type_name() == situation.type_name);
        let mut private = Private::default();
        private.set(MOVED, "aws_thing");
        let plan = |config: &Value, walk| {
            let request = PlanRequest {
                prior: prior.clone(),
                config: config.clone(),
                private: private.clone(),
                walk,
                ..PlanRequest::default()
            };
            resource.expect("one of all").plan(Some(&client()), request)
        };
        let early = plan(&situation.config.early, Walk::Plan);
        let late = plan(&situation.config.late, Walk::Apply);
        for plan in [&early, &late] {
            prop_assert_eq!(bugs(plan), Vec::<String>::new());
            prop_assert!(plan.requires_replace.is_empty(), "{:?}", plan.requires_replace);
            prop_assert!(plan.private.get(MOVED).is_some());
        }
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
