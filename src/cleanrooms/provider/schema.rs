//! The arguments of the provider block, with the names and the nesting of hashicorp/aws.
//!
//! Each argument is one row. Blocks stay blocks, so that a block can be copied
//! from another project and only its label changed.

use super::rules;
use super::services::OTHERS;
use crate::cleanrooms::shapes::tags::tags;
use crate::framework::schema::{Attribute, Block, Kind, Mode, Nesting, Schema};
use crate::framework::validators::{Validator, length};
use crate::wire::Type;

/// The schema of the provider block.
pub(super) fn schema() -> Schema {
    let arguments = [where_and_who(), behaviour(), network(), safety_nets(), refused()];
    Schema {
        version: 0,
        description: "Manages AWS Clean Rooms. The arguments have the names, the nesting and the \
                      meaning of those of hashicorp/aws."
            .to_owned(),
        attributes: arguments.into_iter().flatten().map(|argument| argument.0).collect(),
        blocks: vec![
            assume_role(),
            assume_role_with_web_identity(),
            endpoints(),
            default_tags(),
            ignore_tags(),
        ],
    }
}

/// Where objects live, and with whose credentials they are managed.
fn where_and_who() -> Vec<Argument> {
    vec![
        text("region").doc(
            "The Region of all objects that name none. Otherwise AWS_REGION, AWS_DEFAULT_REGION \
             or the profile names it.",
        ),
        text("access_key").doc("The id of an access key; needs `secret_key`."),
        text("secret_key").sensitive().doc("The secret of the access key."),
        text("token").sensitive().doc("The session token of temporary credentials."),
        text("profile").doc(
            "The profile of the shared files, for credentials and the Region. Named here, it goes \
             before credentials in the environment.",
        ),
        list("shared_config_files")
            .doc("Files to read instead of `~/.aws/config`; what stands in a later one wins."),
        list("shared_credentials_files")
            .doc("Files to read instead of `~/.aws/credentials`; what stands in a later one wins."),
        text("sts_region").rule(rules::region_name()).doc("The Region in which STS is called."),
        text("ec2_metadata_service_endpoint")
            .rule(rules::url())
            .doc("The address of the EC2 instance metadata service."),
        text("ec2_metadata_service_endpoint_mode")
            .rule(rules::one_of(&["IPv4", "IPv6"]))
            .doc("By which protocol the EC2 instance metadata service is reached: IPv4 or IPv6."),
    ]
}

/// How calls are made.
fn behaviour() -> Vec<Argument> {
    vec![
        number("max_retries").rule(rules::whole_number(0..=i64::from(u32::MAX))).doc(
            "How often a failed or throttled call is repeated. Otherwise AWS_MAX_ATTEMPTS or \
             `max_attempts` of the profile says how often it is tried; 9 repetitions if nothing \
             does.",
        ),
        text("retry_mode").rule(rules::one_of(&["standard", "adaptive"])).doc(
            "How repeated calls are spaced: `standard`, or `adaptive`, which also slows down \
             while AWS throttles. Otherwise AWS_RETRY_MODE or the profile says.",
        ),
        number("token_bucket_rate_limiter_capacity")
            .rule(rules::whole_number(0..=500_000))
            .doc("How many tokens for repeated calls there are; unlimited if 0 or not given."),
        list("user_agent").doc("Products to append to the user agent, such as `name/1.0`."),
    ]
}

fn network() -> Vec<Argument> {
    vec![
        text("http_proxy").sensitive().rule(rules::proxy()).doc(
            "The proxy for http addresses, and for https ones if nothing else names a proxy for \
             them. It may hold a user and a password. An empty text means none, whatever \
             HTTP_PROXY says.",
        ),
        text("https_proxy").sensitive().rule(rules::proxy()).doc(
            "The proxy for https addresses, of the kind http, https or socks5. It may hold a \
                 user and a password. An empty text means none, whatever HTTPS_PROXY says.",
        ),
        text("no_proxy").doc(
            "Hosts reached without a proxy, separated by commas: names, which include what is \
             below them, addresses, networks such as 10.0.0.0/8, each with a port if need be, or \
             `*`. This machine's own addresses never need one.",
        ),
        text("custom_ca_bundle").doc(
            "A PEM file of the certificate authorities to trust instead of the system's. \
             Otherwise AWS_CA_BUNDLE names it.",
        ),
        flag("insecure").doc("Whether certificates are accepted unseen. Only for tests."),
        flag("use_fips_endpoint").doc("Whether FIPS endpoints are used."),
        flag("use_dualstack_endpoint").doc("Whether endpoints with IPv4 and IPv6 are used."),
    ]
}

