//! No two files below `src/cleanrooms` import one another, directly or around a corner.
//!
//! Cargo refuses circles of crates and not of modules. Read are the `use` lines;
//! that a module names its own children by path is no import.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Modules by their path, such as `cleanrooms::aws::errors`, and what each imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_file_imports_what_imports_it() {
    let imports = imports(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path());
    assert!(imports.len() > 80, "only {} files were read", imports.len());
    assert_eq!(circles(&imports), Vec::<Vec<String>>::new());
}

#[test]
fn a_circle_around_a_corner_is_found() {
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let imports = [("a", of(&["b"])), ("b", of(&["c"])), ("c", of(&["a", "d"])), ("d", of(&[]))];
    let imports = imports.map(|(name, of)| (name.to_owned(), of)).into();
    assert_eq!(circles(&imports), [["a", "b", "c"]]);
}

#[test]
fn imports_are_read_however_they_are_written() {
    let text = "use super::{one::A, two};\npub(super) use self::child::B;\n\
                #[cfg(test)]\nmod tests {\n    use super::super::three;\n}\n";
    let read: Vec<_> = uses(text).iter().filter_map(|path| absolute("x::y", path)).collect();
    assert_eq!(read, ["x::one::A", "x::two", "x::y::child::B"]);
}

/// The groups of modules from each of which every other can be reached.
fn circles(imports: &Imports) -> Vec<Vec<String>> {
    let reached: BTreeMap<_, _> = imports.keys().map(|from| (from, reach(imports, from))).collect();
    let groups = imports.keys().filter(|from| reached[from].contains(*from)).map(|from| {
        let others =
            reached[from].iter().filter(|to| reached.get(to).is_some_and(|it| it.contains(from)));
        others.cloned().collect::<Vec<_>>()
    });
    groups.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Every module that is imported by one, or by what it imports.
fn reach(imports: &Imports, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from.to_owned()];
    while let Some(module) = next.pop() {
        for other in imports.get(&module).into_iter().flatten() {
            if reached.insert(other.clone()) {
                next.push(other.clone());
            }
        }
    }
    reached
}

fn imports(root: &Path) -> Imports {
    let files = files(&root.join("cleanrooms"));
    let module = |file: &Path| {
        let name = file.strip_prefix(root).unwrap().with_extension("");
        let parts = name.iter().map(|part| part.to_str().unwrap()).filter(|part| *part != "mod");
        parts.collect::<Vec<_>>().join("::")
    };
    let known: BTreeSet<String> = files.iter().map(|file| module(file)).collect();
    let is_test = |module: &str| {
        module
            .rsplit("::")
            .next()
            .is_some_and(|it| it.ends_with("tests") || it == "testing" || it == "fixtures")
    };
    let of = |file: &PathBuf| {
        let name = module(file);
        let text = fs::read_to_string(file).unwrap();
        let imported = uses(&text).into_iter().filter_map(|path| {
            let mut path = absolute(&name, &path)?;
            while !known.contains(&path) {
                path.truncate(path.rfind("::")?);
            }
            (path != name).then_some(path)
        });
        let imported = imported.collect();
        (name, imported)
    };
    files.iter().filter(|file| !is_test(&module(file))).map(of).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    entries.flat_map(of).filter(|file| file.extension().is_some_and(|it| it == "rs")).collect()
}

/// The imports of a file, without those of its tests, which stand at its end.
fn uses(text: &str) -> Vec<String> {
    let tests = ["#[cfg(test)]\nmod tests {", "#[cfg(all(test, unix))]\nmod tests {"];
    let end = tests.iter().filter_map(|start| text.find(start)).min().unwrap_or(text.len());
    let mut found = Vec::new();
    let mut rest = text.get(..end).unwrap();
    while let Some(start) = rest.find("use ") {
        let line = rest[..start].rsplit('\n').next().unwrap().trim();
        rest = &rest[start + 4..];
        if line.is_empty() || (line.starts_with("pub") && !line.contains(' ')) {
            let (import, after) = rest.split_once(';').unwrap();
            found.extend(expanded(&import.split_whitespace().collect::<Vec<_>>().join(" ")));
            rest = after;
        }
    }
    found
}

/// The paths of an import with braces.
fn expanded(import: &str) -> Vec<String> {
    let Some((before, inside)) = import.split_once('{') else {
        return vec![import.split(" as ").next().unwrap().trim().to_owned()];
    };
    let inside = &inside[..inside.rfind('}').unwrap()];
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(|part| expanded(&format!("{before}{part}"))).collect()
}

/// A path from the root of the crate; none for one of another crate.
fn absolute(module: &str, path: &str) -> Option<String> {
    let mut base: Vec<&str> = module.split("::").collect();
    let mut segments = path.split("::").filter(|it| *it != "self").peekable();
    match path.split("::").next()? {
        "crate" => {
            base.clear();
            segments.next();
        }
        "super" => {
            while segments.next_if_eq(&"super").is_some() {
                base.pop();
            }
        }
        "self" => {}
        _ => return None,
    }
    Some(base.into_iter().chain(segments).collect::<Vec<_>>().join("::"))
}
