//! Which Region resources belong to that name none.

use super::config::ProviderConfig;
use super::errors::AwsError;
use super::profiles::Profiles;
use super::variables::non_empty_variable;

/// The Region of the provider: its argument, then `AWS_REGION` and
/// `AWS_DEFAULT_REGION`, then the profile. The instance metadata service is
/// not asked: where it is absent, that costs seconds.
///
/// # Errors
///
/// When there is none, or one that cannot be, or the shared files cannot be read.
pub(super) async fn resolve(config: &ProviderConfig) -> Result<String, AwsError> {
    match without_files(config) {
        Some(found) => found,
        None => {
            let profiles = Profiles::read(config).await.map_err(AwsError::from)?;
            of_profile(&profiles).unwrap_or_else(|| Err(nowhere()))
        }
    }
}

/// The Region as far as no file says it; none if the files have to be asked.
pub(super) fn without_files(config: &ProviderConfig) -> Option<Result<String, AwsError>> {
    if config.unknown_region {
        return Some(Err(AwsError::configuration(
            "The provider's Region is not known before other resources are applied.",
        )));
    }
    let argument = config.region.clone().filter(|region| !region.is_empty());
    let argument = argument.map(|region| ("`region` of the provider block".to_owned(), region));
    let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter();
    let mut set = variables.filter_map(|name| Some((name.to_owned(), non_empty_variable(name)?)));
    argument.or_else(|| set.next()).map(|(source, region)| checked(&source, region))
}

/// The Region of the selected profile.
fn of_profile(profiles: &Profiles) -> Option<Result<String, AwsError>> {
    let region = profiles.setting("region")?.to_owned();
    let profile = profiles.selected()?;
    Some(checked(&format!("`region` of the profile `{}`", profile.name), region))
}

/// Refuses what can be no part of a host's name.
fn checked(source: &str, region: String) -> Result<String, AwsError> {
    let legal = region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if legal && !region.starts_with('-') && !region.ends_with('-') {
        return Ok(region);
    }
    let blanks = if region.trim() == region { "" } else { " There are blanks around it." };
    Err(AwsError::configuration(format!(
        "{source} is `{region}`, which is not the name of a Region, such as us-east-1.{blanks}"
    )))
}

pub(super) fn nowhere() -> AwsError {
    AwsError::configuration(
        "No Region is configured. Set `region` in the provider block, the environment variable \
         AWS_REGION, or `region` in the profile.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_no_region_is_told_with_its_source() {
        assert_eq!(checked("x", "local".to_owned()).ok().as_deref(), Some("local"));
        for wrong in ["us-east-1 ", "us_east_1", "-x", "us-east-1\n", "us east", "ü"] {
            let err = checked("AWS_REGION", wrong.to_owned()).expect_err("it is none").to_string();
            assert!(err.starts_with("AWS_REGION is `"), "{err}");
        }
    }
}
