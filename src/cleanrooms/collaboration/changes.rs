//! What has to change about members and auto-approval, and what a change request would do: pure, without calls.
//!
//! The API takes the desired abilities of a member and derives the kinds of
//! change itself (API reference: CreateCollaborationChangeRequest). The same
//! derivation here says beforehand whether a change needs votes.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{
    AutoApprovedChangeType, Change, ChangeInput, ChangeSpecification, ChangeSpecificationType,
    ChangeType, CollaborationChangeSpecification, CustomMlMemberAbility, MemberAbility,
    MemberChangeSpecification, MemberSpecification, MemberStatus, MemberSummary, MlMemberAbilities,
};

use crate::cleanrooms::shapes::payment::Payer;
use crate::wire::AttributePath;

/// The status of a member that an open change request adds. The service does not know it yet.
pub const PENDING_APPROVAL: &str = "PENDING_APPROVAL";

/// The attributes that change requests change.
pub const CHANGED_BY_REQUEST: &[&str] = &[
    "members",
    "creator_member_abilities",
    "creator_ml_member_abilities",
    "creator_payment_configuration",
    "auto_approved_change_request_types",
];

/// What a member pays for, absent flags as the service means them.
pub fn payer_of(member: &MemberSummary) -> Payer {
    let payer = member.payment_configuration.as_ref().map(Payer::from).unwrap_or_default();
    let can = |ability| member.abilities.contains(&ability);
    payer.with_absent_as_false(can(MemberAbility::CanQuery), can(MemberAbility::CanRunJob))
}

/// What a change is about: a member, the creator included, or the collaboration itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The account of a member.
    Account(String),
    /// The collaboration.
    Collaboration,
}

/// Members, the creator included, and auto-approval: as they are, or as change requests would make them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Who takes part, by account.
    pub members: BTreeMap<String, MemberSummary>,
    /// Which kinds of changes need no votes.
    pub auto_approved: BTreeSet<AutoApprovedChangeType>,
}

/// The same as they are planned. A payment flag that is not given is the service's to choose.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// Who shall take part, by account.
    pub members: BTreeMap<String, MemberSpecification>,
    /// Which kinds of changes shall need no votes.
    pub auto_approved: BTreeSet<AutoApprovedChangeType>,
}

/// A change to ask for, and the kinds of change that the service will see in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// What it is about.
    pub subject: Subject,
    /// What goes into the request.
    pub input: ChangeInput,
    /// Its kinds.
    pub types: BTreeSet<ChangeType>,
}

impl Subject {
    /// The subject of a change that the service describes; `None` for one that is newer than this provider.
    pub fn of(change: &Change) -> Option<Self> {
        match change.specification.as_ref()? {
            ChangeSpecification::Member(member) => Some(Self::Account(member.account_id.clone())),
            ChangeSpecification::Collaboration(_) => Some(Self::Collaboration),
            _ => None,
        }
    }

    /// The account; empty for the collaboration.
    pub fn account(&self) -> &str {
        match self {
            Self::Account(account) => account,
            Self::Collaboration => "",
        }
    }

    /// The attribute that says what shall be.
    pub fn path(&self, creator: &str) -> AttributePath {
        match self {
            Self::Account(account) if account == creator => {
                AttributePath::of("creator_member_abilities")
            }
            Self::Account(account) => AttributePath::of("members").key(account),
            Self::Collaboration => AttributePath::of("auto_approved_change_request_types"),
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(account) => write!(f, "account {account}"),
            Self::Collaboration => f.write_str("the collaboration"),
        }
    }
}

impl Standing {
    /// What a request would make of this. A member that it adds is pending.
    pub fn apply(&mut self, change: &Change, when: DateTime) {
        match &change.specification {
            Some(ChangeSpecification::Member(wanted)) => {
                let adds = change.types.contains(&ChangeType::AddMember);
                self.apply_to_member(wanted, adds.then_some(when));
            }
            Some(ChangeSpecification::Collaboration(wanted)) => {
                let types = wanted.auto_approved_change_types.iter().flatten();
                self.auto_approved = types.cloned().collect();
            }
            _ => {}
        }
    }

