//! The profiles of the shared files, and the one that is selected.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::config::ProviderConfig;
use super::errors::AwsError;
use super::files;
use super::shared_files::{Section, Setting, WrongLine, name_in_header, sections};

/// The variables that name a profile, in the AWS CLI's order.
const PROFILE_VARIABLES: [&str; 2] = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"];

/// The profile that is used when nobody names one.
const DEFAULT: &str = "default";

/// All that stands in the shared files.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    by_name: BTreeMap<String, Profile>,
    sso_sessions: BTreeMap<String, Section>,
    services: BTreeMap<String, Section>,
    selected: String,
}

/// A profile, which may stand in both kinds of files.
#[derive(Debug, Default, Clone)]
pub(super) struct Profile {
    /// Its name.
    pub(super) name: String,
    /// What the configuration files say of it.
    pub(super) config: Section,
    /// What the credentials files say of it, which goes before.
    pub(super) credentials: Section,
}

/// Why the shared files are of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum FilesError {
    #[error("The shared AWS file `{0}` cannot be read: {1}.")]
    Unreadable(String, io::Error),
    #[error("The shared AWS file `{0}` is not understood: {1}.")]
    Wrong(String, WrongLine),
    #[error("The profile `{name}`, which {by} names, does not exist in {files}.")]
    NoProfile { name: String, by: &'static str, files: String },
    #[error("{0} is set, but empty. Unset it, or let it name a profile.")]
    EmptyName(&'static str),
}

/// Who names the profile.
enum Named {
    By(&'static str, String),
    Nobody,
}

impl Profiles {
    /// Reads the files that the arguments name, otherwise those of `AWS_CONFIG_FILE` and
    /// `AWS_SHARED_CREDENTIALS_FILE`, otherwise the usual ones.
    ///
    /// # Errors
    ///
    /// A file cannot be read or understood, or has no profile of the name that is asked for. Only
    /// `default` may be absent, when nobody has asked for it; files that arguments do not name may
    /// be absent, too.
    pub(super) async fn read(config: &ProviderConfig) -> Result<Self, FilesError> {
        let named = named(config)?;
        let mut profiles = Self::default();
        let files = Files::of(config);
        for file in &files.config {
            for (header, section) in file.sections().await? {
                profiles.add_configuration(&header, section);
            }
        }
        for file in &files.credentials {
            for (name, section) in file.sections().await? {
                profiles.profile(name).credentials.extend(section);
            }
        }
        profiles.selected = match named {
            Named::By(by, name) if !profiles.by_name.contains_key(&name) => {
                return Err(FilesError::NoProfile { name, by, files: files.names() });
            }
            Named::By(_, name) => name,
            Named::Nobody => DEFAULT.to_owned(),
        };
        Ok(profiles)
    }

    fn add_configuration(&mut self, header: &str, section: Section) {
        if let Some(name) = name_in_header("sso-session", header) {
            self.sso_sessions.entry(name).or_default().extend(section);
        } else if let Some(name) = name_in_header("services", header) {
            self.services.entry(name).or_default().extend(section);
        } else if header == DEFAULT {
            self.profile(DEFAULT.to_owned()).config.extend(section);
        } else if let Some(name) = name_in_header("profile", header) {
            self.profile(name).config.extend(section);
        }
    }

    fn profile(&mut self, name: String) -> &mut Profile {
        let new = Profile { name: name.clone(), ..Profile::default() };
        self.by_name.entry(name).or_insert(new)
    }

    /// The profile that is selected; none if it is `default` and absent.
    pub(super) fn selected(&self) -> Option<&Profile> {
        self.get(&self.selected)
    }

    /// The profile of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Profile> {
        self.by_name.get(name)
    }

    /// The session of IAM Identity Center of that name.
    pub(super) fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.get(name)
    }

    /// A setting of the selected profile that is not empty.
    pub(super) fn setting(&self, key: &str) -> Option<&str> {
        self.selected()?.get(key).filter(|value| !value.is_empty())
    }

    /// The address of a service by the `services` section that the selected profile names.
    pub(super) fn service_endpoint(&self, service: &str) -> Option<&str> {
        match self.services.get(self.setting("services")?)?.get(service)? {
            Setting::Nested(settings) => settings.get("endpoint_url").map(String::as_str),
            Setting::Text(_) => None,
        }
    }
}

impl Profile {
    /// A setting of either file.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        text(&self.credentials, key).or_else(|| text(&self.config, key))
    }

    /// Whether either file has that setting.
    pub(super) fn has(&self, key: &str) -> bool {
        self.credentials.contains_key(key) || self.config.contains_key(key)
    }
}

/// A setting that is a text.
pub(super) fn text<'a>(section: &'a Section, key: &str) -> Option<&'a str> {
    match section.get(key)? {
        Setting::Text(text) => Some(text),
        Setting::Nested(_) => None,
    }
}

fn named(config: &ProviderConfig) -> Result<Named, FilesError> {
    if let Some(name) = &config.profile {
        return Ok(Named::By("`profile` of the provider block", name.clone()));
    }
    for variable in PROFILE_VARIABLES {
        match std::env::var(variable) {
            // The AWS CLI refuses it, too: who writes `AWS_PROFILE=$NAME` means no other profile.
            Ok(name) if name.is_empty() => return Err(FilesError::EmptyName(variable)),
            Ok(name) => return Ok(Named::By(variable, name)),
            Err(_unset) => {}
        }
    }
    Ok(Named::Nobody)
}

/// The files to read.
struct Files {
    config: Vec<SharedFile>,
    credentials: Vec<SharedFile>,
}

struct SharedFile {
    path: PathBuf,
    may_be_absent: bool,
}

impl Files {
    fn of(config: &ProviderConfig) -> Self {
        let usual = |variable, default| SharedFile {
            path: files::expanded(&std::env::var(variable).unwrap_or(default)),
            may_be_absent: true,
        };
        let given = |paths: &[String], usual: SharedFile| match paths {
            [] => vec![usual],
            paths => {
                let path = |path: &String| files::expanded(path);
                let given = |path| SharedFile { path, may_be_absent: false };
                paths.iter().map(path).map(given).collect()
            }
        };
        Self {
            config: given(
                &config.shared_config_files,
                usual("AWS_CONFIG_FILE", "~/.aws/config".to_owned()),
            ),
            credentials: given(
                &config.shared_credentials_files,
                usual("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials".to_owned()),
            ),
        }
    }

    fn names(&self) -> String {
        let all = self.config.iter().chain(&self.credentials);
        all.map(|file| format!("`{}`", file.path.display())).collect::<Vec<_>>().join(" or ")
    }
}

impl SharedFile {
    async fn sections(&self) -> Result<Vec<(String, Section)>, FilesError> {
        let shown = || self.path.display().to_string();
        let text = match self.may_be_absent {
            true => files::read_if_file(&self.path).await,
            false => files::read_text(&self.path).await.map(Some),
        };
        match text.map_err(|err| FilesError::Unreadable(shown(), err))? {
            Some(text) => sections(&text).map_err(|wrong| FilesError::Wrong(shown(), wrong)),
            None => Ok(Vec::new()),
        }
    }
}

impl From<FilesError> for AwsError {
    fn from(err: FilesError) -> Self {
        Self::configuration(err.to_string())
    }
}
