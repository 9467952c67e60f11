//! Drives the sandbox with aws-sdk-cleanrooms.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_cleanrooms::Client;
use aws_sdk_cleanrooms::config::retry::RetryConfig;
use aws_sdk_cleanrooms::config::timeout::TimeoutConfig;
use aws_sdk_cleanrooms::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_cleanrooms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cleanrooms::operation::create_collaboration::CreateCollaborationError;
use aws_sdk_cleanrooms::operation::create_membership::CreateMembershipError;
use aws_sdk_cleanrooms::operation::delete_membership::DeleteMembershipError;
use aws_sdk_cleanrooms::operation::get_collaboration::GetCollaborationError;
use aws_sdk_cleanrooms::operation::get_membership::GetMembershipError;
use aws_sdk_cleanrooms::operation::list_collaborations::ListCollaborationsError;
use aws_sdk_cleanrooms::types::{
    AccessDeniedExceptionReason, AutoApprovedChangeType, ChangeInput,
    ChangeRequestAction as Action, ChangeRequestStatus, ChangeSpecification,
    ChangeSpecificationType, ChangeType, Collaboration, CollaborationChangeRequest,
    CollaborationQueryLogStatus, ConflictExceptionReason, MemberAbility, MemberChangeSpecification,
    MemberSpecification, MemberStatus, Membership, MembershipQueryLogStatus, MembershipStatus,
    ProtectedJob, ProtectedJobParameters, ProtectedJobStatus, ProtectedJobType, ProtectedQuery,
    ProtectedQuerySqlParameters, ProtectedQueryStatus, ProtectedQueryType, ResourceType,
    TargetProtectedJobStatus, TargetProtectedQueryStatus, ValidationExceptionReason,
};
use cleanrooms_sandbox::{Options, Sandbox, Switches};
use serde_json::{Value, json};

use crate::http;

const OWNER: &str = "111122223333";
const PARTNER: &str = "444455556666";
const THIRD: &str = "777788889999";
const ABSENT: &str = "00000000-0000-4000-8000-000000000000";
const TEMPLATE: &str = "arn:aws:cleanrooms:us-east-1:111122223333:membership/\
                        00000000-0000-4000-8000-000000000000/analysistemplate/\
                        00000000-0000-4000-8000-000000000000";

/// A sandbox with the clients of three accounts.
struct World {
    sandbox: Sandbox,
    owner: Client,
    partner: Client,
    third: Client,
}

impl World {
    async fn new() -> Self {
        let sandbox = Sandbox::start(Options::default()).await.expect("a port is free");
        let client = |account| client(&sandbox, account, RetryConfig::disabled());
        Self { owner: client(OWNER), partner: client(PARTNER), third: client(THIRD), sandbox }
    }

    /// A client that tries three times, without waiting long.
    fn patient(&self) -> Client {
        let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
        client(&self.sandbox, OWNER, retries)
    }

    fn fault(&self, operation: &str, fault: Value) {
        let body = json!({ "operation": operation, "fault": fault });
        http::admin(&self.sandbox.url(), "POST", "faults", &body);
    }

    fn patch(&self, settings: &str, changes: &Value) {
        http::admin(&self.sandbox.url(), "PATCH", settings, changes);
    }

    /// The names of all operations that were called, with the statuses of their replies.
    fn calls(&self) -> Vec<(String, Option<u64>)> {
        let journal = http::admin(&self.sandbox.url(), "GET", "journal", &Value::Null);
        let calls = journal["calls"].as_array().expect("the journal is a list");
        calls
            .iter()
            .map(|call| {
                let operation = call["operation"].as_str().unwrap_or_default().to_owned();
                (operation, call["status"].as_u64())
            })
            .collect()
    }

    /// A collaboration that owner and partner have joined.
    async fn joined(&self) -> (Collaboration, Membership, Membership) {
        let collaboration = create(&self.owner, "collaboration").await;
        let ours = join(&self.owner, collaboration.id()).await;
        let theirs = join(&self.partner, collaboration.id()).await;
        (collaboration, ours, theirs)
    }
}

fn client(sandbox: &Sandbox, account: &str, retries: RetryConfig) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(sandbox.url())
        .credentials_provider(Credentials::new(account, "any", None, None, "test"))
        .retry_config(retries)
        .build();
    Client::from_conf(config)
}

