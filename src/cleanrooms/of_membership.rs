//! What the lists of a membership tell of every entry, of whatever kind.

use aws_sdk_cleanrooms::primitives::DateTime;
use aws_sdk_cleanrooms::types::{
    AnalysisTemplateSummary, ConfiguredAudienceModelAssociationSummary, IdMappingTableSummary,
    IdNamespaceAssociationSummary, IntermediateTableSummary, PrivacyBudgetTemplateSummary,
};

use super::listing::told;
use super::shapes::time::time;
use crate::framework::codec::{ObjectCodec, object};
use crate::framework::row::field;

/// An entry of such a list: the SDK's types have no more in common than the names of their members.
pub trait OfMembership: 'static {
    /// Its id.
    fn id(&self) -> &str;
    /// Its ARN.
    fn arn(&self) -> &str;
    /// The id and the ARN of the membership.
    fn membership(&self) -> [&str; 2];
    /// The id and the ARN of the collaboration.
    fn collaboration(&self) -> [&str; 2];
    /// When it was made, and when it was last changed.
    fn times(&self) -> [DateTime; 2];
}

macro_rules! of_membership {
    ($($of:ty),* $(,)?) => {
        $(impl OfMembership for $of {
            fn id(&self) -> &str {
                &self.id
            }

            fn arn(&self) -> &str {
                &self.arn
            }

            fn membership(&self) -> [&str; 2] {
                [&self.membership_id, &self.membership_arn]
            }

            fn collaboration(&self) -> [&str; 2] {
                [&self.collaboration_id, &self.collaboration_arn]
            }

            fn times(&self) -> [DateTime; 2] {
                [self.create_time, self.update_time]
            }
        })*
    };
}

of_membership!(
    AnalysisTemplateSummary,
    ConfiguredAudienceModelAssociationSummary,
    IdMappingTableSummary,
    IdNamespaceAssociationSummary,
    IntermediateTableSummary,
    PrivacyBudgetTemplateSummary,
);

/// What is shown of every entry; the kind adds what it has besides.
pub fn of_membership<E: OfMembership>() -> ObjectCodec<(), (), E> {
    let times = |name, which: usize| {
        field::<(), E, _, _>(name, time()).computed().read(move |it: &E| Some(it.times()[which]))
    };
    object(Ok::<(), String>)
        .with(told("id", |it: &E| it.id().to_owned()))
        .with(told("arn", |it: &E| it.arn().to_owned()))
        .with(told("membership_id", |it: &E| it.membership()[0].to_owned()))
        .with(told("membership_arn", |it: &E| it.membership()[1].to_owned()))
        .with(told("collaboration_id", |it: &E| it.collaboration()[0].to_owned()))
        .with(told("collaboration_arn", |it: &E| it.collaboration()[1].to_owned()))
        .with(times("create_time", 0))
        .with(times("update_time", 1))
}
