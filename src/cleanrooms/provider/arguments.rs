//! From a configured provider block to typed arguments. An empty text or collection counts as not
//! given, as in hashicorp/aws.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::cleanrooms::aws::{
    AssumeRole, AssumeRoleWithWebIdentity, Endpoints, MetadataEndpointMode, ProviderConfig,
    RetryMode, Secret, expanded,
};
use crate::cleanrooms::shapes::tags::{TagPolicy, composed, tags};
use crate::cleanrooms::shapes::timeouts;
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value, normalised};

/// Name of the environment variable with the folder of a pace that processes share.
const PACE: &str = "CLEANROOMS_PACE";

/// Whether a value is known and neither null nor empty.
pub(super) fn given(value: &Value) -> bool {
    match value {
        Value::Null | Value::Unknown => false,
        Value::String(text) => !text.is_empty(),
        Value::List(_) | Value::Set(_) => value.as_elements().len() > 0,
        _ => true,
    }
}

/// The blocks of one type.
pub(super) fn blocks(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_elements().filter(|block| block.as_object().is_some())
}

/// The blocks of one type, each with its path.
pub(super) fn block_paths<'a>(
    name: &'a str,
    config: &'a Value,
) -> impl Iterator<Item = (&'a Value, AttributePath)> {
    let paths = (0i64..).map(move |index| AttributePath::of(name).index(index));
    blocks(config.get(name)).zip(paths)
}

/// The arguments by which AWS is called.
pub(super) fn provider_config(config: &Value, engine_version: &str) -> ProviderConfig {
    ProviderConfig {
        region: text(config, "region"),
        profile: text(config, "profile"),
        access_key: secret(config, "access_key"),
        secret_key: secret(config, "secret_key"),
        token: secret(config, "token"),
        shared_config_files: paths(config, "shared_config_files"),
        shared_credentials_files: paths(config, "shared_credentials_files"),
        assume_role: blocks(config.get("assume_role")).filter_map(assume_role).collect(),
        assume_role_with_web_identity: blocks(config.get("assume_role_with_web_identity"))
            .next()
            .map(assume_role_with_web_identity),
        endpoints: endpoints(config),
        max_retries: number(config, "max_retries"),
        retry_mode: text(config, "retry_mode").map(|mode| retry_mode(&mode)),
        retry_tokens: number(config, "token_bucket_rate_limiter_capacity").filter(|it| *it > 0),
        // Empty, they switch the environment's off.
        http_proxy: config.get("http_proxy").as_str().map(Secret::new),
        https_proxy: config.get("https_proxy").as_str().map(Secret::new),
        no_proxy: text(config, "no_proxy"),
        custom_ca_bundle: text(config, "custom_ca_bundle").map(path),
        insecure: flag(config, "insecure").unwrap_or_default(),
        use_fips_endpoint: flag(config, "use_fips_endpoint"),
        use_dualstack_endpoint: flag(config, "use_dualstack_endpoint"),
        sts_region: text(config, "sts_region"),
        ec2_metadata_service_endpoint: text(config, "ec2_metadata_service_endpoint"),
        ec2_metadata_service_endpoint_mode: text(config, "ec2_metadata_service_endpoint_mode")
            .map(|mode| metadata_mode(&mode)),
        skip_metadata_api_check: flag(config, "skip_metadata_api_check").unwrap_or_default(),
        skip_requesting_account_id: flag(config, "skip_requesting_account_id").unwrap_or_default(),
        allowed_account_ids: texts(config, "allowed_account_ids"),
        forbidden_account_ids: texts(config, "forbidden_account_ids"),
        user_agent: texts(config, "user_agent"),
        terraform_version: Some(engine_version.to_owned()).filter(|version| !version.is_empty()),
        pace: std::env::var_os(PACE).filter(|folder| !folder.is_empty()).map(PathBuf::from),
        unknown_region: region_is_unknown(config),
    }
}

fn assume_role(block: &Value) -> Option<AssumeRole> {
    Some(AssumeRole {
        role_arn: text(block, "role_arn")?,
        session_name: text(block, "session_name"),
        external_id: secret(block, "external_id"),
        duration: text(block, "duration").as_deref().and_then(timeouts::parse),
        policy: text(block, "policy"),
        policy_arns: texts(block, "policy_arns"),
        source_identity: text(block, "source_identity"),
        tags: text_map(block.get("tags")),
        transitive_tag_keys: texts(block, "transitive_tag_keys"),
    })
}

fn assume_role_with_web_identity(block: &Value) -> AssumeRoleWithWebIdentity {
    AssumeRoleWithWebIdentity {
        role_arn: text(block, "role_arn"),
        session_name: text(block, "session_name"),
        duration: text(block, "duration").as_deref().and_then(timeouts::parse),
        policy: text(block, "policy"),
        policy_arns: texts(block, "policy_arns"),
        web_identity_token: secret(block, "web_identity_token"),
        web_identity_token_file: text(block, "web_identity_token_file").map(path),
    }
}

fn endpoints(config: &Value) -> Endpoints {
    let address = |service| blocks(config.get("endpoints")).find_map(|block| text(block, service));
    Endpoints {
        cleanrooms: address("cleanrooms"),
        sts: address("sts"),
        sso: address("sso"),
        sso_oidc: address("ssooidc"),
    }
}

/// Validation leaves no third mode.
fn retry_mode(mode: &str) -> RetryMode {
    if mode.eq_ignore_ascii_case("adaptive") { RetryMode::Adaptive } else { RetryMode::Standard }
}