/// A collaboration in which the owner runs queries and jobs and the partner is invited.
async fn create(client: &Client, name: &str) -> Collaboration {
    let reply = client
        .create_collaboration()
        .name(name)
        .creator_display_name("owner")
        .creator_member_abilities(MemberAbility::CanQuery)
        .creator_member_abilities(MemberAbility::CanRunJob)
        .query_log_status(CollaborationQueryLogStatus::Disabled)
        .auto_approved_change_request_types(AutoApprovedChangeType::AddMember)
        .members(
            MemberSpecification::builder()
                .account_id(PARTNER)
                .display_name("partner")
                .set_member_abilities(Some(Vec::new()))
                .build()
                .expect("it has all that it needs"),
        )
        .send()
        .await
        .expect("the request is right");
    reply.collaboration.expect("the model has it")
}

async fn join(client: &Client, collaboration: &str) -> Membership {
    let reply = client
        .create_membership()
        .collaboration_identifier(collaboration)
        .query_log_status(MembershipQueryLogStatus::Disabled)
        .send()
        .await
        .expect("the account is invited");
    reply.membership.expect("the model has it")
}

/// A change of an account's abilities; with a name it can be new.
fn change(account: &str, name: Option<&str>, abilities: &[MemberAbility]) -> ChangeInput {
    let member = MemberChangeSpecification::builder()
        .account_id(account)
        .set_display_name(name.map(str::to_owned))
        .set_member_abilities(Some(abilities.to_vec()))
        .build()
        .expect("it has all that it needs");
    ChangeInput::builder()
        .specification_type(ChangeSpecificationType::Member)
        .specification(ChangeSpecification::Member(member))
        .build()
        .expect("it has all that it needs")
}

async fn request(client: &Client, id: &str, change: ChangeInput) -> CollaborationChangeRequest {
    let reply = client
        .create_collaboration_change_request()
        .collaboration_identifier(id)
        .changes(change)
        .send()
        .await
        .expect("the request is right");
    reply.collaboration_change_request.expect("the model has it")
}

async fn act(
    client: &Client,
    request: &CollaborationChangeRequest,
    action: Action,
) -> ChangeRequestStatus {
    let reply = client
        .update_collaboration_change_request()
        .collaboration_identifier(request.collaboration_id())
        .change_request_identifier(request.id())
        .action(action)
        .send()
        .await
        .expect("the action is possible");
    reply.collaboration_change_request.expect("the model has it").status
}

async fn start_query(client: &Client, membership: &str) -> ProtectedQuery {
    let sql = ProtectedQuerySqlParameters::builder().query_string("select 1").build();
    let reply = client
        .start_protected_query()
        .r#type(ProtectedQueryType::Sql)
        .membership_identifier(membership)
        .sql_parameters(sql)
        .send()
        .await
        .expect("the request is right");
    reply.protected_query.expect("the model has it")
}

async fn query_status(client: &Client, query: &ProtectedQuery) -> ProtectedQueryStatus {
    let reply = client
        .get_protected_query()
        .membership_identifier(query.membership_id())
        .protected_query_identifier(query.id())
        .send()
        .await
        .expect("it was started");
    reply.protected_query.expect("the model has it").status
}

async fn start_job(client: &Client, membership: &str) -> ProtectedJob {
    let parameters = ProtectedJobParameters::builder()
        .analysis_template_arn(TEMPLATE)
        .build()
        .expect("it has all that it needs");
    let reply = client
        .start_protected_job()
        .r#type(ProtectedJobType::Pyspark)
        .membership_identifier(membership)
        .job_parameters(parameters)
        .send()
        .await
        .expect("the request is right");
    reply.protected_job.expect("the model has it")
}

async fn job_status(client: &Client, job: &ProtectedJob) -> ProtectedJobStatus {
    let reply = client
        .get_protected_job()
        .membership_identifier(job.membership_id())
        .protected_job_identifier(job.id())
        .send()
        .await
        .expect("it was started");
    reply.protected_job.expect("the model has it").status
}

