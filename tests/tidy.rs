//! Holds the house's layering: what each layer must not know, where nothing
//! may be printed, and how long a file may become. And it holds the documents
//! to the code: what they name is there, and each promise has a test. No two files
//! below `src/cleanrooms` import one another, directly or around a corner; Cargo
//! refuses circles of crates alone.
#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use paths::{paths, uses};
use proc_macro2::{TokenStream, TokenTree};

#[path = "support/paths.rs"]
mod paths;

/// A module of the library, and what it may know.
struct Layer {
    name: &'static str,
    /// The other layers that it builds on.
    builds_on: &'static [&'static str],
    /// Beginnings of the names of crates that it must not use.
    not_crates: &'static [&'static str],
    /// Words that no path in it may hold.
    not_words: &'static [&'static str],
}

const PROTOBUF: [&str; 3] = ["prost", "tonic", "protox"];
const MESSAGE_PACK: [&str; 2] = ["msgpack", "rmp"];

/// Not simply `aws_`: the TLS library has a back end called `aws_lc_rs`.
const AWS: [&str; 6] =
    ["aws_config", "aws_credential", "aws_runtime", "aws_sdk", "aws_smithy", "aws_types"];

/// The crates of the workspace below the provider's, with what they may build on of it.
const CRATES: [(&str, &[&str]); 2] = [("tf-wire", &[]), ("tf-framework", &["tf-wire"])];

/// The layers within the provider's crate. Those below are crates, `wire` and `framework`: what they
/// must not know, Cargo does not give them.
const LAYERS: [Layer; 4] = [
    Layer { name: "proto", builds_on: &[], not_crates: &AWS, not_words: &[] },
    Layer { name: "plugin", builds_on: &["proto"], not_crates: &AWS, not_words: &MESSAGE_PACK },
    Layer { name: "server", builds_on: &["plugin", "proto"], not_crates: &AWS, not_words: &[] },
    Layer { name: "cleanrooms", builds_on: &[], not_crates: &PROTOBUF, not_words: &MESSAGE_PACK },
];

/// The files that introduce the layers to one another.
const INTRODUCTIONS: [&str; 2] = ["src/lib.rs", "src/main.rs"];

/// Nothing but the handshake may reach stdout, and only log lines stderr.
const PRINTS: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Generous: files of a few screens are the aim.
const LONGEST_FILE: usize = 700;

/// Where the code map and the promises stand.
const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// The documents that name files in their prose.
const DOCUMENTS: [&str; 3] = [ARCHITECTURE, "CONTRIBUTING.md", "README.md"];

/// What a path of this repository begins with, in a document.
const FOLDERS: [&str; 9] = [
    "acceptance-tests/",
    "benches/",
    "crates/",
    "docs/",
    "examples/",
    "proto/",
    "src/",
    "tests/",
    "xtask/",
];

/// A map or a table with fewer lines was not read as it was meant.
const FEWEST_PROMISES: usize = 20;
const FEWEST_ON_THE_MAP: usize = 50;

/// How far names in the code map are indented at most; what stands deeper goes on with a description.
const DEEPEST_NAME: usize = 12;

