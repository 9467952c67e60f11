//! What the provider block accepts and refuses, and what it is turned into.

use std::time::Duration;

use super::CleanRooms;
use super::arguments::{check_default_tags, provider_config, tag_policy, unknown_argument};
use super::checks::check as check_arguments;
use crate::cleanrooms::aws::{MetadataEndpointMode, ProviderConfig, RetryMode};
use crate::cleanrooms::shapes::tags::TagPolicy;
use crate::framework::validators::validate_config;
use crate::framework::{Diagnostics, Provider};
use crate::wire::Value;

const ROLE: &str = "arn:aws:iam::111122223333:role/Deployer";

/// A provider block with these arguments; all others are null.
fn block<'a>(arguments: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::object(arguments)
}

/// A block type with these blocks.
fn blocks<const N: usize>(blocks: [Value; N]) -> Value {
    Value::list(blocks)
}

/// The diagnostics of a block in an empty environment.
fn diagnostics(config: &Value) -> Diagnostics {
    let mut diagnostics = validate_config(&CleanRooms::schema(), config);
    check_arguments(config, &|_variable| None, &mut diagnostics);
    diagnostics
}

/// The diagnostics of a block, each as severity and path: `error region`.
fn told(config: &Value) -> Vec<String> {
    let diagnostics = diagnostics(config);
    let line = |diagnostic: &crate::framework::Diagnostic| {
        let severity = if diagnostic.is_error() { "error" } else { "warning" };
        let path = diagnostic.path.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{severity} {path}")
    };
    diagnostics.iter().map(line).collect()
}

#[track_caller]
fn check<const N: usize>(config: Value, expected: [&str; N]) {
    assert_eq!(told(&config), expected, "{config}");
}

#[track_caller]
fn check_argument(name: &str, value: impl Into<Value>, accepted: bool) {
    let path = format!("error {name}");
    let expected: &[&str] = if accepted { &[] } else { &[&path] };
    assert_eq!(told(&block([(name, value.into())])), expected);
}

fn configured(config: &Value) -> ProviderConfig {
    provider_config(config, "1.15.0")
}

fn policy<const N: usize>(config: &Value, environment: [(&str, &str); N]) -> TagPolicy {
    let variables = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    tag_policy(config, variables.into_iter())
}

#[test]
fn the_schema_has_no_mistakes() {
    let mistakes = CleanRooms::schema().check();
    assert!(mistakes.is_empty(), "{mistakes:?}");
}

#[test]
fn secrets_are_marked_as_such() {
    let schema = CleanRooms::schema();
    let blocks = schema.blocks.iter().flat_map(|block| &block.attributes);
    let sensitive = schema.attributes.iter().chain(blocks).filter(|argument| argument.sensitive);
    let names: Vec<_> = sensitive.map(|argument| argument.name).collect();
    let expected =
        ["secret_key", "token", "http_proxy", "https_proxy", "external_id", "web_identity_token"];
    assert_eq!(names, expected);
}

#[test]
fn an_empty_block_is_fine() {
    check(block([]), []);
}

#[test]
fn a_block_of_an_aws_project_is_accepted() {
    let tags = Value::map([("Team", "measurement".into()), ("Empty", Value::Null)]);
    let role = Value::object([
        ("role_arn", ROLE.into()),
        ("session_name", "terraform".into()),
        ("external_id", "partner-1".into()),
        ("duration", "1h30m".into()),
    ]);
    let address = Value::object([("sts", "https://sts.example.com".into())]);
    let ignored = Value::object([("key_prefixes", Value::set(["cost/".into()]))]);
    let config = block([
        ("region", "eu-central-1".into()),
        ("profile", "deployer".into()),
        ("allowed_account_ids", Value::set(["111122223333".into()])),
        ("assume_role", blocks([role])),
        ("default_tags", blocks([Value::object([("tags", tags)])])),
        ("ignore_tags", blocks([ignored])),
        ("endpoints", Value::set([address])),
        ("max_retries", 5.into()),
        ("skip_metadata_api_check", true.into()),
    ]);
    check(config, []);
}

