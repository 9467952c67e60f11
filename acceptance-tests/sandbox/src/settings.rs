//! What a test may set: quotas, and the answers to questions that AWS's
//! documentation leaves open.
//!
//! Both are plain JSON objects on the admin path; a key that does not exist or
//! a value that it does not take is refused.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

macro_rules! settings {
    (
        $(#[$doc:meta])* $name:ident {
            $( $(#[doc = $field_doc:literal])* $field:ident : $type:ty = $default:expr, )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $( $(#[doc = $field_doc])* pub $field: $type, )* }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* }
            }
        }

        impl $name {
            /// Every key with what it means, for `--help` and the README.
            pub const KEYS: &'static [(&'static str, &'static str)] = &[
                $( (stringify!($field), concat!($( $field_doc, )*)), )*
            ];
        }
    };
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident, )* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $( $(#[$variant_doc])* $variant, )* }
    };
}

settings! {
    /// How much an account may have, per Region. The defaults are AWS's.
    Quotas {
        /// Collaborations created per account.
        collaborations_created_per_account: u32 = 500,
        /// Memberships per account.
        memberships_per_account: u32 = 500,
        /// Members invited per collaboration, without the creator.
        members_invited_per_collaboration: u32 = 5,
        /// Queries of a membership that have not ended.
        concurrent_queries_per_membership: u32 = 5,
        /// Jobs of a membership that have not ended, in us-east-1, us-east-2, ap-northeast-2, eu-central-1 and eu-west-1.
        concurrent_jobs_per_membership_in_large_regions: u32 = 5,
        /// Jobs of a membership that have not ended, in any other Region.
        concurrent_jobs_per_membership: u32 = 1,
        /// Queries of an account that have not ended, in us-east-1.
        concurrent_queries_per_account_in_us_east_1: u32 = 5,
        /// Queries of an account that have not ended, in any other Region.
        concurrent_queries_per_account: u32 = 2,
        /// Jobs of an account that have not ended, in us-east-1.
        concurrent_jobs_per_account_in_us_east_1: u32 = 5,
        /// Jobs of an account that have not ended, in any other Region.
        concurrent_jobs_per_account: u32 = 2,
        /// Configured tables per account.
        configured_tables_per_account: u32 = 250,
        /// Allowed columns of a configured table.
        columns_per_configured_table: u32 = 100,
        /// Configured table associations of a membership.
        table_associations_per_membership: u32 = 100,
        /// Analysis templates of a membership.
        analysis_templates_per_membership: u32 = 100,
        /// Privacy budget templates for access budgets in a collaboration.
        access_budgets_per_collaboration: u32 = 25,
        /// Id namespace associations of a membership.
        id_namespace_associations_per_membership: u32 = 10,
        /// Id mapping tables of a membership.
        id_mapping_tables_per_membership: u32 = 5,
        /// Configured audience model associations of a membership.
        audience_model_associations_per_membership: u32 = 5,
        /// Intermediate tables of a membership.
        intermediate_tables_per_membership: u32 = 25,
        /// Exports of logs in a membership that have not ended.
        concurrent_log_exports_per_membership: u32 = 5,
        /// Exports of logs of an account that have not ended.
        concurrent_log_exports_per_account: u32 = 10,
        /// Kilobytes of an analysis rule as JSON.
        analysis_rule_kilobytes: u32 = 100,
        /// Change requests of a collaboration that are PENDING or APPROVED; null is no limit.
        open_change_requests_per_collaboration: Option<u32> = None,
        /// Calls of one operation in a second; null is no limit, and 5 is AWS's.
        calls_per_second: Option<u32> = None,
        /// The same for GetConfiguredTable and GetProtectedQuery, of which AWS allows 20.
        calls_per_second_of_frequent_reads: Option<u32> = None,
    }
}