/// What keeps changes out of the wrong account, and which checks are left out.
fn safety_nets() -> Vec<Argument> {
    vec![
        set("allowed_account_ids")
            .rule(rules::each(rules::account_id()))
            .doc("The only accounts in which anything may be changed."),
        set("forbidden_account_ids")
            .rule(rules::each(rules::account_id()))
            .doc("Accounts in which nothing may be changed."),
        flag("skip_credentials_validation")
            .doc("Has no effect: credentials are never tried before they are needed."),
        flag("skip_metadata_api_check").doc(
            "Whether the EC2 instance metadata service is left out as a source of credentials.",
        ),
        flag("skip_region_validation")
            .doc("Whether a Region without AWS Clean Rooms is accepted without a warning."),
        flag("skip_requesting_account_id").doc(
            "Whether STS is never asked to which account the credentials belong. Then nothing \
             proves that an object is gone when AWS denies access to it.",
        ),
    ]
}

/// Arguments of hashicorp/aws without a meaning here: a copied block that holds one is told so.
fn refused() -> Vec<Argument> {
    const S3: &str = "It concerns Amazon S3, which this provider does not call.";
    let refused = |argument: Argument, hint: &'static str| {
        argument
            .rule(rules::refused(hint))
            .doc("Refused: an argument of hashicorp/aws without a meaning here.")
    };
    vec![
        refused(flag("s3_use_path_style"), S3),
        refused(flag("s3_force_path_style"), S3),
        refused(text("s3_us_east_1_regional_endpoint"), S3),
        refused(
            flag("skip_get_ec2_platforms"),
            "It concerns Amazon EC2, which this provider does not call.",
        ),
        refused(
            text("shared_credentials_file"),
            "Write `shared_credentials_files = [\"…\"]`, as in hashicorp/aws 4 and later.",
        ),
        refused(
            text("tag_policy_compliance"),
            "This provider does not read the tag policies of AWS Organizations.",
        ),
    ]
}

fn assume_role() -> Block {
    block(
        "assume_role",
        "A role to assume. Several make a chain: each is assumed with the credentials of the one \
         before it.",
        Nesting::List,
        0,
        vec![
            text("role_arn").rule(rules::role_arn()).doc("The ARN of the role."),
            session_name(),
            session_duration(),
            text("external_id")
                .sensitive()
                .rule(length(2..=1224))
                .doc("The external id that the role's trust policy asks for."),
            session_policy(),
            session_policy_arns(),
            text("source_identity")
                .rule(rules::session_name())
                .doc("The identity that CloudTrail records for all that the session does."),
            map("tags").doc("Session tags."),
            set("transitive_tag_keys").doc("Keys of session tags that go on to the next role."),
        ],
    )
}

fn assume_role_with_web_identity() -> Block {
    block(
        "assume_role_with_web_identity",
        "A role to assume with the token of an identity provider.",
        Nesting::List,
        1,
        vec![
            text("role_arn")
                .rule(rules::role_arn())
                .doc("The ARN of the role; otherwise AWS_ROLE_ARN."),
            session_name(),
            session_duration(),
            session_policy(),
            session_policy_arns(),
            text("web_identity_token")
                .sensitive()
                .rule(length(4..=20_000))
                .doc("The token; otherwise TF_AWS_WEB_IDENTITY_TOKEN."),
            text("web_identity_token_file")
                .doc("The file that holds the token; otherwise AWS_WEB_IDENTITY_TOKEN_FILE."),
        ],
    )
}