#[test]
fn each_layer_knows_only_what_it_builds_on() {
    let found: Vec<_> = sources("src").iter().flat_map(|file| layering(&file.0, &file.1)).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn nothing_is_printed_past_the_handshake_and_the_log() {
    let files = ["src", "crates"].into_iter().flat_map(sources);
    let found: Vec<_> = files.flat_map(|file| printing(&file.0, &file.1)).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn files_stay_within_a_few_screens() {
    let files = ["crates", "src", "tests", "xtask"].into_iter().flat_map(sources);
    let found: Vec<_> = files.filter_map(|file| length(&file.0, &file.1)).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_sandbox_and_the_provider_share_no_code() {
    let dependencies = dependencies();
    let (provider, sandbox) = ("terraform-provider-cleanrooms", "cleanrooms-sandbox");
    assert!(dependencies[provider].contains("tonic"));
    assert!(!dependencies[provider].contains(sandbox));
    assert!(dependencies[sandbox].contains("tokio"));
    for ours in [provider, "tf-framework", "tf-wire"] {
        assert!(!dependencies[sandbox].contains(ours), "{ours}");
    }
}

/// What `framework` and `wire` do not depend on they cannot use; this holds their dependencies.
#[test]
fn the_crates_below_know_neither_protobuf_nor_aws_nor_this_provider() {
    let dependencies = dependencies();
    for (name, builds_on) in CRATES {
        let is_forbidden = |other: &&String| {
            let other = other.replace('-', "_");
            PROTOBUF.iter().chain(&AWS).any(|beginning| other.starts_with(beginning))
        };
        let forbidden: Vec<_> = dependencies[name].iter().filter(is_forbidden).collect();
        assert_eq!(forbidden, Vec::<&String>::new(), "{name}");
        let of_ours = |other: &&String| dependencies.contains_key(*other);
        let ours: Vec<_> = dependencies[name].iter().filter(of_ours).collect();
        assert_eq!(ours, builds_on, "{name}");
    }
    let names: Vec<_> = sources("crates").into_iter().filter(|(_, text)| names_us(text)).collect();
    assert_eq!(names, Vec::<(String, String)>::new());
    let decodes = |(_, text): &(String, String)| {
        paths(text).iter().flatten().any(|word| MESSAGE_PACK.contains(&word.as_str()))
    };
    let decoders: Vec<_> = sources("crates/framework").into_iter().filter(decodes).collect();
    assert_eq!(decoders, Vec::<(String, String)>::new(), "the framework knows values, not bytes");
}

/// Whether a text names this provider, or a thing of its service.
fn names_us(text: &str) -> bool {
    let text = text.to_lowercase();
    ["cleanrooms", "clean rooms"].iter().any(|name| text.contains(name))
}

/// What each package of the workspace depends on, but for its tests: those of the provider talk to the
/// sandbox, in their own process as well.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let name = |of: &serde_json::Value| of["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            (name(package), dependencies.filter(|d| d["kind"] != "dev").map(name).collect())
        })
        .collect()
}

#[test]
fn no_file_imports_what_imports_it() {
    let imports = imports(&sources("src/cleanrooms"));
    assert!(imports.len() > 80, "only {} files were read", imports.len());
    assert_eq!(circles(&imports), Vec::<Vec<String>>::new());
}

#[test]
fn what_the_documents_name_is_there() {
    let found: Vec<_> =
        DOCUMENTS.into_iter().flat_map(|name| not_there(name, &document(name))).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_code_map_shows_what_is_there() {
    let text = document(ARCHITECTURE);
    let map = mapped(section(&text, "Code map").split("```").nth(1).expect("a block"));
    assert!(map.len() >= FEWEST_ON_THE_MAP, "{map:?}");
    let found: Vec<_> = map.iter().filter(|path| !is_of_its_kind(path)).collect();
    assert_eq!(found, Vec::<&String>::new());
}

#[test]
fn every_promise_is_held_and_proved() {
    let text = document(ARCHITECTURE);
    let promises = promises(section(&text, "Promises"));
    assert!(promises.len() >= FEWEST_PROMISES, "{} promises", promises.len());
    let found: Vec<_> = promises.iter().flat_map(broken).collect();
    assert_eq!(found, Vec::<String>::new());
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn document(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The part of a document under a heading.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let heading = format!("\n## {heading}\n");
    let (_, rest) = text.split_once(&heading).expect("the document has the heading");
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// The lines of a document, without its blocks of code.
fn prose(text: &str) -> Vec<&str> {
    let mut is_code = false;
    let is_prose = |line: &&str| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    };
    text.lines().filter(is_prose).collect()
}

/// What stands between backticks.
fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The paths that a document names and that are not there.
fn not_there(name: &str, text: &str) -> Vec<String> {
    let is_path = |span: &&str| {
        // One with a placeholder stands for many.
        FOLDERS.iter().any(|folder| span.starts_with(folder)) && !span.contains(['<', '…'])
    };
    let spans = prose(text).into_iter().flat_map(code).filter(is_path);
    spans.filter(|span| !is_there(span)).map(|span| format!("{name}: no `{span}`")).collect()
}

/// Whether a file or a folder is there, and the function in it if one is named: `path: function`.
fn is_there(span: &str) -> bool {
    let Some((file, function)) = span.split_once(": ") else {
        return root().join(span).exists();
    };
    let text = fs::read_to_string(root().join(file)).unwrap_or_default();
    let beginning = format!("fn {function}");
    text.split(&beginning).skip(1).any(|rest| rest.starts_with(['(', '<']))
}

/// Whether a folder or a file of the map is there, as what it is shown as.
fn is_of_its_kind(path: &str) -> bool {
    let found = root().join(path);
    if path.ends_with('/') { found.is_dir() } else { found.is_file() }
}

/// Whether a span names a test: a function that is marked as one, one of those that each engine or
/// the engine in small is taken through, or a folder of steps with what is expected of them.
fn is_proof(span: &str) -> bool {
    let Some((file, function)) = span.split_once(": ") else {
        let is_expected = |name: &&str| root().join(span).join(name).is_file();
        return ["expected.json", "calls.json"].iter().any(is_expected);
    };
    let is_listed = file.starts_with("acceptance-tests/harness/src/checks/")
        || file.starts_with("tests/engine/")
        || ["tests/account.rs", "acceptance-tests/account/tests/switches.rs"].contains(&file);
    let text = fs::read_to_string(root().join(file)).unwrap_or_default();
    let beginning = format!("fn {function}(");
    let lines: Vec<_> = text.lines().map(str::trim_start).collect();
    let mut pairs = lines.windows(2);
    pairs.any(|pair| pair[1].contains(&beginning) && (is_listed || pair[0].starts_with("#[")))
}

/// The files and folders of a map. Names come first in a line, then two blanks and what they are;
/// what stands deeper than a folder lies in it, and a name without an ending is a module.
fn mapped(map: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<(usize, String)> = Vec::new();
    for line in map.lines() {
        let names = line.trim_start();
        let depth = line.len() - names.len();
        if names.is_empty() || depth > DEEPEST_NAME {
            continue;
        }
        while folders.last().is_some_and(|(above, _)| *above >= depth) {
            folders.pop();
        }
        let folder = folders.last().map(|(_, folder)| folder.clone()).unwrap_or_default();
        let names = names.split_once("  ").map_or(names, |(names, _)| names);
        for name in names.split(", ") {
            let ending = if name.contains(['.', '/']) { "" } else { ".rs" };
            let path = format!("{folder}{name}{ending}");
            if path.ends_with('/') {
                folders.push((depth, path.clone()));
            }
            found.push(path);
        }
    }
    found
}

/// A row of the table of promises.
#[derive(Debug)]
struct Promise<'a> {
    promise: &'a str,
    held_by: Vec<&'a str>,
    proved_by: Vec<&'a str>,
}

impl<'a> Promise<'a> {
    fn of_row(row: &'a str) -> Self {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [promise, held_by, proved_by] = cells[..] else { panic!("not three cells: {row}") };
        Self { promise, held_by: code(held_by), proved_by: code(proved_by) }
    }
}

/// The rows of the table of promises, without its head.
fn promises(section: &str) -> Vec<Promise<'_>> {
    section.lines().filter(|line| line.starts_with('|')).skip(2).map(Promise::of_row).collect()
}