/// Calls every operation of the service, whatever the switches say.
async fn whole_life(world: &World) {
    let (owner, partner) = (&world.owner, &world.partner);
    let (collaboration, ours, theirs) = world.joined().await;
    let id = collaboration.id();
    change_members(world, id).await;
    analyse(owner, ours.id()).await;
    tag(owner, collaboration.arn()).await;

    let updated = owner.update_collaboration().collaboration_identifier(id).name("renamed");
    let updated = updated.send().await.expect("the owner may").collaboration;
    assert_eq!(updated.expect("the model has it").name(), "renamed");
    let got = owner.get_collaboration().collaboration_identifier(id).send().await;
    let got = got.expect("the owner may").collaboration.expect("the model has it");
    assert_eq!(got.membership_id(), Some(ours.id()));
    let updated = partner.update_membership().membership_identifier(theirs.id()).send().await;
    let updated = updated.expect("it is theirs").membership.expect("the model has it");
    assert_eq!(updated.collaboration_name(), "renamed");
    let got = partner.get_membership().membership_identifier(theirs.id()).send().await;
    let got = got.expect("it is theirs").membership.expect("the model has it");
    assert_eq!(got.status(), &MembershipStatus::Active);

    list_everything(owner, id, ours.id()).await;
    let removed = owner.delete_member().collaboration_identifier(id).account_id(THIRD).send();
    removed.await.expect("the owner may");
    let left = partner.delete_membership().membership_identifier(theirs.id()).send();
    left.await.expect("it is theirs");
    let deleted = owner.delete_collaboration().collaboration_identifier(id).send();
    deleted.await.expect("the owner may");
}

/// Adds a member, by the auto-approved type, and grants it an ability, by vote.
async fn change_members(world: &World, id: &str) {
    let (owner, partner) = (&world.owner, &world.partner);
    let add = request(owner, id, change(THIRD, Some("third"), &[])).await;
    assert!(add.is_auto_approved());
    if add.status() == &ChangeRequestStatus::Approved {
        act(owner, &add, Action::Commit).await;
    }
    let grant = change(THIRD, None, &[MemberAbility::CanReceiveResults]);
    let grant = request(owner, id, grant).await;
    for (account, vote) in grant.approvals().expect("members vote") {
        if vote.status().as_str() != "PENDING" {
            continue;
        }
        let voter = match account.as_str() {
            OWNER => owner,
            PARTNER => partner,
            _ => &world.third,
        };
        act(voter, &grant, Action::Approve).await;
    }
    let got = owner
        .get_collaboration_change_request()
        .collaboration_identifier(id)
        .change_request_identifier(grant.id())
        .send()
        .await
        .expect("it was filed")
        .collaboration_change_request
        .expect("the model has it");
    assert_eq!(got.status(), &ChangeRequestStatus::Approved);
    assert_eq!(got.changes()[0].types(), [ChangeType::GrantReceiveResultsAbility]);
    assert_eq!(act(owner, &grant, Action::Commit).await, ChangeRequestStatus::Committed);
}

/// Starts a query and a job, follows both to an end, and cancels others.
async fn analyse(client: &Client, membership: &str) {
    let query = start_query(client, membership).await;
    assert_eq!(query.status(), &ProtectedQueryStatus::Submitted);
    assert_eq!(query_status(client, &query).await, ProtectedQueryStatus::Started);
    let end = query_status(client, &query).await;
    assert!(["SUCCESS", "FAILED", "TIMED_OUT"].contains(&end.as_str()), "{end}");
    let query = start_query(client, membership).await;
    let cancelled = client
        .update_protected_query()
        .membership_identifier(membership)
        .protected_query_identifier(query.id())
        .target_status(TargetProtectedQueryStatus::Cancelled)
        .send()
        .await
        .expect("it is running");
    let cancelled = cancelled.protected_query.expect("the model has it");
    assert_eq!(cancelled.status(), &ProtectedQueryStatus::Cancelling);
    assert_eq!(query_status(client, &query).await, ProtectedQueryStatus::Cancelled);

    let job = start_job(client, membership).await;
    assert_eq!(job.status(), &ProtectedJobStatus::Submitted);
    assert_eq!(job_status(client, &job).await, ProtectedJobStatus::Started);
    let end = job_status(client, &job).await;
    assert!(["SUCCESS", "FAILED"].contains(&end.as_str()), "{end}");
    let job = start_job(client, membership).await;
    let cancelled = client
        .update_protected_job()
        .membership_identifier(membership)
        .protected_job_identifier(job.id())
        .target_status(TargetProtectedJobStatus::Cancelled)
        .send()
        .await
        .expect("it is running");
    let cancelled = cancelled.protected_job.expect("the model has it");
    assert_eq!(cancelled.status(), &ProtectedJobStatus::Cancelling);
    assert_eq!(job_status(client, &job).await, ProtectedJobStatus::Cancelled);
}

