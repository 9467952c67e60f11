//! What a sequence is after: every combination of a change, a fault and an act of others has its turn.

use std::fmt;
use std::sync::LazyLock;

use anyhow::Result;
use cleanrooms_harness::faults::Fault;
use cleanrooms_harness::scenario::Run;

use super::Play;
use super::acts::Change;
use super::others::Other;
use super::table;
use super::wish::{COLLABORATION, MEMBERSHIP, PARTNER, THIRD};

/// A combination; without a fault if there is none.
#[derive(Clone, Debug)]
pub struct Aim {
    pub change: Change,
    pub fault: Option<Fault>,
    pub other: Other,
}

impl Aim {
    /// Whether a sequence has met it.
    pub fn is_met(&self) -> bool {
        table::is_met(self.change, self.fault.as_ref(), self.other)
    }

    /// Whether the fault is one of calls that carry a role.
    fn needs_a_role(&self) -> bool {
        self.fault.as_ref().is_some_and(Fault::is_of_roles)
    }

    /// All of them for which there is no reason why they cannot be.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Aim>> = LazyLock::new(|| {
            let mut aims = Vec::new();
            table::each_cell(|change, fault, other| {
                if table::cannot_be(change, fault, other).is_none() {
                    aims.push(Aim { change, fault: fault.cloned(), other });
                }
            });
            aims
        });
        &ALL
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { change, fault, other } = self;
        let fault = fault.as_ref().map_or(table::NONE, |fault| fault.name);
        write!(f, "{change:?} with {fault} after {other:?}")
    }
}

impl Play {
    /// Begins anew, with a collaboration in which the act and the change are possible, unless they are.
    pub(super) async fn makes_possible(&mut self, aim: &Aim) -> Result<()> {
        if self.is_possible(aim).await? {
            return Ok(());
        }
        use Change::*;
        let needs_partner = matches!(aim.other, Other::PartnerLeaves | Other::PartnerIsRemoved);
        let votes = matches!(aim.other, Other::Approve | Other::Deny);
        let wants_membership =
            matches!(aim.change, DropMembership | MembershipLogs | MembershipTags);
        let is_without =
            matches!(aim.change, RemovePartner | AddMembership) || aim.other == Other::PartnerJoins;
        self.wish.creator += 1;
        self.wish.auto_approved = false;
        self.wish.members.clear();
        if aim.change != AddPartner {
            self.wish.members.insert(PARTNER, false);
        }
        self.wish.membership = aim.change != AddPartner
            && !is_without
            && (wants_membership || needs_partner || votes || aim.needs_a_role());
        let third = matches!(aim.other, Other::ThirdJoins | Other::ThirdLeaves)
            || aim.change == RemoveThird
            || (votes && !self.wish.membership && aim.change != AddThird);
        if third {
            self.wish.members.insert(THIRD, false);
        }
        self.log.push(format!("  (anew, for {:?} after {:?})", aim.change, aim.other));
        self.expendable.extend([COLLABORATION, MEMBERSHIP]);
        self.undisturbed().await?;
        let others = self.possible_others().await?;
        if needs_partner && others.contains(&Other::PartnerJoins) {
            self.happens(Other::PartnerJoins).await?;
        }
        let third_votes = votes && !self.wish.membership;
        if (third_votes || aim.other == Other::ThirdLeaves) && others.contains(&Other::ThirdJoins) {
            self.happens(Other::ThirdJoins).await?;
        }
        if votes {
            if third_votes && !third && others.contains(&Other::PartnerJoins) {
                self.happens(Other::PartnerJoins).await?;
            }
            let change = if aim.change == Abilities { AutoApproval } else { Abilities };
            self.wishes(change).await?;
            self.undisturbed().await?;
        }
        Ok(())
    }

    pub(super) async fn is_possible(&self, aim: &Aim) -> Result<bool> {
        let has_role = self.wish.membership || aim.change == Change::AddMembership;
        let exists = self.stage.core.state.get(COLLABORATION).is_some();
        Ok(exists
            && self.possible_changes().contains(&aim.change)
            && (has_role || !aim.needs_a_role())
            && self.possible_others().await?.contains(&aim.other))
    }

    /// Applies without a fault.
    async fn undisturbed(&mut self) -> Result<()> {
        self.stage.configure(&self.wish.text());
        self.run(&Run::default(), "anew").await?;
        self.mend(false).await
    }
}