fn session_name() -> Argument {
    text("session_name").rule(rules::session_name()).doc("The name of the session.")
}

fn session_duration() -> Argument {
    text("duration")
        .rule(rules::session_duration())
        .doc("How long the session lasts, from 15m to 12h, such as `1h30m`.")
}

fn session_policy() -> Argument {
    text("policy").rule(rules::json()).doc("A JSON policy that narrows what the session may do.")
}

fn session_policy_arns() -> Argument {
    set("policy_arns")
        .rule(rules::each(rules::arn()))
        .doc("ARNs of IAM policies that narrow what the session may do.")
}

fn endpoints() -> Block {
    let mut arguments = vec![
        text("cleanrooms").rule(rules::url()).doc("The URL of AWS Clean Rooms."),
        text("sts").rule(rules::url()).doc("The URL of AWS STS."),
        text("sso")
            .rule(rules::url())
            .doc("The URL of the portal of IAM Identity Center, which gives credentials."),
        text("ssooidc")
            .rule(rules::url())
            .doc("The URL at which tokens of IAM Identity Center are renewed."),
    ];
    // Blocks are shared by all providers of a project. Their attributes are a large part of the
    // schema, so each says little.
    arguments.extend(OTHERS.split_whitespace().map(|service| text(service).doc("Not used.")));
    block(
        "endpoints",
        "Addresses to use instead of those of AWS, such as that of a VPC endpoint. They go before \
         AWS_ENDPOINT_URL_CLEANROOMS, AWS_ENDPOINT_URL and the shared files.",
        Nesting::Set,
        0,
        arguments,
    )
}

fn default_tags() -> Block {
    let tags = tags();
    block(
        "default_tags",
        "Tags that every resource gets.",
        Nesting::List,
        1,
        vec![
            Argument::new("tags", tags.kind, tags.validators)
                .doc("The tags. A resource's own `tags` win where the keys are equal."),
        ],
    )
}

fn ignore_tags() -> Block {
    block(
        "ignore_tags",
        "Tags that others manage: they are neither read, nor written, nor compared.",
        Nesting::List,
        1,
        vec![
            set("keys").doc("Keys of such tags."),
            set("key_prefixes").doc("Beginnings of keys of such tags."),
        ],
    )
}

fn block(
    name: &'static str,
    description: &str,
    nesting: Nesting,
    max_items: i64,
    arguments: Vec<Argument>,
) -> Block {
    Block {
        name,
        description: description.to_owned(),
        nesting,
        max_items,
        attributes: arguments.into_iter().map(|argument| argument.0).collect(),
        blocks: Vec::new(),
    }
}

/// An argument under construction: always optional, as in hashicorp/aws, so that the environment
/// or the shared files can stand in for it.
struct Argument(Attribute);

impl Argument {
    fn new(name: &'static str, kind: Kind, validators: Vec<Validator>) -> Self {
        Self(Attribute { mode: Mode::Optional, ..Attribute::new(name, kind, validators) })
    }

    fn sensitive(self) -> Self {
        Self(Attribute { sensitive: true, ..self.0 })
    }

    fn rule(mut self, validator: Validator) -> Self {
        self.0.validators.push(validator);
        self
    }

    fn doc(self, description: &str) -> Self {
        Self(Attribute { description: description.to_owned(), ..self.0 })
    }
}

fn plain(name: &'static str, ty: Type) -> Argument {
    Argument::new(name, Kind::Plain(ty), Vec::new())
}

fn text(name: &'static str) -> Argument {
    plain(name, Type::String)
}

fn flag(name: &'static str) -> Argument {
    plain(name, Type::Bool)
}

fn number(name: &'static str) -> Argument {
    plain(name, Type::Number)
}

fn list(name: &'static str) -> Argument {
    plain(name, Type::List(Box::new(Type::String))).rule(rules::no_null_elements())
}

fn set(name: &'static str) -> Argument {
    plain(name, Type::Set(Box::new(Type::String))).rule(rules::no_null_elements())
}

fn map(name: &'static str) -> Argument {
    plain(name, Type::Map(Box::new(Type::String)))
}
