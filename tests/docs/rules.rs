//! What registries and tfplugindocs ask of pages.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// What is beyond it in a page is cut off.
const LONGEST: usize = 500_000;

/// So many pages are read.
const MOST: usize = 2_000;

/// The folders of pages, each of files alone.
const FOLDERS: [&str; 7] = [
    "resources",
    "data-sources",
    "list-resources",
    "actions",
    "functions",
    "ephemeral-resources",
    "guides",
];

/// What stands in front matter of a page; a registry ignores or misreads anything else.
const KEYS: [&str; 3] = ["page_title", "subcategory", "description"];

/// What is wrong with where pages are.
pub fn layout(pages: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    if pages.len() > MOST {
        wrong.push(format!("there are {} pages, and {MOST} are read", pages.len()));
    }
    if !pages.contains("docs/index.md") {
        wrong.push("there is no docs/index.md".to_owned());
    }
    for path in pages {
        let is_known = match path.split('/').collect::<Vec<_>>()[..] {
            ["docs", "index.md"] => true,
            ["docs", folder, file] => FOLDERS.contains(&folder) && file.ends_with(".md"),
            _ => false,
        };
        if !is_known {
            wrong.push(format!("{path} is no place for a page"));
        }
    }
    wrong
}

/// What is wrong with a page.
pub fn broken(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut mistake = |what: &str| wrong.push(format!("{path}: {what}"));
    if text.len() > LONGEST {
        mistake("is too long");
    }
    let matter = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let Some((matter, page)) = matter else {
        mistake("has no front matter");
        return wrong;
    };
    let key = |line: &str| line.split_once(':').map(|(key, _)| key.to_owned());
    let keys: Vec<_> =
        matter.lines().filter(|line| !line.starts_with(' ')).filter_map(key).collect();
    if keys.iter().any(|key| !KEYS.contains(&key.as_str())) {
        mistake("has front matter that no registry knows");
    }
    let is_index = path == "docs/index.md";
    for wanted in KEYS.iter().filter(|key| !(is_index && **key == "subcategory")) {
        if !keys.iter().any(|key| key == wanted) {
            mistake(&format!("has no {wanted}"));
        }
    }
    if is_index && keys.iter().any(|key| key == "subcategory") {
        mistake("is the index, which is in no subcategory");
    }
    let headings = headings(page);
    let titles = headings.iter().filter(|(level, _)| *level == 1).count();
    if titles != 1 {
        mistake(&format!("has {titles} titles"));
    }
    let is_of_type = !is_index && !path.starts_with("docs/guides/");
    if is_of_type {
        let sections = headings.iter().filter(|(level, _)| *level == 2);
        let sections: Vec<_> = sections.map(|(_, text)| text.as_str()).collect();
        if sections.first() != Some(&"Example Usage") {
            mistake("does not begin with an example");
        }
        if !sections.contains(&"Schema") {
            mistake("has no schema");
        }
        if path.starts_with("docs/resources/") && sections.last() != Some(&"Import") {
            mistake("does not end with the import");
        }
    }
    wrong
}

/// The headings of a page with their levels, those in examples left out.
fn headings(page: &str) -> Vec<(usize, String)> {
    let mut is_code = false;
    let mut found = Vec::new();
    for line in page.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if let (false, Some(text)) = (is_code || level == 0, line[level..].strip_prefix(' ')) {
            found.push((level, text.to_owned()));
        }
    }
    found
}

/// The links of a page to pages and places in them that are not there.
pub fn dead_links(path: &str, text: &str, pages: &BTreeSet<String>) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|it| it.0);
    let is_dead = |target: &&str| match target.split_once('#') {
        _ if target.starts_with("https://") => false,
        Some(("", anchor)) => !has_anchor(text, anchor),
        Some((page, _)) => !pages.contains(&beside(path, page)),
        None => !pages.contains(&beside(path, target)),
    };
    targets.filter(is_dead).map(|target| format!("{path} leads to {target}")).collect()
}

fn has_anchor(text: &str, anchor: &str) -> bool {
    let slug = |heading: &str| {
        let words = heading.to_lowercase().replace(' ', "-");
        words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect::<String>()
    };
    text.contains(&format!("<a id=\"{anchor}\">"))
        || headings(text).iter().any(|(_, heading)| slug(heading) == anchor)
}

/// The path of a page that another one names.
fn beside(path: &str, target: &str) -> String {
    let mut found = PathBuf::new();
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    for component in folder.join(target).components() {
        match component {
            Component::ParentDir => {
                found.pop();
            }
            other => found.push(other),
        }
    }
    found.to_string_lossy().replace('\\', "/")
}

#[test]
fn a_page_that_breaks_the_rules_is_found() {
    let pages = ["docs/index.md", "docs/resources/a/b.md", "docs/x.txt"];
    let pages = pages.map(str::to_owned).into();
    assert_eq!(layout(&pages).len(), 2);
    assert_eq!(broken("docs/guides/a.md", "# A\n"), ["docs/guides/a.md: has no front matter"]);
    let guide = "---\npage_title: \"A\"\nlayout: \"b\"\n---\n# A\n# B\n";
    assert_eq!(broken("docs/guides/a.md", guide).len(), 4);
    let links = "[a](../index.md) [b](b.md) [c](#nowhere) [d](#a) [e](https://example.com)\n## A\n";
    let dead = dead_links("docs/guides/a.md", links, &pages);
    assert_eq!(dead, ["docs/guides/a.md leads to b.md", "docs/guides/a.md leads to #nowhere"]);
}
