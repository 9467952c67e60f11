//! What a change is: read from the request, checked, and given its types.

use serde::Deserialize;
use serde_json::Value;

use super::super::collaborations::MlMemberAbilities;
use super::super::parse;
use crate::error::ApiError;
use crate::payment::{Cost, Payers};
use crate::settings::{RunnerAbilities, Switches, Tolerance};
use crate::state::{
    CAN_EXPORT_QUERY_ANALYSIS_LOG, CAN_QUERY, CAN_RECEIVE_RESULTS, CAN_RUN_JOB, Change,
    Collaboration, Member,
};

pub(super) const ADD_MEMBER: &str = "ADD_MEMBER";
const EDIT_AUTO_APPROVED_CHANGE_TYPES: &str = "EDIT_AUTO_APPROVED_CHANGE_TYPES";
const ADD_PAYER_CANDIDATE: &str = "ADD_PAYER_CANDIDATE";
pub(super) const REMOVE_PAYER_CANDIDATE: &str = "REMOVE_PAYER_CANDIDATE";

/// Abilities that a change request can grant and revoke, with the types of both.
pub(super) const CHANGEABLE: [(&str, &str, &str); 2] = [
    (CAN_RECEIVE_RESULTS, "GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY"),
    (
        CAN_EXPORT_QUERY_ANALYSIS_LOG,
        "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
        "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
    ),
];