/// What is missing of a promise.
fn broken(promise: &Promise<'_>) -> Vec<String> {
    let Promise { promise, held_by, proved_by } = promise;
    let mut found = Vec::new();
    if held_by.is_empty() || proved_by.is_empty() {
        found.push(format!("{promise}: nothing holds or proves it"));
    }
    let mechanisms = held_by.iter().filter(|span| !is_there(span));
    found.extend(mechanisms.map(|span| format!("{promise}: there is no `{span}`")));
    let proofs = proved_by.iter().filter(|span| !is_proof(span));
    found.extend(proofs.map(|span| format!("{promise}: `{span}` is no test")));
    found
}

/// The Rust files below a folder: their paths within the repository, and their texts.
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.push((name.replace('\\', "/"), text));
            }
        }
    }
    assert!(!files.is_empty(), "{folder} holds sources");
    files
}

/// Where a file of the library knows what its layer must not.
fn layering(file: &str, text: &str) -> Vec<String> {
    if INTRODUCTIONS.contains(&file) {
        return Vec::new();
    }
    let modules = modules(file);
    let Some(layer) = LAYERS.iter().find(|layer| Some(layer.name) == modules.first().copied())
    else {
        return vec![format!("{file} belongs to no layer")];
    };
    let mut found = Vec::new();
    for path in paths(text) {
        if let Some(other) = layer_of(&path, modules.len())
            && other != layer.name
            && !layer.builds_on.contains(&other)
        {
            found.push(format!("{file}: {} must not know {other}", layer.name));
        }
        let first = &path[0];
        if layer.not_crates.iter().any(|forbidden| first.starts_with(forbidden)) {
            found.push(format!("{file}: {} must not know the crate {first}", layer.name));
        }
        for word in path.iter().filter(|word| layer.not_words.contains(&word.as_str())) {
            found.push(format!("{file}: {} must not know {word}", layer.name));
        }
    }
    found
}

/// The modules around a file's items, from the library's root: `wire`, `json`, `decode`.
fn modules(file: &str) -> Vec<&str> {
    let inside = file.strip_prefix("src/").and_then(|file| file.strip_suffix(".rs")).unwrap();
    inside.split('/').filter(|module| *module != "mod").collect()
}