#[test]
fn values_that_no_service_could_accept_are_told_with_their_path() {
    check_argument("retry_mode", "standard", true);
    check_argument("retry_mode", "legacy", false);
    check_argument("max_retries", 0, true);
    check_argument("max_retries", -1, false);
    check_argument("ec2_metadata_service_endpoint_mode", "ipv6", true);
    check_argument("ec2_metadata_service_endpoint_mode", "IPv5", false);
    check_argument("ec2_metadata_service_endpoint", "169.254.169.254", false);
    check_argument("sts_region", "Ohio", false);
    check_argument("https_proxy", "proxy:8080", true);
    check_argument("https_proxy", "ftp://proxy", false);
    check_argument("allowed_account_ids", Value::set(["11112222333".into()]), false);
    let null_file = block([("shared_config_files", Value::list([Value::Null]))]);
    check(null_file, ["error shared_config_files[0]"]);
}

#[test]
fn every_service_of_hashicorp_aws_may_stand_in_endpoints() {
    let schema = CleanRooms::schema();
    let endpoints = schema.blocks.iter().find(|block| block.name == "endpoints");
    let names: Vec<_> = endpoints.iter().flat_map(|b| &b.attributes).map(|a| a.name).collect();
    let others = &names[4..];
    assert!(others.is_sorted() && others.len() > 400, "{}", others.len());
    // Of LocalStack's guide, and names that went or changed in time.
    for name in ["ses", "logs", "elb", "stepfunctions", "sso", "ssooidc", "r53", "sdb", "worklink"]
    {
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn each_address_of_endpoints_reaches_its_service() {
    let addresses = [
        ("cleanrooms", "http://127.0.0.1:1"),
        ("sts", "http://127.0.0.1:2"),
        ("sso", "http://127.0.0.1:3"),
        ("ssooidc", "http://127.0.0.1:4"),
    ];
    let one = |(name, url): (&'static str, &str)| Value::object([(name, url.into())]);
    // In one block, and in several.
    let all = Value::object(addresses.map(|(name, url)| (name, url.into())));
    for endpoints in [blocks([all]), blocks(addresses.map(one))] {
        let block = block([("endpoints", endpoints)]);
        check(block.clone(), []);
        let endpoints = configured(&block).endpoints;
        assert_eq!(endpoints.cleanrooms.as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(endpoints.sts.as_deref(), Some("http://127.0.0.1:2"));
        assert_eq!(endpoints.sso.as_deref(), Some("http://127.0.0.1:3"));
        assert_eq!(endpoints.sso_oidc.as_deref(), Some("http://127.0.0.1:4"));
    }
    for name in ["sso", "ssooidc"] {
        let endpoints = blocks([one((name, "127.0.0.1:3"))]);
        check(block([("endpoints", endpoints)]), [&format!("error endpoints[0].{name}")]);
    }
}

#[test]
fn paths_of_arguments_are_expanded() {
    let home = std::env::home_dir().expect("tests run with a home");
    let home = |rest: &str| home.join(rest).to_str().expect("it is text").to_owned();
    let role = Value::object([("web_identity_token_file", "~/token".into())]);
    let config = configured(&block([
        ("shared_credentials_files", Value::list(["$HOME/creds".into(), "/x".into()])),
        ("shared_config_files", Value::list(["${HOME}/config".into()])),
        ("custom_ca_bundle", "~/ca.pem".into()),
        ("assume_role_with_web_identity", blocks([role])),
    ]));
    assert_eq!(config.shared_credentials_files, [home("creds"), "/x".to_owned()]);
    assert_eq!(config.shared_config_files, [home("config")]);
    assert_eq!(config.custom_ca_bundle, Some(home("ca.pem")));
    let role = config.assume_role_with_web_identity.expect("it is configured");
    assert_eq!(role.web_identity_token_file, Some(home("token")));
}

#[test]
fn an_endpoint_is_a_url() {
    let address = |url: &str| Value::object([("cleanrooms", url.into())]);
    check(block([("endpoints", Value::set([address("http://127.0.0.1:4566")]))]), []);
    check(block([("endpoints", Value::set([address("")]))]), []);
    let wrong = block([("endpoints", Value::set([address("localhost:4566")]))]);
    check(wrong, ["error endpoints.cleanrooms"]);
    let twice = Value::set([address("http://a"), address("http://b")]);
    check(block([("endpoints", twice)]), ["error endpoints"]);
}

#[test]
fn keys_come_in_pairs() {
    check(block([("access_key", "a".into())]), ["error access_key"]);
    check(block([("secret_key", "s".into())]), ["error secret_key"]);
    check(block([("token", "t".into())]), ["error token"]);
    check(block([("access_key", "a".into()), ("secret_key", Value::Unknown)]), []);
    check(block([("access_key", "".into()), ("secret_key", "".into())]), []);
}

#[test]
fn a_region_without_the_service_is_a_warning() {
    check(block([("region", "ca-west-1".into())]), ["warning region"]);
    check(block([("region", "Frankfurt".into())]), ["error region"]);
    // As in hashicorp/aws, what is empty is not given.
    check(block([("region", "".into())]), []);
    let skip = ("skip_region_validation", true.into());
    check(block([("region", "local".into()), skip]), []);
    check(block([("region", "local".into()), ("skip_region_validation", Value::Unknown)]), []);
}

#[test]
fn accounts_are_allowed_or_forbidden() {
    let ids = || Value::set(["111122223333".into()]);
    let both = [("allowed_account_ids", ids()), ("forbidden_account_ids", ids())];
    check(block(both), ["error forbidden_account_ids"]);
    let unasked = [("allowed_account_ids", ids()), ("skip_requesting_account_id", true.into())];
    check(block(unasked), ["error skip_requesting_account_id"]);
    let none = [("allowed_account_ids", Value::set([])), ("forbidden_account_ids", ids())];
    check(block(none), []);
}

#[test]
fn an_endpoint_goes_before_fips_and_dual_stack() {
    let own = |name: &str| {
        let address = Value::object([("sts", "https://sts.example.com".into())]);
        block([("endpoints", Value::set([address])), (name, true.into())])
    };
    check(own("use_fips_endpoint"), []);
    check(own("use_dualstack_endpoint"), []);
    check(block([("use_fips_endpoint", true.into())]), []);
}

#[test]
fn a_role_without_arn_is_none_alone_and_an_error_in_a_chain() {
    let empty = || Value::object([("role_arn", "".into())]);
    let alone = block([("assume_role", blocks([empty()]))]);
    assert!(configured(&alone).assume_role.is_empty());
    check(alone, ["warning assume_role[0].role_arn"]);
    let role = Value::object([("role_arn", ROLE.into())]);
    let chain = block([("assume_role", blocks([role, empty()]))]);
    check(chain, ["error assume_role[1].role_arn"]);
}

#[test]
fn the_parts_of_a_role_are_checked() {
    let with = |name: &str, value: &str| {
        let role = Value::object([("role_arn", ROLE.into()), (name, value.into())]);
        block([("assume_role", blocks([role]))])
    };
    check(with("duration", "12h"), []);
    for (name, value) in [
        ("duration", "5m"),
        ("duration", "900"),
        ("session_name", "has space"),
        ("external_id", "x"),
        ("policy", "{"),
    ] {
        let path = format!("error assume_role[0].{name}");
        assert_eq!(told(&with(name, value)), [path], "{value}");
    }
    for wrong in ["arn:aws:iam::111122223333:user/me", "arn:aws:iam::123:role/Deployer"] {
        let role = Value::object([("role_arn", wrong.into())]);
        check(block([("assume_role", blocks([role]))]), ["error assume_role[0].role_arn"]);
    }
}

#[test]
fn a_web_identity_has_a_role_and_one_token() {
    let with = |arguments: Vec<(&str, Value)>| {
        block([("assume_role_with_web_identity", blocks([Value::object(arguments)]))])
    };
    let role = ("role_arn", Value::from(ROLE));
    let token = ("web_identity_token", Value::from("a-token"));
    let file = ("web_identity_token_file", Value::from("/token"));
    let path = |name: &str| format!("error assume_role_with_web_identity[0].{name}");
    check(with(vec![role.clone(), file.clone()]), []);
    let both = with(vec![role.clone(), token.clone(), file]);
    assert_eq!(told(&both), [path("web_identity_token_file")]);
    assert_eq!(told(&with(vec![role])), [path("web_identity_token")]);
    assert_eq!(told(&with(vec![token])), [path("role_arn")]);
}

#[test]
fn arguments_about_other_services_are_refused_with_a_hint() {
    check_argument("s3_use_path_style", true, false);
    check_argument("s3_us_east_1_regional_endpoint", "legacy", false);
    check_argument("shared_credentials_file", "~/.aws/credentials", false);
    let config = block([("s3_use_path_style", true.into())]);
    let hint = diagnostics(&config).iter().next().map(|diagnostic| diagnostic.detail.clone());
    assert!(hint.is_some_and(|hint| hint.contains("Amazon S3")));
}

#[test]
fn nothing_is_said_of_unknown_values() {
    let names = CleanRooms::schema().attributes.into_iter().map(|argument| argument.name);
    let refused = |name: &str| name.starts_with("s3_");
    let attributes = names.filter(|name| !refused(name)).map(|name| (name, Value::Unknown));
    let schema = CleanRooms::schema();
    let blocks = schema.blocks.iter().map(|block| (block.name, Value::Unknown));
    check(block(attributes.chain(blocks)), []);
}

#[test]
fn arguments_arrive_as_they_were_given() {
    let role = Value::object([
        ("role_arn", ROLE.into()),
        ("duration", "1h".into()),
        ("tags", Value::map([("a", "1".into())])),
    ]);
    let config = configured(&block([
        ("region", "us-east-2".into()),
        ("profile", "".into()),
        ("assume_role", blocks([role])),
        ("retry_mode", "adaptive".into()),
        ("max_retries", 3.into()),
        ("ec2_metadata_service_endpoint_mode", "IPv6".into()),
        ("endpoints", Value::set([Value::object([("sts", "http://sts".into())])])),
        ("use_fips_endpoint", false.into()),
    ]));
    assert_eq!(config.region.as_deref(), Some("us-east-2"));
    assert_eq!(config.profile, None);
    assert_eq!(config.assume_role[0].role_arn, ROLE);
    assert_eq!(config.assume_role[0].duration, Some(Duration::from_secs(3600)));
    assert_eq!(config.assume_role[0].tags.get("a").map(String::as_str), Some("1"));
    assert_eq!(config.retry_mode, Some(RetryMode::Adaptive));
    assert_eq!(config.max_retries, Some(3));
    assert_eq!(config.ec2_metadata_service_endpoint_mode, Some(MetadataEndpointMode::Ipv6));
    assert_eq!(config.endpoints.sts.as_deref(), Some("http://sts"));
    assert_eq!(config.use_fips_endpoint, Some(false));
    assert_eq!(config.terraform_version.as_deref(), Some("1.15.0"));
}

#[test]
fn what_is_unknown_and_needed_to_read_is_named() {
    let unknown = |config: Value| unknown_argument(&config);
    let role = Value::object([("role_arn", Value::Unknown)]);
    let named = unknown(block([("assume_role", blocks([role]))]));
    assert_eq!(named.as_deref(), Some("assume_role"));
    assert_eq!(unknown(block([("ignore_tags", Value::Unknown)])).as_deref(), Some("ignore_tags"));
    let tags = Value::object([("tags", Value::map([("a", Value::Unknown)]))]);
    assert_eq!(unknown(block([("default_tags", blocks([tags]))])), None);
}

#[test]
fn an_unknown_region_is_not_looked_for_elsewhere() {
    assert!(configured(&block([("region", Value::Unknown)])).unknown_region);
    assert!(configured(&block([("profile", Value::Unknown)])).unknown_region);
    let known = block([("region", "us-east-1".into()), ("profile", Value::Unknown)]);
    assert!(!configured(&known).unknown_region);
}

#[test]
fn unknown_default_tags_stay_unknown() {
    let unknown = |default_tags: Value| policy(&block([("default_tags", default_tags)]), []);
    assert!(unknown(Value::Unknown).default_tags.is_unknown());
    let tags = |tags: Value| blocks([Value::object([("tags", tags)])]);
    assert!(unknown(tags(Value::Unknown)).default_tags.is_unknown());
    let partly = unknown(tags(Value::map([("a", Value::Unknown)])));
    assert!(partly.default_tags.get("a").is_unknown() && partly.default_tags.is_known());
    assert!(unknown(Value::Null).default_tags.is_null());
}

#[test]
fn while_nobody_knows_what_is_ignored_no_tag_is_known() {
    let keys = Value::object([("keys", Value::Unknown)]);
    let policy = policy(&block([("ignore_tags", blocks([keys]))]), []);
    let tags = Value::map([("a", "b".into())]);
    assert!(policy.all(&tags).is_unknown());
}

#[test]
fn the_environment_gives_tags_that_arguments_overlay() {
    let tags = Value::map([("Stage", "prod".into())]);
    let config = block([("default_tags", blocks([Value::object([("tags", tags)])]))]);
    let environment = [
        ("TF_AWS_DEFAULT_TAGS_Stage", "dev"),
        ("TF_AWS_DEFAULT_TAGS_Owner", "data"),
        ("TF_AWS_IGNORE_TAGS_KEYS", "one, two"),
        ("TF_AWS_IGNORE_TAGS_KEY_PREFIXES", "cost/"),
    ];
    let policy = policy(&config, environment);
    let expected = Value::map([("Owner", "data".into()), ("Stage", "prod".into())]);
    assert_eq!(policy.default_tags, expected);
    assert_eq!(policy.ignored_keys, ["one", "two"]);
    assert_eq!(policy.ignored_prefixes, ["cost/"]);
}

#[test]
fn tags_of_the_environment_are_read_in_any_unicode_form() {
    let environment = [
        ("TF_AWS_DEFAULT_TAGS_cafe\u{301}", "e\u{301}"),
        ("TF_AWS_IGNORE_TAGS_KEYS", "o\u{308}"),
        ("TF_AWS_IGNORE_TAGS_KEY_PREFIXES", "u\u{308}/"),
    ];
    let policy = policy(&block([]), environment);
    // As core gives them back.
    let expected = Value::Map([("caf\u{e9}".to_owned(), "\u{e9}".into())].into());
    assert_eq!(policy.default_tags, expected);
    assert_eq!(policy.all(&Value::Null), expected);
    for key in ["\u{f6}", "o\u{308}", "\u{fc}/x", "u\u{308}/x"] {
        assert!(policy.is_ignored(key), "{key}");
    }
    assert!(!policy.is_ignored("o"));
}

#[test]
fn a_twin_in_the_block_goes_before_that_in_the_environment() {
    let tags = Value::map([("caf\u{e9}", "block".into())]);
    let config = block([("default_tags", blocks([Value::object([("tags", tags.clone())])]))]);
    let policy = policy(&config, [("TF_AWS_DEFAULT_TAGS_cafe\u{301}", "environment")]);
    assert_eq!(policy.default_tags, tags);
}

#[test]
fn default_tags_that_aws_accepts_of_nobody_are_told_before_any_plan() {
    let tags = |key: &str, value: &str| {
        let tags = Value::map([(key, value.into())]);
        told(&block([("default_tags", blocks([Value::object([("tags", tags)])]))]))
    };
    let environment = |key: &str, value: &str| {
        let mut wrong = Diagnostics::new();
        let variable = (format!("TF_AWS_DEFAULT_TAGS_{key}"), value.to_owned());
        check_default_tags([variable].into_iter(), &mut wrong);
        wrong.iter().map(|told| told.summary.clone()).collect::<Vec<_>>()
    };
    for (key, value, accepted) in [
        ("Key", "x".repeat(256), true),
        ("Key", "x".repeat(257), false),
        (&"k".repeat(128), String::new(), true),
        (&"k".repeat(129), String::new(), false),
        ("aws:x", String::new(), false),
        ("AWS:x", String::new(), false),
    ] {
        let of_block = tags(key, &value);
        assert_eq!(of_block.is_empty(), accepted, "{key}: {of_block:?}");
        assert!(of_block.iter().all(|told| told.starts_with("error default_tags[0].tags")));
        let of_environment = environment(key, &value);
        assert_eq!(of_environment.is_empty(), accepted, "{key}: {of_environment:?}");
        let names = format!("Wrong environment variable TF_AWS_DEFAULT_TAGS_{key}");
        assert!(of_environment.iter().all(|told| *told == names), "{of_environment:?}");
    }
}