/// The same for ML abilities.
const CHANGEABLE_ML: [(&str, &str, &str); 2] = [
    (
        "CAN_RECEIVE_MODEL_OUTPUT",
        "GRANT_CAN_RECEIVE_MODEL_OUTPUT",
        "REVOKE_CAN_RECEIVE_MODEL_OUTPUT",
    ),
    (
        "CAN_RECEIVE_INFERENCE_OUTPUT",
        "GRANT_CAN_RECEIVE_INFERENCE_OUTPUT",
        "REVOKE_CAN_RECEIVE_INFERENCE_OUTPUT",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangeInput {
    specification_type: String,
    pub(super) specification: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MemberChange {
    pub(super) account_id: String,
    pub(super) member_abilities: Vec<String>,
    pub(super) ml_member_abilities: Option<MlMemberAbilities>,
    pub(super) payment_configuration: Option<Value>,
    pub(super) display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CollaborationChange {
    pub(super) auto_approved_change_types: Option<Vec<String>>,
}

/// A change whose specification was read.
pub(super) enum Specification {
    Member(MemberChange),
    Collaboration(CollaborationChange),
}

impl Specification {
    /// Reads a specification, which has the one member that the model demands.
    pub(super) fn read(specification: &Value) -> Result<Self, ApiError> {
        match specification.get("member") {
            Some(member) => parse(member.clone()).map(Self::Member),
            None => parse(specification["collaboration"].clone()).map(Self::Collaboration),
        }
    }

    /// The `specificationType` that goes with it.
    fn type_name(&self) -> &'static str {
        match self {
            Self::Member(_) => "MEMBER",
            Self::Collaboration(_) => "COLLABORATION",
        }
    }

    /// What the change is about: an account, or the collaboration.
    pub(super) fn subject(&self) -> Option<&str> {
        match self {
            Self::Member(member) => Some(&member.account_id),
            Self::Collaboration(_) => None,
        }
    }
}

/// Each change is of the type that it says, and of a subject of its own.
pub(super) fn check_subjects(
    changes: &[ChangeInput],
    specifications: &[Specification],
) -> Result<(), ApiError> {
    let refused = |message: String| Err(ApiError::configuration("changes", message));
    for (index, (change, specification)) in changes.iter().zip(specifications).enumerate() {
        let declared = &change.specification_type;
        if declared != specification.type_name() {
            return refused(format!("The specification of a {declared} change is missing."));
        }
        if let Specification::Collaboration(CollaborationChange {
            auto_approved_change_types: None,
        }) = specification
        {
            return refused("A change of the collaboration changes nothing.".to_owned());
        }
        let earlier = &specifications[..index];
        if earlier.iter().any(|other| other.subject() == specification.subject()) {
            return refused("A member, and the collaboration, can be changed once.".to_owned());
        }
    }
    Ok(())
}

/// Derives the types of every change.
pub(super) fn typed(
    collaboration: &Collaboration,
    changes: &[ChangeInput],
    specifications: &[Specification],
    switches: &Switches,
) -> Result<Vec<Change>, ApiError> {
    let mut typed = Vec::new();
    for (change, specification) in changes.iter().zip(specifications) {
        let types = match specification {
            Specification::Collaboration(_) => vec![EDIT_AUTO_APPROVED_CHANGE_TYPES],
            Specification::Member(change) => member_types(collaboration, change, switches)?,
        };
        let types = types.into_iter().map(str::to_owned).collect();
        typed.push(Change { specification: change.specification.clone(), types });
    }
    Ok(typed)
}

fn member_types(
    collaboration: &Collaboration,
    change: &MemberChange,
    switches: &Switches,
) -> Result<Vec<&'static str>, ApiError> {
    let member = collaboration.changed_member(&change.account_id);
    check_runner_abilities(member, change, switches)?;
    check_display_name(member, change, switches)?;
    let mut types = Vec::new();
    if member.is_none() {
        types.push(ADD_MEMBER);
    }
    let held = member.map(|member| member.abilities.as_slice()).unwrap_or_default();
    differing(&CHANGEABLE, held, &change.member_abilities, &mut types);
    if let Some(wanted) = &change.ml_member_abilities {
        let held = member.and_then(|member| member.ml_abilities.as_deref()).unwrap_or_default();
        differing(&CHANGEABLE_ML, held, wanted.as_slice(), &mut types);
    }
    payer_types(member, change, &mut types);
    if types.is_empty() {
        return Err(ApiError::configuration(
            "changes",
            format!("Nothing changes for the account {}.", change.account_id),
        ));
    }
    Ok(types)
}

/// The one who runs queries or jobs is chosen when the collaboration is created.
fn check_runner_abilities(
    member: Option<&Member>,
    change: &MemberChange,
    switches: &Switches,
) -> Result<(), ApiError> {
    for ability in [CAN_QUERY, CAN_RUN_JOB] {
        let is_sent = change.member_abilities.iter().any(|sent| sent == ability);
        let is_held = member.is_some_and(|member| member.has(ability));
        let is_allowed = match switches.runner_abilities_in_change_request {
            RunnerAbilities::Refused => !is_sent,
            RunnerAbilities::Ignored => !is_sent || is_held,
            RunnerAbilities::Required => is_sent == is_held,
        };
        if !is_allowed {
            return Err(ApiError::configuration(
                "memberAbilities",
                format!("A change request cannot change the ability {ability}."),
            ));
        }
    }
    Ok(())
}

fn check_display_name(
    member: Option<&Member>,
    change: &MemberChange,
    switches: &Switches,
) -> Result<(), ApiError> {
    match (member, &change.display_name) {
        (None, None) => Err(ApiError::configuration("displayName", "A new member needs a name.")),
        (Some(member), Some(name))
            if *name != member.display_name
                && switches.display_name_of_existing_member == Tolerance::Refused =>
        {
            Err(ApiError::configuration("displayName", "The name of a member cannot change."))
        }
        _ => Ok(()),
    }
}

fn differing(
    changeable: &[(&'static str, &'static str, &'static str)],
    held: &[String],
    wanted: &[String],
    types: &mut Vec<&'static str>,
) {
    for (ability, grant, revoke) in changeable {
        let has = |list: &[String]| list.iter().any(|item| item == ability);
        match (has(held), has(wanted)) {
            (false, true) => types.push(grant),
            (true, false) => types.push(revoke),
            _ => {}
        }
    }
}

/// A flag that was never set is the same as FALSE.
fn payer_types(member: Option<&Member>, change: &MemberChange, types: &mut Vec<&'static str>) {
    let sent = Payers::from_request(change.payment_configuration.as_ref());
    for cost in Cost::ALL {
        let named = member.is_some_and(|member| member.payers.get(cost) == Some(true));
        let change_type = match (named, sent.get(cost)) {
            (false, Some(true)) => ADD_PAYER_CANDIDATE,
            (true, Some(false)) => REMOVE_PAYER_CANDIDATE,
            _ => continue,
        };
        if !types.contains(&change_type) {
            types.push(change_type);
        }
    }
}
