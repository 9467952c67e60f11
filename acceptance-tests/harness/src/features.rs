//! What engines can do from some version on, and the scenarios that every one of them runs.

use std::collections::BTreeSet;

use crate::engine::Extent;

/// Something that not every engine can do.
#[derive(Debug)]
pub struct Feature {
    /// What it is.
    pub name: &'static str,
    /// The first Terraform that has it; `None`: none has.
    pub terraform: Option<&'static str>,
    /// The first OpenTofu that has it; `None`: none has.
    pub opentofu: Option<&'static str>,
    /// What shows that it works with the provider.
    pub shown_by: Shown,
}

/// What shows a feature.
#[derive(Debug)]
pub enum Shown {
    /// These scenarios, which are smoke.
    By(&'static [&'static str]),
    /// Nothing, for this reason.
    No(&'static str),
}

/// All of them, in the order in which the engines got them.
pub const FEATURES: &[Feature] = &[
    Feature {
        name: "import blocks and generated configuration",
        terraform: Some("1.5.0"),
        opentofu: Some("1.6.0"),
        shown_by: Shown::By(&[
            "collaboration/generated_configuration",
            "collaboration/import_block",
            "membership/generated_configuration",
            "configured_table_association/import_block",
        ]),
    },
    Feature {
        name: "moves from another type or provider",
        terraform: Some("1.8.0"),
        opentofu: Some("1.10.0"),
        shown_by: Shown::By(&["moved/from_aws", "moved/from_awscc"]),
    },
    Feature {
        name: "provider functions",
        terraform: Some("1.8.0"),
        opentofu: Some("1.7.0"),
        shown_by: Shown::No("the provider has none"),
    },
    Feature {
        name: "an apply that is told from a plan, by the deferral that it allows",
        terraform: Some("1.9.0"),
        opentofu: Some("1.9.0"),
        shown_by: Shown::By(&[
            "collaboration/unknown_turns_out_to_replace",
            "configured_table/unknown",
        ]),
    },
    Feature {
        name: "ephemeral resources",
        terraform: Some("1.10.0"),
        opentofu: Some("1.11.0"),
        shown_by: Shown::No("the provider has none"),
    },
    Feature {
        name: "write-only attributes",
        terraform: Some("1.11.0"),
        opentofu: Some("1.11.0"),
        // The second is for engines without.
        shown_by: Shown::By(&[
            "protected_query/parameters_wo",
            "protected_query/parameters_wo_unsupported",
        ]),
    },
    Feature {
        name: "resource identity, and import by it",
        terraform: Some("1.12.0"),
        opentofu: Some("1.12.0"),
        shown_by: Shown::By(&[
            "membership/import_identity",
            "configured_table_association/import_identity",
        ]),
    },
    Feature {
        name: "list resources",
        terraform: Some("1.14.0"),
        opentofu: None,
        // What they find beside it stands in `checks::queries`, for each engine that runs everything.
        shown_by: Shown::By(&["examples/list-resources/cleanrooms_membership"]),
    },
    Feature {
        name: "actions",
        terraform: Some("1.14.0"),
        opentofu: None,
        shown_by: Shown::By(&["actions/vote", "actions/start_query"]),
    },
];

/// What every engine can do, and each of them shows.
const EVERYWHERE: &[&str] = &[
    "membership/two_companies",
    "membership/replace_refused",
    "collaboration/state_v0",
    "collaboration/interrupted_create",
    "provider/default_tags",
    "provider/unknown_at_plan",
    "tags/ignored_by_lifecycle",
    "examples/complete",
];

/// Kinds of objects that are rows and calls alone. What keeps them safe is the layer's, which other kinds
/// show on each engine, so that of these each engine shows a life. The engine in small plays all of their
/// scenarios.
const PLAIN: &[&str] = &[
    "analysis_template",
    "configured_audience_model_association",
    "configured_table",
    "configured_table_analysis_rule",
    "configured_table_association",
    "configured_table_association_analysis_rule",
    "id_mapping_table",
    "id_namespace_association",
    "intermediate_table",
    "intermediate_table_analysis_rule",
    "privacy_budget_template",
];

