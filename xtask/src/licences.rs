//! The licences of everything that is linked into a program, as one text that goes with it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::compile::Made;
use crate::linked::Package;

/// How the names of files begin that tell a licence.
const NAMES: [&str; 7] =
    ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE", "AUTHORS"];

/// Each package with its licence, and then each text once, with those that it is for.
///
/// # Errors
///
/// When the sources of a package cannot be read.
pub fn of(packages: &[Package], made: &Made) -> Result<String> {
    let mut listed = String::from(
        "This program holds the packages below, each under the licence beside it. Their texts follow,\n\
         each with the packages that it came with. A package without one has its licence's usual text.\n\n",
    );
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let others = packages.iter().filter(|package| package.source.is_some());
    for package in others {
        let name = format!("{} {}", package.id.name, package.id.version);
        let licence = package.licence.as_deref().unwrap_or("not told");
        let by = match package.authors.is_empty() {
            true => String::new(),
            false => format!(", by {}", package.authors.join(", ")),
        };
        let at = package.repository.as_deref().map(|at| format!(", {at}")).unwrap_or_default();
        writeln!(listed, "{name}: {licence}{by}{at}").expect("a string takes everything");
        for text in texts_in(&package.folder)? {
            texts.entry(text).or_default().push(name.clone());
        }
    }
    for library in &made.libraries {
        let name = format!("{} {}", library.name, library.version);
        writeln!(listed, "{name}: {}", library.licence).expect("a string takes everything");
        texts.entry(library.text.trim().to_owned()).or_default().push(name);
    }
    let mut texts: Vec<_> = texts.into_iter().filter(|(text, _)| !text.is_empty()).collect();
    // By the first that it is for: a text of its own begins with anything.
    texts.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    for (text, names) in texts {
        let line = "-".repeat(80);
        write!(listed, "\n{line}\n{}\n{line}\n\n{text}\n", names.join(", "))
            .expect("a string takes everything");
    }
    Ok(listed)
}

/// The texts in a folder, in the order of their files.
fn texts_in(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let path = entry.context("reading a folder")?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && NAMES.iter().any(|beginning| name.starts_with(beginning)) {
            files.push(path);
        }
    }
    files.sort();
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        Ok(text.trim().to_owned())
    };
    files.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::compile::Library;
    use crate::linked::Id;
    use crate::platform::Platform;

    #[test]
    fn each_text_stands_once_with_those_that_it_is_for() {
        let sources = tempfile::tempdir().expect("there are temporary folders");
        let package = |name: &str, file: &str, text: &str| {
            let folder = sources.path().join(name);
            fs::create_dir(&folder).expect("it is new");
            fs::write(folder.join(file), text).expect("it can be written");
            Package {
                id: Id { name: name.to_owned(), version: "1.0.0".to_owned() },
                licence: Some("MIT".to_owned()),
                source: (name != "ours").then(|| "registry".to_owned()),
                checksum: None,
                repository: None,
                authors: vec!["Somebody".to_owned()],
                folder,
                dependencies: BTreeSet::new(),
            }
        };
        let packages = [
            package("a", "LICENSE-MIT", "as you like\n"),
            package("b", "license", "as you like"),
            package("c", "README.md", "no licence"),
            package("ours", "LICENSE", "ours"),
        ];
        let made = Made {
            platform: Platform::named("linux_amd64").expect("it is known"),
            epoch: 0,
            commit: String::new(),
            rustc: String::new(),
            libraries: vec![Library {
                name: "glibc",
                version: "2.36".to_owned(),
                licence: "LGPL-2.1-or-later",
                text: "lesser",
            }],
        };
        let text = of(&packages, &made).expect("it can be read");
        assert!(text.contains("a 1.0.0: MIT, by Somebody\nb 1.0.0: MIT, by Somebody\nc 1.0.0"));
        assert_eq!(text.matches("as you like").count(), 1);
        assert!(text.contains("\na 1.0.0, b 1.0.0\n"));
        assert!(text.contains("\nglibc 2.36\n"), "{text}");
        assert!(text.ends_with("\n\nlesser\n"));
        assert!(!text.contains("ours") && !text.contains("no licence"));
    }
}