async fn tag(client: &Client, arn: &str) {
    let tagged = client.tag_resource().resource_arn(arn).tags("a", "1").tags("b", "2").send();
    tagged.await.expect("the owner may");
    let untagged = client.untag_resource().resource_arn(arn).tag_keys("a").send();
    untagged.await.expect("the owner may");
    let listed = client.list_tags_for_resource().resource_arn(arn).send();
    let listed = listed.await.expect("the owner may");
    let own: Vec<_> = listed.tags().keys().filter(|key| !key.starts_with("aws:")).collect();
    assert_eq!(own, ["b"]);
}

/// Goes through the pages of all six lists.
async fn list_everything(client: &Client, id: &str, membership: &str) {
    let all = client.list_collaborations().into_paginator().page_size(1).items().send();
    let found = all.collect::<Result<Vec<_>, _>>().await.expect("the caller may");
    assert!(found.iter().any(|entry| entry.id() == id));
    let all = client.list_memberships().into_paginator().page_size(1).items().send();
    let found = all.collect::<Result<Vec<_>, _>>().await.expect("the caller may");
    assert!(found.iter().any(|entry| entry.id() == membership));

    let all = client.list_members().collaboration_identifier(id).into_paginator().page_size(1);
    let found = all.items().send().collect::<Result<Vec<_>, _>>().await.expect("the owner may");
    let accounts: BTreeSet<_> = found.iter().map(|entry| entry.account_id()).collect();
    assert_eq!(accounts, BTreeSet::from([OWNER, PARTNER, THIRD]));

    let all = client.list_collaboration_change_requests().collaboration_identifier(id);
    let all = all.into_paginator().page_size(1).items().send();
    let found = all.collect::<Result<Vec<_>, _>>().await.expect("the owner may");
    assert_eq!(found.len(), 2);
    let all = client.list_protected_queries().membership_identifier(membership);
    let all = all.into_paginator().page_size(1).items().send();
    let found = all.collect::<Result<Vec<_>, _>>().await.expect("the runner may");
    assert_eq!(found.len(), 2);
    let all = client.list_protected_jobs().membership_identifier(membership);
    let all = all.into_paginator().page_size(1).items().send();
    let found = all.collect::<Result<Vec<_>, _>>().await.expect("the runner may");
    assert_eq!(found.len(), 2);
}

#[tokio::test]
async fn every_operation_answers_in_types() {
    let world = World::new().await;
    whole_life(&world).await;
    let calls = world.calls();
    assert!(calls.iter().all(|(_, status)| matches!(status, Some(200 | 204))), "{calls:?}");
    let called: BTreeSet<String> = calls.into_iter().map(|(operation, _)| operation).collect();
    let model: Value = serde_json::from_str(include_str!("../../model/cleanrooms-model.json"))
        .expect("the model is part of this crate");
    let known: BTreeSet<String> =
        model["operations"].as_object().expect("it has operations").keys().cloned().collect();
    let later = |name: &&String| LATER.iter().any(|noun| name.contains(noun));
    assert_eq!(called, known.iter().filter(|name| !later(name)).cloned().collect());
}

/// Nouns of operations that this suite does not call.
const LATER: [&str; 11] = [
    "AnalysisTemplate",
    "AnalysisRule",
    "ConfiguredTable",
    "PrivacyBudget",
    "PrivacyImpact",
    "IdNamespace",
    "IdMapping",
    "AudienceModel",
    "IntermediateTable",
    "LogExport",
    "Schema",
];

