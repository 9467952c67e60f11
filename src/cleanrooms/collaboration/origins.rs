//! Moving in from hashicorp/aws and hashicorp/awscc.

use aws_sdk_cleanrooms::types::MemberStatus;
use serde_json::{Map, Value as Json};

use crate::framework::Diagnostic;
use crate::framework::moving::{Origin, Origins};

/// What a collaboration is there.
pub const ORIGINS: Origins = Origins {
    ours: "wait_for_approval",
    all: &[
        Origin {
            type_name: "aws_cleanrooms_collaboration",
            renamed: &[("member", "members")],
            reshape: from_aws,
        },
        Origin {
            type_name: "awscc_cleanrooms_collaboration",
            renamed: &[
                ("collaboration_identifier", "id"),
                ("auto_approved_change_types", "auto_approved_change_request_types"),
            ],
            reshape: members_by_account,
        },
    ],
};

fn from_aws(stored: &mut Map<String, Json>) -> Result<(), Diagnostic> {
    let blocks = stored.get_mut("data_encryption_metadata").and_then(Json::as_array_mut);
    for rules in blocks.into_iter().flatten().filter_map(Json::as_object_mut) {
        if let Some(allowed) = rules.remove("allow_clear_text") {
            rules.insert("allow_cleartext".to_owned(), allowed);
        }
    }
    members_by_account(stored)
}

/// Makes a list of members the two maps by account that they are here.
///
/// hashicorp/aws holds everybody whom the service lists. Who has left or was removed is no member.
fn members_by_account(stored: &mut Map<String, Json>) -> Result<(), Diagnostic> {
    let Some(Json::Array(listed)) = stored.remove("members") else { return Ok(()) };
    let (mut members, mut statuses) = (Map::new(), Map::new());
    for member in listed {
        let text = |name| member.get(name).and_then(Json::as_str).map(str::to_owned);
        let Some(account) = text("account_id") else { continue };
        let status = text("status");
        let has_ended = |status: &String| {
            let ended = [MemberStatus::Left, MemberStatus::Removed];
            ended.contains(&MemberStatus::from(status.as_str()))
        };
        if status.as_ref().is_some_and(has_ended) {
            continue;
        }
        if let Some(status) = status {
            statuses.insert(account.clone(), status.into());
        }
        if members.insert(account.clone(), member).is_some() {
            return Err(Diagnostic::error(
                format!("Account {account} is twice among the members"),
                "The state that was to be moved here lists the account more than once, and nobody \
                 knows which entry counts. Refresh it with the former provider, then move.",
            ));
        }
    }
    if statuses.len() == members.len() {
        stored.insert("member_statuses".to_owned(), statuses.into());
    }
    stored.insert("members".to_owned(), members.into());
    Ok(())
}
