//! Attributes that the API can set but not clear: taken out of a configuration, they stay as they are.

use crate::framework::Diagnostic;
use crate::framework::plan::Plan;
use crate::framework::private::Private;
use crate::wire::AttributePath;

/// Which of these the last applied configuration had. Stored with the state.
pub const CONFIGURED: &str = "configured";

/// Warns, where the last applied configuration had the attribute and this one has not, that it stays: what
/// that means, as sentences.
pub fn warn(plan: &mut Plan<'_>, private: &Private, name: &'static str, meaning: &str) {
    let is_set = !plan.prior.get(name).is_null();
    if was_configured(private, name) && is_set && plan.config.get(name).is_null() {
        let summary = format!("{name} stays as it is");
        let detail =
            format!("It is no longer in the configuration, but the API cannot clear it: {meaning}");
        let path = AttributePath::of(name);
        plan.diagnostics.push(Diagnostic::warning(summary, detail).at(path));
    }
}

fn was_configured(private: &Private, name: &str) -> bool {
    let configured = private.get(CONFIGURED).and_then(|note| note.as_array());
    configured.into_iter().flatten().any(|configured| configured.as_str() == Some(name))
}

/// Notes which of these attributes the configuration has.
pub fn note(plan: &Plan<'_>, private: &mut Private, names: &[&str]) {
    let is_configured = |name: &&&str| !plan.config.get(name).is_null();
    let configured: Vec<_> = names.iter().filter(is_configured).copied().collect();
    if configured.is_empty() {
        private.remove(CONFIGURED);
    } else {
        private.set(CONFIGURED, configured);
    }
}