/// Every switch with each value that is not its default.
fn other_values() -> Vec<(&'static str, Value)> {
    [
        ("creator_status_before_joining", json!("active")),
        ("auto_approved_request", json!("approved")),
        ("invited_accounts_vote", json!(true)),
        ("creator_votes", json!("not_asked")),
        ("creator_votes", json!("by_filing")),
        ("request_without_voters", json!("pending")),
        ("unset_payment_sub_blocks", json!("absent")),
        ("unset_payment_sub_blocks", json!("effective")),
        ("runner_abilities_in_change_request", json!("ignored")),
        ("runner_abilities_in_change_request", json!("required")),
        ("display_name_of_existing_member", json!("refused")),
        ("returning_members", json!("allowed")),
        ("omitted_allowed_result_regions", json!("home_region")),
        ("delete_member_on_creator", json!("validation")),
        ("payer_withdrawal", json!("conflict")),
        ("payer_withdrawal", json!("validation")),
        ("deleted_memberships_count_against_quota", json!(false)),
        ("deleted_memberships_can_be_deleted", json!(false)),
        ("result_configuration_update", json!("merge")),
        ("members_of_absent", json!("not_found")),
        ("membership_of_another_account", json!("not_found")),
        ("join_without_invitation", json!("not_found")),
        ("overlapping_change_requests", json!("refused")),
        ("omitted_description", json!("filled")),
        ("omitted_auto_approved_change_types", json!("filled")),
        ("omitted_ml_abilities", json!("filled")),
        ("omitted_job_log_status", json!("filled")),
        ("omitted_metrics", json!("absent")),
        ("omitted_key_prefix", json!("filled")),
        ("omitted_single_file_output", json!("absent")),
        ("omitted_job_result_format", json!("filled")),
        ("invited_membership_id", json!("absent")),
        ("own_membership_id_before_joining", json!("filled")),
        ("membership_before_joining", json!("access_denied")),
        ("membership_before_joining", json!("conflict")),
        ("tags_of_absent", json!("not_found")),
        ("tags_of_absent_part", json!("access_denied")),
        ("error_reasons", json!("absent")),
        ("list_order", json!("newest_first")),
        ("cloudformation_tags", json!(true)),
        ("clean_rooms_sql", json!("allowed")),
        ("unknown_members", json!("ignored")),
        ("association_arn", json!("model")),
        ("tag_arn_length", json!("100")),
        ("equal_configured_tables", json!("conflict")),
        ("configured_table_with_rule", json!("deleted_along")),
        ("configured_table_with_associations", json!("refused")),
        ("association_with_rule", json!("deleted_along")),
        ("rule_columns_outside_allowed", json!("accepted")),
        ("table_reference_kind_change", json!("allowed")),
        ("selected_methods_after_single", json!("kept")),
        ("selected_methods_after_single", json!("refused")),
        ("omitted_reference_region", json!("absent")),
        ("omitted_table_type", json!("absent")),
        ("association_name_case", json!("kept")),
        ("association_name_case", json!("refused")),
        ("association_rule_without_table_rule", json!("accepted")),
        ("association_rule_of_another_type", json!("accepted")),
        ("empty_association_rule", json!("validation")),
        ("receivers_outside_collaboration", json!("accepted")),
        ("omitted_join_operators", json!("filled")),
        ("omitted_additional_analyses", json!("filled")),
        ("omitted_rule_lists", json!("filled")),
        ("result_receivers_in_table_rule", json!("stored")),
        ("templates_and_wildcards_mixed", json!("accepted")),
        ("children_of_inactive_membership", json!("not_found")),
        ("writes_to_inactive_membership", json!("access_denied")),
        ("child_of_another_account", json!("not_found")),
        ("missing_child_resource_type", json!("absent")),
        ("association_with_budget", json!("deleted_along")),
        ("template_of_unknown_tables", json!("validation")),
        ("sql_referenced_tables", json!("as_sent")),
        ("template_name_twice", json!("accepted")),
        ("collaboration_views_of_invited", json!("allowed")),
        ("budget_template_arn", json!("model")),
        ("second_dp_template", json!("validation")),
        ("omitted_auto_refresh", json!("calendar_month")),
        ("omitted_budget_auto_refresh", json!("absent")),
        ("lower_epsilon_after_queries", json!("conflict")),
        ("lower_epsilon_after_queries", json!("accepted")),
        ("same_namespace_twice", json!("accepted")),
        ("mapping_table_without_namespaces", json!("not_found")),
        ("omitted_id_mapping_config", json!("filled")),
        ("intermediate_rule_before_population", json!("conflict")),
        ("delete_while_populating", json!("accepted")),
        ("omitted_retention", json!("absent")),
        ("population_outcome", json!("failed")),
        ("log_export_outcome", json!("failed")),
        ("missing_child_resource_type", json!("nearest")),
        ("default_page_size", json!(1)),
        ("query_outcome", json!("failed")),
        ("query_outcome", json!("timed_out")),
        ("job_outcome", json!("failed")),
    ]
    .into()
}

#[tokio::test]
async fn every_operation_answers_whatever_the_switches_say() {
    let world = World::new().await;
    let defaults = serde_json::to_value(Switches::default()).expect("switches are JSON");
    let values = other_values();
    let named: BTreeSet<&str> = values.iter().map(|(name, _)| *name).collect();
    let known: BTreeSet<&str> = Switches::KEYS.iter().map(|(name, _)| *name).collect();
    assert_eq!(named, known);
    for (name, value) in values {
        assert_ne!(defaults[name], value, "{name} has that value anyway");
        http::admin(&world.sandbox.url(), "POST", "reset", &Value::Null);
        world.patch("switches", &json!({ name: value }));
        whole_life(&world).await;
    }
}