settings! {
    /// How the sandbox answers where AWS's documentation does not say.
    Switches {
        /// The creator's memberStatus before it has joined: "invited" or "active".
        creator_status_before_joining: CreatorStatus = CreatorStatus::Invited,
        /// What becomes of a change request whose types are all auto-approved: "committed" or "approved".
        auto_approved_request: AutoApproved = AutoApproved::Committed,
        /// Whether accounts that were invited and have not joined are asked to vote.
        invited_accounts_vote: bool = false,
        /// Whether the creator votes: "asked" under the same rule as any other account, "not_asked", or "by_filing" the request.
        creator_votes: CreatorVote = CreatorVote::Asked,
        /// What becomes of a change request when nobody is asked to vote: "approved" or "pending".
        request_without_voters: WithoutVoters = WithoutVoters::Approved,
        /// Sub-blocks of a payment configuration that were never set: "absent", "filled" with false, or "effective": with what applies.
        unset_payment_sub_blocks: UnsetPayers = UnsetPayers::Filled,
        /// CAN_QUERY and CAN_RUN_JOB in a change request for the account that holds them: "refused", "ignored" or "required".
        runner_abilities_in_change_request: RunnerAbilities = RunnerAbilities::Refused,
        /// displayName in a change request for an account that is a member already: "ignored" or "refused".
        display_name_of_existing_member: Tolerance = Tolerance::Ignored,
        /// ADD_MEMBER for an account that has left or was removed: "refused" or "allowed".
        returning_members: Permission = Permission::Refused,
        /// allowedResultRegions of a collaboration that was created without: "absent" or "home_region".
        omitted_allowed_result_regions: OmittedRegions = OmittedRegions::Absent,
        /// What DeleteMember on the creator answers: "conflict" or "validation".
        delete_member_on_creator: RefusalCode = RefusalCode::Conflict,
        /// What a member gets that withdraws its acceptance to pay: "accepted", "validation" or "conflict".
        payer_withdrawal: Withdrawal = Withdrawal::Accepted,
        /// Whether memberships of deleted collaborations count against the quota.
        deleted_memberships_count_against_quota: bool = true,
        /// Whether memberships of deleted collaborations can be deleted.
        deleted_memberships_can_be_deleted: bool = true,
        /// What UpdateMembership does with a result configuration: "replace" or "merge".
        result_configuration_update: ResultUpdate = ResultUpdate::Replace,
        /// What operations below a collaboration answer for one that is not there: "access_denied" or "not_found".
        members_of_absent: Absence = Absence::AccessDenied,
        /// What GetMembership answers for another account's membership: "access_denied" or "not_found".
        membership_of_another_account: Absence = Absence::AccessDenied,
        /// What CreateMembership answers to an account that is not invited: "access_denied" or "not_found".
        join_without_invitation: Absence = Absence::AccessDenied,
        /// A second open change request for the same member or for the collaboration: "allowed" or "refused".
        overlapping_change_requests: Permission = Permission::Allowed,
        /// description of an object that was created without: "absent" or "filled" with "".
        omitted_description: Omitted = Omitted::Absent,
        /// autoApprovedChangeTypes of a collaboration that was created without: "absent" or "filled" with [].
        omitted_auto_approved_change_types: Omitted = Omitted::Absent,
        /// ML abilities that were never given: "absent" or "filled" with an empty list.
        omitted_ml_abilities: Omitted = Omitted::Absent,
        /// jobLogStatus that was never set: "absent" or "filled" with DISABLED.
        omitted_job_log_status: Omitted = Omitted::Absent,
        /// isMetricsEnabled that was never set: "filled" with false or "absent".
        omitted_metrics: Omitted = Omitted::Filled,
        /// keyPrefix of results that was never set: "absent" or "filled" with "".
        omitted_key_prefix: Omitted = Omitted::Absent,
        /// singleFileOutput of results that was never set: "filled" with false or "absent".
        omitted_single_file_output: Omitted = Omitted::Filled,
        /// resultFormat of jobs that was never set: "absent" or "filled" with CSV.
        omitted_job_result_format: Omitted = Omitted::Absent,
        /// membershipId of members that have not joined, in ListMembers: "present" or "absent".
        invited_membership_id: Presence = Presence::Present,
        /// The caller's own membershipId in its collaborations before it has joined: "absent" or "filled".
        own_membership_id_before_joining: Omitted = Omitted::Absent,
        /// What operations on that membership answer: "not_found", "access_denied" or "conflict".
        membership_before_joining: BeforeJoining = BeforeJoining::NotFound,
        /// What tag operations answer for a collaboration or membership that is not there: "access_denied" or "not_found".
        tags_of_absent: Absence = Absence::AccessDenied,
        /// What they answer for anything else that is not there: "not_found" or "access_denied".
        tags_of_absent_part: Absence = Absence::NotFound,
        /// reason and fieldList of errors: "present" or "absent".
        error_reasons: Presence = Presence::Present,
        /// The order of lists for which AWS states none: "changing" from call to call, or "newest_first".
        list_order: ListOrder = ListOrder::Changing,
        /// Whether ListTagsForResource also gives the aws: tags that CloudFormation would set.
        cloudformation_tags: bool = false,
        /// CLEAN_ROOMS_SQL for new collaborations: "refused", or "allowed" as it was until July 2025.
        clean_rooms_sql: Permission = Permission::Refused,
        /// Request members that the model does not know: "refused" or "ignored".
        unknown_members: Tolerance = Tolerance::Refused,
        /// Items on a page when the request has no maxResults, 1 to 100.
        default_page_size: PageSize = PageSize(50),
        /// ARNs of configured table associations: under their "membership" or as the "model" has them.
        association_arn: ArnForm = ArnForm::Membership,
        /// ARNs of more than 100 characters in tag operations: "unlimited", or "100" as the model says.
        tag_arn_length: ArnLength = ArnLength::Unlimited,
        /// A second configured table of the same name: "two" of them or a "conflict".
        equal_configured_tables: EqualTables = EqualTables::Two,
        /// Deleting a configured table that has an analysis rule: a "conflict", or "deleted_along".
        configured_table_with_rule: Subresources = Subresources::Conflict,
        /// Deleting a configured table that has associations: "allowed" or "refused".
        configured_table_with_associations: Permission = Permission::Allowed,
        /// Deleting an association that has an analysis rule: a "conflict", or "deleted_along".
        association_with_rule: Subresources = Subresources::Conflict,
        /// Columns of an analysis rule that its table does not allow: a "validation" error (and a conflict when the table gives them up), or "accepted".
        rule_columns_outside_allowed: Leniency = Leniency::Validation,
        /// A configured table that changes to another kind of source: "refused" or "allowed".
        table_reference_kind_change: Permission = Permission::Refused,
        /// selectedAnalysisMethods when a table goes back to one method without naming them: "dropped", "kept" or "refused".
        selected_methods_after_single: KeptMethods = KeptMethods::Dropped,
        /// region of a Glue or Athena reference that was made without: "home_region" or "absent".
        omitted_reference_region: OmittedRegions = OmittedRegions::HomeRegion,
        /// tableType of configured tables: "filled" or "absent".
        omitted_table_type: Omitted = Omitted::Filled,
        /// Capital letters in the name of an association: "folded", "kept" or "refused".
        association_name_case: NameCase = NameCase::Folded,
        /// An analysis rule of an association whose table has none: a "validation" error or "accepted".
        association_rule_without_table_rule: Leniency = Leniency::Validation,
        /// An analysis rule of an association of another type than its table's: a "validation" error or "accepted".
        association_rule_of_another_type: Leniency = Leniency::Validation,
        /// An analysis rule of an association that says nothing: "accepted" or a "validation" error.
        empty_association_rule: Leniency = Leniency::Accepted,
        /// Result receivers that are no members who receive results: a "validation" error or "accepted".
        receivers_outside_collaboration: Leniency = Leniency::Validation,
        /// allowedJoinOperators that were never given: "absent" or "filled" with AND.
        omitted_join_operators: Omitted = Omitted::Absent,
        /// additionalAnalyses that were never given: "absent" or "filled" with NOT_ALLOWED.
        omitted_additional_analyses: Omitted = Omitted::Absent,
        /// Other optional lists of an analysis rule that were never given: "absent" or "filled" with [].
        omitted_rule_lists: Omitted = Omitted::Absent,
        /// allowedResultReceivers and allowedAdditionalAnalyses in the rule of a configured table: a "validation" error, or "stored".
        result_receivers_in_table_rule: StoredOr = StoredOr::Validation,
        /// Templates together with ANY_QUERY, ANY_JOB or providers in a rule: a "validation" error or "accepted".
        templates_and_wildcards_mixed: Leniency = Leniency::Validation,
        /// What is part of a membership that is over: "readable" or "not_found".
        children_of_inactive_membership: InactiveChildren = InactiveChildren::Readable,
        /// Creating or changing such parts: a "conflict" where the operation has one, or "access_denied".
        writes_to_inactive_membership: RefusedWrite = RefusedWrite::Conflict,
        /// What operations below another account's membership or configured table answer: "access_denied" or "not_found".
        child_of_another_account: Absence = Absence::AccessDenied,
        /// resourceType where the model has none for the kind that is missing: "membership", "absent" or the "nearest".
        missing_child_resource_type: ChildResourceType = ChildResourceType::Membership,
        /// Deleting an association or intermediate table that has an access budget: a "conflict", or "deleted_along".
        association_with_budget: Subresources = Subresources::Conflict,
        /// A template of SQL that names no table of the collaboration: "accepted" or a "validation" error.
        template_of_unknown_tables: Leniency = Leniency::Accepted,
        /// referencedTables of a template of SQL: "parsed" from it or "as_sent".
        sql_referenced_tables: ReferencedTables = ReferencedTables::Parsed,
        /// A second analysis template of the same name in a membership: a "conflict" or "accepted".
        template_name_twice: NamedTwice = NamedTwice::Conflict,
        /// Looking at parts of a collaboration before joining it: "refused" or "allowed".
        collaboration_views_of_invited: Permission = Permission::Refused,
        /// ARNs of privacy budget templates: under their "membership" or as the "model" has them.
        budget_template_arn: ArnForm = ArnForm::Membership,
        /// A second template of differential privacy in a collaboration: a "conflict" or a "validation" error.
        second_dp_template: RefusalCode = RefusalCode::Conflict,
        /// autoRefresh of a budget template that was never given: "none", or "calendar_month" for differential privacy.
        omitted_auto_refresh: AutoRefresh = AutoRefresh::None,
        /// autoRefresh of a budget for a calendar period that was never given: "filled" with ENABLED or "absent".
        omitted_budget_auto_refresh: Omitted = Omitted::Filled,
        /// Lowering epsilon after a query has run: a "validation" error, a "conflict" or "accepted".
        lower_epsilon_after_queries: Lowered = Lowered::Validation,
        /// Associating an id namespace twice: a "conflict" or "accepted".
        same_namespace_twice: NamedTwice = NamedTwice::Conflict,
        /// An id mapping table without both id namespaces: a "validation" error or "not_found".
        mapping_table_without_namespaces: MissingNamespaces = MissingNamespaces::Validation,
        /// idMappingConfig that was never given: "absent" or "filled" with false.
        omitted_id_mapping_config: Omitted = Omitted::Absent,
        /// An analysis rule of an intermediate table without data: "accepted" or a "conflict".
        intermediate_rule_before_population: EarlyRule = EarlyRule::Accepted,
        /// Deleting an intermediate table that is being populated: a "conflict" or "accepted".
        delete_while_populating: DuringPopulation = DuringPopulation::Conflict,
        /// retentionInDays that was never given: "30" or "absent".
        omitted_retention: OmittedRetention = OmittedRetention::Thirty,
        /// How populations of intermediate tables end: "success" or "failed".
        population_outcome: JobOutcome = JobOutcome::Success,
        /// How exports of logs end: "success" or "failed".
        log_export_outcome: JobOutcome = JobOutcome::Success,
        /// How protected queries end: "success", "failed" or "timed_out".
        query_outcome: QueryOutcome = QueryOutcome::Success,
        /// How protected jobs end: "success" or "failed".
        job_outcome: JobOutcome = JobOutcome::Success,
    }
}

