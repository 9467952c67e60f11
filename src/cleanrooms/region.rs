//! The Region of an object: the provider's for a new one that names none, and always state's for one that exists.

use super::client::Client;
use super::key::a;
use crate::framework::plan::Plan;
use crate::framework::{Change, Diagnostic};
use crate::wire::{AttributePath, Value};

/// Plans the Region of a new object.
pub fn follow_provider(plan: &mut Plan<'_>, client: Option<&Client>) {
    if plan.is_create()
        && plan.config.get("region").is_null()
        && let Some(region) = of_provider(client)
    {
        plan.set("region", region.into());
    }
}

/// Says where an object that exists stays, or where its replacement goes. To be called once it is
/// known whether the object is replaced.
pub fn warn(plan: &mut Plan<'_>, client: Option<&Client>, parent: Option<&str>) {
    if !plan.config.get("region").is_null() || plan.relocates {
        return;
    }
    let (Some(of_provider), Some(of_state)) =
        (of_provider(client), plan.prior.get("region").as_str())
    else {
        return;
    };
    if of_state == of_provider {
        return;
    }
    let warning = if plan.is_replacement() {
        // The new object is planned like any other, without a Region of its own.
        Diagnostic::warning(
            format!("The replacement is made in {of_provider}"),
            format!(
                "This object lives in `{of_state}`, but the provider's Region is \
                 `{of_provider}`, and the new one is made there. Write `region = \
                 \"{of_state}\"` to keep to its Region."
            ),
        )
    } else {
        let or_else = match parent {
            None => format!(", or `region = \"{of_provider}\"` to replace it by a new one."),
            Some(parent) => format!("; it changes only together with `{parent}`."),
        };
        Diagnostic::warning(
            format!("The object stays in {of_state}"),
            format!(
                "The provider's Region is `{of_provider}`, but this object lives in \
                 `{of_state}` and is managed there. Write `region = \"{of_state}\"` to say \
                 so{or_else}"
            ),
        )
    };
    plan.diagnostics.push(warning.at(AttributePath::of("region")));
}

/// Whether a Region is the provider's.
pub fn is_of(client: Option<&Client>, region: &Value) -> bool {
    of_provider(client).is_some_and(|of_provider| region.as_str() == Some(&of_provider))
}

fn of_provider(client: Option<&Client>) -> Option<String> {
    client.and_then(|client| client.aws.region().ok())
}

/// The error for an object that lives where its parent does and was to move alone.
pub fn fixed_by_parent(noun: &str, parent: &str, change: Change<'_>) -> Option<Diagnostic> {
    let Change { prior, planned } = change;
    let (is, shall) = (prior.get("region"), planned.get("region"));
    let moves = shall.is_known() && !shall.is_null() && !is.is_null() && shall != is;
    (moves && planned.get(parent) == prior.get(parent)).then(|| {
        let one = a(noun);
        Diagnostic::error(
            format!("region of {one} cannot be changed"),
            format!(
                "A{} lives in the Region of its {}, which is {is}. It changes only together \
                 with `{parent}`. Set it to {is}, or leave it out.",
                &one[1..],
                parent.trim_end_matches("_id").replace('_', " ")
            ),
        )
        .at(AttributePath::of("region"))
    })
}

/// The error for an object that is to be made in another Region than what it hangs on.
pub fn elsewhere(noun: &str, parent: &str, is: &str, asked: &str) -> Diagnostic {
    let of_parent = parent.trim_end_matches("_id").replace('_', " ");
    Diagnostic::error(
        format!("The {noun} cannot be made in {asked}"),
        format!(
            "A{} lives in the Region of its {of_parent}, which is `{is}`. Nothing was called. Write \
             `region = \"{is}\"`, or use a provider block of that Region.",
            &a(noun)[1..]
        ),
    )
    .at(AttributePath::of("region"))
}

/// The error for an object whose parent was not found: it may be in another Region.
pub fn may_be_elsewhere(mut error: Diagnostic, parent: &str, asked: &str) -> Diagnostic {
    let of_parent = parent.trim_end_matches("_id").replace('_', " ");
    error.detail.push_str(&format!(
        " Region `{asked}` was asked. If the {of_parent} is in another one, say so by `region`."
    ));
    error
}

/// Whether a plan has a Region that is the provider's rather than the configuration's.
pub fn is_of_provider(plan: &Plan<'_>) -> bool {
    (plan.is_create() || plan.is_replacement()) && plan.config.get("region") == &Value::Null
}