#[tokio::test]
async fn every_modelled_error_has_its_type() {
    let world = World::new().await;
    let (collaboration, ours, theirs) = world.joined().await;
    let get = world.owner.get_collaboration();

    let err = get.clone().collaboration_identifier("x").send().await.expect_err("no identifier");
    let err = err.into_service_error();
    assert!(err.is_validation_exception(), "{err:?}");

    let err = world.third.get_collaboration().collaboration_identifier(collaboration.id());
    let err = err.send().await.expect_err("a stranger").into_service_error();
    let GetCollaborationError::AccessDeniedException(denied) = err else { panic!("{err:?}") };
    assert_eq!(denied.reason(), Some(&AccessDeniedExceptionReason::InsufficientPermissions));

    let err = world.owner.get_membership().membership_identifier(ABSENT).send().await;
    let err = err.expect_err("it is absent").into_service_error();
    let GetMembershipError::ResourceNotFoundException(absent) = err else { panic!("{err:?}") };
    assert_eq!((absent.resource_id(), absent.resource_type()), (ABSENT, &ResourceType::Membership));

    let err = world.owner.delete_membership().membership_identifier(ours.id()).send().await;
    let err = err.expect_err("the creator stays").into_service_error();
    let DeleteMembershipError::ConflictException(conflict) = err else { panic!("{err:?}") };
    assert_eq!(conflict.reason(), Some(&ConflictExceptionReason::InvalidState));
    assert_eq!(conflict.resource_id(), Some(ours.id()));

    world.patch("quotas", &json!({ "memberships_per_account": 1 }));
    let another = create(&world.owner, "another").await;
    let err = world
        .partner
        .create_membership()
        .collaboration_identifier(another.id())
        .query_log_status(MembershipQueryLogStatus::Disabled)
        .send()
        .await
        .expect_err("one is enough")
        .into_service_error();
    let CreateMembershipError::ServiceQuotaExceededException(quota) = err else {
        panic!("{err:?}")
    };
    assert_eq!((quota.quota_name(), quota.quota_value()), ("Memberships per account", 1.0));

    world.fault("UpdateMembership", json!({ "kind": "throttle" }));
    let update = world.partner.update_membership().membership_identifier(theirs.id());
    let err = update.clone().send().await.expect_err("a fault").into_service_error();
    assert!(err.is_throttling_exception(), "{err:?}");
    world.fault("UpdateMembership", json!({ "kind": "internal_error" }));
    let err = update.send().await.expect_err("a fault").into_service_error();
    assert!(err.is_internal_server_exception(), "{err:?}");
}

#[tokio::test]
async fn a_validation_error_lists_its_fields() {
    let world = World::new().await;
    let err = world
        .owner
        .create_collaboration()
        .name("")
        .creator_display_name("owner")
        .set_creator_member_abilities(Some(vec![MemberAbility::from("CAN_FLY")]))
        .set_members(Some(Vec::new()))
        .query_log_status(CollaborationQueryLogStatus::Disabled)
        .send()
        .await
        .expect_err("two members are wrong")
        .into_service_error();
    let CreateCollaborationError::ValidationException(invalid) = err else { panic!("{err:?}") };
    assert_eq!(invalid.reason(), Some(&ValidationExceptionReason::FieldValidationFailed));
    let names: BTreeSet<_> = invalid.field_list().iter().map(|field| field.name()).collect();
    assert_eq!(names, BTreeSet::from(["creatorMemberAbilities[0]", "name"]));
}

#[tokio::test]
async fn change_requests_go_through_all_their_states() {
    let world = World::new().await;
    let (collaboration, _, _) = world.joined().await;
    let grant = || change(PARTNER, None, &[MemberAbility::CanReceiveResults]);
    let file = || request(&world.owner, collaboration.id(), grant());

    let cancelled = file().await;
    assert_eq!(cancelled.status(), &ChangeRequestStatus::Pending);
    let status = act(&world.owner, &cancelled, Action::Cancel).await;
    assert_eq!(status, ChangeRequestStatus::Cancelled);
    let denied = file().await;
    assert_eq!(act(&world.partner, &denied, Action::Deny).await, ChangeRequestStatus::Denied);
    let committed = file().await;
    let status = act(&world.owner, &committed, Action::Approve).await;
    assert_eq!(status, ChangeRequestStatus::Pending);
    let status = act(&world.partner, &committed, Action::Approve).await;
    assert_eq!(status, ChangeRequestStatus::Approved);
    let status = act(&world.owner, &committed, Action::Commit).await;
    assert_eq!(status, ChangeRequestStatus::Committed);
    for final_one in [&cancelled, &denied, &committed] {
        for action in [Action::Approve, Action::Deny, Action::Cancel, Action::Commit] {
            let err = world
                .owner
                .update_collaboration_change_request()
                .collaboration_identifier(final_one.collaboration_id())
                .change_request_identifier(final_one.id())
                .action(action)
                .send()
                .await
                .expect_err("it is final");
            assert_eq!(err.code(), Some("ConflictException"));
        }
    }
}