choice! {
    /// A creator that has not joined.
    CreatorStatus {
        /// INVITED, the only value of the model that fits.
        Invited,
        /// ACTIVE.
        Active,
    }
}

choice! {
    /// The end of an auto-approved change request.
    AutoApproved {
        /// It takes effect at once.
        Committed,
        /// It waits for the owner's COMMIT.
        Approved,
    }
}

choice! {
    /// A change request that nobody has to approve.
    WithoutVoters {
        /// It can be committed at once.
        Approved,
        /// It waits for ever, until it is cancelled.
        Pending,
    }
}

choice! {
    /// How a value that was never set comes back.
    Omitted {
        /// Not at all.
        Absent,
        /// With its default.
        Filled,
    }
}

choice! {
    /// Payers that were never named.
    UnsetPayers {
        /// Not at all.
        Absent,
        /// As false, whoever pays.
        Filled,
        /// As what applies.
        Effective,
    }
}

choice! {
    /// The vote of the creator on its own request.
    CreatorVote {
        /// It is asked like any other account.
        Asked,
        /// It is not asked.
        NotAsked,
        /// It has approved by filing the request.
        ByFiling,
    }
}

choice! {
    /// Abilities of the runner, which a change request cannot change.
    RunnerAbilities {
        /// They may not be named.
        Refused,
        /// They may be named.
        Ignored,
        /// They must be named.
        Required,
    }
}

