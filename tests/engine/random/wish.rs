//! What a sequence's configuration says at a time.

use std::collections::BTreeMap;

/// The address of the collaboration.
pub const COLLABORATION: &str = "cleanrooms_collaboration.this";

/// The address of the partner's membership.
pub const MEMBERSHIP: &str = "cleanrooms_membership.this";

pub const OWNER: &str = "111122223333";
pub const PARTNER: &str = "444455556666";
pub const THIRD: &str = "777788889999";

/// A configuration: a collaboration of ours, and a partner's membership.
#[derive(Clone, Debug)]
pub struct Wish {
    pub name: u32,
    pub description: u32,
    pub creator: u32,
    pub tags: u32,
    pub auto_approved: bool,
    /// The members, and whether each receives results.
    pub members: BTreeMap<&'static str, bool>,
    pub collaboration: bool,
    pub membership: bool,
    pub logs: bool,
    pub membership_tags: u32,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            name: 1,
            description: 1,
            creator: 1,
            tags: 1,
            auto_approved: false,
            members: BTreeMap::from([(PARTNER, true)]),
            collaboration: true,
            membership: true,
            logs: false,
            membership_tags: 1,
        }
    }
}

impl Wish {
    /// The configuration as a user would write it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.collaboration {
            let members: String = self.members.iter().map(|(account, receives)| {
                let abilities = if *receives { "[\"CAN_RECEIVE_RESULTS\"]" } else { "[]" };
                format!("    \"{account}\" = {{ display_name = \"M\", member_abilities = {abilities} }}\n")
            }).collect();
            let auto = if self.auto_approved { "[\"ADD_MEMBER\"]" } else { "[]" };
            text.push_str(&format!(
                "resource \"cleanrooms_collaboration\" \"this\" {{\n  name = \"Name {}\"\n  \
                 description = \"Text {}\"\n  creator_display_name = \"Creator {}\"\n  \
                 creator_member_abilities = [\"CAN_QUERY\"]\n  query_log_status = \"ENABLED\"\n  \
                 auto_approved_change_request_types = {auto}\n  tags = {{ N = \"{}\" }}\n  members = \
                 {{\n{members}  }}\n}}\n",
                self.name, self.description, self.creator, self.tags
            ));
        }
        if self.collaboration && self.membership {
            let logs = if self.logs { "ENABLED" } else { "DISABLED" };
            text.push_str(&format!(
                "resource \"cleanrooms_membership\" \"this\" {{\n  provider = cleanrooms.partner\n  \
                 collaboration_id = {COLLABORATION}.id\n  query_log_status = \"{logs}\"\n  tags = {{ N \
                 = \"{}\" }}\n}}\n",
                self.membership_tags
            ));
        }
        text
    }
}