/// Kinds of what is done once: the newest engine plays all of their scenarios, the others a life.
const FINAL: &[&str] = &["change_request_vote", "protected_job", "protected_query"];

/// The scenarios of a kind that are its life, beside its example; and its mistakes, whose words are the
/// engine's in part.
const LIFE: &[&str] = &[
    "create_full",
    "failed",
    "generated_configuration",
    "import",
    "import_forms",
    "invalid",
    "replace",
    "two_companies",
    "update",
];

/// Whether a kind of objects is rows and calls alone.
pub fn is_plain(kind: &str) -> bool {
    PLAIN.contains(&kind)
}

/// Whether an engine runs a scenario or an example, as far as its extent goes.
pub fn is_run(extent: Extent, name: &str) -> bool {
    let (kind, scenario) = name.split_once('/').unwrap_or((name, ""));
    // What runs once and is paid for is not the layer's alone.
    let is_of_a_life = LIFE.contains(&scenario) || scenario.starts_with("populate");
    is_smoke(name)
        || match extent {
            Extent::Everything => true,
            Extent::Newest => is_of_a_life || !is_plain(kind),
            Extent::Oldest => is_of_a_life || !is_plain(kind) && !FINAL.contains(&kind),
            Extent::Lives => is_of_a_life || kind == "examples",
            Extent::Smoke => false,
        }
}

/// Whether every engine runs a scenario or an example.
pub fn is_smoke(name: &str) -> bool {
    smoke().contains(name)
}

/// The scenarios and examples that every engine runs.
pub fn smoke() -> BTreeSet<&'static str> {
    let of_features = FEATURES.iter().flat_map(|feature| match feature.shown_by {
        Shown::By(scenarios) => scenarios,
        Shown::No(_) => &[],
    });
    EVERYWHERE.iter().chain(of_features).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::repository;

    #[test]
    fn what_is_smoke_exists() {
        for name in smoke() {
            let folder = match name.starts_with("examples/") {
                true => repository().join(name),
                false => repository().join("acceptance-tests/cases").join(name),
            };
            assert!(folder.is_dir(), "{name} is no scenario");
        }
    }

    #[test]
    fn a_kind_has_a_life() {
        let cases = repository().join("acceptance-tests/cases");
        for kind in PLAIN.iter().chain(FINAL) {
            let exists = |scenario: &&&str| cases.join(kind).join(scenario).is_dir();
            let life: BTreeSet<_> = LIFE.iter().filter(exists).copied().collect();
            // A vote is final, and what ran once has run: both are imported by id alone.
            let is_changed = life.contains("update") && life.contains("import_forms");
            assert!(is_changed || life.contains("import"), "{kind}: {life:?}");
            for scenario in ["create_full", "invalid", "replace"] {
                assert!(life.contains(scenario), "{kind}/{scenario} is no scenario");
                assert!(is_run(Extent::Lives, &format!("{kind}/{scenario}")));
            }
            let other = format!("{kind}/disappears");
            assert!(is_run(Extent::Everything, &other));
            assert_eq!(is_run(Extent::Newest, &other), !is_plain(kind));
            assert!(!is_run(Extent::Oldest, &other));
        }
        assert!(is_run(Extent::Oldest, "collaboration/disappears"));
        assert!(!is_run(Extent::Lives, "collaboration/disappears"));
        assert!(is_run(Extent::Lives, "examples/complete"));
        assert!(!is_run(Extent::Smoke, "collaboration/import"));
    }

    #[test]
    fn a_feature_is_shown_or_there_is_a_reason() {
        for feature in FEATURES {
            let is_shown = match feature.shown_by {
                Shown::By(scenarios) => !scenarios.is_empty(),
                Shown::No(reason) => !reason.is_empty(),
            };
            assert!(is_shown, "{}", feature.name);
        }
    }
}
