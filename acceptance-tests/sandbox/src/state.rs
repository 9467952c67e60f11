//! Everything that the sandbox remembers, free of HTTP.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operations::{
    AnalysisLogExport, AnalysisRule, AnalysisTemplate, ConfiguredAudienceModelAssociation,
    ConfiguredTable, ConfiguredTableAssociation, IdMappingTable, IdNamespaceAssociation,
    IntermediateTable, PrivacyBudgetTemplate,
};
use crate::payment::Payers;
use crate::shelf::{AnyShelf, Head, Kind, Shelf, Stored};

/// A set of tags.
pub(crate) type Tags = BTreeMap<String, String>;

macro_rules! shelves {
    ($($shelf:ident: $kind:ty,)*) => {
        /// The objects of all accounts and Regions.
        #[derive(Clone, Default, Serialize, Deserialize)]
        pub(crate) struct State {
            /// How many objects were ever made; ids and order come from it.
            sequence: u64,
            $(pub(crate) $shelf: Shelf<$kind>,)*
            /// Temporary credentials by access key id.
            pub(crate) sessions: BTreeMap<String, Session>,
            /// How many lists were asked for; their orders come from it.
            #[serde(skip)]
            lists: u64,
        }

        impl State {
            pub(crate) fn shelves(&self) -> Vec<&dyn AnyShelf> {
                vec![$(&self.$shelf),*]
            }

            pub(crate) fn shelves_mut(&mut self) -> Vec<&mut dyn AnyShelf> {
                vec![$(&mut self.$shelf),*]
            }
        }
    };
}

shelves! {
    collaborations: Collaboration,
    memberships: Membership,
    change_requests: ChangeRequest,
    analyses: Analysis,
    configured_tables: ConfiguredTable,
    analysis_rules: AnalysisRule,
    configured_table_associations: ConfiguredTableAssociation,
    analysis_templates: AnalysisTemplate,
    privacy_budget_templates: PrivacyBudgetTemplate,
    id_namespace_associations: IdNamespaceAssociation,
    id_mapping_tables: IdMappingTable,
    configured_audience_model_associations: ConfiguredAudienceModelAssociation,
    intermediate_tables: IntermediateTable,
    analysis_log_exports: AnalysisLogExport,
}

impl State {
    /// Counts up, and gives the number with an id made of it: a lower-case
    /// UUID that is never given twice.
    pub(crate) fn next_id(&mut self, kind: &Kind) -> (u64, String) {
        self.sequence += 1;
        let prefix = kind.id_prefix;
        (self.sequence, format!("{prefix:08x}-0000-4000-8000-{:012x}", self.sequence))
    }

    /// Counts up without an id.
    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Another number for each list.
    pub(crate) fn next_list(&mut self) -> u64 {
        self.lists += 1;
        self.lists
    }

    /// Tells the shelves that a call begins.
    pub(crate) fn begin_call(&mut self) {
        self.shelves_mut().into_iter().for_each(AnyShelf::begin);
    }

    /// Makes the next `reads` look-ups find what the call has removed.
    pub(crate) fn keep_removed(&mut self, reads: u64) {
        for shelf in self.shelves_mut() {
            shelf.keep_removed(reads);
        }
    }

    /// Makes the next `reads` look-ups miss what the call has made.
    pub(crate) fn hide_made(&mut self, reads: u64) {
        for shelf in self.shelves_mut() {
            shelf.hide_made(reads);
        }
    }
}

/// A point in time, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Timestamp(pub(crate) u64);

