//! The changes that a sequence makes.

use anyhow::Result;
use cleanrooms_harness::scenario::{Command, Run};

use super::Play;
use super::wish::{COLLABORATION, MEMBERSHIP, PARTNER, THIRD, Wish};

/// A change of the configuration, or a special run of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Nothing,
    Rename,
    Describe,
    Retag,
    AutoApproval,
    AddThird,
    RemoveThird,
    AddPartner,
    RemovePartner,
    Abilities,
    /// Only a new object can have another creator's name.
    CreatorName,
    DropMembership,
    AddMembership,
    MembershipLogs,
    MembershipTags,
    Replace,
    Taint,
    Destroy,
    Refresh,
    /// Forgotten, and imported again.
    Reimport,
}

impl Change {
    /// Every change.
    pub const ALL: [Self; 20] = [
        Self::Nothing,
        Self::Rename,
        Self::Describe,
        Self::Retag,
        Self::AutoApproval,
        Self::AddThird,
        Self::RemoveThird,
        Self::AddPartner,
        Self::RemovePartner,
        Self::Abilities,
        Self::CreatorName,
        Self::DropMembership,
        Self::AddMembership,
        Self::MembershipLogs,
        Self::MembershipTags,
        Self::Replace,
        Self::Taint,
        Self::Destroy,
        Self::Refresh,
        Self::Reimport,
    ];

    /// The calls that are a change of its own.
    pub(super) fn calls(self) -> &'static [&'static str] {
        match self {
            Self::Rename | Self::Describe => &["UpdateCollaboration"],
            Self::Retag | Self::MembershipTags => &["TagResource"],
            Self::AutoApproval | Self::AddThird | Self::AddPartner | Self::Abilities => {
                &["CreateCollaborationChangeRequest"]
            }
            Self::RemoveThird | Self::RemovePartner => &["DeleteMember"],
            Self::CreatorName | Self::Replace | Self::Taint => {
                &["CreateCollaboration", "CreateMembership", "DeleteCollaboration"]
            }
            Self::DropMembership => &["DeleteMembership"],
            Self::AddMembership => &["CreateMembership"],
            Self::MembershipLogs => &["UpdateMembership"],
            Self::Destroy => &["DeleteCollaboration", "DeleteMembership"],
            Self::Nothing | Self::Refresh | Self::Reimport => &[],
        }
    }

    /// What may be destroyed on its account.
    pub fn expends(self) -> Vec<&'static str> {
        match self {
            // What is within a collaboration goes with it.
            Self::CreatorName | Self::Replace | Self::Taint | Self::Destroy => {
                vec![COLLABORATION, MEMBERSHIP]
            }
            Self::DropMembership => vec![MEMBERSHIP],
            _ => Vec::new(),
        }
    }
}

impl Play {
    /// The changes that mean something now.
    pub(super) fn possible_changes(&self) -> Vec<Change> {
        use Change::*;
        let Wish { members, membership, .. } = &self.wish;
        let mut possible = vec![
            Nothing,
            Rename,
            Describe,
            Retag,
            AutoApproval,
            Abilities,
            CreatorName,
            Destroy,
            Refresh,
        ];
        let mut add = |condition: bool, change| {
            if condition {
                possible.push(change);
            }
        };
        let exists = self.stage.core.state.get(COLLABORATION).is_some();
        add(!members.contains_key(THIRD), AddThird);
        add(members.contains_key(THIRD), RemoveThird);
        add(!members.contains_key(PARTNER), AddPartner);
        add(members.contains_key(PARTNER) && !membership, RemovePartner);
        add(*membership, DropMembership);
        add(*membership, MembershipLogs);
        add(*membership, MembershipTags);
        add(!membership && members.contains_key(PARTNER), AddMembership);
        add(exists, Replace);
        add(exists, Taint);
        add(exists, Reimport);
        possible
    }

    /// Changes the configuration, and says how to run it.
    pub(super) async fn wishes(&mut self, change: Change) -> Result<Run> {
        let wish = &mut self.wish;
        let mut run = Run::default();
        match change {
            Change::Nothing => {}
            Change::Rename => wish.name += 1,
            Change::Describe => wish.description += 1,
            Change::Retag => wish.tags += 1,
            Change::AutoApproval => wish.auto_approved = !wish.auto_approved,
            Change::AddThird => drop(wish.members.insert(THIRD, false)),
            Change::RemoveThird => drop(wish.members.remove(THIRD)),
            Change::AddPartner => drop(wish.members.insert(PARTNER, false)),
            Change::RemovePartner => drop(wish.members.remove(PARTNER)),
            Change::Abilities => {
                if let Some(receives) = wish.members.values_mut().last() {
                    *receives = !*receives;
                }
            }
            Change::CreatorName => wish.creator += 1,
            Change::DropMembership => wish.membership = false,
            Change::AddMembership => wish.membership = true,
            Change::MembershipLogs => wish.logs = !wish.logs,
            Change::MembershipTags => wish.membership_tags += 1,
            Change::Replace => run.replace.push(COLLABORATION.to_owned()),
            Change::Taint => self.stage.core.state.taint(COLLABORATION, true),
            Change::Destroy => run.command = Command::Destroy,
            Change::Refresh => run.command = Command::Refresh,
            Change::Reimport => {
                let id = self.stage.filled(&format!("${{{COLLABORATION}.id}}"))?;
                self.stage.core.state.remove(COLLABORATION);
                self.stage.configure(&self.wish.text());
                let program = self.stage.program()?;
                self.stage.core.import(&program, COLLABORATION, &id).await;
            }
        }
        Ok(run)
    }
}
