//! The names of AWS Clean Rooms ML for its audience models.

use super::ids::is_account_id;
use super::text::{is_of, is_partition};
use crate::framework::codec::{Codec, string};
use crate::framework::validators::{Validator, length};

/// The ARN of a configured audience model of AWS Clean Rooms ML (API model: ConfiguredAudienceModelArn).
pub fn audience_model_arn() -> Codec<String> {
    let rule = "must be the ARN of a configured audience model";
    string().validate(length(20..=2048)).validate(Validator::string(rule, |text| {
        (!is_configured_audience_model(text)).then(|| {
            format!(
                "`{text}` is not the ARN of a configured audience model: arn:aws:cleanrooms-ml:\
                 <region>:<account>:configured-audience-model/<id>."
            )
        })
    }))
}

fn is_configured_audience_model(text: &str) -> bool {
    let parts: Vec<_> = text.split(':').collect();
    let region =
        |text: &str| is_of(text, |c| c == '-' || c.is_ascii_lowercase() || c.is_ascii_digit());
    let path = |text: &str| is_of(text, |c| c.is_ascii_alphanumeric() || "-_/.".contains(c));
    matches!(parts.as_slice(), ["arn", p, "cleanrooms-ml", r, account, resource]
        if is_partition(p) && region(r) && is_account_id(account)
            && resource.strip_prefix("configured-audience-model/").is_some_and(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::Diagnostics;
    use crate::wire::AttributePath;

    fn accepts(text: &str) -> bool {
        let mut found = Diagnostics::new();
        for validator in &audience_model_arn().validators {
            validator.check(&text.into(), &AttributePath::of("arn"), &mut found);
        }
        found.is_empty()
    }

    #[test]
    fn arns_of_audience_models_follow_the_model() {
        let model =
            "arn:aws:cleanrooms-ml:us-east-1:111122223333:configured-audience-model/a-1/b.c";
        for good in [model, &model.replace("aws:", "aws-us-gov:"), &model.replace("us-east-1", "x")]
        {
            assert!(accepts(good), "{good}");
        }
        for bad in [
            "",
            "arn:aws:cleanrooms-ml",
            &model.replace("-ml", ""),
            &model.replace("1111", "1"),
            &model.replace("configured-", ""),
            &model.replace("a-1/b.c", ""),
            &model.replace("b.c", "b:c"),
            &model.replace("a-1", &"a".repeat(2048)),
        ] {
            assert!(!accepts(bad), "{bad}");
        }
    }
}