impl Timestamp {
    /// As the protocol writes it: seconds with a fraction.
    pub(crate) fn to_reply(self) -> Value {
        Value::from(self.0 as f64 / 1000.0)
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Collaboration {
    pub(crate) head: Head,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The creator first, then in the order in which they were invited.
    pub(crate) members: Vec<Member>,
    pub(crate) data_encryption_metadata: Option<Value>,
    pub(crate) query_log_status: String,
    pub(crate) job_log_status: Option<String>,
    pub(crate) analytics_engine: String,
    pub(crate) auto_approved_change_types: Option<Vec<String>>,
    pub(crate) allowed_result_regions: Option<Vec<String>>,
    pub(crate) is_metrics_enabled: Option<bool>,
}

impl Collaboration {
    pub(crate) const KIND: Kind = Kind {
        name: "collaboration",
        id_prefix: 0xc011_ab00,
        arn: Some("collaboration/{id}"),
        is_deletable: true,
    };

    /// The account that made it.
    pub(crate) fn creator(&self) -> &str {
        &self.head.account
    }

    pub(crate) fn member(&self, account: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.account == account)
    }

    pub(crate) fn member_mut(&mut self, account: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.account == account)
    }

    /// The display name of the creator, who is the first member.
    pub(crate) fn creator_display_name(&self) -> &str {
        self.members.first().map_or("", |creator| &creator.display_name)
    }

    /// The member that holds an ability which only one can hold.
    pub(crate) fn holder(&self, ability: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.has(ability))
    }

    /// Accounts that were invited and have neither left nor been removed,
    /// without the creator.
    pub(crate) fn invited(&self) -> usize {
        self.members
            .iter()
            .filter(|member| member.account != self.creator() && member.status.takes_part())
            .count()
    }
}

pub(crate) const CAN_QUERY: &str = "CAN_QUERY";
pub(crate) const CAN_RECEIVE_RESULTS: &str = "CAN_RECEIVE_RESULTS";
pub(crate) const CAN_RUN_JOB: &str = "CAN_RUN_JOB";
pub(crate) const CAN_EXPORT_QUERY_ANALYSIS_LOG: &str = "CAN_EXPORT_QUERY_ANALYSIS_LOG";

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) account: String,
    pub(crate) display_name: String,
    pub(crate) status: MemberStatus,
    pub(crate) abilities: Vec<String>,
    pub(crate) ml_abilities: Option<Vec<String>>,
    pub(crate) payers: Payers,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    /// Given out at the invitation; the membership comes with joining.
    pub(crate) membership_id: String,
}

impl Member {
    /// Whether it has a membership to show for its invitation.
    pub(crate) fn has_joined(&self) -> bool {
        self.status != MemberStatus::Invited
    }

    pub(crate) fn has(&self, ability: &str) -> bool {
        self.abilities.iter().any(|held| held == ability)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum MemberStatus {
    Invited,
    Active,
    Left,
    Removed,
}

impl MemberStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "INVITED",
            Self::Active => "ACTIVE",
            Self::Left => "LEFT",
            Self::Removed => "REMOVED",
        }
    }

    /// Whether the account sees the collaboration.
    pub(crate) fn takes_part(self) -> bool {
        matches!(self, Self::Invited | Self::Active)
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Membership {
    pub(crate) head: Head,
    /// What it says about its collaboration, which it may outlive.
    pub(crate) collaboration: CollaborationCopy,
    pub(crate) status: MembershipStatus,
    pub(crate) abilities: Vec<String>,
    pub(crate) ml_abilities: Option<Vec<String>>,
    pub(crate) query_log_status: String,
    pub(crate) job_log_status: Option<String>,
    pub(crate) default_result_configuration: Option<Value>,
    pub(crate) default_job_result_configuration: Option<Value>,
    pub(crate) payers: Payers,
    pub(crate) is_metrics_enabled: Option<bool>,
    /// Names of resources that stand in the way of its deletion, although the
    /// sandbox does not have them.
    pub(crate) sub_resources: Vec<String>,
}

impl Membership {
    pub(crate) const KIND: Kind = Kind {
        name: "membership",
        id_prefix: 0x3e3b_e200,
        arn: Some("membership/{id}"),
        is_deletable: true,
    };

    pub(crate) fn has(&self, ability: &str) -> bool {
        self.abilities.iter().any(|held| held == ability)
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CollaborationCopy {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) creator: String,
    pub(crate) creator_display_name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum MembershipStatus {
    Active,
    Removed,
    CollaborationDeleted,
}

impl MembershipStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Removed => "REMOVED",
            Self::CollaborationDeleted => "COLLABORATION_DELETED",
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ChangeRequest {
    /// It belongs to the creator of the collaboration.
    pub(crate) head: Head,
    pub(crate) collaboration_id: String,
    pub(crate) changes: Vec<Change>,
    pub(crate) is_auto_approved: bool,
    pub(crate) status: ChangeRequestStatus,
    /// Who was asked, and what they said.
    pub(crate) approvals: BTreeMap<String, Vote>,
}

impl ChangeRequest {
    pub(crate) const KIND: Kind =
        Kind { name: "change_request", id_prefix: 0xc4a9_6e00, arn: None, is_deletable: false };
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Change {
    /// `{"member": …}` or `{"collaboration": …}`, as sent.
    pub(crate) specification: Value,
    pub(crate) types: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ChangeRequestStatus {
    Pending,
    Approved,
    Cancelled,
    Denied,
    Committed,
}

impl ChangeRequestStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Approved => "APPROVED",
            Self::Cancelled => "CANCELLED",
            Self::Denied => "DENIED",
            Self::Committed => "COMMITTED",
        }
    }

    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Approved)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Vote {
    Pending,
    Approved,
    Denied,
}

impl Vote {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Approved => "APPROVED",
            Self::Denied => "DENIED",
        }
    }
}

