//! What members see of every part of a collaboration, whoever has made it.

use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{
    CollaborationAnalysisTemplate, CollaborationAnalysisTemplateSummary,
    CollaborationConfiguredAudienceModelAssociation,
    CollaborationConfiguredAudienceModelAssociationSummary, CollaborationIdNamespaceAssociation,
    CollaborationIdNamespaceAssociationSummary, CollaborationPrivacyBudgetTemplate,
    CollaborationPrivacyBudgetTemplateSummary,
};

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

/// A part of whatever kind, whole or in a list: the SDK's types have no more in common than the names of
/// their members.
pub trait IsPart: 'static {
    /// What it has in common with all others.
    fn part(&self) -> Part<'_>;
}

macro_rules! parts {
    ($($of:ty),* $(,)?) => {
        $(impl IsPart for $of {
            fn part(&self) -> Part<'_> {
                Part {
                    id: &self.id,
                    arn: &self.arn,
                    creator_account_id: &self.creator_account_id,
                    collaboration_arn: &self.collaboration_arn,
                    create_time: self.create_time,
                    update_time: self.update_time,
                }
            }
        })*
    };
}

parts!(
    CollaborationAnalysisTemplate,
    CollaborationAnalysisTemplateSummary,
    CollaborationConfiguredAudienceModelAssociation,
    CollaborationConfiguredAudienceModelAssociationSummary,
    CollaborationIdNamespaceAssociation,
    CollaborationIdNamespaceAssociationSummary,
    CollaborationPrivacyBudgetTemplate,
    CollaborationPrivacyBudgetTemplateSummary,
);

/// The rows of that, but for id and ARN, of which one may be an argument.
pub fn rows<T: IsPart>(noun: &str) -> [Row<(), (), T>; 4] {
    [
        field("creator_account_id", string())
            .computed()
            .doc(&format!("The account of the member that has made the {noun}."))
            .read(move |it: &T| Some(it.part().creator_account_id.to_owned()))
            .into(),
        field("collaboration_arn", string())
            .computed()
            .doc("The ARN of the collaboration.")
            .read(move |it: &T| Some(it.part().collaboration_arn.to_owned()))
            .into(),
        field("create_time", time())
            .computed()
            .doc(&format!("When the {noun} was made."))
            .read(move |it: &T| Some(it.part().create_time))
            .into(),
        field("update_time", time())
            .computed()
            .doc(&format!("When the {noun} was last changed."))
            .read(move |it: &T| Some(it.part().update_time))
            .into(),
    ]
}

/// The row of the id.
pub fn id<T: IsPart>(noun: &str) -> Row<(), (), T> {
    field("id", string())
        .computed()
        .doc(&format!("The id of the {noun}."))
        .read(move |it: &T| Some(it.part().id.to_owned()))
        .into()
}

/// The row of the ARN.
pub fn arn<T: IsPart>(noun: &str) -> Row<(), (), T> {
    field("arn", string())
        .computed()
        .doc(&format!("The ARN of the {noun}."))
        .read(move |it: &T| Some(it.part().arn.to_owned()))
        .into()
}

/// By whom a list is narrowed.
pub fn creator_account_id(what: &str) -> Attribute {
    argument("creator_account_id", &account_id(), &format!("Only {what} of this account."))
}