/// The partner's status in the member list.
async fn member_status(world: &World, id: &str) -> MemberStatus {
    let reply = world.owner.list_members().collaboration_identifier(id).send().await;
    let reply = reply.expect("the owner may");
    let mut entries = reply.member_summaries().iter();
    let entry = entries.find(|entry| entry.account_id() == PARTNER);
    entry.expect("the partner is listed").status().clone()
}

async fn membership_status(client: &Client, id: &str) -> Option<MembershipStatus> {
    match client.get_membership().membership_identifier(id).send().await {
        Ok(reply) => Some(reply.membership.expect("the model has it").status),
        Err(err) if err.code() == Some("ResourceNotFoundException") => None,
        Err(err) => panic!("{err:?}"),
    }
}

#[tokio::test]
async fn members_and_memberships_go_through_all_their_states() {
    let world = World::new().await;
    let leave = |id: String| world.partner.delete_membership().membership_identifier(id).send();

    let left = create(&world.owner, "left").await;
    assert_eq!(member_status(&world, left.id()).await, MemberStatus::Invited);
    let theirs = join(&world.partner, left.id()).await;
    assert_eq!(member_status(&world, left.id()).await, MemberStatus::Active);
    leave(theirs.id().to_owned()).await.expect("it is theirs");
    assert_eq!(member_status(&world, left.id()).await, MemberStatus::Left);
    assert_eq!(membership_status(&world.partner, theirs.id()).await, None);

    let (removed, _, theirs) = world.joined().await;
    let remove = world.owner.delete_member().collaboration_identifier(removed.id());
    remove.account_id(PARTNER).send().await.expect("the owner may");
    assert_eq!(member_status(&world, removed.id()).await, MemberStatus::Removed);
    let status = membership_status(&world.partner, theirs.id()).await;
    assert_eq!(status, Some(MembershipStatus::Removed));
    leave(theirs.id().to_owned()).await.expect("it is theirs");
    assert_eq!(membership_status(&world.partner, theirs.id()).await, None);

    let (deleted, ours, theirs) = world.joined().await;
    let delete = world.owner.delete_collaboration().collaboration_identifier(deleted.id());
    delete.send().await.expect("the owner may");
    for (client, membership) in [(&world.owner, ours), (&world.partner, theirs)] {
        let status = membership_status(client, membership.id()).await;
        assert_eq!(status, Some(MembershipStatus::CollaborationDeleted));
        let delete = client.delete_membership().membership_identifier(membership.id());
        delete.send().await.expect("it is their own");
        assert_eq!(membership_status(client, membership.id()).await, None);
    }
}

#[tokio::test]
async fn the_sdk_tries_again_where_it_should() {
    let world = World::new().await;
    let patient = world.patient();
    for kind in ["throttle", "internal_error", "bad_gateway", "unavailable", "reset_before"] {
        let before = world.calls().len();
        world.fault("ListCollaborations", json!({ "kind": kind }));
        patient.list_collaborations().send().await.expect("the second attempt succeeds");
        let calls = world.calls();
        assert_eq!(calls.len(), before + 2, "{kind}");
        assert_eq!(calls[before + 1].1, Some(200), "{kind}");
    }
    for kind in ["access_denied", "iam_synchronization_delay"] {
        let before = world.calls().len();
        world.fault("ListCollaborations", json!({ "kind": kind }));
        patient.list_collaborations().send().await.expect_err("there is no second attempt");
        assert_eq!(world.calls().len(), before + 1, "{kind}");
    }
}

#[tokio::test]
async fn a_reply_that_is_lost_makes_an_orphan() {
    let world = World::new().await;
    world.fault("CreateCollaboration", json!({ "kind": "reply_lost" }));
    create(&world.patient(), "twice").await;
    let listed = world.owner.list_collaborations().send().await.expect("the owner may");
    assert_eq!(listed.collaboration_list().len(), 2);

    let before = world.calls().len();
    world.fault("ListCollaborations", json!({ "kind": "reply_lost" }));
    let err = world.owner.list_collaborations().send().await.expect_err("nothing comes back");
    assert!(matches!(err, SdkError::DispatchFailure(_)), "{err:?}");
    assert_eq!(world.calls()[before..], [("ListCollaborations".to_owned(), Some(200))]);
}

