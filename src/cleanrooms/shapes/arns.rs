//! ARNs of what belongs to other services, with the service's rules for them.

use super::ids::is_account_id;
use super::text::{has_line_break, is_id, is_of, is_region_in_words};
use crate::framework::codec::{Codec, string};
use crate::framework::validators::{Validator, length};
use crate::wire::Value;

/// The ARN of an id namespace of AWS Entity Resolution (API model: IdNamespaceAssociationInputReferenceArn).
pub fn id_namespace_arn() -> Codec<String> {
    let rule = "must be the ARN of an id namespace";
    string().validate(length(0..=256)).validate(Validator::string(rule, |text| {
        let parts: Vec<_> = text.split([':', '/']).collect();
        let fits = matches!(parts.as_slice(), ["arn", "aws", "entityresolution", region, account, "idnamespace", name]
            if is_region_in_words(region) && is_account_id(account) && is_id(name));
        (!fits).then(|| {
            format!(
                "`{text}` is not the ARN of an id namespace: arn:aws:entityresolution:<region>:\
                 <account>:idnamespace/<name>."
            )
        })
    }))
}

/// The ARN of an id mapping workflow of AWS Entity Resolution (API model: IdMappingTableInputReferenceArn).
pub fn id_mapping_workflow_arn() -> Codec<String> {
    let rule = "must be the ARN of an id mapping workflow";
    string().validate(length(20..=2048)).validate(Validator::string(rule, |text| {
        let parts: Vec<_> = text.splitn(6, ':').collect();
        let digits = |text: &str| is_of(text, |c| c.is_ascii_digit());
        let fits = matches!(parts.as_slice(), ["arn", "aws" | "aws-us-gov" | "aws-cn", "entityresolution", region, account, workflow]
            if !has_line_break(region) && digits(account)
                && workflow.strip_prefix("idmappingworkflow/").is_some_and(|name| !has_line_break(name)));
        (!fits).then(|| {
            format!(
                "`{text}` is not the ARN of an id mapping workflow: arn:aws:entityresolution:\
                 <region>:<account>:idmappingworkflow/<name>."
            )
        })
    }))
}

/// The ARN of what belongs to AWS Entity Resolution, as a plan or a state names it.
pub fn input_reference_arn(object: &Value) -> Option<&str> {
    object.get("input_reference_config").get("input_reference_arn").as_str()
}

/// The ARN of a key of AWS KMS, which an alias is not (API model: KMSKeyArn).
pub fn kms_key_arn() -> Codec<String> {
    let rule = "must be the ARN of a KMS key";
    string().validate(length(20..=2048)).validate(Validator::string(rule, |text| {
        let parts: Vec<_> = text.split([':', '/']).collect();
        let fits = matches!(parts.as_slice(), ["arn", "aws", "kms", region, account, "key", id]
            if is_region_in_words(region) && is_account_id(account)
                && is_of(id, |c| c.is_ascii_alphanumeric() || c == '-'));
        (!fits).then(|| {
            format!(
                "`{text}` is not the ARN of a KMS key: arn:aws:kms:<region>:<account>:key/<id>. \
                 Aliases are not accepted."
            )
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleanrooms::shapes::text::accepts;

    #[test]
    fn arns_of_entity_resolution_and_of_keys_follow_the_model() {
        let namespace = |text: &str| accepts(&id_namespace_arn(), text);
        assert!(namespace("arn:aws:entityresolution:us-east-1:111122223333:idnamespace/a-b_c"));
        for bad in [
            "",
            "arn:aws-cn:entityresolution:us-east-1:111122223333:idnamespace/a",
            "arn:aws:entityresolution:us-east-1:1:idnamespace/a",
            "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/a/b",
            "arn:aws:entityresolution:us-east-1:111122223333:idmappingworkflow/a",
        ] {
            assert!(!namespace(bad), "{bad:?}");
        }
        let workflow = |text: &str| accepts(&id_mapping_workflow_arn(), text);
        assert!(workflow("arn:aws-cn:entityresolution:x:1:idmappingworkflow/a b:c/d"));
        for bad in [
            "arn:aws:entityresolution:us-east-1:111122223333:idnamespace/a",
            "arn:aws-iso:entityresolution:us-east-1:1:idmappingworkflow/a",
            "arn:aws:entityresolution:us-east-1:a:idmappingworkflow/a",
            "arn:aws:entityresolution:us-east-1:1:idmappingworkflow/a\nb",
        ] {
            assert!(!workflow(bad), "{bad:?}");
        }
        let key = |text: &str| accepts(&kms_key_arn(), text);
        assert!(key("arn:aws:kms:us-east-1:111122223333:key/mrk-1a"));
        for bad in [
            "arn:aws:kms:us-east-1:111122223333:alias/mine",
            "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/a",
            "arn:aws:kms:us-east-1:111122223333:key/",
        ] {
            assert!(!key(bad), "{bad:?}");
        }
    }
}
