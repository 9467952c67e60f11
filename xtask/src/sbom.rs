//! What is inside a program, as CycloneDX 1.5: <https://cyclonedx.org/docs/1.5/json/>.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::compile::Made;
use crate::linked::{Id, Package};

/// The list of contents. It has no random number and no time but the commit's, so that it is the same
/// wherever it is made.
///
/// # Errors
///
/// When the program itself is not among its packages.
pub fn of(name: &str, packages: &[Package], made: &Made) -> Result<String> {
    let program = packages.iter().find(|package| package.id.name == name);
    let program = program.with_context(|| format!("{name} is not among its packages"))?;
    let others = packages.iter().filter(|package| package.id != program.id);
    let mut components: Vec<Value> = others.map(component).collect();
    components.extend(made.libraries.iter().map(|library| {
        json!({
            "type": "library",
            "bom-ref": library.name,
            "name": library.name,
            "version": library.version,
            "licenses": [{ "expression": library.licence }],
        })
    }));
    let mut subject = component(program);
    subject["type"] = json!("application");
    subject["properties"] = json!([
        { "name": "cleanrooms:commit", "value": made.commit },
        { "name": "cleanrooms:target", "value": made.platform.target },
        { "name": "cleanrooms:rustc", "value": made.rustc },
    ]);
    let depends = |package: &Package| {
        let mut on: Vec<String> = package.dependencies.iter().map(purl).collect();
        if package.id == program.id {
            on.extend(made.libraries.iter().map(|library| library.name.to_owned()));
        }
        json!({ "ref": purl(&package.id), "dependsOn": on })
    };
    let sbom = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "timestamp": rfc3339(made.epoch), "component": subject },
        "components": components,
        "dependencies": packages.iter().map(depends).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&sbom).context("writing JSON")? + "\n")
}

fn component(package: &Package) -> Value {
    let purl = purl(&package.id);
    let mut component = json!({
        "type": "library",
        "bom-ref": purl,
        "name": package.id.name,
        "version": package.id.version,
    });
    // What is ours is in no registry, and a purl would say that it is.
    if package.source.is_some() {
        component["purl"] = json!(purl);
    }
    if let Some(licence) = &package.licence {
        // Old manifests write `/`, which is no SPDX.
        let expression = licence.replace(" / ", " OR ").replace('/', " OR ");
        component["licenses"] = json!([{ "expression": expression }]);
    }
    if let Some(checksum) = &package.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(repository) = &package.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

fn purl(id: &Id) -> String {
    // The plus sign of build metadata is a space elsewhere.
    format!("pkg:cargo/{}@{}", id.name, id.version.replace('+', "%2B"))
}

/// A time in seconds since 1970, as text. The days are counted by Howard Hinnant's `civil_from_days`.
pub(crate) fn rfc3339(epoch: u64) -> String {
    let (days, seconds) = (epoch / 86_400, epoch % 86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;
    use crate::compile::Library;
    use crate::platform::Platform;

    #[test]
    fn times_are_those_of_a_calendar() {
        for (epoch, wanted) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_826_554, "2000-02-29T12:15:54Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(epoch), wanted);
        }
    }

    #[test]
    fn what_is_inside_is_listed_with_what_tells_it_from_others() {
        let id = |name: &str| Id { name: name.to_owned(), version: "1.0.0+x".to_owned() };
        let package = |name: &str, source: Option<&str>, on: &[&str]| Package {
            id: id(name),
            licence: Some("MIT/Apache-2.0".to_owned()),
            source: source.map(str::to_owned),
            checksum: source.map(|_| "abc".to_owned()),
            repository: None,
            authors: Vec::new(),
            folder: PathBuf::new(),
            dependencies: on.iter().map(|name| id(name)).collect::<BTreeSet<_>>(),
        };
        let packages = [package("http", Some("registry"), &[]), package("ours", None, &["http"])];
        let made = Made {
            platform: Platform::named("linux_amd64").expect("it is known"),
            epoch: 0,
            commit: "c0ffee".to_owned(),
            rustc: "rustc 1.0".to_owned(),
            libraries: vec![Library {
                name: "glibc",
                version: "2.36".to_owned(),
                licence: "LGPL-2.1-or-later",
                text: "",
            }],
        };
        let sbom = of("ours", &packages, &made).expect("it can be listed");
        let sbom: Value = serde_json::from_str(&sbom).expect("it is JSON");
        let http = "pkg:cargo/http@1.0.0%2Bx";
        let wanted = json!({
            "type": "library",
            "bom-ref": http,
            "name": "http",
            "version": "1.0.0+x",
            "purl": http,
            "licenses": [{ "expression": "MIT OR Apache-2.0" }],
            "hashes": [{ "alg": "SHA-256", "content": "abc" }],
        });
        assert_eq!(sbom["components"][0], wanted);
        assert_eq!(sbom["components"][1]["name"], "glibc");
        assert_eq!(sbom["components"].as_array().map(Vec::len), Some(2));
        assert_eq!(sbom["metadata"]["component"]["name"], "ours");
        assert_eq!(sbom["metadata"]["component"].get("purl"), None);
        assert_eq!(sbom["dependencies"][1]["dependsOn"], json!([http, "glibc"]));
        of("another", &packages, &made).expect_err("it is not there");
    }
}
