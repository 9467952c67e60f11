//! What members see of every part of a collaboration, whoever has made it.

use aws_sdk_cleanrooms::primitives::DateTime;

use crate::cleanrooms::listing::argument;
use crate::cleanrooms::shapes::ids::account_id;
use crate::cleanrooms::shapes::time::time;
use crate::framework::codec::string;
use crate::framework::row::{Row, field};
use crate::framework::schema::Attribute;

/// What all parts have in common.
pub struct Part<'a> {
    pub id: &'a str,
    pub arn: &'a str,
    pub creator_account_id: &'a str,
    pub collaboration_arn: &'a str,
    pub create_time: DateTime,
    pub update_time: DateTime,
}

/// The rows of that, but for id and ARN, of which one may be an argument.
pub fn rows<T: 'static>(noun: &str, part: fn(&T) -> Part<'_>) -> [Row<(), (), T>; 4] {
    [
        field("creator_account_id", string())
            .computed()
            .doc(&format!("The account of the member that has made the {noun}."))
            .read(move |it: &T| Some(part(it).creator_account_id.to_owned()))
            .into(),
        field("collaboration_arn", string())
            .computed()
            .doc("The ARN of the collaboration.")
            .read(move |it: &T| Some(part(it).collaboration_arn.to_owned()))
            .into(),
        field("create_time", time())
            .computed()
            .doc(&format!("When the {noun} was made."))
            .read(move |it: &T| Some(part(it).create_time))
            .into(),
        field("update_time", time())
            .computed()
            .doc(&format!("When the {noun} was last changed."))
            .read(move |it: &T| Some(part(it).update_time))
            .into(),
    ]
}

/// The row of the id.
pub fn id<T: 'static>(noun: &str, part: fn(&T) -> Part<'_>) -> Row<(), (), T> {
    field("id", string())
        .computed()
        .doc(&format!("The id of the {noun}."))
        .read(move |it: &T| Some(part(it).id.to_owned()))
        .into()
}

/// The row of the ARN.
pub fn arn<T: 'static>(noun: &str, part: fn(&T) -> Part<'_>) -> Row<(), (), T> {
    field("arn", string())
        .computed()
        .doc(&format!("The ARN of the {noun}."))
        .read(move |it: &T| Some(part(it).arn.to_owned()))
        .into()
}

/// By whom a list is narrowed.
pub fn creator_account_id(what: &str) -> Attribute {
    argument("creator_account_id", &account_id(), &format!("Only {what} of this account."))
}
