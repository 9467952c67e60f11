//! The table: set-ups of credentials, and as whom they call.

mod sources;

use self::sources::{of_files, of_machines, of_programs};

/// What a set-up consists of. `{url}` is the server's address, `{dir}` the folder with its files.
#[derive(Clone, Copy, Default)]
pub struct Setup {
    pub name: &'static str,
    /// `profile` of the provider block, `profile_name` of boto3's session.
    pub profile: Option<&'static str>,
    pub environment: &'static [(&'static str, &'static str)],
    /// `AWS_CONFIG_FILE`, unless the environment names another.
    pub config: &'static str,
    /// `AWS_SHARED_CREDENTIALS_FILE`, likewise.
    pub credentials: &'static str,
    /// As whom both call; none if both refuse.
    pub identity: Option<&'static str>,
    /// Why this provider does otherwise, and as whom it calls.
    pub differs: Option<(&'static str, Option<&'static str>)>,
}

const NONE: Setup = Setup {
    name: "",
    profile: None,
    environment: &[],
    config: "",
    credentials: "",
    identity: None,
    differs: None,
};

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "s")];
const DEFAULT: &str = "[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n";
const BASE: &str = "[base]\naws_access_key_id = BASE\naws_secret_access_key = s\n";
const WEB: [(&str, &str); 2] = [
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "{dir}/token"),
    ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/web"),
];
const CONTAINER: (&str, &str) = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{url}/container");
const INSTANCE: [(&str, &str); 2] =
    [("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "{url}")];
const HUB: &str = "[profile hub]\nrole_arn = arn:aws:iam::111122223333:role/hub\n\
    source_profile = base\n";
const CENTER: &str = "[profile center]\nsso_session = dev-scopes\nsso_account_id = 111122223333\n\
    sso_role_name = Deployer\n";
const SESSION: &str = "[sso-session dev-scopes]\nsso_region = us-east-1\n\
    sso_start_url = https://example.awsapps.com/start\n";

/// The table. A name that is set in the environment of a row goes before the usual one.
pub fn setups() -> Vec<Setup> {
    let mut setups = of_the_environment();
    setups.extend(of_web_identities());
    setups.extend(of_profiles());
    setups.extend(of_roles());
    setups.extend(of_files());
    setups.extend(of_programs());
    setups.extend(of_machines());
    setups
}

fn of_the_environment() -> Vec<Setup> {
    vec![
        Setup {
            name: "keys of the environment",
            environment: &KEYS,
            identity: Some("ENV"),
            ..NONE
        },
        Setup {
            name: "keys of the environment go before the profile that it names",
            environment: &[KEYS[0], KEYS[1], ("AWS_PROFILE", "base")],
            credentials: BASE,
            identity: Some("ENV"),
            ..NONE
        },
        Setup {
            name: "a key without its secret",
            environment: &[KEYS[0]],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "a secret without its key",
            environment: &[KEYS[1]],
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "an empty key",
            environment: &[("AWS_ACCESS_KEY_ID", ""), KEYS[1]],
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "keys that have expired",
            environment: &[KEYS[0], KEYS[1], ("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z")],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "keys that expire at no time",
            environment: &[KEYS[0], KEYS[1], ("AWS_CREDENTIAL_EXPIRATION", "soon")],
            ..NONE
        },
        Setup {
            name: "a line break in a key",
            environment: &[("AWS_ACCESS_KEY_ID", "EN\nV"), KEYS[1]],
            ..NONE
        },
        Setup {
            name: "a line break in a token",
            environment: &[KEYS[0], KEYS[1], ("AWS_SESSION_TOKEN", "a\nb")],
            ..NONE
        },
    ]
}

fn of_web_identities() -> Vec<Setup> {
    vec![
        Setup {
            name: "a web identity goes before a leftover default",
            environment: &WEB,
            credentials: DEFAULT,
            identity: Some("web"),
            ..NONE
        },
        Setup {
            name: "a web identity goes before a program",
            environment: &WEB,
            config: "[default]\ncredential_process = /nowhere\n",
            identity: Some("web"),
            ..NONE
        },
        Setup {
            name: "a web identity goes before the keys of a profile that the environment names",
            environment: &[WEB[0], WEB[1], ("AWS_PROFILE", "base")],
            credentials: BASE,
            identity: Some("web"),
            ..NONE
        },
        Setup {
            name: "a profile's role goes before a web identity",
            environment: &[WEB[0], WEB[1], ("AWS_PROFILE", "hub")],
            config: HUB,
            credentials: BASE,
            identity: Some("hub-of-BASE"),
            ..NONE
        },
        Setup {
            name: "so does the role of the default profile",
            environment: &WEB,
            config: "[default]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n",
            credentials: BASE,
            identity: Some("hub-of-BASE"),
            ..NONE
        },
        Setup {
            name: "a web identity is invisible beside a profile argument",
            profile: Some("base"),
            environment: &WEB,
            credentials: BASE,
            identity: Some("BASE"),
            ..NONE
        },
        Setup {
            name: "a token file without role",
            environment: &[WEB[0]],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "a role without token file",
            environment: &[WEB[1]],
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a token file that is missing",
            environment: &[("AWS_WEB_IDENTITY_TOKEN_FILE", "{dir}/none"), WEB[1]],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "a token file of the profile, a role of the environment",
            environment: &[WEB[1], ("AWS_PROFILE", "p")],
            config: "[profile p]\nweb_identity_token_file = {dir}/token\nrole_arn = other\n",
            identity: Some("web"),
            ..NONE
        },
        Setup {
            name: "a token file, and a role that is empty",
            environment: &[WEB[0], ("AWS_ROLE_ARN", "")],
            config: "[default]\nrole_arn = arn:aws:iam::111122223333:role/hub\n\
                web_identity_token_file = /nowhere\n",
            ..NONE
        },
        Setup {
            name: "a token file that is empty",
            environment: &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/dev/null"), WEB[1]],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "a web identity of a profile argument",
            profile: Some("p"),
            environment: &[("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/other")],
            config: "[profile p]\nweb_identity_token_file = {dir}/token\n\
                role_arn = arn:aws:iam::111122223333:role/of-profile\n\
                credential_process = /nowhere\n",
            identity: Some("of-profile"),
            ..NONE
        },
        Setup {
            name: "a token file beside the role of a default that has no source",
            environment: &[WEB[0]],
            config: "[default]\nrole_arn = arn:aws:iam::111122223333:role/hub\n",
            ..NONE
        },
        Setup {
            name: "a web identity of a profile that is the source of another",
            environment: &[("AWS_PROFILE", "spoke")],
            config: "[profile p]\nweb_identity_token_file = {dir}/token\n\
                role_arn = arn:aws:iam::111122223333:role/of-profile\n\
                [profile spoke]\nrole_arn = arn:aws:iam::111122223333:role/spoke\nsource_profile = p\n",
            identity: Some("spoke-of-of-profile"),
            ..NONE
        },
    ]
}

fn of_profiles() -> Vec<Setup> {
    vec![
        Setup { name: "nothing at all", ..NONE },
        Setup {
            name: "the default profile",
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a profile that does not exist, on a machine with a role",
            environment: &[("AWS_PROFILE", "prdo"), CONTAINER],
            credentials: BASE,
            ..NONE
        },
        Setup {
            name: "a profile that does not exist, beside keys",
            environment: &[KEYS[0], KEYS[1], ("AWS_PROFILE", "prdo")],
            ..NONE
        },
        Setup {
            name: "an argument that does not exist",
            profile: Some("prdo"),
            credentials: BASE,
            ..NONE
        },
        Setup {
            name: "a default that is asked for and does not exist",
            environment: &[("AWS_PROFILE", "default"), CONTAINER],
            ..NONE
        },
        Setup {
            name: "an empty name of a profile",
            environment: &[("AWS_PROFILE", "")],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "AWS_DEFAULT_PROFILE",
            environment: &[("AWS_DEFAULT_PROFILE", "base")],
            credentials: BASE,
            identity: Some("BASE"),
            ..NONE
        },
        Setup {
            name: "AWS_DEFAULT_PROFILE goes before AWS_PROFILE",
            environment: &[("AWS_DEFAULT_PROFILE", "base"), ("AWS_PROFILE", "prdo")],
            credentials: BASE,
            identity: Some("BASE"),
            ..NONE
        },
        Setup {
            name: "keys are invisible beside a profile argument",
            profile: Some("base"),
            environment: &KEYS,
            credentials: BASE,
            identity: Some("BASE"),
            ..NONE
        },
        Setup {
            name: "a profile with a Region alone, in a container",
            profile: Some("ci"),
            environment: &[CONTAINER],
            config: "[profile ci]\nregion = us-east-1\n",
            identity: Some("CONTAINER"),
            ..NONE
        },
        Setup {
            name: "a profile with a Region alone, on an instance",
            environment: &[INSTANCE[0], INSTANCE[1], ("AWS_PROFILE", "ci")],
            config: "[profile ci]\nregion = us-east-1\n",
            identity: Some("INSTANCE"),
            ..NONE
        },
        Setup {
            name: "half a pair of keys in the credentials file",
            environment: &[CONTAINER],
            config: "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n",
            credentials: "[default]\naws_access_key_id = HALF\n",
            ..NONE
        },
        Setup {
            name: "a login of IAM Identity Center",
            environment: &[("AWS_PROFILE", "center")],
            config: "[profile center]\nsso_session = dev-scopes\nsso_account_id = 111122223333\n\
                sso_role_name = Deployer\n[sso-session dev-scopes]\nsso_region = us-east-1\n\
                sso_start_url = https://example.awsapps.com/start\n",
            identity: Some("CENTER"),
            ..NONE
        },
        Setup {
            name: "a login of a session that is not described",
            environment: &[("AWS_PROFILE", "center"), CONTAINER],
            config: CENTER,
            ..NONE
        },
        Setup {
            name: "a login whose session says otherwise",
            environment: &[("AWS_PROFILE", "center"), CONTAINER],
            config: "[profile center]\nsso_session = dev-scopes\nsso_account_id = 111122223333\n\
                sso_role_name = Deployer\nsso_region = eu-west-1\n[sso-session dev-scopes]\n\
                sso_region = us-east-1\nsso_start_url = https://example.awsapps.com/start\n",
            ..NONE
        },
        Setup {
            name: "a login without session, as before 2022",
            environment: &[("AWS_PROFILE", "center")],
            config: "[profile center]\nsso_account_id = 111122223333\nsso_region = us-east-1\n\
                sso_role_name = Deployer\nsso_start_url = dev-scopes\n",
            identity: Some("CENTER"),
            ..NONE
        },
        Setup {
            name: "a role with the credentials of a login",
            environment: &[("AWS_PROFILE", "hub")],
            config: "[profile base]\nsso_account_id = 111122223333\nsso_region = us-east-1\n\
                sso_role_name = Deployer\nsso_start_url = dev-scopes\n[profile hub]\n\
                role_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n",
            identity: Some("hub-of-CENTER"),
            ..NONE
        },
        Setup {
            name: "a login without a role",
            environment: &[("AWS_PROFILE", "center"), CONTAINER],
            config: "[profile center]\nsso_account_id = 111122223333\nsso_region = us-east-1\n\
                sso_start_url = https://example.awsapps.com/start\n",
            ..NONE
        },
        Setup {
            name: "a session of IAM Identity Center that nobody uses for credentials",
            config: SESSION,
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a profile of aws login",
            environment: &[("AWS_PROFILE", "console"), CONTAINER],
            config: "[profile console]\nlogin_session = arn:aws:iam::111122223333:user/me\n",
            ..NONE
        },
    ]
}

fn of_roles() -> Vec<Setup> {
    vec![
        Setup {
            name: "a chain of roles",
            environment: &[("AWS_PROFILE", "spoke")],
            config: "[profile spoke]\nrole_arn = arn:aws:iam::111122223333:role/spoke\n\
                source_profile = hub\nduration_seconds = a while\n[profile hub]\n\
                role_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n",
            credentials: BASE,
            identity: Some("spoke-of-hub-of-BASE"),
            ..NONE
        },
        Setup {
            name: "a profile that is its own source",
            profile: Some("self"),
            config: "[profile self]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = self\n",
            credentials: "[self]\naws_access_key_id = SELF\naws_secret_access_key = s\n",
            identity: Some("hub-of-SELF"),
            ..NONE
        },
        Setup {
            name: "a profile that is its own source without keys",
            profile: Some("self"),
            config: "[profile self]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = self\n",
            ..NONE
        },
        Setup {
            name: "roles in a circle",
            environment: &[("AWS_PROFILE", "a")],
            config: "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\n\
                source_profile = a\n",
            ..NONE
        },
        Setup {
            name: "keys of a source go before its role",
            environment: &[("AWS_PROFILE", "spoke")],
            config: "[profile spoke]\nrole_arn = arn:aws:iam::111122223333:role/spoke\n\
                source_profile = mid\n[profile mid]\nrole_arn = r\nsource_profile = base\n",
            credentials: "[mid]\naws_access_key_id = MID\naws_secret_access_key = s\n",
            identity: Some("spoke-of-MID"),
            ..NONE
        },
        Setup {
            name: "a source that does not exist",
            environment: &[("AWS_PROFILE", "hub"), CONTAINER],
            config: HUB,
            ..NONE
        },
        Setup {
            name: "a source with a Region alone",
            environment: &[("AWS_PROFILE", "hub"), CONTAINER],
            config: "[profile base]\nregion = us-east-1\n[profile hub]\nrole_arn = r\nsource_profile = base\n",
            ..NONE
        },
        Setup {
            name: "two sources",
            environment: &[("AWS_PROFILE", "a"), CONTAINER],
            config: "[profile a]\nrole_arn = r\nsource_profile = base\ncredential_source = EcsContainer\n",
            credentials: BASE,
            ..NONE
        },
        Setup {
            name: "a role without source",
            environment: &[("AWS_PROFILE", "a"), CONTAINER],
            config: "[profile a]\nrole_arn = r\n",
            ..NONE
        },
        Setup {
            name: "the environment as source, beside a profile argument",
            profile: Some("a"),
            environment: &KEYS,
            config: "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/hub\n\
                credential_source = Environment\n",
            identity: Some("hub-of-ENV"),
            ..NONE
        },
        Setup {
            name: "an environment without keys as source",
            profile: Some("a"),
            environment: &[CONTAINER],
            config: "[profile a]\nrole_arn = r\ncredential_source = Environment\n",
            ..NONE
        },
        Setup {
            name: "a container as source",
            environment: &[("AWS_PROFILE", "a"), CONTAINER],
            config: "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/hub\n\
                credential_source = EcsContainer\n",
            identity: Some("hub-of-CONTAINER"),
            ..NONE
        },
        Setup {
            name: "an instance as source",
            environment: &[("AWS_PROFILE", "a"), INSTANCE[0], INSTANCE[1]],
            config: "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/hub\n\
                credential_source = Ec2InstanceMetadata\n",
            identity: Some("hub-of-INSTANCE"),
            ..NONE
        },
        Setup {
            name: "a default that does not exist as source",
            environment: &[("AWS_PROFILE", "a"), CONTAINER],
            config: "[profile a]\nrole_arn = r\nsource_profile = default\n",
            ..NONE
        },
        Setup {
            name: "a role in the credentials file",
            environment: &[("AWS_PROFILE", "hub")],
            credentials: "[hub]\nrole_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n\
                [base]\naws_access_key_id = BASE\naws_secret_access_key = s\n",
            identity: Some("hub-of-BASE"),
            ..NONE
        },
        Setup {
            name: "the moon as source",
            environment: &[("AWS_PROFILE", "a"), CONTAINER],
            config: "[profile a]\nrole_arn = r\ncredential_source = Moon\n",
            ..NONE
        },
    ]
}