choice! {
    /// Whether something is in replies.
    Presence {
        /// It is.
        Present,
        /// It is not.
        Absent,
    }
}

choice! {
    /// The answer for a membership that the account has not made yet.
    BeforeJoining {
        /// ResourceNotFoundException.
        NotFound,
        /// AccessDeniedException.
        AccessDenied,
        /// ConflictException.
        Conflict,
    }
}

choice! {
    /// The order of lists.
    ListOrder {
        /// Another one in each call.
        Changing,
        /// By time, from the newest.
        NewestFirst,
    }
}

choice! {
    /// How unset result Regions come back.
    OmittedRegions {
        /// Not at all.
        Absent,
        /// With the Region of the collaboration.
        HomeRegion,
    }
}

choice! {
    /// What happens to input that has no effect.
    Tolerance {
        /// ValidationException.
        Refused,
        /// It is passed over.
        Ignored,
    }
}

choice! {
    /// Whether something is possible.
    Permission {
        /// An error.
        Refused,
        /// It works.
        Allowed,
    }
}

choice! {
    /// Which of two errors is given.
    RefusalCode {
        /// ConflictException.
        Conflict,
        /// ValidationException.
        Validation,
    }
}

choice! {
    /// The answer to FALSE from a member that had accepted to pay.
    Withdrawal {
        /// ValidationException.
        Validation,
        /// ConflictException.
        Conflict,
        /// It no longer pays.
        Accepted,
    }
}

