//! Checks of arguments against one another, silent on what is unknown.

use super::arguments::{block_paths, blocks, given};
use crate::cleanrooms::shapes::region::{REGIONS, region};
use crate::framework::{Diagnostic, Diagnostics};
use crate::wire::{AttributePath, Value};

/// Gives the value of a variable of the environment that is set and not empty.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Finds what no single argument shows to be wrong.
pub(super) fn check(config: &Value, environment: Environment<'_>, diagnostics: &mut Diagnostics) {
    check_keys(config, diagnostics);
    check_region(config, environment, diagnostics);
    check_accounts(config, diagnostics);
    check_endpoints(config, diagnostics);
    check_assume_role(config, diagnostics);
    check_web_identity(config, environment, diagnostics);
}

/// Whether an argument is certainly left out, or empty.
fn missing(value: &Value) -> bool {
    value.is_known() && !given(value)
}

fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true)
}

fn check_keys(config: &Value, diagnostics: &mut Diagnostics) {
    let pairs =
        [("access_key", "secret_key"), ("secret_key", "access_key"), ("token", "access_key")];
    for (one, other) in pairs {
        if given(config.get(one)) && missing(config.get(other)) {
            // Engines can show the line of what is there, not of what is missing.
            let detail = format!("`{one}` is of no use without `{other}`.");
            let summary = format!("Missing value for {other}");
            diagnostics.push(Diagnostic::error(summary, detail).at(AttributePath::of(one)));
        }
    }
}

/// Tells a Region that cannot exist, and warns of one that may lack the service.
fn check_region(config: &Value, environment: Environment<'_>, diagnostics: &mut Diagnostics) {
    let skipped = config.get("skip_region_validation");
    if skipped.is_unknown() || is_true(skipped) {
        return;
    }
    if missing(config.get("region")) {
        diagnostics.extend(region_of_environment(environment));
        return;
    }
    for rule in region().validators {
        rule.check(config.get("region"), &AttributePath::of("region"), diagnostics);
    }
}

/// Warns of a Region of the environment without the service. It is no part of the configuration,
/// and another run may have another, so it is never an error.
fn region_of_environment(environment: Environment<'_>) -> Option<Diagnostic> {
    let (name, region) = ["AWS_REGION", "AWS_DEFAULT_REGION"]
        .into_iter()
        .find_map(|name| Some((name, environment(name)?)))?;
    // Blanks around a name are told, as an error, by whoever needs the Region.
    let is_unknown = !REGIONS.contains(&region.trim());
    is_unknown.then(|| {
        Diagnostic::warning(
            format!("Region {region} may lack the service"),
            format!(
                "{name} is `{region}`, which had no AWS Clean Rooms when this provider was \
                 released. Known are {}.",
                REGIONS.join(", ")
            ),
        )
    })
}

fn check_accounts(config: &Value, diagnostics: &mut Diagnostics) {
    let (allowed, forbidden) = ("allowed_account_ids", "forbidden_account_ids");
    if given(config.get(allowed)) && given(config.get(forbidden)) {
        diagnostics.push(conflict(
            AttributePath::of(forbidden),
            format!(
                "Give either `{allowed}` or `{forbidden}`: the first already forbids all others."
            ),
        ));
    }
    let skip = "skip_requesting_account_id";
    for ids in [allowed, forbidden] {
        if given(config.get(ids)) && is_true(config.get(skip)) {
            diagnostics.push(conflict(
                AttributePath::of(skip),
                format!("`{ids}` can be checked only if STS may be asked for the account."),
            ));
        }
    }
}

/// FIPS and dual stack choose among AWS's own names; an address of one's own goes before, as in
/// hashicorp/aws, so that they may stand beside it.
fn check_endpoints(config: &Value, diagnostics: &mut Diagnostics) {
    for service in ["cleanrooms", "sts", "sso", "ssooidc"] {
        let addresses = blocks(config.get("endpoints")).map(|block| block.get(service));
        if addresses.filter(|address| given(address)).count() > 1 {
            diagnostics.push(conflict(
                AttributePath::of("endpoints"),
                format!("Several `endpoints` blocks give an address for `{service}`."),
            ));
        }
    }
}

/// A single empty block counts as none, as in hashicorp/aws: modules pass `role_arn = ""` for "no role".
fn check_assume_role(config: &Value, diagnostics: &mut Diagnostics) {
    let roles: Vec<_> = block_paths("assume_role", config).collect();
    for (role, path) in &roles {
        if !missing(role.get("role_arn")) {
            continue;
        }
        let path = path.clone().attribute("role_arn");
        diagnostics.push(if roles.len() == 1 {
            let detail = "`assume_role` has no `role_arn`, so no role is assumed.";
            Diagnostic::warning("No role to assume", detail).at(path)
        } else {
            lacking(path, "Each role of a chain needs a `role_arn`.")
        });
    }
}

fn check_web_identity(config: &Value, environment: Environment<'_>, diagnostics: &mut Diagnostics) {
    for (role, path) in block_paths("assume_role_with_web_identity", config) {
        if missing(role.get("role_arn")) && environment("AWS_ROLE_ARN").is_none() {
            let detail = "Give `role_arn`, or set AWS_ROLE_ARN.";
            diagnostics.push(lacking(path.clone().attribute("role_arn"), detail));
        }
        let (token, file) = ("web_identity_token", "web_identity_token_file");
        if given(role.get(token)) && given(role.get(file)) {
            let detail = format!("Give either `{token}` or `{file}`.");
            diagnostics.push(conflict(path.clone().attribute(file), detail));
        }
        let variables = ["TF_AWS_WEB_IDENTITY_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE"];
        if missing(role.get(token))
            && missing(role.get(file))
            && variables.iter().all(|name| environment(name).is_none())
        {
            let detail = format!("Give `{token}` or `{file}`, or set {}.", variables.join(" or "));
            diagnostics.push(lacking(path.attribute(token), detail));
        }
    }
}

fn lacking(path: AttributePath, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(format!("Missing value for {path}"), detail).at(path)
}

fn conflict(path: AttributePath, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(format!("Conflicting value for {path}"), detail).at(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_of_the_environment_is_warned_of_at_most() {
        let warned = |name: &'static str, region: &'static str| {
            region_of_environment(&|asked| (asked == name).then(|| region.to_owned()))
        };
        assert_eq!(warned("AWS_REGION", "us-east-1"), None);
        assert_eq!(warned("AWS_REGION", "us-east-1 "), None);
        assert_eq!(warned("HOME", "/nowhere"), None);
        let warning = warned("AWS_DEFAULT_REGION", "ca-west-1").expect("a warning");
        assert!(!warning.is_error() && warning.detail.contains("AWS_DEFAULT_REGION"), "{warning}");
    }
}