    /// Applies a change of a member, who is added `when` the change says so. What was asked for
    /// a member that is there no more has no effect.
    fn apply_to_member(&mut self, wanted: &MemberChangeSpecification, when: Option<DateTime>) {
        let account = &wanted.account_id;
        if !self.members.contains_key(account)
            && let Some(added) = when.and_then(|when| added(wanted, when))
        {
            self.members.insert(account.clone(), added);
        }
        let Some(member) = self.members.get_mut(account) else {
            return;
        };
        let kept = member.abilities.iter().filter(|ability| !is_changeable(ability));
        member.abilities = kept.chain(&wanted.member_abilities).cloned().collect();
        member.abilities.sort();
        member.abilities.dedup();
        if let Some(abilities) = &wanted.ml_member_abilities {
            member.ml_abilities = Some(abilities.clone());
        }
        if let Some(payment) = &wanted.payment_configuration {
            let payer = Payer::from(payment).or(payer_of(member));
            member.payment_configuration = Some(payer.into());
        }
    }

    /// What a request has made of this by now. A member that it added is invited.
    pub fn commit(&mut self, change: &Change, when: DateTime) {
        self.apply(change, when);
        let members = self.members.values_mut();
        let added = members.filter(|member| member.status.as_str() == PENDING_APPROVAL);
        added.for_each(|member| member.status = MemberStatus::Invited);
    }

    /// Whether a subject is as wished.
    pub fn fulfils(&self, wish: &Wish, subject: &Subject) -> bool {
        match subject {
            Subject::Collaboration => self.auto_approved == wish.auto_approved,
            Subject::Account(account) => {
                match (self.members.get(account), wish.members.get(account)) {
                    (Some(is), Some(shall)) => {
                        is_named_as_wished(is, shall) && differences(is, shall).is_empty()
                    }
                    (is, shall) => is.is_none() && shall.is_none(),
                }
            }
        }
    }

    /// What to ask for so that a subject becomes as wished; `None` if no change request can do it, or none is
    /// needed.
    pub fn wanted(&self, wish: &Wish, subject: &Subject) -> Option<Wanted> {
        if self.fulfils(wish, subject) {
            return None;
        }
        let (specification_type, specification, types) = match subject {
            Subject::Collaboration => {
                let types = wish.auto_approved.iter().cloned().collect();
                let specification = CollaborationChangeSpecification::builder()
                    .set_auto_approved_change_types(Some(types))
                    .build();
                (
                    ChangeSpecificationType::Collaboration,
                    ChangeSpecification::Collaboration(specification),
                    BTreeSet::from([ChangeType::EditAutoApprovedChangeTypes]),
                )
            }
            Subject::Account(account) => {
                let (is, shall) = (self.members.get(account), wish.members.get(account)?);
                (
                    ChangeSpecificationType::Member,
                    ChangeSpecification::Member(member_change(is, shall)?),
                    is.map_or_else(|| types_of_addition(shall), |is| differences(is, shall)),
                )
            }
        };
        let input = ChangeInput::builder()
            .specification_type(specification_type)
            .specification(specification)
            .build()
            .ok()?;
        Some(Wanted { subject: subject.clone(), input, types })
    }

    /// Whether a change of these kinds takes effect without votes.
    pub fn auto_approves(&self, types: &BTreeSet<ChangeType>) -> bool {
        let listed = |kind: &ChangeType| {
            self.auto_approved.iter().any(|approved| approved.as_str() == kind.as_str())
        };
        types.iter().all(listed)
    }
}

/// Names of members cannot be changed, so they are no difference; but whoever has yet to be added can
/// be added under another name.
fn is_named_as_wished(is: &MemberSummary, shall: &MemberSpecification) -> bool {
    is.status.as_str() != PENDING_APPROVAL || is.display_name == shall.display_name
}

/// Whether a change request can grant and revoke the ability. The runner of queries and jobs is fixed for life.
pub fn is_changeable(ability: &MemberAbility) -> bool {
    !matches!(ability, MemberAbility::CanQuery | MemberAbility::CanRunJob)
}

fn added(wanted: &MemberChangeSpecification, when: DateTime) -> Option<MemberSummary> {
    MemberSummary::builder()
        .account_id(&wanted.account_id)
        .display_name(wanted.display_name.clone().unwrap_or_default())
        .status(MemberStatus::from(PENDING_APPROVAL))
        .set_abilities(Some(Vec::new()))
        .create_time(when)
        .update_time(when)
        .build()
        .ok()
}

fn member_change(
    is: Option<&MemberSummary>,
    shall: &MemberSpecification,
) -> Option<MemberChangeSpecification> {
    let abilities = shall.member_abilities.iter().filter(|ability| is_changeable(ability));
    let ml_differs = is.map_or(!ml(shall.ml_member_abilities.as_ref()).is_empty(), |is| {
        ml(is.ml_abilities.as_ref()) != ml(shall.ml_member_abilities.as_ref())
    });
    let none = || MlMemberAbilities::builder().set_custom_ml_member_abilities(Some(Vec::new()));
    let abilities_ml = || shall.ml_member_abilities.clone().or_else(|| none().build().ok());
    let payment = changed_flags(is, shall).map(Into::into);
    MemberChangeSpecification::builder()
        .account_id(&shall.account_id)
        .set_member_abilities(Some(abilities.cloned().collect()))
        .set_ml_member_abilities(if ml_differs { abilities_ml() } else { None })
        .set_payment_configuration(payment)
        // Names of members that are there already cannot be changed, and may be refused.
        .set_display_name(is.is_none().then(|| shall.display_name.clone()))
        .build()
        .ok()
}