/// The layer that a path leads to from a file `depth` modules below the library's root.
fn layer_of(path: &[String], depth: usize) -> Option<&'static str> {
    let ups = path.iter().take_while(|segment| *segment == "super").count();
    let name = match path[0].as_str() {
        "crate" => path.get(1)?,
        // From an inner module it takes one more step, but then what has a
        // layer's name would not be one: layers' names are not used twice.
        _ if ups >= depth => path.get(ups)?,
        _ => return None,
    };
    LAYERS.iter().map(|layer| layer.name).find(|layer| layer == name)
}

/// Modules by their paths, such as `cleanrooms::aws::errors`, and what each imports of the others.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// What files import, but for those that are of tests alone. That a module names its own children
/// by path is no import.
fn imports(files: &[(String, String)]) -> Imports {
    let known: BTreeSet<String> = files.iter().map(|(file, _)| modules(file).join("::")).collect();
    let is_test = |file: &str| {
        let of_tests = |it: &&str| it.ends_with("tests") || ["testing", "fixtures"].contains(it);
        modules(file).last().is_some_and(of_tests)
    };
    let of = |(file, text): &(String, String)| {
        let name = modules(file).join("::");
        let imported = uses(text).into_iter().filter_map(|path| {
            let mut path = absolute(&name, &path)?;
            while !known.contains(&path) {
                path.truncate(path.rfind("::")?);
            }
            (path != name).then_some(path)
        });
        let imported = imported.collect();
        (name, imported)
    };
    files.iter().filter(|(file, _)| !is_test(file)).map(of).collect()
}

