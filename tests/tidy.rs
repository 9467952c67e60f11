//! Holds the house's layering: what each layer must not know, where nothing
//! may be printed, and how long a file may become.
#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

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
const PROTOBUF_AND_AWS: [&str; 9] =
    [PROTOBUF[0], PROTOBUF[1], PROTOBUF[2], AWS[0], AWS[1], AWS[2], AWS[3], AWS[4], AWS[5]];

const LAYERS: [Layer; 6] = [
    Layer { name: "wire", builds_on: &[], not_crates: &PROTOBUF_AND_AWS, not_words: &[] },
    Layer {
        name: "framework",
        builds_on: &["wire"],
        not_crates: &PROTOBUF_AND_AWS,
        not_words: &MESSAGE_PACK,
    },
    Layer { name: "proto", builds_on: &[], not_crates: &AWS, not_words: &[] },
    Layer { name: "plugin", builds_on: &["proto"], not_crates: &AWS, not_words: &MESSAGE_PACK },
    Layer {
        name: "server",
        builds_on: &["framework", "plugin", "proto", "wire"],
        not_crates: &AWS,
        not_words: &[],
    },
    Layer {
        name: "cleanrooms",
        builds_on: &["framework", "wire"],
        not_crates: &PROTOBUF,
        not_words: &MESSAGE_PACK,
    },
];

/// The files that introduce the layers to one another.
const INTRODUCTIONS: [&str; 2] = ["src/lib.rs", "src/main.rs"];

/// Nothing but the handshake may reach stdout, and only log lines stderr.
const PRINTS: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Generous: files of a few screens are the aim.
const LONGEST_FILE: usize = 700;

#[test]
fn each_layer_knows_only_what_it_builds_on() {
    let found: Vec<_> = sources("src").iter().flat_map(|file| layering(&file.0, &file.1)).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn nothing_is_printed_past_the_handshake_and_the_log() {
    let found: Vec<_> = sources("src").iter().flat_map(|file| printing(&file.0, &file.1)).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn files_stay_within_a_few_screens() {
    let files = ["src", "tests"].into_iter().flat_map(sources);
    let found: Vec<_> = files.filter_map(|file| length(&file.0, &file.1)).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_sandbox_and_the_provider_share_no_code() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let dependencies = |package: &str| {
        let packages = metadata["packages"].as_array().unwrap();
        let package = packages.iter().find(|p| p["name"] == package).expect(package);
        // The provider's tests talk to the sandbox, in their own process as well.
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let dependencies = dependencies.filter(|d| d["kind"] != "dev");
        dependencies.map(|d| d["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (provider, sandbox) = ("terraform-provider-cleanrooms", "cleanrooms-sandbox");
    assert!(dependencies(provider).contains(&"tonic".to_owned()));
    assert!(!dependencies(provider).contains(&sandbox.to_owned()));
    assert!(dependencies(sandbox).contains(&"tokio".to_owned()));
    assert!(!dependencies(sandbox).contains(&provider.to_owned()));
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

/// The paths of more than one segment in a file, and everything that is imported.
fn paths(text: &str) -> Vec<Vec<String>> {
    let tokens: TokenStream = text.parse().expect("the compiler reads it, too");
    let mut found = Vec::new();
    collect_paths(tokens, &[], &mut found);
    found
}

/// Adds the paths of a token stream, which is the inside of an import's braces
/// if there is a `prefix`.
fn collect_paths(tokens: TokenStream, prefix: &[String], found: &mut Vec<Vec<String>>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut imports = !prefix.is_empty();
    while let Some(token) = tokens.next() {
        let first = match token {
            TokenTree::Group(group) => {
                collect_paths(group.stream(), &[], found);
                continue;
            }
            TokenTree::Ident(ident) => ident.to_string(),
            TokenTree::Punct(_) | TokenTree::Literal(_) => continue,
        };
        if first == "use" {
            imports = true;
            continue;
        }
        let mut path = prefix.to_vec();
        path.push(first);
        // Two colons, and then a segment, an import's braces, or `<`.
        while matches!(tokens.peek(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':') {
            tokens.next();
            match tokens.peek() {
                Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => tokens.next(),
                // The type of a field or an argument.
                _ => break,
            };
            match tokens.peek() {
                Some(TokenTree::Ident(segment)) => path.push(segment.to_string()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    collect_paths(group.stream(), &path, found);
                }
                _ => break,
            }
            tokens.next();
        }
        if path.len() > 1 || imports {
            found.push(path);
        }
        imports = !prefix.is_empty();
    }
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
        "use crate::framework::Plan;",
        "use crate::{framework::Plan, wire::Value};",
        "use crate::{wire::{Type, Value}, framework};",
        "use super::super::framework::Plan;",
        "fn f() -> crate::framework::Plan { todo!() }",
        "impl Trait<crate::framework::Plan> for X {}",
        "m! { (crate::framework::plan()) }",
        "mod tests { use super::super::super::super::framework::Plan; }",
    ] {
        let found = layering("src/wire/value.rs", import);
        assert_eq!(found, ["src/wire/value.rs: wire must not know framework"], "{import}");
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
        let found = layering("src/framework/plan.rs", import);
        let file = "src/framework/plan.rs";
        assert_eq!(found, [format!("{file}: framework must not know the crate tonic")], "{import}");
    }
    let sdk = layering("src/server/service.rs", "use aws_sdk_cleanrooms::Client;");
    assert_eq!(sdk.len(), 1);
    let codec = layering("src/cleanrooms/provider.rs", "use crate::wire::{Value, msgpack};");
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
        use crate::wire::Value;
        use super::plan::Plan;
        /// Like `tonic::Status`.
        fn f(tonic: &str) -> &str { "crate::server::Service" } // crate::plugin::run
        mod tests { use super::*; use super::super::plan; }
    "#;
    assert_eq!(layering("src/framework/plan.rs", text), Vec::<String>::new());
}

#[test]
fn a_folder_without_a_layer_is_found() {
    assert_eq!(layering("src/tools/x.rs", ""), ["src/tools/x.rs belongs to no layer"]);
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