choice! {
    /// How a given result configuration meets the one that is there.
    ResultUpdate {
        /// It takes its place.
        Replace,
        /// Members that it leaves out stay.
        Merge,
    }
}

choice! {
    /// Which of two errors stands for something that the caller cannot see.
    Absence {
        /// AccessDeniedException.
        AccessDenied,
        /// ResourceNotFoundException.
        NotFound,
    }
}

choice! {
    /// The form of an ARN about which the documentation contradicts itself.
    ArnForm {
        /// Below the membership, as IAM and other shapes have it.
        Membership,
        /// As the model has it for the object itself.
        Model,
    }
}

/// How long the ARN of a tag operation may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArnLength {
    /// As long as it is.
    #[serde(rename = "unlimited")]
    Unlimited,
    /// 100 characters, which the ARNs of most kinds exceed.
    #[serde(rename = "100")]
    Hundred,
}

choice! {
    /// Configured tables of the same name.
    EqualTables {
        /// There can be two.
        Two,
        /// ConflictException.
        Conflict,
    }
}

choice! {
    /// What becomes of parts of an object that is deleted.
    Subresources {
        /// ConflictException.
        Conflict,
        /// They are deleted as well.
        DeletedAlong,
    }
}

choice! {
    /// Whether a rule is enforced.
    Leniency {
        /// ValidationException.
        Validation,
        /// It is not.
        Accepted,
    }
}