/// A path from the root of the crate; none for one of another crate.
fn absolute(module: &str, path: &[String]) -> Option<String> {
    let mut base: Vec<&str> = module.split("::").collect();
    let mut segments = path.iter().map(String::as_str).filter(|it| *it != "self").peekable();
    match path.first()?.as_str() {
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

/// The groups of modules from each of which every other can be reached.
fn circles(imports: &Imports) -> Vec<Vec<String>> {
    let reached: BTreeMap<_, _> = imports.keys().map(|from| (from, reach(imports, from))).collect();
    let groups = imports.keys().filter(|from| reached[from].contains(*from)).map(|from| {
        let is_mutual = |to: &&String| reached.get(to).is_some_and(|it| it.contains(from));
        reached[from].iter().filter(is_mutual).cloned().collect::<Vec<_>>()
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

/// Where a file of the library prints.
fn printing(file: &str, text: &str) -> Vec<String> {
    let tokens: TokenStream = text.parse().expect("the compiler reads it, too");
    let mut words = Vec::new();
    collect_words(tokens, &mut words);
    let prints = words.windows(2).filter(|pair| PRINTS.contains(&&*pair[0]) && pair[1] == "!");
    let mut found: Vec<_> = prints.map(|pair| format!("{file} uses {}!", pair[0])).collect();
    // That of another process is `child.stdout`.
    let own = words.windows(2).any(|pair| pair[0] != "." && pair[1] == "stdout");
    if !file.starts_with("src/plugin/") && own {
        found.push(format!("{file} uses stdout, which belongs to the handshake"));
    }
    found
}

/// Adds the names and signs of a token stream; text and comments are left out.
fn collect_words(tokens: TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_words(group.stream(), words),
            TokenTree::Ident(ident) => words.push(ident.to_string()),
            TokenTree::Punct(sign) => words.push(sign.as_char().to_string()),
            TokenTree::Literal(_) => {}
        }
    }
}

/// Whether a file is too long.
fn length(file: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LONGEST_FILE).then(|| format!("{file} has {lines} lines; {LONGEST_FILE} are enough"))
}

#[test]
fn a_forbidden_layer_is_found_however_it_is_named() {
    for import in [
        "use crate::server::Service;",
        "use crate::{server::Service, proto::Value};",
        "use crate::{proto::{Type, Value}, server};",
        "use super::super::server::Service;",
        "fn f() -> crate::server::Service { todo!() }",
        "impl Trait<crate::server::Service> for X {}",
        "m! { (crate::server::service()) }",
        "mod tests { use super::super::super::super::server::Service; }",
    ] {
        let found = layering("src/plugin/mtls.rs", import);
        assert_eq!(found, ["src/plugin/mtls.rs: plugin must not know server"], "{import}");
    }
}

#[test]
fn a_forbidden_crate_is_found() {
    for import in [
        "use tonic::Status;",
        "use ::tonic::Status;",
        "use {std::fmt, tonic::Status};",
        "use tonic as grpc;",
        "#[tonic::async_trait] impl X for Y {}",
    ] {
        let file = "src/cleanrooms/adopt.rs";
        let found = layering(file, import);
        assert_eq!(
            found,
            [format!("{file}: cleanrooms must not know the crate tonic")],
            "{import}"
        );
    }
    let sdk = layering("src/server/service.rs", "use aws_sdk_cleanrooms::Client;");
    assert_eq!(sdk.len(), 1);
    let codec = layering("src/cleanrooms/provider.rs", "use wire::{Value, msgpack};");
    assert_eq!(codec, ["src/cleanrooms/provider.rs: cleanrooms must not know msgpack"]);
}

#[test]
fn the_resources_and_the_server_are_strangers() {
    let to_server = layering("src/cleanrooms/provider.rs", "use crate::server::Service;");
    assert_eq!(to_server, ["src/cleanrooms/provider.rs: cleanrooms must not know server"]);
    let back = layering("src/server/mod.rs", "use super::cleanrooms::provider::CleanRooms;");
    assert_eq!(back, ["src/server/mod.rs: server must not know cleanrooms"]);
}

#[test]
fn what_is_allowed_or_only_talked_about_is_not_found() {
    let text = r#"
        //! Knows nothing of [`crate::server`].
        use wire::Value;
        use super::plan::Plan;
        /// Like `tonic::Status`.
        fn f(tonic: &str) -> &str { "crate::server::Service" } // crate::plugin::run
        mod tests { use super::*; use super::super::plan; }
    "#;
    assert_eq!(layering("src/cleanrooms/adopt.rs", text), Vec::<String>::new());
}

#[test]
fn a_folder_without_a_layer_is_found() {
    assert_eq!(layering("src/tools/x.rs", ""), ["src/tools/x.rs belongs to no layer"]);
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

#[test]
fn prints_are_found() {
    let found = printing("src/wire/value.rs", r#"fn f() { if x { println!("{x}") } }"#);
    assert_eq!(found, ["src/wire/value.rs uses println!"]);
    assert_eq!(printing("src/wire/value.rs", "use std::io::stdout;").len(), 1);
    assert!(printing("src/plugin/mod.rs", "fn f() { stdout().flush(); }").is_empty());
    assert!(
        printing(
            "src/wire/value.rs",
            r#"/// println!
        fn f() { "println!"; writeln!(f) }"#
        )
        .is_empty()
    );
}

#[test]
fn long_files_are_found() {
    assert_eq!(length("a.rs", &"\n".repeat(LONGEST_FILE)), None);
    assert!(length("a.rs", &"\n".repeat(LONGEST_FILE + 1)).is_some());
}

#[test]
fn a_promise_without_a_test_is_found() {
    let table = "
| promise | held by | proved by |
| --- | --- | --- |
| Kept | `tests/tidy.rs: broken` | `tests/tidy.rs: a_promise_without_a_test_is_found` |
| Not held | `tests/tidy.rs: unheard_of` | `acceptance-tests/cases/collaboration/rename` |
| Not proved | `tests/tidy.rs` | `tests/tidy.rs: broken`, `acceptance-tests/cases/nowhere` |
| Wished | | |
";
    let promises = promises(table);
    let found: Vec<_> = promises.iter().map(|promise| broken(promise).len()).collect();
    assert_eq!(found, [0, 1, 2, 1], "{promises:?}");
}

#[test]
fn a_map_is_read_line_by_line() {
    let map = "
src/                    all of it
  wire/                 values,
                        and what they are made of
    value, path         the tree
    msgpack/, json/     its forms
  main.rs
tests/
";
    let expected = [
        "src/",
        "src/wire/",
        "src/wire/value.rs",
        "src/wire/path.rs",
        "src/wire/msgpack/",
        "src/wire/json/",
        "src/main.rs",
        "tests/",
    ];
    assert_eq!(mapped(map), expected);
}

#[test]
fn what_is_named_and_not_there_is_found() {
    let text = "
`src/lib.rs`, `src/<layer>/mod.rs`, `src/unheard_of.rs`, and `main`.
```
`src/in_a_block.rs`
```
`tests/tidy.rs: sources` and `tests/tidy.rs: unheard_of`
";
    let expected = ["a.md: no `src/unheard_of.rs`", "a.md: no `tests/tidy.rs: unheard_of`"];
    assert_eq!(not_there("a.md", text), expected);
}
