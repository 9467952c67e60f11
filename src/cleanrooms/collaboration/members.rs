//! The composite attributes of a collaboration, on the SDK's own types.

use aws_sdk_cleanrooms::types::builders::{
    DataEncryptionMetadataBuilder, MemberSpecificationBuilder,
};
use aws_sdk_cleanrooms::types::{
    AutoApprovedChangeType, DataEncryptionMetadata, MemberSpecification, MemberSummary,
};

use super::changes::payer_of;
use crate::cleanrooms::shapes::abilities::{abilities, ml_abilities, ml_to_send, no_ml_abilities};
use crate::cleanrooms::shapes::enumeration::{constant, open};
use crate::cleanrooms::shapes::ids::wrong_account_id;
use crate::cleanrooms::shapes::payment::{Payer, payer};
use crate::cleanrooms::shapes::text::name;
use crate::framework::codec::{Codec, boolean, object, set_of};
use crate::framework::row::field;
use crate::framework::validators::Validator;

/// Kinds of changes that need no votes.
pub fn auto_approved() -> Codec<Vec<AutoApprovedChangeType>> {
    set_of(open(AutoApprovedChangeType::values(), constant))
}

/// The other members by account id.
pub fn members() -> Codec<Vec<MemberSpecification>, Vec<MemberSummary>> {
    object(MemberSpecificationBuilder::build)
        .with(
            field("display_name", name())
                .required()
                .requires_replace()
                .doc(
                    "Display name of the member, 1 to 100 characters. A change replaces the \
                     collaboration.",
                )
                .create(MemberSpecificationBuilder::set_display_name)
                .read(|member: &MemberSummary| Some(member.display_name.clone())),
        )
        .with(
            field("member_abilities", abilities())
                .required()
                .doc(
                    "What the member may do: `CAN_QUERY`, `CAN_RECEIVE_RESULTS`, `CAN_RUN_JOB`, \
                     `CAN_EXPORT_QUERY_ANALYSIS_LOG`; may be empty, for every member may \
                     contribute data.",
                )
                .create(MemberSpecificationBuilder::set_member_abilities)
                .read(|member: &MemberSummary| Some(member.abilities.clone())),
        )
        .with(
            field("ml_member_abilities", ml_abilities())
                .optional_computed()
                .doc("What the member may do with custom machine learning.")
                .default(no_ml_abilities())
                .create(|member: MemberSpecificationBuilder, abilities| {
                    member.set_ml_member_abilities(ml_to_send(abilities))
                })
                .read(|member: &MemberSummary| member.ml_abilities.clone()),
        )
        .with(
            field("payment_configuration", payer())
                .optional_computed()
                .doc("What the member pays for. What is left out is the service's choice.")
                .create(|member: MemberSpecificationBuilder, payer: Option<Payer>| {
                    let payer = payer.filter(|payer| !payer.is_empty());
                    member.set_payment_configuration(payer.map(Into::into))
                })
                .read(|member: &MemberSummary| Some(payer_of(member))),
        )
        .keyed_by(MemberSpecificationBuilder::account_id, |member| member.account_id.clone())
        .validate(Validator::keys("must have AWS account ids as keys", wrong_account_id))
}

/// Rules of cryptographic computing.
pub fn data_encryption_metadata() -> Codec<DataEncryptionMetadata> {
    object(DataEncryptionMetadataBuilder::build)
        .with(
            field("allow_cleartext", boolean())
                .required()
                .doc("Whether encrypted tables may hold cleartext.")
                .create(DataEncryptionMetadataBuilder::set_allow_cleartext)
                .read(|rules: &DataEncryptionMetadata| Some(rules.allow_cleartext)),
        )
        .with(
            field("allow_duplicates", boolean())
                .required()
                .doc("Whether fingerprint columns may hold duplicates.")
                .create(DataEncryptionMetadataBuilder::set_allow_duplicates)
                .read(|rules: &DataEncryptionMetadata| Some(rules.allow_duplicates)),
        )
        .with(
            field("allow_joins_on_columns_with_different_names", boolean())
                .required()
                .doc("Whether fingerprint columns of different names may be joined.")
                .create(
                    DataEncryptionMetadataBuilder::set_allow_joins_on_columns_with_different_names,
                )
                .read(|rules: &DataEncryptionMetadata| {
                    Some(rules.allow_joins_on_columns_with_different_names)
                }),
        )
        .with(
            field("preserve_nulls", boolean())
                .required()
                .doc("Whether nulls stay nulls in encrypted tables.")
                .create(DataEncryptionMetadataBuilder::set_preserve_nulls)
                .read(|rules: &DataEncryptionMetadata| Some(rules.preserve_nulls)),
        )
        .single()
}
