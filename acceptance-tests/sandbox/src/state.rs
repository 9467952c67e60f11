//! Everything that the sandbox remembers, free of HTTP.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::payment::Payers;

/// A set of tags.
pub(crate) type Tags = BTreeMap<String, String>;

/// The objects of all accounts and Regions.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// How many objects were ever made; ids and order come from it.
    sequence: u64,
    pub(crate) collaborations: BTreeMap<String, Collaboration>,
    pub(crate) memberships: BTreeMap<String, Membership>,
    pub(crate) analyses: BTreeMap<String, Analysis>,
    /// Temporary credentials by access key id.
    pub(crate) sessions: BTreeMap<String, Session>,
    /// How many more look-ups miss an object that was made a moment ago.
    #[serde(skip)]
    hidden: HashMap<String, u64>,
}

/// What an id is for; its first eight digits tell.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(crate) enum IdKind {
    Collaboration = 0xc011_ab00,
    Membership = 0x3e3b_e200,
    ChangeRequest = 0xc4a9_6e00,
    Query = 0x90e2_1e00,
    Job = 0x10b0_0000,
}

impl State {
    /// Counts up, and gives the number with an id made of it: a lower-case
    /// UUID that is never given twice.
    pub(crate) fn next_id(&mut self, kind: IdKind) -> (u64, String) {
        self.sequence += 1;
        let prefix = kind as u32;
        (self.sequence, format!("{prefix:08x}-0000-4000-8000-{:012x}", self.sequence))
    }

    /// Counts up without an id.
    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Makes the next `reads` look-ups of an object miss it.
    pub(crate) fn hide(&mut self, id: &str, reads: u64) {
        if reads > 0 {
            self.hidden.insert(id.to_owned(), reads);
        }
    }

    /// Whether a look-up finds the object; one that misses it counts.
    pub(crate) fn appears(&mut self, id: &str) -> bool {
        let Some(reads) = self.hidden.get_mut(id) else {
            return true;
        };
        *reads -= 1;
        if *reads == 0 {
            self.hidden.remove(id);
        }
        false
    }

    /// The number that the next object will have.
    pub(crate) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Ids of the objects made after `sequence`.
    pub(crate) fn made_after(&self, sequence: u64) -> Vec<String> {
        let collaborations = self.collaborations.values().map(|c| (c.sequence, &c.id));
        let memberships = self.memberships.values().map(|m| (m.sequence, &m.id));
        let analyses = self.analyses.values().map(|a| (a.sequence, &a.id));
        let requests = self
            .collaborations
            .values()
            .flat_map(|c| c.change_requests.iter().map(|r| (r.sequence, &r.id)));
        collaborations
            .chain(memberships)
            .chain(analyses)
            .chain(requests)
            .filter(|(made, _)| *made > sequence)
            .map(|(_, id)| id.clone())
            .collect()
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

#[derive(Serialize, Deserialize)]
pub(crate) struct Collaboration {
    pub(crate) sequence: u64,
    pub(crate) id: String,
    pub(crate) region: String,
    pub(crate) creator: String,
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
    pub(crate) tags: Tags,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    /// In the order of creation.
    pub(crate) change_requests: Vec<ChangeRequest>,
}

impl Collaboration {
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:cleanrooms:{}:{}:collaboration/{}", self.region, self.creator, self.id)
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
            .filter(|member| member.account != self.creator && member.status.takes_part())
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
    pub(crate) membership_id: Option<String>,
}

impl Member {
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

#[derive(Serialize, Deserialize)]
pub(crate) struct Membership {
    pub(crate) sequence: u64,
    pub(crate) id: String,
    pub(crate) region: String,
    pub(crate) account: String,
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
    pub(crate) tags: Tags,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
    /// Names of resources that stand in the way of its deletion. The sandbox
    /// has no operations that make such, so tests set them.
    pub(crate) sub_resources: Vec<String>,
}

impl Membership {
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:cleanrooms:{}:{}:membership/{}", self.region, self.account, self.id)
    }

    pub(crate) fn has(&self, ability: &str) -> bool {
        self.abilities.iter().any(|held| held == ability)
    }
}

#[derive(Serialize, Deserialize)]
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

#[derive(Serialize, Deserialize)]
pub(crate) struct ChangeRequest {
    pub(crate) sequence: u64,
    pub(crate) id: String,
    pub(crate) changes: Vec<Change>,
    pub(crate) is_auto_approved: bool,
    pub(crate) status: ChangeRequestStatus,
    /// Who was asked, and what they said.
    pub(crate) approvals: BTreeMap<String, Vote>,
    pub(crate) create_time: Timestamp,
    pub(crate) update_time: Timestamp,
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
#[derive(Serialize, Deserialize)]
pub(crate) struct Analysis {
    pub(crate) sequence: u64,
    pub(crate) id: String,
    pub(crate) kind: AnalysisKind,
    pub(crate) membership_id: String,
    pub(crate) status: AnalysisStatus,
    /// `sqlParameters` or `jobParameters`.
    pub(crate) parameters: Value,
    pub(crate) result_configuration: Option<Value>,
    pub(crate) compute_configuration: Option<Value>,
    /// The account that pays.
    pub(crate) payer: String,
    pub(crate) create_time: Timestamp,
    pub(crate) end_time: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AnalysisKind {
    Query,
    Job,
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
#[derive(Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) account: String,
    /// The role's name, without its path.
    pub(crate) role: String,
    pub(crate) session_name: String,
    pub(crate) token: String,
    pub(crate) expiration: Timestamp,
}
