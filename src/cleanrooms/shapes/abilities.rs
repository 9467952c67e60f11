//! What members may do.

use aws_sdk_cleanrooms::types::builders::MlMemberAbilitiesBuilder;
use aws_sdk_cleanrooms::types::{CustomMlMemberAbility, MemberAbility, MlMemberAbilities};

use super::enumeration::{constant, open};
use crate::framework::codec::{Codec, object, set_of};
use crate::framework::row::field;
use crate::wire::Value;

/// The abilities of a member.
pub fn abilities() -> Codec<Vec<MemberAbility>> {
    set_of(open(MemberAbility::values(), constant))
}

/// The ML abilities of a member.
pub fn ml_abilities() -> Codec<MlMemberAbilities> {
    object(MlMemberAbilitiesBuilder::build)
        .with(
            field("custom_ml_member_abilities", custom())
                .required()
                .doc(
                    "The custom ML abilities: `CAN_RECEIVE_MODEL_OUTPUT`, \
                     `CAN_RECEIVE_INFERENCE_OUTPUT`.",
                )
                .create(MlMemberAbilitiesBuilder::set_custom_ml_member_abilities)
                .read(|abilities: &MlMemberAbilities| {
                    Some(abilities.custom_ml_member_abilities.clone())
                }),
        )
        .single()
}

fn custom() -> Codec<Vec<CustomMlMemberAbility>> {
    set_of(open(CustomMlMemberAbility::values(), constant))
}

/// No ML abilities: what the service means by an absent block.
pub fn no_ml_abilities() -> Value {
    Value::object([("custom_ml_member_abilities", Value::set([]))])
}

/// ML abilities for a request, which leaves an empty set out.
pub fn ml_to_send(abilities: Option<MlMemberAbilities>) -> Option<MlMemberAbilities> {
    abilities.filter(|abilities| !abilities.custom_ml_member_abilities.is_empty())
}

/// The service's answer, whose absence means the empty set.
pub fn ml_or_none(abilities: Option<MlMemberAbilities>) -> Option<MlMemberAbilities> {
    let none = || MlMemberAbilities::builder().set_custom_ml_member_abilities(Some(Vec::new()));
    abilities.or_else(|| none().build().ok())
}