choice! {
    /// What becomes of a list of methods that no longer applies.
    KeptMethods {
        /// It goes.
        Dropped,
        /// It stays.
        Kept,
        /// ValidationException.
        Refused,
    }
}

choice! {
    /// Capital letters where lower case is wanted.
    NameCase {
        /// They become lower case.
        Folded,
        /// They stay.
        Kept,
        /// ValidationException.
        Refused,
    }
}

choice! {
    /// Members of a shape that belong elsewhere.
    StoredOr {
        /// ValidationException.
        Validation,
        /// They are kept and come back.
        Stored,
    }
}

choice! {
    /// Parts of a membership that is over.
    InactiveChildren {
        /// They can be read and deleted.
        Readable,
        /// ResourceNotFoundException.
        NotFound,
    }
}

choice! {
    /// Changes of parts of a membership that is over.
    RefusedWrite {
        /// ConflictException.
        Conflict,
        /// AccessDeniedException.
        AccessDenied,
    }
}

choice! {
    /// The `resourceType` of kinds for which the model has none.
    ChildResourceType {
        /// MEMBERSHIP.
        Membership,
        /// None, against the model.
        Absent,
        /// The one that comes nearest.
        Nearest,
    }
}

choice! {
    /// Where the tables of a query are taken from.
    ReferencedTables {
        /// From its text.
        Parsed,
        /// From what the request says.
        AsSent,
    }
}

choice! {
    /// A second object of the same name or source.
    NamedTwice {
        /// ConflictException.
        Conflict,
        /// There are two.
        Accepted,
    }
}

choice! {
    /// When a budget begins anew.
    AutoRefresh {
        /// Never.
        None,
        /// With each month.
        CalendarMonth,
    }
}

choice! {
    /// A value that may not fall.
    Lowered {
        /// ValidationException.
        Validation,
        /// ConflictException.
        Conflict,
        /// It may.
        Accepted,
    }
}

choice! {
    /// Which of two errors stands for namespaces that are not there.
    MissingNamespaces {
        /// ValidationException.
        Validation,
        /// ResourceNotFoundException.
        NotFound,
    }
}

choice! {
    /// A rule for a table without data.
    EarlyRule {
        /// It waits for the data.
        Accepted,
        /// ConflictException.
        Conflict,
    }
}

choice! {
    /// Deletion of what is being made.
    DuringPopulation {
        /// ConflictException.
        Conflict,
        /// It is deleted.
        Accepted,
    }
}

/// How a retention that was never given comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OmittedRetention {
    /// As 30 days.
    #[serde(rename = "30")]
    Thirty,
    /// Not at all.
    #[serde(rename = "absent")]
    Absent,
}

choice! {
    /// The last status of a protected query.
    QueryOutcome {
        /// SUCCESS.
        Success,
        /// FAILED.
        Failed,
        /// TIMED_OUT.
        TimedOut,
    }
}

choice! {
    /// The last status of a protected job.
    JobOutcome {
        /// SUCCESS.
        Success,
        /// FAILED.
        Failed,
    }
}

/// Items on a page, 1 to 100 as in the model's `maxResults`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8")]
pub struct PageSize(u8);

impl PageSize {
    /// The number of items.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl TryFrom<u8> for PageSize {
    type Error = String;

    fn try_from(items: u8) -> Result<Self, String> {
        if (1..=100).contains(&items) {
            Ok(Self(items))
        } else {
            Err(format!("a page has 1 to 100 items, not {items}"))
        }
    }
}

/// Gives `settings` with the keys of `patch` changed.
///
/// # Errors
///
/// Says which key or value is not known; nothing is changed then.
pub(crate) fn patched<T>(settings: &T, patch: &Value) -> Result<T, String>
where
    T: Serialize + DeserializeOwned,
{
    let Value::Object(patch) = patch else {
        return Err("the body must be a JSON object of keys to change".to_owned());
    };
    let mut merged = serde_json::to_value(settings).map_err(|err| err.to_string())?;
    for (key, value) in patch {
        merged[key] = value.clone();
    }
    serde_json::from_value(merged).map_err(|err| err.to_string())
}