/// A protected query or a protected job; they differ in names and limits.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Analysis {
    pub(crate) head: Head,
    pub(crate) kind: AnalysisKind,
    pub(crate) membership_id: String,
    pub(crate) status: AnalysisStatus,
    /// `sqlParameters` or `jobParameters`.
    pub(crate) parameters: Value,
    pub(crate) result_configuration: Option<Value>,
    pub(crate) compute_configuration: Option<Value>,
    /// The account that pays.
    pub(crate) payer: String,
    pub(crate) end_time: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AnalysisKind {
    Query,
    Job,
}

impl AnalysisKind {
    pub(crate) fn kind(self) -> &'static Kind {
        const QUERY: Kind = Kind {
            name: "protected_query",
            id_prefix: 0x90e2_1e00,
            arn: None,
            is_deletable: false,
        };
        const JOB: Kind = Kind { name: "protected_job", id_prefix: 0x10b0_0000, ..QUERY };
        match self {
            Self::Query => &QUERY,
            Self::Job => &JOB,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AnalysisStatus {
    Submitted,
    Started,
    Cancelling,
    Cancelled,
    Failed,
    Success,
    TimedOut,
}

impl AnalysisStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "SUBMITTED",
            Self::Started => "STARTED",
            Self::Cancelling => "CANCELLING",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
            Self::Success => "SUCCESS",
            Self::TimedOut => "TIMED_OUT",
        }
    }

    pub(crate) fn is_running(self) -> bool {
        matches!(self, Self::Submitted | Self::Started | Self::Cancelling)
    }
}

/// Temporary credentials of an assumed role.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) account: String,
    /// The role's name, without its path.
    pub(crate) role: String,
    pub(crate) session_name: String,
    pub(crate) token: String,
    pub(crate) expiration: Timestamp,
}

macro_rules! stored {
    ($type:ty, $kind:expr, $status:expr) => {
        impl Stored for $type {
            fn kind(&self) -> &'static Kind {
                let kind: fn(&Self) -> &'static Kind = $kind;
                kind(self)
            }

            fn head(&self) -> &Head {
                &self.head
            }

            fn head_mut(&mut self) -> &mut Head {
                &mut self.head
            }

            fn status(&self) -> Option<&str> {
                let status: fn(&Self) -> Option<&'static str> = $status;
                status(self)
            }
        }
    };
}

stored!(Collaboration, |_| &Self::KIND, |_| None);
stored!(Membership, |_| &Self::KIND, |membership| Some(membership.status.as_str()));
stored!(ChangeRequest, |_| &Self::KIND, |request| Some(request.status.as_str()));
stored!(Analysis, |analysis| analysis.kind.kind(), |analysis| Some(analysis.status.as_str()));
