//! Which Region resources belong to that name none.

use std::path::PathBuf;

use aws_config::profile::{self, ProfileFileLoadError, ProfileSet};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use super::config::ProviderConfig;
use super::errors::{AwsError, causes};
use super::tls::non_empty_variable;

/// The Region of the provider: its argument, then `AWS_REGION` and
/// `AWS_DEFAULT_REGION`, then the profile. The instance metadata service is
/// not asked: where it is absent, that costs seconds.
///
/// # Errors
///
/// When there is none, or the shared files cannot be read.
pub(super) fn resolve(config: &ProviderConfig) -> Result<String, AwsError> {
    if config.unknown_region {
        return Err(AwsError::configuration(
            "The provider's Region is not known before other resources are applied.",
        ));
    }
    let region = config.region.clone().filter(|region| !region.is_empty());
    let region = region
        .or_else(|| non_empty_variable("AWS_REGION"))
        .or_else(|| non_empty_variable("AWS_DEFAULT_REGION"));
    match region {
        Some(region) => Ok(region),
        None => from_profile(config)?.ok_or_else(|| {
            AwsError::configuration(
                "No Region is configured. Set `region` in the provider block, the environment \
                 variable AWS_REGION, or `region` in the profile.",
            )
        }),
    }
}

/// Reads the shared files, on a thread of its own since the SDK's reader is
/// asynchronous and the caller may be inside a runtime.
fn from_profile(config: &ProviderConfig) -> Result<Option<String>, AwsError> {
    let read = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build()?;
            Ok::<_, std::io::Error>(runtime.block_on(profiles(config)))
        });
        thread.join().expect("reading files does not panic")
    });
    let read = read.map_err(|err| unreadable(&err))?.map_err(|err| unreadable(&err))?;
    Ok(read.get("region").map(str::to_owned).filter(|region| !region.is_empty()))
}

/// The profiles of the shared files, with the one selected that the
/// configuration or `AWS_PROFILE` names.
///
/// # Errors
///
/// When a file cannot be read or understood.
pub(super) async fn profiles(config: &ProviderConfig) -> Result<ProfileSet, ProfileFileLoadError> {
    let name = config.profile.clone().map(Into::into);
    profile::load(&Fs::real(), &Env::real(), &profile_files(config), name).await
}

fn unreadable(err: &(dyn std::error::Error + 'static)) -> AwsError {
    AwsError::configuration(format!("The shared AWS files cannot be used: {}", causes(err)))
}

/// The shared files: those of the arguments, and the usual ones for whichever
/// kind the arguments leave out.
pub(super) fn profile_files(config: &ProviderConfig) -> EnvConfigFiles {
    let mut files = EnvConfigFiles::builder()
        .include_default_config_file(config.shared_config_files.is_empty())
        .include_default_credentials_file(config.shared_credentials_files.is_empty());
    for path in &config.shared_config_files {
        files = files.with_file(EnvConfigFileKind::Config, expand_home(path));
    }
    for path in &config.shared_credentials_files {
        files = files.with_file(EnvConfigFileKind::Credentials, expand_home(path));
    }
    files.build()
}

/// Replaces a leading `~/`, as hashicorp/aws does.
fn expand_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}