#[tokio::test]
async fn latency_runs_into_timeouts() {
    let world = World::new().await;
    world.fault("ListCollaborations", json!({ "kind": "latency", "milliseconds": 5000 }));
    let timeout = TimeoutConfig::builder().operation_timeout(Duration::from_millis(100)).build();
    let config = world.owner.config().to_builder().timeout_config(timeout).build();
    let err = Client::from_conf(config).list_collaborations().send().await.expect_err("too slow");
    assert!(matches!(err, SdkError::TimeoutError(_)), "{err:?}");
}

#[tokio::test]
async fn a_call_is_carried_out_although_its_caller_has_hung_up() {
    let world = World::new().await;
    world.fault("CreateCollaboration", json!({ "kind": "latency", "milliseconds": 300 }));
    let timeout = TimeoutConfig::builder().operation_timeout(Duration::from_millis(50)).build();
    let config = world.owner.config().to_builder().timeout_config(timeout).build();
    let impatient = Client::from_conf(config)
        .create_collaboration()
        .name("made after all")
        .creator_display_name("owner")
        .set_creator_member_abilities(Some(Vec::new()))
        .set_members(Some(Vec::new()))
        .query_log_status(CollaborationQueryLogStatus::Disabled)
        .send();
    let err = impatient.await.expect_err("it takes longer than that");
    assert!(matches!(err, SdkError::TimeoutError(_)), "{err:?}");
    let start = std::time::Instant::now();
    while world.calls().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(10), "it was never carried out");
    }
    assert_eq!(world.calls(), [("CreateCollaboration".to_owned(), Some(200))]);
    let listed = world.owner.list_collaborations().send().await.expect("the owner may");
    assert_eq!(listed.collaboration_list()[0].name(), "made after all");
}

#[tokio::test]
async fn denial_by_iam_has_no_reason() {
    let world = World::new().await;
    world.fault("ListCollaborations", json!({ "kind": "access_denied" }));
    let err = world.owner.list_collaborations().send().await.expect_err("a fault");
    let err = err.into_service_error();
    let ListCollaborationsError::AccessDeniedException(denied) = err else { panic!("{err:?}") };
    assert_eq!(denied.reason(), None);
    let message = denied.message().unwrap_or_default();
    assert!(
        message.contains("is not authorized to perform: cleanrooms:ListCollaborations"),
        "{message}"
    );
}

#[tokio::test]
async fn a_role_that_is_too_new_is_told_by_its_reason() {
    let world = World::new().await;
    let collaboration = create(&world.owner, "x").await;
    world.fault("CreateMembership", json!({ "kind": "iam_synchronization_delay" }));
    let err = world
        .owner
        .create_membership()
        .collaboration_identifier(collaboration.id())
        .query_log_status(MembershipQueryLogStatus::Disabled)
        .send()
        .await
        .expect_err("a fault")
        .into_service_error();
    let CreateMembershipError::ValidationException(delayed) = err else { panic!("{err:?}") };
    assert_eq!(delayed.reason(), Some(&ValidationExceptionReason::IamSynchronizationDelay));
}

#[tokio::test]
async fn an_object_appears_after_some_reads() {
    let world = World::new().await;
    world.fault("CreateCollaboration", json!({ "kind": "not_yet_visible", "reads": 2 }));
    let made = create(&world.owner, "x").await;
    let get = world.owner.get_collaboration().collaboration_identifier(made.id());
    for _ in 0..2 {
        let err = get.clone().send().await.expect_err("it is not visible yet");
        assert!(err.into_service_error().is_access_denied_exception());
    }
    get.send().await.expect("it is visible now");
}

#[tokio::test]
async fn unmodelled_errors_of_tag_calls_have_a_code() {
    let world = World::new().await;
    let made = create(&world.owner, "x").await;
    for (kind, code) in
        [("throttle", "ThrottlingException"), ("access_denied", "AccessDeniedException")]
    {
        world.fault("ListTagsForResource", json!({ "kind": kind }));
        let list = world.owner.list_tags_for_resource().resource_arn(made.arn());
        let err = list.send().await.expect_err("a fault");
        assert_eq!(err.code(), Some(code));
    }
}