/// The payment flags to send: those that change, and the one for queries, which the API requires beside any other.
fn changed_flags(is: Option<&MemberSummary>, shall: &MemberSpecification) -> Option<Payer> {
    let shall = payer(shall);
    let is = is.map(payer_of);
    let changed = is.map_or(shall, |is| shall.unlike(&is));
    // Where no flag says who pays for queries, the member that runs them does; a new member never runs any.
    let today = is.is_some_and(|is| is.query_compute.unwrap_or(true));
    let for_queries = shall.query_compute.unwrap_or(today);
    (!changed.is_empty()).then_some(Payer { query_compute: Some(for_queries), ..changed })
}

fn payer(member: &MemberSpecification) -> Payer {
    member.payment_configuration.as_ref().map(Payer::from).unwrap_or_default()
}

fn ml(abilities: Option<&MlMemberAbilities>) -> BTreeSet<CustomMlMemberAbility> {
    abilities.iter().flat_map(|a| a.custom_ml_member_abilities.iter().cloned()).collect()
}

fn types_of_addition(shall: &MemberSpecification) -> BTreeSet<ChangeType> {
    let empty = MemberSummary::builder()
        .account_id(&shall.account_id)
        .display_name(&shall.display_name)
        .status(MemberStatus::Invited)
        .set_abilities(Some(Vec::new()))
        .create_time(DateTime::from_secs(0))
        .update_time(DateTime::from_secs(0))
        .build();
    let mut types = empty.map(|empty| differences(&empty, shall)).unwrap_or_default();
    types.insert(ChangeType::AddMember);
    types
}

/// The kinds of change that lead from a member to the wish.
fn differences(is: &MemberSummary, shall: &MemberSpecification) -> BTreeSet<ChangeType> {
    let mut types = BTreeSet::new();
    let changeable = |abilities: &[MemberAbility]| -> BTreeSet<MemberAbility> {
        abilities.iter().filter(|ability| is_changeable(ability)).cloned().collect()
    };
    let (before, after) = (changeable(&is.abilities), changeable(&shall.member_abilities));
    types.extend(after.difference(&before).map(|ability| change_type("GRANT", ability.as_str())));
    types.extend(before.difference(&after).map(|ability| change_type("REVOKE", ability.as_str())));
    let (before, after) = (ml(is.ml_abilities.as_ref()), ml(shall.ml_member_abilities.as_ref()));
    types.extend(after.difference(&before).map(|ability| ml_type("GRANT", ability.as_str())));
    types.extend(before.difference(&after).map(|ability| ml_type("REVOKE", ability.as_str())));
    for pays in payer(shall).unlike(&payer_of(is)).given() {
        let kind =
            if pays { ChangeType::AddPayerCandidate } else { ChangeType::RemovePayerCandidate };
        types.insert(kind);
    }
    types
}

/// CAN_RECEIVE_RESULTS is granted by GRANT_RECEIVE_RESULTS_ABILITY.
fn change_type(verb: &str, ability: &str) -> ChangeType {
    let ability = ability.strip_prefix("CAN_").unwrap_or(ability);
    ChangeType::from(format!("{verb}_{ability}_ABILITY").as_str())
}

/// CAN_RECEIVE_MODEL_OUTPUT is granted by GRANT_CAN_RECEIVE_MODEL_OUTPUT.
fn ml_type(verb: &str, ability: &str) -> ChangeType {
    ChangeType::from(format!("{verb}_{ability}").as_str())
}

/// At most so many changes go into one request (API model: ChangeInputList).
const MOST_CHANGES: usize = 10;

/// Puts changes into requests: those that need no votes together, the others one by one, so that no vote holds up
/// another's change.
pub fn grouped(wanted: Vec<Wanted>, standing: &Standing) -> Vec<Vec<Wanted>> {
    let (free, voted): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|wanted| standing.auto_approves(&wanted.types));
    let together = free.chunks(MOST_CHANGES).map(<[_]>::to_vec);
    together.chain(voted.into_iter().map(|wanted| vec![wanted])).collect()
}

#[cfg(test)]
mod tests;
