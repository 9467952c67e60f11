//! Who pays for what: the flags of a payment configuration.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::settings::{Switches, UnsetPayers};
use crate::state::{CAN_QUERY, CAN_RUN_JOB, Collaboration, Member};

/// The kinds of cost that a member can be responsible for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    QueryCompute,
    JobCompute,
    ModelTraining,
    ModelInference,
    SyntheticDataGeneration,
}

impl Cost {
    pub(crate) const ALL: [Self; 5] = [
        Self::QueryCompute,
        Self::JobCompute,
        Self::ModelTraining,
        Self::ModelInference,
        Self::SyntheticDataGeneration,
    ];

    /// Where the flag stands in a payment configuration.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::QueryCompute => "queryCompute",
            Self::JobCompute => "jobCompute",
            Self::ModelTraining => "machineLearning.modelTraining",
            Self::ModelInference => "machineLearning.modelInference",
            Self::SyntheticDataGeneration => "machineLearning.syntheticDataGeneration",
        }
    }

    /// The ability whose holder pays when nobody is named; synthetic data has
    /// no such rule.
    fn default_payer(self) -> Option<&'static str> {
        match self {
            Self::QueryCompute | Self::ModelTraining | Self::ModelInference => Some(CAN_QUERY),
            Self::JobCompute => Some(CAN_RUN_JOB),
            Self::SyntheticDataGeneration => None,
        }
    }
}

/// The flags of one member, each of which may be unset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payers([Option<bool>; 5]);

impl Payers {
    /// Reads a payment configuration of any of the model's three shapes.
    pub(crate) fn from_request(configuration: Option<&Value>) -> Self {
        let flag = |cost: Cost| {
            cost.path()
                .split('.')
                .try_fold(configuration?, |value, name| value.get(name))?
                .get("isResponsible")?
                .as_bool()
        };
        Self(Cost::ALL.map(flag))
    }

    pub(crate) fn get(&self, cost: Cost) -> Option<bool> {
        self.0[cost as usize]
    }

    pub(crate) fn set(&mut self, cost: Cost, flag: bool) {
        self.0[cost as usize] = Some(flag);
    }

    /// The payment configuration of a reply. queryCompute is always there;
    /// `unset` gives the other flags that were never set, where they are told.
    pub(crate) fn to_reply(&self, unset: impl Fn(Cost) -> Option<bool>) -> Value {
        let mut configuration = Map::new();
        let mut machine_learning = Map::new();
        for cost in Cost::ALL {
            let flag = match cost {
                Cost::QueryCompute => Some(self.get(cost).unwrap_or(false)),
                _ => self.get(cost).or_else(|| unset(cost)),
            };
            let Some(flag) = flag else { continue };
            let block = json!({ "isResponsible": flag });
            match cost.path().split_once('.') {
                Some((_, name)) => machine_learning.insert(name.to_owned(), block),
                None => configuration.insert(cost.path().to_owned(), block),
            };
        }
        if !machine_learning.is_empty() {
            configuration.insert("machineLearning".to_owned(), machine_learning.into());
        }
        configuration.into()
    }
}

impl Collaboration {
    /// Whether a member is responsible for a cost, named or by default.
    pub(crate) fn pays(&self, member: &Member, cost: Cost) -> bool {
        match member.payers.get(cost) {
            Some(flag) => flag,
            None => self.pays_by_default(member, cost),
        }
    }

    fn pays_by_default(&self, member: &Member, cost: Cost) -> bool {
        cost.default_payer().is_some_and(|ability| member.has(ability))
            && !self.members.iter().any(|other| other.payers.get(cost) == Some(true))
    }

    /// The payment configuration of a member as ListMembers gives it.
    pub(crate) fn payment_reply(&self, member: &Member, switches: &Switches) -> Value {
        member.payers.to_reply(|cost| match switches.unset_payment_sub_blocks {
            UnsetPayers::Absent => None,
            UnsetPayers::Filled => Some(false),
            UnsetPayers::Effective => Some(self.pays(member, cost)),
        })
    }

    /// Names a payer of queries for every member: the one who runs them, if
    /// nobody else is named.
    pub(crate) fn fill_query_payers(&mut self) {
        let named =
            self.members.iter().any(|member| member.payers.get(Cost::QueryCompute) == Some(true));
        for member in &mut self.members {
            if member.payers.get(Cost::QueryCompute).is_none() {
                let pays = !named && member.has(CAN_QUERY);
                member.payers.set(Cost::QueryCompute, pays);
            }
        }
    }

    /// The job runner cannot be relieved of the costs of its jobs.
    pub(crate) fn check_job_payer(&self) -> Result<(), ApiError> {
        match self.holder(CAN_RUN_JOB) {
            Some(runner) if runner.payers.get(Cost::JobCompute) == Some(false) => {
                Err(ApiError::configuration(
                    "paymentConfiguration.jobCompute.isResponsible",
                    "The member who can run jobs must be responsible for their costs.",
                ))
            }
            _ => Ok(()),
        }
    }

    /// A new collaboration cannot relieve the query runner while naming nobody
    /// else. Later on payers may go; then queries wait for another.
    pub(crate) fn check_query_payer(&self) -> Result<(), ApiError> {
        let somebody_pays =
            self.members.iter().any(|member| member.payers.get(Cost::QueryCompute) == Some(true));
        if self.holder(CAN_QUERY).is_some() && !somebody_pays {
            return Err(ApiError::configuration(
                "paymentConfiguration.queryCompute.isResponsible",
                "The member who can query must be responsible for query costs, \
                 unless another member is.",
            ));
        }
        Ok(())
    }
}

/// What a membership accepts to pay, checked against what the collaboration
/// names its account for.
///
/// A flag may say only what the collaboration says. A member that is named
/// and does not run queries has to accept explicitly; the runner need not.
pub(crate) fn accepted(
    collaboration: &Collaboration,
    member: &Member,
    sent: &Payers,
) -> Result<Payers, ApiError> {
    let mut accepted = Payers::default();
    for cost in Cost::ALL {
        let named = member.payers.get(cost) == Some(true);
        match sent.get(cost) {
            Some(true) if !named && !collaboration.pays(member, cost) => {
                return Err(not_designated(cost));
            }
            Some(false) if named => return Err(designated(cost, "must be true")),
            Some(flag) => accepted.set(cost, flag),
            None if named && !member.has(CAN_QUERY) => return Err(designated(cost, "is required")),
            None if named || cost == Cost::QueryCompute => accepted.set(cost, named),
            None => {}
        }
    }
    Ok(accepted)
}

/// The refusal of a member that offers to pay without being named.
pub(crate) fn not_designated(cost: Cost) -> ApiError {
    ApiError::configuration(
        &field(cost),
        "The collaboration does not name this account as a payer, so the flag must be false.",
    )
}

/// The refusal of a member that is named and does not accept.
pub(crate) fn designated(cost: Cost, what: &str) -> ApiError {
    ApiError::configuration(
        &field(cost),
        format!("The collaboration names this account as a payer, so the flag {what}."),
    )
}

fn field(cost: Cost) -> String {
    format!("paymentConfiguration.{}.isResponsible", cost.path())
}