/// Validation leaves no third mode.
fn metadata_mode(mode: &str) -> MetadataEndpointMode {
    if mode.eq_ignore_ascii_case("IPv6") {
        MetadataEndpointMode::Ipv6
    } else {
        MetadataEndpointMode::Ipv4
    }
}

/// Whether the Region is among what is known only after other resources are applied.
fn region_is_unknown(config: &Value) -> bool {
    let sources = ["profile", "shared_config_files", "shared_credentials_files"];
    config.get("region").is_unknown()
        || (!given(config.get("region"))
            && sources.iter().any(|name| !config.get(name).is_wholly_known()))
}

/// Which tags are the provider's and which are others'. Variables of the environment stand in for
/// what the arguments leave out, by the documentation of hashicorp/aws.
pub(super) fn tag_policy(
    config: &Value,
    environment: impl Iterator<Item = (String, String)>,
) -> TagPolicy {
    let mut default_tags = Vec::new();
    let mut keys = Vec::new();
    let mut prefixes = Vec::new();
    for (name, value) in environment {
        if let Some(key) = default_tag(&name) {
            default_tags.push((key.to_owned(), Value::string(value)));
        } else if name == "TF_AWS_IGNORE_TAGS_KEYS" {
            keys = separated(&value);
        } else if name == "TF_AWS_IGNORE_TAGS_KEY_PREFIXES" {
            prefixes = separated(&value);
        }
    }
    let mut default_tags = composed(default_tags);
    for block in blocks(config.get("ignore_tags")) {
        keys.extend(texts(block, "keys"));
        prefixes.extend(texts(block, "key_prefixes"));
    }
    let configured = configured_default_tags(config);
    TagPolicy {
        default_tags: match configured {
            // Neither is it known which of them are left to others.
            _ if !config.get("ignore_tags").is_wholly_known() => Value::Unknown,
            Value::Map(configured) => {
                default_tags.extend(configured);
                Value::Map(default_tags)
            }
            Value::Null if !default_tags.is_empty() => Value::Map(default_tags),
            null_or_unknown => null_or_unknown,
        },
        ignored_keys: keys,
        ignored_prefixes: prefixes,
    }
}

/// The key of the default tag that a variable of the environment gives.
fn default_tag(variable: &str) -> Option<&str> {
    variable.strip_prefix("TF_AWS_DEFAULT_TAGS_").filter(|key| !key.is_empty())
}

/// Tells what AWS accepts of nobody among the default tags of the environment; those of the block
/// are checked with it.
pub(super) fn check_default_tags(
    environment: impl Iterator<Item = (String, String)>,
    diagnostics: &mut Diagnostics,
) {
    let rules = tags().validators;
    for (name, value) in environment {
        let Some(key) = default_tag(&name) else { continue };
        let tag = Value::map([(key, Value::string(value))]);
        let mut wrong = Diagnostics::new();
        rules.iter().for_each(|rule| rule.check(&tag, &AttributePath::root(), &mut wrong));
        let told = wrong.into_iter().map(|wrong| {
            let detail = format!("It gives every resource a default tag. {}", wrong.detail);
            Diagnostic::error(format!("Wrong environment variable {name}"), detail)
        });
        diagnostics.extend(told);
    }
}

fn configured_default_tags(config: &Value) -> Value {
    let block = config.get("default_tags");
    let unknown = block.is_unknown() || block.as_elements().any(Value::is_unknown);
    if unknown {
        return Value::Unknown;
    }
    blocks(block).next().map(|block| block.get("tags").clone()).unwrap_or_default()
}

fn separated(text: &str) -> Vec<String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| normalised(part).into_owned()).collect()
}

/// Arguments that a read can do without: it asks nothing of them, or the planned tags stay unknown.
const NOT_NEEDED_TO_READ: [&str; 9] = [
    "default_tags",
    "allowed_account_ids",
    "forbidden_account_ids",
    "max_retries",
    "retry_mode",
    "token_bucket_rate_limiter_capacity",
    "skip_credentials_validation",
    "skip_region_validation",
    "user_agent",
];

/// The name of an argument that is unknown and without which nothing can be read.
pub(super) fn unknown_argument(config: &Value) -> Option<String> {
    let mut arguments = config.as_object()?.iter();
    let needed = arguments.find(|(name, value)| {
        !value.is_wholly_known() && !NOT_NEEDED_TO_READ.contains(&name.as_str())
    });
    needed.map(|(name, _)| name.clone())
}

fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name).as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn secret(object: &Value, name: &str) -> Option<Secret> {
    text(object, name).map(Secret::new)
}

fn flag(object: &Value, name: &str) -> Option<bool> {
    object.get(name).as_bool()
}

fn number(object: &Value, name: &str) -> Option<u32> {
    object.get(name).as_number()?.as_i64()?.try_into().ok()
}

fn texts(object: &Value, name: &str) -> Vec<String> {
    let elements = object.get(name).as_elements().filter_map(Value::as_str);
    elements.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// Paths, with `~` and variables expanded.
fn paths(object: &Value, name: &str) -> Vec<String> {
    texts(object, name).into_iter().map(path).collect()
}

fn path(text: String) -> String {
    // Of a path that is no text any more, the original is the better name.
    expanded(&text).into_os_string().into_string().unwrap_or(text)
}

fn text_map(value: &Value) -> BTreeMap<String, String> {
    let pairs = value.as_map().into_iter().flatten();
    pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}
