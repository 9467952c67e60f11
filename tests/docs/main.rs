//! The pages for registries: made of the schemas, checked in, and held to what registries take.
//!
//! `UPDATE_EXPECT=1 cargo test --test docs` writes them. A page of a type is made of its schema, of the
//! examples below `examples/`, of the `page.md` beside its rows, and of its permissions. Guides are
//! written by hand, but for what they take from elsewhere (`guides`) and for the one of `coverage`.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

mod coverage;
mod guides;
mod markdown;
mod page;
mod rules;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cleanrooms_harness::{expected, paths};
use cleanrooms_provider::cleanrooms::aws::{Aws, Intervals, ProviderConfig};
use cleanrooms_provider::cleanrooms::client::Client;
use cleanrooms_provider::cleanrooms::provider::CleanRooms;
use cleanrooms_provider::cleanrooms::registry;
use cleanrooms_provider::cleanrooms::shapes::tags::TagPolicy;
use cleanrooms_provider::framework::schema::{Attribute, Kind, Replace, Schema};
use cleanrooms_provider::framework::{Configured, ImportTarget, Provider};

/// Where the pages are.
const DOCS: &str = "docs";

/// Says how a page is put right.
const HINT: &str = "UPDATE_EXPECT=1 cargo test --test docs writes it";

/// The files below `docs/`, by their paths within the repository.
fn pages() -> BTreeSet<String> {
    let root = paths::repository();
    let mut found = BTreeSet::new();
    let mut folders = vec![root.join(DOCS)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let path = path.strip_prefix(root).unwrap();
                    found.insert(path.to_str().unwrap().replace('\\', "/"));
                }
            }
        }
    }
    found
}

fn text(path: &str) -> String {
    page::read(Path::new(path)).unwrap()
}

/// Compares a page with what it should be, or writes it.
fn compare(path: &str, wanted: &str) -> Result<(), String> {
    let file = paths::repository().join(path);
    if expected::is_updating() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, wanted).unwrap();
    }
    match fs::read_to_string(&file) {
        Ok(found) if found == wanted => Ok(()),
        Ok(_) => Err(format!("{path} is not what the schemas say; {HINT}")),
        Err(err) => Err(format!("{path}: {err}; {HINT}")),
    }
}

#[test]
fn pages_say_what_the_schemas_say() {
    let generated = page::all().unwrap();
    let compared = generated.iter().map(|page| compare(&page.path, &page.text));
    let wrong: Vec<_> = compared.filter_map(Result::err).collect();
    assert_eq!(wrong, Vec::<String>::new());
    let wanted: BTreeSet<_> = generated.into_iter().map(|page| page.path).collect();
    let is_by_hand = |path: &String| path.starts_with("docs/guides/");
    let left_over: Vec<_> =
        pages().into_iter().filter(|path| !is_by_hand(path) && !wanted.contains(path)).collect();
    assert_eq!(left_over, Vec::<String>::new(), "nothing has these pages");
}

#[test]
fn guides_show_what_is_tested() {
    let guides = pages().into_iter().filter(|path| path.starts_with("docs/guides/"));
    let compared = guides.map(|path| compare(&path, &guides::refilled(&text(&path)).unwrap()));
    let wrong: Vec<_> = compared.filter_map(Result::err).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_guides_quote_is_said() {
    let guides = pages().into_iter().filter(|path| path.starts_with("docs/guides/"));
    let wrong: Vec<_> = guides.flat_map(|path| guides::unsaid(&path, &text(&path))).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn pages_keep_the_rules_of_registries() {
    let pages = pages();
    let mut wrong = rules::layout(&pages);
    for path in &pages {
        wrong.extend(rules::broken(path, &text(path)));
        wrong.extend(rules::dead_links(path, &text(path), &pages));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_attribute_says_what_it_is_and_what_a_change_replaces() {
    let mut wrong = Vec::new();
    let provider = CleanRooms::schema();
    look(&provider, "provider", &mut wrong);
    for resource in registry::all() {
        look(resource.schema(), resource.type_name(), &mut wrong);
    }
    for source in registry::data_sources() {
        look(source.schema(), &format!("data.{}", source.type_name()), &mut wrong);
    }
    for listed in registry::list_resources() {
        look(listed.schema(), &format!("list.{}", listed.type_name()), &mut wrong);
    }
    for action in registry::actions() {
        look(action.schema(), &format!("action.{}", action.type_name()), &mut wrong);
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn look(schema: &Schema, name: &str, wrong: &mut Vec<String>) {
    if schema.description.is_empty() {
        wrong.push(format!("{name} has no description"));
    }
    look_at(&schema.attributes, name, wrong);
    for block in &schema.blocks {
        let path = format!("{name}.{}", block.name);
        if block.description.is_empty() {
            wrong.push(format!("{path} has no description"));
        }
        look_at(&block.attributes, &path, wrong);
    }
}

fn look_at(attributes: &[Attribute], above: &str, wrong: &mut Vec<String>) {
    for attribute in attributes {
        let path = format!("{above}.{}", attribute.name);
        let description = &attribute.description;
        if description.trim().is_empty() || !description.ends_with(['.', ')']) {
            wrong.push(format!("{path} has no description that ends: {description:?}"));
        }
        if attribute.replace != Replace::Never && !description.contains("replace") {
            wrong.push(format!("{path} does not say what a change replaces"));
        }
        if let Kind::Nested(_, inside) = &attribute.kind {
            look_at(inside, &path, wrong);
        }
    }
}

#[test]
fn the_imports_of_the_examples_are_understood() {
    let config = ProviderConfig { region: Some("us-east-1".to_owned()), ..Default::default() };
    let client = Client::new(Aws::new(config, Intervals::default()), TagPolicy::default());
    let provider = Configured { client, unknown: None };
    for resource in registry::all() {
        let type_name = resource.type_name();
        let command = text(&format!("examples/resources/{type_name}/import.sh"));
        let (to, id) = page::imported(&command).unwrap();
        assert!(to.starts_with(&format!("{type_name}.")), "{command}");
        let example = text(&format!("examples/resources/{type_name}/resource.tf"));
        let (_, name) = to.split_once('.').unwrap();
        assert!(example.contains(&format!("\"{type_name}\" \"{name}\"")), "{command}");
        let found = resource.import(&provider, ImportTarget::Id(id));
        assert!(found.is_ok_and(|found| !found.diagnostics.has_error()), "{command}");
    }
}
